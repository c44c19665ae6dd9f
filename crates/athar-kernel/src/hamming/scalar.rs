//! Words, for a processor of which nothing is known.

use super::Near;
use super::tiles::{Pass, Tiling, measure};
use crate::Code;

const TILE: usize = 16;

/// Every pair of the pass within its radius.
pub(super) fn within(pass: Pass<'_>, found: &mut Vec<Near>) {
    let radius_bits = u32::from(pass.radius.bits());
    let tiling = Tiling {
        load: |codes: &[Code; TILE]| *codes,
        may_hold: |tile: &[Code; TILE], query: &Code| {
            tile.iter().map(|code| bound_bits(code, query)).min() <= Some(radius_bits)
        },
        measure: |query, codes: &[Code; TILE], first, found: &mut Vec<Near>| {
            measure(&pass, query, codes, first, found);
        },
    };
    tiling.run(&pass, found);
}

/// At most the distance.
#[inline(always)]
fn bound_bits(code: &Code, query: &Code) -> u32 {
    let ([a, b, c, _], [p, q, r, _]) = (code.words(), query.words());
    ((a ^ p) | (b ^ q) | (c ^ r)).count_ones()
}
