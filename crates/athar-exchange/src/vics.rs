//! Project VIC's lists (VICS): OData JSON with one record for each file.
//!
//! Version 1.3 has a list of cases, each with its list of media; 2.0, and 1.2 as CAID uses it,
//! a list of media; and files are seen that have cases under a 2.0 heading. So what an element
//! is shows when it has a list called `Media` or has not. A code stands in `AlternativeHashes`,
//! under the name PDQ. Names are compared without regard to case, as other importers do. Of
//! comments, file names, Exif and thumbnails nothing is taken.

use crate::entry::{Entry, Medium, Place, Provenance};
use crate::error::{Field, ReadError, Reason};
use crate::json::{Json, Scalar};
use crate::reader::{self, Sink, VALUE_BYTES_MAX};
use crate::signal::SignalType;
use crate::{csv, names, time};
use std::io::Read;

/// Most signals of one file.
const SIGNALS_MAX: usize = 64;

pub(crate) struct Source<R: Read> {
    /// `None` when it is over.
    json: Option<Json<R>>,
    at: At,
    version_known: bool,
    records_found: bool,
    /// The element of `value` that is being read, when it turned out to be a case.
    case_owner: Option<String>,
    draft: Draft,
}

#[derive(Clone, Copy)]
enum At {
    Begin,
    /// Among the members of the document.
    Top,
    /// Among the elements of `value`.
    Value,
    /// Among the members of one of them.
    Element,
    /// Among the media of a case.
    Media,
}

/// One file's record, as far as it was read.
#[derive(Default)]
struct Draft {
    place: Option<Place>,
    signals: Vec<(SignalType, String)>,
    medium: Option<Medium>,
    provenance: Provenance,
    wrong: Option<Reason>,
}

impl<R: Read> Source<R> {
    pub(crate) fn new(input: R, mark_bytes: u64) -> Self {
        Self {
            json: Some(Json::new(input, mark_bytes)),
            at: At::Begin,
            version_known: false,
            records_found: false,
            case_owner: None,
            draft: Draft::default(),
        }
    }

    fn top(&mut self, mut json: Json<R>) -> Result<Option<Json<R>>, ReadError> {
        if !json.has_next()? {
            json.end_record()?;
            json.finish()?;
            let missing = ReadError::Missing { field: Field::Records };
            return if self.records_found { Ok(None) } else { Err(missing) };
        }
        match json.name()?.to_ascii_lowercase().as_str() {
            "odata.metadata" | "@odata.context" => {
                self.version_known = is_known(json.scalar()?);
                if !self.version_known {
                    return Err(ReadError::UnknownVersion);
                }
            }
            "value" if !self.version_known => {
                return Err(ReadError::Missing { field: Field::Version });
            }
            "value" => {
                json.begin_list()?;
                self.records_found = true;
                self.at = At::Value;
            }
            _ => json.skip()?,
        }
        Ok(Some(json))
    }

    fn value(&mut self, json: &mut Json<R>, sink: &mut Sink) -> Result<(), ReadError> {
        if !json.has_next()? {
            json.end_list()?;
            self.at = At::Top;
        } else if self.begin(json, sink)? {
            self.case_owner = None;
            self.at = At::Element;
        }
        Ok(())
    }

    fn element(&mut self, json: &mut Json<R>, sink: &mut Sink) -> Result<(), ReadError> {
        while json.has_next()? {
            let name = json.name()?.to_ascii_lowercase();
            if name == "media" && json.at_list()? {
                json.begin_list()?;
                self.case_owner = Some(std::mem::take(&mut self.draft.provenance.owner));
                self.at = At::Media;
                return Ok(());
            }
            self.draft.member(&name, json)?;
        }
        json.end_record()?;
        self.at = At::Value;
        if self.case_owner.is_none() {
            std::mem::take(&mut self.draft).give(sink);
        }
        Ok(())
    }

    fn media(&mut self, json: &mut Json<R>, sink: &mut Sink) -> Result<(), ReadError> {
        if !json.has_next()? {
            json.end_list()?;
            self.at = At::Element;
            return Ok(());
        }
        if !self.begin(json, sink)? {
            return Ok(());
        }
        while json.has_next()? {
            let name = json.name()?.to_ascii_lowercase();
            self.draft.member(&name, json)?;
        }
        json.end_record()?;
        let owner = self.case_owner.clone().unwrap_or_default();
        self.draft.provenance.owner = owner;
        std::mem::take(&mut self.draft).give(sink);
        Ok(())
    }

    /// Begins a record; `false` when it is none, and passed over.
    fn begin(&mut self, json: &mut Json<R>, sink: &mut Sink) -> Result<bool, ReadError> {
        let is_record = json.at_record()?;
        let place = json.place();
        self.draft = Draft { place: Some(place), ..Draft::default() };
        if is_record {
            json.begin_record()?;
        } else {
            json.skip()?;
            sink.record();
            sink.problem(place, Reason::Invalid(Field::Records));
        }
        Ok(is_record)
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
            At::Top => self.top(json)?,
            At::Value => self.value(&mut json, sink).map(|()| Some(json))?,
            At::Element => self.element(&mut json, sink).map(|()| Some(json))?,
            At::Media => self.media(&mut json, sink).map(|()| Some(json))?,
        };
        Ok(self.json.is_some())
    }
}

/// The data model is named by an address that ends in its version and list.
fn is_known(context: Scalar) -> bool {
    let Ok(context) = context.text(Field::Version) else { return false };
    let context = context.to_ascii_lowercase();
    let Some((_, version)) = context.split_once("/datamodels/") else { return false };
    ["1.2.xml", "1.3.xml", "2.0.xml"].iter().any(|known| version.starts_with(known))
}

impl Draft {
    fn member<R: Read>(&mut self, name: &str, json: &mut Json<R>) -> Result<(), ReadError> {
        let read = match name {
            "alternativehashes" if json.at_list()? => return self.alternatives(json),
            "tags" => self.tags(json)?,
            "md5" => self.add(SignalType::Md5, json.scalar()?.value()),
            "sha1" => self.add(SignalType::Sha1, json.scalar()?.value()),
            "photodna" => self.add(SignalType::PhotoDna, json.scalar()?.value()),
            "mediaid" => json.scalar()?.text(Field::Id).map(|text| self.provenance.id = text),
            "category" => json
                .scalar()?
                .text(Field::Classification)
                .map(|text| self.provenance.classification = text),
            "contactorganization" => {
                json.scalar()?.text(Field::Owner).map(|text| self.provenance.owner = text)
            }
            "dateupdated" => seconds(json.scalar()?).map(|time| self.provenance.time_s = time),
            "mimetype" => json.scalar()?.text(Field::Medium).map(|text| self.mime(&text)),
            _ => return json.skip(),
        };
        self.wrong = self.wrong.or(read.err());
        Ok(())
    }

    fn mime(&mut self, text: &str) {
        let kinds = [("image", Medium::Picture), ("video", Medium::Clip), ("audio", Medium::Sound)];
        let text = text.to_ascii_lowercase();
        self.medium = kinds.iter().find(|(kind, _)| text.starts_with(kind)).map(|(_, m)| *m);
    }

    fn tags<R: Read>(&mut self, json: &mut Json<R>) -> Result<Result<(), Reason>, ReadError> {
        let mut texts = Vec::new();
        if json.at_list()? {
            json.begin_list()?;
            while json.has_next()? {
                texts.push(json.scalar()?.text(Field::Tags));
                texts.truncate(Provenance::LIST_MAX + 1);
            }
            json.end_list()?;
        } else {
            // All of them in one text: their own lengths are looked at once they are apart.
            texts.push(json.scalar()?.value().map_err(|_| Reason::Invalid(Field::Tags)));
        }
        Ok(self.keep_tags(texts))
    }

    fn keep_tags(&mut self, texts: Vec<Result<String, Reason>>) -> Result<(), Reason> {
        for text in texts {
            self.provenance.tags.extend(csv::list(&text?, |c| matches!(c, ',' | ';'))?);
        }
        let fits = self.provenance.tags.len() <= Provenance::LIST_MAX;
        if fits { Ok(()) } else { Err(Reason::TooMany(Field::Tags)) }
    }

    fn alternatives<R: Read>(&mut self, json: &mut Json<R>) -> Result<(), ReadError> {
        json.begin_list()?;
        while json.has_next()? {
            let read = if json.at_record()? {
                self.alternative(json)?
            } else {
                json.skip()?;
                Err(Reason::Invalid(Field::Value))
            };
            self.wrong = self.wrong.or(read.err());
        }
        json.end_list()
    }

    fn alternative<R: Read>(
        &mut self,
        json: &mut Json<R>,
    ) -> Result<Result<(), Reason>, ReadError> {
        let (mut name, mut value) = (Ok(String::new()), Ok(String::new()));
        json.begin_record()?;
        while json.has_next()? {
            match json.name()?.to_ascii_lowercase().as_str() {
                "hashname" => name = json.scalar()?.text(Field::Type),
                "hashvalue" => value = json.scalar()?.value(),
                _ => json.skip()?,
            }
        }
        json.end_record()?;
        Ok(name.and_then(|name| {
            if name.is_empty() && value.as_ref().is_ok_and(String::is_empty) {
                return Ok(());
            }
            let (signal_type, _) = names::named(name.as_bytes()).ok_or(Reason::UnknownType)?;
            self.add(signal_type, value)
        }))
    }

    fn add(
        &mut self,
        signal_type: SignalType,
        value: Result<String, Reason>,
    ) -> Result<(), Reason> {
        let value = value?;
        if self.signals.len() >= SIGNALS_MAX {
            return Err(Reason::TooMany(Field::Value));
        }
        if value.trim().is_empty() {
            return Ok(());
        }
        let held = if signal_type.value_bytes().is_some() { value } else { String::new() };
        if held.len() > VALUE_BYTES_MAX {
            return Err(Reason::Invalid(Field::Value));
        }
        self.signals.push((signal_type, held));
        Ok(())
    }

    /// One entry for each signal.
    fn give(self, sink: &mut Sink) {
        let place = self.place.unwrap_or(Place::Byte(0));
        sink.record();
        let empty = self.signals.is_empty().then_some(Reason::Missing(Field::Value));
        let heavy = Sink::fits(&self.provenance).err();
        if let Some(reason) = self.wrong.or(empty).or(heavy) {
            return sink.problem(place, reason);
        }
        for (signal_type, value) in &self.signals {
            let signal = sink.signal(*signal_type, value.trim().as_bytes());
            let entry = |signal| Entry {
                medium: self.medium.unwrap_or(Medium::of_bare(&signal)),
                provenance: self.provenance.clone(),
                place,
                ..Entry::new(signal)
            };
            let outcome = signal.map(|signal| signal.map(entry));
            sink.outcome(place, outcome);
        }
    }
}

fn seconds(scalar: Scalar) -> Result<Option<i64>, Reason> {
    let text = scalar.text(Field::Time)?;
    let invalid = Reason::Invalid(Field::Time);
    if text.is_empty() { Ok(None) } else { time::parse_or_utc(&text).map(Some).ok_or(invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::{Options, open};
    use crate::signal::Types;
    use crate::tally::Summary;

    const PDQ: &str = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bacd";
    const MD5: &str = "ADEBF3FA3C9BE7F73825E1CB9E2DEA09";

    fn read(text: &str, options: Options) -> (Vec<Entry>, Summary) {
        let mut entries = open(text.as_bytes(), None, options).unwrap();
        let all = entries.by_ref().collect::<Result<_, _>>().unwrap();
        (all, entries.summary().clone())
    }

    fn error(text: &[u8]) -> ReadError {
        let options = Options::default();
        let mut entries = open(text, Some(crate::Format::Vics), options).unwrap();
        entries.find_map(Result::err).unwrap()
    }

    fn cases() -> String {
        format!(
            "\u{FEFF}{{\"odata.metadata\":\"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Cases\",\
             \"value\":[{{\"CaseID\":\"1\",\"ContactOrganization\":\"Unit 9\",\"ContactName\":\"N\",\
             \"Media\":[{{\"MediaID\":7,\"Category\":2,\"MD5\":\"{MD5}\",\"SHA1\":null,\
             \"Tags\":\"a, b\",\"MimeType\":\"video/mp4\",\"Exifs\":[{{\"PropertyName\":\"x\"}}],\
             \"AlternativeHashes\":[{{\"HashName\":\"PhotoDNA\",\"HashValue\":\"AAAA\"}},\
             {{\"HashName\":\"PDQ\",\"HashValue\":\"{PDQ}\"}}]}},\
             {{\"MediaID\":8,\"MD5\":\"{MD5}00\"}}],\"TotalMediaFiles\":2}}]}}"
        )
    }

    #[test]
    fn cases_of_1_3_are_read() {
        let (entries, summary) = read(&cases(), Options::default());
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].signal().unwrap().to_hex(), PDQ);
        let provenance = &entries[1].provenance;
        assert_eq!((provenance.owner.as_str(), provenance.id.as_str()), ("Unit 9", "7"));
        assert_eq!(provenance.classification, "2");
        assert_eq!(
            (provenance.tags.as_slice(), entries[1].medium),
            (&["a".to_owned(), "b".to_owned()][..], Medium::Clip)
        );
        assert_eq!((summary.records, summary.problems), (2, 1));
        assert_eq!(summary.first_problems[0].reason, Reason::Length { got: 34, expected: 32 });
        let Place::Byte(offset) = entries[0].place else { panic!("a line") };
        assert!(cases()[offset as usize..].starts_with("{\"MediaID\":7"));
        assert_eq!(summary.passed_over().collect::<Vec<_>>(), [(SignalType::PhotoDna, 1)]);
    }

    #[test]
    fn digests_are_counted_when_only_codes_are_wanted() {
        let options = Options { wanted: Types::PDQ, ..Options::default() };
        let (entries, summary) = read(&cases(), options);
        assert_eq!((entries.len(), summary.problems), (1, 0));
        let expected = [(SignalType::Md5, 2), (SignalType::PhotoDna, 1)];
        assert_eq!(summary.passed_over().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn media_of_2_0_are_read() {
        let text = format!(
            "{{\"@odata.context\":\"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media\",\
             \"value\":[{{\"MediaID\":1,\"Category\":0,\"MD5\":\"{MD5}\",\
             \"DateUpdated\":\"2023-06-07T02:31:49.8300Z\"}},5,{{\"MediaID\":2}}]}}"
        );
        let (entries, summary) = read(&text, Options::default());
        assert_eq!(entries[0].provenance.time_s, Some(1_686_105_109));
        let reasons = summary.first_problems.iter().map(|problem| problem.reason);
        assert!(reasons.eq([Reason::Invalid(Field::Records), Reason::Missing(Field::Value)]));
    }

    #[test]
    fn other_versions_and_broken_documents_have_their_errors() {
        let unknown = "{\"odata.metadata\":\"x/DataModels/3.0.xml#Cases\",\"value\":[]}";
        assert!(matches!(error(unknown.as_bytes()), ReadError::UnknownVersion));
        let unsaid = ReadError::Missing { field: Field::Version };
        assert_eq!(format!("{:?}", error(b"{\"value\":[]}")), format!("{unsaid:?}"));
        let cut = &cases()[..cases().len() - 40];
        assert!(matches!(error(cut.as_bytes()), ReadError::Malformed { .. }));
        assert!(matches!(error(b"[]"), ReadError::Malformed { place: Place::Byte(0) }));
        let twice = format!("{} {{}}", cases());
        assert!(matches!(error(twice.as_bytes()), ReadError::Malformed { .. }));
        assert!(matches!(error(b"{\"x\":\"\xff\"}"), ReadError::NotUtf8 { .. }));
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_refused_in_little_memory() {
        let long = format!("{{\"{}\":1}}", "x".repeat(2 << 20));
        assert!(matches!(error(long.as_bytes()), ReadError::TooLong { .. }));
        let deep = format!("{{\"x\":{}", "[".repeat(100_000));
        assert!(matches!(error(deep.as_bytes()), ReadError::TooDeep { .. }));
        let thumbnail = cases().replace("\"N\"", &format!("\"{}\"", "A".repeat(3 << 20)));
        assert_eq!(read(&thumbnail, Options::default()).0.len(), 2);
    }
}
