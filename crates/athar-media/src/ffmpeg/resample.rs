//! One channel of sound brought to another rate.

use super::Failure;
use super::av;
use ffmpeg_next::ffi;
use std::ffi::c_int;
use std::ptr::{null, null_mut};

/// Samples that come out at a time, at most.
const PIECE: usize = 4096;

/// A filter between two rates. It keeps some samples back until it is told that no more follow.
pub(crate) struct Resampler {
    /// Never null, and initialised.
    raw: *mut ffi::SwrContext,
    piece: Vec<f32>,
}

impl Resampler {
    /// Rates must not be 0.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, Failure> {
        let rate = |hz: u32| c_int::try_from(hz).map_err(|_| Failure::Other);
        let (from, to) = (rate(from_hz)?, rate(to_hz)?);
        let format = ffi::AVSampleFormat::AV_SAMPLE_FMT_FLT;
        let mut raw = null_mut();
        // SAFETY: a layout of one channel owns no memory; the context is written before the call
        // returns, and freed by drop.
        let code = unsafe {
            let mut mono = std::mem::zeroed::<ffi::AVChannelLayout>();
            av!(av_channel_layout_default(&raw mut mono, 1));
            let layout = &raw mut mono;
            av!(swr_alloc_set_opts2(
                &raw mut raw,
                layout,
                format,
                to,
                layout,
                format,
                from,
                0,
                null_mut(),
            ))
        };
        if code < 0 || raw.is_null() {
            return Err(Failure::NoMemory);
        }
        let resampler = Self { raw, piece: vec![0.0; PIECE] };
        // SAFETY: a live context whose options are set.
        match unsafe { av!(swr_init(raw)) } {
            0.. => Ok(resampler),
            _ => Err(Failure::Other),
        }
    }

    /// Takes samples and hands on what they become.
    pub fn put(&mut self, samples: &[f32], mut take: impl FnMut(&[f32])) {
        for part in samples.chunks(PIECE) {
            let mut count = self.convert(Some(part));
            take(&self.piece[..count]);
            while count == PIECE {
                count = self.convert(Some(&[]));
                take(&self.piece[..count]);
            }
        }
    }

    /// Hands on what was kept back.
    pub fn finish(&mut self, mut take: impl FnMut(&[f32])) {
        loop {
            let count = self.convert(None);
            if count == 0 {
                return;
            }
            take(&self.piece[..count]);
        }
    }

    /// Converts more samples, or without any what was kept back.
    fn convert(&mut self, samples: Option<&[f32]>) -> usize {
        let mut from = samples.map_or(null(), <[f32]>::as_ptr).cast::<u8>();
        let mut to = self.piece.as_mut_ptr().cast::<u8>();
        let input = if samples.is_some() { &raw mut from } else { null_mut() };
        let given = samples.map_or(0, <[f32]>::len);
        // SAFETY: both hold one channel of 32-bit floats, as many as is said; none is read where
        // none are given. No input at all means that no more follow.
        let count = unsafe {
            av!(swr_convert(self.raw, &raw mut to, PIECE as c_int, input, given as c_int))
        };
        usize::try_from(count).unwrap_or(0).min(PIECE)
    }
}

impl Drop for Resampler {
    fn drop(&mut self) {
        // SAFETY: it came from swr_alloc_set_opts2, and only here is it freed.
        unsafe { av!(swr_free(&raw mut self.raw)) }
    }
}
