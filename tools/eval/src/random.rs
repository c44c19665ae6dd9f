//! Numbers that look random and are the same on every machine.

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of one edit of one picture: nothing but the seed and the two names decides
    /// them, so a run over fewer pictures or edits makes the same files.
    pub fn of(seed: u64, names: &[&str]) -> Self {
        let mut state = Self(seed);
        for name in names {
            state.0 = state.0.wrapping_add(fnv(name.as_bytes()));
            state.0 = state.word();
        }
        state
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    /// 0 to 1, 1 excluded.
    pub fn share(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// `low` to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// 0 to `end - 1`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.share() * end as f64) as usize
    }

    /// True half of the time.
    pub fn coin(&mut self) -> bool {
        self.word() >> 63 == 1
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// About normal, mean 0, deviation 1: the sum of twelve shares less six, cut at ±6.
    pub fn normal(&mut self) -> f64 {
        let halves = |word: u64| (0..4).map(move |n| (word >> (16 * n) & 0xffff) as f64 / 65536.0);
        (0..3).flat_map(|_| halves(self.word()).collect::<Vec<_>>()).sum::<f64>() - 6.0
    }
}

/// FNV-1a, 64 bits.
pub fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_depend_on_the_seed_and_the_names_alone() {
        let words = |seed, names: &[&str]| {
            let mut random = Random::of(seed, names);
            [random.word(), random.word()]
        };
        assert_eq!(words(1, &["crop", "a.jpg"]), words(1, &["crop", "a.jpg"]));
        assert_ne!(words(1, &["crop", "a.jpg"]), words(2, &["crop", "a.jpg"]));
        assert_ne!(words(1, &["crop", "a.jpg"]), words(1, &["crop", "b.jpg"]));
        assert_ne!(words(1, &["a", "b"]), words(1, &["b", "a"]));
    }

    #[test]
    fn the_first_numbers_never_change() {
        let mut random = Random::of(1, &["crop", "a.jpg"]);
        assert_eq!(random.word(), 14_218_225_459_448_950_744);
    }

    #[test]
    fn shares_and_normals_have_their_means() {
        let mut random = Random::of(7, &[]);
        let mean = (0..10_000).map(|_| random.share()).sum::<f64>() / 1e4;
        assert!((mean - 0.5).abs() < 0.02);
        let square = (0..10_000).map(|_| random.normal().powi(2)).sum::<f64>() / 1e4;
        assert!((square - 1.0).abs() < 0.05);
        assert!((0..100).all(|_| random.below(3) < 3));
    }
}
