//! The index as a follower of the ledger: it learns every code that the ledger gained since it
//! last looked, and answers which stored items lie near a picture.

use crate::policy::PDQ_RADIUS;
use athar_hash::{PictureFingerprint, Second, Space};
use athar_index::{Index, Snapshot};
use athar_kernel::{Code, Distance, Level, Orientation};
use athar_ledger::{CodeChange, ItemId, Ledger, LedgerError, Seq};
use std::collections::HashMap;
use std::mem;

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

/// The searchable codes of the ledger up to one sequence number.
pub(crate) struct Lookup {
    index: Index,
    entries: HashMap<u64, Entry>,
    reached: Seq,
}

struct Entry {
    item: ItemId,
    second: Option<Second>,
}

impl Lookup {
    /// Empty, before the first change.
    pub(crate) fn new(level: Level) -> Self {
        Self { index: Index::new(level), entries: HashMap::new(), reached: 0 }
    }

    /// Learns what came since. Called within the transaction that is about to add material, it
    /// makes sure that nothing which another process added meanwhile is missed.
    pub(crate) fn catch_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let (index, entries) = (&mut self.index, &mut self.entries);
        let mut gained = Vec::new();
        self.reached = ledger.for_each_code_since(self.reached, |change| match change {
            CodeChange::Added { id, item, space, code, second, .. } => {
                if space == Space::Pdq.name() {
                    let second = second.and_then(Second::from_bytes);
                    entries.insert(id.0 as u64, Entry { item, second });
                    gained.push((code, id.0 as u64));
                }
            }
            CodeChange::Removed { id, .. } => {
                index.insert_batch(&mem::take(&mut gained));
                entries.remove(&(id.0 as u64));
                index.remove(id.0 as u64);
            }
        })?;
        index.insert_batch(&gained);
        Ok(())
    }

    /// Items near the picture in any of its eight orientations, nearest first.
    pub(crate) fn ask(&self, picture: &PictureFingerprint) -> Vec<Candidate> {
        let seconds = picture.seconds();
        self.ask_codes(picture.codes(), |item_second, orientation| {
            let asked = &seconds[orientation as usize];
            item_second.map(|stored| stored.distance(asked).bits())
        })
    }

    /// Items near any of eight codes, one an orientation, where no picture is at hand.
    pub(crate) fn ask_bare(&self, codes: &[Code; 8]) -> Vec<Candidate> {
        self.ask_codes(codes, |_, _| None)
    }

    fn ask_codes(
        &self,
        codes: &[Code; 8],
        second_distance: impl Fn(Option<&Second>, Orientation) -> Option<u16>,
    ) -> Vec<Candidate> {
        let hits = self.index.snapshot().within_batch(codes, PDQ_RADIUS);
        let mut nearest: HashMap<ItemId, Candidate> = HashMap::new();
        for (orientation, hits) in Orientation::ALL.into_iter().zip(hits) {
            for hit in hits {
                let Some(entry) = self.entries.get(&hit.payload) else { continue };
                let candidate = Candidate {
                    item: entry.item,
                    distance: hit.distance,
                    orientation,
                    second_distance: second_distance(entry.second.as_ref(), orientation),
                };
                let best = nearest.entry(entry.item).or_insert(candidate);
                if candidate.distance < best.distance {
                    *best = candidate;
                }
            }
        }
        let mut candidates: Vec<_> = nearest.into_values().collect();
        candidates.sort_by_key(|candidate| (candidate.distance, candidate.item));
        candidates
    }

    /// The codes as they stand.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.index.snapshot()
    }
}
