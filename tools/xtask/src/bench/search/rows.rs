//! The rows of `bench search`, and the file that keeps them.

use crate::bench::record::Machine;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

const HEADER: &str = "date\tcpu\tcores\ttoolchain\tname\tcodes\tdata\tthreads\tmedian_us\tp99_us\t\
                      recall\tbytes_per_code\tbuild_s";

/// One contender, asked in one way over one set of codes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    pub codes: u64,
    pub data: String,
    pub threads: usize,
    pub median_us: f64,
    pub p99_us: f64,
    /// Of the questions that have hits, the mean share of the hits that was found.
    pub recall: f64,
    /// Memory that building added to the process.
    pub bytes_per_code: f64,
    pub build_s: f64,
}

impl Row {
    pub fn is_ours(&self) -> bool {
        self.name.starts_with("athar")
    }

    /// What a new row replaces when it is of the same day and machine.
    fn is_of(&self, other: &Self) -> bool {
        (&self.name, self.codes, &self.data) == (&other.name, other.codes, &other.data)
    }

    fn fields(&self) -> String {
        let Self { name, codes, data, threads, .. } = self;
        let Self { median_us, p99_us, recall, bytes_per_code, build_s, .. } = self;
        format!(
            "{name}\t{codes}\t{data}\t{threads}\t{median_us}\t{p99_us}\t{recall}\t\
             {bytes_per_code}\t{build_s}"
        )
    }

    fn parse(fields: &str) -> Result<Self> {
        let fields: Vec<_> = fields.split('\t').collect();
        let [name, codes, data, threads, median, p99, recall, bytes, build] = fields[..] else {
            bail!("{} fields, not 9", fields.len());
        };
        Ok(Self {
            name: name.to_owned(),
            codes: codes.parse()?,
            data: data.to_owned(),
            threads: threads.parse()?,
            median_us: median.parse()?,
            p99_us: p99.parse()?,
            recall: recall.parse()?,
            bytes_per_code: bytes.parse()?,
            build_s: build.parse()?,
        })
    }
}

/// Of this machine, whatever the day: the last of every name, number of codes and data; by data,
/// number and time.
pub fn read(path: &Path, machine: &Machine) -> Result<Vec<Row>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let mut rows: Vec<Row> = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1) {
        let place = || format!("{}, line {}", path.display(), index + 1);
        let fields: Vec<_> = line.splitn(5, '\t').collect();
        let [_, cpu, cores, _, fields] = fields[..] else { bail!("{}: too short", place()) };
        if !machine.is(cpu, cores) {
            continue;
        }
        let row = Row::parse(fields).with_context(place)?;
        rows.retain(|other| !other.is_of(&row));
        rows.push(row);
    }
    rows.sort_by(|a, b| {
        (&b.data, a.codes).cmp(&(&a.data, b.codes)).then(a.median_us.total_cmp(&b.median_us))
    });
    Ok(rows)
}

/// Adds the row to the table at `path`, in the place of the same one of this day and machine.
pub fn write(path: &Path, machine: &Machine, row: &Row) -> Result<()> {
    let old = fs::read_to_string(path).unwrap_or_default();
    let replaced = |line: &str| {
        let fields = line.strip_prefix(&machine.fields());
        fields.and_then(|fields| Row::parse(fields).ok()).is_some_and(|other| other.is_of(row))
    };
    let kept = old.lines().skip(1).filter(|line| !replaced(line)).map(str::to_owned);
    let new = machine.fields() + &row.fields();
    let lines: Vec<_> = std::iter::once(HEADER.to_owned()).chain(kept).chain([new]).collect();
    fs::write(path, lines.join("\n") + "\n").with_context(|| path.display().to_string())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::bench::record::tests::machine;

    pub fn row(name: &str, data: &str, codes: u64, median_us: f64) -> Row {
        Row {
            name: name.into(),
            codes,
            data: data.into(),
            threads: 1,
            median_us,
            p99_us: 2.0 * median_us,
            recall: 1.0,
            bytes_per_code: 40.0,
            build_s: 0.5,
        }
    }

    #[test]
    fn what_is_written_is_read_and_the_newest_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("search.tsv");
        let (early, late) = (machine("2025-01-01"), machine("2025-01-02"));
        write(&path, &early, &row("athar", "uniform", 10, 3.0)).unwrap();
        write(&path, &early, &row("athar", "pdq", 10, 4.0)).unwrap();
        write(&path, &late, &row("athar", "uniform", 10, 2.0)).unwrap();
        write(&path, &late, &row("athar", "uniform", 10, 1.0)).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 4, "{text}");
        let rows = read(&path, &late).unwrap();
        assert_eq!(rows, [row("athar", "uniform", 10, 1.0), row("athar", "pdq", 10, 4.0)]);
    }

    #[test]
    fn a_broken_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("search.tsv");
        let today = machine("2025-01-01");
        fs::write(&path, format!("{HEADER}\n{}athar\t1\n", today.fields())).unwrap();
        assert!(format!("{:#}", read(&path, &today).unwrap_err()).contains("line 2"));
    }
}
