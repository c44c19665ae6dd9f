//! Codes packed to 30 bytes: what is left when 16 of their bits are known from where they stand.
//!
//! ```text
//! byte 0                              30                     60
//!      | row 0                        | row 1                | ... | pad, 2 bytes
//!      | words 1, 2, 3, low 48 bits of word 0; each lowest byte first
//! ```
//!
//! What is left out is the *head* of a code: the highest 16 bits of word 0, so that codes in
//! their order have rising heads. The two bytes at the end let every row be read as four whole
//! words, of which the head belongs to the next row and is masked.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls what the level proves"))]

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "x86_64")]
use crate::{hamming::SIEVE_MAX_BITS, level::Kind};

use crate::sieve::prefetch_line;
use crate::{Code, Level, Radius};

/// A borrowed list of codes without their heads.
#[derive(Clone, Copy)]
pub struct Rows<'a>(&'a [u8]);

const STRIDE: usize = 30;
const PAD: usize = 2;

/// Where in word 0 the head begins.
const HEAD_SHIFT: u32 = 48;

/// The bits of word 0 that are in a row.
const IN_ROW: u64 = (1 << HEAD_SHIFT) - 1;

impl<'a> Rows<'a> {
    /// Bytes from one row to the next.
    pub const STRIDE: usize = STRIDE;

    /// Bytes after the last row.
    pub const PAD: usize = PAD;

    /// No rows.
    pub const EMPTY: Rows<'static> = Rows(&[0; PAD]);

    /// The rows of `bytes`; `None` when that is no whole number of them.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let rows = bytes.len().checked_sub(Self::PAD)?;
        rows.is_multiple_of(Self::STRIDE).then_some(Self(bytes))
    }

    /// The highest 16 bits of word 0: what is not in a row.
    #[inline]
    pub fn head(code: &Code) -> u16 {
        (code.words()[0] >> HEAD_SHIFT) as u16
    }

    /// The bytes of one row: all of a code but its head.
    #[inline]
    pub fn pack(code: &Code) -> [u8; STRIDE] {
        let mut row = [0; STRIDE];
        let [a, b, c, d] = code.words().map(u64::to_le_bytes);
        row[..8].copy_from_slice(&b);
        row[8..16].copy_from_slice(&c);
        row[16..24].copy_from_slice(&d);
        row[24..].copy_from_slice(&a[..6]);
        row
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len() / Self::STRIDE
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A code, given its head.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[inline]
    pub fn code(&self, row: usize, head: u16) -> Code {
        let [a, b, c, d] = self.words(row);
        Code::from_words([a & IN_ROW | u64::from(head) << HEAD_SHIFT, b, c, d])
    }

    /// Asks memory for a row, and does not wait for it. That it is there is not asked.
    #[inline]
    pub fn prefetch(&self, row: usize) {
        let first = self.0.as_ptr().wrapping_add(row * Self::STRIDE);
        // One line or two: asking twice for one costs less than a branch on which it is.
        prefetch_line(first);
        prefetch_line(first.wrapping_add(Self::STRIDE - 1));
    }

    /// Appends those of `rows` that lie within `radius` of `query`, with their distance. Neither
    /// counts the head.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn within(
        &self,
        level: Level,
        query: &Code,
        radius: Radius,
        rows: &[u32],
        found: &mut Vec<(u32, u16)>,
    ) {
        let rows = rows.iter().copied();
        #[cfg(target_arch = "x86_64")]
        if matches!(level.kind(), Kind::Avx2 | Kind::Avx512) {
            // SAFETY: a level of these kinds is only had on a processor that has POPCNT.
            return unsafe { self.measure_popcnt(query, radius, rows, found) };
        }
        let _ = level;
        self.measure(query, radius, rows, found);
    }

    /// Appends every row that lies within `radius` of `query`, with its distance, in no
    /// particular order. Neither counts the head.
    pub fn scan(&self, level: Level, query: &Code, radius: Radius, found: &mut Vec<(u32, u16)>) {
        let rows = 0..self.len() as u32;
        #[cfg(target_arch = "x86_64")]
        if matches!(level.kind(), Kind::Avx2 | Kind::Avx512) {
            // SAFETY: a level of these kinds is only had on a processor that has AVX2, POPCNT.
            return unsafe {
                if radius.bits() <= SIEVE_MAX_BITS {
                    x86::scan(self, query, radius, found);
                } else {
                    self.measure_popcnt(query, radius, rows, found);
                }
            };
        }
        let _ = level;
        self.measure(query, radius, rows, found);
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn measure_popcnt(
        &self,
        query: &Code,
        radius: Radius,
        rows: impl Iterator<Item = u32>,
        found: &mut Vec<(u32, u16)>,
    ) {
        self.measure(query, radius, rows, found);
    }

    #[inline(always)]
    fn measure(
        &self,
        query: &Code,
        radius: Radius,
        rows: impl Iterator<Item = u32>,
        found: &mut Vec<(u32, u16)>,
    ) {
        let [p, q, r, s] = *query.words();
        for row in rows {
            let [a, b, c, d] = self.words(row as usize);
            let half = ((a ^ p) & IN_ROW).count_ones() + (b ^ q).count_ones();
            let distance = half + (c ^ r).count_ones() + (d ^ s).count_ones();
            if distance <= u32::from(radius.bits()) {
                found.push((row, distance as u16));
            }
        }
    }

    /// The four words of a row; the head is that of something else.
    #[inline]
    fn words(&self, row: usize) -> [u64; 4] {
        let bytes = &self.0[row * Self::STRIDE..][..size_of::<Code>()];
        let (words, _) = bytes.as_chunks::<8>();
        [words[3], words[0], words[1], words[2]].map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(len: u64) -> Vec<Code> {
        let word = |i: u64, k: u64| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ k << 50) ^ i << 7;
        (0..len)
            .map(|i| Code::from_words([word(i, 1), word(i, 2), word(i, 3), word(i, 4)]))
            .collect()
    }

    fn packed(codes: &[Code]) -> Vec<u8> {
        let rows = codes.iter().flat_map(Rows::pack);
        rows.chain([0xee; Rows::PAD]).collect()
    }

    #[test]
    fn a_code_comes_back_whole() {
        let codes = codes(9);
        let bytes = packed(&codes);
        let rows = Rows::new(&bytes).unwrap();
        assert_eq!(rows.len(), 9);
        for (i, code) in codes.iter().enumerate() {
            assert!(rows.code(i, Rows::head(code)) == *code);
        }
    }

    #[test]
    fn no_whole_number_of_rows_is_refused() {
        let len = |bytes: usize| Rows::new(&vec![0; bytes]).map(|rows| rows.len());
        assert_eq!(
            [0, 1, 2, 31, 32, 33, 62].map(len),
            [None, None, Some(0), None, Some(1), None, Some(2)]
        );
        assert!(Rows::new(&[0; 2]).unwrap().is_empty());
    }

    #[test]
    fn distances_leave_the_head_out_at_every_level() {
        let mut codes = codes(330);
        // Near the queries, and in every place of a tile.
        for row in 5..330 {
            let [a, b, c, d] = *codes[row % 5].words();
            if row % 4 == 0 {
                codes[row] = Code::from_words([a, b ^ row as u64, c, d ^ 1 << (row % 64)]);
            }
        }
        let bytes = packed(&codes);
        let rows = Rows::new(&bytes).unwrap();
        let asked: Vec<u32> = (0..330).step_by(3).collect();
        let headless = |code: &Code| {
            let [a, b, c, d] = *code.words();
            Code::from_words([a & IN_ROW, b, c, d])
        };
        for (radius, query) in [0, 31, 48, 110, 240].into_iter().zip(&codes) {
            let radius = Radius::new(radius).unwrap();
            let naive: Vec<(u32, u16)> = asked
                .iter()
                .map(|&row| (row, headless(&codes[row as usize]).distance(&headless(query)).bits()))
                .filter(|&(_, distance)| distance <= radius.bits())
                .collect();
            for level in Level::available() {
                let mut found = Vec::new();
                rows.within(level, query, radius, &asked, &mut found);
                assert_eq!(found, naive, "{level}");
                let mut scanned = Vec::new();
                rows.scan(level, query, radius, &mut scanned);
                scanned.sort_unstable();
                scanned.retain(|(row, _)| row % 3 == 0);
                assert_eq!(scanned, naive, "{level}");
            }
        }
    }
}
