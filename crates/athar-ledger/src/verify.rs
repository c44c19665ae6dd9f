//! Proving that the ledger is what it was when it was written.
//!
//! Three passes over one moment of the ledger: SQLite's own check of the file; the chain, event
//! by event, and with each event the record it speaks of; and the tables, for rows that no
//! event speaks of. What a chain without outside checkpoints cannot show: that its last events
//! were cut off together with their rows and SQLite's own counters, or that the whole ledger was
//! written anew.

use crate::{
    CodeId, CodesId, Ledger, Seq, aside,
    chain::{self, Digest, Event, GENESIS, Kind, TABLES},
    error::{LedgerError, Result},
    list_import::keys_of,
    read::{all, one},
};
use rusqlite::Row;
use std::fmt;

/// What [`Ledger::verify`] looked at and found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Events that were checked; when there is a fault in the chain, those before it.
    pub events: u64,
    /// Records that were recomputed and fit their events.
    pub records: u64,
    /// Codes in the ledger.
    pub codes: u64,
    /// Number of the last event that was checked.
    pub last_seq: Seq,
    /// Its digest: whoever keeps it elsewhere can later show that nothing before it changed.
    pub head: [u8; 32],
    /// The first thing that does not fit; nothing when all does.
    pub fault: Option<Fault>,
}

impl VerifyReport {
    /// Whether everything fits.
    pub fn is_sound(&self) -> bool {
        self.fault.is_none()
    }
}

/// Something that does not fit. It names a place and shows no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// SQLite found the file's structure damaged, or a row that its table does not allow.
    Structure,
    /// A row refers to a row that is not there.
    Reference {
        /// The table of the row that refers; a name of our own schema.
        table: &'static str,
        /// Its row id.
        row: i64,
    },
    /// An event is missing.
    EventMissing {
        /// Its number.
        seq: Seq,
    },
    /// An event's facts do not give its digest.
    EventChanged {
        /// Its number.
        seq: Seq,
    },
    /// An event does not continue the one before it.
    EventUnlinked {
        /// Its number.
        seq: Seq,
    },
    /// An event is of a kind that its schema version does not know.
    EventUnknown {
        /// Its number.
        seq: Seq,
    },
    /// Events at the end are gone: SQLite's counter went further.
    TailMissing {
        /// Number of the last event that is there.
        last_seq: Seq,
        /// Number of the last event that was ever written.
        written: Seq,
    },
    /// The record of an event is gone and no withdrawal says so.
    RecordMissing {
        /// Its table.
        table: &'static str,
        /// Its id, which is the number of its event.
        id: i64,
    },
    /// A record is not what it was when its event was written.
    RecordChanged {
        /// Its table.
        table: &'static str,
        /// Its id, which is the number of its event.
        id: i64,
    },
    /// A record has no event.
    RecordUnrecorded {
        /// Its table.
        table: &'static str,
        /// Its id.
        id: i64,
    },
    /// A row of codes was recorded that does not hold whole codes, or too many.
    CodesMalformed {
        /// Its id.
        row: i64,
    },
    /// A row of a list is not one, or is not found by what it lists.
    ListRowMalformed {
        /// Its id.
        row: i64,
    },
    /// There are keys of lists that belong to no entry.
    ListKeysUnknown,
    /// What follows from other rows or from events is not what follows from them.
    Underived {
        /// Its table.
        table: &'static str,
    },
    /// What a withdrawal took away is not what its event says.
    WithdrawalChanged {
        /// Number of its event.
        seq: Seq,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Structure => f.write_str("the database file is damaged"),
            Self::Reference { table, row } => {
                write!(f, "row {row} of {table} refers to a row that is not there")
            }
            Self::EventMissing { seq } => write!(f, "event {seq} is missing"),
            Self::EventChanged { seq } => write!(f, "event {seq} was changed"),
            Self::EventUnlinked { seq } => {
                write!(f, "event {seq} does not continue the event before it")
            }
            Self::EventUnknown { seq } => write!(f, "event {seq} is of an unknown kind"),
            Self::TailMissing { last_seq, written } => {
                write!(f, "the chain ends at event {last_seq} and {written} were written")
            }
            Self::RecordMissing { table, id } => {
                write!(f, "row {id} of {table} is gone and was not withdrawn")
            }
            Self::RecordChanged { table, id } => write!(f, "row {id} of {table} was changed"),
            Self::RecordUnrecorded { table, id } => write!(f, "row {id} of {table} has no event"),
            Self::CodesMalformed { row } => write!(f, "row {row} of codes holds no whole codes"),
            Self::ListRowMalformed { row } => {
                write!(
                    f,
                    "row {row} of list_rows does not hold entries that are found by their keys"
                )
            }
            Self::ListKeysUnknown => f.write_str("list_keys has keys that belong to no entry"),
            Self::Underived { table } => {
                write!(f, "{table} is not what follows from the records")
            }
            Self::WithdrawalChanged { seq } => {
                write!(f, "what the withdrawal of event {seq} took away was changed")
            }
        }
    }
}

impl Ledger {
    /// Checks the whole ledger: the file, the chain, and every record against its event. Names
    /// the first thing that does not fit. Time and reading grow with the ledger.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when the file is too damaged to be read through.
    pub fn verify(&self) -> Result<VerifyReport> {
        self.at_one_moment(|| {
            let mut report = VerifyReport {
                events: 0,
                records: 0,
                codes: self.count("SELECT sum(length(code) / 32) FROM codes")?,
                last_seq: 0,
                head: GENESIS,
                fault: None,
            };
            report.fault = match self.structure_fault()? {
                Some(fault) => Some(fault),
                None => self.first_fault(&mut report)?,
            };
            Ok(report)
        })
    }

    fn first_fault(&self, report: &mut VerifyReport) -> Result<Option<Fault>> {
        if let Some(fault) = self.chain_fault(report)? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.unrecorded_fault()? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.reference_fault()? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.codes_fault()? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.lists_fault()? {
            return Ok(Some(fault));
        }
        if let Some(fault) = self.derived_fault()? {
            return Ok(Some(fault));
        }
        self.tail_fault(report.last_seq)
    }

    /// The first table that follows from others and was changed by itself.
    fn derived_fault(&self) -> Result<Option<Fault>> {
        let underived = |table| Ok(Some(Fault::Underived { table }));
        match () {
            () if !aside::is_as_expected(&self.conn)? => underived("items_aside"),
            () if !self.reaches_are_counted()? => underived("reach_counts"),
            () => Ok(None),
        }
    }

    fn structure_fault(&self) -> Result<Option<Fault>> {
        let verdict = one(&self.conn, "PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let verdict: String = verdict.ok_or(LedgerError::Corrupt)?;
        Ok((verdict != "ok").then_some(Fault::Structure))
    }

    /// The first fault in the chain and the records it speaks of.
    fn chain_fault(&self, report: &mut VerifyReport) -> Result<Option<Fault>> {
        let sql = "SELECT seq, at_ms, kind, subject, details, prev, digest
                   FROM events ORDER BY seq";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (event, digest) = event_row(row)?;
            let fault = match event_fault(&event, digest, report) {
                Some(fault) => Some(fault),
                None => self.record_fault(&event, report)?,
            };
            if fault.is_some() {
                return Ok(fault);
            }
            report.events += 1;
            (report.last_seq, report.head) = (event.seq, digest);
        }
        Ok((report.events == 0).then_some(Fault::EventMissing { seq: 1 }))
    }

    /// What is wrong with the record that `event` speaks of.
    fn record_fault(&self, event: &Event, report: &mut VerifyReport) -> Result<Option<Fault>> {
        let seq = event.seq;
        // Sequence numbers come from i64 row ids, so the cast keeps them.
        let id = seq as i64;
        let Some(kind) = Kind::from_name(&event.kind) else {
            return Ok(Some(Fault::EventUnknown { seq }));
        };
        if kind == Kind::Withdrawn {
            let now = chain::withdrawal_subject(&self.conn, id)?;
            return Ok((event.subject != Some(now)).then_some(Fault::WithdrawalChanged { seq }));
        }
        let Some(table) = kind.table() else { return Ok(None) };
        let now = table.subject(&self.conn, id)?;
        if now.is_none() && self.is_withdrawn(id)? {
            return Ok(None);
        }
        let table = table.name;
        match now {
            None => Ok(Some(Fault::RecordMissing { table, id })),
            now if now != event.subject => Ok(Some(Fault::RecordChanged { table, id })),
            _ => {
                report.records += 1;
                Ok(None)
            }
        }
    }

    /// A row counts as withdrawn when it is listed under an event that is a withdrawal; that the
    /// list is what it was is checked with that event.
    fn is_withdrawn(&self, id: i64) -> Result<bool> {
        let sql = "SELECT 1 FROM withdrawn_rows AS w JOIN events AS e ON e.seq = w.by_seq
                   WHERE w.id = ?1 AND e.kind = ?2";
        let kind = Kind::Withdrawn.name();
        Ok(self.conn.prepare_cached(sql)?.exists(rusqlite::params![id, kind])?)
    }

    /// The first row, by id, that no event of its kind speaks of.
    fn unrecorded_fault(&self) -> Result<Option<Fault>> {
        let mut first: Option<(i64, &'static str)> = None;
        for table in &TABLES {
            let sql = format!(
                "SELECT min(id) FROM {} WHERE NOT EXISTS
                     (SELECT 1 FROM events WHERE seq = id AND events.kind = ?1)",
                table.name
            );
            let id = one(&self.conn, &sql, [table.kind.name()], |row| row.get(0))?;
            let found = id.flatten().map(|id: i64| (id, table.name));
            first = first.into_iter().chain(found).min();
        }
        Ok(first.map(|(id, table)| Fault::RecordUnrecorded { table, id }))
    }

    fn reference_fault(&self) -> Result<Option<Fault>> {
        let broken = all(&self.conn, "PRAGMA foreign_key_check", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })?;
        let known = TABLES.iter().map(|table| table.name);
        let mut known = known.chain(["codes", "withdrawn_rows", "withdrawn_codes"]);
        Ok(broken.into_iter().min().map(|(name, row)| Fault::Reference {
            table: known.find(|&table| table == name).unwrap_or("another table"),
            row,
        }))
    }

    /// The first row of codes that could not have been written so. SQLite's own check sees it too,
    /// unless the table's definition was changed with it.
    fn codes_fault(&self) -> Result<Option<Fault>> {
        let sql = "SELECT min(id) FROM codes
                   WHERE length(code) % 32 <> 0 OR length(code) NOT BETWEEN 32 AND 32 * ?1
                      OR id NOT BETWEEN 0 AND ?2";
        let bounds = [CodeId::CODES_PER_ROW as i64, CodesId::MAX.0];
        let row = one(&self.conn, sql, bounds, |row| row.get(0))?;
        Ok(row.flatten().map(|row| Fault::CodesMalformed { row }))
    }

    /// The first row of a list whose entries cannot be told or are not found by their keys; what is
    /// in the rows was held against their events before.
    fn lists_fault(&self) -> Result<Option<Fault>> {
        let rows: Vec<i64> =
            all(&self.conn, "SELECT id FROM list_rows ORDER BY id", [], |row| row.get(0))?;
        let mut expected = 0;
        for row in rows {
            match self.keys_of_row(row)? {
                Some(keys) => expected += keys,
                None => return Ok(Some(Fault::ListRowMalformed { row })),
            }
        }
        let keys = self.count("SELECT count(*) FROM list_keys")?;
        Ok((keys != expected).then_some(Fault::ListKeysUnknown))
    }

    /// How many keys a row of a list has; `None` where one is missing.
    fn keys_of_row(&self, id: i64) -> Result<Option<u64>> {
        let Ok(Some(row)) = self.row_of_list(id) else { return Ok(None) };
        let sql = "SELECT 1 FROM list_keys WHERE key = ?1 AND row_id = ?2 AND position = ?3";
        let (mut has, mut keys) = (self.conn.prepare_cached(sql)?, 0);
        for (key, row, at) in keys_of(id, &row.entries) {
            if !has.exists(rusqlite::params![key, row, at])? {
                return Ok(None);
            }
            keys += 1;
        }
        Ok(Some(keys))
    }

    fn tail_fault(&self, last_seq: Seq) -> Result<Option<Fault>> {
        let written = self.count("SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'")?;
        Ok((written > last_seq).then_some(Fault::TailMissing { last_seq, written }))
    }

    fn count(&self, sql: &str) -> Result<u64> {
        Ok(one(&self.conn, sql, [], |row| row.get::<_, Option<u64>>(0))?.flatten().unwrap_or(0))
    }
}

/// What is wrong with the event itself, given what was checked before it.
fn event_fault(event: &Event, digest: Digest, checked: &VerifyReport) -> Option<Fault> {
    let seq = event.seq;
    let expected = checked.last_seq + 1;
    if seq != expected {
        return Some(Fault::EventMissing { seq: expected });
    }
    if event.digest() != digest {
        return Some(Fault::EventChanged { seq });
    }
    (event.prev != checked.head).then_some(Fault::EventUnlinked { seq })
}

fn event_row(row: &Row<'_>) -> rusqlite::Result<(Event, Digest)> {
    let event = Event {
        seq: row.get(0)?,
        at_ms: row.get(1)?,
        kind: row.get(2)?,
        subject: row.get(3)?,
        details: row.get(4)?,
        prev: row.get(5)?,
    };
    Ok((event, row.get(6)?))
}
