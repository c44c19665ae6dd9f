//! Checks that are remembered until their time is over, and alerts with their states.

use super::*;
use crate::pack::pack;
use std::fs;

const DAY_MS: i64 = 24 * 3_600_000;
const ASKED: WithdrawalRequest<'_> =
    WithdrawalRequest { reason: "at her wish", reference: None, actor: None };

fn asked(codes: &[Code]) -> NewCheck<'_> {
    let (space, scheme) = ("pdq", "pdq");
    NewCheck { kind: "image", space, scheme, version: 1, codes, actor: Some("desk-4") }
}

/// A code that no other bytes look like.
fn telling(n: u8) -> Code {
    Code::from_bytes(std::array::from_fn(|at| 0xa1 ^ n.wrapping_mul(31) ^ (at as u8 * 7)))
}

fn holds(place: &Place, code: &Code) -> bool {
    let folder = place.file.parent().unwrap();
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let needle = pack(&[*code]);
    let ends = [&needle[..8], &needle[24..]];
    files.into_iter().any(|bytes| bytes.windows(8).any(|window| ends.contains(&window)))
}

/// A ledger that remembers checks for so many days, and one that was made at `NOW_MS`.
fn remembering(place: &Place, days: u16) -> (Ledger, CheckId) {
    let mut ledger = place.create();
    let check = change(&mut ledger, |tx| {
        assert_eq!(tx.remember_check(&asked(&[telling(1)]), NOW_MS).unwrap(), None);
        tx.set_remember_days(days, Some("head"), NOW_MS).unwrap();
        tx.remember_check(&asked(&[telling(1), telling(2)]), NOW_MS).unwrap()
    });
    (ledger, check.expect("it is remembered"))
}

fn told(ledger: &Ledger) -> usize {
    let mut told = 0;
    ledger.for_some_checks_since(0, usize::MAX, |_| told += 1).unwrap();
    told
}

fn tick(ledger: &mut Ledger, at_ms: i64) {
    change(ledger, |tx| tx.record_check(&check(), at_ms).unwrap());
}

#[test]
fn nothing_is_remembered_unless_the_unit_says_for_how_long() {
    let place = Place::new();
    let (mut ledger, check) = remembering(&place, 30);
    let kept = ledger.remembered_check(check).unwrap().unwrap();
    assert_eq!((kept.days, kept.actor.as_deref(), kept.asked_at_ms), (30, Some("desk-4"), NOW_MS));
    assert_eq!((told(&ledger), ledger.remembered_checks()), (2, Ok(1)));
    let too_long = ledger.write(|tx| tx.set_remember_days(3651, None, NOW_MS));
    assert_eq!(too_long, Err(LedgerError::OutOfRange));
    assert_eq!(ledger.verify().unwrap().fault, None);
    drop(ledger);
    place.forge("UPDATE checks SET actor = 'somebody else'");
    let fault = Ledger::open(&place.file, NOW_MS).unwrap().verify().unwrap().fault;
    assert_eq!(fault, Some(Fault::RecordChanged { table: "checks", id: check.0 }));
}

#[test]
fn a_check_is_erased_when_its_time_is_over_and_leaves_no_byte() {
    let place = Place::new();
    let (mut ledger, check) = remembering(&place, 30);
    assert!(holds(&place, &telling(1)) && holds(&place, &telling(2)));
    assert_eq!(ledger.checks_due(NOW_MS + 30 * DAY_MS - 1), Ok(vec![]));
    let after_ms = NOW_MS + 30 * DAY_MS;
    assert_eq!(ledger.checks_due(after_ms), Ok(vec![check]));
    change(&mut ledger, |tx| assert_eq!(tx.forget_checks(&[check], after_ms), Ok(1)));
    assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
    assert!(!holds(&place, &telling(1)) && !holds(&place, &telling(2)));
    assert_eq!((told(&ledger), ledger.checks_due(i64::MAX)), (0, Ok(vec![])));
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn a_shorter_time_counts_for_older_checks_too_and_a_longer_one_does_not() {
    let place = Place::new();
    let (mut ledger, check) = remembering(&place, 30);
    change(&mut ledger, |tx| tx.set_remember_days(90, None, NOW_MS).unwrap());
    assert_eq!(ledger.checks_due(NOW_MS + 30 * DAY_MS), Ok(vec![check]));
    change(&mut ledger, |tx| tx.set_remember_days(2, None, NOW_MS).unwrap());
    assert_eq!(ledger.checks_due(NOW_MS + 2 * DAY_MS - 1), Ok(vec![]));
    assert_eq!(ledger.checks_due(NOW_MS + 2 * DAY_MS), Ok(vec![check]));
    change(&mut ledger, |tx| tx.set_remember_days(0, None, NOW_MS).unwrap());
    assert_eq!(ledger.checks_due(NOW_MS), Ok(vec![check]));
}

#[test]
fn a_clock_that_is_set_back_neither_erases_early_nor_keeps_for_ever() {
    let place = Place::new();
    let (mut ledger, check) = remembering(&place, 30);
    // For a while the clock says 1970, as one does that lost its battery.
    tick(&mut ledger, 1_000);
    assert_eq!(ledger.checks_due(2_000), Ok(vec![]));
    assert_eq!(ledger.checks_due(NOW_MS + DAY_MS), Ok(vec![]));
    assert_eq!(ledger.checks_due(NOW_MS + 31 * DAY_MS), Ok(vec![check]));

    // Another was asked while the clock was ten years ahead.
    let ahead_ms = NOW_MS + 3650 * DAY_MS;
    let other = Place::new();
    let mut ledger = other.create();
    change(&mut ledger, |tx| tx.set_remember_days(30, None, ahead_ms).unwrap());
    let check = change(&mut ledger, |tx| tx.remember_check(&asked(&[telling(3)]), ahead_ms));
    let check = check.unwrap().unwrap();
    for day in 0..30 {
        tick(&mut ledger, NOW_MS + day * DAY_MS);
        assert_eq!(ledger.checks_due(NOW_MS + day * DAY_MS), Ok(vec![]), "day {day}");
    }
    assert_eq!(ledger.checks_due(NOW_MS + 30 * DAY_MS), Ok(vec![check]));

    // And one while the clock said 1970, after it had been right.
    let third = Place::new();
    let mut ledger = third.create();
    change(&mut ledger, |tx| tx.set_remember_days(30, None, NOW_MS).unwrap());
    change(&mut ledger, |tx| tx.remember_check(&asked(&[telling(4)]), 1_000)).unwrap();
    assert_eq!(ledger.checks_due(NOW_MS + DAY_MS), Ok(vec![]));
    assert_eq!(ledger.checks_due(NOW_MS + 31 * DAY_MS).unwrap().len(), 1);
}

/// Case B's new item matches item 1 of case A, and something that was asked about.
fn alerted(place: &Place) -> (Ledger, [CaseId; 2], [ItemId; 2], [AlertId; 2]) {
    let (mut ledger, check) = remembering(place, 30);
    let (cases, items, alerts) = change(&mut ledger, |tx| {
        let (a, first) = tx.case_and_report("A");
        let (b, second) = tx.case_and_report("B");
        let (old, new) = (tx.add(first, 1).item(), tx.add(second, 2).item());
        tx.add_match(&copy(new, old, 12), NOW_MS).unwrap();
        let raise =
            |tx: &mut Tx<'_>, source| tx.raise_alert(&alert(new, b, source), NOW_MS + 5).unwrap();
        let by_case = raise(tx, AlertSource::Case(old, a));
        let by_check = raise(tx, AlertSource::Checks(check, 3));
        let stranger = tx.raise_alert(&alert(old, b, AlertSource::Case(old, a)), NOW_MS);
        assert_eq!(stranger, Err(LedgerError::NoSuchItem), "the case does not hold it");
        ([a, b], [old, new], [by_case, by_check])
    });
    (ledger, cases, items, alerts)
}

fn alert(item: ItemId, case: CaseId, source: AlertSource) -> NewAlert<'static> {
    NewAlert {
        item,
        case,
        source,
        relation: "copy",
        via: "pdq",
        distance: 12,
        false_alarm_rate: 1e-6,
        false_alarm_pairs: 1000,
    }
}

fn ids(ledger: &Ledger, question: AlertQuestion) -> Vec<AlertId> {
    ledger.alerts(&question).unwrap().into_iter().map(|row| row.id).collect()
}

#[test]
fn alerts_are_told_with_both_sides_and_are_found_by_either_case() {
    let place = Place::new();
    let (ledger, [a, b], _, [by_case, by_check]) = alerted(&place);
    let all = ledger.alerts(&AlertQuestion::default()).unwrap();
    assert_eq!((all[0].id, all[0].case.as_str(), all[0].sha256), (by_case, "B", sha256(2)));
    assert_eq!((all[0].other_case.as_deref(), all[0].other_sha256), (Some("A"), Some(sha256(1))));
    assert_eq!((all[1].asked_at_ms, all[1].asked_by.as_deref()), (Some(NOW_MS), Some("desk-4")));
    let of = |case| ids(&ledger, AlertQuestion { case: Some(case), since_ms: None });
    assert_eq!((of(a), of(b)), (vec![by_case], vec![by_case, by_check]));
    let since = |at_ms| ids(&ledger, AlertQuestion { case: None, since_ms: Some(at_ms) });
    assert_eq!((since(NOW_MS + 5).len(), since(NOW_MS + 6).len()), (2, 0));
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn an_alert_is_open_until_somebody_says_otherwise_and_each_step_is_an_event() {
    let place = Place::new();
    let (mut ledger, _, _, [alert, _]) = alerted(&place);
    assert_eq!(ledger.alert_state(alert), Ok(AlertState::Open));
    let mut set = |state, reason| {
        ledger.write(|tx| tx.set_alert_state(alert, state, reason, Some("officer 12"), NOW_MS + 9))
    };
    assert_eq!(set(AlertState::Open, Some("x")), Err(LedgerError::AlertStands));
    assert_eq!(set(AlertState::Seen, None), Ok(AlertState::Open));
    assert_eq!(set(AlertState::Closed, None), Err(LedgerError::TextEmpty));
    assert_eq!(set(AlertState::Closed, Some("told the desk")), Ok(AlertState::Seen));
    assert_eq!(set(AlertState::Open, Some(" ")), Err(LedgerError::TextEmpty));
    let row = &ledger.alerts(&AlertQuestion::default()).unwrap()[0];
    assert_eq!((row.state, row.reason.as_deref()), (AlertState::Closed, Some("told the desk")));
    assert_eq!((row.actor.as_deref(), row.state_at_ms), (Some("officer 12"), Some(NOW_MS + 9)));
    let none = ledger
        .write(|tx| tx.set_alert_state(AlertId(1), AlertState::Seen, None, None, NOW_MS).map(drop));
    assert_eq!(none, Err(LedgerError::NoSuchAlert));
    assert_eq!(ledger.verify().unwrap().fault, None);
    drop(ledger);
    place.forge("UPDATE alert_states SET actor = 'officer 13' WHERE state = 'closed'");
    let fault = Ledger::open(&place.file, NOW_MS).unwrap().verify().unwrap().fault;
    assert!(matches!(fault, Some(Fault::RecordChanged { table: "alert_states", .. })));
}

#[test]
fn a_rejected_link_shows_in_its_alert() {
    let place = Place::new();
    let (mut ledger, _, [old, new], _) = alerted(&place);
    let no = decision(LinkPair::Items(new, old), false);
    change(&mut ledger, |tx| tx.decide(&no, NOW_MS).unwrap());
    let links = ledger.alerts(&AlertQuestion::default()).unwrap().into_iter().map(|row| row.link);
    assert!(links.eq([LinkState::Rejected, LinkState::Unreviewed]));
}

#[test]
fn what_is_taken_back_takes_its_alerts_along_whichever_side_it_is() {
    for (what, left) in [(0, vec![1]), (1, vec![]), (2, vec![1]), (3, vec![]), (4, vec![0])] {
        let place = Place::new();
        let (mut ledger, [a, b], [old, new], alerts) = alerted(&place);
        change(&mut ledger, |tx| tx.set_alert_state(alerts[0], AlertState::Seen, None, None, 0))
            .unwrap();
        let check = match ledger.alerts(&AlertQuestion::default()).unwrap()[1].source {
            AlertSource::Checks(check, 3) => check,
            other => panic!("{other:?}"),
        };
        let targets = [
            Withdrawal::Item(old),
            Withdrawal::Item(new),
            Withdrawal::Case(a),
            Withdrawal::Case(b),
            Withdrawal::Check(check),
        ];
        change(&mut ledger, |tx| tx.withdraw(targets[what], &ASKED, NOW_MS).unwrap());
        let left: Vec<_> = left.into_iter().map(|at: usize| alerts[at]).collect();
        assert_eq!(ids(&ledger, AlertQuestion::default()), left, "{:?}", targets[what]);
        assert_eq!(ledger.verify().unwrap().fault, None);
    }
}

#[test]
fn a_report_that_is_taken_back_takes_the_alert_of_its_case_along() {
    let place = Place::new();
    let (mut ledger, _, [old, _], _) = alerted(&place);
    let (report, holding) = change(&mut ledger, |tx| {
        let (_, elsewhere) = tx.case_and_report("C");
        tx.add_known_item(elsewhere, old, NOW_MS).unwrap();
        (ReportId(tx.case_reports(CaseId(4)).unwrap()[0].id.0), old)
    });
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Report(report), &ASKED, NOW_MS).unwrap());
    assert!(ledger.item(holding).unwrap().is_some(), "another case has it");
    assert_eq!(ids(&ledger, AlertQuestion::default()).len(), 1);
}

#[test]
fn a_check_goes_with_what_it_asked_about_and_its_end_leaves_the_alert() {
    let place = Place::new();
    let (mut ledger, _, [_, new], _) = alerted(&place);
    let check = CheckId(3);
    let going = change(&mut ledger, |tx| tx.items_going(Withdrawal::Item(new)).unwrap());
    assert_eq!(going, [new]);
    change(&mut ledger, |tx| tx.forget_checks(&[check], NOW_MS + 90 * DAY_MS).unwrap());
    let rows = ledger.alerts(&AlertQuestion::default()).unwrap();
    assert_eq!((rows[1].asked_at_ms, rows[1].asked_by.as_deref()), (Some(NOW_MS), None));

    let other = Place::new();
    let (mut ledger, _, [_, new], _) = alerted(&other);
    let gone = change(&mut ledger, |tx| {
        tx.withdraw_with(Withdrawal::Item(new), &[check, CheckId(99)], &ASKED, NOW_MS).unwrap()
    });
    assert_eq!((gone.items, gone.checks, gone.alerts), (1, 1, 2));
    assert_eq!(ledger.scrub(u64::MAX), Ok(Scrubbed::Pages));
    assert!(!holds(&other, &telling(1)));
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn an_alert_of_many_cases_is_found_by_each_of_them() {
    let place = Place::new();
    let mut ledger = place.create();
    let (olds, stranger) = change(&mut ledger, |tx| {
        let olds: Vec<_> = (0..3).map(|n| tx.case_and_report(&format!("old {n}"))).collect();
        let first = tx.add(olds[0].1, 1).item();
        tx.add(olds[1].1, 1);
        let other = tx.add(olds[2].1, 2).item();
        let (new_case, report) = tx.case_and_report("new");
        let new = tx.add(report, 3).item();
        tx.add_match(&copy(new, first, 1), NOW_MS).unwrap();
        tx.add_match(&copy(new, other, 2), NOW_MS).unwrap();
        let source = AlertSource::Cases(first, 3);
        tx.raise_alert(&alert(new, new_case, source), NOW_MS).unwrap();
        (olds, tx.case_and_report("stranger").0)
    });
    let of = |case| ids(&ledger, AlertQuestion { case: Some(case), since_ms: None }).len();
    assert!(olds.iter().all(|(case, _)| of(*case) == 1));
    assert_eq!(of(stranger), 0);
}

#[test]
fn what_is_marked_harmless_and_its_copies_tie_nothing_until_somebody_confirms_it() {
    let place = Place::new();
    let (mut ledger, _, [old, new], _) = alerted(&place);
    let (third, part_of) = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("C");
        let (third, part_of) = (tx.add(report, 7).item(), tx.add(report, 8).item());
        tx.add_match(&copy(third, new, 3), NOW_MS).unwrap();
        tx.add_match(&NewMatch { ordinal: 0, ..part(part_of, old) }, NOW_MS).unwrap();
        (third, part_of)
    });
    let states = |ledger: &Ledger| -> Vec<LinkState> {
        ledger.links(None).unwrap().iter().map(|link| link.state).collect()
    };
    assert_eq!(states(&ledger), [LinkState::Unreviewed; 3]);
    change(&mut ledger, |tx| {
        assert_eq!(tx.mark_benign(old, " ", None, NOW_MS), Err(LedgerError::TextEmpty));
        assert_eq!(tx.mark_benign(ItemId(1), "x", None, NOW_MS), Err(LedgerError::NoSuchItem));
        tx.mark_benign(old, "a logo", Some("head"), NOW_MS).unwrap();
        assert_eq!(tx.mark_benign(old, "x", None, NOW_MS), Err(LedgerError::AlreadyBenign));
    });
    assert_eq!(ledger.harmless_note(new), Ok(Some("a logo".into())), "it is a copy");
    assert_eq!((ledger.harmless_note(part_of), ledger.harmless_note(third)), (Ok(None), Ok(None)));
    assert_eq!(ledger.items_aside().unwrap().into_iter().collect::<Vec<_>>(), [old, new]);
    // The view says what the decisions say, link by link.
    assert_eq!(states(&ledger), [LinkState::Harmless; 3]);
    for (a, b) in [(new, old), (third, new), (part_of, old)] {
        assert_eq!(ledger.link_state(LinkPair::Items(a, b)), Ok(LinkState::Harmless));
    }
    assert!(ledger.cases().unwrap().iter().all(|case| case.links == 0));
    let yes = decision(LinkPair::Items(new, old), true);
    change(&mut ledger, |tx| tx.decide(&yes, NOW_MS).unwrap());
    assert_eq!(ledger.link_state(LinkPair::Items(new, old)), Ok(LinkState::Confirmed));
    assert_eq!(ledger.verify().unwrap().fault, None);

    change(&mut ledger, |tx| {
        assert_eq!(tx.unmark_benign(new, None, NOW_MS), Err(LedgerError::NotBenign));
        tx.unmark_benign(old, None, NOW_MS).unwrap();
        assert!(tx.benign().unwrap().is_empty() && !states(tx).contains(&LinkState::Harmless));
        tx.mark_benign(old, "a logo", None, NOW_MS).unwrap();
    });
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Item(old), &ASKED, NOW_MS).unwrap());
    assert!(ledger.benign().unwrap().is_empty() && ledger.items_aside().unwrap().is_empty());
    assert_eq!(ledger.verify().unwrap().fault, None);
}
