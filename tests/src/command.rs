//! The command `athar`, run as its users run it, against a store of its own.

use crate::stores;
use athar_ledger::Ledger;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A store in a directory of its own, and a folder for the test's files beside it.
pub struct Bench {
    program: PathBuf,
    dir: TempDir,
    /// The key file of a store that is encrypted.
    key: Option<PathBuf>,
}

/// How a command ended.
pub struct Ran {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Bench {
    /// A place without a store. `program` is `env!("CARGO_BIN_EXE_athar-under-test")`.
    pub fn bare(program: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory can be made");
        Self { program: program.into(), dir, key: None }
    }

    /// A place with a new store.
    pub fn new(program: &str) -> Self {
        let bench = Self::bare(program);
        assert_eq!(bench.run(["init"]).code, 0);
        bench
    }

    /// A place with a new encrypted store and its key file, which every command is given.
    pub fn encrypted(program: &str) -> Self {
        let mut bench = Self::bare(program);
        bench.key = Some(bench.file("store.key"));
        assert_eq!(bench.run(["init", "--encrypt"]).code, 0);
        bench
    }

    /// From now on every command is given this key file, or none.
    pub fn use_key(&mut self, key: Option<PathBuf>) {
        self.key = key;
    }

    /// The store's ledger, to be read.
    pub fn ledger(&self) -> Ledger {
        let file = stores::ledger_file(&self.store());
        let key = self.key.as_deref().map(stores::ledger_key);
        Ledger::open_read_only_with(&file, key.as_ref()).expect("the store has a ledger")
    }

    /// The store's ledger, to be written by something else than the command.
    pub fn ledger_to_write(&self) -> Ledger {
        let file = stores::ledger_file(&self.store());
        let key = self.key.as_deref().map(stores::ledger_key);
        Ledger::open_with(&file, key.as_ref(), 0).expect("the store has a ledger")
    }

    /// The store's directory.
    pub fn store(&self) -> PathBuf {
        self.dir.path().join("store")
    }

    /// A path in the folder of the test's files; directories above it are made.
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.dir.path().join("files").join(name);
        let parent = path.parent().expect("the path is below the folder");
        std::fs::create_dir_all(parent).expect("directories can be made");
        path
    }

    /// The command, ready to be started.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--data").arg(self.store()).args(args);
        for variable in VARIABLES {
            command.env_remove(variable);
        }
        command.envs(self.key.as_ref().map(|key| ("ATHAR_STORE_KEY", key))).stdin(Stdio::null());
        command
    }

    /// Runs the command to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        self.command(args).output().expect("the command can be started").into()
    }

    /// Reports one file into a case, which must go well.
    pub fn add(&self, case: &str, path: &Path) {
        let ran = self.run(["add".as_ref(), case.as_ref(), path.as_os_str()]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    /// Runs the command with `--format json` and reads its lines.
    pub fn json<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> (i32, Vec<Value>) {
        let mut command = self.command(args);
        let ran = Ran::from(command.args(["--format", "json"]).output().expect("it can start"));
        (ran.code, ran.json_lines())
    }
}

/// What the command reads of its environment, and no test has from whoever runs it.
const VARIABLES: [&str; 10] = [
    "ATHAR_DATA",
    "ATHAR_BY",
    "ATHAR_PURPOSE",
    "ATHAR_STORE_KEY",
    "ATHAR_STORE_PASSPHRASE",
    "ATHAR_STORE_NEW_PASSPHRASE",
    "ATHAR_LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "LANG",
];

/// Runs the command, which must go well.
pub fn ok<const N: usize>(bench: &Bench, args: [&str; N]) -> Ran {
    let ran = bench.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
    ran
}

/// The lines of `add` of one file, which must go well: the file's, and the summary.
pub fn add(bench: &Bench, case: &str, file: &str) -> (Value, Value) {
    let (code, lines) = bench.json(["add", case, file]);
    assert_eq!(code, 0, "{lines:?}");
    (lines[0].clone(), lines[1]["summary"].clone())
}

/// A clip, a recording or a frame made by `tests/fixtures/clips/make.py`.
pub fn clip_fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clips").join(name)
}

impl Ran {
    /// The lines of standard output as JSON.
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).expect("each line is one JSON object");
        self.out.lines().map(parse).collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
