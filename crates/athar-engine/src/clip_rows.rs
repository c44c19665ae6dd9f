//! A clip's fingerprint as rows of the ledger: codes of frames and of voices, those that may be
//! found apart from those that are only kept, and the landmarks of each frame that has any.

use crate::clip::{FrameSpan, PreparedClip};
use crate::policy::{LANDMARK_VOTES, voice_searchable};
use crate::time_places;
use athar_hash::{Space, VoiceCode};
use athar_kernel::Code;
use athar_ledger::{CodeId, NewCodes};

/// One row.
pub(crate) struct ClipRow {
    space: Space,
    /// The number of its first code in the item.
    ordinal: u32,
    searchable: bool,
    codes: Vec<Code>,
    places: Vec<u8>,
}

impl ClipRow {
    /// As the ledger takes it.
    pub(crate) fn as_new(&self) -> NewCodes<'_> {
        let (scheme, version) = match self.space {
            Space::Pdq => (athar_hash::PDQ_SCHEME, athar_hash::PDQ_VERSION),
            Space::Landmark => (athar_hash::LANDMARK_SCHEME, athar_hash::LANDMARK_VERSION),
            Space::Voice => (athar_hash::VOICE_SCHEME, athar_hash::VOICE_VERSION),
        };
        NewCodes {
            space: self.space.name(),
            scheme,
            version,
            ordinal: self.ordinal,
            codes: &self.codes,
            searchable: self.searchable,
            places: Some(&self.places),
            second: None,
        }
    }
}

/// Every row of a clip.
pub(crate) fn rows(clip: &PreparedClip) -> Vec<ClipRow> {
    [frames(clip), voices(clip), landmarks(clip)].into_iter().flatten().collect()
}

fn frames(clip: &PreparedClip) -> Vec<ClipRow> {
    let mut rows = Rows::of(Space::Pdq);
    for searchable in [true, false] {
        let frames = clip.frames.frames.iter();
        let frames: Vec<&FrameSpan> =
            frames.filter(|frame| frame.is_searchable() == searchable).collect();
        for some in frames.chunks(CodeId::CODES_PER_ROW) {
            let codes = some.iter().map(|frame| frame.codes[0]).collect();
            rows.push(searchable, codes, time_places::of_frames(some.iter().copied()));
        }
    }
    rows.rows
}

fn voices(clip: &PreparedClip) -> Vec<ClipRow> {
    let mut rows = Rows::of(Space::Voice);
    for searchable in [true, false] {
        let voices = clip.voices.stored.iter();
        let voices: Vec<&VoiceCode> =
            voices.filter(|voice| voice_searchable(voice.quality) == searchable).collect();
        for some in voices.chunks(CodeId::CODES_PER_ROW) {
            let codes = some.iter().map(|voice| voice.code).collect();
            rows.push(searchable, codes, time_places::of_voices(some.iter().copied()));
        }
    }
    rows.rows
}

fn landmarks(clip: &PreparedClip) -> Vec<ClipRow> {
    let mut rows = Rows::of(Space::Landmark);
    for picture in &clip.pictures {
        let spots = &picture.seen.stored;
        if spots.len() >= LANDMARK_VOTES {
            let codes = spots.iter().map(|spot| spot.code).collect();
            let places = time_places::of_landmarks(spots, clip.size_px, picture.at_ms);
            rows.push(true, codes, places);
        }
    }
    rows.rows
}

/// Rows of one space, numbered on.
struct Rows {
    space: Space,
    next: u32,
    rows: Vec<ClipRow>,
}

impl Rows {
    fn of(space: Space) -> Self {
        Self { space, next: 0, rows: Vec::new() }
    }

    fn push(&mut self, searchable: bool, codes: Vec<Code>, places: Vec<u8>) {
        let (space, ordinal) = (self.space, self.next);
        self.next += codes.len() as u32;
        self.rows.push(ClipRow { space, ordinal, searchable, codes, places });
    }
}
