//! The benign list: items that are known to be harmless, and so tie nothing.

use crate::outcome::hex;
use crate::{EngineError, Store, clock};
use athar_ledger::BenignRow;
use serde::Serialize;

/// An item of the benign list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Benign {
    /// SHA-256 of the item.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// What it is.
    pub note: String,
    /// The opaque name of who put it there.
    pub by: Option<String>,
    /// When, milliseconds since 1970-01-01 UTC.
    pub marked_at_ms: i64,
}

impl Store {
    /// The benign list, the oldest first.
    pub fn benign(&self) -> Result<Vec<Benign>, EngineError> {
        Ok(self.ledger.benign()?.into_iter().map(Benign::from).collect())
    }

    /// Puts an item, by the first hex digits of its SHA-256, into the benign list: it and its copies
    /// tie nothing any more, and what was held back of it is no longer. Returns its SHA-256.
    ///
    /// # Errors
    ///
    /// There is no such item; it is there already; the note is missing.
    pub fn add_benign(
        &mut self,
        item: &str,
        note: &str,
        actor: Option<&str>,
    ) -> Result<[u8; 32], EngineError> {
        let item = self.item_named(item)?;
        self.change(|tx| tx.mark_benign(item.id, note, actor, clock::now_ms()))?;
        Ok(item.sha256)
    }

    /// Takes an item out of the benign list: it and its copies tie cases again.
    ///
    /// # Errors
    ///
    /// There is no such item, or it is not there.
    pub fn remove_benign(
        &mut self,
        item: &str,
        actor: Option<&str>,
    ) -> Result<[u8; 32], EngineError> {
        let item = self.item_named(item)?;
        self.change(|tx| tx.unmark_benign(item.id, actor, clock::now_ms()))?;
        Ok(item.sha256)
    }
}

impl From<BenignRow> for Benign {
    fn from(row: BenignRow) -> Self {
        Self { item: row.sha256, note: row.note, by: row.actor, marked_at_ms: row.marked_at_ms }
    }
}
