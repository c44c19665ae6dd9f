//! From a clip or a sound to its fingerprint: how closely it is looked at.
//!
//! What is going to be stored is looked at four times a second, so that every moment of it can be
//! found. A question begins with the frames that stand alone, which costs little; only where they
//! leave much unseen, or something known is near, is the whole clip looked at as closely.

use crate::InputError;
use crate::clip::{
    ClipFacts, ClipPicture, FramePlan, FrameSpan, FramesFound, PreparedClip, Voices,
};
use crate::decoding::ClipSession;
use crate::landmarked::Landmarked;
use crate::policy::{
    CLIP_GAP_MS, CLIP_KEYS_MS, CLIP_PICTURES_ASKED, CLIP_PICTURES_LEAST, CLIP_PICTURES_MS,
    CLIP_PICTURES_STORED, CLIP_SHORT_MS, CLIP_STEP_MS, CLIP_STORED_STEP_MS,
};
use crate::prepare::ClipPlan;
use crate::time_places::{AUDIO, VIDEO};
use athar_media::clip::Pick;

/// A clip, and what of it could not be read although the rest could.
pub(crate) type Prepared = (PreparedClip, Option<InputError>);

/// Prepares a clip of which these facts were told; `None` when it was stopped.
///
/// # Errors
///
/// Neither frames nor sound can be read.
pub(crate) fn prepare(
    session: &mut ClipSession<'_>,
    facts: &ClipFacts,
    plan: &ClipPlan<'_>,
) -> Result<Option<Prepared>, InputError> {
    let mut look = Look { session, plan, facts };
    let frames = match facts.has_frames {
        true => look.frames().map(Some),
        false => Ok(None),
    };
    let voices = match facts.has_sound && !matches!(plan, ClipPlan::Told) {
        true => look.voices().map(Some),
        false => Ok(None),
    };
    let (frames, voices, trouble) = match (frames, voices) {
        (Ok(frames), Ok(voices)) => (frames, voices, None),
        (Err(error), Ok(Some(voices))) => (None, Some(voices), Some(error)),
        (Ok(Some(frames)), Err(error)) => (Some(frames), None, Some(error)),
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    let (Some(frames), Some(voices)) = (
        frames.unwrap_or_else(|| Some(FramesFound::default())),
        voices.unwrap_or_else(|| Some(Voices::default())),
    ) else {
        return Ok(None);
    };
    Ok(Some((prepared(facts, frames, voices), trouble)))
}

fn prepared(facts: &ClipFacts, mut frames: FramesFound, voices: Voices) -> PreparedClip {
    let size_px = (facts.width, facts.height);
    let picture = |picture: crate::clip::FramePicture| ClipPicture {
        at_ms: picture.at_ms,
        seen: Landmarked::of(&picture.landmarks, size_px),
    };
    let pictures = std::mem::take(&mut frames.pictures).into_iter().map(picture).collect();
    PreparedClip {
        kind: if facts.has_frames { VIDEO } else { AUDIO },
        format: facts.format.name(),
        size_px,
        frames,
        step_ms: CLIP_STEP_MS,
        pictures,
        voices,
    }
}

/// One look at a clip.
struct Look<'a, 'b> {
    session: &'a mut ClipSession<'b>,
    plan: &'a ClipPlan<'a>,
    facts: &'a ClipFacts,
}

impl Look<'_, '_> {
    /// `None` when it was stopped.
    fn frames(&mut self) -> Result<Option<FramesFound>, InputError> {
        match *self.plan {
            ClipPlan::Stored => self.stored(),
            ClipPlan::Told => self.closely(0, 0),
            ClipPlan::Asked { deep: true, .. } => self.closely(0, CLIP_PICTURES_ASKED),
            ClipPlan::Asked { .. } if self.is_short() => self.closely(0, self.pictures_asked()),
            ClipPlan::Asked { near, .. } => self.as_needed(near),
        }
    }

    /// Frames that are asked for with landmarks: more of a longer clip.
    fn pictures_asked(&self) -> u32 {
        let duration_ms = self.facts.duration_ms.unwrap_or(0);
        let of_duration = u32::try_from(duration_ms / CLIP_PICTURES_MS).unwrap_or(u32::MAX);
        of_duration.clamp(CLIP_PICTURES_LEAST, CLIP_PICTURES_ASKED)
    }

    fn is_short(&self) -> bool {
        self.facts.duration_ms.is_some_and(|ms| ms < CLIP_SHORT_MS)
    }

    fn stored(&mut self) -> Result<Option<FramesFound>, InputError> {
        let pick = Pick::Spaced { interval_ms: CLIP_STORED_STEP_MS };
        let (stored, asked) = (CLIP_PICTURES_STORED, self.pictures_asked());
        self.session.frames(&FramePlan { pick, between: true, stored, asked })
    }

    fn closely(&mut self, stored: u32, asked: u32) -> Result<Option<FramesFound>, InputError> {
        let pick = Pick::Spaced { interval_ms: CLIP_STEP_MS };
        self.session.frames(&FramePlan { pick, between: false, stored, asked })
    }

    /// A first look at the frames that stand alone, and a closer one where that is not enough.
    fn as_needed(
        &mut self,
        near: &(dyn Fn(&[FrameSpan]) -> bool + Sync),
    ) -> Result<Option<FramesFound>, InputError> {
        let pick = Pick::Keys { interval_ms: CLIP_KEYS_MS };
        let plan = FramePlan { pick, between: false, stored: 0, asked: self.pictures_asked() };
        let Some(first) = self.session.frames(&plan)? else { return Ok(None) };
        let is_near = near(&first.frames);
        if first.widest_gap_ms <= CLIP_GAP_MS && !is_near {
            return Ok(Some(FramesFound { is_sparse: true, ..first }));
        }
        // What is near may be one thing of several that it shows.
        let asked = if is_near { CLIP_PICTURES_ASKED } else { self.pictures_asked() };
        self.closely(0, asked)
    }

    /// `None` when it was stopped.
    fn voices(&mut self) -> Result<Option<Voices>, InputError> {
        self.session.sound(matches!(self.plan, ClipPlan::Stored), true)
    }
}
