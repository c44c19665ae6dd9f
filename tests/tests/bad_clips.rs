//! Clips and sounds that are cut, empty, endless, or claim what they are not: each has its line and
//! its reason from `check`, as it is shipped and sealed, and the one after it is read.

use athar_tests::command::Bench;
use athar_tests::pictures;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn bench() -> Bench {
    Bench::new(env!("CARGO_BIN_EXE_athar-under-test"))
}

fn bytes_of(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/athar-media/tests/fixtures");
    fs::read(folder.join("clips").join(name)).unwrap()
}

/// The lines of `check` for these contents, in their order, beside a good picture that must go on.
fn lines_of(contents: &[Vec<u8>]) -> Vec<Value> {
    let bench = bench();
    let folder = bench.file("folder/x").with_file_name("");
    for (n, content) in contents.iter().enumerate() {
        fs::write(folder.join(format!("{n:04}")), content).unwrap();
    }
    pictures::scene(1, 120, 90).save(folder.join("good.png")).unwrap();
    let (code, mut lines) = bench.json(["check".as_ref(), folder.as_os_str()]);
    assert!([1, 3].contains(&code), "{code}");
    lines.retain(|line| line["path"].is_string());
    assert_eq!(lines.len(), contents.len() + 1, "a line for each input");
    assert!(lines.pop().unwrap()["error"].is_null(), "the good one is read");
    assert_eq!(bench.run(["verify"]).code, 0);
    lines
}

fn line_of(content: Vec<u8>) -> Value {
    lines_of(&[content]).remove(0)
}

fn error_kind(line: &Value) -> &str {
    line["error"]["kind"].as_str().unwrap_or("none")
}

fn message(line: &Value) -> &str {
    line["error"]["message"].as_str().unwrap_or_default()
}

fn place_of(bytes: &[u8], name: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == name).unwrap()
}

#[test]
fn a_clip_cut_anywhere_has_its_line_in_every_container() {
    let files = [
        "h264-aac.mp4",
        "h264-alac.mov",
        "h263-amr.3gp",
        "h264-flac.mkv",
        "vp9-opus.webm",
        "mpeg4-pcm.avi",
        "h264-aac.ts",
        "opus.opus",
        "flac.flac",
        "bare.mp3",
        "aac.aac",
        "narrow.amr",
        "opus.caf",
        "pattern.gif",
        "pattern.webp",
    ];
    let cut = |name: &&str| {
        let bytes = bytes_of(name);
        [1, 3, 6, 10, 14, 19].map(|part| bytes[..bytes.len() * part / 20].to_vec())
    };
    let lines = lines_of(&files.iter().flat_map(cut).collect::<Vec<_>>());
    for (line, name) in lines.iter().zip(files.iter().flat_map(|name| [name; 6])) {
        let kinds = ["none", "corrupt", "unsupported", "low_quality", "limit"];
        assert!(kinds.contains(&error_kind(line)), "{name}: {line}");
        assert!(line["error"].is_null() || message(line).len() > 10, "{name}: a sentence");
    }
    assert!(lines.iter().any(|line| line["error"].is_null()), "some of it is still read");
}

/// A movie without one sample.
#[test]
fn a_clip_without_frames_is_damaged() {
    let mut bytes = bytes_of("mpeg4.mp4");
    for (name, count_at) in [(b"stsz", 12), (b"stts", 8), (b"stsc", 8), (b"stco", 8)] {
        let at = place_of(&bytes, name);
        bytes[at + count_at..at + count_at + 4].fill(0);
    }
    let line = line_of(bytes);
    assert_eq!(error_kind(&line), "corrupt", "{line}");
}

/// Frames of no bytes, which stand for the one before.
#[test]
fn a_million_empty_frames_end() {
    let mut bytes = bytes_of("mjpeg.avi");
    let movi = place_of(&bytes, b"movi");
    let empty = b"00dc\0\0\0\0".repeat(1_000_000);
    for size_at in [4, movi - 4] {
        let size = u32::from_le_bytes(bytes[size_at..size_at + 4].try_into().unwrap());
        let size = size + empty.len() as u32;
        bytes[size_at..size_at + 4].copy_from_slice(&size.to_le_bytes());
    }
    // Without an index all there is has to be read.
    let index = place_of(&bytes, b"idx1");
    bytes[index..index + 4].copy_from_slice(b"JUNK");
    bytes.splice(movi + 4..movi + 4, empty);
    let line = line_of(bytes);
    assert!(["none", "corrupt", "limit"].contains(&error_kind(&line)), "{line}");
}

/// Each of one pixel, and each a screen that stands for a hundredth of a second.
#[test]
fn a_million_tiny_frames_end() {
    let mut bytes = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    let frame = b"!\xf9\x04\0\x01\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0";
    bytes.extend(frame.repeat(1_000_000));
    bytes.push(b';');
    let line = line_of(bytes);
    assert!(["low_quality", "limit"].contains(&error_kind(&line)), "{line}");
}

#[test]
fn a_clip_of_16384_x_16384_is_over_the_limit() {
    let mut bytes = bytes_of("h264-aac.mp4");
    let entry = bytes.windows(4).rposition(|window| window == b"avc1").unwrap();
    bytes[entry + 28..entry + 32].copy_from_slice(&[0x40, 0, 0x40, 0]);
    let line = line_of(bytes);
    assert_eq!(error_kind(&line), "limit", "{line}");
    assert!(message(&line).contains("268435456 pixels"), "{line}");
}

/// How long it says to be decides nothing: two seconds are there.
#[test]
fn a_header_of_a_hundred_hours_changes_nothing() {
    let mut bytes = bytes_of("mpeg4.mp4");
    for header in [b"mvhd", b"mdhd"] {
        let at = place_of(&bytes, header) + 16;
        let ticks = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        let claim = ticks.saturating_mul(360_000);
        bytes[at + 4..at + 8].copy_from_slice(&claim.to_be_bytes());
    }
    let lines = lines_of(&[bytes, bytes_of("mpeg4.mp4")]);
    assert_eq!(error_kind(&lines[0]), error_kind(&lines[1]));
    assert_eq!(lines[0]["quality"], lines[1]["quality"]);
}

/// Two broadcasts that begin at the same time, the later half first.
#[test]
fn time_stamps_that_go_back_are_no_trouble() {
    let bytes = bytes_of("h264-aac.ts");
    let middle = bytes.len() / 188 / 2 * 188;
    let swapped = [&bytes[middle..], &bytes[..middle], &bytes[..]].concat();
    let line = line_of(swapped);
    assert!(line["error"].is_null(), "{line}");
}

#[test]
fn a_clip_that_marks_no_key_frame_is_read_all_the_same() {
    let mut bytes = bytes_of("mpeg4.mp4");
    let table = place_of(&bytes, b"stss");
    bytes[table + 8..table + 12].fill(0);
    let line = line_of(bytes);
    assert!(line["error"].is_null(), "{line}");
}

#[test]
fn playlists_and_what_names_other_files_are_text() {
    let near = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../crates/athar-media/tests/fixtures/clips/mpeg4.mp4");
    let near = near.to_str().unwrap();
    let texts = [
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{near}\n"),
        "#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/endless.ts\n".to_owned(),
        format!("ffconcat version 1.0\nfile '{near}'\n"),
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n".to_owned(),
        format!("<?xml version=\"1.0\"?><MPD><BaseURL>{near}</BaseURL></MPD>"),
    ];
    for line in lines_of(&texts.map(String::into_bytes)) {
        assert_eq!(error_kind(&line), "unsupported", "{line}");
    }
}

/// The clip with its samples said to lie at an address instead of in itself.
#[test]
fn a_clip_that_lies_elsewhere_is_not_followed() {
    let bytes = bytes_of("mpeg4.mp4");
    let at = place_of(&bytes, b"url ") - 4;
    let address = b"http://127.0.0.1:9/clip.mp4\0";
    // Not "in this file", and where instead.
    let entry = [b"url \0\0\0\0", &address[..]].concat();
    let entry = [&(entry.len() as u32 + 4).to_be_bytes()[..], &entry].concat();
    let mut changed = [&bytes[..at], &entry, &bytes[at + 12..]].concat();
    for name in [b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"] {
        let size_at = place_of(&changed, name) - 4;
        let size = u32::from_be_bytes(changed[size_at..size_at + 4].try_into().unwrap());
        let size = size + entry.len() as u32 - 12;
        changed[size_at..size_at + 4].copy_from_slice(&size.to_be_bytes());
    }
    let line = line_of(changed);
    // What is read are the bytes of this file, or nothing.
    assert!(["none", "corrupt"].contains(&error_kind(&line)), "{line}");
}
