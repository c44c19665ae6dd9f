//! Parcels made by hand, for tests.

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use std::io::Write;

/// As iOS writes it.
pub(crate) const CHAT_IOS: &str = "\u{200E}[01/04/2023, 09:00:00] Group: \u{200E}Messages are encrypted.\r\n\
    [05/04/2023, 12:30:01] Lina: \u{200E}<attached: IMG-20230405-WA0001.jpg>\r\n\
    [25/04/2023, 12:30:01] ~\u{202F}Omar: two\r\nlines\r\n";

/// As Android writes it in English of the United States.
pub(crate) const CHAT_ANDROID: &str = "4/1/23, 9:00\u{202F}AM - Messages are encrypted.\n\
    4/5/23, 12:30\u{202F}PM - Lina: \u{200E}IMG-20230405-WA0001.jpg (file attached)\nits caption\n\
    4/25/23, 1:30\u{202F}PM - Omar: two\n";

/// As Android writes it in Arabic.
pub(crate) const CHAT_ARABIC: &str = "\u{200F}١\u{200F}/٤\u{200F}/٢٠٢٣، ٩:٠٠ ص - الرسائل مشفرة.\n\
    \u{200F}٥\u{200F}/٤\u{200F}/٢٠٢٣، ١٢:٣٠ م - Lina: \u{200E}IMG-20230405-WA0001.jpg (الملف مرفق)\n\
    \u{200F}٢٥\u{200F}/٤\u{200F}/٢٠٢٣، ١:٣٠ م - Omar: نعم\n";

/// As Telegram's desktop program writes it.
pub(crate) const TELEGRAM: &str = r#"{
 "name": "Lina", "type": "personal_chat", "id": 4242,
 "messages": [
  {"id": 1, "type": "service", "date": "2023-04-05T12:00:00", "actor": "Lina", "text": ""},
  {"id": 2, "type": "message", "date": "2023-04-05T12:30:01", "date_unixtime": "1680687001",
   "from": "Lina", "from_id": "user42", "photo": "photos/photo_1@05-04-2023_12-30-01.jpg",
   "width": 1280, "text": [{"type": "bold", "text": "see"}, "this"]},
  {"id": 3, "type": "message", "date": "2023-04-05T12:30:01", "from": "Omar",
   "file": "voice_messages/audio_1.ogg", "media_type": "voice_message", "text": ""},
  {"id": 4, "type": "message", "from": "Omar",
   "file": "(File not included. Change data exporting settings to download.)", "text": ""}
 ]
}"#;

/// Bytes that are no parcel.
pub(crate) fn picture(n: u8) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0];
    bytes.extend((0..200_u32).map(|at| (at * 31) as u8 ^ n));
    bytes
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits =
            group.iter().chain(&[0, 0]).take(3).fold(0, |bits, &byte| bits << 8 | u32::from(byte));
        let digit = |at: usize| match at <= group.len() {
            true => char::from(alphabet[(bits >> (18 - 6 * at) & 63) as usize]),
            false => '=',
        };
        [0, 1, 2, 3].map(digit)
    };
    bytes.chunks(3).flat_map(group).collect()
}

/// A mail from Lina with this body, whose headers come first.
pub(crate) fn mail_of(body: &str) -> Vec<u8> {
    format!(
        "Received: from x\r\nFrom: Lina <lina@example.org>\r\nTo: unit@example.org\r\n\
         Date: Wed, 5 Apr 2023 12:30:01 +0300\r\nSubject: help\r\nMIME-Version: 1.0\r\n{body}"
    )
    .into_bytes()
}

/// A part of a multipart.
pub(crate) fn attached(name: &str, content: &[u8]) -> String {
    let lines: Vec<String> = base64(content)
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n",
        lines.join("\r\n")
    )
}

/// A body of several parts.
pub(crate) fn multipart(boundary: &str, parts: &[String]) -> String {
    let mut body =
        format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\npreamble\r\n");
    for part in parts {
        body += &format!("--{boundary}\r\n{part}\r\n");
    }
    body + &format!("--{boundary}--\r\nepilogue\r\n")
}

/// A mail with a text and two pictures.
pub(crate) fn mail() -> Vec<u8> {
    let text = "Content-Type: text/plain\r\n\r\nplease help\r\n".to_owned();
    let parts = [text, attached("one.jpg", &picture(1)), attached("two.jpg", &picture(2))];
    mail_of(&multipart("b1", &parts))
}

/// A mailbox of two mails, the first of which quotes a line that looks like a third's.
pub(crate) fn mbox() -> Vec<u8> {
    let line = b"From lina@example.org Wed Apr  5 12:30:01 2023\n";
    let quoted =
        mail_of("\r\nFrom here on\r\n\r\nFrom me to you\r\n>From x Wed Apr 5 12:30:01 2023\r\n");
    [line, &quoted[..], b"\n", line, &mail(), b"\n"].concat()
}

/// A member of a ZIP archive, with all that can be wrong with one.
#[derive(Clone)]
pub(crate) struct Member<'a> {
    pub name: &'a [u8],
    pub content: &'a [u8],
    pub method: u16,
    pub flags: u16,
    pub crc: Option<u32>,
    /// Where the directory says that it lies, if not where it does.
    pub offset: Option<u32>,
}

impl<'a> Member<'a> {
    pub(crate) fn new(name: &'a str, content: &'a [u8]) -> Self {
        let name = name.as_bytes();
        Self { name, content, method: 8, flags: 0, crc: None, offset: None }
    }
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_of(&members.iter().map(|(name, content)| Member::new(name, content)).collect::<Vec<_>>())
}

pub(crate) fn zip_of(members: &[Member<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let at = member.offset.unwrap_or(out.len() as u32);
        let packed =
            if member.method == 8 { deflated(member.content) } else { member.content.to_vec() };
        let crc = member.crc.unwrap_or_else(|| rawzip::crc32(member.content));
        let mut common = Vec::new();
        [20, member.flags, member.method, 0x6000, 0x5685]
            .iter()
            .for_each(|n: &u16| common.extend(n.to_le_bytes()));
        [crc, packed.len() as u32, member.content.len() as u32]
            .iter()
            .for_each(|n| common.extend(n.to_le_bytes()));
        common.extend((member.name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        out.extend([b"PK\x03\x04", &common[..], member.name, &packed].concat());
        directory.extend([b"PK\x01\x02\x14\x03", &common[..], &[0; 10]].concat());
        directory.extend(at.to_le_bytes());
        directory.extend(member.name);
    }
    let start = out.len() as u32;
    let count = (members.len() as u16).to_le_bytes();
    out.extend(&directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count].concat());
    out.extend([(directory.len() as u32).to_le_bytes(), start.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mtime(1_680_687_001);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}
