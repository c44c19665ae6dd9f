//! From a file to its fingerprint, within the memory budget: the work of one thread.
//!
//! The file is read here and its digests are made here; what is in it is decoded and hashed
//! wherever [`Decoding`] says. So the budget's numbers come from there too, and may be lies: they
//! only divide the memory among honest files. What holds a worker that lies is its own limit.

use crate::budget::{Memory, Share};
use crate::decoding::{Decoding, Session};
use crate::examine::{FoundLandmarks, Frames, LANDMARK_WANT};
use crate::pipeline::Interrupt;
use crate::places::{self, Extent, Spot};
use crate::policy::{HEAVY_BYTES, LANDMARK_VOTES, LEAST_SCALE_PX, LIMITS, searchable};
use crate::steps::{self, Stopwatch};
use crate::walk::Found;
use crate::{InputError, InputErrorKind, Outcome, intake, sighting};
use athar_hash::{FileDigest, Landmark, PictureFingerprint, Setting};
use athar_kernel::{Level, Plane};
use athar_media::Want;

/// What a file turned out to be.
pub(crate) struct Prepared {
    pub outcome: Outcome,
    pub digest: Option<FileDigest>,
    pub body: Body,
    /// How long that took.
    pub steps: Stopwatch,
}

/// What stands in the file.
pub(crate) enum Body {
    /// Not looked at: the caller knows an item of this SHA-256.
    Known,
    Picture(Box<PreparedPicture>),
    Failed,
}

/// A decoded and hashed picture.
pub(crate) struct PreparedPicture {
    pub format: &'static str,
    pub width: u32,
    pub height: u32,
    pub fingerprint: PictureFingerprint,
    /// What is left without flat surroundings, where there are any.
    pub content: Option<(Extent, PictureFingerprint)>,
    /// The landmarks to store, and those to ask with, where they were wanted.
    pub stored: Vec<Spot>,
    pub asked: Vec<Spot>,
    /// How many of those asked with are not repeated all over the picture; they come first.
    pub distinct: usize,
    /// Their numbers from the left to the right.
    pub by_x: Vec<u32>,
    /// The smallest landmark that can be asked with, in pixels.
    pub least_scale_px: f64,
    /// Its brightness, where it is going to be looked at.
    pub preview: Option<Plane>,
}

impl PreparedPicture {
    /// Its coded frames: the whole, and what is left without surroundings.
    pub(crate) fn frames(&self) -> impl Iterator<Item = (Extent, &PictureFingerprint)> {
        let whole = (Extent::whole(self.size_px()), &self.fingerprint);
        let content = self.content.as_ref().map(|(extent, print)| (*extent, print));
        [Some(whole), content].into_iter().flatten()
    }

    /// Whether it can be matched by them.
    pub(crate) fn has_landmarks(&self) -> bool {
        self.stored.len().max(self.asked.len()) >= LANDMARK_VOTES
    }

    pub(crate) fn size_px(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// What it is asked with.
    pub(crate) fn asked_picture(&self) -> sighting::Picture<'_> {
        sighting::Picture {
            spots: &self.asked,
            distinct: self.distinct,
            by_x: &self.by_x,
            size_px: self.size_px(),
            least_scale_px: self.least_scale_px,
        }
    }
}

/// Which landmarks are wanted of a picture.
#[derive(Clone, Copy)]
pub(crate) struct LandmarkPlan<'a> {
    /// Whether it is going to be stored.
    pub stored: bool,
    /// Whether it is going to be asked with them.
    pub asked: &'a (dyn Fn(&PreparedPicture) -> bool + Sync),
}

/// What is wanted of each file.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// How finely it is decoded for its frames.
    pub frames: Want,
    /// `None` where nothing but the code of the whole frame is wanted.
    pub landmarks: Option<LandmarkPlan<'a>>,
    /// The longer side of the picture that is going to be looked at.
    pub preview_side_px: Option<u32>,
}

/// The means that all threads share.
pub(crate) struct Preparer<'a> {
    memory: Memory,
    level: Level,
    decoding: &'a Decoding,
    wanted: Wanted<'a>,
    stop: &'a Interrupt,
    /// Whether an item of this SHA-256 is known, so that decoding can be spared.
    known: &'a (dyn Fn(&[u8; 32]) -> bool + Sync),
}

impl<'a> Preparer<'a> {
    pub(crate) fn new(
        level: Level,
        decoding: &'a Decoding,
        wanted: Wanted<'a>,
        stop: &'a Interrupt,
        known: &'a (dyn Fn(&[u8; 32]) -> bool + Sync),
    ) -> Self {
        Self { memory: Memory::new(), level, decoding, wanted, stop, known }
    }

    /// `None` when an interrupt came before the file was read.
    pub(crate) fn prepare(&self, found: &Found) -> Option<Prepared> {
        let mut prepared = Prepared {
            outcome: Outcome::of_path(&found.path),
            digest: None,
            body: Body::Failed,
            steps: Stopwatch::default(),
        };
        let watch = Stopwatch::default();
        let done = match &found.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => watch
                .time(steps::PREPARE, || self.read_and_hash(found, &mut prepared))
                .map(|done| done.is_some()),
        };
        prepared.steps = watch;
        if let Ok(false) = done {
            return None;
        }
        prepared.outcome.error = done.err();
        Some(prepared)
    }

    fn read_and_hash(
        &self,
        found: &Found,
        prepared: &mut Prepared,
    ) -> Result<Option<()>, InputError> {
        let opened = intake::open(&found.path)?;
        let bytes = opened.size.min(LIMITS.bytes);
        let share = self.memory.for_file(bytes);
        let mut session = self.decoding.begin(bytes, self.level)?;
        let stop = || self.stop.is_set();
        let read = intake::read(opened, &stop, &mut |part| session.take(part))?;
        let Some(intake) = read else { return Ok(None) };
        prepared.outcome.bytes = intake.size;
        prepared.outcome.sha256 = intake.digest.as_ref().map(|digest| digest.sha256);
        prepared.digest = intake.digest;
        if prepared.outcome.sha256.is_some_and(|sha256| (self.known)(&sha256)) {
            prepared.body = Body::Known;
            return Ok(Some(()));
        }
        intake.is_whole?;
        let picture = self.picture(session, intake.size, &share)?;
        let quality = picture.fingerprint.quality();
        prepared.outcome.kind = Some("image");
        prepared.outcome.quality = Some(quality);
        let is_matched = searchable(quality) || picture.has_landmarks();
        prepared.body = Body::Picture(Box::new(picture));
        if is_matched { Ok(Some(())) } else { Err(too_flat(quality)) }
    }

    fn picture(
        &self,
        mut session: Session<'_>,
        bytes: u64,
        share: &Share<'_>,
    ) -> Result<PreparedPicture, InputError> {
        let held = |memory: u64| bytes.saturating_add(memory);
        let coarse = session.need(self.wanted.frames)?;
        if held(coarse) > HEAVY_BYTES {
            return Err(too_heavy(held(coarse)));
        }
        // A picture that is too heavy to be decoded finely is looked at as it was for its codes.
        let fine = self.wanted.landmarks.and_then(|_| session.need(LANDMARK_WANT).ok());
        let fine = fine.filter(|&memory| held(memory) <= HEAVY_BYTES);
        let _decoding = self.memory.for_decoding(share, coarse.max(fine.unwrap_or(0)));
        // It ends before its memory is given to others.
        let mut session = session;
        let frames = session.frames(self.wanted.frames, self.wanted.landmarks.is_some())?;
        let mut picture = PreparedPicture::of(frames);
        if let Some(plan) = self.wanted.landmarks {
            let asked = (plan.asked)(&picture);
            if asked || plan.stored {
                let found = session.landmarks(fine.is_some(), plan.stored, asked)?;
                picture.add_landmarks(&found, asked);
            }
        }
        if let Some(side_px) = self.wanted.preview_side_px {
            picture.preview = Some(session.preview(side_px)?);
        }
        Ok(picture)
    }
}

impl PreparedPicture {
    fn of(frames: Frames) -> Self {
        Self {
            format: frames.format.name(),
            width: frames.width,
            height: frames.height,
            fingerprint: frames.whole,
            content: frames.content,
            stored: Vec::new(),
            asked: Vec::new(),
            distinct: 0,
            by_x: Vec::new(),
            least_scale_px: 0.0,
            preview: None,
        }
    }

    fn add_landmarks(&mut self, found: &FoundLandmarks, asked: bool) {
        let (width, height) = found.plane_px;
        let plane_px = (width as usize, height as usize);
        let size_px = self.size_px();
        let of = |landmarks: &[Landmark]| places::spots(landmarks, plane_px, size_px);
        self.stored = of(&found.stored);
        self.asked = of(&found.asked);
        if asked {
            self.distinct = places::repeats_last(&mut self.asked);
            self.by_x = sighting::by_x(&self.asked);
            let pixels = f64::from(self.width) * f64::from(self.height);
            let looked_at = (plane_px.0 * plane_px.1).min(Setting::ASKED.area_px) as f64;
            self.least_scale_px = LEAST_SCALE_PX * (pixels / looked_at).sqrt().max(1.0);
        }
    }
}

fn too_heavy(bytes: u64) -> InputError {
    let (got, max) = (bytes >> 20, HEAVY_BYTES >> 20);
    let message = format!("decoding needs {got} MiB of memory, at most {max} MiB are given");
    InputError::new(InputErrorKind::Limit, message)
}

/// The error that goes with a picture which is kept and never matched.
pub(crate) fn too_flat(quality: u8) -> InputError {
    let message = format!(
        "too flat to be matched (quality {quality}, at least {} is needed)",
        crate::policy::MIN_QUALITY
    );
    InputError::new(InputErrorKind::LowQuality, message)
}
