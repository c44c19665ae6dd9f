//! Everything that can tie cases together, in bulk.
//!
//! The `links` view has a row for each two cases that hold the same item: of ten thousand cases
//! with one picture, fifty million. Here each case's holding, each match and each handle is told
//! once, from indexes alone where one has all that is needed, so reading grows with what was
//! written. Whoever reads several of these does so within [`Ledger::at_one_moment`].

use crate::{
    CaseId, Evidence, ItemId, Ledger, Seq,
    error::Result,
    read::{all, evidence, one},
};
use rusqlite::Row;

/// A case as a network needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseBrief {
    /// Its id.
    pub id: CaseId,
    /// The opaque name its unit gave it.
    pub name: String,
    /// When it was opened, UTC.
    pub opened_at_ms: i64,
    /// `low`, `normal`, `high`, `immediate`, or not said.
    pub urgency: Option<String>,
    /// By which way the complaint first reached the unit, where that was said of the case.
    pub channel: Option<String>,
}

impl Ledger {
    /// Every case, by id.
    pub fn case_briefs(&self) -> Result<Vec<CaseBrief>> {
        let sql = "SELECT c.id, c.name, e.at_ms, f.urgency, f.channel
                   FROM cases AS c JOIN events AS e ON e.seq = c.id
                   LEFT JOIN case_facts AS f
                       ON f.id = (SELECT max(id) FROM case_facts WHERE case_id = c.id)
                   ORDER BY c.id";
        all(&self.conn, sql, [], |row| {
            Ok(CaseBrief {
                id: CaseId(row.get(0)?),
                name: row.get(1)?,
                opened_at_ms: row.get(2)?,
                urgency: row.get(3)?,
                channel: row.get(4)?,
            })
        })
    }

    /// Tells which case holds which item since which event, by item and then by case.
    pub fn for_each_holding(&self, mut f: impl FnMut(ItemId, CaseId, Seq)) -> Result<()> {
        let sql = "SELECT item_id, case_id, id FROM report_items ORDER BY item_id, case_id";
        self.for_each(sql, |row| {
            f(ItemId(row.get(0)?), CaseId(row.get(1)?), row.get(2)?);
            Ok(())
        })
    }

    /// Tells which items match: the newer, the older, and the match's event. Only the best
    /// supported way is told; two items that match in several spaces come once for each.
    pub fn for_each_matched(&self, mut f: impl FnMut(ItemId, ItemId, Seq)) -> Result<()> {
        let sql = "SELECT query_item_id, stored_item_id, id FROM matches WHERE ordinal = 0
                   ORDER BY query_item_id, stored_item_id";
        self.for_each(sql, |row| {
            f(ItemId(row.get(0)?), ItemId(row.get(1)?), row.get(2)?);
            Ok(())
        })
    }

    /// Tells every handle that stands: kind, platform and value, the case and the event; equal
    /// ones one after the other.
    pub fn for_each_handle(&self, mut f: impl FnMut([&str; 3], CaseId, Seq)) -> Result<()> {
        let sql = "SELECT kind, platform, value, case_id, id FROM handles AS h
                   WHERE NOT EXISTS (SELECT 1 FROM handle_removals WHERE handle_id = h.id)
                   ORDER BY kind, platform, value, case_id";
        self.for_each(sql, |row| {
            let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str()?);
            f([text(0)?, text(1)?, text(2)?], CaseId(row.get(3)?), row.get(4)?);
            Ok(())
        })
    }

    /// The evidence of the match that an event recorded, its newer and its older item.
    pub fn match_at(&self, seq: Seq) -> Result<Option<(Evidence, ItemId, ItemId)>> {
        let sql = "SELECT relation, via, distance, orientation, second_distance, radius, inliers,
                          region, false_alarm_rate, false_alarm_pairs,
                          query_item_id, stored_item_id
                   FROM matches WHERE id = ?1";
        one(&self.conn, sql, [seq], |row| {
            Ok((evidence(row)?, ItemId(row.get(10)?), ItemId(row.get(11)?)))
        })
    }

    /// The digest of an item's file: the cheap part of [`Ledger::item`].
    pub fn sha256_of(&self, item: ItemId) -> Result<Option<[u8; 32]>> {
        one(&self.conn, "SELECT sha256 FROM items WHERE id = ?1", [item.0], |row| row.get(0))
    }

    /// The first event at or after a time; nothing when all are older. Where a clock was set back,
    /// events behind it may be older.
    pub fn first_event_since(&self, at_ms: i64) -> Result<Option<Seq>> {
        let sql = "SELECT min(seq) FROM events WHERE at_ms >= ?1";
        Ok(one(&self.conn, sql, [at_ms], |row| row.get(0))?.flatten())
    }

    fn for_each(
        &self,
        sql: &str,
        mut f: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            f(row)?;
        }
        Ok(())
    }
}
