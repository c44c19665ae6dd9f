//! What the project does to itself: `cargo xtask <task>`.
//!
//! | task | what for |
//! |---|---|
//! | `tidy` | the invariants of ARCHITECTURE.md that a program can check |
//! | `ci` | everything that must hold before a change goes in |
//! | `fetch` | public data sets by name, checksums verified |
//! | `edits` | edited re-uploads of a folder of pictures |
//! | `demo` | the main job on real photographs, with what was planted and what was found |
//! | `bench` | ours beside the peers, recorded and plotted |
//! | `eval` | what the matcher finds and how often it is wrong, on real photographs, clips and speech |
//! | `learn-landmarks` | the weights of landmark codes, learned from photographs and their edits |
//! | `learn-voice` | the weights of voice codes, learned from recordings and their edits |
//! | `measure-voice` | what voice codes find of recordings that nothing was learned from |
//! | `soak` | an index written, thinned out, merged and asked at once, every answer checked |
//! | `mutate-clips` | damaged clips of every container through the sealed command |
//!
//! A new task is a module with a `run` and one line in [`Task`].

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task talks to the person who called it"
)]

mod bench;
mod ci;
mod datasets;
mod demo;
mod edit;
mod eval;
mod fetch;
mod learn;
mod licences;
mod mutate;
mod shell;
mod soak;
mod style;
mod tidy;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "What the project does to itself")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the invariants that a program can check
    Tidy(tidy::Arguments),
    /// Format, tidy, clippy, licences, docs and tests
    Ci(ci::Arguments),
    /// Download a data set of datasets/manifest.toml
    Fetch(fetch::Arguments),
    /// Make edited re-uploads of a folder of pictures
    Edits(edit::Arguments),
    /// The main job on real photographs
    Demo(demo::Arguments),
    /// Measure ours beside the peers, record it and plot it
    Bench(bench::Arguments),
    /// Measure what the matcher finds and how often it is wrong
    Eval(eval::Arguments),
    /// Learn the weights of landmark codes anew
    LearnLandmarks(learn::Landmarks),
    /// Learn the weights of voice codes anew
    LearnVoice(learn::Voice),
    /// Measure what voice codes find, beside Chromaprint
    MeasureVoice(learn::Measure),
    /// Write, thin out, merge and ask an index at once, and check every answer
    Soak(soak::Arguments),
    /// Check damaged clips of every container, each of which must have its line and reason
    MutateClips(mutate::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Tidy(arguments) => tidy::run(&arguments),
        Task::Ci(arguments) => ci::run(&arguments),
        Task::Fetch(arguments) => fetch::run(&arguments),
        Task::Edits(arguments) => edit::run(&arguments),
        Task::Demo(arguments) => demo::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Eval(arguments) => eval::run(&arguments),
        Task::LearnLandmarks(arguments) => learn::landmarks(&arguments),
        Task::LearnVoice(arguments) => learn::voice(&arguments),
        Task::MeasureVoice(arguments) => learn::measure(&arguments),
        Task::Soak(arguments) => soak::run(&arguments),
        Task::MutateClips(arguments) => mutate::run(&arguments),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The folder that holds the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or(here.clone(), PathBuf::from)
}
