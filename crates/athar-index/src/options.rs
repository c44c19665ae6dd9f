//! What may be set when an index is opened or asked.

use athar_kernel::Radius;

/// When the delta becomes a segment and when segments become one. The default suits millions of
/// codes; every choice gives the same answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Changes after which [`maintain`](crate::Index::maintain) makes a segment of the delta.
    pub flush_codes: usize,
    /// Entries in one call that become a segment at once, in the caller's own time, so that
    /// loading leaves no long delta.
    pub bulk_codes: usize,
    /// How many times as large as the next smaller one a segment is at least, once nothing is
    /// left to merge; the youngest, which flushes still add to, may have any size. Larger: fewer
    /// segments to search, more merging.
    pub ratio: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { flush_codes: 1 << 14, bulk_codes: 1 << 16, ratio: 4 }
    }
}

/// What a question may take, where not everything has to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Everything within this is found.
    pub sure: Radius,
    /// Microseconds in a segment, as the index reckons them, after which a question is given up.
    pub most_us: u64,
}
