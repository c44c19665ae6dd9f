//! A look-up that is opened when it is first asked.
//!
//! Most questions are answered by whole frames; opening what answers the others costs reading
//! what the ledger has beyond an index, and in an encrypted store decrypting the index.

use crate::lookup::{Lookup, Upkeep};
use crate::store::IndexPlace;
use crate::{IndexNote, Store, Watcher};
use athar_hash::Space;
use athar_index::Snapshot;
use athar_ledger::{Ledger, LedgerError};
use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

/// A look-up of one space, opened or to be opened for reading.
pub(crate) struct LateLookup {
    opened: OnceCell<Lookup>,
    place: IndexPlace,
    space: Space,
    notes: Rc<Notes>,
}

impl LateLookup {
    /// To be opened for reading by whoever asks first.
    pub(crate) fn new(store: &Store, space: Space, notes: &Rc<Notes>) -> Self {
        let (place, notes) = (store.index_place(space), Rc::clone(notes));
        Self { opened: OnceCell::new(), place, space, notes }
    }

    /// Opened already, for somebody who adds to it.
    pub(crate) fn opened(
        store: &Store,
        space: Space,
        notes: &Rc<Notes>,
    ) -> Result<Self, LedgerError> {
        let late = Self::new(store, space, notes);
        let lookup = Lookup::open(&late.place, &store.ledger, space, &mut |note| notes.take(note))?;
        Ok(Self { opened: OnceCell::from(lookup), ..late })
    }

    /// Opens it if nobody has.
    pub(crate) fn get(&self, ledger: &Ledger) -> Result<&Lookup, LedgerError> {
        if let Some(lookup) = self.opened.get() {
            return Ok(lookup);
        }
        let mut note = |note| self.notes.take(note);
        let lookup = Lookup::open_for_reading(&self.place, ledger, self.space, &mut note)?;
        Ok(self.opened.get_or_init(|| lookup))
    }

    /// See [`Lookup::catch_up`]; one that is opened later is up to the ledger then.
    pub(crate) fn catch_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        self.opened.get_mut().map_or(Ok(()), |lookup| lookup.catch_up(ledger))
    }

    /// See [`Lookup::look_into`].
    pub(crate) fn look_into(&mut self, transaction: &Ledger) -> Result<(), LedgerError> {
        self.opened.get_mut().map_or(Ok(()), |lookup| lookup.look_into(transaction))
    }

    /// What keeps the index in shape, if it is open.
    pub(crate) fn upkeep(&self) -> Option<Upkeep> {
        self.opened.get().map(Lookup::upkeep)
    }

    /// See [`Lookup::snapshots`].
    pub(crate) fn snapshots(&self, ledger: &Ledger) -> Result<Vec<Snapshot>, LedgerError> {
        Ok(self.get(ledger)?.snapshots().collect())
    }
}

/// What is the matter with indexes, to be told when somebody listens; what is the matter with
/// several is told once.
#[derive(Default)]
pub(crate) struct Notes {
    known: RefCell<HashSet<String>>,
    waiting: RefCell<Vec<IndexNote>>,
}

impl Notes {
    pub(crate) fn take(&self, note: IndexNote) {
        if self.known.borrow_mut().insert(note.to_string()) {
            self.waiting.borrow_mut().push(note);
        }
    }

    pub(crate) fn tell(&self, watcher: &mut dyn Watcher) {
        self.waiting.take().iter().for_each(|note| watcher.noted(note));
    }
}
