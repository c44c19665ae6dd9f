//! GIF: the first frame, on a white screen.

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, flaw_of, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError};
use athar_kernel::Orientation;
use gif::{ColorOutput, DecodeOptions, Decoder, DecodingError, Frame};
use std::io::Cursor;

const WHITE: [u8; 3] = [255; 3];

pub(crate) fn head(bytes: &[u8], _limits: &Limits) -> Result<Head, MediaError> {
    let (decoder, frame) = open(bytes)?;
    Ok(Head {
        width: decoder.width().into(),
        height: decoder.height().into(),
        orientation: Orientation::Rot0,
        working: u64::from(frame.width) * u64::from(frame.height) + (1 << 18),
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits, canvas: &mut Canvas) -> Result<(), MediaError> {
    let (mut decoder, frame) = open(bytes)?;
    let size = decoder.buffer_size();
    if size as u64 > limits.memory {
        return Err(over_memory(limits));
    }
    let palette = colours(decoder.palette().map_err(|error| failure(&error))?, frame.transparent);
    let mut indices = vec![0; size];
    decoder.read_into_buffer(&mut indices).map_err(|error| failure(&error))?;
    let (width, height) = (canvas.fit().width as usize, canvas.fit().height as usize);
    let mut row = vec![WHITE; width];
    for y in 0..height {
        row.fill(WHITE);
        paint(&mut row, y, &frame, &indices, &palette);
        canvas.put(Run::row(y), Layout::Rgb, row.as_flattened());
    }
    Ok(())
}

type Opened<'a> = (Decoder<Cursor<&'a [u8]>>, Frame<'static>);

fn open(bytes: &[u8]) -> Result<Opened<'_>, MediaError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|error| failure(&error))?;
    let frame = decoder.next_frame_info().map_err(|error| failure(&error))?.cloned();
    Ok((decoder, frame.ok_or(corrupt(Format::Gif, Flaw::EndsEarly))?))
}

/// The colour of every index. One that the palette lacks is transparent.
fn colours(palette: &[u8], transparent: Option<u8>) -> [[u8; 3]; 256] {
    let mut colours = [WHITE; 256];
    for (colour, given) in colours.iter_mut().zip(palette.as_chunks().0) {
        *colour = *given;
    }
    if let Some(index) = transparent {
        colours[usize::from(index)] = WHITE;
    }
    colours
}

/// Paints the part of the frame that lies in row `y` of the screen.
fn paint(row: &mut [[u8; 3]], y: usize, frame: &Frame, indices: &[u8], palette: &[[u8; 3]; 256]) {
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    if y < top || y >= top + height || left >= row.len() {
        return;
    }
    let line = &indices[(y - top) * width..][..width];
    for (pixel, &index) in row[left..].iter_mut().zip(line) {
        *pixel = palette[usize::from(index)];
    }
}

fn failure(error: &DecodingError) -> MediaError {
    let flaw = match error {
        DecodingError::UnexpectedEof => Flaw::EndsEarly,
        DecodingError::Io(error) => flaw_of(error),
        _ => Flaw::BadData,
    };
    corrupt(Format::Gif, flaw)
}
