//! Landmarks of pictures of one megapixel on one thread, as many as are asked with and as many as
//! are stored, beside OpenCV's ORB that is asked for as many.
//!
//! The pictures are photographs of the corpus, or without one generated ones. ORB runs in a Python
//! of its own (`ATHAR_PEER_PYTHON`, or `python3`) on the same bytes. All rows take turns.
//!
//! The bar: 25 ms or less for a picture, and no slower than ORB.

#![expect(clippy::print_stdout, reason = "a benchmark's rows")]

use anyhow::{Context, Result, ensure};
use athar_hash::{Setting, landmarks};
use athar_kernel::{Level, Plane};
use image::imageops::FilterType;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;
use std::{env, fs, hint};

const WIDTH: usize = 1152;
const HEIGHT: usize = 868;
const ROUNDS: usize = 15;
const BAR_MS: f64 = 25.0;

const CASES: [(&str, Setting); 2] =
    [("1500 asked", Setting::ASKED), ("300 stored", Setting::STORED)];

fn main() -> Result<()> {
    let pictures = pictures()?;
    let mut peer = Peer::start(&pictures)?;
    if peer.is_none() {
        println!("no ORB: set ATHAR_PEER_PYTHON to a python that imports cv2");
    }
    for (case, setting) in CASES {
        let mut rows: Vec<Row<'_>> =
            Level::available().into_iter().map(|level| ours(&pictures, setting, level)).collect();
        if let Some(peer) = &mut peer {
            let name = peer.name.clone();
            rows.push(Row::new(name, |picture| peer.find(setting.most, picture)));
        }
        for round in 0..=ROUNDS {
            rows.iter_mut().try_for_each(|row| row.measure(pictures.len(), round > 0))?;
        }
        print_table(case, &rows);
        record(case, &rows)?;
    }
    Ok(())
}

fn ours(pictures: &[Plane], setting: Setting, level: Level) -> Row<'_> {
    Row::new(format!("athar {level}"), move |picture| {
        let begin = Instant::now();
        let found = landmarks(hint::black_box(&pictures[picture]), &setting, level).len();
        Ok((begin.elapsed().as_secs_f64(), found))
    })
}

type Find<'a> = dyn FnMut(usize) -> Result<(f64, usize)> + 'a;

/// One that is measured: seconds for each picture of each round, and how much was found in all.
struct Row<'a> {
    name: String,
    find: Box<Find<'a>>,
    seconds: Vec<f64>,
    found: usize,
}

impl<'a> Row<'a> {
    fn new(name: String, find: impl FnMut(usize) -> Result<(f64, usize)> + 'a) -> Self {
        Self { name, find: Box::new(find), seconds: Vec::new(), found: 0 }
    }

    fn measure(&mut self, pictures: usize, counts: bool) -> Result<()> {
        for picture in 0..pictures {
            let (seconds, found) = (self.find)(picture)?;
            if counts {
                self.seconds.push(seconds);
                self.found += found;
            }
        }
        Ok(())
    }

    /// Milliseconds: the median and, by rank, its 95 % confidence interval, and the fastest.
    fn times_ms(&self) -> [f64; 4] {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let count = seconds.len() as f64;
        let rank = |rank: f64| seconds[rank.clamp(0.0, count - 1.0) as usize] * 1e3;
        let reach = 0.98 * count.sqrt();
        [rank(count / 2.0), rank(count / 2.0 - reach), rank(count / 2.0 + reach), rank(0.0)]
    }

    fn record(&self, case: &str) -> String {
        let [median, low, high, _] = self.times_ms().map(|ms| (ms * 1e6).round());
        let (who, pixels) = (&self.name, WIDTH * HEIGHT);
        format!(
            "Landmarks of one megapixel\t{case}\t{who}\t{median}\t{low}\t{high}\t{pixels}\telements"
        )
    }
}

fn print_table(case: &str, rows: &[Row<'_>]) {
    println!("\n{case:24} ms a picture   fastest   found");
    for row in rows {
        let [median, _, _, fastest] = row.times_ms();
        let found = row.found / row.seconds.len().max(1);
        println!("{:24} {median:12.2} {fastest:9.2} {found:7}", row.name);
    }
    let best = Level::best();
    let median = |name: &str| {
        rows.iter().find(|row| row.name.starts_with(name)).map(|row| row.times_ms()[0])
    };
    let Some(ours) = median(&format!("athar {best}")) else { return };
    let verdict = |holds: bool| if holds { "holds" } else { "MISSED" };
    println!("bar: {BAR_MS} ms a picture: {}", verdict(ours <= BAR_MS));
    if let Some(orb) = median("OpenCV") {
        println!(
            "bar: no slower than ORB: {}, {:.2} of its time",
            verdict(ours <= orb),
            ours / orb
        );
    }
}

/// For `cargo xtask bench`, which keeps them.
fn record(case: &str, rows: &[Row<'_>]) -> Result<()> {
    let Some(path) = env::var_os("ATHAR_BENCH_ROWS") else {
        return Ok(());
    };
    let mut file = fs::File::options().create(true).append(true).open(path)?;
    rows.iter().try_for_each(|row| writeln!(file, "{}", row.record(case)))?;
    Ok(())
}

fn pictures() -> Result<Vec<Plane>> {
    match corpus() {
        Some(folder) => photographs(&folder),
        None => Ok((1..=4).map(generated).collect()),
    }
}

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let corpus = env::var_os("ATHAR_CORPUS").map_or(beside, PathBuf::from);
    let photos = corpus.join("photos/camera-samples");
    photos.is_dir().then_some(photos)
}

/// The photographs of the decoding benchmark, brought to one megapixel.
fn photographs(folder: &Path) -> Result<Vec<Plane>> {
    const NAMES: [&str; 4] =
        ["Nikon_E990", "Canon_PowerShot_S40_2_", "Panasonic_FZ20", "Sony_Ericsson_C905c"];
    let read = |name: &str| {
        let path = folder.join(name).with_extension("jpg");
        let photograph = image::open(&path).with_context(|| path.display().to_string())?;
        let filled = photograph.resize_to_fill(WIDTH as u32, HEIGHT as u32, FilterType::CatmullRom);
        let luma = filled.into_luma8().into_raw().into_iter().map(f32::from).collect();
        Ok(Plane::new(WIDTH, HEIGHT, luma)?)
    };
    NAMES.into_iter().map(read).collect()
}

/// Boxes of many sizes and shades on one another, under a little noise: about as many corners as
/// a photograph of a street.
fn generated(seed: u32) -> Plane {
    let mut state = seed;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let mut luma = vec![128.0; WIDTH * HEIGHT];
    for _ in 0..1500 {
        let (x, y, side) = (next(WIDTH), next(HEIGHT), 4 + next(9) * next(9));
        let shade = next(220) as f32 + 15.0;
        for row in y..(y + side).min(HEIGHT) {
            luma[row * WIDTH..][x..(x + side).min(WIDTH)].fill(shade);
        }
    }
    luma.iter_mut().for_each(|luma| *luma += next(9) as f32);
    Plane::from_fn(WIDTH, HEIGHT, |x, y| luma[y * WIDTH + x])
}

/// OpenCV in a process of its own, on a file that is gone when it is.
struct Peer {
    name: String,
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    file: PathBuf,
}

impl Peer {
    /// `None` when there is no Python with OpenCV.
    fn start(pictures: &[Plane]) -> Result<Option<Self>> {
        let python = env::var_os("ATHAR_PEER_PYTHON").unwrap_or_else(|| "python3".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/opencv_orb.py");
        let mut imports = Command::new(&python);
        imports.args(["-c", "import cv2"]).stderr(Stdio::null());
        if !imports.status().is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let file = env::temp_dir().join(format!("athar-landmark-{}", std::process::id()));
        let bytes = pictures.iter().flat_map(Plane::luma).map(|luma| luma.round() as u8);
        fs::write(&file, bytes.collect::<Vec<u8>>())?;
        let mut process = Command::new(&python)
            .arg(script)
            .arg(&file)
            .args([WIDTH.to_string(), HEIGHT.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take().context("a pipe was asked for")?;
        let answers = BufReader::new(process.stdout.take().context("a pipe was asked for")?);
        let mut peer = Self { name: String::new(), process, questions, answers, file };
        peer.name = peer.line()?;
        Ok(Some(peer))
    }

    fn find(&mut self, most: usize, picture: usize) -> Result<(f64, usize)> {
        writeln!(self.questions, "{most} {picture}")?;
        let line = self.line()?;
        let (seconds, found) = line.split_once(' ').context("ORB answers with two numbers")?;
        Ok((seconds.parse()?, found.parse()?))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        ensure!(!line.is_empty(), "ORB ended before it answered");
        Ok(line.trim_end().into())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Nothing can be done about either when it fails.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.file);
    }
}
