//! The work that nobody waits for: making segments of the delta, writing them, merging them.
//!
//! A *flush* freezes the newest state, makes a segment of its delta and of the youngest segments
//! that are no larger than a few deltas, and writes it as a checkpoint: everything up to its mark
//! and nothing after. A *merge* makes one segment of several committed ones, without what was
//! dead in them, and commits it in their place under the same mark. Both work on what never
//! changes, outside of the writers' lock, and take it only to put pointers in the place of
//! pointers; what was removed meanwhile was noted in the frozen part or in the segments' own sets
//! and holds in the result.
//!
//! One thread flushes and one merges at a time. What is being merged is left alone by flushes;
//! should they meet all the same, what was merged for nothing is garbage. A merge of everything
//! may take as long as building the index did; with two threads that maintain, the delta stays
//! short meanwhile.

use crate::builder::Entry;
use crate::dead::Dead;
use crate::index::lock;
use crate::keeper::Keeper;
use crate::live::{self, Live};
use crate::manifest::Checkpoint;
use crate::state::State;
use crate::{Index, StorageError, tiers};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError, TryLockError};

/// What one step of maintenance did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is left to do until there are more changes.
    Idle,
    /// Another thread is at what is left to do.
    Busy,
    /// The delta became a segment and was written. There may be more to do.
    Flushed,
    /// Segments became one. There may be more to do.
    Merged,
}

impl Progress {
    /// Whether to call again at once.
    pub fn is_step(self) -> bool {
        matches!(self, Self::Flushed | Self::Merged)
    }
}

impl Index {
    /// Does one step of the work that is pending, in the thread of the caller, and says whether
    /// there may be more. Neither readers nor writers wait for it.
    ///
    /// # Errors
    ///
    /// When the storage fails. The index goes on in memory, and the next call tries again.
    pub fn maintain(&self) -> Result<Progress, StorageError> {
        let merge_first = self.merge_next.swap(false, Ordering::Relaxed);
        if merge_first && let Progress::Merged = self.merge_step()? {
            return Ok(Progress::Merged);
        }
        if self.flush_step()? {
            self.merge_next.store(true, Ordering::Relaxed);
            return Ok(Progress::Flushed);
        }
        self.merge_step()
    }

    /// Writes everything that is in memory only, as before the end of a program. Without a
    /// directory of its own the index makes a segment of its delta.
    pub fn flush(&self) -> Result<(), StorageError> {
        let mut keeper = lock(&self.keeper);
        if self.newest().dirty > 0 {
            self.freeze(&mut keeper);
        }
        self.commit_pending(&mut keeper)
    }

    /// Makes a single segment of everything: for the fastest search, where nothing is to come.
    pub fn settle(&self) -> Result<(), StorageError> {
        self.flush()?;
        let turn = lock(&self.merging);
        let inputs = lock(&self.keeper).committed.segments.clone();
        let settled = matches!(&inputs[..], [] | [Live { .. }]) && !inputs.iter().any(has_dead);
        if settled { Ok(()) } else { self.merge(&turn, &inputs) }
    }

    /// Writes every segment anew that has removed entries, and removes the old files: what was
    /// removed before this call is on the disk no more when it returns without an error. (What a
    /// disk or a file system keeps of removed files is beyond its reach.) In memory it is as long
    /// as a snapshot that has it.
    pub fn purge(&self) -> Result<(), StorageError> {
        self.flush()?;
        let turn = lock(&self.merging);
        let committed = lock(&self.keeper).committed.segments.clone();
        for live in committed.into_iter().filter(has_dead) {
            self.merge(&turn, &[live])?;
        }
        let (mut keeper, store) = (lock(&self.keeper), self.store.as_ref());
        keeper.certify(store, self.ids_end())?;
        keeper.collect_garbage(store)
    }

    /// Flushes if it is time to.
    fn flush_step(&self) -> Result<bool, StorageError> {
        let mut keeper = lock(&self.keeper);
        if self.newest().is_due(&self.options) {
            self.freeze(&mut keeper);
        }
        let pending = keeper.has_pending();
        self.commit_pending(&mut keeper)?;
        Ok(pending)
    }

    /// Merges if it is time to.
    fn merge_step(&self) -> Result<Progress, StorageError> {
        let turn = match self.merging.try_lock() {
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(TryLockError::WouldBlock) => return Ok(Progress::Busy),
        };
        let due = tiers::due(&lock(&self.keeper).committed.segments, &self.options);
        let Some(inputs) = due else { return Ok(Progress::Idle) };
        self.merge(&turn, &inputs)?;
        Ok(Progress::Merged)
    }

    /// Makes the newest state the pending checkpoint. One that could not be written is given up
    /// for it: the newer has all that it had.
    fn freeze(&self, keeper: &mut Keeper) {
        let moment = self.change(State::freeze);
        let mut segments = moment.segments().to_vec();
        if !moment.delta.is_empty() {
            let entries = moment.delta.entries().into_iter().map(Entry::from);
            let free = |live: &Live| !keeper.merging.contains(&live.id);
            let young = tiers::young(&segments, entries.len(), free, &self.options);
            let built = Live::merge(self.next_id(), &young, entries);
            live::replace(&mut segments, &young, Some(&built), Dead::default());
            self.change(|state| state.thaw(&built, &young));
        }
        keeper.pending = Some(Checkpoint { reached: moment.reached, segments });
    }

    fn commit_pending(&self, keeper: &mut Keeper) -> Result<(), StorageError> {
        if !keeper.has_pending() {
            return Ok(());
        }
        let store = self.store.as_ref();
        keeper.commit_pending(store, self.ids_end())?;
        self.change(|state| state.swap_in(&keeper.committed.segments));
        // What cannot be removed now is tried again after the next commit.
        drop(keeper.collect_garbage(store));
        Ok(())
    }

    /// Makes one segment of `inputs`, as they are committed: what is dead there is gone.
    fn merge(&self, _turn: &MutexGuard<()>, inputs: &[Live]) -> Result<(), StorageError> {
        lock(&self.keeper).merging = inputs.iter().map(|live| live.id).collect();
        let mut merged = Vec::new();
        if inputs.iter().any(|live| live.len() > 0) {
            merged.push(Live::merge(self.next_id(), inputs, std::iter::empty()));
        }
        let store = self.store.as_ref();
        let written = store.map_or(Ok(()), |store| store.write_segments(&mut merged));
        let mut keeper = lock(&self.keeper);
        keeper.merging.clear();
        // Removed as garbage if they are not committed.
        keeper.files.extend(merged.iter().map(|live| live.id));
        let committed = written
            .and_then(|()| keeper.commit_merged(store, self.ids_end(), inputs, merged.first()));
        if committed.is_ok() {
            self.change(|state| state.replace(inputs, merged.first()));
        }
        // What cannot be removed now is tried again after the next commit.
        drop(keeper.collect_garbage(store));
        committed
    }
}

fn has_dead(live: &Live) -> bool {
    !live.dead.is_empty()
}
