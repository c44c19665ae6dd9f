//! The store that is asked: real pictures through the engine, drawn ones through the ledger, the
//! indexes from the ledger as the engine makes them.

use crate::drawn::{Pool, Random, Real};
use anyhow::{Context, Result};
use athar_engine::{AddOptions, Decoding, Interrupt, Outcome, Space, Store, Watcher};
use athar_index::{Change, Index, Level, Mark, Options};
use athar_ledger::{CodeChange, Ledger, LedgerError, NewCodes, NewItem, NewReport, ReportId, Tx};
use std::fs;
use std::path::{Path, PathBuf};

const CASE: &str = "real";
const DRAWN_CASE: &str = "drawn";
const AT_MS: i64 = 1_700_000_000_000;
/// Pictures of each kind that are asked.
const ASKED: usize = 30;
/// Drawn pictures that are reported at once.
const REPORTED_AT_ONCE: usize = 1000;
/// Codes that are taken from the ledger at once.
const INDEXED_AT_ONCE: usize = 1 << 19;

/// The photographs of a corpus.
pub struct Pictures {
    pub stored: Vec<PathBuf>,
    pub known: Vec<PathBuf>,
    pub unknown: Vec<PathBuf>,
}

impl Pictures {
    pub fn of(corpus: &Path) -> Result<Self> {
        let photos = files(&corpus.join("photos"))?;
        let step = (photos.len() / ASKED).max(2);
        let some = |from: usize| photos.iter().skip(from).step_by(step).take(ASKED).cloned();
        let (unknown, known): (Vec<_>, Vec<_>) = (some(0).collect(), some(step / 2).collect());
        let small = files(&corpus.join("photos_small")).unwrap_or_default();
        let stored = photos.iter().chain(&small).filter(|path| !unknown.contains(path));
        Ok(Self { stored: stored.cloned().collect(), known, unknown })
    }
}

/// Every file below a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

/// The ledger of the store in `dir`.
pub fn ledger(dir: &Path) -> Result<Ledger> {
    Ok(Ledger::open(&dir.join("ledger.sqlite"), 0)?)
}

/// Makes the store, or goes on where it was left.
pub fn make(dir: &Path, pictures: &Pictures, items: usize) -> Result<()> {
    if !dir.join("ledger.sqlite").exists() {
        add_real(dir, pictures)?;
    }
    let mut ledger = ledger(dir)?;
    let pool = pool(&ledger)?;
    let there: u64 = ledger.cases()?.iter().map(|case| case.items).sum();
    if (there as usize) < items {
        eprintln!("check: {there} pictures are stored, {items} are to be");
        add_drawn(&mut ledger, &pool, there as usize..items)?;
    }
    [Space::Pdq, Space::Landmark].iter().try_for_each(|space| index(dir, &ledger, *space))
}

fn add_real(dir: &Path, pictures: &Pictures) -> Result<()> {
    eprintln!("check: {} photographs are added", pictures.stored.len());
    let options = AddOptions { shallow: true, ..AddOptions::default() };
    let stop = Interrupt::new();
    let mut store = Store::init(dir)?;
    store.add(CASE, &pictures.stored, &options, &Decoding::InProcess, &stop, &mut Silent)?;
    Ok(())
}

struct Silent;

impl Watcher for Silent {
    fn done(&mut self, _: &Outcome) {}
}

/// The real pictures that have landmarks.
pub fn pool(ledger: &Ledger) -> Result<Pool> {
    let case = ledger.case_by_name(CASE)?.context("the store has its real pictures")?;
    let mut pool = Pool::default();
    for item in ledger.case_items(case.id)? {
        let rows = ledger.codes_of_item(item.id)?;
        let of = |space: Space| rows.iter().find(|row| row.space == space.name());
        let (Some(whole), Some(parts)) = (of(Space::Pdq), of(Space::Landmark)) else { continue };
        pool.pictures.push(Real {
            size_px: (item.width, item.height),
            landmarks: parts.codes.clone(),
            places: parts.places.clone().unwrap_or_default(),
            extents: whole.places.clone().unwrap_or_default(),
            seconds: whole.second.clone().unwrap_or_default(),
            frames: whole.codes.len(),
        });
    }
    Ok(pool)
}

fn add_drawn(ledger: &mut Ledger, pool: &Pool, numbers: std::ops::Range<usize>) -> Result<()> {
    let mut random = Random(numbers.start as u64);
    let numbers: Vec<usize> = numbers.collect();
    for some in numbers.chunks(REPORTED_AT_ONCE) {
        let added: Result<(), LedgerError> = ledger.write(|tx| {
            let case = match tx.case_by_name(DRAWN_CASE)? {
                Some(row) => row.id,
                None => tx.open_case(DRAWN_CASE, AT_MS)?,
            };
            let report = tx.open_report(case, &NewReport::default(), AT_MS)?;
            some.iter().try_for_each(|&number| add(tx, report, pool, number, &mut random))
        });
        added?;
    }
    Ok(())
}

fn add(
    tx: &mut Tx<'_>,
    report: ReportId,
    pool: &Pool,
    number: usize,
    random: &mut Random,
) -> Result<(), LedgerError> {
    let drawn = pool.draw(random);
    let row = |space: Space, codes, places, second| {
        let (scheme, version) = space.scheme();
        let space = space.name();
        NewCodes { space, scheme, version, ordinal: 0, codes, searchable: true, places, second }
    };
    let frames =
        row(Space::Pdq, &drawn.frames, Some(&drawn.like.extents), Some(&drawn.like.seconds));
    let landmarks = row(Space::Landmark, &drawn.landmarks, Some(&drawn.like.places), None);
    let mut sha256 = [0x55; 32];
    sha256[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let item = NewItem {
        sha256,
        md5: [0; 16],
        kind: "image",
        format: "jpeg",
        bytes: 1,
        width: drawn.like.size_px.0,
        height: drawn.like.size_px.1,
        quality: 100,
        codes: &[frames, landmarks],
    };
    tx.add_item(report, &item, AT_MS).map(drop)
}

/// Brings an index up to the ledger and its segments to rest, as years of reports would.
fn index(dir: &Path, ledger: &Ledger, space: Space) -> Result<()> {
    let place = dir.join("index").join(space.name());
    let (index, _) = Index::open(place, Level::best(), Options::default())?;
    let mut from = index.reached().map_or(0, |mark| mark.reached);
    loop {
        let mut changes = Vec::new();
        let reached =
            ledger.for_some_codes_since(space.name(), from, INDEXED_AT_ONCE, |change| {
                changes.push(change_of(&change));
            })?;
        if reached == from {
            break;
        }
        let tag = ledger.event_digest(reached)?.context("the event is there")?;
        index.apply(&changes, Mark { reached, tag }).context("the index follows the ledger")?;
        while index.maintain()?.is_step() {}
        eprintln!("check: {} {} codes are in the index", index.snapshot().len(), space.name());
        from = reached;
    }
    index.flush()?;
    while index.maintain()?.is_step() {}
    Ok(())
}

fn change_of(change: &CodeChange) -> Change {
    match *change {
        CodeChange::Added { id, code, .. } => Change::Insert { code, payload: id.0 as u64 },
        CodeChange::Removed { id, .. } => Change::Remove { payload: id.0 as u64 },
    }
}
