//! That the store's key was changed: from what to what, when, and by whom. Never a key.

use crate::{Seq, Tx, chain::Kind, details::Details, error::Result, facts::check_line};
use rusqlite::params;

/// What a ledger is locked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// Nothing: it is not encrypted.
    Nothing,
    /// A key in a file.
    KeyFile,
    /// A passphrase.
    Passphrase,
}

impl Lock {
    /// Its name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::KeyFile => "key_file",
            Self::Passphrase => "passphrase",
        }
    }
}

/// A change of the key, as it is made.
#[derive(Debug, Clone, Copy)]
pub struct NewKeyChange<'a> {
    /// What it was locked by.
    pub from: Lock,
    /// What it is locked by from now on.
    pub to: Lock,
    /// The opaque name of who changes it.
    pub actor: Option<&'a str>,
}

impl NewKeyChange<'_> {
    /// Refuses what the ledger would not take.
    ///
    /// # Errors
    /// [`LedgerError::TextLength`](crate::LedgerError::TextLength),
    /// [`LedgerError::TextControl`](crate::LedgerError::TextControl).
    pub fn check(&self) -> Result<()> {
        self.actor.map_or(Ok(()), check_line)
    }
}

impl Tx<'_> {
    /// Keeps that the key was changed.
    ///
    /// # Errors
    /// As [`NewKeyChange::check`].
    pub fn record_key_change(&mut self, change: &NewKeyChange<'_>, at_ms: i64) -> Result<Seq> {
        change.check()?;
        let (from, to) = (change.from.name(), change.to.name());
        let sql = "INSERT INTO key_changes (id, salt, locked_from, locked_to, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let details = Details::new().text("from", from).text("to", to);
        let id = self.chain.record(Kind::KeyChanged, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, from, to, change.actor])?;
            Ok(())
        })?;
        // Row ids count from 1.
        Ok(id.unsigned_abs())
    }
}
