//! Real photographs, clips and speech, where a corpus is at hand: all of them decode, and what
//! decoders refuse is refused here.

#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

use athar_media::{Limits, MediaError, Want, decode};
use std::path::{Path, PathBuf};

const AREA: Want = Want::Area { least_px: 1_000_000 };

/// The folder of `ATHAR_CORPUS`, or the one beside the workspace.
fn corpus(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("ATHAR_CORPUS").map_or(beside, PathBuf::from).join(folder);
    if !corpus.is_dir() {
        println!("no corpus: nothing was tested (set ATHAR_CORPUS)");
        return None;
    }
    Some(corpus)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let nested = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.flat_map(nested).collect()
}

#[test]
fn every_photograph_decodes_in_full_and_as_a_hash_wants_it() {
    let Some(folder) = corpus("photos") else { return };
    for path in files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        for want in [Want::Full, Want::Hash, AREA] {
            let picture = decode(&bytes, &Limits::default(), want);
            let picture = picture.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let sides = (picture.plane.width() as u32, picture.plane.height() as u32);
            let least = match want {
                Want::Full => picture.width.min(picture.height),
                _ => picture.width.min(picture.height).min(512),
            };
            let area = u64::from(picture.width) * u64::from(picture.height);
            let left = u64::from(sides.0) * u64::from(sides.1);
            assert!(want != AREA || left >= area.min(1_000_000), "{}: {sides:?}", path.display());
            assert!(sides.0.min(sides.1) >= least, "{}: {sides:?}", path.display());
        }
    }
}

#[test]
fn broken_photographs_say_that_they_are_damaged() {
    let Some(folder) = corpus("broken") else { return };
    for path in files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        for want in [Want::Full, Want::Hash] {
            let outcome = decode(&bytes, &Limits::default(), want);
            assert!(matches!(outcome, Err(MediaError::Corrupt { .. })), "{}", path.display());
        }
    }
}

#[cfg(feature = "clip")]
mod clips {
    use super::*;
    use athar_media::clip::{self, ClipLimits, FrameWant, Pick, SoundWant};
    use std::fs::File;
    use std::ops::ControlFlow;

    #[test]
    fn every_clip_is_seen_to_its_end_sparsely_and_densely() {
        let Some(folder) = corpus("videos") else { return };
        for path in files(&folder) {
            let name = path.display();
            let mut clip = clip::open(File::open(&path).unwrap(), &ClipLimits::default()).unwrap();
            let said_ms = clip.info().duration_ms.unwrap();
            let mut times = |pick, from_ms| {
                let mut times = Vec::new();
                let want = FrameWant { pick, from_ms, least_side_px: 128 };
                let tally = clip.frames(&want, |frame| {
                    assert!(frame.plane.width().min(frame.plane.height()) >= 128, "{name}");
                    times.push(frame.time_ms);
                    ControlFlow::Continue(())
                });
                assert_eq!(tally.unwrap().damaged, 0, "{name}");
                times
            };
            let dense = times(Pick::Spaced { interval_ms: 250 }, 0);
            assert!(dense[0] < 250 && dense.windows(2).all(|two| two[1] - two[0] <= 500), "{name}");
            assert!(
                dense.last().unwrap().abs_diff(said_ms) <= 600,
                "{name}: {dense:?} of {said_ms}"
            );
            let keys = times(Pick::Keys { interval_ms: 0 }, 0);
            assert!(keys[0] == dense[0] && keys.len() <= dense.len(), "{name}: {keys:?}");
            let middle_ms = said_ms / 2;
            let rest = times(Pick::Spaced { interval_ms: 250 }, middle_ms);
            assert!((middle_ms..middle_ms + 250).contains(&rest[0]), "{name}: {rest:?}");
        }
    }

    #[test]
    fn every_recording_is_heard_to_its_end() {
        let Some(folder) = corpus("audio") else { return };
        for path in files(&folder).iter().step_by(7) {
            let name = path.display();
            let mut clip = clip::open(File::open(path).unwrap(), &ClipLimits::default()).unwrap();
            let said_ms = clip.info().duration_ms.unwrap();
            let want = SoundWant { rate_hz: 11_025, from_ms: 0 };
            let tally = clip.sound(&want, |_| ControlFlow::Continue(())).unwrap();
            assert!(
                tally.damaged == 0 && tally.end_ms.abs_diff(said_ms) <= 100,
                "{name}: {tally:?}"
            );
        }
    }
}
