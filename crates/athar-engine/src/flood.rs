//! The flood guard: material that suddenly comes to far more cases than its kind usually does is held
//! back until somebody has looked.
//!
//! What is held ties nothing, nor do its copies, and raises one alert for all. It is told with every
//! input that is of it. How much is too much, [`policy`] decides by what the store's own reports
//! reached, or the unit by a number of its own.

use crate::outcome::{Match, hex};
use crate::policy::{self, FloodLimit};
use crate::{EngineError, Outcome, Store, clock};
use athar_ledger::{
    AlertSource, CaseId, HoldId, HoldRow, HoldRule, ItemId, Ledger, LedgerError, LinkState,
    NewHold, Tx,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// That an input is of what is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldBack {
    /// The number of the hold.
    pub hold: i64,
    /// SHA-256 of the item that was held.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// Other cases that it would have tied when it was held.
    pub cases: u64,
    /// Since when, milliseconds since 1970-01-01 UTC.
    pub held_at_ms: i64,
    /// Whether this input brought it about.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
}

/// What is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The number of the hold.
    pub hold: i64,
    /// SHA-256 of the item that was held.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// Since when, milliseconds since 1970-01-01 UTC.
    pub held_at_ms: i64,
    /// Other cases that it would have tied when it was held.
    pub cases: u64,
    /// How many of them had come to it within [`policy::FLOOD_DAYS`] days.
    pub recent: u64,
    /// How many its kind usually tied.
    pub usual: u64,
    /// More than so many were too many.
    pub most: u64,
    /// Items that are held with it by now, it and its copies included.
    pub items_now: u64,
    /// Cases that hold one of them by now.
    pub cases_now: u64,
}

/// What acts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Released {
    /// SHA-256 of the item that was held.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// Items that tie again.
    pub items: u64,
    /// Cases that hold one of them.
    pub cases: u64,
}

/// From how many cases on material is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FloodRule {
    /// The unit's own number; nothing where the program's rule or none is in force.
    pub cases: Option<u32>,
    /// Whether nothing is held back.
    pub is_off: bool,
    /// More than so many cases within [`policy::FLOOD_DAYS`] days are too many for a picture now.
    pub image: Option<u64>,
    /// For a clip.
    pub video: Option<u64>,
    /// For a recording.
    pub audio: Option<u64>,
}

impl Store {
    /// What is held back, the oldest first.
    pub fn held(&self) -> Result<Vec<Held>, EngineError> {
        self.ledger.at_one_moment(|| {
            let held = |row| Ok(told(&self.ledger, row)?);
            self.ledger.holds()?.into_iter().map(held).collect()
        })
    }

    /// Lets what an item, by the first hex digits of its SHA-256, is held with act again.
    ///
    /// # Errors
    ///
    /// There is no such item; it is not held back; the reason is missing.
    pub fn release_held(
        &mut self,
        item: &str,
        reason: &str,
        actor: Option<&str>,
    ) -> Result<Released, EngineError> {
        let item = self.item_named(item)?;
        let at_ms = clock::now_ms();
        self.change(|tx| {
            let hold = tx.hold_of(item.id)?.ok_or(LedgerError::NotHeld)?;
            let now = tx.release_hold(hold.flood, reason, actor, at_ms)?;
            Ok(Released { item: hold.sha256, items: now.items, cases: now.cases })
        })
    }

    /// From how many cases on material is held back.
    pub fn flood_rule(&self) -> Result<FloodRule, EngineError> {
        let rule = self.ledger.hold_rule()?;
        let most = |kind| Ok::<_, LedgerError>(limit(&self.ledger, rule, kind)?.map(|l| l.most));
        Ok(FloodRule {
            cases: if let HoldRule::Cases(cases) = rule { Some(cases) } else { None },
            is_off: rule == HoldRule::Off,
            image: most(crate::time_places::IMAGE)?,
            video: most(crate::time_places::VIDEO)?,
            audio: most(crate::time_places::AUDIO)?,
        })
    }

    /// Says from how many cases on material is held back. What is held already stays so.
    ///
    /// # Errors
    ///
    /// The number is none, or the name is no line of text.
    pub fn set_flood_rule(
        &mut self,
        rule: HoldRule,
        actor: Option<&str>,
    ) -> Result<FloodRule, EngineError> {
        self.change(|tx| tx.set_hold_rule(rule, actor, clock::now_ms()))?;
        self.flood_rule()
    }
}

/// Holds back what came to a case, if it reaches too far, and tells of it if it is held.
pub(crate) fn guard(
    tx: &mut Tx<'_>,
    case: CaseId,
    case_name: &str,
    outcome: &mut Outcome,
    at_ms: i64,
) -> Result<(), LedgerError> {
    let item = match outcome.sha256 {
        Some(sha256) if outcome.came() => tx.item_id(&sha256)?,
        _ => None,
    };
    if let Some(item) = item
        && let Some(new) = too_much(tx, (item, case, case_name), outcome, at_ms)?
    {
        let hold = tx.hold(&new, at_ms)?;
        hold_matches(&mut outcome.matches);
        outcome.held = tx.hold_of(item)?.map(|row| HeldBack { is_new: true, ..row.into() });
        // What joins a flood has its alert.
        if new.flood.is_none() {
            raise(tx, (item, case), hold, new.cases, outcome, at_ms)?;
        }
        return Ok(());
    }
    outcome.held = held_back(tx, outcome)?;
    Ok(())
}

/// What of an input is held back: itself, or what it matches.
pub(crate) fn held_back(
    ledger: &Ledger,
    outcome: &Outcome,
) -> Result<Option<HeldBack>, LedgerError> {
    let held = outcome.matches.iter().find(|found| found.state == LinkState::Held);
    let Some(found) = held else { return Ok(None) };
    for sha256 in [outcome.sha256, Some(found.item)].into_iter().flatten() {
        if let Some(item) = ledger.item_id(&sha256)?
            && let Some(hold) = ledger.hold_of(item)?
        {
            return Ok(Some(hold.into()));
        }
    }
    Ok(None)
}

/// How much of what an item ties is too much, if it is.
fn too_much(
    ledger: &Ledger,
    (item, case, case_name): (ItemId, CaseId, &str),
    outcome: &Outcome,
    at_ms: i64,
) -> Result<Option<NewHold>, LedgerError> {
    let others = other_cases(&outcome.matches, case_name);
    let (Some(kind), 1..) = (outcome.kind, others.len()) else { return Ok(None) };
    let rule = ledger.hold_rule()?;
    let least = match rule {
        HoldRule::Off => return Ok(None),
        HoldRule::Usual => policy::FLOOD_CASES,
        HoldRule::Cases(cases) => cases.into(),
    };
    // Most of what comes is spared the rest.
    if others.len() as u64 <= least {
        return Ok(None);
    }
    let Some(limit) = limit(ledger, rule, kind)? else { return Ok(None) };
    let items = items_that_tie(ledger, item, &outcome.matches)?;
    let since = ledger.cases_of_items(&items)?;
    let ties = |(other, _): &(&CaseId, &i64)| **other != case;
    let recent = since.iter().filter(ties).filter(|(_, since)| policy::is_recent(at_ms, **since));
    let (cases, recent) = (others.len() as u64, recent.count() as u64);
    let released = ledger.released_cases(&items)?;
    if !limit.holds(cases, recent.min(cases), released) {
        return Ok(None);
    }
    let flood = flood_of(ledger, &outcome.matches)?;
    let FloodLimit { usual, most } = limit;
    Ok(Some(NewHold { item, flood, cases, recent: recent.min(cases), usual, most }))
}

/// What is too much for a kind; nothing where the guard is off.
fn limit(ledger: &Ledger, rule: HoldRule, kind: &str) -> Result<Option<FloodLimit>, LedgerError> {
    let usual = policy::usual_reach(&ledger.reach_counts(kind)?);
    Ok(match rule {
        HoldRule::Off => None,
        HoldRule::Cases(cases) => Some(FloodLimit { usual, most: cases.into() }),
        HoldRule::Usual => Some(FloodLimit::of(usual)),
    })
}

/// The other cases that an item ties.
pub(crate) fn other_cases<'a>(matches: &'a [Match], own: &str) -> BTreeSet<&'a str> {
    let others = matches.iter().filter(|found| found.stands() && found.case != own);
    others.map(|found| found.case.as_str()).collect()
}

/// An item, and those by which it ties.
fn items_that_tie(
    ledger: &Ledger,
    item: ItemId,
    matches: &[Match],
) -> Result<Vec<ItemId>, LedgerError> {
    let standing = matches.iter().filter(|found| found.stands());
    let sha256s: BTreeSet<[u8; 32]> = standing.map(|found| found.item).collect();
    let mut items = BTreeSet::from([item]);
    for sha256 in sha256s {
        items.extend(ledger.item_id(&sha256)?);
    }
    Ok(items.into_iter().collect())
}

/// The flood that an item belongs to: it has something in common with what is held.
fn flood_of(ledger: &Ledger, matches: &[Match]) -> Result<Option<HoldId>, LedgerError> {
    let held = matches.iter().find(|found| found.state == LinkState::Held);
    let item = held.map_or(Ok(None), |found| ledger.item_id(&found.item))?;
    let hold = item.map_or(Ok(None), |item| ledger.hold_of(item))?;
    Ok(hold.map(|hold| hold.flood))
}

/// What was not decided ties nothing from now on.
fn hold_matches(matches: &mut [Match]) {
    let open = matches.iter_mut().filter(|found| found.state == LinkState::Unreviewed);
    open.for_each(|found| found.state = LinkState::Held);
}

/// One alert for all, until somebody has looked.
fn raise(
    tx: &mut Tx<'_>,
    (item, case): (ItemId, CaseId),
    hold: HoldId,
    cases: u64,
    outcome: &mut Outcome,
    at_ms: i64,
) -> Result<(), LedgerError> {
    let held = outcome.matches.iter().find(|found| found.state == LinkState::Held);
    let Some(best) = held else { return Ok(()) };
    let Some(other) = tx.item_id(&best.item)? else { return Ok(()) };
    let source = AlertSource::Held(other, hold, cases);
    let alert = crate::alerts::of_match((item, case), source, best);
    outcome.alerts.push(tx.raise_alert(&alert, at_ms)?.0);
    Ok(())
}

fn told(ledger: &Ledger, row: HoldRow) -> Result<Held, LedgerError> {
    let now = ledger.held_now(row.flood)?;
    Ok(Held {
        hold: row.flood.0,
        item: row.sha256,
        kind: row.kind,
        held_at_ms: row.held_at_ms,
        cases: row.cases,
        recent: row.recent,
        usual: row.usual,
        most: row.most,
        items_now: now.items,
        cases_now: now.cases,
    })
}

impl From<HoldRow> for HeldBack {
    fn from(row: HoldRow) -> Self {
        Self {
            hold: row.flood.0,
            item: row.sha256,
            cases: row.cases,
            held_at_ms: row.held_at_ms,
            is_new: false,
        }
    }
}

/// How far the files of a report reached, by kind.
#[derive(Default)]
pub(crate) struct Reaches(BTreeMap<&'static str, u64>);

impl Reaches {
    /// Counts a file in. What is held back says nothing of what is usual.
    pub(crate) fn count(&mut self, outcome: &Outcome, own: &str) {
        if let (Some(kind), None) = (outcome.kind, &outcome.held)
            && outcome.came()
        {
            let others = other_cases(&outcome.matches, own).len() as u64;
            let most = self.0.entry(kind).or_default();
            *most = others.max(*most);
        }
    }

    pub(crate) fn keep(&self, tx: &mut Tx<'_>, at_ms: i64) -> Result<(), LedgerError> {
        self.0.iter().try_for_each(|(kind, others)| tx.count_reach(kind, *others, at_ms))
    }
}
