//! The story of forty cases: three units, half a year, and what hangs together.
//!
//! Who received what is in `athar_tests::docket`; what must come of it stands here, in the order in
//! which it happens. Every step is typed as a unit types it.

use athar_tests::command::Bench;
use athar_tests::docket::{Case, DOCKET, Matter};
use athar_tests::traces::{bytes_of, codes_of, traces};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// What was planted. An edge names its two ends and its reasons, and says how many cases would be
/// left on either side without it.
const PLANTED: [Expected; 6] = [
    Expected {
        cases: &["CYB-01", "CYB-02", "HTL-01", "HTL-02", "HTL-03", "PLT-01"],
        edges: &[
            "CYB-01 — HTL-01: part",
            "CYB-01 — HTL-02: telegram",
            "HTL-01 — HTL-02: telephone",
            VOICE_NOTE,
            "CYB-02 — PLT-01: tron",
            "CYB-02 — HTL-03: segment",
            "HTL-03 — PLT-01: same file",
        ],
    },
    Expected {
        cases: &["CYB-03", "HTL-04", "HTL-05", "PLT-02"],
        edges: &[
            "CYB-03 — instagram layla.gifts: instagram, alone 1 to 3",
            "HTL-04 — instagram layla.gifts: instagram, alone 1 to 3",
            "HTL-05 — instagram layla.gifts: instagram, alone 1 to 3",
            "PLT-02 — instagram layla.gifts: instagram, alone 1 to 3",
        ],
    },
    Expected {
        cases: &["CYB-04", "HTL-06", "PLT-03"],
        edges: &["CYB-04 — HTL-06: copy, alone 1 to 2", "HTL-06 — PLT-03: segment, alone 1 to 2"],
    },
    Expected {
        cases: &["CYB-05", "HTL-07", "PLT-04"],
        edges: &["CYB-05 — HTL-07: segment, alone 1 to 2", "CYB-05 — PLT-04: still, alone 1 to 2"],
    },
    Expected { cases: &["CYB-06", "PLT-05"], edges: &["CYB-06 — PLT-05: part, alone 1 to 1"] },
    Expected { cases: &["HTL-08", "PLT-06"], edges: &["HTL-08 — PLT-06: part, alone 1 to 1"] },
];

/// The one edge between two halves of the largest network.
const VOICE_NOTE: &str = "HTL-02 — PLT-01: segment, alone 3 to 3";

#[test]
fn forty_cases_of_three_units() {
    let mut story = Story::of_half_a_year();
    each_report_was_answered_with_what_hangs_together_with_it(&story);
    the_networks_are_those_that_were_planted(&story);
    the_most_urgent_comes_first_when_it_is_asked_for(&story);
    a_rejected_link_splits_a_network(&story);
    a_case_that_is_taken_back_takes_its_network_with_it(&story);
    a_later_report_reaches_an_old_case(&mut story);
    the_packet_verifies_on_its_own_and_fails_when_touched(&story);
    the_evidence_stands(&story);
    a_restored_copy_tells_the_same(&story);
}

fn each_report_was_answered_with_what_hangs_together_with_it(story: &Story) {
    let is_material = |edge: &&str| {
        !["instagram", "telegram", "telephone", "tron"].iter().any(|kind| edge.contains(kind))
    };
    let edges = PLANTED.iter().flat_map(|network| network.edges).copied().filter(is_material);
    let ends = |edge: &str| edge.split_once(':').expect("an edge has reasons").0.to_owned();
    assert_eq!(story.answers, edges.map(ends).collect());
}

fn the_networks_are_those_that_were_planted(story: &Story) {
    assert_eq!(story.networks(&[]), expected(&PLANTED));
    let told = story.bench.run(["networks"]).out;
    assert!(told.contains("HTL-02 — PLT-01") && told.contains("alone ties 3 to 3"), "{told}");
}

fn the_most_urgent_comes_first_when_it_is_asked_for(story: &Story) {
    let (_, networks) = story.bench.json(["networks", "--urgent-first"]);
    let urgency: Vec<_> = networks.iter().map(|network| text(&network["urgency"])).collect();
    assert_eq!(urgency, ["immediate", "high", "high", "normal", "normal", "normal"]);
}

/// The two halves had nothing in common but a voice note, and that is one that goes round.
fn a_rejected_link_splits_a_network(story: &Story) {
    let notes = ["HTL-02/note-one.opus", "PLT-01/note-one.amr"].map(|note| &story.items[note]);
    let why = ["--reason", "a note that circulates", "--by", "officer 12"];
    story.typed(&[&["reject", notes[0], notes[1]], &why[..]].concat());
    let [whole, rest @ ..] = &PLANTED;
    let halves = [&["CYB-01", "HTL-01", "HTL-02"], &["CYB-02", "HTL-03", "PLT-01"]];
    let half = |cases: &&'static [&'static str; 3]| {
        let is_its = |edge: &&&str| cases.contains(&&edge[..6]) && **edge != VOICE_NOTE;
        network(*cases, whole.edges.iter().filter(is_its).copied())
    };
    let now = halves.iter().map(half).chain(expected(rest)).collect::<BTreeSet<_>>();
    assert_eq!(story.networks(&[]), now);
}

/// What she handed in is known no more, not to anybody who asks and not to any file of the store.
fn a_case_that_is_taken_back_takes_its_network_with_it(story: &Story) {
    let hers = ["HTL-08/photo-5.jpg", "HTL-08/plain-6.jpg"].map(|file| story.bench.file(file));
    assert_eq!(story.known_in(&hers[0]), ["HTL-08", "PLT-06"]);
    assert_eq!(story.known_in(&hers[1]), ["HTL-08"]);
    let codes = codes_of(&story.bench, "HTL-08");
    let others = DOCKET.iter().filter(|case| case.name != "HTL-08");
    let others: Vec<_> = others.flat_map(|case| codes_of(&story.bench, case.name)).collect();
    let left = || traces(&bytes_of(&story.bench.store()), &codes, &others);
    assert!(left() >= codes.len(), "they are there as they are told");

    let reason = ["--reason", "at her wish", "--reference", "W-1", "--by", "officer 3"];
    story.typed(&[&["withdraw", "--case", "HTL-08"], &reason[..]].concat());
    assert_eq!(left(), 0);
    assert_eq!(story.known_in(&hers[0]), ["PLT-06"], "who else holds a piece of it still does");
    assert!(story.known_in(&hers[1]).is_empty());
    let has_a_case_of_the_sixth = |network: &Network| network.cases.contains("PLT-06");
    assert!(!story.networks(&[]).iter().any(has_a_case_of_the_sixth));
    assert_eq!(story.networks(&[]).len(), PLANTED.len());
    assert_eq!(story.bench.run(["case", "show", "HTL-08"]).code, 2);
}

/// A platform hands in a screen months later, and the oldest case of all is in it.
fn a_later_report_reaches_an_old_case(story: &mut Story) {
    assert!(story.networks(&["--case", "HTL-09"]).is_empty());
    assert!(story.alerts("HTL-09").is_empty());
    story.reports("PLT-07", "2025-11-02", &[Matter::Screenshot(7)]);
    let edges = ["HTL-09 — PLT-07: part, alone 1 to 1"];
    let reached = network(&["HTL-09", "PLT-07"], edges.into_iter());
    assert_eq!(story.networks(&["--case", "HTL-09"]), BTreeSet::from([reached]));
    let shown = story.bench.run(["case", "show", "HTL-09"]).out;
    assert!(shown.contains("PLT-07"), "{shown}");
    assert_eq!(story.alerts("HTL-09"), ["PLT-07 part HTL-09 open"]);
}

/// What is given to a court needs nothing but the public key, and shows what was done to it.
fn the_packet_verifies_on_its_own_and_fails_when_touched(story: &Story) {
    let packet = story.bench.file("HTL-09.zip");
    story.typed(&["packet", "HTL-09", "--out", packet.to_str().unwrap()]);
    let elsewhere = Bench::bare(PROGRAM);
    let verified = || {
        let typed = ["packet", "verify", packet.to_str().unwrap(), "--key", &story.key];
        let ran = elsewhere.run(typed);
        (ran.code, ran.out)
    };
    let (code, told) = verified();
    assert!(code == 0 && told.starts_with("sound") && told.contains("HTL-09"), "{told}");
    let mut bytes = fs::read(&packet).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&packet, &bytes).unwrap();
    let (code, told) = verified();
    assert!(code == 1 && told.starts_with("not sound"), "{told}");
}

/// Whoever kept a signed checkpoint can see that nothing before it was changed.
fn the_evidence_stands(story: &Story) {
    let kept = story.bench.file("checkpoint.json");
    fs::write(&kept, story.typed(&["checkpoint"])).unwrap();
    let told = story.typed(&["verify", "--kept", kept.to_str().unwrap()]);
    assert!(told.starts_with("sound"), "{told}");
}

fn a_restored_copy_tells_the_same(story: &Story) {
    let copy = story.bench.file("copy.athar");
    story.typed(&["backup", copy.to_str().unwrap()]);
    let elsewhere = Bench::bare(PROGRAM);
    let ran = elsewhere.run(["restore".as_ref(), copy.as_os_str()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(elsewhere.json(["networks"]), story.bench.json(["networks"]));
    let told = elsewhere.run(["verify", "--key", &story.key]).out;
    assert!(told.starts_with("sound"), "{told}");
}

/// A store, and what was said while it was filled.
struct Story {
    bench: Bench,
    /// The public one, which others have.
    key: String,
    /// SHA-256 by `case/file`.
    items: BTreeMap<String, String>,
    /// Every two cases of which `add` said that they share material, as edges are told.
    answers: BTreeSet<String>,
}

impl Story {
    /// What alerts tell of a case: which one came, how, and to which older one.
    fn alerts(&self, case: &str) -> Vec<String> {
        let (_, alerts) = self.bench.json(["alerts", "--case", case]);
        let word = |alert: &Value, key: &str| alert[key].as_str().expect("a word").to_owned();
        let line = |alert: &Value| {
            ["case", "relation", "other_case", "state"].map(|key| word(alert, key)).join(" ")
        };
        alerts.iter().map(line).collect()
    }

    /// A store with a key, in which every case was opened and reported on the day it was received.
    fn of_half_a_year() -> Self {
        let bench = Bench::new(PROGRAM);
        let key = bench.run(["key", "make"]).out.trim().to_owned();
        let mut story = Self { bench, key, items: BTreeMap::new(), answers: BTreeSet::new() };
        let mut cases: Vec<&Case> = DOCKET.iter().collect();
        cases.sort_by_key(|case| case.received);
        for case in cases {
            story.typed(&case.opening());
            if !case.brings.is_empty() {
                story.reports(case.name, case.received, case.brings);
            }
        }
        story
    }

    /// A command that must go well, and its answer.
    fn typed(&self, args: &[&str]) -> String {
        let ran = self.bench.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    }

    /// Reports files into a case, all in one.
    fn reports(&mut self, case: &str, received: &str, brings: &[Matter]) {
        let paths: Vec<_> = brings.iter().map(|matter| self.written(case, matter)).collect();
        let files = paths.iter().map(|path| path.as_os_str());
        let args = ["add", case, "--received", received].map(AsRef::as_ref);
        let (code, lines) = self.bench.json(args.into_iter().chain(files));
        assert_eq!(code, 0, "{case}: {lines:?}");
        for line in lines.iter().filter(|line| line["path"].is_string()) {
            let path = text(&line["path"]);
            let name = path.rsplit(['/', ' ']).next().unwrap();
            self.items.insert(format!("{case}/{name}"), text(&line["sha256"]));
            self.answers.extend(cases_told(line).iter().map(|other| ends(case, other)));
        }
    }

    fn written(&self, case: &str, matter: &Matter) -> PathBuf {
        let path = self.bench.file(Path::new(case).join(matter.name()));
        fs::write(&path, matter.bytes()).unwrap();
        path
    }

    fn networks(&self, more: &[&str]) -> BTreeSet<Network> {
        let (code, lines) = self.bench.json([&["networks"], more].concat());
        assert_eq!(code, 0);
        let networks: BTreeSet<_> = lines.iter().map(Network::read).collect();
        assert_eq!(networks.len(), lines.len(), "no network twice");
        networks
    }

    /// The cases of which `check` says that they hold the file, or something of it.
    fn known_in(&self, file: &Path) -> Vec<String> {
        let (code, lines) =
            self.bench.json(["check".as_ref(), "--deep".as_ref(), file.as_os_str()]);
        let known = cases_told(&lines[0]);
        assert_eq!(code, i32::from(known.is_empty()));
        known.into_iter().collect()
    }
}

/// A network as this page tells it.
#[derive(Clone, Copy)]
struct Expected {
    cases: &'static [&'static str],
    edges: &'static [&'static str],
}

/// A network as the program told it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Network {
    cases: BTreeSet<String>,
    edges: BTreeSet<String>,
}

fn expected(networks: &[Expected]) -> BTreeSet<Network> {
    networks.iter().map(|one| network(one.cases, one.edges.iter().copied())).collect()
}

fn network(cases: &[&str], edges: impl Iterator<Item = &'static str>) -> Network {
    let cases = cases.iter().map(|&case| case.to_owned()).collect();
    Network { cases, edges: edges.map(str::to_owned).collect() }
}

impl Network {
    fn read(line: &Value) -> Self {
        let cases: BTreeSet<_> = list(&line["case_list"]).map(|case| text(&case["case"])).collect();
        let edges = list(&line["edge_list"]).map(|edge| edge_told(edge, &line["hubs"]));
        let told = Self { edges: edges.collect(), cases };
        assert_eq!(line["cases"], told.cases.len(), "no case twice");
        assert_eq!(line["edges"], told.edges.len(), "no edge twice");
        told
    }
}

fn edge_told(edge: &Value, hubs: &Value) -> String {
    let end = |side: &str| match edge[side]["hub"].as_u64() {
        Some(number) => handle_told(&hubs[number as usize - 1]["handle"]),
        None => text(&edge[side]["case"]),
    };
    let reasons: Vec<_> = list(&edge["reasons"]).map(reason_told).collect();
    let alone = edge["splits"].as_array();
    let alone = alone.map(|sides| format!(", alone {} to {}", sides[0], sides[1]));
    let ends = ends(&end("from"), &end("to"));
    format!("{ends}: {}{}", reasons.join(" and "), alone.unwrap_or_default())
}

/// Two ends in the order of their names.
fn ends(one: &str, other: &str) -> String {
    format!("{} — {}", one.min(other), one.max(other))
}

fn handle_told(handle: &Value) -> String {
    format!("{} {}", text(&handle["platform"]), text(&handle["value"]))
}

fn reason_told(reason: &Value) -> String {
    let handle = &reason["handle"];
    match reason["reason"].as_str() {
        Some("match") => text(&reason["relation"]),
        Some("same_file") => "same file".into(),
        _ => text(handle.get("platform").unwrap_or(&handle["kind"])),
    }
}

/// The cases that a line of `add` or `check` names.
fn cases_told(line: &Value) -> BTreeSet<String> {
    list(&line["matches"]).map(|found| text(&found["case"])).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").into()
}
