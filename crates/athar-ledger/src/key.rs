//! The key of an encrypted ledger, and what can be told of a file without it or with a wrong one.
//!
//! SQLCipher encrypts every page by AES-256 in CBC mode and seals it, encrypted, by HMAC-SHA-512
//! (its format 4, <https://www.zetetic.net/sqlcipher/design/>). The file begins with a salt of 16
//! random bytes and then has pages of 4096 bytes whose last 80 are the vector and the seal. A key of
//! 32 bytes is taken as it is; a passphrase is nothing to this crate.

use crate::error::{LedgerError, Result};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use std::{
    fmt::Write as _,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};
use zeroize::Zeroizing;

/// Bytes of the salt at the beginning of an encrypted ledger.
pub const SALT_BYTES: usize = 16;

/// What opens an encrypted ledger, wiped from memory when it goes.
#[derive(Clone)]
pub struct LedgerKey {
    key: Zeroizing<[u8; 32]>,
    /// The salt of a ledger that is going to be made.
    salt: Option<[u8; SALT_BYTES]>,
}

impl LedgerKey {
    /// The key to a ledger that is there, or to one that may have any salt.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: Zeroizing::new(*key), salt: None }
    }

    /// The key to a ledger that is going to begin with this salt, from which the key was derived.
    pub fn with_salt(key: &[u8; 32], salt: [u8; SALT_BYTES]) -> Self {
        Self { salt: Some(salt), ..Self::new(key) }
    }

    /// The key as SQLCipher takes one that is no passphrase.
    pub(crate) fn literal(&self) -> Zeroizing<String> {
        let salt = self.salt.iter().flatten();
        // Never moved to a larger place, which would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(2 * (32 + SALT_BYTES) + 3));
        text.push_str("x'");
        for byte in self.key.iter().chain(salt) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\'');
        text
    }
}

/// Without the key.
impl std::fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerKey").finish_non_exhaustive()
    }
}

/// What SQLCipher's format 4 says.
mod page {
    pub(super) const BYTES: usize = 4096;
    pub(super) const SEAL_BYTES: usize = 64;
    /// What the salt is changed by to make that of the seal's key.
    pub(super) const SEAL_SALT_MASK: u8 = 0x3a;
    pub(super) const SEAL_KEY_ROUNDS: u32 = 2;
}

/// So many different bytes are in the first page of what is encrypted, at least: 4096 random bytes
/// lack hardly any of the 256, and text has not half of them.
const RANDOM_VALUES_LEAST: usize = 200;

/// The salt of the ledger at `file`; `None` when it is not encrypted.
///
/// # Errors
/// [`LedgerError::NotFound`]; [`LedgerError::NotALedger`] for what can be neither.
pub fn salt_of(file: &Path) -> Result<Option<[u8; SALT_BYTES]>> {
    let mut start = Vec::with_capacity(page::BYTES);
    let mut open = File::open(file)?;
    if !open.metadata()?.is_file() {
        return Err(LedgerError::NotALedger);
    }
    open.by_ref().take(page::BYTES as u64).read_to_end(&mut start)?;
    if start.starts_with(crate::open::MAGIC) {
        return Ok(None);
    }
    match start.first_chunk() {
        Some(salt) if looks_encrypted(&start) => Ok(Some(*salt)),
        _ => Err(LedgerError::NotALedger),
    }
}

/// Whether these first bytes of a file may be those of an encrypted ledger.
fn looks_encrypted(start: &[u8]) -> bool {
    let mut seen = [false; 256];
    start.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    start.len() == page::BYTES && seen.iter().filter(|seen| **seen).count() >= RANDOM_VALUES_LEAST
}

/// Pages that are looked at to tell a wrong key from a damaged file, at most.
const PAGES_LOOKED_AT: u64 = 16;

/// Why an encrypted ledger does not open: where its key seals another page of it, the key is right
/// and the file is damaged. One whose salt is damaged cannot be told from one of another key.
pub(crate) fn why_closed(file: &Path, key: &LedgerKey) -> LedgerError {
    match seals_a_page(file, key) {
        Ok(true) => LedgerError::Corrupt,
        Ok(false) => LedgerError::WrongKey,
        Err(error) => error,
    }
}

fn seals_a_page(file: &Path, key: &LedgerKey) -> Result<bool> {
    let mut open = File::open(file)?;
    let pages = open.metadata()?.len() / page::BYTES as u64;
    let mut bytes = [0; page::BYTES];
    open.read_exact(&mut bytes)?;
    let salt = bytes.first_chunk().copied().unwrap_or_default();
    let seal_key = seal_key(&key.key, salt);
    for number in 1..=pages.min(PAGES_LOOKED_AT) {
        open.seek(SeekFrom::Start((number - 1) * page::BYTES as u64))?;
        open.read_exact(&mut bytes)?;
        let content = if number == 1 { &bytes[SALT_BYTES..] } else { &bytes[..] };
        if is_sealed(content, number as u32, &seal_key) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The key of the seals: PBKDF2 with two rounds, of which one block is taken.
fn seal_key(key: &[u8; 32], salt: [u8; SALT_BYTES]) -> Zeroizing<[u8; 32]> {
    let salt = salt.map(|byte| byte ^ page::SEAL_SALT_MASK);
    let mut round = sum(key, &[&salt, &1u32.to_be_bytes()]);
    let mut block = round;
    for _ in 1..page::SEAL_KEY_ROUNDS {
        round = sum(key, &[&round]);
        block.iter_mut().zip(round).for_each(|(byte, other)| *byte ^= other);
    }
    let mut seal_key = Zeroizing::new([0; 32]);
    seal_key.copy_from_slice(&block[..32]);
    seal_key
}

fn is_sealed(page: &[u8], number: u32, seal_key: &[u8; 32]) -> bool {
    // The block that is left over behind the seal is 80 bytes with the vector before it.
    let Some((content, seal)) = page.split_last_chunk::<{ page::SEAL_BYTES }>() else {
        return false;
    };
    sum(seal_key, &[content, &number.to_le_bytes()]) == *seal
}

fn sum(key: &[u8; 32], parts: &[&[u8]]) -> [u8; page::SEAL_BYTES] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key) else { return [0; page::SEAL_BYTES] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
