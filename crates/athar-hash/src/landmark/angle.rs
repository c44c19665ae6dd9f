//! Angles by the basic operations alone: the functions of mathematics libraries differ in their
//! last bits from one system to another.

use std::f32::consts::{FRAC_PI_2, PI};

/// The angle of `(x, y)` from the x axis towards the y axis, -pi to pi, to a ten-thousandth.
/// Coefficients: Abramowitz and Stegun, "Handbook of Mathematical Functions", 4.4.49.
#[inline]
pub(super) fn of_vector(x: f32, y: f32) -> f32 {
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

/// Cosine and sine of an angle of -pi to pi, to a millionth: the series of a quarter of it,
/// doubled twice.
pub(super) fn cos_sin(angle_rad: f32) -> (f32, f32) {
    let a = 0.25 * angle_rad;
    let s = a * a;
    let sin = a * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 - s / 5040.0)));
    let cos = 1.0 + s * (-0.5 + s * (1.0 / 24.0 + s * (-1.0 / 720.0 + s / 40320.0)));
    let doubled = |(cos, sin): (f32, f32)| (cos * cos - sin * sin, 2.0 * cos * sin);
    doubled(doubled((cos, sin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_are_those_of_the_library() {
        for k in -1000..=1000 {
            let angle = k as f32 * (PI / 1000.0);
            let (cos, sin) = cos_sin(angle);
            assert!((cos - angle.cos()).abs() < 2e-6 && (sin - angle.sin()).abs() < 2e-6, "{k}");
            let back = of_vector(7.0 * cos, 7.0 * sin);
            let off = (back - angle).abs();
            assert!(off < 1e-4 || (off - 2.0 * PI).abs() < 1e-4, "{angle} {back}");
        }
        assert_eq!(of_vector(0.0, 0.0), 0.0);
    }
}
