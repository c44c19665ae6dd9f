//! The flood guard: what suddenly comes to far more cases than is usual ties nothing until somebody
//! has looked.

use athar_tests::command::{Bench, add, ok};
use athar_tests::stores::{AT_MS, LATE_MS};
use athar_tests::{pictures, stores};
use image::DynamicImage;
use serde_json::Value;
use std::fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// A store with one picture in case A-1, which came to so many other cases too.
struct Flooded {
    bench: Bench,
    /// The file of the picture.
    file: String,
    /// The first digits of its SHA-256.
    item: String,
}

fn scene(number: u64) -> DynamicImage {
    DynamicImage::from(pictures::detailed(number, 320, 240))
}

fn saved(bench: &Bench, name: &str, picture: &DynamicImage) -> String {
    let file = bench.file(name);
    pictures::save_jpeg(picture, &file, 85);
    file.to_str().unwrap().to_owned()
}

fn flooded(cases: u32, at_ms: i64) -> Flooded {
    let bench = Bench::new(PROGRAM);
    let file = saved(&bench, "first.jpg", &scene(1));
    let (line, _) = add(&bench, "A-1", &file);
    let digits = line["sha256"].as_str().unwrap();
    let mut sha256 = [0; 32];
    for (place, byte) in sha256.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).unwrap();
    }
    stores::spread(&bench.store(), sha256, 0..cases, at_ms);
    let item = digits[..12].to_owned();
    Flooded { bench, file, item }
}

fn lines<const N: usize>(bench: &Bench, args: [&str; N]) -> Vec<Value> {
    let (code, lines) = bench.json(args);
    assert_eq!(code, 0, "{args:?}: {lines:?}");
    lines
}

/// Case `B-1` gets the very same file: whether that was too much.
fn is_too_much(flooded: &Flooded) -> bool {
    let (line, summary) = add(&flooded.bench, "B-1", &flooded.file);
    let (is_held, alerts) = (line["held"].is_object(), summary["alerts"].as_u64());
    assert_eq!((summary["held"] == 1, alerts), (is_held, Some(1)), "{summary}");
    ok(&flooded.bench, ["verify"]);
    is_held
}

#[test]
fn a_flood_is_held_until_somebody_looks() {
    let flooded = flooded(55, LATE_MS);
    let Flooded { bench, file, item } = &flooded;
    assert!(bench.run(["held"]).err.contains("nothing is held back"));
    let (line, summary) = add(bench, "B-1", file);
    assert_eq!((&line["held"]["cases"], &line["held"]["is_new"]), (&56.into(), &true.into()));
    let matches = line["matches"].as_array().unwrap();
    assert!(matches.len() == 56 && matches.iter().all(|found| found["state"] == "held"));
    assert_eq!((&summary["held"], &summary["alerts"]), (&1.into(), &1.into()));
    assert_eq!((&summary["matched"], &summary["cases"]), (&0.into(), &Value::Array(vec![])));

    // A copy of it is held with it, and makes no more of it.
    let like = saved(bench, "like.jpg", &scene(1).fliph());
    let (line, summary) = add(bench, "B-2", &like);
    assert_eq!((&line["held"]["is_new"], &line["held"]["cases"]), (&Value::Null, &56.into()));
    assert_eq!((&summary["held"], &summary["alerts"]), (&1.into(), &0.into()));
    let (code, told) = bench.json(["check", &like]);
    assert_eq!((code, &told[1]["summary"]["held"]), (1, &1.into()), "nobody may act on it yet");
    assert!(!told[0]["matches"].as_array().unwrap().is_empty(), "and it is told");
    let text = bench.run(["check", &like]).out;
    assert!(text.contains("held back since") && text.contains("athar held"), "{text}");

    let alerts = lines(bench, ["alerts"]);
    assert_eq!((alerts.len(), &alerts[0]["cause"]), (1, &"held".into()));
    assert_eq!(alerts[0]["cases"], 56);
    assert!(ok(bench, ["alerts"]).out.contains("56 other cases"));
    let held = lines(bench, ["held"]);
    assert_eq!((held.len(), &held[0]["cases"], &held[0]["recent"]), (1, &56.into(), &56.into()));
    assert_eq!((&held[0]["items_now"], &held[0]["cases_now"]), (&2.into(), &58.into()));
    assert!(ok(bench, ["held"]).out.contains(item.as_str()));
    ties_nothing(bench);

    assert_eq!(bench.run(["held", "release", item.as_str()]).code, 2, "why?");
    let digits = item.as_str();
    ok(bench, ["held", "release", digits, "--reason", "one campaign", "--by", "head"]);
    assert_eq!(bench.run(["held", "release", digits, "--reason", "again"]).code, 2);
    let networks = lines(bench, ["networks"]);
    assert_eq!((networks.len(), &networks[0]["cases"]), (1, &58.into()));
    assert_eq!(lines(bench, ["alerts"]), Vec::<Value>::new());
    let closed = &lines(bench, ["alerts", "--all"])[0];
    assert_eq!((&closed["state"], &closed["reason"]), (&"closed".into(), &"one campaign".into()));
    assert_eq!(closed["by"], "head");
    let (line, summary) = add(bench, "B-3", file);
    assert_eq!((&line["held"], &summary["held"]), (&Value::Null, &0.into()), "it was let go");
    assert_eq!(summary["matched"], 1);
    ok(bench, ["verify"]);
}

/// Nothing that is held ties, wherever one looks; and everything says so.
fn ties_nothing(bench: &Bench) {
    assert_eq!(lines(bench, ["links"]), Vec::<Value>::new());
    let all = lines(bench, ["links", "B-1", "--all"]);
    assert!(!all.is_empty() && all.iter().all(|link| link["state"] == "held"));
    assert_eq!(lines(bench, ["case", "show", "B-1"])[0]["linked_cases"], 0);
    assert!(lines(bench, ["case", "list"]).iter().all(|case| case["linked_cases"] == 0));
    let networks = lines(bench, ["networks"]);
    assert_eq!((networks.len(), &networks[0]["held"][0]["cases_now"]), (1, &58.into()));
    let page = bench.file("page.html");
    let ran = ok(bench, ["networks", "--out", page.to_str().unwrap()]);
    assert!(ran.err.contains("1 flood held back"), "{}", ran.err);
    assert!(fs::read_to_string(page).unwrap().contains("\"held\":[1,58]"));
}

#[test]
fn a_link_that_was_confirmed_ties_although_it_is_held() {
    let flooded = flooded(55, LATE_MS);
    let (bench, item) = (&flooded.bench, flooded.item.as_str());
    assert!(is_too_much(&flooded));
    ok(bench, ["confirm", item, "--cases", "A-1", "B-1", "--reason", "the same hand"]);
    let links = lines(bench, ["links"]);
    assert_eq!((links.len(), &links[0]["state"]), (1, &"confirmed".into()));
    let networks = lines(bench, ["networks"]);
    assert_eq!(
        (networks.len(), &networks[0]["cases"]),
        (2, &2.into()),
        "and the line of what is held"
    );
    assert_eq!(lines(bench, ["case", "show", "A-1"])[0]["linked_cases"], 1);
}

#[test]
fn what_turns_out_to_be_harmless_is_marked_instead() {
    let flooded = flooded(55, LATE_MS);
    let (bench, item) = (&flooded.bench, flooded.item.as_str());
    assert!(is_too_much(&flooded));
    ok(bench, ["benign", "add", item, "--note", "a bank's notice", "--by", "head"]);
    assert_eq!(lines(bench, ["held"]), Vec::<Value>::new());
    assert_eq!(lines(bench, ["alerts"]), Vec::<Value>::new());
    let (line, summary) = add(bench, "B-2", &flooded.file);
    assert_eq!((&line["held"], &summary["alerts"]), (&Value::Null, &0.into()));
    assert_eq!(line["matches"][0]["state"], "harmless");
    assert!(lines(bench, ["networks"]).is_empty());
    ok(bench, ["verify"]);
}

#[test]
fn withdrawal_erases_what_is_held() {
    let flooded = flooded(55, LATE_MS);
    let (bench, item) = (&flooded.bench, flooded.item.as_str());
    assert!(is_too_much(&flooded));
    ok(bench, ["withdraw", "--item", item, "--reason", "at her wish"]);
    assert_eq!(lines(bench, ["held"]), Vec::<Value>::new());
    assert_eq!(lines(bench, ["alerts", "--all"]), Vec::<Value>::new());
    ok(bench, ["verify"]);
}

#[test]
fn a_series_over_months_is_tied_and_what_matches_hundreds_at_once_is_held() {
    assert!(!is_too_much(&flooded(49, LATE_MS)), "fifty in a week");
    assert!(!is_too_much(&flooded(120, AT_MS)), "over months");
    assert!(is_too_much(&flooded(520, AT_MS)));
}

#[test]
fn where_large_counts_are_usual_nothing_is_held_for_one() {
    let usual = flooded(100, LATE_MS);
    stores::reach(&usual.bench.store(), 10, 40);
    let rule = &lines(&usual.bench, ["held", "rule"])[0]["flood_rule"];
    assert_eq!(
        (&rule["image"], &rule["video"], &rule["cases"]),
        (&160.into(), &50.into(), &Value::Null)
    );
    assert!(!is_too_much(&usual));
    let few = flooded(100, LATE_MS);
    stores::reach(&few.bench.store(), 9, 40);
    assert!(is_too_much(&few), "nine floods are not what is usual");
}

#[test]
fn the_unit_says_from_how_many_cases_on_and_whether_at_all() {
    let with_rule = |rule: &[&str]| {
        let flooded = flooded(8, LATE_MS);
        let ran = flooded.bench.run([&["held", "rule", "--by", "head"], rule].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        (ok(&flooded.bench, ["held", "rule"]).out, is_too_much_of_few(&flooded))
    };
    let (text, is_held) = with_rule(&["--cases", "8"]);
    assert!(text.contains("more than 8 other cases") && is_held, "{text}");
    assert!(!with_rule(&["--cases", "9"]).1);
    assert!(!with_rule(&["--usual"]).1);
    let many = flooded(55, LATE_MS);
    ok(&many.bench, ["held", "rule", "--off"]);
    assert!(ok(&many.bench, ["held", "rule"]).out.contains("nothing is held back"));
    assert!(!is_too_much(&many));
    assert_eq!(many.bench.run(["held", "rule", "--cases", "0"]).code, 2);
    assert_eq!(many.bench.run(["held", "rule", "--cases", "5", "--off"]).code, 2);
}

/// Where alerts are told one by one.
fn is_too_much_of_few(flooded: &Flooded) -> bool {
    let (line, summary) = add(&flooded.bench, "B-1", &flooded.file);
    let is_held = line["held"].is_object();
    assert_eq!(summary["alerts"].as_u64(), Some(if is_held { 1 } else { 9 }));
    is_held
}

#[test]
fn a_report_that_reaches_far_is_counted_once_and_one_that_is_held_is_not() {
    let flooded = flooded(20, LATE_MS);
    assert!(!is_too_much(&flooded));
    let counts = || stores::ledger(&flooded.bench.store()).reach_counts("image").unwrap();
    assert_eq!(counts(), [(21, 1)]);
    ok(&flooded.bench, ["held", "rule", "--cases", "5"]);
    let (line, _) = add(&flooded.bench, "B-2", &flooded.file);
    assert!(line["held"].is_object());
    assert_eq!(counts(), [(21, 1)]);
}
