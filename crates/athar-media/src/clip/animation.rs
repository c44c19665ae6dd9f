//! Animated GIF and WebP as clips: the screen as it stands after each frame, and when.

use super::luma::{factor, shrink_pixels};
use super::video::Picker;
use super::{ClipFrame, ClipInfo, ClipLimits, FrameWant, Tally, VideoInfo};
use crate::canvas::Layout;
use crate::error::corrupt;
use crate::ffmpeg::{Source, Stop};
use crate::guard::guarded;
use crate::{Flaw, Format, Limits, MediaError, Resource, gif, webp, within};
use athar_kernel::{Orientation, Plane};
use std::ops::ControlFlow;

/// An animation is held in memory as it is stored.
const MAX_BYTES: u64 = 128 << 20;

/// A frame that says to stand for no longer than this stands for [`USUAL_DELAY_MS`], as in every
/// browser.
const MIN_DELAY_MS: u32 = 10;
const USUAL_DELAY_MS: u32 = 100;

type Visit<'v> = dyn FnMut(ClipFrame<'_>) -> ControlFlow<()> + 'v;

/// An animation that was opened.
pub(super) struct Animation<'a> {
    bytes: Vec<u8>,
    format: Format,
    limits: Limits,
    stop: Stop<'a>,
    size: (usize, usize),
    frames: usize,
    duration_ms: u64,
}

/// Whether a GIF or WebP has more than one frame.
pub(super) fn has_frames(bytes: &[u8]) -> bool {
    let frames = match Format::of(bytes) {
        Ok(Format::Gif) => guarded(Format::Gif, || gif::delays_ms(bytes)).map(|all| all.len()),
        Ok(Format::WebP) => guarded(Format::WebP, || {
            webp::Film::open(bytes, &Limits::default()).map(|film| film.length().0)
        }),
        _ => Ok(0),
    };
    frames.is_ok_and(|frames| frames > 1)
}

impl<'a> Animation<'a> {
    pub fn open(
        source: Box<dyn Source + 'a>,
        stop: Stop<'a>,
        format: Format,
        limits: &ClipLimits,
    ) -> Result<Self, MediaError> {
        let bytes = read(source, limits.bytes.min(MAX_BYTES))?;
        let limits = Limits { bytes: MAX_BYTES, pixels: limits.pixels, ..Limits::default() };
        let mut animation =
            Self { bytes, format, limits, stop, size: (0, 0), frames: 0, duration_ms: 0 };
        (animation.size, animation.frames, animation.duration_ms) = animation.measure()?;
        match animation.size {
            (0, _) | (_, 0) => Err(MediaError::NoPixels { format }),
            _ => Ok(animation),
        }
    }

    pub fn info(&self) -> ClipInfo {
        let rate = self.frames as f64 * 1000.0 / self.duration_ms as f64;
        let video = VideoInfo {
            codec: self.format.name(),
            width: self.size.0 as u32,
            height: self.size.1 as u32,
            orientation: Orientation::Rot0,
            frame_rate: (self.duration_ms > 0).then_some(rate),
        };
        ClipInfo {
            container: self.format,
            duration_ms: (self.duration_ms > 0).then_some(self.duration_ms),
            video: Some(video),
            audio: None,
            unread_streams: 0,
        }
    }

    pub fn frames(
        &mut self,
        want: &FrameWant,
        limits: &ClipLimits,
        visit: &mut Visit,
    ) -> Result<Tally, MediaError> {
        let mut film = guarded(self.format, || Film::open(&self.bytes, self.format, &self.limits))?;
        let size = self.size;
        let (mut picker, mut tally, mut shown) = (Picker::new(want), Tally::default(), 0);
        loop {
            if (self.stop)() {
                return Err(MediaError::Stopped);
            }
            let delay_ms = match guarded(self.format, || film.next()) {
                Ok(Some(delay_ms)) => delay_ms,
                Ok(None) => break,
                Err(error) if shown == 0 => return Err(error),
                // Frames are made of the ones before: none after this one is whole.
                Err(_) => {
                    tally.damaged += 1;
                    break;
                }
            };
            shown += 1;
            within(Resource::Frames, shown, limits.frames)?;
            let time_ms = tally.end_ms;
            within(Resource::Duration, time_ms, limits.duration_ms)?;
            tally.end_ms += u64::from(stands_ms(delay_ms));
            if picker.is_due(time_ms) {
                picker.picked(time_ms);
                tally.given += 1;
                let plane = film.plane(size, want.least_side_px);
                let mut finer = |least_side_px| Some(film.plane(size, least_side_px));
                if visit(ClipFrame { time_ms, plane, finer: &mut finer }).is_break() {
                    return Ok(tally);
                }
            }
        }
        if shown == 0 { Err(corrupt(self.format, Flaw::NothingDecodes)) } else { Ok(tally) }
    }

    /// Its size, frames and milliseconds, without any pixel.
    fn measure(&self) -> Result<((usize, usize), usize, u64), MediaError> {
        guarded(self.format, || match self.format {
            Format::Gif => {
                let size = gif::Film::open(&self.bytes, self.limits.pixels)?.size();
                let delays = gif::delays_ms(&self.bytes)?;
                let duration = delays.iter().map(|&delay| u64::from(stands_ms(delay))).sum();
                Ok((size, delays.len(), duration))
            }
            _ => {
                let film = webp::Film::open(&self.bytes, &self.limits)?;
                let (frames, duration) = film.length();
                Ok((film.size(), frames, duration))
            }
        })
    }
}

enum Film<'b> {
    Gif(Box<gif::Film<'b>>),
    WebP(Box<webp::Film<'b>>),
}

impl<'b> Film<'b> {
    fn open(bytes: &'b [u8], format: Format, limits: &Limits) -> Result<Self, MediaError> {
        Ok(match format {
            Format::Gif => Self::Gif(Box::new(gif::Film::open(bytes, limits.pixels)?)),
            _ => Self::WebP(Box::new(webp::Film::open(bytes, limits)?)),
        })
    }

    fn next(&mut self) -> Result<Option<u32>, MediaError> {
        match self {
            Self::Gif(film) => film.next(),
            Self::WebP(film) => film.next(),
        }
    }

    fn plane(&self, (width, height): (usize, usize), least_side_px: u32) -> Plane {
        let factor = factor(width.min(height), least_side_px);
        let (pixels, layout) = match self {
            Self::Gif(film) => (film.screen(), Layout::Rgb),
            Self::WebP(film) => film.screen(),
        };
        shrink_pixels(pixels, layout, width, height, factor)
    }
}

fn stands_ms(delay_ms: u32) -> u32 {
    if delay_ms <= MIN_DELAY_MS { USUAL_DELAY_MS } else { delay_ms }
}

fn read(mut source: Box<dyn Source + '_>, max: u64) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    let outcome = source.rewind().and_then(|()| {
        std::io::Read::read_to_end(&mut std::io::Read::take(source, max + 1), &mut bytes)
    });
    outcome.map_err(|_| MediaError::Unreadable)?;
    within(Resource::Bytes, bytes.len() as u64, max)?;
    Ok(bytes)
}
