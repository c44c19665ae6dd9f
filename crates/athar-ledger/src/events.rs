//! Events as they stand, for who has to show them to somebody without the ledger.

use crate::{
    CaseId, ItemId, Ledger, LedgerError, ReportId, Seq,
    chain::Kind,
    error::Result,
    read::{all, one},
};
use rusqlite::types::Value;

/// An event, and what it recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Its number.
    pub seq: Seq,
    /// When, UTC.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// The digest of its record.
    pub subject: Option<[u8; 32]>,
    /// Its details, as they are digested.
    pub details: String,
    /// The digest of the event before.
    pub prev: [u8; 32],
    /// Its record, where that may be told and is still there.
    pub opening: Option<Opening>,
}

/// What a subject is the digest of: the salt, then every column.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The table.
    pub table: &'static str,
    /// The values, in the order in which they are digested.
    pub values: Vec<OpeningValue>,
}

/// A value of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum OpeningValue {
    /// There is none.
    Null,
    /// A whole number.
    Integer(i64),
    /// Another number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<Value> for OpeningValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(integer) => Self::Integer(integer),
            Value::Real(real) => Self::Real(real),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

/// Numbers of the events whose records are a case's own.
pub(crate) const OF_CASE: &str = "SELECT id FROM cases WHERE id = ?1
    UNION ALL SELECT id FROM case_facts WHERE case_id = ?1
    UNION ALL SELECT id FROM handles WHERE case_id = ?1
    UNION ALL SELECT r.id FROM handle_removals AS r JOIN handles AS h ON h.id = r.handle_id
              WHERE h.case_id = ?1
    UNION ALL SELECT id FROM reports WHERE case_id = ?1
    UNION ALL SELECT t.id FROM report_receipts AS t JOIN reports AS r ON r.id = t.report_id
              WHERE r.case_id = ?1
    UNION ALL SELECT c.id FROM report_closings AS c JOIN reports AS r ON r.id = c.report_id
              WHERE r.case_id = ?1
    UNION ALL SELECT id FROM report_items WHERE case_id = ?1
    UNION ALL SELECT item_id FROM report_items WHERE case_id = ?1
    UNION ALL SELECT id FROM provenance WHERE case_id = ?1
    UNION ALL SELECT id FROM refusals WHERE case_id = ?1
    UNION ALL SELECT id FROM packets WHERE case_id = ?1
    ORDER BY 1";

impl Ledger {
    /// The events whose records are a case's own, and those of its items, ascending.
    pub fn events_of_case(&self, case: CaseId) -> Result<Vec<Seq>> {
        all(&self.conn, OF_CASE, [case.0], |row| row.get(0))
    }

    /// An event with its record. The record of an item has its codes in it, and is told only
    /// `with_codes`.
    pub fn event(&self, seq: Seq, with_codes: bool) -> Result<Option<EventRow>> {
        let sql = "SELECT at_ms, kind, subject, details, prev FROM events WHERE seq = ?1";
        let event = one(&self.conn, sql, [seq], |row| {
            Ok(EventRow {
                seq,
                at_ms: row.get(0)?,
                kind: row.get(1)?,
                subject: row.get(2)?,
                details: row.get(3)?,
                prev: row.get(4)?,
                opening: None,
            })
        })?;
        let Some(event) = event else { return Ok(None) };
        let opening = self.opening(&event, with_codes)?;
        Ok(Some(EventRow { opening, ..event }))
    }

    fn opening(&self, event: &EventRow, with_codes: bool) -> Result<Option<Opening>> {
        let table = Kind::from_name(&event.kind).and_then(Kind::table);
        let Some(table) = table else { return Ok(None) };
        // Numbers of events come from row ids, so the cast keeps them.
        let values = table.values(&self.conn, event.seq as i64, with_codes)?;
        Ok(values.map(|values| Opening {
            table: table.name,
            values: values.into_iter().map(OpeningValue::from).collect(),
        }))
    }

    /// Gives `f` the digests of all events from the first on, as an iterator that reads them one
    /// by one.
    pub fn with_digests<T, E: From<LedgerError>>(
        &self,
        f: impl FnOnce(&mut dyn Iterator<Item = Result<[u8; 32]>>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let sql = "SELECT digest FROM events ORDER BY seq";
        let mut statement = self.conn.prepare_cached(sql).map_err(LedgerError::from)?;
        let rows = statement.query_map([], |row| row.get(0)).map_err(LedgerError::from)?;
        f(&mut rows.map(|row| row.map_err(LedgerError::from)))
    }

    /// The other cases that name a handle which stands for this one: kind, platform, value, and
    /// the case's name.
    pub fn cases_with_handles_of(&self, case: CaseId) -> Result<Vec<([String; 3], String)>> {
        let sql = "SELECT DISTINCT h.kind, h.platform, h.value, c.name
                   FROM handles AS ours
                   JOIN handles AS h ON h.kind = ours.kind AND h.platform = ours.platform
                                    AND h.value = ours.value AND h.case_id <> ours.case_id
                   JOIN cases AS c ON c.id = h.case_id
                   WHERE ours.case_id = ?1 AND ours.kind <> 'other'
                     AND NOT EXISTS (SELECT 1 FROM handle_removals WHERE handle_id = ours.id)
                     AND NOT EXISTS (SELECT 1 FROM handle_removals WHERE handle_id = h.id)
                   ORDER BY h.case_id";
        all(&self.conn, sql, [case.0], |row| {
            Ok(([row.get(0)?, row.get(1)?, row.get(2)?], row.get(3)?))
        })
    }

    /// By which events the items of a case came to it, through which reports, and when.
    pub fn holdings(&self, case: CaseId) -> Result<Vec<(ItemId, Seq, ReportId, i64)>> {
        let sql = "SELECT r.item_id, r.id, r.report_id, e.at_ms
                   FROM report_items AS r JOIN events AS e ON e.seq = r.id
                   WHERE r.case_id = ?1 ORDER BY r.id";
        all(&self.conn, sql, [case.0], |row| {
            Ok((ItemId(row.get(0)?), row.get(1)?, ReportId(row.get(2)?), row.get(3)?))
        })
    }

    /// The event that described a case last.
    pub fn facts_event(&self, case: CaseId) -> Result<Option<Seq>> {
        let sql = "SELECT max(id) FROM case_facts WHERE case_id = ?1";
        Ok(one(&self.conn, sql, [case.0], |row| row.get(0))?.flatten())
    }

    /// The events of [`Ledger::case_refusals`], in the same order.
    pub fn refusal_events(&self, case: CaseId) -> Result<Vec<Seq>> {
        let sql = "SELECT id FROM refusals WHERE case_id = ?1 ORDER BY id";
        all(&self.conn, sql, [case.0], |row| row.get(0))
    }

    /// The event by which an item came to a case, and when.
    pub fn holding(&self, case: CaseId, item: ItemId) -> Result<Option<(Seq, i64)>> {
        let sql = "SELECT r.id, e.at_ms FROM report_items AS r JOIN events AS e ON e.seq = r.id
                   WHERE r.item_id = ?1 AND r.case_id = ?2";
        one(&self.conn, sql, [item.0, case.0], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}
