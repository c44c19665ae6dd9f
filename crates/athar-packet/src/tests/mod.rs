//! A packet as a whole: made, checked, and touched in every way.

mod sample;

use crate::archive::{self, Entry};
use crate::check::{CASE, EVENTS};
use crate::make::{data_entries, manifest_of, record, sealed};
use crate::{Checked, Content, Digest, Events, Fault, Field, check};
use ed25519_dalek::{Signer, SigningKey};
use std::path::Path;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn public(key: &SigningKey) -> [u8; 32] {
    key.verifying_key().to_bytes()
}

/// A packet whose data is changed before it is signed. Its pages stand for themselves: what they
/// look like is not checked, only that they are as they were signed.
fn packet(change: impl FnOnce(&mut Content, &mut Events)) -> Vec<u8> {
    let key = key();
    let (mut content, mut events) = sample::case(&key);
    change(&mut content, &mut events);
    packet_of(&content, &events, &key)
}

fn packet_of(content: &Content, events: &Events, key: &SigningKey) -> Vec<u8> {
    let parts = sample::parts(content, events, crate::Language::English);
    let mut manifest = manifest_of(&parts);
    let mut entries = data_entries(&parts, &manifest);
    entries.push(("report.html", b"<!doctype html>".to_vec()));
    entries.push(("report.pdf", b"%PDF-1.7".to_vec()));
    manifest.entries = entries.iter().map(|(name, bytes)| record(name, bytes)).collect();
    sealed(&manifest, &entries, public(key), |bytes| key.sign(bytes).to_bytes()).unwrap()
}

fn checked(packet: &[u8]) -> Result<Checked, Fault> {
    check(packet, &public(&key()))
}

fn fault(packet: &[u8]) -> Fault {
    checked(packet).unwrap_err()
}

fn rewritten<'a>(packet: &'a [u8], change: impl FnOnce(&mut Vec<Entry<'a>>)) -> Vec<u8> {
    let mut entries = archive::read(packet).unwrap();
    change(&mut entries);
    archive::write(&entries).unwrap()
}

#[test]
fn a_packet_is_checked_with_its_bytes_and_a_public_key_alone() {
    let packet = packet(|_, _| {});
    let sound = checked(&packet).unwrap();
    let (content, events) = sample::case(&key());
    assert_eq!(sound.content, content);
    assert_eq!(sound.events, events.events.len() as u64);
    assert!(sound.openings > 0 && sound.openings < sound.events);
    assert_eq!(sound.manifest.program, "athar 0.1.0");
}

#[test]
fn a_byte_changed_anywhere_is_told() {
    let packet = packet(|_, _| {});
    for at in 0..packet.len() {
        let mut changed = packet.clone();
        changed[at] ^= 1;
        assert!(checked(&changed).is_err(), "byte {at} of {}", packet.len());
    }
}

#[test]
fn each_way_of_touching_the_archive_has_its_message() {
    let packet = packet(|_, _| {});
    let without = rewritten(&packet, |entries| {
        entries.remove(4);
    });
    assert_eq!(fault(&without), Fault::EntryMissing { name: EVENTS.into() });
    let more = Entry { name: "more.txt", bytes: b"x" };
    let added = rewritten(&packet, |entries| entries.push(more));
    assert_eq!(fault(&added), Fault::EntryUnnamed { number: 8 });
    let moved = rewritten(&packet, |entries| entries.swap(2, 3));
    assert_eq!(fault(&moved), Fault::EntryMoved { name: CASE.into() });
    let changed = rewritten(&packet, |entries| entries[6].bytes = b"%PDF-1.6");
    assert_eq!(fault(&changed), Fault::EntryChanged { name: "report.pdf".into() });
    let twice = rewritten(&packet, |entries| entries.push(entries[2]));
    assert_eq!(fault(&twice), Fault::EntryTwice { number: 8 });
    let headless = rewritten(&packet, |entries| {
        entries.remove(0);
    });
    assert_eq!(fault(&headless), Fault::NoManifest);
    let mut behind = packet.clone();
    behind.push(0);
    assert_eq!(fault(&behind), Fault::ArchiveChanged { offset: packet.len() as u64 });
    assert!(matches!(fault(&packet[..packet.len() / 2]), Fault::Damaged { .. }));
    assert_eq!(fault(b"%PDF-1.7"), Fault::NotAPacket);
    assert_eq!(fault(b""), Fault::NotAPacket);
}

#[test]
fn a_forged_signature_and_another_key_are_told_apart() {
    let packet = packet(|_, _| {});
    let stranger = SigningKey::from_bytes(&[3; 32]);
    assert_eq!(check(&packet, &public(&stranger)), Err(Fault::OtherKey));
    let (content, events) = sample::case(&stranger);
    assert_eq!(fault(&packet_of(&content, &events, &stranger)), Fault::OtherKey);
    let manifest = archive::read(&packet).unwrap()[0].bytes;
    let text = String::from_utf8(manifest.to_vec()).unwrap();
    let forged = text.replace("\"language\":\"en\"", "\"language\":\"ar\"");
    let forged = rewritten(&packet, |entries| entries[0].bytes = forged.as_bytes());
    assert_eq!(fault(&forged), Fault::SignatureWrong);
    let none = rewritten(&packet, |entries| entries[1].bytes = b"{}");
    assert_eq!(fault(&none), Fault::SignatureMalformed);
}

#[test]
fn versions_that_are_not_known_are_named_before_anything_is_believed() {
    let packet = packet(|_, _| {});
    let manifest = archive::read(&packet).unwrap()[0].bytes;
    let text = String::from_utf8(manifest.to_vec()).unwrap();
    let of = |version: &str| {
        let text = text.replace("\"version\":1,\"program\"", &format!("{version}\"program\""));
        fault(&rewritten(&packet, |entries| entries[0].bytes = text.as_bytes()))
    };
    assert_eq!(of("\"version\":7,"), Fault::NewerVersion { found: 7, supported: 1 });
    assert_eq!(of("\"version\":0,"), Fault::UnknownVersion { found: 0 });
    assert_eq!(of(""), Fault::ManifestMalformed);
    let other = rewritten(&packet, |entries| entries[0].bytes = b"{\"format\":\"else\"}");
    assert_eq!(fault(&other), Fault::NotAPacket);
}

/// What a unit signs is held against itself: a packet that contradicts its own chain is refused
/// even with the right signature.
#[test]
fn what_is_told_must_be_what_was_recorded() {
    type Change = fn(&mut Content, &mut Events);
    let changes: [(Change, Fault); 15] = [
        (|_, e| drop(e.events.remove(2)), Fault::NotInChain),
        (|_, e| e.events.swap(3, 4), Fault::EventsUnordered { seq: 4 }),
        (|_, e| e.events[3].at_ms += 1, Fault::EventUnlinked { seq: 5 }),
        (|_, e| e.tree.size += 1, Fault::NotInChain),
        (|_, e| e.tree.root = Digest([0; 32]), Fault::NotInChain),
        (|_, e| e.checkpoint.event -= 1, Fault::OtherHead),
        (|_, e| e.checkpoint.signature = "00".repeat(64), Fault::CheckpointWrong),
        (
            |_, e| e.events[1].opening.as_mut().unwrap().values[1] = Field::Text("K-9".into()),
            Fault::RecordChanged { seq: 2 },
        ),
        (|c, _| c.case.name = "K-9".into(), Fault::ToldOtherwise { seq: 2 }),
        (|c, _| c.matches[0].false_alarm_rate = 1e-12, Fault::ToldOtherwise { seq: 12 }),
        (|c, _| c.items[0].reported_at_ms += 1, Fault::ToldOtherwise { seq: 7 }),
        (|c, _| c.made.purpose = Some("else".into()), Fault::ToldOtherwise { seq: 17 }),
        (|c, _| c.items[1].provenance[0].sender = None, Fault::ToldOtherwise { seq: 16 }),
        (
            |c, _| c.items[1].provenance[0].time.as_mut().unwrap().at_ms += 1,
            Fault::ToldOtherwise { seq: 16 },
        ),
        (
            |c, _| c.items[0].provenance = std::mem::take(&mut c.items[1].provenance),
            Fault::ToldOtherwise { seq: 16 },
        ),
    ];
    for (number, (change, expected)) in changes.into_iter().enumerate() {
        assert_eq!(fault(&packet(change)), expected, "change {number}");
    }
    let empty = packet(|_, events| events.events.clear());
    assert_eq!(fault(&empty), Fault::NotInChain);
}

#[test]
fn a_linked_graph_names_every_file_and_refers_to_nothing_that_is_not_there() {
    let (content, events) = sample::case(&key());
    let mut parts = sample::parts(&content, &events, crate::Language::English);
    parts.is_sextortion = true;
    let manifest = manifest_of(&parts);
    let graph = crate::linked::graph(&content, &manifest, true);
    let nodes = graph["@graph"].as_array().unwrap();
    let ids: Vec<_> = nodes.iter().map(|node| node["@id"].as_str().unwrap()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "every node has a name of its own");
    let investigation = nodes.last().unwrap();
    assert_eq!(investigation["uco-core:name"], content.case.name.as_str());
    for object in investigation["uco-core:object"].as_array().unwrap() {
        assert!(ids.contains(&object["@id"].as_str().unwrap()));
    }
    let text = graph.to_string();
    for item in &content.items {
        assert!(text.contains(&item.file.sha256.to_string().to_uppercase()));
    }
    let context = graph["@context"].as_object().unwrap();
    let prefixes = text.split('"').filter_map(|part| part.split_once(':'));
    for (prefix, rest) in
        prefixes.filter(|(prefix, _)| prefix.contains("uco") || *prefix == "athar")
    {
        assert!(rest.is_empty() || context.contains_key(prefix), "{prefix}");
    }
    assert!(!crate::linked::graph(&content, &manifest, false).to_string().contains("Sextortion"));
}

/// Every packet that was ever released must be checked by every later release.
#[test]
fn the_packet_of_version_1_is_still_sound() {
    let packet = include_bytes!("../../fixtures/packet-v1.zip");
    let sound = checked(packet).unwrap();
    assert_eq!(sound.manifest.version, 1);
    assert_eq!(sound.content, sample::case(&key()).0);
}

#[test]
fn a_packet_of_before_provenance_was_told_is_read() {
    let mut item = serde_json::to_value(&sample::case(&key()).0.items[1]).unwrap();
    assert!(item.as_object_mut().unwrap().remove("provenance").is_some());
    let read: crate::Item = serde_json::from_value(item).unwrap();
    assert_eq!(read.provenance, []);
}

#[test]
#[ignore = "writes the fixture of the format's version"]
fn write_fixture() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packet-v1.zip");
    std::fs::write(file, packet(|_, _| {})).unwrap();
}

fn drawn(language: crate::Language) -> Option<Vec<u8>> {
    let fonts = &crate::Fonts::find(&["/usr/share/fonts".into()]);
    let (content, events) = sample::case(&key());
    let parts = sample::parts(&content, &events, language);
    match crate::make(&parts, fonts, public(&key()), |bytes| key().sign(bytes).to_bytes()) {
        Ok(packet) => Some(packet),
        Err(error) => {
            println!("no report is drawn here: {error}");
            None
        }
    }
}

#[test]
fn the_same_case_gives_the_same_bytes_in_either_language() {
    for language in [crate::Language::English, crate::Language::Arabic] {
        let Some(packet) = drawn(language) else { return };
        checked(&packet).unwrap();
        assert_eq!(drawn(language), Some(packet));
    }
}

#[test]
fn a_report_loads_nothing_and_is_set_in_its_direction() {
    let Some(packet) = drawn(crate::Language::Arabic) else { return };
    let entries: Vec<Entry<'_>> = archive::read(&packet).unwrap();
    let html = std::str::from_utf8(entries[5].bytes).unwrap();
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"));
    for outside in ["https:", "http:", "src=", "href=", "@import", "url(", "<script"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(entries[6].bytes.starts_with(b"%PDF-"));
}

#[test]
fn a_missing_font_is_named_with_its_package() {
    let (content, events) = sample::case(&key());
    let parts = sample::parts(&content, &events, crate::Language::Arabic);
    let made = crate::make(&parts, &crate::Fonts::default(), [0; 32], |_| [0; 64]);
    let error = made.unwrap_err().to_string();
    assert!(error.contains("fonts-noto-core") && error.contains("--fonts"), "{error}");
}

#[test]
#[ignore = "writes both reports for people to look at, into $ATHAR_REPORTS"]
fn write_reports() {
    let dir = std::env::var_os("ATHAR_REPORTS").unwrap();
    for language in [crate::Language::English, crate::Language::Arabic] {
        let packet = drawn(language).unwrap();
        for entry in archive::read(&packet).unwrap() {
            let file = format!("{}-{}", language.code(), entry.name);
            std::fs::write(Path::new(&dir).join(file), entry.bytes).unwrap();
        }
    }
}
