//! The side that answers.

use crate::blocks::Blocks;
use athar_kernel::{Code, Distance, Level, Radius, hamming};
use std::sync::Arc;

/// One moment of an index. It never changes, whatever becomes of the index, and may be shared
/// between threads; a clone costs as much as copying a pointer.
#[derive(Clone)]
pub struct Snapshot {
    level: Level,
    blocks: Arc<Blocks>,
}

/// An entry within the radius of a query.
///
/// Hits are ordered by distance and then by payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// How far the entry's code is from the query.
    pub distance: Distance,
    /// What the entry was inserted with.
    pub payload: u64,
}

impl Snapshot {
    pub(crate) fn new(level: Level, blocks: Arc<Blocks>) -> Self {
        Self { level, blocks }
    }

    /// Every entry within `radius` of `query`, nearest first: exactly those, and each as often
    /// as it was inserted.
    pub fn within(&self, query: &Code, radius: Radius) -> Vec<Hit> {
        self.within_batch(std::slice::from_ref(query), radius).pop().unwrap_or_default()
    }

    /// [`within`](Self::within) for many queries, in their order. The entries are read from
    /// memory once for all queries, which is far cheaper than asking one by one.
    ///
    /// All hits are held in memory: at a radius over about 100 bits unrelated codes are hits
    /// too, and there may be as many as entries times queries.
    pub fn within_batch(&self, queries: &[Code], radius: Radius) -> Vec<Vec<Hit>> {
        let mut hits = vec![Vec::new(); queries.len()];
        let mut found = Vec::new();
        for block in self.blocks.iter() {
            hamming::within(self.level, queries, block.codes(), radius, &mut found);
            for near in found.drain(..) {
                let payload = block.payload(near.position);
                hits[near.query].push(Hit { distance: near.distance, payload });
            }
        }
        hits.iter_mut().for_each(|hits| hits.sort_unstable());
        hits
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.blocks.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.blocks.iter().next().is_none()
    }
}
