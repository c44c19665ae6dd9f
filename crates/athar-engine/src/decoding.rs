//! Where files are decoded: in this process, or in sealed ones.

use crate::clip::{ClipFacts, FramePlan, FramesFound, Voices};
use crate::examine::{Answer, Examiner, FoundLandmarks, Frames, Question};
use crate::examine_clip::{ClipAnswer, ClipExaminer, ClipPiece, ClipQuestion};
use crate::worker::{ClipWorker, Worker, WorkerError, Workers};
use crate::{InputError, InputErrorKind};
use athar_kernel::{Level, Plane};
use athar_media::Want;
use std::fs::File;
use std::marker::PhantomData;
use std::ops::ControlFlow;

pub(crate) use crate::examine::Looks;

/// Where untrusted media is decoded and hashed.
pub enum Decoding {
    /// In this process: for those who trust their files, or are sealed themselves.
    InProcess,
    /// In sealed processes, out of which nothing comes but fingerprints.
    Sealed(Workers),
}

impl Decoding {
    /// Makes sure that files can be decoded at all.
    ///
    /// # Errors
    ///
    /// No worker can be had.
    pub(crate) fn ready(&self) -> Result<(), WorkerError> {
        match self {
            Self::InProcess => Ok(()),
            Self::Sealed(workers) => workers.report().map(drop),
        }
    }

    /// For one file of about so many bytes.
    pub(crate) fn begin(&self, bytes: u64, level: Level) -> Result<Session<'_>, InputError> {
        Ok(Session(match self {
            Self::InProcess => {
                let mut examiner = Examiner::new(level);
                examiner.begin(bytes);
                Place::InProcess(examiner)
            }
            Self::Sealed(workers) => {
                Place::Sealed { workers, worker: Some(Box::new(workers.take(bytes)?)) }
            }
        }))
    }

    /// For one clip or sound of so many bytes. `level` is for decoding in this process.
    pub(crate) fn begin_clip(
        &self,
        file: File,
        bytes: u64,
        level: Level,
    ) -> Result<ClipSession<'_>, InputError> {
        let place = match self {
            Self::InProcess => {
                ClipPlace::InProcess(Box::new(ClipExaminer::open(file, || false, level)?))
            }
            Self::Sealed(workers) => ClipPlace::Sealed(Box::new(workers.take_clip(file, bytes)?)),
        };
        Ok(ClipSession { place, workers: PhantomData })
    }
}

/// One clip or sound: its open file is handed over, and then it is asked about.
pub(crate) struct ClipSession<'a> {
    place: ClipPlace,
    /// Its worker is one of these.
    workers: PhantomData<&'a Workers>,
}

enum ClipPlace {
    InProcess(Box<ClipExaminer<'static>>),
    Sealed(Box<ClipWorker>),
}

impl ClipSession<'_> {
    /// What can be known before it is decoded: to be asked first.
    pub(crate) fn facts(&mut self) -> Result<ClipFacts, InputError> {
        match self.ask(&ClipQuestion::Facts, &|| false, &mut |_| ())? {
            Some(ClipAnswer::Facts(facts)) => Ok(facts),
            _ => Err(unasked()),
        }
    }

    /// Its frames; `None` when `stop` came first, after which it can be asked no more.
    pub(crate) fn frames(
        &mut self,
        plan: &FramePlan,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<FramesFound>, InputError> {
        let mut found = FramesFound::default();
        let mut take = |piece| {
            if let ClipPiece::Frames { spans, picture } = piece {
                found.frames.extend(spans);
                found.pictures.extend(picture);
            }
        };
        match self.ask(&ClipQuestion::Frames(*plan), stop, &mut take)? {
            Some(ClipAnswer::Frames { end_ms, widest_gap_ms }) => {
                Ok(Some(FramesFound { end_ms, widest_gap_ms, ..found }))
            }
            Some(_) => Err(unasked()),
            None => Ok(None),
        }
    }

    /// The voices of its sound; `None` as with its frames.
    pub(crate) fn sound(
        &mut self,
        stored: bool,
        asked: bool,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Voices>, InputError> {
        let mut voices = Voices::default();
        let mut take = |piece| {
            if let ClipPiece::Voices { stored, asked } = piece {
                voices.stored.extend(stored);
                voices.asked.extend(asked);
            }
        };
        match self.ask(&ClipQuestion::Sound { stored, asked }, stop, &mut take)? {
            Some(ClipAnswer::Sound { end_ms }) => Ok(Some(Voices { end_ms, ..voices })),
            Some(_) => Err(unasked()),
            None => Ok(None),
        }
    }

    fn ask(
        &mut self,
        question: &ClipQuestion,
        stop: &dyn Fn() -> bool,
        take: &mut dyn FnMut(ClipPiece),
    ) -> Result<Option<ClipAnswer>, InputError> {
        match &mut self.place {
            ClipPlace::Sealed(worker) => worker.ask(question, stop, take),
            ClipPlace::InProcess(examiner) => examiner.answer(question, &mut |piece| {
                take(piece);
                if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }),
        }
    }
}

/// One file: it is handed over piece by piece, and then asked about.
pub(crate) struct Session<'a>(Place<'a>);

enum Place<'a> {
    InProcess(Examiner),
    Sealed { workers: &'a Workers, worker: Option<Box<Worker>> },
}

impl Session<'_> {
    /// The next bytes of the file.
    pub(crate) fn take(&mut self, part: &[u8]) {
        match &mut self.0 {
            Place::InProcess(examiner) => examiner.take(part),
            Place::Sealed { worker, .. } => {
                if let Some(worker) = worker {
                    worker.take(part);
                }
            }
        }
    }

    /// What the bytes taken so far look like. Where that is [`Looks::MayMove`] it is to be asked
    /// again when all are there.
    pub(crate) fn medium(&mut self, whole: bool) -> Result<Looks, InputError> {
        match self.ask(&Question::Medium { whole })? {
            Answer::Medium(looks) => Ok(looks),
            _ => Err(unasked()),
        }
    }

    /// Bytes of memory that it takes to decode the file.
    pub(crate) fn need(&mut self, want: Want) -> Result<u64, InputError> {
        match self.ask(&Question::Need(want))? {
            Answer::Need(bytes) => Ok(bytes),
            _ => Err(unasked()),
        }
    }

    /// The file's frames.
    pub(crate) fn frames(&mut self, want: Want, stripped: bool) -> Result<Frames, InputError> {
        match self.ask(&Question::Frames { want, stripped })? {
            Answer::Frames(frames) => Ok(*frames),
            _ => Err(unasked()),
        }
    }

    /// Its landmarks.
    pub(crate) fn landmarks(
        &mut self,
        fine: bool,
        stored: bool,
        asked: bool,
    ) -> Result<FoundLandmarks, InputError> {
        match self.ask(&Question::Landmarks { fine, stored, asked })? {
            Answer::Landmarks(found) => Ok(found),
            _ => Err(unasked()),
        }
    }

    /// Its brightness at a size to be looked at.
    pub(crate) fn preview(&mut self, side_px: u32) -> Result<Plane, InputError> {
        match self.ask(&Question::Preview { side_px })? {
            Answer::Preview(plane) => Ok(plane),
            _ => Err(unasked()),
        }
    }

    fn ask(&mut self, question: &Question) -> Result<Answer, InputError> {
        match &mut self.0 {
            Place::InProcess(examiner) => examiner.answer(question),
            Place::Sealed { worker: Some(worker), .. } => worker.ask(question),
            Place::Sealed { worker: None, .. } => Err(unasked()),
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        if let Place::Sealed { workers, worker } = &mut self.0
            && let Some(worker) = worker.take()
        {
            workers.give_back(*worker);
        }
    }
}

/// Answers are read as what was asked for, so this cannot come out of a file.
fn unasked() -> InputError {
    InputError::new(InputErrorKind::Stopped, "the decoder answered something else")
}
