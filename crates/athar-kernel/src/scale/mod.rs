//! Scale space: a picture made smaller and smoother, where its blobs are, and the signs of a
//! patch's weighted sums. What landmarks are made of.
//!
//! Everything is single precision. Each value is one expression whose operations have a fixed
//! order, none is fused and no function of a mathematics library is called, so a picture has the
//! same bits at every level and on every processor. The loops are plain ones over neighbouring
//! values, which do not depend on each other; a level only says how many of them the compiler may
//! put side by side.
//!
//! What is fast where (one megapixel, one thread): AVX2 halves the time of the baseline. AVX-512
//! runs the AVX2 loops: the compiler keeps to 256 bits of itself. NEON and simd128 are what the
//! baseline of their targets is compiled to.

mod dispatch;
mod filter;
#[cfg(test)]
mod naive;
mod peaks;
mod project;
#[cfg(test)]
mod tests;

use crate::{Code, Level, Plane};
use dispatch::run;

pub use filter::gaussian;
pub use peaks::Peak;
pub use project::{GENERATORS, Parts, Weights};

/// The plane made smaller to `width` x `height` by the mean over the area of each pixel, its luma
/// brought to 0.0 to 255.0; what is no number becomes 0. No side grows: the larger of a side given
/// and the plane's counts as the plane's.
pub fn shrunk(plane: &Plane, width: usize, height: usize, level: Level) -> Plane {
    let (width, height) = (width.min(plane.width()), height.min(plane.height()));
    run(level, filter::Shrink { plane, width, height })
}

/// The plane smoothed by a Gaussian of `sigma_px` of its own pixels, and then read at the centres
/// of `width` x `height` pixels, between its own by a straight line. At the border its outermost
/// pixels go on for ever.
pub fn smoothed(plane: &Plane, sigma_px: f32, width: usize, height: usize, level: Level) -> Plane {
    if plane.luma().is_empty() {
        return Plane::from_fn(width, height, |_, _| 0.0);
    }
    let taps = gaussian(sigma_px);
    run(level, filter::Smooth { plane, taps: &taps, width, height })
}

/// How much each pixel is the middle of a blob: the determinant of the second derivatives, by
/// differences of neighbours. 0 in the outermost pixels.
pub fn blobs(plane: &Plane, level: Level) -> Plane {
    run(level, peaks::Blobs(plane))
}

/// The pixels above `threshold` that no neighbour exceeds, at least `border_px` (1 at least) from
/// the border, row by row. Of equal neighbours the first in this order is the peak.
pub fn peaks(plane: &Plane, threshold: f32, border_px: usize, level: Level) -> Vec<Peak> {
    run(level, peaks::Peaks { plane, threshold, border: border_px.max(1) })
}

/// The 256 signs of a patch that is given by its [`Parts`].
pub fn project(parts: &[Parts], weights: &[Weights], level: Level) -> Code {
    run(level, project::Project { parts, weights })
}
