//! ZIP archives (APPNOTE 6.3), and the chat's export in them that tells of the files beside it.
//!
//! The directory is gone through twice. First its members are counted, the bytes that each takes
//! are noted, and a chat's text is found and read. Then, once it is known which members share bytes
//! with others, they are given one after the other.

use crate::chat::{self, Chat};
use crate::kind::{ChatKind, HEAD_BYTES};
use crate::lines::read_full;
use crate::meter::{Counted, Unpacked};
use crate::provenance::{Moment, Time, Zone};
use crate::visit::{Going, Source, Stop, Told, Visit};
use crate::{Trouble, text};
use flate2::read::DeflateDecoder;
use rawzip::time::ZipDateTimeKind;
use rawzip::{
    CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipArchiveEntryWayfinder, ZipFileHeaderRecord,
};
use std::collections::BTreeSet;
use std::io::{self, Read, SeekFrom};
use std::sync::Mutex;

/// Texts that are looked into for a chat.
const CHATS_MAX: usize = 16;

type Zip<'a> = ZipArchive<At<'a>>;

/// Goes through an archive.
pub(crate) fn visit(visit: &mut Visit<'_>, source: &mut dyn Source) -> Going {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let end = source.seek(SeekFrom::End(0))?;
    let located = rawzip::ZipLocator::new().locate_in_reader(At::new(source), &mut buffer, end);
    let zip = located.map_err(|(_, error)| of_directory(&error))?;
    let survey = survey(visit, &zip, &mut buffer)?;
    let chats = read_chats(visit, &zip, &survey)?;
    let mut entries = zip.entries(&mut buffer);
    let mut index = 0;
    while let Some(entry) = entries.next_entry().map_err(|error| of_directory(&error))? {
        let is_text = chats.iter().any(|(member, ..)| *member == index);
        if !is_text && !is_directory(&entry) {
            let told = told(&entry, &chats);
            let packed = Packed::of(&entry);
            match survey.shared.contains(&index) {
                true => visit.trouble(&told, Trouble::Overlapping)?,
                false => give(visit, &zip, &told, &packed)?,
            }
        }
        index += 1;
    }
    // Old writers count to 65535 and begin again.
    let is_all = zip.entries_hint() & 0xFFFF == index & 0xFFFF;
    if is_all { Ok(()) } else { Err(Trouble::Malformed.into()) }
}

/// What can be said of members before one is read.
struct Survey {
    /// Members that share bytes with another, or with the directory.
    shared: BTreeSet<u64>,
    /// Members that may be a chat's export.
    chats: Vec<(u64, String, ChatKind, Packed)>,
}

/// How a member lies in the archive.
#[derive(Clone, Copy)]
struct Packed {
    way: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    is_encrypted: bool,
}

impl Packed {
    fn of(entry: &ZipFileHeaderRecord<'_>) -> Self {
        let flags = entry.flags();
        Self {
            way: entry.wayfinder(),
            method: entry.compression_method(),
            is_encrypted: flags.is_encrypted()
                || flags.has_strong_encryption()
                || flags.is_masked(),
        }
    }
}

fn survey(visit: &Visit<'_>, zip: &Zip<'_>, buffer: &mut [u8]) -> Result<Survey, Stop> {
    let limit = visit.limits.parts;
    let mut spans = Vec::new();
    let mut chats = Vec::new();
    let mut entries = zip.entries(buffer);
    let mut index = 0;
    while let Some(entry) = entries.next_entry().map_err(|error| of_directory(&error))? {
        let packed = Packed::of(&entry);
        // One whose header is not where it should be is told when it is read.
        if let Ok(member) = zip.get_entry(packed.way) {
            spans.push((entry.local_header_offset(), member.compressed_data_range().1, index));
        }
        let name = entry.file_path().as_bytes();
        if let Some(kind) = chat::by_name(name).filter(|_| chats.len() < CHATS_MAX) {
            chats.push((index, text::clean_bytes(name), kind, packed));
        }
        index += 1;
        if index > limit {
            return Err(Trouble::TooManyParts { limit }.into());
        }
    }
    Ok(Survey { shared: shared(spans, zip.directory_offset()), chats })
}

/// Those of `(start, end, index)` that share bytes with another, or reach over `most`.
fn shared(mut spans: Vec<(u64, u64, u64)>, most: u64) -> BTreeSet<u64> {
    spans.sort_unstable();
    let mut shared = BTreeSet::new();
    let mut widest: Option<(u64, u64)> = None;
    for (start, end, index) in spans {
        if let Some((_, other)) = widest.filter(|(reach, _)| start < *reach) {
            shared.extend([other, index]);
        }
        if end > most {
            shared.insert(index);
        }
        if widest.is_none_or(|(reach, _)| end > reach) {
            widest = Some((end, index));
        }
    }
    shared
}

/// The chats with the directories that they tell of.
type Chats = Vec<(u64, String, Chat)>;

fn read_chats(visit: &mut Visit<'_>, zip: &Zip<'_>, survey: &Survey) -> Result<Chats, Stop> {
    let mut chats = Vec::new();
    for (index, name, kind, packed) in &survey.chats {
        if packed.is_encrypted || survey.shared.contains(index) {
            continue;
        }
        // A text that is no chat, or cannot be read, is a part as any other.
        let read = with_content(visit, zip, packed, |visit, content| {
            let mut head = vec![0; HEAD_BYTES];
            let length = read_full(content, &mut head)?;
            head.truncate(length);
            let mut whole = io::Cursor::new(&head).chain(content);
            match chat::recognise(&head) {
                Some(found) if found == *kind => {
                    Ok(Chat::read(*kind, &mut whole, &visit.limits).ok())
                }
                _ => Ok(None),
            }
        });
        match read {
            Ok(Some(chat)) => {
                visit.read_chat();
                let folder = name.rfind('/').map_or("", |at| &name[..=at]);
                chats.push((*index, folder.to_owned(), chat));
            }
            Ok(None) | Err(Stop::Here(_)) => {}
            Err(stop) => return Err(stop),
        }
    }
    Ok(chats)
}

fn told(entry: &ZipFileHeaderRecord<'_>, chats: &Chats) -> Told {
    let name = text::clean_bytes(entry.file_path().as_bytes());
    let sent =
        chats.iter().find_map(|(_, folder, chat)| chat.of(name.strip_prefix(folder.as_str())?));
    let (sender, time) = sent.map_or((None, None), |sent| (sent.sender, sent.time));
    let time = time.or_else(|| changed(&entry.last_modified()));
    Told { name: text::some(&name), sender, time }
}

fn changed(time: &ZipDateTimeKind) -> Option<Time> {
    let zone = match time {
        ZipDateTimeKind::Utc(_) => Zone::Told,
        ZipDateTimeKind::Local(_) => Zone::Unknown,
    };
    let (year, month, day) = (time.year(), time.month(), time.day());
    let ms = chat::utc_ms(year, month, day, (time.hour(), time.minute(), time.second()))?;
    // No archive is older than the format: this is how none is written.
    (year > 1980).then_some(Time { ms, zone, moment: Moment::Changed })
}

/// A member that is marked as one and has bytes is no directory.
fn is_directory(entry: &ZipFileHeaderRecord<'_>) -> bool {
    entry.is_dir() && entry.uncompressed_size_hint() == 0
}

fn give(visit: &mut Visit<'_>, zip: &Zip<'_>, told: &Told, packed: &Packed) -> Going {
    let trouble = match packed.method {
        _ if packed.is_encrypted => Some(Trouble::Encrypted),
        CompressionMethod::STORE | CompressionMethod::DEFLATE => None,
        _ => Some(Trouble::Packing),
    };
    if let Some(trouble) = trouble {
        return visit.trouble(told, trouble);
    }
    if let Err(error) = zip.get_entry(packed.way) {
        return visit.trouble(told, Trouble::of_zip(&error));
    }
    with_content(visit, zip, packed, |visit, content| visit.part(told, content))
}

/// Hands over the content of a member, whose sum is checked at its end.
fn with_content<T>(
    visit: &mut Visit<'_>,
    zip: &Zip<'_>,
    packed: &Packed,
    then: impl FnOnce(&mut Visit<'_>, &mut dyn Read) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let member = zip.get_entry(packed.way).map_err(|error| Trouble::of_zip(&error))?;
    let (counted, count) = Counted::new(member.reader());
    let limits = visit.limits;
    match packed.method {
        CompressionMethod::STORE => then(visit, &mut member.verifying_reader(counted)),
        CompressionMethod::DEFLATE => {
            let decoder = DeflateDecoder::new(counted);
            let metered = Unpacked::new(decoder, &limits, count);
            then(visit, &mut member.verifying_reader(metered))
        }
        _ => Err(Trouble::Packing.into()),
    }
}

fn of_directory(error: &rawzip::Error) -> Trouble {
    match error.kind() {
        rawzip::ErrorKind::MissingEndOfCentralDirectory => Trouble::Truncated,
        _ => Trouble::of_zip(error),
    }
}

/// A source that is read at places.
struct At<'a>(Mutex<&'a mut dyn Source>);

impl<'a> At<'a> {
    fn new(source: &'a mut dyn Source) -> Self {
        Self(Mutex::new(source))
    }
}

impl ReaderAt for At<'_> {
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut source = self.0.lock().map_err(|_| io::Error::from(io::ErrorKind::Other))?;
        source.seek(SeekFrom::Start(offset))?;
        source.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_share_a_byte_are_found() {
        let of = |spans: &[(u64, u64)]| {
            let spans = spans.iter().zip(0..).map(|(&(start, end), index)| (start, end, index));
            shared(spans.collect(), 100).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(of(&[(0, 10), (10, 20), (20, 100)]), [0; 0]);
        assert_eq!(of(&[(0, 11), (10, 20), (20, 101)]), [0, 1, 2]);
        assert_eq!(of(&[(0, 90), (10, 20), (30, 40), (95, 99)]), [0, 1, 2]);
        assert_eq!(of(&[(50, 60), (50, 60), (0, 50)]), [0, 1]);
    }
}
