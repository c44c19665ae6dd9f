//! `check --similar`: what looks most alike is shown and decides nothing.

use athar_tests::command::Bench;
use athar_tests::{pictures, stores};
use serde_json::Value;
use std::path::{Path, PathBuf};

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// Cases `a` to `e`, each with one scene.
fn five_cases() -> Bench {
    let bench = Bench::new(PROGRAM);
    for (scene, case) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
        let path = picture(&bench, scene as u64, 90);
        assert_eq!(bench.run(["add".as_ref(), case.as_ref(), path.as_os_str()]).code, 0);
    }
    bench
}

fn picture(bench: &Bench, scene: u64, quality: u8) -> PathBuf {
    let path = bench.file(format!("{scene}-{quality}.jpg"));
    pictures::save_jpeg(&pictures::scene(scene, 200, 150).into(), &path, quality);
    path
}

fn similar(bench: &Bench, path: &Path, count: &str) -> (i32, Vec<Value>) {
    let args = ["check".as_ref(), "--similar".as_ref(), count.as_ref(), path.as_os_str()];
    let (code, lines) = bench.json(args);
    (code, lines[0]["similar"].as_array().unwrap().clone())
}

fn rises(found: &[Value]) -> bool {
    let distances: Vec<_> = found.iter().map(|one| one["distance"].as_u64().unwrap()).collect();
    distances.is_sorted()
}

#[test]
fn few_codes_are_all_looked_at() {
    let bench = five_cases();
    let stranger = picture(&bench, 50, 80);
    let (code, found) = similar(&bench, &stranger, "3");
    assert_eq!((code, found.len()), (1, 3), "it decides no match and no exit code");
    assert!(rises(&found) && found.iter().all(|one| one["approximate"] == false));
    assert!(found.iter().all(|one| one["distance"].as_u64() > Some(31)));
    let (_, all) = similar(&bench, &stranger, "100");
    assert_eq!((all.len(), &all[..3]), (5, &found[..]));
    let known = picture(&bench, 2, 60);
    let (code, found) = similar(&bench, &known, "1");
    assert_eq!((code, &found[0]["case"]), (0, &Value::from("c")));
    assert!(found[0]["item"].as_str().unwrap().len() == 64);
    assert_eq!(found[0]["orientation"], "rot0");
}

#[test]
fn many_codes_are_found_by_a_graph_and_marked() {
    let bench = five_cases();
    stores::fill(&bench.store(), "many", 0..6000);
    let known = picture(&bench, 2, 60);
    let (code, found) = similar(&bench, &known, "4");
    assert_eq!((code, found.len()), (0, 4));
    assert!(rises(&found) && found.iter().all(|one| one["approximate"] == true));
    assert_eq!(found[0]["case"], "c");
    let hex = stores::code(17).to_hex();
    let text = bench.run(["check", "--similar", "2", "--pdq", &hex]);
    assert_eq!(text.code, 0);
    assert_eq!(text.out.matches("looks alike").count(), 2, "{}", text.out);
    assert_eq!(text.out.matches("approximate").count(), 2, "{}", text.out);
    assert!(text.err.is_empty(), "{}", text.err);
}

#[test]
fn without_the_question_there_is_no_answer() {
    let bench = five_cases();
    let path = picture(&bench, 2, 60);
    let (_, lines) = bench.json(["check".as_ref(), path.as_os_str()]);
    assert!(lines[0].get("similar").is_none());
    let none = bench.file("a.txt");
    std::fs::write(&none, "no picture").unwrap();
    assert_eq!(similar(&bench, &none, "3"), (3, vec![]));
    assert_eq!(
        bench.run(["check".as_ref(), "--similar".as_ref(), "0".as_ref(), path.as_os_str()]).code,
        2
    );
}
