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
    run_1: AlongRows<S>,
    /// Output of run 1: a tile, column by column.
    rows_1: Aligned,
    run_2: AlongColumns,
    /// A tile, row by row: of the picture, and then output of run 2.
    columns_1: Aligned,
    run_3: AlongRows<S>,
    /// Output of run 3: 64 columns of the strip.
    rows_2: Aligned,
    run_4: AlongColumns,
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
            run_1: AlongRows::new(simd, horizontal.window),
            rows_1: Aligned::zeroed(TILE * Self::STRIP),
            run_2: AlongColumns::new(horizontal.steps, vertical.window),
            columns_1: Aligned::zeroed(TILE * Self::STRIP),
            run_3: AlongRows::new(simd, horizontal.window),
            rows_2: Aligned::zeroed(SIDE * Self::STRIP),
            run_4: AlongColumns::new(SIDE, vertical.window),
            grid: Grid([0.0; SIDE * SIDE]),
            written: 0,
            horizontal,
            vertical,
        }
    }

    /// Takes the strip that starts at row `first` through all four runs.
    #[inline(always)]
    fn strip(&mut self, source: &impl Rows, first: usize) {
        self.run_1.start(self.simd);
        self.run_2.start(first);
        self.run_3.start(self.simd);
        self.run_4.start(first);
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
        match self.horizontal.quotients(column..column + TILE) {
            Quotients::Exact(reciprocal) => {
                let sink = Means { out, stride, divide: Exact(simd.splat(reciprocal)) };
                self.run_1.tile(simd, from, TILE, count, sink);
            }
            Quotients::Table(divide) => {
                let sink = Means { out, stride, divide };
                self.run_1.tile(simd, from, TILE, count, sink);
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
            let (from, out) = (&self.rows_1[x * Self::STRIP..], &mut self.columns_1[x..]);
            match quotients {
                Quotients::Exact(reciprocal) => {
                    let sink = Means { out, stride, divide: Exact(simd.splat(reciprocal)) };
                    self.run_2.pair(simd, from, (column / TILE, x), count, sink);
                }
                Quotients::Table(divide) => {
                    let sink = Means { out, stride, divide };
                    self.run_2.pair(simd, from, (column / TILE, x), count, sink);
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
        self.run_3.tile(self.simd, &self.columns_1, TILE, count, sink);
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
            self.run_4.pair(self.simd, from, (x / TILE, x % TILE), count, sink);
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

/// Running sums along the rows of a strip: lanes are rows.
struct AlongRows<S: Simd> {
    window: usize,
    sums: [S::Vector; GROUPS],
    /// The last `window` columns, then those of the tile, each as high as the strip.
    columns: Aligned,
}

impl<S: Simd> AlongRows<S> {
    const STRIP: usize = GROUPS * S::LANES;

    fn new(simd: S, window: usize) -> Self {
        let columns = Aligned::zeroed((window + TILE) * Self::STRIP);
        Self { window, sums: [simd.splat(0.0); GROUPS], columns }
    }

    /// Goes to the left edge.
    #[inline(always)]
    fn start(&mut self, simd: S) {
        self.sums = [simd.splat(0.0); GROUPS];
        self.columns[..self.window * Self::STRIP].fill(0.0);
    }

    /// Takes the first `count` columns of a tile of rows that are a stride apart, and hands on the
    /// sums at each.
    #[inline(always)]
    fn tile(&mut self, simd: S, from: &[f32], stride: usize, count: usize, mut sink: impl Sink<S>) {
        let [mut a, mut b] = self.sums;
        let lower = &from[S::LANES * stride..];
        let columns = Cell::from_mut(&mut self.columns[..]).as_slice_of_cells();
        let (old, new) = (columns, &columns[self.window * Self::STRIP..]);
        for left in (0..count).step_by(4) {
            let new_a = simd.load_transposed(&from[left..], stride);
            let new_b = simd.load_transposed(&lower[left..], stride);
            let old = &old[left * Self::STRIP..][..4 * Self::STRIP];
            let new = &new[left * Self::STRIP..][..4 * Self::STRIP];
            for k in 0..4 {
                let (at, at_b) = (k * Self::STRIP, k * Self::STRIP + S::LANES);
                a = simd.sub(simd.add(a, new_a[k]), simd.load_cells(&old[at..]));
                b = simd.sub(simd.add(b, new_b[k]), simd.load_cells(&old[at_b..]));
                simd.store_cells(new_a[k], &new[at..]);
                simd.store_cells(new_b[k], &new[at_b..]);
                sink.put(simd, left + k, [a, b]);
            }
        }
        self.sums = [a, b];
        for at in (0..self.window * Self::STRIP).step_by(S::LANES) {
            let last = simd.load_cells(&columns[TILE * Self::STRIP + at..]);
            simd.store_cells(last, &columns[at..]);
        }
    }
}

/// Running sums along the columns of the picture: lanes are columns.
struct AlongColumns {
    window: usize,
    sums: Aligned,
    /// For each tile a ring of its last rows: the window and four more at least, and again the
    /// first [`WRAPPED`], so that any four rows are side by side.
    rings: Aligned,
    /// Rows of a ring, a multiple of 4.
    ring_rows: usize,
    /// Where in a ring the strip begins, a multiple of 4.
    start: usize,
}

/// Rows of a ring that stand at both its ends.
const WRAPPED: usize = 3;

impl AlongColumns {
    fn new(width: usize, window: usize) -> Self {
        let ring_rows = (window + 4).next_multiple_of(4);
        Self {
            window,
            sums: Aligned::zeroed(width),
            rings: Aligned::zeroed((ring_rows + WRAPPED) * width),
            ring_rows,
            start: 0,
        }
    }

    /// Goes to the strip that starts at row `first`.
    #[inline(always)]
    fn start(&mut self, first: usize) {
        self.start = first % self.ring_rows;
    }

    /// Takes the first `count` rows of two vectors of columns, each column as high as the strip
    /// and the first of them column `x` of a tile, and hands on the sums at each row.
    #[inline(always)]
    fn pair<S: Simd>(
        &mut self,
        simd: S,
        from: &[f32],
        (tile, x): (usize, usize),
        count: usize,
        mut sink: impl Sink<S>,
    ) {
        let strip = GROUPS * S::LANES;
        let ring = (self.ring_rows + WRAPPED) * TILE;
        let ring = &mut self.rings[tile * ring..][..ring];
        let ring = Cell::from_mut(ring).as_slice_of_cells();
        let sums = &mut self.sums[tile * TILE + x..][..2 * S::LANES];
        let (mut a, mut b) = (simd.load(sums), simd.load(&sums[S::LANES..]));
        let right = &from[S::LANES * strip..];
        let mut entering = self.start;
        let mut leaving = (self.start + self.ring_rows - self.window) % self.ring_rows;
        for top in (0..count).step_by(4) {
            let new_a = simd.load_transposed(&from[top..], strip);
            let new_b = simd.load_transposed(&right[top..], strip);
            let new = &ring[entering * TILE + x..][..3 * TILE + 2 * S::LANES];
            let old = &ring[leaving * TILE + x..][..3 * TILE + 2 * S::LANES];
            for k in 0..4 {
                simd.store_cells(new_a[k], &new[k * TILE..]);
                simd.store_cells(new_b[k], &new[k * TILE + S::LANES..]);
                if entering == 0 && k < WRAPPED {
                    let again = &ring[(self.ring_rows + k) * TILE + x..][..2 * S::LANES];
                    simd.store_cells(new_a[k], again);
                    simd.store_cells(new_b[k], &again[S::LANES..]);
                }
                a = simd.sub(simd.add(a, new_a[k]), simd.load_cells(&old[k * TILE..]));
                b = simd.sub(simd.add(b, new_b[k]), simd.load_cells(&old[k * TILE + S::LANES..]));
                sink.put(simd, top + k, [a, b]);
            }
            for at in [&mut entering, &mut leaving] {
                *at += 4;
                *at -= if *at >= self.ring_rows { self.ring_rows } else { 0 };
            }
        }
        simd.store(a, sums);
        simd.store(b, &mut sums[S::LANES..]);
    }
}
