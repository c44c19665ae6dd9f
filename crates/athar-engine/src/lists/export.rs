//! What the unit passes on: codes and digests of its own items, in a format of the field.
//!
//! Items of cases that are named go out; of all cases only those that a reviewer has confirmed in a
//! link. What lists of others brought is never passed on. The file appears whole or not at all, and
//! only after the ledger has the event that says it was made.

use super::writing::{Out, Writing};
use crate::policy::searchable;
use crate::time_places::IMAGE;
use crate::{EngineError, Store, clock};
use athar_exchange::delta::{Header, Sequence};
use athar_exchange::{Format, Tlp};
use athar_hash::Space;
use athar_kernel::Code;
use athar_ledger::{ItemId, ItemRow, LedgerError, LinkPair, LinkState, Seq};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// What is passed on.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// The format: `plain`, `tx`, `threatexchange`, `vics`, `stopncii`, `ncmec` or `delta`.
    pub list_format: String,
    /// The file to be written.
    pub out: PathBuf,
    /// The cases whose items go out.
    pub cases: Vec<String>,
    /// Instead of cases: every item that a reviewer has confirmed in a link.
    pub all: bool,
    /// Only items that came since, milliseconds since 1970-01-01 UTC.
    pub since_ms: Option<i64>,
    /// With whom it may be shared; AMBER where nothing is said.
    pub marking: Option<String>,
    /// How the unit is named as the owner, where the format says one.
    pub owner: String,
    /// The privacy groups of ThreatExchange that may see it.
    pub groups: Vec<u64>,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Whether a file that is there is written over.
    pub force: bool,
}

/// What was passed on.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ExportSummary {
    /// The format.
    pub list_format: &'static str,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// Items that were asked for.
    pub items: u64,
    /// Items of which something was written.
    pub written_items: u64,
    /// Codes and digests that were written.
    pub entries: u64,
    /// Items of which a delta says that they were taken back, by their numbers alone.
    pub withdrawals: u64,
    /// Codes and digests that the format cannot carry, by what it cannot say.
    pub cannot_say: BTreeMap<&'static str, u64>,
    /// Items without a code that could be passed on: too flat, or a clip or a sound, of which the
    /// digests are.
    pub without_code: u64,
    /// With whom it may be shared. Not every format says it.
    pub marking: &'static str,
    /// SHA-256 of the public key that signed it, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Store {
    /// Writes what the unit passes on.
    ///
    /// # Errors
    ///
    /// The format, marking or key is none, a case does not exist, or the file cannot be written. There
    /// is then no file that was not there before.
    pub fn export(&mut self, options: &ExportOptions) -> Result<ExportSummary, EngineError> {
        let format =
            Format::from_name(&options.list_format).ok_or(EngineError::NoSuchListFormat)?;
        let marking = match options.marking.as_deref() {
            Some(name) => Tlp::from_name(name).ok_or(EngineError::NoSuchMarking)?,
            None => Tlp::Amber,
        };
        match format {
            Format::Descriptors if options.groups.is_empty() => {
                return Err(EngineError::NoPrivacyGroup);
            }
            Format::Ncmec if options.owner.trim().is_empty() => return Err(EngineError::NoOwner),
            _ => {}
        }
        let out: Out = match options.dry_run {
            true => Box::new(io::sink()),
            false => Box::new(BufWriter::new(draft(options)?)),
        };
        let exported = self.ledger.at_one_moment(|| {
            let passed_on = self.passed_on(options)?;
            self.write_items(out, format, marking, &passed_on, options)
        });
        let exported = exported.and_then(|summary| {
            if !options.dry_run {
                let (items, entries) = (summary.written_items, summary.entries);
                let at_ms = clock::now_ms();
                self.ledger.write(|tx| tx.record_export(format.name(), items, entries, at_ms))?;
                publish(options)?;
            }
            Ok(summary)
        });
        if exported.is_err() && !options.dry_run {
            // What is left of a draft is nobody's.
            let _ = std::fs::remove_file(draft_name(&options.out));
        }
        self.checkpoint_if_due()?;
        exported
    }

    fn passed_on(&self, options: &ExportOptions) -> Result<PassedOn, EngineError> {
        let last = self.ledger.last_seq()?.max(1);
        let first = match options.since_ms {
            Some(since_ms) => self.ledger.first_event_since(since_ms)?.unwrap_or(last),
            None => 1,
        };
        let mut items = Vec::new();
        if options.all {
            for id in self.confirmed_since(first)? {
                items.extend(self.ledger.item(id)?);
            }
        }
        for name in &options.cases {
            items.extend(self.ledger.case_items_since(self.case_id(name)?, first)?);
        }
        let mut seen = BTreeSet::new();
        items.retain(|item| seen.insert(item.id));
        Ok(PassedOn { first, last, items, withdrawn: self.ledger.items_withdrawn_since(first)? })
    }

    /// The items of every link whose last decision confirms it and is an event from `first` on.
    fn confirmed_since(&self, first: Seq) -> Result<BTreeSet<ItemId>, EngineError> {
        let decisions = self.ledger.decisions()?;
        let last: HashMap<LinkPair, (LinkState, Seq)> =
            decisions.into_iter().map(|made| (made.pair, (made.state, made.seq))).collect();
        let is_meant =
            |(state, seq): &(LinkState, Seq)| *state == LinkState::Confirmed && *seq >= first;
        let confirmed = last.into_iter().filter(|(_, made)| is_meant(made));
        Ok(confirmed
            .flat_map(|(pair, _)| match pair {
                LinkPair::Items(a, b) => [a, b],
                LinkPair::Cases(item, ..) => [item, item],
            })
            .collect())
    }

    fn write_items(
        &self,
        out: Out,
        format: Format,
        marking: Tlp,
        passed_on: &PassedOn,
        options: &ExportOptions,
    ) -> Result<ExportSummary, EngineError> {
        let header = self.delta_header(marking, passed_on)?;
        let key = if format == Format::Delta { self.key()? } else { None };
        let mut writing = Writing::begin(out, format, (&header, key.as_ref()), options)?;
        for item in &passed_on.items {
            let code = self.whole_code(item)?;
            writing.item(item, code, marking, &options.owner)?;
        }
        if format == Format::Delta {
            passed_on.withdrawn.iter().try_for_each(|id| writing.withdrawal(*id))?;
        }
        writing.end()
    }

    /// PDQ of a picture as a whole, where it means anything.
    fn whole_code(&self, item: &ItemRow) -> Result<Option<Code>, EngineError> {
        if item.kind != IMAGE || !searchable(item.quality) {
            return Ok(None);
        }
        let rows = self.ledger.codes_of_item(item.id)?;
        let row = rows.into_iter().find(|row| row.space == Space::Pdq.name() && row.ordinal == 0);
        Ok(row.and_then(|row| row.codes.first().copied()))
    }

    /// The changes of this unit's list are the ledger's events, and its name is the beginning of the
    /// first one's digest.
    fn delta_header(&self, marking: Tlp, passed_on: &PassedOn) -> Result<Header, EngineError> {
        let digest = self.ledger.event_digest(1)?.unwrap_or_default();
        let mut list = [0; 16];
        list.copy_from_slice(&digest[..16]);
        let PassedOn { first, last, .. } = *passed_on;
        let sequence = Sequence::new(first, last).ok_or(LedgerError::Corrupt)?;
        Ok(Header { marking, list, sequence, made_s: clock::now_ms() / 1000 })
    }
}

/// What goes out, and which of the ledger's events it tells of.
struct PassedOn {
    first: Seq,
    last: Seq,
    items: Vec<ItemRow>,
    withdrawn: Vec<ItemId>,
}

/// A new file beside the one that is wanted, for its owner alone.
fn draft(options: &ExportOptions) -> Result<File, EngineError> {
    if !options.force && options.out.symlink_metadata().is_ok() {
        return Err(EngineError::ExportExists);
    }
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    open.open(draft_name(&options.out)).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => EngineError::ExportDraft,
        _ => EngineError::Export(error.into()),
    })
}

/// Gives the draft its name, once all of it is on the disk.
fn publish(options: &ExportOptions) -> Result<(), EngineError> {
    let draft = draft_name(&options.out);
    let synced = File::open(&draft).and_then(|file| file.sync_all());
    synced
        .and_then(|()| std::fs::rename(&draft, &options.out))
        .map_err(|error| EngineError::Export(error.into()))
}

fn draft_name(out: &Path) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
