//! The one record of all formats.

use crate::error::Field;
use crate::signal::Signal;
use crate::tlp::Tlp;
use std::fmt;

/// One code or digest as a list has it, or the withdrawal of one.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is listed or withdrawn.
    pub subject: Subject,
    /// What is to be done with it.
    pub state: State,
    /// The kind of file it was taken from.
    pub medium: Medium,
    /// PDQ's quality, 0 to 100, where the format says it.
    pub quality: Option<u8>,
    /// What made the code, where the format says it. PDQ of every other format is `pdq` 1.
    pub scheme: Option<Scheme>,
    /// Who listed it, when and why.
    pub provenance: Provenance,
    /// Where in the file it stood. Writers ignore it.
    pub place: Place,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// One code or digest.
    Signal(Signal),
    /// Everything that was listed before under the same owner and id. It occurs in withdrawals:
    /// NCMEC tells of a deleted entry no more than these two.
    Listed,
}

/// What the list says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// To be matched.
    Active,
    /// Handed in, and confirmed by nobody yet: StopNCII's first state, a seed for investigation.
    Received,
    /// The list does not say.
    Unknown,
    /// Held to be harmless.
    Benign,
    /// Some hold it to be harmful, others harmless.
    Disputed,
    /// The one it concerns took it back: it must no longer be matched or kept.
    Withdrawn,
    /// Its owner removed it: it must no longer be matched or kept.
    Deleted,
}

/// Kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Medium {
    /// The list does not say.
    Unknown,
    /// A picture.
    Picture,
    /// A clip.
    Clip,
    /// A recording of sound.
    Sound,
}

/// What made a code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scheme {
    /// Its name, 1 to 32 bytes.
    pub name: String,
    /// Its version.
    pub version: u16,
}

/// Where an entry comes from. A field that its format does not have is empty. Texts are no
/// longer than [`Provenance::TEXT_BYTES_MAX`], lists than [`Provenance::LIST_MAX`], all together
/// than [`Provenance::BYTES_MAX`]; a record with more is refused.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// The member, collaboration or organisation that lists it, as the format names it.
    pub owner: String,
    /// The owner's name for people.
    pub owner_name: String,
    /// The entry's own name in its list.
    pub id: String,
    /// When it was listed or last changed, in seconds since 1970.
    pub time_s: Option<i64>,
    /// Until when its owner stands by it, in seconds since 1970.
    pub expires_s: Option<i64>,
    /// The list's class for it: NCMEC's A1 to B2, Project VIC's category.
    pub classification: String,
    /// Free tags.
    pub tags: Vec<String>,
    /// With whom it may be shared.
    pub marking: Option<Tlp>,
    /// The reports that it stands on, each with its own state (StopNCII).
    pub cases: Vec<(String, State)>,
    /// What members said of it.
    pub feedback: Vec<Feedback>,
}

/// What members said of an entry.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Feedback {
    /// Their verdict, in the format's words.
    pub verdict: String,
    /// Which of the entry's signals it is about, in the format's words.
    pub about: String,
    /// Who said it.
    pub members: Vec<String>,
    /// Reasons or tags.
    pub reasons: Vec<String>,
}

/// Where in a file something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A line, from 1.
    Line(u64),
    /// An offset in bytes, from 0.
    Byte(u64),
}

impl Entry {
    /// An active entry of `signal` of which nothing else is known. A code is of a picture.
    pub fn new(signal: Signal) -> Self {
        Self {
            subject: Subject::Signal(signal),
            state: State::Active,
            medium: Medium::of_bare(&signal),
            quality: None,
            scheme: None,
            provenance: Provenance::default(),
            place: Place::Byte(0),
        }
    }

    /// The code or digest, when it is about one.
    pub fn signal(&self) -> Option<&Signal> {
        match &self.subject {
            Subject::Signal(signal) => Some(signal),
            Subject::Listed => None,
        }
    }

    /// The first thing that two entries do not have in common, wherever they stood.
    pub(crate) fn difference(&self, other: &Self) -> Option<Field> {
        let (ours, theirs) = (&self.provenance, &other.provenance);
        let compared = [
            (self.subject == other.subject, Field::Value),
            (self.state == other.state, Field::State),
            (self.medium == other.medium, Field::Medium),
            (self.quality == other.quality, Field::Quality),
            (self.scheme == other.scheme, Field::Scheme),
            (ours.owner == theirs.owner, Field::Owner),
            (ours.owner_name == theirs.owner_name, Field::OwnerName),
            (ours.id == theirs.id, Field::Id),
            (ours.time_s == theirs.time_s, Field::Time),
            (ours.expires_s == theirs.expires_s, Field::Expiry),
            (ours.classification == theirs.classification, Field::Classification),
            (ours.tags == theirs.tags, Field::Tags),
            (ours.marking == theirs.marking, Field::Marking),
            (ours.cases == theirs.cases, Field::Cases),
            (ours.feedback == theirs.feedback, Field::Feedback),
        ];
        compared.into_iter().find_map(|(same, field)| (!same).then_some(field))
    }
}

impl State {
    /// Whether it must no longer be matched or kept.
    pub const fn is_withdrawal(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Deleted)
    }
}

impl Medium {
    /// What a signal is of where nothing is said: a code is a picture's.
    pub(crate) const fn of_bare(signal: &Signal) -> Self {
        match signal {
            Signal::Pdq(_) => Self::Picture,
            _ => Self::Unknown,
        }
    }
}

impl Provenance {
    /// Longest text, in bytes.
    pub const TEXT_BYTES_MAX: usize = 4096;
    /// Longest list.
    pub const LIST_MAX: usize = 1024;
    /// All texts together, in bytes, each counted with 32 more.
    pub const BYTES_MAX: usize = 256 << 10;

    /// What [`Provenance::BYTES_MAX`] bounds.
    pub(crate) fn weight_bytes(&self) -> usize {
        let Self { owner, owner_name, id, classification, tags, cases, feedback, .. } = self;
        let single = [owner, owner_name, id, classification].map(|text| text_weight(text));
        single.iter().sum::<usize>()
            + tags.iter().map(|tag| text_weight(tag)).sum::<usize>()
            + cases.iter().map(|(case, _)| text_weight(case)).sum::<usize>()
            + feedback.iter().map(Feedback::weight_bytes).sum::<usize>()
    }
}

impl Feedback {
    /// Its share of [`Provenance::BYTES_MAX`].
    pub(crate) fn weight_bytes(&self) -> usize {
        let Self { verdict, about, members, reasons } = self;
        let texts = [verdict, about].into_iter().chain(members).chain(reasons);
        texts.map(|text| text_weight(text)).sum()
    }
}

/// Texts of no length are not for nothing either.
pub(crate) fn text_weight(text: &str) -> usize {
    text.len() + 32
}

/// Codes, references and names stay out of logs.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, state, medium, place, .. } = self;
        write!(f, "Entry({subject:?}, {state:?}, {medium:?}, {place})")
    }
}

impl fmt::Debug for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provenance(redacted)")
    }
}

impl fmt::Debug for Feedback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feedback(redacted)")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Byte(offset) => write!(f, "byte {offset}"),
        }
    }
}
