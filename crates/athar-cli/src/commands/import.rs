//! `athar import`, `athar lists` and `athar list`.

use super::Shown;
use super::store::Location;
use crate::args::{Format, ImportArgs, ListCommand};
use crate::exit::Exit;
use crate::interrupt;
use crate::lang::{errors, joined, say};
use crate::output::{Answers, list_text, message, shown, shown_name};
use anyhow::{Context, Error, Result};
use athar_engine::{EngineError, ImportOptions, ImportSummary, ListRemoval, PublicKey};
use serde::Serialize;
use std::path::PathBuf;

/// Brings the files of a list in.
pub(super) fn import(at: &Location, format: Format, args: ImportArgs) -> Result<Exit> {
    let files = args.files.clone();
    let options = options(args)?;
    let mut watcher = Shown::new(format);
    let stop = interrupt::on_ctrl_c();
    let imported = at.open()?.import(&options, &stop, &mut watcher);
    let mut answers = watcher.end()?;
    let summary = match imported {
        Ok(summary) => summary,
        Err(EngineError::Interrupted) => {
            message(&errors::told(&EngineError::Interrupted.into()));
            return Ok(Exit::Interrupted);
        }
        Err(error) => return Err(with_file(error, &files)),
    };
    for problem in &summary.first_problems {
        let file = files.get(problem.file).map_or_else(String::new, |path| shown_name(path));
        message(&format!(
            "{}: {}",
            joined(&[file, errors::of_place(&problem.place)]),
            errors::of_reason(&problem.reason)
        ));
    }
    let untold = summary.problems - summary.first_problems.len() as u64;
    if untold > 0 {
        message(&say!("and-n-more", n = untold));
    }
    match format {
        Format::Json => answers.json(&Imported { import: &summary })?,
        _ => answers.tell(&list_text::imported(&summary))?,
    }
    Ok(match () {
        () if !summary.left.is_empty() => Exit::Nothing,
        () if summary.problems > 0 => Exit::Unread,
        () => Exit::Success,
    })
}

/// Shows every list.
pub(super) fn lists(at: &Location, format: Format) -> Result<Exit> {
    let (lists, mut answers) = (at.open_read_only()?.lists()?, Answers::new());
    match format {
        Format::Json => lists.iter().try_for_each(|list| answers.json(list))?,
        _ if lists.is_empty() => message(&say!("no-lists")),
        _ => answers.tell(&list_text::lists(&lists))?,
    }
    Ok(Exit::Success)
}

/// Shows, activates or gives up one list.
pub(super) fn list(at: &Location, format: Format, command: ListCommand) -> Result<Exit> {
    let mut watcher = Shown::new(format);
    match command {
        ListCommand::Show { name } => {
            let page = at.open_read_only()?.list(&name)?;
            let mut answers = watcher.end()?;
            match format {
                Format::Json => answers.json(&page)?,
                _ => answers.tell(&list_text::page(&page))?,
            }
        }
        ListCommand::Activate { name, by } => {
            let activated = at.open()?.activate_list(&name, by.as_deref(), &mut watcher)?;
            let mut answers = watcher.end()?;
            match format {
                Format::Json => answers.json(&Activated { list: &name, activated })?,
                _ => answers.tell(&list_text::activated(&name, activated))?,
            }
        }
        ListCommand::Retire { name, reason, by } => {
            let removal = at.open()?.retire_list(&name, &reason, by.as_deref(), &mut watcher)?;
            return retired(format, watcher.end()?, &removal);
        }
        ListCommand::Rule { persons, by } => {
            at.open()?.set_list_rule(persons, by.as_deref())?;
            let mut answers = watcher.end()?;
            match format {
                Format::Json => answers.json(&Rule { persons })?,
                _ => answers.tell(&list_text::rule(persons))?,
            }
        }
    }
    Ok(Exit::Success)
}

fn retired(format: Format, mut answers: Answers, removal: &ListRemoval) -> Result<Exit> {
    match format {
        Format::Json => answers.json(&Retired { retired: removal })?,
        _ => answers.tell(&list_text::retired(removal))?,
    }
    Ok(if removal.left.is_empty() { Exit::Success } else { Exit::Nothing })
}

/// An error of one of the files, with its name.
fn with_file(error: EngineError, files: &[PathBuf]) -> Error {
    let file = match &error {
        EngineError::List { file, .. } | EngineError::ListFile { file, .. } => files.get(*file),
        EngineError::Delta(_)
        | EngineError::DeltaReplayed { .. }
        | EngineError::DeltaGap { .. }
        | EngineError::NoSenderKey => files.first(),
        _ => None,
    };
    match file {
        Some(path) => Error::new(error).context(say!("file-changed-nothing", file = shown(path))),
        None => error.into(),
    }
}

#[derive(Serialize)]
struct Imported<'a> {
    import: &'a ImportSummary,
}

#[derive(Serialize)]
struct Activated<'a> {
    list: &'a str,
    activated: u64,
}

#[derive(Serialize)]
struct Rule {
    persons: u8,
}

#[derive(Serialize)]
struct Retired<'a> {
    retired: &'a ListRemoval,
}

fn options(args: ImportArgs) -> Result<ImportOptions> {
    let keys = args.keys.iter().map(|key| PublicKey::from_hex(key)).collect::<Result<_, _>>();
    Ok(ImportOptions {
        list: args.list,
        files: args.files,
        list_format: args.list_format,
        bare_sha256: args.bare_sha256,
        keys: keys.context("--key")?,
        source: args.source,
        marking: args.tlp,
        actor: args.by,
        activate: args.activate,
        dry_run: args.dry_run,
    })
}
