//! Descriptors as ThreatExchange's site gives and takes them, in columns named `td_…`.
//!
//! What is downloaded and what is uploaded have most columns in common. A download does not say
//! the type of an indicator, so where the column is missing the digits tell it. Source: the
//! documentation of submitting to ThreatExchange, and the column names noted in its examples.

use crate::csv::{self, Row, Table};
use crate::entry::{Entry, Medium, Place, Provenance, State};
use crate::error::{Field, ReadError, Reason, WriteError};
use crate::format::Format;
use crate::reader::{self, Sink};
use crate::signal::Signal;
use crate::tlp::Tlp;
use crate::{names, time};
use std::io::{Read, Write};

/// The columns that are written, in this order.
const HEADER: [&str; 9] = [
    "td_raw_indicator",
    "td_indicator_type",
    "td_status",
    "td_share_level",
    "td_subjective_tags",
    "td_expire_time",
    "td_description",
    "td_visibility",
    "td_privacy_groups",
];

/// Most privacy groups that are named in each row.
const GROUPS_MAX: usize = 256;

const STATUSES: [(State, &str); 4] = [
    (State::Active, "MALICIOUS"),
    (State::Received, "SUSPICIOUS"),
    (State::Benign, "NON_MALICIOUS"),
    (State::Unknown, "UNKNOWN"),
];

pub(crate) struct Source<R> {
    table: Table<R>,
    columns: Columns,
}

struct Columns {
    value: Option<usize>,
    signal_type: Option<usize>,
    status: Option<usize>,
    share_level: Option<usize>,
    tags: Option<usize>,
    expires: Option<usize>,
    updated: Option<usize>,
    owner: Option<usize>,
    owner_name: Option<usize>,
    id: Option<usize>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R) -> Result<Self, ReadError> {
        let table = Table::open(input)?;
        let columns = Columns::of(&table);
        if columns.value.is_none() {
            return Err(ReadError::NotThisFormat);
        }
        Ok(Self { table, columns })
    }

    fn parse(&self, place: Place, sink: &mut Sink) -> Result<Option<Entry>, Reason> {
        let Some((signal, medium)) = self.signal(sink)? else { return Ok(None) };
        let provenance = self.provenance()?;
        let state = status(self.table.field(self.columns.status)?)?;
        Ok(Some(Entry { state, medium, provenance, place, ..Entry::new(signal) }))
    }

    fn signal(&self, sink: &mut Sink) -> Result<Option<(Signal, Medium)>, Reason> {
        let value = self.table.field(self.columns.value)?.trim().as_bytes();
        let name = self.table.field(self.columns.signal_type)?;
        if name.trim().is_empty() {
            let signal = sink.untyped_signal(value)?;
            return Ok(signal.map(|signal| (signal, Medium::of_bare(&signal))));
        }
        let (signal_type, medium) = names::named(name.as_bytes()).ok_or(Reason::UnknownType)?;
        Ok(sink.signal(signal_type, value)?.map(|signal| (signal, medium)))
    }

    fn provenance(&self) -> Result<Provenance, Reason> {
        let (table, columns) = (&self.table, &self.columns);
        Ok(Provenance {
            owner: csv::text(table.field(columns.owner)?, Field::Owner)?,
            owner_name: csv::text(table.field(columns.owner_name)?, Field::OwnerName)?,
            id: csv::text(table.field(columns.id)?, Field::Id)?,
            time_s: seconds(table.field(columns.updated)?, Field::Time)?,
            expires_s: seconds(table.field(columns.expires)?, Field::Expiry)?,
            marking: marking(table.field(columns.share_level)?)?,
            tags: csv::list(table.field(columns.tags)?, |c| c == ';')?,
            ..Provenance::default()
        })
    }
}

impl Columns {
    fn of<R: Read>(table: &Table<R>) -> Self {
        Self {
            value: table.column("td_raw_indicator"),
            signal_type: table.column("td_indicator_type"),
            status: table.column("td_status"),
            share_level: table.column("td_share_level"),
            tags: table.column("td_subjective_tags"),
            expires: table.column("td_expire_time"),
            updated: table.column("td_update_time").or(table.column("td_creation_time")),
            owner: table.column("td_owner_id"),
            owner_name: table.column("td_owner_name"),
            id: table.column("td_id").or(table.column("id")),
        }
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

fn status(text: &str) -> Result<State, Reason> {
    let text = text.trim();
    let found = STATUSES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    let missing = text.is_empty().then_some(State::Unknown);
    found.map(|(state, _)| *state).or(missing).ok_or(Reason::Unknown(Field::State))
}

fn marking(text: &str) -> Result<Option<Tlp>, Reason> {
    let text = text.trim();
    let unknown = Reason::Unknown(Field::Marking);
    if text.is_empty() { Ok(None) } else { Tlp::from_name(text).map(Some).ok_or(unknown) }
}

fn seconds(text: &str, field: Field) -> Result<Option<i64>, Reason> {
    let text = text.trim();
    let invalid = Reason::Invalid(field);
    if text.is_empty() { Ok(None) } else { time::parse(text).map(Some).ok_or(invalid) }
}

/// Writes descriptors to be uploaded at ThreatExchange's site.
pub struct DescriptorWriter<W> {
    out: W,
    description: String,
    privacy_groups: String,
}

impl<W: Write> DescriptorWriter<W> {
    /// Begins a list whose descriptors all have this description and are seen by the members of
    /// these privacy groups alone; without any, by every member of ThreatExchange. Many small
    /// pieces are written: `out` should have a buffer.
    ///
    /// # Errors
    ///
    /// When the description is longer than [`Provenance::TEXT_BYTES_MAX`] or the groups are more
    /// than 256; when writing fails.
    pub fn new(mut out: W, description: &str, groups: &[u64]) -> Result<Self, WriteError> {
        if description.len() > Provenance::TEXT_BYTES_MAX || groups.len() > GROUPS_MAX {
            return Err(WriteError::CannotSay(Field::Owner));
        }
        csv::write_row(&mut out, &HEADER)?;
        let groups = groups.iter().map(u64::to_string).collect::<Vec<_>>();
        Ok(Self { out, description: description.to_owned(), privacy_groups: groups.join(",") })
    }

    /// Writes one entry. Owner and time are not said: they will be the account that uploads it,
    /// and when.
    ///
    /// # Errors
    ///
    /// When the format cannot say all of it (see [`Format::keep`]), or writing fails.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        Format::Descriptors.check(entry)?;
        let Some(signal) = entry.signal() else { return Ok(()) };
        let status = STATUSES.iter().find(|(state, _)| *state == entry.state);
        let status = status.ok_or(WriteError::CannotSay(Field::State))?.1;
        let provenance = &entry.provenance;
        let expires = provenance.expires_s.and_then(time::format).unwrap_or_default();
        let row: [&str; 9] = [
            &signal.to_hex(),
            names::indicator_type(signal.signal_type(), entry.medium),
            status,
            provenance.marking.map_or("", share_level),
            &provenance.tags.join(";"),
            &expires,
            &self.description,
            self.visibility(),
            &self.privacy_groups,
        ];
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

    fn visibility(&self) -> &'static str {
        if self.privacy_groups.is_empty() { "VISIBLE" } else { "HAS_PRIVACY_GROUP" }
    }
}

fn share_level(marking: Tlp) -> &'static str {
    if marking == Tlp::Clear { "WHITE" } else { marking.name() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::{Options, open};
    use crate::signal::SignalType;

    #[test]
    fn a_download_is_read() {
        let text = "td_description,td_status,td_share_level,td_raw_indicator,td_creation_time,\
                    td_expire_time,td_owner_id,td_owner_name,td_subjective_tags\n\
                    \"a, b\",NON_MALICIOUS,AMBER,e8b19da37825a3056e84c522f05eb001,\
                    2019-12-04T15:05:28-05:00,,2061,Some App,testing;two words\n";
        let mut entries = open(text.as_bytes(), None, Options::default()).unwrap();
        let entry = entries.next().unwrap().unwrap();
        assert_eq!(entries.summary().format, Format::Descriptors);
        assert_eq!(entry.signal().unwrap().signal_type(), SignalType::Md5);
        assert_eq!(entry.state, State::Benign);
        let provenance = &entry.provenance;
        assert_eq!(
            (provenance.owner.as_str(), provenance.owner_name.as_str()),
            ("2061", "Some App")
        );
        assert_eq!(provenance.time_s, Some(1_575_489_928));
        assert_eq!((provenance.marking, provenance.expires_s), (Some(Tlp::Amber), None));
        assert_eq!(provenance.tags, ["testing", "two words"]);
    }

    #[test]
    fn unknown_words_are_problems() {
        let text = "td_raw_indicator,td_indicator_type,td_status,td_share_level,td_expire_time\n\
                    00,HASH_ROT13,MALICIOUS,,\n\
                    00000000000000000000000000000000,HASH_MD5,EVIL,,\n\
                    00000000000000000000000000000000,HASH_MD5,MALICIOUS,PINK,\n\
                    00000000000000000000000000000000,HASH_MD5,MALICIOUS,,soon\n\
                    evil.example,DOMAIN,MALICIOUS,,\n";
        let mut entries = open(text.as_bytes(), None, Options::default()).unwrap();
        assert!(entries.next().is_none());
        let reasons = entries.summary().first_problems.iter().map(|p| p.reason);
        let expected = [
            Reason::UnknownType,
            Reason::Unknown(Field::State),
            Reason::Unknown(Field::Marking),
            Reason::Invalid(Field::Expiry),
        ];
        assert!(reasons.eq(expected));
        assert_eq!(entries.summary().passed_over().collect::<Vec<_>>(), [(SignalType::Url, 1)]);
    }
}
