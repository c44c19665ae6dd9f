//! The 256-bit code that every medium becomes, and the distance between two of them.

use std::fmt;

/// 256 bits that describe a picture, a patch or a second of sound.
///
/// Bit `k` is bit `k % 64` of word `k / 64`. The text form is 64 hex digits with bit 255 first,
/// as PDQ is written everywhere; the byte form is the same 32 bytes that the text spells.
///
/// A code can be partly turned back into a picture, so it is personal data: `Debug` does not
/// show it and there is no `Display`. Call [`Code::to_hex`] where a code is really wanted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(C, align(32))]
pub struct Code([u64; 4]);

/// Why a text is not a code. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeParseError {
    /// The text has another length than 64 characters.
    Length {
        /// Bytes found.
        got: usize,
    },
    /// A character is not a hex digit.
    NotHex {
        /// Its byte offset in the text.
        offset: usize,
    },
}

impl Code {
    /// Bits in a code.
    pub const BITS: usize = 256;

    /// A code from its four words, least significant first.
    pub const fn from_words(words: [u64; 4]) -> Self {
        Self(words)
    }

    /// The four words, least significant first.
    pub const fn words(&self) -> &[u64; 4] {
        &self.0
    }

    /// A code from its 32 bytes, bit 255 first.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().rev().zip(bytes.chunks_exact(8)) {
            *word = chunk.iter().fold(0, |acc, &byte| acc << 8 | u64::from(byte));
        }
        Self(words)
    }

    /// The 32 bytes, bit 255 first.
    pub fn to_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (chunk, word) in bytes.chunks_exact_mut(8).zip(self.0.iter().rev()) {
            chunk.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    /// Reads 64 hex digits of either case, bit 255 first.
    pub fn from_hex(text: &str) -> Result<Self, CodeParseError> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(CodeParseError::Length { got: digits.len() });
        }
        let mut words = [0u64; 4];
        for (offset, &digit) in digits.iter().enumerate() {
            let value = (digit as char).to_digit(16).ok_or(CodeParseError::NotHex { offset })?;
            let word = &mut words[3 - offset / 16];
            *word = *word << 4 | u64::from(value);
        }
        Ok(Self(words))
    }

    /// 64 lower-case hex digits, bit 255 first.
    pub fn to_hex(&self) -> String {
        let [a, b, c, d] = self.0;
        format!("{d:016x}{c:016x}{b:016x}{a:016x}")
    }

    /// Whether bit `index` (0 to 255) is set.
    pub fn bit(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }

    /// Number of bits in which two codes differ: 0 to 256.
    #[inline]
    pub fn distance(&self, other: &Self) -> Distance {
        let differing: u32 = self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones()).sum();
        Distance(differing as u16)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(redacted)")
    }
}

impl fmt::Display for CodeParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { got } => write!(f, "a code has 64 hex digits, this text has {got}"),
            Self::NotHex { offset } => write!(f, "character {} is not a hex digit", offset + 1),
        }
    }
}

impl std::error::Error for CodeParseError {}

/// Hamming distance in bits, 0 to 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Distance(u16);

impl Distance {
    /// Equal codes.
    pub const ZERO: Self = Self(0);

    /// A distance of `bits`, or `None` over 256.
    pub const fn new(bits: u16) -> Option<Self> {
        if bits <= 256 { Some(Self(bits)) } else { None }
    }

    /// The number of bits.
    pub const fn bits(self) -> u16 {
        self.0
    }
}

/// The largest distance at which two codes are still a hit, in bits, 0 to 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Radius(u16);

impl Radius {
    /// Equal codes only.
    pub const ZERO: Self = Self(0);

    /// A radius of `bits`, or `None` over 256.
    pub const fn new(bits: u16) -> Option<Self> {
        if bits <= 256 { Some(Self(bits)) } else { None }
    }

    /// The number of bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Whether `distance` lies within this radius.
    #[inline]
    pub const fn covers(self, distance: Distance) -> bool {
        distance.0 <= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bacd";

    #[test]
    fn hex_bytes_and_bits_agree() {
        let code = Code::from_hex(TEXT).unwrap();
        assert_eq!(code.to_hex(), TEXT);
        assert_eq!(Code::from_bytes(code.to_bytes()), code);
        assert_eq!(code.to_bytes()[0], 0xb1);
        assert_eq!(code.words()[0], 0x5454_8f87_aa16_bacd);
        let set: usize = (0..256).filter(|&k| code.bit(k)).count();
        assert_eq!(set, code.distance(&Code::default()).bits() as usize);
        assert!(code.bit(255) && code.bit(0) && !code.bit(1));
    }

    #[test]
    fn what_is_no_code_is_refused_without_being_repeated() {
        assert_eq!(Code::from_hex("ab"), Err(CodeParseError::Length { got: 2 }));
        let wrong = format!("{}zz", &TEXT[..62]);
        let error = Code::from_hex(&wrong).unwrap_err();
        assert_eq!(error, CodeParseError::NotHex { offset: 62 });
        assert!(!error.to_string().contains('z'));
        let accented = format!("é{}", &TEXT[..62]);
        assert_eq!(Code::from_hex(&accented), Err(CodeParseError::NotHex { offset: 0 }));
    }

    #[test]
    fn debug_does_not_show_a_code() {
        assert_eq!(format!("{:?}", Code::from_hex(TEXT).unwrap()), "Code(redacted)");
    }

    #[test]
    fn distance_and_radius_have_bounds() {
        let (zero, ones) = (Code::default(), Code::from_words([u64::MAX; 4]));
        assert_eq!(zero.distance(&ones).bits(), 256);
        assert!(Radius::new(256).unwrap().covers(zero.distance(&ones)));
        assert!(!Radius::new(255).unwrap().covers(zero.distance(&ones)));
        assert_eq!((Radius::new(257), Distance::new(257)), (None, None));
    }
}
