//! The side that changes.

use crate::edit::Edit;
use crate::keeper::Keeper;
use crate::live::Live;
use crate::mark::Reached;
use crate::open::{self, Opened, ReadOnlyError};
use crate::seal::{Seal, Sealed};
use crate::state::State;
use crate::storage::{Directory, Storage};
use crate::store::Store;
use crate::{ApplyError, Change, Mark, Options, Snapshot, StorageError};
use athar_kernel::{Code, Level};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// A set of entries, each a code and a payload, that can be searched by distance.
///
/// It is a multiset: a payload may have many codes, a code many payloads, and a pair that is
/// inserted twice is there twice: it counts as two in [`len`](Snapshot::len), is found twice and
/// is removed together.
///
/// All methods take `&self`, so that threads may share an index. Writers take turns; a reader
/// takes a [`Snapshot`] and waits for no one. Somebody should call [`maintain`](Self::maintain)
/// now and then, best a thread of its own: neither readers nor writers wait for it.
pub struct Index {
    pub(crate) level: Level,
    pub(crate) options: Options,
    /// Held by the writer for the whole of a change.
    writing: Mutex<()>,
    /// The newest finished state; held only to copy or to swap the pointer.
    published: RwLock<Arc<State>>,
    next_id: AtomicU64,
    /// The directory, if there is one and it is ours to write.
    pub(crate) store: Option<Store>,
    /// What is on the disk; held while a checkpoint is written.
    pub(crate) keeper: Mutex<Keeper>,
    /// Held by whoever merges. Locks are taken in the order merging, keeper, writing, published.
    pub(crate) merging: Mutex<()>,
    /// Whether `maintain` should rather merge than flush, having flushed before.
    pub(crate) merge_next: AtomicBool,
}

impl Index {
    /// An empty index in memory, that is searched with the instructions of `level`.
    pub fn new(level: Level) -> Self {
        Self::with_options(level, Options::default())
    }

    /// As [`new`](Self::new), with other sizes.
    pub fn with_options(level: Level, options: Options) -> Self {
        Self::assemble(level, options, None, Keeper::default(), 0)
    }

    /// The index that lies in `directory`, which is made if it is not there.
    ///
    /// One index at a time may write a directory. While another does, in this process or not, or
    /// when the directory may not be written, this one has what was there at the moment and
    /// keeps its own changes in memory: see [`Opened::writable`].
    ///
    /// What is damaged is not used: see [`Opened::discarded`]. What is not known to be damaged
    /// but cannot be read is an error; an index in memory may serve meanwhile.
    pub fn open(
        directory: impl AsRef<Path>,
        level: Level,
        options: Options,
    ) -> Result<(Self, Opened), StorageError> {
        Self::open_on(Box::new(Directory::new(directory.as_ref())), level, options)
    }

    /// As [`open`](Self::open), of an index whose files are sealed.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). What does not open by this seal is damaged.
    pub fn open_sealed(
        directory: impl AsRef<Path>,
        seal: Arc<dyn Seal>,
        level: Level,
        options: Options,
    ) -> Result<(Self, Opened), StorageError> {
        let directory = Directory::new(directory.as_ref());
        Self::open_on(Box::new(Sealed::new(directory, seal)), level, options)
    }

    /// The index that lies in `directory`, for somebody who only reads it: at one moment, whatever
    /// an index that writes it does meanwhile, in this process or another.
    ///
    /// Nothing there is locked, made, written or removed, not even what is damaged, and the
    /// directory need not be writable. What comes later does not show: open it again, or follow
    /// the ledger from [`reached`](Self::reached) on, as [`apply`](Self::apply) and all other
    /// changes are kept in memory. On systems that do not remove files which are in use, the
    /// writer removes those that it merged when this index is gone.
    ///
    /// # Errors
    ///
    /// When there is no index, or one that cannot be used: see [`ReadOnlyError`].
    pub fn open_read_only(
        directory: impl AsRef<Path>,
        level: Level,
    ) -> Result<(Self, Opened), ReadOnlyError> {
        Self::open_read_only_on(&Directory::new(directory.as_ref()), level)
    }

    /// As [`open_read_only`](Self::open_read_only), of an index whose files are sealed.
    ///
    /// # Errors
    ///
    /// As [`open_read_only`](Self::open_read_only). What does not open by this seal is damaged.
    pub fn open_sealed_read_only(
        directory: impl AsRef<Path>,
        seal: Arc<dyn Seal>,
        level: Level,
    ) -> Result<(Self, Opened), ReadOnlyError> {
        let directory = Directory::new(directory.as_ref());
        Self::open_read_only_on(&Sealed::new(directory, seal), level)
    }

    pub(crate) fn open_read_only_on(
        storage: &dyn Storage,
        level: Level,
    ) -> Result<(Self, Opened), ReadOnlyError> {
        let found = open::find_read_only(storage)?;
        let options = Options::default();
        let index = Self::assemble(level, options, None, found.keeper, found.next_id);
        Ok((index, found.opened))
    }

    pub(crate) fn open_on(
        storage: Box<dyn Storage>,
        level: Level,
        options: Options,
    ) -> Result<(Self, Opened), StorageError> {
        let found = open::find(storage)?;
        let index = Self::assemble(level, options, found.store, found.keeper, found.next_id);
        Ok((index, found.opened))
    }

    fn assemble(
        level: Level,
        options: Options,
        store: Option<Store>,
        keeper: Keeper,
        next_id: u64,
    ) -> Self {
        let committed = &keeper.committed;
        let state = State::new(committed.segments.clone(), committed.reached);
        Self {
            level,
            options,
            writing: Mutex::new(()),
            published: RwLock::new(Arc::new(state)),
            next_id: AtomicU64::new(next_id),
            store,
            keeper: Mutex::new(keeper),
            merging: Mutex::new(()),
            merge_next: AtomicBool::new(false),
        }
    }

    /// Adds one entry. Many at once are cheaper with [`insert_batch`](Self::insert_batch).
    pub fn insert(&self, code: Code, payload: u64) {
        self.insert_batch(&[(code, payload)]);
    }

    /// Adds entries. A snapshot sees either none of them or all.
    pub fn insert_batch(&self, entries: &[(Code, u64)]) {
        self.apply_unmarked(Edit::insert(entries));
    }

    /// Adds entries as one segment, built in the caller's time: the way to fill an index with
    /// millions. Needs 40 bytes of memory for each entry beside those that stay.
    pub fn insert_bulk(&self, entries: impl IntoIterator<Item = (Code, u64)>) {
        let built = Live::build(self.next_id(), entries);
        if built.len() > 0 {
            self.apply_unmarked(Edit { built: Some(built), ..Edit::default() });
        }
    }

    /// Removes every entry with this payload and says how many there were. Snapshots taken from
    /// now on do not have them.
    ///
    /// Looks through the payloads of every segment: where many go,
    /// [`remove_batch`](Self::remove_batch) does so once.
    pub fn remove(&self, payload: u64) -> usize {
        self.remove_batch(&[payload])
    }

    /// Removes every entry with one of these payloads and says how many there were. A snapshot
    /// has either all of them or none.
    ///
    /// They are gone from the disk when their segments were next written, which
    /// [`purge`](Self::purge) does.
    pub fn remove_batch(&self, payloads: &[u64]) -> usize {
        self.apply_unmarked(Edit::remove(payloads))
    }

    /// Does `changes`, one by one in their order, which lead from where the index is to `mark`,
    /// and says how many entries went. A snapshot sees all of them or none, and so does whoever
    /// opens the directory after a crash.
    ///
    /// A ledger without changes for this index may still move the mark, with no changes.
    ///
    /// # Errors
    ///
    /// When the index is at `mark` or beyond already, or was changed without a mark.
    pub fn apply(&self, changes: &[Change], mark: Mark) -> Result<usize, ApplyError> {
        let edit = self.with_bulk_built(Edit::of(changes));
        self.change(|state| {
            state.reached.admits(mark)?;
            Ok(state.apply(edit, Reached::At(mark)))
        })
    }

    /// Up to which place of its ledger the index is, if it follows one: replay what came after.
    pub fn reached(&self) -> Option<Mark> {
        self.newest().reached.mark()
    }

    /// Removes everything, the mark included, to be filled anew: from a ledger that is another
    /// than the mark's tag says, for example.
    pub fn clear(&self) {
        self.change(|state| *state = State::cleared());
    }

    /// The index as it is at this moment.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.level, self.newest())
    }

    fn apply_unmarked(&self, edit: Edit) -> usize {
        if edit.is_empty() {
            return 0;
        }
        let edit = self.with_bulk_built(edit);
        self.change(|state| state.apply(edit, Reached::Unmarked))
    }

    /// Makes a segment of what comes in, if it is much.
    fn with_bulk_built<'a>(&self, edit: Edit<'a>) -> Edit<'a> {
        if edit.added.len() < self.options.bulk_codes.max(1) {
            return edit;
        }
        let Edit { removed, added, dropped, .. } = edit;
        let built = Some(Live::build(self.next_id(), added.into_owned()));
        Edit { removed, built, dropped, ..Edit::default() }
    }

    /// Makes the next state from a copy of the newest and publishes it when it is whole. Should
    /// `edit` panic, nothing was published, so a poisoned lock still guards a whole state.
    pub(crate) fn change<T>(&self, edit: impl FnOnce(&mut State) -> T) -> T {
        let _turn = lock(&self.writing);
        let mut state = State::clone(&self.newest());
        let answer = edit(&mut state);
        let next = Arc::new(state);
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *published, next);
        drop(published);
        // Freeing memory may take long: not while readers wait for the pointer.
        drop(before);
        answer
    }

    pub(crate) fn newest(&self) -> Arc<State> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Larger than every id given so far.
    pub(crate) fn ids_end(&self) -> u64 {
        self.next_id.load(Ordering::Relaxed)
    }
}

/// Locks, also after a panic of another holder: what is guarded is whole at every moment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
