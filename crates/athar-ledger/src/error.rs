//! What can go wrong with a ledger, each in one sentence that holds no content of the ledger.

use std::{fmt, io};

/// Shorthand of this crate.
pub type Result<T> = std::result::Result<T, LedgerError>;

/// Why the ledger did not do what it was asked. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerError {
    /// There is no file at this place.
    NotFound,
    /// `create` found something at this place.
    AlreadyExists,
    /// The file is no SQLite database, or one of another program.
    NotALedger,
    /// The ledger is encrypted and no key was given.
    KeyMissing,
    /// The key is not that of the ledger.
    WrongKey,
    /// A key was given and the ledger is not encrypted.
    NotEncrypted,
    /// A later Athar wrote this ledger.
    NewerVersion {
        /// Schema version of the file.
        found: u32,
        /// Newest schema version that this program knows.
        supported: u32,
    },
    /// The file is damaged.
    Corrupt,
    /// Another program kept the ledger locked for longer than this one waits.
    Locked,
    /// The file, its folder or its disk may not be written, or it was opened read-only.
    ReadOnly,
    /// The system refuses access to the file.
    Denied,
    /// No space is left for the ledger.
    Full,
    /// The system failed to read or write the file.
    Io {
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// SQLite failed in a way that has no sentence of its own here.
    Sqlite {
        /// SQLite's extended result code.
        code: i32,
    },
    /// The system gave no entropy for a salt.
    Entropy,
    /// A case of this name exists.
    CaseExists,
    /// A case's name has 1 to 128 bytes.
    CaseNameLength {
        /// Bytes given.
        bytes: usize,
    },
    /// A case's name has no control characters.
    CaseNameControl {
        /// Byte offset of the first one.
        offset: usize,
    },
    /// No case has this id.
    NoSuchCase,
    /// No report has this id.
    NoSuchReport,
    /// The report was closed: it takes nothing more.
    ReportClosed,
    /// No item has this id.
    NoSuchItem,
    /// An item does not match itself.
    SelfMatch,
    /// Nothing ties these two, so there is nothing to decide.
    NoSuchLink,
    /// A text has at most so many bytes.
    TextLength {
        /// Bytes given.
        bytes: usize,
        /// Bytes that it may have.
        most: usize,
    },
    /// A text of one line has no control characters.
    TextControl {
        /// Byte offset of the first one.
        offset: usize,
    },
    /// A reason or a handle that is needed is empty.
    TextEmpty,
    /// The case has no such handle.
    NoSuchHandle,
    /// No remembered check has this number.
    NoSuchCheck,
    /// No alert has this number.
    NoSuchAlert,
    /// The alert is in that state already.
    AlertStands,
    /// The item is in the benign list already.
    AlreadyBenign,
    /// The item is not in the benign list.
    NotBenign,
    /// The item is not held back, or no longer.
    NotHeld,
    /// No list has this name.
    NoSuchList,
    /// A list has nothing that waits to be activated.
    NothingStaged,
    /// The unit's rule wants it said who imports and who activates a list.
    ListNeedsActor,
    /// The unit's rule wants a list to be activated by somebody else than who imported it.
    ListNeedsSecondPerson,
    /// A number given lies outside what the ledger holds: a distance or radius over 256 bits, a
    /// rate outside 0 to 1, a count over 2^63.
    OutOfRange,
    /// A row holds 1 to [`CODES_PER_ROW`](crate::CodeId::CODES_PER_ROW) codes.
    CodesInRow {
        /// Codes given.
        codes: usize,
    },
    /// Two rows of codes of one item have the same scheme, version and ordinal.
    DuplicateCode,
    /// An earlier step of the same change failed, so the change cannot be completed.
    Aborted,
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no ledger here"),
            Self::AlreadyExists => f.write_str("there is a ledger here already"),
            Self::NotALedger => f.write_str("this file is not an Athar ledger"),
            Self::KeyMissing | Self::WrongKey | Self::NotEncrypted => f.write_str(self.of_key()),
            Self::NewerVersion { found, supported } => write!(
                f,
                "this ledger has schema version {found} and this program knows versions up to \
                 {supported}: use a newer Athar"
            ),
            Self::Corrupt => f.write_str("the ledger is damaged: restore it from a backup"),
            Self::Locked => f.write_str("another program holds the ledger locked: try again later"),
            Self::ReadOnly => f.write_str("the ledger or its folder is read-only"),
            Self::Denied => f.write_str("the system denies access to the ledger"),
            Self::Full => f.write_str("no space is left for the ledger"),
            Self::Io { kind } => write!(f, "the system failed on the ledger's file: {kind}"),
            Self::Sqlite { code } => write!(f, "SQLite failed on the ledger with code {code}"),
            Self::Entropy => f.write_str("the system gave no random numbers"),
            Self::CaseExists => f.write_str("a case of this name exists already"),
            Self::CaseNameLength { bytes } => {
                write!(f, "a case's name has 1 to 128 bytes, this one has {bytes}")
            }
            Self::CaseNameControl { offset } => {
                write!(f, "byte {} of the case's name is a control character", offset + 1)
            }
            Self::NoSuchCase => f.write_str("there is no such case"),
            Self::NoSuchReport => f.write_str("there is no such report"),
            Self::ReportClosed => f.write_str("this report is closed"),
            Self::NoSuchItem => f.write_str("there is no such item"),
            Self::SelfMatch => f.write_str("an item cannot be matched with itself"),
            Self::NoSuchLink => {
                f.write_str("nothing ties these two, so there is nothing to decide")
            }
            Self::TextLength { bytes, most } => {
                write!(f, "a text has {bytes} bytes and may have {most}")
            }
            Self::TextControl { offset } => {
                write!(f, "byte {} of a text is a control character", offset + 1)
            }
            Self::TextEmpty => f.write_str("a text that is needed is empty"),
            Self::NoSuchHandle => f.write_str("the case has no such handle"),
            Self::NoSuchCheck => f.write_str("no check of this number is remembered"),
            Self::NoSuchAlert => f.write_str("there is no alert of this number"),
            Self::AlertStands => f.write_str("the alert is in that state already"),
            Self::AlreadyBenign => f.write_str("the item is known as harmless already"),
            Self::NotHeld => f.write_str("the item is not held back"),
            Self::NotBenign => f.write_str("the item is not in the benign list"),
            Self::NoSuchList
            | Self::NothingStaged
            | Self::ListNeedsActor
            | Self::ListNeedsSecondPerson => f.write_str(self.of_list()),
            Self::OutOfRange => f.write_str("a number given is out of the ledger's range"),
            Self::CodesInRow { codes } => write!(
                f,
                "a row of codes has 1 to {} of them, this one has {codes}",
                crate::CodeId::CODES_PER_ROW
            ),
            Self::DuplicateCode => f.write_str("two codes of one item have the same number"),
            Self::Aborted => {
                f.write_str("an earlier step of this change failed, so none of it was kept")
            }
        }
    }
}

impl LedgerError {
    /// What is wrong with a list.
    const fn of_list(self) -> &'static str {
        match self {
            Self::NoSuchList => {
                "there is no list of this name: 'athar lists' shows those there are"
            }
            Self::NothingStaged => "nothing in this list waits to be activated",
            Self::ListNeedsActor => {
                "two persons are needed for a list, so say who you are: --by NAME"
            }
            _ => {
                "two persons are needed for a list: who imported it, or nobody knows who did, \
                 cannot be who activates it"
            }
        }
    }

    /// What is wrong with a key.
    const fn of_key(self) -> &'static str {
        match self {
            Self::KeyMissing => "the ledger is encrypted and no key was given",
            Self::NotEncrypted => "a key was given and the ledger is not encrypted: give none",
            _ => "this is not the key of this ledger",
        }
    }
}

impl std::error::Error for LedgerError {}

impl From<io::Error> for LedgerError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            io::ErrorKind::AlreadyExists => Self::AlreadyExists,
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::IsADirectory | io::ErrorKind::UnexpectedEof => Self::NotALedger,
            kind => Self::Io { kind },
        }
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error;
        match error {
            Error::SqliteFailure(failure, _) => from_code(failure.extended_code),
            Error::SqlInputError { error, .. } => from_code(error.extended_code),
            Error::ToSqlConversionFailure(_) => Self::OutOfRange,
            // What is left are rows whose shape is not that of their table.
            _ => Self::Corrupt,
        }
    }
}

/// The sentence for an extended result code (<https://www.sqlite.org/rescode.html>). `ERROR`
/// means that a fixed statement does not fit the tables, so the file is not what its version
/// says; the memory map of the log cannot grow (`IOERR_SHMSIZE`) when the disk is full; the only
/// uniqueness that is not looked up before writing is that of an item's codes.
fn from_code(code: i32) -> LedgerError {
    use rusqlite::ffi;
    match code {
        ffi::SQLITE_IOERR_SHMSIZE => return LedgerError::Full,
        ffi::SQLITE_CONSTRAINT_CHECK | ffi::SQLITE_CONSTRAINT_NOTNULL => {
            return LedgerError::OutOfRange;
        }
        ffi::SQLITE_CONSTRAINT_UNIQUE => return LedgerError::DuplicateCode,
        _ => {}
    }
    match code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => LedgerError::Locked,
        ffi::SQLITE_READONLY | ffi::SQLITE_PERM | ffi::SQLITE_CANTOPEN => LedgerError::ReadOnly,
        ffi::SQLITE_FULL => LedgerError::Full,
        ffi::SQLITE_NOTADB => LedgerError::NotALedger,
        ffi::SQLITE_CORRUPT | ffi::SQLITE_ERROR | ffi::SQLITE_MISMATCH => LedgerError::Corrupt,
        ffi::SQLITE_AUTH => LedgerError::Denied,
        _ => LedgerError::Sqlite { code },
    }
}
