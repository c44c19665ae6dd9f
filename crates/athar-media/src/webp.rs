//! WebP: lossy, lossless, with alpha; of an animated one the first frame, and for those who want
//! all of them, each as it stands on the screen.

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, flaw_of, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError, exif};
use athar_kernel::Orientation;
use image_webp::{DecodingError, WebPDecoder};
use std::io::Cursor;

pub(crate) fn head(bytes: &[u8], limits: &Limits) -> Result<Head, MediaError> {
    let mut decoder = open(bytes, limits)?;
    let (width, height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten();
    let pixels = u64::from(width) * u64::from(height);
    // Bytes a pixel: what the decoder gives, and beside it planes of 4:2:0, alpha with the four
    // channels it is coded in, the four channels of lossless, or a whole animated screen.
    let buffers = match (decoder.is_animated(), decoder.is_lossy(), decoder.has_alpha()) {
        (true, ..) => 13,
        (false, true, false) => 5,
        (false, true, true) => 11,
        (false, false, _) => 8,
    };
    Ok(Head {
        width,
        height,
        orientation: exif.map_or(Orientation::Rot0, |block| exif::orientation(&block)),
        working: pixels * buffers + (1 << 20),
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits, canvas: &mut Canvas) -> Result<(), MediaError> {
    let mut decoder = open(bytes, limits)?;
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let size = decoder.output_buffer_size().ok_or_else(|| over_memory(limits))?;
    let mut samples = vec![0; size];
    decoder.read_image(&mut samples).map_err(|error| failure(&error, limits))?;
    let stride = canvas.fit().width as usize * layout.samples();
    for (y, row) in samples.chunks_exact(stride).enumerate() {
        canvas.put(Run::row(y), layout, row);
    }
    Ok(())
}

/// An animated WebP, frame by frame. Of a still one, that one frame.
#[cfg(feature = "clip")]
pub(crate) struct Film<'a> {
    decoder: WebPDecoder<Cursor<&'a [u8]>>,
    limits: Limits,
    layout: Layout,
    samples: Vec<u8>,
    is_shown: bool,
}

#[cfg(feature = "clip")]
impl<'a> Film<'a> {
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, MediaError> {
        let decoder = open(bytes, limits)?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        crate::within(crate::Resource::Pixels, pixels, limits.pixels)?;
        let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
        let size = decoder.output_buffer_size().ok_or_else(|| over_memory(limits))?;
        Ok(Self { decoder, limits: *limits, layout, samples: vec![0; size], is_shown: false })
    }

    pub fn size(&self) -> (usize, usize) {
        let (width, height) = self.decoder.dimensions();
        (width as usize, height as usize)
    }

    /// Frames, and the milliseconds that all of them say to stand.
    pub fn length(&self) -> (usize, u64) {
        match self.decoder.is_animated() {
            true => (self.decoder.num_frames() as usize, self.decoder.loop_duration()),
            false => (1, 0),
        }
    }

    /// Puts the next frame on the screen. Gives for how many milliseconds it says to stand there.
    pub fn next(&mut self) -> Result<Option<u32>, MediaError> {
        let shown = std::mem::replace(&mut self.is_shown, true);
        let outcome = match (self.decoder.is_animated(), shown) {
            (true, _) => self.decoder.read_frame(&mut self.samples),
            (false, false) => self.decoder.read_image(&mut self.samples).map(|()| 0),
            (false, true) => return Ok(None),
        };
        match outcome {
            Ok(delay_ms) => Ok(Some(delay_ms)),
            Err(DecodingError::NoMoreFrames) => Ok(None),
            Err(error) => Err(failure(&error, &self.limits)),
        }
    }

    /// The pixels, row by row, and how their samples lie.
    pub fn screen(&self) -> (&[u8], Layout) {
        (&self.samples, self.layout)
    }
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<WebPDecoder<Cursor<&'a [u8]>>, MediaError> {
    let failed = |error| failure(&error, limits);
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(failed)?;
    decoder.set_memory_limit(usize::try_from(limits.memory).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    match largest_lossy_frame(bytes) {
        Some(frame) if frame > u64::from(width) * u64::from(height) => {
            Err(corrupt(Format::WebP, Flaw::BadHeader))
        }
        _ => Ok(decoder),
    }
}

/// Pixels of the largest lossy frame, as the frames themselves say. The decoder believes a frame
/// and only afterwards compares it with the picture that it should fill.
fn largest_lossy_frame(bytes: &[u8]) -> Option<u64> {
    const ANIMATION_FRAME_HEADER: usize = 16;
    let top = chunks(bytes.get(12..).unwrap_or(&[]));
    let frames = top.flat_map(|(kind, data)| {
        let inner = match kind {
            b"ANMF" => data.get(ANIMATION_FRAME_HEADER..).unwrap_or(&[]),
            _ => &[],
        };
        std::iter::once((kind, data)).chain(chunks(inner))
    });
    frames.filter(|&(kind, _)| kind == b"VP8 ").filter_map(|(_, data)| lossy_pixels(data)).max()
}

/// RFC 6386, 9.1: two sides of 14 bits behind a tag and a start code of three bytes each.
fn lossy_pixels(frame: &[u8]) -> Option<u64> {
    let sides: &[u8; 4] = frame.get(6..)?.first_chunk()?;
    let side = |at: usize| u64::from(u16::from_le_bytes([sides[at], sides[at + 1]]) & 0x3FFF);
    Some(side(0) * side(2))
}

fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let kind = rest.get(..4)?;
        let length = u32::from_le_bytes(*rest.get(4..)?.first_chunk()?) as usize;
        let data = rest.get(8..)?;
        let data = data.get(..length).unwrap_or(data);
        rest = rest.get(8 + length.next_multiple_of(2)..).unwrap_or(&[]);
        Some((kind, data))
    })
}

fn failure(error: &DecodingError, limits: &Limits) -> MediaError {
    let flaw = match error {
        DecodingError::IoError(error) => flaw_of(error),
        DecodingError::MemoryLimitExceeded => return over_memory(limits),
        DecodingError::RiffSignatureInvalid(_)
        | DecodingError::ChunkMissing
        | DecodingError::ChunkHeaderInvalid(_) => Flaw::BadHeader,
        _ => Flaw::BadData,
    };
    corrupt(Format::WebP, flaw)
}
