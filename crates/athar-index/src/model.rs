//! The index against the plainest thing that does the same: a list that is searched entry by
//! entry.

use crate::{Code, Hit, Index, Level, Radius, Snapshot};
use std::array;
use std::sync::atomic::{AtomicBool, Ordering};

type Entries = Vec<(Code, u64)>;

fn within(entries: &Entries, query: &Code, radius: Radius) -> Vec<Hit> {
    let mut hits: Vec<Hit> = entries
        .iter()
        .map(|(code, payload)| Hit { distance: query.distance(code), payload: *payload })
        .filter(|hit| radius.covers(hit.distance))
        .collect();
    hits.sort_unstable();
    hits
}

/// SplitMix64, for runs that are the same every time.
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

    /// Either unrelated to everything or some bits away from one of a few centres, so that
    /// every radius finds something and leaves something.
    fn code(&mut self) -> Code {
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
    fn payload(&mut self) -> u64 {
        [0, u64::MAX, 1 << 40][self.below(3)].wrapping_add(self.below(60) as u64)
    }

    fn entries(&mut self, len: usize) -> Entries {
        (0..len).map(|_| (self.code(), self.payload())).collect()
    }

    fn radius(&mut self) -> Radius {
        Radius::new([0, 1, 31, 48, 64, 128, 255, 256][self.below(8)]).unwrap()
    }
}

#[test]
fn any_order_of_changes_answers_as_the_plain_list_does() {
    for level in Level::available() {
        for seed in 0..6 {
            interleave(level, &mut Random(seed));
        }
    }
}

/// Random changes and questions; some snapshots are kept and asked again much later.
fn interleave(level: Level, random: &mut Random) {
    let index = Index::new(level);
    let mut model = Entries::new();
    let mut kept: Vec<(Snapshot, Entries)> = Vec::new();
    for _ in 0..300 {
        match random.below(10) {
            0..=3 => {
                let entry = (random.code(), random.payload());
                index.insert(entry.0, entry.1);
                model.push(entry);
            }
            4 => {
                let len = random.below(400);
                let entries = random.entries(len);
                index.insert_batch(&entries);
                model.extend(entries);
            }
            5 => remove(&index, &mut model, random.payload()),
            6 if kept.len() < 20 => kept.push((index.snapshot(), model.clone())),
            _ => ask(&index.snapshot(), &model, random),
        }
    }
    kept.iter().for_each(|(snapshot, model)| ask(snapshot, model, random));
}

fn remove(index: &Index, model: &mut Entries, payload: u64) {
    let before = model.len();
    model.retain(|entry| entry.1 != payload);
    assert_eq!(index.remove(payload), before - model.len());
}

fn ask(snapshot: &Snapshot, model: &Entries, random: &mut Random) {
    assert_eq!((snapshot.len(), snapshot.is_empty()), (model.len(), model.is_empty()));
    let queries: Vec<Code> = (0..random.below(10)).map(|_| random.code()).collect();
    let radius = random.radius();
    let expected: Vec<_> = queries.iter().map(|query| within(model, query, radius)).collect();
    assert_eq!(snapshot.within_batch(&queries, radius), expected);
    for (query, expected) in queries.iter().zip(expected).take(2) {
        assert_eq!(snapshot.within(query, radius), expected);
    }
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
            remove(&index, &mut model, payload);
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

/// The writer inserts batches of ten under one payload and removes the one before. Whatever a
/// reader sees must be a moment between two changes: every batch whole, and one or two of them.
#[test]
fn readers_see_whole_moments_while_a_writer_works() {
    const BATCH: usize = 10;
    let index = Index::new(Level::best());
    let code = Random(9).code();
    let done = AtomicBool::new(false);
    index.insert_batch(&[(code, 0); BATCH]);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut newest = 0;
                while !done.load(Ordering::Relaxed) {
                    newest = look(&index.snapshot(), &code, BATCH, newest);
                }
            });
        }
        for payload in 1..2000 {
            index.insert_batch(&[(code, payload); BATCH]);
            assert_eq!(index.remove(payload - 1), BATCH);
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(look(&index.snapshot(), &code, BATCH, 1999), 1999);
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
