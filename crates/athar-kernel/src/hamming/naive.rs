//! The loops that every level must equal, as plainly as they can be written.

use super::tiles::Pass;
use super::{Near, tiles};
use crate::{Code, Distance};

/// Every pair of the pass within its radius.
#[cfg_attr(not(test), expect(dead_code, reason = "the twin that the tests compare with"))]
pub(super) fn within(pass: Pass<'_>, found: &mut Vec<Near>) {
    for query in 0..pass.queries.len() {
        tiles::measure(&pass, query, pass.block, 0, found);
    }
}

/// The distance of each code.
#[inline(always)]
pub(super) fn distances(query: &Code, block: &[Code], distances: &mut [Distance]) {
    for (distance, code) in distances.iter_mut().zip(block) {
        *distance = query.distance(code);
    }
}
