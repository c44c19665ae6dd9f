//! Edited copies across cases: `add` finds the known picture inside what was reported, says how
//! the two hang together and where, and finds nothing in strangers.

use athar_tests::command::Bench;
use athar_tests::pictures;
use athar_tests::pieces::{self, Piece, Polygon};
use image::RgbImage;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const KNOWN: u64 = 9;
const SIZE: (u32, u32) = (960, 720);

fn known(number: u64) -> RgbImage {
    pictures::detailed(number, SIZE.0, SIZE.1)
}

fn stranger(number: u64) -> RgbImage {
    pictures::detailed(1000 + number, SIZE.0 - 40, SIZE.1 + 30)
}

/// A store in which one case holds the known pictures; their numbers by SHA-256.
fn store() -> (Bench, BTreeMap<String, u64>) {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let mut numbers = BTreeMap::new();
    for number in 0..KNOWN {
        let path = bench.file(format!("known/{number}.jpg"));
        pictures::save_jpeg(&known(number).into(), &path, 90);
    }
    let folder = bench.file("known/x").parent().unwrap().to_path_buf();
    let (code, lines) = bench.json(["add".as_ref(), "known".as_ref(), folder.as_os_str()]);
    assert_eq!(code, 0);
    for line in lines.iter().filter(|line| line["path"].is_string()) {
        assert_eq!(line["matches"], Value::Array(vec![]), "known pictures are strangers to others");
        let stem = Path::new(line["path"].as_str().unwrap()).file_stem().unwrap();
        let number = stem.to_str().unwrap().parse().unwrap();
        numbers.insert(line["sha256"].as_str().unwrap().into(), number);
    }
    (bench, numbers)
}

/// Adds a picture as a case of its own; its matches by the known picture's number.
fn matches_of(
    (bench, numbers): &(Bench, BTreeMap<String, u64>),
    case: &str,
    picture: &RgbImage,
) -> BTreeMap<u64, Value> {
    let path = bench.file(format!("{case}.jpg"));
    pictures::save_jpeg(&picture.clone().into(), &path, 80);
    let (code, lines) = bench.json(["add".as_ref(), case.as_ref(), path.as_os_str()]);
    assert_eq!(code, 0);
    let matches = lines[0]["matches"].as_array().unwrap();
    let by_number: BTreeMap<_, _> = matches
        .iter()
        .map(|found| (numbers[found["item"].as_str().unwrap()], found.clone()))
        .collect();
    assert_eq!(by_number.len(), matches.len(), "{case}: each item once: {matches:#?}");
    by_number
}

/// The one match, which must be with the known picture of this number.
fn only(found: BTreeMap<u64, Value>, number: u64) -> Value {
    let numbers: Vec<_> = found.keys().copied().collect();
    assert_eq!(numbers, [number], "exactly the known picture is found");
    found.into_values().next().unwrap()
}

fn polygon(value: &Value) -> Polygon {
    let number = |value: &Value| value.as_f64().unwrap();
    let point = |value: &Value| [number(&value[0]), number(&value[1])];
    value.as_array().expect("a region").iter().map(point).collect()
}

/// Each expected corner has one of the polygon's near it, and each of the polygon's corners lies
/// near the expected outline: within 2 % of the diagonal. A polygon may have more corners than are
/// expected, where it is clipped.
fn assert_lies(found: &Value, expected: &[[f64; 2]], (width, height): (u32, u32)) {
    let found = polygon(found);
    let apart = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let nearest = |a: [f64; 2]| found.iter().map(|&b| apart(a, b)).fold(f64::MAX, f64::min);
    let to_outline = |a: [f64; 2]| {
        let side = |k: usize| to_line(a, expected[k], expected[(k + 1) % expected.len()]);
        (0..expected.len()).map(side).fold(f64::MAX, f64::min)
    };
    let corners = expected.iter().map(|&corner| nearest(corner));
    let off = corners.chain(found.iter().map(|&corner| to_outline(corner))).fold(0.0, f64::max);
    let most = 0.02 * f64::from(width).hypot(height.into());
    assert!(off <= most, "{off:.1} px off, at most {most:.1}: {found:?} for {expected:?}");
}

/// From a point to the piece of a line between two others.
fn to_line(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let (x, y) = (to[0] - from[0], to[1] - from[1]);
    let along = (point[0] - from[0]) * x + (point[1] - from[1]) * y;
    let share = (along / (x * x + y * y)).clamp(0.0, 1.0);
    (from[0] + share * x - point[0]).hypot(from[1] + share * y - point[1])
}

fn assert_region(found: &Value, piece: &Piece) {
    assert_lies(&found["region"]["query"], &piece.query, piece.picture.dimensions());
    assert_lies(&found["region"]["stored"], &piece.stored, SIZE);
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_crop_to_a_quarter_is_a_part_of_the_known_picture() {
    let store = store();
    let piece = pieces::crop(&known(0));
    let found = only(matches_of(&store, "crop", &piece.picture), 0);
    assert_eq!((&found["relation"], &found["via"]), (&"part".into(), &"landmark".into()));
    assert!((number(&found["region"]["scale"]) - 1.0).abs() < 0.02);
    assert_region(&found, &piece);
    assert!(found["inliers"].as_u64().unwrap() >= 9);
    assert!(found["false_alarm_pairs"].as_u64().unwrap() > 0);
    let links = store.0.json(["links"]).1;
    assert_eq!((links.len(), &links[0]["relation"]), (1, &"part".into()));
    assert_eq!(links[0]["from"]["case"], "crop");
    assert_eq!(store.0.run(["verify"]).code, 0);
}

#[test]
fn a_picture_turned_by_any_angle_is_found_with_its_angle() {
    let piece = pieces::turned(&known(1), 17.0);
    let found = only(matches_of(&store(), "turned", &piece.picture), 1);
    assert_eq!(found["relation"], "part");
    assert!((number(&found["region"]["turn_deg"]) - 17.0).abs() < 1.0, "{}", found["region"]);
    assert_eq!(found["region"]["mirrored"], false);
    assert_region(&found, &piece);
}

#[test]
fn a_picture_inside_a_screenshot_is_found_where_it_is() {
    let piece = pieces::screenshot(&known(2), 0.4, 1);
    let found = only(matches_of(&store(), "screenshot", &piece.picture), 2);
    assert_eq!(found["relation"], "part");
    assert!((number(&found["region"]["scale"]) - 0.4).abs() < 0.01, "{}", found["region"]);
    assert_region(&found, &piece);
}

#[test]
fn each_picture_of_a_collage_is_found_in_its_place() {
    let originals = [3, 4, 5, 6].map(known);
    let (picture, places) = pieces::collage([0, 1, 2, 3].map(|n| &originals[n]));
    let found = matches_of(&store(), "collage", &picture);
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [3, 4, 5, 6]);
    for (found, place) in found.values().zip(&places) {
        assert_eq!(found["relation"], "part");
        assert_lies(&found["region"]["query"], place, picture.dimensions());
    }
}

#[test]
fn a_mirrored_crop_is_found_and_said_to_be_mirrored() {
    let piece = pieces::mirrored_crop(&known(7));
    let found = only(matches_of(&store(), "mirrored", &piece.picture), 7);
    assert_eq!((&found["relation"], &found["region"]["mirrored"]), (&"part".into(), &true.into()));
    assert_region(&found, &piece);
}

/// A mirror stands beside a picture: left becomes right, and nothing is turned.
#[test]
fn what_is_only_mirrored_is_not_said_to_be_turned() {
    let piece = pieces::mirrored_crop(&known(7));
    let found = only(matches_of(&store(), "mirrored", &piece.picture), 7);
    assert!(number(&found["region"]["turn_deg"]).abs() < 1.0, "{}", found["region"]);
    assert_eq!(found["orientation"], "mirror");
}

#[test]
fn a_replaced_region_makes_it_altered_and_is_pointed_at() {
    let (piece, patch) = pieces::altered(&known(8), &stranger(0));
    let found = only(matches_of(&store(), "altered", &piece.picture), 8);
    assert_eq!(found["relation"], "altered");
    assert_region(&found, &piece);
    let differs = found["region"]["differs"].as_array().unwrap();
    let bounds = bounds(differs.iter().flat_map(|differing| polygon(&differing["query"])));
    let expected = self::bounds(patch.into_iter());
    assert!(overlap(bounds, expected) > 0.6, "{bounds:?} for {expected:?}");
}

fn bounds(points: impl Iterator<Item = [f64; 2]>) -> [f64; 4] {
    points.fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |[left, top, right, low], [x, y]| {
        [left.min(x), top.min(y), right.max(x), low.max(y)]
    })
}

/// What two rectangles share of what both cover.
fn overlap(a: [f64; 4], b: [f64; 4]) -> f64 {
    let area = |[left, top, right, low]: [f64; 4]| (right - left).max(0.0) * (low - top).max(0.0);
    let common = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    let common = area(common);
    common / (area(a) + area(b) - common)
}

#[test]
fn strangers_and_pieces_of_them_match_nothing() {
    let store = store();
    let (whole, other) = (stranger(1), stranger(2));
    let (collage, _) = pieces::collage([&stranger(3), &stranger(4), &stranger(5), &stranger(6)]);
    let pictures = [
        ("whole", whole.clone()),
        ("crop", pieces::crop(&other).picture),
        ("turned", pieces::turned(&stranger(7), 17.0).picture),
        ("screenshot", pieces::screenshot(&stranger(8), 0.4, 2).picture),
        ("altered", pieces::altered(&stranger(9), &stranger(10)).0.picture),
        ("collage", collage),
    ];
    for (case, picture) in &pictures {
        assert_eq!(matches_of(&store, case, picture), BTreeMap::new(), "{case}");
    }
    assert_eq!(store.0.json(["links"]), (0, vec![]));
}

/// The bar and the keyboard are the same in all; what was said and sent is not.
#[test]
fn two_screenshots_of_one_app_do_not_match_by_its_chrome() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for (case, number) in [("one", 20), ("two", 21), ("three", 22)] {
        let path = bench.file(format!("{case}.jpg"));
        let shot = pieces::screenshot(&known(number), 0.6, number).picture;
        pictures::save_jpeg(&shot.into(), &path, 85);
        assert_eq!(bench.run(["add".as_ref(), case.as_ref(), path.as_os_str()]).code, 0);
    }
    let told = bench.run(["links"]).out;
    assert_eq!(bench.json(["links"]), (0, vec![]), "{told}");
}

/// `add` looks into pictures that match as a whole too; `add --shallow` and `check` do not, and
/// `check --deep` does.
#[test]
fn how_deep_it_is_looked_can_be_said() {
    let store = store();
    let path = store.0.file("copy.jpg");
    pictures::save_jpeg(&known(0).into(), &path, 60);
    let inliers = |args: &[&str]| {
        let args = args.iter().map(|arg| (*arg).as_ref()).chain([path.as_os_str()]);
        let (code, lines) = store.0.json(args.collect::<Vec<_>>());
        assert_eq!(code, 0);
        assert_eq!(lines[0]["matches"][0]["relation"], "copy");
        lines[0]["matches"][0]["inliers"].clone()
    };
    assert_eq!(inliers(&["check"]), Value::Null);
    assert!(inliers(&["check", "--deep"]).as_u64().unwrap() >= 9);
    assert_eq!(inliers(&["add", "--shallow", "c1"]), Value::Null);
}
