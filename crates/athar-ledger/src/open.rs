//! Finding out what a file is before touching it, and opening it so that what is written stays.

use crate::{
    LedgerKey,
    error::{LedgerError, Result},
    key::{salt_of, why_closed},
    schema,
};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};
use zeroize::Zeroizing;

/// Statements kept ready.
const STATEMENTS: usize = 64;

/// Settings of every connection. Temporary data stays in memory, for it holds codes; a hostile
/// file's schema runs nothing.
const SETTINGS: &str = "PRAGMA foreign_keys = ON;
                        PRAGMA trusted_schema = OFF;
                        PRAGMA temp_store = MEMORY;
                        PRAGMA cache_size = -32768;";

/// Settings of a connection that writes: what is committed is on the disk, what is deleted is
/// overwritten.
const WRITER_SETTINGS: &str = "PRAGMA synchronous = FULL;
                               PRAGMA fullfsync = ON;
                               PRAGMA checkpoint_fullfsync = ON;
                               PRAGMA secure_delete = ON;";

/// Makes a database at `file` and fills it by `fill`. It is built under another name and then
/// given its own, so that nobody ever sees half of it.
pub(crate) fn create<T>(
    file: &Path,
    key: Option<&LedgerKey>,
    fill: impl FnOnce(&Connection) -> Result<T>,
) -> Result<()> {
    if fs::symlink_metadata(file).is_ok() {
        return Err(LedgerError::AlreadyExists);
    }
    let draft = draft_name(file)?;
    let made = build(&draft, key, fill).and_then(|()| publish(&draft, file));
    // Only a draft that became nothing is still there.
    let _ = fs::remove_file(&draft);
    made
}

/// Opens `file` for reading and writing, and brings it to this program's schema version.
pub(crate) fn read_write(
    file: &Path,
    key: Option<&LedgerKey>,
    patience: Duration,
    at_ms: i64,
) -> Result<Connection> {
    check_file(file, key)?;
    if is_write_protected(file)? {
        return Err(LedgerError::ReadOnly);
    }
    let conn = connect(file, key, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
    // Until the version is known, closing must not merge the log into the file either.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let version = check_connection(&conn)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    if conn.is_readonly("main")? {
        return Err(LedgerError::ReadOnly);
    }
    use_write_ahead_log(&conn)?;
    conn.execute_batch(WRITER_SETTINGS)?;
    schema::migrate(&conn, version, at_ms)?;
    Ok(conn)
}

/// Opens `file` for reading. Where the memory map that goes with the log cannot be made, a file
/// without a log is read as one that nobody changes.
pub(crate) fn read_only(
    file: &Path,
    key: Option<&LedgerKey>,
    patience: Duration,
) -> Result<Connection> {
    check_file(file, key)?;
    if !has_log(file) && is_write_protected(file)? {
        return read_immutable(file, key, patience);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let opened = connect(file, key, flags, patience).and_then(readable);
    match opened {
        Err(LedgerError::ReadOnly) if !has_log(file) => read_immutable(file, key, patience),
        opened => opened,
    }
}

fn read_immutable(file: &Path, key: Option<&LedgerKey>, patience: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let opened = connect_to(immutable_uri(file), key, flags, patience);
    readable(opened.map_err(|error| explained(error, file, key))?)
}

/// A connection that reads a file of any version as one of this program's.
fn readable(conn: Connection) -> Result<Connection> {
    let version = check_connection(&conn)?;
    schema::overlay(&conn, version)?;
    Ok(conn)
}

pub(crate) fn connect(
    file: &Path,
    key: Option<&LedgerKey>,
    flags: OpenFlags,
    patience: Duration,
) -> Result<Connection> {
    connect_to(file, key, flags, patience).map_err(|error| explained(error, file, key))
}

/// SQLCipher cannot tell a wrong key from a damaged first page.
fn explained(error: LedgerError, file: &Path, key: Option<&LedgerKey>) -> LedgerError {
    match (error, key) {
        (LedgerError::NotALedger | LedgerError::Corrupt, Some(key)) => why_closed(file, key),
        _ => error,
    }
}

fn connect_to(
    file: impl AsRef<Path>,
    key: Option<&LedgerKey>,
    flags: OpenFlags,
    patience: Duration,
) -> Result<Connection> {
    // One connection is used by one thread at a time: `Connection` is not `Sync`.
    let conn = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    if let Some(key) = key {
        unlock(&conn, key)?;
    }
    conn.busy_timeout(patience)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Without this, SQLite plans a kept statement anew whenever a bound value changes.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.execute_batch(SETTINGS)?;
    Ok(conn)
}

/// Settings of SQLCipher as a whole. The format is said, so that a later one writes it too; what it
/// would say of an error on standard error, we say.
pub(crate) const CIPHER_SETTINGS: &str = "PRAGMA cipher_log_level = NONE;
                                          PRAGMA cipher_default_compatibility = 4;";

/// Gives a connection its key, before anything is asked of it.
fn unlock(conn: &Connection, key: &LedgerKey) -> Result<()> {
    conn.execute_batch(CIPHER_SETTINGS)?;
    let mut sql = Zeroizing::new(String::with_capacity(200));
    ["PRAGMA key = \"", &key.literal(), "\";"].into_iter().for_each(|part| sql.push_str(part));
    Ok(conn.execute_batch(&sql)?)
}

/// Asks SQLite, which also looks into the log, what the file's own header said already.
fn check_connection(conn: &Connection) -> Result<u32> {
    let number = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let version = number("user_version")?.cast_unsigned();
    schema::check_owner(number("application_id")?.cast_unsigned(), version)?;
    Ok(version)
}

fn use_write_ahead_log(conn: &Connection) -> Result<()> {
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" { Ok(()) } else { Err(LedgerError::ReadOnly) }
}

/// How a file that is not encrypted begins.
pub(crate) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The header of an SQLite file (<https://www.sqlite.org/fileformat.html>, 1.3).
mod header {
    pub(super) const LENGTH: usize = 100;
    pub(super) const PAGE_SIZE: usize = 16;
    pub(super) const CHANGES: usize = 24;
    pub(super) const PAGES: usize = 28;
    pub(super) const USER_VERSION: usize = 60;
    pub(super) const APPLICATION_ID: usize = 68;
    pub(super) const VALID_FOR: usize = 92;
}

/// Reads the header without SQLite, which would make files beside the database: whose file it
/// is, which version, and whether it is as long as it says.
///
/// Of an encrypted file nothing but that can be told.
fn check_file(file: &Path, key: Option<&LedgerKey>) -> Result<()> {
    match (salt_of(file)?, key) {
        (None, None) => check_header(file),
        (Some(_), Some(_)) => Ok(()),
        (Some(_), None) => Err(LedgerError::KeyMissing),
        (None, Some(_)) => Err(LedgerError::NotEncrypted),
    }
}

fn check_header(file: &Path) -> Result<()> {
    let mut open = File::open(file)?;
    let metadata = open.metadata()?;
    let mut bytes = [0; header::LENGTH];
    open.read_exact(&mut bytes)?;
    let word = |at: usize| bytes[at..at + 4].iter().fold(0, |acc, &b| acc << 8 | u32::from(b));
    schema::check_owner(word(header::APPLICATION_ID), word(header::USER_VERSION))?;
    // The page count holds when it was written together with the last change, and while a log
    // lies beside the file its pages may still be in there.
    let counted = word(header::CHANGES) == word(header::VALID_FOR);
    let page = word(header::PAGE_SIZE) >> 16;
    let page_bytes = if page == 1 { 65_536 } else { u64::from(page) };
    let expected = page_bytes * u64::from(word(header::PAGES));
    if counted && metadata.len() < expected && !has_log(file) {
        return Err(LedgerError::Corrupt);
    }
    Ok(())
}

/// Whether a log with changes lies beside the database.
fn has_log(file: &Path) -> bool {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    fs::metadata(PathBuf::from(name)).is_ok_and(|log| log.len() > 0)
}

/// Whether the file or its folder is marked read-only, which also binds a user who could
/// override it.
fn is_write_protected(file: &Path) -> Result<bool> {
    let folder = fs::metadata(parent(file))?.permissions().readonly();
    Ok(folder || fs::metadata(file)?.permissions().readonly())
}

fn parent(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// `file:…?immutable=1` with every byte of the path escaped that a URI could take for its own.
fn immutable_uri(file: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                uri.push(char::from(byte));
            }
            // Writing to a String cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

pub(crate) fn draft_name(file: &Path) -> Result<PathBuf> {
    let mut tag = [0; 8];
    getrandom::fill(&mut tag).map_err(|_| LedgerError::Entropy)?;
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{:016x}.tmp", u64::from_ne_bytes(tag)));
    Ok(PathBuf::from(name))
}

fn build<T>(
    draft: &Path,
    key: Option<&LedgerKey>,
    fill: impl FnOnce(&Connection) -> Result<T>,
) -> Result<()> {
    if !fs::metadata(parent(draft))?.is_dir() {
        return Err(LedgerError::NotFound);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let conn = connect(draft, key, flags, Duration::ZERO)?;
    conn.execute_batch(WRITER_SETTINGS)?;
    let guard = Transaction::new_unchecked(&conn, TransactionBehavior::Immediate)?;
    fill(&conn)?;
    guard.commit()?;
    use_write_ahead_log(&conn)?;
    conn.close().map_err(|(_, error)| error.into())
}

/// Gives the draft its name unless something has taken it meanwhile. File systems without hard
/// links rename.
pub(crate) fn publish(draft: &Path, file: &Path) -> Result<()> {
    match fs::hard_link(draft, file) {
        Ok(()) => fs::remove_file(draft)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error.into()),
        Err(_) => fs::rename(draft, file)?,
    }
    sync_folder(parent(file))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

/// Elsewhere a folder cannot be opened as a file.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

/// An empty file that only its owner may read, where nothing was.
#[cfg(unix)]
pub(crate) fn make_private(file: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn make_private(file: &Path) -> Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).open(file)?;
    Ok(())
}
