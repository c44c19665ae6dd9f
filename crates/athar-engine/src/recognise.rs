//! Which stored items a picture shows, and the verdict on each.
//!
//! Whole frames are compared first: that is cheap and settles most of what is only sent on. What
//! they do not know, or what is to be looked at deeply, is asked for by landmarks: the stored
//! pictures with most votes are laid on the query one by one.

use crate::coverage::Coverage;
use crate::late::{LateLookup, Notes};
use crate::lookup::{Candidate, Frames, Lookup, Upkeep};
use crate::motion::Motion;
use crate::outcome::{Differing, Region, Span, Time};
use crate::places::Spot;
use crate::policy::{self, LANDMARK_RADIUS, PDQ_RADIUS, Relation, Sight};
use crate::prepare::PreparedPicture;
use crate::region::{self, Polygon};
use crate::sighting::{Found, Picture, Sighting, sightings};
use crate::steps::{self, Stopwatch};
use crate::votes::{self, Ballot};
use crate::{Store, time_places};
use athar_hash::Space;
use athar_index::Snapshot;
use athar_kernel::{Code, Orientation};
use athar_ledger::{CodesRow, ItemId, ItemRow, Ledger, LedgerError};
use std::collections::HashMap;
use std::f64::consts::PI;
use std::rc::Rc;

/// What a picture was found to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recognised {
    /// Verdicts.
    pub matches: Vec<Finding>,
    /// What was looked at closely and is no match.
    pub candidates: Vec<Finding>,
}

/// An item that a picture shows, or seems to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub item: ItemId,
    pub relation: Relation,
    pub via: Space,
    /// Bits between the two codes; of landmarks, the median.
    pub distance: u16,
    /// What is done to the query to lay it on the item.
    pub orientation: Orientation,
    /// Whether its colours are inverted as well.
    pub inverted: bool,
    pub second_distance: Option<u16>,
    pub inliers: Option<u32>,
    pub region: Option<Region>,
    /// The stretches of time, where one side has any.
    pub time: Option<Time>,
    /// The radius that was searched, in bits.
    pub radius: u16,
    pub false_alarm_rate: f64,
    pub false_alarm_pairs: u64,
    /// Which of several ways in which the item is seen, the best supported first.
    pub ordinal: u32,
}

/// Where pictures are looked up: their whole frames and their landmarks.
pub(crate) struct Lookups {
    pub whole: Lookup,
    landmarks: LateLookup,
    pub voices: LateLookup,
    /// What is the matter with their indexes.
    pub notes: Rc<Notes>,
    /// What its steps take.
    pub stopwatch: Stopwatch,
}

impl Lookups {
    /// For somebody who adds to the store.
    pub(crate) fn open(store: &Store) -> Result<Self, LedgerError> {
        let notes = Rc::<Notes>::default();
        let (place, space) = (store.index_place(Space::Pdq), Space::Pdq);
        Ok(Self {
            whole: Lookup::open(&place, &store.ledger, space, &mut |note| notes.take(note))?,
            landmarks: LateLookup::opened(store, Space::Landmark, &notes)?,
            voices: LateLookup::opened(store, Space::Voice, &notes)?,
            notes,
            stopwatch: Stopwatch::default(),
        })
    }

    /// For somebody who adds nothing.
    pub(crate) fn open_for_reading(store: &Store) -> Result<Self, LedgerError> {
        let notes = Rc::<Notes>::default();
        let (place, space) = (store.index_place(Space::Pdq), Space::Pdq);
        let mut note = |note| notes.take(note);
        Ok(Self {
            whole: Lookup::open_for_reading(&place, &store.ledger, space, &mut note)?,
            landmarks: LateLookup::new(store, Space::Landmark, &notes),
            voices: LateLookup::new(store, Space::Voice, &notes),
            notes,
            stopwatch: Stopwatch::default(),
        })
    }

    /// See [`Lookup::catch_up`].
    pub(crate) fn catch_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        self.whole.catch_up(ledger)?;
        self.landmarks.catch_up(ledger)?;
        self.voices.catch_up(ledger)
    }

    /// See [`Lookup::look_into`].
    pub(crate) fn look_into(&mut self, transaction: &Ledger) -> Result<(), LedgerError> {
        self.whole.look_into(transaction)?;
        self.landmarks.look_into(transaction)?;
        self.voices.look_into(transaction)
    }

    /// What keeps the indexes in shape that are open.
    pub(crate) fn upkeeps(&self) -> Vec<Upkeep> {
        let late = [&self.landmarks, &self.voices].into_iter().filter_map(LateLookup::upkeep);
        std::iter::once(self.whole.upkeep()).chain(late).collect()
    }

    /// Everything known that the picture shows. Landmarks are asked where the whole frame says
    /// nothing, and with `deep` in any case.
    pub(crate) fn recognise(
        &self,
        ledger: &Ledger,
        picture: &PreparedPicture,
        deep: bool,
    ) -> Result<Recognised, LedgerError> {
        let whole = self.stopwatch.time(steps::FRAMES, || self.whole.ask(ledger, picture))?;
        let mut seen = Vec::new();
        if deep || whole.is_empty() {
            seen = once_each_clip(self.seen(ledger, &picture.seen.picture())?);
            for (finding, is_match) in &mut seen {
                if let (true, Some(_)) = (*is_match, &finding.time) {
                    let stored = frames_with_landmarks(ledger, finding.item)?;
                    *is_match = policy::judge_sights(evidence_bits(finding), 1, stored);
                }
            }
        }
        let whole = whole.iter().map(|found| of_whole(found, picture.size_px())).collect();
        Ok(together(whole, seen))
    }

    /// Everything known that a picture shows of which there are only codes, one an orientation.
    pub(crate) fn recognise_code(
        &self,
        ledger: &Ledger,
        codes: &[Code; 8],
    ) -> Result<Recognised, LedgerError> {
        let whole = self.whole.ask_bare(ledger, codes)?;
        Ok(together(whole.iter().map(|found| of_whole(found, (0, 0))).collect(), Vec::new()))
    }

    /// Every way in which a stored picture may be seen in the query, verdict or not.
    pub(crate) fn seen(
        &self,
        ledger: &Ledger,
        picture: &Picture<'_>,
    ) -> Result<Vec<Judged>, LedgerError> {
        let asked = &picture.spots[..picture.distinct];
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let snapshots = self.landmarks.snapshots(ledger)?;
        let codes = snapshots.iter().map(Snapshot::len).sum();
        let watch = &self.stopwatch;
        let votes = watch.time(steps::LANDMARKS, || votes::cast(&snapshots, asked));
        let ballots = watch.time(steps::VOTES, || votes::count_up(votes, codes));
        watch.time(steps::ALIGN, || laid(ledger, &ballots, picture, codes))
    }
}

/// Every way in which what was voted for may be seen in the query, of so many stored codes.
fn laid(
    ledger: &Ledger,
    ballots: &[Ballot],
    picture: &Picture<'_>,
    codes: usize,
) -> Result<Vec<Judged>, LedgerError> {
    let pictures = codes / athar_hash::Setting::STORED.most;
    let mut seen = Vec::new();
    for ballot in ballots {
        let Some(stored) = Stored::read(ledger, ballot)? else { continue };
        let sightings = sightings(&ballot.votes, &stored.picture(), picture);
        seen.extend(
            sightings
                .iter()
                .filter_map(|sighting| judge(sighting, &stored, picture.size_px, pictures)),
        );
    }
    Ok(seen)
}

/// How unlikely chance makes what is seen of an item, in bits.
pub(crate) fn evidence_bits(finding: &Finding) -> u32 {
    finding.region.as_ref().and_then(|region| region.evidence_bits).unwrap_or(0)
}

/// How many frames of a stored clip have landmarks; 1 for a picture.
pub(crate) fn frames_with_landmarks(ledger: &Ledger, item: ItemId) -> Result<usize, LedgerError> {
    let rows = ledger.codes_of_item(item)?;
    Ok(rows.iter().filter(|row| row.space == Space::Landmark.name()).count())
}

/// Of the frames of a clip that a picture may be, the best.
fn once_each_clip(seen: Vec<Judged>) -> Vec<Judged> {
    let rank = |(finding, is_match): &Judged| (*is_match, evidence_bits(finding));
    let mut best: Vec<Judged> = Vec::new();
    for judged in seen {
        let is_same = |other: &Judged| other.0.time.is_some() && other.0.item == judged.0.item;
        match best.iter_mut().find(|other| is_same(other)) {
            Some(other) if rank(&judged) > rank(other) => *other = judged,
            Some(_) => {}
            None => best.push(judged),
        }
    }
    best
}

/// A stored item's landmarks, or those of a frame of it.
pub(crate) struct Stored {
    pub item: ItemId,
    pub spots: Vec<Spot>,
    pub size_px: (u32, u32),
    /// When the frame is shown, where it is one of a clip.
    pub at_ms: Option<u64>,
}

impl Stored {
    /// `None` when the row is not there (any more).
    fn read(ledger: &Ledger, ballot: &Ballot) -> Result<Option<Self>, LedgerError> {
        let Some(row) = ledger.codes(ballot.row)? else { return Ok(None) };
        let Some(item) = ledger.item(row.item)? else { return Ok(None) };
        Ok(Self::of(&row, &item))
    }

    /// From a row of landmarks; `None` where places and codes do not fit.
    pub(crate) fn of(row: &CodesRow, item: &ItemRow) -> Option<Self> {
        let (spots, at_ms) = time_places::landmarks(row, item)?;
        Some(Self { item: item.id, spots, size_px: (item.width, item.height), at_ms })
    }

    pub(crate) fn picture(&self) -> Picture<'_> {
        let distinct = self.spots.len();
        Picture {
            spots: &self.spots,
            distinct,
            by_x: &[],
            size_px: self.size_px,
            least_scale_px: 0.0,
        }
    }
}

/// A finding and whether it is a match.
pub(crate) type Judged = (Finding, bool);

/// The verdict on a sighting, one picture of so many; `None` when it cannot be laid on the query
/// at all.
pub(crate) fn judge(
    sighting: &Sighting,
    stored: &Stored,
    query_px: (u32, u32),
    pictures: usize,
) -> Option<Judged> {
    let (query, in_stored) = region::common(&sighting.motion, query_px, stored.size_px)?;
    let own = |found: &&Found| !policy::is_stop_code(found.alike, pictures);
    let inliers = sighting.found.iter().filter(own).count() as u32;
    let coverage = Coverage::of(sighting, &stored.picture());
    let others = sighting.found.iter().filter(|found| !own(found)).count() as u32;
    let tried = sighting.sought.len().max(sighting.found.len()) as u32;
    let tried = tried.saturating_sub(others);
    let evidence_bits = policy::evidence_bits(inliers, tried, sighting.fitted, sighting.by_chance);
    let sight = Sight {
        inliers,
        evidence_bits,
        coverage: coverage.share(),
        spread: coverage.spread(),
        holes: coverage.holes_share(),
        hole_spans: coverage.hole_spans(),
        stretch: stretch(&sighting.motion, &in_stored),
        breadth: breadth(sighting, stored),
        query_share: region::share(&query, query_px),
        stored_share: region::share(&in_stored, stored.size_px),
        reach: reach(sighting, stored),
    };
    let relation = policy::judge_sight(&sight);
    let differs = match relation {
        Some(Relation::Altered) => differing(&coverage, &sighting.motion, query_px),
        _ => Vec::new(),
    };
    let region = Region {
        coverage: Some(to_step(sight.coverage, 1e-3)),
        evidence_bits: Some(evidence_bits),
        differs,
        ..lie(&sighting.motion, query, in_stored)?
    };
    let time = stored.at_ms.map(|at_ms| Time::of_still(Span { from_ms: at_ms, to_ms: at_ms }));
    let relation_of_frames = if time.is_some() { Relation::Still } else { Relation::Part };
    let finding = Finding {
        item: stored.item,
        relation: relation.filter(|_| time.is_none()).unwrap_or(relation_of_frames),
        via: Space::Landmark,
        distance: median_distance(sighting),
        orientation: nearest_orientation(&region),
        inverted: false,
        second_distance: None,
        inliers: Some(inliers),
        region: Some(region),
        time,
        radius: LANDMARK_RADIUS.bits(),
        false_alarm_rate: policy::landmark_false_alarm_rate(evidence_bits),
        false_alarm_pairs: policy::landmark_false_alarm_pairs(),
        ordinal: 0,
    };
    Some((finding, relation.is_some()))
}

/// How much the motion stretches or tilts anything, at the worst corner.
fn stretch(motion: &Motion, stored: &Polygon) -> f64 {
    let scales = stored.iter().map(|&corner| motion.at(corner).map_or(0.0, |(scale, ..)| scale));
    let (least, most) =
        scales.fold((f64::INFINITY, 0.0f64), |(least, most), s| (least.min(s), most.max(s)));
    let one_way = stored.iter().map(|&corner| motion.stretch(corner).unwrap_or(f64::INFINITY));
    one_way.fold(most / least, f64::max)
}

/// How broadly the found landmarks lie, as their deviation across through that along: 0 on a line.
fn breadth(sighting: &Sighting, stored: &Stored) -> f64 {
    let points = || sighting.found.iter().map(|found| stored.spots[found.stored as usize].frame.at);
    let count = sighting.found.len().max(1) as f64;
    let mean = [0, 1].map(|axis| points().map(|point| point[axis]).sum::<f64>() / count);
    let moment = |a: usize, b: usize| {
        points().map(|point| (point[a] - mean[a]) * (point[b] - mean[b])).sum::<f64>()
    };
    let (xx, yy, xy) = (moment(0, 0), moment(1, 1), moment(0, 1));
    let root = ((xx - yy).powi(2) / 4.0 + xy * xy).sqrt();
    let (most, least) = ((xx + yy) / 2.0 + root, (xx + yy) / 2.0 - root);
    (least.max(0.0) / most.max(f64::MIN_POSITIVE)).sqrt()
}

/// How much of the area in which landmarks are sought lies between the outermost that are found, 0
/// to 1. Few that are found all over a picture still leave a margin around them, which is made
/// good.
fn reach(sighting: &Sighting, stored: &Stored) -> f64 {
    let at = |number: u32| stored.spots[number as usize].frame.at;
    let found: Vec<_> = sighting.found.iter().map(|found| at(found.stored)).collect();
    let sought: Vec<_> = sighting.sought.iter().map(|&number| at(number)).collect();
    let (found, sought) = (extent_px(&found), extent_px(&sought));
    let count = sighting.found.len() as f64;
    let usual = ((count - 1.0) / (count + 1.0)).max(0.1);
    let along = |axis: usize| (found[axis] / sought[axis].max(1.0) / usual).min(1.0);
    along(0) * along(1)
}

/// Width and height of what points lie in.
fn extent_px(points: &[[f64; 2]]) -> [f64; 2] {
    [0, 1].map(|axis| {
        let along = points.iter().map(|point| point[axis]);
        let ends = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        (ends.1 - ends.0).max(0.0)
    })
}

fn median_distance(sighting: &Sighting) -> u16 {
    // They come nearest first.
    sighting.found.get(sighting.found.len() / 2).map_or(0, |found| found.distance)
}

fn differing(coverage: &Coverage, motion: &Motion, query_px: (u32, u32)) -> Vec<Differing> {
    let whole = region::frame(query_px.0, query_px.1);
    let one = |[left, top, right, bottom]: [f64; 4]| {
        let stored = vec![[left, top], [right, top], [right, bottom], [left, bottom]];
        let seen = region::intersection(&region::moved(&stored, motion)?, &whole);
        let back = motion.inverse()?;
        let stored = seen.iter().map(|&corner| back.apply(corner)).collect::<Option<_>>()?;
        Some(rounded(seen, stored))
    };
    let polygons = coverage.holes().into_iter().filter_map(one);
    polygons.map(|(query, stored)| Differing { query, stored }).collect()
}

/// How the item lies in the query; `None` when its middle is out of all sight.
fn lie(motion: &Motion, query: Polygon, stored: Polygon) -> Option<Region> {
    let middle = region::middle(&stored)?;
    let (scale, turn, mirrored) = motion.at(middle)?;
    let (query, stored) = rounded(query, stored);
    // People mirror left to right, which is the other mirroring turned by a half.
    let turn = if mirrored { turn + PI } else { turn };
    let turn_deg = to_step((turn.to_degrees() + 180.0).rem_euclid(360.0) - 180.0, 1e-2);
    let scale = to_step(scale, 1e-4);
    let (coverage, evidence_bits, differs) = (None, None, Vec::new());
    Some(Region { query, stored, scale, turn_deg, mirrored, coverage, evidence_bits, differs })
}

/// Tenths of a pixel are more than is known.
fn rounded(query: Polygon, stored: Polygon) -> (Polygon, Polygon) {
    let round =
        |polygon: Polygon| polygon.into_iter().map(|p| p.map(|v| to_step(v, 0.1))).collect();
    (round(query), round(stored))
}

fn to_step(value: f64, step: f64) -> f64 {
    let steps = 1.0 / step;
    // Nothing is minus zero.
    (value * steps).round() / steps + 0.0
}

/// What is done to the query to lay it on the item, to the nearest quarter of a turn.
fn nearest_orientation(region: &Region) -> Orientation {
    let quarters = (region.turn_deg / 90.0).round() as i64;
    let place = match region.mirrored {
        // A mirrored turn is its own way back.
        true => 4 + quarters.rem_euclid(4),
        false => (-quarters).rem_euclid(4),
    };
    Orientation::ALL[place as usize]
}

/// The verdict on two frames whose codes are near.
fn of_whole(found: &Candidate, query_px: (u32, u32)) -> Finding {
    let frames = found.frames.filter(|frames| !frames.are_whole(query_px));
    let common = frames.map_or(1.0, |frames| {
        frames.query.share(query_px).min(frames.stored.share(frames.stored_px))
    });
    Finding {
        item: found.item,
        relation: match found.shown {
            Some(_) => Relation::Still,
            None => policy::judge_common(common),
        },
        via: Space::Pdq,
        distance: found.distance.bits(),
        orientation: found.orientation,
        inverted: found.inverted,
        second_distance: found.second_distance,
        inliers: None,
        region: frames.and_then(|frames| region_of(&frames, found.orientation)),
        time: found.shown.map(Time::of_still),
        radius: PDQ_RADIUS.bits(),
        false_alarm_rate: policy::false_alarm_rate(found.distance),
        false_alarm_pairs: policy::false_alarm_pairs(),
        ordinal: 0,
    }
}

pub(crate) fn region_of(frames: &Frames, orientation: Orientation) -> Option<Region> {
    let corners = frames.corners(orientation);
    let to_query = corners.map(|(query, stored)| (stored, query));
    let (query, stored) = corners.into_iter().unzip();
    lie(&Motion::fit_homography(&to_query)?, query, stored)
}

/// One finding for each item and each way in which it is seen. What both routes found is told
/// once, with the evidence of both: the landmarks know what of it differs.
fn together(whole: Vec<Finding>, seen: Vec<Judged>) -> Recognised {
    let mut recognised = Recognised::default();
    // Where the first finding of each item stands, and how many landmarks have shown.
    let mut places: HashMap<ItemId, (usize, u32)> = HashMap::new();
    for finding in whole {
        places.insert(finding.item, (recognised.matches.len(), 0));
        recognised.matches.push(finding);
    }
    for (mut finding, is_match) in seen {
        match places.get_mut(&finding.item) {
            Some((place, ways @ 0)) if is_match => {
                *ways = 1;
                add_evidence(&mut recognised.matches[*place], finding);
            }
            Some((_, ways)) if is_match => {
                finding.ordinal = *ways;
                *ways += 1;
                recognised.matches.push(finding);
            }
            None if is_match => {
                places.insert(finding.item, (recognised.matches.len(), 1));
                recognised.matches.push(finding);
            }
            _ => recognised.candidates.push(finding),
        }
    }
    recognised
}

fn add_evidence(whole: &mut Finding, seen: Finding) {
    (whole.inliers, whole.region) = (seen.inliers, seen.region);
    if seen.relation == Relation::Altered {
        whole.relation = Relation::Altered;
    }
}
