//! The vector of a processor of which nothing is known: four plain floats.

use super::simd::Simd;

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
    fn store(self, vector: [f32; 4], to: &mut [f32]) {
        to[..4].copy_from_slice(&vector);
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
}
