//! Where what lies in a delta: header, records, trailer. The words are in `FORMAT.md`.

use crate::delta::{DeltaError, Header, KeyId, Part, Sequence};
use crate::tlp::Tlp;
use sha2::{Digest, Sha256};

/// The first bytes of every version.
pub(crate) const MAGIC: &[u8; 8] = b"ATHARDLT";
pub(crate) const VERSION: u16 = 1;

pub(crate) const HEADER_BYTES: usize = 88;
pub(crate) const TRAILER_BYTES: usize = SIGNED_BYTES + 64;

/// Bytes of the trailer that are signed: all but the signature.
pub(crate) const SIGNED_BYTES: usize = 80;

/// What stands before the trailer in the signed message, so that no other signature of the same
/// key can be taken for one of a delta.
const DOMAIN: &[u8] = b"athar delta 1\0";

pub(crate) type DigestBytes = [u8; 32];

pub(crate) fn sha256(bytes: &[u8]) -> DigestBytes {
    Sha256::digest(bytes).into()
}

/// What is signed.
pub(crate) fn message(signed: &[u8; SIGNED_BYTES]) -> Vec<u8> {
    [DOMAIN, signed].concat()
}

/// What the trailer says of the rest.
#[derive(Clone, Copy)]
pub(crate) struct Trailer {
    pub(crate) records: u64,
    pub(crate) record_bytes: u64,
    pub(crate) header: DigestBytes,
    pub(crate) digest: DigestBytes,
}

impl Trailer {
    pub(crate) fn to_bytes(self) -> [u8; SIGNED_BYTES] {
        let mut bytes = [0; SIGNED_BYTES];
        bytes[..8].copy_from_slice(&self.records.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.record_bytes.to_le_bytes());
        bytes[16..48].copy_from_slice(&self.header);
        bytes[48..].copy_from_slice(&self.digest);
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; SIGNED_BYTES]) -> Self {
        let mut fields = Fields(bytes);
        Self {
            records: u64::from_le_bytes(fields.take()),
            record_bytes: u64::from_le_bytes(fields.take()),
            header: fields.take(),
            digest: fields.take(),
        }
    }
}

pub(crate) fn header_bytes(header: &Header, sender: KeyId) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
    bytes[10] = header.marking as u8;
    bytes[16..32].copy_from_slice(&header.list);
    bytes[32..40].copy_from_slice(&header.sequence.first().to_le_bytes());
    bytes[40..48].copy_from_slice(&header.sequence.last().to_le_bytes());
    bytes[48..56].copy_from_slice(&header.made_s.to_le_bytes());
    bytes[56..].copy_from_slice(&sender.0);
    bytes
}

/// Whether these bytes begin a delta of a version that can be read.
pub(crate) fn check_version(bytes: &[u8; HEADER_BYTES]) -> Result<(), DeltaError> {
    let found = u16::from_le_bytes([bytes[8], bytes[9]]);
    match () {
        () if !bytes.starts_with(MAGIC) => Err(DeltaError::NotADelta),
        () if found != VERSION => Err(DeltaError::UnknownVersion { found }),
        () => Ok(()),
    }
}

/// The header and who it says sent it. It is not believed before the signature is.
pub(crate) fn parse_header(bytes: &[u8; HEADER_BYTES]) -> Result<(Header, KeyId), DeltaError> {
    check_version(bytes)?;
    let damaged = DeltaError::Damaged { part: Part::Header };
    let mut fields = Fields(&bytes[10..]);
    let [marking] = fields.take();
    let reserved: [u8; 5] = fields.take();
    let list = fields.take();
    let (first, last) = (u64::from_le_bytes(fields.take()), u64::from_le_bytes(fields.take()));
    let made_s = i64::from_le_bytes(fields.take());
    let sender = KeyId(fields.take());
    let marking = Tlp::ALL.get(usize::from(marking)).copied();
    match (marking, Sequence::new(first, last)) {
        (Some(marking), Some(sequence)) if reserved == [0; 5] => {
            Ok((Header { marking, list, sequence, made_s }, sender))
        }
        _ => Err(damaged),
    }
}

/// Fields of fixed length, one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The next `N` bytes; zeros past the end, which lengths known beforehand rule out.
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.0.split_first_chunk::<N>() else { return [0; N] };
        self.0 = rest;
        *field
    }
}
