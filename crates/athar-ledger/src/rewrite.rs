//! The whole ledger written anew under another key, or under none.
//!
//! The new one is a file of its own until its owner gives it the old one's name. Whoever has the old
//! one is alone with it from the moment at which it was read, so nothing that is written is missing
//! in the new one.

use crate::{
    Ledger, LedgerKey, NewKeyChange, Seq,
    error::{LedgerError, Result},
    open,
};
use rusqlite::config::DbConfig;
use std::{fs, path::Path, time::Duration};
use zeroize::Zeroizing;

/// What SQLite says of a full disk. SQLCipher hands on the text of an error alone.
const FULL: &str = "database or disk is full";

/// The name that the new ledger has beside the old one.
const FRESH: &str = "fresh";

impl Ledger {
    /// Makes sure that nobody else has the ledger open, and keeps everybody out until it is dropped.
    /// Its log is gone then, which would otherwise be taken for that of whatever gets its name.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] when somebody has it open; [`LedgerError::ReadOnly`].
    pub fn take_alone(&mut self) -> Result<()> {
        self.conn.busy_timeout(Duration::ZERO)?;
        if !self.empty_log()? {
            return Err(LedgerError::Locked);
        }
        let mode: String =
            self.conn.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
        if mode != "delete" {
            return Err(LedgerError::Locked);
        }
        let exclusive = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;";
        Ok(self.conn.execute_batch(exclusive)?)
    }

    /// Writes the whole ledger to `file`, where nothing may be, under `key`, or in plain without
    /// one. It is on the disk when this returns. The caller is [alone](Self::take_alone).
    ///
    /// # Errors
    /// [`LedgerError::AlreadyExists`], [`LedgerError::Full`], [`LedgerError::Denied`].
    pub fn rewrite_to(&mut self, file: &Path, key: Option<&LedgerKey>) -> Result<()> {
        open::make_private(file)?;
        self.attach(file, key)?;
        let written = self.copy_into_fresh();
        let detached = self.conn.execute_batch("DETACH fresh");
        written?;
        detached?;
        Ok(fs::File::open(file)?.sync_all()?)
    }

    fn attach(&self, file: &Path, key: Option<&LedgerKey>) -> Result<()> {
        let kind = std::io::ErrorKind::InvalidFilename;
        let name = file.to_str().ok_or(LedgerError::Io { kind })?;
        // An empty key means none.
        let literal = key.map_or_else(|| Zeroizing::new(String::new()), LedgerKey::literal);
        self.conn.execute_batch(open::CIPHER_SETTINGS)?;
        let sql = format!("ATTACH ?1 AS {FRESH} KEY ?2");
        self.conn.execute(&sql, [name, literal.as_str()])?;
        Ok(())
    }

    /// SQLCipher copies the tables with their definitions, which the shield against changed
    /// definitions would forbid, and leaves the two numbers of the header to us.
    fn copy_into_fresh(&self) -> Result<()> {
        let number = |name| self.conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let numbers = ["application_id", "user_version"].map(|name| (name, number(name)));
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
        let copied = self.conn.query_row("SELECT sqlcipher_export(?1)", [FRESH], |_| Ok(()));
        self.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        copied.map_err(of_copying)?;
        for (name, value) in numbers {
            self.conn.pragma_update(Some(FRESH), name, value?)?;
        }
        Ok(())
    }

    /// Opens the new ledger for the change that is to be its last event, and closes it so that it is
    /// one whole file: its events and the digest of the last are those of the old one before.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when it is not.
    pub fn finish_rewrite(
        &self,
        file: &Path,
        key: Option<&LedgerKey>,
        change: &NewKeyChange<'_>,
        at_ms: i64,
    ) -> Result<Seq> {
        let mut fresh = Self::open_with(file, key, at_ms)?;
        let report = fresh.verify()?;
        let last = self.last_seq()?;
        let is_whole = report.is_sound() && report.events == last;
        if !is_whole || Some(report.head) != self.event_digest(last)? {
            return Err(LedgerError::Corrupt);
        }
        let seq = fresh.write(|tx| tx.record_key_change(change, at_ms))?;
        if !fresh.empty_log()? {
            return Err(LedgerError::Locked);
        }
        fresh.conn.close().map_err(|(_, error)| LedgerError::from(error))?;
        fs::File::open(file)?.sync_all()?;
        Ok(seq)
    }
}

fn of_copying(error: rusqlite::Error) -> LedgerError {
    match &error {
        rusqlite::Error::SqliteFailure(_, Some(text)) if text.contains(FULL) => LedgerError::Full,
        _ => error.into(),
    }
}
