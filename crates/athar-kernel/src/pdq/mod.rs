//! PDQ's numbers: the 64 x 64 grid of a picture, its spectrum, the median that becomes the
//! threshold of the bits, and the quality, each with the bits of the reference implementation.
//!
//! The reference (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
//! Algorithm", 2019, and its C++ code) adds in single precision in a fixed order, and on a
//! checkerboard 192 of 256 coefficients tie within rounding: any other order changes the code.
//! So every sum here has the reference's order, no product is fused with a sum, and vectors only
//! do side by side what has nothing to do with one another. The algorithm is written once, over
//! the vectors of a `Simd`, and each level gives the bits of the naive twin.

mod aligned;
mod axis;
mod dct;
mod filter;
mod luma;
#[cfg(test)]
mod naive;
mod rank;
mod scalar;
mod simd;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::level::Kind;
use crate::{Code, Level, Plane};
use filter::{Rows, TILE};
use scalar::Scalar;
pub(crate) use simd::{Kernel, Simd};

/// Cells along a side of the grid.
pub const SIDE: usize = 64;
/// Coefficients kept along each axis of the spectrum.
pub const COEFFICIENTS: usize = 16;
/// The shortest side, in pixels, of a picture that has a grid.
pub const MIN_SIDE_PX: usize = 5;

/// 64 x 64 cells of luma, row by row.
#[derive(Clone, PartialEq)]
pub struct Grid(pub [f32; SIDE * SIDE]);

/// 16 x 16 coefficients: vertical frequency `i + 1` and horizontal `j + 1` at `i * 16 + j`.
#[derive(Clone, PartialEq)]
pub struct Spectrum(pub [f32; COEFFICIENTS * COEFFICIENTS]);

/// Which sides of a picture change places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mirroring {
    /// Left and right.
    pub left_right: bool,
    /// Top and bottom.
    pub top_bottom: bool,
}

impl Grid {
    /// The grid of a plane: itself where it is 64 x 64, else blurred by a tent of 1/64 of each
    /// side and sampled. `None` where a side is shorter than [`MIN_SIDE_PX`].
    pub fn of(plane: &Plane, level: Level) -> Option<Self> {
        match plane.luma().try_into() {
            Ok(cells) if plane.width() == SIDE => Some(Self(cells)),
            _ => Self::sampled(plane, level),
        }
    }

    /// [`Grid::of`] the plane after it was mirrored. It is not the grid mirrored: windows of even
    /// width and the centres of cells lie half a pixel to one side.
    pub fn of_mirrored(plane: &Plane, mirroring: Mirroring, level: Level) -> Option<Self> {
        let rows = Mirrored { plane, mirroring };
        match plane.width() == SIDE && plane.height() == SIDE {
            true => {
                let mut cells = [0.0; SIDE * SIDE];
                for (y, row) in cells.chunks_exact_mut(SIDE).enumerate() {
                    rows.copy(Scalar, 0, y, row);
                }
                Some(Self(cells))
            }
            false => Self::sampled(&rows, level),
        }
    }

    /// The grid of a picture of 8-bit RGB, `3 * width * height` bytes row by row, as
    /// [`Grid::of`] its luma, which is the correctly rounded (299 R + 587 G + 114 B) / 1000.
    /// `None` also where the bytes do not fill the picture.
    pub fn of_rgb(width: usize, height: usize, rgb: &[u8], level: Level) -> Option<Self> {
        let bytes = width.checked_mul(height)?.checked_mul(3)?;
        if rgb.len() != bytes {
            return None;
        }
        if (width, height) == (SIDE, SIDE) {
            let mut cells = [0.0; SIDE * SIDE];
            luma::convert(rgb, &mut cells);
            return Some(Self(cells));
        }
        Self::sampled(&luma::RgbRows { width, height, rgb }, level)
    }

    /// The spectrum of the grid.
    pub fn spectrum(&self, level: Level) -> Spectrum {
        run(Transform(self), level)
    }

    /// The reference's quality, 0 (one colour) to 100.
    pub fn quality(&self, level: Level) -> u8 {
        run(Quality(self), level)
    }

    fn sampled(rows: &impl Rows, level: Level) -> Option<Self> {
        let large_enough = rows.width().min(rows.height()) >= MIN_SIDE_PX;
        large_enough.then(|| run(Filter(rows), level))
    }
}

impl Spectrum {
    /// The lower median: the 128th smallest coefficient.
    pub fn median(&self, level: Level) -> f32 {
        run(Median(self), level)
    }

    /// Bit `k` says whether coefficient `k` is greater than `threshold`.
    pub fn above(&self, threshold: f32, level: Level) -> Code {
        run(Above(self, threshold), level)
    }
}

struct Filter<'a, R>(&'a R);
struct Transform<'a>(&'a Grid);
struct Quality<'a>(&'a Grid);
struct Median<'a>(&'a Spectrum);
struct Above<'a>(&'a Spectrum, f32);

impl<R: Rows> Kernel for Filter<'_, R> {
    type Output = Grid;
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Grid {
        filter::downsample(simd, self.0)
    }
}

impl Kernel for Transform<'_> {
    type Output = Spectrum;
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Spectrum {
        dct::dct(simd, self.0)
    }
}

impl Kernel for Quality<'_> {
    type Output = u8;
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u8 {
        rank::quality(simd, self.0)
    }
}

impl Kernel for Median<'_> {
    type Output = f32;
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f32 {
        rank::median(simd, self.0)
    }
}

impl Kernel for Above<'_> {
    type Output = Code;
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Code {
        rank::above(simd, self.0, self.1)
    }
}

/// Runs a kernel with the vectors of a level.
#[cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls what the level proves"))]
pub(crate) fn run<K: Kernel>(kernel: K, level: Level) -> K::Output {
    match level.kind() {
        // SAFETY: a level is proof that the processor has it.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::avx512(kernel) },
        // SAFETY: a level is proof that the processor has it.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::avx2(kernel) },
        _ => kernel.run(Scalar),
    }
}

impl Rows for Plane {
    fn width(&self) -> usize {
        self.width()
    }

    fn height(&self) -> usize {
        self.height()
    }

    #[inline(always)]
    fn copy<S: Simd>(&self, simd: S, x: usize, y: usize, to: &mut [f32]) {
        let from = &self.luma()[y * self.width() + x..][..to.len()];
        let whole = to.len() / S::LANES * S::LANES;
        for at in (0..whole).step_by(S::LANES) {
            simd.store(simd.load(&from[at..]), &mut to[at..]);
        }
        to[whole..].copy_from_slice(&from[whole..]);
    }

    #[inline(always)]
    fn copy_rows<S: Simd>(&self, simd: S, x: usize, y: usize, to: &mut [[f32; TILE]]) {
        let rows = self.luma()[y * self.width()..].chunks_exact(self.width());
        for (row, to) in rows.zip(to) {
            let from = &row[x..x + TILE];
            for at in (0..TILE).step_by(S::LANES) {
                simd.store(simd.load(&from[at..]), &mut to[at..]);
            }
        }
    }
}

struct Mirrored<'a> {
    plane: &'a Plane,
    mirroring: Mirroring,
}

impl Rows for Mirrored<'_> {
    fn width(&self) -> usize {
        self.plane.width()
    }

    fn height(&self) -> usize {
        self.plane.height()
    }

    #[inline(always)]
    fn copy<S: Simd>(&self, simd: S, x: usize, y: usize, to: &mut [f32]) {
        let y = if self.mirroring.top_bottom { self.plane.height() - 1 - y } else { y };
        if self.mirroring.left_right {
            self.plane.copy(simd, self.plane.width() - x - to.len(), y, to);
            to.reverse();
        } else {
            self.plane.copy(simd, x, y, to);
        }
    }
}
