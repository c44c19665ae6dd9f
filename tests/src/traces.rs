//! Whether what was taken back is still somewhere in a store's files, byte by byte.

use crate::command::Bench;
use athar_kernel::Code;
use athar_ledger::{ItemRow, Ledger};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every byte of every file below a directory.
pub fn bytes_of(dir: &Path) -> Vec<u8> {
    let entries = fs::read_dir(dir).expect("a readable directory");
    let paths = entries.map(|entry| entry.expect("a readable directory").path());
    let bytes = |path: PathBuf| match path.is_dir() {
        true => bytes_of(&path),
        false => fs::read(&path).expect("a readable file"),
    };
    paths.flat_map(bytes).collect()
}

/// The first and last eight bytes of a code, as the ledger and as the index write them.
fn ends(code: &Code) -> [Vec<u8>; 4] {
    let (text, words) = (code.to_bytes(), code.words().map(u64::to_le_bytes).concat());
    [text[..8].to_vec(), text[24..].to_vec(), words[..8].to_vec(), words[24..].to_vec()]
}

/// Each eight bytes of a code, as the ledger and as the index write them.
fn words(code: &Code) -> Vec<Vec<u8>> {
    code.words()
        .iter()
        .flat_map(|word| [word.to_le_bytes(), word.to_be_bytes()])
        .map(Vec::from)
        .collect()
}

/// How many of the codes begin or end somewhere in the bytes, but for what `others` have anywhere
/// in them: a copy shares a word here and there, a mirrored one in another place.
pub fn traces(bytes: &[u8], codes: &[Code], others: &[Code]) -> usize {
    let others: HashSet<Vec<u8>> = others.iter().flat_map(words).collect();
    let told: HashSet<Vec<u8>> = codes.iter().flat_map(ends).collect();
    let is_telling = |end: &&Vec<u8>| end.iter().any(|byte| *byte != end[0]);
    let told: HashSet<&[u8]> =
        told.difference(&others).filter(is_telling).map(Vec::as_slice).collect();
    bytes.windows(8).filter(|window| told.contains(window)).count()
}

/// Every code of a case's items.
pub fn codes_of(bench: &Bench, case: &str) -> Vec<Code> {
    let ledger = bench.ledger();
    let items = items_of(&ledger, case);
    let rows = items.iter().flat_map(|item| ledger.codes_of_item(item.id).expect("it can be read"));
    rows.flat_map(|row| row.codes).collect()
}

/// The SHA-256 of a case's first item, in hex.
pub fn item_of(bench: &Bench, case: &str) -> String {
    let items = items_of(&bench.ledger(), case);
    items[0].sha256.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn items_of(ledger: &Ledger, case: &str) -> Vec<ItemRow> {
    let case = ledger.case_by_name(case).expect("it can be read").expect("the case is there");
    ledger.case_items(case.id).expect("it can be read")
}
