//! What holds files that belong together: a mail, a mailbox, an archive, a chat's export.
//!
//! A *parcel* is read as a stream of hostile bytes. Its *parts* come one after the other, each with
//! a reader for its content and its [`Provenance`]: who sent it, when, under which name, and in
//! which parcels it lies. Nothing is unpacked: not to disk, and to memory only what a format makes
//! necessary ([`Limits::spool_bytes`]). A parcel in a parcel is opened too; what cannot be opened
//! is a part with its [`Trouble`], and the rest goes on.
//!
//! The idea: every format is a reader that ends where a part ends, laid over the reader of the
//! parcel that it lies in. So mail in a mailbox in a compressed archive is four small readers in a
//! row, and one [meter](Limits) on each that makes more bytes than it takes.
//!
//! | format | told of a part | is opened as |
//! |---|---|---|
//! | mail (RFC 5322, MIME) | sender, time sent, name | `Read` |
//! | mailbox (`mbox`) | the same | `Read` |
//! | ZIP | name, time changed | `Read + Seek` |
//! | tar, gzip | name, time changed | `Read` |
//! | WhatsApp's export | sender, time sent: of the files beside it in a ZIP or a directory | `Read` |
//! | Telegram's `result.json` | the same | `Read` |
//! | 7z, RAR and others | that they are not opened | |
//!
//! Names and senders are personal data: no error and no `Debug` shows them. They are cleaned for
//! display and are no paths: nothing here opens a file.

mod bounded;
pub mod chat;
mod fence;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod header;
mod kind;
mod limits;
mod lines;
mod mail;
mod mbox;
mod meter;
mod pack;
mod provenance;
#[cfg(test)]
mod samples;
mod text;
mod transfer;
mod trouble;
mod unzip;
mod visit;
#[cfg(test)]
mod visit_tests;

pub use chat::Chat;
pub use kind::{ChatKind, Foreign, HEAD_BYTES, Kind, recognise};
pub use limits::Limits;
pub use provenance::{Moment, Provenance, Time, Zone};
pub use text::clean;
pub use trouble::Trouble;
pub use visit::{Part, Source, Summary, visit};
