//! Items that are set aside: they tie nothing unless a reviewer confirms it.
//!
//! An item is set aside by its own mark or hold, or by that of an item that it is a copy of. Which
//! are is kept in a table of its own, so that asking costs the same however many marks, holds and
//! copies there are. It follows from the records, and `verify` makes it anew to compare.

use crate::{
    ItemId, Ledger, LinkState,
    error::Result,
    read::{all, one},
};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Why an item is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aside {
    /// It is known to be harmless.
    Harmless,
    /// It is held back.
    Held,
}

impl Aside {
    const fn name(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::Held => "held",
        }
    }
}

/// Every row that follows from marks, holds and matches.
pub(crate) const EXPECTED: &str = "
    WITH causes (item_id, state, cause_id) AS (
        SELECT item_id, 'harmless', id FROM benign_marks
        WHERE id NOT IN (SELECT mark_id FROM benign_removals)
        UNION ALL
        SELECT h.item_id, iif(r.id IS NULL, 'held', 'released'), h.id
        FROM holds AS h LEFT JOIN hold_releases AS r ON r.flood = h.flood)
    SELECT item_id, state, cause_id FROM causes
    UNION SELECT m.query_item_id, c.state, c.cause_id
    FROM causes AS c JOIN matches AS m ON m.stored_item_id = c.item_id WHERE m.relation = 'copy'
    UNION SELECT m.stored_item_id, c.state, c.cause_id
    FROM causes AS c JOIN matches AS m ON m.query_item_id = c.item_id WHERE m.relation = 'copy'";

/// Rows of one of two sets that the other does not have.
pub(crate) fn is_as_expected(conn: &Connection) -> Result<bool> {
    let sql = format!(
        "SELECT 1 FROM (SELECT * FROM ({EXPECTED}) EXCEPT SELECT * FROM items_aside)
         UNION ALL
         SELECT 1 FROM (SELECT * FROM items_aside EXCEPT SELECT * FROM ({EXPECTED}))"
    );
    Ok(!conn.prepare(&sql)?.exists([])?)
}

impl Ledger {
    /// Every item that ties nothing by itself: what is harmless, and what is held back.
    pub fn items_aside(&self) -> Result<BTreeSet<ItemId>> {
        let sql = "SELECT DISTINCT item_id FROM items_aside WHERE state <> 'released'";
        Ok(all(&self.conn, sql, [], |row| Ok(ItemId(row.get(0)?)))?.into_iter().collect())
    }

    /// What a link between these two is where nobody decided: nothing is said of one that ties.
    /// Harmless goes before held.
    pub fn state_aside(&self, items: [ItemId; 2]) -> Result<Option<LinkState>> {
        let sql = "SELECT state FROM items_aside
                   WHERE item_id IN (?1, ?2) AND state <> 'released' ORDER BY state LIMIT 1";
        let [a, b] = items;
        one(&self.conn, sql, [a.0, b.0], |row| Ok(LinkState::from_name(row.get_ref(0)?.as_str()?)))
    }
}

/// Sets an item and its copies aside.
pub(crate) fn set(conn: &Connection, item: ItemId, why: Aside, cause: i64) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO items_aside (item_id, state, cause_id)
               SELECT ?1, ?2, ?3
               UNION SELECT query_item_id, ?2, ?3 FROM matches
               WHERE stored_item_id = ?1 AND relation = 'copy'
               UNION SELECT stored_item_id, ?2, ?3 FROM matches
               WHERE query_item_id = ?1 AND relation = 'copy'";
    conn.prepare_cached(sql)?.execute(params![item.0, why.name(), cause])?;
    Ok(())
}

/// No item is set aside by this any more.
pub(crate) fn clear(conn: &Connection, cause: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM items_aside WHERE cause_id = ?1")?.execute([cause])?;
    Ok(())
}

/// What was held by this acts again.
pub(crate) fn release(conn: &Connection, flood: i64) -> Result<()> {
    let sql = "UPDATE items_aside SET state = 'released'
               WHERE cause_id IN (SELECT id FROM holds WHERE flood = ?1)";
    conn.prepare_cached(sql)?.execute([flood])?;
    Ok(())
}

/// An item turned out to be a copy of another: what sets one aside by itself sets the other aside.
pub(crate) fn join(conn: &Connection, [a, b]: [ItemId; 2]) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO items_aside (item_id, state, cause_id)
               SELECT ?2, s.state, s.cause_id FROM items_aside AS s
               WHERE s.item_id = ?1
                 AND (EXISTS (SELECT 1 FROM holds WHERE id = s.cause_id AND item_id = ?1)
                      OR EXISTS (SELECT 1 FROM benign_marks
                                 WHERE id = s.cause_id AND item_id = ?1))";
    let mut join = conn.prepare_cached(sql)?;
    join.execute([a.0, b.0])?;
    join.execute([b.0, a.0])?;
    Ok(())
}
