//! Copies of the ledger, each of which was verified before it is relied on.
//!
//! The ledger is the store: indexes come of it again. The signing key is not in a copy.

use crate::outcome::hex;
use crate::store::LEDGER_FILE;
use crate::{EngineError, Store, StoreFault, StoreKey};
use athar_ledger::{Ledger, VerifyReport};
use serde::Serialize;
use std::path::Path;

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupSummary {
    /// Events in its chain.
    pub events: u64,
    /// Records that fit their events.
    pub rows: u64,
    /// Codes.
    pub codes: u64,
    /// Whether it is encrypted, by the key of the store that it is a copy of.
    pub encrypted: bool,
    /// Digest of the last event: who keeps it elsewhere can tell this copy from another.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
}

impl Store {
    /// Writes a copy of the ledger to `file`, where nothing may be, while the store is in use, and
    /// verifies it. That of an encrypted store opens by the store's key.
    ///
    /// # Errors
    ///
    /// It cannot be written, or the ledger is not sound.
    pub fn backup(&self, file: &Path) -> Result<BackupSummary, EngineError> {
        self.ledger.copy_to(file)?;
        sound(&self.open_copy(file)?)
    }

    /// Makes a store in `dir` of a copy that [`backup`](Self::backup) wrote. The copy is verified
    /// first, and held against `kept`, a checkpoint from elsewhere, where one is given. Where the copy
    /// is encrypted, its key opens it, and the store afterwards.
    ///
    /// # Errors
    ///
    /// There is a store; the copy is not sound, or not the one of the checkpoint. Nothing was made.
    pub fn restore(
        dir: &Path,
        file: &Path,
        key: Option<&StoreKey>,
        kept: Option<&str>,
    ) -> Result<BackupSummary, EngineError> {
        let ledger_key = key.map(|key| key.unlock_file(file)).transpose()?;
        let ledger_key = ledger_key.map(|keys| keys.ledger());
        let copy = Ledger::open_read_only_with(file, ledger_key.as_ref())?;
        let summary = sound(&copy)?;
        let copy = Self::of_copy(copy, dir);
        if let Some(fault) = kept.map(|kept| copy.verify_kept(kept)).transpose()?.flatten() {
            return Err(EngineError::Unsound(fault));
        }
        Self::make_dir(dir)?;
        match copy.ledger.copy_to(&dir.join(LEDGER_FILE)) {
            Err(athar_ledger::LedgerError::AlreadyExists) => Err(EngineError::StoreExists),
            copied => Ok(copied.map(|_| summary)?),
        }
    }
}

fn sound(copy: &Ledger) -> Result<BackupSummary, EngineError> {
    let report = copy.verify()?;
    if let Some(fault) = report.fault {
        return Err(EngineError::Unsound(StoreFault::Ledger(fault)));
    }
    let VerifyReport { events, records, codes, head, .. } = report;
    let encrypted = copy.is_encrypted();
    Ok(BackupSummary { events, rows: records, codes, encrypted, digest: head })
}
