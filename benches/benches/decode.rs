//! From the bytes of a 12-megapixel JPEG to PDQ, beside libjpeg-turbo's own grey decode at the
//! same scale (entropy decoding is the floor) and beside the `image` crate followed by `pdqhash`,
//! with and without its shrinking to 512 x 512.
//!
//! The picture is four photographs of the corpus side by side, or without a corpus a synthetic
//! one, 4000 x 3000, quality 90, 4:2:0.

use anyhow::{Context, Result};
use athar_hash::pdq::{PdqOrientations, pdq_orientations};
use athar_kernel::Level;
use athar_media::{Format, Limits, Want};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use image::{ImageFormat, RgbImage, imageops};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;
use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor, Subsamp};

const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;
const QUALITY: i32 = 90;

criterion_group! {
    name = decode;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(5));
    targets = jpeg_to_code
}
criterion_main!(decode);

fn jpeg_to_code(criterion: &mut Criterion) {
    let jpeg = jpeg().expect("the picture is made");
    let denominator = scale(&jpeg);
    let mut group = criterion.benchmark_group("JPEG of 12 megapixels to PDQ");
    group.throughput(Throughput::Elements(u64::from(WIDTH * HEIGHT)));
    group.bench_function("athar", |b| b.iter(|| codes(&jpeg)));
    group.bench_function("libjpeg-turbo, grey at the same scale, no code", |b| {
        b.iter(|| turbo_grey(black_box(&jpeg), denominator).expect("the picture decodes"));
    });
    group.bench_function("image + pdqhash::generate_pdq", |b| {
        b.iter(|| pdqhash::generate_pdq(&peer_picture(black_box(&jpeg))));
    });
    group.bench_function("image + pdqhash::generate_pdq_full_size", |b| {
        b.iter(|| pdqhash::generate_pdq_full_size(&peer_picture(black_box(&jpeg))));
    });
    group.finish();
}

/// Ours: the codes of all eight orientations and the quality.
fn codes(jpeg: &[u8]) -> PdqOrientations {
    let picture = athar_media::decode(black_box(jpeg), &Limits::default(), Want::Hash);
    pdq_orientations(&picture.expect("the picture decodes").plane, Level::best())
}

/// The scale that ours chose, as libjpeg-turbo names it.
fn scale(jpeg: &[u8]) -> usize {
    let picture = athar_media::decode(jpeg, &Limits::default(), Want::Hash);
    let picture = picture.expect("the picture decodes");
    assert_eq!((picture.format, picture.width, picture.height), (Format::Jpeg, WIDTH, HEIGHT));
    let denominator = WIDTH as usize / picture.plane.width();
    let peer = turbo_grey(jpeg, denominator).expect("the picture decodes");
    assert_eq!((peer.width, peer.height), (picture.plane.width(), picture.plane.height()));
    denominator
}

fn turbo_grey(jpeg: &[u8], denominator: usize) -> turbojpeg::Result<Image<Vec<u8>>> {
    let scale = ScalingFactor::new(1, denominator);
    let mut decompressor = Decompressor::new()?;
    decompressor.set_scaling_factor(scale)?;
    let header = decompressor.read_header(jpeg)?.scaled(scale);
    let (width, height) = (header.width, header.height);
    let pixels = vec![0; width * height];
    let mut image = Image { pixels, width, height, pitch: width, format: PixelFormat::GRAY };
    decompressor.decompress(jpeg, image.as_deref_mut())?;
    Ok(image)
}

/// Decoded by today's `image`, handed over without a copy in the type that `pdqhash` takes.
fn peer_picture(jpeg: &[u8]) -> pdqhash::image::DynamicImage {
    let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg);
    let rgb = picture.expect("the picture decodes").into_rgb8();
    let (width, height) = rgb.dimensions();
    let rgb = pdqhash::image::RgbImage::from_raw(width, height, rgb.into_raw());
    pdqhash::image::DynamicImage::ImageRgb8(rgb.expect("all pixels are there"))
}

fn jpeg() -> Result<Vec<u8>> {
    let picture = match corpus() {
        Some(folder) => photographs(&folder)?,
        None => synthetic(),
    };
    let image = Image {
        pixels: picture.as_raw().as_slice(),
        width: WIDTH as usize,
        height: HEIGHT as usize,
        pitch: WIDTH as usize * 3,
        format: PixelFormat::RGB,
    };
    Ok(turbojpeg::compress(image, QUALITY, Subsamp::Sub2x2)?.to_vec())
}

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let corpus = std::env::var_os("ATHAR_CORPUS").map_or(beside, PathBuf::from);
    let photos = corpus.join("photos/camera-samples");
    photos.is_dir().then_some(photos)
}

/// Four photographs side by side, in the pixels that their cameras took.
fn photographs(folder: &Path) -> Result<RgbImage> {
    const NAMES: [&str; 4] =
        ["Nikon_E990", "Canon_PowerShot_S40_2_", "Panasonic_FZ20", "Sony_Ericsson_C905c"];
    let (width, height) = (WIDTH / 2, HEIGHT / 2);
    let mut all = RgbImage::new(WIDTH, HEIGHT);
    for (index, name) in (0..).zip(NAMES) {
        let path = folder.join(name).with_extension("jpg");
        let photograph = image::open(&path).with_context(|| path.display().to_string())?;
        let part = photograph.crop_imm(0, 0, width, height).into_rgb8();
        let (x, y) = (index % 2 * width, index / 2 * height);
        imageops::replace(&mut all, &part, x.into(), y.into());
    }
    Ok(all)
}

/// Waves of many lengths under a little noise: what a photograph costs to decode, roughly.
fn synthetic() -> RgbImage {
    let mut noise = 1u32;
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (u, v) = (x as f32, y as f32);
        let waves = (u / 400.0).sin() + (v / 90.0 + u / 200.0).sin() + (u / 17.0).sin() * 0.3;
        let value = 128.0 + 35.0 * waves + (v / 7.0).cos() * 8.0 + (noise >> 29) as f32;
        image::Rgb([value as u8, (value * 0.9) as u8, (255.0 - value) as u8])
    })
}
