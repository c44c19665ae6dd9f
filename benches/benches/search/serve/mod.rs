//! The contenders of this workspace, each in a process of its own.

mod graph;
mod linear;
mod ours;

use crate::contender::Told;
use crate::files;
use crate::truth::{Asked, Hits};
use anyhow::{Context, Result};
use athar_kernel::{Code, Radius};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// However slow: so many calls at least.
const CALLS_MIN: usize = 20;

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Name {
    /// athar-index
    Athar,
    /// athar-kernel over all codes
    Linear,
    /// The crate `hnsw_rs`
    #[value(name = "hnsw_rs")]
    HnswRs,
}

pub fn run(name: Name, folder: &Path, radius: u16, budget_s: f64) -> Result<()> {
    let folder = folder.to_owned();
    let radius = Radius::new(radius).context("a radius has 0 to 256 bits")?;
    let task = Task { folder, radius, budget: Duration::from_secs_f64(budget_s) };
    match name {
        Name::Athar => ours::run(&task),
        Name::Linear => linear::run(&task),
        Name::HnswRs => graph::run(&task),
    }
}

/// What a contender is to do.
struct Task {
    folder: PathBuf,
    radius: Radius,
    budget: Duration,
}

impl Task {
    fn codes(&self, name: &str) -> Result<Vec<Code>> {
        files::read(&self.folder.join(name))
    }

    fn blocks(&self) -> Result<files::Blocks> {
        files::Blocks::open(&self.folder.join("codes"))
    }

    /// Asks in the order of `calls` until all are asked or the time is over.
    fn time<C>(
        &self,
        calls: impl Iterator<Item = C>,
        mut ask: impl FnMut(C) -> Vec<Hits>,
    ) -> Asking {
        let (begin, mut asking) = (Instant::now(), Asking::default());
        for call in calls {
            let called = Instant::now();
            let hits = ask(call);
            asking.ns.push(called.elapsed().as_nanos() as u64);
            asking.hits.extend(hits);
            if begin.elapsed() > self.budget && asking.ns.len() >= CALLS_MIN {
                break;
            }
        }
        asking
    }
}

/// What was asked and answered.
#[derive(Default)]
struct Asking {
    ns: Vec<u64>,
    hits: Vec<Hits>,
}

/// What building took.
#[derive(Clone, Copy)]
struct Built {
    seconds: f64,
    bytes: u64,
}

impl Built {
    fn told(self, name: &str, asked: Asked, radius: Radius, asking: &Asking) -> Told {
        Told {
            name: name.to_owned(),
            asked,
            radius_bits: radius.bits(),
            threads: 1,
            build_s: self.seconds,
            bytes: self.bytes,
            ns: asking.ns.clone(),
            hits: asking.hits.iter().map(|hits| hits.count).collect(),
            sums: asking.hits.iter().map(|hits| hits.sum).collect(),
        }
    }
}

fn tell(told: &Told) -> Result<()> {
    println!("{}", serde_json::to_string(told)?);
    Ok(())
}

/// Bytes of this process that are in memory; 0 where the system does not say.
fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) << 10
}
