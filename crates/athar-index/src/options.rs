//! What may be set when an index is opened.

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
