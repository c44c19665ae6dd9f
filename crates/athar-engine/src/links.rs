//! What ties cases together.

use crate::case_facts::CaseFacts;
use crate::decide::state_name;
use crate::handles::Handle;
use crate::outcome::{Region, SecondOpinion, Time, hex, orientation_name};
use crate::policy::{self, Relation};
use crate::{EngineError, Provenance, Store, Urgency, matching};
use athar_kernel::{Distance, Orientation};
use athar_ledger::{CaseId, ItemId, ItemRow, LinkRow, LinkState, ReportRow};
use serde::Serialize;
use std::collections::BTreeMap;

/// A match between items of two cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// The side that was reported later.
    pub from: LinkEnd,
    /// The side that was known before.
    pub to: LinkEnd,
    /// How the two hang together.
    pub relation: Relation,
    /// The space in which they met.
    pub via: String,
    /// Distance of the two codes in bits, 0 to 256.
    pub distance: u16,
    /// What is done to the picture of `from` to lay it on that of `to`.
    #[serde(serialize_with = "orientation_name")]
    pub orientation: Orientation,
    /// Whether the colours of `from` are inverted as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inverted: bool,
    /// Landmarks of `to` that were found again in `from`; `null` where they were not looked at.
    pub inliers: Option<u32>,
    /// The region on both sides, `from` being the query; `null` for whole pictures.
    pub region: Option<Region>,
    /// The stretches of time on both sides; `null` where both are pictures.
    pub time: Option<Time>,
    /// What an independent hash says.
    pub second_opinion: Option<SecondOpinion>,
    /// How often one comparison of unrelated pictures comes as near.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated pictures on which the rate rests.
    pub false_alarm_pairs: u64,
    /// What a reviewer decided.
    #[serde(serialize_with = "state_name")]
    pub state: LinkState,
}

/// One side of a link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LinkEnd {
    /// The case.
    pub case: String,
    /// SHA-256 of its item.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
}

/// A case and its sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseSummary {
    /// The opaque name its unit gave it.
    pub case: String,
    /// When it was opened, milliseconds since 1970-01-01 UTC.
    pub opened_at_ms: i64,
    /// Number of reports.
    pub reports: u64,
    /// Number of items.
    pub items: u64,
    /// Number of files that could not be hashed.
    pub refused: u64,
    /// Number of other cases it is linked with.
    pub linked_cases: u64,
    /// How urgent it is.
    pub urgency: Option<Urgency>,
    /// Which unit took the complaint.
    pub unit: Option<String>,
}

/// One case in full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CasePage {
    /// The sums.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// Its reports, oldest first.
    pub report_list: Vec<Report>,
    /// Its items, oldest first.
    pub item_list: Vec<Item>,
    /// Its links with other cases, without those that were rejected.
    pub links: Vec<Link>,
    /// What is known of it beside its material.
    pub facts: CaseFacts,
    /// What the threat came from.
    pub handles: Vec<Handle>,
    /// Those of its handles that tie it to other cases.
    pub shared_handles: Vec<SharedHandle>,
}

/// A handle that other cases have too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedHandle {
    /// What it is.
    pub handle: Handle,
    /// The other cases, oldest first.
    pub cases: Vec<String>,
}

/// One submission of items into a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its number in the ledger.
    pub report: i64,
    /// By which way it came.
    pub channel: Option<String>,
    /// Which unit took it.
    pub unit: Option<String>,
    /// When it was begun, milliseconds since 1970-01-01 UTC.
    pub opened_at_ms: i64,
    /// When the unit received it, where that was said.
    pub received_at_ms: Option<i64>,
    /// Whether every file was looked at; `false` when it was broken off.
    pub complete: bool,
}

/// One file as reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// SHA-256 of the file.
    #[serde(serialize_with = "hex")]
    pub item: [u8; 32],
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// The file's format, found in its content.
    pub file_format: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Columns in pixels, as a person sees it.
    pub width: u32,
    /// Rows in pixels.
    pub height: u32,
    /// PDQ quality, 0 to 100.
    pub quality: u8,
    /// When it was first reported, milliseconds since 1970-01-01 UTC.
    pub added_at_ms: i64,
    /// What mails, archives and chats told of it, in this case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<Provenance>,
}

impl Store {
    /// Every case, oldest first.
    pub fn cases(&self) -> Result<Vec<CaseSummary>, EngineError> {
        Ok(self.ledger.cases()?.into_iter().map(CaseSummary::from).collect())
    }

    /// One case in full.
    pub fn case(&self, name: &str) -> Result<CasePage, EngineError> {
        let id = self.case_id(name)?;
        let summary = self.ledger.case_summary(id)?;
        let handles: Vec<_> = self.ledger.handles(id)?.into_iter().map(Handle::from).collect();
        Ok(CasePage {
            summary: summary.ok_or(EngineError::NoSuchCase)?.into(),
            report_list: self.reports(id)?,
            item_list: self.items(id)?,
            links: self.standing_links(Some(name))?,
            facts: self.ledger.case_facts(id)?.into(),
            shared_handles: self.shared(id, &handles)?,
            handles,
        })
    }

    /// Those of these handles of a case that tie it to other cases.
    pub fn shared_handles(
        &self,
        case: &str,
        handles: &[Handle],
    ) -> Result<Vec<SharedHandle>, EngineError> {
        self.shared(self.case_id(case)?, handles)
    }

    fn shared(&self, case: CaseId, handles: &[Handle]) -> Result<Vec<SharedHandle>, EngineError> {
        let mut shared = Vec::new();
        for handle in handles.iter().filter(|handle| handle.kind.ties()) {
            let cases = self.ledger.other_cases_of_handle(case, &handle.into())?;
            if !cases.is_empty() {
                shared.push(SharedHandle { handle: handle.clone(), cases });
            }
        }
        Ok(shared)
    }

    fn items(&self, case: CaseId) -> Result<Vec<Item>, EngineError> {
        let mut told: BTreeMap<ItemId, Vec<Provenance>> = BTreeMap::new();
        for row in self.ledger.provenance(case)? {
            told.entry(row.item).or_default().push(row.provenance.into());
        }
        let item = |row: ItemRow| {
            let provenance = told.remove(&row.id).unwrap_or_default();
            Item { provenance, ..Item::from(row) }
        };
        Ok(self.ledger.case_items(case)?.into_iter().map(item).collect())
    }

    fn reports(&self, case: CaseId) -> Result<Vec<Report>, EngineError> {
        let receipts: BTreeMap<_, _> = self.ledger.receipts(case)?.into_iter().collect();
        let report = |row: ReportRow| {
            let received_at_ms = receipts.get(&row.id).copied();
            Report { received_at_ms, ..Report::from(row) }
        };
        Ok(self.ledger.case_reports(case)?.into_iter().map(report).collect())
    }

    /// As [`Store::links`], without those that were rejected, are harmless or held back.
    pub fn standing_links(&self, case: Option<&str>) -> Result<Vec<Link>, EngineError> {
        let case = case.map(|name| self.case_id(name)).transpose()?;
        Ok(self.ledger.standing_links(case)?.into_iter().map(Link::from).collect())
    }

    /// Every link between two cases, or those of one case, those that tie nothing too.
    pub fn links(&self, case: Option<&str>) -> Result<Vec<Link>, EngineError> {
        let case = case.map(|name| self.case_id(name)).transpose()?;
        Ok(self.ledger.links(case)?.into_iter().map(Link::from).collect())
    }

    pub(crate) fn case_id(&self, name: &str) -> Result<CaseId, EngineError> {
        Ok(self.ledger.case_by_name(name)?.ok_or(EngineError::NoSuchCase)?.id)
    }
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        let evidence = row.evidence;
        // A file that two cases share is judged here, like any other distance.
        let distance = Distance::new(evidence.distance).unwrap_or(Distance::ZERO);
        let (false_alarm_rate, false_alarm_pairs) = match row.match_seq {
            Some(_) => (evidence.false_alarm_rate, evidence.false_alarm_pairs),
            None => (policy::false_alarm_rate(distance), policy::false_alarm_pairs()),
        };
        let (orientation, inverted) = matching::orientation(&evidence.orientation);
        let lie = matching::Lie::of(evidence.region.as_deref());
        Self {
            from: row.from.into(),
            to: row.to.into(),
            relation: matching::relation(&evidence.relation),
            via: evidence.via,
            distance: evidence.distance,
            orientation,
            inverted,
            inliers: evidence.inliers,
            region: lie.region,
            time: lie.time,
            second_opinion: evidence.second_distance.map(matching::second_opinion),
            false_alarm_rate,
            false_alarm_pairs,
            state: row.state,
        }
    }
}

impl From<athar_ledger::LinkEnd> for LinkEnd {
    fn from(end: athar_ledger::LinkEnd) -> Self {
        Self { case: end.case_name, item: end.sha256 }
    }
}

impl From<athar_ledger::CaseSummary> for CaseSummary {
    fn from(row: athar_ledger::CaseSummary) -> Self {
        Self {
            case: row.name,
            opened_at_ms: row.opened_at_ms,
            reports: row.reports,
            items: row.items,
            refused: row.refusals,
            linked_cases: row.links,
            urgency: row.urgency.as_deref().and_then(Urgency::from_name),
            unit: row.unit,
        }
    }
}

impl From<ReportRow> for Report {
    fn from(row: ReportRow) -> Self {
        Self {
            report: row.id.0,
            channel: row.channel,
            unit: row.unit,
            opened_at_ms: row.opened_at_ms,
            received_at_ms: None,
            complete: row.closing.is_some_and(|closing| closing.complete),
        }
    }
}

impl From<ItemRow> for Item {
    fn from(row: ItemRow) -> Self {
        Self {
            item: row.sha256,
            kind: row.kind,
            file_format: row.format,
            bytes: row.bytes,
            width: row.width,
            height: row.height,
            quality: row.quality,
            added_at_ms: row.added_at_ms,
            provenance: Vec::new(),
        }
    }
}
