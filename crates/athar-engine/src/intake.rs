//! Reading one file: its bytes go to whoever decodes them, and its digests are made of the same.
//!
//! Of a clip only the first of them do: it is decoded from the open file, which stays with whoever
//! opened it.

use crate::policy::{CLIP_LIMITS, LIMITS};
use crate::{InputError, InputErrorKind};
use athar_hash::{Digests, FileDigest};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Beyond this a file that is too large to be decoded is not even digested.
const DIGEST_BYTES_MAX: u64 = CLIP_LIMITS.bytes;

const CHUNK_BYTES: usize = 256 << 10;

/// A file as read.
pub(crate) struct Intake {
    pub size: u64,
    pub digest: Option<FileDigest>,
    /// Whether as much of the content was handed on as was wanted: not if there is too much of it,
    /// or if whoever took it failed.
    pub is_whole: Result<(), InputError>,
}

/// Whether more of the content is to be handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    More,
    NoMore,
}

/// A regular file, opened.
pub(crate) struct Opened {
    pub file: File,
    pub size: u64,
}

/// Opens `path` if it is a regular file. A FIFO, device or socket is refused without waiting
/// for whatever stands behind it.
pub(crate) fn open(path: &Path) -> Result<Opened, InputError> {
    let metadata = path.metadata().map_err(|e| InputError::from_io(&e))?;
    refuse_special(&metadata)?;
    let file = open_without_waiting(path).map_err(|e| InputError::from_io(&e))?;
    let metadata = file.metadata().map_err(|e| InputError::from_io(&e))?;
    refuse_special(&metadata)?;
    Ok(Opened { file, size: metadata.len() })
}

fn refuse_special(metadata: &std::fs::Metadata) -> Result<(), InputError> {
    match metadata.is_file() {
        true => Ok(()),
        false => Err(InputError::unreadable(format!("{}, not a file", special(metadata)))),
    }
}

#[cfg(unix)]
fn special(metadata: &std::fs::Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    match () {
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "a directory",
    }
}

#[cfg(not(unix))]
fn special(_: &std::fs::Metadata) -> &'static str {
    "a special entry"
}

/// A path can turn into a FIFO between looking and opening, so opening must not wait either.
#[cfg(unix)]
fn open_without_waiting(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// Reads the whole file once and hands it to `take`, piece by piece, until that wants no more or
/// fails. What is over the limit is digested but not handed on; `stop` is asked between pieces, so
/// that a very large file does not outlast an interrupt: then there is nothing to give.
pub(crate) fn read(
    opened: &mut Opened,
    stop: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&[u8]) -> Result<Wants, InputError>,
) -> Result<Option<Intake>, InputError> {
    let Opened { file, size } = opened;
    let mut reading = Reading { size: 0, digests: Digests::new(), wants: Ok(Wants::More), take };
    let mut chunk = vec![0; CHUNK_BYTES];
    while reading.size.max(*size) <= DIGEST_BYTES_MAX {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(Some(reading.finish())),
            Ok(n) => reading.hand_on(&chunk[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(InputError::from_io(&e)),
        }
        if stop() {
            return Ok(None);
        }
    }
    let size = reading.size.max(*size);
    Ok(Some(Intake { size, digest: None, is_whole: Err(too_large(size, DIGEST_BYTES_MAX)) }))
}

struct Reading<'a> {
    size: u64,
    digests: Digests,
    wants: Result<Wants, InputError>,
    take: &'a mut dyn FnMut(&[u8]) -> Result<Wants, InputError>,
}

impl Reading<'_> {
    fn hand_on(&mut self, chunk: &[u8]) {
        self.size += chunk.len() as u64;
        self.digests.update(chunk);
        if self.wants == Ok(Wants::More) && self.size <= LIMITS.bytes {
            self.wants = (self.take)(chunk);
        }
    }

    fn finish(self) -> Intake {
        let fits = self.size <= LIMITS.bytes;
        let is_whole = match self.wants {
            Ok(Wants::More) if !fits => Err(too_large(self.size, LIMITS.bytes)),
            wants => wants.map(drop),
        };
        Intake { size: self.size, digest: Some(self.digests.finish()), is_whole }
    }
}

fn too_large(bytes: u64, most: u64) -> InputError {
    let (got, max) = (bytes >> 20, most >> 20);
    let message = format!("the file has {got} MiB, at most {max} MiB are decoded");
    InputError::new(InputErrorKind::Limit, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_and_digests_come_from_one_pass() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let mut content = Vec::new();
        let mut take = |part: &[u8]| {
            content.extend_from_slice(part);
            Ok(Wants::More)
        };
        let intake = read(&mut open(&path).unwrap(), &|| false, &mut take).unwrap().unwrap();
        assert_eq!((intake.size, intake.is_whole, &content[..]), (3, Ok(()), &b"abc"[..]));
        // FIPS 180-4's own example.
        assert_eq!(intake.digest.unwrap().sha256[..4], [0xba, 0x78, 0x16, 0xbf]);
    }

    #[test]
    fn the_digests_are_of_the_whole_file_however_little_of_it_is_wanted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long");
        let bytes: Vec<u8> = (0..CHUNK_BYTES * 3 + 7).map(|n| (n / 999) as u8).collect();
        std::fs::write(&path, &bytes).unwrap();
        let mut digests = Digests::new();
        digests.update(&bytes);
        let sha256 = digests.finish().sha256;
        for answer in [Ok(Wants::NoMore), Err(InputError::unreadable("gone"))] {
            let mut parts = 0;
            let mut take = |_: &[u8]| {
                parts += 1;
                answer.clone()
            };
            let intake = read(&mut open(&path).unwrap(), &|| false, &mut take).unwrap().unwrap();
            assert_eq!((parts, intake.size), (1, bytes.len() as u64));
            assert_eq!(intake.digest.unwrap().sha256, sha256);
            assert_eq!(intake.is_whole, answer.map(drop));
        }
    }

    #[test]
    fn what_is_not_a_file_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let message = |path: &Path| open(path).map(|_| ()).unwrap_err().message;
        assert_eq!(message(dir.path()), "a directory, not a file");
        assert!(message(&dir.path().join("gone")).starts_with("no such file"));
        #[cfg(unix)]
        {
            let status = std::process::Command::new("mkfifo").arg(dir.path().join("pipe")).status();
            assert!(status.unwrap().success());
            assert_eq!(message(&dir.path().join("pipe")), "a named pipe, not a file");
            assert_eq!(message(Path::new("/dev/zero")), "a device, not a file");
        }
    }

    #[test]
    fn an_interrupt_ends_a_long_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long");
        std::fs::write(&path, vec![0; CHUNK_BYTES * 2]).unwrap();
        assert!(matches!(
            read(&mut open(&path).unwrap(), &|| true, &mut |_| Ok(Wants::More)),
            Ok(None)
        ));
    }
}
