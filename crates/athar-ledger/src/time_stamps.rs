//! Events that hold what a time-stamping authority said of an earlier event.
//!
//! What it says, and who says so, is not this crate's to judge: it keeps the bytes.

use crate::{
    Ledger, Seq, Tx,
    chain::Kind,
    checkpoints::hex,
    details::Details,
    error::{LedgerError, Result},
    read::{all, one},
};

/// The longest token that is kept, in bytes.
const TOKEN_BYTES_MOST: usize = 64 << 10;

/// A time stamp, as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStampRow {
    /// The event that was stamped; 0, which none has, where the details are not those of a stamp.
    pub event: Seq,
    /// What the authority gave, as it was given; empty where the details are not those of a stamp.
    pub token: Vec<u8>,
    /// When it came in, UTC.
    pub added_at_ms: i64,
}

impl Ledger {
    /// Every time stamp, in the order of the chain.
    pub fn time_stamps(&self) -> Result<Vec<TimeStampRow>> {
        let sql = "SELECT at_ms, details ->> 'seq', unhex(details ->> 'token')
                   FROM events WHERE kind = 'time_stamped' ORDER BY seq";
        all(&self.conn, sql, [], |row| {
            // Whoever forged an event may have written anything.
            let event: Option<i64> = row.get(1).unwrap_or(None);
            let token: Option<Vec<u8>> = row.get(2).unwrap_or(None);
            Ok(TimeStampRow {
                event: event.and_then(|seq| seq.try_into().ok()).unwrap_or(0),
                token: token.unwrap_or_default(),
                added_at_ms: row.get(0)?,
            })
        })
    }

    /// The event of a digest.
    pub fn event_of_digest(&self, digest: &[u8; 32]) -> Result<Option<Seq>> {
        one(&self.conn, "SELECT seq FROM events WHERE digest = ?1", [digest], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Keeps what an authority said of an event.
    ///
    /// # Errors
    /// [`LedgerError::OutOfRange`] when the event is not there, or the token is empty or longer than
    /// any.
    pub fn record_time_stamp(&mut self, event: Seq, token: &[u8], at_ms: i64) -> Result<Seq> {
        let is_fit = (1..=TOKEN_BYTES_MOST).contains(&token.len());
        if !is_fit || self.event_digest(event)?.is_none() {
            return Err(LedgerError::OutOfRange);
        }
        let details = Details::new().number("seq", event).text("token", &hex(token));
        self.chain.event(Kind::TimeStamped, &details, at_ms)
    }
}
