//! What ties cases together.

use super::*;
use std::collections::BTreeSet;

type Side = (CaseId, ItemId);

fn sides(links: &[LinkRow]) -> Vec<(Side, Side)> {
    links.iter().map(|l| ((l.from.case, l.from.item), (l.to.case, l.to.item))).collect()
}

#[test]
fn a_match_between_two_cases_is_a_link_and_one_within_a_case_is_none() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let links = ledger.links(None).unwrap();
    assert_eq!(links.len(), 1);
    let link = &links[0];
    assert_eq!((link.from.item, link.from.case_name.as_str()), (query, "case two"));
    assert_eq!((link.to.item, link.to.case_name.as_str()), (stored, "case one"));
    assert_eq!((link.from.sha256, link.to.sha256), (sha256(2), sha256(1)));
    assert_eq!(link.match_seq, Some(ledger.matches_of_item(query).unwrap()[0].seq));
    let expected = Evidence {
        relation: "copy".to_owned(),
        via: "pdq".to_owned(),
        distance: 12,
        orientation: "rot90".to_owned(),
        second_distance: Some(3),
        radius: 31,
        inliers: None,
        region: None,
        false_alarm_rate: 1e-9,
        false_alarm_pairs: 1_500_000,
    };
    assert_eq!(link.evidence, expected);

    change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("three");
        let (a, b) = (tx.add(report, 30).item(), tx.add(report, 31).item());
        tx.add_match(&copy(b, a, 1), NOW_MS).unwrap();
    });
    assert_eq!(ledger.links(None).unwrap(), links);
}

#[test]
fn the_same_file_in_three_cases_links_each_two_of_them() {
    let place = Place::new();
    let mut ledger = place.create();
    let cases: Vec<_> = change(&mut ledger, |tx| {
        let opened: Vec<_> = ["a", "b", "c"].iter().map(|name| tx.case_and_report(name)).collect();
        // The last case is the first to have it: the newer side is the later report.
        for &(_, report) in opened.iter().rev() {
            tx.add(report, 1);
        }
        opened.into_iter().map(|(case, _)| case).collect()
    });
    let item = ledger.item_id(&sha256(1)).unwrap().unwrap();
    let (a, b, c) = ((cases[0], item), (cases[1], item), (cases[2], item));
    let links = ledger.links(None).unwrap();
    assert_eq!(sides(&links), [(a, b), (a, c), (b, c)]);
    for link in &links {
        assert_eq!(link.match_seq, None);
        let evidence = &link.evidence;
        assert_eq!((evidence.relation.as_str(), evidence.via.as_str()), ("copy", "pdq"));
        assert_eq!((evidence.distance, evidence.orientation.as_str()), (0, "rot0"));
        assert_eq!((evidence.inliers, &evidence.region), (None, &None));
        assert_eq!((evidence.false_alarm_rate, evidence.false_alarm_pairs), (0.0, 0));
    }
    assert_eq!(sides(&ledger.links(Some(cases[1])).unwrap()), [(a, b), (b, c)]);
    assert!(ledger.cases().unwrap().iter().all(|case| case.links == 2));
}

#[test]
fn a_picture_of_one_colour_ties_nothing() {
    let place = Place::new();
    let mut ledger = place.create();
    change(&mut ledger, |tx| {
        for name in ["a", "b"] {
            let (_, report) = tx.case_and_report(name);
            tx.add_item(report, &picture(1, &[pdq(1, false)]), NOW_MS).unwrap();
            tx.add_item(report, &picture(2, &[]), NOW_MS).unwrap();
        }
    });
    assert!(ledger.links(None).unwrap().is_empty());
}

#[test]
fn of_several_matches_of_one_pair_the_link_shows_the_strongest() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    change(&mut ledger, |tx| {
        let weak = NewMatch { via: "voice", false_alarm_rate: 1e-3, ..copy(query, stored, 2) };
        let strong = NewMatch { ordinal: 0, ..part(query, stored) };
        let stronger = NewMatch { ordinal: 2, false_alarm_rate: 0.0, ..strong };
        tx.add_match(&weak, NOW_MS).unwrap();
        tx.add_match(&stronger, NOW_MS).unwrap();
        assert_eq!(tx.links(None).unwrap()[0].evidence.via, "pdq", "a second way is no link");
        tx.add_match(&strong, NOW_MS).unwrap();
    });
    let links = ledger.links(None).unwrap();
    assert_eq!((links.len(), links[0].evidence.via.as_str()), (1, "landmark"));
    let evidence = &links[0].evidence;
    assert_eq!((evidence.inliers, evidence.false_alarm_pairs), (Some(40), 1_500_000));
    assert_eq!(evidence.region.as_deref(), part(query, stored).region);
    let ordinals = |m: MatchRow| (m.evidence.via, m.ordinal);
    let kept: Vec<_> = ledger.matches_of_item(query).unwrap().into_iter().map(ordinals).collect();
    let expected = [("pdq", 0), ("landmark", 1), ("voice", 0), ("landmark", 2), ("landmark", 0)];
    assert_eq!(kept, expected.map(|(via, ordinal)| (via.to_owned(), ordinal)));
}

/// Links written as the definition says: every pair of (case, item), tested one by one.
fn naive_links(
    in_case: &BTreeSet<Side>,
    matched: &BTreeSet<(ItemId, ItemId)>,
) -> BTreeSet<[Side; 2]> {
    let mut links = BTreeSet::new();
    for &a in in_case {
        for &b in in_case {
            let tied = a.1 == b.1 || matched.contains(&(a.1, b.1)) || matched.contains(&(b.1, a.1));
            if a < b && a.0 != b.0 && tied {
                links.insert([a, b]);
            }
        }
    }
    links
}

#[test]
fn links_equal_their_definition_on_a_tangle_of_cases() {
    let place = Place::new();
    let mut ledger = place.create();
    let mut state = 1u32;
    let mut dice = move |sides: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % sides
    };
    let (in_case, matched) = change(&mut ledger, |tx| {
        let cases: Vec<_> = (0..7).map(|n| tx.case_and_report(&format!("case {n}"))).collect();
        let (mut in_case, mut matched) = (BTreeSet::new(), BTreeSet::new());
        for _ in 0..90 {
            let (case, report) = cases[dice(7) as usize];
            in_case.insert((case, tx.add(report, dice(40)).item()));
        }
        let items: Vec<_> = in_case.iter().map(|side| side.1).collect();
        for _ in 0..60 {
            let pair =
                [items[dice(80) as usize % items.len()], items[dice(80) as usize % items.len()]];
            let (query, stored) = (pair[0].max(pair[1]), pair[0].min(pair[1]));
            if query != stored {
                tx.add_match(&copy(query, stored, 5), NOW_MS).unwrap();
                matched.insert((query, stored));
            }
        }
        (in_case, matched)
    });
    let expected = naive_links(&in_case, &matched);
    assert!(expected.len() > 100, "the tangle is too thin to prove anything");

    let unordered = |links: &[LinkRow]| -> BTreeSet<[Side; 2]> {
        sides(links).into_iter().map(|(a, b)| [a.min(b), a.max(b)]).collect()
    };
    let links = ledger.links(None).unwrap();
    assert_eq!(links.len(), expected.len(), "each pair once");
    assert_eq!(unordered(&links), expected);
    assert_eq!(ledger.links(None).unwrap(), links, "the order is settled");
    for case in ledger.cases().unwrap() {
        let of_case: BTreeSet<_> =
            expected.iter().copied().filter(|pair| pair.iter().any(|s| s.0 == case.id)).collect();
        let others: BTreeSet<_> =
            of_case.iter().flatten().map(|side| side.0).filter(|&id| id != case.id).collect();
        let links = ledger.links(Some(case.id)).unwrap();
        assert_eq!((unordered(&links), links.len()), (of_case.clone(), of_case.len()));
        assert_eq!(case.links, others.len() as u64);
    }
}

#[test]
fn the_links_of_one_case_are_found_without_reading_the_whole_ledger() {
    let place = Place::new();
    drop(place.create());
    let conn = place.raw();
    for side in ["from", "to"] {
        let sql = format!("EXPLAIN QUERY PLAN {} WHERE l.{side}_case_id = 1", crate::links::LINK);
        let mut statement = conn.prepare(&sql).unwrap();
        let plan: Vec<String> = statement
            .query_map([], |row| row.get(3))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        // `l` is the view itself, whose rows are then those of the case.
        let scans = |step: &&String| step.starts_with("SCAN") && *step != "SCAN l";
        assert_eq!(plan.iter().find(scans), None, "{side}: {plan:#?}");
    }
}

/// Counted through the view, case by case.
fn naive_counts(ledger: &Ledger) -> Vec<u64> {
    let cases = ledger.cases().unwrap();
    cases.iter().map(|case| ledger.case_summary(case.id).unwrap().unwrap().links).collect()
}

#[test]
fn linked_cases_are_counted_as_the_view_has_them_whatever_was_decided_or_set_aside() {
    for seed in 1..=6u32 {
        let place = Place::new();
        let mut ledger = place.create();
        let mut state = seed;
        let mut dice = move |sides: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % sides
        };
        change(&mut ledger, |tx| {
            let cases: Vec<_> = (0..9).map(|n| tx.case_and_report(&format!("case {n}"))).collect();
            let mut items = BTreeSet::new();
            for _ in 0..40 {
                items.insert(tx.add(cases[dice(9) as usize].1, dice(14)).item());
            }
            // One of one colour ties nothing.
            for (_, report) in &cases[..3] {
                tx.add_item(*report, &picture(99, &[pdq(99, false)]), NOW_MS).unwrap();
            }
            let items: Vec<_> = items.into_iter().collect();
            let mut some = |count: u32| items[dice(count.min(items.len() as u32)) as usize];
            let pairs: Vec<_> = (0..12).map(|_| (some(99), some(99))).collect();
            for (one, other) in pairs.iter().filter(|(one, other)| one != other) {
                tx.add_match(&copy(*one.max(other), *one.min(other), 5), NOW_MS).unwrap();
            }
            tx.mark_benign(some(99), "a logo", None, NOW_MS).unwrap();
            let item = some(99);
            let hold = NewHold { item, flood: None, cases: 3, recent: 1, usual: 0, most: 2 };
            tx.hold(&hold, NOW_MS).unwrap();
            for link in tx.links(None).unwrap() {
                let pair = match link.match_seq {
                    Some(_) => LinkPair::Items(link.from.item, link.to.item),
                    None => LinkPair::Cases(link.from.item, link.from.case, link.to.case),
                };
                let verdict = link.evidence.distance as u32 + dice(8);
                if verdict % 4 < 2 {
                    tx.decide(&decision(pair, verdict.is_multiple_of(4)), NOW_MS).unwrap();
                }
            }
        });
        let counts: Vec<_> = ledger.cases().unwrap().iter().map(|case| case.links).collect();
        assert!(counts.iter().any(|count| *count > 0), "{seed}");
        assert_eq!(counts, naive_counts(&ledger), "{seed}");
        let mut standing = ledger.links(None).unwrap();
        standing.retain(|link| link.state.ties());
        assert_eq!(ledger.standing_links(None).unwrap(), standing, "{seed}");
    }
}
