//! Who may say what time it was: authorities that a unit trusts, by their certificates.

use super::TimeStampFault as Fault;
use super::token::Statement;
use cms::cert::x509::der::asn1::ObjectIdentifier;
use cms::cert::x509::ext::pkix::ExtendedKeyUsage;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// The same as the bytes of a DER value, as `webpki` takes it.
const TIME_STAMPING_BYTES: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 8];

/// Certificates to which that of an authority has to lead, or which it has to be.
#[derive(Debug, Clone, Default)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// From the bytes of a file: PEM with one or more, or one as DER.
    ///
    /// # Errors
    ///
    /// There is no certificate in it, or something that is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let pem: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
        let read = match pem.map_err(|_| Fault::NotACertificate)? {
            none if none.is_empty() => vec![CertificateDer::from(bytes.to_vec())],
            some => some,
        };
        let is_any = |one: &CertificateDer<'_>| anchor_from_trusted_cert(one).is_ok();
        if read.iter().all(is_any) { Ok(Self(read)) } else { Err(Fault::NotACertificate) }
    }

    /// Adds those of another file.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the certificate of who signed leads to one of these, at the time that was stamped.
    pub(super) fn know(&self, statement: &Statement, at_ms: i64) -> Result<(), Fault> {
        if self.0.iter().any(|known| known.as_ref() == statement.own) {
            return Ok(());
        }
        let anchors = self.0.iter().map(|known| anchor_from_trusted_cert(known));
        let anchors: Vec<_> =
            anchors.collect::<Result<_, _>>().map_err(|_| Fault::NotACertificate)?;
        let own = CertificateDer::from(&statement.own[..]);
        let others: Vec<_> =
            statement.others.iter().map(|der| CertificateDer::from(&der[..])).collect();
        let at = Duration::from_millis(at_ms.try_into().unwrap_or(0));
        let certificate = EndEntityCert::try_from(&own).map_err(|_| Fault::NotTrusted)?;
        certificate
            .verify_for_usage(
                ALL_VERIFICATION_ALGS,
                &anchors,
                &others,
                UnixTime::since_unix_epoch(at),
                KeyUsage::required(TIME_STAMPING_BYTES),
                None,
                None,
            )
            .map(|_| ())
            .map_err(|_| Fault::NotTrusted)
    }
}

/// Whether the signature holds, by a certificate for time stamps and nothing else.
pub(super) fn holds(statement: &Statement) -> Result<(), Fault> {
    let facts = &statement.certificate.tbs_certificate;
    let usage = facts.get::<ExtendedKeyUsage>().map_err(|_| Fault::NotForTimeStamps)?;
    if usage.is_none_or(|(_, usage)| usage.0 != [TIME_STAMPING]) {
        return Err(Fault::NotForTimeStamps);
    }
    let own = CertificateDer::from(&statement.own[..]);
    let certificate = EndEntityCert::try_from(&own).map_err(|_| Fault::Signature)?;
    // Those of another kind of key do not take it, and those of another digest do not verify.
    let verifies = |by: &&dyn SignatureVerificationAlgorithm| {
        certificate.verify_signature(*by, &statement.signed, &statement.signature).is_ok()
    };
    if ALL_VERIFICATION_ALGS.iter().any(verifies) { Ok(()) } else { Err(Fault::Signature) }
}
