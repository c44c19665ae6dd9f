//! Files that say nothing to whoever lacks a key, and cannot be changed without it.
//!
//! How they are sealed is the caller's business, by [`Seal`]; what is sealed is the whole content of
//! each file, as it would be written without. A sealed segment cannot be searched where it lies, so
//! opening one brings it into memory of its own.

use crate::damage::Damage;
use crate::image::{Image, ImageMut};
use crate::storage::{Lock, Storage};
use crate::store::{MANIFEST, MANIFEST_NEW};
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;

/// Seals the files of an index and opens them again.
///
/// A file is sealed for its name: under another it does not open.
pub trait Seal: Send + Sync {
    /// Writes `plain` to `out`, sealed.
    ///
    /// # Errors
    ///
    /// Those of `out`, and whatever stands in the way of sealing.
    fn seal(&self, name: &str, plain: &[u8], out: &mut dyn Write) -> io::Result<()>;

    /// How many bytes a sealed file says to hold.
    ///
    /// # Errors
    ///
    /// The file is no sealed one, or is of another length than it says.
    fn plain_bytes(&self, sealed: &[u8]) -> Result<usize, Damage>;

    /// Opens a file into `plain`, which is as long as [`plain_bytes`](Self::plain_bytes) says.
    ///
    /// # Errors
    ///
    /// It is not what was sealed under this name and by this key. What is in `plain` then means
    /// nothing.
    fn open(&self, name: &str, sealed: &[u8], plain: &mut [u8]) -> Result<(), Damage>;
}

/// A storage whose files are sealed.
pub(crate) struct Sealed<S> {
    storage: S,
    seal: Arc<dyn Seal>,
}

impl<S: Storage> Sealed<S> {
    pub(crate) fn new(storage: S, seal: Arc<dyn Seal>) -> Self {
        Self { storage, seal }
    }
}

impl<S: Storage> Storage for Sealed<S> {
    fn lock(&self) -> io::Result<Option<Lock>> {
        self.storage.lock()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.storage.list()
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let sealed = self.storage.read(name)?;
        let mut plain = vec![0; self.seal.plain_bytes(&sealed).map_err(damaged)?];
        self.seal.open(lasting_name(name), &sealed, &mut plain).map_err(damaged)?;
        Ok(plain)
    }

    fn map(&self, name: &str) -> io::Result<Image> {
        let sealed = self.storage.map(name)?;
        let bytes = self.seal.plain_bytes(sealed.bytes()).map_err(damaged)?;
        let mut plain = ImageMut::zeroed(bytes);
        let into = &mut plain.bytes_mut()[..bytes];
        self.seal.open(lasting_name(name), sealed.bytes(), into).map_err(damaged)?;
        Ok(plain.freeze(bytes))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.storage.write_by(name, &mut |out| self.seal.seal(lasting_name(name), bytes, out))
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.storage.sync(name)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.storage.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.storage.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.storage.sync_names()
    }
}

/// The name that a file is going to have once it is whole.
fn lasting_name(name: &str) -> &str {
    if name == MANIFEST_NEW { MANIFEST } else { name }
}

fn damaged(damage: Damage) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, damage)
}

/// What is wrong with a sealed file that does not open.
pub(crate) fn damage_of(error: &io::Error) -> Option<Damage> {
    error.get_ref()?.downcast_ref().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;
    use crate::model::{Entries, Random, SMALL, within};
    use crate::open::{Discarded, Opened, ReadOnlyError};
    use crate::{Change, Code, Index, Level, Mark, Radius};

    /// No seal that anybody should use: a sum of name, key and content, and every byte changed.
    struct Toy(u8);

    const NOT_MINE: Damage = Damage::new(0, "a file of this key");

    impl Toy {
        fn sum(&self, name: &str, plain: &[u8]) -> [u8; 4] {
            crc32fast::hash(&[name.as_bytes(), &[self.0], plain].concat()).to_le_bytes()
        }
    }

    impl Seal for Toy {
        fn seal(&self, name: &str, plain: &[u8], out: &mut dyn Write) -> io::Result<()> {
            out.write_all(&self.sum(name, plain))?;
            out.write_all(&plain.iter().map(|byte| byte ^ self.0).collect::<Vec<_>>())
        }

        fn plain_bytes(&self, sealed: &[u8]) -> Result<usize, Damage> {
            sealed.len().checked_sub(4).ok_or(NOT_MINE)
        }

        fn open(&self, name: &str, sealed: &[u8], plain: &mut [u8]) -> Result<(), Damage> {
            plain.iter_mut().zip(&sealed[4..]).for_each(|(to, from)| *to = from ^ self.0);
            if self.sum(name, plain) == sealed[..4] { Ok(()) } else { Err(NOT_MINE) }
        }
    }

    fn sealed(disk: &Disk, key: u8) -> Sealed<Disk> {
        Sealed::new(disk.clone(), Arc::new(Toy(key)))
    }

    fn open(disk: &Disk, key: u8) -> (Index, Opened) {
        Index::open_on(Box::new(sealed(disk, key)), Level::best(), SMALL).unwrap()
    }

    /// An index of two segments, at mark 2.
    fn filled(key: u8) -> (Disk, Entries) {
        let (disk, entries) = (Disk::default(), Random(1).entries(300));
        let index = open(&disk, key).0;
        for (part, reached) in entries.chunks(250).zip(1..) {
            let insert = |&(code, payload)| Change::Insert { code, payload };
            let changes: Vec<_> = part.iter().map(insert).collect();
            index.apply(&changes, Mark { reached, tag: [3; 32] }).unwrap();
            index.flush().unwrap();
        }
        (disk, entries)
    }

    fn check(index: &Index, entries: &Entries) {
        let (query, radius) = (Code::default(), Radius::new(256).unwrap());
        assert_eq!(index.snapshot().within(&query, radius), within(entries, &query, radius));
    }

    #[test]
    fn what_is_sealed_is_there_again_with_the_key_and_in_no_file() {
        let (disk, entries) = filled(0x55);
        let (index, opened) = open(&disk, 0x55);
        assert_eq!((opened.writable, &opened.discarded), (true, &None));
        assert_eq!(opened.reached.unwrap().reached, 2);
        check(&index, &entries);
        assert!(index.verify().is_empty());
        let (reader, _) = Index::open_read_only_on(&sealed(&disk, 0x55), Level::best()).unwrap();
        check(&reader, &entries);
        index.settle().unwrap();
        check(&index, &entries);
        let files = disk.list().unwrap().into_iter().map(|name| disk.read(&name).unwrap());
        let bytes: Vec<u8> = files.flatten().collect();
        for (code, _) in &entries {
            let word = code.words()[0].to_le_bytes();
            assert!(!bytes.windows(8).any(|window| window == word));
        }
    }

    #[test]
    fn what_does_not_open_is_told_left_by_readers_and_removed_by_writers() {
        type Tamper = fn(&Disk);
        type Expected = fn(&Discarded) -> bool;
        let manifest: Expected = |reason| *reason == Discarded::Manifest(NOT_MINE);
        let segment: Expected = |reason| {
            let Discarded::Segment { file, damage } = reason else { return false };
            (file.as_str(), *damage) == ("segment-0", NOT_MINE)
        };
        let cases: [(u8, Tamper, Expected); 5] = [
            (0x56, |_| {}, manifest),
            (0x55, |disk| disk.tamper("manifest", |bytes| bytes[70] ^= 1), manifest),
            (0x55, |disk| disk.tamper("manifest", |bytes| bytes.truncate(3)), manifest),
            (0x55, |disk| disk.tamper("segment-0", |bytes| bytes[900] ^= 1), segment),
            (0x55, |disk| disk.rename("segment-1", "segment-0").unwrap(), segment),
        ];
        for (key, tamper, is_expected) in cases {
            let (disk, entries) = filled(0x55);
            tamper(&disk);
            let before = disk.list().unwrap();
            let Err(ReadOnlyError::Unusable(reason)) =
                Index::open_read_only_on(&sealed(&disk, key), Level::best())
            else {
                panic!("it opens")
            };
            assert!(is_expected(&reason), "{reason}");
            assert_eq!(disk.list().unwrap(), before);
            let (index, opened) = open(&disk, key);
            assert!(opened.discarded.is_some_and(|reason| is_expected(&reason)));
            assert!(disk.list().unwrap().is_empty() && index.snapshot().is_empty());
            index.insert_batch(&entries);
            index.flush().unwrap();
            check(&open(&disk, key).0, &entries);
        }
    }

    #[test]
    fn files_that_were_not_sealed_are_not_taken_and_sealed_ones_not_for_plain() {
        let (disk, entries) = filled(0x55);
        let plain = || Index::open_on(Box::new(disk.clone()), Level::best(), SMALL).unwrap();
        assert!(plain().1.discarded.is_some());
        plain().0.insert_batch(&entries);
        let index = plain().0;
        index.insert_batch(&entries);
        index.flush().unwrap();
        drop(index);
        assert_eq!(plain().1.discarded, None);
        assert!(open(&disk, 0x55).1.discarded.is_some());
    }

    #[test]
    fn a_manifest_that_is_changed_later_is_found_by_the_thorough_check() {
        let (disk, _) = filled(0x55);
        let index = open(&disk, 0x55).0;
        disk.tamper("manifest", |bytes| bytes[70] ^= 1);
        let findings = index.verify();
        assert!(
            matches!(&findings[..], [crate::Finding::Damaged { file, .. }] if file == "manifest"),
            "{findings:?}"
        );
    }
}
