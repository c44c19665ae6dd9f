//! A stream by its lines, however long they are.

use std::io::{self, Read};

/// Most bytes of a line that are given in one piece. No separator of parts is as long.
const PIECE_BYTES: usize = 8 << 10;

const BUFFER_BYTES: usize = 64 << 10;

/// A line, or a piece of a long one.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    /// With the line's end, if it is there.
    pub bytes: &'a [u8],
    /// Whether a line begins with it.
    pub begins: bool,
}

/// Reads pieces, or what is left as bytes.
pub(crate) struct Lines<'a> {
    source: &'a mut dyn Read,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Whether the next piece begins a line.
    begins: bool,
    is_over: bool,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a mut dyn Read) -> Self {
        let buffer = vec![0; BUFFER_BYTES].into();
        Self { source, buffer, start: 0, end: 0, begins: true, is_over: false }
    }

    /// The next piece; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        let length = self.ready()?;
        if length == 0 {
            return Ok(None);
        }
        let bytes = &self.buffer[self.start..self.start + length];
        let piece = Piece { bytes, begins: self.begins };
        self.start += length;
        self.begins = bytes.ends_with(b"\n");
        Ok(Some(piece))
    }

    /// How long the next piece is, once as much of it is in the buffer.
    fn ready(&mut self) -> io::Result<usize> {
        let mut seen = 0;
        loop {
            let held = &self.buffer[self.start..self.end];
            if let Some(at) = memchr::memchr(b'\n', &held[seen..]) {
                return Ok((seen + at + 1).min(PIECE_BYTES));
            }
            if held.len() >= PIECE_BYTES || self.is_over {
                return Ok(held.len().min(PIECE_BYTES));
            }
            seen = held.len();
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let amount = retry(|| self.source.read(&mut self.buffer[self.end..]))?;
        self.end += amount;
        self.is_over = amount == 0;
        Ok(())
    }
}

impl Read for Lines<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && !self.is_over {
            self.fill()?;
        }
        let amount = into.len().min(self.end - self.start);
        into[..amount].copy_from_slice(&self.buffer[self.start..self.start + amount]);
        self.start += amount;
        Ok(amount)
    }
}

/// Reads again where a signal came between.
pub(crate) fn retry(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Reads until `into` is full or nothing is left; how much that was.
pub(crate) fn read_full(source: &mut dyn Read, into: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < into.len() {
        match retry(|| source.read(&mut into[length..]))? {
            0 => break,
            amount => length += amount,
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let amount = self.1.min(into.len());
            self.0.read(&mut into[..amount])
        }
    }

    #[test]
    fn pieces_make_up_the_stream_whatever_it_is_cut_into() {
        let mut text = b"a\r\n\nlong ".to_vec();
        text.extend(vec![b'x'; 3 * PIECE_BYTES + 5]);
        text.extend(b"\nend");
        for drop_bytes in [1, 7, 4096, 1 << 20] {
            let mut source = Drops(&text, drop_bytes);
            let mut lines = Lines::new(&mut source);
            let (mut all, mut begun) = (Vec::new(), 0);
            while let Some(piece) = lines.next().unwrap() {
                assert!(piece.bytes.len() <= PIECE_BYTES);
                all.extend_from_slice(piece.bytes);
                begun += u32::from(piece.begins);
            }
            assert_eq!((all == text, begun), (true, 4));
        }
    }
}
