//! `athar hash`: the one command whose purpose is to print codes.

use crate::args::{Format, HashArgs};
use crate::decoder;
use crate::exit::Exit;
use crate::interrupt;
use crate::output::{Answers, message, shown};
use anyhow::{Context, Result};
use athar_engine::{Code, FileDigest, Outcome, Want, hash_files};
use serde::Serialize;
use std::io;
use std::path::Path;

pub(super) fn run(format: Format, args: &HashArgs) -> Result<Exit> {
    let stop = interrupt::on_ctrl_c();
    let want = if args.full { Want::Full } else { Want::Hash };
    let mut answers = Answers::new();
    let (mut unread, mut written) = (false, Ok(()));
    let decoding = decoder::sealed()?;
    hash_files(&args.paths, want, &decoding, &stop, &mut |outcome, code, digest| {
        unread |= outcome.is_unread();
        let line = match format {
            Format::Json => answers.json(&Hashed::new(outcome, code, digest)),
            _ => print(&mut answers, outcome, code),
        };
        if let (Err(error), Ok(())) = (line, &written) {
            written = Err(error);
        }
    })?;
    written.context("the answers cannot be written")?;
    Ok(match (stop.is_set(), unread) {
        (true, _) => Exit::Interrupted,
        (false, true) => Exit::Unread,
        (false, false) => Exit::Success,
    })
}

/// `hash,quality,path`, as the reference tool prints it; what has no code is told aside.
fn print(answers: &mut Answers, outcome: &Outcome, code: Option<&Code>) -> io::Result<()> {
    let path = shown(outcome.path.as_deref().unwrap_or(Path::new("")));
    match (code, &outcome.error) {
        (Some(code), _) => {
            answers.line(&format!("{},{},{path}", code.to_hex(), outcome.quality.unwrap_or(0)))
        }
        (None, error) => {
            let reason = error.as_ref().map_or("no code", |error| &error.message);
            message(&format!("{path}: {reason}"));
            Ok(())
        }
    }
}

/// The JSON line: the outcome's facts, with the code and the digests.
#[derive(Serialize)]
struct Hashed<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    pdq: Option<String>,
    md5: Option<String>,
}

impl<'a> Hashed<'a> {
    fn new(outcome: &'a Outcome, code: Option<&Code>, digest: Option<&FileDigest>) -> Self {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { outcome, pdq: code.map(Code::to_hex), md5: digest.map(|digest| hex(&digest.md5)) }
    }
}
