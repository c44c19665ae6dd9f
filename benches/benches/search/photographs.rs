//! Real PDQ codes: every photograph of the corpus, crops of it, and edits of each crop, kept in a
//! file for the next run.
//!
//! A crop and its edits are what a picture and its re-uploads are: near each other. Crops of one
//! photograph that overlap lie at all distances, as they do among real pictures of one scene.
//! Codes of flat crops, which the engine would not search for either, are left out. Every tenth
//! photograph is not stored: its codes are the unrelated questions.

use crate::data::Random;
use crate::files;
use anyhow::{Context, Result, ensure};
use athar_engine::policy;
use athar_hash::pdq::{Pdq, pdq};
use athar_kernel::{Code, Level, Plane};
use athar_media::{Limits, Want};
use athar_tests::corpus::corpus;
use std::path::{Path, PathBuf};
use std::{fs, thread};

/// The longer side of what crops are taken from. PDQ makes 64 x 64 of everything.
const SIDE_PX: usize = 192;
/// The smallest part of a side that a crop keeps.
const SIDE_KEPT_MIN: f64 = 0.35;
/// One photograph in so many is asked for and not stored.
const UNRELATED: usize = 10;
const UNRELATED_ROUNDS: u64 = 8;
/// More crops of one photograph than this are hardly different any more.
const ROUNDS_MAX: u64 = 4000;

/// Writes `len` codes to `path`, or as many as a small corpus gives; returns codes of other
/// photographs.
pub fn write_codes(path: &Path, len: usize) -> Result<Vec<Code>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [stored, unrelated] = ["pdq-stored", "pdq-unrelated"].map(|name| folder.join(name));
    if !stored.exists() || files::count(&stored)? < len || !unrelated.exists() {
        make(&stored, &unrelated, len)?;
    }
    let mut left = len;
    let blocks = files::Blocks::open(&stored)?;
    let codes = blocks.map_while(Result::ok).flatten().take_while(|_| {
        let more = left > 0;
        left = left.saturating_sub(1);
        more
    });
    files::write(path, codes)?;
    files::read(&unrelated)
}

fn make(stored: &Path, unrelated: &Path, len: usize) -> Result<()> {
    let corpus = corpus("pdq").context("there are no real photographs: set ATHAR_CORPUS")?;
    let mut paths = Vec::new();
    for folder in ["photos", "photos_small"] {
        collect(&corpus.join(folder), &mut paths)?;
    }
    paths.sort();
    let planes: Vec<Plane> = in_parallel(&paths, |path| small_plane(path).into_iter().collect());
    let (asked, kept): (Vec<_>, Vec<_>) =
        planes.into_iter().enumerate().partition(|(index, _)| index % UNRELATED == 0);
    let mut codes = Vec::with_capacity(len);
    for round in 0..ROUNDS_MAX {
        codes.extend(one_round(&kept, round));
        if codes.len() >= len {
            break;
        }
    }
    ensure!(!codes.is_empty(), "the corpus holds no picture that can be searched for");
    codes.truncate(len);
    files::write(stored, codes)?;
    files::write(unrelated, (0..UNRELATED_ROUNDS).flat_map(|round| one_round(&asked, round)))
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Nothing for what cannot be decoded: a corpus has texts too.
fn small_plane(path: &Path) -> Option<Plane> {
    let bytes = fs::read(path).ok()?;
    let plane = athar_media::decode(&bytes, &Limits::default(), Want::Hash).ok()?.plane;
    let longer = plane.width().max(plane.height());
    let side = |side: usize| (side * SIDE_PX.min(longer)).div_ceil(longer);
    Some(averaged(&plane, side(plane.width()), side(plane.height())))
}

/// Each pixel is the mean of those that fall on it.
fn averaged(plane: &Plane, width: usize, height: usize) -> Plane {
    let span = |at: usize, of: usize, from: usize| {
        let begin = at * from / of;
        begin..((at + 1) * from / of).max(begin + 1)
    };
    Plane::from_fn(width, height, |x, y| {
        let (columns, rows) = (span(x, width, plane.width()), span(y, height, plane.height()));
        let pixels = (columns.len() * rows.len()) as f32;
        rows.map(|y| plane.row(y)[columns.clone()].iter().sum::<f32>()).sum::<f32>() / pixels
    })
}

/// A crop of every photograph, and two edits of each crop.
fn one_round(photographs: &[(usize, Plane)], round: u64) -> Vec<Code> {
    in_parallel(photographs, |(number, photograph)| {
        let mut random = Random::seeded(round << 32 | *number as u64);
        let crop =
            if round == 0 { Crop::whole(photograph) } else { Crop::some(photograph, &mut random) };
        let upright = crop.of(photograph);
        let edited = [edit(&upright, &mut random), edit(&upright, &mut random)];
        let pdq = |plane: &Plane| pdq(plane, Level::best());
        let searchable = |pdq: &Pdq| policy::searchable(pdq.quality);
        let all = [&upright, &edited[0], &edited[1]].map(pdq);
        all.into_iter().filter(searchable).map(|pdq| pdq.code).collect()
    })
}

struct Crop {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Crop {
    fn whole(plane: &Plane) -> Self {
        Self { left: 0, top: 0, width: plane.width(), height: plane.height() }
    }

    fn some(plane: &Plane, random: &mut Random) -> Self {
        let mut part = |side: usize| {
            let kept = (SIDE_KEPT_MIN + (1.0 - SIDE_KEPT_MIN) * random.unit()) * side as f64;
            let kept = (kept as usize).max(1);
            (random.below((side - kept + 1) as u64) as usize, kept)
        };
        let ((left, width), (top, height)) = (part(plane.width()), part(plane.height()));
        Self { left, top, width, height }
    }

    fn of(&self, plane: &Plane) -> Plane {
        Plane::from_fn(self.width, self.height, |x, y| plane.row(self.top + y)[self.left + x])
    }
}

/// Brighter and with more or less contrast, and then noise, a mirror, a caption, a frame, or
/// fewer greys.
fn edit(plane: &Plane, random: &mut Random) -> Plane {
    let (gain, bias) = (0.8 + 0.4 * random.unit() as f32, 30.0 * (random.unit() as f32 - 0.5));
    let (width, height) = (plane.width(), plane.height());
    let (which, caption) = (random.below(5), height - height / (8 + random.below(24) as usize));
    let edge = 1 + width.min(height) / (20 + random.below(60) as usize);
    let framed =
        |x: usize, y: usize| x < edge || y < edge || x + edge >= width || y + edge >= height;
    Plane::from_fn(width, height, |x, y| {
        let luma = |x: usize| (gain * plane.row(y)[x] + bias).clamp(0.0, 255.0);
        match which {
            0 => (luma(x) + 24.0 * (random.unit() as f32 - 0.5)).clamp(0.0, 255.0),
            1 => luma(width - 1 - x),
            2 if y >= caption => 255.0,
            3 if framed(x, y) => 255.0,
            4 => (luma(x) / 16.0).floor() * 16.0,
            _ => luma(x),
        }
    })
}

/// What `work` makes of each item, in the items' order.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> Vec<R> + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let work = &work;
        let spawn = |part| scope.spawn(move || <[T]>::iter(part).flat_map(work).collect());
        let handles: Vec<thread::ScopedJoinHandle<'_, Vec<R>>> =
            items.chunks(share).map(spawn).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap_or_default()).collect()
    })
}
