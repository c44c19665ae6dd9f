//! The loudness of sixteen bands of the voice, frame by frame, as its onsets.
//!
//! The bands are those of the ear (the mel scale: Stevens, Volkmann and Newman, 1937) between 300
//! and 3400 Hz, all that a telephone carries. Of each band's power only what exceeds its running
//! mean is kept, and a little of the rest: a room adds to what was said what was said before it,
//! so falling edges are the room's and rising ones the speaker's (after Kim and Stern, "Feature
//! extraction for robust speech recognition based on maximizing the sharpness of the power
//! distribution and on power flooring", 2010).

use super::RATE_HZ;
use super::spectrum::{BINS, FRAME};

/// Bands.
pub(super) const BANDS: usize = 16;

/// One number for each band.
pub(super) type Bands = [f32; BANDS];

/// Each band rises from the edge before its middle, the next one, and falls to the one after it.
const EDGES_HZ: [u32; BANDS + 2] = [
    300, 387, 481, 583, 694, 814, 945, 1088, 1243, 1411, 1593, 1792, 2007, 2242, 2496, 2773, 3073,
    3400,
];

/// Power that is added everywhere: 90 dB below a sine of full scale. So silence is flat, whatever
/// the rounding of a codec leaves in it.
const FLOOR: f32 = 6.5e-5;

/// How much of the running mean stays from one frame to the next: it follows in a tenth of a
/// second.
const MEMORY: f32 = 0.8;

/// How much of a band's power stays where it falls.
const REST: f32 = 0.05;

/// The weights of the bands over the frequencies.
pub(super) struct Filters {
    /// By band: its first bin, and the weights from there.
    bands: [(usize, Vec<f32>); BANDS],
}

impl Filters {
    pub(super) fn new() -> Self {
        Self { bands: std::array::from_fn(|band| filter(&EDGES_HZ[band..band + 3])) }
    }

    /// The power of each band.
    pub(super) fn powers(&self, spectrum: &[f32; BINS]) -> Bands {
        std::array::from_fn(|band| {
            let (first, weights) = &self.bands[band];
            let terms = weights.iter().zip(&spectrum[*first..]);
            terms.map(|(weight, power)| weight * power).sum::<f32>() + FLOOR
        })
    }
}

/// The triangle between three edges.
fn filter(edges_hz: &[u32]) -> (usize, Vec<f32>) {
    let [low, middle, high] = [0, 1, 2].map(|k| f64::from(edges_hz[k]));
    let height = |bin: usize| {
        let at = bin as f64 * f64::from(RATE_HZ) / FRAME as f64;
        ((at - low) / (middle - low)).min((high - at) / (high - middle)) as f32
    };
    let bins = (0..BINS).filter(|bin| height(*bin) > 0.0);
    let first = bins.clone().next().unwrap_or(0);
    (first, bins.map(height).collect())
}

/// What follows the bands from frame to frame.
#[derive(Debug, Clone, Default)]
pub(super) struct Onsets {
    means: Option<Bands>,
}

impl Onsets {
    /// What of a frame's powers is new.
    pub(super) fn next(&mut self, powers: &Bands) -> Bands {
        let means = self.means.get_or_insert(*powers);
        std::array::from_fn(|band| {
            let power = powers[band];
            means[band] = MEMORY * means[band] + (1.0 - MEMORY) * power;
            (power - means[band]).max(REST * power)
        })
    }
}
