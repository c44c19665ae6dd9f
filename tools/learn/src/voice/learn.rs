//! Directions in which strangers' windows differ much and edits change little (Fisher's linear
//! discriminant, with a window as a class), and their mixture into signs.

use super::edits::{self, Edited};
use super::{halves, others};
use crate::random::Random;
use crate::spectrum::{Matrix, dot};
use anyhow::{Result, ensure};
use athar_hash::voice::{DIRECTIONS, Modulation, NUMBERS, Pace, VoiceWindow, voice_windows};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Pairs taken from each edited recording.
const PAIRS: usize = 12;

/// How far apart the windows of a pair may be: half of what lies between two that are asked.
const APART_MS: f64 = 24.0;

/// A part of the variance within classes is added to every number's: edits that nobody thought of.
const RIDGE: f64 = 0.1;

/// Signs of a code.
const SIGNS: usize = 256;

/// The largest weight in a table.
const WHOLE: f64 = 9999.0;

/// One moment of a recording, and of its edit.
struct Pair {
    before: Vec<f64>,
    after: Vec<f64>,
}

/// Writes the table anew.
///
/// # Errors
/// Folders that cannot be read, ffmpeg's, or too little to learn from.
pub fn learn(table: &Path, folders: &[PathBuf]) -> Result<String> {
    let (recordings, _) = halves(folders)?;
    let mut random = Random::new(42);
    let mut pairs = Vec::new();
    for (at, recording) in recordings.iter().enumerate() {
        let windows = voice_windows(&recording.samples, Pace { frames: 1 });
        for edit in edits::for_learning(&mut random) {
            let edited = edit.apply(recording, &others(&recordings, at), &mut random)?;
            of_edit(&windows, &edited, &mut random, &mut pairs);
        }
    }
    ensure!(pairs.len() > 10 * NUMBERS, "{} pairs are too few to learn from", pairs.len());
    let directions = directions(&pairs);
    let from = format!("{} pairs of windows of {} recordings", pairs.len(), recordings.len());
    fs::write(table, source(&directions, &mixture(&directions, &mut random), &from))?;
    Ok(from)
}

fn of_edit(windows: &[VoiceWindow], edited: &Edited, random: &mut Random, pairs: &mut Vec<Pair>) {
    let after = voice_windows(&edited.samples, Pace::ASKED);
    for _ in 0..PAIRS.min(after.len()) {
        let window = &after[random.bits() as usize % after.len()];
        let at_ms = (f64::from(window.at_ms) - 1000.0 * edited.start_s) * edited.speed;
        let wanted_ms = at_ms + random.within(-APART_MS, APART_MS);
        let off = |before: &&VoiceWindow| (f64::from(before.at_ms) - wanted_ms).abs();
        let nearest = windows.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        if let Some(before) = nearest.filter(|before| off(before) < APART_MS) {
            pairs.push(Pair {
                before: numbers(&before.modulation),
                after: numbers(&window.modulation),
            });
        }
    }
}

/// In a row, of the length 1: a code does not see how much there is of them.
fn numbers(modulation: &Modulation) -> Vec<f64> {
    let numbers: Vec<f64> = modulation.iter().flatten().map(|v| f64::from(*v)).collect();
    let length = dot(&numbers, &numbers).sqrt() + 1e-9;
    numbers.iter().map(|v| v / length).collect()
}

struct Direction {
    /// By number, so that the sums of strangers have the deviation 1.
    weights: Vec<f64>,
    /// How much more strangers vary than edits.
    ratio: f64,
}

/// Best first.
fn directions(pairs: &[Pair]) -> Vec<Direction> {
    let share = 0.5 / pairs.len() as f64;
    let (mut total, mut within) = (Matrix::zero(NUMBERS), Matrix::zero(NUMBERS));
    for pair in pairs {
        total.add_square(&pair.before, share);
        total.add_square(&pair.after, share);
        let change: Vec<f64> = pair.before.iter().zip(&pair.after).map(|(a, b)| a - b).collect();
        within.add_square(&change, share);
    }
    let ridge = RIDGE * (0..NUMBERS).map(|k| within.at(k, k)).sum::<f64>() / NUMBERS as f64;
    (0..NUMBERS).for_each(|k| *within.at_mut(k, k) += ridge);
    let axes = within.spectrum();
    let whiten: Vec<Vec<f64>> =
        axes.iter().map(|(v, axis)| axis.iter().map(|a| a / v.sqrt()).collect()).collect();
    let of = |(ratio, vector): (f64, Vec<f64>)| {
        let weight = |k: usize| vector.iter().zip(&whiten).map(|(v, row)| v * row[k]).sum::<f64>();
        Direction { weights: (0..NUMBERS).map(|k| weight(k) / ratio.sqrt()).collect(), ratio }
    };
    total.between(&whiten).spectrum().into_iter().take(DIRECTIONS).map(of).collect()
}

/// By direction, by sign. Random, in blocks at right angles, which measure the angle between two
/// windows better than free ones (Ji et al., "Super-bit locality-sensitive hashing", 2012); of
/// better directions there is more in every sign.
fn mixture(directions: &[Direction], random: &mut Random) -> Vec<Vec<f64>> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    while columns.len() < SIGNS {
        let mut block: Vec<Vec<f64>> = Vec::new();
        while block.len() < DIRECTIONS {
            let mut column: Vec<f64> = (0..DIRECTIONS).map(|_| random.normal()).collect();
            for other in &block {
                let along = dot(&column, other);
                column.iter_mut().zip(other).for_each(|(v, other)| *v -= along * other);
            }
            let length = dot(&column, &column).sqrt();
            block.push(column.iter().map(|v| v / length).collect());
        }
        columns.extend(block);
    }
    let best = directions.first().map_or(1.0, |direction| direction.ratio);
    let share = |ratio: f64| ((ratio - 1.0) / (best - 1.0)).max(0.0).powf(0.25);
    let row = |(at, direction): (usize, &Direction)| {
        let share = share(direction.ratio) * largest(&direction.weights);
        columns.iter().take(SIGNS).map(|column| share * column[at]).collect()
    };
    directions.iter().enumerate().map(row).collect()
}

fn largest(weights: &[f64]) -> f64 {
    weights.iter().fold(0.0, |most, weight| most.max(weight.abs()))
}

fn source(directions: &[Direction], mixture: &[Vec<f64>], from: &str) -> String {
    let ratios = [0, DIRECTIONS - 1].map(|k| directions.get(k).map_or(0.0, |d| d.ratio));
    let mut text = format!(
        "//! The learned weights of the code. Generated: `cargo xtask learn-voice` writes it anew.\n\
         //!\n\
         //! From {from}:\n\
         //! strangers vary {:.0} times as much as copies along the first direction, {:.0} along the last.\n\n\
         use super::code::{{DIRECTIONS as COUNT, NUMBERS}};\n\
         use athar_kernel::Code;\n\n\
         /// By number of the modulation, wave by wave; by direction.\n\
         #[rustfmt::skip]\n\
         pub(super) static DIRECTIONS: [[i16; COUNT]; NUMBERS] = [\n",
        ratios[0], ratios[1]
    );
    for number in 0..NUMBERS {
        let whole = |d: &Direction| d.weights[number] / largest(&d.weights) * WHOLE;
        row(&mut text, directions.iter().map(whole));
    }
    text.push_str(
        "];\n\n\
         /// By direction; by sign of the code.\n\
         #[rustfmt::skip]\n\
         pub(super) static MIXTURE: [[i16; Code::BITS]; COUNT] = [\n",
    );
    let most = mixture.iter().map(|row| largest(row)).fold(0.0, f64::max);
    for weights in mixture {
        row(&mut text, weights.iter().map(|weight| weight / most * WHOLE));
    }
    text.push_str("];\n");
    text
}

fn row(text: &mut String, weights: impl Iterator<Item = f64>) {
    text.push_str("    [");
    for (at, weight) in weights.enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{}", if at == 0 { "" } else { "," }, weight.round() as i16);
    }
    text.push_str("],\n");
}
