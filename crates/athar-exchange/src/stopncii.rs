//! Pages of `FetchHashes` of StopNCII's API, version 1.
//!
//! Each record is the present state of one hash: where the same hash comes again, the later
//! record replaces the earlier. Withdrawn and Deleted come out as withdrawals. Source: the
//! client of ThreatExchange (`threatexchange/exchanges/clients/stopncii/api.py`).

use crate::entry::{Entry, Feedback, Medium, Place, Provenance, State};
use crate::error::{Field, ReadError, Reason};
use crate::format::STOPNCII_STATES;
use crate::json::{Json, Scalar};
use crate::names;
use crate::reader::{self, Sink};
use crate::tally::Continuation;
use std::io::Read;

pub(crate) struct Source<R: Read> {
    /// `None` when it is over.
    json: Option<Json<R>>,
    at: At,
    records_found: bool,
}

#[derive(Clone, Copy)]
enum At {
    Begin,
    /// Among the members of the page.
    Top,
    /// Among its records.
    Records,
}

/// One record, as far as it was read.
#[derive(Default)]
struct Draft {
    signal_type: String,
    value: String,
    state: String,
    provenance: Provenance,
    feedback_bytes_left: usize,
    wrong: Option<Reason>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R, mark_bytes: u64) -> Self {
        Self { json: Some(Json::new(input, mark_bytes)), at: At::Begin, records_found: false }
    }

    fn top(&mut self, mut json: Json<R>, sink: &mut Sink) -> Result<Option<Json<R>>, ReadError> {
        if !json.has_next()? {
            json.end_record()?;
            json.finish()?;
            let missing = ReadError::Missing { field: Field::Records };
            return if self.records_found { Ok(None) } else { Err(missing) };
        }
        let name = json.name()?;
        if name == "hashRecords" {
            json.begin_list()?;
            self.records_found = true;
            self.at = At::Records;
        } else {
            continuation(&name, &mut json, &mut sink.tally.summary.continuation)?;
        }
        Ok(Some(json))
    }

    fn records(&mut self, json: &mut Json<R>, sink: &mut Sink) -> Result<(), ReadError> {
        if !json.has_next()? {
            json.end_list()?;
            self.at = At::Top;
            return Ok(());
        }
        let is_record = json.at_record()?;
        let place = json.place();
        sink.record();
        if !is_record {
            json.skip()?;
            sink.problem(place, Reason::Invalid(Field::Records));
            return Ok(());
        }
        let draft = Draft::read(json)?;
        let outcome = draft.entry(place, sink);
        sink.outcome(place, outcome);
        Ok(())
    }
}

impl<R: Read> reader::Source for Source<R> {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, ReadError> {
        let Some(mut json) = self.json.take() else { return Ok(false) };
        self.json = match self.at {
            At::Begin => {
                json.begin_record()?;
                self.at = At::Top;
                Some(json)
            }
            At::Top => self.top(json, sink)?,
            At::Records => self.records(&mut json, sink).map(|()| Some(json))?,
        };
        Ok(self.json.is_some())
    }
}

/// How the page goes on. What is not understood here is left out: it concerns no hash.
fn continuation<R: Read>(
    name: &str,
    json: &mut Json<R>,
    page: &mut Continuation,
) -> Result<(), ReadError> {
    match name {
        "nextPageToken" => {
            let token = json.scalar()?.text(Field::Records).ok();
            page.next = token.filter(|token| !token.is_empty());
        }
        "nextSetTimestamp" => page.until_s = json.scalar()?.number(Field::Time).ok().flatten(),
        "hasMoreRecords" => {
            page.more = match json.scalar()? {
                Scalar::Flag(more) => Some(more),
                _ => None,
            };
        }
        _ => json.skip()?,
    }
    Ok(())
}

impl Draft {
    fn read<R: Read>(json: &mut Json<R>) -> Result<Self, ReadError> {
        let mut draft = Self { feedback_bytes_left: Provenance::BYTES_MAX, ..Self::default() };
        json.begin_record()?;
        while json.has_next()? {
            let name = json.name()?;
            draft.member(&name, json)?;
        }
        json.end_record()?;
        Ok(draft)
    }

    fn member<R: Read>(&mut self, name: &str, json: &mut Json<R>) -> Result<(), ReadError> {
        let read = match name {
            "signalType" => json.scalar()?.text(Field::Type).map(|text| self.signal_type = text),
            "hashValue" => json.scalar()?.value().map(|text| self.value = text),
            "hashStatus" => json.scalar()?.text(Field::State).map(|text| self.state = text),
            "lastModtimestamp" => {
                json.scalar()?.number(Field::Time).map(|time| self.provenance.time_s = time)
            }
            "caseNumbers" => self.cases(json)?,
            "CSPFeedbacks" if json.at_list()? => self.feedback(json)?,
            _ => return json.skip(),
        };
        self.wrong = self.wrong.or(read.err());
        Ok(())
    }

    /// Cases by their numbers; none are seen as an empty list too.
    fn cases<R: Read>(&mut self, json: &mut Json<R>) -> Result<Result<(), Reason>, ReadError> {
        if json.at_list()? {
            json.begin_list()?;
            let empty = !json.has_next()?;
            while json.has_next()? {
                json.skip()?;
            }
            json.end_list()?;
            return Ok(if empty { Ok(()) } else { Err(Reason::Invalid(Field::Cases)) });
        }
        if !json.at_record()? {
            return Ok(json.scalar()?.text(Field::Cases).map(|_| ()));
        }
        json.begin_record()?;
        let mut read = Ok(());
        while json.has_next()? {
            let case = json.name()?;
            let state = json.scalar()?.text(Field::Cases);
            read = read.and_then(|()| self.case(case, &state?));
        }
        json.end_record()?;
        Ok(read)
    }

    fn case(&mut self, case: String, state: &str) -> Result<(), Reason> {
        let state = state_named(state).ok_or(Reason::Unknown(Field::Cases))?;
        match () {
            () if case.len() > Provenance::TEXT_BYTES_MAX => Err(Reason::Invalid(Field::Cases)),
            () if self.provenance.cases.len() >= Provenance::LIST_MAX => {
                Err(Reason::TooMany(Field::Cases))
            }
            () => {
                self.provenance.cases.push((case, state));
                Ok(())
            }
        }
    }

    fn feedback<R: Read>(&mut self, json: &mut Json<R>) -> Result<Result<(), Reason>, ReadError> {
        let mut read = Ok(());
        json.begin_list()?;
        while json.has_next()? {
            let one = if json.at_record()? {
                one_feedback(json)?
            } else {
                json.skip()?;
                Err(Reason::Invalid(Field::Feedback))
            };
            read = read.and(one.and_then(|one| self.add_feedback(one)));
        }
        json.end_list()?;
        Ok(read)
    }

    fn add_feedback(&mut self, feedback: Feedback) -> Result<(), Reason> {
        let left = self.feedback_bytes_left.checked_sub(feedback.weight_bytes());
        if self.provenance.feedback.len() >= Provenance::LIST_MAX || left.is_none() {
            return Err(Reason::TooMany(Field::Feedback));
        }
        self.feedback_bytes_left = left.unwrap_or_default();
        self.provenance.feedback.push(feedback);
        Ok(())
    }

    fn entry(self, place: Place, sink: &mut Sink) -> Result<Option<Entry>, Reason> {
        self.wrong.map_or(Ok(()), Err)?;
        Sink::fits(&self.provenance)?;
        let (signal_type, medium) =
            names::named(self.signal_type.as_bytes()).ok_or(Reason::UnknownType)?;
        if self.value.is_empty() {
            return Err(Reason::Missing(Field::Value));
        }
        if self.state.is_empty() {
            return Err(Reason::Missing(Field::State));
        }
        let state = state_named(&self.state).ok_or(Reason::Unknown(Field::State))?;
        let Some(signal) = sink.signal(signal_type, self.value.trim().as_bytes())? else {
            return Ok(None);
        };
        let medium = if medium == Medium::Unknown { Medium::of_bare(&signal) } else { medium };
        Ok(Some(Entry { state, medium, provenance: self.provenance, place, ..Entry::new(signal) }))
    }
}

fn one_feedback<R: Read>(json: &mut Json<R>) -> Result<Result<Feedback, Reason>, ReadError> {
    let mut feedback = Feedback::default();
    let mut wrong = None;
    json.begin_record()?;
    while json.has_next()? {
        let read = match json.name()?.as_str() {
            "source" => json.scalar()?.text(Field::Feedback).map(|source| {
                feedback.members = Some(source).filter(|s| !s.is_empty()).into_iter().collect();
            }),
            "feedbackValue" => {
                json.scalar()?.text(Field::Feedback).map(|verdict| feedback.verdict = verdict)
            }
            "tags" if json.at_list()? => reasons(json)?.map(|reasons| feedback.reasons = reasons),
            _ => {
                json.skip()?;
                Ok(())
            }
        };
        wrong = wrong.or(read.err());
    }
    json.end_record()?;
    Ok(wrong.map_or(Ok(feedback), Err))
}

fn reasons<R: Read>(json: &mut Json<R>) -> Result<Result<Vec<String>, Reason>, ReadError> {
    let mut reasons = Vec::new();
    json.begin_list()?;
    while json.has_next()? {
        reasons.push(json.scalar()?.text(Field::Feedback));
        reasons.truncate(Provenance::LIST_MAX + 1);
    }
    json.end_list()?;
    if reasons.len() > Provenance::LIST_MAX {
        return Ok(Err(Reason::TooMany(Field::Feedback)));
    }
    Ok(reasons.into_iter().collect())
}

/// The states by the names that they have in the API.
pub(crate) const fn state_name(state: State) -> Option<&'static str> {
    Some(match state {
        State::Active => "Active",
        State::Received => "Received",
        State::Unknown => "Unknown",
        State::Withdrawn => "Withdrawn",
        State::Deleted => "Deleted",
        State::Benign | State::Disputed => return None,
    })
}

fn state_named(name: &str) -> Option<State> {
    STOPNCII_STATES.into_iter().find(|&state| state_name(state) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;
    use crate::reader::{Options, open};
    use crate::signal::SignalType;

    const PDQ: &str = "2afc4a5c09628a7961c14d436493bba66b89b831453baa1d556ba385554daa82";

    fn page(records: &str) -> String {
        format!(
            "{{\"count\":1,\"nextSetTimestamp\":1625175071,\"nextPageToken\":\"W3s\",\
             \"hasMoreRecords\":true,\"hashRecords\":[{records}]}}"
        )
    }

    fn record(state: &str, rest: &str) -> String {
        format!(
            "{{\"lastModtimestamp\":1625167804,\"signalType\":\"ImagePDQ\",\
             \"hashValue\":\"{PDQ}\",\"hashStatus\":\"{state}\"{rest}}}"
        )
    }

    #[test]
    fn states_are_honoured_and_the_page_says_how_it_goes_on() {
        let states = ["Unknown", "Received", "Active", "Withdrawn", "Deleted"];
        let text = page(&states.map(|state| record(state, "")).join(","));
        let mut entries = open(text.as_bytes(), None, Options::default()).unwrap();
        let all = entries.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
        let withdrawals = all.iter().map(|entry| entry.state.is_withdrawal()).collect::<Vec<_>>();
        assert_eq!(withdrawals, [false, false, false, true, true]);
        let summary = entries.summary();
        assert_eq!((summary.format, summary.withdrawals), (Format::StopNcii, 2));
        let page = &summary.continuation;
        assert_eq!((page.next.as_deref(), page.more), (Some("W3s"), Some(true)));
        assert_eq!(page.until_s, Some(1_625_175_071));
    }

    #[test]
    fn cases_and_feedback_are_kept() {
        let rest = ",\"caseNumbers\":{\"u-1\":\"Active\",\"u-2\":\"Withdrawn\"},\
                    \"hashRegions\":[\"UK\"],\"CSPFeedbacks\":[{\"source\":\"S\",\
                    \"feedbackValue\":\"Blocked\",\"tags\":[\"a\",\"b\"]}]";
        let text = page(&record("Active", rest));
        let entry = open(text.as_bytes(), None, Options::default()).unwrap().next();
        let provenance = entry.unwrap().unwrap().provenance;
        let cases = [("u-1".to_owned(), State::Active), ("u-2".to_owned(), State::Withdrawn)];
        assert_eq!(provenance.cases, cases);
        let feedback = &provenance.feedback[0];
        assert_eq!(
            (feedback.verdict.as_str(), feedback.members.as_slice()),
            ("Blocked", &["S".to_owned()][..])
        );
        assert_eq!(feedback.reasons, ["a", "b"]);
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let records = [
            record("Perhaps", ""),
            record("Active", ",\"caseNumbers\":[]"),
            record("Active", ",\"caseNumbers\":[\"x\"]"),
            record("Active", ",\"signalType\":\"ImageRot13\""),
            record("Active", ",\"signalType\":\"VideoTMK\""),
            record("Active", ",\"hashValue\":\"zz\""),
            "7".to_owned(),
            "{}".to_owned(),
        ];
        let text = page(&records.join(","));
        let mut entries = open(text.as_bytes(), None, Options::default()).unwrap();
        assert_eq!(entries.by_ref().count(), 1);
        let reasons = entries.summary().first_problems.iter().map(|p| p.reason);
        let expected = [
            Reason::Unknown(Field::State),
            Reason::Invalid(Field::Cases),
            Reason::UnknownType,
            Reason::Length { got: 2, expected: 64 },
            Reason::Invalid(Field::Records),
            Reason::UnknownType,
        ];
        assert!(reasons.eq(expected));
        let passed_over = entries.summary().passed_over().collect::<Vec<_>>();
        assert_eq!(passed_over, [(SignalType::Tmk, 1)]);
    }

    #[test]
    fn another_document_is_told_from_an_empty_page() {
        assert_eq!(open(page("").as_bytes(), None, Options::default()).unwrap().count(), 0);
        let mut other = open(&b"{}"[..], Some(Format::StopNcii), Options::default()).unwrap();
        assert!(matches!(other.next(), Some(Err(ReadError::Missing { .. }))));
    }
}
