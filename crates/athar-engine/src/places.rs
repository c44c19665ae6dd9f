//! Landmarks in the pixels of the picture as a person sees it, and as the ledger keeps their
//! places.
//!
//! A place is eight bytes, four numbers of 16 bits, little endian:
//!
//! ```text
//!  0        2        4        6        8
//!  ├────────┼────────┼────────┼────────┤
//!  │   x    │   y    │ scale  │ angle  │
//!  └────────┴────────┴────────┴────────┘
//! ```
//!
//! `x` and `y` are shares of the picture's width and height, 65535 for the whole; `scale` is the
//! binary logarithm of a width in pixels, from 1/16 px on, in steps of 1/2048; `angle` is a share
//! of a full turn, 65536 for the whole, clockwise from the x axis. The places of a picture stand
//! one behind the other in the order of its codes. The format goes with the scheme's version.

use crate::motion::{Frame, Point};
use crate::policy::{LANDMARK_RADIUS, LANDMARK_REPEATS};
use athar_hash::{Area, Landmark};
use athar_kernel::Code;
use std::f64::consts::TAU;

/// Bytes of one place.
const PLACE_BYTES: usize = 8;

/// What `scale` counts from: the binary logarithm of 1/16 px.
const LEAST_SCALE_LOG2: f64 = -4.0;

const SCALE_STEPS: f64 = 2048.0;

/// A landmark in its picture's own pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// What it looks like.
    pub code: Code,
    /// Where it is, how large, and where it points.
    pub frame: Frame,
}

/// Landmarks that were found in a plane, in the pixels of the picture it was made of.
pub(crate) fn spots(
    landmarks: &[Landmark],
    plane_px: (usize, usize),
    picture_px: (u32, u32),
) -> Vec<Spot> {
    let step_x = f64::from(picture_px.0) / plane_px.0 as f64;
    let step_y = f64::from(picture_px.1) / plane_px.1 as f64;
    let spot = |landmark: &Landmark| {
        let place = &landmark.place;
        let at = [(f64::from(place.x_px) + 0.5) * step_x, (f64::from(place.y_px) + 0.5) * step_y];
        let scale = f64::from(place.scale_px) * (step_x * step_y).sqrt();
        Spot { code: landmark.code, frame: Frame { at, scale, angle: place.angle_rad.into() } }
    };
    landmarks.iter().map(spot).collect()
}

/// Puts those that look like many others of their own picture last, and says how many come before
/// them: what stands all along an edge or on every key tells nothing.
pub(crate) fn repeats_last(spots: &mut Vec<Spot>) -> usize {
    let looks_like = |a: &Spot, b: &Spot| LANDMARK_RADIUS.covers(a.code.distance(&b.code));
    let is_repeated = |spot: &Spot| {
        let others = spots.iter().filter(|other| looks_like(spot, other));
        // It looks like itself.
        others.take(LANDMARK_REPEATS + 2).count() > LANDMARK_REPEATS + 1
    };
    let (repeated, distinct): (Vec<_>, Vec<_>) =
        spots.iter().copied().partition(|spot| is_repeated(spot));
    let count = distinct.len();
    *spots = [distinct, repeated].concat();
    count
}

/// The places as they are stored.
pub(crate) fn to_bytes(spots: &[Spot], picture_px: (u32, u32)) -> Vec<u8> {
    let place = |spot: &Spot| place_bytes(&spot.frame, picture_px);
    spots.iter().flat_map(place).collect()
}

/// Landmarks from their codes and stored places; `None` when there are not as many of one as of
/// the other.
pub(crate) fn from_bytes(
    codes: &[Code],
    bytes: &[u8],
    picture_px: (u32, u32),
) -> Option<Vec<Spot>> {
    let (places, rest) = bytes.as_chunks::<PLACE_BYTES>();
    let spot = |(code, place): (&Code, _)| Spot { code: *code, frame: place_of(place, picture_px) };
    (places.len() == codes.len() && rest.is_empty())
        .then(|| codes.iter().zip(places).map(spot).collect())
}

fn place_bytes(frame: &Frame, (width_px, height_px): (u32, u32)) -> [u8; PLACE_BYTES] {
    let whole = f64::from(u16::MAX);
    // Casts of floating point numbers saturate.
    let x = (frame.at[0] / f64::from(width_px) * whole).round() as u16;
    let y = (frame.at[1] / f64::from(height_px) * whole).round() as u16;
    let scale = ((frame.scale.log2() - LEAST_SCALE_LOG2) * SCALE_STEPS).round() as u16;
    let turn = (frame.angle / TAU).rem_euclid(1.0);
    let angle = (turn * 65536.0).round() as u32 as u16;
    let mut bytes = [0; PLACE_BYTES];
    for (to, value) in bytes.chunks_exact_mut(2).zip([x, y, scale, angle]) {
        to.copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

fn place_of(bytes: &[u8; PLACE_BYTES], (width_px, height_px): (u32, u32)) -> Frame {
    let value = |at: usize| f64::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let whole = f64::from(u16::MAX);
    Frame {
        at: [value(0) / whole * f64::from(width_px), value(2) / whole * f64::from(height_px)],
        scale: (value(4) / SCALE_STEPS + LEAST_SCALE_LOG2).exp2(),
        angle: value(6) / 65536.0 * TAU,
    }
}

/// A frame in a picture, in its pixels: the whole of it, or what is left without its surroundings.
/// It is stored as these four numbers of 32 bits, little endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub left_px: u32,
    pub top_px: u32,
    pub width_px: u32,
    pub height_px: u32,
}

impl Extent {
    /// Bytes of one extent.
    const BYTES: usize = 16;

    /// All of a picture.
    pub(crate) fn whole((width_px, height_px): (u32, u32)) -> Self {
        Self { left_px: 0, top_px: 0, width_px, height_px }
    }

    /// The part of a plane, in the pixels of the picture it was made of.
    pub(crate) fn of_area(area: &Area, plane_px: (usize, usize), picture_px: (u32, u32)) -> Self {
        let scaled = |at: u32, plane: usize, picture: u32| {
            (f64::from(at) * f64::from(picture) / plane as f64).round() as u32
        };
        let left_px = scaled(area.left_px, plane_px.0, picture_px.0);
        let top_px = scaled(area.top_px, plane_px.1, picture_px.1);
        let right_px = scaled(area.left_px + area.width_px, plane_px.0, picture_px.0);
        let bottom_px = scaled(area.top_px + area.height_px, plane_px.1, picture_px.1);
        Self { left_px, top_px, width_px: right_px - left_px, height_px: bottom_px - top_px }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let values = [self.left_px, self.top_px, self.width_px, self.height_px];
        for (to, value) in bytes.chunks_exact_mut(4).zip(values) {
            to.copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// The extent at a place in a row of them.
    pub(crate) fn from_row(bytes: &[u8], position: usize) -> Option<Self> {
        let bytes = bytes.as_chunks::<{ Self::BYTES }>().0.get(position)?;
        let value = |at: usize| Some(u32::from_le_bytes(*bytes[at..].first_chunk()?));
        Some(Self {
            left_px: value(0)?,
            top_px: value(4)?,
            width_px: value(8)?,
            height_px: value(12)?,
        })
    }

    /// The share of a picture that it takes, 0 to 1.
    pub(crate) fn share(&self, (width_px, height_px): (u32, u32)) -> f64 {
        let area = |width: u32, height: u32| f64::from(width) * f64::from(height);
        area(self.width_px, self.height_px) / area(width_px, height_px).max(1.0)
    }

    /// A point in it, given as shares of its width and height.
    pub(crate) fn point(&self, [x, y]: Point) -> Point {
        [
            f64::from(self.left_px) + x * f64::from(self.width_px),
            f64::from(self.top_px) + y * f64::from(self.height_px),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_as_it_was_stored() {
        let size = (4000, 3000);
        let frames = [(0.0, 0.0, 1.0, 0.0), (3999.5, 12.25, 1.6, 3.1), (17.0, 2999.0, 400.0, -2.9)];
        let spots: Vec<Spot> = frames
            .map(|(x, y, scale, angle)| Spot {
                code: Code::from_words([x as u64, 2, 3, 4]),
                frame: Frame { at: [x, y], scale, angle },
            })
            .into();
        let codes: Vec<Code> = spots.iter().map(|spot| spot.code).collect();
        let back = from_bytes(&codes, &to_bytes(&spots, size), size).unwrap();
        for (spot, back) in spots.iter().zip(&back) {
            let (a, b) = (&spot.frame, &back.frame);
            assert_eq!(spot.code, back.code);
            assert!((a.at[0] - b.at[0]).hypot(a.at[1] - b.at[1]) < 0.05);
            assert!((a.scale / b.scale).ln().abs() < 1e-3);
            assert!((a.angle - b.angle).sin().abs() < 1e-4 && (a.angle - b.angle).cos() > 0.0);
        }
    }

    #[test]
    fn what_is_seen_many_times_in_one_picture_comes_last() {
        let frame = Frame { at: [1.0, 1.0], scale: 1.0, angle: 0.0 };
        let spot = |words| Spot { code: Code::from_words(words), frame };
        let key = |n: u64| spot([1 << n, 0, 0, 0]);
        let face = spot([!0, 0, !0, 0]);
        let mut spots: Vec<Spot> = (0..LANDMARK_REPEATS as u64 + 2).map(key).collect();
        spots.insert(3, face);
        assert_eq!(repeats_last(&mut spots), 1);
        assert_eq!(spots[0], face);
        spots.truncate(LANDMARK_REPEATS + 2);
        assert_eq!(repeats_last(&mut spots), LANDMARK_REPEATS + 2);
    }

    #[test]
    fn an_extent_comes_back_from_its_place_in_the_row() {
        let area = Area { left_px: 10, top_px: 0, width_px: 80, height_px: 50 };
        let extent = Extent::of_area(&area, (100, 50), (1000, 500));
        assert_eq!(extent, Extent { left_px: 100, top_px: 0, width_px: 800, height_px: 500 });
        assert_eq!(extent.share((1000, 500)), 0.8);
        assert_eq!(extent.point([0.5, 1.0]), [500.0, 500.0]);
        let row = [Extent::whole((1000, 500)).to_bytes(), extent.to_bytes()].concat();
        assert_eq!(Extent::from_row(&row, 1), Some(extent));
        assert_eq!(Extent::from_row(&row, 2), None);
        assert_eq!(Extent::from_row(&row[..20], 1), None);
    }

    #[test]
    fn places_that_do_not_fit_their_codes_are_none() {
        let codes = [Code::from_words([0; 4]); 2];
        assert!(from_bytes(&codes, &[0; 16], (10, 10)).is_some());
        for bytes in [0, 8, 15, 17, 24] {
            assert!(from_bytes(&codes, &vec![0; bytes], (10, 10)).is_none(), "{bytes} bytes");
        }
    }
}
