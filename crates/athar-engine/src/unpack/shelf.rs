//! Parts of parcels while they wait to be decoded: in memory, each in a file without a name.
//!
//! So a part is digested, and handed to a worker, as any file is, and no disk ever has it. Once it
//! is complete it is sealed: what was digested is what is decoded.
//!
//! All parts together stay within a budget. Only the thread that unpacks waits for it, and all that
//! holds a share of it was given out before and comes to an end without that thread; so nobody
//! waits for ever.

use crate::intake::Opened;
use crate::{InputError, InputErrorKind};
use athar_parcel::Trouble;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const CHUNK_BYTES: usize = 256 << 10;

/// How often somebody who waits asks whether to go on.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// Room for parts.
pub(crate) struct Shelf {
    free_bytes: Mutex<u64>,
    returned: Condvar,
}

/// A part, which takes its room until it is dropped.
pub(crate) struct Held {
    file: File,
    bytes: u64,
    shelf: Arc<Shelf>,
}

impl Shelf {
    pub(crate) fn new(bytes: u64) -> Arc<Self> {
        Arc::new(Self { free_bytes: Mutex::new(bytes), returned: Condvar::new() })
    }

    /// Copies a part to its end, waiting wherever there is no room for it. No part may be larger
    /// than the whole shelf. `None` once `stop` says so.
    ///
    /// # Errors
    ///
    /// The part cannot be read to its end, or there is no memory.
    pub(crate) fn hold(
        self: &Arc<Self>,
        content: &mut dyn Read,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Held>, InputError> {
        let file = nameless().map_err(|error| not_held(&error))?;
        let mut held = Held { file, bytes: 0, shelf: self.clone() };
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let amount = match content.read(&mut chunk) {
                Ok(0) => break,
                Ok(amount) => amount,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(InputError::from_parcel(Trouble::of(&error))),
            };
            if stop() || !self.take(amount as u64, stop) {
                return Ok(None);
            }
            held.bytes += amount as u64;
            held.file.write_all(&chunk[..amount]).map_err(|error| not_held(&error))?;
        }
        seal(&held.file).map_err(|error| not_held(&error))?;
        Ok(Some(held))
    }

    /// Waits for room; `false` when `stop` says so before there is any.
    fn take(&self, bytes: u64, stop: &dyn Fn() -> bool) -> bool {
        let mut free = self.free();
        while *free < bytes {
            if stop() {
                return false;
            }
            let waited = self.returned.wait_timeout(free, ASKED_EVERY);
            free = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *free -= bytes;
        true
    }

    fn free(&self) -> MutexGuard<'_, u64> {
        self.free_bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The part from its beginning. Whoever opens it again moves the place at which the one before
    /// reads.
    pub(crate) fn open(&self) -> Result<Opened, InputError> {
        let open = || {
            let mut file = self.file.try_clone()?;
            file.rewind()?;
            Ok(Opened { file, size: self.bytes })
        };
        open().map_err(|error: io::Error| InputError::from_io(&error))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.shelf.free() += self.bytes;
        self.shelf.returned.notify_all();
    }
}

fn not_held(error: &io::Error) -> InputError {
    match error.kind() {
        ErrorKind::Unsupported => InputError::new(
            InputErrorKind::Unsupported,
            "what lies in mails and archives is read on Linux only: unpack it first",
        ),
        _ => InputError::unreadable("there is no memory to unpack it"),
    }
}

#[cfg(target_os = "linux")]
fn nameless() -> io::Result<File> {
    use nix::sys::memfd::{MFdFlags, memfd_create};
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    Ok(memfd_create("part", flags)?.into())
}

#[cfg(not(target_os = "linux"))]
fn nameless() -> io::Result<File> {
    Err(ErrorKind::Unsupported.into())
}

/// From here on nobody writes to it.
#[cfg(target_os = "linux")]
fn seal(file: &File) -> io::Result<()> {
    use nix::fcntl::{FcntlArg, SealFlag, fcntl};
    fcntl(file, FcntlArg::F_ADD_SEALS(SealFlag::all()))?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn seal(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    fn hold(shelf: &Arc<Shelf>, content: &[u8]) -> Held {
        shelf.hold(&mut &content[..], &|| false).unwrap().unwrap()
    }

    #[test]
    fn a_part_is_read_as_often_as_wanted_and_written_never_again() {
        let shelf = Shelf::new(1 << 20);
        let held = hold(&shelf, b"abc");
        for _ in 0..2 {
            let mut opened = held.open().unwrap();
            let mut text = String::new();
            opened.file.read_to_string(&mut text).unwrap();
            assert_eq!((text.as_str(), opened.size), ("abc", 3));
            assert!(opened.file.write_all(b"x").is_err());
            assert!(opened.file.set_len(0).is_err());
        }
        assert_eq!(*shelf.free(), (1 << 20) - 3);
        drop(held);
        assert_eq!(*shelf.free(), 1 << 20);
    }

    #[test]
    fn who_finds_no_room_waits_until_there_is_some() {
        let shelf = Shelf::new(100);
        let first = hold(&shelf, &[1; 60]);
        let stopped = shelf.hold(&mut &[2; 60][..], &|| true).unwrap();
        assert!(stopped.is_none());
        std::thread::scope(|scope| {
            let second = scope.spawn(|| hold(&shelf, &[2; 60]).bytes);
            drop(first);
            assert_eq!(second.join().unwrap(), 60);
        });
        assert_eq!(*shelf.free(), 100);
    }

    #[test]
    fn a_part_that_breaks_off_gives_its_room_back() {
        let shelf = Shelf::new(100);
        let mut content = (&[1; 50][..]).chain(Broken);
        let error = shelf.hold(&mut content, &|| false).map(drop).unwrap_err();
        assert_eq!((error.kind, *shelf.free()), (InputErrorKind::Corrupt, 100));
    }

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(Trouble::Checksum.into())
        }
    }
}
