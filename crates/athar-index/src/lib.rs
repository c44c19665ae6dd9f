//! Exact search of 256-bit codes within a radius: pairs of a code and a number go in, the
//! numbers near a code come out. What a code or a number means is the caller's business.
//!
//! [`Index`] takes changes, one writer at a time; [`Snapshot`] answers questions about one
//! moment of it. A snapshot is had without waiting for a writer's work and never changes.
//!
//! The codes lie in immutable blocks. A change makes new blocks and a new list of blocks, and
//! publishes the list by swapping one pointer. See `blocks.rs` for how the list stays short.
//!
//! Architecture invariant: this crate never decodes, hashes, stores a case or starts a thread.

#![doc = include_str!("../README.md")]

mod block;
mod blocks;
mod builder;
mod damage;
mod flips;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod geometry;
mod image;
mod index;
mod layout;
mod plan;
mod probe;
mod scan;
mod segment;
mod snapshot;

pub use athar_kernel::{Code, Distance, Level, Radius};
pub use damage::Damage;
pub use index::Index;
pub use snapshot::{Hit, Snapshot};

#[cfg(test)]
mod model;
