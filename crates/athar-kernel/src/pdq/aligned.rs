//! Floats that start a cache line: vectors that straddle two lines cost twice.

use std::ops::{Deref, DerefMut};

const LINE_BYTES: usize = 64;

/// A buffer of floats, zero at first, whose first one starts a cache line.
pub(super) struct Aligned {
    floats: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    pub fn zeroed(len: usize) -> Self {
        let floats = vec![0.0; len + LINE_BYTES / size_of::<f32>()];
        // Any start is correct; a platform that cannot say gives one out of range.
        let start = floats.as_ptr().align_offset(LINE_BYTES).min(floats.len() - len);
        Self { floats, start, len }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    #[inline(always)]
    fn deref(&self) -> &[f32] {
        &self.floats[self.start..][..self.len]
    }
}

impl DerefMut for Aligned {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.floats[self.start..][..self.len]
    }
}
