//! The peer: windows of eight successive Chromaprint words.

use super::measure::Coded;
use anyhow::{Result, anyhow};
use athar_hash::voice::RATE_HZ;
use athar_kernel::Code;
use rusty_chromaprint::{Configuration, Fingerprinter};

const WORDS: usize = 8;

/// A code for every word that has seven after it, each at the middle of its eight. All have the
/// quality 100: Chromaprint has none.
pub fn codes(samples: &[f32]) -> Result<Vec<Coded>> {
    let configuration = Configuration::preset_test2();
    let mut printer = Fingerprinter::new(&configuration);
    printer.start(RATE_HZ, 1).map_err(|error| anyhow!("{error:?}"))?;
    let whole: Vec<i16> = samples.iter().map(|v| (v.clamp(-1.0, 1.0) * 32767.0) as i16).collect();
    printer.consume(&whole);
    printer.finish();
    let word_ms = 1000.0 * f64::from(configuration.item_duration_in_seconds());
    let coded = |(at, words): (usize, &[u32])| Coded {
        code: Code::from_words(std::array::from_fn(|k| {
            u64::from(words[2 * k]) | u64::from(words[2 * k + 1]) << 32
        })),
        at_ms: word_ms * (at as f64 + 0.5 * WORDS as f64),
        quality: 100,
    };
    Ok(printer.fingerprint().windows(WORDS).enumerate().map(coded).collect())
}
