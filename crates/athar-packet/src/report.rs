//! The report for people, before it is a page: headings, facts, tables and drawings, in one
//! language. The HTML and the PDF are both drawn from it, so they say the same.

use crate::content::{Item, Match, Provenance};
use crate::drawing::{Drawing, drawing};
use crate::make::Parts;
use crate::manifest::{EntryRecord, Manifest};
use crate::words::Words;
use crate::{Content, Digest};
use athar_words::Language;
pub(crate) use athar_words::grouped;
use std::collections::BTreeMap;

/// Matches that have a section of their own at most; the others are in the table before.
const EXPLAINED_MOST: usize = 300;

/// What a line of text takes in the units of a drawing, on paper.
const LINE_HEIGHT: f64 = 35.6;

/// A report.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) language: Language,
    pub(crate) words: Words,
    /// What stands in the head of each page.
    pub(crate) kind: String,
    pub(crate) title: Rich,
    /// The title as plain text.
    pub(crate) plain_title: String,
    pub(crate) made_at_ms: i64,
    pub(crate) program: String,
    pub(crate) blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Debug)]
pub(crate) enum Block {
    /// On paper, a new page begins where there is no room for so many lines.
    Together(usize),
    Heading(Rich),
    /// A heading below another.
    Subheading(Rich),
    Text(Rich),
    /// What the report says in short.
    Summary(Rich),
    /// Labels, and what stands behind them.
    Facts(Vec<(String, Rich)>),
    Table(Table),
    Drawing(Drawing),
}

/// A table; of its columns, each has a share of the width.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) columns: Vec<(String, f32)>,
    pub(crate) rows: Vec<Vec<Rich>>,
}

/// Text of several spans.
pub(crate) type Rich = Vec<Span>;

/// A piece of text, and how it stands among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    /// The report's own words.
    Words(String),
    /// Somebody else's: it has the direction that it has by itself.
    Name(String),
    /// A number, a date: left to right in either language.
    Number(String),
    /// Digits of a digest, in a face in which they can be told apart.
    Code(String),
}

/// One span.
pub(crate) fn words(text: impl Into<String>) -> Rich {
    vec![Span::Words(text.into())]
}

/// Marks of direction are left out: one that ends more than it began would turn what follows.
pub(crate) fn name(text: impl AsRef<str>) -> Rich {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    vec![Span::Name(text.as_ref().replace(turns, ""))]
}

#[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, as they come")]
pub(crate) fn number(text: impl ToString) -> Rich {
    vec![Span::Number(text.to_string())]
}

#[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, as they come")]
pub(crate) fn code(text: impl ToString) -> Rich {
    vec![Span::Code(text.to_string())]
}

impl Document {
    pub(crate) fn of(
        parts: &Parts<'_>,
        manifest: &Manifest,
        entries: &[EntryRecord],
        key: &Digest,
    ) -> Self {
        let words_of = Words::of(parts.language);
        let writer = Writer { words: &words_of, content: parts.content };
        let case = &parts.content.case.name;
        let mut title = words(format!("{} ", writer.words.case()));
        title.extend(name(case));
        let mut blocks = writer.beginning();
        blocks.extend(writer.received());
        blocks.extend(writer.matched());
        blocks.extend(writer.methods(manifest));
        blocks.extend(writer.chain(parts, manifest));
        blocks.extend(writer.packet(entries, key));
        Self {
            language: parts.language,
            kind: words_of.report(),
            title,
            plain_title: format!("{} {case}", words_of.case()),
            words: words_of,
            made_at_ms: manifest.made_at_ms,
            program: manifest.program.clone(),
            blocks,
        }
    }
}

struct Writer<'a> {
    words: &'a Words,
    content: &'a Content,
}

impl Writer<'_> {
    fn beginning(&self) -> Vec<Block> {
        let (words, content) = (self.words, self.content);
        let mut cases: Vec<_> = content.matches.iter().filter(|m| m.ties()).collect();
        cases.sort_by(|a, b| a.other_case.cmp(&b.other_case));
        cases.dedup_by(|a, b| a.other_case == b.other_case);
        vec![
            Block::Summary(words.summary(content, cases.len())),
            Block::Heading(self::words(words.the_case())),
            Block::Facts(words.case_facts(content)),
        ]
    }

    fn received(&self) -> Vec<Block> {
        let (words, content) = (self.words, self.content);
        let mut blocks = vec![Block::Heading(self::words(words.received()))];
        if content.reports.is_empty() {
            blocks.push(Block::Text(self::words(words.no_reports())));
        } else {
            blocks.push(Block::Table(self.reports()));
        }
        if !content.items.is_empty() {
            blocks.push(Block::Subheading(self::words(words.files())));
            blocks.push(Block::Table(self.items()));
        }
        if content.items.iter().any(|item| !item.provenance.is_empty()) {
            blocks.push(Block::Subheading(self::words(words.provenance())));
            blocks.push(Block::Text(self::words(words.provenance_text())));
            blocks.push(Block::Table(self.provenance()));
        }
        if !content.refusals.is_empty() {
            blocks.push(Block::Subheading(self::words(words.unread())));
            blocks.push(Block::Table(self.refusals()));
        }
        if !content.handles.is_empty() {
            blocks.push(Block::Subheading(self::words(words.handles())));
            blocks.push(Block::Table(self.handles()));
        }
        blocks
    }

    fn reports(&self) -> Table {
        let words = self.words;
        let row = |report: &crate::content::Report| {
            vec![
                number(report.event),
                words.cell_time(report.opened_at_ms),
                report.received_at_ms.map_or_else(|| words.unsaid(), |at| words.cell_time(at)),
                words.channel(report.channel.as_deref()),
                report.unit.as_ref().map_or_else(|| words.unsaid(), name),
                self::words(words.completeness(report.complete)),
            ]
        };
        Table {
            columns: words.report_columns().to_vec(),
            rows: self.content.reports.iter().map(row).collect(),
        }
    }

    fn items(&self) -> Table {
        let mut matched = BTreeMap::<Digest, usize>::new();
        for found in self.content.matches.iter().filter(|found| found.ties()) {
            *matched.entry(found.item).or_default() += 1;
        }
        let rows = (1..).zip(&self.content.items).map(|(place, item)| {
            let count = matched.get(&item.file.sha256).copied().unwrap_or(0);
            self.item_row(place, item, count)
        });
        Table { columns: self.words.item_columns().to_vec(), rows: rows.collect() }
    }

    fn item_row(&self, place: usize, item: &Item, matches: usize) -> Vec<Rich> {
        let file = &item.file;
        let mut what = words(format!("{} · ", self.words.media(&file.kind)));
        what.extend(number(file.format.to_uppercase()));
        if file.width_px > 0 {
            what.extend(words(" · "));
            what.extend(number(format!("{}\u{a0}×\u{a0}{}", file.width_px, file.height_px)));
        }
        vec![
            number(place),
            code(file.sha256),
            what,
            number(grouped(file.bytes)),
            self.words.cell_time(item.reported_at_ms),
            number(item.report),
            number(matches),
        ]
    }

    fn provenance(&self) -> Table {
        let unsaid =
            |text: &Option<String>| text.as_ref().map_or_else(|| self.words.unsaid(), name);
        let row = |place: usize, told: &Provenance| {
            vec![
                number(place),
                unsaid(&told.name),
                unsaid(&told.parcel),
                unsaid(&told.sender),
                told.time
                    .as_ref()
                    .map_or_else(|| self.words.unsaid(), |at| self.words.told_time(at)),
            ]
        };
        let rows = (1..)
            .zip(&self.content.items)
            .flat_map(|(place, item)| item.provenance.iter().map(move |told| row(place, told)));
        Table { columns: self.words.provenance_columns().to_vec(), rows: rows.collect() }
    }

    fn refusals(&self) -> Table {
        let row = |refusal: &crate::content::Refusal| {
            vec![
                refusal.sha256.map_or_else(|| self.words.unsaid(), code),
                refusal.bytes.map_or_else(|| self.words.unsaid(), |bytes| number(grouped(bytes))),
                words(self.words.refusal(&refusal.reason)),
                self.words.cell_time(refusal.refused_at_ms),
            ]
        };
        Table {
            columns: self.words.refusal_columns().to_vec(),
            rows: self.content.refusals.iter().map(row).collect(),
        }
    }

    fn handles(&self) -> Table {
        let row = |handle: &crate::content::Handle| {
            let mut kind = words(self.words.handle(&handle.kind));
            if !handle.platform.is_empty() {
                kind.extend(words(" · "));
                kind.extend(name(&handle.platform));
            }
            vec![
                kind,
                name(&handle.value),
                self.words.cell_time(handle.added_at_ms),
                if handle.also_in.is_empty() {
                    words(self.words.none())
                } else {
                    names(&handle.also_in)
                },
            ]
        };
        Table {
            columns: self.words.handle_columns().to_vec(),
            rows: self.content.handles.iter().map(row).collect(),
        }
    }

    fn matched(&self) -> Vec<Block> {
        let (words, found) = (self.words, &self.content.matches);
        let mut blocks = vec![Block::Heading(self::words(words.matched()))];
        if found.is_empty() {
            blocks.push(Block::Text(self::words(words.no_matches())));
            return blocks;
        }
        let rows = (1..).zip(found).map(|(place, found)| self.match_row(place, found));
        blocks.push(Block::Table(Table {
            columns: words.match_columns().to_vec(),
            rows: rows.collect(),
        }));
        let left_out = self.content.matches_left_out;
        if left_out > 0 {
            blocks.push(Block::Text(words.left_out(left_out)));
        }
        for (place, found) in (1..).zip(found).take(EXPLAINED_MOST) {
            blocks.extend(self.explained(place, found));
        }
        if found.len() > EXPLAINED_MOST {
            blocks.push(Block::Text(words.not_drawn(found.len() - EXPLAINED_MOST)));
        }
        blocks
    }

    fn match_row(&self, place: usize, found: &Match) -> Vec<Rich> {
        vec![
            number(place),
            number(self.place_of(&found.item)),
            name(&found.other_case),
            words(self.words.relation(&found.relation)),
            self.words.rate(found),
            words(self.words.state(&found.state)),
        ]
    }

    /// The place in the table of files.
    fn place_of(&self, sha256: &Digest) -> usize {
        let place = self.content.items.iter().position(|item| item.file.sha256 == *sha256);
        place.map_or(0, |place| place + 1)
    }

    /// The page that explains one match.
    fn explained(&self, place: usize, found: &Match) -> Vec<Block> {
        let item = self.content.items.iter().find(|item| item.file.sha256 == found.item);
        let mut heading = words(format!("{} ", self.words.a_match()));
        heading.extend(number(place));
        heading.extend(words(format!(": {}", self.words.relation(&found.relation))));
        let facts = self.words.match_facts(found);
        let drawing = item.and_then(|item| drawing(found, &item.file, self.words));
        let drawn_lines = drawing.as_ref().map_or(0.0, |drawing| drawing.height / LINE_HEIGHT);
        let mut blocks = vec![
            Block::Together(facts.len() + 3 + drawn_lines.ceil() as usize),
            Block::Subheading(heading),
            Block::Text(self.words.verdict(found, self.place_of(&found.item))),
            Block::Facts(facts),
        ];
        blocks.extend(drawing.map(Block::Drawing));
        blocks
    }

    fn methods(&self, manifest: &Manifest) -> Vec<Block> {
        let words = self.words;
        let mut blocks = vec![Block::Heading(self::words(words.methods()))];
        let texts = words.method_texts(self.content).into_iter();
        blocks.extend(texts.map(|text| Block::Text(self::words(text))));
        let schemes = manifest.schemes.iter().map(|scheme| {
            let rich = number(format!("{} {}", scheme.scheme, scheme.version));
            (words.space(&scheme.space), rich)
        });
        blocks.push(Block::Facts(schemes.collect()));
        let thresholds = manifest.thresholds.iter();
        let rows =
            thresholds.map(|threshold| vec![name(&threshold.name), number(plain(threshold.value))]);
        blocks.push(Block::Table(Table {
            columns: words.threshold_columns().to_vec(),
            rows: rows.collect(),
        }));
        blocks
    }

    fn chain(&self, parts: &Parts<'_>, manifest: &Manifest) -> Vec<Block> {
        let words = self.words;
        let mut kinds = BTreeMap::<&str, (u64, u64, u64)>::new();
        for event in &parts.events.events {
            let seen = kinds.entry(&event.kind).or_insert((0, event.seq, event.seq));
            *seen = (seen.0 + 1, seen.1, event.seq);
        }
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, (_, first, _))| *first);
        let row = |(kind, (count, first, last)): &(&str, (u64, u64, u64))| {
            vec![
                self::words(words.event(kind)),
                number(grouped(*count)),
                number(first),
                number(last),
            ]
        };
        let texts = words.chain_texts().map(|text| Block::Text(self::words(text)));
        let mut blocks = vec![Block::Heading(self::words(words.chain()))];
        blocks.extend(texts);
        blocks.push(Block::Table(Table {
            columns: words.event_columns().to_vec(),
            rows: kinds.iter().map(row).collect(),
        }));
        blocks.push(Block::Facts(words.chain_facts(manifest)));
        blocks
    }

    fn packet(&self, entries: &[EntryRecord], key: &Digest) -> Vec<Block> {
        let words = self.words;
        let rows = entries
            .iter()
            .map(|entry| vec![name(&entry.name), number(grouped(entry.bytes)), code(entry.sha256)]);
        let mut blocks = vec![
            Block::Heading(self::words(words.packet())),
            Block::Text(self::words(words.packet_text())),
            Block::Table(Table { columns: words.entry_columns().to_vec(), rows: rows.collect() }),
            Block::Facts(words.packet_facts(&self.content.made, key)),
            Block::Heading(self::words(words.limits())),
        ];
        blocks.extend(words.limit_texts().map(|text| Block::Text(self::words(text))));
        blocks
    }
}

/// Names that are written out in a cell.
const NAMES_MOST: usize = 20;

/// Names, one after the other, and how many more there are.
fn names(all: &[String]) -> Rich {
    let mut rich = Rich::new();
    for one in all.iter().take(NAMES_MOST) {
        if !rich.is_empty() {
            rich.extend(words(" · "));
        }
        rich.extend(name(one));
    }
    if all.len() > NAMES_MOST {
        rich.extend(number(format!(" + {}", grouped((all.len() - NAMES_MOST) as u64))));
    }
    rich
}

/// A threshold as it is written by hand.
fn plain(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 { format!("{value:e}") } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_written_as_by_hand() {
        assert_eq!([plain(31.0), plain(0.25), plain(9.3e-7)], ["31", "0.25", "9.3e-7"]);
    }
}
