//! The second opinion: an independent hash of the same picture.
//!
//! It is `image_hasher`'s gradient hash: the picture is shrunk to 17 x 16 cells, and a bit says
//! for each two neighbours in a row which is brighter. It shares no step with PDQ but the decoded
//! plane, so whoever crafts a picture against one does not control the other. It decides nothing
//! alone; `athar-engine`'s policy says what it means when the two disagree.

use athar_kernel::{Orientation, Plane};
use image::{GrayImage, Luma};
use image_hasher::{HashAlg, Hasher, HasherConfig};

/// Cells along a side of the picture that is handed to `image_hasher`.
const CELLS: u32 = 64;

/// Bits along a side of the hash.
const SIDE_BITS: u32 = 16;

const BYTES: usize = (SIDE_BITS * SIDE_BITS / 8) as usize;

/// An independent hash of a picture. Like a code it can be partly turned back into one, so
/// `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Second([u8; BYTES]);

/// Hamming distance of two second opinions, 0 to [`Second::BITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecondDistance(u16);

impl Second {
    /// Bits in a second opinion.
    pub const BITS: usize = BYTES * 8;

    /// From the bytes of [`Second::to_bytes`]; `None` for another number of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, as they are stored.
    pub fn to_bytes(&self) -> [u8; BYTES] {
        self.0
    }

    /// Number of bits in which two second opinions differ.
    pub fn distance(&self, other: &Self) -> SecondDistance {
        let differing = self.0.iter().zip(&other.0).map(|(a, b)| (a ^ b).count_ones());
        SecondDistance(differing.sum::<u32>() as u16)
    }
}

impl SecondDistance {
    /// A distance of `bits`.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The number of bits.
    pub const fn bits(self) -> u16 {
        self.0
    }
}

impl std::fmt::Debug for Second {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Second(redacted)")
    }
}

/// The second opinion on a picture in each of its eight orientations, by `Orientation as usize`.
pub(crate) fn seconds(plane: &Plane) -> [Second; 8] {
    let (small, hasher) = (shrunk(plane), hasher());
    Orientation::ALL.map(|orientation| {
        let turned = small.clone().oriented(orientation);
        let picture = GrayImage::from_fn(CELLS, CELLS, |x, y| {
            Luma([turned.row(y as usize)[x as usize].round() as u8])
        });
        Second(*hasher.hash_image(&picture).into_inner().first_chunk().unwrap_or(&[0; BYTES]))
    })
}

fn hasher() -> Hasher<[u8; BYTES]> {
    let config = HasherConfig::with_bytes_type::<[u8; BYTES]>().hash_alg(HashAlg::Gradient);
    config.hash_size(SIDE_BITS, SIDE_BITS).to_hasher()
}

/// The picture as a square of cells, each the mean of the pixels in it; a picture with fewer
/// pixels than cells along a side repeats them.
fn shrunk(plane: &Plane) -> Plane {
    let cells = CELLS as usize;
    let columns: Vec<_> = (0..cells).map(|cell| span(cell, plane.width())).collect();
    let mut luma = Vec::with_capacity(cells * cells);
    for row in 0..cells {
        let (top, bottom) = span(row, plane.height());
        for &(left, right) in &columns {
            let rows = (top..bottom).map(|y| plane.row(y)[left..right].iter().sum::<f32>());
            let pixels = ((bottom - top) * (right - left)).max(1);
            luma.push(rows.sum::<f32>() / pixels as f32);
        }
    }
    Plane::from_fn(cells, cells, |x, y| luma[y * cells + x])
}

/// Pixels from and to, of which at least one unless there are none.
fn span(cell: usize, pixels: usize) -> (usize, usize) {
    let (from, to) = (cell * pixels / CELLS as usize, (cell + 1) * pixels / CELLS as usize);
    (from, to.max(from + 1).min(pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(width: usize, height: usize, turns: f32) -> Plane {
        Plane::from_fn(width, height, |x, y| {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            127.0 + 60.0 * (u * turns).sin() + 60.0 * (v * turns * 1.7 + u * 3.0).cos()
        })
    }

    #[test]
    fn it_knows_the_picture_at_another_size_and_no_other() {
        let one = seconds(&waves(640, 480, 21.0));
        let same = one[0].distance(&seconds(&waves(320, 240, 21.0))[0]);
        let other = one[0].distance(&seconds(&waves(640, 480, 9.0))[0]);
        assert!(same.bits() < 8, "{same:?}");
        assert!(other.bits() > 64, "{other:?}");
    }

    #[test]
    fn each_orientation_is_that_of_the_picture_turned() {
        let plane = waves(320, 320, 13.0);
        let eight = seconds(&plane);
        for orientation in Orientation::ALL {
            let turned = seconds(&plane.clone().oriented(orientation))[0];
            assert_eq!(eight[orientation as usize], turned, "{orientation:?}");
        }
    }

    #[test]
    fn small_pictures_have_one_and_bytes_come_back() {
        for (width, height) in [(0, 0), (1, 1), (3, 200), (64, 1)] {
            let second = seconds(&waves(width, height, 5.0))[0];
            assert_eq!(Second::from_bytes(&second.to_bytes()), Some(second));
        }
        assert_eq!(Second::from_bytes(&[0; 31]), None);
    }
}
