//! The index is derived from the ledger: whatever happens to its files, every command finds what
//! it has to, and nobody has to do anything for it.

use athar_tests::command::{Bench, Ran};
use athar_tests::{pictures, stores};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// Enough that the end of an `add` writes the index.
const MANY: u64 = 3000;

/// A store of many codes with an index on the disk. The case `seen` has scene 1.
fn large_store() -> Bench {
    large_store_of(0..MANY)
}

fn large_store_of(numbers: std::ops::Range<u64>) -> Bench {
    let bench = Bench::new(PROGRAM);
    stores::fill(&bench.store(), "many", numbers);
    add(&bench, "seen", 1, 90);
    assert!(stores::index_dir(&bench.store()).join("manifest").is_file());
    assert_eq!(bench.run(["verify"]).code, 0);
    bench
}

/// A JPEG of a scene.
fn picture(bench: &Bench, scene: u64, quality: u8) -> PathBuf {
    let path = bench.file(format!("{scene}-{quality}.jpg"));
    pictures::save_jpeg(&pictures::scene(scene, 200, 150).into(), &path, quality);
    path
}

fn add(bench: &Bench, case: &str, scene: u64, quality: u8) -> Ran {
    let path = picture(bench, scene, quality);
    let ran = bench.run(["add".as_ref(), case.as_ref(), path.as_os_str()]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran
}

fn check(bench: &Bench, scene: u64) -> Ran {
    let path = picture(bench, scene, 55);
    bench.run(["check".as_ref(), path.as_os_str()])
}

fn check_code(bench: &Bench, number: u64) -> i32 {
    bench.run(["check", "--pdq", &stores::code(number).to_hex()]).code
}

/// Every command gives the right answers, and after the next `add` the index is whole again.
/// Gives what `check` said on standard error.
fn answers_are_right(bench: &Bench, scene: u64) -> String {
    let checked = check(bench, scene);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    assert_eq!(check(bench, 999_999).code, 1);
    assert_eq!(check_code(bench, 5), 0);
    add(bench, "later", scene, 60);
    let (_, links) = bench.json(["links", "later"]);
    assert_eq!(links.len(), 1, "the link to the case that has it");
    let told = add(bench, "latest", 2, 70).err;
    assert!(!told.contains("note"), "it is mended: {told}");
    let verified = bench.run(["verify"]);
    assert_eq!((verified.code, verified.err.as_str()), (0, ""), "{}", verified.out);
    assert!(check(bench, scene).err.is_empty());
    checked.err
}

fn one_note(told: &str, about: &str) {
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("note: ") && told.contains(about), "{told}");
    assert!(!told.contains('/'), "no path: {told}");
}

#[test]
fn a_small_store_writes_no_segments() {
    let bench = Bench::new(PROGRAM);
    add(&bench, "a", 1, 90);
    add(&bench, "b", 1, 70);
    assert_eq!(bench.json(["links"]).1.len(), 1);
    assert!(!stores::index_dir(&bench.store()).join("manifest").exists());
}

#[test]
fn a_deleted_index_comes_back() {
    let bench = large_store_of(0..20_000);
    fs::remove_dir_all(bench.store().join("index")).unwrap();
    one_note(&answers_are_right(&bench, 1), "no index");
}

#[test]
fn a_truncated_segment_is_noticed_and_made_anew() {
    let bench = large_store();
    let segment = stores::segment(&bench.store());
    let bytes = fs::read(&segment).unwrap();
    fs::write(&segment, &bytes[..bytes.len() / 2]).unwrap();
    one_note(&answers_are_right(&bench, 1), "is damaged at byte");
}

#[test]
fn a_missing_segment_is_noticed_and_made_anew() {
    let bench = large_store();
    fs::remove_file(stores::segment(&bench.store())).unwrap();
    one_note(&answers_are_right(&bench, 1), "is missing");
}

#[test]
fn a_flipped_bit_of_the_manifest_is_noticed_and_made_anew() {
    let bench = large_store();
    flip(&stores::index_dir(&bench.store()).join("manifest"), 30);
    one_note(&answers_are_right(&bench, 1), "the manifest is damaged at byte");
}

#[test]
fn a_flipped_bit_inside_a_segment_is_found_by_verify_and_mended_by_it() {
    let bench = large_store();
    // Among the codes, which opening does not look at.
    flip(&stores::segment(&bench.store()), 6000);
    for time in 0..2 {
        let verified = bench.run(["verify"]);
        assert_eq!(verified.code, 1, "time {time}: {}", verified.out);
        assert!(verified.out.contains("segment-"), "{}", verified.out);
        assert!(verified.out.contains("is damaged at byte"), "{}", verified.out);
        assert!(verified.out.contains("--rebuild-index"), "{}", verified.out);
    }
    let (code, lines) = bench.json(["verify"]);
    assert_eq!((code, lines[0]["summary"]["index_faulty"].as_bool()), (1, Some(true)));
    let (code, lines) = bench.json(["verify", "--rebuild-index"]);
    let summary = &lines[0]["summary"];
    assert_eq!((code, summary["sound"].as_bool()), (0, Some(true)), "{summary}");
    assert_eq!(summary["index_rebuilt"].as_bool(), Some(true));
    let codes = ["pdq", "landmark"].map(|space| stores::codes(&bench.store(), space));
    assert_eq!((codes[0], codes[1] > 50), (MANY + 1, true));
    assert_eq!(summary["codes"].as_u64(), Some(codes[0] + codes[1]));
    assert_eq!(answers_are_right(&bench, 1), "");
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

#[test]
fn verify_tells_of_damage_that_opening_finds_and_leaves_it() {
    let bench = large_store();
    flip(&stores::segment(&bench.store()), 100);
    let before = listing(&bench);
    for time in 0..2 {
        let verified = bench.run(["verify"]);
        assert_eq!((verified.code, verified.err.as_str()), (1, ""), "{time}: {}", verified.out);
        assert!(verified.out.contains("is damaged at byte"), "{}", verified.out);
        one_note(&check(&bench, 1).err, "is damaged at byte");
    }
    assert_eq!(listing(&bench), before);
    one_note(&answers_are_right(&bench, 1), "is damaged at byte");
}

#[test]
fn an_older_index_learns_what_came_after() {
    let bench = large_store();
    let older = bench.file("older/x").with_file_name("index");
    stores::replace_dir(&stores::index_dir(&bench.store()), &older);
    stores::fill(&bench.store(), "many", MANY..3 * MANY);
    add(&bench, "seen", 77, 90);
    stores::replace_dir(&older, &stores::index_dir(&bench.store()));
    assert_eq!(check_code(&bench, 2 * MANY), 0);
    assert_eq!(answers_are_right(&bench, 77), "", "nothing to be told");
}

#[test]
fn an_index_that_is_newer_than_a_restored_ledger_is_made_anew() {
    let bench = large_store();
    let ledger = stores::ledger_file(&bench.store());
    let copy = fs::read(&ledger).unwrap();
    add(&bench, "lost", 78, 90);
    stores::fill(&bench.store(), "many", MANY..2 * MANY);
    add(&bench, "lost", 79, 90);
    fs::write(&ledger, copy).unwrap();
    for log in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(bench.store().join(log));
    }
    // The restored ledger goes its own way past the numbers that the index has reached.
    assert_eq!(check(&bench, 78).code, 1, "what is not in the ledger is not known");
    stores::fill(&bench.store(), "other", 5 * MANY..7 * MANY + 5);
    assert_eq!(check_code(&bench, 6 * MANY), 0);
    assert_eq!(check_code(&bench, MANY + 7), 1);
    one_note(&answers_are_right(&bench, 1), "another ledger or of a later state");
}

#[test]
fn the_index_of_another_store_is_not_believed() {
    let (bench, other) = (large_store(), large_store_of(0..2 * MANY));
    stores::replace_dir(&stores::index_dir(&other.store()), &stores::index_dir(&bench.store()));
    assert_eq!(check_code(&bench, MANY + 3), 1);
    one_note(&answers_are_right(&bench, 1), "another ledger");
}

/// Whoever comes second works without writing the index, and misses nothing.
#[test]
fn processes_at_once_share_one_index() {
    let bench = large_store();
    for scene in 100..120 {
        for (case, quality) in [("a", 90), ("b", 60), ("c", 75)] {
            let path = bench.file(format!("{case}/{scene}.jpg"));
            pictures::save_jpeg(&pictures::scene(scene, 120, 90).into(), &path, quality);
        }
    }
    let start = |args: [&str; 2]| {
        let mut command = bench.command(args);
        command.arg(bench.file(format!("{}/x", args[1])).parent().unwrap());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut children = ["a", "b", "c"].map(|case| start(["add", case]));
    assert_eq!(check(&bench, 1).code, 0);
    assert_eq!(bench.run(["verify"]).code, 0);
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(bench.json(["links"]).1.len(), 3 * 20);
    assert_eq!(answers_are_right(&bench, 1), "");
}

/// While somebody else has the index's directory, and when it cannot be made at all.
#[test]
fn an_index_that_cannot_be_written_is_no_failure() {
    let bench = large_store();
    let held = fs::File::open(stores::index_dir(&bench.store()).join("lock")).unwrap();
    held.try_lock().unwrap();
    let before = listing(&bench);
    stores::fill(&bench.store(), "many", MANY..3 * MANY);
    add(&bench, "seen", 80, 90);
    assert_eq!((check(&bench, 80).code, check_code(&bench, 2 * MANY)), (0, 0));
    assert_eq!(bench.run(["verify", "--rebuild-index"]).code, 2);
    assert_eq!(listing(&bench), before);
    drop(held);
    assert_eq!(answers_are_right(&bench, 80), "");

    fs::remove_dir_all(bench.store().join("index")).unwrap();
    fs::write(bench.store().join("index"), "in the way").unwrap();
    let added = add(&bench, "more", 80, 65);
    assert_eq!(added.err.matches("note: ").count(), 1, "{}", added.err);
    assert!(added.err.contains("the index cannot be read"), "{}", added.err);
    assert_eq!(check(&bench, 80).code, 0);
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn asking_writes_no_index() {
    let bench = large_store();
    stores::fill(&bench.store(), "many", MANY..2 * MANY);
    let before = listing(&bench);
    assert_eq!(check(&bench, 1).code, 0);
    for args in [&["links"][..], &["case", "list"], &["verify"]] {
        assert_eq!(bench.run(args).code, 0);
    }
    assert_eq!(listing(&bench), before);
}

/// What whole frames answer opens no other index, and what is the matter with several is told once.
#[test]
fn an_index_that_no_question_needs_is_not_opened() {
    let bench = large_store();
    assert_eq!(bench.run(["verify", "--rebuild-index"]).code, 0);
    flip(&stores::index_dir(&bench.store()).with_file_name("landmark").join("manifest"), 30);
    assert_eq!((check(&bench, 1).code, check(&bench, 1).err.as_str()), (0, ""));
    let unknown = check(&bench, 999_999);
    assert_eq!(unknown.code, 1);
    one_note(&unknown.err, "the manifest is damaged at byte");

    let index = bench.store().join("index");
    fs::remove_dir_all(&index).unwrap();
    fs::write(index, "in the way").unwrap();
    one_note(&check(&bench, 999_999).err, "the index cannot be read");
}

/// Names and contents of the index's files.
fn listing(bench: &Bench) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(stores::index_dir(&bench.store())).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}
