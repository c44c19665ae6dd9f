//! The evidence packet: one archive that says what a unit knows of a case and why, and that
//! anybody can check with a public key alone, on a machine that has never seen the unit's store.
//!
//! [`make()`] turns plain data ([`Content`], [`Events`]) into an archive: the data itself, the same
//! as JSON-LD in the terms of CASE and UCO, a report for people as HTML and as PDF, in English or
//! Arabic, and a signed manifest of all of them. [`check()`] takes an archive apart again and names
//! the first thing that does not fit. `PACKET.md` beside this crate is the format's specification.
//!
//! Nothing here reads a clock or a ledger, and no pixel, sound or path is in a packet.

mod archive;
mod check;
mod content;
mod digest;
mod drawing;
mod events;
mod fault;
mod fonts;
mod html;
mod linked;
mod make;
mod manifest;
mod pdf;
mod report;
mod tree;
mod words;

#[cfg(test)]
mod tests;

pub use archive::PACKET_BYTES_MOST;
pub use athar_words::Language;
pub use check::{Checked, check};
pub use content::{
    Case, Content, Decision, Facts, File, Handle, Item, Made, Match, Point, Provenance, Refusal,
    Region, Report, SecondOpinion, Segment, Time, ToldTime,
};
pub use digest::Digest;
pub use events::{Checkpoint, Event, Events, Field, Opening};
pub use fault::{Fault, MakeError};
pub use fonts::Fonts;
pub use make::{Parts, make};
pub use manifest::{EntryRecord, Manifest, Scheme, Threshold, TreeHead};
pub use tree::prove;
