//! Which 16-bit words of many short runs lie within a few bits of a query word.
//!
//! An index that looks up parts of codes reads many short runs of words, one a bucket, from
//! places in memory that have nothing to do with each other. Nearly every word is far from its
//! query, so a pass is: load, XOR, count, compare, and rarely note a place. What limits it is
//! how soon the lines of memory arrive, so those of the runs to come are asked for while one
//! is sifted; [`prefetch`] does the same for what a caller reads around it.
//!
//! AVX-512 writes the mask of every vector to the same place until one is not empty: no branch
//! depends on what was found. It counts with BITALG's instruction, which the level stands for.

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

/// Runs whose words are asked for ahead of time, and the words of each that are: the rest of a
/// long run follows in a stream that the processor sees coming.
const RUNS_AHEAD: usize = 8;
const WORDS_AHEAD: u32 = 512;

/// Appends to `passed` every word of `runs` that lies within the bound of its run, in the order
/// of the runs and of their words. It may stop when more than `most` have passed: then a caller
/// with no use for so many need not wait for all of them.
///
/// # Panics
///
/// When a run does not lie within `words`.
pub fn sieve(level: Level, words: &[u16], runs: &[Run], most: usize, passed: &mut Vec<Passed>) {
    ask_ahead(words, &runs[..runs.len().min(RUNS_AHEAD)]);
    match level.kind() {
        Kind::Scalar => naive::sieve(words, runs, most, passed),
        // SAFETY: a level of this kind is only had on a processor that has AVX2.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::sieve_avx2(words, runs, most, passed) },
        // SAFETY: a level of this kind is only had on a processor that has AVX-512 F, BW, VL,
        // and BITALG.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::sieve_avx512(words, runs, most, passed) },
        // SAFETY: a level of this kind is only had on a processor that has NEON.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => unsafe { neon::sieve(words, runs, most, passed) },
        #[cfg(target_arch = "wasm32")]
        Kind::Simd128 => wasm::sieve(words, runs, most, passed),
    }
}

/// Asks for the words of the run that comes [`RUNS_AHEAD`] after the one at `index`.
#[inline(always)]
fn ask_after(words: &[u16], runs: &[Run], index: usize) {
    if let Some(run) = runs.get(index + RUNS_AHEAD) {
        ask_ahead(words, std::slice::from_ref(run));
    }
}

#[inline(always)]
fn ask_ahead(words: &[u16], runs: &[Run]) {
    for run in runs {
        prefetch(words, run.start..run.start + run.len.min(WORDS_AHEAD) as usize);
    }
}

/// Asks memory for the lines that hold `range` of `values`, and does not wait for them. It is a
/// hint: a range that reaches beyond the values is no error.
#[inline]
pub fn prefetch<T>(values: &[T], range: Range<usize>) {
    let first = values.as_ptr().wrapping_add(range.start).cast::<u8>();
    let end = values.as_ptr().wrapping_add(range.end).addr();
    let mut line = first.wrapping_sub(first.addr() % LINE_BYTES);
    while line.addr() < end {
        prefetch_line(line);
        line = line.wrapping_add(LINE_BYTES);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline]
pub(crate) fn prefetch_line(byte: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: every x86-64 has the instruction, and it never faults, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(byte.cast()) };
}

#[cfg(all(target_arch = "aarch64", not(miri)))]
#[inline]
pub(crate) fn prefetch_line(byte: *const u8) {
    // SAFETY: the instruction changes nothing and never faults, whatever the address.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{0}]", in(reg) byte, options(nostack, readonly, preserves_flags));
    }
}

#[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[inline]
pub(crate) fn prefetch_line(_byte: *const u8) {}

#[cfg(test)]
mod tests;
