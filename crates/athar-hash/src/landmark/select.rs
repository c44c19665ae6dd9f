//! Which blobs become landmarks: strong ones, of all sizes, from all over the picture.

use super::find::Blob;
use athar_kernel::Plane;

/// Cells that the picture is divided into, in each of which the best are taken in turn.
const CELLS: f32 = 64.0;

/// The best `most`, best first: the best of each cell before the second of any, and so on.
pub(super) fn select(blobs: &[Blob], plane: &Plane, most: usize) -> Vec<Blob> {
    let side = (plane.luma().len() as f32 / CELLS).sqrt().max(1.0);
    let columns = (plane.width() as f32 / side) as usize + 1;
    let rows = (plane.height() as f32 / side) as usize + 1;
    let mut taken = vec![0u32; columns * rows];
    let mut turn = |blob: &Blob| {
        let column = ((blob.x_px / side) as usize).min(columns - 1);
        let row = ((blob.y_px / side) as usize).min(rows - 1);
        let cell = &mut taken[row * columns + column];
        *cell += 1;
        *cell
    };
    let by_worth = ranked(blobs.iter().map(worth));
    let mut turns: Vec<_> = by_worth.iter().map(|&k| (turn(&blobs[k]), k)).collect();
    // Stable: within a turn, the order of worth.
    turns.sort_by_key(|(turn, _)| *turn);
    turns.truncate(most);
    turns.into_iter().map(|(_, k)| blobs[k]).collect()
}

/// The places of positive numbers, largest first; of equal ones the first in order is the first.
fn ranked(numbers: impl Iterator<Item = f32>) -> Vec<usize> {
    // The bits of positive numbers are ordered as the numbers are.
    let key = |(k, number): (usize, f32)| u64::from(!number.to_bits()) << 32 | k as u64;
    let mut keys: Vec<u64> = numbers.enumerate().map(key).collect();
    keys.sort_unstable();
    keys.into_iter().map(|key| (key & 0xffff_ffff) as usize).collect()
}

/// How much is gained by having it: a larger blob is found again in smaller copies too.
fn worth(blob: &Blob) -> f32 {
    blob.strength * blob.scale_px.sqrt()
}
