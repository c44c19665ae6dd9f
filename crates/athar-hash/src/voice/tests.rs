//! What someone who looks for a voice notices.

use super::spectrum::cosine;
use super::*;
use athar_kernel::Distance;
use std::fmt::Write as _;

const RADIUS_BITS: u16 = 31;

/// Half a second in samples.
const HALF: usize = RATE_HZ as usize / 2;

struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % most
    }

    /// -1.0 to 1.0.
    fn sample(&mut self) -> f32 {
        self.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0
    }
}

/// Somebody who says syllables of no language: pulses through three resonances that jump, in
/// arithmetic that gives the same samples everywhere.
fn speech(seed: u64, len: usize) -> Vec<f32> {
    let mut random = Random(seed);
    let mut samples = Vec::new();
    while samples.len() < len {
        let length = HALF / 5 + random.below(HALF / 3);
        if random.below(6) == 0 {
            samples.resize(samples.len() + length, 0.0);
            continue;
        }
        // In 1024ths of the rate: 300 to 800, 900 to 2000, 2100 to 3300 Hz.
        let formants = [28 + random.below(46), 84 + random.below(102), 195 + random.below(111)];
        let hissing = random.below(4) == 0;
        let period = 60 + random.below(50);
        samples.extend(syllable(length, formants, period, hissing, &mut random));
    }
    samples.truncate(len);
    samples
}

fn syllable(
    length: usize,
    formants: [usize; 3],
    period: usize,
    hissing: bool,
    random: &mut Random,
) -> Vec<f32> {
    let turns = formants.map(|formant| 2.0 * 0.97 * cosine(formant, 1024) as f32);
    let mut last = [[0.0f32; 2]; 3];
    let said = |at: usize| {
        let pulse = if at.is_multiple_of(period) { 1.0 } else { 0.0 };
        let source = if hissing { 0.2 * random.sample() } else { pulse };
        let mut sum = 0.0;
        for ((last, turn), loud) in last.iter_mut().zip(&turns).zip([1.0, 0.6, 0.3]) {
            let next = source + turn * last[0] - 0.97 * 0.97 * last[1];
            *last = [next, last[0]];
            sum += loud * next;
        }
        let rising = (at.min(length - at) as f32 / 400.0).min(1.0);
        0.05 * rising * sum
    };
    (0..length).map(said).collect()
}

fn stored(samples: &[f32]) -> Vec<VoiceCode> {
    voice_codes(samples, Pace::STORED)
}

fn asked(samples: &[f32]) -> Vec<VoiceCode> {
    voice_codes(samples, Pace::ASKED)
}

/// The part of the stored windows that have an asked one within the radius at the right time.
fn found(stored: &[VoiceCode], asked: &[VoiceCode], later_ms: i64) -> f64 {
    let has = |stored: &&VoiceCode| {
        asked.iter().any(|asked| {
            let off_ms = i64::from(asked.at_ms) - i64::from(stored.at_ms) - later_ms;
            off_ms.abs() < 40 && stored.code.distance(&asked.code).bits() <= RADIUS_BITS
        })
    };
    stored.iter().filter(has).count() as f64 / stored.len() as f64
}

fn with_noise(samples: &[f32], part: f32) -> Vec<f32> {
    let mut random = Random(99);
    let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32;
    // The samples of `Random` have a third of the power of the largest.
    let loud = part * (3.0 * power).sqrt();
    samples.iter().map(|sample| sample + loud * random.sample()).collect()
}

fn median_quality(samples: &[f32]) -> u8 {
    let mut qualities: Vec<u8> = stored(samples).iter().map(|code| code.quality).collect();
    qualities.sort_unstable();
    qualities[qualities.len() / 2]
}

fn best_quality(samples: &[f32]) -> u8 {
    let codes = voice_codes(samples, Pace { frames: 1 });
    codes.iter().map(|code| code.quality).max().unwrap_or(0)
}

#[test]
fn the_codes_of_version_1_are_these() {
    let mut text = String::new();
    for code in stored(&speech(1, 6 * HALF)) {
        writeln!(text, "{} {} {}", code.at_ms, code.quality, code.code.to_hex()).unwrap();
    }
    assert_eq!((VERSION, text.as_str()), (1, include_str!("golden_v1.txt")));
}

#[test]
fn pieces_give_what_the_whole_gives() {
    let samples = speech(2, 7 * HALF);
    let whole = asked(&samples);
    for piece in [1, 255, 256, 1023, 1025, 30_000] {
        let mut listener = VoiceListener::new(Pace::ASKED);
        let mut codes: Vec<VoiceCode> = Vec::new();
        for piece in samples.chunks(piece) {
            codes.extend(listener.hear(piece));
            assert!(listener.frame.len() < FRAME && listener.onsets.len() <= FRAMES);
        }
        assert_eq!(codes, whole);
    }
}

#[test]
fn times_are_the_middles_of_windows_at_the_pace_asked_for() {
    let samples = speech(3, 8 * HALF);
    let every = voice_codes(&samples, Pace { frames: 1 });
    assert_eq!(every[0].at_ms, 1033);
    assert_eq!(every.len(), (samples.len() - WINDOW) / HOP + 1);
    let fifth: Vec<VoiceCode> = every.iter().copied().step_by(5).collect();
    assert_eq!(stored(&samples), fifth);
    assert_eq!(voice_codes(&samples, Pace { frames: 0 }), every);
}

#[test]
fn what_begins_later_has_the_same_codes_later() {
    let samples = speech(4, 12 * HALF);
    let whole = stored(&samples);
    // A multiple of what lies between two stored codes: the same windows. The onsets of the first
    // follow what was before them, which the cut took away.
    let cut = stored(&samples[20 * HOP..]);
    for (code, same) in cut.iter().skip(3).zip(&whole[4 + 3..]) {
        assert!(code.code.distance(&same.code).bits() <= 1);
        assert!(same.at_ms.abs_diff(code.at_ms + 464) <= 1);
    }
    let cut = asked(&samples[7777..]);
    assert!(found(&whole[8..], &cut, -705) > 0.99);
}

#[test]
fn what_is_quieter_dull_or_noisy_is_found() {
    let samples = speech(5, 20 * HALF);
    let whole = stored(&samples);
    let quiet: Vec<f32> = samples.iter().map(|sample| 0.05 * sample).collect();
    assert!(found(&whole, &asked(&quiet), 0) > 0.99);
    let mut last = 0.0;
    let dull = samples.iter().map(|sample| {
        last += 0.3 * (sample - last);
        last
    });
    assert!(found(&whole, &asked(&dull.collect::<Vec<f32>>()), 0) > 0.99);
    assert!(found(&whole, &asked(&with_noise(&samples, 0.1)), 0) > 0.9);
    assert!(found(&whole, &asked(&with_noise(&samples, 0.3)), 0) > 0.5);
}

#[test]
fn an_echo_is_no_other_voice() {
    let samples = speech(6, 20 * HALF);
    let mut random = Random(7);
    let echo: Vec<(usize, f32)> = (0..60)
        .map(|k| (100 + 40 * k + random.below(40), 0.05 * random.sample().signum()))
        .collect();
    let heard = |at: usize| {
        let late = |&(late, loud): &(usize, f32)| match at.checked_sub(late) {
            Some(before) => loud * samples[before],
            None => 0.0,
        };
        samples[at] + echo.iter().map(late).sum::<f32>()
    };
    let room: Vec<f32> = (0..samples.len()).map(heard).collect();
    let part = found(&stored(&samples), &asked(&room), 0);
    assert!(part > 0.8, "{part}");
}

#[test]
fn other_words_are_far() {
    let (one, other) = (stored(&speech(8, 40 * HALF)), stored(&speech(9, 40 * HALF)));
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| a.code.distance(&b.code)));
    assert!(pairs.map(Distance::bits).min() > Some(RADIUS_BITS + 5));
}

#[test]
fn silence_tones_and_bells_are_of_low_quality() {
    let speech = median_quality(&speech(10, 20 * HALF));
    assert!(speech > 60, "{speech}");
    let len = 20 * HALF;
    let mut random = Random(11);
    let hiss: Vec<f32> = (0..len).map(|_| 1e-4 * random.sample()).collect();
    assert_eq!(best_quality(&vec![0.0; len]), 0);
    assert!(best_quality(&hiss) < 5);
    // In 1024ths of the rate, 10.8 Hz; on and off in frames of 23 ms. A tone, a dial tone, a bell
    // and a busy line.
    let sounds = [([41, 41], 1, 0), ([33, 41], 1, 0), ([39, 39], 43, 172), ([45, 58], 22, 22)];
    for (tones, on, off) in sounds {
        let mut sound: Vec<f32> = (0..len)
            .map(|k| {
                let is_on = k / HOP % (on + off) < on;
                let sum: f64 = tones.iter().map(|tone| cosine(k * tone % 1024, 1024)).sum();
                if is_on { 0.2 * sum as f32 } else { 0.0 }
            })
            .collect();
        assert!(best_quality(&sound) < speech / 3, "{tones:?} {on} {off}");
        sound = with_noise(&sound, 0.01);
        assert!(best_quality(&sound) < speech / 3, "{tones:?} {on} {off} and noise");
    }
}

#[test]
fn nothing_that_is_no_sound_does_harm() {
    for len in [0, 1, FRAME, WINDOW - 1] {
        assert_eq!(stored(&vec![0.5; len]), []);
    }
    assert_eq!(stored(&vec![0.5; WINDOW]).len(), 1);
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE] {
        assert!(best_quality(&vec![odd; 2 * WINDOW]) < 5);
        let mut samples = speech(12, 4 * WINDOW);
        let before = stored(&samples);
        samples[3 * WINDOW..].iter_mut().step_by(3).for_each(|sample| *sample = odd);
        let after = stored(&samples);
        assert_eq!(after.len(), before.len());
        assert_eq!(after[..10], before[..10]);
    }
}
