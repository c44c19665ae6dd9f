//! Writing Project VIC's lists: see [`crate::vics`] for the reading.

use crate::entry::Entry;
use crate::error::WriteError;
use crate::format::Format;
use crate::signal::SignalType;
use crate::{group, time};
use std::io::Write;
use struson::writer::{JsonStreamWriter, JsonWriter};

/// A version of the data model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VicsVersion {
    /// A list of cases. One is written, with all media in it.
    V1_3,
    /// A list of media.
    V2_0,
}

impl VicsVersion {
    const fn context(self) -> (&'static str, &'static str) {
        match self {
            Self::V1_3 => {
                ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Cases")
            }
            Self::V2_0 => (
                "@odata.context",
                "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media",
            ),
        }
    }
}

/// Writes a list for Project VIC's tools. Entries that follow each other and are of the same
/// file go into one record.
pub struct VicsWriter<W: Write> {
    json: JsonStreamWriter<W>,
    version: VicsVersion,
    /// Entries of one file, to be written together.
    group: Vec<Entry>,
}

impl<W: Write> VicsWriter<W> {
    /// Begins a list.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(out: W, version: VicsVersion) -> Result<Self, WriteError> {
        let mut json = JsonStreamWriter::new(out);
        let (name, context) = version.context();
        json.begin_object()?;
        json.name(name)?;
        json.string_value(context)?;
        json.name("value")?;
        json.begin_array()?;
        if version == VicsVersion::V1_3 {
            json.begin_object()?;
            json.name("CaseID")?;
            json.string_value("1")?;
            json.name("Media")?;
            json.begin_array()?;
        }
        Ok(Self { json, version, group: Vec::new() })
    }

    /// Writes one entry.
    ///
    /// # Errors
    ///
    /// When the format cannot say all of it (see [`Format::keep`]), or writing fails.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        Format::Vics.check(entry)?;
        let later = self.group.last().is_none_or(|last| rank(last) <= rank(entry));
        if !(later && group::joins(&self.group, entry)) {
            self.write_group()?;
        }
        self.group.push(entry.clone());
        Ok(())
    }

    /// Ends the list.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.write_group()?;
        self.json.end_array()?;
        if self.version == VicsVersion::V1_3 {
            self.json.end_object()?;
            self.json.end_array()?;
        }
        self.json.end_object()?;
        let mut out = self.json.finish_document()?;
        out.flush()?;
        Ok(out)
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        let group = std::mem::take(&mut self.group);
        let Some(first) = group.first() else { return Ok(()) };
        self.json.begin_object()?;
        self.write_provenance(first)?;
        for entry in &group {
            if let (Some(signal), Some(name)) = (entry.signal(), member_name(entry)) {
                self.text(name, &signal.to_hex().to_ascii_uppercase())?;
            }
        }
        self.write_alternatives(&group)?;
        self.json.end_object()?;
        Ok(())
    }

    fn write_provenance(&mut self, entry: &Entry) -> Result<(), WriteError> {
        let provenance = &entry.provenance;
        self.number_or_text("MediaID", &provenance.id)?;
        self.number_or_text("Category", &provenance.classification)?;
        self.text("Tags", &provenance.tags.join(","))?;
        let time = provenance.time_s.and_then(time::format).unwrap_or_default();
        self.text("DateUpdated", &time)
    }

    fn write_alternatives(&mut self, group: &[Entry]) -> Result<(), WriteError> {
        let alternatives = group.iter().filter(|entry| member_name(entry).is_none());
        let signals = alternatives.filter_map(Entry::signal).collect::<Vec<_>>();
        if signals.is_empty() {
            return Ok(());
        }
        self.json.name("AlternativeHashes")?;
        self.json.begin_array()?;
        for signal in signals {
            self.json.begin_object()?;
            self.text("HashName", &signal.signal_type().name().to_ascii_uppercase())?;
            self.text("HashValue", &signal.to_hex())?;
            self.json.end_object()?;
        }
        self.json.end_array()?;
        Ok(())
    }

    /// A member, unless it is empty.
    fn text(&mut self, name: &str, text: &str) -> Result<(), WriteError> {
        if !text.is_empty() {
            self.json.name(name)?;
            self.json.string_value(text)?;
        }
        Ok(())
    }

    /// A number where the text is one as JSON writes it, as the data model has it.
    fn number_or_text(&mut self, name: &str, text: &str) -> Result<(), WriteError> {
        let number = text.parse::<u32>().ok().filter(|number| number.to_string() == text);
        let Some(number) = number else { return self.text(name, text) };
        self.json.name(name)?;
        Ok(self.json.number_value(number)?)
    }
}

/// The member that a digest of this type has of its own.
fn member_name(entry: &Entry) -> Option<&'static str> {
    match entry.signal()?.signal_type() {
        SignalType::Md5 => Some("MD5"),
        SignalType::Sha1 => Some("SHA1"),
        _ => None,
    }
}

/// Members stand in this order: MD5 and SHA1 as they come, then the alternatives.
fn rank(entry: &Entry) -> u8 {
    u8::from(member_name(entry).is_none())
}
