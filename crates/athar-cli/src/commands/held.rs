//! `athar held`.

use super::store::Location;
use crate::args::{FloodRuleArgs, Format, HeldArgs, HeldCommand};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, held_text, message};
use anyhow::Result;
use athar_engine::{FloodRule, HoldRule, Released};
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: HeldArgs) -> Result<Exit> {
    match args.command {
        None => list(at, format),
        Some(HeldCommand::Release { item, reason, by }) => {
            let released = at.open()?.release_held(&item, &reason, by.as_deref())?;
            tell_released(format, &released)
        }
        Some(HeldCommand::Rule(args)) => rule(at, format, &args),
    }
}

fn list(at: &Location, format: Format) -> Result<Exit> {
    let (held, mut answers) = (at.open_read_only()?.held()?, Answers::new());
    match format {
        Format::Json => held.iter().try_for_each(|held| answers.json(held))?,
        _ if held.is_empty() => message(&say!("nothing-held")),
        _ => held.iter().try_for_each(|held| answers.tell(&held_text::held(held)))?,
    }
    Ok(Exit::Success)
}

fn tell_released(format: Format, released: &Released) -> Result<Exit> {
    match format {
        Format::Json => Answers::new().json(&Told { released })?,
        _ => Answers::new().tell(&held_text::released(released))?,
    }
    Ok(Exit::Success)
}

fn rule(at: &Location, format: Format, args: &FloodRuleArgs) -> Result<Exit> {
    let new = match *args {
        FloodRuleArgs { cases: Some(cases), .. } => Some(HoldRule::Cases(cases)),
        FloodRuleArgs { off: true, .. } => Some(HoldRule::Off),
        FloodRuleArgs { usual: true, .. } => Some(HoldRule::Usual),
        _ => None,
    };
    let rule = match new {
        Some(new) => at.open()?.set_flood_rule(new, args.by.as_deref())?,
        None => at.open_read_only()?.flood_rule()?,
    };
    match format {
        Format::Json => Answers::new().json(&Rule { flood_rule: &rule })?,
        _ => Answers::new().tell(&held_text::rule(&rule))?,
    }
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Told<'a> {
    released: &'a Released,
}

#[derive(Serialize)]
struct Rule<'a> {
    flood_rule: &'a FloodRule,
}
