//! Completion scripts and manual pages, made from the same description as `--help`.

use crate::args::Args;
use crate::exit::Exit;
use crate::lang::say;
use crate::output::message;
use anyhow::{Context, Result};
use clap::CommandFactory;
use std::fs;
use std::io;
use std::path::Path;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "athar", &mut script);
    match io::Write::write_all(&mut io::stdout(), &script) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).with_context(|| say!("script-cannot-be-written"))
        }
        _ => Ok(Exit::Success),
    }
}

pub(super) fn man(dir: &Path) -> Result<Exit> {
    let place = || say!("man-cannot-be-written", dir = crate::output::shown(dir));
    fs::create_dir_all(dir).with_context(place)?;
    clap_mangen::generate_to(Args::command(), dir).with_context(place)?;
    message(&say!("man-written", dir = crate::output::shown(dir)));
    Ok(Exit::Success)
}
