//! PNG, row by row: of an interlaced picture, too, no more than the plane is held. Of an animated
//! one the still picture counts, or else its first frame.

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, flaw_of, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError, exif};
use athar_kernel::Orientation;
use png::{ColorType, DecodingError, Transformations};
use std::io::Cursor;

pub(crate) fn head(bytes: &[u8], limits: &Limits) -> Result<Head, MediaError> {
    let sides = bytes.get(16..24).unwrap_or(&[1; 8]);
    if sides[..4] == [0; 4] || sides[4..] == [0; 4] {
        return Err(MediaError::NoPixels { format: Format::Png });
    }
    let mut decoder = decoder(bytes, limits);
    let info = decoder.read_header_info().map_err(|error| failure(&error, limits))?;
    let row = info.raw_row_length() as u64;
    Ok(Head {
        width: info.width,
        height: info.height,
        orientation: orientation(bytes),
        // The window of inflate, and rows before, during and after the filters.
        working: (1 << 18) + 8 * row,
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits, canvas: &mut Canvas) -> Result<(), MediaError> {
    let failed = |error: DecodingError| failure(&error, limits);
    let mut reader = decoder(bytes, limits).read_info().map_err(failed)?;
    let layout = match reader.output_color_type().0 {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
    };
    let (width, height) = (canvas.fit().width as usize, canvas.fit().height as usize);
    let mut runs: Box<dyn Iterator<Item = Run>> = match reader.info().interlaced {
        true => Box::new(adam7_runs(width, height)),
        false => Box::new((0..height).map(Run::row)),
    };
    while let (Some(row), Some(run)) = (reader.next_row().map_err(failed)?, runs.next()) {
        canvas.put(run, layout, row.data());
    }
    Ok(())
}

/// Where each interlaced line goes, in the order of the file (PNG specification, 8.2). A pass
/// that has no columns has no lines.
fn adam7_runs(width: usize, height: usize) -> impl Iterator<Item = Run> {
    struct Pass {
        x: usize,
        step: usize,
        y: usize,
        every: usize,
    }
    const PASSES: [Pass; 7] = [
        Pass { x: 0, step: 8, y: 0, every: 8 },
        Pass { x: 4, step: 8, y: 0, every: 8 },
        Pass { x: 0, step: 4, y: 4, every: 8 },
        Pass { x: 2, step: 4, y: 0, every: 4 },
        Pass { x: 0, step: 2, y: 2, every: 4 },
        Pass { x: 1, step: 2, y: 0, every: 2 },
        Pass { x: 0, step: 1, y: 1, every: 2 },
    ];
    PASSES.into_iter().filter(move |pass| pass.x < width).flat_map(move |pass| {
        let lines = (pass.y..height).step_by(pass.every);
        lines.map(move |y| Run { x: pass.x, y, step: pass.step })
    })
}

fn decoder<'a>(bytes: &'a [u8], limits: &Limits) -> png::Decoder<Cursor<&'a [u8]>> {
    let max = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: max });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder
}

/// The eXIf chunk may stand before or behind the pixels.
fn orientation(bytes: &[u8]) -> Orientation {
    chunks(bytes)
        .find(|&(kind, _)| kind == b"eXIf")
        .map_or(Orientation::Rot0, |(_, data)| exif::orientation(data))
}

fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or(&[]);
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*rest.first_chunk()?) as usize;
        let kind = rest.get(4..8)?;
        let data = rest.get(8..)?.get(..length)?;
        rest = rest.get(length + 12..).unwrap_or(&[]);
        Some((kind, data))
    })
}

fn failure(error: &DecodingError, limits: &Limits) -> MediaError {
    match error {
        DecodingError::IoError(error) => corrupt(Format::Png, flaw_of(error)),
        DecodingError::LimitsExceeded => over_memory(limits),
        _ => corrupt(Format::Png, Flaw::BadData),
    }
}
