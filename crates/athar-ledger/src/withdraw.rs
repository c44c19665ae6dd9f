//! Taking back: an item, a report or a case goes, and what only it held goes with it.
//!
//! Alerts about what goes, and remembered checks of it, go too.
//!
//! Every row that goes is overwritten (see `open`), and its salt with it, so its event says nothing
//! to anybody any more. What stays is one event that says how much went, and the numbers of the
//! events whose records are gone.

use crate::{
    CaseId, CheckId, ItemId, ReportId, Seq, Tx,
    chain::{Kind, withdrawal_subject},
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::all,
    retention,
    write::Appender,
};
use rusqlite::{Connection, params};

/// What is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// A file and everything known of it, whichever cases hold it.
    Item(ItemId),
    /// One submission. Items that another report holds too stay there.
    Report(ReportId),
    /// A case and its reports, its name too. Items that another case holds stay there.
    Case(CaseId),
    /// Every report that is over at a time, by the rule for its channel, and every case with the last
    /// of its reports: see `retention`.
    Over(i64),
    /// What is remembered of a check, and the alerts that it raised.
    Check(CheckId),
}

/// Why it is taken back. It is a record of its own: nothing in it says what went.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawalRequest<'a> {
    /// Why, in one line.
    pub reason: &'a str,
    /// Under which number the unit keeps the request.
    pub reference: Option<&'a str>,
    /// The opaque name of who takes it back.
    pub actor: Option<&'a str>,
}

/// How much went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// The event that says so.
    pub seq: Seq,
    /// Its digest.
    pub digest: [u8; 32],
    /// Cases.
    pub cases: u64,
    /// Reports.
    pub reports: u64,
    /// Items whose codes are gone.
    pub items: u64,
    /// Items that are no longer in a case, those which are gone included.
    pub reported: u64,
    /// Codes.
    pub codes: u64,
    /// Matches.
    pub matches: u64,
    /// Files that could not be hashed.
    pub refusals: u64,
    /// Facts, handles, decisions and what was told of where items come from.
    pub facts: u64,
    /// Remembered checks.
    pub checks: u64,
    /// Alerts.
    pub alerts: u64,
}

/// The numbers of rows that go, a table each, before they go.
const GOING: &str = "
    CREATE TEMP TABLE IF NOT EXISTS going (tab TEXT NOT NULL, id INTEGER NOT NULL,
                                           PRIMARY KEY (tab, id)) WITHOUT ROWID;
    DELETE FROM going;";

/// Items that nobody holds once what goes is gone.
const ORPHANS: &str = "
    INSERT OR IGNORE INTO going
    SELECT DISTINCT 'items', gone.item_id FROM report_items AS gone
    WHERE gone.id IN (SELECT id FROM going WHERE tab = 'report_items')
      AND NOT EXISTS (SELECT 1 FROM report_items AS kept WHERE kept.item_id = gone.item_id
                      AND kept.id NOT IN (SELECT id FROM going WHERE tab = 'report_items'));";

/// What hangs on items that go.
const OF_ITEMS: &str = "
    INSERT OR IGNORE INTO going SELECT 'report_items', id FROM report_items
    WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
    INSERT OR IGNORE INTO going SELECT 'matches', id FROM matches
    WHERE query_item_id IN (SELECT id FROM going WHERE tab = 'items');
    INSERT OR IGNORE INTO going SELECT 'matches', id FROM matches
    WHERE stored_item_id IN (SELECT id FROM going WHERE tab = 'items');
    INSERT OR IGNORE INTO going SELECT 'decisions', id FROM decisions
    WHERE item_a_id IN (SELECT id FROM going WHERE tab = 'items')
       OR item_b_id IN (SELECT id FROM going WHERE tab = 'items');";

/// What hangs on cases that go.
const OF_CASES: &str = "
    INSERT OR IGNORE INTO going SELECT 'case_facts', id FROM case_facts
    WHERE case_id IN (SELECT id FROM going WHERE tab = 'cases');
    INSERT OR IGNORE INTO going SELECT 'handles', id FROM handles
    WHERE case_id IN (SELECT id FROM going WHERE tab = 'cases');
    INSERT OR IGNORE INTO going SELECT 'packets', id FROM packets
    WHERE case_id IN (SELECT id FROM going WHERE tab = 'cases');
    INSERT OR IGNORE INTO going SELECT 'handle_removals', id FROM handle_removals
    WHERE handle_id IN (SELECT id FROM going WHERE tab = 'handles');
    INSERT OR IGNORE INTO going SELECT 'decisions', id FROM decisions
    WHERE case_a_id IN (SELECT id FROM going WHERE tab = 'cases')
       OR case_b_id IN (SELECT id FROM going WHERE tab = 'cases');";

/// What hangs on reports that go.
const OF_REPORTS: &str = "
    INSERT OR IGNORE INTO going SELECT 'report_items', i.id
    FROM going AS g JOIN reports AS r ON r.id = g.id
    JOIN report_items AS i ON i.case_id = r.case_id AND i.report_id = r.id
    WHERE g.tab = 'reports';
    INSERT OR IGNORE INTO going SELECT 'refusals', f.id
    FROM going AS g JOIN reports AS r ON r.id = g.id
    JOIN refusals AS f ON f.case_id = r.case_id AND f.report_id = r.id
    WHERE g.tab = 'reports';
    INSERT OR IGNORE INTO going SELECT 'report_receipts', c.id
    FROM going AS g JOIN report_receipts AS c ON c.report_id = g.id
    WHERE g.tab = 'reports';
    INSERT OR IGNORE INTO going SELECT 'report_closings', c.id
    FROM going AS g JOIN report_closings AS c ON c.report_id = g.id
    WHERE g.tab = 'reports';";

/// What was told of where items come from: of those that leave a case, and by reports that go.
const PROVENANCE: &str = "
    INSERT OR IGNORE INTO going SELECT 'provenance', p.id
    FROM going AS g JOIN report_items AS i ON i.id = g.id
    JOIN provenance AS p ON p.item_id = i.item_id AND p.case_id = i.case_id
    WHERE g.tab = 'report_items';
    INSERT OR IGNORE INTO going SELECT 'provenance', p.id
    FROM going AS g JOIN reports AS r ON r.id = g.id
    JOIN provenance AS p ON p.case_id = r.case_id AND p.report_id = r.id
    WHERE g.tab = 'reports';";

/// What hangs on holdings, items, cases and checks that go.
const OF_ALL: &str = "
    INSERT OR IGNORE INTO going SELECT 'alerts', id FROM alerts
    WHERE report_item_id IN (SELECT id FROM going WHERE tab = 'report_items');
    INSERT OR IGNORE INTO going SELECT 'alerts', a.id
    FROM going AS g JOIN report_items AS i ON i.id = g.id
    JOIN alerts AS a ON a.case_id = i.case_id AND a.item_id = i.item_id
    WHERE g.tab = 'report_items';
    INSERT OR IGNORE INTO going SELECT 'alerts', id FROM alerts
    WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
    INSERT OR IGNORE INTO going SELECT 'benign_marks', id FROM benign_marks
    WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
    INSERT OR IGNORE INTO going SELECT 'benign_removals', id FROM benign_removals
    WHERE mark_id IN (SELECT id FROM going WHERE tab = 'benign_marks');
    INSERT OR IGNORE INTO going SELECT 'holds', id FROM holds
    WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
    INSERT OR IGNORE INTO going SELECT 'hold_releases', r.id
    FROM going AS g JOIN holds AS h ON h.id = g.id JOIN hold_releases AS r ON r.flood = h.flood
    WHERE g.tab = 'holds'
      AND NOT EXISTS (SELECT 1 FROM holds AS kept WHERE kept.flood = h.flood
                      AND kept.id NOT IN (SELECT id FROM going WHERE tab = 'holds'));
    INSERT OR IGNORE INTO going SELECT 'alerts', id FROM alerts
    WHERE hold_id IN (SELECT id FROM going WHERE tab = 'holds');
    INSERT OR IGNORE INTO going SELECT 'alerts', id FROM alerts
    WHERE case_id IN (SELECT id FROM going WHERE tab = 'cases');
    INSERT OR IGNORE INTO going SELECT 'alerts', id FROM alerts
    WHERE check_seq IN (SELECT id FROM going WHERE tab = 'checks');
    INSERT OR IGNORE INTO going SELECT 'alert_states', id FROM alert_states
    WHERE alert_id IN (SELECT id FROM going WHERE tab = 'alerts');";

/// Who wrote what goes and what for, once nothing is left of what they wrote in the same change.
const ACTS: &str = "
    INSERT OR IGNORE INTO going
    SELECT DISTINCT 'acts', told.seq
    FROM going AS g
    JOIN events AS told ON told.seq = (SELECT min(id) FROM acts WHERE id > g.id)
                       AND told.details ->> 'from' <= g.id
    WHERE NOT EXISTS (SELECT 1 FROM events AS e
                      WHERE e.seq >= told.details ->> 'from' AND e.seq < told.seq
                        AND e.subject IS NOT NULL
                        AND e.seq NOT IN (SELECT id FROM going)
                        AND NOT EXISTS (SELECT 1 FROM withdrawn_rows AS w WHERE w.id = e.seq));";

/// Tables in an order in which nothing is referred to by what is left.
const TABLES: [&str; 22] = [
    "acts",
    "benign_removals",
    "benign_marks",
    "alert_states",
    "alerts",
    "hold_releases",
    "holds",
    "checks",
    "provenance",
    "decisions",
    "packets",
    "matches",
    "report_items",
    "items",
    "refusals",
    "report_receipts",
    "report_closings",
    "reports",
    "handle_removals",
    "handles",
    "case_facts",
    "cases",
];

/// Those of them that are counted together.
const FACTS: [&str; 8] = [
    "decisions",
    "handles",
    "case_facts",
    "report_receipts",
    "provenance",
    "packets",
    "benign_marks",
    "holds",
];

impl Tx<'_> {
    /// Takes something back, with everything that only it held. It is gone from the ledger's pages
    /// once [`Ledger::scrub`](crate::Ledger::scrub) ran after the commit.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchItem`], [`LedgerError::NoSuchReport`], [`LedgerError::NoSuchCase`],
    /// [`LedgerError::TextEmpty`] without a reason, [`LedgerError::TextLength`],
    /// [`LedgerError::TextControl`].
    pub fn withdraw(
        &mut self,
        what: Withdrawal,
        request: &WithdrawalRequest<'_>,
        at_ms: i64,
    ) -> Result<Withdrawn> {
        self.withdraw_with(what, &[], request, at_ms)
    }

    /// The same, and with it the remembered checks of what goes; who asks knows which these are.
    ///
    /// # Errors
    /// As [`Tx::withdraw`].
    pub fn withdraw_with(
        &mut self,
        what: Withdrawal,
        checks: &[CheckId],
        request: &WithdrawalRequest<'_>,
        at_ms: i64,
    ) -> Result<Withdrawn> {
        self.known(what)?;
        self.request(request, at_ms)?;
        self.chain.step(|chain| {
            gather(chain.conn, what)?;
            list_checks(chain.conn, checks)?;
            chain.conn.execute_batch(OF_ALL)?;
            erase_listed(chain, at_ms)
        })
    }

    /// How much would go. Nothing is changed.
    ///
    /// # Errors
    /// As [`Tx::withdraw`].
    pub fn would_withdraw(&mut self, what: Withdrawal) -> Result<Withdrawn> {
        self.known(what)?;
        self.chain.step(|chain| {
            gather(chain.conn, what)?;
            count(chain.conn)
        })
    }

    /// The items of which nothing is left once something is taken back.
    ///
    /// # Errors
    /// As [`Tx::withdraw`].
    pub fn items_going(&mut self, what: Withdrawal) -> Result<Vec<ItemId>> {
        self.known(what)?;
        self.chain.step(|chain| {
            gather(chain.conn, what)?;
            let sql = "SELECT id FROM going WHERE tab = 'items' ORDER BY id";
            all(chain.conn, sql, [], |row| Ok(ItemId(row.get(0)?)))
        })
    }

    /// Erases remembered checks whose time is over. Alerts that they raised stay: of the check they
    /// hold nothing but its event's number.
    ///
    /// # Errors
    /// [`LedgerError::Locked`], [`LedgerError::Full`].
    pub fn forget_checks(&mut self, checks: &[CheckId], at_ms: i64) -> Result<u64> {
        if checks.is_empty() {
            return Ok(0);
        }
        let gone = self.chain.step(|chain| {
            chain.conn.execute_batch(GOING)?;
            list_checks(chain.conn, checks)?;
            erase_listed(chain, at_ms)
        })?;
        Ok(gone.checks)
    }

    fn request(&mut self, request: &WithdrawalRequest<'_>, at_ms: i64) -> Result<()> {
        let WithdrawalRequest { reason, reference, actor } = *request;
        if reason.trim().is_empty() {
            return Err(LedgerError::TextEmpty);
        }
        [Some(reason), reference, actor].into_iter().flatten().try_for_each(check_line)?;
        let sql = "INSERT INTO withdrawal_requests (id, salt, reason, reference, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let details = Details::new();
        self.chain.record(Kind::WithdrawalRequested, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, reason, reference, actor])?;
            Ok(())
        })?;
        Ok(())
    }

    fn known(&self, what: Withdrawal) -> Result<()> {
        match what {
            Withdrawal::Item(item) => drop(self.item(item)?.ok_or(LedgerError::NoSuchItem)?),
            Withdrawal::Report(report) => {
                let mut known = self.conn.prepare_cached("SELECT 1 FROM reports WHERE id = ?1")?;
                known.exists([report.0])?.then_some(()).ok_or(LedgerError::NoSuchReport)?;
            }
            Withdrawal::Case(case) => drop(self.case(case)?.ok_or(LedgerError::NoSuchCase)?),
            Withdrawal::Over(_) => {}
            Withdrawal::Check(check) => {
                drop(self.remembered_check(check)?.ok_or(LedgerError::NoSuchCheck)?);
            }
        }
        Ok(())
    }
}

/// Lists what goes.
fn gather(conn: &Connection, what: Withdrawal) -> Result<()> {
    conn.execute_batch(GOING)?;
    let list = |table: &str, id: i64| {
        conn.execute("INSERT INTO going VALUES (?1, ?2)", params![table, id])
    };
    match what {
        Withdrawal::Item(item) => list("items", item.0)?,
        Withdrawal::Report(report) => list("reports", report.0)?,
        Withdrawal::Case(case) => {
            let reports = "INSERT INTO going SELECT 'reports', id FROM reports WHERE case_id = ?1";
            conn.execute(reports, [case.0])?;
            list("cases", case.0)?
        }
        Withdrawal::Over(now_ms) => retention::list_over(conn, now_ms)?,
        Withdrawal::Check(check) => list("checks", check.0)?,
    };
    conn.execute_batch(OF_REPORTS)?;
    conn.execute_batch(ORPHANS)?;
    conn.execute_batch(OF_ITEMS)?;
    conn.execute_batch(PROVENANCE)?;
    Ok(conn.execute_batch(OF_CASES)?)
}

/// Those of them that are there.
fn list_checks(conn: &Connection, checks: &[CheckId]) -> Result<()> {
    let sql = "INSERT OR IGNORE INTO going SELECT 'checks', id FROM checks WHERE id = ?1";
    let mut insert = conn.prepare_cached(sql)?;
    checks.iter().try_for_each(|check| insert.execute([check.0]).map(drop))?;
    Ok(())
}

/// Erases what is listed, and says so.
fn erase_listed(chain: &mut Appender<'_>, at_ms: i64) -> Result<Withdrawn> {
    chain.conn.execute_batch(ACTS)?;
    let seq = chain.last as i64 + 1;
    let gone = count(chain.conn)?;
    note(chain.conn, seq)?;
    remove(chain.conn)?;
    append(chain, &gone, seq, at_ms)
}

/// How much was listed.
fn count(conn: &Connection) -> Result<Withdrawn> {
    let mut of = conn.prepare_cached("SELECT count(*) FROM going WHERE tab = ?1")?;
    let mut of = |table: &str| of.query_row([table], |row| row.get::<_, u64>(0));
    let codes = "SELECT coalesce(sum(length(code) / 32), 0) FROM codes
                 WHERE item_id IN (SELECT id FROM going WHERE tab = 'items')";
    Ok(Withdrawn {
        cases: of("cases")?,
        reports: of("reports")?,
        items: of("items")?,
        reported: of("report_items")?,
        codes: conn.query_row(codes, [], |row| row.get(0))?,
        matches: of("matches")?,
        refusals: of("refusals")?,
        facts: FACTS.into_iter().map(&mut of).sum::<rusqlite::Result<u64>>()?,
        checks: of("checks")?,
        alerts: of("alerts")?,
        ..Withdrawn::default()
    })
}

/// Keeps which rows are gone, and which rows of codes every index has to forget.
fn note(conn: &Connection, by_seq: i64) -> Result<()> {
    let rows = "INSERT INTO withdrawn_rows (id, by_seq) SELECT id, ?1 FROM going";
    conn.execute(rows, [by_seq])?;
    let codes = "INSERT INTO withdrawn_codes (id, space, codes, by_seq)
                 SELECT c.id, s.space, length(c.code) / 32, ?1
                 FROM codes AS c JOIN schemes AS s ON s.id = c.scheme_id
                 WHERE c.searchable = 1
                   AND c.item_id IN (SELECT id FROM going WHERE tab = 'items')";
    conn.execute(codes, [by_seq])?;
    Ok(())
}

/// Overwrites the codes where they lie, then removes every row. What is removed is overwritten too;
/// but a row that is moved to another page before may leave a copy behind, and one whose content
/// is gone leaves nothing.
fn remove(conn: &Connection) -> Result<()> {
    conn.execute_batch(
        "UPDATE codes SET code = zeroblob(length(code)), places = zeroblob(length(places)),
                          second = zeroblob(length(second))
         WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
         DELETE FROM codes WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
         DELETE FROM items_aside WHERE item_id IN (SELECT id FROM going WHERE tab = 'items');
         DELETE FROM items_aside
         WHERE cause_id IN (SELECT id FROM going WHERE tab IN ('holds', 'benign_marks'));
         UPDATE checks SET code = zeroblob(length(code))
         WHERE id IN (SELECT id FROM going WHERE tab = 'checks');",
    )?;
    for table in TABLES {
        let sql = format!("DELETE FROM {table} WHERE id IN (SELECT id FROM going WHERE tab = ?1)");
        conn.prepare_cached(&sql)?.execute(params![table])?;
    }
    Ok(conn.execute_batch("DELETE FROM going;")?)
}

fn append(chain: &mut Appender<'_>, gone: &Withdrawn, seq: i64, at_ms: i64) -> Result<Withdrawn> {
    let details = Details::new()
        .number("alerts", gone.alerts)
        .number("cases", gone.cases)
        .number("checks", gone.checks)
        .number("codes", gone.codes)
        .number("facts", gone.facts)
        .number("items", gone.items)
        .number("matches", gone.matches)
        .number("refusals", gone.refusals)
        .number("reported", gone.reported)
        .number("reports", gone.reports);
    let subject = withdrawal_subject(chain.conn, seq)?;
    let seq = chain.append(Kind::Withdrawn, Some(subject), &details, at_ms)?;
    Ok(Withdrawn { seq, digest: chain.head, ..*gone })
}
