//! Answers for people.

use super::{alert_text, held_text, list_text, network_text, provenance, shown, times};
use anstyle::{AnsiColor, Style};
use athar_engine::policy::Relation;
use athar_engine::{
    AddSummary, BackupSummary, CasePage, CaseSummary, CheckSummary, Differing, Explanation,
    FrameComparison, Kept, Link, LinkState, Match, Orientation, Outcome, PacketSummary, Region,
    SecondOpinion, Similar, Space, Time, TimeStamp, TimeStampRequest, Urgency, VerifySummary, Way,
    WithdrawSummary, region, worker::WorkerReport,
};
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

/// One input, what became of it, and below it a line for each match.
pub(crate) fn outcome(outcome: &Outcome) -> String {
    let name = outcome.path.as_deref().map_or("(code)".into(), shown);
    let is_known = outcome.is_matched() || outcome.is_listed();
    let mark = match (outcome.is_unread() && !is_known, !is_known) {
        (true, _) => styled(WRONG, "✗"),
        (false, false) => styled(FOUND, "●"),
        (false, true) => styled(DIM, "·"),
    };
    let mut text = format!("{mark} {name}{}", kept(outcome.kept));
    if let Some(error) = &outcome.error {
        let style = if outcome.is_unread() { WRONG } else { DIM };
        let _ = write!(text, "  {}", styled(style, format!("{}: {}", error.kind, error.message)));
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
        let _ = write!(text, "\n    {}", styled(DIM, "more entries of lists are near"));
    }
    if let Some(asked) = &outcome.asked {
        let _ = write!(text, "\n    {}", alert_text::asked(asked));
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
        Evidence::from(found).sentence() + &decided(found.state) + &harmless(found),
        styled(DIM, rate(found.false_alarm_rate, found.false_alarm_pairs)),
    )
}

/// What a reviewer said of a link, where one did.
fn decided(state: LinkState) -> String {
    match state {
        LinkState::Unreviewed => String::new(),
        LinkState::Confirmed => format!(", {}", styled(GOOD, "confirmed")),
        LinkState::Rejected => format!(", {}", styled(WRONG, "rejected: it ties nothing")),
        LinkState::Harmless => format!(", {}", styled(GOOD, "known harmless")),
        LinkState::Held => format!(", {}", styled(FOUND, "held back")),
    }
}

/// What the item of a match is known as, where it is harmless.
fn harmless(found: &Match) -> String {
    found.harmless.as_ref().map(|note| format!(" ({note})")).unwrap_or_default()
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
        let mut parts = vec![self.relation.name().to_string()];
        let by_landmarks = self.via == Space::Landmark.name();
        if self.via == Space::Voice.name() {
            parts.push("the same voice".into());
        }
        if !by_landmarks {
            parts.push(format!("{} of 256 bits differ", self.distance));
        }
        parts.extend(self.time.map(times::parts).unwrap_or_default());
        parts.extend(self.moments().or_else(|| self.landmarks()));
        // A whole frame lies on another in one of eight ways, and nothing else need be said.
        let whole = !by_landmarks && self.relation == Relation::Copy;
        match self.region {
            Some(region) if !whole => parts.extend(lie(region)),
            _ if self.orientation != Orientation::Rot0 => {
                parts.push(turned(self.orientation).into());
            }
            _ => {}
        }
        if self.inverted {
            parts.push("inverted colours".into());
        }
        parts.extend(self.region.and_then(differing));
        parts.extend(self.second.map(second_opinion));
        parts.join(", ")
    }

    /// Of stretches of time, how many moments agree.
    fn moments(&self) -> Option<String> {
        let is_of_time = self.relation == Relation::Segment && self.via != Space::Landmark.name();
        let verb = if self.inliers? == 1 { "moment agrees" } else { "moments agree" };
        is_of_time.then(|| format!("{} {verb}", grouped(self.inliers.unwrap_or(0).into())))
    }

    fn landmarks(&self) -> Option<String> {
        let verb = if self.inliers? == 1 { "landmark agrees" } else { "landmarks agree" };
        let mut text = format!("{} {verb}", grouped(self.inliers?.into()));
        if let Some(share) = self.region.and_then(|region| region.coverage) {
            let _ = write!(text, " ({} % of those to be seen)", percent(share));
        }
        Some(text)
    }
}

/// How the item lies in the input.
fn lie(region: &Region) -> Vec<String> {
    let mut parts = Vec::new();
    if !(0.995..1.005).contains(&region.scale) {
        let of = if region.scale < 1.0 { "of" } else { "times" };
        parts.push(format!("at {:.2} {of} its size", region.scale));
    }
    let turn_deg = region.turn_deg.abs().round();
    if turn_deg > 0.0 {
        parts.push(format!("turned by {turn_deg}°"));
    }
    if region.mirrored {
        parts.push("mirrored".into());
    }
    parts
}

/// How much of the common region differs.
fn differing(region: &Region) -> Option<String> {
    let area = |differing: &Differing| region::area(&differing.query);
    let share = region.differs.iter().map(area).sum::<f64>() / region::area(&region.query);
    match region.differs.len() {
        0 => None,
        1 => Some(format!("a region of about {} % differs", percent(share))),
        many => Some(format!("{many} regions of about {} % in all differ", percent(share))),
    }
}

/// A share of the whole in per cent; less than one is not nothing.
fn percent(share: f64) -> String {
    match (share * 100.0).min(100.0) {
        little if little > 0.0 && little < 1.0 => "less than 1".into(),
        percent => format!("{percent:.0}"),
    }
}

fn second_opinion(second: SecondOpinion) -> String {
    match second.agrees {
        true => "second opinion agrees".into(),
        false => styled(WRONG, "second opinion disagrees: look yourself"),
    }
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

pub(super) fn rate(rate: f64, pairs: u64) -> String {
    format!("false alarms at most {rate:.0e} a comparison ({} pairs)", grouped(pairs))
}

/// A number with a comma between each three digits.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The first digits of a SHA-256: enough to tell items apart on a page.
pub(crate) fn short(sha256: &[u8; 32]) -> String {
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
    push_listed(&mut text, summary.listed, summary.list_candidates);
    push_held(&mut text, summary.held);
    push_asked(&mut text, summary.asked, &summary.left);
    if summary.alerts > 0 {
        let raised =
            format!("{} raised: 'athar alerts' shows them", count(summary.alerts, "alert"));
        let _ = write!(text, "\n{}", styled(FOUND, raised));
    }
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
    push_listed(&mut text, summary.listed, summary.list_candidates);
    push_held(&mut text, summary.held);
    push_asked(&mut text, summary.asked, &summary.left);
    if summary.remembered > 0 {
        let _ = write!(text, "\n{} remembered", summary.remembered);
    }
    if summary.interrupted {
        text.push_str("\nbroken off before the end");
    }
    text
}

/// What ties nothing until somebody has looked.
fn push_held(text: &mut String, held: u64) {
    if held > 0 {
        let verb = if held == 1 { "is" } else { "are" };
        let held = format!("{held} {verb} held back until somebody looks: 'athar held' shows it");
        let _ = write!(text, "\n{}", styled(FOUND, held));
    }
}

/// What was asked about before, and what of such checks could not be erased.
fn push_asked(text: &mut String, asked: u64, left: &[String]) {
    if asked > 0 {
        let verb = if asked == 1 { "was" } else { "were" };
        let _ = write!(text, "\n{}", styled(FOUND, format!("{asked} {verb} asked about before")));
    }
    for left in left {
        let _ = write!(text, "\n{} {left}", styled(WRONG, "left:"));
    }
}

/// What lists of others know.
fn push_listed(text: &mut String, listed: u64, candidates: u64) {
    if listed > 0 {
        let _ = write!(text, "\n{}", styled(FOUND, format!("{listed} known from lists")));
    }
    if candidates > 0 {
        let verb = if candidates == 1 { "is" } else { "are" };
        let near = format!("{candidates} {verb} near to codes of lists: look yourself");
        let _ = write!(text, "\n{}", styled(FOUND, near));
    }
}

fn tied<'a>(matched: u64, cases: impl ExactSizeIterator<Item = &'a String>) -> String {
    if matched == 0 {
        return styled(DIM, "nothing known from other cases");
    }
    let names: Vec<_> = cases.map(String::as_str).collect();
    let verb = if matched == 1 { "is" } else { "are" };
    styled(FOUND, format!("{matched} {verb} known from {}", names.join(", ")))
}

pub(super) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What a verified copy holds.
pub(crate) fn backup(what: &str, summary: &BackupSummary) -> String {
    format!(
        "{}  {}, {} compared with them, {}",
        styled(GOOD, format!("{what} and sound")),
        count(summary.events, "event"),
        count(summary.rows, "row"),
        count(summary.codes, "code"),
    )
}

fn match_count(n: u64) -> String {
    match n {
        1 => "1 match".to_owned(),
        n => format!("{} matches", grouped(n)),
    }
}

/// A packet that holds.
pub(crate) fn packet(summary: &PacketSummary) -> String {
    let PacketSummary { items, matches, events, records, chain, .. } = summary;
    format!(
        "{}  case {}, made {} by {}\n{}, {}; {} events of {}, {} with their record",
        styled(GOOD, "sound"),
        shown(Path::new(&summary.case)),
        time(summary.made_at_ms),
        shown(Path::new(&summary.program)),
        count(*items, "item"),
        match_count(*matches),
        grouped(*events),
        grouped(*chain),
        grouped(*records),
    )
}

/// One that does not.
pub(crate) fn packet_fault(fault: &str) -> String {
    format!("{}  {fault}", styled(WRONG, "not sound"))
}

/// What was taken back, and what of it may be left.
pub(crate) fn withdrawn(summary: &WithdrawSummary) -> String {
    let counts = [
        (summary.cases, "case"),
        (summary.reports, "report"),
        (summary.items, "item"),
        (summary.codes, "code"),
        (summary.refusals, "file that could not be hashed"),
        (summary.facts, "fact"),
        (summary.checks, "remembered check"),
        (summary.alerts, "alert"),
    ];
    let counts = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(n, what));
    let matches = (summary.matches > 0).then(|| match_count(summary.matches));
    let gone: Vec<String> = counts.chain(matches).collect();
    let gone = if gone.is_empty() { "from the case".to_owned() } else { gone.join(", ") };
    let mut text = format!("{}  {gone}; event {}", styled(GOOD, "taken back"), summary.event);
    for left in &summary.left {
        let _ = write!(text, "\n{} {left}", styled(WRONG, "left:"));
    }
    text
}

/// A table of cases.
pub(crate) fn cases(cases: &[CaseSummary]) -> String {
    let width = cases.iter().map(|case| case.case.chars().count()).max().unwrap_or(0).max(4);
    let head = format!(
        "{:width$}  {:16}  reports  items  linked cases  urgency    unit",
        "case", "opened (UTC)"
    );
    let mut text = styled(DIM, head);
    for case in cases {
        let line = format!(
            "{:width$}  {:16}  {:7}  {:5}  {:12}  {:9}  {}",
            case.case,
            time(case.opened_at_ms),
            case.reports,
            case.items,
            case.linked_cases,
            case.urgency.map_or("", Urgency::name),
            case.unit.as_deref().map(|unit| shown(Path::new(unit))).unwrap_or_default(),
        );
        let _ = write!(text, "\n{}", line.trim_end());
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
    let told = |handle| network_text::handle(handle, &page.shared_handles);
    let handles = page.handles.iter().map(|handle| format!("handle {}", told(handle)));
    for line in network_text::facts(&page.facts).into_iter().chain(handles) {
        let _ = write!(text, "\n{line}");
    }
    for report in &page.report_list {
        let source = [report.channel.as_deref(), report.unit.as_deref()];
        let mut source: Vec<_> = source.into_iter().flatten().map(str::to_owned).collect();
        source.extend(report.received_at_ms.map(|at_ms| format!("received {}", time(at_ms))));
        let broken = if report.complete { "" } else { "  broken off" };
        let opened = time(report.opened_at_ms);
        let _ = write!(text, "\nreport {}  {opened}  {}{broken}", report.report, source.join(", "));
    }
    for item in &page.item_list {
        let size = match (item.width, item.height) {
            (0, 0) => String::new(),
            (width, height) => format!(" {width} x {height}"),
        };
        let (name, format, quality) = (short(&item.item), &item.file_format, item.quality);
        let _ = write!(text, "\nitem {name}  {} {format}{size}  quality {quality}", item.kind);
        for told in &item.provenance {
            let _ = write!(text, "\n    {}", styled(DIM, provenance::whole(told)));
        }
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
        evidence(link) + &decided(link.state),
    )
}

fn evidence(link: &Link) -> String {
    match link.from.item == link.to.item {
        true => "the same file".into(),
        false => Evidence::from(link).sentence(),
    }
}

/// How an item and a picture hang together: a line for whole frames, and one for each match.
pub(crate) fn explanation(explanation: &Explanation) -> String {
    let item = format!(
        "{} {}",
        styled(STRONG, explanation.cases.join(", ")),
        styled(DIM, short(&explanation.item))
    );
    let frames = explanation.frames.filter(|frames| frames.is_match).map(of_frames);
    let matches = explanation.ways.iter().filter_map(of_way);
    let lines: Vec<_> = frames.into_iter().chain(matches).collect();
    match lines.is_empty() {
        true => format!("{} {item}  {}", styled(DIM, "·"), styled(DIM, "no match")),
        false => format!("{} {item}\n    {}", styled(FOUND, "●"), lines.join("\n    ")),
    }
}

fn of_frames(frames: FrameComparison) -> String {
    let mut text = format!("whole frames: {} of 256 bits differ", frames.distance);
    if frames.orientation != Orientation::Rot0 {
        let _ = write!(text, ", {}", turned(frames.orientation));
    }
    text
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
    let mebibytes = |bytes: u64| format!("at most {} MiB", bytes >> 20);
    let landlock = |abi: u32| format!("none (Landlock, version {abi})");
    let listed = |is_in_force: bool, what: &str| is_in_force.then(|| what.to_owned());
    let parts = [
        ("files", seal.landlock_abi.map(landlock)),
        (
            "system calls",
            listed(seal.system_calls, "a short list: no network, no programs (seccomp)"),
        ),
        ("privileges", listed(seal.no_new_privileges, "none to be gained")),
        ("descriptors", seal.descriptors.map(|most| format!("at most {most}"))),
        ("writing to files", listed(seal.no_writing, "none")),
        ("memory", seal.memory_bytes.map(mebibytes)),
        ("memory dumps", listed(seal.no_core, "none")),
        ("processor time", seal.processor_s.map(|most| format!("at most {most} s"))),
        ("its parent's end", listed(seal.ends_with_its_parent, "ends it")),
    ];
    let mut text = styled(STRONG, format!("decoder of {}: a process of its own", report.decodes));
    for (part, in_force) in parts {
        let (mark, what) = match in_force {
            Some(what) => (styled(GOOD, "✓"), what),
            None => (styled(WRONG, "✗"), "not restricted on this system".into()),
        };
        let _ = write!(text, "\n{mark} {part}: {what}");
    }
    for gap in &report.gaps {
        let _ = write!(text, "\n{}", styled(WRONG, format!("missing: {gap}")));
    }
    let _ = write!(text, "\nreads {}", report.formats.join(", "));
    text
}

/// What `verify` found.
pub(crate) fn verify(summary: &VerifySummary) -> String {
    let signed = match summary.signed.signed_up_to {
        Some(event) => format!(", signed up to event {event}"),
        None => String::new(),
    };
    let stamped = match summary.stamped.stamped_up_to {
        Some(event) => format!(", time-stamped up to event {event}{}", by_whom(summary)),
        None => String::new(),
    };
    let counts = format!(
        "{}{signed}{stamped}, {} compared with them; {} in the index{}, {} asked for",
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

/// What is brought to an authority, for people.
pub(crate) fn time_stamp_request(request: &TimeStampRequest) -> String {
    let digest: String = request.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("event {}, SHA-256 {digest}", request.event)
}

/// One time stamp, for people.
pub(crate) fn time_stamp(stamp: &TimeStamp) -> String {
    let TimeStamp { event, stamped_at_ms, authority, added_at_ms, .. } = stamp;
    let (stamped, added) = (time(*stamped_at_ms), time(*added_at_ms));
    format!("event {event} was there on {stamped} UTC, says {authority}; kept since {added}")
}

fn by_whom(summary: &VerifySummary) -> &'static str {
    match summary.stamped.authorities_known {
        Some(_) => " by authorities that were given",
        None => " (by whom is not checked without --authority)",
    }
}

pub(super) fn time(at_ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(at_ms) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => "?".into(),
    }
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
