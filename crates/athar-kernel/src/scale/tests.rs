//! Every level against the naive twin.

use super::*;

fn noise(seed: u32) -> impl FnMut() -> u32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    }
}

fn picture(width: usize, height: usize) -> Plane {
    let mut next = noise(width as u32 * 31 + height as u32);
    Plane::from_fn(width, height, |x, y| {
        let noise = (next() % 60_000) as f32 / 1000.0;
        noise + ((x / 9 + y / 7) % 3) as f32 * 60.0
    })
}

/// Sides at the borders of lanes, and strips.
const SIZES: [(usize, usize); 9] =
    [(1, 1), (1, 90), (90, 1), (3, 3), (31, 32), (33, 66), (64, 65), (97, 40), (130, 131)];

fn same(got: &Plane, expected: &Plane, what: &str) {
    assert_eq!((got.width(), got.height()), (expected.width(), expected.height()), "{what}");
    let wrong =
        (0..got.luma().len()).find(|&k| got.luma()[k].to_bits() != expected.luma()[k].to_bits());
    assert_eq!(wrong, None, "{what}");
}

#[test]
fn every_level_equals_the_naive_twin() {
    for (width, height) in SIZES {
        let plane = picture(width, height);
        for level in Level::available() {
            let what = format!("{width} x {height} {level}");
            let part = |parts: usize| ((width * parts).div_ceil(10), height.div_ceil(3));
            for (w, h) in [(width, height), part(8), part(5), part(3), (1, 1)] {
                same(&shrunk(&plane, w, h, level), &naive::shrunk(&plane, w, h), &what);
                for sigma_px in [0.0, 0.7, 2.1] {
                    let naive = naive::smoothed(&plane, &gaussian(sigma_px), w, h);
                    same(&smoothed(&plane, sigma_px, w, h, level), &naive, &what);
                }
            }
            for (threshold, border) in [(60.0, 2), (10.0, 5)] {
                let naive = naive::peaks(&plane, threshold, border);
                assert_eq!(peaks(&plane, threshold, border, level), naive, "{what}");
                assert!(
                    naive.iter().all(|p| blob(&plane, p.x as usize, p.y as usize) == p.strength)
                );
            }
        }
    }
}

#[test]
fn every_level_projects_alike_and_a_mirror_exchanges_words() {
    let mut next = noise(11);
    let mut value = || (next() % 20_001) as f32 / 37.0 - 270.0;
    let quads: Vec<[f32; 4]> = (0..40).map(|_| [value(), value(), value(), value()]).collect();
    let weights: Vec<Weights> = (0..40)
        .map(|_| std::array::from_fn(|_| std::array::from_fn(|_| value().round())))
        .collect();
    let parts = |order: [usize; 4]| -> Vec<Parts> {
        quads.iter().map(|quad| Parts::of(order.map(|k| quad[k]))).collect()
    };
    let plain = parts([0, 1, 2, 3]);
    let code = naive::project(&plain, &weights);
    let [a, b, c, d] = *code.words();
    for level in Level::available() {
        assert!(project(&plain, &weights, level) == code, "{level}");
        let mirrored = project(&parts([1, 0, 3, 2]), &weights, level);
        let near = mirrored.distance(&Code::from_words([b, a, d, c])).bits();
        assert!(near <= 1, "{near}");
        let turned = project(&parts([3, 2, 1, 0]), &weights, level);
        let near = turned.distance(&Code::from_words([c, d, a, b])).bits();
        assert!(near <= 1, "{near}");
    }
}

#[test]
fn of_equal_neighbours_one_is_the_peak() {
    let plane = Plane::from_fn(40, 20, |x, y| if x / 2 == 9 && y / 2 == 4 { 7.0 } else { 1.0 });
    for level in Level::available() {
        let peak = Peak { x: 18, y: 8, strength: 33.75 };
        assert_eq!(peaks(&plane, 1.0, 2, level), [peak]);
        assert_eq!(peaks(&plane, 33.75, 2, level), []);
        assert_eq!(peaks(&plane, 1.0, 19, level), []);
    }
}

#[test]
fn luma_that_is_no_luma_is_brought_into_its_range() {
    let values = [f32::NAN, f32::INFINITY, -1e30, 300.0, 7.0];
    let plane = Plane::from_fn(5, 1, |x, _| values[x]);
    for level in Level::available() {
        assert_eq!(shrunk(&plane, 9, 9, level).luma(), [0.0, 255.0, 0.0, 255.0, 7.0]);
    }
}

#[test]
fn a_gaussian_has_the_sum_one_and_its_shape() {
    for sigma in [0.3f32, 0.8, 1.6, 3.0] {
        let taps = gaussian(sigma);
        let sum = taps[0] + 2.0 * taps[1..].iter().sum::<f32>();
        assert!((sum - 1.0).abs() < 1e-6, "{sigma}: {sum}");
        let shape = (-1.0 / (2.0 * sigma * sigma)).exp();
        assert!((taps[1] / taps[0] - shape).abs() < 1e-5, "{sigma}");
    }
    assert_eq!(gaussian(f32::NAN), [1.0]);
}

#[test]
fn every_level_has_the_angles_of_the_naive_twin_and_nearly_those_of_the_library() {
    let vectors: Vec<(f32, f32)> = (0..1003)
        .map(|k| (k as f32 * 0.0063, 0.001 + (k % 7) as f32))
        .map(|(angle, length)| (length * angle.cos(), length * angle.sin()))
        .chain([(0.0, 0.0), (-0.0, 1.0), (3.0, 0.0), (-2.0, 0.0), (0.0, -1.0)])
        .collect();
    let (x, y): (Vec<f32>, Vec<f32>) = vectors.iter().copied().unzip();
    for level in Level::available() {
        let (mut angles, mut lengths) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        polar(&x, &y, &mut angles, &mut lengths, level);
        for (k, &(x, y)) in vectors.iter().enumerate() {
            assert_eq!(angles[k].to_bits(), polar::angle(x, y).to_bits(), "{level}");
            assert_eq!(lengths[k].to_bits(), (x * x + y * y).sqrt().to_bits(), "{level}");
            let off = (angles[k] - y.atan2(x)).abs();
            assert!(off < 1e-4 || (off - std::f32::consts::TAU).abs() < 1e-4, "{x} {y}: {off}");
        }
    }
}
