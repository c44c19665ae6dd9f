//! Sound made by formula: music of chords, rooms, tones, silence. It is nobody's.

use crate::random::Random;
use anyhow::{Context, Result};
use std::f64::consts::TAU;
use std::fs;
use std::path::Path;

/// Samples a second of everything made here.
pub const RATE_HZ: u32 = 16_000;

/// Semitones above the key's tone of the chords of popular songs.
const CHORDS: [[i32; 3]; 6] =
    [[0, 4, 7], [5, 9, 12], [7, 11, 14], [-3, 0, 4], [2, 5, 9], [4, 7, 11]];

/// Chords with a bass and a tune over them: hold music, and music under a voice.
pub fn music(random: &mut Random, seconds: f64) -> Vec<f32> {
    let beat_s = random.between(0.3, 0.55);
    let key_hz = 110.0 * libm::exp2(random.between(0.0, 1.0));
    let mut samples = silence(seconds);
    let beats = (seconds / beat_s) as usize + 1;
    let mut chord = CHORDS[0];
    for beat in 0..beats {
        let at_s = beat as f64 * beat_s;
        if beat.is_multiple_of(4) {
            chord = *random.pick(&CHORDS);
            for tone in chord {
                ring(&mut samples, at_s, beat_s * 4.0, key_hz * tone_of(tone), 0.1);
            }
        }
        if beat.is_multiple_of(2) {
            ring(&mut samples, at_s, beat_s * 2.0, key_hz * tone_of(chord[0]) / 2.0, 0.15);
        }
        let tune = chord[random.below(3)] + 12 * (1 + random.below(2) as i32);
        ring(&mut samples, at_s, beat_s * 1.5, key_hz * tone_of(tune), 0.12);
    }
    samples
}

fn tone_of(semitones: i32) -> f64 {
    libm::exp2(f64::from(semitones) / 12.0)
}

/// A string that is plucked: four overtones that die away.
fn ring(samples: &mut [f32], at_s: f64, length_s: f64, hz: f64, loudness: f64) {
    let rate = f64::from(RATE_HZ);
    let (from, count) = ((at_s * rate) as usize, (length_s * rate) as usize);
    for (n, sample) in samples.iter_mut().skip(from).take(count).enumerate() {
        let t = n as f64 / rate;
        let rise = (t / 0.01).min(1.0) * ((length_s - t) / 0.02).clamp(0.0, 1.0);
        let overtone = |k: f64| libm::sin(TAU * hz * k * t) * libm::exp(-t * 2.0 * k) / k;
        let sum: f64 = [1.0, 2.0, 3.0, 4.0].map(overtone).iter().sum();
        *sample += (sum * rise * loudness) as f32;
    }
}

/// Nothing at all.
pub fn silence(seconds: f64) -> Vec<f32> {
    vec![0.0; (seconds * f64::from(RATE_HZ)) as usize]
}

/// Tones together, sounding `on_s` and pausing `off_s` in turn.
pub fn tones(hz: &[f64], seconds: f64, (on_s, off_s): (f64, f64)) -> Vec<f32> {
    let mut samples = silence(seconds);
    for (n, sample) in samples.iter_mut().enumerate() {
        let t = n as f64 / f64::from(RATE_HZ);
        if t % (on_s + off_s) < on_s {
            let sum: f64 = hz.iter().map(|hz| libm::sin(TAU * hz * t)).sum();
            *sample = (0.4 * sum / hz.len() as f64) as f32;
        }
    }
    samples
}

/// White noise.
pub fn noise(random: &mut Random, seconds: f64, loudness: f64) -> Vec<f32> {
    silence(seconds).iter().map(|_| (random.normal() * loudness) as f32).collect()
}

/// The answer of a room to a clap: the clap, a few early echoes, and noise that dies away by 60 dB
/// in `decay_s`. The echoes together are as strong as the clap, as of somebody an arm's length or
/// two from the telephone.
pub fn room(random: &mut Random, decay_s: f64) -> Vec<f32> {
    let rate = f64::from(RATE_HZ);
    let fall = |t: f64| libm::exp(-6.9 * t / decay_s);
    let mut samples: Vec<f32> = (0..(decay_s * rate) as usize)
        .map(|n| (0.06 * random.normal() * fall(n as f64 / rate)) as f32)
        .collect();
    // The first ten milliseconds are quiet but for the clap itself.
    samples.iter_mut().take((0.01 * rate) as usize).for_each(|sample| *sample = 0.0);
    for _ in 0..6 {
        let t = random.between(0.01, 0.05);
        if let Some(sample) = samples.get_mut((t * rate) as usize) {
            *sample += (0.4 * fall(t)) as f32;
        }
    }
    let echoes: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let by = 1.0 / libm::sqrt(echoes.max(f64::MIN_POSITIVE)) as f32;
    samples.iter_mut().for_each(|sample| *sample *= by);
    if let Some(first) = samples.first_mut() {
        *first = 1.0;
    }
    samples
}

/// The root of the mean square.
pub fn loudness(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    libm::sqrt(sum / samples.len().max(1) as f64)
}

/// Writes a WAV file: one channel, 16 bits.
pub fn write_wav(path: &Path, samples: &[f32]) -> Result<()> {
    let bytes = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + bytes as usize);
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    for word in [16, 1 | 1 << 16, RATE_HZ, RATE_HZ * 2, 2 | 16 << 16] {
        file.extend(u32::to_le_bytes(word));
    }
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    let words = samples.iter().map(|sample| (sample.clamp(-1.0, 1.0) * 32767.0).round() as i16);
    words.for_each(|word| file.extend(word.to_le_bytes()));
    fs::write(path, file).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_is_as_long_as_asked_and_the_seed_decides_it() {
        let make = |seed| music(&mut Random::of(seed, &["music"]), 3.0);
        let (one, two) = (make(1), make(2));
        assert_eq!((one.len(), &one), (3 * RATE_HZ as usize, &make(1)));
        assert_ne!(one, two);
        assert!(loudness(&one) > 0.03 && one.iter().all(|sample| sample.abs() < 1.0));
    }

    #[test]
    fn ringing_pauses_and_rooms_die_away() {
        let ringing = tones(&[425.0], 2.0, (0.5, 0.5));
        let second = RATE_HZ as usize;
        assert!(loudness(&ringing[..second / 2]) > 0.2);
        assert_eq!(loudness(&ringing[second / 2 + 8..second - 8]), 0.0);
        let room = room(&mut Random::of(1, &[]), 0.5);
        assert_eq!(room[0], 1.0);
        assert!(loudness(&room[room.len() - 800..]) < 0.01);
        let echoes = loudness(&room[1..]).powi(2) * (room.len() - 1) as f64;
        assert!((echoes - 1.0).abs() < 1e-3, "{echoes}");
    }

    #[test]
    fn a_wav_file_says_how_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        write_wav(&path, &[0.0, 0.5, -2.0]).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!((bytes.len(), &bytes[..4], bytes[40]), (50, b"RIFF".as_slice(), 6));
        assert_eq!(bytes[48..50], (-32767i16).to_le_bytes());
    }
}
