//! What a time-stamping authority said of an event.

use super::*;

#[test]
fn what_was_said_of_an_event_is_kept_as_it_was_said() {
    let place = Place::new();
    let mut ledger = place.create();
    let digest = ledger.event_digest(1).unwrap().unwrap();
    assert_eq!(ledger.event_of_digest(&digest), Ok(Some(1)));
    assert_eq!(ledger.event_of_digest(&[7; 32]), Ok(None));
    let seq = change(&mut ledger, |tx| tx.record_time_stamp(1, b"\x30\x00\xFF", NOW_MS).unwrap());
    let row = TimeStampRow { event: 1, token: b"\x30\x00\xFF".to_vec(), added_at_ms: NOW_MS };
    assert_eq!(ledger.time_stamps(), Ok(vec![row]));
    assert!(ledger.verify().unwrap().is_sound());

    for forged in [r#"{"seq":1}"#, r#"{"seq":"x","token":"zz"}"#, "{}"] {
        place.forge(&format!("UPDATE events SET details = '{forged}' WHERE seq = {seq}"));
        let rows = ledger.time_stamps().unwrap();
        assert_eq!((rows.len(), rows[0].token.len()), (1, 0), "{forged}");
        assert!(!ledger.verify().unwrap().is_sound());
    }
}

#[test]
fn nothing_is_kept_of_an_event_that_is_not_there_or_of_what_is_too_long() {
    let place = Place::new();
    let mut ledger = place.create();
    for (event, length) in [(2, 3), (0, 3), (1, 0), (1, (64 << 10) + 1)] {
        let kept = ledger.write(|tx| tx.record_time_stamp(event, &vec![0; length], NOW_MS));
        assert_eq!(kept, Err(LedgerError::OutOfRange), "{event} {length}");
    }
    assert_eq!(ledger.last_seq(), Ok(1));
}
