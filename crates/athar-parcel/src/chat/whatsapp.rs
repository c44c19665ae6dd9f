//! WhatsApp's export: a text with a line for each message.
//!
//! ```text
//! [05/04/2023, 12:30:01] Name: <attached: 00000012-PHOTO-2023-04-05-12-30-01.jpg>    iOS
//! 05/04/2023, 12:30 - Name: IMG-20230405-WA0001.jpg (file attached)                  Android
//! ```
//!
//! Numbers, their order, separators, the half of the day and the words around a file's name are
//! the telephone's language's. So a date is three numbers until all of them were seen, and a file's
//! name is what stands where one stands, whatever is written around it. The files of an export lie
//! beside it, so a wrong name hurts nobody: there is no such file.

use super::clock::{Orders, Stamp};
use super::{Chat, File, Gathering};
use crate::lines::Lines;
use crate::{Limits, Trouble, text};
use std::io::Read;

/// Whether a text begins as an export does.
pub(super) fn is_one(head: &[u8]) -> bool {
    let first = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    first.len() < 1024 && Line::stamped(&String::from_utf8_lossy(first)).is_some()
}

/// Reads an export.
pub(super) fn read(source: &mut dyn Read, limits: &Limits) -> Result<Chat, Trouble> {
    let mut reading = Reading::new(limits);
    let mut lines = Lines::new(source);
    let mut line = Vec::new();
    loop {
        let piece = lines.next().map_err(|error| Trouble::of(&error))?;
        let begins = piece.is_none_or(|piece| piece.begins);
        if begins {
            reading.line(&line)?;
            line.clear();
        }
        let Some(piece) = piece else { break };
        // The rest of a line that is longer is of no interest.
        if line.len() + piece.bytes.len() <= limits.line_bytes {
            line.extend_from_slice(piece.bytes);
        }
    }
    reading.finish()
}

struct Reading {
    gathering: Gathering,
    orders: Orders,
    files: Vec<(String, Stamp, Option<usize>, bool)>,
}

impl Reading {
    fn new(limits: &Limits) -> Self {
        Self { gathering: Gathering::new(limits), orders: Orders::default(), files: Vec::new() }
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Trouble> {
        let Some(line) = Line::read(line) else { return Ok(()) };
        self.orders.date(&line.stamp);
        let Some(name) = attachment(&line.body) else { return Ok(()) };
        let sender = match text::some(&line.sender) {
            Some(sender) => Some(self.gathering.sender(&sender)?),
            None => None,
        };
        if let Some(day) = day_in(name) {
            self.orders.file(&line.stamp, day);
        }
        self.gathering.check(self.files.len())?;
        self.files.push((text::clean(name), line.stamp, sender, line.is_marked));
        Ok(())
    }

    fn finish(self) -> Result<Chat, Trouble> {
        let Self { mut gathering, orders, files } = self;
        let order = orders.best();
        for (name, stamp, sender, is_marked) in files {
            let time = order.and_then(|order| stamp.time(order));
            gathering.file(&name, File { sender, time, is_marked })?;
        }
        Ok(gathering.chat)
    }
}

/// The first line of a message.
struct Line {
    stamp: Stamp,
    sender: String,
    body: String,
    /// Whether the body has the unseen mark that the program sets before what it says itself.
    is_marked: bool,
}

impl Line {
    fn read(line: &[u8]) -> Option<Self> {
        let line = String::from_utf8_lossy(line);
        let (stamp, rest) = Self::stamped(&line)?;
        let (sender, body) = rest.split_once(": ")?;
        let is_marked = line.contains(": \u{200E}");
        let sender = sender.trim_start_matches(['~', ' ', '\u{A0}', '\u{202F}']).to_owned();
        Some(Self { stamp, sender, body: body.trim().to_owned(), is_marked })
    }

    /// A line's date and time, and what stands after them, without marks of direction.
    fn stamped(line: &str) -> Option<(Stamp, String)> {
        let chars: Vec<char> = line.chars().filter(|&c| !text::is_mark(c)).collect();
        let mut words = Words { chars: &chars, at: 0 };
        let bracket = words.take('[');
        let stamp = words.stamp()?;
        words.blanks();
        let ends = match bracket {
            true => words.take(']'),
            false => words.take('-') || words.take('–'),
        };
        (ends && words.blank()).then(|| (stamp, words.rest().iter().collect()))
    }
}

/// The name of a file that a message tells of.
fn attachment(body: &str) -> Option<&str> {
    let name = match body.strip_suffix('>') {
        Some(inside) => {
            let (before, inside) = inside.rsplit_once('<')?;
            inside.split_once(": ").map_or(before, |(_, name)| name)
        }
        None => body.strip_suffix(')')?.rsplit_once(" (")?.0,
    };
    Some(name.trim()).filter(|name| is_name(name))
}

/// Whether it may be the name of a file: with an ending and no directory.
fn is_name(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_ending =
        (1..=5).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric());
    is_ending && !name.contains(['/', '\\', '\0'])
}

/// The day in a name as the program makes it: `IMG-20230405-WA0001.jpg`,
/// `00000012-PHOTO-2023-04-05-12-30-01.jpg`.
fn day_in(name: &str) -> Option<(u16, u8, u8)> {
    let parts: Vec<&str> = name.split('-').collect();
    let is_number = |part: &str, digits: usize| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let short = parts.iter().find(|part| is_number(part, 8) && part.starts_with("20"));
    if let Some(part) = short {
        return Some((part[..4].parse().ok()?, part[4..6].parse().ok()?, part[6..].parse().ok()?));
    }
    let long =
        |part: &&[&str]| is_number(part[0], 4) && is_number(part[1], 2) && is_number(part[2], 2);
    let part = parts.windows(3).find(long)?;
    Some((part[0].parse().ok()?, part[1].parse().ok()?, part[2].parse().ok()?))
}

/// What is left of a line.
struct Words<'a> {
    chars: &'a [char],
    at: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn rest(&self) -> &'a [char] {
        &self.chars[self.at..]
    }

    fn take(&mut self, c: char) -> bool {
        let is_it = self.peek() == Some(c);
        self.at += usize::from(is_it);
        is_it
    }

    fn take_any(&mut self, of: &[char]) -> Option<char> {
        let c = self.peek().filter(|c| of.contains(c))?;
        self.at += 1;
        Some(c)
    }

    fn blank(&mut self) -> bool {
        let is_blank = self.peek().is_some_and(|c| matches!(c, ' ' | '\u{A0}' | '\u{202F}'));
        self.at += usize::from(is_blank);
        is_blank
    }

    fn blanks(&mut self) {
        while self.blank() {}
    }

    /// A number of at most four digits, in Western, Arabic or Persian ones.
    fn number(&mut self) -> Option<u16> {
        let start = self.at;
        let mut number = 0;
        while let Some(digit) = self.peek().and_then(digit) {
            if self.at - start == 4 {
                return None;
            }
            number = number * 10 + digit;
            self.at += 1;
        }
        (self.at > start).then_some(number)
    }

    fn stamp(&mut self) -> Option<Stamp> {
        let first = self.number()?;
        let separator = self.take_any(&['/', '.', '-'])?;
        self.blanks();
        let second = self.number()?;
        self.take(separator).then_some(())?;
        self.blanks();
        let third = self.number()?;
        self.take('.');
        self.take_any(&[',', '،']);
        self.blanks();
        let before = self.half();
        self.blanks();
        let clock = self.clock()?;
        self.blanks();
        let half = before.or_else(|| self.half());
        Some(Stamp { numbers: [first, second, third], clock: turned(clock, half)? })
    }

    fn clock(&mut self) -> Option<(u8, u8, u8)> {
        let hour = self.number()?;
        let separator = self.take_any(&[':', '.', '٫'])?;
        let minute = self.number()?;
        let second = if self.take(separator) { self.number()? } else { 0 };
        let small = |number: u16| u8::try_from(number).ok().filter(|&number| number < 60);
        Some((small(hour).filter(|&hour| hour < 25)?, small(minute)?, small(second)?))
    }

    /// Which half of the day a word says, if there is one of those.
    fn half(&mut self) -> Option<Half> {
        let rest = self.rest();
        let (half, length) = HALVES.iter().find_map(|(word, half)| {
            let mut length = 0;
            for c in word.chars() {
                // A dot, or a blank within, may stand after each letter.
                let fits = |at: usize| rest.get(at).is_some_and(|own| own.to_lowercase().eq([c]));
                while length > 0
                    && !fits(length)
                    && rest
                        .get(length)
                        .is_some_and(|own| matches!(own, '.' | ' ' | '\u{A0}' | '\u{202F}'))
                {
                    length += 1;
                }
                if !fits(length) {
                    return None;
                }
                length += 1;
            }
            Some((*half, length))
        })?;
        self.at += length;
        self.take('.');
        Some(half)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Words for the halves of a day, without dots.
const HALVES: &[(&str, Half)] = &[
    ("am", Half::Morning),
    ("pm", Half::Afternoon),
    ("ص", Half::Morning),
    ("م", Half::Afternoon),
    ("قظ", Half::Morning),
    ("بظ", Half::Afternoon),
    ("قبلازظهر", Half::Morning),
    ("بعدازظهر", Half::Afternoon),
    ("öö", Half::Morning),
    ("ös", Half::Afternoon),
    ("上午", Half::Morning),
    ("下午", Half::Afternoon),
    ("午前", Half::Morning),
    ("午後", Half::Afternoon),
    ("오전", Half::Morning),
    ("오후", Half::Afternoon),
];

fn turned((hour, minute, second): (u8, u8, u8), half: Option<Half>) -> Option<(u8, u8, u8)> {
    let hour = match half {
        None => hour,
        Some(_) if hour > 12 => return None,
        Some(Half::Morning) => hour % 12,
        Some(Half::Afternoon) => hour % 12 + 12,
    };
    (hour < 24).then_some((hour, minute, second))
}

fn digit(c: char) -> Option<u16> {
    let zero = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return None,
    };
    u16::try_from(u32::from(c) - u32::from(zero)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn chat(text: &str) -> Chat {
        read(&mut text.as_bytes(), &Limits::default()).unwrap()
    }

    type Seen = ([u16; 3], (u8, u8, u8), String);

    fn line(text: &str) -> Option<Seen> {
        Line::read(text.as_bytes()).map(|line| (line.stamp.numbers, line.stamp.clock, line.sender))
    }

    #[test]
    fn lines_of_both_systems_and_many_languages() {
        let of = |text: &str| line(text).unwrap_or_else(|| panic!("{text}"));
        let noon = ([5, 4, 2023], (12, 30, 1), "Lina".to_owned());
        assert_eq!(of("[05/04/2023, 12:30:01] Lina: hello"), noon);
        assert_eq!(of("\u{200E}[05.04.2023, 12:30:01] ~\u{202F}Lina: \u{200E}<x: y>"), noon);
        assert_eq!(of("[5/4/2023, 12:30:01\u{202F}PM] Lina: hello"), noon);
        let minute = ([4, 5, 23], (20, 5, 0), "Lina".to_owned());
        assert_eq!(of("4/5/23, 8:05 PM - Lina: hello"), minute);
        assert_eq!(of("4/5/23, 8:05 p. m. - Lina: hello"), minute);
        assert_eq!(of("4.5.23, 20:05 – Lina: hello"), minute);
        assert_eq!(of("4-5-23 20.05 - Lina: hello"), minute);
        assert_eq!(of("\u{200F}٤\u{200F}/٥\u{200F}/٢٣، ٨:٠٥ م - Lina: hello"), minute);
        assert_eq!(of("۴/۵/۲۳،\u{200F} ۸:۰۵ ب.ظ. - Lina: hello"), minute);
        assert_eq!(of("4/5/23 下午8:05 - Lina: hello"), minute);
        assert_eq!(of("[2023-04-05, 12:30:01 a.m.] Lina: x").1, (0, 30, 1));
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            "hello",
            "05/04/2023, 12:30 - Messages are encrypted.",
            "05/04/2023, 25:30 - Lina: x",
            "05/04/2023, 13:30 PM - Lina: x",
            "12345/04/2023, 12:30 - Lina: x",
            "[05/04/2023, 12:30:01 Lina: x",
            "05/04.2023, 12:30 - Lina: x",
        ] {
            assert_eq!(line(text), None, "{text}");
        }
    }

    #[test]
    fn names_stand_in_many_words() {
        let of = attachment;
        assert_eq!(of("<attached: a.jpg>"), Some("a.jpg"));
        assert_eq!(of("<مرفق: 00000012-PHOTO.jpg>"), Some("00000012-PHOTO.jpg"));
        assert_eq!(
            of("contract.pdf • 3 pages <Anhang: 0001-contract.pdf>"),
            Some("0001-contract.pdf")
        );
        assert_eq!(
            of("2017-01-01-PHOTO-00000012.jpg <attached>"),
            Some("2017-01-01-PHOTO-00000012.jpg")
        );
        assert_eq!(of("IMG-1.jpg (الملف مرفق)"), Some("IMG-1.jpg"));
        assert_eq!(of("a b (1).mp4 (file attached)"), Some("a b (1).mp4"));
        assert_eq!(of("../../etc/x.jpg (file attached)"), None);
        assert_eq!(of("I like it (really)"), None);
        assert_eq!(of("<Media omitted>"), None);
    }

    #[test]
    fn who_sent_a_file_and_when() {
        for text in [samples::CHAT_IOS, samples::CHAT_ANDROID, samples::CHAT_ARABIC] {
            let chat = chat(text);
            let sent = chat.of("IMG-20230405-WA0001.jpg").unwrap();
            assert_eq!(sent.sender.as_deref(), Some("Lina"));
            assert_eq!(sent.time.unwrap().ms / 60_000, 1_680_697_800 / 60);
        }
    }

    #[test]
    fn a_file_that_two_say_they_sent_was_sent_by_nobody() {
        let typed = "5/4/2023, 12:30 - Lina: x.jpg (file attached)\n5/4/2023, 12:31 - Omar: x.jpg (file attached)\n";
        assert_eq!(chat(typed).of("x.jpg").unwrap().sender, None);
        let marked = typed.replace("Omar: ", "Omar: \u{200E}");
        assert_eq!(chat(&marked).of("x.jpg").unwrap().sender.as_deref(), Some("Omar"));
    }

    #[test]
    fn limits_hold() {
        let many: String =
            (0..20).map(|n| format!("5/4/2023, 12:30 - L{n}: {n}.jpg (x)\n")).collect();
        let limits = Limits { parts: 10, ..Limits::default() };
        let trouble = read(&mut many.as_bytes(), &limits).unwrap_err();
        assert_eq!(trouble, Trouble::TooManyParts { limit: 10 });
        let long = format!("5/4/2023, 12:30 - L: {}.jpg (x)\n", "x".repeat(100_000));
        assert_eq!(chat(&long).names().count(), 0);
    }
}
