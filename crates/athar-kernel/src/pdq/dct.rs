//! Coefficients 1 to 16 along both axes of the grid's discrete cosine transform.
//!
//! Every coefficient is a sum of 64 products in ascending order, each product rounded before it
//! is added, as the reference computes it: the lanes are columns and never meet.

use super::simd::Simd;
use super::{COEFFICIENTS, Grid, SIDE, Spectrum};
use std::sync::LazyLock;

/// `basis(i, k)` at `i * 64 + k`, and the same transposed at `k * 16 + i`.
struct Basis {
    rows: [f32; COEFFICIENTS * SIDE],
    columns: [f32; COEFFICIENTS * SIDE],
}

static BASIS: LazyLock<Basis> = LazyLock::new(|| Basis {
    rows: std::array::from_fn(|n| basis(n / SIDE, n % SIDE)),
    columns: std::array::from_fn(|n| basis(n % COEFFICIENTS, n / COEFFICIENTS)),
});

/// `sqrt(2/64) * cos(pi/128 * m)` for m from 0 to 63 as the reference rounds it: the root to
/// single precision, the product in double precision, then to single. A table, because the
/// cosine of the platform's library is not the same everywhere.
#[rustfmt::skip]
const QUARTER_WAVE: [u32; 64] = [
    0x3e3504f3, 0x3e34f6fe, 0x3e34cd21, 0x3e348763, 0x3e3425ce, 0x3e33a872, 0x3e330f61, 0x3e325ab4,
    0x3e318a85, 0x3e309ef6, 0x3e2f982b, 0x3e2e764c, 0x3e2d3986, 0x3e2be20a, 0x3e2a700c, 0x3e28e3c6,
    0x3e273d74, 0x3e257d59, 0x3e23a3b9, 0x3e21b0dd, 0x3e1fa512, 0x3e1d80a8, 0x3e1b43f5, 0x3e18ef51,
    0x3e168317, 0x3e13ffa8, 0x3e116566, 0x3e0eb4b9, 0x3e0bee0a, 0x3e0911c7, 0x3e062061, 0x3e031a4c,
    0x3e000000, 0x3df9a3ed, 0x3df3215c, 0x3dec794d, 0x3de5acc6, 0x3ddebcd5, 0x3dd7aa8b, 0x3dd076ff,
    0x3dc9234e, 0x3dc1b098, 0x3dba2005, 0x3db272bd, 0x3daaa9f2, 0x3da2c6d5, 0x3d9aca9e, 0x3d92b689,
    0x3d8a8bd4, 0x3d824bc1, 0x3d73ef2f, 0x3d63213d, 0x3d523045, 0x3d411ee4, 0x3d2fefbb, 0x3d1ea570,
    0x3d0d42af, 0x3cf7944a, 0x3cd47d09, 0x3cb14504, 0x3c8df1a9, 0x3c5510d4, 0x3c0e1d7b, 0x3b8e2871,
];

/// Element `k` (0 to 63) of the basis wave of frequency `i + 1`, `i` from 0 to 15.
pub(super) fn basis(i: usize, k: usize) -> f32 {
    // The wave has a period of 256 steps and is even; an odd factor and one below 17 never make
    // an odd multiple of 64, where it would be zero.
    let m = (i + 1) * (2 * k + 1) % 256;
    match m.min(256 - m) {
        m if m < 64 => f32::from_bits(QUARTER_WAVE[m]),
        m => -f32::from_bits(QUARTER_WAVE[128 - m]),
    }
}

/// The transform over vectors of any width.
#[inline(always)]
pub(super) fn dct<S: Simd>(simd: S, grid: &Grid) -> Spectrum {
    let basis: &Basis = &BASIS;
    let mut half = [0.0f32; COEFFICIENTS * SIDE];
    for j in (0..SIDE).step_by(S::LANES) {
        for i in (0..COEFFICIENTS).step_by(8) {
            products(simd, &basis.rows[i * SIDE..], &grid.0[j..], SIDE, &mut half[i * SIDE + j..]);
        }
    }
    let mut both = [0.0f32; COEFFICIENTS * COEFFICIENTS];
    for j in (0..COEFFICIENTS).step_by(S::LANES) {
        for i in (0..COEFFICIENTS).step_by(8) {
            let to = &mut both[i * COEFFICIENTS + j..];
            products(simd, &half[i * SIDE..], &basis.columns[j..], COEFFICIENTS, to);
        }
    }
    Spectrum(both)
}

/// Eight rows of a matrix product, one vector wide: the rows of `left` are 64 long, those of
/// `right` and `to` are `stride` apart.
#[inline(always)]
fn products<S: Simd>(simd: S, left: &[f32], right: &[f32], stride: usize, to: &mut [f32]) {
    let rows: &[f32; 8 * SIDE] = left.first_chunk().expect("eight rows of 64");
    let mut sums = [simd.splat(0.0); 8];
    for k in 0..SIDE {
        let vector = simd.load(&right[k * stride..]);
        for (i, sum) in sums.iter_mut().enumerate() {
            let product = simd.mul(simd.splat(rows[i * SIDE + k]), vector);
            *sum = simd.add(*sum, product);
        }
    }
    for (i, sum) in sums.into_iter().enumerate() {
        simd.store(sum, &mut to[i * stride..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_reference_computes() {
        let scale = (2.0f64 / 64.0).sqrt() as f32;
        for i in 0..COEFFICIENTS {
            for k in 0..SIDE {
                let turn = std::f64::consts::PI / 2.0 / 64.0;
                let angle = turn * (i + 1) as f64 * (2 * k + 1) as f64;
                let expected = (f64::from(scale) * angle.cos()) as f32;
                assert_eq!(basis(i, k).to_bits(), expected.to_bits(), "{i} {k}");
            }
        }
    }
}
