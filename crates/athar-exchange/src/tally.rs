//! What was found in a file, in memory that does not grow with it.

use crate::duplicates::Seen;
use crate::entry::{Entry, Place};
use crate::error::Reason;
use crate::format::Format;
use crate::signal::SignalType;
use std::fmt;

/// What was read so far. Everything in the file is one of these: an entry, a type passed over,
/// a problem, or no record (a comment, an empty line, a header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The format it was read as.
    pub format: Format,
    /// Lines or elements that should hold something.
    pub records: u64,
    /// Entries given out. A record may hold several, or none.
    pub entries: u64,
    /// Entries among them that withdraw something.
    pub withdrawals: u64,
    /// Entries among them that were there before, the same in everything but their place.
    pub duplicates: u64,
    /// Whether those are all: of more than some two million different entries the earlier are forgotten.
    pub duplicates_are_all: bool,
    /// Problems in all.
    pub problems: u64,
    /// Problems by [`Reason::kind`].
    pub problems_by_kind: [u64; Reason::KINDS],
    /// The first of them, as many as the options keep.
    pub first_problems: Vec<Problem>,
    /// How the document goes on, where it is a page of several.
    pub continuation: Continuation,
    passed_over: [u64; SignalType::ALL.len()],
}

/// One record that is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// What is wrong.
    pub reason: Reason,
}

/// How a page of several goes on (NCMEC, StopNCII).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Continuation {
    /// NCMEC's address of the next page, StopNCII's token for it.
    pub next: Option<String>,
    /// Whether there is more, where the page says so.
    pub more: Option<bool>,
    /// The time to ask from next, in seconds since 1970. NCMEC's pages are not in order of time:
    /// it holds when all of them have been read.
    pub until_s: Option<i64>,
}

impl Summary {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            records: 0,
            entries: 0,
            withdrawals: 0,
            duplicates: 0,
            duplicates_are_all: true,
            problems: 0,
            problems_by_kind: [0; Reason::KINDS],
            first_problems: Vec::new(),
            continuation: Continuation::default(),
            passed_over: [0; SignalType::ALL.len()],
        }
    }

    /// Signals that were not wanted or that nothing here can compare, by type, without zeros.
    pub fn passed_over(&self) -> impl Iterator<Item = (SignalType, u64)> {
        SignalType::ALL.into_iter().zip(self.passed_over).filter(|&(_, count)| count > 0)
    }
}

/// Told by its presence alone: an address may hold a name.
impl fmt::Debug for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { next, more, until_s } = self;
        write!(f, "Continuation({}, {more:?}, {until_s:?})", next.is_some())
    }
}

/// Counts what the readers of the formats find.
pub(crate) struct Tally {
    pub(crate) summary: Summary,
    problems_kept: usize,
    seen: Seen,
}

impl Tally {
    pub(crate) fn new(format: Format, problems_kept: usize) -> Self {
        Self { summary: Summary::new(format), problems_kept, seen: Seen::default() }
    }

    pub(crate) fn entry(&mut self, entry: &Entry) {
        let summary = &mut self.summary;
        summary.entries += 1;
        summary.withdrawals += u64::from(entry.state.is_withdrawal());
        summary.duplicates += u64::from(self.seen.again(entry));
        summary.duplicates_are_all = self.seen.remembers_all();
    }

    pub(crate) fn problem(&mut self, place: Place, reason: Reason) {
        self.summary.problems += 1;
        self.summary.problems_by_kind[reason.kind()] += 1;
        if self.summary.first_problems.len() < self.problems_kept {
            self.summary.first_problems.push(Problem { place, reason });
        }
    }

    pub(crate) fn pass_over(&mut self, signal_type: SignalType) {
        self.summary.passed_over[signal_type as usize] += 1;
    }
}
