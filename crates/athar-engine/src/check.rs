//! Asking whether material is known, and keeping nothing but the fact that it was asked.

use crate::lookup::{Candidate, Lookup};
use crate::outcome::Similar;
use crate::pipeline::prepare_all;
use crate::policy::{self, PDQ_RADIUS};
use crate::prepare::{Body, Prepared, Preparer};
use crate::similar::Likeness;
use crate::store::{PROGRAM, Store};
use crate::walk::walk;
use crate::{EngineError, IndexNote, Interrupt, Outcome, Watcher, clock, matching};
use athar_hash::{Space, orientations_of_code};
use athar_kernel::{Code, Level};
use athar_ledger::{CheckRecord, Ledger};
use athar_media::Want;
use serde::Serialize;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Files, and directories to be walked.
    pub paths: Vec<PathBuf>,
    /// PDQ codes, for those who hand over no picture.
    pub codes: Vec<Code>,
    /// How many of the items that look most alike are told with each input.
    pub similar: Option<NonZeroUsize>,
}

/// What was answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CheckSummary {
    /// Inputs looked at.
    pub inputs: u64,
    /// Inputs that match a stored item.
    pub matched: u64,
    /// Inputs that could not be read.
    pub unreadable: u64,
    /// The cases that hold what they match.
    pub cases: BTreeSet<String>,
    /// Whether it was broken off.
    pub interrupted: bool,
}

impl Store {
    /// Looks each input up against everything known. The look-up is recorded before its answer
    /// is told. The index is read and never written.
    pub fn check(
        &mut self,
        options: &CheckOptions,
        stop: &Interrupt,
        watcher: &mut dyn Watcher,
    ) -> Result<CheckSummary, EngineError> {
        let found = walk(&options.paths);
        watcher.planned(found.len(), found.iter().map(|file| file.bytes).sum());
        let (dir, space) = (self.index_dir(Space::Pdq), Space::Pdq);
        let mut note = |note: &IndexNote| watcher.noted(note);
        let lookup = Lookup::open_for_reading(&dir, &self.ledger, space, &mut note)?;
        let (summary, ledger) = (CheckSummary::default(), &mut self.ledger);
        let (similar, likeness) = (options.similar, None);
        let mut checking = Checking { ledger, lookup, similar, likeness, stop, summary };
        checking.codes(&options.codes, watcher)?;
        let known = |_: &[u8; 32]| false;
        let preparer = Preparer::new(Level::best(), Want::Hash, stop, &known);
        prepare_all(&found, &preparer, stop, |batch| checking.files(batch, watcher))?;
        let mut summary = checking.summary;
        summary.interrupted = summary.inputs < (found.len() + options.codes.len()) as u64;
        Ok(summary)
    }
}

/// A check under way.
struct Checking<'a> {
    ledger: &'a mut Ledger,
    lookup: Lookup,
    /// How many of the most alike are told.
    similar: Option<NonZeroUsize>,
    /// How they are found, once that was asked.
    likeness: Option<Likeness>,
    stop: &'a Interrupt,
    summary: CheckSummary,
}

impl Checking<'_> {
    fn codes(&mut self, codes: &[Code], watcher: &mut dyn Watcher) -> Result<(), EngineError> {
        if codes.is_empty() {
            return Ok(());
        }
        self.lookup.catch_up(self.ledger)?;
        let mut outcomes = Vec::with_capacity(codes.len());
        for code in codes {
            let codes = orientations_of_code(code);
            let candidates = self.lookup.ask_bare(self.ledger, &codes)?;
            let mut outcome = Outcome::of_code();
            outcome.similar = self.most_alike(Some(&codes), watcher)?;
            outcomes.push(self.matched(outcome, &candidates)?);
        }
        self.record_and_tell(&outcomes, watcher)
    }

    fn files(
        &mut self,
        batch: Vec<Prepared>,
        watcher: &mut dyn Watcher,
    ) -> Result<(), EngineError> {
        self.lookup.catch_up(self.ledger)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for prepared in batch {
            let (mut outcome, mut candidates) = (prepared.outcome, Vec::new());
            let mut codes = None;
            if let Body::Picture(picture) = &prepared.body
                && policy::searchable(picture.fingerprint.quality())
            {
                candidates = self.lookup.ask(self.ledger, &picture.fingerprint)?;
                codes = Some(picture.fingerprint.codes());
            }
            outcome.similar = self.most_alike(codes, watcher)?;
            outcomes.push(self.matched(outcome, &candidates)?);
        }
        self.record_and_tell(&outcomes, watcher)
    }

    fn matched(
        &self,
        mut outcome: Outcome,
        candidates: &[Candidate],
    ) -> Result<Outcome, EngineError> {
        outcome.matches = matching::candidate_matches(self.ledger, candidates)?;
        Ok(outcome)
    }

    /// What looks most like a picture with these codes, if that was asked for; an input without
    /// codes is like nothing.
    fn most_alike(
        &mut self,
        codes: Option<&[Code; 8]>,
        watcher: &mut dyn Watcher,
    ) -> Result<Option<Vec<Similar>>, EngineError> {
        let Some(count) = self.similar else { return Ok(None) };
        let Some(codes) = codes else { return Ok(Some(Vec::new())) };
        let likeness = match &mut self.likeness {
            Some(likeness) => likeness,
            unasked => {
                let made = Likeness::prepare(self.ledger, &self.lookup, self.stop, watcher)?;
                unasked.insert(made)
            }
        };
        Ok(Some(likeness.ask(self.ledger, &self.lookup, codes, count.get())?))
    }

    fn record_and_tell(
        &mut self,
        outcomes: &[Outcome],
        watcher: &mut dyn Watcher,
    ) -> Result<(), EngineError> {
        let count = |test: fn(&Outcome) -> bool| outcomes.iter().filter(|o| test(o)).count() as u64;
        let record = CheckRecord {
            inputs: outcomes.len() as u64,
            matched: count(|outcome| !outcome.matches.is_empty()),
            unreadable: count(Outcome::is_unread),
            program: PROGRAM,
            scheme: athar_hash::PDQ_SCHEME,
            version: athar_hash::PDQ_VERSION,
            radius: PDQ_RADIUS.bits(),
            deep: false,
        };
        self.ledger.write(|tx| tx.record_check(&record, clock::now_ms()))?;
        let summary = &mut self.summary;
        summary.inputs += record.inputs;
        summary.matched += record.matched;
        summary.unreadable += record.unreadable;
        for outcome in outcomes {
            summary.cases.extend(outcome.matches.iter().map(|found| found.case.clone()));
            watcher.done(outcome);
        }
        Ok(())
    }
}
