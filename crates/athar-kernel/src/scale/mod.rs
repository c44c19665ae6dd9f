//! Scale space: a picture made smaller and smoother, where its blobs are, and the signs of a
//! patch's weighted sums. What landmarks are made of.
//!
//! Everything is single precision. Each value is one expression whose operations have a fixed
//! order, none is fused and no function of a mathematics library is called, so a picture has the
//! same bits at every level and on every processor. The filters and the sums are written with the
//! vectors of a level; the other loops are plain ones over neighbouring values that do not depend
//! on each other, which the compiler turns into such vectors.

mod filter;
#[cfg(test)]
mod naive;
mod peaks;
mod polar;
mod project;
#[cfg(test)]
mod tests;

use crate::pdq::run;
use crate::{Code, Level, Plane};
use std::borrow::Cow;

pub use filter::gaussian;
pub use peaks::Peak;
pub use project::{GENERATORS, Parts, Weights};

/// The plane made smaller to `width` x `height` by the mean over the area of each pixel, its luma
/// brought to 0.0 to 255.0; what is no number becomes 0. No side grows: the larger of a side given
/// and the plane's counts as the plane's. Borrowed where nothing is to be done.
pub fn shrunk(plane: &Plane, width: usize, height: usize, level: Level) -> Cow<'_, Plane> {
    let (width, height) = (width.min(plane.width()), height.min(plane.height()));
    if (width, height) == (plane.width(), plane.height()) && run(filter::IsLuma(plane), level) {
        return Cow::Borrowed(plane);
    }
    Cow::Owned(run(filter::Shrink { plane, width, height }, level))
}

/// The plane smoothed by a Gaussian of `sigma_px` of its own pixels, and then read at the centres
/// of `width` x `height` pixels, between its own by a straight line. At the border its outermost
/// pixels go on for ever.
pub fn smoothed(plane: &Plane, sigma_px: f32, width: usize, height: usize, level: Level) -> Plane {
    if plane.luma().is_empty() {
        return Plane::from_fn(width, height, |_, _| 0.0);
    }
    let taps = gaussian(sigma_px);
    run(filter::Smooth { plane, taps: &taps, width, height }, level)
}

/// How much pixel `(x, y)`, which has neighbours on all sides, is the middle of a blob: the
/// determinant of the second derivatives, by differences of neighbours.
///
/// # Panics
/// On a pixel without a neighbour.
#[inline]
pub fn blob(plane: &Plane, x: usize, y: usize) -> f32 {
    let three = |y: usize| -> &[f32; 3] {
        let luma = &plane.row(y)[x - 1..];
        luma.first_chunk().unwrap_or(&[0.0; 3])
    };
    peaks::blob([y - 1, y, y + 1].map(three))
}

/// The pixels whose [`blob`] is above `threshold` and exceeded by that of no neighbour, at least
/// `border_px` (2 at least) from the border, row by row. Of equal neighbours the first in this
/// order is the peak.
pub fn peaks(plane: &Plane, threshold: f32, border_px: usize, level: Level) -> Vec<Peak> {
    run(peaks::Peaks { plane, threshold, border: border_px.max(2) }, level)
}

/// The angle and the length of each vector; the least of the slices' lengths decides how many. An
/// angle is -pi to pi from the x axis towards the y axis, to a ten-thousandth.
pub fn polar(x: &[f32], y: &[f32], angles_rad: &mut [f32], lengths: &mut [f32], level: Level) {
    run(polar::Polar { x, y, angles_rad, lengths }, level);
}

/// The 256 signs of a patch that is given by its [`Parts`].
pub fn project(parts: &[Parts], weights: &[Weights], level: Level) -> Code {
    run(project::Project { parts, weights }, level)
}
