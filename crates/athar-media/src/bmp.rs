//! BMP: every header from OS/2 on, palettes, bit fields and run lengths.

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, flaw_of};
use crate::{Flaw, Format, Head, Limits, MediaError};
use athar_kernel::Orientation;
use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageError};
use std::io::Cursor;

pub(crate) fn head(bytes: &[u8], _limits: &Limits) -> Result<Head, MediaError> {
    let decoder = open(bytes)?;
    let (width, height) = decoder.dimensions();
    let working = decoder.total_bytes() + (1 << 16);
    Ok(Head { width, height, orientation: Orientation::Rot0, working })
}

pub(crate) fn decode(
    bytes: &[u8],
    _limits: &Limits,
    canvas: &mut Canvas,
) -> Result<(), MediaError> {
    let decoder = open(bytes)?;
    let layout = if decoder.color_type() == ColorType::Rgba8 { Layout::Rgba } else { Layout::Rgb };
    let mut samples = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut samples).map_err(|error| failure(&error))?;
    let stride = canvas.fit().width as usize * layout.samples();
    for (y, row) in samples.chunks_exact(stride).enumerate() {
        canvas.put(Run::row(y), layout, row);
    }
    Ok(())
}

fn open(bytes: &[u8]) -> Result<BmpDecoder<Cursor<&[u8]>>, MediaError> {
    BmpDecoder::new(Cursor::new(bytes)).map_err(|error| failure(&error))
}

fn failure(error: &ImageError) -> MediaError {
    match error {
        ImageError::IoError(error) => corrupt(Format::Bmp, flaw_of(error)),
        ImageError::Unsupported(_) => MediaError::UnsupportedKind { format: Format::Bmp },
        _ => corrupt(Format::Bmp, Flaw::BadData),
    }
}
