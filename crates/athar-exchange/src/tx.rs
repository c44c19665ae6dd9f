//! What `tx dataset --print-signals --csv` prints: the signals of ThreatExchange's Python client
//! (`threatexchange/cli/dataset_cmd.py`), in columns of any order.

use crate::csv::{self, Row, Table};
use crate::entry::{Entry, Place, Provenance, State};
use crate::error::{Field, ReadError, Reason, WriteError};
use crate::format::Format;
use crate::names;
use crate::reader::{self, Sink};
use std::io::{Read, Write};

const HEADER: [&str; 5] = ["signal_type", "signal_str", "collab", "category", "tags"];

/// The client's opinions, in its words of today and of before 1.2.
const CATEGORIES: [(State, &str); 7] = [
    (State::Active, "POSITIVE_CLASS"),
    (State::Received, "INVESTIGATION_SEED"),
    (State::Benign, "NEGATIVE_CLASS"),
    (State::Disputed, "DISPUTED"),
    (State::Active, "TRUE_POSITIVE"),
    (State::Received, "WORTH_INVESTIGATING"),
    (State::Benign, "FALSE_POSITIVE"),
];

pub(crate) struct Source<R> {
    table: Table<R>,
    /// In the order of [`HEADER`].
    columns: [Option<usize>; 5],
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R) -> Result<Self, ReadError> {
        let table = Table::open(input)?;
        let columns = HEADER.map(|name| table.column(name));
        if columns[0].is_none() || columns[1].is_none() {
            return Err(ReadError::NotThisFormat);
        }
        Ok(Self { table, columns })
    }

    fn parse(&self, place: Place, sink: &mut Sink) -> Result<Option<Entry>, Reason> {
        let [name, value, collab, category, tags] = self.columns;
        let name = self.table.field(name)?;
        let (signal_type, medium) = names::named(name.as_bytes()).ok_or(Reason::UnknownType)?;
        let value = self.table.field(value)?.trim();
        let Some(signal) = sink.signal(signal_type, value.as_bytes())? else { return Ok(None) };
        let provenance = Provenance {
            owner: csv::text(self.table.field(collab)?, Field::Owner)?,
            tags: csv::list(self.table.field(tags)?, char::is_whitespace)?,
            ..Provenance::default()
        };
        let state = state(self.table.field(category)?)?;
        Ok(Some(Entry { state, medium, provenance, place, ..Entry::new(signal) }))
    }
}

impl<R: Read> reader::Source for Source<R> {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, ReadError> {
        match self.table.next()? {
            Row::End => return Ok(false),
            Row::Empty => {}
            Row::Fields(place) => {
                sink.record();
                let outcome = self.parse(place, sink);
                sink.outcome(place, outcome);
            }
            Row::Bad(place, reason) => {
                sink.record();
                sink.problem(place, reason);
            }
        }
        Ok(true)
    }
}

/// A list without opinions lists what is to be matched.
fn state(category: &str) -> Result<State, Reason> {
    let category = category.trim();
    if category.is_empty() {
        return Ok(State::Active);
    }
    let found = CATEGORIES.iter().find(|(_, name)| name.eq_ignore_ascii_case(category));
    found.map(|(state, _)| *state).ok_or(Reason::Unknown(Field::State))
}

/// Writes signals as ThreatExchange's client prints them.
pub struct TxWriter<W> {
    out: W,
}

impl<W: Write> TxWriter<W> {
    /// Begins a list. Many small pieces are written: `out` should have a buffer.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(mut out: W) -> Result<Self, WriteError> {
        csv::write_row(&mut out, &HEADER)?;
        Ok(Self { out })
    }

    /// Writes one entry.
    ///
    /// # Errors
    ///
    /// When the format cannot say all of it (see [`Format::keep`]), or writing fails.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        Format::Tx.check(entry)?;
        let Some(signal) = entry.signal() else { return Ok(()) };
        let category = CATEGORIES.iter().find(|(state, _)| *state == entry.state);
        let category = category.ok_or(WriteError::CannotSay(Field::State))?.1;
        let name = names::tx_name(signal.signal_type(), entry.medium);
        let tags = entry.provenance.tags.join(" ");
        let row = [name, &signal.to_hex(), &entry.provenance.owner, category, &tags];
        Ok(csv::write_row(&mut self.out, &row)?)
    }

    /// Ends the list.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Medium;
    use crate::reader::{Options, open};

    const MD5: &str = "000102030405060708090a0b0c0d0e0f";

    #[test]
    fn columns_are_found_by_their_names() {
        let text = format!(
            "collab,signal_type,signal_str,category,tags\r\n\
             \"One, two\",video_md5,{MD5},POSITIVE_CLASS,a b\r\nC,md5,{MD5},FALSE_POSITIVE,\r\n\
             C,md5,{MD5},PERHAPS,\r\nC,md5,{MD5}00,,\r\nC,raw_text,\"x\ny\",,\r\n"
        );
        let mut entries = open(text.as_bytes(), None, Options::default()).unwrap();
        let all = entries.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
        assert_eq!((all[0].medium, all[0].state), (Medium::Clip, State::Active));
        assert_eq!(all[0].provenance.owner, "One, two");
        assert_eq!(all[0].provenance.tags, ["a", "b"]);
        assert_eq!((all[1].state, all[1].place), (State::Benign, Place::Line(3)));
        let reasons = entries.summary().first_problems.iter().map(|p| p.reason);
        let expected = [Reason::Unknown(Field::State), Reason::Length { got: 34, expected: 32 }];
        assert!(reasons.eq(expected));
        assert_eq!((entries.summary().format, entries.summary().records), (Format::Tx, 5));
    }

    #[test]
    fn a_table_without_signals_is_another_format() {
        let error = open(&b"a,b\n"[..], Some(Format::Tx), Options::default()).err().unwrap();
        assert!(matches!(error, ReadError::NotThisFormat));
    }
}
