//! Where the key comes from that signs what is passed on.

use crate::EngineError;
use athar_exchange::delta::SigningKey;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Bytes of a key's file at most: 64 hex digits and white space.
const KEY_FILE_BYTES: u64 = 128;

/// The key in a file: 32 bytes, as hex digits.
pub(super) fn signing_key(file: &Path) -> Result<SigningKey, EngineError> {
    let mut text = String::new();
    let read =
        File::open(file).and_then(|file| file.take(KEY_FILE_BYTES).read_to_string(&mut text));
    read.map_err(EngineError::KeyFile)?;
    let digits = text.trim_ascii().as_bytes();
    let (pairs, rest) = digits.as_chunks::<2>();
    let value = |pair: &[u8; 2]| {
        let text = std::str::from_utf8(pair).ok().filter(|text| !text.starts_with('+'))?;
        u8::from_str_radix(text, 16).ok()
    };
    let bytes: Option<Vec<u8>> = pairs.iter().map(value).collect();
    let bytes = bytes.filter(|_| rest.is_empty()).and_then(|bytes| bytes.try_into().ok());
    Ok(SigningKey::from_bytes(&bytes.ok_or(EngineError::NotAKey)?))
}
