//! AVX2 and AVX-512 (BITALG).

#![expect(unsafe_code, reason = "vector loads")]

use super::naive::passes;
use super::{LongRun, Passed, Run, Sift};
use std::arch::x86_64::*;

/// Words that passed side by side: those of the mask, counted from `position` on.
#[derive(Clone, Copy, Default)]
struct Mask {
    run: u32,
    position: u32,
    bits: u32,
}

/// Masks that are collected before they are taken apart, in a place where no call disturbs the
/// registers of the loop that finds them.
const MASKS: usize = 256;

/// Masks on their way to places.
struct Masks<'a> {
    masks: [Mask; MASKS],
    len: usize,
    passed: &'a mut Vec<Passed>,
}

impl<'a> Masks<'a> {
    fn new(passed: &'a mut Vec<Passed>) -> Self {
        Self { masks: [Mask::default(); MASKS], len: 0, passed }
    }

    /// Makes room for so many masks, at most [`MASKS`].
    fn reserve(&mut self, masks: usize) {
        if self.len + masks > MASKS {
            self.take_apart();
        }
    }

    /// Keeps the mask if it is not empty, without a branch on that. There must be room for it.
    #[inline(always)]
    fn push(&mut self, mask: Mask) {
        self.masks[self.len % MASKS] = mask;
        self.len += usize::from(mask.bits != 0);
    }

    #[cold]
    fn take_apart(&mut self) {
        for &Mask { run, position, mut bits } in &self.masks[..self.len] {
            while bits != 0 {
                self.passed.push(Passed { run, position: position + bits.trailing_zeros() });
                bits &= bits - 1;
            }
        }
        self.len = 0;
    }
}

/// Words of a vector.
const WIDE: u32 = 32;
const HALF: u32 = 16;
/// Words of 32 bits of a vector.
const LONG: u32 = 16;
const LONG_HALF: u32 = 8;

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bitalg,popcnt,bmi1,bmi2")]
pub(super) fn sieve_avx512(sift: &Sift<'_, Run>, passed: &mut Vec<Passed>) {
    let mut masks = Masks::new(passed);
    for (run, number) in sift.runs() {
        if masks.passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let words = &sift.words[run.range()];
        let first = Mask { run: number, position: 0, bits: 0 };
        if run.len <= WIDE {
            masks.reserve(1);
            sieve_piece_avx512(words, run, first, &mut masks);
            continue;
        }
        let pieces = words.chunks(MASKS * WIDE as usize);
        for (piece, position) in pieces.zip((0..).step_by(MASKS * WIDE as usize)) {
            masks.reserve(piece.len().div_ceil(WIDE as usize));
            sieve_piece_avx512(piece, run, Mask { position, ..first }, &mut masks);
        }
    }
    masks.take_apart();
}

/// Words whose masks there is room for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bitalg,popcnt,bmi1,bmi2")]
fn sieve_piece_avx512(words: &[u16], run: &Run, first: Mask, masks: &mut Masks<'_>) {
    let query = _mm512_set1_epi16(run.query.cast_signed());
    let bound = _mm512_set1_epi16(run.bound.cast_signed());
    let len = words.len() as u32;
    for at in (0..len).step_by(WIDE as usize) {
        let inside = _bzhi_u32(u32::MAX, (len - at).min(WIDE));
        // SAFETY: only words of `inside` are loaded, which lie within the piece.
        let loaded =
            unsafe { _mm512_maskz_loadu_epi16(inside, words.as_ptr().add(at as usize).cast()) };
        let bits = _mm512_popcnt_epi16(_mm512_xor_si512(loaded, query));
        let bits = _mm512_mask_cmple_epu16_mask(inside, bits, bound);
        masks.push(Mask { position: first.position + at, bits, ..first });
    }
}

#[target_feature(enable = "avx2,popcnt,bmi1")]
pub(super) fn sieve_avx2(sift: &Sift<'_, Run>, passed: &mut Vec<Passed>) {
    let mut masks = Masks::new(passed);
    for (run, number) in sift.runs() {
        if masks.passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let whole = run.len / HALF * HALF;
        let pieces = sift.words[run.range()][..whole as usize].chunks(MASKS * HALF as usize);
        for (piece, position) in pieces.zip((0..).step_by(MASKS * HALF as usize)) {
            masks.reserve(piece.len() / HALF as usize);
            sieve_piece_avx2(piece, run, Mask { run: number, position, bits: 0 }, &mut masks);
        }
        if whole < run.len {
            masks.reserve(1);
            masks.push(rest_of(sift.words, run, Mask { run: number, position: whole, bits: 0 }));
        }
    }
    masks.take_apart();
}

/// Words that fill vectors, whose masks there is room for.
#[inline]
#[target_feature(enable = "avx2,popcnt,bmi1")]
fn sieve_piece_avx2(words: &[u16], run: &Run, first: Mask, masks: &mut Masks<'_>) {
    let query = _mm256_set1_epi16(run.query.cast_signed());
    let beyond = _mm256_set1_epi16(run.bound.min(16).cast_signed() + 1);
    let (vectors, _) = words.as_chunks::<{ HALF as usize }>();
    for (vector, at) in vectors.iter().zip((0..).step_by(HALF as usize)) {
        // SAFETY: sixteen words are the 32 bytes that are loaded.
        let loaded = unsafe { _mm256_loadu_si256(vector.as_ptr().cast()) };
        let bits = count_avx2(_mm256_xor_si256(loaded, query));
        let inside = _mm256_cmpgt_epi16(beyond, bits);
        let (low, high) = (_mm256_castsi256_si128(inside), _mm256_extracti128_si256::<1>(inside));
        let bits = _mm_movemask_epi8(_mm_packs_epi16(low, high)).cast_unsigned();
        masks.push(Mask { position: first.position + at, bits, ..first });
    }
}

/// The mask of fewer words than fill a vector, at the end of a run.
#[inline]
#[target_feature(enable = "popcnt")]
fn rest_of(words: &[u16], run: &Run, first: Mask) -> Mask {
    let words = &words[run.range()][first.position as usize..];
    let inside = |word: &u16| u32::from((word ^ run.query).count_ones() <= u32::from(run.bound));
    let bits = words.iter().rev().fold(0, |bits, word| bits << 1 | inside(word));
    Mask { bits, ..first }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt,bmi1,bmi2")]
pub(super) fn sieve_long_avx512(sift: &Sift<'_, LongRun>, passed: &mut Vec<Passed>) {
    let mut masks = Masks::new(passed);
    for (run, number) in sift.runs() {
        if masks.passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let words = &sift.words[run.range()];
        let pieces = words.chunks(MASKS * LONG as usize);
        for (piece, position) in pieces.zip((0..).step_by(MASKS * LONG as usize)) {
            masks.reserve(piece.len().div_ceil(LONG as usize));
            let first = Mask { run: number, position, bits: 0 };
            sieve_long_piece_avx512(piece, run, first, &mut masks);
        }
    }
    masks.take_apart();
}

/// Words whose masks there is room for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq,popcnt,bmi1,bmi2")]
fn sieve_long_piece_avx512(words: &[u32], run: &LongRun, first: Mask, masks: &mut Masks<'_>) {
    let query = _mm512_set1_epi32(run.query.cast_signed());
    let some = _mm512_set1_epi32(run.first.cast_signed());
    let bounds = run.bounds.map(|bound| _mm512_set1_epi32(bound.cast_signed()));
    let len = words.len() as u32;
    for at in (0..len).step_by(LONG as usize) {
        let inside = _bzhi_u32(u32::MAX, (len - at).min(LONG)) as u16;
        // SAFETY: only words of `inside` are loaded, which lie within the piece.
        let loaded =
            unsafe { _mm512_maskz_loadu_epi32(inside, words.as_ptr().add(at as usize).cast()) };
        let apart = _mm512_xor_si512(loaded, query);
        let of_some = _mm512_popcnt_epi32(_mm512_and_si512(apart, some));
        let inside = _mm512_mask_cmple_epu32_mask(inside, of_some, bounds[0]);
        let inside = _mm512_mask_cmple_epu32_mask(inside, _mm512_popcnt_epi32(apart), bounds[1]);
        masks.push(Mask { position: first.position + at, bits: inside.into(), ..first });
    }
}

#[target_feature(enable = "avx2,popcnt,bmi1")]
pub(super) fn sieve_long_avx2(sift: &Sift<'_, LongRun>, passed: &mut Vec<Passed>) {
    let mut masks = Masks::new(passed);
    for (run, number) in sift.runs() {
        if masks.passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let words = &sift.words[run.range()];
        let pieces = words.chunks(MASKS * LONG_HALF as usize);
        for (piece, position) in pieces.zip((0..).step_by(MASKS * LONG_HALF as usize)) {
            masks.reserve(piece.len().div_ceil(LONG_HALF as usize));
            let first = Mask { run: number, position, bits: 0 };
            sieve_long_piece_avx2(piece, run, first, &mut masks);
        }
    }
    masks.take_apart();
}

/// Words whose masks there is room for.
#[inline]
#[target_feature(enable = "avx2,popcnt,bmi1")]
fn sieve_long_piece_avx2(words: &[u32], run: &LongRun, first: Mask, masks: &mut Masks<'_>) {
    let query = _mm256_set1_epi32(run.query.cast_signed());
    let some = _mm256_set1_epi32(run.first.cast_signed());
    let beyond = run.bounds.map(|bound| _mm256_set1_epi32(bound.min(32).cast_signed() + 1));
    let (vectors, rest) = words.as_chunks::<{ LONG_HALF as usize }>();
    for (vector, at) in vectors.iter().zip((0..).step_by(LONG_HALF as usize)) {
        // SAFETY: eight words are the 32 bytes that are loaded.
        let loaded = unsafe { _mm256_loadu_si256(vector.as_ptr().cast()) };
        let apart = _mm256_xor_si256(loaded, query);
        let inside = _mm256_and_si256(
            _mm256_cmpgt_epi32(beyond[0], count_long_avx2(_mm256_and_si256(apart, some))),
            _mm256_cmpgt_epi32(beyond[1], count_long_avx2(apart)),
        );
        let bits = _mm256_movemask_ps(_mm256_castsi256_ps(inside)).cast_unsigned();
        masks.push(Mask { position: first.position + at, bits, ..first });
    }
    let bits = rest.iter().rev().fold(0, |bits, &word| bits << 1 | u32::from(passes(word, run)));
    if !rest.is_empty() {
        let position = first.position + (words.len() - rest.len()) as u32;
        masks.push(Mask { position, bits, ..first });
    }
}

/// The number of bits in each 32-bit lane.
#[inline]
#[target_feature(enable = "avx2")]
fn count_long_avx2(v: __m256i) -> __m256i {
    _mm256_madd_epi16(count_avx2(v), _mm256_set1_epi16(1))
}

/// The number of bits in each 16-bit lane, by a table of half bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn count_avx2(v: __m256i) -> __m256i {
    let table =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    let half = _mm256_set1_epi8(15);
    let low = _mm256_shuffle_epi8(table, _mm256_and_si256(v, half));
    let high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16::<4>(v), half));
    _mm256_maddubs_epi16(_mm256_add_epi8(low, high), _mm256_set1_epi8(1))
}
