//! Finding out what lies in a directory.

use crate::damage::Damage;
use crate::error::{Operation, StorageError};
use crate::keeper::Keeper;
use crate::live::{FileSum, Live};
use crate::manifest::{self, Checkpoint, Manifest, ManifestError, Record};
use crate::mark::Mark;
use crate::segment::Segment;
use crate::storage::Storage;
use crate::store::{MANIFEST, MANIFEST_NEW, Store, segment_id, segment_name};
use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

/// What was found when an index was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whether changes will reach the directory. If not, another index has it, or it may not be
    /// written: changes are kept in memory only.
    pub writable: bool,
    /// Up to which place of its ledger the index is, if it follows one: replay what came after.
    pub reached: Option<Mark>,
    /// Why what lay there was not used and the index is empty. If the directory is writable, what
    /// lay there was removed.
    pub discarded: Option<Discarded>,
}

/// Why the files of a directory cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discarded {
    /// The manifest is of a version that this program does not know.
    Version {
        /// The version that was found.
        found: u32,
    },
    /// The manifest is not what was written.
    Manifest(Damage),
    /// A segment is not what was written.
    Segment {
        /// Its file's name.
        file: String,
        /// Where it is wrong.
        damage: Damage,
    },
    /// A segment that the manifest names is not there.
    Missing {
        /// Its file's name.
        file: String,
    },
}

/// Why a directory cannot be read without a claim to it. What lies there is as it was.
#[derive(Debug)]
pub enum ReadOnlyError {
    /// There is no index, or none that was written as yet.
    Missing,
    /// There is one that cannot be used, as it is damaged or of an unknown version.
    Unusable(Discarded),
    /// The operating system refused.
    Storage(StorageError),
}

/// All that an index is assembled from.
pub(crate) struct Found {
    pub(crate) store: Option<Store>,
    pub(crate) keeper: Keeper,
    pub(crate) next_id: u64,
    pub(crate) opened: Opened,
}

/// Opens what is there. Without the lock another process may be merging at the same time.
pub(crate) fn find(storage: Box<dyn Storage>) -> Result<Found, StorageError> {
    let lock = storage.lock().unwrap_or_default();
    let mut content = read(&*storage)?;
    let checkpoint = std::mem::take(&mut content.checkpoint);
    let opened = Opened {
        writable: lock.is_some(),
        reached: checkpoint.reached.mark(),
        discarded: content.discarded.clone(),
    };
    let mut keeper = Keeper::new(checkpoint);
    let store = lock.map(|lock| Store { storage, _lock: lock });
    if let Some(store) = &store {
        take_over(store, &mut keeper, &mut content)?;
    }
    Ok(Found { store, keeper, next_id: content.next_id, opened })
}

/// Opens what is there without a claim to it: nothing is locked, made, written or removed.
pub(crate) fn find_read_only(storage: &dyn Storage) -> Result<Found, ReadOnlyError> {
    let Content { is_there, checkpoint, next_id, discarded } = read(storage)?;
    if let Some(reason) = discarded {
        return Err(ReadOnlyError::Unusable(reason));
    }
    if !is_there {
        return Err(ReadOnlyError::Missing);
    }
    let opened = Opened { writable: false, reached: checkpoint.reached.mark(), discarded: None };
    Ok(Found { store: None, keeper: Keeper::new(checkpoint), next_id, opened })
}

/// What is said by a manifest that can be used, or why it cannot.
#[derive(Default)]
struct Content {
    /// Whether there is a manifest.
    is_there: bool,
    checkpoint: Checkpoint,
    next_id: u64,
    discarded: Option<Discarded>,
}

/// How often a file may vanish between reading its name and opening it. Each time another
/// process has merged, which takes it far longer than reading a manifest takes us.
const READS_MAX: usize = 32;

fn read(storage: &dyn Storage) -> Result<Content, StorageError> {
    let (mut before, mut content) = (None, Content::default());
    for _ in 0..READS_MAX {
        let bytes = match read_manifest(storage) {
            Ok(bytes) => bytes,
            Err(error) => {
                let damage = error.damage().ok_or(error)?;
                return Ok(Content::discarded(Discarded::Manifest(damage), 0));
            }
        };
        if bytes.is_some() && bytes == before {
            break;
        }
        content = match &bytes {
            Some(bytes) => interpret(storage, bytes)?,
            None => Content::default(),
        };
        if !matches!(content.discarded, Some(Discarded::Missing { .. })) {
            break;
        }
        before = bytes;
    }
    Ok(content)
}

/// The manifest's bytes, or nothing where there never was one.
pub(crate) fn read_manifest(storage: &dyn Storage) -> Result<Option<Vec<u8>>, StorageError> {
    match storage.read(MANIFEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StorageError::io(Operation::Read, MANIFEST)(error)),
    }
}

fn interpret(storage: &dyn Storage, bytes: &[u8]) -> Result<Content, StorageError> {
    let Manifest { reached, next_id, records } = match manifest::decode(bytes) {
        Ok(manifest) => manifest,
        Err(error) => return Ok(Content::discarded(error.into(), 0)),
    };
    let mut segments = Vec::new();
    for record in records {
        match open_segment(storage, record)? {
            Ok(live) => segments.push(live),
            Err(reason) => return Ok(Content::discarded(reason, next_id)),
        }
    }
    let checkpoint = Checkpoint { reached, segments };
    Ok(Content { is_there: true, checkpoint, next_id, discarded: None })
}

fn open_segment(
    storage: &dyn Storage,
    record: Record,
) -> Result<Result<Live, Discarded>, StorageError> {
    let file = segment_name(record.id);
    let image = match storage.map(&file) {
        Ok(image) => image,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Err(Discarded::Missing { file }));
        }
        Err(error) => {
            let error = StorageError::io(Operation::Read, &file)(error);
            let damage = error.damage().ok_or(error)?;
            return Ok(Err(Discarded::Segment { file, damage }));
        }
    };
    let recognised = recognise(image.bytes(), &record.file);
    let segment = recognised.and_then(|()| Segment::open(image));
    let segment = segment.and_then(|segment| counted(segment, record.entries));
    Ok(match segment {
        Ok(segment) => Ok(Live {
            id: record.id,
            segment: Arc::new(segment),
            dead: record.dead,
            file: Some(record.file),
        }),
        Err(damage) => Err(Discarded::Segment { file, damage }),
    })
}

/// Whether the file is the one that the manifest means.
fn recognise(bytes: &[u8], file: &FileSum) -> Result<(), Damage> {
    if bytes.len() as u64 != file.bytes {
        let offset = file.bytes.min(bytes.len() as u64);
        return Err(Damage { offset, reason: "the length that the manifest says" });
    }
    if FileSum::head(bytes) != file.head {
        return Err(Damage { offset: 0, reason: "the beginning that the manifest says" });
    }
    Ok(())
}

fn counted(segment: Segment, entries: u64) -> Result<Segment, Damage> {
    let reason = "as many entries as the manifest says";
    if segment.len() as u64 == entries { Ok(segment) } else { Err(Damage { offset: 0, reason }) }
}

impl Content {
    fn discarded(reason: Discarded, next_id: u64) -> Self {
        Self { is_there: true, discarded: Some(reason), next_id, ..Self::default() }
    }
}

impl fmt::Display for Discarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => write!(f, "the manifest has the unknown version {found}"),
            Self::Manifest(damage) => write!(f, "the manifest is damaged {}", place(damage)),
            Self::Segment { file, damage } => write!(f, "{file} is damaged {}", place(damage)),
            Self::Missing { file } => write!(f, "{file} is missing"),
        }
    }
}

impl std::error::Error for Discarded {}

impl fmt::Display for ReadOnlyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no index"),
            Self::Unusable(reason) => reason.fmt(f),
            Self::Storage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadOnlyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Missing => None,
            Self::Unusable(reason) => Some(reason),
            Self::Storage(error) => Some(error),
        }
    }
}

impl From<StorageError> for ReadOnlyError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Where something is damaged, for people.
pub(crate) fn place(Damage { offset, reason }: &Damage) -> String {
    format!("at byte {offset}, where there should be {reason}")
}

impl From<ManifestError> for Discarded {
    fn from(error: ManifestError) -> Self {
        match error {
            ManifestError::Version(found) => Self::Version { found },
            ManifestError::Damage(damage) => Self::Manifest(damage),
        }
    }
}

/// Clears away what nobody names: what a crash left, and all of what was discarded, its manifest
/// first, so that there is never one without its files. New ids begin after those that were seen.
fn take_over(
    store: &Store,
    keeper: &mut Keeper,
    content: &mut Content,
) -> Result<(), StorageError> {
    keeper.files = store.list()?.iter().filter_map(|name| segment_id(name)).collect();
    let after_seen = keeper.files.last().map_or(0, |last| last.saturating_add(1));
    content.next_id = content.next_id.max(after_seen);
    if content.discarded.is_some() {
        store.remove_file(MANIFEST)?;
        store.sync_names()?;
    }
    // What is left is in nobody's way and is tried again after the next commit.
    drop(store.remove_file(MANIFEST_NEW));
    drop(keeper.collect_garbage(Some(store)));
    Ok(())
}
