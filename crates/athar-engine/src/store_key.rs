//! The key of an encrypted store, from a file or from a passphrase, and the keys that come of it.
//!
//! ```text
//! file of 64 hex digits ──────────────────────────────┐
//!                                                     ├─► the store's key, 32 bytes
//! passphrase, salt of the ledger ─ Argon2id 64 MiB ───┘        │
//!                                                              ├─ as it is ─► the ledger (SQLCipher)
//!                                                              └─ HKDF-SHA-256, a label each
//!                                                                   ├─► index/pdq, index/landmark, …
//!                                                                   └─► signing.key
//! ```
//!
//! The salt is the first 16 bytes of the ledger's file, where SQLCipher keeps its own, so a ledger
//! and a copy of it are whole with nothing beside them. All keys are wiped from memory when they
//! go. None is ever printed, in `Debug` either.

use crate::EngineError;
use crate::keys::{from_hex, write_private};
use crate::outcome::to_hex;
use crate::sealed::FileSeal;
use argon2::{Algorithm, Argon2, Params, Version};
use athar_ledger::{LedgerError, LedgerKey, Lock, SALT_BYTES, salt_of};
use hkdf::Hkdf;
use sha2::Sha256;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// What a passphrase costs whoever tries one, and its owner each time: 64 MiB, gone through three
/// times, as RFC 9106 advises where memory is scarce. It belongs to the format.
const PASSPHRASE_KIB: u32 = 64 << 10;
const PASSPHRASE_ROUNDS: u32 = 3;

/// The longest file that is looked at as a key, in bytes.
const MOST_BYTES: u64 = 4096;

/// What opens an encrypted store.
#[derive(Clone)]
pub struct StoreKey(Source);

#[derive(Clone)]
enum Source {
    File(Zeroizing<[u8; 32]>),
    Passphrase(Zeroizing<String>),
}

impl StoreKey {
    /// Reads a key file: 64 hex digits.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is none.
    pub fn read(file: &Path) -> Result<Self, EngineError> {
        let mut text = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize));
        let read = File::open(file).and_then(|open| open.take(MOST_BYTES).read_to_end(&mut text));
        read.map_err(EngineError::StoreKeyFile)?;
        let digits = text.trim_ascii();
        let key = std::str::from_utf8(digits).ok().and_then(from_hex);
        let key = key.ok_or(EngineError::NotAStoreKey { bytes: digits.len() })?;
        Ok(Self(Source::File(Zeroizing::new(key))))
    }

    /// Makes a key and writes it to `file`, where nothing may be, for its owner's eyes.
    ///
    /// # Errors
    ///
    /// Something is there, or it cannot be written.
    pub fn make(file: &Path) -> Result<Self, EngineError> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *key).map_err(|_| EngineError::Entropy)?;
        let digits = Zeroizing::new(to_hex(&*key));
        let text = Zeroizing::new([digits.as_bytes(), b"\n"].concat());
        write_private(file, &text).map_err(EngineError::StoreKeyFile)?;
        sync_names_beside(file).map_err(EngineError::StoreKeyFile)?;
        Ok(Self(Source::File(key)))
    }

    /// The key that comes of a passphrase.
    ///
    /// # Errors
    ///
    /// It is empty.
    pub fn passphrase(text: Zeroizing<String>) -> Result<Self, EngineError> {
        if text.is_empty() {
            return Err(EngineError::NoPassphrase);
        }
        Ok(Self(Source::Passphrase(text)))
    }

    /// Whether it is a key of a file.
    pub fn is_of_file(&self) -> bool {
        matches!(self.0, Source::File(_))
    }

    pub(crate) fn lock(&self) -> Lock {
        if self.is_of_file() { Lock::KeyFile } else { Lock::Passphrase }
    }

    /// The keys of the store whose ledger begins with this salt.
    pub(crate) fn unlock(&self, salt: [u8; SALT_BYTES]) -> Result<Keys, EngineError> {
        let mut master = Zeroizing::new([0; 32]);
        match &self.0 {
            Source::File(key) => master.copy_from_slice(&**key),
            Source::Passphrase(text) => stretch(text, salt, &mut master)?,
        }
        Ok(Keys { master, salt, lock: self.lock() })
    }

    /// The keys of the store whose ledger is `ledger`.
    pub(crate) fn unlock_file(&self, ledger: &Path) -> Result<Keys, EngineError> {
        self.unlock(salt_of(ledger)?.ok_or(LedgerError::NotEncrypted)?)
    }

    /// The keys of a store that is going to be made.
    pub(crate) fn unlock_new(&self) -> Result<Keys, EngineError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| EngineError::Entropy)?;
        self.unlock(salt)
    }
}

/// Without the key.
impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreKey").field("is_of_file", &self.is_of_file()).finish_non_exhaustive()
    }
}

/// The keys of an opened store.
#[derive(Clone)]
pub(crate) struct Keys {
    master: Zeroizing<[u8; 32]>,
    salt: [u8; SALT_BYTES],
    pub(crate) lock: Lock,
}

impl Keys {
    /// For a ledger that is there, or that is going to be made.
    pub(crate) fn ledger(&self) -> LedgerKey {
        LedgerKey::with_salt(&self.master, self.salt)
    }

    /// For the files that are named by `label` in the store's directory.
    pub(crate) fn seal(&self, label: &str) -> FileSeal {
        let mut key = Zeroizing::new([0; 32]);
        let info = [b"athar store 1 ", label.as_bytes()].concat();
        // It is refused for more than 255 times 32 bytes only.
        let _ = Hkdf::<Sha256>::new(None, &*self.master).expand(&info, &mut *key);
        FileSeal::new(key)
    }

    /// Whether both open the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        *self.master == *other.master
    }

    pub(crate) fn salt(&self) -> [u8; SALT_BYTES] {
        self.salt
    }
}

fn stretch(text: &str, salt: [u8; SALT_BYTES], key: &mut [u8; 32]) -> Result<(), EngineError> {
    let params = Params::new(PASSPHRASE_KIB, PASSPHRASE_ROUNDS, 1, Some(key.len()));
    let stretched = params.and_then(|params| {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            text.as_bytes(),
            &salt,
            key,
        )
    });
    stretched.map_err(|_| EngineError::PassphraseMemory)
}

/// Makes the name of a file last.
fn sync_names_beside(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync_names(folder.unwrap_or(Path::new(".")))
}

/// Makes the names in a directory last, where the system has it done.
pub(crate) fn sync_names(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn bytes(keys: &Keys) -> [u8; 32] {
        *keys.master
    }

    #[test]
    fn a_key_file_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store.key");
        let made = StoreKey::make(&file).unwrap().unlock([1; 16]).unwrap();
        let read = StoreKey::read(&file).unwrap().unlock([2; 16]).unwrap();
        assert!(made.is_same(&read));
        let before = fs::read(&file).unwrap();
        assert!(matches!(StoreKey::make(&file), Err(EngineError::StoreKeyFile(_))));
        assert_eq!(fs::read(&file).unwrap(), before);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let other = StoreKey::make(&dir.path().join("other")).unwrap().unlock([1; 16]).unwrap();
        assert!(!made.is_same(&other));
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_length() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("store.key");
        for (text, length) in [("", 0), ("abc\n", 3), (&"g".repeat(64), 64), (&"a".repeat(66), 66)]
        {
            fs::write(&file, text).unwrap();
            let refused = StoreKey::read(&file);
            assert!(
                matches!(refused, Err(EngineError::NotAStoreKey { bytes }) if bytes == length),
                "{text}"
            );
        }
        assert!(StoreKey::read(&dir.path().join("none")).is_err());
        assert!(StoreKey::passphrase(Zeroizing::new(String::new())).is_err());
    }

    /// Made with OpenSSL's Argon2id: what a passphrase gives must never change unseen.
    #[test]
    fn a_passphrase_gives_one_key_for_one_salt() {
        let key = |salt| {
            let text = Zeroizing::new("صبر جميل 7".to_owned());
            to_hex(&bytes(&StoreKey::passphrase(text).unwrap().unlock(salt).unwrap()))
        };
        let expected = "abb9a5960c35d5674c11189d7ef8b81c34f73072d7fa8cce6c32d4d33e91ef30";
        assert_eq!(key([7; 16]), expected);
        assert_ne!(key([8; 16]), expected);
    }

    #[test]
    fn files_have_keys_of_their_own_and_none_is_printed() {
        let keys = StoreKey(Source::File(Zeroizing::new([0xab; 32]))).unlock([0; 16]).unwrap();
        let sealed = |label| keys.seal(label).sealed("x", b"content").unwrap();
        assert!(keys.seal("index/pdq").opened("x", &sealed("index/pdq")).is_ok());
        assert!(keys.seal("index/voice").opened("x", &sealed("index/pdq")).is_err());
        let key = StoreKey(Source::File(Zeroizing::new([0xab; 32])));
        let printed = format!("{key:?} {:?}", keys.ledger());
        assert!(!printed.contains("171") && !printed.contains("ab, ") && !printed.contains("abab"));
    }
}
