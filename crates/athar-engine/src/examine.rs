//! What is asked of one file's content, and the answers: all that ever looks at untrusted bytes.
//!
//! The questions are plain data and come one at a time, so that whoever asks can decide between
//! two of them. They are answered by this code wherever the file is decoded: in this process, or
//! in a sealed one (`worker`), where only the answers come out.
//!
//! ```text
//! begin ─ take, take, take ─► Need ─ within the budget? ─► Frames ─ known? ─► Landmarks ─► Preview
//! ```

use crate::InputError;
use crate::places::Extent;
use crate::policy::{LANDMARK_AREA_PX, LIMITS, searchable};
use athar_hash::{
    Landmark, PictureFingerprint, Setting, content_frame, fingerprint_picture, landmarks,
};
use athar_kernel::{Level, Plane, scale};
use athar_media::{Format, Medium, Picture, Want, clip};

/// How finely a picture is decoded for its landmarks.
pub(crate) const LANDMARK_WANT: Want = Want::Area { least_px: LANDMARK_AREA_PX };

/// Bytes by which a file is recognised, as many as when a clip is opened.
const HEAD_BYTES: usize = 64 << 10;

/// What can be asked of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// What it looks like.
    Medium {
        /// Whether all of it is there.
        whole: bool,
    },
    /// How many bytes of memory it takes to decode it.
    Need(Want),
    /// Its frames.
    Frames {
        want: Want,
        /// Whether that without flat surroundings is sought too.
        stripped: bool,
    },
    /// Its landmarks.
    Landmarks {
        /// Whether it may be decoded again, as finely as they want; without that they are sought
        /// in what was decoded for the frames.
        fine: bool,
        /// Those to store.
        stored: bool,
        /// Those to ask with.
        asked: bool,
    },
    /// Its brightness at a size to be looked at.
    Preview { side_px: u32 },
}

/// What is told of a file. Nothing else of it leaves the process that decodes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Medium(Looks),
    Need(u64),
    Frames(Box<Frames>),
    Landmarks(FoundLandmarks),
    Preview(Plane),
}

/// What a file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// A picture, or nothing that is known: then looking at it as one says so.
    Picture,
    /// A picture that may be a clip, which only the whole of it tells.
    MayMove,
    /// A clip or a sound.
    Clip,
}

/// The coded frames of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frames {
    pub format: Format,
    /// Columns as a person sees them.
    pub width: u32,
    /// Rows as a person sees them.
    pub height: u32,
    pub whole: PictureFingerprint,
    /// What is left without flat surroundings, where that was sought and means anything.
    pub content: Option<(Extent, PictureFingerprint)>,
}

/// Landmarks, and the size of the plane in whose pixels they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundLandmarks {
    pub plane_px: (u32, u32),
    pub stored: Vec<Landmark>,
    pub asked: Vec<Landmark>,
}

/// Answers questions about one file after another.
pub(crate) struct Examiner {
    level: Level,
    content: Vec<u8>,
    /// Bytes that the file is expected to have.
    expected: usize,
    /// What was decoded last.
    decoded: Option<Picture>,
}

impl Examiner {
    pub(crate) fn new(level: Level) -> Self {
        Self { level, content: Vec::new(), expected: 0, decoded: None }
    }

    /// Forgets the file before. This one is expected to have so many bytes.
    pub(crate) fn begin(&mut self, bytes: u64) {
        self.decoded = None;
        self.content = Vec::new();
        self.expected = bytes.min(LIMITS.bytes) as usize;
    }

    /// The next bytes of the file. There is room for all of them from the second part on: of a clip
    /// only the first is sent.
    pub(crate) fn take(&mut self, part: &[u8]) {
        if !self.content.is_empty() {
            self.content.reserve_exact(self.expected.saturating_sub(self.content.len()));
        }
        self.content.extend_from_slice(part);
    }

    /// Bytes taken so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.content.len() as u64
    }

    /// # Errors
    ///
    /// The content is no picture, damaged or over a limit.
    pub(crate) fn answer(&mut self, question: &Question) -> Result<Answer, InputError> {
        Ok(match *question {
            Question::Medium { whole } => Answer::Medium(self.medium(whole)),
            Question::Need(want) => Answer::Need(self.need(want)?),
            Question::Frames { want, stripped } => {
                Answer::Frames(Box::new(self.frames(want, stripped)?))
            }
            Question::Landmarks { fine, stored, asked } => {
                Answer::Landmarks(self.landmarks(fine, stored, asked)?)
            }
            Question::Preview { side_px } => Answer::Preview(self.preview(side_px as usize)?),
        })
    }

    fn medium(&self, whole: bool) -> Looks {
        let head = &self.content[..self.content.len().min(HEAD_BYTES)];
        match Format::of(head).map(|format| (format, format.medium())) {
            Ok((Format::Gif | Format::WebP, _)) if !whole => Looks::MayMove,
            Ok((Format::Gif | Format::WebP, _)) if clip::is_animation(&self.content) => Looks::Clip,
            Ok((_, Medium::Picture)) | Err(_) => Looks::Picture,
            Ok((_, Medium::Clip | Medium::Sound)) => Looks::Clip,
        }
    }

    fn need(&self, want: Want) -> Result<u64, InputError> {
        let probed = athar_media::probe(&self.content, &LIMITS, want);
        probed.map(|probe| probe.memory).map_err(|error| InputError::from_media(&error))
    }

    fn frames(&mut self, want: Want, stripped: bool) -> Result<Frames, InputError> {
        let level = self.level;
        let picture = self.decode(want)?;
        Ok(Frames {
            format: picture.format,
            width: picture.width,
            height: picture.height,
            whole: fingerprint_picture(&picture.plane, level),
            content: if stripped { content(picture, level) } else { None },
        })
    }

    fn landmarks(
        &mut self,
        fine: bool,
        stored: bool,
        asked: bool,
    ) -> Result<FoundLandmarks, InputError> {
        let level = self.level;
        let plane = &self.decoded_for_landmarks(fine)?.plane;
        Ok(landmarks_of(plane, stored, asked, level))
    }

    fn preview(&mut self, side_px: usize) -> Result<Plane, InputError> {
        let level = self.level;
        let plane = &self.decoded_for_landmarks(false)?.plane;
        let longest = plane.width().max(plane.height());
        if longest <= side_px {
            return Ok(plane.clone());
        }
        let side = |side: usize| (side * side_px / longest).max(1);
        let (width, height) = (side(plane.width()), side(plane.height()));
        Ok(scale::shrunk(plane, width, height, level).into_owned())
    }

    fn decoded_for_landmarks(&mut self, fine: bool) -> Result<&Picture, InputError> {
        let serves = self.decoded.take().filter(|picture| !fine || is_fine(picture));
        match serves {
            Some(picture) => Ok(self.decoded.insert(picture)),
            None => self.decode(LANDMARK_WANT),
        }
    }

    /// What was decoded before is gone by then: its memory is not counted twice.
    fn decode(&mut self, want: Want) -> Result<&Picture, InputError> {
        self.decoded = None;
        let decoded = athar_media::decode(&self.content, &LIMITS, want);
        Ok(self.decoded.insert(decoded.map_err(|error| InputError::from_media(&error))?))
    }
}

/// What is left of a picture without flat surroundings.
fn content(picture: &Picture, level: Level) -> Option<(Extent, PictureFingerprint)> {
    let (extent, inner) = content_of(&picture.plane, (picture.width, picture.height))?;
    let print = fingerprint_picture(&inner, level);
    searchable(print.quality()).then_some((extent, print))
}

/// What is left of a plane without flat surroundings, and where it lies in the pixels of the
/// picture that the plane was made of.
pub(crate) fn content_of(plane: &Plane, picture_px: (u32, u32)) -> Option<(Extent, Plane)> {
    let area = content_frame(plane)?;
    let side = |px: u32| px as usize;
    let inner = plane.cropped(
        side(area.left_px),
        side(area.top_px),
        side(area.width_px),
        side(area.height_px),
    )?;
    Some((Extent::of_area(&area, (plane.width(), plane.height()), picture_px), inner))
}

/// Those of a plane that are wanted, and no others.
pub(crate) fn landmarks_of(
    plane: &Plane,
    stored: bool,
    asked: bool,
    level: Level,
) -> FoundLandmarks {
    let of = |wanted: bool, setting: &Setting| match wanted {
        true => landmarks(plane, setting, level),
        false => Vec::new(),
    };
    FoundLandmarks {
        plane_px: (plane.width() as u32, plane.height() as u32),
        stored: of(stored, &Setting::STORED),
        asked: of(asked, &Setting::ASKED),
    }
}

/// Whether a plane has all pixels that landmarks are sought in.
fn is_fine(decoded: &Picture) -> bool {
    let pixels = u64::from(decoded.width) * u64::from(decoded.height);
    decoded.plane.luma().len() as u64 >= pixels.min(LANDMARK_AREA_PX.into())
}
