//! `eval`: what the matcher finds, how often it is wrong and what it costs, on edited pictures,
//! clips and recordings.
//!
//! The work is done by the program of `tools/eval`, which may see the crates; this builds it as
//! it is shipped and hands over what was typed. `cargo xtask eval --help` shows its own help.

use crate::shell;
use anyhow::Result;
use std::ffi::OsString;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// What the evaluation is asked; `--help` tells
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    given: Vec<OsString>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut eval =
        shell::cargo(&["run", "--quiet", "--release", "--locked", "--package", "athar-eval"]);
    // Folders are meant as they were typed, so the program runs where the person is.
    eval.arg("--manifest-path").arg(crate::root().join("Cargo.toml"));
    eval.current_dir(std::env::current_dir()?).arg("--").args(&arguments.given);
    shell::run(eval)?;
    Ok(ExitCode::SUCCESS)
}
