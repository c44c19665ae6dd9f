//! The plan that is always there: comparing the query with every row.

use crate::segment::{Near, Parts};
use athar_kernel::{Code, Level, Radius};
use std::ops::Range;

/// Every row within `radius` of `query`, in rising order.
pub(crate) fn within(parts: &Parts<'_>, level: Level, query: &Code, radius: Radius) -> Vec<Near> {
    let mut found = Vec::new();
    parts.rows.scan(level, query, radius, &mut found);
    let whole = |(row, bits)| parts.near(query, radius, row, bits);
    let mut near: Vec<Near> = found.into_iter().filter_map(whole).collect();
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
