//! What a decoder gives: a frame of pixels or of samples, seen as slices.

use super::{av, input, number_of, ratio};
use ffmpeg_next::ffi;
use std::ffi::{c_int, c_void};

/// Kinds of pixels that are of full range by their name: the older way to say so.
const FULL_BY_NAME: [c_int; 5] = [
    ffi::AVPixelFormat::AV_PIX_FMT_YUVJ420P as c_int,
    ffi::AVPixelFormat::AV_PIX_FMT_YUVJ422P as c_int,
    ffi::AVPixelFormat::AV_PIX_FMT_YUVJ444P as c_int,
    ffi::AVPixelFormat::AV_PIX_FMT_YUVJ440P as c_int,
    ffi::AVPixelFormat::AV_PIX_FMT_YUVJ411P as c_int,
];

/// A decoded frame, or none yet.
pub(crate) struct Frame {
    /// Never null.
    raw: *mut ffi::AVFrame,
}

/// How pixels lie in memory, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Brightness apart from colour, as component 0; the samples of the depth in bits that is
    /// said. `is_full` where black is 0 and white all ones.
    Luma { bits: u32, is_full: bool },
    /// Anything else: a [`super::Converter`] brings it to red, green, blue and opacity.
    Other,
}

/// One component of a frame's pixels, row by row.
pub(crate) struct Component<'a> {
    pub width: usize,
    pub height: usize,
    /// Bytes from one sample to the next.
    pub step: usize,
    /// Bytes of a sample: 1 or 2.
    pub sample_bytes: usize,
    pub is_big_endian: bool,
    /// Bits below the sample's own.
    pub shift: u32,
    first: *const u8,
    stride: isize,
    _frame: std::marker::PhantomData<&'a Frame>,
}

/// How samples of sound are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SampleLayout {
    U8,
    I16,
    I32,
    I64,
    F32,
    F64,
}

/// A field of a frame, read by itself: a reference to the whole would vouch for enumerations
/// that may be newer than these bindings.
macro_rules! field {
    ($frame:expr, $($name:ident).+) => {
        // SAFETY: a live frame, which nobody changes while it is borrowed.
        unsafe { (*$frame.raw).$($name).+ }
    };
}

impl Frame {
    pub fn new() -> Option<Self> {
        // SAFETY: takes nothing; the result is looked at.
        let raw = unsafe { av!(av_frame_alloc()) };
        (!raw.is_null()).then_some(Self { raw })
    }

    /// When it is shown, in ticks of its stream.
    pub fn time(&self) -> Option<i64> {
        let time = field!(self, best_effort_timestamp);
        (time != ffi::AV_NOPTS_VALUE).then_some(time)
    }

    /// Whether its decoder had too little to make it of.
    pub fn is_corrupt(&self) -> bool {
        field!(self, flags) & ffi::AV_FRAME_FLAG_CORRUPT as c_int != 0
    }

    /// Whether parts of it are guessed.
    pub fn is_concealed(&self) -> bool {
        field!(self, decode_error_flags) != 0
    }

    pub fn width(&self) -> usize {
        usize::try_from(field!(self, width)).unwrap_or(0)
    }

    pub fn height(&self) -> usize {
        usize::try_from(field!(self, height)).unwrap_or(0)
    }

    /// Width of a pixel to its height.
    pub fn pixel_aspect(&self) -> Option<(u32, u32)> {
        ratio(field!(self, sample_aspect_ratio))
    }

    /// How the frame is laid on the screen: rows (a b u), (c d v), (x y w) in fixed point, so
    /// that a point (p, q) goes to (a p + c q, b p + d q), y growing downwards.
    pub fn matrix(&self) -> Option<[i32; 9]> {
        let kind = ffi::AVFrameSideDataType::AV_FRAME_DATA_DISPLAYMATRIX;
        // SAFETY: a live frame; side data is null or lives as long as the frame, and its data is
        // of the size that it says.
        unsafe {
            let side = av!(av_frame_get_side_data(self.raw, kind)).as_ref()?;
            input::matrix(side.data.cast::<c_void>(), side.size)
        }
    }

    /// Whether black is 0 and white all ones.
    pub(super) fn is_full_range(&self) -> bool {
        self.kind().is_some_and(|kind| self.is_full(kind))
    }

    pub fn layout(&self) -> Layout {
        let Some(kind) = self.kind() else { return Layout::Other };
        let odd = ffi::AV_PIX_FMT_FLAG_RGB
            | ffi::AV_PIX_FMT_FLAG_PAL
            | ffi::AV_PIX_FMT_FLAG_BITSTREAM
            | ffi::AV_PIX_FMT_FLAG_HWACCEL
            | ffi::AV_PIX_FMT_FLAG_BAYER
            | ffi::AV_PIX_FMT_FLAG_FLOAT
            | ffi::AV_PIX_FMT_FLAG_ALPHA;
        let bits = u32::try_from(kind.comp[0].depth).unwrap_or(0);
        if kind.flags & u64::from(odd as u32) != 0 || !(8..=16).contains(&bits) {
            return Layout::Other;
        }
        Layout::Luma { bits, is_full: self.is_full(kind) }
    }

    /// The first component, where [`Frame::layout`] says that it is brightness.
    pub fn luma(&self) -> Option<Component<'_>> {
        let Layout::Luma { bits, .. } = self.layout() else { return None };
        let component = &self.kind()?.comp[0];
        let plane = usize::try_from(component.plane).ok()?;
        let (planes, strides) = (field!(self, data), field!(self, linesize));
        let (start, stride) = (*planes.get(plane)?, *strides.get(plane)?);
        let step = usize::try_from(component.step).ok()?;
        let offset = usize::try_from(component.offset).ok()?;
        let sample_bytes = bits.div_ceil(8) as usize;
        let (width, height) = (self.width(), self.height());
        let row_bytes = offset + width.checked_sub(1)? * step + sample_bytes;
        if start.is_null() || height == 0 || row_bytes > stride.unsigned_abs() as usize {
            return None;
        }
        let is_big_endian = self.kind()?.flags & u64::from(ffi::AV_PIX_FMT_FLAG_BE as u32) != 0;
        Some(Component {
            width,
            height,
            step,
            sample_bytes,
            is_big_endian,
            shift: u32::try_from(component.shift).ok()?,
            // SAFETY: a row of the plane is `stride` bytes long, and `offset` is less.
            first: unsafe { start.add(offset) },
            stride: stride as isize,
            _frame: std::marker::PhantomData,
        })
    }

    /// Samples of each channel.
    pub fn samples(&self) -> usize {
        usize::try_from(field!(self, nb_samples)).unwrap_or(0)
    }

    pub fn channels(&self) -> usize {
        usize::try_from(field!(self, ch_layout.nb_channels)).unwrap_or(0)
    }

    pub fn rate_hz(&self) -> u32 {
        u32::try_from(field!(self, sample_rate)).unwrap_or(0)
    }

    /// How the samples are written, and whether each channel lies apart. The numbers are those of
    /// `AVSampleFormat`, which never change.
    pub fn sample_layout(&self) -> Option<(SampleLayout, bool)> {
        Some(match field!(self, format) {
            0 => (SampleLayout::U8, false),
            1 => (SampleLayout::I16, false),
            2 => (SampleLayout::I32, false),
            3 => (SampleLayout::F32, false),
            4 => (SampleLayout::F64, false),
            5 => (SampleLayout::U8, true),
            6 => (SampleLayout::I16, true),
            7 => (SampleLayout::I32, true),
            8 => (SampleLayout::F32, true),
            9 => (SampleLayout::F64, true),
            10 => (SampleLayout::I64, false),
            11 => (SampleLayout::I64, true),
            _ => return None,
        })
    }

    /// The bytes of one channel that lies apart, or of all of them in turn.
    pub fn sound(&self, plane: usize) -> Option<&[u8]> {
        let (layout, is_planar) = self.sample_layout()?;
        let channels = self.channels();
        let (count, in_each) = if is_planar { (channels, 1) } else { (1, channels) };
        let bytes = self.samples().checked_mul(layout.bytes())?.checked_mul(in_each)?;
        let first = *field!(self, linesize).first()?;
        let room = usize::try_from(first).ok()?;
        if plane >= count || bytes > room || field!(self, extended_data).is_null() {
            return None;
        }
        let planes = field!(self, extended_data);
        // SAFETY: sound has as many planes as channels lie apart, each of `linesize[0]` bytes,
        // which are at least `bytes`; they live as long as the frame's borrow.
        unsafe {
            let start = *planes.add(plane);
            (!start.is_null()).then(|| std::slice::from_raw_parts(start, bytes))
        }
    }

    pub(super) fn raw(&mut self) -> *mut ffi::AVFrame {
        self.raw
    }

    /// The kind of pixels, by its number.
    pub(super) fn format(&self) -> c_int {
        field!(self, format)
    }

    /// Where planes begin, and bytes from one row of each to the next.
    pub(super) fn planes(&self) -> ([*mut u8; 8], [c_int; 8]) {
        (field!(self, data), field!(self, linesize))
    }

    fn kind(&self) -> Option<&'static ffi::AVPixFmtDescriptor> {
        // SAFETY: any number may be asked for; the result is null or a static of FFmpeg's.
        unsafe {
            let described = crate::library::call!(
                super::FFMPEG,
                av_pix_fmt_desc_get,
                av_pix_fmt_desc_get(self.format())
            );
            described.as_ref()
        }
    }

    /// What is not said is what its kind of pixels usually is.
    fn is_full(&self, kind: &ffi::AVPixFmtDescriptor) -> bool {
        // SAFETY: the enumeration is as wide as a number of C.
        let range = unsafe { number_of!((*self.raw).color_range) };
        match range {
            range if range == ffi::AVColorRange::AVCOL_RANGE_JPEG as c_int => true,
            range if range == ffi::AVColorRange::AVCOL_RANGE_MPEG as c_int => false,
            _ => kind.nb_components == 1 || FULL_BY_NAME.contains(&self.format()),
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: it came from `av_frame_alloc`, and only here is it freed.
        unsafe { av!(av_frame_free(&raw mut self.raw)) }
    }
}

impl Component<'_> {
    /// The bytes from the first sample of row `y` to its last. None where there is no such row.
    pub fn row(&self, y: usize) -> Option<&[u8]> {
        if y >= self.height {
            return None;
        }
        let bytes = (self.width - 1) * self.step + self.sample_bytes;
        // SAFETY: the plane has `height` rows that begin `stride` bytes apart, and each has room
        // for offset + (width - 1) * step + sample_bytes bytes, which was looked at when this was
        // made; `first` lies `offset` into the first of them.
        unsafe {
            let start = self.first.offset(y as isize * self.stride);
            Some(std::slice::from_raw_parts(start, bytes))
        }
    }
}

impl SampleLayout {
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }
}

unsafe extern "C" {
    /// As in `libavutil/pixdesc.h`, the kind of pixels as a number.
    fn av_pix_fmt_desc_get(format: c_int) -> *const ffi::AVPixFmtDescriptor;
}
