//! Where files are decoded: in this process, or in sealed ones.

use crate::examine::{Answer, Examiner, FoundLandmarks, Frames, Question};
use crate::worker::{Worker, WorkerError, Workers};
use crate::{InputError, InputErrorKind};
use athar_kernel::{Level, Plane};
use athar_media::Want;

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
