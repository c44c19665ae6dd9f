//! How an index and a ledger agree on what has been applied.
//!
//! The ledger is a numbered sequence of changes that someone else keeps. The index is derived
//! from it, and what is in memory only is lost with the process: after opening, the owner replays
//! what the index does not have. For that every state of the index knows what it is:
//!
//! ```text
//!            apply(…, mark)            insert, remove, …
//!   Nothing ───────────────► At(mark)  ◄─────── no way ───────┐
//!      │                     │   ▲                            │
//!      │   insert, remove, … │   └ apply(…, a later mark)     │
//!      └─────────────────────┴──────────────────────────► Unmarked
//! ```
//!
//! Invariants:
//! - The changes and the mark come in by one call and become visible, and durable, as one: a
//!   state `At(mark)` has every change up to the mark and none after it. There is no call that
//!   moves the mark alone, or that changes entries and leaves the mark standing.
//! - What is written to the disk is one such state as a whole, frozen with its mark by copying
//!   a pointer. Entries that come after the freeze go to the next one.
//! - Marks only rise: a change that is applied already is refused when it is replayed, instead
//!   of being there twice.
//! - Whoever changes entries without a mark gives up following, and the next `apply` says so.
//!   `clear` begins anew.

use std::fmt;

/// A place in the ledger that an index follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The sequence number of the last change that is in the index.
    pub reached: u64,
    /// Proof of which ledger it was, to be compared by its owner: the digest of the event with
    /// this number, or zeros where there is none.
    pub tag: [u8; 32],
}

/// What a state of the index is, in the terms of the ledger it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Reached {
    /// The empty state before the first change.
    #[default]
    Nothing,
    /// Exactly the ledger up to this mark.
    At(Mark),
    /// Something else: entries were changed without a mark.
    Unmarked,
}

/// One change of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// An entry comes in.
    Insert {
        /// What will be searched.
        code: athar_kernel::Code,
        /// What will be found.
        payload: u64,
    },
    /// Every entry with this payload goes.
    Remove {
        /// What they were inserted with.
        payload: u64,
    },
}

/// Why changes were not applied. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplyError {
    /// The index has these changes already.
    NotAfter {
        /// Where the index is.
        reached: u64,
        /// Where the changes end.
        offered: u64,
    },
    /// Entries were changed without a mark, so the index follows no ledger. To follow one, begin
    /// anew with [`clear`](crate::Index::clear).
    Unmarked,
}

impl Reached {
    pub(crate) fn mark(self) -> Option<Mark> {
        match self {
            Self::At(mark) => Some(mark),
            Self::Nothing | Self::Unmarked => None,
        }
    }

    /// Whether changes that end at `offered` may follow.
    pub(crate) fn admits(self, offered: Mark) -> Result<(), ApplyError> {
        match self {
            Self::Unmarked => Err(ApplyError::Unmarked),
            Self::At(Mark { reached, .. }) if offered.reached <= reached => {
                Err(ApplyError::NotAfter { reached, offered: offered.reached })
            }
            Self::Nothing | Self::At(_) => Ok(()),
        }
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAfter { reached, offered } => {
                write!(f, "changes up to {offered} were offered to an index that is at {reached}")
            }
            Self::Unmarked => f.write_str("the index was changed without a mark"),
        }
    }
}

impl std::error::Error for ApplyError {}
