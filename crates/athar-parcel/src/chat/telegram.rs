//! Telegram's export of its desktop program, in the form for machines: `result.json`.
//!
//! One chat is a record with a list of messages; an export of everything has such records below
//! `chats.list` and `left_chats.list`. A message names its files by their paths below the
//! directory of the export, and its time both on the wall and in seconds since 1970. Other values
//! are passed over without being held.

use super::clock::{Order, Stamp};
use super::{Chat, File, Gathering, utc_ms};
use crate::bounded::Bounded;
use crate::provenance::{Moment, Time, Zone};
use crate::{Limits, Trouble, text};
use std::io::Read;
use struson::reader::{JsonReader, JsonStreamReader, ReaderError, ReaderSettings, ValueType};

/// Deepest nesting of values.
const NESTING_MAX: u32 = 32;

/// Whether a text begins as an export does.
pub(super) fn is_one(head: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let is_record = head.trim_ascii_start().starts_with(b"{");
    let is_chat = has(b"\"messages\"") && has(b"\"type\"") && has(b"\"id\"");
    let is_all = has(b"\"about\"") && has(b"Telegram");
    is_record && (is_chat || is_all)
}

/// Reads an export.
pub(super) fn read(source: &mut dyn Read, limits: &Limits) -> Result<Chat, Trouble> {
    let mark = &mut [0; 3];
    let length = crate::lines::read_full(source, mark).map_err(|error| Trouble::of(&error))?;
    let begun = mark[..length].strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&mark[..length]);
    let mut json = Json::new(begun.chain(source), limits);
    let mut gathering = Gathering::new(limits);
    json.record(&mut |json, name| match name {
        "messages" => messages(json, &mut gathering),
        "chats" | "left_chats" => json.record(&mut |json, name| match name {
            "list" => json.list(&mut |json| {
                json.record(&mut |json, name| match name {
                    "messages" => messages(json, &mut gathering),
                    _ => json.skip(),
                })
            }),
            _ => json.skip(),
        }),
        _ => json.skip(),
    })?;
    Ok(gathering.chat)
}

fn messages<R: Read>(json: &mut Json<R>, gathering: &mut Gathering) -> Result<(), Trouble> {
    json.list(&mut |json| {
        let mut message = Message::default();
        json.record(&mut |json, name| message.value(json, name))?;
        message.keep(gathering)
    })
}

/// What is of interest in a message.
#[derive(Default)]
struct Message {
    from: Option<String>,
    from_id: Option<String>,
    date: Option<String>,
    seconds: Option<String>,
    files: Vec<String>,
}

impl Message {
    fn value<R: Read>(&mut self, json: &mut Json<R>, name: &str) -> Result<(), Trouble> {
        match name {
            "from" | "actor" => self.from = json.text()?,
            "from_id" | "actor_id" => self.from_id = json.text()?,
            "date" => self.date = json.text()?,
            "date_unixtime" => self.seconds = json.text()?,
            // A name given twice says nothing new.
            "photo" | "file" | "thumbnail" if self.files.len() < 8 => {
                self.files.extend(json.text()?);
            }
            _ => json.skip()?,
        }
        Ok(())
    }

    fn keep(self, gathering: &mut Gathering) -> Result<(), Trouble> {
        if self.files.is_empty() {
            return Ok(());
        }
        let time = self.time();
        let sender = match self.sender() {
            Some(sender) => Some(gathering.sender(&sender)?),
            None => None,
        };
        let file = File { sender, time, is_marked: true };
        self.files.iter().try_for_each(|name| gathering.file(&text::clean(name), file))
    }

    /// `Name <user123>`, or what there is of it.
    fn sender(&self) -> Option<String> {
        let name = self.from.as_deref().and_then(text::some);
        let id = self.from_id.as_deref().and_then(text::some);
        match (name, id) {
            (Some(name), Some(id)) => Some(format!("{name} <{id}>")),
            (name, id) => name.or(id),
        }
    }

    fn time(&self) -> Option<Time> {
        let seconds = self.seconds.as_deref().and_then(|text| text.parse::<i64>().ok());
        if let Some(ms) = seconds.and_then(|seconds| seconds.checked_mul(1000)) {
            return Some(Time { ms, zone: Zone::Told, moment: Moment::Sent });
        }
        wall(self.date.as_deref()?)?.time(Order::YearMonthDay)
    }
}

/// A time as `2023-04-05T12:30:01`.
fn wall(text: &str) -> Option<Stamp> {
    let (date, clock) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse().ok());
    let mut clock = clock.splitn(3, ':').map(|part| part.parse().ok());
    let numbers = [date.next()??, date.next()??, date.next()??];
    let clock = (clock.next()??, clock.next()??, clock.next()??);
    utc_ms(2000, 1, 1, clock).map(|_| Stamp { numbers, clock })
}

/// A document, one token of bounded length at a time.
struct Json<R: Read> {
    inner: JsonStreamReader<Bounded<R>>,
    token_bytes: u64,
    skip_bytes: u64,
}

impl<R: Read> Json<R> {
    fn new(source: R, limits: &Limits) -> Self {
        let settings = ReaderSettings {
            track_path: false,
            max_nesting_depth: Some(NESTING_MAX),
            ..ReaderSettings::default()
        };
        let inner = JsonStreamReader::new_custom(Bounded::new(source), settings);
        Self { inner, token_bytes: limits.line_bytes as u64, skip_bytes: limits.chat_bytes }
    }

    /// The values of a record by their names; something else is passed over.
    fn record(&mut self, take: &mut NamedTaker<'_, R>) -> Result<(), Trouble> {
        if self.token(JsonReader::peek)? != ValueType::Object {
            return self.skip();
        }
        self.token(JsonReader::begin_object)?;
        while self.token(JsonReader::has_next)? {
            let name = self.token(JsonReader::next_name_owned)?;
            take(self, &name)?;
        }
        self.token(JsonReader::end_object)
    }

    /// The elements of a list; something else is passed over.
    fn list(
        &mut self,
        take: &mut dyn FnMut(&mut Self) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        if self.token(JsonReader::peek)? != ValueType::Array {
            return self.skip();
        }
        self.token(JsonReader::begin_array)?;
        while self.token(JsonReader::has_next)? {
            take(self)?;
        }
        self.token(JsonReader::end_array)
    }

    /// A text, or a number as it is written.
    fn text(&mut self) -> Result<Option<String>, Trouble> {
        match self.token(JsonReader::peek)? {
            ValueType::String => self.token(JsonReader::next_string).map(Some),
            ValueType::Number => self.token(JsonReader::next_number_as_string).map(Some),
            _ => self.skip().map(|()| None),
        }
    }

    fn skip(&mut self) -> Result<(), Trouble> {
        self.within(self.skip_bytes, JsonReader::skip_value)
    }

    fn token<T>(
        &mut self,
        read: impl FnOnce(&mut JsonStreamReader<Bounded<R>>) -> Result<T, ReaderError>,
    ) -> Result<T, Trouble> {
        self.within(self.token_bytes, read)
    }

    fn within<T>(
        &mut self,
        limit_bytes: u64,
        read: impl FnOnce(&mut JsonStreamReader<Bounded<R>>) -> Result<T, ReaderError>,
    ) -> Result<T, Trouble> {
        self.inner.reader_mut().allow(limit_bytes);
        read(&mut self.inner).map_err(|error| match &error {
            ReaderError::IoError { error, .. } => Trouble::of(error),
            _ => Trouble::Malformed,
        })
    }
}

type NamedTaker<'t, R> = dyn FnMut(&mut Json<R>, &str) -> Result<(), Trouble> + 't;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn chat(text: &str) -> Result<Chat, Trouble> {
        read(&mut text.as_bytes(), &Limits::default())
    }

    #[test]
    fn who_sent_a_file_and_when() {
        let all = format!(
            "\u{FEFF}{{\"about\":\"Telegram\",\"x\":[{{}}],\"chats\":{{\"about\":1,\"list\":[{}]}}}}",
            samples::TELEGRAM
        );
        for text in [samples::TELEGRAM, &all] {
            let chat = chat(text).unwrap();
            let photo = chat.of("photos/photo_1@05-04-2023_12-30-01.jpg").unwrap();
            assert_eq!(photo.sender.as_deref(), Some("Lina <user42>"));
            let time = photo.time.unwrap();
            assert_eq!((time.ms, time.zone), (1_680_687_001_000, Zone::Told));
            let voice = chat.of("voice_messages/audio_1.ogg").unwrap();
            let time = voice.time.unwrap();
            assert_eq!((time.ms, time.zone), (1_680_697_801_000, Zone::Unknown));
        }
    }

    #[test]
    fn what_is_no_export_is_told() {
        for text in ["{", "{\"messages\": [{\"photo\": \"x\"", "{\"messages\": [}"] {
            assert!(chat(text).is_err(), "{text}");
        }
        let deep = format!("{{\"messages\":{}", "[".repeat(10_000));
        assert_eq!(chat(&deep).unwrap_err(), Trouble::Malformed);
        let long = format!("{{\"messages\":[{{\"from\":\"{}\"}}]}}", "x".repeat(1 << 20));
        assert_eq!(chat(&long).unwrap_err(), Trouble::Malformed);
    }

    #[test]
    fn odd_values_are_passed_over() {
        let text = r#"{"messages":[1,{"photo":{"a":[]},"from":null,"file":7},[],{"photo":"p.jpg","date":"x"}]}"#;
        let chat = chat(text).unwrap();
        assert!(chat.of("p.jpg").unwrap() == super::super::Sent::default());
        assert!(chat.of("7").is_some());
    }
}
