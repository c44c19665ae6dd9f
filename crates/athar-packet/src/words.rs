//! What the report says: messages of `words/en.ftl` and `words/ar.ftl`.
//!
//! Counts stand behind a colon or before "of", so that neither language has to bend a noun to its
//! number. Digits are European in both: they are read beside digests and pixels.

use crate::content::{Made, Match, ToldTime};
use crate::drawing::clock;
use crate::manifest::Manifest;
use crate::report::{Rich, Span, code, grouped, name, number, words};
use crate::{Content, Digest};
use athar_words::{Language, text};
use jiff::Timestamp;

/// Stands around the place of what is no word while a message is put together.
const MARK: char = '\u{e000}';

/// The report's words.
#[derive(Debug)]
pub(crate) struct Words(athar_words::Words);

/// A label and what stands behind it.
type Fact = (String, Rich);

impl Words {
    pub(crate) fn of(language: Language) -> Self {
        Self(athar_words::Words::new(language, resource(language)))
    }

    /// A message that takes nothing.
    fn say(&self, id: &str) -> String {
        self.0.say(id, &[])
    }

    /// A message with what stands in it, each in its own direction.
    fn rich(&self, id: &str, arguments: &[(&'static str, Rich)]) -> Rich {
        let mark = |(place, (name, _)): (usize, &(&'static str, Rich))| {
            (*name, text(format!("{MARK}{place}{MARK}")))
        };
        let marks: Vec<_> = arguments.iter().enumerate().map(mark).collect();
        let said = self.0.say(id, &marks);
        let mut rich = Rich::new();
        for (number, part) in said.split(MARK).enumerate() {
            match part.parse::<usize>().ok().filter(|_| number % 2 == 1) {
                Some(place) => rich
                    .extend(arguments.get(place).map(|(_, one)| one.clone()).unwrap_or_default()),
                None if part.is_empty() => {}
                None => rich.extend(words(part)),
            }
        }
        rich
    }

    pub(crate) fn report(&self) -> String {
        self.say("evidence-report")
    }

    pub(crate) fn case(&self) -> String {
        self.say("case")
    }

    pub(crate) fn page(&self, page: usize, of: usize) -> String {
        self.0.say("page", &[("page", text(page.to_string())), ("of", text(of.to_string()))])
    }

    pub(crate) fn summary(&self, content: &Content, cases: usize) -> Rich {
        let count = |n: usize| number(grouped(n as u64));
        let ties = content.matches.len() + content.matches_left_out as usize;
        let counts = [
            ("files", count(content.items.len())),
            ("refused", count(content.refusals.len())),
            ("ties", count(ties)),
            ("cases", count(cases)),
            ("handles", count(content.handles.len())),
        ];
        self.rich("summary", &counts)
    }

    pub(crate) fn the_case(&self) -> String {
        self.say("the-case")
    }

    pub(crate) fn case_facts(&self, content: &Content) -> Vec<Fact> {
        let case = &content.case;
        let facts = case.facts.clone().unwrap_or_default();
        let mut list = vec![
            (self.say("name-of-the-case"), name(&case.name)),
            (self.say("opened"), self.time(case.opened_at_ms)),
        ];
        let channel = facts.channel.as_deref();
        list.extend(channel.map(|channel| (self.channel_label(), self.channel(Some(channel)))));
        let received = self.say("complaint-received");
        list.extend(facts.received_at_ms.map(|at| (received, self.time(at))));
        let texts = [
            (self.say("unit"), facts.unit),
            (self.say("complainant-opaque-name"), facts.complainant),
            (self.say("suspect-opaque-name"), facts.suspect),
        ];
        let urgency = facts.urgency.as_deref();
        list.extend(texts.into_iter().filter_map(|(label, text)| Some((label, name(text?)))));
        list.extend(urgency.map(|urgency| (self.say("urgency"), words(self.urgency(urgency)))));
        let texts =
            [(self.say("why-urgent"), facts.urgency_reason), (self.say("note"), facts.note)];
        list.extend(texts.into_iter().filter_map(|(label, text)| Some((label, name(text?)))));
        list
    }

    fn urgency(&self, urgency: &str) -> String {
        match urgency {
            "low" => self.say("low"),
            "high" => self.say("high"),
            "immediate" => self.say("immediate"),
            _ => self.say("normal"),
        }
    }

    fn channel_label(&self) -> String {
        self.say("channel-label")
    }

    pub(crate) fn channel(&self, channel: Option<&str>) -> Rich {
        words(match channel {
            Some("hotline") => self.say("hotline"),
            Some("email") => self.say("channel-email"),
            Some("app") => self.say("application"),
            Some("walk-in") => self.say("in-person"),
            Some("platform") => self.say("a-platform"),
            Some("partner") => self.say("partner-unit"),
            Some(own) => return name(own),
            None => return self.unsaid(),
        })
    }

    pub(crate) fn unsaid(&self) -> Rich {
        words("–")
    }

    pub(crate) fn none(&self) -> String {
        self.say("none")
    }

    pub(crate) fn time(&self, at_ms: i64) -> Rich {
        let at = Timestamp::from_millisecond(at_ms);
        let text = at.map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
        number(text.unwrap_or_else(|_| at_ms.to_string()))
    }

    /// In a table, whose column says that it is UTC.
    pub(crate) fn cell_time(&self, at_ms: i64) -> Rich {
        let text = |span| match span {
            Span::Number(text) => {
                Span::Number(text.trim_end_matches(" UTC").replace(' ', "\u{a0}"))
            }
            other => other,
        };
        self.time(at_ms).into_iter().map(text).collect()
    }

    pub(crate) fn received(&self) -> String {
        self.say("received-heading")
    }

    pub(crate) fn no_reports(&self) -> String {
        self.say("no-reports")
    }

    pub(crate) fn report_columns(&self) -> [(String, f32); 6] {
        [
            (self.say("report"), 0.09),
            (self.say("recorded-utc"), 0.2),
            (self.say("received-utc"), 0.2),
            (self.channel_label(), 0.17),
            (self.say("unit"), 0.19),
            (self.say("all-looked-at"), 0.15),
        ]
    }

    pub(crate) fn completeness(&self, complete: bool) -> String {
        if complete { self.say("yes") } else { self.say("broken-off") }
    }

    pub(crate) fn files(&self) -> String {
        self.say("files")
    }

    pub(crate) fn item_columns(&self) -> [(String, f32); 7] {
        [
            (self.say("no"), 0.055),
            ("SHA-256".to_owned(), 0.305),
            (self.say("what-it-is"), 0.18),
            (self.say("bytes"), 0.105),
            (self.say("recorded-utc"), 0.185),
            (self.say("report"), 0.095),
            (self.say("ties"), 0.08),
        ]
    }

    pub(crate) fn media(&self, kind: &str) -> String {
        match kind {
            "video" => self.say("clip"),
            "audio" => self.say("recording"),
            _ => self.say("picture"),
        }
    }

    pub(crate) fn provenance(&self) -> String {
        self.say("provenance-heading")
    }

    pub(crate) fn provenance_text(&self) -> String {
        self.say("provenance-text")
    }

    pub(crate) fn provenance_columns(&self) -> [(String, f32); 5] {
        [
            (self.say("file"), 0.08),
            (self.say("name-in-parcel"), 0.23),
            (self.say("came-in"), 0.23),
            (self.say("sender"), 0.23),
            (self.say("when"), 0.23),
        ]
    }

    /// When a file was sent or changed, by somebody's clock.
    pub(crate) fn told_time(&self, told: &ToldTime) -> Rich {
        let id = match (told.is_sent(), told.is_utc()) {
            (true, true) => "sent-at",
            (true, false) => "sent-at-unknown-zone",
            (false, true) => "changed-at",
            (false, false) => "changed-at-unknown-zone",
        };
        self.rich(id, &[("time", self.cell_time(told.at_ms))])
    }

    pub(crate) fn unread(&self) -> String {
        self.say("unread-files")
    }

    pub(crate) fn refusal_columns(&self) -> [(String, f32); 4] {
        [
            ("SHA-256".to_owned(), 0.4),
            (self.say("bytes"), 0.15),
            (self.say("why"), 0.25),
            (self.say("recorded-utc"), 0.2),
        ]
    }

    pub(crate) fn refusal(&self, reason: &str) -> String {
        match reason {
            "unsupported" => self.say("refused-unsupported"),
            "corrupt" => self.say("refused-corrupt"),
            "limit" => self.say("refused-limit"),
            "stopped" => self.say("refused-stopped"),
            _ => self.say("refused-unreadable"),
        }
    }

    pub(crate) fn handles(&self) -> String {
        self.say("handles-heading")
    }

    pub(crate) fn handle_columns(&self) -> [(String, f32); 4] {
        [
            (self.say("kind"), 0.2),
            (self.say("name-number-or-address"), 0.36),
            (self.say("recorded-utc"), 0.2),
            (self.say("also-named-in"), 0.24),
        ]
    }

    pub(crate) fn handle(&self, kind: &str) -> String {
        match kind {
            "account" => self.say("account"),
            "telephone" => self.say("telephone"),
            "wallet" => self.say("wallet"),
            "payment" => self.say("payment"),
            "email" => self.say("handle-email"),
            _ => self.say("other"),
        }
    }

    pub(crate) fn matched(&self) -> String {
        self.say("matched-heading")
    }

    pub(crate) fn no_matches(&self) -> String {
        self.say("no-matches")
    }

    pub(crate) fn match_columns(&self) -> [(String, f32); 6] {
        [
            (self.say("no"), 0.07),
            (self.say("file"), 0.08),
            (self.say("other-case"), 0.2),
            (self.say("relation"), 0.25),
            (self.say("false-alarms-at-most"), 0.22),
            (self.say("review"), 0.18),
        ]
    }

    pub(crate) fn a_match(&self) -> String {
        self.say("match")
    }

    pub(crate) fn left_out(&self, count: u64) -> Rich {
        self.rich("left-out", &[("n", number(grouped(count)))])
    }

    pub(crate) fn not_drawn(&self, count: usize) -> Rich {
        self.rich("not-drawn", &[("n", number(grouped(count as u64)))])
    }

    pub(crate) fn relation(&self, relation: &str) -> String {
        match relation {
            "part" => self.say("relation-part"),
            "altered" => self.say("relation-altered"),
            "segment" => self.say("relation-segment"),
            "still" => self.say("relation-still"),
            _ => self.say("relation-copy"),
        }
    }

    pub(crate) fn state(&self, state: &str) -> String {
        match state {
            "confirmed" => self.say("confirmed"),
            "rejected" => self.say("rejected-no-tie"),
            "harmless" => self.say("harmless-no-tie"),
            "held" => self.say("held-no-tie"),
            _ => self.say("not-reviewed"),
        }
    }

    /// What a match says, in a sentence.
    pub(crate) fn verdict(&self, found: &Match, place: usize) -> Rich {
        let relation = words(self.relation(&found.relation));
        let told =
            [("file", number(place)), ("case", name(&found.other_case)), ("relation", relation)];
        self.rich("verdict", &told)
    }

    pub(crate) fn match_facts(&self, found: &Match) -> Vec<Fact> {
        let mut list = vec![
            (self.say("file-of-this-case"), code(found.item)),
            (self.say("file-of-the-other"), code(found.other.sha256)),
            (self.say("the-other-came-in"), self.time(found.other_reported_at_ms)),
            (self.say("found"), self.time(found.found_at_ms)),
            (self.say("compared-by"), words(self.space(&found.via))),
            (self.say("evidence"), self.evidence(found)),
            (self.say("false-alarms-at-most"), self.rate(found)),
            (self.say("measured-on"), self.measured(found)),
        ];
        list.extend(self.lie(found));
        let opinion = found.second_opinion.map(|second| {
            let bits = [("bits", number(second.distance))];
            let id = if second.agrees { "second-agrees" } else { "second-disagrees" };
            (self.say("independent-hash"), self.rich(id, &bits))
        });
        list.extend(opinion);
        list.extend(found.decisions.iter().map(|decision| self.decision(decision)));
        list
    }

    fn decision(&self, decision: &crate::content::Decision) -> Fact {
        let mut rich = words(format!("{} · ", self.state(&decision.verdict)));
        rich.extend(self.time(decision.decided_at_ms));
        if let Some(actor) = &decision.actor {
            rich.extend(words(" · "));
            rich.extend(name(actor));
        }
        rich.extend(words(": "));
        rich.extend(name(&decision.reason));
        (self.say("reviewer"), rich)
    }

    fn evidence(&self, found: &Match) -> Rich {
        if found.event.is_none() {
            return words(self.say("very-same-file"));
        }
        let bits = number(found.distance);
        let Some(inliers) = found.inliers else {
            return self.rich("evidence-bits", &[("bits", bits), ("of", number(256))]);
        };
        let id = if found.time.is_some() { "evidence-moments" } else { "evidence-landmarks" };
        self.rich(id, &[("n", number(inliers)), ("bits", bits), ("of", number(256))])
    }

    /// A rate is a share of comparisons, so there is a whole number of them for one alarm.
    pub(crate) fn rate(&self, found: &Match) -> Rich {
        let rate = found.false_alarm_rate;
        if found.false_alarm_pairs == 0 || rate >= 1.0 {
            return words(self.say("not-measured"));
        }
        let one_in = grouped((1.0 / rate.clamp(1e-15, 1.0)).floor() as u64);
        self.rich("one-in", &[("n", number(one_in))])
    }

    fn measured(&self, found: &Match) -> Rich {
        self.rich("measured", &[("pairs", number(grouped(found.false_alarm_pairs)))])
    }

    /// How one lies in the other.
    fn lie(&self, found: &Match) -> Vec<Fact> {
        let mut list = Vec::new();
        if let Some(region) = &found.region {
            let mut rich =
                self.turned(number(format!("×\u{a0}{:.2}", region.scale)), region.turn_deg);
            if region.mirrored {
                rich = self.rich("lie-mirrored", &[("lie", rich)]);
            }
            list.push((self.say("the-older-in-the-newer"), rich));
        }
        let segments = found.time.iter().flat_map(|time| &time.segments);
        list.extend(segments.take(SEGMENTS_WRITTEN).map(|segment| self.segment(segment)));
        list
    }

    fn turned(&self, lie: Rich, turn_deg: f64) -> Rich {
        let degrees = number(format!("{:.1}°", turn_deg.abs()));
        match turn_deg {
            turn if turn >= 0.05 => self.rich("lie-clockwise", &[("lie", lie), ("turn", degrees)]),
            turn if turn <= -0.05 => {
                self.rich("lie-anticlockwise", &[("lie", lie), ("turn", degrees)])
            }
            _ => lie,
        }
    }

    fn segment(&self, segment: &crate::content::Segment) -> Fact {
        let span = |span: Option<[u64; 2]>| match span {
            Some([from, to]) => number(format!("{}–{}", clock(from), clock(to))),
            None => words(self.say("the-still")),
        };
        let sides = [("newer", span(segment.newer_ms)), ("older", span(segment.older_ms))];
        let rich = self.rich("stretches", &sides);
        (self.say("stretch-of-time"), rich)
    }

    pub(crate) fn of_this_case(&self) -> String {
        self.say("file-of-this-case")
    }

    pub(crate) fn of_the_other(&self) -> String {
        self.say("file-of-the-other-case")
    }

    pub(crate) fn outline(&self, file: &str) -> String {
        self.0.say("outline", &[("file", text(file))])
    }

    pub(crate) fn drawn_regions(&self) -> String {
        self.say("drawn-regions")
    }

    pub(crate) fn drawn_times(&self) -> String {
        self.say("drawn-times")
    }

    pub(crate) fn methods(&self) -> String {
        self.say("methods-heading")
    }

    pub(crate) fn method_texts(&self, content: &Content) -> Vec<String> {
        let has = |via: &str| content.matches.iter().any(|found| found.via == via);
        let mut texts = vec![self.say("method-codes")];
        let ways = [
            ("pdq", self.say("method-pdq")),
            ("landmark", self.say("method-landmarks")),
            ("voice", self.say("method-voice")),
        ];
        texts.extend(ways.into_iter().filter(|(via, _)| has(via)).map(|(_, text)| text));
        texts.push(self.say("method-rates"));
        texts
    }

    pub(crate) fn space(&self, space: &str) -> String {
        match space {
            "landmark" => self.say("space-landmark"),
            "voice" => self.say("space-voice"),
            _ => self.say("space-pdq"),
        }
    }

    pub(crate) fn threshold_columns(&self) -> [(String, f32); 2] {
        [(self.say("threshold"), 0.7), (self.say("value"), 0.3)]
    }

    pub(crate) fn chain(&self) -> String {
        self.say("chain-heading")
    }

    pub(crate) fn chain_texts(&self) -> [String; 2] {
        [self.say("chain-text"), self.say("chain-records")]
    }

    pub(crate) fn event_columns(&self) -> [(String, f32); 4] {
        [
            (self.say("what-happened"), 0.46),
            (self.say("how-often"), 0.18),
            (self.say("first-event"), 0.18),
            (self.say("last-event"), 0.18),
        ]
    }

    pub(crate) fn event(&self, kind: &str) -> String {
        match kind {
            "ledger_created" => self.say("event-ledger-created"),
            "case_opened" => self.say("event-case-opened"),
            "case_described" => self.say("event-case-described"),
            "handle_added" => self.say("event-handle-added"),
            "report_opened" => self.say("event-report-opened"),
            "report_received" => self.say("event-report-received"),
            "report_closed" => self.say("event-report-closed"),
            "item_added" => self.say("event-item-added"),
            "item_reported" => self.say("event-item-reported"),
            "provenance_told" => self.say("event-provenance-told"),
            "file_refused" => self.say("event-file-refused"),
            "match_found" => self.say("event-match-found"),
            "link_decided" => self.say("event-link-decided"),
            "packet_made" => self.say("event-packet-made"),
            _ => self.say("other"),
        }
    }

    pub(crate) fn chain_facts(&self, manifest: &Manifest) -> Vec<Fact> {
        vec![
            (self.say("events-in-the-chain"), number(grouped(manifest.tree.size))),
            (self.say("root-over-all-of-them"), code(manifest.tree.root)),
            (self.say("name-of-the-ledger"), code(manifest.ledger)),
        ]
    }

    pub(crate) fn packet(&self) -> String {
        self.say("packet-heading")
    }

    pub(crate) fn packet_text(&self) -> String {
        self.say("packet-text")
    }

    pub(crate) fn entry_columns(&self) -> [(String, f32); 3] {
        [
            (self.say("file-of-the-archive"), 0.25),
            (self.say("bytes"), 0.15),
            ("SHA-256".to_owned(), 0.6),
        ]
    }

    pub(crate) fn packet_facts(&self, made: &Made, key: &Digest) -> Vec<Fact> {
        let mut list = vec![
            (self.say("made"), self.time(made.made_at_ms)),
            (self.say("event"), number(made.event)),
        ];
        let texts = [(self.say("by"), &made.actor), (self.say("for"), &made.purpose)];
        list.extend(
            texts.into_iter().filter_map(|(label, text)| Some((label, name(text.clone()?)))),
        );
        list.push((self.say("public-key"), code(key)));
        list.push((
            self.say("command"),
            vec![Span::Code("athar packet verify FILE --key KEY".into())],
        ));
        list
    }

    pub(crate) fn limits(&self) -> String {
        self.say("limits-heading")
    }

    pub(crate) fn limit_texts(&self) -> [String; 3] {
        [self.say("limit-lead"), self.say("limit-one-ledger"), self.say("limit-clock")]
    }

    pub(crate) fn made_by(&self) -> String {
        self.say("made-by")
    }
}

/// Stretches of time that are written out.
const SEGMENTS_WRITTEN: usize = 6;

const fn resource(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("words/en.ftl"),
        Language::Arabic => include_str!("words/ar.ftl"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use athar_words::shapes;
    use std::collections::BTreeSet;

    /// Ids are texts in the code: each text that looks like one and each message must be the other.
    #[test]
    fn what_is_said_is_there_in_both_languages_and_nothing_else_is() {
        let [english, arabic] = Language::ALL.map(|one| shapes(one, resource(one)).unwrap());
        assert_eq!(english, arabic, "other messages, or other variables");
        let code = include_str!("words.rs").split("#[cfg(test)]").next().unwrap();
        let said: BTreeSet<_> = code.split('"').skip(1).step_by(2).collect();
        let unsaid: Vec<_> = english.keys().filter(|id| !said.contains(id.as_str())).collect();
        assert!(unsaid.is_empty(), "nobody says {unsaid:?}");
        for call in ["say(\"", "rich(\""] {
            for (place, _) in code.match_indices(call) {
                let id = code[place + call.len()..].split('"').next().unwrap();
                assert!(english.contains_key(id), "{id} is not there");
            }
        }
    }

    #[test]
    fn a_message_keeps_what_stands_in_it_in_its_own_direction() {
        let words_of = |language| Words::of(language).rich("one-in", &[("n", number(7))]);
        assert_eq!(words_of(Language::English)[1], Span::Number("7".into()));
        let arabic = [Span::Words("إنذار واحد في كل ".into()), Span::Number("7".into())];
        assert_eq!(words_of(Language::Arabic), arabic);
    }
}
