//! The vector of a processor of which nothing is known: four plain floats.

use super::simd::Simd;
use std::cell::Cell;

/// Four floats in an array; the compiler makes of it what it can.
#[derive(Clone, Copy)]
pub(super) struct Scalar;

impl Simd for Scalar {
    const LANES: usize = 4;
    type Vector = [f32; 4];

    #[inline(always)]
    fn splat(self, value: f32) -> [f32; 4] {
        [value; 4]
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> [f32; 4] {
        [from[0], from[1], from[2], from[3]]
    }

    #[inline(always)]
    fn load_cells(self, from: &[Cell<f32>]) -> [f32; 4] {
        [from[0].get(), from[1].get(), from[2].get(), from[3].get()]
    }

    #[inline(always)]
    fn store_cells(self, vector: [f32; 4], to: &[Cell<f32>]) {
        for (cell, value) in to[..4].iter().zip(vector) {
            cell.set(value);
        }
    }

    #[inline(always)]
    fn load_transposed(self, from: &[f32], stride: usize) -> [[f32; 4]; 4] {
        let runs: [[f32; 4]; 4] = std::array::from_fn(|k| self.load(&from[k * stride..]));
        std::array::from_fn(|i| std::array::from_fn(|k| runs[k][i]))
    }

    #[inline(always)]
    fn add(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|i| a[i] + b[i])
    }

    #[inline(always)]
    fn sub(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|i| a[i] - b[i])
    }

    #[inline(always)]
    fn mul(self, a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
        std::array::from_fn(|i| a[i] * b[i])
    }

    #[inline(always)]
    fn div(self, a: [f32; 4], divisor: f32, _reciprocal: f32) -> [f32; 4] {
        if divisor == 0.0 { [0.0; 4] } else { std::array::from_fn(|i| a[i] / divisor) }
    }

    #[inline(always)]
    fn whole(self, a: [f32; 4]) -> [f32; 4] {
        a.map(|a| a.abs().trunc())
    }

    #[inline(always)]
    fn above(self, a: [f32; 4], b: [f32; 4]) -> u32 {
        (0..4).fold(0, |mask, i| mask | u32::from(a[i] > b[i]) << i)
    }
}
