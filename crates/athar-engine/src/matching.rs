//! From rows and candidates to the matches that people are told of: one for every case that
//! holds the other item.

use crate::outcome::{Match, Region, SecondOpinion, Time};
use crate::policy::{self, Relation};
use crate::recognise::Finding;
use athar_hash::{SecondDistance, Space};
use athar_kernel::{Distance, Orientation};
use athar_ledger::{CaseId, ItemId, ItemRow, Ledger, LedgerError, LinkPair, LinkState, MatchRow};
use serde::{Deserialize, Serialize};

/// Every match of a stored item as the ledger holds it, the same file in other cases included.
/// `own` is the case from which one looks: the item itself is not its own match there.
pub(crate) fn standing_matches(
    ledger: &Ledger,
    item: ItemId,
    own: Option<CaseId>,
) -> Result<Vec<Match>, LedgerError> {
    let mut matches = Vec::new();
    if let Some(row) = ledger.item(item)?
        && ledger.is_searchable(item)?
    {
        let same_file = Verdict::of_the_same_file();
        push_cases(ledger, &row, &same_file, &State::OfCases(own), &mut matches)?;
    }
    for row in ledger.matches_of_item(item)? {
        let other = if row.query == item { row.stored } else { row.query };
        if let Some(other) = ledger.item(other)? {
            let state = State::of_items(ledger, item, other.id)?;
            push_cases(ledger, &other, &Verdict::seen_from(item, &row), &state, &mut matches)?;
        }
    }
    Ok(in_order(matches))
}

/// The matches of material that is not kept now; `query` is the item of the very same file, where
/// there is one.
pub(crate) fn matches_of(
    ledger: &Ledger,
    query: Option<ItemId>,
    findings: &[Finding],
) -> Result<Vec<Match>, LedgerError> {
    let mut matches = Vec::new();
    for finding in findings {
        if let Some(item) = ledger.item(finding.item)? {
            let state = State::of_items(ledger, query.unwrap_or(item.id), item.id)?;
            push_cases(ledger, &item, &Verdict::of(finding), &state, &mut matches)?;
        }
    }
    Ok(in_order(matches))
}

/// Where it is told what was decided about a match.
enum State {
    /// Of two items, whatever cases hold them.
    OfItems(LinkState),
    /// Of one item in the case from which one looks, if any, and in each of the others.
    OfCases(Option<CaseId>),
}

impl State {
    fn of_items(ledger: &Ledger, one: ItemId, other: ItemId) -> Result<Self, LedgerError> {
        Ok(Self::OfItems(match one == other {
            true => ledger.state_aside([one, one])?.unwrap_or_default(),
            false => ledger.link_state(LinkPair::Items(one, other))?,
        }))
    }

    fn in_case(
        &self,
        ledger: &Ledger,
        item: ItemId,
        case: CaseId,
    ) -> Result<LinkState, LedgerError> {
        match *self {
            Self::OfItems(state) => Ok(state),
            Self::OfCases(Some(own)) => ledger.link_state(LinkPair::Cases(item, own, case)),
            Self::OfCases(None) => Ok(ledger.state_aside([item, item])?.unwrap_or_default()),
        }
    }
}

/// What the independent hash says of a distance in its own bits.
pub(crate) fn second_opinion(distance: u16) -> SecondOpinion {
    let agrees = policy::second_agrees(SecondDistance::from_bits(distance));
    SecondOpinion { distance, agrees }
}

/// What a row is given for an orientation.
pub(crate) fn orientation_text(orientation: Orientation, inverted: bool) -> String {
    let inverted = if inverted { INVERTED } else { "" };
    format!("{}{inverted}", orientation.name())
}

/// What stands behind an orientation's name when colours are inverted besides.
const INVERTED: &str = ", inverted";

/// The orientation that a row names, and whether colours are inverted besides; rows are only
/// written with names that exist.
pub(crate) fn orientation(text: &str) -> (Orientation, bool) {
    let plain = text.strip_suffix(INVERTED);
    (Orientation::from_name(plain.unwrap_or(text)).unwrap_or_default(), plain.is_some())
}

/// Where two items lie in each other, as a row holds it: the members of a region, where there is
/// one, and beside them the time, where there is one.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Lie {
    #[serde(flatten)]
    pub region: Option<Region>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Time>,
}

impl Lie {
    /// What a row is given; nothing for two whole pictures.
    pub(crate) fn text(&self) -> Option<String> {
        let says_something = self.region.is_some() || self.time.is_some();
        // A structure of numbers and lists always has a text.
        says_something.then(|| serde_json::to_string(self).unwrap_or_default())
    }

    /// What a row holds; only such texts are written there.
    pub(crate) fn of(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    fn other_side(self) -> Self {
        Self { region: self.region.map(Region::other_side), time: self.time.map(Time::other_side) }
    }
}

/// The relation that a row names; rows are only written with names that exist.
pub(crate) fn relation(name: &str) -> Relation {
    Relation::from_name(name).unwrap_or(Relation::Copy)
}

/// The space that a row names; rows are only written with names that exist.
pub(crate) fn space(name: &str) -> Space {
    Space::from_name(name).unwrap_or(Space::Pdq)
}

struct Verdict {
    relation: Relation,
    via: Space,
    distance: u16,
    orientation: Orientation,
    inverted: bool,
    inliers: Option<u32>,
    lie: Lie,
    second: Option<u16>,
    false_alarm_rate: f64,
    false_alarm_pairs: u64,
}

impl Verdict {
    fn of_the_same_file() -> Self {
        Self {
            relation: Relation::Copy,
            via: Space::Pdq,
            distance: 0,
            orientation: Orientation::Rot0,
            inverted: false,
            inliers: None,
            lie: Lie::default(),
            second: Some(0),
            false_alarm_rate: policy::false_alarm_rate(Distance::ZERO),
            false_alarm_pairs: policy::false_alarm_pairs(),
        }
    }

    fn of(finding: &Finding) -> Self {
        Self {
            relation: finding.relation,
            via: finding.via,
            distance: finding.distance,
            orientation: finding.orientation,
            inverted: finding.inverted,
            inliers: finding.inliers,
            lie: Lie { region: finding.region.clone(), time: finding.time.clone() },
            second: finding.second_distance,
            false_alarm_rate: finding.false_alarm_rate,
            false_alarm_pairs: finding.false_alarm_pairs,
        }
    }

    /// The row as it looks from `item`: from the stored side all is the other way round.
    fn seen_from(item: ItemId, row: &MatchRow) -> Self {
        let evidence = &row.evidence;
        let (orientation, inverted) = orientation(&evidence.orientation);
        let lie = Lie::of(evidence.region.as_deref());
        let from_query = row.query == item;
        Self {
            relation: relation(&evidence.relation),
            via: space(&evidence.via),
            distance: evidence.distance,
            orientation: if from_query { orientation } else { orientation.inverse() },
            inverted,
            inliers: evidence.inliers,
            lie: if from_query { lie } else { lie.other_side() },
            second: evidence.second_distance,
            false_alarm_rate: evidence.false_alarm_rate,
            false_alarm_pairs: evidence.false_alarm_pairs,
        }
    }
}

fn push_cases(
    ledger: &Ledger,
    item: &ItemRow,
    verdict: &Verdict,
    state: &State,
    matches: &mut Vec<Match>,
) -> Result<(), LedgerError> {
    let harmless = ledger.harmless_note(item.id)?;
    for case in ledger.cases_of_item(item.id)? {
        if matches!(state, State::OfCases(own) if *own == Some(case.id)) {
            continue;
        }
        matches.push(Match {
            state: state.in_case(ledger, item.id, case.id)?,
            harmless: harmless.clone(),
            case: case.name,
            item: item.sha256,
            relation: verdict.relation,
            via: verdict.via.name(),
            distance: verdict.distance,
            orientation: verdict.orientation,
            inverted: verdict.inverted,
            inliers: verdict.inliers,
            region: verdict.lie.region.clone(),
            time: verdict.lie.time.clone(),
            second_opinion: verdict.second.map(second_opinion),
            false_alarm_rate: verdict.false_alarm_rate,
            false_alarm_pairs: verdict.false_alarm_pairs,
        });
    }
    Ok(())
}

/// Whole frames first, the nearest before others, then what is seen by most landmarks.
fn in_order(mut matches: Vec<Match>) -> Vec<Match> {
    let strength = |m: &Match| match m.via == Space::Pdq.name() {
        true => (false, u32::from(m.distance)),
        false => (true, u32::MAX - m.inliers.unwrap_or(0)),
    };
    matches.sort_by(|a, b| (strength(a), &a.case, a.item).cmp(&(strength(b), &b.case, b.item)));
    matches
}
