//! Where a file comes from, as the mail, archive or chat tells it that it came in.

use serde::Serialize;
use std::fmt;
use std::path::Path;

/// Between parcels and what lies in them, where they are shown. No name has it in it.
pub(crate) const INSIDE: &str = " ▸ ";

/// What is told of a file. All of it is hearsay and personal data: a sender may be a telephone
/// number. It ties no cases.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// Who sent it.
    pub sender: Option<String>,
    /// When.
    pub time: Option<ToldTime>,
    /// Its name in the parcel; `None` where it has none there.
    pub name: Option<String>,
    /// The name of the file that was reported, and of the parcels between it and this; of a chat in
    /// a directory, the chat's file.
    pub parcel: Option<String>,
}

/// A time that somebody's clock has told.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ToldTime {
    /// Milliseconds since 1970-01-01, of UTC where the zone was told.
    pub at_ms: i64,
    /// What is known of the clock.
    pub zone: ToldZone,
    /// What happened then.
    pub moment: ToldMoment,
}

/// What is known of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ToldZone {
    /// Its offset from UTC was told.
    Told,
    /// It is a clock on a wall somewhere, read as if it showed UTC.
    Unknown,
}

/// What happened at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ToldMoment {
    /// It was sent.
    Sent,
    /// The file was changed.
    Changed,
}

impl ToldZone {
    const fn name(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Unknown => "unknown",
        }
    }
}

impl ToldMoment {
    const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Changed => "changed",
        }
    }
}

impl Provenance {
    /// Of a part of the parcel at `path`.
    pub(crate) fn of_part(path: &Path, told: &athar_parcel::Provenance) -> Self {
        let parcels = [&[file_name(path)], &told.parcels[..]].concat();
        Self {
            sender: told.sender.clone(),
            time: told.time.map(ToldTime::from),
            name: told.name.clone(),
            parcel: Some(parcels.join(INSIDE)),
        }
    }

    /// Of the file `name` beside the chat at `path`.
    pub(crate) fn of_chat(path: &Path, name: &str, told: athar_parcel::chat::Sent) -> Self {
        Self {
            sender: told.sender,
            time: told.time.map(ToldTime::from),
            name: Some(athar_parcel::clean(name)),
            parcel: Some(file_name(path)),
        }
    }

    /// With what is told of the parcel that this lies in, where nothing nearer says as much.
    pub(crate) fn or_of_parcel(mut self, outer: Option<&Self>) -> Self {
        let Some(outer) = outer else { return self };
        self.sender = self.sender.or_else(|| outer.sender.clone());
        let is_sent = self.time.is_some_and(|time| time.moment == ToldMoment::Sent);
        self.time = if is_sent { self.time } else { outer.time.or(self.time) };
        self
    }
}

/// The name of a file as it may be shown.
fn file_name(path: &Path) -> String {
    athar_parcel::clean(&path.file_name().unwrap_or_default().to_string_lossy())
}

impl From<athar_parcel::Time> for ToldTime {
    fn from(time: athar_parcel::Time) -> Self {
        let zone = match time.zone {
            athar_parcel::Zone::Told => ToldZone::Told,
            athar_parcel::Zone::Unknown => ToldZone::Unknown,
        };
        let moment = match time.moment {
            athar_parcel::Moment::Sent => ToldMoment::Sent,
            athar_parcel::Moment::Changed => ToldMoment::Changed,
        };
        Self { at_ms: time.ms, zone, moment }
    }
}

impl From<&Provenance> for athar_ledger::Provenance {
    fn from(told: &Provenance) -> Self {
        let time = told.time.map(|time| athar_ledger::ProvenanceTime {
            at_ms: time.at_ms,
            zone: time.zone.name().into(),
            moment: time.moment.name().into(),
        });
        let Provenance { sender, name, parcel, .. } = told.clone();
        Self { sender, time, name, parcel }
    }
}

impl From<athar_ledger::Provenance> for Provenance {
    fn from(row: athar_ledger::Provenance) -> Self {
        let is_told = |zone: &str| zone == ToldZone::Told.name();
        let is_sent = |moment: &str| moment == ToldMoment::Sent.name();
        let time = row.time.map(|time| ToldTime {
            at_ms: time.at_ms,
            zone: if is_told(&time.zone) { ToldZone::Told } else { ToldZone::Unknown },
            moment: if is_sent(&time.moment) { ToldMoment::Sent } else { ToldMoment::Changed },
        });
        Self { sender: row.sender, time, name: row.name, parcel: row.parcel }
    }
}

/// Names and senders belong in no log.
impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provenance").finish_non_exhaustive()
    }
}

impl fmt::Debug for ToldTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToldTime").finish_non_exhaustive()
    }
}
