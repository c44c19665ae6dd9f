//! One part of a text that is divided by lines.

use crate::lines::{Lines, Piece};
use crate::mbox;
use std::io::{self, Read};

/// What the lines are that divide a text.
#[derive(Clone, Copy)]
pub(crate) enum Fence<'a> {
    /// A multipart's boundary, without the dashes before it. The line's end before it belongs to
    /// it (RFC 2046, 5.1.1).
    Boundary(&'a [u8]),
    /// The first line of a mail in a mailbox, after an empty one.
    Mbox,
}

/// What stands behind a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Another section.
    Next,
    /// The mark that there is no other.
    Last,
    /// Nothing: the text is over.
    Nothing,
}

/// Reads until the next fence.
pub(crate) struct Section<'l, 'a> {
    lines: &'l mut Lines<'a>,
    fence: Fence<'l>,
    behind: Option<Behind>,
    /// What is to be given next.
    out: Vec<u8>,
    given: usize,
    /// The end of the line before, which belongs to a fence if one follows.
    held: &'static [u8],
    is_after_empty: bool,
}

impl<'l, 'a> Section<'l, 'a> {
    pub(crate) fn new(lines: &'l mut Lines<'a>, fence: Fence<'l>) -> Self {
        let out = Vec::new();
        Self { lines, fence, behind: None, out, given: 0, held: b"", is_after_empty: false }
    }

    /// Reads on to the end, and says what stands there.
    pub(crate) fn end(&mut self) -> io::Result<Behind> {
        loop {
            if let Some(behind) = self.behind {
                return Ok(behind);
            }
            self.advance()?;
        }
    }

    fn advance(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        let Some(piece) = self.lines.next()? else {
            self.out.extend_from_slice(self.held);
            self.held = b"";
            self.behind = Some(Behind::Nothing);
            return Ok(());
        };
        if let Some(behind) = self.fence.at(piece, self.is_after_empty) {
            self.behind = Some(behind);
            return Ok(());
        }
        self.is_after_empty = piece.begins && matches!(piece.bytes, b"\n" | b"\r\n");
        let (text, end) = without_end(piece.bytes);
        self.out.extend_from_slice(self.held);
        self.out.extend_from_slice(text);
        self.held = end;
        Ok(())
    }
}

impl Read for Section<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() {
            let rest = &self.out[self.given..];
            if rest.is_empty() {
                if self.behind.is_some() {
                    break;
                }
                self.advance()?;
                continue;
            }
            let amount = rest.len().min(into.len() - done);
            into[done..done + amount].copy_from_slice(&rest[..amount]);
            self.given += amount;
            done += amount;
        }
        Ok(done)
    }
}

impl Fence<'_> {
    fn at(&self, piece: Piece<'_>, is_after_empty: bool) -> Option<Behind> {
        match self {
            Self::Boundary(boundary) if piece.begins => at_boundary(piece.bytes, boundary),
            Self::Mbox if piece.begins && is_after_empty && mbox::is_separator(piece.bytes) => {
                Some(Behind::Next)
            }
            _ => None,
        }
    }
}

fn at_boundary(line: &[u8], boundary: &[u8]) -> Option<Behind> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?.trim_ascii_end();
    match rest {
        b"" => Some(Behind::Next),
        b"--" => Some(Behind::Last),
        _ => None,
    }
}

fn without_end(line: &[u8]) -> (&[u8], &'static [u8]) {
    match line {
        [text @ .., b'\r', b'\n'] => (text, b"\r\n"),
        [text @ .., b'\n'] => (text, b"\n"),
        text => (text, b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_what_stands_between_two_fences() {
        let mut text = &b"before\r\n--b\r\none\r\n\r\n--b \r\n--bc\ntwo\n--b--\r\nafter"[..];
        let mut lines = Lines::new(&mut text);
        let mut next = || {
            let mut section = Section::new(&mut lines, Fence::Boundary(b"b"));
            let mut content = String::new();
            section.read_to_string(&mut content).unwrap();
            (content, section.end().unwrap())
        };
        assert_eq!(next(), ("before".into(), Behind::Next));
        assert_eq!(next(), ("one\r\n".into(), Behind::Next));
        assert_eq!(next(), ("--bc\ntwo".into(), Behind::Last));
        assert_eq!(next(), ("after".into(), Behind::Nothing));
    }
}
