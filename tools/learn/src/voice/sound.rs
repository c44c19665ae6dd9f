//! Sounds that are made: noise, babble, rooms, music, tones, and their mixing.

use super::recording::Recording;
use crate::random::Random;
use athar_hash::voice::RATE_HZ;
use std::f64::consts::TAU;

const RATE: f64 = RATE_HZ as f64;

/// The part of a second in samples.
pub fn seconds(seconds: f64) -> usize {
    (seconds * RATE) as usize
}

pub fn noise(len: usize, random: &mut Random) -> Vec<f32> {
    (0..len).map(|_| random.normal() as f32).collect()
}

/// Four others who talk at once.
pub fn babble(len: usize, others: &[&Recording], random: &mut Random) -> Vec<f32> {
    let mut sum = vec![0.0; len];
    for _ in 0..4 {
        let other = &others[random.bits() as usize % others.len()].samples;
        let (start, share) = (random.bits() as usize % other.len(), 1.0 / strength(other));
        let voice = other.iter().cycle().skip(start);
        sum.iter_mut().zip(voice).for_each(|(sum, sample)| *sum += share * sample);
    }
    sum
}

/// `samples` with `other` at so many decibels below it.
pub fn mixed(samples: &[f32], other: &[f32], below_db: f64) -> Vec<f32> {
    let share = strength(samples) / strength(other) * 10f64.powf(-below_db / 20.0) as f32;
    samples.iter().zip(other).map(|(sample, other)| sample + share * other).collect()
}

fn strength(samples: &[f32]) -> f32 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / samples.len().max(1) as f64 + 1e-20).sqrt() as f32
}

/// In a room whose echo falls by 60 dB in `fall_s`, and is `direct_db` weaker than the voice.
pub fn in_room(samples: &[f32], fall_s: f64, direct_db: f64, random: &mut Random) -> Vec<f32> {
    let late = |k: usize| 10f64.powf(-3.0 * k as f64 / RATE / fall_s);
    let mut echo: Vec<f64> =
        (0..seconds(1.2 * fall_s)).map(|k| random.normal() * late(k)).collect();
    echo[..seconds(0.002)].fill(0.0);
    let energy: f64 = echo.iter().map(|e| e * e).sum();
    let share = (10f64.powf(-direct_db / 10.0) / energy).sqrt();
    let echo: Vec<f32> = echo.iter().map(|e| (e * share) as f32).collect();
    let mut sum = samples.to_vec();
    for (at, sample) in samples.iter().enumerate() {
        let to = sum[at..].iter_mut();
        to.zip(&echo).for_each(|(sum, echo)| *sum += sample * echo);
    }
    sum
}

/// Chords, a melody and a beat.
pub fn music(len: usize, random: &mut Random) -> Vec<f32> {
    let mut sum = vec![0.0f32; len];
    let beat = seconds(random.within(0.2, 0.4));
    for (count, start) in (0..len).step_by(beat).enumerate() {
        if count % 4 == 0 {
            let root = random.bits() as usize % 7;
            (0..2).for_each(|k| note(&mut sum[start..], root + 2 * k, 4 * beat));
        }
        note(&mut sum[start..], 7 + random.bits() as usize % 7, beat);
        if count % 2 == 0 {
            let hit = sum[start..].iter_mut().take(seconds(0.05)).enumerate();
            hit.for_each(|(k, sum)| *sum += (2.0 * random.normal() * fading(k, 0.01)) as f32);
        }
    }
    sum
}

/// A plucked string, by its step in the major scale of A.
fn note(to: &mut [f32], step: usize, len: usize) {
    const STEPS: [f64; 7] = [0.0, 2.0, 4.0, 5.0, 7.0, 9.0, 11.0];
    let tone_hz = 220.0 * 2f64.powf((STEPS[step % 7] + 12.0 * (step / 7) as f64) / 12.0);
    for (k, sum) in to.iter_mut().take(len).enumerate() {
        let turn = TAU * tone_hz * k as f64 / RATE;
        let wave: f64 = (1..=5).map(|n| (turn * f64::from(n)).sin() / f64::from(n)).sum();
        *sum += (wave * fading(k, 0.3)) as f32;
    }
}

fn fading(sample: usize, time_s: f64) -> f64 {
    (-(sample as f64) / RATE / time_s).exp()
}

/// Tones of these frequencies, together, on and off for so many seconds.
pub fn tones(tones_hz: &[f64], (on_s, off_s): (f64, f64), len: usize) -> Vec<f32> {
    let sound = |k: usize| {
        let at_s = k as f64 / RATE;
        let on = at_s % (on_s + off_s) < on_s;
        let sum: f64 = tones_hz.iter().map(|tone_hz| (TAU * tone_hz * at_s).sin()).sum();
        if on { (0.3 * sum) as f32 } else { 0.0 }
    };
    (0..len).map(sound).collect()
}

/// Numbers dialled, a tenth of a second each with as much silence after it.
pub fn dialled(len: usize, random: &mut Random) -> Vec<f32> {
    const ROWS_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
    const COLUMNS_HZ: [f64; 3] = [1209.0, 1336.0, 1477.0];
    let mut sum = Vec::new();
    while sum.len() < len {
        let row = ROWS_HZ[random.bits() as usize % 4];
        let column = COLUMNS_HZ[random.bits() as usize % 3];
        sum.extend(tones(&[row, column], (0.1, 0.1), seconds(0.2)));
    }
    sum.truncate(len);
    sum
}

pub fn clipped(samples: &[f32], part: f32) -> Vec<f32> {
    let loudest = samples.iter().fold(0.0f32, |most, sample| most.max(sample.abs()));
    samples.iter().map(|sample| sample.clamp(-part * loudest, part * loudest)).collect()
}
