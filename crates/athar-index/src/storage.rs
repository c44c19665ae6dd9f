//! What an index asks of a disk, so that tests can give it one that fails.
//!
//! Names are those of our own files, in one directory. What a call wrote may be lost in a crash,
//! wholly or in part, until [`sync`](Storage::sync) has returned; the same holds for names, new,
//! changed or removed, until [`sync_names`](Storage::sync_names) has.

use crate::image::Image;
use std::any::Any;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Held as long as the index may be written.
pub(crate) type Lock = Box<dyn Any + Send + Sync>;

pub(crate) trait Storage: Send + Sync {
    /// The lock of the only writer, `None` while another has it.
    fn lock(&self) -> io::Result<Option<Lock>>;
    /// Names of all files.
    fn list(&self) -> io::Result<Vec<String>>;
    /// All bytes of a file.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
    /// The bytes of a file that will never change.
    fn map(&self, name: &str) -> io::Result<Image>;
    /// Makes a file of these bytes, in the place of one that may be there.
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()>;
    /// The same of bytes that `fill` writes piece by piece.
    fn write_by(
        &self,
        name: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        fill(&mut bytes)?;
        self.write(name, &bytes)
    }
    /// Makes the bytes of a file last.
    fn sync(&self, name: &str) -> io::Result<()>;
    /// Gives a file another name, in the place of one that may be there, all or nothing.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes all names last.
    fn sync_names(&self) -> io::Result<()>;
}

/// A directory of the file system. Codes are personal data, so it is the owner's alone.
pub(crate) struct Directory(PathBuf);

const LOCK: &str = "lock";

impl Directory {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Storage for Directory {
    fn lock(&self) -> io::Result<Option<Lock>> {
        create_directory(&self.0)?;
        let file = private().create(true).truncate(false).open(self.path(LOCK))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(io::Result::transpose).collect()
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name))
    }

    fn map(&self, name: &str) -> io::Result<Image> {
        Image::map(&File::open(self.path(name))?)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        private().create(true).truncate(true).open(self.path(name))?.write_all(bytes)
    }

    fn write_by(
        &self,
        name: &str,
        fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        fill(&mut private().create(true).truncate(true).open(self.path(name))?)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        OpenOptions::new().write(true).open(self.path(name))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        // Elsewhere a directory cannot be opened as a file, and names last by themselves.
        if cfg!(unix) { File::open(&self.0)?.sync_all() } else { Ok(()) }
    }
}

fn create_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true);
    options
}

#[cfg(test)]
#[cfg(not(miri))]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_what_it_is_given() {
        let dir = tempfile::tempdir().unwrap();
        let storage = Directory::new(&dir.path().join("new"));
        let lock = storage.lock().unwrap().unwrap();
        assert!(storage.lock().unwrap().is_none());
        storage.write("a", b"one").unwrap();
        storage.write_by("b", &mut |out| out.write_all(b"two")).unwrap();
        storage.sync("b").unwrap();
        storage.rename("b", "a").unwrap();
        storage.sync_names().unwrap();
        assert_eq!(storage.read("a").unwrap(), b"two");
        assert_eq!(storage.map("a").unwrap().bytes(), b"two");
        assert_eq!(storage.read("b").unwrap_err().kind(), io::ErrorKind::NotFound);
        let mut names = storage.list().unwrap();
        names.sort_unstable();
        assert_eq!(names, ["a", "lock"]);
        storage.remove("a").unwrap();
        drop(lock);
        assert!(storage.lock().unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn files_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new");
        let storage = Directory::new(&path);
        let _lock = storage.lock().unwrap().unwrap();
        storage.write("a", b"one").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let modes = [mode(&path), mode(&path.join("a")), mode(&path.join(LOCK))];
        assert_eq!(modes, [0o700, 0o600, 0o600]);
    }
}
