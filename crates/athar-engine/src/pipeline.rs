//! One thread goes through the files, many prepare them, and one takes the results, in the order of
//! the files.

use crate::prepare::{Body, ClipPlan, Prepared, Preparer, Wanted};
use crate::unpack::{Feed, Input};
use crate::vpdq::{self, FrameCode};
use crate::walk::walk;
use crate::worker::WorkerError;
use crate::{Decoding, IndexNote, Level, Outcome, Want};
use athar_hash::FileDigest;
use athar_kernel::Code;
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};

/// Inputs that may wait for a thread.
const INPUTS: usize = 16;

/// Results that may wait for a commit; beyond it the threads wait.
const QUEUE: usize = 64;

/// Room for the decoders' own recursion.
const STACK_BYTES: usize = 8 << 20;

/// A wish to stop, which work asks for between files. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Nobody wishes to stop yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wishes to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody wishes to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Somebody who is told how work goes, always from the thread that asked for it.
pub trait Watcher {
    /// How much there is to do.
    fn planned(&mut self, files: usize, bytes: u64) {
        let _ = (files, bytes);
    }

    /// One input is done; what is told here is committed.
    fn done(&mut self, outcome: &Outcome);

    /// Something about the index that a person may want to know; the work goes on.
    fn noted(&mut self, note: &IndexNote) {
        let _ = note;
    }

    /// How many of the codes are in the graph that finds what looks alike.
    fn likened(&mut self, codes: usize, of: usize) {
        let _ = (codes, of);
    }
}

/// What was computed of a file, where there is any of it.
#[derive(Clone, Copy, Default)]
pub struct Hashes<'a> {
    /// Digests of the file.
    pub digest: Option<&'a FileDigest>,
    /// The code of a picture.
    pub code: Option<&'a Code>,
    /// The codes of a clip's frames, one a second.
    pub frames: &'a [FrameCode],
}

/// Takes an outcome with what was computed.
pub type HashTaker<'a> = dyn FnMut(&Outcome, &Hashes<'_>) + 'a;

/// Hashes files and keeps nothing: `take` gets each outcome with what was computed, in the order of
/// the files.
///
/// # Errors
///
/// Nothing can be decoded; what is wrong with a file is told in its outcome.
pub fn hash_files(
    paths: &[PathBuf],
    want: Want,
    decoding: &Decoding,
    stop: &Interrupt,
    take: &mut HashTaker<'_>,
) -> Result<(), WorkerError> {
    let found = walk(paths);
    let known = |_: &[u8; 32]| false;
    let clips = Some(ClipPlan::Told);
    let wanted = Wanted { frames: want, landmarks: None, clips, preview_side_px: None };
    let preparer = Preparer::new(Level::best(), decoding, wanted, stop, &known);
    if !found.is_empty() {
        decoding.ready()?;
    }
    prepare_all(&Feed::closed(found), &preparer, stop, |batch| {
        for prepared in &batch {
            let (mut code, mut frames) = (None, Vec::new());
            match &prepared.body {
                Body::Picture(picture) => code = Some(picture.fingerprint.code()),
                Body::Clip(clip) => frames = vpdq::each_second(clip),
                Body::Known | Body::Failed => {}
            }
            let digest = prepared.digest.as_ref();
            take(&prepared.outcome, &Hashes { digest, code, frames: &frames });
        }
        Ok(())
    })
    .map(drop)
}

/// Prepares every input on all processors and hands the results to `take` in order, as many at
/// a time as are ready: whether that was all of them. Ends early when `take` fails or somebody
/// wishes to stop; what was begun by then is still handed over.
pub(crate) fn prepare_all<E>(
    feed: &Feed,
    preparer: &Preparer<'_>,
    stop: &Interrupt,
    take: impl FnMut(Vec<Prepared>) -> Result<(), E>,
) -> Result<bool, E> {
    let halt = Halt { stop, is_over: AtomicBool::new(false) };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let threads = feed.most().map_or(threads, |most| threads.min(most.max(1)));
    thread::scope(|scope| {
        let (inputs, waiting) = mpsc::sync_channel(INPUTS);
        let (sender, results) = mpsc::sync_channel(QUEUE);
        let (waiting, halt) = (Arc::new(Mutex::new(waiting)), &halt);
        let prepares = |_: &usize| {
            let (waiting, sender) = (waiting.clone(), sender.clone());
            start(scope, "prepare", move || prepare_some(&waiting, preparer, halt, &sender)).is_ok()
        };
        let started = (0..threads).take_while(prepares).count();
        drop((waiting, sender));
        let unpacker = match started {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            _ => start(scope, "unpack", move || give_all(feed, halt, &inputs)),
        };
        let Ok(unpacker) = unpacker else { return prepare_one_by_one(feed, preparer, halt, take) };
        let handed = hand_over_in_order(&results, take);
        // Who waits for room there is told that there is no use.
        drop(results);
        halt.is_over.store(handed.is_err(), Ordering::Relaxed);
        let given = unpacker.join().unwrap_or_else(|fault| resume_unwind(fault));
        Ok(given == Some(handed?))
    })
}

fn start<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    name: &str,
    work: impl FnOnce() -> T + Send + 's,
) -> io::Result<ScopedJoinHandle<'s, T>> {
    thread::Builder::new().name(name.into()).stack_size(STACK_BYTES).spawn_scoped(scope, work)
}

/// Why threads should come to an end.
struct Halt<'a> {
    stop: &'a Interrupt,
    /// Nobody takes results any more.
    is_over: AtomicBool,
}

impl Halt<'_> {
    fn is_set(&self) -> bool {
        self.stop.is_set() || self.is_over.load(Ordering::Relaxed)
    }
}

/// What is left when the system grants no thread.
fn prepare_one_by_one<E>(
    feed: &Feed,
    preparer: &Preparer<'_>,
    halt: &Halt<'_>,
    mut take: impl FnMut(Vec<Prepared>) -> Result<(), E>,
) -> Result<bool, E> {
    let mut failed = Ok(());
    let given = feed.run(&|| halt.is_set(), &mut |input| {
        let prepared = if halt.is_set() { None } else { preparer.prepare(input) };
        let Some(prepared) = prepared else { return ControlFlow::Break(()) };
        failed = take(vec![prepared]);
        if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    failed.map(|()| given.is_continue())
}

/// Gives out every input with its number; how many there are, unless it was broken off.
fn give_all(feed: &Feed, halt: &Halt<'_>, inputs: &SyncSender<(usize, Input)>) -> Option<usize> {
    let mut number = 0;
    let given = feed.run(&|| halt.is_set(), &mut |input| {
        if halt.is_set() || inputs.send((number, input)).is_err() {
            return ControlFlow::Break(());
        }
        number += 1;
        ControlFlow::Continue(())
    });
    given.is_continue().then_some(number)
}

/// Takes inputs until there are no more, also once they are not prepared any longer: what they hold
/// is what whoever gives them waits for.
fn prepare_some(
    inputs: &Mutex<Receiver<(usize, Input)>>,
    preparer: &Preparer<'_>,
    halt: &Halt<'_>,
    results: &SyncSender<(usize, Prepared)>,
) {
    let next = || inputs.lock().unwrap_or_else(PoisonError::into_inner).recv();
    while let Ok((number, input)) = next() {
        let prepared = if halt.is_set() { None } else { preparer.prepare(input) };
        if let Some(prepared) = prepared
            && results.send((number, prepared)).is_err()
        {
            halt.is_over.store(true, Ordering::Relaxed);
        }
    }
}

/// How many there were.
fn hand_over_in_order<T, E>(
    results: &Receiver<(usize, T)>,
    mut take: impl FnMut(Vec<T>) -> Result<(), E>,
) -> Result<usize, E> {
    let mut waiting = BTreeMap::new();
    let mut next = 0;
    while let Ok((number, result)) = results.recv() {
        waiting.insert(number, result);
        waiting.extend(results.try_iter().take(QUEUE));
        let mut ready = Vec::new();
        while let Some(result) = waiting.remove(&next) {
            ready.push(result);
            next += 1;
        }
        if !ready.is_empty() {
            take(ready)?;
        }
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_handed_over_in_order_and_none_is_lost() {
        let (sender, receiver) = mpsc::sync_channel(8);
        for number in [2usize, 0, 1, 4, 3, 5] {
            sender.send((number, number)).unwrap();
        }
        drop(sender);
        let mut seen = Vec::new();
        let done: Result<usize, ()> = hand_over_in_order(&receiver, |batch| {
            seen.extend(batch);
            Ok(())
        });
        assert_eq!((done, seen), (Ok(6), vec![0, 1, 2, 3, 4, 5]));
    }

    #[test]
    fn a_failure_to_take_ends_the_work() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..300 {
            std::fs::write(dir.path().join(format!("{n}.txt")), "no picture").unwrap();
        }
        let (found, stop) = (walk(&[dir.path().into()]), Interrupt::new());
        let known = |_: &[u8; 32]| false;
        let wanted =
            Wanted { frames: Want::Hash, landmarks: None, clips: None, preview_side_px: None };
        let here = Decoding::InProcess;
        let preparer = Preparer::new(Level::best(), &here, wanted, &stop, &known);
        let feed = Feed::opening(found);
        let failed: Result<bool, &str> = prepare_all(&feed, &preparer, &stop, |_| Err("full"));
        assert_eq!(failed, Err("full"));
    }

    #[test]
    fn an_interrupt_still_hands_over_what_was_begun() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..300 {
            std::fs::write(dir.path().join(format!("{n:03}.txt")), "no picture").unwrap();
        }
        let (found, stop) = (walk(&[dir.path().into()]), Interrupt::new());
        let known = |_: &[u8; 32]| false;
        let wanted =
            Wanted { frames: Want::Hash, landmarks: None, clips: None, preview_side_px: None };
        let here = Decoding::InProcess;
        let preparer = Preparer::new(Level::best(), &here, wanted, &stop, &known);
        let mut paths = Vec::new();
        let expected: Vec<_> = found.iter().map(|f| f.path.clone()).collect();
        let done: Result<bool, ()> =
            prepare_all(&Feed::opening(found), &preparer, &stop, |batch| {
                stop.set();
                paths.extend(batch.into_iter().map(|prepared| prepared.outcome.path.unwrap()));
                Ok(())
            });
        assert_eq!(done, Ok(false));
        assert!(!paths.is_empty() && paths.len() < 300);
        assert_eq!(paths, expected[..paths.len()]);
    }
}
