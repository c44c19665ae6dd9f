//! A clip and a voice note that come back in other cases, made by the `ffmpeg` program: a journey
//! into the Mandelbrot set and a computer's voice, so that nobody's own has to be shown.

use super::plan::{Pair, sha256};
use crate::{shell, style};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is said.
const WORDS: &str = "I called you twice this morning about the garden. The orange trees need \
                     water, and the fence on the north side has fallen over again.";

/// A recording as reported.
pub struct Recording {
    case: &'static str,
    name: &'static str,
    /// Those of one original show the same.
    original: &'static str,
    /// What was done to it; nothing for an original.
    says: &'static str,
    make: &'static [&'static str],
}

const FILM: &str = "mandelbrot=size=640x480:rate=25:start_scale=1.2:end_scale=0.002:end_pts=300";

/// Originals come before what is made of them. `{film}` and `{voice}` stand for their paths,
/// `{words}` for the source of the voice.
pub const RECORDINGS: &[Recording] = &[
    Recording {
        case: "HTL-2041",
        name: "film.mp4",
        original: "film",
        says: "",
        make: &[
            "-f", "lavfi", "-i", FILM, "-t", "12", "-c:v", "libx264", "-crf", "24", "-pix_fmt",
            "yuv420p",
        ],
    },
    Recording {
        case: "APP-0307",
        name: "voice-note.ogg",
        original: "voice",
        says: "",
        make: &["-f", "lavfi", "-i", "{words}", "-c:a", "libopus", "-b:a", "24k"],
    },
    Recording {
        case: "WEB-0118",
        name: "film-three-seconds.mkv",
        original: "film",
        says: "three seconds of it, mirrored, smaller, compressed strongly",
        make: &[
            "-ss",
            "5",
            "-t",
            "3",
            "-i",
            "{film}",
            "-vf",
            "hflip,scale=320:-2",
            "-c:v",
            "libx264",
            "-crf",
            "33",
            "-pix_fmt",
            "yuv420p",
        ],
    },
    Recording {
        case: "HTL-2057",
        name: "voice-note-telephone.m4a",
        original: "voice",
        says: "through a telephone's band, encoded anew",
        make: &[
            "-i",
            "{voice}",
            "-af",
            "highpass=f=300,lowpass=f=3400",
            "-ar",
            "8000",
            "-c:a",
            "aac",
            "-b:a",
            "16k",
        ],
    },
];

/// Makes every recording in its report.
pub fn lay_out(folder: &Path) -> Result<()> {
    for recording in RECORDINGS {
        let path = recording.path(folder);
        fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        let mut command = Command::new("ffmpeg");
        command.args(["-hide_banner", "-loglevel", "error", "-y"]);
        command.args(recording.make.iter().map(|argument| filled(folder, argument)));
        shell::run({
            command.arg(&path);
            command
        })?;
        if !recording.says.is_empty() {
            println!("  {:<34} {}", recording.name, style::dim(recording.says));
        }
    }
    Ok(())
}

/// Every pair of recordings in different cases that show the same.
pub fn planted(folder: &Path) -> Result<BTreeSet<Pair>> {
    let mut planted = BTreeSet::new();
    for (number, one) in RECORDINGS.iter().enumerate() {
        for two in RECORDINGS[number + 1..].iter().filter(|two| two.original == one.original) {
            let end = |of: &Recording| {
                Ok::<_, anyhow::Error>((of.case.to_owned(), sha256(&of.path(folder))?))
            };
            planted.insert(Pair::from([end(one)?, end(two)?]));
        }
    }
    Ok(planted)
}

fn filled(folder: &Path, argument: &str) -> String {
    let original = |name: &str| {
        let of = RECORDINGS.iter().find(|recording| recording.original == name);
        of.map(|recording| recording.path(folder).display().to_string()).unwrap_or_default()
    };
    match argument {
        "{film}" | "{voice}" => original(argument.trim_matches(['{', '}'])),
        "{words}" => format!("flite=voice=slt:text='{WORDS}'"),
        other => other.to_owned(),
    }
}

impl Recording {
    fn path(&self, folder: &Path) -> PathBuf {
        folder.join("reports").join(self.case).join(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pairs_are_planted_and_originals_come_first() {
        let folder = tempfile::tempdir().unwrap();
        for recording in RECORDINGS {
            let path = recording.path(folder.path());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, recording.name).unwrap();
        }
        assert_eq!(planted(folder.path()).unwrap().len(), 2);
        for original in ["film", "voice"] {
            let first = RECORDINGS.iter().find(|recording| recording.original == original);
            assert!(first.is_some_and(|recording| recording.says.is_empty()));
        }
        assert!(filled(folder.path(), "{film}").ends_with("HTL-2041/film.mp4"));
    }
}
