//! WebAssembly's 128-bit vectors, which count the bits of each byte with one instruction.

#![expect(unsafe_code, reason = "vector loads")]

use super::{Passed, Run, Sift, naive};
use std::arch::wasm32::*;

/// Words of a vector.
const WIDE: u32 = 8;

#[target_feature(enable = "simd128")]
pub(super) fn sieve(sift: &Sift<'_, Run>, passed: &mut Vec<Passed>) {
    for (run, number) in sift.runs() {
        if passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let (query, bound) = (u16x8_splat(run.query), u16x8_splat(run.bound));
        let (vectors, rest) = sift.words[run.range()].as_chunks::<{ WIDE as usize }>();
        for (vector, position) in vectors.iter().zip((0..).step_by(WIDE as usize)) {
            // SAFETY: eight words are the 16 bytes that are loaded.
            let loaded = unsafe { v128_load(vector.as_ptr().cast()) };
            let bits = u16x8_extadd_pairwise_u8x16(i8x16_popcnt(v128_xor(loaded, query)));
            let mut inside = u16x8_bitmask(u16x8_le(bits, bound));
            while inside != 0 {
                let position = position + inside.trailing_zeros();
                passed.push(Passed { run: number, position });
                inside &= inside - 1;
            }
        }
        naive::sieve_from(sift.words, run, run.len - rest.len() as u32, number, passed);
    }
}
