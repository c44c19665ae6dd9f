//! AVX2 and AVX-512 (BITALG).

#![expect(unsafe_code, reason = "vector loads")]

use super::{Passed, Run, Sift};
use std::arch::x86_64::*;

/// Masks that are collected before they are taken apart, in a place where no call disturbs the
/// registers of the loop that finds them.
const MASKS: usize = 256;

/// Pieces of runs whose masks are kept at a time.
const PIECES: usize = 64;

/// A piece of a run in which some word passed.
#[derive(Clone, Copy, Default)]
struct Piece {
    run: u32,
    /// Its first word, counted from the first of the run.
    position: u32,
    /// Its masks among those that are kept.
    first: u32,
    end: u32,
}

/// Masks on their way to places: one bit a word that passed, `WIDE` words a mask.
struct Masks<'a, const WIDE: u32> {
    masks: [u32; MASKS],
    len: usize,
    pieces: [Piece; PIECES],
    /// Pieces that are kept: those in which nothing passed are written over.
    kept: usize,
    passed: &'a mut Vec<Passed>,
}

impl<'a, const WIDE: u32> Masks<'a, WIDE> {
    fn new(passed: &'a mut Vec<Passed>) -> Self {
        let pieces = [Piece::default(); PIECES];
        Self { masks: [0; MASKS], len: 0, pieces, kept: 0, passed }
    }

    /// Room for the masks of one more piece, at most [`MASKS`].
    #[inline(always)]
    fn room(&mut self, masks: usize) -> &mut [u32] {
        if self.len + masks > MASKS || self.kept == PIECES {
            self.take_apart();
        }
        &mut self.masks[self.len..self.len + masks]
    }

    /// Keeps the masks that were written to [`room`](Self::room) if `any` of their bits is set,
    /// without a branch on that.
    #[inline(always)]
    fn keep(&mut self, masks: usize, run: u32, position: u32, any: u32) {
        let (first, end) = (self.len as u32, (self.len + masks) as u32);
        self.pieces[self.kept % PIECES] = Piece { run, position, first, end };
        self.kept += usize::from(any != 0);
        self.len += masks;
    }

    #[cold]
    fn take_apart(&mut self) {
        for &Piece { run, mut position, first, end } in &self.pieces[..self.kept] {
            for &mask in &self.masks[first as usize..end as usize] {
                let mut bits = mask;
                while bits != 0 {
                    self.passed.push(Passed { run, position: position + bits.trailing_zeros() });
                    bits &= bits - 1;
                }
                position += WIDE;
            }
        }
        (self.len, self.kept) = (0, 0);
    }
}

/// Words of a vector.
const WIDE: u32 = 32;
const HALF: u32 = 16;

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bitalg,popcnt,bmi1,bmi2")]
pub(super) fn sieve_avx512(sift: &Sift<'_>, passed: &mut Vec<Passed>) {
    let mut masks = Masks::<WIDE>::new(passed);
    for (run, number) in sift.runs() {
        if masks.passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let words = &sift.words[run.range()];
        for (piece, position) in pieces(words, WIDE) {
            sieve_piece_avx512(piece, run, number, position, &mut masks);
        }
    }
    masks.take_apart();
}

/// The words of a run in pieces whose masks there is room for, each with its position. There is
/// one at least.
#[inline(always)]
fn pieces(words: &[u16], wide: u32) -> impl Iterator<Item = (&[u16], u32)> {
    // One mask is for the words that do not fill a vector.
    let most = (MASKS - 1) * wide as usize;
    let (first, rest) = words.split_at(words.len().min(most));
    let rest = rest.chunks(most).zip((most as u32..).step_by(most));
    std::iter::once((first, 0)).chain(rest)
}

/// Words whose masks there is room for.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512bitalg,popcnt,bmi1,bmi2")]
fn sieve_piece_avx512(
    words: &[u16],
    run: &Run,
    number: u32,
    position: u32,
    masks: &mut Masks<'_, WIDE>,
) {
    let query = _mm512_set1_epi16(run.query.cast_signed());
    let bound = _mm512_set1_epi16(run.bound.cast_signed());
    let (vectors, rest) = words.as_chunks::<{ WIDE as usize }>();
    let mut any = 0;
    let (last, whole) = (vectors.len(), masks.room(vectors.len() + 1));
    for (vector, mask) in vectors.iter().zip(&mut *whole) {
        // SAFETY: 32 words are the 64 bytes that are loaded.
        let loaded = unsafe { _mm512_loadu_epi16(vector.as_ptr().cast()) };
        let bits = _mm512_popcnt_epi16(_mm512_xor_si512(loaded, query));
        *mask = _mm512_cmple_epu16_mask(bits, bound);
        any |= *mask;
    }
    let inside = _bzhi_u32(u32::MAX, rest.len() as u32);
    // SAFETY: only words of `inside` are loaded, which are those of the rest.
    let loaded = unsafe { _mm512_maskz_loadu_epi16(inside, rest.as_ptr().cast()) };
    let bits = _mm512_popcnt_epi16(_mm512_xor_si512(loaded, query));
    whole[last] = _mm512_mask_cmple_epu16_mask(inside, bits, bound);
    any |= whole[last];
    masks.keep(last + 1, number, position, any);
}

#[target_feature(enable = "avx2,popcnt,bmi1")]
pub(super) fn sieve_avx2(sift: &Sift<'_>, passed: &mut Vec<Passed>) {
    let mut masks = Masks::<HALF>::new(passed);
    for (run, number) in sift.runs() {
        if masks.passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let words = &sift.words[run.range()];
        for (piece, position) in pieces(words, HALF) {
            sieve_piece_avx2(piece, run, number, position, &mut masks);
        }
    }
    masks.take_apart();
}

/// Words whose masks there is room for.
#[inline]
#[target_feature(enable = "avx2,popcnt,bmi1")]
fn sieve_piece_avx2(
    words: &[u16],
    run: &Run,
    number: u32,
    position: u32,
    masks: &mut Masks<'_, HALF>,
) {
    let query = _mm256_set1_epi16(run.query.cast_signed());
    let beyond = _mm256_set1_epi16(run.bound.min(16).cast_signed() + 1);
    let (vectors, rest) = words.as_chunks::<{ HALF as usize }>();
    let mut any = 0;
    let (last, whole) = (vectors.len(), masks.room(vectors.len() + 1));
    for (vector, mask) in vectors.iter().zip(&mut *whole) {
        // SAFETY: sixteen words are the 32 bytes that are loaded.
        let loaded = unsafe { _mm256_loadu_si256(vector.as_ptr().cast()) };
        let bits = count_avx2(_mm256_xor_si256(loaded, query));
        let inside = _mm256_cmpgt_epi16(beyond, bits);
        let (low, high) = (_mm256_castsi256_si128(inside), _mm256_extracti128_si256::<1>(inside));
        *mask = _mm_movemask_epi8(_mm_packs_epi16(low, high)).cast_unsigned();
        any |= *mask;
    }
    let inside = |word: &u16| u32::from((word ^ run.query).count_ones() <= u32::from(run.bound));
    whole[last] = rest.iter().rev().fold(0, |bits, word| bits << 1 | inside(word));
    any |= whole[last];
    masks.keep(last + 1, number, position, any);
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
