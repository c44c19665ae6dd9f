//! The durable truth: cases, reports, items, their codes, matches, refusals, and the chain of
//! events that says in which order they came to be.
//!
//! One SQLite file, which an examiner can read with ordinary tools; `SCHEMA.md` beside this
//! crate documents it. Everything is written inside [`Ledger::write`], which is all or nothing
//! and durable when it returns. Every record hangs on an event (see `chain`), every event has a
//! number, and the numbers have no gap: an index built up to event `n` catches up by
//! [`Ledger::for_each_code_since`]`(space, n, …)`. An item has one code or thousands: those of one
//! scheme share a row, and each has an id of its own.
//!
//! Nothing here reads a clock: times are given, in milliseconds of UTC since 1970.

mod acts;
mod alerts;
mod aside;
mod backup;
mod benign;
mod chain;
mod checkpoints;
mod checks;
mod decisions;
mod details;
mod error;
mod events;
mod exports;
mod facts;
mod handles;
mod holds;
mod key;
mod key_changes;
mod ledger;
mod linked;
mod links;
mod list_entries;
mod list_import;
mod lists;
mod open;
mod pack;
mod packets;
mod provenance;
mod read;
mod record;
mod replay;
mod retention;
mod rewrite;
mod schema;
mod ties;
mod time_stamps;
mod verify;
mod withdraw;
mod write;

#[cfg(test)]
mod tests;

pub use acts::{Act, LogQuestion, LoggedEvent};
pub use alerts::{AlertQuestion, AlertRow, AlertSource, AlertState, NewAlert};
pub use benign::BenignRow;
pub use checkpoints::{Checkpoint, CheckpointRow};
pub use checks::{NewCheck, RememberedCheck};
pub use decisions::{DecisionRow, LinkPair, LinkState, NewDecision};
pub use error::{LedgerError, Result};
pub use events::{EventRow, Opening, OpeningValue};
pub use facts::CaseFacts;
pub use handles::{HandleRow, NewHandle};
pub use holds::{HeldNow, HoldRow, HoldRule, NewHold};
pub use key::{LedgerKey, SALT_BYTES, salt_of};
pub use key_changes::{Lock, NewKeyChange};
pub use ledger::{Ledger, Scrubbed};
pub use list_entries::{ListEntry, ListKind, ListValue};
pub use list_import::{ListChange, ListCounts, ListImport, NewListImport};
pub use lists::{ListImportRow, ListRow, ListState, Listed};
pub use packets::{NewPacket, PacketRow};
pub use provenance::{Provenance, ProvenanceRow, ProvenanceTime};
pub use record::{
    Added, AlertId, CaseId, CaseRow, CaseSummary, CheckId, CheckRecord, CodeChange, CodeId,
    CodesId, CodesRow, Evidence, HoldId, ItemId, ItemRow, LinkEnd, LinkRow, ListId, ListImportId,
    MatchRow, NewCodes, NewItem, NewMatch, NewReport, Refusal, RefusalRow, ReportClose, ReportId,
    ReportRow, SchemeRow, Seq,
};
pub use retention::{Expiring, RetentionRule};
pub use ties::CaseBrief;
pub use time_stamps::TimeStampRow;
pub use verify::{Fault, VerifyReport};
pub use withdraw::{Withdrawal, WithdrawalRequest, Withdrawn};
pub use write::Tx;
