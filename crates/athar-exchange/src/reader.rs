//! Reading any of the formats, one entry at a time.

use crate::entry::{Entry, Place, Provenance};
use crate::error::{Field, ReadError, Reason};
use crate::format::Format;
use crate::signal::{Signal, SignalType, Types};
use crate::sniff::{self, Opened};
use crate::tally::{Summary, Tally};
use crate::{descriptor, names, ncmec, plain, stopncii, tx, vics};
use std::collections::VecDeque;
use std::io::Read;

/// How a list is read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The types that become entries. Others are counted and passed over.
    pub wanted: Types,
    /// What 64 hex digits are where the list does not say: [`SignalType::Pdq`] or
    /// [`SignalType::Sha256`].
    pub of_64_digits: SignalType,
    /// Problems that are kept with their place and reason. All are counted.
    pub problems_kept: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { wanted: Types::ALL, of_64_digits: SignalType::Pdq, problems_kept: 100 }
    }
}

/// Begins to read a list of this format, or, without one, of what it looks like. It needs no
/// buffering by the caller.
///
/// Not for [`Format::Delta`], which [`delta::verify`](crate::delta::verify) reads: it needs to
/// read twice.
///
/// # Errors
///
/// When the first bytes are not of the format, its version or encoding.
pub fn open<'a>(
    input: impl Read + Send + 'a,
    format: Option<Format>,
    options: Options,
) -> Result<Entries<'a>, ReadError> {
    let opened = sniff::open(input)?;
    let format = format.or_else(|| sniff::detect(&opened.head)).ok_or(ReadError::NotThisFormat)?;
    let source = source(opened, format)?;
    Ok(Entries::of(source, format, options))
}

fn source<'a, R: Read + Send + 'a>(
    opened: Opened<R>,
    format: Format,
) -> Result<Box<dyn Source + Send + 'a>, ReadError> {
    Ok(match format {
        Format::Plain => Box::new(plain::Source::new(opened.input)),
        Format::Tx => Box::new(tx::Source::new(opened.input)?),
        Format::Descriptors => Box::new(descriptor::Source::new(opened.input)?),
        Format::Vics => Box::new(vics::Source::new(opened.input, opened.mark_bytes)),
        Format::StopNcii => Box::new(stopncii::Source::new(opened.input, opened.mark_bytes)),
        Format::Ncmec => Box::new(ncmec::Source::new(opened.input, opened.mark_bytes)),
        Format::Delta => return Err(ReadError::NotThisFormat),
    })
}

/// The entries of a list, in its order. After an error there are no more; the summary tells of
/// what was read until then.
pub struct Entries<'a> {
    source: Box<dyn Source + Send + 'a>,
    sink: Sink,
    done: bool,
}

impl<'a> Entries<'a> {
    pub(crate) fn of(
        source: Box<dyn Source + Send + 'a>,
        format: Format,
        options: Options,
    ) -> Self {
        let tally = Tally::new(format, options.problems_kept);
        Self { source, sink: Sink { ready: VecDeque::new(), tally, options }, done: false }
    }

    /// What was read so far.
    pub fn summary(&self) -> &Summary {
        &self.sink.tally.summary
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.sink.ready.pop_front() {
                self.sink.tally.entry(&entry);
                return Some(Ok(entry));
            }
            if self.done {
                return None;
            }
            match self.source.step(&mut self.sink) {
                Ok(more) => self.done = !more,
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// A format's reader: gives what the next record holds.
pub(crate) trait Source {
    /// Reads up to one record; `false` when there is none left.
    fn step(&mut self, sink: &mut Sink) -> Result<bool, ReadError>;
}

/// Longest value of a signal that is held, in bytes: several times the longest there is.
pub(crate) const VALUE_BYTES_MAX: usize = 4096;

/// Where a format's reader puts what it finds.
pub(crate) struct Sink {
    ready: VecDeque<Entry>,
    pub(crate) tally: Tally,
    pub(crate) options: Options,
}

impl Sink {
    /// A record that should hold something was found.
    pub(crate) fn record(&mut self) {
        self.tally.summary.records += 1;
    }

    pub(crate) fn entry(&mut self, entry: Entry) {
        self.ready.push_back(entry);
    }

    pub(crate) fn problem(&mut self, place: Place, reason: Reason) {
        self.tally.problem(place, reason);
    }

    /// Whether a record's provenance is small enough to be kept once for each of its signals.
    pub(crate) fn fits(provenance: &Provenance) -> Result<(), Reason> {
        let fits = provenance.weight_bytes() <= Provenance::BYTES_MAX;
        if fits { Ok(()) } else { Err(Reason::TooMany(Field::Tags)) }
    }

    /// What a record turned out to be: nothing when its type was passed over.
    pub(crate) fn outcome(&mut self, place: Place, outcome: Result<Option<Entry>, Reason>) {
        match outcome {
            Ok(Some(entry)) => self.entry(entry),
            Ok(None) => {}
            Err(reason) => self.problem(place, reason),
        }
    }

    /// The signal that hex digits of this type stand for; `None` when it is passed over.
    pub(crate) fn signal(
        &mut self,
        signal_type: SignalType,
        text: &[u8],
    ) -> Result<Option<Signal>, Reason> {
        if !self.options.wanted.contains(signal_type) || signal_type.value_bytes().is_none() {
            self.tally.pass_over(signal_type);
            return Ok(None);
        }
        Signal::from_hex(signal_type, text).map(Some)
    }

    /// The same where only the digits say what they are.
    pub(crate) fn untyped_signal(&mut self, text: &[u8]) -> Result<Option<Signal>, Reason> {
        let unlike = Reason::Length { got: text.len(), expected: 64 };
        let signal_type = names::by_length(text.len(), self.options.of_64_digits).ok_or(unlike)?;
        self.signal(signal_type, text)
    }
}
