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
use rusqlite::{Connection, Row, params};
use std::cmp::Ordering;

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

/// Pairs that a reviewer confirmed although one side is set aside: what was decided last.
const CONFIRMED_ASIDE: &str = "
    SELECT d.item_a_id, d.item_b_id, d.case_a_id, d.case_b_id FROM decisions AS d
    WHERE d.verdict = 'confirmed'
      AND NOT EXISTS (SELECT 1 FROM decisions AS o
                      WHERE o.item_a_id = d.item_a_id AND o.item_b_id = d.item_b_id
                        AND o.case_a_id IS d.case_a_id AND o.case_b_id IS d.case_b_id
                        AND o.id > d.id)
      AND EXISTS (SELECT 1 FROM items_aside AS a
                  WHERE a.item_id IN (d.item_a_id, d.item_b_id) AND a.state <> 'released')";

impl Ledger {
    /// Every link, or every link of one case: one row per unordered pair of (case, item), in
    /// the order of the ids of their older, then of their newer side. Those that tie nothing are
    /// among them, and say so.
    pub fn links(&self, case: Option<CaseId>) -> Result<Vec<LinkRow>> {
        self.links_where("1", case).map(strongest_of_each_pair)
    }

    /// Of these only those that tie. What is set aside is passed over as a whole, however many cases
    /// hold it.
    pub fn standing_links(&self, case: Option<CaseId>) -> Result<Vec<LinkRow>> {
        self.at_one_moment(|| {
            let mut rows = self.links_where("l.aside IS NULL AND l.state <> 'rejected'", case)?;
            rows.extend(self.confirmed_aside(case)?);
            Ok(strongest_of_each_pair(rows))
        })
    }

    fn links_where(&self, which: &str, case: Option<CaseId>) -> Result<Vec<LinkRow>> {
        let sql = format!("{LINK} WHERE {which}");
        match case {
            None => all(&self.conn, &sql, [], link_row),
            Some(CaseId(id)) => {
                let sql =
                    format!("{sql} AND l.from_case_id = ?1 UNION ALL {sql} AND l.to_case_id = ?1");
                all(&self.conn, &sql, [id], link_row)
            }
        }
    }

    fn confirmed_aside(&self, case: Option<CaseId>) -> Result<Vec<LinkRow>> {
        let sql = format!(
            "{LINK} WHERE l.state = 'confirmed' AND l.from_item_id = ?1 AND l.to_item_id = ?2
                      AND (?3 IS NULL OR l.from_case_id IN (?3, ?4) AND l.to_case_id IN (?3, ?4))
                      AND (?5 IS NULL OR ?5 IN (l.from_case_id, l.to_case_id))"
        );
        type Pair = (i64, i64, Option<i64>, Option<i64>);
        let pairs: Vec<Pair> = all(&self.conn, CONFIRMED_ASIDE, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        let mut links = Vec::new();
        for (a, b, case_a, case_b) in pairs {
            let ways = if a == b { &[(a, b)][..] } else { &[(a, b), (b, a)] };
            for (from, to) in ways {
                let key = params![from, to, case_a, case_b, case.map(|case| case.0)];
                links.extend(all(&self.conn, &sql, key, link_row)?);
            }
        }
        Ok(links)
    }
}

/// How many other cases one is linked with.
pub(crate) fn count_linked_cases(conn: &Connection, CaseId(id): CaseId) -> Result<u64> {
    let sql = "SELECT count(*) FROM (
                   SELECT to_case_id FROM links
                   WHERE from_case_id = ?1 AND state IN ('unreviewed', 'confirmed')
                   UNION
                   SELECT from_case_id FROM links
                   WHERE to_case_id = ?1 AND state IN ('unreviewed', 'confirmed'))";
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
