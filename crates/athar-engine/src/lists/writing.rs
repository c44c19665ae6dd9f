//! Items as entries of a format, and what it could not carry.

use super::export::{ExportOptions, ExportSummary};
use crate::EngineError;
use crate::keys::Key;
use crate::outcome::to_hex;
use crate::time_places::{IMAGE, VIDEO};
use athar_exchange::delta::{DeltaWriter, Header};
use athar_exchange::{
    DescriptorWriter, Entry, Format, Medium, PlainWriter, Provenance, Scheme, Signal, State,
    StopNciiWriter, Subject, Tlp, TxWriter, VicsVersion, VicsWriter, WriteError, write_ncmec,
};
use athar_kernel::Code;
use athar_ledger::{ItemId, ItemRow};
use std::io::Write;

/// Where it is written.
pub(super) type Out = Box<dyn Write>;

/// An export under way.
pub(super) struct Writing {
    writer: Writer,
    format: Format,
    summary: ExportSummary,
}

impl Writing {
    pub(super) fn begin(
        out: Out,
        format: Format,
        (header, key): (&Header, Option<&Key>),
        options: &ExportOptions,
    ) -> Result<Self, EngineError> {
        let mut summary = ExportSummary {
            list_format: format.name(),
            dry_run: options.dry_run,
            marking: header.marking.name(),
            ..ExportSummary::default()
        };
        if format == Format::Delta {
            summary.key = Some(to_hex(&key.ok_or(EngineError::NoKey)?.public().id()));
        }
        let writer = Writer::begin(out, format, (header, key), &options.groups)?;
        Ok(Self { writer, format, summary })
    }

    /// An item's code and the digests of its file.
    pub(super) fn item(
        &mut self,
        item: &ItemRow,
        code: Option<Code>,
        marking: Tlp,
        owner: &str,
    ) -> Result<(), EngineError> {
        let before = self.summary.entries;
        self.summary.items += 1;
        self.summary.without_code += u64::from(code.is_none());
        for entry in entries(item, code, marking, owner) {
            match self.format.keep(&entry) {
                Ok(kept) => {
                    self.writer.write(kept).map_err(EngineError::Export)?;
                    self.summary.entries += 1;
                }
                Err(WriteError::CannotSay(field)) => {
                    *self.summary.cannot_say.entry(field.name()).or_default() += 1;
                }
                Err(error) => return Err(EngineError::Export(error)),
            }
        }
        self.summary.written_items += u64::from(self.summary.entries > before);
        Ok(())
    }

    /// An item that was taken back. Whoever has it knows it by its number; nobody else learns
    /// anything.
    pub(super) fn withdrawal(&mut self, item: ItemId) -> Result<(), EngineError> {
        let entry = Entry {
            subject: Subject::Listed,
            state: State::Withdrawn,
            medium: Medium::Unknown,
            provenance: Provenance { id: number(item), ..Provenance::default() },
            ..Entry::new(Signal::Md5([0; 16]))
        };
        self.writer.write(entry).map_err(EngineError::Export)?;
        self.summary.withdrawals += 1;
        Ok(())
    }

    pub(super) fn end(self) -> Result<ExportSummary, EngineError> {
        self.writer.finish().map_err(EngineError::Export)?;
        Ok(self.summary)
    }
}

/// What is said of an item: its code, and the digests of its file.
fn entries(item: &ItemRow, code: Option<Code>, marking: Tlp, owner: &str) -> Vec<Entry> {
    let medium = match item.kind.as_str() {
        IMAGE => Medium::Picture,
        VIDEO => Medium::Clip,
        _ => Medium::Sound,
    };
    let provenance = Provenance {
        owner: owner.to_owned(),
        id: number(item.id),
        time_s: Some(item.added_at_ms / 1000),
        marking: Some(marking),
        ..Provenance::default()
    };
    let signals =
        [code.map(Signal::Pdq), Some(Signal::Md5(item.md5)), Some(Signal::Sha256(item.sha256))];
    let entry = |signal: Signal| {
        let is_code = matches!(signal, Signal::Pdq(_));
        let quality = is_code.then_some(item.quality);
        let provenance = provenance.clone();
        Entry { medium, quality, scheme: scheme(is_code), provenance, ..Entry::new(signal) }
    };
    signals.into_iter().flatten().map(entry).collect()
}

/// What made a code, where it is one.
fn scheme(is_code: bool) -> Option<Scheme> {
    let version = u16::try_from(athar_hash::PDQ_VERSION).ok()?;
    is_code.then(|| Scheme { name: athar_hash::PDQ_SCHEME.to_owned(), version })
}

/// What an item is called in what is passed on.
fn number(item: ItemId) -> String {
    item.0.to_string()
}

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
    fn begin(
        out: Out,
        format: Format,
        (header, key): (&Header, Option<&Key>),
        groups: &[u64],
    ) -> Result<Self, EngineError> {
        let writer = match format {
            Format::Plain => Ok(Self::Plain(PlainWriter::new(out))),
            Format::Tx => TxWriter::new(out).map(Self::Tx),
            Format::Descriptors => DescriptorWriter::new(out, "", groups).map(Self::Descriptors),
            Format::Vics => VicsWriter::new(out, VicsVersion::V2_0).map(Self::Vics),
            Format::StopNcii => StopNciiWriter::new(out).map(Self::StopNcii),
            Format::Ncmec => Ok(Self::Ncmec(out, Vec::new())),
            Format::Delta => {
                let key = key.ok_or(EngineError::NoKey)?.signing();
                DeltaWriter::new(out, header, key).map(|writer| Self::Delta(Box::new(writer)))
            }
        };
        writer.map_err(EngineError::Export)
    }

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
