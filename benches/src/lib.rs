//! What the benchmarks without Criterion share: rounds, rows for `cargo xtask bench`, and where
//! their stores lie.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What something took, once a round.
#[derive(Debug, Clone, Default)]
pub struct Rounds(Vec<Duration>);

impl FromIterator<Duration> for Rounds {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort();
        Self(times)
    }
}

impl Rounds {
    /// Nought where there was no round.
    pub fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    /// The median, the fastest and the slowest.
    pub fn spread(&self) -> [Duration; 3] {
        let end = |end: Option<&Duration>| end.copied().unwrap_or_default();
        [self.median(), end(self.0.first()), end(self.0.last())]
    }
}

/// What is measured, and by whom.
pub struct Measured<'a> {
    /// What is measured on.
    pub group: &'a str,
    /// What is measured.
    pub case: &'a str,
    /// Ours begin with `athar`.
    pub who: &'a str,
    /// How many elements one run works through.
    pub per_run: Option<u64>,
}

impl Measured<'_> {
    /// Appends a row to the file that `cargo xtask bench` names: the median and what it may lie
    /// between.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn record(&self, [median, low, high]: [Duration; 3]) -> io::Result<()> {
        let Some(path) = env::var_os("ATHAR_BENCH_ROWS") else { return Ok(()) };
        let mut file = File::options().create(true).append(true).open(path)?;
        let Self { group, case, who, per_run } = self;
        let [median, low, high] = [median, low, high].map(|time| time.as_nanos());
        let (per_run, unit) = per_run.map_or((String::new(), ""), |n| (n.to_string(), "elements"));
        writeln!(file, "{group}\t{case}\t{who}\t{median}\t{low}\t{high}\t{per_run}\t{unit}")
    }
}

/// Whether a benchmark that starts itself as the command, and from there as its worker, was started
/// so.
pub fn is_command() -> bool {
    env::args().nth(1).is_some_and(|first| first == "worker" || first == "--data")
}

/// Measures in the directory that the variable names, which is kept, or in one that is removed
/// afterwards.
///
/// # Errors
///
/// Those of `measure`, and that the directory cannot be removed.
pub fn in_directory(
    variable: &str,
    measure: impl FnOnce(&Path) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if let Some(kept) = env::var_os(variable).map(PathBuf::from) {
        return measure(&kept);
    }
    let dir = env::temp_dir().join(format!("athar-bench-{}", std::process::id()));
    let measured = measure(&dir);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    measured
}
