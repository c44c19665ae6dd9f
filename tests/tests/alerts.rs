//! Looking back: what comes is held against older cases and against what was asked about before.

use athar_kernel::Code;
use athar_ledger::{Ledger, LedgerError, NewCheck, NewReport};
use athar_tests::command::{Bench, add, clip_fixture, ok};
use athar_tests::{pictures, stores};
use image::DynamicImage;
use serde_json::Value;
use std::fs;
use std::path::Path;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

fn scene(number: u64) -> DynamicImage {
    DynamicImage::from(pictures::detailed(number, 640, 480))
}

/// A picture in the folder of the test's files.
fn saved(bench: &Bench, name: &str, picture: &DynamicImage) -> String {
    let file = bench.file(name);
    pictures::save_jpeg(picture, &file, 85);
    file.to_str().unwrap().to_owned()
}

/// The same as others send it: mirrored, smaller, written anew.
fn edited(number: u64) -> DynamicImage {
    scene(number).fliph().resize(400, 300, image::imageops::FilterType::Triangle)
}

fn alerts(bench: &Bench, more: &[&str]) -> Vec<Value> {
    let (code, lines) = bench.json([&["alerts"], more].concat());
    assert_eq!(code, 0, "{lines:?}");
    lines
}

fn number(value: &Value) -> String {
    value.as_i64().expect("a number").to_string()
}

fn is_sound(bench: &Bench) {
    ok(bench, ["verify"]);
}

/// The code of a picture as the program prints it.
fn code_of(bench: &Bench, file: &str) -> Code {
    let text = ok(bench, ["hash", file]).out;
    Code::from_hex(text.split(',').next().unwrap()).unwrap()
}

/// Whether any file of the store has the first or the last eight bytes of a code, either way round.
fn holds(bench: &Bench, code: &Code) -> bool {
    let bytes = code.to_bytes();
    let ends = [&bytes[..8], &bytes[24..]].map(Vec::from);
    let needles = ends.iter().cloned().chain(ends.iter().map(|end| {
        let mut turned = end.clone();
        turned.reverse();
        turned
    }));
    let needles: Vec<_> = needles.collect();
    let all = bytes_of(&bench.store());
    all.windows(8).any(|window| needles.iter().any(|needle| needle == window))
}

fn bytes_of(dir: &Path) -> Vec<u8> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let bytes = |path: std::path::PathBuf| match path.is_dir() {
        true => bytes_of(&path),
        false => fs::read(&path).unwrap(),
    };
    entries.flat_map(bytes).collect()
}

#[test]
fn a_later_report_brings_an_alert_into_an_old_case() {
    let bench = Bench::new(PROGRAM);
    let first = saved(&bench, "first.jpg", &scene(1));
    let (line, summary) = add(&bench, "A-1", &first);
    assert_eq!((&summary["alerts"], &line["alerts"]), (&0.into(), &Value::Null));
    add(&bench, "A-2", &saved(&bench, "other.jpg", &scene(2)));
    assert_eq!(alerts(&bench, &[]), Vec::<Value>::new());

    let later = saved(&bench, "later.jpg", &edited(1));
    let (line, summary) = add(&bench, "B-1", &later);
    assert_eq!((&summary["alerts"], line["alerts"].as_array().unwrap().len()), (&1.into(), 1));
    let told = alerts(&bench, &[]);
    assert_eq!(told.len(), 1);
    let alert = &told[0];
    assert_eq!((&alert["case"], &alert["other_case"]), (&"B-1".into(), &"A-1".into()));
    assert_eq!((&alert["cause"], &alert["state"]), (&"case".into(), &"open".into()));
    assert_eq!((&alert["relation"], &alert["item"]), (&"copy".into(), &line["sha256"]));
    assert!(alert["false_alarm_rate"].as_f64().unwrap() > 0.0);
    for (case, count) in [("A-1", 1), ("B-1", 1), ("A-2", 0)] {
        assert_eq!(alerts(&bench, &["--case", case]).len(), count, "{case}");
    }
    assert_eq!(alerts(&bench, &["--since", "2999-01-01"]).len(), 0);
    assert_eq!(bench.run(["alerts", "--case", "none"]).code, 2);
    let (_, again) = add(&bench, "B-1", &later);
    assert_eq!((&again["alerts"], &again["in_case"]), (&0.into(), &1.into()), "it came before");

    let (_, summary) = add(&bench, "C-1", &later);
    assert_eq!(summary["alerts"], 2, "the same file from B-1, and its like in A-1");
    let text = ok(&bench, ["alerts"]).out;
    assert!(text.contains("C-1") && text.contains("open"), "{text}");
    is_sound(&bench);
}

#[test]
fn nothing_of_a_check_is_kept_unless_the_unit_wants_it() {
    let bench = Bench::new(PROGRAM);
    let asked = saved(&bench, "asked.jpg", &scene(1));
    let text = ok(&bench, ["remember"]).out;
    assert!(text.contains("not remembered"), "{text}");
    let (_, lines) = bench.json(["check", &asked, "--by", "desk-4"]);
    assert_eq!((&lines[0]["check"], &lines[1]["summary"]["remembered"]), (&Value::Null, &0.into()));
    assert!(!holds(&bench, &code_of(&bench, &asked)));
    let (_, summary) = add(&bench, "A-1", &saved(&bench, "later.jpg", &edited(1)));
    assert_eq!(summary["alerts"], 0);
}

#[test]
fn what_was_asked_about_and_comes_later_as_an_edited_copy_raises_an_alert() {
    let bench = Bench::new(PROGRAM);
    add(&bench, "A-1", &saved(&bench, "other.jpg", &scene(2)));
    ok(&bench, ["remember", "--days", "90", "--by", "head"]);
    let asked = saved(&bench, "asked.jpg", &scene(1));
    let (code, lines) = bench.json(["check", &asked, "--by", "desk-4"]);
    assert_eq!((code, &lines[1]["summary"]["remembered"]), (1, &1.into()));
    let check = lines[0]["check"].as_i64().unwrap();

    // It is no item: nothing shows it, and a second question does not know it.
    let (code, lines) = bench.json(["check", &asked, "--similar", "5"]);
    assert_eq!((code, &lines[0]["matches"]), (1, &Value::Array(vec![])));
    assert_eq!(lines[0]["similar"].as_array().unwrap().len(), 1, "the item of A-1 and no other");
    let before = &lines[0]["asked"];
    assert_eq!((&before["times"], &before["by"]), (&1.into(), &"desk-4".into()));
    assert_eq!((&before["check"], &before["distance"]), (&check.into(), &0.into()));
    assert_eq!(lines[1]["summary"]["asked"], 1);
    let text = bench.run(["check", &asked]).out;
    assert!(text.contains("asked about 2 times before"), "{text}");

    let later = saved(&bench, "later.jpg", &edited(1));
    let (line, summary) = add(&bench, "B-1", &later);
    assert_eq!((&summary["alerts"], &summary["asked"]), (&1.into(), &1.into()));
    assert_eq!((&summary["matched"], &line["matches"]), (&0.into(), &Value::Array(vec![])));
    let told = alerts(&bench, &[]);
    assert_eq!((told.len(), &told[0]["cause"]), (1, &"check".into()), "one for all three checks");
    assert_eq!((&told[0]["checks"], &told[0]["asked_by"]), (&3.into(), &"desk-4".into()));
    assert_eq!((&told[0]["relation"], &told[0]["case"]), (&"copy".into(), &"B-1".into()));
    assert!(told[0]["asked_at_ms"].as_i64().unwrap() > 0);
    assert!(bench.json(["links"]).1.is_empty() && bench.json(["networks"]).1.is_empty());
    assert_eq!(bench.json(["case", "list"]).1.len(), 2);
    let (_, summary) = add(&bench, "C-1", &saved(&bench, "stranger.jpg", &scene(3)));
    assert_eq!(summary["alerts"], 0);
    is_sound(&bench);
}

#[test]
fn a_clip_and_a_bare_code_that_were_asked_about_are_found_too() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["remember", "--days", "7"]);
    let (_, lines) = bench.json(["check".as_ref(), clip_fixture("film-a.mp4").as_os_str()]);
    assert!(lines[0]["check"].is_i64(), "{lines:?}");
    let file = saved(&bench, "asked.jpg", &scene(1));
    let code = code_of(&bench, &file).to_hex();
    let (_, lines) = bench.json(["check", "--pdq", &code]);
    assert!(lines[0]["check"].is_i64(), "{lines:?}");

    let (_, summary) = add(&bench, "A-1", clip_fixture("a-cut-mirrored.mkv").to_str().unwrap());
    assert_eq!(summary["alerts"], 1);
    let (_, summary) = add(&bench, "A-2", clip_fixture("film-b.mp4").to_str().unwrap());
    assert_eq!(summary["alerts"], 0);
    let (_, summary) = add(&bench, "A-3", &saved(&bench, "later.jpg", &edited(1)));
    assert_eq!(summary["alerts"], 1);
    let told = alerts(&bench, &[]);
    assert_eq!((&told[0]["relation"], &told[1]["relation"]), (&"segment".into(), &"copy".into()));
}

#[test]
fn the_end_of_remembering_erases_every_byte() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["remember", "--days", "90"]);
    let asked = saved(&bench, "asked.jpg", &scene(1));
    bench.run(["check", &asked]);
    let code = code_of(&bench, &asked);
    assert!(holds(&bench, &code));
    let (_, lines) = bench.json(["remember"]);
    let told = &lines[0]["remember"];
    assert_eq!(
        (&told["days"], &told["checks"], &told["erased"]),
        (&90.into(), &1.into(), &0.into())
    );
    let (exit, lines) = bench.json(["remember", "--off"]);
    let told = &lines[0]["remember"];
    assert_eq!((exit, &told["checks"], &told["erased"]), (0, &0.into(), &1.into()));
    assert_eq!(told["left"], Value::Array(vec![]));
    assert!(!holds(&bench, &code));
    let (_, summary) = add(&bench, "A-1", &saved(&bench, "later.jpg", &edited(1)));
    assert_eq!((&summary["alerts"], &summary["asked"]), (&0.into(), &0.into()));
    is_sound(&bench);
}

/// A store that was made long ago, and in which somebody asked then about each of these codes.
fn old_store(bench: &Bench, days: u16, codes: &[Code]) {
    let at_ms = 1_700_000_000_000;
    fs::create_dir_all(bench.store()).unwrap();
    let file = stores::ledger_file(&bench.store());
    let mut ledger = Ledger::create(&file, "athar test", at_ms).unwrap();
    let made: Result<(), LedgerError> = ledger.write(|tx| {
        tx.set_remember_days(days, None, at_ms)?;
        for code in codes {
            let check = NewCheck {
                kind: "image",
                space: "pdq",
                scheme: athar_hash::PDQ_SCHEME,
                version: athar_hash::PDQ_VERSION,
                codes: &[*code],
                actor: None,
            };
            tx.remember_check(&check, at_ms)?;
        }
        Ok(())
    });
    made.unwrap();
}

#[test]
fn a_check_whose_time_is_over_is_erased_by_whoever_comes_next() {
    for command in ["add", "check", "remember"] {
        let bench = Bench::bare(PROGRAM);
        let asked = saved(&bench, "asked.jpg", &scene(1));
        let code = code_of(&bench, &asked);
        old_store(&bench, 300, &[code]);
        assert!(holds(&bench, &code));
        let stranger = saved(&bench, "stranger.jpg", &scene(5));
        match command {
            "add" => drop(add(&bench, "A-1", &stranger)),
            "check" => drop(bench.run(["check", &stranger])),
            _ => drop(ok(&bench, ["remember"])),
        }
        assert!(!holds(&bench, &code), "{command}");
        ok(&bench, ["remember", "--off"]);
        assert_eq!(add(&bench, "A-2", &saved(&bench, "later.jpg", &edited(1))).1["alerts"], 0);
        is_sound(&bench);
    }
    let bench = Bench::bare(PROGRAM);
    let code = code_of(&bench, &saved(&bench, "asked.jpg", &scene(1)));
    old_store(&bench, 3650, &[code]);
    let (_, summary) = add(&bench, "A-1", &saved(&bench, "later.jpg", &edited(1)));
    assert_eq!(summary["alerts"], 1, "its time is not over");
}

#[test]
fn an_item_that_is_taken_back_takes_checks_of_it_and_alerts_along() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["remember", "--days", "90"]);
    let (mine, other) = (saved(&bench, "mine.jpg", &scene(1)), saved(&bench, "o.jpg", &scene(2)));
    bench.run(["check", &mine, &other]);
    let codes = [code_of(&bench, &mine), code_of(&bench, &other)];
    let later = saved(&bench, "later.jpg", &edited(1));
    let (line, _) = add(&bench, "A-1", &later);
    add(&bench, "B-1", &mine);
    assert_eq!(alerts(&bench, &[]).len(), 3, "A-1 was asked about, so was B-1, and they match");
    assert!(holds(&bench, &codes[0]) && holds(&bench, &codes[1]));

    let item = line["sha256"].as_str().unwrap();
    let (exit, lines) = bench.json(["withdraw", "--item", item, "--reason", "at her wish"]);
    let gone = &lines[0]["withdrawn"];
    assert_eq!((exit, &gone["items"], &gone["checks"]), (0, &1.into(), &1.into()), "{gone}");
    assert_eq!(gone["alerts"], 3);
    assert_eq!(alerts(&bench, &["--all"]), Vec::<Value>::new());
    let (exit, _) = bench.json(["withdraw", "--case", "B-1", "--reason", "at her wish"]);
    assert_eq!(exit, 0);
    assert!(!holds(&bench, &codes[0]), "neither as an item nor as a check");
    assert!(holds(&bench, &codes[1]), "what nobody took back stays");
    is_sound(&bench);
}

#[test]
fn a_check_can_be_taken_back_by_its_number() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["remember", "--days", "90"]);
    let asked = saved(&bench, "asked.jpg", &scene(1));
    let check = number(&bench.json(["check", &asked]).1[0]["check"]);
    add(&bench, "A-1", &saved(&bench, "later.jpg", &edited(1)));
    assert_eq!(alerts(&bench, &[]).len(), 1);
    ok(&bench, ["withdraw", "--check", &check, "--reason", "asked in error"]);
    assert!(alerts(&bench, &["--all"]).is_empty() && !holds(&bench, &code_of(&bench, &asked)));
    assert_eq!(bench.run(["withdraw", "--check", &check, "--reason", "again"]).code, 2);
    is_sound(&bench);
}

#[test]
fn an_alert_is_seen_closed_and_opened_again_each_with_who_and_why() {
    let bench = Bench::new(PROGRAM);
    add(&bench, "A-1", &saved(&bench, "first.jpg", &scene(1)));
    add(&bench, "B-1", &saved(&bench, "later.jpg", &edited(1)));
    let alert = number(&alerts(&bench, &[])[0]["alert"]);
    let states =
        |bench: &Bench| [&[][..], &["--open"], &["--all"]].map(|more| alerts(bench, more).len());
    assert_eq!(states(&bench), [1, 1, 1]);
    ok(&bench, ["alerts", "seen", &alert, "--by", "officer 12"]);
    assert_eq!(states(&bench), [1, 0, 1]);
    assert_eq!(bench.run(["alerts", "seen", &alert]).code, 2, "it is so already");
    assert_eq!(bench.run(["alerts", "close", &alert]).code, 2, "why?");
    ok(&bench, ["alerts", "close", &alert, "--reason", "told A-1", "--by", "officer 12"]);
    assert_eq!(states(&bench), [0, 0, 1]);
    let told = &alerts(&bench, &["--all"])[0];
    assert_eq!((&told["state"], &told["reason"]), (&"closed".into(), &"told A-1".into()));
    assert_eq!(told["by"], "officer 12");
    ok(&bench, ["alerts", "reopen", &alert, "--reason", "there is more"]);
    assert_eq!(states(&bench), [1, 1, 1]);
    assert_eq!(bench.run(["alerts", "seen", "1"]).code, 2, "there is none of this number");
    is_sound(&bench);
}

#[test]
fn a_rejected_link_raises_no_alert_and_hides_the_one_it_raised() {
    let bench = Bench::new(PROGRAM);
    let later = saved(&bench, "later.jpg", &edited(1));
    let (first, _) = add(&bench, "A-1", &saved(&bench, "first.jpg", &scene(1)));
    let (second, _) = add(&bench, "B-1", &later);
    let items = [&first, &second].map(|line| line["sha256"].as_str().unwrap().to_owned());
    ok(&bench, ["reject", &items[0], &items[1], "--reason", "another person"]);
    assert_eq!(alerts(&bench, &[]), Vec::<Value>::new());
    assert_eq!(alerts(&bench, &["--all"])[0]["link"], "rejected");
    let (_, summary) = add(&bench, "C-1", &later);
    assert_eq!(summary["alerts"], 1);
    assert_eq!(alerts(&bench, &[])[0]["other_case"], "B-1", "the same file, and not A-1");
}

#[test]
fn what_is_known_to_be_harmless_ties_nothing_and_is_told_with_its_note() {
    let bench = Bench::new(PROGRAM);
    let meme = saved(&bench, "meme.jpg", &scene(1));
    let (line, _) = add(&bench, "A-1", &meme);
    let item = line["sha256"].as_str().unwrap();
    add(&bench, "B-1", &saved(&bench, "copy.jpg", &edited(1)));
    add(&bench, "B-2", &meme);
    let tied =
        |bench: &Bench| ["links", "networks", "alerts"].map(|what| bench.json([what]).1.len());
    assert_eq!(tied(&bench), [3, 1, 3]);
    assert_eq!(bench.run(["benign", "add", item]).code, 2, "what is it?");
    ok(&bench, ["benign", "add", item, "--note", "a cat that everybody sends", "--by", "head"]);
    assert_eq!(bench.run(["benign", "add", item, "--note", "again"]).code, 2);
    assert_eq!(tied(&bench), [0, 0, 0]);
    assert_eq!(bench.json(["links", "--all"]).1[0]["state"], "harmless");
    assert_eq!(bench.json(["case", "list"]).1[0]["linked_cases"], 0);

    // What comes from now on: the same file, and another copy.
    let other = scene(1).resize(500, 375, image::imageops::FilterType::Triangle);
    for (case, file) in [("C-1", meme.clone()), ("C-2", saved(&bench, "other.jpg", &other))] {
        let (line, summary) = add(&bench, case, &file);
        assert_eq!((&summary["alerts"], &summary["matched"]), (&0.into(), &0.into()), "{case}");
        let found = &line["matches"][0];
        assert_eq!(found["state"], "harmless");
        assert_eq!(found["harmless"], "a cat that everybody sends");
    }
    let ran = bench.run(["check", &meme]);
    assert_eq!(
        (ran.code, ran.out.contains("known harmless (a cat that")),
        (1, true),
        "{}",
        ran.out
    );
    assert_eq!(tied(&bench), [0, 0, 0]);
    let (_, list) = bench.json(["benign", "list"]);
    assert_eq!((list.len(), &list[0]["by"]), (1, &"head".into()));
    is_sound(&bench);

    ok(&bench, ["benign", "remove", item]);
    assert_eq!(bench.run(["benign", "remove", item]).code, 2);
    assert_eq!(bench.json(["networks"]).1.len(), 1);
    assert!(bench.json(["links"]).1.len() > 3 && bench.json(["benign", "list"]).1.is_empty());
    ok(&bench, ["benign", "add", item, "--note", "again"]);
    ok(&bench, ["withdraw", "--item", item, "--reason", "at her wish"]);
    assert!(bench.json(["benign", "list"]).1.is_empty());
    is_sound(&bench);
}

#[test]
fn a_confirmed_link_of_harmless_material_ties_all_the_same() {
    let bench = Bench::new(PROGRAM);
    let meme = saved(&bench, "meme.jpg", &scene(1));
    let (line, _) = add(&bench, "A-1", &meme);
    let item = line["sha256"].as_str().unwrap();
    for case in ["B-1", "C-1", "D-1"] {
        add(&bench, case, &meme);
    }
    ok(&bench, ["benign", "add", item, "--note", "a notice of the bank"]);
    let why = ["--reason", "the same hand wrote on it"];
    let confirmed = bench.run([&["confirm", item, "--cases", "A-1", "C-1"][..], &why].concat());
    assert_eq!(confirmed.code, 0, "{}", confirmed.err);
    let (_, networks) = bench.json(["networks"]);
    assert_eq!((networks.len(), &networks[0]["cases"]), (1, &2.into()), "{networks:?}");
    assert_eq!(bench.json(["links"]).1.len(), 1);
    is_sound(&bench);
}

/// So many more cases hold the one item of case `from`.
fn spread(bench: &Bench, from: &str, cases: std::ops::Range<u32>) {
    let mut ledger = Ledger::open(&stores::ledger_file(&bench.store()), 0).unwrap();
    let held = ledger.case_by_name(from).unwrap().unwrap().id;
    let item = ledger.case_items(held).unwrap()[0].id;
    let done: Result<(), LedgerError> = ledger.write(|tx| {
        for number in cases {
            let case = tx.open_case(&format!("flood {number}"), 0)?;
            let report = tx.open_report(case, &NewReport::default(), 0)?;
            tx.add_known_item(report, item, 0)?;
        }
        Ok(())
    });
    done.unwrap();
}

#[test]
fn of_a_flood_one_alert_stands_for_all_its_cases() {
    let bench = Bench::new(PROGRAM);
    // It would be held back.
    ok(&bench, ["held", "rule", "--off"]);
    let first = saved(&bench, "first.jpg", &scene(1));
    add(&bench, "A-1", &first);
    spread(&bench, "A-1", 0..15);
    let later = saved(&bench, "later.jpg", &edited(1));
    assert_eq!(add(&bench, "B-1", &later).1["alerts"], 16, "one for each of sixteen cases");
    let before = alerts(&bench, &[]).len();
    spread(&bench, "A-1", 15..1015);
    assert_eq!(add(&bench, "B-2", &first).1["alerts"], 1);
    let told = alerts(&bench, &["--case", "B-2"]);
    assert_eq!((told.len(), &told[0]["cause"]), (1, &"cases".into()));
    assert_eq!(told[0]["cases"], 1017);
    assert_eq!(alerts(&bench, &["--case", "flood 1014"]).len(), 1, "each case finds it");
    assert_eq!(alerts(&bench, &[]).len(), before + 1);
    is_sound(&bench);
}
