//! Edits as pictures undergo them, put together at random: another size, a turn, a crop, a tilt,
//! the raster of a screen, other light, blur, noise, JPEG.

use crate::motion::Motion;
use crate::random::Random;
use anyhow::Result;
use athar_kernel::{Level, Plane, scale};
use image::codecs::jpeg::JpegEncoder;
use std::f64::consts::{PI, TAU};

/// The longest side of an edited picture; what is beyond is cropped.
const SIDE_MOST: f64 = 900.0;
/// The shortest side before a turn.
const SIDE_LEAST: f64 = 90.0;

pub struct Edited {
    pub plane: Plane,
    /// From the picture's pixel centres to the edited one's.
    pub motion: Motion,
}

/// # Errors
/// The JPEG encoder's.
pub fn edit(plane: &Plane, random: &mut Random) -> Result<Edited> {
    let (motion, size, sides) = motion(plane, random);
    let mut edited = moved(plane, &motion, size, sides);
    if random.chance(0.15) {
        raster(&mut edited, random);
    }
    if random.chance(0.5) {
        light(&mut edited, random);
    }
    if random.chance(0.35) {
        let (width, height) = (edited.width(), edited.height());
        let sigma_px = random.within(0.3, 1.5) as f32;
        edited = scale::smoothed(&edited, sigma_px, width, height, Level::best());
    }
    if random.chance(0.35) {
        let sigma = random.within(1.0, 9.0);
        edited = each(&edited, |_, _, luma| luma + (sigma * random.normal()) as f32);
    }
    if random.chance(0.8) {
        edited = jpeg(&edited, random.within(30.0, 92.0) as u8)?;
    }
    Ok(Edited { plane: edited, motion })
}

/// Where the pixels go, how large they become, and the sides of the edited picture.
fn motion(plane: &Plane, random: &mut Random) -> (Motion, f64, (usize, usize)) {
    let (width, height) = (plane.width() as f64, plane.height() as f64);
    let size = random.within(-1.2, 1.0).exp2().max(SIDE_LEAST / width.min(height));
    let angle = if random.chance(0.4) { 0.0 } else { random.within(-PI, PI) };
    let (sin, cos) = (angle.sin().abs(), angle.cos().abs());
    let whole = (size * (width * cos + height * sin), size * (width * sin + height * cos));
    let sides = (whole.0.min(SIDE_MOST).round(), whole.1.min(SIDE_MOST).round());
    let off =
        |whole: f64, side: f64, random: &mut Random| (whole - side) * random.within(-0.5, 0.5);
    let centre = (
        0.5 * sides.0 + off(whole.0, sides.0, random),
        0.5 * sides.1 + off(whole.1, sides.1, random),
    );
    let tilt = if random.chance(0.3) { tilt(sides, random) } else { Motion::NONE };
    let motion = Motion::shift(-0.5 * width, -0.5 * height)
        .then(&Motion::turn_and_scale(angle, size))
        .then(&tilt)
        .then(&Motion::shift(centre.0, centre.1));
    (motion, size, (sides.0 as usize, sides.1 as usize))
}

fn tilt((width, height): (f64, f64), random: &mut Random) -> Motion {
    let stretch = 1.0 + random.within(-0.08, 0.08);
    let shear = random.within(-0.08, 0.08);
    let (far_x, far_y) = (random.within(-0.2, 0.2) / width, random.within(-0.2, 0.2) / height);
    Motion([stretch, shear, 0.0, 0.0, 1.0, 0.0, far_x, far_y, 1.0])
}

fn moved(plane: &Plane, motion: &Motion, size: f64, (width, height): (usize, usize)) -> Plane {
    let smooth = if size < 0.95 { 0.45 * (1.0 / (size * size) - 1.0).sqrt() } else { 0.0 };
    let from = scale::smoothed(plane, smooth as f32, plane.width(), plane.height(), Level::best());
    let back = motion.inverse();
    Plane::from_fn(width, height, |x, y| {
        let (x, y) = back.apply(x as f64, y as f64);
        between(&from, x, y)
    })
}

fn between(plane: &Plane, x: f64, y: f64) -> f32 {
    let place = |at: f64, len: usize| {
        let at = at.clamp(0.0, (len - 1) as f64);
        let low = (at as usize).min(len.max(2) - 2);
        (low, (low + 1).min(len - 1), (at - low as f64) as f32)
    };
    let (left, right, x_part) = place(x, plane.width());
    let (top, bottom, y_part) = place(y, plane.height());
    let across = |row: &[f32]| row[left] + x_part * (row[right] - row[left]);
    let (above, below) = (across(plane.row(top)), across(plane.row(bottom)));
    above + y_part * (below - above)
}

/// What a camera sees of a screen's pixels.
fn raster(plane: &mut Plane, random: &mut Random) {
    let angle = random.within(0.0, PI);
    let wave = TAU / random.within(2.2, 6.0);
    let depth = random.within(0.03, 0.12);
    let (x_wave, y_wave) = (wave * angle.cos(), wave * angle.sin());
    *plane = each(plane, |x, y, luma| {
        luma * (1.0 + depth * (x as f64 * x_wave + y as f64 * y_wave).sin()) as f32
    });
}

fn light(plane: &mut Plane, random: &mut Random) {
    let gamma = random.within(-0.6, 0.6).exp2();
    let (contrast, lift) = (random.within(0.6, 1.3) as f32, random.within(-25.0, 25.0) as f32);
    *plane = each(plane, |_, _, luma| {
        let bent = 255.0 * (f64::from(luma.max(0.0)) / 255.0).powf(gamma) as f32;
        (bent - 128.0) * contrast + 128.0 + lift
    });
}

fn each(plane: &Plane, mut change: impl FnMut(usize, usize, f32) -> f32) -> Plane {
    Plane::from_fn(plane.width(), plane.height(), |x, y| change(x, y, plane.row(y)[x]))
}

fn jpeg(plane: &Plane, quality: u8) -> Result<Plane> {
    let bytes: Vec<u8> = plane.luma().iter().map(|luma| luma.round() as u8).collect();
    let mut file = Vec::new();
    let (width, height) = (plane.width() as u32, plane.height() as u32);
    let grey = image::ExtendedColorType::L8;
    JpegEncoder::new_with_quality(&mut file, quality).encode(&bytes, width, height, grey)?;
    let back = image::load_from_memory(&file)?.to_luma8();
    let luma = back.into_raw().into_iter().map(f32::from).collect();
    Ok(Plane::new(plane.width(), plane.height(), luma)?)
}
