//! Where the n-th one stands among bits.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls what the level proves"))]

use crate::Level;
#[cfg(target_arch = "x86_64")]
use crate::level::Kind;

/// Words that are looked at together.
const GROUP: usize = 4;

/// The place of the one that has `rank` ones before it, bits counted from the lowest of the first
/// word on; `None` when there are not so many.
#[inline]
pub fn select(level: Level, words: &[u16], rank: u32) -> Option<u32> {
    #[cfg(target_arch = "x86_64")]
    if matches!(level.kind(), Kind::Avx2 | Kind::Avx512) {
        // SAFETY: a level of these kinds is only had on a processor that has POPCNT, BMI1, BMI2.
        return unsafe { select_bmi2(words, rank) };
    }
    let _ = level;
    select_by(words, rank, nth_one)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "popcnt,bmi1,bmi2")]
fn select_bmi2(words: &[u16], rank: u32) -> Option<u32> {
    use std::arch::x86_64::_pdep_u64;
    select_by(words, rank, |word, rank| _pdep_u64(1 << rank, word).trailing_zeros())
}

/// `nth_one` finds it within one group, where it is known to be.
#[inline(always)]
fn select_by(words: &[u16], mut rank: u32, nth_one: impl Fn(u64, u32) -> u32) -> Option<u32> {
    let (groups, rest) = words.as_chunks::<GROUP>();
    let mut before = 0;
    for group in groups.iter().map(group_of).chain([last_of(rest)]) {
        let ones = group.count_ones();
        if rank < ones {
            return Some(before + nth_one(group, rank));
        }
        rank -= ones;
        before += u64::BITS;
    }
    None
}

/// Four words as one number, the first one lowest.
#[inline(always)]
fn group_of(&[a, b, c, d]: &[u16; GROUP]) -> u64 {
    u64::from(a) | u64::from(b) << 16 | u64::from(c) << 32 | u64::from(d) << 48
}

/// Fewer words as one number, the first one lowest.
#[inline(always)]
fn last_of(words: &[u16]) -> u64 {
    words.iter().rev().fold(0, |group, &word| group << 16 | u64::from(word))
}

fn nth_one(mut bits: u64, rank: u32) -> u32 {
    (0..rank).for_each(|_| bits &= bits - 1);
    bits.trailing_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_one_is_found_at_every_level() {
        let words: Vec<u16> =
            (0..37u32).map(|i| (i * i).wrapping_mul(0x9e37) as u16 & 0xa5f3).collect();
        for len in [0, 1, 3, 4, 5, 37] {
            let words = &words[..len];
            let ones =
                (0..16 * len as u32).filter(|&bit| words[bit as usize / 16] >> (bit % 16) & 1 == 1);
            let ones: Vec<u32> = ones.collect();
            for level in Level::available() {
                for (&place, rank) in ones.iter().zip(0..) {
                    assert_eq!(select(level, words, rank), Some(place), "{level}");
                }
                assert_eq!(select(level, words, ones.len() as u32), None);
            }
        }
    }
}
