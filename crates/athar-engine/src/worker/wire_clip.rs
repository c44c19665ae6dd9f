//! What crosses between a process and a sealed worker that has a clip.
//!
//! ```text
//! to the worker                                   from the worker
//!   FACTS                                           ALIVE    nothing: it is still at it
//!   FRAMES   pick, stored: u32, asked: u32          PIECE    a part of the answer
//!   SOUND    stored, asked: u8 each                 ANSWER   the last part
//!                                                   REFUSED  kind: u8, text
//! ```
//!
//! Messages are as in `wire`, and so is the rule: a worker that was taken over writes what it
//! likes. Each number is held against what an honest one could have told given the question and
//! what was told before it, and how much may come in all is known before the first piece.

use super::wire::{
    ANSWER, Broken, Fields, LANDMARK_BYTES, REFUSED, SHORT_BYTES, clip_refusal, put_format,
    put_landmark, put_size, read_message, write_message, write_refusal,
};
use crate::InputError;
use crate::clip::{ClipFacts, FramePicture, FramePlan, FrameSpan};
use crate::examine::FoundLandmarks;
use crate::examine_clip::{ClipAnswer, ClipPiece, ClipQuestion, SPANS_AT_A_TIME, VOICES_AT_A_TIME};
use crate::policy::CLIP_LIMITS;
use athar_hash::{Landmark, Pace, Setting, VoiceCode};
use athar_kernel::Code;
use athar_media::clip::Pick;
use std::io::{self, Read, Write};

const FACTS: u8 = 0x41;
const FRAMES: u8 = 0x42;
const SOUND: u8 = 0x43;

const ALIVE: u8 = 0xc1;
const PIECE: u8 = 0xc2;

/// Bytes of one span: two times, an extent, a code for each orientation and a quality.
const SPAN_BYTES: usize = 2 * 8 + 16 + 8 * 32 + 1;

/// Bytes of one voice: a time, a code and a quality.
const VOICE_BYTES: usize = 4 + 32 + 1;

/// Pixels of a frame as a person sees it, at most: pixels may be eight times as wide as high, and
/// sides are rounded.
const SEEN_PIXELS: u64 = 9 * CLIP_LIMITS.pixels;

/// Milliseconds beyond which nothing lies. What begins within the limit may end after it.
const LATEST_MS: u64 = 2 * CLIP_LIMITS.duration_ms;

/// Milliseconds from one voice to the next are this many for each frame of their pace, at least.
const VOICE_STEP_MS: u64 = 23;

/// Writes a question.
pub(super) fn write_question(to: &mut impl Write, question: &ClipQuestion) -> io::Result<()> {
    let mut body = Vec::new();
    let kind = match *question {
        ClipQuestion::Facts => FACTS,
        ClipQuestion::Frames(plan) => {
            put_plan(&mut body, &plan);
            FRAMES
        }
        ClipQuestion::Sound { stored, asked } => {
            body.extend([stored, asked].map(u8::from));
            SOUND
        }
    };
    write_message(to, kind, &body)
}

/// Reads a question.
pub(super) fn read_question(from: &mut impl Read) -> Result<ClipQuestion, Broken> {
    let (kind, body) = read_message(from, SHORT_BYTES)?;
    let mut fields = Fields(&body);
    question(kind, &mut fields).filter(|_| fields.0.is_empty()).ok_or(Broken::Nonsense)
}

fn question(kind: u8, fields: &mut Fields<'_>) -> Option<ClipQuestion> {
    Some(match kind {
        FACTS => ClipQuestion::Facts,
        FRAMES => ClipQuestion::Frames(plan(fields)?),
        SOUND => ClipQuestion::Sound { stored: fields.flag()?, asked: fields.flag()? },
        _ => return None,
    })
}

fn put_plan(body: &mut Vec<u8>, plan: &FramePlan) {
    let (kind, interval_ms) = match plan.pick {
        Pick::Every => (0, 0),
        Pick::Spaced { interval_ms } => (1, interval_ms),
        Pick::Keys { interval_ms } => (2, interval_ms),
    };
    body.push(kind);
    [interval_ms, plan.stored, plan.asked].iter().for_each(|n| body.extend(n.to_le_bytes()));
}

fn plan(fields: &mut Fields<'_>) -> Option<FramePlan> {
    let (kind, interval_ms) = (fields.u8()?, fields.u32()?);
    let pick = match kind {
        0 => Pick::Every,
        1 => Pick::Spaced { interval_ms },
        2 => Pick::Keys { interval_ms },
        _ => return None,
    };
    Some(FramePlan { pick, stored: fields.u32()?, asked: fields.u32()? })
}

/// Says that the worker is still at it.
pub(super) fn write_alive(to: &mut impl Write) -> io::Result<()> {
    write_message(to, ALIVE, &[])
}

/// Writes a part of an answer.
pub(super) fn write_piece(to: &mut impl Write, piece: &ClipPiece) -> io::Result<()> {
    let mut body = Vec::new();
    match piece {
        ClipPiece::Frames { spans, picture } => {
            put_all(&mut body, spans, put_span);
            body.push(picture.is_some().into());
            if let Some(FramePicture { at_ms, landmarks }) = picture {
                body.extend(at_ms.to_le_bytes());
                put_size(&mut body, landmarks.plane_px);
                put_all(&mut body, &landmarks.stored, put_landmark);
                put_all(&mut body, &landmarks.asked, put_landmark);
            }
        }
        ClipPiece::Voices { stored, asked } => {
            put_all(&mut body, stored, put_voice);
            put_all(&mut body, asked, put_voice);
        }
    }
    write_message(to, PIECE, &body)
}

/// Writes the last part, or why there is none.
pub(super) fn write_answer(
    to: &mut impl Write,
    answer: &Result<ClipAnswer, InputError>,
) -> io::Result<()> {
    let mut body = Vec::new();
    match answer {
        Ok(ClipAnswer::Facts(facts)) => {
            put_format(&mut body, facts.format);
            put_size(&mut body, (facts.width, facts.height));
            body.push(facts.duration_ms.is_some().into());
            body.extend(facts.duration_ms.unwrap_or(0).to_le_bytes());
            body.extend([facts.has_frames, facts.has_sound].map(u8::from));
        }
        Ok(ClipAnswer::Frames { end_ms, widest_gap_ms }) => {
            [end_ms, widest_gap_ms].iter().for_each(|n| body.extend(n.to_le_bytes()));
        }
        Ok(ClipAnswer::Sound { end_ms }) => body.extend(end_ms.to_le_bytes()),
        Err(error) => return write_refusal(to, error),
    }
    write_message(to, ANSWER, &body)
}

fn put_all<T>(body: &mut Vec<u8>, all: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    body.extend((all.len() as u32).to_le_bytes());
    all.iter().for_each(|one| put(body, one));
}

fn put_span(body: &mut Vec<u8>, span: &FrameSpan) {
    [span.from_ms, span.to_ms].iter().for_each(|n| body.extend(n.to_le_bytes()));
    body.extend(span.extent.to_bytes());
    span.codes.iter().for_each(|code| body.extend(code.to_bytes()));
    body.push(span.quality);
}

fn put_voice(body: &mut Vec<u8>, voice: &VoiceCode) {
    body.extend(voice.at_ms.to_le_bytes());
    body.extend(voice.code.to_bytes());
    body.push(voice.quality);
}

/// What a worker says.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    Alive,
    Piece(ClipPiece),
    Last(Result<ClipAnswer, InputError>),
}

/// Reads the parts of one answer, each of which must be possible after those before.
pub(super) struct Reader<'q> {
    question: &'q ClipQuestion,
    /// Of the clip, as it was told.
    size_px: (u32, u32),
    spans_left: usize,
    stored: Left,
    asked: Left,
    /// When the last span began.
    from_ms: u64,
}

/// What may still come of one kind, and when the last one was.
#[derive(Default)]
struct Left {
    count: u64,
    last_ms: Option<u64>,
}

impl<'q> Reader<'q> {
    /// Of the answer to a question about a clip whose frames have so many columns and rows.
    pub(super) fn new(question: &'q ClipQuestion, size_px: (u32, u32)) -> Self {
        let left = |count: u64| Left { count, last_ms: None };
        let voices = |wanted: bool, pace: Pace| {
            let step_ms = VOICE_STEP_MS * u64::from(pace.frames);
            left(if wanted { LATEST_MS / step_ms } else { 0 })
        };
        let (stored, asked) = match *question {
            ClipQuestion::Facts => (left(0), left(0)),
            ClipQuestion::Frames(plan) => (left(plan.stored.into()), left(plan.asked.into())),
            ClipQuestion::Sound { stored, asked } => {
                (voices(stored, Pace::STORED), voices(asked, Pace::ASKED))
            }
        };
        Self { question, size_px, spans_left: question.spans_most(), stored, asked, from_ms: 0 }
    }

    /// Reads what the worker says next.
    pub(super) fn read(&mut self, from: &mut impl Read) -> Result<Told, Broken> {
        let (kind, body) = read_message(from, self.longest())?;
        let mut fields = Fields(&body);
        let told = match kind {
            ALIVE => Some(Told::Alive),
            PIECE => self.piece(&mut fields).map(Told::Piece),
            ANSWER => self.answer(&mut fields).map(|answer| Told::Last(Ok(answer))),
            REFUSED => clip_refusal(&mut fields).map(|error| Told::Last(Err(error))),
            _ => None,
        };
        told.filter(|_| fields.0.is_empty()).ok_or(Broken::Nonsense)
    }

    /// Bytes of the longest message.
    fn longest(&self) -> usize {
        let body = match self.question {
            ClipQuestion::Facts => 0,
            ClipQuestion::Frames(_) => {
                SPANS_AT_A_TIME * SPAN_BYTES
                    + (Setting::STORED.most + Setting::ASKED.most) * LANDMARK_BYTES
            }
            ClipQuestion::Sound { .. } => 2 * VOICES_AT_A_TIME * VOICE_BYTES,
        };
        body + SHORT_BYTES
    }

    fn piece(&mut self, fields: &mut Fields<'_>) -> Option<ClipPiece> {
        match self.question {
            ClipQuestion::Facts => None,
            ClipQuestion::Frames(_) => {
                let spans = self.spans(fields)?;
                let picture = if fields.flag()? { Some(self.picture(fields)?) } else { None };
                Some(ClipPiece::Frames { spans, picture })
            }
            ClipQuestion::Sound { .. } => Some(ClipPiece::Voices {
                stored: self.stored.voices(fields)?,
                asked: self.asked.voices(fields)?,
            }),
        }
    }

    fn spans(&mut self, fields: &mut Fields<'_>) -> Option<Vec<FrameSpan>> {
        let count = fields.u32()? as usize;
        self.spans_left = self.spans_left.checked_sub(count)?;
        (0..count).map(|_| self.span(fields)).collect()
    }

    fn span(&mut self, fields: &mut Fields<'_>) -> Option<FrameSpan> {
        let (from_ms, to_ms) = (fields.u64()?, fields.u64()?);
        let is_in_order = self.from_ms <= from_ms && from_ms <= to_ms && to_ms <= LATEST_MS;
        self.from_ms = from_ms;
        let extent = fields.extent(self.size_px)?;
        let codes = fields.codes()?;
        let quality = fields.percent()?;
        is_in_order.then_some(FrameSpan { from_ms, to_ms, extent, codes, quality })
    }

    fn picture(&mut self, fields: &mut Fields<'_>) -> Option<FramePicture> {
        let at_ms = fields.u64()?;
        let plane_px = fields.size(SEEN_PIXELS)?;
        let stored = self.stored.landmarks(fields, at_ms, plane_px, &Setting::STORED)?;
        let asked = self.asked.landmarks(fields, at_ms, plane_px, &Setting::ASKED)?;
        let landmarks = FoundLandmarks { plane_px, stored, asked };
        (at_ms <= LATEST_MS).then_some(FramePicture { at_ms, landmarks })
    }

    fn answer(&self, fields: &mut Fields<'_>) -> Option<ClipAnswer> {
        let mut time = || fields.u64().filter(|&at_ms| at_ms <= LATEST_MS);
        Some(match self.question {
            ClipQuestion::Facts => ClipAnswer::Facts(facts(fields)?),
            ClipQuestion::Frames(_) => {
                ClipAnswer::Frames { end_ms: time()?, widest_gap_ms: time()? }
            }
            ClipQuestion::Sound { .. } => ClipAnswer::Sound { end_ms: time()? },
        })
    }
}

impl Left {
    fn take(&mut self, at_ms: u64) -> Option<()> {
        let is_later = self.last_ms.is_none_or(|last_ms| last_ms < at_ms);
        self.count = self.count.checked_sub(1)?;
        self.last_ms = Some(at_ms);
        is_later.then_some(())
    }

    /// Those of one frame, which counts only where it has some.
    fn landmarks(
        &mut self,
        fields: &mut Fields<'_>,
        at_ms: u64,
        plane_px: (u32, u32),
        setting: &Setting,
    ) -> Option<Vec<Landmark>> {
        let landmarks = fields.landmarks(setting.most, plane_px)?;
        if !landmarks.is_empty() {
            self.take(at_ms)?;
        }
        Some(landmarks)
    }

    fn voices(&mut self, fields: &mut Fields<'_>) -> Option<Vec<VoiceCode>> {
        let count = fields.u32()? as usize;
        (count <= VOICES_AT_A_TIME).then(|| (0..count).map(|_| self.voice(fields)).collect())?
    }

    fn voice(&mut self, fields: &mut Fields<'_>) -> Option<VoiceCode> {
        let at_ms = fields.u32()?;
        self.take(at_ms.into())?;
        let code = Code::from_bytes(fields.array()?);
        let is_there = u64::from(at_ms) <= LATEST_MS;
        Some(VoiceCode { code, at_ms, quality: fields.percent()? }).filter(|_| is_there)
    }
}

fn facts(fields: &mut Fields<'_>) -> Option<ClipFacts> {
    let format = fields.format()?;
    let (width, height) = (fields.u32()?, fields.u32()?);
    let (is_said, duration_ms) = (fields.flag()?, fields.u64()?);
    let (has_frames, has_sound) = (fields.flag()?, fields.flag()?);
    let pixels = u64::from(width) * u64::from(height);
    let is_possible = (has_frames || has_sound)
        && pixels <= SEEN_PIXELS
        && has_frames == (width > 0 && height > 0)
        && (has_frames || (width, height) == (0, 0));
    let duration_ms = is_said.then_some(duration_ms);
    is_possible.then_some(ClipFacts { format, width, height, duration_ms, has_frames, has_sound })
}
