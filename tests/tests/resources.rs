//! `add` within its means: pictures of 100 megapixels in a folder, and less than 1 GiB.

#![cfg(target_os = "linux")]

use athar_tests::command::Bench;
use athar_tests::pictures;
use image::{DynamicImage, RgbImage};
use serde_json::Value;
use std::fs;
use std::process::{Child, Stdio};

/// The most resident memory of a running process so far, in KiB.
fn peak_kib(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A picture of 100 megapixels: a small scene, every pixel of it ten by ten.
fn huge(seed: u64) -> RgbImage {
    let small = pictures::scene(seed, 1154, 866);
    RgbImage::from_fn(11_540, 8_660, |x, y| *small.get_pixel(x / 10, y / 10))
}

#[test]
fn hundred_megapixel_pictures_stay_below_one_gibibyte() {
    let bench = Bench::new(env!("CARGO_BIN_EXE_athar-under-test"));
    for n in 0..2 {
        let picture = DynamicImage::from(huge(n));
        pictures::save_jpeg(&picture, &bench.file(format!("huge/{n}.jpg")), 90);
        picture.save(bench.file(format!("huge/{n}.png"))).unwrap();
    }
    DynamicImage::from(huge(3)).save(bench.file("huge/3.tif")).unwrap();
    for n in 0..20 {
        pictures::scene(100 + n, 300, 200).save(bench.file(format!("huge/s{n}.png"))).unwrap();
    }
    let mut command = bench.command(["add", "c1", "--format", "json"]);
    command.arg(bench.file("huge/x").parent().unwrap()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Each line read is a moment at which the process still lives; its peak never falls.
    let mut peak = 0;
    let mut lines = Vec::new();
    for line in std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap())) {
        peak = peak.max(peak_kib(&child).unwrap_or(0));
        lines.push(serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(lines.len(), 26);
    assert!(lines.iter().all(|line| line["error"].is_null()), "{lines:?}");
    // The JPEG and the PNG of one picture know each other.
    assert_eq!(lines[1]["matches"].as_array().unwrap().len(), 1);
    println!("peak memory {} MiB", peak >> 10);
    assert!(peak > 0 && peak < 1 << 20, "peak memory {} MiB", peak >> 10);
}
