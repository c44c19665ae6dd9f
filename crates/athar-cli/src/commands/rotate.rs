//! `athar key rotate`.

use super::store::Location;
use super::store_key::{new_passphrase, read_or_make};
use crate::args::{Format, RotateArgs};
use crate::exit::Exit;
use crate::output::{Answers, message, shown, text};
use anyhow::{Context, Result};
use athar_engine::{RotateStep, RotateSummary, StoreKey};
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: &RotateArgs) -> Result<Exit> {
    let dir = at.dir()?;
    let store = at.open()?;
    let to = new_key(args, dir)?;
    let changed = store.change_key(to.as_ref(), args.by.as_deref(), &mut tell_step);
    let summary = changed.with_context(|| format!("store {}", shown(dir)))?;
    if let Some(why) = &summary.without_indexes {
        message(&format!("note: the next 'add' makes the index anew: {why}"));
    }
    tell(format, &summary)?;
    Ok(Exit::Success)
}

fn new_key(args: &RotateArgs, dir: &std::path::Path) -> Result<Option<StoreKey>> {
    match &args.new_store_key {
        Some(file) => read_or_make(file, dir).map(Some),
        None if args.new_passphrase => new_passphrase().map(Some),
        None => Ok(None),
    }
}

/// What may take long is told before.
fn tell_step(step: RotateStep) {
    match step {
        RotateStep::WriteLedger(bytes) => {
            message(&format!("writing the ledger anew ({}) …", text::bytes(bytes)));
        }
        RotateStep::VerifyLedger => message("comparing it with the old one …"),
        RotateStep::MakeIndexes => message("making the index anew …"),
        _ => {}
    }
}

fn tell(format: Format, summary: &RotateSummary) -> Result<()> {
    #[derive(Serialize)]
    struct Told<'a> {
        key_changed: &'a RotateSummary,
    }
    match format {
        Format::Json => Answers::new().json(&Told { key_changed: summary })?,
        _ => Answers::new().line(&text::key_changed(summary))?,
    }
    Ok(())
}
