//! Angles by the basic operations alone: the functions of mathematics libraries differ in their
//! last bits from one system to another.

use crate::pdq::{Kernel, Simd};
use std::f32::consts::{FRAC_PI_2, PI};

/// Vectors that are turned into angles together.
const LANES: usize = 16;

pub(super) struct Polar<'a> {
    pub x: &'a [f32],
    pub y: &'a [f32],
    pub angles_rad: &'a mut [f32],
    pub lengths: &'a mut [f32],
}

impl Kernel for Polar<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self { x, y, angles_rad, lengths } = self;
        let len = x.len().min(y.len()).min(angles_rad.len()).min(lengths.len());
        let whole = len / LANES * LANES;
        for at in (0..whole).step_by(LANES) {
            let (x, y) = (&x[at..at + LANES], &y[at..at + LANES]);
            let (angles, lengths) = (&mut angles_rad[at..at + LANES], &mut lengths[at..at + LANES]);
            for lane in 0..LANES {
                angles[lane] = angle(x[lane], y[lane]);
                lengths[lane] = (x[lane] * x[lane] + y[lane] * y[lane]).sqrt();
            }
        }
        for at in whole..len {
            angles_rad[at] = angle(x[at], y[at]);
            lengths[at] = (x[at] * x[at] + y[at] * y[at]).sqrt();
        }
    }
}

/// Coefficients: Abramowitz and Stegun, "Handbook of Mathematical Functions", 4.4.49.
#[inline(always)]
pub(super) fn angle(x: f32, y: f32) -> f32 {
    let (across, up) = (x.abs(), y.abs());
    let steep = up > across;
    let (less, more) = if steep { (across, up) } else { (up, across) };
    let t = less / (more + f32::MIN_POSITIVE);
    let s = t * t;
    let series = 0.180_141 + s * (-0.085_133 + s * 0.020_835_1);
    let eighth = t * (0.999_866 + s * (-0.330_299_5 + s * series));
    let quarter = if steep { FRAC_PI_2 - eighth } else { eighth };
    let half = if x < 0.0 { PI - quarter } else { quarter };
    if y < 0.0 { -half } else { half }
}
