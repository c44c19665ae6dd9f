//! Writing pages of entries as NCMEC's API has them: see [`crate::ncmec`] for the reading.

use crate::entry::{Entry, Feedback, Medium, Subject};
use crate::error::WriteError;
use crate::format::Format;
use crate::ncmec::NAMESPACE;
use crate::{group, time};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::io::{self, Write};

/// Writes one page: pictures first, then clips, as the format has them. It says how many entries
/// follow before the first of them, so it is given all of them; the API's pages have a thousand.
/// Entries that follow each other and are of the same file go into one element.
///
/// `next` is the address of the next page, if there is one.
///
/// # Errors
///
/// When the format cannot say all of an entry (see [`Format::keep`]), before anything is written;
/// when writing fails.
pub fn write_ncmec<W: Write>(
    out: W,
    entries: &[Entry],
    next: Option<&str>,
) -> Result<W, WriteError> {
    entries.iter().try_for_each(|entry| Format::Ncmec.check(entry))?;
    let mut page = Page { xml: Writer::new(out) };
    page.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))))?;
    page.element("queryResult", &[("xmlns", NAMESPACE)], |page| {
        page.section("images", Medium::Picture, entries)?;
        page.section("videos", Medium::Clip, entries)?;
        let Some(next) = next else { return Ok(()) };
        page.element("paging", &[], |page| page.leaf("next", &[], next))
    })?;
    let mut out = page.xml.into_inner();
    out.flush()?;
    Ok(out)
}

struct Page<W> {
    xml: Writer<W>,
}

impl<W: Write> Page<W> {
    fn section(&mut self, name: &str, medium: Medium, entries: &[Entry]) -> io::Result<()> {
        let groups = groups(entries.iter().filter(|entry| entry.medium == medium));
        if groups.is_empty() {
            return Ok(());
        }
        let times = groups.iter().filter_map(|group| group[0].provenance.time_s);
        let last = time::format(times.max().unwrap_or_default()).unwrap_or_default();
        let count = groups.len().to_string();
        self.element(name, &[("count", &count), ("maxTimestamp", &last)], |page| {
            groups.iter().try_for_each(|group| page.entry(group))
        })
    }

    fn entry(&mut self, group: &[Entry]) -> io::Result<()> {
        let first = &group[0];
        let name = match (first.medium, first.subject) {
            (Medium::Clip, Subject::Listed) => "deletedVideo",
            (Medium::Clip, _) => "video",
            (_, Subject::Listed) => "deletedImage",
            _ => "image",
        };
        let provenance = &first.provenance;
        self.element(name, &[], |page| {
            page.leaf("member", &[("id", &provenance.owner)], &provenance.owner_name)?;
            if let Some(time) = provenance.time_s.and_then(time::format) {
                page.leaf("timestamp", &[], &time)?;
            }
            page.leaf("id", &[], &provenance.id)?;
            if !provenance.classification.is_empty() {
                page.leaf("classification", &[], &provenance.classification)?;
            }
            page.fingerprints(group)?;
            page.feedback(&provenance.feedback)
        })
    }

    fn fingerprints(&mut self, group: &[Entry]) -> io::Result<()> {
        let signals = group.iter().filter_map(Entry::signal).collect::<Vec<_>>();
        if signals.is_empty() {
            return Ok(());
        }
        self.element("fingerprints", &[], |page| {
            signals.iter().try_for_each(|s| page.leaf(s.signal_type().name(), &[], &s.to_hex()))
        })
    }

    fn feedback(&mut self, feedbacks: &[Feedback]) -> io::Result<()> {
        if feedbacks.is_empty() {
            return Ok(());
        }
        self.element("feedback", &[], |page| {
            feedbacks.iter().try_for_each(|feedback| page.one_feedback(feedback))
        })
    }

    fn one_feedback(&mut self, feedback: &Feedback) -> io::Result<()> {
        let name = format!("{}Feedback", feedback.verdict);
        self.element(&name, &[("type", &feedback.about)], |page| {
            if !feedback.reasons.is_empty() {
                page.leaves("reasons", "reason", "guid", &feedback.reasons)?;
            }
            if !feedback.members.is_empty() {
                page.leaves("members", "member", "id", &feedback.members)?;
            }
            Ok(())
        })
    }

    /// A list of elements that are told by one attribute.
    fn leaves(&mut self, list: &str, leaf: &str, key: &str, texts: &[String]) -> io::Result<()> {
        self.element(list, &[], |page| {
            texts.iter().try_for_each(|text| page.leaf(leaf, &[(key, text)], ""))
        })
    }

    fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.element(name, attributes, |page| page.event(Event::Text(BytesText::new(text))))
    }

    fn element(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let tag = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.event(Event::Start(tag))?;
        inside(self)?;
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.xml.write_event(event)
    }
}

/// Entries of one file together, in their order.
fn groups<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Vec<Entry>> {
    let mut groups: Vec<Vec<Entry>> = Vec::new();
    for entry in entries {
        match groups.last_mut() {
            Some(group) if group::joins(group, entry) => group.push(entry.clone()),
            _ => groups.push(vec![entry.clone()]),
        }
    }
    groups
}
