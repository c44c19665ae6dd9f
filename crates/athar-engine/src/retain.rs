//! How long reports are kept, and forgetting what is over as what is withdrawn is forgotten.

use crate::clock::{self, DAY_MS};
use crate::policy::RETAIN_GAP_MS;
use crate::withdraw::WithdrawSummary;
use crate::{EngineError, Store, Watcher};
use athar_ledger::{Expiring, Withdrawal, WithdrawalRequest, Withdrawn};
use serde::Serialize;

pub use athar_ledger::RetentionRule;

/// What is to be done about what is over.
#[derive(Debug, Clone, Copy, Default)]
pub struct RetainOptions<'a> {
    /// Only say what would go.
    pub dry_run: bool,
    /// The clock was looked at: nothing happened in this store for as long as it says.
    pub clock_is_right: bool,
    /// The opaque name of who does it.
    pub actor: Option<&'a str>,
}

/// How long the reports of a channel are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetentionLine {
    /// Whose; `None` is every channel without a rule of its own.
    pub channel: Option<String>,
    /// For how many days after a report was opened; `None` is for ever.
    pub days: Option<u32>,
}

/// Reports of a channel that are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverLine {
    /// The channel that they name, if they name one.
    pub channel: Option<String>,
    /// How many.
    pub reports: u64,
    /// When the oldest of them was opened, milliseconds since 1970-01-01 UTC.
    pub oldest_at_ms: i64,
}

/// What goes by the rules that stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RetainSummary {
    /// Whether it was only asked.
    pub dry_run: bool,
    /// The rules.
    pub rules: Vec<RetentionLine>,
    /// What is over, by channel.
    pub over: Vec<OverLine>,
    /// Cases that go with the last of their reports.
    pub cases: u64,
    /// Reports.
    pub reports: u64,
    /// Items that no report is left to hold.
    pub items: u64,
    /// What was forgotten, where something was.
    pub withdrawn: Option<WithdrawSummary>,
}

impl Store {
    /// The rules that stand, that of all other channels first.
    pub fn retention(&self) -> Result<Vec<RetentionLine>, EngineError> {
        Ok(self.ledger.retention_rules()?.into_iter().map(RetentionLine::from).collect())
    }

    /// Says how long the reports of a channel are kept.
    ///
    /// # Errors
    ///
    /// The channel or the name is too long or no line of text.
    pub fn set_retention(
        &mut self,
        rule: &RetentionRule,
        actor: Option<&str>,
    ) -> Result<(), EngineError> {
        self.change(|tx| tx.set_retention(rule, actor, clock::now_ms()))
    }

    /// Forgets every report that is over, with what only it held.
    ///
    /// # Errors
    ///
    /// [`EngineError::ClockLeapt`] when the clock is far from the last event and nobody said that it
    /// is right: a clock that is years ahead would cost everything. Nothing was changed.
    pub fn retain(
        &mut self,
        options: &RetainOptions<'_>,
        watcher: &mut dyn Watcher,
    ) -> Result<RetainSummary, EngineError> {
        // A key that cannot be read is told before anything is done.
        self.key()?;
        let now_ms = clock::now_ms();
        let over = self.ledger.expiring(now_ms)?;
        let going = match over.is_empty() {
            true => Withdrawn::default(),
            false => self.ledger.write(|tx| tx.would_withdraw(Withdrawal::Over(now_ms)))?,
        };
        let withdrawn = match options.dry_run || over.is_empty() {
            true => None,
            false => Some(self.expire(now_ms, options, watcher)?),
        };
        Ok(RetainSummary {
            dry_run: options.dry_run,
            rules: self.retention()?,
            over: over.into_iter().map(OverLine::from).collect(),
            cases: going.cases,
            reports: going.reports,
            items: going.items,
            withdrawn,
        })
    }

    fn expire(
        &mut self,
        now_ms: i64,
        options: &RetainOptions<'_>,
        watcher: &mut dyn Watcher,
    ) -> Result<WithdrawSummary, EngineError> {
        let gap_ms = now_ms.saturating_sub(self.ledger.last_event_ms()?);
        if gap_ms > RETAIN_GAP_MS && !options.clock_is_right {
            return Err(EngineError::ClockLeapt { days: gap_ms / DAY_MS });
        }
        let request = WithdrawalRequest { reason: REASON, reference: None, actor: options.actor };
        self.take_back(Withdrawal::Over(now_ms), &request, now_ms, watcher)
    }
}

/// Why it goes, as its request says.
const REASON: &str = "the time for which it is kept is over";

impl From<RetentionRule> for RetentionLine {
    fn from(rule: RetentionRule) -> Self {
        Self { channel: rule.channel, days: rule.days }
    }
}

impl From<Expiring> for OverLine {
    fn from(over: Expiring) -> Self {
        Self { channel: over.channel, reports: over.reports, oldest_at_ms: over.oldest_at_ms }
    }
}
