//! `athar withdraw`.

use super::Shown;
use super::explain::write;
use super::store::Location;
use crate::args::{Format, WithdrawArgs};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{shown_name, text};
use anyhow::{Context, Result, bail};
use athar_engine::{EngineError, WithdrawOptions, WithdrawSummary, WithdrawTarget};
use serde::Serialize;
use std::path::Path;

pub(super) fn run(at: &Location, format: Format, args: WithdrawArgs) -> Result<Exit> {
    let receipt = args.receipt.clone();
    let options = options(args)?;
    let mut shown = Shown::new(format);
    let mut store = at.open()?;
    if let Some(file) = &receipt {
        // Before anything is forgotten for which there would be no receipt.
        store.public_key()?.ok_or(EngineError::NoKey)?;
        refuse_any(file).with_context(|| shown_name(file))?;
    }
    let summary = store.withdraw(&options, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&Withdrawn { withdrawn: &summary })?,
        _ => answers.tell(&text::withdrawn(&summary))?,
    }
    if let Some(file) = &receipt {
        let text = serde_json::to_string_pretty(&store.receipt(&summary)?)?;
        write(file, text.as_bytes(), false).with_context(|| shown_name(file))?;
    }
    Ok(if summary.left.is_empty() { Exit::Success } else { Exit::Nothing })
}

/// A receipt replaces nothing.
fn refuse_any(file: &Path) -> Result<()> {
    if file.symlink_metadata().is_ok() {
        bail!(say!("receipt-is-there"));
    }
    Ok(())
}

#[derive(Serialize)]
struct Withdrawn<'a> {
    withdrawn: &'a WithdrawSummary,
}

fn options(args: WithdrawArgs) -> Result<WithdrawOptions> {
    let target = match (args.item, args.report, args.case, args.check) {
        (Some(item), None, None, None) => WithdrawTarget::Item(item),
        (None, Some(report), None, None) => WithdrawTarget::Report(report),
        (None, None, Some(case), None) => WithdrawTarget::Case(case),
        (None, None, None, Some(check)) => WithdrawTarget::Check(check),
        _ => bail!(say!("say-what-is-taken-back")),
    };
    let WithdrawArgs { reason, reference, by: actor, .. } = args;
    Ok(WithdrawOptions { target, reason, reference, actor })
}
