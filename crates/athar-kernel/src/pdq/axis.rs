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

/// The schedule of both runs along one axis.
pub(super) struct Axis {
    /// Samples in a full window.
    pub window: usize,
    /// Steps in all, a multiple of the lanes asked for.
    pub steps: usize,
    /// Divisor of the first run at each step, 0 where it has no output.
    pub divisors: Vec<f32>,
    /// Correctly rounded reciprocals of the divisors, 0 where there is no output.
    pub reciprocals: Vec<f32>,
    /// The 64 outputs kept, in ascending order of their step.
    pub taps: [Tap; SIDE],
}

impl Axis {
    /// The schedule for `len` samples (at least 1), padded to a multiple of `lanes` steps.
    pub fn new(len: usize, lanes: usize) -> Self {
        let window = len.div_ceil(2 * SIDE);
        let lag = window / 2;
        let steps = (len + 2 * lag).next_multiple_of(lanes);
        let first_run = |step: usize| match (lag..len + lag).contains(&step) {
            true => samples_in_window(step, len, window),
            false => 0,
        };
        let divisors: Vec<f32> = (0..steps).map(|step| first_run(step) as f32).collect();
        let reciprocals = divisors.iter().map(|&d| if d == 0.0 { 0.0 } else { 1.0 / d }).collect();
        let taps = std::array::from_fn(|i| {
            let step = (2 * i + 1) * len / (2 * SIDE) + lag;
            let divisor = samples_in_window(step, len, window) as f32;
            Tap { step: step + lag, divisor, reciprocal: 1.0 / divisor }
        });
        Self { window, steps, divisors, reciprocals, taps }
    }

    /// Divisors of the first run at `steps` and their reciprocals.
    pub fn divisors(&self, steps: Range<usize>) -> (&[f32], &[f32]) {
        (&self.divisors[steps.clone()], &self.reciprocals[steps])
    }

    /// The one power of two that all steps of this range divide by, as its reciprocal: with it a
    /// multiplication is the division, exactly.
    pub fn exact_reciprocal(&self, steps: Range<usize>) -> Option<f32> {
        let full = self.window as f32;
        let uniform = self.window.is_power_of_two()
            && self.divisors[steps].iter().all(|&divisor| divisor == full);
        uniform.then_some(1.0 / full)
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
        assert_eq!(axis.exact_reciprocal(3..512), Some(0.25));
        assert_eq!(axis.exact_reciprocal(2..512), None);
        assert_eq!(Axis::new(300, 16).exact_reciprocal(16..32), None);
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
