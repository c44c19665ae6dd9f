//! The signs of weighted sums over a patch, over its mirror image, and over both upside down.
//!
//! A patch is read at places that a mirror at either axis takes to each other, four at a time:
//! `(x, y)`, `(x, -y)`, `(-x, y)` and `(-x, -y)`. Their four [`Parts`] are even or odd under each
//! of the mirrors, so a weighted sum over the mirrored patch has the same four terms with other
//! signs, and one set of weights gives the bits of four:
//!
//! ```text
//! word 0  as it is               ee + eo + oe + oo
//! word 1  y mirrored             ee - eo + oe - oo
//! word 2  x and y mirrored       ee - eo - oe + oo
//! word 3  x mirrored             ee + eo - oe - oo
//! ```
//!
//! So the code of the mirrored patch has the words 1, 0, 3, 2, exactly.

use crate::Code;
use crate::pdq::{Kernel, Simd};

/// Weighted sums, of which each gives four bits.
pub const GENERATORS: usize = 64;

/// Four values that mirrors take to each other, as their sums and differences: even in both
/// axes; odd in y; odd in x; odd in both.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts(pub [f32; 4]);

/// The weights of one [`Parts`] in each sum: by part, then by sum.
pub type Weights = [[f32; GENERATORS]; 4];

impl Parts {
    /// Of the values at `(x, y)`, `(x, -y)`, `(-x, y)` and `(-x, -y)`.
    #[inline]
    pub fn of([a, b, c, d]: [f32; 4]) -> Self {
        let (right, left) = (a + b, c + d);
        let (right_odd, left_odd) = (a - b, c - d);
        Self([right + left, right_odd + left_odd, right - left, right_odd - left_odd])
    }
}

pub(super) struct Project<'a> {
    pub parts: &'a [Parts],
    pub weights: &'a [Weights],
}

impl Kernel for Project<'_> {
    type Output = Code;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Code {
        let mut sums = [[0.0f32; GENERATORS]; 4];
        for (part, sums) in sums.iter_mut().enumerate() {
            for (at, sums) in sums.chunks_exact_mut(BLOCK).enumerate() {
                add(simd, self.parts, self.weights, (part, at * BLOCK), sums);
            }
        }
        let [ee, eo, oe, oo] = &sums;
        let mut words = [0u64; 4];
        for k in 0..GENERATORS {
            let (even, odd) = (ee[k] + oe[k], eo[k] + oo[k]);
            let (even_turned, odd_turned) = (ee[k] - oe[k], oo[k] - eo[k]);
            let turned = even_turned + odd_turned;
            let bits = [even + odd, even - odd, turned, even_turned - odd_turned];
            for (word, sum) in words.iter_mut().zip(bits) {
                *word |= u64::from(sum > 0.0) << k;
            }
        }
        Code::from_words(words)
    }
}

/// Sums that are held at once, in as many registers as they need.
const BLOCK: usize = 32;

/// One part of a block of sums.
#[inline(always)]
fn add<S: Simd>(
    simd: S,
    parts: &[Parts],
    weights: &[Weights],
    (part, first): (usize, usize),
    to: &mut [f32],
) {
    let mut sums = [simd.splat(0.0); BLOCK];
    let vectors = BLOCK / S::LANES;
    for (parts, weights) in parts.iter().zip(weights) {
        let value = simd.splat(parts.0[part]);
        let weights = &weights[part][first..first + BLOCK];
        for (k, sum) in sums.iter_mut().enumerate().take(vectors) {
            let term = simd.mul(value, simd.load(&weights[k * S::LANES..]));
            *sum = simd.add(*sum, term);
        }
    }
    for (sum, to) in sums.into_iter().zip(to.chunks_exact_mut(S::LANES)) {
        simd.store(sum, to);
    }
}
