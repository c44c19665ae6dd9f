//! Chooses the sums whose signs are the code: random ones along good directions, measured on the
//! pairs, taken greedily.
//!
//! A sum is good when its sign, and those of its three mirror images, seldom differ between the
//! patches of a pair, and do not go together with the signs that were chosen before. Those that
//! were chosen are put into the order of [`order`](crate::order).

use crate::ORBITS;
use crate::directions::Direction;
use crate::order::{Together, order};
use crate::pairs::Pair;
use crate::random::Random;
use athar_kernel::scale::GENERATORS;

/// Directions of a sum.
const DIRECTIONS: usize = 52;

/// Sums to choose from.
const CANDIDATES: usize = 3000;

/// Pairs on which a candidate is measured.
const MEASURED: usize = 6000;

/// How much a correlation with what is there already counts, squared, against a share of signs
/// that differ within pairs.
const CORRELATION_COSTS: f64 = 1.5;

pub struct Chosen {
    /// By sum; by orbit; by part.
    pub weights: Vec<[[i8; 4]; ORBITS]>,
    flips: f64,
    correlation: f64,
}

impl Chosen {
    /// Sums of which nothing was measured.
    #[cfg(test)]
    pub fn of_weights(weights: Vec<[[i8; 4]; ORBITS]>) -> Self {
        Self { weights, flips: 0.0, correlation: 0.0 }
    }

    pub fn summary(&self) -> String {
        let (flips, correlation) = (100.0 * self.flips, self.correlation);
        format!(
            "{flips:.1} % of signs differ within pairs, mean square correlation {correlation:.4}"
        )
    }
}

pub fn choose(pairs: &[Pair], directions: &[Direction]) -> Chosen {
    let mut random = Random::new(99);
    let measured = some_of(pairs);
    let mut candidates: Vec<Candidate> = (0..CANDIDATES)
        .map(|_| Candidate::measure(sum(directions, &mut random), &measured))
        .collect();
    let mut chosen: Vec<Candidate> = Vec::new();
    while chosen.len() < GENERATORS {
        let best = (0..candidates.len())
            .min_by(|&a, &b| candidates[a].cost().total_cmp(&candidates[b].cost()));
        let Some(best) = best else { break };
        let best = candidates.swap_remove(best);
        for other in &mut candidates {
            other.crowding += best.signs_agree(other);
        }
        chosen.push(best);
    }
    let count = chosen.len() as f64;
    Chosen {
        flips: chosen.iter().map(|c| c.flips).sum::<f64>() / count,
        correlation: chosen.iter().map(|c| c.crowding).sum::<f64>() / (2.0 * count * count),
        weights: in_order(&chosen).map(|k| chosen[k].weights).collect(),
    }
}

/// The order in which sums that were chosen before should stand, by their numbers.
pub fn order_of(weights: &[[[i8; 4]; ORBITS]], pairs: &[Pair]) -> Vec<usize> {
    let measured = some_of(pairs);
    let measure = |weights: &[[i8; 4]; ORBITS]| Candidate::measure(*weights, &measured);
    in_order(&weights.iter().map(measure).collect::<Vec<_>>()).collect()
}

fn some_of(pairs: &[Pair]) -> Vec<&Pair> {
    let step = pairs.len().div_ceil(MEASURED).max(1);
    pairs.iter().step_by(step).collect()
}

fn in_order(chosen: &[Candidate]) -> impl Iterator<Item = usize> + use<> {
    let mut together: Box<Together> = Box::new([[0.0; GENERATORS]; GENERATORS]);
    for (row, a) in together.iter_mut().zip(chosen) {
        for (both, b) in row.iter_mut().zip(chosen) {
            *both = a.goes_with(b);
        }
    }
    let count = chosen.len();
    order(&together).into_iter().filter(move |&k| k < count)
}

/// A random sum: the better a direction, the more of it.
fn sum(directions: &[Direction], random: &mut Random) -> [[i8; 4]; ORBITS] {
    let mut weights = [[0.0; 4]; ORBITS];
    let best = directions.first().map_or(1.0, |direction| direction.ratio);
    for direction in directions.iter().take(DIRECTIONS) {
        let share = random.normal() * ((direction.ratio - 1.0) / best).max(0.0).powf(0.25);
        for (weights, along) in weights.iter_mut().zip(&direction.weights) {
            weights[direction.part] += share * along;
        }
    }
    whole(&weights)
}

/// As whole numbers up to 127, of which those that see brightness have the sum 0.
fn whole(weights: &[[f64; 4]; ORBITS]) -> [[i8; 4]; ORBITS] {
    let most = weights.iter().flatten().fold(0.0f64, |most, weight| most.max(weight.abs()));
    let mut whole = weights.map(|parts| parts.map(|weight| (weight * 120.0 / most).round() as i8));
    let mut excess: i32 = whole.iter().map(|parts| i32::from(parts[0])).sum();
    for k in 0..8 * ORBITS {
        whole[k % ORBITS][0] -= excess.signum() as i8;
        excess -= excess.signum();
    }
    whole
}

struct Candidate {
    weights: [[i8; 4]; ORBITS],
    /// The share of signs that differ within pairs, of it and its mirror images.
    flips: f64,
    /// Of it and its mirror images, the sign for each pair's first patch.
    signs: [Vec<u64>; 4],
    pairs: usize,
    /// Squared correlations with the signs that were chosen, and among its own.
    crowding: f64,
}

impl Candidate {
    fn measure(weights: [[i8; 4]; ORBITS], pairs: &[&Pair]) -> Self {
        let mut signs: [Vec<u64>; 4] = std::array::from_fn(|_| vec![0; pairs.len().div_ceil(64)]);
        let mut flips = 0u32;
        for (k, pair) in pairs.iter().enumerate() {
            let (before, after) = (four(&weights, &pair.before), four(&weights, &pair.after));
            flips += before.iter().zip(&after).map(|(a, b)| u32::from(a != b)).sum::<u32>();
            for (signs, sign) in signs.iter_mut().zip(before) {
                signs[k / 64] |= u64::from(sign) << (k % 64);
            }
        }
        let mut candidate = Self {
            weights,
            flips: f64::from(flips) / (4 * pairs.len()) as f64,
            signs,
            pairs: pairs.len(),
            crowding: 0.0,
        };
        // With itself it has four; what is more lies in its mirror images.
        candidate.crowding = candidate.signs_agree(&candidate) - 1.0;
        candidate
    }

    /// The sum of the squared correlations of its first sign with the four of another.
    fn signs_agree(&self, other: &Self) -> f64 {
        other.signs.iter().map(|signs| self.square(&self.signs[0], signs)).sum()
    }

    /// The sum of the squared correlations of its signs with another's in the same words.
    fn goes_with(&self, other: &Self) -> f64 {
        let words = self.signs.iter().zip(&other.signs);
        words.map(|(own, other)| self.square(own, other)).sum()
    }

    /// The squared correlation of two signs.
    fn square(&self, a: &[u64], b: &[u64]) -> f64 {
        let differ: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
        (1.0 - 2.0 * f64::from(differ) / self.pairs as f64).powi(2)
    }

    fn cost(&self) -> f64 {
        self.flips + CORRELATION_COSTS * self.crowding / GENERATORS as f64
    }
}

/// The signs of a sum and of its mirror images, as the kernel gives them.
fn four(weights: &[[i8; 4]; ORBITS], numbers: &[f32]) -> [bool; 4] {
    let mut sums = [0.0f32; 4];
    for (weights, numbers) in weights.iter().zip(numbers.chunks_exact(4)) {
        for part in 0..4 {
            sums[part] += f32::from(weights[part]) * numbers[part];
        }
    }
    let [ee, eo, oe, oo] = sums;
    [ee + eo + oe + oo, ee - eo + oe - oo, ee - eo - oe + oo, ee + eo - oe - oo].map(|s| s > 0.0)
}
