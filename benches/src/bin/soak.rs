//! `soak`: an index on a disk that is written, thinned out, merged and asked at the same time,
//! every answer checked against comparing with everything.
//!
//! One thread applies changes under rising marks: codes that come alone, in batches and in bulk,
//! clustered and equal ones among them, and payloads that go. After each change it hands the
//! snapshot and a plain copy of what must be in it to a second thread, which asks it questions at
//! radii from 0 to 64 and compares. A third does the maintenance. Now and then the index is
//! closed, opened again and brought up to date from the mark it reached.
//!
//!     cargo xtask soak [SECONDS]

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the person who called it"
)]

use anyhow::{Context, Result, ensure};
use athar_index::{Change, Code, Hit, Index, Level, Mark, Options, Progress, Radius, Snapshot};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// A part of the whole time after which the index is closed and opened again.
const LIVES: u32 = 12;
/// Entries beyond which half of them go.
const MOST_ENTRIES: usize = 400_000;
const TAG: [u8; 32] = [7; 32];

type Entries = Vec<(Code, u64)>;

fn main() -> Result<()> {
    let seconds = std::env::args().nth(1).map_or(Ok(300), |seconds| seconds.parse())?;
    let dir = std::env::temp_dir().join(format!("athar-soak-{}", std::process::id()));
    let counts = Counts::default();
    let outcome = soak(&dir, Duration::from_secs(seconds), &counts);
    std::fs::remove_dir_all(&dir).context("the soak's own directory")?;
    println!("seconds\t{}", Counts::HEAD);
    println!("{seconds}\t{}", counts.line());
    outcome
}

fn soak(dir: &Path, time: Duration, counts: &Counts) -> Result<()> {
    let mut ledger = Ledger::default();
    for life in 0..LIVES {
        let (index, opened) = Index::open(dir, Level::best(), options())?;
        ensure!(opened.discarded.is_none(), "an index was thrown away: {:?}", opened.discarded);
        ledger.replay(&index)?;
        eprintln!("soak: life {} of {LIVES}, {} entries", life + 1, ledger.entries.len());
        live(&index, &mut ledger, time / LIVES, counts)?;
        counts.openings.fetch_add(1, Ordering::Relaxed);
        let findings = index.verify();
        ensure!(findings.is_empty(), "verify found {findings:?}");
    }
    Ok(())
}

/// Small numbers, so that much is written and merged.
fn options() -> Options {
    Options { flush_codes: 4096, bulk_codes: 20_000, ratio: 4 }
}

/// Changes, maintenance and questions at the same time.
fn live(index: &Index, ledger: &mut Ledger, time: Duration, counts: &Counts) -> Result<()> {
    let (stop, (give, take)) = (AtomicBool::new(false), sync_channel(1));
    thread::scope(|scope| {
        let maintaining = scope.spawn(|| maintain(index, &stop, counts));
        let checking = scope.spawn(move || check(take, counts));
        let written = write(index, ledger, time, &give, counts);
        drop(give);
        stop.store(true, Ordering::Relaxed);
        let checked = checking.join().ok().context("the checking thread panicked")?;
        maintaining.join().ok().context("the maintaining thread panicked")??;
        checked.and(written)
    })
}

fn maintain(index: &Index, stop: &AtomicBool, counts: &Counts) -> Result<()> {
    while !stop.load(Ordering::Relaxed) {
        match index.maintain()? {
            Progress::Merged => _ = counts.merges.fetch_add(1, Ordering::Relaxed),
            Progress::Flushed => _ = counts.flushes.fetch_add(1, Ordering::Relaxed),
            _ => thread::yield_now(),
        }
    }
    Ok(())
}

/// What a snapshot must hold.
struct Moment {
    snapshot: Snapshot,
    entries: Entries,
    seed: u64,
}

fn write(
    index: &Index,
    ledger: &mut Ledger,
    time: Duration,
    give: &SyncSender<Moment>,
    counts: &Counts,
) -> Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < time {
        let changes = ledger.invent();
        index.apply(&changes, ledger.mark()).context("apply")?;
        counts.changes.fetch_add(changes.len() as u64, Ordering::Relaxed);
        let (snapshot, seed) = (index.snapshot(), ledger.random.word());
        // The copy is large: it is made only when the checker has nothing to do.
        if seed.is_multiple_of(16) {
            let moment = Moment { snapshot, entries: ledger.entries.clone(), seed };
            match give.try_send(moment) {
                Err(TrySendError::Disconnected(_)) => break,
                Ok(()) | Err(TrySendError::Full(_)) => {}
            }
        }
    }
    Ok(())
}

/// Asks every moment some questions until there are no more moments.
fn check(take: Receiver<Moment>, counts: &Counts) -> Result<()> {
    for Moment { snapshot, entries, seed } in take {
        ensure!(snapshot.len() == entries.len(), "{} for {}", snapshot.len(), entries.len());
        let mut random = Random(seed);
        for _ in 0..24 {
            let radius = Radius::new(random.below(65) as u16).context("a radius")?;
            let query = random.question(&entries);
            let found = snapshot.within(&query, radius);
            ensure!(found == naive(&entries, &query, radius), "a wrong answer at {radius:?}");
            counts.questions.fetch_add(1, Ordering::Relaxed);
            counts.hits.fetch_add(found.len() as u64, Ordering::Relaxed);
        }
    }
    Ok(())
}

fn naive(entries: &Entries, query: &Code, radius: Radius) -> Vec<Hit> {
    let hit = |&(code, payload): &(Code, u64)| Hit { distance: query.distance(&code), payload };
    let mut hits: Vec<Hit> =
        entries.iter().map(hit).filter(|hit| radius.covers(hit.distance)).collect();
    hits.sort_unstable();
    hits
}

/// The truth: every change that was ever made, and what they come to.
#[derive(Default)]
struct Ledger {
    /// One list a mark.
    changes: Vec<Vec<Change>>,
    entries: Entries,
    next_payload: u64,
    random: Random,
}

impl Ledger {
    fn mark(&self) -> Mark {
        Mark { reached: self.changes.len() as u64, tag: TAG }
    }

    /// Tells an opened index what came after its mark.
    fn replay(&self, index: &Index) -> Result<()> {
        let reached = index.reached().map_or(0, |mark| mark.reached) as usize;
        for (number, changes) in self.changes.iter().enumerate().skip(reached) {
            let mark = Mark { reached: number as u64 + 1, tag: TAG };
            index.apply(changes, mark).context("replay")?;
        }
        Ok(())
    }

    fn invent(&mut self) -> Vec<Change> {
        let crowded = self.entries.len() > MOST_ENTRIES;
        let changes = match self.random.below(100) {
            _ if crowded => self.removals(MOST_ENTRIES / 2),
            0 => self.additions(30_000),
            1..10 => self.additions(700),
            10..20 => self.removals(60),
            _ => self.additions(3),
        };
        self.changes.push(changes.clone());
        changes
    }

    fn additions(&mut self, most: usize) -> Vec<Change> {
        let added: Entries = (0..=self.random.below(most))
            .map(|_| {
                self.next_payload += 1;
                (self.random.code(), self.next_payload)
            })
            .collect();
        self.entries.extend(&added);
        added.into_iter().map(|(code, payload)| Change::Insert { code, payload }).collect()
    }

    fn removals(&mut self, most: usize) -> Vec<Change> {
        let mut removed = Vec::new();
        for _ in 0..self.random.below(most).min(self.entries.len()) {
            let at = self.random.below(self.entries.len());
            removed.push(Change::Remove { payload: self.entries.swap_remove(at).1 });
        }
        removed
    }
}

/// SplitMix64, for runs that are the same but for what threads do.
#[derive(Default)]
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }

    /// Unrelated, near one of few centres, or equal to one.
    fn code(&mut self) -> Code {
        let centre = self.below(50) as u64;
        let mut around = Random(centre << 32);
        match self.below(10) {
            0..6 => Code::from_words(std::array::from_fn(|_| self.word())),
            6..9 => {
                let code = Code::from_words(std::array::from_fn(|_| around.word()));
                let bits = self.below(60);
                self.turned(code, bits)
            }
            _ => Code::from_words(std::array::from_fn(|_| around.word())),
        }
    }

    fn question(&mut self, entries: &Entries) -> Code {
        if entries.is_empty() || self.below(4) == 0 {
            return self.code();
        }
        let (code, bits) = (entries[self.below(entries.len())].0, self.below(66));
        self.turned(code, bits)
    }

    fn turned(&mut self, code: Code, bits: usize) -> Code {
        let mut words = *code.words();
        (0..bits).for_each(|_| words[self.below(4)] ^= 1 << self.below(64));
        Code::from_words(words)
    }
}

#[derive(Default)]
struct Counts {
    changes: AtomicU64,
    flushes: AtomicU64,
    merges: AtomicU64,
    openings: AtomicU64,
    questions: AtomicU64,
    hits: AtomicU64,
}

impl Counts {
    const HEAD: &str = "changes\tflushes\tmerges\topenings\tquestions\thits";

    fn line(&self) -> String {
        let Self { changes, flushes, merges, openings, questions, hits } = self;
        let all = [changes, flushes, merges, openings, questions, hits];
        all.map(|count| count.load(Ordering::Relaxed).to_string()).join("\t")
    }
}
