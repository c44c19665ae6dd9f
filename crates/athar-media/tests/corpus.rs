//! Real photographs, where a corpus is at hand: all of them decode, and what decoders refuse is
//! refused here.

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
