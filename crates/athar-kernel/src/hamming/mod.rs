//! Which codes of a block lie within a radius of a query, and how far away each code is.
//!
//! # The idea
//!
//! Let `x` be the 256 bits in which two codes differ, as four words. Then
//! `popcount(x0 | x1 | x2)` is at most the distance: an OR never counts a bit twice and leaves
//! `x3` out. One popcount instead of four gives this bound, and unrelated codes, which differ in
//! about half of their bits, come out near 56 of 64. So at a small radius the bound alone turns
//! away all but a handful of the codes, and only those few are measured in full. The answer is
//! exact either way: the bound can only let too many through.
//!
//! ```text
//! for each tile of codes            word k of every code side by side, in registers
//!     for each query                compared with the whole tile at once
//!         if some bound <= radius:  measure the codes of this tile in full
//! ```
//!
//! A tile is loaded once for all queries. More queries than stay in the first cache are cut into
//! passes, and then the codes too, so that the passes after the first find them in the second
//! cache. Over some fifty bits the bound passes most tiles and costs more than it saves: then
//! every code is measured at once.
//!
//! Reading memory is what limits a single query, and a core that reads in four places at once
//! gets more of it than one that reads straight on: so tiles are taken in turn from the four
//! quarters of a block, and their order is not promised.
//!
//! # What is fast where
//!
//! Nanoseconds for one query and one code, one thread, codes in the second cache; measured anew
//! by `cargo bench -p athar-benches --bench scan`. AMD EPYC (Zen 4), 2026-11.
//!
//! | level | 100 queries, radius 31 | 100 queries, radius 64 | full distances | how |
//! |---|---|---|---|---|
//! | scalar | 1.92 | 2.18 | 2.46 | words, whatever the compiler makes of a popcount |
//! | AVX2 | 0.28 | 0.94 | 1.20 | a table of half bytes (POPCNT on words: 0.46, 1.08, 1.26) |
//! | AVX-512 | 0.10 | 0.43 | 0.42 | VPOPCNTQ |
//! | wasm, words | 0.9 | 2.2 | 3.4 | under node 20 on the same machine; one query 3.4 |
//! | wasm, simd128 | by words | by words | 2.1 | one query 1.4 |
//! | NEON | | | | correct under emulation, not yet measured on a processor |
//!
//! From AVX2 on, one query on codes in memory costs what reading 32 bytes costs, about 1 ns.
//! Tried and left: two words for the bound (a third faster, but useless over 36 bits and weak
//! where neighbouring words are alike), four words (a third slower), prefetching (slower).

#![cfg_attr(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    expect(unsafe_code, reason = "calls what the level proves that the processor has")
)]

mod naive;
mod scalar;
mod tiles;

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

use crate::level::Kind;
use crate::{Code, Distance, Level, Radius};
use tiles::Pass;

/// The largest radius at which the bound is worth asking: beyond it most tiles of unrelated
/// codes hold one that passes.
pub(crate) const SIEVE_MAX_BITS: u16 = 48;

/// Queries of one pass: 8 KiB, a quarter of a first-level cache.
const PASS_QUERIES: usize = 256;

/// Codes of one pass: 256 KiB, at most half of a second-level cache.
const PASS_CODES: usize = 8192;

/// A code of the block that lies within the radius of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// Which query, counted from 0.
    pub query: usize,
    /// Which code of the block, counted from 0.
    pub position: usize,
    /// How far apart the two are.
    pub distance: Distance,
}

/// Appends to `found` every pair of a query and a code of `block` within `radius`, exactly, in
/// no particular order.
pub fn within(
    level: Level,
    queries: &[Code],
    block: &[Code],
    radius: Radius,
    found: &mut Vec<Near>,
) {
    let pass_codes = if queries.len() > PASS_QUERIES { PASS_CODES } else { block.len().max(1) };
    for (c, block) in block.chunks(pass_codes).enumerate() {
        for (q, queries) in queries.chunks(PASS_QUERIES).enumerate() {
            let (first_query, first_position) = (q * PASS_QUERIES, c * pass_codes);
            let pass = Pass { queries, block, radius, first_query, first_position };
            within_pass(level, pass, found);
        }
    }
}

/// Writes the distance of `query` to each code of `block` into the same place of `distances`.
///
/// # Panics
///
/// When `block` and `distances` have different lengths.
pub fn distances(level: Level, query: &Code, block: &[Code], distances: &mut [Distance]) {
    assert_eq!(block.len(), distances.len(), "one distance for each code");
    match level.kind() {
        Kind::Scalar => naive::distances(query, block, distances),
        // SAFETY: a level of this kind is only had on a processor that has AVX2 and POPCNT.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::distances_avx2(query, block, distances) },
        // SAFETY: a level of this kind is only had on a processor that has AVX-512 F, BW, DQ,
        // VL, VPOPCNTDQ and what AVX2 stands for.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::distances_avx512(query, block, distances) },
        // SAFETY: a level of this kind is only had on a processor that has NEON.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => unsafe { neon::distances(query, block, distances) },
        #[cfg(target_arch = "wasm32")]
        Kind::Simd128 => wasm::distances(query, block, distances),
    }
}

fn within_pass(level: Level, pass: Pass<'_>, found: &mut Vec<Near>) {
    match level.kind() {
        Kind::Scalar => scalar::within(pass, found),
        // SAFETY: a level of this kind is only had on a processor that has AVX2 and POPCNT.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::within_avx2(pass, found) },
        // SAFETY: a level of this kind is only had on a processor that has AVX-512 F, BW, DQ,
        // VL, VPOPCNTDQ and what AVX2 stands for.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::within_avx512(pass, found) },
        // SAFETY: a level of this kind is only had on a processor that has NEON.
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => unsafe { neon::within(pass, found) },
        #[cfg(target_arch = "wasm32")]
        Kind::Simd128 => wasm::within(pass, found),
    }
}

#[cfg(test)]
mod tests;
