//! `athar withdraw`.

use super::Shown;
use super::store::Location;
use crate::args::{Format, WithdrawArgs};
use crate::exit::Exit;
use crate::output::text;
use anyhow::{Result, bail};
use athar_engine::{WithdrawOptions, WithdrawSummary, WithdrawTarget};
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: WithdrawArgs) -> Result<Exit> {
    let options = options(args)?;
    let mut shown = Shown::new(format);
    let summary = at.open()?.withdraw(&options, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&Withdrawn { withdrawn: &summary })?,
        _ => answers.line(&text::withdrawn(&summary))?,
    }
    Ok(if summary.left.is_empty() { Exit::Success } else { Exit::Nothing })
}

#[derive(Serialize)]
struct Withdrawn<'a> {
    withdrawn: &'a WithdrawSummary,
}

fn options(args: WithdrawArgs) -> Result<WithdrawOptions> {
    let target = match (args.item, args.report, args.case) {
        (Some(item), None, None) => WithdrawTarget::Item(item),
        (None, Some(report), None) => WithdrawTarget::Report(report),
        (None, None, Some(case)) => WithdrawTarget::Case(case),
        _ => bail!("say what is taken back: --item, --report or --case"),
    };
    let WithdrawArgs { reason, reference, by: actor, .. } = args;
    Ok(WithdrawOptions { target, reason, reference, actor })
}
