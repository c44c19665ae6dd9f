//! Voice codes: their weights, learned from recordings of speech and their edits, and what they
//! find, measured on others.
//!
//! ```text
//! recordings ─┬─ the even ones ─ edits ─ pairs of windows ─► directions ─ mixed ─► table.rs
//!             └─ the odd ones ── edits ─► found again? ◄─ strangers, tones, music: kept apart?
//! ```
//!
//! Both halves follow from the files' names, so what is learned is never measured on itself.

mod chromaprint;
mod edits;
mod learn;
mod measure;
mod recording;
mod sound;
mod strangers;
mod votes;

pub use learn::learn;
pub use measure::measure;

use anyhow::Result;
use recording::Recording;
use std::path::PathBuf;

/// The recordings to learn from, and those to measure on.
fn halves(folders: &[PathBuf]) -> Result<(Vec<Recording>, Vec<Recording>)> {
    let mut halves = (Vec::new(), Vec::new());
    for (at, recording) in recording::recordings(folders)?.into_iter().enumerate() {
        if at % 2 == 0 { halves.0.push(recording) } else { halves.1.push(recording) }
    }
    Ok(halves)
}

/// All but one.
fn others(all: &[Recording], but: usize) -> Vec<&Recording> {
    all.iter().enumerate().filter(|(at, _)| *at != but).map(|(_, recording)| recording).collect()
}
