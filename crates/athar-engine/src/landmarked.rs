//! The landmarks of a picture or of a frame, in its own pixels and ready to be asked with.

use crate::examine::FoundLandmarks;
use crate::places::{self, Spot};
use crate::policy::{LANDMARK_VOTES, LEAST_SCALE_PX};
use crate::sighting;
use athar_hash::{Landmark, Setting};

/// Landmarks to store and to ask with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Landmarked {
    /// Width and height of what they are of.
    pub size_px: (u32, u32),
    /// Those to store, where they were wanted.
    pub stored: Vec<Spot>,
    /// Those to ask with, where they were wanted.
    pub asked: Vec<Spot>,
    /// How many of those asked with are not repeated all over the picture; they come first.
    pub distinct: usize,
    /// Their numbers from the left to the right.
    by_x: Vec<u32>,
    /// The smallest landmark that can be asked with, in pixels.
    least_scale_px: f64,
}

impl Landmarked {
    /// From landmarks in a plane that was made of a picture of `size_px`.
    pub(crate) fn of(found: &FoundLandmarks, size_px: (u32, u32)) -> Self {
        let (width, height) = found.plane_px;
        let plane_px = (width as usize, height as usize);
        let of = |landmarks: &[Landmark]| places::spots(landmarks, plane_px, size_px);
        let mut asked = of(&found.asked);
        let distinct = places::repeats_last(&mut asked);
        let pixels = f64::from(size_px.0) * f64::from(size_px.1);
        let looked_at = (plane_px.0 * plane_px.1).min(Setting::ASKED.area_px) as f64;
        Self {
            size_px,
            stored: of(&found.stored),
            distinct,
            by_x: sighting::by_x(&asked),
            asked,
            least_scale_px: LEAST_SCALE_PX * (pixels / looked_at).sqrt().max(1.0),
        }
    }

    /// Whether it can be matched by them.
    pub(crate) fn has_landmarks(&self) -> bool {
        self.stored.len().max(self.asked.len()) >= LANDMARK_VOTES
    }

    /// What it is asked with.
    pub(crate) fn picture(&self) -> sighting::Picture<'_> {
        sighting::Picture {
            spots: &self.asked,
            distinct: self.distinct,
            by_x: &self.by_x,
            size_px: self.size_px,
            least_scale_px: self.least_scale_px,
        }
    }
}
