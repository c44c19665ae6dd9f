//! What an index must catch up with.
//!
//! An item's id is the `seq` of the event that added it, ids only grow, and codes are inserted
//! with their item. So the codes that came after an event are the tail of the table in row
//! order: one seek, then a sequential scan, which stays fast over millions. Rows of other spaces
//! are passed over by their first columns; their codes stay on the disk. One row is in memory at
//! a time.

use crate::{
    CodeChange, CodeId, CodesId, ItemId, Ledger, Seq,
    error::{LedgerError, Result},
    pack::unpack,
};
use athar_kernel::Code;
use rusqlite::{Row, Rows, params, types::FromSqlError};

/// The first row after event `?1`, then everything behind it that is of space `?2`.
const ADDED: &str = "SELECT id, item_id, code FROM codes
                                WHERE id >= (SELECT min(id) FROM codes WHERE item_id =
                                             (SELECT min(item_id) FROM codes WHERE item_id > ?1))
                                  AND searchable = 1
                                  AND scheme_id IN (SELECT id FROM schemes WHERE space = ?2)
                                ORDER BY id";

const SCHEME: &str = "SELECT 1 FROM schemes WHERE space = ?1";

const REMOVED: &str = "SELECT by_seq, id, codes FROM withdrawn_codes
                       WHERE by_seq > ?1 AND space = ?2 ORDER BY by_seq, id";

impl Ledger {
    /// Calls `f` for every searchable code of `space` that came or went after event `seq`, in the
    /// order of the chain. Returns the number of the last event, which whoever applies the
    /// changes has then reached.
    ///
    /// A code that was added and withdrawn since does not come up as added, for it is gone; its
    /// removal does.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when a row does not hold whole codes; changes before it were told.
    pub fn for_each_code_since(
        &self,
        space: &str,
        seq: Seq,
        f: impl FnMut(CodeChange),
    ) -> Result<Seq> {
        self.for_some_codes_since(space, seq, usize::MAX, f)
    }

    /// As [`Ledger::for_each_code_since`], but ends after the event with which `limit` changes or
    /// more have been told, and returns that event's number: go on from there, until fewer than
    /// `limit` come.
    pub fn for_some_codes_since(
        &self,
        space: &str,
        seq: Seq,
        limit: usize,
        f: impl FnMut(CodeChange),
    ) -> Result<Seq> {
        self.at_one_moment(|| self.replay(space, seq, limit, f))
    }

    fn replay(
        &self,
        space: &str,
        after: Seq,
        limit: usize,
        f: impl FnMut(CodeChange),
    ) -> Result<Seq> {
        let mut teller = Teller { limit, told: 0, last: after, f };
        let mut scheme = self.conn.prepare_cached(SCHEME)?;
        if !scheme.exists([space])? {
            // Nothing of this space was ever stored: there is no need to look for it.
            return self.last_seq();
        }
        let mut removed = self.conn.prepare_cached(REMOVED)?;
        let mut removed = removed.query(params![after, space])?;
        let mut removal = next_removal(&mut removed)?;
        let mut added = self.conn.prepare_cached(ADDED)?;
        let mut added = added.query(params![after, space])?;
        while let Some(row) = added.next()? {
            let (seq, codes) = addition(row)?;
            while let Some((by, codes)) = removal.take_if(|(by, _)| *by < seq) {
                if !teller.tell(by, codes) {
                    return Ok(teller.last);
                }
                removal = next_removal(&mut removed)?;
            }
            if !teller.tell(seq, codes) {
                return Ok(teller.last);
            }
        }
        while let Some((seq, codes)) = removal {
            if !teller.tell(seq, codes) {
                return Ok(teller.last);
            }
            removal = next_removal(&mut removed)?;
        }
        self.last_seq()
    }
}

/// Tells changes until there are enough, and never a part of an event's.
struct Teller<F> {
    limit: usize,
    told: usize,
    /// The event of the changes that were told last.
    last: Seq,
    f: F,
}

impl<F: FnMut(CodeChange)> Teller<F> {
    /// Whether the changes of a row were told; if not, they belong to the event after the last.
    fn tell(&mut self, seq: Seq, changes: impl Iterator<Item = CodeChange>) -> bool {
        if self.told >= self.limit && seq != self.last {
            return false;
        }
        self.last = seq;
        for change in changes {
            self.told += 1;
            (self.f)(change);
        }
        true
    }
}

/// The event that added a row, and its codes.
fn addition<'a>(row: &'a Row<'_>) -> Result<(Seq, impl Iterator<Item = CodeChange> + use<'a>)> {
    let (id, item) = (codes_id(row, 0)?, ItemId(row.get(1)?));
    let seq = row.get(1)?;
    let codes = unpack(row.get_ref(2)?.as_blob().map_err(corrupt)?).map_err(corrupt)?;
    let change = move |(position, code): (usize, Code)| CodeChange::Added {
        seq,
        id: CodeId::at(id, position),
        item,
        code,
    };
    Ok((seq, codes.enumerate().map(change)))
}

/// The next row that was withdrawn: by which event, and its codes.
fn next_removal(
    rows: &mut Rows<'_>,
) -> Result<Option<(Seq, impl Iterator<Item = CodeChange> + use<>)>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let (seq, id) = (row.get(0)?, codes_id(row, 1)?);
    let codes: usize = row.get(2)?;
    if codes > CodeId::CODES_PER_ROW {
        return Err(LedgerError::Corrupt);
    }
    let change = move |position| CodeChange::Removed { seq, id: CodeId::at(id, position) };
    Ok(Some((seq, (0..codes).map(change))))
}

fn codes_id(row: &Row<'_>, column: usize) -> Result<CodesId> {
    let id = CodesId(row.get(column)?);
    if id.is_valid() { Ok(id) } else { Err(LedgerError::Corrupt) }
}

fn corrupt(_: FromSqlError) -> LedgerError {
    LedgerError::Corrupt
}
