//! What is done to pixels without moving them.

use crate::random::Random;
use image::{Rgb, RgbImage};

/// Each channel by itself, through a function of 0 to 1.
pub fn curve(picture: &mut RgbImage, of: impl Fn(f64) -> f64) {
    let table: Vec<u8> = (0..256).map(|n| byte(of(f64::from(n) / 255.0) * 255.0)).collect();
    picture.iter_mut().for_each(|channel| *channel = table[usize::from(*channel)]);
}

/// Each pixel by itself, in 0 to 255.
pub fn each(picture: &mut RgbImage, of: impl Fn([f64; 3]) -> [f64; 3]) {
    picture.pixels_mut().for_each(|pixel| pixel.0 = of(pixel.0.map(f64::from)).map(byte));
}

/// Brightness as the eye sees it (ITU-R BT.601).
pub fn luma([r, g, b]: [f64; 3]) -> f64 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// To the nearest byte.
pub fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// Gaussian blur.
pub fn blur(picture: &mut RgbImage, sigma_px: f64) {
    let reach = (sigma_px * 3.0).ceil().max(1.0) as i64;
    let weight = |n: i64| libm::exp(-((n * n) as f64) / (2.0 * sigma_px * sigma_px)) as f32;
    let kernel: Vec<f32> = (-reach..=reach).map(weight).collect();
    smear(picture, &kernel, 1, 0);
    smear(picture, &kernel, 0, 1);
}

/// Strong blur at the cost of a weak one: three box filters.
pub fn soften(picture: &mut RgbImage, sigma_px: f64) {
    let side = (libm::sqrt(4.0 * sigma_px * sigma_px + 1.0) as usize).max(1) | 1;
    for _ in 0..3 {
        box_rows(picture, side);
        *picture = image::imageops::rotate90(picture);
        box_rows(picture, side);
        *picture = image::imageops::rotate270(picture);
    }
}

fn box_rows(picture: &mut RgbImage, side: usize) {
    let (width, half) = (picture.width() as usize, side / 2);
    let mut line = vec![[0u32; 3]; width + 1];
    for row in picture.chunks_exact_mut(width * 3) {
        for x in 0..width {
            line[x + 1] = std::array::from_fn(|c| line[x][c] + u32::from(row[x * 3 + c]));
        }
        for x in 0..width {
            let (low, high) = (x.saturating_sub(half), (x + half + 1).min(width));
            for c in 0..3 {
                row[x * 3 + c] = ((line[high][c] - line[low][c]) / (high - low) as u32) as u8;
            }
        }
    }
}

/// A hand that shook: the mean along a line of `length_px`.
pub fn motion_blur(picture: &mut RgbImage, length_px: usize, upright: bool) {
    let kernel = vec![1.0; length_px | 1];
    smear(picture, &kernel, i64::from(!upright), i64::from(upright));
}

/// A kernel along one axis; beyond the edge the last pixel goes on.
fn smear(picture: &mut RgbImage, kernel: &[f32], dx: i64, dy: i64) {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let (reach, sum) = (kernel.len() as i64 / 2, kernel.iter().sum::<f32>());
    let old = picture.clone();
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let mut mean = [0.0f32; 3];
        for (n, weight) in (-reach..=reach).zip(kernel) {
            let px = (i64::from(x) + n * dx).clamp(0, width - 1) as u32;
            let py = (i64::from(y) + n * dy).clamp(0, height - 1) as u32;
            let from = old.get_pixel(px, py).0;
            mean.iter_mut().zip(from).for_each(|(m, c)| *m += weight * f32::from(c));
        }
        pixel.0 = mean.map(|m| byte(f64::from(m / sum)));
    }
}

/// Unsharp mask.
pub fn sharpen(picture: &mut RgbImage, sigma_px: f64, amount: f64) {
    let mut soft = picture.clone();
    blur(&mut soft, sigma_px);
    for (sharp, soft) in picture.iter_mut().zip(soft.iter()) {
        let (a, b) = (f64::from(*sharp), f64::from(*soft));
        *sharp = byte(a + amount * (a - b));
    }
}

/// Gaussian noise of this deviation in steps of 255, in each channel by itself.
pub fn noise(picture: &mut RgbImage, deviation: f64, random: &mut Random) {
    picture.iter_mut().for_each(|channel| {
        *channel = byte(f64::from(*channel) + deviation * random.normal());
    });
}

/// This share of the pixels becomes black or white.
pub fn salt_and_pepper(picture: &mut RgbImage, share: f64, random: &mut Random) {
    for pixel in picture.pixels_mut() {
        if random.share() < share {
            *pixel = Rgb([if random.coin() { 255 } else { 0 }; 3]);
        }
    }
}

/// Squares of one colour inside an ellipse that touches the sides of the rectangle.
pub fn pixelate(picture: &mut RgbImage, (x, y, w, h): (u32, u32, u32, u32), cell_px: u32) {
    let old = picture.clone();
    let inside = |px: u32, py: u32| {
        let u = (f64::from(px - x) + 0.5) / f64::from(w) * 2.0 - 1.0;
        let v = (f64::from(py - y) + 0.5) / f64::from(h) * 2.0 - 1.0;
        u * u + v * v <= 1.0
    };
    for py in y..(y + h).min(old.height()) {
        for px in x..(x + w).min(old.width()) {
            let corner = |value: u32, first: u32| first + (value - first) / cell_px * cell_px;
            let (cx, cy) = (corner(px, x), corner(py, y));
            if inside(px, py) {
                picture.put_pixel(px, py, cell_mean(&old, cx, cy, cell_px));
            }
        }
    }
}

fn cell_mean(picture: &RgbImage, x: u32, y: u32, side: u32) -> Rgb<u8> {
    let (right, bottom) = ((x + side).min(picture.width()), (y + side).min(picture.height()));
    let (mut sum, mut count) = ([0u32; 3], 0);
    for py in (y..bottom).step_by(2) {
        for px in (x..right).step_by(2) {
            let pixel = picture.get_pixel(px, py).0;
            sum.iter_mut().zip(pixel).for_each(|(sum, channel)| *sum += u32::from(channel));
            count += 1;
        }
    }
    Rgb(sum.map(|channel| (channel / count.max(1)) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn spread(picture: &RgbImage) -> f64 {
        let steps = picture.rows().flat_map(|row| {
            let row: Vec<_> = row.map(|p| f64::from(p.0[0])).collect();
            row.windows(2).map(|w| (w[0] - w[1]).abs()).collect::<Vec<_>>()
        });
        steps.sum::<f64>() / f64::from(picture.width() * picture.height())
    }

    #[test]
    fn blurs_smooth_and_sharpening_roughens() {
        let picture = testing::scene(4, 80, 60);
        let with = |change: &dyn Fn(&mut RgbImage)| {
            let mut changed = picture.clone();
            change(&mut changed);
            spread(&changed)
        };
        let plain = spread(&picture);
        assert!(with(&|p| blur(p, 2.0)) < plain * 0.8);
        assert!(with(&|p| soften(p, 6.0)) < plain * 0.5);
        assert!(with(&|p| motion_blur(p, 9, false)) < plain * 0.7);
        assert!(with(&|p| sharpen(p, 1.5, 1.5)) > plain * 1.2);
    }

    #[test]
    fn a_flat_picture_stays_flat_when_blurred() {
        for change in [|p: &mut RgbImage| blur(p, 3.0), |p: &mut RgbImage| soften(p, 5.0)] {
            let mut flat = RgbImage::from_pixel(40, 30, Rgb([10, 120, 250]));
            change(&mut flat);
            assert!(flat.pixels().all(|pixel| pixel.0 == [10, 120, 250]));
        }
    }

    #[test]
    fn noise_has_the_deviation_it_says() {
        let mut grey = RgbImage::from_pixel(100, 100, Rgb([128; 3]));
        noise(&mut grey, 10.0, &mut Random::of(1, &[]));
        let square = grey.iter().map(|c| (f64::from(*c) - 128.0).powi(2)).sum::<f64>();
        assert!((square / 30_000.0 - 100.0).abs() < 5.0);
        let mut grey = RgbImage::from_pixel(100, 100, Rgb([128; 3]));
        salt_and_pepper(&mut grey, 0.1, &mut Random::of(1, &[]));
        let changed = grey.pixels().filter(|pixel| pixel.0[0] != 128).count();
        assert!((800..1200).contains(&changed));
    }

    #[test]
    fn pixels_outside_the_ellipse_stay() {
        let picture = testing::scene(4, 80, 60);
        let mut changed = picture.clone();
        pixelate(&mut changed, (20, 10, 40, 40), 10);
        assert_eq!(changed.get_pixel(20, 10), picture.get_pixel(20, 10));
        assert_eq!(changed.get_pixel(41, 31), changed.get_pixel(48, 38));
        assert_eq!(changed.get_pixel(70, 50), picture.get_pixel(70, 50));
    }
}
