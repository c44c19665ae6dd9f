//! How far apart the codes of what has nothing in common are: other recordings, silence, noise,
//! tones, bells, dialling and music.

use super::measure::{Coded, RADIUS_BITS, Scheme, rounded};
use super::recording::Recording;
use super::sound::{dialled, mixed, music, noise, seconds, tones};
use crate::random::Random;
use anyhow::Result;
use athar_hash::voice::Pace;
use serde_json::{Value, json};

/// Distances up to which pairs are counted.
const UP_TO: [u16; 6] = [24, 31, 40, 48, 56, 66];

/// Every frame a window, for as many pairs as there can be.
const DENSE: Pace = Pace { frames: 1 };

/// Seconds of each sound.
const LENGTH_S: f64 = 30.0;

/// Voices that make the same sound on their own lines.
const LINES: usize = 4;

pub fn rows(scheme: Scheme, recordings: &[Recording], quality: u8) -> Result<Vec<Value>> {
    let speech: Vec<Vec<Coded>> = recordings
        .iter()
        .map(|recording| scheme.codes(&recording.samples, DENSE))
        .collect::<Result<_>>()?;
    let mut rows = vec![of_speech(scheme, &speech, 0), of_speech(scheme, &speech, quality)];
    for kind in KINDS {
        let lines: Vec<Vec<Coded>> = (0..LINES)
            .map(|line| scheme.codes(&line_of(kind, line), DENSE))
            .collect::<Result<_>>()?;
        rows.push(of_kind(scheme, (kind, &lines), &speech, quality));
    }
    Ok(rows)
}

/// Distances of all pairs of two sets.
struct Distances([u64; 257]);

impl Distances {
    fn none() -> Self {
        Self([0; 257])
    }

    fn add(&mut self, some: &[Coded], others: &[Coded], quality: u8) {
        let votes = |coded: &&Coded| coded.quality >= quality;
        for a in some.iter().filter(votes) {
            for b in others.iter().filter(votes) {
                self.0[usize::from(a.code.distance(&b.code).bits())] += 1;
            }
        }
    }

    /// Of every set with every later one.
    fn among(sets: &[Vec<Coded>], quality: u8) -> Self {
        let mut distances = Self::none();
        for (at, some) in sets.iter().enumerate() {
            sets[at + 1..].iter().for_each(|others| distances.add(some, others, quality));
        }
        distances
    }

    fn pairs(&self) -> u64 {
        self.0.iter().sum()
    }

    fn smallest(&self) -> Option<usize> {
        self.0.iter().position(|count| *count > 0)
    }

    fn up_to(&self, bits: u16) -> u64 {
        self.0[..=usize::from(bits)].iter().sum()
    }
}

fn of_speech(scheme: Scheme, speech: &[Vec<Coded>], quality: u8) -> Value {
    let distances = Distances::among(speech, quality);
    let mut qualities: Vec<u8> = speech.iter().flatten().map(|coded| coded.quality).collect();
    qualities.sort_unstable();
    let part = |hundredth: usize| qualities.get(qualities.len() * hundredth / 100);
    let mut row = json!({
        "measure": "strangers", "scheme": scheme.name(), "quality_from": quality,
        "pairs": distances.pairs(), "smallest": distances.smallest(),
        "quality_1_5_25_50_75": [part(1), part(5), part(25), part(50), part(75)],
    });
    for bits in UP_TO {
        row[format!("up_to_{bits}")] = distances.up_to(bits).into();
    }
    row
}

const KINDS: [&str; 11] = [
    "silence",
    "hiss",
    "noise",
    "tone",
    "dial-tone",
    "ring-europe",
    "ring-america",
    "busy",
    "dialled",
    "chord",
    "music",
];

/// The same sound as another line has it: begun at another time, with its own noise 40 dB below.
fn line_of(kind: &str, line: usize) -> Vec<f32> {
    let mut random = Random::new(7000 + line as u64);
    let len = seconds(LENGTH_S);
    let late = seconds(random.within(0.0, 5.0));
    let sound = match kind {
        "silence" => return vec![0.0; len],
        "hiss" => return noise(len, &mut random).iter().map(|v| 3e-5 * v).collect(),
        "noise" => return noise(len, &mut random).iter().map(|v| 0.1 * v).collect(),
        "tone" => tones(&[440.0], (1.0, 0.0), len + late),
        "dial-tone" => tones(&[350.0, 440.0], (1.0, 0.0), len + late),
        "ring-europe" => tones(&[425.0], (1.0, 4.0), len + late),
        "ring-america" => tones(&[440.0, 480.0], (2.0, 4.0), len + late),
        "busy" => tones(&[480.0, 620.0], (0.5, 0.5), len + late),
        "dialled" => dialled(len + late, &mut random),
        "chord" => tones(&[440.0, 554.4, 659.3, 880.0], (1.0, 0.0), len + late),
        _ => music(len + late, &mut random),
    };
    mixed(&sound[late..], &noise(len, &mut random), 40.0)
}

fn of_kind(
    scheme: Scheme,
    (kind, lines): (&str, &[Vec<Coded>]),
    speech: &[Vec<Coded>],
    quality: u8,
) -> Value {
    let with_speech = |quality: u8| {
        let mut distances = Distances::none();
        let lines = lines.iter().flat_map(|line| speech.iter().map(move |speech| (line, speech)));
        lines.for_each(|(line, speech)| distances.add(line, speech, quality));
        distances
    };
    let windows: usize = lines.iter().map(Vec::len).sum();
    let voting = lines.iter().flatten().filter(|coded| coded.quality >= quality).count();
    let best = lines.iter().flatten().map(|coded| coded.quality).max();
    let (among, voting_among) = (Distances::among(lines, 0), Distances::among(lines, quality));
    let share = |d: &Distances| rounded(d.up_to(RADIUS_BITS) as f64 / d.pairs().max(1) as f64);
    let (speech, voting_speech) = (with_speech(0), with_speech(quality));
    json!({
        "measure": "sounds", "kind": kind, "scheme": scheme.name(), "windows": windows,
        "voting": voting, "quality_most": best,
        "alike_all": share(&among), "alike_voting": voting_among.up_to(RADIUS_BITS),
        "speech_smallest": speech.smallest(), "speech_up_to_31": speech.up_to(RADIUS_BITS),
        "speech_voting_up_to_31": voting_speech.up_to(RADIUS_BITS),
    })
}
