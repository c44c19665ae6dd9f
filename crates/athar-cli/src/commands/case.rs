//! `athar case`.

use super::store::Location;
use crate::args::{CaseCommand, Format};
use crate::exit::Exit;
use crate::output::{Answers, message, text};
use anyhow::Result;
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, command: CaseCommand) -> Result<Exit> {
    match command {
        CaseCommand::Open { name } => open(at, format, &name),
        CaseCommand::List => list(at, format),
        CaseCommand::Show { name } => show(at, format, &name),
    }
}

fn open(at: &Location, format: Format, name: &str) -> Result<Exit> {
    #[derive(Serialize)]
    struct Opened<'a> {
        case: &'a str,
    }
    at.open()?.open_case(name)?;
    match format {
        Format::Json => Answers::new().json(&Opened { case: name })?,
        _ => message(&format!("opened case {name}")),
    }
    Ok(Exit::Success)
}

fn list(at: &Location, format: Format) -> Result<Exit> {
    let cases = at.open_read_only()?.cases()?;
    let mut answers = Answers::new();
    match format {
        Format::Json => cases.iter().try_for_each(|case| answers.json(case))?,
        _ if cases.is_empty() => message("there are no cases yet"),
        _ => answers.line(&text::cases(&cases))?,
    }
    Ok(Exit::Success)
}

fn show(at: &Location, format: Format, name: &str) -> Result<Exit> {
    let page = at.open_read_only()?.case(name)?;
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&page)?,
        _ => answers.line(&text::case(&page))?,
    }
    Ok(Exit::Success)
}
