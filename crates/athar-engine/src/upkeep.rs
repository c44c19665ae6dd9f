//! The thread that makes the index's new entries old and its small segments large while others
//! work.

use crate::follow::IndexNote;
use crate::lookup::Upkeep;
use crate::policy;
use athar_index::{Index, Progress, StorageError};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Says that there were changes.
pub(crate) struct Waker(SyncSender<()>);

impl Waker {
    pub(crate) fn wake(&self) {
        // When it was woken already, it will see these changes too.
        let _ = self.0.try_send(());
    }
}

/// Runs `work` with a thread beside it that keeps indexes in shape and has ended when this returns.
/// Where the system grants no thread the work is done all the same.
pub(crate) fn beside<T>(
    upkeeps: &[Upkeep],
    work: impl FnOnce(&Waker) -> T,
) -> (T, Result<(), StorageError>) {
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let (sender, woken) = sync_channel(1);
        let waker = Waker(sender);
        let keep_up = || keep_up(upkeeps, woken, &ended);
        let thread = thread::Builder::new().name("index".into()).spawn_scoped(scope, keep_up);
        waker.wake();
        let value = work(&waker);
        ended.store(true, Ordering::Relaxed);
        drop(waker);
        let kept = thread.ok().and_then(|thread| thread.join().ok());
        (value, kept.unwrap_or(Ok(())))
    })
}

/// Ends with the outcome of the last time: what failed once and went well later is no matter.
fn keep_up(
    upkeeps: &[Upkeep],
    woken: Receiver<()>,
    ended: &AtomicBool,
) -> Result<(), StorageError> {
    let mut outcome = Ok(());
    for () in woken {
        outcome = upkeeps.iter().try_for_each(|upkeep| upkeep.settle_down(ended));
    }
    outcome
}

/// Writes all of an index that was made anew, in as few segments as it will have.
pub(crate) fn write_all(index: &Index) -> Result<(), StorageError> {
    index.flush()?;
    while index.maintain()?.is_step() {}
    Ok(())
}

impl Upkeep {
    /// Writes what a process that starts would otherwise have to read from the ledger.
    pub(crate) fn finish(&self) -> Result<(), StorageError> {
        let unwritten = self.unwritten.load(Ordering::Relaxed);
        let unmarked = self.unmarked.load(Ordering::Relaxed);
        let is_short = unwritten < policy::index_replay_codes(self.space)
            && unmarked < policy::INDEX_REPLAY_EVENTS;
        if !self.writable || is_short {
            return Ok(());
        }
        self.index.flush()?;
        self.unwritten.fetch_sub(unwritten, Ordering::Relaxed);
        self.unmarked.fetch_sub(unmarked, Ordering::Relaxed);
        Ok(())
    }

    fn settle_down(&self, ended: &AtomicBool) -> Result<(), StorageError> {
        while !ended.load(Ordering::Relaxed) {
            let unwritten = self.unwritten.load(Ordering::Relaxed);
            match self.index.maintain()? {
                Progress::Flushed => drop(self.unwritten.fetch_sub(unwritten, Ordering::Relaxed)),
                Progress::Merged => {}
                Progress::Idle | Progress::Busy => break,
            }
        }
        Ok(())
    }
}

impl From<StorageError> for IndexNote {
    fn from(error: StorageError) -> Self {
        Self::Unwritten(error)
    }
}
