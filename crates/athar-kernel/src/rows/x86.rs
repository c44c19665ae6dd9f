//! All rows against one query, by AVX2.
//!
//! As in `hamming`, the bits that differ in any of three words are at most the distance, and
//! need one popcount; words 1 to 3 are the ones that stand in every row whole.

#![expect(unsafe_code, reason = "vector loads")]

use super::{Rows, STRIDE};
use crate::hamming::x86::popcounts_avx2;
use crate::{Code, Radius};
use std::arch::x86_64::*;
use std::array;

/// Rows that are asked together, and rows of a vector.
const TILE: usize = 32;
const LANES: usize = 4;

/// Places that are read in turn: one core gets more out of memory so than by reading straight on.
const STREAMS: usize = 4;

#[target_feature(enable = "avx2,popcnt")]
pub(super) fn scan(rows: &Rows<'_>, query: &Code, radius: Radius, found: &mut Vec<(u32, u16)>) {
    let (packed, _) = rows.0.as_chunks::<STRIDE>();
    let (tiles, rest) = packed.as_chunks::<TILE>();
    let beyond = _mm256_set1_epi64x(i64::from(radius.bits()) + 1);
    let words = query.words().map(|word| _mm256_set1_epi64x(word.cast_signed()));
    let each = tiles.len() / STREAMS;
    let in_turn = (0..each).flat_map(|step| (0..STREAMS).map(move |s| s * each + step));
    for place in in_turn.chain(STREAMS * each..tiles.len()) {
        if may_hold(&tiles[place], &words, beyond) {
            let first = (place * TILE) as u32;
            rows.measure(query, radius, first..first + TILE as u32, found);
        }
    }
    let first = (tiles.len() * TILE) as u32;
    rows.measure(query, radius, first..first + rest.len() as u32, found);
}

/// Whether a row of the tile may lie within the radius: never wrong when it says no.
#[inline]
#[target_feature(enable = "avx2")]
fn may_hold(tile: &[[u8; STRIDE]; TILE], query: &[__m256i; 4], beyond: __m256i) -> bool {
    let (fours, _) = tile.as_chunks::<LANES>();
    let mut least = _mm256_set1_epi64x(64);
    for four in fours {
        let words = words_1_to_3(four);
        let [a, b, c] = array::from_fn(|k| _mm256_xor_si256(words[k], query[k + 1]));
        let bounds = popcounts_avx2(_mm256_or_si256(_mm256_or_si256(a, b), c));
        least = _mm256_min_epi32(least, bounds);
    }
    // The upper halves of both are zero, so only lower halves compare as greater.
    let inside = _mm256_cmpgt_epi32(beyond, least);
    _mm256_testz_si256(inside, inside) == 0
}

/// Words 1, 2 and 3 of four rows.
#[inline]
#[target_feature(enable = "avx2")]
fn words_1_to_3(rows: &[[u8; STRIDE]; LANES]) -> [__m256i; 3] {
    let pair = |low: usize, high: usize, at: usize| {
        // SAFETY: 16 bytes from byte 0 or 8 on lie within a row of 30.
        let load = |row: usize| unsafe { _mm_loadu_si128(rows[row].as_ptr().add(at).cast()) };
        _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(load(low)), load(high))
    };
    let (a, b) = (pair(0, 2, 0), pair(1, 3, 0));
    let (c, d) = (pair(0, 2, 8), pair(1, 3, 8));
    [_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b), _mm256_unpackhi_epi64(c, d)]
}
