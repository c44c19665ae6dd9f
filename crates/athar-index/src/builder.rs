//! From entries to the bytes of a segment.
//!
//! Sorting the codes gives the rows. A table is then made in two passes, both of which write to
//! few places at a time: the first deals the rows out by the first bits of their address, the
//! second takes one of these piles after the other, whose blocks fit the second cache.

use crate::geometry::{Chunk, Geometry};
use crate::image::{Image, ImageMut};
use crate::layout::{self, Form, Layout, PACKED_PAD, PARTS, Part};
use athar_kernel::{Code, Rows};
use std::iter;
use std::ops::Range;

/// Most rows of a segment, so that starts fit 32 bits.
pub(crate) const MOST_ROWS: usize = 1 << 29;

/// Bits of an address that choose a pile.
const PILE_BITS: u32 = 8;

/// A code and a payload, without the padding that a pair would have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub words: [u64; 4],
    pub payload: u64,
}

impl From<(Code, u64)> for Entry {
    fn from((code, payload): (Code, u64)) -> Self {
        Self { words: *code.words(), payload }
    }
}

/// The bytes of a segment of these entries, which may come in any order, and their layout.
///
/// # Panics
///
/// When there are more than [`MOST_ROWS`].
pub(crate) fn build(entries: Vec<Entry>) -> (Image, Layout) {
    build_shaped(entries, Shape::for_rows)
}

/// [`build`] in the shape that is given for so many rows.
pub(crate) fn build_shaped(
    mut entries: Vec<Entry>,
    shape: impl FnOnce(usize) -> Shape,
) -> (Image, Layout) {
    assert!(entries.len() <= MOST_ROWS, "too many entries for one segment");
    if !entries.is_sorted() {
        entries.sort_unstable();
    }
    let shape = shape(entries.chunk_by(same_code).count());
    let mut building = Building::new(&entries, shape);
    building.write_rows(&entries);
    building.write_payloads(&entries);
    entries.dedup_by_key(|entry| entry.words);
    building.write_tables(&entries);
    building.finish()
}

/// How a segment is cut into tables.
pub(crate) struct Shape {
    pub geometry: Geometry,
    /// Whether its blocks are.
    pub wide: bool,
}

impl Shape {
    fn for_rows(rows: usize) -> Self {
        let geometry = Geometry::for_rows(rows);
        let form = Form::for_rows(rows, geometry.chunks()[1].buckets());
        Self { geometry, wide: form == Form::Wide }
    }
}

struct Building {
    layout: Layout,
    image: ImageMut,
}

impl Building {
    fn new(entries: &[Entry], shape: Shape) -> Self {
        let mut layout = plan_layout(entries, shape);
        let lists = entries.chunk_by(same_code).filter(|row| row.len() > 1).count();
        layout.add_part(layout::ROWS, layout.rows * Rows::STRIDE + Rows::PAD);
        layout.add_part(layout::PAYLOADS, layout.rows * layout.payload_bytes + PACKED_PAD);
        layout.add_part(layout::LISTS, 8 * lists);
        let others = layout.entries - layout.rows;
        layout.add_part(layout::OTHERS, others * layout.payload_bytes + PACKED_PAD);
        let image = ImageMut::zeroed(layout.file_len + tables_bound(&layout));
        Self { layout, image }
    }

    fn part_mut(&mut self, part: usize) -> &mut [u8] {
        let range = self.layout.parts[part].range();
        &mut self.image.bytes_mut()[range]
    }

    fn write_rows(&mut self, entries: &[Entry]) {
        let rows = entries.chunk_by(same_code);
        let bytes = self.part_mut(layout::ROWS).chunks_exact_mut(Rows::STRIDE);
        for (entries, bytes) in rows.zip(bytes) {
            bytes.copy_from_slice(&Rows::pack(&Code::from_words(entries[0].words)));
        }
    }

    fn write_payloads(&mut self, entries: &[Entry]) {
        let (least, width) = (self.layout.least_payload, self.layout.payload_bytes);
        for (row, entries) in entries.chunk_by(same_code).enumerate() {
            let packed = (entries[0].payload - least).to_le_bytes();
            let bytes = self.part_mut(layout::PAYLOADS);
            bytes[row * width..][..width].copy_from_slice(&packed[..width]);
        }
        if self.layout.entries > self.layout.rows {
            self.write_lists(entries);
        }
    }

    fn write_lists(&mut self, entries: &[Entry]) {
        let (least, width) = (self.layout.least_payload, self.layout.payload_bytes);
        let (mut lists, mut others) = (0, 0);
        let rows = entries.chunk_by(same_code).zip(0u32..);
        for (entries, row) in rows.filter(|(entries, _)| entries.len() > 1) {
            let list = &mut self.part_mut(layout::LISTS)[lists..lists + 8];
            list[..4].copy_from_slice(&row.to_le_bytes());
            list[4..].copy_from_slice(&(others as u32).to_le_bytes());
            lists += 8;
            let bytes = self.part_mut(layout::OTHERS);
            for entry in &entries[1..] {
                let packed = (entry.payload - least).to_le_bytes();
                bytes[others * width..][..width].copy_from_slice(&packed[..width]);
                others += 1;
            }
        }
    }

    fn write_tables(&mut self, rows: &[Entry]) {
        let geometry = self.layout.geometry.clone();
        let mut piles = Piles::new(&geometry, rows, self.layout.wide);
        for index in 0..geometry.chunks().len() {
            piles.deal(&geometry, index, rows);
            let starts = self
                .layout
                .add_part(layout::starts(index), (geometry.chunks()[index].buckets() + 1) * 4);
            let form = self.layout.form();
            let offset = self.layout.file_len.next_multiple_of(layout::ALIGN);
            let (before, after) = self.image.bytes_mut().split_at_mut(offset);
            let starts: &mut [u32] = bytemuck::cast_slice_mut(&mut before[starts]);
            let words = after.len() / 2 * 2;
            let words = bytemuck::cast_slice_mut(&mut after[..words]);
            let table = Table { form, primary: index == 0, starts, words };
            let words = table.fill(&geometry.chunks()[index], &piles);
            self.layout.add_part(layout::table(index), form.word_bytes() * words);
        }
    }

    fn finish(mut self) -> (Image, Layout) {
        for index in 0..PARTS {
            let bytes = &self.image.bytes_mut()[self.layout.parts[index].range()];
            self.layout.parts[index].checksum = crc32fast::hash(bytes);
        }
        self.layout.write(self.image.bytes_mut());
        (self.image.freeze(self.layout.file_len), self.layout)
    }
}

fn same_code(a: &Entry, b: &Entry) -> bool {
    a.words == b.words
}

/// The layout of sorted entries, without parts.
fn plan_layout(entries: &[Entry], shape: Shape) -> Layout {
    let rows = entries.chunk_by(same_code).count();
    let payloads = || entries.iter().map(|entry| entry.payload);
    let (least, largest) = (payloads().min().unwrap_or(0), payloads().max().unwrap_or(0));
    let payload_bits = u64::BITS - (largest - least).leading_zeros();
    Layout {
        geometry: shape.geometry,
        wide: shape.wide,
        rows,
        entries: entries.len(),
        least_payload: least,
        largest_payload: largest,
        payload_bytes: payload_bits.div_ceil(8).max(1) as usize,
        parts: [Part::default(); PARTS],
        file_len: layout::HEADER_BYTES,
    }
}

/// Bytes that the tables and their starts take at most.
fn tables_bound(layout: &Layout) -> usize {
    let bound = |chunk: &Chunk| {
        let buckets = chunk.buckets();
        let form = layout.form();
        let words = form.block_words(layout.rows as u32) as usize;
        // Every narrow block is rounded up to a whole word.
        let rounding = match form {
            Form::Narrow { highs } => buckets * (highs as usize / 16 + 2),
            Form::Wide => 0,
        };
        form.word_bytes() * (words + rounding) + 4 * (buckets + 1) + 256
    };
    layout.geometry.chunks().iter().map(bound).sum()
}

/// An entry of a table on its way: the rest of its address, its sketch (of a long one the high
/// half) and its row.
#[derive(Clone, Copy)]
struct Dealt(u64);

impl Dealt {
    #[inline]
    fn new(address: u32, sketch: u16, row: u32) -> Self {
        Self(u64::from(address) << 48 | u64::from(sketch) << 32 | u64::from(row))
    }

    fn address(self) -> usize {
        (self.0 >> 48) as usize
    }

    fn sketch(self) -> u16 {
        (self.0 >> 32) as u16
    }

    fn row(self) -> u32 {
        self.0 as u32
    }
}

/// The entries of one table, dealt out by the first bits of their address.
struct Piles {
    /// For every chunk, how many entries each pile will have.
    sizes: Vec<[usize; 1 << PILE_BITS]>,
    dealt: Vec<Dealt>,
    /// The low halves of sketches, where blocks are wide.
    lows: Vec<u16>,
    /// Of the table that is dealt out now: where each pile lies.
    piles: Vec<Range<usize>>,
    rest_bits: u32,
}

impl Piles {
    fn new(geometry: &Geometry, rows: &[Entry], wide: bool) -> Self {
        let mut sizes = vec![[0; 1 << PILE_BITS]; geometry.chunks().len()];
        for row in rows {
            for (chunk, sizes) in geometry.chunks().iter().zip(&mut sizes) {
                sizes[(chunk.address(&row.words) >> rest_bits(chunk)) as usize] += 1;
            }
        }
        let lows = vec![0; if wide { rows.len() } else { 0 }];
        Self { sizes, dealt: vec![Dealt(0); rows.len()], lows, piles: Vec::new(), rest_bits: 0 }
    }

    fn deal(&mut self, geometry: &Geometry, index: usize, rows: &[Entry]) {
        let (chunk, next) = (geometry.chunks()[index], geometry.chunks()[geometry.next(index)]);
        self.rest_bits = rest_bits(&chunk);
        self.piles.clear();
        let mut end = 0;
        let mut free = self.sizes[index].map(|size| {
            let start = end;
            end += size;
            self.piles.push(start..end);
            start
        });
        for (row, number) in rows.iter().zip(0u32..) {
            let address = chunk.address(&row.words);
            let at = &mut free[(address >> self.rest_bits) as usize];
            let rest = address & ((1 << self.rest_bits) - 1);
            let sketch = match self.lows.get_mut(*at) {
                None => next.sketch(&row.words),
                Some(low) => {
                    let sketch = chunk.after_address(&row.words);
                    *low = sketch as u16;
                    (sketch >> 16) as u16
                }
            };
            self.dealt[*at] = Dealt::new(rest, sketch, number);
            *at += 1;
        }
    }

    /// The piles in the order of their addresses, with the low halves of their sketches.
    fn iter(&self) -> impl Iterator<Item = (&[Dealt], &[u16])> {
        self.piles.iter().map(|pile| {
            (&self.dealt[pile.clone()], self.lows.get(pile.clone()).unwrap_or_default())
        })
    }
}

/// Bits of an address that do not choose a pile.
fn rest_bits(chunk: &Chunk) -> u32 {
    chunk.address_bits.saturating_sub(PILE_BITS)
}

/// A table that is being written.
struct Table<'a> {
    form: Form,
    /// Whether its entries are the rows themselves.
    primary: bool,
    starts: &'a mut [u32],
    words: &'a mut [u16],
}

impl Table<'_> {
    /// Writes all blocks; returns how many words of their form they take.
    fn fill(mut self, chunk: &Chunk, piles: &Piles) -> usize {
        let in_pile = 1 << piles.rest_bits;
        let mut blocks = vec![Block::default(); in_pile];
        let mut end = 0;
        for ((pile, lows), starts) in piles.iter().zip((0..chunk.buckets()).step_by(in_pile)) {
            blocks.fill(Block::default());
            pile.iter().for_each(|dealt| blocks[dealt.address()].len += 1);
            for (block, start) in blocks.iter_mut().zip(&mut self.starts[starts..]) {
                (block.start, *start) = (end, end);
                end += if self.primary { block.len } else { self.form.block_words(block.len) };
            }
            let lows = lows.iter().copied().chain(iter::repeat(0));
            for (dealt, low) in pile.iter().zip(lows) {
                let block = &mut blocks[dealt.address()];
                match self.form {
                    Form::Narrow { .. } => self.put_narrow(block, *dealt),
                    Form::Wide => self.put_wide(block, *dealt, low),
                }
                block.filled += 1;
            }
        }
        self.starts[chunk.buckets()] = end;
        end as usize
    }

    #[inline]
    fn put_narrow(&mut self, block: &Block, dealt: Dealt) {
        let (len, at) = (block.len as usize, block.filled as usize);
        let words = &mut self.words[block.start as usize..];
        words[at] = dealt.sketch();
        if !self.primary {
            words[len + at] = dealt.row() as u16;
            let bit = at + (dealt.row() >> 16) as usize;
            words[2 * len + bit / 16] |= 1 << (bit % 16);
        }
    }

    #[inline]
    fn put_wide(&mut self, block: &Block, dealt: Dealt, low: u16) {
        let (len, at) = (block.len as usize, block.filled as usize);
        let (halves, _) = self.words[2 * block.start as usize..].as_chunks_mut::<2>();
        halves[at] = [low, dealt.sketch()];
        if !self.primary {
            halves[len + at] = [dealt.row() as u16, (dealt.row() >> 16) as u16];
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Block {
    start: u32,
    len: u32,
    filled: u32,
}
