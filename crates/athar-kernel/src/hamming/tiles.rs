//! The walk over tiles that every level shares; the levels differ in how they hold a tile and
//! how they ask it.
//!
//! Everything here is `inline(always)`: it is compiled anew inside each level's function, with
//! that level's instructions.

use super::{Near, SIEVE_MAX_BITS};
use crate::{Code, Distance, Radius};

/// Tiles are taken in turn from so many parts of the block. A core that reads memory in several
/// places at once gets more of it in the same time than one that reads straight on.
const STREAMS: usize = 4;

/// One block against as many queries as stay in their cache.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub queries: &'a [Code],
    pub block: &'a [Code],
    pub radius: Radius,
    /// What the first query is called in the report.
    pub first_query: usize,
    /// What the first code is called in the report.
    pub first_position: usize,
}

/// How a level works on a tile of `N` codes. Closures, so that they are compiled with the
/// instructions of the function that makes them.
pub(super) struct Tiling<L, P, M> {
    /// Lays a tile out in registers.
    pub load: L,
    /// Whether a code of the tile may lie within the radius of a query: never wrong when it
    /// says no. Asked up to [`SIEVE_MAX_BITS`] only.
    pub may_hold: P,
    /// Reports the codes within the radius of the pass's query of this index; the last number
    /// is the place of the first code in the pass's block.
    pub measure: M,
}

impl<L, P, M> Tiling<L, P, M> {
    /// Runs the pass: whole tiles by this tiling, what is left over code by code.
    #[inline(always)]
    pub(super) fn run<const N: usize, T>(self, pass: &Pass<'_>, found: &mut Vec<Near>)
    where
        L: Fn(&[Code; N]) -> T,
        P: Fn(&T, &Code) -> bool,
        M: Fn(usize, &[Code; N], usize, &mut Vec<Near>),
    {
        let (tiles, rest) = pass.block.as_chunks::<N>();
        let each = tiles.len() / STREAMS;
        for step in 0..each {
            for stream in 0..STREAMS {
                self.search(pass, tiles, stream * each + step, found);
            }
        }
        for place in STREAMS * each..tiles.len() {
            self.search(pass, tiles, place, found);
        }
        for query in 0..pass.queries.len() {
            measure(pass, query, rest, tiles.len() * N, found);
        }
    }

    /// Searches one tile for all queries.
    #[inline(always)]
    fn search<const N: usize, T>(
        &self,
        pass: &Pass<'_>,
        tiles: &[[Code; N]],
        place: usize,
        found: &mut Vec<Near>,
    ) where
        L: Fn(&[Code; N]) -> T,
        P: Fn(&T, &Code) -> bool,
        M: Fn(usize, &[Code; N], usize, &mut Vec<Near>),
    {
        let (codes, first) = (&tiles[place], place * N);
        if pass.radius.bits() > SIEVE_MAX_BITS {
            for index in 0..pass.queries.len() {
                (self.measure)(index, codes, first, found);
            }
            return;
        }
        // Measuring calls functions, and no vector register outlives a call: the tile is loaded
        // again after the rare pass instead of being kept in memory all the time.
        let mut next = 0;
        while let Some(queries) = pass.queries.get(next..) {
            let tile = (self.load)(codes);
            let Some(passed) = queries.iter().position(|query| (self.may_hold)(&tile, query))
            else {
                break;
            };
            (self.measure)(next + passed, codes, first, found);
            next += passed + 1;
        }
    }
}

/// Reports those of `codes`, which begin at place `first` of the pass's block, that lie within
/// the radius of query `index`.
#[inline(always)]
pub(super) fn measure(
    pass: &Pass<'_>,
    index: usize,
    codes: &[Code],
    first: usize,
    found: &mut Vec<Near>,
) {
    for (place, code) in codes.iter().enumerate() {
        let distance = pass.queries[index].distance(code);
        if pass.radius.covers(distance) {
            found.push(Near {
                query: pass.first_query + index,
                position: pass.first_position + first + place,
                distance,
            });
        }
    }
}

/// A sum of popcounts over all of a code, which is never over 256, as a distance.
#[cfg_attr(
    not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")),
    expect(dead_code, reason = "for vectors of sums")
)]
#[inline(always)]
pub(super) fn distance_of(bits: u16) -> Distance {
    const FARTHEST: Distance = Distance::new(256).expect("256 bits are a distance");
    Distance::new(bits).unwrap_or(FARTHEST)
}
