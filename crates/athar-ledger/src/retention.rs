//! How long reports are kept: a rule for each channel, and what is over by now.
//!
//! What is over is withdrawn ([`Withdrawal::Over`](crate::Withdrawal::Over)), with everything that
//! only it held, and a case goes with the last of its reports. Time is counted from when a report was opened here: what was typed
//! of when it came in can be wrong by years.

use crate::{
    Ledger, Tx,
    chain::Kind,
    details::Details,
    error::Result,
    facts::check_line,
    read::{all, one},
};
use rusqlite::{Connection, params};

/// How long the reports of a channel are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRule {
    /// Whose; `None` is every channel without a rule of its own.
    pub channel: Option<String>,
    /// For how many days after a report was opened, 1 to 36,500; `None` is for ever.
    pub days: Option<u32>,
}

/// Reports of a channel that are over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// The channel that they name, if they name one.
    pub channel: Option<String>,
    /// How many.
    pub reports: u64,
    /// When the oldest of them was opened.
    pub oldest_at_ms: i64,
}

/// The rules that stand: of each channel the last.
const STANDING: &str = "
    SELECT channel, days FROM retention_rules
    WHERE id IN (SELECT max(id) FROM retention_rules GROUP BY channel)";

/// Reports that are over at ?1, with their channels and when they were opened.
fn over() -> String {
    format!(
        "WITH standing AS ({STANDING})
         SELECT r.id, r.channel, e.at_ms
         FROM reports AS r JOIN events AS e ON e.seq = r.id
         LEFT JOIN standing AS own ON own.channel = r.channel
         LEFT JOIN standing AS other ON other.channel IS NULL
         WHERE e.at_ms < ?1 - 86400000 * iif(own.channel IS NULL, other.days, own.days)"
    )
}

/// Cases all of whose reports go.
const EMPTIED: &str = "
    INSERT INTO going
    SELECT 'cases', gone.case_id
    FROM (SELECT DISTINCT case_id FROM reports
          WHERE id IN (SELECT id FROM going WHERE tab = 'reports')) AS gone
    WHERE NOT EXISTS (SELECT 1 FROM reports AS kept WHERE kept.case_id = gone.case_id
                      AND kept.id NOT IN (SELECT id FROM going WHERE tab = 'reports'))";

impl Ledger {
    /// The rules that stand, that of all other channels first.
    pub fn retention_rules(&self) -> Result<Vec<RetentionRule>> {
        let sql = format!("{STANDING} ORDER BY channel");
        all(&self.conn, &sql, [], |row| {
            Ok(RetentionRule { channel: row.get(0)?, days: row.get(1)? })
        })
    }

    /// When the last event was recorded, as the clock said then.
    pub fn last_event_ms(&self) -> Result<i64> {
        let sql = "SELECT at_ms FROM events ORDER BY seq DESC LIMIT 1";
        Ok(one(&self.conn, sql, [], |row| row.get(0))?.unwrap_or(0))
    }

    /// The reports that are over at a time, by channel.
    pub fn expiring(&self, now_ms: i64) -> Result<Vec<Expiring>> {
        let over = over();
        let sql = format!(
            "SELECT channel, count(*), min(at_ms) FROM ({over}) GROUP BY channel ORDER BY channel"
        );
        all(&self.conn, &sql, [now_ms], |row| {
            Ok(Expiring { channel: row.get(0)?, reports: row.get(1)?, oldest_at_ms: row.get(2)? })
        })
    }
}

impl Tx<'_> {
    /// Says how long the reports of a channel are kept.
    ///
    /// # Errors
    /// [`LedgerError::TextLength`](crate::LedgerError::TextLength) and
    /// [`LedgerError::TextControl`](crate::LedgerError::TextControl) of the channel or the actor.
    pub fn set_retention(
        &mut self,
        rule: &RetentionRule,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<()> {
        let RetentionRule { channel, days } = rule;
        [channel.as_deref(), actor].into_iter().flatten().try_for_each(check_line)?;
        let sql = "INSERT INTO retention_rules (id, salt, channel, days, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        self.chain.record(Kind::RetentionSet, &Details::new(), at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, channel, days, actor])?;
            Ok(())
        })?;
        Ok(())
    }
}

/// Lists the reports that are over as going, and says how many cases go with their last one.
pub(crate) fn list_over(conn: &Connection, now_ms: i64) -> Result<usize> {
    let reports = format!("INSERT INTO going SELECT 'reports', id FROM ({})", over());
    conn.execute(&reports, [now_ms])?;
    Ok(conn.execute(EMPTIED, [])?)
}
