//! The headers of a mail or of a part of one.

use crate::lines::Lines;
use crate::provenance::{Moment, Time, Zone};
use crate::transfer::Transfer;
use crate::{Trouble, text};
use mail_parser::{Addr, ContentType, HeaderName, Message, MessageParser, MimeHeaders};
use std::io;

/// What the headers of a part say.
pub(crate) struct Header {
    pub sender: Option<String>,
    pub time: Option<Time>,
    pub name: Option<String>,
    pub body: Body,
    /// `None` for one that is not read here.
    pub transfer: Option<Transfer>,
}

/// What a part is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Several parts, divided by this boundary; and whether each is a mail if it does not say what
    /// it is.
    Parts {
        boundary: Vec<u8>,
        is_digest: bool,
    },
    /// A mail in a mail.
    Mail,
    /// A text to be read in the mail.
    Text,
    Encrypted,
    /// Several parts, without a word of what divides them.
    Broken,
    File,
}

/// The headers as they stand before a body, with the empty line.
///
/// # Errors
///
/// They are too long, or cannot be read.
pub(crate) fn block(lines: &mut Lines<'_>, limit_bytes: usize) -> io::Result<Vec<u8>> {
    let mut block = Vec::new();
    while let Some(piece) = lines.next()? {
        if block.len() + piece.bytes.len() > limit_bytes {
            return Err(Trouble::HeaderTooLong { limit_bytes }.into());
        }
        block.extend_from_slice(piece.bytes);
        if piece.begins && piece.bytes.trim_ascii().is_empty() {
            break;
        }
    }
    Ok(block)
}

impl Header {
    /// Reads a block. `is_mail` says what it is if it does not say so itself.
    pub(crate) fn read(block: &[u8], is_mail: bool) -> Self {
        let block = block.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(block);
        match parser().parse_headers(block) {
            Some(message) => Self::of(&message, is_mail),
            None => Self::empty(is_mail),
        }
    }

    fn of(message: &Message<'_>, is_mail: bool) -> Self {
        let from = message.from().and_then(|from| from.first());
        let sender = from.or_else(|| message.sender().and_then(|sender| sender.first()));
        let transfer = message.content_transfer_encoding().unwrap_or_default();
        Self {
            sender: sender.and_then(person),
            time: message.date().filter(|date| date.is_valid()).map(sent),
            name: message.attachment_name().and_then(text::some),
            body: body(message, is_mail),
            transfer: Transfer::of(transfer),
        }
    }

    fn empty(is_mail: bool) -> Self {
        let body = if is_mail { Body::Mail } else { Body::Text };
        Self { sender: None, time: None, name: None, body, transfer: Some(Transfer::Plain) }
    }
}

fn parser() -> MessageParser {
    MessageParser::new()
        .with_mime_headers()
        .header_address(HeaderName::From)
        .header_address(HeaderName::Sender)
        .header_date(HeaderName::Date)
        .default_header_ignore()
}

fn sent(date: &mail_parser::DateTime) -> Time {
    Time { ms: date.to_timestamp() * 1000, zone: Zone::Told, moment: Moment::Sent }
}

/// `Name <address>`, or what there is of it.
fn person(address: &Addr<'_>) -> Option<String> {
    let name = address.name.as_deref().and_then(text::some);
    let mail = address.address.as_deref().and_then(text::some);
    match (name, mail) {
        (Some(name), Some(mail)) => Some(format!("{name} <{mail}>")),
        (name, mail) => name.or(mail),
    }
}

fn body(message: &Message<'_>, is_mail: bool) -> Body {
    let Some(content_type) = message.content_type() else {
        return if is_mail { Body::Mail } else { text_or_file(message) };
    };
    let kind = content_type.ctype().to_ascii_lowercase();
    let subtype = content_type.subtype().unwrap_or_default().to_ascii_lowercase();
    match (kind.as_str(), subtype.as_str()) {
        ("multipart", "encrypted") => Body::Encrypted,
        ("multipart", _) => match content_type.attribute("boundary") {
            Some(boundary) if !boundary.is_empty() => Body::Parts {
                boundary: boundary.trim_end().as_bytes().to_vec(),
                is_digest: subtype == "digest",
            },
            _ => Body::Broken,
        },
        ("message", "rfc822" | "global") => Body::Mail,
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => {
            let sealed = content_type.attribute("smime-type");
            let is_signed = sealed.is_some_and(|kind| kind.eq_ignore_ascii_case("signed-data"));
            if is_signed { Body::File } else { Body::Encrypted }
        }
        ("text", _) => text_or_file(message),
        _ => Body::File,
    }
}

fn text_or_file(message: &Message<'_>) -> Body {
    let is_attached = message.content_disposition().is_some_and(ContentType::is_attachment);
    match is_attached || message.attachment_name().is_some() {
        true => Body::File,
        false => Body::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(block: &str) -> Header {
        Header::read(block.as_bytes(), false)
    }

    #[test]
    fn who_sent_it_and_when_is_read_in_every_writing() {
        let header = read(
            "From: =?windows-1256?B?48PjzA==?= <a@example.org>\r\nDate: Wed, 5 Apr 2023 12:30:01 +0300\r\n\r\n",
        );
        assert!(header.sender.unwrap().ends_with("<a@example.org>"));
        assert_eq!(header.time.unwrap().ms, 1_680_687_001_000);
        assert_eq!(read("From: a@example.org\r\n\r\n").sender.unwrap(), "a@example.org");
        assert!(read("Date: 99 Foo 2023 99:99:99\r\n\r\n").time.is_none());
    }

    #[test]
    fn names_are_read_in_every_writing() {
        let of = |value: &str| {
            let block = format!(
                "Content-Type: image/jpeg\r\nContent-Disposition: attachment; {value}\r\n\r\n"
            );
            read(&block).name.unwrap()
        };
        assert_eq!(of("filename=\"a b.jpg\""), "a b.jpg");
        assert_eq!(of("filename*=UTF-8''%D8%B5%D9%88%D8%B1%D8%A9.jpg"), "صورة.jpg");
        assert_eq!(of("filename*0=\"long\"; filename*1=\"name.jpg\""), "longname.jpg");
        assert_eq!(of("filename=\"=?UTF-8?B?2LXZiNix2KkuanBn?=\""), "صورة.jpg");
        assert_eq!(of("filename=\"../../etc/passwd\""), "../../etc/passwd");
    }

    #[test]
    fn what_a_part_is() {
        let of = |text: &str| read(&format!("{text}\r\n\r\n")).body;
        assert_eq!(of("Content-Type: text/plain"), Body::Text);
        assert_eq!(of("Content-Type: text/plain; name=chat.txt"), Body::File);
        assert_eq!(of("Content-Type: message/rfc822"), Body::Mail);
        assert_eq!(of("Content-Type: MULTIPART/Encrypted; boundary=x"), Body::Encrypted);
        let parts = Body::Parts { boundary: b"a b".to_vec(), is_digest: true };
        assert_eq!(of("Content-Type: multipart/digest; boundary=\"a b\""), parts);
        assert_eq!(of("Content-Type: multipart/mixed"), Body::Broken);
        assert_eq!(Header::read(b"\r\n", true).body, Body::Mail);
    }

    #[test]
    fn a_block_ends_at_the_empty_line_and_at_its_limit() {
        let mut source = &b"A: b\r\n c\r\n\r\nbody"[..];
        let mut lines = Lines::new(&mut source);
        assert_eq!(block(&mut lines, 100).unwrap(), b"A: b\r\n c\r\n\r\n");
        let mut source = &b"A: b\r\nA: b\r\n\r\nbody"[..];
        let error = block(&mut Lines::new(&mut source), 10).unwrap_err();
        assert_eq!(Trouble::of(&error), Trouble::HeaderTooLong { limit_bytes: 10 });
    }
}
