//! Checks that are remembered, so that what is reported later is held against them.
//!
//! Nothing is remembered unless the unit says for how long. Of an input that was asked about there
//! are the codes of its whole frames, its kind, when that was and who asked, and nothing else. Such
//! a check is no item and belongs to no case: it is in no index on the disk, and erased when its time
//! is over.
//!
//! Time is what the chain has seen go by, not what the clock says. A clock that is set back takes
//! nothing away from it, and when it is set right again that does not count as time gone by: so no
//! check is erased early, and none is kept because it claims to come from the future.

use crate::{
    CheckId, CodeChange, CodeId, CodesId, ItemId, Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    pack::{pack, unpack},
    read::{all, one},
    write::scheme_id,
};
use athar_kernel::Code;
use rusqlite::{Row, params};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 3_600_000;

/// The most days for which a check is remembered.
const MOST_DAYS: u16 = 3650;

/// What is remembered of an input that was asked about.
#[derive(Clone, Copy)]
pub struct NewCheck<'a> {
    /// `image` or `video`.
    pub kind: &'a str,
    /// The space of the codes.
    pub space: &'a str,
    /// What made them.
    pub scheme: &'a str,
    /// The scheme's version.
    pub version: u32,
    /// Codes of its frames, 1 to [`CodeId::CODES_PER_ROW`]: of a picture the whole, and what is left
    /// without surroundings.
    pub codes: &'a [Code],
    /// The opaque name of who asks.
    pub actor: Option<&'a str>,
}

/// A remembered check, without its codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RememberedCheck {
    /// Its number.
    pub id: CheckId,
    /// `image` or `video`.
    pub kind: String,
    /// How many codes there are.
    pub codes: u32,
    /// For how many days it is remembered, as it was said then.
    pub days: u16,
    /// The opaque name of who asked.
    pub actor: Option<String>,
    /// When, UTC.
    pub asked_at_ms: i64,
}

impl Ledger {
    /// For how many days checks are remembered; 0 where they are not.
    pub fn remember_days(&self) -> Result<u16> {
        let sql = "SELECT days FROM remember_rules ORDER BY id DESC LIMIT 1";
        Ok(one(&self.conn, sql, [], |row| row.get(0))?.unwrap_or(0))
    }

    /// How many checks are remembered.
    pub fn remembered_checks(&self) -> Result<u64> {
        Ok(one(&self.conn, "SELECT count(*) FROM checks", [], |row| row.get(0))?.unwrap_or(0))
    }

    /// A remembered check.
    pub fn remembered_check(&self, check: CheckId) -> Result<Option<RememberedCheck>> {
        let sql = "SELECT c.id, c.kind, length(c.code) / 32, c.days, c.actor, e.at_ms
                   FROM checks AS c JOIN events AS e ON e.seq = c.id WHERE c.id = ?1";
        one(&self.conn, sql, [check.0], |row| {
            Ok(RememberedCheck {
                id: CheckId(row.get(0)?),
                kind: row.get(1)?,
                codes: row.get(2)?,
                days: row.get(3)?,
                actor: row.get(4)?,
                asked_at_ms: row.get(5)?,
            })
        })
    }

    /// As [`Ledger::for_some_codes_since`], for the codes of remembered checks; the row of a code
    /// has the check's number. What was erased is not told: whoever finds it asks for the check.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when a row does not hold whole codes.
    pub fn for_some_checks_since(
        &self,
        seq: Seq,
        limit: usize,
        mut f: impl FnMut(CodeChange),
    ) -> Result<Seq> {
        self.at_one_moment(|| {
            let sql = "SELECT id, code FROM checks WHERE id > ?1 ORDER BY id";
            let mut statement = self.conn.prepare_cached(sql)?;
            let (mut rows, mut told, mut last) = (statement.query([seq])?, 0, seq);
            while let Some(row) = rows.next()? {
                if told >= limit {
                    return Ok(last);
                }
                last = row.get(0)?;
                told += tell(row, &mut f)?;
            }
            self.last_seq()
        })
    }

    /// The checks whose time is over at `now_ms`: as many days have gone by as was said when they
    /// were asked, or as are said now, whichever is less.
    pub fn checks_due(&self, now_ms: i64) -> Result<Vec<CheckId>> {
        let sql = "SELECT c.id, c.days, e.at_ms FROM checks AS c JOIN events AS e ON e.seq = c.id
                   ORDER BY c.id";
        self.at_one_moment(|| {
            let days_now = i64::from(self.remember_days()?);
            let checks: Vec<(i64, i64, i64)> =
                all(&self.conn, sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let left = |&(_, days, at_ms): &(i64, i64, i64)| {
                days.min(days_now) * DAY_MS - now_ms.saturating_sub(at_ms)
            };
            // The clock itself may say so of none: then the chain is not read through.
            let is_doubtful = |check: &(i64, i64, i64)| left(check) <= 0 || check.2 > now_ms;
            if !checks.iter().any(is_doubtful) {
                return Ok(Vec::new());
            }
            let gone_by = self.gone_by(now_ms, checks.iter().map(|(id, ..)| *id))?;
            let due = checks.into_iter().zip(gone_by);
            let due = due.filter(|((_, days, _), ms)| *ms >= days.min(&days_now) * DAY_MS);
            Ok(due.map(|((id, ..), _)| CheckId(id)).collect())
        })
    }

    /// How much time went by between each of some events, in the order of the chain, and now.
    fn gone_by(&self, now_ms: i64, of: impl Iterator<Item = i64>) -> Result<Vec<i64>> {
        let mut statement =
            self.conn.prepare_cached("SELECT seq, at_ms FROM events ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let (mut clock, mut of, mut when) = (Elapsed::default(), of.peekable(), Vec::new());
        while let Some(row) = rows.next()? {
            clock.reads(row.get(1)?);
            if of.next_if_eq(&row.get(0)?).is_some() {
                when.push(clock.elapsed_ms);
            }
        }
        clock.reads(now_ms);
        Ok(when.into_iter().map(|ms| clock.elapsed_ms - ms).collect())
    }
}

impl Tx<'_> {
    /// Says for how many days checks are remembered from now on; 0 for not at all.
    ///
    /// # Errors
    /// [`LedgerError::OutOfRange`], [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn set_remember_days(&mut self, days: u16, actor: Option<&str>, at_ms: i64) -> Result<()> {
        actor.map_or(Ok(()), check_line)?;
        if days > MOST_DAYS {
            return Err(LedgerError::OutOfRange);
        }
        let sql = "INSERT INTO remember_rules (id, salt, days, actor) VALUES (?1, ?2, ?3, ?4)";
        let details = Details::new().number("days", days);
        self.chain.record(Kind::RememberRuleSet, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, days, actor])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Remembers that an input was asked about; `None` where the unit remembers nothing.
    ///
    /// # Errors
    /// [`LedgerError::CodesInRow`], [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn remember_check(&mut self, check: &NewCheck<'_>, at_ms: i64) -> Result<Option<CheckId>> {
        let days = self.remember_days()?;
        if days == 0 {
            return Ok(None);
        }
        check.actor.map_or(Ok(()), check_line)?;
        if !(1..=CodeId::CODES_PER_ROW).contains(&check.codes.len()) {
            return Err(LedgerError::CodesInRow { codes: check.codes.len() });
        }
        let sql = "INSERT INTO checks (id, salt, kind, scheme_id, days, actor, code)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let details = Details::new().number("codes", check.codes.len() as u64);
        let seq = self.chain.record(Kind::CheckRemembered, &details, at_ms, |conn, id, salt| {
            let scheme = scheme_id(conn, (check.space, check.scheme, check.version))?;
            let code = pack(check.codes);
            let values = params![id, salt, check.kind, scheme, days, check.actor, code];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(Some(CheckId(seq)))
    }
}

/// Tells the codes of a row, and how many they are.
fn tell(row: &Row<'_>, f: &mut impl FnMut(CodeChange)) -> Result<usize> {
    let (seq, rows, item) = (row.get(0)?, CodesId(row.get(0)?), ItemId(0));
    let blob = row.get_ref(1)?.as_blob().map_err(|_| LedgerError::Corrupt)?;
    let codes = unpack(blob).map_err(|_| LedgerError::Corrupt)?;
    let change = |(position, code)| {
        f(CodeChange::Added { seq, id: CodeId::at(rows, position), item, code });
    };
    codes.enumerate().for_each(change);
    Ok(blob.len() / 32)
}

/// The time that went by, told by a clock that may be set back and right again.
#[derive(Default)]
struct Elapsed {
    last_ms: Option<i64>,
    elapsed_ms: i64,
    /// By how much the clock is behind what it once read.
    behind_ms: i64,
}

impl Elapsed {
    fn reads(&mut self, at_ms: i64) {
        let step_ms = at_ms.saturating_sub(self.last_ms.replace(at_ms).unwrap_or(at_ms));
        if step_ms < 0 {
            self.behind_ms = self.behind_ms.saturating_sub(step_ms);
        } else if step_ms >= self.behind_ms {
            self.elapsed_ms = self.elapsed_ms.saturating_add(step_ms - self.behind_ms);
            self.behind_ms = 0;
        } else {
            self.elapsed_ms = self.elapsed_ms.saturating_add(step_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elapsed(readings: &[i64]) -> i64 {
        let mut clock = Elapsed::default();
        readings.iter().for_each(|at_ms| clock.reads(*at_ms));
        clock.elapsed_ms
    }

    #[test]
    fn a_clock_that_is_set_back_and_right_again_makes_no_time_go_by() {
        assert_eq!(elapsed(&[1000, 1010, 1030]), 30);
        assert_eq!(elapsed(&[1000, 0, 5, 1010]), 10, "set back, and right again");
        assert_eq!(elapsed(&[1000, 100, 110, 130]), 30, "it was ahead, and was set right");
        assert_eq!(elapsed(&[i64::MIN, i64::MAX, i64::MIN, 0]), i64::MAX);
    }
}
