//! How much a parcel may ask for.

/// Limits of one parcel with all that lies in it. What ends at a limit is told by a [`Trouble`]
/// of its own.
///
/// [`Trouble`]: crate::Trouble
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Parcels in parcels. The outermost is the first.
    pub depth: usize,
    /// Parts of all kinds together, opened parcels and mails' texts among them.
    pub parts: u64,
    /// Bytes of one part.
    pub part_bytes: u64,
    /// Bytes of all parts together. Those of a parcel in a parcel count too.
    pub total_bytes: u64,
    /// Bytes held in memory of archives that lie in another parcel and must be read from their
    /// end: of all that are open.
    pub spool_bytes: u64,
    /// Bytes that may come out for one that goes in, beyond [`ratio_free_bytes`](Self).
    pub ratio: u64,
    /// Bytes that may come out however few went in.
    pub ratio_free_bytes: u64,
    /// Bytes of a header: a mail's, a long name's in a tar.
    pub header_bytes: usize,
    /// Bytes of a line or of one value in a chat's export that are looked at.
    pub line_bytes: usize,
    /// Bytes of a chat's text.
    pub chat_bytes: u64,
    /// Multiparts in multiparts of one mail.
    pub multipart_depth: usize,
}

impl Limits {
    /// Enough for what a unit gets, and an end to what is made to have none.
    pub const DEFAULT: Self = Self {
        depth: 6,
        parts: 500_000,
        part_bytes: 4 << 30,
        total_bytes: 64 << 30,
        spool_bytes: 256 << 20,
        // Deflate makes 1032 of one at most; honest pictures that lie in an archive without
        // compression of their own seldom make 200.
        ratio: 250,
        ratio_free_bytes: 16 << 20,
        header_bytes: 256 << 10,
        line_bytes: 64 << 10,
        chat_bytes: 1 << 30,
        multipart_depth: 16,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
