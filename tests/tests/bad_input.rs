//! Whatever is reported, each input ends in a line of its own with a clear reason, the others go
//! on, and the store stays sound.

use athar_tests::command::Bench;
use athar_tests::pictures;
use image::ImageFormat;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

fn bench() -> Bench {
    Bench::new(env!("CARGO_BIN_EXE_athar-under-test"))
}

/// Adds `path` to a case and gives the lines of its files, without the summary.
fn add(bench: &Bench, path: &Path) -> (i32, Vec<Value>) {
    let (code, mut lines) = bench.json(["add".as_ref(), "c1".as_ref(), path.as_os_str()]);
    assert!(lines.pop().unwrap()["summary"].is_object(), "the summary is the last line");
    (code, lines)
}

fn error_kind(line: &Value) -> &str {
    line["error"]["kind"].as_str().unwrap_or("none")
}

/// The one line of `add` for a file with this content, beside a good picture that must go on.
fn line_of(content: &[u8], name: &str) -> Value {
    let bench = bench();
    let good = bench.file("folder/good.png");
    pictures::scene(1, 120, 90).save(&good).unwrap();
    fs::write(bench.file(format!("folder/{name}")), content).unwrap();
    let (code, lines) = add(&bench, good.parent().unwrap());
    assert_eq!(lines.len(), 2, "a line for each input");
    let (good, bad): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line["path"].as_str().unwrap().ends_with("good.png"));
    assert_eq!((error_kind(&good[0]), &good[0]["kept"]), ("none", &Value::from("new")));
    assert_eq!(code, if error_kind(&bad[0]) == "low_quality" { 0 } else { 3 });
    assert_eq!(bench.run(["verify"]).code, 0);
    assert!(bad[0]["error"]["message"].as_str().unwrap().len() > 10, "a sentence");
    assert_eq!(bad[0]["sha256"].as_str().unwrap().len(), 64, "nothing is lost");
    bad[0].clone()
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    pictures::scene(7, 160, 120).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn an_empty_file_has_its_own_reason() {
    let line = line_of(b"", "empty.jpg");
    assert_eq!(error_kind(&line), "corrupt");
    assert!(line["error"]["message"].as_str().unwrap().contains("empty"));
}

#[test]
fn a_text_file_named_jpg_is_known_by_its_content() {
    let line = line_of(b"Dear sir or madam, I enclose nothing.\n", "letter.jpg");
    assert_eq!(error_kind(&line), "unsupported");
}

#[test]
fn a_picture_with_the_wrong_ending_is_read_by_its_content() {
    let bench = bench();
    let path = bench.file("picture.txt");
    fs::write(&path, encoded(ImageFormat::Png)).unwrap();
    let (code, lines) = add(&bench, &path);
    assert_eq!((code, error_kind(&lines[0])), (0, "none"));
}

#[test]
fn truncated_pictures_are_corrupt_in_every_format() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    for format in [Bmp, Gif, Jpeg, Png, Tiff, WebP] {
        let whole = encoded(format);
        let line = line_of(&whole[..whole.len() / 2], "half");
        assert_eq!(error_kind(&line), "corrupt", "{format:?}");
    }
}

/// The ways in which a flipped bit ends are many; none of them is a crash, and each is a line.
#[test]
fn flipped_bits_never_stop_the_others() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    let bench = bench();
    let mut expected = 0;
    for format in [Bmp, Gif, Jpeg, Png, Tiff, WebP] {
        let whole = encoded(format);
        for n in 0..40 {
            let mut bytes = whole.clone();
            let place = (n * 7919 + n * n * 131) % bytes.len();
            bytes[place] ^= 1 << (n % 8);
            fs::write(bench.file(format!("folder/{format:?}-{n}")), bytes).unwrap();
            expected += 1;
        }
    }
    let (code, lines) = add(&bench, bench.file("folder/x").parent().unwrap());
    assert_eq!(lines.len(), expected);
    assert!(code == 0 || code == 3);
    assert!(lines.iter().any(|line| error_kind(line) == "corrupt"));
    assert_eq!(bench.run(["verify"]).code, 0);
}

#[test]
fn a_picture_that_claims_to_be_huge_is_refused_at_its_header() {
    let line = line_of(&png_header(60_000, 60_000), "bomb.png");
    assert_eq!(error_kind(&line), "limit");
    assert!(line["error"]["message"].as_str().unwrap().contains("pixels"));
}

#[test]
fn a_picture_without_area_is_refused() {
    assert_eq!(error_kind(&line_of(&png_header(0, 10), "flat.png")), "corrupt");
}

#[test]
fn a_tiff_whose_directories_go_round_in_circles_ends() {
    // Little-endian TIFF: one directory at 8 with no entries, whose successor is itself.
    let mut tiff = b"II*\0\x08\0\0\0\0\0\x08\0\0\0".to_vec();
    tiff.resize(64, 0);
    assert_eq!(error_kind(&line_of(&tiff, "loop.tif")), "corrupt");
}

#[test]
fn one_colour_is_kept_and_never_matched() {
    let bench = bench();
    for case in ["c1", "c2"] {
        pictures::flat(200, 300, 200).save(bench.file(format!("{case}/flat.png"))).unwrap();
        pictures::flat(201, 310, 200).save(bench.file(format!("{case}/other.png"))).unwrap();
        let folder = bench.file(format!("{case}/x"));
        let (code, lines) =
            bench.json(["add".as_ref(), case.as_ref(), folder.parent().unwrap().as_os_str()]);
        assert_eq!(code, 0);
        for line in &lines[..2] {
            assert_eq!(error_kind(line), "low_quality");
            assert_eq!(line["sha256"].as_str().unwrap().len(), 64);
            assert_eq!(line["matches"], Value::Array(vec![]));
            assert!(line["quality"].as_u64().unwrap() < 50);
        }
    }
    assert_eq!(bench.json(["links"]), (0, vec![]));
    let page = bench.json(["case", "show", "c2"]).1.remove(0);
    assert_eq!(page["item_list"].as_array().unwrap().len(), 2, "kept");
    let (code, _) = bench.json(["check".as_ref(), bench.file("c1/flat.png").as_os_str()]);
    assert_eq!(code, 1, "nothing matched, and it was read");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_named_with_its_reason() {
    use std::os::unix::ffi::OsStrExt;
    let bench = bench();
    let folder = bench.file("folder/x").parent().unwrap().to_path_buf();
    pictures::scene(1, 120, 90).save(folder.join("good.png")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
    std::os::unix::fs::symlink(folder.join("gone"), folder.join("dangling")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("device")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status();
    assert!(made.unwrap().success());
    let odd = folder.join(std::ffi::OsStr::from_bytes(b"caf\xe9.png"));
    pictures::scene(2, 120, 90).save_with_format(&odd, ImageFormat::Png).unwrap();

    let (code, lines) = add(&bench, &folder);
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let path = line["path"].as_str().unwrap().rsplit('/').next().unwrap().to_string();
            (path, error_kind(line).to_string())
        })
        .collect();
    let expected = [
        ("caf\u{fffd}.png", "none"),
        ("dangling", "unreadable"),
        ("device", "unreadable"),
        ("good.png", "none"),
        ("loop", "unreadable"),
        ("pipe", "unreadable"),
    ];
    let expected: Vec<_> = expected.map(|(a, b)| (a.to_string(), b.to_string())).into();
    assert_eq!((code, told), (3, expected));
    let hex = lines[0]["path_hex"].as_str().unwrap();
    assert!(hex.ends_with("636166e92e706e67"), "the name's own bytes");
}

/// Root may read everything, so the test asks the system first.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench();
    let path = bench.file("locked.png");
    pictures::scene(1, 120, 90).save(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        eprintln!("a file that may not be read: this user may read everything: not run");
        return;
    }
    let (code, lines) = add(&bench, &path);
    assert_eq!((code, error_kind(&lines[0])), (3, "unreadable"));
    assert!(lines[0]["error"]["message"].as_str().unwrap().contains("permission"));
}

#[test]
fn a_path_that_does_not_exist_is_a_line_of_its_own() {
    let bench = bench();
    let (code, lines) = add(&bench, &bench.file("gone.jpg"));
    assert_eq!((code, error_kind(&lines[0])), (3, "unreadable"));
    let (code, _) = bench.json(["check".as_ref(), bench.file("gone.jpg").as_os_str()]);
    assert_eq!(code, 3);
}

/// The broken photographs of the corpus, in one folder with good ones.
#[test]
fn real_broken_photographs_end_in_their_lines() {
    let Some(corpus) = athar_tests::corpus::corpus("broken photographs") else { return };
    let bench = bench();
    let (_, lines) = add(&bench, &corpus.join("broken"));
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert!(["corrupt", "unsupported", "none"].contains(&error_kind(line)), "{line}");
    }
    assert_eq!(bench.run(["verify"]).code, 0);
}

/// A PNG that stops behind its header.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.write_all(&header).unwrap();
    png.extend(crc32(&header).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    png
}

/// CRC-32 as PNG wants it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}
