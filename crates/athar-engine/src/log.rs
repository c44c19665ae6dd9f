//! Who did what and when, as the chain of events tells it.

use crate::EngineError;
use crate::store::{PROGRAM, Store};
use athar_ledger::{Act, LogQuestion};
use serde::Serialize;
use serde_json::{Map, Value};

/// Which events are asked for: all of these at once.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    /// Those of a case's own records.
    pub case: Option<String>,
    /// By whom.
    pub actor: Option<String>,
    /// From when on, UTC, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// The newest so many; all of them without.
    pub most: Option<u32>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// Its number in the chain.
    pub event: u64,
    /// When, UTC, in milliseconds since 1970.
    pub at_ms: i64,
    /// What happened: one of the kinds of SCHEMA.md.
    pub kind: String,
    /// What is told of it: counts, schemes, thresholds.
    pub details: Map<String, Value>,
    /// Who did it, where that was said.
    pub actor: Option<String>,
    /// What for, where that was said.
    pub purpose: Option<String>,
}

impl Store {
    /// Says who writes from now on, and what for. It is kept with everything that this store writes.
    ///
    /// # Errors
    ///
    /// One of them is not one line of text.
    pub fn act_as(
        &mut self,
        actor: Option<String>,
        purpose: Option<String>,
    ) -> Result<(), EngineError> {
        Ok(self.ledger.act_as(Act { actor, purpose, program: PROGRAM.into() })?)
    }

    /// What was done, oldest first.
    ///
    /// # Errors
    ///
    /// There is no such case.
    pub fn log(&self, options: &LogOptions) -> Result<Vec<LogLine>, EngineError> {
        let LogOptions { case, actor, since_ms, most } = options.clone();
        let case = case.map(|name| self.case_id(&name)).transpose()?;
        let question = LogQuestion { case, actor, since_ms, most };
        let events = self.ledger.log(&question)?.into_iter();
        Ok(events
            .map(|event| LogLine {
                event: event.seq,
                at_ms: event.at_ms,
                kind: event.kind,
                // Whoever forged an event may have written anything: `verify` tells.
                details: serde_json::from_str(&event.details).unwrap_or_default(),
                actor: event.actor,
                purpose: event.purpose,
            })
            .collect())
    }
}
