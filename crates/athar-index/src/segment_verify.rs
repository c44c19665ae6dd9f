//! Whether a segment is all that `layout.rs` says it is.
//!
//! The checksums come first: they find what a disk or a hand has changed. What the parts say
//! about each other comes after: it finds what was written wrongly, or changed by somebody who
//! knows about checksums. A segment that passes answers every question exactly.
//!
//! That every row stands in a table once needs no memory: entries rise within a block and stand
//! in the bucket of their row, so none stands there twice, and there are as many as rows.

use super::{Packed, Parts, Segment};
use crate::damage::Damage;
use crate::layout::{self, Form, HEADER_BYTES, Layout, PACKED_PAD};
use athar_kernel::{Code, Rows};
use std::iter;
use std::ops::Range;

/// Checks everything that opening takes on trust. Reads every part twice, and the rows once more
/// for each table.
pub(super) fn verify(segment: &Segment) -> Result<(), Damage> {
    let bytes = segment.image.bytes();
    let verifying = Verifying { segment, bytes, layout: &segment.layout, parts: segment.parts() };
    verifying.check_checksums()?;
    verifying.layout.check_written(bytes)?;
    verifying.check_zeros()?;
    verifying.check_rows()?;
    let tables = 1..verifying.parts.geometry.chunks().len();
    tables.into_iter().try_for_each(|chunk| verifying.check_table(chunk))?;
    verifying.check_lists()?;
    verifying.check_payloads()
}

struct Verifying<'a> {
    segment: &'a Segment,
    bytes: &'a [u8],
    layout: &'a Layout,
    parts: Parts<'a>,
}

/// Fails with the damage, unless all is well.
fn ensure(well: bool, offset: usize, expected: &'static str) -> Result<(), Damage> {
    if well { Ok(()) } else { Err(Damage::new(offset, expected)) }
}

impl Verifying<'_> {
    fn check_checksums(&self) -> Result<(), Damage> {
        self.layout.used_parts().try_for_each(|(_, part)| {
            let checksum = crc32fast::hash(&self.bytes[part.range()]);
            ensure(checksum == part.checksum, part.offset, "bytes that fit their checksum")
        })
    }

    /// Between two parts, and after packed numbers.
    fn check_zeros(&self) -> Result<(), Damage> {
        let mut end = HEADER_BYTES;
        for (index, part) in self.layout.used_parts() {
            self.check_zero(end, part.offset)?;
            end = part.range().end;
            let pad = match index {
                layout::ROWS => Rows::PAD,
                layout::PAYLOADS | layout::OTHERS => PACKED_PAD,
                _ => 0,
            };
            self.check_zero(end - pad, end)?;
        }
        Ok(())
    }

    fn check_zero(&self, start: usize, end: usize) -> Result<(), Damage> {
        let other = self.bytes[start..end].iter().position(|&byte| byte != 0);
        other.map_or(Ok(()), |at| Err(Damage::new(start + at, "zero")))
    }

    /// The rows, and the primary table beside them.
    fn check_rows(&self) -> Result<(), Damage> {
        let mut before = None;
        for (bucket, ends) in self.parts.starts(0).windows(2).enumerate() {
            for row in ends[0] as usize..ends[1] as usize {
                let code = self.parts.rows.code(row, self.parts.head_of_bucket(bucket));
                self.check_row(row, bucket, &code, before.as_ref())?;
                before = Some(code);
            }
        }
        Ok(())
    }

    fn check_row(
        &self,
        row: usize,
        bucket: usize,
        code: &Code,
        before: Option<&Code>,
    ) -> Result<(), Damage> {
        let at = self.layout.parts[layout::ROWS].offset + row * Rows::STRIDE;
        let at_home = self.parts.geometry.primary().address(code.words()) as usize == bucket;
        ensure(at_home, at, "a code of its bucket")?;
        ensure(before.is_none_or(|before| before < code), at, "a code above the one before")?;
        let (first, form) = (self.parts.table(0), self.parts.form);
        let found = match form {
            Form::Narrow { .. } => u32::from(self.parts.words[first + row]),
            Form::Wide => self.parts.long_words[first + row],
        };
        let right = found == self.parts.sketch(0, code.words());
        ensure(right, form.word_bytes() * (first + row), "the sketch of a row")
    }

    /// A table whose entries name their rows.
    fn check_table(&self, chunk: usize) -> Result<(), Damage> {
        let table = self.parts.table(chunk);
        let mut entries = 0;
        for (bucket, ends) in self.parts.starts(chunk).windows(2).enumerate() {
            let place = table + ends[0] as usize..table + ends[1] as usize;
            let block = Block::cut(&self.parts, place)?;
            self.ask_for_rows(&block);
            self.check_block(chunk, bucket, &block)?;
            entries += block.len();
        }
        let table_at = self.layout.parts[layout::table(chunk)].offset;
        ensure(entries == self.layout.rows, table_at, "every row once")
    }

    /// Rows lie anywhere: waiting for one after the other would take most of the time.
    fn ask_for_rows(&self, block: &Block<'_>) {
        let rows = block.rows().filter(|&row| row < self.layout.rows as u64);
        rows.for_each(|row| self.parts.rows.prefetch(row as usize));
    }

    fn check_block(&self, chunk: usize, bucket: usize, block: &Block<'_>) -> Result<(), Damage> {
        let own = self.parts.geometry.chunks()[chunk];
        let mut least = 0;
        for (row, entry) in block.rows().zip(0..) {
            let id_at = block.id_at(entry);
            ensure(row >= least, id_at, "a row above the one before")?;
            ensure(row < self.layout.rows as u64, id_at, "a row that is there")?;
            let head = self.head_in_sketch(chunk, row as u32);
            let code = self.parts.rows.code(row as usize, head);
            let at_home = own.address(code.words()) as usize == bucket;
            ensure(at_home, id_at, "a row of this bucket")?;
            let right = self.parts.sketch(chunk, code.words()) == block.sketch(entry);
            ensure(right, block.sketch_at(entry), "the sketch of a row")?;
            least = row + 1;
        }
        Ok(())
    }

    /// The head of a row, where the sketches of a chunk reach into it; any other tables have no
    /// use for it.
    fn head_in_sketch(&self, chunk: usize, row: u32) -> u16 {
        let chunks = self.parts.geometry.chunks().len();
        match chunk + 2 >= chunks {
            true => self.parts.head_of_bucket(self.parts.bucket(row)),
            false => 0,
        }
    }

    fn check_lists(&self) -> Result<(), Damage> {
        let (rows, others) = (self.layout.rows, self.layout.entries - self.layout.rows);
        let part_at = self.layout.parts[layout::LISTS].offset;
        let lists = self.segment.lists();
        ensure(lists.is_empty() == (others == 0), part_at, "lists if there are other payloads")?;
        let (mut least_row, mut least_first) = (0, 0);
        for (&[row, first], at) in lists.iter().zip((part_at..).step_by(8)) {
            let (row, first) = (row as usize, first as usize);
            ensure((least_row..rows).contains(&row), at, "a row above the one before")?;
            // The first list begins with the first of the others.
            let begins = if at == part_at { first == 0 } else { first >= least_first };
            ensure(begins && first < others, at + 4, "a list that begins after the one before")?;
            (least_row, least_first) = (row + 1, first + 1);
        }
        Ok(())
    }

    fn check_payloads(&self) -> Result<(), Damage> {
        let (least, largest) = (self.layout.least_payload, self.layout.largest_payload);
        let most = largest.checked_sub(least);
        let most = most.ok_or(Damage::new(layout::LARGEST_PAYLOAD_AT, "no less than the least"))?;
        let others = self.layout.entries - self.layout.rows;
        let of_rows = self.range_of(layout::PAYLOADS, self.layout.rows, most)?;
        let of_lists = self.range_of(layout::OTHERS, others, most)?;
        // In a segment without entries both are zero.
        let empty = self.layout.entries == 0;
        let (found_least, found_largest) = (of_rows.0.min(of_lists.0), of_rows.1.max(of_lists.1));
        let right = if empty { least == 0 } else { found_least == 0 };
        ensure(right, layout::LEAST_PAYLOAD_AT, "the smallest payload")?;
        ensure(found_largest == most, layout::LARGEST_PAYLOAD_AT, "the largest payload")?;
        self.check_order_in_rows()
    }

    /// The smallest and the largest number of a packed part, none of which is above `most`.
    fn range_of(&self, part: usize, count: usize, most: u64) -> Result<(u64, u64), Damage> {
        let packed = self.packed(part);
        let mut range = (u64::MAX, 0);
        for at in 0..count {
            let number = packed.get(at);
            let offset = self.layout.parts[part].offset + at * packed.width;
            ensure(number <= most, offset, "no more than the largest payload")?;
            range = (range.0.min(number), range.1.max(number));
        }
        Ok(range)
    }

    /// The payloads of a row rise; those of pairs that came twice are equal.
    fn check_order_in_rows(&self) -> Result<(), Damage> {
        let (of_rows, of_lists) = (self.packed(layout::PAYLOADS), self.packed(layout::OTHERS));
        let (lists, others) = (self.segment.lists(), self.layout.entries - self.layout.rows);
        for (list, &[row, first]) in lists.iter().enumerate() {
            let end = lists.get(list + 1).map_or(others, |next| next[1] as usize);
            let mut before = of_rows.get(row as usize);
            for at in first as usize..end {
                let offset = self.layout.parts[layout::OTHERS].offset + at * of_lists.width;
                let payload = of_lists.get(at);
                ensure(payload >= before, offset, "no less than the payload before")?;
                before = payload;
            }
        }
        Ok(())
    }

    /// The numbers of a part as they are stored, less the smallest of all.
    fn packed(&self, part: usize) -> Packed<'_> {
        Packed { least: 0, ..self.segment.packed(part) }
    }
}

/// A block of a table, taken apart.
enum Block<'a> {
    /// `at` is its first word, counted among those of the file.
    Narrow {
        at: usize,
        sketches: &'a [u16],
        lows: &'a [u16],
        unary: &'a [u16],
    },
    Wide {
        at: usize,
        sketches: &'a [u32],
        rows: &'a [u32],
    },
}

impl<'a> Block<'a> {
    fn cut(parts: &Parts<'a>, place: Range<usize>) -> Result<Self, Damage> {
        // A table's length in words fits 32 bits, and so does that of its blocks.
        let entries = parts.form.entries(place.len() as u32);
        let whole = parts.form.block_words(entries) as usize == place.len();
        ensure(whole, parts.form.word_bytes() * place.start, "a block of whole entries")?;
        let (at, entries) = (place.start, entries as usize);
        if parts.form == Form::Wide {
            let (sketches, rows) = parts.long_words[place].split_at(entries);
            return Ok(Self::Wide { at, sketches, rows });
        }
        let (sketches, ids) = parts.words[place].split_at(entries);
        let (lows, unary) = ids.split_at(entries);
        let ones: u32 = unary.iter().map(|word| word.count_ones()).sum();
        ensure(ones as usize == entries, 2 * (at + 2 * entries), "a one for every entry")?;
        Ok(Self::Narrow { at, sketches, lows, unary })
    }

    /// Entries.
    fn len(&self) -> usize {
        match self {
            Self::Narrow { sketches, .. } => sketches.len(),
            Self::Wide { sketches, .. } => sketches.len(),
        }
    }

    fn sketch(&self, entry: usize) -> u32 {
        match self {
            Self::Narrow { sketches, .. } => sketches[entry].into(),
            Self::Wide { sketches, .. } => sketches[entry],
        }
    }

    /// Where an entry's sketch stands in the file, in bytes.
    fn sketch_at(&self, entry: usize) -> usize {
        match self {
            Self::Narrow { at, .. } => 2 * (at + entry),
            Self::Wide { at, .. } => 4 * (at + entry),
        }
    }

    /// Where an entry's row stands in the file, in bytes.
    fn id_at(&self, entry: usize) -> usize {
        self.sketch_at(self.len() + entry)
    }

    /// The row of every entry.
    fn rows(&self) -> impl Iterator<Item = u64> {
        let (lows, unary, rows): (&[u16], &[u16], &[u32]) = match *self {
            Self::Narrow { lows, unary, .. } => (lows, unary, &[]),
            Self::Wide { rows, .. } => (&[], &[], rows),
        };
        let highs = ones(unary).zip(0u64..).map(|(one, entry)| one - entry);
        let narrow = highs.zip(lows).map(|(high, &low)| high << 16 | u64::from(low));
        narrow.chain(rows.iter().copied().map(u64::from))
    }
}

/// The places of all ones, from the lowest bit of the first word on.
fn ones(words: &[u16]) -> impl Iterator<Item = u64> {
    let mut words = words.iter().zip((0..).step_by(16));
    let (mut bits, mut first) = (0, 0);
    iter::from_fn(move || {
        while bits == 0 {
            let (&word, at) = words.next()?;
            (bits, first) = (word, at);
        }
        let lowest = bits.trailing_zeros();
        bits &= bits - 1;
        Some(first + u64::from(lowest))
    })
}
