//! `eval`: what the matcher finds and how often it is wrong, on the photographs of a corpus.
//!
//! The work is done by the program `eval` of `benches/`, which may see the crates; this builds it
//! as it is shipped and says where its tables go. Without a folder of its own, the table of false
//! alarms goes where the program carries it.

use crate::shell;
use anyhow::Result;
use std::fs;
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
    eval.args(["--bin", "eval", "--"]).arg(&out);
    shell::run(eval)?;
    if arguments.out.is_none() {
        let carried = crate::root().join("crates/athar-engine/src/false_alarms.tsv");
        fs::rename(out.join("false_alarms.tsv"), &carried)?;
        println!("the program carries the new table: {}", carried.display());
    }
    Ok(ExitCode::SUCCESS)
}
