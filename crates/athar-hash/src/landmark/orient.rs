//! The angle of a blob: the direction in which most of the gradient around it points.

use super::find::Blob;
use super::pyramid::Layer;
use athar_kernel::{Level, scale};
use std::f32::consts::{PI, TAU};

/// How far around a blob of its layer's size gradients count.
const REACH_PX: f32 = 8.4;

/// Gradients are those of a layer so many farther on, where there are fewer.
const COARSER: usize = 1;

/// The widest window, along a side: a blob reaches half a layer beyond its own size.
const SIDE_MOST: usize = 21;

const BINS: usize = 36;

/// A second direction counts when it has this much of the first.
const SECOND: f32 = 0.8;

/// The strongest direction, and a second one where it is nearly as strong. What is in `room` does
/// not matter.
pub(super) fn angles(
    layers: &[Layer],
    blob: &Blob,
    level: Level,
    room: &mut Room,
) -> [Option<f32>; 2] {
    let smooth = smoothed(&directions(layers, blob, level, room));
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
fn directions(layers: &[Layer], blob: &Blob, level: Level, room: &mut Room) -> [f32; BINS] {
    let Room { window, angles, lengths } = room;
    window.look_around(layers, blob);
    let len = window.len;
    scale::polar(&window.across[..len], &window.down[..len], angles, lengths, level);
    // From half a turn before the first bin to half a turn and one bin behind the last.
    let mut around = [0.0; 2 * BINS + 2];
    let weighted = lengths[..len].iter().zip(&window.nearness[..len]);
    for (angle, (length, nearness)) in angles[..len].iter().zip(weighted) {
        let place = (angle + TAU) * (BINS as f32 / TAU) - 0.5;
        let bin = (place as i32 as usize).min(2 * BINS);
        let (part, weight) = (place - bin as f32, length * nearness);
        around[bin] += (1.0 - part) * weight;
        around[bin + 1] += part * weight;
    }
    let beyond = |bin: usize| around.get(bin + 2 * BINS).copied().unwrap_or(0.0);
    std::array::from_fn(|bin| around[bin] + around[bin + BINS] + beyond(bin))
}

const PIXELS_MOST: usize = SIDE_MOST * SIDE_MOST;

/// Where gradients around one blob after the other are laid.
pub(super) struct Room {
    window: Window,
    angles: [f32; PIXELS_MOST],
    lengths: [f32; PIXELS_MOST],
}

impl Room {
    pub(super) fn new() -> Self {
        let empty = [0.0; PIXELS_MOST];
        let window = Window { across: empty, down: empty, nearness: empty, len: 0 };
        Self { window, angles: empty, lengths: empty }
    }
}

/// Gradients around a blob.
struct Window {
    across: [f32; PIXELS_MOST],
    down: [f32; PIXELS_MOST],
    nearness: [f32; PIXELS_MOST],
    len: usize,
}

impl Window {
    fn look_around(&mut self, layers: &[Layer], blob: &Blob) {
        self.len = 0;
        let own = &layers[blob.layer];
        let layer = &layers[(blob.layer + COARSER).min(layers.len() - 1)];
        let (part_x, part_y) = (own.step_x / layer.step_x, own.step_y / layer.step_y);
        let (x, y) = ((blob.x + 0.5) * part_x - 0.5, (blob.y + 0.5) * part_y - 0.5);
        let reach = REACH_PX * blob.relative * part_x;
        let square = 1.0 / (reach * reach);
        let (top, bottom) = span(y, reach, layer.plane.height());
        for row in top..=bottom {
            let dy = row as f32 - y;
            let left_over = reach * reach - dy * dy;
            if left_over <= 0.0 {
                continue;
            }
            let (left, right) = span(x, left_over.sqrt(), layer.plane.width());
            let rows = [row - 1, row, row + 1].map(|y| &layer.plane.row(y)[left - 1..right + 2]);
            self.push(rows, left as f32 - x, dy * dy, square);
        }
    }

    /// A row of gradients, the first `dx` from the blob.
    fn push(&mut self, [above, here, below]: [&[f32]; 3], dx: f32, dy_square: f32, square: f32) {
        let len = here.len() - 2;
        let across = &mut self.across[self.len..][..len];
        let down = &mut self.down[self.len..][..len];
        let nearness = &mut self.nearness[self.len..][..len];
        for k in 0..len {
            across[k] = here[k + 2] - here[k];
            down[k] = below[k + 1] - above[k + 1];
            let dx = dx + k as f32;
            let inside = (1.0 - (dx * dx + dy_square) * square).max(0.0);
            nearness[k] = (inside * inside) * (inside * inside);
        }
        self.len += len;
    }
}

/// The pixels within reach that have neighbours on both sides.
fn span(middle: f32, reach: f32, len: usize) -> (usize, usize) {
    let first = ((middle - reach).max(0.0) as usize + 1).min(len - 2);
    let last = ((middle + reach) as usize).clamp(first, len - 2);
    (first, last.min(first + SIDE_MOST - 1))
}

/// Half of the weights of eight coin throws: what four times a quarter, a half, a quarter gives.
const BELL: [f32; 5] = [70.0 / 256.0, 56.0 / 256.0, 28.0 / 256.0, 8.0 / 256.0, 1.0 / 256.0];

fn smoothed(bins: &[f32; BINS]) -> [f32; BINS] {
    let reach = BELL.len() - 1;
    let mut circle = [0.0; BINS + 2 * (BELL.len() - 1)];
    circle[..reach].copy_from_slice(&bins[BINS - reach..]);
    circle[reach..reach + BINS].copy_from_slice(bins);
    circle[reach + BINS..].copy_from_slice(&bins[..reach]);
    std::array::from_fn(|bin| {
        (1..=reach).fold(BELL[0] * circle[bin + reach], |sum, k| {
            sum + BELL[k] * (circle[bin + reach - k] + circle[bin + reach + k])
        })
    })
}
