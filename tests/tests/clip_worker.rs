//! Clips and sound in the sealed worker: the same as in-process, and whatever happens to it costs one
//! file.

#![cfg(target_os = "linux")]

use athar_engine::policy::{PATIENCE, Patience};
use athar_engine::worker::{WorkerProgram, Workers};
use athar_engine::{
    AddOptions, ClipPrint, ClipWant, Decoding, InputError, InputErrorKind, Interrupt, Outcome,
    Pick, Store, VerifyOptions, Watcher, hash_clip,
};
use athar_tests::command::Bench;
use athar_tests::pictures;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const ATHAR: &str = env!("CARGO_BIN_EXE_athar-under-test");
const ODD: &str = env!("CARGO_BIN_EXE_odd-worker");

fn workers(path: &str, arguments: &[&str]) -> Workers {
    let arguments = arguments.iter().map(Into::into).collect();
    let program = WorkerProgram { path: path.into(), arguments, environment: Vec::new() };
    Workers::new(program).unwrap()
}

fn sealed() -> Decoding {
    Decoding::Sealed(workers(ATHAR, &["worker"]))
}

const EVERYTHING: ClipWant =
    ClipWant { pick: Pick::Every, landmarks: (8, 8), voices: (true, true) };

fn print(path: &Path, want: &ClipWant, decoding: &Decoding) -> Result<ClipPrint, InputError> {
    hash_clip(path, want, decoding, &Interrupt::new()).map(Option::unwrap)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/athar-media/tests/fixtures/clips")
}

fn clips() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
    let mut clips: Vec<_> =
        entries.filter(|path| path.extension().is_none_or(|ending| ending != "py")).collect();
    clips.sort();
    clips
}

mod same {
    use super::*;

    #[test]
    fn every_fixture_has_the_same_prints_as_in_process() {
        let sealed = sealed();
        let mut read = (0, 0);
        for clip in clips() {
            let name = clip.file_name().unwrap().to_string_lossy().into_owned();
            for pick in
                [Pick::Every, Pick::Keys { interval_ms: 0 }, Pick::Spaced { interval_ms: 250 }]
            {
                let want = ClipWant { pick, ..EVERYTHING };
                let here = print(&clip, &want, &Decoding::InProcess);
                let there = print(&clip, &want, &sealed);
                assert!(here == there, "{name}: {:?} {:?}", here.err(), there.err());
                let print = there.unwrap_or_else(|error| panic!("{name}: {error:?}"));
                read.0 += usize::from(!print.frames.is_empty());
                read.1 += usize::from(print.sound_end_ms > 0);
            }
        }
        assert!(read.0 > 60 && read.1 > 60, "{read:?}");
    }
}

mod trouble {
    use super::*;

    const STOPPED: &str = InputErrorKind::Stopped.name();

    /// Workers that do `what` in the middle of a clip.
    fn odd(what: &str) -> Workers {
        workers(ODD, &[ATHAR, what])
    }

    /// A clip of which many pieces are told: a broadcast that begins anew again and again.
    fn long(dir: &Path, times: usize) -> PathBuf {
        let bytes = fs::read(fixtures().join("h264-aac.ts")).unwrap();
        let path = dir.join("long.ts");
        fs::write(&path, bytes.repeat(times)).unwrap();
        path
    }

    fn ended(what: &str, patience: Patience) -> String {
        let dir = TempDir::new().unwrap();
        let decoding = Decoding::Sealed(odd(what).with_patience(patience));
        let error = print(&long(dir.path(), 20), &EVERYTHING, &decoding).unwrap_err();
        assert_eq!(error.kind.name(), STOPPED, "{what}: {}", error.message);
        error.message
    }

    #[test]
    fn a_worker_that_dies_or_lies_in_the_middle_of_a_clip_is_told_so() {
        assert!(ended("kill", PATIENCE).contains("signal 9"));
        assert!(ended("cut", PATIENCE).contains("ended before it answered"));
        assert!(ended("late", PATIENCE).contains("nonsense"));
    }

    #[test]
    fn one_that_says_nothing_or_never_ends_is_stopped() {
        let patience = Patience { least: Duration::from_secs(5), ..PATIENCE };
        assert_eq!(ended("hang", patience), "the decoder took longer than 5 s and was stopped");
        let patience = Patience { most: Duration::from_secs(6), ..PATIENCE };
        assert_eq!(ended("alive", patience), "the decoder took longer than 6 s and was stopped");
    }

    #[derive(Default)]
    struct Told(Vec<Value>);

    impl Watcher for Told {
        fn done(&mut self, outcome: &Outcome) {
            self.0.push(serde_json::to_value(outcome).unwrap());
        }
    }

    #[test]
    fn a_clip_whose_worker_was_killed_costs_that_file_alone() {
        let (files, dir) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        long(files.path(), 20);
        for name in ["a.png", "z.png"] {
            pictures::scene(name.len() as u64, 300, 200).save(files.path().join(name)).unwrap();
        }
        let mut store = Store::init(dir.path()).unwrap();
        let (paths, options) = ([files.path().to_path_buf()], AddOptions::default());
        let (stop, mut told) = (Interrupt::new(), Told::default());
        let killed = Decoding::Sealed(odd("kill"));
        let added = store.add("case", &paths, &options, &killed, &stop, &mut told).unwrap();
        assert_eq!((added.new + added.in_case, added.refused), (2, 1));
        let error = &told.0[1]["error"];
        assert_eq!(error["kind"], STOPPED);
        assert!(error["message"].as_str().unwrap().contains("signal 9"), "{error}");
        assert!(told.0[0]["error"].is_null() && told.0[2]["error"].is_null());
        assert!(store.verify(&VerifyOptions::default(), &mut told).unwrap().sound);
        // It may not have been the clip's fault: reported again, it is tried again.
        let again = store.add("case", &paths, &options, &sealed(), &stop, &mut told).unwrap();
        assert_eq!((again.new, again.refused), (1, 0));
    }

    /// Whether a command has started a worker for a clip.
    fn has_clip_worker(parent: u32) -> bool {
        let tasks = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten();
        let children =
            tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
        children.collect::<String>().split_whitespace().any(|child| {
            let line = fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            line.ends_with(b"--clip\0")
        })
    }

    #[test]
    fn an_interrupt_in_the_middle_of_a_clip_ends_it_and_leaves_the_store_right() {
        let bench = Bench::new(ATHAR);
        let clip = long(bench.file("folder/x").parent().unwrap(), 4000);
        let mut command = bench.command(["add", "c1", "--format", "json"]);
        command.arg(&clip).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut adding = command.spawn().unwrap();
        while !has_clip_worker(adding.id()) {
            assert!(adding.try_wait().unwrap().is_none(), "it ended by itself");
        }
        let sent = Command::new("kill").args(["-INT", &adding.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = adding.wait_with_output().unwrap();
        // It was not decoded to its end, nor was it anybody's fault.
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(!told.contains("sha256"), "{told}");
        assert_eq!(bench.run(["verify"]).code, 0);
        fs::write(&clip, fs::read(fixtures().join("h264-aac.ts")).unwrap()).unwrap();
        let (code, lines) = bench.json(["add".as_ref(), "c1".as_ref(), clip.as_os_str()]);
        assert_eq!((code, &lines[0]["kept"]), (0, &Value::from("new")));
    }

    #[test]
    fn who_wishes_to_stop_is_told_nothing() {
        let stop = Interrupt::new();
        stop.set();
        for decoding in [Decoding::InProcess, sealed()] {
            let clip = fixtures().join("h264-aac.mp4");
            assert_eq!(hash_clip(&clip, &EVERYTHING, &decoding, &stop), Ok(None));
        }
    }
}
