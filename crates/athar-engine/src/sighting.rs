//! A stored picture seen in the picture that is asked about: where it lies there, which of its
//! landmarks are found again at their places, and which should be and are not.
//!
//! ```text
//! votes ─ align ─► how it may lie there ─► its landmarks sought where they should then be
//!                        ▲                          │
//!                        └── fitted to the found ◄──┘   once more, then counted
//! ```
//!
//! Seeking is what tells a chance from a sight: three or four landmarks agree on some motion by
//! chance, but then no others are where that motion puts them. It also tells what was covered or
//! replaced: where many are sought and none is found while all around they are.

use crate::align::{Alignment, HOMOGRAPHY_INLIERS, Pair, Tolerance, align, lie_together};
use crate::motion::{Frame, Motion, Point};
use crate::places::Spot;
use crate::policy::{LANDMARK_THERE_RADIUS, LEAST_SCALE_PX, TOLERANCE};
use crate::votes::Vote;
use athar_hash::landmark::mirrored;
use std::collections::HashMap;
use std::f64::consts::TAU;

/// A picture's landmarks and its size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture<'a> {
    pub spots: &'a [Spot],
    /// How many of them are not repeated all over the picture; they come first.
    pub distinct: usize,
    /// Their numbers from the left to the right, where they are sought by place.
    pub by_x: &'a [u32],
    /// Width and height in pixels.
    pub size_px: (u32, u32),
    /// The smallest landmark that would have been found, in pixels.
    pub least_scale_px: f64,
}

/// How a stored picture is seen in another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sighting {
    /// Takes points of the stored picture to points of the query.
    pub motion: Motion,
    pub mirrored: bool,
    /// Landmarks that it takes to tell such a motion.
    pub fitted: u32,
    /// The share that is found where the stored picture surely does not lie: what chance finds in
    /// these two pictures, 0 to 1.
    pub by_chance: f64,
    /// The landmarks that should be seen, by their numbers in the stored picture, the best first.
    pub sought: Vec<u32>,
    /// Those that are, each spot once, nearest codes first.
    pub found: Vec<Found>,
}

/// A stored landmark and that of the query which lies where it should.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub stored: u32,
    pub query: u32,
    /// Bits in which the codes differ.
    pub distance: u16,
    /// How many stored landmarks look like that of the query; as many as there can be where the
    /// query itself repeats it.
    pub alike: u32,
}

/// Every way in which the stored picture is seen, that with most landmarks first.
pub(crate) fn sightings(
    votes: &[Vote],
    stored: &Picture<'_>,
    query: &Picture<'_>,
) -> Vec<Sighting> {
    let pairs: Vec<Pair> = votes.iter().filter_map(|vote| pair(vote, stored, query)).collect();
    let field = Field::new(votes, query);
    let alignments = align(&pairs, &field.tolerance());
    let mut sightings: Vec<Sighting> =
        alignments.into_iter().filter_map(|alignment| field.sighting(stored, &alignment)).collect();
    sightings.sort_by_key(|sighting| std::cmp::Reverse(sighting.found.len()));
    without_repeats(sightings, stored)
}

fn pair(vote: &Vote, stored: &Picture<'_>, query: &Picture<'_>) -> Option<Pair> {
    Some(Pair {
        query: vote.query,
        stored: vote.stored,
        query_frame: query.spots.get(vote.query as usize)?.frame,
        stored_frame: stored.spots.get(vote.stored as usize)?.frame,
        mirrored: vote.mirrored,
        distance: vote.distance,
    })
}

/// Two alignments may come to be the same one once they are fitted to what was found.
fn without_repeats(sightings: Vec<Sighting>, stored: &Picture<'_>) -> Vec<Sighting> {
    let middle = [f64::from(stored.size_px.0) / 2.0, f64::from(stored.size_px.1) / 2.0];
    let mut kept: Vec<Sighting> = Vec::new();
    for sighting in sightings {
        let repeats = |other: &Sighting| {
            let shared = |found: &&Found| other.found.iter().any(|f| f.query == found.query);
            let same_place = sighting.lies_as(other, middle);
            same_place || 2 * sighting.found.iter().filter(shared).count() > sighting.found.len()
        };
        if !kept.iter().any(repeats) {
            kept.push(sighting);
        }
    }
    kept
}

impl Sighting {
    /// Whether both put the middle of the stored picture at the same place and size.
    fn lies_as(&self, other: &Self, middle: Point) -> bool {
        let (Some(a), Some(b)) = (self.motion.apply(middle), other.motion.apply(middle)) else {
            return false;
        };
        let (Some((scale, ..)), Some((other_scale, ..))) =
            (self.motion.at(middle), other.motion.at(middle))
        else {
            return false;
        };
        let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
        apart < 0.1 * scale * middle[0].min(middle[1]) && (scale / other_scale).ln().abs() < 0.1
    }
}

/// The numbers of landmarks from the left to the right.
pub(crate) fn by_x(spots: &[Spot]) -> Vec<u32> {
    let mut by_x: Vec<u32> = (0..spots.len() as u32).collect();
    let x = |&number: &u32| spots[number as usize].frame.at[0];
    by_x.sort_by(|a, b| x(a).total_cmp(&x(b)));
    by_x
}

/// The query's landmarks and what the votes say of them.
struct Field<'a> {
    query: &'a Picture<'a>,
    /// How many stored ones look like each, as it is or mirrored.
    alike: HashMap<(bool, u32), u32>,
}

impl<'a> Field<'a> {
    fn new(votes: &[Vote], query: &'a Picture<'a>) -> Self {
        let alike = votes.iter().map(|vote| ((vote.mirrored, vote.query), vote.alike)).collect();
        Self { query, alike }
    }

    /// Places are as exact as the pixels in which they were found.
    fn tolerance(&self) -> Tolerance {
        let unit_px = self.query.least_scale_px / LEAST_SCALE_PX;
        Tolerance { place_px: TOLERANCE.place_px * unit_px, ..TOLERANCE }
    }

    fn sighting(&self, stored: &Picture<'_>, alignment: &Alignment) -> Option<Sighting> {
        let Alignment { motion, mirrored, inliers } = alignment;
        let mut best = self.seek(stored, *motion, *mirrored);
        if inliers.len() >= HOMOGRAPHY_INLIERS {
            best.fitted = HOMOGRAPHY_FITTED;
        }
        let points: Vec<_> = best.found.iter().map(|found| self.points(stored, found)).collect();
        let fitted = Motion::fit_homography(&points).filter(|_| points.len() >= HOMOGRAPHY_INLIERS);
        if let Some(fitted) = fitted {
            let closer = self.seek(stored, fitted, *mirrored);
            if closer.found.len() >= best.found.len() {
                best = Sighting { fitted: HOMOGRAPHY_FITTED, ..closer };
            }
        }
        if best.found.len() < TOLERANCE.least_inliers {
            return None;
        }
        best.by_chance = self.by_chance(stored, &best);
        Some(best)
    }

    /// Lays the stored picture beside where it seems to lie, in eight directions, and counts what
    /// is found there: along an edge or on a pattern that is as much as in place.
    fn by_chance(&self, stored: &Picture<'_>, sighting: &Sighting) -> f64 {
        let (width, height) = (f64::from(stored.size_px.0), f64::from(stored.size_px.1));
        let scale =
            sighting.motion.at([width / 2.0, height / 2.0]).map_or(1.0, |(scale, ..)| scale);
        let reach = ASIDE * scale * width.min(height);
        let least = ASIDE_PLACES * self.tolerance().place_px;
        let (mut sought, mut found) = (0, 0);
        for direction in 0..8 {
            let (sin, cos) = (f64::from(direction) * TAU / 8.0).sin_cos();
            let aside = reach.max(least);
            let motion = sighting.motion.shifted([cos * aside, sin * aside]);
            let there = self.seek(stored, motion, sighting.mirrored);
            sought += there.sought.len().max(there.found.len());
            found += there.found.len();
        }
        found as f64 / (sought as f64).max(1.0)
    }

    fn alike(&self, mirrored: bool, query: u32) -> u32 {
        match (query as usize) < self.query.distinct {
            true => self.alike.get(&(mirrored, query)).copied().unwrap_or(0),
            false => u32::MAX,
        }
    }

    fn points(&self, stored: &Picture<'_>, found: &Found) -> (Point, Point) {
        let at = |spots: &[Spot], number: u32| spots[number as usize].frame.at;
        (at(stored.spots, found.stored), at(self.query.spots, found.query))
    }

    /// Seeks every landmark of the stored picture where the motion puts it.
    fn seek(&self, stored: &Picture<'_>, motion: Motion, mirrored: bool) -> Sighting {
        let (mut sought, mut found) = (Vec::new(), Vec::new());
        for (number, spot) in stored.spots.iter().enumerate() {
            let Some(there) = self.expect(spot, &motion, mirrored) else { continue };
            sought.push(number as u32);
            found.extend(self.nearest(&there).map(|(query, distance)| Found {
                stored: number as u32,
                query,
                distance,
                alike: self.alike(mirrored, query),
            }));
        }
        let found = self.distinct(found, stored);
        sought.truncate(self.within(stored, &motion).max(SOUGHT_LEAST));
        Sighting { motion, mirrored, fitted: SIMILARITY_FITTED, by_chance: 0.0, sought, found }
    }

    /// How many landmarks the query has where the stored picture lies: of a picture that is one
    /// of many, only the best have room there, and no more of its landmarks can be sought.
    fn within(&self, stored: &Picture<'_>, motion: &Motion) -> usize {
        let Some(back) = motion.inverse() else { return 0 };
        let (width, height) = (f64::from(stored.size_px.0), f64::from(stored.size_px.1));
        let lies_there = |spot: &&Spot| {
            back.apply(spot.frame.at)
                .is_some_and(|[x, y]| (0.0..=width).contains(&x) && (0.0..=height).contains(&y))
        };
        self.query.spots.iter().filter(lies_there).count()
    }

    /// What the stored landmark should look like in the query and where; `None` when it would be
    /// out of sight or too small to be found.
    fn expect(&self, spot: &Spot, motion: &Motion, is_mirrored: bool) -> Option<Spot> {
        let (at, (scale, turn, mirrors)) =
            (motion.apply(spot.frame.at)?, motion.at(spot.frame.at)?);
        let scale = spot.frame.scale * scale;
        let (width, height) = self.query.size_px;
        let margin = MARGIN_SCALES * scale;
        let inside = at[0] >= margin
            && at[1] >= margin
            && at[0] <= f64::from(width) - margin
            && at[1] <= f64::from(height) - margin;
        if !inside || mirrors != is_mirrored || scale < self.query.least_scale_px {
            return None;
        }
        let angle = if mirrors { turn - spot.frame.angle } else { turn + spot.frame.angle };
        let code = if mirrors { mirrored(&spot.code) } else { spot.code };
        Some(Spot { code, frame: Frame { at, scale, angle } })
    }

    /// The landmark of the query that lies there and looks most like it.
    fn nearest(&self, there: &Spot) -> Option<(u32, u16)> {
        let tolerance = self.tolerance();
        let spot = |number: &u32| &self.query.spots[*number as usize];
        let reach = tolerance.place_px.max(tolerance.place_scales * there.frame.scale);
        let [x, y] = there.frame.at;
        let from = self.query.by_x.partition_point(|number| spot(number).frame.at[0] < x - reach);
        let near = self.query.by_x[from..].iter().take_while(|n| spot(n).frame.at[0] <= x + reach);
        near.filter(|number| {
            let frame = &spot(number).frame;
            let turn = (frame.angle - there.frame.angle).rem_euclid(TAU);
            (frame.at[0] - x).hypot(frame.at[1] - y) <= reach
                && (frame.scale / there.frame.scale).ln().abs() <= tolerance.scale_factor.ln()
                && turn.min(TAU - turn) <= tolerance.angle_rad
        })
        .map(|&number| (spot(&number).code.distance(&there.code), number))
        .filter(|(distance, _)| LANDMARK_THERE_RADIUS.covers(*distance))
        .min()
        .map(|(distance, number)| (number, distance.bits()))
    }

    /// Each landmark and each spot once, nearest codes first: a repeated pattern is one piece of
    /// evidence.
    fn distinct(&self, mut found: Vec<Found>, stored: &Picture<'_>) -> Vec<Found> {
        found.sort_by_key(|found| (found.distance, found.stored));
        let mut kept: Vec<Found> = Vec::with_capacity(found.len());
        for one in found {
            let together = |spots: &[Spot], a: u32, b: u32| {
                lie_together(&spots[a as usize].frame, &spots[b as usize].frame)
            };
            let same = |other: &Found| {
                together(stored.spots, other.stored, one.stored)
                    || together(self.query.spots, other.query, one.query)
            };
            if !kept.iter().any(same) {
                kept.push(one);
            }
        }
        kept
    }
}

/// Landmarks that are sought however few the query has.
const SOUGHT_LEAST: usize = 12;

/// How far beside its place a picture is laid to see what chance finds, as a share of its shorter
/// side, and at least, in tolerances.
const ASIDE: f64 = 0.08;
const ASIDE_PLACES: f64 = 5.0;

/// Landmarks that tell a similarity.
const SIMILARITY_FITTED: u32 = 2;

/// Landmarks that tell a homography.
const HOMOGRAPHY_FITTED: u32 = 4;

/// How far from the border a landmark has to lie to be seen whole, in its own sizes.
const MARGIN_SCALES: f64 = 4.0;
