//! Rare kinds of pixels (colours apart from brightness, palettes, opacity, floating point) brought
//! to red, green, blue and opacity in 8 bits each, at their own size.

use super::Frame;
use super::av;
use ffmpeg_next::ffi;
use std::ffi::{CStr, c_int};
use std::ptr::null_mut;

/// Nothing is scaled. The number is the library's; its name moved between releases.
const SWS_POINT: i64 = 0x10;

/// Bytes of a pixel that comes out.
const PIXEL_BYTES: usize = 4;

/// A conversion, kept for frames of the same kind.
pub(crate) struct Converter {
    /// Null until it is needed.
    raw: *mut ffi::SwsContext,
    /// Columns, rows, kind of pixels, and whether its range is full.
    of: (usize, usize, c_int, bool),
    pixels: Vec<u8>,
}

impl Converter {
    pub fn new() -> Self {
        Self { raw: null_mut(), of: (0, 0, -1, false), pixels: Vec::new() }
    }

    /// Red, green, blue and opacity of each pixel, row by row without gaps. `None` where FFmpeg
    /// does not know how.
    pub fn rgba(&mut self, frame: &Frame) -> Option<&[u8]> {
        let of = (frame.width(), frame.height(), frame.format(), frame.is_full_range());
        if self.raw.is_null() || self.of != of {
            self.prepare(of)?;
        }
        let stride = of.0.checked_mul(PIXEL_BYTES)?;
        self.pixels.resize(stride.checked_mul(of.1)?, 0);
        let strides = [c_int::try_from(stride).ok()?, 0, 0, 0];
        let (from, from_strides) = frame.planes();
        let to = [self.pixels.as_mut_ptr(), null_mut(), null_mut(), null_mut()];
        // SAFETY: the conversion was made for frames of this kind and size; it writes `height`
        // rows of `stride` bytes, for which there is room.
        let rows = unsafe {
            av!(sws_scale(
                self.raw,
                from.as_ptr().cast(),
                from_strides.as_ptr(),
                0,
                c_int::try_from(of.1).ok()?,
                to.as_ptr(),
                strides.as_ptr(),
            ))
        };
        (usize::try_from(rows) == Ok(of.1)).then_some(self.pixels.as_slice())
    }

    /// FFmpeg's own functions for this take kinds of pixels as enumerations; options take numbers.
    fn prepare(&mut self, of: (usize, usize, c_int, bool)) -> Option<()> {
        self.free();
        let (width, height) = (i64::try_from(of.0).ok()?, i64::try_from(of.1).ok()?);
        let options: [(&CStr, i64); 8] = [
            (c"srcw", width),
            (c"srch", height),
            (c"src_format", of.2.into()),
            (c"src_range", of.3.into()),
            (c"dstw", width),
            (c"dsth", height),
            (c"dst_format", ffi::AVPixelFormat::AV_PIX_FMT_RGBA as i64),
            (c"sws_flags", SWS_POINT),
        ];
        // SAFETY: a new context takes options, by names that are C strings, until it is
        // initialised, and refuses what does not fit together.
        unsafe {
            self.raw = av!(sws_alloc_context());
            if self.raw.is_null() {
                return None;
            }
            let set = |&(name, value): &(&CStr, i64)| {
                av!(av_opt_set_int(self.raw.cast(), name.as_ptr(), value, 0)) >= 0
            };
            let is_made = options.iter().all(set)
                && av!(sws_init_context(self.raw, null_mut(), null_mut())) >= 0;
            if !is_made {
                self.free();
                return None;
            }
        }
        self.of = of;
        Some(())
    }

    fn free(&mut self) {
        // SAFETY: null or ours, and null afterwards.
        unsafe { av!(sws_freeContext(self.raw)) };
        self.raw = null_mut();
    }
}

impl Drop for Converter {
    fn drop(&mut self) {
        self.free();
    }
}
