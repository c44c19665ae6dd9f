//! What the unit signs: checkpoints of the chain, and receipts of withdrawals.

use athar_tests::command::{Bench, Ran, clip_fixture as fixture};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A store with a key and one item.
fn bench() -> (Bench, String) {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let key = bench.run(["key", "make"]);
    assert_eq!(key.code, 0, "{}", key.err);
    bench.add("K-1", &fixture("a-frame.jpg"));
    (bench, key.out.trim().to_owned())
}

fn verify(bench: &Bench, more: &[&str]) -> (i32, Value) {
    let (code, lines) = bench.json([&["verify"], more].concat());
    (code, lines.last().map(|line| line["summary"].clone()).unwrap_or_default())
}

/// Puts one directory's files in the place of another's.
fn put_back(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        match entry.path().is_dir() {
            true => put_back(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[test]
fn the_chain_is_signed_by_itself_and_verified_with_the_public_key() {
    let (bench, key) = bench();
    assert_eq!(bench.run(["key", "show"]).out.trim(), key);
    assert_eq!(bench.run(["key", "make"]).code, 2, "it has one");
    let (code, summary) = verify(&bench, &[]);
    assert_eq!((code, &summary["checkpoints"]), (0, &1.into()), "{summary}");
    assert_eq!(verify(&bench, &["--key", &key]).0, 0);
    let other = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let stranger = other.run(["key", "make"]).out;
    let (code, summary) = verify(&bench, &["--key", stranger.trim()]);
    assert_eq!(code, 1);
    assert!(summary["fault"].as_str().unwrap().contains("key that is not known"), "{summary}");
    assert_eq!(bench.run(["verify", "--key", "12"]).code, 2);
}

#[test]
fn an_older_copy_put_in_place_is_told_by_a_kept_checkpoint() {
    let (bench, _) = bench();
    let (copy, kept) = (bench.file("copy/x"), bench.file("kept.json"));
    put_back(&bench.store(), &copy);
    bench.add("K-2", &fixture("note-one.opus"));
    let signed = bench.run(["checkpoint"]);
    assert_eq!(signed.code, 0, "{}", signed.err);
    fs::write(&kept, &signed.out).unwrap();
    let kept = kept.to_str().unwrap();
    assert_eq!(verify(&bench, &["--kept", kept]).0, 0);
    put_back(&copy, &bench.store());
    assert_eq!(verify(&bench, &[]).0, 0, "nothing in it is wrong");
    let (code, summary) = verify(&bench, &["--kept", kept]);
    assert_eq!(code, 1);
    assert!(summary["fault"].as_str().unwrap().contains("older copy"), "{summary}");
    fs::write(bench.file("kept.json"), signed.out.replace("\"event\":", "\"event\":1")).unwrap();
    let (code, summary) = verify(&bench, &["--kept", kept]);
    assert_eq!(code, 1);
    assert!(summary["fault"].as_str().unwrap().contains("changed"), "{summary}");
}

#[test]
fn who_has_not_the_key_cannot_sign_another_chain() {
    let (bench, _) = bench();
    let other = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    assert_eq!(other.run(["key", "make"]).code, 0);
    other.add("K-1", &fixture("a-frame.jpg"));
    // A ledger that was written anew, under the unit's key file: its signature is another's.
    let ledger = |bench: &Bench| bench.store().join("ledger.sqlite");
    fs::copy(ledger(&other), ledger(&bench)).unwrap();
    let (code, summary) = verify(&bench, &[]);
    assert_eq!(code, 1);
    assert!(summary["fault"].as_str().unwrap().contains("not known"), "{summary}");
}

#[test]
fn a_key_that_cannot_be_read_is_told_before_anything_is_done() {
    let (bench, _) = bench();
    fs::write(bench.store().join("signing.key"), "something else").unwrap();
    let note = fixture("note-one.opus");
    let added = bench.run(["add".as_ref(), "K-9".as_ref(), note.as_os_str()]);
    assert_eq!((added.code, added.err.contains("no key")), (2, true), "{}", added.err);
    assert_eq!(bench.run(["case", "show", "K-9"]).code, 2, "there is no such case");
    assert_eq!(bench.run(["withdraw", "--case", "K-1", "--reason", "x"]).code, 2);
    assert_eq!(bench.run(["case", "show", "K-1"]).code, 0);
}

#[test]
fn whoever_takes_back_may_be_given_a_receipt() {
    let (bench, key) = bench();
    let receipt = bench.file("receipt.json");
    let path = receipt.to_str().unwrap();
    let withdraw = |case: &str| -> Ran {
        bench.run(["withdraw", "--case", case, "--reason", "at her wish", "--receipt", path])
    };
    assert_eq!(withdraw("K-1").code, 0);
    let check = |more: &[&str]| bench.run([&["key", "check", path], more].concat());
    let good = check(&["--key", &key]);
    assert_eq!(good.code, 0, "{}", good.err);
    assert!(good.out.contains("\"items\":1") && !good.out.contains("K-1"), "{}", good.out);
    let text = fs::read_to_string(&receipt).unwrap();
    fs::write(&receipt, text.replace("items\\\":1", "items\\\":2")).unwrap();
    let forged = check(&[]);
    assert_eq!((forged.code, forged.err.contains("does not hold")), (2, true), "{}", forged.err);

    bench.add("K-2", &fixture("note-one.opus"));
    let standing = withdraw("K-2");
    assert_eq!((standing.code, standing.err.contains("receipt.json")), (2, true));
    assert!(standing.err.contains("nothing was taken back"), "{}", standing.err);
    assert_eq!(bench.run(["case", "show", "K-2"]).code, 0, "nothing was taken back");

    let plain = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    plain.add("P-1", &fixture("a-frame.jpg"));
    let args = ["withdraw", "--case", "P-1", "--reason", "x", "--receipt", path];
    assert!(plain.run(args).err.contains("no key"));
    assert_eq!(plain.run(["case", "show", "P-1"]).code, 0, "nothing was taken back");
}
