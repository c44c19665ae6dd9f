//! What can go wrong: with the store (the command ends) or with one input (the rest goes on).

use crate::StoreFault;
use crate::worker::WorkerError;
use athar_index::StorageError;
use athar_ledger::LedgerError;
use athar_media::MediaError;
use athar_packet::{Fault, MakeError};
use athar_parcel::Trouble;
use serde::Serialize;
use std::fmt;
use std::io;

/// The command cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no store where one was looked for.
    #[error("there is no store here: make one with 'athar init'")]
    NoStore,
    /// A store was to be made where one is.
    #[error("there is a store here already")]
    StoreExists,
    /// The directory of a new store cannot be made.
    #[error("the store's directory cannot be made: {}", io_reason(.0))]
    MakeStore(#[source] io::Error),
    /// The clock is far from the last event, and reports would be forgotten by it.
    #[error(
        "the clock is {days} days after the last event of the store, and reports would be forgotten \
         by it: if it is right, say --clock-is-right"
    )]
    ClockLeapt {
        /// Days from the last event to now.
        days: i64,
    },
    /// A case that was named does not exist.
    #[error("there is no case of this name: 'athar case list' shows those there are")]
    NoSuchCase,
    /// What names an item is not what an item's digest begins with.
    #[error("an item is named by the first hex digits of its SHA-256, six or more")]
    NotAnItem,
    /// No item's digest begins so.
    #[error("there is no item whose SHA-256 begins like this")]
    NoSuchItem,
    /// More than one item's digest begins so.
    #[error("the SHA-256 of more than one item begins like this: give more digits")]
    ManyItems,
    /// What names a link is neither two items nor one and two cases.
    #[error("a link is named by two items, or by one item and the two cases that hold it")]
    NotALink,
    /// There is nothing to show of an item.
    #[error("the item has no landmarks: it is too flat or too small")]
    NoLandmarks,
    /// The one input of a command cannot be read.
    #[error("{}", .0.message)]
    Input(InputError),
    /// The store's codes of a space are of another scheme than this program's: no distance between
    /// them means anything.
    #[error(
        "the store's {space} codes are of {found}, this program's of {ours}: they cannot be \
         compared, so take the program that wrote it, or report the material into a new store"
    )]
    OtherScheme {
        /// Of which space.
        space: &'static str,
        /// The name and the version of the store's.
        found: String,
        /// The name and the version of ours.
        ours: String,
    },
    /// A format of lists that is not known.
    #[error(
        "there is no such format of lists: plain, tx, threatexchange, vics, stopncii, ncmec or delta"
    )]
    NoSuchListFormat,
    /// No traffic-light marking has this name.
    #[error("there is no such marking: CLEAR, GREEN, AMBER, AMBER+STRICT or RED")]
    NoSuchMarking,
    /// A file of a list cannot be opened.
    #[error("{}", .error.message)]
    ListFile {
        /// Which of the files, from 0.
        file: usize,
        /// Why.
        error: InputError,
    },
    /// A file of a list cannot be read to its end.
    #[error("{error}")]
    List {
        /// Which of the files, from 0.
        file: usize,
        /// Why, and where.
        error: athar_exchange::ReadError,
    },
    /// A format names the owner of each entry, and none was given.
    #[error("this format says whose each entry is: say it, --owner NAME")]
    NoOwner,
    /// What is uploaded without a privacy group is seen by every member.
    #[error("say which privacy groups may see it: --group ID; without one every member would")]
    NoPrivacyGroup,
    /// A delta was to be brought in without its sender's key.
    #[error("a delta is signed: say with whose key, --key HEX ('athar key show' tells the sender)")]
    NoSenderKey,
    /// A delta was to be brought in beside other files.
    #[error("a delta is brought in by itself: its number in its sender's sequence is kept")]
    DeltaAmongOthers,
    /// A delta is not what its sender signed.
    #[error("{0}")]
    Delta(athar_exchange::delta::DeltaError),
    /// A delta that was taken before, or one older than that.
    #[error(
        "this delta says nothing new: its sender's changes up to number {taken} were taken \
         before, and it ends at {last}"
    )]
    DeltaReplayed {
        /// Up to which number its sender's changes were taken.
        taken: u64,
        /// The last that it has.
        last: u64,
    },
    /// Changes between the last one taken and the delta's first are missing.
    #[error(
        "its sender's changes {first} to {last} are missing before this delta, and a withdrawal \
         may be among them: ask for these, or for a delta of everything"
    )]
    DeltaGap {
        /// The first that is missing.
        first: u64,
        /// The last.
        last: u64,
    },
    /// The file to be written is there already.
    #[error("the file is there already: --force writes over it")]
    ExportExists,
    /// A draft of the file to be written is there.
    #[error(
        "its draft, of the same name with .part behind it, is there: an export is under way, or one \
         was broken off and its draft can be removed"
    )]
    ExportDraft,
    /// The list could not be written.
    #[error("nothing was passed on: {}", write_reason(.0))]
    Export(athar_exchange::WriteError),
    /// Somebody wanted it to stop before its end.
    #[error("broken off before the end: nothing was changed")]
    Interrupted,
    /// The index was to be made anew while it cannot be written.
    #[error("the index cannot be made anew: another process is using it, or it may not be written")]
    IndexInUse,
    /// Writing the new index failed.
    #[error("the index cannot be made anew: {0}")]
    Index(#[source] StorageError),
    /// A key was to be made where one is.
    #[error("the store has a key already")]
    KeyExists,
    /// There is no key to sign with.
    #[error("the store has no key: make one with 'athar key make'")]
    NoKey,
    /// What stands where a key should is none.
    #[error("this is no key")]
    NotAKey,
    /// What stands where a signed statement should is none.
    #[error("this is no signed statement of Athar's")]
    NotAStatement,
    /// Something is no time stamp, or none to rely on.
    #[error(transparent)]
    TimeStamp(#[from] crate::TimeStampFault),
    /// The key's file cannot be read or written.
    #[error("the key cannot be read or written: {}", io_reason(.0))]
    KeyFile(#[source] io::Error),
    /// The store is encrypted, and no key was given.
    #[error(
        "the store is encrypted: give its key by --store-key FILE or ATHAR_STORE_KEY, or its \
         passphrase by ATHAR_STORE_PASSPHRASE or on a terminal"
    )]
    StoreKeyMissing,
    /// The key is another than the store's.
    #[error("this is not the key of the store, or not its passphrase")]
    WrongStoreKey,
    /// A key was given for a store that is not encrypted.
    #[error(
        "a key was given and the store is not encrypted: give none ('athar key rotate' encrypts it)"
    )]
    StoreKeyNotNeeded,
    /// The store's key is being changed.
    #[error("the store's key is being changed by another process: try again when that is done")]
    KeyChanging,
    /// The store's key was to be changed while others use the store.
    #[error("another process uses the store: its key can be changed when nobody does")]
    StoreInUse,
    /// Nobody can be kept out while the key is changed.
    #[error(
        "this file system cannot keep others out while the key is changed: move the store to a \
         local one for that"
    )]
    NoClaim,
    /// A key file cannot be read or written.
    #[error("the key file cannot be read or written: {}", io_reason(.0))]
    StoreKeyFile(#[source] io::Error),
    /// What stands in a key file is none.
    #[error("this is no key file: it has {bytes} bytes where there should be 64 hex digits")]
    NotAStoreKey {
        /// How long it is without white space around it.
        bytes: usize,
    },
    /// A passphrase is empty.
    #[error("a passphrase has at least one character")]
    NoPassphrase,
    /// There is no memory for what a passphrase takes.
    #[error("a passphrase takes 64 MiB of memory, and there is less")]
    PassphraseMemory,
    /// The key was to be changed to what it is.
    #[error("this is the store's key already")]
    SameStoreKey,
    /// A store that is not encrypted was to be decrypted.
    #[error("the store is not encrypted")]
    NotEncryptedYet,
    /// The store could not be written anew under another key.
    #[error("the store's files cannot be written anew: {}", io_reason(.0))]
    Rewrite(#[source] io::Error),
    /// A packet cannot be made.
    #[error(transparent)]
    Packet(#[from] MakeError),
    /// A packet is not what its unit made.
    #[error(transparent)]
    PacketFault(#[from] Fault),
    /// A copy of the ledger does not fit together, or is another one.
    #[error("the copy is not sound: {0}")]
    Unsound(StoreFault),
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    Entropy,
    /// Nothing can be decoded.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The ledger refused.
    #[error(transparent)]
    Ledger(LedgerError),
}

impl From<LedgerError> for EngineError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::KeyMissing => Self::StoreKeyMissing,
            LedgerError::WrongKey => Self::WrongStoreKey,
            LedgerError::NotEncrypted => Self::StoreKeyNotNeeded,
            error => Self::Ledger(error),
        }
    }
}

fn write_reason(error: &athar_exchange::WriteError) -> String {
    match error {
        athar_exchange::WriteError::Io(error) => io_reason(error),
        error => error.to_string(),
    }
}

/// Why one input has no fingerprint, or one that is not matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputError {
    /// The kind, for programs.
    pub kind: InputErrorKind,
    /// One sentence, for people. It never holds a file's content.
    pub message: String,
}

/// The kinds of [`InputError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputErrorKind {
    /// The content is of no format that is read.
    Unsupported,
    /// The content is damaged.
    Corrupt,
    /// The content is larger than the limits allow.
    Limit,
    /// The picture is too flat for its code to mean anything: kept, never matched.
    LowQuality,
    /// The file could not be opened or read.
    Unreadable,
    /// Decoding was stopped: it took too long, took too much, or ended the process it was in.
    Stopped,
    /// The content is encrypted.
    Encrypted,
}

impl InputErrorKind {
    /// The name used in JSON and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::Corrupt => "corrupt",
            Self::Limit => "limit",
            Self::LowQuality => "low_quality",
            Self::Unreadable => "unreadable",
            Self::Stopped => "stopped",
            Self::Encrypted => "encrypted",
        }
    }
}

impl fmt::Display for InputErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl InputError {
    pub(crate) fn new(kind: InputErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(InputErrorKind::Unreadable, message)
    }

    pub(crate) fn from_io(error: &io::Error) -> Self {
        Self::unreadable(io_reason(error))
    }

    pub(crate) fn from_parcel(trouble: Trouble) -> Self {
        let kind = match trouble {
            Trouble::Encrypted => InputErrorKind::Encrypted,
            Trouble::Foreign(_) | Trouble::Packing => InputErrorKind::Unsupported,
            Trouble::Io(_) => InputErrorKind::Unreadable,
            trouble if trouble.is_limit() => InputErrorKind::Limit,
            _ => InputErrorKind::Corrupt,
        };
        Self::new(kind, trouble.to_string())
    }

    pub(crate) fn from_media(error: &MediaError) -> Self {
        let kind = match error {
            MediaError::Unsupported { .. }
            | MediaError::UnsupportedKind { .. }
            | MediaError::Missing { .. } => InputErrorKind::Unsupported,
            MediaError::Empty | MediaError::NoPixels { .. } | MediaError::Corrupt { .. } => {
                InputErrorKind::Corrupt
            }
            MediaError::Limit { .. } | MediaError::Stopped => InputErrorKind::Limit,
            MediaError::Unreadable => InputErrorKind::Unreadable,
        };
        Self::new(kind, error.to_string())
    }
}

/// The reason of an I/O error in words, without the number that the system adds.
pub(crate) fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file (was it moved or deleted?)".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}
