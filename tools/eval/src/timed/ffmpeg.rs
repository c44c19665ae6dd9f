//! The programs `ffmpeg` and `ffprobe`, called by name: they make the edited files and measure the
//! stored ones, so that no figure rests on the decoders that are evaluated.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What to do where there is none.
const MISSING: &str = "FFmpeg's programs are needed for clips and voice, and there is no";

/// The programs of this machine.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    /// What it says it is.
    pub version: String,
    encoders: BTreeSet<String>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// How long its frames last, or its sound where there are none, in milliseconds.
    pub duration_ms: f64,
    /// Width and height as a person sees them, where there are frames.
    pub size_px: Option<(u32, u32)>,
    /// How long a frame is shown, in milliseconds.
    pub frame_ms: f64,
    /// Whether there is sound.
    pub has_sound: bool,
}

impl Ffmpeg {
    /// Looks for the programs.
    ///
    /// # Errors
    ///
    /// One of them is not there; the text says what to install.
    pub fn find() -> Result<Self> {
        let said = |program: &str, argument: &str| -> Result<String> {
            let output = Command::new(program).args(["-hide_banner", argument]).output();
            let output = output.with_context(|| {
                format!("{MISSING} `{program}` in PATH (Debian: apt-get install ffmpeg)")
            })?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        said("ffprobe", "-version")?;
        let version = said("ffmpeg", "-version")?;
        let version = version.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        let listed = said("ffmpeg", "-encoders")?;
        let encoders = listed.lines().filter_map(|line| line.split_whitespace().nth(1));
        Ok(Self { version, encoders: encoders.map(str::to_owned).collect() })
    }

    /// Whether it can write a codec by the encoder of this name.
    pub fn has_encoder(&self, name: &str) -> bool {
        self.encoders.contains(name)
    }

    /// Makes a file: `arguments` stand between what is always said and the file's path. One
    /// thread and no clock, so that the same arguments give the same file.
    pub fn make(&self, arguments: &[String], into: &Path) -> Result<()> {
        let mut command = Command::new("ffmpeg");
        command
            .args(["-nostdin", "-hide_banner", "-v", "error", "-y", "-filter_threads", "1"])
            .args(["-filter_complex_threads", "1"])
            .args(arguments)
            .args(["-map_metadata", "-1", "-fflags", "+bitexact", "-threads", "1"])
            .arg(into);
        let output = command.stdin(Stdio::null()).output().context("cannot start ffmpeg")?;
        said_well(&output).with_context(|| arguments.join(" "))?;
        Ok(())
    }

    /// What a file is.
    pub fn probe(&self, path: &Path) -> Result<Probe> {
        let mut command = Command::new("ffprobe");
        command
            .args(["-v", "error", "-of", "json", "-show_entries"])
            .arg(
                "format=duration:stream=codec_type,duration,width,height,avg_frame_rate\
                 :stream_side_data=rotation",
            )
            .arg(path);
        let output = command.stdin(Stdio::null()).output().context("cannot start ffprobe")?;
        said_well(&output)?;
        serde_json::from_slice::<Told>(&output.stdout)?.probe()
    }

    /// The sound of a file as samples of one channel, -1 to 1, `rate_hz` a second.
    pub fn samples(&self, path: &Path, rate_hz: u32) -> Result<Vec<f32>> {
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-hide_banner", "-v", "error", "-i"]).arg(path).args([
            "-map",
            "0:a:0",
            "-ac",
            "1",
            "-ar",
            &rate_hz.to_string(),
            "-f",
            "f32le",
            "-",
        ]);
        let output = command.stdin(Stdio::null()).output().context("cannot start ffmpeg")?;
        said_well(&output)?;
        let samples = output.stdout.chunks_exact(4);
        Ok(samples.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }
}

fn said_well(output: &Output) -> Result<()> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", output.status, said.lines().last().unwrap_or("no word of why"));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Container,
}

#[derive(Deserialize, Default)]
struct Container {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    codec_type: String,
    duration: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    avg_frame_rate: Option<String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    #[serde(default)]
    rotation: f64,
}

impl Told {
    fn probe(&self) -> Result<Probe> {
        let of = |kind: &str| self.streams.iter().find(|stream| stream.codec_type == kind);
        let (video, audio) = (of("video"), of("audio"));
        ensure!(video.or(audio).is_some(), "neither frames nor sound");
        let seconds = |text: &Option<String>| text.as_deref().and_then(|s| s.parse::<f64>().ok());
        let stream = video.or(audio).and_then(|stream| seconds(&stream.duration));
        let duration = stream.or(seconds(&self.format.duration)).context("no duration")?;
        let rate = video.and_then(|stream| ratio(stream.avg_frame_rate.as_deref()?));
        Ok(Probe {
            duration_ms: duration * 1000.0,
            size_px: video.and_then(Stream::size_px),
            frame_ms: rate.map_or(40.0, |rate| 1000.0 / rate),
            has_sound: audio.is_some(),
        })
    }
}

impl Stream {
    fn size_px(&self) -> Option<(u32, u32)> {
        let (width, height) = (self.width?, self.height?);
        let turns = self.side_data_list.iter().map(|data| data.rotation).sum::<f64>() / 90.0;
        let is_on_its_side = (turns.round() as i64).rem_euclid(2) == 1;
        Some(if is_on_its_side { (height, width) } else { (width, height) })
    }
}

/// `30000/1001`; nothing for `0/0`.
fn ratio(text: &str) -> Option<f64> {
    let (over, under) = text.split_once('/')?;
    let rate = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
    (rate.is_finite() && rate > 0.0).then_some(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_of_frames_where_there_are_any() {
        let text = r#"{"streams":[
            {"codec_type":"audio","duration":"9.5"},
            {"codec_type":"video","duration":"10.0","width":640,"height":360,"avg_frame_rate":"25/2",
             "side_data_list":[{"rotation":-90}]}],
            "format":{"duration":"10.1"}}"#;
        let probe = serde_json::from_str::<Told>(text).unwrap().probe().unwrap();
        let size_px = Some((360, 640));
        assert_eq!(
            probe,
            Probe { duration_ms: 10_000.0, size_px, frame_ms: 80.0, has_sound: true }
        );
        let sound = r#"{"streams":[{"codec_type":"audio"}],"format":{"duration":"3.25"}}"#;
        let probe = serde_json::from_str::<Told>(sound).unwrap().probe().unwrap();
        assert_eq!((probe.duration_ms, probe.size_px), (3250.0, None));
        assert!(serde_json::from_str::<Told>("{}").unwrap().probe().is_err());
    }
}
