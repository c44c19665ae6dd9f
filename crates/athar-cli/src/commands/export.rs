//! `athar export`.

use super::store::Location;
use super::typed;
use crate::args::{ExportArgs, Format};
use crate::exit::Exit;
use crate::output::{Answers, list_text, shown_name};
use anyhow::{Context, Result};
use athar_engine::{ExportOptions, ExportSummary};
use serde::Serialize;

pub(super) fn run(at: &Location, format: Format, args: ExportArgs) -> Result<Exit> {
    let options = ExportOptions {
        since_ms: typed::time_if(args.since.as_deref(), "--since")?,
        list_format: args.list_format,
        out: args.out,
        cases: args.cases,
        all: args.all,
        marking: Some(args.tlp),
        owner: args.owner,
        groups: args.groups,
        dry_run: args.dry_run,
        force: args.force,
    };
    let exported = at.open()?.export(&options);
    let summary = exported.with_context(|| shown_name(&options.out))?;
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&Exported { export: &summary })?,
        _ => answers.tell(&list_text::exported(&summary))?,
    }
    Ok(Exit::Success)
}

#[derive(Serialize)]
struct Exported<'a> {
    export: &'a ExportSummary,
}
