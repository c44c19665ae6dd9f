//! The first bytes of a file: its encoding, and which format it may be.

use crate::error::ReadError;
use crate::format::Format;
use std::io::{Chain, Cursor, Read};

/// Bytes that are looked at.
const HEAD_BYTES: u64 = 4096;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A file whose first bytes have been looked at, without its byte order mark.
pub(crate) type Input<R> = Chain<Cursor<Vec<u8>>, R>;

pub(crate) struct Opened<R> {
    pub(crate) input: Input<R>,
    /// The first bytes, without the mark.
    pub(crate) head: Vec<u8>,
    /// Bytes of the mark.
    pub(crate) mark_bytes: u64,
}

/// Looks at the first bytes; refuses what is not UTF-8 by its looks.
pub(crate) fn open<R: Read>(mut input: R) -> Result<Opened<R>, ReadError> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    refuse(&head)?;
    let mark_bytes = if head.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
    head.drain(..mark_bytes);
    let mark_bytes = mark_bytes as u64;
    Ok(Opened { input: Cursor::new(head.clone()).chain(input), head, mark_bytes })
}

/// Two-byte characters show as a mark, or as a zero among the first two bytes.
fn refuse(head: &[u8]) -> Result<(), ReadError> {
    match head {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..] => Err(ReadError::Encoding),
        [0x1F, 0x8B, ..] | [b'P', b'K', 3, 4, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] => {
            Err(ReadError::Compressed)
        }
        _ => Ok(()),
    }
}

/// The format that a file beginning like this may be. What it is in truth shows when it is read.
pub(crate) fn detect(head: &[u8]) -> Option<Format> {
    let head = head.strip_prefix(UTF8_MARK).unwrap_or(head).trim_ascii_start();
    let has = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    let first_line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let heads = |column: &[u8]| memchr::memmem::find(first_line, column).is_some();
    match head.first()? {
        b'<' if has(b"queryResult") => Some(Format::Ncmec),
        b'{' if has(b"odata.") => Some(Format::Vics),
        b'{' if has(b"hashRecords") || has(b"nextSetTimestamp") => Some(Format::StopNcii),
        b'<' | b'{' | b'[' => None,
        _ if head.starts_with(crate::delta_layout::MAGIC) => Some(Format::Delta),
        _ if heads(b"td_raw_indicator") => Some(Format::Descriptors),
        _ if heads(b"signal_str") => Some(Format::Tx),
        _ => Some(Format::Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(bytes: &[u8]) -> String {
        open(bytes).err().map_or(String::new(), |error| format!("{error:?}"))
    }

    #[test]
    fn two_bytes_a_character_are_refused_with_or_without_a_mark() {
        for bytes in [&b"\xFF\xFE{\0"[..], b"\xFE\xFF\0{", b"{\0\"\0", b"\0{\0\"", b"\0\0\xFE\xFF"]
        {
            assert_eq!(error_of(bytes), "Encoding");
        }
        assert_eq!(error_of(b"PK\x03\x04"), "Compressed");
    }

    #[test]
    fn a_mark_is_taken_away_and_nothing_else() {
        let mut opened = open(&b"\xEF\xBB\xBF{}"[..]).unwrap();
        let mut text = String::new();
        opened.input.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), opened.mark_bytes), ("{}", 3));
        let long = vec![b'a'; 10_000];
        let mut bytes = Vec::new();
        open(long.as_slice()).unwrap().input.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, long);
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(detect(b"<?xml version=\"1.0\"?>\n<queryResult"), Some(Format::Ncmec));
        assert_eq!(detect(b"\xEF\xBB\xBF {\"odata.metadata\":"), Some(Format::Vics));
        assert_eq!(detect(b"{\"count\":0,\"hashRecords\":[]}"), Some(Format::StopNcii));
        assert_eq!(detect(b"signal_type,signal_str,collab\n"), Some(Format::Tx));
        assert_eq!(detect(b"\"td_status\",\"td_raw_indicator\"\n"), Some(Format::Descriptors));
        assert_eq!(detect(b"# a list\n"), Some(Format::Plain));
        assert_eq!((detect(b""), detect(b"[1]")), (None, None));
    }
}
