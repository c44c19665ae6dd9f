//! Alerts: what came to a case has something in common with what older cases hold, or with what
//! somebody asked about before.
//!
//! An item that comes raises one alert for each older case that it matches, by the best of that
//! case's matches, and one for all checks together. Where very many cases hold the same, one alert
//! stands for all of them: so a flood of copies costs each one what a single copy costs.

use crate::decide::state_name;
use crate::outcome::{Match, hex, hex_option};
use crate::policy::ALERT_CASES;
use crate::{AskedBefore, EngineError, Outcome, Store, clock};
use athar_ledger::{
    AlertId, AlertQuestion, AlertRow, AlertSource, AlertState, CaseId, CheckId, ItemId, Ledger,
    LedgerError, LinkState, NewAlert, Tx,
};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

/// Which alerts are asked for.
#[derive(Debug, Clone, Default)]
pub struct AlertsQuestion {
    /// Only those raised since this time, milliseconds since 1970-01-01 UTC.
    pub since_ms: Option<i64>,
    /// Only those that concern this case, on either side.
    pub case: Option<String>,
    /// Which states; without any, those that are not closed and whose link ties.
    pub states: Vec<AlertState>,
}

/// An alert as it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// Its number.
    pub alert: i64,
    /// When it was raised, milliseconds since 1970-01-01 UTC.
    pub raised_at_ms: i64,
    /// What became of it.
    #[serde(serialize_with = "alert_state_name")]
    pub state: AlertState,
    /// The case that the item came to.
    pub case: String,
    /// SHA-256 of the item.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// What it has something in common with.
    #[serde(flatten)]
    pub cause: AlertCause,
    /// How they hang together.
    pub relation: String,
    /// The space in which they met.
    pub via: String,
    /// Distance of the two codes in bits, 0 to 256.
    pub distance: u16,
    /// How often one comparison of unrelated material comes as near.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated material on which the rate rests.
    pub false_alarm_pairs: u64,
    /// What a reviewer decided about the link that it is about.
    #[serde(serialize_with = "state_name")]
    pub link: LinkState,
    /// Why its state is what it is, where that was said.
    pub reason: Option<String>,
    /// The opaque name of who said so.
    pub by: Option<String>,
    /// Since when it is so, milliseconds since 1970-01-01 UTC.
    pub state_at_ms: Option<i64>,
}

/// The other side of an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum AlertCause {
    /// An older case.
    Case {
        /// Its name.
        other_case: String,
        /// SHA-256 of the item of it that matches best.
        #[serde(serialize_with = "hex_option")]
        other_item: Option<[u8; 32]>,
    },
    /// More older cases than are told one by one.
    Cases {
        /// How many there were.
        cases: u64,
        /// SHA-256 of the item of them that matches best.
        #[serde(serialize_with = "hex_option")]
        other_item: Option<[u8; 32]>,
    },
    /// Suddenly so many other cases that what came is held back.
    Held {
        /// How many there were.
        cases: u64,
        /// The number of the hold.
        hold: i64,
        /// SHA-256 of the item of them that matches best.
        #[serde(serialize_with = "hex_option")]
        other_item: Option<[u8; 32]>,
    },
    /// Remembered checks.
    Check {
        /// The number of the nearest.
        check: i64,
        /// How many there were.
        checks: u64,
        /// When the nearest was made, milliseconds since 1970-01-01 UTC.
        asked_at_ms: Option<i64>,
        /// The opaque name of who asked, while that is remembered.
        asked_by: Option<String>,
    },
}

/// A wish that an alert's state be another.
#[derive(Debug, Clone)]
pub struct AlertWish {
    /// The alert.
    pub alert: i64,
    /// What it should be.
    pub state: AlertState,
    /// Why.
    pub reason: Option<String>,
    /// The opaque name of who says so.
    pub actor: Option<String>,
}

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AlertChange {
    /// Its number.
    pub alert: i64,
    /// Its state from now on.
    #[serde(serialize_with = "alert_state_name")]
    pub state: AlertState,
    /// Its state before.
    #[serde(serialize_with = "alert_state_name")]
    pub before: AlertState,
}

impl Store {
    /// The alerts that are asked for, the oldest first.
    ///
    /// # Errors
    ///
    /// There is no such case.
    pub fn alerts(&self, question: &AlertsQuestion) -> Result<Vec<Alert>, EngineError> {
        let case = question.case.as_deref().map(|name| self.case_id(name)).transpose()?;
        let rows = self.ledger.alerts(&AlertQuestion { since_ms: question.since_ms, case })?;
        let is_wanted = |row: &AlertRow| match question.states.is_empty() {
            true => row.state != AlertState::Closed && row.link.ties(),
            false => question.states.contains(&row.state),
        };
        Ok(rows.into_iter().filter(is_wanted).map(Alert::from).collect())
    }

    /// Says what became of an alert.
    ///
    /// # Errors
    ///
    /// There is no such alert; it is so already; a reason is missing.
    pub fn change_alert(&mut self, wish: &AlertWish) -> Result<AlertChange, EngineError> {
        let AlertWish { alert, state, reason, actor } = wish;
        let (id, reason, actor) = (AlertId(*alert), reason.as_deref(), actor.as_deref());
        let before =
            self.change(|tx| tx.set_alert_state(id, *state, reason, actor, clock::now_ms()))?;
        Ok(AlertChange { alert: *alert, state: *state, before })
    }
}

/// Raises the alerts of an input that came to a case, if it did. What is held back has one for all,
/// however often it comes: see `flood`.
pub(crate) fn raise(
    tx: &mut Tx<'_>,
    case: CaseId,
    case_name: &str,
    outcome: &mut Outcome,
    at_ms: i64,
) -> Result<(), LedgerError> {
    let Some(sha256) = outcome.sha256.filter(|_| outcome.came()) else { return Ok(()) };
    let Some(item) = tx.item_id(&sha256)? else { return Ok(()) };
    let arrival = (item, case);
    let mut new = of_cases(tx, arrival, &best_of_each_case(&outcome.matches, case_name))?;
    let asked = outcome.asked.as_ref().filter(|_| outcome.held.is_none());
    new.extend(asked.map(|asked| of_checks(arrival, asked)));
    for alert in new {
        outcome.alerts.push(tx.raise_alert(&alert, at_ms)?.0);
    }
    Ok(())
}

/// One for each case, or one for all of them; the best match comes first.
fn of_cases(
    ledger: &Ledger,
    arrival: (ItemId, CaseId),
    best: &[&Match],
) -> Result<Vec<NewAlert<'static>>, LedgerError> {
    let is_flood = best.len() > ALERT_CASES;
    let mut new = Vec::new();
    for found in best.iter().take(if is_flood { 1 } else { best.len() }) {
        let other = (ledger.item_id(&found.item)?, ledger.case_by_name(&found.case)?);
        let (Some(other), Some(other_case)) = other else { continue };
        let source = match is_flood {
            true => AlertSource::Cases(other, best.len() as u64),
            false => AlertSource::Case(other, other_case.id),
        };
        new.push(of_match(arrival, source, found));
    }
    Ok(new)
}

fn of_checks((item, case): (ItemId, CaseId), asked: &AskedBefore) -> NewAlert<'static> {
    NewAlert {
        item,
        case,
        source: AlertSource::Checks(CheckId(asked.check), asked.times),
        relation: asked.relation.name(),
        via: athar_hash::Space::Pdq.name(),
        distance: asked.distance,
        false_alarm_rate: asked.false_alarm_rate,
        false_alarm_pairs: asked.false_alarm_pairs,
    }
}

/// The best match of each other case, of those that nobody rejected; the best comes first.
fn best_of_each_case<'a>(matches: &'a [Match], own: &str) -> Vec<&'a Match> {
    let mut seen = BTreeSet::new();
    let others = matches.iter().filter(|found| found.stands() && found.case != own);
    others.filter(|found| seen.insert(found.case.as_str())).collect()
}

pub(crate) fn of_match(
    (item, case): (ItemId, CaseId),
    source: AlertSource,
    found: &Match,
) -> NewAlert<'static> {
    NewAlert {
        item,
        case,
        source,
        relation: found.relation.name(),
        via: found.via,
        distance: found.distance,
        false_alarm_rate: found.false_alarm_rate,
        false_alarm_pairs: found.false_alarm_pairs,
    }
}

impl From<AlertRow> for Alert {
    fn from(row: AlertRow) -> Self {
        let other_item = row.other_sha256;
        let cause = match row.source {
            AlertSource::Case(..) => {
                AlertCause::Case { other_case: row.other_case.unwrap_or_default(), other_item }
            }
            AlertSource::Cases(_, cases) => AlertCause::Cases { cases, other_item },
            AlertSource::Held(_, hold, cases) => {
                AlertCause::Held { cases, hold: hold.0, other_item }
            }
            AlertSource::Checks(check, checks) => AlertCause::Check {
                check: check.0,
                checks,
                asked_at_ms: row.asked_at_ms,
                asked_by: row.asked_by,
            },
        };
        Self {
            alert: row.id.0,
            raised_at_ms: row.raised_at_ms,
            state: row.state,
            case: row.case,
            item: row.sha256,
            cause,
            relation: row.relation,
            via: row.via,
            distance: row.distance,
            false_alarm_rate: row.false_alarm_rate,
            false_alarm_pairs: row.false_alarm_pairs,
            link: row.link,
            reason: row.reason,
            by: row.actor,
            state_at_ms: row.state_at_ms,
        }
    }
}

fn alert_state_name<S: Serializer>(state: &AlertState, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(state.name())
}
