//! Lines of bounded length, with their numbers.

use std::io::{self, BufRead, BufReader, Read};

/// Longest line, and longest record of several lines, in bytes.
pub(crate) const LINE_BYTES_MAX: usize = 64 << 10;

/// How the next line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Got {
    /// There is none.
    End,
    /// It was appended, with its end if it has one.
    Line,
    /// It does not fit: as much as fits was appended, the rest is still to come.
    TooLong,
}

pub(crate) struct Lines<R> {
    input: BufReader<R>,
    /// What was given back, to be read before the input.
    held: Vec<u8>,
    held_at: usize,
    /// Ends of lines consumed.
    ends: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        let input = BufReader::with_capacity(LINE_BYTES_MAX, input);
        Self { input, held: Vec::new(), held_at: 0, ends: 0 }
    }

    /// The number of the line that comes next, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.ends + 1
    }

    /// Appends the next line to `into`, which holds no more than [`LINE_BYTES_MAX`].
    pub(crate) fn append(&mut self, into: &mut Vec<u8>) -> io::Result<Got> {
        let before = into.len();
        loop {
            let bytes = self.fill()?;
            if bytes.is_empty() {
                return Ok(if into.len() > before { Got::Line } else { Got::End });
            }
            let room = bytes.len().min(LINE_BYTES_MAX - into.len());
            if room == 0 {
                return Ok(Got::TooLong);
            }
            let end = memchr::memchr(b'\n', &bytes[..room]);
            let amount = end.map_or(room, |at| at + 1);
            into.extend_from_slice(&bytes[..amount]);
            self.consume(amount);
            if end.is_some() {
                self.ends += 1;
                return Ok(Got::Line);
            }
        }
    }

    /// Passes over what is left of a line.
    pub(crate) fn skip_rest(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.fill()?;
            let end = memchr::memchr(b'\n', bytes);
            let amount = end.map_or(bytes.len(), |at| at + 1);
            self.consume(amount);
            self.ends += u64::from(end.is_some());
            if amount == 0 || end.is_some() {
                return Ok(());
            }
        }
    }

    /// Takes back what was appended, to be read again.
    pub(crate) fn give_back(&mut self, bytes: &[u8]) {
        self.ends -= memchr::memchr_iter(b'\n', bytes).count() as u64;
        let rest = self.held.split_off(self.held_at);
        self.held.clear();
        self.held.extend_from_slice(bytes);
        self.held.extend_from_slice(&rest);
        self.held_at = 0;
    }

    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.held_at < self.held.len() {
            return Ok(&self.held[self.held_at..]);
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if self.held_at < self.held.len() {
            self.held_at += amount;
        } else {
            self.input.consume(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(u64, usize, Got)> {
        let mut lines = Lines::new(text);
        let mut found = Vec::new();
        loop {
            let (number, mut line) = (lines.number(), Vec::new());
            match lines.append(&mut line).unwrap() {
                Got::End => return found,
                got => found.push((number, line.len(), got)),
            }
            if found.last().is_some_and(|last| last.2 == Got::TooLong) {
                lines.skip_rest().unwrap();
            }
        }
    }

    #[test]
    fn lines_come_with_their_numbers() {
        let expected = [(1, 2, Got::Line), (2, 1, Got::Line), (3, 3, Got::Line)];
        assert_eq!(all(b"a\n\nend"), expected);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn what_does_not_fit_is_told_and_the_next_line_read() {
        let mut text = vec![b'x'; LINE_BYTES_MAX * 3];
        text.extend_from_slice(b"\nshort\n");
        assert_eq!(all(&text), [(1, LINE_BYTES_MAX, Got::TooLong), (2, 6, Got::Line)]);
        let full = [vec![b'y'; LINE_BYTES_MAX - 1], b"\nz".to_vec()].concat();
        assert_eq!(all(&full), [(1, LINE_BYTES_MAX, Got::Line), (2, 1, Got::Line)]);
    }

    #[test]
    fn what_is_given_back_is_read_again() {
        let mut lines = Lines::new(&b"a\nb\nc"[..]);
        let mut both = Vec::new();
        lines.append(&mut both).unwrap();
        lines.append(&mut both).unwrap();
        lines.give_back(&both[2..]);
        assert_eq!(lines.number(), 2);
        let mut rest = Vec::new();
        while lines.append(&mut rest).unwrap() == Got::Line {}
        assert_eq!(rest, b"b\nc");
    }
}
