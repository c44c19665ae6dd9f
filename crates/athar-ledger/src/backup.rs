//! A copy of the ledger as it is at one moment, while it is in use.

use crate::{
    Ledger, Seq,
    error::{LedgerError, Result},
    open,
};
use std::{fs, io::ErrorKind, path::Path};

impl Ledger {
    /// Writes a copy to `file`, where nothing may be, and returns the number of its last event.
    /// Nobody waits for it. The copy has what was committed when it began, and nothing that was
    /// removed before; it appears whole or not at all, and only its owner may read it. That of an
    /// encrypted ledger has the same key and the same salt.
    ///
    /// # Errors
    /// [`LedgerError::AlreadyExists`], [`LedgerError::NotFound`] when the folder does not exist,
    /// [`LedgerError::Full`], [`LedgerError::Denied`]; [`LedgerError::Io`] with
    /// [`ErrorKind::InvalidFilename`] for a name that is not UTF-8.
    pub fn copy_to(&self, file: &Path) -> Result<Seq> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(LedgerError::AlreadyExists);
        }
        let draft = open::draft_name(file)?;
        let copied = self.write_copy(&draft).and_then(|seq| {
            open::publish(&draft, file)?;
            Ok(seq)
        });
        // Only a draft that became nothing is still there.
        let _ = fs::remove_file(&draft);
        copied
    }

    fn write_copy(&self, draft: &Path) -> Result<Seq> {
        let name = draft.to_str().ok_or(LedgerError::Io { kind: ErrorKind::InvalidFilename })?;
        // SQLite fills an empty file and leaves its permissions.
        open::make_private(draft)?;
        self.conn.prepare("VACUUM INTO ?1")?.execute([name])?;
        fs::File::open(draft)?.sync_all()?;
        Self::open_read_only_with(draft, self.key.as_ref())?.last_seq()
    }
}
