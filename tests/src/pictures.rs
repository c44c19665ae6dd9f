//! Pictures made by formula: as varied as photographs to a whole-picture hash, and nobody's.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, Luma, RgbImage};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// A picture that differs in every octave from that of any other `seed`: smooth noise, the
/// coarser the stronger, as in photographs.
pub fn scene(seed: u64, width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let light = clouds(seed, u, v);
        let tint = clouds(seed ^ 0x5bd1_e995, u, v) - 0.5;
        let channel = |weight: f64| ((light + weight * tint) * 255.0).clamp(0.0, 255.0) as u8;
        image::Rgb([channel(0.4), channel(0.0), channel(-0.4)])
    })
}

/// A picture of one grey.
pub fn flat(grey: u8, width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([grey]))
}

/// Writes a JPEG of `quality`.
pub fn save_jpeg(picture: &DynamicImage, path: &Path, quality: u8) {
    let file = BufWriter::new(File::create(path).expect("the file can be made"));
    let encoder = JpegEncoder::new_with_quality(file, quality);
    picture.to_rgb8().write_with_encoder(encoder).expect("the picture can be written");
}

/// Sum of six octaves of value noise, 0 to 1.
fn clouds(seed: u64, u: f64, v: f64) -> f64 {
    let octaves = (0..6).map(|octave| {
        let cells = 3u64 << octave;
        let weight = 0.6f64.powi(octave as i32);
        (weight * noise(seed.wrapping_add(octave), u * cells as f64, v * cells as f64), weight)
    });
    let (sum, weights) = octaves.fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
    ((sum / weights - 0.5) * 2.2 + 0.5).clamp(0.0, 1.0)
}

/// Value noise: random numbers on a grid, smoothly joined.
fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (cell_x, cell_y) = (x.floor() as u64, y.floor() as u64);
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (tx, ty) = (smooth(x.fract()), smooth(y.fract()));
    let corner = |dx, dy| random(seed, cell_x + dx, cell_y + dy);
    let top = corner(0, 0) * (1.0 - tx) + corner(1, 0) * tx;
    let bottom = corner(0, 1) * (1.0 - tx) + corner(1, 1) * tx;
    top * (1.0 - ty) + bottom * ty
}

/// A number from 0 to 1 for a place on a grid (the mixing steps of SplitMix64).
fn random(seed: u64, x: u64, y: u64) -> f64 {
    let mut z = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(x.wrapping_mul(0xbf58_476d_1ce4_e5b9))
        .wrapping_add(y.wrapping_mul(0x94d0_49bb_1331_11eb));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
