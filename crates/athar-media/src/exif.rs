//! One number out of EXIF: how the picture is to be turned.
//!
//! An EXIF block is a small TIFF file (CIPA DC-008), and only its first directory is looked at,
//! so there is nothing to nest and nothing to loop.

use athar_kernel::Orientation;

const ORIENTATION: u16 = 0x0112;

/// The orientation that an EXIF block asks for. What is missing, broken or out of range means
/// that the picture stands as it is stored, as every viewer takes it.
pub(crate) fn orientation(block: &[u8]) -> Orientation {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    short(block, ORIENTATION).and_then(Orientation::from_exif).unwrap_or_default()
}

fn short(block: &[u8], tag: u16) -> Option<u16> {
    let at = value_offset(block, tag)?;
    Tiff::new(block)?.u16(at)
}

/// Where the value of a tag of the first directory stands, if it is a 16-bit number.
pub(crate) fn value_offset(block: &[u8], tag: u16) -> Option<usize> {
    const SHORT: u16 = 3;
    let tiff = Tiff::new(block)?;
    let directory = tiff.u32(4)? as usize;
    let entries = usize::from(tiff.u16(directory)?);
    let entry = |index: usize| directory.checked_add(2 + 12 * index);
    let is_wanted = |&at: &usize| tiff.u16(at) == Some(tag) && tiff.u16(at + 2) == Some(SHORT);
    (0..entries).map_while(entry).find(is_wanted).map(|at| at + 8)
}

struct Tiff<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let is_big_endian = match bytes.get(..4)? {
            b"MM\0*" => true,
            b"II*\0" => false,
            _ => return None,
        };
        Some(Self { bytes, is_big_endian })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let field = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian { u16::from_be_bytes(field) } else { u16::from_le_bytes(field) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let field = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_big_endian { u32::from_be_bytes(field) } else { u32::from_le_bytes(field) })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An EXIF block with two tags, of which the second is the orientation.
    pub(crate) fn block(value: u16, is_big_endian: bool) -> Vec<u8> {
        let two = |v: u16| if is_big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let four = |v: u32| if is_big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut bytes = if is_big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        bytes.extend(four(8));
        bytes.extend(two(2));
        for (tag, value) in [(0x0100, 7), (ORIENTATION, value)] {
            bytes.extend([two(tag), two(3)].concat());
            bytes.extend(four(1));
            bytes.extend([two(value), two(0)].concat());
        }
        bytes.extend(four(0));
        bytes
    }

    #[test]
    fn all_eight_are_read_in_both_byte_orders() {
        for value in 1..=8 {
            for is_big_endian in [false, true] {
                let block = block(value, is_big_endian);
                let expected = Orientation::from_exif(value).unwrap();
                assert_eq!(orientation(&block), expected);
                assert_eq!(orientation(&[b"Exif\0\0", &block[..]].concat()), expected);
            }
        }
    }

    #[test]
    fn what_is_broken_turns_nothing() {
        assert_eq!(orientation(&block(9, true)), Orientation::Rot0);
        let whole = block(6, false);
        for end in 0..whole.len() - 8 {
            assert_eq!(orientation(&whole[..end]), Orientation::Rot0);
        }
        for offset in [0u32, 4, u32::MAX, u32::MAX - 1] {
            let mut far = whole.clone();
            far[4..8].copy_from_slice(&offset.to_le_bytes());
            assert_eq!(orientation(&far), Orientation::Rot0);
        }
    }
}
