//! PDQ against the reference implementation, bit for bit: pictures by formula, whose codes are
//! in `golden/pdq_synthetic.tsv`, and the corpus's photographs where it is at hand.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use athar_hash::pdq::{pdq, pdq_orientations, pdq_orientations_of_rgb, pdq_turned};
use athar_kernel::{Code, Level, Orientation, Plane};
use std::path::{Path, PathBuf};

/// The reference's eight, in the order of its columns. Its quarter turn "90" is ours to the
/// left, and it names its flips after the axis whose frequencies change their sign.
const COLUMNS: [Orientation; 8] = [
    Orientation::Rot0,
    Orientation::Rot270,
    Orientation::Rot180,
    Orientation::Rot90,
    Orientation::MirrorRot180,
    Orientation::Mirror,
    Orientation::MirrorRot270,
    Orientation::MirrorRot90,
];

/// Pixels up to which a picture is tried at every level.
const EVERY_LEVEL_PIXELS: usize = 1 << 20;

struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn plane(&self) -> Plane {
        let luma = |p: &[u8]| {
            let [r, g, b] = [p[0], p[1], p[2]].map(u32::from);
            (299 * r + 587 * g + 114 * b) as f32 / 1000.0
        };
        Plane::new(self.width, self.height, self.rgb.chunks(3).map(luma).collect()).unwrap()
    }

    /// The picture of this kind; the formulas are those of `golden/make_pdq_synthetic.py`.
    fn by_formula(kind: &str, width: usize, height: usize) -> Self {
        let seed = (width * 65536 + height) as u32;
        let grey = |f: &mut dyn FnMut(usize, usize) -> u8| {
            let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            places.flat_map(|(x, y)| [f(x, y); 3]).collect()
        };
        let rgb = match kind {
            "noise" => noise(seed).take(3 * width * height).collect(),
            "blocks" => blocks(seed, width, height),
            "one" => [200, 17, 93].repeat(width * height),
            "grey" => {
                let mut bytes = noise(seed + 1);
                grey(&mut |_, _| bytes.next().unwrap())
            }
            "gradient" => {
                grey(&mut |x, y| ((3 * x + 5 * y) * 255 / (3 * width + 5 * height)) as u8)
            }
            "black" => grey(&mut |_, _| 0),
            "white" => grey(&mut |_, _| 255),
            "cells8" => grey(&mut |x, y| ((x / 8 + y / 8) % 2 * 255) as u8),
            "cells16" => grey(&mut |x, y| ((x / 16 + y / 16) % 2 * 255) as u8),
            other => panic!("no formula for {other}"),
        };
        Self { width, height, rgb }
    }
}

/// The high byte of each state of a linear congruential generator.
fn noise(seed: u32) -> impl Iterator<Item = u8> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
}

/// 33 x 33 cells of noise, whatever the size.
fn blocks(seed: u32, width: usize, height: usize) -> Vec<u8> {
    let cells: Vec<u8> = noise(seed).take(33 * 33 * 3).collect();
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let cell = |(x, y)| 3 * (y * 33 / height * 33 + x * 33 / width);
    places.flat_map(|place| cells[cell(place)..][..3].to_vec()).collect()
}

struct Row<'a> {
    name: String,
    quality: u8,
    pdq: Code,
    eight: Option<[Code; 8]>,
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// From the columns `quality`, `pdq` and the eight, which stand side by side.
    fn new(cells: Vec<&'a str>, name: String, quality: &str, pdq: &str, eight: &[&str]) -> Self {
        let code = |hex: &str| Code::from_hex(hex).expect("64 hex digits");
        let eight = (eight[0] != "-").then(|| std::array::from_fn(|i| code(eight[i])));
        Self { name, quality: quality.parse().unwrap(), pdq: code(pdq), eight, cells }
    }

    fn check(&self, picture: &Picture, level: Level) {
        let plane = picture.plane();
        let upright = pdq(&plane, level);
        assert_eq!((upright.code, upright.quality), (self.pdq, self.quality), "{}", self.name);
        let codes = pdq_orientations(&plane, level);
        let of_rgb = pdq_orientations_of_rgb(picture.width, picture.height, &picture.rgb, level);
        assert_eq!(of_rgb, Some(codes), "{}", self.name);
        assert_eq!((codes.codes[0], codes.quality), (self.pdq, self.quality), "{}", self.name);
        for (orientation, expected) in COLUMNS.into_iter().zip(self.eight.iter().flatten()) {
            let got = &codes.codes[orientation as usize];
            assert!(got == expected, "{} {orientation:?} {level}", self.name);
        }
    }
}

#[test]
fn pictures_by_formula_have_the_reference_s_codes_at_every_level() {
    let table = include_str!("golden/pdq_synthetic.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let mut seen = 0;
    for line in rows {
        let cells: Vec<_> = line.split('\t').collect();
        let name = cells[..3].join(" ");
        let row = Row::new(cells.clone(), name, cells[3], cells[4], &cells[5..]);
        let side = |cell: usize| row.cells[cell].parse().unwrap();
        let picture = Picture::by_formula(cells[0], side(1), side(2));
        let every_level = picture.width * picture.height <= EVERY_LEVEL_PIXELS;
        for level in Level::available() {
            if every_level || level == Level::best() {
                row.check(&picture, level);
            }
        }
        seen += 1;
    }
    assert!(seen > 300);
}

/// PNG pixels are the same in every decoder.
#[test]
fn png_photographs_have_the_reference_s_codes_in_all_orientations() {
    let Some(corpus) = corpus() else {
        println!("skipped: no corpus at ATHAR_CORPUS or ../shared/corpus");
        return;
    };
    let table = corpus.parent().unwrap().join("golden/pdq_reference.tsv");
    let table = std::fs::read_to_string(table).expect("the corpus has its table of hashes");
    let mut seen = 0;
    for line in table.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        if cells[3] != "PNG" {
            continue;
        }
        let name = cells[0].to_string();
        let row = Row::new(cells.clone(), name, cells[5], cells[6], &cells[7..15]);
        let picture = decode(&corpus.join("photos").join(cells[0]));
        for level in Level::available() {
            row.check(&picture, level);
        }
        turned_is_exact(&picture, &row);
        seen += 1;
    }
    assert!(seen >= 20, "{seen} PNG rows");
}

fn turned_is_exact(picture: &Picture, row: &Row<'_>) {
    let level = Level::best();
    let codes = pdq_turned(&picture.plane(), level).codes;
    for orientation in Orientation::ALL {
        let turned = pdq(&picture.plane().oriented(orientation), level).code;
        assert!(turned == codes[orientation as usize], "{} {orientation:?}", row.name);
    }
}

fn decode(path: &Path) -> Picture {
    let picture = image::open(path).expect("the corpus's PNGs decode").to_rgb8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Picture { width, height, rgb: picture.into_raw() }
}

fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("ATHAR_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    [given, Some(beside)].into_iter().flatten().find(|path| path.join("photos").is_dir())
}
