//! Input that gives no more bytes than the next token may have.
//!
//! The parsers of JSON and XML gather a name or a text in memory until it ends. Before each of
//! them the reader says how long it may be; who asks for more gets an error, and the memory of
//! the whole reading is bounded by the longest token allowed.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes read from the source at a time.
const BLOCK_BYTES: usize = 64 << 10;

pub(crate) struct Bounded<R> {
    inner: BufReader<R>,
    limit_bytes: u64,
    left_bytes: u64,
    exceeded: bool,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(inner: R, limit_bytes: u64) -> Self {
        let inner = BufReader::with_capacity(BLOCK_BYTES, inner);
        Self { inner, limit_bytes, left_bytes: limit_bytes, exceeded: false }
    }

    /// Allows this many bytes from here on.
    pub(crate) fn allow(&mut self, limit_bytes: u64) {
        self.limit_bytes = limit_bytes;
        self.left_bytes = limit_bytes;
    }

    /// The limit that was reached, if one was.
    pub(crate) fn exceeded(&self) -> Option<u64> {
        self.exceeded.then_some(self.limit_bytes)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.inner.fill_buf()?;
        if bytes.is_empty() || self.left_bytes > 0 {
            let most = usize::try_from(self.left_bytes).unwrap_or(usize::MAX).min(bytes.len());
            return Ok(&bytes[..most]);
        }
        self.exceeded = true;
        Err(io::Error::other("longer than allowed"))
    }

    fn consume(&mut self, amount: usize) {
        self.left_bytes = self.left_bytes.saturating_sub(amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let amount = bytes.len().min(into.len());
        into[..amount].copy_from_slice(&bytes[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_allowed_is_given() {
        let mut input = Bounded::new(&b"0123456789"[..], 4);
        let mut into = [0; 10];
        assert_eq!(input.read(&mut into).unwrap(), 4);
        assert!(input.read(&mut into).is_err());
        assert_eq!(input.exceeded(), Some(4));
    }

    #[test]
    fn the_end_is_the_end_also_at_the_limit() {
        let mut input = Bounded::new(&b"0123"[..], 3);
        input.allow(4);
        let mut text = String::new();
        input.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), input.exceeded()), ("0123", None));
    }
}
