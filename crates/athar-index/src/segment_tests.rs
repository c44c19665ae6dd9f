//! A segment against comparing every pair, on codes of every kind.

use crate::builder::{self, Entry, Shape};
use crate::geometry::Geometry;
use crate::plan::Plan;
use crate::probe;
use crate::segment::{Near, Segment, bucket_of};
use crate::{Code, Distance, Level, Radius};
use std::array;

/// SplitMix64, for codes that are the same in every run.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }

    pub(crate) fn code(&mut self) -> Code {
        Code::from_words(array::from_fn(|_| self.word()))
    }

    /// `code` with `bits` different bits turned over.
    pub(crate) fn turned(&mut self, code: &Code, bits: usize) -> Code {
        let mut order: Vec<usize> = (0..256).collect();
        let mut words = *code.words();
        for turned in 0..bits {
            order.swap(turned, turned + self.below(256 - turned));
            words[order[turned] / 64] ^= 1 << (order[turned] % 64);
        }
        Code::from_words(words)
    }
}

/// Codes of one kind, by name.
fn kinds(random: &mut Random) -> Vec<(&'static str, Vec<Code>)> {
    let centres: Vec<Code> = (0..12).map(|_| random.code()).collect();
    let near = |random: &mut Random, most: usize| {
        let (centre, bits) = (random.below(12), random.below(most));
        random.turned(&centres[centre], bits)
    };
    // Chunks from three values only: every bucket that is not empty is long.
    let crafted = |random: &mut Random| {
        let chunk = |random: &mut Random| [0u64, 0x00ff, 0xffff][random.below(3)];
        Code::from_words(array::from_fn(|_| (0..4).fold(0, |word, _| word << 16 | chunk(random))))
    };
    let complement = |code: &Code| Code::from_words(code.words().map(|word| !word));
    let uniform: Vec<Code> = (0..3000).map(|_| random.code()).collect();
    vec![
        ("none", vec![]),
        ("one", vec![centres[0]]),
        ("uniform", uniform.clone()),
        ("clustered", (0..3000).map(|_| near(random, 70)).collect()),
        ("equal", (0..2000).map(|_| centres[random.below(3)]).collect()),
        (
            "complementary",
            uniform[..800].iter().flat_map(|code| [*code, complement(code)]).collect(),
        ),
        ("crafted", (0..3000).map(|_| crafted(random)).collect()),
        ("flat", (0..1000).map(|i| Code::from_words([i % 7, 0, 0, i % 11])).collect()),
    ]
}

/// Some codes, what is near them, and something unrelated.
fn queries(random: &mut Random, codes: &[Code]) -> Vec<Code> {
    let mut queries = vec![random.code(), Code::default(), Code::from_words([u64::MAX; 4])];
    for bits in [0, 1, 7, 15, 24, 31, 32, 40, 63, 64] {
        if !codes.is_empty() {
            let code = codes[random.below(codes.len())];
            queries.push(random.turned(&code, bits));
        }
    }
    queries
}

fn naive(codes: &[Code], query: &Code, radius: Radius) -> Vec<Near> {
    let mut rows = codes.to_vec();
    rows.sort_unstable();
    rows.dedup();
    let near = rows.iter().zip(0..).map(|(code, row)| Near { row, distance: query.distance(code) });
    near.filter(|near| radius.covers(near.distance)).collect()
}

fn entries(codes: &[Code]) -> Vec<Entry> {
    codes.iter().copied().zip(0..).map(Entry::from).collect()
}

/// What each entry within the radius should be told as, in order.
fn naive_entries(codes: &[Code], query: &Code, radius: Radius) -> Vec<(Distance, u64)> {
    let entries = codes.iter().zip(0..);
    let near = entries.map(|(code, payload)| (code.distance(query), payload));
    let mut near: Vec<_> = near.filter(|(distance, _)| radius.covers(*distance)).collect();
    near.sort_unstable();
    near
}

fn segment(codes: &[Code]) -> Segment {
    Segment::build(entries(codes))
}

fn radii() -> impl Iterator<Item = Radius> {
    (0..=64).chain([65, 100, 128, 255, 256]).map(|bits| Radius::new(bits).unwrap())
}

#[test]
fn every_radius_finds_exactly_what_comparing_finds() {
    let mut random = Random(1);
    for (kind, codes) in kinds(&mut random) {
        let segment = segment(&codes);
        for query in queries(&mut random, &codes) {
            for radius in radii() {
                let expected = naive(&codes, &query, radius);
                for level in Level::available() {
                    let found = segment.rows_within(level, &query, radius);
                    assert!(found == expected, "{kind}, {level}, radius {}", radius.bits());
                }
            }
        }
    }
}

#[test]
fn many_queries_find_together_what_each_finds_alone() {
    let mut random = Random(2);
    for (kind, codes) in kinds(&mut random) {
        let segment = segment(&codes);
        let all = queries(&mut random, &codes);
        for radius in radii().step_by(7) {
            for level in Level::available() {
                for many in [1, all.len()] {
                    let mut found = vec![Vec::new(); many];
                    segment.within_batch(
                        level,
                        &all[..many],
                        radius,
                        |query, distance, len, of_row| {
                            let before = found[query].len();
                            found[query].extend(of_row.map(|payload| (distance, payload)));
                            assert_eq!(found[query].len() - before, len);
                        },
                    );
                    for (query, mut found) in all.iter().zip(found) {
                        found.sort_unstable();
                        let expected = naive_entries(&codes, query, radius);
                        assert!(found == expected, "{kind}, {level}, radius {}", radius.bits());
                    }
                }
            }
        }
    }
}

/// Segments of the same codes in every shape.
fn shapes(codes: &[Code]) -> Vec<Segment> {
    let narrow = |bits| Geometry::new(&[16; 16], bits);
    let wide = |bits| Geometry::new(&[22, 22, 20].repeat(4), bits);
    let uneven = Geometry::new(&[24, 23, 22, 21, 20, 19, 18, 17, 16, 16, 19, 20, 21], 12);
    let geometries = [narrow(6), narrow(16), wide(7), wide(14), uneven];
    let shapes = geometries
        .into_iter()
        .flat_map(|geometry| [false, true].map(|wide| Shape { geometry: geometry.clone(), wide }));
    let entries = entries(codes);
    let built = |shape| builder::build_shaped(entries.clone(), |_| shape).0;
    shapes.map(|shape| Segment::open(built(shape)).unwrap()).collect()
}

/// Budgets for a radius, dealt out at random.
fn random_plan(random: &mut Random, chunks: usize, radius: usize) -> Plan {
    let mut budgets = vec![0u8; chunks];
    for _ in 0..=radius {
        let free: Vec<usize> = (0..chunks).filter(|&chunk| budgets[chunk] < 4).collect();
        budgets[free[random.below(free.len())]] += 1;
    }
    Plan { budgets, cost_ps: 0 }
}

#[test]
fn every_plan_of_every_shape_finds_exactly_what_comparing_finds() {
    let mut random = Random(2);
    for (kind, codes) in kinds(&mut random) {
        let few = &codes[..codes.len().min(700)];
        for segment in shapes(few) {
            for query in queries(&mut random, few) {
                let radius = random.below(46);
                let plan = random_plan(&mut random, segment.layout.geometry.chunks().len(), radius);
                let radius = Radius::new(radius as u16).unwrap();
                let expected = naive(few, &query, radius);
                for level in Level::available() {
                    let found = probe::follow(&segment.parts(), &plan, level, &query, radius);
                    assert!(found == expected, "{kind}, {level}, radius {}", radius.bits());
                }
            }
        }
    }
}

#[test]
fn the_bucket_of_a_row_is_the_last_that_begins_at_it_or_before() {
    let mut random = Random(5);
    for _ in 0..200 {
        let most = [1, 2, 30, 400][random.below(4)];
        let mut starts: Vec<u32> = (0..64).map(|_| random.below(most) as u32).collect();
        starts.sort_unstable();
        starts[0] = 0;
        starts.push(most as u32);
        for row in 0..most as u32 {
            let bucket = starts.partition_point(|&start| start <= row) - 1;
            let guess = random.below(80);
            assert_eq!(bucket_of(&starts, guess, row), bucket);
        }
    }
}
