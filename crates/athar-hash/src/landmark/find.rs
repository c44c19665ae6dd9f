//! Blobs: peaks of the response in place and among the layers, refined between both.

use super::pyramid::{Layer, RATIO, SIGMA_PX};
use athar_kernel::scale::{self, Peak};
use athar_kernel::{Level, Plane};

/// The weakest blob, as the determinant of second derivatives in grey steps of a layer's pixels.
const WEAKEST: f32 = 4.0;

/// Nothing nearer to a layer's border: half of the patch would lie beyond.
const BORDER_PX: usize = 6;

/// A refinement between pixels goes no farther than this; half is where the next one begins.
const PIXELS_MOST: f32 = 0.6;

/// Of layers, in both directions.
const LAYERS_MOST: f32 = 0.5;

#[derive(Clone, Copy)]
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

/// Of each layer only the strongest `most_of_layer` peaks are looked at.
pub(super) fn blobs(layers: &[Layer], most_of_layer: usize, level: Level) -> Vec<Blob> {
    let mut blobs = Vec::new();
    for (k, layer) in layers.iter().enumerate() {
        let mut peaks = scale::peaks(&layer.plane, WEAKEST, BORDER_PX, level);
        keep_strongest(&mut peaks, most_of_layer);
        blobs.extend(peaks.into_iter().filter_map(|peak| blob(layers, k, peak)));
    }
    blobs
}

/// Keeps `most` peaks in their order; of equally strong ones the first.
fn keep_strongest(peaks: &mut Vec<Peak>, most: usize) {
    if peaks.len() <= most {
        return;
    }
    let mut strengths: Vec<f32> = peaks.iter().map(|peak| peak.strength).collect();
    let (_, least, _) = strengths.select_nth_unstable_by(most, |a, b| b.total_cmp(a));
    let least = *least;
    let mut room = most - peaks.iter().filter(|peak| peak.strength > least).count();
    peaks.retain(|peak| {
        let last = peak.strength == least && room > 0;
        room -= usize::from(last);
        peak.strength > least || last
    });
}

/// `None` on an edge, and where a neighbouring layer has a higher response at the same place.
fn blob(layers: &[Layer], k: usize, peak: Peak) -> Option<Blob> {
    let layer = &layers[k];
    let (x, y) = (peak.x as usize, peak.y as usize);
    if is_edge(&layer.plane, x, y) {
        return None;
    }
    let here = peak.strength;
    let coarser = match layers.get(k + 1) {
        Some(other) => Some(highest_near(other, layer, peak).filter(|coarser| *coarser <= here)?),
        None => None,
    };
    let finer = match k.checked_sub(1) {
        Some(k) => Some(highest_near(&layers[k], layer, peak).filter(|finer| *finer < here)?),
        None => None,
    };
    let between = finer.zip(coarser).map_or(0.0, |(a, b)| summit(a, here, b, LAYERS_MOST));
    let relative = 1.0 + between * (RATIO - 1.0) + 0.5 * between * (between - 1.0) * CURVE;
    let (dx, dy) = between_pixels(&layer.plane, x, y);
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

/// Whether the picture bends much more one way than the other: such a place slides along its edge
/// and looks like every other place of it (Lowe, 2004, section 4.1).
fn is_edge(plane: &Plane, x: usize, y: usize) -> bool {
    let at = |dx: usize, dy: usize| plane.row(y + dy - 1)[x + dx - 1];
    let xx = (at(2, 1) + at(0, 1)) - 2.0 * at(1, 1);
    let yy = (at(1, 2) + at(1, 0)) - 2.0 * at(1, 1);
    let xy = 0.25 * ((at(2, 2) + at(0, 0)) - (at(2, 0) + at(0, 2)));
    let (trace, determinant) = (xx + yy, xx * yy - xy * xy);
    trace * trace * BENDS_MOST >= determinant * (BENDS_MOST + 1.0) * (BENDS_MOST + 1.0)
}

/// How many times as much a picture may bend one way as the other.
const BENDS_MOST: f32 = 8.0;

/// The second difference of the powers of [`RATIO`] around 1: with it a parabola goes through
/// the sizes of three layers.
const CURVE: f32 = RATIO - 2.0 + 1.0 / RATIO;

/// The highest response of another layer around the place of a peak, the middle first; `None` as
/// soon as one is higher than the peak.
fn highest_near(other: &Layer, layer: &Layer, peak: Peak) -> Option<f32> {
    let place = |at: u32, step: f32, other_step: f32, len: usize| {
        let at = (at as f32 + 0.5) * step / other_step;
        (at as usize).clamp(2, len - 3)
    };
    let x = place(peak.x, layer.step_x, other.step_x, other.plane.width());
    let y = place(peak.y, layer.step_y, other.step_y, other.plane.height());
    let mut highest = f32::MIN;
    for k in [4, 1, 3, 5, 7, 0, 2, 6, 8] {
        let blob = scale::blob(&other.plane, x + k % 3 - 1, y + k / 3 - 1);
        if blob > peak.strength {
            return None;
        }
        highest = if blob > highest { blob } else { highest };
    }
    Some(highest)
}

/// Where the parabola through three values at -1, 0 and 1 has its top, of which the middle one
/// is the highest.
fn summit(before: f32, here: f32, after: f32, most: f32) -> f32 {
    let bend = (before + after) - 2.0 * here;
    if bend < -1e-6 { (0.5 * (before - after) / bend).clamp(-most, most) } else { 0.0 }
}

/// Where the quadratic through a peak and its neighbours has its top, from the peak on.
fn between_pixels(plane: &Plane, x: usize, y: usize) -> (f32, f32) {
    let blobs: [f32; 9] = std::array::from_fn(|k| scale::blob(plane, x + k % 3 - 1, y + k / 3 - 1));
    let at = |dx: usize, dy: usize| blobs[3 * dy + dx];
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
