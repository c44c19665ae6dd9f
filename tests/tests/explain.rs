//! `athar explain`: the page, what it must never hold, and when it is refused.

use athar_tests::command::{Bench, Ran};
use athar_tests::{pictures, pieces};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A store with one picture, a crop of it beside the store, and a stranger.
struct Scene {
    bench: Bench,
    item: String,
    crop: PathBuf,
    stranger: PathBuf,
}

const CASE: &str = "<b>A&\"7";

fn scene() -> Scene {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    let known = pictures::detailed(1, 800, 600);
    let file = bench.file("known.jpg");
    pictures::save_jpeg(&known.clone().into(), &file, 90);
    let (_, lines) = bench.json(["add".as_ref(), CASE.as_ref(), file.as_os_str()]);
    let item = lines[0]["sha256"].as_str().unwrap().to_string();
    let (crop, stranger) = (bench.file("<img src=x>.jpg"), bench.file("stranger.jpg"));
    pictures::save_jpeg(&pieces::crop(&known).picture.into(), &crop, 80);
    pictures::save_jpeg(&pictures::detailed(2, 700, 500).into(), &stranger, 90);
    Scene { bench, item, crop, stranger }
}

impl Scene {
    fn explain(&self, item: &str, query: &Path, out: &str, options: &[&str]) -> (Ran, PathBuf) {
        let out = self.bench.file(out);
        let mut args: Vec<OsString> = vec!["explain".into(), item.into(), query.into()];
        args.extend(["--out".into(), out.clone().into()]);
        args.extend(options.iter().map(|option| OsString::from(*option)));
        (self.bench.run(args), out)
    }

    fn page(&self, options: &[&str]) -> String {
        let (ran, out) = self.explain(&self.item[..12], &self.crop, "page.html", options);
        assert_eq!(ran.code, 0, "{}", ran.err);
        fs::read_to_string(out).unwrap()
    }
}

#[test]
fn a_found_picture_has_a_page_with_both_outlines_and_what_they_share() {
    let page = scene().page(&[]);
    assert_eq!(page.matches("class=\"outline\"").count(), 1, "the query's");
    assert_eq!(page.matches("class=\"ground\"").count(), 1, "the item's");
    assert_eq!(page.matches("<polygon class=\"region\"").count(), 2);
    assert!(page.matches("<circle").count() >= 2 * 9, "landmarks on both sides");
    assert!(page.contains("This picture shows a part of the stored item"));
    assert!(page.contains("400 × 300") && page.contains("800 × 600"), "both sizes");
}

#[test]
fn a_page_needs_nothing_and_runs_nothing() {
    for options in [&[][..], &["--clear"], &["--lang", "ar"]] {
        let page = scene().page(options);
        assert!(page.contains("default-src 'none'"));
        for never in
            ["<script", "http:", "https:", "url(http", "@import", " onload", "<b>A", "<img"]
        {
            assert!(!page.contains(never), "{never}");
        }
        assert!(page.contains("&lt;b&gt;A&amp;&quot;7") && page.contains("&lt;img src=x&gt;.jpg"));
        assert_eq!(page.matches("data:").count(), 2, "the policy and one picture");
    }
}

#[test]
fn a_page_holds_no_code() {
    let scene = scene();
    let page = scene.page(&["--clear"]);
    for file in [&scene.crop, &scene.bench.file("known.jpg")] {
        let hash = scene.bench.run(["hash".as_ref(), file.as_os_str()]).out;
        let code = hash.split(',').next().unwrap();
        assert_eq!(code.len(), 64);
        assert!(!page.contains(code));
    }
    assert!(page.contains(&scene.item[..12]) && !page.contains(&scene.item), "the prefix alone");
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let text = page.split("href=\"data:").next().unwrap().to_string()
        + page.split("\"/><pattern").nth(1).expect("the picture comes before the pattern");
    let longest = text.split(|c| !is_hex(c)).map(str::len).max().unwrap();
    assert!(longest < 32, "no run of {longest} hex digits");
}

/// The blur is in the pixels: next to nothing is left to be embedded.
#[test]
fn the_picture_is_blurred_unless_it_is_asked_for_in_the_clear() {
    let scene = scene();
    let picture = |options: &[&str]| {
        let page = scene.page(options);
        page.split("base64,").nth(1).unwrap().split('"').next().unwrap().len()
    };
    let blurred = picture(&[]);
    assert!(picture(&["--clear", "--force"]) > 2 * blurred);
    let page = scene.page(&["--force"]);
    assert!(!page.contains("class=\"unfound\""), "its landmarks do not draw it again");
    assert!(!page.contains("filter"), "the blur is not left to the browser");
}

#[test]
fn a_page_can_be_had_in_arabic() {
    let page = scene().page(&["--lang", "ar"]);
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(page.contains("هذه الصورة تُظهر جزءًا من العنصر المحفوظ"));
    assert!(!page.contains("landmark not"), "no English sentence is left");
}

#[test]
fn the_exit_code_says_whether_something_matches() {
    let scene = scene();
    let (ran, out) = scene.explain(&scene.item, &scene.stranger, "none.html", &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(fs::read_to_string(out).unwrap().contains("No match"));
    let (ran, _) = scene.explain(&scene.item, &scene.crop, "found.html", &["--format", "json"]);
    let line = ran.json_lines().remove(0);
    assert_eq!((ran.code, &line["ways"][0]["relation"]), (0, &"part".into()));
    assert_eq!(line["item"], scene.item.as_str());
}

#[test]
fn an_item_that_is_wrong_or_unknown_or_flat_is_an_error() {
    let scene = scene();
    let flat = scene.bench.file("flat.png");
    pictures::flat(128, 300, 200).save(&flat).unwrap();
    let (_, lines) = scene.bench.json(["add".as_ref(), "c2".as_ref(), flat.as_os_str()]);
    let flat = lines[0]["sha256"].as_str().unwrap();
    let code = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bacd";
    let wrong = [("zzzzzzzz", "hex"), ("abc", "six"), (code, "no item"), (flat, "no landmarks")];
    for (item, reason) in wrong {
        let (ran, out) = scene.explain(item, &scene.crop, "wrong.html", &[]);
        assert_eq!(ran.code, 2, "{reason}");
        assert!(ran.err.contains(reason) && ran.out.is_empty(), "{}", ran.err);
        assert!(!ran.err.contains(code), "what may be a code is not repeated");
        assert!(!out.exists());
    }
}

#[test]
fn a_picture_that_cannot_be_read_is_named_with_its_reason() {
    let scene = scene();
    let text = scene.bench.file("letter.jpg");
    fs::write(&text, "Dear sir or madam").unwrap();
    for (query, reason) in [(text, "text"), (scene.bench.file("gone.jpg"), "no such file")] {
        let (ran, out) = scene.explain(&scene.item, &query, "unread.html", &[]);
        let name = query.file_name().unwrap().to_str().unwrap();
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(name) && ran.err.contains(reason), "{}", ran.err);
        assert!(!ran.err.contains("Dear") && !out.exists());
    }
}

#[test]
fn what_is_there_is_not_written_over() {
    let scene = scene();
    let standing = scene.bench.file("page.html");
    fs::write(&standing, "mine").unwrap();
    let (ran, _) = scene.explain(&scene.item, &scene.crop, "page.html", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("page.html") && ran.err.contains("already"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&standing).unwrap(), "mine");
    assert!(scene.page(&["--force"]).starts_with("<!doctype html>"));

    let picture = fs::read(&scene.crop).unwrap();
    let (ran, _) = scene.explain(&scene.item, &scene.crop, "<img src=x>.jpg", &["--force"]);
    assert_eq!(ran.code, 2, "the evidence itself is never replaced");
    assert_eq!(fs::read(&scene.crop).unwrap(), picture);
    let (ran, _) = scene.explain(&scene.item, &scene.crop, "", &["--force"]);
    assert_eq!(ran.code, 2, "a folder is no page");
}

#[test]
fn a_page_that_cannot_be_written_leaves_nothing() {
    let scene = scene();
    let out = scene.bench.file("here.txt").parent().unwrap().join("nowhere/page.html");
    let args = ["explain".as_ref(), scene.item.as_ref(), scene.crop.as_os_str(), "--out".as_ref()];
    let ran = scene.bench.run(args.into_iter().chain([out.as_os_str()]));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nowhere") && ran.err.contains("written"), "{}", ran.err);
    assert!(!out.parent().unwrap().exists());
}

/// Only who made a page may read it.
#[cfg(unix)]
#[test]
fn a_page_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scene = scene();
    scene.page(&[]);
    let mode = fs::metadata(scene.bench.file("page.html")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
