//! What a user of the ledger would notice, and what an examiner relies on.

mod acts;
mod alerts;
mod backup;
mod chain;
mod encrypted;
mod facts;
mod files;
mod holds;
mod links;
mod lists;
mod packets;
mod records;
mod replay;
mod retention;
mod time_stamps;
mod trouble;
mod withdraw;

use crate::*;
use athar_kernel::Code;
use rusqlite::Connection;
use std::{ops::Range, path::PathBuf, sync::LazyLock};
use tempfile::TempDir;

/// When everything in these tests happens.
const NOW_MS: i64 = 1_700_000_000_000;

/// A folder that goes away, with a ledger in it.
struct Place {
    _folder: TempDir,
    file: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ledger.sqlite");
        Self { _folder: folder, file }
    }

    fn create(&self) -> Ledger {
        Ledger::create(&self.file, "athar test", NOW_MS).unwrap()
    }

    /// The file as an examiner or a forger opens it: without our settings.
    fn raw(&self) -> Connection {
        Connection::open(&self.file).unwrap()
    }

    /// Runs a forger's statement, who knows SQLite well enough to switch its checks off.
    fn forge(&self, sql: &str) {
        let conn = self.raw();
        conn.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;")
            .unwrap();
        conn.execute_batch(sql).unwrap();
        assert!(conn.total_changes() > 0, "the forgery changed nothing: {sql}");
    }
}

/// A digest-like value that belongs to `n`.
fn sha256(n: u32) -> [u8; 32] {
    let mut bytes = [0x5a; 32];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    bytes
}

fn code(n: u32) -> Code {
    Code::from_words([u64::from(n), 1, 2, 3])
}

fn codes(numbers: Range<u32>) -> &'static [Code] {
    static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| (0..10_000).map(code).collect());
    &CODES[numbers.start as usize..numbers.end as usize]
}

fn pdq(n: u32, searchable: bool) -> NewCodes<'static> {
    NewCodes {
        space: "pdq",
        scheme: "pdq",
        version: 1,
        ordinal: 0,
        codes: codes(n..n + 1),
        searchable,
        places: None,
        second: Some(b"12345678"),
    }
}

/// A row of searchable landmarks.
fn landmarks(numbers: Range<u32>) -> NewCodes<'static> {
    NewCodes {
        space: "landmark",
        scheme: "athar-landmark",
        codes: codes(numbers),
        places: Some(b"where they are"),
        second: None,
        ..pdq(0, true)
    }
}

fn picture<'a>(n: u32, codes: &'a [NewCodes<'a>]) -> NewItem<'a> {
    NewItem {
        sha256: sha256(n),
        md5: [n as u8; 16],
        kind: "image",
        format: "jpeg",
        bytes: 1_000 + u64::from(n),
        width: 640,
        height: 480,
        quality: 100,
        codes,
    }
}

fn copy(query: ItemId, stored: ItemId, distance: u16) -> NewMatch<'static> {
    NewMatch {
        query,
        stored,
        relation: "copy",
        via: "pdq",
        ordinal: 0,
        distance,
        orientation: "rot90",
        second_distance: Some(3),
        radius: 31,
        inliers: None,
        region: None,
        false_alarm_rate: 1e-9,
        false_alarm_pairs: 1_500_000,
    }
}

/// The second way in which one item lies in another by landmarks.
fn part(query: ItemId, stored: ItemId) -> NewMatch<'static> {
    NewMatch {
        relation: "part",
        via: "landmark",
        ordinal: 1,
        inliers: Some(40),
        region: Some(r#"{"query":[],"stored":[]}"#),
        false_alarm_rate: 1e-12,
        ..copy(query, stored, 20)
    }
}

impl Tx<'_> {
    /// A case with one open report.
    fn case_and_report(&mut self, name: &str) -> (CaseId, ReportId) {
        let case = self.open_case(name, NOW_MS).unwrap();
        let report = NewReport { channel: Some("hotline"), unit: None };
        (case, self.open_report(case, &report, NOW_MS).unwrap())
    }

    /// A picture with one searchable code.
    fn add(&mut self, report: ReportId, n: u32) -> Added {
        self.add_item(report, &picture(n, &[pdq(n, true)]), NOW_MS).unwrap()
    }

    /// A new picture with one searchable code and landmarks, `per_row` in a row.
    fn add_with_landmarks(
        &mut self,
        report: ReportId,
        n: u32,
        numbers: Range<u32>,
        per_row: usize,
    ) -> ItemId {
        let mut rows = vec![pdq(n, true)];
        for first in numbers.clone().step_by(per_row) {
            let row = first..numbers.end.min(first + per_row as u32);
            rows.push(NewCodes { ordinal: first - numbers.start, ..landmarks(row) });
        }
        self.add_item(report, &picture(n, &rows), NOW_MS).unwrap().item()
    }
}

/// Runs a change that must succeed.
fn change<T>(ledger: &mut Ledger, f: impl FnOnce(&mut Tx<'_>) -> T) -> T {
    ledger.write(|tx| Ok::<_, LedgerError>(f(tx))).unwrap()
}

/// Two linked cases, a refusal, a closed report and a check: one row in every table. The older
/// picture has two rows of codes, the newer one three: of one code, and of four.
fn sample(ledger: &mut Ledger) -> (ItemId, ItemId) {
    change(ledger, |tx| {
        let (_, first) = tx.case_and_report("case one");
        let (_, second) = tx.case_and_report("case two");
        let stored = tx.add_with_landmarks(first, 1, 101..105, 4);
        let query = tx.add_with_landmarks(second, 2, 201..209, 4);
        tx.add_match(&copy(query, stored, 12), NOW_MS).unwrap();
        let refusal = Refusal { sha256: Some(sha256(9)), bytes: Some(7), kind: "corrupt" };
        tx.refuse(first, &refusal, NOW_MS).unwrap();
        let close = ReportClose { complete: true, added: 1, known: 0, refused: 1 };
        tx.close_report(first, &close, NOW_MS).unwrap();
        tx.record_check(&check(), NOW_MS).unwrap();
        tx.add_match(&part(query, stored), NOW_MS).unwrap();
        (query, stored)
    })
}

/// What version 2 added, one row in every table, behind `sample`: events 15 to 20.
fn describe(ledger: &mut Ledger, query: ItemId, stored: ItemId) {
    change(ledger, |tx| {
        let case = tx.case_by_name("case one").unwrap().unwrap().id;
        tx.describe_case(case, &facts(), NOW_MS).unwrap();
        tx.add_handle(case, &ACCOUNT, NOW_MS).unwrap();
        tx.remove_handle(case, &ACCOUNT, NOW_MS).unwrap();
        let report = ReportId(5);
        tx.report_received(report, NOW_MS - 1_000, NOW_MS).unwrap();
        tx.decide(&decision(LinkPair::Items(query, stored), true), NOW_MS).unwrap();
        tx.tell_provenance(report, query, &told(), NOW_MS).unwrap();
    });
}

const ACCOUNT: NewHandle<'_> = NewHandle { kind: "account", platform: "instagram", value: "x.y_z" };

fn facts() -> CaseFacts {
    CaseFacts {
        channel: Some("hotline".into()),
        unit: Some("unit 7".into()),
        received_at_ms: Some(NOW_MS - 86_400_000),
        complainant: Some("P-17".into()),
        suspect: Some("S-3".into()),
        urgency: Some("high".into()),
        urgency_reason: Some("a deadline was set".into()),
        note: Some("two\nlines".into()),
    }
}

fn told() -> Provenance {
    let time =
        ProvenanceTime { at_ms: NOW_MS - 3_600_000, zone: "told".into(), moment: "sent".into() };
    Provenance {
        sender: Some("Lina <lina@example.org>".into()),
        time: Some(time),
        name: Some("IMG-1.jpg".into()),
        parcel: Some("mails.zip ▸ letter.eml".into()),
    }
}

fn decision(pair: LinkPair, is_confirmed: bool) -> NewDecision<'static> {
    NewDecision { pair, is_confirmed, reason: "looked at both", actor: Some("officer 12") }
}

fn check() -> CheckRecord<'static> {
    CheckRecord {
        inputs: 3,
        matched: 1,
        unreadable: 0,
        program: "athar test",
        scheme: "pdq",
        version: 1,
        radius: 31,
        deep: true,
    }
}
