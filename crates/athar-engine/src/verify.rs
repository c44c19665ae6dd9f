//! Whether the evidence still stands: the ledger against itself, and the index against it.

use crate::checkpoint::CheckpointSummary;
use crate::follow::{self, Found, IndexNote, follow, follow_listed};
use crate::keys::PublicKey;
use crate::policy::INDEX_BATCH_CODES;
use crate::store::IndexPlace;
use crate::time_stamp::{Authorities, TimeStampSummary};
use crate::upkeep::write_all;
use crate::{EngineError, Store, StoreFault, Watcher};
use athar_hash::Space;
use athar_index::{Index, Snapshot};
use athar_kernel::{Code, Radius};
use athar_ledger::{CodeChange, Ledger, LedgerError, Seq};
use serde::Serialize;
use std::mem;

/// What is verified, and with what.
#[derive(Debug, Clone, Default)]
pub struct VerifyOptions {
    /// Whether the index is made anew from a ledger that is sound before it is compared.
    pub rebuild_index: bool,
    /// The keys that checkpoints may be signed with; the store's own where none is given.
    pub keys: Vec<PublicKey>,
    /// A checkpoint that was kept somewhere else, as it was told.
    pub kept: Option<String>,
    /// To whose certificates time stamps have to lead; where none is given, any will do.
    pub authorities: Authorities,
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifySummary {
    /// Whether everything fits.
    pub sound: bool,
    /// Whether the store is encrypted.
    pub encrypted: bool,
    /// Events in the chain.
    pub events: u64,
    /// Cases, reports, items, matches and refusals compared with their events.
    pub rows: u64,
    /// The first thing that does not fit; in one sentence where it is serialized.
    pub fault: Option<StoreFault>,
    /// Codes in the index.
    pub codes: u64,
    /// Codes that were asked for and had to find themselves.
    pub codes_asked: u64,
    /// Whether it is the index that does not fit: it can be made anew from the ledger.
    pub index_faulty: bool,
    /// Whether the index was made anew before it was compared.
    pub index_rebuilt: bool,
    /// What is signed.
    #[serde(flatten)]
    pub signed: CheckpointSummary,
    /// What others say of when it was there.
    #[serde(flatten)]
    pub stamped: TimeStampSummary,
}

impl Store {
    /// Checks the chain of events and its checkpoints, every row against its event, every byte of
    /// the index's files, and that the index holds exactly the ledger's codes and finds them.
    ///
    /// Where the index is behind the ledger, as it may be, what it lacks is taken from there.
    ///
    /// # Errors
    ///
    /// What was given as a kept checkpoint is none; the index cannot be made anew.
    pub fn verify(
        &mut self,
        options: &VerifyOptions,
        watcher: &mut dyn Watcher,
    ) -> Result<VerifySummary, EngineError> {
        let ledger = self.ledger.verify()?;
        let (signed, unsigned) = self.verify_checkpoints(&self.known_keys(options)?)?;
        let (stamped, unstamped) = self.verify_time_stamps(&options.authorities)?;
        let kept = options.kept.as_deref().map(|kept| self.verify_kept(kept)).transpose()?;
        let fault = ledger.fault.map(StoreFault::Ledger);
        let fault = fault.or(unsigned).or(unstamped).or(kept.flatten());
        let mut summary = VerifySummary {
            sound: fault.is_none(),
            encrypted: self.is_encrypted(),
            events: ledger.events,
            rows: ledger.records,
            fault,
            codes: 0,
            codes_asked: 0,
            index_faulty: false,
            index_rebuilt: false,
            signed,
            stamped,
        };
        let spaces = Space::ALL.into_iter().map(Held::Items).chain([Held::Lists]);
        for held in spaces {
            if summary.sound {
                let index = match options.rebuild_index {
                    true => self.rebuilt_index(held)?,
                    false => self.found_index(held, watcher)?,
                };
                summary.index_rebuilt = options.rebuild_index;
                self.verify_index(held, &index, &mut summary)?;
            }
        }
        Ok(summary)
    }

    fn known_keys(&self, options: &VerifyOptions) -> Result<Vec<PublicKey>, EngineError> {
        match &options.keys[..] {
            [] => Ok(self.public_key()?.into_iter().collect()),
            keys => Ok(keys.to_vec()),
        }
    }

    /// The index as it lies there, or an empty one.
    fn found_index(&self, held: Held, watcher: &mut dyn Watcher) -> Result<Found, EngineError> {
        let place = held.place(self);
        let mut note = |note: IndexNote| match note {
            // Told as a fault.
            IndexNote::Damaged(_) => {}
            other => watcher.noted(&other),
        };
        Ok(follow::open_for_reading(&place, &self.ledger, &mut note)?)
    }

    fn rebuilt_index(&self, held: Held) -> Result<Found, EngineError> {
        let place = held.place(self);
        let found = follow::open(&place, &self.ledger, &mut |_| {})?;
        if !found.writable {
            return Err(EngineError::IndexInUse);
        }
        found.index.clear();
        held.follow(&found.index, 0, &self.ledger)?;
        write_all(&found.index).map_err(EngineError::Index)?;
        Ok(Found { discarded: None, ..found })
    }

    fn verify_index(
        &self,
        held: Held,
        found: &Found,
        summary: &mut VerifySummary,
    ) -> Result<(), EngineError> {
        if let Some(reason) = &found.discarded {
            summary.fail(StoreFault::Index { index: held.name(), what: reason.to_string() });
            return Ok(());
        }
        let findings = found.index.verify();
        if let [first, others @ ..] = &findings[..] {
            let others = match others.len() {
                0 => String::new(),
                n => format!(" (and {n} more)"),
            };
            let what = format!("{first}{others}");
            summary.fail(StoreFault::Index { index: held.name(), what });
            return Ok(());
        }
        self.ledger.at_one_moment(|| {
            let from = found.index.reached().map_or(0, |mark| mark.reached);
            held.follow(&found.index, from, &self.ledger)?;
            self.compare(held, &found.index.snapshot(), summary)
        })
    }

    /// Every code of the ledger is in the index once, and there are as many in one as in the
    /// other: so they are the same.
    fn compare(
        &self,
        held: Held,
        snapshot: &Snapshot,
        summary: &mut VerifySummary,
    ) -> Result<(), EngineError> {
        let (mut batch, mut absent, mut asked) = (Vec::new(), None, 0);
        held.for_each(&self.ledger, |change| {
            if let CodeChange::Added { id, code, .. } = change {
                asked += 1;
                batch.push((code, id.0 as u64));
            }
            if batch.len() == INDEX_BATCH_CODES && absent.is_none() {
                absent = first_absent(snapshot, mem::take(&mut batch));
            }
        })?;
        absent = absent.or_else(|| first_absent(snapshot, batch));
        let codes = snapshot.len() as u64;
        summary.codes += codes;
        summary.codes_asked += asked;
        let index = held.name();
        if let Some(id) = absent {
            summary.fail(StoreFault::CodeNotFound { index, code: id });
        } else if codes != asked {
            summary.fail(StoreFault::CodesDiffer { index, indexed: codes, stored: asked });
        }
        Ok(())
    }
}

/// Whose codes an index holds.
#[derive(Clone, Copy)]
enum Held {
    Items(Space),
    Lists,
}

impl Held {
    fn name(self) -> &'static str {
        match self {
            Self::Items(space) => space.name(),
            Self::Lists => "listed",
        }
    }

    fn place(self, store: &Store) -> IndexPlace {
        match self {
            Self::Items(space) => store.index_place(space),
            Self::Lists => store.listed_place(),
        }
    }

    fn follow(self, index: &Index, from: Seq, ledger: &Ledger) -> Result<usize, LedgerError> {
        match self {
            Self::Items(space) => follow(index, from, ledger, space),
            Self::Lists => follow_listed(index, from, ledger),
        }
    }

    fn for_each(self, ledger: &Ledger, f: impl FnMut(CodeChange)) -> Result<Seq, LedgerError> {
        match self {
            Self::Items(space) => ledger.for_each_code_since(space.name(), 0, f),
            Self::Lists => ledger.for_some_listed_since(0, usize::MAX, f),
        }
    }
}

impl VerifySummary {
    fn fail(&mut self, fault: StoreFault) {
        self.sound = false;
        self.index_faulty = true;
        self.fault = Some(fault);
    }
}

/// The first id that is not found exactly once under its code. Equal codes are asked for once.
fn first_absent(snapshot: &Snapshot, mut batch: Vec<(Code, u64)>) -> Option<u64> {
    batch.sort_unstable();
    let groups: Vec<_> = batch.chunk_by(|(a, _), (b, _)| a == b).collect();
    groups.chunks(ASKED_AT_ONCE).find_map(|groups| {
        let codes: Vec<_> = groups.iter().map(|group| group[0].0).collect();
        let answers = snapshot.within_batch(&codes, Radius::ZERO);
        groups.iter().zip(answers).find_map(|(group, hits)| {
            // Both rise by payload.
            let mut hits = hits.iter().map(|hit| hit.payload).peekable();
            group.iter().map(|(_, id)| *id).find(|id| {
                while hits.next_if(|payload| payload < id).is_some() {}
                let times = std::iter::from_fn(|| hits.next_if_eq(id)).count();
                times != 1
            })
        })
    })
}

/// Codes that the index is asked for in one call.
const ASKED_AT_ONCE: usize = 1 << 10;
