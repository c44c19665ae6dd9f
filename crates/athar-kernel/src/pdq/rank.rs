//! Order among the coefficients of a spectrum, and how much there is to see in a grid.

use super::simd::Simd;
use super::{COEFFICIENTS, Grid, SIDE, Spectrum};
use crate::Code;

/// The lower median: the 128th smallest of the 256.
///
/// Found by halving the interval of all floats, in the order that their bits have once those of
/// negative ones are turned round; ties need no care.
#[inline(always)]
pub(super) fn median<S: Simd>(simd: S, spectrum: &Spectrum) -> f32 {
    let (mut low, mut high) = (key(f32::NEG_INFINITY), key(f32::INFINITY));
    while low < high {
        let middle = low + (high - low) / 2;
        match count_above(simd, spectrum, float(middle)) > spectrum.0.len() as u32 / 2 {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    float(low)
}

/// Bit `k` says whether coefficient `k` is greater than `threshold`.
#[inline(always)]
pub(super) fn above<S: Simd>(simd: S, spectrum: &Spectrum, threshold: f32) -> Code {
    let mut words = [0u64; 4];
    for at in (0..spectrum.0.len()).step_by(S::LANES) {
        let mask = simd.above(simd.load(&spectrum.0[at..]), simd.splat(threshold));
        words[at / 64] |= u64::from(mask) << (at % 64);
    }
    Code::from_words(words)
}

#[inline(always)]
fn count_above<S: Simd>(simd: S, spectrum: &Spectrum, threshold: f32) -> u32 {
    let threshold = simd.splat(threshold);
    let masks = (0..COEFFICIENTS * COEFFICIENTS)
        .step_by(S::LANES)
        .map(|at| simd.above(simd.load(&spectrum.0[at..]), threshold));
    masks.map(u32::count_ones).sum()
}

/// A number that orders as the float does.
fn key(value: f32) -> u32 {
    let bits = value.to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The float of a key.
fn float(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The reference's quality of a grid, 0 to 100: how many percent of the full range neighbouring
/// cells differ by, each difference cut to a whole number, all summed and divided by 90.
#[inline(always)]
pub(super) fn quality<S: Simd>(simd: S, grid: &Grid) -> u8 {
    let mut sum = simd.splat(0.0);
    for at in (0..(SIDE - 1) * SIDE).step_by(S::LANES) {
        let below = simd.load(&grid.0[at + SIDE..]);
        sum = simd.add(sum, percent(simd, simd.load(&grid.0[at..]), below));
    }
    // The last vector of a row has no right neighbour for its last lane: its own stands in.
    let mut shifted = [0.0; SIDE];
    for row in grid.0.chunks_exact(SIDE) {
        shifted[..SIDE - 1].copy_from_slice(&row[1..]);
        shifted[SIDE - 1] = row[SIDE - 1];
        for at in (0..SIDE).step_by(S::LANES) {
            let right = simd.load(&shifted[at..]);
            sum = simd.add(sum, percent(simd, simd.load(&row[at..]), right));
        }
    }
    let mut lanes = [0.0; 16];
    simd.store(sum, &mut lanes);
    // Whole numbers far below 2^24: every order of adding them is exact.
    let total: f32 = lanes.iter().sum();
    ((total as u32) / 90).min(100) as u8
}

/// `|trunc((a - b) * 100 / 255)|`
#[inline(always)]
fn percent<S: Simd>(simd: S, a: S::Vector, b: S::Vector) -> S::Vector {
    let hundredfold = simd.mul(simd.sub(a, b), simd.splat(100.0));
    simd.whole(simd.div(hundredfold, 255.0, 1.0 / 255.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_floats_do() {
        let floats = [f32::NEG_INFINITY, -2.5, -1e-30, 0.0, 1e-30, 7.0, f32::INFINITY];
        assert!(floats.map(key).is_sorted());
        assert_eq!(floats.map(|f| float(key(f))), floats);
    }
}
