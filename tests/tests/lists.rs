//! Lists of others: brought in, activated, found, updated, given up, and what goes wrong with them.

use athar_tests::command::{Bench, Ran};
use athar_tests::pictures;
use image::DynamicImage;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

/// A picture in the folder of the test's files, and its code as `athar hash` prints it.
fn picture(bench: &Bench, scene: u32) -> (PathBuf, String) {
    let picture = DynamicImage::from(pictures::scene(scene.into(), 320, 240));
    let file = bench.file(format!("{scene}.jpg"));
    pictures::save_jpeg(&picture, &file, 90);
    let ran = bench.run(["hash".as_ref(), file.as_os_str()]);
    (file, ran.out.split(',').next().unwrap().to_owned())
}

fn written(bench: &Bench, name: &str, text: &str) -> String {
    let file = bench.file(name);
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn ok<const N: usize>(bench: &Bench, args: [&str; N]) -> Ran {
    let ran = bench.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
    ran
}

fn import<const N: usize>(bench: &Bench, args: [&str; N]) -> (i32, Value) {
    let (code, lines) = bench.json([&["import"][..], &args[..]].concat());
    (code, lines.first().map_or(Value::Null, |line| line["import"].clone()))
}

/// What `check` says of a file: its exit code, and the entries of lists.
fn check(bench: &Bench, file: &str) -> (i32, Vec<Value>) {
    let (code, lines) = bench.json(["check", file]);
    (code, lines[0]["lists"].as_array().cloned().unwrap_or_default())
}

/// A digest of a file as `sha256sum` prints it.
fn sha256(bench: &Bench, file: &str) -> String {
    bench.json(["check", file]).1[0]["sha256"].as_str().unwrap().to_owned()
}

fn state(bench: &Bench, list: &str) -> (String, u64, u64) {
    let page = &bench.json(["list", "show", list]).1[0];
    let number = |key: &str| page[key].as_u64().unwrap();
    (page["state"].as_str().unwrap().to_owned(), number("active"), number("staged"))
}

fn is_sound(bench: &Bench) {
    ok(bench, ["verify"]);
}

#[test]
fn a_list_is_found_once_it_is_active_and_its_code_alone_is_a_candidate() {
    let bench = Bench::new(PROGRAM);
    let (file, code) = picture(&bench, 1);
    let file = file.to_str().unwrap();
    let list = written(&bench, "list.txt", &format!("# shared\n{code},99\n{code}\n"));
    let (exit, imported) = import(&bench, [&list, "--list", "member", "--source", "by hand"]);
    assert_eq!((exit, &imported["new"], &imported["known"]), (0, &1.into(), &1.into()));
    assert_eq!(state(&bench, "member"), ("staged".into(), 0, 1));
    assert_eq!(check(&bench, file), (1, vec![]), "what is staged is not searched");
    ok(&bench, ["list", "activate", "member"]);
    assert_eq!(state(&bench, "member"), ("active".into(), 1, 0));
    let (exit, lists) = check(&bench, file);
    assert_eq!((exit, lists.len()), (1, 1), "a candidate is no match");
    let found = &lists[0];
    assert_eq!((&found["list"], &found["via"]), (&"member".into(), &"pdq".into()));
    assert_eq!((&found["distance"], &found["source"]), (&0.into(), &"by hand".into()));
    assert_eq!(found["needs_confirmation"], true);
    assert!(found["false_alarm_rate"].as_f64().unwrap() > 0.0);
    let text = bench.run(["check", file]).out;
    assert!(text.contains("candidate: only the list's code speaks"), "{text}");
    let (_, lines) = bench.json(["add", "case", file]);
    assert_eq!(lines[0]["lists"][0]["list"], "member");
    assert_eq!(lines[1]["summary"]["list_candidates"], 1);
    is_sound(&bench);
}

#[test]
fn a_turned_picture_is_found_in_a_list_and_an_unlike_one_is_not() {
    let bench = Bench::new(PROGRAM);
    let (_, code) = picture(&bench, 1);
    let list = written(&bench, "list.txt", &code);
    import(&bench, [&list, "--list", "member", "--activate"]);
    let turned = bench.file("turned.jpg");
    let scene = DynamicImage::from(pictures::scene(1, 320, 240)).rotate90();
    pictures::save_jpeg(&scene, &turned, 80);
    let (_, lists) = check(&bench, turned.to_str().unwrap());
    assert_eq!(lists.len(), 1);
    assert_ne!(lists[0]["orientation"], "rot0");
    let (other, _) = picture(&bench, 2);
    assert_eq!(check(&bench, other.to_str().unwrap()).1, Vec::<Value>::new());
    let (exit, lines) = bench.json(["check", "--pdq", &code]);
    assert_eq!((exit, lines[0]["lists"].as_array().unwrap().len()), (1, 1));
}

#[test]
fn a_digest_knows_the_very_file_and_confirms_the_code_beside_it() {
    let bench = Bench::new(PROGRAM);
    let (file, code) = picture(&bench, 1);
    let file = file.to_str().unwrap();
    let digest = sha256(&bench, file);
    let text = format!("sha256 {digest}\n{code}\nsha1 {:0>40}\n", 7);
    let list = written(&bench, "list.txt", &text);
    let (exit, imported) = import(&bench, [&list, "--list", "member", "--activate"]);
    assert_eq!((exit, &imported["new"]), (0, &3.into()));
    assert_eq!((&imported["activated"], &imported["not_compared"]), (&3.into(), &1.into()));
    let (exit, lists) = check(&bench, file);
    assert_eq!((exit, lists.len()), (0, 2));
    assert_eq!((&lists[0]["via"], &lists[0]["distance"]), (&"sha256".into(), &Value::Null));
    assert!(lists.iter().all(|found| found["needs_confirmation"] == false));
    // A file that cannot be decoded is known all the same.
    let broken = written(&bench, "broken.jpg", "no picture");
    let list = written(&bench, "two.txt", &format!("sha256 {}", sha256(&bench, &broken)));
    import(&bench, [&list, "--list", "other", "--activate"]);
    assert_eq!(check(&bench, &broken).1[0]["list"], "other");
    is_sound(&bench);
}

#[test]
fn who_imported_cannot_activate_where_two_persons_are_wanted() {
    let bench = Bench::new(PROGRAM);
    let list = written(&bench, "list.txt", &"ab".repeat(32));
    ok(&bench, ["list", "rule", "2", "--by", "head"]);
    assert_eq!(import(&bench, [&list, "--list", "m"]).0, 2, "nobody is named");
    assert_eq!(import(&bench, [&list, "--list", "m", "--by", "one", "--activate"]).0, 2);
    assert_eq!(bench.json(["lists"]).1, Vec::<Value>::new(), "nothing was changed");
    assert_eq!(import(&bench, [&list, "--list", "m", "--by", "one"]).0, 0);
    assert_eq!(bench.run(["list", "activate", "m"]).code, 2);
    let ran = bench.run(["list", "activate", "m", "--by", "one"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot be who activates it"), "{}", ran.err);
    ok(&bench, ["list", "activate", "m", "--by", "two"]);
    assert_eq!(state(&bench, "m"), ("active".into(), 1, 0));
    is_sound(&bench);
}

/// A StopNCII page with one record of a hash in this state.
fn stopncii(code: &str, state: &str) -> String {
    format!(
        r#"{{"count":1,"hasMoreRecords":false,"hashRecords":[{{"hashValue":"{code}",
        "hashStatus":"{state}","signalType":"ImagePDQ","lastModtimestamp":1700000000,
        "caseNumbers":{{"witness-0017":"{state}"}}}}]}}"#
    )
}

#[test]
fn a_withdrawal_in_an_update_erases_what_it_takes_back_at_once() {
    let bench = Bench::new(PROGRAM);
    let (file, code) = picture(&bench, 1);
    let file = file.to_str().unwrap();
    let bystander = "5a".repeat(32);
    let list = written(&bench, "1.json", &stopncii(&code, "Active"));
    let (exit, imported) = import(&bench, [&list, "--list", "s", "--activate"]);
    assert_eq!((exit, &imported["formats"][0]), (0, &"stopncii".into()), "{imported}");
    let more = written(&bench, "more.txt", &bystander);
    import(&bench, [&more, "--list", "s", "--activate"]);
    assert_eq!(check(&bench, file).1.len(), 1);
    assert!(holds(&bench, &code) && holds_bytes(&bench, &[b"witness-0017"]));
    let list = written(&bench, "2.json", &stopncii(&code, "Withdrawn"));
    let (exit, imported) = import(&bench, [&list, "--list", "s"]);
    assert_eq!((exit, &imported["withdrawals"], &imported["erased"]), (0, &1.into(), &1.into()));
    assert_eq!(check(&bench, file).1, Vec::<Value>::new());
    assert_eq!(state(&bench, "s"), ("active".into(), 1, 0), "the other one stays");
    assert!(!holds(&bench, &code), "its bytes are in no file of the store");
    assert!(!holds_bytes(&bench, &[b"witness-0017"]), "nor is what was said of it");
    is_sound(&bench);
}

#[test]
fn a_list_that_is_given_up_leaves_nothing() {
    let bench = Bench::new(PROGRAM);
    let (file, code) = picture(&bench, 1);
    let list = written(&bench, "list.txt", &code);
    import(&bench, [&list, "--list", "m", "--activate"]);
    assert!(holds(&bench, &code));
    ok(&bench, ["list", "retire", "m", "--reason", "the agreement ended"]);
    assert_eq!(state(&bench, "m"), ("retired".into(), 0, 0));
    assert_eq!(check(&bench, file.to_str().unwrap()).1, Vec::<Value>::new());
    assert!(!holds(&bench, &code));
    import(&bench, [&list, "--list", "m"]);
    assert_eq!(state(&bench, "m"), ("staged".into(), 0, 1), "it can come again");
    is_sound(&bench);
}

/// Whether any file of the store has the eight first bytes of a code, in either order.
fn holds(bench: &Bench, code: &str) -> bool {
    let byte = |at: usize| u8::from_str_radix(&code[2 * at..2 * at + 2], 16).unwrap();
    let forward: Vec<u8> = (0..8).map(byte).collect();
    let backward: Vec<u8> = forward.iter().rev().copied().collect();
    holds_bytes(bench, &[&forward, &backward])
}

/// Whether any file of the store has one of these.
fn holds_bytes(bench: &Bench, needles: &[&[u8]]) -> bool {
    let has = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).any(|part| part == needle);
    let mut folders = vec![bench.store()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = fs::read(entry.path()).unwrap();
            if needles.iter().any(|needle| has(&bytes, needle)) {
                return true;
            }
        }
    }
    false
}

#[test]
fn a_dry_run_counts_as_the_real_one_does_and_changes_nothing() {
    let bench = Bench::new(PROGRAM);
    let text =
        format!("{}\nno code\nmd5 {}\n{},3\n", "ab".repeat(32), "cd".repeat(16), "ef".repeat(32));
    let list = written(&bench, "list.txt", &text);
    let (exit, dry) = import(&bench, [&list, "--list", "m", "--dry-run"]);
    assert_eq!(exit, 3, "a line is no entry");
    assert_eq!(
        (&dry["new"], &dry["problems"], &dry["low_quality"]),
        (&2.into(), &1.into(), &1.into())
    );
    assert_eq!(dry["first_problems"][0]["place"], "line 2");
    assert_eq!(bench.json(["lists"]).1, Vec::<Value>::new());
    assert!(!holds(&bench, &"ab".repeat(32)), "nothing was written");
    let (_, real) = import(&bench, [&list, "--list", "m"]);
    assert_eq!(real["new"], dry["new"]);
    let ran = bench.run(["import", &list, "--list", "m"]);
    assert!(ran.err.contains("line 2") && !ran.err.contains("no code"), "{}", ran.err);
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_leaves_the_store_as_it_was() {
    let bench = Bench::new(PROGRAM);
    let good = written(&bench, "good.txt", &"ab".repeat(32));
    let bad = written(&bench, "bad.json", "{\"hashRecords\":[{\"hashValue\":");
    let ran = bench.run(["import", &good, &bad, "--list", "m", "--list-format", "stopncii"]);
    assert_eq!(ran.code, 2);
    let ran = bench.run(["import", &good, &bad, "--list", "m"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("bad.json") && ran.err.contains("nothing was changed"), "{}", ran.err);
    let missing = bench.run(["import", "missing.txt", "--list", "m"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("missing.txt"), "{}", missing.err);
    assert_eq!(bench.json(["lists"]).1, Vec::<Value>::new());
    is_sound(&bench);
}

#[test]
fn the_same_list_again_changes_nothing_and_lists_of_thousands_come_in_pieces() {
    let bench = Bench::new(PROGRAM);
    let line = |n: u32| format!("{:064x}\n", u128::from(n) << 96 | u128::from(n.reverse_bits()));
    let text: String = (1..=10_000).map(line).collect();
    let list = written(&bench, "list.txt", &text);
    let (_, first) = import(&bench, [&list, "--list", "m", "--activate"]);
    assert_eq!((&first["new"], &first["activated"]), (&10_000.into(), &10_000.into()));
    let (_, again) = import(&bench, [&list, "--list", "m"]);
    assert_eq!((&again["new"], &again["known"]), (&0.into(), &10_000.into()));
    let more = written(&bench, "more.txt", &line(10_001));
    let (_, more) = import(&bench, [&more, "--list", "m"]);
    assert_eq!(more["new"], 1);
    assert_eq!(state(&bench, "m"), ("active".into(), 10_000, 1));
    let code = line(77);
    let (_, lines) = bench.json(["check", "--pdq", code.trim()]);
    assert!(lines[0]["lists"].as_array().unwrap().iter().any(|found| found["distance"] == 0));
    is_sound(&bench);
    fs::remove_dir_all(bench.store().join("index")).unwrap();
    let (_, again) = bench.json(["check", "--pdq", code.trim()]);
    assert_eq!(lines[0]["lists"], again[0]["lists"], "the index is not the truth");
}

#[test]
fn two_imports_at_once_both_come_in() {
    let bench = Bench::new(PROGRAM);
    let one = written(&bench, "one.txt", &"ab".repeat(32));
    let two = written(&bench, "two.txt", &"cd".repeat(32));
    let mut running: Vec<_> = [(&one, "one"), (&two, "two")]
        .map(|(file, list)| {
            bench.command(["import", file, "--list", list, "--activate"]).spawn().unwrap()
        })
        .into();
    assert!(running.iter_mut().all(|child| child.wait().unwrap().success()));
    assert_eq!((state(&bench, "one").1, state(&bench, "two").1), (1, 1));
    is_sound(&bench);
}

fn export(bench: &Bench, args: &[&str]) -> (i32, Value) {
    let (code, lines) = bench.json([&["export"][..], args].concat());
    (code, lines.first().map_or(Value::Null, |line| line["export"].clone()))
}

#[test]
fn what_is_passed_on_is_known_to_who_takes_it_in() {
    let (ours, theirs) = (Bench::new(PROGRAM), Bench::new(PROGRAM));
    let (file, code) = picture(&ours, 1);
    let file = file.to_str().unwrap();
    ok(&ours, ["add", "case", file]);
    for format in ["plain", "tx", "vics", "ncmec"] {
        let out = ours.file(format!("out.{format}"));
        let out = out.to_str().unwrap();
        let args = ["--list-format", format, "--out", out, "--case", "case", "--owner", "unit 7"];
        let (exit, dry) = export(&ours, &[&args[..], &["--dry-run"]].concat());
        assert_eq!((exit, fs::metadata(out).is_err()), (0, true), "{format}");
        let (exit, written) = export(&ours, &args);
        assert_eq!((exit, &written["entries"]), (0, &dry["entries"]), "{format}");
        assert!(fs::read_to_string(out).unwrap().contains(&code), "{format}");
        assert_eq!(ours.run([&["export"][..], &args].concat()).code, 2, "it is there already");
        let (exit, taken) = import(&theirs, [out, "--list", format, "--activate"]);
        assert_eq!((exit, &taken["new"]), (0, &written["entries"]), "{format}: {taken}");
    }
    let nameless = ["--list-format", "ncmec", "--out", "unwritten", "--case", "case"];
    let ran = ours.run([&["export"][..], &nameless].concat());
    assert!(ran.code == 2 && ran.err.contains("--owner NAME"), "{}", ran.err);
    let astray = ours.file("none").join("out.txt").to_str().unwrap().to_owned();
    let astray = ["export", "--list-format", "plain", "--out", &astray, "--case", "case"];
    let ran = ours.run(astray);
    assert_eq!((ran.code, ran.err.matches("no such file").count()), (2, 1), "{}", ran.err);
    let (exit, lists) = check(&theirs, file);
    assert_eq!(exit, 0);
    let found = lists.iter().find(|found| found["list"] == "ncmec").unwrap();
    assert_eq!(found["owner"], "unit 7");
    is_sound(&ours);
}

#[test]
fn of_all_cases_only_what_was_confirmed_goes_out() {
    let bench = Bench::new(PROGRAM);
    let (one, code) = picture(&bench, 1);
    let (two, other) = picture(&bench, 2);
    ok(&bench, ["add", "a", one.to_str().unwrap()]);
    ok(&bench, ["add", "b", one.to_str().unwrap(), two.to_str().unwrap()]);
    let out = bench.file("out.txt");
    let out = out.to_str().unwrap();
    let args = ["--list-format", "plain", "--out", out, "--all", "--force"];
    assert_eq!(export(&bench, &args).1["items"], 0);
    let item = sha256(&bench, one.to_str().unwrap());
    ok(&bench, ["confirm", &item, "--cases", "a", "b", "--reason", "looked at both"]);
    assert_eq!(export(&bench, &args).1["items"], 1);
    let text = fs::read_to_string(out).unwrap();
    assert!(text.contains(&code) && !text.contains(&other));
}

/// A store with a key, a case with one picture, and the key's public half.
fn unit_with_a_picture() -> (Bench, PathBuf, String) {
    let bench = Bench::new(PROGRAM);
    let (file, _) = picture(&bench, 1);
    ok(&bench, ["add", "case", file.to_str().unwrap()]);
    let key = ok(&bench, ["key", "make"]).out.trim().to_owned();
    (bench, file, key)
}

fn export_delta(bench: &Bench, name: &str, more: &[&str]) -> String {
    let out = bench.file(name).to_str().unwrap().to_owned();
    let args = ["export", "--list-format", "delta", "--case", "case", "--out", &out];
    let ran = bench.run([&args[..], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    out
}

#[test]
fn a_delta_needs_a_key_to_be_signed_with() {
    let bench = Bench::new(PROGRAM);
    let (file, _) = picture(&bench, 1);
    ok(&bench, ["add", "case", file.to_str().unwrap()]);
    let out = bench.file("out.delta");
    let args = ["export", "--list-format", "delta", "--case", "case", "--out"];
    let ran = bench.run([&args[..], &[out.to_str().unwrap()]].concat());
    assert_eq!((ran.code, out.exists()), (2, false));
    assert!(ran.err.contains("athar key make"), "{}", ran.err);
    assert!(!bench.file("out.delta.part").exists());
}

#[test]
fn a_delta_is_taken_as_its_sender_signed_it_and_no_other_way() {
    let (ours, file, key) = unit_with_a_picture();
    let theirs = Bench::new(PROGRAM);
    let delta = export_delta(&ours, "1.delta", &["--tlp", "RED"]);
    let unsigned = theirs.run(["import", &delta, "--list", "unit"]);
    assert!(unsigned.code == 2 && unsigned.err.contains("--key HEX"), "{}", unsigned.err);
    let stranger = ok(&theirs, ["key", "make"]).out.trim().to_owned();
    let ran = theirs.run(["import", &delta, "--list", "unit", "--key", &stranger]);
    assert!(ran.code == 2 && ran.err.contains("not among those known"), "{}", ran.err);
    let bytes = fs::read(&delta).unwrap();
    for at in (0..bytes.len()).step_by(29).chain([bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let file = theirs.file("changed.delta");
        fs::write(&file, changed).unwrap();
        let args = ["import", file.to_str().unwrap(), "--list", "unit", "--key", &key];
        let ran = theirs.run([&args[..], &["--list-format", "delta"]].concat());
        assert_eq!(ran.code, 2, "byte {at}: {}", ran.out);
    }
    assert_eq!(theirs.json(["lists"]).1, Vec::<Value>::new(), "nothing was changed");
    let (exit, taken) = import(&theirs, [&delta, "--list", "unit", "--key", &key, "--activate"]);
    assert_eq!((exit, &taken["new"], &taken["formats"][0]), (0, &3.into(), &"delta".into()));
    let (exit, lists) = check(&theirs, file.to_str().unwrap());
    assert_eq!((exit, lists.len(), &lists[0]["marking"]), (0, 3, &"RED".into()));
    let again = theirs.run(["import", &delta, "--list", "unit", "--key", &key]);
    assert!(again.code == 2 && again.err.contains("says nothing new"), "{}", again.err);
    is_sound(&theirs);
}

#[test]
fn what_its_sender_took_back_goes_with_the_next_delta_and_is_in_no_export() {
    let (ours, file, key) = unit_with_a_picture();
    let theirs = Bench::new(PROGRAM);
    let (file, code) = (file.to_str().unwrap(), picture(&ours, 1).1);
    let first = export_delta(&ours, "1.delta", &[]);
    import(&theirs, [&first, "--list", "unit", "--key", &key, "--activate"]);
    assert!(check(&theirs, file).0 == 0 && holds(&theirs, &code));
    let (other, _) = picture(&ours, 2);
    ok(&ours, ["add", "case", other.to_str().unwrap()]);
    ok(&ours, ["withdraw", "--item", &sha256(&ours, file), "--reason", "asked for"]);
    let second = export_delta(&ours, "2.delta", &[]);
    let plain = ours.file("out.txt").to_str().unwrap().to_owned();
    export(&ours, &["--list-format", "plain", "--case", "case", "--out", &plain]);
    assert!(!fs::read_to_string(&plain).unwrap().contains(&code));
    let (exit, taken) = import(&theirs, [&second, "--list", "unit", "--key", &key]);
    assert_eq!((exit, &taken["erased"], &taken["new"]), (0, &3.into(), &3.into()), "{taken}");
    assert_eq!(check(&theirs, file), (1, vec![]));
    assert!(!holds(&theirs, &code));
    let stale = theirs.run(["import", &first, "--list", "unit", "--key", &key]);
    assert_eq!(stale.code, 2, "an older delta does not bring it back");
    is_sound(&theirs);
}

#[test]
fn changes_that_are_missing_before_a_delta_are_told() {
    let (ours, _, key) = unit_with_a_picture();
    let theirs = Bench::new(PROGRAM);
    let late = export_delta(&ours, "late.delta", &["--since", "2100-01-01"]);
    let ran = theirs.run(["import", &late, "--list", "unit", "--key", &key]);
    assert!(ran.code == 2 && ran.err.contains("are missing before this delta"), "{}", ran.err);
    let all = export_delta(&ours, "all.delta", &[]);
    let both = theirs.run(["import", &all, &late, "--list", "unit", "--key", &key]);
    assert!(both.code == 2 && both.err.contains("by itself"), "{}", both.err);
    assert_eq!(import(&theirs, [&all, "--list", "unit", "--key", &key]).0, 0);
    let next = export_delta(&ours, "next.delta", &["--since", "2000-01-01"]);
    assert_eq!(import(&theirs, [&next, "--list", "unit", "--key", &key]).0, 0, "they overlap");
    ok(&theirs, ["list", "retire", "unit", "--reason", "begun anew"]);
    assert_eq!(import(&theirs, [&all, "--list", "unit", "--key", &key]).0, 0);
}

#[test]
fn very_many_errors_are_counted_and_few_of_them_told() {
    let bench = Bench::new(PROGRAM);
    let list = written(&bench, "wrong.txt", &"abcd\n".repeat(100_000));
    let (exit, wrong) = import(&bench, [&list, "--list", "m"]);
    assert_eq!((exit, &wrong["problems"], &wrong["entries"]), (3, &100_000.into(), &0.into()));
    assert_eq!(wrong["first_problems"].as_array().unwrap().len(), 100);
    assert_eq!(bench.json(["lists"]).1, Vec::<Value>::new(), "there was not one entry in it");
    let ran = bench.run(["import", &list, "--list", "m"]);
    assert!(ran.err.contains("and 99,900 more"), "{}", ran.err);
    assert!(ran.out.contains("nothing was changed"), "{}", ran.out);
    let empty = written(&bench, "empty.txt", "# nothing yet\n");
    assert_eq!(import(&bench, [&empty, "--list", "m"]).1["entries"], 0);
    assert_eq!(bench.json(["lists"]).1, Vec::<Value>::new());
}

#[test]
fn what_is_no_list_says_why_and_changes_nothing() {
    let bench = Bench::new(PROGRAM);
    let utf16: Vec<u8> = "ab".repeat(32).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let context =
        r#"{"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/9.9.xml#Cases","#;
    let versioned = format!("{context}\"value\":[]}}").into_bytes();
    let mut later = b"ATHARDLT".to_vec();
    later.extend([9; 400]);
    let key = ok(&bench, ["key", "make"]).out.trim().to_owned();
    for (name, bytes, why) in [
        ("two-bytes.txt", utf16, "UTF-16"),
        ("packed.gz", vec![0x1F, 0x8B, 8, 0], "compressed"),
        ("vics.json", versioned, "version"),
        ("array.json", b"[1]".to_vec(), "not of this format"),
        ("later.delta", later, "version"),
        ("cut.delta", b"ATHARDLT".to_vec(), "cut"),
    ] {
        let file = bench.file(name);
        fs::write(&file, bytes).unwrap();
        let args = ["import", file.to_str().unwrap(), "--list", "m", "--key", &key];
        let ran = bench.run(args);
        assert_eq!(ran.code, 2, "{name}: {}", ran.err);
        assert!(ran.err.contains(name) && ran.err.contains(why), "{name}: {}", ran.err);
    }
    for args in [["--list-format", "csv"], ["--tlp", "PURPLE"], ["--key", "ab"]] {
        let list = written(&bench, "good.txt", &"ab".repeat(32));
        let ran = bench.run([&["import", &list, "--list", "m"][..], &args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
    }
    assert_eq!(bench.json(["lists"]).1, Vec::<Value>::new());
}

#[test]
fn numbers_that_begin_anew_in_each_file_take_nothing_away() {
    let bench = Bench::new(PROGRAM);
    let vics = |digest: &str| {
        format!(
            r##"{{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media",
            "value":[{{"MediaID":1,"Category":1,"MD5":"{digest}"}}]}}"##
        )
    };
    for digest in ["ab", "cd"] {
        let list = written(&bench, "vics.json", &vics(&digest.repeat(16)));
        assert_eq!(import(&bench, [&list, "--list", "v"]).1["new"], 1);
    }
    assert_eq!(state(&bench, "v"), ("staged".into(), 0, 2));
}

#[test]
fn what_a_list_calls_harmless_is_told_as_such_and_is_no_match() {
    let bench = Bench::new(PROGRAM);
    let (file, code) = picture(&bench, 1);
    let head = "td_raw_indicator,td_indicator_type,td_status";
    let md5 = "HASH_MD5";
    let text = format!("{head}\n{code},HASH_PDQ,NON_MALICIOUS\n{:032},{md5},MALICIOUS\n", 0);
    let list = written(&bench, "td.csv", &text);
    let (_, taken) = import(&bench, [&list, "--list", "td", "--activate"]);
    assert_eq!(taken["formats"][0], "threatexchange", "{taken}");
    let (exit, lists) = check(&bench, file.to_str().unwrap());
    assert_eq!((exit, lists.len(), &lists[0]["state"]), (1, 1, &"benign".into()));
    let text = bench.run(["check", file.to_str().unwrap()]).out;
    assert!(text.contains("the list calls it harmless"), "{text}");
    assert!(!text.contains("look yourself"), "{text}");
}

#[test]
fn links_tell_which_items_of_cases_a_later_list_knows() {
    let bench = Bench::new(PROGRAM);
    let (one, code) = picture(&bench, 1);
    let (two, _) = picture(&bench, 2);
    ok(&bench, ["add", "a", one.to_str().unwrap(), two.to_str().unwrap()]);
    assert_eq!(bench.json(["links", "--lists"]), (0, vec![]));
    let list = written(&bench, "list.txt", &code);
    import(&bench, [&list, "--list", "m", "--source", "by hand", "--activate"]);
    let (exit, lines) = bench.json(["links", "a", "--lists"]);
    assert_eq!((exit, lines.len()), (0, 1));
    assert_eq!((&lines[0]["case"], &lines[0]["kind"]), (&"a".into(), &"image".into()));
    assert_eq!(lines[0]["lists"][0]["source"], "by hand");
    let text = ok(&bench, ["links", "--lists"]).out;
    assert!(text.contains("from by hand"), "{text}");
    assert_eq!(bench.run(["links", "none", "--lists"]).code, 2);
}
