//! What `verify` finds wrong and what cannot be erased, by kinds: programs are told in English, and
//! whoever shows them to people can say them in other languages.

use crate::TimeStampFault;
use athar_ledger::Fault;
use serde::{Serialize, Serializer};
use std::fmt;

/// The first thing of a store that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreFault {
    /// In the ledger's file, its chain or its records.
    Ledger(Fault),
    /// A checkpoint.
    Checkpoint {
        /// The number of its own event.
        event: u64,
        /// What is wrong with it.
        why: CheckpointFault,
    },
    /// A time stamp.
    TimeStamp {
        /// The number of the event that it is for.
        event: u64,
        /// Why it does not hold; `None` where it is of another chain.
        why: Option<TimeStampFault>,
    },
    /// There is nothing to hold a kept checkpoint against.
    NoEvents,
    /// A kept checkpoint was signed for another ledger, or was changed.
    KeptOfAnother,
    /// An event is not the one that a kept checkpoint signs.
    KeptChanged {
        /// Its number.
        event: u64,
    },
    /// The event that a kept checkpoint signs is not there.
    KeptCutOff {
        /// Its number.
        event: u64,
    },
    /// Files of an index.
    Index {
        /// Its name.
        index: &'static str,
        /// What and where.
        what: String,
    },
    /// An index lacks a code.
    CodeNotFound {
        /// Its name.
        index: &'static str,
        /// The number of the code.
        code: u64,
    },
    /// An index holds more codes than the ledger.
    CodesDiffer {
        /// Its name.
        index: &'static str,
        /// Codes that it holds.
        indexed: u64,
        /// Codes of the ledger.
        stored: u64,
    },
}

/// What is wrong with a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointFault {
    /// Its event holds none.
    NotOne,
    /// It signs another chain.
    OtherChain,
    /// Nobody said whose key it is signed by.
    UnknownKey,
    /// It is not signed by the key that it names.
    Signature,
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(fault) => fault.fmt(f),
            Self::Checkpoint { event, why } => write!(f, "the checkpoint of event {event} {why}"),
            Self::TimeStamp { event, why: None } => {
                write!(f, "the time stamp of event {event} is of another chain")
            }
            Self::TimeStamp { event, why: Some(why) } => {
                write!(f, "the time stamp of event {event} does not hold: {why}")
            }
            Self::NoEvents => f.write_str("the ledger has no events"),
            Self::KeptOfAnother => {
                f.write_str("the kept checkpoint is of another ledger, or was changed")
            }
            Self::KeptChanged { event } => {
                write!(f, "event {event} is not the one that was signed")
            }
            Self::KeptCutOff { event } => write!(
                f,
                "event {event} was signed and is not there: the end was cut off, or an older copy \
                 was put in place"
            ),
            Self::Index { index, what } => write!(f, "the {index} index: {what}"),
            Self::CodeNotFound { index, code } => {
                write!(
                    f,
                    "code {code} of the ledger is not found in the {index} index as it should"
                )
            }
            Self::CodesDiffer { index, indexed, stored } => {
                write!(f, "the {index} index holds {indexed} codes, the ledger {stored}")
            }
        }
    }
}

impl fmt::Display for CheckpointFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOne => "is none",
            Self::OtherChain => "is of another chain",
            Self::UnknownKey => "is signed by a key that is not known (--key names others)",
            Self::Signature => "has a signature that does not hold",
        })
    }
}

impl Serialize for StoreFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why something that was taken back may still be found in a file of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// The ledger is too large to be written anew.
    LedgerLarge,
    /// Somebody reads the ledger as it was.
    LedgerRead,
    /// The ledger could not be written anew.
    LedgerUnwritten {
        /// Why.
        reason: String,
    },
    /// Somebody uses the index of a space.
    IndexInUse {
        /// Its name.
        index: &'static str,
    },
    /// The index of a space could not be written anew.
    IndexUnwritten {
        /// Its name.
        index: &'static str,
        /// Why.
        reason: String,
    },
    /// Somebody uses the index of lists, or it cannot be written.
    ListsInUse,
    /// The index of lists could not be written anew.
    ListsUnwritten {
        /// Why.
        reason: String,
    },
    /// It is all gone, but the chain was not signed when that was due.
    Unsigned {
        /// Why.
        reason: String,
    },
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LedgerLarge => f.write_str(
                "the ledger is so large that its pages are not written anew: what was taken back is \
                 overwritten, but SQLite may have kept copies of rows that it moved",
            ),
            Self::LedgerRead => f.write_str(
                "another process reads the ledger as it was: its log still has what was taken back, \
                 until something is taken back again",
            ),
            Self::LedgerUnwritten { reason } => {
                write!(f, "the ledger was not written anew: {reason}")
            }
            Self::IndexInUse { index } => write!(
                f,
                "another process uses the {index} index: its files still have what was taken back, \
                 until something is taken back again"
            ),
            Self::IndexUnwritten { index, reason } => {
                write!(f, "the {index} index was not written anew: {reason}")
            }
            Self::ListsInUse => f.write_str(
                "another process uses the index of lists, or it cannot be written: its files still \
                 have what was erased, until something is erased again",
            ),
            Self::ListsUnwritten { reason } => {
                write!(f, "the index of lists was not written anew: {reason}")
            }
            Self::Unsigned { reason } => write!(f, "the chain was not signed: {reason}"),
        }
    }
}

impl Serialize for Left {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
