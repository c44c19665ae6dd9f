//! Networks, facts of cases and decisions, for people.

use super::text::{DIM, FOUND, GOOD, STRONG, WRONG, count, rate, short, styled, time};
use athar_engine::handles::Handle;
use athar_engine::{
    CaseFacts, Decided, LinkState, Network, NetworkBrief, NetworkEdge, NetworkEnd, NetworkHub,
    Reason, Shared, SharedHandle, Urgency,
};
use std::fmt::Write;

/// Cases of a network that are named.
const NAMED: usize = 24;

/// One network: its cases, what they share, and what ties them, the thinnest edges first.
pub(crate) fn network(network: &Network) -> String {
    let brief = &network.brief;
    let mut head = vec![count(brief.cases, "case"), count(brief.edges, "edge")];
    head.extend(brief.urgency.map(urgency));
    let news = [(brief.new_cases, "new case"), (brief.new_edges, "new edge")];
    let news =
        news.into_iter().filter_map(|(n, what)| n.filter(|&n| n > 0).map(|n| count(n, what)));
    head.extend(news.map(|new| styled(FOUND, new)));
    let name = styled(STRONG, format!("network {}", brief.network));
    let mut text = format!("{name}  {}\n    {}", head.join(", "), cases(network));
    for hub in &network.hubs {
        let cases = count(hub.cases, "case");
        let _ =
            write!(text, "\n    {cases} share {}  {}", shared(hub), styled(DIM, hub_name(hub.hub)));
    }
    for edge in &network.edge_list {
        let is_all = brief.cases == 2;
        let _ = write!(text, "\n    {}", edge_line(edge, is_all));
    }
    let left = brief.edges.saturating_sub(network.edge_list.len() as u64);
    if left > 0 {
        let more = format!("… and {} (--format json shows all)", count(left, "more edge"));
        let _ = write!(text, "\n    {}", styled(DIM, more));
    }
    text
}

/// The closing line.
pub(crate) fn sums(list: &[NetworkBrief], shown: usize) -> String {
    let cases: u64 = list.iter().map(|brief| brief.cases).sum();
    let networks = count(list.len() as u64, "network");
    let left = list.len().saturating_sub(shown);
    let more = match left {
        0 => String::new(),
        left => format!("; {left} smaller ones are not shown (--format json shows all)"),
    };
    format!("{networks} of {}{more}", count(cases, "case"))
}

/// What is known of a case, a line each.
pub(crate) fn facts(facts: &CaseFacts) -> Vec<String> {
    let typed = |text: &Option<String>| text.as_deref().map(printable);
    let urgent = facts.urgency.map(|u| match typed(&facts.urgency_reason) {
        Some(reason) => format!("{}: {reason}", urgency(u)),
        None => urgency(u),
    });
    let known = [
        ("channel", typed(&facts.channel)),
        ("unit", typed(&facts.unit)),
        ("received", facts.received_at_ms.map(|at_ms| format!("{} UTC", time(at_ms)))),
        ("complainant", typed(&facts.complainant)),
        ("suspect", typed(&facts.suspect)),
        ("urgency", urgent),
        ("note", typed(&facts.note)),
    ];
    let line = |(label, value): (&str, Option<String>)| {
        value.map(|value| format!("{} {value}", styled(DIM, label)))
    };
    known.into_iter().filter_map(line).collect()
}

/// A handle of a case, and which other cases name it.
pub(crate) fn handle(handle: &Handle, shared: &[SharedHandle]) -> String {
    let also = shared.iter().find(|shared| shared.handle == *handle);
    match also {
        Some(also) => format!("{}, {}", printable(&handle.to_string()), named_also(&also.cases)),
        None => printable(&handle.to_string()),
    }
}

fn named_also(cases: &[String]) -> String {
    let shown = styled(FOUND, cases[..cases.len().min(NAMED)].join(", "));
    match cases.len().saturating_sub(NAMED) {
        0 => format!("also of {shown}"),
        left => format!("also of {shown} and {left} more"),
    }
}

/// What was decided, in a line.
pub(crate) fn decided(decided: &Decided) -> String {
    let items: Vec<_> = decided.items.iter().map(short).collect();
    let what = match &decided.cases[..] {
        [] => items.join(" and "),
        cases => format!("{} in {}", items.join(" and "), cases.join(" and ")),
    };
    let before = decided.before.name();
    format!("{what}: {} (was {before})", decided.state.name())
}

fn urgency(urgency: Urgency) -> String {
    let name = urgency.name();
    match urgency {
        Urgency::Low | Urgency::Normal => name.into(),
        Urgency::High => styled(FOUND, name),
        Urgency::Immediate => styled(WRONG, name),
    }
}

/// The names, those new and those that alone hold it together marked.
fn cases(network: &Network) -> String {
    let named = network.case_list.iter().take(NAMED).map(|case| {
        let cut = if case.is_cut { "*" } else { "" };
        let name = format!("{}{cut}", case.case);
        if case.is_new { styled(FOUND, name) } else { name }
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    let left = network.case_list.len().saturating_sub(NAMED);
    if left > 0 {
        let _ = write!(text, " and {left} more");
    }
    if network.case_list.iter().take(NAMED).any(|case| case.is_cut) {
        text.push_str(&styled(DIM, "  (* the network falls apart without it)"));
    }
    text
}

fn hub_name(number: u64) -> String {
    format!("(hub {number})")
}

fn shared(hub: &NetworkHub) -> String {
    match &hub.what {
        Shared::Item(sha256) => format!("the file {}", short(sha256)),
        Shared::Handle(handle) => printable(&handle.to_string()),
    }
}

/// `is_all` says that the edge is all there is between two cases: that it ties them alone goes
/// without saying.
fn edge_line(edge: &NetworkEdge, is_all: bool) -> String {
    let reasons: Vec<_> = edge.reasons.iter().map(reason).collect();
    let mut text = format!("{} — {}  {}", end(&edge.from), end(&edge.to), reasons.join("; "));
    if edge.state == LinkState::Confirmed {
        let _ = write!(text, ", {}", styled(GOOD, "confirmed"));
    }
    if edge.is_new {
        let _ = write!(text, ", {}", styled(FOUND, "new"));
    }
    if let Some([fewer, more]) = edge.splits.filter(|_| !is_all) {
        let _ = write!(text, ", {}", styled(STRONG, format!("alone ties {fewer} to {more}")));
    }
    text
}

fn end(end: &NetworkEnd) -> String {
    match end {
        NetworkEnd::Case(name) => name.clone(),
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
                relation.name(),
                styled(DIM, short(from_item)),
                styled(DIM, short(to_item)),
                others(*links),
                styled(DIM, rate(*false_alarm_rate, *false_alarm_pairs)),
            )
        }
        Reason::SameFile { files, item, .. } => {
            format!("the same file {}{}", styled(DIM, short(item)), others(*files))
        }
        Reason::Handle { handles, handle } => {
            format!("{}{}", printable(&handle.to_string()), others(*handles))
        }
    }
}

fn others(all: u64) -> String {
    match all {
        0 | 1 => String::new(),
        all => format!(" and {} more such", all - 1),
    }
}

/// A text that somebody typed, as it may be shown: what could play tricks on a terminal is escaped,
/// and further lines stand under the first.
fn printable(text: &str) -> String {
    text.lines().map(|line| super::shown(line.as_ref())).collect::<Vec<_>>().join("\n    ")
}
