//! What a person takes back is forgotten: by the ledger, by the indexes, by every file of the store.
//!
//! The commit that takes it back is also the moment from which no question finds it. Then the files
//! are rid of it: the indexes' segments and the ledger's pages are written anew without it.

use crate::follow::{self, IndexNote, follow};
use crate::keys::Signed;
use crate::outcome::{hex, to_hex};
use crate::policy::SCRUB_MOST_BYTES;
use crate::{EngineError, Left, Store, Watcher, clock, remember};
use athar_hash::Space;
use athar_ledger::{CheckId, ReportId, Scrubbed, Withdrawal, WithdrawalRequest, Withdrawn};
use serde::Serialize;

/// What kind of statement a receipt is.
const RECEIPT: &str = "athar/receipt/1";

#[derive(Serialize)]
struct Receipt<'a> {
    /// Names the ledger: the digest of its first event.
    ledger: Option<String>,
    withdrawn: &'a WithdrawSummary,
}

/// What is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WithdrawTarget {
    /// A file and what is known of it, in every case: the hex digits that its SHA-256 begins with.
    Item(String),
    /// One submission, by its number; what other reports hold stays there.
    Report(i64),
    /// A case with its name and its reports; what other cases hold stays there.
    Case(String),
    /// What is remembered of a check, by its number, with the alerts that it raised.
    Check(i64),
}

/// A wish that something be forgotten.
#[derive(Debug, Clone)]
pub struct WithdrawOptions {
    /// What.
    pub target: WithdrawTarget,
    /// Why, in one line. It is kept.
    pub reason: String,
    /// Under which number the unit keeps the wish.
    pub reference: Option<String>,
    /// The opaque name of who takes it back.
    pub actor: Option<String>,
}

/// What was forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawSummary {
    /// The event that says so.
    pub event: u64,
    /// Its digest.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Cases.
    pub cases: u64,
    /// Reports.
    pub reports: u64,
    /// Items of which nothing is left.
    pub items: u64,
    /// Items that left a case, those included.
    pub reported: u64,
    /// Codes.
    pub codes: u64,
    /// Matches.
    pub matches: u64,
    /// Files that could not be hashed.
    pub refusals: u64,
    /// Facts, handles and decisions.
    pub facts: u64,
    /// Remembered checks: of an item that goes, all that asked about the same.
    pub checks: u64,
    /// Alerts.
    pub alerts: u64,
    /// What may still be found in the store's files or could not be done afterwards, in a sentence
    /// each; nothing where all is gone.
    pub left: Vec<Left>,
}

impl Store {
    /// Takes an item, a report or a case back. From the commit on nothing finds it; when this
    /// returns, no file of the store holds any of it, but for what [`WithdrawSummary::left`] says.
    ///
    /// # Errors
    ///
    /// There is no such item, report or case, or no reason is given. Nothing was changed.
    pub fn withdraw(
        &mut self,
        options: &WithdrawOptions,
        watcher: &mut dyn Watcher,
    ) -> Result<WithdrawSummary, EngineError> {
        // A key that cannot be read is told before anything is done.
        self.key()?;
        let what = self.named(&options.target)?;
        let request = WithdrawalRequest {
            reason: &options.reason,
            reference: options.reference.as_deref(),
            actor: options.actor.as_deref(),
        };
        self.take_back(what, &request, clock::now_ms(), watcher)
    }

    /// Takes something back with the remembered checks of it, and rids every file of it.
    pub(crate) fn take_back(
        &mut self,
        what: Withdrawal,
        request: &WithdrawalRequest<'_>,
        at_ms: i64,
        watcher: &mut dyn Watcher,
    ) -> Result<WithdrawSummary, EngineError> {
        let gone = self.ledger.write(|tx| {
            let checks = remember::checks_of(tx, what)?;
            tx.withdraw_with(what, &checks, request, at_ms)
        })?;
        Ok(summary(&gone, at_ms, self.forget_withdrawn(watcher)))
    }

    /// Rids every file of what was taken back by now: what fails here leaves something behind, and is
    /// told in a sentence each.
    fn forget_withdrawn(&mut self, watcher: &mut dyn Watcher) -> Vec<Left> {
        let mut left = Vec::new();
        for space in Space::ALL {
            let forgotten = self.forget(space, watcher);
            left.extend(forgotten.unwrap_or_else(|error| Some(unwritten(space, &error))));
        }
        left.extend(self.scrubbed());
        // The next command signs what this one could not.
        let signed = self.checkpoint_if_due();
        left.extend(signed.err().map(|error| Left::Unsigned { reason: error.to_string() }));
        left
    }

    /// What whoever asked for it may be given: what was forgotten, in the unit's name.
    ///
    /// # Errors
    ///
    /// The store has no key.
    pub fn receipt(&self, summary: &WithdrawSummary) -> Result<Signed, EngineError> {
        let key = self.key()?.ok_or(EngineError::NoKey)?;
        let ledger = self.ledger.event_digest(1)?.map(|digest| to_hex(&digest));
        let statement = serde_json::to_string(&Receipt { ledger, withdrawn: summary });
        // It is made of numbers and texts.
        let statement = statement.map_err(|_| EngineError::NotAStatement)?;
        Ok(key.sign_statement(RECEIPT, statement))
    }

    /// Writes the ledger's pages anew; says what they may still hold of what was erased.
    pub(crate) fn scrubbed(&mut self) -> Option<Left> {
        match self.ledger.scrub(SCRUB_MOST_BYTES) {
            Ok(Scrubbed::Pages) => None,
            Ok(Scrubbed::Rows) => Some(Left::LedgerLarge),
            Ok(Scrubbed::InUse) => Some(Left::LedgerRead),
            Err(error) => Some(Left::LedgerUnwritten { reason: error.to_string() }),
        }
    }

    fn named(&self, target: &WithdrawTarget) -> Result<Withdrawal, EngineError> {
        Ok(match target {
            WithdrawTarget::Item(digits) => Withdrawal::Item(self.item_named(digits)?.id),
            WithdrawTarget::Report(id) => Withdrawal::Report(ReportId(*id)),
            WithdrawTarget::Case(name) => Withdrawal::Case(self.case_id(name)?),
            WithdrawTarget::Check(number) => Withdrawal::Check(CheckId(*number)),
        })
    }

    /// Rids the files of an index of what was taken back; says what is in the way.
    fn forget(&self, space: Space, watcher: &mut dyn Watcher) -> Result<Option<Left>, EngineError> {
        let mut note = |note: IndexNote| watcher.noted(&note);
        let found = follow::open(&self.index_place(space), &self.ledger, &mut note)?;
        if !found.writable {
            return Ok(Some(Left::IndexInUse { index: space.name() }));
        }
        let reached = found.index.reached().map_or(0, |mark| mark.reached);
        follow(&found.index, reached, &self.ledger, space)?;
        let purged = found.index.purge();
        Ok(purged.err().map(|error| unwritten(space, &error)))
    }
}

fn unwritten(space: Space, error: &dyn std::error::Error) -> Left {
    Left::IndexUnwritten { index: space.name(), reason: error.to_string() }
}

fn summary(gone: &Withdrawn, at_ms: i64, left: Vec<Left>) -> WithdrawSummary {
    WithdrawSummary {
        event: gone.seq,
        digest: gone.digest,
        at_ms,
        cases: gone.cases,
        reports: gone.reports,
        items: gone.items,
        reported: gone.reported,
        codes: gone.codes,
        matches: gone.matches,
        refusals: gone.refusals,
        facts: gone.facts,
        checks: gone.checks,
        alerts: gone.alerts,
        left,
    }
}
