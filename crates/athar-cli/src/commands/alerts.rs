//! `athar alerts`.

use super::store::Location;
use super::typed;
use crate::args::{AlertArgs, AlertsArgs, AlertsCommand, Format};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, alert_text, message};
use anyhow::Result;
use athar_engine::{AlertState, AlertWish, AlertsQuestion};

pub(super) fn run(at: &Location, format: Format, args: AlertsArgs) -> Result<Exit> {
    match args.command {
        Some(AlertsCommand::Seen(alert)) => change(at, format, alert, AlertState::Seen),
        Some(AlertsCommand::Close(alert)) => change(at, format, alert, AlertState::Closed),
        Some(AlertsCommand::Reopen(alert)) => change(at, format, alert, AlertState::Open),
        None => show(at, format, args),
    }
}

fn show(at: &Location, format: Format, args: AlertsArgs) -> Result<Exit> {
    let states = match (args.all, args.open) {
        (true, _) => vec![AlertState::Open, AlertState::Seen, AlertState::Closed],
        (_, true) => vec![AlertState::Open],
        _ => Vec::new(),
    };
    let since_ms = typed::time_if(args.since.as_deref(), "--since")?;
    let question = AlertsQuestion { since_ms, case: args.case, states };
    let (alerts, mut answers) = (at.open_read_only()?.alerts(&question)?, Answers::new());
    match format {
        Format::Json => alerts.iter().try_for_each(|alert| answers.json(alert))?,
        _ if alerts.is_empty() => message(&say!("no-alerts")),
        _ => alerts.iter().try_for_each(|alert| answers.tell(&alert_text::alert(alert)))?,
    }
    Ok(Exit::Success)
}

fn change(at: &Location, format: Format, args: AlertArgs, state: AlertState) -> Result<Exit> {
    let wish = AlertWish { alert: args.alert, state, reason: args.reason, actor: args.by };
    let change = at.open()?.change_alert(&wish)?;
    match format {
        Format::Json => Answers::new().json(&change)?,
        _ => Answers::new().tell(&alert_text::changed(&change))?,
    }
    Ok(Exit::Success)
}
