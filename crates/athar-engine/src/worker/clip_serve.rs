//! What a worker does that has a clip.

use super::serve::{self, ServeError};
use super::wire::Broken;
use super::{Purpose, wire_clip};
use crate::InputError;
use crate::examine_clip::{ClipAnswer, ClipExaminer, ClipPiece, ClipQuestion};
use athar_kernel::Level;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
#[cfg(unix)]
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the parent is told that this goes on.
const SIGN_OF_LIFE: Duration = Duration::from_millis(250);

/// Seals this process and answers questions about a clip until there are no more. Its file is to be
/// the standard error output (see [`Descriptor`]).
///
/// All else is as with [`super::serve()`].
///
/// # Errors
///
/// As with [`super::serve()`].
pub fn serve_clip(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    clip: impl Read + Seek + Send + 'static,
) -> Result<(), ServeError> {
    serve::sealed(Purpose::Clip, output, athar_media::clip::set_up, move |output| {
        answer_all(input, output, clip)
    })
}

fn answer_all(
    mut input: impl Read,
    output: impl Write + Send,
    clip: impl Read + Seek + Send,
) -> Result<(), ServeError> {
    let said = Said(Arc::new(Mutex::new(Output { to: output, at: Instant::now(), error: None })));
    let alive = said.clone();
    let stop = move || alive.goes_on().is_break();
    let mut opened = ClipExaminer::open(clip, stop, Level::best());
    loop {
        let question = match wire_clip::read_question(&mut input) {
            Ok(question) => question,
            Err(Broken::Gone) => return Ok(()),
            Err(Broken::Nonsense) => return Err(ServeError::Nonsense),
        };
        let answer = match &mut opened {
            Ok(examiner) => answer(examiner, &question, &said),
            Err(error) => Err(error.clone()),
        };
        match answer {
            Ok(None) => {}
            Ok(Some(answer)) => said.say(|to| wire_clip::write_answer(to, &Ok(answer))),
            Err(error) => said.say(|to| wire_clip::write_answer(to, &Err(error))),
        }
        said.check()?;
    }
}

fn answer<W: Write>(
    examiner: &mut ClipExaminer<'_>,
    question: &ClipQuestion,
    said: &Said<W>,
) -> Result<Option<ClipAnswer>, InputError> {
    examiner.answer(question, &mut |piece| {
        if !is_empty(&piece) {
            said.say(|to| wire_clip::write_piece(to, &piece));
        }
        said.goes_on()
    })
}

fn is_empty(piece: &ClipPiece) -> bool {
    match piece {
        ClipPiece::Frames { spans, picture } => spans.is_empty() && picture.is_none(),
        ClipPiece::Voices { stored, asked } => stored.is_empty() && asked.is_empty(),
    }
}

/// Where answers go, and signs of life between them: from the clip's frames, and from its file while
/// that is read without any.
struct Said<W>(Arc<Mutex<Output<W>>>);

struct Output<W> {
    to: W,
    /// When something was said last.
    at: Instant,
    error: Option<io::Error>,
}

impl<W> Clone for Said<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: Write> Said<W> {
    /// Writes, unless that failed before.
    fn say(&self, write: impl FnOnce(&mut W) -> io::Result<()>) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if output.error.is_none() {
            let written = write(&mut output.to).and_then(|()| output.to.flush());
            (output.at, output.error) = (Instant::now(), written.err());
        }
    }

    /// Says so now and then; and whether anybody listens.
    fn goes_on(&self) -> ControlFlow<()> {
        let is_due = |output: &Output<W>| output.at.elapsed() >= SIGN_OF_LIFE;
        if is_due(&self.0.lock().unwrap_or_else(PoisonError::into_inner)) {
            self.say(wire_clip::write_alive);
        }
        let output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if output.error.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn check(&self) -> Result<(), ServeError> {
        let error = self.0.lock().unwrap_or_else(PoisonError::into_inner).error.take();
        error.map_or(Ok(()), |error| Err(ServeError::Output(error)))
    }
}

/// A file that is known by its descriptor alone, which is never closed nor passed on: under the seal
/// nothing else can be done with one.
#[cfg(unix)]
#[derive(Debug)]
pub struct Descriptor<D>(pub D);

#[cfg(unix)]
impl<D: AsFd> Read for Descriptor<D> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        Ok(nix::unistd::read(&self.0, to)?)
    }
}

#[cfg(unix)]
impl<D: AsFd> Seek for Descriptor<D> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        use nix::unistd::Whence;
        let (offset, whence) = match to {
            SeekFrom::Start(offset) => (i64::try_from(offset).ok(), Whence::SeekSet),
            SeekFrom::Current(offset) => (Some(offset), Whence::SeekCur),
            SeekFrom::End(offset) => (Some(offset), Whence::SeekEnd),
        };
        let offset = offset.ok_or(io::ErrorKind::InvalidInput)?;
        let at = nix::unistd::lseek(&self.0, offset, whence)?;
        u64::try_from(at).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_descriptor_is_read_and_sought_in_as_its_file_is() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let mut clip = Descriptor(file);
        let mut at = |to| {
            let place = clip.seek(to).unwrap();
            let mut rest = String::new();
            clip.read_to_string(&mut rest).unwrap();
            (place, rest)
        };
        assert_eq!(at(SeekFrom::Start(7)), (7, "789".into()));
        assert_eq!(at(SeekFrom::Current(-2)), (8, "89".into()));
        assert_eq!(at(SeekFrom::End(-4)), (6, "6789".into()));
        assert!(clip.seek(SeekFrom::Current(-11)).is_err());
        assert!(clip.seek(SeekFrom::Start(u64::MAX)).is_err());
    }
}
