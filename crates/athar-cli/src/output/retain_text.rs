//! How long reports are kept, for people.

use super::text::{DIM, GOOD, styled, time, withdrawn};
use crate::lang::{joined, say};
use athar_engine::{OverLine, RetainSummary, RetentionLine};
use athar_words::text as words;
use std::fmt::Write;

/// The rules that stand, a line each.
pub(crate) fn rules(rules: &[RetentionLine]) -> String {
    if rules.is_empty() {
        return say!("kept-all-for-ever");
    }
    let mut lines: Vec<String> = rules.iter().map(rule).collect();
    if rules.iter().all(|rule| rule.channel.is_some()) {
        lines.push(say!("kept-for-ever", whose = words(say!("reports-of-others"))));
    }
    lines.join("\n")
}

fn rule(rule: &RetentionLine) -> String {
    let whose = match &rule.channel {
        Some(channel) => say!("reports-by", channel = words(super::network_text::channel(channel))),
        None => say!("reports-of-others"),
    };
    match rule.days {
        Some(days) => say!("kept-for-days", whose = words(whose), n = days),
        None => say!("kept-for-ever", whose = words(whose)),
    }
}

/// What is over, and what was forgotten of it.
pub(crate) fn summary(summary: &RetainSummary) -> String {
    if summary.rules.is_empty() {
        return rules(&summary.rules);
    }
    let mut text: String = summary.over.iter().fold(String::new(), |mut text, over| {
        let _ = writeln!(text, "{}", line(over));
        text
    });
    match &summary.withdrawn {
        Some(gone) => text.push_str(&withdrawn(gone)),
        None if summary.over.is_empty() => text.push_str(&say!("nothing-over")),
        None => text.push_str(&would_go(summary)),
    }
    text
}

fn line(over: &OverLine) -> String {
    let channel = over.channel.as_deref().map(super::network_text::channel);
    let whose = channel.unwrap_or_else(|| say!("no-channel"));
    let oldest = say!("oldest-of", time = words(time(over.oldest_at_ms)));
    let over = say!("reports-over", reports = words(say!("reports", n = over.reports)));
    format!("{whose}: {}", joined(&[over, styled(DIM, oldest)]))
}

fn would_go(summary: &RetainSummary) -> String {
    let counts = [
        say!("reports", n = summary.reports),
        say!("cases", n = summary.cases),
        say!("items", n = summary.items),
    ];
    let counts = say!("and-nothing-changed", counts = words(joined(&counts)));
    format!("{}  {counts}", styled(GOOD, say!("would-go")))
}
