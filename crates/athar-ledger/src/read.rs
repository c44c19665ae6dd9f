//! Looking things up.

use crate::{
    CaseId, CaseRow, CaseSummary, CodesId, CodesRow, Evidence, ItemId, ItemRow, Ledger, MatchRow,
    RefusalRow, ReportClose, ReportId, ReportRow, SchemeRow, error::Result, links, pack::unpack,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

/// What `item_row` reads.
pub(crate) const ITEM: &str =
    "SELECT i.id, i.sha256, i.md5, i.kind, i.format, i.bytes, i.width, i.height,
                           i.quality, e.at_ms
                    FROM items AS i JOIN events AS e ON e.seq = i.id";

/// What `codes_row` reads.
const CODES: &str = "SELECT c.id, c.item_id, s.space, s.scheme, s.version, c.ordinal, c.code,
                            c.searchable, c.places, c.second
                     FROM codes AS c JOIN schemes AS s ON s.id = c.scheme_id";

/// What `case_row` reads.
const CASE: &str = "SELECT c.id, c.name, e.at_ms FROM cases AS c JOIN events AS e ON e.seq = c.id";

/// What `sums_row` reads.
const SUMS: &str = "SELECT c.id, c.name, e.at_ms,
                        (SELECT count(*) FROM reports WHERE case_id = c.id),
                        (SELECT count(*) FROM report_items WHERE case_id = c.id),
                        (SELECT count(*) FROM refusals WHERE case_id = c.id),
                        f.urgency, f.unit
                    FROM cases AS c JOIN events AS e ON e.seq = c.id
                    LEFT JOIN case_facts AS f
                        ON f.id = (SELECT max(id) FROM case_facts WHERE case_id = c.id)";

impl Ledger {
    /// Every case with its sums, in the order in which they were opened.
    pub fn cases(&self) -> Result<Vec<CaseSummary>> {
        self.at_one_moment(|| {
            let linked = self.linked_counts()?;
            let mut cases = all(&self.conn, &format!("{SUMS} ORDER BY c.id"), [], sums_row)?;
            for case in &mut cases {
                case.links = linked.get(&case.id).copied().unwrap_or(0);
            }
            Ok(cases)
        })
    }

    /// One case with its sums, without looking at what ties other cases.
    pub fn case_summary(&self, id: CaseId) -> Result<Option<CaseSummary>> {
        self.at_one_moment(|| {
            let found = one(&self.conn, &format!("{SUMS} WHERE c.id = ?1"), [id.0], sums_row)?;
            let links = links::count_linked_cases(&self.conn, id)?;
            Ok(found.map(|case| CaseSummary { links, ..case }))
        })
    }

    /// The case with this id.
    pub fn case(&self, id: CaseId) -> Result<Option<CaseRow>> {
        one(&self.conn, &format!("{CASE} WHERE c.id = ?1"), [id.0], case_row)
    }

    /// The case with this name.
    pub fn case_by_name(&self, name: &str) -> Result<Option<CaseRow>> {
        one(&self.conn, &format!("{CASE} WHERE c.name = ?1"), [name], case_row)
    }

    /// The reports of a case, oldest first.
    pub fn case_reports(&self, case: CaseId) -> Result<Vec<ReportRow>> {
        let sql = "SELECT r.id, r.case_id, r.channel, r.unit, e.at_ms,
                          c.complete, c.added, c.known, c.refused
                   FROM reports AS r JOIN events AS e ON e.seq = r.id
                   LEFT JOIN report_closings AS c ON c.report_id = r.id
                   WHERE r.case_id = ?1 ORDER BY r.id";
        all(&self.conn, sql, [case.0], report_row)
    }

    /// The items of a case, in the order in which they were reported into it.
    pub fn case_items(&self, case: CaseId) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "{ITEM} JOIN report_items AS r ON r.item_id = i.id WHERE r.case_id = ?1 ORDER BY r.id"
        );
        all(&self.conn, &sql, [case.0], item_row)
    }

    /// The files of a case that could not be hashed, in the order in which they were reported.
    pub fn case_refusals(&self, case: CaseId) -> Result<Vec<RefusalRow>> {
        let sql = "SELECT r.report_id, r.sha256, r.bytes, r.kind, e.at_ms
                   FROM refusals AS r JOIN events AS e ON e.seq = r.id
                   WHERE r.case_id = ?1 ORDER BY r.id";
        all(&self.conn, sql, [case.0], |row| {
            Ok(RefusalRow {
                report: ReportId(row.get(0)?),
                sha256: row.get(1)?,
                bytes: row.get(2)?,
                kind: row.get(3)?,
                refused_at_ms: row.get(4)?,
            })
        })
    }

    /// The item with this id.
    pub fn item(&self, id: ItemId) -> Result<Option<ItemRow>> {
        one(&self.conn, &format!("{ITEM} WHERE i.id = ?1"), [id.0], item_row)
    }

    /// The item whose content has this digest.
    pub fn item_by_sha256(&self, sha256: &[u8; 32]) -> Result<Option<ItemRow>> {
        one(&self.conn, &format!("{ITEM} WHERE i.sha256 = ?1"), [sha256], item_row)
    }

    /// At most `limit` items whose digests begin with these lower-case hex digits.
    pub fn items_by_prefix(&self, digits: &str, limit: usize) -> Result<Vec<ItemRow>> {
        let sql = format!(
            "{ITEM} WHERE lower(hex(i.sha256)) >= ?1 AND lower(hex(i.sha256)) < ?1 || 'g'
             ORDER BY i.id LIMIT ?2"
        );
        all(&self.conn, &sql, params![digits, limit as i64], item_row)
    }

    /// The id of the item whose content has this digest: the cheap half of
    /// [`Ledger::item_by_sha256`].
    pub fn item_id(&self, sha256: &[u8; 32]) -> Result<Option<ItemId>> {
        let sql = "SELECT id FROM items WHERE sha256 = ?1";
        one(&self.conn, sql, [sha256], |row| Ok(ItemId(row.get(0)?)))
    }

    /// Everything that has made stored codes, withdrawn ones included.
    pub fn schemes(&self) -> Result<Vec<SchemeRow>> {
        let sql = "SELECT space, scheme, version FROM schemes ORDER BY id";
        all(&self.conn, sql, [], |row| {
            Ok(SchemeRow { space: row.get(0)?, scheme: row.get(1)?, version: row.get(2)? })
        })
    }

    /// Whether an item was reported into a case.
    pub fn case_has(&self, case: CaseId, item: ItemId) -> Result<bool> {
        let sql = "SELECT 1 FROM report_items WHERE item_id = ?1 AND case_id = ?2";
        Ok(self.conn.prepare_cached(sql)?.exists([item.0, case.0])?)
    }

    /// Whether a file with this digest was reported into a case and could not be hashed.
    pub fn case_refused(&self, case: CaseId, sha256: &[u8; 32]) -> Result<bool> {
        let sql = "SELECT 1 FROM refusals WHERE case_id = ?1 AND sha256 = ?2";
        Ok(self.conn.prepare_cached(sql)?.exists(params![case.0, sha256])?)
    }

    /// The cases an item was reported in, in the order in which it came to them.
    pub fn cases_of_item(&self, item: ItemId) -> Result<Vec<CaseRow>> {
        let sql = format!(
            "{CASE} JOIN report_items AS r ON r.case_id = c.id WHERE r.item_id = ?1 ORDER BY r.id"
        );
        all(&self.conn, &sql, [item.0], case_row)
    }

    /// The codes of an item, row by row, in the order in which they were given.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`](crate::LedgerError::Corrupt) when a row does not hold whole codes.
    pub fn codes_of_item(&self, item: ItemId) -> Result<Vec<CodesRow>> {
        let sql = format!("{CODES} WHERE c.item_id = ?1 ORDER BY c.id");
        all(&self.conn, &sql, [item.0], codes_row)
    }

    /// The row of codes with this id; [`CodeId::row`](crate::CodeId::row) of what an index gives
    /// back.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`](crate::LedgerError::Corrupt) when it does not hold whole codes.
    pub fn codes(&self, id: CodesId) -> Result<Option<CodesRow>> {
        one(&self.conn, &format!("{CODES} WHERE c.id = ?1"), [id.0], codes_row)
    }

    /// The item that a row of codes describes: the cheap part of [`Ledger::codes`], which reads no
    /// code.
    pub fn item_of_codes(&self, id: CodesId) -> Result<Option<ItemId>> {
        let sql = "SELECT item_id FROM codes WHERE id = ?1";
        one(&self.conn, sql, [id.0], |row| Ok(ItemId(row.get(0)?)))
    }

    /// Whether an item has codes that an index may hold. Reads no code.
    pub fn is_searchable(&self, item: ItemId) -> Result<bool> {
        let sql = "SELECT 1 FROM codes WHERE item_id = ?1 AND searchable = 1";
        Ok(self.conn.prepare_cached(sql)?.exists([item.0])?)
    }

    /// The matches of an item on either side, in the order in which they were found.
    pub fn matches_of_item(&self, item: ItemId) -> Result<Vec<MatchRow>> {
        let sql = "SELECT m.relation, m.via, m.distance, m.orientation, m.second_distance,
                          m.radius, m.inliers, m.region, m.false_alarm_rate, m.false_alarm_pairs,
                          m.id, m.query_item_id, m.stored_item_id, m.ordinal, e.at_ms
                   FROM matches AS m JOIN events AS e ON e.seq = m.id
                   WHERE m.query_item_id = ?1 OR m.stored_item_id = ?1 ORDER BY m.id";
        all(&self.conn, sql, [item.0], |row| {
            Ok(MatchRow {
                evidence: evidence(row)?,
                seq: row.get(10)?,
                query: ItemId(row.get(11)?),
                stored: ItemId(row.get(12)?),
                ordinal: row.get(13)?,
                found_at_ms: row.get(14)?,
            })
        })
    }
}

/// The row that `sql` selects, if any.
pub(crate) fn one<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    Ok(conn.prepare_cached(sql)?.query_row(params, read).optional()?)
}

/// Every row that `sql` selects.
pub(crate) fn all<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// The evidence of a match from the first ten columns.
pub(crate) fn evidence(row: &Row<'_>) -> rusqlite::Result<Evidence> {
    Ok(Evidence {
        relation: row.get(0)?,
        via: row.get(1)?,
        distance: row.get(2)?,
        orientation: row.get(3)?,
        second_distance: row.get(4)?,
        radius: row.get(5)?,
        inliers: row.get(6)?,
        region: row.get(7)?,
        false_alarm_rate: row.get(8)?,
        false_alarm_pairs: row.get(9)?,
    })
}

/// The sums of a case's own rows; its links are counted elsewhere.
fn sums_row(row: &Row<'_>) -> rusqlite::Result<CaseSummary> {
    Ok(CaseSummary {
        id: CaseId(row.get(0)?),
        name: row.get(1)?,
        opened_at_ms: row.get(2)?,
        reports: row.get(3)?,
        items: row.get(4)?,
        refusals: row.get(5)?,
        urgency: row.get(6)?,
        unit: row.get(7)?,
        links: 0,
    })
}

fn case_row(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow { id: CaseId(row.get(0)?), name: row.get(1)?, opened_at_ms: row.get(2)? })
}

fn report_row(row: &Row<'_>) -> rusqlite::Result<ReportRow> {
    let complete: Option<bool> = row.get(5)?;
    let closing = match complete {
        Some(complete) => Some(ReportClose {
            complete,
            added: row.get(6)?,
            known: row.get(7)?,
            refused: row.get(8)?,
        }),
        None => None,
    };
    Ok(ReportRow {
        id: ReportId(row.get(0)?),
        case: CaseId(row.get(1)?),
        channel: row.get(2)?,
        unit: row.get(3)?,
        opened_at_ms: row.get(4)?,
        closing,
    })
}

pub(crate) fn item_row(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    Ok(ItemRow {
        id: ItemId(row.get(0)?),
        sha256: row.get(1)?,
        md5: row.get(2)?,
        kind: row.get(3)?,
        format: row.get(4)?,
        bytes: row.get(5)?,
        width: row.get(6)?,
        height: row.get(7)?,
        quality: row.get(8)?,
        added_at_ms: row.get(9)?,
    })
}

fn codes_row(row: &Row<'_>) -> rusqlite::Result<CodesRow> {
    Ok(CodesRow {
        id: CodesId(row.get(0)?),
        item: ItemId(row.get(1)?),
        space: row.get(2)?,
        scheme: row.get(3)?,
        version: row.get(4)?,
        ordinal: row.get(5)?,
        codes: unpack(row.get_ref(6)?.as_blob()?)?.collect(),
        searchable: row.get(7)?,
        places: row.get(8)?,
        second: row.get(9)?,
    })
}
