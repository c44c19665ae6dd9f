//! JSON one token at a time, each of bounded length.

use crate::bounded::Bounded;
use crate::entry::{Place, Provenance};
use crate::error::{Field, ReadError, Reason};
use std::io::{ErrorKind, Read};
use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

/// Longest name, text or number that is held, with the space before it.
const TOKEN_BYTES_MAX: u64 = 1 << 20;

/// Longest value that is passed over without being held.
const SKIPPED_BYTES_MAX: u64 = 256 << 20;

/// Deepest nesting. Project VIC's lists need seven levels.
const DEPTH_MAX: u32 = 32;

/// A document that is being read.
pub(crate) struct Json<R: Read> {
    inner: JsonStreamReader<Bounded<R>>,
    /// Bytes of the file before the document.
    mark_bytes: u64,
}

/// A value that is no list and no record.
pub(crate) enum Scalar {
    /// A text, or a number as it is written.
    Text(String),
    Flag(bool),
    Null,
    /// A list or record, which was passed over.
    Other,
}

type Inner<R> = JsonStreamReader<Bounded<R>>;

impl<R: Read> Json<R> {
    pub(crate) fn new(input: R, mark_bytes: u64) -> Self {
        let settings = ReaderSettings {
            track_path: false,
            max_nesting_depth: Some(DEPTH_MAX),
            ..ReaderSettings::default()
        };
        let input = Bounded::new(input, TOKEN_BYTES_MAX);
        Self { inner: JsonStreamReader::new_custom(input, settings), mark_bytes }
    }

    /// Where the next token is, or the space before it.
    pub(crate) fn place(&self) -> Place {
        let offset = self.inner.current_position(false).data_pos.unwrap_or_default();
        Place::Byte(self.mark_bytes + offset)
    }

    pub(crate) fn begin_record(&mut self) -> Result<(), ReadError> {
        self.token(Inner::begin_object)
    }

    pub(crate) fn end_record(&mut self) -> Result<(), ReadError> {
        self.token(Inner::end_object)
    }

    pub(crate) fn begin_list(&mut self) -> Result<(), ReadError> {
        self.token(Inner::begin_array)
    }

    pub(crate) fn end_list(&mut self) -> Result<(), ReadError> {
        self.token(Inner::end_array)
    }

    /// Whether the list or record has another element.
    pub(crate) fn has_next(&mut self) -> Result<bool, ReadError> {
        self.token(Inner::has_next)
    }

    pub(crate) fn name(&mut self) -> Result<String, ReadError> {
        self.token(Inner::next_name_owned)
    }

    pub(crate) fn at_list(&mut self) -> Result<bool, ReadError> {
        Ok(self.token(Inner::peek)? == ValueType::Array)
    }

    pub(crate) fn at_record(&mut self) -> Result<bool, ReadError> {
        Ok(self.token(Inner::peek)? == ValueType::Object)
    }

    pub(crate) fn skip(&mut self) -> Result<(), ReadError> {
        self.within(SKIPPED_BYTES_MAX, Inner::skip_value)
    }

    pub(crate) fn scalar(&mut self) -> Result<Scalar, ReadError> {
        Ok(match self.token(Inner::peek)? {
            ValueType::String => Scalar::Text(self.token(Inner::next_string)?),
            ValueType::Number => Scalar::Text(self.token(Inner::next_number_as_string)?),
            ValueType::Boolean => Scalar::Flag(self.token(Inner::next_bool)?),
            ValueType::Null => {
                self.token(Inner::next_null)?;
                Scalar::Null
            }
            ValueType::Array | ValueType::Object => {
                self.skip()?;
                Scalar::Other
            }
        })
    }

    /// Makes sure that nothing follows the document.
    pub(crate) fn finish(self) -> Result<(), ReadError> {
        let Self { mut inner, mark_bytes } = self;
        inner.reader_mut().allow(TOKEN_BYTES_MAX);
        inner.consume_trailing_whitespace().map_err(|error| told(&error, mark_bytes, None))
    }

    fn token<T>(
        &mut self,
        read: impl FnOnce(&mut Inner<R>) -> Result<T, ReaderError>,
    ) -> Result<T, ReadError> {
        self.within(TOKEN_BYTES_MAX, read)
    }

    fn within<T>(
        &mut self,
        limit_bytes: u64,
        read: impl FnOnce(&mut Inner<R>) -> Result<T, ReaderError>,
    ) -> Result<T, ReadError> {
        self.inner.reader_mut().allow(limit_bytes);
        let value = read(&mut self.inner);
        let exceeded = self.inner.reader_mut().exceeded();
        value.map_err(|error| told(&error, self.mark_bytes, exceeded))
    }
}

/// What a parser's error is here. Its own text may repeat the document.
fn told(error: &ReaderError, mark_bytes: u64, exceeded: Option<u64>) -> ReadError {
    use ReaderError::{
        IoError, MaxNestingDepthExceeded, SyntaxError, UnexpectedStructure, UnexpectedValueType,
        UnsupportedNumberValue,
    };
    let location = match error {
        SyntaxError(error) => Some(&error.location),
        UnexpectedValueType { location, .. }
        | UnexpectedStructure { location, .. }
        | MaxNestingDepthExceeded { location, .. }
        | UnsupportedNumberValue { location, .. }
        | IoError { location, .. } => Some(location),
        _ => None,
    };
    let offset = location.and_then(|location| location.data_pos).unwrap_or_default();
    let place = Place::Byte(mark_bytes + offset);
    match (error, exceeded) {
        (_, Some(limit_bytes)) => ReadError::TooLong { place, limit_bytes },
        (MaxNestingDepthExceeded { .. }, _) => ReadError::TooDeep { place },
        (IoError { error, .. }, _) if error.kind() == ErrorKind::InvalidData => {
            ReadError::NotUtf8 { place }
        }
        (IoError { error, .. }, _) => ReadError::Io(error.kind().into()),
        _ => ReadError::Malformed { place },
    }
}

impl Scalar {
    /// A text of bounded length; null is an empty one.
    pub(crate) fn text(self, field: Field) -> Result<String, Reason> {
        match self {
            Self::Text(text) if text.len() <= Provenance::TEXT_BYTES_MAX => Ok(text),
            Self::Null => Ok(String::new()),
            Self::Flag(flag) => Ok(flag.to_string()),
            Self::Text(_) | Self::Other => Err(Reason::Invalid(field)),
        }
    }

    /// A whole number; `None` for null.
    pub(crate) fn number(self, field: Field) -> Result<Option<i64>, Reason> {
        match self {
            Self::Text(text) => text.parse().map(Some).map_err(|_| Reason::Invalid(field)),
            Self::Null => Ok(None),
            Self::Flag(_) | Self::Other => Err(Reason::Invalid(field)),
        }
    }

    /// A value of any length, as in a signal that is passed over; null is an empty one.
    pub(crate) fn value(self) -> Result<String, Reason> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Null => Ok(String::new()),
            Self::Flag(_) | Self::Other => Err(Reason::Invalid(Field::Value)),
        }
    }
}
