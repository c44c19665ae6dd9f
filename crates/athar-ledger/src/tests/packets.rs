//! What is told of a case to somebody without the ledger.

use super::*;
use crate::chain::Kind;

fn packet(case: CaseId, purpose: &str) -> NewPacket<'_> {
    NewPacket { case, purpose: Some(purpose), actor: None, program: "athar test" }
}

#[test]
fn a_packet_is_an_event_whose_record_can_be_shown_and_goes_with_its_case() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    let case = ledger.case_by_name("case one").unwrap().unwrap().id;
    let seq = change(&mut ledger, |tx| tx.record_packet(&packet(case, "why"), NOW_MS).unwrap());
    assert_eq!(ledger.packets(case).unwrap()[0].purpose.as_deref(), Some("why"));
    assert!(ledger.verify().unwrap().is_sound());
    let event = ledger.event(seq, false).unwrap().unwrap();
    assert_eq!(event.kind, Kind::PacketMade.name());
    let opening = event.opening.unwrap();
    assert_eq!(opening.table, "packets");
    assert_eq!(opening.values[2], OpeningValue::Text("why".into()));
    assert!(ledger.events_of_case(case).unwrap().contains(&seq));

    place.forge("UPDATE packets SET purpose = 'else'");
    let fault = Fault::RecordChanged { table: "packets", id: seq as i64 };
    assert_eq!(ledger.verify().unwrap().fault, Some(fault));
    place.forge("UPDATE packets SET purpose = 'why'");
    let request = WithdrawalRequest { reason: "asked", reference: None, actor: None };
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(case), &request, NOW_MS).unwrap());
    assert_eq!(ledger.packets(case), Ok(vec![]));
    assert!(ledger.verify().unwrap().is_sound());
    assert_eq!(ledger.event(seq, false).unwrap().unwrap().opening, None);
}

#[test]
fn a_packet_of_no_case_and_one_with_an_odd_purpose_are_not_recorded() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    let case = ledger.case_by_name("case one").unwrap().unwrap().id;
    let last = ledger.last_seq().unwrap();
    for (packet, expected) in [
        (packet(CaseId(9_999), "x"), LedgerError::NoSuchCase),
        (packet(case, "a\nb"), LedgerError::TextControl { offset: 1 }),
    ] {
        let made = ledger.write(|tx| tx.record_packet(&packet, NOW_MS));
        assert_eq!(made, Err(expected));
    }
    assert_eq!(ledger.last_seq(), Ok(last));
}

/// The record of an item has its codes in it: it is told whole, or not at all.
#[test]
fn an_item_shows_its_record_only_with_its_codes() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, _) = sample(&mut ledger);
    let seq = query.0.unsigned_abs();
    assert_eq!(ledger.event(seq, false).unwrap().unwrap().opening, None);
    let opening = ledger.event(seq, true).unwrap().unwrap().opening.unwrap();
    let blobs = opening.values.iter().filter_map(|value| match value {
        OpeningValue::Blob(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    let has_code = |bytes: &[u8]| bytes == code(2).to_bytes();
    assert!(blobs.into_iter().any(has_code));
    assert_eq!(opening.values.last(), Some(&OpeningValue::Integer(3)), "its rows of codes");
}

#[test]
fn digests_come_one_by_one_from_the_first() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    let all = ledger.with_digests(|digests| digests.collect::<Result<Vec<_>>>()).unwrap();
    assert_eq!(all.len() as u64, ledger.last_seq().unwrap());
    for (seq, digest) in (1..).zip(all) {
        assert_eq!(ledger.event_digest(seq), Ok(Some(digest)));
    }
}
