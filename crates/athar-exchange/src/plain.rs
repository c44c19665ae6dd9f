//! One code or digest a line.
//!
//! A line is `value`, `value,quality` (and whatever follows a second comma, as the reference
//! tool of PDQ prints a path there), or `type value` as the `local_file` exchange of
//! ThreatExchange's client has it. `#` begins a comment.

use crate::entry::{Entry, Place};
use crate::error::{Field, ReadError, Reason, WriteError};
use crate::format::Format;
use crate::lines::{Got, LINE_BYTES_MAX, Lines};
use crate::names;
use crate::reader::{self, Sink};
use crate::signal::Signal;
use std::io::{Read, Write};

pub(crate) struct Source<R> {
    lines: Lines<R>,
    line: Vec<u8>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { lines: Lines::new(input), line: Vec::new() }
    }
}

impl<R: Read> reader::Source for Source<R> {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, ReadError> {
        let place = Place::Line(self.lines.number());
        self.line.clear();
        match self.lines.append(&mut self.line)? {
            Got::End => return Ok(false),
            Got::Line => {}
            Got::TooLong => {
                self.lines.skip_rest()?;
                sink.record();
                sink.problem(place, Reason::TooLong { limit_bytes: LINE_BYTES_MAX });
                return Ok(true);
            }
        }
        let line = self.line.trim_ascii();
        if !line.is_empty() && line[0] != b'#' {
            sink.record();
            let outcome = parse(line, place, sink);
            sink.outcome(place, outcome);
        }
        Ok(true)
    }
}

fn parse(line: &[u8], place: Place, sink: &mut Sink) -> Result<Option<Entry>, Reason> {
    let end = line.iter().position(|&byte| byte == b',' || byte.is_ascii_whitespace());
    let Some(end) = end else { return untyped(line, None, place, sink) };
    let (first, rest) = (&line[..end], line[end + 1..].trim_ascii());
    let comma = line[end] == b',' || rest.first() == Some(&b',');
    if !comma {
        return typed(first, rest, place, sink);
    }
    let rest = rest.strip_prefix(b",").filter(|_| line[end] != b',').unwrap_or(rest);
    let quality = rest.split(|&byte| byte == b',').next().unwrap_or_default().trim_ascii();
    untyped(first, Some(quality), place, sink)
}

fn typed(
    name: &[u8],
    value: &[u8],
    place: Place,
    sink: &mut Sink,
) -> Result<Option<Entry>, Reason> {
    let (signal_type, medium) = names::named(name).ok_or(Reason::UnknownType)?;
    let signal = sink.signal(signal_type, value)?;
    Ok(signal.map(|signal| Entry { medium, place, ..Entry::new(signal) }))
}

fn untyped(
    value: &[u8],
    quality: Option<&[u8]>,
    place: Place,
    sink: &mut Sink,
) -> Result<Option<Entry>, Reason> {
    let quality = quality.filter(|text| !text.is_empty()).map(parse_quality).transpose()?;
    let signal = sink.untyped_signal(value)?;
    Ok(signal.map(|signal| Entry { quality, place, ..Entry::new(signal) }))
}

fn parse_quality(text: &[u8]) -> Result<u8, Reason> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u8>().ok());
    number.filter(|&quality| quality <= 100).ok_or(Reason::Invalid(Field::Quality))
}

/// Writes one code or digest a line; what is no code has its type before it.
pub struct PlainWriter<W> {
    out: W,
}

impl<W: Write> PlainWriter<W> {
    /// Begins a list. Many small pieces are written: `out` should have a buffer.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes one entry.
    ///
    /// # Errors
    ///
    /// When the format cannot say all of it (see [`Format::keep`]), or writing fails.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        Format::Plain.check(entry)?;
        let Some(signal) = entry.signal() else { return Ok(()) };
        match (signal, entry.quality) {
            (Signal::Pdq(code), None) => writeln!(self.out, "{}", code.to_hex())?,
            (Signal::Pdq(code), Some(quality)) => {
                writeln!(self.out, "{},{quality}", code.to_hex())?;
            }
            (other, _) => {
                let name = names::tx_name(other.signal_type(), entry.medium);
                writeln!(self.out, "{name} {}", other.to_hex())?;
            }
        }
        Ok(())
    }

    /// Ends the list.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Medium;
    use crate::reader::{Options, open};
    use crate::signal::{SignalType, Types};
    use crate::tally::Summary;

    const PDQ: &str = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bacd";

    fn read(text: &[u8], options: Options) -> (Vec<Entry>, Summary) {
        let mut entries = open(text, Some(Format::Plain), options).unwrap();
        let all = entries.by_ref().collect::<Result<_, _>>().unwrap();
        (all, entries.summary().clone())
    }

    #[test]
    fn each_form_of_a_line_is_read() {
        let text = format!(
            "\u{FEFF}# a list\n{PDQ}\r\n\n {PDQ} , 87\n{PDQ},100,some file, with commas.jpg\n\
             pdq {PDQ}\nvideo_md5 000102030405060708090a0b0c0d0e0f\n{}\nphotodna AAAA\n",
            "00".repeat(20)
        );
        let (entries, summary) = read(text.as_bytes(), Options::default());
        let qualities = entries.iter().map(|entry| entry.quality).collect::<Vec<_>>();
        assert_eq!(qualities, [None, Some(87), Some(100), None, None, None]);
        let places = entries.iter().map(|entry| entry.place).collect::<Vec<_>>();
        assert_eq!(places, [2, 4, 5, 6, 7, 8].map(Place::Line));
        assert_eq!(entries[4].medium, Medium::Clip);
        assert_eq!(entries[5].signal().unwrap().signal_type(), SignalType::Sha1);
        assert_eq!((summary.records, summary.entries, summary.problems), (7, 6, 0));
        assert_eq!(summary.duplicates, 1);
        assert_eq!(summary.passed_over().collect::<Vec<_>>(), [(SignalType::PhotoDna, 1)]);
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line() {
        let zeros = "0".repeat(63);
        let text = format!("{PDQ},101\nabc\n{zeros}x\nrot13 {PDQ}\n\u{0}\u{ff}\n{PDQ}");
        let (entries, summary) = read(text.as_bytes(), Options::default());
        assert_eq!(entries.len(), 1);
        let found = summary.first_problems.iter().map(|p| (p.place, p.reason)).collect::<Vec<_>>();
        let expected = [
            (Place::Line(1), Reason::Invalid(Field::Quality)),
            (Place::Line(2), Reason::Length { got: 3, expected: 64 }),
            (Place::Line(3), Reason::NotHex { offset: 63 }),
            (Place::Line(4), Reason::UnknownType),
            (Place::Line(5), Reason::Length { got: 3, expected: 64 }),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_million_wrong_lines_are_counted_and_few_kept() {
        let text = "wrong\n".repeat(1_000_000);
        let options = Options { problems_kept: 3, ..Options::default() };
        let (entries, summary) = read(text.as_bytes(), options);
        assert_eq!((entries.len(), summary.records), (0, 1_000_000));
        assert_eq!((summary.problems, summary.first_problems.len()), (1_000_000, 3));
        let by_kind = summary.problems_by_kind[Reason::Length { got: 0, expected: 0 }.kind()];
        assert_eq!(by_kind, 1_000_000);
    }

    #[test]
    fn sixty_four_digits_are_what_the_options_say() {
        let options = Options { of_64_digits: SignalType::Sha256, ..Options::default() };
        let (entries, _) = read(PDQ.as_bytes(), options);
        assert_eq!(entries[0].signal().unwrap().signal_type(), SignalType::Sha256);
        let options = Options { wanted: Types::only(SignalType::Md5), ..Options::default() };
        let (entries, summary) = read(PDQ.as_bytes(), options);
        assert!(entries.is_empty());
        assert_eq!(summary.passed_over().collect::<Vec<_>>(), [(SignalType::Pdq, 1)]);
    }
}
