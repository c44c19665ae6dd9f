//! HEIC and AVIF by the system's libheif, 1.12 or newer.
//!
//! Declared here are only functions that all those releases have, so that one build serves Debian
//! and Ubuntu as they come. libheif turns and crops the picture itself and converts to RGB,
//! which takes care of ranges, matrices and high dynamic range.

#![expect(unsafe_code, reason = "libheif is C")]

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, over_memory};
use crate::library::{Library, file};
use crate::{Flaw, Format, Head, Limits, MediaError};
use athar_kernel::Orientation;
use std::ffi::{c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{null, null_mut};

pub(crate) fn head(bytes: &[u8], limits: &Limits, format: Format) -> Result<Head, MediaError> {
    let context = Context::open(bytes, limits, format)?;
    let picture = context.primary()?;
    let (width, height) = picture.size()?;
    Ok(Head {
        width,
        height,
        orientation: Orientation::Rot0,
        // Planes of up to 16 bits as decoded, turned and converted, and four bytes given.
        working: u64::from(width) * u64::from(height) * 12 + (8 << 20),
    })
}

pub(crate) fn decode(
    bytes: &[u8],
    limits: &Limits,
    format: Format,
    canvas: &mut Canvas,
) -> Result<(), MediaError> {
    let context = Context::open(bytes, limits, format)?;
    let picture = context.primary()?;
    let layout = picture.layout();
    let pixels = picture.decode(layout)?;
    let (width, height) = (canvas.fit().width as usize, canvas.fit().height as usize);
    let rows = pixels.rows(width * layout.samples(), height)?;
    for (y, row) in rows.enumerate() {
        canvas.put(Run::row(y), layout, row);
    }
    Ok(())
}

/// libheif, whose file keeps its name in every release of version 1.
static HEIF: Library = Library::new(|| vec![file("heif", 1)]);

/// Loads libheif. False where it is not installed.
fn is_there() -> bool {
    HEIF.is_there()
}

/// Calls a function of libheif.
macro_rules! heif {
    ($name:ident($($argument:expr),* $(,)?)) => {
        $crate::library::call!(HEIF, $name, $name($($argument),*))
    };
}

/// A file that is being read. It borrows the bytes: libheif does not copy them.
struct Context<'a> {
    raw: *mut heif_context,
    limits: Limits,
    format: Format,
    _bytes: PhantomData<&'a [u8]>,
}

impl<'a> Context<'a> {
    fn open(bytes: &'a [u8], limits: &Limits, format: Format) -> Result<Self, MediaError> {
        if !is_there() {
            return Err(MediaError::Missing { library: "libheif", format });
        }
        // SAFETY: takes nothing; the result is checked below and freed by drop.
        let raw = unsafe { heif!(heif_context_alloc()) };
        if raw.is_null() {
            return Err(over_memory(limits));
        }
        let context = Self { raw, limits: *limits, format, _bytes: PhantomData };
        context.configure();
        // SAFETY: pointer and length are those of a slice that outlives the context; the options
        // may be null.
        let error = unsafe {
            heif!(heif_context_read_from_memory_without_copy(
                raw,
                bytes.as_ptr().cast(),
                bytes.len(),
                null(),
            ))
        };
        context.check(&error).map(|()| context)
    }

    fn configure(&self) {
        // libheif allows this number squared as the area of a picture or a tile.
        let side = self.limits.pixels.isqrt().min(c_int::MAX as u64) as c_int;
        // SAFETY: `raw` is a live context; both calls only store a number.
        unsafe {
            heif!(heif_context_set_maximum_image_size_limit(self.raw, side));
            // Tiles are decoded in this thread.
            #[cfg(libheif_thread_limit)]
            heif!(heif_context_set_max_decoding_threads(self.raw, 0));
        }
    }

    fn primary(&self) -> Result<Handle<'_>, MediaError> {
        let mut raw = null_mut();
        // SAFETY: `raw` of self is a live context, and the new handle is written before the
        // function returns.
        let error = unsafe { heif!(heif_context_get_primary_image_handle(self.raw, &raw mut raw)) };
        self.check(&error)?;
        if raw.is_null() {
            return Err(corrupt(self.format, Flaw::BadHeader));
        }
        Ok(Handle { raw, context: self })
    }

    /// The message of an error is not looked at: it may quote the file.
    fn check(&self, error: &heif_error) -> Result<(), MediaError> {
        const END_OF_DATA: c_int = 100;
        const SECURITY_LIMIT: c_int = 1000;
        Err(match (error.code, error.subcode) {
            (0, _) => return Ok(()),
            (_, SECURITY_LIMIT) | (6, _) => over_memory(&self.limits),
            (2, END_OF_DATA) => corrupt(self.format, Flaw::EndsEarly),
            (2, _) => corrupt(self.format, Flaw::BadHeader),
            (3 | 4, _) => MediaError::UnsupportedKind { format: self.format },
            _ => corrupt(self.format, Flaw::BadData),
        })
    }
}

impl Drop for Context<'_> {
    fn drop(&mut self) {
        // SAFETY: `raw` came from heif_context_alloc, and this is the only place that frees it;
        // handles borrow the context and are gone.
        unsafe { heif!(heif_context_free(self.raw)) }
    }
}

/// A picture of a file.
struct Handle<'a> {
    raw: *mut heif_image_handle,
    context: &'a Context<'a>,
}

impl Handle<'_> {
    fn size(&self) -> Result<(u32, u32), MediaError> {
        // SAFETY: `raw` is a live handle; both calls only read.
        let (width, height) = unsafe {
            (
                heif!(heif_image_handle_get_width(self.raw)),
                heif!(heif_image_handle_get_height(self.raw)),
            )
        };
        let side = |side: c_int| u32::try_from(side);
        match (side(width), side(height)) {
            (Ok(width), Ok(height)) => Ok((width, height)),
            _ => Err(corrupt(self.context.format, Flaw::BadHeader)),
        }
    }

    fn layout(&self) -> Layout {
        // SAFETY: `raw` is a live handle; both calls only read.
        let (has_alpha, is_premultiplied) = unsafe {
            (
                heif!(heif_image_handle_has_alpha_channel(self.raw)) != 0,
                heif!(heif_image_handle_is_premultiplied_alpha(self.raw)) != 0,
            )
        };
        match (has_alpha, is_premultiplied) {
            (false, _) => Layout::Rgb,
            (true, true) => Layout::RgbaPremultiplied,
            (true, false) => Layout::Rgba,
        }
    }

    fn decode(&self, layout: Layout) -> Result<Pixels<'_>, MediaError> {
        const COLORSPACE_RGB: c_int = 1;
        const CHROMA_INTERLEAVED_RGB: c_int = 10;
        const CHROMA_INTERLEAVED_RGBA: c_int = 11;
        let chroma = match layout {
            Layout::Rgb => CHROMA_INTERLEAVED_RGB,
            _ => CHROMA_INTERLEAVED_RGBA,
        };
        let options = Options::new();
        let mut raw = null_mut();
        // SAFETY: `raw` of self is a live handle, the options are null or live, and the new image
        // is written before the function returns.
        let error = unsafe {
            heif!(heif_decode_image(self.raw, &raw mut raw, COLORSPACE_RGB, chroma, options.raw))
        };
        self.context.check(&error)?;
        if raw.is_null() {
            return Err(corrupt(self.context.format, Flaw::BadData));
        }
        Ok(Pixels { raw, handle: self })
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: `raw` came from libheif, and this is the only place that releases it.
        unsafe { heif!(heif_image_handle_release(self.raw)) }
    }
}

/// Decoded pixels, interleaved.
struct Pixels<'a> {
    raw: *mut heif_image,
    handle: &'a Handle<'a>,
}

impl Pixels<'_> {
    /// The rows, each of `row_bytes` bytes. Errors unless the picture has just that many and no
    /// decoder warned of damage.
    fn rows(
        &self,
        row_bytes: usize,
        rows: usize,
    ) -> Result<impl Iterator<Item = &[u8]>, MediaError> {
        const CHANNEL_INTERLEAVED: c_int = 10;
        let damaged = corrupt(self.handle.context.format, Flaw::BadData);
        let mut stride = 0;
        // SAFETY: `raw` is a live image; the stride is written before the function returns, and
        // the other calls only read.
        let (plane, width, height, warnings) = unsafe {
            (
                heif!(heif_image_get_plane_readonly(
                    self.raw,
                    CHANNEL_INTERLEAVED,
                    &raw mut stride
                )),
                heif!(heif_image_get_width(self.raw, CHANNEL_INTERLEAVED)),
                heif!(heif_image_get_height(self.raw, CHANNEL_INTERLEAVED)),
                heif!(heif_image_get_decoding_warnings(self.raw, 0, null_mut(), 0)),
            )
        };
        let samples = self.handle.layout().samples();
        let fits = usize::try_from(width).ok().and_then(|w| w.checked_mul(samples))
            == Some(row_bytes)
            && usize::try_from(height) == Ok(rows);
        let stride = usize::try_from(stride).map_err(|_| damaged)?;
        if plane.is_null() || !fits || stride < row_bytes || warnings != 0 {
            return Err(damaged);
        }
        // SAFETY: libheif's plane has `height` rows that begin `stride` bytes apart and hold
        // width * samples bytes each; `y` < rows == height and row_bytes == width * samples
        // <= stride, both just checked. The borrow of self keeps the image alive.
        Ok((0..rows)
            .map(move |y| unsafe { std::slice::from_raw_parts(plane.add(y * stride), row_bytes) }))
    }
}

impl Drop for Pixels<'_> {
    fn drop(&mut self) {
        // SAFETY: `raw` came from libheif, and this is the only place that releases it.
        unsafe { heif!(heif_image_release(self.raw)) }
    }
}

/// How to decode: high dynamic range down to 8 bits, and errors rather than guesses.
struct Options {
    raw: *mut heif_decoding_options,
}

impl Options {
    fn new() -> Self {
        // SAFETY: takes nothing. A non-null result points to options of the version that their
        // first byte tells, and fields of that version may be written.
        unsafe {
            let raw = heif!(heif_decoding_options_alloc());
            if !raw.is_null() {
                if (*raw).version >= 2 {
                    (*raw).convert_hdr_to_8bit = 1;
                }
                if (*raw).version >= 3 {
                    (*raw).strict_decoding = 1;
                }
            }
            Self { raw }
        }
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: `raw` is null or came from heif_decoding_options_alloc; only here is it freed.
        unsafe {
            if !self.raw.is_null() {
                heif!(heif_decoding_options_free(self.raw));
            }
        }
    }
}

#[repr(C)]
struct heif_context {
    _private: [u8; 0],
}

#[repr(C)]
struct heif_image_handle {
    _private: [u8; 0],
}

#[repr(C)]
struct heif_image {
    _private: [u8; 0],
}

#[repr(C)]
struct heif_error {
    code: c_int,
    subcode: c_int,
    message: *const c_char,
}

/// The beginning of the structure, up to version 3. libheif allocates it, whole.
#[repr(C)]
struct heif_decoding_options {
    version: u8,
    ignore_transformations: u8,
    start_progress: Option<extern "C" fn(c_int, c_int, *mut c_void)>,
    on_progress: Option<extern "C" fn(c_int, c_int, *mut c_void)>,
    end_progress: Option<extern "C" fn(c_int, *mut c_void)>,
    progress_user_data: *mut c_void,
    convert_hdr_to_8bit: u8,
    strict_decoding: u8,
}

unsafe extern "C" {
    fn heif_context_alloc() -> *mut heif_context;
    fn heif_context_free(context: *mut heif_context);
    fn heif_context_set_maximum_image_size_limit(context: *mut heif_context, side: c_int);
    #[cfg(libheif_thread_limit)]
    fn heif_context_set_max_decoding_threads(context: *mut heif_context, threads: c_int);
    fn heif_context_read_from_memory_without_copy(
        context: *mut heif_context,
        bytes: *const c_void,
        length: usize,
        options: *const c_void,
    ) -> heif_error;
    fn heif_context_get_primary_image_handle(
        context: *mut heif_context,
        handle: *mut *mut heif_image_handle,
    ) -> heif_error;
    fn heif_image_handle_release(handle: *const heif_image_handle);
    fn heif_image_handle_get_width(handle: *const heif_image_handle) -> c_int;
    fn heif_image_handle_get_height(handle: *const heif_image_handle) -> c_int;
    fn heif_image_handle_has_alpha_channel(handle: *const heif_image_handle) -> c_int;
    fn heif_image_handle_is_premultiplied_alpha(handle: *const heif_image_handle) -> c_int;
    fn heif_decode_image(
        handle: *const heif_image_handle,
        image: *mut *mut heif_image,
        colorspace: c_int,
        chroma: c_int,
        options: *const heif_decoding_options,
    ) -> heif_error;
    fn heif_image_release(image: *const heif_image);
    fn heif_image_get_width(image: *const heif_image, channel: c_int) -> c_int;
    fn heif_image_get_height(image: *const heif_image, channel: c_int) -> c_int;
    fn heif_image_get_plane_readonly(
        image: *const heif_image,
        channel: c_int,
        stride: *mut c_int,
    ) -> *const u8;
    fn heif_image_get_decoding_warnings(
        image: *mut heif_image,
        first: c_int,
        warnings: *mut heif_error,
        room: c_int,
    ) -> c_int;
    fn heif_decoding_options_alloc() -> *mut heif_decoding_options;
    fn heif_decoding_options_free(options: *mut heif_decoding_options);
}
