//! GIF: the first frame, on a white screen; of an animated one also the others, one laid on the
//! other.

#[cfg(feature = "clip")]
use crate::Resource;
use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, flaw_of, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError};
use athar_kernel::Orientation;
#[cfg(feature = "clip")]
use gif::DisposalMethod;
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

/// An animated GIF, frame by frame.
#[cfg(feature = "clip")]
pub(crate) struct Film<'a> {
    decoder: Decoder<Cursor<&'a [u8]>>,
    max_pixels: u64,
    /// Red, green and blue of each pixel of the screen.
    screen: Vec<[u8; 3]>,
    /// What is to be done with the last frame before the next one is laid down.
    last: Option<(Frame<'static>, Vec<[u8; 3]>)>,
}

#[cfg(feature = "clip")]
impl<'a> Film<'a> {
    pub fn open(bytes: &'a [u8], max_pixels: u64) -> Result<Self, MediaError> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::Indexed);
        let decoder = options.read_info(Cursor::new(bytes)).map_err(|error| failure(&error))?;
        let pixels = u64::from(decoder.width()) * u64::from(decoder.height());
        crate::within(Resource::Pixels, pixels, max_pixels)?;
        let screen = vec![WHITE; usize::from(decoder.width()) * usize::from(decoder.height())];
        Ok(Self { decoder, max_pixels, screen, last: None })
    }

    pub fn size(&self) -> (usize, usize) {
        (self.decoder.width().into(), self.decoder.height().into())
    }

    /// Lays the next frame on the screen. Gives for how many milliseconds it says to stand there.
    pub fn next(&mut self) -> Result<Option<u32>, MediaError> {
        let frame = self.decoder.next_frame_info().map_err(|error| failure(&error))?.cloned();
        let Some(frame) = frame else { return Ok(None) };
        let size = self.decoder.buffer_size();
        crate::within(Resource::Pixels, size as u64, self.max_pixels)?;
        self.take_last_away();
        let palette = self.decoder.palette().map_err(|error| failure(&error))?;
        let palette = colours(palette, None);
        let mut indices = vec![0; size];
        self.decoder.read_into_buffer(&mut indices).map_err(|error| failure(&error))?;
        let before = match frame.dispose {
            DisposalMethod::Previous => self.screen.clone(),
            _ => Vec::new(),
        };
        let width = usize::from(self.decoder.width()).max(1);
        for (y, row) in self.screen.chunks_exact_mut(width).enumerate() {
            overlay(row, y, &frame, &indices, &palette);
        }
        let delay_ms = u32::from(frame.delay) * 10;
        self.last = Some((frame, before));
        Ok(Some(delay_ms))
    }

    /// Red, green and blue of each pixel, row by row.
    pub fn screen(&self) -> &[u8] {
        self.screen.as_flattened()
    }

    fn take_last_away(&mut self) {
        let Some((frame, before)) = self.last.take() else { return };
        match frame.dispose {
            DisposalMethod::Previous => self.screen = before,
            DisposalMethod::Background => {
                let width = usize::from(self.decoder.width()).max(1);
                for (y, row) in self.screen.chunks_exact_mut(width).enumerate() {
                    part(row, y, &frame).1.fill(WHITE);
                }
            }
            DisposalMethod::Any | DisposalMethod::Keep => (),
        }
    }
}

/// How many frames an animated GIF has, and how long each says to stand, without their pixels.
/// What is damaged ends it.
#[cfg(feature = "clip")]
pub(crate) fn delays_ms(bytes: &[u8]) -> Result<Vec<u32>, MediaError> {
    let mut options = DecodeOptions::new();
    options.skip_frame_decoding(true);
    let mut decoder = options.read_info(Cursor::new(bytes)).map_err(|error| failure(&error))?;
    let next = std::iter::from_fn(|| decoder.next_frame_info().ok().flatten().map(|f| f.delay));
    Ok(next.map(|delay| u32::from(delay) * 10).collect())
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
    let (line, pixels) = part(row, y, frame);
    for (pixel, &index) in pixels.iter_mut().zip(&indices[line..]) {
        *pixel = palette[usize::from(index)];
    }
}

/// As [`paint`], but what is transparent leaves what was there.
#[cfg(feature = "clip")]
fn overlay(row: &mut [[u8; 3]], y: usize, frame: &Frame, indices: &[u8], palette: &[[u8; 3]; 256]) {
    let (line, pixels) = part(row, y, frame);
    for (pixel, &index) in pixels.iter_mut().zip(&indices[line..]) {
        if frame.transparent != Some(index) {
            *pixel = palette[usize::from(index)];
        }
    }
}

/// The pixels of row `y` of the screen that the frame covers, and where its own row begins.
fn part<'r>(row: &'r mut [[u8; 3]], y: usize, frame: &Frame) -> (usize, &'r mut [[u8; 3]]) {
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    if y < top || y >= top + height || left >= row.len() {
        return (0, &mut []);
    }
    let right = row.len().min(left + width);
    ((y - top) * width, &mut row[left..right])
}

fn failure(error: &DecodingError) -> MediaError {
    let flaw = match error {
        DecodingError::UnexpectedEof => Flaw::EndsEarly,
        DecodingError::Io(error) => flaw_of(error),
        _ => Flaw::BadData,
    };
    corrupt(Format::Gif, flaw)
}
