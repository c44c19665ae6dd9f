//! Who did what, and what for.

use super::*;

fn act(actor: Option<&str>, purpose: Option<&str>) -> Act {
    let own = |text: Option<&str>| text.map(Into::into);
    Act { actor: own(actor), purpose: own(purpose), program: "athar test".into() }
}

/// What the log tells: event, actor and purpose.
fn told(ledger: &Ledger, question: &LogQuestion) -> Vec<(Seq, String, String)> {
    let lines = ledger.log(question).unwrap().into_iter();
    let text = |text: Option<String>| text.unwrap_or_default();
    lines.map(|line| (line.seq, text(line.actor), text(line.purpose))).collect()
}

#[test]
fn each_event_is_of_who_wrote_its_change_and_of_nobody_else() {
    let place = Place::new();
    let mut ours = place.create();
    let mut others = Ledger::open(&place.file, NOW_MS).unwrap();
    ours.act_as(act(Some("clerk-2"), Some("hotline"))).unwrap();
    change(&mut ours, |tx| tx.case_and_report("one"));
    change(&mut others, |tx| tx.case_and_report("two"));
    change(&mut ours, |tx| tx.open_case("three", NOW_MS).unwrap());
    others.act_as(act(None, Some("takedown"))).unwrap();
    change(&mut others, |tx| tx.open_case("four", NOW_MS).unwrap());
    let by = |seq, actor: &str, purpose: &str| (seq, actor.to_owned(), purpose.to_owned());
    let all = [
        by(1, "", ""),
        by(2, "clerk-2", "hotline"),
        by(3, "clerk-2", "hotline"),
        // 4 tells of these two.
        by(5, "", ""),
        by(6, "", ""),
        by(7, "clerk-2", "hotline"),
        by(9, "", "takedown"),
    ];
    assert_eq!(told(&ours, &LogQuestion::default()), all);
    assert_eq!(ours.last_seq(), Ok(10));
    assert!(ours.verify().unwrap().is_sound());

    assert_eq!(ours.acts_over([2, 3, 5, 6, 7]), Ok(vec![4, 8]));
    assert_eq!(ours.acts_over([1, 5, 6]), Ok(vec![]));

    let actor = LogQuestion { actor: Some("clerk-2".into()), ..LogQuestion::default() };
    assert_eq!(told(&ours, &actor), [&all[1..3], &all[5..6]].concat());
    let newest = LogQuestion { most: Some(2), ..LogQuestion::default() };
    assert_eq!(told(&ours, &newest), all[5..]);
    let case = ours.case_by_name("one").unwrap().unwrap().id;
    let of_case = LogQuestion { case: Some(case), ..LogQuestion::default() };
    assert_eq!(told(&ours, &of_case), all[1..3]);
    let later = LogQuestion { since_ms: Some(NOW_MS + 1), ..LogQuestion::default() };
    assert_eq!(told(&ours, &later), []);
}

#[test]
fn nothing_is_said_of_a_change_that_wrote_nothing_or_failed() {
    let place = Place::new();
    let mut ledger = place.create();
    ledger.act_as(act(Some("clerk-2"), None)).unwrap();
    change(&mut ledger, |tx| tx.cases().unwrap());
    let failed = ledger.write(|tx| tx.open_case("", NOW_MS));
    assert_eq!(failed, Err(LedgerError::CaseNameLength { bytes: 0 }));
    assert_eq!(ledger.last_seq(), Ok(1));
    ledger.act_as(act(None, None)).unwrap();
    change(&mut ledger, |tx| tx.open_case("one", NOW_MS).unwrap());
    assert_eq!(ledger.last_seq(), Ok(2), "nobody is named");
}

#[test]
fn what_for_goes_with_the_last_of_what_was_written() {
    let place = Place::new();
    let mut ledger = place.create();
    ledger.act_as(act(Some("clerk-2"), Some("of one"))).unwrap();
    let one = change(&mut ledger, |tx| tx.case_and_report("one").0);
    ledger.act_as(act(Some("clerk-2"), Some("of both"))).unwrap();
    let two = change(&mut ledger, |tx| {
        tx.open_report(one, &NewReport::default(), NOW_MS).unwrap();
        tx.case_and_report("two").0
    });
    ledger.act_as(act(Some("desk-9"), Some("of a question"))).unwrap();
    change(&mut ledger, |tx| tx.record_check(&check(), NOW_MS).unwrap());
    let request = WithdrawalRequest { reason: "asked", reference: None, actor: None };
    ledger.act_as(act(None, None)).unwrap();
    let purposes = |ledger: &Ledger| {
        let told =
            told(ledger, &LogQuestion::default()).into_iter().map(|(_, _, what_for)| what_for);
        let mut told: Vec<_> = told.filter(|what_for| !what_for.is_empty()).collect();
        told.dedup();
        told
    };
    assert_eq!(purposes(&ledger), ["of one", "of both", "of a question"]);
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(one), &request, NOW_MS).unwrap());
    assert_eq!(purposes(&ledger), ["of both", "of a question"]);
    assert!(ledger.verify().unwrap().is_sound());
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(two), &request, NOW_MS).unwrap());
    assert_eq!(purposes(&ledger), ["of a question"]);
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn who_it_was_cannot_be_changed_afterwards_and_is_one_line() {
    let place = Place::new();
    let mut ledger = place.create();
    let control = ledger.act_as(act(Some("a\nb"), None));
    assert_eq!(control, Err(LedgerError::TextControl { offset: 1 }));
    assert_eq!(ledger.act_as(act(None, Some(" "))), Err(LedgerError::TextEmpty));
    ledger.act_as(act(Some("clerk-2"), None)).unwrap();
    change(&mut ledger, |tx| tx.open_case("one", NOW_MS).unwrap());
    place.forge("UPDATE acts SET actor = 'clerk-3'");
    let fault = Fault::RecordChanged { table: "acts", id: 3 };
    assert_eq!(ledger.verify().unwrap().fault, Some(fault));
    place.forge("DELETE FROM acts");
    assert!(!ledger.verify().unwrap().is_sound());
}
