//! `kill -9` and Ctrl-C at any moment of `add`: what was told is kept, the store stays sound,
//! and the same command goes on where it stopped.

use athar_tests::command::Bench;
use athar_tests::{pictures, stores};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

const PICTURES: usize = 60;

/// A folder of small pictures, some of them copies of others.
fn folder(bench: &Bench) -> PathBuf {
    for n in 0..PICTURES {
        let scene = pictures::scene(n as u64 / 2, 96 + n as u32, 80);
        scene.save(bench.file(format!("folder/{n:03}.png"))).unwrap();
    }
    bench.file("folder/x").parent().unwrap().to_path_buf()
}

/// SHA-256 of the items of case `c1`.
fn kept(bench: &Bench) -> BTreeSet<String> {
    let (code, pages) = bench.json(["case", "show", "c1"]);
    if code != 0 {
        return BTreeSet::new();
    }
    let items = pages[0]["item_list"].as_array().unwrap();
    items.iter().map(|item| item["item"].as_str().unwrap().to_string()).collect()
}

#[test]
fn kill_at_any_moment_loses_nothing_that_was_told() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let folder = folder(&bench);
    let mut told = BTreeSet::new();
    // Killed after every number of lines from 0 up, each time going on where it stopped.
    for lines_before_kill in 0..25 {
        let mut command = bench.command(["add", "c1"]);
        command.arg(&folder).args(["--format", "json"]).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.take(lines_before_kill) {
            let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if let Some(sha256) = line["sha256"].as_str() {
                told.insert(sha256.to_string());
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let verified = bench.run(["verify"]);
        assert_eq!(verified.code, 0, "after {lines_before_kill} lines: {}", verified.out);
        let lost: Vec<_> = told.difference(&kept(&bench)).cloned().collect();
        assert!(lost.is_empty(), "after {lines_before_kill} lines lost {lost:?}");
    }
    let (code, lines) = bench.json(["add".as_ref(), "c1".as_ref(), folder.as_os_str()]);
    assert_eq!((code, lines.len()), (0, PICTURES + 1));
    assert_eq!(kept(&bench).len(), PICTURES);
    let in_case = lines.iter().filter(|line| line["kept"] == "in_case").count();
    assert!(in_case >= told.len(), "what was kept is recognised");
    assert_eq!(bench.run(["verify"]).code, 0);
}

/// So many codes that the index is written and merged while pictures are added.
#[test]
fn kill_while_the_index_is_written_leaves_a_sound_one() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let folder = folder(&bench);
    stores::fill(&bench.store(), "many", 0..17_000);
    for round in 0..12 {
        // Every third round everything has to be written, in the others what came since.
        if round % 3 == 0 {
            let _ = std::fs::remove_dir_all(bench.store().join("index"));
        }
        let more = 17_000 + round * 1500;
        stores::fill(&bench.store(), "many", more..more + 1500);
        let mut command = bench.command(["add", "c1"]);
        command.arg(&folder).args(["--format", "json"]).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // All lines, the last time: the summary comes when the index is being closed.
        lines.take((round as usize * 6) % 66).for_each(|line| drop(line.unwrap()));
        child.kill().unwrap();
        child.wait().unwrap();
        let verified = bench.run(["verify"]);
        assert_eq!(
            (verified.code, verified.err.as_str()),
            (0, ""),
            "round {round}: {}",
            verified.out
        );
    }
    let hex = stores::code(20_000).to_hex();
    assert_eq!(bench.run(["check", "--pdq", &hex]).code, 0);
    let (code, _) = bench.json(["add".as_ref(), "c1".as_ref(), folder.as_os_str()]);
    assert_eq!((code, kept(&bench).len()), (0, PICTURES));
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_in_order_and_the_same_command_goes_on() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let folder = folder(&bench);
    let mut command = bench.command(["add", "c1"]);
    command.arg(&folder).args(["--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let last = lines.last().unwrap().unwrap();
    let summary: Value = serde_json::from_str(&last).unwrap();
    let status = child.wait().unwrap();
    let interrupted = summary["summary"]["interrupted"].as_bool().unwrap();
    // The signal may come when all is done already.
    assert_eq!(status.code(), Some(if interrupted { 130 } else { 0 }));
    assert_eq!(summary["summary"]["files"].as_u64().unwrap() as usize, kept(&bench).len());

    let (code, _) = bench.json(["add".as_ref(), "c1".as_ref(), folder.as_os_str()]);
    assert_eq!((code, kept(&bench).len()), (0, PICTURES));
    assert_eq!(bench.run(["verify"]).code, 0);
}

/// Two processes that add at the same time must not miss each other's material.
#[test]
fn two_adds_at_once_see_each_other() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for n in 0..20 {
        let scene = image::DynamicImage::from(pictures::scene(n, 120, 90));
        pictures::save_jpeg(&scene, &bench.file(format!("a/{n:02}.jpg")), 90);
        pictures::save_jpeg(&scene, &bench.file(format!("b/{n:02}.jpg")), 60);
    }
    let start = |case: &str| {
        let mut command = bench.command(["add", case]);
        command.arg(bench.file(format!("{case}/x")).parent().unwrap());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut children = [start("a"), start("b")];
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(bench.json(["links"]).1.len(), 20);
    assert_eq!(bench.run(["verify"]).code, 0);
}
