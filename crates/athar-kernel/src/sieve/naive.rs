//! The plain twin, and the scalar level.

use super::{LongRun, Passed, Run, Sift};

pub(super) fn sieve(sift: &Sift<'_, Run>, passed: &mut Vec<Passed>) {
    for (run, number) in sift.runs() {
        if passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        sieve_from(sift.words, run, 0, number, passed);
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

pub(super) fn sieve_long(sift: &Sift<'_, LongRun>, passed: &mut Vec<Passed>) {
    for (run, number) in sift.runs() {
        if passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        for (&word, position) in sift.words[run.range()].iter().zip(0..) {
            if passes(word, run) {
                passed.push(Passed { run: number, position });
            }
        }
    }
}

/// Whether a word lies within both bounds of its run.
#[inline(always)]
pub(super) fn passes(word: u32, run: &LongRun) -> bool {
    let apart = word ^ run.query;
    let [first, all] = run.bounds;
    (apart & run.first).count_ones() <= first && apart.count_ones() <= all
}
