//! A copy of the ledger made while the store is in use, and a store made of it.

use athar_tests::command::{Bench, clip_fixture as fixture};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn bench() -> Bench {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for (case, file) in [("B-1", "film-a.mp4"), ("B-2", "a-cut-mirrored.mkv")] {
        bench.add(case, &fixture(file));
    }
    bench
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

#[test]
fn a_store_made_of_a_copy_answers_as_the_one_that_was_copied() {
    let (bench, other) = (bench(), Bench::bare(env!("CARGO_BIN_EXE_athar-under-test")));
    let copy = bench.file("copy.athar");
    let (code, lines) = bench.json(["backup", text(&copy)]);
    assert_eq!((code, lines.len()), (0, 1));
    let again = bench.run(["backup", text(&copy)]);
    assert_eq!(again.code, 2, "nothing is replaced");
    let (code, restored) = other.json(["restore", text(&copy)]);
    assert_eq!((code, &restored[0]["backup"]), (0, &lines[0]["backup"]));
    assert_eq!(other.json(["links"]), bench.json(["links"]));
    let matches = |bench: &Bench| -> Value {
        let (_, lines) = bench.json(["check".as_ref(), fixture("a-frame.jpg").as_os_str()]);
        lines[0]["matches"].clone()
    };
    assert_eq!(matches(&other), matches(&bench));
    assert_eq!(other.run(["verify"]).code, 0);
    let twice = other.run(["restore", text(&copy)]);
    assert_eq!(
        (twice.code, twice.err.contains("a store here already")),
        (2, true),
        "{}",
        twice.err
    );
}

#[test]
fn a_copy_that_was_touched_or_is_too_old_makes_no_store() {
    let (bench, other) = (bench(), Bench::bare(env!("CARGO_BIN_EXE_athar-under-test")));
    let (copy, kept) = (bench.file("copy.athar"), bench.file("kept.json"));
    assert_eq!(bench.run(["backup", text(&copy)]).code, 0);
    assert_eq!(bench.run(["key", "make"]).code, 0);
    fs::write(&kept, bench.run(["checkpoint"]).out).unwrap();
    bench.add("B-3", &fixture("note-one.opus"));
    fs::write(&kept, bench.run(["checkpoint"]).out).unwrap();
    let old = other.run(["restore", text(&copy), "--kept", text(&kept)]);
    assert_eq!((old.code, old.err.contains("older copy")), (2, true), "{}", old.err);
    let mut bytes = fs::read(&copy).unwrap();
    let place = bytes.windows(3).position(|window| window == b"B-1").expect("the case's name");
    bytes[place + 2] = b'7';
    fs::write(&copy, &bytes).unwrap();
    let touched = other.run(["restore", text(&copy)]);
    assert_eq!((touched.code, touched.err.contains("not sound")), (2, true), "{}", touched.err);
    assert!(!other.store().join("ledger.sqlite").exists());
    let nothing = other.run(["restore", text(&kept)]);
    assert_eq!(nothing.code, 2);
}
