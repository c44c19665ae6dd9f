//! `athar verify`.

use super::Shown;
use super::store::Location;
use super::timestamp;
use crate::args::Format;
use crate::exit::Exit;
use crate::output::{Summary, shown_name, text};
use anyhow::{Context, Result};
use athar_engine::{PublicKey, VerifyOptions};
use std::fs;
use std::path::PathBuf;

pub(super) fn run(
    at: &Location,
    format: Format,
    rebuild_index: bool,
    keys: &[String],
    kept: Option<PathBuf>,
    authorities: &[PathBuf],
) -> Result<Exit> {
    let keys = keys.iter().map(|key| PublicKey::from_hex(key)).collect::<Result<_, _>>()?;
    let kept = kept.map(|file| fs::read_to_string(&file).with_context(|| shown_name(&file)));
    let authorities = timestamp::authorities(authorities)?;
    let options = VerifyOptions { rebuild_index, keys, kept: kept.transpose()?, authorities };
    let mut shown = Shown::new(format);
    let summary = at.open_read_only()?.verify(&options, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&Summary { summary: &summary })?,
        _ => answers.tell(&text::verify(&summary))?,
    }
    Ok(if summary.sound { Exit::Success } else { Exit::Nothing })
}
