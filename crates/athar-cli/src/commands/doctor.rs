//! `athar doctor`.

use crate::args::Format;
use crate::decoder;
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, text};
use anyhow::Result;

pub(super) fn run(format: Format) -> Result<Exit> {
    let workers = decoder::workers()?;
    let reports = [workers.report()?, workers.clip_report()?];
    let mut answers = Answers::new();
    for report in &reports {
        match format {
            Format::Json => answers.json(report)?,
            _ => answers.tell(&text::worker(report))?,
        }
    }
    if reports.iter().all(|report| report.gaps.is_empty()) {
        return Ok(Exit::Success);
    }
    message(&say!("not-sealed-wholly"));
    Ok(Exit::Nothing)
}
