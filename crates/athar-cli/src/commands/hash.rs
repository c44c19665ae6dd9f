//! `athar hash`: the one command whose purpose is to print codes.

use crate::args::{Format, HashArgs};
use crate::decoder;
use crate::exit::Exit;
use crate::interrupt;
use crate::lang::{errors, say};
use crate::output::{Answers, message, shown, shown_name};
use anyhow::{Context, Result};
use athar_engine::{Code, FrameCode, Hashes, Outcome, Want, hash_files, to_vpdq};
use serde::Serialize;
use std::io;
use std::path::Path;

pub(super) fn run(format: Format, args: &HashArgs) -> Result<Exit> {
    let stop = interrupt::on_ctrl_c();
    let want = if args.full { Want::Full } else { Want::Hash };
    let mut answers = Answers::new();
    let (mut unread, mut written) = (false, Ok(()));
    let decoding = decoder::sealed()?;
    hash_files(&args.paths, want, &decoding, &stop, &mut |outcome, hashes| {
        unread |= outcome.is_unread();
        let line = match format {
            Format::Json => answers.json(&Hashed::new(outcome, hashes)),
            _ if args.vpdq => print_frames(&mut answers, outcome, hashes),
            _ => print(&mut answers, outcome, hashes),
        };
        if let (Err(error), Ok(())) = (line, &written) {
            written = Err(error);
        }
    })?;
    written.with_context(|| say!("answers-cannot-be-written"))?;
    Ok(match (stop.is_set(), unread) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Unread,
        (false, false) => Exit::Success,
    })
}

/// `hash,quality,path`, as the reference tool prints it, a line for each second of a clip; what has
/// no code is told aside.
fn print(answers: &mut Answers, outcome: &Outcome, hashes: &Hashes<'_>) -> io::Result<()> {
    let path = shown(outcome.path.as_deref().unwrap_or(Path::new("")));
    let line = |code: &Code, quality: u8| format!("{},{quality},{path}", code.to_hex());
    if let Some(code) = hashes.code {
        return answers.line(&line(code, outcome.quality.unwrap_or(0)));
    }
    for frame in hashes.frames {
        answers.line(&line(&frame.code, frame.quality))?;
    }
    if hashes.frames.is_empty() {
        tell_why(outcome, say!("no-code"));
    }
    Ok(())
}

/// The vPDQ list of a clip, one a line.
fn print_frames(answers: &mut Answers, outcome: &Outcome, hashes: &Hashes<'_>) -> io::Result<()> {
    match hashes.frames {
        [] => tell_why(outcome, say!("no-clip")),
        frames => return answers.line(&to_vpdq(frames)),
    }
    Ok(())
}

fn tell_why(outcome: &Outcome, otherwise: String) {
    let path = shown_name(outcome.path.as_deref().unwrap_or(Path::new("")));
    let reason = outcome.error.as_ref().map_or(otherwise, errors::of_input);
    message(&format!("{path}: {reason}"));
}

/// The JSON line: the outcome's facts, with the codes and the digests.
#[derive(Serialize)]
struct Hashed<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    pdq: Option<String>,
    /// Of a clip, `hex,quality,timestamp` for each second.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vpdq: Vec<String>,
    md5: Option<String>,
}

impl<'a> Hashed<'a> {
    fn new(outcome: &'a Outcome, hashes: &Hashes<'_>) -> Self {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            outcome,
            pdq: hashes.code.map(Code::to_hex),
            vpdq: hashes.frames.iter().map(FrameCode::to_text).collect(),
            md5: hashes.digest.map(|digest| hex(&digest.md5)),
        }
    }
}
