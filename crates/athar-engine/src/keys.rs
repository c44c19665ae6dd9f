//! The unit's key, and what it signs.
//!
//! A statement is signed as the very bytes that are passed on, behind a text that says what it is,
//! so that a signature over one thing is never one over another.

use crate::outcome::to_hex;
use crate::store_key::Keys;
use crate::{EngineError, Store};
use athar_exchange::delta::KeyId;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use zeroize::Zeroizing;

/// Where the key lies in the store's directory.
pub(crate) const KEY_FILE: &str = "signing.key";

/// Where it lies, sealed by another key of the store or by none, until that is the store's.
pub(crate) const KEY_FILE_NEW: &str = "signing.key.new";

/// What its first line says.
const KEY_HEAD: &str = "athar signing key 1";

/// The longest file that is read as a key or as a statement, in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// The half of a key that anybody may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From its 64 hex digits.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn from_hex(text: &str) -> Result<Self, EngineError> {
        let bytes = from_hex(text.trim()).ok_or(EngineError::NotAKey)?;
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| EngineError::NotAKey)
    }

    /// Its 64 hex digits.
    pub fn to_hex(&self) -> String {
        to_hex(self.0.as_bytes())
    }

    pub(crate) fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// What names it: the SHA-256 of its 32 bytes.
    pub fn id(&self) -> [u8; 32] {
        KeyId::of(&self.0).0
    }

    pub(crate) fn verifying(&self) -> &VerifyingKey {
        &self.0
    }

    /// Whether it is the key of a signature over these bytes, of this kind.
    pub(crate) fn has_signed(&self, domain: &str, bytes: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.0.verify_strict(&message(domain, bytes), &signature).is_ok()
    }
}

/// A statement that is passed on with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// What kind of statement it is, as `athar/receipt/1`.
    pub kind: String,
    /// The statement itself: JSON, whose bytes are signed as they are.
    pub statement: String,
    /// The public key, 64 hex digits.
    pub public_key: String,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}

impl Signed {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        serde_json::from_str(text).map_err(|_| EngineError::NotAStatement)
    }

    /// Whether its key signed it, and `trusted` is that key where one is given.
    ///
    /// # Errors
    ///
    /// Its key or its signature are none.
    pub fn holds(&self, trusted: Option<&PublicKey>) -> Result<bool, EngineError> {
        let key = PublicKey::from_hex(&self.public_key)?;
        let signature = from_hex(&self.signature).ok_or(EngineError::NotAStatement)?;
        let is_trusted = trusted.is_none_or(|trusted| *trusted == key);
        Ok(is_trusted && key.has_signed(&self.kind, self.statement.as_bytes(), &signature))
    }
}

/// The half of a key that nobody else has.
pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// For a delta, which has its own way to be signed.
    pub(crate) fn signing(&self) -> SigningKey {
        self.0.clone()
    }

    pub(crate) fn sign(&self, domain: &str, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(&message(domain, bytes)).to_bytes()
    }

    /// Signs what says itself what it is.
    pub(crate) fn sign_message(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    fn from_text(text: &[u8]) -> Option<Self> {
        let rest = std::str::from_utf8(text).ok()?.strip_prefix(KEY_HEAD)?;
        let secret = Zeroizing::new(from_hex(rest.trim())?);
        Some(Self(SigningKey::from_bytes(&secret)))
    }

    /// The file that it lies in, sealed in a store that is encrypted.
    pub(crate) fn file_of(&self, keys: Option<&Keys>) -> Result<Zeroizing<Vec<u8>>, EngineError> {
        let digits = Zeroizing::new(to_hex(self.0.as_bytes()));
        let text = [KEY_HEAD, "\n", &digits, "\n"].concat().into_bytes();
        let text = Zeroizing::new(text);
        match keys {
            Some(keys) => Ok(Zeroizing::new(keys.seal(KEY_FILE).sealed(KEY_FILE, &text)?)),
            None => Ok(text),
        }
    }

    pub(crate) fn sign_statement(&self, kind: &str, statement: String) -> Signed {
        let signature = self.sign(kind, statement.as_bytes());
        let public_key = self.public().to_hex();
        Signed { kind: kind.into(), statement, public_key, signature: to_hex(&signature) }
    }
}

impl Store {
    /// Makes the store's key.
    ///
    /// # Errors
    ///
    /// It has one, or it cannot be written.
    pub fn make_key(&self) -> Result<PublicKey, EngineError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| EngineError::Entropy)?;
        let key = Key(SigningKey::from_bytes(&secret));
        match write_private(&self.dir().join(KEY_FILE), &key.file_of(self.keys())?) {
            Ok(()) => Ok(key.public()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(EngineError::KeyExists)
            }
            Err(error) => Err(EngineError::KeyFile(error)),
        }
    }

    /// The public half of the store's key; `None` without one.
    pub fn public_key(&self) -> Result<Option<PublicKey>, EngineError> {
        Ok(self.key()?.map(|key| key.public()))
    }

    pub(crate) fn key(&self) -> Result<Option<Key>, EngineError> {
        match self.key_in(KEY_FILE) {
            // Cut off just before its end, a change of the store's key leaves it under this name.
            Err(EngineError::NotAKey) => match self.key_in(KEY_FILE_NEW) {
                Ok(Some(key)) => Ok(Some(key)),
                _ => Err(EngineError::NotAKey),
            },
            found => found,
        }
    }

    /// The key in a file of this name, if it opens by the store's key.
    pub(crate) fn key_in(&self, name: &str) -> Result<Option<Key>, EngineError> {
        let bytes = match read_small(&self.dir().join(name)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(EngineError::KeyFile(error)),
        };
        let text = match self.keys() {
            Some(keys) => keys.seal(KEY_FILE).opened(KEY_FILE, &bytes).ok(),
            None => Some(bytes),
        };
        let key = text.as_ref().and_then(|text| Key::from_text(text));
        Ok(Some(key.ok_or(EngineError::NotAKey)?))
    }
}

/// What is signed: what it is, and its bytes.
fn message(domain: &str, bytes: &[u8]) -> Vec<u8> {
    [domain.as_bytes(), &[0], bytes].concat()
}

fn read_small(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, MOST_BYTES), &mut bytes)?;
    Ok(bytes)
}

/// A new file that only its owner may read. It is on the disk when this returns, or not there: half
/// a key would stand in the way of a whole one.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let kept = file.write_all(bytes).and_then(|()| file.sync_all());
    if kept.is_err() {
        // The first error is the one that is told.
        let _ = fs::remove_file(path);
    }
    kept
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let is_hex = digits.len() == 2 * N && digits.iter().all(u8::is_ascii_hexdigit);
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    is_hex.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::init(&dir.path().join("store")).unwrap();
        (dir, store)
    }

    #[test]
    fn a_key_is_made_once_and_found_again() {
        let (_dir, store) = store();
        assert_eq!(store.public_key().unwrap(), None);
        let public = store.make_key().unwrap();
        assert_eq!(store.public_key().unwrap(), Some(public));
        assert!(matches!(store.make_key(), Err(EngineError::KeyExists)));
        assert_eq!(PublicKey::from_hex(&public.to_hex()).unwrap(), public);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(store.dir().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(store.dir().join(KEY_FILE), "something else").unwrap();
        assert!(matches!(store.public_key(), Err(EngineError::NotAKey)));
    }

    #[test]
    fn a_statement_holds_as_it_was_signed_and_no_other_way() {
        let (_dir, store) = store();
        store.make_key().unwrap();
        let key = store.key().unwrap().unwrap();
        let signed = key.sign_statement("athar/test/1", r#"{"items":3}"#.into());
        assert!(signed.holds(None).unwrap() && signed.holds(Some(&key.public())).unwrap());
        let text = serde_json::to_string(&signed).unwrap();
        assert_eq!(Signed::parse(&text).unwrap(), signed);
        let stranger = Key(SigningKey::from_bytes(&[7; 32]));
        assert!(!signed.holds(Some(&stranger.public())).unwrap());
        for forged in [
            Signed { kind: "athar/other/1".into(), ..signed.clone() },
            Signed { statement: r#"{"items":4}"#.into(), ..signed.clone() },
            Signed { public_key: stranger.public().to_hex(), ..signed.clone() },
        ] {
            assert!(!forged.holds(None).unwrap(), "{}", forged.kind);
        }
        assert!(matches!(Signed::parse("{}"), Err(EngineError::NotAStatement)));
    }
}
