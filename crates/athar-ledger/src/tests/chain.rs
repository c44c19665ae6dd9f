//! Whatever is changed behind the ledger's back shows.

use super::*;
use crate::verify::Fault;

pub(super) fn withdraw(ledger: &mut Ledger, item: ItemId) {
    let request = WithdrawalRequest { reason: "a mistake", reference: None, actor: None };
    change(ledger, |tx| tx.withdraw(Withdrawal::Item(item), &request, NOW_MS).unwrap());
}

/// What `verify` says of the sample after `forgery`.
fn fault_after(forgery: &str) -> Option<Fault> {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    describe(&mut ledger, query, stored);
    assert_eq!(ledger.verify().unwrap().fault, None);
    place.forge(forgery);
    ledger.verify().unwrap().fault
}

fn changed(table: &'static str, id: i64) -> Option<Fault> {
    Some(Fault::RecordChanged { table, id })
}

#[test]
fn an_untouched_ledger_is_sound_and_says_how_much_was_checked() {
    let place = Place::new();
    let mut ledger = place.create();
    let empty = ledger.verify().unwrap();
    assert_eq!((empty.is_sound(), empty.events, empty.records), (true, 1, 0));
    sample(&mut ledger);
    let report = ledger.verify().unwrap();
    assert!(report.is_sound());
    assert_eq!(
        (report.events, report.records, report.codes, report.last_seq),
        (14, 12, 2 + 4 + 8, 14)
    );
    assert_eq!(ledger.event_digest(14).unwrap(), Some(report.head));
}

#[test]
fn an_edited_record_shows_whatever_its_column() {
    for (forgery, fault) in [
        ("UPDATE cases SET name = 'other' WHERE id = 2", changed("cases", 2)),
        ("UPDATE reports SET unit = 'other' WHERE id = 3", changed("reports", 3)),
        ("UPDATE reports SET channel = NULL WHERE id = 5", changed("reports", 5)),
        ("UPDATE items SET bytes = bytes + 1 WHERE id = 6", changed("items", 6)),
        ("UPDATE items SET sha256 = randomblob(32) WHERE id = 8", changed("items", 8)),
        ("UPDATE items SET salt = randomblob(16) WHERE id = 8", changed("items", 8)),
        ("UPDATE codes SET code = randomblob(32) WHERE id = 1", changed("items", 6)),
        ("UPDATE codes SET searchable = 0 WHERE item_id = 6", changed("items", 6)),
        ("UPDATE codes SET second = NULL WHERE id = 1", changed("items", 6)),
        ("UPDATE codes SET id = 77 WHERE id = 5", changed("items", 8)),
        ("UPDATE codes SET ordinal = 1 WHERE id = 2", changed("items", 6)),
        ("UPDATE codes SET places = randomblob(14) WHERE id = 2", changed("items", 6)),
        ("UPDATE codes SET places = NULL WHERE id = 4", changed("items", 8)),
        ("UPDATE codes SET places = second, second = NULL WHERE id = 1", changed("items", 6)),
        (
            "UPDATE codes SET code = CAST(substr(code, 1, 96) || randomblob(32) AS BLOB) WHERE id = 2",
            changed("items", 6),
        ),
        (
            "UPDATE codes SET code = CAST(substr(code, 33, 32) || substr(code, 1, 32)
                                          || substr(code, 65) AS BLOB) WHERE id = 2",
            changed("items", 6),
        ),
        ("UPDATE codes SET code = substr(code, 1, 96) WHERE id = 4", changed("items", 8)),
        // The same eight codes, one row later.
        (
            "UPDATE codes SET code =
                 CAST(code || (SELECT substr(code, 1, 32) FROM codes WHERE id = 5) AS BLOB)
             WHERE id = 4; UPDATE codes SET code = substr(code, 33) WHERE id = 5",
            changed("items", 8),
        ),
        ("DELETE FROM codes WHERE item_id = 6", changed("items", 6)),
        ("UPDATE schemes SET version = 2", changed("items", 6)),
        (
            "INSERT INTO codes (item_id, scheme_id, ordinal, searchable, code)
             VALUES (6, 1, 9, 1, randomblob(32))",
            changed("items", 6),
        ),
        ("UPDATE report_items SET item_id = 8 WHERE id = 7", changed("report_items", 7)),
        ("UPDATE matches SET distance = 11", changed("matches", 10)),
        ("UPDATE matches SET false_alarm_rate = 1e-10", changed("matches", 10)),
        ("UPDATE matches SET false_alarm_pairs = 7", changed("matches", 10)),
        ("UPDATE matches SET ordinal = 0 WHERE id = 14", changed("matches", 14)),
        ("UPDATE matches SET inliers = 41 WHERE id = 14", changed("matches", 14)),
        ("UPDATE matches SET region = '[]' WHERE id = 14", changed("matches", 14)),
        ("UPDATE matches SET region = NULL WHERE id = 14", changed("matches", 14)),
        ("UPDATE refusals SET kind = 'limit'", changed("refusals", 11)),
        ("UPDATE report_closings SET complete = 0", changed("report_closings", 12)),
    ] {
        assert_eq!(fault_after(forgery), fault, "{forgery}");
    }
}

#[test]
fn an_edited_fact_handle_decision_or_origin_shows() {
    for (forgery, fault) in [
        ("UPDATE case_facts SET channel = 'app'", changed("case_facts", 15)),
        ("UPDATE case_facts SET unit = NULL", changed("case_facts", 15)),
        ("UPDATE case_facts SET received_at_ms = 0", changed("case_facts", 15)),
        ("UPDATE case_facts SET complainant = suspect", changed("case_facts", 15)),
        ("UPDATE case_facts SET suspect = 'other'", changed("case_facts", 15)),
        ("UPDATE case_facts SET urgency = 'low'", changed("case_facts", 15)),
        ("UPDATE case_facts SET urgency_reason = ''", changed("case_facts", 15)),
        ("UPDATE case_facts SET note = NULL", changed("case_facts", 15)),
        ("UPDATE handles SET case_id = 4", changed("handles", 16)),
        ("UPDATE handles SET platform = ''", changed("handles", 16)),
        ("UPDATE handles SET value = 'other'", changed("handles", 16)),
        ("UPDATE handle_removals SET salt = randomblob(16)", changed("handle_removals", 17)),
        ("UPDATE report_receipts SET received_at_ms = 1", changed("report_receipts", 18)),
        ("UPDATE decisions SET verdict = 'rejected'", changed("decisions", 19)),
        ("UPDATE decisions SET reason = 'another'", changed("decisions", 19)),
        ("UPDATE decisions SET actor = NULL", changed("decisions", 19)),
        ("UPDATE provenance SET sender = 'another'", changed("provenance", 20)),
        ("UPDATE provenance SET time_ms = 1", changed("provenance", 20)),
        ("UPDATE provenance SET zone = 'unknown'", changed("provenance", 20)),
        ("UPDATE provenance SET moment = 'changed'", changed("provenance", 20)),
        ("UPDATE provenance SET name = NULL", changed("provenance", 20)),
        ("UPDATE provenance SET parcel = name", changed("provenance", 20)),
        ("UPDATE provenance SET item_id = 6", changed("provenance", 20)),
    ] {
        assert_eq!(fault_after(forgery), fault, "{forgery}");
    }
}

#[test]
fn a_record_that_vanished_or_was_slipped_in_shows() {
    let missing = |table, id| Some(Fault::RecordMissing { table, id });
    let unrecorded = |table, id| Some(Fault::RecordUnrecorded { table, id });
    for (forgery, fault) in [
        ("DELETE FROM matches", missing("matches", 10)),
        ("DELETE FROM refusals", missing("refusals", 11)),
        ("DELETE FROM decisions", missing("decisions", 19)),
        ("DELETE FROM handle_removals", missing("handle_removals", 17)),
        ("DELETE FROM codes; DELETE FROM items WHERE id = 8", changed("items", 6)),
        ("DELETE FROM cases WHERE id = 4", missing("cases", 4)),
        ("DELETE FROM provenance", missing("provenance", 20)),
        ("INSERT INTO cases VALUES (21, randomblob(16), 'x')", unrecorded("cases", 21)),
        ("INSERT INTO cases VALUES (13, randomblob(16), 'x')", unrecorded("cases", 13)),
        ("INSERT INTO cases VALUES (1, randomblob(16), 'x')", unrecorded("cases", 1)),
        ("INSERT INTO withdrawn_rows VALUES (10, 13); DELETE FROM matches", missing("matches", 10)),
        (
            "INSERT INTO codes (item_id, scheme_id, ordinal, searchable, code)
             VALUES (99, 1, 1, 1, randomblob(32))",
            Some(Fault::Reference { table: "codes", row: 6 }),
        ),
    ] {
        assert_eq!(fault_after(forgery), fault, "{forgery}");
    }
}

#[test]
fn an_edited_dropped_or_moved_event_shows() {
    let changed = |seq| Some(Fault::EventChanged { seq });
    for (forgery, fault) in [
        ("UPDATE events SET details = '{\"radius\":30}' WHERE seq = 10", changed(10)),
        ("UPDATE events SET at_ms = at_ms + 1 WHERE seq = 3", changed(3)),
        ("UPDATE events SET kind = 'case_opened' WHERE seq = 13", changed(13)),
        ("UPDATE events SET subject = NULL WHERE seq = 6", changed(6)),
        ("UPDATE events SET digest = randomblob(32) WHERE seq = 5", changed(5)),
        ("UPDATE events SET prev = randomblob(32) WHERE seq = 5", changed(5)),
        ("DELETE FROM events WHERE seq = 7", Some(Fault::EventMissing { seq: 7 })),
        ("DELETE FROM events WHERE seq = 1", Some(Fault::EventMissing { seq: 1 })),
        ("DELETE FROM events", Some(Fault::EventMissing { seq: 1 })),
        (
            "UPDATE events SET seq = 99 WHERE seq = 4; UPDATE events SET seq = 4 WHERE seq = 5;
             UPDATE events SET seq = 5 WHERE seq = 99",
            changed(4),
        ),
        (
            "DELETE FROM events WHERE seq >= 12; DELETE FROM report_closings;
             DELETE FROM matches WHERE id = 14; DELETE FROM case_facts; DELETE FROM handles;
             DELETE FROM handle_removals; DELETE FROM report_receipts; DELETE FROM decisions;
             DELETE FROM provenance",
            Some(Fault::TailMissing { last_seq: 11, written: 20 }),
        ),
        (
            "DELETE FROM events WHERE seq >= 12; UPDATE sqlite_sequence SET seq = 11",
            Some(Fault::RecordUnrecorded { table: "report_closings", id: 12 }),
        ),
    ] {
        assert_eq!(fault_after(forgery), fault, "{forgery}");
    }
}

#[test]
fn an_event_whose_digest_was_made_anew_no_longer_carries_the_next_one() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    let conn = place.raw();
    let sql = "SELECT seq, at_ms, kind, subject, details, prev FROM events WHERE seq = 12";
    let mut forged = conn
        .query_row(sql, [], |row| {
            Ok(crate::chain::Event {
                seq: row.get(0)?,
                at_ms: row.get(1)?,
                kind: row.get(2)?,
                subject: row.get(3)?,
                details: row.get(4)?,
                prev: row.get(5)?,
            })
        })
        .unwrap();
    forged.at_ms += 1;
    let sql = "UPDATE events SET at_ms = ?1, digest = ?2 WHERE seq = 12";
    conn.execute(sql, rusqlite::params![forged.at_ms, forged.digest()]).unwrap();
    assert_eq!(ledger.verify().unwrap().fault, Some(Fault::EventUnlinked { seq: 13 }));
}

#[test]
fn a_withdrawal_erases_the_rows_and_leaves_the_chain_whole() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, _) = sample(&mut ledger);
    withdraw(&mut ledger, query);
    let report = ledger.verify().unwrap();
    assert_eq!((report.fault, report.events, report.records), (None, 16, 9));
    assert!(ledger.links(None).unwrap().is_empty());
    assert!(ledger.item(query).unwrap().is_none());

    for forgery in [
        "UPDATE withdrawn_codes SET codes = codes + 1 WHERE id = 4",
        "UPDATE withdrawn_codes SET codes = codes - 1 WHERE id = 4; DELETE FROM withdrawn_codes",
    ] {
        place.forge(forgery);
        let fault = ledger.verify().unwrap().fault;
        assert_eq!(fault, Some(Fault::WithdrawalChanged { seq: 16 }), "{forgery}");
    }
}

/// A table that allows what ours does not, and a trigger that breaks rows as they are recorded:
/// every event then fits its record, and the record is still none.
#[test]
fn codes_that_were_broken_before_they_were_recorded_show() {
    let blobs = ["substr(code, 1, 31)", "x''", "zeroblob(131104)", "CAST(code || x'00' AS BLOB)"];
    let breaks = blobs.map(|blob| format!("code = {blob}"));
    let ids = ["id = -5", "id = 1 << 52"].map(str::to_owned);
    for broken in breaks.into_iter().chain(ids) {
        let place = Place::new();
        let mut ledger = place.create();
        place.forge(&format!(
            "CREATE TRIGGER broken AFTER INSERT ON codes BEGIN
                 UPDATE codes SET {broken} WHERE id = new.id;
             END;
             PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, 'length(code)', '32') WHERE name = 'codes'"
        ));
        let item = change(&mut ledger, |tx| {
            let (_, report) = tx.case_and_report("case");
            tx.add(report, 1).item()
        });
        let fault = ledger.verify().unwrap().fault;
        let Some(Fault::CodesMalformed { row }) = fault else { panic!("{broken}: {fault:?}") };
        let replayed = ledger.for_each_code_since("pdq", 0, |_| panic!("{broken}"));
        assert_eq!(replayed, Err(LedgerError::Corrupt), "{broken}");
        if row == 1 {
            let rows = ledger.codes_of_item(item).map(|rows| rows.len());
            assert_eq!(rows, Err(LedgerError::Corrupt), "{broken}");
        }
    }
}

#[test]
fn a_row_that_its_table_forbids_shows_and_is_not_read() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    place.forge("UPDATE codes SET code = substr(code, 2) WHERE id = 2");
    assert_eq!(ledger.verify().unwrap().fault, Some(Fault::Structure));
    assert_eq!(ledger.codes(CodesId(2)).map(|_| ()), Err(LedgerError::Corrupt));
    assert_eq!(ledger.codes_of_item(stored).map(|_| ()), Err(LedgerError::Corrupt));
    assert_eq!(ledger.for_each_code_since("landmark", 0, |_| {}), Err(LedgerError::Corrupt));
    assert_eq!(ledger.for_each_code_since("pdq", 0, |_| {}), Ok(14));
    assert_eq!(ledger.item_of_codes(CodesId(2)), Ok(Some(stored)));
    assert_eq!(ledger.codes_of_item(query).map(|rows| rows.len()), Ok(3));

    change(&mut ledger, |tx| {
        tx.conn.execute("DELETE FROM codes WHERE id = 2", []).unwrap();
    });
    withdraw(&mut ledger, query);
    place.forge("UPDATE withdrawn_codes SET codes = 1 << 40");
    assert_eq!(ledger.for_each_code_since("pdq", 0, |_| {}), Err(LedgerError::Corrupt));
}

#[test]
fn the_same_record_under_another_salt_has_another_subject() {
    let subject = || {
        let place = Place::new();
        change(&mut place.create(), |tx| tx.open_case("case", NOW_MS).unwrap());
        let sql = "SELECT subject FROM events WHERE seq = 2";
        place.raw().query_row(sql, [], |row| row.get::<_, [u8; 32]>(0)).unwrap()
    };
    assert_ne!(subject(), subject());
}

#[test]
fn a_fault_is_told_in_one_sentence() {
    let fault = fault_after("UPDATE matches SET distance = 11").unwrap();
    assert_eq!(fault.to_string(), "row 10 of matches was changed");
}
