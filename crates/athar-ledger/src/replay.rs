//! What an index must catch up with.
//!
//! An item's id is the `seq` of the event that added it, ids only grow, and codes are inserted
//! with their item. So the codes that came after an event are the tail of the table in row
//! order: one seek, then a sequential scan, which stays fast over millions.

use crate::{CodeChange, CodeId, ItemId, Ledger, Seq, error::Result, read};
use athar_kernel::Code;
use rusqlite::{Row, Rows};
use std::collections::HashMap;

/// The first code after event `?1`, then everything behind it.
const ADDED: &str = "SELECT id, item_id, scheme_id, code, second FROM codes
                     WHERE id >= (SELECT min(id) FROM codes WHERE item_id =
                                  (SELECT min(item_id) FROM codes WHERE item_id > ?1))
                       AND searchable = 1
                     ORDER BY id";

const REMOVED: &str = "SELECT by_seq, id, space FROM withdrawn_codes
                       WHERE by_seq > ?1 ORDER BY by_seq, id";

type Removal = (Seq, CodeId, String);

impl Ledger {
    /// Calls `f` for every searchable code that came or went after event `seq`, in the order of
    /// the chain. Returns the number of the last event, which whoever applies the changes has
    /// then reached.
    ///
    /// A code that was added and withdrawn since does not come up as added, for it is gone; its
    /// removal does.
    pub fn for_each_code_since(&self, seq: Seq, f: impl FnMut(CodeChange<'_>)) -> Result<Seq> {
        self.for_some_codes_since(seq, usize::MAX, f)
    }

    /// As [`Ledger::for_each_code_since`], but ends after the event with which `limit` changes or
    /// more have been told, and returns that event's number: go on from there, until fewer than
    /// `limit` come.
    pub fn for_some_codes_since(
        &self,
        seq: Seq,
        limit: usize,
        f: impl FnMut(CodeChange<'_>),
    ) -> Result<Seq> {
        self.at_one_moment(|| self.replay(seq, limit, f))
    }

    fn replay(&self, after: Seq, limit: usize, f: impl FnMut(CodeChange<'_>)) -> Result<Seq> {
        let mut teller = Teller { limit, told: 0, last: after, f };
        let spaces = self.spaces()?;
        let mut removed = self.conn.prepare_cached(REMOVED)?;
        let mut removed = removed.query([after])?;
        let mut removal = next_removal(&mut removed)?;
        let mut added = self.conn.prepare_cached(ADDED)?;
        let mut added = added.query([after])?;
        while let Some(row) = added.next()? {
            let addition = addition(row, &spaces)?;
            while let Some((by, id, space)) = removal.take_if(|(by, ..)| *by < addition.seq()) {
                if !teller.tell(CodeChange::Removed { seq: by, id, space: &space }) {
                    return Ok(teller.last);
                }
                removal = next_removal(&mut removed)?;
            }
            if !teller.tell(addition) {
                return Ok(teller.last);
            }
        }
        while let Some((seq, id, space)) = removal {
            if !teller.tell(CodeChange::Removed { seq, id, space: &space }) {
                return Ok(teller.last);
            }
            removal = next_removal(&mut removed)?;
        }
        self.last_seq()
    }

    fn spaces(&self) -> Result<HashMap<i64, String>> {
        let pairs = read::all(&self.conn, "SELECT id, space FROM schemes", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(pairs.into_iter().collect())
    }
}

/// Tells changes until there are enough, and never a part of an event's.
struct Teller<F> {
    limit: usize,
    told: usize,
    /// The event of the change that was told last.
    last: Seq,
    f: F,
}

impl<F: FnMut(CodeChange<'_>)> Teller<F> {
    /// Whether the change was told; if not, it belongs to the event after the last.
    fn tell(&mut self, change: CodeChange<'_>) -> bool {
        let seq = change.seq();
        if self.told >= self.limit && seq != self.last {
            return false;
        }
        (self.told, self.last) = (self.told + 1, seq);
        (self.f)(change);
        true
    }
}

impl CodeChange<'_> {
    fn seq(&self) -> Seq {
        let (Self::Added { seq, .. } | Self::Removed { seq, .. }) = self;
        *seq
    }
}

fn addition<'a>(
    row: &'a Row<'_>,
    spaces: &'a HashMap<i64, String>,
) -> rusqlite::Result<CodeChange<'a>> {
    let scheme: i64 = row.get(2)?;
    let space = spaces.get(&scheme).ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(CodeChange::Added {
        seq: row.get(1)?,
        id: CodeId(row.get(0)?),
        item: ItemId(row.get(1)?),
        space,
        code: Code::from_bytes(row.get(3)?),
        second: row.get_ref(4)?.as_blob_or_null()?,
    })
}

fn next_removal(rows: &mut Rows<'_>) -> rusqlite::Result<Option<Removal>> {
    match rows.next()? {
        Some(row) => Ok(Some((row.get(0)?, CodeId(row.get(1)?), row.get(2)?))),
        None => Ok(None),
    }
}
