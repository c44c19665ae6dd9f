//! Where things lie in a segment file, versions 1 and 2.
//!
//! All numbers are little-endian, checksums are the CRC-32 of Ethernet. Every part begins at a
//! multiple of 64 bytes; what lies between two parts is zero.
//!
//! ```text
//! 0       magic "ATHARSEG"
//! 8       u32   version: 1 of narrow blocks, 2 of wide ones
//! 12      u32   blocks: 0 narrow, 1 wide
//! 16      u64   length of the file in bytes
//! 24      u64   rows: distinct codes
//! 32      u64   entries: pairs of a code and a payload, at most 2^29
//! 40      u64   smallest payload; zero when there is none
//! 48      u64   largest payload; zero when there is none
//! 56      u32   bytes of a packed payload, 1 to 8
//! 60      u32   chunks, 11 to 16
//! 64      16 x  { u32 bits of the chunk, u32 bits of its address }, those not used are zero
//! 192     36 x  { u64 offset, u64 length in bytes, u32 CRC-32, u32 zero } the parts below
//! 1056          zero
//! 4092    u32   CRC-32 of the bytes before it
//!
//! part 0        rows: every distinct code in rising order, packed to 30 bytes (see
//!               `athar_kernel::Rows`); two bytes of zero
//! part 1        the smallest payload of every row, less the smallest of all, packed to the
//!               same number of bytes each; eight bytes of zero
//! part 2        lists: { u32 row, u32 first } for every row with more than one payload, in
//!               rising order: where its other payloads begin in part 3. They end where those
//!               of the next begin
//! part 3        other payloads, packed as in part 1, rising within a row; eight bytes of zero
//! part 4 + c    starts of table c: for every bucket u32 where its block begins in the table,
//!               counted in words, and where the last one ends
//! part 20 + c   table c: a block for every bucket of chunk c, in the order of addresses
//! ```
//!
//! A chunk has 16 to 24 bits. The first begins with the highest bit of word 0 of a code, every
//! other one where the one before ends, and together they have 256. The bits of its address are
//! the first of its bits, six at least; those of chunk 0 are all of them.
//!
//! A narrow block of `n` entries, in words of 16 bits; entries in rising order of their rows:
//!
//! ```text
//! n       sketches: the first 16 bits of the next chunk on the ring
//!
//! then, but for chunk 0, where the entries are the rows themselves in their order:
//! n       the low 16 bits of every entry's row
//! (n + h) / 16, rounded up: for every entry a one after as many zeros as its row has passed
//!         multiples of 65,536 since the one before; h is the number of such multiples below
//!         the rows, rounded up. Lowest bit first
//! ```
//!
//! A wide one, in words of 32 bits:
//!
//! ```text
//! n       sketches: the 32 bits that follow the address on the ring, the first one highest. So
//!         they begin with what the chunk has beside its address, and the next chunk comes then
//! n       every entry's row, but for chunk 0
//! ```
//!
//! Wide blocks of version 1 had sketches of 16 bits and the next eight apart. They are refused:
//! what an index holds is had from elsewhere too.
//!
//! Invariants: parts lie in the order of this list, but for starts and tables, which take turns;
//! they do not overlap, and the file ends with the last of them. Starts begin with zero, rise,
//! and end with the table's length. Rows rise strictly, and each stands once in every table, in
//! the bucket of its chunk. A list has another payload at least.
//!
//! Opening checks the header and the starts, and nothing that a search does afterwards can leave
//! the file, whatever the other parts hold; `verify` checks everything.

use crate::builder::MOST_ROWS;
use crate::damage::Damage;
use crate::geometry::Geometry;
use athar_kernel::Rows;
use std::ops::Range;

const _: () = assert!(cfg!(target_endian = "little"), "starts and words are read in place");

const MAGIC: &[u8; 8] = b"ATHARSEG";
const VERSION: u32 = 1;
const WIDE_VERSION: u32 = 2;
const VERSION_AT: usize = 8;
pub(crate) const HEADER_BYTES: usize = 4096;
const CHECKSUM_AT: usize = HEADER_BYTES - 4;
const MOST_CHUNKS: usize = 16;
const ENTRIES_AT: usize = 32;
pub(crate) const LEAST_PAYLOAD_AT: usize = 40;
pub(crate) const LARGEST_PAYLOAD_AT: usize = 48;
const CHUNKS_AT: usize = 64;
const PARTS_AT: usize = 192;
const PART_BYTES: usize = 24;
pub(crate) const ALIGN: usize = 64;

/// Bytes of zero after packed numbers, so that the last one can be read as eight bytes.
pub(crate) const PACKED_PAD: usize = 8;

pub(crate) const ROWS: usize = 0;
pub(crate) const PAYLOADS: usize = 1;
pub(crate) const LISTS: usize = 2;
pub(crate) const OTHERS: usize = 3;
const STARTS: usize = 4;
const TABLES: usize = STARTS + MOST_CHUNKS;
pub(crate) const PARTS: usize = TABLES + MOST_CHUNKS;

/// The part that holds the starts of a chunk's table.
pub(crate) const fn starts(chunk: usize) -> usize {
    STARTS + chunk
}

/// The part that holds a chunk's table.
pub(crate) const fn table(chunk: usize) -> usize {
    TABLES + chunk
}

/// What a block holds beside sketches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For long blocks: the low halves of rows, and high halves in unary; this many zeros.
    Narrow { highs: u32 },
    /// For short blocks, of which a query reads so many that more of their entries pass: longer
    /// sketches, and rows as they are.
    Wide,
}

impl Form {
    /// What suits so many rows in so many blocks.
    pub(crate) fn for_rows(rows: usize, buckets: usize) -> Self {
        let highs = rows.div_ceil(1 << 16) as u32;
        if (highs as usize) < 4 * (rows / buckets).max(1) {
            Self::Narrow { highs }
        } else {
            Self::Wide
        }
    }

    /// Bytes of a word of its blocks.
    #[inline]
    pub(crate) fn word_bytes(self) -> usize {
        match self {
            Self::Narrow { .. } => size_of::<u16>(),
            Self::Wide => size_of::<u32>(),
        }
    }

    /// Words of a block of `n` entries.
    pub(crate) fn block_words(self, n: u32) -> u32 {
        match self {
            Self::Narrow { highs } => 2 * n + (n + highs).div_ceil(16),
            Self::Wide => 2 * n,
        }
    }

    /// Entries of a block of so many words.
    #[inline]
    pub(crate) fn entries(self, words: u32) -> u32 {
        match self {
            // Sixteen times the words of the longest block is more than 32 bits hold.
            Self::Narrow { highs } => {
                ((16 * u64::from(words)).saturating_sub(u64::from(highs)) / 33) as u32
            }
            Self::Wide => words / 2,
        }
    }
}

/// A part of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Part {
    pub offset: usize,
    pub len: usize,
    pub checksum: u32,
}

impl Part {
    pub(crate) fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.len
    }
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub geometry: Geometry,
    pub wide: bool,
    pub rows: usize,
    pub entries: usize,
    pub least_payload: u64,
    pub largest_payload: u64,
    pub payload_bytes: usize,
    pub parts: [Part; PARTS],
    pub file_len: usize,
}

impl Layout {
    /// What the blocks of its tables hold.
    pub(crate) fn form(&self) -> Form {
        let highs = self.rows.div_ceil(1 << 16) as u32;
        if self.wide { Form::Wide } else { Form::Narrow { highs } }
    }

    /// Adds a part of `len` bytes after all that are there.
    pub(crate) fn add_part(&mut self, part: usize, len: usize) -> Range<usize> {
        let offset = self.file_len.next_multiple_of(ALIGN);
        self.parts[part] = Part { offset, len, checksum: 0 };
        self.file_len = offset + len;
        offset..offset + len
    }

    /// Writes the header.
    pub(crate) fn write(&self, header: &mut [u8]) {
        header[..8].copy_from_slice(MAGIC);
        let mut u32_at =
            |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_le_bytes());
        u32_at(VERSION_AT, if self.wide { WIDE_VERSION } else { VERSION });
        u32_at(12, u32::from(self.wide));
        u32_at(56, self.payload_bytes as u32);
        u32_at(60, self.geometry.chunks().len() as u32);
        for (chunk, at) in self.geometry.chunks().iter().zip((CHUNKS_AT..).step_by(8)) {
            u32_at(at, chunk.bits);
            u32_at(at + 4, chunk.address_bits);
        }
        for (part, at) in self.parts.iter().zip((PARTS_AT..).step_by(PART_BYTES)) {
            u32_at(at + 16, part.checksum);
        }
        let mut u64_at =
            |at: usize, value: u64| header[at..at + 8].copy_from_slice(&value.to_le_bytes());
        u64_at(16, self.file_len as u64);
        u64_at(24, self.rows as u64);
        u64_at(ENTRIES_AT, self.entries as u64);
        u64_at(LEAST_PAYLOAD_AT, self.least_payload);
        u64_at(LARGEST_PAYLOAD_AT, self.largest_payload);
        for (part, at) in self.parts.iter().zip((PARTS_AT..).step_by(PART_BYTES)) {
            u64_at(at, part.offset as u64);
            u64_at(at + 8, part.len as u64);
        }
        let checksum = crc32fast::hash(&header[..CHECKSUM_AT]);
        header[CHECKSUM_AT..HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
    }

    /// Reads and checks the header of a file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Damage> {
        let header = bytes.get(..HEADER_BYTES).ok_or(Damage::new(bytes.len(), "a header"))?;
        let header = Header(header);
        header.check_identity()?;
        header.check_blocks()?;
        let layout = header.layout().ok_or(Damage::new(CHUNKS_AT, "chunks that make up a code"))?;
        if layout.entries > MOST_ROWS {
            return Err(Damage::new(ENTRIES_AT, "entries that one segment can have"));
        }
        if layout.file_len != bytes.len() {
            return Err(Damage::new(bytes.len().min(layout.file_len), "the end of the file"));
        }
        layout.check_parts()?;
        Ok(layout)
    }

    /// Checks that every part lies within the file and is as long as the numbers say.
    fn check_parts(&self) -> Result<(), Damage> {
        let mut end = HEADER_BYTES;
        for (index, part) in self.used_parts() {
            let damaged = Damage::new(PARTS_AT + index * PART_BYTES, "a part within the file");
            let aligned = part.offset.is_multiple_of(ALIGN);
            let stop = part.offset.checked_add(part.len).ok_or(damaged)?;
            if part.offset < end || !aligned || stop > self.file_len || !self.has_len(index, part) {
                return Err(damaged);
            }
            end = stop;
        }
        if end == self.file_len { Ok(()) } else { Err(Damage::new(end, "the end of the file")) }
    }

    /// Checks that the header holds nothing but this layout, with zero in between.
    pub(crate) fn check_written(&self, bytes: &[u8]) -> Result<(), Damage> {
        let mut parts = [Part::default(); PARTS];
        self.used_parts().for_each(|(index, part)| parts[index] = part);
        let mut header = [0; HEADER_BYTES];
        Self { parts, ..self.clone() }.write(&mut header);
        let other = header.iter().zip(bytes).position(|(expected, found)| expected != found);
        other.map_or(Ok(()), |at| Err(Damage::new(at, "a header with nothing else in it")))
    }

    /// The parts that this geometry has, in the order of the file.
    pub(crate) fn used_parts(&self) -> impl Iterator<Item = (usize, Part)> {
        let chunks = self.geometry.chunks().len();
        let used = (0..STARTS).chain((0..chunks).flat_map(|chunk| [starts(chunk), table(chunk)]));
        used.map(|index| (index, self.parts[index]))
    }

    /// Whether a part is as long as it should be. How long lists and tables are only the parts
    /// themselves tell.
    fn has_len(&self, index: usize, part: Part) -> bool {
        let chunks = self.geometry.chunks();
        let packed = |count: usize| count.checked_mul(self.payload_bytes)?.checked_add(PACKED_PAD);
        let expected = match index {
            ROWS => self.rows.checked_mul(Rows::STRIDE).and_then(|len| len.checked_add(Rows::PAD)),
            PAYLOADS => packed(self.rows),
            OTHERS => self.entries.checked_sub(self.rows).and_then(packed),
            LISTS => return part.len.is_multiple_of(8) && part.len / 8 <= self.rows,
            // Its entries are the rows, which have a sketch each and nothing else.
            _ if index == table(0) => self.rows.checked_mul(self.form().word_bytes()),
            _ if index < TABLES => Some((chunks[index - STARTS].buckets() + 1) * 4),
            _ => return part.len.is_multiple_of(self.form().word_bytes()),
        };
        expected == Some(part.len)
    }
}

/// Makes all checksums fit that the header has a place for.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn seal(bytes: &mut [u8]) {
    for at in (PARTS_AT..).step_by(PART_BYTES).take(PARTS) {
        let Some(header) = bytes.get(..HEADER_BYTES) else { return };
        let Part { offset, len, .. } = Header(header).part(at);
        let part = offset.checked_add(len).and_then(|end| bytes.get(offset..end));
        let checksum = crc32fast::hash(part.unwrap_or_default());
        bytes[at + 16..at + 20].copy_from_slice(&checksum.to_le_bytes());
    }
    let checksum = crc32fast::hash(&bytes[..CHECKSUM_AT]);
    bytes[CHECKSUM_AT..HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
}

/// Also what wide blocks of version 1 are.
const UNKNOWN_VERSION: Damage = Damage::new(VERSION_AT, "a version that this program knows");

/// The bytes of a header.
struct Header<'a>(&'a [u8]);

impl Header<'_> {
    fn u32(&self, at: usize) -> u32 {
        self.u64(at) as u32
    }

    fn u64(&self, at: usize) -> u64 {
        let bytes: [u8; 8] = std::array::from_fn(|i| self.0[at + i]);
        u64::from_le_bytes(bytes)
    }

    fn usize(&self, at: usize) -> usize {
        usize::try_from(self.u64(at)).unwrap_or(usize::MAX)
    }

    fn check_identity(&self) -> Result<(), Damage> {
        if &self.0[..8] != MAGIC {
            return Err(Damage::new(0, "the mark of a segment"));
        }
        if ![VERSION, WIDE_VERSION].contains(&self.u32(VERSION_AT)) {
            return Err(UNKNOWN_VERSION);
        }
        let checksum = crc32fast::hash(&self.0[..CHECKSUM_AT]);
        if self.0[CHECKSUM_AT..] != checksum.to_le_bytes() {
            return Err(Damage::new(CHECKSUM_AT, "the checksum of the header"));
        }
        Ok(())
    }

    /// Each version has blocks of one kind.
    fn check_blocks(&self) -> Result<(), Damage> {
        match (self.u32(VERSION_AT), self.u32(12)) {
            (VERSION, 0) | (WIDE_VERSION, 1) => Ok(()),
            _ => Err(UNKNOWN_VERSION),
        }
    }

    fn layout(&self) -> Option<Layout> {
        let chunks = self.u32(60) as usize;
        let described: Vec<(u32, u32)> = (0..chunks.min(MOST_CHUNKS))
            .map(|chunk| CHUNKS_AT + 8 * chunk)
            .map(|at| (self.u32(at), self.u32(at + 4)))
            .collect();
        let payload_bytes = self.u32(56) as usize;
        let sound = chunks <= MOST_CHUNKS && (1..=8).contains(&payload_bytes);
        sound.then_some(Layout {
            geometry: Geometry::read(&described)?,
            wide: self.u32(12) == 1,
            rows: self.usize(24),
            entries: self.usize(ENTRIES_AT),
            least_payload: self.u64(LEAST_PAYLOAD_AT),
            largest_payload: self.u64(LARGEST_PAYLOAD_AT),
            payload_bytes,
            parts: std::array::from_fn(|index| self.part(PARTS_AT + index * PART_BYTES)),
            file_len: self.usize(16),
        })
    }

    fn part(&self, at: usize) -> Part {
        Part { offset: self.usize(at), len: self.usize(at + 8), checksum: self.u32(at + 16) }
    }
}
