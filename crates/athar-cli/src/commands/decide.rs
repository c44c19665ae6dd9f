//! `athar confirm` and `athar reject`.

use super::store::Location;
use crate::args::{DecideArgs, Format};
use crate::exit::Exit;
use crate::output::{Answers, network_text};
use anyhow::Result;
use athar_engine::Decision;

pub(super) fn run(
    at: &Location,
    format: Format,
    args: DecideArgs,
    is_confirmed: bool,
) -> Result<Exit> {
    let DecideArgs { items, cases, reason, by } = args;
    let decision = Decision { items, cases, is_confirmed, reason, actor: by };
    let decided = at.open()?.decide(&decision)?;
    match format {
        Format::Json => Answers::new().json(&decided)?,
        _ => Answers::new().tell(&network_text::decided(&decided))?,
    }
    Ok(Exit::Success)
}
