//! Rows of comma-separated values (RFC 4180) under a header, of bounded size.
//!
//! A quote that is never closed would make one row of the rest of the file. So a row that does
//! not end within the longest honest one costs its first line, and the lines after it are read
//! again as lines of their own.

use crate::entry::{Place, Provenance};
use crate::error::{Field, ReadError, Reason};
use crate::lines::{Got, LINE_BYTES_MAX, Lines};
use csv_core::ReadRecordResult;
use std::io::{self, Read, Write};

/// Most columns.
const COLUMNS_MAX: usize = 128;

/// A table whose header has been read.
pub(crate) struct Table<R> {
    lines: Lines<R>,
    row: Vec<u8>,
    fields: Fields,
    header: Vec<String>,
}

/// What comes next in a table.
pub(crate) enum Row {
    End,
    /// An empty line.
    Empty,
    /// A row, whose fields [`Table::field`] gives.
    Fields(Place),
    Bad(Place, Reason),
}

struct Fields {
    parser: csv_core::Reader,
    text: Vec<u8>,
    ends: [usize; COLUMNS_MAX],
    count: usize,
}

impl<R: Read> Table<R> {
    /// Reads the header. Names are compared without regard to case.
    pub(crate) fn open(input: R) -> Result<Self, ReadError> {
        let mut table = Self {
            lines: Lines::new(input),
            row: Vec::new(),
            fields: Fields::new(),
            header: Vec::new(),
        };
        match table.read_row()? {
            Row::Fields(_) => {}
            Row::End | Row::Empty | Row::Bad(..) => return Err(ReadError::NotThisFormat),
        }
        for column in 0..table.fields.count {
            let name = table.fields.get(column).map_err(|_| ReadError::NotThisFormat)?;
            table.header.push(name.trim().to_ascii_lowercase());
        }
        Ok(table)
    }

    /// Where the column of this name is.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The next row, which has as many columns as the header.
    pub(crate) fn next(&mut self) -> io::Result<Row> {
        let expected = self.header.len();
        Ok(match self.read_row()? {
            Row::Fields(place) if self.fields.count != expected => {
                Row::Bad(place, Reason::Columns { got: self.fields.count, expected })
            }
            other => other,
        })
    }

    /// A field of the row read last; empty when there is no such column.
    pub(crate) fn field(&self, column: Option<usize>) -> Result<&str, Reason> {
        column.map_or(Ok(""), |column| self.fields.get(column))
    }

    fn read_row(&mut self) -> io::Result<Row> {
        self.row.clear();
        let place = Place::Line(self.lines.number());
        let mut quote_open = false;
        loop {
            let before = self.row.len();
            let got = self.lines.append(&mut self.row)?;
            quote_open ^= memchr::memchr_iter(b'"', &self.row[before..]).count() % 2 == 1;
            let bad = match got {
                Got::End if self.row.is_empty() => return Ok(Row::End),
                Got::Line if quote_open => continue,
                Got::Line if self.row.trim_ascii().is_empty() => return Ok(Row::Empty),
                Got::Line => None,
                Got::End => Some(Reason::QuoteNotClosed),
                Got::TooLong => Some(Reason::TooLong { limit_bytes: LINE_BYTES_MAX }),
            };
            let parsed = bad.map_or_else(|| self.fields.parse(&self.row), Err);
            return Ok(match parsed {
                Ok(()) => Row::Fields(place),
                Err(reason) => Row::Bad(place, self.leave_row(reason)?),
            });
        }
    }

    /// Gives up a row: its first line is lost, the others are read again.
    fn leave_row(&mut self, reason: Reason) -> io::Result<Reason> {
        match memchr::memchr(b'\n', &self.row) {
            Some(end) if end + 1 < self.row.len() => {
                self.lines.give_back(&self.row[end + 1..]);
                self.row.truncate(end + 1);
                Ok(Reason::QuoteNotClosed)
            }
            Some(_) => Ok(reason),
            None if matches!(reason, Reason::TooLong { .. }) => {
                self.lines.skip_rest()?;
                Ok(reason)
            }
            None => Ok(reason),
        }
    }
}

impl Fields {
    fn new() -> Self {
        let parser = csv_core::Reader::new();
        Self { parser, text: vec![0; LINE_BYTES_MAX + 1], ends: [0; COLUMNS_MAX], count: 0 }
    }

    /// Splits one row, which is no longer than [`LINE_BYTES_MAX`].
    fn parse(&mut self, row: &[u8]) -> Result<(), Reason> {
        self.parser.reset();
        let (mut input, mut written, mut ends) = (row, 0, 0);
        loop {
            let (result, read, wrote, ended) =
                self.parser.read_record(input, &mut self.text[written..], &mut self.ends[ends..]);
            (input, written, ends) = (&input[read..], written + wrote, ends + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull => {
                    return Err(Reason::TooLong { limit_bytes: LINE_BYTES_MAX });
                }
                ReadRecordResult::OutputEndsFull => {
                    return Err(Reason::Columns { got: ends + 1, expected: COLUMNS_MAX });
                }
            }
        }
        self.count = ends;
        Ok(())
    }

    fn get(&self, column: usize) -> Result<&str, Reason> {
        if column >= self.count {
            return Ok("");
        }
        let begin = if column == 0 { 0 } else { self.ends[column - 1] };
        std::str::from_utf8(&self.text[begin..self.ends[column]]).map_err(|_| Reason::NotUtf8)
    }
}

/// A text of bounded length.
pub(crate) fn text(field: &str, name: Field) -> Result<String, Reason> {
    let fits = field.len() <= Provenance::TEXT_BYTES_MAX;
    if fits { Ok(field.to_owned()) } else { Err(Reason::Invalid(name)) }
}

/// The tags that a field holds, without empty ones.
pub(crate) fn list(field: &str, separates: impl Fn(char) -> bool) -> Result<Vec<String>, Reason> {
    let tags = field.split(separates).map(str::trim).filter(|tag| !tag.is_empty());
    let tags = tags.map(|tag| text(tag, Field::Tags)).collect::<Result<Vec<_>, _>>()?;
    if tags.len() <= Provenance::LIST_MAX { Ok(tags) } else { Err(Reason::TooMany(Field::Tags)) }
}

/// Writes one row, quoting what needs it.
pub(crate) fn write_row(out: &mut impl Write, fields: &[&str]) -> io::Result<()> {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        if field.contains(['"', ',', '\n', '\r']) || field.trim() != *field {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places of rows and their second field, or what is wrong.
    fn rows(text: &[u8]) -> Vec<(Place, Result<String, Reason>)> {
        let mut table = Table::open(text).unwrap();
        let second = table.column("b");
        let mut found = Vec::new();
        loop {
            match table.next().unwrap() {
                Row::End => return found,
                Row::Empty => {}
                Row::Fields(place) => found.push((place, table.field(second).map(str::to_owned))),
                Row::Bad(place, reason) => found.push((place, Err(reason))),
            }
        }
    }

    #[test]
    fn rows_come_with_the_line_they_begin_on() {
        let text = b"A,b\r\n1,2\r\n\r\n1,\"two\nlines, \"\"quoted\"\"\"\n3,4";
        let expected = [
            (Place::Line(2), Ok("2".to_owned())),
            (Place::Line(4), Ok("two\nlines, \"quoted\"".to_owned())),
            (Place::Line(6), Ok("4".to_owned())),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn what_is_wrong_costs_its_own_line_alone() {
        let text = b"a,b\n1\n1,2,3\n1,\xff\n5,6\n";
        let expected = [
            (Place::Line(2), Err(Reason::Columns { got: 1, expected: 2 })),
            (Place::Line(3), Err(Reason::Columns { got: 3, expected: 2 })),
            (Place::Line(4), Err(Reason::NotUtf8)),
            (Place::Line(5), Ok("6".to_owned())),
        ];
        assert_eq!(rows(text), expected);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_own_line_alone() {
        for lines in [3, 100_000] {
            let text = format!("a,b\n1,\"2\n{}", "3,4\n".repeat(lines));
            let found = rows(text.as_bytes());
            assert_eq!(found[0], (Place::Line(2), Err(Reason::QuoteNotClosed)));
            assert_eq!(found[1], (Place::Line(3), Ok("4".to_owned())));
            assert_eq!(found.len(), lines + 1);
        }
    }

    #[test]
    fn a_line_without_an_end_is_passed_over() {
        let text = format!("a,b\n1,{}\n3,4\n", "x".repeat(LINE_BYTES_MAX * 2));
        let found = rows(text.as_bytes());
        let too_long = Reason::TooLong { limit_bytes: LINE_BYTES_MAX };
        let expected = [(Place::Line(2), Err(too_long)), (Place::Line(3), Ok("4".to_owned()))];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_written_is_read() {
        let mut out = b"a,b\r\n".to_vec();
        write_row(&mut out, &["x", " \"a\", b\r\nc "]).unwrap();
        assert_eq!(rows(&out), [(Place::Line(2), Ok(" \"a\", b\r\nc ".to_owned()))]);
    }
}
