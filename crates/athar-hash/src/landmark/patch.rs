//! The patch around a blob, read at places that both mirrors take to each other.

use super::angle;
use super::find::Blob;
use super::pyramid::Layer;
use athar_kernel::scale::Parts;

/// Places of a quarter of the patch, its axes included.
pub const ORBITS: usize = 35;

/// A patch: the samples of each place and of its mirror images.
pub type Patch = [Parts; ORBITS];

/// From one place to the next, in pixels of a layer.
const STEP_PX: f32 = 2.5;

/// Places of a quarter as multiples of the step: those within six steps of the middle.
const PLACES: [(u8, u8); ORBITS] = places();

const fn places() -> [(u8, u8); ORBITS] {
    let mut places = [(0, 0); ORBITS];
    let (mut next, mut k) = (0, 0);
    while k < 49 {
        let (x, y) = (k % 7, k / 7);
        if x * x + y * y <= 36 {
            places[next] = (x as u8, y as u8);
            next += 1;
        }
        k += 1;
    }
    assert!(next == ORBITS);
    places
}

/// The patch, turned by the blob's angle and as large as the blob, with the
/// middle's brightness taken away.
pub(super) fn patch(layer: &Layer, blob: &Blob, angle_rad: f32) -> Patch {
    let (cos, sin) = angle::cos_sin(angle_rad);
    let step = STEP_PX * blob.relative;
    let (cos, sin) = (cos * step, sin * step);
    let middle = layer.at(blob.x, blob.y);
    let place = |x: f32, y: f32| (blob.x + (x * cos - y * sin), blob.y + (x * sin + y * cos));
    // Most patches lie within their layer, and reading there needs no border.
    let reach_px = FARTHEST * step + 1.0;
    match layer.has_around(blob.x, blob.y, reach_px) {
        true => sampled(|x, y| {
            let (x, y) = place(x, y);
            layer.at_inside(x, y) - middle
        }),
        false => sampled(|x, y| {
            let (x, y) = place(x, y);
            layer.at(x, y) - middle
        }),
    }
}

/// The farthest place, in steps.
const FARTHEST: f32 = 6.0;

fn sampled(sample: impl Fn(f32, f32) -> f32) -> Patch {
    PLACES.map(|(x, y)| {
        let (right, below) = (f32::from(x), f32::from(y));
        Parts::of(match (x, y) {
            (0, 0) => [0.0; 4],
            (_, 0) => {
                let (right, left) = (sample(right, 0.0), sample(-right, 0.0));
                [right, right, left, left]
            }
            (0, _) => {
                let (below, above) = (sample(0.0, below), sample(0.0, -below));
                [below, above, below, above]
            }
            _ => [
                sample(right, below),
                sample(right, -below),
                sample(-right, below),
                sample(-right, -below),
            ],
        })
    })
}
