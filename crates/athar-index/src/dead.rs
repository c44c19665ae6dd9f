//! The payloads that were removed from one segment. The segment never changes, so what is gone
//! from it is told by this set, which is asked for each hit.
//!
//! Like the blocks of the delta it is a list of immutable sorted runs, each at least twice as
//! long as the next: adding copies few of them, a clone copies pointers, and a question is at
//! most some thirty binary searches, or none where nothing was removed.

use std::sync::Arc;

/// Payloads, and how many entries of the segment they took with them.
#[derive(Clone, Default)]
pub(crate) struct Dead {
    runs: Vec<Arc<[u64]>>,
    entries: usize,
}

impl Dead {
    /// The set of `payloads` (rising, none twice), which have `entries` entries.
    pub(crate) fn new(payloads: Vec<u64>, entries: usize) -> Self {
        let mut dead = Self::default();
        dead.add(payloads, entries);
        dead
    }

    /// Adds `payloads` (rising, none twice, none in the set), which have `entries` entries.
    pub(crate) fn add(&mut self, payloads: Vec<u64>, entries: usize) {
        if payloads.is_empty() {
            return;
        }
        let mut run = payloads;
        while let Some(last) = self.runs.pop_if(|last| last.len() < 2 * run.len()) {
            run.extend_from_slice(&last);
        }
        run.sort_unstable();
        self.runs.push(run.into());
        self.entries += entries;
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(crate) fn contains(&self, payload: u64) -> bool {
        self.runs.iter().any(|run| run.binary_search(&payload).is_ok())
    }

    /// Entries of the segment that are dead.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    /// All payloads, rising.
    pub(crate) fn payloads(&self) -> Vec<u64> {
        let mut payloads = self.runs.concat();
        payloads.sort_unstable();
        payloads
    }

    /// What came to the set since it was `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        if self.entries == before.entries {
            return Self::default();
        }
        let new = self.payloads().into_iter().filter(|&payload| !before.contains(payload));
        Self::new(new.collect(), self.entries - before.entries)
    }

    /// Both sets, of two segments that became one.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut payloads = [self.payloads(), other.payloads()].concat();
        payloads.sort_unstable();
        payloads.dedup();
        Self::new(payloads, self.entries + other.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn holds_what_a_plain_set_holds() {
        let (mut dead, mut plain) = (Dead::default(), BTreeSet::new());
        for i in 0..500_u64 {
            let payloads: BTreeSet<u64> = (0..i % 5).map(|k| i * 7919 % 10_007 * 5 + k).collect();
            let before = dead.clone();
            let new: Vec<u64> = payloads.difference(&plain).copied().collect();
            dead.add(new.clone(), new.len() * 3);
            plain.extend(&new);
            assert_eq!(dead.since(&before).payloads(), new);
        }
        assert_eq!(dead.payloads(), plain.iter().copied().collect::<Vec<_>>());
        assert_eq!(dead.entries(), plain.len() * 3);
        assert!((0..60_000).all(|payload| dead.contains(payload) == plain.contains(&payload)));
        assert!(dead.runs.windows(2).all(|pair| pair[0].len() >= 2 * pair[1].len()));
    }

    #[test]
    fn the_union_of_two_segments_counts_the_entries_of_both() {
        let union = Dead::new(vec![1, 5], 4).union(&Dead::new(vec![5, 9], 2));
        assert_eq!((union.payloads(), union.entries()), (vec![1, 5, 9], 6));
        assert!(Dead::default().is_empty() && !union.is_empty());
    }
}
