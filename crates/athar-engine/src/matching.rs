//! From rows and candidates to the matches that people are told of: one for every case that
//! holds the other item.

use crate::lookup::Candidate;
use crate::outcome::{Match, SecondOpinion};
use crate::policy::{self, Relation};
use athar_hash::{SecondDistance, Space};
use athar_kernel::{Distance, Orientation};
use athar_ledger::{CaseId, ItemId, ItemRow, Ledger, LedgerError, MatchRow};

/// Every match of a stored item as the ledger holds it, the same file in other cases included.
/// `own` is the case from which one looks: the item itself is not its own match there.
pub(crate) fn standing_matches(
    ledger: &Ledger,
    item: ItemId,
    own: Option<CaseId>,
) -> Result<Vec<Match>, LedgerError> {
    let mut matches = Vec::new();
    if let Some(row) = ledger.item(item)?
        && policy::searchable(row.quality)
    {
        let same_file = Verdict::of_the_same_file();
        push_cases(ledger, &row, &same_file, own, &mut matches)?;
    }
    for row in ledger.matches_of_item(item)? {
        let other = if row.query == item { row.stored } else { row.query };
        if let Some(other) = ledger.item(other)? {
            push_cases(ledger, &other, &Verdict::seen_from(item, &row), None, &mut matches)?;
        }
    }
    Ok(in_order(matches))
}

/// The matches of material that is not kept.
pub(crate) fn candidate_matches(
    ledger: &Ledger,
    candidates: &[Candidate],
) -> Result<Vec<Match>, LedgerError> {
    let mut matches = Vec::new();
    for candidate in candidates {
        let Some(relation) = policy::judge_whole(candidate.distance) else { continue };
        if let Some(item) = ledger.item(candidate.item)? {
            let verdict = Verdict {
                relation,
                distance: candidate.distance.bits(),
                orientation: candidate.orientation,
                second: candidate.second_distance,
                false_alarm_rate: policy::false_alarm_rate(candidate.distance),
            };
            push_cases(ledger, &item, &verdict, None, &mut matches)?;
        }
    }
    Ok(in_order(matches))
}

/// What the independent hash says of a distance in its own bits.
pub(crate) fn second_opinion(distance: u16) -> SecondOpinion {
    let agrees = policy::second_agrees(SecondDistance::from_bits(distance));
    SecondOpinion { distance, agrees }
}

/// The orientation that a row names; rows are only written with names that exist.
pub(crate) fn orientation(name: &str) -> Orientation {
    Orientation::from_name(name).unwrap_or_default()
}

/// The relation that a row names; there is one so far.
pub(crate) fn relation(name: &str) -> Relation {
    Relation::from_name(name).unwrap_or(Relation::Copy)
}

struct Verdict {
    relation: Relation,
    distance: u16,
    orientation: Orientation,
    second: Option<u16>,
    false_alarm_rate: f64,
}

impl Verdict {
    fn of_the_same_file() -> Self {
        Self {
            relation: Relation::Copy,
            distance: 0,
            orientation: Orientation::Rot0,
            second: Some(0),
            false_alarm_rate: policy::false_alarm_rate(Distance::ZERO),
        }
    }

    /// The row as it looks from `item`: from the stored side the orientation is the inverse.
    fn seen_from(item: ItemId, row: &MatchRow) -> Self {
        let evidence = &row.evidence;
        let orientation = orientation(&evidence.orientation);
        Self {
            relation: relation(&evidence.relation),
            distance: evidence.distance,
            orientation: if row.query == item { orientation } else { orientation.inverse() },
            second: evidence.second_distance,
            false_alarm_rate: evidence.false_alarm_rate,
        }
    }
}

fn push_cases(
    ledger: &Ledger,
    item: &ItemRow,
    verdict: &Verdict,
    without: Option<CaseId>,
    matches: &mut Vec<Match>,
) -> Result<(), LedgerError> {
    for case in ledger.cases_of_item(item.id)? {
        if Some(case.id) == without {
            continue;
        }
        matches.push(Match {
            case: case.name,
            item: item.sha256,
            relation: verdict.relation,
            via: Space::Pdq.name(),
            distance: verdict.distance,
            orientation: verdict.orientation,
            region: None,
            time: None,
            second_opinion: verdict.second.map(second_opinion),
            false_alarm_rate: verdict.false_alarm_rate,
        });
    }
    Ok(())
}

fn in_order(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by(|a, b| (a.distance, &a.case, a.item).cmp(&(b.distance, &b.case, b.item)));
    matches
}
