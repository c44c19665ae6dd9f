//! What a unit passes on: which of its items are asked for, and that something went out.

use crate::{
    CaseId, ItemId, ItemRow, Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::Result,
    read::{ITEM, all, item_row},
};
use rusqlite::params;

impl Ledger {
    /// The items that were reported into a case by an event from `first` on, in that order.
    pub fn case_items_since(&self, case: CaseId, first: Seq) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "{ITEM} JOIN report_items AS r ON r.item_id = i.id
             WHERE r.case_id = ?1 AND r.id >= ?2 ORDER BY r.id"
        );
        all(&self.conn, &sql, params![case.0, first], item_row)
    }

    /// The numbers of items that were taken back by an event from `first` on. Nothing else is known
    /// of them.
    pub fn items_withdrawn_since(&self, first: Seq) -> Result<Vec<ItemId>> {
        let sql = "SELECT w.id FROM withdrawn_rows AS w JOIN events AS e ON e.seq = w.id
                   WHERE e.kind = 'item_added' AND w.by_seq >= ?1 ORDER BY w.id";
        all(&self.conn, sql, [first], |row| Ok(ItemId(row.get(0)?)))
    }
}

impl Tx<'_> {
    /// Keeps that so many codes and digests of so many items were passed on, and not which.
    pub fn record_export(
        &mut self,
        format: &str,
        items: u64,
        entries: u64,
        at_ms: i64,
    ) -> Result<Seq> {
        let details =
            Details::new().number("entries", entries).text("format", format).number("items", items);
        self.chain.event(Kind::ListExported, &details, at_ms)
    }
}
