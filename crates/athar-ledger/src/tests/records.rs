//! What goes in comes out, once.

use super::*;

#[test]
fn a_report_comes_out_as_it_went_in() {
    let place = Place::new();
    let mut ledger = place.create();
    let low = NewCodes { ordinal: 1, searchable: false, second: None, ..pdq(5, false) };
    let (case, report, item) = change(&mut ledger, |tx| {
        let (case, report) = tx.case_and_report("Fall 7/é");
        let added = tx.add_item(report, &picture(4, &[pdq(4, true), low]), NOW_MS + 1).unwrap();
        tx.refuse(report, &Refusal { sha256: None, bytes: None, kind: "unreadable" }, NOW_MS + 2)
            .unwrap();
        (case, report, added.item())
    });

    drop(ledger);
    let ledger = Ledger::open(&place.file, NOW_MS).unwrap();
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

    let rows = ledger.codes_of_item(item).unwrap();
    assert!(rows[0].codes == [code(4)] && rows[0].searchable);
    assert_eq!(rows[0].second.as_deref(), Some(b"12345678".as_slice()));
    assert!(rows[1].codes == [code(5)] && !rows[1].searchable);
    assert!(ledger.codes(rows[1].id).unwrap() == Some(rows[1].clone()));

    let refusals = ledger.case_refusals(case).unwrap();
    assert_eq!((refusals.len(), refusals[0].kind.as_str()), (1, "unreadable"));
    assert_eq!((refusals[0].report, refusals[0].refused_at_ms), (report, NOW_MS + 2));
}

#[test]
fn an_item_is_found_by_the_first_digits_of_its_digest() {
    let place = Place::new();
    let mut ledger = place.create();
    ledger
        .write(|tx| {
            let (_, report) = tx.case_and_report("one");
            (1..=3).for_each(|n| _ = tx.add(report, n));
            Ok::<_, LedgerError>(())
        })
        .unwrap();
    let found = |digits: &str, limit| {
        let items = ledger.items_by_prefix(digits, limit).unwrap();
        items.iter().map(|item| item.sha256).collect::<Vec<_>>()
    };
    assert_eq!(found("00000002", 2), [sha256(2)]);
    assert_eq!(found("000000025a", 2), [sha256(2)]);
    assert_eq!(found("0000000", 2), [sha256(1), sha256(2)]);
    assert_eq!(found("0000000", 9).len(), 3);
    assert_eq!(found("00000004", 2), [[0; 32]; 0]);
    assert_eq!(found("ff", 2), [[0; 32]; 0]);
}

#[test]
fn many_codes_share_a_row_and_each_is_found_by_its_own_id() {
    let place = Place::new();
    let mut ledger = place.create();
    let full = CodeId::CODES_PER_ROW as u32;
    let rows = [
        pdq(7, true),
        NewCodes { second: Some(b"s"), ..landmarks(0..full) },
        NewCodes { ordinal: full, places: None, searchable: false, ..landmarks(full..full + 300) },
        NewCodes { version: 2, ..landmarks(9_000..9_001) },
    ];
    let item = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        tx.add_item(report, &picture(4, &rows), NOW_MS).unwrap().item()
    });
    let details: String = ledger
        .conn
        .query_row("SELECT details FROM events WHERE seq = ?1", [item.0], |row| row.get(0))
        .unwrap();
    assert_eq!(details, r#"{"codes":4398,"searchable":4098}"#);
    drop(ledger);

    let ledger = Ledger::open(&place.file, NOW_MS).unwrap();
    let kept = ledger.codes_of_item(item).unwrap();
    assert_eq!(kept.len(), rows.len());
    for (kept, given) in kept.iter().zip(&rows) {
        let scheme = (kept.space.as_str(), kept.scheme.as_str(), kept.version, kept.ordinal);
        assert_eq!(scheme, (given.space, given.scheme, given.version, given.ordinal));
        assert_eq!((kept.item, kept.searchable), (item, given.searchable));
        assert_eq!((kept.places.as_deref(), kept.second.as_deref()), (given.places, given.second));
        assert!(kept.codes == given.codes);
        assert!(ledger.codes(kept.id).unwrap().as_ref() == Some(kept));
        assert_eq!(ledger.item_of_codes(kept.id).unwrap(), Some(item));
    }
    ledger
        .for_each_code_since("landmark", 0, |change| {
            let CodeChange::Added { id, code, .. } = change else { panic!("nothing went") };
            let row = kept.iter().find(|row| row.id == id.row()).unwrap();
            assert!(row.codes[id.position()] == code);
        })
        .unwrap();
    let report = ledger.verify().unwrap();
    assert_eq!((report.fault, report.codes), (None, 4_398));
    for absent in [CodesId(5), CodesId(0), CodesId(-1), CodesId(i64::MAX)] {
        assert!(ledger.codes(absent).unwrap().is_none());
        assert_eq!(ledger.item_of_codes(absent).unwrap(), None);
    }
}

#[test]
fn a_row_holds_1_to_4096_codes() {
    let place = Place::new();
    let mut ledger = place.create();
    change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        let before = tx.last_seq().unwrap();
        for bad in [0, 4_097] {
            let rows = [pdq(1, true), landmarks(0..bad)];
            let refused = tx.add_item(report, &picture(1, &rows), NOW_MS);
            assert_eq!(refused, Err(LedgerError::CodesInRow { codes: bad as usize }));
        }
        assert_eq!(tx.last_seq().unwrap(), before, "nothing was written");
        assert!(matches!(tx.add(report, 1), Added::New(_)), "and the change goes on");
    });
    let error = LedgerError::CodesInRow { codes: 0 };
    assert_eq!(error.to_string(), "a row of codes has 1 to 4096 of them, this one has 0");
}

#[test]
fn the_id_of_a_code_is_its_row_and_its_position_whatever_the_number() {
    let largest = CodesId(i64::MAX / 4_096);
    for row in [CodesId(0), CodesId(1), CodesId(77), largest] {
        for position in [0, 1, 4_095] {
            let id = CodeId::at(row, position);
            assert_eq!((id.row(), id.position()), (row, position));
            assert_eq!(id.0, row.0 * 4_096 + position as i64);
        }
    }
    let none = CodeId(-1);
    for row in [-1, i64::MIN, largest.0 + 1, i64::MAX] {
        assert_eq!(CodeId::at(CodesId(row), 0), none);
    }
    for position in [4_096, usize::MAX] {
        assert_eq!(CodeId::at(CodesId(1), position), none);
    }
    for id in [-1, -4_096, -4_097, i64::MIN, i64::MAX] {
        let code = CodeId(id);
        assert!(code.position() < CodeId::CODES_PER_ROW);
        assert_eq!(code.row().0 < 0, id < 0);
    }
}

#[test]
fn an_item_is_searchable_when_any_of_its_rows_is() {
    let place = Place::new();
    let mut ledger = place.create();
    let low = NewCodes { searchable: false, ..landmarks(0..300) };
    change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("case");
        let mut searchable = |n, rows: &[NewCodes<'_>]| {
            let item = tx.add_item(report, &picture(n, rows), NOW_MS).unwrap().item();
            tx.is_searchable(item).unwrap()
        };
        assert!(!searchable(1, &[]));
        assert!(!searchable(2, &[pdq(1, false), low]));
        assert!(searchable(3, &[pdq(1, false), landmarks(0..300)]));
        assert!(searchable(4, &[pdq(1, true), low]));
        assert!(!tx.is_searchable(ItemId(999)).unwrap());
    });
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
        tx.add_match(&NewMatch { inliers: None, ..part(query, stored) }, NOW_MS).unwrap();
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
    assert_eq!((matches.len(), matches[0].evidence.distance), (2, 12));
    assert_eq!((matches[0].query, matches[0].stored), (query, stored));
    assert_eq!((matches[0].ordinal, matches[0].evidence.inliers), (0, None));
    assert_eq!((matches[1].ordinal, matches[1].evidence.inliers), (1, Some(40)));
    assert_eq!(matches[1].evidence.region.as_deref(), part(query, stored).region);
    assert_eq!(matches[1].evidence.false_alarm_pairs, 1_500_000);
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
        NewMatch { false_alarm_pairs: u64::MAX, ..good },
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
    let (query, stored) = sample(&mut ledger);
    describe(&mut ledger, query, stored);
    let conn = place.raw();
    let mut statement = conn.prepare("SELECT kind, details FROM events ORDER BY seq").unwrap();
    let events: Vec<(String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<rusqlite::Result<_>>()
        .unwrap();
    let expected = [
        ("ledger_created", r#"{"program":"athar test","schema":2}"#),
        ("case_opened", "{}"),
        ("report_opened", "{}"),
        ("case_opened", "{}"),
        ("report_opened", "{}"),
        ("item_added", r#"{"codes":5,"searchable":5}"#),
        ("item_reported", "{}"),
        ("item_added", r#"{"codes":9,"searchable":9}"#),
        ("item_reported", "{}"),
        ("match_found", r#"{"distance":12,"radius":31,"relation":"copy","via":"pdq"}"#),
        ("file_refused", r#"{"reason":"corrupt"}"#),
        ("report_closed", r#"{"added":1,"complete":true,"known":0,"refused":1}"#),
        (
            "check_made",
            r#"{"deep":true,"inputs":3,"matched":1,"program":"athar test","radius":31,"scheme":"pdq","unreadable":0,"version":1}"#,
        ),
        ("match_found", r#"{"distance":20,"radius":31,"relation":"part","via":"landmark"}"#),
        ("case_described", "{}"),
        ("handle_added", r#"{"kind":"account"}"#),
        ("handle_removed", "{}"),
        ("report_received", "{}"),
        ("link_decided", r#"{"verdict":"confirmed"}"#),
        ("provenance_told", "{}"),
    ];
    let expected: Vec<_> =
        expected.into_iter().map(|(k, d)| (k.to_owned(), d.to_owned())).collect();
    assert_eq!(events, expected);
}
