//! `athar key` and `athar checkpoint`.

use super::store::Location;
use crate::args::{Format, KeyCommand};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, shown, shown_name};
use anyhow::{Context, Result, bail};
use athar_engine::{EngineError, PublicKey, Signed};
use serde::Serialize;
use std::fs;
use std::path::Path;

pub(super) fn run(at: &Location, format: Format, command: KeyCommand) -> Result<Exit> {
    match command {
        KeyCommand::Make => {
            let key = at.open()?.make_key()?;
            message(&say!("key-made"));
            tell(format, &key)
        }
        KeyCommand::Show => {
            let key = at.open_read_only()?.public_key()?;
            tell(format, &key.ok_or(EngineError::NoKey)?)
        }
        KeyCommand::Rotate(args) => super::rotate::run(at, format, &args),
        KeyCommand::Check { file, key } => check(format, &file, key.as_deref()),
    }
}

/// `athar checkpoint`: what is printed is JSON in either format, for it is kept as it is.
pub(super) fn checkpoint(at: &Location) -> Result<Exit> {
    let checkpoint = at.open()?.checkpoint()?;
    Answers::new().json(&checkpoint)?;
    Ok(Exit::Success)
}

fn tell(format: Format, key: &PublicKey) -> Result<Exit> {
    #[derive(Serialize)]
    struct Told {
        public_key: String,
    }
    let public_key = key.to_hex();
    match format {
        Format::Json => Answers::new().json(&Told { public_key })?,
        _ => Answers::new().line(&public_key)?,
    }
    Ok(Exit::Success)
}

fn check(format: Format, file: &Path, key: Option<&str>) -> Result<Exit> {
    let text = fs::read_to_string(file).with_context(|| shown_name(file))?;
    let signed = Signed::parse(&text).with_context(|| shown_name(file))?;
    let key = key.map(PublicKey::from_hex).transpose()?;
    if !signed.holds(key.as_ref()).with_context(|| shown_name(file))? {
        bail!(say!("signature-does-not-hold", file = shown(file)));
    }
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&signed)?,
        _ => {
            let key = signed.public_key.to_string();
            answers.line(&signed.statement.to_string())?;
            answers.tell(&say!("signed-by", key = key))?;
        }
    }
    Ok(Exit::Success)
}
