//! One loop, compiled once for each level.
#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls what the level proves"))]

use crate::Level;
#[cfg(target_arch = "x86_64")]
use crate::level::Kind;

/// Plain code without anything of a processor in it, to be inlined into a function of a level.
pub(super) trait Work {
    type Output;
    fn work(self) -> Self::Output;
}

pub(super) fn run<W: Work>(level: Level, work: W) -> W::Output {
    match level.kind() {
        // SAFETY: a level is proof that the processor has it, and AVX-512 implies AVX2.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 | Kind::Avx512 => unsafe { avx2(work) },
        _ => work.work(),
    }
}

/// Without FMA, so that nothing can be fused.
///
/// # Safety
/// The processor has AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2<W: Work>(work: W) -> W::Output {
    work.work()
}
