//! Large stores without pictures, and what a store's index looks like on the disk.

use athar_kernel::Code;
use athar_ledger::{Ledger, LedgerError, LedgerKey, NewCodes, NewItem, NewReport};
use std::fs;
use std::path::{Path, PathBuf};

/// When everything in these stores happens, in milliseconds of UTC since 1970.
pub const AT_MS: i64 = 1_700_000_000_000;

/// The codes that [`fill`] reports as numbers `numbers`: far apart from each other.
pub fn code(number: u64) -> Code {
    Code::from_words([0, 1, 2, 3].map(|word| mixed(number.wrapping_mul(4).wrapping_add(word))))
}

/// Reports an item for each number into case `case` of the store in `dir`, as if by pictures.
pub fn fill(dir: &Path, case: &str, numbers: std::ops::Range<u64>) {
    let mut ledger = Ledger::open(&ledger_file(dir), 0).expect("the store has a ledger");
    fill_ledger(&mut ledger, case, numbers);
}

/// The same where the ledger is open.
pub fn fill_ledger(ledger: &mut Ledger, case: &str, numbers: std::ops::Range<u64>) {
    let filled: Result<(), LedgerError> = ledger.write(|tx| {
        let case = match tx.case_by_name(case)? {
            Some(row) => row.id,
            None => tx.open_case(case, AT_MS)?,
        };
        let report = tx.open_report(case, &NewReport::default(), AT_MS)?;
        for number in numbers {
            let mut sha256 = [0x77; 32];
            sha256[..8].copy_from_slice(&number.to_be_bytes());
            let codes = NewCodes {
                space: "pdq",
                scheme: athar_hash::PDQ_SCHEME,
                version: athar_hash::PDQ_VERSION,
                ordinal: 0,
                codes: &[code(number)],
                searchable: true,
                places: None,
                second: None,
            };
            tx.add_item(report, &item(sha256, &[codes]), AT_MS)?;
        }
        Ok(())
    });
    filled.expect("the ledger takes it");
}

/// Reports one more item with these codes into the case, as if by another program.
pub fn add_item(dir: &Path, case: &str, codes: &[NewCodes<'_>]) {
    let mut ledger = Ledger::open(&ledger_file(dir), 0).expect("the store has a ledger");
    let added: Result<(), LedgerError> = ledger.write(|tx| {
        let case = tx.case_by_name(case)?.expect("the case is there").id;
        let report = tx.open_report(case, &NewReport::default(), AT_MS)?;
        tx.add_item(report, &item([0x66; 32], codes), AT_MS)?;
        Ok(())
    });
    added.expect("the ledger takes it");
}

/// Later than any clock: what comes then is never long ago.
pub const LATE_MS: i64 = 4_000_000_000_000;

/// Brings an item to a case of its own for each number, as if by other programs.
pub fn spread(dir: &Path, sha256: [u8; 32], numbers: std::ops::Range<u32>, at_ms: i64) {
    let mut ledger = Ledger::open(&ledger_file(dir), 0).expect("the store has a ledger");
    let spread: Result<(), LedgerError> = ledger.write(|tx| {
        let item = tx.item_id(&sha256)?.expect("the item is there");
        for number in numbers {
            let case = tx.open_case(&format!("F-{number:05}"), at_ms)?;
            let report = tx.open_report(case, &NewReport::default(), at_ms)?;
            tx.add_known_item(report, item, at_ms)?;
        }
        Ok(())
    });
    spread.expect("the ledger takes it");
}

/// Counts so many reports that reached so many other cases each.
pub fn reach(dir: &Path, reports: u32, others: u64) {
    let mut ledger = Ledger::open(&ledger_file(dir), 0).expect("the store has a ledger");
    let counted: Result<(), LedgerError> =
        ledger.write(|tx| (0..reports).try_for_each(|_| tx.count_reach("image", others, AT_MS)));
    counted.expect("the ledger takes it");
}

fn item<'a>(sha256: [u8; 32], codes: &'a [NewCodes<'a>]) -> NewItem<'a> {
    NewItem {
        sha256,
        md5: [0; 16],
        kind: "image",
        format: "png",
        bytes: 1,
        width: 100,
        height: 100,
        quality: 100,
        codes,
    }
}

/// How many codes of a space the ledger of the store in `dir` has for an index.
pub fn codes(dir: &Path, space: &str) -> u64 {
    let mut count = 0;
    ledger(dir).for_each_code_since(space, 0, |_| count += 1).expect("the ledger can be read");
    count
}

/// The ledger of the store in `dir`, to be read.
pub fn ledger(dir: &Path) -> Ledger {
    Ledger::open_read_only(&ledger_file(dir)).expect("the store has a ledger")
}

/// The key to a ledger in a key file, which is 64 hex digits.
pub fn ledger_key(file: &Path) -> LedgerKey {
    let text = fs::read_to_string(file).expect("a key file");
    let digits = text.trim().as_bytes().chunks(2).map(|digits| std::str::from_utf8(digits));
    let bytes = digits.map(|digits| u8::from_str_radix(digits.expect("ASCII"), 16).expect("hex"));
    let bytes: Vec<u8> = bytes.collect();
    LedgerKey::new(&bytes.try_into().expect("64 digits"))
}

/// The file of the ledger of the store in `dir`.
pub fn ledger_file(dir: &Path) -> PathBuf {
    dir.join("ledger.sqlite")
}

/// The directory of the index of the store in `dir`.
pub fn index_dir(dir: &Path) -> PathBuf {
    dir.join("index").join("pdq")
}

/// The largest segment of the index of the store in `dir`.
pub fn segment(dir: &Path) -> PathBuf {
    let files = fs::read_dir(index_dir(dir)).expect("the index is there");
    let files = files.map(|file| file.expect("it can be listed").path());
    let segments = files.filter(|file| file.to_string_lossy().contains("segment-"));
    segments.max_by_key(|file| file.metadata().map_or(0, |data| data.len())).expect("it has one")
}

/// Copies a directory of files in the place of another.
pub fn replace_dir(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).expect("directories can be made");
    for file in fs::read_dir(from).expect("it is there") {
        let file = file.expect("it can be listed");
        fs::copy(file.path(), to.join(file.file_name())).expect("files can be copied");
    }
}

/// The mixing steps of SplitMix64.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
