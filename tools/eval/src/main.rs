//! `cargo xtask eval`: edits the pictures of a folder in every way of the catalogue, asks the
//! engine and its peers for them, and tells what was found.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose answer is its output"
)]

use anyhow::{Context, Result};
use athar_eval::run::{Options, Run, chosen, run};
use athar_eval::{edits, report, show};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};

/// Pictures of a quick run, and those of them that the peers get.
const QUICK_SOURCES: usize = 48;
const QUICK_PEER_SOURCES: usize = 8;

#[derive(Parser)]
#[command(
    name = "cargo xtask eval",
    about = "What is found, how often something else is, and what it costs"
)]
struct Arguments {
    /// A folder of pictures; with `photos` in it, those are edited and `photos_small` is background
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Edit only so many pictures, evenly out of all
    #[arg(long, value_name = "N")]
    sources: Option<usize>,
    /// Only edits with one of these in their names, separated by commas
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',')]
    edits: Vec<String>,
    /// Decides everything that is left to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Peers besides our own PDQ alone: `orb`, `sift`, or `none`
    #[arg(long, value_delimiter = ',', default_value = "orb,sift")]
    peers: Vec<String>,
    /// How many of the edited pictures the peers get
    #[arg(long, value_name = "N", default_value_t = 32)]
    peer_sources: usize,
    /// Leave `photos_small` out
    #[arg(long)]
    no_background: bool,
    /// A few pictures only: under ten minutes on two cores
    #[arg(long)]
    quick: bool,
    /// One JSON object a row on standard output
    #[arg(long)]
    json: bool,
    /// Write the page and its tables into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the table of false alarms that the program carries, and this run's rows, into the tree
    #[arg(long)]
    record: bool,
    /// Write one picture of every edit into this folder, to be looked at, and do nothing else
    #[arg(long, value_name = "DIR")]
    show: Option<PathBuf>,
    /// Which picture of the corpus `--show` edits
    #[arg(long, value_name = "N", default_value_t = 0)]
    which: usize,
    /// Name every edit and do nothing else
    #[arg(long)]
    list: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.list {
        edits::catalogue().iter().for_each(|edit| println!("{}", edit.name()));
        return Ok(());
    }
    let corpus = corpus(arguments.corpus.as_deref())?;
    if let Some(out) = &arguments.show {
        let count =
            show::show(&corpus, arguments.which, &chosen(&arguments.edits)?, arguments.seed, out)?;
        println!("{count} edits of one picture in {}", out.display());
        return Ok(());
    }
    let done = run(&options(&arguments, corpus), &mut progress())?;
    tell(&done, &arguments)
}

fn corpus(given: Option<&Path>) -> Result<PathBuf> {
    let named = given
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("ATHAR_CORPUS").map(PathBuf::from));
    named.context("name a folder of pictures: --corpus DIR, or the variable ATHAR_CORPUS")
}

fn options(arguments: &Arguments, corpus: PathBuf) -> Options {
    let quick = |usual: Option<usize>, quick: usize| usual.or(arguments.quick.then_some(quick));
    let peer_sources = if arguments.quick { QUICK_PEER_SOURCES } else { arguments.peer_sources };
    Options {
        corpus,
        sources: quick(arguments.sources, QUICK_SOURCES),
        edits: arguments.edits.clone(),
        seed: arguments.seed,
        peers: arguments.peers.clone(),
        peer_sources,
        background: !arguments.no_background,
    }
}

fn progress() -> impl FnMut(usize, usize) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template(
        "{elapsed_precise} {wide_bar} {pos} of {len} edited pictures, {eta}",
    ) {
        bar.set_style(style);
    }
    move |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }
}

fn tell(done: &Run, arguments: &Arguments) -> Result<()> {
    for (name, why) in &done.facts.skipped {
        eprintln!("left out: {name}: {why}");
    }
    match arguments.json {
        true => print!("{}", report::json_lines(&done.rows)?),
        false => print!("{}", report::table(done)),
    }
    if let Some(out) = &arguments.out {
        report::write(done, out)?;
        eprintln!("the page and its tables are in {}", out.display());
    }
    if arguments.record { record(done) } else { Ok(()) }
}

/// What the tree keeps of a run.
fn record(done: &Run) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = [
        ("crates/athar-engine/src/false_alarms.tsv", done.unrelated.as_tsv()),
        ("crates/athar-engine/src/landmark_false_alarms.tsv", done.landmark_false_alarms()),
        ("benches/results/second_unrelated.tsv", done.unrelated.second_as_tsv()),
        ("benches/results/eval.jsonl", report::json_lines(&done.rows)?),
    ];
    for (name, text) in files {
        fs::write(root.join(name), text).with_context(|| name.to_owned())?;
        eprintln!("written: {name}");
    }
    Ok(())
}
