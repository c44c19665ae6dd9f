//! What a unit keeps of a case beside its material.

use crate::handles::{Handle, HandleKind};
use crate::{EngineError, Store, clock};
use athar_ledger::{CaseId, HandleRow, LedgerError, NewHandle, Tx};
use serde::Serialize;

/// The words that channels are told in; a unit may use its own.
pub const CHANNELS: [&str; 6] = ["hotline", "email", "app", "walk-in", "platform", "partner"];

/// How urgent a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// It can wait.
    Low,
    /// As cases are.
    Normal,
    /// Before others.
    High,
    /// Now.
    Immediate,
}

impl Urgency {
    /// From the least.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Immediate];

    /// The name used in JSON and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Immediate => "immediate",
        }
    }

    /// The urgency of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.name() == name)
    }
}

/// What is known of a case; everything may be missing. No field is for a person's real name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CaseFacts {
    /// By which way the complaint first reached the unit: one of [`CHANNELS`], or its own word.
    pub channel: Option<String>,
    /// The unit that took it.
    pub unit: Option<String>,
    /// When the unit received it, milliseconds since 1970-01-01 UTC.
    pub received_at_ms: Option<i64>,
    /// The opaque name of who complains.
    pub complainant: Option<String>,
    /// The opaque name of who is suspected.
    pub suspect: Option<String>,
    /// How urgent it is.
    pub urgency: Option<Urgency>,
    /// Why.
    pub urgency_reason: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

impl CaseFacts {
    /// These facts where they say something, `standing` where they do not. An empty text takes
    /// away what stood.
    #[must_use]
    pub fn over(&self, standing: &Self) -> Self {
        let text = |new: &Option<String>, old: &Option<String>| match new {
            Some(text) if text.trim().is_empty() => None,
            Some(text) => Some(text.clone()),
            None => old.clone(),
        };
        Self {
            channel: text(&self.channel, &standing.channel),
            unit: text(&self.unit, &standing.unit),
            received_at_ms: self.received_at_ms.or(standing.received_at_ms),
            complainant: text(&self.complainant, &standing.complainant),
            suspect: text(&self.suspect, &standing.suspect),
            urgency: self.urgency.or(standing.urgency),
            urgency_reason: text(&self.urgency_reason, &standing.urgency_reason),
            note: text(&self.note, &standing.note),
        }
    }
}

impl Store {
    /// Opens a case with what is known of it. Fails when there is one of this name.
    pub fn open_case(
        &mut self,
        name: &str,
        facts: &CaseFacts,
        handles: &[Handle],
    ) -> Result<(), EngineError> {
        let at_ms = clock::now_ms();
        self.change(|tx| {
            let case = tx.open_case(name, at_ms)?;
            describe(tx, case, facts, at_ms)?;
            keep_handles(tx, case, handles, at_ms)
        })
    }

    /// Changes what is known of a case: what `change` leaves out stays. Returns what stands then.
    pub fn describe_case(
        &mut self,
        name: &str,
        change: &CaseFacts,
    ) -> Result<CaseFacts, EngineError> {
        let case = self.case_id(name)?;
        self.change(|tx| describe(tx, case, change, clock::now_ms()))
    }

    /// Keeps a handle for a case: whether the case did not have it yet.
    pub fn add_handle(&mut self, case: &str, handle: &Handle) -> Result<bool, EngineError> {
        let case = self.case_id(case)?;
        self.change(|tx| tx.add_handle(case, &handle.into(), clock::now_ms()))
    }

    /// Takes a handle from a case.
    pub fn remove_handle(&mut self, case: &str, handle: &Handle) -> Result<(), EngineError> {
        let case = self.case_id(case)?;
        self.change(|tx| tx.remove_handle(case, &handle.into(), clock::now_ms()))
    }
}

/// Lets what `change` makes of a case's facts stand.
fn describe(
    tx: &mut Tx<'_>,
    case: CaseId,
    change: &CaseFacts,
    at_ms: i64,
) -> Result<CaseFacts, LedgerError> {
    let facts = change.over(&tx.case_facts(case)?.into());
    tx.describe_case(case, &(&facts).into(), at_ms)?;
    Ok(facts)
}

pub(crate) fn keep_handles(
    tx: &mut Tx<'_>,
    case: CaseId,
    handles: &[Handle],
    at_ms: i64,
) -> Result<(), LedgerError> {
    for handle in handles {
        tx.add_handle(case, &handle.into(), at_ms)?;
    }
    Ok(())
}

impl From<athar_ledger::CaseFacts> for CaseFacts {
    fn from(row: athar_ledger::CaseFacts) -> Self {
        Self {
            channel: row.channel,
            unit: row.unit,
            received_at_ms: row.received_at_ms,
            complainant: row.complainant,
            suspect: row.suspect,
            urgency: row.urgency.as_deref().and_then(Urgency::from_name),
            urgency_reason: row.urgency_reason,
            note: row.note,
        }
    }
}

impl From<&CaseFacts> for athar_ledger::CaseFacts {
    fn from(facts: &CaseFacts) -> Self {
        let facts = facts.clone();
        Self {
            channel: facts.channel,
            unit: facts.unit,
            received_at_ms: facts.received_at_ms,
            complainant: facts.complainant,
            suspect: facts.suspect,
            urgency: facts.urgency.map(|urgency| urgency.name().to_owned()),
            urgency_reason: facts.urgency_reason,
            note: facts.note,
        }
    }
}

impl<'a> From<&'a Handle> for NewHandle<'a> {
    fn from(handle: &'a Handle) -> Self {
        Self { kind: handle.kind.name(), platform: &handle.platform, value: &handle.value }
    }
}

impl From<HandleRow> for Handle {
    fn from(row: HandleRow) -> Self {
        Self { kind: HandleKind::from_name(&row.kind), platform: row.platform, value: row.value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_stays_and_an_empty_text_takes_away() {
        let text = |text: &str| Some(text.to_owned());
        let standing = CaseFacts {
            channel: text("hotline"),
            suspect: text("S-1"),
            urgency: Some(Urgency::High),
            ..CaseFacts::default()
        };
        let change = CaseFacts { suspect: text(" "), note: text("n"), ..CaseFacts::default() };
        let expected = CaseFacts { suspect: None, note: text("n"), ..standing.clone() };
        assert_eq!(change.over(&standing), expected);
    }
}
