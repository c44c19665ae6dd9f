//! Proof of what the processor can do.

use std::fmt;

/// A set of vector instructions that this processor has. It can only be had by asking, so a
/// function that takes a `Level` may call the kernel of that level without asking again.
///
/// Which variants exist depends on the target: a kernel matches on those of its own target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(target_arch = "wasm32")]
    Simd128,
}

impl Level {
    /// No vector instructions beyond what the compiler uses by itself.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The best level of this processor.
    pub fn best() -> Self {
        *Self::available().last().unwrap_or(&Self::SCALAR)
    }

    /// Every level of this processor, slowest first; the scalar one is always there.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::SCALAR];
        levels.extend(Self::detected().into_iter().map(Self));
        levels
    }

    /// The name used in benchmarks and by `athar doctor`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
            #[cfg(target_arch = "wasm32")]
            Kind::Simd128 => "simd128",
        }
    }

    pub(crate) fn kind(self) -> Kind {
        self.0
    }

    /// AVX2 stands for Haswell's set (AVX2, FMA, BMI1, BMI2, POPCNT), AVX-512 for Ice Lake's and
    /// Zen 4's (F, BW, DQ, VL, VPOPCNTDQ, BITALG). A level implies the ones before it.
    #[cfg(target_arch = "x86_64")]
    fn detected() -> Vec<Kind> {
        let mut kinds = Vec::new();
        let avx2 = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt");
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vpopcntdq")
            && is_x86_feature_detected!("avx512bitalg");
        if avx2 {
            kinds.push(Kind::Avx2);
            if avx512 {
                kinds.push(Kind::Avx512);
            }
        }
        kinds
    }

    /// Every 64-bit ARM has NEON.
    #[cfg(target_arch = "aarch64")]
    fn detected() -> Vec<Kind> {
        vec![Kind::Neon]
    }

    /// WebAssembly has no detection: a module is compiled with simd128 or it is not.
    #[cfg(target_arch = "wasm32")]
    fn detected() -> Vec<Kind> {
        if cfg!(target_feature = "simd128") { vec![Kind::Simd128] } else { Vec::new() }
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")))]
    fn detected() -> Vec<Kind> {
        Vec::new()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scalar_level_is_always_there_and_the_best_is_the_last() {
        let levels = Level::available();
        assert_eq!(levels[0], Level::SCALAR);
        assert_eq!(levels.last(), Some(&Level::best()));
        assert!(levels.is_sorted());
    }

    /// On a machine that is meant to test every level, `REQUIRE_LEVEL=all` turns a level that
    /// is missing into a failure instead of a silent skip.
    #[test]
    fn required_levels_are_there() {
        let required = match std::env::var("REQUIRE_LEVEL") {
            Ok(name) => name,
            Err(_) => return,
        };
        let names: Vec<_> = Level::available().into_iter().map(Level::name).collect();
        let wanted: &[&str] = match (required.as_str(), cfg!(target_arch = "x86_64")) {
            ("all", true) => &["avx2", "avx512"],
            ("all", false) if cfg!(target_arch = "aarch64") => &["neon"],
            ("all", false) if cfg!(target_arch = "wasm32") => &["simd128"],
            (name, _) => &[name],
        };
        for name in wanted {
            assert!(names.contains(name), "level {name} is required and not on this processor");
        }
    }
}
