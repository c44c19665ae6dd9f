//! A process that writes, flushes and merges is killed at some moment, again and again. What it
//! leaves is opened by the next one, is the ledger up to the mark, and goes on from there.

#![expect(clippy::unwrap_used, reason = "a test, its helpers included")]

use athar_index::{Change, Code, Index, Level, Mark, Options, Radius};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Where the child finds the directory it works in.
const DIRECTORY: &str = "ATHAR_INDEX_KILL_DIRECTORY";

/// So small that there is always something to write or to merge.
const OPTIONS: Options = Options { flush_codes: 200, bulk_codes: 1000, ratio: 2 };

#[test]
fn a_killed_process_leaves_the_ledger_up_to_the_mark() {
    let dir = tempfile::tempdir().unwrap();
    let mut reached = 0;
    for round in 0..25 {
        // Different for each round: how far it comes, and so what it is at.
        kill_after(1 + round * 7 % 19, dir.path());
        let (index, opened) = Index::open(dir.path(), Level::best(), OPTIONS).unwrap();
        assert_eq!((opened.writable, &opened.discarded), (true, &None));
        let mark = opened.reached.map_or(0, |mark| mark.reached);
        assert!(mark >= reached, "what was certain is lost");
        reached = mark;
        check(&index, mark);
        assert!(index.verify().is_empty());
    }
    assert!(reached > 0, "nothing was ever written");
}

#[test]
fn who_only_reads_what_another_process_writes_sees_the_ledger_up_to_a_mark() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = start(dir.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut reached = 0;
    for _ in 0..40 {
        // So that there is something new.
        assert!(lines.by_ref().any(|line| line == "step"), "the process ended by itself");
        let (index, opened) = Index::open_read_only(dir.path(), Level::best()).unwrap();
        let mark = opened.reached.unwrap().reached;
        assert!(mark >= reached, "an older state came after a newer one");
        reached = mark;
        check(&index, mark);
        assert!(index.verify().is_empty());
    }
    child.kill().unwrap();
    drop(lines);
    child.wait().unwrap();
    // It is the writer's all the same.
    let (index, opened) = Index::open(dir.path(), Level::best(), OPTIONS).unwrap();
    assert_eq!((opened.writable, opened.discarded), (true, None));
    check(&index, opened.reached.unwrap().reached);
}

/// Starts a process that goes on from what it finds, and kills it after it has told that so many
/// steps of maintenance were done.
fn kill_after(steps: usize, directory: &Path) {
    let mut child = start(directory);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let told = lines.by_ref().filter(|line| line == "step").take(steps).count();
    // The pipe stays open until now: the process is to be killed, not to fail at writing.
    child.kill().unwrap();
    drop(lines);
    child.wait().unwrap();
    assert_eq!(told, steps, "the process ended by itself");
}

fn start(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "works_until_it_is_killed", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the process that the other test starts and kills"]
fn works_until_it_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let (index, opened) = Index::open(directory, Level::best(), OPTIONS).unwrap();
    let first = opened.reached.map_or(1, |mark| mark.reached + 1);
    for number in first.. {
        let mark = Mark { reached: number, tag: [number as u8; 32] };
        index.apply(&changes(number), mark).unwrap();
        while index.maintain().unwrap().is_step() {
            // The parent may be gone: then there is nobody to work for.
            writeln!(std::io::stdout(), "\nstep").unwrap();
        }
    }
}

/// The changes with this number in the ledger: the same in every process.
fn changes(number: u64) -> Vec<Change> {
    let insert = |i: u64| Change::Insert { code: code(number, i), payload: number * 10 + i % 3 };
    let mut changes: Vec<Change> = (0..40).map(insert).collect();
    if number.is_multiple_of(2) {
        changes.push(Change::Remove { payload: number / 2 * 10 });
    }
    changes
}

fn code(number: u64, i: u64) -> Code {
    let word = |k: u64| (number << 20 | i << 4 | k).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Code::from_words([word(0), word(1), word(2), word(3)])
}

/// Every entry of the ledger up to `mark` and no other.
fn check(index: &Index, mark: u64) {
    let mut entries: Vec<(Code, u64)> = Vec::new();
    for change in (1..=mark).flat_map(changes) {
        match change {
            Change::Insert { code, payload } => entries.push((code, payload)),
            Change::Remove { payload } => entries.retain(|entry| entry.1 != payload),
        }
    }
    let query = Code::default();
    let hits = index.snapshot().within(&query, Radius::new(256).unwrap());
    let mut expected: Vec<_> =
        entries.iter().map(|(code, payload)| (query.distance(code), *payload)).collect();
    expected.sort_unstable();
    assert!(hits.iter().map(|hit| (hit.distance, hit.payload)).eq(expected));
}
