//! The ledger itself: one connection, and the one way to write.

use crate::{
    Act, LedgerKey, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    open, schema,
};
use rusqlite::{Connection, Transaction, TransactionBehavior, types::Value};
use std::{fmt, path::Path, time::Duration};

/// How long a change waits for another program's change to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// One connection to a ledger. Several may be open on the same file, in one program or in many:
/// readers never wait, writers wait for each other.
pub struct Ledger {
    pub(crate) conn: Connection,
    /// With which it was opened, where it is encrypted.
    pub(crate) key: Option<LedgerKey>,
    read_only: bool,
    /// Who writes, and what for.
    pub(crate) act: Option<Act>,
}

/// Without the file's path, which belongs in no log.
impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("read_only", &self.read_only).finish_non_exhaustive()
    }
}

/// How far what was removed is out of a ledger's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scrubbed {
    /// Nothing of it is left on any page.
    Pages,
    /// The rows are overwritten. Copies that were made when rows moved may be left.
    Rows,
    /// Another program reads what was there before, so the log beside the file still has it.
    InUse,
}

impl Ledger {
    /// Makes a new ledger at `file` and opens it. `program` is the program's name and version,
    /// for the first event. The file appears whole or not at all.
    ///
    /// # Errors
    /// [`LedgerError::AlreadyExists`] when anything is at `file`, [`LedgerError::NotFound`] when
    /// its folder does not exist, and what the disk may say.
    pub fn create(file: &Path, program: &str, at_ms: i64) -> Result<Self> {
        Self::create_with(file, None, program, at_ms)
    }

    /// The same, encrypted where a key is given.
    ///
    /// # Errors
    /// As [`Ledger::create`].
    pub fn create_with(
        file: &Path,
        key: Option<&LedgerKey>,
        program: &str,
        at_ms: i64,
    ) -> Result<Self> {
        open::create(file, key, |conn| {
            schema::make_tables(conn)?;
            let details = Details::new().text("program", program).number("schema", schema::VERSION);
            Tx::appender(conn)?.event(Kind::LedgerCreated, &details, at_ms)
        })?;
        Self::open_with(file, key, at_ms)
    }

    /// Opens the ledger at `file` for reading and writing. What the file is gets settled before
    /// anything is touched. One of an older schema version is brought to this program's; `at_ms`
    /// is when that happens, for the event that tells it.
    ///
    /// # Errors
    /// [`LedgerError::NotFound`], [`LedgerError::NotALedger`], [`LedgerError::NewerVersion`],
    /// [`LedgerError::Corrupt`], [`LedgerError::Locked`], [`LedgerError::ReadOnly`],
    /// [`LedgerError::Denied`], [`LedgerError::Full`].
    pub fn open(file: &Path, at_ms: i64) -> Result<Self> {
        Self::open_with(file, None, at_ms)
    }

    /// The same of one that is encrypted, where a key is given.
    ///
    /// # Errors
    /// As [`Ledger::open`], and [`LedgerError::KeyMissing`], [`LedgerError::WrongKey`],
    /// [`LedgerError::NotEncrypted`].
    pub fn open_with(file: &Path, key: Option<&LedgerKey>, at_ms: i64) -> Result<Self> {
        let conn = open::read_write(file, key, PATIENCE, at_ms)?;
        Ok(Self { conn, key: key.cloned(), read_only: false, act: None })
    }

    /// Opens the ledger at `file` for reading, which also works on a disk that cannot be
    /// written. Writing ends in [`LedgerError::ReadOnly`]. SQLite may leave an empty log beside
    /// the file. One of an older schema version is read as it is; what that did not have is empty.
    ///
    /// # Errors
    /// As [`Ledger::open`]; [`LedgerError::ReadOnly`] only when a crash left changes beside the
    /// file that cannot be read without writing.
    pub fn open_read_only(file: &Path) -> Result<Self> {
        Self::open_read_only_with(file, None)
    }

    /// The same of one that is encrypted, where a key is given.
    ///
    /// # Errors
    /// As [`Ledger::open_read_only`] and [`Ledger::open_with`].
    pub fn open_read_only_with(file: &Path, key: Option<&LedgerKey>) -> Result<Self> {
        let conn = open::read_only(file, key, PATIENCE)?;
        Ok(Self { conn, key: key.cloned(), read_only: true, act: None })
    }

    #[cfg(test)]
    pub(crate) fn open_patiently(file: &Path, patience: Duration, at_ms: i64) -> Result<Self> {
        let conn = open::read_write(file, None, patience, at_ms)?;
        Ok(Self { conn, key: None, read_only: false, act: None })
    }

    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.key.is_some()
    }

    /// Runs `f` as one change: when it returns `Ok` everything it wrote is on the disk, and when
    /// it returns `Err` or panics nothing is. Reads inside see what was written so far.
    ///
    /// # Errors
    /// What `f` returns; [`LedgerError::Locked`] when another writer does not end in time;
    /// [`LedgerError::Aborted`] when `f` returned `Ok` although one of its steps failed halfway.
    pub fn write<T, E: From<LedgerError>>(
        &mut self,
        f: impl FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        if self.read_only {
            return Err(LedgerError::ReadOnly.into());
        }
        let guard = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)
            .map_err(LedgerError::from)?;
        let mut tx = Tx::begin(self)?;
        let value = f(&mut tx)?;
        tx.end()?;
        guard.commit().map_err(LedgerError::from)?;
        Ok(value)
    }

    /// Runs reads that must all see the same moment, whatever other connections write meanwhile.
    pub fn at_one_moment<T, E: From<LedgerError>>(
        &self,
        f: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        // Inside a change the moment is already fixed.
        let _guard = match self.conn.is_autocommit() {
            true => Some(self.conn.unchecked_transaction().map_err(LedgerError::from)?),
            false => None,
        };
        f()
    }

    /// Takes what was removed out of the file and the log beside it. Removed rows are overwritten
    /// where they lie, but SQLite may have left copies of rows that it moved from page to page: so
    /// the whole ledger is written anew, which takes memory for all of it and is done up to
    /// `most_bytes`.
    ///
    /// # Errors
    /// [`LedgerError::ReadOnly`], [`LedgerError::Locked`], [`LedgerError::Full`].
    pub fn scrub(&mut self, most_bytes: u64) -> Result<Scrubbed> {
        if self.read_only {
            return Err(LedgerError::ReadOnly);
        }
        if !self.empty_log()? {
            return Ok(Scrubbed::InUse);
        }
        if self.number("page_count")?.saturating_mul(self.number("page_size")?) > most_bytes {
            return Ok(Scrubbed::Rows);
        }
        self.conn.execute_batch("VACUUM")?;
        Ok(if self.empty_log()? { Scrubbed::Pages } else { Scrubbed::InUse })
    }

    /// The value of a setting that is a number. SQLCipher tells some of them as text.
    fn number(&self, name: &str) -> Result<u64> {
        let value = self.conn.pragma_query_value(None, name, |row| row.get::<_, Value>(0))?;
        let number = match value {
            Value::Integer(number) => u64::try_from(number).ok(),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        };
        number.ok_or(LedgerError::Corrupt)
    }

    /// Whether nothing was in the way of writing the log's pages into the file and cutting it off.
    pub(crate) fn empty_log(&self) -> Result<bool> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        Ok(self.conn.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0)
    }

    /// The number of the last event: what an index must reach.
    pub fn last_seq(&self) -> Result<Seq> {
        let sql = "SELECT coalesce(max(seq), 0) FROM events";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The digest of event `seq`, for whoever derives something from the ledger: the same number
    /// with another digest means another ledger, or one that was set back.
    pub fn event_digest(&self, seq: Seq) -> Result<Option<[u8; 32]>> {
        crate::read::one(&self.conn, "SELECT digest FROM events WHERE seq = ?1", [seq], |row| {
            row.get(0)
        })
    }
}
