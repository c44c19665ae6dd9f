//! What a user of the ledger would notice, and what an examiner relies on.

mod chain;
mod files;
mod links;
mod records;
mod replay;

use crate::*;
use athar_kernel::Code;
use rusqlite::Connection;
use std::path::PathBuf;
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

fn pdq(n: u32, searchable: bool) -> NewCode<'static> {
    NewCode {
        space: "pdq",
        scheme: "pdq",
        version: 1,
        ordinal: 0,
        code: code(n),
        searchable,
        second: Some(b"12345678"),
    }
}

fn picture<'a>(n: u32, codes: &'a [NewCode<'a>]) -> NewItem<'a> {
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
        distance,
        orientation: "rot90",
        second_distance: Some(3),
        radius: 31,
        false_alarm_rate: 1e-9,
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
}

/// Runs a change that must succeed.
fn change<T>(ledger: &mut Ledger, f: impl FnOnce(&mut Tx<'_>) -> T) -> T {
    ledger.write(|tx| Ok::<_, LedgerError>(f(tx))).unwrap()
}

/// Two linked cases, a refusal, a closed report and a check: one row in every table.
fn sample(ledger: &mut Ledger) -> (ItemId, ItemId) {
    change(ledger, |tx| {
        let (_, first) = tx.case_and_report("case one");
        let (_, second) = tx.case_and_report("case two");
        let stored = tx.add(first, 1).item();
        let query = tx.add(second, 2).item();
        tx.add_match(&copy(query, stored, 12), NOW_MS).unwrap();
        let refusal = Refusal { sha256: Some(sha256(9)), bytes: Some(7), kind: "corrupt" };
        tx.refuse(first, &refusal, NOW_MS).unwrap();
        let close = ReportClose { complete: true, added: 1, known: 0, refused: 1 };
        tx.close_report(first, &close, NOW_MS).unwrap();
        tx.record_check(&check(), NOW_MS).unwrap();
        (query, stored)
    })
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
    }
}
