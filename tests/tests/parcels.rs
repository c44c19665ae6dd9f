//! Mails, archives and chats: what lies in them belongs to one report, with who sent it and when;
//! one bad part costs one line, and nothing that a parcel claims costs more.

use athar_tests::command::{Bench, clip_fixture};
use athar_tests::parcels::{MAIL_AT_MS, Member, mail, mbox, zip};
use athar_tests::pictures;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

const LINA: &str = "Lina <lina@example.org>";

fn bench() -> Bench {
    Bench::new(env!("CARGO_BIN_EXE_athar-under-test"))
}

/// A file with this content.
fn write(bench: &Bench, name: &str, content: &[u8]) -> PathBuf {
    let path = bench.file(name);
    fs::write(&path, content).expect("files can be written");
    path
}

/// The bytes of a picture that no other seed gives.
fn picture(bench: &Bench, seed: u64) -> Vec<u8> {
    let path = bench.file(format!("seeds/{seed}.jpg"));
    pictures::save_jpeg(&pictures::scene(seed, 256, 192).into(), &path, 90);
    fs::read(path).expect("it was written")
}

fn member(bench: &Bench, name: &str, seed: u64) -> Member {
    Member::new(name, &picture(bench, seed))
}

/// What `add` or `check` says of each input, and its summary.
fn run(bench: &Bench, args: &[&OsStr]) -> (i32, Vec<Value>, Value) {
    let (code, mut lines) = bench.json(args);
    let mut summary = lines.pop().expect("a summary");
    (code, lines, summary["summary"].take())
}

fn add(bench: &Bench, case: &str, path: &Path) -> (i32, Vec<Value>, Value) {
    run(bench, &["add".as_ref(), case.as_ref(), path.as_os_str()])
}

fn check(bench: &Bench, path: &Path) -> (i32, Vec<Value>, Value) {
    run(bench, &["check".as_ref(), path.as_os_str()])
}

/// The paths of lines behind that of the folder.
fn ways(bench: &Bench, lines: &[Value]) -> Vec<String> {
    let folder = bench.file("x").parent().expect("it lies in a folder").to_path_buf();
    let way = |line: &Value| {
        let path = Path::new(line["path"].as_str().expect("a path"));
        path.strip_prefix(&folder).expect("below the folder").to_str().expect("UTF-8").to_owned()
    };
    lines.iter().map(way).collect()
}

/// Kind and message of the error of each line that has one.
fn errors(lines: &[Value]) -> Vec<(&str, &str)> {
    let error = |line| -> Option<(&str, &str)> {
        let error: &Value = line;
        Some((error["kind"].as_str()?, error["message"].as_str()?))
    };
    lines.iter().filter_map(|line| error(&line["error"])).collect()
}

/// Who sent what when, as the case tells it.
fn told(bench: &Bench, case: &str) -> Vec<Value> {
    let (_, lines) = bench.json(["case", "show", case]);
    let items = lines[0]["item_list"].as_array().expect("a list").clone();
    let of_item = |item: &Value| item["provenance"].as_array().cloned().unwrap_or_default();
    items.iter().flat_map(of_item).collect()
}

#[test]
fn a_mail_gives_its_attachments_and_says_who_sent_them() {
    let bench = bench();
    let files = [member(&bench, "one.jpg", 1), member(&bench, "two.jpg", 2)];
    let path = write(&bench, "letter.eml", &mail(LINA, &files));
    let (code, lines, summary) = add(&bench, "A-1", &path);
    assert_eq!(code, 0, "{lines:?}");
    assert_eq!(ways(&bench, &lines), ["letter.eml ▸ one.jpg", "letter.eml ▸ two.jpg"]);
    assert_eq!((&summary["files"], &summary["new"]), (&2.into(), &2.into()));
    let expected = |name: &str| {
        serde_json::json!({
            "sender": LINA,
            "time": { "at_ms": MAIL_AT_MS, "zone": "told", "moment": "sent" },
            "name": name,
            "parcel": "letter.eml",
        })
    };
    assert_eq!(lines[1]["provenance"], expected("two.jpg"));
    assert_eq!(told(&bench, "A-1"), [expected("one.jpg"), expected("two.jpg")]);
    let shown = bench.run(["case", "show", "A-1"]).out;
    let sentence = format!("one.jpg in letter.eml, from {LINA}, sent 2023-04-05 09:30 UTC");
    assert!(shown.contains(&sentence), "{shown}");
    assert!(!shown.contains("handle"), "a sender is no handle: {shown}");

    // Once more: nothing is new, and nothing is told twice.
    let (_, lines, summary) = add(&bench, "A-1", &path);
    assert_eq!((lines.len(), &summary["in_case"]), (2, &2.into()));
    assert_eq!(told(&bench, "A-1").len(), 2);
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn a_mailbox_a_zip_in_a_zip_and_files_beside_them_keep_their_order() {
    let bench = bench();
    write(&bench, "in/a.jpg", &picture(&bench, 1));
    let mails = [
        mail(LINA, &[member(&bench, "b1.jpg", 2)]),
        mail("Omar <omar@example.org>", &[]),
        mail("Omar <omar@example.org>", &[member(&bench, "b2.jpg", 3)]),
    ];
    write(&bench, "in/b.mbox", &mbox(&mails));
    let inner = zip(&[member(&bench, "deep/c1.jpg", 4), member(&bench, "c2.jpg", 5)]);
    write(
        &bench,
        "in/c.zip",
        &zip(&[Member::new("inner.zip", &inner), member(&bench, "c3.jpg", 6)]),
    );
    write(&bench, "in/d.jpg", &picture(&bench, 7));
    let (code, lines, summary) = add(&bench, "A-1", &bench.file("in"));
    let expected = [
        "in/a.jpg",
        "in/b.mbox ▸ #1 ▸ b1.jpg",
        "in/b.mbox ▸ #3 ▸ b2.jpg",
        "in/c.zip ▸ inner.zip ▸ deep/c1.jpg",
        "in/c.zip ▸ inner.zip ▸ c2.jpg",
        "in/c.zip ▸ c3.jpg",
        "in/d.jpg",
    ];
    assert_eq!((code, ways(&bench, &lines)), (0, expected.map(String::from).to_vec()));
    assert_eq!((&summary["new"], &summary["interrupted"]), (&7.into(), &false.into()));
    assert_eq!(lines[2]["provenance"]["sender"], "Omar <omar@example.org>");
    assert_eq!(lines[3]["provenance"]["parcel"], "c.zip ▸ inner.zip");
    assert_eq!(lines[0]["provenance"], Value::Null);
    let (_, shown) = bench.json(["case", "show", "A-1"]);
    assert_eq!(shown[0]["reports"], 1, "all of it is one report");

    // What came in an archive is found in a mail, and keeps nothing.
    let again = mail(LINA, &[member(&bench, "x.jpg", 4), member(&bench, "y.jpg", 99)]);
    let (code, lines, summary) = check(&bench, &write(&bench, "again.eml", &again));
    assert_eq!((code, lines.len(), &summary["matched"]), (0, 2, &1.into()), "{lines:?}");
    assert_eq!(lines[0]["matches"][0]["case"], "A-1");
    assert_eq!(lines[0]["provenance"]["sender"], LINA);
    assert_eq!(told(&bench, "A-1").len(), 5);
}

const WHATSAPP: &str = "[05/04/2023, 12:30:01] Lina: \u{200E}<attached: IMG-1.jpg>\r\n\
                        [25/04/2023, 12:31:01] +964 770 123 4567: \u{200E}<attached: IMG-2.jpg>\r\n";

#[test]
fn a_chat_of_whatsapp_tells_who_sent_what_in_an_archive_and_in_a_folder() {
    let bench = bench();
    let files = [member(&bench, "IMG-1.jpg", 1), member(&bench, "IMG-2.jpg", 2)];
    let chat = Member::new("_chat.txt", WHATSAPP.as_bytes());
    let archive = zip(&[chat, files[0].clone(), files[1].clone()]);
    let senders = |lines: &[Value]| {
        lines.iter().map(|line| line["provenance"]["sender"].clone()).collect::<Vec<_>>()
    };
    let (code, lines, _) = add(&bench, "A-1", &write(&bench, "WhatsApp.zip", &archive));
    assert_eq!((code, senders(&lines)), (0, vec!["Lina".into(), "+964 770 123 4567".into()]));
    assert_eq!(lines[0]["provenance"]["time"]["zone"], "unknown");
    assert!(bench.json(["case", "show", "A-1"]).1[0]["handles"].as_array().unwrap().is_empty());

    let text = write(&bench, "chat/_chat.txt", WHATSAPP.as_bytes());
    for file in &files {
        write(&bench, &format!("chat/{}", file.name), &file.content);
    }
    write(&bench, "chat/other.jpg", &picture(&bench, 3));
    let (code, lines, _) = add(&bench, "A-2", &bench.file("chat"));
    let expected = vec!["Lina".into(), "+964 770 123 4567".into(), Value::Null];
    assert_eq!((code, senders(&lines)), (0, expected), "{lines:?}");
    assert_eq!(lines[0]["provenance"]["parcel"], "_chat.txt");
    assert_eq!(lines[0]["provenance"]["time"]["at_ms"], 1_680_697_801_000_i64);

    // The text alone stands for the files beside it that it tells of.
    let (code, lines, _) = add(&bench, "A-3", &text);
    assert_eq!(
        (code, ways(&bench, &lines)),
        (0, vec!["chat/IMG-1.jpg".into(), "chat/IMG-2.jpg".into()])
    );
    assert_eq!(senders(&lines)[0], "Lina");
}

#[test]
fn a_chat_leads_to_no_file_above_it_and_says_when_there_is_none() {
    let bench = bench();
    write(&bench, "secret.jpg", &picture(&bench, 1));
    let outside = bench.file("secret.jpg");
    let text = format!(
        "[05/04/2023, 12:30:01] Lina: <attached: ../secret.jpg>\r\n\
         [05/04/2023, 12:30:01] Lina: <attached: {}>\r\n",
        outside.display()
    );
    let path = write(&bench, "chat/_chat.txt", text.as_bytes());
    let (code, lines, _) = add(&bench, "A-1", &path);
    let [(kind, message)] = errors(&lines)[..] else { panic!("{lines:?}") };
    assert_eq!(
        (code, kind, ways(&bench, &lines)),
        (3, "unsupported", vec!["chat/_chat.txt".into()])
    );
    assert!(message.contains("no file that it tells of"), "{message}");
    assert!(lines[0]["sha256"].is_string());
}

#[test]
fn a_chat_of_telegram_tells_who_sent_what_in_its_folders() {
    let bench = bench();
    let text = r#"{"name": "Lina", "type": "personal_chat", "id": 42, "messages": [
        {"id": 2, "type": "message", "date": "2023-04-05T12:30:01", "date_unixtime": "1680687001",
         "from": "Lina", "from_id": "user42", "photo": "photos/photo_1.jpg", "text": ""},
        {"id": 3, "type": "message", "date": "2023-04-05T12:30:02", "date_unixtime": "1680687002",
         "from": "Omar", "file": "files/all.zip", "text": ""}]}"#;
    write(&bench, "export/result.json", text.as_bytes());
    write(&bench, "export/photos/photo_1.jpg", &picture(&bench, 1));
    write(&bench, "export/files/all.zip", &zip(&[member(&bench, "x.jpg", 2)]));
    let (code, lines, _) = add(&bench, "A-1", &bench.file("export"));
    let expected = ["export/files/all.zip ▸ x.jpg", "export/photos/photo_1.jpg"];
    assert_eq!((code, ways(&bench, &lines)), (0, expected.map(String::from).to_vec()));
    let provenance = |line: &Value| line["provenance"].clone();
    assert_eq!(provenance(&lines[0])["sender"], "Omar", "who sent the archive sent what is in it");
    assert_eq!(provenance(&lines[1])["sender"], "Lina <user42>");
    assert_eq!(provenance(&lines[1])["name"], "photos/photo_1.jpg");
    assert_eq!(
        provenance(&lines[1])["time"],
        serde_json::json!({ "at_ms": MAIL_AT_MS, "zone": "told", "moment": "sent" })
    );
}

#[test]
fn one_bad_part_costs_one_line() {
    let bench = bench();
    let encrypted = Member { is_encrypted: true, ..member(&bench, "locked.jpg", 1) };
    let damaged = Member { is_damaged: true, ..member(&bench, "damaged.jpg", 2) };
    let text = Member::new("notes.html", b"<html>some text</html>");
    let members = [encrypted, damaged, text, member(&bench, "good.jpg", 3)];
    let (code, lines, summary) = add(&bench, "A-1", &write(&bench, "mixed.zip", &zip(&members)));
    let kinds: Vec<_> = errors(&lines).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!((code, lines.len(), kinds), (3, 4, vec!["encrypted", "corrupt", "unsupported"]));
    assert_eq!((&summary["new"], &summary["refused"]), (&1.into(), &3.into()));
    assert_eq!(lines[0]["error"]["message"], "it is encrypted");
    assert_eq!(lines[1]["error"]["message"], "its bytes are not those that were packed");
    assert_eq!(lines[3]["provenance"]["name"], "good.jpg");
    let text = bench.run(["check".as_ref(), bench.file("mixed.zip").as_os_str()]).out;
    assert!(text.contains("encrypted: it is encrypted"), "{text}");
}

#[test]
fn what_came_before_the_damage_is_kept_and_the_rest_is_told() {
    let bench = bench();
    let mails = [1, 2].map(|seed| mail(LINA, &[member(&bench, "a.jpg", seed)]));
    let whole = mbox(&mails);
    let cut = write(&bench, "cut.mbox", &whole[..whole.len() * 3 / 4]);
    let (code, lines, summary) = add(&bench, "A-1", &cut);
    assert_eq!((code, &summary["new"]), (3, &1.into()), "{lines:?}");
    assert!(errors(&lines).iter().any(|(kind, _)| *kind == "corrupt"), "{lines:?}");

    let mut archive = zip(&[member(&bench, "a.jpg", 3)]);
    archive.truncate(archive.len() / 2);
    let (code, lines, _) = add(&bench, "A-1", &write(&bench, "cut.zip", &archive));
    assert_eq!((code, errors(&lines)), (3, vec![("corrupt", "it ends before it should")]));
    assert_eq!(ways(&bench, &lines), ["cut.zip"]);
    assert!(lines[0]["sha256"].is_string(), "what was received is told by its digest");
    assert_eq!(lines[0]["kept"], "refused");
}

#[test]
fn depth_and_growth_are_limited_each_with_its_own_words() {
    let bench = bench();
    let mut nested = zip(&[member(&bench, "a.jpg", 1)]);
    for _ in 0..6 {
        nested = zip(&[Member::new("in.zip", &nested), member(&bench, "beside.jpg", 2)]);
    }
    let (code, lines, summary) = add(&bench, "A-1", &write(&bench, "deep.zip", &nested));
    let expected = vec![("limit", "more than 6 parcels lie in each other")];
    assert_eq!((code, errors(&lines)), (3, expected), "{lines:?}");
    assert_eq!((lines.len(), &summary["new"]), (7, &1.into()), "what lies beside is taken");

    let bomb = [Member::new("zeros.jpg", &vec![0; 96 << 20]), member(&bench, "good.jpg", 3)];
    let (code, lines, summary) = add(&bench, "A-1", &write(&bench, "bomb.zip", &zip(&bomb)));
    let expected = vec![("limit", "more than 250 bytes come of each that is packed")];
    assert_eq!((code, errors(&lines), &summary["new"]), (3, expected, &1.into()));
}

#[test]
fn a_parcel_without_files_and_one_that_is_not_opened_say_so() {
    let bench = bench();
    let letter = mail(LINA, &[]);
    for (name, content, said) in [
        ("letter.eml", &letter[..], "there are no files in this mail"),
        ("empty.zip", &zip(&[])[..], "there are no files in this zip"),
        ("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04", "a 7z archive is not opened: unpack it first"),
    ] {
        let (code, lines, _) = add(&bench, "A-1", &write(&bench, name, content));
        assert_eq!((code, errors(&lines)), (3, vec![("unsupported", said)]));
        assert!(lines[0]["sha256"].is_string());
    }
}

#[test]
fn a_clip_in_an_archive_is_looked_at_as_a_file_is() {
    let bench = bench();
    let clip = |name: &str| Member::new(name, &fs::read(clip_fixture(name)).unwrap());
    let (code, lines, _) = add(&bench, "A-1", &write(&bench, "a.zip", &zip(&[clip("film-a.mp4")])));
    assert_eq!((code, &lines[0]["kind"]), (0, &"video".into()), "{lines:?}");
    let names = ["a-cut-mirrored.mkv", "a-banner.mp4", "a-frame.jpg", "film-a.mp4"];
    let asked = mail(LINA, &names.map(clip));
    let (code, packed, _) = check(&bench, &write(&bench, "asked.eml", &asked));
    assert_eq!((code, packed.len()), (0, names.len()));
    for (name, packed) in names.iter().zip(&packed) {
        let (_, bare, _) = check(&bench, &clip_fixture(name));
        assert!(!bare[0]["matches"].as_array().unwrap().is_empty(), "{name} is known");
        for key in ["matches", "sha256", "kind", "bytes", "error"] {
            assert_eq!(bare[0][key], packed[key], "{name}: {key}");
        }
    }
}
