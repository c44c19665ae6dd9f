//! vPDQ beside the engine: its rule, over our frame codes.
//!
//! The rule (vPDQ's README in the ThreatExchange repository, "Comparison (Matching) Algorithm"):
//! a frame a second is hashed by PDQ; frames of a quality below 50 are left out and equal codes
//! taken once; a frame is matched where any frame of the other side is within 31 bits. There, two
//! clips match when 80 % of the stored one's frames are matched. Here 80 % of either side's do,
//! which favours it: by the stored side alone it could not find any short piece of a clip. It has
//! no time and no orientation. A picture is a clip of one frame.

use athar_engine::policy::{PDQ_RADIUS, searchable};
use athar_engine::{Code, Level, Limits, Want};
use athar_hash::pdq::{Pdq, pdq};
use athar_kernel::Plane;
use athar_media::clip::{self, ClipLimits, FrameWant, Pick};
use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;

/// Milliseconds between two frames.
const INTERVAL_MS: u32 = 1000;

/// Pixels that the shorter side of a frame keeps: the least that PDQ does not notice.
const SIDE_PX: u32 = 128;

/// Frames that have to be matched, of a hundred.
const PERCENT: usize = 80;

/// The codes of a clip or a picture.
#[derive(Debug, Default, PartialEq)]
pub struct Frames(Vec<Code>);

impl Frames {
    /// Of a file; none where it cannot be read.
    pub fn of(path: &Path) -> Self {
        let Ok(bytes) = fs::read(path) else { return Self::default() };
        let mut codes = Vec::new();
        let opened = clip::open(Cursor::new(&bytes), &ClipLimits::default());
        if let Ok(mut clip) = opened {
            let pick = Pick::Spaced { interval_ms: INTERVAL_MS };
            let want = FrameWant { pick, from_ms: 0, least_side_px: SIDE_PX };
            // What came before any damage counts.
            let _ = clip.frames(&want, |frame| {
                codes.push(hashed(&frame.plane));
                ControlFlow::Continue(())
            });
        } else if let Ok(picture) = athar_media::decode(&bytes, &Limits::default(), Want::Hash) {
            codes.push(hashed(&picture.plane));
        }
        Self::of_codes(codes)
    }

    fn of_codes(codes: Vec<Pdq>) -> Self {
        let mut seen = BTreeSet::new();
        let clear = codes.into_iter().filter(|pdq| searchable(pdq.quality)).map(|pdq| pdq.code);
        Self(clear.filter(|code| seen.insert(*code.words())).collect())
    }

    /// Whether the two are the same by the rule.
    pub fn matches(&self, other: &Self) -> bool {
        self.is_covered_by(other) || other.is_covered_by(self)
    }

    fn is_covered_by(&self, other: &Self) -> bool {
        let near = |code: &&Code| other.0.iter().any(|one| PDQ_RADIUS.covers(code.distance(one)));
        let matched = self.0.iter().filter(near).count();
        matched > 0 && matched * 100 >= self.0.len() * PERCENT
    }
}

fn hashed(plane: &Plane) -> Pdq {
    pdq(plane, Level::best())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(words: &[u64]) -> Frames {
        let pdq = |word: &u64| Pdq { code: Code::from_words([*word, 0, 0, 0]), quality: 100 };
        Frames::of_codes(words.iter().map(pdq).collect())
    }

    #[test]
    fn four_of_five_frames_of_either_side_are_enough() {
        const FAR: [u64; 5] = [u64::MAX, 0, u64::MAX << 32, 0xffff_0000_ffff_0000, 0xaaaa << 40];
        let far = |n: usize| Code::from_words([FAR[n], !FAR[n], FAR[n], !FAR[n]]);
        let of = |numbers: &[usize]| Frames(numbers.iter().map(|n| far(*n)).collect());
        let long = of(&[0, 1, 2, 3, 4]);
        assert!(long.matches(&of(&[0, 1, 2, 3])) && of(&[2]).matches(&long));
        assert!(!of(&[0, 1]).matches(&of(&[2, 3])));
        assert!(!Frames::default().matches(&long) && !long.matches(&Frames::default()));
    }

    #[test]
    fn equal_and_flat_frames_are_left_out() {
        assert_eq!(frames(&[1, 1, 2]).0.len(), 2);
        let flat = Pdq { code: Code::from_words([0; 4]), quality: 49 };
        assert_eq!(Frames::of_codes(vec![flat]), Frames::default());
        assert!(frames(&[0]).matches(&frames(&[u64::from(u32::MAX >> 1)])));
        assert!(!frames(&[0]).matches(&frames(&[u64::from(u32::MAX)])));
    }
}
