//! The sieve of every level against its naive twin.

use super::*;

/// SplitMix64, for words that are the same in every run.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    /// Most words near `centre`, so that every bound passes some and stops some.
    fn near(&mut self, centre: u16) -> u16 {
        (0..self.word() % 9).fold(centre, |word, _| word ^ 1 << (self.word() % 16))
    }
}

/// What passes when the runs are sifted in pieces.
fn sifted(level: Level, words: &[u16], runs: &[Run]) -> Vec<Passed> {
    let mut passed = vec![Passed { run: 99, position: 99 }];
    let half = runs.len() / 2;
    for range in [0..half, half..half, half..runs.len()] {
        sieve(level, words, runs, range, usize::MAX, &mut passed);
    }
    assert_eq!(passed.remove(0), Passed { run: 99, position: 99 });
    passed
}

#[test]
fn every_level_passes_what_the_naive_twin_passes() {
    let mut random = Random(3);
    let words: Vec<u16> = (0..6000).map(|_| random.near(0x5a0f)).collect();
    let lens = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 152, 4097];
    for bound in [0, 1, 2, 3, 5, 15, 16, 17, u16::MAX] {
        let mut run = |&len: &u32| {
            let start = random.word() as usize % (words.len() - len as usize + 1);
            Run { start, len, query: random.near(0x5a0f), bound }
        };
        let runs: Vec<Run> = lens.iter().chain(&lens).map(&mut run).collect();
        let mut naive = Vec::new();
        naive::sieve(&Sift::new(&words, &runs, 0..runs.len(), usize::MAX), &mut naive);
        for level in Level::available() {
            assert_eq!(sifted(level, &words, &runs), naive, "{level}, bound {bound}");
        }
        if bound >= 16 {
            assert_eq!(naive.len(), runs.iter().map(|run| run.len as usize).sum());
        }
    }
}

#[test]
fn the_last_word_of_all_is_reached_and_none_beyond() {
    let words = [1, 2, 3, 0xffff, 0xfffe];
    let run = Run { start: 3, len: 2, query: 0xffff, bound: 0 };
    for level in Level::available() {
        assert_eq!(sifted(level, &words, &[run]), [Passed { run: 0, position: 0 }], "{level}");
    }
}

#[test]
#[should_panic(expected = "range")]
fn a_run_beyond_the_words_is_a_mistake_of_the_caller() {
    sifted(Level::best(), &[0; 40], &[Run { start: 20, len: 21, query: 0, bound: 16 }]);
}

#[test]
fn prefetching_takes_any_range() {
    let values = [0u32; 100];
    for range in [0..0, 0..100, 99..100, 50..5000, 200..300] {
        prefetch(&values, range);
    }
    prefetch::<u16>(&[], 0..10);
}

#[test]
fn it_may_stop_when_enough_have_passed() {
    let words = [0; 10_000];
    let runs = [Run { start: 0, len: 5000, query: 0, bound: 0 }; 40];
    for level in Level::available() {
        let mut passed = Vec::new();
        sieve(level, &words, &runs, 0..runs.len(), 6000, &mut passed);
        assert!((6001..=15_000).contains(&passed.len()), "{level}: {}", passed.len());
    }
}

/// What passes of long runs when they are sifted in pieces.
fn sifted_long(level: Level, words: &[u32], runs: &[LongRun]) -> Vec<Passed> {
    let mut passed = vec![Passed { run: 99, position: 99 }];
    let half = runs.len() / 2;
    for range in [0..half, half..half, half..runs.len()] {
        sieve_long(level, words, runs, range, usize::MAX, &mut passed);
    }
    assert_eq!(passed.remove(0), Passed { run: 99, position: 99 });
    passed
}

#[test]
fn every_level_passes_the_long_words_that_the_naive_twin_passes() {
    let mut random = Random(5);
    let mut near = |centre| u32::from(random.near(centre)) << 16 | u32::from(random.near(centre));
    let words: Vec<u32> = (0..9000).map(|_| near(0x5a0f)).collect();
    let lens = [0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 152, 4095, 4097, 8200];
    let firsts = [0, u32::MAX, 0xffff_fc00, 0x8000_0000];
    let bounds = [[0, 0], [0, 9], [3, 5], [4, 3], [5, 40], [u32::MAX, 6], [u32::MAX; 2], [32, 32]];
    for (number, bounds) in bounds.into_iter().enumerate() {
        let mut run = |&len: &u32| {
            let start = (random.word() as usize) % (words.len() - len as usize + 1);
            let query = words[start] ^ 1 << (start % 32);
            LongRun { start, len, query, first: firsts[start % 4], bounds }
        };
        let runs: Vec<LongRun> = lens.iter().chain(&lens).map(&mut run).collect();
        let mut naive = Vec::new();
        naive::sieve_long(&Sift::new(&words, &runs, 0..runs.len(), usize::MAX), &mut naive);
        for level in Level::available() {
            assert_eq!(sifted_long(level, &words, &runs), naive, "{level}, bounds {bounds:?}");
        }
        if number > 5 {
            assert_eq!(naive.len(), runs.iter().map(|run| run.len as usize).sum());
        }
    }
}

#[test]
fn the_last_long_word_is_reached_and_both_bounds_count() {
    let words = [7, 0xffff_0000, 0xffff_0001, 0x7fff_0000, 0xffff_0003];
    let run = LongRun { start: 1, len: 4, query: 0xffff_0000, first: 0xffff_0000, bounds: [0, 1] };
    let expected = [0, 1].map(|position| Passed { run: 0, position });
    let last = LongRun { start: 4, len: 1, query: 0xffff_0003, bounds: [0, 0], ..run };
    for level in Level::available() {
        assert_eq!(sifted_long(level, &words, &[run]), expected, "{level}");
        assert_eq!(sifted_long(level, &words, &[last]), [Passed { run: 0, position: 0 }]);
        let mut passed = Vec::new();
        let runs = [LongRun { start: 0, len: 5, bounds: [32; 2], ..run }; 4000];
        sieve_long(level, &words, &runs, 0..runs.len(), 6000, &mut passed);
        assert!((6001..=15_000).contains(&passed.len()), "{level}: {}", passed.len());
    }
}
