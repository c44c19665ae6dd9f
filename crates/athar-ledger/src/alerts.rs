//! Alerts: what was reported now has something in common with what an older case holds, or with
//! what somebody asked about before.
//!
//! An alert is about one arrival, an item that came to a case, and one other side: an older case,
//! many of them at once where they are too many to be told one by one, or remembered checks. It is
//! open until somebody has seen or closed it; each step is a row of its own and the last one stands.

use crate::{
    AlertId, CaseId, CheckId, HoldId, ItemId, Ledger, LinkPair, LinkState, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::{all, one},
};
use rusqlite::{Row, named_params, params};

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AlertState {
    /// Nobody has looked yet.
    #[default]
    Open,
    /// Somebody has looked.
    Seen,
    /// Nothing is left to be done.
    Closed,
}

impl AlertState {
    /// Its name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Seen => "seen",
            Self::Closed => "closed",
        }
    }

    /// The state of this name; tables hold no others.
    fn from_name(name: &str) -> Self {
        let states = [Self::Seen, Self::Closed];
        states.into_iter().find(|state| state.name() == name).unwrap_or_default()
    }
}

/// The other side of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertSource {
    /// An older case, by the item of it that matches best; it may be the same item.
    Case(ItemId, CaseId),
    /// So many older cases, by the item of them that matches best.
    Cases(ItemId, u64),
    /// So many other cases, by the item of them that matches best; the item that came is held back.
    Held(ItemId, HoldId, u64),
    /// So many remembered checks, by the one that is nearest.
    Checks(CheckId, u64),
}

/// An alert to be raised.
#[derive(Debug, Clone, Copy)]
pub struct NewAlert<'a> {
    /// The item that came.
    pub item: ItemId,
    /// The case that it came to.
    pub case: CaseId,
    /// What it has something in common with.
    pub source: AlertSource,
    /// How they hang together.
    pub relation: &'a str,
    /// The space in which they met.
    pub via: &'a str,
    /// Bits in which the two codes differ, 0 to 256.
    pub distance: u16,
    /// How often unrelated material would match so, 0 to 1.
    pub false_alarm_rate: f64,
    /// Pairs of unrelated items that were tried to find that rate.
    pub false_alarm_pairs: u64,
}

/// An alert as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertRow {
    /// Its number.
    pub id: AlertId,
    /// When it was raised, UTC.
    pub raised_at_ms: i64,
    /// Name of the case that the item came to.
    pub case: String,
    /// Digest of the item's bytes.
    pub sha256: [u8; 32],
    /// The other side.
    pub source: AlertSource,
    /// Name of the older case, where it is one.
    pub other_case: Option<String>,
    /// Digest of the older item's bytes, where there is one.
    pub other_sha256: Option<[u8; 32]>,
    /// When the remembered check was made, where it is one, UTC.
    pub asked_at_ms: Option<i64>,
    /// The opaque name of who asked, while that is remembered.
    pub asked_by: Option<String>,
    /// How they hang together.
    pub relation: String,
    /// The space in which they met.
    pub via: String,
    /// Bits in which the two codes differ.
    pub distance: u16,
    /// How often unrelated material would match so.
    pub false_alarm_rate: f64,
    /// Pairs on which that rests.
    pub false_alarm_pairs: u64,
    /// What became of it.
    pub state: AlertState,
    /// Why it is so, where that was said.
    pub reason: Option<String>,
    /// The opaque name of who said so.
    pub actor: Option<String>,
    /// Since when, where somebody said so, UTC.
    pub state_at_ms: Option<i64>,
    /// What a reviewer decided about the link that it is about.
    pub link: LinkState,
}

/// Which alerts are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlertQuestion {
    /// Only those raised since then, UTC.
    pub since_ms: Option<i64>,
    /// Only those that concern this case, on either side.
    pub case: Option<CaseId>,
}

/// What `alert_row` reads. An older case among many is one that held a matching item before.
const ALERTS: &str = "
    SELECT a.id, e.at_ms, c.name, i.sha256, a.item_id, a.case_id, a.check_seq, a.others,
           oc.name, oi.sha256, ce.at_ms, ck.actor, a.relation, a.via, a.distance,
           a.false_alarm_rate, a.false_alarm_pairs, s.state, s.reason, s.actor, se.at_ms,
           h.item_id, h.case_id, a.hold_id
    FROM alerts AS a JOIN events AS e ON e.seq = a.id
    JOIN report_items AS h ON h.id = a.report_item_id
    JOIN cases AS c ON c.id = h.case_id JOIN items AS i ON i.id = h.item_id
    LEFT JOIN cases AS oc ON oc.id = a.case_id LEFT JOIN items AS oi ON oi.id = a.item_id
    LEFT JOIN events AS ce ON ce.seq = a.check_seq LEFT JOIN checks AS ck ON ck.id = a.check_seq
    LEFT JOIN alert_states AS s
        ON s.id = (SELECT max(id) FROM alert_states WHERE alert_id = a.id)
    LEFT JOIN events AS se ON se.seq = s.id
    WHERE (:since IS NULL OR e.at_ms >= :since)
      AND (:case IS NULL OR h.case_id = :case OR a.case_id = :case
           OR a.case_id IS NULL AND a.item_id IS NOT NULL AND EXISTS (
               SELECT 1 FROM report_items AS r
               WHERE r.case_id = :case AND r.id < h.id
                 AND (r.item_id = h.item_id
                      OR EXISTS (SELECT 1 FROM matches AS m WHERE m.query_item_id = h.item_id
                                 AND m.stored_item_id = r.item_id)
                      OR EXISTS (SELECT 1 FROM matches AS m WHERE m.query_item_id = r.item_id
                                 AND m.stored_item_id = h.item_id))))
    ORDER BY a.id";

impl Ledger {
    /// The alerts that were asked for, the oldest first.
    pub fn alerts(&self, question: &AlertQuestion) -> Result<Vec<AlertRow>> {
        let case = question.case.map(|case| case.0);
        let asked = named_params! { ":since": question.since_ms, ":case": case };
        self.at_one_moment(|| {
            let rows = all(&self.conn, ALERTS, asked, alert_row)?;
            rows.into_iter().map(|(row, pair)| self.with_link(row, pair)).collect()
        })
    }

    /// What stands of an alert.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchAlert`].
    pub fn alert_state(&self, alert: AlertId) -> Result<AlertState> {
        let sql = "SELECT (SELECT state FROM alert_states WHERE alert_id = a.id
                           ORDER BY id DESC LIMIT 1)
                   FROM alerts AS a WHERE a.id = ?1";
        let state = one(&self.conn, sql, [alert.0], |row| row.get::<_, Option<String>>(0))?;
        let state = state.ok_or(LedgerError::NoSuchAlert)?;
        Ok(state.map_or_else(AlertState::default, |name| AlertState::from_name(&name)))
    }

    fn with_link(&self, row: AlertRow, pair: Option<LinkPair>) -> Result<AlertRow> {
        let link = pair.map_or(Ok(LinkState::Unreviewed), |pair| self.link_state(pair))?;
        Ok(AlertRow { link, ..row })
    }
}

impl Tx<'_> {
    /// Raises an alert.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchItem`] where the case does not hold it, [`LedgerError::OutOfRange`].
    pub fn raise_alert(&mut self, alert: &NewAlert<'_>, at_ms: i64) -> Result<AlertId> {
        let sql = "SELECT id FROM report_items WHERE item_id = ?1 AND case_id = ?2";
        let holding = one(&self.conn, sql, [alert.item.0, alert.case.0], |row| row.get(0))?;
        let holding: i64 = holding.ok_or(LedgerError::NoSuchItem)?;
        let (item, case, check, hold, others) = match alert.source {
            AlertSource::Case(item, case) => (Some(item.0), Some(case.0), None, None, 1),
            AlertSource::Cases(item, cases) => (Some(item.0), None, None, None, cases),
            AlertSource::Held(item, hold, cases) => (Some(item.0), None, None, Some(hold.0), cases),
            AlertSource::Checks(check, checks) => (None, None, Some(check.0), None, checks),
        };
        let sql =
            "INSERT INTO alerts (id, salt, report_item_id, item_id, case_id, check_seq, hold_id,
                       others, relation, via, distance, false_alarm_rate, false_alarm_pairs)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
        let details = Details::new().number("others", others).text("relation", alert.relation);
        let seq = self.chain.record(Kind::AlertRaised, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![
                id,
                salt,
                holding,
                item,
                case,
                check,
                hold,
                others,
                alert.relation,
                alert.via,
                alert.distance,
                alert.false_alarm_rate,
                alert.false_alarm_pairs
            ])?;
            Ok(())
        })?;
        Ok(AlertId(seq))
    }

    /// Says what became of an alert. Closing it, and opening it again, takes a reason. Returns what
    /// stood before.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchAlert`], [`LedgerError::AlertStands`] where it is so already,
    /// [`LedgerError::TextEmpty`], [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn set_alert_state(
        &mut self,
        alert: AlertId,
        state: AlertState,
        reason: Option<&str>,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<AlertState> {
        let before = self.alert_state(alert)?;
        [reason, actor].into_iter().flatten().try_for_each(check_line)?;
        match () {
            () if before == state => return Err(LedgerError::AlertStands),
            () if state != AlertState::Seen && reason.is_none_or(|why| why.trim().is_empty()) => {
                return Err(LedgerError::TextEmpty);
            }
            () => {}
        }
        let sql = "INSERT INTO alert_states (id, salt, alert_id, state, reason, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let details = Details::new().text("state", state.name());
        self.chain.record(Kind::AlertStateSet, &details, at_ms, |conn, id, salt| {
            let values = params![id, salt, alert.0, state.name(), reason, actor];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(before)
    }
}

impl Tx<'_> {
    /// Nothing is left to be looked at of what was held back.
    pub(crate) fn close_alerts_of_hold(
        &mut self,
        flood: HoldId,
        reason: &str,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<()> {
        let sql = "SELECT a.id FROM holds AS h JOIN alerts AS a ON a.hold_id = h.id
                   WHERE h.flood = ?1 ORDER BY a.id";
        let alerts = all(&self.conn, sql, [flood.0], |row| Ok(AlertId(row.get(0)?)))?;
        for alert in alerts {
            if self.alert_state(alert)? != AlertState::Closed {
                self.set_alert_state(alert, AlertState::Closed, Some(reason), actor, at_ms)?;
            }
        }
        Ok(())
    }
}

/// A row, and the link that it is about where it is one.
fn alert_row(row: &Row<'_>) -> rusqlite::Result<(AlertRow, Option<LinkPair>)> {
    let (item, case) = (row.get::<_, Option<i64>>(4)?, row.get::<_, Option<i64>>(5)?);
    let (check, others) = (row.get::<_, Option<i64>>(6)?, row.get(7)?);
    let (own_item, own_case) = (ItemId(row.get(21)?), CaseId(row.get(22)?));
    let hold = row.get::<_, Option<i64>>(23)?.map(HoldId);
    let source = match (item.map(ItemId), case.map(CaseId)) {
        (Some(item), Some(case)) => AlertSource::Case(item, case),
        (Some(item), None) => match hold {
            Some(hold) => AlertSource::Held(item, hold, others),
            None => AlertSource::Cases(item, others),
        },
        _ => AlertSource::Checks(CheckId(check.unwrap_or(0)), others),
    };
    let pair = match source {
        AlertSource::Case(item, case) if item == own_item => {
            Some(LinkPair::Cases(item, own_case, case))
        }
        AlertSource::Case(item, _) => Some(LinkPair::Items(own_item, item)),
        _ => None,
    };
    let state: Option<String> = row.get(17)?;
    let alert = AlertRow {
        id: AlertId(row.get(0)?),
        raised_at_ms: row.get(1)?,
        case: row.get(2)?,
        sha256: row.get(3)?,
        source,
        other_case: row.get(8)?,
        other_sha256: row.get(9)?,
        asked_at_ms: row.get(10)?,
        asked_by: row.get(11)?,
        relation: row.get(12)?,
        via: row.get(13)?,
        distance: row.get(14)?,
        false_alarm_rate: row.get(15)?,
        false_alarm_pairs: row.get(16)?,
        state: state.map_or_else(AlertState::default, |name| AlertState::from_name(&name)),
        reason: row.get(18)?,
        actor: row.get(19)?,
        state_at_ms: row.get(20)?,
        link: LinkState::Unreviewed,
    };
    Ok((alert, pair))
}
