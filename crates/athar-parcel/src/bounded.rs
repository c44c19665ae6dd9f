//! Input that gives no more bytes than the next token may have.
//!
//! A parser of JSON gathers a name or a text in memory until it ends. Before each the reader says
//! how long it may be, and who asks for more gets an error.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes read from the source at a time.
const BLOCK_BYTES: usize = 64 << 10;

pub(crate) struct Bounded<R> {
    inner: BufReader<R>,
    left_bytes: u64,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self { inner: BufReader::with_capacity(BLOCK_BYTES, inner), left_bytes: 0 }
    }

    /// Allows this many bytes from here on.
    pub(crate) fn allow(&mut self, limit_bytes: u64) {
        self.left_bytes = limit_bytes;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.fill_buf()?;
        if !bytes.is_empty() && self.left_bytes == 0 {
            return Err(io::Error::other("longer than allowed"));
        }
        let most = usize::try_from(self.left_bytes).unwrap_or(usize::MAX);
        let amount = bytes.len().min(into.len()).min(most);
        into[..amount].copy_from_slice(&bytes[..amount]);
        self.inner.consume(amount);
        self.left_bytes -= amount as u64;
        Ok(amount)
    }
}
