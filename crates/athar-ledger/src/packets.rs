//! That a case was passed on: who made an evidence packet of it, when, and what for.

use crate::{
    CaseId, Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    read::all,
};
use rusqlite::params;

/// A packet, as it is made.
#[derive(Debug, Clone, Copy)]
pub struct NewPacket<'a> {
    /// The case.
    pub case: CaseId,
    /// What for, in one line.
    pub purpose: Option<&'a str>,
    /// The opaque name of who makes it.
    pub actor: Option<&'a str>,
    /// The program that makes it, with its version.
    pub program: &'a str,
}

/// A packet that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketRow {
    /// Position of its event.
    pub seq: Seq,
    /// What for.
    pub purpose: Option<String>,
    /// The opaque name of who made it.
    pub actor: Option<String>,
    /// When, UTC.
    pub made_at_ms: i64,
}

impl Ledger {
    /// The packets that were made of a case, oldest first.
    pub fn packets(&self, case: CaseId) -> Result<Vec<PacketRow>> {
        let sql = "SELECT p.id, p.purpose, p.actor, e.at_ms
                   FROM packets AS p JOIN events AS e ON e.seq = p.id
                   WHERE p.case_id = ?1 ORDER BY p.id";
        all(&self.conn, sql, [case.0], |row| {
            Ok(PacketRow {
                seq: row.get(0)?,
                purpose: row.get(1)?,
                actor: row.get(2)?,
                made_at_ms: row.get(3)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Keeps that a packet is made.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchCase`], [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn record_packet(&mut self, packet: &NewPacket<'_>, at_ms: i64) -> Result<Seq> {
        let NewPacket { case, purpose, actor, program } = *packet;
        self.case(case)?.ok_or(LedgerError::NoSuchCase)?;
        [purpose, actor].into_iter().flatten().try_for_each(check_line)?;
        let sql = "INSERT INTO packets (id, salt, case_id, purpose, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let details = Details::new().text("program", program);
        let id = self.chain.record(Kind::PacketMade, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, case.0, purpose, actor])?;
            Ok(())
        })?;
        // Row ids count from 1.
        Ok(id.unsigned_abs())
    }
}
