//! Where decoders put their samples: colours become luma, and luma becomes a plane of the size
//! that is wanted, row by row, so that a large picture is never held in full when it is shrunk.
//!
//! Luma is (299 R + 587 G + 114 B) / 1000 of 8-bit colours, exact up to one rounding to `f32`, so
//! that grey stays what it is. What is transparent shows white.

use crate::fit::Fit;
use athar_kernel::{Orientation, Plane};

/// How the 8-bit samples of a pixel lie behind one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    /// The colours were already multiplied by alpha.
    RgbaPremultiplied,
    /// 255 is full ink.
    Cmyk,
    /// 0 is full ink.
    CmykInverted,
}

impl Layout {
    pub const fn samples(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::RgbaPremultiplied | Self::Cmyk | Self::CmykInverted => 4,
        }
    }
}

/// Where a run of pixels of one row goes, in the decoder's coordinates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub x: usize,
    pub y: usize,
    /// Columns from one pixel to the next.
    pub step: usize,
}

impl Run {
    /// A run of neighbours from the left edge.
    pub const fn row(y: usize) -> Self {
        Self { x: 0, y, step: 1 }
    }
}

/// The plane in the making, upright. Each of its samples is the sum of the pixels seen so far.
pub(crate) struct Canvas {
    fit: Fit,
    placing: Placing,
    sums: Vec<f32>,
    luma: Vec<f32>,
}

impl Canvas {
    /// An empty canvas, on which stored pixels are laid with `orientation` done to them.
    pub fn new(fit: Fit, orientation: Orientation) -> Self {
        let (width, height) = (fit.plane_width(), fit.plane_height());
        let placing = Placing::new(width, height, orientation);
        Self { fit, placing, sums: vec![0.0; width * height], luma: Vec::new() }
    }

    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// Puts pixels where they belong. What lies outside of the picture is dropped.
    pub fn put(&mut self, run: Run, layout: Layout, samples: &[u8]) {
        let (width, height) = (self.fit.width as usize, self.fit.height as usize);
        if run.x >= width || run.y >= height {
            return;
        }
        let fitting = (width - run.x).div_ceil(run.step);
        let count = fitting.min(samples.len() / layout.samples());
        let samples = &samples[..count * layout.samples()];
        let is_whole = self.fit.across == 1 && self.fit.down == 1;
        if is_whole && run.step == 1 && self.placing.column == 1 {
            let start = self.placing.index(run.x, run.y);
            return write_luma(layout, samples, &mut self.sums[start..][..count]);
        }
        let mut luma = std::mem::take(&mut self.luma);
        luma.resize(count, 0.0);
        write_luma(layout, samples, &mut luma);
        if is_whole {
            self.set(run, &luma);
        } else {
            self.add(run, &luma);
        }
        self.luma = luma;
    }

    fn set(&mut self, run: Run, luma: &[f32]) {
        let mut at = self.placing.index(run.x, run.y) as isize;
        for &value in luma {
            self.sums[at as usize] = value;
            at += self.placing.column * run.step as isize;
        }
    }

    fn add(&mut self, run: Run, luma: &[f32]) {
        let across = self.fit.across as usize;
        let y = run.y / self.fit.down as usize;
        if run.step == 1 && run.x == 0 {
            let mut at = self.placing.index(0, y) as isize;
            for cell in luma.chunks(across) {
                self.sums[at as usize] += cell.iter().sum::<f32>();
                at += self.placing.column;
            }
        } else {
            for (index, value) in luma.iter().enumerate() {
                let x = (run.x + index * run.step) / across;
                self.sums[self.placing.index(x, y)] += value;
            }
        }
    }

    /// The plane, once every pixel was put exactly once.
    pub fn into_plane(mut self) -> Plane {
        let (width, height) = (self.fit.plane_width(), self.fit.plane_height());
        if (self.fit.across, self.fit.down) != (1, 1) {
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let pixels = part(self.fit.width, self.fit.across, x)
                    * part(self.fit.height, self.fit.down, y);
                self.sums[self.placing.index(x, y)] /= pixels as f32;
            }
        }
        let (width, height) =
            if self.placing.swaps_sides { (height, width) } else { (width, height) };
        Plane::new(width, height, self.sums).expect("a canvas has a sum for each sample")
    }
}

/// Where a column and row of the stored picture stand in the upright plane: `origin` and so many
/// samples on for each column and each row. Turning while placing takes no second plane.
#[derive(Clone, Copy)]
struct Placing {
    origin: isize,
    column: isize,
    row: isize,
    swaps_sides: bool,
}

impl Placing {
    fn new(width: usize, height: usize, orientation: Orientation) -> Self {
        let (w, h) = (width as isize, height as isize);
        let (origin, column, row) = match orientation {
            Orientation::Rot0 => (0, 1, w),
            Orientation::Rot90 => (h - 1, h, -1),
            Orientation::Rot180 => (w * h - 1, -1, -w),
            Orientation::Rot270 => (w * h - h, -h, 1),
            Orientation::Mirror => (w - 1, -1, w),
            Orientation::MirrorRot90 => (w * h - 1, -h, -1),
            Orientation::MirrorRot180 => (w * h - w, 1, -w),
            Orientation::MirrorRot270 => (0, h, 1),
        };
        Self { origin, column, row, swaps_sides: orientation.swaps_sides() }
    }

    fn index(&self, x: usize, y: usize) -> usize {
        (self.origin + x as isize * self.column + y as isize * self.row) as usize
    }
}

/// How many of `side` pixels fall into the cell of this index; the last one may be smaller.
fn part(side: u32, factor: u32, index: usize) -> u32 {
    factor.min(side - index as u32 * factor)
}

fn write_luma(layout: Layout, samples: &[u8], luma: &mut [f32]) {
    match layout {
        Layout::Grey => each(samples, luma, |&[v]: &[u8; 1]| f32::from(v)),
        Layout::GreyAlpha => each(samples, luma, |&[v, a]| f32::from(over_white(v, a))),
        Layout::Rgb => each(samples, luma, |&[r, g, b]| luma_of(r, g, b)),
        Layout::Rgba => each(samples, luma, |&[r, g, b, a]| {
            luma_of(over_white(r, a), over_white(g, a), over_white(b, a))
        }),
        Layout::RgbaPremultiplied => each(samples, luma, |&[r, g, b, a]| {
            let white = 255 - a;
            luma_of(r.saturating_add(white), g.saturating_add(white), b.saturating_add(white))
        }),
        Layout::Cmyk => each(samples, luma, |&[c, m, y, k]| {
            luma_of(ink(255 - c, 255 - k), ink(255 - m, 255 - k), ink(255 - y, 255 - k))
        }),
        Layout::CmykInverted => {
            each(samples, luma, |&[c, m, y, k]| luma_of(ink(c, k), ink(m, k), ink(y, k)));
        }
    }
}

fn each<const N: usize>(samples: &[u8], luma: &mut [f32], of: impl Fn(&[u8; N]) -> f32) {
    let (pixels, _) = samples.as_chunks::<N>();
    for (value, pixel) in luma.iter_mut().zip(pixels) {
        *value = of(pixel);
    }
}

fn luma_of(r: u8, g: u8, b: u8) -> f32 {
    (299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b)) as f32 / 1000.0
}

/// The colour of a pixel of opacity `alpha` on white paper.
fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    by_255(value * alpha + 255 * (255 - alpha))
}

/// What two layers let through of the light.
fn ink(colour: u8, black: u8) -> u8 {
    by_255(u32::from(colour) * u32::from(black))
}

fn by_255(value: u32) -> u8 {
    ((value + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Want};

    fn luma(layout: Layout, samples: &[u8]) -> Vec<f32> {
        let mut luma = vec![0.0; samples.len() / layout.samples()];
        write_luma(layout, samples, &mut luma);
        luma
    }

    #[test]
    fn grey_is_exact_in_every_layout() {
        for v in 0..=255u8 {
            let grey = f32::from(v);
            assert_eq!(luma(Layout::Grey, &[v]), [grey]);
            assert_eq!(luma(Layout::GreyAlpha, &[v, 255]), [grey]);
            assert_eq!(luma(Layout::Rgb, &[v, v, v]), [grey]);
            assert_eq!(luma(Layout::Rgba, &[v, v, v, 255]), [grey]);
            assert_eq!(luma(Layout::RgbaPremultiplied, &[v, v, v, 255]), [grey]);
            assert_eq!(luma(Layout::Cmyk, &[0, 0, 0, 255 - v]), [grey]);
            assert_eq!(luma(Layout::CmykInverted, &[255, 255, 255, v]), [grey]);
        }
    }

    #[test]
    fn colours_have_the_luma_of_bt_601_and_nothing_shows_white() {
        assert_eq!(luma(Layout::Rgb, &[255, 0, 0]), [76.245]);
        assert_eq!(luma(Layout::Rgb, &[0, 255, 0]), [149.685]);
        assert_eq!(luma(Layout::Rgba, &[0, 0, 255, 255, 0, 0, 255, 0]), [29.07, 255.0]);
        assert_eq!(luma(Layout::Rgba, &[0, 0, 0, 128]), [127.0]);
        assert_eq!(luma(Layout::RgbaPremultiplied, &[10, 10, 10, 128]), [137.0]);
        assert_eq!(luma(Layout::Cmyk, &[255, 0, 0, 0, 0, 0, 0, 255]), [178.755, 0.0]);
    }

    #[test]
    fn shrinking_averages_whole_cells_and_the_rest_at_the_edges() {
        let fit = Fit { denominator: 1, width: 5, height: 3, across: 2, down: 2 };
        let mut canvas = Canvas::new(fit, Orientation::Rot0);
        for (y, row) in [[1, 3, 5, 7, 9], [3, 5, 7, 9, 11], [0, 2, 4, 6, 8]].iter().enumerate() {
            // Once as a row, once as two interlaced runs: the sums are the same.
            if y == 0 {
                canvas.put(Run::row(y), Layout::Grey, row);
            } else {
                canvas.put(Run { x: 0, y, step: 2 }, Layout::Grey, &[row[0], row[2], row[4]]);
                canvas.put(Run { x: 1, y, step: 2 }, Layout::Grey, &[row[1], row[3], 99]);
            }
        }
        let plane = canvas.into_plane();
        assert_eq!((plane.width(), plane.height()), (3, 2));
        assert_eq!(plane.luma(), [3.0, 7.0, 10.0, 1.0, 5.0, 8.0]);
    }

    #[test]
    fn turning_while_placing_equals_turning_the_plane() {
        for (across, down) in [(1, 1), (2, 3)] {
            let fit = Fit { denominator: 1, width: 7, height: 5, across, down };
            let painted = |orientation| {
                let mut canvas = Canvas::new(fit, orientation);
                for y in 0..5 {
                    let row = |x: u8| (x * x * 3) ^ (y as u8 * 31);
                    canvas.put(Run { x: 0, y, step: 2 }, Layout::Grey, &[0, 2, 4, 6].map(row));
                    canvas.put(Run { x: 1, y, step: 2 }, Layout::Grey, &[1, 3, 5].map(row));
                }
                canvas.into_plane()
            };
            for orientation in Orientation::ALL {
                let turned = painted(Orientation::Rot0).oriented(orientation);
                assert_eq!(painted(orientation).luma(), turned.luma(), "{orientation:?}");
                assert_eq!(painted(orientation), turned, "{orientation:?}");
            }
        }
    }

    #[test]
    fn what_lies_outside_is_dropped() {
        let mut canvas = Canvas::new(Fit::new(Format::Png, Want::Full, 2, 1), Orientation::Rot0);
        canvas.put(Run::row(1), Layout::Grey, &[9]);
        canvas.put(Run { x: 2, y: 0, step: 1 }, Layout::Grey, &[9]);
        canvas.put(Run { x: 1, y: 0, step: 1 }, Layout::Grey, &[7, 9, 9]);
        assert_eq!(canvas.into_plane().luma(), [0.0, 7.0]);
    }
}
