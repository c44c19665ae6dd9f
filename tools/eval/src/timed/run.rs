//! One run: a store is made of the corpus, then one edit after the other is made of every file,
//! asked about and deleted again, so that the disk it takes does not grow with the catalogue.

use super::Medium;
use super::catalogue::chosen;
use super::chance::Chance;
use super::ffmpeg::Ffmpeg;
use super::material::{Kind, Material, Share};
use super::plan::{Edit, Plan};
use super::props::Props;
use super::score::{Asked, Found, Row, Score};
use super::vpdq::Frames;
use crate::random::fnv;
use crate::run::in_parallel;
use crate::score::Mistake;
use anyhow::{Context, Result, ensure};
use athar_engine::policy::searchable;
use athar_engine::{CheckOptions, Decoding, Interrupt, Outcome, Store, Watcher};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What is to be evaluated.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder: clips in `videos`, recordings in `audio`, photographs in `photos`.
    pub corpus: PathBuf,
    /// Of what.
    pub media: Vec<Medium>,
    /// How many files of a kind are edited; all of them without a number.
    pub sources: Option<usize>,
    /// Only edits with one of these in their names; all of them when it is empty.
    pub edits: Vec<String>,
    /// What decides everything that is left to chance.
    pub seed: u64,
    /// Each file is edited once where more seeded places are usual.
    pub once: bool,
    /// Where edited files are kept and found again; a folder that is deleted without any.
    pub keep: Option<PathBuf>,
}

/// What came out of it.
pub struct Timed {
    /// The tables' lines.
    pub rows: Vec<Row>,
    /// How long each step took.
    pub times: Vec<Time>,
    /// What there was to find.
    pub facts: Facts,
    /// What was not found.
    pub misses: Vec<Mistake>,
    /// What was found and is not there.
    pub false_links: Vec<Mistake>,
    /// What agrees by chance.
    pub chance: Chance,
}

/// How long a step took, all processors together.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// What was done.
    pub step: String,
    /// Files.
    pub files: usize,
    /// Seconds that they play.
    pub media_s: f64,
    /// Seconds that it took.
    pub work_s: f64,
}

impl Time {
    /// Seconds of media worked through in one.
    pub fn times_real_time(&self) -> f64 {
        self.media_s / self.work_s.max(1e-9)
    }
}

/// What a run was about.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Stored clips, recordings and photographs.
    pub stored: [usize; 3],
    /// Edited files.
    pub queries: usize,
    /// The seed.
    pub seed: u64,
    /// What made the edited files.
    pub ffmpeg: String,
    /// What was left out, and why.
    pub skipped: Vec<(String, String)>,
    /// Stored files that the engine refused: they count as not found.
    pub refused: Vec<(String, String)>,
    /// Edited files that the engine gave no answer to.
    pub unanswered: u64,
    /// How long it took.
    pub took: Duration,
}

/// Works through it all. `progress` is told how many edits are done, and of how many.
pub fn run(options: &Options, progress: &mut dyn FnMut(usize, usize)) -> Result<Timed> {
    let begun = Instant::now();
    let scratch = tempfile::Builder::new().prefix("athar-eval-").tempdir()?;
    let mut stage = Stage::set(options, scratch.path())?;
    let count = stage.set.edits.len();
    for place in 0..count {
        stage.work_through(place, options)?;
        progress(place + 1, count);
    }
    Ok(stage.end(options, begun.elapsed()))
}

/// A run under way.
struct Stage {
    store: Store,
    set: Set,
    score: Score,
    chance: Chance,
    times: Vec<Time>,
    speeds: BTreeMap<usize, f64>,
    skipped: Vec<(String, String)>,
    queries: usize,
}

/// What edited files are made of and held against: several threads look at it at once.
struct Set {
    ffmpeg: Ffmpeg,
    material: Material,
    props: Props,
    edits: Vec<Edit>,
    /// vPDQ's codes of the stored files that have frames.
    frames: BTreeMap<usize, Frames>,
    folder: PathBuf,
}

/// An edited file.
struct Made {
    name: String,
    path: PathBuf,
    plan: Plan,
}

impl Made {
    fn is_still(&self) -> bool {
        self.plan.media_ms == 0.0
    }
}

impl Stage {
    fn set(options: &Options, scratch: &Path) -> Result<Self> {
        let ffmpeg = Ffmpeg::find()?;
        let mut skipped = Vec::new();
        let edits = edits(options, &ffmpeg, &mut skipped)?;
        let made = made_in(options, scratch)?;
        let has = |medium| edits.iter().any(|edit| edit.medium == medium);
        let (clips, voice) = (has(Medium::Clip), has(Medium::Voice));
        let share = Share { clips, voice, sources: options.sources, seed: options.seed };
        let mut material =
            Material::gather(&options.corpus, &share, &ffmpeg, &made.join("stored"))?;
        let props = Props::make(&material, options.seed, &made.join("props"))?;
        let mut store = Store::init(&scratch.join("store"))?;
        let added = material.store(&mut store)?;
        let times = added.into_iter().map(|(step, files, took, media_ms)| Time {
            step: step.to_owned(),
            files,
            media_s: media_ms / 1000.0,
            work_s: took.as_secs_f64(),
        });
        let folder = made.join("edited");
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let frames = if clips { frames(&material) } else { BTreeMap::new() };
        Ok(Self {
            store,
            set: Set { ffmpeg, material, props, edits, frames, folder },
            score: Score::default(),
            chance: Chance::default(),
            times: times.filter(|time| time.files > 0).collect(),
            speeds: BTreeMap::new(),
            skipped,
            queries: 0,
        })
    }

    /// Makes every file of one edit, asks about them all at once, and scores the answers.
    fn work_through(&mut self, place: usize, options: &Options) -> Result<()> {
        let (made, skipped) = self.set.make(place, options);
        self.skipped.extend(skipped);
        if made.is_empty() {
            let name = self.set.edits[place].name();
            self.skipped.push((name, "no file that it could be done to".into()));
            return Ok(());
        }
        let begun = Instant::now();
        let mut answers =
            ask(&mut self.store, made.iter().map(|made| made.path.clone()).collect())?;
        self.time(place, &made, begun.elapsed());
        let vpdq = self.set.ask_vpdq(place, &made);
        for (n, made) in made.iter().enumerate() {
            let answer = answers.remove(&made.path).context("an answer to each file")?;
            let found: Vec<_> =
                answer.matches.iter().map(|m| Found::of(m, &self.set.material)).collect();
            let asked = Asked {
                edit: place,
                name: &made.name,
                shown: &made.plan.shown,
                is_unanswered: answer.is_unread() && found.is_empty(),
                is_flat: made.is_still() && answer.quality.is_some_and(|q| !searchable(q)),
                found: &found,
                vpdq: vpdq.get(n).map(Vec::as_slice),
            };
            self.score.take(&asked, &self.set.material, &self.set.edits);
            self.chance.take(&made.plan.shown, &answer, &self.set.material);
        }
        if options.keep.is_none() {
            made.iter().try_for_each(|made| fs::remove_file(&made.path))?;
        }
        self.queries += made.len();
        Ok(())
    }

    fn time(&mut self, place: usize, made: &[Made], took: Duration) {
        let media_s = made.iter().map(|made| made.plan.media_ms).sum::<f64>() / 1000.0;
        let step = format!("check: {}", self.set.edits[place].name());
        let time = Time { step, files: made.len(), media_s, work_s: took.as_secs_f64() };
        if media_s > 0.0 {
            self.speeds.insert(place, time.times_real_time());
        }
        self.times.push(time);
    }

    fn end(self, options: &Options, took: Duration) -> Timed {
        let material = self.set.material;
        let count = |kind| material.of(kind).len();
        let facts = Facts {
            stored: [count(Kind::Clip), count(Kind::Recording), count(Kind::Photo)],
            queries: self.queries,
            seed: options.seed,
            ffmpeg: self.set.ffmpeg.version,
            skipped: [material.skipped.clone(), self.skipped].concat(),
            refused: material.refused.clone(),
            unanswered: self.score.unanswered,
            took,
        };
        Timed {
            rows: self.score.rows(&self.set.edits, &self.speeds),
            times: self.times,
            facts,
            misses: self.score.misses,
            false_links: self.score.false_links,
            chance: self.chance,
        }
    }
}

impl Set {
    /// Every file of an edit that could be made, and why others could not.
    fn make(&self, place: usize, options: &Options) -> (Vec<Made>, Vec<(String, String)>) {
        let edit = &self.edits[place];
        let plans = edit.plans(&self.material, &self.props, options.seed, options.once);
        let made = in_parallel(&plans, |(_, plan)| self.make_one(edit, plan));
        let (mut all, mut skipped): (Vec<Made>, _) = (Vec::new(), Vec::new());
        for ((name, plan), made) in plans.into_iter().zip(made) {
            match made {
                // Two seeded places may be the same one.
                Ok(path) if all.iter().any(|one| one.path == path) => {}
                Ok(path) => all.push(Made { name, path, plan }),
                Err(error) => skipped.push((name, format!("{}: not made: {error:#}", edit.name()))),
            }
        }
        (all, skipped)
    }

    /// A file that is there already was made by the same arguments.
    fn make_one(&self, edit: &Edit, plan: &Plan) -> Result<PathBuf> {
        let name = format!("{}-{:016x}", edit.slug(), plan.number());
        let path = self.folder.join(format!("{name}.{}", plan.extension));
        if !path.is_file() {
            let unfinished = self.folder.join(format!("{name}.part.{}", plan.extension));
            self.ffmpeg.make(&plan.arguments(), &unfinished)?;
            fs::rename(&unfinished, &path)?;
        }
        Ok(path)
    }

    /// The stored files that vPDQ's rule finds in each; nothing for sound.
    fn ask_vpdq(&self, place: usize, made: &[Made]) -> Vec<Vec<usize>> {
        if self.edits[place].medium == Medium::Voice {
            return Vec::new();
        }
        in_parallel(made, |made| {
            let query = Frames::of(&made.path);
            let found = self.frames.iter().filter(|(_, stored)| stored.matches(&query));
            found.map(|(number, _)| *number).collect()
        })
    }
}

/// Where files are made. What is kept is kept apart by corpus and seed, so that a file that is found
/// again is the same one.
fn made_in(options: &Options, scratch: &Path) -> Result<PathBuf> {
    let Some(keep) = &options.keep else { return Ok(scratch.to_owned()) };
    let corpus =
        fs::canonicalize(&options.corpus).with_context(|| options.corpus.display().to_string())?;
    let number = fnv(corpus.as_os_str().as_encoded_bytes());
    Ok(keep.join(format!("{number:016x}-{}", options.seed)))
}

/// The edits that were asked for and that this FFmpeg can make.
fn edits(
    options: &Options,
    ffmpeg: &Ffmpeg,
    skipped: &mut Vec<(String, String)>,
) -> Result<Vec<Edit>> {
    let mut edits = chosen(&options.edits)?;
    edits.retain(|edit| options.media.contains(&edit.medium));
    edits.retain(|edit| match edit.encoder.filter(|encoder| !ffmpeg.has_encoder(encoder)) {
        Some(encoder) => {
            skipped.push((edit.name(), format!("this FFmpeg has no encoder {encoder}")));
            false
        }
        None => true,
    });
    ensure!(!edits.is_empty(), "there is no edit of {:?} to make", options.media);
    Ok(edits)
}

fn frames(material: &Material) -> BTreeMap<usize, Frames> {
    let has_frames = |kind| matches!(kind, Kind::Clip | Kind::Photo);
    let sources: Vec<_> = material.sources.iter().filter(|s| has_frames(s.kind)).collect();
    let frames = in_parallel(&sources, |source| Frames::of(&source.path));
    sources.iter().map(|source| source.number).zip(frames).collect()
}

/// Asks the engine about files.
fn ask(store: &mut Store, paths: Vec<PathBuf>) -> Result<HashMap<PathBuf, Outcome>> {
    let mut taking = Taking::default();
    let options = CheckOptions { paths, candidates: true, ..CheckOptions::default() };
    store.check(&options, &Decoding::InProcess, &Interrupt::new(), &mut taking)?;
    Ok(taking.0)
}

#[derive(Default)]
struct Taking(HashMap<PathBuf, Outcome>);

impl Watcher for Taking {
    fn done(&mut self, outcome: &Outcome) {
        if let Some(path) = &outcome.path {
            self.0.insert(path.clone(), outcome.clone());
        }
    }
}
