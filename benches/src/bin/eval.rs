//! What the matcher finds and how often it is wrong, on real photographs: `cargo xtask eval`.
//!
//! Two questions, each with its own table:
//! - *recall*: every edit of every photograph against the photograph itself, by PDQ at the
//!   policy's radius in eight orientations, and what the second opinion says of the same pair;
//! - *false alarms*: every pair of unrelated photographs, by the smallest distance of eight
//!   orientations. The program carries this table and states it with every match.

#![expect(clippy::print_stdout, reason = "a program whose answer is its output")]

use anyhow::{Context, Result};
use athar_engine::policy;
use athar_hash::{PictureFingerprint, fingerprint_picture};
use athar_kernel::Level;
use athar_media::{Limits, Want};
use athar_tests::corpus::corpus;
use athar_tests::edits::EDITS;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// Photographs that are edited.
const EDITED: usize = 500;

fn main() -> Result<()> {
    let corpus = corpus("eval").context("eval needs real photographs: set ATHAR_CORPUS")?;
    let out = PathBuf::from(std::env::args().nth(1).context("usage: eval OUTPUT_DIRECTORY")?);
    fs::create_dir_all(&out)?;
    let photos = files(&corpus.join("photos"))?;
    let recall = recall(&photos)?;
    println!("{}", recall.as_text());
    fs::write(out.join("recall.tsv"), recall.as_tsv())?;

    let background = files(&corpus.join("photos_small"))?;
    let all: Vec<_> = photos.iter().chain(&background).cloned().collect();
    let prints = in_parallel(&all, |path| fingerprint(&fs::read(path).ok()?));
    let searchable: Vec<_> =
        prints.into_iter().flatten().filter(|p| policy::searchable(p.quality())).collect();
    let unrelated = Unrelated::count(&searchable);
    println!("{}", unrelated.as_text());
    fs::write(out.join("false_alarms.tsv"), unrelated.as_tsv())?;
    fs::write(out.join("second_unrelated.tsv"), unrelated.second_as_tsv())?;
    Ok(())
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

fn fingerprint(bytes: &[u8]) -> Option<PictureFingerprint> {
    let picture = athar_media::decode(bytes, &Limits::default(), Want::Hash).ok()?;
    Some(fingerprint_picture(&picture.plane, Level::best()))
}

fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let work = &work;
        let spawn = |chunk| scope.spawn(move || Vec::from_iter(<[T]>::iter(chunk).map(work)));
        let handles: Vec<_> = items.chunks(share).map(spawn).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap_or_default()).collect()
    })
}

/// Nearest of the query's eight orientations: PDQ distance, and the second opinion's there.
fn nearest(stored: &PictureFingerprint, query: &PictureFingerprint) -> (u16, u16) {
    let distances = query.codes().iter().map(|code| code.distance(stored.code()).bits());
    let (orientation, distance) =
        distances.enumerate().min_by_key(|(_, distance)| *distance).unwrap_or((0, 256));
    let second = stored.seconds()[0].distance(&query.seconds()[orientation]).bits();
    (distance, second)
}

struct Recall {
    rows: Vec<RecallRow>,
}

struct RecallRow {
    edit: &'static str,
    pictures: usize,
    found: usize,
    /// Sorted PDQ distances.
    distances: Vec<u16>,
    /// Sorted distances of the second opinion.
    seconds: Vec<u16>,
    agreed: usize,
}

fn recall(photos: &[PathBuf]) -> Result<Recall> {
    let step = (photos.len() / EDITED).max(1);
    let chosen: Vec<_> = photos.iter().step_by(step).take(EDITED).collect();
    let pairs = in_parallel(&chosen, |path| {
        let bytes = fs::read(path).ok()?;
        let stored = fingerprint(&bytes).filter(|p| policy::searchable(p.quality()))?;
        let picture = image::load_from_memory(&bytes).ok()?;
        let edited = EDITS.each_ref().map(|edit| fingerprint(&edit.to_jpeg(&picture)));
        Some(edited.map(|query| query.map(|query| nearest(&stored, &query))))
    });
    let pairs: Vec<_> = pairs.into_iter().flatten().collect();
    let row = |(number, edit): (usize, &athar_tests::edits::Edit)| {
        RecallRow::new(edit.name, &pairs.iter().filter_map(|pair| pair[number]).collect::<Vec<_>>())
    };
    Ok(Recall { rows: EDITS.iter().enumerate().map(row).collect() })
}

impl RecallRow {
    fn new(edit: &'static str, pairs: &[(u16, u16)]) -> Self {
        let mut distances: Vec<_> = pairs.iter().map(|pair| pair.0).collect();
        let mut seconds: Vec<_> = pairs.iter().map(|pair| pair.1).collect();
        distances.sort_unstable();
        seconds.sort_unstable();
        let within = |d: &u16| *d <= policy::PDQ_RADIUS.bits();
        let agrees =
            |bits: &u16| policy::second_agrees(athar_hash::SecondDistance::from_bits(*bits));
        Self {
            edit,
            pictures: pairs.len(),
            found: distances.iter().filter(|d| within(d)).count(),
            agreed: seconds.iter().filter(|d| agrees(d)).count(),
            distances,
            seconds,
        }
    }

    fn fields(&self) -> [String; 8] {
        let at = |sorted: &[u16], share: f64| {
            let place = ((sorted.len().max(1) - 1) as f64 * share).round() as usize;
            sorted.get(place).copied().unwrap_or(0).to_string()
        };
        [
            self.edit.to_string(),
            self.pictures.to_string(),
            format!("{:.4}", self.found as f64 / self.pictures as f64),
            at(&self.distances, 0.5),
            at(&self.distances, 0.99),
            format!("{:.4}", self.agreed as f64 / self.pictures as f64),
            at(&self.seconds, 0.5),
            at(&self.seconds, 0.99),
        ]
    }
}

const RECALL_HEAD: [&str; 8] = [
    "edit",
    "pictures",
    "recall",
    "median_bits",
    "p99_bits",
    "second_agrees",
    "second_median",
    "second_p99",
];

impl Recall {
    fn as_tsv(&self) -> String {
        let mut text = RECALL_HEAD.join("\t") + "\n";
        for row in &self.rows {
            text += &(row.fields().join("\t") + "\n");
        }
        text
    }

    fn as_text(&self) -> String {
        let line = |fields: &[String]| {
            fields.iter().map(|field| format!("{field:>20}")).collect::<String>() + "\n"
        };
        let mut text = line(&RECALL_HEAD.map(String::from));
        for row in &self.rows {
            text += &line(&row.fields());
        }
        text
    }
}

/// Distances of unrelated pictures.
struct Unrelated {
    pictures: usize,
    /// Pairs by smallest PDQ distance of eight orientations.
    pdq: [u64; 257],
    /// Pairs by the second opinion's smallest distance of eight orientations.
    second: Vec<u64>,
}

impl Unrelated {
    fn count(prints: &[PictureFingerprint]) -> Self {
        let numbers: Vec<_> = (0..prints.len()).collect();
        let rows = in_parallel(&numbers, |&n| Self::count_one(prints, n));
        let mut sum = Self { pictures: prints.len(), pdq: [0; 257], second: Vec::new() };
        for row in rows {
            sum.add(&row);
        }
        sum
    }

    fn count_one(prints: &[PictureFingerprint], n: usize) -> Self {
        let mut one = Self { pictures: 1, pdq: [0; 257], second: Vec::new() };
        for stored in &prints[..n] {
            one.pdq[usize::from(nearest(stored, &prints[n]).0)] += 1;
            let seconds = prints[n].seconds().iter();
            let second = seconds.map(|s| stored.seconds()[0].distance(s).bits()).min();
            let second = usize::from(second.unwrap_or(0));
            one.second.resize(one.second.len().max(second + 1), 0);
            one.second[second] += 1;
        }
        one
    }

    fn add(&mut self, other: &Self) {
        for (sum, count) in self.pdq.iter_mut().zip(&other.pdq) {
            *sum += count;
        }
        self.second.resize(self.second.len().max(other.second.len()), 0);
        for (sum, count) in self.second.iter_mut().zip(&other.second) {
            *sum += count;
        }
    }

    fn as_tsv(&self) -> String {
        let mut text = format!(
            "# Pairs of unrelated photographs by the smallest PDQ distance of eight orientations.\n\
             # {} photographs, every pair once; written by `cargo xtask eval`.\n\
             # distance\tpairs\n",
            self.pictures
        );
        for (distance, pairs) in self.pdq.iter().enumerate() {
            let _ = writeln!(text, "{distance}\t{pairs}");
        }
        text
    }

    fn second_as_tsv(&self) -> String {
        let mut text = String::from("distance\tpairs\n");
        for (distance, pairs) in self.second.iter().enumerate() {
            let _ = writeln!(text, "{distance}\t{pairs}");
        }
        text
    }

    fn as_text(&self) -> String {
        let pairs: u64 = self.pdq.iter().sum();
        let nearest = |counts: &[u64]| counts.iter().position(|count| *count > 0).unwrap_or(0);
        let radius = usize::from(policy::PDQ_RADIUS.bits());
        format!(
            "{} unrelated photographs, {pairs} pairs in eight orientations: nearest {} bits, \
             {} within {radius}; second opinion: nearest {} bits",
            self.pictures,
            nearest(&self.pdq),
            self.pdq[..=radius].iter().sum::<u64>(),
            nearest(&self.second),
        )
    }
}
