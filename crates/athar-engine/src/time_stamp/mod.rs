//! Time stamps: an authority that nobody here controls says that an event was there at a time.
//!
//! The clock of a machine is whoever's who has the machine. A time stamp (RFC 3161) is over the digest
//! of an event, and so over every event before it. There is no network here: the request is written to
//! a file, somebody brings it to an authority, and the reply comes back as a file.

mod authority;
mod token;

pub use authority::Authorities;

use crate::outcome::hex;
use crate::{EngineError, Store, StoreFault, clock};
use athar_ledger::{LedgerError, TimeStampRow};
use serde::Serialize;
use token::Token;

/// What is brought to an authority.
#[derive(Clone, Serialize)]
pub struct TimeStampRequest {
    /// The event that is to be stamped.
    pub event: u64,
    /// Its digest: SHA-256.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
    /// The request, DER.
    #[serde(skip)]
    pub request: Vec<u8>,
}

/// A time stamp that the chain holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeStamp {
    /// The event that was stamped.
    pub event: u64,
    /// Its digest: SHA-256.
    #[serde(serialize_with = "hex")]
    pub digest: [u8; 32],
    /// When it was there at the latest, UTC, in milliseconds since 1970, by the authority's clock.
    pub stamped_at_ms: i64,
    /// What the authority's certificate calls it.
    pub authority: String,
    /// When the time stamp came in, UTC, by the clock of this machine.
    pub added_at_ms: i64,
}

/// What the time stamps of a ledger show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TimeStampSummary {
    /// How many there are.
    pub time_stamps: u64,
    /// The last event that one of them is over.
    pub stamped_up_to: Option<u64>,
    /// Whether their certificates lead to authorities that were named; `null` where none was.
    pub authorities_known: Option<bool>,
}

/// Why something is no time stamp, or none to rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampFault {
    /// The file is no reply of an authority.
    #[error("this is no reply of a time-stamping authority (RFC 3161)")]
    NotAReply,
    /// The reply is that there is none.
    #[error("the authority gives no time stamp: {0}")]
    Refused(&'static str),
    /// What was stamped is no SHA-256.
    #[error("what is stamped is no SHA-256, as the digest of an event is")]
    OtherDigest,
    /// What was stamped is no event of this chain.
    #[error("what is stamped is no event of this store")]
    NoSuchEvent,
    /// The event has no time stamp.
    #[error("the event has no time stamp: 'athar timestamp list' shows those there are")]
    NotStamped,
    /// The store holds it.
    #[error("the store has this time stamp already")]
    Known,
    /// Not exactly one signed it.
    #[error("it is not signed by exactly one")]
    Signers,
    /// Whose signature it is cannot be known.
    #[error("the certificate of who signed it is not in it")]
    NoCertificate,
    /// What is signed is not what is stated.
    #[error("what is signed is not what it states")]
    Attributes,
    /// A digest that is not used any more.
    #[error("it is made with a digest that is not known here")]
    Algorithm,
    /// The signature does not hold.
    #[error("its signature does not hold")]
    Signature,
    /// The certificate is for something else.
    #[error("the certificate of who signed it is not for time stamps alone")]
    NotForTimeStamps,
    /// The certificate leads to none that is trusted.
    #[error("the certificate of who signed it leads to none of those that were given")]
    NotTrusted,
    /// What should be a certificate is none.
    #[error("this is no certificate")]
    NotACertificate,
}

impl Store {
    /// A request for a time stamp of the chain as it stands, which is signed before where there is a
    /// key.
    ///
    /// # Errors
    ///
    /// The store's key cannot be read.
    pub fn time_stamp_request(&mut self) -> Result<TimeStampRequest, EngineError> {
        if self.key()?.is_some() {
            self.checkpoint()?;
        }
        let event = self.ledger.last_seq()?;
        let digest = self.ledger.event_digest(event)?.ok_or(LedgerError::Corrupt)?;
        Ok(TimeStampRequest { event, digest, request: token::request(&digest) })
    }

    /// Keeps what an authority replied.
    ///
    /// # Errors
    ///
    /// It is no time stamp of an event of this chain, it does not hold, or its authority is none of
    /// those that are named. The store is as it was.
    pub fn add_time_stamp(
        &mut self,
        reply: &[u8],
        authorities: &Authorities,
    ) -> Result<TimeStamp, EngineError> {
        let token = Token::from_reply(reply)?;
        let authority = judged(&token, authorities)?;
        let at_ms = clock::now_ms();
        self.ledger.write(|tx| {
            let found = tx.event_of_digest(&token.digest)?;
            let event = found.ok_or(TimeStampFault::NoSuchEvent)?;
            if tx.time_stamps()?.iter().any(|known| known.token == token.der) {
                return Err(EngineError::TimeStamp(TimeStampFault::Known));
            }
            tx.record_time_stamp(event, &token.der, at_ms)?;
            Ok(told(event, &token, authority, at_ms))
        })
    }

    /// Every time stamp, in the order in which they came in.
    ///
    /// # Errors
    ///
    /// One of them cannot be read any more.
    pub fn time_stamps(&self) -> Result<Vec<TimeStamp>, EngineError> {
        self.ledger.time_stamps()?.iter().map(|row| Ok(read(row)?.1)).collect()
    }

    /// The last time stamp of an event, as it came from its authority: DER, which other programs read.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn time_stamp_token(&self, event: u64) -> Result<Vec<u8>, EngineError> {
        let mut rows = self.ledger.time_stamps()?.into_iter();
        let of_event = rows.rfind(|row| row.event == event);
        Ok(of_event.ok_or(TimeStampFault::NotStamped)?.token)
    }

    /// Holds every time stamp against the chain; the first that does not fit.
    pub(crate) fn verify_time_stamps(
        &self,
        authorities: &Authorities,
    ) -> Result<(TimeStampSummary, Option<StoreFault>), EngineError> {
        let mut summary = TimeStampSummary::default();
        for row in self.ledger.time_stamps()? {
            let fits = read(&row).and_then(|(token, _)| {
                judged(&token, authorities)?;
                Ok(self.ledger.event_digest(row.event)? == Some(token.digest))
            });
            let fault = match fits {
                Ok(true) => None,
                Ok(false) => Some(None),
                Err(EngineError::TimeStamp(fault)) => Some(Some(fault)),
                Err(error) => return Err(error),
            };
            if let Some(why) = fault {
                return Ok((summary, Some(StoreFault::TimeStamp { event: row.event, why })));
            }
            summary.time_stamps += 1;
            summary.stamped_up_to = summary.stamped_up_to.max(Some(row.event));
            summary.authorities_known = (!authorities.is_empty()).then_some(true);
        }
        Ok((summary, None))
    }
}

/// Whose it is, where it holds and that one is known or nobody says who should be.
fn judged(token: &Token, authorities: &Authorities) -> Result<String, TimeStampFault> {
    let statement = token.statement()?;
    authority::holds(&statement)?;
    if !authorities.is_empty() {
        authorities.know(&statement, token.at_ms)?;
    }
    Ok(statement.name)
}

fn read(row: &TimeStampRow) -> Result<(Token, TimeStamp), EngineError> {
    let token = Token::from_reply(&row.token)?;
    let authority = token.statement()?.name;
    let told = told(row.event, &token, authority, row.added_at_ms);
    Ok((token, told))
}

fn told(event: u64, token: &Token, authority: String, added_at_ms: i64) -> TimeStamp {
    TimeStamp { event, digest: token.digest, stamped_at_ms: token.at_ms, authority, added_at_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    // An authority and its replies, made by `openssl ts` and `openssl cms` for a digest of 32 times
    // 0x5A: by RSA with SHA-256, and by P-384 with SHA-384, thousandths of seconds and the older way
    // of naming a certificate; without a certificate; one signed by a web site's key.
    const ROOT: &[u8] = include_bytes!("../../fixtures/time_stamps/root.pem");
    const AUTHORITY: &[u8] = include_bytes!("../../fixtures/time_stamps/authority.pem");
    const STRANGER: &[u8] = include_bytes!("../../fixtures/time_stamps/stranger.pem");
    const REPLY: &[u8] = include_bytes!("../../fixtures/time_stamps/reply.tsr");
    const REPLY_EC: &[u8] = include_bytes!("../../fixtures/time_stamps/reply_ec.tsr");
    const REFUSED: &[u8] = include_bytes!("../../fixtures/time_stamps/refused.tsr");
    const NO_CERTIFICATE: &[u8] = include_bytes!("../../fixtures/time_stamps/no_certificate.tsr");
    const FORGED: &[u8] = include_bytes!("../../fixtures/time_stamps/forged.tst");
    const DIGEST: [u8; 32] = [0x5A; 32];

    fn judge(reply: &[u8], authorities: &[u8]) -> Result<(Token, String), TimeStampFault> {
        let token = Token::from_reply(reply)?;
        let name = judged(&token, &Authorities::read(authorities)?)?;
        Ok((token, name))
    }

    #[test]
    fn a_reply_tells_what_was_there_when_and_who_says_so() {
        for (reply, name, ms) in [
            (REPLY, "CN=Athar test authority,O=Athar tests", 0..1),
            (REPLY_EC, "CN=EC authority", 1..1000),
        ] {
            let (token, told) = judge(reply, ROOT).unwrap();
            assert_eq!((token.digest, &told[..]), (DIGEST, name));
            // 2026-11-22.
            assert_eq!(token.at_ms / 86_400_000, 20_779);
            assert!(ms.contains(&(token.at_ms % 1000)), "{}", token.at_ms);
            // The token that is kept says the same without what was around it.
            assert_eq!(judge(&token.der, ROOT).unwrap().1, name);
            assert!(token.der.len() < reply.len());
        }
        assert!(judge(REPLY, AUTHORITY).is_ok(), "its own certificate is trusted");
        assert!(judge(REPLY, &[STRANGER, ROOT].concat()).is_ok(), "one of several");
    }

    #[test]
    fn what_is_no_time_stamp_to_rely_on_is_told_by_its_reason() {
        let faults = [
            (REPLY, STRANGER, TimeStampFault::NotTrusted),
            (REPLY, b"-----BEGIN".as_slice(), TimeStampFault::NotACertificate),
            (REFUSED, ROOT, TimeStampFault::Refused("it does not know the algorithm")),
            (NO_CERTIFICATE, ROOT, TimeStampFault::NoCertificate),
            (FORGED, ROOT, TimeStampFault::NotForTimeStamps),
            (ROOT, ROOT, TimeStampFault::NotAReply),
            (b"", ROOT, TimeStampFault::NotAReply),
        ];
        for (reply, authorities, fault) in faults {
            assert_eq!(judge(reply, authorities).err(), Some(fault), "{fault}");
        }
        let long = [REPLY, &[0; 64 << 10]].concat();
        assert_eq!(judge(&long, ROOT).err(), Some(TimeStampFault::NotAReply));
    }

    #[test]
    fn a_reply_with_a_changed_byte_says_the_same_or_nothing() {
        for reply in [REPLY, REPLY_EC] {
            let (whole, name) = judge(reply, ROOT).unwrap();
            let mut refused = 0;
            for at in 0..reply.len() {
                for change in [0x01, 0x80, 0xFF] {
                    let mut reply = reply.to_vec();
                    reply[at] ^= change;
                    match judge(&reply, ROOT) {
                        Err(_) => refused += 1,
                        Ok((token, told)) => {
                            assert_eq!(
                                (token.digest, token.at_ms, &told),
                                (DIGEST, whole.at_ms, &name)
                            );
                        }
                    }
                }
                assert!(judge(&reply[..at], ROOT).is_err(), "cut off at {at}");
            }
            // A third of a reply is a copy of the root and of what is not signed: nothing rests on those.
            assert!(refused > reply.len() * 3 / 2, "{refused} of {}", reply.len() * 3);
        }
    }

    #[test]
    fn a_request_is_what_authorities_read() {
        // As `openssl ts -query -digest 5a… -sha256 -cert -no_nonce` writes it.
        let head = [0x30, 0x39, 2, 1, 1, 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65];
        let expected = [&head[..], &[3, 4, 2, 1, 5, 0, 4, 0x20], &DIGEST, &[1, 1, 0xFF]].concat();
        assert_eq!(token::request(&DIGEST), expected);
    }
}
