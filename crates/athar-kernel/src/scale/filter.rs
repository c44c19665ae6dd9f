//! Means over areas, and Gaussians read at other places than pixels.
//!
//! Both go down the columns first, for one row of the result at a time, and then along that row,
//! which is still near: a plane is read once and written once.

use crate::Plane;
use crate::pdq::{Kernel, Simd};

/// The weights of a Gaussian from its middle outwards, of a sum (both sides) near 1.
/// No more than 32 pixels are wide enough to count; below a twentieth it is the one weight 1.
pub fn gaussian(sigma_px: f32) -> Vec<f32> {
    if sigma_px.is_nan() || sigma_px < 0.05 {
        return vec![1.0];
    }
    let sigma = f64::from(sigma_px.min(32.0));
    let reach = (3.0 * sigma + 0.5) as usize;
    let weight = |k: usize| exp_of_minus((k * k) as f64 / (2.0 * sigma * sigma));
    let sum = (1..=reach).fold(weight(0), |sum, k| sum + 2.0 * weight(k));
    (0..=reach).map(|k| (weight(k) / sum) as f32).collect()
}

/// e^-x for x of 0 to some 20, by the four basic operations alone, which every processor rounds
/// alike: the series of a 64th of x, squared six times.
fn exp_of_minus(x: f64) -> f64 {
    let small = -x / 64.0;
    let series = (1..=14).rev().fold(1.0, |sum, k| 1.0 + small / f64::from(k) * sum);
    (0..6).fold(series, |power, _| power * power)
}

/// Whether every sample is a luma.
pub(super) struct IsLuma<'a>(pub &'a Plane);

impl Kernel for IsLuma<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> bool {
        let wild = |luma: &f32| u32::from(!(0.0..=255.0).contains(luma));
        self.0.luma().iter().map(wild).fold(0, |any, wild| any | wild) == 0
    }
}

pub(super) struct Shrink<'a> {
    pub plane: &'a Plane,
    pub width: usize,
    pub height: usize,
}

impl Kernel for Shrink<'_> {
    type Output = Plane;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Plane {
        let Self { plane, width, height } = self;
        let mut out = vec![0.0; width * height];
        let columns: Vec<_> = (0..width).map(|x| Span::of(x, plane.width(), width)).collect();
        let mut sums = vec![0.0; plane.width()];
        for (y, to) in out.chunks_exact_mut(width.max(1)).enumerate() {
            sums.fill(0.0);
            Span::of(y, plane.height(), height).each(|row, weight| {
                for (sum, luma) in sums.iter_mut().zip(plane.row(row)) {
                    *sum += weight * clean(*luma);
                }
            });
            along(&sums, &columns, to);
        }
        Plane::of_samples(width, height, out)
    }
}

#[inline(always)]
fn along(sums: &[f32], columns: &[Span], to: &mut [f32]) {
    if sums.len() == to.len() {
        return to.copy_from_slice(sums);
    }
    for (to, span) in to.iter_mut().zip(columns) {
        let mut mean = 0.0;
        span.each(|column, weight| mean += weight * sums[column]);
        *to = mean;
    }
}

#[inline(always)]
pub(super) fn clean(luma: f32) -> f32 {
    let above = if luma > 0.0 { luma } else { 0.0 };
    if above < 255.0 { above } else { 255.0 }
}

/// The pixels that lie under one pixel of a smaller row.
pub(super) struct Span {
    first: usize,
    last: usize,
    first_weight: f32,
    inner_weight: f32,
    last_weight: f32,
}

impl Span {
    /// Under pixel `at` when `from` pixels become `to`, `to <= from`. Ends are exact, in parts of
    /// a pixel's `to`-th.
    pub(super) fn of(at: usize, from: usize, to: usize) -> Self {
        let (start, end) = (at * from, (at + 1) * from);
        let (first, last) = (start / to, (end - 1) / to);
        let weight = |parts: usize| (parts as f64 / from as f64) as f32;
        let first_parts = ((first + 1) * to).min(end) - start;
        Self {
            first,
            last,
            first_weight: weight(first_parts),
            inner_weight: weight(to),
            last_weight: weight(end - last * to),
        }
    }

    #[inline(always)]
    pub(super) fn each(&self, mut take: impl FnMut(usize, f32)) {
        take(self.first, self.first_weight);
        for at in self.first + 1..self.last {
            take(at, self.inner_weight);
        }
        if self.last > self.first {
            take(self.last, self.last_weight);
        }
    }
}

pub(super) struct Smooth<'a> {
    pub plane: &'a Plane,
    /// From the middle outwards.
    pub taps: &'a [f32],
    pub width: usize,
    pub height: usize,
}

impl Kernel for Smooth<'_> {
    type Output = Plane;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Plane {
        let Self { plane, taps, width, height } = self;
        let mut out = vec![0.0; width * height];
        let columns = Columns::new(plane.width(), width, S::LANES);
        let mut lines = Lines::new(plane.width(), taps.len() - 1);
        for (y, to) in out.chunks_exact_mut(width.max(1)).enumerate() {
            let between = Between::of(y, plane.height(), height);
            lines.down(plane, taps, &between);
            lines.across(taps);
            lines.read(simd, &columns, to);
        }
        Plane::of_samples(width, height, out)
    }
}

/// A place between two neighbours of a row.
#[derive(Clone, Copy)]
pub(super) struct Between {
    pub low: usize,
    pub high: usize,
    /// How far it is to the higher one, 0.0 to 1.0.
    pub part: f32,
}

impl Between {
    /// Of the centre of pixel `at` of `to` in a row of `from`.
    pub(super) fn of(at: usize, from: usize, to: usize) -> Self {
        let place = (at as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let place = place.clamp(0.0, (from - 1) as f64);
        let low = place as usize;
        Self { low, high: (low + 1).min(from - 1), part: (place - low as f64) as f32 }
    }
}

/// One row on its way through the filter.
struct Lines {
    reach: usize,
    /// After the columns, with `reach` more at each side.
    summed: Vec<f32>,
    /// After the row, with room for a pick behind it.
    smooth: Vec<f32>,
}

impl Lines {
    fn new(width: usize, reach: usize) -> Self {
        let smooth = vec![0.0; width + PICKED_FROM];
        Self { reach, summed: vec![0.0; width + 2 * reach], smooth }
    }

    /// Sums the columns around a place between two rows, then fills the ends.
    #[inline(always)]
    fn down(&mut self, plane: &Plane, taps: &[f32], at: &Between) {
        let (reach, width) = (self.reach, plane.width());
        let row = |y: isize| plane.row(y.clamp(0, plane.height() as isize - 1) as usize);
        let low = at.low as isize;
        let weighted: Vec<_> = (-(reach as isize)..=reach as isize + 1)
            .map(|k| (column_weight(taps, k, at.part), row(low + k)))
            .collect();
        sum_rows(&weighted, &mut self.summed[reach..reach + width]);
        let (first, last) = (self.summed[reach], self.summed[reach + width - 1]);
        self.summed[..reach].fill(first);
        self.summed[reach + width..].fill(last);
    }

    /// Two pairs of taps at a time.
    #[inline(always)]
    fn across(&mut self, taps: &[f32]) {
        let (reach, len) = (self.reach, self.summed.len() - 2 * self.reach);
        let from = |k: usize| &self.summed[k..k + len];
        let smooth = &mut self.smooth[..len];
        for (to, middle) in smooth.iter_mut().zip(from(reach)) {
            *to = taps[0] * middle;
        }
        let (twos, rest) = taps[1..].as_chunks::<2>();
        for (pair, taps) in twos.iter().enumerate() {
            let k = 2 * pair + 1;
            let near = [from(reach - k), from(reach + k)];
            let far = [from(reach - k - 1), from(reach + k + 1)];
            add_pairs(smooth, *taps, near, far);
        }
        if let [tap] = rest {
            for ((to, a), b) in smooth.iter_mut().zip(from(0)).zip(from(2 * reach)) {
                *to += tap * (a + b);
            }
        }
    }

    #[inline(always)]
    fn read<S: Simd>(&self, simd: S, columns: &Columns, to: &mut [f32]) {
        if to.len() == self.summed.len() - 2 * self.reach {
            return to.copy_from_slice(&self.smooth[..to.len()]);
        }
        let picked = match &columns.picks {
            Some(picks) => self.pick(simd, columns, picks, to),
            None => 0,
        };
        let rest = columns.places[picked..].iter();
        for (to, at) in to[picked..].iter_mut().zip(rest) {
            let (low, high) = (self.smooth[at.low], self.smooth[at.high]);
            *to = low + at.part * (high - low);
        }
    }

    /// Reads a vector of columns at a time, and tells how many columns it has read.
    #[inline(always)]
    fn pick<S: Simd>(&self, simd: S, columns: &Columns, picks: &Picks, to: &mut [f32]) -> usize {
        let lanes = S::LANES;
        for (group, &first) in picks.first.iter().enumerate() {
            let at = group * lanes;
            let from = &self.smooth[first..];
            let low = simd.pick(from, &picks.low[at..]);
            let high = simd.pick(from, &picks.high[at..]);
            let (Some(low), Some(high)) = (low, high) else {
                return at;
            };
            let further = simd.mul(simd.load(&columns.parts[at..]), simd.sub(high, low));
            simd.store(simd.add(low, further), &mut to[at..]);
        }
        picks.first.len() * lanes
    }
}

/// Floats that are picked from at a time, of the widest vectors.
const PICKED_FROM: usize = 32;

/// Where each pixel of a row stands in the row that it is read from.
struct Columns {
    places: Vec<Between>,
    /// The parts of all places.
    parts: Vec<f32>,
    /// `None` where places are too far apart for vectors.
    picks: Option<Picks>,
}

/// The same for a vector of pixels at a time: from the first pixel that any of them needs.
struct Picks {
    first: Vec<usize>,
    low: Vec<u32>,
    high: Vec<u32>,
}

impl Columns {
    fn new(from: usize, to: usize, lanes: usize) -> Self {
        let places: Vec<_> = (0..to).map(|x| Between::of(x, from, to)).collect();
        let parts = places.iter().map(|at| at.part).collect();
        Self { picks: Picks::new(&places, lanes), places, parts }
    }
}

impl Picks {
    fn new(places: &[Between], lanes: usize) -> Option<Self> {
        let mut picks = Self { first: Vec::new(), low: Vec::new(), high: Vec::new() };
        for group in places.chunks_exact(lanes) {
            let first = group[0].low;
            let after = |at: usize| {
                let after = at - first;
                (after < 2 * lanes).then_some(after as u32)
            };
            picks.first.push(first);
            for at in group {
                picks.low.push(after(at.low)?);
                picks.high.push(after(at.high)?);
            }
        }
        Some(picks)
    }
}

/// The weight of the row `k` below the lower of two between which a Gaussian stands.
#[inline(always)]
pub(super) fn column_weight(taps: &[f32], k: isize, part: f32) -> f32 {
    let tap = |k: isize| taps.get(k.unsigned_abs()).copied().unwrap_or(0.0);
    (1.0 - part) * tap(k) + part * tap(k - 1)
}

/// Four rows at a time.
#[inline(always)]
fn sum_rows(weighted: &[(f32, &[f32])], to: &mut [f32]) {
    let (fours, rest) = weighted.as_chunks::<4>();
    match fours {
        [] => to.fill(0.0),
        [first, others @ ..] => {
            add_rows::<true>(to, first);
            others.iter().for_each(|four| add_rows::<false>(to, four));
        }
    }
    for (weight, row) in rest {
        for (to, luma) in to.iter_mut().zip(*row) {
            *to += weight * luma;
        }
    }
}

#[inline(always)]
fn add_rows<const FIRST: bool>(to: &mut [f32], four: &[(f32, &[f32]); 4]) {
    let len = to.len();
    let [(p, a), (q, b), (r, c), (s, d)] = four.map(|(weight, row)| (weight, &row[..len]));
    for x in 0..len {
        let so_far = if FIRST { 0.0 } else { to[x] };
        to[x] = (((so_far + p * a[x]) + q * b[x]) + r * c[x]) + s * d[x];
    }
}

#[inline(always)]
fn add_pairs(to: &mut [f32], [p, q]: [f32; 2], near: [&[f32]; 2], far: [&[f32]; 2]) {
    let len = to.len();
    let ([a, b], [c, d]) = (near.map(|row| &row[..len]), far.map(|row| &row[..len]));
    for x in 0..len {
        to[x] = (to[x] + p * (a[x] + b[x])) + q * (c[x] + d[x]);
    }
}
