//! Whether the evidence still stands: the ledger against itself, and the index against it.

use crate::{EngineError, Store};
use athar_kernel::{Code, Radius};
use athar_ledger::CodeChange;
use serde::Serialize;

/// Codes that are asked for one by one, spread evenly over the ledger. Asking for all of a
/// million would take hours and show nothing more.
const ASKED_MAX: usize = 4096;

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifySummary {
    /// Whether everything fits.
    pub sound: bool,
    /// Events in the chain.
    pub events: u64,
    /// Cases, reports, items, matches and refusals compared with their events.
    pub rows: u64,
    /// The first thing that does not fit, in one sentence.
    pub fault: Option<String>,
    /// Codes in the index.
    pub codes: u64,
    /// Codes that were asked for and had to find themselves.
    pub codes_asked: u64,
}

impl Store {
    /// Checks the chain of events, every row against its event, and that the index which is
    /// derived from the ledger holds exactly its codes and finds them.
    pub fn verify(&mut self) -> Result<VerifySummary, EngineError> {
        let ledger = self.ledger.verify()?;
        let mut summary = VerifySummary {
            sound: ledger.fault.is_none(),
            events: ledger.events,
            rows: ledger.records,
            fault: ledger.fault.map(|fault| fault.to_string()),
            codes: 0,
            codes_asked: 0,
        };
        if summary.sound {
            self.verify_index(&mut summary)?;
        }
        Ok(summary)
    }

    fn verify_index(&mut self, summary: &mut VerifySummary) -> Result<(), EngineError> {
        self.lookup.catch_up(&self.ledger)?;
        let stored = self.searchable_codes()?;
        let snapshot = self.lookup.snapshot();
        summary.codes = snapshot.len() as u64;
        if snapshot.len() != stored.len() {
            summary.fail(format!(
                "the index holds {} codes, the ledger {}",
                snapshot.len(),
                stored.len()
            ));
            return Ok(());
        }
        let step = stored.len().div_ceil(ASKED_MAX).max(1);
        let asked: Vec<_> = stored.iter().step_by(step).collect();
        let codes: Vec<_> = asked.iter().map(|(_, code)| *code).collect();
        summary.codes_asked = asked.len() as u64;
        let same = Radius::ZERO;
        for ((id, _), hits) in asked.iter().zip(snapshot.within_batch(&codes, same)) {
            if !hits.iter().any(|hit| hit.payload == *id) {
                summary.fail(format!("code {id} of the ledger is not found in the index"));
                return Ok(());
            }
        }
        Ok(())
    }

    fn searchable_codes(&self) -> Result<Vec<(u64, Code)>, EngineError> {
        let mut codes = std::collections::BTreeMap::new();
        self.ledger.for_each_code_since(0, |change| match change {
            CodeChange::Added { id, code, space, .. } => {
                if space == athar_hash::Space::Pdq.name() {
                    codes.insert(id.0 as u64, code);
                }
            }
            CodeChange::Removed { id, .. } => {
                codes.remove(&(id.0 as u64));
            }
        })?;
        Ok(codes.into_iter().collect())
    }
}

impl VerifySummary {
    fn fail(&mut self, fault: String) {
        self.sound = false;
        self.fault = Some(fault);
    }
}
