//! Time-stamp tokens as RFC 3161 has them: what is asked, and what comes back.
//!
//! A token is a signed statement (CMS, RFC 5652) of an authority that a digest was shown to it at a
//! time. The digest here is that of an event, so the statement is over the whole chain up to it.

use super::TimeStampFault as Fault;
use cms::cert::CertificateChoices;
use cms::cert::x509::Certificate;
use cms::cert::x509::der::asn1::{BitStringRef, ObjectIdentifier, OctetStringRef};
use cms::cert::x509::der::{
    Any, AnyRef, DateTime, Decode, Encode, Error, ErrorKind, Header, Reader, SliceReader, Tag,
    Tagged,
};
use cms::cert::x509::ext::pkix::SubjectKeyIdentifier;
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// The longest reply that is read, in bytes. Real ones have 1 to 10 thousand.
pub(super) const REPLY_BYTES_MOST: usize = 64 << 10;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// A request for a time stamp of a SHA-256, DER. It asks for the authority's certificate, and has no
/// nonce: the digest of an event is asked for nowhere before it is there, and an older token of the
/// same event would say no less.
pub(super) fn request(digest: &[u8; 32]) -> Vec<u8> {
    let imprint = [
        // SEQUENCE { OID sha256, NULL }
        &[0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0][..],
        &[0x04, 32],
        digest,
    ];
    let imprint = imprint.concat();
    let body = [&[0x02, 1, 1, 0x30, imprint.len() as u8], &imprint[..], &[0x01, 1, 0xFF]].concat();
    [&[0x30, body.len() as u8], &body[..]].concat()
}

/// A token, and what it says.
pub(super) struct Token {
    /// As it is kept, DER.
    pub(super) der: Vec<u8>,
    /// What was stamped.
    pub(super) digest: [u8; 32],
    /// The authority's time, UTC.
    pub(super) at_ms: i64,
    signed: SignedData,
    content: Vec<u8>,
}

impl Token {
    /// From an authority's reply, or from the token alone.
    pub(super) fn from_reply(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > REPLY_BYTES_MOST {
            return Err(Fault::NotAReply);
        }
        match token_of(bytes).map_err(|_| Fault::NotAReply)? {
            Reply::Token(token) => Self::parse(token),
            Reply::Refused(failure) => Err(Fault::Refused(failure)),
        }
    }

    fn parse(der: &[u8]) -> Result<Self, Fault> {
        let (signed, content) = signed_content(der).map_err(|_| Fault::NotAReply)?;
        let content = content.ok_or(Fault::NotAReply)?;
        let info = Info::parse(&content).map_err(|_| Fault::NotAReply)?;
        let Info { algorithm, digest, at_ms } = info;
        let digest = digest.try_into().ok().filter(|_| algorithm == SHA_256);
        let digest = digest.ok_or(Fault::OtherDigest)?;
        Ok(Self { der: der.to_vec(), digest, at_ms, signed, content })
    }

    /// Who signed it and what exactly, where the statement and its attributes fit.
    pub(super) fn statement(&self) -> Result<Statement, Fault> {
        let [signer] = self.signed.signer_infos.0.as_slice() else { return Err(Fault::Signers) };
        let certificates = self.certificates()?;
        let is_signer = |certificate: &&Certificate| is_of(certificate, &signer.sid);
        let certificate = certificates.iter().find(is_signer).ok_or(Fault::NoCertificate)?;
        let own = certificate.to_der().map_err(|_| Fault::NoCertificate)?;
        self.attributes_fit(signer, &own)?;
        let attributes = signer.signed_attrs.as_ref().ok_or(Fault::Attributes)?;
        let others = certificates.iter().filter(|one| *one != certificate);
        Ok(Statement {
            signed: attributes.to_der().map_err(|_| Fault::Attributes)?,
            signature: signer.signature.as_bytes().to_vec(),
            name: name_of(certificate),
            own,
            others: others.filter_map(|one| one.to_der().ok()).collect(),
            certificate: certificate.clone(),
        })
    }

    fn certificates(&self) -> Result<Vec<Certificate>, Fault> {
        let certificates = self.signed.certificates.as_ref().ok_or(Fault::NoCertificate)?;
        let plain = certificates.0.iter().filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate.clone()),
            CertificateChoices::Other(_) => None,
        });
        Ok(plain.collect())
    }

    /// The signed attributes say what was signed, its digest, and by which certificate.
    fn attributes_fit(&self, signer: &SignerInfo, certificate: &[u8]) -> Result<(), Fault> {
        let content_type = value(signer, &CONTENT_TYPE).ok_or(Fault::Attributes)?;
        let content_type = content_type.decode_as::<ObjectIdentifier>();
        let digest = value(signer, &MESSAGE_DIGEST).ok_or(Fault::Attributes)?;
        let digest = digest.decode_as::<OctetStringRef<'_>>().map_err(|_| Fault::Attributes)?;
        let ours = digest_by(&signer.digest_alg.oid, &self.content).ok_or(Fault::Algorithm)?;
        if content_type != Ok(TST_INFO) || digest.as_bytes() != ours {
            return Err(Fault::Attributes);
        }
        let named = named_certificate(signer).map_err(|_| Fault::Attributes)?;
        let (algorithm, named) = named.ok_or(Fault::Attributes)?;
        let ours = digest_by(&algorithm, certificate).ok_or(Fault::Algorithm)?;
        if named == ours { Ok(()) } else { Err(Fault::NoCertificate) }
    }
}

/// What an authority signed, and with what.
pub(super) struct Statement {
    /// The bytes under the signature.
    pub(super) signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
    /// What the signer's certificate calls it.
    pub(super) name: String,
    /// The signer's certificate, DER.
    pub(super) own: Vec<u8>,
    /// The other certificates that came along, DER.
    pub(super) others: Vec<Vec<u8>>,
    pub(super) certificate: Certificate,
}

/// The digest of bytes; `None` by an algorithm that no authority should use.
fn digest_by(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match *algorithm {
        SHA_1 => sha1::Sha1::digest(bytes).to_vec(),
        SHA_256 => Sha256::digest(bytes).to_vec(),
        SHA_384 => Sha384::digest(bytes).to_vec(),
        SHA_512 => Sha512::digest(bytes).to_vec(),
        _ => return None,
    })
}

enum Reply<'a> {
    Token(&'a [u8]),
    Refused(&'static str),
}

/// A reply is a status and a token; a token alone begins with the name of its kind.
fn token_of(bytes: &[u8]) -> Result<Reply<'_>, Error> {
    let whole = AnyRef::from_der(bytes)?;
    if first_tag(whole.value())? == Tag::ObjectIdentifier {
        return Ok(Reply::Token(bytes));
    }
    let mut reader = SliceReader::new(bytes)?;
    reader.sequence(|reply| {
        let failure = reply.sequence(failure)?;
        match (failure, reply.is_finished()) {
            (None, false) => Ok(Reply::Token(reply.tlv_bytes()?)),
            (failure, _) => {
                while !reply.is_finished() {
                    reply.tlv_bytes()?;
                }
                Ok(Reply::Refused(failure.unwrap_or("no reason is given")))
            }
        }
    })
}

fn first_tag(bytes: &[u8]) -> Result<Tag, Error> {
    Ok(Header::decode(&mut SliceReader::new(bytes)?)?.tag)
}

/// Why there is no token, by the status (RFC 3161, 2.4.2).
fn failure<'a, R: Reader<'a>>(info: &mut R) -> Result<Option<&'static str>, Error> {
    let status = u8::decode(info)?;
    let mut why = None;
    while !info.is_finished() {
        let part = AnyRef::decode(info)?;
        if part.tag() == Tag::BitString {
            why = part.decode_as::<BitStringRef<'_>>()?.bits().position(|bit| bit);
        }
    }
    Ok(match status {
        0 | 1 => None,
        _ => Some(why.map_or("no reason is given", reason)),
    })
}

fn reason(bit: usize) -> &'static str {
    match bit {
        0 => "it does not know the algorithm",
        2 => "it does not allow the request",
        5 => "it cannot read the request",
        14 => "it has no time to tell",
        15 => "it does not know the policy",
        16 => "it does not know an extension",
        17 => "what was asked for besides is not to be had",
        25 => "it failed",
        _ => "a reason that has no name",
    }
}

fn signed_content(der: &[u8]) -> Result<(SignedData, Option<Vec<u8>>), Error> {
    let info = ContentInfo::from_der(der)?;
    if info.content_type != SIGNED_DATA {
        return Err(ErrorKind::OidUnknown { oid: info.content_type }.into());
    }
    let signed = info.content.decode_as::<SignedData>()?;
    let content = &signed.encap_content_info;
    if content.econtent_type != TST_INFO {
        return Err(ErrorKind::OidUnknown { oid: content.econtent_type }.into());
    }
    let content = content.econtent.as_ref().map(Any::value).map(<[u8]>::to_vec);
    Ok((signed, content))
}

/// What is stated: the beginning of TSTInfo. What follows is not needed.
struct Info {
    algorithm: ObjectIdentifier,
    digest: Vec<u8>,
    at_ms: i64,
}

impl Info {
    fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = SliceReader::new(bytes)?;
        let info = reader.sequence(|info| {
            let _version = u8::decode(info)?;
            let _policy = ObjectIdentifier::decode(info)?;
            let (algorithm, digest) = info.sequence(|imprint| {
                let algorithm = AlgorithmIdentifierOwned::decode(imprint)?;
                let digest = OctetStringRef::decode(imprint)?;
                Ok((algorithm.oid, digest.as_bytes().to_vec()))
            })?;
            let _serial = AnyRef::decode(info)?;
            let time = AnyRef::decode(info)?;
            time.tag().assert_eq(Tag::GeneralizedTime)?;
            while !info.is_finished() {
                info.tlv_bytes()?;
            }
            Ok(Self { algorithm, digest, at_ms: time_ms(time.value())? })
        })?;
        reader.finish(info)
    }
}

/// `20261122193000Z` or `20261122193000.25Z`: fractions are allowed here, as they are not elsewhere.
fn time_ms(text: &[u8]) -> Result<i64, Error> {
    let wrong = || Tag::GeneralizedTime.value_error();
    let text = std::str::from_utf8(text).ok().and_then(|text| text.strip_suffix('Z'));
    let (whole, fraction) =
        text.map(|text| text.split_once('.').unwrap_or((text, "0"))).ok_or_else(wrong)?;
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !are_digits(whole) || !are_digits(fraction) {
        return Err(wrong());
    }
    let number = |from: usize, to: usize| whole[from..to].parse::<u16>().map_err(|_| wrong());
    // Two digits fit.
    let two = |from: usize| number(from, from + 2).map(|n| n as u8);
    let time = DateTime::new(number(0, 4)?, two(4)?, two(6)?, two(8)?, two(10)?, two(12)?)?;
    let seconds = i64::try_from(time.unix_duration().as_secs()).map_err(|_| wrong())?;
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    Ok(seconds * 1000 + thousandths.parse::<i64>().map_err(|_| wrong())?)
}

/// The one value of a signed attribute.
fn value<'a>(signer: &'a SignerInfo, oid: &ObjectIdentifier) -> Option<&'a Any> {
    let attributes = signer.signed_attrs.as_ref()?;
    let attribute = attributes.iter().find(|attribute| attribute.oid == *oid)?;
    match attribute.values.as_slice() {
        [value] => Some(value),
        _ => None,
    }
}

/// The digest of the signer's certificate as the signer gives it (RFC 2634 and 5035): the algorithm
/// and the digest.
fn named_certificate(signer: &SignerInfo) -> Result<Option<(ObjectIdentifier, Vec<u8>)>, Error> {
    let (value, usual) = match value(signer, &SIGNING_CERTIFICATE_V2) {
        Some(value) => (value, SHA_256),
        None => match value(signer, &SIGNING_CERTIFICATE) {
            Some(value) => (value, SHA_1),
            None => return Ok(None),
        },
    };
    // SEQUENCE { SEQUENCE OF { [SEQUENCE { OID, … }], OCTET STRING, … }, … }: the first of them.
    let certificates = AnyRef::decode(&mut SliceReader::new(value.value())?)?;
    let first = AnyRef::decode(&mut SliceReader::new(certificates.value())?)?;
    let mut reader = SliceReader::new(first.value())?;
    let algorithm = match reader.peek_header()?.tag {
        Tag::Sequence => AlgorithmIdentifierOwned::decode(&mut reader)?.oid,
        _ => usual,
    };
    Ok(Some((algorithm, OctetStringRef::decode(&mut reader)?.as_bytes().to_vec())))
}

fn is_of(certificate: &Certificate, signer: &SignerIdentifier) -> bool {
    let facts = &certificate.tbs_certificate;
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(named) => {
            named.issuer == facts.issuer && named.serial_number == facts.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(named) => {
            let own = facts.get::<SubjectKeyIdentifier>();
            own.is_ok_and(|own| own.is_some_and(|(_, own)| own == *named))
        }
    }
}

/// Its subject, in one line.
fn name_of(certificate: &Certificate) -> String {
    let name = certificate.tbs_certificate.subject.to_string();
    name.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).take(NAME_MOST).collect()
}

/// The longest name that is told, in characters.
const NAME_MOST: usize = 200;
