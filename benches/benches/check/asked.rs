//! Asking for pictures one by one, as a process each and in one that stays.

use anyhow::{Context, Result, ensure};
use athar_engine::worker::{WorkerProgram, Workers};
use athar_engine::{CheckOptions, Decoding, Interrupt, Outcome, Store, Watcher};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Milliseconds that something took, for each picture the median of its rounds.
pub struct Times {
    pub name: String,
    /// Rising.
    of_pictures: Vec<f64>,
    fastest: f64,
}

/// Milliseconds by name and picture, one for each round.
type Taken = BTreeMap<(usize, String), Vec<Vec<f64>>>;

/// Asks for every picture in every round, after one that counts for nothing.
pub fn ask(dir: &Path, paths: &[PathBuf], rounds: usize) -> Result<Vec<Times>> {
    let decoding = Decoding::Sealed(Workers::new(WorkerProgram {
        path: env::current_exe()?,
        arguments: vec!["worker".into()],
        environment: Vec::new(),
    })?);
    let mut taken = Taken::new();
    for round in 0..=rounds {
        for (picture, path) in paths.iter().enumerate() {
            let mut add = |place: usize, name: &str, ms: f64| {
                let times = taken.entry((place, name.to_owned())).or_default();
                times.resize(paths.len(), Vec::new());
                times[picture].push(ms);
            };
            let whole = by_process(dir, path)?;
            let (stays, steps) = by_engine(dir, path, &decoding)?;
            if round > 0 {
                add(0, "athar check, a process", whole);
                add(1, "athar check, one that stays", stays);
                steps.into_iter().for_each(|(step, ms)| add(2, &format!("athar step {step}"), ms));
            }
        }
    }
    Ok(taken.into_iter().map(|((_, name), times)| Times::new(name, times)).collect())
}

fn by_process(dir: &Path, path: &Path) -> Result<f64> {
    let mut athar = Command::new(env::current_exe()?);
    athar.arg("--data").arg(dir).args(["check", "--deep", "--format", "json"]).arg(path);
    let begin = Instant::now();
    let status = athar.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
    let took = begin.elapsed();
    ensure!(matches!(status.code(), Some(0 | 1)), "athar check ended with {status}");
    Ok(took.as_secs_f64() * 1e3)
}

/// Milliseconds in all and by step.
fn by_engine(
    dir: &Path,
    path: &Path,
    decoding: &Decoding,
) -> Result<(f64, Vec<(&'static str, f64)>)> {
    let paths = vec![path.to_owned()];
    let options = CheckOptions { paths, deep: true, steps: true, ..CheckOptions::default() };
    let (stop, mut told) = (Interrupt::new(), Told::default());
    let begin = Instant::now();
    Store::open(dir)?.check(&options, decoding, &stop, &mut told)?;
    let took = begin.elapsed().as_secs_f64() * 1e3;
    let outcome = told.0.context("the check told nothing")?;
    ensure!(outcome.error.is_none(), "a picture could not be read");
    let steps: Vec<_> =
        outcome.steps_us.iter().map(|(step, us)| (*step, *us as f64 / 1e3)).collect();
    let others = took - steps.iter().map(|(_, ms)| ms).sum::<f64>();
    Ok((took, [steps, vec![("open and record", others)]].concat()))
}

#[derive(Default)]
struct Told(Option<Outcome>);

impl Watcher for Told {
    fn done(&mut self, outcome: &Outcome) {
        self.0 = Some(outcome.clone());
    }
}

impl Times {
    fn new(name: String, times: Vec<Vec<f64>>) -> Self {
        let fastest = times.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let mut of_pictures: Vec<f64> =
            times.into_iter().filter(|rounds| !rounds.is_empty()).map(middle).collect();
        of_pictures.sort_by(f64::total_cmp);
        Self { name, of_pictures, fastest }
    }

    pub fn fastest(&self) -> f64 {
        self.fastest
    }

    pub fn median(&self) -> f64 {
        self.rank(self.of_pictures.len() as f64 / 2.0)
    }

    pub fn nine_of_ten(&self) -> f64 {
        self.rank(self.of_pictures.len() as f64 * 0.9)
    }

    /// The median and, by rank, its 95 % confidence interval.
    pub fn with_confidence(&self) -> [f64; 3] {
        let count = self.of_pictures.len() as f64;
        let reach = 0.98 * count.sqrt();
        [0.0, -reach, reach].map(|off| self.rank(count / 2.0 + off))
    }

    fn rank(&self, rank: f64) -> f64 {
        let last = self.of_pictures.len().saturating_sub(1) as f64;
        self.of_pictures.get(rank.clamp(0.0, last) as usize).copied().unwrap_or(f64::NAN)
    }
}

fn middle(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}
