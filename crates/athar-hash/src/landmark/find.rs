//! Blobs: peaks of the response in place and among the layers, refined between both.

use super::pyramid::{Layer, RATIO, SIGMA_PX};
use athar_kernel::scale::{self, Peak};
use athar_kernel::{Level, Plane};

/// The weakest blob, as the determinant of second derivatives in grey steps of a layer's pixels.
const THRESHOLD: f32 = 1.0;

/// Nothing nearer to a layer's border: half of the patch would lie beyond.
const BORDER_PX: usize = 6;

/// A refinement between pixels goes no farther than this; half is where the next one begins.
const PIXELS_MOST: f32 = 0.6;

/// Of layers, in both directions.
const LAYERS_MOST: f32 = 0.5;

pub(super) struct Blob {
    pub layer: usize,
    /// In the layer's pixels.
    pub x: f32,
    /// In the layer's pixels.
    pub y: f32,
    /// Its size as part of what a blob of the layer has.
    pub relative: f32,
    pub strength: f32,
    /// In the given plane's pixels.
    pub x_px: f32,
    /// In the given plane's pixels.
    pub y_px: f32,
    /// In the given plane's pixels.
    pub scale_px: f32,
}

pub(super) fn blobs(layers: &[Layer], level: Level) -> Vec<Blob> {
    let of_layer = |k: usize| {
        let peaks = scale::peaks(&layers[k].blobs, THRESHOLD, BORDER_PX, level);
        peaks.into_iter().filter_map(move |peak| blob(layers, k, peak))
    };
    (0..layers.len()).flat_map(of_layer).collect()
}

/// `None` where a neighbouring layer has a higher response at the same place.
fn blob(layers: &[Layer], k: usize, peak: Peak) -> Option<Blob> {
    let layer = &layers[k];
    let (x, y) = (peak.x as usize, peak.y as usize);
    let here = layer.blobs.row(y)[x];
    let finer = k.checked_sub(1).map(|k| highest_near(&layers[k], layer, peak));
    let coarser = layers.get(k + 1).map(|other| highest_near(other, layer, peak));
    if finer.is_some_and(|finer| finer >= here) || coarser.is_some_and(|coarser| coarser > here) {
        return None;
    }
    let between = finer.zip(coarser).map_or(0.0, |(a, b)| summit(a, here, b, LAYERS_MOST));
    let relative = 1.0 + between * (RATIO - 1.0) + 0.5 * between * (between - 1.0) * CURVE;
    let (dx, dy) = between_pixels(&layer.blobs, x, y);
    let (x, y) = (x as f32 + dx, y as f32 + dy);
    Some(Blob {
        layer: k,
        x,
        y,
        relative,
        strength: here,
        x_px: (x + 0.5) * layer.step_x - 0.5,
        y_px: (y + 0.5) * layer.step_y - 0.5,
        scale_px: SIGMA_PX * relative * (0.5 * (layer.step_x + layer.step_y)),
    })
}

/// The second difference of the powers of [`RATIO`] around 1: with it a parabola goes through
/// the sizes of three layers.
const CURVE: f32 = RATIO - 2.0 + 1.0 / RATIO;

/// The highest response of another layer around the place of a peak.
fn highest_near(other: &Layer, layer: &Layer, peak: Peak) -> f32 {
    let place = |at: u32, step: f32, other_step: f32, len: usize| {
        let at = (at as f32 + 0.5) * step / other_step;
        (at as usize).clamp(1, len - 2)
    };
    let x = place(peak.x, layer.step_x, other.step_x, other.blobs.width());
    let y = place(peak.y, layer.step_y, other.step_y, other.blobs.height());
    let rows = [y - 1, y, y + 1].map(|y| &other.blobs.row(y)[x - 1..x + 2]);
    rows.into_iter().flatten().copied().fold(f32::MIN, |a, b| if a > b { a } else { b })
}

/// Where the parabola through three values at -1, 0 and 1 has its top, of which the middle one
/// is the highest.
fn summit(before: f32, here: f32, after: f32, most: f32) -> f32 {
    let bend = (before + after) - 2.0 * here;
    if bend < -1e-6 { (0.5 * (before - after) / bend).clamp(-most, most) } else { 0.0 }
}

/// Where the quadratic through a peak and its neighbours has its top, from the peak on.
fn between_pixels(plane: &Plane, x: usize, y: usize) -> (f32, f32) {
    let at = |dx: usize, dy: usize| plane.row(y + dy - 1)[x + dx - 1];
    let (slope_x, slope_y) = (0.5 * (at(2, 1) - at(0, 1)), 0.5 * (at(1, 2) - at(1, 0)));
    let xx = (at(2, 1) + at(0, 1)) - 2.0 * at(1, 1);
    let yy = (at(1, 2) + at(1, 0)) - 2.0 * at(1, 1);
    let xy = 0.25 * ((at(2, 2) + at(0, 0)) - (at(2, 0) + at(0, 2)));
    let determinant = xx * yy - xy * xy;
    if determinant < 1e-6 {
        return (0.0, 0.0);
    }
    let step = |top: f32| (top / determinant).clamp(-PIXELS_MOST, PIXELS_MOST);
    (step(xy * slope_y - yy * slope_x), step(xy * slope_x - xx * slope_y))
}
