//! What the filter and the transform ask of a processor: a vector of `LANES` floats.
//!
//! A value of an implementing type is the proof that the processor has the instructions, so the
//! operations are safe to call. Each rounds once, as IEEE 754 says; nothing fuses a product with
//! a sum and nothing re-orders one, which is why all implementations give the same bits.

use std::cell::Cell;

/// Operations on vectors of `LANES` floats.
pub(crate) trait Simd: Copy {
    /// Floats in a vector.
    const LANES: usize;
    /// A vector.
    type Vector: Copy;

    /// All lanes the same.
    fn splat(self, value: f32) -> Self::Vector;
    /// The first `LANES` floats of `from`.
    fn load(self, from: &[f32]) -> Self::Vector;
    /// As `load`, where others may write meanwhile.
    fn load_cells(self, from: &[Cell<f32>]) -> Self::Vector;
    /// As `store`, where others may read meanwhile.
    fn store_cells(self, vector: Self::Vector, to: &[Cell<f32>]);
    /// Into the first `LANES` floats of `to`.
    #[inline(always)]
    fn store(self, vector: Self::Vector, to: &mut [f32]) {
        self.store_cells(vector, Cell::from_mut(to).as_slice_of_cells());
    }
    /// Four vectors: vector `i` holds element `i` of each of `LANES` runs, and run `k` starts at
    /// `from[k * stride]`.
    fn load_transposed(self, from: &[f32], stride: usize) -> [Self::Vector; 4];
    /// `a + b`
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a - b`
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a * b`
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a / divisor`, correctly rounded, where `divisor` is a whole number from 1 to 1000 and
    /// `reciprocal` its correctly rounded reciprocal; 0 where both are 0.
    fn div(self, a: Self::Vector, divisor: f32, reciprocal: f32) -> Self::Vector;
    /// `|a|` cut to a whole number.
    fn whole(self, a: Self::Vector) -> Self::Vector;
    /// Bit `i` says whether `a > b` in lane `i`.
    fn above(self, a: Self::Vector, b: Self::Vector) -> u32;
    /// `from[places[i]]` in lane `i`, of the first `2 * LANES` of `from`, where the processor does
    /// that at once.
    #[inline(always)]
    fn pick(self, _from: &[f32], _places: &[u32]) -> Option<Self::Vector> {
        None
    }
}

/// Something to be done with the vectors of one level, its `run` inlined into that level's
/// function.
pub(crate) trait Kernel {
    /// What it gives.
    type Output;
    /// Does it.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}
