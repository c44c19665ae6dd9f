//! What stands in a message beside its words, and how it keeps its order of reading.
//!
//! In a text from right to left, a file's name, a digest or a date would drag what stands beside it
//! into its own direction: `2026-11-20` after an Arabic word is shown as `20-11-2026`. So each is
//! isolated by the marks of Unicode (UAX #9, 2.4). A text from left to right is left without marks,
//! so that what is copied out of it is nothing but the text.
//!
//! Digits are European in both languages, with a comma between thousands and a point before
//! decimals, as Arabic has them beside Latin text (CLDR, `ar`, `latn`): they stand beside digests,
//! dates and numbers that are typed again, and in what a court compares with them.

use crate::Language;
use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Range;

/// First strong isolate: its content says by itself how it runs.
const FSI: char = '\u{2068}';
/// Left-to-right isolate.
const LRI: char = '\u{2066}';
/// The end of either.
const PDI: char = '\u{2069}';

/// A value that a message takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// How many: chooses the plural, and is written with a comma between thousands.
    Count(u64),
    /// A name, a path, what somebody typed: it runs as it will.
    Name(String),
    /// A number, a date, a digest: it runs from left to right whatever stands in it.
    Figure(String),
    /// Words of the same language, which are a part of the sentence.
    Text(String),
    /// What a message chooses its words by. It is not shown.
    Key(String),
}

/// A number, a date, a digest or the like.
pub fn figure(value: impl Display) -> Argument {
    Argument::Figure(value.to_string())
}

/// Words that were made of messages already.
pub fn text(words: impl Into<String>) -> Argument {
    Argument::Text(words.into())
}

/// What a message chooses its words by.
pub fn key(key: impl Into<String>) -> Argument {
    Argument::Key(key.into())
}

/// A name that stands among words of `language` without a message around it.
pub fn isolated(language: Language, name: &str) -> String {
    enclosed(language, FSI, name)
}

/// A number with a comma between each three digits.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Argument {
    /// As it stands in a message; a count is told by the message itself.
    pub(crate) fn shown(&self, language: Language) -> String {
        match self {
            Self::Count(n) => grouped(*n),
            Self::Name(name) => enclosed(language, FSI, name),
            Self::Figure(figure) => enclosed(language, LRI, figure),
            Self::Text(text) | Self::Key(text) => text.clone(),
        }
    }
}

fn enclosed(language: Language, mark: char, text: &str) -> String {
    match language.is_rtl() && !text.is_empty() {
        true => format!("{mark}{text}{PDI}"),
        false => text.to_owned(),
    }
}

/// Words from right to left, with what is in Latin letters in them isolated: an option, a command,
/// a date would be taken apart otherwise.
pub(crate) fn latin_isolated(text: &str) -> Cow<'_, str> {
    let mut isolated = String::new();
    let mut rest = text;
    while let Some(run) = next_latin(rest) {
        isolated.push_str(&rest[..run.start]);
        isolated.extend([LRI]);
        isolated.push_str(&rest[run.clone()]);
        isolated.extend([PDI]);
        rest = &rest[run.end..];
    }
    if isolated.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(isolated + rest)
}

/// The first stretch of ASCII with a letter in it, or a date or time, without the punctuation at its
/// ends. Mere numbers stand in Arabic by themselves.
fn next_latin(text: &str) -> Option<Range<usize>> {
    let is_inner = |c: char| c.is_ascii_graphic() || c == ' ';
    let ends = |c: char| c == ' ' || ".,:;!?()".contains(c);
    let mut from = 0;
    while let Some(start) = text[from..].find(is_inner).map(|at| from + at) {
        let run = &text[start..];
        let end = start + run.find(|c| !is_inner(c)).unwrap_or(run.len());
        let run = &text[start..end];
        let led = run.trim_start_matches(ends);
        let start = end - led.len();
        let run = led.trim_end_matches(ends);
        let is_word = |c: char| c.is_ascii_alphabetic();
        let is_date = |c: char| "-:/".contains(c);
        if run.contains(is_word) || (run.len() > 1 && run.contains(is_date)) {
            return Some(start..start + run.len());
        }
        from = end;
    }
    None
}

macro_rules! counts {
    ($($number:ty),*) => {$(
        impl From<$number> for Argument {
            fn from(n: $number) -> Self {
                Self::Count(u64::try_from(n).unwrap_or(0))
            }
        }
    )*};
}

counts!(u8, u16, u32, u64, usize, i64);

impl From<&str> for Argument {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Argument {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<&String> for Argument {
    fn from(name: &String) -> Self {
        Self::Name(name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_figures_are_isolated_where_the_text_runs_from_right_to_left() {
        let name = Argument::from("a.jpg");
        assert_eq!(name.shown(Language::English), "a.jpg");
        assert_eq!(name.shown(Language::Arabic), "\u{2068}a.jpg\u{2069}");
        assert_eq!(figure(2.5).shown(Language::Arabic), "\u{2066}2.5\u{2069}");
        assert_eq!(text("كلمة").shown(Language::Arabic), "كلمة");
        assert_eq!(isolated(Language::Arabic, ""), "");
    }

    #[test]
    fn latin_words_keep_together() {
        assert_eq!(
            latin_isolated("انظر (athar list activate)، ثم --by NAME."),
            "انظر (\u{2066}athar list activate\u{2069})، ثم \u{2066}--by NAME\u{2069}."
        );
        assert_eq!(latin_isolated("في 2026-11-20 أو"), "في \u{2066}2026-11-20\u{2069} أو");
        assert_eq!(latin_isolated("الفرق 17 من 256 بت"), "الفرق 17 من 256 بت");
        assert_eq!(latin_isolated("في 2026، PDQ"), "في 2026، \u{2066}PDQ\u{2069}");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1_000, 25_000_000].map(grouped), ["0", "999", "1,000", "25,000,000"]);
    }
}
