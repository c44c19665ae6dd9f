//! What goes in comes out, once.

use super::*;

#[test]
fn a_report_comes_out_as_it_went_in() {
    let place = Place::new();
    let mut ledger = place.create();
    let low = NewCode { ordinal: 1, searchable: false, second: None, ..pdq(5, false) };
    let (case, report, item) = change(&mut ledger, |tx| {
        let (case, report) = tx.case_and_report("Fall 7/é");
        let added = tx.add_item(report, &picture(4, &[pdq(4, true), low]), NOW_MS + 1).unwrap();
        tx.refuse(report, &Refusal { sha256: None, bytes: None, kind: "unreadable" }, NOW_MS + 2)
            .unwrap();
        (case, report, added.item())
    });

    drop(ledger);
    let ledger = Ledger::open(&place.file).unwrap();
    let row = ledger.case_by_name("Fall 7/é").unwrap().unwrap();
    assert_eq!((row.id, row.opened_at_ms), (case, NOW_MS));
    assert_eq!(ledger.case_by_name("Fall 7").unwrap(), None);

    let reports = ledger.case_reports(case).unwrap();
    assert_eq!((reports.len(), reports[0].id, reports[0].closing), (1, report, None));
    assert_eq!(
        (reports[0].channel.as_deref(), reports[0].unit.as_deref()),
        (Some("hotline"), None)
    );

    let stored = ledger.item_by_sha256(&sha256(4)).unwrap().unwrap();
    let expected = ItemRow {
        id: item,
        sha256: sha256(4),
        md5: [4; 16],
        kind: "image".to_owned(),
        format: "jpeg".to_owned(),
        bytes: 1_004,
        width: 640,
        height: 480,
        quality: 100,
        added_at_ms: NOW_MS + 1,
    };
    assert_eq!(stored, expected);
    assert_eq!(ledger.case_items(case).unwrap(), [expected]);
    assert_eq!(ledger.cases_of_item(item).unwrap(), [row]);

    let codes = ledger.codes_of_item(item).unwrap();
    assert_eq!((codes[0].code, codes[0].searchable), (code(4), true));
    assert_eq!(codes[0].second.as_deref(), Some(b"12345678".as_slice()));
    assert_eq!((codes[1].code, codes[1].searchable), (code(5), false));
    assert!(ledger.code(codes[1].id).unwrap() == Some(codes[1].clone()));

    let refusals = ledger.case_refusals(case).unwrap();
    assert_eq!((refusals.len(), refusals[0].kind.as_str()), (1, "unreadable"));
    assert_eq!((refusals[0].report, refusals[0].refused_at_ms), (report, NOW_MS + 2));
}

#[test]
fn the_same_content_is_kept_once_and_belongs_to_every_case_it_came_to() {
    let place = Place::new();
    let mut ledger = place.create();
    change(&mut ledger, |tx| {
        let (one, first) = tx.case_and_report("one");
        let (two, second) = tx.case_and_report("two");
        let again = tx.open_report(one, &NewReport::default(), NOW_MS).unwrap();
        let Added::New(item) = tx.add(first, 1) else { panic!("not new") };
        assert_eq!(tx.add(second, 1), Added::Known(item));
        let before = tx.last_seq().unwrap();
        assert_eq!(tx.add(again, 1), Added::AlreadyInCase(item));
        assert_eq!(tx.add(second, 1), Added::AlreadyInCase(item));
        assert_eq!(tx.last_seq().unwrap(), before, "nothing was written");
        let cases: Vec<_> = tx.cases_of_item(item).unwrap().iter().map(|case| case.id).collect();
        assert_eq!(cases, [one, two]);
    });
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn refusals_and_matches_are_kept_once() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    change(&mut ledger, |tx| {
        let one = tx.case_by_name("case one").unwrap().unwrap().id;
        let two = tx.case_by_name("case two").unwrap().unwrap().id;
        let again = tx.open_report(one, &NewReport::default(), NOW_MS).unwrap();
        let other = tx.open_report(two, &NewReport::default(), NOW_MS).unwrap();
        let refusal = Refusal { sha256: Some(sha256(9)), bytes: None, kind: "limit" };
        let before = tx.last_seq().unwrap();
        tx.refuse(again, &refusal, NOW_MS).unwrap();
        tx.add_match(&copy(query, stored, 30), NOW_MS).unwrap();
        assert_eq!(tx.last_seq().unwrap(), before, "nothing was written");
        tx.refuse(other, &refusal, NOW_MS).unwrap();
        let nameless = Refusal { sha256: None, ..refusal };
        tx.refuse(again, &nameless, NOW_MS).unwrap();
        tx.refuse(again, &nameless, NOW_MS).unwrap();
        assert_eq!(tx.case_refusals(one).unwrap().len(), 3);
        assert_eq!(tx.case_refusals(two).unwrap().len(), 1);
    });
    let matches = ledger.matches_of_item(stored).unwrap();
    assert_eq!(matches, ledger.matches_of_item(query).unwrap());
    assert_eq!((matches.len(), matches[0].evidence.distance), (1, 12));
    assert_eq!((matches[0].query, matches[0].stored), (query, stored));
}

#[test]
fn the_list_of_cases_gives_their_sums() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    change(&mut ledger, |tx| tx.open_case("empty", NOW_MS + 5).unwrap());
    let sums: Vec<_> = ledger
        .cases()
        .unwrap()
        .into_iter()
        .map(|case| (case.name, case.reports, case.items, case.refusals, case.links))
        .collect();
    let expected = [("case one", 1, 1, 1, 1), ("case two", 1, 1, 0, 1), ("empty", 0, 0, 0, 0)];
    assert_eq!(sums, expected.map(|(name, r, i, f, l)| (name.to_owned(), r, i, f, l)));
}

#[test]
fn what_does_not_exist_or_is_closed_takes_nothing() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    change(&mut ledger, |tx| {
        let closed = tx.case_by_name("case one").unwrap().unwrap();
        let closed = tx.case_reports(closed.id).unwrap()[0].id;
        let before = tx.last_seq().unwrap();
        let item = picture(50, &[]);
        let refusal = Refusal { sha256: None, bytes: None, kind: "corrupt" };
        let close = ReportClose { complete: true, added: 0, known: 0, refused: 0 };
        for (report, error) in
            [(closed, LedgerError::ReportClosed), (ReportId(999), LedgerError::NoSuchReport)]
        {
            assert_eq!(tx.add_item(report, &item, NOW_MS), Err(error));
            assert_eq!(tx.refuse(report, &refusal, NOW_MS), Err(error));
            assert_eq!(tx.close_report(report, &close, NOW_MS), Err(error));
        }
        let report = NewReport::default();
        assert_eq!(tx.open_report(CaseId(999), &report, NOW_MS), Err(LedgerError::NoSuchCase));
        assert_eq!(tx.open_case("case one", NOW_MS), Err(LedgerError::CaseExists));
        let absent = copy(query, ItemId(999), 1);
        assert_eq!(tx.add_match(&absent, NOW_MS), Err(LedgerError::NoSuchItem));
        let own = copy(stored, stored, 0);
        assert_eq!(tx.add_match(&own, NOW_MS), Err(LedgerError::SelfMatch));
        assert_eq!(tx.last_seq().unwrap(), before, "nothing was written");
    });
}

#[test]
fn a_case_is_named_by_1_to_128_bytes_without_control_characters() {
    let place = Place::new();
    let mut ledger = place.create();
    change(&mut ledger, |tx| {
        let mut open = |name: &str| tx.open_case(name, NOW_MS);
        assert_eq!(open(""), Err(LedgerError::CaseNameLength { bytes: 0 }));
        let long = "é".repeat(65);
        assert_eq!(open(&long), Err(LedgerError::CaseNameLength { bytes: 130 }));
        assert_eq!(open("a\nb"), Err(LedgerError::CaseNameControl { offset: 1 }));
        assert_eq!(open("é\u{85}"), Err(LedgerError::CaseNameControl { offset: 2 }));
        assert!(open(&long[..128]).is_ok());
    });
}

#[test]
fn a_change_that_fails_leaves_nothing_behind() {
    let place = Place::new();
    let mut ledger = place.create();
    let before = ledger.last_seq().unwrap();
    let failed = ledger.write(|tx| {
        tx.case_and_report("case");
        Err::<(), _>(LedgerError::Entropy)
    });
    assert_eq!(failed, Err(LedgerError::Entropy));
    assert_eq!(ledger.case_by_name("case").unwrap(), None);
    assert_eq!(ledger.last_seq().unwrap(), before);

    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        change(&mut ledger, |tx| {
            tx.case_and_report("case");
            panic!("as if by a bug in the caller");
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(ledger.last_seq().unwrap(), before);
}

#[test]
fn a_step_that_broke_off_halfway_cannot_be_committed() {
    let place = Place::new();
    let mut ledger = place.create();
    let outcome = ledger.write(|tx| {
        let (_, report) = tx.case_and_report("case");
        // Two codes of one number: the item's row is written before this shows.
        let twice = [pdq(1, true), pdq(2, true)];
        let item = picture(1, &twice);
        assert_eq!(tx.add_item(report, &item, NOW_MS), Err(LedgerError::DuplicateCode));
        assert_eq!(tx.open_case("another", NOW_MS), Err(LedgerError::Aborted));
        Ok::<_, LedgerError>(())
    });
    assert_eq!(outcome, Err(LedgerError::Aborted));
    assert!(ledger.cases().unwrap().is_empty());
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn numbers_out_of_range_are_refused() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    let good = NewMatch { via: "landmark", ..copy(query, stored, 256) };
    for bad in [
        NewMatch { distance: 257, ..good },
        NewMatch { radius: 257, ..good },
        NewMatch { false_alarm_rate: f64::NAN, ..good },
        NewMatch { false_alarm_rate: -1e-300, ..good },
        NewMatch { false_alarm_rate: 1.5, ..good },
    ] {
        let refused = ledger.write(|tx| tx.add_match(&bad, NOW_MS));
        assert_eq!(refused, Err(LedgerError::OutOfRange), "{bad:?}");
    }
    for rate in [0.0, -0.0, 1.0, f64::MIN_POSITIVE, 0.1] {
        let via = format!("rate {rate:e}");
        let exact = NewMatch { false_alarm_rate: rate, via: &via, ..good };
        ledger.write(|tx| tx.add_match(&exact, NOW_MS)).unwrap();
        let kept = ledger.matches_of_item(query).unwrap().pop().unwrap();
        assert_eq!(kept.evidence.false_alarm_rate, rate);
    }
    let huge = NewItem { bytes: u64::MAX, ..picture(77, &[]) };
    let refused = ledger.write(|tx| {
        let (_, report) = tx.case_and_report("huge");
        tx.add_item(report, &huge, NOW_MS)
    });
    assert_eq!(refused, Err(LedgerError::OutOfRange));
    assert!(ledger.verify().unwrap().is_sound());
}

#[test]
fn an_event_holds_nothing_that_may_have_to_be_erased() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    let conn = place.raw();
    let mut statement = conn.prepare("SELECT kind, details FROM events ORDER BY seq").unwrap();
    let events: Vec<(String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let expected = [
        ("ledger_created", r#"{"program":"athar test","schema":1}"#),
        ("case_opened", "{}"),
        ("report_opened", "{}"),
        ("case_opened", "{}"),
        ("report_opened", "{}"),
        ("item_added", r#"{"codes":1,"searchable":1}"#),
        ("item_reported", "{}"),
        ("item_added", r#"{"codes":1,"searchable":1}"#),
        ("item_reported", "{}"),
        ("match_found", r#"{"distance":12,"radius":31,"relation":"copy","via":"pdq"}"#),
        ("file_refused", r#"{"reason":"corrupt"}"#),
        ("report_closed", r#"{"added":1,"complete":true,"known":0,"refused":1}"#),
        (
            "check_made",
            r#"{"inputs":3,"matched":1,"program":"athar test","radius":31,"scheme":"pdq","unreadable":0,"version":1}"#,
        ),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(k, d)| (k.to_owned(), d.to_owned())).collect();
    assert_eq!(events, expected);
}
