//! Codes of a clip's frames as the field exchanges them: vPDQ's JSON, a list of texts
//! `hex,quality,timestamp`, the time in seconds (ThreatExchange, `extensions/vpdq`).

use crate::clip::{FrameSpan, FramesFound, PreparedClip, Voices};
use crate::places::Extent;
use crate::time_places::VIDEO;
use athar_hash::orientations_of_code;
use athar_kernel::Code;

/// Frames a list may have: one a second of twelve hours, and as many again.
const MOST_FRAMES: usize = 86_400;

/// From one code to the next where only one is there.
const STEP_MS: u64 = 1000;

/// The code of a frame and when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameCode {
    /// PDQ of the frame.
    pub code: Code,
    /// PDQ quality, 0 to 100.
    pub quality: u8,
    /// When it is shown, in milliseconds.
    pub at_ms: u64,
}

/// Why a list of frames' codes cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VpdqError {
    /// It is no list of texts.
    #[error("it is no JSON list of texts `hex,quality,timestamp`")]
    NoList,
    /// There is nothing in it, or far too much.
    #[error("it has {0} frames, 1 to {MOST_FRAMES} are read")]
    Count(usize),
    /// One of its texts says something else.
    #[error("entry {0} is no `hex,quality,timestamp`: 64 hex digits, 0 to 100, seconds")]
    Entry(usize),
}

impl FrameCode {
    /// `hex,quality,timestamp`, the time in seconds.
    pub fn to_text(&self) -> String {
        format!("{},{},{}", self.code.to_hex(), self.quality, self.at_ms as f64 / 1000.0)
    }
}

/// Writes the list.
pub fn to_vpdq(frames: &[FrameCode]) -> String {
    let entries: Vec<String> = frames.iter().map(FrameCode::to_text).collect();
    // A list of texts always has a text.
    serde_json::to_string(&entries).unwrap_or_default()
}

/// Reads a list; times come in order.
///
/// # Errors
///
/// It is another kind of file, empty, or has an entry that is none.
pub fn from_vpdq(text: &str) -> Result<Vec<FrameCode>, VpdqError> {
    let entries: Vec<String> = serde_json::from_str(text).map_err(|_| VpdqError::NoList)?;
    if !(1..=MOST_FRAMES).contains(&entries.len()) {
        return Err(VpdqError::Count(entries.len()));
    }
    let numbered = (1..).zip(&entries);
    let frames: Result<Vec<_>, _> =
        numbered.map(|(number, text)| entry(text).ok_or(VpdqError::Entry(number))).collect();
    let mut frames = frames?;
    frames.sort_by_key(|frame| frame.at_ms);
    Ok(frames)
}

fn entry(text: &str) -> Option<FrameCode> {
    let mut fields = text.split(',').map(str::trim);
    let (code, quality, time) = (fields.next()?, fields.next()?, fields.next()?);
    let seconds: f64 = time.parse().ok().filter(|seconds| (0.0..=1e6).contains(seconds))?;
    let frame = FrameCode {
        code: Code::from_hex(code).ok()?,
        quality: quality.parse().ok().filter(|quality| *quality <= 100)?,
        at_ms: (seconds * 1000.0).round() as u64,
    };
    fields.next().is_none().then_some(frame)
}

/// One code a second: that of the frame which is shown then.
pub(crate) fn each_second(clip: &PreparedClip) -> Vec<FrameCode> {
    let whole = Extent::whole(clip.size_px);
    let frames = clip.frames.frames.iter().filter(|frame| frame.extent == whole);
    let mut told: Vec<FrameCode> = Vec::new();
    for frame in frames {
        let next = told.last().map_or(0, |last| last.at_ms + STEP_MS);
        let first = frame.from_ms.max(next);
        let until = frame.to_ms + u64::from(clip.step_ms);
        let until = until.min(clip.frames.end_ms.max(frame.to_ms + 1));
        told.extend((first..until).step_by(STEP_MS as usize).map(|at_ms| FrameCode {
            code: frame.codes[0],
            quality: frame.quality,
            at_ms,
        }));
    }
    told
}

/// A list as a clip that is asked with.
pub(crate) fn as_clip(frames: &[FrameCode]) -> PreparedClip {
    let span = |frame: &FrameCode| FrameSpan {
        from_ms: frame.at_ms,
        to_ms: frame.at_ms,
        extent: Extent::whole((0, 0)),
        codes: orientations_of_code(&frame.code),
        quality: frame.quality,
    };
    let mut steps: Vec<u64> =
        frames.windows(2).map(|two| two[1].at_ms - two[0].at_ms).filter(|step| *step > 0).collect();
    steps.sort_unstable();
    let step_ms = steps.get(steps.len() / 2).copied().unwrap_or(STEP_MS);
    let end_ms = frames.last().map_or(0, |last| last.at_ms + step_ms);
    PreparedClip {
        kind: VIDEO,
        format: "vPDQ",
        size_px: (0, 0),
        frames: FramesFound {
            frames: frames.iter().map(span).collect(),
            end_ms,
            ..FramesFound::default()
        },
        step_ms: step_ms.min(STEP_MS) as u32,
        pictures: Vec::new(),
        voices: Voices::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<FrameCode> {
        let frame = |n: u64| FrameCode {
            code: Code::from_words([n, 1, 2, 3]),
            quality: 90 + n as u8,
            at_ms: n * 1000,
        };
        (0..4).map(frame).collect()
    }

    #[test]
    fn a_list_comes_back_as_it_was_written() {
        let text = to_vpdq(&frames());
        assert!(text.starts_with("[\"") && text.contains(",91,1\""), "{text}");
        assert!(from_vpdq(&text).unwrap() == frames());
    }

    #[test]
    fn times_come_in_order_and_may_have_fractions() {
        let hex = "0".repeat(64);
        let text = format!("[\"{hex},100,1.5\", \"{hex},0,0.033\"]");
        let times: Vec<_> = from_vpdq(&text).unwrap().iter().map(|frame| frame.at_ms).collect();
        assert_eq!(times, [33, 1500]);
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_place() {
        let hex = "0".repeat(64);
        let refused = |text: &str| from_vpdq(text).err();
        assert_eq!(refused("{}"), Some(VpdqError::NoList));
        assert_eq!(refused("[1]"), Some(VpdqError::NoList));
        assert_eq!(refused("[]"), Some(VpdqError::Count(0)));
        for second in
            ["00,1,1", &format!("{hex},101,1"), &format!("{hex},1,-1"), &format!("{hex},1,1,1")]
        {
            let text = format!("[\"{hex},1,1\", \"{second}\"]");
            assert_eq!(refused(&text), Some(VpdqError::Entry(2)), "{second}");
        }
    }

    #[test]
    fn spans_are_told_second_by_second() {
        let span = |from_ms, to_ms| FrameSpan {
            from_ms,
            to_ms,
            extent: Extent::whole((0, 0)),
            codes: [Code::from_words([from_ms, 0, 0, 0]); 8],
            quality: 80,
        };
        let mut clip = as_clip(&frames());
        clip.step_ms = 250;
        clip.frames.frames =
            vec![span(0, 1750), span(2000, 2000), span(2250, 2250), span(2500, 3500)];
        let told = each_second(&clip);
        let times: Vec<_> = told.iter().map(|frame| frame.at_ms).collect();
        assert_eq!(times, [0, 1000, 2000, 3000]);
    }
}
