//! Pictures made to upset a search by landmarks: none, the same one thousands of times, strips,
//! and a mosaic of other pictures' landmarks. Each is taken, and none is tied to a stranger.

use athar_tests::command::Bench;
use athar_tests::pictures;
use image::imageops;
use image::{GrayImage, Luma, RgbImage};
use serde_json::Value;

const KNOWN: u64 = 12;
const SIZE: (u32, u32) = (640, 480);

fn known(number: u64) -> RgbImage {
    pictures::detailed(300 + number, SIZE.0, SIZE.1)
}

/// A store in which one case holds ordinary pictures.
fn store() -> Bench {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for number in 0..KNOWN {
        let path = bench.file(format!("known/{number}.jpg"));
        pictures::save_jpeg(&known(number).into(), &path, 90);
    }
    let folder = bench.file("known/x").parent().unwrap().to_path_buf();
    assert_eq!(bench.run(["add".as_ref(), "known".as_ref(), folder.as_os_str()]).code, 0);
    bench
}

/// Adds each picture as a case of its own: all are taken, and nothing is tied to anything.
fn assert_ties_nothing(pictures: &[(&str, GrayImage)]) {
    let bench = store();
    for (case, picture) in pictures {
        let path = bench.file(format!("{case}.png"));
        picture.save(&path).unwrap();
        let (code, lines) = bench.json(["add".as_ref(), (*case).as_ref(), path.as_os_str()]);
        assert_eq!(code, 0, "{case}");
        assert_eq!(lines[0]["kept"], "new", "{case}");
        assert_eq!(lines[0]["matches"], Value::Array(vec![]), "{case}");
        let (code, _) = bench.json(["check".as_ref(), "--deep".as_ref(), path.as_os_str()]);
        assert!(code < 2, "{case} can be asked for");
    }
    assert_eq!(bench.json(["links"]), (0, vec![]));
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn pictures_without_corners_tie_nothing() {
    let sky = GrayImage::from_fn(800, 600, |_, y| Luma([(90 + y / 5) as u8]));
    let skin = GrayImage::from_fn(800, 600, |x, y| {
        let (u, v) = (f64::from(x) / 800.0 - 0.4, f64::from(y) / 600.0 - 0.6);
        Luma([(200.0 - 120.0 * (u * u + v * v)) as u8])
    });
    let blurred =
        |seed| imageops::blur(&imageops::grayscale(&pictures::scene(seed, 800, 600)), 25.0);
    assert_ties_nothing(&[
        ("sky", sky),
        ("skin", skin),
        ("blur", blurred(1)),
        ("blur2", blurred(2)),
    ]);
}

/// A hundred by a hundred times the same small thing.
fn tiles(inside: fn(u32, u32) -> bool) -> GrayImage {
    GrayImage::from_fn(1000, 1000, |x, y| Luma([if inside(x % 10, y % 10) { 30 } else { 220 }]))
}

#[test]
fn ten_thousand_equal_corners_tie_nothing() {
    assert_ties_nothing(&[
        ("squares", tiles(|x, y| x < 5 && y < 5)),
        ("crosses", tiles(|x, y| (4..6).contains(&x) || (4..6).contains(&y))),
        ("slopes", tiles(|x, y| x + y < 7)),
        ("keys", keys(1)),
        ("page", keys(2)),
    ]);
}

/// Rows of letters out of a case of eight, as on a page or a keyboard.
fn keys(seed: u32) -> GrayImage {
    let ink = |letter: u32, cell: u32| (letter * 37 + cell * 11 + seed * 101) % 7 < 3;
    GrayImage::from_fn(1000, 800, |x, y| {
        let letter = (x / 10 * 31 + y / 16 * 17 * seed) % 8;
        let is_letter = x % 10 < 8 && y % 16 < 12;
        let is_ink = is_letter && ink(letter, x % 10 / 2 + y % 16 / 2 * 4);
        Luma([if is_ink { 20 } else { 240 }])
    })
}

#[test]
fn strips_tie_nothing() {
    let strip = |seed: u64, width: u32, height: u32| {
        imageops::grayscale(&pictures::scene(seed, width, height))
    };
    assert_ties_nothing(&[
        ("wide", strip(1, 10_000, 1)),
        ("wide2", strip(2, 10_000, 1)),
        ("high", strip(3, 1, 10_000)),
        ("rope", strip(4, 10_000, 9)),
    ]);
}

/// Squares as large as landmarks, from everywhere in every known picture, in no order.
#[test]
fn a_mosaic_of_everybodys_landmarks_ties_nothing() {
    const SQUARE: u32 = 32;
    let known: Vec<_> = (0..KNOWN).map(known).collect();
    let mosaic = |shift: u32| {
        let mut mosaic = RgbImage::new(40 * SQUARE, 30 * SQUARE);
        for number in 0..1200u32 {
            let from = &known[(number * 7 + shift) as usize % known.len()];
            let left = (number * 131 + shift * 17) % (SIZE.0 - SQUARE);
            let top = (number * 89 + shift * 29) % (SIZE.1 - SQUARE);
            let square = imageops::crop_imm(from, left, top, SQUARE, SQUARE).to_image();
            let (x, y) = (number % 40 * SQUARE, number / 40 * SQUARE);
            imageops::replace(&mut mosaic, &square, x.into(), y.into());
        }
        imageops::grayscale(&mosaic)
    };
    assert_ties_nothing(&[("mosaic", mosaic(1)), ("another", mosaic(5))]);
}
