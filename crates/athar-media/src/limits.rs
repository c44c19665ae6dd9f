//! What a file may cost, and how little of it is wanted.

/// What one file may cost. A file over a limit ends in [`crate::MediaError::Limit`], and what its
/// header claims is held against the limits before anything of that size is allocated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Pixels of the picture, width times height, as stored.
    pub pixels: u64,
    /// Bytes of working memory while one file is decoded, its own bytes not counted.
    pub memory: u64,
}

impl Default for Limits {
    /// Room for a 100-megapixel JPEG of any kind, and for most else of that size.
    fn default() -> Self {
        Self { bytes: 512 << 20, pixels: 400_000_000, memory: 768 << 20 }
    }
}

/// How little of a picture is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Want {
    /// Every pixel.
    #[default]
    Full,
    /// What a hash of the whole frame needs: one that averages over windows of
    /// `ceil(side / 128)` pixels and keeps a grid of at most 64 cells a side, as PDQ does.
    ///
    /// Pictures of at most 4096 x 4096 pixels stay as they are, so that their hash is exact,
    /// except for JPEG: its scaled decoding skips most of the work, and JPEG pixels differ
    /// between decoders anyway. What is larger is shrunk by whole factors.
    Hash,
    /// What [`Want::Hash`] keeps, and of the picture's pixels at least this many, or all where it
    /// has fewer: for landmarks, of which a larger picture has more.
    ///
    /// A JPEG is decoded at the smallest scale that serves both. No other picture becomes smaller
    /// than for [`Want::Hash`].
    Area {
        /// Columns times rows.
        least_px: u32,
    },
}

impl Want {
    /// Pixels that must be left.
    pub(crate) fn least_px(self) -> u64 {
        match self {
            Self::Full => u64::MAX,
            Self::Hash => 0,
            Self::Area { least_px } => u64::from(least_px),
        }
    }
}
