//! Who does something and what for, and the log of what was done.
//!
//! It is said once of a [`Ledger`], and every change that is then written through it ends with an
//! event that tells it of the events from `from` on: those of the same change.

use crate::{
    CaseId, Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    events::OF_CASE,
    facts::check_line,
    read::all,
};
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;

/// Who acts, and what for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Act {
    /// The opaque name of who does it.
    pub actor: Option<String>,
    /// What for, in one line.
    pub purpose: Option<String>,
    /// The program, with its version.
    pub program: String,
}

/// An event as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its number.
    pub seq: Seq,
    /// When, UTC.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// Its details: one JSON object.
    pub details: String,
    /// Who did it, where that was said.
    pub actor: Option<String>,
    /// What for, where that was said.
    pub purpose: Option<String>,
}

/// Which events are asked for: all of these at once.
#[derive(Debug, Clone, Default)]
pub struct LogQuestion {
    /// Those whose records are a case's own.
    pub case: Option<CaseId>,
    /// By whom.
    pub actor: Option<String>,
    /// From when on, UTC.
    pub since_ms: Option<i64>,
    /// The newest so many; all of them without.
    pub most: Option<u32>,
}

impl Ledger {
    /// Says who writes from now on. Without an actor and a purpose nothing is kept of it.
    ///
    /// # Errors
    /// [`LedgerError::TextLength`], [`LedgerError::TextControl`], [`LedgerError::TextEmpty`].
    pub fn act_as(&mut self, act: Act) -> Result<()> {
        for text in [&act.actor, &act.purpose].into_iter().flatten() {
            check_line(text)?;
            if text.trim().is_empty() {
                return Err(LedgerError::TextEmpty);
            }
        }
        let is_told = act.actor.is_some() || act.purpose.is_some();
        self.act = is_told.then_some(act);
        Ok(())
    }

    /// The events that tell who wrote one of these, ascending.
    pub fn acts_over(&self, events: impl IntoIterator<Item = Seq>) -> Result<Vec<Seq>> {
        let sql = "SELECT told.seq FROM events AS told
                   WHERE told.seq = (SELECT min(id) FROM acts WHERE id > ?1)
                     AND told.details ->> 'from' <= ?1";
        let mut of = self.conn.prepare_cached(sql)?;
        let mut found = BTreeSet::new();
        for event in events {
            found.extend(of.query_row([event], |row| row.get::<_, Seq>(0)).optional()?);
        }
        Ok(found.into_iter().collect())
    }

    /// What was done, oldest first.
    pub fn log(&self, question: &LogQuestion) -> Result<Vec<LoggedEvent>> {
        let LogQuestion { case, actor, since_ms, most } = question;
        let of_case = match case {
            Some(_) => format!("e.seq IN ({})", OF_CASE.replace("?1", "?4")),
            None => "?4 IS NULL".to_owned(),
        };
        let sql = format!(
            "SELECT * FROM (
                 SELECT e.seq, e.at_ms, e.kind, e.details, a.actor, a.purpose
                 FROM events AS e
                 LEFT JOIN acts AS a ON a.id = (SELECT min(id) FROM acts WHERE id > e.seq)
                       AND (SELECT told.details ->> 'from' FROM events AS told
                            WHERE told.seq = a.id) <= e.seq
                 WHERE e.kind <> 'acted' AND e.at_ms >= ?1 AND (?2 IS NULL OR a.actor = ?2)
                   AND {of_case}
                 ORDER BY e.seq DESC LIMIT ?3)
             ORDER BY seq"
        );
        let most = most.map_or(-1, i64::from);
        let since_ms = since_ms.unwrap_or(i64::MIN);
        let case = case.map(|case| case.0);
        all(&self.conn, &sql, params![since_ms, actor, most, case], |row| {
            Ok(LoggedEvent {
                seq: row.get(0)?,
                at_ms: row.get(1)?,
                kind: row.get(2)?,
                details: row.get(3)?,
                actor: row.get(4)?,
                purpose: row.get(5)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Tells who wrote what this change wrote, if it wrote anything and somebody said who it is.
    pub(crate) fn tell_act(&mut self) -> Result<()> {
        let Some(act) = self.act.clone() else { return Ok(()) };
        let Some((from, at_ms)) = self.chain.first_written() else { return Ok(()) };
        let details = Details::new().number("from", from).text("program", &act.program);
        let sql = "INSERT INTO acts (id, salt, actor, purpose) VALUES (?1, ?2, ?3, ?4)";
        self.chain.record(Kind::Acted, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, act.actor, act.purpose])?;
            Ok(())
        })?;
        Ok(())
    }
}
