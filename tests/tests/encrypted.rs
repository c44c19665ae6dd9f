//! An encrypted store: nothing of it can be read without its key, it does all that a plain one
//! does, and its key can be changed.

use athar_kernel::Code;
use athar_ledger::Ledger;
use athar_tests::command::{Bench, Ran, clip_fixture as fixture};
use athar_tests::stores;
use athar_tests::traces::{bytes_of, codes_of, item_of, traces};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const PROGRAM: &str = env!("CARGO_BIN_EXE_athar-under-test");

fn text(path: &Path) -> &str {
    path.to_str().expect("a name in UTF-8")
}

/// Refused in one sentence.
fn refused(ran: &Ran, about: &str) {
    assert_eq!(ran.code, 2, "{} {}", ran.out, ran.err);
    assert_eq!(ran.err.trim_end().lines().count(), 1, "{}", ran.err);
    assert!(ran.err.contains(about), "{}", ran.err);
}

/// No file of the store, nor another one, holds a code or one of these texts.
fn holds_nothing(dir: &Path, codes: &[Code], texts: &[&str]) {
    let bytes = bytes_of(dir);
    assert_eq!(traces(&bytes, codes, &[]), 0);
    for text in ["SQLite format", "athar signing key", "CREATE TABLE", "ledger_created"] {
        assert!(!contains(&bytes, text), "{text}");
    }
    texts.iter().for_each(|text| assert!(!contains(&bytes, text), "{text}"));
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Three cases, an index on the disk, a signing key.
fn filled(bench: &Bench) {
    stores::fill_ledger(&mut bench.ledger_to_write(), "numbered", 0..3000);
    assert_eq!(bench.run(["key", "make"]).code, 0);
    bench.add("HTL-2041", &fixture("film-a.mp4"));
    bench.add("HTL-2042", &fixture("a-cut-mirrored.mkv"));
    bench.add("HTL-2043", &fixture("note-one.opus"));
}

fn links(bench: &Bench) -> Vec<Value> {
    bench.json(["links"]).1
}

fn matches(bench: &Bench) -> Value {
    let (_, lines) = bench.json(["check".as_ref(), fixture("a-frame.jpg").as_os_str()]);
    lines[0]["matches"].clone()
}

fn is_sound(bench: &Bench, encrypted: bool) {
    let (code, lines) = bench.json(["verify"]);
    assert_eq!(code, 0, "{lines:?}");
    assert_eq!(lines[0]["summary"]["encrypted"], encrypted);
}

#[test]
fn nothing_of_an_encrypted_store_can_be_read_whatever_is_done_with_it() {
    let bench = Bench::encrypted(PROGRAM);
    filled(&bench);
    let cases = ["HTL-2041", "HTL-2042", "HTL-2043"];
    let mut codes: Vec<Code> = cases.iter().flat_map(|case| codes_of(&bench, case)).collect();
    codes.extend((0..3000).map(stores::code));
    let named = ["HTL-2041", "numbered", "asked-for", "list-of-a-partner"];
    let nothing = || holds_nothing(&bench.store(), &codes, &named);
    nothing();
    assert!(bench.store().join("index/pdq/manifest").exists(), "there is an index to look at");
    assert_eq!(links(&bench).len(), 1);
    assert!(matches(&bench).as_array().is_some_and(|list| !list.is_empty()));

    assert_eq!(bench.run(["remember", "--days", "30"]).code, 0);
    let checked = bench.run(["check", "--pdq", &codes[3].to_hex(), "--by", "asked-for"]);
    assert!(checked.code < 2, "{}", checked.err);
    nothing();
    let list = bench.file("list.txt");
    fs::write(&list, (5000..5100).map(|n| stores::code(n).to_hex() + "\n").collect::<String>())
        .unwrap();
    let import = bench.run(["import", text(&list), "--list", "list-of-a-partner", "--activate"]);
    assert_eq!(import.code, 0, "{}", import.err);
    codes.extend((5000..5100).map(stores::code));
    holds_nothing(&bench.store(), &codes, &named);

    let copy = bench.file("copies/copy.athar");
    let (code, lines) = bench.json(["backup", text(&copy)]);
    assert_eq!((code, &lines[0]["backup"]["encrypted"]), (0, &true.into()));
    holds_nothing(copy.parent().unwrap(), &codes, &named);
    let item = item_of(&bench, "HTL-2041");
    let gone = bench.json(["withdraw", "--item", &item, "--reason", "at her wish"]);
    assert_eq!(gone.1[0]["withdrawn"]["left"], Value::Array(vec![]), "{gone:?}");
    holds_nothing(&bench.store(), &codes, &named);
    assert!(links(&bench).is_empty());
    assert_eq!(bench.run(["verify", "--rebuild-index"]).code, 0);
    holds_nothing(&bench.store(), &codes, &named);
    is_sound(&bench, true);
}

#[test]
fn without_its_key_or_with_another_a_store_says_so_and_stays_as_it_is() {
    let mut bench = Bench::encrypted(PROGRAM);
    bench.add("A-1", &fixture("a-frame.jpg"));
    let before = bytes_of(&bench.store());
    let (key, other) = (bench.file("store.key"), bench.file("other.key"));
    fs::write(&other, "0123456789abcdef".repeat(4)).unwrap();
    let picture = fixture("a-frame.jpg");
    let commands: [&[&str]; 5] = [
        &["case", "list"],
        &["add", "A-2", text(&picture)],
        &["check", text(&picture)],
        &["verify"],
        &["key", "rotate", "--decrypt"],
    ];
    for args in commands {
        bench.use_key(None);
        refused(&bench.run(args), "the store is encrypted: give its key");
        bench.use_key(Some(other.clone()));
        refused(&bench.run(args), "not the key of the store");
    }
    fs::write(&other, "0123").unwrap();
    refused(&bench.run(["case", "list"]), "it has 4 bytes where there should be 64 hex digits");
    bench.use_key(Some(bench.file("none.key")));
    refused(&bench.run(["case", "list"]), "none.key");
    bench.use_key(Some(key));
    let mut both = bench.command(["case", "list"]);
    refused(&both.env("ATHAR_STORE_PASSPHRASE", "x").output().unwrap().into(), "one of them");
    assert!(bytes_of(&bench.store()) == before, "nothing was written");
    assert_eq!(bench.json(["case", "list"]).1.len(), 1);

    let plain = Bench::new(PROGRAM);
    let mut given = plain.command(["case", "list"]);
    given.env("ATHAR_STORE_KEY", bench.file("store.key"));
    refused(&given.output().unwrap().into(), "the store is not encrypted");
    let mut bare = Bench::bare(PROGRAM);
    bare.use_key(Some(bare.file("new.key")));
    refused(&bare.run(["init"]), "say --encrypt");
    bare.use_key(None);
    refused(&bare.run(["init", "--encrypt"]), "say what to encrypt by");
    bare.use_key(Some(bare.store().join("store.key")));
    fs::create_dir(bare.store()).unwrap();
    refused(&bare.run(["init", "--encrypt"]), "beside what it locks");
    assert_eq!(fs::read_dir(bare.store()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn what_is_damaged_is_told_for_what_it_is() {
    let bench = Bench::encrypted(PROGRAM);
    filled(&bench);
    let ledger = bench.store().join("ledger.sqlite");
    let whole = fs::read(&ledger).unwrap();
    let damaged_at = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(&ledger, &bytes).unwrap();
        bench.run(["verify"])
    };
    refused(&damaged_at(700), "the ledger is damaged");
    let told = damaged_at(4096 * 5 + 700);
    assert!(told.code != 0 && !told.err.contains("key"), "{} {}", told.out, told.err);
    assert!(told.out.contains("NOT SOUND") || told.err.contains("damaged"), "{}", told.err);
    fs::write(&ledger, &whole).unwrap();
    is_sound(&bench, true);

    let segment = stores::segment(&bench.store());
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, &bytes).unwrap();
    let told = bench.run(["verify"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("what the store's key has sealed"), "{}", told.out);
    // Whoever asks is answered from the ledger, and whoever adds makes it anew.
    assert_eq!(bench.run(["check", "--pdq", &stores::code(7).to_hex()]).code, 0);
    bench.add("HTL-2044", &fixture("a-frame.jpg"));
    is_sound(&bench, true);

    let signing = bench.store().join("signing.key");
    let mut bytes = fs::read(&signing).unwrap();
    bytes[90] ^= 1;
    fs::write(&signing, bytes).unwrap();
    refused(&bench.run(["key", "show"]), "no key");
}

/// From plain to a key file, to a passphrase, to another key file, and back.
#[test]
fn a_store_is_the_same_under_every_key_and_under_none() {
    let mut bench = Bench::new(PROGRAM);
    filled(&bench);
    let (expected, found) = (links(&bench), matches(&bench));
    let public = bench.run(["key", "show"]).out;
    let codes = codes_of(&bench, "HTL-2041");
    assert!(traces(&bytes_of(&bench.store()), &codes, &[]) > 0);
    let (first, second) = (bench.file("first.key"), bench.file("second.key"));

    let told = bench.json(["key", "rotate", "--new-store-key", text(&first), "--by", "officer 12"]);
    let told = &told.1[0]["key_changed"];
    assert_eq!((&told["from"], &told["to"]), (&"nothing".into(), &"key_file".into()));
    assert_eq!((&told["encrypted"], &told["without_indexes"]), (&true.into(), &Value::Null));
    let same = |bench: &Bench| {
        assert_eq!((links(bench), matches(bench)), (expected.clone(), found.clone()));
        assert_eq!(bench.run(["key", "show"]).out, public);
    };
    bench.use_key(Some(first.clone()));
    same(&bench);
    is_sound(&bench, true);
    holds_nothing(&bench.store(), &codes, &["HTL-2041"]);
    let key = fs::read_to_string(&first).unwrap();
    assert!(!contains(&bytes_of(&bench.store()), key.trim()));
    refused(&bench.run(["key", "rotate", "--new-store-key", text(&first)]), "already");

    let mut to_phrase = bench.command(["key", "rotate", "--new-passphrase"]);
    let ran: Ran = to_phrase.env("ATHAR_STORE_NEW_PASSPHRASE", "صبر جميل").output().unwrap().into();
    assert_eq!(ran.code, 0, "{}", ran.err);
    refused(&bench.run(["case", "list"]), "not the key of the store");
    bench.use_key(None);
    let by_phrase = |args: &[&str]| -> Ran {
        bench.command(args).env("ATHAR_STORE_PASSPHRASE", "صبر جميل").output().unwrap().into()
    };
    assert_eq!(by_phrase(&["verify"]).code, 0);
    assert_eq!(by_phrase(&["key", "show"]).out, public);
    let back = by_phrase(&["key", "rotate", "--new-store-key", text(&second)]);
    assert_eq!(back.code, 0, "{}", back.err);
    assert_ne!(by_phrase(&["case", "list"]).code, 0);

    bench.use_key(Some(second));
    same(&bench);
    is_sound(&bench, true);
    assert_eq!(bench.run(["key", "rotate", "--decrypt"]).code, 0);
    bench.use_key(None);
    same(&bench);
    is_sound(&bench, false);
    refused(&bench.run(["key", "rotate", "--decrypt"]), "not encrypted");
    let ledger = Ledger::open_read_only(&stores::ledger_file(&bench.store())).unwrap();
    let changes = (1..=ledger.last_seq().unwrap())
        .filter(|seq| ledger.event(*seq, false).unwrap().unwrap().kind == "key_changed");
    assert_eq!(changes.count(), 4);
    drop(ledger);
    let names = fs::read_dir(bench.store()).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.retain(|name| !name.to_string_lossy().starts_with("ledger.sqlite-"));
    names.sort();
    assert_eq!(names, ["index", "ledger.sqlite", "signing.key"]);
}

#[test]
fn the_key_of_a_store_in_use_is_not_changed() {
    let bench = Bench::new(PROGRAM);
    bench.add("A-1", &fixture("a-frame.jpg"));
    let reader = bench.ledger();
    assert!(reader.last_seq().is_ok());
    let key = bench.file("new.key");
    let rotate = || bench.run(["key", "rotate", "--new-store-key", text(&key)]);
    let told = rotate();
    assert_eq!(told.code, 2);
    assert!(told.err.contains("another process uses the store"), "{}", told.err);
    drop(reader);
    is_sound(&bench, false);
    assert_eq!(rotate().code, 0);
}

#[test]
fn a_store_with_a_passphrase_is_made_copied_and_restored() {
    let bench = Bench::bare(PROGRAM);
    let run = |bench: &Bench, args: &[&str], phrase: &str| -> Ran {
        bench.command(args).env("ATHAR_STORE_PASSPHRASE", phrase).output().unwrap().into()
    };
    let phrase = "correct horse";
    assert_eq!(run(&bench, &["init", "--encrypt"], phrase).code, 0);
    let picture = fixture("a-frame.jpg");
    assert_eq!(run(&bench, &["add", "A-1", text(&picture)], phrase).code, 0);
    refused(&run(&bench, &["case", "list"], "correct house"), "or not its passphrase");
    let copy: PathBuf = bench.file("copy.athar");
    assert_eq!(run(&bench, &["backup", text(&copy)], phrase).code, 0);

    let other = Bench::bare(PROGRAM);
    refused(&other.run(["restore", text(&copy)]), "is encrypted");
    refused(&run(&other, &["restore", text(&copy)], "wrong"), "not the key");
    assert!(!other.store().join("ledger.sqlite").exists());
    assert_eq!(run(&other, &["restore", text(&copy)], phrase).code, 0);
    assert_eq!(run(&other, &["verify"], phrase).code, 0);
    assert_eq!(run(&other, &["check", text(&picture)], phrase).code, 0);
    refused(&other.run(["case", "list"]), "is encrypted");
}
