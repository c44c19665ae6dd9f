//! What the questions meet among real landmarks and among drawn ones: the drawing's own check.
//!
//! Counted as a search by sixteen chunks of 16 bits at radius 31 reads: entries in the buckets
//! that differ in a bit at most, those that pass with the next chunk, those within the radius.

use crate::drawn::{Pool, Random};
use crate::store;
use anyhow::Result;
use athar_hash::{Setting, landmarks};
use athar_kernel::{Code, Level, Plane};
use std::path::{Path, PathBuf};

/// Landmarks of each question's picture that are looked at.
const ASKED_OF_EACH: usize = 8;
/// Stored landmarks that they are compared with.
const STORED: usize = 100_000;

/// Of a million stored landmarks.
#[derive(Default)]
struct Met {
    entries: f64,
    passed: f64,
    within: f64,
}

pub fn print(dir: &Path, unknown: &[PathBuf]) -> Result<()> {
    let pool = store::pool(&store::ledger(dir)?)?;
    let mut random = Random(1);
    let questions = questions(unknown, &mut random)?;
    let real = (0..STORED).map(|_| {
        let of = &pool.pictures[random.below(pool.pictures.len())].landmarks;
        of[random.below(of.len())]
    });
    let real: Vec<Code> = real.collect();
    println!("of a million stored landmarks, a question's  entries   passed   within the radius");
    print_row("real", &met(&questions, &real));
    print_row("drawn", &met(&questions, &drawn(&pool, &mut random)));
    let mut even = || Code::from_words([0; 4].map(|_: u64| random.word()));
    let even: Vec<Code> = (0..STORED).map(|_| even()).collect();
    print_row("independent bits", &met(&questions, &even));
    Ok(())
}

fn print_row(name: &str, met: &Met) {
    println!("{name:44} {:8.0} {:8.0} {:10.2}", met.entries, met.passed, met.within);
}

fn questions(unknown: &[PathBuf], random: &mut Random) -> Result<Vec<Code>> {
    let mut questions = Vec::new();
    for path in unknown {
        let luma = image::open(path)?.into_luma8();
        let (width, height) = (luma.width() as usize, luma.height() as usize);
        let luma = luma.into_raw().into_iter().map(f32::from).collect();
        let plane = Plane::new(width, height, luma)?;
        let found = landmarks(&plane, &Setting::ASKED, Level::best());
        if !found.is_empty() {
            questions.extend((0..ASKED_OF_EACH).map(|_| found[random.below(found.len())].code));
        }
    }
    Ok(questions)
}

fn drawn(pool: &Pool, random: &mut Random) -> Vec<Code> {
    let mut codes = Vec::new();
    while codes.len() < STORED {
        codes.extend(pool.draw(random).landmarks);
    }
    codes
}

fn met(questions: &[Code], stored: &[Code]) -> Met {
    let mut met = Met::default();
    for question in questions {
        for code in stored {
            let apart = apart(question, code);
            for (chunk, &bits) in apart.iter().enumerate() {
                let next = apart[(chunk + 1) % apart.len()];
                met.entries += f64::from(u8::from(bits < 2));
                met.passed += f64::from(u8::from(bits < 2 && bits + next < 4));
            }
            met.within += f64::from(u8::from(apart.iter().sum::<u32>() <= 31));
        }
    }
    let of_million = 1e6 / (questions.len().max(1) * stored.len().max(1)) as f64;
    let Met { entries, passed, within } = met;
    Met { entries: entries * of_million, passed: passed * of_million, within: within * of_million }
}

/// In how many bits each chunk differs.
fn apart(a: &Code, b: &Code) -> [u32; 16] {
    let words: [u64; 4] = std::array::from_fn(|word| a.words()[word] ^ b.words()[word]);
    std::array::from_fn(|chunk| (words[chunk / 4] << (chunk % 4 * 16) >> 48).count_ones())
}
