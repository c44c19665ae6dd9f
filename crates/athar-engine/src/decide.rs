//! A reviewer's word on a link.

use crate::outcome::to_hex;
use crate::{EngineError, Store, clock};
use athar_ledger::{LinkPair, LinkState, NewDecision};
use serde::{Serialize, Serializer};

/// Which link is meant, and what is decided about it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// One item, by the first hex digits of its SHA-256, or the two that match.
    pub items: Vec<String>,
    /// The two cases that hold it, where there is one item.
    pub cases: Vec<String>,
    /// Whether the link is right.
    pub is_confirmed: bool,
    /// Why.
    pub reason: String,
    /// The opaque name of who decides.
    pub actor: Option<String>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// SHA-256 of the two items, or of the one that two cases hold.
    #[serde(serialize_with = "each_hex")]
    pub items: Vec<[u8; 32]>,
    /// The two cases, where there is one item.
    pub cases: Vec<String>,
    /// The link's state from now on.
    #[serde(serialize_with = "state_name")]
    pub state: LinkState,
    /// Its state before.
    #[serde(serialize_with = "state_name")]
    pub before: LinkState,
}

impl Store {
    /// Confirms or rejects a link. A rejected one ties nothing any more, and stays rejected
    /// however often it is found again, until it is decided anew.
    pub fn decide(&mut self, decision: &Decision) -> Result<Decided, EngineError> {
        let (pair, items) = self.meant(decision)?;
        let before = self.ledger.link_state(pair)?;
        let new = NewDecision {
            pair,
            is_confirmed: decision.is_confirmed,
            reason: &decision.reason,
            actor: decision.actor.as_deref(),
        };
        self.change(|tx| tx.decide(&new, clock::now_ms()))?;
        let state = self.ledger.link_state(pair)?;
        Ok(Decided { items, cases: decision.cases.clone(), state, before })
    }

    fn meant(&self, decision: &Decision) -> Result<(LinkPair, Vec<[u8; 32]>), EngineError> {
        let items: Vec<_> = decision
            .items
            .iter()
            .map(|digits| self.item_named(digits))
            .collect::<Result<_, _>>()?;
        let pair = match (&items[..], &decision.cases[..]) {
            ([a, b], []) => LinkPair::Items(a.id, b.id),
            ([item], [a, b]) => LinkPair::Cases(item.id, self.case_id(a)?, self.case_id(b)?),
            _ => return Err(EngineError::NotALink),
        };
        Ok((pair, items.into_iter().map(|item| item.sha256).collect()))
    }
}

pub(crate) fn state_name<S: Serializer>(state: &LinkState, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(state.name())
}

fn each_hex<S: Serializer>(all: &[[u8; 32]], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(all.iter().map(|bytes| to_hex(bytes)))
}
