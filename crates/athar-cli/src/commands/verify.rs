//! `athar verify`.

use super::store::Location;
use crate::args::Format;
use crate::exit::Exit;
use crate::output::{Answers, Summary, text};
use anyhow::Result;

pub(super) fn run(at: &Location, format: Format) -> Result<Exit> {
    let summary = at.open_read_only()?.verify()?;
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&Summary { summary: &summary })?,
        _ => answers.line(&text::verify(&summary))?,
    }
    Ok(if summary.sound { Exit::Success } else { Exit::Nothing })
}
