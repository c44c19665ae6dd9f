//! XML one token at a time, each of bounded length. Document types are refused and entities of
//! a document's own are never expanded.

use crate::bounded::Bounded;
use crate::entry::Place;
use crate::error::ReadError;
use quick_xml::escape::EscapeError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::{Error, XmlVersion};
use std::io::Read;

/// Longest tag or text.
const TOKEN_BYTES_MAX: u64 = 1 << 20;

/// Deepest nesting. NCMEC's entries need nine levels.
const DEPTH_MAX: usize = 32;

/// Attributes of a tag that are looked at.
const ATTRIBUTES_MAX: usize = 32;

pub(crate) struct Xml<R: Read> {
    inner: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Bytes of the file before the document.
    mark_bytes: u64,
}

pub(crate) enum Token {
    Open(Tag),
    /// A piece of text. Several may follow each other.
    Text(String),
    Close,
    End,
}

/// An element's name without its namespace's prefix, and its attributes.
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(input: R, mark_bytes: u64) -> Self {
        let mut inner = Reader::from_reader(Bounded::new(input, TOKEN_BYTES_MAX));
        inner.config_mut().expand_empty_elements = true;
        Self { inner, buffer: Vec::new(), depth: 0, mark_bytes }
    }

    /// Where the next token begins.
    pub(crate) fn place(&self) -> Place {
        Place::Byte(self.mark_bytes + self.inner.buffer_position())
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// The next token. At the end every element has been closed.
    pub(crate) fn next(&mut self) -> Result<Token, ReadError> {
        loop {
            let place = self.place();
            self.buffer.clear();
            self.inner.get_mut().allow(TOKEN_BYTES_MAX);
            let token = match self.inner.read_event_into(&mut self.buffer) {
                Ok(event) => token_of(&event, place)?,
                Err(error) => return Err(self.told(&error, place)),
            };
            match token {
                Some(Token::Open(_)) if self.depth == DEPTH_MAX => {
                    return Err(ReadError::TooDeep { place });
                }
                Some(Token::End) if self.depth > 0 => return Err(ReadError::Malformed { place }),
                Some(Token::Open(_)) => self.depth += 1,
                Some(Token::Close) => self.depth = self.depth.saturating_sub(1),
                Some(Token::Text(_) | Token::End) => {}
                None => continue,
            }
            return token.ok_or(ReadError::Malformed { place });
        }
    }

    fn told(&self, error: &Error, place: Place) -> ReadError {
        match (error, self.inner.get_ref().exceeded()) {
            (_, Some(limit_bytes)) => ReadError::TooLong { place, limit_bytes },
            (Error::Io(error), _) => ReadError::Io(error.kind().into()),
            (Error::Encoding(_), _) => ReadError::NotUtf8 { place },
            _ => ReadError::Malformed { place },
        }
    }
}

/// The token of an event; `None` when it says nothing.
fn token_of(event: &Event<'_>, place: Place) -> Result<Option<Token>, ReadError> {
    Ok(match event {
        Event::Start(tag) | Event::Empty(tag) => Some(Token::Open(tag_of(tag, place)?)),
        Event::End(_) => Some(Token::Close),
        Event::Text(text) => Some(Token::Text(text.xml10_content().into_owned())),
        Event::CData(text) => Some(Token::Text(text.xml10_content().into_owned())),
        Event::GeneralRef(name) => Some(Token::Text(character(name, place)?.to_string())),
        Event::DocType(_) => return Err(ReadError::Entity { place }),
        Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
        Event::Eof => Some(Token::End),
    })
}

/// What a reference stands for: one of the five names that need no declaration, or a number.
fn character(reference: &BytesRef<'_>, place: Place) -> Result<char, ReadError> {
    let numbered = reference.resolve_char_ref().map_err(|_| ReadError::Malformed { place })?;
    let named = || {
        let names = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
        names.iter().find(|(name, _)| **name == **reference).map(|(_, c)| *c)
    };
    numbered.or_else(named).ok_or(ReadError::Entity { place })
}

fn tag_of(tag: &BytesStart<'_>, place: Place) -> Result<Tag, ReadError> {
    let mut attributes = Vec::new();
    // Looking for doubles takes quadratic time: of a name that stands twice the first counts.
    for attribute in tag.attributes().with_checks(false).take(ATTRIBUTES_MAX) {
        let attribute = attribute.map_err(|_| ReadError::Malformed { place })?;
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match error {
                Error::Escape(EscapeError::UnrecognizedEntity(..)) => ReadError::Entity { place },
                _ => ReadError::Malformed { place },
            })?;
        let name = attribute.key.local_name();
        attributes.push((text_of(name.as_ref()), value.into_owned()));
    }
    Ok(Tag { name: text_of(tag.local_name().as_ref()), attributes })
}

fn text_of(name: impl AsRef<str>) -> String {
    name.as_ref().to_owned()
}
