//! Pictures made by formula: as varied as photographs to a whole-picture hash, and nobody's.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, Luma, RgbImage};
use std::fs;
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

/// A picture with hundreds of corners, none like another: shapes of all sizes over a [`scene`].
pub fn detailed(seed: u64, width: u32, height: u32) -> RgbImage {
    let mut picture = scene(seed, width, height);
    for number in 0..260 {
        let at = |place| random(seed ^ 0x51a7, number, place);
        let side = 0.012 + 0.11 * at(0).powi(3);
        let (u, v) = (at(1), at(2) * f64::from(height) / f64::from(width));
        let shape = Shape { middle: [u, v], half: [side, side * (0.3 + at(3))], turn: 6.3 * at(4) };
        let grey = 255.0 * at(5);
        let tint = [at(6), at(7), at(8)].map(|share| (grey + 90.0 * (share - 0.5)) as u8);
        shape.paint(&mut picture, image::Rgb(tint), at(9) < 0.4);
    }
    picture
}

/// A rectangle or a triangle in a picture of width 1.
struct Shape {
    middle: [f64; 2],
    half: [f64; 2],
    turn: f64,
}

impl Shape {
    fn paint(&self, picture: &mut RgbImage, colour: image::Rgb<u8>, is_triangle: bool) {
        let whole = f64::from(picture.width());
        let reach = self.half[0].hypot(self.half[1]);
        let span = |middle: f64, side: u32| {
            let at = |place: f64| ((place * whole).max(0.0) as u32).min(side);
            at(middle - reach)..at(middle + reach)
        };
        let (across, down) =
            (span(self.middle[0], picture.width()), span(self.middle[1], picture.height()));
        let (sin, cos) = self.turn.sin_cos();
        for (x, y) in down.flat_map(|y| across.clone().map(move |x| (x, y))) {
            let dx = f64::from(x) / whole - self.middle[0];
            let dy = f64::from(y) / whole - self.middle[1];
            let (a, b) =
                ((dx * cos + dy * sin) / self.half[0], (dy * cos - dx * sin) / self.half[1]);
            if a.abs() < 1.0 && b.abs() < 1.0 && (!is_triangle || a < b) {
                picture.put_pixel(x, y, colour);
            }
        }
    }
}

/// A picture of one grey.
pub fn flat(grey: u8, width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([grey]))
}

/// Writes a JPEG of `quality`.
pub fn save_jpeg(picture: &DynamicImage, path: &Path, quality: u8) {
    fs::write(path, jpeg(picture, quality)).expect("the file can be made");
}

/// A JPEG of `quality`.
pub fn jpeg(picture: &DynamicImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture.to_rgb8().write_with_encoder(encoder).expect("memory takes it");
    bytes
}

/// Sum of six octaves of value noise, 0 to 1.
fn clouds(seed: u64, u: f64, v: f64) -> f64 {
    let octaves = (0..6).map(|octave| {
        let cells = 3u64 << octave;
        let weight = 0.6f64.powi(octave as i32);
        // Not the seed plus the octave: one scene would be another one's quarter.
        let own = random(seed, octave, 0).to_bits();
        (weight * noise(own, u * cells as f64, v * cells as f64), weight)
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
pub(crate) fn random(seed: u64, x: u64, y: u64) -> f64 {
    let mut z = seed
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(x.wrapping_mul(0xbf58_476d_1ce4_e5b9))
        .wrapping_add(y.wrapping_mul(0x94d0_49bb_1331_11eb));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
