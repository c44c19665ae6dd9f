//! Events that hold a signature over an earlier event's digest.
//!
//! What is signed, and by whom, is not this crate's to judge: it keeps the numbers.

use crate::{
    Ledger, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    read::{all, one},
};
use std::fmt::Write as _;

/// A signature over the chain up to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// The event that is signed.
    pub seq: Seq,
    /// Its digest.
    pub digest: [u8; 32],
    /// Names the key: SHA-256 of the public key.
    pub key: [u8; 32],
    /// Ed25519.
    pub signature: [u8; 64],
}

/// A checkpoint, as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The event that holds it.
    pub event: Seq,
    /// When, UTC.
    pub signed_at_ms: i64,
    /// What it holds; `None` where its details are not those of a checkpoint.
    pub checkpoint: Option<Checkpoint>,
}

impl Tx<'_> {
    /// Keeps a checkpoint.
    ///
    /// # Errors
    /// [`LedgerError::OutOfRange`] when the event that it signs is not there or has another digest.
    pub fn record_checkpoint(&mut self, checkpoint: &Checkpoint, at_ms: i64) -> Result<Seq> {
        if self.event_digest(checkpoint.seq)? != Some(checkpoint.digest) {
            return Err(LedgerError::OutOfRange);
        }
        let details = Details::new()
            .text("digest", &hex(&checkpoint.digest))
            .text("key", &hex(&checkpoint.key))
            .number("seq", checkpoint.seq)
            .text("signature", &hex(&checkpoint.signature));
        self.chain.event(Kind::CheckpointSigned, &details, at_ms)
    }
}

/// Reads a checkpoint's details.
const COLUMNS: &str = "SELECT seq, at_ms, details ->> 'seq', details ->> 'digest',
                              details ->> 'key', details ->> 'signature'
                       FROM events WHERE kind = 'checkpoint_signed'";

impl Ledger {
    /// Every checkpoint, in the order of the chain.
    pub fn checkpoints(&self) -> Result<Vec<CheckpointRow>> {
        all(&self.conn, &format!("{COLUMNS} ORDER BY seq"), [], row)
    }

    /// The last checkpoint.
    pub fn last_checkpoint(&self) -> Result<Option<CheckpointRow>> {
        one(&self.conn, &format!("{COLUMNS} ORDER BY seq DESC LIMIT 1"), [], row)
    }
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<CheckpointRow> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let (digest, key, signature) = (text(3)?, text(4)?, text(5)?);
    // Whoever forged an event may have written anything.
    let seq: Option<i64> = row.get(2).unwrap_or(None);
    let checkpoint = || {
        Some(Checkpoint {
            seq: seq?.try_into().ok()?,
            digest: from_hex(&digest?)?,
            key: from_hex(&key?)?,
            signature: from_hex(&signature?)?,
        })
    };
    Ok(CheckpointRow { event: row.get(0)?, signed_at_ms: row.get(1)?, checkpoint: checkpoint() })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_hex = text.len() == 2 * N && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    is_hex.then_some(bytes)
}
