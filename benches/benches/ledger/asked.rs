//! Unknown pictures that are added and asked for one by one, as a process each and in one that
//! stays.

use anyhow::{Context, Result, ensure};
use athar_benches::Rounds;
use athar_engine::worker::{WorkerProgram, Workers};
use athar_engine::{
    AddOptions, CheckOptions, Decoding, Interrupt, Outcome, Store, Watcher, WithdrawOptions,
    WithdrawTarget,
};
use athar_tests::pictures;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

const SIDE_PX: u32 = 1000;
const CASE: &str = "bench";
const BEYOND: &str = "add, beyond hashing";

/// Pictures that no store has.
pub struct Pictures(Vec<PathBuf>);

/// What things took, by their names.
type Taken = BTreeMap<&'static str, Vec<Duration>>;

/// What is demanded of it.
pub fn bar(what: &str) -> Option<Duration> {
    (what == BEYOND).then_some(Duration::from_millis(20))
}

impl Pictures {
    pub fn drawn(dir: &Path, count: usize) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let draw = |number: u64| {
            let path = dir.join(format!("{number}.jpg"));
            if !path.exists() {
                let picture = pictures::detailed(7_000 + number, SIDE_PX, SIDE_PX);
                pictures::save_jpeg(&picture.into(), &path, 90);
            }
            path
        };
        Ok(Self((0..count as u64).map(draw).collect()))
    }
}

/// Adds each picture once by a process and once in this one, and takes it back after each.
pub fn add(place: &Path, pictures: &Pictures) -> Result<Vec<(&'static str, Rounds)>> {
    let decoding = decoding()?;
    let mut taken = Taken::new();
    take_back(place).ok();
    for path in &pictures.0 {
        note(&mut taken, "add, a process", by_process(place, &["add", CASE], path)?);
        take_back(place)?;
        let (stays, outcome) = add_here(place, path, &decoding)?;
        take_back(place)?;
        let us = |step| outcome.steps_us.get(step).copied().unwrap_or_default();
        note(&mut taken, "add", stays);
        note(&mut taken, BEYOND, stays.saturating_sub(Duration::from_micros(us("prepare"))));
    }
    Ok(rounds(taken))
}

/// Asks for each picture once by a process and once in this one.
pub fn check(place: &Path, pictures: &Pictures) -> Result<Vec<(&'static str, Rounds)>> {
    let decoding = decoding()?;
    let mut taken = Taken::new();
    for path in &pictures.0 {
        note(&mut taken, "check, a process", by_process(place, &["check"], path)?);
        let options = CheckOptions { paths: vec![path.clone()], ..CheckOptions::default() };
        let (stop, mut told) = (Interrupt::new(), Told::default());
        let begun = Instant::now();
        Store::open(place)?.check(&options, &decoding, &stop, &mut told)?;
        note(&mut taken, "check", begun.elapsed());
    }
    Ok(rounds(taken))
}

fn note(taken: &mut Taken, what: &'static str, took: Duration) {
    taken.entry(what).or_default().push(took);
}

/// The first picture's times, when indexes are written and caches filled, count for nothing.
fn rounds(taken: Taken) -> Vec<(&'static str, Rounds)> {
    taken.into_iter().map(|(what, times)| (what, times.into_iter().skip(1).collect())).collect()
}

fn add_here(place: &Path, path: &Path, decoding: &Decoding) -> Result<(Duration, Outcome)> {
    let options = AddOptions { steps: true, ..AddOptions::default() };
    let (stop, mut told) = (Interrupt::new(), Told::default());
    let begun = Instant::now();
    Store::open(place)?.add(CASE, &[path.to_owned()], &options, decoding, &stop, &mut told)?;
    let took = begun.elapsed();
    let outcome = told.0.context("nothing was told")?;
    ensure!(outcome.error.is_none() && outcome.matches.is_empty(), "a picture is known");
    Ok((took, outcome))
}

fn by_process(place: &Path, args: &[&str], path: &Path) -> Result<Duration> {
    let mut athar = Command::new(env::current_exe()?);
    athar.arg("--data").arg(place).args(args).arg(path);
    let begun = Instant::now();
    let status = athar.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let took = begun.elapsed();
    ensure!(matches!(status.code(), Some(0 | 1)), "athar ended with {status}");
    Ok(took)
}

fn take_back(place: &Path) -> Result<()> {
    let options = WithdrawOptions {
        target: WithdrawTarget::Case(CASE.into()),
        reason: "measured".into(),
        reference: None,
        actor: None,
    };
    Store::open(place)?.withdraw(&options, &mut Told::default())?;
    Ok(())
}

fn decoding() -> Result<Decoding> {
    Ok(Decoding::Sealed(Workers::new(WorkerProgram {
        path: env::current_exe()?,
        arguments: vec!["worker".into()],
        environment: Vec::new(),
    })?))
}

/// The last outcome.
#[derive(Default)]
pub struct Told(Option<Outcome>);

impl Watcher for Told {
    fn done(&mut self, outcome: &Outcome) {
        self.0 = Some(outcome.clone());
    }
}
