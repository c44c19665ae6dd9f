//! Why a file gave no picture. No variant can carry anything of the file's content but numbers.

use crate::{Format, Limits};
use std::fmt;
use std::io;

/// Why a file gave no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaError {
    /// There are no bytes.
    Empty,
    /// The content is no picture that is read here.
    Unsupported {
        /// What it seems to be instead, as in "this is {}".
        looks_like: Option<&'static str>,
    },
    /// The format is known here, but not this kind of it, or not in this build.
    UnsupportedKind {
        /// The format.
        format: Format,
    },
    /// The picture says that it has no columns or no rows.
    NoPixels {
        /// The format.
        format: Format,
    },
    /// The picture is damaged. Nothing is kept of what could still be read.
    Corrupt {
        /// The format.
        format: Format,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// The file would cost more than it may.
    Limit {
        /// What there is too much of.
        what: Resource,
        /// How much the file needs, at least.
        got: u64,
        /// How much [`crate::Limits`] allow.
        max: u64,
    },
}

/// What is wrong with a damaged picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The data stops before the picture is complete.
    EndsEarly,
    /// What comes before the pixels makes no sense.
    BadHeader,
    /// The pixel data makes no sense or does not agree with its checksum.
    BadData,
    /// The decoder panicked: the data is surely odd, and the decoder has a bug.
    DecoderPanicked,
}

/// What a file may not have too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Bytes of the file.
    Bytes,
    /// Pixels, width times height.
    Pixels,
    /// Bytes of working memory.
    Memory,
    /// Passes over the picture in which its data is given.
    Scans,
}

impl MediaError {
    /// The kind as Athar's JSON names it: `unsupported`, `corrupt` or `limit`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } | Self::UnsupportedKind { .. } => "unsupported",
            Self::Empty | Self::NoPixels { .. } | Self::Corrupt { .. } => "corrupt",
            Self::Limit { .. } => "limit",
        }
    }
}

pub(crate) const fn corrupt(format: Format, flaw: Flaw) -> MediaError {
    MediaError::Corrupt { format, flaw }
}

/// For decoders that keep within a limit and do not say by how much a file would exceed it.
pub(crate) const fn over_memory(limits: &Limits) -> MediaError {
    let max = limits.memory;
    MediaError::Limit { what: Resource::Memory, got: max.saturating_add(1), max }
}

/// Reading from memory fails in one way only; decoders report the rest of their troubles as I/O
/// errors, too.
pub(crate) fn flaw_of(error: &io::Error) -> Flaw {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Flaw::EndsEarly,
        _ => Flaw::BadData,
    }
}

impl fmt::Display for MediaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("the file is empty"),
            Self::Unsupported { looks_like: Some(what) } => {
                write!(f, "this is {what}, not a picture that can be read")
            }
            Self::Unsupported { looks_like: None } => {
                f.write_str("the content is no known kind of picture")
            }
            Self::UnsupportedKind { format } => {
                write!(f, "this kind of {format} picture cannot be read")
            }
            Self::NoPixels { format } => write!(f, "the {format} picture has no pixels"),
            Self::Corrupt { format, flaw } => write!(f, "the {format} picture is damaged: {flaw}"),
            Self::Limit { what, got, max } => {
                write!(f, "the picture needs {got} {what}, and at most {max} are allowed")
            }
        }
    }
}

impl std::error::Error for MediaError {}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndsEarly => "its data ends early",
            Self::BadHeader => "its header makes no sense",
            Self::BadData => "its pixel data makes no sense",
            Self::DecoderPanicked => "its data makes the decoder fail",
        })
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes of file",
            Self::Pixels => "pixels",
            Self::Memory => "bytes of memory",
            Self::Scans => "scans",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_is_a_sentence_and_has_a_kind() {
        let limit = MediaError::Limit { what: Resource::Pixels, got: 9, max: 4 };
        let said = [
            (MediaError::Empty, "corrupt", "the file is empty"),
            (
                MediaError::Unsupported { looks_like: Some("a PDF document") },
                "unsupported",
                "this is a PDF document, not a picture that can be read",
            ),
            (
                MediaError::Corrupt { format: Format::Png, flaw: Flaw::EndsEarly },
                "corrupt",
                "the PNG picture is damaged: its data ends early",
            ),
            (limit, "limit", "the picture needs 9 pixels, and at most 4 are allowed"),
        ];
        for (error, kind, sentence) in said {
            assert_eq!((error.kind(), error.to_string().as_str()), (kind, sentence));
        }
    }
}
