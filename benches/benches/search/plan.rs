//! Which contenders are measured where, and how each is started.

use crate::contender::Process;
use crate::data::Kind;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Numbers of codes of a run that names none.
const CODES: [usize; 3] = [100_000, 1_000_000, 10_000_000];
/// What only ours is asked, in a full run.
const CODES_FULL: usize = 100_000_000;
const DATA: [Kind; 4] = [Kind::Uniform, Kind::Pdq, Kind::Skewed, Kind::Crafted];

/// Someone who is measured.
pub struct Contender {
    pub name: &'static str,
    home: Home,
    /// What building takes sets how many codes there may be: in a quick run, and at all.
    codes_max: usize,
    codes_max_full: usize,
    /// The most codes of any other data than `uniform`.
    codes_max_elsewhere: usize,
}

/// Where a contender's program comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    /// This program.
    Here,
    /// A script for Python; Faiss.
    Faiss,
    /// A package of its own below `benches/peers`, and whether it is built for this processor
    /// alone.
    Package(&'static str, Build),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Build {
    AsItIs,
    Native,
}

/// A graph of a million is built for a quarter of an hour. That of `hnsw_rs` takes minutes at
/// 100,000 already, and 5 kB a code.
const CONTENDERS: [Contender; 9] = [
    contender("athar", Home::Here, 10_000_000, 100_000_000, 10_000_000),
    contender("linear", Home::Here, 10_000_000, 10_000_000, 10_000_000),
    contender("hnsw_rs", Home::Here, 0, 100_000, 100_000),
    contender("usearch", Home::Package("usearch", Build::AsItIs), 100_000, 1_000_000, 100_000),
    contender(
        "yume-pdq",
        Home::Package("yume-pdq", Build::Native),
        10_000_000,
        10_000_000,
        100_000,
    ),
    contender("faiss-flat", Home::Faiss, 10_000_000, 10_000_000, 1_000_000),
    contender("faiss-multihash", Home::Faiss, 10_000_000, 10_000_000, 1_000_000),
    contender("faiss-ivf", Home::Faiss, 10_000_000, 10_000_000, 1_000_000),
    contender("faiss-hnsw", Home::Faiss, 100_000, 1_000_000, 100_000),
];

const fn contender(
    name: &'static str,
    home: Home,
    codes_max: usize,
    codes_max_full: usize,
    codes_max_elsewhere: usize,
) -> Contender {
    Contender { name, home, codes_max, codes_max_full, codes_max_elsewhere }
}

/// What is measured in one go on the same codes.
pub struct Round {
    pub data: Kind,
    pub codes: usize,
    pub contenders: Vec<&'static Contender>,
}

pub struct Plan {
    codes: Vec<usize>,
    data: Vec<Kind>,
    contenders: Vec<&'static Contender>,
    /// Everything that was asked for by name or by `--full`, however long it takes.
    full: bool,
    /// What was built, or why it cannot be.
    homes: BTreeMap<Home, Result<PathBuf, String>>,
}

impl Plan {
    pub fn new(codes: &[usize], names: &[String], data: &[Kind], full: bool) -> Result<Self> {
        for name in names {
            let known = CONTENDERS.iter().any(|contender| contender.name.starts_with(name));
            let all = CONTENDERS.map(|contender| contender.name).join(", ");
            ensure!(known, "no contender is called {name}: there are {all}");
        }
        let wanted = |contender: &&Contender| {
            names.is_empty() || names.iter().any(|name| contender.name.starts_with(name))
        };
        let usual = CODES.iter().copied().chain(full.then_some(CODES_FULL));
        Ok(Self {
            codes: if codes.is_empty() { usual.collect() } else { codes.to_vec() },
            data: if data.is_empty() { DATA.to_vec() } else { data.to_vec() },
            contenders: CONTENDERS.iter().filter(wanted).collect(),
            full: full || !names.is_empty(),
            homes: BTreeMap::new(),
        })
    }

    pub fn rounds(&self) -> Vec<Round> {
        let pairs = self.data.iter().flat_map(|data| self.codes.iter().map(move |n| (*data, *n)));
        let round = |(data, codes)| {
            let fits = |contender: &&&Contender| codes <= self.codes_max(contender, data);
            let contenders = self.contenders.iter().filter(fits).copied().collect();
            Round { data, codes, contenders }
        };
        pairs.map(round).filter(|round| !round.contenders.is_empty()).collect()
    }

    fn codes_max(&self, contender: &Contender, data: Kind) -> usize {
        let max = if self.full { contender.codes_max_full } else { contender.codes_max };
        if data == Kind::Uniform { max } else { max.min(contender.codes_max_elsewhere) }
    }

    /// The contender's process, not yet started; built first where it must be.
    pub fn start(&mut self, contender: &Contender) -> Result<Process> {
        let home = contender.home;
        let build = || program(home).map_err(|error| format!("{error:#}"));
        let program = match self.homes.entry(home).or_insert_with(build) {
            Ok(program) => program,
            Err(why) => bail!("{why}"),
        };
        let mut command = Command::new(program);
        match home {
            Home::Here => _ = command.args(["serve", contender.name]),
            Home::Faiss => _ = command.arg(peers().join("faiss_search.py")).arg(contender.name),
            Home::Package(..) => {}
        }
        Ok(Process::new(command))
    }
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

fn program(home: Home) -> Result<PathBuf> {
    match home {
        Home::Here => env::current_exe().context("this program does not know where it is"),
        Home::Faiss => python(),
        Home::Package(package, build) => build_package(package, build),
    }
}

fn python() -> Result<PathBuf> {
    let python = env::var_os("ATHAR_PEER_PYTHON").unwrap_or_else(|| "python3".into());
    let mut imports = Command::new(&python);
    imports.args(["-c", "import faiss"]).stdout(Stdio::null()).stderr(Stdio::null());
    let there = imports.status().is_ok_and(|status| status.success());
    ensure!(there, "no Faiss: set ATHAR_PEER_PYTHON to a python that imports faiss");
    Ok(python.into())
}

fn build_package(package: &str, build: Build) -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(package).join("search");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--quiet", "--bin", "search", "--target-dir"]).arg(&target);
    if build == Build::Native {
        cargo.env("RUSTFLAGS", "-Ctarget-cpu=native");
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512vpopcntdq") {
            cargo.args(["--features", "avx512"]);
        }
    }
    let built = cargo.current_dir(peers().join(package)).stdout(Stdio::null()).status();
    let built = built.is_ok_and(|status| status.success());
    ensure!(built, "it does not build here; are m4 and a C++ compiler installed?");
    Ok(target.join("release/search"))
}
