//! Every change and every question has its event: who, when, what for.

use athar_tests::command::{Bench, clip_fixture as fixture};
use serde_json::Value;

fn kinds(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["kind"].as_str().expect("a kind")).collect()
}

#[test]
fn the_log_tells_who_did_what_and_what_for() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let case = ["case", "open", "L-1", "--by", "clerk-2", "--purpose", "hotline call"];
    assert_eq!(bench.run(case).code, 0);
    bench.add("L-1", &fixture("a-frame.jpg"));
    let frame = fixture("a-frame.jpg");
    let frame = frame.to_str().expect("a plain name");
    assert_eq!(bench.run(["check", frame, "--by", "desk-9", "--purpose", "takedown 88"]).code, 0);
    assert_eq!(bench.run(["check", frame]).code, 0);

    let (code, lines) = bench.json(["log", "--actor", "clerk-2"]);
    assert_eq!((code, kinds(&lines)), (0, vec!["case_opened"]));
    assert_eq!(lines[0]["purpose"], "hotline call");
    let (_, lines) = bench.json(["log", "--actor", "desk-9"]);
    assert_eq!(kinds(&lines), ["check_made"]);
    let details = &lines[0]["details"];
    assert_eq!((&details["inputs"], &details["matched"]), (&1.into(), &1.into()), "{details}");
    assert!(
        details["program"].is_string()
            && details["radius"].is_u64()
            && details["scheme"].is_string()
    );
    let (_, lines) = bench.json(["log", "--case", "L-1", "--all"]);
    let of_case = ["case_opened", "report_opened", "item_added", "item_reported", "report_closed"];
    assert_eq!(kinds(&lines), of_case);
    let (_, lines) = bench.json(["log", "--last", "1"]);
    assert_eq!((kinds(&lines), &lines[0]["actor"]), (vec!["check_made"], &Value::Null));

    let shown = bench.run(["log"]).out;
    let of_check = shown.lines().find(|line| line.contains("desk-9")).expect("its line");
    assert!(of_check.contains("check made: ") && of_check.ends_with("for: takedown 88"), "{shown}");
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn a_name_that_is_no_line_is_refused_before_anything_is_done() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for bad in [["--by", "two\nlines"], ["--purpose", "\u{7}"], ["--by", ""]] {
        let ran = bench.run([&["case", "open", "L-1"][..], &bad].concat());
        assert_eq!((ran.code, ran.err.contains("--by and --purpose")), (2, true), "{}", ran.err);
    }
    assert!(bench.json(["case", "list"]).1.is_empty());
}
