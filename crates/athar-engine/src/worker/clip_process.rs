//! One worker that has a clip, as its parent sees it.

use super::Worker;
use super::wire_clip::{self, Reader, Told};
use crate::InputError;
use crate::examine_clip::{ClipAnswer, ClipPiece, ClipQuestion};
use std::io::Write;
use std::time::{Duration, Instant};

/// A process that decodes one clip.
pub(crate) struct ClipWorker {
    worker: Worker,
    bytes: u64,
    /// What it told of the frames' size and of how long the clip says to be.
    size_px: (u32, u32),
    duration_ms: u64,
}

impl ClipWorker {
    pub(super) fn new(worker: Worker, bytes: u64) -> Self {
        Self { worker, bytes, size_px: (0, 0), duration_ms: 0 }
    }

    /// Asks, and hands over the pieces of the answer as they come. `None` when `stop` came first:
    /// then the worker is gone.
    ///
    /// # Errors
    ///
    /// What the worker says of the clip, or how it ended.
    pub(crate) fn ask(
        &mut self,
        question: &ClipQuestion,
        stop: &dyn Fn() -> bool,
        take: &mut dyn FnMut(ClipPiece),
    ) -> Result<Option<ClipAnswer>, InputError> {
        self.worker
            .tell(|input| wire_clip::write_question(input, question).and_then(|()| input.flush()));
        let mut reader = Reader::new(question, self.size_px);
        let whole = self.worker.patience().with_clip(self.bytes, self.duration_ms);
        let began = Instant::now();
        loop {
            let patience = self.patience(whole, began.elapsed());
            match self.worker.listen(patience, |output| reader.read(output))? {
                Told::Alive => {}
                Told::Piece(piece) => take(piece),
                Told::Last(answer) => return answer.map(|answer| Some(self.learn(answer))),
            }
            if stop() {
                self.worker.end();
                return Ok(None);
            }
        }
    }

    /// How long the next sign of life is waited for, and what that is a part of.
    fn patience(&self, whole: Duration, passed: Duration) -> (Duration, Duration) {
        let (least, left) = (self.worker.patience().least, whole.saturating_sub(passed));
        if left < least { (left, whole) } else { (least, least) }
    }

    fn learn(&mut self, answer: ClipAnswer) -> ClipAnswer {
        if let ClipAnswer::Facts(facts) = &answer {
            self.size_px = (facts.width, facts.height);
            self.duration_ms = facts.duration_ms.unwrap_or(0);
        }
        answer
    }
}
