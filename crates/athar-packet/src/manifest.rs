//! What is signed: which entries there are, and what they were made with.

use crate::{Digest, Fault};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version that is written.
pub(crate) const VERSION: u64 = 1;

/// The longest manifest that is read before its signature is known to hold.
const MANIFEST_BYTES_MOST: usize = 1 << 20;

pub(crate) const FORMAT: &str = "athar-packet";

/// What the signature is over, before a zero byte and the manifest.
const DOMAIN: &str = "athar/packet/1";

/// The first entry of a packet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// `athar-packet`.
    pub format: String,
    /// Of the format.
    pub version: u64,
    /// What made it, with its version.
    pub program: String,
    /// When, milliseconds since 1970-01-01 UTC.
    pub made_at_ms: i64,
    /// The report's language, `en` or `ar`.
    pub language: String,
    /// Names the ledger: the digest of its first event.
    pub ledger: Digest,
    /// All events of the ledger up to the packet's own.
    pub tree: TreeHead,
    /// What made the codes that were compared.
    pub schemes: Vec<Scheme>,
    /// By which numbers was judged.
    pub thresholds: Vec<Threshold>,
    /// Every other entry but the signature, in the archive's order.
    pub entries: Vec<EntryRecord>,
}

/// The events of a ledger as one digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeHead {
    /// How many events; the number of the last one.
    pub size: u64,
    /// The root of the tree over their digests.
    pub root: Digest,
}

/// What made codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheme {
    /// `pdq`, `landmark` or `voice`.
    pub space: String,
    /// Its name.
    pub scheme: String,
    /// Its version.
    pub version: u32,
}

/// A number by which was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// What it bounds, its unit last.
    pub name: String,
    /// The number.
    pub value: f64,
}

/// An entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRecord {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// The second entry of a packet.
#[derive(Serialize, Deserialize)]
struct SignatureEntry {
    kind: String,
    public_key: Digest,
    signature: String,
}

/// The bytes that a unit signs for this manifest.
pub(crate) fn message(manifest: &[u8]) -> Vec<u8> {
    signed(DOMAIN, manifest)
}

/// Bytes behind what they are.
pub(crate) fn signed(domain: &str, bytes: &[u8]) -> Vec<u8> {
    [domain.as_bytes(), &[0], bytes].concat()
}

pub(crate) fn signature_entry(public_key: [u8; 32], signature: &[u8; 64]) -> Vec<u8> {
    let entry = SignatureEntry {
        kind: DOMAIN.into(),
        public_key: Digest(public_key),
        signature: crate::digest::to_hex(signature),
    };
    // A structure of texts always has a text.
    serde_json::to_vec(&entry).unwrap_or_default()
}

/// Reads a manifest once its signature holds. The version comes first, for the bytes of another
/// may be signed in another way.
pub(crate) fn opened(manifest: &[u8], signature: &[u8], key: &[u8; 32]) -> Result<Manifest, Fault> {
    check_version(manifest)?;
    check_signature(manifest, signature, key)?;
    serde_json::from_slice(manifest).map_err(|_| Fault::ManifestMalformed)
}

fn check_version(manifest: &[u8]) -> Result<(), Fault> {
    if manifest.len() > MANIFEST_BYTES_MOST {
        return Err(Fault::ManifestMalformed);
    }
    let read: Value = serde_json::from_slice(manifest).map_err(|_| Fault::ManifestMalformed)?;
    if read.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(Fault::NotAPacket);
    }
    match read.get("version").and_then(Value::as_u64) {
        Some(VERSION) => Ok(()),
        Some(found) if found > VERSION => Err(Fault::NewerVersion { found, supported: VERSION }),
        Some(found) => Err(Fault::UnknownVersion { found }),
        None => Err(Fault::ManifestMalformed),
    }
}

fn check_signature(manifest: &[u8], signature: &[u8], key: &[u8; 32]) -> Result<(), Fault> {
    let read: SignatureEntry =
        serde_json::from_slice(signature).map_err(|_| Fault::SignatureMalformed)?;
    let bytes = crate::digest::from_hex(&read.signature).and_then(|bytes| bytes.try_into().ok());
    let bytes: [u8; 64] = bytes.ok_or(Fault::SignatureMalformed)?;
    if read.kind != DOMAIN {
        return Err(Fault::SignatureMalformed);
    }
    if has_signed(key, &message(manifest), &bytes) {
        // Whose it is, it may only say rightly.
        return if read.public_key.0 == *key { Ok(()) } else { Err(Fault::SignatureWrong) };
    }
    Err(if read.public_key.0 == *key { Fault::SignatureWrong } else { Fault::OtherKey })
}

/// Whether a signature over `message` is of the public key, by the strict rules.
pub(crate) fn has_signed(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = Signature::from_bytes(signature);
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}
