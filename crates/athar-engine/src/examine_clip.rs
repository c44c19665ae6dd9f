//! What is asked of one clip or sound, and the answers, wherever it is decoded: as `examine` does it
//! for pictures.
//!
//! A clip may be long, so an answer comes in pieces, each as soon as it is known, and then a last
//! one. What is held here does not grow with the clip.
//!
//! ```text
//! Facts ─► Frames: one by one ─ PDQ of the whole and of its content ─► spans ──────────► pieces
//!      │                      └ shows something else? ─► landmarks ────────────────────► pieces
//!      └─► Sound: piece by piece ─ a listener for each pace ─► voices ──────────────────► pieces
//! ```

use crate::clip::{ClipFacts, FramePicture, FramePlan, FrameSpan};
use crate::examine::{content_of, landmarks_of};
use crate::places::Extent;
use crate::policy::{
    BETWEEN_RADIUS, CLIP_LIMITS, CLIP_SIDE_PX, CLIP_SPANS_MOST, LANDMARK_AREA_PX, LANDMARK_VOTES,
    SCENE_AGAIN_MS, SCENE_LEAST_MS, SCENE_RADIUS, SPAN_RADIUS, is_blank, searchable,
};
use crate::spans::{Coded, Spans};
use crate::{InputError, InputErrorKind};
use athar_hash::pdq::pdq_orientations;
use athar_hash::voice::RATE_HZ;
use athar_hash::{Pace, VoiceCode, VoiceListener};
use athar_kernel::{Code, Level, Plane};
use athar_media::MediaError;
use athar_media::clip::{
    Clip, ClipFrame, ClipInfo, FrameWant, Pick, SoundWant, Tally, open_stoppable,
};
use std::io::{Read, Seek};
use std::ops::ControlFlow;

/// What can be asked of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClipQuestion {
    /// What can be known before it is decoded.
    Facts,
    /// Its frames.
    Frames(FramePlan),
    /// The voices of its sound.
    Sound {
        /// Those to store.
        stored: bool,
        /// Those to ask with.
        asked: bool,
    },
}

impl ClipQuestion {
    /// Spans of the answer, those of whole frames and those of their content, at most.
    pub(crate) fn spans_most(&self) -> usize {
        let Self::Frames(plan) = self else { return 0 };
        let interval_ms = match plan.pick {
            Pick::Every => 0,
            Pick::Spaced { interval_ms } | Pick::Keys { interval_ms } => interval_ms,
        };
        let frames = CLIP_LIMITS.duration_ms.checked_div(interval_ms.into());
        let spans = frames.map_or(usize::MAX, |frames| 2 * (frames as usize + 2));
        spans.min(CLIP_SPANS_MOST)
    }
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ClipPiece {
    /// Spans that begin no earlier than those before, and a frame with landmarks.
    Frames { spans: Vec<FrameSpan>, picture: Option<FramePicture> },
    /// Voices that follow those before.
    Voices { stored: Vec<VoiceCode>, asked: Vec<VoiceCode> },
}

/// What is told last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClipAnswer {
    Facts(ClipFacts),
    Frames { end_ms: u64, widest_gap_ms: u64 },
    Sound { end_ms: u64 },
}

/// Takes the pieces of an answer, and says whether to go on.
pub(crate) type Taker<'t> = dyn FnMut(ClipPiece) -> ControlFlow<()> + 't;

/// Voices after which they are told: those of some ten seconds. Another second may be heard before.
const VOICES_TOLD: usize = 256;

/// Voices of each pace that are told at a time, at most.
pub(crate) const VOICES_AT_A_TIME: usize = 2 * VOICES_TOLD;

/// Spans that are told at a time, at most. Two end with a frame, and others may have waited for
/// them: those of a chain that was cut while a span of the other went on.
pub(crate) const SPANS_AT_A_TIME: usize = 1 << 12;

/// Answers questions about one clip.
pub(crate) struct ClipExaminer<'a> {
    clip: Clip<'a>,
    level: Level,
}

impl<'a> ClipExaminer<'a> {
    /// `stop` is asked at every piece of the file that is read.
    pub(crate) fn open(
        file: impl Read + Seek + Send + 'a,
        stop: impl FnMut() -> bool + Send + 'a,
        level: Level,
    ) -> Result<Self, InputError> {
        let clip = open_stoppable(file, &CLIP_LIMITS, stop).map_err(of_media)?;
        Ok(Self { clip, level })
    }

    /// `None` when `take` did not want to go on.
    pub(crate) fn answer(
        &mut self,
        question: &ClipQuestion,
        take: &mut Taker<'_>,
    ) -> Result<Option<ClipAnswer>, InputError> {
        match *question {
            ClipQuestion::Facts => Ok(Some(ClipAnswer::Facts(facts(self.clip.info())))),
            ClipQuestion::Frames(plan) => self.frames(question, &plan, take),
            ClipQuestion::Sound { stored, asked } => self.sound(stored, asked, take),
        }
    }

    fn frames(
        &mut self,
        question: &ClipQuestion,
        plan: &FramePlan,
        take: &mut Taker<'_>,
    ) -> Result<Option<ClipAnswer>, InputError> {
        let facts = facts(self.clip.info());
        let want = FrameWant { pick: plan.pick, from_ms: 0, least_side_px: CLIP_SIDE_PX };
        let mut look = Look::new(&facts, plan, self.level);
        let (mut flow, mut left) = (ControlFlow::Continue(()), Some(question.spans_most()));
        let tally = self.clip.frames(&want, |mut frame| {
            let (spans, picture) = look.take(&mut frame);
            // Both chains may have one more that is open.
            left = left.and_then(|left| left.checked_sub(spans.len())).filter(|left| *left > 2);
            flow = match left {
                Some(_) => take(ClipPiece::Frames { spans, picture }),
                None => ControlFlow::Break(()),
            };
            flow
        });
        let tally = tally.map_err(of_media)?;
        if left.is_none() {
            return Err(too_many());
        }
        let end_ms = end_ms(&tally, plan.pick, facts.duration_ms);
        let widest_gap_ms = look.gaps.widest_ms(end_ms);
        let rest = ClipPiece::Frames { spans: look.finish(), picture: None };
        let is_done = flow.is_continue() && take(rest).is_continue();
        Ok(is_done.then_some(ClipAnswer::Frames { end_ms, widest_gap_ms }))
    }

    fn sound(
        &mut self,
        stored: bool,
        asked: bool,
        take: &mut Taker<'_>,
    ) -> Result<Option<ClipAnswer>, InputError> {
        let mut ears = Ears::new(stored, asked);
        let mut flow = ControlFlow::Continue(());
        let want = SoundWant { rate_hz: RATE_HZ, from_ms: 0 };
        let tally = self.clip.sound(&want, |piece| {
            // A piece may be of any length, and what is told at a time is not.
            for samples in piece.samples.chunks(RATE_HZ as usize) {
                if let Some(told) = ears.hear(piece.time_ms, samples) {
                    flow = take(told);
                }
            }
            flow
        });
        let end_ms = tally.map_err(of_media)?.end_ms;
        let is_done = flow.is_continue() && take(ears.told()).is_continue();
        Ok(is_done.then_some(ClipAnswer::Sound { end_ms }))
    }
}

fn of_media(error: MediaError) -> InputError {
    InputError::from_media(&error)
}

fn too_many() -> InputError {
    let message = format!("more than {CLIP_SPANS_MOST} of the clip's frames differ");
    InputError::new(InputErrorKind::Limit, message)
}

fn facts(info: &ClipInfo) -> ClipFacts {
    let size = |side: u32| side.max(1);
    ClipFacts {
        format: info.container,
        width: info.video.map_or(0, |video| size(video.width)),
        height: info.video.map_or(0, |video| size(video.height)),
        duration_ms: info.duration_ms,
        has_frames: info.video.is_some(),
        has_sound: info.audio.is_some(),
    }
}

/// The shorter side of a frame of so many columns and rows in which landmarks are sought.
fn landmark_side_px((width, height): (u32, u32)) -> u32 {
    let (width, height) = (f64::from(width), f64::from(height));
    let share = (f64::from(LANDMARK_AREA_PX) / (width * height)).sqrt();
    // Casts of floating point numbers saturate.
    ((width.min(height) * share).ceil() as u32).max(CLIP_SIDE_PX)
}

/// Of key frames alone the last one's end is not the clip's, which is what the file says.
fn end_ms(tally: &Tally, pick: Pick, said_ms: Option<u64>) -> u64 {
    match pick {
        Pick::Keys { .. } => tally.end_ms.max(said_ms.unwrap_or(0).min(CLIP_LIMITS.duration_ms)),
        Pick::Every | Pick::Spaced { .. } => tally.end_ms,
    }
}

/// One way through the frames of a clip.
struct Look {
    clip_px: (u32, u32),
    level: Level,
    between: Between,
    spans: Spans,
    stored: Scenes,
    asked: Scenes,
    gaps: Gaps,
}

impl Look {
    fn new(facts: &ClipFacts, plan: &FramePlan, level: Level) -> Self {
        Self {
            clip_px: (facts.width, facts.height),
            level,
            between: Between::new(plan.between),
            spans: Spans::new(!matches!(plan.pick, Pick::Keys { .. })),
            stored: Scenes::new(plan.stored, facts.duration_ms),
            asked: Scenes::new(plan.asked, facts.duration_ms),
            gaps: Gaps::default(),
        }
    }

    /// The next frame, the spans that are complete by then, and its landmarks.
    fn take(&mut self, frame: &mut ClipFrame<'_>) -> (Vec<FrameSpan>, Option<FramePicture>) {
        let (at_ms, plane) = (frame.time_ms, &frame.plane);
        let whole = self.coded(Extent::whole(self.clip_px), plane);
        if searchable(whole.quality) || is_blank(whole.quality) {
            self.gaps.add(at_ms);
        }
        let content = content_of(plane, self.clip_px)
            .map(|(extent, inner)| self.coded(extent, &inner))
            .filter(|content| !is_blank(content.quality));
        if self.between.holds((at_ms, whole, content)) {
            return (Vec::new(), None);
        }
        let mut spans = Vec::new();
        if let Some((at_ms, whole, content)) = self.between.before(whole.codes[0]) {
            spans.extend(self.spans.add(at_ms, whole, content));
        }
        let picture = self.picture(frame, &whole.codes[0]);
        spans.extend(self.spans.add(at_ms, whole, content));
        (spans, picture)
    }

    /// The spans that are left at the end.
    fn finish(self) -> Vec<FrameSpan> {
        let Self { between, mut spans, .. } = self;
        let last = between.held.map(|(at_ms, whole, content)| spans.add(at_ms, whole, content));
        [last.unwrap_or_default(), spans.finish()].concat()
    }

    fn coded(&self, extent: Extent, plane: &Plane) -> Coded {
        let hashed = pdq_orientations(plane, self.level);
        Coded { extent, codes: hashed.codes, quality: hashed.quality }
    }

    /// The landmarks of a frame that shows something else than those before.
    fn picture(&mut self, frame: &mut ClipFrame<'_>, code: &Code) -> Option<FramePicture> {
        let at_ms = frame.time_ms;
        let stored = self.stored.are_due(at_ms, code);
        let asked = self.asked.are_due(at_ms, code);
        if !stored && !asked {
            return None;
        }
        let plane = frame.finer(landmark_side_px(self.clip_px))?;
        let mut landmarks = landmarks_of(&plane, stored, asked, self.level);
        for (scenes, found, is_due) in [
            (&mut self.stored, &mut landmarks.stored, stored),
            (&mut self.asked, &mut landmarks.asked, asked),
        ] {
            let is_enough = found.len() >= LANDMARK_VOTES;
            if is_due {
                scenes.sought(at_ms, code, is_enough);
            }
            if !is_enough {
                found.clear();
            }
        }
        let has_some = !landmarks.stored.is_empty() || !landmarks.asked.is_empty();
        has_some.then_some(FramePicture { at_ms, landmarks })
    }
}

/// A frame with what is left of it without flat surroundings.
type FrameCoded = (u64, Coded, Option<Coded>);

/// Every second frame is looked at to see whether much happens between its neighbours.
struct Between {
    is_wanted: bool,
    /// The code of the last frame that was told.
    last: Option<Code>,
    /// The one behind it, until the next comes.
    held: Option<FrameCoded>,
}

impl Between {
    fn new(is_wanted: bool) -> Self {
        Self { is_wanted, last: None, held: None }
    }

    /// Whether a frame waits until it is known what comes next.
    fn holds(&mut self, frame: FrameCoded) -> bool {
        let is_held = self.is_wanted && self.held.is_none() && self.last.is_some();
        if is_held {
            self.held = Some(frame);
        }
        is_held
    }

    /// Before a frame of this code is told: the one that waited, if it is like neither neighbour.
    fn before(&mut self, code: Code) -> Option<FrameCoded> {
        let last = self.last.replace(code)?;
        let held = self.held.take()?;
        let differs = |other: &Code| !BETWEEN_RADIUS.covers(held.1.codes[0].distance(other));
        (differs(&last) && differs(&code)).then_some(held)
    }
}

/// In which frames landmarks are sought: where something else is seen, and not so often that none
/// are left for the rest of the clip.
struct Scenes {
    left: u32,
    /// From one that had landmarks to the next, at least.
    spacing_ms: u64,
    sought: Option<(u64, Code)>,
    found_ms: Option<u64>,
}

impl Scenes {
    fn new(most: u32, duration_ms: Option<u64>) -> Self {
        let duration_ms = duration_ms.unwrap_or(0).min(CLIP_LIMITS.duration_ms);
        let spacing_ms = duration_ms.checked_div(most.into()).unwrap_or(0);
        Self { left: most, spacing_ms, sought: None, found_ms: None }
    }

    fn are_due(&self, at_ms: u64, code: &Code) -> bool {
        let is_spaced = self.found_ms.is_none_or(|found_ms| at_ms - found_ms >= self.spacing_ms);
        let shows_new = self.sought.is_none_or(|(sought_ms, sought)| {
            let (passed_ms, distance) = (at_ms - sought_ms, sought.distance(code));
            let is_other = passed_ms >= SCENE_LEAST_MS && !SCENE_RADIUS.covers(distance);
            is_other || (passed_ms >= SCENE_AGAIN_MS && !SPAN_RADIUS.covers(distance))
        });
        self.left > 0 && is_spaced && shows_new
    }

    fn sought(&mut self, at_ms: u64, code: &Code, is_found: bool) {
        self.sought = Some((at_ms, *code));
        if is_found {
            self.found_ms = Some(at_ms);
            self.left -= 1;
        }
    }
}

/// The longest time in which no frame was seen that tells anything: one too flat to be searched for
/// does not, but where nothing at all is to be seen nothing is missed.
#[derive(Default)]
struct Gaps {
    last_ms: u64,
    widest_ms: u64,
}

impl Gaps {
    fn add(&mut self, at_ms: u64) {
        self.widest_ms = self.widest_ms(at_ms);
        self.last_ms = at_ms;
    }

    fn widest_ms(&self, next_ms: u64) -> u64 {
        self.widest_ms.max(next_ms.saturating_sub(self.last_ms))
    }
}

/// Listeners at the wanted paces, and what they heard and did not tell yet.
struct Ears {
    stored: Option<VoiceListener>,
    asked: Option<VoiceListener>,
    begin_ms: Option<u64>,
    heard: (Vec<VoiceCode>, Vec<VoiceCode>),
}

impl Ears {
    fn new(stored: bool, asked: bool) -> Self {
        Self {
            stored: stored.then(|| VoiceListener::new(Pace::STORED)),
            asked: asked.then(|| VoiceListener::new(Pace::ASKED)),
            begin_ms: None,
            heard: (Vec::new(), Vec::new()),
        }
    }

    /// The next samples, the first of which is heard at `at_ms`; and what is to be told by then.
    fn hear(&mut self, at_ms: u64, samples: &[f32]) -> Option<ClipPiece> {
        let begin_ms = *self.begin_ms.get_or_insert(at_ms);
        let begin_ms = u32::try_from(begin_ms).unwrap_or(u32::MAX);
        let (stored, asked) = &mut self.heard;
        for (listener, heard) in [(&mut self.stored, stored), (&mut self.asked, asked)] {
            let voices = listener.iter_mut().flat_map(|listener| listener.hear(samples));
            // A listener counts from its first sample.
            let voices = voices
                .map(|voice| VoiceCode { at_ms: voice.at_ms.saturating_add(begin_ms), ..voice });
            heard.extend(voices);
        }
        let count = self.heard.0.len() + self.heard.1.len();
        (count >= VOICES_TOLD).then(|| self.told())
    }

    fn told(&mut self) -> ClipPiece {
        let (stored, asked) = std::mem::take(&mut self.heard);
        ClipPiece::Voices { stored, asked }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame whose code has so many bits set.
    fn frame(at_ms: u64, bits: usize) -> FrameCoded {
        let words = std::array::from_fn(|word| {
            (0..64).filter(|bit| word * 64 + bit < bits).fold(0, |word, bit| word | 1 << bit)
        });
        let codes = [Code::from_words(words); 8];
        (at_ms, Coded { extent: Extent::whole((64, 64)), codes, quality: 100 }, None)
    }

    /// The times of the frames that are told of those that come every 125 ms.
    fn told(is_wanted: bool, bits: &[usize]) -> Vec<u64> {
        let mut between = Between::new(is_wanted);
        let mut told = Vec::new();
        for (n, &bits) in bits.iter().enumerate() {
            let (at_ms, whole, content) = frame(n as u64 * 125, bits);
            if !between.holds((at_ms, whole, content)) {
                told.extend(between.before(whole.codes[0]).map(|before| before.0));
                told.push(at_ms);
            }
        }
        told.extend(between.held.map(|held| held.0));
        told
    }

    #[test]
    fn of_every_second_frame_those_are_told_that_are_like_no_neighbour() {
        assert_eq!(told(false, &[0, 40, 80]), [0, 125, 250]);
        assert_eq!(told(true, &[0, 0, 0, 0, 0]), [0, 250, 500], "nothing happens");
        assert_eq!(told(true, &[0, 40, 80, 84, 88]), [0, 125, 250, 500], "and then it does");
        assert_eq!(told(true, &[0, 90, 90, 10, 0]), [0, 250, 500], "a cut is seen on its far side");
        assert_eq!(told(true, &[0, 0, 0, 200]), [0, 250, 375], "the last is told in any case");
        assert_eq!(told(true, &[]), [0u64; 0]);
    }
}
