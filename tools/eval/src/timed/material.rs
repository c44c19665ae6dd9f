//! The stored files: clips, recordings and photographs of a corpus, each in a case of its own, and
//! what is kept out of the store to be asked about as a stranger.

use super::ffmpeg::{Ffmpeg, Probe};
use super::sounds::{self, loudness};
use crate::random::Random;
use anyhow::{Context, Result, ensure};
use athar_engine::{AddOptions, Decoding, Interrupt, Outcome, Store, Watcher};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Photographs that are stored, and how many of those are made into clips.
const PHOTOS: usize = 48;
const PHOTO_SOURCES: usize = 24;

/// Photographs of which unknown clips are made.
const STRANGE_PHOTOS: usize = 24;

/// One recording in so many is of a stranger.
const STRANGE_EVERY: usize = 4;

/// Sound that is not louder than this is none.
const SILENT: f64 = 0.001;

/// What a stored file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A clip with sound.
    Clip,
    /// A recording of speech.
    Recording,
    /// A photograph.
    Photo,
    /// Something in which there is nothing to find: silence, a tone, a black clip.
    Nothing,
}

/// A stored file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its number.
    pub number: usize,
    /// What it is.
    pub kind: Kind,
    /// Whether it is edited; others are there to be confused with.
    pub is_edited: bool,
    /// Whether the engine took it.
    pub is_stored: bool,
    /// Its path below the corpus.
    pub name: String,
    /// The file that is stored and edited.
    pub path: PathBuf,
    /// The case that it alone is in.
    pub case: String,
    /// What it is like.
    pub probe: Probe,
    /// How long its speech lasts, in milliseconds; 0 where there is none.
    pub speech_ms: f64,
    /// Root of the mean square of its speech.
    pub loudness: f64,
}

/// What is stored and what is not.
#[derive(Debug, Default)]
pub struct Material {
    /// Stored files by their number.
    pub sources: Vec<Source>,
    /// Recordings of speakers that are not stored.
    pub strange_recordings: Vec<Source>,
    /// Photographs that are not stored.
    pub strange_photos: Vec<PathBuf>,
    /// What was left out, and why.
    pub skipped: Vec<(String, String)>,
    /// Stored files that the engine refused, and why. They count as not found.
    pub refused: Vec<(String, String)>,
    by_case: BTreeMap<String, usize>,
}

/// How much of a corpus is taken.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Whether clips and photographs are stored.
    pub clips: bool,
    /// Whether recordings are edited; some are stored in any case.
    pub voice: bool,
    /// Files of each kind that are edited; all of them without a number.
    pub sources: Option<usize>,
    /// Decides which recording a clip without sound gets.
    pub seed: u64,
}

impl Material {
    /// Looks through a corpus and makes what is stored of it in `folder`.
    pub fn gather(root: &Path, share: &Share, ffmpeg: &Ffmpeg, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let mut material = Self::default();
        let mut recordings = material.recordings(&below(root, "audio")?, root, ffmpeg);
        let strange = |n: usize| n % STRANGE_EVERY == STRANGE_EVERY - 1;
        let (strangers, mut known): (Vec<_>, Vec<_>) =
            recordings.drain(..).enumerate().partition(|(n, _)| strange(*n));
        material.strange_recordings = strangers.into_iter().map(|(_, one)| one).collect();
        if share.clips {
            let mut tracks = Tracks { left: known.into_iter().map(|(_, one)| one).collect() };
            material.clips(root, share, ffmpeg, folder, &mut tracks)?;
            known = tracks.left.into_iter().enumerate().collect();
            material.photos(root, share.sources)?;
        }
        let count = known.len();
        for (n, (_, mut recording)) in known.into_iter().enumerate() {
            recording.is_edited = share.voice && is_chosen(n, count, share.sources);
            material.push(recording);
        }
        material.nothings(folder, share.clips, ffmpeg)?;
        let edited = material.sources.iter().any(|source| source.is_edited);
        ensure!(edited, "{} holds no clip or recording that can be read", root.display());
        Ok(material)
    }

    /// The number of the file that is in this case.
    pub fn number(&self, case: &str) -> Option<usize> {
        self.by_case.get(case).copied()
    }

    /// The files of a kind that are edited.
    pub fn edited(&self, kind: Kind) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(move |source| source.kind == kind && source.is_edited)
    }

    /// The files of a kind, edited or not.
    pub fn of(&self, kind: Kind) -> Vec<&Source> {
        self.sources.iter().filter(|source| source.kind == kind).collect()
    }

    /// Adds every file to the store, each to its case. For each kind: what was done, to how many
    /// files, how long that took, and how many milliseconds they play.
    pub fn store(
        &mut self,
        store: &mut Store,
    ) -> Result<Vec<(&'static str, usize, Duration, f64)>> {
        let mut told = Vec::new();
        for (kind, name) in [
            (Kind::Clip, "clips added"),
            (Kind::Recording, "recordings added"),
            (Kind::Photo, "photographs added"),
            (Kind::Nothing, "silence and the like added"),
        ] {
            let (begun, mut files, mut media_ms) = (Instant::now(), 0, 0.0);
            for source in self.sources.iter_mut().filter(|source| source.kind == kind) {
                let refused = add(store, source)?;
                source.is_stored = refused.is_none();
                // Who refuses what has nothing in it is right.
                let refused = refused.filter(|_| kind != Kind::Nothing);
                self.refused.extend(refused.map(|why| (source.name.clone(), why)));
                (files, media_ms) = (files + 1, media_ms + source.probe.duration_ms);
            }
            told.push((name, files, begun.elapsed(), media_ms));
        }
        Ok(told)
    }

    fn push(&mut self, mut source: Source) {
        source.number = self.sources.len();
        let kind = match source.kind {
            Kind::Clip => "CLIP",
            Kind::Recording => "RECORDING",
            Kind::Photo => "PHOTO",
            Kind::Nothing => "NOTHING",
        };
        source.case = format!("{kind}-{:03}", source.number);
        self.by_case.insert(source.case.clone(), source.number);
        self.sources.push(source);
    }

    /// Every recording that can be read, in the order of the names.
    fn recordings(&mut self, folder: &Path, root: &Path, ffmpeg: &Ffmpeg) -> Vec<Source> {
        let mut all = Vec::new();
        for path in files(folder) {
            let name = name_of(&path, root);
            match recording(&path, &name, ffmpeg) {
                Ok(source) => all.push(source),
                Err(error) => self.skipped.push((name, format!("{error:#}"))),
            }
        }
        all
    }

    fn clips(
        &mut self,
        root: &Path,
        share: &Share,
        ffmpeg: &Ffmpeg,
        folder: &Path,
        tracks: &mut Tracks,
    ) -> Result<()> {
        let paths = files(&below(root, "videos")?);
        for (n, path) in paths.iter().enumerate() {
            let name = name_of(path, root);
            let mut random = Random::of(share.seed, &["sound track", &name]);
            let into = folder.join(format!("{n:03}.mkv"));
            match clip(path, &name, &into, ffmpeg, tracks, &mut random) {
                Ok(mut source) => {
                    source.is_edited = is_chosen(n, paths.len(), share.sources);
                    self.push(source);
                }
                Err(error) => self.skipped.push((name, format!("{error:#}"))),
            }
        }
        Ok(())
    }

    /// Photographs to store, and others to make strangers of.
    fn photos(&mut self, root: &Path, sources: Option<usize>) -> Result<()> {
        let folder = root.join("photos");
        let paths = if folder.is_dir() { files(&folder) } else { Vec::new() };
        let wanted = (PHOTOS + STRANGE_PHOTOS).min(paths.len());
        let edited = sources.unwrap_or(PHOTO_SOURCES).min(PHOTO_SOURCES);
        let mut stored = 0;
        for n in 0..wanted {
            let path = &paths[n * paths.len() / wanted];
            let is_strange = n % 3 == 2;
            // What the picture's library cannot open here could not be made into a clip either.
            let Ok(size) = image::image_dimensions(path) else { continue };
            if is_strange {
                self.strange_photos.push(path.clone());
                continue;
            }
            let probe =
                Probe { duration_ms: 0.0, size_px: Some(size), frame_ms: 40.0, has_sound: false };
            let is_edited = stored % 2 == 0 && stored / 2 < edited;
            stored += 1;
            self.push(Source {
                is_edited,
                probe,
                ..Source::of(Kind::Photo, path, name_of(path, root))
            });
        }
        Ok(())
    }

    /// What must never be found, stored too.
    fn nothings(&mut self, folder: &Path, clips: bool, ffmpeg: &Ffmpeg) -> Result<()> {
        let sounds = [
            ("silence", sounds::silence(20.0)),
            ("tone", sounds::tones(&[440.0], 20.0, (1.0, 0.0))),
            ("ringing", sounds::tones(&[425.0], 30.0, (1.0, 4.0))),
        ];
        for (name, samples) in sounds {
            let path = folder.join(format!("{name}.wav"));
            sounds::write_wav(&path, &samples)?;
            self.push(Source {
                probe: ffmpeg.probe(&path)?,
                ..Source::of(Kind::Nothing, &path, name.into())
            });
        }
        if clips {
            let path = folder.join("black.mp4");
            let black = "-f lavfi -i color=black:s=640x360:r=25:d=12 -c:v libx264 -pix_fmt yuv420p";
            ffmpeg.make(&words(black), &path)?;
            self.push(Source {
                probe: ffmpeg.probe(&path)?,
                ..Source::of(Kind::Nothing, &path, "black".into())
            });
        }
        Ok(())
    }
}

/// Arguments of a command line without any quotation marks.
pub fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

impl Source {
    fn of(kind: Kind, path: &Path, name: String) -> Self {
        let probe = Probe { duration_ms: 0.0, size_px: None, frame_ms: 40.0, has_sound: false };
        let (case, path) = (String::new(), path.to_owned());
        let (number, is_edited, is_stored, speech_ms, loudness) = (0, false, false, 0.0, 0.0);
        Self { number, kind, is_edited, is_stored, name, path, case, probe, speech_ms, loudness }
    }

    /// Its path as an argument.
    pub fn argument(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }
}

/// Recordings that no clip has taken yet.
struct Tracks {
    left: Vec<Source>,
}

impl Tracks {
    /// One that is long enough, or the longest.
    fn take(&mut self, length_ms: f64, random: &mut Random) -> Option<Source> {
        let fits = |source: &Source| source.speech_ms >= length_ms;
        let fitting: Vec<_> = (0..self.left.len()).filter(|n| fits(&self.left[*n])).collect();
        let longest = (0..self.left.len())
            .max_by(|a, b| self.left[*a].speech_ms.total_cmp(&self.left[*b].speech_ms));
        let taken = if fitting.is_empty() { longest? } else { *random.pick(&fitting) };
        Some(self.left.remove(taken))
    }
}

fn recording(path: &Path, name: &str, ffmpeg: &Ffmpeg) -> Result<Source> {
    let probe = ffmpeg.probe(path)?;
    let samples = ffmpeg.samples(path, sounds::RATE_HZ)?;
    let loudness = loudness(&samples);
    ensure!(loudness > SILENT, "nothing but silence");
    let speech_ms = probe.duration_ms;
    Ok(Source { probe, speech_ms, loudness, ..Source::of(Kind::Recording, path, name.to_owned()) })
}

/// A clip as it will be stored: its frames untouched, with its own sound or a recording.
fn clip(
    path: &Path,
    name: &str,
    into: &Path,
    ffmpeg: &Ffmpeg,
    tracks: &mut Tracks,
    random: &mut Random,
) -> Result<Source> {
    let given = ffmpeg.probe(path)?;
    ensure!(given.size_px.is_some(), "no frames");
    let own = match given.has_sound {
        true => loudness(&ffmpeg.samples(path, sounds::RATE_HZ)?),
        false => 0.0,
    };
    let (track, speech_ms, loudness) = match own > SILENT {
        true => (path.to_owned(), given.duration_ms, own),
        false => {
            let track = tracks
                .take(given.duration_ms, random)
                .context("no recording is left that could be its sound")?;
            (track.path, track.speech_ms.min(given.duration_ms), track.loudness)
        }
    };
    let seconds = format!("{:.3}", given.duration_ms / 1000.0);
    let mut arguments = vec!["-i".into(), path.to_string_lossy().into_owned()];
    arguments.extend(["-i".into(), track.to_string_lossy().into_owned()]);
    arguments.extend(words("-map 0:v:0 -map 1:a:0 -c:v copy -c:a aac -b:a 96k -ac 1 -ar 44100"));
    arguments.extend(["-t".into(), seconds]);
    ffmpeg.make(&arguments, into)?;
    let probe = Probe { duration_ms: given.duration_ms, has_sound: true, ..given };
    Ok(Source { probe, speech_ms, loudness, ..Source::of(Kind::Clip, into, name.to_owned()) })
}

/// Reports a file into its case; why it was refused, if it was.
fn add(store: &mut Store, source: &Source) -> Result<Option<String>> {
    let mut taking = Taking { refused: None };
    store.add(
        &source.case,
        std::slice::from_ref(&source.path),
        &AddOptions::default(),
        &Decoding::InProcess,
        &Interrupt::new(),
        &mut taking,
    )?;
    Ok(taking.refused)
}

struct Taking {
    refused: Option<String>,
}

impl Watcher for Taking {
    fn done(&mut self, outcome: &Outcome) {
        self.refused = outcome.error.as_ref().map(|error| error.message.to_string());
    }
}

/// A folder of the corpus by its name, or the corpus itself where it has neither clips nor sound
/// in folders of their own.
fn below(root: &Path, name: &str) -> Result<PathBuf> {
    ensure!(root.is_dir(), "{} is not a folder", root.display());
    let has_folders = ["videos", "audio", "photos"].iter().any(|name| root.join(name).is_dir());
    Ok(if has_folders { root.join(name) } else { root.to_owned() })
}

/// Every file below a folder, in the order of the paths.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        match path.is_dir() {
            true => paths.extend(files(&path)),
            false => paths.push(path),
        }
    }
    paths.sort();
    paths
}

fn name_of(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

/// Whether the n-th of `all` is among `count` taken evenly out of them.
fn is_chosen(n: usize, all: usize, count: Option<usize>) -> bool {
    let count = count.unwrap_or(all).min(all);
    (n + 1) * count / all.max(1) > n * count / all.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_chosen_evenly() {
        let chosen =
            |all, count| (0..all).filter(|n| is_chosen(*n, all, count)).collect::<Vec<_>>();
        assert_eq!(chosen(12, Some(4)), [2, 5, 8, 11]);
        assert_eq!(chosen(3, None), [0, 1, 2]);
        assert_eq!(chosen(3, Some(9)).len(), 3);
        assert!(chosen(3, Some(0)).is_empty());
    }

    #[test]
    fn a_clip_takes_a_recording_that_is_long_enough() {
        let recording = |n: usize, speech_ms| Source {
            speech_ms,
            ..Source::of(Kind::Recording, Path::new("a"), n.to_string())
        };
        let left = vec![recording(0, 3e3), recording(1, 9e3), recording(2, 12e3)];
        let mut tracks = Tracks { left };
        let mut random = Random::of(1, &[]);
        assert!(tracks.take(8e3, &mut random).unwrap().speech_ms >= 9e3);
        assert!(tracks.take(8e3, &mut random).unwrap().speech_ms >= 9e3);
        assert_eq!(tracks.take(8e3, &mut random).unwrap().name, "0");
        assert!(tracks.take(8e3, &mut random).is_none());
    }
}
