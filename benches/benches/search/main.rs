//! Ours and its peers on the same codes and the same questions: `cargo xtask bench search`.
//!
//! For each set of codes, each number of codes and each contender, one process is started that
//! reads the codes, builds what it searches with, is asked, and tells each question's time and
//! how many hits it had. So memory is measured cleanly, none inherits another's caches, and a
//! contender in Python is asked as one in Rust. Here, beside them, every code is compared with
//! every question, which gives the truth that recall is measured against.
//!
//! Rows go to standard output, one JSON object a line; what is going on goes to standard error.
//!
//! ```text
//! plan      which contenders run where, and which cannot be had on this machine
//! data      the codes and the questions        truth   all hits, by brute force
//! contender its process, what it tells, a row
//! serve     the processes written in Rust and in this workspace: ours, linear, hnsw_rs
//! ```

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark's rows and its progress"
)]

mod contender;
mod data;
mod files;
mod photographs;
mod plan;
mod progress;
mod serve;
mod truth;

use anyhow::Result;
use clap::{Parser, Subcommand};
use data::{Kind, Set};
use plan::Plan;
use progress::Progress;
use std::path::PathBuf;
use truth::Truth;

#[derive(Parser)]
#[command(about = "Ours and its peers on the same codes and the same questions")]
struct Arguments {
    /// Numbers of codes, with commas
    #[arg(long, value_delimiter = ',', value_name = "N")]
    codes: Vec<usize>,
    /// Contenders by name or by its beginning, with commas
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    peers: Vec<String>,
    /// Sets of codes, with commas
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    data: Vec<Kind>,
    /// Everything, also what takes most of an hour
    #[arg(long)]
    full: bool,
    /// What Cargo adds
    #[arg(long, hide = true)]
    bench: bool,
    #[command(subcommand)]
    serve: Option<Job>,
}

#[derive(Subcommand)]
enum Job {
    /// Be one of the contenders
    #[command(hide = true)]
    Serve {
        /// Which
        name: serve::Name,
        /// Where the codes and the questions are
        folder: PathBuf,
        /// In bits
        radius: u16,
        /// Seconds that one way of asking may take
        budget_s: f64,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match &arguments.serve {
        Some(Job::Serve { name, folder, radius, budget_s }) => {
            serve::run(*name, folder, *radius, *budget_s)
        }
        None => measure(&arguments),
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let progress = Progress::new();
    let mut plan = Plan::new(&arguments.codes, &arguments.peers, &arguments.data, arguments.full)?;
    for round in plan.rounds() {
        let what = format!("{}, {} codes", round.data, round.codes);
        progress.now(&format!("{what}: making them"));
        let set = match Set::make(round.data, round.codes) {
            Ok(set) => set,
            Err(error) => {
                progress.note(&format!("left out: {what}: {error:#}"));
                continue;
            }
        };
        if set.len < round.codes {
            progress.note(&format!("{what}: only {} can be made, which are used", set.len));
        }
        progress.now(&format!("{what}: brute force"));
        let truth = Truth::of(&set)?;
        for contender in &round.contenders {
            progress.now(&format!("{what}: {}", contender.name));
            let rows = plan.start(contender).and_then(|process| process.measure(&set, &truth));
            match rows {
                Ok(rows) => rows.iter().try_for_each(|row| show(row, &progress))?,
                Err(error) => {
                    progress.note(&format!("left out: {} at {what}: {error:#}", contender.name));
                }
            }
        }
    }
    Ok(())
}

fn show(row: &contender::Row, progress: &Progress) -> Result<()> {
    let line = serde_json::to_string(row)?;
    progress.aside(|| println!("{line}"));
    Ok(())
}
