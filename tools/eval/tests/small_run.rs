//! A whole run over pictures made by formula, as somebody with a folder of their own would see it.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use athar_eval::run::{Options, run};
use athar_eval::{picture, report};
use image::{Rgb, RgbImage};
use std::fs;
use std::path::Path;

/// Smooth waves of many lengths: what a whole-picture hash can tell apart.
fn waves(seed: u32, width: u32, height: u32) -> RgbImage {
    let wave = |n: u32| {
        let at = |k: u32| f64::from((seed * 7919 + n * 104_729 + k * 1_299_709) % 1000) / 1000.0;
        (at(1) * 0.09 + 0.004, at(2) * 0.09 + 0.004, at(3) * 6.3, 60.0 / (1.0 + f64::from(n)))
    };
    let waves: Vec<_> = (0..9).map(wave).collect();
    RgbImage::from_fn(width, height, |x, y| {
        let light = |phase: f64| {
            let sum = waves.iter().map(|(kx, ky, p, a)| {
                a * libm::sin(kx * f64::from(x) * 2.5 + ky * f64::from(y) * 2.5 + p + phase)
            });
            (128.0 + sum.sum::<f64>()).clamp(0.0, 255.0) as u8
        };
        Rgb([light(0.0), light(0.2), light(0.4)])
    })
}

fn corpus(root: &Path) {
    fs::create_dir_all(root.join("nested/deeper")).unwrap();
    for n in 0..6 {
        let name = format!("{}{n}.png", if n % 2 == 0 { "" } else { "nested/deeper/" });
        waves(n + 1, 300 + 10 * n, 240).save(root.join(name)).unwrap();
    }
    fs::write(root.join("letter.txt"), "no picture").unwrap();
}

fn options(root: &Path, seed: u64) -> Options {
    Options {
        corpus: root.to_owned(),
        sources: Some(4),
        edits: ["mirror", "jpeg 50", "collage of 4", "chain of 5 mirror", "region"]
            .map(String::from)
            .to_vec(),
        seed,
        peers: Vec::new(),
        peer_sources: 1,
        background: true,
    }
}

#[test]
fn a_folder_is_evaluated_and_the_same_seed_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    corpus(folder.path());
    let mut told = Vec::new();
    let done = run(&options(folder.path(), 5), &mut |done, of| told.push((done, of))).unwrap();
    assert_eq!(told.last().map(|(done, of)| done == of), Some(true));
    assert_eq!((done.facts.stored, done.facts.sources), (6, 4));
    assert!(done.facts.skipped.iter().any(|(name, _)| name == "letter.txt"));

    let row =
        |edit: &str, route: &str| done.rows.iter().find(|r| r.edit == edit && r.route == route);
    let mirror = row("mirror", "all").unwrap();
    assert_eq!((mirror.n, mirror.recall, mirror.false_links, mirror.pairs), (4, 1.0, 0, 20));
    assert_eq!(row("jpeg", "peer:pdq").unwrap().recall, 1.0);
    assert_eq!(row("collage", "all").unwrap().n, 16);
    assert!(row("all edits", "all").is_some());

    let lines = report::json_lines(&done.rows).unwrap();
    let again = run(&options(folder.path(), 5), &mut |_, _| {}).unwrap();
    assert_eq!(report::json_lines(&again.rows).unwrap(), lines);

    let out = folder.path().join("out");
    report::write(Some(&done), None, &out).unwrap();
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("letter.txt") && page.contains("<svg") && !page.contains("src="));
    assert!(report::table(&done).lines().any(|line| line.starts_with("mirror")));
}

#[test]
fn nothing_is_evaluated_without_pictures_or_with_no_edit() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&options(folder.path(), 1), &mut |_, _| {}).is_err());
    corpus(folder.path());
    let strange = Options { edits: vec!["no such edit".into()], ..options(folder.path(), 1) };
    assert!(run(&strange, &mut |_, _| {}).is_err());
    assert!(picture::Loaded::read(&folder.path().join("letter.txt"), 0, 100).is_err());
}
