//! What a reviewer decided about a link.
//!
//! A decision is about two items that match, whatever cases hold them; where the link is that two
//! cases hold the very same item, it is about these two cases. Neither side comes first. The last
//! decision on a pair is what stands, and all of them stay.

use crate::{
    CaseId, ItemId, Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::{all, one},
};
use rusqlite::{Row, params};

/// Whether a link was looked at, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LinkState {
    /// Nobody has decided yet.
    #[default]
    Unreviewed,
    /// A reviewer says that it is right.
    Confirmed,
    /// A reviewer says that it is wrong: it ties nothing.
    Rejected,
    /// Nobody has decided, and one side is known to be harmless: it ties nothing.
    Harmless,
    /// Nobody has decided, and one side is held back until somebody looks: it ties nothing yet.
    Held,
}

impl LinkState {
    /// Its name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreviewed => "unreviewed",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
            Self::Harmless => "harmless",
            Self::Held => "held",
        }
    }

    /// Whether such a link ties its two sides.
    pub const fn ties(self) -> bool {
        matches!(self, Self::Unreviewed | Self::Confirmed)
    }

    /// The state of this name; tables hold no others.
    pub(crate) fn from_name(name: &str) -> Self {
        let states = [Self::Confirmed, Self::Rejected, Self::Harmless, Self::Held];
        states.into_iter().find(|state| state.name() == name).unwrap_or_default()
    }
}

/// What a decision is about, whichever side is named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkPair {
    /// Two items that match.
    Items(ItemId, ItemId),
    /// One item that two cases hold.
    Cases(ItemId, CaseId, CaseId),
}

impl LinkPair {
    /// The pair with its lesser side first, so that equal pairs are equal.
    pub fn ordered(self) -> Self {
        match self {
            Self::Items(a, b) => Self::Items(a.min(b), a.max(b)),
            Self::Cases(item, a, b) => Self::Cases(item, a.min(b), a.max(b)),
        }
    }

    fn columns(self) -> (i64, i64, Option<i64>, Option<i64>) {
        match self.ordered() {
            Self::Items(a, b) => (a.0, b.0, None, None),
            Self::Cases(item, a, b) => (item.0, item.0, Some(a.0), Some(b.0)),
        }
    }
}

/// A decision, as it is made.
#[derive(Debug, Clone, Copy)]
pub struct NewDecision<'a> {
    /// What it is about.
    pub pair: LinkPair,
    /// Whether the link is right.
    pub is_confirmed: bool,
    /// Why.
    pub reason: &'a str,
    /// The opaque name of who decides.
    pub actor: Option<&'a str>,
}

/// A decision, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Position of its event.
    pub seq: Seq,
    /// What it is about, its lesser side first.
    pub pair: LinkPair,
    /// What was decided.
    pub state: LinkState,
    /// Why.
    pub reason: String,
    /// The opaque name of who decided.
    pub actor: Option<String>,
    /// When, UTC.
    pub decided_at_ms: i64,
}

impl Ledger {
    /// The state of a link.
    pub fn link_state(&self, pair: LinkPair) -> Result<LinkState> {
        let (item_a, item_b, case_a, case_b) = pair.columns();
        let sql = "SELECT verdict FROM decisions
                   WHERE item_a_id = ?1 AND item_b_id = ?2 AND case_a_id IS ?3 AND case_b_id IS ?4
                   ORDER BY id DESC LIMIT 1";
        let key = params![item_a, item_b, case_a, case_b];
        let state =
            one(&self.conn, sql, key, |row| Ok(LinkState::from_name(row.get_ref(0)?.as_str()?)))?;
        match state {
            Some(state) => Ok(state),
            None => Ok(self.state_aside([ItemId(item_a), ItemId(item_b)])?.unwrap_or_default()),
        }
    }

    /// Every decision that was ever made on a link, in the order in which they were made.
    pub fn decisions_on(&self, pair: LinkPair) -> Result<Vec<DecisionRow>> {
        let (item_a, item_b, case_a, case_b) = pair.columns();
        let sql = "SELECT d.id, d.item_a_id, d.item_b_id, d.case_a_id, d.case_b_id, d.verdict,
                          d.reason, d.actor, e.at_ms
                   FROM decisions AS d JOIN events AS e ON e.seq = d.id
                   WHERE d.item_a_id = ?1 AND d.item_b_id = ?2
                     AND d.case_a_id IS ?3 AND d.case_b_id IS ?4 ORDER BY d.id";
        all(&self.conn, sql, params![item_a, item_b, case_a, case_b], decision_row)
    }

    /// Every decision that was ever made, in the order in which they were made.
    pub fn decisions(&self) -> Result<Vec<DecisionRow>> {
        let sql = "SELECT d.id, d.item_a_id, d.item_b_id, d.case_a_id, d.case_b_id, d.verdict,
                          d.reason, d.actor, e.at_ms
                   FROM decisions AS d JOIN events AS e ON e.seq = d.id ORDER BY d.id";
        all(&self.conn, sql, [], decision_row)
    }

    fn is_tied(&self, pair: LinkPair) -> Result<bool> {
        match pair {
            LinkPair::Items(a, b) => {
                let sql = "SELECT 1 FROM matches
                           WHERE (query_item_id = ?1 AND stored_item_id = ?2)
                              OR (query_item_id = ?2 AND stored_item_id = ?1)";
                Ok(a != b && self.conn.prepare_cached(sql)?.exists([a.0, b.0])?)
            }
            LinkPair::Cases(item, a, b) => {
                let both = self.case_has(a, item)? && self.case_has(b, item)?;
                Ok(a != b && both && self.is_searchable(item)?)
            }
        }
    }
}

impl Tx<'_> {
    /// Keeps a decision; what was decided on the pair before no longer stands.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchLink`], [`LedgerError::TextEmpty`] without a reason,
    /// [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn decide(&mut self, decision: &NewDecision<'_>, at_ms: i64) -> Result<Seq> {
        if decision.reason.trim().is_empty() {
            return Err(LedgerError::TextEmpty);
        }
        check_line(decision.reason)?;
        decision.actor.map_or(Ok(()), check_line)?;
        if !self.is_tied(decision.pair)? {
            return Err(LedgerError::NoSuchLink);
        }
        let state = match decision.is_confirmed {
            true => LinkState::Confirmed,
            false => LinkState::Rejected,
        };
        let details = Details::new().text("verdict", state.name());
        let sql = "INSERT INTO decisions (id, salt, item_a_id, item_b_id, case_a_id, case_b_id,
                                          verdict, reason, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let seq = self.chain.record(Kind::LinkDecided, &details, at_ms, |conn, id, salt| {
            let (item_a, item_b, case_a, case_b) = decision.pair.columns();
            let (reason, actor) = (decision.reason, decision.actor);
            let values =
                params![id, salt, item_a, item_b, case_a, case_b, state.name(), reason, actor];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(seq.cast_unsigned())
    }
}

fn decision_row(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    let items = (ItemId(row.get(1)?), ItemId(row.get(2)?));
    let cases: (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
    let pair = match cases {
        (Some(a), Some(b)) => LinkPair::Cases(items.0, CaseId(a), CaseId(b)),
        _ => LinkPair::Items(items.0, items.1),
    };
    Ok(DecisionRow {
        seq: row.get(0)?,
        pair,
        state: LinkState::from_name(row.get_ref(5)?.as_str()?),
        reason: row.get(6)?,
        actor: row.get(7)?,
        decided_at_ms: row.get(8)?,
    })
}
