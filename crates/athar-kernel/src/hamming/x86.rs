//! AVX2 and AVX-512 (VPOPCNTDQ).
//!
//! AVX-512 counts the bits of eight words with one instruction. AVX2 has no such instruction:
//! it looks each half byte up in a table of sixteen, which is about twice as fast as POPCNT on
//! single words for the bound, and a little faster for full distances.

#![expect(unsafe_code, reason = "vector loads and stores")]

use super::tiles::{Pass, Tiling, distance_of, measure};
use super::{Near, naive};
use crate::{Code, Distance};
use std::arch::x86_64::*;
use std::array;

/// Codes of an AVX2 tile: the registers hold eight, but the first cache is near, and asking more
/// codes at once pays.
const TILE_AVX2: usize = 32;

/// Codes of an AVX-512 tile: three words of them fill 12 of the 32 registers.
const TILE_AVX512: usize = 32;

/// Every pair of the pass within its radius.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn within_avx2(pass: Pass<'_>, found: &mut Vec<Near>) {
    let beyond = _mm256_set1_epi64x(i64::from(pass.radius.bits()) + 1);
    let tiling = Tiling {
        load: |codes: &[Code; TILE_AVX2]| {
            let (fours, _) = codes.as_chunks::<4>();
            array::from_fn::<_, { TILE_AVX2 / 4 }, _>(|i| first_words_avx2(&fours[i]))
        },
        may_hold: |tile: &[[__m256i; 3]; TILE_AVX2 / 4], query: &Code| {
            let query = query.words().map(|word| _mm256_set1_epi64x(word.cast_signed()));
            let mut least = _mm256_set1_epi64x(64);
            for words in tile {
                least = _mm256_min_epi32(least, bounds_avx2(words, &query));
            }
            // The upper halves of both are zero, so only lower halves compare as greater.
            let inside = _mm256_cmpgt_epi32(beyond, least);
            _mm256_testz_si256(inside, inside) == 0
        },
        measure: |query, codes: &[Code; TILE_AVX2], first, found: &mut Vec<Near>| {
            measure_avx2(&pass, query, codes, first, found);
        },
    };
    tiling.run(&pass, found);
}

/// Every pair of the pass within its radius. A single query waits for memory, and AVX2's shorter
/// loads keep more of it coming.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx2,popcnt")]
pub(super) fn within_avx512(pass: Pass<'_>, found: &mut Vec<Near>) {
    if pass.queries.len() == 1 {
        within_avx2(pass, found);
    } else {
        within_many_avx512(pass, found);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx2,popcnt")]
fn within_many_avx512(pass: Pass<'_>, found: &mut Vec<Near>) {
    let radius = _mm512_set1_epi64(i64::from(pass.radius.bits()));
    let tiling = Tiling {
        load: |codes: &[Code; TILE_AVX512]| {
            let (eights, _) = codes.as_chunks::<8>();
            array::from_fn::<_, { TILE_AVX512 / 8 }, _>(|i| {
                let [a, b, c, _] = words_avx512(&eights[i]);
                [a, b, c]
            })
        },
        may_hold: |tile: &[[__m512i; 3]; TILE_AVX512 / 8], query: &Code| {
            let query = query.words().map(|word| _mm512_set1_epi64(word.cast_signed()));
            let mut least = _mm512_set1_epi64(64);
            for words in tile {
                least = _mm512_min_epu64(least, bounds_avx512(words, &query));
            }
            _mm512_cmple_epu64_mask(least, radius) != 0
        },
        measure: |query, codes: &[Code; TILE_AVX512], first, found: &mut Vec<Near>| {
            measure_avx512(&pass, query, codes, first, found);
        },
    };
    tiling.run(&pass, found);
}

/// The distance of each code.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn distances_avx2(query: &Code, block: &[Code], distances: &mut [Distance]) {
    let (fours, rest) = block.as_chunks::<4>();
    let (outs, rest_out) = distances.as_chunks_mut::<4>();
    let query_bits = load_avx2(query);
    for (codes, out) in fours.iter().zip(outs) {
        let mut sums = [0u64; 4];
        // SAFETY: four words are the 32 bytes that are written.
        unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), sums_avx2(codes, query_bits)) };
        *out = sums.map(|bits| distance_of(bits as u16));
    }
    naive::distances(query, rest, rest_out);
}

/// The distance of each code.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx2,popcnt")]
pub(super) fn distances_avx512(query: &Code, block: &[Code], distances: &mut [Distance]) {
    let (eights, rest) = block.as_chunks::<8>();
    let (outs, rest_out) = distances.as_chunks_mut::<8>();
    let words = query.words().map(|word| _mm512_set1_epi64(word.cast_signed()));
    for (codes, out) in eights.iter().zip(outs) {
        *out = bits_avx512(codes, &words).map(distance_of);
    }
    naive::distances(query, rest, rest_out);
}

/// Words 0, 1 and 2 of four codes, in the order 0, 2, 1, 3.
#[inline]
#[target_feature(enable = "avx2")]
fn first_words_avx2(codes: &[Code; 4]) -> [__m256i; 3] {
    let [a, b, c, d] = codes.each_ref().map(|code| load_avx2(code));
    let (low_ab, low_cd) =
        (_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x20>(c, d));
    let (high_ab, high_cd) =
        (_mm256_permute2x128_si256::<0x31>(a, b), _mm256_permute2x128_si256::<0x31>(c, d));
    [
        _mm256_unpacklo_epi64(low_ab, low_cd),
        _mm256_unpackhi_epi64(low_ab, low_cd),
        _mm256_unpacklo_epi64(high_ab, high_cd),
    ]
}

/// At most the distance of each of four codes.
#[inline]
#[target_feature(enable = "avx2")]
fn bounds_avx2(words: &[__m256i; 3], query: &[__m256i; 4]) -> __m256i {
    let [a, b, c] = array::from_fn(|k| _mm256_xor_si256(words[k], query[k]));
    popcounts_avx2(_mm256_or_si256(_mm256_or_si256(a, b), c))
}

/// The distance of each of four codes, in their order: byte by byte, the counts of the four words
/// of a code are added up before the bytes are.
#[inline]
#[target_feature(enable = "avx2")]
fn sums_avx2(codes: &[Code; 4], query: __m256i) -> __m256i {
    let counts = codes.each_ref().map(|code| {
        let differing = _mm256_xor_si256(load_avx2(code), query);
        counts_of_bytes_avx2(differing)
    });
    let [a, b, c, d] = counts;
    let ab = _mm256_add_epi8(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    let cd = _mm256_add_epi8(_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
    let abcd = _mm256_add_epi8(
        _mm256_permute2x128_si256::<0x20>(ab, cd),
        _mm256_permute2x128_si256::<0x31>(ab, cd),
    );
    _mm256_sad_epu8(abcd, _mm256_setzero_si256())
}

/// How many bits are set in each of four words.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn popcounts_avx2(words: __m256i) -> __m256i {
    _mm256_sad_epu8(counts_of_bytes_avx2(words), _mm256_setzero_si256())
}

/// How many bits are set in each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn counts_of_bytes_avx2(bytes: __m256i) -> __m256i {
    let of_half_byte =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    let half = _mm256_set1_epi8(0x0f);
    let low = _mm256_and_si256(bytes, half);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
    _mm256_add_epi8(_mm256_shuffle_epi8(of_half_byte, low), _mm256_shuffle_epi8(of_half_byte, high))
}

/// Reports the codes of a tile that lie within the radius, four at a time.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn measure_avx2(
    pass: &Pass<'_>,
    query: usize,
    codes: &[Code; TILE_AVX2],
    first: usize,
    found: &mut Vec<Near>,
) {
    let query_bits = load_avx2(&pass.queries[query]);
    let beyond = _mm256_set1_epi64x(i64::from(pass.radius.bits()) + 1);
    let (fours, _) = codes.as_chunks::<4>();
    for (i, four) in fours.iter().enumerate() {
        let inside = _mm256_cmpgt_epi64(beyond, sums_avx2(four, query_bits));
        if _mm256_testz_si256(inside, inside) == 0 {
            measure(pass, query, four, first + 4 * i, found);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_avx2(code: &Code) -> __m256i {
    // SAFETY: a `Code` is 32 bytes and aligned to 32.
    unsafe { _mm256_load_si256((&raw const *code).cast()) }
}

/// The four words of eight codes, in the order 0, 4, 1, 5, 2, 6, 3, 7.
#[inline]
#[target_feature(enable = "avx512f")]
fn words_avx512(codes: &[Code; 8]) -> [__m512i; 4] {
    let (pairs, _) = codes.as_chunks::<2>();
    // SAFETY: a `Code` is 32 bytes, so two of them are the 64 that are read.
    let [ab, cd, ef, gh] =
        array::from_fn(|i| unsafe { _mm512_loadu_si512((&raw const pairs[i]).cast()) });
    let (low_ad, low_eh) =
        (_mm512_shuffle_i64x2::<0x88>(ab, cd), _mm512_shuffle_i64x2::<0x88>(ef, gh));
    let (high_ad, high_eh) =
        (_mm512_shuffle_i64x2::<0xdd>(ab, cd), _mm512_shuffle_i64x2::<0xdd>(ef, gh));
    [
        _mm512_unpacklo_epi64(low_ad, low_eh),
        _mm512_unpackhi_epi64(low_ad, low_eh),
        _mm512_unpacklo_epi64(high_ad, high_eh),
        _mm512_unpackhi_epi64(high_ad, high_eh),
    ]
}

/// At most the distance of each of eight codes.
#[inline]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn bounds_avx512(words: &[__m512i; 3], query: &[__m512i; 4]) -> __m512i {
    let a = _mm512_xor_si512(words[0], query[0]);
    let ab = or_difference_avx512(a, words[1], query[1]);
    _mm512_popcnt_epi64(or_difference_avx512(ab, words[2], query[2]))
}

/// `seen | (a ^ b)`.
#[inline]
#[target_feature(enable = "avx512f")]
fn or_difference_avx512(seen: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_ternarylogic_epi64::<0b1111_0110>(seen, a, b)
}

/// The distance of each of eight codes, in their order.
#[inline]
#[target_feature(enable = "avx512f,avx512vpopcntdq")]
fn sums_avx512(codes: &[Code; 8], query: &[__m512i; 4]) -> __m512i {
    let words = words_avx512(codes);
    let [a, b, c, d] =
        array::from_fn(|k| _mm512_popcnt_epi64(_mm512_xor_si512(words[k], query[k])));
    let sums = _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d));
    _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), sums)
}

/// The distance of each of eight codes, in bits.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq")]
fn bits_avx512(codes: &[Code; 8], query: &[__m512i; 4]) -> [u16; 8] {
    let mut bits = [0; 8];
    let sums = _mm512_cvtepi64_epi16(sums_avx512(codes, query));
    // SAFETY: eight numbers of 16 bits are the 16 bytes that are written.
    unsafe { _mm_storeu_si128(bits.as_mut_ptr().cast(), sums) };
    bits
}

/// Reports the codes of a tile that lie within the radius, eight at a time.
#[inline]
#[target_feature(enable = "avx512f,avx512vl,avx512vpopcntdq,popcnt")]
fn measure_avx512(
    pass: &Pass<'_>,
    query: usize,
    codes: &[Code; TILE_AVX512],
    first: usize,
    found: &mut Vec<Near>,
) {
    let words = pass.queries[query].words().map(|word| _mm512_set1_epi64(word.cast_signed()));
    let radius = _mm512_set1_epi64(i64::from(pass.radius.bits()));
    let (eights, _) = codes.as_chunks::<8>();
    for (i, eight) in eights.iter().enumerate() {
        let inside = _mm512_cmple_epu64_mask(sums_avx512(eight, &words), radius);
        if inside != 0 {
            measure(pass, query, eight, first + 8 * i, found);
        }
    }
}
