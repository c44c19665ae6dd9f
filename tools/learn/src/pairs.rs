//! The same landmark in a picture and in its edit.

use crate::motion::Motion;
use crate::random::Random;
use crate::{NUMBERS, edits, numbers};
use athar_hash::landmark::{Patch, Place, Setting, patches};
use athar_kernel::{Level, Plane};
use std::f64::consts::{PI, TAU};

/// What two patches of one place look like.
pub struct Pair {
    pub before: [f32; NUMBERS],
    pub after: [f32; NUMBERS],
}

const BEFORE: Setting = Setting { most: 400, ..Setting::STORED };

/// How far off a landmark may be and still be the same one: in its own scale, as a part of its
/// size, and in its angle.
const PLACE_MOST: f64 = 1.0;
const SIZE_MOST: f64 = 1.3;
const ANGLE_MOST_RAD: f64 = 0.45;

pub fn of_picture(plane: &Plane, edits: usize, random: &mut Random) -> Vec<Pair> {
    let before = patches(plane, &BEFORE, Level::best());
    let mut pairs = Vec::new();
    for _ in 0..edits {
        // An encoder that refuses a picture leaves one edit fewer to learn from.
        let Ok(edited) = edits::edit(plane, random) else { continue };
        let after = patches(&edited.plane, &Setting::ASKED, Level::best());
        let pair = |(place, patch): &(Place, Patch)| {
            let wanted = moved(place, &edited.motion);
            let same = nearest(&wanted, &after)?;
            Some(Pair { before: numbers(patch), after: numbers(same) })
        };
        pairs.extend(before.iter().filter_map(pair));
    }
    pairs
}

/// Where a landmark should be after the edit.
fn moved(place: &Place, motion: &Motion) -> Place {
    let (x, y) = (f64::from(place.x_px), f64::from(place.y_px));
    let [(xx, xy), (yx, yy)] = motion.steps_at(x, y);
    let (x, y) = motion.apply(x, y);
    let (sin, cos) = f64::from(place.angle_rad).sin_cos();
    let size = (xx * yy - xy * yx).abs().sqrt();
    Place {
        x_px: x as f32,
        y_px: y as f32,
        scale_px: place.scale_px * size as f32,
        angle_rad: (cos * xy + sin * yy).atan2(cos * xx + sin * yx) as f32,
    }
}

/// The landmark at the same place, of the same size, whose angle is nearest.
fn nearest<'a>(wanted: &Place, found: &'a [(Place, Patch)]) -> Option<&'a Patch> {
    let near = found.iter().filter(|(place, _)| {
        let (x, y) = (place.x_px - wanted.x_px, place.y_px - wanted.y_px);
        let size = f64::from(place.scale_px / wanted.scale_px);
        f64::from(x.hypot(y)) < PLACE_MOST * f64::from(wanted.scale_px)
            && size.max(1.0 / size) < SIZE_MOST
    });
    let turned = near.map(|(place, patch)| {
        let angle = f64::from(place.angle_rad - wanted.angle_rad).rem_euclid(TAU);
        (angle.min(TAU - angle), patch)
    });
    let (angle, patch) = turned.min_by(|a, b| a.0.total_cmp(&b.0))?;
    debug_assert!(angle <= PI);
    (angle < ANGLE_MOST_RAD).then_some(patch)
}
