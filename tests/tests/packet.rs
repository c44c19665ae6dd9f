//! The evidence packet: made from a store, checked on a machine that has none, and touched.

use athar_tests::command::{Bench, Ran, clip_fixture as fixture};
use athar_tests::parcels::{MAIL_AT_MS, Member, mail, zip};
use athar_tests::{pictures, stores};
use image::DynamicImage;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// A store with a key and three cases. `a` holds a picture, a clip, a voice note and a file that is
/// none; `b` the same picture mirrored, `c` a part of the clip's stretch and the very same note.
struct Place {
    bench: Bench,
    key: String,
}

fn ok(ran: Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.out
}

fn place() -> Place {
    let bench = Bench::new(PROGRAM);
    let key = ok(bench.run(["key", "make"])).trim().to_owned();
    let picture = DynamicImage::from(pictures::scene(7, 320, 240));
    let [one, other, odd] = ["one.jpg", "other.jpg", "odd.bin"].map(|name| bench.file(name));
    pictures::save_jpeg(&picture, &one, 90);
    pictures::save_jpeg(&picture.fliph(), &other, 75);
    fs::write(&odd, "nothing that is read").unwrap();
    ok(bench.run([
        "case",
        "open",
        "a",
        "--handle",
        "telegram=@somebody",
        "--note",
        "قضية عاجلة",
        "--by",
        "clerk-2",
    ]));
    let files = [&one, &fixture("a-frame.jpg"), &fixture("note-one.opus"), &odd];
    let args = ["add", "a", "--channel", "hotline", "--unit", "unit 7"].map(AsRef::as_ref);
    let ran = bench.run(args.into_iter().chain(files.map(|file| file.as_os_str())));
    assert_eq!(ran.code, 3, "one cannot be read: {}", ran.err);
    bench.add("b", &other);
    bench.add("c", &fixture("note-one.opus"));
    ok(bench.run(["case", "handle", "c", "telegram", "@SomeBody"]));
    Place { bench, key }
}

/// A packet of case `a`; `None` where the machine has no fonts.
fn packet(place: &Place, name: &str, more: &[&str]) -> Option<PathBuf> {
    let out = place.bench.file(name);
    let args = ["packet", "a", "--out", out.to_str().unwrap(), "--by", "officer 12"];
    let ran = place.bench.run(args.iter().chain(more));
    if ran.err.contains("no font") {
        println!("no report is drawn here: {}", ran.err);
        return None;
    }
    assert_eq!(ran.code, 0, "{}", ran.err);
    Some(out)
}

/// Checks on another machine: no store, only the file and a key.
fn checked(packet: &Path, key: &str) -> (i32, Value) {
    let elsewhere = Bench::bare(PROGRAM);
    let moved = elsewhere.file("packet.zip");
    fs::copy(packet, &moved).unwrap();
    let args = ["packet", "verify", moved.to_str().unwrap(), "--key", key];
    let (code, mut lines) = elsewhere.json(args);
    (code, lines.pop().unwrap_or_default())
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_packet_is_sound_on_a_machine_that_has_only_the_public_key() {
    let place = place();
    for lang in ["en", "ar"] {
        let name = format!("{lang}.zip");
        let more = ["--lang", lang, "--purpose", "court file 3 of 2026"];
        let Some(file) = packet(&place, &name, &more) else { return };
        let (code, told) = checked(&file, &place.key);
        assert_eq!((code, &told["fault"]), (0, &Value::Null));
        let told = &told["packet"];
        assert_eq!((&told["case"], &told["language"]), (&"a".into(), &lang.into()));
        assert_eq!((&told["items"], &told["matches"]), (&3.into(), &2.into()), "{told}");
        let bytes = fs::read(&file).unwrap();
        let direction = if lang == "ar" { "dir=\"rtl\"" } else { "dir=\"ltr\"" };
        let told = ["court file 3 of 2026", "officer 12", "unit 7", "somebody", "clerk-2"];
        for part in [direction, "%PDF-"].into_iter().chain(told) {
            assert!(holds(&bytes, part.as_bytes()), "{lang}: {part}");
        }
    }
    assert!(ok(place.bench.run(["verify"])).starts_with("sound"));
    let own = place.bench.file("en.zip");
    assert!(ok(place.bench.run(["packet", "verify", own.to_str().unwrap()])).starts_with("sound"));
}

/// An entry of a packet, which is an archive of files that are stored as they are.
fn entry(packet: &[u8], name: &str) -> Vec<u8> {
    let number = |at: usize, bytes: usize| -> usize {
        (0..bytes).rev().fold(0, |number, place| number << 8 | usize::from(packet[at + place]))
    };
    let mut at = 0;
    while packet[at..].starts_with(b"PK\x03\x04") {
        let (length, from) = (number(at + 18, 4), at + 30 + number(at + 26, 2));
        if &packet[at + 30..from] == name.as_bytes() {
            return packet[from..from + length].to_vec();
        }
        at = from + length;
    }
    panic!("no entry {name}");
}

/// Nodes of a packet's graph that have this type.
fn nodes<'a>(graph: &'a Value, kind: &str) -> Vec<&'a Value> {
    let has = |node: &Value| node["@type"].to_string().contains(&format!("\"{kind}\""));
    graph["@graph"].as_array().unwrap().iter().filter(|node| has(node)).collect()
}

#[test]
fn where_a_file_comes_from_is_told_and_proven() {
    const SENDER: &str = "لينا <lina@example.org>";
    let place = place();
    let one = Member::new("holiday 1.jpg", &fs::read(place.bench.file("one.jpg")).unwrap());
    let letter = place.bench.file("letter.eml");
    fs::write(&letter, mail(SENDER, std::slice::from_ref(&one))).unwrap();
    let box_of_one = place.bench.file("box.zip");
    fs::write(&box_of_one, zip(&[Member { name: "deep/1.jpg".into(), ..one }])).unwrap();
    place.bench.add("a", &letter);
    place.bench.add("a", &box_of_one);
    let Some(file) = packet(&place, "packet.zip", &["--lang", "ar"]) else { return };
    assert_eq!(checked(&file, &place.key).0, 0);
    let bytes = fs::read(file).unwrap();
    let case: Value = serde_json::from_slice(&entry(&bytes, "case.json")).unwrap();
    let events: Value = serde_json::from_slice(&entry(&bytes, "events.json")).unwrap();
    let told = case["items"][0]["provenance"].as_array().unwrap();
    let proven = |told: &Value| {
        let is_its = |event: &&Value| event["seq"] == told["event"];
        let event = events["events"].as_array().unwrap().iter().find(is_its).unwrap();
        assert_eq!(event["kind"], "provenance_told");
        // Behind the salt, the report, the case and the item.
        let shown = &event["opening"]["values"].as_array().unwrap()[4..];
        let time = &told["time"];
        let [zone, moment] = [&time["zone"], &time["moment"]];
        let values =
            [&told["sender"], &time["at_ms"], zone, moment, &told["name"], &told["parcel"]];
        assert_eq!(shown.iter().collect::<Vec<_>>(), values);
    };
    told.iter().for_each(proven);
    assert_eq!((told.len(), &told[0]["sender"]), (2, &SENDER.into()));
    let time = json!({ "at_ms": MAIL_AT_MS, "zone": "told", "moment": "sent" });
    assert_eq!((&told[0]["time"], &told[1]["time"]), (&time, &Value::Null));
    let names = ["name", "parcel"].map(|key| [told[0][key].clone(), told[1][key].clone()]);
    assert_eq!(
        names,
        [["holiday 1.jpg", "deep/1.jpg"], ["letter.eml", "box.zip"]].map(|n| n.map(Value::from))
    );
    assert_eq!(case["items"][1]["provenance"], json!([]), "of a file that lay in nothing");

    let html = String::from_utf8(entry(&bytes, "report.html")).unwrap();
    let shown = ["مصادر الملفات", "2023-04-05\u{a0}09:30:01", "لينا &lt;lina@example.org&gt;"];
    for part in shown.into_iter().chain(["holiday 1.jpg", "letter.eml", "box.zip"]) {
        assert!(html.contains(part), "{part}");
    }
    let graph: Value = serde_json::from_slice(&entry(&bytes, "case.jsonld")).unwrap();
    assert_eq!(nodes(&graph, "athar:Provenance").len(), 2);
    let message = nodes(&graph, "uco-observable:Message")[0];
    assert_eq!(message["uco-core:name"], "letter.eml");
    let facet = &message["uco-core:hasFacet"][0];
    assert_eq!(facet["uco-observable:sentTime"]["@value"], "2023-04-05T09:30:01Z");
    let sender = |node: &&&Value| node["@id"] == facet["uco-observable:from"]["@id"];
    let senders = nodes(&graph, "uco-observable:ObservableObject");
    assert_eq!(senders.iter().find(sender).unwrap()["uco-core:name"], SENDER);
}

#[test]
fn what_parcels_told_of_other_cases_is_not_in_a_packet() {
    let place = place();
    let other = Member::new("private name.jpg", &fs::read(place.bench.file("other.jpg")).unwrap());
    let letter = place.bench.file("other.eml");
    fs::write(&letter, mail("Omar <omar@example.org>", &[other])).unwrap();
    place.bench.add("b", &letter);
    let Some(file) = packet(&place, "packet.zip", &[]) else { return };
    let bytes = fs::read(file).unwrap();
    for name in ["private name", "omar@example.org", "other.eml"] {
        assert!(!holds(&bytes, name.as_bytes()), "{name}");
    }
}

#[test]
fn codes_are_in_a_packet_only_where_they_were_asked_for() {
    let place = place();
    let Some(without) = packet(&place, "without.zip", &[]) else { return };
    let with = packet(&place, "with.zip", &["--with-codes"]).unwrap();
    let one = place.bench.file("one.jpg");
    let code = ok(place.bench.run(["hash".as_ref(), one.as_os_str()]));
    let code = code.split(',').next().unwrap().as_bytes();
    assert_eq!(code.len(), 64);
    assert!(!holds(&fs::read(&without).unwrap(), code));
    assert!(holds(&fs::read(&with).unwrap(), code));
    let records = |file| checked(file, &place.key).1["packet"]["records"].as_u64().unwrap();
    // Of the second packet, of who made the first, and of each of the case's three files.
    assert_eq!(records(&with), records(&without) + 5);
}

#[test]
fn whoever_touches_it_is_told() {
    let place = place();
    let Some(file) = packet(&place, "packet.zip", &[]) else { return };
    let bytes = fs::read(&file).unwrap();
    let changed = place.bench.file("changed.zip");
    let fault = |bytes: &[u8]| {
        fs::write(&changed, bytes).unwrap();
        let (code, told) = checked(&changed, &place.key);
        assert_eq!(code, 1);
        told["fault"].as_str().unwrap().to_owned()
    };
    let replaced = |from: &str, to: &str| {
        let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
        let mut bytes = bytes.clone();
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        fault(&bytes)
    };
    assert_eq!(replaced("%PDF-1", "%PDF-2"), "report.pdf was changed");
    assert_eq!(
        replaced("\"kind\":\"case_opened\"", "\"kind\":\"case_closed\""),
        "events.json was changed"
    );
    assert!(replaced("\"language\":\"en\"", "\"language\":\"ar\"").contains("does not hold"));
    assert!(replaced("\"version\":1,\"prog", "\"version\":9,\"prog").contains("version 9"));
    assert!(fault(&bytes[..bytes.len() - 1]).contains("outside its entries"));
    assert!(fault(&bytes[..bytes.len() / 2]).contains("cut off"));
    assert!(fault(&[&bytes[..], b"x"].concat()).contains("outside its entries"));
    assert!(fault(b"PK\x05\x06").contains("no packet"));
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x20;
        fault(&bytes);
    }
    let stranger = Bench::new(PROGRAM);
    let other = ok(stranger.run(["key", "make"]));
    let (code, told) = checked(&file, other.trim());
    assert_eq!((code, &told["fault"]), (1, &"the packet is signed with another key".into()));
}

#[test]
fn what_cannot_be_made_or_checked_says_why_and_is_not_recorded() {
    let place = place();
    let out = place.bench.file("out.zip");
    let out = out.to_str().unwrap();
    let refused = |args: &[&str], reason: &str| {
        let ran = place.bench.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.out);
        assert!(ran.err.contains(reason), "{args:?}: {}", ran.err);
    };
    let events = || {
        let ledger =
            athar_ledger::Ledger::open_read_only(&stores::ledger_file(&place.bench.store()));
        ledger.unwrap().last_seq().unwrap()
    };
    let before = events();
    refused(&["packet", "nobody", "--out", out], "no case of this name");
    refused(&["packet", "a"], "--out");
    refused(&["packet", "verify", out, "--key", &place.key], "out.zip");
    refused(&["packet", "verify", out, "--key", "12"], "no key");
    fs::write(out, "something else").unwrap();
    refused(&["packet", "a", "--out", out], "--force");
    assert_eq!(fs::read_to_string(out).unwrap(), "something else");
    fs::remove_file(place.bench.store().join("signing.key")).unwrap();
    refused(&["packet", "a", "--out", out, "--force"], "no key");
    assert_eq!(events(), before);
    let elsewhere = Bench::bare(PROGRAM);
    let ran = elsewhere.run(["packet", "verify", out]);
    assert_eq!((ran.code, ran.err.contains("--key")), (2, true), "{}", ran.err);
}

#[test]
fn what_a_packet_was_made_for_goes_with_its_case() {
    let place = place();
    let purpose = "for the court of appeal";
    if packet(&place, "packet.zip", &["--purpose", purpose]).is_none() {
        return;
    }
    let ledger = stores::ledger_file(&place.bench.store());
    let files = || {
        let log = ledger.with_extension("sqlite-wal");
        [fs::read(&ledger).unwrap(), fs::read(log).unwrap_or_default()].concat()
    };
    assert!(holds(&files(), purpose.as_bytes()));
    ok(place.bench.run(["withdraw", "--case", "a", "--reason", "at her wish"]));
    assert!(!holds(&files(), purpose.as_bytes()));
    assert!(ok(place.bench.run(["verify"])).starts_with("sound"));
}
