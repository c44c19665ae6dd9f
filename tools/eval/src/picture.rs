//! Pictures from files and into files, resized and warped. Eight bits a channel, three channels.

use crate::geometry::{Homography, Point};
use anyhow::{Context, Result, bail};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};
use std::io::Cursor;
use std::path::Path;

/// The longest side at which a picture is edited: what messengers make of larger ones.
pub const WORKING_SIDE_PX: u32 = 1600;

/// A picture at its working size.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its number in the corpus.
    pub number: usize,
    /// The pixels, upright.
    pub pixels: RgbImage,
    /// Width and height of the file's own picture, upright.
    pub full: (u32, u32),
}

impl Loaded {
    /// Reads a picture and brings its longer side to `side_px` at most.
    pub fn read(path: &Path, number: usize, side_px: u32) -> Result<Self> {
        let reader = ImageReader::open(path)?.with_guessed_format()?;
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation()?;
        let mut picture = DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        Self::of(&over_white(&picture), number, side_px)
    }

    /// A picture made in memory.
    pub fn of(pixels: &RgbImage, number: usize, side_px: u32) -> Result<Self> {
        let full = pixels.dimensions();
        if full.0 == 0 || full.1 == 0 {
            bail!("a picture without pixels");
        }
        let scale = (f64::from(side_px) / f64::from(full.0.max(full.1))).min(1.0);
        let (width, height) = (scaled(full.0, scale), scaled(full.1, scale));
        Ok(Self { number, pixels: resized(pixels, width, height), full })
    }

    /// From the file's pixels to these.
    pub fn map(&self) -> Homography {
        let (width, height) = self.pixels.dimensions();
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole);
        Homography::scale(share(width, self.full.0), share(height, self.full.1))
    }
}

fn over_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    let blend = |channel: u8, alpha: u8| {
        let (c, a) = (u32::from(channel), u32::from(alpha));
        ((c * a + 255 * (255 - a) + 127) / 255) as u8
    };
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        Rgb([r, g, b].map(|channel| blend(channel, a)))
    })
}

/// A side times a factor, at least one pixel.
pub fn scaled(side: u32, by: f64) -> u32 {
    (f64::from(side) * by).round().max(1.0) as u32
}

/// At another size, each pixel the weighted mean of those it covers.
pub fn resized(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    imageops::resize(picture, width.max(1), height.max(1), FilterType::CatmullRom)
}

/// As large as it must be to cover `width` x `height`, and cut to it in the middle.
pub fn covering(picture: &RgbImage, width: u32, height: u32) -> (RgbImage, Homography) {
    let (w, h) = picture.dimensions();
    let scale = (f64::from(width) / f64::from(w)).max(f64::from(height) / f64::from(h));
    let (full_w, full_h) = (scaled(w, scale).max(width), scaled(h, scale).max(height));
    let (x, y) = ((full_w - width) / 2, (full_h - height) / 2);
    let large = resized(picture, full_w, full_h);
    let map = Homography::scale(f64::from(full_w) / f64::from(w), f64::from(full_h) / f64::from(h))
        .then(&Homography::shift(-f64::from(x), -f64::from(y)));
    (imageops::crop_imm(&large, x, y, width, height).to_image(), map)
}

/// How a picture is saved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Saved {
    /// JPEG of this quality, 1 to 100.
    Jpeg(u8),
    /// Lossy WebP of this quality, 0 to 100.
    Webp(u8),
}

impl Saved {
    /// For file names.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg(_) => "jpg",
            Self::Webp(_) => "webp",
        }
    }

    /// The file.
    pub fn encode(self, picture: &RgbImage) -> Result<Vec<u8>> {
        match self {
            Self::Jpeg(quality) => {
                let mut bytes = Vec::new();
                picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))?;
                Ok(bytes)
            }
            Self::Webp(quality) => {
                let (width, height) = picture.dimensions();
                let encoder = webp::Encoder::from_rgb(picture.as_raw(), width, height);
                let bytes = encoder.encode_simple(false, f32::from(quality));
                Ok(bytes.ok().context("a picture that WebP cannot hold")?.to_vec())
            }
        }
    }

    /// Saved and opened again.
    pub fn round_trip(self, picture: &RgbImage) -> Result<RgbImage> {
        let bytes = self.encode(picture)?;
        let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
        Ok(reader.decode()?.to_rgb8())
    }
}

/// Lays a picture onto a canvas through a map from its pixels to the canvas's. Each pixel of the
/// canvas is the mean of several bilinear samples where the picture shrinks, and its edge is
/// blended by the share of the samples that fall on it.
pub fn lay(canvas: &mut RgbImage, picture: &RgbImage, map: &Homography) {
    let Some(back) = map.inverse() else { return };
    let (left, top, right, bottom) = bounds(canvas, picture, map);
    for y in top..bottom {
        for x in left..right {
            let samples = back.spread(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5)).ceil();
            let samples = (samples as u32).clamp(2, 5);
            let (sum, share) = mean(picture, &back, x, y, samples);
            if share > 0.0 {
                blend(canvas.get_pixel_mut(x, y), sum, share);
            }
        }
    }
}

/// The pixels of the canvas that the picture can touch.
fn bounds(canvas: &RgbImage, picture: &RgbImage, map: &Homography) -> (u32, u32, u32, u32) {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let corners = [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|c| map.apply(Point::from(c)));
    let low = |of: fn(&Point) -> f64| corners.iter().map(of).fold(f64::MAX, f64::min).floor();
    let high = |of: fn(&Point) -> f64| corners.iter().map(of).fold(f64::MIN, f64::max).ceil();
    let cut = |value: f64, end: u32| value.clamp(0.0, f64::from(end)) as u32;
    let (width, height) = canvas.dimensions();
    (
        cut(low(|p| p.x), width),
        cut(low(|p| p.y), height),
        cut(high(|p| p.x), width),
        cut(high(|p| p.y), height),
    )
}

/// The mean colour of the samples that fall on the picture, and their share.
fn mean(picture: &RgbImage, back: &Homography, x: u32, y: u32, side: u32) -> ([f64; 3], f64) {
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for n in 0..side * side {
        let part = |n: u32| (f64::from(n) + 0.5) / f64::from(side);
        let place = Point::new(f64::from(x) + part(n % side), f64::from(y) + part(n / side));
        if let Some(colour) = sample(picture, back.apply(place)) {
            sum.iter_mut().zip(colour).for_each(|(sum, channel)| *sum += channel);
            count += 1.0;
        }
    }
    (sum.map(|channel| channel / f64::max(count, 1.0)), count / f64::from(side * side))
}

/// Bilinear; `None` outside.
fn sample(picture: &RgbImage, at: Point) -> Option<[f64; 3]> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    if !(at.x >= 0.0 && at.y >= 0.0 && at.x < width && at.y < height) {
        return None;
    }
    let axis = |value: f64, side: f64| {
        let value = (value - 0.5).clamp(0.0, side - 1.0);
        let low = value.floor();
        (low as u32, (low + 1.0).min(side - 1.0) as u32, value - low)
    };
    let ((x0, x1, tx), (y0, y1, ty)) = (axis(at.x, width), axis(at.y, height));
    let pixel = |x, y| picture.get_pixel(x, y).0.map(f64::from);
    let mix = |a: [f64; 3], b: [f64; 3], t: f64| std::array::from_fn(|n| a[n] + (b[n] - a[n]) * t);
    let (above, below) =
        (mix(pixel(x0, y0), pixel(x1, y0), tx), mix(pixel(x0, y1), pixel(x1, y1), tx));
    Some(mix(above, below, ty))
}

fn blend(pixel: &mut Rgb<u8>, colour: [f64; 3], share: f64) {
    for (old, new) in pixel.0.iter_mut().zip(colour) {
        *old = (f64::from(*old) * (1.0 - share) + new * share).round() as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn smooth(width: u32, height: u32) -> RgbImage {
        let mut picture = testing::scene(5, width, height);
        crate::filters::blur(&mut picture, 3.0);
        picture
    }

    #[test]
    fn a_large_picture_is_brought_to_its_working_size() {
        let made = testing::scene(3, 400, 100);
        let loaded = Loaded::of(&made, 7, 200).unwrap();
        assert_eq!((loaded.pixels.dimensions(), loaded.full), ((200, 50), (400, 100)));
        assert_eq!(loaded.map().apply(Point::new(400.0, 50.0)), Point::new(200.0, 25.0));
        assert!(Loaded::of(&RgbImage::new(0, 3), 0, 10).is_err());
    }

    #[test]
    fn what_is_laid_lies_where_the_map_says() {
        let picture = smooth(60, 40);
        let mut canvas = RgbImage::new(100, 90);
        lay(&mut canvas, &picture, &Homography::shift(20.0, 30.0));
        assert_eq!(canvas.get_pixel(19, 40).0, [0; 3]);
        for (x, y) in [(0, 0), (59, 39), (30, 20)] {
            let (a, b) = (picture.get_pixel(x, y).0, canvas.get_pixel(x + 20, y + 30).0);
            assert!(a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 25), "{a:?} {b:?}");
        }
    }

    #[test]
    fn each_format_can_be_opened_again() {
        let picture = smooth(64, 48);
        for saved in [Saved::Jpeg(90), Saved::Webp(90)] {
            let opened = saved.round_trip(&picture).unwrap();
            assert!(testing::difference(&picture, &opened) < 6.0);
        }
        let small = Saved::Webp(10).encode(&picture).unwrap().len();
        assert!(small < Saved::Webp(90).encode(&picture).unwrap().len());
    }

    #[test]
    fn covering_fills_the_frame_and_says_how() {
        let picture = testing::scene(5, 100, 50);
        let (cut, map) = covering(&picture, 40, 40);
        assert_eq!(cut.dimensions(), (40, 40));
        assert!(map.apply(Point::new(50.0, 25.0)).distance(Point::new(20.0, 20.0)) < 0.6);
    }
}
