//! `mutate-clips`: damaged clips and sounds of every container through `athar check`, as it is
//! shipped and sealed, in a store that knows the whole ones.
//!
//! Each damaged file must have its line, with a reason where it could not be read, and no decoder may
//! have to be stopped for its time. The command must end by itself, say that all were read or that
//! some could not be, and leave the store sound. Which mutation it was tells the number in its name:
//! they are seeded by that and the file.
//!
//!     cargo xtask mutate-clips [COUNT] [--first NUMBER]

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the person who called it"
)]

use athar_tests::command::Bench;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// A small file of each container, with its name there.
const CONTAINERS: [(&str, &str); 22] = [
    ("MP4", "h264-aac.mp4"),
    ("MP4, fragmented", "fragmented.mp4"),
    ("MP4, HEVC", "hevc.mp4"),
    ("MP4, AV1", "av1.mp4"),
    ("QuickTime", "h264-alac.mov"),
    ("3GP", "h263-amr.3gp"),
    ("M4A", "aac.m4a"),
    ("Matroska", "h264-flac.mkv"),
    ("WebM, VP8", "vp8-vorbis.webm"),
    ("WebM, VP9", "vp9-opus.webm"),
    ("AVI", "mpeg4-pcm.avi"),
    ("MPEG-TS", "h264-aac.ts"),
    ("MPEG-TS, 192 bytes", "h264-mp3.m2ts"),
    ("Ogg, Opus", "opus.opus"),
    ("Ogg, Vorbis", "vorbis.ogg"),
    ("FLAC", "flac.flac"),
    ("MP3", "tagged.mp3"),
    ("AAC", "aac.aac"),
    ("AMR", "narrow.amr"),
    ("CAF", "opus.caf"),
    ("GIF", "pattern.gif"),
    ("WebP", "pattern.webp"),
];

/// Files that one run of the command is given.
const BATCH: u64 = 100;

/// How a line may end where the file could not be read.
const REASONS: [&str; 6] =
    ["unsupported", "corrupt", "limit", "low_quality", "unreadable", "stopped"];

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map_while(|number| number.parse().ok());
    let (count, first) = (numbers.next().unwrap_or(2000), numbers.next().unwrap_or(0));
    let program = std::env::current_exe().expect("this program has a place");
    let bench = Bench::new(&program.with_file_name("athar-under-test").to_string_lossy());
    let known = fixtures();
    let mut paths: Vec<_> = CONTAINERS.iter().map(|(_, name)| known.join(name)).collect();
    paths.insert(0, "known".into());
    paths.insert(0, "add".into());
    let added = bench.run(paths);
    assert_eq!(added.code, 0, "the whole ones are read: {}", added.err);

    println!("container\tfile\tfirst\tmutations\tread\t{}\tseconds", REASONS.join("\t"));
    let mut is_sound = true;
    for (container, name) in CONTAINERS {
        let (began, mut tally) = (Instant::now(), Tally::default());
        for batch in (first..first + count).step_by(BATCH as usize) {
            tally.check(&bench, name, batch..(batch + BATCH).min(first + count));
        }
        let seconds = began.elapsed().as_secs();
        println!("{container}\t{name}\t{first}\t{}\t{seconds}", tally.line());
        tally.faults.iter().for_each(|fault| eprintln!("mutate-clips: {name}: {fault}"));
        is_sound &= tally.faults.is_empty();
    }
    let verified = bench.run(["verify"]);
    is_sound &= verified.code == 0;
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/athar-media/tests/fixtures/clips")
}

/// What came of the mutations of one file.
#[derive(Default)]
struct Tally {
    mutations: u64,
    read: u64,
    reasons: BTreeMap<String, u64>,
    faults: Vec<String>,
}

impl Tally {
    fn check(&mut self, bench: &Bench, name: &str, numbers: std::ops::Range<u64>) {
        let whole = fs::read(fixtures().join(name)).expect("the clip is there");
        let folder = bench.file("mutated/x").with_file_name("");
        for number in numbers.clone() {
            let mutated = mutation(&whole, number);
            fs::write(folder.join(format!("{number:06}-{name}")), mutated).expect("it can be kept");
        }
        let mut command = bench.command(["check", "--format", "json"]);
        let output = command.arg(&folder).output().expect("the command can be started");
        let told = String::from_utf8_lossy(&output.stdout);
        let lines: Vec<Value> =
            told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let files = lines.iter().filter(|line| line["path"].is_string());
        let count = files.map(|line| self.take(line)).count() as u64;
        let code = output.status.code();
        if count != numbers.end - numbers.start || !matches!(code, Some(0 | 1 | 3)) {
            self.faults.push(format!("{numbers:?}: {count} lines, ended with {code:?}"));
        }
        self.mutations += numbers.end - numbers.start;
        fs::remove_dir_all(&folder).expect("what was written can be removed");
    }

    fn take(&mut self, line: &Value) {
        let Some(kind) = line["error"]["kind"].as_str() else {
            self.read += 1;
            return;
        };
        *self.reasons.entry(kind.to_owned()).or_default() += 1;
        let message = line["error"]["message"].as_str().unwrap_or_default();
        let is_overdue = message.contains("took longer");
        if !REASONS.contains(&kind) || message.len() < 10 || is_overdue {
            self.faults.push(line.to_string());
        } else if kind == "stopped" {
            // Its line and its reason are there; whoever looks after decoders wants to know.
            eprintln!("mutate-clips: {line}");
        }
    }

    fn line(&self) -> String {
        let of = |reason: &&str| self.reasons.get(*reason).copied().unwrap_or(0);
        let counts = [self.mutations, self.read].into_iter().chain(REASONS.iter().map(of));
        counts.map(|count| count.to_string()).collect::<Vec<_>>().join("\t")
    }
}

/// One damage, or some: bits, bytes, pieces, ends, and numbers that claim much.
fn mutation(whole: &[u8], number: u64) -> Vec<u8> {
    let mut random = Random(number.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ whole.len() as u64);
    let mut bytes = whole.to_vec();
    for _ in 0..[1, 1, 2, 5, 20][random.below(5)] {
        damage(&mut bytes, &mut random);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.len() < 16 {
        return;
    }
    // Every other damage hits the headers, where the lies are: at the beginning or at the end.
    let (length, edge) = (bytes.len(), bytes.len().min(700));
    let at = match random.below(4) {
        0 => random.below(edge),
        1 => length - 1 - random.below(edge),
        _ => random.below(length),
    };
    let end = (at + 1 + random.below(300)).min(length);
    match random.below(9) {
        0 | 1 => bytes[at] ^= 1 << random.below(8),
        2 => bytes[at] = random.word() as u8,
        3 => bytes[at..end].fill([0, 0xff, 0xa5][random.below(3)]),
        4 => bytes.truncate(at),
        5 => drop(bytes.drain(at..end)),
        6 => {
            let piece = bytes[at..end].to_vec();
            let to = random.below(length);
            bytes.splice(to..to, piece);
        }
        _ => {
            let claim = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, u32::MAX];
            let claim = claim[random.below(claim.len())];
            let claim =
                if random.below(2) == 0 { claim.to_be_bytes() } else { claim.to_le_bytes() };
            let at = at.min(length - 4);
            bytes[at..at + 4].copy_from_slice(&claim);
        }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }
}
