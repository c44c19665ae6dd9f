//! What an index sees of the ledger.

use super::*;
use std::fs;

#[derive(Debug, PartialEq, Clone, Copy)]
enum Seen {
    Added { seq: Seq, id: CodeId, item: ItemId, first_word: u64 },
    Removed { seq: Seq, id: CodeId },
}

impl From<CodeChange> for Seen {
    fn from(change: CodeChange) -> Self {
        match change {
            CodeChange::Added { seq, id, item, code } => {
                Self::Added { seq, id, item, first_word: code.words()[0] }
            }
            CodeChange::Removed { seq, id } => Self::Removed { seq, id },
        }
    }
}

fn replay(ledger: &Ledger, space: &str, since: Seq) -> (Vec<Seen>, Seq) {
    let mut seen = Vec::new();
    let reached = ledger.for_each_code_since(space, since, |change| seen.push(change.into()));
    (seen, reached.unwrap())
}

/// Every code of a row of consecutive numbers, as it is added.
fn added(item: ItemId, row: i64, numbers: Range<u32>) -> impl Iterator<Item = Seen> {
    numbers.enumerate().map(move |(position, number)| Seen::Added {
        seq: item.0 as u64,
        id: CodeId::at(CodesId(row), position),
        item,
        first_word: u64::from(number),
    })
}

fn removed(seq: Seq, row: i64, codes: usize) -> impl Iterator<Item = Seen> {
    (0..codes).map(move |position| Seen::Removed { seq, id: CodeId::at(CodesId(row), position) })
}

#[test]
fn searchable_codes_of_a_space_come_in_the_order_of_the_chain() {
    let place = Place::new();
    let mut ledger = place.create();
    let items = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        let mut add = |n, codes: &[NewCodes<'_>]| {
            tx.add_item(report, &picture(n, codes), NOW_MS).unwrap().item()
        };
        [
            add(1, &[landmarks(100..400), pdq(11, true)]),
            add(2, &[pdq(20, false), NewCodes { searchable: false, ..landmarks(500..600) }]),
            add(3, &[pdq(30, true), NewCodes { version: 2, ..landmarks(700..702) }]),
        ]
    });
    let last = ledger.last_seq().unwrap();
    let pdq: Vec<_> = added(items[0], 2, 11..12).chain(added(items[2], 5, 30..31)).collect();
    let landmarks: Vec<_> =
        added(items[0], 1, 100..400).chain(added(items[2], 6, 700..702)).collect();
    for (space, all, first) in [("pdq", pdq, 1), ("landmark", landmarks, 300), ("voice", vec![], 0)]
    {
        assert_eq!(replay(&ledger, space, 0), (all.clone(), last));
        assert_eq!(replay(&ledger, space, items[0].0 as u64 - 1).0, all);
        assert_eq!(replay(&ledger, space, items[0].0 as u64).0, all[first..]);
        assert_eq!(replay(&ledger, space, last), (vec![], last));
        assert_eq!(replay(&ledger, space, u64::from(u32::MAX)), (vec![], last));
    }
}

#[test]
fn a_second_handle_sees_what_the_first_committed() {
    let place = Place::new();
    let mut first = place.create();
    let second = Ledger::open(&place.file, NOW_MS).unwrap();
    let reader = Ledger::open_read_only(&place.file).unwrap();
    let start = second.last_seq().unwrap();
    sample(&mut first);
    for (space, codes) in [("pdq", 2), ("landmark", 12)] {
        let (seen, reached) = replay(&second, space, start);
        assert_eq!((seen.len(), reached), (codes, first.last_seq().unwrap()));
        assert_eq!(replay(&reader, space, start), (seen, reached));
    }
    let last = first.last_seq().unwrap();
    assert_eq!(
        second.event_digest(last).unwrap(),
        first.event_digest(last).unwrap(),
        "both know the same chain"
    );
}

#[test]
fn withdrawn_codes_are_replayed_as_removed_and_their_ids_never_come_back() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let before = ledger.last_seq().unwrap();
    chain::withdraw(&mut ledger, query);
    let withdrawal = ledger.last_seq().unwrap();
    let pdq: Vec<_> = removed(withdrawal, 3, 1).collect();
    let landmarks: Vec<_> = removed(withdrawal, 4, 4).chain(removed(withdrawal, 5, 4)).collect();
    assert_eq!(replay(&ledger, "pdq", before), (pdq.clone(), withdrawal));
    assert_eq!(replay(&ledger, "landmark", before), (landmarks.clone(), withdrawal));

    let new = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("later");
        tx.add_with_landmarks(report, 2, 201..205, 4)
    });
    let last = ledger.last_seq().unwrap();
    let all = added(stored, 1, 1..2).chain(pdq).chain(added(new, 6, 2..3)).collect();
    assert_eq!(replay(&ledger, "pdq", 0), (all, last));
    let all = added(stored, 2, 101..105).chain(landmarks).chain(added(new, 7, 201..205)).collect();
    assert_eq!(replay(&ledger, "landmark", 0), (all, last));
}

#[test]
fn some_at_a_time_is_all_of_it_and_no_event_is_cut_in_two() {
    let place = Place::new();
    let mut ledger = place.create();
    let items = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        (0..9u32)
            .map(|n| tx.add_with_landmarks(report, n, 10 * n..10 * n + 4, 3))
            .collect::<Vec<_>>()
    });
    chain::withdraw(&mut ledger, items[4]);
    for (space, codes) in [("pdq", 1), ("landmark", 4)] {
        let (all, last) = replay(&ledger, space, 0);
        assert_eq!(all.len(), 8 * codes + codes);
        for limit in 1..=all.len() + 1 {
            let (mut seen, mut reached) = (0, 0);
            loop {
                let mut told = 0;
                let next = ledger.for_some_codes_since(space, reached, limit, |_| told += 1);
                let next = next.unwrap();
                seen += told;
                assert!(told < limit + codes, "more than the event needed");
                assert_eq!(replay(&ledger, space, next).0, all[seen..], "limit {limit}");
                reached = next;
                if told < limit {
                    break;
                }
            }
            assert_eq!((seen, reached), (all.len(), last), "limit {limit}");
        }
    }
}

/// Noise in place of every page that only continues a blob. Whoever reads such a blob learns of
/// it, so whoever does not learn of it has not read one.
#[test]
fn blobs_that_are_not_asked_for_stay_on_the_disk() {
    let place = Place::new();
    let mut ledger = place.create();
    let items = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        let mut add = |n| {
            let rows = [landmarks(0..4_000), pdq(n, true)];
            tx.add_item(report, &picture(n, &rows), NOW_MS).unwrap().item()
        };
        [add(1), add(2)]
    });
    drop(ledger);
    let mut file = fs::read(&place.file).unwrap();
    let inner = code(2_000).to_bytes();
    let mut spoilt = 0;
    for page in file.chunks_exact_mut(4_096) {
        // An overflow page of these rows is nothing but codes, behind the next one's number.
        if page.windows(24).filter(|window| *window == &inner[..24]).count() > 100 {
            page.fill(0xa5);
            spoilt += 1;
        }
    }
    assert!(spoilt > 2 * 25, "{spoilt}");
    fs::write(&place.file, file).unwrap();

    let ledger = Ledger::open(&place.file, NOW_MS).unwrap();
    let pdq: Vec<_> = added(items[0], 2, 1..2).chain(added(items[1], 4, 2..3)).collect();
    assert_eq!(replay(&ledger, "pdq", 0).0, pdq);
    assert_eq!(replay(&ledger, "pdq", items[0].0 as u64).0, pdq[1..]);
    for (item, row) in items.into_iter().zip([CodesId(1), CodesId(3)]) {
        assert_eq!(ledger.item_of_codes(row), Ok(Some(item)));
        assert_eq!(ledger.is_searchable(item), Ok(true));
        assert_eq!(ledger.codes(row).map(|_| ()), Err(LedgerError::Corrupt), "the proof holds");
    }
    assert!(ledger.links(None).unwrap().is_empty());
    assert_eq!(ledger.for_each_code_since("landmark", 0, |_| {}), Err(LedgerError::Corrupt));
}
