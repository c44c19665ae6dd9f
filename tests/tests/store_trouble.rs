//! A store that cannot be used gives one clear sentence, exit code 2, and is not touched.

use athar_ledger::NewCodes;
use athar_tests::command::{Bench, Ran};
use athar_tests::{pictures, stores};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

fn one_sentence(ran: &Ran, about: &str) {
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_eq!(ran.err.trim_end().lines().count(), 1, "one line: {}", ran.err);
    assert!(ran.err.contains(about), "{}", ran.err);
    assert!(!ran.err.contains("panicked") && !ran.err.contains("Sqlite"), "{}", ran.err);
}

fn with_one_item() -> Bench {
    let bench = Bench::new(PROGRAM);
    let path = bench.file("a.png");
    pictures::scene(1, 120, 90).save(&path).unwrap();
    assert_eq!(bench.run(["add".as_ref(), "c1".as_ref(), path.as_os_str()]).code, 0);
    bench
}

#[test]
fn without_a_store_every_command_says_so() {
    let bench = Bench::bare(PROGRAM);
    let path = bench.file("a.png");
    pictures::scene(1, 120, 90).save(&path).unwrap();
    for args in [
        vec!["add", "c1", path.to_str().unwrap()],
        vec!["check", path.to_str().unwrap()],
        vec!["links"],
        vec!["case", "list"],
        vec!["verify"],
    ] {
        one_sentence(&bench.run(&args), "athar init");
    }
    assert!(!bench.store().exists(), "nothing was made");
}

#[test]
fn a_second_init_leaves_the_store_alone() {
    let bench = with_one_item();
    one_sentence(&bench.run(["init"]), "already");
    assert_eq!(bench.json(["case", "list"]).1.len(), 1);
}

#[test]
fn a_foreign_or_damaged_file_is_not_touched() {
    let contents: [(&str, Vec<u8>); 3] = [
        ("text", b"this is no database, it is a letter".repeat(200)),
        ("empty", Vec::new()),
        ("halved", {
            let bench = with_one_item();
            let whole = fs::read(bench.store().join("ledger.sqlite")).unwrap();
            whole[..whole.len() / 2].to_vec()
        }),
    ];
    for (name, content) in contents {
        let bench = Bench::bare(PROGRAM);
        fs::create_dir_all(bench.store()).unwrap();
        let ledger = bench.store().join("ledger.sqlite");
        fs::write(&ledger, &content).unwrap();
        let path = bench.file("a.png");
        pictures::scene(1, 120, 90).save(&path).unwrap();
        let ran = bench.run(["add".as_ref(), "c1".as_ref(), path.as_os_str()]);
        one_sentence(&ran, "ledger");
        assert_eq!(fs::read(&ledger).unwrap(), content, "{name}");
    }
}

#[test]
fn codes_of_another_scheme_are_not_compared() {
    let bench = with_one_item();
    let older = NewCodes {
        space: "landmark",
        scheme: athar_hash::LANDMARK_SCHEME,
        version: athar_hash::LANDMARK_VERSION - 1,
        ordinal: 0,
        codes: &[stores::code(1)],
        searchable: true,
        places: None,
        second: None,
    };
    stores::add_item(&bench.store(), "c1", &[older]);
    let path = bench.file("b.png");
    pictures::scene(2, 120, 90).save(&path).unwrap();
    let path = path.to_str().unwrap();
    for args in [vec!["add", "c2", path], vec!["check", path]] {
        one_sentence(&bench.run(&args), "landmark");
    }
    assert_eq!(bench.json(["case", "list"]).1.len(), 1, "no case was opened for it");
}

/// Runs `script` with its own mounts, where the system grants that; `$1` is the store, `$2` the
/// program, `$3` a picture or what else is given.
#[cfg(target_os = "linux")]
fn with_mounts<S: AsRef<OsStr>>(bench: &Bench, more: &[S], script: &str) -> Option<Ran> {
    let granted = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    if !granted.is_ok_and(|ran| ran.status.success()) {
        eprintln!("this system grants no mounts of one's own (unshare): not run");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-ec", script, "sh"]);
    command.arg(bench.store()).arg(PROGRAM).args(more).env("ATHAR_LANG", "en");
    Some(command.output().unwrap().into())
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_store_can_be_read_and_not_written() {
    let bench = with_one_item();
    let picture = bench.file("b.png");
    pictures::scene(2, 120, 90).save(&picture).unwrap();
    let before = fs::read(bench.store().join("ledger.sqlite")).unwrap();
    let mount = "mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"; ";
    let script = format!("{mount} exec \"$2\" --data \"$1\" add c1 \"$3\"");
    let Some(ran) = with_mounts(&bench, &[&picture], &script) else { return };
    one_sentence(&ran, "read-only");
    let script = format!("{mount} exec \"$2\" --data \"$1\" case list");
    let ran = with_mounts(&bench, &[&picture], &script).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let script = format!("{mount} exec \"$2\" --data \"$1\" verify");
    let ran = with_mounts(&bench, &[&picture], &script).unwrap();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert_eq!(fs::read(bench.store().join("ledger.sqlite")).unwrap(), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let bench = with_one_item();
    for n in 0..400 {
        let scene = pictures::scene(100 + n, 64, 48);
        scene.save(bench.file(format!("many/{n:03}.png"))).unwrap();
    }
    let many = bench.file("many/x").parent().unwrap().to_path_buf();
    // The store is copied to a small file system, filled there until it refuses, and verified.
    let script = r#"
        small=$(mktemp -d)
        mount -t tmpfs -o size=400k none "$small"
        cp -r "$1"/* "$small"
        "$2" --data "$small" add c1 "$3" >/dev/null && status=0 || status=$?
        rm -f "$small"/filler
        mount -o remount,size=64m "$small"
        "$2" --data "$small" verify >/dev/null || exit 99
        exit $status
    "#;
    let Some(ran) = with_mounts(&bench, &[&many], script) else { return };
    assert_ne!(ran.code, 99, "the store is sound afterwards: {}", ran.err);
    one_sentence(&ran, "space");
}

/// A store with something in every table, and commands that write more. What they write beside the
/// store has a name that begins with `out.`.
fn with_everything() -> (Bench, Vec<Vec<String>>) {
    let bench = Bench::new(PROGRAM);
    let done = |args: &[&str]| {
        let ran = bench.run(args);
        assert!(ran.code < 2, "{args:?}: {}", ran.err);
        ran.out
    };
    let place = |name: &str| bench.file(name).to_str().unwrap().to_owned();
    let [one, other, list] = ["one.png", "other.png", "list.txt"].map(place);
    pictures::scene(1, 120, 90).save(&one).unwrap();
    pictures::scene(2, 120, 90).save(&other).unwrap();
    let codes: String = (0..200).map(|n| stores::code(n).to_hex() + "\n").collect();
    fs::write(&list, codes).unwrap();
    for args in [
        "key make",
        "remember --days 30",
        "held rule --cases 1",
        &format!("import {list} --list staged"),
        &format!("check {one}"),
        &format!("add a {one} --channel hotline"),
        &format!("add b {one}"),
        &format!("add c {one}"),
    ] {
        done(&args.split(' ').collect::<Vec<_>>());
    }
    let item = bench.json(["case", "show", "a"]).1[0]["item_list"][0]["item"].clone();
    let item = item.as_str().unwrap();
    let alert = bench.json(["alerts"]).1[0]["alert"].clone();
    let commands = [
        "list activate staged --by one",
        "list retire staged --reason old",
        "list rule 1 --by head",
        "remember --days 60 --by head",
        "retain rule --channel hotline --days 9 --by head",
        "case open new --by clerk --purpose court",
        "withdraw --case b --reason asked --receipt out.json",
        "checkpoint",
        "packet a --out out.zip --purpose court",
        "timestamp request --out out.tsq",
        "backup out.sqlite",
        &format!("import {list} --list other --activate"),
        &format!("check {other} --by desk"),
        &format!("alerts close {alert} --reason known --by desk"),
        &format!("benign add {item} --note logo --by desk"),
        &format!("held release {item} --reason known --by desk"),
    ];
    let words = |line: &str| line.split(' ').map(str::to_owned).collect();
    let commands = commands.map(words).into();
    (bench, commands)
}

/// A line of the script: how the command ended, which files it left that it was to write, what it
/// said, and what `verify` says of the store then.
#[cfg(target_os = "linux")]
struct Tried {
    code: i32,
    left: String,
    err: String,
    store: Value,
}

#[cfg(target_os = "linux")]
impl Tried {
    fn of(line: &str) -> Self {
        let parts: Vec<_> = line.split('\t').collect();
        let [code, left, err, store] = parts[..] else { panic!("{line}") };
        let store: Value = serde_json::from_str(store).unwrap();
        let [left, err] = [left, err].map(|text| text.trim_end_matches('|').to_owned());
        Self { code: code.parse().unwrap(), left, err, store: store["summary"].clone() }
    }
}

/// Each command in a copy of the store on a file system with no page left, with one, and so on until
/// there are enough.
#[cfg(target_os = "linux")]
const FILLED: &str = r#"
    store=$1 program=$2; shift 2
    small=$(mktemp -d)
    mount -t tmpfs -o size=4m none "$small"
    cd "$small"
    for pages in $(seq 0 300); do
        rm -rf ./* .[!.]*; cp -r "$store"/* .
        dd if=/dev/zero of=filler bs=4096 2>/dev/null || true
        truncate -s -$((pages * 4096)) filler
        said=$("$program" --data . "$@" 2>&1 >/dev/null) && code=0 || code=$?
        rm filler
        left=$(ls -A | grep -vxF -e ledger.sqlite-wal -e ledger.sqlite-shm -e "$(ls -A "$store")" || true)
        left=$(printf %s "$left" | tr '\n' '|')
        verified=$("$program" --data . verify --format json) || exit 99
        printf '%s\t%s\t%s\t%s\n' $code "$left" "$(printf %s "$said" | tr '\n' '|')" "$verified"
        [ $code = 2 ] || exit 0
    done
"#;

/// How a command ended each time, and at last.
#[cfg(target_os = "linux")]
fn filled(bench: &Bench, command: &[String]) -> Option<(Vec<Tried>, Tried)> {
    let ran = with_mounts(bench, command, FILLED)?;
    assert_eq!(ran.code, 0, "{command:?}: {} {}", ran.out, ran.err);
    let mut tried: Vec<_> = ran.out.lines().map(Tried::of).collect();
    let done = tried.pop().unwrap();
    assert!(done.code < 2 && !tried.is_empty(), "{command:?}: {}", done.err);
    Some((tried, done))
}

/// Half a key would stand in the way of a whole one.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_when_the_key_is_made_leaves_none() {
    let bench = with_one_item();
    let Some((tried, done)) = filled(&bench, &["key".into(), "make".into()]) else { return };
    assert_eq!(done.left, "signing.key");
    for Tried { err, left, .. } in tried {
        assert_eq!(left, "", "{err}");
        assert!(err.contains("space") || err.contains("the disk is full"), "{err}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_at_any_page_of_a_command_is_told_and_nothing_half_is_there() {
    let (bench, commands) = with_everything();
    let before = bench.json(["verify"]).1[0]["summary"]["events"].clone();
    for command in commands {
        let Some((tried, done)) = filled(&bench, &command) else { return };
        let out = command.iter().find(|word| word.starts_with("out."));
        assert_eq!(done.left, *out.unwrap_or(&String::new()), "{command:?}");
        for tried in tried {
            let Tried { err, left, .. } = &tried;
            assert_eq!((err.contains('|'), left.as_str()), (false, ""), "{command:?}: {err}");
            // Whoever cannot write what was asked for beside the store has it in the store.
            let is_out = out.is_some_and(|out| err.contains(out));
            assert!(is_out || tried.store["events"] == before, "{command:?}: {err}");
            let of_ledger = "athar: error: no space is left for the ledger";
            assert!(
                is_out && err.to_lowercase().contains("space") || err == of_ledger,
                "{command:?}: {err}"
            );
        }
    }
}

#[test]
fn processes_that_write_at_once_take_turns() {
    let (bench, commands) = with_everything();
    let start = |command: &Vec<String>| {
        let words = command.iter().map(|word| match word.strip_prefix("out.") {
            Some(_) => bench.file(word).to_str().unwrap().to_owned(),
            None => word.clone(),
        });
        let mut command = bench.command(words);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    // What is given up or taken back may be gone when another looks for it.
    let ends = ["retire", "withdraw", "release"];
    let lasting = commands.iter().filter(|words| !words.iter().any(|word| ends.contains(&&**word)));
    let started: Vec<_> = lasting.map(|words| (words, start(words))).collect();
    for (words, child) in started {
        let ran = Ran::from(child.wait_with_output().unwrap());
        // 1: nothing is known of what is asked about.
        assert_eq!(ran.code, i32::from(words[0] == "check"), "{words:?}: {}", ran.err);
    }
    let verified = bench.run(["verify"]);
    assert_eq!((verified.code, verified.err.as_str()), (0, ""), "{}", verified.out);
    let lists = bench.json(["lists"]).1;
    assert!(lists.iter().all(|list| list["state"] == "active"), "{lists:?}");
    assert_eq!(bench.json(["benign", "list"]).1.len(), 1);
    let alerts = bench.json(["alerts", "--all"]).1;
    // That of the flood is closed by what is harmless.
    let closed = |alert: &Value| alert["cause"] == "check" && alert["state"] == "closed";
    assert!(alerts.iter().any(closed), "{alerts:?}");
    assert_eq!(bench.json(["log", "--all", "--actor", "head"]).1.len(), 3);
}

/// Two ledgers do not fit on the disk: the old one stays, under its old key.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_while_the_key_is_changed_leaves_the_old_one() {
    let bench = with_one_item();
    let key = bench.file("new.key");
    let script = r#"
        small=$(mktemp -d)
        mount -t tmpfs -o size=64m none "$small"
        cp -r "$1"/* "$small"
        used=$(du -sk "$small" | cut -f1)
        mount -o remount,size=$((used + 64))k "$small"
        "$2" --data "$small" key rotate --new-store-key "$3" && status=0 || status=$?
        ls "$small" | grep new && exit 98
        mount -o remount,size=64m "$small"
        "$2" --data "$small" verify >/dev/null || exit 99
        exit $status
    "#;
    let Some(ran) = with_mounts(&bench, &[&key], script) else { return };
    assert_eq!(ran.code, 2, "{} {}", ran.out, ran.err);
    assert!(ran.err.contains("no space is left"), "{}", ran.err);
}

#[test]
fn errors_about_codes_do_not_repeat_them() {
    let bench = Bench::new(PROGRAM);
    let almost = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bacz";
    let ran = bench.run(["check", "--pdq", almost]);
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("b1a0792a") && !ran.out.contains("b1a0792a"), "{}", ran.err);
}
