//! Opening what another has, what is damaged, and what changes meanwhile.

use crate::disk::{Disk, Trouble};
use crate::model::{Entries, Random, SMALL, within};
use crate::open::{Discarded, Opened};
use crate::storage::Storage;
use crate::{Change, Code, Damage, Finding, Index, Level, Mark, Radius, StorageError};

fn open(disk: &Disk) -> (Index, Opened) {
    Index::open_on(Box::new(disk.clone()), Level::best(), SMALL).unwrap()
}

fn mark(reached: u64) -> Mark {
    Mark { reached, tag: [3; 32] }
}

fn inserts(entries: &Entries) -> Vec<Change> {
    entries.iter().map(|&(code, payload)| Change::Insert { code, payload }).collect()
}

/// A disk with an index of two segments of which something was removed, at mark 3.
fn filled() -> (Disk, Entries) {
    let (disk, mut entries) = (Disk::default(), Random(1).entries(300));
    let index = open(&disk).0;
    index.apply(&inserts(&entries), mark(1)).unwrap();
    index.flush().unwrap();
    let more = Random(2).entries(20);
    let removed = entries[0].1;
    index.apply(&inserts(&more), mark(2)).unwrap();
    index.apply(&[Change::Remove { payload: removed }], mark(3)).unwrap();
    index.flush().unwrap();
    entries.extend(more);
    entries.retain(|entry| entry.1 != removed);
    (disk, entries)
}

fn check(index: &Index, entries: &Entries) {
    let (query, radius) = (Code::default(), Radius::new(256).unwrap());
    assert_eq!(index.snapshot().within(&query, radius), within(entries, &query, radius));
}

fn names(disk: &Disk) -> Vec<String> {
    disk.list().unwrap()
}

#[test]
fn what_was_flushed_is_there_again() {
    let (disk, entries) = filled();
    let (index, opened) = open(&disk);
    assert_eq!(opened, Opened { writable: true, reached: Some(mark(3)), discarded: None });
    check(&index, &entries);
    assert!(index.verify().is_empty());
    assert_eq!(names(&disk), ["manifest", "segment-0", "segment-1"]);
}

#[test]
fn entries_without_a_mark_are_kept_too_and_are_at_no_mark() {
    let (disk, entries) = (Disk::default(), Random(6).entries(100));
    let index = open(&disk).0;
    index.insert_batch(&entries);
    index.flush().unwrap();
    drop(index);
    let (index, opened) = open(&disk);
    assert_eq!((opened.reached, opened.discarded), (None, None));
    check(&index, &entries);
    assert_eq!(index.apply(&[], mark(1)), Err(crate::ApplyError::Unmarked));
}

#[test]
fn one_index_writes_and_others_have_what_was_there() {
    let (disk, mut entries) = filled();
    let (writer, _) = open(&disk);
    let (reader, opened) = open(&disk);
    assert_eq!(opened, Opened { writable: false, reached: Some(mark(3)), discarded: None });
    let before = names(&disk);
    reader.apply(&inserts(&vec![(Code::default(), 999); 50]), mark(4)).unwrap();
    while reader.maintain().unwrap().is_step() {}
    reader.settle().unwrap();
    assert_eq!((reader.snapshot().len(), reader.verify().len()), (entries.len() + 50, 0));
    assert_eq!(names(&disk), before);

    // What the writer writes and removes meanwhile is nothing to the reader.
    writer.settle().unwrap();
    assert_eq!(reader.snapshot().len(), entries.len() + 50);
    drop((writer, reader));
    let (index, opened) = open(&disk);
    assert_eq!((opened.writable, opened.reached), (true, Some(mark(3))));
    index.remove(entries[5].1);
    let gone = entries[5].1;
    entries.retain(|entry| entry.1 != gone);
    check(&index, &entries);
}

#[test]
fn a_directory_that_may_not_be_written_is_read() {
    let (disk, entries) = filled();
    disk.give_trouble(Some(Trouble { first: 0, last: 0, has_effect: false }));
    let (index, opened) = open(&disk);
    assert_eq!((opened.writable, opened.reached), (false, Some(mark(3))));
    check(&index, &entries);
}

/// Another process merges after the manifest was read: the files it names vanish.
#[test]
fn a_reader_follows_a_writer_that_merges_while_it_opens() {
    let (disk, entries) = filled();
    let writer = open(&disk).0;
    disk.give_trouble(None);
    let during = disk.clone();
    disk.during_calls(Some(Box::new(move || {
        // The third call of the reader, after its lock and its manifest.
        if during.calls() == 2 {
            writer.settle().unwrap();
        }
    })));
    let (index, opened) = open(&disk);
    assert_eq!((opened.reached, opened.discarded), (Some(mark(3)), None));
    assert_eq!(index.newest().segments().len(), 1);
    check(&index, &entries);
}

#[test]
fn what_is_damaged_is_told_removed_and_built_anew() {
    type Tamper = fn(&Disk);
    type Expected = fn(&Discarded) -> bool;
    let cases: [(Tamper, Expected); 6] = [
        (
            |disk| disk.tamper("manifest", |bytes| bytes[100] ^= 1),
            |reason| matches!(reason, Discarded::Manifest(Damage { offset: 96, .. })),
        ),
        (
            |disk| disk.tamper("manifest", |bytes| bytes[8] = 77),
            |reason| matches!(reason, Discarded::Version { found: 77 }),
        ),
        (
            |disk| disk.tamper("manifest", |bytes| bytes.truncate(5)),
            |reason| matches!(reason, Discarded::Manifest(Damage { offset: 5, .. })),
        ),
        (
            |disk| disk.tamper("segment-1", |bytes| bytes[9] ^= 4),
            |reason| matches!(reason, Discarded::Segment { file, .. } if file == "segment-1"),
        ),
        (
            |disk| disk.tamper("segment-0", |bytes| bytes.truncate(80)),
            |reason| matches!(reason, Discarded::Segment { damage, .. } if damage.offset == 80),
        ),
        (
            |disk| disk.remove("segment-0").unwrap(),
            |reason| matches!(reason, Discarded::Missing { file } if file == "segment-0"),
        ),
    ];
    for (tamper, is_expected) in cases {
        let (disk, entries) = filled();
        tamper(&disk);
        let reason = reopened_for_reading(&disk);
        assert!(is_expected(&reason), "{reason}");
        assert_eq!(discarded_by_writer(&disk), reason);
        rebuild(&disk, &entries);
    }
}

/// While another has the lock nothing is removed.
fn reopened_for_reading(disk: &Disk) -> Discarded {
    let (lock, before) = (disk.lock().unwrap(), names(disk));
    let (index, opened) = open(disk);
    assert_eq!((opened.writable, opened.reached, index.snapshot().len()), (false, None, 0));
    assert_eq!(names(disk), before);
    drop(lock);
    opened.discarded.unwrap()
}

fn discarded_by_writer(disk: &Disk) -> Discarded {
    let (index, opened) = open(disk);
    assert_eq!((opened.writable, opened.reached, index.snapshot().len()), (true, None, 0));
    assert!(names(disk).is_empty());
    opened.discarded.unwrap()
}

fn rebuild(disk: &Disk, entries: &Entries) {
    let (index, opened) = open(disk);
    assert_eq!(opened.discarded, None);
    index.apply(&inserts(entries), mark(3)).unwrap();
    index.flush().unwrap();
    drop(index);
    check(&open(disk).0, entries);
}

#[test]
fn leftovers_are_cleared_away_by_a_writer_only() {
    let (disk, entries) = filled();
    let own = names(&disk);
    for name in ["segment-7", "manifest.new", "segment-07", "notes"] {
        disk.write(name, b"left").unwrap();
    }
    let lock = disk.lock().unwrap();
    assert!(!open(&disk).1.writable);
    assert_eq!(names(&disk).len(), own.len() + 4);
    drop(lock);
    let index = open(&disk).0;
    assert_eq!(names(&disk), ["manifest", "notes", "segment-0", "segment-07", "segment-1"]);
    index.settle().unwrap();
    assert_eq!(names(&disk), ["manifest", "notes", "segment-07", "segment-8"]);
    check(&index, &entries);
}

#[test]
fn what_cannot_be_read_is_an_error_and_not_thrown_away() {
    let (disk, entries) = filled();
    for call in 1..4 {
        disk.give_trouble(Some(Trouble { first: call, last: usize::MAX, has_effect: false }));
        let failed = Index::open_on(Box::new(disk.clone()), Level::best(), SMALL);
        assert!(matches!(failed, Err(StorageError::Io { .. })), "{call}");
    }
    disk.give_trouble(None);
    check(&open(&disk).0, &entries);
}

#[test]
fn the_thorough_check_finds_what_opening_does_not_look_for() {
    let (disk, _) = filled();
    let end = disk.read("segment-0").unwrap().len() - 1;
    disk.tamper("segment-0", |bytes| bytes[end] ^= 1);
    let index = open(&disk).0;
    let findings = index.verify();
    assert!(
        matches!(&findings[..], [Finding::Damaged { file, .. }] if file == "segment-0"),
        "{findings:?}"
    );
    disk.tamper("manifest", |bytes| bytes[200] ^= 1);
    disk.remove("segment-1").unwrap();
    assert_eq!(index.verify().len(), 3);
}

#[test]
fn errors_name_our_own_files_and_nothing_else() {
    let (disk, _) = filled();
    let index = open(&disk).0;
    index.apply(&inserts(&Random(8).entries(5)), mark(9)).unwrap();
    disk.give_trouble(Some(Trouble { first: 0, last: 0, has_effect: false }));
    let error = index.flush().unwrap_err();
    assert!(error.to_string().starts_with("writing segment-2: "), "{error}");
    index.flush().unwrap();
}

#[test]
fn what_was_withdrawn_is_not_on_the_disk_after_purging() {
    let disk = Disk::default();
    let index = open(&disk).0;
    let code = Random(40).code();
    index.apply(&inserts(&vec![(code, 1), (Code::default(), 2)]), mark(1)).unwrap();
    index.flush().unwrap();
    assert!(is_on_disk(&disk, &code));
    index.apply(&[Change::Remove { payload: 1 }], mark(2)).unwrap();
    index.purge().unwrap();
    assert!(!is_on_disk(&disk, &code));
    assert_eq!((index.snapshot().len(), names(&disk).len()), (1, 2));
}

/// Whether a word of the code stands in a file, in either order of bytes.
fn is_on_disk(disk: &Disk, code: &Code) -> bool {
    let words = code.words().iter().flat_map(|word| [word.to_le_bytes(), word.to_be_bytes()]);
    let words: Vec<[u8; 8]> = words.collect();
    let mut files = names(disk).into_iter().map(|name| disk.read(&name).unwrap());
    files.any(|bytes| bytes.windows(8).any(|window| words.iter().any(|word| word == window)))
}
