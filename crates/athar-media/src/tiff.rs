//! TIFF and BigTIFF, strip by strip or tile by tile: grey, palette, RGB, CMYK and YCbCr, chunky or
//! planar, of 1 to 32 bits a sample. Of several pages the first counts, and only its directory is
//! read, so loops and nests of directories are never walked.

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, flaw_of, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError, exif, jpeg};
use athar_kernel::Orientation;
use std::borrow::Cow;
use std::io::Cursor;
use tiff::decoder::{ChunkType, Decoder, TiffCodingUnit};
use tiff::tags::{SampleFormat, Tag};
use tiff::{ColorType, TiffError};

pub(crate) fn head(bytes: &[u8], limits: &Limits) -> Result<Head, MediaError> {
    let mut page = Page::open(bytes, limits)?;
    let copied = if page.palette.is_some() { bytes.len() as u64 } else { 0 };
    let unit = page.unit(0)?;
    Ok(Head {
        width: page.width,
        height: page.height,
        orientation: page.orientation(),
        // A strip or tile as it is given; as a JPEG, once more inside of its decoder.
        working: copied + if page.is_jpeg() { 3 } else { 1 } * unit.bytes as u64 + (1 << 18),
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits, canvas: &mut Canvas) -> Result<(), MediaError> {
    let mut page = Page::open(bytes, limits)?;
    page.check_inner_jpegs(bytes)?;
    let mut data = Vec::new();
    for index in 0..page.units() {
        let unit = page.unit(index)?;
        data.clear();
        data.resize(unit.bytes, 0);
        page.decoder
            .read_coding_unit_bytes(TiffCodingUnit(index), &mut data)
            .map_err(|error| failure(&error, limits))?;
        page.put(&unit, &data, canvas);
    }
    Ok(())
}

struct Page<'a> {
    decoder: Decoder<Cursor<Cow<'a, [u8]>>>,
    limits: Limits,
    width: u32,
    height: u32,
    pixel: Pixel,
    palette: Option<Vec<[u8; 3]>>,
}

/// How a pixel is stored.
#[derive(Clone, Copy)]
struct Pixel {
    layout: Layout,
    /// Samples in the file; those behind the ones that the layout names are passed over.
    stored: usize,
    bits: u8,
    format: SampleFormat,
}

/// A strip or a tile: where it goes, and how it lies in memory.
struct Unit {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    bytes: usize,
    row_stride: usize,
    /// Bytes from one plane of samples to the next; 0 when they are interleaved.
    plane_stride: usize,
}

impl<'a> Page<'a> {
    fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, MediaError> {
        let failed = |error: TiffError| failure(&error, limits);
        let (bytes, has_palette) = without_palette(bytes);
        let mut decoder =
            Decoder::new(Cursor::new(bytes)).map_err(failed)?.with_limits(inner_limits(limits));
        let (width, height) = decoder.dimensions().map_err(failed)?;
        let pixel = Pixel::of(&mut decoder, limits)?;
        let palette = match has_palette {
            true => Some(palette(&mut decoder, pixel.bits).map_err(failed)?),
            false => None,
        };
        Ok(Self { decoder, limits: *limits, width, height, pixel, palette })
    }

    fn orientation(&mut self) -> Orientation {
        let value = self.decoder.find_tag_unsigned::<u16>(Tag::Orientation).ok().flatten();
        value.and_then(Orientation::from_exif).unwrap_or_default()
    }

    fn is_jpeg(&mut self) -> bool {
        const JPEG: u16 = 7;
        self.decoder.find_tag_unsigned::<u16>(Tag::Compression).ok().flatten() == Some(JPEG)
    }

    fn units(&self) -> u32 {
        let (width, height) = self.decoder.chunk_dimensions();
        self.width.div_ceil(width) * self.height.div_ceil(height)
    }

    fn unit(&mut self, index: u32) -> Result<Unit, MediaError> {
        let layout = self.decoder.image_coding_unit_layout(TiffCodingUnit(index));
        let layout = layout.map_err(|error| failure(&error, &self.limits))?;
        if layout.complete_len as u64 > self.limits.memory {
            return Err(over_memory(&self.limits));
        }
        let (chunk_width, chunk_height) = self.decoder.chunk_dimensions();
        let (width, height) = self.decoder.chunk_data_dimensions(index);
        let across = match self.decoder.get_chunk_type() {
            ChunkType::Strip => 1,
            ChunkType::Tile => self.width.div_ceil(chunk_width),
        };
        let stride = |stride: Option<std::num::NonZeroUsize>| stride.map_or(0, usize::from);
        Ok(Unit {
            x: (index % across * chunk_width) as usize,
            y: (index / across * chunk_height) as usize,
            width: width as usize,
            height: height as usize,
            bytes: layout.complete_len,
            row_stride: stride(layout.row_stride),
            plane_stride: if layout.planes > 1 { stride(layout.plane_stride) } else { 0 },
        })
    }

    /// Puts a strip or tile on the canvas.
    fn put(&self, unit: &Unit, data: &[u8], canvas: &mut Canvas) {
        let used = self.pixel.layout.samples();
        let mut samples = vec![0; unit.width * used];
        let mut colours = Vec::new();
        for row in 0..unit.height {
            for channel in 0..used {
                self.read_channel(unit, data, row, channel, &mut samples);
            }
            let run = Run { x: unit.x, y: unit.y + row, step: 1 };
            match &self.palette {
                None => canvas.put(run, self.pixel.layout, &samples),
                Some(palette) => {
                    colours.clear();
                    let colour = |&index: &u8| palette.get(usize::from(index));
                    colours.extend(samples.iter().map(|i| colour(i).copied().unwrap_or_default()));
                    canvas.put(run, Layout::Rgb, colours.as_flattened());
                }
            }
        }
    }

    fn read_channel(
        &self,
        unit: &Unit,
        data: &[u8],
        row: usize,
        channel: usize,
        samples: &mut [u8],
    ) {
        let used = self.pixel.layout.samples();
        let (plane, offset, step) = match unit.plane_stride {
            0 => (0, channel, self.pixel.stored),
            stride => (channel * stride, 0, 1),
        };
        let line = data.get(plane + row * unit.row_stride..).unwrap_or(&[]);
        let is_index = self.palette.is_some();
        for (x, sample) in samples[channel..].iter_mut().step_by(used).enumerate() {
            *sample = self.pixel.sample(line, offset + x * step, is_index);
        }
    }

    /// A strip that is itself a JPEG is decoded at the size that it claims. It may not claim more
    /// than its place in the picture, beyond what blocks of pixels round up to.
    fn check_inner_jpegs(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        const MAX_BLOCK: u32 = 64;
        if !self.is_jpeg() {
            return Ok(());
        }
        let (width, height) = self.decoder.chunk_dimensions();
        let offsets = match self.decoder.get_chunk_type() {
            ChunkType::Strip => Tag::StripOffsets,
            ChunkType::Tile => Tag::TileOffsets,
        };
        let offsets = self.decoder.get_tag_u64_vec(offsets).unwrap_or_default();
        let streams = offsets.into_iter().filter_map(|at| bytes.get(usize::try_from(at).ok()?..));
        for (claimed_width, claimed_height) in streams.filter_map(jpeg::frame_size) {
            if u32::from(claimed_width) > width.saturating_add(MAX_BLOCK)
                || u32::from(claimed_height) > height.saturating_add(MAX_BLOCK)
            {
                return Err(corrupt(Format::Tiff, Flaw::BadData));
            }
        }
        Ok(())
    }
}

impl Pixel {
    fn of<R: std::io::Read + std::io::Seek>(
        decoder: &mut Decoder<R>,
        limits: &Limits,
    ) -> Result<Self, MediaError> {
        let colour = decoder.colortype().map_err(|error| failure(&error, limits))?;
        let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).ok().flatten();
        let alpha = extra.and_then(|kinds| kinds.first().copied());
        const PREMULTIPLIED: u16 = 1;
        const STRAIGHT: u16 = 2;
        let (layout, stored) = match (colour, alpha) {
            (ColorType::Gray(_), _) => (Layout::Grey, 1),
            (ColorType::Multiband { num_samples, .. }, Some(PREMULTIPLIED | STRAIGHT)) => {
                (Layout::GreyAlpha, usize::from(num_samples))
            }
            (ColorType::Multiband { num_samples, .. }, _) => {
                (Layout::Grey, usize::from(num_samples))
            }
            // Its first sample is luma.
            (ColorType::YCbCr(8), _) => (Layout::Grey, 3),
            (ColorType::RGB(_), _) => (Layout::Rgb, 3),
            (ColorType::RGBA(_), Some(PREMULTIPLIED)) => (Layout::RgbaPremultiplied, 4),
            (ColorType::RGBA(_), Some(STRAIGHT)) => (Layout::Rgba, 4),
            (ColorType::RGBA(_), _) => (Layout::Rgb, 4),
            (ColorType::CMYK(_), _) => (Layout::Cmyk, 4),
            (ColorType::CMYKA(_), _) => (Layout::Cmyk, 5),
            _ => return Err(MediaError::UnsupportedKind { format: Format::Tiff }),
        };
        let unit = decoder.image_buffer_layout().map_err(|error| failure(&error, limits))?;
        let pixel = Self { layout, stored, bits: colour.bit_depth(), format: unit.sample_format };
        match (pixel.format, pixel.bits) {
            (SampleFormat::Uint, 1 | 2 | 4 | 8 | 16 | 32) | (SampleFormat::IEEEFP, 32) => Ok(pixel),
            _ => Err(MediaError::UnsupportedKind { format: Format::Tiff }),
        }
    }

    /// Sample `index` of a line, brought to 8 bits: wide ones lose their low bits, narrow ones
    /// are spread over the range, unless they are an index into a palette.
    fn sample(&self, line: &[u8], index: usize, is_index: bool) -> u8 {
        let field = |bytes: usize| line.get(index * bytes..(index + 1) * bytes).unwrap_or(&[0; 4]);
        match (self.format, self.bits) {
            (SampleFormat::IEEEFP, _) => {
                let value = field(4).first_chunk().map_or(0.0, |&bytes| f32::from_ne_bytes(bytes));
                (value * 255.0).round() as u8
            }
            (_, 32) => field(4).first_chunk().map_or(0, |&b| (u32::from_ne_bytes(b) >> 24) as u8),
            (_, 16) => field(2).first_chunk().map_or(0, |&b| (u16::from_ne_bytes(b) >> 8) as u8),
            (_, 8) => line.get(index).copied().unwrap_or(0),
            (_, bits) => {
                let bit = index * usize::from(bits);
                let byte = line.get(bit / 8).copied().unwrap_or(0);
                let max = (1 << bits) - 1;
                let value = byte >> (8 - usize::from(bits) - bit % 8) & max;
                if is_index { value } else { value * (255 / max) }
            }
        }
    }
}

/// The decoder knows no palettes. To it, such a picture is handed over as one of grey values,
/// which are the indices.
fn without_palette(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    const PHOTOMETRIC_INTERPRETATION: u16 = 262;
    const BLACK_IS_ZERO: u8 = 1;
    const PALETTE: u8 = 3;
    let field = exif::value_offset(bytes, PHOTOMETRIC_INTERPRETATION);
    let low_byte = field.map(|at| if bytes.starts_with(b"MM") { at + 1 } else { at });
    match low_byte {
        Some(at) if bytes.get(at) == Some(&PALETTE) => {
            let mut patched = bytes.to_vec();
            patched[at] = BLACK_IS_ZERO;
            (Cow::Owned(patched), true)
        }
        _ => (Cow::Borrowed(bytes), false),
    }
}

/// All reds, then all greens, then all blues; of 16 bits, though some writers use only the low 8.
fn palette<R: std::io::Read + std::io::Seek>(
    decoder: &mut Decoder<R>,
    bits: u8,
) -> Result<Vec<[u8; 3]>, TiffError> {
    let map = decoder.get_tag_u16_vec(Tag::ColorMap)?;
    let shift = if map.iter().any(|&value| value > 255) { 8 } else { 0 };
    let colours = (1 << bits.min(8)).min(map.len() / 3);
    let channel = |index: usize| (map[index] >> shift) as u8;
    Ok((0..colours).map(|i| [channel(i), channel(i + colours), channel(i + 2 * colours)]).collect())
}

fn inner_limits(limits: &Limits) -> tiff::decoder::Limits {
    let max = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let mut inner = tiff::decoder::Limits::default();
    inner.decoding_buffer_size = max;
    inner.intermediate_buffer_size = max;
    inner
}

fn failure(error: &TiffError, limits: &Limits) -> MediaError {
    match error {
        TiffError::IoError(error) => corrupt(Format::Tiff, flaw_of(error)),
        TiffError::UnsupportedError(_) => MediaError::UnsupportedKind { format: Format::Tiff },
        TiffError::LimitsExceeded => over_memory(limits),
        TiffError::FormatError(tiff::TiffFormatError::InvalidDimensions(..)) => {
            MediaError::NoPixels { format: Format::Tiff }
        }
        TiffError::FormatError(_) => corrupt(Format::Tiff, Flaw::BadHeader),
        _ => corrupt(Format::Tiff, Flaw::BadData),
    }
}
