//! The picture at every scale, each layer with the same blur of its own pixels.

use athar_kernel::{Level, Plane, scale};

/// The blur of every layer, in its own pixels.
pub(super) const SIGMA_PX: f32 = 1.6;

/// The blur that a picture is taken to have.
const GIVEN_SIGMA_PX: f32 = 0.5;

/// How much smaller each layer of an octave is than its first.
const STEPS: [f32; 3] = [1.0, 1.259_921, 1.587_401];

/// From one layer to the next.
pub(super) const RATIO: f32 = STEPS[1];

/// A layer with a shorter side has no room for patches.
const MIN_SIDE_PX: usize = 32;

pub(super) struct Layer {
    pub plane: Plane,
    /// How strong a blob each pixel is.
    pub blobs: Plane,
    /// Pixels of the given plane to one of this.
    pub step_x: f32,
    /// As `step_x`, for rows.
    pub step_y: f32,
}

/// Finest first. The plane is made smaller to `area_px` before; none when it is too small.
pub(super) fn layers(plane: &Plane, area_px: usize, level: Level) -> Vec<Layer> {
    let (width, height) = fitted(plane, area_px);
    let mut layers = Vec::new();
    if width.min(height) < MIN_SIDE_PX {
        return layers;
    }
    let sharp = scale::shrunk(plane, width, height, level);
    let mut first = smoothed(&sharp, (GIVEN_SIGMA_PX, SIGMA_PX), (width, height), level);
    loop {
        let mut octave = Vec::new();
        for step in STEPS {
            let sides = (parted(first.width(), step), parted(first.height(), step));
            if sides.0.min(sides.1) < MIN_SIDE_PX {
                break;
            }
            let seen =
                (step > 1.0).then(|| smoothed(&first, (SIGMA_PX, SIGMA_PX * step), sides, level));
            octave.push(seen);
        }
        let next = (parted(first.width(), 2.0), parted(first.height(), 2.0));
        let last = octave.len() < STEPS.len() || next.0.min(next.1) < MIN_SIDE_PX;
        let coarser = (!last).then(|| smoothed(&first, (SIGMA_PX, 2.0 * SIGMA_PX), next, level));
        let mut base = Some(first);
        for seen in octave {
            if let Some(seen) = seen.or_else(|| base.take()) {
                layers.push(Layer::new(seen, plane, level));
            }
        }
        match coarser {
            Some(coarser) => first = coarser,
            None => return layers,
        }
    }
}

impl Layer {
    fn new(seen: Plane, given: &Plane, level: Level) -> Self {
        Self {
            blobs: scale::blobs(&seen, level),
            step_x: given.width() as f32 / seen.width() as f32,
            step_y: given.height() as f32 / seen.height() as f32,
            plane: seen,
        }
    }

    /// The sample at a place between pixels; beyond the border, that of the border.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (left, x_part) = below(x, self.plane.width());
        let (top, y_part) = below(y, self.plane.height());
        let (upper, lower) = (self.plane.row(top), self.plane.row(top + 1));
        let across = |row: &[f32]| row[left] + x_part * (row[left + 1] - row[left]);
        let above = across(upper);
        above + y_part * (across(lower) - above)
    }
}

/// The pixel before a place and how far beyond it, so that there is a pixel after it.
fn below(place: f32, len: usize) -> (usize, f32) {
    let place = place.clamp(0.0, (len - 1) as f32);
    let pixel = (place as usize).min(len - 2);
    (pixel, place - pixel as f32)
}

/// From one blur, in pixels of `from`, to another, on as many pixels as `sides` says.
fn smoothed(from: &Plane, (has, wants): (f32, f32), sides: (usize, usize), level: Level) -> Plane {
    scale::smoothed(from, (wants * wants - has * has).sqrt(), sides.0, sides.1, level)
}

/// The sides of a plane that was made smaller to an area.
fn fitted(plane: &Plane, area_px: usize) -> (usize, usize) {
    let area = plane.luma().len();
    if area <= area_px {
        return (plane.width(), plane.height());
    }
    let part = (area_px as f64 / area as f64).sqrt();
    let side = |side: usize| ((side as f64 * part) as usize).max(1);
    (side(plane.width()), side(plane.height()))
}

fn parted(side: usize, step: f32) -> usize {
    (side as f32 / step + 0.5) as usize
}
