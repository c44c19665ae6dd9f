//! Segments at the edges of what there can be: so many rows that ids have several high halves,
//! all of them in one bucket, one, the same one often, and payloads of the whole range.

use super::tests::Random;
use super::*;
use crate::builder::{Entry, Shape};
use crate::fuzzing::{compare, even_plan};
use crate::plan::Plan;
use std::array;

/// More than twice 65,536, so that a block has up to three high halves.
const MANY: usize = 140_000;

fn built(entries: &[(Code, u64)], geometry: &Geometry, wide: bool) -> Segment {
    let entries = entries.iter().copied().map(Entry::from).collect();
    let shape = Shape { geometry: geometry.clone(), wide };
    Segment::open(builder::build_shaped(entries, |_| shape).0).unwrap()
}

/// Checks a segment of these codes against comparing, by buckets and by rows.
fn check(codes: &[Code], geometry: &Geometry, wide: bool, radii: &[u16]) {
    let mut random = Random(codes.len() as u64);
    let mut rows = codes.to_vec();
    rows.sort_unstable();
    rows.dedup();
    let entries: Vec<(Code, u64)> = codes.iter().copied().zip(0..).collect();
    let segment = built(&entries, geometry, wide);
    assert_eq!(segment.verify(), Ok(()));
    for &bits in radii {
        let radius = Radius::new(bits).unwrap();
        let plan = even_plan(geometry.chunks().len(), usize::from(bits));
        for turned in [0, usize::from(bits), usize::from(bits) + 1] {
            let row = random.below(rows.len());
            let query = random.turned(&rows[row], turned);
            let expected = compare(&rows, &query, radius);
            for level in Level::available() {
                let probed = probe::follow(&segment.parts(), &plan, level, &query, radius);
                assert!(probed == expected, "{level}, by buckets, radius {bits}");
                let scanned = scan::within(&segment.parts(), level, &query, radius);
                assert!(scanned == expected, "{level}, by rows, radius {bits}");
                assert!(segment.rows_within(level, &query, radius) == expected, "{level}, {bits}");
            }
        }
    }
}

/// Codes that differ, but in nothing of these words' bits that `kept` has.
fn alike(random: &mut Random, len: usize, kept: [u64; 4]) -> Vec<Code> {
    let centre = *random.code().words();
    let mut code = || {
        let other = *random.code().words();
        Code::from_words(array::from_fn(|k| centre[k] & kept[k] | other[k] & !kept[k]))
    };
    (0..len).map(|_| code()).collect()
}

fn sixteen(address_bits: u32) -> Geometry {
    Geometry::new(&[16; 16], address_bits)
}

fn twelve(address_bits: u32) -> Geometry {
    Geometry::new(&[18, 22, 24, 18, 22, 24, 18, 22, 24, 22, 22, 20], address_bits)
}

#[test]
fn ids_with_several_high_halves_name_their_rows() {
    let mut random = Random(11);
    let codes: Vec<Code> = (0..MANY).map(|_| random.code()).collect();
    check(&codes, &sixteen(6), false, &[0, 31]);
    check(&codes, &sixteen(16), false, &[31, 40]);
    check(&codes, &twelve(14), false, &[24]);
    check(&codes, &twelve(11), true, &[31]);
    let few = &codes[..65_537];
    check(few, &sixteen(9), false, &[31]);
    check(&few[1..], &sixteen(9), false, &[31]);
    check(&few[2..], &sixteen(9), false, &[31]);
}

#[test]
fn one_bucket_may_hold_every_row() {
    let mut random = Random(12);
    // Of one table in the middle, of the primary one, of the last, and of all but two.
    let kept = [
        [0, 0xffff_ffff_0000, 0, 0],
        [0xffff_ff00_0000_0000, 0, 0, 0],
        [0, 0, 0, 0xff_ffff],
        [u64::MAX, u64::MAX, u64::MAX, 0xffff_0000_0000_ffff],
    ];
    for (kept, wide) in kept.into_iter().zip([false, true, false, true]) {
        let codes = alike(&mut random, MANY, kept);
        check(&codes, &sixteen(16), wide, &[0, 31]);
        check(&codes[..3000], &twelve(7), !wide, &[17, 40]);
    }
}

#[test]
fn the_largest_radius_of_a_plan_and_the_smallest_are_exact() {
    let mut random = Random(13);
    let centre = random.code();
    let codes: Vec<Code> = (0..500).map(|i| random.turned(&centre, i % 66)).collect();
    check(&codes, &sixteen(16), false, &[0, 1, 63, 64]);
    check(&codes, &sixteen(7), true, &[0, 1, 63, 64]);
    check(&codes, &twelve(12), false, &[0, 1, 58, 59]);
    check(&codes[..1], &sixteen(16), false, &[0, 31, 64]);
    check(&vec![centre; 300], &sixteen(16), false, &[0, 31, 64]);
    check(
        &[centre, Code::from_words(centre.words().map(|word| !word))],
        &twelve(8),
        true,
        &[0, 59],
    );
}

/// `code` with so many of the first six bits of each chunk turned over: bits that choose a bucket
/// and are in the sketch.
fn turned_in_chunks(random: &mut Random, geometry: &Geometry, code: &Code, bits: &[u8]) -> Code {
    let mut words = *code.words();
    for (chunk, &bits) in geometry.chunks().iter().zip(bits) {
        let mut places: Vec<u32> = (chunk.first_bit..chunk.first_bit + 6).collect();
        for _ in 0..bits {
            let place = places.swap_remove(random.below(places.len()));
            words[place as usize / 64] ^= 1 << (63 - place % 64);
        }
    }
    Code::from_words(words)
}

/// In every chunk but one such a code differs in as many bits as the budget has, and in that one
/// in a bit less: this chunk alone leads to it, with nothing to spare in the chunk after.
#[test]
fn codes_that_use_up_every_budget_are_found() {
    let mut random = Random(15);
    for geometry in [sixteen(6), sixteen(16), twelve(7), twelve(14)] {
        let chunks = geometry.chunks().len();
        for _ in 0..30 {
            let budgets: Vec<u8> = (0..chunks).map(|_| random.below(5) as u8).collect();
            let query = random.code();
            let mut codes: Vec<Code> = (0..50).map(|_| random.turned(&query, 80)).collect();
            for chunk in (0..chunks).filter(|&chunk| budgets[chunk] > 0) {
                let mut bits = budgets.clone();
                bits[chunk] -= 1;
                codes.push(turned_in_chunks(&mut random, &geometry, &query, &bits));
            }
            let radius: u16 = budgets.iter().map(|&budget| u16::from(budget)).sum();
            let radius = Radius::new(radius - 1).unwrap();
            let entries: Vec<(Code, u64)> = codes.iter().copied().zip(0..).collect();
            let segment = built(&entries, &geometry, false);
            codes.sort_unstable();
            codes.dedup();
            let expected = compare(&codes, &query, radius);
            assert!(expected.len() >= budgets.iter().filter(|&&budget| budget > 0).count());
            let plan = Plan { budgets, cost_ps: 0 };
            for level in Level::available() {
                let found = probe::follow(&segment.parts(), &plan, level, &query, radius);
                assert!(found == expected, "{level}, budgets {:?}", plan.budgets);
            }
        }
    }
}

#[test]
fn payloads_of_the_whole_range_come_back() {
    let mut random = Random(14);
    let code = random.code();
    let other = random.turned(&code, 200);
    for payloads in [[0, u64::MAX], [u64::MAX, u64::MAX], [0, 0], [u64::MAX - 255, u64::MAX]] {
        let mut entries = vec![(code, payloads[1]), (code, payloads[0]), (other, payloads[1])];
        let segment = built(&entries, &sixteen(6), false);
        assert_eq!(segment.verify(), Ok(()));
        let mut found = Vec::new();
        let everything = Radius::new(256).unwrap();
        segment.within_batch(Level::best(), &[code], everything, |_, distance, len, of_row| {
            let of_row: Vec<u64> = of_row.collect();
            assert_eq!((len, of_row.is_sorted()), (of_row.len(), true));
            let code = if distance == Distance::ZERO { code } else { other };
            found.extend(of_row.into_iter().map(|payload| (code, payload)));
        });
        entries.sort_unstable();
        found.sort_unstable();
        assert!(found == entries);
        let counted = |payload| entries.iter().filter(|entry| entry.1 == payload).count();
        let asked = [0, 1, u64::MAX - 256, u64::MAX - 255, u64::MAX];
        assert_eq!(segment.count_payloads(&asked), asked.map(counted));
    }
}
