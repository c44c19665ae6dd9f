//! `soak`: an index that is written, thinned out, merged and asked at the same time.
//!
//! The work is done by the program `soak` of `benches/`, which checks every answer and ends with
//! an error at the first wrong one; this builds it as it is shipped and records what it did.

use crate::shell;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::process::{ExitCode, Stdio};

#[derive(clap::Args)]
pub struct Arguments {
    /// How long
    #[arg(value_name = "SECONDS", default_value_t = 300)]
    seconds: u32,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut soak = shell::cargo(&["run", "--release", "--locked", "--package", "athar-benches"]);
    soak.args(["--bin", "soak", "--", &arguments.seconds.to_string()]);
    let output = soak.stderr(Stdio::inherit()).output().context("cargo run")?;
    let table = String::from_utf8(output.stdout)?;
    print!("{table}");
    ensure!(output.status.success(), "the soak found a mistake: see above");
    fs::write(crate::root().join("benches/results/soak.tsv"), &table)?;
    Ok(ExitCode::SUCCESS)
}
