//! `athar remember`.

use super::store::Location;
use crate::args::{Format, RememberArgs};
use crate::exit::Exit;
use crate::output::{Answers, alert_text};
use anyhow::Result;
use athar_engine::Remembered;
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: &RememberArgs) -> Result<Exit> {
    let days = if args.off { Some(0) } else { args.days };
    let remembered = at.open()?.remember(days, args.by.as_deref())?;
    match format {
        Format::Json => Answers::new().json(&Told { remember: &remembered })?,
        _ => Answers::new().tell(&alert_text::remembered(&remembered))?,
    }
    Ok(if remembered.left.is_empty() { Exit::Success } else { Exit::Nothing })
}

#[derive(Serialize)]
struct Told<'a> {
    remember: &'a Remembered,
}
