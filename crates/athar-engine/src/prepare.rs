//! From a file to its fingerprint, within the memory budget: the work of one thread.

use crate::budget::{Memory, Share};
use crate::pipeline::Interrupt;
use crate::places::{self, Extent, Spot};
use crate::policy::{
    HEAVY_BYTES, LANDMARK_AREA_PX, LANDMARK_VOTES, LEAST_SCALE_PX, LIMITS, searchable,
};
use crate::walk::Found;
use crate::{InputError, InputErrorKind, Outcome, intake, sighting};
use athar_hash::{
    FileDigest, PictureFingerprint, Setting, content_frame, fingerprint_picture, landmarks,
};
use athar_kernel::{Level, Plane, scale};
use athar_media::{Picture, Probe, Want};
use std::path::Path;

/// How finely a picture is decoded for its landmarks.
const LANDMARK_WANT: Want = Want::Area { least_px: LANDMARK_AREA_PX };

/// What a file turned out to be.
pub(crate) struct Prepared {
    pub outcome: Outcome,
    pub digest: Option<FileDigest>,
    pub body: Body,
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

/// The means that all threads share.
pub(crate) struct Preparer<'a> {
    memory: Memory,
    level: Level,
    want: Want,
    /// `None` where nothing but the code of the whole frame is wanted.
    landmarks: Option<LandmarkPlan<'a>>,
    stop: &'a Interrupt,
    /// Whether an item of this SHA-256 is known, so that decoding can be spared.
    known: &'a (dyn Fn(&[u8; 32]) -> bool + Sync),
}

impl<'a> Preparer<'a> {
    pub(crate) fn new(
        level: Level,
        want: Want,
        landmarks: Option<LandmarkPlan<'a>>,
        stop: &'a Interrupt,
        known: &'a (dyn Fn(&[u8; 32]) -> bool + Sync),
    ) -> Self {
        Self { memory: Memory::new(), level, want, landmarks, stop, known }
    }

    /// `None` when an interrupt came before the file was read.
    pub(crate) fn prepare(&self, found: &Found) -> Option<Prepared> {
        let mut prepared =
            Prepared { outcome: Outcome::of_path(&found.path), digest: None, body: Body::Failed };
        let done = match &found.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => self.read_and_hash(found, &mut prepared).map(|done| done.is_some()),
        };
        if let Ok(false) = done {
            return None;
        }
        prepared.outcome.error = done.err();
        Some(prepared)
    }

    /// A file's brightness at a size to be looked at.
    pub(crate) fn preview(&self, path: &Path, side_px: usize) -> Result<Plane, InputError> {
        let intake = intake::read(intake::open(path)?, &|| self.stop.is_set())?;
        let content = intake.map_or(Ok(Vec::new()), |intake| intake.content)?;
        let plane = decode(&content, LANDMARK_WANT)?.plane;
        let longest = plane.width().max(plane.height());
        if longest <= side_px {
            return Ok(plane);
        }
        let side = |side: usize| (side * side_px / longest).max(1);
        let (width, height) = (side(plane.width()), side(plane.height()));
        Ok(scale::shrunk(&plane, width, height, self.level).into_owned())
    }

    fn read_and_hash(
        &self,
        found: &Found,
        prepared: &mut Prepared,
    ) -> Result<Option<()>, InputError> {
        let opened = intake::open(&found.path)?;
        let share = self.memory.for_file(opened.size.min(LIMITS.bytes));
        let Some(intake) = intake::read(opened, &|| self.stop.is_set())? else { return Ok(None) };
        prepared.outcome.bytes = intake.size;
        prepared.outcome.sha256 = intake.digest.as_ref().map(|digest| digest.sha256);
        prepared.digest = intake.digest;
        if prepared.outcome.sha256.is_some_and(|sha256| (self.known)(&sha256)) {
            prepared.body = Body::Known;
            return Ok(Some(()));
        }
        let picture = self.picture(&intake.content?, &share)?;
        let quality = picture.fingerprint.quality();
        prepared.outcome.kind = Some("image");
        prepared.outcome.quality = Some(quality);
        let is_matched = searchable(quality) || picture.has_landmarks();
        prepared.body = Body::Picture(Box::new(picture));
        if is_matched { Ok(Some(())) } else { Err(too_flat(quality)) }
    }

    fn picture(&self, content: &[u8], share: &Share<'_>) -> Result<PreparedPicture, InputError> {
        let held = |memory: u64| content.len() as u64 + memory;
        let coarse = probe(content, self.want)?.memory;
        if held(coarse) > HEAVY_BYTES {
            return Err(too_heavy(held(coarse)));
        }
        // A picture that is too heavy to be decoded finely is looked at as it was for its codes.
        let fine = self.landmarks.and_then(|_| probe(content, LANDMARK_WANT).ok());
        let fine = fine.map(|probe| probe.memory).filter(|&memory| held(memory) <= HEAVY_BYTES);
        let _decoding = self.memory.for_decoding(share, coarse.max(fine.unwrap_or(0)));
        let decoded = decode(content, self.want)?;
        let mut picture = self.hashed(&decoded);
        let Some(plan) = self.landmarks else { return Ok(picture) };
        let asked = (plan.asked)(&picture);
        if asked || plan.stored {
            let plane = match fine.is_none() || is_fine(&decoded) {
                true => decoded.plane,
                false => {
                    drop(decoded);
                    decode(content, LANDMARK_WANT)?.plane
                }
            };
            self.add_landmarks(&mut picture, &plane, plan.stored, asked);
        }
        Ok(picture)
    }

    fn add_landmarks(
        &self,
        picture: &mut PreparedPicture,
        plane: &Plane,
        stored: bool,
        asked: bool,
    ) {
        let (plane_px, size_px) = ((plane.width(), plane.height()), picture.size_px());
        let of = |setting: &Setting| {
            places::spots(&landmarks(plane, setting, self.level), plane_px, size_px)
        };
        if stored {
            picture.stored = of(&Setting::STORED);
        }
        if asked {
            picture.asked = of(&Setting::ASKED);
            picture.distinct = places::repeats_last(&mut picture.asked);
            picture.by_x = sighting::by_x(&picture.asked);
            let pixels = f64::from(size_px.0) * f64::from(size_px.1);
            let looked_at = (plane.luma().len().min(Setting::ASKED.area_px)) as f64;
            picture.least_scale_px = LEAST_SCALE_PX * (pixels / looked_at).sqrt().max(1.0);
        }
    }

    fn hashed(&self, decoded: &Picture) -> PreparedPicture {
        let plane = &decoded.plane;
        let area = self.landmarks.and_then(|_| content_frame(plane));
        let content = area.and_then(|area| {
            let inner = plane.cropped(
                area.left_px as usize,
                area.top_px as usize,
                area.width_px as usize,
                area.height_px as usize,
            )?;
            let size_px = (decoded.width, decoded.height);
            let extent = Extent::of_area(&area, (plane.width(), plane.height()), size_px);
            Some((extent, fingerprint_picture(&inner, self.level)))
        });
        PreparedPicture {
            format: decoded.format.name(),
            width: decoded.width,
            height: decoded.height,
            fingerprint: fingerprint_picture(plane, self.level),
            content: content.filter(|(_, print)| searchable(print.quality())),
            stored: Vec::new(),
            asked: Vec::new(),
            distinct: 0,
            by_x: Vec::new(),
            least_scale_px: 0.0,
        }
    }
}

fn probe(content: &[u8], want: Want) -> Result<Probe, InputError> {
    athar_media::probe(content, &LIMITS, want).map_err(|error| InputError::from_media(&error))
}

/// Whether a plane has all pixels that landmarks are sought in.
fn is_fine(decoded: &Picture) -> bool {
    let pixels = u64::from(decoded.width) * u64::from(decoded.height);
    decoded.plane.luma().len() as u64 >= pixels.min(LANDMARK_AREA_PX.into())
}

fn decode(content: &[u8], want: Want) -> Result<Picture, InputError> {
    athar_media::decode(content, &LIMITS, want).map_err(|error| InputError::from_media(&error))
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
