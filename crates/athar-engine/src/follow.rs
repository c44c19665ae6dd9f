//! An index on a disk as a follower of the ledger: what lies there is trusted as far as the
//! ledger confirms it, and what it lacks is read from the ledger.
//!
//! | what lies there | how it is known | what is done |
//! |---|---|---|
//! | the ledger up to an event | that event has the mark's digest | what came after is read |
//! | something newer, or of another ledger, as after restoring a copy | it has not | all is read anew |
//! | something damaged | the index says so | all is read anew |
//! | nothing | | all is read anew |
//!
//! The ledger is read in batches, each with the mark it leads to, so that memory stays bounded
//! however large the ledger is. No trouble with the index is ever an error of a command: whoever
//! asked is told by an [`IndexNote`], and memory serves.

use crate::policy::{self, INDEX_BATCH_CODES};
use crate::store::IndexPlace;
use athar_hash::Space;
use athar_index::{Change, Discarded, Index, Mark, Options, ReadOnlyError, StorageError};
use athar_kernel::Level;
use athar_ledger::{CodeChange, Ledger, LedgerError, Seq};
use std::fmt;
use std::sync::Arc;

/// Something about the index that whoever runs the program may want to know. It never makes an
/// answer wrong and never ends a command.
#[derive(Debug)]
pub enum IndexNote {
    /// A large store has no index.
    Missing,
    /// What lay there was damaged.
    Damaged(Discarded),
    /// What lay there was not of this ledger as it is now.
    Foreign,
    /// It could not be read.
    Unreadable(StorageError),
    /// It could not be written.
    Unwritten(StorageError),
}

impl IndexNote {
    /// Tells that there was no index although there should have been: a small store needs none.
    pub(crate) fn of_missing(space: Space, codes: usize, note: &mut dyn FnMut(Self)) {
        // Interrupted before its end, an `add` leaves this many unwritten and some.
        if codes > Options::default().flush_codes + policy::index_replay_codes(space) {
            note(Self::Missing);
        }
    }
}

impl fmt::Display for IndexNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "there was no index: it is made anew from the ledger"),
            Self::Damaged(reason) => {
                write!(f, "the index is not usable ({reason}): it is made anew from the ledger")
            }
            Self::Foreign => f.write_str(
                "the index is of another ledger or of a later state of this one, as after \
                 restoring a copy: it is made anew from the ledger",
            ),
            Self::Unreadable(error) => {
                write!(f, "the index cannot be read ({error}): the ledger is read in its place")
            }
            Self::Unwritten(error) => write!(
                f,
                "the index cannot be written ({error}): nothing is lost, but starting takes longer"
            ),
        }
    }
}

/// An index and whether it is its directory's owner.
pub(crate) struct Found {
    pub index: Index,
    pub writable: bool,
    /// Why what lay there was not used.
    pub discarded: Option<Discarded>,
}

/// Opens the index in its place, empty where the ledger does not confirm what lies there.
pub(crate) fn open(
    place: &IndexPlace,
    ledger: &Ledger,
    note: &mut dyn FnMut(IndexNote),
) -> Result<Found, LedgerError> {
    let (level, options) = (Level::best(), Options::default());
    let opened = match &place.seal {
        Some(seal) => Index::open_sealed(&place.dir, Arc::clone(seal), level, options),
        None => Index::open(&place.dir, level, options),
    };
    let (index, opened) = match opened {
        Ok(found) => found,
        Err(error) => {
            note(IndexNote::Unreadable(error));
            let index = Index::new(Level::best());
            return Ok(Found { index, writable: false, discarded: None });
        }
    };
    if let Some(reason) = &opened.discarded {
        note(IndexNote::Damaged(reason.clone()));
    } else if !confirms(ledger, &index)? {
        index.clear();
        note(IndexNote::Foreign);
    }
    Ok(Found { index, writable: opened.writable, discarded: opened.discarded })
}

/// The index in its place for somebody who leaves the directory as it is, empty where the ledger does
/// not confirm what lies there. Nobody who wants to write it is kept waiting.
pub(crate) fn open_for_reading(
    place: &IndexPlace,
    ledger: &Ledger,
    note: &mut dyn FnMut(IndexNote),
) -> Result<Found, LedgerError> {
    let mut discarded = None;
    let opened = match &place.seal {
        Some(seal) => Index::open_sealed_read_only(&place.dir, Arc::clone(seal), Level::best()),
        None => Index::open_read_only(&place.dir, Level::best()),
    };
    match opened {
        Ok((index, _)) if confirms(ledger, &index)? => {
            return Ok(Found { index, writable: false, discarded });
        }
        Ok(_) => note(IndexNote::Foreign),
        Err(ReadOnlyError::Missing) => {}
        Err(ReadOnlyError::Unusable(reason)) => {
            note(IndexNote::Damaged(reason.clone()));
            discarded = Some(reason);
        }
        Err(ReadOnlyError::Storage(error)) => note(IndexNote::Unreadable(error)),
    }
    Ok(Found { index: Index::new(Level::best()), writable: false, discarded })
}

/// Whether the index is the ledger up to an event of it, or empty.
fn confirms(ledger: &Ledger, index: &Index) -> Result<bool, LedgerError> {
    match index.reached() {
        Some(mark) => Ok(ledger.event_digest(mark.reached)? == Some(mark.tag)),
        None => Ok(index.snapshot().is_empty()),
    }
}

/// Brings `index`, which goes up to event `from`, to the end of the ledger, and says how many
/// changes that took.
pub(crate) fn follow(
    index: &Index,
    from: Seq,
    ledger: &Ledger,
    space: Space,
) -> Result<usize, LedgerError> {
    follow_by(index, from, ledger, |from, take| {
        ledger.for_some_codes_since(space.name(), from, INDEX_BATCH_CODES, take)
    })
}

/// The same for the index of lists' codes.
pub(crate) fn follow_listed(
    index: &Index,
    from: Seq,
    ledger: &Ledger,
) -> Result<usize, LedgerError> {
    follow_by(index, from, ledger, |from, take| {
        ledger.for_some_listed_since(from, INDEX_BATCH_CODES, take)
    })
}

/// The same for the codes of remembered checks.
pub(crate) fn follow_checks(
    index: &Index,
    from: Seq,
    ledger: &Ledger,
) -> Result<usize, LedgerError> {
    follow_by(index, from, ledger, |from, take| {
        ledger.for_some_checks_since(from, INDEX_BATCH_CODES, take)
    })
}

fn follow_by(
    index: &Index,
    mut from: Seq,
    ledger: &Ledger,
    read: impl Fn(Seq, &mut dyn FnMut(CodeChange)) -> Result<Seq, LedgerError>,
) -> Result<usize, LedgerError> {
    let mut gained = 0;
    loop {
        let mut changes = Vec::new();
        let reached = read(from, &mut |change| changes.push(change_of(&change)))?;
        if reached == from {
            return Ok(gained);
        }
        let tag = ledger.event_digest(reached)?.unwrap_or_default();
        gained += changes.len();
        if index.apply(&changes, Mark { reached, tag }).is_err() {
            // It is not where its mark says: what it holds cannot be told, so all comes anew.
            index.clear();
            (from, gained) = (0, 0);
            continue;
        }
        if changes.len() < INDEX_BATCH_CODES {
            return Ok(gained);
        }
        from = reached;
    }
}

/// A code's id is what it is found by.
fn change_of(change: &CodeChange) -> Change {
    match *change {
        CodeChange::Added { id, code, .. } => Change::Insert { code, payload: id.0 as u64 },
        CodeChange::Removed { id, .. } => Change::Remove { payload: id.0 as u64 },
    }
}
