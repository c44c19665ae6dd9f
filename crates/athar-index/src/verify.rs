//! The thorough check: every byte of every file that the index stands on.

use crate::damage::Damage;
use crate::index::lock;
use crate::live::{FileSum, Live};
use crate::manifest;
use crate::open::{place, read_manifest};
use crate::store::{MANIFEST, segment_name};
use crate::{Index, StorageError};
use std::fmt;

/// Something that is not as it was written. The index should be opened anew, or be rebuilt.
#[derive(Debug)]
pub enum Finding {
    /// A file is damaged.
    Damaged {
        /// Its name.
        file: String,
        /// Where it is wrong.
        damage: Damage,
    },
    /// A file that should be there is gone.
    Missing {
        /// Its name.
        file: String,
    },
    /// A file could not be read.
    Unreadable(StorageError),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { file, damage } => write!(f, "{file} is damaged {}", place(damage)),
            Self::Missing { file } => write!(f, "{file} is missing"),
            Self::Unreadable(error) => error.fmt(f),
        }
    }
}

impl Index {
    /// Reads everything and says what is wrong; nothing is, if the list is empty. Takes as long
    /// as reading the files does; neither readers nor writers wait for it.
    ///
    /// An index that may not write its directory checks its segments only: the manifest that lies
    /// there now may be a newer one of another process.
    pub fn verify(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let segments = {
            let keeper = lock(&self.keeper);
            findings.extend(self.verify_manifest(&keeper.committed));
            findings.extend(self.find_missing(&keeper.committed.segments));
            keeper.committed.segments.clone()
        };
        let newest = self.newest();
        let in_memory = newest.segments().iter().filter(|live| live.file.is_none());
        findings.extend(segments.iter().chain(in_memory).filter_map(verify_segment));
        findings
    }

    /// The files of `segments` that are not there, though what is mapped of them still answers.
    fn find_missing(&self, segments: &[Live]) -> Vec<Finding> {
        let Some(store) = &self.store else { return Vec::new() };
        let names = match store.list() {
            Ok(names) => names,
            Err(error) => return vec![Finding::Unreadable(error)],
        };
        let files = segments.iter().map(|live| segment_name(live.id));
        let missing = files.filter(|file| !names.contains(file));
        missing.map(|file| Finding::Missing { file }).collect()
    }

    fn verify_manifest(&self, committed: &manifest::Checkpoint) -> Option<Finding> {
        let store = self.store.as_ref()?;
        let bytes = match read_manifest(&*store.storage) {
            Ok(bytes) => bytes,
            Err(error) => return Some(unreadable(error)),
        };
        let file = MANIFEST.to_owned();
        let Some(bytes) = bytes else {
            let expected = committed.reached != crate::mark::Reached::Nothing;
            return (expected || !committed.segments.is_empty())
                .then_some(Finding::Missing { file });
        };
        let damage = match manifest::decode(&bytes) {
            Ok(_) => return None,
            Err(manifest::ManifestError::Damage(damage)) => damage,
            Err(manifest::ManifestError::Version(_)) => {
                Damage { offset: 8, reason: "the version of this program" }
            }
        };
        Some(Finding::Damaged { file, damage })
    }
}

/// What a manifest is that could not be read, or not be opened.
fn unreadable(error: StorageError) -> Finding {
    match error.damage() {
        Some(damage) => Finding::Damaged { file: MANIFEST.to_owned(), damage },
        None => Finding::Unreadable(error),
    }
}

fn verify_segment(live: &Live) -> Option<Finding> {
    let damage = live.segment.verify().err().or_else(|| verify_file(live))?;
    Some(Finding::Damaged { file: segment_name(live.id), damage })
}

fn verify_file(live: &Live) -> Option<Damage> {
    let file = live.file?;
    let reason = "the checksum that the manifest says";
    let right = FileSum::of(live.segment.image().bytes()) == file;
    (!right).then_some(Damage { offset: 0, reason })
}
