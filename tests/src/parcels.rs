//! Mails, archives and chats made by hand, around files of the test's own.

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::Write;

/// A part of a mail or an archive.
#[derive(Clone)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
    /// Whether an archive says that it is encrypted.
    pub is_encrypted: bool,
    /// Whether an archive has another sum for it than its own.
    pub is_damaged: bool,
}

impl Member {
    /// A sound one.
    pub fn new(name: &str, content: &[u8]) -> Self {
        let content = content.to_vec();
        Self { name: name.into(), content, is_encrypted: false, is_damaged: false }
    }
}

/// A mail of 2023-04-05 09:30:01 UTC from this sender, with a text and these files.
pub fn mail(sender: &str, files: &[Member]) -> Vec<u8> {
    let mut mail = format!(
        "From: {sender}\r\nTo: unit@example.org\r\nDate: Wed, 5 Apr 2023 12:30:01 +0300\r\n\
         Subject: help\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n\
         --b1\r\nContent-Type: text/plain\r\n\r\nplease help\r\n"
    );
    for file in files {
        mail += &format!(
            "--b1\r\nContent-Type: application/octet-stream\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{}\"\r\n\r\n{}",
            file.name,
            base64(&file.content)
        );
    }
    (mail + "--b1--\r\n").into_bytes()
}

/// When a [`mail`] was sent, in milliseconds of UTC since 1970.
pub const MAIL_AT_MS: i64 = 1_680_687_001_000;

/// A mailbox of these mails.
pub fn mbox(mails: &[Vec<u8>]) -> Vec<u8> {
    let line = b"From lina@example.org Wed Apr  5 09:30:01 2023\n";
    mails.iter().flat_map(|mail| [line, &mail[..], b"\n"].concat()).collect()
}

/// A chat that WhatsApp exported on a telephone, in which one person sent these files.
pub fn whatsapp(sender: &str, files: &[Member]) -> Vec<u8> {
    let line = |file: &Member| {
        format!("[05/04/2023, 12:30:01] {sender}: \u{200E}<attached: {}>\r\n", file.name)
    };
    let text: String = files.iter().map(line).collect();
    let chat = Member::new("_chat.txt", text.as_bytes());
    zip(&[&[chat], files].concat())
}

/// An archive whose members are compressed; none has a time.
pub fn zip(members: &[Member]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let at = out.len() as u32;
        let header = header(member);
        let packed = deflated(&member.content);
        out.extend([b"PK\x03\x04", &header[..], member.name.as_bytes(), &packed].concat());
        directory.extend([b"PK\x01\x02\x14\x03", &header[..], &[0; 10]].concat());
        directory.extend(at.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let (start, count) = (out.len() as u32, (members.len() as u16).to_le_bytes());
    out.extend(&directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &count[..], &count].concat());
    out.extend([(directory.len() as u32).to_le_bytes(), start.to_le_bytes()].concat());
    out.extend([0, 0]);
    out
}

/// What stands before a member and again in the directory.
fn header(member: &Member) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(&member.content);
    let sum = crc.sum() ^ u32::from(member.is_damaged);
    let sizes = [deflated(&member.content).len() as u32, member.content.len() as u32];
    let mut header = Vec::new();
    for number in [20, u16::from(member.is_encrypted), 8, 0, 0] {
        header.extend(u16::to_le_bytes(number));
    }
    header.extend([sum, sizes[0], sizes[1]].iter().flat_map(|number| number.to_le_bytes()));
    header.extend((member.name.len() as u16).to_le_bytes());
    header.extend([0, 0]);
    header
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

/// In lines of 76 digits.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|group| {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        [0, 1, 2, 3].map(|at| match at <= group.len() {
            true => DIGITS[(bits >> (18 - 6 * at) & 63) as usize],
            false => b'=',
        })
    });
    let digits: Vec<u8> = digits.collect();
    let lines = digits.chunks(76).map(|line| String::from_utf8_lossy(line).into_owned() + "\r\n");
    lines.collect()
}
