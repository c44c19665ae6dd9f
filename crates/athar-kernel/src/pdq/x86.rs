//! The vectors of AVX2 and AVX-512.
#![expect(unsafe_code, reason = "vector instructions and loads without bounds checks")]

use super::simd::{Kernel, Simd};
use std::arch::x86_64::*;
use std::cell::Cell;

/// # Safety
/// The processor has the level AVX-512.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,popcnt")]
pub(super) unsafe fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx512(()))
}

/// # Safety
/// The processor has the level AVX2.
#[target_feature(enable = "avx2,fma,popcnt")]
pub(super) unsafe fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx2(()))
}

/// Proof of AVX2 and FMA: made only in functions that require them.
#[derive(Clone, Copy)]
struct Avx2(());

/// Proof of AVX-512 F, BW, DQ and VL: made only in functions that require them.
#[derive(Clone, Copy)]
struct Avx512(());

impl Simd for Avx2 {
    const LANES: usize = 8;
    type Vector = __m256;

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> __m256 {
        let from = &from[..8];
        // SAFETY: `self` proves AVX; `from` is 8 floats long.
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn load_cells(self, from: &[Cell<f32>]) -> __m256 {
        let from = &from[..8];
        // SAFETY: `self` proves AVX; `from` is 8 floats long, and a cell is its float.
        unsafe { _mm256_loadu_ps(from.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store_cells(self, vector: __m256, to: &[Cell<f32>]) {
        let to = &to[..8];
        // SAFETY: `self` proves AVX; `to` is 8 floats long, each of which may be written
        // through a shared reference because it is in a cell.
        unsafe { _mm256_storeu_ps(to.as_ptr().cast_mut().cast(), vector) }
    }

    #[inline(always)]
    fn load_transposed(self, from: &[f32], stride: usize) -> [__m256; 4] {
        let from = &from[..7 * stride + 4];
        // SAFETY: `self` proves AVX; the eighth run ends where `from` does.
        unsafe { transpose_8x4(from.as_ptr(), stride) }
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: __m256, divisor: f32, reciprocal: f32) -> __m256 {
        // SAFETY: `self` proves AVX and FMA.
        unsafe {
            let (d, r) = (_mm256_set1_ps(divisor), _mm256_set1_ps(reciprocal));
            let q = _mm256_mul_ps(a, r);
            _mm256_fmadd_ps(_mm256_fnmadd_ps(d, q, a), r, q)
        }
    }

    #[inline(always)]
    fn whole(self, a: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe {
            let size = _mm256_andnot_ps(_mm256_set1_ps(-0.0), a);
            _mm256_round_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(size)
        }
    }

    #[inline(always)]
    fn above(self, a: __m256, b: __m256) -> u32 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GT_OQ>(a, b)) as u32 }
    }
}

impl Simd for Avx512 {
    const LANES: usize = 16;
    type Vector = __m512;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, from: &[f32]) -> __m512 {
        let from = &from[..16];
        // SAFETY: `self` proves AVX-512F; `from` is 16 floats long.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn load_cells(self, from: &[Cell<f32>]) -> __m512 {
        let from = &from[..16];
        // SAFETY: `self` proves AVX-512F; `from` is 16 floats long, and a cell is its float.
        unsafe { _mm512_loadu_ps(from.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store_cells(self, vector: __m512, to: &[Cell<f32>]) {
        let to = &to[..16];
        // SAFETY: `self` proves AVX-512F; `to` is 16 floats long, each of which may be written
        // through a shared reference because it is in a cell.
        unsafe { _mm512_storeu_ps(to.as_ptr().cast_mut().cast(), vector) }
    }

    #[inline(always)]
    fn load_transposed(self, from: &[f32], stride: usize) -> [__m512; 4] {
        let from = &from[..15 * stride + 4];
        // SAFETY: `self` proves AVX-512F; the sixteenth run ends where `from` does.
        unsafe { transpose_16x4(from.as_ptr(), stride) }
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_add_ps(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mul_ps(a, b) }
    }

    #[inline(always)]
    fn div(self, a: __m512, divisor: f32, reciprocal: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let (d, r) = (_mm512_set1_ps(divisor), _mm512_set1_ps(reciprocal));
            let q = _mm512_mul_ps(a, r);
            _mm512_fmadd_ps(_mm512_fnmadd_ps(d, q, a), r, q)
        }
    }

    #[inline(always)]
    fn whole(self, a: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            _mm512_roundscale_ps::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(_mm512_abs_ps(a))
        }
    }

    #[inline(always)]
    fn above(self, a: __m512, b: __m512) -> u32 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { u32::from(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b)) }
    }

    #[inline(always)]
    fn pick(self, from: &[f32], places: &[u32]) -> Option<__m512> {
        let (from, places) = (&from[..32], &places[..16]);
        // SAFETY: `self` proves AVX-512F; `from` is 32 floats long and `places` 16 numbers, of
        // which the instruction takes the lowest five bits.
        Some(unsafe {
            let (low, high) = (from.as_ptr(), from.as_ptr().add(16));
            let places = _mm512_loadu_si512(places.as_ptr().cast());
            _mm512_permutex2var_ps(_mm512_loadu_ps(low), places, _mm512_loadu_ps(high))
        })
    }
}

/// # Safety
/// AVX; `from` is valid for 8 runs of 4 floats, `stride` floats apart.
#[inline(always)]
unsafe fn transpose_8x4(from: *const f32, stride: usize) -> [__m256; 4] {
    // SAFETY: the caller's promise.
    unsafe {
        // Runs k and k + 4 side by side, so that the rest stays within 128 bits.
        let pair = |k: usize| {
            let low = _mm256_castps128_ps256(_mm_loadu_ps(from.add(k * stride)));
            _mm256_insertf128_ps::<1>(low, _mm_loadu_ps(from.add((k + 4) * stride)))
        };
        let [a, b, c, d] = [pair(0), pair(1), pair(2), pair(3)];
        let (ab_low, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        let (cd_low, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
        [
            _mm256_shuffle_ps::<0x44>(ab_low, cd_low),
            _mm256_shuffle_ps::<0xee>(ab_low, cd_low),
            _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
            _mm256_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }
}

/// # Safety
/// AVX-512F; `from` is valid for 16 runs of 4 floats, `stride` floats apart.
#[inline(always)]
unsafe fn transpose_16x4(from: *const f32, stride: usize) -> [__m512; 4] {
    // SAFETY: the caller's promise.
    unsafe {
        // Runs k, k + 4, k + 8, k + 12 side by side, so that the rest stays within 128 bits.
        let four = |k: usize| {
            let at = |k: usize| _mm_loadu_ps(from.add(k * stride));
            let v = _mm512_castps128_ps512(at(k));
            let v = _mm512_insertf32x4::<1>(v, at(k + 4));
            let v = _mm512_insertf32x4::<2>(v, at(k + 8));
            _mm512_insertf32x4::<3>(v, at(k + 12))
        };
        let [a, b, c, d] = [four(0), four(1), four(2), four(3)];
        let (ab_low, ab_high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
        let (cd_low, cd_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
        [
            _mm512_shuffle_ps::<0x44>(ab_low, cd_low),
            _mm512_shuffle_ps::<0xee>(ab_low, cd_low),
            _mm512_shuffle_ps::<0x44>(ab_high, cd_high),
            _mm512_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }
}
