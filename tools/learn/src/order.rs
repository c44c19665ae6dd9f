//! Which sum becomes which bit.
//!
//! For codes and their distances every order is as good as another. For a search it is not: an
//! index cuts codes into chunks of neighbouring bits, and where the bits of a chunk go together
//! its values are uneven, so that a question meets many more entries than it would among uniform
//! codes. So sums that go together are put into different chunks.
//!
//! All four words have the same order, for a mirror exchanges whole words. The order is found by
//! exchanging two sums as long as that makes it better, from several beginnings.

use crate::random::Random;
use athar_kernel::scale::GENERATORS;

/// For two sums, how much they go together: of their bits in each word the squared correlation.
pub type Together = [[f64; GENERATORS]; GENERATORS];

/// The ways in which `athar-index` cuts a word, from its highest bit on: small segments, large
/// ones.
const CUTS: [&[usize]; 2] = [&[16, 16, 16, 16], &[22, 22, 20]];

/// Orders that are tried beside the one that is there.
const BEGINNINGS: usize = 8;

/// The sums in the order of the bits that they should be, the lowest first.
pub fn order(together: &Together) -> Vec<usize> {
    let costs = Costs { together, shared: shared_chunks() };
    let mut random = Random::new(64);
    let mut beginnings = vec![(0..GENERATORS).collect::<Vec<_>>()];
    beginnings.resize_with(BEGINNINGS + 1, || shuffled(&mut random));
    let settled = beginnings.into_iter().map(|order| costs.settled(order));
    settled.min_by(|a, b| costs.of(a).total_cmp(&costs.of(b))).unwrap_or_default()
}

/// For two bits of a word, how many of the cuts leave them in one chunk.
fn shared_chunks() -> [[f64; GENERATORS]; GENERATORS] {
    let mut shared = [[0.0; GENERATORS]; GENERATORS];
    for cut in CUTS {
        let mut end = GENERATORS;
        for &width in cut {
            let chunk = end - width..end;
            for a in chunk.clone() {
                chunk.clone().filter(|&b| b != a).for_each(|b| shared[a][b] += 1.0);
            }
            end -= width;
        }
    }
    shared
}

fn shuffled(random: &mut Random) -> Vec<usize> {
    let mut order: Vec<usize> = (0..GENERATORS).collect();
    for last in (1..GENERATORS).rev() {
        order.swap(last, (random.bits() % (last as u64 + 1)) as usize);
    }
    order
}

struct Costs<'a> {
    together: &'a Together,
    /// By bit and bit.
    shared: [[f64; GENERATORS]; GENERATORS],
}

impl Costs<'_> {
    /// How much goes together within chunks.
    fn of(&self, order: &[usize]) -> f64 {
        let of_bit = |bit: usize| self.of_bit(order, bit, order[bit]);
        (0..order.len()).map(of_bit).sum::<f64>() / 2.0
    }

    /// What `sum` costs as the bit `bit`.
    fn of_bit(&self, order: &[usize], bit: usize, sum: usize) -> f64 {
        let pairs = self.shared[bit].iter().zip(order);
        pairs.map(|(shared, &other)| shared * self.together[sum][other]).sum()
    }

    /// The order once no exchange of two sums makes it better.
    fn settled(&self, mut order: Vec<usize>) -> Vec<usize> {
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for a in 0..order.len() {
                for b in a + 1..order.len() {
                    if self.gain(&order, a, b) > LEAST_GAIN {
                        order.swap(a, b);
                        is_settled = false;
                    }
                }
            }
        }
        order
    }

    /// What is saved by exchanging the sums of two bits.
    fn gain(&self, order: &[usize], a: usize, b: usize) -> f64 {
        let cost = |order: &[usize]| {
            self.of_bit(order, a, order[a]) + self.of_bit(order, b, order[b])
                - self.shared[a][b] * self.together[order[a]][order[b]]
        };
        let mut exchanged = order.to_vec();
        exchanged.swap(a, b);
        cost(order) - cost(&exchanged)
    }
}

/// A gain that is more than rounding, so that the search ends.
const LEAST_GAIN: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums in groups of four, neighbours in the order that is there, that go together.
    fn in_fours() -> Together {
        let together = |a: usize, b: usize| if a != b && a / 4 == b / 4 { 0.25 } else { 0.0 };
        std::array::from_fn(|a| std::array::from_fn(|b| together(a, b)))
    }

    #[test]
    fn what_goes_together_is_spread_over_the_chunks() {
        let order = order(&in_fours());
        let mut sums = order.clone();
        sums.sort_unstable();
        assert_eq!(sums, (0..GENERATORS).collect::<Vec<_>>());
        for chunk in order.chunks(16) {
            let mut groups: Vec<usize> = chunk.iter().map(|sum| sum / 4).collect();
            groups.sort_unstable();
            groups.dedup();
            assert_eq!(groups.len(), 16);
        }
    }

    #[test]
    fn the_gain_is_what_the_cost_falls_by_and_none_is_left() {
        let mut random = Random::new(3);
        let drawn = [(); GENERATORS].map(|()| [(); GENERATORS].map(|()| random.unit()));
        // Alike both ways, and nothing goes with itself.
        let of = |a: usize, b: usize| if a == b { 0.0 } else { drawn[a.max(b)][a.min(b)] };
        let together = std::array::from_fn(|a| std::array::from_fn(|b| of(a, b)));
        let costs = Costs { together: &together, shared: shared_chunks() };
        let before = shuffled(&mut random);
        let mut after = before.clone();
        after.swap(5, 40);
        let fell = costs.of(&before) - costs.of(&after);
        assert!((costs.gain(&before, 5, 40) - fell).abs() < 1e-9);
        let order = order(&together);
        assert!(costs.of(&order) < 0.98 * costs.of(&before));
        let gains = (0..GENERATORS).flat_map(|a| (0..a).map(move |b| (a, b)));
        assert!(gains.map(|(a, b)| costs.gain(&order, a, b)).all(|gain| gain < 1e-6));
    }

    #[test]
    fn every_cut_is_of_a_whole_word() {
        for cut in CUTS {
            assert_eq!(cut.iter().sum::<usize>(), GENERATORS);
        }
    }
}
