//! How long reports are kept, for people.

use super::text::{DIM, GOOD, count, styled, time, withdrawn};
use athar_engine::{OverLine, RetainSummary, RetentionLine};
use std::fmt::Write;

/// The rules that stand, a line each.
pub(crate) fn rules(rules: &[RetentionLine]) -> String {
    if rules.is_empty() {
        return "every report is kept for ever: 'athar retain rule' sets another time".into();
    }
    let mut lines: Vec<String> = rules.iter().map(rule).collect();
    if rules.iter().all(|rule| rule.channel.is_some()) {
        lines.push("reports of any other channel are kept for ever".into());
    }
    lines.join("\n")
}

fn rule(rule: &RetentionLine) -> String {
    let whose = match &rule.channel {
        Some(channel) => format!("reports by {channel}"),
        None => "reports of any other channel".into(),
    };
    match rule.days {
        Some(1) => format!("{whose} are kept for a day after they were opened"),
        Some(days) => format!("{whose} are kept for {days} days after they were opened"),
        None => format!("{whose} are kept for ever"),
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
        None if summary.over.is_empty() => text.push_str("nothing is over"),
        None => text.push_str(&would_go(summary)),
    }
    text
}

fn line(over: &OverLine) -> String {
    let whose = over.channel.as_deref().unwrap_or("no channel");
    let oldest = styled(DIM, format!("the oldest of {} (UTC)", time(over.oldest_at_ms)));
    format!("{whose}: {} over, {oldest}", count(over.reports, "report"))
}

fn would_go(summary: &RetainSummary) -> String {
    let counts = [(summary.reports, "report"), (summary.cases, "case"), (summary.items, "item")];
    let counts = counts.map(|(n, what)| count(n, what)).join(", ");
    format!("{}  {counts}; nothing was changed", styled(GOOD, "would go"))
}
