//! Workers that wait for files.

use super::keeper::{Keeper, Work};
use super::{ClipWorker, Gap, Seal, Worker, WorkerError, WorkerProgram};
use crate::policy::{PATIENCE, Patience};
use crate::{InputError, InputErrorKind};
use athar_media::Format;
use serde::Serialize;
use std::fs::File;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sealed processes that decode: as many as are needed at one time, used again for other files,
/// and all ended when this is dropped.
pub struct Workers {
    keeper: Arc<Keeper>,
    patience: Patience,
    idle: Mutex<Vec<Worker>>,
}

/// What a worker says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkerReport {
    /// What it decodes: `pictures`, or `clips` and sound.
    pub decodes: &'static str,
    /// What of its seal is in force.
    pub seal: Seal,
    /// What is not, each as what could then be done; empty where the seal is whole.
    pub gaps: Vec<Gap>,
    /// The formats that it reads.
    pub formats: Vec<&'static str>,
    /// The system's number of the process.
    #[serde(skip)]
    pub process_id: Option<u32>,
}

impl WorkerReport {
    fn of(worker: &mut Worker, decodes: &'static str) -> Result<Self, WorkerError> {
        let process_id = worker.process_id();
        let hello = worker.meet()?;
        Ok(Self {
            decodes,
            seal: hello.seal.clone(),
            gaps: hello.seal.gaps(),
            formats: hello.formats.iter().copied().map(Format::name).collect(),
            process_id,
        })
    }
}

impl Workers {
    /// # Errors
    ///
    /// The system grants no thread to keep the workers.
    pub fn new(program: WorkerProgram) -> Result<Self, WorkerError> {
        let keeper = Arc::new(Keeper::new(program).map_err(WorkerError::Start)?);
        Ok(Self { keeper, patience: PATIENCE, idle: Mutex::default() })
    }

    /// The same with another patience than [`PATIENCE`].
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Starts a worker and does not wait for it: it gets ready, which takes tens of milliseconds,
    /// while the caller does something else. What goes wrong is told when it is needed.
    pub(crate) fn start_early(&self) {
        if let Ok(worker) = Worker::start(&self.keeper, self.patience, Work::Files) {
            self.idle().push(worker);
        }
    }

    /// Starts a worker, unless one waits, and tells what is in force in it.
    ///
    /// # Errors
    ///
    /// No worker can be had.
    pub fn report(&self) -> Result<WorkerReport, WorkerError> {
        let mut worker = self.fit_or_new()?;
        let report = WorkerReport::of(&mut worker, "pictures");
        self.idle().push(worker);
        report
    }

    /// The same of a worker that has a clip.
    ///
    /// # Errors
    ///
    /// No worker can be had.
    pub fn clip_report(&self) -> Result<WorkerReport, WorkerError> {
        let mut worker = self.started(Work::Clip(Stdio::null()))?;
        WorkerReport::of(&mut worker, "clips")
    }

    /// A worker for a file of about so many bytes.
    pub(crate) fn take(&self, bytes: u64) -> Result<Worker, InputError> {
        let worker = self.fit_or_new();
        let mut worker =
            worker.map_err(|error| InputError::new(InputErrorKind::Stopped, error.to_string()))?;
        worker.begin(bytes);
        Ok(worker)
    }

    /// A worker of its own for a clip of about so many bytes.
    pub(crate) fn take_clip(&self, clip: File, bytes: u64) -> Result<ClipWorker, InputError> {
        let worker = self.started(Work::Clip(clip.into()));
        let worker =
            worker.map_err(|error| InputError::new(InputErrorKind::Stopped, error.to_string()))?;
        Ok(ClipWorker::new(worker, bytes))
    }

    /// Takes a worker back, if it is still good for something.
    pub(crate) fn give_back(&self, mut worker: Worker) {
        worker.forget();
        if worker.is_fit() {
            self.idle().push(worker);
        }
    }

    fn fit_or_new(&self) -> Result<Worker, WorkerError> {
        loop {
            let idle = self.idle().pop();
            match idle {
                // One that ended while it waited is no file's fault.
                Some(mut worker) if worker.is_fit() => {
                    if worker.meet().is_ok() {
                        return Ok(worker);
                    }
                }
                Some(_) => {}
                None => return self.started(Work::Files),
            }
        }
    }

    /// A fresh one, sealed.
    fn started(&self, work: Work) -> Result<Worker, WorkerError> {
        let mut worker = Worker::start(&self.keeper, self.patience, work)?;
        worker.meet()?;
        Ok(worker)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
