//! Why a file gave nothing. No variant can carry anything of the file's content but numbers.

use crate::{Format, Limits, Medium};
use std::fmt;
use std::io;

/// Why a file gave no picture, no frame and no sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaError {
    /// There are no bytes.
    Empty,
    /// The content is nothing that is read here.
    Unsupported {
        /// What it seems to be instead, as in "this is {}".
        looks_like: Option<&'static str>,
        /// What was looked for.
        wanted: Medium,
    },
    /// The format is known here, but not this kind of it, or not in this build.
    UnsupportedKind {
        /// The format.
        format: Format,
    },
    /// The library that reads the format is not installed.
    Missing {
        /// Its name.
        library: &'static str,
        /// The format.
        format: Format,
    },
    /// The picture says that it has no columns or no rows.
    NoPixels {
        /// The format.
        format: Format,
    },
    /// It is damaged. Of a picture nothing is kept of what could still be read; of a clip or
    /// sound there was nothing.
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
        /// How much the limits allow.
        max: u64,
    },
    /// The file cannot be read to its end, whatever stands in it.
    Unreadable,
    /// The caller said to stop.
    Stopped,
}

/// What is wrong with a damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// The data stops before the picture is complete.
    EndsEarly,
    /// What comes before the pixels makes no sense.
    BadHeader,
    /// The pixel data makes no sense or does not agree with its checksum.
    BadData,
    /// Not a single frame or sample comes of it.
    NothingDecodes,
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
    /// Streams of pictures, sound and whatever else.
    Streams,
    /// Frames of a clip, and pieces of its sound.
    Frames,
    /// Milliseconds of a clip or sound.
    Duration,
}

impl MediaError {
    /// The kind as Athar's JSON names it: `unsupported`, `corrupt`, `limit` or `unreadable`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unsupported { .. } | Self::UnsupportedKind { .. } | Self::Missing { .. } => {
                "unsupported"
            }
            Self::Empty | Self::NoPixels { .. } | Self::Corrupt { .. } => "corrupt",
            Self::Limit { .. } | Self::Stopped => "limit",
            Self::Unreadable => "unreadable",
        }
    }
}

pub(crate) const fn corrupt(format: Format, flaw: Flaw) -> MediaError {
    MediaError::Corrupt { format, flaw }
}

/// For decoders that keep within a limit and do not say by how much a file would exceed it.
pub(crate) const fn over_memory(limits: &Limits) -> MediaError {
    over(Resource::Memory, limits.memory)
}

/// More than there may be, nobody knows how much more.
pub(crate) const fn over(what: Resource, max: u64) -> MediaError {
    MediaError::Limit { what, got: max.saturating_add(1), max }
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
            Self::Unsupported { looks_like: Some(what), wanted } => {
                write!(f, "this is {what}, not a {} that can be read", sought(wanted))
            }
            Self::Unsupported { looks_like: None, wanted } => {
                write!(f, "the content is no known kind of {}", sought(wanted))
            }
            Self::UnsupportedKind { format } => {
                write!(f, "this kind of {format} {} cannot be read", noun(format))
            }
            Self::Missing { library, format } => {
                write!(f, "{library}, which reads {format}, is not installed")
            }
            Self::NoPixels { format } => {
                write!(f, "the {format} {} has no pixels", noun(format))
            }
            Self::Corrupt { format, flaw } => {
                write!(f, "the {format} {} is damaged: {flaw}", noun(format))
            }
            Self::Limit { what, got, max } => {
                write!(f, "the file needs {got} {what}, and at most {max} are allowed")
            }
            Self::Unreadable => f.write_str("the file cannot be read to its end"),
            Self::Stopped => f.write_str("reading was stopped before its end"),
        }
    }
}

impl std::error::Error for MediaError {}

const fn sought(wanted: Medium) -> &'static str {
    match wanted {
        Medium::Picture => "picture",
        Medium::Clip | Medium::Sound => "clip or sound",
    }
}

const fn noun(format: Format) -> &'static str {
    match format.medium() {
        Medium::Picture => "picture",
        Medium::Clip => "clip",
        Medium::Sound => "sound",
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndsEarly => "its data ends early",
            Self::BadHeader => "its header makes no sense",
            Self::BadData => "its pixel data makes no sense",
            Self::NothingDecodes => "nothing in it can be decoded",
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
            Self::Streams => "streams",
            Self::Frames => "frames",
            Self::Duration => "milliseconds",
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
                MediaError::Unsupported {
                    looks_like: Some("a PDF document"),
                    wanted: Medium::Picture,
                },
                "unsupported",
                "this is a PDF document, not a picture that can be read",
            ),
            (
                MediaError::Unsupported { looks_like: None, wanted: Medium::Clip },
                "unsupported",
                "the content is no known kind of clip or sound",
            ),
            (
                MediaError::Missing { library: "libheif", format: Format::Heic },
                "unsupported",
                "libheif, which reads HEIC, is not installed",
            ),
            (
                corrupt(Format::OggOpus, Flaw::NothingDecodes),
                "corrupt",
                "the Ogg Opus sound is damaged: nothing in it can be decoded",
            ),
            (MediaError::Unreadable, "unreadable", "the file cannot be read to its end"),
            (MediaError::Stopped, "limit", "reading was stopped before its end"),
            (
                MediaError::Corrupt { format: Format::Png, flaw: Flaw::EndsEarly },
                "corrupt",
                "the PNG picture is damaged: its data ends early",
            ),
            (limit, "limit", "the file needs 9 pixels, and at most 4 are allowed"),
        ];
        for (error, kind, sentence) in said {
            assert_eq!((error.kind(), error.to_string().as_str()), (kind, sentence));
        }
    }
}
