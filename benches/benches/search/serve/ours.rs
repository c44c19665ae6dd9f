//! `athar-index`: the one place of this benchmark that knows how it is built and asked.

use super::{Asking, Built, Task, resident_bytes, tell};
use crate::data::Random;
use crate::truth::{Asked, Hits, RADII_BITS};
use anyhow::Result;
use athar_index::{Hit, Index, Level, Options, Progress, Snapshot};
use athar_kernel::{Code, Radius};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const BATCH: usize = 100;
const ORIENTATIONS: usize = 8;
const READERS: usize = 2;
/// One that flushes while another merges.
const MAINTAINERS: usize = 2;
/// How long two readers ask, without a writer and with one.
const READING: Duration = Duration::from_secs(5);
/// The writer: so many codes every millisecond.
const WRITTEN_PER_MS: usize = 100;
/// Most codes that are written to files to be opened, and how often they are.
const MOST_OPENED: u64 = 10_000_000;
const OPENED: usize = 20;
/// Single additions that are timed until they are found.
const ADDED_ALONE: usize = 200;

pub fn run(task: &Task) -> Result<()> {
    let before = resident_bytes();
    let (index, len, seconds) = build(task)?;
    let built = Built { seconds, bytes: resident_bytes().saturating_sub(before) };
    let queries = task.codes("queries")?;
    let snapshot = index.snapshot();
    task.codes("warm")?.iter().for_each(|query| drop(snapshot.within(query, task.radius)));
    let alone = alone(task, &snapshot, &queries, task.radius);
    tell(&built.told("athar", Asked::Queries, task.radius, &alone))?;
    for radius in RADII_BITS.iter().filter_map(|bits| Radius::new(*bits)) {
        if radius != task.radius {
            let name = format!("athar radius {}", radius.bits());
            let asking = self::alone(task, &snapshot, &queries, radius);
            tell(&built.told(&name, Asked::Queries, radius, &asking))?;
        }
    }
    let orientations = task.codes("orientations")?;
    let pictures = task.time(orientations.chunks(ORIENTATIONS), |eight| {
        snapshot.within_batch(eight, task.radius).iter().map(|hits| sum(hits)).collect()
    });
    tell(&built.told("athar orientations", Asked::Orientations, task.radius, &pictures))?;
    let mut batches = task.time(queries.chunks(BATCH), |batch| {
        snapshot.within_batch(batch, task.radius).iter().map(|hits| sum(hits)).collect()
    });
    batches.ns.iter_mut().for_each(|ns| *ns /= BATCH as u64);
    tell(&built.told("athar batch of 100", Asked::Queries, task.radius, &batches))?;
    drop(snapshot);
    with_writer(task, &index, len, built, &queries)?;
    drop(index);
    if len <= MOST_OPENED { opened(task, built, &queries) } else { Ok(()) }
}

/// The index, the number of its codes, and the seconds in which it was built, without those in
/// which the codes were read.
fn build(task: &Task) -> Result<(Index, u64, f64)> {
    let index = Index::new(Level::best());
    let (mut blocks, mut reading, mut failed) = (task.blocks()?, Duration::ZERO, None);
    let next = || {
        let begin = Instant::now();
        let block = blocks.next()?.map_err(|error| failed = Some(error)).ok();
        reading += begin.elapsed();
        block
    };
    let mut payloads = 0..;
    let begin = Instant::now();
    index.insert_bulk(std::iter::from_fn(next).flatten().zip(&mut payloads));
    let seconds = (begin.elapsed() - reading).as_secs_f64();
    let len = index.snapshot().len() as u64;
    failed.map_or(Ok((index, len, seconds)), Err)
}

fn alone(task: &Task, snapshot: &Snapshot, queries: &[Code], radius: Radius) -> Asking {
    task.time(queries.iter(), |query| vec![sum(&snapshot.within(query, radius))])
}

fn sum(hits: &[Hit]) -> Hits {
    let mut all = Hits::default();
    hits.iter().for_each(|hit| all.add(hit.payload, hit.distance.bits()));
    all
}

/// Readers alone, the same readers beside a writer, and how soon one addition is found.
fn with_writer(task: &Task, index: &Index, len: u64, built: Built, queries: &[Code]) -> Result<()> {
    let reading = Reading { index, queries, radius: task.radius, len };
    for (name, per_ms) in [("athar 2 readers", 0), ("athar 2 readers + writer", WRITTEN_PER_MS)] {
        let asking = reading.run(per_ms);
        let mut told = built.told(name, Asked::Queries, task.radius, &asking);
        told.threads = READERS + usize::from(per_ms > 0);
        tell(&told)?;
    }
    let found = added(index, len << 1, task.radius);
    let mut told = built.told("athar add until found", Asked::Queries, task.radius, &found);
    // The additions' own hits are no answers to the questions: those were asked above.
    (told.hits, told.sums) = (reading.whole(), Vec::new());
    tell(&told)
}

/// Two threads that ask, and one that may write meanwhile.
struct Reading<'a> {
    index: &'a Index,
    queries: &'a [Code],
    radius: Radius,
    /// Payloads from here on were written meanwhile.
    len: u64,
}

impl Reading<'_> {
    fn run(&self, per_ms: usize) -> Asking {
        let (asked, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let answers = thread::scope(|scope| {
            let read = || self.read(&asked, &stop);
            let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
            if per_ms > 0 {
                (0..MAINTAINERS).for_each(|_| drop(scope.spawn(|| self.maintain(&stop))));
            }
            self.write(per_ms);
            stop.store(true, Ordering::Relaxed);
            let joined = readers.into_iter().map(thread::ScopedJoinHandle::join);
            joined.flat_map(Result::unwrap_or_default).collect::<Vec<_>>()
        });
        self.gathered(&answers)
    }

    /// Question, nanoseconds, hits; each thread takes the next question.
    fn read(&self, asked: &AtomicUsize, stop: &AtomicBool) -> Vec<(usize, u64, Hits)> {
        let mut answers = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let question = asked.fetch_add(1, Ordering::Relaxed) % self.queries.len();
            let begin = Instant::now();
            let hits = self.index.snapshot().within(&self.queries[question], self.radius);
            let ns = begin.elapsed().as_nanos() as u64;
            let old: Vec<_> = hits.into_iter().filter(|hit| hit.payload < self.len).collect();
            answers.push((question, ns, sum(&old)));
        }
        answers
    }

    /// Makes segments of what was written, as a program would that uses the index.
    fn maintain(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            if !self.index.maintain().is_ok_and(Progress::is_step) {
                thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Adds unrelated codes at a steady pace, or only lets the time pass.
    fn write(&self, per_ms: usize) {
        let (begin, mut random, mut payloads) = (Instant::now(), Random::seeded(99), self.len..);
        let mut due = Duration::ZERO;
        while due < READING && begin.elapsed() < 2 * READING {
            let codes = std::iter::repeat_with(|| random.code()).take(per_ms);
            let entries: Vec<_> = codes.zip(&mut payloads).collect();
            if !entries.is_empty() {
                self.index.insert_batch(&entries);
            }
            due += Duration::from_millis(1);
            thread::sleep(due.saturating_sub(begin.elapsed()));
        }
        let per_s = (payloads.start - self.len) as f64 / begin.elapsed().as_secs_f64();
        if per_ms > 0 && per_s < 0.95 * 1000.0 * per_ms as f64 {
            eprintln!("athar: the writer came to {per_s:.0} codes a second only");
        }
    }

    /// Times of all answers; of the hits of one question, the fewest that were ever told.
    fn gathered(&self, answers: &[(usize, u64, Hits)]) -> Asking {
        let asked = answers.iter().map(|answer| answer.0 + 1).max().unwrap_or(0);
        let mut hits: Vec<Option<Hits>> = vec![None; asked];
        for (question, _, now) in answers {
            let fewest = hits[*question].get_or_insert(*now);
            if now.count < fewest.count {
                *fewest = *now;
            }
        }
        Asking {
            ns: answers.iter().map(|answer| answer.1).collect(),
            hits: hits.into_iter().map(Option::unwrap_or_default).collect(),
        }
    }

    /// The hits of every question among the codes that were there at first.
    fn whole(&self) -> Vec<u64> {
        let snapshot = self.index.snapshot();
        let first = self.queries.iter().take(BATCH);
        let hits = first.map(|query| snapshot.within(query, self.radius));
        hits.map(|hits| hits.iter().filter(|hit| hit.payload < self.len).count() as u64).collect()
    }
}

/// From the beginning of an addition until a question finds it.
fn added(index: &Index, first_payload: u64, radius: Radius) -> Asking {
    let mut random = Random::seeded(11);
    let ns = (first_payload..).take(ADDED_ALONE).map(|payload| {
        let (code, begin) = (random.code(), Instant::now());
        index.insert(code, payload);
        let mut seen = index.snapshot();
        while !seen.within(&code, radius).iter().any(|hit| hit.payload == payload) {
            seen = index.snapshot();
        }
        begin.elapsed().as_nanos() as u64
    });
    Asking { ns: ns.collect(), hits: Vec::new() }
}

/// How long opening the files of an index takes, and what questions to the opened one cost.
fn opened(task: &Task, built: Built, queries: &[Code]) -> Result<()> {
    let dir = task.folder.join("index");
    let open = || Index::open(&dir, Level::best(), Options::default()).map(|(index, _)| index);
    let index = open()?;
    let (mut blocks, payloads) = (task.blocks()?, 0..);
    index.insert_bulk(std::iter::from_fn(|| blocks.next()?.ok()).flatten().zip(payloads));
    index.flush()?;
    drop(index);
    let mut opening = Asking::default();
    for _ in 0..OPENED {
        let begin = Instant::now();
        let index = open()?;
        opening.ns.push(begin.elapsed().as_nanos() as u64);
        drop(index);
    }
    let snapshot = open()?.snapshot();
    task.codes("warm")?.iter().for_each(|query| drop(snapshot.within(query, task.radius)));
    let mapped = alone(task, &snapshot, queries, task.radius);
    tell(&built.told("athar mapped", Asked::Queries, task.radius, &mapped))?;
    let mut told = built.told("athar open", Asked::Queries, task.radius, &opening);
    told.hits = mapped.hits.iter().take(BATCH).map(|hits| hits.count).collect();
    told.sums = Vec::new();
    tell(&told)?;
    Ok(std::fs::remove_dir_all(&dir)?)
}
