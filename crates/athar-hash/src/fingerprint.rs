//! All that is computed of one medium.

use crate::pdq::{PdqOrientations, pdq_turned};
use crate::second::{Second, seconds};
use crate::{landmark, pdq, voice};
use athar_kernel::{Code, Level, Orientation, Plane};

/// Codes that may be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// PDQ of whole pictures and of frames.
    Pdq,
    /// Landmarks of pictures.
    Landmark,
    /// Voices of recordings and of clips.
    Voice,
}

impl Space {
    /// Every space.
    pub const ALL: [Self; 3] = [Self::Pdq, Self::Landmark, Self::Voice];

    /// The name used in JSON and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdq => "pdq",
            Self::Landmark => "landmark",
            Self::Voice => "voice",
        }
    }

    /// What makes its codes: the scheme's name and version. Codes of another are none of these.
    pub const fn scheme(self) -> (&'static str, u32) {
        match self {
            Self::Pdq => (pdq::SCHEME, pdq::VERSION),
            Self::Landmark => (landmark::SCHEME, landmark::VERSION),
            Self::Voice => (voice::SCHEME, voice::VERSION),
        }
    }

    /// The space with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|space| space.name() == name)
    }
}

/// What a picture is stored by and asked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFingerprint {
    pdq: PdqOrientations,
    seconds: [Second; 8],
}

/// The fingerprint of an upright picture.
pub fn fingerprint_picture(plane: &Plane, level: Level) -> PictureFingerprint {
    PictureFingerprint { pdq: pdq_turned(plane, level), seconds: seconds(plane) }
}

impl PictureFingerprint {
    /// From its parts, each by `Orientation as usize`, as they are told between processes; `None`
    /// for a quality over 100.
    pub fn from_parts(codes: [Code; 8], quality: u8, seconds: [Second; 8]) -> Option<Self> {
        (quality <= 100).then_some(Self { pdq: PdqOrientations { codes, quality }, seconds })
    }

    /// The code to store: that of the picture as it stands.
    pub fn code(&self) -> &Code {
        &self.pdq.codes[Orientation::Rot0 as usize]
    }

    /// The codes to ask with, by `Orientation as usize`.
    pub fn codes(&self) -> &[Code; 8] {
        &self.pdq.codes
    }

    /// PDQ quality, 0 to 100.
    pub fn quality(&self) -> u8 {
        self.pdq.quality
    }

    /// The second opinions, by `Orientation as usize`; the first is the one to store.
    pub fn seconds(&self) -> &[Second; 8] {
        &self.seconds
    }
}
