//! What a writer writes, the reader reads back as it was; and no bytes make a reader panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use athar_exchange::delta::{DeltaWriter, Header, Sequence, SigningKey, verify};
use athar_exchange::{
    DescriptorWriter, Entries, Entry, Feedback, Field, Format, Medium, Options, Place, PlainWriter,
    Provenance, Reason, Scheme, Signal, SignalType, State, StopNciiWriter, Subject, Tlp, TxWriter,
    VicsVersion, VicsWriter, WriteError, open, write_ncmec,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::io::Cursor;

const STATES: [State; 7] = [
    State::Active,
    State::Received,
    State::Unknown,
    State::Benign,
    State::Disputed,
    State::Withdrawn,
    State::Deleted,
];

const MEDIA: [Medium; 4] = [Medium::Unknown, Medium::Picture, Medium::Clip, Medium::Sound];

/// What a format may trip over, more often than chance would have it.
const ODD: [char; 22] = [
    '"', '\'', ',', ';', ' ', '\t', '\n', '\r', '#', '<', '>', '&', '\\', '{', ']', '\0',
    '\u{FEFF}', '\u{200F}', 'ع', '\u{85}', '\u{FFFF}', '😀',
];

fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        4 => prop::char::range('a', 'z'),
        1 => prop::char::range('0', '9'),
        2 => prop::sample::select(&ODD[..]),
        1 => any::<char>(),
    ];
    vec(letter, 0..10).prop_map(String::from_iter)
}

fn signal() -> impl Strategy<Value = Signal> {
    let types = prop::sample::select(&SignalType::ALL[..4]);
    (types, any::<[u8; 32]>()).prop_map(|(signal_type, bytes)| {
        let length = signal_type.value_bytes().unwrap();
        Signal::from_bytes(signal_type, &bytes[..length]).unwrap()
    })
}

fn feedback() -> impl Strategy<Value = Feedback> {
    let verdict = prop_oneof![Just("affirmative".to_owned()), text()];
    (verdict, text(), vec(text(), 0..3), vec(text(), 0..3)).prop_map(
        |(verdict, about, members, reasons)| Feedback { verdict, about, members, reasons },
    )
}

fn provenance() -> impl Strategy<Value = Provenance> {
    let state = prop::sample::select(&STATES[..]);
    let time = || option::of(prop_oneof![0..4_000_000_000_i64, any::<i64>()]);
    let words = (text(), text(), text(), prop_oneof![text(), (0..9u8).prop_map(|n| n.to_string())]);
    let lists = (vec(text(), 0..3), vec((text(), state), 0..3), vec(feedback(), 0..3));
    let marking = option::of(prop::sample::select(&Tlp::ALL[..]));
    (words, (time(), time()), lists, marking).prop_map(|(words, times, lists, marking)| {
        let (owner, owner_name, id, classification) = words;
        let (time_s, expires_s) = times;
        let (tags, cases, feedback) = lists;
        Provenance {
            owner,
            owner_name,
            id,
            time_s,
            expires_s,
            classification,
            tags,
            marking,
            cases,
            feedback,
        }
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let scheme = (text(), any::<u16>()).prop_map(|(name, version)| Scheme { name, version });
    let subject = prop_oneof![
        9 => signal().prop_map(Subject::Signal),
        1 => Just(Subject::Listed),
    ];
    let state = prop_oneof![Just(State::Active), prop::sample::select(&STATES[..])];
    let medium = prop::sample::select(&MEDIA[..]);
    let rest = (option::of(any::<u8>()), option::of(scheme), provenance());
    (subject, state, medium, rest).prop_map(|(subject, state, medium, rest)| {
        let (quality, scheme, provenance) = rest;
        Entry { subject, state, medium, quality, scheme, provenance, place: Place::Byte(0) }
    })
}

/// Entries of which some follow each other with the same provenance, as those of one file do.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let file = (entry(), vec(signal(), 0..3)).prop_map(|(first, signals)| {
        let rest = signals.into_iter().map(Subject::Signal);
        let rest = rest.map(|subject| Entry { subject, ..first.clone() }).collect::<Vec<_>>();
        [vec![first], rest].concat()
    });
    vec(file, 0..8).prop_map(|files| files.concat())
}

fn kept(format: Format, entries: &[Entry]) -> Vec<Entry> {
    let kept = entries.iter().filter_map(|entry| format.keep(entry).ok()).collect::<Vec<_>>();
    kept.iter().for_each(|entry| assert!(&format.keep(entry).unwrap() == entry));
    kept
}

fn bare(entry: &Entry) -> Entry {
    Entry { place: Place::Byte(0), ..entry.clone() }
}

fn all(entries: Entries<'_>) -> Vec<Entry> {
    let mut entries = entries;
    let all = entries.by_ref().map(|entry| bare(&entry.unwrap())).collect::<Vec<_>>();
    assert_eq!(entries.summary().first_problems, []);
    all
}

fn assert_same(read: &[Entry], written: &[Entry]) {
    assert_eq!(read.len(), written.len());
    for (read, written) in read.iter().zip(written) {
        assert!(read == &bare(written), "{read:?} instead of {written:?}");
    }
}

/// What one of the simple writers makes of the entries.
fn written(format: Format, version: VicsVersion, entries: &[Entry]) -> Result<Vec<u8>, WriteError> {
    let out = Vec::new();
    match format {
        Format::Plain => {
            let mut writer = PlainWriter::new(out);
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }
        Format::Tx => {
            let mut writer = TxWriter::new(out)?;
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }
        Format::Descriptors => {
            let mut writer = DescriptorWriter::new(out, "a \"list\",\nshared", &[1, 2])?;
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }
        Format::Vics => {
            let mut writer = VicsWriter::new(out, version)?;
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }
        Format::StopNcii => {
            let mut writer = StopNciiWriter::new(out)?;
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }
        Format::Ncmec => write_ncmec(out, entries, Some("/v2/entries?a=1&b=2")),
        Format::Delta => {
            let mut writer = DeltaWriter::new(out, &header(), key())?;
            entries.iter().try_for_each(|entry| writer.write(entry))?;
            writer.finish()
        }
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn header() -> Header {
    let sequence = Sequence::new(1, 1).unwrap();
    Header { marking: Tlp::Red, list: [0; 16], sequence, made_s: 0 }
}

fn read_back(format: Format, bytes: &[u8]) -> Vec<Entry> {
    if format == Format::Delta {
        let delta = verify(Cursor::new(bytes), &[key().verifying_key()]).unwrap();
        return all(delta.entries(Options::default()).unwrap());
    }
    let looks_like = Format::detect(bytes);
    assert!(looks_like == Some(format) || bytes.is_empty(), "{looks_like:?}");
    all(open(bytes, Some(format), Options::default()).unwrap())
}

fn check_round_trip(format: Format, entries: &[Entry]) {
    let mut entries = kept(format, entries);
    for version in [VicsVersion::V1_3, VicsVersion::V2_0] {
        let bytes = written(format, version, &entries).unwrap();
        if format == Format::Ncmec {
            entries.sort_by_key(|entry| entry.medium != Medium::Picture);
        }
        assert_same(&read_back(format, &bytes), &entries);
    }
}

/// Reads to the end whatever comes.
fn exhaust(bytes: &[u8], format: Option<Format>) {
    let Ok(entries) = open(bytes, format, Options::default()) else { return };
    let errors = entries.filter(Result::is_err).count();
    assert!(errors <= 1);
}

/// As large as the limits allow one by one, and larger than they allow together.
fn heavy() -> Entry {
    let long = "\"".repeat(Provenance::TEXT_BYTES_MAX);
    let many = || vec![long.clone(); 20];
    let feedback = Feedback {
        verdict: "negative".into(),
        members: many(),
        reasons: many(),
        ..Feedback::default()
    };
    let provenance = Provenance {
        owner: long.clone(),
        owner_name: long.clone(),
        id: long.clone(),
        classification: long.clone(),
        tags: many(),
        cases: vec![(long.clone(), State::Active); 100],
        feedback: vec![feedback; 10],
        ..Provenance::default()
    };
    let signal = Signal::from_bytes(SignalType::Pdq, &[7; 32]).unwrap();
    Entry { provenance, ..Entry::new(signal) }
}

#[test]
fn what_is_kept_of_the_heaviest_is_read_back() {
    Format::ALL.into_iter().for_each(|format| check_round_trip(format, &[heavy()]));
}

#[test]
fn records_are_refused_before_they_are_large() {
    let member = "<member id=\"1\"/>".repeat(1000);
    let feedback =
        format!("<affirmativeFeedback><members>{member}</members></affirmativeFeedback>");
    let page = format!(
        "<queryResult><images><image><member id=\"1\"/><id>a</id><fingerprints><md5>00</md5>\
         </fingerprints><feedback>{}</feedback></image></images></queryResult>",
        feedback.repeat(100)
    );
    let mut entries = open(page.as_bytes(), None, Options::default()).unwrap();
    assert!(entries.next().is_none());
    let problem = entries.summary().first_problems[0];
    assert_eq!(problem.reason, Reason::TooMany(Field::Feedback));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(entries in entries()) {
        Format::ALL.into_iter().for_each(|format| check_round_trip(format, &entries));
    }

    #[test]
    fn what_a_format_cannot_say_is_not_written(entry in entry()) {
        for format in Format::ALL {
            let sayable = format.keep(&entry).is_ok_and(|kept| kept == entry);
            let result = written(format, VicsVersion::V2_0, std::slice::from_ref(&entry));
            prop_assert_eq!(result.is_ok(), sayable);
        }
    }

    #[test]
    fn changed_lists_never_panic(
        entries in entries(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        for format in Format::ALL {
            let kept = kept(format, &entries);
            let mut bytes = written(format, VicsVersion::V1_3, &kept).unwrap();
            for (at, byte) in &changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }
            }
            exhaust(&bytes, Some(format));
            exhaust(&bytes[..cut.index(bytes.len() + 1)], None);
            let _ = verify(Cursor::new(&bytes), &[key().verifying_key()]);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        Format::ALL.into_iter().for_each(|format| exhaust(&bytes, Some(format)));
        exhaust(&bytes, None);
    }
}
