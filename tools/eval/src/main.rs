//! `cargo xtask eval`: edits the pictures, clips and voice notes of a folder in every way of the
//! catalogues, asks the engine and its peers for them, and tells what was found.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program whose answer is its output"
)]

use anyhow::{Context, Result, ensure};
use athar_eval::run::{Options, Run, chosen, run};
use athar_eval::timed::catalogue::catalogue;
use athar_eval::timed::run::Timed;
use athar_eval::timed::{self, Medium};
use athar_eval::{edits, report, show};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};

/// Pictures of a quick run, those of them that the peers get, and files of each kind besides.
const QUICK_SOURCES: usize = 48;
const QUICK_PEER_SOURCES: usize = 8;
const QUICK_TIMED_SOURCES: usize = 4;

/// What may be evaluated, and the folder of a corpus that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Only {
    /// `photos`
    Pictures,
    /// `videos`
    Clips,
    /// `audio`
    Voice,
}

#[derive(Parser)]
#[command(
    name = "cargo xtask eval",
    about = "What is found, how often something else is, and what it costs"
)]
struct Arguments {
    /// A folder of pictures; with `photos`, `videos` or `audio` in it, those are edited, and
    /// `photos_small` is background
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Only these, separated by commas; everything that the corpus has without it
    #[arg(long, value_name = "MEDIA", value_delimiter = ',')]
    only: Vec<Only>,
    /// Edit only so many files of each kind, evenly out of all
    #[arg(long, value_name = "N")]
    sources: Option<usize>,
    /// Only edits with one of these in their names, separated by commas
    #[arg(long, value_name = "PATTERNS", value_delimiter = ',')]
    edits: Vec<String>,
    /// Decides everything that is left to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Peers besides our own PDQ alone: `orb`, `sift`, or `none`
    #[arg(long, value_delimiter = ',', default_value = "orb,sift")]
    peers: Vec<String>,
    /// How many of the edited pictures the peers get
    #[arg(long, value_name = "N", default_value_t = 32)]
    peer_sources: usize,
    /// Leave `photos_small` out
    #[arg(long)]
    no_background: bool,
    /// Keep the edited clips and recordings in this folder, and use what is there already
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// A few files of each kind only: under ten minutes for each kind on two cores
    #[arg(long)]
    quick: bool,
    /// One JSON object a row on standard output
    #[arg(long)]
    json: bool,
    /// Write the page and its tables into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the table of false alarms that the program carries, and this run's rows, into the tree
    #[arg(long)]
    record: bool,
    /// Write one picture of every edit into this folder, to be looked at, and do nothing else
    #[arg(long, value_name = "DIR")]
    show: Option<PathBuf>,
    /// Which picture of the corpus `--show` edits
    #[arg(long, value_name = "N", default_value_t = 0)]
    which: usize,
    /// Name every edit and do nothing else
    #[arg(long)]
    list: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.list {
        edits::catalogue().iter().for_each(|edit| println!("{}", edit.name()));
        catalogue().iter().for_each(|edit| println!("{}", edit.name()));
        return Ok(());
    }
    let corpus = corpus(arguments.corpus.as_deref())?;
    if let Some(out) = &arguments.show {
        let count =
            show::show(&corpus, arguments.which, &chosen(&arguments.edits)?, arguments.seed, out)?;
        println!("{count} edits of one picture in {}", out.display());
        return Ok(());
    }
    let wanted = Wanted::of(&arguments, &corpus)?;
    let pictures = match wanted.pictures {
        true => Some(run(&options(&arguments, corpus.clone()), &mut progress("edited pictures"))?),
        false => None,
    };
    let others = match wanted.media.is_empty() {
        true => None,
        false => {
            let options = timed_options(&arguments, corpus, wanted.media);
            Some(timed::run::run(&options, &mut progress("edits of clips and voice"))?)
        }
    };
    tell(pictures.as_ref(), others.as_ref(), &arguments)
}

/// What is evaluated in this run.
struct Wanted {
    pictures: bool,
    media: Vec<Medium>,
}

impl Wanted {
    /// What was named, or what the corpus has; of that, what any of the edits is for.
    fn of(arguments: &Arguments, corpus: &Path) -> Result<Self> {
        let has = |folder: &str| corpus.join(folder).is_dir();
        let is_wanted = |only: Only, is_there: bool| match arguments.only.is_empty() {
            true => is_there,
            false => arguments.only.contains(&only),
        };
        let plain = !has("videos") && !has("audio");
        let timed = timed::catalogue::chosen(&arguments.edits).unwrap_or_default();
        let mut media = Vec::new();
        for (only, medium, folder) in
            [(Only::Clips, Medium::Clip, "videos"), (Only::Voice, Medium::Voice, "audio")]
        {
            if is_wanted(only, has(folder)) && timed.iter().any(|edit| edit.medium == medium) {
                media.push(medium);
            }
        }
        let pictures = is_wanted(Only::Pictures, has("photos") || plain);
        let pictures = pictures && (media.is_empty() || chosen(&arguments.edits).is_ok());
        ensure!(pictures || !media.is_empty(), "there is nothing to evaluate by these edits");
        Ok(Self { pictures, media })
    }
}

fn corpus(given: Option<&Path>) -> Result<PathBuf> {
    let named = given
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os("ATHAR_CORPUS").map(PathBuf::from));
    named.context("name a folder of pictures: --corpus DIR, or the variable ATHAR_CORPUS")
}

fn options(arguments: &Arguments, corpus: PathBuf) -> Options {
    let quick = |usual: Option<usize>, quick: usize| usual.or(arguments.quick.then_some(quick));
    let peer_sources = if arguments.quick { QUICK_PEER_SOURCES } else { arguments.peer_sources };
    Options {
        corpus,
        sources: quick(arguments.sources, QUICK_SOURCES),
        edits: arguments.edits.clone(),
        seed: arguments.seed,
        peers: arguments.peers.clone(),
        peer_sources,
        background: !arguments.no_background,
    }
}

fn timed_options(
    arguments: &Arguments,
    corpus: PathBuf,
    media: Vec<Medium>,
) -> timed::run::Options {
    timed::run::Options {
        corpus,
        media,
        sources: arguments.sources.or(arguments.quick.then_some(QUICK_TIMED_SOURCES)),
        edits: arguments.edits.clone(),
        seed: arguments.seed,
        once: arguments.quick,
        keep: arguments.keep.clone(),
    }
}

fn progress(what: &str) -> impl FnMut(usize, usize) {
    let bar = ProgressBar::new(0);
    let template = format!("{{elapsed_precise}} {{wide_bar}} {{pos}} of {{len}} {what}, {{eta}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    move |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    }
}

fn tell(pictures: Option<&Run>, others: Option<&Timed>, arguments: &Arguments) -> Result<()> {
    let facts = others.map(|run| &run.facts);
    let refused = facts.iter().flat_map(|facts| &facts.refused);
    let skipped = facts.iter().flat_map(|facts| &facts.skipped);
    for (name, why) in pictures.iter().flat_map(|run| &run.facts.skipped).chain(skipped) {
        eprintln!("left out: {name}: {why}");
    }
    refused.for_each(|(name, why)| eprintln!("refused by the engine: {name}: {why}"));
    if arguments.json {
        pictures
            .iter()
            .try_for_each(|run| report::json_lines(&run.rows).map(|text| print!("{text}")))?;
        others
            .iter()
            .try_for_each(|run| report::json_lines(&run.rows).map(|text| print!("{text}")))?;
    } else {
        pictures.iter().for_each(|run| print!("{}", report::table(run)));
        others.iter().for_each(|run| print!("{}", report::timed_table(run)));
    }
    if let Some(out) = &arguments.out {
        report::write(pictures, others, out)?;
        eprintln!("the page and its tables are in {}", out.display());
    }
    if arguments.record { record(pictures, others) } else { Ok(()) }
}

/// What the tree keeps of a run.
fn record(pictures: Option<&Run>, others: Option<&Timed>) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    if let Some(run) = pictures {
        files.extend([
            ("crates/athar-engine/src/false_alarms.tsv", run.unrelated.as_tsv()),
            ("crates/athar-engine/src/landmark_false_alarms.tsv", run.landmark_false_alarms()),
            ("benches/results/second_unrelated.tsv", run.unrelated.second_as_tsv()),
            ("benches/results/eval.jsonl", report::json_lines(&run.rows)?),
        ]);
    }
    if let Some(run) = others {
        let [frames, voices] = run.chance.as_tsv(run.facts.seed);
        let has = |medium| run.rows.iter().any(|row| row.medium == medium);
        if has(Medium::Clip) {
            files.push(("crates/athar-engine/src/frame_false_alarms.tsv", frames));
        }
        if has(Medium::Voice) {
            files.push(("crates/athar-engine/src/voice_false_alarms.tsv", voices));
        }
    }
    // Each medium has a file, so that one may be recorded without the other.
    for (medium, name) in [
        (Medium::Clip, "benches/results/eval_clips.jsonl"),
        (Medium::Voice, "benches/results/eval_voice.jsonl"),
    ] {
        let rows = others.iter().flat_map(|run| &run.rows).filter(|row| row.medium == medium);
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            files.push((name, report::json_lines(&rows)?));
        }
    }
    for (name, text) in files {
        fs::write(root.join(name), text).with_context(|| name.to_owned())?;
        eprintln!("written: {name}");
    }
    Ok(())
}
