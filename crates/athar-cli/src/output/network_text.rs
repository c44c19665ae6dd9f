//! Networks, facts of cases and decisions, for people.

use super::text::{
    DIM, FOUND, GOOD, STRONG, WRONG, rate, relation, short, styled, styled_name, time,
};
use crate::lang::{joined, name, say};
use athar_engine::handles::Handle;
use athar_engine::{
    CHANNELS, CaseFacts, Decided, LinkState, Network, NetworkBrief, NetworkEdge, NetworkEnd,
    NetworkHub, Reason, Shared, SharedHandle, Urgency,
};
use athar_words::{figure, key, text as words};
use std::fmt::Write;

/// Cases of a network that are named.
const NAMED: usize = 24;

/// One network: its cases, what they share, and what ties them, the thinnest edges first.
pub(crate) fn network(network: &Network) -> String {
    let brief = &network.brief;
    let mut head = vec![say!("cases", n = brief.cases), say!("edges", n = brief.edges)];
    head.extend(brief.urgency.map(urgency));
    let new_cases = brief.new_cases.filter(|&n| n > 0).map(|n| say!("new-cases", n = n));
    let new_edges = brief.new_edges.filter(|&n| n > 0).map(|n| say!("new-edges", n = n));
    head.extend(new_cases.into_iter().chain(new_edges).map(|new| styled(FOUND, new)));
    let number = styled(STRONG, say!("network-number", network = figure(brief.network)));
    let mut text = format!("{number}  {}\n    {}", joined(&head), cases(network));
    for hub in &network.hubs {
        let shared = say!("cases-share", n = hub.cases, what = words(shared(hub)));
        let _ = write!(text, "\n    {shared}  {}", styled(DIM, hub_name(hub.hub)));
    }
    for edge in &network.edge_list {
        let is_all = brief.cases == 2;
        let _ = write!(text, "\n    {}", edge_line(edge, is_all));
    }
    let left = brief.edges.saturating_sub(network.edge_list.len() as u64);
    if left > 0 {
        let more = say!("more-edges", n = left);
        let _ = write!(text, "\n    {}", styled(DIM, more));
    }
    text
}

/// The closing line.
pub(crate) fn sums(list: &[NetworkBrief], shown: usize) -> String {
    let cases: u64 = list.iter().map(|brief| brief.cases).sum();
    let networks = words(say!("networks", n = list.len()));
    let sums = say!("networks-of", networks = networks, cases = words(say!("cases", n = cases)));
    match list.len().saturating_sub(shown) {
        0 => sums,
        left => {
            let left = say!("smaller-networks-left", n = left);
            say!("two-parts", first = words(sums), second = words(left))
        }
    }
}

/// What is known of a case, a line each.
pub(crate) fn facts(facts: &CaseFacts) -> Vec<String> {
    let typed = |text: &Option<String>| text.as_deref().map(|text| name(&printable(text)));
    let urgent = facts.urgency.map(|u| match typed(&facts.urgency_reason) {
        Some(reason) => format!("{}: {reason}", urgency(u)),
        None => urgency(u),
    });
    let known = [
        (say!("fact-channel"), facts.channel.as_deref().map(channel)),
        (say!("fact-unit"), typed(&facts.unit)),
        (say!("fact-received"), facts.received_at_ms.map(|at_ms| format!("{} UTC", time(at_ms)))),
        (say!("fact-complainant"), typed(&facts.complainant)),
        (say!("fact-suspect"), typed(&facts.suspect)),
        (say!("fact-urgency"), urgent),
        (say!("fact-note"), typed(&facts.note)),
    ];
    let line = |(label, value): (String, Option<String>)| {
        value.map(|value| format!("{} {value}", styled(DIM, label)))
    };
    known.into_iter().filter_map(line).collect()
}

/// How a report came in: the program's own words for it in the language, and a unit's as they are.
pub(super) fn channel(channel: &str) -> String {
    match CHANNELS.contains(&channel) {
        true => say!("channel", channel = key(channel)),
        false => name(&printable(channel)),
    }
}

/// A handle of a case, and which other cases name it.
pub(crate) fn handle(handle: &Handle, shared: &[SharedHandle]) -> String {
    let also = shared.iter().find(|shared| shared.handle == *handle);
    let told = name(&printable(&handle.to_string()));
    match also {
        Some(also) => joined(&[told, named_also(&also.cases)]),
        None => told,
    }
}

fn named_also(cases: &[String]) -> String {
    let named: Vec<_> = cases.iter().take(NAMED).map(|case| name(case)).collect();
    let shown = words(styled(FOUND, joined(&named)));
    match cases.len().saturating_sub(NAMED) {
        0 => say!("also-of", cases = shown),
        left => say!("also-of-and-more", cases = shown, n = left),
    }
}

/// What was decided, in a line.
pub(crate) fn decided(decided: &Decided) -> String {
    let items = both(decided.items.iter().map(short));
    let what = match &decided.cases[..] {
        [] => items,
        cases => {
            say!("item-in-cases", item = words(items), cases = words(both(cases.iter().cloned())))
        }
    };
    let (state, before) = (link_state(decided.state), link_state(decided.before));
    format!("{what}: {}", say!("was-before", state = words(state), before = words(before)))
}

/// One name, or two with "and" between them.
fn both(names: impl Iterator<Item = String>) -> String {
    let add =
        |first: String, second: String| say!("both", first = words(first), second = words(second));
    names.map(|one| name(&one)).reduce(add).unwrap_or_default()
}

fn link_state(state: LinkState) -> String {
    say!("link-state", state = key(state.name()))
}

fn urgency(urgency: Urgency) -> String {
    let told = say!("urgency", urgency = key(urgency.name()));
    match urgency {
        Urgency::Low | Urgency::Normal => told,
        Urgency::High => styled(FOUND, told),
        Urgency::Immediate => styled(WRONG, told),
    }
}

/// The names, those new and those that alone hold it together marked.
fn cases(network: &Network) -> String {
    let named = network.case_list.iter().take(NAMED).map(|case| {
        let cut = if case.is_cut { "*" } else { "" };
        let name = name(&format!("{}{cut}", case.case));
        if case.is_new { styled(FOUND, name) } else { name }
    });
    let mut text = joined(&named.collect::<Vec<_>>());
    let left = network.case_list.len().saturating_sub(NAMED);
    if left > 0 {
        text = say!("and-more", what = words(text), n = left);
    }
    if network.case_list.iter().take(NAMED).any(|case| case.is_cut) {
        text.push_str(&styled(DIM, format!("  {}", say!("falls-apart"))));
    }
    text
}

fn hub_name(number: u64) -> String {
    say!("hub-number", hub = figure(number))
}

fn shared(hub: &NetworkHub) -> String {
    match &hub.what {
        Shared::Item(sha256) => say!("the-file", item = short(sha256)),
        Shared::Handle(handle) => name(&printable(&handle.to_string())),
    }
}

/// `is_all` says that the edge is all there is between two cases: that it ties them alone goes
/// without saying.
fn edge_line(edge: &NetworkEdge, is_all: bool) -> String {
    let reasons: Vec<_> = edge.reasons.iter().map(reason).collect();
    let add = |first: String, second: String| {
        say!("two-parts", first = words(first), second = words(second))
    };
    let mut parts: Vec<_> = reasons.into_iter().reduce(add).into_iter().collect();
    if edge.state == LinkState::Confirmed {
        parts.push(styled(GOOD, say!("link-confirmed")));
    }
    if edge.is_new {
        parts.push(styled(FOUND, say!("new")));
    }
    if let Some([fewer, more]) = edge.splits.filter(|_| !is_all) {
        parts.push(styled(STRONG, say!("alone-ties", fewer = fewer, more = more)));
    }
    format!("{} — {}  {}", end(&edge.from), end(&edge.to), joined(&parts))
}

fn end(end: &NetworkEnd) -> String {
    match end {
        NetworkEnd::Case(case) => name(case),
        NetworkEnd::Hub(number) => hub_name(*number),
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Match {
            relation,
            links,
            from_item,
            to_item,
            false_alarm_rate,
            false_alarm_pairs,
            ..
        } => {
            format!(
                "{} {} — {}{}  {}",
                self::relation(relation.name()),
                styled_name(DIM, short(from_item)),
                styled_name(DIM, short(to_item)),
                others(*links),
                styled(DIM, rate(*false_alarm_rate, *false_alarm_pairs)),
            )
        }
        Reason::SameFile { files, item, .. } => {
            let item = styled_name(DIM, short(item));
            format!("{} {item}{}", say!("same-file"), others(*files))
        }
        Reason::Handle { handles, handle } => {
            format!("{}{}", name(&printable(&handle.to_string())), others(*handles))
        }
    }
}

fn others(all: u64) -> String {
    match all {
        0 | 1 => String::new(),
        all => format!(" {}", say!("and-more-such", n = all - 1)),
    }
}

/// A text that somebody typed, as it may be shown: what could play tricks on a terminal is escaped,
/// and further lines stand under the first.
fn printable(text: &str) -> String {
    text.lines().map(|line| super::shown(line.as_ref())).collect::<Vec<_>>().join("\n    ")
}
