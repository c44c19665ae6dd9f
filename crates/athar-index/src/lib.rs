//! Exact search of 256-bit codes within a radius: pairs of a code and a number go in, the
//! numbers near a code come out. What a code or a number means is the caller's business.
//!
//! [`Index`] takes changes, one writer at a time; [`Snapshot`] answers questions about one
//! moment of it. A snapshot is had without waiting for a writer's work and never changes.
//!
//! What is new lies in immutable blocks in memory, what is older in immutable segments, which
//! may be files. A change makes new blocks and a new list of what there is, and publishes the
//! list by swapping one pointer. Where to read on:
//!
//! | file | its question |
//! |---|---|
//! | `state.rs` | what does one moment consist of, and how does the next come from it? |
//! | `block.rs`, `blocks.rs` | how do new entries lie in memory? |
//! | `layout.rs`, `builder.rs`, `image.rs` | how do many entries lie in a file? |
//! | `segment.rs`, `geometry.rs`, `plan.rs`, `probe.rs`, `scan.rs` | how are they searched? |
//! | `live.rs`, `dead.rs` | how is something removed from what never changes? |
//! | `mark.rs`, `edit.rs` | how do an index and the ledger it follows stay together? |
//! | `maintain.rs`, `tiers.rs` | when does new become old, and small become large? |
//! | `manifest.rs` | which file says what there is? |
//! | `seal.rs` | how does an index lie where others could read it? |
//! | `storage.rs`, `store.rs`, `keeper.rs`, `open.rs`, `verify.rs` | how does all of it outlive a crash? |
//! | `snapshot.rs`, `page.rs` | how is a question answered? |
//!
//! Architecture invariant: this crate never decodes, hashes, stores a case or starts a thread.

#![doc = include_str!("../README.md")]

mod block;
mod blocks;
mod builder;
mod damage;
mod dead;
mod edit;
mod error;
mod flips;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod geometry;
mod image;
mod index;
mod keeper;
mod layout;
mod live;
mod maintain;
mod manifest;
mod mark;
mod open;
mod options;
mod page;
mod plan;
mod probe;
mod scan;
mod seal;
mod segment;
mod snapshot;
mod state;
mod storage;
mod store;
mod tiers;
mod verify;

pub use athar_kernel::{Code, Distance, Level, Radius};
pub use damage::Damage;
pub use error::{Operation, StorageError};
pub use index::Index;
pub use maintain::Progress;
pub use mark::{ApplyError, Change, Mark};
pub use open::{Discarded, Opened, ReadOnlyError};
pub use options::{Effort, Options};
pub use page::{Cursor, Page};
pub use seal::Seal;
pub use snapshot::{Hit, Snapshot};
pub use verify::Finding;

#[cfg(test)]
mod crash;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod effort_tests;
#[cfg(test)]
mod model;
#[cfg(test)]
mod opening;
