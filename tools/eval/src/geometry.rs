//! Points, plane motions and convex polygons: the ground truth of an edit, and how far an answer
//! is from it.
//!
//! Lengths are in pixels, and a pixel is a square: pixel 0 reaches from 0 to 1, its middle is 0.5.

use serde::{Deserialize, Serialize};

/// A place in a picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// A projective map of the plane, `[x', y', w'] = m · [x, y, 1]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Homography(pub [[f64; 3]; 3]);

/// A convex polygon, its corners in either sense of rotation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polygon(pub Vec<Point>);

impl Point {
    /// The point (x, y).
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The distance between two points in pixels.
    pub fn distance(self, other: Self) -> f64 {
        libm::hypot(self.x - other.x, self.y - other.y)
    }
}

impl From<[f64; 2]> for Point {
    fn from([x, y]: [f64; 2]) -> Self {
        Self { x, y }
    }
}

impl From<Point> for [f64; 2] {
    fn from(point: Point) -> Self {
        [point.x, point.y]
    }
}

impl Homography {
    /// The map that changes nothing.
    pub const IDENTITY: Self = Self([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// x' = a x + b y + c, y' = d x + e y + f.
    pub const fn affine([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> Self {
        Self([[a, b, c], [d, e, f], [0.0, 0.0, 1.0]])
    }

    /// A shift.
    pub const fn shift(x: f64, y: f64) -> Self {
        Self::affine([1.0, 0.0, x], [0.0, 1.0, y])
    }

    /// Stretched from the origin.
    pub const fn scale(x: f64, y: f64) -> Self {
        Self::affine([x, 0.0, 0.0], [0.0, y, 0.0])
    }

    /// A clockwise turn about the origin, as seen with y downwards.
    pub fn turn(degrees: f64) -> Self {
        let angle = degrees.to_radians();
        let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
        Self::affine([cosine, -sine, 0.0], [sine, cosine, 0.0])
    }

    /// The map that takes each of four points to its partner; `None` when three lie on a line.
    pub fn of_quad(from: &[Point; 4], to: &[Point; 4]) -> Option<Self> {
        let pairs: Vec<_> = from.iter().copied().zip(to.iter().copied()).collect();
        Self::fit(&pairs)
    }

    /// The map that fits pairs of points best in the sense of least squares of the linear
    /// equations: affine for three pairs, a homography for more; `None` when they do not
    /// determine one.
    pub fn fit(pairs: &[(Point, Point)]) -> Option<Self> {
        let unknowns = if pairs.len() < 4 { 6 } else { 8 };
        if pairs.len() < 3 {
            return None;
        }
        let (into, out) =
            (norm(pairs.iter().map(|pair| pair.0))?, norm(pairs.iter().map(|p| p.1))?);
        let mut normal = [[0.0; 9]; 8];
        for (from, to) in pairs {
            let (from, to) = (into.apply(*from), out.apply(*to));
            for row in equations(from, to) {
                add_square(&mut normal, &row, unknowns);
            }
        }
        let h = solve(&mut normal, unknowns)?;
        let normed = Self([[h[0], h[1], h[2]], [h[3], h[4], h[5]], [h[6], h[7], 1.0]]);
        Some(into.then(&normed).then(&out.inverse()?))
    }

    /// First this, then `next`.
    pub fn then(&self, next: &Self) -> Self {
        let cell =
            |row: usize, column: usize| (0..3).map(|k| next.0[row][k] * self.0[k][column]).sum();
        Self(std::array::from_fn(|row| std::array::from_fn(|column| cell(row, column))))
    }

    /// Where a point goes.
    pub fn apply(&self, point: Point) -> Point {
        let row = |r: usize| self.0[r][0] * point.x + self.0[r][1] * point.y + self.0[r][2];
        let w = row(2);
        Point::new(row(0) / w, row(1) / w)
    }

    /// The way back; `None` when there is none.
    pub fn inverse(&self) -> Option<Self> {
        let m = &self.0;
        let minor = |r: usize, c: usize| {
            let (r0, r1, c0, c1) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
            m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0]
        };
        let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
        (determinant.abs() > 1e-18).then(|| {
            Self(std::array::from_fn(|r| std::array::from_fn(|c| minor(c, r) / determinant)))
        })
    }

    /// Pixels of the source along one pixel of the target at `place` of the target, when this is
    /// the map from target to source.
    pub fn spread(&self, place: Point) -> f64 {
        let at = self.apply(place);
        let across = self.apply(Point::new(place.x + 1.0, place.y)).distance(at);
        let down = self.apply(Point::new(place.x, place.y + 1.0)).distance(at);
        across.max(down)
    }
}

/// The two linear equations of a pair of points in the eight unknowns of a homography.
fn equations(from: Point, to: Point) -> [[f64; 9]; 2] {
    let Point { x, y } = from;
    [
        [x, y, 1.0, 0.0, 0.0, 0.0, -x * to.x, -y * to.x, to.x],
        [0.0, 0.0, 0.0, x, y, 1.0, -x * to.y, -y * to.y, to.y],
    ]
}

fn add_square(normal: &mut [[f64; 9]; 8], row: &[f64; 9], unknowns: usize) {
    for i in 0..unknowns {
        for j in 0..unknowns {
            normal[i][j] += row[i] * row[j];
        }
        normal[i][8] += row[i] * row[8];
    }
}

/// Gaussian elimination with pivots; the right side is the ninth column.
fn solve(m: &mut [[f64; 9]; 8], unknowns: usize) -> Option<[f64; 8]> {
    for column in 0..unknowns {
        let pivot = (column..unknowns)
            .max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
        if m[pivot][column].abs() < 1e-12 {
            return None;
        }
        m.swap(column, pivot);
        for row in (0..unknowns).filter(|row| *row != column) {
            let (factor, pivot) = (m[row][column] / m[column][column], m[column]);
            m[row].iter_mut().zip(pivot).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    Some(std::array::from_fn(|n| if n < unknowns { m[n][8] / m[n][n] } else { 0.0 }))
}

/// Moves points to the origin and to a mean distance of about one, which keeps the equations sane.
fn norm(points: impl Iterator<Item = Point> + Clone) -> Option<Homography> {
    let count = points.clone().count() as f64;
    let sum = points.clone().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
    let middle = Point::new(sum.0 / count, sum.1 / count);
    let spread = points.map(|p| p.distance(middle)).sum::<f64>() / count;
    let scale = Homography::scale(1.0 / spread, 1.0 / spread);
    (spread > 1e-9).then(|| Homography::shift(-middle.x, -middle.y).then(&scale))
}

impl Polygon {
    /// The frame of a picture.
    pub fn frame(width: f64, height: f64) -> Self {
        Self::rectangle(0.0, 0.0, width, height)
    }

    /// An upright rectangle.
    pub fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Self {
        let corner = |dx, dy| Point::new(x + dx, y + dy);
        Self(vec![corner(0.0, 0.0), corner(width, 0.0), corner(width, height), corner(0.0, height)])
    }

    /// Each corner mapped.
    pub fn mapped(&self, map: &Homography) -> Self {
        Self(self.0.iter().map(|corner| map.apply(*corner)).collect())
    }

    /// The area in square pixels.
    pub fn area(&self) -> f64 {
        self.signed_area().abs()
    }

    /// What two convex polygons have in common (Sutherland and Hodgman, 1974).
    pub fn clipped(&self, by: &Self) -> Self {
        let sense = if by.signed_area() < 0.0 { -1.0 } else { 1.0 };
        let mut left = self.clone();
        for (from, to) in by.edges() {
            let side = |p: Point| {
                sense * ((to.x - from.x) * (p.y - from.y) - (to.y - from.y) * (p.x - from.x))
            };
            left = left.cut(&side);
        }
        left
    }

    /// The area in common over the area of both together, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f64 {
        let common = self.clipped(other).area();
        let both = self.area() + other.area() - common;
        if both > 0.0 { common / both } else { 0.0 }
    }

    fn signed_area(&self) -> f64 {
        self.edges().map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>() / 2.0
    }

    fn edges(&self) -> impl Iterator<Item = (Point, Point)> {
        let next = self.0.iter().copied().cycle().skip(1);
        self.0.iter().copied().zip(next)
    }

    /// The part where `side` is not negative.
    fn cut(&self, side: &impl Fn(Point) -> f64) -> Self {
        let mut kept = Vec::with_capacity(self.0.len() + 1);
        for (a, b) in self.edges() {
            let (here, there) = (side(a), side(b));
            if here >= 0.0 {
                kept.push(a);
            }
            if (here > 0.0 && there < 0.0) || (here < 0.0 && there > 0.0) {
                let t = here / (here - there);
                kept.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
            }
        }
        Self(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUAD: [Point; 4] = [
        Point::new(3.0, 4.0),
        Point::new(90.0, 11.0),
        Point::new(80.0, 77.0),
        Point::new(9.0, 60.0),
    ];

    fn unit(side: f64) -> [Point; 4] {
        [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side]].map(Point::from)
    }

    #[test]
    fn four_points_make_a_homography_and_it_goes_back() {
        let map = Homography::of_quad(&unit(50.0), &QUAD).unwrap();
        let back = map.inverse().unwrap();
        for (from, to) in unit(50.0).into_iter().zip(QUAD) {
            assert!(map.apply(from).distance(to) < 1e-9);
            assert!(back.apply(to).distance(from) < 1e-9);
        }
    }

    #[test]
    fn three_pairs_are_affine_and_lines_determine_nothing() {
        let map = Homography::turn(30.0).then(&Homography::shift(5.0, -2.0));
        let pairs: Vec<_> = QUAD[..3].iter().map(|p| (*p, map.apply(*p))).collect();
        let fitted = Homography::fit(&pairs).unwrap();
        assert!(fitted.apply(QUAD[3]).distance(map.apply(QUAD[3])) < 1e-9);
        let line = [0.0, 1.0, 2.0, 3.0].map(|t| Point::new(t, t));
        assert_eq!(Homography::of_quad(&line, &QUAD), None);
        assert_eq!(Homography::fit(&pairs[..2]), None);
    }

    #[test]
    fn more_pairs_fit_in_the_least_squares() {
        let map = Homography::of_quad(&unit(50.0), &QUAD).unwrap();
        let pairs: Vec<_> = (0..20)
            .map(|n| Point::new(f64::from(n % 5) * 9.0, f64::from(n / 5) * 11.0))
            .map(|p| (p, map.apply(p)))
            .collect();
        let fitted = Homography::fit(&pairs).unwrap();
        assert!(pairs.iter().all(|(from, to)| fitted.apply(*from).distance(*to) < 1e-6));
    }

    #[test]
    fn then_is_one_after_the_other() {
        let map = Homography::scale(2.0, 2.0).then(&Homography::shift(1.0, 0.0));
        assert_eq!(map.apply(Point::new(3.0, 4.0)), Point::new(7.0, 8.0));
    }

    #[test]
    fn polygons_are_clipped_in_either_sense() {
        let square = Polygon::frame(10.0, 10.0);
        let mut other = Polygon::rectangle(5.0, -5.0, 10.0, 10.0);
        assert_eq!(square.clipped(&other).area(), 25.0);
        assert!((square.overlap(&other) - 25.0 / 175.0).abs() < 1e-12);
        other.0.reverse();
        assert_eq!(square.clipped(&other).area(), 25.0);
        assert_eq!(square.overlap(&square), 1.0);
        assert_eq!(square.overlap(&Polygon::rectangle(20.0, 0.0, 5.0, 5.0)), 0.0);
        assert_eq!(square.overlap(&Polygon::default()), 0.0);
    }
}
