//! Opening what another has, what is damaged, and what changes meanwhile.

use crate::disk::{Disk, Trouble};
use crate::image::Image;
use crate::model::{Entries, Random, SMALL, within};
use crate::open::{Discarded, Opened, ReadOnlyError};
use crate::storage::{Lock, Storage};
use crate::{Change, Code, Damage, Finding, Index, Level, Mark, Radius, StorageError};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// A disk that fails the test when something is asked of it that is not reading a file.
struct ReadOnly(Disk);

impl Storage for ReadOnly {
    fn lock(&self) -> io::Result<Option<Lock>> {
        panic!("a reader took the lock")
    }
    fn list(&self) -> io::Result<Vec<String>> {
        panic!("a reader looked around")
    }
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.0.read(name)
    }
    fn map(&self, name: &str) -> io::Result<Image> {
        self.0.map(name)
    }
    fn write(&self, _: &str, _: &[u8]) -> io::Result<()> {
        panic!("a reader wrote")
    }
    fn sync(&self, _: &str) -> io::Result<()> {
        panic!("a reader synced")
    }
    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        panic!("a reader renamed")
    }
    fn remove(&self, _: &str) -> io::Result<()> {
        panic!("a reader removed")
    }
    fn sync_names(&self) -> io::Result<()> {
        panic!("a reader synced")
    }
}

fn open_read_only(disk: &Disk) -> Result<(Index, Opened), ReadOnlyError> {
    Index::open_read_only_on(&ReadOnly(disk.clone()), Level::best())
}

#[test]
fn who_only_reads_sees_a_moment_and_adds_to_it_in_memory() {
    let (disk, mut entries) = filled();
    let (writer, _) = open(&disk);
    let (reader, opened) = open_read_only(&disk).unwrap();
    assert_eq!(opened, Opened { writable: false, reached: Some(mark(3)), discarded: None });
    check(&reader, &entries);
    assert!(reader.verify().is_empty());

    // The writer goes on, and the files that the reader stands on are removed.
    let more = Random(9).entries(150);
    writer.apply(&inserts(&more), mark(4)).unwrap();
    writer.settle().unwrap();
    check(&reader, &entries);
    // What it missed it learns from the ledger, as an index that is behind it does.
    reader.apply(&inserts(&more), mark(4)).unwrap();
    entries.extend(&more);
    let removed = more[0].1;
    reader.apply(&[Change::Remove { payload: removed }], mark(5)).unwrap();
    while reader.maintain().unwrap().is_step() {}
    reader.settle().unwrap();
    reader.purge().unwrap();
    let mut without = entries.clone();
    without.retain(|entry| entry.1 != removed);
    check(&reader, &without);
    check(&open_read_only(&disk).unwrap().0, &entries);
    assert!(writer.verify().is_empty());
}

/// Whatever the writer is about to do to the disk: what lies there then is a moment of it.
#[test]
fn who_only_reads_sees_a_whole_moment_before_every_call_of_a_writer() {
    let (disk, entries) = filled();
    let writer = open(&disk).0;
    let more = Random(9).entries(150);
    let all = [&entries[..], &more].concat();
    let (seen, looked) = (disk.clone(), Arc::new(AtomicUsize::new(0)));
    let (counted, gone) = (Arc::clone(&looked), more[0].1);
    disk.during_calls(Some(Box::new(move || {
        let (index, opened) = open_read_only(&seen).unwrap();
        let mut expected = if opened.reached == Some(mark(3)) { &entries } else { &all }.clone();
        if opened.reached == Some(mark(5)) {
            expected.retain(|entry| entry.1 != gone);
        }
        check(&index, &expected);
        counted.fetch_add(1, Ordering::Relaxed);
    })));
    writer.apply(&inserts(&more), mark(4)).unwrap();
    while writer.maintain().unwrap().is_step() {}
    writer.apply(&[Change::Remove { payload: gone }], mark(5)).unwrap();
    writer.purge().unwrap();
    writer.settle().unwrap();
    disk.during_calls(None);
    assert_eq!(open_read_only(&disk).unwrap().1.reached, Some(mark(5)));
    assert!(looked.load(Ordering::Relaxed) > 20);
}

/// Another process merges after the manifest was read, and again.
#[test]
fn who_only_reads_follows_a_writer_that_merges_meanwhile() {
    let (disk, _) = filled();
    let writer = open(&disk).0;
    let (during, mut merges) = (disk.clone(), 0);
    disk.give_trouble(None);
    disk.during_calls(Some(Box::new(move || {
        // After each of the first three manifests.
        if during.calls() % 2 == 1 && merges < 3 {
            merges += 1;
            writer.apply(&[], mark(3 + merges)).unwrap();
            writer.clear();
            writer.apply(&inserts(&Random(merges).entries(9)), mark(3 + merges)).unwrap();
            writer.flush().unwrap();
        }
    })));
    let (index, opened) = open_read_only(&disk).unwrap();
    let reached = opened.reached.unwrap().reached;
    assert!(reached > 3, "the files of the first manifest are gone");
    check(&index, &Random(reached - 3).entries(9));
}

#[test]
fn who_only_reads_is_told_what_is_wrong_and_leaves_it() {
    assert!(matches!(open_read_only(&Disk::default()), Err(ReadOnlyError::Missing)));
    type Tamper = fn(&Disk);
    type Expected = fn(&Discarded) -> bool;
    let cases: [(Tamper, Expected); 4] = [
        (
            |disk| disk.tamper("manifest", |bytes| bytes[100] ^= 1),
            |reason| matches!(reason, Discarded::Manifest(Damage { offset: 96, .. })),
        ),
        (
            |disk| disk.tamper("manifest", |bytes| bytes[8] = 77),
            |reason| matches!(reason, Discarded::Version { found: 77 }),
        ),
        (
            |disk| disk.tamper("segment-1", |bytes| bytes[9] ^= 4),
            |reason| matches!(reason, Discarded::Segment { file, .. } if file == "segment-1"),
        ),
        (
            |disk| disk.remove("segment-0").unwrap(),
            |reason| matches!(reason, Discarded::Missing { file } if file == "segment-0"),
        ),
    ];
    for (tamper, is_expected) in cases {
        let (disk, _) = filled();
        tamper(&disk);
        let before = names(&disk);
        let Err(ReadOnlyError::Unusable(reason)) = open_read_only(&disk) else {
            panic!("opened what is damaged")
        };
        assert!(is_expected(&reason), "{reason}");
        assert_eq!(names(&disk), before);
    }
    let (disk, _) = filled();
    disk.give_trouble(Some(Trouble { first: 0, last: 0, has_effect: false }));
    assert!(matches!(open_read_only(&disk), Err(ReadOnlyError::Storage(_))));
}

#[cfg(all(unix, not(miri)))]
#[test]
fn a_directory_without_any_right_to_write_is_read_and_stays_as_it_is() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("index");
    let missing = Index::open_read_only(&path, Level::best());
    assert!(matches!(missing, Err(ReadOnlyError::Missing)) && !path.exists());
    let entries = Random(3).entries(200);
    let (index, _) = Index::open(&path, Level::best(), SMALL).unwrap();
    index.apply(&inserts(&entries), mark(1)).unwrap();
    index.flush().unwrap();
    drop(index);
    fs::remove_file(path.join("lock")).unwrap();
    let list = || fs::read_dir(&path).unwrap().map(|file| file.unwrap().file_name());
    let before: std::collections::BTreeSet<_> = list().collect();
    list().for_each(|file| {
        fs::set_permissions(path.join(file), Permissions::from_mode(0o400)).unwrap();
    });
    fs::set_permissions(&path, Permissions::from_mode(0o500)).unwrap();
    let (index, opened) = Index::open_read_only(&path, Level::best()).unwrap();
    assert_eq!((opened.writable, opened.reached), (false, Some(mark(1))));
    check(&index, &entries);
    assert_eq!(list().collect::<std::collections::BTreeSet<_>>(), before);
    fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
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
