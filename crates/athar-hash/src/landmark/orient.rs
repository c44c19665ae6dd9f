//! The angle of a blob: the direction in which most of the gradient around it points.

use super::angle;
use super::find::Blob;
use super::pyramid::Layer;
use std::f32::consts::{PI, TAU};

/// How far around a blob of its layer's size gradients count.
const REACH_PX: f32 = 8.4;

/// The widest window, along a side: a blob reaches half a layer beyond its own size.
const SIDE_MOST: usize = 21;

const BINS: usize = 36;

/// A second direction counts when it has this much of the first.
const SECOND: f32 = 0.8;

/// The strongest direction, and a second one where it is nearly as strong.
pub(super) fn angles(layer: &Layer, blob: &Blob) -> [Option<f32>; 2] {
    let smooth = smoothed(smoothed(smoothed(smoothed(directions(layer, blob)))));
    let mut peaks = [(0.0, None); 2];
    for bin in 0..BINS {
        let [before, here, after] = [BINS - 1, 0, 1].map(|k| smooth[(bin + k) % BINS]);
        if here > before && here >= after {
            let between = 0.5 * (before - after) / ((before + after) - 2.0 * here);
            let peak = (here, Some(radians(bin as f32 + between)));
            if here > peaks[0].0 {
                peaks = [peak, peaks[0]];
            } else if here > peaks[1].0 {
                peaks[1] = peak;
            }
        }
    }
    let [(first, angle), (second, other)] = peaks;
    [angle.or(Some(0.0)), other.filter(|_| second >= SECOND * first)]
}

/// Of the middle of a bin.
fn radians(bin: f32) -> f32 {
    let angle = (bin + 0.5) * (TAU / BINS as f32);
    if angle > PI { angle - TAU } else { angle }
}

/// How much gradient points into each direction, by its length and its nearness.
fn directions(layer: &Layer, blob: &Blob) -> [f32; BINS] {
    let window = Window::around(layer, blob);
    let mut bins = [0.0; BINS];
    for k in 0..window.len {
        let angle = angle::of_vector(window.across[k], window.down[k]);
        let place = (angle + TAU) * (BINS as f32 / TAU) - 0.5;
        let bin = place as usize;
        let (part, weight) = (place - bin as f32, window.weight(k));
        bins[bin % BINS] += (1.0 - part) * weight;
        bins[(bin + 1) % BINS] += part * weight;
    }
    bins
}

/// Gradients around a blob.
struct Window {
    across: [f32; SIDE_MOST * SIDE_MOST],
    down: [f32; SIDE_MOST * SIDE_MOST],
    nearness: [f32; SIDE_MOST * SIDE_MOST],
    len: usize,
}

impl Window {
    fn around(layer: &Layer, blob: &Blob) -> Self {
        let empty = [0.0; SIDE_MOST * SIDE_MOST];
        let mut window = Self { across: empty, down: empty, nearness: empty, len: 0 };
        let reach = REACH_PX * blob.relative;
        let square = 1.0 / (reach * reach);
        let ((left, right), (top, bottom)) =
            (span(blob.x, reach, layer.plane.width()), span(blob.y, reach, layer.plane.height()));
        for y in top..=bottom {
            let [above, here, below] = [y - 1, y, y + 1].map(|y| layer.plane.row(y));
            for x in left..=right {
                let (dx, dy) = (x as f32 - blob.x, y as f32 - blob.y);
                let inside = 1.0 - (dx * dx + dy * dy) * square;
                if inside > 0.0 {
                    window.push(here[x + 1] - here[x - 1], below[x] - above[x], inside);
                }
            }
        }
        window
    }

    fn push(&mut self, across: f32, down: f32, inside: f32) {
        let square = inside * inside;
        self.across[self.len] = across;
        self.down[self.len] = down;
        self.nearness[self.len] = square * square;
        self.len += 1;
    }

    fn weight(&self, k: usize) -> f32 {
        let (across, down) = (self.across[k], self.down[k]);
        (across * across + down * down).sqrt() * self.nearness[k]
    }
}

/// The pixels within reach that have neighbours on both sides.
fn span(middle: f32, reach: f32, len: usize) -> (usize, usize) {
    let first = (middle - reach).max(0.0) as usize + 1;
    let last = ((middle + reach) as usize).min(len - 2);
    (first, last.min(first + SIDE_MOST - 1))
}

fn smoothed(bins: [f32; BINS]) -> [f32; BINS] {
    std::array::from_fn(|bin| {
        let (before, after) = (bins[(bin + BINS - 1) % BINS], bins[(bin + 1) % BINS]);
        0.25 * (before + after) + 0.5 * bins[bin]
    })
}
