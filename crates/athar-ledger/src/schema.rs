//! The tables and their versions.

use crate::{
    Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
};
use rusqlite::{Connection, Transaction, TransactionBehavior};

/// "Athr", where SQLite keeps the name of the program that owns a file.
pub(crate) const APPLICATION_ID: u32 = 0x4174_6872;

/// The schema version that this program writes.
pub(crate) const VERSION: u32 = 2;

/// Version 1.
const TABLES: &str = include_str!("schema.sql");

/// What makes version `n + 1` of version `n`, at place `n - 1`. A new ledger takes every step too,
/// so that it has the same tables as one that has come all the way.
const STEPS: [Step; VERSION as usize - 1] =
    [Step { drops: "DROP VIEW links;", makes: include_str!("schema_2.sql") }];

/// One step from a version to the next.
struct Step {
    /// What is made anew.
    drops: &'static str,
    /// Tables, indexes and views, and nothing else.
    makes: &'static str,
}

/// Makes the tables and marks the file as a ledger, inside the caller's transaction.
pub(crate) fn make_tables(conn: &Connection) -> Result<()> {
    conn.execute_batch(TABLES)?;
    STEPS.iter().try_for_each(|step| step.take(conn))?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

/// Brings an older ledger to this program's version, in one transaction, and appends an event that
/// says so.
pub(crate) fn migrate(conn: &Connection, found: u32, at_ms: i64) -> Result<()> {
    let steps = steps_from(found)?;
    if steps.is_empty() {
        return Ok(());
    }
    let guard = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    // Another program may have taken the steps while this one waited.
    if conn.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? == found {
        steps.iter().try_for_each(|step| step.take(conn))?;
        let details = Details::new().number("from", found).number("to", VERSION);
        Tx::appender(conn)?.event(Kind::SchemaUpgraded, &details, at_ms)?;
        conn.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(guard.commit()?)
}

/// Lays what an older ledger lacks over it, empty and in memory: it is read as this version's and
/// is left as it is.
pub(crate) fn overlay(conn: &Connection, found: u32) -> Result<()> {
    steps_from(found)?.iter().try_for_each(|step| step.overlay(conn))
}

fn steps_from(found: u32) -> Result<&'static [Step]> {
    let steps = found.checked_sub(1).and_then(|taken| STEPS.get(taken as usize..));
    steps.ok_or(LedgerError::Corrupt)
}

impl Step {
    fn take(&self, conn: &Connection) -> Result<()> {
        conn.execute_batch(self.drops)?;
        Ok(conn.execute_batch(self.makes)?)
    }

    /// What is temporary hides what has the same name in the file. An index of a table in the file
    /// cannot be temporary; reading does without.
    fn overlay(&self, conn: &Connection) -> Result<()> {
        let makes = self.makes.replace("CREATE TABLE", "CREATE TEMP TABLE");
        let makes = makes.replace("CREATE VIEW", "CREATE TEMP VIEW");
        for statement in makes.split_inclusive(';').filter(|s| !s.contains("CREATE INDEX events")) {
            conn.execute_batch(statement)?;
        }
        Ok(())
    }
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
