//! Why a parcel or a part of it cannot be read. None of it repeats what the parcel says.

use crate::kind::Foreign;
use std::{error, fmt, io};

/// Why a parcel, or a part of it, cannot be read as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The content is encrypted.
    Encrypted,
    /// The format is known and not opened.
    Foreign(Foreign),
    /// The part is packed or encoded in a way that is not read.
    Packing,
    /// The parcel ends before it should.
    Truncated,
    /// The parcel contradicts its format.
    Malformed,
    /// The part's bytes are not those that were packed.
    Checksum,
    /// Two members of an archive share bytes.
    Overlapping,
    /// Parcels lie too deep in each other.
    TooDeep {
        /// How many may.
        limit: usize,
    },
    /// There are too many parts.
    TooManyParts {
        /// How many there may be.
        limit: u64,
    },
    /// One part is too large.
    PartTooLarge {
        /// How many bytes it may have.
        limit_bytes: u64,
    },
    /// All parts together are too large.
    AllTooLarge {
        /// How many bytes they may have.
        limit_bytes: u64,
    },
    /// An archive in a parcel is too large to be held.
    SpoolTooLarge {
        /// How many bytes it and those around it may have.
        limit_bytes: u64,
    },
    /// Few bytes become very many.
    Bomb {
        /// How many may come of one.
        ratio: u64,
    },
    /// A header is longer than any honest one.
    HeaderTooLong {
        /// How many bytes it may have.
        limit_bytes: usize,
    },
    /// A chat's text is longer than any honest one.
    ChatTooLong {
        /// How many bytes it may have.
        limit_bytes: u64,
    },
    /// The system failed to read.
    Io(io::ErrorKind),
}

impl Trouble {
    /// What an error says that came out of a part's reader.
    pub fn of(error: &io::Error) -> Self {
        if let Some(trouble) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return *trouble;
        }
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<rawzip::Error>())
        {
            return Self::of_zip(inner);
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Self::Malformed,
            io::ErrorKind::Other => Self::Malformed,
            kind => Self::Io(kind),
        }
    }

    pub(crate) fn of_zip(error: &rawzip::Error) -> Self {
        use rawzip::ErrorKind::{Eof, IO, InvalidChecksum, InvalidSize};
        match error.kind() {
            IO(error) => Self::of(error),
            Eof => Self::Truncated,
            InvalidChecksum { .. } | InvalidSize { .. } => Self::Checksum,
            _ => Self::Malformed,
        }
    }

    /// Whether a limit was reached, and not the parcel's end or sense.
    pub fn is_limit(&self) -> bool {
        !matches!(
            self,
            Self::Encrypted
                | Self::Foreign(_)
                | Self::Packing
                | Self::Truncated
                | Self::Malformed
                | Self::Checksum
                | Self::Overlapping
                | Self::Io(_)
        )
    }

    /// Whether it ends everything: what is limited over all parts.
    pub(crate) fn ends_all(self) -> bool {
        matches!(self, Self::TooManyParts { .. } | Self::AllTooLarge { .. })
    }
}

impl From<Trouble> for io::Error {
    fn from(trouble: Trouble) -> Self {
        Self::other(trouble)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Encrypted => write!(f, "it is encrypted"),
            Self::Foreign(foreign) => write!(f, "{foreign} is not opened: unpack it first"),
            Self::Packing => write!(f, "it is packed or encoded in a way that is not read"),
            Self::Truncated => write!(f, "it ends before it should"),
            Self::Malformed => write!(f, "it contradicts its format"),
            Self::Checksum => write!(f, "its bytes are not those that were packed"),
            Self::Overlapping => write!(f, "members of the archive share the same bytes"),
            Self::TooDeep { limit } => write!(f, "more than {limit} parcels lie in each other"),
            Self::TooManyParts { limit } => write!(f, "it has more than {limit} parts"),
            Self::PartTooLarge { limit_bytes } => {
                write!(f, "it unpacks to more than {}", size(limit_bytes))
            }
            Self::AllTooLarge { limit_bytes } => {
                write!(f, "all of it unpacks to more than {}", size(limit_bytes))
            }
            Self::SpoolTooLarge { limit_bytes } => write!(
                f,
                "archives inside it have more than {}: unpack them first",
                size(limit_bytes)
            ),
            Self::Bomb { ratio } => {
                write!(f, "more than {ratio} bytes come of each that is packed")
            }
            Self::HeaderTooLong { limit_bytes } => {
                write!(f, "a header has more than {}", size(limit_bytes as u64))
            }
            Self::ChatTooLong { limit_bytes } => {
                write!(f, "the chat's text has more than {}", size(limit_bytes))
            }
            Self::Io(kind) => write!(f, "it cannot be read: {kind}"),
        }
    }
}

impl error::Error for Trouble {}

fn size(bytes: u64) -> String {
    match bytes {
        0..=0xFFFF => format!("{bytes} bytes"),
        0x1_0000..=0xF_FFFF => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}
