//! `athar log`.

use super::store::Location;
use super::typed;
use crate::args::{Format, LogArgs};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, log_text, message};
use anyhow::Result;
use athar_engine::LogOptions;

pub(super) fn run(at: &Location, format: Format, args: LogArgs) -> Result<Exit> {
    let since_ms = typed::time_if(args.since.as_deref(), "--since")?;
    let most = (!args.all).then_some(args.last);
    let options = LogOptions { case: args.case, actor: args.actor, since_ms, most };
    let (lines, mut answers) = (at.open_read_only()?.log(&options)?, Answers::new());
    match format {
        Format::Json => lines.iter().try_for_each(|line| answers.json(line))?,
        _ if lines.is_empty() => message(&say!("no-events")),
        _ => lines.iter().try_for_each(|line| answers.tell(&log_text::line(line)))?,
    }
    Ok(Exit::Success)
}
