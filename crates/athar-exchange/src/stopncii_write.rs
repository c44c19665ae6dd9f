//! Writing pages as StopNCII's API has them: see [`crate::stopncii`] for the reading.

use crate::entry::{Entry, Feedback, Medium, Provenance};
use crate::error::{Field, WriteError};
use crate::format::Format;
use crate::stopncii::state_name;
use std::io::Write;
use struson::writer::{JsonStreamWriter, JsonWriter};

/// Writes one page of records, which says that it is the last.
pub struct StopNciiWriter<W: Write> {
    json: JsonStreamWriter<W>,
    count: u64,
    last_time_s: i64,
}

impl<W: Write> StopNciiWriter<W> {
    /// Begins a page.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(out: W) -> Result<Self, WriteError> {
        let mut json = JsonStreamWriter::new(out);
        json.begin_object()?;
        json.name("hashRecords")?;
        json.begin_array()?;
        Ok(Self { json, count: 0, last_time_s: 0 })
    }

    /// Writes one entry.
    ///
    /// # Errors
    ///
    /// When the format cannot say all of it (see [`Format::keep`]), or writing fails.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        Format::StopNcii.check(entry)?;
        let state = state_name(entry.state).ok_or(WriteError::CannotSay(Field::State))?;
        let Some(signal) = entry.signal() else { return Ok(()) };
        self.json.begin_object()?;
        if let Some(time_s) = entry.provenance.time_s {
            self.json.name("lastModtimestamp")?;
            self.json.number_value(time_s)?;
            self.last_time_s = self.last_time_s.max(time_s);
        }
        let clip = entry.medium == Medium::Clip;
        self.text("signalType", if clip { "VideoMD5" } else { "ImagePDQ" })?;
        self.text("hashValue", &signal.to_hex())?;
        self.text("hashStatus", state)?;
        self.write_cases(&entry.provenance)?;
        self.write_feedbacks(&entry.provenance.feedback)?;
        self.json.end_object()?;
        self.count += 1;
        Ok(())
    }

    /// Ends the page.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.json.end_array()?;
        self.json.name("count")?;
        self.json.number_value(self.count)?;
        self.json.name("nextPageToken")?;
        self.json.string_value("")?;
        self.json.name("nextSetTimestamp")?;
        self.json.number_value(self.last_time_s)?;
        self.json.name("hasMoreRecords")?;
        self.json.bool_value(false)?;
        self.json.end_object()?;
        let mut out = self.json.finish_document()?;
        out.flush()?;
        Ok(out)
    }

    fn write_cases(&mut self, provenance: &Provenance) -> Result<(), WriteError> {
        self.json.name("caseNumbers")?;
        self.json.begin_object()?;
        for (case, state) in &provenance.cases {
            self.text(case, state_name(*state).unwrap_or_default())?;
        }
        Ok(self.json.end_object()?)
    }

    fn write_feedbacks(&mut self, feedbacks: &[Feedback]) -> Result<(), WriteError> {
        if feedbacks.is_empty() {
            return Ok(());
        }
        self.json.name("CSPFeedbacks")?;
        self.json.begin_array()?;
        for feedback in feedbacks {
            self.json.begin_object()?;
            self.text("source", feedback.members.first().map_or("", String::as_str))?;
            self.text("feedbackValue", &feedback.verdict)?;
            self.json.name("tags")?;
            self.json.begin_array()?;
            for reason in &feedback.reasons {
                self.json.string_value(reason)?;
            }
            self.json.end_array()?;
            self.json.end_object()?;
        }
        Ok(self.json.end_array()?)
    }

    fn text(&mut self, name: &str, text: &str) -> Result<(), WriteError> {
        self.json.name(name)?;
        Ok(self.json.string_value(text)?)
    }
}
