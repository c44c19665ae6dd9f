//! What is taken back is gone: from every answer, from every byte, and the chain still holds.

use super::*;
use crate::pack::pack;
use std::collections::HashSet;
use std::fs;

const ASKED: WithdrawalRequest<'_> =
    WithdrawalRequest { reason: "at her wish", reference: Some("W-17"), actor: None };

/// Every file of the store's folder, one after the other.
fn bytes_of(place: &Place) -> Vec<u8> {
    let folder = place.file.parent().unwrap();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|file| fs::read(file).unwrap()).collect()
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// How many of the needles begin or end somewhere in the bytes: a page may begin in the middle of
/// one. Their first and last eight bytes tell them.
fn traces(bytes: &[u8], needles: &[Vec<u8>]) -> usize {
    let ends = needles.iter().flat_map(|needle| [&needle[..8], &needle[needle.len() - 8..]]);
    let ends: HashSet<&[u8]> = ends.collect();
    bytes.windows(8).filter(|window| ends.contains(window)).count()
}

/// A code that no other bytes look like.
fn marked(n: u32) -> Code {
    let mut state = u64::from(n) ^ 0x5bd1_e995_9e37_79b9;
    Code::from_words(std::array::from_fn(|_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state ^ (state >> 31)
    }))
}

/// Numbers of the codes of item `n`.
fn of_item(n: u32) -> Vec<Code> {
    (0..1 + n % 90).map(|k| marked(n * 100 + k)).collect()
}

fn needles(items: &[u32]) -> Vec<Vec<u8>> {
    let of_one = |&n: &u32| of_item(n).iter().map(|code| pack(&[*code])).collect::<Vec<_>>();
    let digests = items.iter().map(|&n| sha256(n)[..8].to_vec());
    items.iter().flat_map(of_one).chain(digests).collect()
}

#[test]
fn an_item_goes_from_every_case() {
    let place = Place::new();
    let mut ledger = place.create();
    let (item, other) = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("A-1");
        let item = tx.add_item(report, &picture(1, &[pdq(1, true)]), NOW_MS).unwrap().item();
        let other = tx.add_item(report, &picture(2, &[pdq(2, true)]), NOW_MS).unwrap().item();
        let (_, later) = tx.case_and_report("A-2");
        tx.add_known_item(later, item, NOW_MS).unwrap();
        tx.add_match(&copy(other, item, 4), NOW_MS).unwrap();
        (item, other)
    });
    let gone =
        change(&mut ledger, |tx| tx.withdraw(Withdrawal::Item(item), &ASKED, NOW_MS).unwrap());
    assert_eq!((gone.items, gone.reported, gone.codes, gone.matches), (1, 2, 1, 1));
    assert_eq!((gone.cases, gone.reports), (0, 0));
    assert_eq!(ledger.event_digest(gone.seq).unwrap(), Some(gone.digest));
    assert_eq!(ledger.item(item).unwrap(), None);
    assert!(ledger.item(other).unwrap().is_some());
    assert_eq!(ledger.verify().unwrap().fault, None);
    let again = ledger.write(|tx| tx.withdraw(Withdrawal::Item(item), &ASKED, NOW_MS));
    assert_eq!(again, Err(LedgerError::NoSuchItem));
}

#[test]
fn a_report_takes_along_what_only_it_held() {
    let place = Place::new();
    let mut ledger = place.create();
    let (report, shared, own) = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("B-1");
        let shared = tx.add_item(report, &picture(1, &[pdq(1, true)]), NOW_MS).unwrap().item();
        let own = tx.add_item(report, &picture(2, &[pdq(2, true)]), NOW_MS).unwrap().item();
        let refusal = Refusal { sha256: Some(sha256(9)), bytes: Some(9), kind: "corrupt" };
        tx.refuse(report, &refusal, NOW_MS).unwrap();
        let (_, later) = tx.case_and_report("B-2");
        tx.add_known_item(later, shared, NOW_MS).unwrap();
        (report, shared, own)
    });
    let gone =
        change(&mut ledger, |tx| tx.withdraw(Withdrawal::Report(report), &ASKED, NOW_MS).unwrap());
    assert_eq!((gone.reports, gone.items, gone.reported, gone.refusals), (1, 1, 2, 1));
    assert!(ledger.item(shared).unwrap().is_some());
    assert_eq!(ledger.item(own).unwrap(), None);
    assert!(ledger.case_by_name("B-1").unwrap().is_some(), "the case stays, without the report");
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn a_case_goes_with_its_name_which_may_be_given_again() {
    let place = Place::new();
    let mut ledger = place.create();
    let case = change(&mut ledger, |tx| {
        let (case, report) = tx.case_and_report("a-very-telling-name");
        tx.add_item(report, &picture(1, &[pdq(1, true)]), NOW_MS).unwrap();
        tx.case_and_report("C-2");
        case
    });
    let gone =
        change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(case), &ASKED, NOW_MS).unwrap());
    assert_eq!((gone.cases, gone.reports, gone.items), (1, 1, 1));
    assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
    assert!(!holds(&bytes_of(&place), b"a-very-telling-name"));
    change(&mut ledger, |tx| tx.open_case("a-very-telling-name", NOW_MS).unwrap());
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn the_facts_of_a_case_its_handles_and_decisions_go_with_it() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    describe(&mut ledger, query, stored);
    let case = ledger.case_by_name("case one").unwrap().unwrap().id;
    let facts = ledger.case_facts(case).unwrap();
    let gone =
        change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(case), &ASKED, NOW_MS).unwrap());
    assert!(gone.facts > 2, "{gone:?}");
    assert_eq!(ledger.verify().unwrap().fault, None);
    assert_eq!(ledger.case_facts(case), Ok(CaseFacts::default()));
    assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
    let bytes = bytes_of(&place);
    for text in [&facts.complainant, &facts.suspect, &facts.note].into_iter().flatten() {
        assert!(!holds(&bytes, text.as_bytes()));
    }
    assert!(holds(&bytes, b"at her wish"), "why is kept");
}

#[test]
fn a_withdrawal_without_a_reason_changes_nothing() {
    let place = Place::new();
    let mut ledger = place.create();
    let (item, _) = sample(&mut ledger);
    let before = ledger.last_seq().unwrap();
    let asked = WithdrawalRequest { reason: " ", ..ASKED };
    let refused = ledger.write(|tx| tx.withdraw(Withdrawal::Item(item), &asked, NOW_MS));
    assert_eq!(refused, Err(LedgerError::TextEmpty));
    assert_eq!(ledger.last_seq(), Ok(before));
}

#[test]
fn nothing_of_what_is_taken_back_is_left_in_any_file() {
    const ITEMS: u32 = 600;
    let place = Place::new();
    let mut ledger = place.create();
    let items: Vec<ItemId> = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("D-1");
        let mut add = |n: u32| {
            let (codes, places) = (of_item(n), vec![7; n as usize]);
            let rows = [NewCodes { codes: &codes, places: Some(&places), ..pdq(0, true) }];
            tx.add_item(report, &picture(n, &rows), NOW_MS).unwrap().item()
        };
        (0..ITEMS).map(&mut add).collect()
    });
    // They go one by one and in an order of their own, so that rows move in between.
    let order: Vec<u32> = (0..ITEMS).map(|n| n * 7 % ITEMS).filter(|n| n % 5 != 0).collect();
    assert!(traces(&bytes_of(&place), &needles(&order)) > order.len());
    for (round, some) in order.chunks(60).enumerate() {
        for &n in some {
            let what = Withdrawal::Item(items[n as usize]);
            change(&mut ledger, |tx| tx.withdraw(what, &ASKED, NOW_MS).unwrap());
        }
        assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
        let gone = &order[..order.len().min(60 * (round + 1))];
        assert_eq!(traces(&bytes_of(&place), &needles(gone)), 0, "in round {round}");
    }
    assert!(traces(&bytes_of(&place), &needles(&[5, 10, 595])) > 3, "what stays, stays");
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn a_reader_of_before_keeps_its_moment_and_is_told_of() {
    let place = Place::new();
    let mut ledger = place.create();
    let item = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("E-1");
        tx.add_item(report, &picture(1, &[pdq(1, true)]), NOW_MS).unwrap().item()
    });
    let reader = place.raw();
    reader.execute_batch("BEGIN; SELECT count(*) FROM items;").unwrap();
    let count = || reader.query_row("SELECT count(*) FROM items", [], |row| row.get::<_, u64>(0));
    assert_eq!(count().unwrap(), 1);
    let mut hasty = Ledger::open_patiently(&place.file, std::time::Duration::ZERO, NOW_MS).unwrap();
    change(&mut hasty, |tx| tx.withdraw(Withdrawal::Item(item), &ASKED, NOW_MS).unwrap());
    assert_eq!((count().unwrap(), hasty.scrub(u64::MAX)), (1, Ok(Scrubbed::InUse)));
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!((count().unwrap(), hasty.scrub(u64::MAX)), (0, Ok(Scrubbed::Pages)));
}

/// Two cases that hold the same item, each told of in two ways.
fn told_twice(ledger: &mut Ledger) -> (ItemId, [(CaseId, ReportId); 2]) {
    change(ledger, |tx| {
        let cases = ["F-1", "F-2"].map(|name| tx.case_and_report(name));
        let item = cases.map(|(_, report)| tx.add(report, 1).item())[0];
        for (case, report) in cases {
            let later = tx.open_report(case, &NewReport::default(), NOW_MS).unwrap();
            for (report, sender) in [(report, "first"), (later, "later")] {
                let sender = Some(format!("{sender}-sender-{}", case.0));
                let told = Provenance { sender, ..told() };
                tx.tell_provenance(report, item, &told, NOW_MS).unwrap();
            }
        }
        (item, cases)
    })
}

#[test]
fn where_a_file_came_from_goes_with_the_item_the_report_and_the_case() {
    for (what, left) in [(0, [0, 0]), (1, [0, 2]), (2, [0, 2]), (3, [1, 2])] {
        let place = Place::new();
        let mut ledger = place.create();
        let (item, cases) = told_twice(&mut ledger);
        let [(case, report), (other, _)] = cases;
        let later = ledger.case_reports(case).unwrap()[1].id;
        // The first report brought the item into the case; the second only told of it.
        let what = match what {
            0 => Withdrawal::Item(item),
            1 => Withdrawal::Case(case),
            2 => Withdrawal::Report(report),
            _ => Withdrawal::Report(later),
        };
        let gone = change(&mut ledger, |tx| tx.withdraw(what, &ASKED, NOW_MS).unwrap());
        let count = |case| ledger.provenance(case).unwrap().len() as u64;
        assert_eq!([count(case), count(other)], left, "{what:?}");
        assert_eq!(gone.facts, 4 - left[0] - left[1], "{what:?}");
        assert_eq!(ledger.verify().unwrap().fault, None);
        assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
        let bytes = bytes_of(&place);
        let told = |case: CaseId| format!("later-sender-{}", case.0);
        assert!(!holds(&bytes, told(case).as_bytes()), "{what:?}");
        assert_eq!(holds(&bytes, told(other).as_bytes()), left[1] > 0, "{what:?}");
    }
}
