//! `athar benign`.

use super::store::Location;
use crate::args::{BenignCommand, Format};
use crate::exit::Exit;
use crate::lang::{name, say};
use crate::output::{Answers, alert_text, message, text};
use anyhow::Result;
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, command: BenignCommand) -> Result<Exit> {
    match command {
        BenignCommand::Add { item, note, by } => {
            let item = at.open()?.add_benign(&item, &note, by.as_deref())?;
            tell(format, &item, true)
        }
        BenignCommand::Remove { item, by } => {
            let item = at.open()?.remove_benign(&item, by.as_deref())?;
            tell(format, &item, false)
        }
        BenignCommand::List => list(at, format),
    }
}

fn list(at: &Location, format: Format) -> Result<Exit> {
    let (items, mut answers) = (at.open_read_only()?.benign()?, Answers::new());
    match format {
        Format::Json => items.iter().try_for_each(|item| answers.json(item))?,
        _ if items.is_empty() => message(&say!("nothing-harmless")),
        _ => items.iter().try_for_each(|item| answers.tell(&alert_text::benign(item)))?,
    }
    Ok(Exit::Success)
}

fn tell(format: Format, item: &[u8; 32], is_benign: bool) -> Result<Exit> {
    let what = || if is_benign { say!("harmless") } else { say!("no-longer-harmless") };
    match format {
        Format::Json => {
            let item = item.iter().map(|byte| format!("{byte:02x}")).collect();
            Answers::new().json(&Told { item, benign: is_benign })?;
        }
        _ => Answers::new().tell(&format!("{}  {}", name(&text::short(item)), what()))?,
    }
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Told {
    item: String,
    benign: bool,
}
