//! NEON, which counts the bits of each byte with one instruction.

#![expect(unsafe_code, reason = "vector loads")]

use super::{Passed, Run, Sift, naive};
use std::arch::aarch64::*;

/// Words of a vector.
const WIDE: u32 = 8;

#[target_feature(enable = "neon")]
pub(super) fn sieve(sift: &Sift<'_, Run>, passed: &mut Vec<Passed>) {
    for (run, number) in sift.runs() {
        if passed.len() > sift.most {
            return;
        }
        sift.ask_after(number);
        let query = vdupq_n_u16(run.query);
        let bound = vdupq_n_u16(run.bound);
        let (vectors, rest) = sift.words[run.range()].as_chunks::<{ WIDE as usize }>();
        for (vector, position) in vectors.iter().zip((0..).step_by(WIDE as usize)) {
            // SAFETY: eight words are the 16 bytes that are loaded.
            let loaded = unsafe { vld1q_u16(vector.as_ptr()) };
            let bits = vcntq_u8(vreinterpretq_u8_u16(veorq_u16(loaded, query)));
            if vmaxvq_u16(vcleq_u16(vpaddlq_u8(bits), bound)) != 0 {
                let short = Run { len: position + WIDE, ..*run };
                naive::sieve_from(sift.words, &short, position, number, passed);
            }
        }
        naive::sieve_from(sift.words, run, run.len - rest.len() as u32, number, passed);
    }
}
