//! What ties cases together.
//!
//! A link joins two pairs of (case, item) whose cases differ: by a match between the items, or
//! because it is the very same file. Of the ways in which one item lies in the other, only the best
//! supported counts. Where several matches join the same two pairs, the link
//! shows the one that chance explains least.

use crate::{
    CaseId, ItemId, Ledger, LinkEnd, LinkRow, LinkState,
    error::Result,
    read::{all, evidence, one},
};
use rusqlite::{Connection, Row};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// What `link_row` reads.
pub(crate) const LINK: &str =
    "SELECT l.relation, l.via, l.distance, l.orientation, l.second_distance,
                           l.radius, l.inliers, l.region,
                           l.false_alarm_rate, l.false_alarm_pairs, l.match_id,
                           l.from_case_id, l.from_item_id, fc.name, fi.sha256,
                           l.to_case_id, l.to_item_id, tc.name, ti.sha256, l.state
                    FROM links AS l
                    JOIN cases AS fc ON fc.id = l.from_case_id
                    JOIN items AS fi ON fi.id = l.from_item_id
                    JOIN cases AS tc ON tc.id = l.to_case_id
                    JOIN items AS ti ON ti.id = l.to_item_id";

impl Ledger {
    /// Every link, or every link of one case: one row per unordered pair of (case, item), in
    /// the order of the ids of their older, then of their newer side. Rejected ones are among
    /// them, and say so.
    pub fn links(&self, case: Option<CaseId>) -> Result<Vec<LinkRow>> {
        let rows = match case {
            None => all(&self.conn, LINK, [], link_row)?,
            Some(CaseId(id)) => {
                let sql = format!(
                    "{LINK} WHERE l.from_case_id = ?1 UNION ALL {LINK} WHERE l.to_case_id = ?1"
                );
                all(&self.conn, &sql, [id], link_row)?
            }
        };
        Ok(strongest_of_each_pair(rows))
    }
}

/// For each case, the other cases it is linked with; what was rejected or is harmless is no link.
pub(crate) fn linked_cases(conn: &Connection) -> Result<BTreeMap<CaseId, BTreeSet<CaseId>>> {
    let sql = "SELECT DISTINCT from_case_id, to_case_id FROM links WHERE state NOT IN ('rejected', 'harmless')";
    let pairs = all(conn, sql, [], |row| Ok((CaseId(row.get(0)?), CaseId(row.get(1)?))))?;
    let mut linked = BTreeMap::<_, BTreeSet<_>>::new();
    for (one, other) in pairs {
        linked.entry(one).or_default().insert(other);
        linked.entry(other).or_default().insert(one);
    }
    Ok(linked)
}

/// How many other cases one is linked with.
pub(crate) fn count_linked_cases(conn: &Connection, CaseId(id): CaseId) -> Result<u64> {
    let sql = "SELECT count(*) FROM (
                   SELECT to_case_id FROM links WHERE from_case_id = ?1 AND state NOT IN ('rejected', 'harmless')
                   UNION
                   SELECT from_case_id FROM links WHERE to_case_id = ?1 AND state NOT IN ('rejected', 'harmless'))";
    Ok(one(conn, sql, [id], |row| row.get(0))?.unwrap_or(0))
}

fn strongest_of_each_pair(mut rows: Vec<LinkRow>) -> Vec<LinkRow> {
    rows.sort_by(|a, b| pair(a).cmp(&pair(b)).then_with(|| by_strength(a, b)));
    rows.dedup_by(|later, kept| pair(later) == pair(kept));
    rows.sort_by_key(|row| (end(&row.to), end(&row.from)));
    rows
}

/// The two sides, whichever was found first.
fn pair(row: &LinkRow) -> [(CaseId, ItemId); 2] {
    let mut sides = [end(&row.from), end(&row.to)];
    sides.sort_unstable();
    sides
}

fn end(side: &LinkEnd) -> (CaseId, ItemId) {
    (side.case, side.item)
}

fn by_strength(a: &LinkRow, b: &LinkRow) -> Ordering {
    let rates = a.evidence.false_alarm_rate.total_cmp(&b.evidence.false_alarm_rate);
    rates.then_with(|| a.match_seq.cmp(&b.match_seq))
}

fn link_row(row: &Row<'_>) -> rusqlite::Result<LinkRow> {
    Ok(LinkRow {
        evidence: evidence(row)?,
        match_seq: row.get(10)?,
        from: link_end(row, 11)?,
        to: link_end(row, 15)?,
        state: LinkState::from_name(row.get_ref(19)?.as_str()?),
    })
}

fn link_end(row: &Row<'_>, first: usize) -> rusqlite::Result<LinkEnd> {
    Ok(LinkEnd {
        case: CaseId(row.get(first)?),
        item: ItemId(row.get(first + 1)?),
        case_name: row.get(first + 2)?,
        sha256: row.get(first + 3)?,
    })
}
