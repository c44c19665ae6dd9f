//! One clip or sound, fingerprinted and not kept.

use crate::clip::{FramePlan, FrameSpan};
use crate::examine::FoundLandmarks;
use crate::{Code, Decoding, InputError, Interrupt, Level, intake};
use athar_hash::{Landmark, VoiceCode};
use athar_media::clip::Pick;
use std::path::Path;

/// What is wanted of a clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipWant {
    /// The frames that are coded.
    pub pick: Pick,
    /// Frames of which landmarks are sought, at most: to store, and to ask with.
    pub landmarks: (u32, u32),
    /// Whether voices are wanted: to store, and to ask with.
    pub voices: (bool, bool),
}

/// The fingerprints of a clip. Times are milliseconds from its beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipPrint {
    /// The container's name.
    pub format: &'static str,
    /// Columns and rows as a person sees them; 0 without frames.
    pub size_px: (u32, u32),
    /// How long it says to be.
    pub duration_ms: Option<u64>,
    /// Its frames, in the order of their times; none where it has none.
    pub frames: Vec<FramePrint>,
    /// Landmarks of some of them, by the frame's time.
    pub landmarks: Vec<(u64, FrameLandmarks)>,
    /// Where the last frame ends.
    pub frames_end_ms: u64,
    /// The longest time in which no frame was looked at.
    pub widest_gap_ms: u64,
    /// The voices to store.
    pub stored_voices: Vec<VoiceCode>,
    /// The voices to ask with.
    pub asked_voices: Vec<VoiceCode>,
    /// Where the sound ends.
    pub sound_end_ms: u64,
}

/// Frames that follow each other and look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FramePrint {
    /// When the first of them is shown.
    pub from_ms: u64,
    /// When the last of them is shown.
    pub to_ms: u64,
    /// Left, top, width and height of the part that was coded, in pixels of the clip.
    pub area_px: [u32; 4],
    /// PDQ.
    pub code: Code,
    /// PDQ quality, 0 to 100.
    pub quality: u8,
}

/// Landmarks of one frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameLandmarks {
    /// The size of the plane in whose pixels they are.
    pub plane_px: (u32, u32),
    /// Those to store.
    pub stored: Vec<Landmark>,
    /// Those to ask with.
    pub asked: Vec<Landmark>,
}

/// Fingerprints one clip or sound and keeps nothing; `None` when somebody wished to stop.
///
/// # Errors
///
/// The file cannot be read, is no clip, is damaged or over a limit, or decoding it was stopped.
pub fn hash_clip(
    path: &Path,
    want: &ClipWant,
    decoding: &Decoding,
    stop: &Interrupt,
) -> Result<Option<ClipPrint>, InputError> {
    let opened = intake::open(path)?;
    let stop = || stop.is_set();
    let mut session = decoding.begin_clip(opened.file, opened.size, Level::best(), &stop)?;
    let Some(facts) = session.facts()? else { return Ok(None) };
    let (stored, asked) = want.landmarks;
    let plan = FramePlan { pick: want.pick, between: false, stored, asked };
    let Some(frames) = session.frames(&plan)? else { return Ok(None) };
    let Some(voices) = session.sound(want.voices.0, want.voices.1)? else { return Ok(None) };
    Ok(Some(ClipPrint {
        format: facts.format.name(),
        size_px: (facts.width, facts.height),
        duration_ms: facts.duration_ms,
        frames: frames.frames.iter().map(FramePrint::of).collect(),
        landmarks: frames
            .pictures
            .into_iter()
            .map(|picture| (picture.at_ms, FrameLandmarks::of(picture.landmarks)))
            .collect(),
        frames_end_ms: frames.end_ms,
        widest_gap_ms: frames.widest_gap_ms,
        stored_voices: voices.stored,
        asked_voices: voices.asked,
        sound_end_ms: voices.end_ms,
    }))
}

impl FramePrint {
    fn of(span: &FrameSpan) -> Self {
        let FrameSpan { from_ms, to_ms, extent, codes, quality } = *span;
        let code = codes[0];
        let area_px = [extent.left_px, extent.top_px, extent.width_px, extent.height_px];
        Self { from_ms, to_ms, area_px, code, quality }
    }
}

impl FrameLandmarks {
    fn of(found: FoundLandmarks) -> Self {
        let FoundLandmarks { plane_px, stored, asked } = found;
        Self { plane_px, stored, asked }
    }
}
