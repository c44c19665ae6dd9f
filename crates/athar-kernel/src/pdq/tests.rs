//! Every level against the naive twin.

use super::*;

/// Sides at the borders of windows, strips and tiles, and where windows are no powers of two.
const SIZES: [(usize, usize); 16] = [
    (5, 5),
    (5, 4096),
    (7, 300),
    (64, 64),
    (63, 65),
    (127, 129),
    (128, 128),
    (129, 257),
    (384, 385),
    (512, 512),
    (513, 511),
    (600, 400),
    (640, 31),
    (1030, 777),
    (1025, 896),
    (2300, 5),
];

/// What makes ties, what makes every rounding, and what lies between.
fn pictures(width: usize, height: usize) -> Vec<(&'static str, Plane)> {
    let mut next = noise(width as u32 * 7919 + height as u32);
    let make = |f: &mut dyn FnMut(usize, usize) -> f32| Plane::from_fn(width, height, f);
    vec![
        ("noise", make(&mut |_, _| (next() % 255_001) as f32 / 1000.0)),
        ("one colour", make(&mut |_, _| 76.245)),
        ("black", make(&mut |_, _| 0.0)),
        ("gradient", make(&mut |x, y| ((3 * x + 5 * y) % 256) as f32)),
        ("cells of 8", make(&mut |x, y| ((x / 8 + y / 8) % 2) as f32 * 255.0)),
        ("cells of 16", make(&mut |x, y| ((x / 16 + y / 16) % 2) as f32 * 255.0)),
        ("one white pixel", make(&mut |x, y| f32::from(u8::from(x + y == 4)) * 255.0)),
    ]
}

fn noise(seed: u32) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    }
}

#[test]
fn every_level_equals_the_naive_twin() {
    for (width, height) in SIZES {
        for (name, plane) in pictures(width, height) {
            let grid = naive::downsample(plane.luma(), width, height);
            for level in Level::available() {
                let got = Grid::sampled(&plane, level).unwrap();
                let wrong = (0..4096).find(|&k| got.0[k].to_bits() != grid.0[k].to_bits());
                assert_eq!(wrong, None, "{name} {width} x {height} {level}");
                compare_numbers(&grid, level);
            }
        }
    }
}

fn compare_numbers(grid: &Grid, level: Level) {
    let spectrum = naive::dct(grid);
    let bits = |spectrum: &Spectrum| spectrum.0.map(f32::to_bits);
    assert_eq!(bits(&grid.spectrum(level)), bits(&spectrum), "{level}");
    assert_eq!(grid.quality(level), naive::quality(grid), "{level}");
    let median = spectrum.median(level);
    assert_eq!(median, naive::median(&spectrum), "{level}");
    let code = spectrum.above(median, level);
    assert!((0..256).all(|k| code.bit(k) == (spectrum.0[k] > median)), "{level}");
}

#[test]
fn every_window_divides_exactly() {
    for level in Level::available() {
        run(DivideAll, level);
    }
}

/// Division is scale-free, so the 2^23 significands decide; of each window a share of them that
/// differs from window to window, with those next to the ends.
struct DivideAll;

impl Kernel for DivideAll {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        for divisor in (1..=512u32).chain([1000]) {
            let (d, stride) = (divisor as f32, 509 + divisor);
            let ends = (0..64).chain((1 << 23) - 64..1 << 23);
            for bits in ends.chain((divisor..1 << 23).step_by(stride as usize)) {
                let a = f32::from_bits(0x4300_0000 | bits);
                let mut got = [0.0; 16];
                simd.store(simd.div(simd.splat(a), d, 1.0 / d), &mut got);
                assert!(got[0].to_bits() == (a / d).to_bits(), "{a} / {d}");
            }
        }
    }
}

#[test]
fn rgb_and_its_luma_have_one_grid() {
    let mut next = noise(3);
    for (width, height) in [(5, 9), (64, 64), (130, 70), (512, 100)] {
        let rgb: Vec<u8> = (0..3 * width * height).map(|_| next() as u8).collect();
        let mut luma = vec![0.0; width * height];
        luma::convert(&rgb, &mut luma);
        let plane = Plane::new(width, height, luma).unwrap();
        for level in Level::available() {
            let grid = Grid::of(&plane, level);
            assert!(grid.is_some() && grid == Grid::of_rgb(width, height, &rgb, level));
        }
    }
}

#[test]
fn a_mirrored_grid_is_that_of_the_mirrored_plane() {
    use crate::Orientation::{Mirror, MirrorRot180, Rot0, Rot180};
    let mut next = noise(5);
    for (width, height) in [(5, 9), (64, 64), (131, 70), (512, 100)] {
        let plane = Plane::from_fn(width, height, |_, _| (next() % 255_001) as f32 / 1000.0);
        for orientation in [Rot0, Rot180, Mirror, MirrorRot180] {
            let mirroring = Mirroring {
                left_right: matches!(orientation, Mirror | Rot180),
                top_bottom: matches!(orientation, MirrorRot180 | Rot180),
            };
            let turned = plane.clone().oriented(orientation);
            for level in Level::available() {
                let grid = Grid::of_mirrored(&plane, mirroring, level);
                assert!(grid.is_some() && grid == Grid::of(&turned, level), "{orientation:?}");
            }
        }
    }
}

#[test]
fn what_is_too_small_or_not_filled_has_no_grid() {
    let level = Level::best();
    for (width, height) in [(0, 0), (0, 9), (4, 4000), (4000, 4), (1, 1)] {
        assert!(Grid::of(&Plane::from_fn(width, height, |_, _| 1.0), level).is_none());
    }
    assert!(Grid::of_rgb(5, 5, &[0; 75], level).is_some());
    assert!(Grid::of_rgb(5, 5, &[0; 74], level).is_none());
    assert!(Grid::of_rgb(5, 5, &[0; 76], level).is_none());
    assert!(Grid::of_rgb(usize::MAX, 5, &[0; 76], level).is_none());
}

#[test]
fn luma_that_is_no_number_does_no_harm() {
    let plane = Plane::from_fn(200, 200, |x, _| if x == 9 { f32::NAN } else { 3.0 });
    for level in Level::available() {
        let grid = Grid::of(&plane, level).unwrap();
        let spectrum = grid.spectrum(level);
        let _ = (grid.quality(level), spectrum.above(spectrum.median(level), level));
    }
}
