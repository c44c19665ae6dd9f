//! Which blobs become landmarks: strong ones, of all sizes, from all over the picture.

use super::find::Blob;
use athar_kernel::Plane;

/// Cells that the picture is divided into, in each of which the best are taken in turn.
const CELLS: f32 = 64.0;

/// The best `most`, best first: the best of each cell before the second of any, and so on.
pub(super) fn select(mut blobs: Vec<Blob>, plane: &Plane, most: usize) -> Vec<Blob> {
    blobs.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let side = (plane.luma().len() as f32 / CELLS).sqrt().max(1.0);
    let columns = (plane.width() as f32 / side) as usize + 1;
    let rows = (plane.height() as f32 / side) as usize + 1;
    let mut taken = vec![0u32; columns * rows];
    let turn = |blob: &Blob| {
        let column = ((blob.x_px / side) as usize).min(columns - 1);
        let row = ((blob.y_px / side) as usize).min(rows - 1);
        let cell = &mut taken[row * columns + column];
        *cell += 1;
        *cell
    };
    let turns: Vec<u32> = blobs.iter().map(turn).collect();
    let mut ranked: Vec<_> = turns.into_iter().zip(blobs).collect();
    // Stable: within a turn, the order of worth.
    ranked.sort_by_key(|(turn, _)| *turn);
    ranked.truncate(most);
    ranked.into_iter().map(|(_, blob)| blob).collect()
}

/// How much is gained by having it: a larger blob is found again in smaller copies too.
fn worth(blob: &Blob) -> f32 {
    blob.strength * blob.scale_px.sqrt()
}
