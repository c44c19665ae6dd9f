//! Segments that were changed after they were written, and the fixtures of the format.

use super::tests::Random;
use super::*;
use crate::builder::{Entry, Shape};
use crate::fuzzing;
use crate::layout::{HEADER_BYTES, LARGEST_PAYLOAD_AT, LEAST_PAYLOAD_AT, LISTS, OTHERS, PAYLOADS};
use crate::layout::{PARTS, ROWS, seal, starts, table};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// A segment file as the present program writes it: version 1 where blocks are narrow, 2 where they
/// are wide.
struct Fixture {
    name: &'static str,
    widths: Vec<u32>,
    wide: bool,
    least_payload: u64,
    entries: u64,
}

impl Fixture {
    fn all() -> [Self; 2] {
        let widths = |most: &[u32], last| [most, &[last]].concat();
        let split = widths(&[16; 15], 16);
        let wide = widths(&[17; 14], 18);
        [
            Self {
                name: "segment-v1-split.zlib",
                widths: split,
                wide: false,
                least_payload: 1000,
                entries: 240,
            },
            Self {
                name: "segment-v2-wide.zlib",
                widths: wide,
                wide: true,
                least_payload: 0,
                entries: 120,
            },
        ]
    }

    /// Some codes equal another one, with other payloads and with the same; some begin like
    /// another one.
    fn entries(&self) -> Vec<(Code, u64)> {
        let mut random = Random(1);
        let mut codes: Vec<Code> = (0..self.entries).map(|_| random.code()).collect();
        for code in 0..codes.len() / 6 {
            let [a, ..] = *codes[code].words();
            let [_, b, c, d] = *codes[6 * code].words();
            codes[6 * code] = Code::from_words([a, b, c, d]);
        }
        let entry = |(i, code): (usize, &Code)| {
            let code = if i % 5 == 4 { codes[i / 10] } else { *code };
            let payload = self.least_payload + (i as u64 % 89) * 31;
            (code, if i % 60 == 7 && self.wide { u64::MAX } else { payload })
        };
        codes.iter().enumerate().map(entry).collect()
    }

    fn build(&self) -> Image {
        let entries = self.entries().into_iter().map(Entry::from).collect();
        let geometry = Geometry::new(&self.widths, 6);
        let shape = Shape { geometry, wide: self.wide };
        builder::build_shaped(entries, |_| shape).0
    }

    fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(self.name)
    }

    /// The bytes as they were written once.
    fn bytes(&self) -> Vec<u8> {
        inflated(&self.path())
    }
}

fn inflated(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn open(bytes: &[u8]) -> Result<Segment, Damage> {
    Segment::open(Image::from_bytes(bytes))
}

/// What is wrong with these bytes, found on opening or by `verify`.
fn damage(bytes: &[u8]) -> Option<Damage> {
    open(bytes).and_then(|segment| segment.verify()).err()
}

/// The damage, when the checksums are those of the changed bytes.
fn sealed_damage(mut bytes: Vec<u8>) -> Option<Damage> {
    seal(&mut bytes);
    damage(&bytes)
}

/// Every entry of a segment, sorted.
fn entries_of(segment: &Segment) -> Vec<(Code, u64)> {
    let mut entries = Vec::new();
    segment.for_each(|code, payloads| entries.extend(payloads.map(|payload| (*code, payload))));
    entries.sort_unstable();
    entries
}

#[test]
#[ignore = "writes the fixtures, which a released version never changes again"]
fn write_fixtures() {
    for fixture in Fixture::all() {
        let mut file = ZlibEncoder::new(Vec::new(), Compression::best());
        file.write_all(fixture.build().bytes()).unwrap();
        fs::write(fixture.path(), file.finish().unwrap()).unwrap();
    }
}

#[test]
fn a_fixture_of_each_version_is_read_as_it_was_written() {
    for fixture in Fixture::all() {
        let segment = open(&fixture.bytes()).unwrap();
        assert_eq!(segment.verify(), Ok(()));
        let mut entries = fixture.entries();
        entries.sort_unstable();
        assert!(entries_of(&segment) == entries, "{}", fixture.name);
        assert_eq!(segment.len(), entries.len());
        for (code, payload) in &entries {
            let near = Random(*payload).turned(code, 31);
            for bits in [0, 30, 31] {
                let radius = Radius::new(bits).unwrap();
                let mut found = Vec::new();
                segment.within_batch(Level::best(), &[near], radius, |_, _, _, of_row| {
                    found.extend(of_row);
                });
                assert_eq!(found.contains(payload), bits == 31, "{}", fixture.name);
            }
        }
    }
}

#[test]
fn wide_blocks_of_version_1_are_refused_as_a_version_and_not_as_nonsense() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/segment-v1-wide.zlib");
    let mut bytes = inflated(&old);
    let expected = Damage::new(8, "a version that this program knows");
    assert_eq!(damage(&bytes), Some(expected));
    // Nor are they read when they say that they are of version 2, or narrow.
    bytes[8] = 2;
    assert!(sealed_damage(bytes.clone()).is_some());
    (bytes[8], bytes[12]) = (1, 0);
    assert!(sealed_damage(bytes).is_some());
}

#[test]
fn the_same_entries_make_the_bytes_of_the_fixture() {
    for fixture in Fixture::all() {
        assert!(fixture.build().bytes() == fixture.bytes(), "{}", fixture.name);
    }
}

#[test]
fn a_change_of_any_byte_of_the_header_is_refused_with_its_place() {
    for fixture in Fixture::all() {
        let mut bytes = fixture.bytes();
        for at in 0..HEADER_BYTES {
            bytes[at] ^= 1 << (at % 8);
            let damage = open(&bytes).err().unwrap();
            let expected = [0, 8, HEADER_BYTES - 4][usize::from(at >= 8) + usize::from(at >= 12)];
            assert_eq!(damage.offset, expected as u64, "byte {at}");
            bytes[at] ^= 1 << (at % 8);
        }
        assert_eq!(damage(&bytes), None);
    }
}

#[test]
fn another_magic_or_version_is_refused_whatever_the_checksum() {
    let sound = Fixture::all()[0].bytes();
    for (at, byte) in [(0, b'a'), (7, b'H'), (8, 0), (8, 2), (8, 3), (11, 1)] {
        let mut bytes = sound.clone();
        bytes[at] = byte;
        assert_eq!(sealed_damage(bytes).unwrap().offset, if at < 8 { 0 } else { 8 });
    }
}

#[test]
fn a_file_that_ends_elsewhere_is_refused_with_the_place_where_it_ends() {
    for fixture in Fixture::all() {
        let bytes = fixture.bytes();
        let parts: Vec<_> = open(&bytes).unwrap().layout.used_parts().collect();
        let borders = parts.iter().flat_map(|(_, part)| [part.range().start, part.range().end]);
        let around = borders.flat_map(|at| [at - 1, at, at + 1]);
        for end in around.chain([0, 1, 7, 8, 4091, 4095, 4096, 4097]) {
            if end < bytes.len() {
                assert_eq!(damage(&bytes[..end]).unwrap().offset, end as u64);
            }
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(damage(&longer).unwrap().offset, bytes.len() as u64);
    }
}

#[test]
fn a_mapped_file_that_ends_elsewhere_is_refused_too() {
    let bytes = Fixture::all()[0].bytes();
    for end in [0, 1, 4095, 4097, bytes.len() - 1] {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes[..end]).unwrap();
        let damage = Segment::open(Image::map(&file).unwrap()).err().unwrap();
        assert_eq!(damage.offset, end as u64);
    }
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    assert_eq!(Segment::open(Image::map(&file).unwrap()).unwrap().verify(), Ok(()));
}

#[test]
fn a_changed_byte_of_any_part_is_found_in_its_part() {
    for fixture in Fixture::all() {
        let mut bytes = fixture.bytes();
        let parts: Vec<_> = open(&bytes).unwrap().layout.used_parts().collect();
        assert_eq!(parts.len(), 4 + 2 * fixture.widths.len());
        for (index, part) in parts {
            assert!(part.len > 0);
            for at in [0, 1, part.len / 3, part.len / 2, part.len - 2, part.len - 1] {
                let at = part.offset + at;
                bytes[at] ^= 0x10;
                let damage = damage(&bytes).unwrap();
                assert!(part.range().contains(&(damage.offset as usize)), "part {index}");
                fuzzing::read(&bytes);
                bytes[at] ^= 0x10;
            }
        }
    }
}

/// Where a part begins, and a change that keeps its length.
struct Change<'a> {
    what: &'static str,
    part: usize,
    change: &'a dyn Fn(&mut [u8]),
}

/// What a changed part says, once its checksum fits it, is found in that part.
fn check_changes(fixture: &Fixture, changes: &[Change<'_>]) {
    let sound = fixture.bytes();
    let layout = open(&sound).unwrap().layout;
    for Change { what, part, change } in changes {
        let mut bytes = sound.clone();
        let range = layout.parts[*part].range();
        change(&mut bytes[range.clone()]);
        assert!(bytes != sound, "{what}");
        let damage = sealed_damage(bytes).unwrap_or_else(|| panic!("{what} is not found"));
        assert!(range.contains(&(damage.offset as usize)), "{what}: {damage}");
    }
}

/// Adds to a number of four bytes.
fn add_u32(bytes: &mut [u8], at: usize, number: u32) {
    let at = at..at + 4;
    let sum = u32::from_le_bytes(bytes[at.clone()].try_into().unwrap()).wrapping_add(number);
    bytes[at].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn rows_and_lists_that_contradict_themselves_are_found_behind_right_checksums() {
    for fixture in Fixture::all() {
        let segment = open(&fixture.bytes()).unwrap();
        let width = segment.layout.payload_bytes;
        let (rows, others) = (segment.layout.rows, segment.layout.entries - segment.layout.rows);
        let alike = segment.parts().starts(0).windows(2).find(|ends| ends[1] > ends[0] + 1);
        let alike = 30 * alike.unwrap()[0] as usize;
        let swap_rows = |part: &mut [u8]| part[alike..alike + 60].rotate_left(30);
        let same_row = |part: &mut [u8]| part.copy_within(alike..alike + 30, alike + 30);
        let pad_rows = |part: &mut [u8]| part[30 * rows] = 1;
        let pad = |part: &mut [u8]| part[part.len() - 8] = 1;
        let late_list = |part: &mut [u8]| add_u32(part, 4, 1);
        let equal_list = |part: &mut [u8]| part.copy_within(0..8, 8);
        let other_row = |part: &mut [u8]| add_u32(part, part.len() - 8, rows as u32);
        let beyond = |part: &mut [u8]| add_u32(part, part.len() - 4, others as u32);
        let huge = |part: &mut [u8]| part[3 * width..4 * width].fill(0xff);
        let falling = |part: &mut [u8]| part[..width].fill(0);
        let mut changes = vec![
            Change { what: "rows in another order", part: ROWS, change: &swap_rows },
            Change { what: "a row that comes twice", part: ROWS, change: &same_row },
            Change { what: "something after the rows", part: ROWS, change: &pad_rows },
            Change { what: "something after payloads", part: PAYLOADS, change: &pad },
            Change { what: "something after others", part: OTHERS, change: &pad },
            Change { what: "a first list that begins late", part: LISTS, change: &late_list },
            Change { what: "a list that comes twice", part: LISTS, change: &equal_list },
            Change { what: "a list of a row beyond all", part: LISTS, change: &other_row },
            Change { what: "a list that begins beyond all", part: LISTS, change: &beyond },
            Change { what: "a payload that falls", part: OTHERS, change: &falling },
        ];
        // Of eight bytes, none is above the largest payload.
        if width < 8 {
            changes.push(Change { what: "a payload above all", part: PAYLOADS, change: &huge });
            changes.push(Change { what: "another above all", part: OTHERS, change: &huge });
        }
        check_changes(&fixture, &changes);
    }
}

#[test]
fn tables_that_contradict_the_rows_are_found_behind_right_checksums() {
    for fixture in Fixture::all() {
        let layout = open(&fixture.bytes()).unwrap().layout;
        for chunk in 0..fixture.widths.len() {
            let words = layout.parts[table(chunk)].len / 2;
            let flips = (0..words).step_by(37).flat_map(|word| [(word, 0), (word, 9), (word, 15)]);
            for (word, bit) in flips {
                let flip = |part: &mut [u8]| part[2 * word + bit / 8] ^= 1 << (bit % 8);
                let change = Change { what: "another bit", part: table(chunk), change: &flip };
                check_changes(&fixture, &[change]);
            }
        }
    }
}

#[test]
fn starts_that_are_none_are_refused_behind_right_checksums() {
    let fixture = &Fixture::all()[0];
    for chunk in 0..fixture.widths.len() {
        let first = |part: &mut [u8]| add_u32(part, 0, 1);
        let falling = |part: &mut [u8]| add_u32(part, 40, u32::MAX / 2);
        let last = |part: &mut [u8]| add_u32(part, part.len() - 4, 1);
        let part = starts(chunk);
        let changes = [
            Change { what: "starts that begin late", part, change: &first },
            Change { what: "starts that fall", part, change: &falling },
            Change { what: "starts that end beyond the table", part, change: &last },
        ];
        check_changes(fixture, &changes);
    }
}

#[test]
fn blocks_that_are_cut_elsewhere_are_found_behind_right_checksums() {
    for fixture in Fixture::all() {
        let sound = fixture.bytes();
        let layout = open(&sound).unwrap().layout;
        for chunk in 0..fixture.widths.len() {
            let mut bytes = sound.clone();
            let starts = layout.parts[starts(chunk)].range();
            let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut bytes[starts]);
            // The first block that is not empty loses its last word to the next one.
            let rising = |&block: &usize| starts[block] > starts[block - 1];
            let block = (1..starts.len()).find(rising).unwrap();
            starts[block] -= 1;
            let damage = sealed_damage(bytes).unwrap();
            // A row that moves gets another head, which the last tables contradict; so does the
            // rest of a primary chunk of more than 16 bits.
            let last = fixture.widths.len() - 1;
            let of_head = [ROWS, table(last - 1), table(last)];
            let parts = if chunk == 0 { of_head } else { [table(chunk); 3] };
            let found =
                |part: usize| layout.parts[part].range().contains(&(damage.offset as usize));
            assert!(parts.into_iter().any(found), "{damage}");
        }
    }
}

#[test]
fn a_row_beside_its_bucket_is_found_although_its_head_is_right() {
    // Two neighbouring buckets of a primary chunk of 17 bits have one head.
    let mut bytes = Fixture::all()[1].bytes();
    let layout = open(&bytes).unwrap().layout;
    let starts = layout.parts[starts(0)].range();
    let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut bytes[starts]);
    let end = (1..starts.len()).step_by(2).find(|&end| starts[end] > starts[end - 1]).unwrap();
    starts[end] -= 1;
    let row = layout.parts[ROWS].offset + 30 * starts[end] as usize;
    assert_eq!(sealed_damage(bytes).unwrap().offset, row as u64);
}

#[test]
fn a_table_that_lacks_a_row_is_found() {
    let mut bytes = Fixture::all()[1].bytes();
    let layout = open(&bytes).unwrap().layout;
    let (starts_at, table_at) = (layout.parts[starts(3)].range(), layout.parts[table(3)].range());
    let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut bytes[starts_at]);
    // Two words are an entry, and here a block.
    let alone = (1..starts.len()).find(|&end| starts[end] == starts[end - 1] + 2).unwrap();
    starts[alone..].iter_mut().for_each(|start| *start -= 2);
    let at = table_at.start + 4 * starts[alone] as usize;
    bytes.copy_within(at + 8..table_at.end, at);
    bytes[table_at.end - 8..table_at.end].fill(0);
    let len_at = 192 + 24 * table(3) + 8;
    bytes[len_at..len_at + 8].copy_from_slice(&(table_at.len() as u64 - 8).to_le_bytes());
    assert_eq!(sealed_damage(bytes).unwrap().offset, table_at.start as u64);
}

#[test]
fn an_entry_in_another_bucket_is_found_although_it_is_whole() {
    let mut bytes = Fixture::all()[1].bytes();
    let layout = open(&bytes).unwrap().layout;
    let starts = layout.parts[starts(3)].range();
    let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut bytes[starts]);
    // The last entry of a block of one moves to the block after it, which has none.
    let blocks = starts.windows(3).position(|s| s[1] == s[0] + 2 && s[2] == s[1]).unwrap();
    starts[blocks + 1] -= 2;
    let id_at = layout.parts[table(3)].offset + 4 * (starts[blocks] as usize + 1);
    assert_eq!(sealed_damage(bytes).unwrap().offset, id_at as u64);
}

#[test]
fn entries_in_another_order_and_entries_that_come_twice_are_found() {
    let sound = Fixture::all()[1].bytes();
    let layout = open(&sound).unwrap().layout;
    let starts: &[u32] = bytemuck::cast_slice(&sound[layout.parts[starts(3)].range()]);
    // A block of two entries: two sketches, two rows.
    let pair = starts.windows(2).position(|s| s[1] == s[0] + 4).unwrap();
    let block = layout.parts[table(3)].offset + 4 * starts[pair] as usize;
    let pairs = [block..block + 8, block + 8..block + 16];
    let second_row = block as u64 + 12;
    for twice in [0, 1] {
        let mut bytes = sound.clone();
        for pair in pairs.clone() {
            let half = pair.len() / 2;
            let (from, to) = (pair.start + twice * half, pair.start + (1 - twice) * half);
            bytes.copy_within(from..from + half, to);
        }
        assert_eq!(sealed_damage(bytes).unwrap().offset, second_row, "twice");
    }
    let mut bytes = sound.clone();
    pairs.into_iter().for_each(|pair| bytes[pair.clone()].rotate_left(pair.len() / 2));
    assert_eq!(sealed_damage(bytes).unwrap().offset, second_row, "in another order");
}

#[test]
fn a_header_that_lies_is_found_behind_a_right_checksum() {
    let sound = Fixture::all()[0].bytes();
    let gap = open(&sound).unwrap().layout.parts[ROWS].range().end;
    let gap = (gap + 1).next_multiple_of(64) - 1;
    let header_end = HEADER_BYTES - 5;
    let changed = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        sealed_damage(bytes).unwrap().offset
    };
    for at in [LARGEST_PAYLOAD_AT + 7, 1056, header_end, gap] {
        assert_eq!(changed(at) / 8 * 8, at as u64 / 8 * 8);
    }
    // Found there or in a payload that they contradict.
    assert!([LEAST_PAYLOAD_AT, LARGEST_PAYLOAD_AT].into_iter().all(|at| changed(at) > 0));
}

/// Writes a number into a header.
fn set_u64(bytes: &mut [u8], at: usize, number: usize) {
    bytes[at..at + 8].copy_from_slice(&(number as u64).to_le_bytes());
}

#[test]
fn numbers_of_the_header_that_fit_no_segment_are_refused_where_they_stand() {
    let sound = Fixture::all()[0].bytes();
    let layout = open(&sound).unwrap().layout;
    let mut many = sound.clone();
    set_u64(&mut many, 32, (1 << 29) + 1);
    assert_eq!(sealed_damage(many).unwrap().offset, 32);
    let mut longer = [sound.as_slice(), &[0; 64]].concat();
    set_u64(&mut longer, 16, sound.len() + 64);
    assert_eq!(sealed_damage(longer).unwrap().offset, sound.len() as u64);
    // One row less in the primary table than there are.
    let mut fewer = sound.clone();
    let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut fewer[layout.parts[starts(0)].range()]);
    let last = layout.rows as u32 - 1;
    starts.iter_mut().for_each(|start| *start = last.min(*start));
    let descriptor = 192 + 24 * table(0);
    set_u64(&mut fewer, descriptor + 8, 2 * (layout.rows - 1));
    assert_eq!(sealed_damage(fewer).unwrap().offset, descriptor as u64);
}

#[test]
fn a_block_with_a_word_too_many_is_found_where_it_begins() {
    let mut bytes = Fixture::all()[1].bytes();
    let layout = open(&bytes).unwrap().layout;
    let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut bytes[layout.parts[starts(3)].range()]);
    let full = |s: &[u32]| s[0] > 0 && s[1] == s[0] + 2 && s[2] > s[1];
    let block = starts.windows(3).position(full).unwrap();
    starts[block + 1] += 1;
    let block_at = layout.parts[table(3)].offset + 4 * starts[block] as usize;
    assert_eq!(sealed_damage(bytes).unwrap().offset, block_at as u64);
}

#[test]
fn payloads_above_the_smallest_and_lists_that_are_gone_are_found() {
    let sound = Fixture::all()[0].bytes();
    let layout = open(&sound).unwrap().layout;
    let mut raised = sound.clone();
    for part in [PAYLOADS, OTHERS] {
        let part = layout.parts[part].range();
        let packed = &mut raised[part.start..part.end - 8];
        for number in packed.chunks_exact_mut(layout.payload_bytes) {
            number[0] |= u8::from(number.iter().all(|&byte| byte == 0));
        }
    }
    assert_eq!(sealed_damage(raised).unwrap().offset, LEAST_PAYLOAD_AT as u64);
    let mut gone = sound.clone();
    gone[layout.parts[LISTS].range()].fill(0);
    set_u64(&mut gone, 192 + 24 * LISTS + 8, 0);
    assert_eq!(sealed_damage(gone).unwrap().offset, layout.parts[LISTS].offset as u64);
}

/// A header with any byte changed in any way is refused, or found to lie, or was no lie.
#[test]
fn no_change_of_a_header_with_right_checksums_leads_outside() {
    let mut random = Random(8);
    for fixture in Fixture::all() {
        let sound = fixture.bytes();
        let entries = entries_of(&open(&sound).unwrap());
        for at in 8..192 + 24 * PARTS {
            let mut bytes = sound.clone();
            bytes[at] ^= 1 << random.below(8);
            seal(&mut bytes);
            if fuzzing::read(&bytes) == (true, true) {
                assert!(entries_of(&open(&bytes).unwrap()) == entries, "byte {at}");
            }
        }
    }
}

#[test]
fn a_few_random_changes_never_panic_and_never_deceive() {
    let mut random = Random(9);
    let mut opened = 0;
    for _ in 0..3000 {
        let changes = random.below(3);
        let mut input: Vec<u8> = (0..2 + 10 * changes).map(|_| random.word() as u8).collect();
        input[1] &= 1;
        opened += usize::from(fuzzing::read_changed(&input).0);
    }
    assert!(opened > 300, "{opened} opened: most inputs should reach the search");
}
