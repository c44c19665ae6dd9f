//! What a unit knows to be harmless: memes, logos, bank notices that cases share by accident.
//!
//! An item is marked, with a note that says what it is. It is harmless, and so is every item that is
//! a copy of it: what matches them ties no cases unless a reviewer confirms it (see `aside`). What
//! was held back and turns out to be harmless is held no longer.

use crate::{
    ItemId, Ledger, Tx,
    aside::{self, Aside},
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::{all, one},
};
use rusqlite::params;

/// An item of the benign list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenignRow {
    /// The item.
    pub item: ItemId,
    /// Digest of its bytes.
    pub sha256: [u8; 32],
    /// What it is.
    pub note: String,
    /// The opaque name of who put it there.
    pub actor: Option<String>,
    /// When, UTC.
    pub marked_at_ms: i64,
}

/// The note of the first mark of item `?1` or of one that it is a copy of.
const NOTE: &str = "
    SELECT b.note FROM items_aside AS a JOIN benign_marks AS b ON b.id = a.cause_id
    WHERE a.item_id = ?1 AND a.state = 'harmless' ORDER BY b.id LIMIT 1";

/// The mark of item `?1` that stands.
const MARK: &str = "SELECT id FROM benign_marks
                    WHERE item_id = ?1 AND id NOT IN (SELECT mark_id FROM benign_removals)";

impl Ledger {
    /// The benign list, the oldest first.
    pub fn benign(&self) -> Result<Vec<BenignRow>> {
        let sql = "SELECT b.item_id, i.sha256, b.note, b.actor, e.at_ms FROM benign_marks AS b
                   JOIN items AS i ON i.id = b.item_id JOIN events AS e ON e.seq = b.id
                   WHERE b.id NOT IN (SELECT mark_id FROM benign_removals) ORDER BY b.id";
        all(&self.conn, sql, [], |row| {
            Ok(BenignRow {
                item: ItemId(row.get(0)?),
                sha256: row.get(1)?,
                note: row.get(2)?,
                actor: row.get(3)?,
                marked_at_ms: row.get(4)?,
            })
        })
    }

    /// What an item is known as, if it is harmless.
    pub fn harmless_note(&self, item: ItemId) -> Result<Option<String>> {
        one(&self.conn, NOTE, [item.0], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Puts an item into the benign list. If it was held back, that is over.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchItem`], [`LedgerError::AlreadyBenign`], [`LedgerError::TextEmpty`] without
    /// a note, [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn mark_benign(
        &mut self,
        item: ItemId,
        note: &str,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<()> {
        if note.trim().is_empty() {
            return Err(LedgerError::TextEmpty);
        }
        [Some(note), actor].into_iter().flatten().try_for_each(check_line)?;
        self.item(item)?.ok_or(LedgerError::NoSuchItem)?;
        if self.conn.prepare_cached(MARK)?.exists([item.0])? {
            return Err(LedgerError::AlreadyBenign);
        }
        let sql = "INSERT INTO benign_marks (id, salt, item_id, note, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        self.chain.record(Kind::BenignMarked, &Details::new(), at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, item.0, note, actor])?;
            aside::set(conn, item, Aside::Harmless, id)
        })?;
        self.end_holds_of_harmless(item, note, actor, at_ms)
    }

    /// Takes an item out of the benign list: it ties cases again.
    ///
    /// # Errors
    /// [`LedgerError::NotBenign`], [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn unmark_benign(&mut self, item: ItemId, actor: Option<&str>, at_ms: i64) -> Result<()> {
        actor.map_or(Ok(()), check_line)?;
        let mark: Option<i64> = one(&self.conn, MARK, [item.0], |row| row.get(0))?;
        let mark = mark.ok_or(LedgerError::NotBenign)?;
        let sql = "INSERT INTO benign_removals (id, salt, mark_id, actor) VALUES (?1, ?2, ?3, ?4)";
        self.chain.record(Kind::BenignRemoved, &Details::new(), at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, mark, actor])?;
            aside::clear(conn, mark)
        })?;
        Ok(())
    }
}
