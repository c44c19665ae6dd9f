//! From a plane to its 64 x 64 grid: four running boxes in one walk over the picture.
//!
//! The boxes run along rows, along columns, along rows and along columns. Running sums round, so
//! each must be added up in its own order; what may be vectorised is many sums side by side.
//! Along rows the lanes are rows, along columns the lanes are columns, and blocks of
//! `LANES x LANES` are transposed in registers in between.
//!
//! ```text
//! for each strip of rows:
//!   for each tile of columns:
//!     1  transpose, run along rows          plane ─► rows_1   (column after column)
//!     2  transpose, run along columns       rows_1 ─► columns_1
//!     3  transpose, run along rows          columns_1 ─► 64 columns
//!   4    run along columns, 64 of them      64 columns ─► 64 x 64
//! ```
//!
//! All four keep step: a block that enters leaves all of them, and [`Axis`] says at which step
//! an output is worth keeping. A tile and its history stay in the innermost cache; memory is
//! O(window * width), never a plane.

use super::axis::Axis;
use super::simd::Simd;
use super::{Grid, SIDE};

/// Rows of lanes in a strip: two running sums that do not wait for one another.
const GROUPS: usize = 2;
/// Blocks in a tile of columns.
const TILE_BLOCKS: usize = 4;

/// Where rows of luma come from.
pub(super) trait Rows {
    /// Columns, at least 5.
    fn width(&self) -> usize;
    /// Rows, at least 5.
    fn height(&self) -> usize;
    /// Rows `first..first + count`, row by row, each starting a stride after the one before.
    fn rows(&mut self, first: usize, count: usize) -> (&[f32], usize);
}

/// The grid of a picture that is not itself 64 x 64.
#[inline(always)]
pub(super) fn downsample<S: Simd>(simd: S, source: &mut impl Rows) -> Grid {
    let mut walk = Walk::new(simd, source.width(), source.height());
    for first in (0..walk.vertical.steps).step_by(GROUPS * S::LANES) {
        walk.strip(source, first);
    }
    walk.grid
}

/// The state between one block and the next.
struct Walk<S: Simd> {
    simd: S,
    horizontal: Axis,
    vertical: Axis,
    /// Run 1: `window` columns of history, then the tile, column by column of strip height.
    columns_in: Vec<f32>,
    sums_1: [S::Vector; GROUPS],
    /// Output of run 1: the tile, column by column.
    rows_1: Vec<f32>,
    /// Run 2: a ring of the last rows of `rows_1`, as wide as the picture.
    ring: Vec<f32>,
    ring_rows: usize,
    sums_2: Vec<f32>,
    /// Output of run 2: the tile, row by row.
    columns_1: Vec<f32>,
    /// Run 3: as `columns_in`.
    columns_in_3: Vec<f32>,
    sums_3: [S::Vector; GROUPS],
    /// Output of run 3: 64 columns of strip height.
    kept: Vec<f32>,
    /// Run 4: a ring of the last rows of 64.
    ring_4: Vec<f32>,
    sums_4: [f32; SIDE],
    next_row: usize,
    grid: Grid,
}

impl<S: Simd> Walk<S> {
    const STRIP: usize = GROUPS * S::LANES;
    const TILE: usize = TILE_BLOCKS * S::LANES;

    #[inline(always)]
    fn new(simd: S, width: usize, height: usize) -> Self {
        let horizontal = Axis::new(width, Self::TILE);
        let vertical = Axis::new(height, Self::STRIP);
        let history = (horizontal.window + Self::TILE) * Self::STRIP;
        let ring_rows = (vertical.window + Self::STRIP).next_multiple_of(Self::STRIP);
        Self {
            simd,
            columns_in: vec![0.0; history],
            sums_1: [simd.splat(0.0); GROUPS],
            rows_1: vec![0.0; Self::TILE * Self::STRIP],
            ring: vec![0.0; ring_rows * horizontal.steps],
            ring_rows,
            sums_2: vec![0.0; horizontal.steps],
            columns_1: vec![0.0; Self::TILE * Self::STRIP],
            columns_in_3: vec![0.0; history],
            sums_3: [simd.splat(0.0); GROUPS],
            kept: vec![0.0; SIDE * Self::STRIP],
            ring_4: vec![0.0; ring_rows * SIDE],
            sums_4: [0.0; SIDE],
            next_row: 0,
            grid: Grid([0.0; SIDE * SIDE]),
            horizontal,
            vertical,
        }
    }

    #[inline(always)]
    fn strip(&mut self, source: &mut impl Rows, first: usize) {
        let window = self.horizontal.window * Self::STRIP;
        self.columns_in[..window].fill(0.0);
        self.columns_in_3[..window].fill(0.0);
        self.sums_1 = [self.simd.splat(0.0); GROUPS];
        self.sums_3 = [self.simd.splat(0.0); GROUPS];
        let height = source.height();
        let count = Self::STRIP.min(height.saturating_sub(first));
        let (rows, stride) = source.rows(first, count);
        let mut next_tap = 0;
        for column in (0..self.horizontal.steps).step_by(Self::TILE) {
            self.enter(rows, stride, count, column);
            self.run_1(column);
            self.run_2(first, column);
            next_tap = self.run_3(column, next_tap);
        }
        self.run_4(first);
    }

    /// Transposes a tile of the picture into `columns_in`; outside the picture it is zero.
    #[inline(always)]
    fn enter(&mut self, rows: &[f32], stride: usize, count: usize, column: usize) {
        let window = self.horizontal.window;
        let width = self.horizontal.len;
        let tile = &mut self.columns_in[window * Self::STRIP..];
        if count == Self::STRIP && column + Self::TILE <= width {
            for block in 0..TILE_BLOCKS {
                for group in 0..GROUPS {
                    let from = &rows[group * S::LANES * stride + column + block * S::LANES..];
                    let vectors = self.simd.load_transposed(from, stride);
                    let to = &mut tile[block * S::LANES * Self::STRIP + group * S::LANES..];
                    for (i, &vector) in vectors.as_ref().iter().enumerate() {
                        self.simd.store(vector, &mut to[i * Self::STRIP..]);
                    }
                }
            }
        } else {
            tile.fill(0.0);
            for row in 0..count {
                for c in column..width.min(column + Self::TILE) {
                    tile[(c - column) * Self::STRIP + row] = rows[row * stride + c];
                }
            }
        }
    }

    #[inline(always)]
    fn run_1(&mut self, column: usize) {
        let history = self.horizontal.window * Self::STRIP;
        let exact = self.horizontal.exact_reciprocal(column..column + Self::TILE);
        for i in 0..Self::TILE {
            let old = &self.columns_in[i * Self::STRIP..][..Self::STRIP];
            let new = &self.columns_in[history + i * Self::STRIP..][..Self::STRIP];
            let to = &mut self.rows_1[i * Self::STRIP..][..Self::STRIP];
            for g in 0..GROUPS {
                let mut sum = self.simd.add(self.sums_1[g], self.simd.load(&new[g * S::LANES..]));
                sum = self.simd.sub(sum, self.simd.load(&old[g * S::LANES..]));
                self.sums_1[g] = sum;
                let out = match exact {
                    Some(reciprocal) => self.simd.mul(sum, self.simd.splat(reciprocal)),
                    None => self.simd.div(
                        sum,
                        self.horizontal.divisors[column + i],
                        self.horizontal.reciprocals[column + i],
                    ),
                };
                self.simd.store(out, &mut to[g * S::LANES..]);
            }
        }
        self.columns_in.copy_within(Self::TILE * Self::STRIP.., 0);
    }

    #[inline(always)]
    fn run_2(&mut self, first: usize, column: usize) {
        let window = self.vertical.window;
        let exact = self.vertical.exact_reciprocal(first..first + Self::STRIP);
        let stride = self.horizontal.steps;
        for block in (0..Self::TILE).step_by(S::LANES) {
            let mut sum = self.simd.load(&self.sums_2[column + block..]);
            for group in (0..Self::STRIP).step_by(S::LANES) {
                let from = &self.rows_1[block * Self::STRIP + group..];
                let vectors = self.simd.load_transposed(from, Self::STRIP);
                for (i, &new) in vectors.as_ref().iter().enumerate() {
                    let row = first + group + i;
                    let at = row % self.ring_rows * stride + column + block;
                    self.simd.store(new, &mut self.ring[at..]);
                    let at =
                        (row + self.ring_rows - window) % self.ring_rows * stride + column + block;
                    let old = self.simd.load(&self.ring[at..]);
                    sum = self.simd.sub(self.simd.add(sum, new), old);
                    let out = match exact {
                        Some(reciprocal) => self.simd.mul(sum, self.simd.splat(reciprocal)),
                        None => self.simd.div(
                            sum,
                            self.vertical.divisors[row],
                            self.vertical.reciprocals[row],
                        ),
                    };
                    self.simd.store(out, &mut self.columns_1[(group + i) * Self::TILE + block..]);
                }
            }
            self.simd.store(sum, &mut self.sums_2[column + block..]);
        }
    }

    #[inline(always)]
    fn run_3(&mut self, column: usize, mut next_tap: usize) -> usize {
        let history = self.horizontal.window * Self::STRIP;
        for block in (0..Self::TILE).step_by(S::LANES) {
            for group in (0..Self::STRIP).step_by(S::LANES) {
                let from = &self.columns_1[group * Self::TILE + block..];
                let vectors = self.simd.load_transposed(from, Self::TILE);
                let to = &mut self.columns_in_3[history + block * Self::STRIP + group..];
                for (i, &vector) in vectors.as_ref().iter().enumerate() {
                    self.simd.store(vector, &mut to[i * Self::STRIP..]);
                }
            }
        }
        let mut next_step = self.horizontal.taps.get(next_tap).map_or(usize::MAX, |t| t.step);
        for i in 0..Self::TILE {
            let old = &self.columns_in_3[i * Self::STRIP..][..Self::STRIP];
            let new = &self.columns_in_3[history + i * Self::STRIP..][..Self::STRIP];
            for g in 0..GROUPS {
                let sum = self.simd.add(self.sums_3[g], self.simd.load(&new[g * S::LANES..]));
                self.sums_3[g] = self.simd.sub(sum, self.simd.load(&old[g * S::LANES..]));
            }
            while next_step == column + i {
                let tap = self.horizontal.taps[next_tap];
                for g in 0..GROUPS {
                    let out = self.simd.div(self.sums_3[g], tap.divisor, tap.reciprocal);
                    self.simd.store(out, &mut self.kept[next_tap * Self::STRIP + g * S::LANES..]);
                }
                next_tap += 1;
                next_step = self.horizontal.taps.get(next_tap).map_or(usize::MAX, |t| t.step);
            }
        }
        self.columns_in_3.copy_within(Self::TILE * Self::STRIP.., 0);
        next_tap
    }

    #[inline(always)]
    fn run_4(&mut self, first: usize) {
        let window = self.vertical.window;
        let start = first % self.ring_rows;
        for column in (0..SIDE).step_by(S::LANES) {
            for group in (0..Self::STRIP).step_by(S::LANES) {
                let from = &self.kept[column * Self::STRIP + group..];
                let vectors = self.simd.load_transposed(from, Self::STRIP);
                for (i, &vector) in vectors.as_ref().iter().enumerate() {
                    self.simd
                        .store(vector, &mut self.ring_4[(start + group + i) * SIDE + column..]);
                }
            }
        }
        for row in first..first + Self::STRIP {
            let new = row % self.ring_rows * SIDE;
            let old = (row + self.ring_rows - window) % self.ring_rows * SIDE;
            for column in (0..SIDE).step_by(S::LANES) {
                let mut sum = self.simd.load(&self.sums_4[column..]);
                sum = self.simd.add(sum, self.simd.load(&self.ring_4[new + column..]));
                sum = self.simd.sub(sum, self.simd.load(&self.ring_4[old + column..]));
                self.simd.store(sum, &mut self.sums_4[column..]);
            }
            self.keep(row);
        }
    }

    /// Writes the rows of the grid whose step this is.
    #[inline(always)]
    fn keep(&mut self, row: usize) {
        while let Some(tap) = self.vertical.taps.get(self.next_row).filter(|tap| tap.step == row) {
            for (to, sum) in self.grid.0[self.next_row * SIDE..].iter_mut().zip(self.sums_4) {
                *to = sum / tap.divisor;
            }
            self.next_row += 1;
        }
    }
}
