//! Remembered checks: what was asked about before, and for how long that is kept.
//!
//! They are no items of cases and take part in no answer about these. Their codes are in the ledger
//! alone; an index of them is made in memory for the length of a command. Only whole frames are
//! remembered: 32 bytes for a picture, where its landmarks would take ten thousand. So a copy that was
//! turned, mirrored, shrunk or written anew is found again, and a crop is not.

use crate::clock::{self, DAY_MS};
use crate::follow::follow_checks;
use crate::lists::{Frame, frames_of, frames_of_item};
use crate::lookup::ways;
use crate::policy::{self, ASKED_FRAMES_LEAST, ASKED_HITS, HITS_IN_ALL, PDQ_RADIUS, Relation};
use crate::prepare::{Body, Prepared};
use crate::time_places::{IMAGE, VIDEO};
use crate::{EngineError, Left, Store};
use athar_hash::Space;
use athar_index::{Hit, Index};
use athar_kernel::{Code, Distance, Level};
use athar_ledger::{
    CheckId, CodeId, Ledger, LedgerError, NewCheck, RememberedCheck, Tx, Withdrawal,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remembered {
    /// For how many days; 0 where nothing is.
    pub days: u16,
    /// How many checks are.
    pub checks: u64,
    /// How many were erased now, because their time was over.
    pub erased: u64,
    /// What may still be found of them in the store's files, in a sentence each.
    pub left: Vec<Left>,
}

/// That somebody asked about the same before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AskedBefore {
    /// How often.
    pub times: u64,
    /// When last, milliseconds since 1970-01-01 UTC.
    pub last_ms: i64,
    /// The number of the check that is nearest.
    pub check: i64,
    /// The opaque name of who asked then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// How it hangs together with that.
    pub relation: Relation,
    /// Distance of the two codes in bits, 0 to 256.
    pub distance: u16,
    /// How often one comparison of unrelated material comes as near.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated pictures on which the rate rests.
    pub false_alarm_pairs: u64,
}

impl Store {
    /// Says for how many days checks are remembered, where that is given, and erases those whose time
    /// is over.
    ///
    /// # Errors
    ///
    /// More than 3650 days.
    pub fn remember(
        &mut self,
        days: Option<u16>,
        actor: Option<&str>,
    ) -> Result<Remembered, EngineError> {
        let now_ms = clock::now_ms();
        if let Some(days) = days {
            self.ledger.write(|tx| tx.set_remember_days(days, actor, now_ms))?;
        }
        let (erased, left) = self.forget_checks(now_ms)?;
        self.checkpoint_if_due()?;
        let (days, checks) = (self.ledger.remember_days()?, self.ledger.remembered_checks()?);
        Ok(Remembered { days, checks, erased, left })
    }

    /// Erases the checks whose time was over when the day began: so the ledger is written anew once a
    /// day at most. Says what may be left of them.
    pub(crate) fn forget_checks_of_past_days(&mut self) -> Result<Vec<Left>, EngineError> {
        let now_ms = clock::now_ms();
        Ok(self.forget_checks(now_ms - now_ms.rem_euclid(DAY_MS))?.1)
    }

    fn forget_checks(&mut self, until_ms: i64) -> Result<(u64, Vec<Left>), EngineError> {
        // Without anything to be erased nobody is kept waiting.
        if self.ledger.checks_due(until_ms)?.is_empty() {
            return Ok((0, Vec::new()));
        }
        let at_ms = clock::now_ms();
        let erased = self.ledger.write(|tx| {
            let due = tx.checks_due(until_ms)?;
            tx.forget_checks(&due, at_ms)
        })?;
        Ok((erased, self.scrubbed().into_iter().collect()))
    }
}

/// The codes of a check that are remembered: of a clip with very many, some all over it.
pub(crate) fn codes(frames: &[Frame]) -> Vec<Code> {
    let step = frames.len().div_ceil(CodeId::CODES_PER_ROW).max(1);
    frames.iter().step_by(step).map(|frame| frame.codes[0]).collect()
}

/// Remembers an input, where the unit wants that and there are codes.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    kind: &str,
    codes: &[Code],
    actor: Option<&str>,
    at_ms: i64,
) -> Result<Option<i64>, LedgerError> {
    if codes.is_empty() {
        return Ok(None);
    }
    let (space, scheme, version) =
        (Space::Pdq.name(), athar_hash::PDQ_SCHEME, athar_hash::PDQ_VERSION);
    let check = NewCheck { kind, space, scheme, version, codes, actor };
    Ok(tx.remember_check(&check, at_ms)?.map(|id| id.0))
}

/// The checks that asked about what is about to be taken back.
pub(crate) fn checks_of(tx: &mut Tx<'_>, what: Withdrawal) -> Result<Vec<CheckId>, LedgerError> {
    if tx.remembered_checks()? == 0 {
        return Ok(Vec::new());
    }
    let going = tx.items_going(what)?;
    let asked = AskedLookup::open(tx)?;
    let mut checks = BTreeSet::new();
    for item in going {
        checks.extend(asked.all_near(&frames_of_item(tx, item)?));
    }
    Ok(checks.into_iter().collect())
}

/// The codes of remembered checks.
pub(crate) struct AskedLookup(Index);

/// Where a check came nearest.
struct Near {
    distance: Distance,
    /// The frame of the input, and the code of the check, by their places.
    places: (usize, usize),
    /// The frames that are like one of the check's.
    frames: BTreeSet<usize>,
}

impl AskedLookup {
    pub(crate) fn open(ledger: &Ledger) -> Result<Self, LedgerError> {
        let lookup = Self(Index::new(Level::best()));
        lookup.catch_up(ledger)?;
        Ok(lookup)
    }

    /// Learns what was committed since. What is erased is not found, whatever the index holds.
    pub(crate) fn catch_up(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        let reached = self.0.reached().map_or(0, |mark| mark.reached);
        follow_checks(&self.0, reached, ledger)?;
        Ok(())
    }

    /// Whether somebody asked before about a file that was prepared.
    pub(crate) fn before(
        &self,
        ledger: &Ledger,
        prepared: &Prepared,
    ) -> Result<Option<AskedBefore>, LedgerError> {
        if self.0.snapshot().is_empty() {
            return Ok(None);
        }
        let is_clip = match (&prepared.body, &prepared.digest) {
            (Body::Clip(_), _) => true,
            (Body::Known, Some(digest)) => {
                let item = ledger.item_by_sha256(&digest.sha256)?;
                item.is_some_and(|item| item.kind != IMAGE)
            }
            _ => false,
        };
        let kind = if is_clip { VIDEO } else { IMAGE };
        self.of_frames(ledger, kind, &frames_of(ledger, prepared)?)
    }

    /// Whether somebody asked before about something with these frames.
    pub(crate) fn of_frames(
        &self,
        ledger: &Ledger,
        kind: &str,
        frames: &[Frame],
    ) -> Result<Option<AskedBefore>, LedgerError> {
        let mut standing = Vec::new();
        for (check, near) in self.near(frames) {
            if let Some(check) = ledger.remembered_check(check)?
                && is_alike(&near, kind, frames.len(), &check)
            {
                standing.push((near, check));
            }
        }
        let last_ms = standing.iter().map(|(_, check)| check.asked_at_ms).max();
        let times = standing.len() as u64;
        let nearest = standing.into_iter().min_by_key(|(near, check)| (near.distance, check.id));
        Ok(nearest.zip(last_ms).map(|((near, check), last_ms)| AskedBefore {
            times,
            last_ms,
            check: check.id.0,
            relation: relation(&near, kind, &check),
            distance: near.distance.bits(),
            false_alarm_rate: rate(&near, kind, frames.len(), &check),
            false_alarm_pairs: policy::false_alarm_pairs(),
            by: check.actor,
        }))
    }

    /// The checks of which a code is near to one of the frames.
    fn near(&self, frames: &[Frame]) -> BTreeMap<CheckId, Near> {
        let snapshot = self.0.snapshot();
        let mut found = BTreeMap::new();
        if snapshot.is_empty() {
            return found;
        }
        let most = (HITS_IN_ALL / (16 * frames.len().max(1))).clamp(1, ASKED_HITS);
        for (number, frame) in frames.iter().enumerate() {
            for page in snapshot.first_batch(&ways(&frame.codes), PDQ_RADIUS, most) {
                page.hits.iter().for_each(|hit| add(&mut found, number, hit));
            }
        }
        found
    }

    /// Every check of which a code is near to one of the frames.
    fn all_near(&self, frames: &[Frame]) -> BTreeSet<CheckId> {
        let snapshot = self.0.snapshot();
        let each = frames.iter().flat_map(|f| snapshot.within_batch(&ways(&f.codes), PDQ_RADIUS));
        each.flatten().map(|hit| check_of(&hit).0).collect()
    }
}

/// The check that a code is of, and its place in it.
fn check_of(hit: &Hit) -> (CheckId, usize) {
    let code = CodeId(hit.payload as i64);
    (CheckId(code.row().0), code.position())
}

fn add(found: &mut BTreeMap<CheckId, Near>, frame: usize, hit: &Hit) {
    let (check, position) = check_of(hit);
    let here = (hit.distance, (frame, position));
    let first = || Near { distance: here.0, places: here.1, frames: BTreeSet::new() };
    let near = found.entry(check).or_insert_with(first);
    (near.distance, near.places) = here.min((near.distance, near.places));
    near.frames.insert(frame);
}

/// Of two clips some frames have to be alike, one is enough where either is a picture.
fn is_alike(near: &Near, kind: &str, frames: usize, check: &RememberedCheck) -> bool {
    let least = ASKED_FRAMES_LEAST.min(frames as u32).min(check.codes);
    kind == IMAGE || check.kind == IMAGE || near.frames.len() as u32 >= least
}

fn relation(near: &Near, kind: &str, check: &RememberedCheck) -> Relation {
    match (kind == IMAGE, check.kind == IMAGE) {
        // The first is the whole, the other what is left of it without surroundings.
        (true, true) if near.places.0 == near.places.1 => Relation::Copy,
        (true, true) => Relation::Part,
        (false, false) => Relation::Segment,
        _ => Relation::Still,
    }
}

/// Each frame of a clip that is held against another is one comparison of pictures.
fn rate(near: &Near, kind: &str, frames: usize, check: &RememberedCheck) -> f64 {
    let looks = if kind == IMAGE { 1 } else { frames };
    let stored = if check.kind == IMAGE { 1 } else { check.codes };
    let rate = policy::false_alarm_rate(near.distance) * looks as f64 * f64::from(stored);
    rate.min(1.0)
}
