//! The only place where media, hashes, index and ledger meet.
//!
//! A [`Store`] answers what people and programs ask: add this material to a case, is this known,
//! what ties these cases together, does the evidence still stand. The walk of one report:
//!
//! ```text
//! paths ─ walk ─► files ─ unpack ─► files, parts of parcels                       (one thread)
//!         ─ intake ─► bytes, digests ─ prepare ─► fingerprint                     (many threads)
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
pub mod handles;
pub mod motion;
pub mod policy;
pub mod region;
pub mod worker;

mod add;
mod alerts;
mod backup;
mod benign;
mod budget;
mod case_facts;
mod check;
mod checkpoint;
mod clip;
mod clip_rows;
mod clock;
mod coverage;
mod decide;
mod decoding;
mod error;
mod examine;
mod examine_clip;
mod explain;
mod fault;
mod flood;
mod follow;
mod frames_there;
mod hash_clip;
mod intake;
mod keys;
mod landmarked;
mod late;
mod links;
mod lists;
mod log;
mod lookup;
mod matching;
mod networks;
mod outcome;
mod packet;
mod pipeline;
mod places;
mod prepare;
mod prepare_clip;
mod provenance;
mod recognise;
mod recognise_clip;
mod remember;
mod retain;
mod rotate;
mod sealed;
mod sighting;
mod similar;
mod spans;
mod steps;
mod store;
mod store_key;
mod time_motion;
mod time_places;
mod time_stamp;
mod unpack;
mod upkeep;
mod verify;
mod votes;
mod vpdq;
mod walk;
mod withdraw;

pub use add::{AddOptions, AddSummary};
pub use alerts::{Alert, AlertCause, AlertChange, AlertWish, AlertsQuestion};
pub use athar_exchange::delta::DeltaError;
pub use athar_exchange::{Field, Place, ReadError, Reason as RecordReason, WriteError};
pub use athar_hash::{FileDigest, Space};
pub use athar_index::StorageError;
pub use athar_kernel::{Code, CodeParseError, Level, Orientation};
pub use athar_ledger::{AlertState, Fault as LedgerFault, HoldRule, LedgerError, LinkState};
pub use athar_media::clip::Pick;
pub use athar_media::{Limits, Want, is_decoding};
pub use athar_packet::{
    Fault as PacketFault, Fonts, Language, MakeError as PacketError, PACKET_BYTES_MOST,
};
pub use backup::BackupSummary;
pub use benign::Benign;
pub use case_facts::{CHANNELS, CaseFacts, Urgency};
pub use check::{CheckOptions, CheckSummary};
pub use checkpoint::{CheckpointSummary, SignedCheckpoint};
pub use decide::{Decided, Decision};
pub use decoding::Decoding;
pub use error::{EngineError, InputError, InputErrorKind};
pub use explain::{Explanation, FrameComparison, PREVIEW_SIDE_PX, Side, Way};
pub use fault::{CheckpointFault, Left, StoreFault};
pub use flood::{FloodRule, Held, HeldBack, Released};
pub use follow::IndexNote;
pub use hash_clip::{ClipPrint, ClipWant, FrameLandmarks, FramePrint, hash_clip};
pub use keys::{PublicKey, Signed};
pub use links::{CasePage, CaseSummary, Item, Link, LinkEnd, Report, SharedHandle};
pub use lists::{
    ExportOptions, ExportSummary, ImportOptions, ImportSummary, ListImportPage, ListMatch,
    ListPage, ListProblem, ListRemoval, ListSummary, ListedItem,
};
pub use log::{LogLine, LogOptions};
pub use networks::{
    Network, NetworkBrief, NetworkCase, NetworkEdge, NetworkEnd, NetworkHub, Networks,
    NetworksQuestion, Reason, Shared,
};
pub use outcome::{
    Differing, Kept, Match, Outcome, Region, SecondOpinion, Segment, Similar, Span, Time,
};
pub use packet::{PacketOptions, PacketSummary, check_packet};
pub use pipeline::{HashTaker, Hashes, Interrupt, Watcher, hash_files};
pub use provenance::{Provenance, ToldMoment, ToldTime, ToldZone};
pub use remember::{AskedBefore, Remembered};
pub use retain::{OverLine, RetainOptions, RetainSummary, RetentionLine, RetentionRule};
pub use rotate::{RotateStep, RotateSummary};
pub use store::Store;
pub use store_key::StoreKey;
pub use time_stamp::{Authorities, TimeStamp, TimeStampFault, TimeStampRequest, TimeStampSummary};
pub use verify::{VerifyOptions, VerifySummary};
pub use vpdq::{FrameCode, VpdqError, from_vpdq, to_vpdq};
pub use withdraw::{WithdrawOptions, WithdrawSummary, WithdrawTarget};
