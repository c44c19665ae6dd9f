//! From a file to its fingerprint, within the memory budget: the work of one thread.
//!
//! The file is read here and its digests are made here; what is in it is decoded and hashed
//! wherever [`Decoding`] says. So the budget's numbers come from there too, and may be lies: they
//! only divide the memory among honest files. What holds a worker that lies is its own limit.

use crate::budget::{Memory, Share};
use crate::clip::{FrameSpan, PreparedClip};
use crate::decoding::{Decoding, Looks, Session};
use crate::examine::{Frames, LANDMARK_WANT};
use crate::intake::{Intake, Opened, Wants};
use crate::landmarked::Landmarked;
use crate::pipeline::Interrupt;
use crate::places::Extent;
use crate::policy::{HEAVY_BYTES, LIMITS, clip_bytes, searchable};
use crate::steps::{self, Stopwatch};
use crate::time_places::IMAGE;
use crate::unpack::{Held, Input, Source};
use crate::{InputError, InputErrorKind, Outcome, intake, prepare_clip};
use athar_hash::{FileDigest, PictureFingerprint};
use athar_kernel::{Level, Plane};
use athar_media::Want;
use std::path::Path;
use std::sync::Arc;

/// What a file turned out to be.
pub(crate) struct Prepared {
    pub outcome: Outcome,
    pub digest: Option<FileDigest>,
    pub body: Body,
    /// The part of a parcel that it was, where it was a clip that may be looked at more closely.
    pub part: Option<Held>,
    /// How long that took.
    pub steps: Stopwatch,
}

/// What stands in the file.
pub(crate) enum Body {
    /// Not looked at: the caller knows an item of this SHA-256.
    Known,
    Picture(Box<PreparedPicture>),
    Clip(Box<PreparedClip>),
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
    /// Its landmarks, where they were wanted.
    pub seen: Landmarked,
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

    pub(crate) fn size_px(&self) -> (u32, u32) {
        (self.width, self.height)
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

/// What is wanted of clips and sounds.
#[derive(Clone, Copy)]
pub(crate) enum ClipPlan<'a> {
    /// They are going to be stored and asked with.
    Stored,
    /// They are going to be asked with.
    Asked {
        /// Whether a first look at the frames shows something that is known.
        near: &'a (dyn Fn(&[FrameSpan]) -> bool + Sync),
        /// Whether they are looked at closely whatever a first look shows.
        deep: bool,
    },
    /// The codes of their frames are told, one a second and more where they change.
    Told,
}

/// What is wanted of each file.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// How finely it is decoded for its frames.
    pub frames: Want,
    /// `None` where nothing but the code of the whole frame is wanted.
    pub landmarks: Option<LandmarkPlan<'a>>,
    /// `None` where clips and sounds are not read.
    pub clips: Option<ClipPlan<'a>>,
    /// The longer side of the picture that is going to be looked at.
    pub preview_side_px: Option<u32>,
}

/// The means that all threads share.
pub(crate) struct Preparer<'a> {
    memory: Arc<Memory>,
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
        Self { memory: Arc::new(Memory::new()), level, decoding, wanted, stop, known }
    }

    /// The same for clips that are to be looked at closely, out of the same memory.
    pub(crate) fn closer(&self) -> Self {
        let clips = self.wanted.clips.map(|plan| match plan {
            ClipPlan::Asked { near, .. } => ClipPlan::Asked { near, deep: true },
            plan => plan,
        });
        let wanted = Wanted { clips, ..self.wanted };
        Self { memory: self.memory.clone(), wanted, ..*self }
    }

    /// `None` when an interrupt came before the file was read.
    pub(crate) fn prepare(&self, input: Input) -> Option<Prepared> {
        let Input { path, told, source } = input;
        let mut prepared = Prepared {
            outcome: Outcome { provenance: told, ..Outcome::of_path(&path) },
            digest: None,
            body: Body::Failed,
            part: None,
            steps: Stopwatch::default(),
        };
        let watch = Stopwatch::default();
        let done = watch.time(steps::PREPARE, || self.prepare_source(&path, source, &mut prepared));
        prepared.steps = watch;
        if let Ok(None) = done {
            return None;
        }
        prepared.outcome.error = done.err();
        Some(prepared)
    }

    fn prepare_source(
        &self,
        path: &Path,
        source: Source,
        prepared: &mut Prepared,
    ) -> Result<Option<()>, InputError> {
        match source {
            Source::Path => self.read_and_hash(intake::open(path)?, prepared),
            Source::Opened(opened) => self.read_and_hash(opened, prepared),
            Source::Part(part) => {
                let done = self.read_and_hash(part.open()?, prepared);
                let is_sparse = matches!(&prepared.body, Body::Clip(clip) if clip.frames.is_sparse);
                prepared.part = is_sparse.then_some(part);
                done
            }
            Source::Closed(opened, why) => match self.digest(opened, prepared)? {
                Some(()) => Err(why),
                None => Ok(None),
            },
            Source::Nowhere(why) => Err(why),
        }
    }

    /// Reads a file for its digests alone.
    fn digest(
        &self,
        mut opened: Opened,
        prepared: &mut Prepared,
    ) -> Result<Option<()>, InputError> {
        let stop = || self.stop.is_set();
        let Some(intake) = intake::read(&mut opened, &stop, &mut |_| Ok(Wants::NoMore))? else {
            return Ok(None);
        };
        prepared.tell(&intake);
        Ok(Some(()))
    }

    fn read_and_hash(
        &self,
        mut opened: Opened,
        prepared: &mut Prepared,
    ) -> Result<Option<()>, InputError> {
        let bytes = opened.size.min(LIMITS.bytes);
        let mut share = None;
        let mut session = self.decoding.begin(bytes, self.level)?;
        let stop = || self.stop.is_set();
        let mut looks = None;
        let read = intake::read(&mut opened, &stop, &mut |part| {
            session.take(part);
            // What it is, its first piece tells.
            let looks = match looks {
                Some(looks) => looks,
                None => *looks.insert(session.medium(false)?),
            };
            if looks == Looks::Clip {
                return Ok(Wants::NoMore);
            }
            // All of it is going to be held. A clip is only digested, however large it is.
            share.get_or_insert_with(|| self.memory.for_file(bytes));
            Ok(Wants::More)
        })?;
        let Some(intake) = read else { return Ok(None) };
        prepared.tell(&intake);
        if prepared.outcome.sha256.is_some_and(|sha256| (self.known)(&sha256)) {
            prepared.body = Body::Known;
            return Ok(Some(()));
        }
        intake.is_whole?;
        if looks == Some(Looks::MayMove) {
            looks = Some(session.medium(true)?);
        }
        if looks == Some(Looks::Clip) {
            drop((session, share));
            return self.clip(opened, prepared);
        }
        let share = share.unwrap_or_else(|| self.memory.for_file(bytes));
        let picture = self.picture(session, intake.size, &share)?;
        let quality = picture.fingerprint.quality();
        prepared.outcome.kind = Some(IMAGE);
        prepared.outcome.quality = Some(quality);
        let is_matched = searchable(quality) || picture.seen.has_landmarks();
        prepared.body = Body::Picture(Box::new(picture));
        if is_matched { Ok(Some(())) } else { Err(too_flat(quality)) }
    }

    fn clip(&self, opened: Opened, prepared: &mut Prepared) -> Result<Option<()>, InputError> {
        let Some(plan) = &self.wanted.clips else {
            let message = "this is a clip or a sound, not a picture";
            return Err(InputError::new(InputErrorKind::Unsupported, message));
        };
        let stop = || self.stop.is_set();
        let mut session = self.decoding.begin_clip(opened.file, opened.size, self.level, &stop)?;
        let Some(facts) = session.facts()? else { return Ok(None) };
        let share = self.memory.for_file(0);
        let _decoding = self.memory.for_decoding(&share, clip_bytes((facts.width, facts.height)));
        // It ends before its memory is given to others.
        let mut session = session;
        let Some((clip, trouble)) = prepare_clip::prepare(&mut session, &facts, plan)? else {
            return Ok(None);
        };
        prepared.outcome.kind = Some(clip.kind);
        prepared.outcome.quality = Some(clip.quality());
        let is_matched = clip.is_matched();
        prepared.body = Body::Clip(Box::new(clip));
        match trouble {
            Some(trouble) => Err(trouble),
            None if is_matched => Ok(Some(())),
            None => Err(nothing_to_match()),
        }
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
                picture.seen = Landmarked::of(&found, picture.size_px());
            }
        }
        if let Some(side_px) = self.wanted.preview_side_px {
            picture.preview = Some(session.preview(side_px)?);
        }
        Ok(picture)
    }
}

impl Prepared {
    fn tell(&mut self, intake: &Intake) {
        self.outcome.bytes = intake.size;
        self.outcome.sha256 = intake.digest.as_ref().map(|digest| digest.sha256);
        self.digest = intake.digest;
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
            seen: Landmarked::default(),
            preview: None,
        }
    }
}

fn too_heavy(bytes: u64) -> InputError {
    let (got, max) = (bytes >> 20, HEAVY_BYTES >> 20);
    let message = format!("decoding needs {got} MiB of memory, at most {max} MiB are given");
    InputError::new(InputErrorKind::Limit, message)
}

/// The error that goes with a clip or a sound which is kept and never matched.
pub(crate) fn nothing_to_match() -> InputError {
    let message = "there is nothing in it to be matched by: no frame with detail and no voice";
    InputError::new(InputErrorKind::LowQuality, message)
}

/// The error that goes with a picture which is kept and never matched.
pub(crate) fn too_flat(quality: u8) -> InputError {
    let message = format!(
        "too flat to be matched (quality {quality}, at least {} is needed)",
        crate::policy::MIN_QUALITY
    );
    InputError::new(InputErrorKind::LowQuality, message)
}
