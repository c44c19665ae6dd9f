//! From a decoded frame to the plane that was asked for: luma of full range, shrunk, with square
//! pixels, upright.

use super::VideoInfo;
use crate::canvas::{self, Canvas, Run};
use crate::ffmpeg::{Component, Converter, Frame, Layout, Stream};
use crate::fit::Fit;
use athar_kernel::{Level, Orientation, Plane, scale};

/// Pixels this many times as wide as high, or as high as wide, are a mistake of the file's.
const MAX_PIXEL_ASPECT: f64 = 8.0;

/// Width of a pixel to its height.
type Aspect = (u32, u32);

pub(super) fn describe(stream: &Stream) -> VideoInfo {
    let orientation = orientation(stream.matrix.as_ref());
    let width = f64::from(stream.width) * stream.pixel_aspect.map_or(1.0, sane);
    let (width, height) = (width.round() as u32, stream.height);
    let (width, height) = if orientation.swaps_sides() { (height, width) } else { (width, height) };
    VideoInfo {
        codec: stream.codec.map_or("", |codec| codec.name),
        width,
        height,
        orientation,
        frame_rate: stream.frame_rate.map(|(num, den)| f64::from(num) / f64::from(den)),
    }
}

/// Makes planes of the frames of one stream.
pub(super) struct Painter {
    matrix: Option<[i32; 9]>,
    aspect: Option<Aspect>,
    converter: Converter,
    level: Level,
}

impl Painter {
    pub fn new(stream: &Stream) -> Self {
        Self {
            matrix: stream.matrix,
            aspect: stream.pixel_aspect,
            converter: Converter::new(),
            level: Level::best(),
        }
    }

    /// `None` where the frame has no pixels, or of a kind that nobody knows.
    pub fn plane(&mut self, frame: &Frame, least_side_px: u32) -> Option<Plane> {
        let aspect = self.aspect.or(frame.pixel_aspect()).map_or(1.0, sane);
        let shape = Shape::new(frame.width(), frame.height(), aspect, least_side_px)?;
        let plane = match frame.layout() {
            Layout::Luma { bits, is_full } => {
                shrink(&frame.luma()?, shape.factor, Tone::new(bits, is_full))?
            }
            Layout::Other => shrink_rgba(self.converter.rgba(frame)?, frame, shape.factor),
        };
        let plane = self.squared(plane, &shape);
        Some(plane.oriented(orientation(frame.matrix().or(self.matrix).as_ref())))
    }

    /// Means of many values may be rounded beyond the largest of them.
    fn squared(&self, plane: Plane, shape: &Shape) -> Plane {
        let (width, height) = (shape.width, shape.height);
        if (plane.width(), plane.height()) == (width, height) {
            return plane;
        }
        let plane = scale::shrunk(&plane, width, height, self.level);
        Plane::from_fn(width, height, |x, y| plane.row(y)[x].clamp(0.0, 255.0))
    }
}

/// How a frame becomes smaller: by a whole factor, and then to square pixels.
struct Shape {
    factor: usize,
    width: usize,
    height: usize,
}

impl Shape {
    /// Square pixels come of shrinking what is too long, never of stretching.
    fn new(width: usize, height: usize, aspect: f64, least_side_px: u32) -> Option<Self> {
        let square = |side: usize, by: f64| ((side as f64 * by).round() as usize).max(1);
        let (wide, high) = (square(width, aspect.min(1.0)), square(height, 1.0 / aspect.max(1.0)));
        let factor = factor(wide.min(high), least_side_px);
        let shrunk = |side: usize, of: usize| side.div_ceil(factor).min(of.div_ceil(factor));
        (width > 0 && height > 0).then(|| Self {
            factor,
            width: shrunk(wide, width),
            height: shrunk(high, height),
        })
    }
}

/// The largest whole factor that leaves a side at least as long as is wanted.
pub(super) fn factor(side_px: usize, least_side_px: u32) -> usize {
    let least = usize::try_from(least_side_px).unwrap_or(usize::MAX).max(1);
    // Sums of so many rows of 16 bits fit into 32.
    (side_px / least).clamp(1, 1 << 16)
}

/// How samples become luma of 0 to 255.
#[derive(Clone, Copy)]
struct Tone {
    bits: u32,
    black: f32,
    gain: f32,
}

impl Tone {
    /// Black and white of a narrow range are 16 and 235 of 8 bits (ITU-R BT.601 and BT.709).
    fn new(bits: u32, is_full: bool) -> Self {
        let unit = (1_u32 << (bits - 8)) as f32;
        match is_full {
            true => Self { bits, black: 0.0, gain: 255.0 / ((1_u32 << bits) - 1) as f32 },
            false => Self { bits, black: 16.0 * unit, gain: 255.0 / (219.0 * unit) },
        }
    }

    fn luma(self, mean: f32) -> f32 {
        ((mean - self.black) * self.gain).clamp(0.0, 255.0)
    }
}

/// The mean of each `factor` x `factor` samples, fewer at the right and the lower edge.
fn shrink(component: &Component, factor: usize, tone: Tone) -> Option<Plane> {
    let (width, height) = (component.width, component.height);
    let mut luma = Vec::with_capacity(width.div_ceil(factor) * height.div_ceil(factor));
    let mut sums = vec![0_u32; width];
    for top in (0..height).step_by(factor) {
        let rows = top..(top + factor).min(height);
        let count = rows.len();
        sums.fill(0);
        for y in rows {
            add(component.row(y)?, component, tone.bits, &mut sums);
        }
        if factor == 1 {
            luma.extend(sums.iter().map(|&sum| tone.luma(sum as f32)));
        } else {
            luma.extend(sums.chunks(factor).map(|cell| {
                let sum = cell.iter().map(|&sum| u64::from(sum)).sum::<u64>();
                tone.luma(sum as f32 / (count * cell.len()) as f32)
            }));
        }
    }
    Plane::new(width.div_ceil(factor), height.div_ceil(factor), luma).ok()
}

fn add(row: &[u8], component: &Component, bits: u32, sums: &mut [u32]) {
    match (component.sample_bytes, component.step) {
        (1, 1) => sums.iter_mut().zip(row).for_each(|(sum, &byte)| *sum += u32::from(byte)),
        (1, step) => {
            let bytes = row.iter().step_by(step);
            sums.iter_mut().zip(bytes).for_each(|(sum, &byte)| *sum += u32::from(byte));
        }
        (_, step) => {
            let mask = (1_u32 << bits) - 1;
            let number =
                if component.is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
            for (sum, sample) in sums.iter_mut().zip(row.chunks(step)) {
                let sample = sample.first_chunk().map_or(0, |&sample| u32::from(number(sample)));
                *sum += sample >> component.shift & mask;
            }
        }
    }
}

fn shrink_rgba(pixels: &[u8], frame: &Frame, factor: usize) -> Plane {
    shrink_pixels(pixels, canvas::Layout::Rgba, frame.width(), frame.height(), factor)
}

/// Interleaved pixels, row by row without gaps, shrunk by a factor.
pub(super) fn shrink_pixels(
    pixels: &[u8],
    layout: canvas::Layout,
    width: usize,
    height: usize,
    factor: usize,
) -> Plane {
    let by = factor as u32;
    let (width_px, height_px) = (width as u32, height as u32);
    let fit = Fit { denominator: 1, width: width_px, height: height_px, across: by, down: by };
    let mut canvas = Canvas::new(fit, Orientation::Rot0);
    let rows = pixels.chunks_exact((width * layout.samples()).max(1));
    for (y, row) in rows.take(height).enumerate() {
        canvas.put(Run::row(y), layout, row);
    }
    canvas.into_plane()
}

fn sane((num, den): Aspect) -> f64 {
    let aspect = f64::from(num) / f64::from(den);
    if (1.0 / MAX_PIXEL_ASPECT..=MAX_PIXEL_ASPECT).contains(&aspect) { aspect } else { 1.0 }
}

/// The orientation that is nearest to a matrix (see `Frame::matrix`). Only quarter turns are
/// made of phones and cameras; others do not occur.
fn orientation(matrix: Option<&[i32; 9]>) -> Orientation {
    let Some(&[a, b, _, c, d, ..]) = matrix else { return Orientation::Rot0 };
    let size = |value: i32| u64::from(value.unsigned_abs());
    match (size(a) + size(d) >= size(b) + size(c), a < 0, d < 0, b < 0, c < 0) {
        (true, false, false, ..) => Orientation::Rot0,
        (true, true, true, ..) => Orientation::Rot180,
        (true, true, false, ..) => Orientation::Mirror,
        (true, false, true, ..) => Orientation::MirrorRot180,
        (false, .., false, true) => Orientation::Rot90,
        (false, .., true, false) => Orientation::Rot270,
        (false, .., false, false) => Orientation::MirrorRot270,
        (false, .., true, true) => Orientation::MirrorRot90,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_the_orientation_that_moves_points_as_it_does() {
        // Where column and row of a 2 x 2 picture go, in halves from its middle.
        let plane = Plane::from_fn(2, 2, |x, y| (2 * y + x) as f32);
        for [a, b, c, d] in [
            [1, 0, 0, 1],
            [-1, 0, 0, -1],
            [-1, 0, 0, 1],
            [1, 0, 0, -1],
            [0, 1, -1, 0],
            [0, -1, 1, 0],
            [0, 1, 1, 0],
            [0, -1, -1, 0],
        ] {
            let fixed = [a, b, 0, c, d, 0, 0, 0, 1].map(|value| value << 16);
            let seen = plane.clone().oriented(orientation(Some(&fixed)));
            for (p, q) in [(-1, -1), (1, -1), (-1, 1), (1, 1)] {
                let (to_x, to_y) = (a * p + c * q, b * p + d * q);
                let at = |x: i32, y: i32| (((y + 1) / 2) * 2 + (x + 1) / 2) as usize;
                assert_eq!(seen.luma()[at(to_x, to_y)], plane.luma()[at(p, q)], "{fixed:?}");
            }
        }
        assert_eq!(orientation(Some(&[0; 9])), Orientation::Rot0);
        assert_eq!(orientation(None), Orientation::Rot0);
    }

    #[test]
    fn a_frame_keeps_its_least_side_and_its_shape() {
        let shape = |width, height, aspect, least| {
            let shape = Shape::new(width, height, aspect, least).unwrap();
            (shape.factor, shape.width, shape.height)
        };
        assert_eq!(shape(1920, 1080, 1.0, 256), (4, 480, 270));
        assert_eq!(shape(1920, 1080, 1.0, u32::MAX), (1, 1920, 1080));
        assert_eq!(shape(100, 50, 1.0, 256), (1, 100, 50));
        // 720 x 576 of a wide film: 1024 x 576 would be stretched, 720 x 405 is not.
        assert_eq!(shape(720, 576, 64.0 / 45.0, 256), (1, 720, 405));
        assert_eq!(shape(720, 576, 64.0 / 45.0, 200), (2, 360, 203));
        assert_eq!(shape(480, 480, 0.5, 100), (2, 120, 240));
        assert!(Shape::new(0, 5, 1.0, 9).is_none());
        assert_eq!(shape(1, 100_000_000, 1.0, 0), (1, 1, 100_000_000));
        assert_eq!(sane((1, 1_000_000)), 1.0);
    }

    #[test]
    fn both_ranges_of_every_depth_reach_from_black_to_white() {
        for bits in 8..=16 {
            let full = Tone::new(bits, true);
            assert_eq!((full.luma(0.0), full.luma(((1_u32 << bits) - 1) as f32)), (0.0, 255.0));
            let narrow = Tone::new(bits, false);
            let unit = (1 << (bits - 8)) as f32;
            assert_eq!((narrow.luma(16.0 * unit), narrow.luma(0.0)), (0.0, 0.0));
            assert!((narrow.luma(235.0 * unit) - 255.0).abs() < 1e-3);
            assert!((narrow.luma(125.5 * unit) - 127.5).abs() < 1e-3);
        }
    }
}
