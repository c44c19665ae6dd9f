//! Answers for people.

use super::shown;
use anstyle::{AnsiColor, Style};
use athar_engine::{
    AddSummary, CasePage, CaseSummary, CheckSummary, Kept, Link, Match, Orientation, Outcome,
    SecondOpinion, Similar, VerifySummary,
};
use std::fmt::Write;

const STRONG: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FOUND: Style = AnsiColor::Yellow.on_default().bold();
const WRONG: Style = AnsiColor::Red.on_default();
const GOOD: Style = AnsiColor::Green.on_default();

fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// One input, what became of it, and below it a line for each match.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let name = outcome.path.as_deref().map_or("(code)".into(), shown);
    let mark = match (outcome.is_unread(), outcome.matches.is_empty()) {
        (true, _) => styled(WRONG, "✗"),
        (false, false) => styled(FOUND, "●"),
        (false, true) => styled(DIM, "·"),
    };
    let mut text = format!("{mark} {name}{}", kept(outcome.kept));
    if let Some(error) = &outcome.error {
        let style = if outcome.is_unread() { WRONG } else { DIM };
        let _ = write!(text, "  {}", styled(style, format!("{}: {}", error.kind, error.message)));
    }
    for found in &outcome.matches {
        let _ = write!(text, "\n    {}", match_line(found));
    }
    for similar in outcome.similar.iter().flatten() {
        let _ = write!(text, "\n    {}", similar_line(similar));
    }
    text
}

fn kept(kept: Option<Kept>) -> String {
    match kept {
        Some(Kept::New) | None => String::new(),
        Some(Kept::Known) => styled(DIM, "  the same file is known"),
        Some(Kept::InCase) => styled(DIM, "  already in this case"),
        Some(Kept::Refused) => styled(DIM, "  not hashed"),
    }
}

fn match_line(found: &Match) -> String {
    format!(
        "{} {}  {}  {}",
        styled(STRONG, &found.case),
        styled(DIM, short(&found.item)),
        evidence(found.relation.name(), found.distance, found.orientation, found.second_opinion),
        styled(DIM, rate(found.false_alarm_rate)),
    )
}

fn similar_line(similar: &Similar) -> String {
    let Similar { case, item, distance, orientation, approximate } = similar;
    let mut alike = format!("looks alike: {distance} of 256 bits differ");
    if *orientation != Orientation::Rot0 {
        let _ = write!(alike, ", {}", turned(*orientation));
    }
    if *approximate {
        alike.push_str(" (approximate: nearer ones may be missed)");
    }
    styled(DIM, format!("{case} {}  {alike}", short(item)))
}

fn evidence(
    relation: &str,
    distance: u16,
    orientation: Orientation,
    second: Option<SecondOpinion>,
) -> String {
    let mut text = format!("{relation}, {distance} of 256 bits differ");
    if orientation != Orientation::Rot0 {
        let _ = write!(text, ", {}", turned(orientation));
    }
    match second {
        Some(SecondOpinion { agrees: true, .. }) => text.push_str(", second opinion agrees"),
        Some(SecondOpinion { agrees: false, .. }) => {
            let _ = write!(text, ", {}", styled(WRONG, "second opinion disagrees: look yourself"));
        }
        None => {}
    }
    text
}

fn turned(orientation: Orientation) -> &'static str {
    match orientation {
        Orientation::Rot0 => "upright",
        Orientation::Rot90 | Orientation::Rot270 => "turned by a quarter",
        Orientation::Rot180 => "upside down",
        Orientation::Mirror => "mirrored",
        Orientation::MirrorRot180 => "mirrored top to bottom",
        Orientation::MirrorRot90 | Orientation::MirrorRot270 => "mirrored and turned by a quarter",
    }
}

fn rate(rate: f64) -> String {
    format!("false alarms at most {rate:.0e} a comparison")
}

/// The first digits of a SHA-256: enough to tell items apart on a page.
fn short(sha256: &[u8; 32]) -> String {
    sha256[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The closing lines of `add`.
pub(crate) fn add_summary(summary: &AddSummary) -> String {
    let mut parts = vec![format!("{} new", summary.new)];
    let others = [
        (summary.known, "known as the same file"),
        (summary.in_case, "already in the case"),
        (summary.refused, "not hashed"),
        (summary.low_quality, "too flat to match"),
    ];
    parts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    let mut text = format!(
        "\n{}: {} — {}\n{}",
        styled(STRONG, &summary.case),
        count(summary.files, "file"),
        parts.join(", "),
        tied(summary.matched, summary.cases.iter()),
    );
    if summary.interrupted {
        let _ = write!(text, "\nbroken off: the same command goes on where it stopped");
    }
    text
}

/// The closing lines of `check`.
pub(crate) fn check_summary(summary: &CheckSummary) -> String {
    let mut text = format!("\n{} checked", count(summary.inputs, "input"));
    if summary.unreadable > 0 {
        let _ = write!(text, ", {} not readable", summary.unreadable);
    }
    let _ = write!(text, "\n{}", tied(summary.matched, summary.cases.iter()));
    if summary.interrupted {
        text.push_str("\nbroken off before the end");
    }
    text
}

fn tied<'a>(matched: u64, cases: impl ExactSizeIterator<Item = &'a String>) -> String {
    if matched == 0 {
        return styled(DIM, "nothing known from other cases");
    }
    let names: Vec<_> = cases.map(String::as_str).collect();
    let verb = if matched == 1 { "is" } else { "are" };
    styled(FOUND, format!("{matched} {verb} known from {}", names.join(", ")))
}

fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A table of cases.
pub(crate) fn cases(cases: &[CaseSummary]) -> String {
    let width = cases.iter().map(|case| case.case.chars().count()).max().unwrap_or(0).max(4);
    let head = format!("{:width$}  {:16}  reports  items  linked cases", "case", "opened (UTC)");
    let mut text = styled(DIM, head);
    for case in cases {
        let _ = write!(
            text,
            "\n{:width$}  {:16}  {:7}  {:5}  {:12}",
            case.case,
            time(case.opened_at_ms),
            case.reports,
            case.items,
            case.linked_cases
        );
    }
    text
}

/// One case in full.
pub(crate) fn case(page: &CasePage) -> String {
    let summary = &page.summary;
    let mut text = format!(
        "{}  opened {} UTC — {}, {}, {} not hashed",
        styled(STRONG, &summary.case),
        time(summary.opened_at_ms),
        count(summary.reports, "report"),
        count(summary.items, "item"),
        summary.refused,
    );
    for report in &page.report_list {
        let source = [report.channel.as_deref(), report.unit.as_deref()];
        let source: Vec<_> = source.into_iter().flatten().collect();
        let broken = if report.complete { "" } else { "  broken off" };
        let opened = time(report.opened_at_ms);
        let _ = write!(text, "\nreport {}  {opened}  {}{broken}", report.report, source.join(", "));
    }
    for item in &page.item_list {
        let (width, height) = (item.width, item.height);
        let _ = write!(
            text,
            "\nitem {}  {} {width} x {height}  quality {}",
            short(&item.item),
            item.file_format,
            item.quality
        );
    }
    if !page.links.is_empty() {
        let _ = write!(text, "\n\n{}", links(&page.links));
    }
    text
}

/// Links, one paragraph for each pair of cases.
pub(crate) fn links(links: &[Link]) -> String {
    let mut pairs: Vec<(&str, &str)> = links.iter().map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut text = String::new();
    for (a, b) in &pairs {
        let of_pair: Vec<_> = links.iter().filter(|link| pair(link) == (*a, *b)).collect();
        let head = format!("{a} — {b}");
        let _ = writeln!(text, "{}  {}", styled(STRONG, head), count(of_pair.len() as u64, "link"));
        for link in of_pair {
            let _ = writeln!(text, "    {}", link_line(link));
        }
    }
    let _ = write!(
        text,
        "{} between {} of cases",
        count(links.len() as u64, "link"),
        count(pairs.len() as u64, "pair")
    );
    text
}

fn pair(link: &Link) -> (&str, &str) {
    let (a, b) = (link.from.case.as_str(), link.to.case.as_str());
    (a.min(b), a.max(b))
}

fn link_line(link: &Link) -> String {
    let Link { from, to, .. } = link;
    format!(
        "{} {} → {} {}  {}",
        from.case,
        styled(DIM, short(&from.item)),
        to.case,
        styled(DIM, short(&to.item)),
        evidence(link.relation.name(), link.distance, link.orientation, link.second_opinion),
    )
}

/// What `verify` found.
pub(crate) fn verify(summary: &VerifySummary) -> String {
    let counts = format!(
        "{}, {} compared with them; {} in the index{}, {} asked for",
        count(summary.events, "event"),
        count(summary.rows, "row"),
        count(summary.codes, "code"),
        if summary.index_rebuilt { ", which was made anew" } else { "" },
        summary.codes_asked,
    );
    let remedy = match summary.index_faulty {
        true => "\nThe ledger is sound: 'athar verify --rebuild-index' makes the index anew.",
        false => "",
    };
    match &summary.fault {
        None => format!("{}  {counts}", styled(GOOD, "sound")),
        Some(fault) => format!("{}  {fault}\n{counts}{remedy}", styled(WRONG, "NOT SOUND")),
    }
}

fn time(at_ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(at_ms) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => "?".into(),
    }
}
