//! How long each step of a look-up takes, for those who measure.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Reading a file, decoding it and making its codes.
pub(crate) const PREPARE: &str = "prepare";
/// Asking for the whole frames and reading what lies near.
pub(crate) const FRAMES: &str = "frames";
/// Asking for the landmarks.
pub(crate) const LANDMARKS: &str = "landmarks";
/// Counting their votes.
pub(crate) const VOTES: &str = "votes";
/// Laying the pictures with most votes on the query.
pub(crate) const ALIGN: &str = "align";

/// Adds up what steps take, by their names, until it is asked.
#[derive(Default)]
pub(crate) struct Stopwatch(RefCell<BTreeMap<&'static str, Duration>>);

impl Stopwatch {
    /// Does the work and adds its time.
    pub(crate) fn time<T>(&self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let begin = Instant::now();
        let done = work();
        *self.0.borrow_mut().entry(step).or_default() += begin.elapsed();
        done
    }

    /// Microseconds of each step since this was asked last.
    pub(crate) fn take_us(&self) -> BTreeMap<&'static str, u64> {
        let steps = self.0.take();
        steps.into_iter().map(|(step, took)| (step, took.as_micros() as u64)).collect()
    }
}
