//! Checkpoints: the unit's signature over the chain up to an event.
//!
//! A chain shows that nothing in it was changed; it does not show who wrote it. Whoever rewrites all
//! of it has not the key, and whoever puts an older copy back has not the checkpoint that is kept
//! somewhere else.

use crate::keys::{Key, PublicKey, from_hex};
use crate::outcome::{hex, to_hex};
use crate::policy::{CHECKPOINT_EVENTS, CHECKPOINT_MS};
use crate::{CheckpointFault, EngineError, Store, StoreFault, clock};
use athar_ledger::{Checkpoint, LedgerError, Tx};
use serde::Serialize;

/// What the signature is over, before the bytes.
const DOMAIN: &str = "athar/checkpoint/1";

/// A checkpoint, to be kept somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedCheckpoint {
    /// The event that is signed.
    pub event: u64,
    /// Its digest.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
    /// The public key, 64 hex digits.
    pub public_key: String,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}

/// What the checkpoints of a ledger show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CheckpointSummary {
    /// How many there are.
    pub checkpoints: u64,
    /// The last event that one of them signs.
    pub signed_up_to: Option<u64>,
}

impl Store {
    /// Signs the chain as it stands.
    ///
    /// # Errors
    ///
    /// The store has no key.
    pub fn checkpoint(&mut self) -> Result<SignedCheckpoint, EngineError> {
        let key = self.key()?.ok_or(EngineError::NoKey)?;
        Ok(self.sign_chain(&key)?)
    }

    /// Makes a change of the ledger, and signs the chain if that is due: what is changed by itself
    /// goes through here.
    pub(crate) fn change<T>(
        &mut self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, EngineError> {
        // A key that cannot be read is told before anything is done.
        self.key()?;
        let value = self.ledger.write(f)?;
        self.checkpoint_if_due()?;
        Ok(value)
    }

    /// Signs the chain where there is a key and it was not signed for long.
    pub(crate) fn checkpoint_if_due(&mut self) -> Result<(), EngineError> {
        let Some(key) = self.key()? else { return Ok(()) };
        let last = self.ledger.last_checkpoint()?;
        let (event, at_ms) = last.map_or((0, 0), |last| (last.event, last.signed_at_ms));
        let grown = self.ledger.last_seq()?.saturating_sub(event);
        let passed_ms = clock::now_ms().saturating_sub(at_ms);
        if grown >= CHECKPOINT_EVENTS || (grown > 0 && passed_ms >= CHECKPOINT_MS) {
            self.sign_chain(&key)?;
        }
        Ok(())
    }

    fn sign_chain(&mut self, key: &Key) -> Result<SignedCheckpoint, LedgerError> {
        let at_ms = clock::now_ms();
        self.ledger.write(|tx| sign_in(tx, key, at_ms))
    }

    /// Holds every checkpoint of the ledger against these keys; the first that does not hold.
    pub(crate) fn verify_checkpoints(
        &self,
        keys: &[PublicKey],
    ) -> Result<(CheckpointSummary, Option<StoreFault>), EngineError> {
        let mut summary = CheckpointSummary::default();
        let Some(first) = self.ledger.event_digest(1)? else { return Ok((summary, None)) };
        for row in self.ledger.checkpoints()? {
            let fault = |why| Some(StoreFault::Checkpoint { event: row.event, why });
            let Some(checkpoint) = row.checkpoint else {
                return Ok((summary, fault(CheckpointFault::NotOne)));
            };
            let Checkpoint { seq, digest, key, signature } = checkpoint;
            if seq >= row.event || self.ledger.event_digest(seq)? != Some(digest) {
                return Ok((summary, fault(CheckpointFault::OtherChain)));
            }
            let Some(key) = keys.iter().find(|known| known.id() == key) else {
                return Ok((summary, fault(CheckpointFault::UnknownKey)));
            };
            if !key.has_signed(DOMAIN, &signed_bytes(&first, seq, &digest), &signature) {
                return Ok((summary, fault(CheckpointFault::Signature)));
            }
            summary.checkpoints += 1;
            summary.signed_up_to = Some(seq);
        }
        Ok((summary, None))
    }

    /// Holds a checkpoint that was kept somewhere else against the ledger: what does not fit.
    ///
    /// # Errors
    ///
    /// It is no checkpoint.
    pub fn verify_kept(&self, kept: &str) -> Result<Option<StoreFault>, EngineError> {
        let kept: Kept = serde_json::from_str(kept).map_err(|_| EngineError::NotAStatement)?;
        let digest = from_hex(&kept.digest).ok_or(EngineError::NotAStatement)?;
        let signature = from_hex(&kept.signature).ok_or(EngineError::NotAStatement)?;
        let key = PublicKey::from_hex(&kept.public_key)?;
        let Some(first) = self.ledger.event_digest(1)? else {
            return Ok(Some(StoreFault::NoEvents));
        };
        if !key.has_signed(DOMAIN, &signed_bytes(&first, kept.event, &digest), &signature) {
            return Ok(Some(StoreFault::KeptOfAnother));
        }
        Ok(match self.ledger.event_digest(kept.event)? {
            Some(now) if now == digest => None,
            Some(_) => Some(StoreFault::KeptChanged { event: kept.event }),
            None => Some(StoreFault::KeptCutOff { event: kept.event }),
        })
    }
}

/// Signs the chain as it stands within a change.
pub(crate) fn sign_in(
    tx: &mut Tx<'_>,
    key: &Key,
    at_ms: i64,
) -> Result<SignedCheckpoint, LedgerError> {
    let seq = tx.last_seq()?;
    let digest = tx.event_digest(seq)?.ok_or(LedgerError::Corrupt)?;
    let first = tx.event_digest(1)?.ok_or(LedgerError::Corrupt)?;
    let signature = key.sign(DOMAIN, &signed_bytes(&first, seq, &digest));
    let public = key.public();
    let checkpoint = Checkpoint { seq, digest, key: public.id(), signature };
    tx.record_checkpoint(&checkpoint, at_ms)?;
    Ok(SignedCheckpoint {
        event: seq,
        digest,
        public_key: public.to_hex(),
        signature: to_hex(&signature),
    })
}

#[derive(serde::Deserialize)]
struct Kept {
    event: u64,
    digest: String,
    public_key: String,
    signature: String,
}

fn signed_bytes(first: &[u8; 32], seq: u64, digest: &[u8; 32]) -> Vec<u8> {
    [&first[..], &seq.to_be_bytes(), digest].concat()
}
