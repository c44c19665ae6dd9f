//! What the unit passes on: codes and digests of its own items, in a format of the field.
//!
//! Items of cases that are named go out; of all cases only those that a reviewer has confirmed in a
//! link. What lists of others brought is never passed on. The file appears whole or not at all, and
//! only after the ledger has the event that says it was made.

use super::key_file::signing_key;
use crate::outcome::to_hex;
use crate::policy::searchable;
use crate::{EngineError, Store, clock};
use athar_exchange::delta::{DeltaWriter, Header, KeyId, Sequence};
use athar_exchange::{
    DescriptorWriter, Entry, Format, Medium, PlainWriter, Provenance, Signal, StopNciiWriter, Tlp,
    TxWriter, VicsVersion, VicsWriter, WriteError, write_ncmec,
};
use athar_hash::Space;
use athar_kernel::Code;
use athar_ledger::{ItemId, ItemRow, LinkPair, LinkState};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
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
    /// The file of the key that signs a delta.
    pub key: Option<PathBuf>,
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
        if format == Format::Descriptors && options.groups.is_empty() {
            return Err(EngineError::NoPrivacyGroup);
        }
        let items = self.ledger.at_one_moment(|| self.passed_on(options))?;
        let out: Box<dyn Write> = match options.dry_run {
            true => Box::new(io::sink()),
            false => Box::new(BufWriter::new(draft(options)?)),
        };
        let exported = self.write_items(out, format, marking, &items, options);
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
        exported
    }

    fn passed_on(&self, options: &ExportOptions) -> Result<Vec<ItemRow>, EngineError> {
        let cases = match options.all {
            true => self.ledger.cases()?.into_iter().map(|case| case.id).collect(),
            false => {
                let named = options.cases.iter().map(|name| self.case_id(name));
                named.collect::<Result<Vec<_>, _>>()?
            }
        };
        let confirmed = if options.all { Some(self.confirmed()?) } else { None };
        let (mut seen, mut items) = (BTreeSet::new(), Vec::new());
        for case in cases {
            for item in self.ledger.case_items(case)? {
                let is_new = options.since_ms.is_none_or(|since_ms| item.added_at_ms >= since_ms);
                let is_meant = confirmed.as_ref().is_none_or(|ids| ids.contains(&item.id));
                if is_new && is_meant && seen.insert(item.id) {
                    items.push(item);
                }
            }
        }
        Ok(items)
    }

    /// The items of every link whose last decision confirms it.
    fn confirmed(&self) -> Result<BTreeSet<ItemId>, EngineError> {
        let decisions = self.ledger.decisions()?;
        let last: HashMap<LinkPair, LinkState> =
            decisions.into_iter().map(|decision| (decision.pair, decision.state)).collect();
        let confirmed = last.into_iter().filter(|(_, state)| *state == LinkState::Confirmed);
        Ok(confirmed
            .flat_map(|(pair, _)| match pair {
                LinkPair::Items(a, b) => [a, b],
                LinkPair::Cases(item, ..) => [item, item],
            })
            .collect())
    }

    fn write_items(
        &self,
        out: Box<dyn Write>,
        format: Format,
        marking: Tlp,
        items: &[ItemRow],
        options: &ExportOptions,
    ) -> Result<ExportSummary, EngineError> {
        let mut summary = ExportSummary {
            list_format: format.name(),
            dry_run: options.dry_run,
            items: items.len() as u64,
            marking: marking.name(),
            ..ExportSummary::default()
        };
        let mut writer = self.writer(out, format, marking, options, &mut summary)?;
        for item in items {
            let (code, before) = (self.whole_code(item)?, summary.entries);
            summary.without_code += u64::from(code.is_none());
            for entry in entries(item, code, marking, &options.owner) {
                match format.keep(&entry) {
                    Ok(kept) => {
                        writer.write(kept).map_err(EngineError::Export)?;
                        summary.entries += 1;
                    }
                    Err(WriteError::CannotSay(field)) => {
                        *summary.cannot_say.entry(field.name()).or_default() += 1;
                    }
                    Err(error) => return Err(EngineError::Export(error)),
                }
            }
            summary.written_items += u64::from(summary.entries > before);
        }
        writer.finish().map_err(EngineError::Export)?;
        Ok(summary)
    }

    /// PDQ of a picture as a whole, where it means anything.
    fn whole_code(&self, item: &ItemRow) -> Result<Option<Code>, EngineError> {
        if item.kind != "image" || !searchable(item.quality) {
            return Ok(None);
        }
        let rows = self.ledger.codes_of_item(item.id)?;
        let row = rows.into_iter().find(|row| row.space == Space::Pdq.name() && row.ordinal == 0);
        Ok(row.and_then(|row| row.codes.first().copied()))
    }

    fn writer(
        &self,
        out: Box<dyn Write>,
        format: Format,
        marking: Tlp,
        options: &ExportOptions,
        summary: &mut ExportSummary,
    ) -> Result<Writer, EngineError> {
        let writer = match format {
            Format::Plain => Ok(Writer::Plain(PlainWriter::new(out))),
            Format::Tx => TxWriter::new(out).map(Writer::Tx),
            Format::Descriptors => {
                DescriptorWriter::new(out, "", &options.groups).map(Writer::Descriptors)
            }
            Format::Vics => VicsWriter::new(out, VicsVersion::V2_0).map(Writer::Vics),
            Format::StopNcii => StopNciiWriter::new(out).map(Writer::StopNcii),
            Format::Ncmec => Ok(Writer::Ncmec(out, Vec::new())),
            Format::Delta => {
                let key = signing_key(options.key.as_deref().ok_or(EngineError::NoKey)?)?;
                summary.key = Some(to_hex(&KeyId::of(&key.verifying_key()).0));
                let header = self.delta_header(marking, options.since_ms)?;
                DeltaWriter::new(out, &header, key).map(|writer| Writer::Delta(Box::new(writer)))
            }
        };
        writer.map_err(EngineError::Export)
    }

    /// The changes of this unit's list are the ledger's events, and its name is the beginning of the
    /// first one's digest.
    fn delta_header(&self, marking: Tlp, since_ms: Option<i64>) -> Result<Header, EngineError> {
        let first = match since_ms {
            Some(since_ms) => self.ledger.first_event_since(since_ms)?.unwrap_or(1),
            None => 1,
        };
        let last = self.ledger.last_seq()?.max(first);
        let digest = self.ledger.event_digest(1)?.unwrap_or_default();
        let mut list = [0; 16];
        list.copy_from_slice(&digest[..16]);
        let sequence = Sequence::new(first.max(1), last.max(1)).ok_or(EngineError::NoStore)?;
        Ok(Header { marking, list, sequence, made_s: clock::now_ms() / 1000 })
    }
}

/// What is said of an item: its code, and the digests of its file.
fn entries(item: &ItemRow, code: Option<Code>, marking: Tlp, owner: &str) -> Vec<Entry> {
    let medium = match item.kind.as_str() {
        "image" => Medium::Picture,
        "video" => Medium::Clip,
        _ => Medium::Sound,
    };
    let signals =
        [code.map(Signal::Pdq), Some(Signal::Md5(item.md5)), Some(Signal::Sha256(item.sha256))];
    let entry = |signal: Signal| {
        let is_code = matches!(signal, Signal::Pdq(_));
        Entry {
            medium,
            quality: is_code.then_some(item.quality),
            provenance: Provenance {
                owner: owner.to_owned(),
                id: item.id.to_string(),
                time_s: Some(item.added_at_ms / 1000),
                marking: Some(marking),
                ..Provenance::default()
            },
            ..Entry::new(signal)
        }
    };
    signals.into_iter().flatten().map(entry).collect()
}

type Out = Box<dyn Write>;

/// A format's writer.
enum Writer {
    Plain(PlainWriter<Out>),
    Tx(TxWriter<Out>),
    Descriptors(DescriptorWriter<Out>),
    Vics(VicsWriter<Out>),
    StopNcii(StopNciiWriter<Out>),
    /// Its entries stand in the order of their kinds.
    Ncmec(Out, Vec<Entry>),
    Delta(Box<DeltaWriter<Out>>),
}

impl Writer {
    fn write(&mut self, entry: Entry) -> Result<(), WriteError> {
        match self {
            Self::Plain(writer) => writer.write(&entry),
            Self::Tx(writer) => writer.write(&entry),
            Self::Descriptors(writer) => writer.write(&entry),
            Self::Vics(writer) => writer.write(&entry),
            Self::StopNcii(writer) => writer.write(&entry),
            Self::Ncmec(_, entries) => {
                entries.push(entry);
                Ok(())
            }
            Self::Delta(writer) => writer.write(&entry),
        }
    }

    fn finish(self) -> Result<(), WriteError> {
        let mut out = match self {
            Self::Plain(writer) => writer.finish()?,
            Self::Tx(writer) => writer.finish()?,
            Self::Descriptors(writer) => writer.finish()?,
            Self::Vics(writer) => writer.finish()?,
            Self::StopNcii(writer) => writer.finish()?,
            Self::Ncmec(out, entries) => write_ncmec(out, &entries, None)?,
            Self::Delta(writer) => writer.finish()?,
        };
        Ok(out.flush()?)
    }
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
    open.open(draft_name(&options.out)).map_err(|error| EngineError::Export(error.into()))
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
