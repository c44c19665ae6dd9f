//! A copy is the ledger at one moment, and shows when it was touched.

use super::*;
use crate::verify::Fault;
use std::fs;

#[test]
fn a_copy_is_the_ledger_while_others_write() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    describe(&mut ledger, query, stored);
    let copy = place.file.with_file_name("copy.sqlite");
    let seq = ledger.copy_to(&copy).unwrap();
    change(&mut ledger, |tx| tx.open_case("later", NOW_MS).unwrap());
    let copied = Ledger::open(&copy, NOW_MS).unwrap();
    assert_eq!((copied.last_seq(), copied.verify().unwrap().fault), (Ok(seq), None));
    assert_eq!(copied.event_digest(seq), ledger.event_digest(seq));
    assert_eq!(copied.case_by_name("later"), Ok(None));
    assert_eq!(copied.links(None).unwrap(), ledger.links(None).unwrap());
    let names: Vec<_> = fs::read_dir(place.file.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("tmp"))
        .collect();
    assert_eq!(names, [""; 0], "no draft is left");
}

#[test]
fn a_copy_takes_no_place_of_anything() {
    let place = Place::new();
    let ledger = place.create();
    let taken = place.file.with_file_name("taken");
    fs::write(&taken, "a letter").unwrap();
    assert_eq!(ledger.copy_to(&taken), Err(LedgerError::AlreadyExists));
    assert_eq!(fs::read(&taken).unwrap(), b"a letter");
    let nowhere = place.file.with_file_name("no such folder").join("copy");
    assert_eq!(ledger.copy_to(&nowhere), Err(LedgerError::NotFound));
}

#[test]
fn a_copy_holds_nothing_that_was_taken_back_and_tells_a_change() {
    let place = Place::new();
    let mut ledger = place.create();
    let case = change(&mut ledger, |tx| tx.case_and_report("a-very-telling-name").0);
    let request = WithdrawalRequest { reason: "at her wish", reference: None, actor: None };
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(case), &request, NOW_MS).unwrap());
    let copy = place.file.with_file_name("copy.sqlite");
    ledger.copy_to(&copy).unwrap();
    let bytes = fs::read(&copy).unwrap();
    assert!(!bytes.windows(19).any(|window| window == b"a-very-telling-name"));
    let conn = Connection::open(&copy).unwrap();
    conn.execute("UPDATE events SET at_ms = at_ms + 1 WHERE seq = 2", []).unwrap();
    let fault = Ledger::open_read_only(&copy).unwrap().verify().unwrap().fault;
    assert_eq!(fault, Some(Fault::EventChanged { seq: 2 }));
}
