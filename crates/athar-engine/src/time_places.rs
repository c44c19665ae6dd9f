//! Places in time as the ledger keeps them. All numbers are little endian, times are milliseconds
//! from the beginning, in 32 bits.
//!
//! | codes | a place |
//! |---|---|
//! | of frames | the extent (16 bytes, see [`Extent`]), from when, to when: when the first and the last frame are shown |
//! | of voices | the middle of the window, its quality (1 byte) |
//! | landmarks of a frame | once for the row: when it is shown; then places as of a picture's landmarks |
//!
//! The rows of pictures have no times.

use crate::clip::FrameSpan;
use crate::outcome::Span;
use crate::places::{self, Extent, Spot};
use athar_hash::VoiceCode;
use athar_ledger::{CodesRow, ItemRow};

/// Bytes of a time.
const TIME_BYTES: usize = 4;

const FRAME_BYTES: usize = 16 + 2 * TIME_BYTES;

const VOICE_BYTES: usize = TIME_BYTES + 1;

/// What the ledger calls a picture.
pub(crate) const IMAGE: &str = "image";

/// What the ledger calls a clip with frames.
pub(crate) const VIDEO: &str = "video";

/// What the ledger calls a sound.
pub(crate) const AUDIO: &str = "audio";

/// A frame's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FramePlace {
    pub extent: Extent,
    /// When it is shown; `None` for a picture.
    pub shown: Option<Span>,
}

impl FramePlace {
    /// Of the code at `position` in a row, given the row's places. Where the row tells none, as that
    /// of a picture of which there was only a code, it is the whole of the item.
    pub(crate) fn of_code(places: &[u8], item: &ItemRow, position: usize) -> Self {
        let whole = Extent::whole((item.width, item.height));
        Self::from_row(places, item, position).unwrap_or(Self { extent: whole, shown: None })
    }

    /// Of the code at `position` in a row of whole frames of an item, of its places.
    pub(crate) fn from_row(bytes: &[u8], item: &ItemRow, position: usize) -> Option<Self> {
        if item.kind != VIDEO {
            return Some(Self { extent: Extent::from_row(bytes, position)?, shown: None });
        }
        let bytes = bytes.as_chunks::<FRAME_BYTES>().0.get(position)?;
        let (extent, times) = bytes.split_at(16);
        let shown = Span { from_ms: time(times, 0)?, to_ms: time(times, 1)? };
        Some(Self { extent: Extent::from_row(extent, 0)?, shown: Some(shown) })
    }
}

/// The places of a clip's frames.
pub(crate) fn of_frames<'a>(frames: impl Iterator<Item = &'a FrameSpan>) -> Vec<u8> {
    let place = |frame: &FrameSpan| {
        let times = [time_bytes(frame.from_ms), time_bytes(frame.to_ms)].concat();
        [&frame.extent.to_bytes()[..], &times].concat()
    };
    frames.flat_map(place).collect()
}

/// The places of voices.
pub(crate) fn of_voices<'a>(voices: impl Iterator<Item = &'a VoiceCode>) -> Vec<u8> {
    let place = |voice: &VoiceCode| {
        let [a, b, c, d] = voice.at_ms.to_le_bytes();
        [a, b, c, d, voice.quality]
    };
    voices.flat_map(place).collect()
}

/// When the voice at `position` in a row of them is heard: the middle of its window.
pub(crate) fn voice_at_ms(places: &[u8], position: usize) -> Option<u64> {
    time(places.as_chunks::<VOICE_BYTES>().0.get(position)?, 0)
}

/// The places of a frame's landmarks.
pub(crate) fn of_landmarks(spots: &[Spot], size_px: (u32, u32), at_ms: u64) -> Vec<u8> {
    [&time_bytes(at_ms)[..], &places::to_bytes(spots, size_px)].concat()
}

/// Landmarks of a picture or of a clip's frame, and when that is shown; `None` where places and
/// codes do not fit.
pub(crate) fn landmarks(row: &CodesRow, item: &ItemRow) -> Option<(Vec<Spot>, Option<u64>)> {
    let (bytes, size_px) = (row.places.as_deref().unwrap_or(&[]), (item.width, item.height));
    if item.kind != VIDEO {
        return Some((places::from_bytes(&row.codes, bytes, size_px)?, None));
    }
    let (at, bytes) = bytes.split_at_checked(TIME_BYTES)?;
    Some((places::from_bytes(&row.codes, bytes, size_px)?, Some(time(at, 0)?)))
}

/// When the last of a row of voices is heard.
pub(crate) fn last_voice_ms(row: &CodesRow) -> Option<u64> {
    voice_at_ms(row.places.as_deref()?, row.codes.len().checked_sub(1)?)
}

fn time(bytes: &[u8], number: usize) -> Option<u64> {
    let bytes = bytes.get(number * TIME_BYTES..)?.first_chunk()?;
    Some(u32::from_le_bytes(*bytes).into())
}

/// Clips end long before what 32 bits hold.
fn time_bytes(ms: u64) -> [u8; TIME_BYTES] {
    u32::try_from(ms).unwrap_or(u32::MAX).to_le_bytes()
}
