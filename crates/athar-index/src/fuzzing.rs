//! Segments that are not what they should be: for the fuzzer (`tests/fuzz`) and for tests.
//!
//! Arbitrary bytes never become a segment, so an input is read as a list of changes to a sound
//! one, whose checksums may be made to fit again. What may be opened must be searched without a
//! panic; and when it passes `verify`, must answer like comparing every code.

use crate::builder::{self, Entry, Shape};
use crate::geometry::Geometry;
use crate::image::Image;
use crate::layout::{self, HEADER_BYTES, PARTS, Part};
use crate::plan::Plan;
use crate::segment::{Near, Segment};
use crate::{Code, Level, Radius, probe};
use std::sync::OnceLock;

/// Bytes of one change.
const CHANGE_BYTES: usize = 10;

/// Most changes of one input.
const MOST_CHANGES: usize = 16;

/// Rows that a segment is compared by: one that claims more is only searched.
const MOST_COMPARED: usize = 1000;

/// Opens and reads the segment that `input` stands for: byte 0 chooses a sound one, bit 0 of
/// byte 1 leaves the checksums as they are, and every ten bytes after are one change. Says
/// whether it was opened, and whether it was found sound.
///
/// # Panics
///
/// When the index has a defect.
pub fn read_changed(input: &[u8]) -> (bool, bool) {
    let (&[choice, flags], changes) = input.split_first_chunk().unwrap_or((&[0, 0], &[]));
    let sound = &sound_segments()[usize::from(choice) % sound_segments().len()];
    let mut bytes = sound.bytes.clone();
    for change in changes.as_chunks::<CHANGE_BYTES>().0.iter().take(MOST_CHANGES) {
        apply(change, &sound.parts, &mut bytes);
    }
    if flags & 1 == 0 {
        layout::seal(&mut bytes);
    }
    read(&bytes)
}

/// Opens, searches and verifies what may be a segment. Says whether it was opened, and whether
/// it was found sound.
///
/// # Panics
///
/// When the index has a defect.
pub fn read(bytes: &[u8]) -> (bool, bool) {
    let Ok(segment) = Segment::open(Image::from_bytes(bytes)) else { return (false, false) };
    let sound = segment.verify().is_ok();
    let codes = read_entries(&segment, sound);
    search(&segment, sound.then_some(&codes));
    (true, sound)
}

/// `change` is a part (one of the 36, the header or any place), a place in it, a way to change
/// what stands there and a number for that.
fn apply(change: &[u8; CHANGE_BYTES], parts: &[Part; PARTS], bytes: &mut Vec<u8>) {
    let [part, a, b, c, d, way, number @ ..] = *change;
    let place = u32::from_le_bytes([a, b, c, d]) as usize;
    let range = match parts.get(usize::from(part)) {
        Some(part) => part.range(),
        None if part < 128 => 0..HEADER_BYTES,
        None => 0..bytes.len(),
    };
    let at = range.start + place % range.len().max(1);
    let number = u32::from_le_bytes(number);
    let width = usize::from(way % 4) * 2;
    match way >> 2 & 3 {
        0 => bytes.truncate(at),
        1 => bytes.resize(bytes.len() + number as usize % 100, 0),
        2 => set(bytes, at, width, u64::from(number)),
        _ => set(bytes, at, width, u64::from(number).wrapping_neg()),
    }
}

/// Writes one byte, or two, four or six.
fn set(bytes: &mut [u8], at: usize, width: usize, number: u64) {
    if let Some(place) = bytes.get_mut(at..at + width.max(1)) {
        place.copy_from_slice(&number.to_le_bytes()[..width.max(1)]);
    }
}

/// A sound segment and where its parts lie.
struct Sound {
    bytes: Vec<u8>,
    parts: [Part; PARTS],
}

/// All codes, in the order of their rows.
fn read_entries(segment: &Segment, sound: bool) -> Vec<Code> {
    let (mut codes, mut all_payloads) = (Vec::new(), Vec::new());
    let mut in_order = true;
    segment.for_each(|code, payloads| {
        in_order &= codes.last().is_none_or(|before| before < code);
        codes.push(*code);
        let of_row: Vec<u64> = payloads.collect();
        in_order &= of_row.is_sorted();
        all_payloads.extend(of_row);
    });
    all_payloads.sort_unstable();
    let mut distinct = all_payloads.clone();
    distinct.dedup();
    let counted: usize = segment.count_payloads(&distinct).iter().sum();
    if sound {
        assert!(in_order, "codes rise, and so do the payloads of each");
        assert_eq!(all_payloads.len(), segment.len());
        assert_eq!(counted, segment.len());
    }
    codes
}

/// Searches in every way. When `codes` are given, the answers must be those of comparing.
fn search(segment: &Segment, codes: Option<&Vec<Code>>) {
    let first = codes.and_then(|codes| codes.first()).copied().unwrap_or_default();
    let middle = codes.and_then(|codes| codes.get(codes.len() / 2)).copied().unwrap_or_default();
    let [a, b, c, d] = *middle.words();
    let near = Code::from_words([a ^ 0x8001 << 40, b ^ 7, c ^ 0x101 << 30, d ^ 1]);
    for (query, bits) in [(first, 0), (near, 8), (Code::from_words([a, b ^ 1 << 50, c, d]), 31)] {
        let Some(radius) = Radius::new(bits) else { return };
        let expected = codes.filter(|codes| codes.len() <= MOST_COMPARED);
        let expected = expected.map(|codes| compare(codes, &query, radius));
        let plan = even_plan(segment.chunks(), usize::from(bits));
        for level in Level::available() {
            let probed = probe::follow(&segment.parts(), &plan, level, &query, radius);
            let usual = segment.rows_within(level, &query, radius);
            if let Some(expected) = &expected {
                assert!(probed == *expected && usual == *expected, "{level}, radius {bits}");
            }
        }
        let mut payloads = 0;
        segment.within_batch(Level::best(), &[query], radius, |_, _, _, of_row| {
            payloads += of_row.count();
        });
    }
}

/// Every row within `radius` of `query`, by comparing all.
pub(crate) fn compare(codes: &[Code], query: &Code, radius: Radius) -> Vec<Near> {
    let near = codes.iter().zip(0..);
    let near = near.map(|(code, row)| Near { row, distance: query.distance(code) });
    near.filter(|near| radius.covers(near.distance)).collect()
}

/// As even budgets as there are.
pub(crate) fn even_plan(chunks: usize, radius: usize) -> Plan {
    let (each, more) = ((radius + 1) / chunks, (radius + 1) % chunks);
    let budgets = (0..chunks).map(|chunk| (each + usize::from(chunk < more)) as u8).collect();
    Plan { budgets, cost_ps: 0 }
}

/// One segment of each kind: many rows with lists, wide blocks and the widest payloads, few rows
/// that share their buckets, and none.
fn sound_segments() -> &'static [Sound] {
    static SEGMENTS: OnceLock<Vec<Sound>> = OnceLock::new();
    SEGMENTS.get_or_init(|| {
        let even = Geometry::new(&[16; 16], 6);
        let uneven = [[17; 14].as_slice(), &[18]].concat();
        let uneven = Geometry::new(&uneven, 7);
        let many = (0..260).map(|i| Entry::from((spread(i % 200), 1000 + i * i % 777)));
        let wide =
            (0..150).map(|i| Entry::from((spread(i % 149), u64::from(i % 2 == 0) * (i << 55))));
        let flat = (0..40).map(|i| Entry::from((Code::from_words([i % 5, 0, 0, i % 7]), i % 3)));
        vec![
            built(many.collect(), even.clone(), false),
            built(wide.collect(), uneven, true),
            built(flat.collect(), even.clone(), false),
            built(Vec::new(), even, true),
        ]
    })
}

fn built(entries: Vec<Entry>, geometry: Geometry, wide: bool) -> Sound {
    let (image, layout) = builder::build_shaped(entries, |_| Shape { geometry, wide });
    Sound { bytes: image.bytes().to_vec(), parts: layout.parts }
}

/// A code that has little to do with that of another number.
fn spread(number: u64) -> Code {
    let word = |k: u64| (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ k << 52).rotate_left(29);
    Code::from_words([1, 2, 3, 4].map(|k| word(k) ^ word(k + 4).wrapping_mul(word(9) | 1)))
}
