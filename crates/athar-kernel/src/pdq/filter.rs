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
//!
//! What costs is to store, at 32 bytes a cycle, more than to add: so a window of 4, which pictures
//! of 385 to 512 pixels have, stays in registers. What did not pay, with AVX-512 on Zen 4: to
//! transpose 16 x 16 in registers, or to merge by masked broadcasts what is inserted now; to
//! transpose straight from the picture, whose rows fall into the same few cache sets where they
//! are a power of two apart; wider tiles; and lanes that each are one column behind the one
//! above, which need no transposition after the first but leave the kept columns on diagonals.

use super::aligned::Aligned;
use super::axis::{Axis, Quotients, Table, Tap};
use super::simd::Simd;
use super::{Grid, SIDE};
use std::cell::Cell;

/// Groups of lanes in a strip: two running sums that do not wait for one another.
const GROUPS: usize = 2;
/// Columns of a tile: with what it needs of the past it fits the innermost cache.
pub(super) const TILE: usize = 32;

/// Where rows of luma come from.
pub(super) trait Rows {
    /// Columns, at least 5.
    fn width(&self) -> usize;
    /// Rows, at least 5.
    fn height(&self) -> usize;
    /// Fills `to` with the luma of row `y` from column `x` on.
    fn copy<S: Simd>(&self, simd: S, x: usize, y: usize, to: &mut [f32]);
    /// Fills the tiles' rows that are `to` with the luma of as many rows from `y` on, from column
    /// `x` on.
    fn copy_rows<S: Simd>(&self, simd: S, x: usize, y: usize, to: &mut [[f32; TILE]]) {
        for (y, to) in (y..).zip(to) {
            self.copy(simd, x, y, to);
        }
    }
}

/// The grid of a picture.
#[inline(always)]
pub(super) fn downsample<S: Simd>(simd: S, source: &impl Rows) -> Grid {
    let mut walk = Walk::new(simd, source.width(), source.height());
    for first in (0..walk.vertical.steps).step_by(Walk::<S>::STRIP) {
        walk.strip(source, first);
    }
    walk.grid
}

/// The state between one tile and the next.
struct Walk<S: Simd> {
    simd: S,
    horizontal: Axis,
    vertical: Axis,
    run_1: Run,
    /// Output of run 1: a tile, column by column.
    rows_1: Aligned,
    run_2: Run,
    /// A tile, row by row: of the picture, and then output of run 2.
    columns_1: Aligned,
    run_3: Run,
    /// Output of run 3: 64 columns of the strip.
    rows_2: Aligned,
    run_4: Run,
    grid: Grid,
    /// Rows of the grid that are written.
    written: usize,
}

impl<S: Simd> Walk<S> {
    const STRIP: usize = GROUPS * S::LANES;

    fn new(simd: S, width: usize, height: usize) -> Self {
        let horizontal = Axis::new(width, TILE);
        let vertical = Axis::new(height, Self::STRIP);
        Self {
            simd,
            run_1: Run::new(Self::STRIP, horizontal.window),
            rows_1: Aligned::zeroed(TILE * Self::STRIP),
            run_2: Run::new(horizontal.steps, vertical.window),
            columns_1: Aligned::zeroed(TILE * Self::STRIP),
            run_3: Run::new(Self::STRIP, horizontal.window),
            rows_2: Aligned::zeroed(SIDE * Self::STRIP),
            run_4: Run::new(SIDE, vertical.window),
            grid: Grid([0.0; SIDE * SIDE]),
            written: 0,
            horizontal,
            vertical,
        }
    }

    /// Takes the strip that starts at row `first` through all four runs.
    #[inline(always)]
    fn strip(&mut self, source: &impl Rows, first: usize) {
        self.run_1.clear();
        self.run_3.clear();
        // Below the picture all sums of run 1 are zero.
        let inside = first < source.height();
        if !inside {
            self.rows_1.fill(0.0);
        }
        let mut taps = 0;
        for column in (0..self.horizontal.steps).step_by(TILE) {
            if inside {
                self.enter(source, first, column);
                self.rows_once(column);
            }
            self.columns_once(first, column);
            taps = self.rows_twice(column, taps);
        }
        self.columns_twice(first);
    }

    /// Copies a tile of the picture; outside the picture it is zero.
    #[inline(always)]
    fn enter(&mut self, source: &impl Rows, first: usize, column: usize) {
        let across = source.width().saturating_sub(column).min(TILE);
        let down = source.height().saturating_sub(first).min(Self::STRIP);
        let tile = self.columns_1.as_chunks_mut().0;
        if across == TILE {
            source.copy_rows(self.simd, column, first, &mut tile[..down]);
            tile[down..].fill([0.0; TILE]);
        } else {
            tile.fill([0.0; TILE]);
            for (y, to) in (first..).zip(&mut tile[..down]) {
                source.copy(self.simd, column, y, &mut to[..across]);
            }
        }
    }

    /// Run 1: from the picture to `rows_1`.
    #[inline(always)]
    fn rows_once(&mut self, column: usize) {
        let (simd, from, out) = (self.simd, &self.columns_1[..], &mut self.rows_1[..]);
        let stride = Self::STRIP;
        let count = self.horizontal.needed(column, TILE);
        let input = Input { from, stride: TILE, first: column, count };
        match self.horizontal.quotients(column..column + TILE) {
            Quotients::Exact(reciprocal) => {
                let sink = Means { out, stride, divide: Exact(simd.splat(reciprocal)) };
                self.run_1.pair(simd, 0, input, sink);
            }
            Quotients::Table(divide) => {
                let sink = Means { out, stride, divide };
                self.run_1.pair(simd, 0, input, sink);
            }
        }
    }

    /// Run 2: from `rows_1` to `columns_1`.
    #[inline(always)]
    fn columns_once(&mut self, first: usize, column: usize) {
        let (simd, stride) = (self.simd, TILE);
        let count = self.vertical.needed(first, Self::STRIP);
        let quotients = self.vertical.quotients(first..first + Self::STRIP);
        for x in (0..TILE).step_by(2 * S::LANES) {
            let from = &self.rows_1[x * Self::STRIP..];
            let input = Input { from, stride: Self::STRIP, first, count };
            let out = &mut self.columns_1[x..];
            match quotients {
                Quotients::Exact(reciprocal) => {
                    let sink = Means { out, stride, divide: Exact(simd.splat(reciprocal)) };
                    self.run_2.pair(simd, column + x, input, sink);
                }
                Quotients::Table(divide) => {
                    let sink = Means { out, stride, divide };
                    self.run_2.pair(simd, column + x, input, sink);
                }
            }
        }
    }

    /// Run 3: from `columns_1` to those of the 64 columns of `rows_2` that lie in this tile;
    /// returns how many of them are done.
    #[inline(always)]
    fn rows_twice(&mut self, column: usize, done: usize) -> usize {
        let taps = &self.horizontal.taps[done..];
        let inside = taps.iter().take_while(|tap| tap.step < column + TILE).count();
        let (taps, stride) = (&taps[..inside], Self::STRIP);
        let at = done * stride;
        let sink = Kept { taps, first: column, out: &mut self.rows_2, at, stride };
        let count = self.horizontal.needed(column, TILE);
        let input = Input { from: &self.columns_1, stride: TILE, first: column, count };
        self.run_3.pair(self.simd, 0, input, sink);
        done + inside
    }

    /// Run 4: from `rows_2` to those rows of the grid whose step lies in this strip.
    #[inline(always)]
    fn columns_twice(&mut self, first: usize) {
        let count = self.vertical.needed(first, Self::STRIP);
        let taps = &self.vertical.taps[self.written..];
        let inside = taps.iter().take_while(|tap| tap.step < first + Self::STRIP).count();
        for x in (0..SIDE).step_by(2 * S::LANES) {
            let at = self.written * SIDE + x;
            let out = &mut self.grid.0[..];
            let sink = Kept { taps: &taps[..inside], first, out, at, stride: SIDE };
            let from = &self.rows_2[x * Self::STRIP..];
            self.run_4.pair(self.simd, x, Input { from, stride: Self::STRIP, first, count }, sink);
        }
        self.written += inside;
    }
}

/// What becomes of the sums. A trait of its own and not a closure, because only a function that
/// is always inlined gets the instructions of the level that it is inlined into.
trait Sink<S: Simd> {
    /// Takes two vectors of sums of step `i` of the tile or strip.
    fn put(&mut self, simd: S, i: usize, sums: [S::Vector; 2]);
}

/// Every sum divided, the two vectors side by side and the steps a stride apart.
struct Means<'a, D> {
    out: &'a mut [f32],
    stride: usize,
    divide: D,
}

/// A reciprocal that is a power of two in all lanes.
struct Exact<V>(V);

/// Only the sums at the taps, divided, one tap a stride after the other.
struct Kept<'a> {
    /// Those not met yet.
    taps: &'a [Tap],
    /// Step 0 of the tile or strip.
    first: usize,
    out: &'a mut [f32],
    /// Where the next one goes.
    at: usize,
    stride: usize,
}

impl<S: Simd> Sink<S> for Means<'_, Exact<S::Vector>> {
    #[inline(always)]
    fn put(&mut self, simd: S, i: usize, [a, b]: [S::Vector; 2]) {
        let to = &mut self.out[i * self.stride..][..2 * S::LANES];
        simd.store(simd.mul(a, self.divide.0), to);
        simd.store(simd.mul(b, self.divide.0), &mut to[S::LANES..]);
    }
}

impl<S: Simd> Sink<S> for Means<'_, Table<'_>> {
    #[inline(always)]
    fn put(&mut self, simd: S, i: usize, [a, b]: [S::Vector; 2]) {
        let to = &mut self.out[i * self.stride..][..2 * S::LANES];
        let (d, r) = (self.divide.divisors[i], self.divide.reciprocals[i]);
        simd.store(simd.div(a, d, r), to);
        simd.store(simd.div(b, d, r), &mut to[S::LANES..]);
    }
}

impl<S: Simd> Sink<S> for Kept<'_> {
    #[inline(always)]
    fn put(&mut self, simd: S, i: usize, [a, b]: [S::Vector; 2]) {
        while let [tap, later @ ..] = self.taps
            && tap.step == self.first + i
        {
            let to = &mut self.out[self.at..][..2 * S::LANES];
            simd.store(simd.div(a, tap.divisor, tap.reciprocal), to);
            simd.store(simd.div(b, tap.divisor, tap.reciprocal), &mut to[S::LANES..]);
            self.at += self.stride;
            self.taps = later;
        }
    }
}

/// Running sums side by side, two vectors of them at a time: along rows the sums are rows of a
/// strip, along columns they are columns.
struct Run {
    window: usize,
    sums: Aligned,
    /// For each pair of vectors the cells of a [`Ring`].
    rings: Aligned,
}

impl Run {
    /// For as many sums as there are `lanes`.
    fn new(lanes: usize, window: usize) -> Self {
        let rings = Aligned::zeroed(lanes * Ring::vectors(window));
        Self { window, sums: Aligned::zeroed(lanes), rings }
    }

    /// Goes back to before the first step.
    #[inline(always)]
    fn clear(&mut self) {
        self.sums.fill(0.0);
        self.rings.fill(0.0);
    }

    /// Lets the two vectors of sums from sum `at` on take in `input`, and hands on the sums at
    /// each step.
    #[inline(always)]
    fn pair<S: Simd>(&mut self, simd: S, at: usize, input: Input, sink: impl Sink<S>) {
        let (width, vectors) = (2 * S::LANES, Ring::vectors(self.window));
        let cells = &mut self.rings[at * vectors..][..width * vectors];
        let ring = Ring { window: self.window, cells: Cell::from_mut(cells).as_slice_of_cells() };
        let sums = &mut self.sums[at..][..width];
        let pair = [simd.load(sums), simd.load(&sums[S::LANES..])];
        let [a, b] = match self.window {
            4 => ring.window_of_4(simd, pair, input, sink),
            _ => ring.any_window(simd, pair, input, sink),
        };
        simd.store(a, sums);
        simd.store(b, &mut sums[S::LANES..]);
    }
}

/// What a pair of vectors of sums takes in.
#[derive(Clone, Copy)]
struct Input<'a> {
    from: &'a [f32],
    /// What the sums take in at one step lies this far apart, what one of them takes in at the
    /// next step lies beside it.
    stride: usize,
    /// The step that `from` begins with, a multiple of 4.
    first: usize,
    /// Steps, a multiple of 4.
    count: usize,
}

impl Input<'_> {
    /// What enters the sums of each vector at four steps.
    #[inline(always)]
    fn four<S: Simd>(&self, simd: S, step: usize) -> [[S::Vector; 4]; 2] {
        let a = simd.load_transposed(&self.from[step..], self.stride);
        let b = simd.load_transposed(&self.from[S::LANES * self.stride + step..], self.stride);
        [a, b]
    }
}

/// What is in the windows of a pair of vectors of sums, step after step: the window's steps as a
/// multiple of 4, and again the first [`WRAPPED`], so that any four are side by side.
struct Ring<'a> {
    window: usize,
    cells: &'a [Cell<f32>],
}

/// Steps of a ring that stand at both its ends.
const WRAPPED: usize = 3;

impl Ring<'_> {
    /// Vectors of it, for each vector of sums.
    fn vectors(window: usize) -> usize {
        window.next_multiple_of(4) + WRAPPED
    }

    /// Returns the sums after the last step.
    #[inline(always)]
    fn any_window<S: Simd>(
        &self,
        simd: S,
        [mut a, mut b]: [S::Vector; 2],
        input: Input,
        mut sink: impl Sink<S>,
    ) -> [S::Vector; 2] {
        let (width, steps) = (2 * S::LANES, self.window.next_multiple_of(4));
        let mut entering = input.first % steps;
        let mut leaving = (entering + steps - self.window) % steps;
        for left in (0..input.count).step_by(4) {
            let [new_a, new_b] = input.four(simd, left);
            let new = &self.cells[entering * width..][..4 * width];
            let old = &self.cells[leaving * width..][..4 * width];
            for k in 0..4 {
                let (at, at_b) = (k * width, k * width + S::LANES);
                // First what leaves: it may lie where what enters is put.
                a = simd.sub(simd.add(a, new_a[k]), simd.load_cells(&old[at..]));
                b = simd.sub(simd.add(b, new_b[k]), simd.load_cells(&old[at_b..]));
                simd.store_cells(new_a[k], &new[at..]);
                simd.store_cells(new_b[k], &new[at_b..]);
                if steps != self.window && entering == 0 && k < WRAPPED {
                    let again = &self.cells[(steps + k) * width..][..width];
                    simd.store_cells(new_a[k], again);
                    simd.store_cells(new_b[k], &again[S::LANES..]);
                }
                sink.put(simd, left + k, [a, b]);
            }
            for at in [&mut entering, &mut leaving] {
                *at += 4;
                *at -= if *at >= steps { steps } else { 0 };
            }
        }
        [a, b]
    }

    /// The same where the window is 4: what enters at four steps leaves at the next four, and
    /// stays in registers in between.
    #[inline(always)]
    fn window_of_4<S: Simd>(
        &self,
        simd: S,
        [mut a, mut b]: [S::Vector; 2],
        input: Input,
        mut sink: impl Sink<S>,
    ) -> [S::Vector; 2] {
        let ([mut old_a, mut old_b], width) = ([[a; 4]; 2], 2 * S::LANES);
        for k in 0..4 {
            old_a[k] = simd.load_cells(&self.cells[k * width..]);
            old_b[k] = simd.load_cells(&self.cells[k * width + S::LANES..]);
        }
        for left in (0..input.count).step_by(4) {
            let [new_a, new_b] = input.four(simd, left);
            for k in 0..4 {
                a = simd.sub(simd.add(a, new_a[k]), old_a[k]);
                b = simd.sub(simd.add(b, new_b[k]), old_b[k]);
                sink.put(simd, left + k, [a, b]);
            }
            (old_a, old_b) = (new_a, new_b);
        }
        for k in 0..4 {
            simd.store_cells(old_a[k], &self.cells[k * width..]);
            simd.store_cells(old_b[k], &self.cells[k * width + S::LANES..]);
        }
        [a, b]
    }
}
