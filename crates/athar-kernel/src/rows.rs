//! Codes packed to 30 bytes: what is left when 16 of their bits are known from where they stand.
//!
//! ```text
//! byte 0        2              32             62
//!      | pad    | row 0        | row 1        | row 2 ...
//!               | bits 16..256 of the code, lowest byte first
//! ```
//!
//! The two bytes in front let every row be read as four whole words, of which the lowest 16 bits
//! belong to the row before and are masked.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "calls what the level proves"))]

use crate::level::Kind;
use crate::sieve::prefetch;
use crate::{Code, Level, Radius};

/// A borrowed list of codes without their lowest 16 bits.
#[derive(Clone, Copy)]
pub struct Rows<'a>(&'a [u8]);

const STRIDE: usize = 30;

/// What is not in a row.
const LOW_BITS: u64 = 0xffff;

impl<'a> Rows<'a> {
    /// Bytes from one row to the next.
    pub const STRIDE: usize = STRIDE;

    /// Bytes in front of the first row.
    pub const PAD: usize = 2;

    /// The rows of `bytes`; `None` when that is no whole number of them.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let rows = bytes.len().checked_sub(Self::PAD)?;
        rows.is_multiple_of(Self::STRIDE).then_some(Self(bytes))
    }

    /// The bytes of one row: all of a code but its lowest 16 bits.
    pub fn pack(code: &Code) -> [u8; STRIDE] {
        let mut row = [0; Self::STRIDE];
        let [a, b, c, d] = code.words().map(u64::to_le_bytes);
        row[..6].copy_from_slice(&a[2..]);
        row[6..14].copy_from_slice(&b);
        row[14..22].copy_from_slice(&c);
        row[22..].copy_from_slice(&d);
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

    /// A code, given its lowest 16 bits.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    #[inline]
    pub fn code(&self, row: usize, low: u16) -> Code {
        let [a, b, c, d] = self.words(row);
        Code::from_words([a & !LOW_BITS | u64::from(low), b, c, d])
    }

    /// Asks memory for a row, and does not wait for it.
    #[inline]
    pub fn prefetch(&self, row: usize) {
        let start = row * Self::STRIDE + Self::PAD;
        prefetch(self.0, start..start + Self::STRIDE);
    }

    /// Appends those of `rows` that lie within `radius` of `query`, with their distance. Neither
    /// counts the lowest 16 bits.
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
        match level.kind() {
            // SAFETY: a level of these kinds is only had on a processor that has POPCNT.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 | Kind::Avx512 => unsafe {
                self.within_popcnt(query, radius, rows, found);
            },
            _ => self.within_any(query, radius, rows, found),
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn within_popcnt(
        &self,
        query: &Code,
        radius: Radius,
        rows: &[u32],
        found: &mut Vec<(u32, u16)>,
    ) {
        self.within_any(query, radius, rows, found);
    }

    #[inline(always)]
    fn within_any(&self, query: &Code, radius: Radius, rows: &[u32], found: &mut Vec<(u32, u16)>) {
        let [p, q, r, s] = *query.words();
        for &row in rows {
            let [a, b, c, d] = self.words(row as usize);
            let low_half = ((a ^ p) & !LOW_BITS).count_ones() + (b ^ q).count_ones();
            let distance = low_half + (c ^ r).count_ones() + (d ^ s).count_ones();
            if distance <= u32::from(radius.bits()) {
                found.push((row, distance as u16));
            }
        }
    }

    /// The four words of a row; the lowest 16 bits are those of something else.
    #[inline]
    fn words(&self, row: usize) -> [u64; 4] {
        let bytes = &self.0[row * Self::STRIDE..][..size_of::<Code>()];
        let (words, _) = bytes.as_chunks::<8>();
        [words[0], words[1], words[2], words[3]].map(u64::from_le_bytes)
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
        [0xee; Rows::PAD].into_iter().chain(rows).collect()
    }

    #[test]
    fn a_code_comes_back_whole() {
        let codes = codes(9);
        let bytes = packed(&codes);
        let rows = Rows::new(&bytes).unwrap();
        assert_eq!(rows.len(), 9);
        for (i, code) in codes.iter().enumerate() {
            assert!(rows.code(i, code.words()[0] as u16) == *code);
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
    fn distances_leave_the_lowest_bits_out_at_every_level() {
        let codes = codes(200);
        let bytes = packed(&codes);
        let rows = Rows::new(&bytes).unwrap();
        let asked: Vec<u32> = (0..200).step_by(3).collect();
        let low = |code: &Code| {
            Code::from_words([
                code.words()[0] | LOW_BITS,
                code.words()[1],
                code.words()[2],
                code.words()[3],
            ])
        };
        for (radius, query) in [0, 31, 110, 128, 240].into_iter().zip(&codes) {
            let radius = Radius::new(radius).unwrap();
            let naive: Vec<(u32, u16)> = asked
                .iter()
                .map(|&row| (row, low(&codes[row as usize]).distance(&low(query)).bits()))
                .filter(|&(_, distance)| distance <= radius.bits())
                .collect();
            for level in Level::available() {
                let mut found = Vec::new();
                rows.within(level, query, radius, &asked, &mut found);
                assert_eq!(found, naive, "{level}");
            }
        }
    }
}
