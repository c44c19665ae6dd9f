//! PDQ's numbers: luma from RGB, the 64 x 64 grid of a picture, and the grid's spectrum, each
//! with the bits of the reference implementation.

mod axis;
mod dct;
mod filter;
#[cfg(test)]
mod naive;
mod scalar;
mod simd;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::level::Kind;
use crate::{Level, Plane};
use filter::Rows;
use scalar::Scalar;

/// Cells along a side of the grid.
pub const SIDE: usize = 64;
/// Coefficients kept along each axis of the spectrum.
pub const COEFFICIENTS: usize = 16;

/// 64 x 64 cells, row by row.
#[derive(Clone, PartialEq)]
pub struct Grid(pub [f32; SIDE * SIDE]);

/// 16 x 16 coefficients; vertical frequency `i + 1`, horizontal `j + 1` at `i * 16 + j`.
#[derive(Clone, PartialEq)]
pub struct Spectrum(pub [f32; COEFFICIENTS * COEFFICIENTS]);

/// The grid of a plane, both sides at least 5 and not both 64.
pub fn downsample(plane: &Plane, level: Level) -> Grid {
    run(&mut PlaneRows(plane), level)
}

/// The spectrum of a grid.
#[expect(unsafe_code, reason = "calls the level's kernel")]
pub fn dct(grid: &Grid, level: Level) -> Spectrum {
    match level.kind() {
        // SAFETY: a level is proof that the processor has it.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::dct_avx512(grid) },
        // SAFETY: a level is proof that the processor has it.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::dct_avx2(grid) },
        _ => dct::dct(Scalar, grid),
    }
}

#[expect(unsafe_code, reason = "calls the level's kernel")]
fn run(source: &mut impl Rows, level: Level) -> Grid {
    match level.kind() {
        // SAFETY: a level is proof that the processor has it.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::downsample_avx512(source) },
        // SAFETY: a level is proof that the processor has it.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::downsample_avx2(source) },
        _ => filter::downsample(Scalar, source),
    }
}

struct PlaneRows<'a>(&'a Plane);

impl Rows for PlaneRows<'_> {
    fn width(&self) -> usize {
        self.0.width()
    }
    fn height(&self) -> usize {
        self.0.height()
    }
    #[inline(always)]
    fn rows(&mut self, first: usize, count: usize) -> &[f32] {
        let width = self.0.width();
        &self.0.luma()[first.min(self.0.height()) * width..][..count * width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32) -> impl FnMut() -> u32 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        }
    }

    #[test]
    fn every_level_equals_the_naive_twin() {
        for (width, height) in [
            (5, 5),
            (7, 300),
            (63, 65),
            (128, 128),
            (129, 257),
            (512, 512),
            (513, 511),
            (600, 400),
            (1030, 777),
        ] {
            let mut next = noise(width as u32 * 7919 + height as u32);
            let plane = Plane::from_fn(width, height, |_, _| (next() % 255_001) as f32 / 1000.0);
            let grid = naive::downsample(plane.luma(), width, height);
            let spectrum = naive::dct(&grid);
            for level in Level::available() {
                let got = downsample(&plane, level);
                let wrong = (0..4096).find(|&k| got.0[k].to_bits() != grid.0[k].to_bits());
                assert_eq!(wrong, None, "{width} x {height} {level}");
                assert!(dct(&grid, level) == spectrum, "{width} x {height} {level}");
            }
        }
    }
}
