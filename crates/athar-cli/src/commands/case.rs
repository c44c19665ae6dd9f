//! `athar case`.

use super::store::Location;
use super::typed;
use crate::args::{CaseCommand, Format};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, network_text, text};
use anyhow::Result;
use athar_engine::handles::Handle;
use athar_engine::{CaseFacts, SharedHandle};
use athar_words::text as words;
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, command: CaseCommand) -> Result<Exit> {
    match command {
        CaseCommand::Open { name, facts, handles } => {
            open(at, format, &name, &typed::facts(facts)?, &typed::handles(&handles)?)
        }
        CaseCommand::Set { name, facts } => set(at, format, &name, &typed::facts(facts)?),
        CaseCommand::Handle { name, kind, value, country, remove } => {
            let handle = typed::a_handle(&kind, &value, &country)?;
            keep(at, format, &name, &handle, remove)
        }
        CaseCommand::List => list(at, format),
        CaseCommand::Show { name } => show(at, format, &name),
    }
}

fn open(
    at: &Location,
    format: Format,
    name: &str,
    facts: &CaseFacts,
    handles: &[Handle],
) -> Result<Exit> {
    #[derive(Serialize)]
    struct Opened<'a> {
        case: &'a str,
        /// Those of its handles that tie it to other cases.
        shared_handles: &'a [SharedHandle],
    }
    let mut store = at.open()?;
    store.open_case(name, facts, handles)?;
    let shared = store.shared_handles(name, handles)?;
    let mut answers = Answers::new();
    if format == Format::Json {
        answers.json(&Opened { case: name, shared_handles: &shared })?;
        return Ok(Exit::Success);
    }
    message(&say!("case-opened", case = name));
    for SharedHandle { handle, .. } in &shared {
        answers.tell(&network_text::handle(handle, &shared))?;
    }
    Ok(Exit::Success)
}

fn set(at: &Location, format: Format, name: &str, change: &CaseFacts) -> Result<Exit> {
    #[derive(Serialize)]
    struct Set<'a> {
        case: &'a str,
        facts: CaseFacts,
    }
    let facts = at.open()?.describe_case(name, change)?;
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&Set { case: name, facts })?,
        _ => answers.tell(&network_text::facts(&facts).join("\n"))?,
    }
    Ok(Exit::Success)
}

fn keep(at: &Location, format: Format, name: &str, handle: &Handle, remove: bool) -> Result<Exit> {
    #[derive(Serialize)]
    struct Handled<'a> {
        case: &'a str,
        handle: &'a Handle,
        /// Whether the case changed.
        changed: bool,
        /// Other cases that have it too, oldest first.
        other_cases: &'a [String],
    }
    let mut store = at.open()?;
    let changed = match remove {
        true => store.remove_handle(name, handle).map(|()| true)?,
        false => store.add_handle(name, handle)?,
    };
    let shared = store.shared_handles(name, std::slice::from_ref(handle))?;
    let other_cases = shared.first().map_or(&[][..], |shared| &shared.cases);
    match format {
        Format::Json => {
            Answers::new().json(&Handled { case: name, handle, changed, other_cases })?;
        }
        _ => {
            let told = network_text::handle(handle, if remove { &[] } else { &shared });
            Answers::new().tell(&match (remove, changed) {
                (true, _) => say!("case-no-longer-has", case = name, handle = words(told)),
                (false, true) => say!("case-has-now", case = name, handle = words(told)),
                (false, false) => say!("case-had-already", case = name, handle = words(told)),
            })?;
        }
    }
    Ok(Exit::Success)
}

fn list(at: &Location, format: Format) -> Result<Exit> {
    let cases = at.open_read_only()?.cases()?;
    let mut answers = Answers::new();
    match format {
        Format::Json => cases.iter().try_for_each(|case| answers.json(case))?,
        _ if cases.is_empty() => message(&say!("no-cases")),
        _ => answers.tell(&text::cases(&cases))?,
    }
    Ok(Exit::Success)
}

fn show(at: &Location, format: Format, name: &str) -> Result<Exit> {
    let page = at.open_read_only()?.case(name)?;
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&page)?,
        _ => answers.tell(&text::case(&page))?,
    }
    Ok(Exit::Success)
}
