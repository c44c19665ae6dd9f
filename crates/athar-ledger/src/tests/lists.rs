//! What becomes of lists of others: staged, searched, brought up to date, erased.

use super::*;

const NEW: NewListImport<'_> = NewListImport {
    format: "plain",
    source: Some("by hand"),
    marking: None,
    sender: None,
    last_sequence: None,
    actor: Some("one"),
};

fn value(n: u32) -> ListValue {
    ListValue::new(ListKind::Pdq, &code(n).to_bytes()).unwrap()
}

fn entry(n: u32, reference: &str, about: &str) -> ListChange {
    let (reference, about) = (reference.to_owned(), about.to_owned());
    ListChange::List(ListEntry { value: value(n), reference, about })
}

fn bare(numbers: Range<u32>) -> Vec<ListChange> {
    numbers.map(|n| entry(n, "", "")).collect()
}

/// One import of a file that comes in these pieces.
fn import(ledger: &mut Ledger, pieces: Vec<Vec<ListChange>>) -> ListCounts {
    change(ledger, |tx| {
        let list = tx.name_list("list", NOW_MS).unwrap();
        let mut import = tx.begin_list_import(list, &NEW, ("pdq", 1), NOW_MS).unwrap();
        for piece in pieces {
            tx.import_list(&mut import, piece, NOW_MS).unwrap();
        }
        tx.end_list_import(import, NOW_MS).unwrap()
    })
}

fn activate(ledger: &mut Ledger) -> u64 {
    change(ledger, |tx| {
        let list = tx.list_by_name("list").unwrap().unwrap();
        tx.activate_list(list, Some("two"), NOW_MS).unwrap()
    })
}

/// What an index that follows from the beginning, a few changes at a time, holds in the end.
fn indexed(ledger: &Ledger, limit: usize) -> Vec<u64> {
    let (mut held, mut from) = (std::collections::BTreeMap::new(), 0);
    loop {
        let reached = ledger.for_some_listed_since(from, limit, |change| match change {
            CodeChange::Added { id, code, .. } => drop(held.insert(id, code.words()[0])),
            CodeChange::Removed { id, .. } => drop(held.remove(&id)),
        });
        let reached = reached.unwrap();
        if reached == from {
            break;
        }
        from = reached;
    }
    let mut numbers: Vec<u64> = held.into_values().collect();
    numbers.sort_unstable();
    numbers
}

fn counts(new: u64, known: u64, changed: u64, erased: u64) -> ListCounts {
    ListCounts { new, known, changed, erased }
}

fn is_sound(ledger: &Ledger) {
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn what_is_staged_is_searched_once_the_list_is_activated() {
    let place = Place::new();
    let mut ledger = place.create();
    assert_eq!(import(&mut ledger, vec![bare(0..9_000)]), counts(9_000, 0, 0, 0));
    assert_eq!(indexed(&ledger, 1), Vec::<u64>::new());
    assert!(ledger.listed_by_value(&value(5)).unwrap().is_empty());
    let list = &ledger.lists().unwrap()[0];
    assert_eq!((list.state, list.active, list.staged), (ListState::Staged, 0, 9_000));
    assert_eq!(activate(&mut ledger), 9_000);
    for limit in [1, 5_000, usize::MAX] {
        assert_eq!(indexed(&ledger, limit), (0..9_000).collect::<Vec<_>>());
    }
    let list = &ledger.lists().unwrap()[0];
    assert_eq!((list.state, list.active, list.staged), (ListState::Active, 9_000, 0));
    assert_eq!(ledger.listed_by_value(&value(8_999)).unwrap()[0].list_name, "list");
    is_sound(&ledger);
}

#[test]
fn a_million_entries_would_be_few_events() {
    let place = Place::new();
    let mut ledger = place.create();
    let before = ledger.last_seq().unwrap();
    import(&mut ledger, vec![bare(0..8_192)]);
    // The list, the import's beginning and end, and two rows.
    assert_eq!(ledger.last_seq().unwrap() - before, 5);
}

#[test]
fn the_same_again_changes_nothing_in_whatever_pieces_it_comes() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![bare(0..100), bare(50..150)]);
    assert_eq!(activate(&mut ledger), 150);
    assert_eq!(import(&mut ledger, vec![bare(0..150)]), counts(0, 150, 0, 0));
    let twice = vec![bare(0..10), bare(0..10), bare(150..151)];
    assert_eq!(import(&mut ledger, twice), counts(1, 20, 0, 0));
    assert_eq!(indexed(&ledger, usize::MAX).len(), 150);
    is_sound(&ledger);
}

#[test]
fn what_a_list_says_anew_takes_the_place_of_what_it_said_and_stays_searched() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![vec![entry(1, "a", "old"), entry(2, "b", ""), entry(1, "c", "")]]);
    activate(&mut ledger);
    let again = vec![vec![entry(1, "a", "new")]];
    assert_eq!(import(&mut ledger, again), counts(0, 0, 1, 0));
    let listed = ledger.listed_by_value(&value(1)).unwrap();
    let mut said: Vec<_> = listed.iter().map(|l| (&*l.entry.reference, &*l.entry.about)).collect();
    said.sort_unstable();
    assert_eq!(said, [("a", "new"), ("c", "")]);
    assert_eq!(indexed(&ledger, 1), [1, 1, 2]);
    is_sound(&ledger);
}

#[test]
fn a_name_that_comes_again_without_a_value_loses_it() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![vec![entry(1, "a", ""), entry(2, "a", ""), entry(3, "b", "")]]);
    activate(&mut ledger);
    let again = vec![vec![entry(2, "a", "")], vec![entry(4, "a", "")]];
    assert_eq!(import(&mut ledger, again), counts(1, 1, 0, 1));
    assert_eq!(indexed(&ledger, usize::MAX), [2, 3], "what is new waits");
    activate(&mut ledger);
    assert_eq!(indexed(&ledger, usize::MAX), [2, 3, 4]);
    is_sound(&ledger);
}

#[test]
fn what_is_taken_back_is_gone_from_every_byte_and_the_chain_holds() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![vec![entry(1, "", "witness-text"), entry(2, "named-thing", "")]]);
    import(&mut ledger, vec![bare(100..5_000)]);
    activate(&mut ledger);
    let back = vec![vec![
        ListChange::Forget(value(1)),
        ListChange::ForgetReference("named-thing".into()),
        ListChange::Forget(value(300)),
        ListChange::Forget(value(9_999)),
    ]];
    assert_eq!(import(&mut ledger, back), counts(0, 0, 0, 3));
    let left = (100..5_000).filter(|n| *n != 300).collect::<Vec<_>>();
    assert_eq!(indexed(&ledger, usize::MAX), left);
    assert!(ledger.listed_by_value(&value(1)).unwrap().is_empty());
    assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
    is_sound(&ledger);
    drop(ledger);
    let bytes = std::fs::read(&place.file).unwrap();
    for needle in [&b"witness-text"[..], b"named-thing", &code(300).to_bytes()] {
        assert!(!bytes.windows(needle.len()).any(|window| window == needle));
    }
}

#[test]
fn a_list_that_is_given_up_has_no_entries_and_can_come_again() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![bare(0..10)]);
    activate(&mut ledger);
    let list = ledger.list_by_name("list").unwrap().unwrap();
    let erased = change(&mut ledger, |tx| tx.retire_list(list, "over", None, NOW_MS).unwrap());
    assert_eq!((erased, indexed(&ledger, 1)), (10, vec![]));
    assert_eq!(ledger.lists().unwrap()[0].state, ListState::Retired);
    import(&mut ledger, vec![bare(0..10)]);
    assert_eq!(ledger.lists().unwrap()[0].state, ListState::Staged);
    is_sound(&ledger);
}

#[test]
fn two_persons_are_two_who_are_named() {
    let place = Place::new();
    let mut ledger = place.create();
    change(&mut ledger, |tx| tx.set_list_rule(2, None, NOW_MS).unwrap());
    import(&mut ledger, vec![bare(0..10)]);
    let list = ledger.list_by_name("list").unwrap().unwrap();
    let mut activate = |actor| ledger.write(|tx| tx.activate_list(list, actor, NOW_MS));
    assert_eq!(activate(None), Err(LedgerError::ListNeedsActor));
    assert_eq!(activate(Some("one")), Err(LedgerError::ListNeedsSecondPerson));
    assert_eq!(activate(Some("two")), Ok(10));
    assert_eq!(activate(Some("two")), Err(LedgerError::NothingStaged));
    let nobody = NewListImport { actor: None, ..NEW };
    let begun =
        ledger.write(|tx| tx.begin_list_import(list, &nobody, ("pdq", 1), NOW_MS).map(drop));
    assert_eq!(begun, Err(LedgerError::ListNeedsActor));
}

#[test]
fn a_senders_changes_count_until_the_list_is_given_up() {
    let place = Place::new();
    let mut ledger = place.create();
    let delta = |last| NewListImport { sender: Some([7; 32]), last_sequence: Some(last), ..NEW };
    let taken = |ledger: &Ledger, sender| {
        let list = ledger.list_by_name("list").unwrap().unwrap();
        ledger.list_sequence(list, &[sender; 32]).unwrap()
    };
    let take = |ledger: &mut Ledger, last| {
        change(ledger, |tx| {
            let list = tx.name_list("list", NOW_MS).unwrap();
            let mut import = tx.begin_list_import(list, &delta(last), ("pdq", 1), NOW_MS).unwrap();
            tx.import_list(&mut import, bare(0..1), NOW_MS).unwrap();
            tx.end_list_import(import, NOW_MS).unwrap()
        })
    };
    take(&mut ledger, 40);
    take(&mut ledger, 50);
    import(&mut ledger, vec![bare(1..2)]);
    assert_eq!((taken(&ledger, 7), taken(&ledger, 8)), (50, 0));
    let list = ledger.list_by_name("list").unwrap().unwrap();
    change(&mut ledger, |tx| tx.retire_list(list, "over", None, NOW_MS).unwrap());
    assert_eq!(taken(&ledger, 7), 0);
    take(&mut ledger, 3);
    assert_eq!(taken(&ledger, 7), 3);
}

#[test]
fn what_another_list_has_is_not_this_ones() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![bare(0..10)]);
    let other = change(&mut ledger, |tx| {
        let list = tx.name_list("other", NOW_MS).unwrap();
        let mut import = tx.begin_list_import(list, &NEW, ("pdq", 1), NOW_MS).unwrap();
        let piece = [bare(0..5), vec![ListChange::Forget(value(7))]].concat();
        tx.import_list(&mut import, piece, NOW_MS).unwrap();
        tx.end_list_import(import, NOW_MS).unwrap()
    });
    assert_eq!(other, counts(5, 0, 0, 0));
    activate(&mut ledger);
    assert_eq!(ledger.listed_by_value(&value(7)).unwrap().len(), 1);
    is_sound(&ledger);
}

#[test]
fn a_change_that_fails_halfway_leaves_nothing() {
    let place = Place::new();
    let mut ledger = place.create();
    import(&mut ledger, vec![bare(0..10)]);
    activate(&mut ledger);
    let before = (ledger.last_seq().unwrap(), indexed(&ledger, 1));
    let failed = ledger.write(|tx| {
        let list = tx.name_list("list", NOW_MS)?;
        let mut import = tx.begin_list_import(list, &NEW, ("pdq", 1), NOW_MS)?;
        tx.import_list(&mut import, bare(5..9_000), NOW_MS)?;
        tx.import_list(&mut import, vec![ListChange::Forget(value(3))], NOW_MS)?;
        tx.import_list(&mut import, vec![entry(1, "", "two\nlines")], NOW_MS)
    });
    assert_eq!(failed, Err(LedgerError::TextControl { offset: 3 }));
    assert_eq!((ledger.last_seq().unwrap(), indexed(&ledger, 1)), before);
    assert!(ledger.listed_by_value(&value(8_000)).unwrap().is_empty());
    is_sound(&ledger);
}

#[test]
fn a_forged_list_shows() {
    let forgeries = [
        ("UPDATE list_rows SET code = zeroblob(length(code))", "row 4 of list_rows was changed"),
        ("UPDATE list_rows SET active = 1", "row 4 of list_rows was changed"),
        ("DELETE FROM list_rows", "row 4 of list_rows is gone and was not withdrawn"),
        ("DELETE FROM list_activations", "row 6 of list_activations is gone and was not withdrawn"),
        (
            "DELETE FROM list_keys WHERE position = 3",
            "row 4 of list_rows does not hold entries that are found by their keys",
        ),
        ("INSERT INTO list_keys VALUES (1, 4, 4)", "list_keys has keys that belong to no entry"),
    ];
    for (forgery, told) in forgeries {
        let place = Place::new();
        let mut ledger = place.create();
        import(&mut ledger, vec![bare(0..10)]);
        activate(&mut ledger);
        place.forge(forgery);
        assert_eq!(ledger.verify().unwrap().fault.unwrap().to_string(), told, "{forgery}");
    }
}
