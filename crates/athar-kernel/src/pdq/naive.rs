//! The naive twin of the filter and the transform: the reference's own passes, one after the
//! other over whole planes.

use super::{COEFFICIENTS, Grid, SIDE, Spectrum, dct::basis};

/// The 64 x 64 grid of a plane, row by row, that is not itself 64 x 64.
pub(super) fn downsample(luma: &[f32], width: usize, height: usize) -> Grid {
    let mut plane = luma.to_vec();
    for _ in 0..2 {
        let rows: Vec<f32> = plane.chunks(width).flat_map(box_filter).collect();
        let columns: Vec<Vec<f32>> = (0..width)
            .map(|x| box_filter(&rows.iter().copied().skip(x).step_by(width).collect::<Vec<_>>()))
            .collect();
        plane = (0..height).flat_map(|y| columns.iter().map(move |c| c[y])).collect();
    }
    let centre = |i: usize, len: usize| ((i as f64 + 0.5) * len as f64 / SIDE as f64) as usize;
    let at = |i, j| plane[centre(i, height) * width + centre(j, width)];
    Grid(std::array::from_fn(|k| at(k / SIDE, k % SIDE)))
}

/// A running box of 1/128 of the length, in its four phases.
fn box_filter(input: &[f32]) -> Vec<f32> {
    let full = input.len().div_ceil(2 * SIDE);
    let half = (full + 2) / 2;
    let (mut sum, mut size, mut left, mut right) = (0.0f32, 0usize, 0, 0);
    let mut out = Vec::with_capacity(input.len());
    for phase in [(half - 1, 1), (full + 1 - half, 2), (input.len() - full, 3), (half - 1, 4)] {
        for _ in 0..phase.0 {
            if phase.1 != 4 {
                sum += input[right];
                right += 1;
            }
            if phase.1 >= 3 {
                sum -= input[left];
                left += 1;
            }
            size = match phase.1 {
                1 | 2 => size + 1,
                3 => size,
                _ => size - 1,
            };
            if phase.1 != 1 {
                out.push(sum / size as f32);
            }
        }
    }
    out
}

/// Coefficients 1 to 16 along both axes.
pub(super) fn dct(grid: &Grid) -> Spectrum {
    let rows = |i: usize, j: usize| {
        (0..SIDE).fold(0.0f32, |sum, k| sum + basis(i, k) * grid.0[k * SIDE + j])
    };
    let half: Vec<f32> = (0..COEFFICIENTS * SIDE).map(|n| rows(n / SIDE, n % SIDE)).collect();
    let both = |i: usize, j: usize| {
        (0..SIDE).fold(0.0f32, |sum, k| sum + half[i * SIDE + k] * basis(j, k))
    };
    Spectrum(std::array::from_fn(|n| both(n / COEFFICIENTS, n % COEFFICIENTS)))
}

/// The 128th smallest coefficient.
pub(super) fn median(spectrum: &Spectrum) -> f32 {
    let mut sorted = spectrum.0;
    sorted.sort_by(f32::total_cmp);
    sorted[127]
}

/// Differences of neighbours in whole percents, summed, over 90.
pub(super) fn quality(grid: &Grid) -> u8 {
    let cell = |i: usize, j: usize| grid.0[i * SIDE + j];
    let percent = |a: f32, b: f32| ((((a - b) * 100.0) / 255.0) as i32).abs();
    let down = (0..63).flat_map(|i| (0..64).map(move |j| percent(cell(i, j), cell(i + 1, j))));
    let right = (0..64).flat_map(|i| (0..63).map(move |j| percent(cell(i, j), cell(i, j + 1))));
    ((down.sum::<i32>() + right.sum::<i32>()) / 90).min(100) as u8
}
