//! What an index sees of the ledger.

use super::*;

#[derive(Debug, PartialEq, Clone)]
enum Seen {
    Added { seq: Seq, id: i64, item: ItemId, space: String, first_word: u64, second: usize },
    Removed { seq: Seq, id: i64, space: String },
}

fn replay(ledger: &Ledger, since: Seq) -> (Vec<Seen>, Seq) {
    let mut seen = Vec::new();
    let reached = ledger
        .for_each_code_since(since, |change| {
            seen.push(match change {
                CodeChange::Added { seq, id, item, space, code, second } => Seen::Added {
                    seq,
                    id: id.0,
                    item,
                    space: space.to_owned(),
                    first_word: code.words()[0],
                    second: second.map_or(0, <[u8]>::len),
                },
                CodeChange::Removed { seq, id, space } => {
                    Seen::Removed { seq, id: id.0, space: space.to_owned() }
                }
            });
        })
        .unwrap();
    (seen, reached)
}

#[test]
fn searchable_codes_come_in_the_order_of_the_chain() {
    let place = Place::new();
    let mut ledger = place.create();
    let landmark = |n| NewCode { space: "landmark", second: None, ..pdq(n, true) };
    let items = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        let mut add = |n, codes: &[NewCode<'_>]| {
            tx.add_item(report, &picture(n, codes), NOW_MS).unwrap().item()
        };
        [
            add(1, &[landmark(10), pdq(11, true)]),
            add(2, &[pdq(20, false)]),
            add(3, &[pdq(30, true)]),
        ]
    });
    let added = |item: ItemId, id, space: &str, first_word, second| Seen::Added {
        seq: item.0 as u64,
        id,
        item,
        space: space.to_owned(),
        first_word,
        second,
    };
    let all = [
        added(items[0], 1, "landmark", 10, 0),
        added(items[0], 2, "pdq", 11, 8),
        added(items[2], 4, "pdq", 30, 8),
    ];
    let last = ledger.last_seq().unwrap();
    assert_eq!(replay(&ledger, 0), (all.to_vec(), last));
    assert_eq!(replay(&ledger, items[0].0 as u64 - 1).0, all);
    assert_eq!(replay(&ledger, items[0].0 as u64).0, all[2..]);
    assert_eq!(replay(&ledger, last), (vec![], last));
    assert_eq!(replay(&ledger, u64::from(u32::MAX)), (vec![], last));
}

#[test]
fn a_second_handle_sees_what_the_first_committed() {
    let place = Place::new();
    let mut first = place.create();
    let second = Ledger::open(&place.file).unwrap();
    let reader = Ledger::open_read_only(&place.file).unwrap();
    let start = second.last_seq().unwrap();
    sample(&mut first);
    let (seen, reached) = replay(&second, start);
    assert_eq!((seen.len(), reached), (2, first.last_seq().unwrap()));
    assert_eq!(replay(&reader, start), (seen, reached));
    assert_eq!(
        second.event_digest(reached).unwrap(),
        first.event_digest(reached).unwrap(),
        "both know the same chain"
    );
}

#[test]
fn a_withdrawn_code_is_replayed_as_removed_and_its_id_never_comes_back() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let before = ledger.last_seq().unwrap();
    chain::withdraw(&mut ledger, query);
    let withdrawal = ledger.last_seq().unwrap();
    let removed = Seen::Removed { seq: withdrawal, id: 2, space: "pdq".to_owned() };
    assert_eq!(replay(&ledger, before), (vec![removed.clone()], withdrawal));

    let new = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("later");
        tx.add(report, 2).item()
    });
    let (seen, _) = replay(&ledger, 0);
    let [Seen::Added { item: a, .. }, middle, Seen::Added { item: b, id, .. }] = &seen[..] else {
        panic!("{seen:?}");
    };
    assert_eq!((*a, middle, *b, *id), (stored, &removed, new, 3));
}

#[test]
fn some_at_a_time_is_all_of_it_and_no_event_is_cut_in_two() {
    let place = Place::new();
    let mut ledger = place.create();
    let landmark = |n| NewCode { space: "landmark", second: None, ..pdq(n, true) };
    let items = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        (0..9u32)
            .map(|n| {
                let second = NewCode { ordinal: 1, ..landmark(10 * n + 1) };
                let codes = [landmark(10 * n), second, pdq(10 * n + 2, true)];
                tx.add_item(report, &picture(n, &codes), NOW_MS).unwrap().item()
            })
            .collect::<Vec<_>>()
    });
    chain::withdraw(&mut ledger, items[4]);
    let (all, last) = replay(&ledger, 0);
    assert_eq!(all.len(), 8 * 3 + 3);
    for limit in 1..=all.len() + 1 {
        let (mut seen, mut reached) = (0, 0);
        loop {
            let mut told = 0;
            let next = ledger.for_some_codes_since(reached, limit, |_| told += 1).unwrap();
            seen += told;
            assert_eq!(replay(&ledger, next).0, all[seen..], "limit {limit}");
            reached = next;
            if told < limit {
                break;
            }
        }
        assert_eq!((seen, reached), (all.len(), last), "limit {limit}");
    }
}
