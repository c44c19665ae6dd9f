//! `athar explain`.

use super::store::Location;
use crate::args::{ExplainArgs, Format};
use crate::decoder;
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, shown, shown_name, text};
use crate::page;
use anyhow::{Context, Result, bail};
use athar_engine::policy::Relation;
use athar_engine::{EngineError, Explanation, FrameComparison, Way};
use serde::Serialize;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(at: &Location, format: Format, args: &ExplainArgs) -> Result<Exit> {
    may_be_written(args).with_context(|| shown_name(&args.out))?;
    let decoding = decoder::sealed()?;
    decoding.start_early();
    let explained = at.open()?.explain(&args.item, &args.query, &decoding);
    let explanation = explained.map_err(|error| named(error, args))?;
    let query = shown(Path::new(args.query.file_name().unwrap_or(OsStr::new(""))));
    let setting = page::Setting { query: &query, clear: args.clear };
    let html = page::html(&explanation, &setting).with_context(|| say!("cannot-be-drawn"))?;
    write(&args.out, html.as_bytes(), args.force).with_context(|| shown_name(&args.out))?;
    tell(&explanation, format)?;
    message(&say!("wrote-page", file = shown(&args.out)));
    Ok(if explanation.is_match() { Exit::Success } else { Exit::Nothing })
}

/// What is wrong with the picture is told with its path; the item is never repeated, for what was
/// typed in its place may be a code.
fn named(error: EngineError, args: &ExplainArgs) -> anyhow::Error {
    let is_input = matches!(error, EngineError::Input(_));
    let error = anyhow::Error::new(error);
    if is_input { error.context(shown_name(&args.query)) } else { error }
}

/// Refused before any work is done, and before the look-up is recorded.
fn may_be_written(args: &ExplainArgs) -> Result<()> {
    refuse_standing(&args.out, args.force)?;
    let place = |path: &Path| fs::canonicalize(path).ok();
    if args.out.exists() && place(&args.out) == place(&args.query) {
        bail!(say!("out-is-query"));
    }
    Ok(())
}

/// Fails where something is that is not to be replaced.
pub(super) fn refuse_standing(out: &Path, force: bool) -> Result<()> {
    let Ok(standing) = fs::symlink_metadata(out) else { return Ok(()) };
    if !force {
        bail!(say!("file-is-there"));
    }
    if !standing.is_file() {
        bail!(say!("no-plain-file"));
    }
    Ok(())
}

/// Writes a file that is there whole or not at all, and that only its owner may read.
pub(super) fn write(path: &Path, content: &[u8], force: bool) -> Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file =
        tempfile::NamedTempFile::new_in(dir).with_context(|| say!("cannot-be-written"))?;
    file.write_all(content).with_context(|| say!("cannot-be-written"))?;
    file.as_file().sync_all().with_context(|| say!("cannot-be-written"))?;
    let kept = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match kept.map_err(|error| error.error) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => bail!(say!("file-is-there")),
        other => other.map(drop).with_context(|| say!("cannot-be-written")),
    }
}

fn tell(explanation: &Explanation, format: Format) -> io::Result<()> {
    let mut answers = Answers::new();
    match format {
        Format::Json => answers.json(&Told::of(explanation)),
        _ => answers.tell(&text::explanation(explanation)),
    }
}

/// The JSON line.
#[derive(Serialize)]
struct Told<'a> {
    item: String,
    cases: &'a [String],
    whole_frames: Option<Frames>,
    ways: Vec<Seen<'a>>,
}

#[derive(Serialize)]
struct Frames {
    distance: u16,
    is_match: bool,
    orientation: &'static str,
    inverted: bool,
}

#[derive(Serialize)]
struct Seen<'a> {
    relation: Option<&'static str>,
    inliers: u32,
    sought: u32,
    distance: u16,
    region: &'a athar_engine::Region,
    false_alarm_rate: f64,
    false_alarm_pairs: u64,
}

impl<'a> Told<'a> {
    fn of(explanation: &'a Explanation) -> Self {
        let frames = |frames: FrameComparison| Frames {
            distance: frames.distance,
            is_match: frames.is_match,
            orientation: frames.orientation.name(),
            inverted: frames.inverted,
        };
        Self {
            item: explanation.item.iter().map(|byte| format!("{byte:02x}")).collect(),
            cases: &explanation.cases,
            whole_frames: explanation.frames.map(frames),
            ways: explanation.ways.iter().map(Seen::of).collect(),
        }
    }
}

impl<'a> Seen<'a> {
    fn of(way: &'a Way) -> Self {
        Self {
            relation: way.relation.map(Relation::name),
            inliers: way.inliers,
            sought: way.sought,
            distance: way.distance,
            region: &way.region,
            false_alarm_rate: way.false_alarm_rate,
            false_alarm_pairs: way.false_alarm_pairs,
        }
    }
}
