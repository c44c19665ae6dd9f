//! The plan that is always there: comparing the query with every row.

use crate::segment::{Near, Parts};
use athar_kernel::{Code, Level, Radius, hamming};
use std::ops::Range;

/// Rows that are unpacked at a time, so that they stay in the first cache.
const TILE: usize = 512;

/// Every row within `radius` of `query`, in rising order.
pub(crate) fn within(parts: &Parts<'_>, level: Level, query: &Code, radius: Radius) -> Vec<Near> {
    let mut tile = Tile { codes: [Code::default(); TILE], len: 0, first: 0, found: Vec::new() };
    let mut near = Vec::new();
    for_each_head(parts, |rows, head| {
        let mut row = rows.start;
        while row < rows.end {
            if tile.len == TILE {
                // While this one is compared, the next one arrives.
                parts.rows.prefetch(row..parts.rows.len().min(row + TILE));
                tile.compare(level, query, radius, &mut near);
            }
            let end = rows.end.min(row + TILE - tile.len);
            parts.rows.unpack(row, head, &mut tile.codes[tile.len..][..end - row]);
            tile.len += end - row;
            row = end;
        }
    });
    tile.compare(level, query, radius, &mut near);
    near.sort_unstable();
    near
}

/// Calls `visit` with the rows of each head that has some, in rising order.
pub(crate) fn for_each_head(parts: &Parts<'_>, mut visit: impl FnMut(Range<usize>, u16)) {
    let starts = parts.starts(0);
    for (bucket, ends) in starts.windows(2).enumerate() {
        if ends[0] < ends[1] {
            visit(ends[0] as usize..ends[1] as usize, parts.head_of_bucket(bucket));
        }
    }
}

/// Rows on their way to being compared: so many from `first` on.
struct Tile {
    codes: [Code; TILE],
    len: usize,
    first: usize,
    found: Vec<hamming::Near>,
}

impl Tile {
    fn compare(&mut self, level: Level, query: &Code, radius: Radius, near: &mut Vec<Near>) {
        let query = std::slice::from_ref(query);
        hamming::within(level, query, &self.codes[..self.len], radius, &mut self.found);
        let first = self.first;
        near.extend(
            self.found.drain(..).map(|found| Near {
                row: (first + found.position) as u32,
                distance: found.distance,
            }),
        );
        self.first += self.len;
        self.len = 0;
    }
}
