//! `athar backup` and `athar restore`.

use super::store::Location;
use crate::args::Format;
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, shown_name, text};
use anyhow::{Context, Result};
use athar_engine::{BackupSummary, Store};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn run(at: &Location, format: Format, file: &Path) -> Result<Exit> {
    let summary = at.open_read_only()?.backup(file).with_context(|| shown_name(file))?;
    tell(format, &say!("copied-and-sound"), &summary)
}

pub(super) fn restore(
    at: &Location,
    format: Format,
    file: &Path,
    kept: Option<PathBuf>,
) -> Result<Exit> {
    let kept = kept.map(|kept| fs::read_to_string(&kept).with_context(|| shown_name(&kept)));
    let kept = kept.transpose()?;
    let key = at.key_of_copy(file)?;
    let summary = Store::restore(at.dir()?, file, key.as_ref(), kept.as_deref());
    let summary = summary.with_context(|| shown_name(file))?;
    tell(format, &say!("restored-and-sound"), &summary)
}

fn tell(format: Format, what: &str, summary: &BackupSummary) -> Result<Exit> {
    #[derive(Serialize)]
    struct Told<'a> {
        backup: &'a BackupSummary,
    }
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&Told { backup: summary })?,
        _ => answers.tell(&text::backup(what, summary))?,
    }
    Ok(Exit::Success)
}
