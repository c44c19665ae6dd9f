//! A contender's process: what it tells, and the row that becomes of it.
//!
//! It is called as `PROGRAM … FOLDER RADIUS BUDGET_S` and writes one JSON object a line to its
//! standard output, [`Told`], for each way in which it was asked.

use crate::data::Set;
use crate::truth::{Asked, Hits, Truth};
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};

/// Seconds that one way of asking may take; what could not be asked is left out.
const BUDGET_S: f64 = 20.0;

pub struct Process {
    command: Command,
}

/// What a contender says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    pub name: String,
    pub asked: Asked,
    pub radius_bits: u16,
    pub threads: usize,
    /// Seconds of building, without reading the file.
    pub build_s: f64,
    /// Memory of the process that was not there before building.
    pub bytes: u64,
    /// Nanoseconds of each call; of a batch, its time through the number of its questions.
    pub ns: Vec<u64>,
    /// Hits of the first questions, one number each.
    pub hits: Vec<u64>,
    /// [`Hits::sum`] of the same questions, or nothing from those who only count.
    #[serde(default)]
    pub sums: Vec<u64>,
}

/// A line of the answer.
#[derive(Debug, Serialize)]
pub struct Row {
    name: String,
    codes: usize,
    data: String,
    threads: usize,
    median_us: f64,
    p99_us: f64,
    recall: f64,
    bytes_per_code: f64,
    build_s: f64,
}

impl Process {
    pub fn new(command: Command) -> Self {
        Self { command }
    }

    pub fn measure(mut self, set: &Set, truth: &Truth) -> Result<Vec<Row>> {
        let radius = crate::data::RADIUS_BITS.to_string();
        let command = self.command.arg(&set.folder).arg(radius).arg(BUDGET_S.to_string());
        command.env("OMP_NUM_THREADS", "1");
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "it ended with {}", output.status);
        let text = String::from_utf8(output.stdout).context("it does not tell in UTF-8")?;
        let told = text.lines().filter(|line| line.starts_with('{')).map(serde_json::from_str);
        told.map(|told| Row::new(&told?, set, truth)).collect()
    }
}

impl Row {
    fn new(told: &Told, set: &Set, truth: &Truth) -> Result<Self> {
        let hits = truth.hits(told.asked, told.radius_bits);
        let hits = hits.with_context(|| format!("{}: a radius without truth", told.name))?;
        let mut us: Vec<_> = told.ns.iter().map(|ns| *ns as f64 / 1e3).collect();
        us.sort_by(f64::total_cmp);
        ensure!(!us.is_empty(), "{}: nothing was asked", told.name);
        let at = |share: f64| us[((us.len() - 1) as f64 * share).round() as usize];
        Ok(Self {
            name: told.name.clone(),
            codes: set.len,
            data: set.data.to_string(),
            threads: told.threads,
            median_us: rounded(at(0.5), 3),
            p99_us: rounded(at(0.99), 3),
            recall: rounded(recall(told, hits)?, 6),
            bytes_per_code: rounded(told.bytes as f64 / set.len as f64, 1),
            build_s: rounded(told.build_s, 3),
        })
    }
}

fn rounded(number: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (number * scale).round() / scale
}

/// Over the questions that have hits, the mean share of them that was told. Where the contender
/// says which hits they were, a wrong one makes the whole question count as missed.
fn recall(told: &Told, truth: &[Hits]) -> Result<f64> {
    let (mut shares, mut questions) = (0.0, 0.0);
    for (index, (&count, expected)) in told.hits.iter().zip(truth).enumerate() {
        ensure!(count <= expected.count, "{}: more hits than there are", told.name);
        let whole = told.sums.get(index).is_none_or(|sum| *sum == expected.sum);
        if expected.count > 0 {
            questions += 1.0;
            let share = count as f64 / expected.count as f64;
            shares += if count == expected.count && !whole { 0.0 } else { share };
        }
    }
    ensure!(questions > 0.0, "{}: no question had an answer", told.name);
    Ok(shares / questions)
}
