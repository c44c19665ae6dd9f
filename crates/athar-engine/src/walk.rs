//! From the paths that a person typed to the files that are meant.

use crate::InputError;
use crate::error::io_reason;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// One thing to read, or a place where the walk could not go on.
#[derive(Debug)]
pub(crate) struct Found {
    pub path: PathBuf,
    /// Size in bytes as the directory tells it: for progress, not to be relied on.
    pub bytes: u64,
    pub trouble: Option<InputError>,
}

impl Found {
    /// A file that was found before.
    pub(crate) fn of(path: &Path, bytes: u64) -> Self {
        Self { path: path.into(), bytes, trouble: None }
    }
}

/// Every file below `paths`, in the order given and sorted by name within each directory.
/// Symbolic links are followed; one that leads back to a directory above itself is told as
/// trouble, like a directory that cannot be read, and the walk goes on.
pub(crate) fn walk(paths: &[PathBuf]) -> Vec<Found> {
    paths.iter().flat_map(|path| walk_one(path)).collect()
}

fn walk_one(path: &Path) -> impl Iterator<Item = Found> {
    WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter().filter_map(|entry| {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => {
                let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                Some(Found { path: entry.into_path(), bytes, trouble: None })
            }
            Err(error) => Some(trouble(&error)),
        }
    })
}

fn trouble(error: &walkdir::Error) -> Found {
    let message = match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => "a directory loop: this link leads back to a directory above it".into(),
        (None, Some(io)) => io_reason(io),
        (None, None) => "the directory cannot be read".into(),
    };
    let path = error.path().map(Path::to_path_buf).unwrap_or_default();
    Found { path, bytes: 0, trouble: Some(InputError::unreadable(message)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_come_sorted_and_loops_are_told_once() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        for name in ["c.jpg", "a.jpg", "b/x.jpg"] {
            fs::write(dir.path().join(name), "1234").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path(), dir.path().join("b/up")).unwrap();

        let found = walk(&[dir.path().to_path_buf(), dir.path().join("gone")]);
        let names: Vec<_> = found
            .iter()
            .map(|f| f.path.strip_prefix(dir.path()).unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["a.jpg", "b/up", "b/x.jpg", "c.jpg", "gone"]);
        let troubled: Vec<_> = found.iter().map(|f| f.trouble.is_some()).collect();
        assert_eq!(troubled, [false, true, false, false, true]);
        assert!(found[1].trouble.as_ref().unwrap().message.contains("loop"));
        assert_eq!(found[0].bytes, 4);
    }
}
