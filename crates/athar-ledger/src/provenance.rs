//! Where the files of a report come from, as the mail, archive or chat tells it that they came in.
//!
//! All of it is hearsay and personal data: a sender may be a telephone number. So none of it is in
//! an event, and it goes with the item, the report or the case that it is told of.

use crate::{
    CaseId, ItemId, Ledger, ReportId, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::{check_line, check_text},
    read::{all, one},
};
use rusqlite::{Row, params};
use std::fmt;

/// Longest way through parcels to a file, in bytes.
const PARCEL_BYTES: usize = 8192;

const ZONES: [&str; 2] = ["told", "unknown"];
const MOMENTS: [&str; 2] = ["sent", "changed"];

/// Where a file comes from. Everything may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Who sent it.
    pub sender: Option<String>,
    /// When.
    pub time: Option<ProvenanceTime>,
    /// The file's name in the parcel.
    pub name: Option<String>,
    /// The name of the parcel, and of those between it and the file.
    pub parcel: Option<String>,
}

/// A time that a parcel tells.
#[derive(Clone, PartialEq, Eq)]
pub struct ProvenanceTime {
    /// Milliseconds since 1970-01-01, of UTC where the zone was told.
    pub at_ms: i64,
    /// `told`, or `unknown`: then it is a clock on a wall, read as if it showed UTC.
    pub zone: String,
    /// What happened then: it was `sent`, or the file was `changed`.
    pub moment: String,
}

/// What was told of an item of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenanceRow {
    /// The event that recorded it.
    pub seq: Seq,
    /// The report that it came with.
    pub report: ReportId,
    /// The item.
    pub item: ItemId,
    /// What was told.
    pub provenance: Provenance,
}

impl Ledger {
    /// What was told of the items of a case, in the order in which it was recorded.
    pub fn provenance(&self, case: CaseId) -> Result<Vec<ProvenanceRow>> {
        let sql = "SELECT id, report_id, item_id, sender, time_ms, zone, moment, name, parcel
                   FROM provenance WHERE case_id = ?1 ORDER BY id";
        all(&self.conn, sql, [case.0], provenance_row)
    }
}

impl Tx<'_> {
    /// Keeps where an item of the report's case comes from: whether the case did not know. The same
    /// told again changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReport`], [`LedgerError::ReportClosed`], [`LedgerError::NoSuchItem`]
    /// for one that the case does not have, [`LedgerError::TextLength`],
    /// [`LedgerError::TextControl`], [`LedgerError::OutOfRange`] for a zone or moment that there is
    /// not.
    pub fn tell_provenance(
        &mut self,
        report: ReportId,
        item: ItemId,
        told: &Provenance,
        at_ms: i64,
    ) -> Result<bool> {
        let case = self.case_of_open_report(report)?;
        self.case_has(case, item)?.then_some(()).ok_or(LedgerError::NoSuchItem)?;
        told.check()?;
        if self.is_told(case, item, told)? {
            return Ok(false);
        }
        let sql = "INSERT INTO provenance (id, salt, report_id, case_id, item_id, sender, time_ms,
                       zone, moment, name, parcel)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        self.chain.record(Kind::ProvenanceTold, &Details::new(), at_ms, |conn, id, salt| {
            let (ms, zone, moment) = told.time_columns();
            let Provenance { sender, name, parcel, .. } = told;
            conn.prepare_cached(sql)?.execute(params![
                id, salt, report.0, case.0, item.0, sender, ms, zone, moment, name, parcel
            ])?;
            Ok(())
        })?;
        Ok(true)
    }

    fn is_told(&self, case: CaseId, item: ItemId, told: &Provenance) -> Result<bool> {
        let sql = "SELECT 1 FROM provenance
                   WHERE case_id = ?1 AND item_id = ?2 AND sender IS ?3 AND time_ms IS ?4
                     AND zone IS ?5 AND moment IS ?6 AND name IS ?7 AND parcel IS ?8 LIMIT 1";
        let (ms, zone, moment) = told.time_columns();
        let Provenance { sender, name, parcel, .. } = told;
        let key = params![case.0, item.0, sender, ms, zone, moment, name, parcel];
        Ok(one(&self.conn, sql, key, |_| Ok(()))?.is_some())
    }
}

impl Provenance {
    fn check(&self) -> Result<()> {
        [&self.sender, &self.name].into_iter().flatten().try_for_each(|text| check_line(text))?;
        self.parcel.iter().try_for_each(|parcel| check_text(parcel, PARCEL_BYTES))?;
        let is_known = |time: &ProvenanceTime| {
            ZONES.contains(&time.zone.as_str()) && MOMENTS.contains(&time.moment.as_str())
        };
        self.time.as_ref().is_none_or(is_known).then_some(()).ok_or(LedgerError::OutOfRange)
    }

    fn time_columns(&self) -> (Option<i64>, Option<&str>, Option<&str>) {
        let time = self.time.as_ref();
        (time.map(|t| t.at_ms), time.map(|t| t.zone.as_str()), time.map(|t| t.moment.as_str()))
    }
}

/// Names and senders belong in no log.
impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provenance").finish_non_exhaustive()
    }
}

impl fmt::Debug for ProvenanceTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvenanceTime").finish_non_exhaustive()
    }
}

fn provenance_row(row: &Row<'_>) -> rusqlite::Result<ProvenanceRow> {
    let time = match row.get(4)? {
        Some(at_ms) => Some(ProvenanceTime { at_ms, zone: row.get(5)?, moment: row.get(6)? }),
        None => None,
    };
    let provenance =
        Provenance { sender: row.get(3)?, time, name: row.get(7)?, parcel: row.get(8)? };
    let (seq, report, item) = (row.get(0)?, ReportId(row.get(1)?), ItemId(row.get(2)?));
    Ok(ProvenanceRow { seq, report, item, provenance })
}
