//! The masks that turn few bits of an address over, fewest first.

use std::sync::OnceLock;

/// Most bits that are ever turned over.
pub(crate) const MOST_FLIPS: usize = 4;

/// Widest address.
const MOST_BITS: usize = 24;

/// Every mask of an address of some width with at most [`MOST_FLIPS`] bits set.
pub(crate) struct Flips {
    masks: Vec<u32>,
    /// How many masks have at most so many bits set.
    ends: [usize; MOST_FLIPS + 1],
}

impl Flips {
    /// The masks for addresses of `bits`, made once for the whole program.
    pub(crate) fn of(bits: u32) -> &'static Self {
        static ALL: [OnceLock<Flips>; MOST_BITS + 1] = [const { OnceLock::new() }; MOST_BITS + 1];
        ALL[bits as usize].get_or_init(|| Self::new(bits))
    }

    fn new(bits: u32) -> Self {
        let mut masks = vec![0];
        let mut ends = [1; MOST_FLIPS + 1];
        let mut last = 0..1;
        for end in &mut ends[1..] {
            for index in last.clone() {
                let mask: u32 = masks[index];
                // One more bit, above all that are set.
                let free = u32::BITS - mask.leading_zeros()..bits;
                masks.extend(free.map(|bit| mask | 1 << bit));
            }
            last = last.end..masks.len();
            *end = masks.len();
        }
        Self { masks, ends }
    }

    /// The masks with exactly `flips` bits set.
    pub(crate) fn exactly(&self, flips: usize) -> &[u32] {
        let first = flips.checked_sub(1).map_or(0, |fewer| self.ends[fewer]);
        &self.masks[first..self.ends[flips]]
    }

    /// The masks with fewer than `flips` bits set.
    pub(crate) fn fewer_than(&self, flips: usize) -> &[u32] {
        &self.masks[..flips.checked_sub(1).map_or(0, |most| self.ends[most])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_masks_as_ways_to_choose_bits() {
        let flips = Flips::of(16);
        let counts: Vec<usize> = (0..=4).map(|n| flips.exactly(n).len()).collect();
        assert_eq!(counts, [1, 16, 120, 560, 1820]);
        assert_eq!((flips.fewer_than(0).len(), flips.fewer_than(3).len()), (0, 137));
    }

    #[test]
    fn every_mask_is_another_and_has_the_bits_it_should() {
        for bits in [6, 22] {
            let flips = Flips::of(bits);
            for n in 0..=MOST_FLIPS {
                let right = |mask: &u32| mask.count_ones() as usize == n && *mask < 1 << bits;
                assert!(flips.exactly(n).iter().all(right));
            }
            let mut all = flips.masks.clone();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), flips.masks.len());
        }
    }
}
