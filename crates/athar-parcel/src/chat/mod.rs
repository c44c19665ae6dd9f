//! Chats' exports: a text that tells who sent which of the files beside it, and when.
//!
//! A chat holds no files. Read whole, it answers for the name of a file: [`Chat::of`]. What it
//! keeps grows with the files that it names, not with its text.

mod clock;
mod telegram;
mod whatsapp;

pub(crate) use clock::utc_ms;

use crate::kind::ChatKind;
use crate::provenance::Time;
use crate::{Limits, Trouble, clean};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::io::Read;

/// Longest name of a file that is taken from a chat, in bytes.
const NAME_BYTES_MAX: usize = 512;

/// Who sent which file when.
pub struct Chat {
    senders: Vec<String>,
    files: HashMap<String, File>,
}

/// Who sent a file, and when, as the chat tells it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// `None` where nobody is named, or several are.
    pub sender: Option<String>,
    /// `None` where it is not known what its numbers mean.
    pub time: Option<Time>,
}

#[derive(Clone, Copy)]
struct File {
    sender: Option<usize>,
    time: Option<Time>,
    /// Whether the program marked the line as its own. What a person has typed seldom has that, and
    /// counts for less.
    is_marked: bool,
}

impl Chat {
    /// Reads an export to its end.
    ///
    /// # Errors
    ///
    /// It cannot be read, is not what it should be, or names more files than it may.
    pub fn read(kind: ChatKind, source: &mut dyn Read, limits: &Limits) -> Result<Self, Trouble> {
        let limit_bytes = limits.chat_bytes;
        let mut source = Short { inner: source, left_bytes: limit_bytes, limit_bytes };
        match kind {
            ChatKind::WhatsApp => whatsapp::read(&mut source, limits),
            ChatKind::Telegram => telegram::read(&mut source, limits),
        }
    }

    /// Who sent the file of this name, and when. The name is as it stands below the chat's own
    /// directory, with `/` in it where there are directories. `None` for one that is not told of.
    pub fn of(&self, name: &str) -> Option<Sent> {
        let file = self.files.get(&clean(name))?;
        let sender = file.sender.and_then(|sender| self.senders.get(sender)).cloned();
        Some(Sent { sender, time: file.time })
    }

    /// The names of the files that it tells of, in no order. They are hearsay: none of them is a
    /// path until somebody has looked at it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// What a file may be that begins with these bytes.
pub(crate) fn recognise(head: &[u8]) -> Option<ChatKind> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    match () {
        () if telegram::is_one(head) => Some(ChatKind::Telegram),
        () if whatsapp::is_one(head) => Some(ChatKind::WhatsApp),
        () => None,
    }
}

/// What a member of this name may be.
pub(crate) fn by_name(name: &[u8]) -> Option<ChatKind> {
    match () {
        () if name.ends_with(b".txt") => Some(ChatKind::WhatsApp),
        () if name == b"result.json" || name.ends_with(b"/result.json") => Some(ChatKind::Telegram),
        () => None,
    }
}

/// A chat while it is read.
struct Gathering {
    chat: Chat,
    numbers: HashMap<String, usize>,
    limit: u64,
}

impl Gathering {
    fn new(limits: &Limits) -> Self {
        let chat = Chat { senders: Vec::new(), files: HashMap::new() };
        Self { chat, numbers: HashMap::new(), limit: limits.parts }
    }

    /// The number of a sender.
    fn sender(&mut self, name: &str) -> Result<usize, Trouble> {
        if let Some(number) = self.numbers.get(name) {
            return Ok(*number);
        }
        let number = self.chat.senders.len();
        self.check(number)?;
        self.chat.senders.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        Ok(number)
    }

    fn file(&mut self, name: &str, file: File) -> Result<(), Trouble> {
        if name.len() > NAME_BYTES_MAX {
            return Ok(());
        }
        self.check(self.chat.files.len())?;
        match self.chat.files.entry(name.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(file);
            }
            Entry::Occupied(mut place) => place.get_mut().meet(file),
        }
        Ok(())
    }

    fn check(&self, count: usize) -> Result<(), Trouble> {
        let limit = self.limit;
        if count as u64 >= limit { Err(Trouble::TooManyParts { limit }) } else { Ok(()) }
    }
}

impl File {
    /// Another line about the same file.
    fn meet(&mut self, other: Self) {
        if other.is_marked && !self.is_marked {
            *self = other;
        } else if other.is_marked == self.is_marked && other.sender != self.sender {
            self.sender = None;
        }
    }
}

/// Ends with [`Trouble::ChatTooLong`].
struct Short<'a> {
    inner: &'a mut dyn Read,
    left_bytes: u64,
    limit_bytes: u64,
}

impl Read for Short<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let amount = self.inner.read(into)?;
        self.left_bytes = self
            .left_bytes
            .checked_sub(amount as u64)
            .ok_or(Trouble::ChatTooLong { limit_bytes: self.limit_bytes })?;
        Ok(amount)
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").finish_non_exhaustive()
    }
}
