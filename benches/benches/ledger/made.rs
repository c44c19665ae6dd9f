//! The ledgers that are measured, made by the ledger's own writes.

use anyhow::Result;
use athar_kernel::Code;
use athar_ledger::{
    CaseId, ItemId, Ledger, LedgerError, NewCodes, NewHandle, NewItem, NewMatch, NewReport,
    ReportId, Tx,
};
use std::fs;
use std::path::{Path, PathBuf};

pub const CASES: usize = 100_000;
const FLOOD_CASES: usize = 10_000;
const ITEMS_PER_CASE: usize = 10;
/// Items that all match each other: 21 matches, three for each.
const CLUSTER: usize = 7;
/// Cases in which a cluster's items lie.
const COMMUNITY: usize = 20;

/// Cases with ten items each, of which every one has six matches.
pub fn many(dir: &Path, cases: usize) -> Result<PathBuf> {
    made(dir.join("many"), |ledger| fill_many(ledger, cases))
}

/// Ten thousand cases that all hold the same picture.
pub fn flood(dir: &Path) -> Result<PathBuf> {
    made(dir.join("flood"), fill_flood)
}

/// No case at all.
pub fn empty(dir: &Path) -> Result<PathBuf> {
    made(dir.join("empty"), |_| Ok(()))
}

/// A store in `place`; one that is there already is taken as it is.
fn made(place: PathBuf, fill: impl FnOnce(&mut Ledger) -> Result<()>) -> Result<PathBuf> {
    if !place.join("ledger.sqlite").exists() {
        fs::create_dir_all(&place)?;
        let draft = place.join("draft.sqlite");
        fill(&mut Ledger::create(&draft, "athar-benches", AT_MS)?)?;
        fs::rename(draft, place.join("ledger.sqlite"))?;
    }
    Ok(place)
}

/// The case of 500 items, each of which matches three that are there, in a store of [`many`].
pub fn court(place: &Path) -> Result<&'static str> {
    let mut ledger = Ledger::open(&place.join("ledger.sqlite"), AT_MS)?;
    if ledger.case_by_name(COURT)?.is_none() {
        ledger.write(fill_court)?;
    }
    Ok(COURT)
}

const COURT: &str = "court";
const COURT_ITEMS: usize = 500;

fn fill_court(tx: &mut Tx<'_>) -> Result<(), LedgerError> {
    let case = tx.open_case(COURT, AT_MS)?;
    let report = tx.open_report(case, &NewReport::default(), AT_MS)?;
    for place in 0..COURT_ITEMS {
        // Numbers that no item of another case has.
        let query = add(tx, report, usize::MAX / 8 + place)?;
        for other in 0..3 {
            let stored = tx.item_id(&sha256(place * 3 + other))?;
            tx.add_match(&copy(query, stored.ok_or(LedgerError::NoSuchItem)?), AT_MS)?;
        }
    }
    Ok(())
}

const AT_MS: i64 = 1_700_000_000_000;

/// Steps of one transaction.
const WRITTEN_AT_ONCE: usize = 2_000;

fn fill_many(ledger: &mut Ledger, cases: usize) -> Result<()> {
    let mut reports = Vec::new();
    for some in (0..cases).collect::<Vec<_>>().chunks(WRITTEN_AT_ONCE) {
        ledger.write(|tx| {
            for &number in some {
                let (case, report) = open(tx, number)?;
                name_handle(tx, case, number / 2)?;
                reports.push(report);
            }
            Ok::<_, LedgerError>(())
        })?;
    }
    let clusters: Vec<_> = (0..cases * ITEMS_PER_CASE / CLUSTER).collect();
    for some in clusters.chunks(WRITTEN_AT_ONCE / CLUSTER) {
        ledger.write(|tx| some.iter().try_for_each(|&number| cluster(tx, &reports, number)))?;
    }
    Ok(())
}

/// One picture, and the same in every case.
fn fill_flood(ledger: &mut Ledger) -> Result<()> {
    ledger.write(|tx| {
        (0..FLOOD_CASES).try_for_each(|number| {
            let (_, report) = open(tx, number)?;
            add(tx, report, 0).map(drop)
        })
    })?;
    Ok(())
}

fn open(tx: &mut Tx<'_>, number: usize) -> Result<(CaseId, ReportId), LedgerError> {
    let case = tx.open_case(&format!("C-{number:06}"), AT_MS)?;
    Ok((case, tx.open_report(case, &NewReport::default(), AT_MS)?))
}

fn name_handle(tx: &mut Tx<'_>, case: CaseId, number: usize) -> Result<(), LedgerError> {
    let value = format!("+96477{number:08}");
    let handle = NewHandle { kind: "telephone", platform: "", value: &value };
    tx.add_handle(case, &handle, AT_MS).map(drop)
}

fn cluster(tx: &mut Tx<'_>, reports: &[ReportId], number: usize) -> Result<(), LedgerError> {
    let mut items: Vec<ItemId> = Vec::new();
    for place in 0..CLUSTER {
        let item = number * CLUSTER + place;
        let spread = spread(item) as usize;
        // One in ten lies anywhere, the others in the cluster's own cases.
        let case = match spread % 10 {
            0 => spread / 10 % reports.len(),
            _ => (number * COMMUNITY + spread / 10 % COMMUNITY) % reports.len(),
        };
        items.push(add(tx, reports[case], item)?);
    }
    for (place, &query) in items.iter().enumerate() {
        items[..place].iter().try_for_each(|&stored| tx.add_match(&copy(query, stored), AT_MS))?;
    }
    Ok(())
}

fn add(tx: &mut Tx<'_>, report: ReportId, number: usize) -> Result<ItemId, LedgerError> {
    let codes = [Code::from_words(words(number))];
    let row = NewCodes {
        space: "pdq",
        scheme: "pdq",
        version: 1,
        ordinal: 0,
        codes: &codes,
        searchable: true,
        places: None,
        second: None,
    };
    let item = NewItem {
        sha256: sha256(number),
        md5: [0; 16],
        kind: "image",
        format: "jpeg",
        bytes: 100_000,
        width: 1080,
        height: 1920,
        quality: 100,
        codes: &[row],
    };
    Ok(tx.add_item(report, &item, AT_MS)?.item())
}

fn words(number: usize) -> [u64; 4] {
    [0, 1, 2, 3].map(|n| spread(4 * number + n))
}

fn sha256(number: usize) -> [u8; 32] {
    let mut sha256 = [0; 32];
    let words = words(number);
    sha256.as_chunks_mut::<8>().0.iter_mut().zip(words).for_each(|(b, w)| *b = w.to_le_bytes());
    sha256
}

fn copy(query: ItemId, stored: ItemId) -> NewMatch<'static> {
    NewMatch {
        query,
        stored,
        relation: "copy",
        via: "pdq",
        ordinal: 0,
        distance: 12,
        orientation: "rot0",
        second_distance: Some(3),
        radius: 31,
        inliers: None,
        region: None,
        false_alarm_rate: 9.3e-7,
        false_alarm_pairs: 3_227_070,
    }
}

/// A number that looks like chance and comes again in every run (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014).
fn spread(number: usize) -> u64 {
    let mut z = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
