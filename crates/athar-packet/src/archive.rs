//! The archive: a zip whose entries are stored, in the one form that it can have.
//!
//! Anybody can open a zip. But a zip has many places where something can be hidden or changed
//! without an entry's content changing: times, comments, extra fields, a second directory, bytes
//! between entries. So every field is fixed here, nothing is compressed, and reading ends with
//! writing what was read once more: whoever changed a byte anywhere changed one that this shows.
//! Without compression an archive can be no bomb either.

use crate::Fault;

/// Entries that a packet has at most.
const ENTRIES_MOST: usize = 64;

/// Bytes of an entry's name at most.
const NAME_BYTES_MOST: usize = 64;

/// Bytes of a whole packet at most.
pub const PACKET_BYTES_MOST: u64 = 1 << 30;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// Length of the fixed part of what stands before an entry.
const LOCAL_BYTES: usize = 30;

/// What all entries have in common: version 1.0 of the format, names in UTF-8, stored, and the
/// first moment that the format knows.
const COMMON: [u16; 5] = [10, 0x0800, 0, 0, 0x0021];

/// An entry of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) bytes: &'a [u8],
}

/// The archive of these entries, in their order; `None` when it would be too large.
pub(crate) fn write(entries: &[Entry<'_>]) -> Option<Vec<u8>> {
    let bytes = entries.iter().map(|entry| entry.bytes.len() as u64 + 256).sum::<u64>();
    if bytes > PACKET_BYTES_MOST || entries.len() > ENTRIES_MOST {
        return None;
    }
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        // Below a gibibyte by the check above.
        let offset = archive.len() as u32;
        put(&mut archive, &[LOCAL]);
        let head = head(entry);
        archive.extend_from_slice(&head);
        archive.extend_from_slice(entry.name.as_bytes());
        archive.extend_from_slice(entry.bytes);
        put(&mut directory, &[CENTRAL]);
        directory.extend_from_slice(&COMMON[0].to_le_bytes());
        directory.extend_from_slice(&head);
        // No comment, the first disk, no attributes.
        directory.extend_from_slice(&[0; 10]);
        put(&mut directory, &[offset]);
        directory.extend_from_slice(entry.name.as_bytes());
    }
    let (at, count) = (archive.len() as u32, entries.len() as u32);
    archive.extend_from_slice(&directory);
    put(&mut archive, &[END, 0, count << 16 | count, directory.len() as u32, at]);
    archive.extend_from_slice(&[0; 2]);
    Some(archive)
}

/// What is said of an entry both before it and in the directory.
fn head(entry: &Entry<'_>) -> Vec<u8> {
    let mut head: Vec<u8> = COMMON.iter().flat_map(|field| field.to_le_bytes()).collect();
    let length = entry.bytes.len() as u32;
    put(&mut head, &[crc32fast::hash(entry.bytes), length, length, entry.name.len() as u32]);
    head
}

fn put(to: &mut Vec<u8>, fields: &[u32]) {
    to.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
}

/// The entries of an archive. That nothing else is in it, [`first_difference`] says.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Entry<'_>>, Fault> {
    if field(bytes, 0) != Some(LOCAL) {
        return Err(Fault::NotAPacket);
    }
    let (mut entries, mut at) = (Vec::<Entry<'_>>::new(), 0);
    while field(bytes, at) == Some(LOCAL) {
        let (entry, next) = entry(bytes, at).ok_or(Fault::Damaged { offset: at as u64 })?;
        if entries.iter().any(|other| other.name == entry.name) {
            return Err(Fault::EntryTwice { number: entries.len() + 1 });
        }
        if entries.len() == ENTRIES_MOST {
            return Err(Fault::TooManyEntries);
        }
        entries.push(entry);
        at = next;
    }
    if field(bytes, at) != Some(CENTRAL) {
        return Err(Fault::Damaged { offset: at as u64 });
    }
    Ok(entries)
}

/// The first byte that is not as [`write()`] makes it of these entries.
pub(crate) fn first_difference(bytes: &[u8], entries: &[Entry<'_>]) -> Option<u64> {
    let expected = write(entries)?;
    if expected == bytes {
        return None;
    }
    let same = expected.iter().zip(bytes).take_while(|(one, other)| one == other).count();
    Some(same as u64)
}

fn entry(bytes: &[u8], at: usize) -> Option<(Entry<'_>, usize)> {
    let length = field(bytes, at + 18)? as usize;
    let name_length = field(bytes, at + 26)? as usize;
    let name_at = at + LOCAL_BYTES;
    // An extra field would be the upper half of the length.
    if name_length > NAME_BYTES_MOST {
        return None;
    }
    let content_at = name_at.checked_add(name_length)?;
    let end = content_at.checked_add(length)?;
    let name = std::str::from_utf8(bytes.get(name_at..content_at)?).ok()?;
    is_plain(name).then_some(())?;
    Some((Entry { name, bytes: bytes.get(content_at..end)? }, end))
}

/// Whether a name can only ever be that of a file beside the others.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.';
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

fn field(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: [Entry<'_>; 3] = [
        Entry { name: "a.json", bytes: b"{}" },
        Entry { name: "empty", bytes: b"" },
        Entry { name: "b.txt", bytes: b"some text" },
    ];

    #[test]
    fn what_is_written_is_read() {
        let archive = write(&ENTRIES).unwrap();
        assert_eq!(read(&archive).unwrap(), ENTRIES);
        assert_eq!(first_difference(&archive, &ENTRIES), None);
    }

    #[test]
    fn a_byte_changed_anywhere_is_seen() {
        let archive = write(&ENTRIES).unwrap();
        for at in 0..archive.len() {
            for flip in [1, 0x80] {
                let mut changed = archive.clone();
                changed[at] ^= flip;
                let same = read(&changed).is_ok_and(|entries| {
                    entries == ENTRIES && first_difference(&changed, &entries).is_none()
                });
                assert!(!same, "byte {at}");
            }
        }
    }

    #[test]
    fn bytes_before_between_and_behind_are_seen() {
        let archive = write(&ENTRIES).unwrap();
        for at in 0..=archive.len() {
            let mut changed = archive.clone();
            changed.insert(at, 0);
            let same = read(&changed).is_ok_and(|entries| {
                entries == ENTRIES && first_difference(&changed, &entries).is_none()
            });
            assert!(!same, "byte {at}");
            let cut = read(&archive[..at]);
            assert!(
                at == archive.len()
                    || !cut.is_ok_and(|entries| {
                        first_difference(&archive[..at], &entries).is_none()
                    })
            );
        }
    }

    #[test]
    fn names_that_lead_elsewhere_and_names_that_come_twice_are_refused() {
        for name in ["../a", "/a", "a/b", "A", ".hidden", "a\\b", "", "ä"] {
            let archive = write(&[Entry { name, bytes: b"x" }]).unwrap();
            assert!(matches!(read(&archive), Err(Fault::Damaged { offset: 0 })), "{name}");
        }
        let twice = write(&[ENTRIES[0], ENTRIES[2], ENTRIES[0]]).unwrap();
        assert!(matches!(read(&twice), Err(Fault::EntryTwice { number: 3 })));
    }
}
