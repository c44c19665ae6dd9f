//! A ledger that says nothing to whoever lacks its key, and tells what is wrong with one that does
//! not open.

use super::*;
use std::fs;

const KEY: [u8; 32] = [0x2b; 32];

fn key() -> LedgerKey {
    LedgerKey::new(&KEY)
}

fn other_key() -> LedgerKey {
    LedgerKey::new(&[0x2c; 32])
}

impl Place {
    fn create_encrypted(&self) -> Ledger {
        let key = LedgerKey::with_salt(&KEY, [9; SALT_BYTES]);
        Ledger::create_with(&self.file, Some(&key), "athar test", NOW_MS).unwrap()
    }

    fn open_by(&self, key: Option<&LedgerKey>) -> Result<Ledger> {
        Ledger::open_with(&self.file, key, NOW_MS)
    }

    /// Every byte of every file.
    fn bytes(&self) -> Vec<u8> {
        let files = fs::read_dir(self.file.parent().unwrap()).unwrap();
        files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    fn holds(&self, text: &[u8]) -> bool {
        self.bytes().windows(text.len()).any(|window| window == text)
    }
}

#[test]
fn an_encrypted_ledger_does_all_that_a_plain_one_does_and_nothing_of_it_can_be_read() {
    let place = Place::new();
    let mut ledger = place.create_encrypted();
    let (query, stored) = sample(&mut ledger);
    describe(&mut ledger, query, stored);
    // While it is open there is a log, and afterwards none.
    for _ in 0..2 {
        for text in [&b"case one"[..], b"hotline", b"x.y_z", b"CREATE TABLE", b"SQLite format 3"] {
            assert!(!place.holds(text), "{text:?}");
        }
        assert!(!place.holds(&code(101).to_bytes()));
        drop(place.open_by(Some(&key())).unwrap());
    }
    assert!(ledger.verify().unwrap().is_sound());
    assert_eq!(ledger.scrub(1 << 30), Ok(Scrubbed::Pages));
    drop(ledger);
    let ledger = place.open_by(Some(&key())).unwrap();
    assert!(ledger.is_encrypted());
    assert_eq!(ledger.links(None).unwrap().len(), 1);
    assert!(ledger.verify().unwrap().is_sound());
    assert_eq!(salt_of(&place.file), Ok(Some([9; SALT_BYTES])));
}

#[test]
fn a_key_that_is_missing_wrong_or_one_too_many_is_told_and_nothing_is_touched() {
    let place = Place::new();
    sample(&mut place.create_encrypted());
    let before = place.bytes();
    for read_only in [false, true] {
        let open = |key: Option<&LedgerKey>| match read_only {
            true => Ledger::open_read_only_with(&place.file, key).unwrap_err(),
            false => place.open_by(key).unwrap_err(),
        };
        assert_eq!(open(None), LedgerError::KeyMissing);
        assert_eq!(open(Some(&other_key())), LedgerError::WrongKey);
    }
    assert!(place.bytes() == before);
    let plain = Place::new();
    drop(plain.create());
    assert_eq!(plain.open_by(Some(&key())).unwrap_err(), LedgerError::NotEncrypted);
    assert_eq!(salt_of(&plain.file), Ok(None));
}

/// One byte of any page: the key is right, so it is the file that is damaged.
#[test]
fn a_damaged_page_is_not_taken_for_a_wrong_key() {
    let place = Place::new();
    sample(&mut place.create_encrypted());
    let whole = fs::read(&place.file).unwrap();
    let pages = whole.len() / 4096;
    assert!(pages > 4);
    for page in 0..pages {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 1000] ^= 1;
        fs::write(&place.file, &bytes).unwrap();
        let verified = place.open_by(Some(&key())).and_then(|ledger| ledger.verify());
        let is_told = match &verified {
            Err(error) => *error == LedgerError::Corrupt,
            Ok(report) => report.fault == Some(Fault::Structure),
        };
        assert!(is_told, "page {page}: {verified:?}");
    }
    fs::write(&place.file, &whole[..4096 * 3 + 17]).unwrap();
    assert_eq!(place.open_by(Some(&key())).unwrap_err(), LedgerError::Corrupt);
    // Of a file whose salt is gone nothing can be told.
    fs::write(&place.file, [&[0; 16], &whole[16..]].concat()).unwrap();
    assert_eq!(place.open_by(Some(&key())).unwrap_err(), LedgerError::WrongKey);
    for nothing in [&b"a letter to somebody ".repeat(400)[..], &[]] {
        fs::write(&place.file, nothing).unwrap();
        assert_eq!(place.open_by(Some(&key())).unwrap_err(), LedgerError::NotALedger);
        assert_eq!(place.open_by(None).unwrap_err(), LedgerError::NotALedger);
    }
}

#[test]
fn a_copy_has_the_key_and_the_salt() {
    let place = Place::new();
    let mut ledger = place.create_encrypted();
    sample(&mut ledger);
    drop(ledger);
    let ledger = Ledger::open_read_only_with(&place.file, Some(&key())).unwrap();
    let copy = place.file.with_file_name("copy.athar");
    let last = ledger.copy_to(&copy).unwrap();
    assert_eq!(salt_of(&copy), Ok(Some([9; SALT_BYTES])));
    assert!(!place.holds(b"case one"));
    assert_eq!(Ledger::open_read_only(&copy).unwrap_err(), LedgerError::KeyMissing);
    let copy = Ledger::open_read_only_with(&copy, Some(&key())).unwrap();
    assert_eq!(copy.last_seq(), Ok(last));
    assert!(copy.verify().unwrap().is_sound());
}

const CHANGE: NewKeyChange<'_> =
    NewKeyChange { from: Lock::Nothing, to: Lock::KeyFile, actor: Some("officer 12") };

/// From plain to one key, to another, and back.
#[test]
fn a_ledger_is_written_anew_under_any_key_with_everything_and_one_event_more() {
    let place = Place::new();
    let mut ledger = place.create();
    let (query, stored) = sample(&mut ledger);
    describe(&mut ledger, query, stored);
    let last = ledger.last_seq().unwrap();
    let fresh = place.file.with_file_name("fresh");
    let mut from = None;
    for (round, to) in [Some(key()), Some(other_key()), None].into_iter().enumerate() {
        ledger.take_alone().unwrap();
        ledger.rewrite_to(&fresh, to.as_ref()).unwrap();
        let seq = ledger.finish_rewrite(&fresh, to.as_ref(), &CHANGE, NOW_MS).unwrap();
        assert_eq!(seq, last + 1 + 2 * round as u64);
        assert_eq!(salt_of(&fresh).unwrap().is_some(), to.is_some());
        drop(ledger);
        fs::rename(&fresh, &place.file).unwrap();
        assert_eq!(fs::read_dir(place.file.parent().unwrap()).unwrap().count(), 1, "one file");
        assert!(place.open_by(from.as_ref()).is_err());
        ledger = place.open_by(to.as_ref()).unwrap();
        assert!(ledger.verify().unwrap().is_sound());
        assert_eq!(ledger.links(None).unwrap()[0].state, LinkState::Confirmed);
        change(&mut ledger, |tx| tx.set_list_rule(1, None, NOW_MS).unwrap());
        assert!(ledger.verify().unwrap().is_sound());
        assert_eq!(ledger.event(seq, false).unwrap().unwrap().kind, "key_changed");
        // What the next round starts from has that event too.
        from = to;
        assert_eq!(ledger.last_seq(), Ok(seq + 1));
    }
}

#[test]
fn whoever_else_has_the_ledger_open_keeps_it_from_being_written_anew() {
    let place = Place::new();
    let mut ledger = place.create();
    sample(&mut ledger);
    for read_only in [true, false] {
        let other = match read_only {
            true => Ledger::open_read_only(&place.file).unwrap(),
            false => place.open_by(None).unwrap(),
        };
        assert!(other.last_seq().is_ok());
        assert_eq!(ledger.take_alone(), Err(LedgerError::Locked));
        drop(other);
    }
    ledger.take_alone().unwrap();
    assert!(Ledger::open_patiently(&place.file, std::time::Duration::ZERO, NOW_MS).is_err());
    drop(ledger);
    assert!(place.open_by(None).unwrap().verify().unwrap().is_sound());
}
