//! When a frame is shown: time stamps of any kind become milliseconds that only grow.
//!
//! A step back of more than a second, or a leap forward that no clip makes, means that the time
//! stamps began anew: a joined broadcast, a clock that was set. From there on all of them are
//! shifted, so that the frame follows the last one at the usual distance. Smaller steps back are
//! jitter: such a frame comes one millisecond after the last.

use crate::ffmpeg::{Input, Stream};

/// A step back up to here is jitter.
const JITTER_MS: i64 = 1000;

/// A step forward beyond this is no pause of a stream whose time stamps may begin anew.
const LEAP_OF_BROADCAST_MS: i64 = 10_000;

/// Nor beyond this of any other: pictures of a slide show may stand long.
const LEAP_MS: i64 = 3_600_000;

/// What is taken for the distance of frames where nothing is known.
const USUAL_STEP_MS: f64 = 40.0;

/// The times of one stream, in the order in which its frames are shown.
pub(crate) struct Timeline {
    tick: (u32, u32),
    /// The time stamp at which time is 0; learned from the first where the file does not say.
    origin: Option<i64>,
    step_ms: f64,
    leap_ms: i64,
    shift_ms: i64,
    last_ms: Option<i64>,
    /// Whether the first time stamp may be anything.
    is_sought: bool,
    has_jumps: bool,
}

impl Timeline {
    /// `step_ms` is the usual distance of two frames. Where a place was sought, the first time
    /// stamp is believed; from the beginning of a file it must not be far off.
    pub fn new(stream: &Stream, input: &Input, step_ms: Option<f64>, is_sought: bool) -> Self {
        let usual = step_ms.filter(|step| (1.0..=10_000.0).contains(step));
        Self {
            tick: stream.tick,
            origin: origin(stream, input),
            step_ms: usual.unwrap_or(USUAL_STEP_MS),
            leap_ms: if input.may_jump() { LEAP_OF_BROADCAST_MS } else { LEAP_MS },
            shift_ms: 0,
            last_ms: None,
            is_sought,
            has_jumps: false,
        }
    }

    /// The time of the next frame that is shown.
    pub fn place(&mut self, stamp: Option<i64>) -> u64 {
        let step = self.step_ms.round() as i64;
        let follows = self.last_ms.map_or(0, |last| last.saturating_add(step));
        let said = stamp.map(|stamp| self.said_ms(stamp));
        let time = said.map_or(follows, |said| self.settle(said, follows));
        let time = time.max(self.last_ms.map_or(0, |last| last.saturating_add(1)));
        self.last_ms = Some(time);
        time as u64
    }

    /// When a piece with this time stamp will be shown, unless time stamps were found to jump.
    pub fn foretell(&mut self, stamp: Option<i64>) -> Option<u64> {
        let stamp = stamp.filter(|_| !self.has_jumps)?;
        u64::try_from(self.said_ms(stamp)).ok()
    }

    /// Whether time stamps were found to begin anew.
    pub fn has_jumps(&self) -> bool {
        self.has_jumps
    }

    /// Where the last frame ends.
    pub fn end_ms(&self) -> u64 {
        self.last_ms.map_or(0, |last| last.saturating_add(self.step_ms.round() as i64) as u64)
    }

    fn said_ms(&mut self, stamp: i64) -> i64 {
        let origin = *self.origin.get_or_insert(stamp);
        milliseconds(stamp.saturating_sub(origin), self.tick).saturating_add(self.shift_ms)
    }

    fn settle(&mut self, said: i64, follows: i64) -> i64 {
        let last = self.last_ms.unwrap_or(0);
        let is_first = self.last_ms.is_none();
        if is_first && self.is_sought {
            return said;
        }
        let is_jump = said < last.saturating_sub(JITTER_MS) || said > last + self.leap_ms;
        if !is_jump {
            return said;
        }
        self.shift_ms = self.shift_ms.saturating_add(follows.saturating_sub(said));
        self.has_jumps = true;
        follows
    }
}

/// The time stamp of a stream at so many milliseconds.
pub(crate) fn ticks(stream: &Stream, input: &Input, time_ms: u64) -> i64 {
    let (num, den) = stream.tick;
    let ticks = i128::from(time_ms) * i128::from(den) / (1000 * i128::from(num));
    let ticks = i64::try_from(ticks).unwrap_or(i64::MAX);
    origin(stream, input).unwrap_or(0).saturating_add(ticks)
}

/// What stands before time 0 is what a codec needs to begin, and is not to be seen or heard.
fn origin(stream: &Stream, input: &Input) -> Option<i64> {
    let (num, den) = stream.tick;
    let of_all = input
        .start_us()
        .map(|micros| i128::from(micros.max(0)) * i128::from(den) / (1_000_000 * i128::from(num)));
    of_all.and_then(|ticks| i64::try_from(ticks).ok()).or(stream.start)
}

/// To the nearest millisecond.
fn milliseconds(ticks: i64, (num, den): (u32, u32)) -> i64 {
    let (thousandfold, den) = (i128::from(ticks) * i128::from(num) * 1000, i128::from(den));
    let nearest = (2 * thousandfold + den).div_euclid(2 * den);
    nearest.clamp(-(1 << 52), 1 << 52) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(leap_ms: i64, is_sought: bool) -> Timeline {
        Timeline {
            tick: (1, 90_000),
            origin: Some(900_000),
            step_ms: 40.0,
            leap_ms,
            shift_ms: 0,
            last_ms: None,
            is_sought,
            has_jumps: false,
        }
    }

    /// Time stamps given in milliseconds, as ticks from the origin.
    fn places(timeline: &mut Timeline, stamps_ms: &[Option<i64>]) -> Vec<u64> {
        stamps_ms.iter().map(|at| timeline.place(at.map(|ms| 900_000 + ms * 90))).collect()
    }

    #[test]
    fn good_times_stay_what_they_are() {
        let mut good = timeline(LEAP_MS, false);
        let times = places(&mut good, &[Some(0), Some(33), Some(67), Some(60_000), Some(60_001)]);
        assert_eq!(times, [0, 33, 67, 60_000, 60_001]);
        assert_eq!((good.has_jumps(), good.end_ms()), (false, 60_041));
    }

    #[test]
    fn missing_times_follow_at_the_usual_distance() {
        let times = places(&mut timeline(LEAP_MS, false), &[None, None, Some(100), None]);
        assert_eq!(times, [0, 40, 100, 140]);
    }

    #[test]
    fn jitter_is_straightened() {
        let times =
            places(&mut timeline(LEAP_MS, false), &[Some(80), Some(40), Some(40), Some(120)]);
        assert_eq!(times, [80, 81, 82, 120]);
        assert_eq!(
            places(&mut timeline(LEAP_MS, false), &[Some(-50), Some(-10), Some(30)]),
            [0, 1, 30]
        );
    }

    #[test]
    fn time_that_begins_anew_goes_on() {
        let mut joined = timeline(LEAP_OF_BROADCAST_MS, false);
        let stamps = [Some(0), Some(5000), Some(0), Some(40), Some(1_000_000), Some(1_000_040)];
        assert_eq!(places(&mut joined, &stamps), [0, 5000, 5040, 5080, 5120, 5160]);
        assert!(joined.has_jumps());
        assert_eq!(joined.foretell(Some(900_000)), None);
        let times =
            places(&mut timeline(LEAP_OF_BROADCAST_MS, false), &[Some(50_000), Some(50_040)]);
        assert_eq!(times, [0, 40]);
    }

    #[test]
    fn a_place_that_was_sought_is_believed() {
        let times =
            places(&mut timeline(LEAP_OF_BROADCAST_MS, true), &[Some(50_000), Some(50_040)]);
        assert_eq!(times, [50_000, 50_040]);
    }

    #[test]
    fn no_time_stamp_overflows() {
        for tick in [(1, 1), (u32::MAX, 1), (1, u32::MAX)] {
            let mut wild = Timeline { tick, ..timeline(LEAP_MS, false) };
            let stamps = [i64::MAX, i64::MIN + 1, 0, i64::MAX, i64::MIN + 1];
            let times: Vec<_> = stamps.iter().map(|&stamp| wild.place(Some(stamp))).collect();
            assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        }
        let mut sought = Timeline { tick: (u32::MAX, 1), ..timeline(LEAP_MS, true) };
        let times = [i64::MAX, i64::MAX, i64::MIN + 1].map(|stamp| sought.place(Some(stamp)));
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
    }
}
