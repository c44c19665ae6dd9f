//! One look at the frames of a container: packets in, the wanted frames out.
//!
//! Only what is wanted is decoded, as far as the codec allows: of key frames each by itself, and
//! otherwise no frame that is not due and that no other is made of.

use super::feed::Feed;
use super::luma::Painter;
use super::timeline::Timeline;
use super::{ClipFrame, ClipLimits, FrameWant, Pick, Streams, Tally};
use crate::ffmpeg::Stream;
use crate::{MediaError, Resource, within};
use std::ops::ControlFlow;

type Visit<'v> = dyn FnMut(ClipFrame<'_>) -> ControlFlow<()> + 'v;
type Flow = Result<ControlFlow<()>, MediaError>;

const ON: ControlFlow<()> = ControlFlow::Continue(());

/// Visits the wanted frames of the clip's video stream.
pub(super) fn visit(
    streams: &mut Streams,
    want: &FrameWant,
    limits: &ClipLimits,
    visit: &mut Visit,
) -> Result<Tally, MediaError> {
    let Some(stream) = streams.video.clone() else { return Ok(Tally::default()) };
    if let Pick::Keys { interval_ms } = want.pick {
        let (flow, tally, saw_key) = look(streams, &stream, want, limits, visit)?;
        let may_be_done = tally.given > 0 || (saw_key && want.from_ms > 0);
        if flow.is_break() || may_be_done {
            return Ok(tally);
        }
        let spaced = FrameWant { pick: Pick::Spaced { interval_ms }, ..*want };
        return self::visit(streams, &spaced, limits, visit);
    }
    let (flow, tally, _) = look(streams, &stream, want, limits, visit)?;
    if flow.is_break() { Ok(tally) } else { streams.finish(tally, want.from_ms) }
}

/// One way through the stream; says also whether there was a key frame.
fn look(
    streams: &mut Streams,
    stream: &Stream,
    want: &FrameWant,
    limits: &ClipLimits,
    visit: &mut Visit,
) -> Result<(ControlFlow<()>, Tally, bool), MediaError> {
    let keys_only = matches!(want.pick, Pick::Keys { .. });
    let mut look = Look::begin(streams, stream, want, limits)?;
    let flow = if keys_only { look.keys(streams, visit) } else { look.all(streams, visit) };
    streams.has_jumps |= look.timeline.has_jumps();
    let flow = flow?;
    streams.check()?;
    Ok((flow, look.tally(), look.saw_key))
}

struct Look<'l> {
    limits: &'l ClipLimits,
    feed: Feed<'l>,
    timeline: Timeline,
    picker: Picker,
    painter: Painter,
    least_side_px: u32,
    given: u64,
    saw_key: bool,
}

impl<'l> Look<'l> {
    fn begin(
        streams: &mut Streams,
        stream: &Stream,
        want: &FrameWant,
        limits: &'l ClipLimits,
    ) -> Result<Self, MediaError> {
        let is_sought = streams.go_to(stream, want.from_ms, limits)?;
        let step_ms = stream.frame_rate.map(|(num, den)| 1000.0 * f64::from(den) / f64::from(num));
        Ok(Self {
            limits,
            feed: Feed::new(streams, stream, limits)?,
            timeline: Timeline::new(stream, &streams.input, step_ms, is_sought),
            picker: Picker::new(want),
            painter: Painter::new(stream),
            least_side_px: want.least_side_px,
            given: 0,
            saw_key: false,
        })
    }

    fn all(&mut self, streams: &mut Streams, visit: &mut Visit) -> Flow {
        while self.feed.read(streams)? {
            let is_due = self.may_be_due();
            self.feed.decoder.skip_unreferenced(!is_due);
            self.feed.send();
            if self.show_all(visit)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.feed.decoder.send_end();
        self.show_all(visit)
    }

    fn keys(&mut self, streams: &mut Streams, visit: &mut Visit) -> Flow {
        while self.feed.read(streams)? {
            let is_key = self.feed.packet.is_key();
            self.saw_key |= is_key;
            if !is_key || !self.may_be_due() {
                continue;
            }
            self.feed.send();
            // The decoder need not wait for what it will not be given. What comes of one packet
            // has its time stamp, of which a decoder that was just begun knows too little.
            self.feed.decoder.send_end();
            let stamp = self.feed.packet.time();
            while self.feed.receive() {
                if self.show(stamp, visit)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            self.feed.decoder.flush();
        }
        Ok(ON)
    }

    /// Whether the frame of the packet is wanted, as far as its time stamp tells.
    fn may_be_due(&mut self) -> bool {
        let foretold = self.timeline.foretell(self.feed.packet.time());
        foretold.is_none_or(|time_ms| self.picker.is_due(time_ms))
    }

    fn show_all(&mut self, visit: &mut Visit) -> Flow {
        while self.feed.receive() {
            let stamp = self.feed.frame.time();
            if self.show(stamp, visit)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ON)
    }

    fn show(&mut self, stamp: Option<i64>, visit: &mut Visit) -> Flow {
        let frame = &self.feed.frame;
        self.feed.damaged += u64::from(frame.is_corrupt() || frame.is_concealed());
        if frame.is_corrupt() {
            return Ok(ON);
        }
        let time_ms = self.timeline.place(stamp);
        within(Resource::Duration, time_ms, self.limits.duration_ms)?;
        if !self.picker.is_due(time_ms) {
            return Ok(ON);
        }
        let Some(plane) = self.painter.plane(frame, self.least_side_px) else {
            self.feed.damaged += 1;
            return Ok(ON);
        };
        self.picker.picked(time_ms);
        self.given += 1;
        let mut finer = |least_side_px| self.painter.plane(frame, least_side_px);
        Ok(visit(ClipFrame { time_ms, plane, finer: &mut finer }))
    }

    fn tally(&self) -> Tally {
        let end_ms = self.timeline.end_ms();
        Tally { given: self.given, damaged: self.feed.damaged, end_ms }
    }
}

/// Which times are wanted: the first, and then the first in each interval.
pub(super) struct Picker {
    from_ms: u64,
    interval_ms: u64,
    due_ms: u64,
}

impl Picker {
    pub fn new(want: &FrameWant) -> Self {
        let interval_ms = match want.pick {
            Pick::Every => 0,
            Pick::Spaced { interval_ms } | Pick::Keys { interval_ms } => interval_ms.into(),
        };
        Self { from_ms: want.from_ms, interval_ms, due_ms: want.from_ms }
    }

    pub fn is_due(&self, time_ms: u64) -> bool {
        time_ms >= self.due_ms
    }

    /// A frame of this time, which was due, was shown.
    pub fn picked(&mut self, time_ms: u64) {
        if let Some(interval) = time_ms.saturating_sub(self.from_ms).checked_div(self.interval_ms) {
            self.due_ms = self.from_ms.saturating_add((interval + 1) * self.interval_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(pick: Pick, from_ms: u64, times: &[u64]) -> Vec<u64> {
        let mut picker = Picker::new(&FrameWant { pick, from_ms, least_side_px: 64 });
        let due = times.iter().copied().filter(|&time_ms| {
            let is_due = picker.is_due(time_ms);
            if is_due {
                picker.picked(time_ms);
            }
            is_due
        });
        due.collect()
    }

    #[test]
    fn each_interval_has_its_first_frame() {
        let times = [0, 40, 80, 120, 160, 200, 240, 500, 540, 580];
        assert_eq!(picked(Pick::Every, 0, &times), times);
        assert_eq!(picked(Pick::Every, 100, &times), times[3..]);
        assert_eq!(picked(Pick::Spaced { interval_ms: 100 }, 0, &times), [0, 120, 200, 500]);
        assert_eq!(picked(Pick::Spaced { interval_ms: 100 }, 150, &times), [160, 500, 580]);
        assert_eq!(picked(Pick::Keys { interval_ms: 0 }, 0, &times), times);
    }
}
