//! What is held back: material that suddenly came to far more cases than its kind usually does.
//!
//! A hold is of one item. Its copies are held with it. What comes later, is no copy and reaches too
//! much as well, has a hold of its own in the same *flood*, which is known by the number of its first
//! hold, and is let go as a whole. How much is too much is decided by who holds; the hold says by
//! which numbers.

use crate::{
    CaseId, HoldId, ItemId, Ledger, Tx,
    aside::{self, Aside},
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::{all, one},
};
use rusqlite::{Connection, Row, params};
use std::collections::{BTreeMap, BTreeSet};

/// From how many cases on the unit wants material held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HoldRule {
    /// As the program has it.
    #[default]
    Usual,
    /// From more than so many on.
    Cases(u32),
    /// Never.
    Off,
}

/// Something to be held back.
#[derive(Debug, Clone, Copy)]
pub struct NewHold {
    /// The item that came.
    pub item: ItemId,
    /// The flood that it belongs to; without one it begins its own.
    pub flood: Option<HoldId>,
    /// Other cases that it would tie.
    pub cases: u64,
    /// How many of them came to it lately.
    pub recent: u64,
    /// How many its kind usually ties.
    pub usual: u64,
    /// More than so many are too many.
    pub most: u64,
}

/// A flood that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// The number of its first hold.
    pub flood: HoldId,
    /// The item of its first hold that is still there.
    pub item: ItemId,
    /// Digest of its bytes.
    pub sha256: [u8; 32],
    /// `image`, `video` or `audio`.
    pub kind: String,
    /// Other cases that it would have tied when it was held.
    pub cases: u64,
    /// How many of them had come to it lately.
    pub recent: u64,
    /// How many its kind usually tied.
    pub usual: u64,
    /// More than so many were too many.
    pub most: u64,
    /// When it was held, UTC.
    pub held_at_ms: i64,
}

/// How far what is held back reaches now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeldNow {
    /// Items, copies included.
    pub items: u64,
    /// Cases that hold one of them.
    pub cases: u64,
}

/// What `hold_row` reads, of the first hold of each flood that is there.
const HOLDS: &str = "
    SELECT h.flood, h.item_id, i.sha256, i.kind, h.cases, h.recent, h.usual, h.most, e.at_ms
    FROM holds AS h JOIN items AS i ON i.id = h.item_id JOIN events AS e ON e.seq = h.id
    WHERE h.id = (SELECT min(id) FROM holds WHERE flood = h.flood)
      AND NOT EXISTS (SELECT 1 FROM hold_releases WHERE flood = h.flood)";

/// The flood by which an item is held.
const FLOOD_OF: &str = "
    SELECT h.flood FROM items_aside AS a JOIN holds AS h ON h.id = a.cause_id
    WHERE a.item_id = ?1 AND a.state = 'held' ORDER BY h.flood LIMIT 1";

/// Every report's reach as the events tell it.
const REACHES: &str = "
    SELECT details ->> 'kind', details ->> 'others', count(*) FROM events
    WHERE kind = 'reach_counted' GROUP BY 1, 2";

impl Ledger {
    /// What is held back, the oldest first.
    pub fn holds(&self) -> Result<Vec<HoldRow>> {
        all(&self.conn, &format!("{HOLDS} ORDER BY h.flood"), [], hold_row)
    }

    /// The flood by which an item is held, if it is.
    pub fn hold_of(&self, item: ItemId) -> Result<Option<HoldRow>> {
        let flood: Option<i64> = one(&self.conn, FLOOD_OF, [item.0], |row| row.get(0))?;
        match flood {
            Some(flood) => one(&self.conn, &format!("{HOLDS} AND h.flood = ?1"), [flood], hold_row),
            None => Ok(None),
        }
    }

    /// How far a flood reaches now.
    pub fn held_now(&self, flood: HoldId) -> Result<HeldNow> {
        held_now(&self.conn, flood)
    }

    /// The most cases that one of these items, or what it is a copy of, reached when somebody let it
    /// act again.
    pub fn released_cases(&self, items: &[ItemId]) -> Result<Option<u64>> {
        let sql = "SELECT max(r.cases) FROM items_aside AS a JOIN holds AS h ON h.id = a.cause_id
                   JOIN hold_releases AS r ON r.flood = h.flood
                   WHERE a.item_id = ?1 AND a.state = 'released'";
        let mut most = None;
        for item in items {
            most = most.max(one(&self.conn, sql, [item.0], |row| row.get(0))?.flatten());
        }
        Ok(most)
    }

    /// The cases that hold one of these items, and since when each does, UTC.
    pub fn cases_of_items(&self, items: &[ItemId]) -> Result<BTreeMap<CaseId, i64>> {
        let sql =
            "SELECT r.case_id, e.at_ms FROM report_items AS r JOIN events AS e ON e.seq = r.id
                   WHERE r.item_id = ?1";
        let mut since = BTreeMap::new();
        for item in items {
            let holdings = all(&self.conn, sql, [item.0], |row| {
                Ok((CaseId(row.get(0)?), row.get::<_, i64>(1)?))
            })?;
            for (case, at_ms) in holdings {
                let first = since.entry(case).or_insert(at_ms);
                *first = at_ms.min(*first);
            }
        }
        Ok(since)
    }

    /// Of reports with something of a kind that other cases had too: how many reached how many cases,
    /// by how many they are.
    pub fn reach_counts(&self, kind: &str) -> Result<Vec<(u64, u64)>> {
        let sql = "SELECT others, reports FROM reach_counts WHERE kind = ?1 ORDER BY others";
        all(&self.conn, sql, [kind], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// From how many cases on material is held back.
    pub fn hold_rule(&self) -> Result<HoldRule> {
        let sql = "SELECT cases FROM hold_rules ORDER BY id DESC LIMIT 1";
        let cases = one(&self.conn, sql, [], |row| row.get::<_, Option<u32>>(0))?.flatten();
        Ok(match cases {
            None => HoldRule::Usual,
            Some(0) => HoldRule::Off,
            Some(cases) => HoldRule::Cases(cases),
        })
    }

    /// Whether the counted reaches are those of the events.
    pub(crate) fn reaches_are_counted(&self) -> Result<bool> {
        type Rows = BTreeSet<(String, u64, u64)>;
        let rows = |sql: &str| -> Result<Rows> {
            let rows = all(&self.conn, sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
            Ok(rows?.into_iter().collect())
        };
        Ok(rows(REACHES)? == rows("SELECT kind, others, reports FROM reach_counts")?)
    }
}

impl Tx<'_> {
    /// Says from how many cases on material is held back.
    ///
    /// # Errors
    /// [`LedgerError::OutOfRange`] for none, [`LedgerError::TextLength`],
    /// [`LedgerError::TextControl`].
    pub fn set_hold_rule(&mut self, rule: HoldRule, actor: Option<&str>, at_ms: i64) -> Result<()> {
        actor.map_or(Ok(()), check_line)?;
        let cases = match rule {
            HoldRule::Usual => None,
            HoldRule::Off => Some(0),
            HoldRule::Cases(0) => return Err(LedgerError::OutOfRange),
            HoldRule::Cases(cases) => Some(cases),
        };
        let sql = "INSERT INTO hold_rules (id, salt, cases, actor) VALUES (?1, ?2, ?3, ?4)";
        self.chain.record(Kind::HoldRuleSet, &Details::new(), at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, cases, actor])?;
            Ok(())
        })?;
        Ok(())
    }

    /// Keeps how many other cases a report reached by its most far-reaching file of a kind; nothing
    /// where that is none.
    pub fn count_reach(&mut self, kind: &str, others: u64, at_ms: i64) -> Result<()> {
        if others == 0 {
            return Ok(());
        }
        let details = Details::new().text("kind", kind).number("others", others);
        let sql = "INSERT INTO reach_counts (kind, others, reports) VALUES (?1, ?2, 1)
                   ON CONFLICT (kind, others) DO UPDATE SET reports = reports + 1";
        self.chain.step(|chain| {
            chain.append(Kind::ReachCounted, None, &details, at_ms)?;
            chain.conn.prepare_cached(sql)?.execute(params![kind, others])?;
            Ok(())
        })
    }

    /// Holds an item and its copies back.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchItem`], [`LedgerError::NotHeld`] where the flood is not held.
    pub fn hold(&mut self, hold: &NewHold, at_ms: i64) -> Result<HoldId> {
        self.item(hold.item)?.ok_or(LedgerError::NoSuchItem)?;
        hold.flood.map_or(Ok(()), |flood| self.stands(flood))?;
        let NewHold { item, flood, cases, recent, usual, most } = *hold;
        let details = Details::new()
            .number("cases", cases)
            .number("most", most)
            .number("recent", recent)
            .number("usual", usual);
        let sql = "INSERT INTO holds (id, salt, item_id, flood, cases, recent, usual, most)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let id = self.chain.record(Kind::ItemHeld, &details, at_ms, |conn, id, salt| {
            let flood = flood.map_or(id, |flood| flood.0);
            let values = params![id, salt, item.0, flood, cases, recent, usual, most];
            conn.prepare_cached(sql)?.execute(values)?;
            aside::set(conn, item, Aside::Held, id)
        })?;
        Ok(HoldId(id))
    }

    /// Lets a flood act again, and says how far it reached then.
    ///
    /// # Errors
    /// [`LedgerError::NotHeld`], [`LedgerError::TextEmpty`] without a reason,
    /// [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn release_hold(
        &mut self,
        flood: HoldId,
        reason: &str,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<HeldNow> {
        if reason.trim().is_empty() {
            return Err(LedgerError::TextEmpty);
        }
        [Some(reason), actor].into_iter().flatten().try_for_each(check_line)?;
        self.stands(flood)?;
        let now = held_now(&self.conn, flood)?;
        self.end_hold(flood, Some(now.cases), reason, actor, at_ms)?;
        Ok(now)
    }

    /// Ends every hold of an item that turned out to be harmless: how far it reached says nothing of
    /// what may tie.
    pub(crate) fn end_holds_of_harmless(
        &mut self,
        item: ItemId,
        note: &str,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<()> {
        while let Some(flood) = one(&self.conn, FLOOD_OF, [item.0], |row| row.get(0))? {
            self.end_hold(HoldId(flood), None, note, actor, at_ms)?;
        }
        Ok(())
    }

    fn end_hold(
        &mut self,
        flood: HoldId,
        cases: Option<u64>,
        reason: &str,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<()> {
        let sql = "INSERT INTO hold_releases (id, salt, flood, cases, reason, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.chain.record(Kind::HoldReleased, &Details::new(), at_ms, |conn, id, salt| {
            let values = params![id, salt, flood.0, cases, reason, actor];
            conn.prepare_cached(sql)?.execute(values)?;
            aside::release(conn, flood.0)
        })?;
        self.close_alerts_of_hold(flood, reason, actor, at_ms)
    }

    fn stands(&self, flood: HoldId) -> Result<()> {
        let sql = "SELECT 1 FROM holds AS h WHERE h.flood = ?1
                   AND NOT EXISTS (SELECT 1 FROM hold_releases WHERE flood = h.flood)";
        match self.conn.prepare_cached(sql)?.exists([flood.0])? {
            true => Ok(()),
            false => Err(LedgerError::NotHeld),
        }
    }
}

fn held_now(conn: &Connection, flood: HoldId) -> Result<HeldNow> {
    let sql = "WITH held AS (SELECT DISTINCT a.item_id FROM holds AS h
                             JOIN items_aside AS a ON a.cause_id = h.id WHERE h.flood = ?1)
               SELECT (SELECT count(*) FROM held),
                      (SELECT count(DISTINCT r.case_id) FROM held AS x
                       JOIN report_items AS r ON r.item_id = x.item_id)";
    let now =
        one(conn, sql, [flood.0], |row| Ok(HeldNow { items: row.get(0)?, cases: row.get(1)? }))?;
    Ok(now.unwrap_or_default())
}

fn hold_row(row: &Row<'_>) -> rusqlite::Result<HoldRow> {
    Ok(HoldRow {
        flood: HoldId(row.get(0)?),
        item: ItemId(row.get(1)?),
        sha256: row.get(2)?,
        kind: row.get(3)?,
        cases: row.get(4)?,
        recent: row.get(5)?,
        usual: row.get(6)?,
        most: row.get(7)?,
        held_at_ms: row.get(8)?,
    })
}
