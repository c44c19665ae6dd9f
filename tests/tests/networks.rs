//! Cases as units use them: facts, handles, decisions on links, and the networks that come of it.

use athar_tests::command::Bench;
use athar_tests::pictures;
use image::DynamicImage;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// Saves a picture into the folder of a case and reports the folder.
fn report(bench: &Bench, case: &str, scene: u32, mirrored: bool) {
    let picture = DynamicImage::from(pictures::scene(scene.into(), 320, 240));
    let picture = if mirrored { picture.fliph() } else { picture };
    let file = bench.file(format!("{case}/{scene}.jpg"));
    pictures::save_jpeg(&picture, &file, if mirrored { 75 } else { 90 });
    let ran = bench.run(["add".as_ref(), case.as_ref(), file.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

fn ok<const N: usize>(bench: &Bench, args: [&str; N]) {
    let ran = bench.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
}

/// What a store of six cases looks like: `a` and `b` are tied by a picture, `b` and `c` by a
/// telephone, `c` and `d` by a file; `e` names a handle that nobody else does.
fn six_cases() -> Bench {
    let bench = Bench::new(PROGRAM);
    report(&bench, "a", 1, false);
    report(&bench, "b", 1, true);
    report(&bench, "c", 2, false);
    report(&bench, "d", 2, false);
    ok(&bench, ["case", "open", "e", "--handle", "telegram=@somebody", "--urgency", "low"]);
    ok(&bench, ["case", "open", "f", "--handle", "telephone=unknown"]);
    ok(&bench, ["case", "handle", "e", "telephone", "unknown"]);
    ok(&bench, ["case", "handle", "b", "telephone", "0770 123 4567"]);
    ok(&bench, ["case", "handle", "c", "whatsapp", "https://wa.me/9647701234567"]);
    ok(&bench, ["case", "set", "d", "--urgency", "high"]);
    bench
}

fn networks<const N: usize>(bench: &Bench, args: [&str; N]) -> Vec<Value> {
    let (code, lines) = bench.json([&["networks"][..], &args[..]].concat());
    assert_eq!(code, 0);
    lines
}

fn names(network: &Value) -> Vec<&str> {
    let cases = network["case_list"].as_array().unwrap();
    cases.iter().map(|case| case["case"].as_str().unwrap()).collect()
}

/// The edges as `from-to: reasons`.
fn edges(network: &Value) -> BTreeSet<String> {
    let end = |end: &Value| {
        let hub = || format!("hub{}", end["hub"]);
        end["case"].as_str().map_or_else(hub, str::to_owned)
    };
    let reasons = |edge: &Value| {
        let reasons = edge["reasons"].as_array().unwrap().iter();
        reasons.map(|r| r["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join("+")
    };
    let edges = network["edge_list"].as_array().unwrap().iter();
    edges.map(|e| format!("{}-{}: {}", end(&e["from"]), end(&e["to"]), reasons(e))).collect()
}

fn item(bench: &Bench, case: &str) -> String {
    let page = &bench.json(["case", "show", case]).1[0];
    page["item_list"][0]["item"].as_str().unwrap().to_owned()
}

#[test]
fn a_case_is_opened_with_what_is_known_and_corrected_later() {
    let bench = Bench::new(PROGRAM);
    let facts = [
        ["--channel", "hotline"],
        ["--unit", "unit 7"],
        ["--received", "2026-11-20T14:30:00+03:00"],
        ["--complainant", "P-17"],
        ["--suspect", "S-3"],
        ["--urgency", "immediate"],
        ["--urgency-reason", "a deadline was set"],
        ["--note", "first line\nsecond line"],
    ];
    ok(&bench, ["case", "open", "bare"]);
    let ran = bench.run(["case", "open", "full"].iter().chain(facts.as_flattened()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let show = |case| bench.json(["case", "show", case]).1.remove(0)["facts"].clone();
    assert_eq!(show("full")["received_at_ms"], 1_795_174_200_000_i64);
    assert_eq!(show("full")["urgency"], "immediate");
    assert_eq!(show("bare")["channel"], Value::Null);

    ok(&bench, ["case", "set", "full", "--suspect", "", "--channel", "our own word"]);
    let now = show("full");
    assert_eq!((&now["suspect"], &now["complainant"]), (&Value::Null, &Value::from("P-17")));
    assert_eq!(now["channel"], "our own word");
    let text = bench.run(["case", "show", "full"]).out;
    for line in ["unit unit 7", "received 2026-11-20 11:30 UTC", "urgency immediate: a deadline"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(bench.run(["verify"]).out.starts_with("sound"));
}

#[test]
fn a_report_may_have_been_received_before_it_is_recorded() {
    let bench = Bench::new(PROGRAM);
    pictures::scene(3, 200, 150).save(bench.file("x.png")).unwrap();
    let file = bench.file("x.png");
    let args = ["add", "c1", "--received", "2026-11-01", "--handle", "ig=@Some.Body"];
    let ran = bench.run(args.map(AsRef::as_ref).iter().chain([&file.as_os_str()]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = &bench.json(["case", "show", "c1"]).1[0];
    assert_eq!(page["report_list"][0]["received_at_ms"], 1_793_491_200_000_i64);
    let handle = &page["handles"][0];
    assert_eq!((&handle["platform"], &handle["value"]), (&"instagram".into(), &"some.body".into()));
}

#[test]
fn a_handle_is_one_however_it_is_typed_and_can_be_taken_away() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["case", "open", "c1"]);
    let typed = [["ig", "@Some.Body"], ["account", "https://instagram.com/some.body/?hl=ar"]];
    for (number, [kind, value]) in typed.into_iter().enumerate() {
        let (code, lines) = bench.json(["case", "handle", "c1", kind, value]);
        assert_eq!((code, &lines[0]["changed"]), (0, &Value::from(number == 0)));
    }
    assert_eq!(bench.run(["case", "handle", "c1", "ig", "some.body", "--remove"]).code, 0);
    assert_eq!(bench.run(["case", "handle", "c1", "ig", "some.body", "--remove"]).code, 2);
    assert_eq!(bench.json(["case", "show", "c1"]).1[0]["handles"], Value::Array(vec![]));
    let ran = bench.run(["case", "handle", "c1", "telephone", "ask his brother"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("kept as typed"), "{}", ran.err);
    assert!(bench.run(["verify"]).out.starts_with("sound"));
}

#[test]
fn whoever_names_a_handle_is_told_who_else_does() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["case", "open", "c1", "--handle", "ig=@Some.Body"]);
    let typed = ["case", "open", "c2", "--handle", "ig=some.body", "--handle", "tel=07701234567"];
    assert_eq!(bench.run(typed).out.trim(), "instagram some.body, also of c1");
    let (_, lines) = bench.json(["case", "open", "c3", "--handle", "telephone=unknown"]);
    assert_eq!(lines[0]["shared_handles"], Value::Array(vec![]));
    let (_, lines) = bench.json(["case", "handle", "c3", "ig", "SOME.BODY"]);
    assert_eq!(lines[0]["other_cases"], serde_json::json!(["c1", "c2"]));
    let (_, lines) = bench.json(["case", "show", "c2"]);
    let expected = serde_json::json!([{
        "handle": { "kind": "account", "platform": "instagram", "value": "some.body" },
        "cases": ["c1", "c3"],
    }]);
    assert_eq!(lines[0]["shared_handles"], expected, "only what ties it");
    let shown = bench.run(["case", "show", "c2"]).out;
    assert!(shown.contains("handle instagram some.body, also of c1, c3\n"), "{shown}");

    ok(&bench, ["case", "handle", "c1", "ig", "some.body", "--remove"]);
    assert!(bench.run(["case", "show", "c2"]).out.contains("also of c3\n"));
    ok(&bench, ["case", "open", "c4", "--handle", "telephone=unknown"]);
    assert!(!bench.run(["case", "show", "c4"]).out.contains("also of"), "that says nothing");
}

#[test]
fn what_was_typed_wrong_is_not_repeated() {
    let bench = Bench::new(PROGRAM);
    ok(&bench, ["case", "open", "c1"]);
    for args in [
        &["case", "set", "c1", "--received", "SECRET"][..],
        &["case", "open", "c2", "--handle", "SECRET"],
        &["case", "open", "c2", "--handle", "SECRET=SECRET"],
        &["case", "open", "c2", "--handle", "tel=1", "--country", "SECRET"],
        &["case", "handle", "c1", "SECRET", "x"],
        &["case", "handle", "SECRET", "tel", "0770 123 4567"],
        &["case", "set", "c1", "--suspect", "SECRET\u{1b}"],
        &["case", "set", "SECRET", "--note", "x"],
        &["networks", "--since", "SECRET"],
        &["networks", "--case", "SECRET"],
        &["confirm", "SECRET", "SECRET", "--reason", "x"],
        &["reject", "012345", "678901", "--reason", "SECRET"],
    ] {
        let ran = bench.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.out.is_empty() && !ran.err.contains("SECRET"), "{args:?}: {}", ran.err);
    }
    assert_eq!(bench.json(["case", "list"]).1.len(), 1, "nothing was opened");
}

#[test]
fn a_rejected_link_is_counted_nowhere_and_stays_rejected() {
    let bench = six_cases();
    let (a, b) = (item(&bench, "a"), item(&bench, "b"));
    let linked = || bench.json(["case", "list"]).1[0]["linked_cases"].clone();
    let states = |args: &[&str]| -> Vec<Value> {
        bench.json(args).1.iter().map(|link| link["state"].clone()).collect()
    };
    assert_eq!((states(&["links", "a"]), linked()), (vec!["unreviewed".into()], 1.into()));
    let (code, lines) =
        bench.json(["reject", &b[..8], &a, "--reason", "another room", "--by", "officer 12"]);
    assert_eq!(code, 0);
    assert_eq!(
        (&lines[0]["state"], &lines[0]["before"]),
        (&"rejected".into(), &"unreviewed".into())
    );
    assert_eq!((states(&["links", "a"]), linked()), (vec![], 0.into()));
    assert_eq!(states(&["links", "a", "--all"]), ["rejected"]);
    assert!(bench.run(["links", "a", "--all"]).out.contains("rejected"));

    // Reported and asked again, it is told as what it is, and does not count.
    let file = bench.file("b/1.jpg");
    let (code, lines) = bench.json(["add".as_ref(), "b".as_ref(), file.as_os_str()]);
    assert_eq!((code, &lines[0]["matches"][0]["state"]), (0, &Value::from("rejected")));
    assert_eq!(lines[1]["summary"]["matched"], 0);
    assert_eq!((states(&["links", "a"]), linked()), (vec![], 0.into()));

    ok(&bench, ["confirm", &a, &b, "--reason", "the same after all"]);
    assert_eq!((states(&["links", "a"]), linked()), (vec!["confirmed".into()], 1.into()));
    let stranger = item(&bench, "c");
    let ran = bench.run(["confirm", &a, &stranger, "--reason", "x"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nothing ties"), "{}", ran.err);
    assert!(bench.run(["verify"]).out.starts_with("sound"));
}

#[test]
fn networks_are_exactly_what_hangs_together() {
    let bench = six_cases();
    let all = networks(&bench, []);
    assert_eq!(all.len(), 1, "equal texts that say nothing tie nothing");
    assert_eq!(names(&all[0]), ["a", "b", "c", "d"]);
    assert_eq!(all[0]["urgency"], "high");
    let expected = ["a-b: match", "b-c: handle", "c-d: same_file"].map(str::to_owned);
    assert_eq!(edges(&all[0]), BTreeSet::from(expected));
    let first = &all[0]["edge_list"][0];
    assert_eq!(
        (&first["from"]["case"], &first["splits"]),
        (&"b".into(), &serde_json::json!([2, 2]))
    );
    let cuts = all[0]["case_list"].as_array().unwrap().iter().map(|case| case["is_cut"].clone());
    assert_eq!(cuts.collect::<Vec<_>>(), [false, true, true, false]);
    let text = bench.run(["networks"]).out;
    assert!(text.contains("b — c  telephone +9647701234567, alone ties 2 to 2"), "{text}");

    // A rejected link takes a case away, a rejected file splits the rest.
    let (a, b, c) = (item(&bench, "a"), item(&bench, "b"), item(&bench, "c"));
    ok(&bench, ["reject", &a, &b, "--reason", "no"]);
    assert_eq!(names(&networks(&bench, [])[0]), ["b", "c", "d"]);
    ok(&bench, ["reject", &c, "--cases", "d", "c", "--reason", "a bank's notice"]);
    assert_eq!(names(&networks(&bench, [])[0]), ["b", "c"]);
    ok(&bench, ["case", "handle", "b", "telephone", "+964 770 123 4567", "--remove"]);
    assert!(networks(&bench, []).is_empty());
    ok(&bench, ["confirm", &c, "--cases", "c", "d", "--reason", "it is no notice"]);
    let left = networks(&bench, ["--case", "c"]);
    assert_eq!(
        (names(&left[0]), &left[0]["edge_list"][0]["state"]),
        (vec!["c", "d"], &"confirmed".into())
    );
    assert!(networks(&bench, ["--case", "a"]).is_empty());
    assert!(bench.run(["verify"]).out.starts_with("sound"));
}

#[test]
fn each_item_of_an_edge_stands_on_the_side_of_its_case() {
    let bench = six_cases();
    let found = |bench: &Bench| {
        let edges = networks(bench, ["--case", "a"])[0]["edge_list"].as_array().unwrap().clone();
        let of_pictures = |edge: &&Value| edge["reasons"][0]["reason"] == "match";
        edges.iter().find(of_pictures).expect("an edge by a picture").clone()
    };
    // The older case has the older item, then the newer one.
    let edge = found(&bench);
    assert_eq!((&edge["from"]["case"], &edge["to"]["case"]), (&"a".into(), &"b".into()));
    let sides = |edge: &Value| ["from_item", "to_item"].map(|key| edge["reasons"][0][key].clone());
    assert_eq!(sides(&edge), [item(&bench, "a"), item(&bench, "b")].map(Value::from));

    ok(&bench, ["case", "open", "g"]);
    report(&bench, "h", 7, false);
    report(&bench, "g", 7, true);
    let edge = &networks(&bench, ["--case", "g"])[0]["edge_list"][0];
    assert_eq!(edge["from"]["case"], "g");
    assert_eq!(sides(edge), [item(&bench, "g"), item(&bench, "h")].map(Value::from));
}

#[test]
fn the_text_says_what_is_new_to_its_reader_and_no_more() {
    let bench = six_cases();
    let said = |args: &[&str]| bench.run(args).err;
    assert!(said(&["networks", "--case", "e"]).contains("nothing ties case e to another"));
    let later = said(&["networks", "--since", "2999-01-01"]);
    assert!(later.contains("nothing that is new since then ties two cases"), "{later}");
    let links = bench.run(["links", "c"]).out;
    assert!(links.contains("the same file") && !links.contains("0 of 256 bits"), "{links}");
    ok(&bench, ["reject", &item(&bench, "a"), &item(&bench, "b"), "--reason", "no"]);
    ok(&bench, ["case", "handle", "b", "telephone", "0770 123 4567", "--remove"]);
    let text = bench.run(["networks"]).out;
    assert!(text.contains("c — d  the same file"), "{text}");
    assert!(!text.contains("alone ties"), "two cases have but one tie: {text}");
}

#[test]
fn what_three_cases_share_is_one_hub() {
    let bench = six_cases();
    for case in ["g", "h"] {
        report(&bench, case, 2, false);
    }
    report(&bench, "i", 2, true);
    let network = &networks(&bench, [])[0];
    assert_eq!(names(network), ["a", "b", "c", "d", "g", "h", "i"]);
    assert_eq!((&network["hubs"][0]["cases"], &network["hubs"][0]["hub"]), (&4.into(), &1.into()));
    assert_eq!(network["hubs"][0]["item"], item(&bench, "c"));
    let found = edges(network);
    for edge in ["c-hub1: same_file", "h-hub1: same_file", "i-hub1: match", "b-c: handle"] {
        assert!(found.contains(edge), "{edge} of {found:?}");
    }
    assert_eq!(found.len(), 7);
}

#[test]
fn only_what_is_new_is_told_since_a_time() {
    let bench = six_cases();
    assert_eq!(networks(&bench, ["--since", "2999-01-01"]).len(), 0);
    let past = networks(&bench, ["--since", "2001-01-01"]);
    assert_eq!((&past[0]["new_cases"], &past[0]["new_edges"]), (&4.into(), &3.into()));
    assert_eq!(networks(&bench, [])[0].get("new_cases"), None);
}

#[test]
fn networks_draw_themselves() {
    let bench = six_cases();
    let dot = bench.run(["networks", "--format", "dot"]).out;
    assert!(dot.contains("\"case a\" -- \"case b\"") && dot.contains("style=dashed"), "{dot}");
    let graphml = bench.run(["networks", "--format", "graphml"]).out;
    assert!(graphml.contains("<edge source=\"case b\" target=\"case c\">"), "{graphml}");
    assert!(graphml.contains("<data key=\"reasons\">telephone</data>"), "{graphml}");

    let page = bench.file("page.html");
    let write = |more: &[&str]| {
        let out = page.to_str().unwrap();
        bench.run([&["networks", "--out", out][..], more].concat())
    };
    assert_eq!(write(&["--lang", "ar"]).code, 0);
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">") && html.contains("+9647701234567"));
    assert!(html.contains("default-src 'none'") && !html.contains("unsafe-inline"));
    assert!(!html.contains("src=") && !html.contains("@import"));
    assert_eq!(write(&[]).code, 2, "it is there already");
    assert_eq!(write(&["--force"]).code, 0);
    assert!(fs::read_to_string(&page).unwrap().contains("<html lang=\"en\" dir=\"ltr\">"));
}
