//! Lists of others, for people.

use super::text::{
    DIM, FOUND, GOOD, STRONG, WRONG, bits_differ, push_left, rate, short, styled, styled_name,
    time, width,
};
use crate::lang::{errors, joined, name, say};
use athar_engine::{
    ExportSummary, ImportSummary, ListImportPage, ListMatch, ListPage, ListRemoval, ListSummary,
    ListedItem,
};
use athar_words::{figure, grouped, key, text as words};
use std::fmt::Write;

/// What an input has in common with an entry of a list.
pub(crate) fn match_line(found: &ListMatch) -> String {
    let mut parts = vec![match found.distance {
        None => say!("very-file", digest = found.via.to_uppercase()),
        Some(distance) => bits_differ(distance),
    }];
    if found.orientation.is_some_and(|orientation| orientation != "rot0") {
        parts.push(say!("turned-or-mirrored"));
    }
    if found.inverted {
        parts.push(say!("inverted-colours"));
    }
    let seconds = |at_ms| figure(format!("{:.1}", at_ms as f64 / 1000.0));
    parts.extend(found.at_ms.map(|at_ms| say!("at-seconds", seconds = seconds(at_ms))));
    parts.extend(provenance(found));
    let list = styled(STRONG, say!("list-named", list = found.list.as_str()));
    let verdict = match (found.is_harmless(), found.needs_confirmation) {
        (true, _) => styled(DIM, say!("listed-harmless")),
        (false, true) => styled(FOUND, say!("listed-candidate")),
        (false, false) => styled(FOUND, say!("listed-known")),
    };
    let mut line = format!("{list}  {verdict}  {}", joined(&parts));
    if let (Some(share), Some(pairs)) = (found.false_alarm_rate, found.false_alarm_pairs) {
        let _ = write!(line, "  {}", styled(DIM, rate(share, pairs)));
    }
    line
}

/// Who listed it, as what, and when.
fn provenance(found: &ListMatch) -> Vec<String> {
    let said = |text: &Option<String>| text.as_deref().map(plain);
    let when = found.time_s.map(|s| time(s.saturating_mul(1000)));
    let tags = (!found.tags.is_empty()).then(|| plain(&found.tags.join(" ")));
    [
        said(&found.source).map(|source| say!("said-from", source = source)),
        said(&found.owner).map(|owner| say!("said-owner", owner = owner)),
        said(&found.owner_name).map(|owner| say!("said-owner-name", owner = owner)),
        said(&found.id).map(|id| say!("said-id", id = id)),
        said(&found.classification).map(|class| say!("said-class", class = class)),
        said(&found.state).map(|state| say!("said-state", state = state)),
        tags.map(|tags| say!("said-tags", tags = tags)),
        when.map(|time| say!("said-listed", time = words(time))),
        said(&found.marking).map(|marking| say!("said-marking", marking = marking)),
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
    let mut text = format!(
        "{} {}  {}",
        styled_name(STRONG, &item.case),
        styled_name(DIM, short(&item.item)),
        say!("medium", kind = key(item.kind.to_string()))
    );
    for found in &item.lists {
        let _ = write!(text, "\n    {}", match_line(found));
    }
    if item.lists_cut {
        let _ = write!(text, "\n    {}", styled(DIM, say!("more-list-entries")));
    }
    text
}

/// What was brought in.
pub(crate) fn imported(summary: &ImportSummary) -> String {
    let done = match (summary.dry_run, &summary.now) {
        (true, _) => say!("would-be-imported"),
        (false, Some(_)) => say!("imported"),
        (false, None) => say!("nothing-changed"),
    };
    let read = say!(
        "entries-in-records",
        entries = words(say!("entries", n = summary.entries)),
        records = words(say!("records", n = summary.records))
    );
    let mut text = format!("{}  {done}: {read}", styled_name(STRONG, &summary.list));
    let parts = import_counts(summary);
    if !parts.is_empty() {
        let _ = write!(text, " — {}", joined(&parts));
    }
    if summary.problems > 0 {
        let many = say!("no-entries", n = summary.problems);
        let _ = write!(text, "\n{}", styled(WRONG, many));
    }
    if let Some(now) = summary.now.as_ref().filter(|now| now.staged > 0) {
        let _ = write!(text, "\n{}", say!("not-searched-yet", n = now.staged));
    }
    push_left(&mut text, &summary.left);
    text
}

/// What became of the entries, those of which there are any.
fn import_counts(summary: &ImportSummary) -> Vec<String> {
    let counts = [
        (summary.new, say!("n-new", n = summary.new)),
        (summary.known, say!("entries-known", n = summary.known)),
        (summary.changed, say!("entries-changed", n = summary.changed)),
        (summary.erased, say!("n-erased", n = summary.erased)),
        (summary.low_quality, say!("entries-too-flat", n = summary.low_quality)),
        (summary.other_scheme, say!("entries-of-other-scheme", n = summary.other_scheme)),
        (summary.not_compared, say!("entries-not-compared", n = summary.not_compared)),
        (summary.activated, say!("entries-searched", n = summary.activated)),
    ];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0).map(|(_, what)| what);
    let passed = summary.passed_over.iter();
    let passed = passed.map(|(signal, n)| say!("entries-passed-over", n = *n, signal = *signal));
    counts.chain(passed).collect()
}

/// What was passed on, and what the format could not carry.
pub(crate) fn exported(summary: &ExportSummary) -> String {
    let entries = words(say!("entries-exported", n = summary.entries));
    let items = words(say!("items", n = summary.written_items));
    let (format, marking) = (summary.list_format.to_string(), summary.marking.to_string());
    let mut text = match summary.dry_run {
        true => say!(
            "would-be-written",
            entries = entries,
            items = items,
            format = format,
            marking = marking
        ),
        false => {
            say!("written", entries = entries, items = items, format = format, marking = marking)
        }
    };
    if summary.withdrawals > 0 {
        let items = words(say!("items", n = summary.withdrawals));
        let _ = write!(text, "\n{}", say!("told-as-taken-back", items = items));
    }
    if summary.without_code > 0 {
        let _ = write!(text, "\n{}", say!("n-without-code", n = summary.without_code));
    }
    for (field, entries) in &summary.cannot_say {
        let _ = write!(
            text,
            "\n{}",
            say!("cannot-say", n = *entries, field = words(errors::field_name(field)))
        );
    }
    if let Some(key) = &summary.key {
        let _ = write!(text, "\n{}", say!("signed-with", key = key.to_string()));
    }
    text
}

/// A table of lists.
pub(crate) fn lists(lists: &[ListSummary]) -> String {
    let [list, state, searched, waiting] = [
        say!("column-list"),
        say!("column-state"),
        say!("column-searched"),
        say!("column-waiting"),
    ];
    let names = lists.iter().map(|list| width(&list.list)).max().unwrap_or(0);
    let widths = [names.max(width(&list)), width(&state).max(8), 9, 9];
    let line = |cells: [&str; 4]| {
        let [a, b, c, d] = [0, 1, 2, 3]
            .map(|column| " ".repeat(widths[column].saturating_sub(width(cells[column]))));
        format!("{}{a}  {}{b}  {c}{}  {d}{}", cells[0], cells[1], cells[2], cells[3])
    };
    let mut text = styled(DIM, line([&list, &state, &searched, &waiting]));
    for list in lists {
        let (searched, waiting) = (grouped(list.active), grouped(list.staged));
        let cells = [&name(&list.list), &list_state(list.state), &searched, &waiting];
        let _ = write!(text, "\n{}", line(cells.map(String::as_str)));
    }
    text
}

fn list_state(state: &str) -> String {
    say!("list-state", state = key(state))
}

/// One list in full.
pub(crate) fn page(page: &ListPage) -> String {
    let ListSummary { list, state, active, staged, kinds, .. } = &page.summary;
    let head = [list_state(state), say!("n-searched", n = *active), say!("n-waiting", n = *staged)];
    let mut text = format!("{}  {}", styled_name(STRONG, list), joined(&head));
    for (kind, entries) in kinds {
        let _ = write!(text, "\n    {} {}", grouped(*entries), name(kind));
    }
    for import in &page.imports {
        let _ = write!(text, "\n    {}", import_line(import));
    }
    if page.persons > 1 {
        let _ = write!(text, "\n    {}", say!("two-persons-needed"));
    }
    text
}

fn import_line(import: &ListImportPage) -> String {
    let when = words(time(import.imported_at_ms));
    let said = |text: &Option<String>| text.as_deref().map(plain);
    let mut parts = vec![say!("imported-at", time = when, format = import.format.to_string())];
    parts.extend(said(&import.source).map(|source| say!("said-from", source = source)));
    parts.extend(said(&import.by).map(|actor| say!("said-by", actor = actor)));
    parts.extend(said(&import.marking).map(|marking| say!("said-marking", marking = marking)));
    joined(&parts)
}

pub(crate) fn activated(list: &str, entries: u64) -> String {
    let searched = say!("entries-searched", n = entries);
    format!("{}  {}: {searched}", styled_name(STRONG, list), styled(GOOD, list_state("active")))
}

/// A list that was given up, and what may be left of it.
pub(crate) fn retired(removal: &ListRemoval) -> String {
    let (list, state) = (styled_name(STRONG, &removal.list), styled(GOOD, list_state("retired")));
    let mut text = format!("{list}  {state}: {}", say!("n-erased", n = removal.erased));
    push_left(&mut text, &removal.left);
    text
}

pub(crate) fn rule(persons: u8) -> String {
    match persons {
        1 => say!("one-person-imports"),
        _ => say!("two-persons-import"),
    }
}
