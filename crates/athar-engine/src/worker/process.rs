//! One worker, as its parent sees it.

use super::keeper::{Ended, Keeper, Work};
use super::wire::{self, Broken, Hello};
use crate::examine::{Answer, Question};
use crate::policy::{
    HEAVY_BYTES, LIGHT_DECODING_BYTES, LIGHT_FILE_BYTES, PATIENCE, Patience, WORKER_BUSY,
    WORKER_FILES,
};
use crate::{InputError, InputErrorKind};
use std::io::{self, BufReader, BufWriter, Write};
use std::process::{ChildStdin, ChildStdout, ExitStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why no worker can be had.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The system does not start the program.
    #[error("the program that decodes cannot be started: {}", crate::error::io_reason(.0))]
    Start(#[source] io::Error),
    /// It was started and ended before it was ready.
    #[error("the program that decodes ended at once: {reason}")]
    Ended {
        /// How.
        reason: String,
    },
    /// The program is no worker, or one of another build.
    #[error("the program that decodes is of another version")]
    Foreign,
}

/// A process that decodes.
pub(crate) struct Worker {
    keeper: Arc<Keeper>,
    id: u64,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// `None` until it has said that it is sealed.
    hello: Option<Hello>,
    patience: Patience,
    /// What is left of the patience with the file that it has.
    rest: Duration,
    /// What it had to begin with.
    given: Duration,
    files: u32,
    busy: Duration,
    /// Whether a file left so much behind that a fresh one is better.
    is_worn: bool,
    /// How it ended, once it did.
    ended: Option<InputError>,
}

impl Worker {
    /// Starts one. It can be given a file once it was [met](Self::meet).
    pub(super) fn start(
        keeper: &Arc<Keeper>,
        patience: Patience,
        work: Work,
    ) -> Result<Self, WorkerError> {
        let started = keeper.start(work).map_err(WorkerError::Start)?;
        let (input, output) = (BufWriter::new(started.input), BufReader::new(started.output));
        Ok(Self {
            keeper: keeper.clone(),
            id: started.id,
            input,
            output,
            hello: None,
            patience,
            // However little patience there is with files: nothing untrusted is in it yet.
            rest: PATIENCE.least,
            given: PATIENCE.least,
            files: 0,
            busy: Duration::ZERO,
            is_worn: false,
            ended: None,
        })
    }

    /// Waits until it is sealed, and tells what is in force in it and what it reads.
    pub(super) fn meet(&mut self) -> Result<&Hello, WorkerError> {
        let hello = match self.hello.take() {
            Some(hello) => hello,
            None => self.greeted()?,
        };
        Ok(self.hello.insert(hello))
    }

    fn greeted(&mut self) -> Result<Hello, WorkerError> {
        self.timed(|worker| wire::read_hello(&mut worker.output)).map_err(|broken| match broken {
            Broken::Nonsense => WorkerError::Foreign,
            Broken::Gone => WorkerError::Ended { reason: self.broken(Broken::Gone).message },
        })
    }

    /// The system's number of it.
    pub(super) fn process_id(&self) -> Option<u32> {
        self.keeper.process_id(self.id)
    }

    /// Whether it can be given another file.
    pub(super) fn is_fit(&self) -> bool {
        let is_worn = self.is_worn || self.files >= WORKER_FILES || self.busy >= WORKER_BUSY;
        self.ended.is_none() && !is_worn && self.keeper.is_alive(self.id)
    }

    /// A new file of about so many bytes. What goes wrong is told by the next answer.
    pub(crate) fn begin(&mut self, bytes: u64) {
        self.files += 1;
        self.given = self.patience.least + self.patience.with(bytes);
        self.rest = self.given;
        self.is_worn |= bytes > LIGHT_FILE_BYTES;
        self.tell(|input| wire::write_file(input, bytes));
    }

    /// The next bytes of the file.
    pub(crate) fn take(&mut self, part: &[u8]) {
        self.tell(|input| wire::write_parts(input, part));
    }

    /// Lets the file go.
    pub(super) fn forget(&mut self) {
        self.rest = self.patience.least;
        self.tell(|input| wire::write_file(input, 0).and_then(|()| input.flush()));
    }

    /// # Errors
    ///
    /// What the worker says of the file, or how it ended.
    pub(crate) fn ask(&mut self, question: &Question) -> Result<Answer, InputError> {
        self.tell(|input| wire::write_question(input, question).and_then(|()| input.flush()));
        if let Some(ended) = &self.ended {
            return Err(ended.clone());
        }
        let answer = self.timed(|worker| wire::read_answer(&mut worker.output, question));
        let answer = answer.unwrap_or_else(|broken| Err(self.broken(broken)));
        if let Ok(Answer::Need(memory)) = answer {
            // What needs more is not decoded: a lie about it buys no more time than that.
            let more = self.patience.with(memory.min(HEAVY_BYTES));
            self.given += more;
            self.rest += more;
            self.is_worn |= memory > LIGHT_DECODING_BYTES;
        }
        answer
    }

    /// Says something to the worker. What goes wrong is told by the next answer.
    pub(super) fn tell(
        &mut self,
        write: impl FnOnce(&mut BufWriter<ChildStdin>) -> io::Result<()>,
    ) {
        if self.ended.is_none() && self.timed(|worker| write(&mut worker.input)).is_err() {
            self.broken(Broken::Gone);
        }
    }

    /// Reads from the worker. It may take until `rest` is over, of a patience that was `given`.
    pub(super) fn listen<T>(
        &mut self,
        (rest, given): (Duration, Duration),
        read: impl FnOnce(&mut BufReader<ChildStdout>) -> Result<T, Broken>,
    ) -> Result<T, InputError> {
        if let Some(ended) = &self.ended {
            return Err(ended.clone());
        }
        (self.rest, self.given) = (rest, given);
        let told = self.timed(|worker| read(&mut worker.output));
        told.map_err(|broken| self.broken(broken))
    }

    /// Ends the worker, whatever it is at.
    pub(super) fn end(&mut self) {
        self.keeper.end(self.id);
        let error = InputError::new(InputErrorKind::Stopped, "the decoder was stopped");
        self.ended.get_or_insert(error);
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    /// Does something that waits for the worker, which is ended when that takes too long.
    fn timed<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        self.keeper.watch(self.id, began + self.rest);
        let done = act(self);
        self.keeper.unwatch(self.id);
        let took = began.elapsed();
        self.rest = self.rest.saturating_sub(took);
        self.busy += took;
        done
    }

    /// Ends the worker, if it did not end by itself, and tells why there is no answer.
    fn broken(&mut self, broken: Broken) -> InputError {
        let ended = self.keeper.end(self.id);
        let message = match (broken, ended) {
            (Broken::Nonsense, _) => "the decoder answered nonsense and was stopped".into(),
            (_, Some(Ended { is_overdue: true, .. })) => {
                format!("the decoder took longer than {} s and was stopped", self.given.as_secs())
            }
            (_, Some(Ended { status: Some(status), .. })) => ending(status),
            _ => "the decoder ended".into(),
        };
        let error = InputError::new(InputErrorKind::Stopped, message);
        self.ended.get_or_insert(error).clone()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.keeper.end(self.id);
    }
}

#[cfg(unix)]
fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(signal) => format!("the decoder was stopped by signal {signal}{}", meaning(signal)),
        None => "the decoder ended before it answered".into(),
    }
}

#[cfg(not(unix))]
fn ending(_: ExitStatus) -> String {
    "the decoder ended before it answered".into()
}

/// What a signal tells of a process that decodes.
#[cfg(unix)]
fn meaning(signal: i32) -> &'static str {
    match signal {
        libc::SIGABRT => " (out of memory, or a fault that it noticed)",
        libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE => " (a fault in it)",
        libc::SIGKILL => " (from outside, or the system is out of memory)",
        libc::SIGSYS => " (it tried what no decoder may)",
        libc::SIGXCPU => " (processor time)",
        _ => "",
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn the_reason_names_the_signal() {
        let told = |raw| ending(ExitStatus::from_raw(raw));
        assert!(told(libc::SIGSYS).contains("signal 31 (it tried"));
        assert!(told(libc::SIGUSR1).ends_with("signal 10"));
        assert_eq!(told(1 << 8), "the decoder ended before it answered");
    }
}
