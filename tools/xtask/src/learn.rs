//! `learn-landmarks`: writes the weights of landmark codes anew, from a folder of photographs.
//!
//! The work is done by `tools/learn`, which may see the crates; this builds it as it is shipped
//! and says where its table goes. The table takes part in every code: a new one is a new version
//! of the scheme.

use crate::shell;
use anyhow::Result;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// The folders with the photographs (PNG and JPEG)
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let table = crate::root().join("crates/athar-hash/src/landmark/table.rs");
    let mut learn = shell::cargo(&["run", "--release", "--locked", "--package", "athar-learn"]);
    learn.arg("--").arg(table);
    for folder in &arguments.folders {
        learn.arg(std::path::absolute(folder)?);
    }
    shell::run(learn)?;
    Ok(ExitCode::SUCCESS)
}
