//! `bench`: ours beside the peers, in one run, recorded and plotted.
//!
//! `cargo bench` measures. This reads what Criterion wrote, and the rows that a benchmark without
//! Criterion appends to the file named by `ATHAR_BENCH_ROWS`; it prints one table of ratios,
//! writes the rows with machine, date and toolchain into `benches/results/NAME.tsv` and draws
//! them as `benches/results/NAME.svg`. Within a group, rows whose name begins with `athar` are
//! ours.
//!
//! `search` asks many contenders over many numbers of codes and has rows, bars and plots of its
//! own: see [`search`].

mod plot;
mod record;
mod search;

use crate::{shell, style};
use anyhow::{Context, Result, bail};
use record::{Machine, Row};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// Benchmarks of benches/Cargo.toml; all of them when none is named
    names: Vec<String>,
    /// Do not measure: read what the last run left
    #[arg(long)]
    last: bool,
    #[command(flatten, next_help_heading = "For `search`")]
    search: search::Options,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let known = known()?;
    let names = if arguments.names.is_empty() { &known } else { &arguments.names };
    let machine = Machine::this()?;
    if !arguments.search.are_usual() && names.iter().any(|name| name != search::NAME) {
        bail!("only `search` has these options: cargo xtask bench search …");
    }
    for name in names {
        if !known.contains(name) {
            bail!("no benchmark is called {name}: there are {}", known.join(", "));
        }
        if name == search::NAME {
            search::run(&arguments.search, arguments.last, &machine)?;
            continue;
        }
        let home = home(name)?;
        if !arguments.last {
            measure(name, &home)?;
        }
        publish(name, &machine, &home)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The names in the `[[bench]]` tables.
fn known() -> Result<Vec<String>> {
    let path = crate::root().join("benches/Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let table: toml::Table = text.parse()?;
    let benches = table.get("bench").and_then(toml::Value::as_array);
    let names = benches.into_iter().flatten().filter_map(|bench| bench.get("name")?.as_str());
    Ok(names.map(str::to_owned).collect())
}

/// Criterion keeps each benchmark in a folder of its own, so that results are not mixed.
fn home(name: &str) -> Result<PathBuf> {
    let text = shell::output(shell::cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let target = metadata["target_directory"].as_str().context("cargo metadata names no target")?;
    Ok(Path::new(target).join("criterion").join(name))
}

fn measure(name: &str, home: &Path) -> Result<()> {
    let rows = home.join(record::ROWS);
    if rows.exists() {
        fs::remove_file(&rows).with_context(|| rows.display().to_string())?;
    }
    fs::create_dir_all(home).with_context(|| home.display().to_string())?;
    let mut bench =
        shell::cargo(&["bench", "--locked", "--package", "athar-benches", "--bench", name]);
    bench.env("CRITERION_HOME", home).env("ATHAR_BENCH_ROWS", rows);
    shell::run(bench)
}

fn publish(name: &str, machine: &Machine, home: &Path) -> Result<()> {
    let rows = record::read(home)?;
    if rows.is_empty() {
        bail!("{} holds no result: run without --last first", home.display());
    }
    println!("\n{}\n{}", style::bold(&format!("== {name}, {machine}")), table(&rows));
    let folder = crate::root().join("benches/results");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    record::write(&folder.join(format!("{name}.tsv")), machine, &rows)?;
    let picture = folder.join(format!("{name}.svg"));
    fs::write(&picture, plot::draw(name, machine, &rows))
        .with_context(|| picture.display().to_string())
}

/// One block for each group, fastest first, each with how often ours goes into it.
fn table(rows: &[Row]) -> String {
    let mut lines = Vec::new();
    for group in record::groups(rows) {
        lines.push(style::bold(&group.title));
        for row in &group.rows {
            let ratio =
                group.ratio(row).map_or(String::new(), |ratio| format!("{ratio:7.2} x ours"));
            let rate = row.rate().unwrap_or_default();
            let line = format!(
                "  {:<34} {:>12} {rate:>16}  {ratio}",
                row.who,
                record::time(row.median_ns)
            );
            lines.push(if row.is_ours() { style::green(&line) } else { line });
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_gives_ratios_to_our_best() {
        let row = |who: &str, ns| Row::of("pdq", "512", who, ns);
        let rows = [row("peer", 400.0), row("athar/avx2", 100.0), row("athar/scalar", 200.0)];
        let table = table(&rows);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines[0], "pdq, 512");
        assert!(lines[1].contains("athar/avx2") && lines[1].contains("1.00 x ours"));
        assert!(lines[2].contains("2.00 x ours"));
        assert!(lines[3].contains("peer") && lines[3].contains("4.00 x ours"));
    }
}
