//! AVX2 and AVX-512 (BITALG).

#![expect(unsafe_code, reason = "vector loads")]

use super::{Passed, Run, naive};
use std::arch::x86_64::*;

/// Words that passed side by side: those of the mask, counted from `position` on.
#[derive(Clone, Copy, Default)]
struct Mask {
    run: u32,
    position: u32,
    bits: u32,
}

/// Masks that are collected before they are taken apart.
const MASKS: usize = 128;

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

    /// Keeps the mask if it is not empty, without a branch on that.
    #[inline(always)]
    fn push(&mut self, mask: Mask) {
        if self.len == MASKS {
            self.take_apart();
        }
        self.masks[self.len] = mask;
        self.len += usize::from(mask.bits != 0);
    }

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

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bitalg,popcnt,bmi1,bmi2")]
pub(super) fn sieve_avx512(words: &[u16], runs: &[Run], first: u32, passed: &mut Vec<Passed>) {
    let mut masks = Masks::new(passed);
    for (run, number) in runs.iter().zip(first..) {
        let words = &words[run.range()];
        let query = _mm512_set1_epi16(run.query.cast_signed());
        let bound = _mm512_set1_epi16(run.bound.cast_signed());
        let mut position = 0;
        while position < run.len {
            let inside = _bzhi_u32(u32::MAX, (run.len - position).min(WIDE));
            // SAFETY: only words of `inside` are loaded, which lie within the run.
            let loaded = unsafe {
                _mm512_maskz_loadu_epi16(inside, words.as_ptr().add(position as usize).cast())
            };
            let bits = _mm512_popcnt_epi16(_mm512_xor_si512(loaded, query));
            let bits = _mm512_mask_cmple_epu16_mask(inside, bits, bound);
            masks.push(Mask { run: number, position, bits });
            position += WIDE;
        }
    }
    masks.take_apart();
}

#[target_feature(enable = "avx2,popcnt,bmi1")]
pub(super) fn sieve_avx2(words: &[u16], runs: &[Run], first: u32, passed: &mut Vec<Passed>) {
    for (run, number) in runs.iter().zip(first..) {
        let whole = run.len / HALF * HALF;
        sieve_whole_avx2(&words[run.range()][..whole as usize], run, number, passed);
        naive::sieve_from(words, run, whole, number, passed);
    }
}

/// Words that fill vectors.
#[inline]
#[target_feature(enable = "avx2,popcnt,bmi1")]
fn sieve_whole_avx2(words: &[u16], run: &Run, number: u32, passed: &mut Vec<Passed>) {
    let query = _mm256_set1_epi16(run.query.cast_signed());
    let beyond = _mm256_set1_epi16(run.bound.min(16).cast_signed() + 1);
    let mut masks = Masks::new(passed);
    let (vectors, _) = words.as_chunks::<{ HALF as usize }>();
    for (vector, position) in vectors.iter().zip((0..).step_by(HALF as usize)) {
        // SAFETY: sixteen words are the 32 bytes that are loaded.
        let loaded = unsafe { _mm256_loadu_si256(vector.as_ptr().cast()) };
        let bits = count_avx2(_mm256_xor_si256(loaded, query));
        let inside = _mm256_cmpgt_epi16(beyond, bits);
        let (low, high) = (_mm256_castsi256_si128(inside), _mm256_extracti128_si256::<1>(inside));
        let bits = _mm_movemask_epi8(_mm_packs_epi16(low, high)).cast_unsigned();
        masks.push(Mask { run: number, position, bits });
    }
    masks.take_apart();
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
