//! Learns what codes are made of, and measures what was learned:
//!
//! ```text
//! athar-learn landmarks TABLE.rs FOLDER...     photographs
//! athar-learn order TABLE.rs FOLDER...         the same, for a table whose sums stay
//! athar-learn voice TABLE.rs FOLDER...         recordings of speech
//! athar-learn voice-measure FOLDER...          rows of JSON on the other half of the recordings
//! ```
//!
//! Landmarks are learned like this, voices after the same idea (see `voice`):
//!
//! ```text
//! pictures ─ landmarks ─┬─ pairs: the same place in a picture and in its edit ─► what edits change
//!     └ edits ─ landmarks ┘                              all of them ─► what strangers differ in
//!                                    ratio of the two ─► directions that stay and tell apart
//!                random sums of those ─ measured, chosen greedily, put in order ─► 64 x 4 signs
//! ```
//!
//! Seeded: the same pictures give the same table. What is learned must be measured on others.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool talks to the person who called it"
)]

mod choose;
mod directions;
mod edits;
mod motion;
mod order;
mod pairs;
mod random;
mod spectrum;
mod table;
mod voice;

use anyhow::{Context, Result, bail, ensure};
use athar_hash::landmark::{ORBITS, Patch};
use athar_kernel::Plane;
use pairs::Pair;
use random::Random;
use std::fs;
use std::path::{Path, PathBuf};

/// Edits of each picture.
const EDITS: usize = 3;

/// Pictures that are learned from; of more, some evenly spread over the folders.
const PICTURES: usize = 300;

/// Numbers of a patch.
const NUMBERS: usize = 4 * ORBITS;

/// The least quality at which a window of a voice votes, unless `--quality` says another.
const VOICE_QUALITY: u8 = 28;

const USAGE: &str = "usage: athar-learn landmarks|order|voice TABLE.rs FOLDER...
       athar-learn voice-measure [--quality N] FOLDER...";

fn main() -> Result<()> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    ensure!(arguments.len() >= 2, USAGE);
    let task = arguments.remove(0);
    let quality = take_quality(&mut arguments)?;
    let paths: Vec<PathBuf> = arguments.iter().map(PathBuf::from).collect();
    let (table, folders) = paths.split_first().context(USAGE)?;
    match task.as_str() {
        "landmarks" => landmarks(table, folders),
        "order" => order(table, folders),
        "voice" => {
            eprintln!("{}", voice::learn(table, folders)?);
            Ok(())
        }
        "voice-measure" => voice::measure(&paths, quality, |row| println!("{row}")),
        _ => bail!(USAGE),
    }
}

fn take_quality(arguments: &mut Vec<String>) -> Result<u8> {
    let Some(at) = arguments.iter().position(|argument| argument == "--quality") else {
        return Ok(VOICE_QUALITY);
    };
    ensure!(at + 1 < arguments.len(), USAGE);
    let quality = arguments.remove(at + 1).parse().context(USAGE)?;
    arguments.remove(at);
    Ok(quality)
}

fn landmarks(table: &Path, folders: &[PathBuf]) -> Result<()> {
    let paths = pictures(folders)?;
    let pairs = all_pairs(&paths)?;
    let directions = directions::learn(&pairs);
    let chosen = choose::choose(&pairs, &directions);
    eprintln!("{} pairs of {} pictures; {}", pairs.len(), paths.len(), chosen.summary());
    fs::write(table, table::source(&chosen, pairs.len(), paths.len()))?;
    Ok(())
}

/// Puts the sums of a table that was learned before into the order that suits a search.
fn order(table: &Path, folders: &[PathBuf]) -> Result<()> {
    let source = fs::read_to_string(table).with_context(|| table.display().to_string())?;
    let pairs = all_pairs(&pictures(folders)?)?;
    let order = choose::order_of(&table::weights(&source)?, &pairs);
    fs::write(table, table::in_order(&source, &order)?)?;
    Ok(())
}

fn all_pairs(paths: &[PathBuf]) -> Result<Vec<Pair>> {
    let mut random = Random::new(77);
    let mut pairs = Vec::new();
    for path in paths {
        let plane = read(path)?;
        pairs.extend(pairs::of_picture(&plane, EDITS, &mut random));
    }
    Ok(pairs)
}

fn pictures(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if matches!(extension.to_ascii_lowercase().as_str(), "jpg" | "jpeg" | "png") {
                paths.push(path);
            }
        }
    }
    ensure!(!paths.is_empty(), "no JPEG or PNG in the folders given");
    paths.sort();
    let step = paths.len().div_ceil(PICTURES).max(1);
    Ok(paths.into_iter().step_by(step).collect())
}

fn read(path: &Path) -> Result<Plane> {
    let picture = image::open(path).with_context(|| path.display().to_string())?.to_rgb8();
    let luma = picture.pixels().map(|pixel| {
        let [r, g, b] = pixel.0.map(u32::from);
        (299 * r + 587 * g + 114 * b) as f32 / 1000.0
    });
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Ok(Plane::new(width, height, luma.collect())?)
}

/// The numbers of a patch in a row, of the length 1: a code does not see the contrast.
fn numbers(patch: &Patch) -> [f32; NUMBERS] {
    let mut numbers = [0.0; NUMBERS];
    for (to, parts) in numbers.chunks_exact_mut(4).zip(patch) {
        to.copy_from_slice(&parts.0);
    }
    // The middle's brightness was taken away already; now the mean is.
    let evens = numbers.iter().step_by(4).sum::<f32>() / ORBITS as f32;
    numbers.iter_mut().step_by(4).for_each(|even| *even -= evens);
    let length = numbers.iter().map(|v| v * v).sum::<f32>().sqrt() + 1e-3;
    numbers.map(|v| v / length)
}
