//! Luma of 8-bit RGB.
//!
//! The reference's Python package computes 0.299 R + 0.587 G + 0.114 B in double precision and
//! rounds to single. The double's error is far below the gap between a thousandth and the
//! nearest tie of two singles, so the result is the correctly rounded
//! (299 R + 587 G + 114 B) / 1000: whole numbers below 2^24 and one division.

use super::filter::Rows;
use super::simd::Simd;

/// Rows of a picture whose bytes are R, G, B, pixel after pixel.
pub(super) struct RgbRows<'a> {
    pub width: usize,
    pub height: usize,
    /// `3 * width * height` bytes.
    pub rgb: &'a [u8],
}

impl Rows for RgbRows<'_> {
    fn width(&self) -> usize {
        self.width
    }

    fn height(&self) -> usize {
        self.height
    }

    #[inline(always)]
    fn copy<S: Simd>(&self, _: S, x: usize, y: usize, to: &mut [f32]) {
        convert(&self.rgb[3 * (y * self.width + x)..][..3 * to.len()], to);
    }
}

/// Writes the luma of as many pixels as `rgb` has.
#[inline(always)]
pub(super) fn convert(rgb: &[u8], luma: &mut [f32]) {
    for (pixel, luma) in rgb.as_chunks().0.iter().zip(luma) {
        *luma = of(*pixel);
    }
}

#[inline(always)]
fn of([r, g, b]: [u8; 3]) -> f32 {
    let thousandfold = 299 * i32::from(r) + 587 * i32::from(g) + 114 * i32::from(b);
    thousandfold as f32 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_is_that_of_the_reference_for_every_colour() {
        for r in 0..=255u8 {
            for g in 0..=255u8 {
                for b in 0..=255u8 {
                    let [x, y, z] = [r, g, b].map(f64::from);
                    let expected = (x * 0.299 + y * 0.587 + z * 0.114) as f32;
                    assert!(of([r, g, b]).to_bits() == expected.to_bits(), "{r} {g} {b}");
                }
            }
        }
    }
}
