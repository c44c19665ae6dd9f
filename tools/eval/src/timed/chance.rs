//! How many moments agree by chance: between edited files and stored ones that they do not show.
//! The engine carries the tables, so that each match can say how often strangers give as much.

use super::material::{Kind, Material};
use super::truth::Shown;
use athar_engine::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Pairs of strangers by the moments that agree, of frames and of voices.
#[derive(Debug, Default, Clone)]
pub struct Chance {
    /// Of frames.
    pub frames: BTreeMap<u32, u64>,
    /// Of voices.
    pub voices: BTreeMap<u32, u64>,
    /// Edited files.
    pub files: u64,
}

impl Chance {
    /// Takes the answer about one edited file in: matches and candidates.
    pub fn take(&mut self, shown: &[Shown], answer: &Outcome, material: &Material) {
        self.files += 1;
        let strangers = material.sources.iter().filter(|source| {
            source.is_stored && !shown.iter().any(|shown| shown.source == source.number)
        });
        let is_clip = answer.kind == Some("video");
        for stranger in strangers {
            let agree = |via: &str| {
                let told = answer.matches.iter().chain(&answer.candidates);
                let of = told.filter(|told| told.via == via && told.case == stranger.case);
                of.filter_map(|told| told.inliers).max().unwrap_or(0)
            };
            if is_clip && stranger.kind == Kind::Clip {
                *self.frames.entry(agree("pdq")).or_default() += 1;
            }
            if answer.kind.is_some() && stranger.speech_ms > 0.0 {
                *self.voices.entry(agree("voice")).or_default() += 1;
            }
        }
    }

    /// The tables as the engine carries them: frames and voices.
    pub fn as_tsv(&self, seed: u64) -> [String; 2] {
        [("frames", &self.frames), ("voices", &self.voices)].map(|(what, counts)| {
            let mut text = format!(
                "# Pairs of an edited clip or recording and a stored one that it does not show, by \
                 the most {what}\n# that agree on one motion of time. {} edited ones, seed {seed}; \
                 written by `cargo xtask eval`.\n# moments\tpairs\n",
                self.files
            );
            for (moments, pairs) in counts {
                let _ = writeln!(text, "{moments}\t{pairs}");
            }
            text
        })
    }
}
