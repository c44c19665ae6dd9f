//! What is told about one input: the JSON line of `add` and `check`.

use crate::decide::state_name;
use crate::policy::Relation;
use crate::region::Polygon;
use crate::{AskedBefore, HeldBack, InputError, InputErrorKind, ListMatch, Provenance};
use athar_kernel::Orientation;
use athar_ledger::LinkState;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One input and what it matched.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The path as it was given or found, and of a part of a mail, archive or chat the way to it
    /// behind that of the parcel, with ` ▸ ` between them; `None` for a bare code.
    #[serde(serialize_with = "lossy_path")]
    pub path: Option<PathBuf>,
    /// The path's bytes in hex, when they are not UTF-8 and `path` cannot show them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
    /// SHA-256 of the file, unless it could not be read.
    #[serde(serialize_with = "hex_option")]
    pub sha256: Option<[u8; 32]>,
    /// `image`, `video` or `audio`, or `None` when the content was not recognised.
    pub kind: Option<&'static str>,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// PDQ quality, 0 to 100.
    pub quality: Option<u8>,
    /// What became of the file in the ledger; `None` for a check, which keeps nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// Where the material is known from, nearest first.
    pub matches: Vec<Match>,
    /// The entries of others' lists that it has something in common with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListMatch>,
    /// Whether more entries are near than are told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lists_cut: bool,
    /// When it was asked about before, where checks are remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedBefore>,
    /// The number under which this check is remembered, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<i64>,
    /// That it is of what is held back until somebody looks, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<HeldBack>,
    /// The alerts that it raised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<i64>,
    /// What was looked at closely and is no match, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Match>,
    /// What looks most alike, where that was asked for, nearest first. No verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similar: Option<Vec<Similar>>,
    /// Microseconds of each step, where that was asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub steps_us: BTreeMap<&'static str, u64>,
    /// What the mail, archive or chat that it came in tells of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Provenance>,
    /// Why there is no fingerprint, or none that is matched.
    pub error: Option<InputError>,
}

/// What became of a reported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// A new item.
    New,
    /// The same file is an item of another case already: this case now holds it too.
    Known,
    /// This case held the file before.
    InCase,
    /// It has no fingerprint; that it was reported, and its digest, are kept.
    Refused,
}

/// A verdict: an item of a case shows the same material.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Match {
    /// The case that holds the item.
    pub case: String,
    /// SHA-256 of the item.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// How the two hang together.
    pub relation: Relation,
    /// The space in which they met.
    pub via: &'static str,
    /// Distance of the two codes in bits, 0 to 256.
    pub distance: u16,
    /// What was done to the input before its code met the item's.
    #[serde(serialize_with = "orientation_name")]
    pub orientation: Orientation,
    /// Whether the input's colours were inverted before its code met the item's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inverted: bool,
    /// Landmarks of the item that were found again where they should be; `null` where they were
    /// not looked at.
    pub inliers: Option<u32>,
    /// The region on both sides; `null` for whole pictures.
    pub region: Option<Region>,
    /// The stretches of time on both sides; `null` where both are pictures.
    pub time: Option<Time>,
    /// What an independent hash says.
    pub second_opinion: Option<SecondOpinion>,
    /// How often one comparison of unrelated pictures comes as near.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated pictures on which the rate rests.
    pub false_alarm_pairs: u64,
    /// What a reviewer decided about the two items; an input that is no item was never reviewed.
    #[serde(serialize_with = "state_name")]
    pub state: LinkState,
    /// What the item is known as, where it is harmless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub harmless: Option<String>,
}

/// What two pictures have in common. Polygons are in the pixels of their own upright picture; the
/// upper left corner of the upper left pixel is (0, 0).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// The common region in the input, clockwise.
    pub query: Polygon,
    /// The same in the item, corner by corner.
    pub stored: Polygon,
    /// Pixels of the input that one of the item takes.
    pub scale: f64,
    /// By how much the item is turned in the input, clockwise, -180 to 180.
    pub turn_deg: f64,
    /// Whether the item is mirrored in the input.
    pub mirrored: bool,
    /// The share of the item's landmarks which should be seen that is, 0 to 1; `null` where they
    /// were not looked at.
    pub coverage: Option<f64>,
    /// How unlikely chance makes it that so many of them are, in bits: the false alarm rate is
    /// that of as many; `null` where they were not looked at.
    pub evidence_bits: Option<u32>,
    /// What differs within the region.
    pub differs: Vec<Differing>,
}

/// A part of a common region that was covered or replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Differing {
    /// Where it is in the input.
    pub query: Polygon,
    /// Where it is in the item, corner by corner.
    pub stored: Polygon,
}

/// The stretches of time that a clip or a recording has in common with an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Time {
    /// One after the other as the input shows them; what an item repeats is there as often.
    pub segments: Vec<Segment>,
    /// The share of the input's time that they take, 0 to 1; `null` where the input is a still.
    pub query_coverage: Option<f64>,
    /// The share of the item's time, 0 to 1; `null` where the item is a still.
    pub stored_coverage: Option<f64>,
}

/// A stretch of time on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// In the input; `null` where that is a still.
    pub query: Option<Span>,
    /// In the item; `null` where that is a still.
    pub stored: Option<Span>,
    /// Milliseconds of the item that go by in one of the input; `null` where one is a still.
    pub rate: Option<f64>,
}

/// From one moment to another, in milliseconds from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// When it begins.
    pub from_ms: u64,
    /// When it ends.
    pub to_ms: u64,
}

/// A stored item that looks more alike than others, however little that may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Similar {
    /// A case that holds the item.
    pub case: String,
    /// SHA-256 of the item.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// Distance of the two codes in bits, 0 to 256.
    pub distance: u16,
    /// What was done to the input before its code came nearest to the item's.
    #[serde(serialize_with = "orientation_name")]
    pub orientation: Orientation,
    /// Whether nearer items may have been missed.
    pub approximate: bool,
}

/// The verdict of an independent hash on the same two pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SecondOpinion {
    /// Distance in bits of that hash.
    pub distance: u16,
    /// Whether it calls them the same.
    pub agrees: bool,
}

impl Region {
    /// The region as it is seen from the other side.
    pub(crate) fn other_side(self) -> Self {
        // A mirrored turn is its own way back.
        let turn_deg = if self.mirrored { self.turn_deg } else { -self.turn_deg };
        let other =
            |differing: Differing| Differing { query: differing.stored, stored: differing.query };
        Self {
            query: self.stored,
            stored: self.query,
            scale: 1.0 / self.scale,
            turn_deg,
            mirrored: self.mirrored,
            coverage: self.coverage,
            evidence_bits: self.evidence_bits,
            differs: self.differs.into_iter().map(other).collect(),
        }
    }
}

impl Time {
    /// For a still and when it is shown in the item.
    pub(crate) fn of_still(stored: Span) -> Self {
        let segment = Segment { query: None, stored: Some(stored), rate: None };
        Self { segments: vec![segment], query_coverage: None, stored_coverage: None }
    }

    /// The time as it is seen from the other side.
    pub(crate) fn other_side(self) -> Self {
        let other = |segment: Segment| Segment {
            query: segment.stored,
            stored: segment.query,
            rate: segment.rate.map(|rate| 1.0 / rate),
        };
        let mut segments: Vec<_> = self.segments.into_iter().map(other).collect();
        segments.sort_by_key(|segment| segment.query.map(|span| span.from_ms));
        Self {
            segments,
            query_coverage: self.stored_coverage,
            stored_coverage: self.query_coverage,
        }
    }
}

impl Match {
    /// Whether it ties: nobody has rejected it, and neither side is harmless or held back.
    pub fn stands(&self) -> bool {
        self.state.ties()
    }
}

impl Outcome {
    pub(crate) fn of_path(path: &Path) -> Self {
        Self {
            path_hex: path.to_str().is_none().then(|| to_hex(path.as_os_str().as_encoded_bytes())),
            path: Some(path.to_path_buf()),
            ..Self::of_code()
        }
    }

    /// For a bare code: it has no path, and the code itself is not repeated.
    pub(crate) fn of_code() -> Self {
        Self {
            path: None,
            path_hex: None,
            sha256: None,
            kind: None,
            bytes: 0,
            quality: None,
            kept: None,
            matches: Vec::new(),
            lists: Vec::new(),
            lists_cut: false,
            asked: None,
            check: None,
            held: None,
            alerts: Vec::new(),
            candidates: Vec::new(),
            similar: None,
            steps_us: BTreeMap::new(),
            provenance: None,
            error: None,
        }
    }

    /// Whether it came to a case that did not hold it before.
    pub(crate) fn came(&self) -> bool {
        matches!(self.kept, Some(Kept::New | Kept::Known))
    }

    /// Whether it matches something, in a way that nobody has rejected.
    pub fn is_matched(&self) -> bool {
        self.matches.iter().any(Match::stands)
    }

    /// Whether a list knows the very file.
    pub fn is_listed(&self) -> bool {
        self.lists.iter().any(|found| !found.needs_confirmation)
    }

    /// Whether only codes of lists speak for it, so that somebody has to look.
    pub fn is_list_candidate(&self) -> bool {
        !self.is_listed() && self.lists.iter().any(|found| !found.is_harmless())
    }

    /// Whether the input could not be read as material at all. A picture of low quality was.
    pub fn is_unread(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.kind != InputErrorKind::LowQuality)
    }
}

/// Lower-case hex.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hex<S: Serializer>(bytes: &[u8; 32], out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&to_hex(bytes))
}

pub(crate) fn orientation_name<S: Serializer>(
    orientation: &Orientation,
    out: S,
) -> Result<S::Ok, S::Error> {
    out.serialize_str(orientation.name())
}

pub(crate) fn hex_option<S: Serializer>(
    bytes: &Option<[u8; 32]>,
    out: S,
) -> Result<S::Ok, S::Error> {
    bytes.as_ref().map(|bytes| to_hex(bytes)).serialize(out)
}

fn lossy_path<S: Serializer>(path: &Option<PathBuf>, out: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.to_string_lossy()).serialize(out)
}
