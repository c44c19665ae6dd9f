//! PDQ of 512 x 512 pixels on one thread, in all eight orientations together, beside the crates
//! `pdqhash` and `yume-pdq`.
//!
//! yume-pdq runs in a program of its own that is built twice: as any program is built, like ours,
//! and for this machine's processor alone with its AVX-512 kernel, which is its fastest. It is
//! built when the benchmark starts and needs m4; without it its rows are missing.
//!
//! The picture is noise in colour, so that no sum is exact and every rounding counts.

#![expect(clippy::print_stderr, reason = "says why a row is missing")]

use athar_hash::pdq::{
    PdqOrientations, pdq, pdq_orientations, pdq_orientations_of_rgb, pdq_turned,
};
use athar_kernel::pdq::Grid;
use athar_kernel::{Level, Plane};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

const SIDE: usize = 512;

/// One group for all, so that the table gives ratios.
const GROUP: &str = "PDQ of 512 x 512 pixels, one thread";

criterion_group!(benches, ours, pdqhash_crate, yume);
criterion_main!(benches);

fn ours(criterion: &mut Criterion) {
    let (rgb, plane) = (noise(), plane());
    for level in Level::available() {
        let mut group = criterion.benchmark_group(GROUP);
        group.bench_function(format!("athar {level} eight_from_plane"), |b| {
            b.iter(|| pdq_orientations(black_box(&plane), level));
        });
        group.bench_function(format!("athar {level} eight_from_rgb"), |b| {
            b.iter(|| pdq_orientations_of_rgb(SIDE, SIDE, black_box(&rgb), level));
        });
        group.bench_function(format!("athar {level} one_from_plane"), |b| {
            b.iter(|| pdq(black_box(&plane), level));
        });
        group.bench_function(format!("athar {level} eight_really_turned"), |b| {
            b.iter(|| pdq_turned(black_box(&plane), level));
        });
        group.finish();
        if let Some(grid) = Grid::of(&plane, level) {
            let mut group = criterion.benchmark_group("PDQ of a grid of 64 x 64 that is there");
            group.bench_function(format!("athar {level} eight_from_grid"), |b| {
                b.iter(|| PdqOrientations::of_grid(black_box(&grid), level));
            });
            group.finish();
        }
    }
}

fn pdqhash_crate(criterion: &mut Criterion) {
    let picture = pdqhash::image::RgbImage::from_raw(SIDE as u32, SIDE as u32, noise());
    let Some(picture) = picture.map(pdqhash::image::DynamicImage::ImageRgb8) else { return };
    let mut group = criterion.benchmark_group(GROUP);
    group.sample_size(20);
    group.bench_function("pdqhash generate_pdq", |b| {
        b.iter(|| pdqhash::generate_pdq(black_box(&picture)));
    });
    group.bench_function("pdqhash generate_pdq_full_size", |b| {
        b.iter(|| pdqhash::generate_pdq_full_size(black_box(&picture)));
    });
    group.finish();
}

fn yume(criterion: &mut Criterion) {
    let builds = [("as_built", "", &[][..]), ("native_avx512", "-Ctarget-cpu=native", &["avx512"])];
    for (name, flags, features) in builds {
        let mut group = criterion.benchmark_group(GROUP);
        match Peer::start(name, flags, features) {
            Ok(mut peer) => {
                group.bench_function(format!("yume-pdq {name} eight_from_plane"), |b| {
                    b.iter_custom(|times| peer.time(times).unwrap_or(Duration::MAX));
                });
            }
            Err(error) => eprintln!("no yume-pdq ({name}): {error}"),
        }
        group.finish();
    }
}

/// yume-pdq in its own process.
struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    fn start(name: &str, flags: &str, features: &[&str]) -> io::Result<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/yume-pdq");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("yume-pdq").join(name);
        let build = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet", "--features"])
            .args([features.join(",")])
            .arg("--target-dir")
            .arg(&target)
            .env("RUSTFLAGS", flags)
            .current_dir(&home)
            .status()?;
        if !build.success() {
            return Err(io::Error::other("it does not build here; is m4 installed?"));
        }
        let program = target.join("release/peer-yume-pdq");
        let mut child =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (mut to, from) = pipes.ok_or(io::ErrorKind::BrokenPipe)?;
        let bytes: Vec<u8> = plane().luma().iter().flat_map(|luma| luma.to_le_bytes()).collect();
        to.write_all(&bytes)?;
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    fn time(&mut self, times: u64) -> io::Result<Duration> {
        writeln!(self.to, "{times}")?;
        let mut answer = String::new();
        self.from.read_line(&mut answer)?;
        answer.trim().parse().map(Duration::from_nanos).map_err(io::Error::other)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends by itself when its input does; the kill only makes sure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes of R, G and B.
fn noise() -> Vec<u8> {
    let mut state = 12345u32;
    let byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(byte).take(3 * SIDE * SIDE).collect()
}

/// The luma of the same pixels.
fn plane() -> Plane {
    let rgb = noise();
    Plane::from_fn(SIDE, SIDE, |x, y| {
        let pixel = &rgb[3 * (y * SIDE + x)..][..3];
        let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
        (299 * r + 587 * g + 114 * b) as f32 / 1000.0
    })
}
