//! The index against the plainest thing that does the same: a list that is searched entry by
//! entry.

use crate::{
    Change, Code, Cursor, Hit, Index, Level, Mark, Options, Page, Progress, Radius, Snapshot,
};
use std::array;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) type Entries = Vec<(Code, u64)>;

/// Sizes at which a few hundred entries live a whole life.
pub(crate) const SMALL: Options = Options { flush_codes: 24, bulk_codes: 60, ratio: 3 };

pub(crate) fn within(entries: &Entries, query: &Code, radius: Radius) -> Vec<Hit> {
    let mut hits: Vec<Hit> = entries
        .iter()
        .map(|(code, payload)| Hit { distance: query.distance(code), payload: *payload })
        .filter(|hit| radius.covers(hit.distance))
        .collect();
    hits.sort_unstable();
    hits
}

/// SplitMix64, for runs that are the same every time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }

    /// Either unrelated to everything or some bits away from one of a few centres, so that
    /// every radius finds something and leaves something.
    pub(crate) fn code(&mut self) -> Code {
        if self.below(3) == 0 {
            return Code::from_words(array::from_fn(|_| self.word()));
        }
        let centre = self.below(4) as u64;
        let mut words = array::from_fn(|i| Random(centre * 4 + i as u64).word());
        for _ in 0..self.below(70) {
            words[self.below(4)] ^= 1 << self.below(64);
        }
        Code::from_words(words)
    }

    /// From few numbers, so that payloads repeat.
    pub(crate) fn payload(&mut self) -> u64 {
        [0, u64::MAX, 1 << 40][self.below(3)].wrapping_add(self.below(60) as u64)
    }

    pub(crate) fn entries(&mut self, len: usize) -> Entries {
        (0..len).map(|_| (self.code(), self.payload())).collect()
    }

    fn radius(&mut self) -> Radius {
        Radius::new([0, 1, 31, 48, 64, 128, 255, 256][self.below(8)]).unwrap()
    }

    /// Several payloads, with repetitions.
    fn payloads(&mut self) -> Vec<u64> {
        (0..self.below(12)).map(|_| self.payload()).collect()
    }

    pub(crate) fn changes(&mut self, len: usize) -> Vec<Change> {
        let change = |random: &mut Self| match random.below(4) {
            0 => Change::Remove { payload: random.payload() },
            _ => Change::Insert { code: random.code(), payload: random.payload() },
        };
        (0..len).map(|_| change(self)).collect()
    }
}

/// Does changes one by one; says how many entries went.
pub(crate) fn follow(model: &mut Entries, changes: &[Change]) -> usize {
    let mut gone = 0;
    for change in changes {
        match *change {
            Change::Insert { code, payload } => model.push((code, payload)),
            Change::Remove { payload } => {
                let before = model.len();
                model.retain(|entry| entry.1 != payload);
                gone += before - model.len();
            }
        }
    }
    gone
}

#[test]
fn any_order_of_changes_answers_as_the_plain_list_does() {
    for level in Level::available() {
        for seed in 0..6 {
            interleave(&Index::new(level), &mut Random(seed), Random::unmarked);
            let small = Index::with_options(level, SMALL);
            interleave(&small, &mut Random(seed), Random::unmarked);
            let small = Index::with_options(level, SMALL);
            interleave(&small, &mut Random(seed), Random::marked);
            assert!(small.reached().is_some());
        }
    }
}

/// Random changes, maintenance and questions; some snapshots are kept and asked again much later.
fn interleave(index: &Index, random: &mut Random, change: fn(&mut Random, &Index, &mut Entries)) {
    let mut model = Entries::new();
    let mut kept: Vec<(Snapshot, Entries)> = Vec::new();
    for _ in 0..if cfg!(miri) { 40 } else { 400 } {
        match random.below(16) {
            0..=8 => change(random, index, &mut model),
            9 if kept.len() < 20 => kept.push((index.snapshot(), model.clone())),
            10..=12 => random.maintain(index),
            _ => ask(&index.snapshot(), &model, random),
        }
    }
    kept.iter().for_each(|(snapshot, model)| ask(snapshot, model, random));
}

impl Random {
    fn unmarked(&mut self, index: &Index, model: &mut Entries) {
        match self.below(9) {
            0..=3 => {
                let entry = (self.code(), self.payload());
                index.insert(entry.0, entry.1);
                model.push(entry);
            }
            4 | 5 => {
                let end = [30, 200][self.below(2)];
                let len = self.below(end);
                let entries = self.entries(len);
                index.insert_batch(&entries);
                model.extend(entries);
            }
            6 | 7 => remove(index, model, &[self.payload()]),
            _ => remove(index, model, &self.payloads()),
        }
    }

    fn marked(&mut self, index: &Index, model: &mut Entries) {
        let end = [3, 30, 200][self.below(3)];
        let len = self.below(end);
        let changes = self.changes(len);
        let reached = index.reached().map_or(0, |mark| mark.reached) + 1 + self.below(3) as u64;
        let mark = Mark { reached, tag: [reached as u8; 32] };
        assert_eq!(index.apply(&changes, mark).unwrap(), follow(model, &changes));
        assert_eq!(index.reached(), Some(mark));
    }

    fn maintain(&mut self, index: &Index) {
        match self.below(12) {
            0 => index.flush().unwrap(),
            1 => index.settle().unwrap(),
            2 => index.purge().unwrap(),
            _ => drop(index.maintain().unwrap()),
        }
        assert_eq!(index.verify().len(), 0);
    }
}

fn remove(index: &Index, model: &mut Entries, payloads: &[u64]) {
    let before = model.len();
    model.retain(|entry| !payloads.contains(&entry.1));
    assert_eq!(index.remove_batch(payloads), before - model.len());
}

fn ask(snapshot: &Snapshot, model: &Entries, random: &mut Random) {
    assert_eq!((snapshot.len(), snapshot.is_empty()), (model.len(), model.is_empty()));
    let queries: Vec<Code> = (0..random.below(10)).map(|_| random.code()).collect();
    let radius = random.radius();
    let expected: Vec<_> = queries.iter().map(|query| within(model, query, radius)).collect();
    assert_eq!(snapshot.within_batch(&queries, radius), expected);
    let limit = random.below(50);
    let firsts = snapshot.first_batch(&queries, radius, limit);
    for (page, expected) in firsts.iter().zip(&expected) {
        assert_eq!(
            (page.total, &page.hits[..]),
            (expected.len(), &expected[..limit.min(expected.len())])
        );
    }
    for (query, expected) in queries.iter().zip(expected).take(2) {
        assert_eq!(snapshot.within(query, radius), expected);
        let k = [0, 1, 5, 300, 100_000][random.below(5)];
        assert_eq!(snapshot.nearest(query, k, radius), expected[..k.min(expected.len())]);
        let limit = 1 + random.below(200);
        assert_eq!(leaf_through(snapshot, query, radius, limit), expected);
    }
}

/// All pages one after the other.
fn leaf_through(snapshot: &Snapshot, query: &Code, radius: Radius, limit: usize) -> Vec<Hit> {
    let (mut hits, mut after) = (Vec::new(), None);
    loop {
        let page = snapshot.within_page(query, radius, limit, after);
        hits.extend(&page.hits);
        assert!(page.hits.len() == limit || page.next.is_none());
        after = page.next;
        if after.is_none() {
            assert_eq!(page.total, hits.len());
            return hits;
        }
    }
}

#[test]
fn a_flood_is_counted_and_listed_by_the_page() {
    let index = Index::with_options(Level::best(), SMALL);
    let code = Random(3).code();
    (0..50).for_each(|payload| index.insert_batch(&[(code, payload), (code, payload / 10)]));
    index.flush().unwrap();
    index.insert_batch(&[(code, 2); 30]);
    let ask = |limit, after| index.snapshot().within_page(&code, Radius::ZERO, limit, after);
    let payloads = |page: &Page| page.hits.iter().map(|hit| hit.payload).collect::<Vec<_>>();
    assert_eq!(ask(0, None), Page { total: 130, hits: vec![], next: None });
    let first = ask(30, None);
    assert_eq!((first.total, first.next.unwrap().equal), (130, 8));
    assert_eq!(payloads(&first), [&[0; 11][..], &[1; 11], &[2; 8]].concat());

    // What came or went meanwhile is or is not there, and nothing is there twice.
    index.insert_batch(&[(code, 1), (code, 2)]);
    index.remove(3);
    let second = ask(40, first.next);
    assert_eq!(second.total, 130 + 2 - 11);
    assert_eq!(payloads(&second), [&[2; 34][..], &[4; 6]].concat());
    let after_hit = ask(3, Some(Cursor::from(second.hits[39])));
    assert_eq!(payloads(&after_hit), [5, 6, 7]);
    let last = ask(1000, second.next);
    assert_eq!((last.hits.len(), last.next), (50, None));
}

#[test]
fn changes_are_applied_once_and_by_mark_only() {
    use crate::ApplyError;
    let index = Index::new(Level::best());
    let mark = |reached| Mark { reached, tag: [7; 32] };
    let insert = Change::Insert { code: Code::default(), payload: 1 };
    assert_eq!(index.apply(&[insert, insert], mark(4)), Ok(0));
    let again = Err(ApplyError::NotAfter { reached: 4, offered: 4 });
    assert_eq!(index.apply(&[insert], mark(4)), again);
    assert_eq!(index.apply(&[], mark(9)), Ok(0));
    assert_eq!((index.reached(), index.snapshot().len()), (Some(mark(9)), 2));
    index.insert_batch(&[]);
    assert_eq!(index.reached(), Some(mark(9)));
    index.insert(Code::default(), 2);
    assert_eq!(index.reached(), None);
    assert_eq!(index.apply(&[insert], mark(10)), Err(ApplyError::Unmarked));
    index.clear();
    assert_eq!(index.apply(&[insert], mark(2)), Ok(0));
    assert_eq!((index.reached(), index.snapshot().len()), (Some(mark(2)), 1));
}

#[test]
fn maintenance_comes_to_an_end_and_leaves_few_segments() {
    let index = Index::with_options(Level::best(), SMALL);
    let mut random = Random(4);
    assert_eq!(index.maintain().unwrap(), Progress::Idle);
    for _ in 0..40 {
        index.insert_batch(&random.entries(30));
        while index.maintain().unwrap().is_step() {}
        let sizes: Vec<usize> =
            index.newest().segments().iter().map(crate::live::Live::len).collect();
        let mut rising = sizes.clone();
        rising.sort_unstable();
        // The next flush adds to the smallest, if there is room in it.
        if rising[0] <= 3 * SMALL.flush_codes {
            rising.remove(0);
        }
        assert!(rising.windows(2).all(|pair| pair[1] >= 3 * pair[0]), "{sizes:?}");
        assert!(index.newest().delta.is_empty());
    }
    index.settle().unwrap();
    assert_eq!(index.newest().segments().len(), 1);
    assert_eq!(index.snapshot().len(), 1200);
}

#[test]
fn a_segment_that_is_a_quarter_dead_is_written_anew() {
    let index = Index::with_options(Level::best(), SMALL);
    let entries: Entries = (0..100).map(|payload| (Code::default(), payload)).collect();
    index.insert_batch(&entries);
    while index.maintain().unwrap().is_step() {}
    let stored = || index.newest().segments().iter().map(|live| live.segment.len()).sum::<usize>();
    assert_eq!(index.remove_batch(&(0..20).collect::<Vec<_>>()), 20);
    while index.maintain().unwrap().is_step() {}
    assert_eq!((stored(), index.snapshot().len()), (100, 80));
    assert_eq!(index.remove_batch(&(0..30).collect::<Vec<_>>()), 10);
    while index.maintain().unwrap().is_step() {}
    assert_eq!((stored(), index.snapshot().len()), (70, 70));
    assert_eq!(index.remove(99), 1);
    index.purge().unwrap();
    assert_eq!(stored(), 69);
    assert_eq!(index.remove_batch(&(0..100).collect::<Vec<_>>()), 69);
    index.purge().unwrap();
    assert!(index.newest().segments().is_empty() && index.snapshot().is_empty());
}

#[test]
fn blocks_that_fill_up_and_empty_again_lose_nothing() {
    for level in Level::available() {
        let mut random = Random(7);
        let index = Index::new(level);
        let mut model = Entries::new();
        for len in [1, 66_000, 3, 65_536, 1] {
            let entries = random.entries(len);
            index.insert_batch(&entries);
            model.extend(entries);
            ask_near(&index.snapshot(), &model, &mut random);
        }
        for payload in 0..3 {
            remove(&index, &mut model, &[payload]);
            ask_near(&index.snapshot(), &model, &mut random);
        }
    }
}

/// At a radius that does not find every entry: there are many.
fn ask_near(snapshot: &Snapshot, model: &Entries, random: &mut Random) {
    let (query, radius) = (random.code(), Radius::new(40).unwrap());
    assert_eq!(snapshot.len(), model.len());
    assert_eq!(snapshot.within(&query, radius), within(model, &query, radius));
}

#[test]
fn an_equal_pair_is_there_as_often_as_it_was_inserted() {
    let index = Index::new(Level::best());
    let code = Random(8).code();
    index.insert(code, 5);
    index.insert_batch(&[(code, 5), (code, 4)]);
    let hits = index.snapshot().within(&code, Radius::new(0).unwrap());
    let payloads: Vec<u64> = hits.iter().map(|hit| hit.payload).collect();
    assert_eq!(payloads, [4, 5, 5]);
    assert_eq!(index.remove(5), 2);
    assert_eq!(index.remove(5), 0);
}

/// Tells the other threads to end when this one does, also by a failed assertion.
pub(crate) struct End<'a>(pub(crate) &'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The writer inserts batches of ten under one payload and removes the one before, while two
/// threads maintain. Whatever a reader sees must be a moment between two changes: every batch
/// whole, and one or two of them.
#[test]
fn readers_see_whole_moments_while_others_write_and_maintain() {
    const BATCH: usize = 10;
    let rounds = if cfg!(miri) { 30 } else { 2000 };
    let index = Index::with_options(Level::best(), SMALL);
    let code = Random(9).code();
    let done = AtomicBool::new(false);
    index.insert_batch(&[(code, 0); BATCH]);
    std::thread::scope(|scope| {
        let _end = End(&done);
        for _ in 0..2 {
            scope.spawn(|| {
                let mut newest = 0;
                while !done.load(Ordering::Relaxed) {
                    newest = look(&index.snapshot(), &code, BATCH, newest);
                }
            });
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    index.maintain().unwrap();
                }
            });
        }
        for payload in 1..rounds {
            index.insert_batch(&[(code, payload); BATCH]);
            assert_eq!(index.remove(payload - 1), BATCH);
        }
    });
    assert_eq!(look(&index.snapshot(), &code, BATCH, rounds - 1), rounds - 1);
}

/// A removed payload stays removed and one that came again is alive, whatever is being flushed
/// or merged at the time.
#[test]
fn removals_hold_while_others_flush_and_merge() {
    let index = Index::with_options(Level::best(), SMALL);
    let (mut random, mut model) = (Random(12), Entries::new());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _end = End(&done);
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    index.maintain().unwrap();
                }
            });
        }
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                index.settle().unwrap();
                index.purge().unwrap();
            }
        });
        for step in 0..if cfg!(miri) { 20 } else { 1500 } {
            random.unmarked(&index, &mut model);
            assert_eq!(index.snapshot().len(), model.len(), "{step}");
        }
    });
    ask(&index.snapshot(), &model, &mut random);
}

/// Checks one moment and returns the newest payload in it, which is never older than `newest`.
fn look(snapshot: &Snapshot, code: &Code, batch: usize, newest: u64) -> u64 {
    let hits = snapshot.within(code, Radius::new(0).unwrap());
    assert_eq!(hits.len(), snapshot.len());
    let payloads: Vec<u64> = hits.chunk_by(|a, b| a == b).map(|run| run[0].payload).collect();
    assert_eq!(hits.len(), payloads.len() * batch);
    assert!(matches!(payloads[..], [_] | [_, _]) && payloads.is_sorted());
    let last = payloads[payloads.len() - 1];
    assert!(last >= newest);
    last
}

#[test]
fn an_index_and_a_snapshot_may_be_shared_between_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<Index>();
    shareable::<Snapshot>();
}
