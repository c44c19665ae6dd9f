//! Lists that are not what they should be: for the fuzzer (`tests/fuzz`) and for tests.
//!
//! Whatever the bytes are, a reader ends, without a panic; what it gives is within the limits
//! that it promises; and as much of it as the format can say is read back as it was.

use crate::delta::{DeltaWriter, Header, Sequence, SigningKey, verify};
use crate::{
    DescriptorWriter, Entries, Entry, Format, Options, Place, PlainWriter, Provenance, ReadError,
    StopNciiWriter, Tlp, TxWriter, VicsVersion, VicsWriter, WriteError, open, write_ncmec,
};
use std::io::Cursor;

/// Entries that are written again: more take time and find nothing.
const WRITTEN_MOST: usize = 64;

/// Reads what follows the first byte as the format that the first byte chooses; a delta's records
/// are signed first. Says how many entries there were.
///
/// # Panics
///
/// When a reader or writer has a defect.
pub fn read(input: &[u8]) -> usize {
    let Some((&choice, bytes)) = input.split_first() else { return 0 };
    let format = Format::ALL.get(usize::from(choice) % (Format::ALL.len() + 1)).copied();
    if format == Some(Format::Delta) {
        let signed = sign(bytes);
        return signed.map_or(0, |signed| read_delta(&signed));
    }
    let Ok(entries) = open(bytes, format, Options::default()) else { return 0 };
    let (format, entries) = (entries.summary().format, exhaust(entries));
    written_is_read(format, &entries);
    entries.len()
}

fn read_delta(bytes: &[u8]) -> usize {
    let delta = verify(Cursor::new(bytes), &[key().verifying_key()]).expect("signed");
    let entries = exhaust(delta.entries(Options::default()).expect("readable"));
    assert!(entries.iter().all(|entry| Format::Delta.keep(entry).is_ok_and(|kept| kept == *entry)));
    written_is_read(Format::Delta, &entries);
    entries.len()
}

/// Reads to the end, and holds what comes against the promises.
fn exhaust(mut entries: Entries<'_>) -> Vec<Entry> {
    let mut read = Vec::new();
    let mut last: Option<Result<Place, ReadError>> = None;
    for entry in entries.by_ref() {
        assert!(!matches!(last, Some(Err(_))), "an entry after an error");
        last = Some(entry.map(|entry| {
            let place = entry.place;
            check_limits(&entry.provenance);
            read.push(entry);
            place
        }));
    }
    let ordered = read.is_sorted_by_key(|entry| entry.place);
    assert!(ordered, "out of order");
    let summary = entries.summary();
    assert_eq!(summary.entries, read.len() as u64);
    assert_eq!(summary.problems, summary.problems_by_kind.iter().sum::<u64>());
    read
}

fn check_limits(provenance: &Provenance) {
    let Provenance { owner, owner_name, id, classification, tags, cases, feedback, .. } =
        provenance;
    let texts = [owner, owner_name, id, classification].into_iter().chain(tags);
    let fits = |text: &String| text.len() <= Provenance::TEXT_BYTES_MAX;
    assert!(texts.chain(cases.iter().map(|(case, _)| case)).all(fits));
    let lengths = [tags.len(), cases.len(), feedback.len()];
    let inside = feedback.iter().flat_map(|one| [one.members.len(), one.reasons.len()]);
    assert!(lengths.into_iter().chain(inside).all(|length| length <= Provenance::LIST_MAX));
}

/// As much as the format can say of what was read is written and read again.
fn written_is_read(format: Format, entries: &[Entry]) {
    let kept = entries.iter().filter_map(|entry| format.keep(entry).ok()).take(WRITTEN_MOST);
    let mut kept = kept.collect::<Vec<_>>();
    let bytes = write(format, &kept).expect("sayable");
    let again = if format == Format::Delta {
        let delta = verify(Cursor::new(&bytes), &[key().verifying_key()]).expect("signed");
        exhaust(delta.entries(Options::default()).expect("readable"))
    } else {
        exhaust(open(&*bytes, Some(format), Options::default()).expect("this format"))
    };
    if format == Format::Ncmec {
        kept.sort_by_key(|entry| entry.medium != crate::Medium::Picture);
    }
    assert_eq!(again.len(), kept.len());
    for (again, kept) in again.iter().zip(&kept) {
        assert_eq!(again.difference(kept), None);
    }
}

fn write(format: Format, entries: &[Entry]) -> Result<Vec<u8>, WriteError> {
    macro_rules! write_all {
        ($writer:expr) => {{
            let mut writer = $writer;
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }};
    }
    let out = Vec::new();
    match format {
        Format::Plain => write_all!(PlainWriter::new(out)),
        Format::Tx => write_all!(TxWriter::new(out)?),
        Format::Descriptors => write_all!(DescriptorWriter::new(out, "", &[])?),
        Format::Vics => write_all!(VicsWriter::new(out, VicsVersion::V2_0)?),
        Format::StopNcii => write_all!(StopNciiWriter::new(out)?),
        Format::Ncmec => write_ncmec(out, entries, None),
        Format::Delta => write_all!(DeltaWriter::new(out, &header(), key())?),
    }
}

/// A delta of these records, whatever they are.
fn sign(records: &[u8]) -> Result<Vec<u8>, WriteError> {
    let (count, records) = records.split_first().map_or((0, records), |(n, rest)| (*n, rest));
    let mut writer = DeltaWriter::new(Vec::new(), &header(), key())?;
    writer.write_raw(records, u64::from(count))?;
    writer.finish()
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn header() -> Header {
    let sequence = Sequence::new(1, 2).expect("not empty");
    Header { marking: Tlp::Green, list: [1; 16], sequence, made_s: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Signal;

    fn entries() -> Vec<Entry> {
        let provenance = || Provenance {
            owner: "42".to_owned(),
            id: "a <1>, \"b\"".to_owned(),
            tags: vec!["one".to_owned(), "two".to_owned()],
            time_s: Some(1_700_000_000),
            ..Provenance::default()
        };
        let code = athar_kernel::Code::from_words([1, 2, 3, 4]);
        let signals = [Signal::Pdq(code), Signal::Md5([5; 16]), Signal::Sha1([6; 20])];
        let entry = |signal| Entry {
            medium: crate::Medium::Picture,
            provenance: provenance(),
            ..Entry::new(signal)
        };
        signals.map(entry).to_vec()
    }

    /// A sound list of each format, as [`read`] takes it.
    fn sound() -> Vec<Vec<u8>> {
        let of = |(choice, format): (usize, Format)| {
            let kept = entries().iter().filter_map(|e| format.keep(e).ok()).collect::<Vec<_>>();
            let mut bytes = write(format, &kept).unwrap();
            if format == Format::Delta {
                let end = bytes.len() - crate::delta_layout::TRAILER_BYTES;
                bytes = bytes[crate::delta_layout::HEADER_BYTES..end].to_vec();
                bytes.insert(0, kept.len() as u8);
            }
            bytes.insert(0, choice as u8);
            bytes
        };
        Format::ALL.into_iter().enumerate().map(of).collect()
    }

    #[test]
    fn sound_lists_are_read() {
        assert_eq!(
            sound().iter().map(|bytes| read(bytes)).collect::<Vec<_>>(),
            [3, 3, 3, 3, 1, 3, 3]
        );
    }

    /// What hurts one format or another.
    const BYTES: [u8; 11] = [0, b'"', b'<', b'&', b',', b'\n', b'{', b']', b'0', 0x80, 0xFF];

    #[test]
    fn every_byte_changed_to_what_hurts_ends_without_a_panic() {
        for list in sound() {
            for at in 1..list.len() {
                for byte in [BYTES[at % BYTES.len()], list[at] ^ 1] {
                    let mut changed = list.clone();
                    changed[at] = byte;
                    read(&changed);
                }
                read(&list[..at]);
            }
        }
    }
}
