//! WebAssembly's 128-bit vectors, which count the bits of each byte with one instruction.

#![expect(unsafe_code, reason = "vector loads")]

use super::Near;
use super::tiles::{Pass, Tiling, measure};
use crate::{Code, Distance};
use std::arch::wasm32::*;
use std::array;

/// Codes of a tile: as many as one vector has bytes.
const TILE: usize = 16;

/// Every pair of the pass within its radius.
#[target_feature(enable = "simd128")]
pub(super) fn within(pass: Pass<'_>, found: &mut Vec<Near>) {
    // The bound is only asked up to a radius that fits a byte.
    let radius = u8x16_splat(u8::try_from(pass.radius.bits()).unwrap_or(u8::MAX));
    let tiling = Tiling {
        load: |codes: &[Code; TILE]| {
            let (pairs, _) = codes.as_chunks::<2>();
            array::from_fn::<_, { TILE / 2 }, _>(|i| first_words(&pairs[i]))
        },
        may_hold: |tile: &[[v128; 3]; TILE / 2], query: &Code| {
            let query = query.words().map(|word| u64x2_splat(word));
            let counts: [v128; TILE / 2] = array::from_fn(|i| counts_of_bytes(&tile[i], &query));
            v128_any_true(u8x16_le(sums_of_words(counts), radius))
        },
        measure: |query, codes: &[Code; TILE], first, found: &mut Vec<Near>| {
            measure(&pass, query, codes, first, found);
        },
    };
    tiling.run(&pass, found);
}

/// The distance of each code.
#[target_feature(enable = "simd128")]
pub(super) fn distances(query: &Code, block: &[Code], distances: &mut [Distance]) {
    super::naive::distances(query, block, distances);
}

/// Words 0, 1 and 2 of two codes.
#[inline]
#[target_feature(enable = "simd128")]
fn first_words(codes: &[Code; 2]) -> [v128; 3] {
    let [[low_a, high_a], [low_b, high_b]] = codes.each_ref().map(|code| halves(code));
    [
        u64x2_shuffle::<0, 2>(low_a, low_b),
        u64x2_shuffle::<1, 3>(low_a, low_b),
        u64x2_shuffle::<0, 2>(high_a, high_b),
    ]
}

/// Words 0 and 1 of a code, and words 2 and 3.
#[inline]
#[target_feature(enable = "simd128")]
fn halves(code: &Code) -> [v128; 2] {
    let (halves, _) = code.words().as_chunks::<2>();
    // SAFETY: two words are the 16 bytes that are read.
    array::from_fn(|i| unsafe { v128_load((&raw const halves[i]).cast()) })
}

/// How many bits are set in each byte of the bounds of two codes.
#[inline]
#[target_feature(enable = "simd128")]
fn counts_of_bytes(words: &[v128; 3], query: &[v128; 4]) -> v128 {
    let [a, b, c] = array::from_fn(|k| v128_xor(words[k], query[k]));
    u8x16_popcnt(v128_or(v128_or(a, b), c))
}

/// At most the distance of each of sixteen codes: three rounds of adding neighbours turn the
/// eight bytes of a word into one, which is at most 64.
#[inline]
#[target_feature(enable = "simd128")]
fn sums_of_words(counts: [v128; TILE / 2]) -> v128 {
    let fours: [_; 4] = array::from_fn(|i| add_neighbours(counts[2 * i], counts[2 * i + 1]));
    let twos: [_; 2] = array::from_fn(|i| add_neighbours(fours[2 * i], fours[2 * i + 1]));
    add_neighbours(twos[0], twos[1])
}

/// The sums of bytes 0 and 1, 2 and 3, and so on, first of `a` and then of `b`.
#[inline]
#[target_feature(enable = "simd128")]
fn add_neighbours(a: v128, b: v128) -> v128 {
    u8x16_narrow_i16x8(u16x8_extadd_pairwise_u8x16(a), u16x8_extadd_pairwise_u8x16(b))
}
