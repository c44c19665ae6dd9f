//! Recordings of a folder, read and changed by the program `ffmpeg`, which must be installed.

use anyhow::{Context, Result, bail, ensure};
use athar_hash::voice::RATE_HZ;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::NamedTempFile;

/// The rate that codecs get: they are meant for more than codes look at.
pub const WIDE_HZ: u32 = 16_000;

/// What a messenger or a telephone gets.
pub struct Recording {
    /// At [`WIDE_HZ`].
    pub wide: Vec<f32>,
    /// At [`RATE_HZ`].
    pub samples: Vec<f32>,
}

/// Every recording in the folders and those in them, in the order of their paths.
///
/// # Errors
/// A folder that cannot be read, a file that ffmpeg refuses, or no ffmpeg.
pub fn recordings(folders: &[PathBuf]) -> Result<Vec<Recording>> {
    let mut paths = Vec::new();
    for folder in folders {
        find(folder, &mut paths)?;
    }
    ensure!(!paths.is_empty(), "no recordings in the folders given");
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if path.is_dir() {
            find(&path, paths)?;
        } else if ["flac", "wav", "mp3", "ogg", "opus", "m4a", "mp4"].contains(&extension) {
            paths.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Recording> {
    let at = |rate_hz: u32| decoded(path, rate_hz).with_context(|| path.display().to_string());
    Ok(Recording { wide: at(WIDE_HZ)?, samples: at(RATE_HZ)? })
}

/// What is left of samples at [`WIDE_HZ`] after a codec, at [`RATE_HZ`].
pub fn through_codec(wide: &[f32], format: &str, arguments: &[&str]) -> Result<Vec<f32>> {
    let raw = raw_file(wide)?;
    let coded = NamedTempFile::new()?;
    let mut ffmpeg = from_raw(&raw);
    ffmpeg.args(arguments).args(["-f", format]).arg(coded.path());
    output(ffmpeg)?;
    decoded(coded.path(), RATE_HZ)
}

/// Samples at [`WIDE_HZ`] after a filter of ffmpeg's, at `rate_hz`.
pub fn through_filter(wide: &[f32], filter: &str, rate_hz: u32) -> Result<Vec<f32>> {
    let raw = raw_file(wide)?;
    let mut ffmpeg = from_raw(&raw);
    ffmpeg.args(["-af", filter]).args(to_raw(rate_hz));
    samples(&output(ffmpeg)?)
}

fn decoded(path: &Path, rate_hz: u32) -> Result<Vec<f32>> {
    let mut ffmpeg = quiet();
    ffmpeg.arg("-i").arg(path).arg("-vn").args(to_raw(rate_hz));
    samples(&output(ffmpeg)?)
}

fn quiet() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1"]);
    ffmpeg
}

fn from_raw(raw: &NamedTempFile) -> Command {
    let mut ffmpeg = quiet();
    ffmpeg.args(["-f", "f32le", "-ar", &WIDE_HZ.to_string(), "-ac", "1", "-i"]).arg(raw.path());
    ffmpeg
}

fn to_raw(rate_hz: u32) -> [String; 7] {
    ["-ac", "1", "-ar", &rate_hz.to_string(), "-f", "f32le", "-"].map(str::to_owned)
}

fn raw_file(samples: &[f32]) -> Result<NamedTempFile> {
    let file = NamedTempFile::new()?;
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    fs::write(file.path(), bytes)?;
    Ok(file)
}

fn output(mut ffmpeg: Command) -> Result<Vec<u8>> {
    let done = ffmpeg.output().context(
        "the program ffmpeg must be installed (with libopus, \
         libmp3lame and opencore-amr: Debian's ffmpeg and libavcodec-extra)",
    )?;
    if !done.status.success() {
        bail!("ffmpeg: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(done.stdout)
}

fn samples(bytes: &[u8]) -> Result<Vec<f32>> {
    let (samples, rest) = bytes.as_chunks::<4>();
    ensure!(rest.is_empty(), "ffmpeg gave half a sample");
    Ok(samples.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}
