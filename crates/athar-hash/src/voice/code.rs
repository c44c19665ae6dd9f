//! From a window's modulation to the signs that are its code.
//!
//! First the learned directions, then the fixed mixture of them that spreads few numbers over many
//! signs. Every sum has one order, so the same numbers give the same signs on every processor.

use super::bands::BANDS;
use super::modulation::{Modulation, WAVES};
use super::table;
use athar_kernel::Code;

/// Sums of the modulation in which strangers differ and copies do not.
pub const DIRECTIONS: usize = 40;

/// Numbers of a modulation.
pub const NUMBERS: usize = WAVES * BANDS;

/// The tables as the loops want them.
pub(super) struct Signs {
    directions: Vec<[f32; DIRECTIONS]>,
    mixture: Vec<[f32; Code::BITS]>,
}

impl Signs {
    pub(super) fn new() -> Self {
        Self {
            directions: table::DIRECTIONS.iter().map(|row| row.map(f32::from)).collect(),
            mixture: table::MIXTURE.iter().map(|row| row.map(f32::from)).collect(),
        }
    }

    pub(super) fn code(&self, modulation: &Modulation) -> Code {
        let mut along = [0.0f32; DIRECTIONS];
        for (number, weights) in modulation.iter().flatten().zip(&self.directions) {
            for (sum, weight) in along.iter_mut().zip(weights) {
                *sum += number * weight;
            }
        }
        let mut sums = [0.0f32; Code::BITS];
        for (number, weights) in along.iter().zip(&self.mixture) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += number * weight;
            }
        }
        Code::from_words(std::array::from_fn(|word| {
            let signs = sums[64 * word..][..64].iter().enumerate();
            signs.fold(0, |bits, (bit, sum)| bits | u64::from(*sum > 0.0) << bit)
        }))
    }
}
