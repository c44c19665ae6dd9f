//! One synthetic picture in every format and kind that is read: each file decodes to the formula
//! that it was made from (tests/fixtures/make.py).

#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use athar_kernel::{Orientation, Plane};
use athar_media::{Format, Limits, MediaError, Medium, Picture, Want, decode, probe};

const WIDTH: usize = 96;
const HEIGHT: usize = 64;

/// The picture as make.py draws it.
fn rgb(x: usize, y: usize) -> [u32; 3] {
    let (x, y) = (x as i32, y as i32);
    let in_square = (12..36).contains(&x) && (10..30).contains(&y);
    let in_disc = (x - 66).pow(2) + (y - 40).pow(2) < 200;
    let colour = match () {
        () if in_disc => [230, 220, 240],
        () if in_square => [20, 30, 25],
        () => [40 + 2 * x, 30 + 3 * y, 200 - x - y],
    };
    colour.map(|channel| channel as u32)
}

fn alpha(x: usize) -> u32 {
    (255 - (x as i32 - 48) * 6).clamp(0, 255) as u32
}

fn luma([r, g, b]: [u32; 3]) -> f32 {
    (299 * r + 587 * g + 114 * b) as f32 / 1000.0
}

fn over_white(colour: [u32; 3], alpha: u32) -> [u32; 3] {
    colour.map(|v| (v * alpha + 255 * (255 - alpha) + 127) / 255)
}

fn colour_plane() -> Plane {
    Plane::from_fn(WIDTH, HEIGHT, |x, y| luma(rgb(x, y)))
}

fn alpha_plane() -> Plane {
    Plane::from_fn(WIDTH, HEIGHT, |x, y| luma(over_white(rgb(x, y), alpha(x))))
}

fn grey_plane() -> Plane {
    Plane::from_fn(WIDTH, HEIGHT, |x, y| rgb(x, y)[1] as f32)
}

fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn picture(name: &str) -> Picture {
    let bytes = fixture(name);
    let picture = decode(&bytes, &Limits::default(), Want::Full);
    let picture = picture.unwrap_or_else(|error| panic!("{name}: {error}"));
    let probed = probe(&bytes, &Limits::default(), Want::Full).unwrap();
    assert_eq!(
        (probed.format, probed.orientation),
        (picture.format, picture.orientation),
        "{name}"
    );
    picture
}

/// The mean and the largest difference between two planes.
fn differences(a: &Plane, b: &Plane) -> (f32, f32) {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let differences = || a.luma().iter().zip(b.luma()).map(|(a, b)| (a - b).abs());
    (differences().sum::<f32>() / a.luma().len() as f32, differences().fold(0.0, f32::max))
}

#[track_caller]
fn assert_exact(names: &[&str], format: Format, expected: &Plane) {
    for name in names {
        let picture = picture(name);
        assert_eq!((picture.format, picture.orientation), (format, Orientation::Rot0), "{name}");
        assert_eq!((picture.width, picture.height), (WIDTH as u32, HEIGHT as u32), "{name}");
        let (mean, max) = differences(&picture.plane, expected);
        assert_eq!((mean, max), (0.0, 0.0), "{name}");
    }
}

#[track_caller]
fn assert_close(names: &[&str], format: Format, expected: &Plane) {
    for name in names {
        let picture = picture(name);
        assert_eq!(picture.format, format, "{name}");
        let (mean, max) = differences(&picture.plane, expected);
        assert!(mean < 1.5 && max < 24.0, "{name}: {mean} in the mean, {max} at most");
    }
}

#[test]
fn jpeg_of_every_kind() {
    let colour =
        ["444.jpg", "422.jpg", "420.jpg", "progressive.jpg", "arithmetic.jpg", "restart.jpg"];
    assert_close(&colour, Format::Jpeg, &colour_plane());
    assert_close(&["rgb.jpg", "cmyk.jpg", "ycck.jpg"], Format::Jpeg, &colour_plane());
    assert_close(
        &["grey.jpg", "grey-progressive.jpg", "two-scans.jpg"],
        Format::Jpeg,
        &grey_plane(),
    );
    assert_exact(&["lossless.jpg"], Format::Jpeg, &grey_plane());
}

#[test]
fn png_of_every_kind() {
    let colour = ["rgb.png", "rgb16.png", "interlaced.png", "animated.png"];
    assert_exact(&colour, Format::Png, &colour_plane());
    assert_exact(&["rgba.png", "rgba16.png", "interlaced16.png"], Format::Png, &alpha_plane());
    assert_exact(&["grey.png", "grey16.png"], Format::Png, &grey_plane());
    let grey_alpha =
        Plane::from_fn(WIDTH, HEIGHT, |x, y| over_white([rgb(x, y)[1]; 3], alpha(x))[0] as f32);
    assert_exact(&["grey-alpha.png"], Format::Png, &grey_alpha);
    for (name, bits) in [("grey1.png", 1), ("grey2.png", 2), ("grey4.png", 4)] {
        let max = (1 << bits) - 1;
        let narrow = |v: u32| (v >> (8 - bits)) * 255 / max;
        let expected = Plane::from_fn(WIDTH, HEIGHT, |x, y| narrow(rgb(x, y)[1]) as f32);
        assert_exact(&[name], Format::Png, &expected);
    }
}

#[test]
fn palettes_give_their_colours_in_every_format() {
    let reference = picture("palette.png").plane;
    let (mean, _) = differences(&reference, &colour_plane());
    assert!(mean < 10.0, "sixteen colours are {mean} away from the formula");
    assert_exact(&["palette.gif", "interlaced.gif", "animated.gif"], Format::Gif, &reference);
    assert_exact(&["palette.bmp", "rle8.bmp"], Format::Bmp, &reference);
    assert_exact(&["palette.tif"], Format::Tiff, &reference);
}

#[test]
fn transparent_colours_of_a_palette_show_white() {
    let (opaque, holes) = (picture("palette.gif").plane, picture("transparent.gif").plane);
    let pairs = || opaque.luma().iter().zip(holes.luma());
    let white = pairs().filter(|&(a, b)| a != b).count();
    assert!((50..WIDTH * HEIGHT / 2).contains(&white), "{white} pixels were made transparent");
    assert!(pairs().all(|(a, b)| a == b || *b == 255.0));
    // Colour n of sixteen is n / 16 opaque.
    let (opaque, faded) = (picture("palette.png").plane, picture("palette-alpha.png").plane);
    assert!(opaque.luma().iter().zip(faded.luma()).all(|(a, b)| b >= a));
    assert!(faded.luma().iter().sum::<f32>() > 1.2 * opaque.luma().iter().sum::<f32>());
}

#[test]
fn webp_of_every_kind() {
    assert_exact(&["lossless.webp", "animated.webp"], Format::WebP, &colour_plane());
    assert_exact(&["lossless-alpha.webp"], Format::WebP, &alpha_plane());
    assert_close(&["lossy.webp"], Format::WebP, &colour_plane());
    assert_close(&["lossy-alpha.webp"], Format::WebP, &alpha_plane());
}

#[test]
fn bmp_of_every_kind() {
    assert_exact(&["rgb.bmp", "top-down.bmp", "32bit.bmp"], Format::Bmp, &colour_plane());
    assert_exact(&["alpha.bmp"], Format::Bmp, &alpha_plane());
    assert_exact(&["grey.bmp"], Format::Bmp, &grey_plane());
}

#[test]
fn tiff_of_every_kind() {
    let layouts =
        ["rgb.tif", "big-endian.tif", "bigtiff.tif", "tiled.tif", "planar.tif", "pages.tif"];
    let compressed = ["lzw.tif", "deflate.tif", "packbits.tif"];
    let wide = ["rgb16.tif", "rgb16-big-endian.tif"];
    for names in [&layouts[..], &compressed, &wide] {
        assert_exact(names, Format::Tiff, &colour_plane());
    }
    let grey = ["grey.tif", "grey16.tif", "white-is-zero.tif", "float.tif"];
    assert_exact(&grey, Format::Tiff, &grey_plane());
    assert_exact(&["rgba.tif"], Format::Tiff, &alpha_plane());
    assert_close(&["premultiplied.tif"], Format::Tiff, &alpha_plane());
    assert_close(&["jpeg.tif", "cmyk.tif"], Format::Tiff, &colour_plane());
    let black_or_white = |v: u32| if v >= 128 { 255.0 } else { 0.0 };
    let fax = Plane::from_fn(WIDTH, HEIGHT, |x, y| black_or_white(rgb(x, y)[1]));
    assert_exact(&["fax.tif"], Format::Tiff, &fax);
}

#[cfg(feature = "heif")]
#[test]
fn heic_and_avif_of_every_kind() {
    assert_close(&["rgb.heic", "420.heic"], Format::Heic, &colour_plane());
    assert_close(&["alpha.heic"], Format::Heic, &alpha_plane());
    let avif = ["rgb.avif", "limited-range.avif", "10bit.avif"];
    assert_close(&avif, Format::Avif, &colour_plane());
    assert_close(&["alpha.avif"], Format::Avif, &alpha_plane());
    // libheif turns the picture, so it is upright and no orientation is left to apply.
    let turned = picture("turned.avif");
    assert_eq!((turned.width, turned.height), (WIDTH as u32, HEIGHT as u32));
    assert_close(&["turned.avif"], Format::Avif, &colour_plane());
}

#[cfg(feature = "jxl")]
#[test]
fn jpeg_xl_of_every_kind() {
    assert_exact(&["lossless.jxl"], Format::Jxl, &colour_plane());
    assert_exact(&["alpha.jxl"], Format::Jxl, &alpha_plane());
    assert_exact(&["grey.jxl"], Format::Jxl, &grey_plane());
    assert_close(&["lossy.jxl", "rgb16.jxl"], Format::Jxl, &colour_plane());
}

#[test]
fn a_file_name_is_never_looked_at_and_text_is_no_picture() {
    let text = decode(b"Not a picture at all.\n", &Limits::default(), Want::Full);
    let wanted = Medium::Picture;
    assert_eq!(text, Err(MediaError::Unsupported { looks_like: Some("a text file"), wanted }));
}

mod orientation {
    use super::*;

    /// An EXIF block with nothing but an orientation.
    fn exif(value: u16) -> Vec<u8> {
        let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
        block.extend([0, value as u8, 0, 0, 0, 0, 0, 0]);
        block
    }

    fn spliced(bytes: &[u8], at: usize, insert: &[u8]) -> Vec<u8> {
        [&bytes[..at], insert, &bytes[at..]].concat()
    }

    fn jpeg(value: u16) -> Vec<u8> {
        let block = [b"Exif\0\0", &exif(value)[..]].concat();
        let length = (block.len() as u16 + 2).to_be_bytes();
        spliced(&fixture("444.jpg"), 2, &[b"\xff\xe1", &length[..], &block].concat())
    }

    fn png(value: u16) -> Vec<u8> {
        let (block, end_of_header) = (exif(value), 8 + 25);
        let mut chunk = (block.len() as u32).to_be_bytes().to_vec();
        chunk.extend([b"eXIf", &block[..]].concat());
        chunk.extend(crc32(&chunk[4..]).to_be_bytes());
        spliced(&fixture("rgb.png"), end_of_header, &chunk)
    }

    fn crc32(bytes: &[u8]) -> u32 {
        let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        !bytes.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
    }

    /// The plain file holds one chunk; the extended one holds its size, the picture and EXIF.
    fn webp(value: u16) -> Vec<u8> {
        let (plain, block) = (fixture("lossless.webp"), exif(value));
        let mut body = b"WEBPVP8X\x0a\0\0\0\x08\0\0\0".to_vec();
        body.extend([WIDTH as u8 - 1, 0, 0, HEIGHT as u8 - 1, 0, 0]);
        body.extend(&plain[12..]);
        body.extend([b"EXIF", &(block.len() as u32).to_le_bytes()[..], &block].concat());
        [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
    }

    /// tifffile writes no orientation, so that of the resolution unit is overwritten.
    fn tiff(value: u16) -> Vec<u8> {
        const RESOLUTION_UNIT: [u8; 4] = [0x28, 0x01, 3, 0];
        let mut bytes = fixture("rgb.tif");
        let at = bytes.windows(4).position(|window| window == RESOLUTION_UNIT).unwrap();
        bytes[at] = 0x12;
        bytes[at + 8] = value as u8;
        bytes
    }

    #[test]
    fn the_eight_exif_orientations_stand_upright_in_every_format_that_has_them() {
        for (write, name) in [
            (jpeg as fn(u16) -> Vec<u8>, "444.jpg"),
            (png, "rgb.png"),
            (webp, "lossless.webp"),
            (tiff, "rgb.tif"),
        ] {
            let stored = picture(name);
            for value in 1..=8 {
                let orientation = Orientation::from_exif(value).unwrap();
                let upright = decode(&write(value), &Limits::default(), Want::Full).unwrap();
                assert_eq!(upright.orientation, orientation, "{name} {value}");
                assert_eq!(
                    upright.plane,
                    stored.plane.clone().oriented(orientation),
                    "{name} {value}"
                );
                let sides = (upright.width as usize, upright.height as usize);
                assert_eq!(sides, (upright.plane.width(), upright.plane.height()));
                let probed = probe(&write(value), &Limits::default(), Want::Full).unwrap();
                assert_eq!((probed.width, probed.height), (WIDTH as u32, HEIGHT as u32));
                assert_eq!(probed.orientation, orientation);
            }
        }
    }
}
