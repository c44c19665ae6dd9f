//! The main job: copies planted in other cases come out as exactly the links that were planted.

use athar_tests::command::Bench;
use athar_tests::edits::EDITS;
use athar_tests::{corpus, pictures};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CASES: usize = 10;

/// The two ends of a link, each a case and an item.
type Tie = BTreeSet<(String, String)>;

#[test]
fn copies_of_real_photographs_are_found_and_nothing_else_is() {
    let Some(corpus) = corpus::corpus("planted copies of real photographs") else { return };
    let rows = corpus::golden_rows(&corpus).expect("the corpus has its table of hashes");
    let photos = rows.into_iter().filter(|row| row.quality >= 80);
    let photos: Vec<_> = photos.map(|row| corpus.join("photos").join(row.path)).collect();
    let step = photos.len() / 200;
    let originals: Vec<_> = photos.into_iter().step_by(step).take(200).collect();
    assert_eq!(originals.len(), 200);
    plant_and_find(&originals, 100);
}

#[test]
fn copies_of_made_pictures_are_found_and_nothing_else_is() {
    let made = tempfile::tempdir().unwrap();
    let save = |n: u32| {
        let path = made.path().join(format!("{n:02}.jpg"));
        let scene = pictures::scene(n.into(), 400 + 17 * n, 300 + 11 * n);
        pictures::save_jpeg(&scene.into(), &path, 90);
        path
    };
    plant_and_find(&(0..40).map(save).collect::<Vec<_>>(), 20);
}

/// Reports `originals` as ten cases and edited copies of the first `copies` into other cases.
fn plant_and_find(originals: &[PathBuf], copies: usize) {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for (number, original) in originals.iter().enumerate() {
        fs::copy(original, bench.file(format!("{}/original-{number}", home(number)))).unwrap();
        if number < copies {
            let picture = image::load_from_memory(&fs::read(original).unwrap()).unwrap();
            let copy = bench.file(format!("{}/copy-{number}", away(number)));
            fs::write(copy, EDITS[number % EDITS.len()].to_jpeg(&picture)).unwrap();
        }
    }
    let items = report_all(&bench);
    let planted: BTreeSet<Tie> = (0..copies).map(|number| tie(&items, number)).collect();
    let found = links(&bench);
    let missing: Vec<_> = planted.difference(&found).collect();
    let invented: Vec<_> = found.difference(&planted).collect();
    assert!(
        missing.is_empty() && invented.is_empty(),
        "missing {missing:?}, invented {invented:?}"
    );
    assert_eq!(found.len(), copies);
    assert_eq!(bench.run(["verify"]).code, 0);
}

fn home(number: usize) -> String {
    format!("case-{}", number % CASES)
}

/// Another case than the picture's own, a different one for each round.
fn away(number: usize) -> String {
    format!("case-{}", (number + 1 + number / CASES % (CASES - 1)) % CASES)
}

/// Adds every case's folder; SHA-256 by file name.
fn report_all(bench: &Bench) -> BTreeMap<String, String> {
    let mut items = BTreeMap::new();
    for case in (0..CASES).map(home) {
        let folder = bench.file(format!("{case}/x")).parent().unwrap().to_path_buf();
        let (code, lines) = bench.json(["add".as_ref(), case.as_ref(), folder.as_os_str()]);
        assert_eq!(code, 0, "every picture is read");
        for line in lines.iter().filter(|line| line["path"].is_string()) {
            let name = Path::new(line["path"].as_str().unwrap()).file_name().unwrap();
            items.insert(name.to_str().unwrap().into(), text(&line["sha256"]));
        }
    }
    items
}

fn tie(items: &BTreeMap<String, String>, number: usize) -> Tie {
    assert_ne!(home(number), away(number));
    let original = (home(number), items[&format!("original-{number}")].clone());
    Tie::from([original, (away(number), items[&format!("copy-{number}")].clone())])
}

fn links(bench: &Bench) -> BTreeSet<Tie> {
    let (code, links) = bench.json(["links"]);
    assert_eq!(code, 0);
    let end = |end: &Value| (text(&end["case"]), text(&end["item"]));
    let ties: BTreeSet<Tie> =
        links.iter().map(|link| Tie::from([end(&link["from"]), end(&link["to"])])).collect();
    assert_eq!(ties.len(), links.len(), "no link twice");
    ties
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().into()
}
