//! Pictures, clips and sound: from hostile bytes to planes of luma and samples.
//!
//! What a file is, its bytes say and never its name. What its header claims is held against
//! [`Limits`] before anything of that size is allocated; what it turns out to be is a [`Picture`]
//! as a person sees it, upright and on white paper, or a [`MediaError`] that says why not. A
//! damaged picture is an error, never half a picture: its hash would match nothing.
//!
//! Each format is a module of two functions: `head` reads what stands before the pixels, `decode`
//! puts the pixels on a canvas. The canvas turns colours into luma and shrinks while rows arrive.
//! No module knows what the plane is for: how little is enough comes down as [`Want`].
//!
//! Clips, voice notes and other sound are read one frame or piece after the other: see `clip`.
//!
//! Nothing here prints, does I/O, starts a thread or reads a clock. (Codecs behind libheif may
//! start threads of their own.)

mod bmp;
mod canvas;
#[cfg(feature = "clip")]
pub mod clip;
mod container;
mod error;
mod exif;
#[cfg(feature = "clip")]
mod ffmpeg;
mod fit;
mod format;
mod gif;
mod guard;
#[cfg(feature = "heif")]
mod heif;
mod jpeg;
#[cfg(feature = "jxl")]
mod jxl;
#[cfg(any(feature = "clip", feature = "heif"))]
mod library;
mod limits;
mod png;
mod readiness;
mod tiff;
mod webp;

pub use error::{Flaw, MediaError, Resource};
pub use format::{Format, Medium};
pub use guard::is_decoding;
pub use limits::{Limits, Want};
pub use readiness::set_up;

use athar_kernel::{Orientation, Plane};
use canvas::Canvas;
use fit::Fit;

/// What can be known of a picture without decoding its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// The format.
    pub format: Format,
    /// Columns as stored.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// What must be done to the stored pixels so that they stand upright.
    pub orientation: Orientation,
    /// Bytes of memory that [`decode`] needs at its peak, the plane included and the file's own
    /// bytes not: an upper estimate, for a budget that several decodings share.
    pub memory: u64,
}

/// A decoded picture, upright.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The format.
    pub format: Format,
    /// Columns as a person sees them, before any shrinking.
    pub width: u32,
    /// Rows as a person sees them, before any shrinking.
    pub height: u32,
    /// What was done to the stored pixels. HEIC, AVIF and JPEG XL are always
    /// [`Orientation::Rot0`]: their decoders turn them.
    pub orientation: Orientation,
    /// Luma, 0 to 255, of the size that was wanted.
    pub plane: Plane,
}

/// Reads the header of a picture.
///
/// # Errors
///
/// Whatever can be told by the header: the content is no picture, over a limit, or broken.
pub fn probe(bytes: &[u8], limits: &Limits, want: Want) -> Result<Probe, MediaError> {
    let format = recognise(bytes, limits)?;
    guard::guarded(format, || {
        let head = head(format, bytes, limits)?;
        let (_, memory) = plan(format, &head, limits, want)?;
        Ok(Probe {
            format,
            width: head.width,
            height: head.height,
            orientation: head.orientation,
            memory,
        })
    })
}

/// Decodes a picture to luma.
///
/// # Errors
///
/// The content is no picture, damaged or over a limit. A panic inside of a decoder is caught and
/// becomes [`Flaw::DecoderPanicked`]; see [`is_decoding`] for how to keep it off the terminal.
pub fn decode(bytes: &[u8], limits: &Limits, want: Want) -> Result<Picture, MediaError> {
    let format = recognise(bytes, limits)?;
    guard::guarded(format, || {
        let head = head(format, bytes, limits)?;
        let (fit, _) = plan(format, &head, limits, want)?;
        let mut canvas = Canvas::new(fit, head.orientation);
        paint(format, bytes, limits, &mut canvas)?;
        let (width, height) = match head.orientation.swaps_sides() {
            true => (head.height, head.width),
            false => (head.width, head.height),
        };
        let plane = canvas.into_plane();
        Ok(Picture { format, width, height, orientation: head.orientation, plane })
    })
}

/// What a format's `head` gives.
struct Head {
    width: u32,
    height: u32,
    orientation: Orientation,
    /// Bytes that decoding takes beside the plane.
    working: u64,
}

fn recognise(bytes: &[u8], limits: &Limits) -> Result<Format, MediaError> {
    within(Resource::Bytes, bytes.len() as u64, limits.bytes)?;
    let format = Format::of(bytes)?;
    match format.medium() {
        Medium::Picture => Ok(format),
        _ => Err(MediaError::Unsupported {
            looks_like: Some(format.looks_like()),
            wanted: Medium::Picture,
        }),
    }
}

/// How the picture becomes a plane and what that takes, if the limits allow it.
fn plan(
    format: Format,
    head: &Head,
    limits: &Limits,
    want: Want,
) -> Result<(Fit, u64), MediaError> {
    if head.width == 0 || head.height == 0 {
        return Err(MediaError::NoPixels { format });
    }
    within(Resource::Pixels, u64::from(head.width) * u64::from(head.height), limits.pixels)?;
    let fit = Fit::new(format, want, head.width, head.height);
    let memory = head.working.saturating_add(fit.plane_bytes());
    within(Resource::Memory, memory, limits.memory)?;
    Ok((fit, memory))
}

fn within(what: Resource, got: u64, max: u64) -> Result<(), MediaError> {
    if got <= max { Ok(()) } else { Err(MediaError::Limit { what, got, max }) }
}

fn head(format: Format, bytes: &[u8], limits: &Limits) -> Result<Head, MediaError> {
    match format {
        Format::Jpeg => jpeg::head(bytes, limits),
        Format::Png => png::head(bytes, limits),
        Format::WebP => webp::head(bytes, limits),
        Format::Gif => gif::head(bytes, limits),
        Format::Bmp => bmp::head(bytes, limits),
        Format::Tiff => tiff::head(bytes, limits),
        #[cfg(feature = "heif")]
        Format::Heic | Format::Avif => heif::head(bytes, limits, format),
        #[cfg(feature = "jxl")]
        Format::Jxl => jxl::head(bytes, limits),
        _ => Err(MediaError::UnsupportedKind { format }),
    }
}

fn paint(
    format: Format,
    bytes: &[u8],
    limits: &Limits,
    canvas: &mut Canvas,
) -> Result<(), MediaError> {
    match format {
        Format::Jpeg => jpeg::decode(bytes, limits, canvas),
        Format::Png => png::decode(bytes, limits, canvas),
        Format::WebP => webp::decode(bytes, limits, canvas),
        Format::Gif => gif::decode(bytes, limits, canvas),
        Format::Bmp => bmp::decode(bytes, limits, canvas),
        Format::Tiff => tiff::decode(bytes, limits, canvas),
        #[cfg(feature = "heif")]
        Format::Heic | Format::Avif => heif::decode(bytes, limits, format, canvas),
        #[cfg(feature = "jxl")]
        Format::Jxl => jxl::decode(bytes, limits, canvas),
        _ => Err(MediaError::UnsupportedKind { format }),
    }
}
