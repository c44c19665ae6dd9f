//! JPEG XL, by the decoder of its own project. It turns the picture upright itself.

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError};
use athar_kernel::Orientation;
use jxl::api::{
    Event, ExtraChannel, JxlBasicInfo, JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions,
    JxlOutputBuffer, JxlPixelFormat,
};
use jxl::error::Error;

pub(crate) fn head(bytes: &[u8], limits: &Limits) -> Result<Head, MediaError> {
    let (decoder, _) = open(bytes, limits)?;
    let info = decoder.basic_info().ok_or_else(ends_early)?;
    let (width, height) = info.size;
    let side = |side: usize| u32::try_from(side).map_err(|_| over_memory(limits));
    let channels = 3 + info.extra_channels.len() as u64;
    Ok(Head {
        width: side(width)?,
        height: side(height)?,
        orientation: Orientation::Rot0,
        // Samples of 32 bits while a frame is put together, and four bytes of each pixel given.
        working: (width as u64 * height as u64).saturating_mul(4 * channels + 4) + (1 << 22),
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits, canvas: &mut Canvas) -> Result<(), MediaError> {
    let (mut decoder, mut rest) = open(bytes, limits)?;
    let (layout, format) = decoder.basic_info().map(output).ok_or_else(ends_early)?;
    decoder.set_pixel_format(format).map_err(|error| failure(&error, limits))?;
    let (width, height) = (canvas.fit().width as usize, canvas.fit().height as usize);
    let stride = width * layout.samples();
    let mut samples = vec![0; stride * height];
    let mut output = [JxlOutputBuffer::new_with_stride(&mut samples, height, stride, stride)];
    loop {
        match decoder.process(&mut rest, Some(&mut output), None) {
            Ok(Event::FrameComplete { .. } | Event::Complete) => break,
            Ok(Event::NeedMoreInput { .. }) => return Err(ends_early()),
            Ok(Event::BasicInfo | Event::FrameHeader) => (),
            Err(error) => return Err(failure(&error, limits)),
        }
    }
    for (y, row) in samples.chunks_exact(stride).enumerate() {
        canvas.put(Run::row(y), layout, row);
    }
    Ok(())
}

/// A decoder that has read the header, and the bytes that it has not.
fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(JxlDecoder, &'a [u8]), MediaError> {
    let mut options = JxlDecoderOptions::default();
    // A frame may be larger than the picture: four channels and room for one and a half of it.
    options.sample_limit = usize::try_from(limits.pixels.saturating_mul(6)).ok();
    let mut decoder = JxlDecoder::new(options);
    let mut rest = bytes;
    match decoder.process(&mut rest, None, None) {
        Ok(Event::NeedMoreInput { .. }) => Err(ends_early()),
        Ok(_) => Ok((decoder, rest)),
        Err(error) => Err(failure(&error, limits)),
    }
}

/// Eight bits a sample; alpha beside the colours, as it is stored.
fn output(info: &JxlBasicInfo) -> (Layout, JxlPixelFormat) {
    let alpha = info.extra_channels.iter().find(|channel| channel.ec_type == ExtraChannel::Alpha);
    let (layout, color_type) = match alpha {
        None => (Layout::Rgb, JxlColorType::Rgb),
        Some(alpha) if alpha.alpha_associated => (Layout::RgbaPremultiplied, JxlColorType::Rgba),
        Some(_) => (Layout::Rgba, JxlColorType::Rgba),
    };
    let format = JxlPixelFormat {
        color_type,
        color_data_format: Some(JxlDataFormat::U8 { bit_depth: 8 }),
        extra_channel_format: vec![None; info.extra_channels.len()],
    };
    (layout, format)
}

fn failure(error: &Error, limits: &Limits) -> MediaError {
    let flaw = match error {
        Error::OutOfMemory(_)
        | Error::ImageOutOfMemory(..)
        | Error::ImageSizeTooLarge(..)
        | Error::ImageDimensionTooLarge(_) => return over_memory(limits),
        Error::OutOfBounds(_) => Flaw::EndsEarly,
        _ => Flaw::BadData,
    };
    corrupt(Format::Jxl, flaw)
}

fn ends_early() -> MediaError {
    corrupt(Format::Jxl, Flaw::EndsEarly)
}
