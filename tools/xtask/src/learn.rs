//! `learn-landmarks` and `learn-voice`: write the weights of codes anew, from folders of photographs
//! or of recordings; `measure-voice`: what voice codes find, on the recordings not learned from.
//!
//! The work is done by `tools/learn`, which may see the crates; this builds it as it is shipped
//! and says where its tables go. A table takes part in every code: a new one is a new version of
//! the scheme.

use crate::shell;
use anyhow::Result;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub struct Landmarks {
    /// Only put the sums that there are into the order that suits a search
    #[arg(long)]
    order: bool,
    /// The folders with the photographs (PNG and JPEG)
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub struct Voice {
    /// The folders with recordings of speech; the program ffmpeg must be installed
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub struct Measure {
    /// The least quality at which a window votes
    #[arg(long, value_name = "N")]
    quality: Option<u8>,
    /// The folders that the weights were learned from; the program ffmpeg must be installed
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
}

pub fn landmarks(arguments: &Landmarks) -> Result<ExitCode> {
    let mut learn = learn(if arguments.order { "order" } else { "landmarks" });
    learn.arg(crate::root().join("crates/athar-hash/src/landmark/table.rs"));
    with_folders(learn, &arguments.folders)
}

pub fn voice(arguments: &Voice) -> Result<ExitCode> {
    let mut learn = learn("voice");
    learn.arg(crate::root().join("crates/athar-hash/src/voice/table.rs"));
    with_folders(learn, &arguments.folders)
}

pub fn measure(arguments: &Measure) -> Result<ExitCode> {
    let mut learn = learn("voice-measure");
    if let Some(quality) = arguments.quality {
        learn.args(["--quality", &quality.to_string()]);
    }
    with_folders(learn, &arguments.folders)
}

fn learn(task: &str) -> Command {
    let mut learn = shell::cargo(&["run", "--release", "--locked", "--package", "athar-learn"]);
    learn.args(["--", task]);
    learn
}

fn with_folders(mut learn: Command, folders: &[PathBuf]) -> Result<ExitCode> {
    for folder in folders {
        learn.arg(std::path::absolute(folder)?);
    }
    shell::run(learn)?;
    Ok(ExitCode::SUCCESS)
}
