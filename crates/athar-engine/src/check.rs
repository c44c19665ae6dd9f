//! Asking whether material is known, and keeping nothing but the fact that it was asked.

use crate::lookup::Candidate;
use crate::pipeline::prepare_all;
use crate::policy::{self, PDQ_RADIUS};
use crate::prepare::{Body, Prepared, Preparer};
use crate::store::{PROGRAM, Store};
use crate::walk::walk;
use crate::{EngineError, Interrupt, Outcome, Watcher, clock, matching};
use athar_hash::orientations_of_code;
use athar_kernel::{Code, Level};
use athar_ledger::CheckRecord;
use athar_media::Want;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Files, and directories to be walked.
    pub paths: Vec<PathBuf>,
    /// PDQ codes, for those who hand over no picture.
    pub codes: Vec<Code>,
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
    /// is told.
    pub fn check(
        &mut self,
        options: &CheckOptions,
        stop: &Interrupt,
        watcher: &mut dyn Watcher,
    ) -> Result<CheckSummary, EngineError> {
        let found = walk(&options.paths);
        watcher.planned(found.len(), found.iter().map(|file| file.bytes).sum());
        let mut summary = CheckSummary::default();
        self.check_codes(&options.codes, &mut summary, watcher)?;
        let known = |_: &[u8; 32]| false;
        let preparer = Preparer::new(Level::best(), Want::Hash, stop, &known);
        prepare_all(&found, &preparer, stop, |batch| self.answer(batch, &mut summary, watcher))?;
        summary.interrupted = summary.inputs < (found.len() + options.codes.len()) as u64;
        Ok(summary)
    }

    fn check_codes(
        &mut self,
        codes: &[Code],
        summary: &mut CheckSummary,
        watcher: &mut dyn Watcher,
    ) -> Result<(), EngineError> {
        if codes.is_empty() {
            return Ok(());
        }
        self.lookup.catch_up(&self.ledger)?;
        let mut outcomes = Vec::with_capacity(codes.len());
        for code in codes {
            let candidates = self.lookup.ask_bare(&orientations_of_code(code));
            outcomes.push(self.outcome(Outcome::of_code(), &candidates)?);
        }
        self.record_and_tell(&outcomes, summary, watcher)
    }

    fn answer(
        &mut self,
        batch: Vec<Prepared>,
        summary: &mut CheckSummary,
        watcher: &mut dyn Watcher,
    ) -> Result<(), EngineError> {
        self.lookup.catch_up(&self.ledger)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for prepared in batch {
            let candidates = match &prepared.body {
                Body::Picture(picture) if policy::searchable(picture.fingerprint.quality()) => {
                    self.lookup.ask(&picture.fingerprint)
                }
                _ => Vec::new(),
            };
            outcomes.push(self.outcome(prepared.outcome, &candidates)?);
        }
        self.record_and_tell(&outcomes, summary, watcher)
    }

    fn outcome(
        &self,
        mut outcome: Outcome,
        candidates: &[Candidate],
    ) -> Result<Outcome, EngineError> {
        outcome.matches = matching::candidate_matches(&self.ledger, candidates)?;
        Ok(outcome)
    }

    fn record_and_tell(
        &mut self,
        outcomes: &[Outcome],
        summary: &mut CheckSummary,
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
        };
        self.ledger.write(|tx| tx.record_check(&record, clock::now_ms()))?;
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
