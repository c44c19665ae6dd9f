//! The tables and their versions.

use crate::error::{LedgerError, Result};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// "Athr", where SQLite keeps the name of the program that owns a file.
pub(crate) const APPLICATION_ID: u32 = 0x4174_6872;

/// The schema version that this program writes.
pub(crate) const VERSION: u32 = 1;

/// Version 1.
const TABLES: &str = include_str!("schema.sql");

/// What turns a ledger of version `n` into one of version `n + 1`, at place `n - 1`. A step also
/// appends an event, so that the chain tells when it was taken.
const MIGRATIONS: [fn(&Connection) -> Result<()>; VERSION as usize - 1] = [];

/// Makes the tables and marks the file as a ledger, inside the caller's transaction.
pub(crate) fn make_tables(conn: &Connection) -> Result<()> {
    conn.execute_batch(TABLES)?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// Brings an older ledger to this program's version, in one transaction.
pub(crate) fn migrate(conn: &Connection, found: u32) -> Result<()> {
    if found == VERSION {
        return Ok(());
    }
    let steps = found.checked_sub(1).and_then(|taken| MIGRATIONS.get(taken as usize..));
    let guard = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    for step in steps.ok_or(LedgerError::Corrupt)? {
        step(conn)?;
    }
    conn.pragma_update(None, "user_version", VERSION)?;
    Ok(guard.commit()?)
}

/// Refuses what is not ours, and what is newer than we are.
pub(crate) fn check_owner(application_id: u32, version: u32) -> Result<()> {
    if application_id != APPLICATION_ID {
        return Err(LedgerError::NotALedger);
    }
    match version {
        0 => Err(LedgerError::Corrupt),
        found if found > VERSION => Err(LedgerError::NewerVersion { found, supported: VERSION }),
        _ => Ok(()),
    }
}
