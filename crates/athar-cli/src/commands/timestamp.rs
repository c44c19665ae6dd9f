//! `athar timestamp`.

use super::explain::write;
use super::store::Location;
use crate::args::{Format, TimestampCommand};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, message, shown, shown_name, text};
use anyhow::{Context, Result};
use athar_engine::{Authorities, TimeStamp, TimeStampFault};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// More than any certificate or reply has, in bytes.
const MOST_BYTES: u64 = 1 << 20;

pub(super) fn run(at: &Location, format: Format, command: TimestampCommand) -> Result<Exit> {
    match command {
        TimestampCommand::Request { out, force } => request(at, format, &out, force)?,
        TimestampCommand::Add { file, authority } => {
            let reply = read(&file, TimeStampFault::NotAReply)?;
            let authorities = authorities(&authority)?;
            let added = at.open()?.add_time_stamp(&reply, &authorities);
            tell(format, &[added.with_context(|| shown_name(&file))?])?;
        }
        TimestampCommand::List => tell(format, &at.open_read_only()?.time_stamps()?)?,
        TimestampCommand::Export { event, out, force } => {
            let token = at.open_read_only()?.time_stamp_token(event)?;
            write(&out, &token, force).with_context(|| shown_name(&out))?;
        }
    }
    Ok(Exit::Success)
}

/// The certificates in these files.
pub(super) fn authorities(files: &[PathBuf]) -> Result<Authorities> {
    let mut all = Authorities::default();
    for file in files {
        all.extend(
            Authorities::read(&read(file, TimeStampFault::NotACertificate)?)
                .with_context(|| shown_name(file))?,
        );
    }
    Ok(all)
}

fn request(at: &Location, format: Format, out: &Path, force: bool) -> Result<()> {
    let request = at.open()?.time_stamp_request()?;
    write(out, &request.request, force).with_context(|| shown_name(out))?;
    match format {
        Format::Json => Answers::new().json(&request)?,
        _ => Answers::new().tell(&text::time_stamp_request(&request))?,
    }
    message(&say!("stamp-request-written", file = shown(out)));
    Ok(())
}

fn tell(format: Format, stamps: &[TimeStamp]) -> Result<()> {
    let mut answers = Answers::new();
    for stamp in stamps {
        match format {
            Format::Json => answers.json(stamp)?,
            _ => answers.tell(&text::time_stamp(stamp))?,
        }
    }
    Ok(())
}

/// The bytes of a file; `too_long` says what one is not that has more than any of its kind.
fn read(file: &Path, too_long: TimeStampFault) -> Result<Vec<u8>> {
    let read = || {
        let mut bytes = Vec::new();
        File::open(file)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    let bytes = read().with_context(|| shown_name(file))?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= MOST_BYTES => Ok(bytes),
        _ => Err(too_long).with_context(|| shown_name(file)),
    }
}
