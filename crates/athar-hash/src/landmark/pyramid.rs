//! The picture at every scale, each layer made of the one before, with the same blur of its own
//! pixels.

use athar_kernel::{Level, Plane, scale};

/// The blur of every layer, in its own pixels.
pub(super) const SIGMA_PX: f32 = 1.6;

/// The blur that a picture is taken to have.
const GIVEN_SIGMA_PX: f32 = 0.5;

/// From one layer to the next; three make an octave.
pub(super) const RATIO: f32 = 1.259_921;

/// What reading between pixels adds to the square of a blur, in pixels, on the average.
const READING: f32 = 1.0 / 6.0;

/// A layer with a shorter side has no room for patches.
const MIN_SIDE_PX: usize = 32;

pub(super) struct Layer {
    pub plane: Plane,
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
    let mut next = first(plane, (width, height), level);
    let sigma_px = (SIGMA_PX * SIGMA_PX * (RATIO * RATIO - 1.0) - READING).sqrt();
    loop {
        let layer = Layer::new(next, plane);
        let side = |side: usize| (side as f32 / RATIO + 0.5) as usize;
        let (width, height) = (side(layer.plane.width()), side(layer.plane.height()));
        let last = width.min(height) < MIN_SIDE_PX;
        let coarser =
            (!last).then(|| scale::smoothed(&layer.plane, sigma_px, width, height, level));
        layers.push(layer);
        match coarser {
            Some(coarser) => next = coarser,
            None => return layers,
        }
    }
}

/// The first layer. A plane much larger is brought to its size by means over areas, which cost
/// less, any other by the blur itself.
fn first(plane: &Plane, (width, height): (usize, usize), level: Level) -> Plane {
    let much_larger = plane.width() > FACTOR_MOST * width || plane.height() > FACTOR_MOST * height;
    let sides = if much_larger { (width, height) } else { (plane.width(), plane.height()) };
    let sharp = scale::shrunk(plane, sides.0, sides.1, level);
    let factor = (sharp.luma().len() as f64 / (width * height) as f64).sqrt() as f32;
    let sigma_px = SIGMA_PX * factor;
    let missing_px = (sigma_px * sigma_px - GIVEN_SIGMA_PX * GIVEN_SIGMA_PX).sqrt();
    scale::smoothed(&sharp, missing_px, width, height, level)
}

/// A side that many times as long is much longer.
const FACTOR_MOST: usize = 2;

impl Layer {
    fn new(seen: Plane, given: &Plane) -> Self {
        Self {
            step_x: given.width() as f32 / seen.width() as f32,
            step_y: given.height() as f32 / seen.height() as f32,
            plane: seen,
        }
    }

    /// Whether all places so far around one lie between pixels.
    pub(super) fn has_around(&self, x: f32, y: f32, reach_px: f32) -> bool {
        let within =
            |at: f32, len: usize| at >= reach_px && at + reach_px <= (len.saturating_sub(2)) as f32;
        within(x, self.plane.width()) && within(y, self.plane.height())
    }

    /// [`at`](Self::at) of a place between pixels.
    #[inline]
    pub(super) fn at_inside(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x as i32, y as i32);
        let (x_part, y_part) = (x - left as f32, y - top as f32);
        self.between(left as usize, top as usize, x_part, y_part)
    }

    /// The sample at a place between pixels; beyond the border, that of the border.
    #[inline]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (left, x_part) = below(x, self.plane.width());
        let (top, y_part) = below(y, self.plane.height());
        self.between(left, top, x_part, y_part)
    }

    #[inline]
    fn between(&self, left: usize, top: usize, x_part: f32, y_part: f32) -> f32 {
        let width = self.plane.width();
        let luma = &self.plane.luma()[top * width + left..];
        let (upper, lower) = (&luma[..2], &luma[width..width + 2]);
        let above = upper[0] + x_part * (upper[1] - upper[0]);
        above + y_part * (lower[0] + x_part * (lower[1] - lower[0]) - above)
    }
}

/// The pixel before a place and how far beyond it, so that there is a pixel after it.
#[inline]
fn below(place: f32, len: usize) -> (usize, f32) {
    let place = place.max(0.0).min((len - 1) as f32);
    let pixel = (place as i32 as usize).min(len - 2);
    (pixel, place - pixel as f32)
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
