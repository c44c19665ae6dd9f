//! One look at the sound of a container: packets in, samples of one channel and one rate out.
//!
//! Sound runs by the count of its samples, begun at its first time stamp. Where time stamps say
//! that some is missing, silence stands for it, so that what follows keeps its time.

use super::feed::Feed;
use super::timeline::Timeline;
use super::{ClipLimits, SoundPiece, SoundWant, Streams, Tally};
use crate::ffmpeg::{Frame, Resampler, SampleLayout, Stream};
use crate::{MediaError, Resource, within};
use std::ops::{ControlFlow, RangeInclusive};

/// Samples a second that make sense, in and out.
const RATES_HZ: RangeInclusive<u32> = 1000..=768_000;

/// Sound that is missing for less than this is jitter of the time stamps.
const GAP_S: f64 = 0.1;

/// Silence is put in pieces of so many samples.
const SILENCE: [f32; 4096] = [0.0; 4096];

/// No sound is louder than this many times the loudest that has a number.
const LOUDEST: f32 = 16.0;

type Visit<'v> = dyn FnMut(SoundPiece<'_>) -> ControlFlow<()> + 'v;

/// Visits the wanted sound of the clip's audio stream.
pub(super) fn visit(
    streams: &mut Streams,
    want: &SoundWant,
    limits: &ClipLimits,
    visit: &mut Visit,
) -> Result<Tally, MediaError> {
    assert!(RATES_HZ.contains(&want.rate_hz), "{} samples a second", want.rate_hz);
    let Some(stream) = streams.audio.clone() else { return Ok(Tally::default()) };
    let mut look = Look::begin(streams, &stream, limits, Out::new(want, visit))?;
    let outcome = look.all(streams);
    streams.has_jumps |= look.timeline.has_jumps();
    outcome?;
    let tally = look.tally();
    if look.out.flow.is_break() { Ok(tally) } else { streams.finish(tally, want.from_ms) }
}

struct Look<'l, 'v> {
    limits: &'l ClipLimits,
    feed: Feed<'l>,
    timeline: Timeline,
    /// The filter, and the rate of the sound that it is for.
    filter: Option<(u32, Resampler)>,
    mono: Vec<f32>,
    /// Seconds of sound that were decoded, silence included.
    fed_s: f64,
    out: Out<'v>,
}

impl<'l, 'v> Look<'l, 'v> {
    fn begin(
        streams: &mut Streams,
        stream: &Stream,
        limits: &'l ClipLimits,
        out: Out<'v>,
    ) -> Result<Self, MediaError> {
        let is_sought = streams.go_to(stream, out.from_ms, limits)?;
        Ok(Self {
            limits,
            feed: Feed::new(streams, stream, limits)?,
            timeline: Timeline::new(stream, &streams.input, Some(1.0), is_sought),
            filter: None,
            mono: Vec::new(),
            fed_s: 0.0,
            out,
        })
    }

    fn all(&mut self, streams: &mut Streams) -> Result<(), MediaError> {
        while self.out.flow.is_continue() && self.feed.read(streams)? {
            self.feed.send();
            self.take_all()?;
        }
        self.feed.decoder.send_end();
        self.take_all()?;
        self.empty_filter();
        Ok(())
    }

    fn take_all(&mut self) -> Result<(), MediaError> {
        while self.out.flow.is_continue() && self.feed.receive() {
            self.take()?;
        }
        Ok(())
    }

    /// One frame into the filter, and before it the silence that is missing.
    fn take(&mut self) -> Result<(), MediaError> {
        let (frame, rate_hz) = (&self.feed.frame, self.feed.frame.rate_hz());
        if !RATES_HZ.contains(&rate_hz) || mix(frame, &mut self.mono).is_none() {
            self.feed.damaged += 1;
            return Ok(());
        }
        let said_ms = self.timeline.place(frame.time());
        let begin_ms = *self.out.begin_ms.get_or_insert(said_ms);
        let gap_s = said_ms.saturating_sub(begin_ms) as f64 / 1000.0 - self.fed_s;
        let gap_s = if gap_s > GAP_S { gap_s } else { 0.0 };
        self.fed_s += gap_s + self.mono.len() as f64 / f64::from(rate_hz);
        let end_ms = begin_ms.saturating_add((self.fed_s * 1000.0) as u64);
        within(Resource::Duration, end_ms, self.limits.duration_ms)?;
        self.set_filter(rate_hz);
        let Some((_, filter)) = &mut self.filter else {
            self.feed.damaged += 1;
            return Ok(());
        };
        let mut silent = (gap_s * f64::from(rate_hz)) as usize;
        while silent > 0 && self.out.flow.is_continue() {
            let piece = &SILENCE[..silent.min(SILENCE.len())];
            filter.put(piece, |samples| self.out.put(samples));
            silent -= piece.len();
        }
        filter.put(&self.mono, |samples| self.out.put(samples));
        Ok(())
    }

    /// A filter for sound of this rate; none where it cannot be had.
    fn set_filter(&mut self, rate_hz: u32) {
        if self.filter.as_ref().is_none_or(|(of, _)| *of != rate_hz) {
            self.empty_filter();
            let made = Resampler::new(rate_hz, self.out.rate_hz).ok();
            self.filter = made.map(|filter| (rate_hz, filter));
        }
    }

    fn empty_filter(&mut self) {
        if let Some((_, mut filter)) = self.filter.take() {
            filter.finish(|samples| self.out.put(samples));
        }
    }

    fn tally(&self) -> Tally {
        let end_ms = self.out.time_ms(self.out.count);
        Tally { given: self.out.given, damaged: self.feed.damaged, end_ms }
    }
}

/// Where samples go that are ready.
struct Out<'v> {
    rate_hz: u32,
    from_ms: u64,
    begin_ms: Option<u64>,
    /// Samples that came, also those before the wanted time.
    count: u64,
    given: u64,
    visit: &'v mut Visit<'v>,
    flow: ControlFlow<()>,
}

impl<'v> Out<'v> {
    fn new(want: &SoundWant, visit: &'v mut Visit<'v>) -> Self {
        Self {
            rate_hz: want.rate_hz,
            from_ms: want.from_ms,
            begin_ms: None,
            count: 0,
            given: 0,
            visit,
            flow: ControlFlow::Continue(()),
        }
    }

    fn put(&mut self, samples: &[f32]) {
        let early_ms = self.from_ms.saturating_sub(self.begin_ms.unwrap_or(0));
        let early = u128::from(early_ms) * u128::from(self.rate_hz) / 1000;
        let skipped = early.saturating_sub(self.count.into()).min(samples.len() as u128) as usize;
        let wanted = &samples[skipped..];
        let time_ms = self.time_ms(self.count + skipped as u64);
        self.count += samples.len() as u64;
        if !wanted.is_empty() && self.flow.is_continue() {
            self.given += 1;
            self.flow = (self.visit)(SoundPiece { time_ms, samples: wanted });
        }
    }

    /// When the sample of this number is heard.
    fn time_ms(&self, count: u64) -> u64 {
        let passed_ms = u128::from(count) * 1000 / u128::from(self.rate_hz);
        self.begin_ms.unwrap_or(0).saturating_add(passed_ms as u64)
    }
}

/// The mean of all channels of a frame. `None` where it has none, or is of no known kind.
fn mix(frame: &Frame, mono: &mut Vec<f32>) -> Option<()> {
    let (layout, is_planar) = frame.sample_layout()?;
    let (channels, samples) = (frame.channels(), frame.samples());
    if channels == 0 || samples == 0 {
        return None;
    }
    mono.clear();
    mono.resize(samples, 0.0);
    if is_planar {
        for channel in 0..channels {
            add(layout, frame.sound(channel)?, 1, mono);
        }
    } else {
        add(layout, frame.sound(0)?, channels, mono);
    }
    let share = 1.0 / channels as f32;
    mono.iter_mut().for_each(|value| *value *= share);
    Some(())
}

/// Adds samples, of which each so many belong together.
fn add(layout: SampleLayout, bytes: &[u8], channels: usize, sums: &mut [f32]) {
    match layout {
        SampleLayout::U8 => add_each(bytes, channels, sums, |[v]| (f32::from(v) - 128.0) / 128.0),
        SampleLayout::I16 => {
            add_each(bytes, channels, sums, |v| f32::from(i16::from_ne_bytes(v)) / 32_768.0);
        }
        SampleLayout::I32 => {
            add_each(bytes, channels, sums, |v| i32::from_ne_bytes(v) as f32 / -(i32::MIN as f32));
        }
        SampleLayout::I64 => {
            add_each(bytes, channels, sums, |v| i64::from_ne_bytes(v) as f32 / -(i64::MIN as f32));
        }
        SampleLayout::F32 => add_each(bytes, channels, sums, f32::from_ne_bytes),
        SampleLayout::F64 => add_each(bytes, channels, sums, |v| f64::from_ne_bytes(v) as f32),
    }
}

fn add_each<const N: usize>(
    bytes: &[u8],
    channels: usize,
    sums: &mut [f32],
    of: impl Fn([u8; N]) -> f32,
) {
    let sane = |value: f32| if value.is_nan() { 0.0 } else { value.clamp(-LOUDEST, LOUDEST) };
    let together = bytes.as_chunks::<N>().0.chunks_exact(channels);
    for (sum, values) in sums.iter_mut().zip(together) {
        *sum += values.iter().map(|&value| sane(of(value))).sum::<f32>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_sample_is_the_same_sound() {
        let of = |layout, bytes: &[u8]| {
            let mut sums = [0.0; 2];
            add(layout, bytes, 1, &mut sums);
            sums
        };
        let both = |a: &[u8], b: &[u8]| [a, b].concat();
        assert_eq!(of(SampleLayout::U8, &[64, 255]), [-0.5, 127.0 / 128.0]);
        let i16s = both(&(-16_384_i16).to_ne_bytes(), &i16::MIN.to_ne_bytes());
        assert_eq!(of(SampleLayout::I16, &i16s), [-0.5, -1.0]);
        let i32s = both(&(1_i32 << 30).to_ne_bytes(), &i32::MIN.to_ne_bytes());
        assert_eq!(of(SampleLayout::I32, &i32s), [0.5, -1.0]);
        let i64s = both(&(1_i64 << 62).to_ne_bytes(), &i64::MIN.to_ne_bytes());
        assert_eq!(of(SampleLayout::I64, &i64s), [0.5, -1.0]);
        let f32s = both(&0.25_f32.to_ne_bytes(), &f32::NAN.to_ne_bytes());
        assert_eq!(of(SampleLayout::F32, &f32s), [0.25, 0.0]);
        let f64s = both(&0.25_f64.to_ne_bytes(), &f64::INFINITY.to_ne_bytes());
        assert_eq!(of(SampleLayout::F64, &f64s), [0.25, LOUDEST]);
    }

    #[test]
    fn channels_that_lie_together_are_added() {
        let mut sums = [0.0; 2];
        add(SampleLayout::U8, &[128 + 64, 128, 128 - 64, 128 - 32], 2, &mut sums);
        assert_eq!(sums, [0.5, -0.75]);
    }

    #[test]
    fn what_is_early_is_left_out_to_the_sample() {
        let mut seen = Vec::new();
        let mut visit = |piece: SoundPiece<'_>| {
            seen.push((piece.time_ms, piece.samples.len()));
            ControlFlow::Continue(())
        };
        let mut out = Out::new(&SoundWant { rate_hz: 1000, from_ms: 250 }, &mut visit);
        out.begin_ms = Some(100);
        (0..3).for_each(|_| out.put(&[0.0; 100]));
        assert_eq!((out.count, out.given), (300, 2));
        assert_eq!(seen, [(250, 50), (300, 100)]);
    }
}
