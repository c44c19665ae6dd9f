//! Frames where a motion of time puts them.
//!
//! A frame that is flat, or has a caption over it, is no evidence that two clips are one. Once they
//! are known to be, it tells how far they lie on each other: it is expected at one time, and there
//! chance has nothing to choose from.

use crate::clip::PreparedClip;
use crate::lookup::ways;
use crate::outcome::Span;
use crate::policy::{
    self, FRAME_MOTION_GAIN_BITS, FRAME_SEEN_RADIUS, FRAME_SEEN_TIME, FRAME_THERE_GAP_MS,
    FRAME_THERE_RADIUS, FRAME_TIME, FRAME_UNLIKE_BITS, SIGHT_TIME, SPAN_MOST_MS,
};
use crate::time_motion::{MOST_MOMENTS, Moment, Stretch, TimeMotion, stretches};
use crate::time_places::FramePlace;
use athar_hash::Space;
use athar_kernel::Code;
use athar_ledger::{ItemRow, Ledger, LedgerError};

/// How far a motion at the clip's own speed may lie from another's middle.
const PLAIN_SHIFTS_MS: [f64; 5] = [0.0, 60.0, 120.0, 180.0, 240.0];

/// A clip's frames in the order of their times, those that cannot be searched for too.
pub(crate) struct Timeline {
    frames: Vec<TimedFrame>,
}

#[derive(Debug, Clone, Copy)]
struct TimedFrame {
    shown_ms: [f64; 2],
    code: Code,
    /// Whether nothing is to be seen; of a stored one, whether that may be.
    is_blank: bool,
}

impl Timeline {
    /// A clip's frames after one of [`ways`] was done to them.
    pub(crate) fn of_clip(clip: &PreparedClip, way: usize) -> Self {
        let frames = clip.frames.frames.iter().map(|frame| TimedFrame {
            shown_ms: [frame.from_ms, frame.to_ms].map(|ms| ms as f64),
            code: ways(&frame.codes)[way],
            is_blank: policy::is_blank(frame.quality),
        });
        Self::in_order(frames.collect())
    }

    /// The frames of a stored clip.
    pub(crate) fn of_item(ledger: &Ledger, item: &ItemRow) -> Result<Self, LedgerError> {
        let mut frames = Vec::new();
        let rows = ledger.codes_of_item(item.id)?;
        for row in rows.iter().filter(|row| row.space == Space::Pdq.name()) {
            let places = row.places.as_deref().unwrap_or(&[]);
            for (position, &code) in row.codes.iter().enumerate() {
                let place = FramePlace::of_code(places, item, position);
                let Some(Span { from_ms, to_ms }) = place.shown else { continue };
                let shown_ms = [from_ms, to_ms].map(|ms| ms as f64);
                frames.push(TimedFrame { shown_ms, code, is_blank: !row.searchable });
            }
        }
        Ok(Self::in_order(frames))
    }

    fn in_order(mut frames: Vec<TimedFrame>) -> Self {
        frames.sort_by(|a, b| a.shown_ms[0].total_cmp(&b.shown_ms[0]));
        Self { frames }
    }

    /// When the last frame is shown; 0 without any.
    pub(crate) fn end_ms(&self) -> u64 {
        self.frames.iter().map(|frame| frame.shown_ms[1] as u64).max().unwrap_or(0)
    }

    /// The frames that are shown within so much of a time.
    fn around(&self, at_ms: f64, within_ms: f64) -> impl Iterator<Item = &TimedFrame> {
        let (first_ms, last_ms) = (at_ms - within_ms, at_ms + within_ms);
        let longest_ms = SPAN_MOST_MS as f64;
        let begin = self.frames.partition_point(|f| f.shown_ms[0] < first_ms - longest_ms);
        let after = self.frames.partition_point(|frame| frame.shown_ms[0] <= last_ms);
        let frames = self.frames.get(begin..after).unwrap_or(&[]);
        frames.iter().filter(move |frame| frame.shown_ms[1] >= first_ms)
    }
}

/// Two clips, of which one is looked at every so often.
pub(crate) struct Pair<'a> {
    pub query: &'a Timeline,
    pub step_ms: f64,
    pub stored: &'a Timeline,
}

impl Pair<'_> {
    /// What the frames that could be found told, told again by all that are there: where each
    /// stretch lies and how far it goes. A stretch keeps the moments by which it was found.
    pub(crate) fn retold(&self, found: Vec<Stretch>) -> Vec<Stretch> {
        let close = stretches(&self.moments_near(&found), &FRAME_SEEN_TIME);
        let better = |one| self.better(one, &close);
        let mut retold: Vec<Stretch> = found.into_iter().map(better).collect();
        retold.sort_by(|a, b| a.query_ms[0].total_cmp(&b.query_ms[0]));
        self.settled(joined(retold))
    }

    /// A stretch as one of those tells it that has most of its moments. It lies where the other does
    /// if the frames are then more like each other.
    fn better(&self, found: Stretch, close: &[Stretch]) -> Stretch {
        let other = close.iter().max_by_key(|other| in_common(&found, other));
        let is_same = |other: &&Stretch| 2 * in_common(&found, other) >= found.inliers.len();
        let Some(other) = other.filter(is_same) else { return found };
        let [from_ms, to_ms] = found.query_ms;
        let query_ms = [other.query_ms[0].min(from_ms), other.query_ms[1].max(to_ms)];
        let unlikeness = |motion| self.unlikeness(motion, query_ms);
        let gain = unlikeness(&found.motion) - unlikeness(&other.motion);
        let motion = if gain > FRAME_MOTION_GAIN_BITS { other.motion } else { found.motion };
        Stretch { motion, query_ms, ..found }
    }

    /// The mean of the bits in which frames differ from those that a motion puts at their times.
    fn unlikeness(&self, motion: &TimeMotion, [from_ms, to_ms]: [f64; 2]) -> f64 {
        let looks = ((to_ms - from_ms) / self.step_ms).max(0.0) as u32;
        let at = |look: u32| self.least_distance(motion, from_ms + f64::from(look) * self.step_ms);
        let distances = (0..=looks).filter_map(at);
        let (sum, count) = distances.fold((0.0, 0.0), |(sum, n), bits| (sum + bits, n + 1.0));
        if count > 0.0 { sum / count } else { 256.0 }
    }

    /// Between what is shown at a time and what is shown when it should be; nothing where the
    /// query has no frame.
    fn least_distance(&self, motion: &TimeMotion, query_ms: f64) -> Option<f64> {
        let half_ms = self.step_ms / 2.0;
        let mut query = self.query.around(query_ms, half_ms).peekable();
        query.peek()?;
        let stored_ms = motion.at(query_ms);
        let pairs = query.flat_map(|query| {
            let stored = self.stored.around(stored_ms, half_ms);
            stored.map(|stored| stored.code.distance(&query.code).bits())
        });
        Some(f64::from(pairs.min().unwrap_or(FRAME_UNLIKE_BITS)))
    }

    /// What all frames tell near stretches that are roughly known; nothing where they tell nothing.
    pub(crate) fn told_near(&self, rough: &[Stretch]) -> Vec<Stretch> {
        self.settled(stretches(&self.moments_near(rough), &FRAME_SEEN_TIME))
    }

    /// Stretches at their own speed where that explains them as well, and as long as they go on.
    fn settled(&self, mut stretches: Vec<Stretch>) -> Vec<Stretch> {
        for stretch in &mut stretches {
            stretch.motion = self.plainest(&stretch.motion, stretch.query_ms);
        }
        self.lengthen(&mut stretches);
        joined(stretches)
    }

    /// A motion, or one at the clip's own speed that lays frames on each other which are as alike:
    /// of what hardly moves, and of little, the speed is hard to tell.
    fn plainest(&self, motion: &TimeMotion, query_ms: [f64; 2]) -> TimeMotion {
        if motion.rate == 1.0 {
            return *motion;
        }
        let middle_ms = (query_ms[0] + query_ms[1]) / 2.0;
        let offset_ms = motion.at(middle_ms) - middle_ms;
        let shifts = PLAIN_SHIFTS_MS.into_iter().flat_map(|shift| [shift, -shift]);
        let plain = shifts.map(|shift| TimeMotion { rate: 1.0, offset_ms: offset_ms + shift });
        let told = plain.map(|plain| (self.unlikeness(&plain, query_ms), plain));
        // The first of equals, which is the nearest.
        let best = told.min_by(|a, b| a.0.total_cmp(&b.0));
        match best {
            Some((unlike, plain)) if unlike <= self.unlikeness(motion, query_ms) => plain,
            _ => *motion,
        }
    }

    /// Stretches, each lengthened by what agrees before and after it.
    fn lengthen(&self, stretches: &mut [Stretch]) {
        for n in 0..stretches.len() {
            let before = n.checked_sub(1).and_then(|n| stretches.get(n));
            let before_ms = before.map_or(f64::NEG_INFINITY, |before| before.query_ms[1]);
            let after_ms = stretches.get(n + 1).map_or(f64::INFINITY, |next| next.query_ms[0]);
            let Stretch { motion, query_ms: [from_ms, to_ms], .. } = stretches[n];
            let from_ms = self.end_of(&motion, from_ms, -self.step_ms, before_ms);
            let to_ms = self.end_of(&motion, to_ms, self.step_ms, after_ms);
            stretches[n].query_ms = [from_ms, to_ms];
        }
    }

    /// How far the clips agree from a time on, step by step, on this side of a limit.
    fn end_of(&self, motion: &TimeMotion, from_ms: f64, step_ms: f64, limit_ms: f64) -> f64 {
        let mut end_ms = from_ms;
        let mut at_ms = from_ms + step_ms;
        while (at_ms - limit_ms) * step_ms < 0.0 && (at_ms - end_ms).abs() <= FRAME_THERE_GAP_MS {
            if self.agree_at(motion, at_ms) {
                end_ms = at_ms;
            }
            at_ms += step_ms;
        }
        end_ms
    }

    fn agree_at(&self, motion: &TimeMotion, query_ms: f64) -> bool {
        let query = self.query.around(query_ms, self.step_ms.abs() / 2.0);
        let stored_ms = motion.at(query_ms);
        let mut pairs = query.flat_map(|query| {
            let stored = self.stored.around(stored_ms, FRAME_TIME.offset_ms);
            stored.map(move |stored| (query, stored))
        });
        pairs.any(|(query, stored)| are_alike(query, stored))
    }

    /// Moments near stretches that are roughly known, of frames that are more like each other than
    /// those of other clips are.
    fn moments_near(&self, rough: &[Stretch]) -> Vec<Moment> {
        let near = |stretch: &Stretch| self.moments_near_one(&stretch.motion);
        let mut moments: Vec<Moment> = rough.iter().flat_map(near).collect();
        moments.sort_by_key(|moment| (moment.query, moment.stored, moment.distance));
        moments.dedup();
        moments
    }

    /// Of each look at the query the nearest, so that together they are no more than are looked at.
    fn moments_near_one(&self, motion: &TimeMotion) -> Vec<Moment> {
        let seen: Vec<&TimedFrame> =
            self.query.frames.iter().filter(|frame| !frame.is_blank).collect();
        let looks = |frame: &TimedFrame| {
            ((frame.shown_ms[1] - frame.shown_ms[0]) / self.step_ms).max(0.0) as usize + 1
        };
        let in_all: usize = seen.iter().map(|frame| looks(frame)).sum();
        let most = (MOST_MOMENTS / in_all.max(1)).max(1);
        let at = |frame: &TimedFrame, look: usize| {
            let query_ms = frame.shown_ms[0] + look as f64 * self.step_ms;
            self.moments_at(frame, query_ms, motion, most)
        };
        let of_frame = |frame: &TimedFrame| -> Vec<Moment> {
            (0..looks(frame)).flat_map(|look| at(frame, look)).collect()
        };
        seen.into_iter().flat_map(of_frame).collect()
    }

    fn moments_at(
        &self,
        frame: &TimedFrame,
        query_ms: f64,
        motion: &TimeMotion,
        most: usize,
    ) -> Vec<Moment> {
        let near = self.stored.around(motion.at(query_ms), SIGHT_TIME.offset_ms);
        let moment = |stored: &TimedFrame| Moment {
            query: (query_ms / self.step_ms) as u32,
            query_ms,
            stored: stored.shown_ms[0] as u32,
            stored_ms: stored.shown_ms,
            distance: stored.code.distance(&frame.code).bits(),
        };
        let mut moments: Vec<Moment> =
            near.map(moment).filter(|moment| moment.distance <= FRAME_SEEN_RADIUS.bits()).collect();
        // Of equals the nearest to where the motion puts it.
        let off = |moment: &Moment| motion.residual_ms(moment) as u64;
        moments.sort_by_key(|moment| (moment.distance, off(moment)));
        moments.truncate(most);
        moments
    }
}

/// How many of a stretch's moments another explains.
fn in_common(found: &Stretch, other: &Stretch) -> usize {
    let [from_ms, to_ms] = other.query_ms;
    let explains = |moment: &&Moment| {
        (from_ms..=to_ms).contains(&moment.query_ms)
            && other.motion.residual_ms(moment) <= FRAME_TIME.offset_ms
    };
    found.inliers.iter().filter(explains).count()
}

/// Stretches that follow each other, or overlap, and lie on one line are one.
fn joined(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for next in stretches {
        match joined.last_mut() {
            Some(last) if are_one(last, &next) => {
                last.inliers.extend(next.inliers);
                last.query_ms[1] = last.query_ms[1].max(next.query_ms[1]);
            }
            _ => joined.push(next),
        }
    }
    joined
}

fn are_one(last: &Stretch, next: &Stretch) -> bool {
    let apart_ms = next.query_ms[0] - last.query_ms[1];
    let at = |end_ms: f64| (last.motion.at(end_ms) - next.motion.at(end_ms)).abs();
    apart_ms <= FRAME_THERE_GAP_MS
        && [last.query_ms[0], next.query_ms[1]].iter().all(|&ms| at(ms) <= FRAME_TIME.offset_ms)
}

/// Whether a frame is what is expected where it is. Of one in which nothing is to be seen the code
/// is noise: it is like any other that is flat.
fn are_alike(query: &TimedFrame, stored: &TimedFrame) -> bool {
    let nothing_is_seen = query.is_blank && stored.is_blank;
    nothing_is_seen || FRAME_THERE_RADIUS.covers(query.code.distance(&stored.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code of its own for each number, some 128 bits from the others.
    fn code(number: u64) -> Code {
        let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678;
        Code::from_words(std::array::from_fn(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            state ^ (state >> 29)
        }))
    }

    /// Frames every 250 ms that show these numbers; 0 is blank.
    fn timeline(shown: &[u64]) -> Timeline {
        let frame = |(n, &number): (usize, &u64)| TimedFrame {
            shown_ms: [n as f64 * 250.0; 2],
            code: if number == 0 { code(1000 + n as u64) } else { code(number) },
            is_blank: number == 0,
        };
        Timeline::in_order(shown.iter().enumerate().map(frame).collect())
    }

    /// A stretch of so many moments from a moment on, which lies at its own time.
    fn stretch(from: usize, count: usize) -> Stretch {
        let moment = |n: usize| Moment {
            query: n as u32,
            query_ms: n as f64 * 250.0,
            stored: n as u32,
            stored_ms: [n as f64 * 250.0; 2],
            distance: 4,
        };
        Stretch::of(
            TimeMotion { rate: 1.0, offset_ms: 0.0 },
            (from..from + count).map(moment).collect(),
        )
    }

    fn lengthened(query: &[u64], stored: &[u64], mut stretches: Vec<Stretch>) -> Vec<[f64; 2]> {
        let (query, stored) = (timeline(query), timeline(stored));
        Pair { query: &query, step_ms: 250.0, stored: &stored }.lengthen(&mut stretches);
        stretches.iter().map(|stretch| stretch.query_ms.map(|ms| ms / 250.0)).collect()
    }

    #[test]
    fn flat_frames_lengthen_what_others_found() {
        let shown = [101, 102, 103, 4, 5, 6, 107, 0, 0, 108, 109];
        assert_eq!(lengthened(&shown, &shown, vec![stretch(3, 3)]), [[0.0, 10.0]]);
    }

    #[test]
    fn what_is_something_else_does_not() {
        let query = [151, 152, 153, 154, 155, 6, 7, 8, 159, 60, 61, 62, 63];
        let stored = [1, 102, 3, 104, 5, 6, 7, 8, 9, 10, 11, 12, 13];
        assert_eq!(lengthened(&query, &stored, vec![stretch(5, 3)]), [[5.0, 7.0]]);
    }

    #[test]
    fn a_blank_frame_is_not_like_one_that_shows_something() {
        let (query, stored) = ([1, 2, 3, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(lengthened(&query, &stored, vec![stretch(0, 3)]), [[0.0, 2.0]]);
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let shown = [1, 2, 3, 104, 104, 104, 105, 5, 6, 7];
        let found = lengthened(&shown, &shown, vec![stretch(0, 3), stretch(7, 3)]);
        assert_eq!(found, [[0.0, 6.0], [7.0, 9.0]]);
    }

    #[test]
    fn what_stands_still_for_long_is_one_stretch_to_its_end() {
        let shown = vec![7; 30_000];
        let (query, stored) = (timeline(&shown), timeline(&shown));
        let pair = Pair { query: &query, step_ms: 250.0, stored: &stored };
        let retold = pair.retold(vec![stretch(0, 30_000)]);
        assert_eq!(retold.len(), 1);
        assert_eq!(retold[0].query_ms, [0.0, 29_999.0 * 250.0]);
        assert_eq!(retold[0].motion, TimeMotion { rate: 1.0, offset_ms: 0.0 });
    }

    #[test]
    fn a_rough_motion_gives_moments_around_it_only() {
        let shown: Vec<u64> = (1..=60).collect();
        let (query, stored) = (timeline(&shown[20..30]), timeline(&shown));
        let pair = Pair { query: &query, step_ms: 250.0, stored: &stored };
        let at = |offset_ms: f64| Stretch::of(TimeMotion { rate: 1.0, offset_ms }, Vec::new());
        let moments = pair.moments_near(&[at(6500.0), at(4000.0)]);
        assert_eq!(moments.len(), 10);
        assert!(moments.iter().all(|m| m.stored_ms[0] - m.query_ms == 5000.0));
        assert_eq!(pair.moments_near(&[at(-20_000.0)]), []);
    }
}
