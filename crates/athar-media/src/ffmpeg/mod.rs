//! FFmpeg, made safe to call: what a clip needs of it and nothing else.
//!
//! [`Channel`] hands it a file as bytes, [`Input`] takes a container apart, [`Decoder`] makes
//! frames of packets, [`Converter`] brings rare kinds of pixels to one and [`Resampler`] brings
//! sound to one rate. What stands in FFmpeg's memory is read as plain numbers and slices here, and
//! no pointer leaves this folder.
//!
//! FFmpeg is closed in: the demuxer is chosen by us, decoders come from the list in `codecs`,
//! every protocol is refused, and so is each file or address that a container asks for. All work
//! is done in the thread that calls.
//!
//! Enumerations of FFmpeg are read and given as numbers: a library newer than its headers may
//! have more of them.

#![expect(unsafe_code, reason = "FFmpeg is C")]

mod channel;
mod codecs;
mod convert;
mod decoder;
mod frame;
mod input;
mod resample;

pub(crate) use channel::{Channel, Fault, Source, Stop};
pub(crate) use codecs::Codec;
pub(crate) use convert::Converter;
pub(crate) use decoder::{Decoder, Received};
pub(crate) use frame::{Component, Frame, Layout, SampleLayout};
pub(crate) use input::{Input, Packet, Reading, Setting, Stream, StreamKind};
pub(crate) use resample::Resampler;

use crate::library::{Library, file};
use ffmpeg_next::ffi;
use std::ffi::c_int;
use std::sync::Once;

/// The largest piece of memory that FFmpeg may ask for at once. A frame of 8192 x 4608 pixels has
/// room in it, and no table that a header only claims to be immense.
pub(crate) const MAX_PIECE_BYTES: usize = 128 << 20;

/// FFmpeg's libraries, of the versions whose headers this was built with.
static FFMPEG: Library = Library::new(|| {
    [
        ("avutil", ffi::LIBAVUTIL_VERSION_MAJOR),
        ("swresample", ffi::LIBSWRESAMPLE_VERSION_MAJOR),
        ("swscale", ffi::LIBSWSCALE_VERSION_MAJOR),
        ("avcodec", ffi::LIBAVCODEC_VERSION_MAJOR),
        ("avformat", ffi::LIBAVFORMAT_VERSION_MAJOR),
    ]
    .map(|(name, major)| file(name, major.unsigned_abs()))
    .into()
});

/// Calls a function of FFmpeg.
macro_rules! av {
    ($name:ident($($argument:expr),* $(,)?)) => {
        $crate::library::call!($crate::ffmpeg::FFMPEG, ffi::$name, $name($($argument),*))
    };
}
use av;

/// Loads FFmpeg, silences it and limits its pieces of memory, for the whole process. False where it
/// is not installed: then nothing else here may be called.
pub(crate) fn prepare() -> bool {
    static ONCE: Once = Once::new();
    if !FFMPEG.is_there() {
        return false;
    }
    // SAFETY: both set one global number, which FFmpeg reads and writes atomically.
    ONCE.call_once(|| unsafe {
        av!(av_log_set_level(ffi::AV_LOG_QUIET));
        av!(av_max_alloc(MAX_PIECE_BYTES));
    });
    true
}

/// A ratio as FFmpeg holds it; `None` where it is none or not positive.
fn ratio(of: ffi::AVRational) -> Option<(u32, u32)> {
    let (num, den) = (u32::try_from(of.num).ok()?, u32::try_from(of.den).ok()?);
    (num > 0 && den > 0).then_some((num, den))
}

/// The number behind an enumeration of FFmpeg.
macro_rules! number_of {
    ($place:expr) => {
        (&raw const $place).cast::<std::ffi::c_int>().read()
    };
}
use number_of;

/// What a failed call says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    NoMemory,
    Interrupted,
    /// A header claims frames of so many pixels, more than there may be.
    Pixels(u64),
    Other,
}

fn failure(code: c_int) -> Failure {
    match code {
        code if code == ffi::AVERROR(ffi::ENOMEM) => Failure::NoMemory,
        ffi::AVERROR_EXIT => Failure::Interrupted,
        _ => Failure::Other,
    }
}
