//! One run: a store is made, sources are edited a few at a time, everyone is asked about the
//! edited files, and the files are deleted again. So the memory and the disk it takes do not grow
//! with the corpus.

use crate::answer::{self, Answer};
use crate::corpus::Corpus;
use crate::draw::Pen;
use crate::edits::{Edit, catalogue};
use crate::peers::{Found, OPENCV, Python, Question};
use crate::picture::{Loaded, WORKING_SIDE_PX};
use crate::random::{Random, fnv};
use crate::scene::{Props, Shown};
use crate::score::{ALL, ALL_EDITS, Asked, Mistake, Row, Score, Spread};
use crate::unrelated::{Unrelated, fingerprint, nearest};
use anyhow::{Context, Result, ensure};
use athar_engine::{Level, Limits, Store, Want};
use athar_hash::{PictureFingerprint, fingerprint_picture};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Pictures that are kept in the memory for collages and patches, and their longer side.
const DONORS: usize = 96;
const DONOR_SIDE_PX: u32 = 800;

/// Unrelated stored pictures that a peer is handed with each edited one, and out of how many.
const STRANGERS: usize = 3;
const STRANGER_POOL: usize = 48;

/// One edited picture in so many is also asked about by itself, to time that.
const ALONE_EVERY: u64 = 17;

/// What is to be evaluated.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder.
    pub corpus: PathBuf,
    /// How many pictures are edited; all of them without a number.
    pub sources: Option<usize>,
    /// Only edits with one of these in their names; all of them when it is empty.
    pub edits: Vec<String>,
    /// What decides everything that is left to chance.
    pub seed: u64,
    /// Peers that are run besides.
    pub peers: Vec<String>,
    /// How many of the edited pictures the peers in Python get.
    pub peer_sources: usize,
    /// Whether unrelated small pictures are stored too.
    pub background: bool,
}

/// What came out of it.
pub struct Run {
    /// The tables' lines.
    pub rows: Vec<Row>,
    /// Strengths of right and wrong pairs, by route and unit.
    pub spreads: BTreeMap<(String, &'static str), Spread>,
    /// The fewest inliers by which each peer was judged.
    pub thresholds: BTreeMap<String, u32>,
    /// Milliseconds by step.
    pub times: BTreeMap<String, Vec<f64>>,
    /// What there was to find.
    pub facts: Facts,
    /// What was not found.
    pub misses: Vec<Mistake>,
    /// What was found and is not there.
    pub false_links: Vec<Mistake>,
    /// Distances of the stored pictures among themselves.
    pub unrelated: Unrelated,
}

impl Run {
    /// The table of false alarms by landmarks that the program carries.
    pub fn landmark_false_alarms(&self) -> String {
        let all = self.rows.iter().find(|row| row.edit == ALL_EDITS && row.route == ALL);
        let pairs = all.map_or(0, |row| row.pairs);
        let wrong = self.spreads.get(&("landmark".into(), "evidence"));
        let wrong = wrong.map(|spread| spread.wrong.clone()).unwrap_or_default();
        landmark_table(&wrong, pairs, &self.facts)
    }
}

/// Pairs that were not even looked at closely give no evidence.
fn landmark_table(wrong: &BTreeMap<u32, u64>, pairs: u64, facts: &Facts) -> String {
    let mut counts = wrong.clone();
    let seen: u64 = counts.values().sum();
    *counts.entry(0).or_default() += pairs.saturating_sub(seen);
    let mut text = String::from(
        "# Pairs of an edited photograph and an unrelated stored one by the evidence that landmarks give.\n",
    );
    let Facts { queries, stored, seed, .. } = facts;
    let _ = writeln!(
        text,
        "# {queries} edited ones, {stored} stored, seed {seed}; written by `cargo xtask eval`.\n\
         # bits\tpairs"
    );
    for (inliers, pairs) in counts {
        let _ = writeln!(text, "{inliers}\t{pairs}");
    }
    text
}

/// What a run was about.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Pictures in the store.
    pub stored: usize,
    /// Pictures that were edited.
    pub sources: usize,
    /// Of those, how many are too flat for a whole-picture match.
    pub flat: usize,
    /// Edited pictures.
    pub queries: usize,
    /// Of the edited pictures, how many were shown to the peers.
    pub peer_queries: usize,
    /// Pairs of stored pictures that are taken for the same.
    pub related: usize,
    /// The seed.
    pub seed: u64,
    /// The peers' program, or why there is none.
    pub peers: String,
    /// Whether text was written in letters.
    pub font: bool,
    /// What was left out, and why.
    pub skipped: Vec<(String, String)>,
    /// Regions that could not be read.
    pub strange_regions: u64,
    /// Inputs that the engine gave no answer to.
    pub unanswered: u64,
    /// How long it took.
    pub took: Duration,
}

/// The edits whose names have one of the patterns in them; all of them when there is none.
pub fn chosen(patterns: &[String]) -> Result<Vec<Edit>> {
    let wanted = |edit: &Edit| {
        patterns.is_empty()
            || patterns.iter().any(|part| edit.name().to_lowercase().contains(&part.to_lowercase()))
    };
    let edits: Vec<_> = catalogue().into_iter().filter(wanted).collect();
    ensure!(!edits.is_empty(), "no edit has {patterns:?} in its name");
    Ok(edits)
}

/// Works through it all. `progress` is told how many edited pictures are done, and of how many.
pub fn run(options: &Options, progress: &mut dyn FnMut(usize, usize)) -> Result<Run> {
    let begun = Instant::now();
    let scratch = tempfile::Builder::new().prefix("athar-eval-").tempdir()?;
    let mut stage = Stage::set(options, scratch.path())?;
    let numbers = stage.set.corpus.sources(options.sources);
    let peer_share = numbers.len().div_ceil(options.peer_sources.max(1)).max(1);
    let total = numbers.len() * stage.set.edits.len();
    let mut done = 0;
    for (n, batch) in numbers.chunks(threads() * 2).enumerate() {
        let with_peers = |place: usize| (n * threads() * 2 + place).is_multiple_of(peer_share);
        let with_peers: BTreeSet<_> = batch
            .iter()
            .enumerate()
            .filter(|(place, _)| with_peers(*place))
            .map(|(_, number)| *number)
            .collect();
        stage.work_through(batch, &with_peers)?;
        done += batch.len() * stage.set.edits.len();
        progress(done, total);
    }
    Ok(stage.end(options, &numbers, begun.elapsed()))
}

/// Processors that may be used.
pub fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does work on all processors; the results are in the order of the items.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    let some = || {
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(n) else { break };
            let result = work(item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((n, result));
        }
    };
    thread::scope(|scope| {
        (0..threads().min(items.len())).for_each(|_| _ = scope.spawn(some));
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(n, _)| *n);
    results.into_iter().map(|(_, result)| result).collect()
}

/// A run under way.
struct Stage {
    store: Store,
    set: Set,
    unrelated: Unrelated,
    score: Score,
    times: BTreeMap<String, Vec<f64>>,
    facts: Facts,
}

/// What all threads share.
struct Set {
    corpus: Corpus,
    edits: Vec<Edit>,
    seed: u64,
    prints: Vec<Option<PictureFingerprint>>,
    props: Props,
    pythons: Mutex<Vec<Python>>,
    peers: Result<String, String>,
    strangers: Vec<usize>,
    folder: PathBuf,
}

/// An edited picture under way.
struct Made {
    edit: usize,
    source: usize,
    path: PathBuf,
    shown: Vec<Shown>,
    size: (u32, u32),
    /// The smallest PDQ distance to each stored picture.
    pdq: Vec<u16>,
    /// Milliseconds: editing and saving, decoding, PDQ.
    times: [f64; 3],
}

impl Stage {
    fn set(options: &Options, scratch: &Path) -> Result<Self> {
        let edits = chosen(&options.edits)?;
        let (pythons, peers) = start_peers(&options.peers);
        let mut store = Store::init(&scratch.join("store"))?;
        let mut corpus = Corpus::store(&options.corpus, &mut store, options.background)?;
        let paths: Vec<_> = corpus.pictures.iter().map(|picture| picture.path.clone()).collect();
        let prints = in_parallel(&paths, |path| fingerprint(path));
        let unrelated = Unrelated::count(&prints);
        unrelated.near().iter().for_each(|(a, b)| corpus.relate(*a, *b));
        let folder = scratch.join("edited");
        fs::create_dir_all(&folder)?;
        let props = donors(&corpus);
        let strangers = strangers(&corpus, options.seed);
        let (seed, pythons) = (options.seed, Mutex::new(pythons));
        let set = Set { corpus, edits, seed, prints, props, pythons, peers, strangers, folder };
        let (score, times, facts) = Default::default();
        Ok(Self { store, set, unrelated, score, times, facts })
    }

    fn work_through(&mut self, batch: &[usize], with_peers: &BTreeSet<usize>) -> Result<()> {
        let made = in_parallel(batch, |number| self.set.make(*number));
        let (mut all, mut left_out) = (Vec::new(), Vec::new());
        for (number, made) in batch.iter().zip(made) {
            match made {
                Ok(made) => all.extend(made),
                Err(error) => left_out.push((
                    self.set.corpus.pictures[*number].name.clone(),
                    format!("not edited: {error:#}"),
                )),
            }
        }
        self.facts.skipped.extend(left_out);
        let answers =
            answer::ask(&mut self.store, all.iter().map(|made| made.path.clone()).collect())?;
        let peers = self.set.ask_peers(&all, with_peers)?;
        self.time(&all, &answers, &peers)?;
        for ((made, answer), peers) in all.iter().zip(&answers).zip(&peers) {
            let peers = peers.as_ref().map(|(numbers, found)| (numbers.as_slice(), found));
            let Made { edit, shown, size, pdq, .. } = made;
            let asked = Asked { edit: *edit, shown, size: *size, answer, pdq, peers };
            self.score.take(&asked, &self.set.corpus, &self.set.edits);
            fs::remove_file(&made.path).with_context(|| made.path.display().to_string())?;
        }
        Ok(())
    }

    fn time(
        &mut self,
        all: &[Made],
        answers: &[Answer],
        peers: &[Option<PeerAnswer>],
    ) -> Result<()> {
        for made in all {
            for (step, ms) in ["editing and saving", "decoding", "PDQ, eight orientations"]
                .into_iter()
                .zip(made.times)
            {
                self.times.entry(step.into()).or_default().push(ms);
            }
        }
        for (step, us) in answers.iter().flat_map(|answer| &answer.steps_us) {
            self.times.entry(format!("engine: {step}")).or_default().push(us / 1000.0);
        }
        for (peer, found) in peers.iter().flatten().flat_map(|(_, found)| found) {
            self.times
                .entry(format!("{peer}: landmarks, 1500 asked for"))
                .or_default()
                .push(found.landmarks_ms);
            self.times
                .entry(format!("{peer}: one stored picture"))
                .or_default()
                .push(found.pair_ms);
        }
        self.facts.queries += all.len();
        self.facts.peer_queries += peers.iter().flatten().count();
        let hash = |made: &Made| fnv(made.path.file_name().unwrap_or_default().as_encoded_bytes());
        for made in all.iter().filter(|made| hash(made).is_multiple_of(ALONE_EVERY)) {
            let begun = Instant::now();
            answer::ask(&mut self.store, vec![made.path.clone()])?;
            self.times
                .entry("check of one file, from opening the index".into())
                .or_default()
                .push(ms(begun));
        }
        Ok(())
    }

    fn end(self, options: &Options, numbers: &[usize], took: Duration) -> Run {
        let flat =
            |n: &&usize| !athar_engine::policy::searchable(self.set.corpus.pictures[**n].quality);
        let facts = Facts {
            stored: self.set.corpus.pictures.len(),
            sources: numbers.len(),
            flat: numbers.iter().filter(flat).count(),
            related: self.set.corpus.related(),
            seed: options.seed,
            peers: self.set.peers.unwrap_or_else(|reason| reason),
            font: Pen::new().has_font(),
            skipped: [self.set.corpus.skipped, self.facts.skipped].concat(),
            strange_regions: self.score.strange_regions,
            unanswered: self.score.unanswered,
            took,
            ..self.facts
        };
        Run {
            rows: self.score.rows(&self.set.edits),
            spreads: self.score.spreads().clone(),
            thresholds: self.score.peer_thresholds(),
            times: self.times,
            facts,
            misses: self.score.misses,
            false_links: self.score.false_links,
            unrelated: self.unrelated,
        }
    }
}

impl Set {
    /// Every edit of one picture.
    fn make(&self, number: usize) -> Result<Vec<Made>> {
        let picture = &self.corpus.pictures[number];
        let source = Loaded::read(&picture.path, number, WORKING_SIDE_PX)?;
        let mut pen = Pen::new();
        let make = |edit| self.make_one(&source, &picture.name, edit, &mut pen);
        (0..self.edits.len()).map(make).collect()
    }

    fn make_one(&self, source: &Loaded, name: &str, edit: usize, pen: &mut Pen) -> Result<Made> {
        let begun = Instant::now();
        let edited = self.edits[edit].apply(source, name, self.seed, &self.props, pen)?;
        let edit_ms = ms(begun);
        let file = format!("{:06}-{edit:03}.{}", source.number, edited.saved.extension());
        let path = self.folder.join(file);
        fs::write(&path, &edited.bytes).with_context(|| path.display().to_string())?;
        let begun = Instant::now();
        let decoded = athar_media::decode(&edited.bytes, &Limits::default(), Want::Hash);
        let (decode_ms, begun) = (ms(begun), Instant::now());
        let print = decoded.ok().map(|picture| fingerprint_picture(&picture.plane, Level::best()));
        let times = [edit_ms, decode_ms, ms(begun)];
        let pdq = self.pdq_distances(print.as_ref());
        let (shown, size) = (edited.shown, edited.picture.dimensions());
        Ok(Made { edit, source: source.number, path, shown, size, pdq, times })
    }

    fn pdq_distances(&self, query: Option<&PictureFingerprint>) -> Vec<u16> {
        let searchable =
            |print: &&PictureFingerprint| athar_engine::policy::searchable(print.quality());
        let query = query.filter(searchable);
        let distance = |stored: &Option<PictureFingerprint>| {
            let stored = stored.as_ref().filter(searchable);
            query.zip(stored).map_or(256, |(query, stored)| nearest(stored, query))
        };
        self.prints.iter().map(distance).collect()
    }

    /// The peers' answers, each with the numbers of the pictures that were handed over.
    fn ask_peers(
        &self,
        all: &[Made],
        with_peers: &BTreeSet<usize>,
    ) -> Result<Vec<Option<PeerAnswer>>> {
        let ask = |made: &Made| -> Result<Option<PeerAnswer>> {
            if self.peers.is_err() || !with_peers.contains(&made.source) {
                return Ok(None);
            }
            let numbers = self.handed(made);
            let stored = numbers.iter().map(|n| self.corpus.pictures[*n].path.as_path()).collect();
            let lock = || self.pythons.lock().unwrap_or_else(PoisonError::into_inner);
            let mut python = lock().pop().context("a Python for each thread")?;
            let found = python.ask(&Question { query: &made.path, stored })?;
            lock().push(python);
            Ok(Some((numbers, found)))
        };
        in_parallel(all, ask).into_iter().collect()
    }

    /// What is shown, and a few that are not.
    fn handed(&self, made: &Made) -> Vec<usize> {
        let mut numbers: Vec<_> =
            made.shown.iter().filter(|s| s.wanted).map(|s| s.number).collect();
        let mut random =
            Random::of(self.seed, &[&made.path.file_name().unwrap_or_default().to_string_lossy()]);
        let related = |n: usize| made.shown.iter().any(|s| self.corpus.are_related(s.number, n));
        for _ in 0..STRANGERS {
            let stranger = self.strangers.get(random.below(self.strangers.len())).copied();
            numbers.extend(stranger.filter(|n| !related(*n)));
        }
        numbers
    }
}

type PeerAnswer = (Vec<usize>, BTreeMap<String, Found>);

/// One Python for each thread, and what it says it is; or why there is none.
fn start_peers(wanted: &[String]) -> (Vec<Python>, Result<String, String>) {
    let names: Vec<_> =
        wanted.iter().filter(|name| OPENCV.contains(&name.as_str())).cloned().collect();
    if names.is_empty() {
        return (Vec::new(), Err("no peer in Python was asked for".into()));
    }
    let started: Result<Vec<_>> = (0..threads()).map(|_| Python::start(&names)).collect();
    match started {
        Ok(pythons) => {
            let version = pythons.first().map_or(String::new(), |python| python.version.clone());
            (pythons, Ok(version))
        }
        Err(error) => (Vec::new(), Err(format!("{error:#}"))),
    }
}

/// The same ones whatever is edited, so that the edits are the same too.
fn donors(corpus: &Corpus) -> Props {
    let numbers = corpus.sources(Some(DONORS));
    let read =
        |number: &usize| Loaded::read(&corpus.pictures[*number].path, *number, DONOR_SIDE_PX).ok();
    Props { donors: in_parallel(&numbers, read).into_iter().flatten().collect() }
}

fn strangers(corpus: &Corpus, seed: u64) -> Vec<usize> {
    let mut random = Random::of(seed, &["strangers"]);
    (0..STRANGER_POOL).map(|_| random.below(corpus.pictures.len())).collect()
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unrelated_pair_is_in_the_table_once() {
        let wrong = BTreeMap::from([(0, 3), (4, 2), (10, 1)]);
        let text = landmark_table(&wrong, 1000, &Facts::default());
        let rows: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows, ["0\t997", "4\t2", "10\t1"]);
    }
}
