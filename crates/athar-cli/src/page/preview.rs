//! The picture on the page: grey, and blurred until nobody can be recognised.
//!
//! The blur is in the pixels, never in how a browser shows them: what the page holds is a grid of
//! [`BLURRED_SIDE_PX`] values a side and nothing finer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io;

/// Values that are left of the longer side: enough for where it is light and where dark, too few
/// for a face even if it fills the picture.
const BLURRED_SIDE_PX: usize = 12;

/// The longer side of a blurred picture as it is embedded.
const SMOOTH_SIDE_PX: usize = 192;

/// Numbers in rows: a picture's brightness, 0 to 255.
pub(super) struct Grid<L = Vec<f32>> {
    pub width: usize,
    pub height: usize,
    /// Row by row, as many as the width times the height, and not none.
    pub luma: L,
}

impl Grid {
    fn from_fn(width: usize, height: usize, f: impl Fn(usize, usize) -> f32) -> Self {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, luma: places.map(|(x, y)| f(x, y)).collect() }
    }
}

impl<L: AsRef<[f32]>> Grid<L> {
    fn row(&self, y: usize) -> &[f32] {
        &self.luma.as_ref()[y * self.width..][..self.width]
    }
}

/// A PNG of the picture as a data URI.
pub(super) fn data_uri(picture: &Grid<&[f32]>, clear: bool) -> io::Result<String> {
    let png = match clear {
        true => png(picture)?,
        false => png(&blurred(picture))?,
    };
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}

fn blurred(picture: &Grid<&[f32]>) -> Grid {
    let coarse = shrunk(picture, sides(picture, BLURRED_SIDE_PX));
    let (width, height) = sides(picture, SMOOTH_SIDE_PX);
    let place =
        |at: usize, side: usize, cells: usize| (at as f32 + 0.5) * cells as f32 / side as f32 - 0.5;
    Grid::from_fn(width, height, |x, y| {
        spline(&coarse, place(x, width, coarse.width), place(y, height, coarse.height))
    })
}

/// Width and height when the longer of them is `longest`.
fn sides(picture: &Grid<&[f32]>, longest: usize) -> (usize, usize) {
    let (width, height) = (picture.width, picture.height);
    let side = |side: usize| (side * longest).div_ceil(width.max(height).max(1)).max(1);
    (side(width), side(height))
}

/// The mean of what lies in each cell; cells of a small picture overlap.
fn shrunk(picture: &Grid<&[f32]>, (columns, rows): (usize, usize)) -> Grid {
    let span = |at: usize, cells: usize, side: usize| {
        let (from, to) = (at * side / cells, ((at + 1) * side).div_ceil(cells));
        from.min(side - 1)..to.clamp(1, side)
    };
    Grid::from_fn(columns, rows, |x, y| {
        let across = span(x, columns, picture.width);
        let down = span(y, rows, picture.height);
        let count = (across.len() * down.len()).max(1) as f32;
        down.map(|y| picture.row(y)[across.clone()].iter().sum::<f32>()).sum::<f32>() / count
    })
}

/// The cubic B-spline over a grid's values: it only smooths, and has no edges.
fn spline(grid: &Grid, x: f32, y: f32) -> f32 {
    let last = |side: usize| side as isize - 1;
    let taps = |at: f32, last: isize| {
        let cell = at.floor();
        let weights = weights(at - cell);
        std::array::from_fn::<_, 4, _>(|k| {
            let place = (cell as isize + k as isize - 1).clamp(0, last);
            (place as usize, weights[k])
        })
    };
    let across = taps(x, last(grid.width));
    let along = |row: &[f32]| across.iter().map(|&(at, weight)| weight * row[at]).sum::<f32>();
    taps(y, last(grid.height)).iter().map(|&(at, weight)| weight * along(grid.row(at))).sum()
}

fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    let from_left = (1.0 - t).powi(3);
    [from_left, 3.0 * t3 - 6.0 * t2 + 4.0, 3.0 * (t + t2 - t3) + 1.0, t3].map(|w| w / 6.0)
}

fn png(grid: &Grid<impl AsRef<[f32]>>) -> io::Result<Vec<u8>> {
    // Casts of floating point numbers saturate.
    let grey: Vec<u8> = grid.luma.as_ref().iter().map(|value| value.round() as u8).collect();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, grid.width as u32, grid.height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&grey)?;
    writer.finish()?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The embedded picture of a picture made by formula.
    fn embedded(
        (width, height): (usize, usize),
        clear: bool,
        f: impl Fn(usize, usize) -> f32,
    ) -> (u32, u32, Vec<u8>) {
        let Grid { width, height, luma } = Grid::from_fn(width, height, f);
        let uri = data_uri(&Grid { width, height, luma: &luma[..] }, clear).unwrap();
        let png = STANDARD.decode(uri.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(png)).read_info().unwrap();
        let mut grey = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut grey).unwrap();
        (info.width, info.height, grey)
    }

    /// Stripes four pixels wide: all that is in them is finer than the blur.
    fn stripes(x: usize, _: usize) -> f32 {
        if (x / 4).is_multiple_of(2) { 255.0 } else { 0.0 }
    }

    #[test]
    fn what_is_fine_is_gone_from_the_pixels_of_a_blurred_picture() {
        let (width, height, grey) = embedded((640, 480), false, stripes);
        assert_eq!((width, height), (192, 144));
        assert!(grey.iter().all(|&value| (120..=135).contains(&value)));
    }

    #[test]
    fn light_and_dark_are_left() {
        let halves = |_, y| if y < 450 { 20.0 } else { 220.0 };
        let (width, height, grey) = embedded((300, 900), false, halves);
        assert_eq!((width, height), (64, 192));
        assert!(grey[0] < 25 && grey[grey.len() - 1] > 215);
    }

    #[test]
    fn a_clear_picture_is_as_it_was() {
        let (width, height, grey) = embedded((640, 480), true, stripes);
        assert_eq!((width, height, &grey[..6]), (640, 480, &[255, 255, 255, 255, 0, 0][..]));
    }

    #[test]
    fn pictures_of_any_shape_can_be_blurred() {
        for size in [(1, 1), (1, 1000), (1000, 1), (3, 2)] {
            let grey = embedded(size, false, |_, _| 99.0).2;
            assert!(grey.iter().all(|&value| value == 99), "{size:?}");
        }
    }
}
