//! What of one picture is seen in the other.

use crate::motion::{Motion, Point};

/// A convex polygon, clockwise as it is seen, in the pixels of its picture.
pub type Polygon = Vec<Point>;

/// The corners of a picture of so many pixels, from the upper left one on.
pub fn frame(width_px: u32, height_px: u32) -> Polygon {
    let (right, low) = (f64::from(width_px), f64::from(height_px));
    vec![[0.0, 0.0], [right, 0.0], [right, low], [0.0, low]]
}

/// The part of the polygon `inside` (both convex, clockwise) that lies in `of`; empty when they
/// are apart (Sutherland and Hodgman, "Reentrant polygon clipping", 1974).
pub fn intersection(of: &[Point], inside: &[Point]) -> Polygon {
    let mut left = of.to_vec();
    for (k, &from) in inside.iter().enumerate() {
        let to = inside[(k + 1) % inside.len()];
        left = clip(&left, from, to);
    }
    left
}

/// The part of a polygon that lies to the right of the way from one point to another.
fn clip(polygon: &[Point], from: Point, to: Point) -> Polygon {
    let side =
        |p: Point| (to[0] - from[0]) * (p[1] - from[1]) - (to[1] - from[1]) * (p[0] - from[0]);
    let mut kept = Vec::with_capacity(polygon.len() + 1);
    for (k, &p) in polygon.iter().enumerate() {
        let next = polygon[(k + 1) % polygon.len()];
        let (here, there) = (side(p), side(next));
        if here >= 0.0 {
            kept.push(p);
        }
        if (here > 0.0 && there < 0.0) || (here < 0.0 && there > 0.0) {
            let share = here / (here - there);
            kept.push([p[0] + share * (next[0] - p[0]), p[1] + share * (next[1] - p[1])]);
        }
    }
    kept
}

/// The area of a polygon in pixels.
pub fn area(polygon: &[Point]) -> f64 {
    let cross = |k: usize| {
        let ([ax, ay], [bx, by]) = (polygon[k], polygon[(k + 1) % polygon.len()]);
        ax * by - bx * ay
    };
    (0..polygon.len()).map(cross).sum::<f64>().abs() / 2.0
}

/// The share of a picture of this size that a polygon in it takes.
pub fn share(polygon: &[Point], (width_px, height_px): (u32, u32)) -> f64 {
    area(polygon) / (f64::from(width_px) * f64::from(height_px)).max(1.0)
}

/// The mean of a polygon's corners; `None` when it has none.
pub fn middle(polygon: &[Point]) -> Option<Point> {
    let sum = polygon.iter().fold([0.0; 2], |sum, p| [sum[0] + p[0], sum[1] + p[1]]);
    (!polygon.is_empty()).then(|| sum.map(|value| value / polygon.len() as f64))
}

/// Where a polygon comes to lie, clockwise again if it is mirrored; `None` when part of it goes
/// behind the horizon.
pub fn moved(polygon: &[Point], motion: &Motion) -> Option<Polygon> {
    let mut moved: Polygon = polygon.iter().map(|&p| motion.apply(p)).collect::<Option<_>>()?;
    let turns = |a: Point, b: Point, c: Point| {
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    };
    if moved.len() >= 3 && turns(moved[0], moved[1], moved[2]) < 0.0 {
        moved.reverse();
    }
    Some(moved)
}

/// The parts of two pictures that show the same, by the motion that takes the stored picture to
/// the query's: in the query's pixels, clockwise, and in the stored picture's, corner by corner
/// the same points.
pub fn common(
    motion: &Motion,
    query_px: (u32, u32),
    stored_px: (u32, u32),
) -> Option<(Polygon, Polygon)> {
    let back = motion.inverse()?;
    let (query, stored) = (frame(query_px.0, query_px.1), frame(stored_px.0, stored_px.1));
    // A query that goes beyond the horizon of the stored picture's plane is first cut down to
    // where the stored picture lies, which is all that is wanted of it.
    let in_query = intersection(&moved(&stored, motion)?, &query);
    let (right, low) = (f64::from(stored_px.0), f64::from(stored_px.1));
    let corner = |&p: &Point| back.apply(p).map(|[x, y]| [x.clamp(0.0, right), y.clamp(0.0, low)]);
    let in_stored = in_query.iter().map(corner).collect::<Option<_>>()?;
    Some((in_query, in_stored))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Frame;

    fn shift(x: f64, y: f64, scale: f64, mirrored: bool) -> Motion {
        let from = Frame { at: [0.0, 0.0], scale: 1.0, angle: 0.0 };
        Motion::between(&from, &Frame { at: [x, y], scale, angle: 0.0 }, mirrored)
    }

    #[test]
    fn a_picture_in_a_screenshot_is_all_of_one_and_a_part_of_the_other() {
        let motion = shift(100.0, 300.0, 0.5, false);
        let (in_query, in_stored) = common(&motion, (1080, 1920), (640, 480)).unwrap();
        assert!((area(&in_query) - 320.0 * 240.0).abs() < 1e-6);
        assert!((area(&in_stored) - 640.0 * 480.0).abs() < 1e-6);
        assert!((in_query[0][0] - 100.0).abs() < 1e-9, "{in_query:?}");
    }

    #[test]
    fn a_crop_is_a_part_of_the_stored_picture() {
        let motion = shift(-200.0, -100.0, 2.0, false);
        let (in_query, in_stored) = common(&motion, (400, 300), (640, 480)).unwrap();
        assert!((area(&in_query) - 400.0 * 300.0).abs() < 1e-6);
        assert!((area(&in_stored) - 200.0 * 150.0).abs() < 1e-6);
    }

    #[test]
    fn a_mirrored_picture_keeps_its_area() {
        let motion = shift(0.0, 480.0, 1.0, true);
        let (in_query, in_stored) = common(&motion, (640, 480), (640, 480)).unwrap();
        assert!((area(&in_query) - 640.0 * 480.0).abs() < 1e-6);
        assert!((area(&in_stored) - 640.0 * 480.0).abs() < 1e-6);
    }

    #[test]
    fn pictures_that_lie_apart_share_nothing() {
        let (in_query, in_stored) =
            common(&shift(900.0, 0.0, 1.0, false), (640, 480), (640, 480)).unwrap();
        assert_eq!((area(&in_query), area(&in_stored)), (0.0, 0.0));
    }
}
