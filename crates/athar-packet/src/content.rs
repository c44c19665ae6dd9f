//! What a packet tells of a case: plain data, as it stands in `case.json`.
//!
//! Every record carries the number of the event that recorded it. Times are milliseconds since
//! 1970-01-01 UTC. No pixels, no sound, no codes and no path is in it, and of names of files only
//! those that a mail, an archive or a chat has told.

use crate::Digest;
use crate::events::Field;
use serde::{Deserialize, Serialize};

/// A point of a picture, in its pixels.
pub type Point = [f64; 2];

/// A case and what it hangs together with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The case.
    pub case: Case,
    /// What the threat came from.
    pub handles: Vec<Handle>,
    /// The submissions, oldest first.
    pub reports: Vec<Report>,
    /// The files, oldest first.
    pub items: Vec<Item>,
    /// The files that could not be hashed.
    pub refusals: Vec<Refusal>,
    /// What ties it to other cases, the rejected too.
    pub matches: Vec<Match>,
    /// Matches that are not told here, for there are too many.
    pub matches_left_out: u64,
    /// That this packet was made.
    pub made: Made,
}

/// The case itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The event that opened it.
    pub event: u64,
    /// The opaque name that its unit gave it.
    pub name: String,
    /// When it was opened.
    pub opened_at_ms: i64,
    /// What is known of it beside its material.
    pub facts: Option<Facts>,
}

/// What is known of a case beside its material.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The event that described it last.
    pub event: u64,
    /// By which way the complaint came.
    pub channel: Option<String>,
    /// Which unit took it.
    pub unit: Option<String>,
    /// When it was received.
    pub received_at_ms: Option<i64>,
    /// The opaque name of who complains.
    pub complainant: Option<String>,
    /// The opaque name of who is suspected.
    pub suspect: Option<String>,
    /// `low`, `normal`, `high` or `immediate`.
    pub urgency: Option<String>,
    /// Why it is as urgent as that.
    pub urgency_reason: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

/// An account, a telephone, a wallet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handle {
    /// The event that recorded it.
    pub event: u64,
    /// `account`, `telephone`, `wallet`, `payment`, `email` or `other`.
    pub kind: String,
    /// Whose account or which coin's wallet; empty where the kind has none.
    pub platform: String,
    /// The name, number or address.
    pub value: String,
    /// When it was recorded.
    pub added_at_ms: i64,
    /// Other cases that name the same.
    pub also_in: Vec<String>,
}

/// One submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its number, which is that of its event.
    pub event: u64,
    /// By which way it came.
    pub channel: Option<String>,
    /// Which unit took it.
    pub unit: Option<String>,
    /// When it was begun.
    pub opened_at_ms: i64,
    /// When the unit received it, where that was said.
    pub received_at_ms: Option<i64>,
    /// Whether every file was looked at.
    pub complete: bool,
}

/// A file of the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The event by which it came to this case.
    pub event: u64,
    /// When.
    pub reported_at_ms: i64,
    /// Through which report.
    pub report: u64,
    /// The file.
    pub file: File,
    /// Where it comes from, once for each way that a mail, archive or chat has told of.
    #[serde(default)]
    pub provenance: Vec<Provenance>,
}

/// Where a file comes from, as the mail, archive or chat told it that it came in. Nobody has
/// checked it, and all of it is personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The event that recorded it.
    pub event: u64,
    /// Through which report.
    pub report: u64,
    /// Who sent it.
    pub sender: Option<String>,
    /// When.
    pub time: Option<ToldTime>,
    /// Its name in the parcel.
    pub name: Option<String>,
    /// The name of the parcel, and of those between it and the file.
    pub parcel: Option<String>,
}

/// A time that somebody's clock has told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldTime {
    /// Of UTC where the zone was told, else what a clock on a wall somewhere showed.
    pub at_ms: i64,
    /// `told` or `unknown`.
    pub zone: String,
    /// What happened then: it was `sent`, or the file was `changed`.
    pub moment: String,
}

/// A file that was reported, in this case or in another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// The event that recorded it when it was first seen.
    pub event: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// MD5 of its bytes, 32 hex digits.
    pub md5: String,
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// The format found in its content.
    pub format: String,
    /// Its length.
    pub bytes: u64,
    /// Columns in pixels; 0 where there is no picture.
    pub width_px: u32,
    /// Rows in pixels; 0 where there is no picture.
    pub height_px: u32,
    /// How much its picture says to a perceptual hash, 0 to 100.
    pub quality: u8,
    /// When it was first seen.
    pub added_at_ms: i64,
}

/// A file that could not be hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The event that recorded it.
    pub event: u64,
    /// SHA-256 of its bytes, where they could be read.
    pub sha256: Option<Digest>,
    /// Its length, where known.
    pub bytes: Option<u64>,
    /// Why: `unsupported`, `corrupt`, `limit`, `unreadable`, `stopped`.
    pub reason: String,
    /// When.
    pub refused_at_ms: i64,
}

/// What ties a file of this case to one of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The event that recorded it; `None` where both cases hold the very same file.
    pub event: Option<u64>,
    /// When it was found; of the very same file, when the later case received it.
    pub found_at_ms: i64,
    /// SHA-256 of the file of this case.
    pub item: Digest,
    /// The file of the other case.
    pub other: File,
    /// The other case.
    pub other_case: String,
    /// The event by which its file came to the other case.
    pub other_event: u64,
    /// When.
    pub other_reported_at_ms: i64,
    /// Whether this case's file is the newer side, which was laid on the older.
    pub is_newer: bool,
    /// `copy`, `part`, `altered`, `segment` or `still`.
    pub relation: String,
    /// The space in which they met: `pdq`, `landmark` or `voice`.
    pub via: String,
    /// Bits in which the codes differ, 0 to 256; where many were compared, the median.
    pub distance: u16,
    /// Bits that were searched.
    pub radius: u16,
    /// What was done to the newer side to lay it on the older.
    pub orientation: String,
    /// Landmarks or moments that agree.
    pub inliers: Option<u32>,
    /// Bits in which an independent hash differs, and whether it calls them the same.
    pub second_opinion: Option<SecondOpinion>,
    /// Where each lies in the other.
    pub region: Option<Region>,
    /// The stretches of time on both sides.
    pub time: Option<Time>,
    /// How often one comparison of unrelated material comes as near, 0 to 1.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated items on which that was measured.
    pub false_alarm_pairs: u64,
    /// `unreviewed`, `confirmed`, `rejected`, `harmless` or `held`.
    pub state: String,
    /// What reviewers decided, oldest first.
    pub decisions: Vec<Decision>,
}

/// What an independent hash says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondOpinion {
    /// Bits in which it differs.
    pub distance: u16,
    /// Whether it calls them the same.
    pub agrees: bool,
}

/// What two pictures have in common. Polygons are in the pixels of their own picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// In the newer.
    pub newer: Vec<Point>,
    /// In the older, corner by corner.
    pub older: Vec<Point>,
    /// Pixels of the newer that one of the older takes.
    pub scale: f64,
    /// By how much the older is turned in the newer, clockwise.
    pub turn_deg: f64,
    /// Whether it is mirrored.
    pub mirrored: bool,
    /// The share of the older's landmarks that should be seen and are.
    pub coverage: Option<f64>,
    /// What was covered or replaced: newer and older.
    pub differs: Vec<[Vec<Point>; 2]>,
}

/// The stretches of time that two clips or recordings have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Time {
    /// One after the other.
    pub segments: Vec<Segment>,
    /// The share of the newer's time that they take.
    pub newer_coverage: Option<f64>,
    /// The share of the older's time.
    pub older_coverage: Option<f64>,
}

/// A stretch of time: from and to, in milliseconds; `None` where that side is a still.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// In the newer.
    pub newer_ms: Option<[u64; 2]>,
    /// In the older.
    pub older_ms: Option<[u64; 2]>,
}

/// A reviewer's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The event that recorded it.
    pub event: u64,
    /// `confirmed` or `rejected`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// The opaque name of who decided.
    pub actor: Option<String>,
    /// When.
    pub decided_at_ms: i64,
}

/// That a packet was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The event that recorded it.
    pub event: u64,
    /// What for.
    pub purpose: Option<String>,
    /// The opaque name of who made it.
    pub actor: Option<String>,
    /// When.
    pub made_at_ms: i64,
}

/// What is told of an event's record and can be held against it.
pub(crate) struct Claim {
    pub(crate) event: u64,
    pub(crate) kind: &'static str,
    pub(crate) at_ms: Option<i64>,
    pub(crate) columns: Vec<(&'static str, Field)>,
}

impl Claim {
    fn new(
        event: u64,
        kind: &'static str,
        at_ms: impl Into<Option<i64>>,
        columns: impl IntoIterator<Item = (&'static str, Field)>,
    ) -> Self {
        Self { event, kind, at_ms: at_ms.into(), columns: columns.into_iter().collect() }
    }
}

impl Content {
    /// Everything that is told of the events.
    pub(crate) fn claims(&self) -> Vec<Claim> {
        let case = self.case.event;
        let mut claims = vec![
            Claim::new(
                case,
                "case_opened",
                self.case.opened_at_ms,
                [text("name", &self.case.name)],
            ),
            self.made.claim(case),
        ];
        claims.extend(self.case.facts.iter().map(|facts| facts.claim(case)));
        claims.extend(self.handles.iter().map(|handle| handle.claim(case)));
        claims.extend(self.reports.iter().map(|report| report.claim(case)));
        claims.extend(self.items.iter().flat_map(|item| item.claims(case)));
        claims.extend(self.refusals.iter().map(|refusal| refusal.claim(case)));
        for found in &self.matches {
            claims.extend(found.claims(&self.items));
        }
        claims
    }
}

impl Facts {
    fn claim(&self, case: u64) -> Claim {
        let columns = [
            number("case_id", case),
            maybe("channel", &self.channel),
            maybe("unit", &self.unit),
            ("received_at_ms", self.received_at_ms.map_or(Field::Null, Field::Integer)),
            maybe("complainant", &self.complainant),
            maybe("suspect", &self.suspect),
            maybe("urgency", &self.urgency),
            maybe("urgency_reason", &self.urgency_reason),
            maybe("note", &self.note),
        ];
        Claim::new(self.event, "case_described", None, columns)
    }
}

impl Handle {
    fn claim(&self, case: u64) -> Claim {
        let columns = [
            number("case_id", case),
            text("kind", &self.kind),
            text("platform", &self.platform),
            text("value", &self.value),
        ];
        Claim::new(self.event, "handle_added", self.added_at_ms, columns)
    }
}

impl Report {
    fn claim(&self, case: u64) -> Claim {
        let columns =
            [number("case_id", case), maybe("channel", &self.channel), maybe("unit", &self.unit)];
        Claim::new(self.event, "report_opened", self.opened_at_ms, columns)
    }
}

impl Item {
    fn claims(&self, case: u64) -> impl Iterator<Item = Claim> {
        let told = self.provenance.iter().map(move |told| told.claim(case, self.file.event));
        [self.claim(case), self.file.claim()].into_iter().chain(told)
    }

    fn claim(&self, case: u64) -> Claim {
        let columns = [
            number("report_id", self.report),
            number("case_id", case),
            number("item_id", self.file.event),
        ];
        Claim::new(self.event, "item_reported", self.reported_at_ms, columns)
    }
}

impl Provenance {
    fn claim(&self, case: u64, item: u64) -> Claim {
        let time = self.time.as_ref();
        let word = |word: Option<&String>| word.cloned().map_or(Field::Null, Field::Text);
        let columns = [
            number("report_id", self.report),
            number("case_id", case),
            number("item_id", item),
            maybe("sender", &self.sender),
            ("time_ms", time.map_or(Field::Null, |time| Field::Integer(time.at_ms))),
            ("zone", word(time.map(|time| &time.zone))),
            ("moment", word(time.map(|time| &time.moment))),
            maybe("name", &self.name),
            maybe("parcel", &self.parcel),
        ];
        Claim::new(self.event, "provenance_told", None, columns)
    }
}

impl ToldTime {
    /// Whether it is when the file was sent; else it is when it was changed.
    pub(crate) fn is_sent(&self) -> bool {
        self.moment == "sent"
    }

    /// Whether it is one of UTC.
    pub(crate) fn is_utc(&self) -> bool {
        self.zone == "told"
    }
}

impl File {
    fn claim(&self) -> Claim {
        let columns = [
            blob("sha256", &self.sha256),
            text("kind", &self.kind),
            text("format", &self.format),
            number("bytes", self.bytes),
            number("width", self.width_px.into()),
            number("height", self.height_px.into()),
            number("quality", self.quality.into()),
        ];
        Claim::new(self.event, "item_added", self.added_at_ms, columns)
    }
}

impl Refusal {
    fn claim(&self, case: u64) -> Claim {
        let columns = [
            number("case_id", case),
            ("sha256", self.sha256.map_or(Field::Null, |sha256| Field::Blob(sha256.0.into()))),
            text("kind", &self.reason),
        ];
        Claim::new(self.event, "file_refused", self.refused_at_ms, columns)
    }
}

impl Match {
    /// Whether it ties the two cases: nobody rejected it, and nothing sets it aside.
    pub(crate) fn ties(&self) -> bool {
        ["unreviewed", "confirmed"].contains(&self.state.as_str())
    }

    fn claims(&self, items: &[Item]) -> Vec<Claim> {
        let held = [number("item_id", self.other.event)];
        let mut claims = vec![
            self.other.claim(),
            Claim::new(self.other_event, "item_reported", self.other_reported_at_ms, held),
        ];
        let item = items.iter().find(|item| item.file.sha256 == self.item);
        // A match with a file that the case does not hold is one with no event's.
        let here = item.map_or(0, |item| item.file.event);
        claims.extend(self.event.map(|event| self.claim(event, here)));
        claims.extend(self.decisions.iter().map(Decision::claim));
        claims
    }

    fn claim(&self, event: u64, here: u64) -> Claim {
        let there = self.other.event;
        let (newer, older) = if self.is_newer { (here, there) } else { (there, here) };
        let columns = [
            number("query_item_id", newer),
            number("stored_item_id", older),
            text("relation", &self.relation),
            text("via", &self.via),
            number("distance", self.distance.into()),
            text("orientation", &self.orientation),
            number("radius", self.radius.into()),
            ("inliers", self.inliers.map_or(Field::Null, |inliers| Field::Integer(inliers.into()))),
            ("false_alarm_rate", Field::Real(self.false_alarm_rate.to_bits())),
            number("false_alarm_pairs", self.false_alarm_pairs),
        ];
        Claim::new(event, "match_found", self.found_at_ms, columns)
    }
}

impl Decision {
    fn claim(&self) -> Claim {
        let columns = [
            text("verdict", &self.verdict),
            text("reason", &self.reason),
            maybe("actor", &self.actor),
        ];
        Claim::new(self.event, "link_decided", self.decided_at_ms, columns)
    }
}

impl Made {
    fn claim(&self, case: u64) -> Claim {
        let columns =
            [number("case_id", case), maybe("purpose", &self.purpose), maybe("actor", &self.actor)];
        Claim::new(self.event, "packet_made", self.made_at_ms, columns)
    }
}

fn text(name: &'static str, text: &str) -> (&'static str, Field) {
    (name, Field::Text(text.into()))
}

fn maybe(name: &'static str, text: &Option<String>) -> (&'static str, Field) {
    (name, text.clone().map_or(Field::Null, Field::Text))
}

/// Numbers of events are row ids, and counts are far below, so the cast keeps them.
fn number(name: &'static str, number: u64) -> (&'static str, Field) {
    (name, Field::Integer(number as i64))
}

fn blob(name: &'static str, digest: &Digest) -> (&'static str, Field) {
    (name, Field::Blob(digest.0.into()))
}
