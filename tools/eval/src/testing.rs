//! Pictures made by formula, and what tests ask of pictures.

use crate::random::Random;
use image::{Rgb, RgbImage};

/// Patches of many sizes and colours: as many corners as a photograph, and nobody's.
pub fn scene(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut random = Random::of(seed, &["scene"]);
    let (w, h) = (f64::from(width), f64::from(height));
    let patches: Vec<_> = (0..90)
        .map(|n| {
            let side = w.max(h) * 0.5 / (1.0 + f64::from(n) * 0.12);
            let colour = [(); 3].map(|()| random.between(0.0, 255.0));
            (
                random.between(0.0, w),
                random.between(0.0, h),
                side,
                random.between(0.3, 1.0) * side,
                colour,
            )
        })
        .collect();
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let mut light = [120.0 + 60.0 * x / w, 100.0 + 80.0 * y / h, 140.0];
        for (px, py, pw, ph, colour) in &patches {
            if (x - px).abs() < *pw / 2.0 && (y - py).abs() < *ph / 2.0 {
                light = *colour;
            }
        }
        Rgb(light.map(crate::filters::byte))
    })
}

/// The mean difference of two pictures' channels in steps of 255.
pub fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len().max(1) as f64
}
