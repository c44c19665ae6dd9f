//! `check --deep` of one picture among 100,000 with 30 million landmarks, as people ask it: a
//! process that opens the store, decodes in a sealed worker, looks up and records; and the steps
//! of it in a process that stays.
//!
//! The store holds the photographs of the corpus and as many drawn pictures as are missing (see
//! `drawn`). Thirty photographs that it does not hold and thirty that it does are asked. Making it
//! takes some ten minutes and 5 GB, twice that for a moment; `ATHAR_CHECK_DIR` names a directory
//! that keeps it, `ATHAR_CHECK_ITEMS` another number of pictures.
//!
//! The bar: 300 ms or less on two cores.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark talks to the person who called it"
)]

mod asked;
mod drawn;
mod met;
mod store;

use anyhow::Result;
use asked::Times;
use athar_benches::{Measured, in_directory, is_command};
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

const ITEMS: usize = 100_000;
const ROUNDS: usize = 5;
const BAR_MS: f64 = 300.0;

fn main() -> ExitCode {
    if is_command() {
        return athar_cli::main();
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("check: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let Some(corpus) = corpus() else {
        println!("check: there is no corpus of real photographs (ATHAR_CORPUS): not measured");
        return Ok(());
    };
    let items = env::var("ATHAR_CHECK_ITEMS").map_or(Ok(ITEMS), |items| items.parse())?;
    in_directory("ATHAR_CHECK_DIR", |dir| measure(&corpus, dir, items))
}

fn measure(corpus: &Path, dir: &Path, items: usize) -> Result<()> {
    let pictures = store::Pictures::of(corpus)?;
    store::make(dir, &pictures, items)?;
    met::print(dir, &pictures.unknown)?;
    for (case, paths) in [("unknown", &pictures.unknown), ("known", &pictures.known)] {
        let times = asked::ask(dir, paths, ROUNDS)?;
        print_table(case, &times);
        record(items, case, &times)?;
    }
    Ok(())
}

fn print_table(case: &str, times: &[Times]) {
    println!("\n{case:34} median   fastest  nine of ten within, ms");
    for row in times {
        let [fastest, median, most] = [row.fastest(), row.median(), row.nine_of_ten()];
        println!("{:34} {median:6.1} {fastest:9.1} {most:8.1}", row.name);
    }
    if let Some(whole) = times.first() {
        let verdict = if whole.median() <= BAR_MS { "holds" } else { "MISSED" };
        println!("bar: {BAR_MS} ms: {verdict}");
    }
}

fn record(items: usize, case: &str, times: &[Times]) -> Result<()> {
    let group = format!("check --deep among {items} pictures");
    for row in times {
        let times = row.with_confidence().map(|ms| Duration::from_secs_f64(ms / 1e3));
        Measured { group: &group, case, who: &row.name, per_run: None }.record(times)?;
    }
    Ok(())
}

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let corpus = env::var_os("ATHAR_CORPUS").map_or(beside, PathBuf::from);
    corpus.join("photos").is_dir().then_some(corpus)
}
