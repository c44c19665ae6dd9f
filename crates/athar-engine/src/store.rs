//! A store on disk: the ledger, and what is derived from it.

use crate::store_key::Keys;
use crate::{EngineError, StoreKey, clock};
use athar_hash::Space;
use athar_index::Seal;
use athar_ledger::{Ledger, LedgerError, LedgerKey, salt_of};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The ledger's file name in the store's directory.
pub(crate) const LEDGER_FILE: &str = "ledger.sqlite";

/// Where the indexes lie in the store's directory, each in a directory of its space's name.
pub(crate) const INDEX_DIR: &str = "index";

/// What the chain of events names as the program that wrote it.
pub(crate) const PROGRAM: &str = concat!("athar ", env!("CARGO_PKG_VERSION"));

/// An opened store.
pub struct Store {
    pub(crate) ledger: Ledger,
    dir: PathBuf,
    /// Where the store is encrypted.
    keys: Option<Keys>,
    /// Says to whoever wants to change the key that the store is in use.
    claim: Claim,
}

impl Store {
    /// Makes a new store in `dir`, and the directory if need be. Fails when there is one.
    pub fn init(dir: &Path) -> Result<Self, EngineError> {
        Self::init_with_key(dir, None)
    }

    /// The same, encrypted where a key is given.
    ///
    /// # Errors
    ///
    /// As [`init`](Self::init).
    pub fn init_with_key(dir: &Path, key: Option<&StoreKey>) -> Result<Self, EngineError> {
        Self::make_dir(dir)?;
        let claim = Claim::shared(dir)?;
        let keys = key.map(StoreKey::unlock_new).transpose()?;
        let (file, ledger_key) = (dir.join(LEDGER_FILE), keys.as_ref().map(Keys::ledger));
        let ledger = match Ledger::create_with(&file, ledger_key.as_ref(), PROGRAM, clock::now_ms())
        {
            Err(LedgerError::AlreadyExists) => return Err(EngineError::StoreExists),
            other => other?,
        };
        Ok(Self { ledger, dir: dir.into(), keys, claim })
    }

    pub(crate) fn make_dir(dir: &Path) -> Result<(), EngineError> {
        make_private_dir(dir).map_err(EngineError::MakeStore)
    }

    /// A ledger from elsewhere that is going to be the one of the store in `dir`.
    pub(crate) fn of_copy(ledger: Ledger, dir: &Path) -> Self {
        Self { ledger, dir: dir.into(), keys: None, claim: Claim::none() }
    }

    /// Opens the store in `dir` for reading and writing.
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        Self::open_with_key(dir, None)
    }

    /// The same of one that is encrypted, where a key is given.
    ///
    /// # Errors
    ///
    /// There is no store, or it does not open by this key, or by none.
    pub fn open_with_key(dir: &Path, key: Option<&StoreKey>) -> Result<Self, EngineError> {
        let open =
            |file: &Path, key: Option<&LedgerKey>| Ledger::open_with(file, key, clock::now_ms());
        let store = Self::open_by(dir, key, open)?;
        store.end_rotation();
        Ok(store)
    }

    /// Opens the store in `dir` for reading only, which works on a write-protected one too.
    pub fn open_read_only(dir: &Path) -> Result<Self, EngineError> {
        Self::open_read_only_with_key(dir, None)
    }

    /// The same of one that is encrypted, where a key is given.
    ///
    /// # Errors
    ///
    /// As [`open_with_key`](Self::open_with_key).
    pub fn open_read_only_with_key(
        dir: &Path,
        key: Option<&StoreKey>,
    ) -> Result<Self, EngineError> {
        Self::open_by(dir, key, Ledger::open_read_only_with)
    }

    fn open_by(
        dir: &Path,
        key: Option<&StoreKey>,
        open: impl FnOnce(&Path, Option<&LedgerKey>) -> Result<Ledger, LedgerError>,
    ) -> Result<Self, EngineError> {
        let (claim, file) = (Claim::shared(dir)?, dir.join(LEDGER_FILE));
        let keys = key.map(|key| key.unlock_file(&file)).transpose();
        let opened = keys.and_then(|keys| {
            let ledger = open(&file, keys.as_ref().map(Keys::ledger).as_ref())?;
            Ok(Self { ledger, dir: dir.into(), keys, claim })
        });
        match opened {
            Err(EngineError::Ledger(LedgerError::NotFound)) => Err(EngineError::NoStore),
            opened => opened,
        }
    }

    /// Whether the store in `dir` is encrypted. Where there is none, or something else, it is not:
    /// opening it says why.
    pub fn is_encrypted_at(dir: &Path) -> bool {
        Self::is_encrypted_copy(&dir.join(LEDGER_FILE))
    }

    /// Whether a copy of a ledger, as [`backup`](Self::backup) wrote it, is encrypted.
    pub fn is_encrypted_copy(file: &Path) -> bool {
        matches!(salt_of(file), Ok(Some(_)))
    }

    /// Whether something lies in `dir` where a store has its ledger.
    pub fn is_there(dir: &Path) -> bool {
        fs::symlink_metadata(dir.join(LEDGER_FILE)).is_ok()
    }

    /// Whether the store is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.keys.is_some()
    }

    /// What the store is locked by, and its keys.
    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// Shuts everybody else out, until the store goes or is [shared](Self::share) again.
    pub(crate) fn alone(&self) -> Result<(), EngineError> {
        self.claim.alone()
    }

    pub(crate) fn share(&self) {
        self.claim.share();
    }

    pub(crate) fn into_parts(self) -> (Ledger, PathBuf, Option<Keys>, Claim) {
        (self.ledger, self.dir, self.keys, self.claim)
    }

    pub(crate) fn of_parts(ledger: Ledger, dir: PathBuf, keys: Option<Keys>, claim: Claim) -> Self {
        Self { ledger, dir, keys, claim }
    }

    /// Makes sure that this program's codes can be compared with the store's.
    pub(crate) fn comparable(&self) -> Result<(), EngineError> {
        for found in self.ledger.schemes()? {
            let Some(space) = Space::from_name(&found.space) else { continue };
            let (scheme, version) = space.scheme();
            if (found.scheme.as_str(), found.version) != (scheme, version) {
                return Err(EngineError::OtherScheme {
                    space: space.name(),
                    found: format!("{} {}", found.scheme, found.version),
                    ours: format!("{scheme} {version}"),
                });
            }
        }
        Ok(())
    }

    /// The store's directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a space's index lies.
    pub(crate) fn index_place(&self, space: Space) -> IndexPlace {
        self.place_of_index(space.name())
    }

    /// Where the index of lists' codes lies.
    pub(crate) fn listed_place(&self) -> IndexPlace {
        self.place_of_index("listed")
    }

    fn place_of_index(&self, name: &str) -> IndexPlace {
        let seal =
            |keys: &Keys| -> Arc<dyn Seal> { Arc::new(keys.seal(&format!("{INDEX_DIR}/{name}"))) };
        let dir = self.dir.join(INDEX_DIR).join(name);
        IndexPlace { dir, seal: self.keys.as_ref().map(seal) }
    }

    /// A second connection, for reading while this one writes.
    pub(crate) fn reader(&self) -> Result<Ledger, EngineError> {
        self.open_copy(&self.dir.join(LEDGER_FILE))
    }

    /// A ledger that opens as this store's does.
    pub(crate) fn open_copy(&self, file: &Path) -> Result<Ledger, EngineError> {
        let key = self.keys.as_ref().map(Keys::ledger);
        Ok(Ledger::open_read_only_with(file, key.as_ref())?)
    }
}

/// Where an index lies, and how its files are sealed if they are.
pub(crate) struct IndexPlace {
    pub dir: PathBuf,
    pub seal: Option<Arc<dyn Seal>>,
}

/// A lock on the store's directory, which nothing else locks: whoever uses the store shares it, and
/// whoever changes its key has it alone. Some file systems have none, which is no trouble but to
/// whoever wants it alone.
pub(crate) struct Claim(Option<File>);

impl Claim {
    fn none() -> Self {
        Self(None)
    }

    fn shared(dir: &Path) -> Result<Self, EngineError> {
        let Ok(open) = File::open(dir) else { return Ok(Self::none()) };
        match open.try_lock_shared() {
            Ok(()) => Ok(Self(Some(open))),
            Err(TryLockError::WouldBlock) => Err(EngineError::KeyChanging),
            Err(TryLockError::Error(_)) => Ok(Self::none()),
        }
    }

    /// Shuts everybody else out.
    fn alone(&self) -> Result<(), EngineError> {
        let open = self.0.as_ref().ok_or(EngineError::NoClaim)?;
        match open.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(EngineError::StoreInUse),
            Err(TryLockError::Error(_)) => Err(EngineError::NoClaim),
        }
    }

    /// Lets others in again.
    fn share(&self) {
        // At worst they are kept out until this ends.
        let _ = self.0.as_ref().map(File::try_lock_shared);
    }
}

/// Codes are personal data: only the owner of the store may look into it.
#[cfg(unix)]
fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private_dir(dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)
}
