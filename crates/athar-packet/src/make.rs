//! Making a packet of what the ledger tells.

use crate::archive::{self, Entry};
use crate::check::{CASE, EVENTS, MANIFEST, SIGNATURE};
use crate::manifest::{self, EntryRecord, FORMAT, Manifest, Scheme, Threshold, VERSION};
use crate::report::Document;
use crate::{Content, Digest, Events, Fonts, Language, MakeError, html, linked, pdf};

/// What a packet is made of.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What is told of the case.
    pub content: &'a Content,
    /// The events concerned.
    pub events: &'a Events,
    /// The language of the report.
    pub language: Language,
    /// What makes it, with its version.
    pub program: &'a str,
    /// What made the codes that were compared.
    pub schemes: Vec<Scheme>,
    /// By which numbers was judged.
    pub thresholds: Vec<Threshold>,
    /// Whether the unit says that the case is one of sextortion of a child.
    pub is_sextortion: bool,
}

/// The packet, signed by `sign`, which is given the bytes to sign.
///
/// # Errors
///
/// A font is missing, or the packet would be too large.
pub fn make(
    parts: &Parts<'_>,
    fonts: &Fonts,
    public_key: [u8; 32],
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Result<Vec<u8>, MakeError> {
    let mut manifest = manifest_of(parts);
    let mut entries = data_entries(parts, &manifest);
    entries.extend(report_entries(parts, &manifest, &entries, public_key, fonts)?);
    manifest.entries = entries.iter().map(|(name, bytes)| record(name, bytes)).collect();
    sealed(&manifest, &entries, public_key, sign).ok_or(MakeError::TooLarge)
}

/// The archive of these entries behind their manifest and its signature.
pub(crate) fn sealed(
    manifest: &Manifest,
    entries: &[Named],
    public_key: [u8; 32],
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Option<Vec<u8>> {
    let signed = json(manifest);
    let signature = manifest::signature_entry(public_key, &sign(&manifest::message(&signed)));
    let first = [(MANIFEST, signed), (SIGNATURE, signature)];
    let all = first.iter().chain(entries).map(|(name, bytes)| Entry { name, bytes });
    archive::write(&all.collect::<Vec<_>>())
}

pub(crate) fn manifest_of(parts: &Parts<'_>) -> Manifest {
    Manifest {
        format: FORMAT.into(),
        version: VERSION,
        program: parts.program.into(),
        made_at_ms: parts.content.made.made_at_ms,
        language: parts.language.code().into(),
        ledger: parts.events.events.first().map_or(Digest([0; 32]), crate::Event::digest),
        tree: parts.events.tree,
        schemes: parts.schemes.clone(),
        thresholds: parts.thresholds.clone(),
        entries: Vec::new(),
    }
}

/// An entry's name and content.
pub(crate) type Named = (&'static str, Vec<u8>);

pub(crate) fn data_entries(parts: &Parts<'_>, manifest: &Manifest) -> Vec<Named> {
    let graph = linked::graph(parts.content, manifest, parts.is_sextortion);
    vec![(CASE, json(parts.content)), ("case.jsonld", json(&graph)), (EVENTS, json(parts.events))]
}

/// The report names what it belongs to: the digests of the entries before it.
fn report_entries(
    parts: &Parts<'_>,
    manifest: &Manifest,
    entries: &[Named],
    public_key: [u8; 32],
    fonts: &Fonts,
) -> Result<[Named; 2], MakeError> {
    let entries: Vec<_> = entries.iter().map(|(name, bytes)| record(name, bytes)).collect();
    let document = Document::of(parts, manifest, &entries, &Digest(public_key));
    Ok([
        ("report.html", html::page(&document).into_bytes()),
        ("report.pdf", pdf::pages(&document, fonts)?),
    ])
}

pub(crate) fn record(name: &str, bytes: &[u8]) -> EntryRecord {
    EntryRecord { name: name.into(), bytes: bytes.len() as u64, sha256: Digest::of(bytes) }
}

/// Plain data always has a text.
fn json(data: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(data).unwrap_or_default()
}
