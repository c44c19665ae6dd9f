//! Landmarks: the places of a picture that are found again in a crop, a screenshot or a photo of
//! it, each with a 256-bit code of the patch around it.
//!
//! ```text
//! plane ─ made smaller ─► pyramid, three layers an octave ─► blobs: peaks in place and scale
//!          best of each part of the picture ◄─ ranked ◄───────┘
//!             └─ turned to its strongest gradient ─ patch ─ 64 x 4 learned sums ─► 256 signs
//! ```
//!
//! *Where*: maxima of the determinant of the Hessian (Lindeberg, "Feature detection with automatic
//! scale selection", 1998), refined between pixels and between layers, for a code can only be as
//! stable as its place, its scale and its angle are. *Angle*: the mode of the gradients around it
//! (Lowe, "Distinctive image features from scale-invariant keypoints", 2004). *Code*: signs of
//! weighted sums of the patch that keep their sign under the edits that pictures undergo, and are
//! independent of each other among strangers; they were learned off-line from pictures and their
//! edits (after Strecha et al., "LDAHash", 2012), see `table.rs`. Which sum is which bit changes no
//! distance, but signs that go together lie far apart in a word: a search cuts codes into chunks of
//! neighbouring bits, whose values are the more even the less their bits go together.
//!
//! The patch is laid so that its gradient runs along its x axis. A mirrored picture mirrors it at
//! that axis, inverted colours turn it by half, and the learned sums are closed under both: see
//! [`mirrored`] and [`inverted`].
//!
//! Signs of differences need no normalised brightness or contrast. All arithmetic is single
//! precision in a fixed order, so a picture has the same landmarks on every processor.

mod angle;
mod find;
mod orient;
mod patch;
mod pyramid;
mod select;
mod table;
#[cfg(test)]
mod tests;

use athar_kernel::scale::{self, GENERATORS, Weights};
use athar_kernel::{Code, Level, Plane};
use find::Blob;

pub use patch::{ORBITS, Patch};

/// The scheme's name wherever codes are stored.
pub const SCHEME: &str = "athar-landmark";

/// The version of the scheme; codes of one version may be compared.
pub const VERSION: u32 = 2;

/// How many landmarks of how large a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Landmarks at most.
    pub most: usize,
    /// A picture of more pixels is made smaller first.
    pub area_px: usize,
    /// Whether a place with two strong gradients gets a landmark for each: for those who ask.
    pub both_angles: bool,
}

impl Setting {
    /// What is stored of a picture.
    pub const STORED: Self = Self { most: 300, area_px: 640 * 480, both_angles: false };
    /// What a picture is asked with.
    pub const ASKED: Self = Self { most: 1500, area_px: 800 * 800, both_angles: true };
}

/// Where a landmark is, in the pixels of the plane it was found in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// From the centre of the leftmost column.
    pub x_px: f32,
    /// From the centre of the uppermost row.
    pub y_px: f32,
    /// How large it is: the width (sigma) of the Gaussian at which its blob is strongest.
    pub scale_px: f32,
    /// Where its gradient points, clockwise from the x axis, -pi to pi.
    pub angle_rad: f32,
}

/// A place that can be found again, and what it looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmark {
    /// What it looks like; codes of one [`VERSION`] may be compared.
    pub code: Code,
    /// Where it is.
    pub place: Place,
    /// How distinct its blob is, 0 upwards.
    pub strength: f32,
}

/// The landmarks of a picture, best first: none where it is flat or very small.
pub fn landmarks(plane: &Plane, setting: &Setting, level: Level) -> Vec<Landmark> {
    let coded = |found: &Found| Landmark {
        code: scale::project(&found.patch, &WEIGHTS, level),
        place: found.place,
        strength: found.strength,
    };
    found(plane, setting, level).iter().map(coded).collect()
}

/// The places of a picture's landmarks with their patches: what the code's weights are learned
/// from.
pub fn patches(plane: &Plane, setting: &Setting, level: Level) -> Vec<(Place, Patch)> {
    found(plane, setting, level).into_iter().map(|found| (found.place, found.patch)).collect()
}

/// The code that the landmark has once the picture is mirrored.
pub fn mirrored(code: &Code) -> Code {
    let [a, b, c, d] = *code.words();
    Code::from_words([b, a, d, c])
}

/// The code that the landmark has once the picture's colours are inverted.
pub fn inverted(code: &Code) -> Code {
    let [a, b, c, d] = *code.words();
    Code::from_words([!c, !d, !a, !b])
}

/// The learned weights as the kernel takes them.
static WEIGHTS: [Weights; ORBITS] = widened();

const fn widened() -> [Weights; ORBITS] {
    let mut wide = [[[0.0; GENERATORS]; 4]; ORBITS];
    let mut k = 0;
    while k < ORBITS * 4 * GENERATORS {
        let (orbit, part, sum) = (k / (4 * GENERATORS), k / GENERATORS % 4, k % GENERATORS);
        wide[orbit][part][sum] = table::WEIGHTS[orbit][part][sum] as f32;
        k += 1;
    }
    wide
}

/// A landmark without its code.
struct Found {
    place: Place,
    strength: f32,
    patch: Patch,
}

/// For each landmark asked for, this many peaks of each layer are looked at: enough for every part
/// of the picture to have its own, and a bound on the time that a picture of nothing but corners
/// takes.
const SURPLUS: usize = 4;

fn found(plane: &Plane, setting: &Setting, level: Level) -> Vec<Found> {
    let layers = pyramid::layers(plane, setting.area_px, level);
    let most_of_layer = setting.most.saturating_mul(SURPLUS);
    let blobs = find::blobs(&layers, most_of_layer, level);
    let blobs = select::select(&blobs, plane, setting.most);
    let (mut found, mut room) = (Vec::new(), orient::Room::new());
    for blob in &blobs {
        // Those with two angles leave no room for the last of them.
        if found.len() >= setting.most {
            break;
        }
        let angles = orient::angles(&layers, blob, level, &mut room);
        let wanted = if setting.both_angles { 2 } else { 1 };
        found.extend(angles.into_iter().flatten().take(wanted).map(|angle_rad| Found {
            place: blob.place(angle_rad),
            strength: blob.strength,
            patch: patch::patch(&layers[blob.layer], blob, angle_rad),
        }));
    }
    found.truncate(setting.most);
    found
}

impl Blob {
    fn place(&self, angle_rad: f32) -> Place {
        Place { x_px: self.x_px, y_px: self.y_px, scale_px: self.scale_px, angle_rad }
    }
}
