//! WebAssembly's 128-bit vectors, which count the bits of each byte with one instruction.

#![expect(unsafe_code, reason = "vector loads and stores")]

use super::tiles::{Pass, Tiling, distance_of, measure};
use super::{Near, naive, scalar};
use crate::{Code, Distance};
use std::arch::wasm32::*;
use std::array;

/// Codes of a tile: three words of them fill twelve of the sixteen registers that most
/// processors have for this.
const TILE: usize = 8;

/// From so many queries on, single words are faster on the machine this was measured on: its
/// engine turns their popcount into one instruction and that of a vector into ten.
const MANY_QUERIES: usize = 4;

/// Every pair of the pass within its radius.
#[target_feature(enable = "simd128")]
pub(super) fn within(pass: Pass<'_>, found: &mut Vec<Near>) {
    if pass.queries.len() < MANY_QUERIES {
        sift(pass, found);
    } else {
        scalar::within(pass, found);
    }
}

#[target_feature(enable = "simd128")]
fn sift(pass: Pass<'_>, found: &mut Vec<Near>) {
    let radius = u16x8_splat(pass.radius.bits());
    let tiling = Tiling {
        load: |codes: &[Code; TILE]| {
            let (pairs, _) = codes.as_chunks::<2>();
            array::from_fn::<_, { TILE / 2 }, _>(|i| first_words(&pairs[i]))
        },
        may_hold: |tile: &[[v128; 3]; TILE / 2], query: &Code| {
            let query = query.words().map(|word| u64x2_splat(word));
            let counts: [v128; TILE / 2] = array::from_fn(|i| counts_of_bytes(&tile[i], &query));
            let (ab, cd) = ([counts[0], counts[1]], [counts[2], counts[3]]);
            let both = add_neighbours([add_neighbours(ab), add_neighbours(cd)]);
            let sums = u16x8_extadd_pairwise_u8x16(both);
            v128_any_true(u16x8_le(sums, radius))
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

/// The distance of each of eight codes, in bits: three rounds of adding neighbours leave two
/// bytes of a code, each at most 128, and the last round makes one number of them.
#[inline]
#[target_feature(enable = "simd128")]
fn bits(codes: &[Code; 8], query: [v128; 2]) -> [u16; 8] {
    let counts = codes.each_ref().map(|code| {
        let [low, high] = halves(code);
        let low = u8x16_popcnt(v128_xor(low, query[0]));
        u8x16_add(low, u8x16_popcnt(v128_xor(high, query[1])))
    });
    let (pairs, _) = counts.as_chunks::<2>();
    let [a, b, c, d] = array::from_fn(|i| add_neighbours(pairs[i]));
    let both = add_neighbours([add_neighbours([a, b]), add_neighbours([c, d])]);
    let sums = u16x8_extadd_pairwise_u8x16(both);
    let mut bits = [0; 8];
    // SAFETY: eight numbers of 16 bits are the 16 bytes that are written.
    unsafe { v128_store(bits.as_mut_ptr().cast(), sums) };
    bits
}

/// The sums of bytes 0 and 1, 2 and 3, and so on, first of one vector and then of the other.
#[inline]
#[target_feature(enable = "simd128")]
fn add_neighbours(pair: [v128; 2]) -> v128 {
    let [a, b] = pair.map(|bytes| u16x8_extadd_pairwise_u8x16(bytes));
    u8x16_narrow_i16x8(a, b)
}
