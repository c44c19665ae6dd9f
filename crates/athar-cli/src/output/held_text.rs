//! What is held back, for people.

use super::text::{DIM, FOUND, GOOD, STRONG, short, styled, styled_name, time};
use crate::lang::say;
use athar_engine::policy::FLOOD_DAYS;
use athar_engine::{FloodRule, Held, HeldBack, Released};
use athar_words::{Argument, figure, grouped, key, text as words};

/// That an input is of what is held back.
pub(crate) fn held_back(held: &HeldBack) -> String {
    let since = match held.is_new {
        true => say!("held-from-now-on"),
        false => say!("held-since", time = words(time(held.held_at_ms))),
    };
    let would_tie = say!("held-would-tie", since = words(since), cases = cases(held.cases));
    let item = styled_name(DIM, short(&held.item));
    format!("{} {would_tie}  {item}", styled(FOUND, say!("held-back")))
}

/// One flood: what it is of, how far it reached, and by which numbers that was too much.
pub(crate) fn held(held: &Held) -> String {
    let kind = say!("medium", kind = key(held.kind.to_string()));
    let since = say!(
        "held-flood",
        kind = words(kind),
        time = words(time(held.held_at_ms)),
        cases = cases(held.cases),
        recent = held.recent,
        days = figure(FLOOD_DAYS)
    );
    let now = say!("held-now", items = items(held.items_now), cases = cases(held.cases_now));
    let limits = say!("held-limits", usual = figure(held.usual), most = figure(held.most));
    let item = styled_name(STRONG, short(&held.item));
    format!("{item}  {since}\n    {now}  {}", styled(DIM, limits))
}

/// A line for all that is held, beside what it would have been part of.
pub(crate) fn sums(held: &[Held]) -> String {
    let all: u64 = held.iter().map(|held| held.cases_now).sum();
    let floods = words(say!("floods", n = held.len()));
    say!("held-sums", floods = floods, cases = cases(all))
}

/// What acts again.
pub(crate) fn released(released: &Released) -> String {
    let of = say!("items-in-cases", items = items(released.items), cases = cases(released.cases));
    let item = styled_name(STRONG, short(&released.item));
    format!("{item}  {}: {of}", styled(GOOD, say!("held-released")))
}

/// From how many cases on material is held back.
pub(crate) fn rule(rule: &FloodRule) -> String {
    let most = |most: Option<u64>| figure(grouped(most.unwrap_or(0)));
    match (rule.is_off, rule.cases) {
        (true, _) => say!("nothing-held"),
        (_, Some(cases)) => {
            let cases = figure(grouped(cases.into()));
            say!("flood-rule-cases", cases = cases, days = figure(FLOOD_DAYS))
        }
        _ => say!(
            "flood-rule-usual",
            image = most(rule.image),
            video = most(rule.video),
            audio = most(rule.audio),
            days = figure(FLOOD_DAYS)
        ),
    }
}

fn cases(n: u64) -> Argument {
    words(say!("cases", n = n))
}

fn items(n: u64) -> Argument {
    words(say!("items", n = n))
}
