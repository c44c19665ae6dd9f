//! How the bytes of a mail's part are written as text (RFC 2045, 6).

use crate::lines::retry;
use std::io::{self, Read};

const BUFFER_BYTES: usize = 16 << 10;

/// An encoding of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// As they are.
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    /// What `Content-Transfer-Encoding` says; `None` for what is not read here.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let is = |name: &&str| text.eq_ignore_ascii_case(name);
        match () {
            () if ["", "7bit", "8bit", "binary"].iter().any(is) => Some(Self::Plain),
            () if is(&"base64") => Some(Self::Base64),
            () if is(&"quoted-printable") => Some(Self::QuotedPrintable),
            () => None,
        }
    }
}

/// The bytes that a text stands for. Broken writing gives what can be made of it, as all mail
/// programs do.
pub(crate) struct Decoded<R> {
    inner: R,
    transfer: Transfer,
    base64: Base64,
    quoted: Quoted,
    text: Box<[u8]>,
    out: Vec<u8>,
    given: usize,
    is_over: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(inner: R, transfer: Transfer) -> Self {
        Self {
            inner,
            transfer,
            base64: Base64::default(),
            quoted: Quoted::Text,
            text: vec![0; BUFFER_BYTES].into(),
            out: Vec::with_capacity(BUFFER_BYTES),
            given: 0,
            is_over: false,
        }
    }

    fn advance(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        let amount = retry(|| self.inner.read(&mut self.text))?;
        self.is_over = amount == 0;
        let text = &self.text[..amount];
        match self.transfer {
            Transfer::Plain => self.out.extend_from_slice(text),
            Transfer::Base64 if self.is_over => self.base64.finish(&mut self.out),
            Transfer::Base64 => self.base64.decode(text, &mut self.out),
            Transfer::QuotedPrintable => {
                text.iter().for_each(|&byte| self.quoted.take(byte, &mut self.out));
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.is_over {
            self.advance()?;
        }
        let amount = into.len().min(self.out.len() - self.given);
        into[..amount].copy_from_slice(&self.out[self.given..self.given + amount]);
        self.given += amount;
        Ok(amount)
    }
}

/// Six bits at a time; what is no digit is passed over.
#[derive(Default)]
struct Base64 {
    bits: u32,
    digits: u32,
}

const NO_DIGIT: u8 = 0xFF;
const PADDING: u8 = 0xFE;

const DIGITS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < alphabet.len() {
        digits[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    digits[b'=' as usize] = PADDING;
    digits
};

impl Base64 {
    fn decode(&mut self, text: &[u8], out: &mut Vec<u8>) {
        for &byte in text {
            match DIGITS[usize::from(byte)] {
                NO_DIGIT => {}
                PADDING => self.finish(out),
                digit => self.push(digit, out),
            }
        }
    }

    fn push(&mut self, digit: u8, out: &mut Vec<u8>) {
        self.bits = self.bits << 6 | u32::from(digit);
        self.digits += 1;
        if self.digits == 4 {
            out.extend_from_slice(&self.bits.to_be_bytes()[1..]);
            *self = Self::default();
        }
    }

    /// The last bytes of a group that is not full.
    fn finish(&mut self, out: &mut Vec<u8>) {
        let bytes = (self.bits << (6 * (4 - self.digits))).to_be_bytes();
        let whole = self.digits.saturating_sub(1) as usize;
        out.extend_from_slice(&bytes[1..][..whole]);
        *self = Self::default();
    }
}

/// What was read before.
#[derive(Clone, Copy)]
enum Quoted {
    Text,
    Equals,
    Digit(u8),
    /// The rest of a line whose end does not count.
    Soft,
}

impl Quoted {
    fn take(&mut self, byte: u8, out: &mut Vec<u8>) {
        let digit =
            |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *self = match (*self, byte) {
            (Self::Text, b'=') => Self::Equals,
            (Self::Equals | Self::Soft, b'\n') => Self::Text,
            (Self::Equals | Self::Soft, b' ' | b'\t' | b'\r') => Self::Soft,
            (Self::Equals, byte) if digit(byte).is_some() => Self::Digit(byte),
            (Self::Digit(high), byte) if digit(byte).is_some() => {
                out.push(digit(high).unwrap_or(0) << 4 | digit(byte).unwrap_or(0));
                Self::Text
            }
            // No honest writer made this: it is given as it stands.
            (state, byte) => {
                match state {
                    Self::Equals => out.push(b'='),
                    Self::Digit(high) => out.extend([b'=', high]),
                    Self::Text | Self::Soft => {}
                }
                out.push(byte);
                Self::Text
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn decoded(text: &[u8], transfer: Transfer) -> Vec<u8> {
        let mut out = Vec::new();
        Decoded::new(text, transfer).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn base64_of_every_length_is_read_however_it_is_broken_into_lines() {
        for length in 0..70_usize {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 37) as u8).collect();
            let text = samples::base64(&bytes);
            assert_eq!(decoded(text.as_bytes(), Transfer::Base64), bytes);
            let spread: String =
                text.trim_end_matches('=').chars().flat_map(|c| [c, '\r', '\n']).collect();
            assert_eq!(decoded(spread.as_bytes(), Transfer::Base64), bytes);
        }
        // RFC 4648, 10.
        assert_eq!(decoded(b"Zm9vYmE=Zm8=", Transfer::Base64), b"foobafo");
    }

    #[test]
    fn quoted_printable_is_read_and_broken_writing_kept() {
        let of = |text: &str| {
            String::from_utf8(decoded(text.as_bytes(), Transfer::QuotedPrintable)).unwrap()
        };
        assert_eq!(of("a=3Db=\r\nc= \t\nd"), "a=bcd");
        assert_eq!(of("=d8=A3"), "أ");
        assert_eq!(of("x=ZZ =4"), "x=ZZ ");
    }

    #[test]
    fn encodings_are_known_by_name() {
        assert_eq!(Transfer::of(" BASE64 "), Some(Transfer::Base64));
        assert_eq!(Transfer::of("8bit"), Some(Transfer::Plain));
        assert_eq!(Transfer::of("x-uuencode"), None);
    }
}
