//! Pages of entries of NCMEC's hash-sharing API, version 2.
//!
//! An entry has several fingerprints, and each becomes an entry here, with the same owner and id.
//! A later entry with the same owner and id replaces all of the earlier one. A deleted entry says
//! no more than these two. Source: the API's example documents in the client of ThreatExchange
//! (`threatexchange/exchanges/clients/ncmec`).

use crate::entry::{Entry, Feedback, Medium, Place, Provenance, State, Subject, text_weight};
use crate::error::{Field, ReadError, Reason};
use crate::reader::{self, Sink, VALUE_BYTES_MAX};
use crate::signal::SignalType;
use crate::xml::{Tag, Token, Xml};
use crate::{names, time};
use std::io::Read;

/// The namespace ends in the version.
pub(crate) const NAMESPACE: &str = "https://hashsharing.ncmec.org/hashsharing/v2";
const NAMESPACE_END: &str = "/hashsharing/v2";

/// Most fingerprints of one entry.
const FINGERPRINTS_MAX: usize = 64;

/// A text this long gets no more pieces: it is longer than any fingerprint.
const TEXT_BYTES_ENOUGH: usize = 64 << 10;

pub(crate) struct Source<R: Read> {
    xml: Xml<R>,
    begun: bool,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R, mark_bytes: u64) -> Self {
        Self { xml: Xml::new(input, mark_bytes), begun: false }
    }

    fn begin(&mut self) -> Result<(), ReadError> {
        loop {
            match self.xml.next()? {
                Token::Open(tag) if tag.name != "queryResult" => {
                    return Err(ReadError::NotThisFormat);
                }
                Token::Open(tag) => {
                    let namespace = tag.attribute("xmlns").unwrap_or(NAMESPACE);
                    self.begun = true;
                    let known = namespace.ends_with(NAMESPACE_END);
                    return if known { Ok(()) } else { Err(ReadError::UnknownVersion) };
                }
                Token::Text(_) | Token::Close => {}
                Token::End => return Err(ReadError::NotThisFormat),
            }
        }
    }

    fn open(&mut self, tag: &Tag, place: Place, sink: &mut Sink) -> Result<(), ReadError> {
        let (medium, deleted) = match tag.name.as_str() {
            "image" => (Medium::Picture, false),
            "deletedImage" => (Medium::Picture, true),
            "video" => (Medium::Clip, false),
            "deletedVideo" => (Medium::Clip, true),
            "images" | "videos" => {
                let until_s = &mut sink.tally.summary.continuation.until_s;
                *until_s = (*until_s).max(tag.attribute("maxTimestamp").and_then(time::parse));
                return Ok(());
            }
            "paging" => return Ok(()),
            "next" => {
                let next = read_text(&mut self.xml)?.filter(|next| !next.is_empty());
                sink.tally.summary.continuation.next = next;
                return Ok(());
            }
            _ => return skip(&mut self.xml),
        };
        sink.record();
        let draft = Draft { place, deleted, ..Draft::of(medium) };
        draft.read(&mut self.xml)?.give(sink);
        Ok(())
    }
}

impl<R: Read> reader::Source for Source<R> {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, ReadError> {
        if !self.begun {
            self.begin()?;
        }
        let place = self.xml.place();
        match self.xml.next()? {
            Token::Open(tag) => self.open(&tag, place, sink)?,
            Token::Text(_) | Token::Close => {}
            Token::End => return Ok(false),
        }
        Ok(true)
    }
}

/// Passes over the element that was just opened.
fn skip<R: Read>(xml: &mut Xml<R>) -> Result<(), ReadError> {
    let depth = xml.depth();
    while xml.depth() >= depth {
        xml.next()?;
    }
    Ok(())
}

/// The text of the element that was just opened, `None` when it is too long.
fn read_text<R: Read>(xml: &mut Xml<R>) -> Result<Option<String>, ReadError> {
    let depth = xml.depth();
    let mut text = String::new();
    while xml.depth() >= depth {
        if let Token::Text(piece) = xml.next()? {
            append(&mut text, &piece);
        }
    }
    Ok(Some(text.trim().to_owned()).filter(|text| text.len() <= Provenance::TEXT_BYTES_MAX))
}

fn append(text: &mut String, piece: &str) {
    if text.len() <= TEXT_BYTES_ENOUGH {
        text.push_str(piece);
    }
}

/// One entry, as far as it was read.
struct Draft {
    place: Place,
    medium: Medium,
    deleted: bool,
    fingerprints: Vec<(SignalType, String)>,
    /// Fingerprints that stand elsewhere.
    elsewhere: Vec<SignalType>,
    provenance: Provenance,
    feedback_bytes_left: usize,
    wrong: Option<Reason>,
    /// The elements that are open, below the entry's own.
    path: Vec<String>,
    /// The text of the innermost.
    text: String,
}

impl Draft {
    fn of(medium: Medium) -> Self {
        Self {
            place: Place::Byte(0),
            medium,
            deleted: false,
            fingerprints: Vec::new(),
            elsewhere: Vec::new(),
            provenance: Provenance::default(),
            feedback_bytes_left: Provenance::BYTES_MAX,
            wrong: None,
            path: Vec::new(),
            text: String::new(),
        }
    }

    /// Reads to the end of the entry.
    fn read<R: Read>(mut self, xml: &mut Xml<R>) -> Result<Self, ReadError> {
        let depth = xml.depth();
        while xml.depth() >= depth {
            match xml.next()? {
                Token::Open(tag) => {
                    self.path.push(tag.name.clone());
                    self.text.clear();
                    let read = self.opened(&tag);
                    self.wrong = self.wrong.or(read.err());
                }
                Token::Text(piece) => append(&mut self.text, &piece),
                Token::Close => {
                    let read = self.closed();
                    self.wrong = self.wrong.or(read.err());
                    self.path.pop();
                    self.text.clear();
                }
                Token::End => return Err(ReadError::Malformed { place: xml.place() }),
            }
        }
        Ok(self)
    }

    fn opened(&mut self, tag: &Tag) -> Result<(), Reason> {
        let text = |name: &str, field: Field| {
            let text = tag.attribute(name).unwrap_or_default().trim();
            let fits = text.len() <= Provenance::TEXT_BYTES_MAX;
            if fits { Ok(text.to_owned()) } else { Err(Reason::Invalid(field)) }
        };
        let path = self.path.iter().map(String::as_str).collect::<Vec<_>>();
        match path.as_slice() {
            ["member"] => self.provenance.owner = text("id", Field::Owner)?,
            ["fingerprints", name] if tag.attribute("href").is_some() => {
                let named = names::named(name.as_bytes()).ok_or(Reason::UnknownType)?;
                self.add_elsewhere(named.0)?;
            }
            ["feedback", verdict @ ("affirmativeFeedback" | "negativeFeedback")] => {
                let verdict = verdict.trim_end_matches("Feedback").to_owned();
                let about = text("type", Field::Feedback)?;
                self.add_feedback(Feedback { verdict, about, ..Feedback::default() })?;
            }
            ["feedback", _, .., "member"] => {
                let member = text("id", Field::Feedback)?;
                self.weigh(text_weight(&member))?;
                push(self.provenance.feedback.last_mut().map(|f| &mut f.members), member)?;
            }
            ["feedback", _, .., "reason"] => {
                let reason = text("guid", Field::Feedback)?;
                self.weigh(text_weight(&reason))?;
                push(self.provenance.feedback.last_mut().map(|f| &mut f.reasons), reason)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn closed(&mut self) -> Result<(), Reason> {
        let text = |field: Field| {
            let text = self.text.trim();
            let fits = text.len() <= Provenance::TEXT_BYTES_MAX;
            if fits { Ok(text.to_owned()) } else { Err(Reason::Invalid(field)) }
        };
        let path = self.path.iter().map(String::as_str).collect::<Vec<_>>();
        match path.as_slice() {
            ["member"] => self.provenance.owner_name = text(Field::OwnerName)?,
            ["id"] => self.provenance.id = text(Field::Id)?,
            ["classification"] => self.provenance.classification = text(Field::Classification)?,
            ["timestamp"] => {
                let time = time::parse(self.text.trim()).ok_or(Reason::Invalid(Field::Time))?;
                self.provenance.time_s = Some(time);
            }
            ["fingerprints", name] if !self.text.trim().is_empty() => {
                let named = names::named(name.as_bytes()).ok_or(Reason::UnknownType)?;
                self.add_fingerprint(named.0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn add_fingerprint(&mut self, signal_type: SignalType) -> Result<(), Reason> {
        if self.fingerprints.len() >= FINGERPRINTS_MAX {
            return Err(Reason::TooMany(Field::Value));
        }
        let held = if signal_type.value_bytes().is_some() { self.text.trim() } else { "" };
        if held.len() > VALUE_BYTES_MAX {
            return Err(Reason::Invalid(Field::Value));
        }
        self.fingerprints.push((signal_type, held.to_owned()));
        Ok(())
    }

    fn add_elsewhere(&mut self, signal_type: SignalType) -> Result<(), Reason> {
        if self.elsewhere.len() >= FINGERPRINTS_MAX {
            return Err(Reason::TooMany(Field::Value));
        }
        self.elsewhere.push(signal_type);
        Ok(())
    }

    fn add_feedback(&mut self, feedback: Feedback) -> Result<(), Reason> {
        if self.provenance.feedback.len() >= Provenance::LIST_MAX {
            return Err(Reason::TooMany(Field::Feedback));
        }
        self.weigh(feedback.weight_bytes())?;
        self.provenance.feedback.push(feedback);
        Ok(())
    }

    /// Counts what feedback takes, which may come in any number of pieces.
    fn weigh(&mut self, bytes: usize) -> Result<(), Reason> {
        let left = self.feedback_bytes_left.checked_sub(bytes);
        self.feedback_bytes_left = left.ok_or(Reason::TooMany(Field::Feedback))?;
        Ok(())
    }

    /// One entry for each fingerprint, or one withdrawal.
    fn give(self, sink: &mut Sink) {
        let missing = match () {
            () if self.provenance.owner.is_empty() => Some(Reason::Missing(Field::Owner)),
            () if self.provenance.id.is_empty() => Some(Reason::Missing(Field::Id)),
            () if self.deleted => None,
            () if !self.fingerprints.is_empty() || !self.elsewhere.is_empty() => None,
            () => Some(Reason::Missing(Field::Value)),
        };
        let heavy = Sink::fits(&self.provenance).err();
        if let Some(reason) = self.wrong.or(missing).or(heavy) {
            return sink.problem(self.place, reason);
        }
        if self.deleted {
            return sink.entry(self.withdrawal());
        }
        self.elsewhere.iter().for_each(|signal_type| sink.tally.pass_over(*signal_type));
        for (signal_type, text) in &self.fingerprints {
            let entry = |signal| Entry {
                medium: self.medium,
                provenance: self.provenance.clone(),
                place: self.place,
                ..Entry::new(signal)
            };
            let outcome = sink.signal(*signal_type, text.as_bytes());
            sink.outcome(self.place, outcome.map(|signal| signal.map(entry)));
        }
    }

    fn withdrawal(self) -> Entry {
        Entry {
            subject: Subject::Listed,
            state: State::Deleted,
            medium: self.medium,
            quality: None,
            scheme: None,
            provenance: self.provenance,
            place: self.place,
        }
    }
}

fn push(list: Option<&mut Vec<String>>, text: String) -> Result<(), Reason> {
    let Some(list) = list else { return Ok(()) };
    if list.len() >= Provenance::LIST_MAX {
        return Err(Reason::TooMany(Field::Feedback));
    }
    list.extend(Some(text).filter(|text| !text.is_empty()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;
    use crate::reader::{Options, open};
    use crate::tally::Summary;

    const MD5: &str = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

    fn page(body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <queryResult xmlns=\"{NAMESPACE}\">{body}</queryResult>"
        )
    }

    fn read(text: &str) -> (Vec<Entry>, Summary) {
        let mut entries = open(text.as_bytes(), None, Options::default()).unwrap();
        let all = entries.by_ref().collect::<Result<_, _>>().unwrap();
        (all, entries.summary().clone())
    }

    fn error(text: &str) -> ReadError {
        let options = Options::default();
        let mut entries = open(text.as_bytes(), Some(Format::Ncmec), options).unwrap();
        entries.find_map(Result::err).unwrap()
    }

    fn image(fingerprints: &str) -> String {
        format!(
            "<images count=\"1\" maxTimestamp=\"2017-10-24T15:10:00Z\"><image>\
             <member id=\"42\">Some &amp; Member</member><timestamp>2017-10-24T15:00:00Z</timestamp>\
             <id>image1</id><classification>A1</classification>\
             <fingerprints>{fingerprints}</fingerprints><feedback lastUpdateTimestamp=\"x\">\
             <negativeFeedback type=\"Sha1\"><reasons><reason guid=\"0-1\" name=\"N\"/>\
             <members timestamp=\"x\"><member id=\"43\">Other</member></members></reasons>\
             </negativeFeedback></feedback></image></images>"
        )
    }

    #[test]
    fn each_fingerprint_is_an_entry() {
        let fingerprints = format!(
            "<md5>{MD5}</md5>\n<pdna>AAAA...</pdna><pdq> {} </pdq><tmk-pdqf rel=\"self\" href=\"/x\"/>",
            "b1".repeat(32)
        );
        let (entries, summary) = read(&page(&image(&fingerprints)));
        assert_eq!(entries.len(), 2);
        let provenance = &entries[1].provenance;
        assert_eq!((provenance.owner.as_str(), provenance.id.as_str()), ("42", "image1"));
        assert_eq!(provenance.owner_name, "Some & Member");
        assert_eq!(provenance.classification, "A1");
        assert_eq!(provenance.time_s, Some(1_508_857_200));
        let feedback = &provenance.feedback[0];
        assert_eq!((feedback.verdict.as_str(), feedback.about.as_str()), ("negative", "Sha1"));
        assert_eq!(
            (&feedback.members[..], &feedback.reasons[..]),
            (&["43".to_owned()][..], &["0-1".to_owned()][..])
        );
        let passed_over = summary.passed_over().collect::<Vec<_>>();
        assert_eq!(passed_over, [(SignalType::PhotoDna, 1), (SignalType::Tmk, 1)]);
        assert_eq!(summary.continuation.until_s, Some(1_508_857_800));
    }

    #[test]
    fn deleted_entries_withdraw_what_was_listed() {
        let body = "<videos><deletedVideo><member id=\"42\"/><id>v4</id>\
                    <timestamp>2017-10-24T15:20:00Z</timestamp></deletedVideo></videos>\
                    <paging><next>/v2/entries?from=a&amp;to=b</next></paging>";
        let (entries, summary) = read(&page(body));
        assert_eq!((entries[0].subject, entries[0].state), (Subject::Listed, State::Deleted));
        assert_eq!((entries[0].medium, summary.withdrawals), (Medium::Clip, 1));
        assert_eq!(summary.continuation.next.as_deref(), Some("/v2/entries?from=a&to=b"));
    }

    #[test]
    fn what_an_entry_lacks_is_told() {
        let lacks = [
            image("<rot13>00</rot13>"),
            image(""),
            image("<md5>00</md5>"),
            image("<md5>00</md5>").replace("id=\"42\"", ""),
            image("<md5>00</md5>").replace("T15:00:00Z", ""),
        ];
        let (entries, summary) = read(&page(&lacks.concat()));
        assert_eq!(entries.len(), 0);
        let reasons = summary.first_problems.iter().map(|problem| problem.reason);
        let expected = [
            Reason::UnknownType,
            Reason::Missing(Field::Value),
            Reason::Length { got: 2, expected: 32 },
            Reason::Missing(Field::Owner),
            Reason::Invalid(Field::Time),
        ];
        assert!(reasons.eq(expected));
    }

    #[test]
    fn entities_are_never_expanded() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><queryResult>&b;</queryResult>";
        assert!(matches!(error(bomb), ReadError::Entity { .. }));
        let in_text = page(&image("<md5>&b;</md5>"));
        assert!(matches!(error(&in_text), ReadError::Entity { .. }));
        let in_attribute = page(&image("").replace("id=\"42\"", "id=\"&b;\""));
        assert!(matches!(error(&in_attribute), ReadError::Entity { .. }));
    }

    #[test]
    fn other_documents_have_their_errors() {
        let other_version = page("").replace("/v2", "/v3");
        assert!(matches!(error(&other_version), ReadError::UnknownVersion));
        assert!(matches!(error("<status/>"), ReadError::NotThisFormat));
        assert!(matches!(error(""), ReadError::NotThisFormat));
        let whole = page(&image(""));
        assert!(matches!(error(&whole[..whole.len() - 20]), ReadError::Malformed { .. }));
        assert!(matches!(error(&page("<images></videos>")), ReadError::Malformed { .. }));
        let deep = page(&"<x>".repeat(100));
        assert!(matches!(error(&deep), ReadError::TooDeep { .. }));
        let long = page(&format!("<images {}=\"\"/>", "x".repeat(2 << 20)));
        assert!(matches!(error(&long), ReadError::TooLong { .. }));
    }
}
