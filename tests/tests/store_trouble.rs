//! A store that cannot be used gives one clear sentence, exit code 2, and is not touched.

use athar_ledger::NewCodes;
use athar_tests::command::{Bench, Ran};
use athar_tests::{pictures, stores};
use std::fs;
use std::path::Path;
use std::process::Command;

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
/// program, `$3` a picture.
#[cfg(target_os = "linux")]
fn with_mounts(bench: &Bench, picture: &Path, script: &str) -> Option<Ran> {
    let granted = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).output();
    if !granted.is_ok_and(|ran| ran.status.success()) {
        eprintln!("this system grants no mounts of one's own (unshare): not run");
        return None;
    }
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-ec", script, "sh"]);
    command.arg(bench.store()).arg(PROGRAM).arg(picture);
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
    let Some(ran) = with_mounts(&bench, &picture, &script) else { return };
    one_sentence(&ran, "read-only");
    let script = format!("{mount} exec \"$2\" --data \"$1\" case list");
    let ran = with_mounts(&bench, &picture, &script).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let script = format!("{mount} exec \"$2\" --data \"$1\" verify");
    let ran = with_mounts(&bench, &picture, &script).unwrap();
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
    let Some(ran) = with_mounts(&bench, &many, script) else { return };
    assert_ne!(ran.code, 99, "the store is sound afterwards: {}", ran.err);
    one_sentence(&ran, "space");
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
    let Some(ran) = with_mounts(&bench, &key, script) else { return };
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
