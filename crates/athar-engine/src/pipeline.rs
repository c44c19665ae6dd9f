//! Many threads prepare files; one takes the results, in the order of the files.

use crate::prepare::{Body, ClipPlan, Prepared, Preparer, Wanted};
use crate::vpdq::{self, FrameCode};
use crate::walk::{Found, walk};
use crate::worker::WorkerError;
use crate::{Decoding, IndexNote, Level, Outcome, Want};
use athar_hash::FileDigest;
use athar_kernel::Code;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

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
    prepare_all(&found, &preparer, stop, |batch| {
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
}

/// Prepares every file on all processors and hands the results to `take` in order, as many at
/// a time as are ready. Ends early when `take` fails or somebody wishes to stop; what was begun
/// by then is still handed over.
pub(crate) fn prepare_all<E>(
    found: &[Found],
    preparer: &Preparer<'_>,
    stop: &Interrupt,
    take: impl FnMut(Vec<Prepared>) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(found.len().max(1));
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let spawn = |_: &usize| {
            let (sender, next) = (sender.clone(), &next);
            let work = move || prepare_some(found, preparer, stop, next, &sender);
            let builder = thread::Builder::new().name("prepare".into()).stack_size(STACK_BYTES);
            builder.spawn_scoped(scope, work).is_ok()
        };
        let started = (0..threads).take_while(spawn).count();
        drop(sender);
        match started {
            0 => prepare_one_by_one(found, preparer, stop, take),
            _ => hand_over_in_order(&receiver, take),
        }
    })
}

/// What is left when the system grants no thread.
fn prepare_one_by_one<E>(
    found: &[Found],
    preparer: &Preparer<'_>,
    stop: &Interrupt,
    take: impl FnMut(Vec<Prepared>) -> Result<(), E>,
) -> Result<(), E> {
    let wanted = found.iter().take_while(|_| !stop.is_set());
    let prepared = wanted.map_while(|file| preparer.prepare(file));
    prepared.map(|prepared| vec![prepared]).try_for_each(take)
}

fn prepare_some(
    found: &[Found],
    preparer: &Preparer<'_>,
    stop: &Interrupt,
    next: &AtomicUsize,
    results: &SyncSender<(usize, Prepared)>,
) {
    while !stop.is_set() {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(file) = found.get(number) else { return };
        let Some(prepared) = preparer.prepare(file) else { return };
        if results.send((number, prepared)).is_err() {
            return;
        }
    }
}

fn hand_over_in_order<T, E>(
    results: &Receiver<(usize, T)>,
    mut take: impl FnMut(Vec<T>) -> Result<(), E>,
) -> Result<(), E> {
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
    Ok(())
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
        let done: Result<(), ()> = hand_over_in_order(&receiver, |batch| {
            seen.extend(batch);
            Ok(())
        });
        assert_eq!((done, seen), (Ok(()), vec![0, 1, 2, 3, 4, 5]));
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
        let failed: Result<(), &str> = prepare_all(&found, &preparer, &stop, |_| Err("full"));
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
        let done: Result<(), ()> = prepare_all(&found, &preparer, &stop, |batch| {
            stop.set();
            paths.extend(batch.into_iter().map(|prepared| prepared.outcome.path.unwrap()));
            Ok(())
        });
        done.unwrap();
        assert!(!paths.is_empty() && paths.len() < 300);
        let expected: Vec<_> = found.iter().take(paths.len()).map(|f| f.path.clone()).collect();
        assert_eq!(paths, expected);
    }
}
