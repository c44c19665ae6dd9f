//! `bench search`: ours and its peers on the same codes, from the program of that name in
//! `benches/`, which writes one JSON object a row.
//!
//! Rows are recorded in `benches/results/search.tsv`; the table, how query time grows with the
//! number of codes, and the bars that ours is held to are printed; the plot is drawn anew.

mod bars;
mod plot;
mod rows;
mod table;

use super::record::Machine;
use crate::{shell, style};
use anyhow::{Context, Result, bail, ensure};
use rows::Row;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

/// As `benches/Cargo.toml` calls it.
pub const NAME: &str = "search";

#[derive(clap::Args, Default, PartialEq)]
pub struct Options {
    /// Numbers of codes, with commas
    #[arg(long, value_name = "N[,N]")]
    codes: Option<String>,
    /// Contenders by name or by its beginning, with commas
    #[arg(long, value_name = "NAME,…")]
    peers: Option<String>,
    /// Sets of codes, with commas: uniform, pdq, skewed, crafted
    #[arg(long, value_name = "NAME,…")]
    data: Option<String>,
    /// Everything, also 100 M codes and graphs of 1 M: most of an hour
    #[arg(long)]
    full: bool,
    /// One object a row on standard output and nothing else
    #[arg(long)]
    json: bool,
}

impl Options {
    pub fn are_usual(&self) -> bool {
        *self == Self::default()
    }

    fn passed_on(&self) -> Vec<&str> {
        let named = [("--codes", &self.codes), ("--peers", &self.peers), ("--data", &self.data)];
        let given = named.into_iter().filter_map(|(name, value)| Some([name, value.as_deref()?]));
        given.flatten().chain(self.full.then_some("--full")).collect()
    }
}

pub fn run(options: &Options, last: bool, machine: &Machine) -> Result<()> {
    let folder = crate::root().join("benches/results");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let table = folder.join("search.tsv");
    if !last {
        let measured = measure(options, &table, machine)?;
        ensure!(measured > 0, "nothing was measured");
    }
    let rows = rows::read(&table, machine)?;
    ensure!(
        !rows.is_empty(),
        "{} holds no row of this machine: run without --last",
        table.display()
    );
    let picture = folder.join("search.svg");
    fs::write(&picture, plot::draw(machine, &rows))
        .with_context(|| picture.display().to_string())?;
    if !options.json {
        println!("\n{}", style::bold(&format!("== {NAME}, {machine}")));
        println!("{}\n{}\n{}", table::table(&rows), table::growth(&rows), bars::report(&rows));
    } else if last {
        rows.iter().try_for_each(print_json)?;
    }
    Ok(())
}

/// Records each row as it comes, so that a run that is ended early keeps what it has.
fn measure(options: &Options, table: &Path, machine: &Machine) -> Result<usize> {
    let mut cargo =
        shell::cargo(&["bench", "--locked", "--package", "athar-benches", "--bench", NAME, "--"]);
    cargo.args(options.passed_on()).stdout(Stdio::piped());
    let name = shell::shown(&cargo);
    let mut bench = cargo.spawn().with_context(|| format!("cannot start {name}"))?;
    let lines = BufReader::new(bench.stdout.take().context("a pipe was asked for")?).lines();
    let mut measured = 0;
    for line in lines {
        let line = line?;
        if !line.starts_with('{') {
            continue;
        }
        let row: Row = serde_json::from_str(&line)?;
        rows::write(table, machine, &row)?;
        measured += 1;
        if options.json { print_json(&row)? } else { println!("{}", table::line(&row)) }
    }
    match bench.wait()? {
        status if status.success() => Ok(measured),
        status => bail!("{name}: {status}"),
    }
}

fn print_json(row: &Row) -> Result<()> {
    println!("{}", serde_json::to_string(row)?);
    Ok(())
}
