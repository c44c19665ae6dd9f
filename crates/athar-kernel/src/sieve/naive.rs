//! The plain twin, and the scalar level.

use super::{Passed, Run, ask_after};

pub(super) fn sieve(words: &[u16], runs: &[Run], most: usize, passed: &mut Vec<Passed>) {
    for (index, run) in runs.iter().enumerate() {
        if passed.len() > most {
            return;
        }
        ask_after(words, runs, index);
        sieve_from(words, run, 0, index as u32, passed);
    }
}

/// The words of one run from `position` on.
pub(super) fn sieve_from(
    words: &[u16],
    run: &Run,
    position: u32,
    number: u32,
    passed: &mut Vec<Passed>,
) {
    let words = &words[run.range()][position as usize..];
    for (word, position) in words.iter().zip(position..) {
        if (word ^ run.query).count_ones() <= u32::from(run.bound) {
            passed.push(Passed { run: number, position });
        }
    }
}
