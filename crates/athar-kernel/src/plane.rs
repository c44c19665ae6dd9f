//! A picture as hashing sees it: one number of brightness per pixel.

use crate::Orientation;
use std::fmt;

/// A plane of luma, 0.0 (black) to 255.0 (white), row by row without gaps.
#[derive(Clone, PartialEq)]
pub struct Plane {
    width: usize,
    height: usize,
    luma: Vec<f32>,
}

/// The samples handed over do not fill the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaneError {
    /// Columns asked for.
    pub width: usize,
    /// Rows asked for.
    pub height: usize,
    /// Samples given.
    pub samples: usize,
}

impl Plane {
    /// A plane from `width * height` samples, row-major.
    pub fn new(width: usize, height: usize, luma: Vec<f32>) -> Result<Self, PlaneError> {
        if width.checked_mul(height) != Some(luma.len()) {
            return Err(PlaneError { width, height, samples: luma.len() });
        }
        Ok(Self { width, height, luma })
    }

    /// A plane of `width * height` samples, each computed from its column and row.
    pub fn from_fn(width: usize, height: usize, mut f: impl FnMut(usize, usize) -> f32) -> Self {
        let luma = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, luma: luma.map(|(x, y)| f(x, y)).collect() }
    }

    /// A plane of samples that fill it.
    pub(crate) fn of_samples(width: usize, height: usize, luma: Vec<f32>) -> Self {
        debug_assert_eq!(width * height, luma.len());
        Self { width, height, luma }
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All samples, row-major.
    pub fn luma(&self) -> &[f32] {
        &self.luma
    }

    /// The samples of row `y`.
    #[inline]
    pub fn row(&self, y: usize) -> &[f32] {
        &self.luma[y * self.width..][..self.width]
    }

    /// The part of `width` columns and `height` rows after the first `left` columns and `top`
    /// rows; `None` where it reaches beyond the plane.
    pub fn cropped(&self, left: usize, top: usize, width: usize, height: usize) -> Option<Self> {
        let (right, bottom) = (left.checked_add(width)?, top.checked_add(height)?);
        if right > self.width || bottom > self.height {
            return None;
        }
        let mut luma = Vec::with_capacity(width * height);
        (top..bottom).for_each(|y| luma.extend_from_slice(&self.row(y)[left..right]));
        Some(Self { width, height, luma })
    }

    /// The plane after `orientation` was done to it.
    pub fn oriented(self, orientation: Orientation) -> Self {
        if orientation == Orientation::Rot0 {
            return self;
        }
        let (width, height) = match orientation.swaps_sides() {
            true => (self.height, self.width),
            false => (self.width, self.height),
        };
        Self::from_fn(width, height, |x, y| {
            let (from_x, from_y) = match orientation {
                Orientation::Rot0 => (x, y),
                Orientation::Rot90 => (y, self.height - 1 - x),
                Orientation::Rot180 => (self.width - 1 - x, self.height - 1 - y),
                Orientation::Rot270 => (self.width - 1 - y, x),
                Orientation::Mirror => (self.width - 1 - x, y),
                Orientation::MirrorRot90 => (self.width - 1 - y, self.height - 1 - x),
                Orientation::MirrorRot180 => (x, self.height - 1 - y),
                Orientation::MirrorRot270 => (y, x),
            };
            self.luma[from_y * self.width + from_x]
        })
    }
}

impl fmt::Debug for Plane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plane({} x {})", self.width, self.height)
    }
}

impl fmt::Display for PlaneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} samples do not fill {} x {}", self.samples, self.width, self.height)
    }
}

impl std::error::Error for PlaneError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(plane: &Plane) -> String {
        let mut text = String::new();
        for y in 0..plane.height() {
            text.extend(plane.row(y).iter().map(|&v| char::from(v as u8)));
            text.push('/');
        }
        text
    }

    #[test]
    fn each_orientation_lays_the_picture_as_its_name_says() {
        // a b c
        // d e f
        let plane = || Plane::from_fn(3, 2, |x, y| f32::from(b'a' + (y * 3 + x) as u8));
        let seen = Orientation::ALL.map(|o| letters(&plane().oriented(o)));
        assert_eq!(
            seen,
            [
                "abc/def/",
                "da/eb/fc/",
                "fed/cba/",
                "cf/be/ad/",
                "cba/fed/",
                "fc/eb/da/",
                "def/abc/",
                "ad/be/cf/",
            ]
        );
    }

    #[test]
    fn an_orientation_and_its_inverse_change_nothing() {
        let plane = Plane::from_fn(5, 3, |x, y| (x * 7 + y * 11) as f32);
        for o in Orientation::ALL {
            assert_eq!(plane.clone().oriented(o).oriented(o.inverse()), plane, "{o:?}");
            assert_eq!(Orientation::from_name(o.name()), Some(o));
        }
    }

    #[test]
    fn a_part_is_cut_out_and_never_more_than_there_is() {
        let plane = Plane::from_fn(4, 3, |x, y| f32::from(b'a' + (y * 4 + x) as u8));
        let part = |left, top, width, height| {
            plane.cropped(left, top, width, height).map(|part| letters(&part))
        };
        assert_eq!(part(1, 1, 2, 2).as_deref(), Some("fg/jk/"));
        assert_eq!(part(0, 0, 4, 3).as_deref(), Some("abcd/efgh/ijkl/"));
        assert_eq!(part(4, 3, 0, 0).as_deref(), Some(""));
        for (left, top, width, height) in [(3, 0, 2, 1), (0, 3, 1, 1), (usize::MAX, 0, 2, 1)] {
            assert_eq!(part(left, top, width, height), None);
        }
    }

    #[test]
    fn samples_must_fill_the_plane() {
        assert!(Plane::new(2, 2, vec![0.0; 4]).is_ok());
        assert!(Plane::new(2, 2, vec![0.0; 5]).is_err());
        assert!(Plane::new(usize::MAX, 2, vec![]).is_err());
    }
}
