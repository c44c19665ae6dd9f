//! Real photographs for tests, where they are at hand: `ATHAR_CORPUS`, or `../shared/corpus`
//! beside the checkout. They are never part of the project.

use std::env;
use std::path::{Path, PathBuf};

/// The corpus, or `None` with a line that says which test goes without.
pub fn corpus(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let dir = env::var_os("ATHAR_CORPUS").map_or(beside, PathBuf::from);
    if dir.join("photos").is_dir() {
        return Some(dir);
    }
    eprintln!("{test}: there is no corpus of real photographs (ATHAR_CORPUS): not run");
    None
}

/// The table of reference hashes beside the corpus.
pub fn golden_rows(corpus: &Path) -> Option<Vec<GoldenRow>> {
    let table = std::fs::read_to_string(corpus.join("../golden/pdq_reference.tsv")).ok()?;
    Some(table.lines().skip(1).filter_map(GoldenRow::parse).collect())
}

/// One picture of the table.
pub struct GoldenRow {
    /// Path below `photos`.
    pub path: String,
    /// `PNG` or `JPEG`.
    pub format: String,
    /// EXIF's number, 1 when the stored pixels stand upright.
    pub exif_orientation: u16,
    /// PDQ quality.
    pub quality: u8,
    /// PDQ as 64 hex digits.
    pub pdq: String,
}

impl GoldenRow {
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<_> = line.split('\t').collect();
        Some(Self {
            path: fields.first()?.to_string(),
            format: fields.get(3)?.to_string(),
            exif_orientation: fields.get(4)?.parse().ok()?,
            quality: fields.get(5)?.parse().ok()?,
            pdq: fields.get(6)?.to_string(),
        })
    }
}
