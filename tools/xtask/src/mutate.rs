//! `mutate-clips`: damaged clips of every container through the command.
//!
//! The work is done by the program `mutate-clips` of `tests/`, which ends with an error where a file
//! has no line, no reason or takes too long; this builds it and the command as they are shipped and
//! records what came of it.

use crate::shell;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::process::{ExitCode, Stdio};

#[derive(clap::Args)]
pub struct Arguments {
    /// Mutations of each container
    #[arg(value_name = "COUNT", default_value_t = 2000)]
    count: u64,
    /// The number of the first one
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    first: u64,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let package = ["--release", "--locked", "--package", "athar-tests"];
    let mut build = shell::cargo(&[&["build"], &package[..]].concat());
    let built = build.args(["--bin", "athar-under-test"]).status().context("cargo build")?;
    ensure!(built.success(), "the command cannot be built");
    let mut mutate = shell::cargo(&[&["run"], &package[..]].concat());
    mutate.args(["--bin", "mutate-clips", "--"]);
    mutate.args([arguments.count, arguments.first].map(|number| number.to_string()));
    let output = mutate.stderr(Stdio::inherit()).output().context("cargo run")?;
    let table = String::from_utf8(output.stdout)?;
    print!("{table}");
    ensure!(output.status.success(), "a damaged clip was not told as it should be: see above");
    fs::write(crate::root().join("benches/results/mutate_clips.tsv"), &table)?;
    Ok(ExitCode::SUCCESS)
}
