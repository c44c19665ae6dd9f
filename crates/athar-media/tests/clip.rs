//! One synthetic pattern and one synthetic tone in every container and codec that is read: each
//! file decodes to the formulas that it was made from (tests/fixtures/clips/make.py).

#![cfg(feature = "clip")]
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use athar_kernel::{Level, Orientation, Plane, scale};
use athar_media::clip::{self, Clip, ClipLimits, FrameWant, Pick, SoundWant, Tally};
use athar_media::{Format, Limits, MediaError, Medium, Want};
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;

const WIDTH: usize = 128;
const HEIGHT: usize = 96;
const FRAME_MS: u64 = 100;
const RATE_HZ: u32 = 8000;

const ALL: FrameWant = FrameWant { pick: Pick::Every, from_ms: 0, least_side_px: u32::MAX };
const SOUND: SoundWant = SoundWant { rate_hz: RATE_HZ, from_ms: 0 };

/// A frame of the pattern as make.py draws it.
fn pattern(number: usize) -> Plane {
    let left = 8 + 5 * number;
    Plane::from_fn(WIDTH, HEIGHT, |x, y| match () {
        () if (8..32).contains(&y) && (8..40).contains(&x) => 0.0,
        () if y >= 56 && (left..left + 12).contains(&x) => 255.0,
        () => (40 + x / 2 + y) as f32,
    })
}

fn bytes_of(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clips").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn open(bytes: &[u8]) -> Result<Clip<'_>, MediaError> {
    clip::open(Cursor::new(bytes), &ClipLimits::default())
}

fn frames(clip: &mut Clip, want: &FrameWant) -> Result<(Vec<(u64, Plane)>, Tally), MediaError> {
    let mut seen = Vec::new();
    let tally = clip.frames(want, |frame| {
        seen.push((frame.time_ms, frame.plane));
        ControlFlow::Continue(())
    })?;
    Ok((seen, tally))
}

fn all_frames(name: &str) -> Vec<(u64, Plane)> {
    let bytes = bytes_of(name);
    let mut clip = open(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    frames(&mut clip, &ALL).unwrap_or_else(|error| panic!("{name}: {error}")).0
}

/// The time of the first sample, and all of them.
fn sound(clip: &mut Clip, want: &SoundWant) -> Result<(u64, Vec<f32>), MediaError> {
    let (mut begin, mut samples) = (None, Vec::<f32>::new());
    clip.sound(want, |piece| {
        let begin_ms = *begin.get_or_insert(piece.time_ms);
        let expected_ms = begin_ms + samples.len() as u64 * 1000 / u64::from(want.rate_hz);
        assert!(piece.time_ms.abs_diff(expected_ms) <= 1, "pieces follow without a gap");
        samples.extend(piece.samples);
        ControlFlow::Continue(())
    })?;
    Ok((begin.unwrap_or(0), samples))
}

fn mean_difference(a: &Plane, b: &Plane) -> f32 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let sum: f32 = a.luma().iter().zip(b.luma()).map(|(a, b)| (a - b).abs()).sum();
    sum / a.luma().len() as f32
}

/// The number of the frame of the pattern that a plane shows, by its bar, and how far it is off.
fn recognise(plane: &Plane) -> (usize, f32) {
    let (width, height) = (plane.width(), plane.height());
    let differences = (0..20).map(|number| {
        let expected = pattern(number);
        let expected = scale::shrunk(&expected, width, height, Level::best());
        (number, mean_difference(plane, &expected))
    });
    differences.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

/// What a codec of sound needs to begin may stand before the first frame.
const LEAD_MS: u64 = 40;

/// Every frame is that of its time, and close to the formula.
#[track_caller]
fn assert_pattern(name: &str, seen: &[(u64, Plane)], tolerance: f32) {
    let lead_ms = seen[0].0;
    assert!(lead_ms <= LEAD_MS, "{name} begins at {lead_ms} ms");
    for (time_ms, plane) in seen {
        let (number, difference) = recognise(plane);
        assert_eq!(number as u64, (time_ms - lead_ms) / FRAME_MS, "{name} at {time_ms} ms");
        assert!(difference < tolerance, "{name} at {time_ms} ms is off by {difference}");
    }
}

/// How often each tenth of a second crosses zero upwards, times ten.
fn frequencies(samples: &[f32]) -> Vec<usize> {
    let crossings =
        |tenth: &[f32]| tenth.windows(2).filter(|two| two[0] < 0.0 && two[1] >= 0.0).count();
    samples.chunks_exact(RATE_HZ as usize / 10).map(|tenth| 10 * crossings(tenth)).collect()
}

/// A second of 500 Hz and a second of 1500 Hz, at half the full height, begun at `begin_ms`.
#[track_caller]
fn assert_tone(name: &str, (begin_ms, samples): &(u64, Vec<f32>), expected_begin_ms: u64) {
    assert!(begin_ms.abs_diff(expected_begin_ms) <= LEAD_MS, "{name} begins at {begin_ms} ms");
    let seconds = samples.len() as f32 / RATE_HZ as f32;
    assert!((1.9..2.2).contains(&seconds), "{name} lasts {seconds} s");
    let found = frequencies(samples);
    let is_near = |found: usize, expected: usize| found.abs_diff(expected) <= 30;
    assert!(found[1..9].iter().all(|&found| is_near(found, 500)), "{name}: {found:?}");
    assert!(found[11..18].iter().all(|&found| is_near(found, 1500)), "{name}: {found:?}");
    let middle = &samples[800..7200];
    let power: f32 = middle.iter().map(|value| value * value).sum::<f32>() / middle.len() as f32;
    assert!((power.sqrt() - 0.3535).abs() < 0.06, "{name} is as loud as {}", power.sqrt());
}

/// Name, container, codecs of frames and sound, frames, and how far a frame may be off.
type Case = (&'static str, Format, &'static str, Option<&'static str>, usize, f32);

const CLIPS: [Case; 18] = [
    ("h264-aac.mp4", Format::Mp4, "H.264", Some("AAC"), 20, 2.0),
    ("h264-alac.mov", Format::QuickTime, "H.264", Some("ALAC"), 20, 2.0),
    ("h264-flac.mkv", Format::Matroska, "H.264", Some("FLAC"), 20, 2.0),
    ("h264-aac.ts", Format::MpegTs, "H.264", Some("AAC"), 20, 2.0),
    ("h264-mp3.m2ts", Format::MpegTs, "H.264", Some("MP3"), 20, 2.0),
    ("hevc.mp4", Format::Mp4, "HEVC", None, 20, 2.0),
    ("hevc-ten-bit.mkv", Format::Matroska, "HEVC", None, 20, 2.0),
    ("vp8-vorbis.webm", Format::WebM, "VP8", Some("Vorbis"), 20, 3.0),
    ("vp9-opus.webm", Format::WebM, "VP9", Some("Opus"), 20, 3.0),
    ("av1-opus.webm", Format::WebM, "AV1", Some("Opus"), 20, 3.0),
    ("av1.mp4", Format::Mp4, "AV1", None, 20, 3.0),
    ("mpeg4-pcm.avi", Format::Avi, "MPEG-4 part 2", Some("PCM"), 20, 2.0),
    ("mpeg4.mp4", Format::Mp4, "MPEG-4 part 2", None, 20, 2.0),
    ("h263-amr.3gp", Format::ThreeGp, "H.263", Some("AMR-NB"), 20, 2.0),
    ("mpeg2-mp2.ts", Format::MpegTs, "MPEG-2 video", Some("MP2"), 50, 3.0),
    ("mpeg1.mkv", Format::Matroska, "MPEG-1 video", None, 50, 3.0),
    ("mjpeg.avi", Format::Avi, "Motion JPEG", None, 10, 3.0),
    ("mjpeg.mov", Format::QuickTime, "Motion JPEG", None, 10, 3.0),
];

#[test]
fn every_container_and_codec_shows_its_frames_at_their_times() {
    for (name, container, codec, sound, count, tolerance) in CLIPS {
        let bytes = bytes_of(name);
        let mut clip = open(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let info = clip.info().clone();
        let video = info.video.unwrap();
        assert_eq!((info.container, video.codec), (container, codec), "{name}");
        // Pixels of H.263 are never square.
        let width = if codec == "H.263" { 140 } else { WIDTH as u32 };
        assert_eq!((video.width, video.height), (width, HEIGHT as u32), "{name}");
        assert_eq!(info.audio.map(|audio| audio.codec), sound, "{name}");
        assert_eq!((container.medium(), info.unread_streams), (Medium::Clip, 0), "{name}");
        let (seen, tally) = frames(&mut clip, &ALL).unwrap();
        assert_eq!((seen.len(), tally.given, tally.damaged), (count, count as u64, 0), "{name}");
        let times: Vec<_> = seen.iter().map(|(time_ms, _)| *time_ms).collect();
        let step = 100 * 20 / count.max(20) as u64;
        let expected: Vec<_> = (0..=count as u64).map(|number| times[0] + number * step).collect();
        assert_eq!(times, expected[..count], "{name}");
        assert_eq!(tally.end_ms, expected[count], "{name}");
        assert_pattern(name, &seen, tolerance);
    }
}

#[test]
fn every_clip_that_has_sound_gives_it() {
    for (name, .., codec, _, _) in CLIPS {
        let bytes = bytes_of(name);
        let mut clip = open(&bytes).unwrap();
        let heard = sound(&mut clip, &SOUND).unwrap();
        match codec {
            Some(_) => assert_tone(name, &heard, 0),
            None => assert!(heard.1.is_empty(), "{name}"),
        }
    }
}

#[test]
fn every_kind_of_sound_is_the_tone() {
    for (name, container, codec) in [
        ("opus.ogg", Format::OggOpus, "Opus"),
        ("opus.opus", Format::OggOpus, "Opus"),
        ("opus.webm", Format::WebM, "Opus"),
        ("opus.caf", Format::Caf, "Opus"),
        ("vorbis.ogg", Format::OggVorbis, "Vorbis"),
        ("flac.ogg", Format::Ogg, "FLAC"),
        ("aac.m4a", Format::M4a, "AAC"),
        ("aac.aac", Format::Aac, "AAC"),
        ("alac.caf", Format::Caf, "ALAC"),
        ("narrow.amr", Format::Amr, "AMR-NB"),
        ("wide.amr", Format::AmrWb, "AMR-WB"),
        ("amr.m4a", Format::ThreeGp, "AMR-NB"),
        ("tagged.mp3", Format::Mp3, "MP3"),
        ("bare.mp3", Format::Mp3, "MP3"),
        ("sleeve.mp3", Format::Mp3, "MP3"),
        ("flac.flac", Format::Flac, "FLAC"),
    ] {
        let bytes = bytes_of(name);
        let mut clip = open(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(clip.info().container, container, "{name}");
        assert_eq!(clip.info().audio.unwrap().codec, codec, "{name}");
        assert_eq!(clip.info().video, None, "{name}: the picture on a sleeve is no clip");
        let duration_ms = clip.info().duration_ms.unwrap();
        assert!((1900..2300).contains(&duration_ms), "{name} says {duration_ms} ms");
        assert_eq!(frames(&mut clip, &ALL).unwrap(), (Vec::new(), Tally::default()), "{name}");
        assert_tone(name, &sound(&mut clip, &SOUND).unwrap(), 0);
    }
}

mod wav {
    use super::*;

    /// A WAV file of the tone: kind (1 PCM, 3 float, 6 A-law), bits, and how a value is written.
    fn wav(kind: u16, bits: u16, channels: u16, write: impl Fn(f64) -> Vec<u8>) -> Vec<u8> {
        let tone =
            |t: f64| 0.5 * (std::f64::consts::TAU * if t < 1.0 { 500.0 } else { 1500.0 } * t).sin();
        let data: Vec<u8> =
            (0..2 * RATE_HZ).flat_map(|n| write(tone(f64::from(n) / f64::from(RATE_HZ)))).collect();
        let block = bits / 8 * channels;
        let mut format = [kind, channels].map(u16::to_le_bytes).concat();
        format.extend([RATE_HZ, RATE_HZ * u32::from(block)].map(u32::to_le_bytes).concat());
        format.extend([block, bits].map(u16::to_le_bytes).concat());
        let length = |bytes: &[u8]| (bytes.len() as u32).to_le_bytes();
        let body =
            [b"WAVEfmt ", &length(&format)[..], &format, b"data", &length(&data), &data].concat();
        [b"RIFF", &length(&body)[..], &body].concat()
    }

    #[track_caller]
    fn assert_wav(bytes: &[u8]) {
        let mut clip = open(bytes).unwrap();
        assert_eq!(clip.info().container, Format::Wav);
        let heard = sound(&mut clip, &SOUND).unwrap();
        assert_tone("a WAV", &heard, 0);
        assert_eq!(heard.1.len(), 16_000);
    }

    #[test]
    fn every_width_of_pcm_is_read() {
        let scaled = |value: f64, by: f64| (value * by).round();
        assert_wav(&wav(1, 8, 1, |v| vec![(scaled(v, 127.0) + 128.0) as u8]));
        assert_wav(&wav(1, 16, 1, |v| (scaled(v, 32767.0) as i16).to_le_bytes().to_vec()));
        assert_wav(&wav(1, 24, 1, |v| (scaled(v, 8388607.0) as i32).to_le_bytes()[..3].to_vec()));
        assert_wav(&wav(1, 32, 1, |v| (scaled(v, 2147483647.0) as i32).to_le_bytes().to_vec()));
        assert_wav(&wav(3, 32, 1, |v| (v as f32).to_le_bytes().to_vec()));
        assert_wav(&wav(3, 64, 1, |v| v.to_le_bytes().to_vec()));
    }

    #[test]
    fn channels_are_mixed_evenly() {
        let sample = |v: f64| (v * 32767.0).round() as i16;
        let both = |left: f64, right: f64| {
            move |v: f64| [sample(v * left), sample(v * right)].map(i16::to_le_bytes).concat()
        };
        let of = |bytes: &[u8]| sound(&mut open(bytes).unwrap(), &SOUND).unwrap().1;
        let mono = of(&wav(1, 16, 1, |v| sample(v * 0.5).to_le_bytes().to_vec()));
        let stereo = of(&wav(1, 16, 2, both(0.75, 0.25)));
        assert!(mono.iter().zip(&stereo).all(|(a, b)| (a - b).abs() < 1e-4));
    }

    #[test]
    fn another_rate_is_the_same_sound() {
        let bytes = wav(1, 16, 1, |v| ((v * 32767.0) as i16).to_le_bytes().to_vec());
        for rate_hz in [4000, 11_025, 16_000, 48_000] {
            let (begin_ms, samples) =
                sound(&mut open(&bytes).unwrap(), &SoundWant { rate_hz, from_ms: 0 }).unwrap();
            assert_eq!(begin_ms, 0);
            assert!(
                samples.len().abs_diff(2 * rate_hz as usize) < 200,
                "{rate_hz}: {}",
                samples.len()
            );
            let half = samples.len() / 2;
            let crossings =
                |part: &[f32]| part.windows(2).filter(|two| two[0] < 0.0 && two[1] >= 0.0).count();
            assert!(crossings(&samples[..half]).abs_diff(500) < 5, "{rate_hz}");
            assert!(crossings(&samples[half..]).abs_diff(1500) < 5, "{rate_hz}");
        }
    }
}

mod pixels {
    use super::*;

    #[test]
    fn every_kind_of_pixels_has_the_same_brightness() {
        for (name, tolerance) in [
            ("full-range.mp4", 2.0),
            ("444.mkv", 1.0),
            ("ten-bit.mkv", 1.0),
            ("grey.mkv", 1.0),
            ("rgb.mkv", 1.0),
        ] {
            let seen = all_frames(name);
            assert_eq!(seen.len(), 20, "{name}");
            assert_pattern(name, &seen, tolerance);
        }
    }

    #[test]
    fn pixels_that_are_not_square_become_so() {
        // 64 x 96 pixels, each twice as wide as high: seen as 128 x 96, given as 64 x 48.
        let bytes = bytes_of("wide-pixels.mp4");
        let mut clip = open(&bytes).unwrap();
        let video = clip.info().video.unwrap();
        assert_eq!((video.width, video.height), (128, 96));
        let (seen, _) = frames(&mut clip, &ALL).unwrap();
        assert!(seen.iter().all(|(_, plane)| (plane.width(), plane.height()) == (64, 48)));
        assert_pattern("wide-pixels.mp4", &seen, 3.0);
    }

    #[test]
    fn shrinking_keeps_the_shorter_side_and_averages() {
        let bytes = bytes_of("444.mkv");
        let (whole, _) = frames(&mut open(&bytes).unwrap(), &ALL).unwrap();
        for (least_side_px, factor) in
            [(96, 1), (49, 1), (48, 2), (33, 2), (32, 3), (20, 4), (0, 96)]
        {
            let want = FrameWant { least_side_px, ..ALL };
            let (shrunk, _) = frames(&mut open(&bytes).unwrap(), &want).unwrap();
            let (plane, small) = (&whole[3].1, &shrunk[3].1);
            let sides = (WIDTH.div_ceil(factor), HEIGHT.div_ceil(factor));
            assert_eq!((small.width(), small.height()), sides, "{least_side_px}");
            let mean = |x: usize, y: usize| {
                let (xs, ys) = (
                    x * factor..((x + 1) * factor).min(WIDTH),
                    y * factor..((y + 1) * factor).min(HEIGHT),
                );
                let count = xs.len() * ys.len();
                ys.map(|y| plane.row(y)[xs.clone()].iter().sum::<f32>()).sum::<f32>() / count as f32
            };
            let expected = Plane::from_fn(sides.0, sides.1, mean);
            // Clipping to 0 to 255 comes before the mean there and after it here.
            assert!(mean_difference(small, &expected) < 1.0, "{least_side_px}");
        }
    }

    /// The fields of the matrix in the track's header, before and behind which others stand.
    fn laid(bytes: &[u8], [a, b, c, d]: [i32; 4]) -> Vec<u8> {
        let header = bytes.windows(4).position(|window| window == b"tkhd").unwrap();
        let matrix = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30];
        let at = header + 4 + 40;
        let mut bytes = bytes.to_vec();
        bytes[at..at + 36].copy_from_slice(&matrix.map(i32::to_be_bytes).concat());
        bytes
    }

    #[test]
    fn a_clip_stands_upright_however_its_container_lays_it() {
        let stored = all_frames("mpeg4.mp4");
        for (matrix, orientation) in [
            ([1, 0, 0, 1], Orientation::Rot0),
            ([0, 1, -1, 0], Orientation::Rot90),
            ([-1, 0, 0, -1], Orientation::Rot180),
            ([0, -1, 1, 0], Orientation::Rot270),
            ([-1, 0, 0, 1], Orientation::Mirror),
            ([0, -1, -1, 0], Orientation::MirrorRot90),
            ([1, 0, 0, -1], Orientation::MirrorRot180),
            ([0, 1, 1, 0], Orientation::MirrorRot270),
        ] {
            let bytes = laid(&bytes_of("mpeg4.mp4"), matrix);
            let mut clip = open(&bytes).unwrap();
            let video = clip.info().video.unwrap();
            assert_eq!(video.orientation, orientation);
            let (seen, _) = frames(&mut clip, &ALL).unwrap();
            for ((_, plane), (_, stored)) in seen.iter().zip(&stored) {
                assert_eq!(*plane, stored.clone().oriented(orientation), "{orientation:?}");
                assert_eq!(
                    (plane.width(), plane.height()),
                    (video.width as usize, video.height as usize)
                );
            }
        }
    }
}

mod times {
    use super::*;

    #[test]
    fn frames_of_no_fixed_rate_keep_their_times() {
        let seen = all_frames("variable.mkv");
        let times: Vec<_> = seen.iter().map(|(time_ms, _)| time_ms / FRAME_MS).collect();
        assert_eq!(times, [0, 1, 2, 9, 10, 11, 13, 14, 15, 16, 17, 18, 19]);
        assert_pattern("variable.mkv", &seen, 2.0);
    }

    #[test]
    fn a_clip_needs_not_say_how_long_it_is() {
        let bytes = bytes_of("live.webm");
        let mut clip = open(&bytes).unwrap();
        assert_eq!(clip.info().duration_ms, None);
        let (seen, tally) = frames(&mut clip, &ALL).unwrap();
        assert_eq!((seen.len(), tally.end_ms), (20, seen[0].0 + 2000));
        assert_pattern("live.webm", &seen, 3.0);
        assert_tone("live.webm", &sound(&mut clip, &SOUND).unwrap(), 0);
        let fragmented = all_frames("fragmented.mp4");
        assert_eq!(fragmented.len(), 20);
        assert_pattern("fragmented.mp4", &fragmented, 2.0);
    }

    #[test]
    fn sound_that_begins_late_says_so() {
        let bytes = bytes_of("late-sound.mkv");
        let mut clip = open(&bytes).unwrap();
        assert_tone("late-sound.mkv", &sound(&mut clip, &SOUND).unwrap(), 700);
        let (begin_ms, rest) = sound(&mut clip, &SoundWant { from_ms: 1000, ..SOUND }).unwrap();
        assert_eq!((begin_ms, rest.len() / 800), (1000, 17));
        assert!((480..520).contains(&frequencies(&rest)[2]));
        assert!((1470..1530).contains(&frequencies(&rest)[9]));
    }

    #[test]
    fn frames_are_picked_by_interval_and_place_in_every_container() {
        for (name, .., count, _) in CLIPS {
            if count != 20 {
                continue;
            }
            let bytes = bytes_of(name);
            let mut clip = open(&bytes).unwrap();
            let (all, _) = frames(&mut clip, &ALL).unwrap();
            let mut picked = |pick, from_ms| {
                let want = FrameWant { pick, from_ms, ..ALL };
                let (seen, _) = frames(&mut clip, &want).unwrap();
                for frame in &seen {
                    assert!(all.contains(frame), "{name}: the frame at {} ms is another", frame.0);
                }
                seen.iter().map(|(time_ms, _)| time_ms - all[0].0).collect::<Vec<_>>()
            };
            let spaced = Pick::Spaced { interval_ms: 300 };
            assert_eq!(picked(spaced, 0), [0, 300, 600, 900, 1200, 1500, 1800], "{name}");
            assert_eq!(picked(spaced, 1350), [1400, 1700], "{name}");
            assert_eq!(picked(Pick::Every, 1700), [1700, 1800, 1900], "{name}");
            assert_eq!(picked(Pick::Keys { interval_ms: 0 }, 0), [0, 1000], "{name}");
            assert_eq!(picked(Pick::Keys { interval_ms: 0 }, 500), [1000], "{name}");
            assert_eq!(picked(Pick::Keys { interval_ms: 1500 }, 0), [0], "{name}");
            assert_eq!(picked(spaced, 5000), [0; 0], "{name}");
            assert_eq!(picked(Pick::Every, 0).len(), 20, "{name}");
        }
    }

    #[test]
    fn a_visitor_stops_where_it_wants() {
        let bytes = bytes_of("h264-aac.mp4");
        let mut clip = open(&bytes).unwrap();
        let mut count = 0;
        let tally = clip.frames(&ALL, |_| {
            count += 1;
            if count == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((tally.unwrap().given, count), (3, 3));
        let tally = clip.sound(&SOUND, |_| ControlFlow::Break(())).unwrap();
        assert_eq!(tally.given, 1);
        assert_eq!(frames(&mut clip, &ALL).unwrap().0.len(), 20);
    }
}

mod animations {
    use super::*;

    #[test]
    fn a_moving_picture_is_a_clip() {
        for (name, format) in [("pattern.gif", Format::Gif), ("pattern.webp", Format::WebP)] {
            let bytes = bytes_of(name);
            assert!(clip::is_animation(&bytes), "{name}");
            let mut clip = open(&bytes).unwrap();
            assert_eq!((clip.info().container, clip.info().duration_ms), (format, Some(1000)));
            assert_eq!(clip.info().video.unwrap().frame_rate, Some(10.0));
            let (seen, tally) = frames(&mut clip, &ALL).unwrap();
            assert_eq!((seen.len(), tally.end_ms, tally.damaged), (10, 1000, 0), "{name}");
            assert_pattern(name, &seen, 1.0);
            let picture = athar_media::decode(&bytes, &Limits::default(), Want::Full).unwrap();
            assert_eq!(picture.plane, seen[0].1, "{name}: its first frame is the picture");
            let want = FrameWant { pick: Pick::Spaced { interval_ms: 400 }, from_ms: 100, ..ALL };
            let times: Vec<_> =
                frames(&mut clip, &want).unwrap().0.into_iter().map(|f| f.0).collect();
            assert_eq!(times, [100, 500, 900]);
            assert_eq!(sound(&mut clip, &SOUND).unwrap().1, []);
        }
    }

    /// A GIF of 4 x 1 pixels: (left, width, index of all of them, disposal, hundredths) a frame.
    fn gif(frames: &[(u16, u16, u8, u8, u16)]) -> Vec<u8> {
        let mut bytes = b"GIF89a\x04\0\x01\0\x81\0\0".to_vec();
        bytes.extend([0, 0, 0, 50, 50, 50, 100, 100, 100, 0, 0, 0]);
        for &(left, width, index, disposal, delay) in frames {
            bytes.extend([0x21, 0xF9, 4, disposal << 2 | 1]);
            bytes.extend(delay.to_le_bytes());
            bytes.extend([3, 0, 0x2C]);
            bytes.extend([left, 0, width, 1].map(u16::to_le_bytes).concat());
            // Codes of three bits, each behind a code that clears the table.
            let codes = (0..width).flat_map(|_| [4, u32::from(index)]).chain([5]);
            let bits = codes
                .enumerate()
                .fold(0_u64, |bits, (at, code)| bits | u64::from(code) << (3 * at));
            bytes.extend([0, 2, 8]);
            bytes.extend(bits.to_le_bytes());
            bytes.push(0);
        }
        bytes.push(0x3B);
        bytes
    }

    #[test]
    fn frames_of_a_gif_are_laid_and_taken_away_as_they_say() {
        const KEEP: u8 = 1;
        const CLEAR: u8 = 2;
        const BACK: u8 = 3;
        let bytes = gif(&[
            (0, 4, 1, KEEP, 10),
            (1, 2, 2, CLEAR, 20),
            (3, 1, 0, BACK, 0),
            (0, 1, 3, KEEP, 1),
            (2, 9, 2, KEEP, 5),
        ]);
        let (seen, tally) = frames(&mut open(&bytes).unwrap(), &ALL).unwrap();
        let seen: Vec<_> =
            seen.iter().map(|(time, plane)| (*time, plane.luma().to_vec())).collect();
        let expected = [
            (0, [50.0, 50.0, 50.0, 50.0]),
            (100, [50.0, 100.0, 100.0, 50.0]),
            (300, [50.0, 255.0, 255.0, 0.0]),
            // The third is gone again, and the fourth is transparent.
            (400, [50.0, 255.0, 255.0, 50.0]),
            (500, [50.0, 255.0, 100.0, 100.0]),
        ];
        assert_eq!(seen, expected.map(|(time, luma)| (time, luma.to_vec())));
        assert_eq!(tally.end_ms, 550);
    }

    #[test]
    fn what_does_not_move_is_a_clip_of_one_frame() {
        let still = gif(&[(0, 4, 1, 1, 0)]);
        assert!(!clip::is_animation(&still));
        assert!(!clip::is_animation(b"GIF89a"));
        assert!(!clip::is_animation(&bytes_of("mpeg4.mp4")));
        assert_eq!(frames(&mut open(&still).unwrap(), &ALL).unwrap().0.len(), 1);
    }
}
