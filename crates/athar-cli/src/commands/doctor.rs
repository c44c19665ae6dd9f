//! `athar doctor`.

use crate::args::Format;
use crate::decoder;
use crate::exit::Exit;
use crate::output::{Answers, message, text};
use anyhow::Result;

pub(super) fn run(format: Format) -> Result<Exit> {
    let workers = decoder::workers()?;
    let reports = [workers.report()?, workers.clip_report()?];
    let mut answers = Answers::new();
    for report in &reports {
        match format {
            Format::Json => answers.json(report)?,
            _ => answers.line(&text::worker(report))?,
        }
    }
    if reports.iter().all(|report| report.gaps.is_empty()) {
        return Ok(Exit::Success);
    }
    message(
        "warning: the decoder is not sealed wholly: a crafted file could do more than it should",
    );
    Ok(Exit::Nothing)
}
