//! The command line as DESIGN and README promise it: lines, keys, exit codes.

use athar_tests::command::Bench;
use athar_tests::pictures;
use image::DynamicImage;
use serde_json::Value;
use std::io::Read;
use std::process::Stdio;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// Two cases: the second holds a mirrored copy of the first one's picture, and one of its own.
fn two_cases() -> Bench {
    let bench = Bench::new(PROGRAM);
    let scene = DynamicImage::from(pictures::scene(1, 320, 240));
    pictures::save_jpeg(&scene, &bench.file("one/a.jpg"), 90);
    pictures::save_jpeg(&scene.fliph(), &bench.file("two/b.jpg"), 70);
    pictures::save_jpeg(&pictures::scene(2, 320, 240).into(), &bench.file("two/c.jpg"), 90);
    for case in ["one", "two"] {
        let folder = bench.file(format!("{case}/x")).parent().unwrap().to_path_buf();
        assert_eq!(bench.run(["add".as_ref(), case.as_ref(), folder.as_os_str()]).code, 0);
    }
    bench
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn check_answers_with_the_promised_keys() {
    let bench = two_cases();
    let (code, lines) = bench.json(["check".as_ref(), bench.file("one/a.jpg").as_os_str()]);
    assert_eq!((code, lines.len()), (0, 2));
    let line = &lines[0];
    assert_eq!(
        keys(line),
        ["bytes", "error", "kind", "matches", "path", "quality", "sha256"],
        "nothing is kept, so nothing is said of keeping"
    );
    assert_eq!((&line["kind"], &line["error"]), (&Value::from("image"), &Value::Null));
    let matches = line["matches"].as_array().unwrap();
    assert_eq!(matches.len(), 2);
    assert_eq!(
        keys(&matches[0]),
        [
            "case",
            "distance",
            "false_alarm_pairs",
            "false_alarm_rate",
            "inliers",
            "item",
            "orientation",
            "region",
            "relation",
            "second_opinion",
            "state",
            "time",
            "via"
        ]
    );
    let facts = |m: &Value| {
        [m["case"].clone(), m["relation"].clone(), m["via"].clone(), m["orientation"].clone()]
    };
    assert_eq!(facts(&matches[0]), ["one", "copy", "pdq", "rot0"].map(Value::from));
    assert_eq!(facts(&matches[1]), ["two", "copy", "pdq", "mirror"].map(Value::from));
    assert_eq!(matches[0]["distance"], 0);
    assert_eq!(lines[1]["summary"]["matched"], 1);
}

#[test]
fn check_leaves_its_answer_in_the_exit_code_and_keeps_nothing() {
    let bench = two_cases();
    let unknown = bench.file("unknown.png");
    pictures::scene(9, 200, 200).save(&unknown).unwrap();
    let text = bench.file("text.jpg");
    std::fs::write(&text, "no picture").unwrap();
    let check = |paths: &[&std::path::Path]| {
        let paths = paths.iter().map(|path| path.as_os_str());
        bench.run(std::iter::once("check".as_ref()).chain(paths)).code
    };
    assert_eq!(check(&[&bench.file("two/b.jpg")]), 0, "something matched");
    assert_eq!(check(&[&unknown]), 1, "nothing matched");
    assert_eq!(check(&[&unknown, &text]), 3, "nothing matched, something was not read");
    assert_eq!(check(&[&bench.file("two/b.jpg"), &text]), 0, "a match comes first");
    assert_eq!(check(&[&unknown]), 1, "it was not kept");
    assert_eq!(bench.json(["case", "show", "two"]).1[0]["items"], 2);
}

#[test]
fn a_bare_code_is_enough_to_ask_in_every_orientation() {
    let bench = two_cases();
    let hash = bench.run(["hash".as_ref(), bench.file("two/b.jpg").as_os_str()]);
    let code = hash.out.split(',').next().unwrap();
    assert_eq!(code.len(), 64);
    let (exit, lines) = bench.json(["check", "--pdq", code]);
    assert_eq!(exit, 0);
    let cases: Vec<_> =
        lines[0]["matches"].as_array().unwrap().iter().map(|m| m["case"].clone()).collect();
    assert_eq!(cases, ["two", "one"].map(Value::from));
    assert!(!serde_json::to_string(&lines).unwrap().contains(code), "codes are not repeated");
}

#[test]
fn hash_prints_what_the_reference_tool_prints() {
    let bench = Bench::bare(PROGRAM);
    let path = bench.file("scene.png");
    pictures::scene(1, 200, 100).save(&path).unwrap();
    let ran = bench.run(["hash".as_ref(), path.as_os_str()]);
    let fields: Vec<_> = ran.out.trim_end().splitn(3, ',').collect();
    assert_eq!((ran.code, fields[0].len(), fields[1]), (0, 64, "100"));
    assert_eq!(fields[2], path.to_str().unwrap());
    assert!(!bench.store().exists(), "hashing needs no store");
    let (_, lines) = bench.json(["hash".as_ref(), path.as_os_str()]);
    assert_eq!(lines[0]["pdq"], fields[0]);
    assert_eq!(lines[0]["md5"].as_str().unwrap().len(), 32);
}

#[test]
fn links_draw_themselves_as_graphs() {
    let bench = two_cases();
    let dot = bench.run(["links", "--format", "dot"]).out;
    assert!(dot.starts_with("graph athar {") && dot.contains("\"one\" -- \"two\""), "{dot}");
    let graphml = bench.run(["links", "--format", "graphml"]).out;
    assert!(graphml.contains("<edge source=\"one\" target=\"two\">"), "{graphml}");
    let text = bench.run(["links"]).out;
    assert!(text.contains("one — two") && text.contains("mirrored"), "{text}");
    assert_eq!(bench.run(["case", "list", "--format", "dot"]).code, 2);
}

#[test]
fn links_of_one_case_are_its_own_and_an_unknown_case_is_an_error() {
    let bench = two_cases();
    pictures::scene(2, 300, 220).save(bench.file("three.png")).unwrap();
    assert_eq!(
        bench.run(["add".as_ref(), "three".as_ref(), bench.file("three.png").as_os_str()]).code,
        0
    );
    assert_eq!(bench.json(["links"]).1.len(), 2);
    assert_eq!(bench.json(["links", "one"]).1.len(), 1);
    assert_eq!(bench.json(["links", "two"]).1.len(), 2);
    let ran = bench.run(["links", "four"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no case"));
}

#[test]
fn the_same_file_in_two_cases_is_a_link() {
    let bench = two_cases();
    let (code, lines) =
        bench.json(["add".as_ref(), "three".as_ref(), bench.file("one/a.jpg").as_os_str()]);
    assert_eq!((code, &lines[0]["kept"]), (0, &Value::from("known")));
    let cases: Vec<_> =
        lines[0]["matches"].as_array().unwrap().iter().map(|m| m["case"].clone()).collect();
    assert_eq!(cases, ["one", "two"].map(Value::from), "the same file, then its mirrored copy");
    assert_eq!(bench.json(["links"]).1.len(), 3);
}

#[test]
fn adding_again_recognises_what_is_there() {
    let bench = two_cases();
    let folder = bench.file("two/x").parent().unwrap().to_path_buf();
    let (code, lines) = bench.json(["add".as_ref(), "two".as_ref(), folder.as_os_str()]);
    assert_eq!(code, 0);
    assert!(lines[..2].iter().all(|line| line["kept"] == "in_case"));
    assert_eq!(lines[0]["matches"].as_array().unwrap().len(), 1, "its match is told again");
    assert_eq!(bench.json(["links"]).1.len(), 1);
}

#[test]
fn cases_are_opened_listed_and_shown() {
    let bench = Bench::new(PROGRAM);
    assert_eq!(bench.run(["case", "open", "2026-114"]).code, 0);
    assert_eq!(bench.run(["case", "open", "2026-114"]).code, 2, "it is there already");
    assert_eq!(bench.run(["case", "open", ""]).code, 2);
    assert_eq!(bench.run(["case", "open", "a\nb"]).code, 2);
    let (_, cases) = bench.json(["case", "list"]);
    assert_eq!((cases.len(), &cases[0]["case"]), (1, &Value::from("2026-114")));
    assert_eq!(bench.json(["case", "show", "2026-114"]).1[0]["items"], 0);
    assert_eq!(bench.run(["case", "show", "none"]).code, 2);
}

#[test]
fn wrong_usage_leaves_two() {
    let bench = Bench::new(PROGRAM);
    for args in
        [&["--nonsense"][..], &["add"], &["add", "c1"], &["check"], &["links", "--format", "xml"]]
    {
        let ran = bench.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.out.is_empty() && ran.err.starts_with("error:"), "{}", ran.err);
    }
}

#[test]
fn a_reader_that_goes_away_costs_nothing() {
    let bench = Bench::new(PROGRAM);
    for n in 0..30 {
        pictures::scene(n, 100, 80).save(bench.file(format!("many/{n:02}.png"))).unwrap();
    }
    let mut command = bench.command(["add", "c1"]);
    command.arg(bench.file("many/x").parent().unwrap()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(bench.json(["case", "show", "c1"]).1[0]["items"], 30);
}

#[test]
fn there_are_completions_and_manual_pages() {
    let bench = Bench::bare(PROGRAM);
    for shell in ["bash", "zsh", "fish"] {
        let script = bench.run(["completions", shell]).out;
        assert!(script.contains("athar") && script.contains("links"), "{shell}");
    }
    let dir = bench.file("man/x").parent().unwrap().to_path_buf();
    assert_eq!(bench.run(["man".as_ref(), dir.as_os_str()]).code, 0);
    let page = std::fs::read_to_string(dir.join("athar-check.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("pdq"));
}

/// Progress belongs on a terminal: into a pipe, standard error stays empty.
#[test]
fn nothing_but_answers_goes_into_a_pipe() {
    let bench = two_cases();
    let ran = bench.run(["check".as_ref(), bench.file("one/a.jpg").as_os_str()]);
    assert!(ran.err.is_empty(), "{}", ran.err);
    assert!(!ran.out.contains('\u{1b}'), "no colours either");
}
