//! What a person takes back is found no more, and no file of the store holds any of it.

use athar_kernel::Code;
use athar_tests::command::{Bench, clip_fixture as fixture};
use athar_tests::parcels::{self, Member};
use athar_tests::stores;
use athar_tests::traces::{bytes_of, codes_of, item_of, traces};
use serde_json::Value;
use std::fs;

fn withdraw(bench: &Bench, what: &[&str]) -> Value {
    let args = [&["withdraw"], what, &["--reason", "at her wish", "--reference", "W-17"]].concat();
    let (code, lines) = bench.json(args);
    assert_eq!(code, 0, "{lines:?}");
    lines[0]["withdrawn"].clone()
}

fn matches(bench: &Bench, file: &str) -> usize {
    let (_, lines) = bench.json(["check".as_ref(), fixture(file).as_os_str()]);
    lines[0]["matches"].as_array().expect("a list").len()
}

#[test]
fn an_item_that_is_taken_back_is_found_no_more_and_left_nowhere() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    bench.add("A-1", &fixture("film-a.mp4"));
    bench.add("A-2", &fixture("a-cut-mirrored.mkv"));
    bench.add("A-3", &fixture("note-one.opus"));
    assert_eq!(bench.json(["links"]).1.len(), 1);
    assert!(matches(&bench, "a-frame.jpg") > 0);
    let (of_film, of_note) = (codes_of(&bench, "A-1"), codes_of(&bench, "A-3"));
    let others = [codes_of(&bench, "A-2"), of_note.clone()].concat();
    let bytes = bytes_of(&bench.store());
    assert!(traces(&bytes, &of_film, &others) >= of_film.len(), "they are there as they are told");

    let item = &item_of(&bench, "A-1");
    let told = withdraw(&bench, &["--item", item]);
    assert_eq!((&told["items"], &told["left"]), (&1.into(), &Value::Array(Vec::new())), "{told}");
    let bytes = bytes_of(&bench.store());
    assert_eq!(traces(&bytes, &of_film, &others), 0);
    assert!(traces(&bytes, &of_note, &of_film) >= of_note.len(), "what nobody took back stays");
    assert!(bench.json(["links"]).1.is_empty());
    assert_eq!(matches(&bench, "film-a.mp4"), 1, "the cut that another case holds");
    assert_eq!(bench.run(["verify"]).code, 0);
    let again = bench.run(["withdraw", "--item", item, "--reason", "again"]);
    assert_eq!((again.code, again.err.contains("no item")), (2, true), "{}", again.err);
}

#[test]
fn a_report_goes_from_an_index_that_is_on_the_disk() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    stores::fill(&bench.store(), "B-1", 0..5000);
    stores::fill(&bench.store(), "B-1", 5000..5600);
    // Whoever adds something writes the index.
    bench.add("B-2", &fixture("a-frame.jpg"));
    let index = bench.store().join("index");
    let codes: Vec<Code> = (5000..5600).map(stores::code).collect();
    assert!(traces(&bytes_of(&index), &codes, &[]) >= codes.len());

    let ledger = stores::ledger(&bench.store());
    let case = ledger.case_by_name("B-1").unwrap().expect("the case is there").id;
    let report = ledger.case_reports(case).unwrap().last().expect("two reports").id;
    drop(ledger);
    let told = withdraw(&bench, &["--report", &report.0.to_string()]);
    assert_eq!((&told["items"], &told["codes"]), (&600.into(), &600.into()), "{told}");
    assert_eq!(traces(&bytes_of(&bench.store()), &codes, &[]), 0);
    let kept: Vec<Code> = (0..5000).map(stores::code).collect();
    assert!(traces(&bytes_of(&index), &kept, &[]) >= kept.len());
    let hex = |code: &Code| code.to_hex();
    assert_eq!(bench.run(["check", "--pdq", &hex(&codes[0])]).code, 1);
    assert_eq!(bench.run(["check", "--pdq", &hex(&kept[0])]).code, 0);
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn what_is_held_elsewhere_stays_and_a_reason_is_needed() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for case in ["C-1", "C-2"] {
        bench.add(case, &fixture("a-frame.jpg"));
    }
    assert_eq!(bench.run(["withdraw", "--case", "C-1"]).code, 2);
    assert_eq!(bench.run(["withdraw", "--case", "C-1", "--reason", ""]).code, 2);
    assert_eq!(bench.run(["withdraw", "--case", "C-9", "--reason", "x"]).code, 2);
    assert_eq!(bench.run(["withdraw", "--reason", "x"]).code, 2);
    let told = withdraw(&bench, &["--case", "C-1"]);
    assert_eq!(
        (&told["cases"], &told["items"], &told["reported"]),
        (&1.into(), &0.into(), &1.into())
    );
    assert_eq!(bench.run(["case", "show", "C-1"]).code, 2);
    assert_eq!(matches(&bench, "a-frame.jpg"), 1);
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn who_sent_a_file_and_when_goes_with_it() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let frame = fs::read(fixture("a-frame.jpg")).unwrap();
    let note = fs::read(fixture("note-one.opus")).unwrap();
    for (case, sender) in
        [("D-1", "Zubaida Q <z-q-1@example.org>"), ("D-2", "Wardiya K <w-k-2@example.org>")]
    {
        let files = [
            Member::new(&format!("pic-{case}.jpg"), &frame),
            Member::new(&format!("voice-{case}.opus"), &note),
        ];
        let path = bench.file(format!("letter-{case}.eml"));
        fs::write(&path, parcels::mail(sender, &files)).unwrap();
        bench.add(case, &path);
    }
    let held = |text: &str| {
        let bytes = bytes_of(&bench.store());
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    for text in ["Zubaida", "z-q-1@", "pic-D-1", "voice-D-1", "letter-D-1", "Wardiya"] {
        assert!(held(text), "{text} is kept while nobody takes it back");
    }
    // An item goes with what both cases were told of it, and the rest stays.
    withdraw(&bench, &["--item", &item_of(&bench, "D-1")]);
    assert!(!held("pic-D-1") && !held("pic-D-2"));
    assert!(held("voice-D-1") && held("Zubaida"));
    withdraw(&bench, &["--case", "D-1"]);
    for text in ["Zubaida", "z-q-1@", "voice-D-1", "letter-D-1"] {
        assert!(!held(text), "{text} is gone");
    }
    assert!(held("Wardiya") && held("voice-D-2"), "what nobody took back stays");
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn what_is_over_goes_as_what_is_taken_back_does() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    stores::fill(&bench.store(), "B-1", 0..600);
    bench.add("B-2", &fixture("a-frame.jpg"));
    let codes: Vec<Code> = (0..600).map(stores::code).collect();
    assert!(traces(&bytes_of(&bench.store()), &codes, &[]) >= codes.len());
    assert_eq!(bench.json(["retain"]).1[0]["withdrawn"], Value::Null);
    // Somebody asked about one of them, which is remembered.
    assert_eq!(bench.run(["remember", "--days", "30"]).code, 0);
    assert_eq!(bench.run(["check", "--pdq", &codes[7].to_hex()]).code, 0);
    assert_eq!(bench.json(["remember"]).1[0]["remember"]["checks"], 1);

    assert_eq!(bench.run(["retain", "rule", "--others", "--days", "365"]).code, 0);
    let (_, lines) = bench.json(["retain", "--dry-run"]);
    let going = ["reports", "cases", "items"].map(|what| lines[0][what].clone());
    assert_eq!(going, [1, 1, 600], "{lines:?}");
    assert!(traces(&bytes_of(&bench.store()), &codes, &[]) >= codes.len());
    // What comes in now is of the year 2023, as far as the last event tells: so the clock may be
    // years ahead.
    stores::fill(&bench.store(), "B-1", 600..601);
    let refused = bench.run(["retain"]);
    assert_eq!((refused.code, refused.err.contains("--clock-is-right")), (2, true));

    let (code, lines) = bench.json(["retain", "--clock-is-right"]);
    let gone = &lines[0]["withdrawn"];
    assert_eq!((code, &gone["items"], &gone["left"]), (0, &601.into(), &Value::Array(vec![])));
    assert_eq!(
        (&gone["checks"], &bench.json(["remember"]).1[0]["remember"]["checks"]),
        (&1.into(), &0.into())
    );
    assert_eq!(traces(&bytes_of(&bench.store()), &codes, &[]), 0);
    let cases = bench.run(["case", "list"]).out;
    assert!(cases.contains("B-2") && !cases.contains("B-1"), "{cases}");
    assert_eq!(bench.json(["retain"]).1[0]["withdrawn"], Value::Null);
    assert_eq!(bench.run(["verify"]).code, 0);
}
