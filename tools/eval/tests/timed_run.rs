//! A whole run over clips and sounds that FFmpeg makes itself, as somebody with a folder of their
//! own would see it. Passed over, and said so, where there is no FFmpeg to make them.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use athar_eval::random::Random;
use athar_eval::report;
use athar_eval::timed::Medium;
use athar_eval::timed::ffmpeg::Ffmpeg;
use athar_eval::timed::run::{Options, Timed, run};
use athar_eval::timed::score::{Row, VPDQ};
use athar_eval::timed::sounds::{music, write_wav};
use std::fs;
use std::path::Path;

/// Two clips without sound and six tunes: two become sound tracks, one is a stranger's, three are
/// stored.
fn corpus(root: &Path, ffmpeg: &Ffmpeg) {
    fs::create_dir_all(root.join("videos")).unwrap();
    fs::create_dir_all(root.join("audio")).unwrap();
    for (name, picture) in [("a", "mandelbrot=s=320x240:r=10"), ("b", "testsrc2=s=320x240:r=10")] {
        let arguments = ["-f", "lavfi", "-i", picture, "-t", "6", "-c:v", "mpeg4", "-q:v", "3"];
        let path = root.join("videos").join(name).with_extension("mp4");
        ffmpeg.make(&arguments.map(String::from), &path).unwrap();
    }
    for n in 0..6 {
        let mut random = Random::of(n, &["recording"]);
        write_wav(&root.join(format!("audio/{n}.wav")), &music(&mut random, 7.0)).unwrap();
    }
    fs::write(root.join("audio/letter.txt"), "no sound").unwrap();
}

fn options(root: &Path, edits: &[&str]) -> Options {
    Options {
        corpus: root.to_owned(),
        media: vec![Medium::Clip, Medium::Voice],
        sources: None,
        edits: edits.iter().map(ToString::to_string).collect(),
        seed: 3,
        once: true,
        keep: None,
    }
}

fn row<'a>(run: &'a Timed, medium: Medium, edit: &str, route: &str) -> &'a Row {
    let is_it = |row: &&Row| row.medium == medium && row.edit == edit && row.route == route;
    run.rows.iter().find(is_it).unwrap()
}

/// Rows without how fast they came.
fn untimed(run: &Timed) -> Vec<Row> {
    run.rows.iter().cloned().map(|row| Row { times_real_time: None, ..row }).collect()
}

#[test]
fn a_folder_of_clips_and_sounds_is_evaluated() {
    let ffmpeg = match Ffmpeg::find() {
        Ok(ffmpeg) => ffmpeg,
        Err(error) => return eprintln!("not tested: {error:#}"),
    };
    let folder = tempfile::tempdir().unwrap();
    corpus(folder.path(), &ffmpeg);
    let edits =
        ["clip: muted", "clip: trim 3 s", "voice: trim 3 s", "voice: two joined", "silence"];
    let mut told = Vec::new();
    let options = options(folder.path(), &edits);
    let done = run(&options, &mut |done, of| told.push((done, of))).unwrap();

    assert_eq!(told, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    assert_eq!((done.facts.stored, done.facts.queries), ([2, 3, 0], 2 + 2 + 3 + 3 + 1));
    assert!(done.facts.skipped.iter().any(|(name, _)| name == "audio/letter.txt"));

    let muted = row(&done, Medium::Clip, "muted", VPDQ);
    assert_eq!((muted.n, muted.recall, muted.false_links, muted.pairs), (2, Some(1.0), 0, 2));
    assert_eq!(row(&done, Medium::Clip, "trim", "all").n, 2);
    assert_eq!(row(&done, Medium::Voice, "two joined", "all").n, 6);
    let silence = row(&done, Medium::Voice, "stranger", "all");
    assert_eq!((silence.n, silence.recall), (0, None));

    let again = run(&options, &mut |_, _| {}).unwrap();
    assert_eq!(untimed(&again), untimed(&done));

    let out = folder.path().join("out");
    report::write(None, Some(&done), &out).unwrap();
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("letter.txt") && page.contains("two joined") && !page.contains("src="));
    assert!(report::timed_table(&done).lines().any(|line| line.starts_with("muted")));
}

#[test]
fn nothing_is_evaluated_without_files_or_with_no_edit() {
    if Ffmpeg::find().is_err() {
        return eprintln!("not tested: there is no FFmpeg");
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(run(&options(folder.path(), &[]), &mut |_, _| {}).is_err());
    assert!(run(&options(folder.path(), &["no such edit"]), &mut |_, _| {}).is_err());
}
