//! Damaged, lying and enormous files: each ends in a reason, none in a panic, half a picture or
//! much memory.

#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use athar_media::{Flaw, Format, Limits, MediaError, Resource, Want, decode, is_decoding, probe};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// Panics of decoders are caught and counted below; their messages would only drown the result.
fn silence_decoders() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_decoding() {
                hook(info);
            }
        }));
    });
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let unread = [
        ("py", true),
        ("heic", cfg!(not(feature = "heif"))),
        ("avif", cfg!(not(feature = "heif"))),
        ("jxl", cfg!(not(feature = "jxl"))),
    ];
    let is_read = |path: &PathBuf| {
        let kind = path.extension().and_then(|kind| kind.to_str());
        path.is_file() && !unread.iter().any(|&(name, is_unread)| is_unread && kind == Some(name))
    };
    let mut paths: Vec<_> = entries.filter(is_read).collect();
    paths.sort();
    assert!(paths.len() > 40, "the fixtures are gone");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

fn fixture(name: &str) -> Vec<u8> {
    fixtures().into_iter().find(|(found, _)| found == name).unwrap().1
}

fn small() -> Limits {
    Limits { bytes: 1 << 20, pixels: 1 << 20, memory: 64 << 20 }
}

/// Not a panic, and if a picture then one of its full size.
fn assert_orderly(name: &str, bytes: &[u8]) -> Result<(), MediaError> {
    let outcome = decode(bytes, &small(), Want::Full);
    if let Ok(picture) = &outcome {
        let (width, height) = (picture.plane.width(), picture.plane.height());
        assert_eq!((width as u32, height as u32), (picture.width, picture.height), "{name}");
        let in_range = |&value: &f32| (0.0..=255.0).contains(&value);
        assert!(picture.plane.luma().iter().all(in_range), "{name}");
    }
    outcome.map(|_| ())
}

/// Repeatable noise (a linear congruential generator).
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_or_was_whole_already() {
    silence_decoders();
    for (name, bytes) in fixtures() {
        let whole = decode(&bytes, &small(), Want::Full).unwrap();
        let step = (bytes.len() / 300).max(1);
        let mut still_read = Vec::new();
        for end in (0..bytes.len()).step_by(step).chain(bytes.len().saturating_sub(40)..bytes.len())
        {
            match decode(&bytes[..end], &small(), Want::Full) {
                // What is missing said nothing about the pixels.
                Ok(picture) => {
                    assert_eq!(picture.plane, whole.plane, "{name} cut at {end}");
                    still_read.push(end);
                }
                Err(MediaError::Corrupt { flaw: Flaw::DecoderPanicked, .. }) => {
                    panic!("{name} cut at {end} makes its decoder panic");
                }
                Err(_) => (),
            }
        }
        let first = still_read.first().copied().unwrap_or(bytes.len());
        let has_more_pages = ["animated.png", "animated.webp", "animated.gif", "pages.tif"];
        if !has_more_pages.contains(&name.as_str()) {
            let length = bytes.len();
            assert!(first * 100 >= length * 95, "{name} is whole at {first} of {length}");
        }
    }
}

#[test]
fn flipped_bits_never_panic() {
    silence_decoders();
    let mut panicked = Vec::new();
    for (name, bytes) in fixtures() {
        let mut noise = Noise(bytes.len() as u64);
        for round in 0..400 {
            let mut damaged = bytes.clone();
            for _ in 0..=round % 4 {
                // Every other flip hits the header, where the lies are.
                let range = if round % 2 == 0 { bytes.len().min(200) } else { bytes.len() };
                damaged[noise.below(range)] ^= 1 << noise.below(8);
            }
            let outcome = assert_orderly(&name, &damaged);
            if matches!(outcome, Err(MediaError::Corrupt { flaw: Flaw::DecoderPanicked, .. })) {
                panicked.push((name.clone(), round));
            }
        }
    }
    // They are caught and reported, and still a defect of the decoder.
    assert!(panicked.is_empty(), "decoders panicked on: {panicked:?}");
}

#[test]
fn formats_with_checksums_notice_every_flipped_bit_of_the_pixels() {
    for name in ["rgb.png", "interlaced.png"] {
        let bytes = fixture(name);
        for at in (60..bytes.len() - 12).step_by(11) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            let outcome = decode(&damaged, &small(), Want::Full);
            assert!(outcome.is_err(), "{name} with a bit flipped at {at} is taken for whole");
        }
    }
}

#[test]
fn jpegs_that_lose_data_say_whether_they_end_early_or_are_damaged() {
    let outcome = |bytes: &[u8]| decode(bytes, &small(), Want::Full).map(|_| ());
    let corrupt = |flaw| Err(MediaError::Corrupt { format: Format::Jpeg, flaw });
    for name in ["444.jpg", "progressive.jpg", "arithmetic.jpg", "restart.jpg", "cmyk.jpg"] {
        let bytes = fixture(name);
        assert_eq!(outcome(&bytes[..bytes.len() * 3 / 4]), corrupt(Flaw::EndsEarly), "{name}");
        // Without the last marker alone, every viewer shows it all, where that can be known.
        let known = if name == "arithmetic.jpg" { corrupt(Flaw::EndsEarly) } else { Ok(()) };
        assert_eq!(outcome(&bytes[..bytes.len() - 2]), known, "{name}");
    }
    let bytes = fixture("restart.jpg");
    let marker =
        bytes.windows(2).rposition(|pair| pair[0] == 0xFF && (0xD0..0xD8).contains(&pair[1]));
    let mut damaged = bytes.clone();
    damaged[marker.unwrap() + 1] ^= 4;
    assert_eq!(outcome(&damaged), corrupt(Flaw::BadData));
    let junk = [&bytes[..bytes.len() - 2], b"padding", &bytes[bytes.len() - 2..], b"more"].concat();
    assert_eq!(outcome(&junk), Ok(()));
}

mod lies {
    use super::*;

    fn limit(outcome: Result<impl Sized, MediaError>) -> Resource {
        match outcome.map(|_| ()) {
            Err(MediaError::Limit { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    }

    fn png_header(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = fixture("rgb.png");
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        let header = &bytes[12..29];
        let crc = !header.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step));
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        bytes
    }

    fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = fixture("progressive.jpg");
        let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xC2]).unwrap();
        bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
        bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
        bytes
    }

    #[test]
    fn a_png_bomb_is_refused_by_its_header() {
        let bomb = png_header(60_000, 60_000);
        let limits = Limits::default();
        assert_eq!(limit(probe(&bomb, &limits, Want::Hash)), Resource::Pixels);
        let error = decode(&bomb, &limits, Want::Hash).unwrap_err();
        let sentence = "the file needs 3600000000 pixels, and at most 400000000 are allowed";
        assert_eq!((error.kind(), error.to_string().as_str()), ("limit", sentence));
        // A size within the limits is believed, and the data then ends early: few rows were held.
        let short = decode(&png_header(10_000, 10_000), &limits, Want::Hash);
        assert!(matches!(short, Err(MediaError::Corrupt { .. })), "{short:?}");
    }

    #[test]
    fn a_progressive_jpeg_pays_for_its_coefficients() {
        let header = jpeg_header(12_000, 9000);
        let limits = Limits::default();
        let probed = probe(&header, &limits, Want::Hash).unwrap();
        // 4:4:4: three coefficients of two bytes a pixel, and a plane of an eighth of the side.
        assert!((648_000_000..680_000_000).contains(&probed.memory), "{}", probed.memory);
        let area = probe(&header, &limits, Want::Area { least_px: 4_000_000 }).unwrap();
        // A quarter of the side instead.
        assert_eq!(area.memory - probed.memory, (3000 * 2250 - 1500 * 1125) * 4);
        assert_eq!(limit(probe(&header, &limits, Want::Full)), Resource::Memory);
        assert_eq!(
            limit(probe(&jpeg_header(60_000, 60_000), &limits, Want::Hash)),
            Resource::Pixels
        );
        assert_eq!(limit(decode(&header, &small(), Want::Hash)), Resource::Pixels);
        let tight = Limits { memory: 16 << 20, ..limits };
        assert_eq!(limit(decode(&header, &tight, Want::Hash)), Resource::Memory);
    }

    #[test]
    fn a_jpeg_of_endless_scans_is_refused() {
        let bytes = fixture("two-scans.jpg");
        let scan = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
        let end = bytes.len() - 2;
        let repeated =
            |times| [&bytes[..end], &bytes[scan..end].repeat(times), &bytes[end..]].concat();
        assert_eq!(assert_orderly("some-scans.jpg", &repeated(90)), Ok(()));
        assert_eq!(limit(decode(&repeated(110), &small(), Want::Full)), Resource::Scans);
    }

    #[test]
    fn no_pixels_are_no_picture() {
        let no_pixels = |bytes: &[u8], format| {
            let outcome = decode(bytes, &small(), Want::Full).map(|_| ());
            assert_eq!(outcome, Err(MediaError::NoPixels { format }));
        };
        no_pixels(&png_header(0, 5), Format::Png);
        no_pixels(&jpeg_header(5, 0), Format::Jpeg);
        let mut gif = fixture("palette.gif");
        gif[6..10].fill(0);
        no_pixels(&gif, Format::Gif);
    }

    #[test]
    fn a_tiff_whose_directories_loop_nest_or_lie_comes_to_an_end() {
        let bytes = fixture("rgb.tif");
        let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
        let entries = usize::from(u16::from_le_bytes(bytes[directory..][..2].try_into().unwrap()));
        let next = directory + 2 + 12 * entries;
        let mut looping = bytes.clone();
        looping[next..next + 4].copy_from_slice(&(directory as u32).to_le_bytes());
        let damaged = MediaError::Corrupt { format: Format::Tiff, flaw: Flaw::BadHeader };
        assert_eq!(assert_orderly("loop.tif", &looping), Err(damaged));
        // A directory inside of itself, as a sub-directory.
        let mut nested = bytes.clone();
        nested[directory + 2 + 12 * (entries - 1)..][..8]
            .copy_from_slice(b"\x4a\x01\x04\0\x01\0\0\0");
        nested[next - 4..next].copy_from_slice(&(directory as u32).to_le_bytes());
        assert_eq!(assert_orderly("nest.tif", &nested), Ok(()));
        // The first directory behind the end, and on top of the header.
        for offset in [u32::MAX, bytes.len() as u32, 0, 4] {
            let mut lost = bytes.clone();
            lost[4..8].copy_from_slice(&offset.to_le_bytes());
            assert!(assert_orderly("lost.tif", &lost).is_err(), "directory at {offset}");
        }
    }

    #[test]
    fn a_file_over_the_limit_of_bytes_is_not_looked_at() {
        let limits = Limits { bytes: 10, ..Limits::default() };
        let outcome = decode(&fixture("rgb.png"), &limits, Want::Full);
        assert_eq!(limit(outcome), Resource::Bytes);
    }

    #[test]
    fn a_lossy_frame_larger_than_its_webp_is_refused_before_it_is_decoded() {
        let mut bytes = fixture("lossy-alpha.webp");
        let at = bytes.windows(4).position(|window| window == b"VP8 ").unwrap() + 8 + 6;
        bytes[at..at + 4].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
        let outcome = decode(&bytes, &small(), Want::Full);
        assert!(
            matches!(outcome, Err(MediaError::Corrupt { flaw: Flaw::BadHeader, .. })),
            "{outcome:?}"
        );
    }
}
