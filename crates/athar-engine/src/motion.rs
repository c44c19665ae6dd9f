//! How one picture lies on another: plane motions, from a shift to a tilt.
//!
//! A motion takes points of the stored picture to points of the query's, both in pixels of their
//! own pictures. It is a homography (Hartley and Zisserman, "Multiple View Geometry in Computer
//! Vision", 2004, section 4.1); shifts, turns, scalings and mirrorings are special ones.

/// A point of a picture, in its pixels: the upper left corner of the upper left one is (0, 0).
pub type Point = [f64; 2];

/// A motion, as a 3 x 3 matrix, row by row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion([f64; 9]);

/// A direction and a length at a point, as a landmark has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Where it is.
    pub at: Point,
    /// How large it is there, in pixels, above zero.
    pub scale: f64,
    /// Where it points, clockwise from the x axis, in radians.
    pub angle: f64,
}

impl Motion {
    /// The similarity that takes one frame to another, mirrored or not.
    pub fn between(from: &Frame, to: &Frame, mirrored: bool) -> Self {
        let scale = to.scale / from.scale;
        let side = if mirrored { -1.0 } else { 1.0 };
        let ((sf, cf), (st, ct)) = (from.angle.sin_cos(), to.angle.sin_cos());
        // The direction goes to the direction, what is square to it to what is square to that,
        // on the other side when mirrored.
        let a = scale * (ct * cf + side * st * sf);
        let b = scale * (ct * sf - side * st * cf);
        let c = scale * (st * cf - side * ct * sf);
        let d = scale * (st * sf + side * ct * cf);
        let [x, y] = from.at;
        Self([a, b, to.at[0] - a * x - b * y, c, d, to.at[1] - c * x - d * y, 0.0, 0.0, 1.0])
    }

    /// The similarity that takes the first of each pair nearest to the second, by least squares;
    /// `None` when they do not tell one.
    pub fn fit_similarity(pairs: &[(Point, Point)], mirrored: bool) -> Option<Self> {
        let (from, to) = (centre(pairs.iter().map(|p| p.0))?, centre(pairs.iter().map(|p| p.1))?);
        let side = if mirrored { -1.0 } else { 1.0 };
        let (mut along, mut across, mut square) = (0.0, 0.0, 0.0);
        for (p, q) in pairs {
            let ([px, py], [qx, qy]) = (less(*p, from), less(*q, to));
            let py = side * py;
            along += px * qx + py * qy;
            across += px * qy - py * qx;
            square += px * px + py * py;
        }
        if square <= f64::EPSILON || along.hypot(across) <= f64::EPSILON {
            return None;
        }
        let (c, s) = (along / square, across / square);
        let (a, b, d, e) = (c, -s * side, s, c * side);
        let [x, y] = from;
        Some(Self([a, b, to[0] - a * x - b * y, d, e, to[1] - d * x - e * y, 0.0, 0.0, 1.0]))
    }

    /// The homography that takes the first of each of four or more pairs to the second, by least
    /// squares over normalised points; `None` when they do not tell one.
    pub fn fit_homography(pairs: &[(Point, Point)]) -> Option<Self> {
        if pairs.len() < 4 {
            return None;
        }
        let from = normaliser(pairs.iter().map(|p| p.0))?;
        let to = normaliser(pairs.iter().map(|p| p.1))?;
        let (mut normal, mut right) = ([[0.0; 8]; 8], [0.0; 8]);
        for (p, q) in pairs {
            let ([x, y], [u, v]) = (from.apply(*p)?, to.apply(*q)?);
            add_equation(&mut normal, &mut right, [x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u);
            add_equation(&mut normal, &mut right, [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v);
        }
        let h = solve(normal, right)?;
        let normalised = Self([h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], 1.0]);
        let whole = to.inverse()?.after(&normalised).after(&from);
        whole.0.iter().all(|value| value.is_finite()).then_some(whole)
    }

    /// Where a point comes to lie; `None` when that is at the horizon or behind it.
    pub fn apply(&self, [x, y]: Point) -> Option<Point> {
        let m = &self.0;
        let w = m[6] * x + m[7] * y + m[8];
        let point = [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
        (w > 1e-9 && point.iter().all(|value| value.is_finite())).then_some(point)
    }

    /// The motion back.
    pub fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |a: usize, b: usize, c: usize, d: usize| m[a] * m[d] - m[b] * m[c];
        let (i, j, k) = (minor(4, 5, 7, 8), minor(3, 5, 6, 8), minor(3, 4, 6, 7));
        let determinant = m[0] * i - m[1] * j + m[2] * k;
        let adjugate = [
            i,
            -minor(1, 2, 7, 8),
            minor(1, 2, 4, 5),
            -j,
            minor(0, 2, 6, 8),
            -minor(0, 2, 3, 5),
            k,
            -minor(0, 1, 6, 7),
            minor(0, 1, 3, 4),
        ];
        let whole = adjugate[8] / determinant;
        let inverse = adjugate.map(|value| value / determinant / whole);
        inverse.iter().all(|value| value.is_finite()).then_some(Self(inverse))
    }

    /// This motion and a shift after it.
    pub fn shifted(&self, [x, y]: Point) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y, 0.0, 0.0, 1.0]).after(self)
    }

    /// This motion done after another.
    fn after(&self, first: &Self) -> Self {
        let (a, b) = (&self.0, &first.0);
        let entry = |at: usize| (0..3).map(|k| a[at / 3 * 3 + k] * b[k * 3 + at % 3]).sum();
        let product: [f64; 9] = std::array::from_fn(entry);
        Self(product.map(|value: f64| value / product[8]))
    }

    /// What it does to small things at a point: scale, turn clockwise in radians, and whether it
    /// mirrors them, top to bottom, before; `None` at the horizon.
    pub fn at(&self, point: Point) -> Option<(f64, f64, bool)> {
        let [a, b, c, d] = self.slope(point)?;
        let determinant = a * d - b * c;
        let mirrors = determinant < 0.0;
        let turn = if mirrors { (c + b).atan2(a - d) } else { (c - b).atan2(a + d) };
        Some((determinant.abs().sqrt(), turn, mirrors))
    }

    /// How many times as long small things become one way as the other, at a point: 1 where they
    /// keep their shape; `None` at the horizon.
    pub fn stretch(&self, point: Point) -> Option<f64> {
        let [a, b, c, d] = self.slope(point)?;
        let (sum, area) = (a * a + b * b + c * c + d * d, (a * d - b * c).abs());
        let long = (sum + (sum * sum - 4.0 * area * area).max(0.0).sqrt()) / 2.0;
        (area > 0.0).then_some(long / area)
    }

    /// Its first derivatives at a point, row by row.
    fn slope(&self, point: Point) -> Option<[f64; 4]> {
        let [x, y] = point;
        let [u, v] = self.apply(point)?;
        let m = &self.0;
        let w = m[6] * x + m[7] * y + m[8];
        Some([
            (m[0] - m[6] * u) / w,
            (m[1] - m[7] * u) / w,
            (m[3] - m[6] * v) / w,
            (m[4] - m[7] * v) / w,
        ])
    }
}

fn less(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

fn centre(points: impl Iterator<Item = Point> + Clone) -> Option<Point> {
    let count = points.clone().count();
    let sum = points.fold([0.0; 2], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
    (count > 0).then(|| sum.map(|value| value / count as f64))
}

/// Brings points around zero, at a distance of about one.
fn normaliser(points: impl Iterator<Item = Point> + Clone) -> Option<Motion> {
    let centre = centre(points.clone())?;
    let count = points.clone().count() as f64;
    let spread = points.map(|p| less(p, centre)).map(|[x, y]| x.hypot(y)).sum::<f64>() / count;
    let scale = 1.0 / spread;
    let [x, y] = centre;
    let motion = [scale, 0.0, -scale * x, 0.0, scale, -scale * y, 0.0, 0.0, 1.0];
    scale.is_finite().then_some(Motion(motion))
}

fn add_equation(normal: &mut [[f64; 8]; 8], right: &mut [f64; 8], row: [f64; 8], value: f64) {
    for (i, &left) in row.iter().enumerate() {
        for (sum, &other) in normal[i].iter_mut().zip(&row) {
            *sum += left * other;
        }
        right[i] += left * value;
    }
}

/// Solves eight linear equations by elimination with row pivots; `None` when they hang together.
fn solve(mut rows: [[f64; 8]; 8], mut right: [f64; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let largest =
            |&a: &usize, &b: &usize| rows[a][column].abs().total_cmp(&rows[b][column].abs());
        let pivot = (column..8).max_by(largest)?;
        rows.swap(column, pivot);
        right.swap(column, pivot);
        if rows[column][column].abs() < 1e-12 {
            return None;
        }
        let own = rows[column];
        for row in column + 1..8 {
            let factor = rows[row][column] / own[column];
            for (value, own) in rows[row].iter_mut().zip(&own) {
                *value -= factor * own;
            }
            right[row] -= factor * right[column];
        }
    }
    let mut solution = [0.0; 8];
    for row in (0..8).rev() {
        let known: f64 = (row + 1..8).map(|column| rows[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / rows[row][row];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Point, b: Point) -> bool {
        (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-6
    }

    fn frame(x: f64, y: f64, scale: f64, angle: f64) -> Frame {
        Frame { at: [x, y], scale, angle }
    }

    #[test]
    fn a_frame_goes_to_the_other_with_what_lies_around_it() {
        let (from, to) = (frame(10.0, 20.0, 2.0, 0.3), frame(100.0, 50.0, 5.0, 1.1));
        for mirrored in [false, true] {
            let motion = Motion::between(&from, &to, mirrored);
            assert!(near(motion.apply(from.at).unwrap(), to.at));
            let tip = [10.0 + 2.0 * 0.3f64.cos(), 20.0 + 2.0 * 0.3f64.sin()];
            let expected = [100.0 + 5.0 * 1.1f64.cos(), 50.0 + 5.0 * 1.1f64.sin()];
            assert!(near(motion.apply(tip).unwrap(), expected), "mirrored: {mirrored}");
            let (scale, _, mirrors) = motion.at(from.at).unwrap();
            assert!((scale - 2.5).abs() < 1e-9 && mirrors == mirrored);
        }
        let turned = Motion::between(&frame(0.0, 0.0, 1.0, 0.0), &frame(0.0, 0.0, 1.0, 0.5), false);
        assert!((turned.at([3.0, 4.0]).unwrap().1 - 0.5).abs() < 1e-9);
    }

    #[test]
    fn fits_find_the_motion_that_made_the_pairs() {
        let points: Vec<Point> =
            (0..20).map(|i| [f64::from(i * 37 % 101), f64::from(i * 53 % 89)]).collect();
        for mirrored in [false, true] {
            let motion = Motion::between(
                &frame(5.0, 5.0, 1.0, 0.2),
                &frame(300.0, 200.0, 1.7, 2.9),
                mirrored,
            );
            let pairs: Vec<_> = points.iter().map(|&p| (p, motion.apply(p).unwrap())).collect();
            let fitted = Motion::fit_similarity(&pairs, mirrored).unwrap();
            assert!(
                points.iter().all(|&p| near(fitted.apply(p).unwrap(), motion.apply(p).unwrap()))
            );
        }
        let tilt = Motion([1.1, 0.2, 30.0, -0.1, 0.9, 12.0, 1e-3, -5e-4, 1.0]);
        let pairs: Vec<_> = points.iter().map(|&p| (p, tilt.apply(p).unwrap())).collect();
        let fitted = Motion::fit_homography(&pairs).unwrap();
        assert!(points.iter().all(|&p| near(fitted.apply(p).unwrap(), tilt.apply(p).unwrap())));
        let back = tilt.inverse().unwrap();
        assert!(points.iter().all(|&p| near(back.apply(tilt.apply(p).unwrap()).unwrap(), p)));
    }

    #[test]
    fn a_stretch_is_told_whatever_way_it_goes() {
        let turned = Motion::between(&frame(0.0, 0.0, 1.0, 0.0), &frame(5.0, 5.0, 3.0, 0.7), true);
        assert!((turned.stretch([3.0, 4.0]).unwrap() - 1.0).abs() < 1e-9);
        let wide = Motion([2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        assert!((wide.after(&turned).stretch([3.0, 4.0]).unwrap() - 2.0).abs() < 1e-9);
        assert!((turned.after(&wide).stretch([3.0, 4.0]).unwrap() - 2.0).abs() < 1e-9);
    }

    #[test]
    fn points_that_tell_nothing_fit_nothing() {
        let same = [([1.0, 2.0], [3.0, 4.0]); 6];
        assert_eq!(Motion::fit_similarity(&same, false), None);
        assert_eq!(Motion::fit_homography(&same), None);
        assert_eq!(Motion::fit_homography(&same[..3]), None);
        let line: Vec<(Point, Point)> =
            (0..9).map(|i| [f64::from(i), 2.0]).map(|p| (p, p)).collect();
        assert_eq!(Motion::fit_homography(&line), None);
        assert_eq!(Motion::fit_similarity(&[], false), None);
    }

    #[test]
    fn what_lies_behind_the_horizon_has_no_place() {
        let tilt = Motion([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, -0.01, 0.0, 1.0]);
        assert!(tilt.apply([50.0, 0.0]).is_some());
        assert_eq!(tilt.apply([150.0, 0.0]), None);
    }
}
