//! `athar add`.

use super::store::Location;
use super::{Shown, typed};
use crate::args::{AddArgs, Format};
use crate::decoder;
use crate::exit::Exit;
use crate::interrupt;
use crate::lang::say;
use crate::output::{Summary, message, text};
use anyhow::Result;
use athar_engine::{AddOptions, AddSummary};

pub(super) fn run(at: &Location, format: Format, args: AddArgs) -> Result<Exit> {
    let options = AddOptions {
        received_at_ms: typed::time_if(args.received.as_deref(), "--received")?,
        handles: typed::handles(&args.handles)?,
        channel: args.channel,
        unit: args.unit,
        shallow: args.shallow,
        steps: false,
    };
    let decoding = decoder::sealed()?;
    decoding.start_early();
    let mut store = at.open()?;
    let stop = interrupt::on_ctrl_c();
    let mut shown = Shown::new(format);
    let summary = store.add(&args.case, &args.paths, &options, &decoding, &stop, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&Summary { summary: &summary })?,
        _ => answers.tell(&text::add_summary(&summary))?,
    }
    if summary.case_opened {
        message(&say!("case-is-new", case = &summary.case));
    }
    if summary.files == 0 && !summary.interrupted {
        message(&say!("no-files"));
    }
    Ok(exit(&summary))
}

fn exit(summary: &AddSummary) -> Exit {
    match summary {
        AddSummary { interrupted: true, .. } => Exit::Interrupted,
        AddSummary { refused: 1.., .. } => Exit::Unread,
        _ => Exit::Success,
    }
}
