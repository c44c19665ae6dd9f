//! What is held back, for people.

use super::text::{DIM, FOUND, GOOD, STRONG, count, grouped, short, styled, time};
use athar_engine::policy::FLOOD_DAYS;
use athar_engine::{FloodRule, Held, HeldBack, Released};

/// That an input is of what is held back.
pub(crate) fn held_back(held: &HeldBack) -> String {
    let since = match held.is_new {
        true => "from now on".to_owned(),
        false => format!("since {}", time(held.held_at_ms)),
    };
    format!(
        "{} {since}: it would tie {}, and ties nothing until somebody looks (athar held)  {}",
        styled(FOUND, "held back"),
        count(held.cases, "case"),
        styled(DIM, short(&held.item)),
    )
}

/// One flood: what it is of, how far it reached, and by which numbers that was too much.
pub(crate) fn held(held: &Held) -> String {
    format!(
        "{}  {} held back since {}: it would tie {}, {} of them within {FLOOD_DAYS} days\n    \
         {} in {} now  {}",
        styled(STRONG, short(&held.item)),
        held.kind,
        time(held.held_at_ms),
        count(held.cases, "case"),
        grouped(held.recent),
        count(held.items_now, "item"),
        count(held.cases_now, "case"),
        styled(DIM, format!("usual at most {}, {} were allowed", held.usual, held.most)),
    )
}

/// A line for all that is held, beside what it would have been part of.
pub(crate) fn sums(held: &[Held]) -> String {
    let cases: u64 = held.iter().map(|held| held.cases_now).sum();
    format!(
        "{} held back with its links between {}: 'athar held' shows it",
        count(held.len() as u64, "flood"),
        count(cases, "case"),
    )
}

/// What acts again.
pub(crate) fn released(released: &Released) -> String {
    format!(
        "{}  {}: {} in {}",
        styled(STRONG, short(&released.item)),
        styled(GOOD, "ties again"),
        count(released.items, "item"),
        count(released.cases, "case"),
    )
}

/// From how many cases on material is held back.
pub(crate) fn rule(rule: &FloodRule) -> String {
    let within = format!("other cases within {FLOOD_DAYS} days, or ten times as many in all");
    match (rule.is_off, rule.cases) {
        (true, _) => "nothing is held back".to_owned(),
        (_, Some(cases)) => {
            format!("what comes to more than {} {within}, is held back", grouped(cases.into()))
        }
        _ => {
            let most = |most: Option<u64>| grouped(most.unwrap_or(0));
            format!(
                "what comes to more than {} (a picture), {} (a clip) or {} (a recording) {within}, \
                 is held back, as is usual in this store",
                most(rule.image),
                most(rule.video),
                most(rule.audio),
            )
        }
    }
}
