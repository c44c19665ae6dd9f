//! Clips and voice notes: edits made by the FFmpeg of the system, and what the engine finds of them.
//!
//! ```text
//! videos, audio, photos ─► one store, each file in a case of its own
//!    └─► edits (FFmpeg) ─► edited files, each with its truth in time ─┬─► check ─┐
//!                                                                     └─► vPDQ ──┴─► score ─► report
//! ```
//!
//! The truth of an edited file is a list of stretches: from when to when it shows which stretch of
//! which stored file, and how fast. The engine is held against it: was the right case found, do the
//! ends of the told stretches lie where they should, was any other case found.
//!
//! Edits of the picture have no sound, so that the sound does not find what the picture would not;
//! those of the sound have another picture or none. A clip of the corpus that has no sound, or
//! nothing but silence, is stored with a recording of speech as its sound track: that recording is
//! then stored nowhere else.

pub mod bars;
pub mod catalogue;
pub mod chance;
pub mod ffmpeg;
pub mod material;
pub mod plan;
pub mod props;
pub mod run;
pub mod score;
pub mod sounds;
pub mod truth;
pub mod vpdq;

mod clips;
mod strangers;
mod voices;

use serde::Serialize;

/// What is evaluated: a table and a file of rows each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Clips, by their frames and their sound.
    Clip,
    /// Recordings of speech.
    Voice,
}

impl Medium {
    /// The name in rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clip => "clip",
            Self::Voice => "voice",
        }
    }

    /// How far from its place, in milliseconds, the end of a stretch, and the offset between the
    /// two sides, may be told.
    pub fn tolerance_ms(self) -> f64 {
        match self {
            Self::Clip => 500.0,
            Self::Voice => 300.0,
        }
    }
}
