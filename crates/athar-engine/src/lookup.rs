//! Which stored items lie near a picture: the index's answer, put into the ledger's terms.
//!
//! The index follows what is committed. What the transaction under way has added so far is in a
//! second, small index that is dropped with the transaction, so that nothing which is rolled back
//! was ever in the first, in memory or on the disk. A hit is the id of a code. What the ledger
//! does not know (any more) by that id is no hit: a code that was withdrawn a moment ago is gone,
//! whatever an index still holds.

use crate::clip::FrameSpan;
use crate::follow::{Found, IndexNote, follow, open, open_for_reading};
use crate::motion::Point;
use crate::outcome::Span;
use crate::places::Extent;
use crate::policy::{self, PDQ_RADIUS};
use crate::prepare::PreparedPicture;
use crate::store::IndexPlace;
use crate::time_places::FramePlace;
use athar_hash::{PictureFingerprint, Second, Space};
use athar_index::{Hit, Index, Snapshot};
use athar_kernel::{Code, Distance, Level, Orientation, Radius};
use athar_ledger::{CodeId, ItemId, Ledger, LedgerError, Seq};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// The radius that every code is within.
const EVERYTHING: Radius = match Radius::new(256) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// A stored code near a query, the nearest of its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub item: ItemId,
    pub distance: Distance,
    /// What was done to the query when it came nearest.
    pub orientation: Orientation,
    /// Whether its colours were inverted besides.
    pub inverted: bool,
    /// Distance of the second opinions in that orientation, where both sides have one.
    pub second_distance: Option<u16>,
    /// Which frames these are; `None` where only codes are at hand.
    pub frames: Option<Frames>,
    /// When the stored frame is shown, where it is one of a clip.
    pub shown: Option<Span>,
}

/// Frames of two pictures that look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frames {
    pub query: Extent,
    pub stored: Extent,
    /// Size of the stored picture.
    pub stored_px: (u32, u32),
}

impl Frames {
    /// Whether there are no surroundings on either side, as there mostly are none.
    pub(crate) fn are_whole(&self, query_px: (u32, u32)) -> bool {
        self.query == Extent::whole(query_px) && self.stored == Extent::whole(self.stored_px)
    }

    /// The corners of both, those together that lie on each other.
    pub(crate) fn corners(&self, orientation: Orientation) -> [(Point, Point); 4] {
        [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].map(|corner| {
            let there = orientation.of_unit_square(corner);
            (self.query.point(corner), self.stored.point(there))
        })
    }
}

/// One code that a picture is asked with.
struct Asked<'a> {
    code: Code,
    orientation: Orientation,
    inverted: bool,
    /// The frame that it is of, and its second opinion, where a picture is at hand.
    frame: Option<(Extent, &'a Second)>,
}

/// The searchable codes of one space of the ledger.
pub(crate) struct Lookup {
    upkeep: Upkeep,
    /// What the transaction under way has added.
    fresh: Index,
}

/// What a thread needs to keep the index in shape.
#[derive(Clone)]
pub(crate) struct Upkeep {
    pub space: Space,
    pub index: Arc<Index>,
    /// Whether the index has its directory.
    pub writable: bool,
    /// Changes that are not on the disk, at most.
    pub unwritten: Arc<AtomicUsize>,
    /// Events that the index on the disk does not say to have reached, at most: whoever starts
    /// looks for changes in all of them.
    pub unmarked: Arc<AtomicU64>,
}

/// The distance and the code asked for at which something came nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Nearest {
    pub distance: Distance,
    /// Which of the codes that were asked for.
    pub asked: usize,
    pub code: u64,
}

/// What lies near a code.
#[derive(Default)]
pub(crate) struct Near {
    /// How much there is.
    pub total: usize,
    pub hits: Vec<Hit>,
}

/// Codes that are asked for in one call.
const ASKED_AT_ONCE: usize = 128;

impl Lookup {
    /// The index in its place, for somebody who adds to it: brought up to the ledger, or made anew
    /// from it.
    pub(crate) fn open(
        place: &IndexPlace,
        ledger: &Ledger,
        space: Space,
        note: &mut dyn FnMut(IndexNote),
    ) -> Result<Self, LedgerError> {
        let Found { index, writable, .. } = open(place, ledger, note)?;
        Self::with(space, index, writable).caught_up(ledger, note)
    }

    /// The index in its place for somebody who adds nothing: what lies there is read, what came after
    /// is kept in memory.
    pub(crate) fn open_for_reading(
        place: &IndexPlace,
        ledger: &Ledger,
        space: Space,
        note: &mut dyn FnMut(IndexNote),
    ) -> Result<Self, LedgerError> {
        let Found { index, writable, .. } = open_for_reading(place, ledger, note)?;
        Self::with(space, index, writable).caught_up(ledger, note)
    }

    fn with(space: Space, index: Index, writable: bool) -> Self {
        let index = Arc::new(index);
        let (unwritten, unmarked) = (Arc::default(), Arc::default());
        let upkeep = Upkeep { space, index, writable, unwritten, unmarked };
        let fresh = Index::new(Level::best());
        Self { upkeep, fresh }
    }

    fn caught_up(
        mut self,
        ledger: &Ledger,
        note: &mut dyn FnMut(IndexNote),
    ) -> Result<Self, LedgerError> {
        let nothing_lay_there = self.reached() == 0;
        self.catch_up(ledger)?;
        if nothing_lay_there {
            IndexNote::of_missing(
                self.upkeep.space,
                self.upkeep.unwritten.load(Ordering::Relaxed),
                note,
            );
        }
        Ok(self)
    }

    fn reached(&self) -> Seq {
        self.upkeep.index.reached().map_or(0, |mark| mark.reached)
    }

    /// Learns what was committed since. Called at the beginning of a transaction, it makes sure
    /// that nothing which another process added meanwhile is missed.
    pub(crate) fn catch_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        if !self.fresh.snapshot().is_empty() || self.fresh.reached().is_some() {
            self.fresh = Index::new(Level::best());
        }
        let from = self.reached();
        let gained = follow(&self.upkeep.index, from, ledger, self.upkeep.space)?;
        self.upkeep.unwritten.fetch_add(gained, Ordering::Relaxed);
        let passed = self.reached().saturating_sub(from);
        self.upkeep.unmarked.fetch_add(passed, Ordering::Relaxed);
        Ok(())
    }

    /// Learns what the transaction under way has written so far, until the next
    /// [`catch_up`](Self::catch_up).
    pub(crate) fn look_into(&mut self, transaction: &Ledger) -> Result<(), LedgerError> {
        let reached = self.fresh.reached().map_or(self.reached(), |mark| mark.reached);
        follow(&self.fresh, reached, transaction, self.upkeep.space)?;
        Ok(())
    }

    /// What keeps the index in shape.
    pub(crate) fn upkeep(&self) -> Upkeep {
        self.upkeep.clone()
    }

    /// Items near the picture in any of its eight orientations, inverted or not, with its
    /// surroundings or without, nearest first.
    pub(crate) fn ask(
        &self,
        ledger: &Ledger,
        picture: &PreparedPicture,
    ) -> Result<Vec<Candidate>, LedgerError> {
        candidates(self.snapshots(), ledger, &asked_of_picture(picture))
    }

    /// Items near any of eight codes, one an orientation, or their complements, where no picture
    /// is at hand.
    pub(crate) fn ask_bare(
        &self,
        ledger: &Ledger,
        codes: &[Code; 8],
    ) -> Result<Vec<Candidate>, LedgerError> {
        candidates(self.snapshots(), ledger, &asked_with(codes, |_| None).collect::<Vec<_>>())
    }

    /// How many codes there are, those that were withdrawn a moment ago perhaps included.
    pub(crate) fn len(&self) -> usize {
        self.snapshots().map(|snapshot| snapshot.len()).sum()
    }

    /// The `count` codes that are nearest to any of eight, by looking at every one.
    pub(crate) fn nearest(&self, codes: &[Code; 8], count: usize) -> Vec<Nearest> {
        nearest_by(self.snapshots(), codes, |snapshot, codes| {
            codes.iter().map(|code| snapshot.nearest(code, count, EVERYTHING)).collect()
        })
    }

    /// For each code those within the radius, at most so many, the nearest first, and how many
    /// there are.
    pub(crate) fn near(&self, codes: &[Code], radius: Radius, most: usize) -> Vec<Near> {
        let mut near: Vec<Near> = (0..codes.len()).map(|_| Near::default()).collect();
        for snapshot in self.snapshots() {
            for (some, near) in codes.chunks(ASKED_AT_ONCE).zip(near.chunks_mut(ASKED_AT_ONCE)) {
                let pages = snapshot.first_batch(some, radius, most);
                for (near, page) in near.iter_mut().zip(pages) {
                    near.total += page.total;
                    near.hits.extend(page.hits);
                }
            }
        }
        near
    }

    /// What is committed, and what the transaction under way has added.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = Snapshot> {
        [self.upkeep.index.snapshot(), self.fresh.snapshot()].into_iter()
    }
}

impl Upkeep {
    /// Whether something committed looks like a frame of the picture.
    pub(crate) fn knows(
        &self,
        ledger: &Ledger,
        picture: &PreparedPicture,
    ) -> Result<bool, LedgerError> {
        let snapshots = std::iter::once(self.index.snapshot());
        Ok(!candidates(snapshots, ledger, &asked_of_picture(picture))?.is_empty())
    }

    /// Whether something looks like one of the frames: then they are worth a closer look.
    pub(crate) fn is_near(&self, frames: &[FrameSpan]) -> bool {
        let snapshot = self.index.snapshot();
        let frames = frames.iter().filter(|frame| frame.is_searchable());
        let codes: Vec<Code> = frames.flat_map(|frame| ways(&frame.codes)).collect();
        let mut pages = codes.chunks(ASKED_AT_ONCE);
        pages.any(|some| snapshot.first_batch(some, PDQ_RADIUS, 1).iter().any(|p| p.total > 0))
    }
}

/// The items of near codes, each as it came nearest.
fn candidates(
    snapshots: impl Iterator<Item = Snapshot>,
    ledger: &Ledger,
    asked: &[Asked<'_>],
) -> Result<Vec<Candidate>, LedgerError> {
    let codes: Vec<Code> = asked.iter().map(|asked| asked.code).collect();
    let within = |snapshot: &Snapshot, codes: &[Code]| snapshot.within_batch(codes, PDQ_RADIUS);
    let mut nearest: HashMap<ItemId, Candidate> = HashMap::new();
    for near in nearest_by(snapshots, &codes, within) {
        let item = ledger.item_of_codes(CodeId(near.code as i64).row())?;
        // A clip may have thousands that are near, each in a row of thousands.
        if item.is_none_or(|item| nearest.contains_key(&item)) {
            continue;
        }
        if let Some(candidate) = candidate(ledger, &near, &asked[near.asked])? {
            nearest.entry(candidate.item).or_insert(candidate);
        }
    }
    let mut candidates: Vec<_> = nearest.into_values().collect();
    candidates.sort_by_key(|candidate| (candidate.distance, candidate.item));
    Ok(candidates)
}

fn nearest_by(
    snapshots: impl Iterator<Item = Snapshot>,
    codes: &[Code],
    search: impl Fn(&Snapshot, &[Code]) -> Vec<Vec<Hit>>,
) -> Vec<Nearest> {
    let mut nearest = Nearests::default();
    for snapshot in snapshots {
        for (asked, hits) in search(&snapshot, codes).into_iter().enumerate() {
            hits.iter().for_each(|hit| nearest.add(hit.payload, hit.distance, asked));
        }
    }
    nearest.in_order()
}

/// Codes, each with where it came nearest.
#[derive(Default)]
pub(crate) struct Nearests(HashMap<u64, Nearest>);

impl Nearests {
    pub(crate) fn add(&mut self, code: u64, distance: Distance, asked: usize) {
        let here = Nearest { distance, asked, code };
        let best = self.0.entry(code).or_insert(here);
        *best = here.min(*best);
    }

    /// The nearest first.
    pub(crate) fn in_order(self) -> Vec<Nearest> {
        let mut nearest: Vec<_> = self.0.into_values().collect();
        nearest.sort_unstable();
        nearest
    }
}

/// The codes of a picture's frames that mean anything.
fn asked_of_picture(picture: &PreparedPicture) -> Vec<Asked<'_>> {
    let frames = picture.frames().filter(|(_, print)| policy::searchable(print.quality()));
    frames.flat_map(asked_of_frame).collect()
}

/// The codes of a frame in its eight orientations, and their complements.
fn asked_of_frame<'a>(
    (extent, print): (Extent, &'a PictureFingerprint),
) -> impl Iterator<Item = Asked<'a>> {
    asked_with(print.codes(), move |orientation| Some((extent, &print.seconds()[orientation])))
}

fn asked_with<'a>(
    codes: &[Code; 8],
    frame: impl Fn(usize) -> Option<(Extent, &'a Second)>,
) -> impl Iterator<Item = Asked<'a>> {
    ways(codes).into_iter().enumerate().map(move |(way, code)| {
        let (orientation, inverted) = way_of(way);
        Asked { code, orientation, inverted, frame: frame(way % 8) }
    })
}

/// The codes that a frame is asked with: one an orientation, and their complements.
pub(crate) fn ways(codes: &[Code; 8]) -> [Code; 16] {
    std::array::from_fn(|way| match way < 8 {
        true => codes[way],
        false => complement(&codes[way - 8]),
    })
}

/// What is done to a frame for one of [`ways`]: its orientation, and whether it is inverted.
pub(crate) fn way_of(way: usize) -> (Orientation, bool) {
    (Orientation::ALL[way % 8], way >= 8)
}

/// How near a picture's frames come to those of a stored one, with their surroundings or without,
/// and what is done to the picture for it: its orientation, and whether it is inverted.
pub(crate) fn nearest_frames(
    picture: &PreparedPicture,
    stored: &[Code],
) -> Option<(Distance, Orientation, bool)> {
    let asked = asked_of_picture(picture);
    let near = asked.iter().flat_map(|asked| {
        stored.iter().map(|code| (code.distance(&asked.code), asked.orientation, asked.inverted))
    });
    near.min()
}

/// The code that a picture has once its colours are inverted.
fn complement(code: &Code) -> Code {
    Code::from_words(code.words().map(|word| !word))
}

/// The item of a near code; `None` when the ledger does not know it (any more).
fn candidate(
    ledger: &Ledger,
    near: &Nearest,
    asked: &Asked<'_>,
) -> Result<Option<Candidate>, LedgerError> {
    let id = CodeId(near.code as i64);
    let Some(row) = ledger.codes(id.row())? else { return Ok(None) };
    let position = id.position();
    let second = row.second.as_deref().and_then(|seconds| {
        let bytes = seconds.chunks_exact(Second::BITS / 8).nth(position)?;
        Second::from_bytes(bytes)
    });
    let second_distance = asked.frame.zip(second).map(|((_, own), stored)| {
        let distance = stored.distance(own).bits();
        if asked.inverted { Second::BITS as u16 - distance } else { distance }
    });
    let Some(item) = ledger.item(row.item)? else { return Ok(None) };
    let places = row.places.as_deref();
    let place = places.and_then(|places| FramePlace::from_row(places, &item, position));
    let frames = asked.frame.zip(place).map(|((query, _), place)| {
        let stored_px = (item.width, item.height);
        Frames { query, stored: place.extent, stored_px }
    });
    Ok(Some(Candidate {
        item: row.item,
        distance: near.distance,
        orientation: asked.orientation,
        inverted: asked.inverted,
        second_distance,
        frames,
        shown: place.and_then(|place| place.shown),
    }))
}
