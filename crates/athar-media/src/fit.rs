//! How large a plane a picture becomes, given how little of it is wanted.
//!
//! A hash that averages over windows of `ceil(side / 128)` pixels sees a shrunk picture with
//! other windows: 513 pixels get windows of 5, which is a share of 1 in 103 instead of 1 in 128.
//! So a JPEG is decoded at a smaller scale only where the windows keep their share and enough
//! pixels are left. Measured on 168 photographs and crops of 0.8 to 24 megapixels against PDQ of
//! the full decode: 8 bits of 256 at most, against 16 when any scale of 400 pixels is taken.

use crate::{Format, Want};

/// Windows along a side, for the hashes that [`Want::Hash`] serves.
const WINDOWS: u32 = 128;

/// The shorter side of a scaled picture has at least this many pixels: windows of 4.
const MIN_SIDE_PX: u32 = 4 * WINDOWS;

/// Up to here, a plane for [`Want::Hash`] is not shrunk: 64 MiB of samples.
const MAX_PLANE_PX: u64 = 4096 * 4096;

/// The steps from a stored picture to its plane: the decoder's own scale, then whole factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    /// JPEG decodes at one part in `denominator`; 1 elsewhere.
    pub denominator: u32,
    /// Columns the decoder delivers.
    pub width: u32,
    /// Rows the decoder delivers.
    pub height: u32,
    /// Delivered columns per column of the plane.
    pub across: u32,
    /// Delivered rows per row of the plane.
    pub down: u32,
}

impl Fit {
    pub fn new(format: Format, want: Want, width: u32, height: u32) -> Self {
        let denominator = match (format, want) {
            (Format::Jpeg, Want::Hash) => jpeg_denominator(width, height),
            _ => 1,
        };
        let (width, height) = (width.div_ceil(denominator), height.div_ceil(denominator));
        let (across, down) = match want {
            Want::Full => (1, 1),
            Want::Hash => shrink_factors(width, height),
        };
        Self { denominator, width, height, across, down }
    }

    pub fn plane_width(&self) -> usize {
        self.width.div_ceil(self.across) as usize
    }

    pub fn plane_height(&self) -> usize {
        self.height.div_ceil(self.down) as usize
    }

    pub fn plane_bytes(&self) -> u64 {
        self.plane_width() as u64 * self.plane_height() as u64 * size_of::<f32>() as u64
    }
}

fn jpeg_denominator(width: u32, height: u32) -> u32 {
    let serves = |&scale: &u32| {
        width.min(height).div_ceil(scale) >= MIN_SIDE_PX
            && keeps_windows(width, scale)
            && keeps_windows(height, scale)
    };
    [8, 4, 2].into_iter().find(serves).unwrap_or(1)
}

/// Whether the windows at this scale cover at most a fifteenth more than the full ones.
fn keeps_windows(side: u32, scale: u32) -> bool {
    let full = u64::from(side.div_ceil(WINDOWS));
    let scaled = u64::from(side.div_ceil(scale).div_ceil(WINDOWS)) * u64::from(scale);
    scaled * 15 <= full * 16
}

/// Both sides are shrunk alike, unless that left the shorter one without pixels to spare.
fn shrink_factors(width: u32, height: u32) -> (u32, u32) {
    let area = |across: u32, down: u32| {
        u64::from(width.div_ceil(across)) * u64::from(height.div_ceil(down))
    };
    let both = (1..).find(|&factor| area(factor, factor) <= MAX_PLANE_PX).unwrap_or(1);
    if both == 1 || width.min(height) / both >= 2 * MIN_SIDE_PX {
        return (both, both);
    }
    let long = (1..).find(|&factor| match width > height {
        true => area(factor, 1) <= MAX_PLANE_PX,
        false => area(1, factor) <= MAX_PLANE_PX,
    });
    let long = long.unwrap_or(1);
    if width > height { (long, 1) } else { (1, long) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denominator(width: u32, height: u32) -> u32 {
        Fit::new(Format::Jpeg, Want::Hash, width, height).denominator
    }

    #[test]
    fn a_jpeg_is_scaled_where_the_windows_of_the_hash_keep_their_share() {
        assert_eq!(denominator(4000, 3000), 4);
        assert_eq!(denominator(3000, 4000), 4);
        assert_eq!(denominator(6000, 4000), 4);
        assert_eq!(denominator(12_000, 9000), 8);
        // Windows of 26 would become 7 x 4 = 28.
        assert_eq!(denominator(3264, 2448), 2);
        assert_eq!(denominator(2560, 1440), 2);
        // 540 rows would have windows of 5 x 2 = 10 instead of 9, 697 rows of 12 instead of 11.
        assert_eq!(denominator(1920, 1080), 1);
        assert_eq!(denominator(1393, 1393), 1);
        assert_eq!(denominator(1000, 1000), 1);
        assert_eq!(Fit::new(Format::Jpeg, Want::Full, 4000, 3000).denominator, 1);
    }

    #[test]
    fn other_formats_stay_whole_up_to_4096_x_4096() {
        let fit = |width, height| Fit::new(Format::Png, Want::Hash, width, height);
        assert_eq!((fit(4096, 4096).across, fit(4096, 4096).down), (1, 1));
        assert_eq!((fit(4097, 4096).across, fit(4097, 4096).down), (2, 2));
        assert_eq!(
            (fit(12_000, 9000).plane_width(), fit(12_000, 9000).plane_height()),
            (4000, 3000)
        );
        // 300 rows are too few to halve.
        assert_eq!((fit(60_000, 300).across, fit(60_000, 300).down), (2, 1));
        assert_eq!((fit(1, 400_000_000).across, fit(1, 400_000_000).down), (1, 24));
        assert!(fit(20_000, 20_000).plane_bytes() <= MAX_PLANE_PX * 4);
    }
}
