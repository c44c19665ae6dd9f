//! The manifest: the file that says which segments an index consists of, what was removed from
//! them, and which place of the ledger that is. It is small, and replaced as a whole.
//!
//! # Format, version 1
//!
//! All numbers are little-endian and unsigned. There is no padding but the fields called zero.
//! Every part ends in the CRC-32 (ISO-HDLC, as in zip) of its own bytes before it, so that damage
//! is told by its place.
//!
//! ```text
//! header      0    8  magic "ATHARIDX"
//!             8    4  version, 1
//!            12    4  n, the number of segments
//!            16    8  length of the file
//!            24    8  next id: larger than every id that was ever given
//!            32    4  0: nothing yet, 1: at a mark, 2: changed without a mark
//!            36    4  zero
//!            40    8  reached: sequence number of the mark, zero if there is none
//!            48   32  tag of the mark, zeros if there is none
//!            80   12  zero
//!            92    4  CRC-32 of bytes 0 to 91
//! records    96  48n  one for each segment:
//!                  0    8  id; the file is called "segment-" and the id in decimal digits
//!                  8    8  length of the file
//!                 16    8  entries in it
//!                 24    8  d, the number of payloads removed from it
//!                 32    4  CRC-32 of the file's first 4096 bytes, or of all if they are fewer
//!                 36    4  CRC-32 of the file
//!                 40    4  zero
//!                 44    4  CRC-32 of the record's bytes 0 to 43
//! removed         for each segment with d > 0, in the order of the records:
//!                  0   8d  the payloads, rising, none twice
//!                 8d    8  the number of entries that have one of them, 1 to the segment's entries
//!               8d+8    4  CRC-32 of the 8d + 8 bytes before
//! ```
//!
//! Invariants:
//! - The parts fill the file: no byte is outside of a part, so each is under a checksum.
//! - No id comes twice, and each is smaller than the next id.
//! - Each segment has an entry at least. Each removed payload has one in its segment, so `d` is
//!   at most the number of entries that were removed.
//! - The entries of the segments but the removed ones are those of the ledger up to the mark,
//!   where there is one.

use crate::damage::Damage;
use crate::dead::Dead;
use crate::live::{FileSum, Live};
use crate::mark::{Mark, Reached};
use std::collections::HashSet;

const MAGIC: &[u8; 8] = b"ATHARIDX";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 96;
const RECORD_BYTES: usize = 48;

/// A state of the index that is or will be on the disk as a whole.
#[derive(Clone, Default)]
pub(crate) struct Checkpoint {
    pub(crate) reached: Reached,
    pub(crate) segments: Vec<Live>,
}

/// What a manifest says.
pub(crate) struct Manifest {
    pub(crate) reached: Reached,
    pub(crate) next_id: u64,
    pub(crate) records: Vec<Record>,
}

/// What a manifest says of a segment.
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) file: FileSum,
    pub(crate) entries: u64,
    pub(crate) dead: Dead,
}

/// Why a file is no manifest of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ManifestError {
    Version(u32),
    Damage(Damage),
}

/// The manifest's bytes. Every segment of `checkpoint` has a file.
pub(crate) fn encode(checkpoint: &Checkpoint, next_id: u64) -> Vec<u8> {
    let records: Vec<Record> = checkpoint.segments.iter().filter_map(Record::of).collect();
    debug_assert_eq!(records.len(), checkpoint.segments.len(), "every segment has a file");
    encode_manifest(&Manifest { reached: checkpoint.reached, next_id, records })
}

fn encode_manifest(manifest: &Manifest) -> Vec<u8> {
    let records = manifest.records.iter().flat_map(Record::encode);
    let dead = manifest.records.iter().flat_map(|record| encode_dead(&record.dead));
    let body: Vec<u8> = records.chain(dead).collect();
    let mut bytes = encode_header(manifest, (HEADER_BYTES + body.len()) as u64);
    bytes.extend(body);
    bytes
}

fn encode_header(manifest: &Manifest, file_bytes: u64) -> Vec<u8> {
    let kind: u32 = match manifest.reached {
        Reached::Nothing => 0,
        Reached::At(_) => 1,
        Reached::Unmarked => 2,
    };
    let mark = manifest.reached.mark().unwrap_or(NO_MARK);
    let mut header = MAGIC.to_vec();
    header.extend(VERSION.to_le_bytes());
    header.extend((manifest.records.len() as u32).to_le_bytes());
    header.extend(file_bytes.to_le_bytes());
    header.extend(manifest.next_id.to_le_bytes());
    header.extend(kind.to_le_bytes());
    header.extend([0; 4]);
    header.extend(mark.reached.to_le_bytes());
    header.extend(mark.tag);
    header.extend([0; 12]);
    sealed(header)
}

const NO_MARK: Mark = Mark { reached: 0, tag: [0; 32] };

fn encode_dead(dead: &Dead) -> Vec<u8> {
    if dead.is_empty() {
        return Vec::new();
    }
    let payloads = dead.payloads();
    let numbers = payloads.into_iter().chain([dead.entries() as u64]);
    sealed(numbers.flat_map(u64::to_le_bytes).collect())
}

fn sealed(mut part: Vec<u8>) -> Vec<u8> {
    let checksum = crc32fast::hash(&part);
    part.extend(checksum.to_le_bytes());
    part
}

impl Record {
    fn of(live: &Live) -> Option<Self> {
        let entries = live.segment.len() as u64;
        Some(Self { id: live.id, file: live.file?, entries, dead: live.dead.clone() })
    }

    fn encode(&self) -> Vec<u8> {
        let dead = self.dead.payloads().len() as u64;
        let numbers = [self.id, self.file.bytes, self.entries, dead];
        let mut record: Vec<u8> = numbers.into_iter().flat_map(u64::to_le_bytes).collect();
        record.extend(self.file.head.to_le_bytes());
        record.extend(self.file.whole.to_le_bytes());
        record.extend([0; 4]);
        sealed(record)
    }
}

/// Reads a manifest, trusting no byte of it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    let mut parts = Parts { bytes, offset: 0 };
    if bytes.len() >= 12 && bytes.starts_with(MAGIC) && number32(bytes, 8) != VERSION {
        return Err(ManifestError::Version(number32(bytes, 8)));
    }
    decode_parts(&mut parts).map_err(ManifestError::Damage)
}

fn decode_parts(parts: &mut Parts) -> Result<Manifest, Damage> {
    let file_bytes = parts.bytes.len();
    let header = parts.next(HEADER_BYTES)?;
    let (reached, next_id) = decode_header(&header, file_bytes)?;
    let mut records = Vec::new();
    let mut dead_counts = Vec::new();
    let mut ids = HashSet::new();
    for _ in 0..number32(header.bytes, 12) {
        let part = parts.next(RECORD_BYTES)?;
        let (record, dead) = decode_record(&part)?;
        let is_new = record.id < next_id && ids.insert(record.id);
        part.check(is_new, 0, "an id that is given once")?;
        records.push(record);
        dead_counts.push(dead);
    }
    for (record, dead) in records.iter_mut().zip(dead_counts).filter(|(_, dead)| *dead > 0) {
        record.dead = decode_dead(parts, dead, record.entries)?;
    }
    parts.end()?;
    Ok(Manifest { reached, next_id, records })
}

fn decode_header(part: &Part, file_bytes: usize) -> Result<(Reached, u64), Damage> {
    let bytes = part.bytes;
    part.check(bytes.starts_with(MAGIC), 0, "the magic of a manifest")?;
    part.check(number64(bytes, 16) == file_bytes as u64, 16, "the length of the file")?;
    part.check(bytes[36..40] == [0; 4] && bytes[80..92] == [0; 12], 36, "zeros")?;
    let mut mark = Mark { reached: number64(bytes, 40), ..NO_MARK };
    mark.tag.copy_from_slice(&bytes[48..80]);
    let reached = match number32(bytes, 32) {
        0 => Reached::Nothing,
        1 => Reached::At(mark),
        2 => Reached::Unmarked,
        _ => return Err(part.damage(32, "whether there is a mark")),
    };
    let fits = reached.mark().is_some() || mark == NO_MARK;
    part.check(fits, 40, "no mark where there is none")?;
    Ok((reached, number64(bytes, 24)))
}

fn decode_record(part: &Part) -> Result<(Record, u64), Damage> {
    let bytes = part.bytes;
    let [id, file_bytes, entries, dead] = [0, 8, 16, 24].map(|at| number64(bytes, at));
    let [head, whole, zero] = [32, 36, 40].map(|at| number32(bytes, at));
    part.check(entries > 0, 16, "an entry at least")?;
    part.check(dead <= entries, 24, "no more removed payloads than entries")?;
    part.check(zero == 0, 40, "zeros")?;
    let file = FileSum { bytes: file_bytes, head, whole };
    Ok((Record { id, file, entries, dead: Dead::default() }, dead))
}

fn decode_dead(parts: &mut Parts, count: u64, entries: u64) -> Result<Dead, Damage> {
    let content = usize::try_from(count).ok().and_then(|count| count.checked_mul(8));
    let part_bytes = content.and_then(|content| content.checked_add(12));
    let part = parts.next(part_bytes.unwrap_or(usize::MAX))?;
    let (payloads, tail) = part.bytes.split_at(part.bytes.len() - 12);
    let payloads: Vec<u64> = payloads.chunks_exact(8).map(|payload| number64(payload, 0)).collect();
    let rising = payloads.windows(2).all(|pair| pair[0] < pair[1]);
    part.check(rising, 0, "rising payloads")?;
    let gone = number64(tail, 0);
    let fits = (count..=entries).contains(&gone);
    part.check(fits, part.bytes.len() - 12, "as many removed entries as there can be")?;
    Ok(Dead::new(payloads, gone as usize))
}

/// Walks through the parts of a file.
struct Parts<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// A part whose checksum is right, the checksum included.
struct Part<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Parts<'a> {
    fn next(&mut self, part_bytes: usize) -> Result<Part<'a>, Damage> {
        let offset = self.offset;
        let rest = &self.bytes[offset..];
        let Some(bytes) = rest.get(..part_bytes) else {
            let reason = "more of the file";
            return Err(Damage { offset: self.bytes.len() as u64, reason });
        };
        self.offset += part_bytes;
        let part = Part { bytes, offset };
        let content = part_bytes - 4;
        let right = crc32fast::hash(&bytes[..content]) == number32(bytes, content);
        part.check(right, 0, "a part whose checksum is right")?;
        Ok(part)
    }

    fn end(&self) -> Result<(), Damage> {
        let reason = "the end of the file";
        let damage = Damage { offset: self.offset as u64, reason };
        if self.offset == self.bytes.len() { Ok(()) } else { Err(damage) }
    }
}

impl Part<'_> {
    fn check(&self, right: bool, at: usize, expected: &'static str) -> Result<(), Damage> {
        if right { Ok(()) } else { Err(self.damage(at, expected)) }
    }

    fn damage(&self, at: usize, expected: &'static str) -> Damage {
        Damage { offset: (self.offset + at) as u64, reason: expected }
    }
}

/// The number at `at`, which lies within `bytes`.
fn number32(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn number64(bytes: &[u8], at: usize) -> u64 {
    u64::from(number32(bytes, at)) | u64::from(number32(bytes, at + 4)) << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::array;

    /// Written by another program, after the specification.
    const V1: &[u8] = include_bytes!("../fixtures/manifest-v1.bin");

    fn file(bytes: u64, head: u32, whole: u32) -> FileSum {
        FileSum { bytes, head, whole }
    }

    #[test]
    fn version_1_reads_and_is_written_as_it_always_was() {
        let manifest = decode(V1).unwrap();
        let mark = Mark { reached: 1000, tag: array::from_fn(|i| i as u8) };
        assert_eq!((manifest.reached, manifest.next_id), (Reached::At(mark), 12));
        let [first, second, third] = &manifest.records[..] else { panic!("three records") };
        assert_eq!([first.id, second.id, third.id], [3, 9, 11]);
        assert_eq!([first.entries, second.entries, third.entries], [100, 7, 1]);
        assert_eq!(first.file, file(4096, 0x0102_0304, 0x0506_0708));
        assert_eq!(second.file, file(123_456, 0xdead_beef, 0xfeed_face));
        assert!(first.dead.is_empty());
        assert_eq!((second.dead.payloads(), second.dead.entries()), (vec![5, 6, 1 << 63], 4));
        assert_eq!((third.dead.payloads(), third.dead.entries()), (vec![0], 1));
        assert_eq!(encode_manifest(&manifest), V1);
    }

    /// The parts of the fixture.
    const PARTS: [usize; 7] = [0, 96, 144, 192, 240, 276, 296];

    #[test]
    fn every_changed_byte_is_found_in_its_part() {
        for offset in 0..V1.len() {
            for flip in [1, 0x80, 0xff] {
                let mut bytes = V1.to_vec();
                bytes[offset] ^= flip;
                let part = PARTS.partition_point(|&start| start <= offset) - 1;
                let place = PARTS[part] as u64..PARTS[part + 1] as u64;
                match decode(&bytes).err().expect("damaged") {
                    ManifestError::Damage(damage) => assert!(place.contains(&damage.offset)),
                    ManifestError::Version(found) => {
                        assert!((8..12).contains(&offset) && found != VERSION);
                    }
                }
            }
        }
    }

    #[test]
    fn every_shortened_or_lengthened_file_is_refused() {
        for len in 0..V1.len() {
            let error = decode(&V1[..len]).err().expect("damaged");
            let ManifestError::Damage(damage) = error else { panic!("the version is known") };
            assert!(damage.offset <= len as u64);
        }
        let longer = [V1, &[0]].concat();
        assert!(matches!(decode(&longer), Err(ManifestError::Damage(Damage { offset: 16, .. }))));
    }

    /// A damaged file whose checksums are right: what only a program can have written wrong.
    #[test]
    fn what_is_wrong_under_a_right_checksum_is_refused_too() {
        let refused = |offset: usize, value: u8, place: u64| {
            let mut bytes = V1.to_vec();
            assert_ne!(bytes[offset], value);
            bytes[offset] = value;
            let part = PARTS.partition_point(|&start| start <= offset) - 1;
            let (start, end) = (PARTS[part], PARTS[part + 1] - 4);
            let checksum = crc32fast::hash(&bytes[start..end]);
            bytes[end..end + 4].copy_from_slice(&checksum.to_le_bytes());
            match decode(&bytes) {
                Err(ManifestError::Damage(damage)) => assert_eq!(damage.offset, place),
                _ => panic!("byte {offset} accepted"),
            }
        };
        refused(12, 4, 240); // one record too many: what follows is none
        refused(12, 2, 192); // one too few
        refused(16, 0, 16); // another length
        refused(24, 11, 192); // an id beyond the end of ids
        refused(32, 3, 32); // neither with a mark nor without
        refused(32, 0, 40); // a mark where there is none
        refused(36, 1, 36);
        refused(91, 1, 36);
        refused(144, 3, 144); // an id twice
        refused(96 + 16, 0, 112); // no entry
        refused(144 + 24, 8, 168); // more removed than there is
        refused(144 + 24, 2, 240); // a removed part that is cut short
        refused(192 + 31, 0xff, 216); // a number beyond all memory
        refused(96 + 40, 1, 136);
        refused(240, 6, 240); // payloads that do not rise
        refused(240 + 24, 8, 264); // more entries than there are
        refused(240 + 24, 2, 264); // fewer than payloads
    }

    #[test]
    fn an_unknown_version_is_told_by_its_number() {
        let mut bytes = V1.to_vec();
        bytes[8] = 2;
        assert_eq!(decode(&bytes).err(), Some(ManifestError::Version(2)));
        assert_eq!(decode(&bytes[..12]).err(), Some(ManifestError::Version(2)));
    }

    #[test]
    fn an_index_of_nothing_has_a_manifest() {
        for reached in [Reached::Nothing, Reached::Unmarked] {
            let bytes = encode(&Checkpoint { reached, segments: Vec::new() }, 5);
            let manifest = decode(&bytes).unwrap();
            assert_eq!((bytes.len(), manifest.reached, manifest.next_id), (96, reached, 5));
        }
    }
}
