//! The lists that the field passes around, read from hostile bytes and written exactly.
//!
//! Every format here gives and takes the same plain record, an [`Entry`]: one code or digest, its
//! state, who listed it, and where in the file it stood. [`open`] reads any of them one record
//! at a time, however large the file is; what cannot be read is counted and named by its line,
//! and nothing is skipped in silence. Each format has a writer, and what it writes is read back
//! as it was; what a format has no words for is refused instead of being dropped ([`Format::keep`]
//! drops it, for who wants that).
//!
//! The formats of others are read as liberally as their clients write them and written as
//! strictly as their specifications ask. Our own, a signed delta for two units without a
//! network between them, is specified in `FORMAT.md`: see [`delta`].
//!
//! Nothing here opens a file, speaks over a network or knows the ledger. No error holds a code,
//! a digest or any other word of a file.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

mod bounded;
mod csv;
pub mod delta;
mod delta_layout;
mod delta_record;
mod descriptor;
mod duplicates;
mod entry;
mod error;
mod format;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod group;
mod json;
mod lines;
mod names;
mod ncmec;
mod ncmec_write;
mod plain;
mod reader;
mod signal;
mod sniff;
mod stopncii;
mod stopncii_write;
mod tally;
mod time;
mod tlp;
mod tx;
mod vics;
mod vics_write;
mod xml;

pub use descriptor::DescriptorWriter;
pub use entry::{Entry, Feedback, Medium, Place, Provenance, Scheme, State, Subject};
pub use error::{Field, ReadError, Reason, WriteError};
pub use format::Format;
pub use ncmec_write::write_ncmec;
pub use plain::PlainWriter;
pub use reader::{Entries, Options, open};
pub use signal::{Signal, SignalType, Types};
pub use stopncii_write::StopNciiWriter;
pub use tally::{Continuation, Problem, Summary};
pub use tlp::Tlp;
pub use tx::TxWriter;
pub use vics_write::{VicsVersion, VicsWriter};
