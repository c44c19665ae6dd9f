//! `athar packet`.

use super::explain::{refuse_standing, write};
use super::store::Location;
use crate::args::{Format, PacketArgs, PacketCommand};
use crate::exit::Exit;
use crate::lang::{self, errors, say};
use crate::output::{Answers, message, shown, shown_name, text};
use anyhow::{Context, Result, bail};
use athar_engine::{
    EngineError, Fonts, PACKET_BYTES_MOST, PacketFault, PacketOptions, PacketSummary, PublicKey,
    check_packet,
};
use serde::Serialize;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where systems keep fonts.
const FONT_DIRS: [&str; 5] = [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:\\Windows\\Fonts",
];

pub(super) fn run(at: &Location, format: Format, args: PacketArgs) -> Result<Exit> {
    match args.command {
        Some(PacketCommand::Verify { file, key }) => verify(at, format, &file, key.as_deref()),
        None => make(at, format, args),
    }
}

fn make(at: &Location, format: Format, args: PacketArgs) -> Result<Exit> {
    let (Some(case), Some(out)) = (args.case, args.out) else {
        bail!(say!("packet-needs"));
    };
    // Before the packet is recorded.
    refuse_standing(&out, args.force).with_context(|| shown_name(&out))?;
    let options = PacketOptions {
        case,
        language: lang::language(),
        purpose: args.purpose,
        actor: args.by,
        with_codes: args.with_codes,
        is_sextortion: args.sextortion,
    };
    let mut store = at.open()?;
    let packet = store.packet(&options, &fonts(args.fonts))?;
    // What leaves the unit is checked as whoever gets it will.
    let key = store.public_key()?.ok_or(EngineError::NoKey)?;
    let summary = check_packet(&packet, &key)?;
    write(&out, &packet, args.force).with_context(|| shown_name(&out))?;
    tell(format, &summary)?;
    message(&say!("packet-written", file = shown(&out)));
    Ok(Exit::Success)
}

/// Those named, then those of the system, then the caller's own.
fn fonts(named: Vec<PathBuf>) -> Fonts {
    let own = std::env::home_dir().map(|home| home.join(".local/share/fonts"));
    let dirs = named.into_iter().chain(FONT_DIRS.map(PathBuf::from)).chain(own);
    Fonts::find(&dirs.collect::<Vec<_>>())
}

fn verify(at: &Location, format: Format, file: &Path, key: Option<&str>) -> Result<Exit> {
    let key = match key {
        Some(key) => PublicKey::from_hex(key)?,
        None => own_key(at)?,
    };
    let packet = read(file).with_context(|| shown_name(file))?;
    match check_packet(&packet, &key) {
        Ok(summary) => tell(format, &summary)?,
        Err(EngineError::PacketFault(fault)) => {
            tell_fault(format, &fault)?;
            return Ok(Exit::Nothing);
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Exit::Success)
}

fn own_key(at: &Location) -> Result<PublicKey> {
    let opened = at.open_read_only();
    let store = opened.with_context(|| say!("packet-needs-key"))?;
    Ok(store.public_key()?.ok_or(EngineError::NoKey)?)
}

/// One byte more than any packet has is enough to know that it is none.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut packet = Vec::new();
    fs::File::open(file)?.take(PACKET_BYTES_MOST + 1).read_to_end(&mut packet)?;
    Ok(packet)
}

/// The JSON line: one of the two is `null`.
#[derive(Serialize)]
struct Verdict<'a> {
    packet: Option<&'a PacketSummary>,
    fault: Option<String>,
}

fn tell(format: Format, summary: &PacketSummary) -> Result<()> {
    match format {
        Format::Json => Answers::new().json(&Verdict { packet: Some(summary), fault: None })?,
        _ => Answers::new().tell(&text::packet(summary))?,
    }
    Ok(())
}

fn tell_fault(format: Format, fault: &PacketFault) -> Result<()> {
    match format {
        Format::Json => {
            Answers::new().json(&Verdict { packet: None, fault: Some(fault.to_string()) })?;
        }
        _ => Answers::new().tell(&text::packet_fault(&errors::of_packet(fault)))?,
    }
    Ok(())
}
