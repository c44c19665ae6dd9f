//! How a segment cuts its codes into chunks, and which of them a radius asks how far.
//!
//! # The principle
//!
//! Lay the chunks of a code on a ring and give each a budget, together one more than the radius.
//! Let a code lie within the radius of a query. Go round the ring and add up, chunk by chunk,
//! the bits in which the two differ, less the chunk's budget: a full turn comes out below zero.
//! So there is a chunk to start from where *every* partial sum stays below zero (the cycle
//! lemma; Qin and Xiao, "Pigeonring", VLDB 2018, use it for search). Hence some chunk differs in
//! fewer bits than its budget, and that chunk and the next one together differ in fewer bits
//! than their two budgets.
//!
//! The first half finds buckets: for every chunk, those of all values that differ from the
//! query's in fewer bits than the budget. The second half throws nearly all of their entries
//! away by what follows on the ring, of which some bits lie beside the entry, its *sketch*. With
//! sixteen chunks, a budget of two each and uniform codes, one entry in four hundred passes by 16
//! bits of the next chunk. Real codes crowd: of 28 million landmarks of photographs a question
//! meets 118,000 in its buckets of twenty bits, of which 8,900 pass so. With whole chunks of 22
//! and 20 bits as addresses it meets 59,000, and with sketches of 32 bits, which reach into the
//! chunk after the next, 700 pass (with 22 bits 1,450; with the whole chunk after the next 150).
//! So wide chunks have those.
//!
//! Whatever the budgets, as long as they add up, the search is exact; they only decide how much
//! is read. So they may be chosen for each query (see `plan.rs`).
//!
//! # What it took the place of
//!
//! The usual way (chunks of log2 of the number of codes, so that a bucket holds about one entry)
//! reads 2,900 buckets and as many rows at ten million codes and radius 31: some 8,600 lines of
//! memory from unrelated places, 138 us where it was tried. With the next chunk beside every
//! entry, chunks can be short and buckets long, and what is read is 2,200 lines, most of them in
//! runs of six.
//!
//! # Considered and left
//!
//! - *Dealing the bits of real codes out to chunks so that buckets are alike.* Between 2,551
//!   unrelated photographs, PDQ's bits in their own order put 1.26 times as many entries into a
//!   query's buckets as independent bits would, dealt out along diagonals 1.03 times. Not worth
//!   an order of its own.
//!   Of landmarks, an order made to keep bits that go together apart puts 1.17 times fewer
//!   entries into the buckets of wide chunks and lets as many pass; any other order that was tried
//!   is worse than their own.
//! - *Other sketches.* Twelve bits save 8 bytes a code and pass nine times as many entries, each
//!   of which costs as much as 160 sketches. Longer ones cost memory for nothing with sixteen
//!   chunks and uniform codes. In wide chunks 64 bits would be read where 32 are, and spare few
//!   of the rows.
//! - *Other numbers of chunks.* At ten million codes, by counting lines: 2,000 with 15 chunks,
//!   2,700 with 14, against 1,800 with 16 (without ids and rows). At a hundred million, by time:
//!   180 us with 14 chunks, 205 with 13, 150 with 12; 325 with 16 where 12 took 175, with less
//!   asked for ahead. All before other things made them faster.
//! - *Sorting a bucket by its sketches to skip lines.* A ball of radius 2 around 16 bits touches
//!   nearly every line of a bucket, however it is sorted.

/// Bits of a code.
const CODE_BITS: u32 = 256;

/// From so many distinct codes on, chunks are wide. Among 28 million uniform codes that takes 93 us
/// a question, with addresses of twenty bits and sketches of sixteen 77; but landmarks of
/// photographs, which crowd, 145 where it took 330.
const WIDE_ROWS: usize = 20_000_000;

/// Entries of a bucket that cost about as much as finding the bucket.
const BUCKET_ROWS: usize = 16;

/// Bits by which a table may be smaller than its chunk, for small segments.
const FEWEST_ADDRESS_BITS: u32 = 6;

/// Part of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Its first bit, counted from the highest of word 0 on.
    pub first_bit: u32,
    /// 16 to 24.
    pub bits: u32,
    /// How many of its first bits choose a bucket.
    pub address_bits: u32,
}

impl Chunk {
    /// Bits of the chunk that do not choose a bucket.
    pub(crate) fn rest_bits(&self) -> u32 {
        self.bits - self.address_bits
    }

    /// The bits of the chunk that choose a bucket.
    #[inline]
    pub(crate) fn address(&self, words: &[u64; 4]) -> u32 {
        take(words, self.first_bit) >> (32 - self.address_bits)
    }

    /// The first 16 bits of the chunk, highest first.
    #[inline]
    pub(crate) fn sketch(&self, words: &[u64; 4]) -> u16 {
        (take(words, self.first_bit) >> 16) as u16
    }

    /// The 32 bits after its address, the first of them highest. After the last bit of a code comes
    /// the first.
    #[inline]
    pub(crate) fn after_address(&self, words: &[u64; 4]) -> u32 {
        take_round(words, self.first_bit + self.address_bits)
    }

    /// Buckets of its table.
    pub(crate) fn buckets(&self) -> usize {
        1 << self.address_bits
    }
}

/// 32 bits of a code from `first_bit` on; beyond the code they are zero.
#[inline]
fn take(words: &[u64; 4], first_bit: u32) -> u32 {
    let (word, shift) = ((first_bit / 64) as usize, first_bit % 64);
    let high = words[word] << shift;
    // Shifted twice, because once by 64 is too far.
    let low = words.get(word + 1).map_or(0, |next| next >> 1 >> (63 - shift));
    ((high | low) >> 32) as u32
}

/// 32 bits of a code from `first_bit` on, of which the first comes after the last.
#[inline]
fn take_round(words: &[u64; 4], first_bit: u32) -> u32 {
    let (word, shift) = ((first_bit / 64) as usize % 4, first_bit % 64);
    let low = words[(word + 1) % 4] >> 1 >> (63 - shift);
    ((words[word] << shift | low) >> 32) as u32
}

/// The chunks of a segment, in the order of the ring. Codes in rising order have rising values of
/// the first, the primary one; all of its bits choose buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Geometry {
    chunks: Vec<Chunk>,
}

impl Geometry {
    /// What suits `rows` distinct codes: sixteen chunks of 16 bits, or, where their buckets would
    /// be long, eight of 22 and four of 20.
    pub(crate) fn for_rows(rows: usize) -> Self {
        if rows >= WIDE_ROWS {
            return Self::new(&[22, 22, 20].repeat(4), CODE_BITS);
        }
        let useful = (rows / BUCKET_ROWS).checked_ilog2().unwrap_or(0).max(FEWEST_ADDRESS_BITS);
        Self::new(&[16; 16], useful)
    }

    /// Chunks of these widths, of which all but the first choose buckets by at most
    /// `address_bits`.
    pub(crate) fn new(widths: &[u32], address_bits: u32) -> Self {
        let mut first_bit = 0;
        let chunk = |(index, &bits): (usize, &u32)| {
            let address_bits = if index == 0 { bits } else { bits.min(address_bits) };
            let chunk = Chunk { first_bit, bits, address_bits };
            first_bit += bits;
            chunk
        };
        Self { chunks: widths.iter().enumerate().map(chunk).collect() }
    }

    /// The geometry that a file describes by the widths of its chunks and of their addresses;
    /// `None` when that is none.
    pub(crate) fn read(described: &[(u32, u32)]) -> Option<Self> {
        let sound = |&(bits, address): &(u32, u32)| {
            (16..=24).contains(&bits) && (FEWEST_ADDRESS_BITS..=bits).contains(&address)
        };
        let bits: u32 = described.iter().map(|&(bits, _)| bits.min(CODE_BITS)).sum();
        let (first, first_address) = *described.first()?;
        if bits != CODE_BITS || first != first_address || !described.iter().all(sound) {
            return None;
        }
        let widths: Vec<u32> = described.iter().map(|&(bits, _)| bits).collect();
        let mut geometry = Self::new(&widths, CODE_BITS);
        for (chunk, &(_, address_bits)) in geometry.chunks.iter_mut().zip(described) {
            chunk.address_bits = address_bits;
        }
        Some(geometry)
    }

    pub(crate) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The first chunk, whose buckets are the codes themselves in their order.
    pub(crate) fn primary(&self) -> &Chunk {
        &self.chunks[0]
    }

    /// The chunk after `chunk` on the ring.
    #[inline]
    pub(crate) fn next(&self, chunk: usize) -> usize {
        if chunk + 1 == self.chunks.len() { 0 } else { chunk + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_bit_once() {
        for rows in [0, 1000, 1_000_000, 100_000_000] {
            let geometry = Geometry::for_rows(rows);
            for bit in 0..256 {
                let mut words = [0; 4];
                words[bit / 64] = 1u64 << (bit % 64);
                let inside =
                    |chunk: &&Chunk| take(&words, chunk.first_bit) >> (32 - chunk.bits) != 0;
                assert_eq!(geometry.chunks().iter().filter(inside).count(), 1, "bit {bit}");
            }
        }
    }

    #[test]
    fn a_chunk_across_two_words_is_read_from_both() {
        let words = [0xabc, 0x1200_0000_0000_0000, 0, 0];
        assert_eq!(take(&words, 52) >> 12, 0xabc12);
        assert_eq!(take(&[0, 0, 0, u64::MAX], 240), 0xffff_0000);
    }

    #[test]
    fn what_follows_an_address_goes_round() {
        let words = [0x1234_5678_9abc_def0, 1, 2, 0x0fed_cba9_8765_4321];
        let chunk = |first_bit, address_bits| Chunk { first_bit, bits: 24, address_bits };
        assert_eq!(chunk(0, 16).after_address(&words), 0x5678_9abc);
        assert_eq!(chunk(28, 16).after_address(&words), 0xcdef_0000);
        assert_eq!(chunk(232, 16).after_address(&words), 0x2112_3456);
        assert_eq!(chunk(232, 24).after_address(&words), 0x1234_5678);
    }

    #[test]
    fn small_segments_have_small_tables() {
        let buckets = |rows| Geometry::for_rows(rows).chunks()[5].buckets();
        assert_eq!([100, 16_384, 10_000_000].map(buckets), [1 << 6, 1 << 10, 1 << 16]);
    }

    #[test]
    fn a_described_geometry_is_the_same_and_nonsense_is_refused() {
        for rows in [10, 100_000_000] {
            let geometry = Geometry::for_rows(rows);
            let described: Vec<_> =
                geometry.chunks().iter().map(|chunk| (chunk.bits, chunk.address_bits)).collect();
            assert_eq!(Geometry::read(&described), Some(geometry));
        }
        let none = [
            vec![],
            vec![(16, 16); 15],
            vec![(16, 5); 16],
            vec![(16, 17); 16],
            vec![(u32::MAX, 16); 16],
            vec![(16, 8); 16],
        ];
        assert!(none.iter().all(|described| Geometry::read(described).is_none()));
    }
}
