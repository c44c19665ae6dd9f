//! Clips and voice notes: what was cut, reframed, covered and sent through a telephone comes out as
//! exactly the links that were planted, with their times. How the files were made says
//! `fixtures/clips/make.py`.

use athar_tests::command::{Bench, clip_fixture as fixture};
use athar_tests::stores;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The originals, each a case of its own.
const KNOWN: [(&str, &str); 6] = [
    ("HTL-1", "film-a.mp4"),
    ("HTL-2", "film-b.mp4"),
    ("HTL-3", "film-c.mp4"),
    ("HTL-4", "film-d.mp4"),
    ("APP-1", "note-one.opus"),
    ("APP-2", "note-two.opus"),
];

/// A case, a relation and a space.
type Told = (&'static str, &'static str, &'static str);

/// What came later: the file, the case that it hangs together with, and how.
const LATER: [(&str, &[Told]); 10] = [
    ("a-cut-mirrored.mkv", &[("HTL-1", "segment", "pdq")]),
    ("b-upright.mp4", &[("HTL-2", "segment", "pdq")]),
    ("c-covered.mp4", &[("HTL-3", "segment", "voice")]),
    ("joined.webm", &[("HTL-2", "segment", "pdq"), ("HTL-3", "segment", "pdq")]),
    ("a-banner.mp4", &[("HTL-1", "segment", "landmark")]),
    ("d-cut.mp4", &[("HTL-4", "segment", "pdq")]),
    ("a-frame.jpg", &[("HTL-1", "still", "pdq")]),
    ("note-one.amr", &[("APP-1", "segment", "voice")]),
    ("note-two-cut.m4a", &[("APP-2", "segment", "voice")]),
    ("tone.opus", &[]),
];

/// Milliseconds by which a told time may be off.
const OFF_MS: f64 = 500.0;

fn bench() -> Bench {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for (case, file) in KNOWN {
        let (code, lines) = bench.json(["add".as_ref(), case.as_ref(), fixture(file).as_os_str()]);
        assert_eq!(code, 0, "{file}: {lines:?}");
        assert_eq!(lines[0]["matches"], Value::Array(Vec::new()), "{file}: nothing known yet");
    }
    bench
}

fn check(bench: &Bench, path: &Path) -> Value {
    let (_, lines) = bench.json(["check".as_ref(), path.as_os_str()]);
    lines.into_iter().next().expect("a line for the input")
}

/// The cases, relations and spaces of an answer.
fn told(answer: &Value) -> BTreeSet<(String, String, String)> {
    let text = |found: &Value, key: &str| found[key].as_str().expect("a text").to_string();
    let matches = answer["matches"].as_array().expect("a list").iter();
    matches
        .map(|found| (text(found, "case"), text(found, "relation"), text(found, "via")))
        .collect()
}

fn of_case<'a>(answer: &'a Value, case: &str, via: &str) -> &'a Value {
    let mut matches = answer["matches"].as_array().expect("a list").iter();
    matches.find(|found| found["case"] == case && found["via"] == via).expect("a match of the case")
}

fn span(side: &Value) -> (f64, f64) {
    (side["from_ms"].as_f64().expect("a time"), side["to_ms"].as_f64().expect("a time"))
}

fn assert_span(side: &Value, from_ms: f64, to_ms: f64, what: &str) {
    let (from, to) = span(side);
    assert!((from - from_ms).abs() <= OFF_MS && (to - to_ms).abs() <= OFF_MS, "{what}: {side}");
}

#[test]
fn every_edited_copy_is_checked_as_what_it_is() {
    let bench = bench();
    for (file, expected) in LATER {
        let answer = check(&bench, &fixture(file));
        let expected: BTreeSet<_> = expected
            .iter()
            .map(|(case, relation, via)| (case.to_string(), relation.to_string(), via.to_string()))
            .collect();
        let found = told(&answer);
        // A clip's sound may be recognised besides its frames, if it is the same clip's.
        let cases = |all: &BTreeSet<(String, String, String)>| -> BTreeSet<String> {
            all.iter().map(|(case, ..)| case.clone()).collect()
        };
        assert!(found.is_superset(&expected), "{file}: {found:?} instead of {expected:?}");
        assert_eq!(cases(&found), cases(&expected), "{file}: {answer}");
    }
}

#[test]
fn a_cut_and_mirrored_clip_tells_its_times_and_that_it_is_mirrored() {
    let answer = check(&bench(), &fixture("a-cut-mirrored.mkv"));
    assert_eq!(answer["kind"], "video");
    let found = of_case(&answer, "HTL-1", "pdq");
    assert_eq!(found["orientation"], "mirror");
    let time = &found["time"];
    assert_eq!(time["segments"].as_array().unwrap().len(), 1, "{time}");
    let segment = &time["segments"][0];
    assert_span(&segment["query"], 0.0, 4000.0, "the whole of it");
    assert_span(&segment["stored"], 3200.0, 7200.0, "where it was cut out");
    assert_eq!(segment["rate"], 1.0);
    assert!(time["query_coverage"].as_f64().unwrap() > 0.9, "{time}");
    assert!((time["stored_coverage"].as_f64().unwrap() - 1.0 / 3.0).abs() < 0.06, "{time}");
}

#[test]
fn what_is_too_flat_to_be_found_by_still_belongs_to_the_stretch() {
    let answer = check(&bench(), &fixture("d-cut.mp4"));
    let segments = &of_case(&answer, "HTL-4", "pdq")["time"]["segments"];
    assert_eq!(segments.as_array().unwrap().len(), 1, "{segments}");
    assert_span(&segments[0]["query"], 0.0, 6500.0, "to its black end");
    assert_span(&segments[0]["stored"], 2000.0, 8500.0, "the same of the other");
}

#[test]
fn a_clip_with_a_banner_over_it_is_found_by_landmarks_and_timed_by_its_frames() {
    let answer = check(&bench(), &fixture("a-banner.mp4"));
    let segments = &of_case(&answer, "HTL-1", "landmark")["time"]["segments"];
    assert_eq!(segments.as_array().unwrap().len(), 1, "{segments}");
    assert_span(&segments[0]["query"], 0.0, 6500.0, "the whole of it");
    assert_span(&segments[0]["stored"], 1000.0, 7500.0, "where it was cut out");
    assert_eq!(segments[0]["rate"], 1.0);
}

#[test]
fn a_joined_clip_tells_the_times_of_both() {
    let answer = check(&bench(), &fixture("joined.webm"));
    for (case, query, stored) in [("HTL-2", 0.0, 4000.0), ("HTL-3", 4000.0, 2000.0)] {
        let segments = &of_case(&answer, case, "pdq")["time"]["segments"];
        assert_eq!(segments.as_array().unwrap().len(), 1, "{segments}");
        assert_span(&segments[0]["query"], query, query + 4000.0, case);
        assert_span(&segments[0]["stored"], stored, stored + 4000.0, case);
    }
}

#[test]
fn a_frame_is_told_with_the_moment_at_which_it_is_shown() {
    let answer = check(&bench(), &fixture("a-frame.jpg"));
    let time = &of_case(&answer, "HTL-1", "pdq")["time"];
    assert_eq!(time["segments"][0]["query"], Value::Null);
    let (from, to) = span(&time["segments"][0]["stored"]);
    assert!(from - OFF_MS <= 9500.0 && 9500.0 <= to + OFF_MS, "{time}");
}

#[test]
fn a_voice_note_cut_out_of_another_tells_where() {
    let answer = check(&bench(), &fixture("note-two-cut.m4a"));
    assert_eq!(answer["kind"], "audio");
    let segment = &of_case(&answer, "APP-2", "voice")["time"]["segments"][0];
    let (query, stored) = (span(&segment["query"]), span(&segment["stored"]));
    assert!((stored.0 - query.0 - 2000.0).abs() < 300.0, "{segment}");
}

#[test]
fn what_is_planted_in_many_cases_comes_out_as_links() {
    let bench = bench();
    for (number, (file, _)) in LATER.into_iter().enumerate() {
        let case = format!("NEW-{number}");
        let (code, _) = bench.json(["add".as_ref(), case.as_ref(), fixture(file).as_os_str()]);
        assert!(code == 0, "{file}");
    }
    let (_, lines) = bench.json(["links"]);
    let ends = |line: &Value| {
        let case = |side: &str| line[side]["case"].as_str().unwrap_or_default().to_string();
        BTreeSet::from([case("from"), case("to")])
    };
    let found: BTreeSet<_> = lines.iter().map(ends).collect();
    let tie = |a: &str, b: &str| BTreeSet::from([a.to_string(), b.to_string()]);
    let planted = LATER.into_iter().enumerate().flat_map(|(number, (_, expected))| {
        expected.iter().map(move |(case, ..)| tie(case, &format!("NEW-{number}")))
    });
    // Two later copies of the same stretch are tied to each other too.
    let mut planted: BTreeSet<_> = planted.collect();
    planted.extend([tie("NEW-1", "NEW-3"), tie("NEW-0", "NEW-4")]);
    assert_eq!(found, planted);
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn the_same_file_in_two_cases_is_one_item_and_a_link() {
    let bench = bench();
    let (code, lines) =
        bench.json(["add".as_ref(), "NEW".as_ref(), fixture("note-one.opus").as_os_str()]);
    assert_eq!((code, lines[0]["kept"].as_str()), (0, Some("known")));
    assert_eq!(lines[0]["matches"][0]["case"], "APP-1");
}

#[test]
fn a_clip_is_found_by_the_codes_that_others_exchange() {
    let bench = bench();
    let hashed = bench.run(["hash".as_ref(), "--vpdq".as_ref(), fixture("film-b.mp4").as_os_str()]);
    assert_eq!(hashed.code, 0, "{}", hashed.err);
    let list: Vec<String> = serde_json::from_str(&hashed.out).expect("a JSON list of texts");
    assert_eq!(list.len(), 12, "a code for each second");
    let path = bench.file("b.json");
    fs::write(&path, &hashed.out).unwrap();
    let (code, lines) = bench.json(["check".as_ref(), "--vpdq".as_ref(), path.as_os_str()]);
    assert_eq!(code, 0);
    let segment = &of_case(&lines[0], "HTL-2", "pdq")["time"]["segments"][0];
    assert_span(&segment["stored"], 0.0, 12_000.0, "all of it");
    fs::write(&path, "[\"x\"]").unwrap();
    let refused = bench.run(["check".as_ref(), "--vpdq".as_ref(), path.as_os_str()]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("entry 1"), "{}", refused.err);
}

#[test]
fn a_frame_finds_a_picture_of_which_there_is_only_a_code() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    stores::fill(&bench.store(), "HTL-9", 0..3);
    let path = bench.file("frames.json");
    let entry = format!("{},100,7", stores::code(1).to_hex());
    fs::write(&path, serde_json::to_string(&[entry]).unwrap()).unwrap();
    let (code, lines) = bench.json(["check".as_ref(), "--vpdq".as_ref(), path.as_os_str()]);
    assert_eq!(code, 0);
    let found = of_case(&lines[0], "HTL-9", "pdq");
    assert_eq!(found["relation"], "still");
    assert_eq!(found["time"]["segments"][0]["query"]["from_ms"], 7000);
}
