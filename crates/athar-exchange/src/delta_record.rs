//! One record of a delta as bytes, and what of an entry it can say.

use crate::entry::{Entry, Medium, Place, Provenance, Scheme, State, Subject};
use crate::error::Field;
use crate::signal::{Signal, SignalType};

/// Longest record, without its length. What [`keep`] keeps is shorter.
pub(crate) const RECORD_BYTES_MAX: usize = 4096;

const REFERENCE_BYTES_MAX: usize = 255;
const SCHEME_BYTES_MAX: usize = 32;
const TAG_BYTES_MAX: usize = 64;
const TAGS_MAX: usize = 32;
const NO_QUALITY: u8 = 255;

/// States by their numbers, from 1.
const STATES: [State; 3] = [State::Active, State::Withdrawn, State::Deleted];

/// Types by their numbers, from 1; 0 is everything listed under the reference.
const TYPES: [SignalType; 4] =
    [SignalType::Pdq, SignalType::Md5, SignalType::Sha1, SignalType::Sha256];

/// Kinds of file by their numbers.
const MEDIA: [Medium; 4] = [Medium::Unknown, Medium::Picture, Medium::Clip, Medium::Sound];

/// As much of an entry as a record can say. Owner, marking and time are the whole delta's.
pub(crate) fn keep(entry: &Entry) -> Result<Entry, Field> {
    let theirs = &entry.provenance;
    let id = Some(&theirs.id).filter(|id| id.len() <= REFERENCE_BYTES_MAX);
    match (entry.subject, entry.state) {
        (_, state) if !STATES.contains(&state) => return Err(Field::State),
        (Subject::Listed, State::Active) => return Err(Field::State),
        (Subject::Listed, _) if id.is_none_or(String::is_empty) => return Err(Field::Id),
        _ => {}
    }
    let whole = |tag: &&String| (1..=TAG_BYTES_MAX).contains(&tag.len());
    let named = |scheme: &Scheme| (1..=SCHEME_BYTES_MAX).contains(&scheme.name.len());
    let provenance = Provenance {
        id: id.cloned().unwrap_or_default(),
        tags: theirs.tags.iter().filter(whole).take(TAGS_MAX).cloned().collect(),
        ..Provenance::default()
    };
    Ok(Entry {
        quality: entry.quality.filter(|&quality| quality <= 100),
        scheme: entry.scheme.clone().filter(named),
        provenance,
        ..entry.clone()
    })
}

/// A record with its length before it, of an entry that is as it was kept.
pub(crate) fn to_bytes(entry: &Entry) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.push(number(&STATES, &entry.state) + 1);
    bytes.push(entry.signal().map_or(0, |signal| number(&TYPES, &signal.signal_type()) + 1));
    bytes.push(number(&MEDIA, &entry.medium));
    bytes.push(entry.quality.unwrap_or(NO_QUALITY));
    bytes.extend(entry.signal().map(Signal::to_bytes).unwrap_or_default());
    push_text(&mut bytes, entry.scheme.as_ref().map_or("", |scheme| &scheme.name));
    if let Some(scheme) = &entry.scheme {
        bytes.extend(scheme.version.to_le_bytes());
    }
    push_text(&mut bytes, &entry.provenance.id);
    bytes.push(entry.provenance.tags.len() as u8);
    entry.provenance.tags.iter().for_each(|tag| push_text(&mut bytes, tag));
    let length = (bytes.len() - 2) as u16;
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    bytes
}

fn number<T: PartialEq>(list: &[T], value: &T) -> u8 {
    list.iter().position(|known| known == value).unwrap_or_default() as u8
}

/// A text with its length before it. What is written was kept, and so is no longer than 255.
fn push_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(text.len() as u8);
    bytes.extend(text.as_bytes());
}

/// The entry of a record without its length; `None` when it is none.
pub(crate) fn from_bytes(bytes: &[u8], place: Place) -> Option<Entry> {
    let mut rest = Rest(bytes);
    let state = *STATES.get(usize::from(rest.byte()?).checked_sub(1)?)?;
    let signal_type = rest.byte()?;
    let medium = *MEDIA.get(usize::from(rest.byte()?))?;
    let quality = rest.byte()?;
    let subject = rest.subject(signal_type)?;
    let scheme = rest.scheme()?;
    let id = rest.text(REFERENCE_BYTES_MAX)?;
    let tags = (0..rest.byte()?).map(|_| rest.text(TAG_BYTES_MAX)).collect::<Option<Vec<_>>>()?;
    let quality = if quality == NO_QUALITY { None } else { Some(quality) };
    let provenance = Provenance { id, tags, ..Provenance::default() };
    let entry = Entry { subject, state, medium, quality, scheme, provenance, place };
    let sayable = keep(&entry).is_ok_and(|kept| kept == entry);
    (rest.0.is_empty() && sayable).then_some(entry)
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    fn text(&mut self, bytes_max: usize) -> Option<String> {
        let count = usize::from(self.byte()?);
        let text = std::str::from_utf8(self.bytes(count)?).ok()?;
        (text.len() <= bytes_max).then(|| text.to_owned())
    }

    fn subject(&mut self, signal_type: u8) -> Option<Subject> {
        let Some(index) = usize::from(signal_type).checked_sub(1) else {
            return Some(Subject::Listed);
        };
        let signal_type = *TYPES.get(index)?;
        let value = self.bytes(signal_type.value_bytes()?)?;
        Signal::from_bytes(signal_type, value).map(Subject::Signal)
    }

    fn scheme(&mut self) -> Option<Option<Scheme>> {
        let name = self.text(SCHEME_BYTES_MAX)?;
        if name.is_empty() {
            return Some(None);
        }
        let version = self.bytes(2)?;
        Some(Some(Scheme { name, version: u16::from_le_bytes([version[0], version[1]]) }))
    }
}
