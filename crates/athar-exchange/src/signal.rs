//! What a list holds of a file: a code that finds what looks alike, or a digest of its bytes.

use crate::error::Reason;
use athar_kernel::Code;
use std::fmt;

/// A code or digest. It speaks of somebody's picture, so `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// PDQ of a picture or a frame.
    Pdq(Code),
    /// MD5 of a file.
    Md5([u8; 16]),
    /// SHA-1 of a file.
    Sha1([u8; 20]),
    /// SHA-256 of a file.
    Sha256([u8; 32]),
}

/// The kinds that lists of the field name. Only the first four become a [`Signal`]; the others
/// are counted and passed over, because nothing here can compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalType {
    /// PDQ, 256 bits.
    Pdq,
    /// MD5, 128 bits.
    Md5,
    /// SHA-1, 160 bits.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// PhotoDNA, whose makers do not let it be computed freely.
    PhotoDna,
    /// TMK+PDQF of a video.
    Tmk,
    /// PDQ of a video's frames, as a document of its own.
    Vpdq,
    /// Videntifier's descriptors.
    Videntifier,
    /// NetClean's.
    NetClean,
    /// Safer's, of a scene.
    Safer,
    /// Text, or a hash of text.
    Text,
    /// An address, or a hash of one.
    Url,
}

impl SignalType {
    /// Every type, in the order of their numbers.
    pub const ALL: [Self; 13] = [
        Self::Pdq,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::PhotoDna,
        Self::Tmk,
        Self::Vpdq,
        Self::Videntifier,
        Self::NetClean,
        Self::Safer,
        Self::Text,
        Self::Url,
    ];

    /// The name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdq => "pdq",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
            Self::PhotoDna => "photodna",
            Self::Tmk => "tmk",
            Self::Vpdq => "vpdq",
            Self::Videntifier => "videntifier",
            Self::NetClean => "netclean",
            Self::Safer => "safer",
            Self::Text => "text",
            Self::Url => "url",
        }
    }

    /// Bytes of a value; `None` for what does not become a [`Signal`].
    pub const fn value_bytes(self) -> Option<usize> {
        match self {
            Self::Pdq | Self::Sha256 => Some(32),
            Self::Md5 => Some(16),
            Self::Sha1 => Some(20),
            _ => None,
        }
    }
}

impl Signal {
    /// Its type.
    pub const fn signal_type(&self) -> SignalType {
        match self {
            Self::Pdq(_) => SignalType::Pdq,
            Self::Md5(_) => SignalType::Md5,
            Self::Sha1(_) => SignalType::Sha1,
            Self::Sha256(_) => SignalType::Sha256,
        }
    }

    /// Its value, 16, 20 or 32 bytes; a code with bit 255 first.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Pdq(code) => code.to_bytes().to_vec(),
            Self::Md5(bytes) => bytes.to_vec(),
            Self::Sha1(bytes) => bytes.to_vec(),
            Self::Sha256(bytes) => bytes.to_vec(),
        }
    }

    /// Its value in lower-case hex. Only for writing it where it is really wanted.
    pub fn to_hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = |byte: u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
        self.to_bytes().into_iter().flat_map(digits).map(char::from).collect()
    }

    /// From its bytes; `None` when this type has another length or is never one.
    pub fn from_bytes(signal_type: SignalType, bytes: &[u8]) -> Option<Self> {
        Some(match signal_type {
            SignalType::Pdq => Self::Pdq(Code::from_bytes(bytes.try_into().ok()?)),
            SignalType::Md5 => Self::Md5(bytes.try_into().ok()?),
            SignalType::Sha1 => Self::Sha1(bytes.try_into().ok()?),
            SignalType::Sha256 => Self::Sha256(bytes.try_into().ok()?),
            _ => return None,
        })
    }

    /// From hex digits of either case. A type that is never a signal is told as unknown.
    pub fn from_hex(signal_type: SignalType, text: &[u8]) -> Result<Self, Reason> {
        Ok(match signal_type {
            SignalType::Pdq => Self::Pdq(Code::from_bytes(decode(text)?)),
            SignalType::Md5 => Self::Md5(decode(text)?),
            SignalType::Sha1 => Self::Sha1(decode(text)?),
            SignalType::Sha256 => Self::Sha256(decode(text)?),
            _ => return Err(Reason::UnknownType),
        })
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(redacted)", self.signal_type().name())
    }
}

/// `N` bytes from `2 N` hex digits.
fn decode<const N: usize>(text: &[u8]) -> Result<[u8; N], Reason> {
    if text.len() != 2 * N {
        return Err(Reason::Length { got: text.len(), expected: 2 * N });
    }
    let mut bytes = [0; N];
    for (at, (byte, pair)) in bytes.iter_mut().zip(text.as_chunks::<2>().0).enumerate() {
        let [high, low] = pair.map(|digit| VALUES[usize::from(digit)]);
        if high | low > 15 {
            return Err(Reason::NotHex { offset: 2 * at + usize::from(high <= 15) });
        }
        *byte = high << 4 | low;
    }
    Ok(bytes)
}

/// The value of each hex digit, 255 for every other byte.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types(u16);

impl Types {
    /// Everything that becomes a [`Signal`].
    pub const ALL: Self = Self(0b1111);
    /// Codes alone.
    pub const PDQ: Self = Self(0b0001);

    /// Only this one.
    pub const fn only(signal_type: SignalType) -> Self {
        Self(1 << signal_type as u16)
    }

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this one is among them.
    pub const fn contains(self, signal_type: SignalType) -> bool {
        self.0 >> signal_type as u16 & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_the_kernel_reads_it() {
        let text = "b1a0792acc32e22704ebf57943595b96cc63e7470bd55a5254548f87aa16bAcD";
        let signal = Signal::from_hex(SignalType::Pdq, text.as_bytes()).unwrap();
        assert_eq!(signal, Signal::Pdq(Code::from_hex(text).unwrap()));
        assert_eq!(signal.to_hex(), text.to_lowercase());
        assert_eq!(Signal::from_bytes(SignalType::Pdq, &signal.to_bytes()), Some(signal));
    }

    #[test]
    fn what_is_no_value_is_told_by_its_place() {
        let md5 = |text: &str| Signal::from_hex(SignalType::Md5, text.as_bytes()).unwrap_err();
        assert_eq!(md5("00"), Reason::Length { got: 2, expected: 32 });
        assert_eq!(md5(&format!("{:0>30}g0", "")), Reason::NotHex { offset: 30 });
        assert_eq!(md5(&format!("{:0>31}g", "")), Reason::NotHex { offset: 31 });
        assert_eq!(Signal::from_hex(SignalType::Tmk, b"00").unwrap_err(), Reason::UnknownType);
    }

    #[test]
    fn a_signal_is_not_shown() {
        assert_eq!(format!("{:?}", Signal::Md5([7; 16])), "md5(redacted)");
    }

    #[test]
    fn types_are_a_set() {
        let two = Types::only(SignalType::Md5).and(Types::PDQ);
        let held = SignalType::ALL.into_iter().filter(|&t| two.contains(t)).collect::<Vec<_>>();
        assert_eq!(held, [SignalType::Pdq, SignalType::Md5]);
        let all = SignalType::ALL.into_iter().filter(|&t| Types::ALL.contains(t));
        assert!(all.eq(SignalType::ALL.into_iter().filter(|t| t.value_bytes().is_some())));
    }
}
