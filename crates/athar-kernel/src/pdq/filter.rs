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
use super::axis::Axis;
use super::simd::Simd;
use super::{Grid, SIDE};
use std::cell::Cell;

/// Groups of lanes in a strip: two running sums that do not wait for one another.
const GROUPS: usize = 2;
/// Columns of a tile, in vectors.
const TILE_VECTORS: usize = 2;

/// Where rows of luma come from.
pub(super) trait Rows {
    /// Columns, at least 5.
    fn width(&self) -> usize;
    /// Rows, at least 5.
    fn height(&self) -> usize;
    /// Writes row `y` to the first `width` floats of `to`.
    fn row(&self, y: usize, to: &mut [f32]);
}

/// The grid of a picture.
#[inline(always)]
pub(super) fn downsample<S: Simd>(simd: S, source: &impl Rows) -> Grid {
    let mut walk = Walk::new(simd, source.width(), source.height());
    for first in (0..walk.vertical.steps).step_by(Walk::<S>::STRIP) {
        walk.enter(source, first);
        walk.strip(first);
    }
    walk.grid
}

/// The state between one tile and the next.
struct Walk<S: Simd> {
    simd: S,
    horizontal: Axis,
    vertical: Axis,
    /// The strip of the picture, row by row, `stride` floats apart.
    picture: Aligned,
    stride: usize,
    run_1: AlongRows<S>,
    /// Output of run 1: a tile, column by column.
    rows_1: Aligned,
    run_2: AlongColumns,
    /// Output of run 2: a tile, row by row.
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
    const TILE: usize = TILE_VECTORS * S::LANES;

    fn new(simd: S, width: usize, height: usize) -> Self {
        let horizontal = Axis::new(width, Self::TILE);
        let vertical = Axis::new(height, Self::STRIP);
        // An odd number of cache lines: the rows of a column spread over all sets of the cache.
        let stride = (horizontal.steps.div_ceil(16) | 1) * 16;
        Self {
            simd,
            picture: Aligned::zeroed(stride * Self::STRIP),
            stride,
            run_1: AlongRows::new(simd, horizontal.window),
            rows_1: Aligned::zeroed(Self::TILE * Self::STRIP),
            run_2: AlongColumns::new(horizontal.steps, vertical.window, Self::STRIP),
            columns_1: Aligned::zeroed(Self::TILE * Self::STRIP),
            run_3: AlongRows::new(simd, horizontal.window),
            rows_2: Aligned::zeroed(SIDE * Self::STRIP),
            run_4: AlongColumns::new(SIDE, vertical.window, Self::STRIP),
            grid: Grid([0.0; SIDE * SIDE]),
            written: 0,
            horizontal,
            vertical,
        }
    }

    /// Copies the strip that starts at row `first`; outside the picture it is zero.
    #[inline(always)]
    fn enter(&mut self, source: &impl Rows, first: usize) {
        for (y, to) in (first..).zip(self.picture.chunks_exact_mut(self.stride)) {
            match y < source.height() {
                true => source.row(y, to),
                false => to.fill(0.0),
            }
        }
    }

    /// Takes the strip that starts at row `first` through all four runs.
    #[inline(always)]
    fn strip(&mut self, first: usize) {
        self.run_1.start(self.simd);
        self.run_2.start(first);
        self.run_3.start(self.simd);
        self.run_4.start(first);
        let mut taps = 0;
        for column in (0..self.horizontal.steps).step_by(Self::TILE) {
            self.rows_once(column);
            self.columns_once(first, column);
            taps = self.rows_twice(column, taps);
        }
        self.columns_twice(first);
    }

    /// Run 1: from the picture to `rows_1`.
    #[inline(always)]
    fn rows_once(&mut self, column: usize) {
        let (simd, from, stride) = (self.simd, &self.picture[column..], self.stride);
        let out = &mut self.rows_1[..Self::TILE * Self::STRIP];
        let steps = column..column + Self::TILE;
        if let Some(reciprocal) = self.horizontal.exact_reciprocal(steps.clone()) {
            let r = simd.splat(reciprocal);
            self.run_1.tile(simd, from, stride, |i, [a, b]| {
                simd.store(simd.mul(a, r), &mut out[i * Self::STRIP..]);
                simd.store(simd.mul(b, r), &mut out[i * Self::STRIP + S::LANES..]);
            });
        } else {
            let (d, r) = self.horizontal.divisors(steps);
            self.run_1.tile(simd, from, stride, |i, [a, b]| {
                simd.store(simd.div(a, d[i], r[i]), &mut out[i * Self::STRIP..]);
                simd.store(simd.div(b, d[i], r[i]), &mut out[i * Self::STRIP + S::LANES..]);
            });
        }
    }

    /// Run 2: from `rows_1` to `columns_1`.
    #[inline(always)]
    fn columns_once(&mut self, first: usize, column: usize) {
        let simd = self.simd;
        let out = &mut self.columns_1[..Self::TILE * Self::STRIP];
        let steps = first..first + Self::STRIP;
        let exact = self.vertical.exact_reciprocal(steps.clone());
        let (d, r) = self.vertical.divisors(steps);
        for x in (0..Self::TILE).step_by(2 * S::LANES) {
            let from = &self.rows_1[x * Self::STRIP..];
            let mut store = |i: usize, [a, b]: [S::Vector; 2]| {
                let to = &mut out[i * Self::TILE + x..][..2 * S::LANES];
                simd.store(a, to);
                simd.store(b, &mut to[S::LANES..]);
            };
            if let Some(reciprocal) = exact {
                let r = simd.splat(reciprocal);
                self.run_2.pair(simd, from, column + x, |i, sums| {
                    store(i, sums.map(|sum| simd.mul(sum, r)));
                });
            } else {
                self.run_2.pair(simd, from, column + x, |i, sums| {
                    store(i, sums.map(|sum| simd.div(sum, d[i], r[i])));
                });
            }
        }
    }

    /// Run 3: from `columns_1` to those of the 64 columns of `rows_2` that lie in this tile;
    /// returns how many of them are done.
    #[inline(always)]
    fn rows_twice(&mut self, column: usize, done: usize) -> usize {
        let (simd, out) = (self.simd, &mut self.rows_2);
        let mut taps = self.horizontal.taps[done..].iter().enumerate();
        let mut next = taps.next();
        self.run_3.tile(simd, &self.columns_1, Self::TILE, |i, [a, b]| {
            while let Some((n, tap)) = next.filter(|(_, tap)| tap.step == column + i) {
                let to = &mut out[(done + n) * Self::STRIP..][..Self::STRIP];
                simd.store(simd.div(a, tap.divisor, tap.reciprocal), to);
                simd.store(simd.div(b, tap.divisor, tap.reciprocal), &mut to[S::LANES..]);
                next = taps.next();
            }
        });
        next.map_or(SIDE, |(n, _)| done + n)
    }

    /// Run 4: from `rows_2` to those rows of the grid whose step lies in this strip.
    #[inline(always)]
    fn columns_twice(&mut self, first: usize) {
        let simd = self.simd;
        let taps = &self.vertical.taps[self.written..];
        let inside = taps.iter().take_while(|tap| tap.step < first + Self::STRIP).count();
        let rows = &mut self.grid.0[self.written * SIDE..][..inside * SIDE];
        for x in (0..SIDE).step_by(2 * S::LANES) {
            let mut next = 0;
            self.run_4.pair(simd, &self.rows_2[x * Self::STRIP..], x, |i, [a, b]| {
                while next < inside && taps[next].step == first + i {
                    let tap = taps[next];
                    let to = &mut rows[next * SIDE + x..][..2 * S::LANES];
                    simd.store(simd.div(a, tap.divisor, tap.reciprocal), to);
                    simd.store(simd.div(b, tap.divisor, tap.reciprocal), &mut to[S::LANES..]);
                    next += 1;
                }
            });
        }
        self.written += inside;
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
    const TILE: usize = TILE_VECTORS * S::LANES;

    fn new(simd: S, window: usize) -> Self {
        let columns = Aligned::zeroed((window + Self::TILE) * Self::STRIP);
        Self { window, sums: [simd.splat(0.0); GROUPS], columns }
    }

    /// Goes to the left edge.
    #[inline(always)]
    fn start(&mut self, simd: S) {
        self.sums = [simd.splat(0.0); GROUPS];
        self.columns[..self.window * Self::STRIP].fill(0.0);
    }

    /// Takes a tile of rows that are a stride apart, and gives the sums at each of its columns.
    #[inline(always)]
    fn tile(
        &mut self,
        simd: S,
        from: &[f32],
        stride: usize,
        mut out: impl FnMut(usize, [S::Vector; GROUPS]),
    ) {
        let [mut a, mut b] = self.sums;
        let lower = &from[S::LANES * stride..];
        let columns = Cell::from_mut(&mut self.columns[..]).as_slice_of_cells();
        let (old, new) = (columns, &columns[self.window * Self::STRIP..]);
        for left in (0..Self::TILE).step_by(4) {
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
                out(left + k, [a, b]);
            }
        }
        self.sums = [a, b];
        for at in (0..self.window * Self::STRIP).step_by(S::LANES) {
            let last = simd.load_cells(&columns[Self::TILE * Self::STRIP + at..]);
            simd.store_cells(last, &columns[at..]);
        }
    }
}

/// Running sums along the columns of the picture: lanes are columns.
struct AlongColumns {
    width: usize,
    window: usize,
    sums: Aligned,
    /// The last rows, `window` of them and a strip at least.
    ring: Aligned,
    /// Where the rows of the strip go in the ring, and where those they push out are.
    places: Vec<Place>,
}

/// Offsets of two rows in the ring, in floats.
#[derive(Clone, Copy)]
struct Place {
    new: usize,
    old: usize,
}

impl AlongColumns {
    fn new(width: usize, window: usize, strip: usize) -> Self {
        Self {
            width,
            window,
            sums: Aligned::zeroed(width),
            ring: Aligned::zeroed((window + strip) * width),
            places: vec![Place { new: 0, old: 0 }; strip],
        }
    }

    /// Goes to the strip that starts at row `first`.
    #[inline(always)]
    fn start(&mut self, first: usize) {
        let rows = self.window + self.places.len();
        for (i, place) in self.places.iter_mut().enumerate() {
            place.new = (first + i) % rows * self.width;
            place.old = (first + i + rows - self.window) % rows * self.width;
        }
    }

    /// Takes two vectors of columns of the strip, each column as high as the strip, the first
    /// of which is column `x`, and gives the sums at each row.
    #[inline(always)]
    fn pair<S: Simd>(
        &mut self,
        simd: S,
        from: &[f32],
        x: usize,
        mut out: impl FnMut(usize, [S::Vector; 2]),
    ) {
        let strip = GROUPS * S::LANES;
        let ring = Cell::from_mut(&mut self.ring[..]).as_slice_of_cells();
        let sums = &mut self.sums[x..][..2 * S::LANES];
        let (mut a, mut b) = (simd.load(sums), simd.load(&sums[S::LANES..]));
        let right = &from[S::LANES * strip..];
        for (top, places) in self.places.chunks_exact(4).enumerate() {
            let new_a = simd.load_transposed(&from[4 * top..], strip);
            let new_b = simd.load_transposed(&right[4 * top..], strip);
            for k in 0..4 {
                let new = &ring[places[k].new + x..][..2 * S::LANES];
                simd.store_cells(new_a[k], new);
                simd.store_cells(new_b[k], &new[S::LANES..]);
                let old = &ring[places[k].old + x..][..2 * S::LANES];
                a = simd.sub(simd.add(a, new_a[k]), simd.load_cells(old));
                b = simd.sub(simd.add(b, new_b[k]), simd.load_cells(&old[S::LANES..]));
                out(4 * top + k, [a, b]);
            }
        }
        simd.store(a, sums);
        simd.store(b, &mut sums[S::LANES..]);
    }
}
