//! Where a part comes from, as its parcels tell it.

use std::fmt;

/// Between the parcels and the part that lies in them, where they are shown.
const INSIDE: &str = " ▸ ";

/// What the parcels say of a part. All of it is hearsay, and personal data.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// Who sent it: as the nearest mail or chat around it names the person.
    pub sender: Option<String>,
    /// When it was sent, or where nothing says so, changed.
    pub time: Option<Time>,
    /// The file's name as given, cleaned for display. Never a path.
    pub name: Option<String>,
    /// The parcels it lies in, from the outermost, without the one that was opened: their names or
    /// numbers.
    pub parcels: Vec<String>,
    /// Its number in the innermost of them, from 1.
    pub number: u64,
}

/// A moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Milliseconds since 1970-01-01 UTC.
    pub ms: i64,
    /// What is known of the clock that it was read from.
    pub zone: Zone,
    /// What happened then.
    pub moment: Moment,
}

/// What is known of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Its offset from UTC was told.
    Told,
    /// It is a clock on a wall somewhere, read as if it showed UTC.
    Unknown,
}

/// What happened at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// It was sent.
    Sent,
    /// The file was changed.
    Changed,
}

impl Provenance {
    /// What it is called: its name, or its number.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("#{}", self.number))
    }

    /// The way to it from the parcel that was opened, as it is shown to people:
    /// `letter.eml ▸ photo.jpg`. No name has the sign in it.
    pub fn shown(&self) -> String {
        let mut shown = self.parcels.join(INSIDE);
        if !shown.is_empty() {
            shown.push_str(INSIDE);
        }
        shown + &self.label()
    }
}

impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provenance").field("number", &self.number).finish_non_exhaustive()
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Time").finish_non_exhaustive()
    }
}
