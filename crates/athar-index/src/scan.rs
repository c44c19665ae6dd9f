//! The plan that is always there: comparing the query with every row.

use crate::segment::{Headless, Near, Parts};
use athar_kernel::{Code, Level, Radius, hamming};
use std::ops::Range;

/// Every row within `radius` of `query`, in rising order.
pub(crate) fn within(parts: &Parts<'_>, level: Level, query: &Code, radius: Radius) -> Vec<Near> {
    let mut found = Vec::new();
    parts.rows.scan(level, query, radius, &mut found);
    found.sort_unstable();
    // From one to the next the bucket is never far: a flood costs little more than a scan.
    let mut bucket = 0;
    let whole = |(row, bits)| {
        bucket = parts.bucket_from(bucket, row);
        parts.near(query, radius, Headless { row, bits, bucket })
    };
    found.into_iter().filter_map(whole).collect()
}

/// Rows that are put together to whole codes at a time: 32 KiB.
const BLOCK_ROWS: usize = 1 << 10;

/// Every row within `radius` of each of many queries, in no particular order: the queries' numbers
/// with them. Rows are read and put together once for all.
pub(crate) fn within_together(
    parts: &Parts<'_>,
    level: Level,
    queries: &[Code],
    radius: Radius,
    mut visit: impl FnMut(usize, Near),
) {
    let (mut block, mut found) = (Vec::with_capacity(BLOCK_ROWS), Vec::new());
    let mut first = 0;
    let mut compare = |block: &mut Vec<Code>| {
        hamming::within(level, queries, block, radius, &mut found);
        for near in found.drain(..) {
            let row = (first + near.position) as u32;
            visit(near.query, Near { row, distance: near.distance });
        }
        first += block.len();
        block.clear();
    };
    for_each_head(parts, |rows, head| {
        for row in rows {
            block.push(parts.rows.code(row, head));
            if block.len() == BLOCK_ROWS {
                compare(&mut block);
            }
        }
    });
    compare(&mut block);
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
