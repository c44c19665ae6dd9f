//! What a threat came from: accounts, telephones, wallets.
//!
//! A handle is kept as it is given here: whoever calls has brought it to one form, so that the
//! same account typed in two ways is one text. It belongs to a case until it is taken away again.

use crate::{
    CaseId, Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::{all, one},
};
use rusqlite::params;

/// A handle in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewHandle<'a> {
    /// `account`, `telephone`, `wallet`, `payment`, `email` or `other`.
    pub kind: &'a str,
    /// Whose account or which coin's wallet; empty where the kind has none.
    pub platform: &'a str,
    /// The name, number or address.
    pub value: &'a str,
}

/// A handle of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleRow {
    /// Position of its event.
    pub seq: Seq,
    /// `account`, `telephone`, `wallet`, `payment`, `email` or `other`.
    pub kind: String,
    /// Whose account or which coin's wallet; empty where the kind has none.
    pub platform: String,
    /// The name, number or address.
    pub value: String,
    /// When it was recorded, UTC.
    pub added_at_ms: i64,
}

impl Ledger {
    /// The handles of a case, in the order in which they were recorded, without those taken away.
    pub fn handles(&self, case: CaseId) -> Result<Vec<HandleRow>> {
        let sql = "SELECT h.id, h.kind, h.platform, h.value, e.at_ms
                   FROM handles AS h JOIN events AS e ON e.seq = h.id
                   WHERE h.case_id = ?1
                     AND NOT EXISTS (SELECT 1 FROM handle_removals WHERE handle_id = h.id)
                   ORDER BY h.id";
        all(&self.conn, sql, [case.0], |row| {
            Ok(HandleRow {
                seq: row.get(0)?,
                kind: row.get(1)?,
                platform: row.get(2)?,
                value: row.get(3)?,
                added_at_ms: row.get(4)?,
            })
        })
    }

    /// The names of all cases but `case` that have the same handle, by the time they were opened.
    pub fn other_cases_of_handle(
        &self,
        case: CaseId,
        handle: &NewHandle<'_>,
    ) -> Result<Vec<String>> {
        let sql = "SELECT c.name FROM handles AS h JOIN cases AS c ON c.id = h.case_id
                   WHERE h.kind = ?1 AND h.platform = ?2 AND h.value = ?3 AND h.case_id <> ?4
                     AND NOT EXISTS (SELECT 1 FROM handle_removals WHERE handle_id = h.id)
                   ORDER BY c.id";
        let key = params![handle.kind, handle.platform, handle.value, case.0];
        all(&self.conn, sql, key, |row| row.get(0))
    }

    fn standing_handle(&self, case: CaseId, handle: &NewHandle<'_>) -> Result<Option<i64>> {
        let sql = "SELECT h.id FROM handles AS h
                   WHERE h.kind = ?1 AND h.platform = ?2 AND h.value = ?3 AND h.case_id = ?4
                     AND NOT EXISTS (SELECT 1 FROM handle_removals WHERE handle_id = h.id)";
        let key = params![handle.kind, handle.platform, handle.value, case.0];
        one(&self.conn, sql, key, |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Keeps a handle for a case: whether the case did not have it yet. Its kind goes into the
    /// event, the rest does not.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchCase`], [`LedgerError::TextEmpty`], [`LedgerError::TextLength`],
    /// [`LedgerError::TextControl`].
    pub fn add_handle(&mut self, case: CaseId, handle: &NewHandle<'_>, at_ms: i64) -> Result<bool> {
        self.case(case)?.ok_or(LedgerError::NoSuchCase)?;
        if handle.kind.is_empty() || handle.value.is_empty() {
            return Err(LedgerError::TextEmpty);
        }
        [handle.kind, handle.platform, handle.value].into_iter().try_for_each(check_line)?;
        if self.standing_handle(case, handle)?.is_some() {
            return Ok(false);
        }
        let sql = "INSERT INTO handles (id, salt, case_id, kind, platform, value)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let details = Details::new().text("kind", handle.kind);
        self.chain.record(Kind::HandleAdded, &details, at_ms, |conn, id, salt| {
            let NewHandle { kind, platform, value } = *handle;
            let values = params![id, salt, case.0, kind, platform, value];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(true)
    }

    /// Takes a handle from a case. Its row stays, and with it what once tied cases together.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchHandle`].
    pub fn remove_handle(
        &mut self,
        case: CaseId,
        handle: &NewHandle<'_>,
        at_ms: i64,
    ) -> Result<()> {
        let standing = self.standing_handle(case, handle)?.ok_or(LedgerError::NoSuchHandle)?;
        let sql = "INSERT INTO handle_removals (id, salt, handle_id) VALUES (?1, ?2, ?3)";
        self.chain.record(Kind::HandleRemoved, &Details::new(), at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, standing])?;
            Ok(())
        })?;
        Ok(())
    }
}
