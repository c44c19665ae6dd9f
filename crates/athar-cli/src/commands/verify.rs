//! `athar verify`.

use super::Shown;
use super::store::Location;
use crate::args::Format;
use crate::exit::Exit;
use crate::output::{Summary, text};
use anyhow::Result;

pub(super) fn run(at: &Location, format: Format, rebuild_index: bool) -> Result<Exit> {
    let mut shown = Shown::new(format);
    let summary = at.open_read_only()?.verify(rebuild_index, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&Summary { summary: &summary })?,
        _ => answers.line(&text::verify(&summary))?,
    }
    Ok(if summary.sound { Exit::Success } else { Exit::Nothing })
}
