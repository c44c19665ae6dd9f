//! What can be wrong with a file, with one of its lines, and with what is to be written. None of
//! it repeats what the file says.

use crate::entry::Place;
use std::{fmt, io};

/// Why a file cannot be read any further.
#[derive(Debug)]
pub enum ReadError {
    /// The system failed to read.
    Io(io::Error),
    /// The file is in UTF-16 or UTF-32. All formats here are UTF-8.
    Encoding,
    /// The file has bytes that are not UTF-8.
    NotUtf8 {
        /// Where.
        place: Place,
    },
    /// The file is an archive or compressed.
    Compressed,
    /// The file is of no format known here, or not of the one that was asked for.
    NotThisFormat,
    /// The file is of a version of the format that is not known here.
    UnknownVersion,
    /// The file is not well-formed from here on.
    Malformed {
        /// Where.
        place: Place,
    },
    /// One name, text or element is larger than any honest one.
    TooLong {
        /// Where it begins, or a little later.
        place: Place,
        /// The limit, in bytes.
        limit_bytes: u64,
    },
    /// Elements lie too deep in each other.
    TooDeep {
        /// Where.
        place: Place,
    },
    /// The file declares entities or refers to one. They are never expanded.
    Entity {
        /// Where.
        place: Place,
    },
    /// The file was changed while it was read.
    Changed,
    /// A list that must be there is not: the file may be another kind of document, or cut.
    Missing {
        /// What.
        field: Field,
    },
}

/// Why one record is no entry. The reader goes on with the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A value has another length than its type.
    Length {
        /// Hex digits found.
        got: usize,
        /// Hex digits of this type.
        expected: usize,
    },
    /// A value has something that is no hex digit.
    NotHex {
        /// Its byte offset in the value.
        offset: usize,
    },
    /// A text is not UTF-8.
    NotUtf8,
    /// The line or record is longer than any honest one.
    TooLong {
        /// The limit, in bytes.
        limit_bytes: usize,
    },
    /// A quote is opened and not closed within the longest honest record.
    QuoteNotClosed,
    /// The row has another number of columns than the header.
    Columns {
        /// Columns found.
        got: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// The type is none that the field names.
    UnknownType,
    /// A field says nothing that is known.
    Unknown(Field),
    /// A field is missing.
    Missing(Field),
    /// A field has a value of the wrong kind, form or range.
    Invalid(Field),
    /// A list in the record is longer than any honest one.
    TooMany(Field),
}

impl Reason {
    /// Reasons that differ in their figures alone have one kind, from 0 to [`Reason::KINDS`].
    pub const fn kind(&self) -> usize {
        match self {
            Self::Length { .. } => 0,
            Self::NotHex { .. } => 1,
            Self::NotUtf8 => 2,
            Self::TooLong { .. } => 3,
            Self::QuoteNotClosed => 4,
            Self::Columns { .. } => 5,
            Self::UnknownType => 6,
            Self::Unknown(_) => 7,
            Self::Missing(_) => 8,
            Self::Invalid(_) => 9,
            Self::TooMany(_) => 10,
        }
    }

    /// How many kinds there are.
    pub const KINDS: usize = 11;
}

/// The parts of an entry, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The list of records.
    Records,
    /// The version of the format.
    Version,
    /// The type of a signal.
    Type,
    /// The code or digest.
    Value,
    /// The state, status or category.
    State,
    /// The kind of file.
    Medium,
    /// The quality.
    Quality,
    /// What made the code.
    Scheme,
    /// The owner.
    Owner,
    /// The owner's name.
    OwnerName,
    /// The entry's id.
    Id,
    /// The time.
    Time,
    /// The time until which it holds.
    Expiry,
    /// The classification.
    Classification,
    /// The tags.
    Tags,
    /// The traffic-light marking.
    Marking,
    /// The cases.
    Cases,
    /// The feedback.
    Feedback,
}

/// Why an entry was not written.
#[derive(Debug)]
pub enum WriteError {
    /// The system failed to write. What was written so far is no whole file.
    Io(io::Error),
    /// The format has no words for a part of the entry. Nothing was written of it.
    CannotSay(Field),
}

impl Field {
    /// The name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Records => "list of records",
            Self::Version => "version",
            Self::Type => "type",
            Self::Value => "value",
            Self::State => "state",
            Self::Medium => "kind of file",
            Self::Quality => "quality",
            Self::Scheme => "scheme",
            Self::Owner => "owner",
            Self::OwnerName => "owner's name",
            Self::Id => "id",
            Self::Time => "time",
            Self::Expiry => "time of expiry",
            Self::Classification => "classification",
            Self::Tags => "tags",
            Self::Marking => "traffic-light marking",
            Self::Cases => "cases",
            Self::Feedback => "feedback",
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the file cannot be read: {error}"),
            Self::Encoding => f.write_str("the file is in UTF-16 or UTF-32, not in UTF-8"),
            Self::NotUtf8 { place } => write!(f, "at {place} the file is not UTF-8"),
            Self::Compressed => f.write_str("the file is compressed: unpack it first"),
            Self::NotThisFormat => f.write_str("the file is not of this format"),
            Self::UnknownVersion => f.write_str("the file is of an unknown version of its format"),
            Self::Malformed { place } => write!(f, "the file is not well-formed at {place}"),
            Self::TooLong { place, limit_bytes } => {
                write!(f, "at {place} something is longer than {limit_bytes} bytes")
            }
            Self::TooDeep { place } => write!(f, "at {place} elements lie too deep in each other"),
            Self::Entity { place } => {
                write!(f, "at {place} the file uses entities of its own, which are not expanded")
            }
            Self::Changed => f.write_str("the file was changed while it was read"),
            Self::Missing { field } => write!(f, "the file has no {}", field.name()),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { got, expected } => {
                write!(f, "the value has {got} characters instead of {expected}")
            }
            Self::NotHex { offset } => {
                write!(f, "character {} of the value is not a hex digit", offset + 1)
            }
            Self::NotUtf8 => f.write_str("it is not UTF-8"),
            Self::TooLong { limit_bytes } => write!(f, "it is longer than {limit_bytes} bytes"),
            Self::QuoteNotClosed => f.write_str("a quote is opened and not closed"),
            Self::Columns { got, expected } => write!(f, "{got} columns instead of {expected}"),
            Self::UnknownType => f.write_str("the type of signal is unknown"),
            Self::Unknown(field) => write!(f, "the {} is unknown", field.name()),
            Self::Missing(field) => write!(f, "there is no {}", field.name()),
            Self::Invalid(field) => write!(f, "the {} is not what it should be", field.name()),
            Self::TooMany(field) => write!(f, "there are too many {}", field.name()),
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the list cannot be written: {error}"),
            Self::CannotSay(field) => {
                write!(f, "the format cannot say this entry's {}", field.name())
            }
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::CannotSay(_) => None,
        }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
