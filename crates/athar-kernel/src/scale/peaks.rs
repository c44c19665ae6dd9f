//! Where a plane has blobs, and which of its pixels are their middles.

use crate::Plane;
use crate::pdq::{Kernel, Simd};

/// Pixels that are compared together.
const LANES: usize = 32;

/// A pixel that is more the middle of a blob than its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Column.
    pub x: u32,
    /// Row.
    pub y: u32,
    /// How much it is.
    pub strength: f32,
}

/// How much a pixel inside the plane is the middle of a blob.
#[inline(always)]
pub(super) fn blob([above, here, below]: [&[f32; 3]; 3]) -> f32 {
    let xx = (here[0] + here[2]) - 2.0 * here[1];
    let yy = (above[1] + below[1]) - 2.0 * here[1];
    let xy = ((below[2] - below[0]) - (above[2] - above[0])) * 0.25;
    xx * yy - xy * xy
}

pub(super) struct Peaks<'a> {
    pub plane: &'a Plane,
    pub threshold: f32,
    /// At least 2.
    pub border: usize,
}

impl Kernel for Peaks<'_> {
    type Output = Vec<Peak>;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Vec<Peak> {
        let Self { plane, threshold, border } = self;
        let (width, height) = (plane.width(), plane.height());
        let mut found = Vec::new();
        if width.min(height) <= 2 * border {
            return found;
        }
        // Three rows of blobs in turn: row y of the plane is in row y % 3.
        let mut blobs = [0, 1, 2].map(|_| vec![0.0; width]);
        for y in border - 1..height - border + 1 {
            blob_row([y - 1, y, y + 1].map(|y| plane.row(y)), &mut blobs[y % 3][1..width - 1]);
            if y > border {
                let rows = [y - 2, y - 1, y].map(|y| &blobs[y % 3][..]);
                tell_row(rows, y - 1, (threshold, border), &mut found);
            }
        }
        found
    }
}

#[inline(always)]
fn blob_row(rows: [&[f32]; 3], to: &mut [f32]) {
    let len = to.len();
    let [above, here, below] = rows.map(|row| [&row[..len], &row[1..len + 1], &row[2..len + 2]]);
    for x in 0..len {
        let xx = (here[0][x] + here[2][x]) - 2.0 * here[1][x];
        let yy = (above[1][x] + below[1][x]) - 2.0 * here[1][x];
        let xy = ((below[2][x] - below[0][x]) - (above[2][x] - above[0][x])) * 0.25;
        to[x] = xx * yy - xy * xy;
    }
}

#[inline(always)]
fn tell_row(rows: [&[f32]; 3], y: usize, (threshold, border): (f32, usize), found: &mut Vec<Peak>) {
    let mut keep = |x: usize, strength| found.push(Peak { x: x as u32, y: y as u32, strength });
    let right = rows[1].len() - border;
    let whole = (right - border) / LANES * LANES;
    for start in (border..border + whole).step_by(LANES) {
        tell::<LANES>(rows, start, threshold, &mut keep);
    }
    for start in border + whole..right {
        tell::<1>(rows, start, threshold, &mut keep);
    }
}

/// Which of `N` pixels from `start` on are peaks.
#[inline(always)]
fn tell<const N: usize>(
    rows: [&[f32]; 3],
    start: usize,
    threshold: f32,
    keep: &mut impl FnMut(usize, f32),
) {
    let [above, here, below] = rows.map(|row| &row[start - 1..start + N + 1]);
    let mut is = [0u32; N];
    let mut any = 0;
    for lane in 0..N {
        let value = here[lane + 1];
        let earlier = high(high(above[lane], above[lane + 1]), high(above[lane + 2], here[lane]));
        let later = high(high(below[lane], below[lane + 1]), high(below[lane + 2], here[lane + 2]));
        is[lane] = u32::from((value > high(earlier, threshold)) & (value >= later));
        any |= is[lane];
    }
    if any != 0 {
        (0..N).filter(|&lane| is[lane] != 0).for_each(|lane| keep(start + lane, here[lane + 1]));
    }
}

#[inline(always)]
fn high(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
