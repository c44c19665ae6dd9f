//! The only place where media, hashes, index and ledger meet.
//!
//! A [`Store`] answers what people and programs ask: add this material to a case, is this known,
//! what ties these cases together, does the evidence still stand. The walk of one report:
//!
//! ```text
//! paths ─ walk ─► files ─ intake ─► bytes, digests ─ prepare ─► fingerprint      (many threads)
//!                                                      │
//!         ledger ◄─ one commit ─ matches ◄─ policy ◄─ lookup                     (one thread)
//! ```
//!
//! What is in a file is decoded and hashed where [`Decoding`] says: in sealed processes that can do
//! nothing else ([`worker`]), or here.
//!
//! Every threshold and every verdict lives in [`policy`]. Threads and the clock are used here and
//! nowhere below. Nothing here prints: what happens is told to a [`Watcher`].

pub mod align;
pub mod motion;
pub mod policy;
pub mod region;
pub mod worker;

mod add;
mod budget;
mod check;
mod clock;
mod coverage;
mod decoding;
mod error;
mod examine;
mod explain;
mod follow;
mod intake;
mod links;
mod lookup;
mod matching;
mod outcome;
mod pipeline;
mod places;
mod prepare;
mod recognise;
mod sighting;
mod similar;
mod steps;
mod store;
mod upkeep;
mod verify;
mod votes;
mod walk;

pub use add::{AddOptions, AddSummary};
pub use athar_hash::{FileDigest, Space};
pub use athar_kernel::{Code, CodeParseError, Level, Orientation};
pub use athar_media::{Limits, Want, is_decoding};
pub use check::{CheckOptions, CheckSummary};
pub use decoding::Decoding;
pub use error::{EngineError, InputError, InputErrorKind};
pub use explain::{Explanation, FrameComparison, PREVIEW_SIDE_PX, Side, Way};
pub use follow::IndexNote;
pub use links::{CasePage, CaseSummary, Item, Link, LinkEnd, Report};
pub use outcome::{Differing, Kept, Match, Outcome, Region, SecondOpinion, Similar};
pub use pipeline::{HashTaker, Interrupt, Watcher, hash_files};
pub use store::Store;
pub use verify::VerifySummary;
