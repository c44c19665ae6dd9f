//! Which stored items lie near a picture: the index's answer, put into the ledger's terms.
//!
//! The index follows what is committed. What the transaction under way has added so far is in a
//! second, small index that is dropped with the transaction, so that nothing which is rolled back
//! was ever in the first, in memory or on the disk. A hit is the id of a code. What the ledger
//! does not know (any more) by that id is no hit: a code that was withdrawn a moment ago is gone,
//! whatever an index still holds.

use crate::follow::{Found, IndexNote, follow, open, open_for_reading};
use crate::policy::PDQ_RADIUS;
use athar_hash::{PictureFingerprint, Second, Space};
use athar_index::{Hit, Index, Snapshot};
use athar_kernel::{Code, Distance, Level, Orientation, Radius};
use athar_ledger::{CodeId, ItemId, Ledger, LedgerError, Seq};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The radius that every code is within.
const EVERYTHING: Radius = match Radius::new(256) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// A stored code near a query, the nearest of its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub item: ItemId,
    pub distance: Distance,
    /// What was done to the query when it came nearest.
    pub orientation: Orientation,
    /// Distance of the second opinions in that orientation, where both sides have one.
    pub second_distance: Option<u16>,
}

/// The searchable codes of one space of the ledger.
pub(crate) struct Lookup {
    space: Space,
    upkeep: Upkeep,
    /// What the transaction under way has added.
    fresh: Index,
}

/// What a thread needs to keep the index in shape.
#[derive(Clone)]
pub(crate) struct Upkeep {
    pub index: Arc<Index>,
    /// Whether the index has its directory.
    pub writable: bool,
    /// Changes that are not on the disk, at most.
    pub unwritten: Arc<AtomicUsize>,
}

/// The distance and orientation in which something came nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nearest {
    pub distance: Distance,
    /// Place in [`Orientation::ALL`].
    pub orientation: usize,
    pub code: u64,
}

impl Lookup {
    /// The index in `dir`, for somebody who adds to it: brought up to the ledger, or made anew
    /// from it.
    pub(crate) fn open(
        dir: &Path,
        ledger: &Ledger,
        space: Space,
        note: &mut dyn FnMut(&IndexNote),
    ) -> Result<Self, LedgerError> {
        let Found { index, writable, .. } = open(dir, ledger, note)?;
        Self::with(space, index, writable).caught_up(ledger, note)
    }

    /// The index in `dir` for somebody who adds nothing: what lies there is read, what came after
    /// is kept in memory.
    pub(crate) fn open_for_reading(
        dir: &Path,
        ledger: &Ledger,
        space: Space,
        note: &mut dyn FnMut(&IndexNote),
    ) -> Result<Self, LedgerError> {
        let Found { index, writable, .. } = open_for_reading(dir, ledger, note)?;
        Self::with(space, index, writable).caught_up(ledger, note)
    }

    fn with(space: Space, index: Index, writable: bool) -> Self {
        let upkeep = Upkeep { index: Arc::new(index), writable, unwritten: Arc::default() };
        let fresh = Index::new(Level::best());
        Self { space, upkeep, fresh }
    }

    fn caught_up(
        mut self,
        ledger: &Ledger,
        note: &mut dyn FnMut(&IndexNote),
    ) -> Result<Self, LedgerError> {
        let nothing_lay_there = self.reached() == 0;
        self.catch_up(ledger)?;
        if nothing_lay_there {
            IndexNote::of_missing(self.upkeep.unwritten.load(Ordering::Relaxed), note);
        }
        Ok(self)
    }

    fn reached(&self) -> Seq {
        self.upkeep.index.reached().map_or(0, |mark| mark.reached)
    }

    /// Learns what was committed since. Called at the beginning of a transaction, it makes sure
    /// that nothing which another process added meanwhile is missed.
    pub(crate) fn catch_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        if !self.fresh.snapshot().is_empty() || self.fresh.reached().is_some() {
            self.fresh = Index::new(Level::best());
        }
        let gained = follow(&self.upkeep.index, self.reached(), ledger, self.space)?;
        self.upkeep.unwritten.fetch_add(gained, Ordering::Relaxed);
        Ok(())
    }

    /// Learns what the transaction under way has written so far, until the next
    /// [`catch_up`](Self::catch_up).
    pub(crate) fn look_into(&mut self, transaction: &Ledger) -> Result<(), LedgerError> {
        let reached = self.fresh.reached().map_or(self.reached(), |mark| mark.reached);
        follow(&self.fresh, reached, transaction, self.space)?;
        Ok(())
    }

    /// What keeps the index in shape.
    pub(crate) fn upkeep(&self) -> Upkeep {
        self.upkeep.clone()
    }

    /// Items near the picture in any of its eight orientations, nearest first.
    pub(crate) fn ask(
        &self,
        ledger: &Ledger,
        picture: &PictureFingerprint,
    ) -> Result<Vec<Candidate>, LedgerError> {
        let near = self.within(picture.codes());
        candidates(ledger, near, Some(picture))
    }

    /// Items near any of eight codes, one an orientation, where no picture is at hand.
    pub(crate) fn ask_bare(
        &self,
        ledger: &Ledger,
        codes: &[Code; 8],
    ) -> Result<Vec<Candidate>, LedgerError> {
        candidates(ledger, self.within(codes), None)
    }

    /// How many codes there are, those that were withdrawn a moment ago perhaps included.
    pub(crate) fn len(&self) -> usize {
        self.snapshots().map(|snapshot| snapshot.len()).sum()
    }

    /// The `count` codes that are nearest to any of eight, by looking at every one.
    pub(crate) fn nearest(&self, codes: &[Code; 8], count: usize) -> Vec<Nearest> {
        self.nearest_by(codes, |snapshot, codes| {
            codes.iter().map(|code| snapshot.nearest(code, count, EVERYTHING)).collect()
        })
    }

    fn within(&self, codes: &[Code; 8]) -> Vec<Nearest> {
        self.nearest_by(codes, |snapshot, codes| snapshot.within_batch(codes, PDQ_RADIUS))
    }

    fn nearest_by(
        &self,
        codes: &[Code; 8],
        search: impl Fn(&Snapshot, &[Code; 8]) -> Vec<Vec<Hit>>,
    ) -> Vec<Nearest> {
        let mut nearest = Nearests::default();
        for snapshot in self.snapshots() {
            for (orientation, hits) in search(&snapshot, codes).into_iter().enumerate() {
                hits.iter().for_each(|hit| nearest.add(hit.payload, hit.distance, orientation));
            }
        }
        nearest.in_order()
    }

    fn snapshots(&self) -> impl Iterator<Item = Snapshot> {
        [self.upkeep.index.snapshot(), self.fresh.snapshot()].into_iter()
    }
}

/// Codes, each with where it came nearest.
#[derive(Default)]
pub(crate) struct Nearests(HashMap<u64, Nearest>);

impl Nearests {
    pub(crate) fn add(&mut self, code: u64, distance: Distance, orientation: usize) {
        let here = Nearest { distance, orientation, code };
        let best = self.0.entry(code).or_insert(here);
        *best = here.min(*best);
    }

    /// The nearest first.
    pub(crate) fn in_order(self) -> Vec<Nearest> {
        let mut nearest: Vec<_> = self.0.into_values().collect();
        nearest.sort_unstable();
        nearest
    }
}

/// The items of codes that come nearest first.
fn candidates(
    ledger: &Ledger,
    near: Vec<Nearest>,
    picture: Option<&PictureFingerprint>,
) -> Result<Vec<Candidate>, LedgerError> {
    let mut nearest: HashMap<ItemId, Candidate> = HashMap::new();
    for Nearest { distance, orientation, code } in near {
        let id = CodeId(code as i64);
        let Some(row) = ledger.codes(id.row())?.filter(|row| id.position() < row.codes.len())
        else {
            continue;
        };
        let stored = row.second.as_deref().and_then(Second::from_bytes);
        let asked = picture.map(|picture| &picture.seconds()[orientation]);
        let second_distance = stored.zip(asked).map(|(a, b)| a.distance(b).bits());
        let orientation = Orientation::ALL[orientation];
        let candidate = Candidate { item: row.item, distance, orientation, second_distance };
        nearest.entry(row.item).or_insert(candidate);
    }
    let mut candidates: Vec<_> = nearest.into_values().collect();
    candidates.sort_by_key(|candidate| (candidate.distance, candidate.item));
    Ok(candidates)
}
