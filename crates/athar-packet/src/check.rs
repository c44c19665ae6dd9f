//! Checking a packet with nothing but its bytes and a public key.
//!
//! In the order in which each step may be believed: the archive can be read; the manifest is of a
//! known version and signed with the expected key; the entries are those that it names, in its
//! order and byte by byte; nothing else is in the archive. From there on everything is what the
//! unit signed, and it is held against itself: events that follow each other are linked, all lie
//! in the tree whose root is signed, the end of the chain is under the unit's checkpoint, every
//! record that is shown is the one of which its event speaks, and what is told of the case is
//! what the records say.

use crate::archive::{self, Entry};
use crate::events::{Event, Events};
use crate::manifest::{self, Manifest};
use crate::{Content, Digest, Fault, tree};
use std::collections::BTreeMap;

/// The manifest's entry.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The entry of its signature.
pub(crate) const SIGNATURE: &str = "manifest.sig";
/// The entry of the plain data.
pub(crate) const CASE: &str = "case.json";
/// The entry of the events.
pub(crate) const EVENTS: &str = "events.json";

/// What a checkpoint's signature is over, before the bytes. The ledger's own.
const CHECKPOINT_DOMAIN: &str = "athar/checkpoint/1";

/// What a sound packet holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// What was signed.
    pub manifest: Manifest,
    /// What it tells.
    pub content: Content,
    /// How many events are shown.
    pub events: u64,
    /// How many of them show their record.
    pub openings: u64,
}

/// Checks a packet.
///
/// # Errors
///
/// The first thing that does not fit.
pub fn check(packet: &[u8], public_key: &[u8; 32]) -> Result<Checked, Fault> {
    if packet.len() as u64 > archive::PACKET_BYTES_MOST {
        return Err(Fault::TooLarge);
    }
    let entries = archive::read(packet)?;
    let [manifest, signature, rest @ ..] = &entries[..] else { return Err(Fault::NoManifest) };
    if (manifest.name, signature.name) != (MANIFEST, SIGNATURE) {
        return Err(Fault::NoManifest);
    }
    let manifest = manifest::opened(manifest.bytes, signature.bytes, public_key)?;
    entries_fit(&manifest, rest)?;
    if let Some(offset) = archive::first_difference(packet, &entries) {
        return Err(Fault::ArchiveChanged { offset });
    }
    let content: Content = parsed(CASE, rest)?;
    let events: Events = parsed(EVENTS, rest)?;
    chain_fits(&manifest, &events, public_key)?;
    records_fit(&content, &events)?;
    let openings = events.events.iter().filter(|event| event.opening.is_some()).count() as u64;
    Ok(Checked { manifest, content, events: events.events.len() as u64, openings })
}

fn entries_fit(manifest: &Manifest, entries: &[Entry<'_>]) -> Result<(), Fault> {
    let named = &manifest.entries;
    for (number, entry) in (3..).zip(entries) {
        if named.iter().all(|record| record.name != entry.name) {
            return Err(Fault::EntryUnnamed { number });
        }
    }
    for record in named {
        if entries.iter().all(|entry| entry.name != record.name) {
            return Err(Fault::EntryMissing { name: record.name.clone() });
        }
    }
    for (record, entry) in named.iter().zip(entries) {
        if record.name != entry.name {
            return Err(Fault::EntryMoved { name: record.name.clone() });
        }
        let is_same = record.bytes == entry.bytes.len() as u64;
        if !is_same || record.sha256 != Digest::of(entry.bytes) {
            return Err(Fault::EntryChanged { name: record.name.clone() });
        }
    }
    Ok(())
}

fn parsed<T: serde::de::DeserializeOwned>(
    name: &'static str,
    entries: &[Entry<'_>],
) -> Result<T, Fault> {
    let entry = entries.iter().find(|entry| entry.name == name);
    let entry = entry.ok_or(Fault::EntryMissing { name: name.into() })?;
    serde_json::from_slice(entry.bytes).map_err(|_| Fault::EntryMalformed { name })
}

fn chain_fits(manifest: &Manifest, shown: &Events, key: &[u8; 32]) -> Result<(), Fault> {
    let digests: Vec<_> = shown.events.iter().map(|event| (event.seq, event.digest())).collect();
    for (pair, digests) in shown.events.windows(2).zip(digests.windows(2)) {
        if pair[0].seq >= pair[1].seq {
            return Err(Fault::EventsUnordered { seq: pair[1].seq });
        }
        if pair[0].seq + 1 == pair[1].seq && pair[1].prev != digests[0].1 {
            return Err(Fault::EventUnlinked { seq: pair[1].seq });
        }
    }
    let (Some(first), Some(last)) = (digests.first(), digests.last()) else {
        return Err(Fault::NotInChain);
    };
    if shown.tree != manifest.tree || *first != (1, manifest.ledger) {
        return Err(Fault::NotInChain);
    }
    let leaves: Option<Vec<_>> =
        digests.iter().map(|(seq, digest)| Some((seq.checked_sub(1)?, *digest))).collect();
    let root = tree::root_of(shown.tree.size, &leaves.ok_or(Fault::NotInChain)?, &shown.proof);
    if root != Some(shown.tree.root) {
        return Err(Fault::NotInChain);
    }
    if *last != (shown.checkpoint.event, shown.checkpoint.digest) || last.0 != shown.tree.size {
        return Err(Fault::OtherHead);
    }
    checkpoint_holds(manifest, shown, key)
}

fn checkpoint_holds(manifest: &Manifest, shown: &Events, key: &[u8; 32]) -> Result<(), Fault> {
    let checkpoint = &shown.checkpoint;
    let (event, digest) = (checkpoint.event.to_be_bytes(), checkpoint.digest.0);
    let bytes = [&manifest.ledger.0[..], &event, &digest].concat();
    let signature = crate::digest::from_hex(&checkpoint.signature);
    let signature = signature.and_then(|bytes| bytes.try_into().ok());
    let message = manifest::signed(CHECKPOINT_DOMAIN, &bytes);
    let holds = signature.is_some_and(|bytes| manifest::has_signed(key, &message, &bytes));
    if holds { Ok(()) } else { Err(Fault::CheckpointWrong) }
}

fn records_fit(content: &Content, shown: &Events) -> Result<(), Fault> {
    if let Some(event) = shown.events.iter().find(|event| !event.record_fits()) {
        return Err(Fault::RecordChanged { seq: event.seq });
    }
    let events: BTreeMap<_, _> = shown.events.iter().map(|event| (event.seq, event)).collect();
    for claim in content.claims() {
        let otherwise = Fault::ToldOtherwise { seq: claim.event };
        let event: &Event = events.get(&claim.event).ok_or_else(|| otherwise.clone())?;
        let is_same = event.kind == claim.kind && claim.at_ms.is_none_or(|at| at == event.at_ms);
        let says = |(name, told): &(&str, _)| event.column(name).is_none_or(|is| is == told);
        if !is_same || !claim.columns.iter().all(says) {
            return Err(otherwise);
        }
    }
    Ok(())
}
