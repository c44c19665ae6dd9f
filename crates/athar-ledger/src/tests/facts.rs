//! Facts of cases, handles and decisions.

use super::*;

fn one_case(ledger: &mut Ledger) -> CaseId {
    change(ledger, |tx| tx.open_case("case", NOW_MS).unwrap())
}

#[test]
fn the_last_facts_stand_and_the_earlier_ones_stay() {
    let place = Place::new();
    let mut ledger = place.create();
    let case = one_case(&mut ledger);
    assert_eq!(ledger.case_facts(case), Ok(CaseFacts::default()));
    let later = CaseFacts { urgency: Some("low".into()), suspect: None, ..facts() };
    for facts in [&facts(), &later, &later] {
        change(&mut ledger, |tx| tx.describe_case(case, facts, NOW_MS).unwrap());
    }
    assert_eq!(ledger.case_facts(case), Ok(later));
    assert_eq!(ledger.last_seq(), Ok(4), "what stands already is not written again");
    assert_eq!(ledger.case_briefs().unwrap()[0].urgency.as_deref(), Some("low"));
}

#[test]
fn facts_that_cannot_be_are_refused_and_leave_nothing() {
    let place = Place::new();
    let mut ledger = place.create();
    let case = one_case(&mut ledger);
    let line = |text: &str| CaseFacts { unit: Some(text.into()), ..CaseFacts::default() };
    for (wrong, error) in [
        (line(&"x".repeat(1025)), LedgerError::TextLength { bytes: 1025, most: 1024 }),
        (line("a\u{1b}[2J"), LedgerError::TextControl { offset: 1 }),
        (
            CaseFacts { urgency: Some("very".into()), ..CaseFacts::default() },
            LedgerError::OutOfRange,
        ),
        (
            CaseFacts { note: Some("x".repeat(70_000)), ..CaseFacts::default() },
            LedgerError::TextLength { bytes: 70_000, most: 65_536 },
        ),
    ] {
        let refused = ledger.write(|tx| tx.describe_case(case, &wrong, NOW_MS));
        assert_eq!(refused, Err(error));
    }
    let nobody = ledger.write(|tx| tx.describe_case(CaseId(99), &facts(), NOW_MS));
    assert_eq!(nobody, Err(LedgerError::NoSuchCase));
    assert_eq!(ledger.last_seq(), Ok(2));
}

#[test]
fn when_a_report_was_received_is_said_once_and_while_it_is_open() {
    let place = Place::new();
    let mut ledger = place.create();
    let (case, report) = change(&mut ledger, |tx| tx.case_and_report("case"));
    change(&mut ledger, |tx| tx.report_received(report, 7, NOW_MS).unwrap());
    change(&mut ledger, |tx| tx.report_received(report, 8, NOW_MS).unwrap());
    assert_eq!(ledger.receipts(case), Ok(vec![(report, 7)]));
    let close = ReportClose { complete: true, added: 0, known: 0, refused: 0 };
    change(&mut ledger, |tx| tx.close_report(report, &close, NOW_MS).unwrap());
    let late = ledger.write(|tx| tx.report_received(report, 9, NOW_MS));
    assert_eq!(late, Err(LedgerError::ReportClosed));
}

#[test]
fn a_handle_is_kept_once_and_can_be_taken_away_and_given_again() {
    let place = Place::new();
    let mut ledger = place.create();
    let case = one_case(&mut ledger);
    let add = |ledger: &mut Ledger| change(ledger, |tx| tx.add_handle(case, &ACCOUNT, NOW_MS));
    assert_eq!((add(&mut ledger), add(&mut ledger)), (Ok(true), Ok(false)));
    assert_eq!(ledger.handles(case).unwrap()[0].value, "x.y_z");
    change(&mut ledger, |tx| tx.remove_handle(case, &ACCOUNT, NOW_MS).unwrap());
    assert_eq!(ledger.handles(case), Ok(vec![]));
    let again = ledger.write(|tx| tx.remove_handle(case, &ACCOUNT, NOW_MS));
    assert_eq!(again, Err(LedgerError::NoSuchHandle));
    assert_eq!(add(&mut ledger), Ok(true));
    assert_eq!(ledger.handles(case).unwrap().len(), 1);
    let empty = NewHandle { value: "", ..ACCOUNT };
    let refused = ledger.write(|tx| tx.add_handle(case, &empty, NOW_MS));
    assert_eq!(refused, Err(LedgerError::TextEmpty));
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn the_last_decision_on_a_pair_stands_whichever_side_is_named_first() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let (one, other) = (LinkPair::Items(query, stored), LinkPair::Items(stored, query));
    let linked = |ledger: &Ledger| ledger.cases().unwrap()[0].links;
    assert_eq!((ledger.link_state(one), linked(&ledger)), (Ok(LinkState::Unreviewed), 1));
    for (pair, confirmed, state, links) in [
        (one, false, LinkState::Rejected, 0),
        (other, true, LinkState::Confirmed, 1),
        (other, false, LinkState::Rejected, 0),
    ] {
        change(&mut ledger, |tx| tx.decide(&decision(pair, confirmed), NOW_MS).unwrap());
        assert_eq!((ledger.link_state(one), linked(&ledger)), (Ok(state), links));
        assert_eq!(ledger.link_state(other), Ok(state));
        assert_eq!(ledger.links(None).unwrap()[0].state, state);
    }
    let all = ledger.decisions().unwrap();
    assert_eq!((all.len(), all[0].reason.as_str()), (3, "looked at both"));
    // The same match found again changes nothing.
    change(&mut ledger, |tx| tx.add_match(&copy(query, stored, 12), NOW_MS).unwrap());
    assert_eq!(ledger.link_state(one), Ok(LinkState::Rejected));
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn a_file_that_three_cases_hold_is_decided_for_two_of_them() {
    let place = Place::new();
    let mut ledger = place.create();
    let (item, cases) = change(&mut ledger, |tx| {
        let opened = ["a", "b", "c"].map(|name| tx.case_and_report(name));
        let item = opened.map(|(_, report)| tx.add(report, 1).item())[0];
        (item, opened.map(|(case, _)| case))
    });
    let pair = LinkPair::Cases(item, cases[2], cases[0]);
    change(&mut ledger, |tx| tx.decide(&decision(pair, false), NOW_MS).unwrap());
    let states: Vec<_> = ledger.links(None).unwrap().iter().map(|link| link.state).collect();
    assert_eq!(states, [LinkState::Unreviewed, LinkState::Rejected, LinkState::Unreviewed]);
    let summaries = ledger.cases().unwrap();
    let linked: Vec<_> = summaries.iter().map(|case| case.links).collect();
    assert_eq!(linked, [1, 2, 1]);
    for summary in summaries {
        assert_eq!(ledger.case_summary(summary.id), Ok(Some(summary)));
    }
}

#[test]
fn what_is_not_tied_is_not_decided() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let (case, item) = change(&mut ledger, |tx| {
        let (case, report) = tx.case_and_report("three");
        (case, tx.add(report, 30).item())
    });
    let other = ledger.case_by_name("case one").unwrap().unwrap().id;
    for pair in [
        LinkPair::Items(query, item),
        LinkPair::Items(query, query),
        LinkPair::Cases(item, case, other),
        LinkPair::Cases(item, case, case),
    ] {
        let refused = ledger.write(|tx| tx.decide(&decision(pair, true), NOW_MS));
        assert_eq!(refused, Err(LedgerError::NoSuchLink), "{pair:?}");
    }
    let without = NewDecision { reason: " ", ..decision(LinkPair::Items(query, stored), true) };
    let refused = ledger.write(|tx| tx.decide(&without, NOW_MS));
    assert_eq!(refused, Err(LedgerError::TextEmpty));
    assert_eq!(ledger.decisions(), Ok(vec![]));
}

#[test]
fn everything_that_ties_is_told_once_in_its_order() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    change(&mut ledger, |tx| {
        for case in [4, 2].map(CaseId) {
            tx.add_handle(case, &ACCOUNT, NOW_MS).unwrap();
        }
    });
    let mut holdings = vec![];
    ledger.for_each_holding(|item, case, seq| holdings.push((item, case, seq))).unwrap();
    assert_eq!(holdings, [(stored, CaseId(2), 7), (query, CaseId(4), 9)]);
    let mut matched = vec![];
    ledger.for_each_matched(|query, stored, seq| matched.push((query, stored, seq))).unwrap();
    assert_eq!(matched, [(query, stored, 10)], "the second way of the same match is left out");
    let mut handles = vec![];
    let push = |key: [&str; 3], case, seq| handles.push((key.map(str::to_owned), case, seq));
    ledger.for_each_handle(push).unwrap();
    let key = ["account", "instagram", "x.y_z"].map(str::to_owned);
    assert_eq!(handles, [(key.clone(), CaseId(2), 16), (key, CaseId(4), 15)]);
    let (evidence, from, to) = ledger.match_at(10).unwrap().unwrap();
    assert_eq!((evidence.distance, from, to), (12, query, stored));
    assert_eq!(ledger.sha256_of(query), Ok(Some(sha256(2))));
    assert_eq!(ledger.first_event_since(NOW_MS + 1), Ok(None));
}

#[test]
fn where_a_file_comes_from_is_told_once_for_each_way() {
    let place = Place::new();
    let mut ledger = place.create();
    let (case, report, item) = change(&mut ledger, |tx| {
        let (case, report) = tx.case_and_report("case");
        (case, report, tx.add(report, 1).item())
    });
    let other = Provenance { sender: None, time: None, ..told() };
    for (told, is_new) in [(told(), true), (other.clone(), true), (told(), false), (other, false)] {
        let kept =
            change(&mut ledger, |tx| tx.tell_provenance(report, item, &told, NOW_MS).unwrap());
        assert_eq!(kept, is_new);
    }
    let rows = ledger.provenance(case).unwrap();
    assert_eq!((rows.len(), rows[0].item, rows[0].report), (2, item, report));
    assert_eq!(rows[0].provenance, told());
    assert!(!format!("{rows:?}").contains("ina"), "it is in no log");
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn provenance_that_cannot_be_is_refused() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let tell = |ledger: &mut Ledger, report, item, told: &Provenance| {
        ledger.write(|tx| tx.tell_provenance(ReportId(report), item, told, NOW_MS))
    };
    let named = |name: String| Provenance { name: Some(name), ..told() };
    let time = |zone: &str| ProvenanceTime { at_ms: 1, zone: zone.into(), moment: "sent".into() };
    let timed = Provenance { time: Some(time("mars")), ..told() };
    for (report, item, told, error) in [
        (3, stored, told(), LedgerError::ReportClosed),
        (99, stored, told(), LedgerError::NoSuchReport),
        (5, stored, told(), LedgerError::NoSuchItem),
        (5, query, named("a\nb".into()), LedgerError::TextControl { offset: 1 }),
        (5, query, named("x".repeat(1025)), LedgerError::TextLength { bytes: 1025, most: 1024 }),
        (5, query, timed, LedgerError::OutOfRange),
    ] {
        assert_eq!(tell(&mut ledger, report, item, &told), Err(error));
    }
    assert_eq!(ledger.last_seq(), Ok(14));
}
