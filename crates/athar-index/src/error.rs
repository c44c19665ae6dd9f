//! What can go wrong with the files of an index. Neither paths nor contents are told, only the
//! names of our own files.

use crate::damage::Damage;
use crate::open::place;
use crate::seal::damage_of;
use std::{fmt, io};

/// What was being done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Looking for the files of the directory.
    List,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Making what was written last.
    Sync,
    /// Putting the new manifest in the place of the old one.
    Rename,
    /// Removing.
    Remove,
}

/// The storage failed. The index answers on from memory with everything it was told, and what
/// failed may be tried again.
#[derive(Debug)]
pub enum StorageError {
    /// The operating system refused.
    Io {
        /// What was being done.
        operation: Operation,
        /// To which of the index's own files.
        file: String,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A segment was written without complaint and reads otherwise.
    ReadBack {
        /// The index's own file.
        file: String,
        /// Where it differs.
        damage: Damage,
    },
}

impl StorageError {
    /// For `map_err`.
    pub(crate) fn io(operation: Operation, file: &str) -> impl FnOnce(io::Error) -> Self {
        let file = file.to_owned();
        move |source| Self::Io { operation, file, source }
    }

    /// What is wrong with a sealed file that does not open, if that is what it is.
    pub(crate) fn damage(&self) -> Option<Damage> {
        match self {
            Self::Io { source, .. } => damage_of(source),
            Self::ReadBack { .. } => None,
        }
    }

    /// Whether it was this file that failed.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        let (Self::Io { file, .. } | Self::ReadBack { file, .. }) = self;
        file == name
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "listing",
            Self::Read => "reading",
            Self::Write => "writing",
            Self::Sync => "syncing",
            Self::Rename => "renaming",
            Self::Remove => "removing",
        })
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { operation, file, source } => write!(f, "{operation} {file}: {source}"),
            Self::ReadBack { file, damage } => {
                write!(f, "{file} reads otherwise than it was written {}", place(damage))
            }
        }
    }
}

impl std::error::Error for StorageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::ReadBack { .. } => None,
        }
    }
}
