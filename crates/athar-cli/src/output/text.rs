//! Answers for people.

use super::{alert_text, held_text, list_text, network_text, provenance, shown, times};
use crate::lang::{errors, joined, name, say};
use anstyle::{AnsiColor, Style};
use athar_engine::policy::Relation;
use athar_engine::{
    AddSummary, BackupSummary, CasePage, CaseSummary, CheckSummary, Differing, Explanation,
    FrameComparison, InputError, Item, Kept, Left, Link, LinkState, Match, Orientation, Outcome,
    PacketSummary, Region, Report, RotateSummary, SecondOpinion, Similar, Space, Time, TimeStamp,
    TimeStampRequest, VerifySummary, Way, WithdrawSummary, region, worker::WorkerReport,
};
pub(crate) use athar_words::grouped;
use athar_words::{Argument, figure, key, text as words};
use std::fmt::Write;
use std::path::Path;

pub(super) const STRONG: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const FOUND: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const WRONG: Style = AnsiColor::Red.on_default();
pub(super) const GOOD: Style = AnsiColor::Green.on_default();

pub(super) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A name, set apart from the words around it.
pub(super) fn styled_name(style: Style, text: impl std::fmt::Display) -> String {
    styled(style, name(&text.to_string()))
}

/// One input, what became of it, and below it a line for each match.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let input =
        outcome.path.as_deref().map_or_else(|| say!("bare-code"), |path| name(&shown(path)));
    let is_known = outcome.is_matched() || outcome.is_listed();
    let mark = match (outcome.is_unread() && !is_known, !is_known) {
        (true, _) => styled(WRONG, "✗"),
        (false, false) => styled(FOUND, "●"),
        (false, true) => styled(DIM, "·"),
    };
    let mut text = format!("{mark} {input}{}", kept(outcome.kept));
    if let Some(error) = &outcome.error {
        let style = if outcome.is_unread() { WRONG } else { DIM };
        let _ = write!(text, "  {}", styled(style, input_error(error)));
    }
    if let Some(sent) = outcome.provenance.as_ref().and_then(provenance::sent) {
        let _ = write!(text, "\n    {}", styled(DIM, sent));
    }
    for found in &outcome.matches {
        let _ = write!(text, "\n    {}", match_line(found));
    }
    if let Some(held) = &outcome.held {
        let _ = write!(text, "\n    {}", held_text::held_back(held));
    }
    for found in &outcome.lists {
        let _ = write!(text, "\n    {}", list_text::match_line(found));
    }
    if outcome.lists_cut {
        let _ = write!(text, "\n    {}", styled(DIM, say!("more-list-entries")));
    }
    if let Some(asked) = &outcome.asked {
        let _ = write!(text, "\n    {}", alert_text::asked(asked));
    }
    for similar in outcome.similar.iter().flatten() {
        let _ = write!(text, "\n    {}", similar_line(similar));
    }
    text
}

/// Of what kind the trouble with an input is, and what the decoder says of it.
pub(crate) fn input_error(error: &InputError) -> String {
    say!("input-error", kind = key(error.kind.name()), detail = error.message.as_str())
}

fn kept(kept: Option<Kept>) -> String {
    let what = match kept {
        Some(Kept::New) | None => return String::new(),
        Some(Kept::Known) => say!("kept-known"),
        Some(Kept::InCase) => say!("kept-in-case"),
        Some(Kept::Refused) => say!("kept-refused"),
    };
    styled(DIM, format!("  {what}"))
}

fn match_line(found: &Match) -> String {
    let mut parts = Evidence::from(found).parts();
    parts.extend(decided(found.state));
    format!(
        "{} {}  {}  {}",
        styled_name(STRONG, &found.case),
        styled_name(DIM, short(&found.item)),
        joined(&parts) + &harmless(found),
        styled(DIM, rate(found.false_alarm_rate, found.false_alarm_pairs)),
    )
}

/// What a reviewer said of a link, where one did.
fn decided(state: LinkState) -> Option<String> {
    match state {
        LinkState::Unreviewed => None,
        LinkState::Confirmed => Some(styled(GOOD, say!("link-confirmed"))),
        LinkState::Rejected => Some(styled(WRONG, say!("link-rejected"))),
        LinkState::Held => Some(styled(FOUND, say!("held-back"))),
        LinkState::Harmless => Some(styled(GOOD, say!("known-harmless"))),
    }
}

/// What the item of a match is known as, where it is harmless.
fn harmless(found: &Match) -> String {
    found.harmless.as_ref().map(|note| format!(" ({})", name(note))).unwrap_or_default()
}

fn similar_line(similar: &Similar) -> String {
    let Similar { case, item, distance, orientation, approximate } = similar;
    let mut parts = vec![say!("looks-alike", bits = *distance)];
    if *orientation != Orientation::Rot0 {
        parts.push(turned(*orientation));
    }
    let mut alike = joined(&parts);
    if *approximate {
        let _ = write!(alike, " {}", say!("approximate"));
    }
    styled(DIM, format!("{} {}  {alike}", name(case), name(&short(item))))
}

/// What a match and a link rest on.
struct Evidence<'a> {
    relation: Relation,
    via: &'a str,
    distance: u16,
    orientation: Orientation,
    inverted: bool,
    inliers: Option<u32>,
    region: Option<&'a Region>,
    time: Option<&'a Time>,
    second: Option<SecondOpinion>,
}

impl<'a> From<&'a Match> for Evidence<'a> {
    fn from(found: &'a Match) -> Self {
        Self {
            relation: found.relation,
            via: found.via,
            distance: found.distance,
            orientation: found.orientation,
            inverted: found.inverted,
            inliers: found.inliers,
            region: found.region.as_ref(),
            time: found.time.as_ref(),
            second: found.second_opinion,
        }
    }
}

impl<'a> From<&'a Link> for Evidence<'a> {
    fn from(link: &'a Link) -> Self {
        Self {
            relation: link.relation,
            via: &link.via,
            distance: link.distance,
            orientation: link.orientation,
            inverted: link.inverted,
            inliers: link.inliers,
            region: link.region.as_ref(),
            time: link.time.as_ref(),
            second: link.second_opinion,
        }
    }
}

impl Evidence<'_> {
    /// One sentence: the relation first, then what it rests on.
    fn sentence(&self) -> String {
        joined(&self.parts())
    }

    fn parts(&self) -> Vec<String> {
        let mut parts = vec![relation(self.relation.name())];
        let by_landmarks = self.via == Space::Landmark.name();
        if self.via == Space::Voice.name() {
            parts.push(say!("same-voice"));
        }
        if !by_landmarks {
            parts.push(bits_differ(self.distance));
        }
        parts.extend(self.time.map(times::parts).unwrap_or_default());
        parts.extend(self.moments().or_else(|| self.landmarks()));
        // A whole frame lies on another in one of eight ways, and nothing else need be said.
        let whole = !by_landmarks && self.relation == Relation::Copy;
        match self.region {
            Some(region) if !whole => parts.extend(lie(region)),
            _ if self.orientation != Orientation::Rot0 => parts.push(turned(self.orientation)),
            _ => {}
        }
        if self.inverted {
            parts.push(say!("inverted-colours"));
        }
        parts.extend(self.region.and_then(differing));
        parts.extend(self.second.map(second_opinion));
        parts
    }

    /// Of stretches of time, how many moments agree.
    fn moments(&self) -> Option<String> {
        let is_of_time = self.relation == Relation::Segment && self.via != Space::Landmark.name();
        let inliers = self.inliers?;
        is_of_time.then(|| say!("moments-agree", n = inliers))
    }

    fn landmarks(&self) -> Option<String> {
        let mut text = say!("landmarks-agree", n = self.inliers?);
        if let Some(share) = self.region.and_then(|region| region.coverage) {
            let _ = write!(text, " {}", say!("share-of-seen", share = percent(share)));
        }
        Some(text)
    }
}

/// The relation of two items.
pub(super) fn relation(relation: &str) -> String {
    say!("relation", relation = key(relation))
}

pub(super) fn bits_differ(bits: u16) -> String {
    say!("bits-differ", bits = bits)
}

/// How the item lies in the input.
fn lie(region: &Region) -> Vec<String> {
    let mut parts = Vec::new();
    if !(0.995..1.005).contains(&region.scale) {
        let scale = figure(format!("{:.2}", region.scale));
        parts.push(match region.scale < 1.0 {
            true => say!("scaled-down", scale = scale),
            false => say!("scaled-up", scale = scale),
        });
    }
    let turn_deg = region.turn_deg.abs().round();
    if turn_deg > 0.0 {
        parts.push(say!("turned-by", turn = figure(format!("{turn_deg}°"))));
    }
    if region.mirrored {
        parts.push(say!("mirrored"));
    }
    parts
}

/// How much of the common region differs.
fn differing(region: &Region) -> Option<String> {
    let area = |differing: &Differing| region::area(&differing.query);
    let share = region.differs.iter().map(area).sum::<f64>() / region::area(&region.query);
    match region.differs.len() {
        0 => None,
        many => Some(say!("regions-differ", n = many, share = percent(share))),
    }
}

/// A share of the whole in per cent; less than one is not nothing.
pub(super) fn percent(share: f64) -> Argument {
    match (share * 100.0).min(100.0) {
        little if little > 0.0 && little < 1.0 => words(say!("less-than-a-percent")),
        percent => figure(format!("{percent:.0} %")),
    }
}

fn second_opinion(second: SecondOpinion) -> String {
    match second.agrees {
        true => say!("second-agrees"),
        false => styled(WRONG, say!("second-disagrees")),
    }
}

fn turned(orientation: Orientation) -> String {
    match orientation {
        Orientation::Rot0 => say!("upright"),
        Orientation::Rot90 | Orientation::Rot270 => say!("turned-quarter"),
        Orientation::Rot180 => say!("upside-down"),
        Orientation::Mirror => say!("mirrored"),
        Orientation::MirrorRot180 => say!("mirrored-vertically"),
        Orientation::MirrorRot90 | Orientation::MirrorRot270 => say!("mirrored-quarter"),
    }
}

pub(super) fn rate(rate: f64, pairs: u64) -> String {
    say!("false-alarms", rate = figure(format!("{rate:.0e}")), pairs = pairs)
}

/// The first digits of a SHA-256: enough to tell items apart on a page.
pub(crate) fn short(sha256: &[u8; 32]) -> String {
    sha256[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The closing lines of `add`.
pub(crate) fn add_summary(summary: &AddSummary) -> String {
    let mut parts = vec![say!("n-new", n = summary.new)];
    let others = [
        (summary.known, say!("n-known", n = summary.known)),
        (summary.in_case, say!("n-in-case", n = summary.in_case)),
        (summary.refused, say!("n-not-hashed", n = summary.refused)),
        (summary.low_quality, say!("n-too-flat", n = summary.low_quality)),
    ];
    parts.extend(others.into_iter().filter(|(n, _)| *n > 0).map(|(_, what)| what));
    let mut text = format!(
        "\n{}: {} — {}\n{}",
        styled_name(STRONG, &summary.case),
        say!("files", n = summary.files),
        joined(&parts),
        tied(summary.matched, summary.cases.iter()),
    );
    push_listed(&mut text, summary.listed, summary.list_candidates);
    push_held(&mut text, summary.held);
    push_asked(&mut text, summary.asked, &summary.left);
    if summary.alerts > 0 {
        let _ = write!(text, "\n{}", styled(FOUND, say!("alerts-raised", n = summary.alerts)));
    }
    if summary.interrupted {
        let _ = write!(text, "\n{}", say!("broken-off-resumable"));
    }
    text
}

/// The closing lines of `check`.
pub(crate) fn check_summary(summary: &CheckSummary) -> String {
    let mut checked = vec![say!("inputs-checked", n = summary.inputs)];
    if summary.unreadable > 0 {
        checked.push(say!("n-not-readable", n = summary.unreadable));
    }
    let mut text =
        format!("\n{}\n{}", joined(&checked), tied(summary.matched, summary.cases.iter()));
    push_listed(&mut text, summary.listed, summary.list_candidates);
    push_held(&mut text, summary.held);
    push_asked(&mut text, summary.asked, &summary.left);
    if summary.remembered > 0 {
        let _ = write!(text, "\n{}", say!("n-remembered", n = summary.remembered));
    }
    if summary.interrupted {
        let _ = write!(text, "\n{}", say!("broken-off"));
    }
    text
}

/// What ties nothing until somebody has looked.
fn push_held(text: &mut String, held: u64) {
    if held > 0 {
        let _ = write!(text, "\n{}", styled(FOUND, say!("n-held", n = held)));
    }
}

/// What was asked about before, and what of such checks could not be erased.
fn push_asked(text: &mut String, asked: u64, left: &[Left]) {
    if asked > 0 {
        let _ = write!(text, "\n{}", styled(FOUND, say!("n-asked-before", n = asked)));
    }
    push_left(text, left);
}

/// What could not be erased, a line each.
pub(super) fn push_left(text: &mut String, left: &[Left]) {
    for left in left {
        let _ = write!(text, "\n{} {}", styled(WRONG, say!("left")), errors::of_left(left));
    }
}

/// What lists of others know.
fn push_listed(text: &mut String, listed: u64, candidates: u64) {
    if listed > 0 {
        let _ = write!(text, "\n{}", styled(FOUND, say!("n-known-from-lists", n = listed)));
    }
    if candidates > 0 {
        let _ = write!(text, "\n{}", styled(FOUND, say!("n-near-lists", n = candidates)));
    }
}

fn tied<'a>(matched: u64, cases: impl ExactSizeIterator<Item = &'a String>) -> String {
    if matched == 0 {
        return styled(DIM, say!("nothing-known"));
    }
    let names: Vec<_> = cases.map(|case| name(case)).collect();
    styled(FOUND, say!("n-known-from", n = matched, cases = words(joined(&names))))
}

/// What a verified copy holds.
pub(crate) fn backup(what: &str, summary: &BackupSummary) -> String {
    let counts = say!(
        "counts-compared",
        events = words(say!("events", n = summary.events)),
        rows = words(say!("rows", n = summary.rows)),
        codes = words(say!("codes", n = summary.codes))
    );
    let counts =
        if summary.encrypted { say!("and-encrypted", what = words(counts)) } else { counts };
    format!("{}  {counts}", styled(GOOD, what))
}

/// What the store is locked by now.
pub(crate) fn key_changed(summary: &RotateSummary) -> String {
    let event = figure(summary.event);
    match summary.to {
        "key_file" => say!("locked-by-key-file", event = event),
        "passphrase" => say!("locked-by-passphrase", event = event),
        _ => say!("locked-by-nothing", event = event),
    }
}

/// A packet that holds.
pub(crate) fn packet(summary: &PacketSummary) -> String {
    let PacketSummary { items, matches, events, records, chain, .. } = summary;
    let of = say!(
        "packet-of",
        case = shown(Path::new(&summary.case)),
        time = words(time(summary.made_at_ms)),
        program = shown(Path::new(&summary.program))
    );
    let counts = say!(
        "packet-counts",
        items = words(say!("items", n = *items)),
        matches = words(say!("matches", n = *matches)),
        events = *events,
        chain = *chain,
        records = *records
    );
    format!("{}  {of}\n{counts}", styled(GOOD, say!("sound")))
}

/// One that does not.
pub(crate) fn packet_fault(fault: &str) -> String {
    format!("{}  {fault}", styled(WRONG, say!("not-sound")))
}

/// What was taken back, and what of it may be left.
pub(crate) fn withdrawn(summary: &WithdrawSummary) -> String {
    let counts = [
        (summary.cases, say!("cases", n = summary.cases)),
        (summary.reports, say!("reports", n = summary.reports)),
        (summary.items, say!("items", n = summary.items)),
        (summary.codes, say!("codes", n = summary.codes)),
        (summary.refusals, say!("refused-files", n = summary.refusals)),
        (summary.facts, say!("facts", n = summary.facts)),
        (summary.checks, say!("remembered-checks", n = summary.checks)),
        (summary.alerts, say!("alerts", n = summary.alerts)),
        (summary.matches, say!("matches", n = summary.matches)),
    ];
    let gone: Vec<_> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(_, what)| what).collect();
    let gone = if gone.is_empty() { say!("from-the-case") } else { joined(&gone) };
    let done = styled(GOOD, say!("taken-back"));
    let event = say!("by-event", gone = words(gone), event = figure(summary.event));
    let mut text = format!("{done}  {event}");
    push_left(&mut text, &summary.left);
    text
}

/// A table of cases.
pub(crate) fn cases(cases: &[CaseSummary]) -> String {
    let heads = [
        say!("column-case"),
        say!("column-opened"),
        say!("column-reports"),
        say!("column-items"),
        say!("column-linked-cases"),
        say!("column-urgency"),
        say!("fact-unit"),
    ];
    let names = cases.iter().map(|case| width(&case.case));
    let least = [names.max().unwrap_or(0), "2026-11-20 14:30".len(), 0, 0, 0, "immediate".len(), 0];
    let widths: Vec<_> = heads.iter().zip(least).map(|(head, n)| width(head).max(n)).collect();
    let cell = |text: &str, column: usize| match column {
        0 | 1 | 5 | 6 => {
            format!("{text}{}", " ".repeat(widths[column].saturating_sub(width(text))))
        }
        _ => format!("{}{text}", " ".repeat(widths[column].saturating_sub(width(text)))),
    };
    let line = |cells: [String; 7]| {
        let cells = cells.iter().enumerate().map(|(column, text)| cell(text, column));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = styled(DIM, line(heads.clone()));
    for case in cases {
        let counts = [case.reports, case.items, case.linked_cases].map(|n| n.to_string());
        let [reports, items, linked] = counts;
        let urgency = case.urgency.map(|one| say!("urgency", urgency = key(one.name())));
        let unit = case.unit.as_deref().map(|unit| name(&shown(Path::new(unit))));
        let (urgency, unit) = (urgency.unwrap_or_default(), unit.unwrap_or_default());
        let opened = time(case.opened_at_ms);
        let cells = [name(&case.case), opened, reports, items, linked, urgency, unit];
        let _ = write!(text, "\n{}", line(cells));
    }
    text
}

/// Columns of a terminal that a text takes; marks take none.
pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// One case in full.
pub(crate) fn case(page: &CasePage) -> String {
    let summary = &page.summary;
    let mut text = format!(
        "{}  {}",
        styled_name(STRONG, &summary.case),
        say!(
            "case-head",
            time = words(time(summary.opened_at_ms)),
            reports = words(say!("reports", n = summary.reports)),
            items = words(say!("items", n = summary.items)),
            refused = summary.refused
        )
    );
    let told = |handle| network_text::handle(handle, &page.shared_handles);
    let handles = page.handles.iter().map(|one| say!("handle-line", handle = words(told(one))));
    for line in network_text::facts(&page.facts).into_iter().chain(handles) {
        let _ = write!(text, "\n{line}");
    }
    for report in &page.report_list {
        let _ = write!(text, "\n{}", report_line(report));
    }
    for item in &page.item_list {
        let _ = write!(text, "\n{}", item_line(item));
        for told in &item.provenance {
            let _ = write!(text, "\n    {}", styled(DIM, provenance::whole(told)));
        }
    }
    if !page.links.is_empty() {
        let _ = write!(text, "\n\n{}", links(&page.links));
    }
    text
}

fn report_line(report: &Report) -> String {
    let channel = report.channel.as_deref().map(network_text::channel);
    let mut source: Vec<_> = channel.into_iter().chain(report.unit.as_deref().map(name)).collect();
    let received = report.received_at_ms.map(time);
    source.extend(received.map(|time| say!("received-at", time = words(time))));
    let number = say!("report-number", report = figure(report.report));
    let broken =
        if report.complete { String::new() } else { format!("  {}", say!("report-broken-off")) };
    format!("{number}  {}  {}{broken}", time(report.opened_at_ms), joined(&source))
}

fn item_line(item: &Item) -> String {
    let mut format = item.file_format.to_string();
    if (item.width, item.height) != (0, 0) {
        let _ = write!(format, " {} x {}", item.width, item.height);
    }
    let kind = say!("medium", kind = key(item.kind.to_string()));
    format!(
        "{}  {kind} {}  {}",
        say!("item-number", item = short(&item.item)),
        name(&format),
        say!("quality", quality = figure(item.quality)),
    )
}

/// Links, one paragraph for each pair of cases.
pub(crate) fn links(links: &[Link]) -> String {
    let mut pairs: Vec<(&str, &str)> = links.iter().map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let mut text = String::new();
    for (a, b) in &pairs {
        let of_pair: Vec<_> = links.iter().filter(|link| pair(link) == (*a, *b)).collect();
        let head = styled(STRONG, format!("{} — {}", name(a), name(b)));
        let _ = writeln!(text, "{head}  {}", say!("links", n = of_pair.len()));
        for link in of_pair {
            let _ = writeln!(text, "    {}", link_line(link));
        }
    }
    text + &say!(
        "links-between",
        links = words(say!("links", n = links.len())),
        pairs = words(say!("pairs-of-cases", n = pairs.len()))
    )
}

fn pair(link: &Link) -> (&str, &str) {
    let (a, b) = (link.from.case.as_str(), link.to.case.as_str());
    (a.min(b), a.max(b))
}

fn link_line(link: &Link) -> String {
    let Link { from, to, .. } = link;
    let mut parts = evidence(link);
    parts.extend(decided(link.state));
    format!(
        "{} {} {} {} {}  {}",
        name(&from.case),
        styled_name(DIM, short(&from.item)),
        say!("arrow"),
        name(&to.case),
        styled_name(DIM, short(&to.item)),
        joined(&parts),
    )
}

fn evidence(link: &Link) -> Vec<String> {
    match link.from.item == link.to.item {
        true => vec![say!("same-file")],
        false => Evidence::from(link).parts(),
    }
}

/// How an item and a picture hang together: a line for whole frames, and one for each match.
pub(crate) fn explanation(explanation: &Explanation) -> String {
    let cases: Vec<_> = explanation.cases.iter().map(|case| name(case)).collect();
    let item = format!(
        "{} {}",
        styled(STRONG, joined(&cases)),
        styled_name(DIM, short(&explanation.item))
    );
    let frames = explanation.frames.filter(|frames| frames.is_match).map(of_frames);
    let matches = explanation.ways.iter().filter_map(of_way);
    let lines: Vec<_> = frames.into_iter().chain(matches).collect();
    match lines.is_empty() {
        true => format!("{} {item}  {}", styled(DIM, "·"), styled(DIM, say!("no-match"))),
        false => format!("{} {item}\n    {}", styled(FOUND, "●"), lines.join("\n    ")),
    }
}

fn of_frames(frames: FrameComparison) -> String {
    let mut parts = vec![say!("whole-frames", differ = words(bits_differ(frames.distance)))];
    if frames.orientation != Orientation::Rot0 {
        parts.push(turned(frames.orientation));
    }
    joined(&parts)
}

fn of_way(way: &Way) -> Option<String> {
    let evidence = Evidence {
        relation: way.relation?,
        via: Space::Landmark.name(),
        distance: way.distance,
        orientation: Orientation::Rot0,
        inverted: false,
        inliers: Some(way.inliers),
        region: Some(&way.region),
        time: None,
        second: None,
    };
    let rate = rate(way.false_alarm_rate, way.false_alarm_pairs);
    Some(format!("{}  {}", evidence.sentence(), styled(DIM, rate)))
}

/// What seals the decoder, a line for each part, then what is missing and what it reads.
pub(crate) fn worker(report: &WorkerReport) -> String {
    let seal = &report.seal;
    let listed = |is_in_force: bool, what: String| is_in_force.then_some(what);
    let mebibytes =
        |bytes: u64| say!("seal-at-most", most = figure(format!("{} MiB", bytes >> 20)));
    let landlock = |abi: u32| say!("seal-landlock", version = figure(abi));
    let parts = [
        (say!("seal-files"), seal.landlock_abi.map(landlock)),
        (say!("seal-calls"), listed(seal.system_calls, say!("seal-short-list"))),
        (say!("seal-privileges"), listed(seal.no_new_privileges, say!("seal-none-to-gain"))),
        (
            say!("seal-descriptors"),
            seal.descriptors.map(|most| say!("seal-at-most", most = figure(most))),
        ),
        (say!("seal-writing"), listed(seal.no_writing, say!("seal-none"))),
        (say!("seal-memory"), seal.memory_bytes.map(mebibytes)),
        (say!("seal-dumps"), listed(seal.no_core, say!("seal-none"))),
        (
            say!("seal-time"),
            seal.processor_s.map(|most| say!("seal-at-most", most = figure(format!("{most} s")))),
        ),
        (say!("seal-parent"), listed(seal.ends_with_its_parent, say!("seal-ends-it"))),
    ];
    let mut text = styled(STRONG, say!("decoder-of", media = key(report.decodes)));
    for (part, in_force) in parts {
        let (mark, what) = match in_force {
            Some(what) => (styled(GOOD, "✓"), what),
            None => (styled(WRONG, "✗"), say!("seal-not-restricted")),
        };
        let _ = write!(text, "\n{mark} {part}: {what}");
    }
    for gap in &report.gaps {
        let _ = write!(
            text,
            "\n{}",
            styled(WRONG, say!("seal-missing", gap = words(errors::of_gap(*gap))))
        );
    }
    let _ = write!(text, "\n{}", say!("reads-formats", formats = report.formats.join(", ")));
    text
}

/// What `verify` found.
pub(crate) fn verify(summary: &VerifySummary) -> String {
    let mut checked = vec![say!("events", n = summary.events)];
    let signed = summary.signed.signed_up_to;
    checked.extend(signed.map(|event| say!("signed-up-to", event = figure(event))));
    let stamped = summary.stamped.stamped_up_to;
    checked.extend(stamped.map(|event| stamped_up_to(event, summary)));
    checked.push(say!("rows-compared", rows = words(say!("rows", n = summary.rows))));
    let mut index = vec![say!("codes-in-index", codes = words(say!("codes", n = summary.codes)))];
    if summary.index_rebuilt {
        index.push(say!("index-made-anew"));
    }
    index.push(say!("n-asked-for", n = summary.codes_asked));
    let counts = say!("two-parts", first = words(joined(&checked)), second = words(joined(&index)));
    let counts =
        if summary.encrypted { say!("and-encrypted", what = words(counts)) } else { counts };
    let remedy = match summary.index_faulty {
        true => format!("\n{}", say!("index-remedy")),
        false => String::new(),
    };
    match &summary.fault {
        None => format!("{}  {counts}", styled(GOOD, say!("sound"))),
        Some(fault) => {
            let fault = errors::of_store(fault);
            format!("{}  {fault}\n{counts}{remedy}", styled(WRONG, say!("store-not-sound")))
        }
    }
}

/// What is brought to an authority, for people.
pub(crate) fn time_stamp_request(request: &TimeStampRequest) -> String {
    let digest: String = request.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    say!("stamp-request", event = figure(request.event), digest = digest)
}

/// One time stamp, for people.
pub(crate) fn time_stamp(stamp: &TimeStamp) -> String {
    say!(
        "stamp",
        event = figure(stamp.event),
        stamped = words(time(stamp.stamped_at_ms)),
        authority = stamp.authority.to_string(),
        added = words(time(stamp.added_at_ms))
    )
}

fn stamped_up_to(event: impl std::fmt::Display, summary: &VerifySummary) -> String {
    match summary.stamped.authorities_known {
        Some(_) => say!("stamped-by-known", event = figure(event)),
        None => say!("stamped-by-unknown", event = figure(event)),
    }
}

/// A time in UTC, to the minute.
pub(super) fn time(at_ms: i64) -> String {
    let time = match jiff::Timestamp::from_millisecond(at_ms) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => "?".into(),
    };
    name(&time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(side: f64) -> Vec<[f64; 2]> {
        vec![[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]]
    }

    fn region() -> Region {
        Region {
            query: square(100.0),
            stored: square(208.0),
            scale: 0.4808,
            turn_deg: -3.2,
            mirrored: true,
            evidence_bits: Some(60),
            coverage: Some(0.618),
            differs: Vec::new(),
        }
    }

    fn by_landmarks(relation: Relation, region: &Region) -> Evidence<'_> {
        Evidence {
            relation,
            via: Space::Landmark.name(),
            distance: 17,
            orientation: Orientation::Mirror,
            inverted: false,
            inliers: Some(34),
            region: Some(region),
            time: None,
            second: None,
        }
    }

    #[test]
    fn a_part_says_how_many_landmarks_agree_and_how_it_lies() {
        assert_eq!(
            by_landmarks(Relation::Part, &region()).sentence(),
            "part, 34 landmarks agree (62 % of those to be seen), at 0.48 of its size, \
             turned by 3°, mirrored"
        );
        let upright = Region { scale: 1.4, turn_deg: 0.3, mirrored: false, ..region() };
        assert_eq!(
            by_landmarks(Relation::Copy, &upright).sentence(),
            "copy, 34 landmarks agree (62 % of those to be seen), at 1.40 times its size"
        );
    }

    #[test]
    fn an_altered_picture_says_how_much_differs() {
        let hole = |side| Differing { query: square(side), stored: square(2.0 * side) };
        let unmoved = Region { scale: 1.0, turn_deg: 0.0, mirrored: false, ..region() };
        let one = Region { differs: vec![hole(56.0)], ..unmoved.clone() };
        let text = by_landmarks(Relation::Altered, &one).sentence();
        assert!(text.ends_with("to be seen), a region of about 31 % differs"), "{text}");
        let two = Region { differs: vec![hole(40.0), hole(30.0)], ..unmoved };
        let text = by_landmarks(Relation::Altered, &two).sentence();
        assert!(text.ends_with(", 2 regions of about 25 % in all differ"), "{text}");
    }

    #[test]
    fn a_copy_by_its_whole_frame_says_what_its_landmarks_say_too() {
        let region = region();
        let whole = Evidence {
            via: Space::Pdq.name(),
            inverted: true,
            second: Some(SecondOpinion { distance: 3, agrees: true }),
            ..by_landmarks(Relation::Copy, &region)
        };
        assert_eq!(
            whole.sentence(),
            "copy, 17 of 256 bits differ, 34 landmarks agree (62 % of those to be seen), \
             mirrored, inverted colours, second opinion agrees"
        );
        let framed = Evidence { relation: Relation::Part, inverted: false, second: None, ..whole };
        assert_eq!(
            framed.sentence(),
            "part, 17 of 256 bits differ, 34 landmarks agree (62 % of those to be seen), \
             at 0.48 of its size, turned by 3°, mirrored"
        );
        let bare = Evidence { inliers: None, region: None, inverted: false, second: None, ..whole };
        assert_eq!(bare.sentence(), "copy, 17 of 256 bits differ, mirrored");
    }

    #[test]
    fn a_rate_says_on_how_many_pairs_it_rests() {
        assert_eq!(
            rate(1.98e-6, 1_512_345),
            "false alarms at most 2e-6 a comparison (1,512,345 pairs)"
        );
        assert_eq!([0, 999, 1_000, 25_000_000].map(grouped), ["0", "999", "1,000", "25,000,000"]);
    }
}
