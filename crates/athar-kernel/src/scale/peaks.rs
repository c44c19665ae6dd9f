//! Where a plane has blobs, and where it is highest among its neighbours.

use super::dispatch::Work;
use crate::Plane;

/// Pixels that are compared together.
const LANES: usize = 32;

/// A pixel that is higher than its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// Column.
    pub x: u32,
    /// Row.
    pub y: u32,
}

pub(super) struct Blobs<'a>(pub &'a Plane);

impl Work for Blobs<'_> {
    type Output = Plane;

    #[inline(always)]
    fn work(self) -> Plane {
        let (width, height) = (self.0.width(), self.0.height());
        let mut out = vec![0.0; width * height];
        if width >= 3 {
            for y in 1..height.max(1) - 1 {
                let rows = [y - 1, y, y + 1].map(|y| self.0.row(y));
                blob_row(rows, &mut out[y * width + 1..][..width - 2]);
            }
        }
        Plane::of_samples(width, height, out)
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

pub(super) struct Peaks<'a> {
    pub plane: &'a Plane,
    pub threshold: f32,
    /// At least 1.
    pub border: usize,
}

impl Work for Peaks<'_> {
    type Output = Vec<Peak>;

    #[inline(always)]
    fn work(self) -> Vec<Peak> {
        let Self { plane, threshold, border } = self;
        let mut found = Vec::new();
        let bottom = plane.height().saturating_sub(border);
        let right = plane.width().saturating_sub(border);
        for y in border..bottom {
            let rows = [y - 1, y, y + 1].map(|y| plane.row(y));
            let mut keep = |x: usize| found.push(Peak { x: x as u32, y: y as u32 });
            let whole = right.saturating_sub(border) / LANES * LANES;
            for start in (border..border + whole).step_by(LANES) {
                tell::<LANES>(rows, start, threshold, &mut keep);
            }
            for start in border + whole..right {
                tell::<1>(rows, start, threshold, &mut keep);
            }
        }
        found
    }
}

/// Which of `N` pixels from `start` on are peaks.
#[inline(always)]
fn tell<const N: usize>(
    rows: [&[f32]; 3],
    start: usize,
    threshold: f32,
    keep: &mut impl FnMut(usize),
) {
    let [above, here, below] = rows.map(|row| &row[start - 1..start + N + 1]);
    let mut is = [0u32; N];
    let mut any = 0;
    for lane in 0..N {
        let value = here[lane + 1];
        let earlier = high(high(above[lane], above[lane + 1]), high(above[lane + 2], here[lane]));
        let later = high(high(below[lane], below[lane + 1]), high(below[lane + 2], here[lane + 2]));
        let peak = (value > high(earlier, threshold)) & (value >= later);
        is[lane] = u32::from(peak);
        any |= u32::from(peak);
    }
    if any != 0 {
        (0..N).filter(|&lane| is[lane] != 0).for_each(|lane| keep(start + lane));
    }
}

#[inline(always)]
fn high(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
