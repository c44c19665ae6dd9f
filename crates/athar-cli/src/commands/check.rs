//! `athar check`.

use super::Shown;
use super::store::Location;
use crate::args::{CheckArgs, Format};
use crate::decoder;
use crate::exit::Exit;
use crate::interrupt;
use crate::lang::say;
use crate::output::{Summary, message, shown, text};
use anyhow::{Context, Result};
use athar_engine::{CheckOptions, CheckSummary, Code, FrameCode, from_vpdq};
use athar_words::figure;
use std::fs::File;
use std::io::{BufRead, Read, stdin};
use std::num::NonZeroUsize;
use std::path::Path;

pub(super) fn run(at: &Location, format: Format, args: CheckArgs) -> Result<Exit> {
    let codes = read_codes(&args.pdq)?;
    let decoding = decoder::sealed()?;
    if !args.paths.is_empty() {
        decoding.start_early();
    }
    let mut store = at.open()?;
    let stop = interrupt::on_ctrl_c();
    let similar = args.similar.and_then(|count| NonZeroUsize::new(count.into()));
    let options = CheckOptions {
        paths: args.paths,
        codes,
        clips: args.vpdq.iter().map(|path| read_frames(path)).collect::<Result<_>>()?,
        similar,
        deep: args.deep,
        actor: args.by,
        ..CheckOptions::default()
    };
    let mut shown = Shown::new(format);
    let summary = store.check(&options, &decoding, &stop, &mut shown)?;
    let mut answers = shown.end()?;
    match format {
        Format::Json => answers.json(&Summary { summary: &summary })?,
        _ => answers.tell(&text::check_summary(&summary))?,
    }
    if summary.inputs == 0 && !summary.interrupted {
        message(&say!("no-files"));
    }
    Ok(exit(&summary))
}

/// Codes from the command line, and from standard input for each `-`. An error says which one
/// is wrong and never repeats it.
fn read_codes(given: &[String]) -> Result<Vec<Code>> {
    let mut codes = Vec::new();
    for (number, text) in given.iter().enumerate() {
        if text == "-" {
            read_codes_from(stdin().lock(), &mut codes)?;
        } else {
            let code = Code::from_hex(text).with_context(|| format!("--pdq {}", number + 1))?;
            codes.push(code);
        }
    }
    Ok(codes)
}

/// Bytes of a vPDQ file at most: twelve hours, one code a second, several times over.
const VPDQ_BYTES: u64 = 32 << 20;

/// The codes of a clip's frames. An error names the file and never repeats what is in it.
fn read_frames(path: &Path) -> Result<Vec<FrameCode>> {
    let mut text = String::new();
    let file = File::open(path).with_context(|| say!("cannot-be-read", file = shown(path)))?;
    let read = file.take(VPDQ_BYTES).read_to_string(&mut text);
    // What is cut short is no list any more.
    read.with_context(|| say!("cannot-be-read", file = shown(path)))?;
    from_vpdq(&text).with_context(|| say!("no-vpdq-list", file = shown(path)))
}

fn read_codes_from(input: impl BufRead, codes: &mut Vec<Code>) -> Result<()> {
    for (number, line) in input.lines().enumerate() {
        let line = line.with_context(|| say!("no-standard-input"))?;
        // The reference tool's lines are `hash,quality,path`: the first field is the code.
        let text = line.split(',').next().unwrap_or_default().trim();
        if !text.is_empty() {
            let place = || say!("standard-input-line", line = figure(number + 1));
            codes.push(Code::from_hex(text).with_context(place)?);
        }
    }
    Ok(())
}

fn exit(summary: &CheckSummary) -> Exit {
    match summary {
        CheckSummary { interrupted: true, .. } => Exit::Interrupted,
        CheckSummary { matched: 1.., .. } | CheckSummary { listed: 1.., .. } => Exit::Success,
        CheckSummary { unreadable: 1.., .. } => Exit::Unread,
        _ => Exit::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_the_reference_tool_prints_them() {
        let hex = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bacd";
        let mut codes = Vec::new();
        read_codes_from(format!("{hex},100,a.jpg\n\n{hex}\n").as_bytes(), &mut codes).unwrap();
        assert_eq!(codes, [Code::from_hex(hex).unwrap(); 2]);
        let error = read_codes_from("secret,1,x".as_bytes(), &mut codes).unwrap_err();
        assert!(format!("{error:#}").contains("line 1"));
        assert!(!format!("{error:#}").contains("secret"));
    }
}
