//! Deltas that were changed, cut, replayed or signed by somebody else, and the released format.

use super::*;
use crate::entry::{Medium, Provenance, Scheme, State, Subject};
use crate::signal::Signal;
use std::cell::Cell;
use std::io::Cursor;

const RELEASED: &[u8] = include_bytes!("../fixtures/delta-v1.bin");

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn header() -> Header {
    let sequence = Sequence::new(8, 12).unwrap();
    Header {
        marking: Tlp::AmberStrict,
        list: *b"list of unit 9..",
        sequence,
        made_s: 1_700_000_000,
    }
}

/// One of each kind of record.
fn entries() -> Vec<Entry> {
    let code = athar_kernel::Code::from_words([1, 2, 3, u64::MAX]);
    let scheme = Some(Scheme { name: "pdq".to_owned(), version: 1 });
    let tags = vec!["extortion".to_owned(), "ابتزاز".to_owned()];
    let named = |id: &str, tags| Provenance { id: id.to_owned(), tags, ..Provenance::default() };
    let pdq = Entry {
        quality: Some(87),
        scheme,
        provenance: named("7f3a", tags),
        ..Entry::new(Signal::Pdq(code))
    };
    let sha1 = Entry::new(Signal::Sha1([0x11; 20]));
    let listed = Entry { subject: Subject::Listed, state: State::Deleted, ..pdq.clone() };
    vec![
        Entry { medium: Medium::Clip, ..Entry::new(Signal::Md5([0xA5; 16])) },
        Entry { state: State::Withdrawn, medium: Medium::Sound, ..sha1 },
        Entry::new(Signal::Sha256([0x5A; 32])),
        Entry { quality: None, scheme: None, provenance: named("7f3b", Vec::new()), ..listed },
        pdq,
    ]
}

fn written(entries: &[Entry]) -> Vec<u8> {
    let mut writer = DeltaWriter::new(Vec::new(), &header(), key(7)).unwrap();
    entries.iter().for_each(|entry| writer.write(entry).unwrap());
    writer.finish().unwrap()
}

fn verified(bytes: &[u8]) -> Result<Verified<Cursor<&[u8]>>, DeltaError> {
    verify(Cursor::new(bytes), &[key(1).verifying_key(), key(7).verifying_key()])
}

fn read(bytes: &[u8]) -> Vec<Entry> {
    let entries = verified(bytes).unwrap().entries(Options::default()).unwrap();
    entries.map(|entry| Entry { place: Place::Byte(0), ..entry.unwrap() }).collect()
}

#[test]
fn the_released_format_is_read_and_written() {
    assert_eq!(written(&entries()), RELEASED);
    let delta = verified(RELEASED).unwrap();
    assert_eq!((*delta.header(), delta.records()), (header(), 5));
    assert_eq!(delta.sender(), KeyId::of(&key(7).verifying_key()));
    assert!(read(RELEASED) == entries());
}

#[test]
fn one_byte_changed_anywhere_is_refused_with_its_part() {
    let end = RELEASED.len() - TRAILER_BYTES;
    for at in 0..RELEASED.len() {
        let part = match at {
            _ if at < HEADER_BYTES => Part::Header,
            _ if at < end => Part::Records,
            _ => Part::Signature,
        };
        for flip in [1, 0x80] {
            let mut bytes = RELEASED.to_vec();
            bytes[at] ^= flip;
            let error = verified(&bytes).err().unwrap();
            assert_eq!(error.part(), Some(part), "byte {at}");
        }
    }
}

#[test]
fn what_is_cut_lengthened_or_nothing_is_refused() {
    for length in 0..RELEASED.len() {
        assert!(verified(&RELEASED[..length]).is_err(), "{length} bytes");
    }
    let longer = [RELEASED, b"\0"].concat();
    assert_eq!(verified(&longer).err().unwrap().part(), Some(Part::Signature));
    let (start, end) = RELEASED.split_at(RELEASED.len() - TRAILER_BYTES);
    let wider = [start, b"\0", end].concat();
    assert_eq!(verified(&wider).err().unwrap().part(), Some(Part::Records));
    assert!(matches!(verified(b"").err(), Some(DeltaError::NotADelta)));
    assert!(matches!(verified(&RELEASED[..60]).err(), Some(DeltaError::Cut)));
}

#[test]
fn another_s_signature_is_not_taken() {
    let keys = [key(1).verifying_key()];
    let error = verify(Cursor::new(RELEASED), &keys).err().unwrap();
    let sender = KeyId::of(&key(7).verifying_key());
    assert!(matches!(error, DeltaError::UnknownSender { claimed } if claimed == sender));
    assert!(verify(Cursor::new(RELEASED), &[]).is_err());
}

#[test]
fn signed_nonsense_is_no_entry() {
    let mut writer = DeltaWriter::new(Vec::new(), &header(), key(7)).unwrap();
    writer.write_raw(&[4, 0, 9, 0, 0, 255], 1).unwrap();
    let bytes = writer.finish().unwrap();
    let mut entries = verified(&bytes).unwrap().entries(Options::default()).unwrap();
    let place = Place::Byte(HEADER_BYTES as u64);
    assert!(matches!(entries.next(), Some(Err(ReadError::Malformed { place: p })) if p == place));
    assert!(entries.next().is_none());
}

#[test]
fn a_count_that_is_not_that_of_the_records_is_refused() {
    for records in [4, 6] {
        let mut writer = DeltaWriter::new(Vec::new(), &header(), key(7)).unwrap();
        entries().iter().for_each(|entry| writer.write(entry).unwrap());
        writer.records = records;
        let bytes = writer.finish().unwrap();
        let entries = verified(&bytes).unwrap().entries(Options::default()).unwrap();
        let last = entries.last().unwrap();
        assert!(matches!(last, Err(ReadError::Malformed { .. })), "{records} records");
    }
}

/// Gives other bytes from the n-th reading of its start on.
struct Swapped<'a> {
    inner: Cursor<&'a [u8]>,
    other: &'a [u8],
    rewinds: Cell<u32>,
}

impl Read for Swapped<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.inner.read(into)
    }
}

impl Seek for Swapped<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if to == SeekFrom::Start(HEADER_BYTES as u64) {
            self.rewinds.set(self.rewinds.get() + 1);
            if self.rewinds.get() == 2 {
                self.inner = Cursor::new(self.other);
            }
        }
        self.inner.seek(to)
    }
}

#[test]
fn a_file_that_changes_between_the_readings_gives_nothing_that_was_not_signed() {
    let many = (0..20_000u32).map(|number| {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Entry::new(Signal::Sha256(bytes))
    });
    let many = many.collect::<Vec<_>>();
    let signed = written(&many);
    let mut other = signed.clone();
    let late = HEADER_BYTES + BLOCK_BYTES + 20;
    other[late] ^= 1;
    let input = Swapped { inner: Cursor::new(&signed), other: &other, rewinds: Cell::new(0) };
    let delta = verify(input, &[key(7).verifying_key()]).unwrap();
    let mut entries = delta.entries(Options::default()).unwrap();
    let given = entries.by_ref().map_while(Result::ok).zip(&many);
    let same = given.filter(|(given, signed)| given.signal() == signed.signal()).count();
    assert!(same > 0 && same < many.len());
    assert_eq!(entries.summary().entries, same as u64);
    assert!(read(&signed).iter().map(Entry::signal).eq(many.iter().map(Entry::signal)));
}

#[test]
fn deltas_are_taken_in_their_order() {
    let sequence = Sequence::new(8, 12).unwrap();
    assert_eq!(sequence.after(7), Order::Next);
    assert_eq!(sequence.after(12), Order::Replayed);
    assert_eq!(sequence.after(u64::MAX), Order::Replayed);
    assert_eq!(sequence.after(8), Order::Overlaps);
    assert_eq!(sequence.after(11), Order::Overlaps);
    assert_eq!(sequence.after(0), Order::Gap { first: 1, last: 7 });
    assert_eq!(sequence.after(6), Order::Gap { first: 7, last: 7 });
    assert_eq!((Sequence::new(0, 3), Sequence::new(4, 3)), (None, None));
}

#[test]
fn what_a_record_cannot_say_is_not_written() {
    let mut writer = DeltaWriter::new(Vec::new(), &header(), key(7)).unwrap();
    let sound = entries().remove(4);
    let with = |change: fn(&mut Entry)| {
        let mut entry = sound.clone();
        change(&mut entry);
        entry
    };
    let refused = [
        with(|e| e.state = State::Benign),
        with(|e| e.subject = Subject::Listed),
        with(|e| e.quality = Some(101)),
        with(|e| e.provenance.id = "x".repeat(256)),
        with(|e| e.provenance.tags = vec![String::new()]),
        with(|e| e.provenance.tags = vec!["x".to_owned(); 33]),
        with(|e| e.provenance.owner = "x".to_owned()),
        with(|e| e.scheme = Some(Scheme { name: "x".repeat(33), version: 1 })),
    ];
    for entry in &refused {
        assert!(matches!(writer.write(entry), Err(WriteError::CannotSay(_))), "{entry:?}");
    }
    writer.write(&sound).unwrap();
    assert_eq!(read(&writer.finish().unwrap()).len(), 1);
}
