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

/// Groups of lanes in a strip: two running sums that do not wait for one another.
const GROUPS: usize = 2;
/// Columns of a tile, in vectors.
const TILE_VECTORS: usize = 4;

/// Where rows of luma come from.
pub(super) trait Rows {
    /// Columns, at least 5.
    fn width(&self) -> usize;
    /// Rows, at least 5.
    fn height(&self) -> usize;
    /// Rows `first..first + count`, each starting a width after the one before.
    fn rows(&mut self, first: usize, count: usize) -> &[f32];
}

/// The grid of a picture.
#[inline(always)]
pub(super) fn downsample<S: Simd>(simd: S, source: &mut impl Rows) -> Grid {
    let mut walk = Walk::new(simd, source.width(), source.height());
    for first in (0..walk.vertical.steps).step_by(Walk::<S>::STRIP) {
        let count = Walk::<S>::STRIP.min(source.height().saturating_sub(first));
        walk.strip(first, count, source.rows(first, count));
    }
    walk.grid
}

/// The state between one tile and the next.
struct Walk<S: Simd> {
    simd: S,
    horizontal: Axis,
    vertical: Axis,
    /// The picture's part of a tile at its right or lower edge, row by row, zero outside.
    edge: Vec<f32>,
    run_1: AlongRows<S>,
    /// Output of run 1: a tile, column by column.
    rows_1: Vec<f32>,
    run_2: AlongColumns,
    /// Output of run 2: a tile, row by row.
    columns_1: Vec<f32>,
    run_3: AlongRows<S>,
    /// Output of run 3: 64 columns of the strip.
    rows_2: Vec<f32>,
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
        Self {
            simd,
            edge: vec![0.0; Self::TILE * Self::STRIP],
            run_1: AlongRows::new(simd, horizontal.window),
            rows_1: vec![0.0; Self::TILE * Self::STRIP],
            run_2: AlongColumns::new(horizontal.steps, vertical.window, Self::STRIP),
            columns_1: vec![0.0; Self::TILE * Self::STRIP],
            run_3: AlongRows::new(simd, horizontal.window),
            rows_2: vec![0.0; SIDE * Self::STRIP],
            run_4: AlongColumns::new(SIDE, vertical.window, Self::STRIP),
            grid: Grid([0.0; SIDE * SIDE]),
            written: 0,
            horizontal,
            vertical,
        }
    }

    /// Takes the strip that starts at row `first`, of which `count` rows lie in the picture.
    #[inline(always)]
    fn strip(&mut self, first: usize, count: usize, rows: &[f32]) {
        self.run_1.start(self.simd);
        self.run_2.start(first);
        self.run_3.start(self.simd);
        self.run_4.start(first);
        let mut taps = 0;
        for column in (0..self.horizontal.steps).step_by(Self::TILE) {
            self.rows_once(count, column, rows);
            self.columns_once(first, column);
            taps = self.rows_twice(column, taps);
        }
        self.columns_twice(first);
    }

    /// Run 1: from the picture to `rows_1`.
    #[inline(always)]
    fn rows_once(&mut self, count: usize, column: usize, rows: &[f32]) {
        let (simd, width) = (self.simd, self.horizontal.len);
        let inside = count == Self::STRIP && column + Self::TILE <= width;
        if !inside {
            self.edge.fill(0.0);
            let columns = column.min(width)..width.min(column + Self::TILE);
            for (row, to) in self.edge.chunks_exact_mut(Self::TILE).enumerate().take(count) {
                to[..columns.len()].copy_from_slice(&rows[row * width..][columns.clone()]);
            }
        }
        let (from, stride) =
            if inside { (&rows[column..], width) } else { (&self.edge[..], Self::TILE) };
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
        for x in (0..Self::TILE).step_by(S::LANES) {
            let from = &self.rows_1[x * Self::STRIP..];
            if let Some(reciprocal) = exact {
                let r = simd.splat(reciprocal);
                self.run_2.vector(simd, from, column + x, |i, sum| {
                    simd.store(simd.mul(sum, r), &mut out[i * Self::TILE + x..]);
                });
            } else {
                self.run_2.vector(simd, from, column + x, |i, sum| {
                    simd.store(simd.div(sum, d[i], r[i]), &mut out[i * Self::TILE + x..]);
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
        for x in (0..SIDE).step_by(S::LANES) {
            let mut next = 0;
            self.run_4.vector(simd, &self.rows_2[x * Self::STRIP..], x, |i, sum| {
                while next < inside && taps[next].step == first + i {
                    let out = simd.div(sum, taps[next].divisor, taps[next].reciprocal);
                    simd.store(out, &mut rows[next * SIDE + x..]);
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
    columns: Vec<f32>,
}

impl<S: Simd> AlongRows<S> {
    const STRIP: usize = GROUPS * S::LANES;
    const TILE: usize = TILE_VECTORS * S::LANES;

    fn new(simd: S, window: usize) -> Self {
        let columns = vec![0.0; (window + Self::TILE) * Self::STRIP];
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
        let columns = &mut self.columns[..(self.window + Self::TILE) * Self::STRIP];
        for left in (0..Self::TILE).step_by(4) {
            let new_a = simd.load_transposed(&from[left..], stride);
            let new_b = simd.load_transposed(&lower[left..], stride);
            for (k, (new_a, new_b)) in new_a.into_iter().zip(new_b).enumerate() {
                let old = &columns[(left + k) * Self::STRIP..][..Self::STRIP];
                a = simd.sub(simd.add(a, new_a), simd.load(old));
                b = simd.sub(simd.add(b, new_b), simd.load(&old[S::LANES..]));
                let new = &mut columns[(self.window + left + k) * Self::STRIP..][..Self::STRIP];
                simd.store(new_a, new);
                simd.store(new_b, &mut new[S::LANES..]);
                out(left + k, [a, b]);
            }
        }
        self.sums = [a, b];
        for at in (0..self.window * Self::STRIP).step_by(S::LANES) {
            let last = simd.load(&columns[Self::TILE * Self::STRIP + at..]);
            simd.store(last, &mut columns[at..]);
        }
    }
}

/// Running sums along the columns of the picture: lanes are columns.
struct AlongColumns {
    width: usize,
    window: usize,
    sums: Vec<f32>,
    /// The last rows, `window` of them and a strip at least.
    ring: Vec<f32>,
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
            sums: vec![0.0; width],
            ring: vec![0.0; (window + strip) * width],
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

    /// Takes one vector of columns of the strip, each as high as the strip, the first of which
    /// is column `x`, and gives the sums at each row.
    #[inline(always)]
    fn vector<S: Simd>(
        &mut self,
        simd: S,
        from: &[f32],
        x: usize,
        mut out: impl FnMut(usize, S::Vector),
    ) {
        let strip = GROUPS * S::LANES;
        let places = &self.places[..strip];
        let mut sum = simd.load(&self.sums[x..]);
        for top in (0..strip).step_by(4) {
            let new = simd.load_transposed(&from[top..], strip);
            for (k, new) in new.into_iter().enumerate() {
                let place = places[top + k];
                simd.store(new, &mut self.ring[place.new + x..]);
                let old = simd.load(&self.ring[place.old + x..]);
                sum = simd.sub(simd.add(sum, new), old);
                out(top + k, sum);
            }
        }
        simd.store(sum, &mut self.sums[x..]);
    }
}
