//! One axis of the filter: which window, which divisor at which step, which outputs are kept.
//!
//! The reference runs a box along an axis of `n` samples in four phases: fill the window, grow
//! it, slide it, shrink it. All four are one step if the samples before the first and after the
//! last are zeros, because adding or subtracting zero never rounds:
//!
//! ```text
//! step s:  sum = (sum + in[s]) - in[s - window]        in[k] = 0 outside 0..n
//!          out[s - lag] = sum / (samples in the window)
//! ```
//!
//! The box is run twice along each axis, so the second run is another `lag` steps behind. A step
//! whose output lies outside the picture divides by "0 with reciprocal 0" and yields zero, which
//! is just what the second run must find there.

use super::SIDE;
use std::ops::Range;

/// One output of the second run that is kept: the centre of a cell of the 64 x 64 grid.
#[derive(Clone, Copy)]
pub(super) struct Tap {
    /// The step at which the second run's window is the one wanted.
    pub step: usize,
    /// Samples in that window.
    pub divisor: f32,
    /// The correctly rounded reciprocal of `divisor`.
    pub reciprocal: f32,
}

/// How a range of steps divides.
#[derive(Clone, Copy)]
pub(super) enum Quotients<'a> {
    /// All by one power of two: to multiply by this reciprocal of it is to divide.
    Exact(f32),
    /// Each by its own divisor.
    Table(Table<'a>),
}

/// The divisor of each step, and its correctly rounded reciprocal; both 0 where there is no
/// output.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    pub divisors: &'a [f32],
    pub reciprocals: &'a [f32],
}

/// The schedule of both runs along one axis.
pub(super) struct Axis {
    /// Samples in a full window.
    pub window: usize,
    /// Steps up to the last output that is kept.
    needed: usize,
    /// The same as a multiple of the lanes asked for.
    pub steps: usize,
    /// Of the first run, as a [`Table`] of all steps.
    divisors: Vec<f32>,
    reciprocals: Vec<f32>,
    /// The 64 outputs kept, in ascending order of their step.
    pub taps: [Tap; SIDE],
}

impl Axis {
    /// The schedule for `len` samples (at least 1), its steps padded to a multiple of `lanes`,
    /// which is a multiple of 4.
    pub fn new(len: usize, lanes: usize) -> Self {
        let window = len.div_ceil(2 * SIDE);
        let lag = window / 2;
        let taps = std::array::from_fn(|i| {
            let step = (2 * i + 1) * len / (2 * SIDE) + lag;
            let divisor = samples_in_window(step, len, window) as f32;
            Tap { step: step + lag, divisor, reciprocal: 1.0 / divisor }
        });
        let needed = taps[SIDE - 1].step + 1;
        let first_run = |step: usize| match (lag..len + lag).contains(&step) {
            true => samples_in_window(step, len, window),
            false => 0,
        };
        let steps = needed.next_multiple_of(lanes);
        let divisors: Vec<f32> = (0..steps).map(|step| first_run(step) as f32).collect();
        let reciprocals = divisors.iter().map(|&d| if d == 0.0 { 0.0 } else { 1.0 / d }).collect();
        Self { window, needed, steps, divisors, reciprocals, taps }
    }

    /// How many of `count` steps from `first` on are needed, in whole fours.
    pub fn needed(&self, first: usize, count: usize) -> usize {
        self.needed.saturating_sub(first).next_multiple_of(4).min(count)
    }

    /// How the first run divides at `steps`.
    pub fn quotients(&self, steps: Range<usize>) -> Quotients<'_> {
        let divisors = &self.divisors[steps.clone()];
        let full = self.window as f32;
        match self.window.is_power_of_two() && divisors.iter().all(|&d| d == full) {
            true => Quotients::Exact(1.0 / full),
            false => Quotients::Table(Table { divisors, reciprocals: &self.reciprocals[steps] }),
        }
    }
}

/// How many of the `len` samples the window holds at `step`.
fn samples_in_window(step: usize, len: usize, window: usize) -> usize {
    window.min(step + 1) - (step + 1).saturating_sub(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_grow_stay_and_shrink_as_in_the_reference() {
        // 385 to 512 samples have a window of 4, whose first outputs hold 3 and 4 samples and
        // whose last hold 4, 3 and 2.
        let axis = Axis::new(512, 16);
        assert_eq!((axis.window, axis.steps), (4, 528));
        assert_eq!(axis.divisors[..5], [0.0, 0.0, 3.0, 4.0, 4.0]);
        assert_eq!(axis.divisors[510..516], [4.0, 4.0, 3.0, 2.0, 0.0, 0.0]);
        assert!(matches!(axis.quotients(3..512), Quotients::Exact(0.25)));
        assert!(matches!(axis.quotients(2..512), Quotients::Table(_)));
        assert!(matches!(Axis::new(300, 16).quotients(16..32), Quotients::Table(_)));
    }

    #[test]
    fn taps_are_the_cell_centres() {
        let axis = Axis::new(512, 16);
        let columns: Vec<_> = axis.taps.iter().map(|tap| tap.step - 4).collect();
        assert_eq!(columns, (0..64).map(|i| 8 * i + 4).collect::<Vec<_>>());
        for len in 5..3000 {
            let axis = Axis::new(len, 16);
            assert!(axis.taps.iter().all(|tap| tap.step < axis.steps && tap.divisor >= 1.0));
            assert!(axis.taps.is_sorted_by_key(|tap| tap.step));
        }
    }
}
