//! The one change that is under way: each step writes a record and the event that records it.

use crate::{
    Added, CaseId, CheckRecord, CodeId, ItemId, Ledger, NewCodes, NewItem, NewMatch, NewReport,
    Refusal, ReportClose, ReportId, Seq, aside,
    chain::{Event, GENESIS, Kind, Salt},
    details::Details,
    error::{LedgerError, Result},
    pack::pack,
    read,
};
use rusqlite::{Connection, params};
use std::{fmt, ops::Deref};

/// Longest name of a case, in bytes.
const CASE_NAME_BYTES: usize = 128;

/// A change under way, from [`Ledger::write`]. Everything that [`Ledger`] reads can be read
/// here too.
pub struct Tx<'a> {
    ledger: &'a Ledger,
    pub(crate) chain: Appender<'a>,
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("last_seq", &self.chain.last).finish_non_exhaustive()
    }
}

impl Deref for Tx<'_> {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        self.ledger
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn begin(ledger: &'a Ledger) -> Result<Self> {
        Ok(Self { ledger, chain: Appender::new(&ledger.conn)? })
    }

    /// The end of the chain, where there is no ledger to write through yet.
    pub(crate) fn appender(conn: &Connection) -> Result<Appender<'_>> {
        Appender::new(conn)
    }

    /// Refuses to commit what was broken off halfway.
    pub(crate) fn end(mut self) -> Result<()> {
        self.tell_act()?;
        if self.chain.broken { Err(LedgerError::Aborted) } else { Ok(()) }
    }

    /// Opens a case. Its name has 1 to 128 bytes without control characters.
    ///
    /// # Errors
    /// [`LedgerError::CaseExists`], [`LedgerError::CaseNameLength`],
    /// [`LedgerError::CaseNameControl`].
    pub fn open_case(&mut self, name: &str, at_ms: i64) -> Result<CaseId> {
        check_case_name(name)?;
        if self.case_by_name(name)?.is_some() {
            return Err(LedgerError::CaseExists);
        }
        let sql = "INSERT INTO cases (id, salt, name) VALUES (?1, ?2, ?3)";
        let seq =
            self.chain.record(Kind::CaseOpened, &Details::new(), at_ms, |conn, id, salt| {
                conn.prepare_cached(sql)?.execute(params![id, salt, name])?;
                Ok(())
            })?;
        Ok(CaseId(seq))
    }

    /// Opens a report in `case`.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchCase`].
    pub fn open_report(
        &mut self,
        case: CaseId,
        report: &NewReport<'_>,
        at_ms: i64,
    ) -> Result<ReportId> {
        self.case(case)?.ok_or(LedgerError::NoSuchCase)?;
        let sql = "INSERT INTO reports (id, salt, case_id, channel, unit)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let details = Details::new();
        let seq = self.chain.record(Kind::ReportOpened, &details, at_ms, |conn, id, salt| {
            let values = params![id, salt, case.0, report.channel, report.unit];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(ReportId(seq))
    }

    /// Puts an item into `report`. Content that the ledger knows by its SHA-256 is not stored
    /// again: the known item then belongs to this report too.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReport`], [`LedgerError::ReportClosed`],
    /// [`LedgerError::CodesInRow`], [`LedgerError::DuplicateCode`], [`LedgerError::OutOfRange`].
    pub fn add_item(&mut self, report: ReportId, item: &NewItem<'_>, at_ms: i64) -> Result<Added> {
        if let Some(known) = self.item_id(&item.sha256)? {
            return self.add_known_item(report, known, at_ms);
        }
        let case = self.case_of_open_report(report)?;
        let new = self.store_item(item, at_ms)?;
        self.attach(report, case, new, at_ms)?;
        Ok(Added::New(new))
    }

    /// Puts an item that the ledger holds already into `report`: [`Added::Known`], or
    /// [`Added::AlreadyInCase`] when its case has it.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReport`], [`LedgerError::ReportClosed`],
    /// [`LedgerError::NoSuchItem`].
    pub fn add_known_item(&mut self, report: ReportId, known: ItemId, at_ms: i64) -> Result<Added> {
        let case = self.case_of_open_report(report)?;
        self.item(known)?.ok_or(LedgerError::NoSuchItem)?;
        if self.case_has(case, known)? {
            return Ok(Added::AlreadyInCase(known));
        }
        self.attach(report, case, known, at_ms)?;
        Ok(Added::Known(known))
    }

    /// Keeps that a file was reported which could not be hashed. The same content refused again
    /// in the same case changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReport`], [`LedgerError::ReportClosed`],
    /// [`LedgerError::OutOfRange`].
    pub fn refuse(&mut self, report: ReportId, refusal: &Refusal<'_>, at_ms: i64) -> Result<()> {
        let case = self.case_of_open_report(report)?;
        if let Some(sha256) = refusal.sha256
            && self.case_refused(case, &sha256)?
        {
            return Ok(());
        }
        let details = Details::new().text("reason", refusal.kind);
        let sql = "INSERT INTO refusals (id, salt, report_id, case_id, sha256, bytes, kind)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.chain.record(Kind::FileRefused, &details, at_ms, |conn, id, salt| {
            let (sha256, bytes, kind) = (refusal.sha256, refusal.bytes, refusal.kind);
            let values = params![id, salt, report.0, case.0, sha256, bytes, kind];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(())
    }

    /// Keeps a match. The same two items matched again in the same space and with the same
    /// ordinal change nothing.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchItem`], [`LedgerError::SelfMatch`], [`LedgerError::OutOfRange`].
    pub fn add_match(&mut self, m: &NewMatch<'_>, at_ms: i64) -> Result<()> {
        if m.query == m.stored {
            return Err(LedgerError::SelfMatch);
        }
        self.item(m.query)?.ok_or(LedgerError::NoSuchItem)?;
        self.item(m.stored)?.ok_or(LedgerError::NoSuchItem)?;
        if self.is_matched(m)? {
            return Ok(());
        }
        let details = Details::new()
            .number("distance", m.distance)
            .number("radius", m.radius)
            .text("relation", m.relation)
            .text("via", m.via);
        self.chain.record(Kind::MatchFound, &details, at_ms, |conn, id, salt| {
            insert_match(conn, id, salt, m)?;
            match m.relation {
                "copy" => aside::join(conn, [m.query, m.stored]),
                _ => Ok(()),
            }
        })?;
        Ok(())
    }

    /// Ends a report: it takes nothing more.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReport`], [`LedgerError::ReportClosed`],
    /// [`LedgerError::OutOfRange`].
    pub fn close_report(
        &mut self,
        report: ReportId,
        close: &ReportClose,
        at_ms: i64,
    ) -> Result<()> {
        self.case_of_open_report(report)?;
        let details = Details::new()
            .number("added", close.added)
            .flag("complete", close.complete)
            .number("known", close.known)
            .number("refused", close.refused);
        let sql = "INSERT INTO report_closings
                       (id, salt, report_id, complete, added, known, refused)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.chain.record(Kind::ReportClosed, &details, at_ms, |conn, id, salt| {
            let ReportClose { complete, added, known, refused } = *close;
            let values = params![id, salt, report.0, complete, added, known, refused];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(())
    }

    /// Keeps that somebody looked material up, and nothing about the material.
    pub fn record_check(&mut self, check: &CheckRecord<'_>, at_ms: i64) -> Result<Seq> {
        let details = Details::new()
            .flag("deep", check.deep)
            .number("inputs", check.inputs)
            .number("matched", check.matched)
            .text("program", check.program)
            .number("radius", check.radius)
            .text("scheme", check.scheme)
            .number("unreadable", check.unreadable)
            .number("version", check.version);
        self.chain.event(Kind::CheckMade, &details, at_ms)
    }

    fn store_item(&mut self, item: &NewItem<'_>, at_ms: i64) -> Result<ItemId> {
        item.codes.iter().try_for_each(check_codes)?;
        let count = |rows: &mut dyn Iterator<Item = &NewCodes<'_>>| {
            rows.map(|row| row.codes.len() as u64).sum::<u64>()
        };
        let details = Details::new()
            .number("codes", count(&mut item.codes.iter()))
            .number("searchable", count(&mut item.codes.iter().filter(|row| row.searchable)));
        let seq = self.chain.record(Kind::ItemAdded, &details, at_ms, |conn, id, salt| {
            insert_item(conn, id, salt, item)?;
            item.codes.iter().try_for_each(|codes| insert_codes(conn, id, codes))
        })?;
        Ok(ItemId(seq))
    }

    fn attach(&mut self, report: ReportId, case: CaseId, item: ItemId, at_ms: i64) -> Result<()> {
        let sql = "INSERT INTO report_items (id, salt, report_id, case_id, item_id)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let details = Details::new();
        self.chain.record(Kind::ItemReported, &details, at_ms, |conn, id, salt| {
            let values = params![id, salt, report.0, case.0, item.0];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(())
    }

    pub(crate) fn case_of_open_report(&self, report: ReportId) -> Result<CaseId> {
        let sql = "SELECT r.case_id, c.id IS NOT NULL
                   FROM reports AS r LEFT JOIN report_closings AS c ON c.report_id = r.id
                   WHERE r.id = ?1";
        let found = read::one(&self.conn, sql, [report.0], |row| {
            Ok((CaseId(row.get(0)?), row.get::<_, bool>(1)?))
        })?;
        match found {
            None => Err(LedgerError::NoSuchReport),
            Some((_, true)) => Err(LedgerError::ReportClosed),
            Some((case, false)) => Ok(case),
        }
    }

    fn is_matched(&self, m: &NewMatch<'_>) -> Result<bool> {
        let sql = "SELECT 1 FROM matches
                   WHERE query_item_id = ?1 AND stored_item_id = ?2 AND via = ?3
                     AND ordinal = ?4";
        let key = params![m.query.0, m.stored.0, m.via, m.ordinal];
        Ok(self.conn.prepare_cached(sql)?.exists(key)?)
    }
}

/// Appends events to the chain.
///
/// Invariant: once a step failed between its first and its last row, `broken` stays set, and
/// neither another step nor the commit goes through. SQLite may have rolled back by itself.
pub(crate) struct Appender<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) last: Seq,
    pub(crate) head: [u8; 32],
    /// The first event that was appended, and the time of the last.
    written: Option<(Seq, i64)>,
    broken: bool,
}

impl<'a> Appender<'a> {
    fn new(conn: &'a Connection) -> Result<Self> {
        let sql = "SELECT seq, digest FROM events ORDER BY seq DESC LIMIT 1";
        let end = read::one(conn, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (last, head) = end.unwrap_or((0, GENESIS));
        Ok(Self { conn, last, head, written: None, broken: false })
    }

    /// The first event that was appended, and the time of the last.
    pub(crate) fn first_written(&self) -> Option<(Seq, i64)> {
        self.written
    }

    /// Appends an event that records no row.
    pub(crate) fn event(&mut self, kind: Kind, details: &Details, at_ms: i64) -> Result<Seq> {
        self.step(|chain| chain.append(kind, None, details, at_ms))
    }

    /// Inserts a row of `kind`'s table by `insert`, which is given the row's id and salt, and
    /// appends the event that records it. Returns the id.
    pub(crate) fn record(
        &mut self,
        kind: Kind,
        details: &Details,
        at_ms: i64,
        insert: impl FnOnce(&Connection, i64, &Salt) -> Result<()>,
    ) -> Result<i64> {
        self.step(|chain| {
            let id = i64::try_from(chain.last + 1).map_err(|_| LedgerError::OutOfRange)?;
            let mut salt = Salt::default();
            getrandom::fill(&mut salt).map_err(|_| LedgerError::Entropy)?;
            insert(chain.conn, id, &salt)?;
            let table = kind.table().ok_or(LedgerError::Corrupt)?;
            let subject = table.subject(chain.conn, id)?;
            chain.append(kind, subject, details, at_ms)?;
            Ok(id)
        })
    }

    pub(crate) fn step<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.broken {
            return Err(LedgerError::Aborted);
        }
        let done = f(self);
        self.broken = done.is_err();
        done
    }

    pub(crate) fn append(
        &mut self,
        kind: Kind,
        subject: Option<[u8; 32]>,
        details: &Details,
        at_ms: i64,
    ) -> Result<Seq> {
        let event = Event {
            seq: self.last + 1,
            at_ms,
            kind: kind.name().to_owned(),
            subject,
            details: details.to_json(),
            prev: self.head,
        };
        let digest = event.digest();
        let sql = "INSERT INTO events (seq, at_ms, kind, subject, details, prev, digest)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Event { seq, kind, details, prev, .. } = event;
        let values = params![seq, at_ms, kind, subject, details, prev, digest];
        self.conn.prepare_cached(sql)?.execute(values)?;
        (self.last, self.head) = (seq, digest);
        self.written = Some((self.written.map_or(seq, |(first, _)| first), at_ms));
        Ok(seq)
    }
}

fn check_case_name(name: &str) -> Result<()> {
    if name.is_empty() || name.len() > CASE_NAME_BYTES {
        return Err(LedgerError::CaseNameLength { bytes: name.len() });
    }
    match name.find(char::is_control) {
        Some(offset) => Err(LedgerError::CaseNameControl { offset }),
        None => Ok(()),
    }
}

fn check_codes(row: &NewCodes<'_>) -> Result<()> {
    match row.codes.len() {
        1..=CodeId::CODES_PER_ROW => Ok(()),
        codes => Err(LedgerError::CodesInRow { codes }),
    }
}

fn insert_item(conn: &Connection, id: i64, salt: &Salt, item: &NewItem<'_>) -> Result<()> {
    let sql = "INSERT INTO items
                   (id, salt, sha256, md5, kind, format, bytes, width, height, quality)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let &NewItem { sha256, md5, kind, format, bytes, width, height, quality, .. } = item;
    let values = params![id, salt, sha256, md5, kind, format, bytes, width, height, quality];
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn insert_codes(conn: &Connection, item: i64, row: &NewCodes<'_>) -> Result<()> {
    let scheme = scheme_id(conn, (row.space, row.scheme, row.version))?;
    let sql = "INSERT INTO codes (item_id, scheme_id, ordinal, searchable, code, places, second)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let &NewCodes { ordinal, searchable, places, second, .. } = row;
    let values = params![item, scheme, ordinal, searchable, pack(row.codes), places, second];
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The row of `schemes` for a space, a scheme and its version.
pub(crate) fn scheme_id(
    conn: &Connection,
    (space, scheme, version): (&str, &str, u32),
) -> Result<i64> {
    let key = params![space, scheme, version];
    let sql = "SELECT id FROM schemes WHERE space = ?1 AND scheme = ?2 AND version = ?3";
    if let Some(id) = read::one(conn, sql, key, |row| row.get(0))? {
        return Ok(id);
    }
    let sql = "INSERT INTO schemes (space, scheme, version) VALUES (?1, ?2, ?3)";
    Ok(conn.prepare_cached(sql)?.insert(key)?)
}

fn insert_match(conn: &Connection, id: i64, salt: &Salt, m: &NewMatch<'_>) -> Result<()> {
    let sql = "INSERT INTO matches
                   (id, salt, query_item_id, stored_item_id, relation, via, ordinal, distance,
                    orientation, second_distance, radius, inliers, region,
                    false_alarm_rate, false_alarm_pairs)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    let values = params![
        id,
        salt,
        m.query.0,
        m.stored.0,
        m.relation,
        m.via,
        m.ordinal,
        m.distance,
        m.orientation,
        m.second_distance,
        m.radius,
        m.inliers,
        m.region,
        m.false_alarm_rate,
        m.false_alarm_pairs
    ];
    conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}
