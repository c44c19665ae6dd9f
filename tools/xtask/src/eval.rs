//! `eval`: what the matcher finds and how often it is wrong, on the photographs of a corpus.
//!
//! The work is done by the program `eval` of `benches/`, which may see the crates; this builds it
//! as it is shipped and says where its tables go.

use crate::shell;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// The folder for the tables; `benches/results` without it
    #[arg(value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = match &arguments.out {
        Some(given) => std::path::absolute(given)?,
        None => crate::root().join("benches/results"),
    };
    let mut eval = shell::cargo(&["run", "--release", "--locked", "--package", "athar-benches"]);
    eval.args(["--bin", "eval", "--"]).arg(out);
    shell::run(eval)?;
    Ok(ExitCode::SUCCESS)
}
