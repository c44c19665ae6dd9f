//! Queries that are asked with less effort. Those that are given up are the ones in whose
//! neighbourhood most lies, and the others are answered as ever; what lies within the sure radius is
//! found, and nothing that is not there.

use crate::segment::tests::Random;
use crate::{Code, Effort, Index, Level, Page, Radius};

const RADIUS: Radius = match Radius::new(31) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// Everything is found by whoever waits so long.
fn patience(most_us: u64) -> Effort {
    Effort { sure: RADIUS, most_us }
}

/// Codes all over, and as many around a few centres, further from them than the radius.
fn codes(random: &mut Random, centres: &[Code], count: usize) -> Vec<(Code, u64)> {
    let code = |random: &mut Random, number: usize| match number % 2 {
        0 => random.code(),
        _ => {
            let bits = 20 + random.below(40);
            random.turned(&centres[number / 2 % centres.len()], bits)
        }
    };
    (0..count).map(|number| (code(random, number), number as u64)).collect()
}

#[test]
fn what_is_not_given_up_is_exact_and_what_is_crowded_is_given_up() {
    let mut random = Random(3);
    let centres: Vec<Code> = (0..4).map(|_| random.code()).collect();
    let stored = codes(&mut random, &centres, 400_000);
    let index = Index::new(Level::best());
    index.insert_bulk(stored.iter().copied());
    let snapshot = index.snapshot();
    let alone: Vec<Code> = (0..60).map(|n| random.turned(&stored[2 * n].0, 9)).collect();
    let crowded: Vec<Code> = (0..60).map(|n| random.turned(&centres[n % 4], 3)).collect();
    let queries = [alone, crowded].concat();
    let exact = snapshot.first_batch(&queries, RADIUS, 50);
    let told = snapshot.first_batch_by_effort(&queries, RADIUS, 50, patience(1));
    for (number, (page, exact)) in told.iter().zip(&exact).enumerate() {
        assert!(page.as_ref().is_none_or(|page| page == exact), "query {number}");
    }
    let given_up = |some: &[Option<Page>]| some.iter().filter(|page| page.is_none()).count();
    // Chance leads one or the other of those that are alone into a crowd.
    assert!(given_up(&told[..60]) <= 6 && given_up(&told[60..]) >= 50);
    let patient = snapshot.first_batch_by_effort(&queries, RADIUS, 50, patience(u64::MAX));
    assert!(patient.iter().zip(&exact).all(|(page, exact)| page.as_ref() == Some(exact)));
}

#[test]
fn nothing_is_given_up_in_a_small_store() {
    let mut random = Random(4);
    let centres: Vec<Code> = (0..4).map(|_| random.code()).collect();
    let index = Index::new(Level::best());
    index.insert_batch(&codes(&mut random, &centres, 3000));
    let told = index.snapshot().first_batch_by_effort(&centres, RADIUS, 50, patience(1));
    assert!(told.iter().all(Option::is_some));
}

/// In stores that are compared with one by one, searched by narrow buckets, and crowded ones.
#[test]
fn what_is_surely_found_is_and_nothing_else_is_made_up() {
    let mut random = Random(5);
    let centres: Vec<Code> = (0..4).map(|_| random.code()).collect();
    for (count, sure) in [(3000, 15), (200_000, 3), (200_000, 15), (200_000, 23)] {
        let stored = codes(&mut random, &centres, count);
        let index = Index::new(Level::best());
        index.insert_bulk(stored.iter().copied());
        let snapshot = index.snapshot();
        let queries: Vec<Code> =
            (0..400).map(|n| random.turned(&stored[7 * n].0, n % 32)).collect();
        let effort = Effort { sure: Radius::new(sure).unwrap(), most_us: u64::MAX };
        let (exact, told) = (
            snapshot.first_batch(&queries, RADIUS, usize::MAX),
            snapshot.first_batch_by_effort(&queries, RADIUS, usize::MAX, effort),
        );
        let (mut far, mut far_told) = (0, 0);
        for (exact, told) in exact.iter().zip(told) {
            let told = told.expect("nothing is given up");
            assert_eq!(told.total, told.hits.len());
            assert!(told.hits.iter().all(|hit| exact.hits.contains(hit)));
            let (near, beyond): (Vec<_>, Vec<_>) =
                exact.hits.iter().partition(|hit| hit.distance.bits() <= sure);
            assert!(near.iter().all(|hit| told.hits.contains(hit)), "{count}, {sure}");
            far += beyond.len();
            far_told += told.hits.len() - near.len();
        }
        assert!(far > 50 && far_told <= far);
        assert!(sure < 15 || 2 * far_told > far, "{far_told} of {far}");
    }
}
