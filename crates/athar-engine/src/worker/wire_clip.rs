//! What crosses between a process and a sealed worker that has a clip.
//!
//! ```text
//! to the worker                                   from the worker
//!   FACTS                                           ALIVE    nothing: it is still at it
//!   FRAMES   pick, stored, asked: u32, between: u8  PIECE    a part of the answer
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
    body.push(plan.between.into());
}

fn plan(fields: &mut Fields<'_>) -> Option<FramePlan> {
    let (kind, interval_ms) = (fields.u8()?, fields.u32()?);
    let pick = match kind {
        0 => Pick::Every,
        1 => Pick::Spaced { interval_ms },
        2 => Pick::Keys { interval_ms },
        _ => return None,
    };
    let (stored, asked) = (fields.u32()?, fields.u32()?);
    Some(FramePlan { pick, between: fields.flag()?, stored, asked })
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

#[cfg(test)]
mod tests {
    use super::super::wire::tests::{Noise, picture};
    use super::*;
    use crate::InputErrorKind;
    use crate::examine::landmarks_of;
    use crate::places::Extent;
    use athar_kernel::Level;
    use athar_media::Format;
    use std::io::Cursor;

    const SIZE_PX: (u32, u32) = (640, 360);

    /// A question, and all that is said in answer.
    struct Exchange {
        question: ClipQuestion,
        pieces: Vec<ClipPiece>,
        answer: ClipAnswer,
    }

    fn span(from_ms: u64, to_ms: u64) -> FrameSpan {
        let extent = Extent { left_px: 0, top_px: 45, width_px: 640, height_px: 270 };
        let codes = std::array::from_fn(|n| Code::from_words([from_ms, to_ms, 7, n as u64]));
        FrameSpan { from_ms, to_ms, extent, codes, quality: 100 }
    }

    fn voices(at_ms: impl IntoIterator<Item = u32>) -> Vec<VoiceCode> {
        let code = |at_ms: u32| Code::from_words([at_ms.into(); 4]);
        let voice = |at_ms| VoiceCode { code: code(at_ms), at_ms, quality: (at_ms % 101) as u8 };
        at_ms.into_iter().map(voice).collect()
    }

    fn picture_at(at_ms: u64, stored: bool, asked: bool) -> FramePicture {
        let landmarks = landmarks_of(&picture(), stored, asked, Level::best());
        assert!(landmarks.stored.is_empty() != stored && landmarks.asked.is_empty() != asked);
        FramePicture { at_ms, landmarks }
    }

    fn frames(spans: Vec<FrameSpan>, picture: Option<FramePicture>) -> ClipPiece {
        ClipPiece::Frames { spans, picture }
    }

    fn exchanges() -> Vec<Exchange> {
        let plan = FramePlan {
            pick: Pick::Spaced { interval_ms: 250 },
            between: false,
            stored: 2,
            asked: 1,
        };
        let format = Format::Matroska;
        let said = ClipFacts {
            format,
            width: SIZE_PX.0,
            height: SIZE_PX.1,
            duration_ms: Some(u64::MAX),
            has_frames: true,
            has_sound: true,
        };
        let heard = ClipFacts { width: 0, height: 0, has_frames: false, duration_ms: None, ..said };
        let of_facts = |facts: ClipFacts| Exchange {
            question: ClipQuestion::Facts,
            pieces: Vec::new(),
            answer: ClipAnswer::Facts(facts),
        };
        vec![
            of_facts(said.clone()),
            of_facts(heard),
            Exchange {
                question: ClipQuestion::Frames(plan),
                pieces: vec![
                    frames(vec![span(0, 250), span(0, 2000)], Some(picture_at(0, true, true))),
                    frames(Vec::new(), Some(picture_at(9000, true, false))),
                    frames(vec![span(9000, 9000)], None),
                ],
                answer: ClipAnswer::Frames { end_ms: 9250, widest_gap_ms: 7000 },
            },
            Exchange {
                question: ClipQuestion::Sound { stored: true, asked: true },
                pieces: vec![
                    ClipPiece::Voices { stored: voices([116]), asked: voices([46, 93, 139]) },
                    ClipPiece::Voices { stored: voices([]), asked: voices([185]) },
                ],
                answer: ClipAnswer::Sound { end_ms: 3000 },
            },
        ]
    }

    fn written(exchange: &Exchange) -> Vec<Vec<u8>> {
        let mut messages = vec![Vec::new(); exchange.pieces.len() + 2];
        write_alive(&mut messages[0]).unwrap();
        for (message, piece) in messages[1..].iter_mut().zip(&exchange.pieces) {
            write_piece(message, piece).unwrap();
        }
        let last = messages.last_mut().unwrap();
        write_answer(last, &Ok(exchange.answer.clone())).unwrap();
        messages
    }

    /// What is understood until the answer ends, or makes no sense any more.
    fn told(question: &ClipQuestion, bytes: &[u8]) -> (Vec<Told>, bool) {
        let (mut reader, mut from) = (Reader::new(question, SIZE_PX), Cursor::new(bytes));
        let mut all = Vec::new();
        loop {
            match reader.read(&mut from) {
                Ok(last @ Told::Last(_)) => {
                    all.push(last);
                    return (all, true);
                }
                Ok(told) => all.push(told),
                Err(_) => return (all, false),
            }
        }
    }

    /// What whoever takes the pieces relies on.
    fn assert_possible(all: &[Told], question: &ClipQuestion) {
        let (mut spans, mut from_ms, mut pictures) = (0, 0, [0, 0]);
        let mut last_ms = [None, None];
        for told in all {
            match told {
                Told::Alive => {}
                Told::Piece(ClipPiece::Frames { spans: more, picture }) => {
                    spans += more.len();
                    for span in more {
                        assert!(from_ms <= span.from_ms && span.from_ms <= span.to_ms);
                        assert!(span.to_ms <= LATEST_MS && span.quality <= 100);
                        let Extent { left_px, top_px, width_px, height_px } = span.extent;
                        assert!(left_px + width_px <= SIZE_PX.0 && top_px + height_px <= SIZE_PX.1);
                        from_ms = span.from_ms;
                    }
                    if let Some(FramePicture { at_ms, landmarks }) = picture {
                        let found = [&landmarks.stored, &landmarks.asked];
                        for (count, found) in pictures.iter_mut().zip(found) {
                            *count += u32::from(!found.is_empty());
                            assert!(found.len() <= Setting::STORED.most.max(Setting::ASKED.most));
                        }
                        assert!(*at_ms <= LATEST_MS);
                    }
                }
                Told::Piece(ClipPiece::Voices { stored, asked }) => {
                    for (last_ms, voices) in last_ms.iter_mut().zip([stored, asked]) {
                        assert!(voices.len() <= VOICES_AT_A_TIME);
                        for voice in voices {
                            assert!(last_ms.is_none_or(|last_ms| last_ms < voice.at_ms));
                            assert!(voice.quality <= 100 && u64::from(voice.at_ms) <= LATEST_MS);
                            *last_ms = Some(voice.at_ms);
                        }
                    }
                }
                Told::Last(Err(error)) => assert!(error.message.is_ascii()),
                Told::Last(Ok(answer)) => assert_eq!(
                    std::mem::discriminant(answer),
                    std::mem::discriminant(match question {
                        ClipQuestion::Facts => &exchanges_once()[0].answer,
                        ClipQuestion::Frames(_) => &exchanges_once()[2].answer,
                        ClipQuestion::Sound { .. } => &exchanges_once()[3].answer,
                    })
                ),
            }
        }
        assert!(spans <= question.spans_most());
        if let ClipQuestion::Frames(plan) = question {
            assert!(pictures[0] <= plan.stored && pictures[1] <= plan.asked);
        }
    }

    fn exchanges_once() -> &'static [Exchange] {
        static EXCHANGES: std::sync::OnceLock<Vec<Exchange>> = std::sync::OnceLock::new();
        EXCHANGES.get_or_init(exchanges)
    }

    #[test]
    fn questions_come_back_as_they_were_written() {
        let picks =
            [Pick::Every, Pick::Spaced { interval_ms: 3 }, Pick::Keys { interval_ms: u32::MAX }];
        let plans = picks.map(|pick| FramePlan { pick, between: true, stored: 120, asked: 40 });
        let mut questions: Vec<_> = plans.into_iter().map(ClipQuestion::Frames).collect();
        questions.push(ClipQuestion::Facts);
        questions.push(ClipQuestion::Sound { stored: false, asked: true });
        for question in questions {
            let mut bytes = Vec::new();
            write_question(&mut bytes, &question).unwrap();
            assert_eq!(read_question(&mut Cursor::new(&bytes)).ok(), Some(question));
            for end in 0..bytes.len() {
                assert!(read_question(&mut Cursor::new(&bytes[..end])).is_err());
            }
            bytes[0] = 0x7f;
            assert!(read_question(&mut Cursor::new(&bytes)).is_err());
        }
    }

    #[test]
    fn pieces_and_answers_come_back_as_they_were_written() {
        for exchange in exchanges() {
            let bytes = written(&exchange).concat();
            let (all, is_whole) = told(&exchange.question, &bytes);
            let mut expected = vec![Told::Alive];
            expected.extend(exchange.pieces.into_iter().map(Told::Piece));
            expected.push(Told::Last(Ok(exchange.answer)));
            assert!(is_whole);
            assert_eq!(all, expected);
            assert_possible(&all, &exchange.question);
            for kind in [InputErrorKind::Corrupt, InputErrorKind::Unreadable] {
                let (mut bytes, refused) = (Vec::new(), InputError::new(kind, "it ends early"));
                write_answer(&mut bytes, &Err(refused.clone())).unwrap();
                let (all, _) = told(&exchange.question, &bytes);
                assert_eq!(all, [Told::Last(Err(refused))]);
            }
        }
    }

    #[test]
    fn what_is_cut_anywhere_is_not_understood_to_its_end() {
        for exchange in exchanges() {
            let bytes = written(&exchange).concat();
            for end in (0..bytes.len()).step_by(1 + bytes.len() / 700) {
                assert!(!told(&exchange.question, &bytes[..end]).1, "{:?}", exchange.question);
            }
            for message in written(&exchange).split_off(1) {
                // Short by a byte and honest about it.
                let mut short = message[..message.len() - 1].to_vec();
                let length = (short.len() - 5) as u32;
                short[1..5].copy_from_slice(&length.to_le_bytes());
                assert_eq!(told(&exchange.question, &short), (Vec::new(), false));
            }
        }
    }

    #[test]
    fn whatever_a_worker_writes_is_possible_or_refused() {
        let (mut noise, mut refused) = (Noise(6), 0);
        for round in 0..8000 {
            let exchange = &exchanges_once()[round % exchanges_once().len()];
            let mut messages = written(exchange);
            for _ in 0..1 + noise.below(3) {
                let message = noise.below(messages.len());
                if noise.below(4) == 0 {
                    // Once more, or at another place.
                    let other = noise.below(messages.len());
                    let message = messages[message].clone();
                    messages.insert(other, message);
                    continue;
                }
                let message = &mut messages[message];
                let range = if noise.below(3) == 0 { message.len() } else { message.len().min(60) };
                let (place, number) = (noise.below(range), noise.next() as u8);
                message[place] = if noise.below(2) == 0 { number } else { 0xff };
            }
            let (all, is_whole) = told(&exchange.question, &messages.concat());
            assert_possible(&all, &exchange.question);
            refused += usize::from(!is_whole);
        }
        assert!((2000..7500).contains(&refused), "{refused}");
    }

    #[test]
    fn noise_is_no_answer_and_takes_no_memory() {
        let mut noise = Noise(9);
        for exchange in exchanges_once() {
            for kind in [ALIVE, PIECE, ANSWER, REFUSED, FACTS, 0, 0xff] {
                let mut bytes = vec![kind, 0xff, 0xff, 0xff, 0xff];
                assert_eq!(told(&exchange.question, &bytes), (Vec::new(), false));
                bytes[1..5].copy_from_slice(&200u32.to_le_bytes());
                bytes.extend((0..200).map(|_| noise.next() as u8));
                assert_eq!(told(&exchange.question, &bytes), (Vec::new(), false));
            }
        }
    }

    /// How many times a piece is taken when it comes again and again, each later than the last.
    fn taken(question: &ClipQuestion, piece: impl Fn(u32) -> ClipPiece) -> usize {
        let mut reader = Reader::new(question, SIZE_PX);
        let is_taken = |n: &u32| {
            let mut bytes = Vec::new();
            write_piece(&mut bytes, &piece(*n)).unwrap();
            reader.read(&mut Cursor::new(bytes)).is_ok()
        };
        (0..2_000_000).take_while(is_taken).count()
    }

    #[test]
    fn a_worker_that_goes_on_and_on_is_not_listened_to() {
        let plan = FramePlan {
            pick: Pick::Keys { interval_ms: 600_000 },
            between: false,
            stored: 2,
            asked: 1,
        };
        let question = ClipQuestion::Frames(plan);
        let still = |_| frames(vec![span(0, 0)], None);
        assert_eq!(taken(&question, still), question.spans_most());
        let alike = |stored: bool, asked: bool| {
            let picture = picture_at(0, stored, asked);
            move |n: u32| {
                frames(Vec::new(), Some(FramePicture { at_ms: n.into(), ..picture.clone() }))
            }
        };
        assert_eq!(taken(&question, alike(true, false)), 2);
        assert_eq!(taken(&question, alike(false, true)), 1);

        let question = ClipQuestion::Sound { stored: true, asked: false };
        let heard = |n| ClipPiece::Voices { stored: voices([n]), asked: Vec::new() };
        let most = LATEST_MS / (VOICE_STEP_MS * u64::from(Pace::STORED.frames));
        assert_eq!(taken(&question, heard) as u64, most);
        let unasked = |n| ClipPiece::Voices { stored: Vec::new(), asked: voices([n]) };
        assert_eq!(taken(&question, unasked), 0);
        let late =
            |_| ClipPiece::Voices { stored: voices([LATEST_MS as u32 + 1]), asked: Vec::new() };
        assert_eq!(taken(&question, late), 0);
    }
}
