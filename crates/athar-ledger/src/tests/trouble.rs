//! A disk that fills, a crash, and two who write at once, in the middle of every change that
//! version 2 brought: all of it is there afterwards or nothing of it.

use super::files::{crashed_copy, impatient};
use super::*;
use std::fs;

/// One change, which can be made again with another number.
type Step = fn(&mut Tx<'_>, u32) -> Result<()>;

/// What version 2 brought; who did it (`acts`) is written behind each of them.
const STEPS: [(&str, Step); 9] = [
    ("lists", list),
    ("provenance", provenance),
    ("checks", remembered),
    ("alerts", alert),
    ("benign_marks", benign),
    ("holds", hold),
    ("packets", packet),
    ("retention_rules", retention),
    ("time_stamps", time_stamp),
];

fn list(tx: &mut Tx<'_>, n: u32) -> Result<()> {
    let new = NewListImport {
        format: "plain",
        source: Some("by hand"),
        marking: None,
        sender: None,
        last_sequence: None,
        actor: Some("one"),
    };
    let entry = |n: u32| {
        let value = ListValue::new(ListKind::Pdq, &code(n).to_bytes()).unwrap();
        ListChange::List(ListEntry { value, reference: String::new(), about: String::new() })
    };
    let list = tx.name_list(&format!("list {n}"), NOW_MS)?;
    let mut import = tx.begin_list_import(list, &new, ("pdq", 1), NOW_MS)?;
    tx.import_list(&mut import, (n * 100..n * 100 + 100).map(entry).collect(), NOW_MS)?;
    tx.end_list_import(import, NOW_MS)?;
    tx.activate_list(list, Some("two"), NOW_MS)?;
    tx.set_list_rule(1, None, NOW_MS)
}

fn provenance(tx: &mut Tx<'_>, n: u32) -> Result<()> {
    let told = Provenance { name: Some(format!("IMG-{n}.jpg")), ..told() };
    let item = tx.item_id(&sha256(2))?.unwrap();
    tx.tell_provenance(ReportId(5), item, &told, NOW_MS).map(drop)
}

fn remembered(tx: &mut Tx<'_>, n: u32) -> Result<()> {
    tx.set_remember_days(30, Some("head"), NOW_MS)?;
    let check = NewCheck {
        kind: "image",
        space: "pdq",
        scheme: "pdq",
        version: 1,
        codes: &[code(n), code(n + 1)],
        actor: Some("desk-4"),
    };
    tx.remember_check(&check, NOW_MS).map(drop)
}

fn alert(tx: &mut Tx<'_>, _: u32) -> Result<()> {
    let [stored, query] = [1, 2].map(|n| tx.item_id(&sha256(n)).unwrap().unwrap());
    let [older, newer] = ["case one", "case two"].map(|name| tx.case_by_name(name).unwrap());
    let new = NewAlert {
        item: query,
        case: newer.unwrap().id,
        source: AlertSource::Case(stored, older.unwrap().id),
        relation: "copy",
        via: "pdq",
        distance: 12,
        false_alarm_rate: 1e-9,
        false_alarm_pairs: 1_500_000,
    };
    let alert = tx.raise_alert(&new, NOW_MS)?;
    tx.set_alert_state(alert, AlertState::Closed, Some("seen to"), None, NOW_MS).map(drop)
}

fn benign(tx: &mut Tx<'_>, _: u32) -> Result<()> {
    let item = tx.item_id(&sha256(1))?.unwrap();
    tx.mark_benign(item, "a bank's notice", Some("officer 12"), NOW_MS)?;
    tx.unmark_benign(item, Some("officer 12"), NOW_MS)
}

fn hold(tx: &mut Tx<'_>, n: u32) -> Result<()> {
    let item = tx.item_id(&sha256(1))?.unwrap();
    tx.set_hold_rule(HoldRule::Cases(10), Some("head"), NOW_MS)?;
    tx.count_reach("image", u64::from(n) + 1, NOW_MS)?;
    let new = NewHold { item, flood: None, cases: 4, recent: 3, usual: 1, most: 2 };
    let held = tx.hold(&new, NOW_MS)?;
    tx.release_hold(held, "all of one campaign", None, NOW_MS).map(drop)
}

fn packet(tx: &mut Tx<'_>, _: u32) -> Result<()> {
    let case = tx.case_by_name("case one")?.unwrap().id;
    let purpose = Some("for the court");
    let new = NewPacket { case, purpose, actor: None, program: "athar test" };
    tx.record_packet(&new, NOW_MS).map(drop)
}

fn retention(tx: &mut Tx<'_>, n: u32) -> Result<()> {
    let rule = RetentionRule { channel: Some("hotline".into()), days: Some(n + 1) };
    tx.set_retention(&rule, Some("head"), NOW_MS)
}

fn time_stamp(tx: &mut Tx<'_>, n: u32) -> Result<()> {
    tx.record_time_stamp(1, &[n as u8; 2_000], NOW_MS).map(drop)
}

/// A ledger with two linked cases, and somebody who writes into it.
fn begun(place: &Place) -> Ledger {
    let mut ledger = place.create();
    sample(&mut ledger);
    told_by_somebody(ledger)
}

fn told_by_somebody(mut ledger: Ledger) -> Ledger {
    let purpose = Some("looking after it".to_owned());
    let act = Act { actor: Some("officer 12".into()), purpose, program: "athar test".into() };
    ledger.act_as(act).unwrap();
    ledger
}

/// How many rows each table has, in a ledger whose chain holds.
fn kept(ledger: &Ledger) -> Vec<(String, u64)> {
    assert_eq!(ledger.verify().unwrap().fault, None);
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut statement = ledger.conn.prepare(sql).unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    let rows = |name: String| {
        let sql = format!("SELECT count(*) FROM \"{name}\"");
        let rows = ledger.conn.query_row(&sql, [], |row| row.get(0)).unwrap();
        (name, rows)
    };
    names.map(|name| rows(name.unwrap())).collect()
}

fn rows(kept: &[(String, u64)], table: &str) -> u64 {
    // Time stamps are in their events.
    let table = if table == "time_stamps" { "events" } else { table };
    kept.iter().find(|(name, _)| name == table).unwrap().1
}

fn number(ledger: &Ledger, name: &str) -> u32 {
    ledger.conn.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

/// The disk is full at the first page that a change needs, at the second, and so on.
#[test]
fn a_disk_that_fills_at_any_page_keeps_nothing_of_a_change() {
    for (table, step) in STEPS {
        let place = Place::new();
        let mut ledger = begun(&place);
        let (before, pages) = (kept(&ledger), number(&ledger, "page_count"));
        let fills = |more: &u32| {
            ledger.conn.pragma_update(None, "max_page_count", pages + more).unwrap();
            let done = ledger.write(|tx| (0..40).try_for_each(|n| step(tx, n)));
            if done.is_err() {
                assert_eq!(done, Err(LedgerError::Full), "{table}, {more} pages");
                assert_eq!(kept(&ledger), before, "{table}, {more} pages");
            }
            done.is_err()
        };
        let refused = (0..).take_while(fills).count();
        assert!(refused > 1, "{table}: refused {refused} times");
        let after = kept(&ledger);
        assert!(rows(&after, table) >= rows(&before, table) + 40, "{table}");
        assert_eq!(rows(&after, "acts"), 1, "{table}");
    }
}

#[test]
fn a_crash_anywhere_in_the_log_keeps_whole_changes_alone() {
    let place = Place::new();
    let mut ledger = begun(&place);
    let log = place.file.with_file_name("ledger.sqlite-wal");
    let mut commits = vec![(fs::metadata(&log).unwrap().len() as usize, kept(&ledger))];
    for (n, (_, step)) in (1..).zip(STEPS) {
        ledger.write(|tx| step(tx, n)).unwrap();
        commits.push((fs::metadata(&log).unwrap().len() as usize, kept(&ledger)));
    }
    // In the middle of a change, and before and behind the last byte that it needs.
    let cuts = commits.windows(2).flat_map(|pair| {
        let (from, to) = (pair[0].0, pair[1].0);
        [from, from + 1, from.midpoint(to), to - 1, to]
    });
    for cut in cuts {
        let copy = crashed_copy(&place, Some(cut));
        let after = kept(&Ledger::open(&copy.file, NOW_MS).unwrap());
        let whole = commits.iter().rfind(|(length, _)| *length <= cut).unwrap();
        assert_eq!(after, whole.1, "log cut to {cut} bytes");
    }
}

#[test]
fn a_change_of_a_locked_ledger_is_refused_and_can_be_made_later() {
    let place = Place::new();
    let before = kept(&begun(&place));
    let other = place.raw();
    for (n, (table, step)) in (1..).zip(STEPS) {
        let mut ledger = told_by_somebody(impatient(&place.file).unwrap());
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let earlier = kept(&ledger);
        assert_eq!(ledger.write(|tx| step(tx, n)), Err(LedgerError::Locked), "{table}");
        assert_eq!(kept(&ledger), earlier, "{table}");
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(ledger.write(|tx| step(tx, n)), Ok(()), "{table}");
        assert!(rows(&kept(&ledger), table) > rows(&before, table), "{table}");
    }
}

#[test]
fn two_writers_leave_what_one_after_the_other_leaves() {
    const ROUNDS: u32 = 5;
    let work = |file: &std::path::Path, writer: u32| {
        let mut ledger = told_by_somebody(Ledger::open(file, NOW_MS).unwrap());
        for n in 0..ROUNDS {
            for (table, step) in STEPS {
                let done = ledger.write(|tx| step(tx, 1 + writer * ROUNDS + n));
                assert_eq!(done, Ok(()), "{table}");
            }
        }
    };
    let (together, apart) = (Place::new(), Place::new());
    for place in [&together, &apart] {
        drop(begun(place));
    }
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let file = &together.file;
            scope.spawn(move || work(file, writer));
        }
    });
    (0..2).for_each(|writer| work(&apart.file, writer));
    let [together, apart] =
        [together, apart].map(|place| kept(&Ledger::open_read_only(&place.file).unwrap()));
    assert_eq!(together, apart);
    assert_eq!(rows(&together, "acts"), u64::from(2 * ROUNDS) * STEPS.len() as u64);
}
