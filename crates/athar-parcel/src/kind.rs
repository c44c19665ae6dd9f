//! What a file is, by its first bytes and never by its name.

use crate::{chat, mbox};
use std::fmt;

/// As many first bytes as [`recognise`] wants to see, if there are so many.
pub const HEAD_BYTES: usize = 4096;

/// A kind of parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One mail.
    Mail,
    /// A mailbox: mails one after the other.
    Mbox,
    /// A ZIP archive. A chat's export in it tells of the files beside it.
    Zip,
    /// A tar archive.
    Tar,
    /// A compressed file, or a compressed tar archive.
    Gzip,
    /// A chat's export. It holds no files; it tells of those beside it.
    Chat(ChatKind),
    /// What is not opened here.
    Foreign(Foreign),
}

/// Whose export a chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChatKind {
    /// WhatsApp's text, as telephones write it.
    WhatsApp,
    /// Telegram's `result.json`, as its desktop program writes it.
    Telegram,
}

/// A kind of parcel that is known and not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Foreign {
    /// A 7z archive.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// A file compressed by bzip2.
    Bzip2,
    /// A file compressed by xz.
    Xz,
    /// A file compressed by Zstandard.
    Zstandard,
    /// A cabinet.
    Cabinet,
    /// A compound file: a mail of Outlook, or a document.
    Compound,
    /// An Outlook store of mails.
    OutlookStore,
    /// A ZIP archive in several files.
    SplitZip,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SevenZip => "a 7z archive",
            Self::Rar => "a RAR archive",
            Self::Bzip2 => "a bzip2 file",
            Self::Xz => "an xz file",
            Self::Zstandard => "a Zstandard file",
            Self::Cabinet => "a cabinet",
            Self::Compound => "an Outlook mail or another compound file",
            Self::OutlookStore => "an Outlook store",
            Self::SplitZip => "a ZIP archive in several files",
        })
    }
}

impl Kind {
    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Mbox => "mailbox",
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::Gzip => "gzip",
            Self::Chat(ChatKind::WhatsApp) => "whatsapp",
            Self::Chat(ChatKind::Telegram) => "telegram",
            Self::Foreign(_) => "foreign",
        }
    }
}

const SIGNATURES: &[(&[u8], Kind)] = &[
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PK\x07\x08", Kind::Foreign(Foreign::SplitZip)),
    (b"\x1F\x8B\x08", Kind::Gzip),
    (b"7z\xBC\xAF\x27\x1C", Kind::Foreign(Foreign::SevenZip)),
    (b"Rar!\x1A\x07", Kind::Foreign(Foreign::Rar)),
    (b"\xFD7zXZ\0", Kind::Foreign(Foreign::Xz)),
    (b"\x28\xB5\x2F\xFD", Kind::Foreign(Foreign::Zstandard)),
    (b"MSCF\0\0\0\0", Kind::Foreign(Foreign::Cabinet)),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Kind::Foreign(Foreign::Compound)),
    (b"!BDN", Kind::Foreign(Foreign::OutlookStore)),
];

/// What a file is that begins with these bytes: [`HEAD_BYTES`] of them, or all. `None` for what is
/// no parcel.
pub fn recognise(head: &[u8]) -> Option<Kind> {
    let signed = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature));
    if let Some((_, kind)) = signed {
        return Some(*kind);
    }
    match () {
        () if head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY") => {
            Some(Kind::Foreign(Foreign::Bzip2))
        }
        () if is_tar(head) => Some(Kind::Tar),
        () if mbox::is_separator(first_line(head)) && is_mail(after_first_line(head)) => {
            Some(Kind::Mbox)
        }
        () if is_mail(head) => Some(Kind::Mail),
        () => chat::recognise(head).map(Kind::Chat),
    }
}

/// A tar's header, by its sum: old ones have no signature.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    let header = tar::Header::from_byte_slice(block);
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    let own: u32 = block[148..156].iter().map(|&byte| u32::from(byte)).sum();
    block[0] != 0 && header.cksum().is_ok_and(|told| told == sum - own + 8 * u32::from(b' '))
}

fn first_line(head: &[u8]) -> &[u8] {
    head.split_inclusive(|&byte| byte == b'\n').next().unwrap_or_default()
}

fn after_first_line(head: &[u8]) -> &[u8] {
    &head[first_line(head).len()..]
}

/// Names of headers that mails have. Two of them make one.
const HEADERS: &[&str] = &[
    "received",
    "return-path",
    "delivered-to",
    "from",
    "to",
    "sender",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "dkim-signature",
    "reply-to",
    "x-mailer",
    "cc",
];

/// Whether it begins as a mail: with headers, of which two different ones are known.
fn is_mail(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let mut known = 0_u32;
    for (number, line) in head.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_folded = number > 0 && line.first().is_some_and(|byte| b" \t".contains(byte));
        if is_folded {
            continue;
        }
        let Some(name) = header_name(line) else { break };
        let at = HEADERS.iter().position(|header| name.eq_ignore_ascii_case(header.as_bytes()));
        known |= at.map_or(0, |at| 1 << at);
    }
    known.count_ones() >= 2
}

/// The name of a header, if the line is one.
fn header_name(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', line)?;
    let name = &line[..colon];
    let is_name = (1..=64).contains(&colon) && name.iter().all(|byte| (33..127).contains(byte));
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn each_kind_is_known_by_its_first_bytes() {
        let of = |bytes: &[u8]| recognise(&bytes[..bytes.len().min(HEAD_BYTES)]);
        assert_eq!(of(&samples::mail()), Some(Kind::Mail));
        assert_eq!(of(&samples::mbox()), Some(Kind::Mbox));
        assert_eq!(of(&samples::zip(&[("a", b"x")])), Some(Kind::Zip));
        assert_eq!(of(&samples::tar(&[("a", b"x")])), Some(Kind::Tar));
        assert_eq!(of(&samples::gzip(b"x")), Some(Kind::Gzip));
        assert_eq!(of(samples::CHAT_IOS.as_bytes()), Some(Kind::Chat(ChatKind::WhatsApp)));
        assert_eq!(of(samples::TELEGRAM.as_bytes()), Some(Kind::Chat(ChatKind::Telegram)));
        assert_eq!(of(b"7z\xBC\xAF\x27\x1C\0\x04"), Some(Kind::Foreign(Foreign::SevenZip)));
        assert_eq!(of(b"Rar!\x1A\x07\x01\0"), Some(Kind::Foreign(Foreign::Rar)));
    }

    #[test]
    fn what_only_looks_a_little_like_one_is_none() {
        for text in [
            "",
            "From here on it goes on.\nDate: today\n",
            "Dear: you\nFrom: me\n\n",
            "{\"name\": 1}",
            "[12] some note",
            "12/03/2023 was a day - and: so on",
        ] {
            assert_eq!(recognise(text.as_bytes()), None, "{text}");
        }
        assert_eq!(recognise(&[0; 1024]), None);
        assert_eq!(recognise(&[0xFF, 0xD8, 0xFF, 0xE0]), None);
    }
}
