//! Lists of others, for people.

use super::text::{DIM, FOUND, GOOD, STRONG, WRONG, count, grouped, rate, short, styled, time};
use athar_engine::{
    ExportSummary, ImportSummary, ListMatch, ListPage, ListRemoval, ListSummary, ListedItem,
};
use std::fmt::Write;

/// What an input has in common with an entry of a list.
pub(crate) fn match_line(found: &ListMatch) -> String {
    let mut parts = vec![match found.distance {
        None => format!("the very file, by its {}", found.via.to_uppercase()),
        Some(distance) => format!("{distance} of 256 bits differ"),
    }];
    if found.orientation.is_some_and(|orientation| orientation != "rot0") {
        parts.push("turned or mirrored".into());
    }
    if found.inverted {
        parts.push("inverted colours".into());
    }
    parts.extend(found.at_ms.map(|at_ms| format!("at {:.1} s", at_ms as f64 / 1000.0)));
    parts.extend(provenance(found));
    let name = styled(STRONG, format!("list {}", found.list));
    let verdict = match (found.is_harmless(), found.needs_confirmation) {
        (true, _) => styled(DIM, "the list calls it harmless"),
        (false, true) => styled(FOUND, "candidate: only the list's code speaks, so look yourself"),
        (false, false) => styled(FOUND, "known"),
    };
    let mut line = format!("{name}  {verdict}  {}", parts.join(", "));
    if let (Some(share), Some(pairs)) = (found.false_alarm_rate, found.false_alarm_pairs) {
        let _ = write!(line, "  {}", styled(DIM, rate(share, pairs)));
    }
    line
}

/// Who listed it, as what, and when.
fn provenance(found: &ListMatch) -> Vec<String> {
    let said = |what: &str, text: &Option<String>| {
        text.as_ref().map(|text| format!("{what} {}", plain(text)))
    };
    let when = found.time_s.map(|s| format!("listed {}", time(s.saturating_mul(1000))));
    let tags = (!found.tags.is_empty()).then(|| format!("tagged {}", plain(&found.tags.join(" "))));
    [
        said("from", &found.source),
        said("by", &found.owner),
        said("that is", &found.owner_name),
        said("its number", &found.id),
        said("class", &found.classification),
        said("state", &found.state),
        tags,
        when,
        said("TLP", &found.marking),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What others wrote cannot play tricks on a terminal.
fn plain(text: &str) -> String {
    super::shown(text.as_ref())
}

/// An item that lists know.
pub(crate) fn item(item: &ListedItem) -> String {
    let mut text =
        format!("{} {}  {}", styled(STRONG, &item.case), styled(DIM, short(&item.item)), item.kind);
    for found in &item.lists {
        let _ = write!(text, "\n    {}", match_line(found));
    }
    if item.lists_cut {
        let _ = write!(text, "\n    {}", styled(DIM, "more entries of lists are near"));
    }
    text
}

/// What was brought in.
pub(crate) fn imported(summary: &ImportSummary) -> String {
    let done = match (summary.dry_run, &summary.now) {
        (true, _) => "would be imported",
        (false, Some(_)) => "imported",
        (false, None) => "nothing was changed",
    };
    let counts = [
        (summary.new, "new"),
        (summary.known, "known"),
        (summary.changed, "changed"),
        (summary.erased, "erased"),
        (summary.low_quality, "too flat, not taken"),
        (summary.other_scheme, "of another scheme, not taken"),
        (summary.not_compared, "SHA-1, kept and compared with no file"),
        (summary.activated, "searched from now on"),
    ];
    let counts = counts.iter().filter(|(n, _)| *n > 0);
    let mut parts: Vec<_> = counts.map(|(n, what)| format!("{} {what}", grouped(*n))).collect();
    let passed = summary.passed_over.iter();
    parts.extend(passed.map(|(name, n)| format!("{} {name}, not taken", grouped(*n))));
    let read = match summary.records {
        1 => "1 record".into(),
        records => format!("{} records", grouped(records)),
    };
    let entries = match summary.entries {
        1 => "1 code or digest".into(),
        entries => format!("{} codes and digests", grouped(entries)),
    };
    let mut text = format!("{}  {done}: {entries} in {read}", styled(STRONG, &summary.list));
    if !parts.is_empty() {
        let _ = write!(text, " — {}", parts.join(", "));
    }
    if summary.problems > 0 {
        let many = match summary.problems {
            1 => "1 record is no entry".into(),
            problems => format!("{} records are no entries", grouped(problems)),
        };
        let _ = write!(text, "\n{}", styled(WRONG, many));
    }
    if let Some(now) = summary.now.as_ref().filter(|now| now.staged > 0) {
        let _ = write!(text, "\n{} not searched yet: 'athar list activate'", grouped(now.staged));
    }
    push_left(&mut text, &summary.left);
    text
}

/// What was passed on, and what the format could not carry.
pub(crate) fn exported(summary: &ExportSummary) -> String {
    let done = if summary.dry_run { "would be written" } else { "written" };
    let mut text = format!(
        "{} codes and digests of {} {done} as {}, TLP {}",
        grouped(summary.entries),
        count(summary.written_items, "item"),
        summary.list_format,
        summary.marking,
    );
    if summary.withdrawals > 0 {
        let items = count(summary.withdrawals, "item");
        let _ = write!(text, "\n{items} told as taken back, by their numbers");
    }
    if summary.without_code > 0 {
        let without = grouped(summary.without_code);
        let _ = write!(text, "\n{without} without a code: flat, or a clip or a sound");
    }
    for (field, entries) in &summary.cannot_say {
        let _ = write!(text, "\n{} left out: the format cannot say the {field}", grouped(*entries));
    }
    if let Some(key) = &summary.key {
        let _ = write!(text, "\nsigned with key {key}");
    }
    text
}

/// A table of lists.
pub(crate) fn lists(lists: &[ListSummary]) -> String {
    let width = lists.iter().map(|list| list.list.chars().count()).max().unwrap_or(0).max(4);
    let mut text = styled(DIM, format!("{:width$}  state      searched    waiting", "list"));
    for list in lists {
        let _ = write!(
            text,
            "\n{:width$}  {:8}  {:>9}  {:>9}",
            list.list,
            list.state,
            grouped(list.active),
            grouped(list.staged)
        );
    }
    text
}

/// One list in full.
pub(crate) fn page(page: &ListPage) -> String {
    let ListSummary { list, state, active, staged, kinds, .. } = &page.summary;
    let mut text = format!(
        "{}  {state}, {} searched, {} waiting",
        styled(STRONG, list),
        grouped(*active),
        grouped(*staged)
    );
    for (kind, entries) in kinds {
        let _ = write!(text, "\n    {} {kind}", grouped(*entries));
    }
    for import in &page.imports {
        let when = time(import.imported_at_ms);
        let _ = write!(text, "\n    imported {when} as {}", import.format);
        let said = [("from", &import.source), ("by", &import.by), ("TLP", &import.marking)];
        for (what, text_of) in said {
            if let Some(said) = text_of {
                let _ = write!(text, ", {what} {}", plain(said));
            }
        }
    }
    if page.persons > 1 {
        text.push_str("\n    two persons are needed to activate it");
    }
    text
}

pub(crate) fn activated(list: &str, entries: u64) -> String {
    let entries = grouped(entries);
    format!("{}  {}: {entries} searched from now on", styled(STRONG, list), styled(GOOD, "active"))
}

/// A list that was given up, and what may be left of it.
pub(crate) fn retired(removal: &ListRemoval) -> String {
    let erased = grouped(removal.erased);
    let mut text =
        format!("{}  {}: {erased} erased", styled(STRONG, &removal.list), styled(GOOD, "retired"));
    push_left(&mut text, &removal.left);
    text
}

pub(crate) fn rule(persons: u8) -> String {
    match persons {
        1 => "one person imports and activates a list".into(),
        _ => "who imports a list cannot be who activates it".into(),
    }
}

fn push_left(text: &mut String, left: &[String]) {
    for left in left {
        let _ = write!(text, "\n{} {left}", styled(WRONG, "left:"));
    }
}
