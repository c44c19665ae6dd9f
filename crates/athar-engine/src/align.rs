//! From landmarks that look alike to pictures that lie on each other.
//!
//! Of two pictures that show the same, one lies on the other by a motion, and so do their
//! landmarks. Each pair of landmarks that look alike has a place, a size and a direction on both
//! sides and so tells a whole motion by itself; it is enough to ask of each how many of the other
//! pairs agree. Chance cannot make many of them agree: the number of distinct pairs that do is
//! what the verdict rests on.
//!
//! ```text
//! pairs ─ each tells a motion ─► the one that most others agree with
//!        ─ fitted to those that agree, which are told anew, closer each time ─► similarity
//!        ─ fitted again, as a homography ─► Alignment: motion, inliers
//!        ─ again without the pairs that are explained ─► the next one
//! ```
//!
//! Nothing is drawn by lot: the same pairs give the same alignments.

use crate::motion::{Frame, Motion, Point};
use std::f64::consts::TAU;

/// A landmark of the query and one of a stored item that look alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Which landmark of the query.
    pub query: u32,
    /// Which landmark of the item.
    pub stored: u32,
    /// Where the query's is, in the query's pixels.
    pub query_frame: Frame,
    /// Where the item's is, in the item's pixels.
    pub stored_frame: Frame,
    /// Whether they look alike once one of them is mirrored.
    pub mirrored: bool,
    /// Bits in which the codes differ.
    pub distance: u16,
}

/// How an item lies in the query.
#[derive(Debug, Clone, PartialEq)]
pub struct Alignment {
    /// Takes points of the item to points of the query.
    pub motion: Motion,
    /// Whether it mirrors.
    pub mirrored: bool,
    /// The pairs that agree with it, each landmark and each place counted once, nearest codes
    /// first.
    pub inliers: Vec<Pair>,
}

/// What counts as agreement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// How far a landmark may lie from where the motion puts it, in its own sizes.
    pub place_scales: f64,
    /// The same, in pixels: the larger of the two holds.
    pub place_px: f64,
    /// By which factor its size may differ from what the motion makes of it.
    pub scale_factor: f64,
    /// How far its direction may be off, in radians.
    pub angle_rad: f64,
    /// Pairs that make an alignment.
    pub least_inliers: usize,
}

/// Pairs whose motions are tried, nearest codes first: a bound on the time that a picture made to
/// match everything takes.
const MOST_SEEDS: usize = 300;

/// Pairs that are looked at at all, nearest codes first.
const MOST_PAIRS: usize = 2000;

/// Alignments of one item that are looked for: a picture may stand in a collage several times.
const MOST_ALIGNMENTS: usize = 4;

/// How much more than the tolerance is allowed while a motion is told by one pair alone, and in
/// the fits after that.
const LOOSENING: [f64; 4] = [4.0, 2.5, 1.5, 1.0];

/// A motion of this many pairs is fitted as a homography.
pub(crate) const HOMOGRAPHY_INLIERS: usize = 8;

/// Every way in which an item lies in the query, the best supported one first.
pub fn align(pairs: &[Pair], tolerance: &Tolerance) -> Vec<Alignment> {
    let mut left = pairs.to_vec();
    left.sort_by_key(|pair| (pair.distance, pair.query, pair.stored, pair.mirrored));
    left.truncate(MOST_PAIRS);
    let mut found = Vec::new();
    while found.len() < MOST_ALIGNMENTS {
        let Some(alignment) = best(&left, tolerance) else { break };
        // What lies where it should is explained, whatever else it could be.
        left.retain(|pair| !agrees(pair, &alignment.motion, alignment.mirrored, tolerance, 2.0));
        found.push(alignment);
    }
    found.sort_by_key(|alignment| std::cmp::Reverse(alignment.inliers.len()));
    found
}

fn best(pairs: &[Pair], tolerance: &Tolerance) -> Option<Alignment> {
    let (mut inliers, mut mirrored) = (Vec::new(), false);
    for seed in pairs.iter().take(MOST_SEEDS) {
        let motion = Motion::between(&seed.stored_frame, &seed.query_frame, seed.mirrored);
        let agreeing = agreeing(pairs, &motion, seed.mirrored, tolerance, LOOSENING[0]);
        // Telling spots apart takes longer than counting, and never adds any.
        if agreeing.len() > inliers.len() {
            let supported = distinct(&agreeing);
            if supported.len() > inliers.len() {
                (inliers, mirrored) = (supported, seed.mirrored);
            }
        }
    }
    refined(pairs, inliers, mirrored, tolerance)
}

/// Fits a motion to those that agree and tells anew who agrees, closer each time.
fn refined(
    pairs: &[Pair],
    mut inliers: Vec<Pair>,
    mirrored: bool,
    tolerance: &Tolerance,
) -> Option<Alignment> {
    let mut motion = None;
    for loosening in &LOOSENING[1..] {
        if inliers.len() < tolerance.least_inliers {
            return None;
        }
        let fitted = Motion::fit_similarity(&points(&inliers), mirrored)?;
        inliers = distinct(&agreeing(pairs, &fitted, mirrored, tolerance, *loosening));
        motion = Some(fitted);
    }
    for loosening in [LOOSENING[2], LOOSENING[3]] {
        let fitted = (inliers.len() >= HOMOGRAPHY_INLIERS)
            .then(|| Motion::fit_homography(&points(&inliers)))
            .flatten();
        let Some(fitted) = fitted else { break };
        let closer = distinct(&agreeing(pairs, &fitted, mirrored, tolerance, loosening));
        // A homography bends to whatever there is; it has to explain more to be preferred.
        if closer.len() < inliers.len() {
            break;
        }
        (motion, inliers) = (Some(fitted), closer);
    }
    let enough = inliers.len() >= tolerance.least_inliers;
    motion.filter(|_| enough).map(|motion| Alignment { motion, mirrored, inliers })
}

fn points(pairs: &[Pair]) -> Vec<(Point, Point)> {
    pairs.iter().map(|pair| (pair.stored_frame.at, pair.query_frame.at)).collect()
}

/// The pairs that agree with a motion.
fn agreeing(
    pairs: &[Pair],
    motion: &Motion,
    mirrored: bool,
    tolerance: &Tolerance,
    loosening: f64,
) -> Vec<Pair> {
    let agrees = |pair: &&Pair| agrees(pair, motion, mirrored, tolerance, loosening);
    pairs.iter().filter(agrees).copied().collect()
}

/// Of pairs that share a landmark or lie on each other only the one with the nearest codes: a
/// repeated pattern is one piece of evidence.
fn distinct(pairs: &[Pair]) -> Vec<Pair> {
    let mut kept: Vec<Pair> = Vec::new();
    for pair in pairs {
        let same = |other: &Pair| {
            lie_together(&other.query_frame, &pair.query_frame)
                || lie_together(&other.stored_frame, &pair.stored_frame)
        };
        if !kept.iter().any(same) {
            kept.push(*pair);
        }
    }
    kept
}

/// Whether two landmarks of one picture show the same spot.
pub(crate) fn lie_together(a: &Frame, b: &Frame) -> bool {
    let ([ax, ay], [bx, by]) = (a.at, b.at);
    let (x, y, reach) = (ax - bx, ay - by, a.scale.min(b.scale));
    x * x + y * y < reach * reach
}

fn agrees(
    pair: &Pair,
    motion: &Motion,
    mirrored: bool,
    tolerance: &Tolerance,
    loosening: f64,
) -> bool {
    let (stored, query) = (&pair.stored_frame, &pair.query_frame);
    if pair.mirrored != mirrored {
        return false;
    }
    let (Some(at), Some((scale, turn, mirrors))) = (motion.apply(stored.at), motion.at(stored.at))
    else {
        return false;
    };
    let off = (at[0] - query.at[0]).hypot(at[1] - query.at[1]);
    let allowed = tolerance.place_px.max(tolerance.place_scales * query.scale);
    let sizes = (query.scale / (stored.scale * scale)).ln().abs();
    // A mirroring motion turns directions the other way round.
    let direction = if mirrors { turn - stored.angle } else { turn + stored.angle };
    mirrors == mirrored
        && off <= allowed * loosening
        && sizes <= tolerance.scale_factor.ln() * loosening.sqrt()
        && angle_between(direction, query.angle) <= tolerance.angle_rad * loosening.sqrt()
}

/// The smaller angle between two directions.
fn angle_between(a: f64, b: f64) -> f64 {
    let turn = (a - b).rem_euclid(TAU);
    turn.min(TAU - turn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    const TOLERANCE: Tolerance = Tolerance {
        place_scales: 1.0,
        place_px: 3.0,
        scale_factor: 1.5,
        angle_rad: 0.4,
        least_inliers: 6,
    };

    /// SplitMix64, so that every run sees the same.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: f64) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((b ^ b >> 31) >> 11) as f64 / (1u64 << 53) as f64 * end
        }

        fn frame(&mut self, width: f64, height: f64) -> Frame {
            let at = [self.below(width), self.below(height)];
            Frame { at, scale: 1.5 + self.below(6.0), angle: self.below(TAU) - PI }
        }
    }

    /// A landmark as it is seen after a motion, with the errors of a real one.
    fn seen(random: &mut Random, stored: Frame, motion: &Motion) -> Frame {
        let (scale, turn, mirrors) = motion.at(stored.at).unwrap();
        let at = motion.apply(stored.at).unwrap();
        let at = at.map(|value| value + random.below(2.0) - 1.0);
        let angle = if mirrors { turn - stored.angle } else { turn + stored.angle };
        let (scale, angle) =
            (stored.scale * scale * (0.9 + random.below(0.2)), angle + random.below(0.2) - 0.1);
        Frame { at, scale, angle }
    }

    /// `right` pairs that a motion made and `wrong` ones that chance did.
    fn pairs(
        random: &mut Random,
        motion: &Motion,
        mirrored: bool,
        right: u32,
        wrong: u32,
    ) -> Vec<Pair> {
        let pair = |random: &mut Random, k: u32| {
            let stored_frame = random.frame(640.0, 480.0);
            let query_frame = if k < right {
                seen(random, stored_frame, motion)
            } else {
                random.frame(1080.0, 1920.0)
            };
            let mirrored = if k < right { mirrored } else { k.is_multiple_of(2) };
            let distance = random.below(32.0) as u16;
            Pair { query: k, stored: k, query_frame, stored_frame, mirrored, distance }
        };
        (0..right + wrong).map(|k| pair(random, k)).collect()
    }

    fn similarity(mirrored: bool) -> Motion {
        let from = Frame { at: [320.0, 240.0], scale: 1.0, angle: 0.0 };
        Motion::between(&from, &Frame { at: [600.0, 900.0], scale: 1.4, angle: 0.3 }, mirrored)
    }

    /// The largest error of an alignment at the corners of the stored picture, in pixels.
    fn error_px(found: &Motion, motion: &Motion) -> f64 {
        let corners = [[0.0, 0.0], [640.0, 0.0], [640.0, 480.0], [0.0, 480.0]];
        let error = |corner: &Point| {
            let (a, b) = (found.apply(*corner).unwrap(), motion.apply(*corner).unwrap());
            (a[0] - b[0]).hypot(a[1] - b[1])
        };
        corners.iter().map(error).fold(0.0, f64::max)
    }

    #[test]
    fn a_motion_is_found_among_ten_times_as_many_chances() {
        for mirrored in [false, true] {
            let (mut random, motion) = (Random(5), similarity(mirrored));
            let pairs = pairs(&mut random, &motion, mirrored, 20, 200);
            let found = align(&pairs, &TOLERANCE);
            assert_eq!(found.len(), 1, "mirrored: {mirrored}");
            assert_eq!(found[0].mirrored, mirrored);
            assert!(found[0].inliers.len() >= 15, "{}", found[0].inliers.len());
            assert!(error_px(&found[0].motion, &motion) < 10.0);
        }
    }

    #[test]
    fn chance_alone_makes_no_alignment() {
        for seed in 0..50 {
            let pairs = pairs(&mut Random(seed), &similarity(false), false, 0, 150);
            assert_eq!(align(&pairs, &TOLERANCE), [], "seed {seed}");
        }
    }

    #[test]
    fn a_tilt_is_fitted_as_one() {
        let mut random = Random(8);
        let corners = [[0.0, 0.0], [640.0, 0.0], [640.0, 480.0], [0.0, 480.0]];
        let tilted = [[40.0, 60.0], [900.0, 20.0], [860.0, 700.0], [70.0, 620.0]];
        let tilt: Vec<(Point, Point)> = corners.into_iter().zip(tilted).collect();
        let motion = Motion::fit_homography(&tilt).unwrap();
        let pairs = pairs(&mut random, &motion, false, 80, 100);
        let found = align(&pairs, &TOLERANCE);
        assert!(
            error_px(&found[0].motion, &motion) < 8.0,
            "{}",
            error_px(&found[0].motion, &motion)
        );
        assert!(found[0].inliers.len() > 60);
    }

    #[test]
    fn two_copies_in_one_picture_are_both_found() {
        let mut random = Random(9);
        let here = similarity(false);
        let from = Frame { at: [320.0, 240.0], scale: 1.0, angle: 0.0 };
        let to = Frame { at: [300.0, 300.0], scale: 0.6, angle: 0.0 };
        let there = Motion::between(&from, &to, false);
        let mut both = pairs(&mut random, &here, false, 30, 30);
        both.extend(pairs(&mut random, &there, false, 25, 30));
        let found = align(&both, &TOLERANCE);
        assert_eq!(found.len(), 2);
        assert!(error_px(&found[0].motion, &here) < 12.0);
        assert!(error_px(&found[1].motion, &there) < 12.0);
    }

    #[test]
    fn one_spot_is_one_piece_of_evidence_however_many_landmarks_lie_on_it() {
        let mut random = Random(10);
        let motion = similarity(false);
        let frame = Frame { at: [100.0, 100.0], scale: 3.0, angle: 0.5 };
        let pair = |k: u32| Pair {
            query: k,
            stored: k,
            query_frame: seen(&mut random, frame, &motion),
            stored_frame: frame,
            mirrored: false,
            distance: 3,
        };
        let pairs: Vec<Pair> = (0..40).map(pair).collect();
        assert_eq!(align(&pairs, &TOLERANCE), []);
    }

    #[test]
    fn pairs_without_end_take_bounded_work_and_the_order_they_come_in_changes_nothing() {
        let mut random = Random(11);
        let mut many = pairs(&mut random, &similarity(false), false, 40, 8000);
        let found = align(&many, &TOLERANCE);
        many.reverse();
        assert_eq!(align(&many, &TOLERANCE), found);
        assert_eq!(align(&[], &TOLERANCE), []);
    }
}
