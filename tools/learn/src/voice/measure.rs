//! What is found of recordings that nothing was learned from: ours beside Chromaprint's windows.

use super::edits::{Edit, Edited, MEASURED};
use super::recording::Recording;
use super::votes::{Vote, votes};
use super::{chromaprint, halves, strangers};
use crate::random::Random;
use anyhow::Result;
use athar_hash::voice::{Pace, RATE_HZ, voice_codes};
use athar_kernel::Code;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// The radius at which the index is asked.
pub const RADIUS_BITS: u16 = 31;

/// Stored windows that must agree on an offset, and that few are too few.
const AGREEING: [usize; 2] = [3, 5];

/// How far off an offset may be.
const OFF_MS: f64 = 300.0;

/// Every edited recording begins up to so many samples late.
const LATE_MOST: usize = 1280;

/// A code with its middle.
#[derive(Debug, Clone, Copy)]
pub struct Coded {
    pub code: Code,
    pub at_ms: f64,
    pub quality: u8,
}

/// A way to code voices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Ours,
    Chromaprint,
}

impl Scheme {
    pub const ALL: [Self; 2] = [Self::Ours, Self::Chromaprint];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "athar-voice",
            Self::Chromaprint => "chromaprint-8",
        }
    }

    /// Chromaprint has one pace only.
    pub fn codes(self, samples: &[f32], pace: Pace) -> Result<Vec<Coded>> {
        let coded = |found: &athar_hash::voice::VoiceCode| Coded {
            code: found.code,
            at_ms: f64::from(found.at_ms),
            quality: found.quality,
        };
        match self {
            Self::Ours => Ok(voice_codes(samples, pace).iter().map(coded).collect()),
            Self::Chromaprint => chromaprint::codes(samples),
        }
    }
}

/// The rows, one JSON object each; each is told as soon as it is known.
///
/// # Errors
/// Folders that cannot be read, and ffmpeg's.
pub fn measure(folders: &[PathBuf], quality: u8, mut tell: impl FnMut(&Value)) -> Result<()> {
    let (learned, measured) = halves(folders)?;
    let others: Vec<&Recording> = learned.iter().collect();
    tell(&speed(&measured));
    for scheme in Scheme::ALL {
        strangers::rows(scheme, &measured, quality)?.iter().for_each(&mut tell);
    }
    let mut stored_by = Vec::new();
    for scheme in Scheme::ALL {
        stored_by.push((scheme, stored(scheme, &measured)?));
    }
    for edit in MEASURED {
        let edited = edited(*edit, &measured, &others)?;
        for (scheme, stored) in &stored_by {
            let tally = Tally::of(*scheme, stored, &edited, Pace::ASKED, quality)?;
            tell(&tally.row(*edit, *scheme));
        }
        if let (Edit::Opus(16e3) | Edit::Noise(10.0), Some((_, stored))) = (edit, stored_by.first())
        {
            paces(*edit, stored, &edited, quality)?.iter().for_each(&mut tell);
        }
    }
    Ok(())
}

fn edited(edit: Edit, recordings: &[Recording], others: &[&Recording]) -> Result<Vec<Edited>> {
    let edited = |(at, recording): (usize, &Recording)| {
        let mut random = Random::new(1000 + at as u64);
        let edited = edit.apply(recording, others, &mut random)?;
        Ok(begun_late(edited, random.bits() as usize % LATE_MOST))
    };
    recordings.iter().enumerate().map(edited).collect()
}

/// Without its first samples: nobody's windows begin where ours do.
fn begun_late(mut edited: Edited, samples: usize) -> Edited {
    edited.samples.drain(..samples.min(edited.samples.len()));
    edited.start_s -= samples as f64 / f64::from(RATE_HZ);
    edited
}

/// What other paces of asking find.
fn paces(edit: Edit, stored: &[Vec<Coded>], edited: &[Edited], quality: u8) -> Result<Vec<Value>> {
    let row = |frames: u32| {
        let pace = Pace { frames };
        let tally = Tally::of(Scheme::Ours, stored, edited, pace, quality)?;
        let mut row = tally.row(edit, Scheme::Ours);
        row["asked_frames"] = frames.into();
        Ok(row)
    };
    [1, 3, 4, 5, 8].into_iter().map(row).collect()
}

fn stored(scheme: Scheme, recordings: &[Recording]) -> Result<Vec<Vec<Coded>>> {
    recordings.iter().map(|recording| scheme.codes(&recording.samples, Pace::STORED)).collect()
}

/// How many seconds of sound are coded in one, on this machine, by one thread.
fn speed(recordings: &[Recording]) -> Value {
    let length_s: f64 = recordings.iter().map(Recording::length_s).sum();
    let timed = |scheme: Scheme, pace: Pace| {
        let start = Instant::now();
        let coded: usize = recordings
            .iter()
            .map(|recording| scheme.codes(&recording.samples, pace).map_or(0, |codes| codes.len()))
            .sum();
        (length_s / start.elapsed().as_secs_f64(), 60.0 * coded as f64 / length_s)
    };
    let (stored, stored_codes) = timed(Scheme::Ours, Pace::STORED);
    let (asked, asked_codes) = timed(Scheme::Ours, Pace::ASKED);
    let (chromaprint, _) = timed(Scheme::Chromaprint, Pace::STORED);
    json!({
        "measure": "speed", "sound_s": length_s.round(), "times_real_time_stored": stored.round(),
        "times_real_time_asked": asked.round(), "times_real_time_chromaprint": chromaprint.round(),
        "codes_a_minute_stored": stored_codes.round(), "codes_a_minute_asked": asked_codes.round(),
    })
}

impl Recording {
    fn length_s(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE_HZ)
    }
}

/// What was found over all recordings after one edit.
#[derive(Default)]
struct Tally {
    /// Of each stored window that the edited recording still has.
    distances: Vec<u16>,
    /// Stored windows that may not vote.
    silent: usize,
    notes: usize,
    found: [usize; AGREEING.len()],
    /// Most windows that agreed on another recording.
    wrong_most: usize,
    wrong: [usize; AGREEING.len()],
}

impl Tally {
    /// Over all recordings, by their place in `stored` and `edited`.
    fn of(
        scheme: Scheme,
        stored: &[Vec<Coded>],
        edited: &[Edited],
        pace: Pace,
        quality: u8,
    ) -> Result<Self> {
        let mut tally = Self::default();
        for (at, edited) in edited.iter().enumerate() {
            let asked = scheme.codes(&edited.samples, pace)?;
            tally.add(stored, at, &asked, edited, quality);
        }
        Ok(tally)
    }

    fn add(
        &mut self,
        stored: &[Vec<Coded>],
        at: usize,
        asked: &[Coded],
        edited: &Edited,
        quality: u8,
    ) {
        let (voting, silent): (Vec<&Coded>, Vec<&Coded>) =
            stored[at].iter().partition(|window| window.quality >= quality);
        self.distances.extend(voting.iter().filter_map(|window| nearest(window, asked, edited)));
        self.silent += silent.len();
        self.notes += 1;
        let found = votes(stored, asked, quality);
        for (k, agreeing) in AGREEING.into_iter().enumerate() {
            let others = found.iter().enumerate().filter(|(other, _)| *other != at);
            self.wrong[k] += others.filter(|(_, vote)| vote.windows >= agreeing).count();
            self.found[k] +=
                usize::from(found[at].windows >= agreeing && right(&found[at], edited));
        }
        let others = found.iter().enumerate().filter(|(other, _)| *other != at);
        let most = others.map(|(_, vote)| vote.windows).max().unwrap_or(0);
        self.wrong_most = self.wrong_most.max(most);
    }

    fn row(mut self, edit: Edit, scheme: Scheme) -> Value {
        self.distances.sort_unstable();
        let within = self.distances.partition_point(|bits| *bits <= RADIUS_BITS);
        let of_notes = |count: usize| rounded(count as f64 / self.notes as f64);
        json!({
            "edit": edit.name(), "strength": edit.strength(), "scheme": scheme.name(),
            "n": self.notes, "recall": of_notes(self.found[1]), "recall_3": of_notes(self.found[0]),
            "windows": self.distances.len(), "windows_silent": self.silent,
            "within_31": rounded(within as f64 / self.distances.len().max(1) as f64),
            "median_bits": self.distances.get(self.distances.len() / 2),
            "wrong_most": self.wrong_most, "wrong_3": self.wrong[0], "wrong_5": self.wrong[1],
        })
    }
}

pub fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

/// The distance of a stored window to the nearer of the two asked ones between which it lies in
/// time, where the edited recording has it at all.
fn nearest(stored: &Coded, asked: &[Coded], edited: &Edited) -> Option<u16> {
    let at_ms = stored.at_ms / edited.speed + 1000.0 * edited.start_s;
    let after = asked.partition_point(|asked| asked.at_ms < at_ms);
    let between = asked.get(after.checked_sub(1)?..=after)?;
    between.iter().map(|asked| stored.code.distance(&asked.code).bits()).min()
}

/// Whether the offset is the edit's; with another speed, it is another one at each end.
fn right(vote: &Vote, edited: &Edited) -> bool {
    let start_ms = -1000.0 * edited.start_s;
    let length_ms = 1000.0 * edited.samples.len() as f64 / f64::from(RATE_HZ);
    let end_ms = start_ms + length_ms * (edited.speed - 1.0);
    let (low, high) = (start_ms.min(end_ms), start_ms.max(end_ms));
    (low - OFF_MS..=high + OFF_MS).contains(&vote.offset_ms)
}
