//! A simple vote: the recording and the offset on which most stored windows agree.

use super::measure::{Coded, RADIUS_BITS};
use std::collections::BTreeMap;

/// Offsets that agree.
const TOGETHER_MS: f64 = 200.0;

/// What was found for one question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Vote {
    /// Stored windows that agree.
    pub windows: usize,
    /// What they agree on: the middle of the stored times less the asked ones.
    pub offset_ms: f64,
}

/// By recording, the best offset. `quality` is the least at which a window may vote.
pub fn votes(stored: &[Vec<Coded>], asked: &[Coded], quality: u8) -> Vec<Vote> {
    stored.iter().map(|stored| of_recording(stored, asked, quality)).collect()
}

fn of_recording(stored: &[Coded], asked: &[Coded], quality: u8) -> Vote {
    let mut offsets: Vec<(f64, usize)> = Vec::new();
    for (at, stored) in stored.iter().enumerate().filter(|(_, s)| s.quality >= quality) {
        for asked in asked.iter().filter(|asked| asked.quality >= quality) {
            if stored.code.distance(&asked.code).bits() <= RADIUS_BITS {
                offsets.push((stored.at_ms - asked.at_ms, at));
            }
        }
    }
    offsets.sort_by(|a, b| a.0.total_cmp(&b.0));
    densest(&offsets)
}

/// The stretch of offsets with most distinct stored windows in it.
fn densest(offsets: &[(f64, usize)]) -> Vote {
    let mut best = Vote::default();
    let mut inside: BTreeMap<usize, usize> = BTreeMap::new();
    let mut first = 0;
    for (last, (offset_ms, window)) in offsets.iter().enumerate() {
        *inside.entry(*window).or_default() += 1;
        while offset_ms - offsets[first].0 > TOGETHER_MS {
            leave(&mut inside, offsets[first].1);
            first += 1;
        }
        if inside.len() > best.windows {
            let offset_ms = offsets[usize::midpoint(first, last)].0;
            best = Vote { windows: inside.len(), offset_ms };
        }
    }
    best
}

fn leave(inside: &mut BTreeMap<usize, usize>, window: usize) {
    if let Some(count) = inside.get_mut(&window) {
        *count -= 1;
        if *count == 0 {
            inside.remove(&window);
        }
    }
}
