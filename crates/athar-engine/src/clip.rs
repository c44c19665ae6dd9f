//! What is asked of a clip or a sound, and what comes out of it: plain data, wherever the file is
//! decoded.
//!
//! Times are milliseconds from the clip's beginning.

use crate::examine::FoundLandmarks;
use crate::landmarked::Landmarked;
use crate::places::Extent;
use crate::policy;
use athar_hash::VoiceCode;
use athar_kernel::Code;
use athar_media::Format;
use athar_media::clip::Pick;

/// What can be known of a clip before it is decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClipFacts {
    pub format: Format,
    /// Columns as a person sees them; 0 without frames.
    pub width: u32,
    /// Rows as a person sees them; 0 without frames.
    pub height: u32,
    /// How long it says to be.
    pub duration_ms: Option<u64>,
    pub has_frames: bool,
    pub has_sound: bool,
}

/// Which frames of a clip are looked at, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FramePlan {
    pub pick: Pick,
    /// Whether every second frame counts only where it is unlike both its neighbours.
    pub between: bool,
    /// Frames of which landmarks to store are sought, at most.
    pub stored: u32,
    /// Frames of which landmarks to ask with are sought, at most.
    pub asked: u32,
}

/// The frames of a clip that were looked at, in the order of their times.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FramesFound {
    /// Their codes: those of the whole frames and of what is left without flat surroundings.
    pub frames: Vec<FrameSpan>,
    /// The landmarks of some of them.
    pub pictures: Vec<FramePicture>,
    /// Where the last frame ends.
    pub end_ms: u64,
    /// The longest time from one frame that was looked at and tells something to the next, the
    /// beginning and the end of the clip included.
    pub widest_gap_ms: u64,
    /// Whether only frames that stand alone were looked at, and there are others.
    pub is_sparse: bool,
}

/// Frames that follow each other and look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FrameSpan {
    /// When the first of them is shown.
    pub from_ms: u64,
    /// When the last of them is shown; the same as `from_ms` for a single one.
    pub to_ms: u64,
    /// The part of the frame that the code is of, in the pixels that [`ClipFacts`] counts.
    pub extent: Extent,
    /// The codes of the one in the middle, by `Orientation as usize`.
    pub codes: [Code; 8],
    /// PDQ quality, 0 to 100.
    pub quality: u8,
}

/// Landmarks of one frame.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FramePicture {
    pub at_ms: u64,
    pub landmarks: FoundLandmarks,
}

/// The voices of a recording or of a clip's sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Voices {
    pub stored: Vec<VoiceCode>,
    pub asked: Vec<VoiceCode>,
    /// Where the sound ends.
    pub end_ms: u64,
}

/// A clip or a sound, decoded and hashed.
pub(crate) struct PreparedClip {
    /// `video` where there are frames, `audio` otherwise.
    pub kind: &'static str,
    pub format: &'static str,
    /// Columns and rows of a frame as a person sees it; 0 without frames.
    pub size_px: (u32, u32),
    pub frames: FramesFound,
    /// Milliseconds from one frame that was looked at to the next.
    pub step_ms: u32,
    /// What is seen in some of the frames.
    pub pictures: Vec<ClipPicture>,
    pub voices: Voices,
}

/// What is seen in a frame.
pub(crate) struct ClipPicture {
    pub at_ms: u64,
    pub seen: Landmarked,
}

impl PreparedClip {
    /// The quality of the frame in the middle of all, from the worst to the best; of a sound that
    /// of its best voice.
    pub(crate) fn quality(&self) -> u8 {
        if self.frames.frames.is_empty() {
            return self.voices.all().map(|voice| voice.quality).max().unwrap_or(0);
        }
        let mut qualities: Vec<u8> = self.frames.frames.iter().map(|frame| frame.quality).collect();
        qualities.sort_unstable();
        qualities.get(qualities.len() / 2).copied().unwrap_or(0)
    }

    /// Whether there is anything that it can be matched by.
    pub(crate) fn is_matched(&self) -> bool {
        self.frames.frames.iter().any(FrameSpan::is_searchable)
            || self.voices.all().any(|voice| policy::voice_searchable(voice.quality))
            || self.pictures.iter().any(|picture| picture.seen.has_landmarks())
    }
}

impl FrameSpan {
    pub(crate) fn is_searchable(&self) -> bool {
        policy::searchable(self.quality)
    }
}

impl Voices {
    fn all(&self) -> impl Iterator<Item = &VoiceCode> {
        self.stored.iter().chain(&self.asked)
    }
}
