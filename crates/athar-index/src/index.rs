//! The side that changes.

use crate::Snapshot;
use crate::blocks::Blocks;
use athar_kernel::{Code, Level};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A set of entries, each a code and a payload, that can be searched by distance.
///
/// It is a multiset: a payload may have many codes, a code many payloads, and a pair that is
/// inserted twice is there twice: it counts as two in [`len`](Snapshot::len), is found twice and
/// is removed together.
///
/// All methods take `&self`, so that threads may share an index. Writers take turns; a reader
/// takes a [`Snapshot`] and waits for no one.
pub struct Index {
    level: Level,
    /// Held by the writer for the whole of a change.
    writing: Mutex<()>,
    /// The newest finished state; held only to copy or to swap the pointer.
    published: RwLock<Arc<Blocks>>,
}

impl Index {
    /// An empty index that is searched with the instructions of `level`.
    pub fn new(level: Level) -> Self {
        Self { level, writing: Mutex::new(()), published: RwLock::default() }
    }

    /// Adds one entry. Many at once are cheaper with [`insert_batch`](Self::insert_batch).
    pub fn insert(&self, code: Code, payload: u64) {
        self.insert_batch(&[(code, payload)]);
    }

    /// Adds entries. A snapshot sees either none of them or all.
    pub fn insert_batch(&self, entries: &[(Code, u64)]) {
        self.change(|blocks| blocks.append(entries));
    }

    /// Removes every entry with this payload and says how many there were. Snapshots taken from
    /// now on do not have them; the memory is freed with the last snapshot that does.
    ///
    /// Reads the payloads of those blocks whose range of payloads includes this one: fast when
    /// payloads are given out in rising order, 8 bytes for each entry at worst.
    pub fn remove(&self, payload: u64) -> usize {
        self.change(|blocks| blocks.remove(payload))
    }

    /// The index as it is at this moment.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.level, self.newest())
    }

    /// Makes the next state from a copy of the newest and publishes it when it is whole. Should
    /// `edit` panic, nothing was published, so a poisoned lock still guards a whole state.
    fn change<T>(&self, edit: impl FnOnce(&mut Blocks) -> T) -> T {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blocks = Blocks::clone(&self.newest());
        let answer = edit(&mut blocks);
        let next = Arc::new(blocks);
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *published, next);
        drop(published);
        // Freeing memory may take long: not while readers wait for the pointer.
        drop(before);
        answer
    }

    fn newest(&self) -> Arc<Blocks> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }
}
