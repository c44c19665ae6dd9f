//! Directions by the basic operations alone: the functions of mathematics libraries differ in their
//! last bits from one system to another.

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
    use std::f32::consts::PI;

    #[test]
    fn cosine_and_sine_are_those_of_the_library() {
        for k in -1000..=1000 {
            let angle = k as f32 * (PI / 1000.0);
            let (cos, sin) = cos_sin(angle);
            assert!((cos - angle.cos()).abs() < 2e-6 && (sin - angle.sin()).abs() < 2e-6, "{k}");
        }
    }
}
