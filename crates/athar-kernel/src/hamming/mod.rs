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
//! A tile is loaded once for all queries, and large sets of queries and codes are cut so that
//! the queries of a pass stay in the first cache and its codes in the second. Over
//! [`SIEVE_MAX_BITS`] the bound passes most tiles and costs more than it saves: then every code
//! is measured at once.
//!
//! # What is fast where
//!
//! Nanoseconds for one query and one code, one thread; `cargo bench -p athar-benches --bench
//! scan` measures them anew. From memory: 10 M codes, 320 MB. AMD EPYC (Zen 4), 2025-11.
//!
//! | level | memory, 1 query | memory, 100 queries | cache, full distances | how |
//! |---|---|---|---|---|
//! | scalar | TBD | | | |

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
mod x86;

use crate::level::Kind;
use crate::{Code, Distance, Level, Radius};
use tiles::Pass;

/// The largest radius at which the bound is worth asking: beyond it most tiles of unrelated
/// codes hold one that passes.
const SIEVE_MAX_BITS: u16 = 48;

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

/// Appends to `found` every pair of a query and a code of `block` within `radius`, exactly.
///
/// The pairs of one query come with ascending positions; those of different queries are mixed.
pub fn within(
    level: Level,
    queries: &[Code],
    block: &[Code],
    radius: Radius,
    found: &mut Vec<Near>,
) {
    for (c, block) in block.chunks(PASS_CODES).enumerate() {
        for (q, queries) in queries.chunks(PASS_QUERIES).enumerate() {
            let (first_query, first_position) = (q * PASS_QUERIES, c * PASS_CODES);
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
