//! How the bands of a window rise and fall: each as its first slow waves, and what of that is
//! more than silence, a tone or a bell.

use super::bands::{BANDS, Bands};
use super::spectrum::cosine;

/// Frames of a window.
pub(super) const FRAMES: usize = 86;

/// Waves that a band's course is written in: half a turn over the window, a whole one, one and a
/// half, ... up to about five a second.
pub(super) const WAVES: usize = 20;

/// By wave, by band: how much of the wave the band's course has. All is relative to the band's
/// mean, so no volume, telephone or room colours it.
pub type Modulation = [[f32; BANDS]; WAVES];

/// The waves: the discrete cosine transform (II) without its constant, by wave, by frame of the
/// window's first half. Even waves mirror at the middle, odd ones turn over there.
pub(super) struct Waves([[f32; FRAMES / 2]; WAVES]);

impl Waves {
    pub(super) fn new() -> Self {
        let scale = f64::sqrt(2.0 / FRAMES as f64);
        Self(std::array::from_fn(|wave| {
            std::array::from_fn(|frame| {
                let turns = (wave + 1) * (2 * frame + 1) % (4 * FRAMES);
                (scale * cosine(turns, 4 * FRAMES)) as f32
            })
        }))
    }

    /// Of a window's onsets.
    pub(super) fn modulation(&self, onsets: &[Bands; FRAMES]) -> Modulation {
        let heights = heights(onsets);
        let (mut sums, mut changes) = ([[0.0; BANDS]; FRAMES / 2], [[0.0; BANDS]; FRAMES / 2]);
        for frame in 0..FRAMES / 2 {
            for band in 0..BANDS {
                let (early, late) = (heights[frame][band], heights[FRAMES - 1 - frame][band]);
                sums[frame][band] = early + late;
                changes[frame][band] = early - late;
            }
        }
        std::array::from_fn(|wave| {
            // The first wave, wave 0, is half a turn: it turns over at the middle.
            let folded = if wave % 2 == 0 { &changes } else { &sums };
            weighted(&self.0[wave], folded)
        })
    }
}

/// The roots of the onsets, each band's mean square 1: loud moments shall not outweigh all else.
fn heights(onsets: &[Bands; FRAMES]) -> [Bands; FRAMES] {
    let mut sums = [0.0; BANDS];
    for frame in onsets {
        (0..BANDS).for_each(|band| sums[band] += frame[band]);
    }
    let scales = sums.map(|sum| FRAMES as f32 / sum);
    onsets.map(|frame| std::array::from_fn(|band| (frame[band] * scales[band]).sqrt()))
}

fn weighted(weights: &[f32; FRAMES / 2], frames: &[Bands; FRAMES / 2]) -> Bands {
    let mut sums = [0.0; BANDS];
    for (weight, frame) in weights.iter().zip(frames) {
        (0..BANDS).for_each(|band| sums[band] += weight * frame[band]);
    }
    sums
}

/// How much a window tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Telling {
    /// The part of the bands' strength that rises and falls in slow waves, 0 to 1.
    pub depth: f32,
    /// How much of it is in the third of the courses that the bands go independently of each
    /// other (the third eigenvalue of their covariance), 0 to 1. A tone or a cut from silence to
    /// sound is one course; a bell, a busy line or a dial are two, on and off; noise is a little
    /// of each of many. Speech has more in the third than any of them.
    pub third: f32,
}

type Square = [[f32; BANDS]; BANDS];

/// Of a window's modulation.
pub fn telling(modulation: &Modulation) -> Telling {
    let mut products = [[0.0; BANDS]; BANDS];
    for wave in modulation {
        for (row, a) in products.iter_mut().zip(wave) {
            row.iter_mut().zip(wave).for_each(|(sum, b)| *sum += a * b);
        }
    }
    let all = (FRAMES * BANDS) as f32;
    let depth = (0..BANDS).map(|band| products[band][band]).sum::<f32>() / all;
    let (_, first) = strongest(&products);
    let rest = without(&products, &first);
    let (_, second) = strongest(&rest);
    let (third, _) = strongest(&without(&rest, &second));
    Telling { depth, third: third / all }
}

/// The largest eigenvalue of a covariance and its vector, nearly, by powers.
fn strongest(square: &Square) -> (f32, Bands) {
    const POWERS: usize = 8;
    let most = (0..BANDS).max_by(|&a, &b| square[a][a].total_cmp(&square[b][b])).unwrap_or(0);
    let mut vector = unit(&square[most]);
    let mut value = 0.0;
    for _ in 0..POWERS {
        let next = times(square, &vector);
        value = dot(&next, &vector);
        vector = unit(&next);
    }
    (value, vector)
}

/// What is left of a covariance at right angles to a vector of the length 1.
fn without(square: &Square, vector: &Bands) -> Square {
    let along = times(square, vector);
    let twice = dot(&along, vector);
    std::array::from_fn(|a| {
        std::array::from_fn(|b| {
            let crossed = along[a] * vector[b] + vector[a] * along[b];
            square[a][b] - crossed + twice * vector[a] * vector[b]
        })
    })
}

fn times(square: &Square, vector: &Bands) -> Bands {
    let mut sums = [0.0; BANDS];
    for (row, value) in square.iter().zip(vector) {
        sums.iter_mut().zip(row).for_each(|(sum, v)| *sum += v * value);
    }
    sums
}

fn unit(vector: &Bands) -> Bands {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 { vector.map(|v| v / length) } else { *vector }
}

fn dot(a: &Bands, b: &Bands) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_are_those_of_the_plain_sum() {
        let onsets: [Bands; FRAMES] = std::array::from_fn(|frame| {
            std::array::from_fn(|band| ((frame * (band + 3) * 7 + band * band) % 31) as f32 + 0.5)
        });
        let modulation = Waves::new().modulation(&onsets);
        for (wave, bands) in modulation.iter().enumerate() {
            for (band, found) in bands.iter().enumerate() {
                let mean = onsets.iter().map(|f| f64::from(f[band])).sum::<f64>() / FRAMES as f64;
                let term = |(frame, bands): (usize, &Bands)| {
                    let turn = std::f64::consts::PI * (wave + 1) as f64 * (frame as f64 + 0.5);
                    (f64::from(bands[band]) / mean).sqrt() * (turn / FRAMES as f64).cos()
                };
                let sum: f64 = onsets.iter().enumerate().map(term).sum();
                let expected = sum * (2.0 / FRAMES as f64).sqrt();
                assert!((f64::from(*found) - expected).abs() < 1e-4, "wave {wave}, band {band}");
            }
        }
    }

    #[test]
    fn what_does_not_move_tells_nothing_and_what_goes_on_and_off_has_no_third_course() {
        let flat = Waves::new().modulation(&[[0.3; BANDS]; FRAMES]);
        assert!(telling(&flat).depth < 1e-9);
        let on_and_off: [Bands; FRAMES] = std::array::from_fn(|frame| {
            let on = if frame % 40 < 17 { 1.0 } else { 0.01 };
            std::array::from_fn(|band| if band < 4 { on } else { 1.1 - on })
        });
        let found = telling(&Waves::new().modulation(&on_and_off));
        assert!(found.depth > 0.1 && found.third.abs() < 1e-6, "{found:?}");
        let silent = telling(&[[0.0; BANDS]; WAVES]);
        assert_eq!((silent.depth, silent.third), (0.0, 0.0));
    }

    #[test]
    fn the_third_course_is_as_strong_as_it_was_made() {
        // Three waves that only some bands have, at right angles to each other.
        let mut modulation = [[0.0; BANDS]; WAVES];
        for (at, strength) in [5.0, 3.0, 2.0].into_iter().enumerate() {
            (0..4).for_each(|band| modulation[3 * at + 1][4 * at + band] = strength);
        }
        let (found, expected) = (telling(&modulation), 4.0 * 4.0 / (FRAMES * BANDS) as f32);
        assert!((found.third - expected).abs() < 1e-5, "{found:?}");
    }
}
