//! Many codes in one blob: 32 bytes each, bit 255 first, one after the other.

use crate::CodeId;
use athar_kernel::Code;
use rusqlite::types::{FromSqlError, FromSqlResult};

const CODE_BYTES: usize = 32;
const MOST_BYTES: usize = CODE_BYTES * CodeId::CODES_PER_ROW;

/// The blob of `codes`.
pub(crate) fn pack(codes: &[Code]) -> Vec<u8> {
    codes.iter().flat_map(Code::to_bytes).collect()
}

/// The codes of `blob`, unless its length is none that a row can have.
pub(crate) fn unpack(blob: &[u8]) -> FromSqlResult<impl Iterator<Item = Code>> {
    let (codes, rest) = blob.as_chunks::<CODE_BYTES>();
    if codes.is_empty() || !rest.is_empty() || blob.len() > MOST_BYTES {
        return Err(FromSqlError::InvalidBlobSize {
            expected_size: CODE_BYTES,
            blob_size: blob.len(),
        });
    }
    Ok(codes.iter().map(|&bytes| Code::from_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_out_as_they_went_in_and_only_whole_ones_do() {
        let codes: Vec<_> =
            (0..CodeId::CODES_PER_ROW as u64).map(|n| Code::from_words([n, 1, 2, !n])).collect();
        for count in [1, 2, 300, codes.len()] {
            let blob = pack(&codes[..count]);
            assert_eq!(blob[..32], codes[0].to_bytes());
            assert!(unpack(&blob).unwrap().eq(codes[..count].iter().copied()));
        }
        for bytes in [0, 1, 31, 33, 63, MOST_BYTES - 1, MOST_BYTES + 1, MOST_BYTES + 32] {
            assert!(unpack(&vec![0; bytes]).is_err(), "{bytes}");
        }
    }
}
