//! The files of an index: how a checkpoint gets onto the disk so that a crash at any moment
//! leaves either the one before or the new one.
//!
//! ```text
//!   write each new segment-N, sync it      nobody names it yet
//!   sync names
//!   write manifest.new, sync it
//!   rename manifest.new to manifest        here the new checkpoint begins
//!   sync names                             here it is certain
//!   remove the files that no checkpoint names any more
//! ```
//!
//! Invariants:
//! - A file that a manifest may name is never written again: numbers are given once, and a
//!   segment that was written and synced is not written a second time.
//! - A file is removed only after a manifest that does not name it is certain. When renaming or
//!   syncing failed, it is open which manifest a crash would leave, so the files of both stay.

use crate::error::{Operation, StorageError};
use crate::live::{FileSum, Live};
use crate::manifest::{self, Checkpoint};
use crate::segment::Segment;
use crate::storage::{Lock, Storage};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) const MANIFEST: &str = "manifest";
pub(crate) const MANIFEST_NEW: &str = "manifest.new";
const NAMES: &str = "the directory";

/// A directory that is ours to write.
pub(crate) struct Store {
    pub(crate) storage: Box<dyn Storage>,
    pub(crate) _lock: Lock,
}

impl Store {
    /// Writes those segments of the list that have no file yet, and takes them from their files
    /// from then on. After an error those that were written before it have their files.
    pub(crate) fn write_segments(&self, segments: &mut [Live]) -> Result<(), StorageError> {
        let mut written = false;
        for live in segments.iter_mut().filter(|live| live.file.is_none()) {
            *live = self.write_segment(live)?;
            written = true;
        }
        if written { self.sync_names() } else { Ok(()) }
    }

    /// Puts the manifest of `checkpoint`, whose segments all have files, in the place of the one
    /// before. After an error either of them may be found by whoever opens.
    pub(crate) fn write_manifest(
        &self,
        checkpoint: &Checkpoint,
        next_id: u64,
    ) -> Result<(), StorageError> {
        let storage = &self.storage;
        self.write(MANIFEST_NEW, &manifest::encode(checkpoint, next_id))?;
        storage
            .rename(MANIFEST_NEW, MANIFEST)
            .map_err(StorageError::io(Operation::Rename, MANIFEST))?;
        self.sync_names()
    }

    /// Removes the files of `ids` and takes those that are gone from the set. Tries all of them,
    /// and gives the first error.
    pub(crate) fn remove(
        &self,
        files: &mut BTreeSet<u64>,
        ids: Vec<u64>,
    ) -> Result<(), StorageError> {
        let mut outcome = Ok(());
        for id in ids {
            match self.remove_file(&segment_name(id)) {
                Ok(()) => drop(files.remove(&id)),
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }

    /// Removes a file, if it is there.
    pub(crate) fn remove_file(&self, name: &str) -> Result<(), StorageError> {
        match self.storage.remove(name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StorageError::io(Operation::Remove, name)(error))
            }
            _ => Ok(()),
        }
    }

    /// Names of all files, also such as are not ours.
    pub(crate) fn list(&self) -> Result<Vec<String>, StorageError> {
        self.storage.list().map_err(StorageError::io(Operation::List, NAMES))
    }

    pub(crate) fn sync_names(&self) -> Result<(), StorageError> {
        self.storage.sync_names().map_err(StorageError::io(Operation::Sync, NAMES))
    }

    fn write_segment(&self, live: &Live) -> Result<Live, StorageError> {
        let name = segment_name(live.id);
        let bytes = live.segment.image().bytes();
        self.write(&name, bytes)?;
        let image = self.storage.map(&name).map_err(StorageError::io(Operation::Read, &name))?;
        let segment =
            Segment::open(image).map_err(|damage| StorageError::ReadBack { file: name, damage })?;
        let file = Some(FileSum::of(bytes));
        Ok(Live { segment: Arc::new(segment), file, ..live.clone() })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.storage.write(name, bytes).map_err(StorageError::io(Operation::Write, name))?;
        self.storage.sync(name).map_err(StorageError::io(Operation::Sync, name))
    }
}

pub(crate) fn segment_name(id: u64) -> String {
    format!("segment-{id}")
}

/// The number of a segment's file, if that is what the name is of.
pub(crate) fn segment_id(name: &str) -> Option<u64> {
    let id = name.strip_prefix("segment-")?.parse().ok()?;
    (segment_name(id) == name).then_some(id)
}
