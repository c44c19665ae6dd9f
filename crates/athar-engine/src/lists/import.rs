//! Bringing the files of a list in: read one record at a time, written in one change.
//!
//! A file is never read as a whole, and what is not understood in it is counted and told by its
//! place. Either all files come in or nothing is changed; a dry run does all the work and commits
//! nothing of it, so its counts are those of the real one.

use super::about::{About, reference};
use super::delta::{self, Delta, Looked};
use super::manage::ListSummary;
use crate::outcome::to_hex;
use crate::policy::{LIST_PIECE_ENTRIES, searchable};
use crate::{EngineError, Interrupt, Left, PublicKey, Store, Watcher, clock, intake};
use athar_exchange::{
    Entries, Entry, Format, Options, Place, Reason, Signal, SignalType, Subject, Summary, Tlp,
};
use athar_ledger::{
    LedgerError, ListChange, ListCounts, ListEntry, ListId, ListImport, ListKind, ListValue,
    NewListImport, Tx,
};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Files of a list, to be brought in.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// What the unit calls the list; it is named if there is none of this name.
    pub list: String,
    /// The files, in their order.
    pub files: Vec<PathBuf>,
    /// Their format; without it each is looked at.
    pub list_format: Option<String>,
    /// Whether 64 hex digits of which nothing is said are SHA-256 instead of PDQ.
    pub bare_sha256: bool,
    /// The keys with one of which a delta is signed.
    pub keys: Vec<PublicKey>,
    /// Where the list comes from.
    pub source: Option<String>,
    /// With whom it may be shared, where the entries do not say. A delta that is stricter stays so.
    pub marking: Option<String>,
    /// The opaque name of who imports it.
    pub actor: Option<String>,
    /// Whether what it brings is searched at once.
    pub activate: bool,
    /// Whether nothing is changed.
    pub dry_run: bool,
}

/// What was brought in.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportSummary {
    /// The list.
    pub list: String,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Files.
    pub files: u64,
    /// The formats they were read as, in their order.
    pub formats: Vec<String>,
    /// Lines or elements that should hold something.
    pub records: u64,
    /// Codes and digests in them.
    pub entries: u64,
    /// Entries that the list did not have.
    pub new: u64,
    /// Entries that it had.
    pub known: u64,
    /// Entries of which it said something else.
    pub changed: u64,
    /// Entries that were erased.
    pub erased: u64,
    /// Entries that take something back.
    pub withdrawals: u64,
    /// Entries that are there twice, the same in everything.
    pub duplicates: u64,
    /// Codes of pictures too flat to be matched: they were not taken.
    pub low_quality: u64,
    /// Codes of another scheme: they were not taken.
    pub other_scheme: u64,
    /// SHA-1 of files: they are kept, and no file is compared with them.
    pub not_compared: u64,
    /// Values of types that nothing here can compare, by type: they were not taken.
    pub passed_over: BTreeMap<&'static str, u64>,
    /// Records that are no entry.
    pub problems: u64,
    /// The first of them.
    pub first_problems: Vec<ListProblem>,
    /// Entries that are searched from now on.
    pub activated: u64,
    /// The list afterwards; nothing where nothing was changed, for a dry run or because there was not
    /// one entry in what was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<ListSummary>,
    /// What may still be found of what was erased, in a sentence each.
    pub left: Vec<Left>,
}

/// A record that is no entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListProblem {
    /// Which of the files, from 0.
    pub file: usize,
    /// The line or byte; serialized as words.
    #[serde(serialize_with = "words")]
    pub place: Place,
    /// What is wrong; serialized as words.
    #[serde(serialize_with = "words")]
    pub reason: Reason,
}

fn words<S: Serializer>(what: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(what)
}

/// Problems that are told, of all files together.
const PROBLEMS_TOLD: usize = 100;

impl Store {
    /// Brings the files of a list in. What was staged or searched before and is not spoken of stays.
    ///
    /// # Errors
    ///
    /// A file cannot be read to its end, a delta is not signed as it is or not the next, or the unit's
    /// rule wants it done otherwise. Nothing was changed.
    pub fn import(
        &mut self,
        options: &ImportOptions,
        stop: &Interrupt,
        watcher: &mut dyn Watcher,
    ) -> Result<ImportSummary, EngineError> {
        self.comparable()?;
        let format = format_named(options.list_format.as_deref())?;
        let Looked { mut delta, format: format_name } = delta::look(options, format)?;
        let header = delta.as_ref().map(|delta| *delta.header());
        let marking = marking_named(options.marking.as_deref())?.max(header.map(|h| h.marking));
        let new = NewListImport {
            format: format_name,
            source: options.source.as_deref(),
            marking: marking.map(Tlp::name),
            sender: delta.as_ref().map(|delta| delta.sender().0),
            last_sequence: header.map(|header| header.sequence.last()),
            actor: options.actor.as_deref(),
        };
        let at_ms = clock::now_ms();
        let written = self.ledger.write(|tx| {
            let mut importing = Importing::begin(tx, options, (&new, delta.as_ref()), at_ms)?;
            if let Some(delta) = delta.take() {
                importing.delta(tx, delta, stop)?;
            } else {
                for number in 0..options.files.len() {
                    importing.file(tx, number, format, stop)?;
                }
            }
            importing.end(tx)
        });
        let mut summary = match written {
            Ok(summary) => summary,
            Err(Ended::Undone(summary)) => return Ok(*summary),
            Err(Ended::Failed(error)) => return Err(error),
        };
        if summary.erased + summary.changed > 0 {
            summary.left = self.forget_listed(watcher);
        } else if summary.activated > 0 {
            self.keep_listed(watcher)?;
        }
        summary.now = Some(self.list_named(&options.list)?);
        self.checkpoint_if_due()?;
        Ok(summary)
    }
}

fn format_named(name: Option<&str>) -> Result<Option<Format>, EngineError> {
    let Some(name) = name else { return Ok(None) };
    Format::from_name(name).map(Some).ok_or(EngineError::NoSuchListFormat)
}

fn marking_named(name: Option<&str>) -> Result<Option<Tlp>, EngineError> {
    let Some(name) = name else { return Ok(None) };
    Tlp::from_name(name).map(Some).ok_or(EngineError::NoSuchMarking)
}

/// Why the change was not committed.
enum Ended {
    /// It was a dry run, or there was not one entry in what was read.
    Undone(Box<ImportSummary>),
    Failed(EngineError),
}

impl From<EngineError> for Ended {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<LedgerError> for Ended {
    fn from(error: LedgerError) -> Self {
        Self::Failed(error.into())
    }
}

/// An import under way.
struct Importing<'a> {
    options: &'a ImportOptions,
    list: ListId,
    import: ListImport,
    piece: Vec<ListChange>,
    /// What a delta's sender calls their list; nothing of other formats.
    sender_list: String,
    summary: ImportSummary,
    at_ms: i64,
}

impl<'a> Importing<'a> {
    fn begin(
        tx: &mut Tx<'_>,
        options: &'a ImportOptions,
        (new, delta): (&NewListImport<'_>, Option<&Delta>),
        at_ms: i64,
    ) -> Result<Self, Ended> {
        let list = tx.name_list(&options.list, at_ms)?;
        delta.map_or(Ok(()), |delta| delta::check_order(tx, list, delta))?;
        let scheme = (athar_hash::PDQ_SCHEME, athar_hash::PDQ_VERSION);
        let import = tx.begin_list_import(list, new, scheme, at_ms)?;
        let summary = ImportSummary {
            list: options.list.clone(),
            dry_run: options.dry_run,
            files: options.files.len() as u64,
            ..ImportSummary::default()
        };
        let (piece, sender_list) = (Vec::new(), String::new());
        Ok(Self { options, list, import, piece, sender_list, summary, at_ms })
    }

    fn file(
        &mut self,
        tx: &mut Tx<'_>,
        number: usize,
        format: Option<Format>,
        stop: &Interrupt,
    ) -> Result<(), Ended> {
        let opened = intake::open(&self.options.files[number])
            .map_err(|error| EngineError::ListFile { file: number, error })?;
        let entries = athar_exchange::open(opened.file, format, self.reading());
        let entries = entries.map_err(|error| EngineError::List { file: number, error })?;
        self.entries(tx, number, entries, stop)
    }

    fn delta(&mut self, tx: &mut Tx<'_>, delta: Delta, stop: &Interrupt) -> Result<(), Ended> {
        self.sender_list = to_hex(&delta.header().list);
        let entries = delta.entries(self.reading()).map_err(EngineError::Delta)?;
        self.entries(tx, 0, entries, stop)
    }

    fn entries(
        &mut self,
        tx: &mut Tx<'_>,
        number: usize,
        mut entries: Entries<'_>,
        stop: &Interrupt,
    ) -> Result<(), Ended> {
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|error| EngineError::List { file: number, error })?;
            self.entry(&entry, entries.summary().format);
            if self.piece.len() >= LIST_PIECE_ENTRIES {
                self.take_piece(tx)?;
                if stop.is_set() {
                    return Err(EngineError::Interrupted.into());
                }
            }
        }
        self.count(number, &entries);
        self.take_piece(tx)
    }

    fn reading(&self) -> Options {
        let of_64_digits =
            if self.options.bare_sha256 { SignalType::Sha256 } else { SignalType::Pdq };
        let problems_kept = PROBLEMS_TOLD - self.summary.first_problems.len();
        Options { of_64_digits, problems_kept, ..Options::default() }
    }

    fn take_piece(&mut self, tx: &mut Tx<'_>) -> Result<(), Ended> {
        let piece = std::mem::take(&mut self.piece);
        Ok(tx.import_list(&mut self.import, piece, self.at_ms)?)
    }

    fn entry(&mut self, entry: &Entry, format: Format) {
        let (is_taken_back, reference) =
            (entry.state.is_withdrawal(), self.reference(entry, format));
        self.summary.withdrawals += u64::from(is_taken_back);
        match (entry.subject, is_taken_back) {
            (Subject::Listed, true) if !reference.is_empty() => {
                self.piece.push(ListChange::ForgetReference(reference));
            }
            (Subject::Signal(signal), true) => {
                self.piece.extend(value(&signal).map(ListChange::Forget));
            }
            (Subject::Signal(signal), false) if self.is_wanted(entry, &signal) => {
                let about = About::of(entry).line();
                let listed = value(&signal).map(|value| ListEntry { value, reference, about });
                self.piece.extend(listed.map(ListChange::List));
            }
            _ => {}
        }
    }

    /// The name under which an entry replaces what was listed before. Most formats have none that
    /// lasts: the numbers of Project VIC's begin anew in each file.
    fn reference(&self, entry: &Entry, format: Format) -> String {
        match format {
            Format::Ncmec => reference(&entry.provenance.owner, &entry.provenance.id),
            Format::Delta => reference(&self.sender_list, &entry.provenance.id),
            _ => String::new(),
        }
    }

    fn is_wanted(&mut self, entry: &Entry, signal: &Signal) -> bool {
        let ours = (athar_hash::PDQ_SCHEME, athar_hash::PDQ_VERSION);
        let is_other = entry
            .scheme
            .as_ref()
            .is_some_and(|scheme| (scheme.name.as_str(), u32::from(scheme.version)) != ours);
        let is_flat = entry.quality.is_some_and(|quality| !searchable(quality));
        let is_code = matches!(signal, Signal::Pdq(_));
        self.summary.other_scheme += u64::from(is_code && is_other);
        self.summary.low_quality += u64::from(is_code && is_flat && !is_other);
        self.summary.not_compared += u64::from(matches!(signal, Signal::Sha1(_)));
        !(is_code && (is_other || is_flat))
    }

    fn count(&mut self, number: usize, entries: &Entries<'_>) {
        let read: &Summary = entries.summary();
        let summary = &mut self.summary;
        summary.formats.push(read.format.name().to_owned());
        summary.records += read.records;
        summary.entries += read.entries;
        summary.duplicates += read.duplicates;
        summary.problems += read.problems;
        for (signal_type, passed) in read.passed_over() {
            *summary.passed_over.entry(signal_type.name()).or_default() += passed;
        }
        let problems = read.first_problems.iter();
        let told = problems.map(|p| ListProblem { file: number, place: p.place, reason: p.reason });
        summary.first_problems.extend(told);
    }

    fn end(self, tx: &mut Tx<'_>) -> Result<ImportSummary, Ended> {
        let Self { options, list, import, sender_list, mut summary, at_ms, .. } = self;
        let ListCounts { new, known, changed, erased } = tx.end_list_import(import, at_ms)?;
        (summary.new, summary.known) = (new, known);
        (summary.changed, summary.erased) = (changed, erased);
        if options.activate {
            summary.activated = match tx.activate_list(list, options.actor.as_deref(), at_ms) {
                Err(LedgerError::NothingStaged) => 0,
                activated => activated?,
            };
        }
        // A delta without a record says how far its sender's changes were taken.
        let is_empty = summary.entries == 0 && sender_list.is_empty();
        match options.dry_run || is_empty {
            true => Err(Ended::Undone(Box::new(summary))),
            false => Ok(summary),
        }
    }
}

/// A signal as the ledger has it.
fn value(signal: &Signal) -> Option<ListValue> {
    let kind = match signal {
        Signal::Pdq(_) => ListKind::Pdq,
        Signal::Md5(_) => ListKind::Md5,
        Signal::Sha1(_) => ListKind::Sha1,
        Signal::Sha256(_) => ListKind::Sha256,
    };
    ListValue::new(kind, &signal.to_bytes())
}
