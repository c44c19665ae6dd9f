//! Plane motions: homographies by their nine numbers, row by row.

#[derive(Debug, Clone, Copy)]
pub struct Motion(pub [f64; 9]);

impl Motion {
    pub const NONE: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);

    pub fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0])
    }

    pub fn turn_and_scale(angle: f64, scale: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (s, c) = (scale * sin, scale * cos);
        Self([c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0])
    }

    /// First `self`, then `next`.
    pub fn then(&self, next: &Self) -> Self {
        let at = |row: usize, column: usize| {
            (0..3).map(|k| next.0[row * 3 + k] * self.0[k * 3 + column]).sum()
        };
        Self(std::array::from_fn(|k| at(k / 3, k % 3)))
    }

    pub fn inverse(&self) -> Self {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        let adjugate = [
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ];
        Self(adjugate.map(|v| v / determinant))
    }

    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let w = g * x + h * y + i;
        ((a * x + b * y + c) / w, (d * x + e * y + f) / w)
    }

    /// What it does to small steps at a place: to one of x, and to one of y.
    pub fn steps_at(&self, x: f64, y: f64) -> [(f64, f64); 2] {
        let here = self.apply(x, y);
        let from_here = |(x, y): (f64, f64)| (x - here.0, y - here.1);
        [from_here(self.apply(x + 1.0, y)), from_here(self.apply(x, y + 1.0))]
    }
}
