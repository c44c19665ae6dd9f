//! A store on disk: the ledger, and what is derived from it.

use crate::lookup::Lookup;
use crate::{EngineError, clock};
use athar_kernel::Level;
use athar_ledger::{Ledger, LedgerError};
use std::fs;
use std::path::{Path, PathBuf};

/// The ledger's file name in the store's directory.
const LEDGER_FILE: &str = "ledger.sqlite";

/// What the chain of events names as the program that wrote it.
pub(crate) const PROGRAM: &str = concat!("athar ", env!("CARGO_PKG_VERSION"));

/// An opened store.
pub struct Store {
    pub(crate) ledger: Ledger,
    pub(crate) lookup: Lookup,
    file: PathBuf,
}

impl Store {
    /// Makes a new store in `dir`, and the directory if need be. Fails when there is one.
    pub fn init(dir: &Path) -> Result<Self, EngineError> {
        make_private_dir(dir).map_err(EngineError::MakeStore)?;
        let file = dir.join(LEDGER_FILE);
        let ledger = match Ledger::create(&file, PROGRAM, clock::now_ms()) {
            Err(LedgerError::AlreadyExists) => return Err(EngineError::StoreExists),
            other => other?,
        };
        Ok(Self::with(ledger, file))
    }

    /// Opens the store in `dir` for reading and writing.
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        Self::open_with(dir, Ledger::open)
    }

    /// Opens the store in `dir` for reading only, which works on a write-protected one too.
    pub fn open_read_only(dir: &Path) -> Result<Self, EngineError> {
        Self::open_with(dir, Ledger::open_read_only)
    }

    fn open_with(
        dir: &Path,
        open: fn(&Path) -> Result<Ledger, LedgerError>,
    ) -> Result<Self, EngineError> {
        let file = dir.join(LEDGER_FILE);
        match open(&file) {
            Err(LedgerError::NotFound) => Err(EngineError::NoStore),
            ledger => Ok(Self::with(ledger?, file)),
        }
    }

    fn with(ledger: Ledger, file: PathBuf) -> Self {
        Self { ledger, lookup: Lookup::new(Level::best()), file }
    }

    /// A second connection, for reading while this one writes.
    pub(crate) fn reader(&self) -> Result<Ledger, EngineError> {
        Ok(Ledger::open_read_only(&self.file)?)
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
