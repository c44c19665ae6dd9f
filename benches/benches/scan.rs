//! Linear scan of 10 M codes at radius 31 on one thread, beside the speed at which this machine
//! reads the same memory, the plain loop, and Faiss IndexBinaryFlat.
//!
//! Faiss runs in a Python of its own (`ATHAR_PEER_PYTHON`, or `python3`) on the same codes and
//! queries. All rows take turns.
//! `--codes N` scans another number of codes.

#![expect(clippy::print_stdout, reason = "a benchmark's rows")]

use anyhow::{Context, Result, ensure};
use athar_index::Index;
use athar_kernel::{Code, Distance, Level, Radius, hamming};
use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;
use std::{array, env, fs};

const CODES: usize = 10_000_000;
const QUERIES: usize = 100;
const ROUNDS: usize = 5;
/// How many queries one search has.
const ALONE: usize = 1;
const TOGETHER: usize = QUERIES;
/// How many searches of one query a round has: they are short.
const ALONE_PER_ROUND: usize = 10;
/// Codes that fit the second-level cache.
const CACHED: usize = 8192;

fn main() -> Result<()> {
    let data = Data::seeded(codes_asked());
    let radius = Radius::new(31).context("31 bits are a radius")?;
    let mut rows = our_rows(&data, radius);
    match Peer::start(&data, radius)? {
        Some(peer) => rows.push(peer_row(peer)),
        None => println!("no Faiss: set ATHAR_PEER_PYTHON to a python that imports faiss"),
    }
    for _ in 0..ROUNDS {
        rows.iter_mut().try_for_each(|row| row.measure(&data.queries))?;
    }
    println!("{} codes, radius 31, one thread, {}", data.codes.len(), cpu());
    for case in [ALONE, TOGETHER] {
        print_table(&data, case, &rows);
    }
    print_cached(&data);
    record_rows(&data, &rows)?;
    agree(&rows)
}

fn codes_asked() -> usize {
    let number = env::args().skip_while(|arg| arg != "--codes").nth(1);
    number.and_then(|number| number.parse().ok()).unwrap_or(CODES)
}

fn our_rows(data: &Data, radius: Radius) -> Vec<Row<'_>> {
    let codes = &data.codes;
    let mut rows = vec![
        Row::ours("memory read", move |queries| read(queries, codes)),
        Row::ours("plain loop", move |queries| plain(queries, codes, radius)),
    ];
    for level in Level::available() {
        let name = format!("athar-kernel/{level}");
        rows.push(Row::ours(&name, move |queries| kernel(level, queries, codes, radius)));
    }
    let index = index(codes);
    rows.push(Row::ours("athar-index", move |queries| {
        index.snapshot().within_batch(queries, radius).iter().map(Vec::len).sum()
    }));
    rows
}

fn peer_row<'a>(mut peer: Peer) -> Row<'a> {
    Row::new(&peer.name.clone(), move |queries| peer.search(queries.len()))
}

/// Reads all codes once, does next to nothing with them and finds nothing. It is what one search
/// cannot be faster than, however many queries it has.
fn read(queries: &[Code], codes: &[Code]) -> usize {
    let (pairs, _) = codes.as_chunks::<2>();
    let mut sums = [*queries[0].words(); 2];
    for pair in pairs {
        for (sum, code) in sums.iter_mut().zip(pair) {
            *sum = array::from_fn(|k| sum[k] ^ code.words()[k]);
        }
    }
    black_box(sums);
    0
}

fn plain(queries: &[Code], codes: &[Code], radius: Radius) -> usize {
    let near =
        |query: &Code| codes.iter().filter(|code| radius.covers(query.distance(code))).count();
    queries.iter().map(near).sum()
}

fn kernel(level: Level, queries: &[Code], codes: &[Code], radius: Radius) -> usize {
    let mut found = Vec::new();
    hamming::within(level, queries, codes, radius, &mut found);
    found.len()
}

fn index(codes: &[Code]) -> Index {
    let index = Index::new(Level::best());
    let mut payloads = 0..;
    for codes in codes.chunks(1 << 16) {
        index.insert_batch(&codes.iter().copied().zip(&mut payloads).collect::<Vec<_>>());
    }
    index
}

/// What a search took and found.
struct Answer {
    seconds: f64,
    hits: usize,
}

type Search<'a> = dyn FnMut(&[Code]) -> Result<Answer> + 'a;

/// One thing that is measured.
struct Row<'a> {
    name: String,
    search: Box<Search<'a>>,
    alone: Vec<Answer>,
    together: Vec<Answer>,
}

impl<'a> Row<'a> {
    fn ours(name: &str, count: impl Fn(&[Code]) -> usize + 'a) -> Self {
        Self::new(name, move |queries| {
            let begin = Instant::now();
            let hits = count(queries);
            Ok(Answer { seconds: begin.elapsed().as_secs_f64(), hits })
        })
    }

    fn new(name: &str, search: impl FnMut(&[Code]) -> Result<Answer> + 'a) -> Self {
        let (alone, together) = (Vec::new(), Vec::new());
        Self { name: name.into(), search: Box::new(search), alone, together }
    }

    fn measure(&mut self, queries: &[Code]) -> Result<()> {
        for _ in 0..ALONE_PER_ROUND {
            self.alone.push((self.search)(&queries[..ALONE])?);
        }
        self.together.push((self.search)(queries)?);
        Ok(())
    }

    fn times(&self, case: usize) -> Times {
        let answers = if case == ALONE { &self.alone } else { &self.together };
        Times::of(answers.iter().map(|answer| answer.seconds).collect())
    }

    fn record(&self, data: &Data, case: usize) -> String {
        let Times { median, low, high, .. } = self.times(case);
        let [median, low, high] = [median, low, high].map(|seconds| (seconds * 1e9).round());
        let (codes, who, bytes) = (data.codes.len(), &self.name, data.bytes(case));
        format!("{codes} codes\t{case} at once\t{who}\t{median}\t{low}\t{high}\t{bytes}\tbytes")
    }
}

/// Seconds of one search: the median and, by rank, its 95 % confidence interval. What else runs
/// on the machine only ever makes a search slower, so the fastest is worth a look too.
struct Times {
    fastest: f64,
    low: f64,
    median: f64,
    high: f64,
}

impl Times {
    fn of(mut seconds: Vec<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        let count = seconds.len() as f64;
        let rank = |rank: f64| seconds[rank.clamp(0.0, count - 1.0) as usize];
        let reach = 0.98 * count.sqrt();
        Self {
            fastest: rank(0.0),
            low: rank(count / 2.0 - reach),
            median: rank(count / 2.0),
            high: rank(count / 2.0 + reach),
        }
    }
}

fn print_table(data: &Data, case: usize, rows: &[Row<'_>]) {
    println!("\n{case:3} at once        ms a query    fastest   GB/s   read = 1   Faiss = 1");
    let (read, last) = (rows[0].times(ALONE), rows[rows.len() - 1].times(case));
    for row in rows_of(case, rows) {
        let times = row.times(case);
        let ms_each = |seconds: f64| seconds * 1e3 / case as f64;
        let faiss = last.median / times.median;
        println!(
            "{:20} {:10.3} {:10.3} {:6.1} {:10.2} {:>11}",
            row.name,
            ms_each(times.median),
            ms_each(times.fastest),
            data.bytes(case) as f64 / times.median / 1e9,
            read.median * case as f64 / times.median,
            if has_peer(rows) { format!("{faiss:.2}") } else { "-".into() },
        );
    }
}

/// Reading is one thing whatever the number of queries.
fn rows_of<'a, 'b>(case: usize, rows: &'a [Row<'b>]) -> &'a [Row<'b>] {
    if case == ALONE { rows } else { &rows[1..] }
}

fn has_peer(rows: &[Row<'_>]) -> bool {
    rows.last().is_some_and(|row| row.name.starts_with("faiss"))
}

/// For `cargo xtask bench`, which keeps them.
fn record_rows(data: &Data, rows: &[Row<'_>]) -> Result<()> {
    let Some(path) = env::var_os("ATHAR_BENCH_ROWS") else {
        return Ok(());
    };
    let mut file = fs::File::options().create(true).append(true).open(path)?;
    for case in [ALONE, TOGETHER] {
        for row in rows_of(case, rows) {
            writeln!(file, "{}", row.record(data, case))?;
        }
    }
    Ok(())
}

/// What the processor does when memory does not hold it up.
fn print_cached(data: &Data) {
    let codes = &data.codes[..CACHED.min(data.codes.len())];
    let mut distances = vec![Distance::ZERO; codes.len()];
    let ns_each = |seconds: f64, queries: usize| seconds * 1e9 / (codes.len() * queries) as f64;
    println!(
        "\nns a code in the cache   {QUERIES} queries, radius 31   radius 64   full distances"
    );
    for level in Level::available() {
        let [near, far] = [31, 64].map(|bits| {
            let radius = Radius::new(bits).unwrap_or(Radius::ZERO);
            let mut found = Vec::new();
            fastest_of(|| {
                found.clear();
                hamming::within(level, &data.queries, codes, radius, &mut found);
            })
        });
        let full =
            fastest_of(|| hamming::distances(level, &data.queries[0], codes, &mut distances));
        let [near, far, full] = [ns_each(near, QUERIES), ns_each(far, QUERIES), ns_each(full, 1)];
        println!("{:24} {near:22.3} {far:11.3} {full:16.3}", level.name());
    }
}

/// Seconds of the fastest of twenty runs.
fn fastest_of(mut run: impl FnMut()) -> f64 {
    let timed = |_| {
        let begin = Instant::now();
        run();
        begin.elapsed().as_secs_f64()
    };
    Times::of((0..20).map(timed).collect()).fastest
}

/// All rows but the first, which only reads, found the same hits, or one of them is wrong.
fn agree(rows: &[Row<'_>]) -> Result<()> {
    let hits = |row: &Row<'_>| row.together.iter().map(|answer| answer.hits).max();
    let expected = hits(&rows[1]);
    for row in &rows[1..] {
        ensure!(hits(row) == expected, "{}: {:?} hits, not {expected:?}", row.name, hits(row));
    }
    println!("\nall found the same {} hits", expected.unwrap_or(0));
    Ok(())
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| env::consts::ARCH.into(), |(_, name)| name.into())
}

/// Unrelated codes, and for each query a few that lie near it.
struct Data {
    codes: Vec<Code>,
    queries: Vec<Code>,
}

impl Data {
    fn seeded(len: usize) -> Self {
        let mut state = 1;
        let mut word = || split_mix(&mut state);
        let mut codes: Vec<Code> =
            (0..len).map(|_| Code::from_words(array::from_fn(|_| word()))).collect();
        let queries: Vec<Code> =
            (0..QUERIES).map(|_| Code::from_words(array::from_fn(|_| word()))).collect();
        for (query, bits) in queries.iter().flat_map(|query| (0..60).map(move |bits| (query, bits)))
        {
            let mut words = *query.words();
            (0..bits).for_each(|_| words[word() as usize % 4] ^= 1 << (word() % 64));
            codes[word() as usize % len] = Code::from_words(words);
        }
        Self { codes, queries }
    }

    /// What all codes take, once for each query.
    fn bytes(&self, queries: usize) -> usize {
        self.codes.len() * size_of::<Code>() * queries
    }
}

/// SplitMix64.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let a = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    b ^ b >> 31
}

/// Faiss in a process of its own, on files that are gone when it is.
struct Peer {
    name: String,
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    files: [PathBuf; 2],
}

impl Peer {
    /// `None` when there is no Python with Faiss.
    fn start(data: &Data, radius: Radius) -> Result<Option<Self>> {
        let python = env::var_os("ATHAR_PEER_PYTHON").unwrap_or_else(|| "python3".into());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/faiss_flat.py");
        let mut imports = Command::new(&python);
        imports.args(["-c", "import faiss"]).stderr(Stdio::null());
        if !imports.status().is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let file = |name| env::temp_dir().join(format!("athar-scan-{}-{name}", std::process::id()));
        let files = [file("codes"), file("queries")];
        write_codes(&files[0], &data.codes)?;
        write_codes(&files[1], &data.queries)?;
        let mut process = Command::new(&python)
            .arg(script)
            .args(&files)
            .arg(radius.bits().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take().context("a pipe was asked for")?;
        let answers = BufReader::new(process.stdout.take().context("a pipe was asked for")?);
        let mut peer = Self { name: String::new(), process, questions, answers, files };
        peer.name = peer.line()?;
        println!("Faiss is built with {}", peer.line()?);
        Ok(Some(peer))
    }

    fn search(&mut self, queries: usize) -> Result<Answer> {
        writeln!(self.questions, "{queries}")?;
        let line = self.line()?;
        let (seconds, hits) = line.split_once(' ').context("Faiss answers with two numbers")?;
        Ok(Answer { seconds: seconds.parse()?, hits: hits.parse()? })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        ensure!(!line.is_empty(), "Faiss ended before it answered");
        Ok(line.trim_end().into())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Nothing can be done about either when it fails.
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.files.iter().for_each(|file| drop(fs::remove_file(file)));
    }
}

fn write_codes(path: &Path, codes: &[Code]) -> Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    codes.iter().try_for_each(|code| file.write_all(&code.to_bytes()))?;
    Ok(file.flush()?)
}
