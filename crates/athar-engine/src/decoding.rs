//! Where files are decoded: in this process, or in sealed ones.

use crate::clip::{ClipFacts, FramePlan, FramesFound, Voices};
use crate::examine::{Answer, Examiner, FoundLandmarks, Frames, Question};
use crate::examine_clip::{ClipAnswer, ClipExaminer, ClipPiece, ClipQuestion};
use crate::worker::{ClipWorker, Worker, WorkerError, Workers};
use crate::{InputError, InputErrorKind};
use athar_kernel::{Level, Plane};
use athar_media::Want;
use std::fs::File;
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

    /// Begins to make ready what decodes, while the caller opens its store, which takes as long. What
    /// goes wrong is told when it is needed.
    pub fn start_early(&self) {
        if let Self::Sealed(workers) = self {
            workers.start_early();
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

    /// For one clip or sound of so many bytes. `level` is for decoding in this process. Once `stop`
    /// says so, all answers are `None`.
    pub(crate) fn begin_clip<'a>(
        &'a self,
        file: File,
        bytes: u64,
        level: Level,
        stop: &'a (dyn Fn() -> bool + Sync),
    ) -> Result<ClipSession<'a>, InputError> {
        let place = match self {
            Self::InProcess => {
                ClipPlace::InProcess(ClipExaminer::open(file, stop, level).map(Box::new))
            }
            Self::Sealed(workers) => ClipPlace::Sealed(Box::new(workers.take_clip(file, bytes)?)),
        };
        Ok(ClipSession { place, stop })
    }
}

/// One clip or sound: its open file is handed over, and then it is asked about.
pub(crate) struct ClipSession<'a> {
    place: ClipPlace<'a>,
    stop: &'a (dyn Fn() -> bool + Sync),
}

enum ClipPlace<'a> {
    /// Or why it cannot be opened, which is told when it is asked about.
    InProcess(Result<Box<ClipExaminer<'a>>, InputError>),
    Sealed(Box<ClipWorker>),
}

impl ClipSession<'_> {
    /// What can be known before it is decoded: to be asked first. `None` when it was stopped, after
    /// which it can be asked no more; so with the others.
    pub(crate) fn facts(&mut self) -> Result<Option<ClipFacts>, InputError> {
        match self.ask(&ClipQuestion::Facts, &mut |_| ())? {
            Some(ClipAnswer::Facts(facts)) => Ok(Some(facts)),
            Some(_) => Err(unasked()),
            None => Ok(None),
        }
    }

    /// Its frames.
    pub(crate) fn frames(&mut self, plan: &FramePlan) -> Result<Option<FramesFound>, InputError> {
        let mut found = FramesFound::default();
        let mut take = |piece| {
            if let ClipPiece::Frames { spans, picture } = piece {
                found.frames.extend(spans);
                found.pictures.extend(picture);
            }
        };
        match self.ask(&ClipQuestion::Frames(*plan), &mut take)? {
            Some(ClipAnswer::Frames { end_ms, widest_gap_ms }) => {
                Ok(Some(FramesFound { end_ms, widest_gap_ms, ..found }))
            }
            Some(_) => Err(unasked()),
            None => Ok(None),
        }
    }

    /// The voices of its sound.
    pub(crate) fn sound(
        &mut self,
        stored: bool,
        asked: bool,
    ) -> Result<Option<Voices>, InputError> {
        let mut voices = Voices::default();
        let mut take = |piece| {
            if let ClipPiece::Voices { stored, asked } = piece {
                voices.stored.extend(stored);
                voices.asked.extend(asked);
            }
        };
        match self.ask(&ClipQuestion::Sound { stored, asked }, &mut take)? {
            Some(ClipAnswer::Sound { end_ms }) => Ok(Some(Voices { end_ms, ..voices })),
            Some(_) => Err(unasked()),
            None => Ok(None),
        }
    }

    fn ask(
        &mut self,
        question: &ClipQuestion,
        take: &mut dyn FnMut(ClipPiece),
    ) -> Result<Option<ClipAnswer>, InputError> {
        let stop = self.stop;
        let answer = match &mut self.place {
            ClipPlace::Sealed(worker) => return worker.ask(question, stop, take),
            ClipPlace::InProcess(Err(error)) => Err(error.clone()),
            ClipPlace::InProcess(Ok(examiner)) => examiner.answer(question, &mut |piece| {
                take(piece);
                if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            }),
        };
        // It is asked wherever the file is read, too, where it looks like trouble with the file.
        if answer.is_err() && stop() { Ok(None) } else { answer }
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

#[cfg(test)]
mod tests {
    use super::*;
    use athar_media::clip::Pick;
    use std::io::{Seek, SeekFrom, Write};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A broadcast that begins anew again and again.
    fn long() -> File {
        let clip = include_bytes!("../../athar-media/tests/fixtures/clips/h264-aac.ts");
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&clip.repeat(30)).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file
    }

    /// The frames of a clip of which one is wanted, when whoever asks wishes to stop after so many
    /// looks at that wish; and how often it was looked at.
    fn found(allowed: u32) -> (Option<Option<FramesFound>>, u32) {
        let looks = AtomicU32::new(0);
        let stop = || looks.fetch_add(1, Ordering::Relaxed) >= allowed;
        let decoding = Decoding::InProcess;
        let mut session = decoding.begin_clip(long(), 0, Level::best(), &stop).unwrap();
        let facts = session.facts().unwrap();
        let pick = Pick::Spaced { interval_ms: u32::MAX };
        let plan = FramePlan { pick, between: false, stored: 0, asked: 0 };
        let frames = facts.map(|_| session.frames(&plan).unwrap());
        drop(session);
        (frames, looks.into_inner())
    }

    #[test]
    fn who_decodes_here_stops_wherever_the_file_is_read() {
        let (frames, looks) = found(u32::MAX);
        assert_eq!(frames.flatten().unwrap().frames.len(), 1, "nothing is told but one frame");
        assert!(looks > 20, "{looks}");
        for allowed in [0, 1, looks / 4, looks / 2, looks - 2] {
            let (frames, looks) = found(allowed);
            assert!(frames.flatten().is_none(), "{allowed}");
            assert!(looks <= allowed + 8, "{looks} after {allowed}");
        }
    }
}
