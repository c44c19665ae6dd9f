//! Why two pictures are held to show the same: what a person needs to see it.
//!
//! The stored side has no pixels, only landmarks. So the index is not asked: every landmark of the
//! item is compared with every one of the query.

use crate::motion::{Frame, Point};
use crate::outcome::Region;
use crate::places::Spot;
use crate::policy::{self, LANDMARK_RADIUS, Relation};
use crate::prepare::{Body, LandmarkPlan, PreparedPicture, Preparer, Wanted};
use crate::recognise::{self, Stored};
use crate::sighting::{Sighting, sightings};
use crate::store::{PROGRAM, Store};
use crate::unpack::Input;
use crate::votes::Vote;
use crate::walk::walk;
use crate::{Decoding, EngineError, InputError, Interrupt, clock, lookup};
use athar_hash::Space;
use athar_hash::landmark::mirrored;
use athar_kernel::{Level, Orientation, Plane};
use athar_ledger::{CheckRecord, CodesId, CodesRow, ItemRow};
use athar_media::Want;
use std::path::Path;

/// How an item of the store and a picture hang together, piece by piece.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The picture that was asked about.
    pub query: Side,
    /// Its brightness, at most [`PREVIEW_SIDE_PX`] a side.
    pub preview: Plane,
    /// The item.
    pub stored: Side,
    /// SHA-256 of the item.
    pub item: [u8; 32],
    /// The cases that hold it.
    pub cases: Vec<String>,
    /// How near the frames come, with their surroundings or without, where both pictures have one
    /// that means anything.
    pub frames: Option<FrameComparison>,
    /// Every way in which the item may be seen in the picture, the best supported first.
    pub ways: Vec<Way>,
}

/// The longer side of an explanation's picture, in pixels.
pub const PREVIEW_SIDE_PX: u32 = 1024;

/// One of the two pictures.
#[derive(Debug, Clone)]
pub struct Side {
    /// Columns in pixels.
    pub width_px: u32,
    /// Rows in pixels.
    pub height_px: u32,
    /// Its landmarks.
    pub landmarks: Vec<Frame>,
}

/// What the codes of frames say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameComparison {
    /// Bits in which they differ, 0 to 256.
    pub distance: u16,
    /// Whether that is a match.
    pub is_match: bool,
    /// What is done to the query when they come nearest.
    pub orientation: Orientation,
    /// Whether its colours are inverted besides.
    pub inverted: bool,
}

/// One way in which an item may be seen in a picture.
#[derive(Debug, Clone)]
pub struct Way {
    /// The verdict; `None` when it is no match.
    pub relation: Option<Relation>,
    /// What is in common.
    pub region: Region,
    /// Landmarks that were found again at their places and are not everybody's.
    pub inliers: u32,
    /// Landmarks of the item that should be seen.
    pub sought: u32,
    /// Where those found are: in the query and in the item.
    pub found: Vec<(Point, Point)>,
    /// The median of the bits in which their codes differ.
    pub distance: u16,
    /// How often unrelated pictures show as many.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated pictures on which the rate rests.
    pub false_alarm_pairs: u64,
}

impl Store {
    /// Lays an item, named by the hex digits that its SHA-256 begins with, on the picture at
    /// `path`. The look-up is recorded before its answer is told.
    ///
    /// # Errors
    ///
    /// There is no such item, more than one, or one without landmarks; the file is no picture that
    /// can be read.
    pub fn explain(
        &mut self,
        item: &str,
        path: &Path,
        decoding: &Decoding,
    ) -> Result<Explanation, EngineError> {
        self.comparable()?;
        let row = self.item_named(item)?;
        decoding.ready()?;
        let explained = match prepare(path, decoding) {
            Ok((picture, preview)) => self.lay(&row, &picture, preview),
            Err(error) => Err(EngineError::Input(error)),
        };
        self.record_look_up(&explained)?;
        explained
    }

    fn lay(
        &self,
        row: &ItemRow,
        picture: &PreparedPicture,
        preview: Plane,
    ) -> Result<Explanation, EngineError> {
        // Of a clip, the frame that is seen best.
        let frames = self.stored_landmarks(row)?.into_iter();
        let frames = frames.map(|stored| (ways(&stored, picture), stored));
        let strength =
            |ways: &[Way]| ways.iter().map(|way| (way.relation.is_some(), way.inliers)).max();
        let best = frames.max_by_key(|(ways, _)| strength(ways));
        let (ways, stored) = best.ok_or(EngineError::NoLandmarks)?;
        Ok(Explanation {
            frames: self.frames(row, picture)?,
            query: side(picture.size_px(), &picture.seen.asked),
            stored: side(stored.size_px, &stored.spots),
            item: row.sha256,
            cases: self.ledger.cases_of_item(row.id)?.into_iter().map(|case| case.name).collect(),
            ways,
            preview,
        })
    }

    pub(crate) fn item_named(&self, digits: &str) -> Result<ItemRow, EngineError> {
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || !(ITEM_DIGITS_LEAST..=64).contains(&digits.len()) {
            return Err(EngineError::NotAnItem);
        }
        let mut items = self.ledger.items_by_prefix(&digits.to_ascii_lowercase(), 2)?;
        match (items.pop(), items.pop()) {
            (Some(item), None) => Ok(item),
            (Some(_), Some(_)) => Err(EngineError::ManyItems),
            (None, _) => Err(EngineError::NoSuchItem),
        }
    }

    fn record_look_up(
        &mut self,
        explained: &Result<Explanation, EngineError>,
    ) -> Result<(), EngineError> {
        let record = CheckRecord {
            inputs: 1,
            matched: explained.as_ref().is_ok_and(Explanation::is_match).into(),
            unreadable: matches!(explained, Err(EngineError::Input(_))).into(),
            program: PROGRAM,
            scheme: athar_hash::LANDMARK_SCHEME,
            version: athar_hash::LANDMARK_VERSION,
            radius: LANDMARK_RADIUS.bits(),
            deep: true,
        };
        self.change(|tx| tx.record_check(&record, clock::now_ms()))?;
        Ok(())
    }

    /// Those of a picture, or of each frame of a clip that has any.
    fn stored_landmarks(&self, item: &ItemRow) -> Result<Vec<Stored>, EngineError> {
        let rows = self.ledger.codes_of_item(item.id)?;
        let rows = rows.iter().filter(|row| row.space == Space::Landmark.name());
        Ok(rows.filter_map(|row| Stored::of(row, item)).collect())
    }

    fn frames(
        &self,
        row: &ItemRow,
        picture: &PreparedPicture,
    ) -> Result<Option<FrameComparison>, EngineError> {
        let codes = self.ledger.codes_of_item(row.id)?;
        let is_asked = |codes: &&CodesRow| codes.space == Space::Pdq.name() && codes.searchable;
        let nearest = codes
            .iter()
            .find(is_asked)
            .and_then(|stored| lookup::nearest_frames(picture, &stored.codes));
        Ok(nearest.map(|(distance, orientation, inverted)| FrameComparison {
            distance: distance.bits(),
            is_match: policy::judge_whole(distance),
            orientation,
            inverted,
        }))
    }
}

impl Explanation {
    /// Whether the item is seen in the picture, whole or by landmarks.
    pub fn is_match(&self) -> bool {
        self.frames.is_some_and(|frames| frames.is_match)
            || self.ways.iter().any(|way| way.relation.is_some())
    }
}

/// Hex digits that have to be given of an item's SHA-256.
const ITEM_DIGITS_LEAST: usize = 6;

fn prepare(path: &Path, decoding: &Decoding) -> Result<(PreparedPicture, Plane), InputError> {
    let (stop, known) = (Interrupt::new(), |_: &[u8; 32]| false);
    let wanted = Wanted {
        frames: Want::Hash,
        landmarks: Some(LandmarkPlan { stored: false, asked: &|_| true }),
        clips: None,
        preview_side_px: Some(PREVIEW_SIDE_PX),
    };
    let preparer = Preparer::new(Level::best(), decoding, wanted, &stop, &known);
    let found = walk(&[path.to_path_buf()]);
    let file = match &found[..] {
        [file] => file,
        _ => return Err(InputError::unreadable("a directory, not a file")),
    };
    let prepared = preparer.prepare(Input::of(file));
    let (body, error) = prepared.map_or((Body::Failed, None), |p| (p.body, p.outcome.error));
    let unread = || error.unwrap_or_else(|| InputError::unreadable("it cannot be read"));
    let Body::Picture(mut picture) = body else { return Err(unread()) };
    let preview = picture.preview.take();
    preview.map(|preview| (*picture, preview)).ok_or_else(unread)
}

fn side((width_px, height_px): (u32, u32), spots: &[Spot]) -> Side {
    Side { width_px, height_px, landmarks: spots.iter().map(|spot| spot.frame).collect() }
}

fn ways(stored: &Stored, picture: &PreparedPicture) -> Vec<Way> {
    let votes = votes(&stored.spots, &picture.seen.asked[..picture.seen.distinct]);
    let sightings = sightings(&votes, &stored.picture(), &picture.seen.picture());
    sightings.iter().filter_map(|sighting| way(sighting, stored, picture)).collect()
}

fn way(sighting: &Sighting, stored: &Stored, picture: &PreparedPicture) -> Option<Way> {
    let (finding, is_match) = recognise::judge(sighting, stored, picture.size_px(), 1)?;
    let place = |found: &crate::sighting::Found| {
        let query = picture.seen.asked[found.query as usize].frame.at;
        (query, stored.spots[found.stored as usize].frame.at)
    };
    Some(Way {
        relation: is_match.then_some(finding.relation),
        region: finding.region?,
        inliers: finding.inliers?,
        sought: sighting.sought.len() as u32,
        found: sighting.found.iter().map(place).collect(),
        distance: finding.distance,
        false_alarm_rate: finding.false_alarm_rate,
        false_alarm_pairs: finding.false_alarm_pairs,
    })
}

/// Every two landmarks that look alike.
fn votes(stored: &[Spot], asked: &[Spot]) -> Vec<Vote> {
    let mut votes = Vec::new();
    for (query, spot) in (0..).zip(asked) {
        for (is_mirrored, code) in [(false, spot.code), (true, mirrored(&spot.code))] {
            votes.extend((0..).zip(stored).filter_map(|(number, other)| {
                let distance = code.distance(&other.code);
                LANDMARK_RADIUS.covers(distance).then(|| Vote {
                    row: CodesId(0),
                    mirrored: is_mirrored,
                    query,
                    stored: number,
                    distance: distance.bits(),
                    alike: 1,
                })
            }));
        }
    }
    votes
}
