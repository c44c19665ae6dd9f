//! What is known to be on the disk, what is about to be, and which files are lying there.

use crate::StorageError;
use crate::dead::Dead;
use crate::live::{self, Live};
use crate::manifest::Checkpoint;
use crate::store::{MANIFEST_NEW, Store};
use std::collections::BTreeSet;

#[derive(Default)]
pub(crate) struct Keeper {
    /// The newest checkpoint that is certain. Only what it has is merged.
    pub(crate) committed: Checkpoint,
    /// A newer one that is being written, or could not be.
    pub(crate) pending: Option<Checkpoint>,
    /// Segments that somebody is merging, which are left to them.
    pub(crate) merging: Vec<u64>,
    /// Segment files that are there, named by a manifest or not.
    pub(crate) files: BTreeSet<u64>,
    /// Whether a manifest was put in its place without success, so that a crash might leave
    /// either. No file is removed as long as that is so.
    uncertain: bool,
}

impl Keeper {
    pub(crate) fn new(committed: Checkpoint) -> Self {
        Self { committed, ..Self::default() }
    }

    /// Whether there is something to write.
    pub(crate) fn has_pending(&self) -> bool {
        self.pending.is_some() || self.uncertain
    }

    /// Writes what is pending. It stays pending after an error.
    pub(crate) fn commit_pending(
        &mut self,
        store: Option<&Store>,
        ids_end: u64,
    ) -> Result<(), StorageError> {
        let Some(mut pending) = self.pending.take() else {
            return self.certify(store, ids_end);
        };
        let outcome = self.write(store, ids_end, &mut pending);
        match outcome {
            Ok(()) => self.committed = pending,
            Err(_) => self.pending = Some(pending),
        }
        outcome
    }

    /// Commits `merged` in the place of `inputs`, which changes no entry and so leaves the mark
    /// where it is.
    pub(crate) fn commit_merged(
        &mut self,
        store: Option<&Store>,
        ids_end: u64,
        inputs: &[Live],
        merged: Option<&Live>,
    ) -> Result<(), StorageError> {
        let mut next = self.committed.clone();
        live::replace(&mut next.segments, inputs, merged, Dead::default());
        self.write(store, ids_end, &mut next)?;
        self.committed = next;
        if let Some(pending) = &mut self.pending {
            live::replace(&mut pending.segments, inputs, merged, Dead::default());
        }
        Ok(())
    }

    /// Writes the committed manifest once more if it is not certain that it is the one.
    pub(crate) fn certify(
        &mut self,
        store: Option<&Store>,
        ids_end: u64,
    ) -> Result<(), StorageError> {
        if !self.uncertain {
            return Ok(());
        }
        let mut committed = self.committed.clone();
        self.write(store, ids_end, &mut committed)
    }

    fn write(
        &mut self,
        store: Option<&Store>,
        ids_end: u64,
        checkpoint: &mut Checkpoint,
    ) -> Result<(), StorageError> {
        let Some(store) = store else { return Ok(()) };
        self.files.extend(checkpoint.segments.iter().map(|live| live.id));
        store.write_segments(&mut checkpoint.segments)?;
        let outcome = store.write_manifest(checkpoint, ids_end);
        let untouched = outcome.as_ref().is_err_and(|error| error.is_of(MANIFEST_NEW));
        self.uncertain = if untouched { self.uncertain } else { outcome.is_err() };
        outcome
    }

    /// Removes the files that no checkpoint names any more. Those that cannot be removed are
    /// tried again the next time.
    pub(crate) fn collect_garbage(&mut self, store: Option<&Store>) -> Result<(), StorageError> {
        let Some(store) = store.filter(|_| !self.uncertain) else { return Ok(()) };
        let pending = self.pending.iter().flat_map(|pending| &pending.segments);
        let named = self.committed.segments.iter().chain(pending);
        let named: BTreeSet<u64> = named.map(|live| live.id).collect();
        let garbage = self.files.difference(&named).copied().collect();
        store.remove(&mut self.files, garbage)
    }
}
