//! Which entries were there before, in memory that does not grow with the file.
//!
//! Each entry is remembered as 64 bits of a keyed hash, so a file cannot be made to collide. The
//! table doubles as it fills, up to its limit; then it starts over, and from there on the count
//! is of the duplicates at least.

use crate::entry::Entry;
use std::hash::{BuildHasher, RandomState};

/// Slots at most: 32 MiB.
const SLOTS_MAX: usize = 1 << 22;

pub(crate) struct Seen {
    keys: RandomState,
    /// A power of two; 0 is an empty slot.
    slots: Vec<u64>,
    used: usize,
    slots_max: usize,
    forgot: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self::with_limit(SLOTS_MAX)
    }
}

impl Seen {
    fn with_limit(slots_max: usize) -> Self {
        Self { keys: RandomState::new(), slots: vec![0; 64], used: 0, slots_max, forgot: false }
    }

    /// Remembers the entry, and says whether it was remembered already.
    pub(crate) fn again(&mut self, entry: &Entry) -> bool {
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let key = self.key(entry);
        let new = insert(&mut self.slots, key);
        self.used += usize::from(new);
        !new
    }

    pub(crate) fn remembers_all(&self) -> bool {
        !self.forgot
    }

    fn key(&self, entry: &Entry) -> u64 {
        let Entry { subject, state, medium, quality, scheme, provenance, place: _ } = entry;
        self.keys.hash_one((subject, state, medium, quality, scheme, provenance)).max(1)
    }

    fn grow(&mut self) {
        if self.slots.len() >= self.slots_max {
            self.slots.fill(0);
            self.used = 0;
            self.forgot = true;
            return;
        }
        let larger = vec![0; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, larger);
        for key in old.into_iter().filter(|&key| key != 0) {
            insert(&mut self.slots, key);
        }
    }
}

/// Whether the key is new. There is always an empty slot.
fn insert(slots: &mut [u64], key: u64) -> bool {
    let mask = slots.len() - 1;
    let mut at = key as usize & mask;
    while slots[at] != 0 {
        if slots[at] == key {
            return false;
        }
        at = (at + 1) & mask;
    }
    slots[at] = key;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Place, State};
    use crate::signal::Signal;

    fn entry(number: u32) -> Entry {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Entry::new(Signal::Md5(bytes))
    }

    #[test]
    fn an_entry_is_seen_again_wherever_it_stands() {
        let mut seen = Seen::default();
        let first = entry(1);
        assert!(!seen.again(&first));
        assert!(seen.again(&Entry { place: Place::Line(9), ..first.clone() }));
        assert!(!seen.again(&Entry { state: State::Deleted, ..first }));
    }

    #[test]
    fn all_are_remembered_up_to_the_limit() {
        let mut seen = Seen::with_limit(1 << 12);
        let count = |seen: &mut Seen| (0..2000).filter(|&n| seen.again(&entry(n))).count();
        assert_eq!((count(&mut seen), count(&mut seen)), (0, 2000));
        assert!(seen.remembers_all());
        assert!((0..9000).filter(|&n| seen.again(&entry(n))).count() <= 2000);
        assert!(!seen.remembers_all());
        assert!(seen.slots.len() <= 1 << 12);
    }
}
