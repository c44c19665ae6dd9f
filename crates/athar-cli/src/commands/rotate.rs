//! `athar key rotate`.

use super::store::Location;
use super::store_key::{new_passphrase, read_or_make};
use crate::args::{Format, RotateArgs};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, shown, text};
use anyhow::{Context, Result};
use athar_engine::{RotateStep, RotateSummary, StoreKey};
use athar_words::figure;
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: &RotateArgs) -> Result<Exit> {
    let dir = at.dir()?;
    let store = at.open()?;
    let to = new_key(args, dir)?;
    let changed = store.change_key(to.as_ref(), args.by.as_deref(), &mut tell_step);
    let summary = changed.with_context(|| say!("store-at", dir = shown(dir)))?;
    if let Some(why) = &summary.without_indexes {
        message(&say!("next-add-makes-index", reason = why));
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
            message(&say!("ledger-written-anew", megabytes = figure(bytes.div_ceil(1_000_000))));
        }
        RotateStep::VerifyLedger => message(&say!("ledger-compared")),
        RotateStep::MakeIndexes => message(&say!("index-being-made")),
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
