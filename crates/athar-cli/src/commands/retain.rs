//! `athar retain`.

use super::Shown;
use super::store::Location;
use crate::args::{Format, RetainArgs, RetainCommand, RuleArgs};
use crate::exit::Exit;
use crate::output::{Answers, retain_text};
use anyhow::Result;
use athar_engine::{RetainOptions, RetentionLine, RetentionRule};
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: RetainArgs) -> Result<Exit> {
    match args.command {
        Some(RetainCommand::Rule(rule)) => set(at, format, rule),
        Some(RetainCommand::Rules) => {
            let rules = at.open_read_only()?.retention()?;
            show(format, &mut Answers::new(), &rules)?;
            Ok(Exit::Success)
        }
        None => retain(at, format, &args),
    }
}

fn set(at: &Location, format: Format, args: RuleArgs) -> Result<Exit> {
    let RuleArgs { channel, days, by, .. } = args;
    let mut store = at.open()?;
    store.set_retention(&RetentionRule { channel, days }, by.as_deref())?;
    show(format, &mut Answers::new(), &store.retention()?)?;
    Ok(Exit::Success)
}

fn retain(at: &Location, format: Format, args: &RetainArgs) -> Result<Exit> {
    let RetainArgs { dry_run, clock_is_right, by, .. } = args;
    let (dry_run, clock_is_right) = (*dry_run, *clock_is_right);
    let options = RetainOptions { dry_run, clock_is_right, actor: by.as_deref() };
    let mut shown = Shown::new(format);
    let summary = at.open()?.retain(&options, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&summary)?,
        _ => answers.tell(&retain_text::summary(&summary))?,
    }
    let is_left = summary.withdrawn.is_some_and(|withdrawn| !withdrawn.left.is_empty());
    Ok(if is_left { Exit::Nothing } else { Exit::Success })
}

fn show(format: Format, answers: &mut Answers, rules: &[RetentionLine]) -> Result<()> {
    match format {
        Format::Json => answers.json(&Rules { rules })?,
        _ => answers.tell(&retain_text::rules(rules))?,
    }
    Ok(())
}

#[derive(Serialize)]
struct Rules<'a> {
    rules: &'a [RetentionLine],
}
