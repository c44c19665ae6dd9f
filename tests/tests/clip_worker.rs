//! Clips and sound in the sealed worker: the same as in-process, and whatever happens to it costs one
//! file.

#![cfg(target_os = "linux")]

use athar_engine::worker::{WorkerProgram, Workers};
use athar_engine::{ClipPrint, ClipWant, Decoding, InputError, Interrupt, Pick, hash_clip};
use std::fs;
use std::path::{Path, PathBuf};

const ATHAR: &str = env!("CARGO_BIN_EXE_athar-under-test");

fn workers(path: &str, arguments: &[&str]) -> Workers {
    let arguments = arguments.iter().map(Into::into).collect();
    let program = WorkerProgram { path: path.into(), arguments, environment: Vec::new() };
    Workers::new(program).unwrap()
}

fn sealed() -> Decoding {
    Decoding::Sealed(workers(ATHAR, &["worker"]))
}

const EVERYTHING: ClipWant =
    ClipWant { pick: Pick::Every, landmarks: (8, 8), voices: (true, true) };

fn print(path: &Path, want: &ClipWant, decoding: &Decoding) -> Result<ClipPrint, InputError> {
    hash_clip(path, want, decoding, &Interrupt::new()).map(Option::unwrap)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/athar-media/tests/fixtures/clips")
}

fn clips() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
    let mut clips: Vec<_> =
        entries.filter(|path| path.extension().is_none_or(|ending| ending != "py")).collect();
    clips.sort();
    clips
}

mod same {
    use super::*;

    #[test]
    fn every_fixture_has_the_same_prints_as_in_process() {
        let sealed = sealed();
        let mut read = (0, 0);
        for clip in clips() {
            let name = clip.file_name().unwrap().to_string_lossy().into_owned();
            for pick in
                [Pick::Every, Pick::Keys { interval_ms: 0 }, Pick::Spaced { interval_ms: 250 }]
            {
                let want = ClipWant { pick, ..EVERYTHING };
                let here = print(&clip, &want, &Decoding::InProcess);
                let there = print(&clip, &want, &sealed);
                assert!(here == there, "{name}: {:?} {:?}", here.err(), there.err());
                let print = there.unwrap_or_else(|error| panic!("{name}: {error:?}"));
                read.0 += usize::from(!print.frames.is_empty());
                read.1 += usize::from(print.sound_end_ms > 0);
            }
        }
        assert!(read.0 > 60 && read.1 > 60, "{read:?}");
    }
}
