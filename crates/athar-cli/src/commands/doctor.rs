//! `athar doctor`.

use crate::args::Format;
use crate::decoder;
use crate::exit::Exit;
use crate::output::{Answers, message, text};
use anyhow::Result;

pub(super) fn run(format: Format) -> Result<Exit> {
    let report = decoder::workers()?.report()?;
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&report)?,
        _ => answers.line(&text::worker(&report))?,
    }
    if report.gaps.is_empty() {
        return Ok(Exit::Success);
    }
    message(
        "warning: the decoder is not sealed wholly: a crafted file could do more than it should",
    );
    Ok(Exit::Nothing)
}
