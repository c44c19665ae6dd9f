//! Untrusted media is decoded in a process of its own that can do nothing else.
//!
//! Decoders are large, old and written for honest files, and reported files come from criminals.
//! So they run in a *worker*: a process that seals itself before it reads its first byte (`seal`),
//! takes a file's content and questions about it from its standard input, and writes answers to
//! its standard output (`wire`). It has no files, no network and no other process, and what it
//! answers is held for hostile by whoever asked. A worker that dies, hangs or answers nonsense
//! costs the one file that it had.
//!
//! ```text
//! preparing thread ─ takes a worker ─► pool ─ none idle? ─► keeper thread: starts one
//!        │                                                        │
//!        ├─ FILE, PART, PART … NEED … FRAMES … ─► worker          ├─ watches the deadline
//!        ◄─────── answers, checked ──────────────────┘            └─ ends it with this process
//! ```
//!
//! A worker is used again for other files, for starting one takes longer than hashing a small
//! picture, and is retired after some of them. So a file that takes over its worker could falsify
//! the answers to those that follow: `policy` says to how many at most. It can hurt nothing else.
//!
//! ```no_run
//! use athar_engine::Decoding;
//! use athar_engine::worker::{WorkerProgram, Workers};
//!
//! let program = WorkerProgram {
//!     path: "/usr/bin/athar".into(),
//!     arguments: vec!["worker".into()],
//!     environment: Vec::new(),
//! };
//! let decoding = Decoding::Sealed(Workers::new(program)?);
//! # Ok::<(), athar_engine::worker::WorkerError>(())
//! ```
//!
//! A clip may be too large to be sent, and takes so long that a new worker costs nothing. So each has
//! one of its own ([`serve_clip`]), whose standard error output is the clip's file, opened read-only:
//! a place to seek in, and one less to write to. It says at least twice a second that it is at work,
//! and what it finds comes piece by piece (`wire_clip`).

mod clip_process;
mod clip_serve;
mod keeper;
mod pool;
mod process;
mod seal;
mod serve;
pub(crate) mod wire;
mod wire_clip;

#[cfg(unix)]
pub use clip_serve::Descriptor;
pub use clip_serve::serve_clip;
pub use pool::{WorkerReport, Workers};
pub use process::WorkerError;
pub use seal::{Gap, Purpose, Seal, seal};
pub use serve::{ServeError, serve};

pub(crate) use clip_process::ClipWorker;
pub(crate) use process::Worker;

use std::ffi::OsString;
use std::path::PathBuf;

/// The argument that is added to those of a worker that has a clip.
pub const CLIP: &str = "--clip";

/// Which program is a worker: one that calls [`serve()`] with its standard input and output, or
/// [`serve_clip()`] where its last argument is [`CLIP`], before it does anything else, as `athar
/// worker` is. It is best the running program itself, so that both
/// are of one build.
#[derive(Debug, Clone)]
pub struct WorkerProgram {
    /// The program's file.
    pub path: PathBuf,
    /// Its arguments, to which [`CLIP`] may be added.
    pub arguments: Vec<OsString>,
    /// Its environment, to which only what makes it overwrite used memory is added: what says where
    /// libraries lie, and mostly nothing.
    pub environment: Vec<(OsString, OsString)>,
}
