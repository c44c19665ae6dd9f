//! A store on disk: the ledger, and what is derived from it.

use crate::{EngineError, clock};
use athar_hash::Space;
use athar_ledger::{Ledger, LedgerError};
use std::fs;
use std::path::{Path, PathBuf};

/// The ledger's file name in the store's directory.
pub(crate) const LEDGER_FILE: &str = "ledger.sqlite";

/// Where the indexes lie in the store's directory, each in a directory of its space's name.
const INDEX_DIR: &str = "index";

/// What the chain of events names as the program that wrote it.
pub(crate) const PROGRAM: &str = concat!("athar ", env!("CARGO_PKG_VERSION"));

/// An opened store.
pub struct Store {
    pub(crate) ledger: Ledger,
    dir: PathBuf,
}

impl Store {
    /// Makes a new store in `dir`, and the directory if need be. Fails when there is one.
    pub fn init(dir: &Path) -> Result<Self, EngineError> {
        Self::make_dir(dir)?;
        let file = dir.join(LEDGER_FILE);
        let ledger = match Ledger::create(&file, PROGRAM, clock::now_ms()) {
            Err(LedgerError::AlreadyExists) => return Err(EngineError::StoreExists),
            other => other?,
        };
        Ok(Self { ledger, dir: dir.into() })
    }

    pub(crate) fn make_dir(dir: &Path) -> Result<(), EngineError> {
        make_private_dir(dir).map_err(EngineError::MakeStore)
    }

    /// A ledger from elsewhere that is going to be the one of the store in `dir`.
    pub(crate) fn of_copy(ledger: Ledger, dir: &Path) -> Self {
        Self { ledger, dir: dir.into() }
    }

    /// Opens the store in `dir` for reading and writing.
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        Self::open_with(dir, |file| Ledger::open(file, clock::now_ms()))
    }

    /// Opens the store in `dir` for reading only, which works on a write-protected one too.
    pub fn open_read_only(dir: &Path) -> Result<Self, EngineError> {
        Self::open_with(dir, Ledger::open_read_only)
    }

    fn open_with(
        dir: &Path,
        open: fn(&Path) -> Result<Ledger, LedgerError>,
    ) -> Result<Self, EngineError> {
        match open(&dir.join(LEDGER_FILE)) {
            Err(LedgerError::NotFound) => Err(EngineError::NoStore),
            ledger => Ok(Self { ledger: ledger?, dir: dir.into() }),
        }
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

    /// The directory of a space's index.
    pub(crate) fn index_dir(&self, space: Space) -> PathBuf {
        self.dir.join(INDEX_DIR).join(space.name())
    }

    /// The directory of the index of lists' codes.
    pub(crate) fn listed_dir(&self) -> PathBuf {
        self.dir.join(INDEX_DIR).join("listed")
    }

    /// A second connection, for reading while this one writes.
    pub(crate) fn reader(&self) -> Result<Ledger, EngineError> {
        Ok(Ledger::open_read_only(&self.dir.join(LEDGER_FILE))?)
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
