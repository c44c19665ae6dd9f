//! Clips and sound that are damaged, lie, or ask for what they may not have: each ends in an
//! answer or an error, never in a panic, and never in another file.

#![cfg(feature = "clip")]
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use athar_media::clip::{self, ClipLimits, FrameWant, Pick, SoundWant, Tally};
use athar_media::{Flaw, Format, Limits, MediaError, Resource, Want};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Damaged copies of each file in the ordinary test.
const MUTATIONS: u64 = 12;

const ALL: FrameWant = FrameWant { pick: Pick::Every, from_ms: 0, least_side_px: 32 };
const SOUND: SoundWant = SoundWant { rate_hz: 8000, from_ms: 0 };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clips")
}

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}

fn all_files() -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| !name.ends_with(".py")).collect();
    names.sort();
    assert!(names.len() > 40, "the clips are gone");
    names.into_iter().map(|name| (name.clone(), bytes_of(&name))).collect()
}

/// A clip that may claim no more than a small one needs.
fn small() -> ClipLimits {
    ClipLimits { pixels: 1 << 20, frames: 2000, duration_ms: 600_000, ..ClipLimits::default() }
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

/// Looks at a clip in every way. Times only grow and all values are in range, whatever it is.
fn look(name: &str, bytes: &[u8]) -> Result<(), MediaError> {
    let mut clip = clip::open(Cursor::new(bytes), &small())?;
    for pick in [Pick::Every, Pick::Keys { interval_ms: 0 }, Pick::Spaced { interval_ms: 700 }] {
        for from_ms in [0, 900] {
            let mut last_ms = None;
            let outcome = clip.frames(&FrameWant { pick, from_ms, ..ALL }, |frame| {
                assert!(last_ms.is_none_or(|last| frame.time_ms > last), "{name}");
                assert!(frame.time_ms >= from_ms, "{name}");
                let in_range = |&value: &f32| (0.0..=255.0).contains(&value);
                assert!(frame.plane.luma().iter().all(in_range), "{name}");
                last_ms = Some(frame.time_ms);
                ControlFlow::Continue(())
            });
            assert_sensible(name, outcome);
        }
    }
    let outcome = clip.sound(&SOUND, |piece| {
        assert!(piece.samples.iter().all(|value| value.abs() < 32.0), "{name}");
        ControlFlow::Continue(())
    });
    assert_sensible(name, outcome);
    Ok(())
}

fn assert_sensible(name: &str, outcome: Result<Tally, MediaError>) {
    match outcome {
        Ok(_) | Err(MediaError::Limit { .. } | MediaError::UnsupportedKind { .. }) => (),
        Err(MediaError::Corrupt { flaw: Flaw::DecoderPanicked, .. }) => panic!("{name}"),
        Err(MediaError::Corrupt { .. }) => (),
        Err(error) => panic!("{name}: {error}"),
    }
}

#[test]
fn flipped_bits_end_in_an_answer() {
    for (name, bytes) in all_files() {
        let mut noise = Noise(bytes.len() as u64);
        for round in 0..MUTATIONS {
            let mut damaged = bytes.clone();
            for _ in 0..1 + round * 3 % 40 {
                // Every other flip hits the header, where the lies are.
                let range = if round % 2 == 0 { bytes.len().min(600) } else { bytes.len() };
                damaged[noise.below(range)] ^= 1 << noise.below(8);
            }
            let _ = look(&name, &damaged);
        }
    }
}

#[test]
fn clips_cut_anywhere_end_in_an_answer() {
    for (name, bytes) in all_files() {
        for part in [1, 2, 5, 8, 13, 17, 19] {
            let _ = look(&name, &bytes[..bytes.len() * part / 20]);
        }
    }
}

#[test]
fn what_is_whole_in_a_damaged_clip_is_still_seen() {
    for name in ["h264-flac.mkv", "mpeg4.mp4", "h264-aac.ts"] {
        let mut bytes = bytes_of(name);
        let middle = bytes.len() / 2;
        bytes[middle..middle + 40].fill(0xA5);
        let mut clip = clip::open(Cursor::new(&bytes), &small()).unwrap();
        let tally = clip.frames(&ALL, |_| ControlFlow::Continue(())).unwrap();
        assert!(tally.given >= 5, "{name}: {tally:?}");
        assert!(tally.damaged > 0, "{name}: {tally:?}");
    }
}

#[test]
fn a_clip_of_which_nothing_comes_is_an_error() {
    let mut bytes = bytes_of("mpeg4.mp4");
    let data = bytes.windows(4).position(|window| window == b"mdat").unwrap();
    let index = bytes.windows(4).position(|window| window == b"moov").unwrap();
    bytes[data + 4..index - 4].fill(0);
    let outcome = clip::open(Cursor::new(&bytes), &small())
        .and_then(|mut clip| clip.frames(&ALL, |_| ControlFlow::Continue(())));
    let nothing = MediaError::Corrupt { format: Format::Mp4, flaw: Flaw::NothingDecodes };
    assert_eq!(outcome, Err(nothing));
    assert_eq!(nothing.to_string(), "the MP4 clip is damaged: nothing in it can be decoded");
}

#[test]
fn a_clip_that_marks_no_key_frame_is_read_all_the_same() {
    let mut bytes = bytes_of("mpeg4.mp4");
    let table = bytes.windows(4).position(|window| window == b"stss").unwrap();
    bytes[table + 8..table + 12].fill(0);
    let mut clip = clip::open(Cursor::new(&bytes), &small()).unwrap();
    let want = FrameWant { pick: Pick::Keys { interval_ms: 500 }, ..ALL };
    let mut times = Vec::new();
    clip.frames(&want, |frame| {
        times.push(frame.time_ms);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(times.starts_with(&[0]) && times.len() >= 2, "{times:?}");
}

#[test]
fn time_stamps_that_begin_anew_go_on() {
    let bytes = bytes_of("h264-aac.ts").repeat(3);
    let mut clip = clip::open(Cursor::new(&bytes), &small()).unwrap();
    for pick in [Pick::Every, Pick::Keys { interval_ms: 0 }] {
        let mut times = Vec::new();
        clip.frames(&FrameWant { pick, ..ALL }, |frame| {
            times.push(frame.time_ms);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        let is_all = matches!(pick, Pick::Every);
        assert!(times.len() >= if is_all { 57 } else { 6 }, "{times:?}");
        assert!(
            !is_all || times.last().is_some_and(|&last| (5600..6600).contains(&last)),
            "{times:?}"
        );
    }
}

mod limits {
    use super::*;

    fn limit(outcome: Result<impl Sized, MediaError>) -> Resource {
        match outcome.map(|_| ()) {
            Err(MediaError::Limit { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    }

    fn open(name: &str, limits: ClipLimits) -> Result<clip::Clip<'static>, MediaError> {
        clip::open(Cursor::new(bytes_of(name)), &limits)
    }

    #[test]
    fn each_limit_is_kept_by_containers_and_animations() {
        for name in ["h264-flac.mkv", "pattern.gif", "pattern.webp"] {
            let size = bytes_of(name).len() as u64;
            let bytes = ClipLimits { bytes: size - 1, ..ClipLimits::default() };
            assert_eq!(limit(open(name, bytes)), Resource::Bytes, "{name}");
            let pixels = ClipLimits { pixels: 128 * 96 - 1, ..ClipLimits::default() };
            assert_eq!(limit(open(name, pixels)), Resource::Pixels, "{name}");
            let seen = |limits| {
                let mut count = 0;
                let mut clip = open(name, limits).unwrap();
                let outcome = clip.frames(&ALL, |_| {
                    count += 1;
                    ControlFlow::Continue(())
                });
                (limit(outcome), count)
            };
            let (what, count) = seen(ClipLimits { frames: 7, ..ClipLimits::default() });
            assert!(what == Resource::Frames && count <= 7, "{name}: {count}");
            let (what, count) = seen(ClipLimits { duration_ms: 450, ..ClipLimits::default() });
            assert_eq!((what, count), (Resource::Duration, 5), "{name}");
        }
        let streams = ClipLimits { streams: 1, ..ClipLimits::default() };
        assert_eq!(limit(open("h264-flac.mkv", streams)), Resource::Streams);
        let short = ClipLimits { duration_ms: 450, ..ClipLimits::default() };
        let heard = open("opus.ogg", short).unwrap().sound(&SOUND, |_| ControlFlow::Continue(()));
        assert_eq!(limit(heard), Resource::Duration);
    }

    #[test]
    fn a_header_that_claims_a_hundred_hours_is_not_believed() {
        let mut bytes = bytes_of("mpeg4.mp4");
        for header in [b"mvhd", b"mdhd"] {
            let at = bytes.windows(4).position(|window| window == header).unwrap() + 4 + 12;
            let ticks = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
            let claim = ticks.saturating_mul(360_000);
            bytes[at + 4..at + 8].copy_from_slice(&claim.to_be_bytes());
        }
        let mut clip = clip::open(Cursor::new(&bytes), &small()).unwrap();
        let tally = clip.frames(&ALL, |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((tally.given, tally.end_ms), (20, 2000));
    }

    #[test]
    fn a_frame_of_16384_x_16384_is_refused() {
        let mut bytes = bytes_of("h264-aac.mp4");
        let entry = bytes.windows(4).rposition(|window| window == b"avc1").unwrap();
        bytes[entry + 28..entry + 32].copy_from_slice(&[0x40, 0, 0x40, 0]);
        let opened = clip::open(Cursor::new(&bytes), &ClipLimits::default());
        let error = opened.map(|_| ()).unwrap_err();
        let sentence = "the file needs 268435456 pixels, and at most 37748736 are allowed";
        assert_eq!((error.kind(), error.to_string().as_str()), ("limit", sentence));
    }
}

mod reach {
    use super::*;

    #[test]
    fn playlists_are_no_clips() {
        let near = folder().join("mpeg4.mp4");
        let near = near.to_str().unwrap();
        for text in [
            format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{near}\n#EXT-X-ENDLIST\n"),
            format!("ffconcat version 1.0\nfile '{near}'\n"),
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n".to_owned(),
            format!("<?xml version=\"1.0\"?><MPD><BaseURL>{near}</BaseURL></MPD>"),
            format!("[playlist]\nFile1={near}\n"),
        ] {
            let outcome = clip::open(Cursor::new(text.as_bytes()), &small()).map(|_| ());
            let sentence = "this is a text file, not a clip or sound that can be read";
            assert_eq!(outcome.unwrap_err().to_string(), sentence, "{text}");
        }
    }

    /// The clip with its samples said to lie in another file, in the manner of QuickTime.
    fn referring(bytes: &[u8], path: &str) -> Vec<u8> {
        let path = [path.as_bytes(), &[0][..path.len() % 2]].concat();
        let mut alias = vec![0; 10 + 28 + 12 + 64 + 16];
        alias.extend([0, 1, 0, 1]);
        alias.extend([0; 16]);
        alias.extend([0, 2]);
        alias.extend((path.len() as u16).to_be_bytes());
        alias.extend(path);
        alias.extend([0xFF, 0xFF, 0, 0]);
        let entry = [b"alis\0\0\0\0", &alias[..]].concat();
        let entry = [&(entry.len() as u32 + 4).to_be_bytes()[..], &entry].concat();
        let at = bytes.windows(4).position(|window| window == b"url ").unwrap() - 4;
        let mut changed = [&bytes[..at], &entry, &bytes[at + 12..]].concat();
        for name in [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"] {
            let size_at = changed.windows(4).position(|window| window == name).unwrap() - 4;
            let size = u32::from_be_bytes(changed[size_at..size_at + 4].try_into().unwrap());
            let size = size + entry.len() as u32 - 12;
            changed[size_at..size_at + 4].copy_from_slice(&size.to_be_bytes());
        }
        changed
    }

    #[test]
    fn a_clip_that_lies_in_another_file_is_not_followed() {
        let other = folder().join("mpeg4.mp4");
        let bytes = referring(&bytes_of("mpeg4.mp4"), other.to_str().unwrap());
        let outcome = clip::open(Cursor::new(&bytes), &small())
            .and_then(|mut clip| clip.frames(&ALL, |_| ControlFlow::Continue(())));
        assert!(matches!(outcome, Err(MediaError::Corrupt { .. })), "{outcome:?}");
    }

    #[test]
    fn pictures_and_clips_each_know_what_they_are_not() {
        let decoded = athar_media::decode(&bytes_of("mpeg4.mp4"), &Limits::default(), Want::Hash);
        let error = decoded.unwrap_err();
        let sentence = "this is an MP4 video, not a picture that can be read";
        assert_eq!((error.kind(), error.to_string().as_str()), ("unsupported", sentence));
        let jpeg = clip::open(Cursor::new(b"\xff\xd8\xff\xe0"), &small()).map(|_| ());
        let sentence = "this is a JPEG picture, not a clip or sound that can be read";
        assert_eq!(jpeg.unwrap_err().to_string(), sentence);
        assert_eq!(
            clip::open(Cursor::new(b""), &small()).map(|_| ()).unwrap_err(),
            MediaError::Empty
        );
    }
}

mod source {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_clip_may_be_handed_to_another_thread() {
        let bytes = bytes_of("mpeg4.mp4");
        let mut clip = clip::open(Cursor::new(&bytes), &small()).unwrap();
        std::thread::scope(|scope| {
            let look = scope.spawn(|| clip.frames(&ALL, |_| ControlFlow::Continue(())));
            assert_eq!(look.join().unwrap().unwrap().given, 20);
        });
    }

    #[test]
    fn a_caller_can_stop_it_at_any_place() {
        for name in ["h264-aac.mp4", "h264-aac.ts", "opus.ogg", "pattern.gif"] {
            let bytes = bytes_of(name);
            let (mut was_open, mut stops) = (false, 0);
            for allowed in (0..14).map(|power| (1 << power) - 1) {
                let asked = AtomicU32::new(0);
                let stop = || asked.fetch_add(1, Ordering::Relaxed) >= allowed;
                let stopped = Err(MediaError::Stopped);
                let mut clip = match clip::open_stoppable(Cursor::new(&bytes), &small(), stop) {
                    Ok(clip) => clip,
                    Err(error) => {
                        assert_eq!(error, MediaError::Stopped, "{name}");
                        continue;
                    }
                };
                was_open = true;
                let outcome = match clip.info().video {
                    Some(_) => clip.frames(&ALL, |_| ControlFlow::Continue(())),
                    None => clip.sound(&SOUND, |_| ControlFlow::Continue(())),
                };
                let was_enough = outcome.is_ok() && asked.load(Ordering::Relaxed) <= allowed;
                assert!(outcome == stopped || was_enough, "{name} after {allowed}: {outcome:?}");
                stops += u32::from(outcome == stopped);
            }
            assert!(was_open && stops > 0, "{name} was open {was_open}, stopped {stops} times");
        }
    }

    /// A file that cannot be read beyond a place, or whose reader panics there.
    struct Broken<'a> {
        inner: Cursor<&'a [u8]>,
        end: u64,
        panics: bool,
    }

    impl Read for Broken<'_> {
        fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
            let left = self.end.saturating_sub(self.inner.position()) as usize;
            if left == 0 && !room.is_empty() {
                assert!(!self.panics, "a reader of bytes panics");
                return Err(std::io::Error::other("the disk is gone"));
            }
            let room_left = room.len().min(left);
            self.inner.read(&mut room[..room_left])
        }
    }

    impl Seek for Broken<'_> {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.inner.seek(to)
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_damaged_clip() {
        let bytes = bytes_of("h264-aac.ts").repeat(20);
        for (end, panics) in [(100_000, false), (300_000, false), (300_000, true)] {
            let broken = Broken { inner: Cursor::new(&bytes), end, panics };
            let outcome = clip::open(broken, &small())
                .and_then(|mut clip| clip.frames(&ALL, |_| ControlFlow::Continue(())));
            assert_eq!(outcome, Err(MediaError::Unreadable), "{end}");
        }
    }
}
