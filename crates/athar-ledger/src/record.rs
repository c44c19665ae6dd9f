//! What goes into the ledger and what comes out of it: plain data.

use crate::LinkState;
use athar_kernel::Code;
use std::fmt;

/// Position in the chain of events, from 1. Zero stands before the first event.
pub type Seq = u64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A case: the `seq` of the event that opened it.
    CaseId
}
id! {
    /// A report: the `seq` of the event that opened it.
    ReportId
}
id! {
    /// An item: the `seq` of the event that added it.
    ItemId
}
id! {
    /// A row of codes: the row's id, never used twice.
    CodesId
}
id! {
    /// One stored code: its row's id times [`CodeId::CODES_PER_ROW`] and its position in the row.
    /// Never used twice; an index carries it as its payload.
    CodeId
}

id! {
    /// A list of others: the `seq` of the event that named it.
    ListId
}
id! {
    /// A remembered check of one input: the `seq` of the event that remembered it.
    CheckId
}
id! {
    /// An alert: the `seq` of the event that raised it.
    AlertId
}
id! {
    /// A hold: the `seq` of the event that held an item back.
    HoldId
}
id! {
    /// One import of a list: the `seq` of the event that began it.
    ListImportId
}

impl CodesId {
    /// Where the numbers of lists' rows begin: far behind those of items' rows.
    const OF_LISTS: i64 = 1 << 50;

    /// The number by which an index knows a row of `list_rows`.
    pub(crate) const fn of_list_row(id: i64) -> Self {
        Self(Self::OF_LISTS + id)
    }

    /// The row of `list_rows` that it numbers, if it is one of those.
    pub(crate) const fn list_row(self) -> Option<i64> {
        if self.0 > Self::OF_LISTS { Some(self.0 - Self::OF_LISTS) } else { None }
    }

    /// The largest row whose codes have ids.
    pub(crate) const MAX: Self = Self(i64::MAX / CodeId::CODES_PER_ROW as i64);

    /// Whether the codes of this row have ids.
    pub(crate) const fn is_valid(self) -> bool {
        0 <= self.0 && self.0 <= Self::MAX.0
    }
}

impl CodeId {
    /// The most codes that one row holds.
    pub const CODES_PER_ROW: usize = 4096;

    const PER_ROW: i64 = Self::CODES_PER_ROW as i64;

    /// The code at `position` in `row`, from 0. Out of range, the id is -1, which no code has.
    pub const fn at(row: CodesId, position: usize) -> Self {
        if row.is_valid() && position < Self::CODES_PER_ROW {
            Self(row.0 * Self::PER_ROW + position as i64)
        } else {
            Self(-1)
        }
    }

    /// The row that holds the code.
    pub const fn row(self) -> CodesId {
        CodesId(self.0.div_euclid(Self::PER_ROW))
    }

    /// Its place in the row, from 0; below [`CodeId::CODES_PER_ROW`] whatever the id.
    pub const fn position(self) -> usize {
        // A remainder of 0 to 4095.
        self.0.rem_euclid(Self::PER_ROW) as usize
    }
}

/// How a report came in.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewReport<'a> {
    /// By which way: hotline, app, e-mail, walk-in.
    pub channel: Option<&'a str>,
    /// Which unit took it.
    pub unit: Option<&'a str>,
}

/// One file as reported, with everything that was computed from it.
#[derive(Clone, Copy)]
pub struct NewItem<'a> {
    /// Digest of the file's bytes; the ledger keeps one item per value.
    pub sha256: [u8; 32],
    /// The older digest of the same bytes, for exchange with those who still use it.
    pub md5: [u8; 16],
    /// `image`, `video` or `audio`.
    pub kind: &'a str,
    /// The file's format as found in its content, such as `jpeg`.
    pub format: &'a str,
    /// The file's length.
    pub bytes: u64,
    /// Columns in pixels, as a person sees it; 0 where there is no picture.
    pub width: u32,
    /// Rows in pixels; 0 where there is no picture.
    pub height: u32,
    /// PDQ's quality, 0 to 100.
    pub quality: u8,
    /// The fingerprint.
    pub codes: &'a [NewCodes<'a>],
}

/// Codes of an item that one scheme made: one row.
#[derive(Clone, Copy)]
pub struct NewCodes<'a> {
    /// `pdq`, `landmark` or `voice`.
    pub space: &'a str,
    /// What made the codes.
    pub scheme: &'a str,
    /// The scheme's version.
    pub version: u32,
    /// The number of the first of them within the item, scheme and version.
    pub ordinal: u32,
    /// The codes, 1 to [`CodeId::CODES_PER_ROW`].
    pub codes: &'a [Code],
    /// Whether an index may hold them: low quality is kept and never matched.
    pub searchable: bool,
    /// Where in the medium they were taken, in the caller's own form.
    pub places: Option<&'a [u8]>,
    /// An independent hash of the same places, in the caller's own form.
    pub second: Option<&'a [u8]>,
}

/// What became of an item that was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The content was never seen before.
    New(ItemId),
    /// The content is known from another case, and now belongs to this report too.
    Known(ItemId),
    /// The case has it already: nothing was written.
    AlreadyInCase(ItemId),
}

impl Added {
    /// The item that holds the content.
    pub fn item(self) -> ItemId {
        match self {
            Self::New(item) | Self::Known(item) | Self::AlreadyInCase(item) => item,
        }
    }
}

/// A file that was reported and could not be hashed.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// Digest of its bytes, where they could be read.
    pub sha256: Option<[u8; 32]>,
    /// Its length, where known.
    pub bytes: Option<u64>,
    /// Why, in one of the fixed words: `unsupported`, `corrupt`, `limit`, `unreadable`,
    /// `stopped`, `encrypted`.
    pub kind: &'a str,
}

/// A verdict on two items.
#[derive(Debug, Clone, Copy)]
pub struct NewMatch<'a> {
    /// The newer item.
    pub query: ItemId,
    /// The item that was known before.
    pub stored: ItemId,
    /// `copy`, `part`, `altered`, `segment` or `still`.
    pub relation: &'a str,
    /// The space in which it was found.
    pub via: &'a str,
    /// Which of several ways in which the query item lies in the stored one; 0 is the best
    /// supported.
    pub ordinal: u32,
    /// Bits in which the two codes differ, 0 to 256.
    pub distance: u16,
    /// What was done to the query item to lay it on the stored one.
    pub orientation: &'a str,
    /// Bits in which the second opinions differ, where both have one.
    pub second_distance: Option<u16>,
    /// The radius that was searched, in bits, 0 to 256.
    pub radius: u16,
    /// Landmarks that agree, where landmarks were compared.
    pub inliers: Option<u32>,
    /// Where each lies in the other: JSON in the caller's own form.
    pub region: Option<&'a str>,
    /// How often unrelated material would match so, 0 to 1.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated items that were tried to find that rate.
    pub false_alarm_pairs: u64,
}

/// How a report ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportClose {
    /// Whether every file was looked at; false when it was interrupted.
    pub complete: bool,
    /// Items whose content was new.
    pub added: u64,
    /// Items whose content was known.
    pub known: u64,
    /// Files that could not be hashed.
    pub refused: u64,
}

/// A question about material that is not being kept.
#[derive(Debug, Clone, Copy)]
pub struct CheckRecord<'a> {
    /// Inputs asked about.
    pub inputs: u64,
    /// Inputs that matched something.
    pub matched: u64,
    /// Inputs that could not be read or hashed.
    pub unreadable: u64,
    /// The program that asked, with its version.
    pub program: &'a str,
    /// What made the codes.
    pub scheme: &'a str,
    /// The scheme's version.
    pub version: u32,
    /// The radius that was searched, in bits.
    pub radius: u16,
    /// Whether landmarks were asked whatever the whole pictures said.
    pub deep: bool,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Its id.
    pub id: CaseId,
    /// The opaque name its unit gave it.
    pub name: String,
    /// When it was opened, UTC.
    pub opened_at_ms: i64,
}

/// A case with its sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSummary {
    /// Its id.
    pub id: CaseId,
    /// The opaque name its unit gave it.
    pub name: String,
    /// When it was opened, UTC.
    pub opened_at_ms: i64,
    /// Number of reports.
    pub reports: u64,
    /// Number of items.
    pub items: u64,
    /// Number of files that could not be hashed.
    pub refusals: u64,
    /// `low`, `normal`, `high`, `immediate`, or not said.
    pub urgency: Option<String>,
    /// Which unit took the complaint, where that was said of the case.
    pub unit: Option<String>,
    /// Number of other cases it is linked with.
    pub links: u64,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Its id.
    pub id: ReportId,
    /// The case it belongs to.
    pub case: CaseId,
    /// By which way it came.
    pub channel: Option<String>,
    /// Which unit took it.
    pub unit: Option<String>,
    /// When it was opened, UTC.
    pub opened_at_ms: i64,
    /// How it ended; nothing when it did not.
    pub closing: Option<ReportClose>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Its id.
    pub id: ItemId,
    /// Digest of the file's bytes.
    pub sha256: [u8; 32],
    /// The older digest of the same bytes.
    pub md5: [u8; 16],
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// The file's format.
    pub format: String,
    /// The file's length.
    pub bytes: u64,
    /// Columns in pixels.
    pub width: u32,
    /// Rows in pixels.
    pub height: u32,
    /// PDQ's quality, 0 to 100.
    pub quality: u8,
    /// When it was first reported, UTC.
    pub added_at_ms: i64,
}

/// What made some of the stored codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeRow {
    /// `pdq`, `landmark` or `voice`.
    pub space: String,
    /// The scheme's name.
    pub scheme: String,
    /// Its version.
    pub version: u32,
}

/// A row of stored codes. It has no `Debug`, for codes belong in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct CodesRow {
    /// Its id; the code at position `i` has the id [`CodeId::at`]`(id, i)`.
    pub id: CodesId,
    /// The item they describe.
    pub item: ItemId,
    /// `pdq`, `landmark` or `voice`.
    pub space: String,
    /// What made the codes.
    pub scheme: String,
    /// The scheme's version.
    pub version: u32,
    /// The number of the first of them within the item, scheme and version.
    pub ordinal: u32,
    /// The codes, 1 to [`CodeId::CODES_PER_ROW`].
    pub codes: Vec<Code>,
    /// Whether an index may hold them.
    pub searchable: bool,
    /// Where in the medium they were taken, as it was given.
    pub places: Option<Vec<u8>>,
    /// An independent hash of the same places, as it was given.
    pub second: Option<Vec<u8>>,
}

/// A file that could not be hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// The report it came with.
    pub report: ReportId,
    /// Digest of its bytes, where they could be read.
    pub sha256: Option<[u8; 32]>,
    /// Its length, where known.
    pub bytes: Option<u64>,
    /// Why.
    pub kind: String,
    /// When, UTC.
    pub refused_at_ms: i64,
}

/// A match, as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchRow {
    /// Position of its event.
    pub seq: Seq,
    /// The newer item.
    pub query: ItemId,
    /// The item that was known before.
    pub stored: ItemId,
    /// Which of several ways in which the query item lies in the stored one; 0 is the best
    /// supported.
    pub ordinal: u32,
    /// The evidence.
    pub evidence: Evidence,
    /// When it was found, UTC.
    pub found_at_ms: i64,
}

/// Why two items are held to be related.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// `copy`, `part`, `altered`, `segment` or `still`.
    pub relation: String,
    /// The space in which it was found.
    pub via: String,
    /// Bits in which the two codes differ.
    pub distance: u16,
    /// What was done to the query item to lay it on the stored one.
    pub orientation: String,
    /// Bits in which the second opinions differ, where both have one.
    pub second_distance: Option<u16>,
    /// The radius that was searched, in bits.
    pub radius: u16,
    /// Landmarks that agree, where landmarks were compared.
    pub inliers: Option<u32>,
    /// Where each lies in the other: JSON as it was given.
    pub region: Option<String>,
    /// How often unrelated material would match so, 0 to 1.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated items that were tried to find that rate; 0 for the very same file.
    pub false_alarm_pairs: u64,
}

/// One side of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkEnd {
    /// The case.
    pub case: CaseId,
    /// The item.
    pub item: ItemId,
    /// The case's name.
    pub case_name: String,
    /// Digest of the item's bytes.
    pub sha256: [u8; 32],
}

/// A match between items of two cases, the best supported of its space.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkRow {
    /// The newer side.
    pub from: LinkEnd,
    /// The older side.
    pub to: LinkEnd,
    /// The match that ties them; nothing when both cases hold the very same file.
    pub match_seq: Option<Seq>,
    /// The evidence, from the newer side to the older.
    pub evidence: Evidence,
    /// What was decided about it.
    pub state: LinkState,
}

/// A change of what the index of a space must hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CodeChange {
    /// A searchable code came in.
    Added {
        /// The event that brought it.
        seq: Seq,
        /// Its id.
        id: CodeId,
        /// The item it describes; 0, which none has, where it is of a list.
        item: ItemId,
        /// The code.
        code: Code,
    },
    /// A code was withdrawn. It may be one that was never replayed.
    Removed {
        /// The event that withdrew it.
        seq: Seq,
        /// Its id.
        id: CodeId,
    },
}
