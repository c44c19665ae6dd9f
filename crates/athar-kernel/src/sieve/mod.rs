//! Which words of many short runs lie within a few bits of a query word: words of 16 bits, or of
//! 32, whose first bits have a bound of their own.
//!
//! An index that looks up parts of codes reads many short runs of words, one a bucket, from
//! places in memory that have nothing to do with each other. Nearly every word is far from its
//! query, so a pass is: load, XOR, count, compare, and rarely note a place. What limits it is
//! how soon the lines of memory arrive, so those of the runs to come are asked for while one
//! is sifted; [`prefetch`] does the same for what a caller reads around it. Lines are asked for
//! into the second cache, which takes more of them at a time than the first: where it was
//! measured (Zen 4, ten million codes), a query that asks for them this way takes 0.8 of the
//! time.
//!
//! AVX-512 writes the mask of every vector to the same place until one is not empty: no branch
//! depends on what was found. It counts with BITALG's instruction, which the level stands for.
//! Letting masks stand where they fall and keeping whole runs instead takes fewer instructions a
//! vector and is slower where runs are short (a hundred million codes: 130 us a query for 99).
//!
//! Words of 32 bits go the same way, with AVX2 and AVX-512; NEON and WebAssembly have the plain
//! loop for them until somebody measures there.

#![cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    expect(unsafe_code, reason = "calls what the level proves that the processor has")
)]

mod naive;
#[cfg(target_arch = "aarch64")]
mod neon;
mod select;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::Level;
use crate::level::Kind;
use std::ops::Range;

pub use select::select;

/// Bytes that memory delivers at once.
const LINE_BYTES: usize = 64;

/// Neighbouring words that are compared with one query word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run {
    /// The first word's place among all words.
    pub start: usize,
    /// Words.
    pub len: u32,
    /// What they are compared with.
    pub query: u16,
    /// The largest distance in bits that passes.
    pub bound: u16,
}

impl Run {
    /// The places of its words among all words.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.len as usize
    }
}

/// A word that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Passed {
    /// Which run, counted from 0.
    pub run: u32,
    /// Which word of the run, counted from 0.
    pub position: u32,
}

/// Neighbouring words of 32 bits that are compared with one query word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LongRun {
    /// The first word's place among all words.
    pub start: usize,
    /// Words.
    pub len: u32,
    /// What they are compared with.
    pub query: u32,
    /// Bits of a word that are compared by themselves too.
    pub first: u32,
    /// The largest distance in the first bits, and in all, with which a word passes.
    pub bounds: [u32; 2],
}

impl LongRun {
    /// The places of its words among all words.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.len as usize
    }
}

/// Bytes of a run that are asked for ahead of time: the rest of a long run follows in a stream
/// that the processor sees coming.
const BYTES_AHEAD: usize = 1024;

/// Appends to `passed` every word of `runs[range]` that lies within the bound of its run, in the
/// order of the runs and of their words. What follows the range is what is sifted next: its
/// words are asked for in time. It may stop when more than `most` have passed in all: then a
/// caller with no use for so many need not wait for the others.
///
/// # Panics
///
/// When the range does not lie within `runs`, or one of its runs not within `words`.
pub fn sieve(
    level: Level,
    words: &[u16],
    runs: &[Run],
    range: Range<usize>,
    most: usize,
    passed: &mut Vec<Passed>,
) {
    let sift = Sift::new(words, runs, range, most);
    match level.kind() {
        Kind::Scalar => naive::sieve(&sift, passed),
        // SAFETY: a level of this kind is only had on a processor that has AVX2.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::sieve_avx2(&sift, passed) },
        // SAFETY: a level of this kind is only had on a processor that has AVX-512 F, BW, VL,
        // and BITALG.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::sieve_avx512(&sift, passed) },
        // SAFETY: a level of this kind is only had on a processor that has NEON.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => unsafe { neon::sieve(&sift, passed) },
        #[cfg(target_arch = "wasm32")]
        Kind::Simd128 => wasm::sieve(&sift, passed),
    }
}

/// [`sieve`] for words of 32 bits: those pass that lie within both bounds of their run.
///
/// # Panics
///
/// When the range does not lie within `runs`, or one of its runs not within `words`.
pub fn sieve_long(
    level: Level,
    words: &[u32],
    runs: &[LongRun],
    range: Range<usize>,
    most: usize,
    passed: &mut Vec<Passed>,
) {
    let sift = Sift::new(words, runs, range, most);
    match level.kind() {
        // SAFETY: a level of this kind is only had on a processor that has AVX2.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::sieve_long_avx2(&sift, passed) },
        // SAFETY: a level of this kind is only had on a processor that has AVX-512 F, BW, VL,
        // and VPOPCNTDQ.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::sieve_long_avx512(&sift, passed) },
        _ => naive::sieve_long(&sift, passed),
    }
}

/// What [`Sift`] has to know of a run.
trait Stretch {
    /// What it is of.
    type Word;

    /// Lines that are asked for ahead of time: the best of a few that were tried.
    const LINES_AHEAD: usize;

    /// The places of its words.
    fn places(&self) -> Range<usize>;
}

impl Stretch for Run {
    type Word = u16;
    const LINES_AHEAD: usize = 96;

    #[inline(always)]
    fn places(&self) -> Range<usize> {
        self.range()
    }
}

impl Stretch for LongRun {
    type Word = u32;
    const LINES_AHEAD: usize = 48;

    #[inline(always)]
    fn places(&self) -> Range<usize> {
        self.range()
    }
}

/// Runs to sift, and those after them.
struct Sift<'a, R: Stretch> {
    words: &'a [R::Word],
    /// All of them.
    runs: &'a [R],
    /// Those to sift.
    range: Range<usize>,
    /// Runs that are asked for ahead of time.
    ahead: usize,
    most: usize,
}

impl<'a, R: Stretch> Sift<'a, R> {
    fn new(words: &'a [R::Word], runs: &'a [R], range: Range<usize>, most: usize) -> Self {
        let sifted = &runs[range.clone()];
        let read: usize = sifted.iter().map(|run| run.places().len()).sum();
        let lines = sifted.len() + read * size_of::<R::Word>() / LINE_BYTES;
        let ahead = (R::LINES_AHEAD * sifted.len()).checked_div(lines).unwrap_or(0).max(1);
        let next = &runs[range.start..];
        next[..next.len().min(ahead)].iter().for_each(|run| ask_for(words, run));
        Self { words, runs, range, ahead, most }
    }

    /// The runs to sift, each with its number among all.
    #[inline(always)]
    fn runs(&self) -> impl Iterator<Item = (&'a R, u32)> {
        self.runs[self.range.clone()].iter().zip(self.range.start as u32..)
    }

    /// Asks for the words of the run that is sifted some time after this one.
    #[inline(always)]
    fn ask_after(&self, number: u32) {
        if let Some(run) = self.runs.get(number as usize + self.ahead) {
            ask_for(self.words, run);
        }
    }
}

#[inline(always)]
fn ask_for<R: Stretch>(words: &[R::Word], run: &R) {
    let places = run.places();
    let end = places.end.min(places.start + BYTES_AHEAD / size_of::<R::Word>());
    prefetch(words, places.start..end);
}

/// Asks memory for the lines that hold `range` of `values`, and does not wait for them. It is a
/// hint: a range that reaches beyond the values is no error.
#[inline(always)]
pub fn prefetch<T>(values: &[T], range: Range<usize>) {
    let first = values.as_ptr().wrapping_add(range.start).cast::<u8>();
    let last = values.as_ptr().wrapping_add(range.end).cast::<u8>().wrapping_sub(1);
    let last_line = last.addr() / LINE_BYTES * LINE_BYTES;
    // One or two lines, which is usual, take no branch that depends on how many they are.
    prefetch_line(first);
    let mut line = first.wrapping_add(LINE_BYTES);
    while line.addr() < last_line {
        prefetch_line(line);
        line = line.wrapping_add(LINE_BYTES);
    }
    prefetch_line(last);
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
pub(crate) fn prefetch_line(byte: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
    // SAFETY: every x86-64 has the instruction, and it never faults, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(byte.cast()) };
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
#[inline]
pub(crate) fn prefetch_line(byte: *const u8) {
    // SAFETY: the instruction changes nothing and never faults, whatever the address.
    unsafe {
        std::arch::asm!("prfm pldl2keep, [{0}]", in(reg) byte, options(nostack, readonly, preserves_flags));
    }
}

#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[inline]
pub(crate) fn prefetch_line(_byte: *const u8) {}

#[cfg(test)]
mod tests;
