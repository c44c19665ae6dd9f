//! The plain twin, and the scalar level.

use super::{Passed, Run};

pub(super) fn sieve(words: &[u16], runs: &[Run], first: u32, passed: &mut Vec<Passed>) {
    for (run, number) in runs.iter().zip(first..) {
        sieve_from(words, run, 0, number, passed);
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
