//! What a worker does.

use super::seal::{self, Purpose, Seal};
use super::wire::{self, Broken, Hello, Request};
use crate::examine::Examiner;
use crate::policy::LIMITS;
use athar_kernel::Level;
use athar_media::Format;
use std::io::{self, Read, Write};
use std::thread;

/// Room for the decoders' own recursion.
const STACK_BYTES: usize = 8 << 20;

/// Why a worker stopped working before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The system grants no thread to decode in.
    #[error("no thread can be started")]
    Thread(#[source] io::Error),
    /// The answers cannot be written.
    #[error("the answers cannot be written")]
    Output(#[source] io::Error),
    /// What it is asked makes no sense.
    #[error("the questions make no sense: this is started by other programs, not by people")]
    Nonsense,
    /// A defect in what decodes and hashes.
    #[error("decoding panicked")]
    Panicked,
}

/// Seals this process and answers questions about files until there are no more.
///
/// `input` and `output` are to be the standard ones. The caller must be the process's first thread,
/// must not have started another or opened anything, and must write to nothing else: every
/// descriptor beyond 0, 1 and 2 is closed.
///
/// # Errors
///
/// Nobody reads the answers, or the questions are not those of a parent of this build.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> Result<(), ServeError> {
    sealed(Purpose::Files, output, athar_media::set_up, move |output| {
        answer_all(input, output, Examiner::new(Level::best()))
    })
}

/// Loads what is loaded when it is first used, seals the process, says so and serves.
pub(super) fn sealed<W: Write + Send + 'static>(
    purpose: Purpose,
    mut output: W,
    set_up: fn() -> Vec<Format>,
    answer_all: impl FnOnce(W) -> Result<(), ServeError> + Send + 'static,
) -> Result<(), ServeError> {
    seal::close_descriptors();
    let formats = set_up();
    // Asked of the processor once, and known from then on.
    Level::best();
    let seal: Seal = seal::seal(purpose);
    wire::write_hello(&mut output, &Hello { seal, formats })
        .and_then(|()| output.flush())
        .map_err(ServeError::Output)?;
    // Started when the seal holds, so that it holds for this thread too.
    let builder = thread::Builder::new().stack_size(STACK_BYTES);
    let serving = builder.spawn(move || answer_all(output));
    serving.map_err(ServeError::Thread)?.join().unwrap_or(Err(ServeError::Panicked))
}

fn answer_all(
    mut input: impl Read,
    mut output: impl Write,
    mut examiner: Examiner,
) -> Result<(), ServeError> {
    loop {
        let request = match wire::read_request(&mut input) {
            Ok(request) => request,
            Err(Broken::Gone) => return Ok(()),
            Err(Broken::Nonsense) => return Err(ServeError::Nonsense),
        };
        match request {
            Request::File(bytes) => examiner.begin(bytes),
            Request::Part(part) if examiner.bytes() + part.len() as u64 > LIMITS.bytes => {
                return Err(ServeError::Nonsense);
            }
            Request::Part(part) => examiner.take(&part),
            Request::Ask(question) => {
                let mut message = Vec::new();
                wire::write_answer(&mut message, &examiner.answer(&question))
                    .and_then(|()| output.write_all(&message))
                    .and_then(|()| output.flush())
                    .map_err(ServeError::Output)?;
            }
        }
    }
}
