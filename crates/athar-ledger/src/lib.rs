//! The durable truth: cases, reports, items, their codes, matches, refusals, and the chain of
//! events that says in which order they came to be.
//!
//! One SQLite file, which an examiner can read with ordinary tools; `SCHEMA.md` beside this
//! crate documents it. Everything is written inside [`Ledger::write`], which is all or nothing
//! and durable when it returns. Every record hangs on an event (see `chain`), every event has a
//! number, and the numbers have no gap: an index built up to event `n` catches up by
//! [`Ledger::for_each_code_since`]`(n, …)`.
//!
//! Nothing here reads a clock: times are given, in milliseconds of UTC since 1970.

mod chain;
mod details;
mod error;
mod ledger;
mod links;
mod open;
mod read;
mod record;
mod replay;
mod schema;
mod verify;
mod write;

#[cfg(test)]
mod tests;

pub use error::{LedgerError, Result};
pub use ledger::Ledger;
pub use record::{
    Added, CaseId, CaseRow, CaseSummary, CheckRecord, CodeChange, CodeId, CodeRow, Evidence,
    ItemId, ItemRow, LinkEnd, LinkRow, MatchRow, NewCode, NewItem, NewMatch, NewReport, Refusal,
    RefusalRow, ReportClose, ReportId, ReportRow, Seq,
};
pub use verify::{Fault, VerifyReport};
pub use write::Tx;
