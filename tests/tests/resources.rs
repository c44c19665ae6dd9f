//! `add` within its means: pictures of 100 megapixels in a folder, and less than 1 GiB for it and
//! the processes that it decodes in.

#![cfg(target_os = "linux")]

use athar_tests::command::Bench;
use athar_tests::pictures;
use image::{DynamicImage, RgbImage};
use serde_json::Value;
use std::fs;
use std::process::{Child, Stdio};

/// The resident memory of a running process and its workers, in KiB.
fn resident_kib(child: &Child) -> u64 {
    let own = field(child.id(), "VmRSS:").unwrap_or(0);
    let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).into_iter().flatten();
    let lists =
        tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok());
    let workers: Vec<u32> = lists
        .flat_map(|list| {
            list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
        })
        .collect();
    own + workers.into_iter().filter_map(|worker| field(worker, "VmRSS:")).sum::<u64>()
}

fn field(process: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
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
    let out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let lines = std::io::BufRead::lines(std::io::BufReader::new(out));
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect::<Vec<Value>>()
    });
    // What several processes hold together has no highest mark: it is looked at all the time.
    let mut peak = 0;
    let status = loop {
        peak = peak.max(resident_kib(&child));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::yield_now();
    };
    assert!(status.success());
    let lines = reader.join().unwrap();
    assert_eq!(lines.len(), 26);
    assert!(lines.iter().all(|line| line["error"].is_null()), "{lines:?}");
    // The JPEG and the PNG of one picture know each other.
    assert_eq!(lines[1]["matches"].as_array().unwrap().len(), 1);
    println!("peak memory {} MiB", peak >> 10);
    assert!(peak > 0 && peak < 1 << 20, "peak memory {} MiB", peak >> 10);
}
