//! NEON, which counts the bits of each byte with one instruction.

#![expect(unsafe_code, reason = "vector loads and stores")]

use super::tiles::{Pass, Tiling, distance_of, measure};
use super::{Near, naive};
use crate::{Code, Distance};
use std::arch::aarch64::*;
use std::array;

/// Codes of a tile: three words of them fill 24 of the 32 registers.
const TILE: usize = 16;

/// Every pair of the pass within its radius.
#[target_feature(enable = "neon")]
pub(super) fn within(pass: Pass<'_>, found: &mut Vec<Near>) {
    let radius_bits = u64::from(pass.radius.bits());
    let tiling = Tiling {
        load: |codes: &[Code; TILE]| {
            let (pairs, _) = codes.as_chunks::<2>();
            array::from_fn::<_, { TILE / 2 }, _>(|i| first_words(&pairs[i]))
        },
        may_hold: |tile: &[[uint64x2_t; 3]; TILE / 2], query: &Code| {
            let query = query.words().map(|word| vdupq_n_u64(word));
            let counts: [uint8x16_t; TILE / 2] =
                array::from_fn(|i| counts_of_bytes(&tile[i], &query));
            u64::from(vminvq_u8(sums_of_words(counts))) <= radius_bits
        },
        measure: |query, codes: &[Code; TILE], first, found: &mut Vec<Near>| {
            measure(&pass, query, codes, first, found);
        },
    };
    tiling.run(&pass, found);
}

/// The distance of each code.
#[target_feature(enable = "neon")]
pub(super) fn distances(query: &Code, block: &[Code], distances: &mut [Distance]) {
    let (eights, rest) = block.as_chunks::<8>();
    let (outs, rest_out) = distances.as_chunks_mut::<8>();
    let words = halves(query);
    for (codes, out) in eights.iter().zip(outs) {
        *out = bits(codes, words).map(distance_of);
    }
    naive::distances(query, rest, rest_out);
}

/// Words 0, 1 and 2 of two codes.
#[inline]
#[target_feature(enable = "neon")]
fn first_words(codes: &[Code; 2]) -> [uint64x2_t; 3] {
    // SAFETY: two codes are eight words, which are all that is read.
    let uint64x2x4_t(a, b, c, _) = unsafe { vld4q_u64(codes.as_ptr().cast()) };
    [a, b, c]
}

/// How many bits are set in each byte of the bounds of two codes.
#[inline]
#[target_feature(enable = "neon")]
fn counts_of_bytes(words: &[uint64x2_t; 3], query: &[uint64x2_t; 4]) -> uint8x16_t {
    let [a, b, c] = array::from_fn(|k| veorq_u64(words[k], query[k]));
    vcntq_u8(vreinterpretq_u8_u64(vorrq_u64(vorrq_u64(a, b), c)))
}

/// At most the distance of each of sixteen codes: three rounds of adding neighbours turn the
/// eight bytes of a word into one, which is at most 64.
#[inline]
#[target_feature(enable = "neon")]
fn sums_of_words(counts: [uint8x16_t; TILE / 2]) -> uint8x16_t {
    let fours: [_; 4] = array::from_fn(|i| vpaddq_u8(counts[2 * i], counts[2 * i + 1]));
    let twos: [_; 2] = array::from_fn(|i| vpaddq_u8(fours[2 * i], fours[2 * i + 1]));
    vpaddq_u8(twos[0], twos[1])
}

/// The distance of each of eight codes, in bits: three rounds of adding neighbours leave two
/// bytes of a code, each at most 128, and the last round makes one number of them.
#[inline]
#[target_feature(enable = "neon")]
fn bits(codes: &[Code; 8], query: [uint8x16_t; 2]) -> [u16; 8] {
    let counts = codes.each_ref().map(|code| {
        let [low, high] = halves(code);
        vaddq_u8(vcntq_u8(veorq_u8(low, query[0])), vcntq_u8(veorq_u8(high, query[1])))
    });
    let fours: [_; 4] = array::from_fn(|i| vpaddq_u8(counts[2 * i], counts[2 * i + 1]));
    let twos: [_; 2] = array::from_fn(|i| vpaddq_u8(fours[2 * i], fours[2 * i + 1]));
    let sums = vpaddlq_u8(vpaddq_u8(twos[0], twos[1]));
    let mut bits = [0; 8];
    // SAFETY: eight numbers of 16 bits are all that is written.
    unsafe { vst1q_u16(bits.as_mut_ptr(), sums) };
    bits
}

/// The two halves of a code.
#[inline]
#[target_feature(enable = "neon")]
fn halves(code: &Code) -> [uint8x16_t; 2] {
    let (halves, _) = code.words().as_chunks::<2>();
    // SAFETY: half a code is two words, which are all that is read.
    array::from_fn(|i| vreinterpretq_u8_u64(unsafe { vld1q_u64(halves[i].as_ptr()) }))
}
