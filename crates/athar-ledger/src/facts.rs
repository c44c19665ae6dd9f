//! What is known of a case beside its material: how it reached the unit, who is concerned, how
//! urgent it is.
//!
//! Facts are never edited. Each change is a new row that holds all of them, and the last row of a
//! case is what stands; the earlier ones say what stood before.

use crate::{
    CaseId, Ledger, ReportId, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    read::{all, one},
};
use rusqlite::{Row, params};

/// Longest text of one line, in bytes: a channel, a unit, a name, a reason, a handle.
pub(crate) const LINE_BYTES: usize = 1024;

/// Longest note, in bytes.
const NOTE_BYTES: usize = 65_536;

/// The urgencies that a case can have, from the least.
const URGENCIES: [&str; 4] = ["low", "normal", "high", "immediate"];

/// What is known of a case. Everything may be missing. Names are opaque: numbers of files or of
/// persons in the unit's own books.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFacts {
    /// By which way the complaint first reached the unit: `hotline`, `email`, `app`, `walk-in`,
    /// `platform`, `partner`, or the unit's own word.
    pub channel: Option<String>,
    /// The unit that took it.
    pub unit: Option<String>,
    /// When the unit received it, UTC; it may be long before it was recorded.
    pub received_at_ms: Option<i64>,
    /// The opaque name of who complains.
    pub complainant: Option<String>,
    /// The opaque name of who is suspected.
    pub suspect: Option<String>,
    /// `low`, `normal`, `high` or `immediate`.
    pub urgency: Option<String>,
    /// Why it is as urgent as that.
    pub urgency_reason: Option<String>,
    /// Anything else, in free text of several lines.
    pub note: Option<String>,
}

impl Ledger {
    /// The facts that stand for a case; all missing where nobody gave any.
    pub fn case_facts(&self, case: CaseId) -> Result<CaseFacts> {
        let sql = "SELECT channel, unit, received_at_ms, complainant, suspect, urgency,
                          urgency_reason, note
                   FROM case_facts WHERE case_id = ?1 ORDER BY id DESC LIMIT 1";
        Ok(one(&self.conn, sql, [case.0], facts_row)?.unwrap_or_default())
    }

    /// When the reports of a case were received, where that was said.
    pub fn receipts(&self, case: CaseId) -> Result<Vec<(ReportId, i64)>> {
        let sql = "SELECT t.report_id, t.received_at_ms FROM report_receipts AS t
                   JOIN reports AS r ON r.id = t.report_id WHERE r.case_id = ?1 ORDER BY r.id";
        all(&self.conn, sql, [case.0], |row| Ok((ReportId(row.get(0)?), row.get(1)?)))
    }
}

impl Tx<'_> {
    /// Lets `facts` stand for a case, all of them. What stands already is not written again.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchCase`], [`LedgerError::TextLength`], [`LedgerError::TextControl`],
    /// [`LedgerError::OutOfRange`] for an urgency that there is not.
    pub fn describe_case(&mut self, case: CaseId, facts: &CaseFacts, at_ms: i64) -> Result<()> {
        self.case(case)?.ok_or(LedgerError::NoSuchCase)?;
        check_facts(facts)?;
        if self.case_facts(case)? == *facts {
            return Ok(());
        }
        let sql = "INSERT INTO case_facts (id, salt, case_id, channel, unit, received_at_ms,
                       complainant, suspect, urgency, urgency_reason, note)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        self.chain.record(Kind::CaseDescribed, &Details::new(), at_ms, |conn, id, salt| {
            let f = facts;
            conn.prepare_cached(sql)?.execute(params![
                id,
                salt,
                case.0,
                f.channel,
                f.unit,
                f.received_at_ms,
                f.complainant,
                f.suspect,
                f.urgency,
                f.urgency_reason,
                f.note
            ])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Keeps when a report was received, where that is not when it was recorded. Once said, it
    /// stays.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReport`], [`LedgerError::ReportClosed`].
    pub fn report_received(
        &mut self,
        report: ReportId,
        received_at_ms: i64,
        at_ms: i64,
    ) -> Result<()> {
        self.case_of_open_report(report)?;
        let said = "SELECT 1 FROM report_receipts WHERE report_id = ?1";
        if self.conn.prepare_cached(said)?.exists([report.0])? {
            return Ok(());
        }
        let sql = "INSERT INTO report_receipts (id, salt, report_id, received_at_ms)
                   VALUES (?1, ?2, ?3, ?4)";
        self.chain.record(Kind::ReportReceived, &Details::new(), at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, report.0, received_at_ms])?;
            Ok(())
        })?;
        Ok(())
    }
}

/// Refuses a line that is too long, or that could play tricks on who reads it.
pub(crate) fn check_line(text: &str) -> Result<()> {
    check_text(text, LINE_BYTES)
}

/// The same of a line that may have `most` bytes.
pub(crate) fn check_text(text: &str, most: usize) -> Result<()> {
    if text.len() > most {
        return Err(LedgerError::TextLength { bytes: text.len(), most });
    }
    match text.find(char::is_control) {
        Some(offset) => Err(LedgerError::TextControl { offset }),
        None => Ok(()),
    }
}

fn check_facts(facts: &CaseFacts) -> Result<()> {
    let CaseFacts { channel, unit, complainant, suspect, urgency, urgency_reason, .. } = facts;
    let lines = [channel, unit, complainant, suspect, urgency_reason];
    lines.into_iter().flatten().try_for_each(|line| check_line(line))?;
    if urgency.as_deref().is_some_and(|urgency| !URGENCIES.contains(&urgency)) {
        return Err(LedgerError::OutOfRange);
    }
    match facts.note.as_ref().map_or(0, String::len) {
        bytes if bytes > NOTE_BYTES => Err(LedgerError::TextLength { bytes, most: NOTE_BYTES }),
        _ => Ok(()),
    }
}

fn facts_row(row: &Row<'_>) -> rusqlite::Result<CaseFacts> {
    Ok(CaseFacts {
        channel: row.get(0)?,
        unit: row.get(1)?,
        received_at_ms: row.get(2)?,
        complainant: row.get(3)?,
        suspect: row.get(4)?,
        urgency: row.get(5)?,
        urgency_reason: row.get(6)?,
        note: row.get(7)?,
    })
}
