//! The sealed worker: what it may not do, that it tells the same as decoding in-process, and that
//! whatever happens to it costs one file.

#![cfg(target_os = "linux")]

use athar_engine::policy::{PATIENCE, Patience};
use athar_engine::worker::{WorkerProgram, Workers};
use athar_engine::{
    AddOptions, CheckOptions, Decoding, InputErrorKind, Interrupt, Outcome, Store, VerifyOptions,
    Want, Watcher, hash_files,
};
use athar_kernel::Plane;
use athar_ledger::{CodeChange, Ledger};
use athar_tests::command::Bench;
use athar_tests::{pictures, pieces, stores};
use image::DynamicImage;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const ATHAR: &str = env!("CARGO_BIN_EXE_athar-under-test");
const ODD: &str = env!("CARGO_BIN_EXE_odd-worker");
const ATTEMPT: &str = env!("CARGO_BIN_EXE_sealed-attempt");

fn workers(path: &str, argument: &str) -> Workers {
    let arguments = vec![argument.into()];
    let program = WorkerProgram { path: path.into(), arguments, environment: Vec::new() };
    Workers::new(program).unwrap()
}

fn sealed() -> Decoding {
    Decoding::Sealed(workers(ATHAR, "worker"))
}

/// Each file's outcome as JSON, with its code and its MD5.
fn hashed(
    paths: &[PathBuf],
    decoding: &Decoding,
) -> Vec<(Value, Option<String>, Option<[u8; 16]>)> {
    let mut all = Vec::new();
    let mut take = |outcome: &Outcome, hashes: &athar_engine::Hashes<'_>| {
        let outcome = serde_json::to_value(outcome).unwrap();
        let code = hashes.code.map(athar_engine::Code::to_hex);
        all.push((outcome, code, hashes.digest.map(|digest| digest.md5)));
    };
    hash_files(paths, Want::Hash, decoding, &Interrupt::new(), &mut take).unwrap();
    all
}

mod seal {
    use super::*;

    enum End {
        Done,
        Refused,
        /// By the system, at the first try.
        Killed,
    }

    fn end(what: &str, path: &Path) -> End {
        ended(what, Command::new(ATTEMPT).arg(what).arg(path))
    }

    /// As a worker that has a clip: its file may be written to, but for the seal.
    fn end_with_clip(what: &str, path: &Path) -> End {
        let clip = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
        ended(what, Command::new(ATTEMPT).arg(what).arg(path).arg("clip").stderr(clip))
    }

    fn ended(what: &str, command: &mut Command) -> End {
        use std::os::unix::process::ExitStatusExt;
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        match (output.status.signal(), told.split(':').next().unwrap().trim()) {
            (None, "done") => End::Done,
            (None, "refused") => End::Refused,
            (Some(31), "") => End::Killed,
            other => panic!("{what} ended as {other:?}"),
        }
    }

    /// Without seccomp some of it could be done: then there is nothing to be tested.
    fn is_whole() -> bool {
        let report = workers(ATHAR, "worker").report().unwrap();
        if !report.gaps.is_empty() {
            eprintln!("the seal: this system lacks a part of it: not run: {:?}", report.gaps);
        }
        report.gaps.is_empty()
    }

    #[test]
    fn a_sealed_process_has_memory_and_threads_and_nothing_else() {
        if !is_whole() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().join("here");
        fs::write(&here, "here").unwrap();
        for what in ["nothing", "thread", "memory"] {
            assert!(matches!(end(what, &here), End::Done), "{what}");
        }
        let refused =
            ["read", "append", "remove", "rename", "list", "look", "own memory", "too much memory"];
        for what in refused {
            assert!(matches!(end(what, &here), End::Refused), "{what}");
        }
        assert!(matches!(end("write", &here), End::Refused));
        assert!(matches!(end("read another", &here), End::Refused));
        for what in ["connect", "listen", "datagram", "local socket", "program"] {
            assert!(matches!(end(what, &here), End::Killed), "{what}");
        }
        assert_eq!(fs::read(&here).unwrap(), b"here");
    }

    #[test]
    fn a_process_that_has_a_clip_may_read_that_and_nothing_else() {
        let report = workers(ATHAR, "worker").clip_report().unwrap();
        if !report.gaps.is_empty() {
            eprintln!("a clip's seal: this system lacks a part: not run: {:?}", report.gaps);
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().join("here");
        fs::write(&here, "here").unwrap();
        let granted = ["nothing", "thread", "memory", "read clip", "seek in clip", "read input"];
        for what in granted {
            assert!(matches!(end_with_clip(what, &here), End::Done), "{what}");
        }
        let of_files = ["read", "write", "append", "remove", "rename", "list", "look"];
        let of_descriptors = [
            "write to clip",
            "shorten clip",
            "copy descriptor",
            "seek in input",
            "read output",
            "read another",
            "seek in another",
        ];
        for what in of_files.into_iter().chain(of_descriptors) {
            assert!(matches!(end_with_clip(what, &here), End::Refused), "{what}");
        }
        for what in ["own memory", "too much memory"] {
            assert!(matches!(end_with_clip(what, &here), End::Refused), "{what}");
        }
        for what in ["connect", "listen", "datagram", "local socket", "program"] {
            assert!(matches!(end_with_clip(what, &here), End::Killed), "{what}");
        }
        assert_eq!(fs::read(&here).unwrap(), b"here");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_worker_inherits_is_closed() {
        let mut command = Command::new("sh");
        command.args(["-c", "exec 9</dev/null; exec \"$0\" worker", ATHAR]);
        let mut worker = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        // It greets when it is sealed.
        worker.stdout.as_mut().unwrap().read_exact(&mut [0; 5]).unwrap();
        match fs::read_dir(format!("/proc/{}/fd", worker.id())) {
            Ok(open) => assert_eq!(open.count(), 3),
            Err(_) => eprintln!("inherited descriptors: a sealed process shows none: not run"),
        }
        drop(worker.stdin.take());
        assert!(worker.wait().unwrap().success(), "it ends when nobody asks any more");
    }

    /// As the kernel tells it, not the worker.
    #[test]
    fn the_kernel_confirms_what_a_worker_says_of_itself() {
        let workers = workers(ATHAR, "worker");
        let report = workers.report().unwrap();
        let id = report.process_id.unwrap();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().to_owned()
        };
        assert_eq!(field("Seccomp:") == "2", report.seal.system_calls);
        assert_eq!(field("NoNewPrivs:") == "1", report.seal.no_new_privileges);
        let limits = fs::read_to_string(format!("/proc/{id}/limits")).unwrap_or_default();
        if let Some(files) = limits.lines().find(|line| line.starts_with("Max open files")) {
            let most = files.split_whitespace().nth(3).unwrap();
            assert_eq!(most.parse().ok(), report.seal.descriptors);
        }
    }
}

mod same {
    use super::*;

    /// Every format and kind that is read, and what is refused.
    #[test]
    fn every_fixture_has_the_same_outcome_as_in_process() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/athar-media/tests");
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("empty"), "").unwrap();
        fs::write(dir.path().join("text"), "Dear sir or madam").unwrap();
        for (name, share) in [("420.heic", 2), ("rgb.avif", 2), ("444.jpg", 2), ("rgb.png", 3)] {
            let whole = fs::read(folder.join("fixtures").join(name)).unwrap();
            fs::write(dir.path().join(name), &whole[..whole.len() / share]).unwrap();
        }
        let paths = [folder.join("fixtures"), dir.path().to_path_buf()];
        let (here, there) = (hashed(&paths, &Decoding::InProcess), hashed(&paths, &sealed()));
        assert!(here.len() > 60);
        assert_eq!(here, there);
        let read = |ending: &str| {
            let is_read = |outcome: &Value| {
                let path = outcome["path"].as_str().unwrap();
                path.contains("fixtures") && path.ends_with(ending) && outcome["kind"] == "image"
            };
            there.iter().filter(|(outcome, _, _)| is_read(outcome)).count()
        };
        assert_eq!((read(".heic"), read(".avif"), read(".jxl")), (3, 5, 5));
    }

    /// Some decoders give a damaged picture parts that were never written. What is seen in these
    /// must not be what an earlier file left in memory. (Only glibc's memory can be had so.)
    #[cfg(target_env = "gnu")]
    #[test]
    fn no_file_has_a_part_in_the_code_of_the_next() {
        let fixtures =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/athar-media/tests/fixtures");
        let mut damaged = fs::read(fixtures.join("rgb.heic")).unwrap();
        damaged[1314] ^= 4;
        let dir = tempfile::tempdir().unwrap();
        let others = ["420.heic", "444.jpg", "rgb16.tif", "alpha.heic", "rgb.png", "lossy.webp"];
        for (n, other) in others.iter().cycle().take(24).enumerate() {
            fs::copy(fixtures.join(other), dir.path().join(format!("{n:02}-a"))).unwrap();
            fs::write(dir.path().join(format!("{n:02}-b")), &damaged).unwrap();
        }
        let all = hashed(&[dir.path().to_path_buf()], &sealed());
        let codes: Vec<_> = all.iter().skip(1).step_by(2).map(|(_, code, _)| code).collect();
        assert!(codes.iter().all(|code| *code == codes[0]), "{codes:?}");
    }

    #[derive(Default)]
    pub(super) struct Told(pub Vec<Value>);

    impl Watcher for Told {
        fn done(&mut self, outcome: &Outcome) {
            self.0.push(serde_json::to_value(outcome).unwrap());
        }
    }

    /// What a store says after it was filled and asked, without the paths of its own directory.
    struct Life {
        told: Vec<Value>,
        landmarks: Vec<[u64; 4]>,
        preview: Plane,
        ways: usize,
    }

    fn life(files: &Path, decoding: &Decoding) -> Life {
        let dir = TempDir::new().unwrap();
        let mut store = Store::init(dir.path()).unwrap();
        let (stop, mut told) = (Interrupt::new(), Told::default());
        let options = AddOptions::default();
        let known = [files.join("known")];
        store.add("case", &known, &options, decoding, &stop, &mut told).unwrap();
        let asked = CheckOptions {
            paths: vec![files.join("asked")],
            deep: true,
            candidates: true,
            ..CheckOptions::default()
        };
        store.check(&asked, decoding, &stop, &mut told).unwrap();
        let item = told.0[0]["sha256"].as_str().unwrap().to_owned();
        let asked = files.join("asked/crop.png");
        let explained = store.explain(&item, &asked, decoding).unwrap();
        let ledger = Ledger::open_read_only(&stores::ledger_file(dir.path())).unwrap();
        let mut landmarks = Vec::new();
        let mut take = |change: CodeChange| match change {
            CodeChange::Added { code, .. } => landmarks.push(*code.words()),
            CodeChange::Removed { .. } => panic!("nothing was withdrawn"),
        };
        ledger.for_each_code_since("landmark", 0, &mut take).unwrap();
        Life { told: told.0, landmarks, preview: explained.preview, ways: explained.ways.len() }
    }

    #[test]
    fn landmarks_matches_and_explanations_are_the_same() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["known", "asked"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        let known = pictures::detailed(3, 1400, 1050);
        let jpeg = dir.path().join("known/a.jpg");
        pictures::save_jpeg(&DynamicImage::from(known.clone()), &jpeg, 90);
        pieces::crop(&known).picture.save(dir.path().join("asked/crop.png")).unwrap();
        let framed = pieces::screenshot(&known, 0.5, 1).picture;
        framed.save(dir.path().join("asked/screen.png")).unwrap();

        let (here, there) = (life(dir.path(), &Decoding::InProcess), life(dir.path(), &sealed()));
        assert!(here.landmarks.len() > 100 && here.ways > 0);
        assert!(here.told.iter().skip(1).all(|line| !line["matches"][0].is_null()));
        assert_eq!(here.told, there.told);
        assert_eq!(here.landmarks, there.landmarks);
        assert!(here.preview == there.preview);
        assert_eq!(here.ways, there.ways);
    }
}

mod trouble {
    use super::*;

    fn odd() -> Workers {
        workers(ODD, ATHAR)
    }

    /// A folder of files that tell an odd worker what to do, between good pictures.
    fn folder(does: &[&str]) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (n, what) in does.iter().enumerate() {
            let good = dir.path().join(format!("{n:02}-a.png"));
            pictures::scene(n as u64, 120, 90).save(good).unwrap();
            fs::write(dir.path().join(format!("{n:02}-b")), what).unwrap();
        }
        pictures::scene(99, 120, 90).save(dir.path().join("99.png")).unwrap();
        dir
    }

    /// The errors of the odd files, in order; all others have none.
    fn errors(does: &[&str], workers: Workers) -> Vec<(String, String)> {
        let dir = folder(does);
        let lines = hashed(&[dir.path().to_path_buf()], &Decoding::Sealed(workers));
        assert_eq!(lines.len(), 2 * does.len() + 1);
        let mut errors = Vec::new();
        for (outcome, code, digest) in lines {
            assert!(digest.is_some(), "the file was read all the same");
            let is_odd = outcome["path"].as_str().unwrap().ends_with("-b");
            assert_eq!(code.is_none(), is_odd);
            if is_odd {
                let error = |key: &str| outcome["error"][key].as_str().unwrap().to_owned();
                errors.push((error("kind"), error("message")));
            }
        }
        errors
    }

    #[test]
    fn a_worker_that_dies_costs_one_file() {
        let does = ["odd:kill", "odd:abort", "odd:exit"];
        let errors = errors(&does, odd());
        assert!(errors.iter().all(|(kind, _)| kind == InputErrorKind::Stopped.name()));
        assert!(errors[0].1.contains("signal 9"), "{}", errors[0].1);
        assert!(errors[1].1.contains("signal 6"), "{}", errors[1].1);
        assert!(errors[2].1.contains("ended before it answered"), "{}", errors[2].1);
    }

    #[test]
    fn a_file_that_ends_its_worker_is_reported_and_refused() {
        let (files, dir) = (folder(&["odd:exit"]), TempDir::new().unwrap());
        let mut store = Store::init(dir.path()).unwrap();
        let (paths, options) = ([files.path().to_path_buf()], AddOptions::default());
        let (decoding, stop) = (Decoding::Sealed(odd()), Interrupt::new());
        let mut told = same::Told::default();
        let added = store.add("case", &paths, &options, &decoding, &stop, &mut told).unwrap();
        assert_eq!((added.new, added.refused), (2, 1));
        assert_eq!(told.0[1]["kept"], "refused");
        assert!(store.verify(&VerifyOptions::default(), &mut told).unwrap().sound);
        // It may not have been the file's fault: when it is reported again, it is tried again.
        let here = Decoding::InProcess;
        let again = store.add("case", &paths, &options, &here, &stop, &mut told).unwrap();
        assert_eq!((again.in_case, again.refused), (2, 1));
        assert_eq!(told.0[4]["error"]["kind"], "unsupported");
    }

    #[test]
    fn a_worker_that_answers_nonsense_costs_one_file() {
        let does = ["odd:garbage", "odd:long", "odd:cut"];
        let errors = errors(&does, odd());
        assert!(errors.iter().all(|(kind, _)| kind == InputErrorKind::Stopped.name()));
        assert!(errors[0].1.contains("nonsense") && errors[1].1.contains("nonsense"));
        assert!(errors[2].1.contains("ended"), "{}", errors[2].1);
    }

    #[test]
    fn a_worker_that_hangs_is_stopped() {
        let patience = Patience { least: Duration::from_secs(5), ..PATIENCE };
        let errors = errors(&["odd:hang"], odd().with_patience(patience));
        let expected = "the decoder took longer than 5 s and was stopped";
        assert_eq!(errors, [(InputErrorKind::Stopped.name().to_owned(), expected.to_owned())]);
    }

    #[test]
    fn what_is_no_worker_is_refused_before_a_file_is_read() {
        for (program, argument) in [("/bin/cat", "/etc/hostname"), ("/bin/true", ""), ("gone", "")]
        {
            let decoding = Decoding::Sealed(workers(program, argument));
            let dir = folder(&[]);
            let paths = [dir.path().to_path_buf()];
            let mut told = 0;
            let mut take = |_: &Outcome, _: &athar_engine::Hashes<'_>| told += 1;
            let ended = hash_files(&paths, Want::Hash, &decoding, &Interrupt::new(), &mut take);
            assert!(ended.is_err(), "{program}");
            assert_eq!(told, 0);
        }
    }

    /// The workers of a running command.
    fn children(parent: u32) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten();
        let lists =
            tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
        lists
            .flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn workers_that_are_killed_from_outside_lose_no_other_file() {
        let bench = Bench::new(ATHAR);
        for n in 0..40 {
            pictures::scene(n, 400, 300).save(bench.file(format!("folder/{n:02}.png"))).unwrap();
        }
        let folder = bench.file("folder/x").parent().unwrap().to_path_buf();
        let mut command = bench.command(["add", "c1", "--format", "json"]);
        command.arg(&folder).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut adding = command.spawn().unwrap();
        let mut killed = 0;
        while adding.try_wait().unwrap().is_none() && killed < 6 {
            for child in children(adding.id()) {
                killed += 1;
                let _ = Command::new("kill").args(["-KILL", &child]).stderr(Stdio::null()).status();
            }
        }
        let output = adding.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        if told.is_empty() {
            // Each worker was gone before it was ready: then nothing was done, and it was said.
            assert_eq!(output.status.code(), Some(2));
        }
        for line in told.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let error = line["error"]["message"].as_str();
            assert!(error.is_none_or(|error| error.contains("signal 9")), "{line}");
        }
        assert_eq!(bench.run(["verify"]).code, 0);
        let (code, lines) = bench.json(["add".as_ref(), "c1".as_ref(), folder.as_os_str()]);
        assert_eq!((code, lines.len()), (0, 41));
    }

    /// Gone, or dead and waiting for the system to count it out.
    fn is_gone(id: &str) -> bool {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit(')').next().is_none_or(|rest| rest.is_empty() || rest.starts_with(" Z"))
    }

    #[test]
    fn no_worker_outlives_those_who_wanted_it() {
        let workers = workers(ATHAR, "worker");
        let id = workers.report().unwrap().process_id.unwrap().to_string();
        assert!(!is_gone(&id));
        drop(workers);
        assert!(is_gone(&id));
    }

    /// A command at work on more pictures than it will get to, and its first line told.
    fn adding(bench: &Bench) -> std::process::Child {
        use std::os::unix::process::CommandExt;
        for n in 0..60 {
            pictures::scene(n, 500, 400).save(bench.file(format!("folder/{n:02}.png"))).unwrap();
        }
        let mut command = bench.command(["add", "c1", "--format", "json"]);
        command.arg(bench.file("folder/x").parent().unwrap()).process_group(0);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut first = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        child
    }

    #[test]
    fn a_parent_that_is_killed_takes_its_workers_along() {
        let bench = Bench::new(ATHAR);
        let mut adding = adding(&bench);
        let workers = children(adding.id());
        adding.kill().unwrap();
        adding.wait().unwrap();
        if workers.is_empty() {
            eprintln!("a parent that is killed: this system does not list processes: not tested");
        }
        // The system sends the signal at once, and it arrives when the worker runs again.
        let mut looks = 0..1_000_000;
        let are_gone = || workers.iter().all(|worker| is_gone(worker));
        assert!(looks.any(|_| are_gone()), "a worker goes on");
        assert_eq!(bench.run(["verify"]).code, 0);
    }

    /// A terminal sends Ctrl-C to the whole group of the command that it runs.
    #[test]
    fn ctrl_c_at_a_terminal_makes_no_file_look_broken() {
        let bench = Bench::new(ATHAR);
        let adding = adding(&bench);
        let group = format!("-{}", adding.id());
        let sent = Command::new("kill").args(["-INT", "--", &group]).status().unwrap();
        assert!(sent.success());
        let output = adding.wait_with_output().unwrap();
        let told = "{".to_owned() + std::str::from_utf8(&output.stdout).unwrap();
        for line in told.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(line["error"].is_null(), "{line}");
        }
    }
}

mod doctor {
    use super::*;

    #[test]
    fn doctor_tells_what_is_in_force() {
        let bench = Bench::bare(ATHAR);
        let (code, lines) = bench.json(["doctor"]);
        let gaps: Vec<_> =
            lines.iter().flat_map(|report| report["gaps"].as_array().unwrap()).collect();
        assert_eq!((code, lines.len()), (i32::from(!gaps.is_empty()), 2));
        let read = [("pictures", ["JPEG", "HEIC", "AVIF"]), ("clips", ["MP4", "Matroska", "GIF"])];
        for (report, (decodes, names)) in lines.iter().zip(read) {
            assert_eq!(report["decodes"], decodes);
            assert!(report["seal"]["memory_bytes"].as_u64().unwrap() < 1 << 30);
            assert_eq!(report["seal"]["no_core"], true);
            let formats = report["formats"].as_array().unwrap();
            assert!(names.iter().all(|name| formats.contains(&Value::from(*name))), "{formats:?}");
        }

        let text = bench.run(["doctor"]);
        assert_eq!(text.code, code);
        assert_eq!(text.out.matches("missing: ").count(), gaps.len());
        assert_eq!(text.err.contains("warning"), !gaps.is_empty());
        assert!(text.out.contains("memory: at most") && text.out.contains("reads JPEG"));
    }

    #[test]
    fn a_worker_is_not_shown_to_people_and_speaks_to_its_parent_only() {
        let bench = Bench::bare(ATHAR);
        assert!(!bench.run(["--help"]).out.contains("worker"));
        let output = Command::new(ATHAR).arg("worker").stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        assert!(output.stdout.windows(8).any(|window| window == b"ATHARWRK"));
    }
}

/// FFmpeg and libheif are loaded by those processes alone that decode with them.
#[cfg(target_os = "linux")]
#[test]
fn the_program_is_linked_with_no_decoder_of_the_system() {
    let program = fs::read(env!("CARGO_BIN_EXE_athar-under-test")).unwrap();
    let names = |name: &[u8]| program.windows(name.len()).any(|window| window == name);
    for library in ["libavcodec.so", "libavformat.so", "libavutil.so", "libheif.so"] {
        assert!(!names(library.as_bytes()), "{library}");
    }
    assert!(names(b"libc.so"), "that is how a library would be named");
}
