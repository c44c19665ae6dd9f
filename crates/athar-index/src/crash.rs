//! Every call to the disk fails once, fails from then on, and is the last before a crash: for a
//! script of changes and maintenance. Whatever is opened afterwards is the ledger up to a mark,
//! and what came after it can be replayed.

use crate::disk::{Disk, Meanwhile, Trouble};
use crate::mark::Mark;
use crate::model::{End, Entries, Random, SMALL, follow, within};
use crate::open::Opened;
use crate::{Change, Code, Index, Level, Progress, Radius, StorageError};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// A numbered list of changes, and what it amounts to.
struct Ledger {
    changes: Vec<Vec<Change>>,
    states: Vec<Entries>,
}

impl Ledger {
    fn new() -> Self {
        Self { changes: Vec::new(), states: vec![Entries::new()] }
    }

    fn add(&mut self, changes: Vec<Change>) {
        let mut state = self.newest().clone();
        follow(&mut state, &changes);
        self.changes.push(changes);
        self.states.push(state);
    }

    fn newest(&self) -> &Entries {
        &self.states[self.changes.len()]
    }

    /// What an index that is there must be.
    fn at(&self, mark: Option<Mark>) -> &Entries {
        &self.states[mark.map_or(0, |mark| mark.reached as usize)]
    }

    /// Tells the index what it has not had yet.
    fn replay(&self, index: &Index) {
        let reached = index.reached().map_or(0, |mark| mark.reached as usize);
        for (number, changes) in self.changes.iter().enumerate().skip(reached) {
            let reached = number as u64 + 1;
            let again = index.apply(changes, Mark { reached, tag: [reached as u8; 32] });
            assert!(again.is_ok());
        }
    }
}

/// What is done with an index, step by step.
#[derive(Debug, Clone, Copy)]
enum Step {
    Change,
    Maintain,
    Flush,
    Settle,
    Purge,
    Clear,
    Reopen,
}

fn script(random: &mut Random) -> Vec<Step> {
    let step = |random: &mut Random| match random.below(24) {
        0..=9 => Step::Change,
        10..=17 => Step::Maintain,
        18 | 19 => Step::Flush,
        20 => Step::Settle,
        21 => Step::Purge,
        22 => Step::Clear,
        _ => Step::Reopen,
    };
    (0..45).map(|_| step(random)).collect()
}

/// One life of an index on a disk.
struct Life {
    disk: Disk,
    /// None when it could not be opened.
    index: Option<Arc<Index>>,
    ledger: Arc<Mutex<Ledger>>,
    random: Random,
    /// Whether changes come in during every call to the disk too.
    is_busy: bool,
    failures: usize,
}

impl Life {
    fn new(seed: u64, is_busy: bool) -> Self {
        let (disk, ledger) = (Disk::default(), Arc::new(Mutex::new(Ledger::new())));
        Self { disk, index: None, ledger, random: Random(seed), is_busy, failures: 0 }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    /// Goes through the script, whatever fails, and looks after each step whether the index that
    /// is running answers for all of the ledger.
    fn live(&mut self, script: &[Step]) {
        self.open();
        for &step in script {
            self.step(step);
            if let Some(index) = &self.index {
                check(index, self.ledger().newest(), "running");
            }
        }
    }

    fn step(&mut self, step: Step) {
        let outcome = match (step, &self.index) {
            (Step::Change, _) => {
                let len = [3, 3, 20, 100][self.random.below(4)];
                let changes = self.random.changes(len);
                self.ledger().add(changes);
                self.index.iter().for_each(|index| self.ledger().replay(index));
                Ok(())
            }
            (Step::Reopen, _) | (_, None) => {
                self.open();
                Ok(())
            }
            (Step::Maintain, Some(index)) => index.maintain().map(|_| ()),
            (Step::Flush, Some(index)) => index.flush(),
            (Step::Settle, Some(index)) => index.settle(),
            (Step::Purge, Some(index)) => index.purge(),
            (Step::Clear, Some(index)) => {
                index.clear();
                self.ledger().replay(index);
                Ok(())
            }
        };
        self.failures += usize::from(outcome.is_err());
    }

    fn open(&mut self) {
        self.disk.during_calls(None);
        self.index = None;
        match open(&self.disk) {
            Ok((index, opened)) => {
                assert_eq!(opened.discarded, None);
                check(&index, self.ledger().at(opened.reached), "opened");
                self.ledger().replay(&index);
                let index = Arc::new(index);
                self.disk.during_calls(self.is_busy.then(|| self.meanwhile(&index)));
                self.index = Some(index);
            }
            Err(_) => self.failures += 1,
        }
    }

    /// Few changes, most of them removals.
    fn meanwhile(&self, index: &Arc<Index>) -> Meanwhile {
        let (index, ledger) = (Arc::downgrade(index), Arc::clone(&self.ledger));
        let mut random = Random(self.random.0);
        Box::new(move || {
            let Some(index) = index.upgrade() else { return };
            let mut changes = random.changes(3);
            changes.push(Change::Remove { payload: random.payload() });
            let mut ledger = ledger.lock().unwrap();
            ledger.add(changes);
            ledger.replay(&index);
        })
    }

    /// What is found on the disk by the next process.
    fn recover(&self, disk: &Disk) {
        let (index, opened) = open(disk).unwrap();
        assert_eq!((opened.discarded, opened.writable), (None, true));
        assert_eq!(opened.reached, index.reached());
        assert!(opened.reached.is_none_or(|mark| mark.tag == [mark.reached as u8; 32]));
        check(&index, self.ledger().at(opened.reached), "recovered");
        self.ledger().replay(&index);
        check(&index, self.ledger().newest(), "replayed");
        self.settle_and_reopen(disk, Box::new(index));
    }

    /// Writes everything and finds it again, with no file that does not belong.
    fn settle_and_reopen(&self, disk: &Disk, index: impl Deref<Target = Index>) {
        disk.during_calls(None);
        while index.maintain().unwrap().is_step() {}
        index.purge().unwrap();
        assert!(index.verify().is_empty(), "{:?}", index.verify());
        let segments = index.newest().segments().len();
        drop(index);
        let (index, opened) = open(disk).unwrap();
        let ledger_end = self.ledger().changes.len() as u64;
        assert_eq!(opened.reached.map_or(0, |mark| mark.reached), ledger_end);
        check(&index, self.ledger().newest(), "reopened");
        let files = crate::storage::Storage::list(disk).unwrap();
        assert_eq!(files.len(), segments + usize::from(ledger_end > 0), "{files:?}");
    }
}

fn open(disk: &Disk) -> Result<(Index, Opened), StorageError> {
    Index::open_on(Box::new(disk.clone()), Level::best(), SMALL)
}

/// All entries, seen from two codes.
fn check(index: &Index, expected: &Entries, when: &str) {
    let all = Radius::new(256).unwrap();
    let snapshot = index.snapshot();
    assert_eq!(snapshot.len(), expected.len(), "{when}");
    for query in [Code::default(), Random(77).code()] {
        assert!(snapshot.within(&query, all) == within(expected, &query, all), "{when}");
    }
}

const SEEDS: u64 = if cfg!(miri) { 1 } else { 2 };

/// Lives the script of each seed with each trouble that `troubles` makes of the number of a call;
/// of every other seed with others that write meanwhile.
fn with_trouble(troubles: impl Fn(usize) -> Trouble, then: impl Fn(Life, &mut Random)) {
    for seed in 0..SEEDS {
        let steps = script(&mut Random(100 + seed));
        let mut smooth = Life::new(seed, seed % 2 == 0);
        smooth.live(&steps);
        assert_eq!(smooth.failures, 0);
        let stride = if cfg!(miri) { 17 } else { 1 };
        for call in (0..smooth.disk.calls()).step_by(stride) {
            let mut life = Life::new(seed, seed % 2 == 0);
            life.disk.give_trouble(Some(troubles(call)));
            life.live(&steps);
            then(life, &mut Random(seed << 32 | call as u64));
        }
    }
}

#[test]
fn after_a_crash_at_any_call_the_ledger_up_to_the_mark_is_there() {
    for has_effect in [false, true] {
        with_trouble(
            |first| Trouble { first, last: usize::MAX, has_effect },
            |life, random| {
                for _ in 0..3 {
                    let disk = life.disk.after_crash(random);
                    life.recover(&disk);
                }
                life.recover(&life.disk.after_exit());
            },
        );
    }
}

#[test]
fn after_a_failure_at_any_call_the_running_index_is_right_and_tries_again() {
    for (length, has_effect) in [(1, false), (1, true), (4, false), (9, true)] {
        with_trouble(
            |first| Trouble { first, last: first + length - 1, has_effect },
            |mut life, random| {
                life.disk.give_trouble(None);
                life.disk.during_calls(None);
                life.recover(&life.disk.after_crash(random));
                let running = life.index.take().filter(|index| index.store.is_some());
                let index = running.unwrap_or_else(|| Arc::new(open(&life.disk).unwrap().0));
                life.ledger().replay(&index);
                life.settle_and_reopen(&life.disk, index);
            },
        );
    }
}

#[test]
fn a_full_disk_leaves_the_index_answering_from_memory() {
    let mut life = Life::new(5, false);
    life.open();
    life.disk.give_trouble(Some(Trouble { first: 0, last: usize::MAX, has_effect: false }));
    for _ in 0..30 {
        life.step(Step::Change);
        life.step(Step::Maintain);
        check(life.index.as_ref().unwrap(), life.ledger().newest(), "full");
    }
    assert!(life.failures > 10);
    life.disk.give_trouble(None);
    let index = life.index.take().unwrap();
    assert_eq!(index.maintain().unwrap(), Progress::Flushed);
    life.settle_and_reopen(&life.disk, index);
}

/// Threads write and maintain; crashes are tried meanwhile, whatever they are at.
#[test]
fn a_crash_while_threads_are_at_work_leaves_the_ledger_up_to_a_mark() {
    let rounds = if cfg!(miri) { 6 } else { 400 };
    let life = Life::new(9, false);
    let index = open(&life.disk).unwrap().0;
    let done = AtomicBool::new(false);
    let mut random = Random(10);
    std::thread::scope(|scope| {
        let _end = End(&done);
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    index.maintain().unwrap();
                }
            });
        }
        for _ in 0..rounds {
            for len in [2, 40, 1] {
                let changes = random.changes(len);
                life.ledger().add(changes);
                life.ledger().replay(&index);
            }
            let disk = life.disk.after_crash(&mut random);
            let (recovered, opened) = open(&disk).unwrap();
            assert_eq!(opened.discarded, None);
            check(&recovered, life.ledger().at(opened.reached), "recovered");
        }
    });
    life.settle_and_reopen(&life.disk, Box::new(index));
}
