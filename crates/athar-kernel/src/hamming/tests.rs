//! The scans of every level against their naive twins.

use super::*;
use std::array;

/// SplitMix64, for codes that are the same in every run.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    fn code(&mut self) -> Code {
        Code::from_words(array::from_fn(|_| self.word()))
    }

    /// `code` with `bits` different bits turned over.
    fn turned(&mut self, code: &Code, bits: usize) -> Code {
        let mut order: Vec<usize> = (0..256).collect();
        let mut words = *code.words();
        for turned in 0..bits {
            order.swap(turned, turned + self.word() as usize % (256 - turned));
            words[order[turned] / 64] ^= 1 << (order[turned] % 64);
        }
        Code::from_words(words)
    }

    /// Unrelated codes, and among them ones that equal a query, are its complement, or lie
    /// around every radius that is asked.
    fn block(&mut self, len: usize, queries: &[Code]) -> Vec<Code> {
        const NEAR: [usize; 12] = [0, 1, 2, 30, 31, 32, 48, 49, 64, 65, 255, 256];
        let mut one = |_| {
            let query = queries[self.word() as usize % queries.len()];
            match self.word() as usize % 24 {
                kind if kind < NEAR.len() => self.turned(&query, NEAR[kind]),
                _ => self.code(),
            }
        };
        (0..len).map(&mut one).collect()
    }
}

const RADII: [u16; 12] = [0, 1, 30, 31, 47, 48, 49, 64, 128, 254, 255, 256];

fn naive_within(queries: &[Code], block: &[Code], radius: Radius) -> Vec<Near> {
    let mut found = Vec::new();
    let pass = Pass { queries, block, radius, first_query: 0, first_position: 0 };
    naive::within(pass, &mut found);
    found
}

fn fast_within(level: Level, queries: &[Code], block: &[Code], radius: Radius) -> Vec<Near> {
    let mut found = Vec::new();
    within(level, queries, block, radius, &mut found);
    found
}

#[test]
fn every_level_finds_what_the_naive_loop_finds() {
    let mut random = Random(1);
    let queries: Vec<Code> = (0..5).map(|_| random.code()).collect();
    for len in (0..=40).chain([63, 64, 65, 95, 127, 128, 129, 192, 200, 255, 256, 257, 400]) {
        let block = random.block(len, &queries);
        for radius in RADII.map(|bits| Radius::new(bits).unwrap()) {
            for queries in [&queries[..1], &queries] {
                compare(queries, &block, radius);
            }
        }
    }
}

fn compare(queries: &[Code], block: &[Code], radius: Radius) {
    let expected = naive_within(queries, block, radius);
    for level in Level::available() {
        let mut found = fast_within(level, queries, block, radius);
        found.sort_unstable();
        assert_eq!(found, expected, "{level}, {} codes, {radius:?}", block.len());
    }
}

#[test]
fn passes_are_cut_without_losing_or_shifting_a_pair() {
    let mut random = Random(2);
    let queries: Vec<Code> = (0..2 * PASS_QUERIES + 3).map(|_| random.code()).collect();
    let mut block: Vec<Code> = (0..PASS_CODES + 70).map(|_| random.code()).collect();
    let near = |random: &mut Random, query: usize| random.turned(&queries[query], 31);
    for (position, query) in [(0, 0), (PASS_CODES - 1, 255), (PASS_CODES, 256), (8261, 514)] {
        block[position] = near(&mut random, query);
    }
    let radius = Radius::new(31).unwrap();
    for level in Level::available() {
        let mut found = fast_within(level, &queries, &block, radius);
        found.sort_unstable();
        let places: Vec<_> = found.iter().map(|near| (near.position, near.query)).collect();
        assert_eq!(places, [(0, 0), (8191, 255), (8192, 256), (8261, 514)], "{level}");
    }
}

#[test]
fn what_was_found_before_stays_and_nothing_asked_is_nothing_found() {
    let code = Random(4).code();
    for level in Level::available() {
        let mut found = Vec::new();
        within(level, &[code], &[code], Radius::new(0).unwrap(), &mut found);
        within(level, &[], &[code], Radius::new(256).unwrap(), &mut found);
        within(level, &[code], &[], Radius::new(256).unwrap(), &mut found);
        assert_eq!(found.len(), 1, "{level}");
    }
}

#[test]
fn every_level_measures_the_distances_of_the_naive_loop() {
    let mut random = Random(5);
    let query = random.code();
    for len in 0..=200 {
        let block = random.block(len, &[query]);
        let expected: Vec<Distance> = block.iter().map(|code| query.distance(code)).collect();
        for level in Level::available() {
            let mut measured = vec![Distance::new(0).unwrap(); len];
            distances(level, &query, &block, &mut measured);
            assert_eq!(measured, expected, "{level}, {len} codes");
        }
    }
}

#[test]
#[should_panic(expected = "one distance for each code")]
fn distances_want_a_place_for_each_code() {
    distances(Level::SCALAR, &Code::default(), &[Code::default()], &mut []);
}
