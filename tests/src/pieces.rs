//! Edits of which a whole-picture hash knows nothing: a known picture becomes a piece of another
//! one, or another becomes a piece of it. Each tells where the piece lies.

use crate::pictures::random;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};

/// A polygon in a picture's pixels.
pub type Polygon = Vec<[f64; 2]>;

/// An edited picture, and where the known one is seen in it.
pub struct Piece {
    /// The edited picture.
    pub picture: RgbImage,
    /// The common region in it.
    pub query: Polygon,
    /// The same in the known picture.
    pub stored: Polygon,
}

/// The corners of a rectangle.
pub fn rectangle(left: u32, top: u32, width: u32, height: u32) -> Polygon {
    let [left, top, right, low] = [left, top, left + width, top + height].map(f64::from);
    vec![[left, top], [right, top], [right, low], [left, low]]
}

/// All of a picture.
pub fn frame(picture: &RgbImage) -> Polygon {
    rectangle(0, 0, picture.width(), picture.height())
}

/// A quarter of the picture's area.
pub fn crop(known: &RgbImage) -> Piece {
    let (width, height) = (known.width() / 2, known.height() / 2);
    let (left, top) = (width / 2, height / 3);
    let picture = imageops::crop_imm(known, left, top, width, height).to_image();
    Piece { query: frame(&picture), stored: rectangle(left, top, width, height), picture }
}

/// Half of the picture's area, mirrored left to right.
pub fn mirrored_crop(known: &RgbImage) -> Piece {
    let (width, height) = (known.width() * 7 / 10, known.height() * 7 / 10);
    let (left, top) = (known.width() / 10, known.height() / 5);
    let picture = imageops::crop_imm(known, left, top, width, height).to_image();
    let picture = imageops::flip_horizontal(&picture);
    Piece { query: frame(&picture), stored: rectangle(left, top, width, height), picture }
}

/// The picture turned clockwise on a grey ground that is large enough for it.
pub fn turned(known: &RgbImage, degrees: f64) -> Piece {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (f64::from(known.width()), f64::from(known.height()));
    let outer = [
        (width * cos.abs() + height * sin.abs()).ceil(),
        (width * sin.abs() + height * cos.abs()).ceil(),
    ];
    let turn = |[x, y]: [f64; 2]| {
        let (x, y) = (x - width / 2.0, y - height / 2.0);
        [outer[0] / 2.0 + x * cos - y * sin, outer[1] / 2.0 + x * sin + y * cos]
    };
    let picture = RgbImage::from_fn(outer[0] as u32, outer[1] as u32, |x, y| {
        let (x, y) = (f64::from(x) + 0.5 - outer[0] / 2.0, f64::from(y) + 0.5 - outer[1] / 2.0);
        let at = [width / 2.0 + x * cos + y * sin - 0.5, height / 2.0 - x * sin + y * cos - 0.5];
        imageops::interpolate_bilinear(known, at[0] as f32, at[1] as f32)
            .filter(|_| at.iter().all(|&value| value >= 0.0))
            .unwrap_or(Rgb([70; 3]))
    });
    let query = frame(known).into_iter().map(turn).collect();
    Piece { picture, query, stored: frame(known) }
}

/// The picture at a share of its size in a chat on a telephone's screen, with words of its own
/// around it for each `talk`.
pub fn screenshot(known: &RgbImage, scale: f64, talk: u64) -> Piece {
    let side = |side: u32| (f64::from(side) * scale).round() as u32;
    let (width, height) = (side(known.width()), side(known.height()));
    let small = imageops::resize(known, width, height, FilterType::Triangle);
    let mut picture = chat(width + 90, height + 620, talk);
    let (left, top) = (40, 330);
    imageops::replace(&mut picture, &small, left, top);
    let query = rectangle(left as u32, top as u32, width, height);
    Piece { picture, query, stored: frame(known) }
}

/// Four pictures of one size in one.
pub fn collage(known: [&RgbImage; 4]) -> (RgbImage, [Polygon; 4]) {
    let (width, height) = (known[0].width() * 3 / 5, known[0].height() * 3 / 5);
    let mut picture = RgbImage::from_pixel(2 * width + 12, 2 * height + 12, Rgb([250; 3]));
    let place = |n: u32| ((width + 12) * (n % 2), (height + 12) * (n / 2));
    for (n, known) in (0..).zip(known) {
        let small = imageops::resize(known, width, height, FilterType::Triangle);
        imageops::replace(&mut picture, &small, place(n).0.into(), place(n).1.into());
    }
    (picture, [0, 1, 2, 3].map(|n| rectangle(place(n).0, place(n).1, width, height)))
}

/// The picture with 45 % of its area taken by another, and where that lies.
pub fn altered(known: &RgbImage, other: &RgbImage) -> (Piece, Polygon) {
    let (width, height) = (known.width() * 3 / 5, known.height() * 3 / 4);
    let (left, top) = (known.width() - width, known.height() - height);
    let patch = imageops::resize(other, width, height, FilterType::Triangle);
    let mut picture = known.clone();
    imageops::replace(&mut picture, &patch, left.into(), top.into());
    let piece = Piece { query: frame(known), stored: frame(known), picture };
    (piece, rectangle(left, top, width, height))
}

/// A chat as many people's screens show it: a bar with a name and a keyboard, which are the same
/// every time, and two messages of pieced letters, which are not.
fn chat(width: u32, height: u32, talk: u64) -> RgbImage {
    let mut screen = RgbImage::from_pixel(width, height, Rgb([229, 221, 213]));
    fill(&mut screen, [0, 0, width, 90], [7, 94, 84]);
    fill(&mut screen, [24, 24, 66, 66], [240; 3]);
    write(&mut screen, 90, 34, 14, 90, [250; 3]);
    for (row, number) in [(120, 100 + 2 * talk), (220, 101 + 2 * talk)] {
        fill(&mut screen, [20, row, width - 60, row + 70], [255; 3]);
        let letters = (width - 130) / 24 - 5 * (talk % 3) as u32;
        write(&mut screen, 36, row + 24, letters, number, [20; 3]);
    }
    keyboard(&mut screen, height - 220);
    screen
}

fn keyboard(screen: &mut RgbImage, top: u32) {
    let (width, height) = screen.dimensions();
    fill(screen, [0, top, width, height], [208, 211, 217]);
    let key = width / 10;
    for number in 0..30 {
        let (left, top) = (number % 10 * key + 3, top + 10 + number / 10 * 68);
        fill(screen, [left, top, left + key - 6, top + 58], [252; 3]);
        write(screen, left + key / 2 - 9, top + 20, 1, 40 + u64::from(number), [15; 3]);
    }
}

/// Words of pieced letters, the same for the same number: an alphabet of 26 patterns of five by
/// seven squares.
fn write(screen: &mut RgbImage, left: u32, top: u32, letters: u32, number: u64, ink: [u8; 3]) {
    for (letter, cell) in (0..letters).flat_map(|letter| (0..35).map(move |cell| (letter, cell))) {
        let glyph = (random(number, letter.into(), 5) * 26.0) as u64;
        if random(glyph, u64::from(cell), 77) < 0.5 {
            let (x, y) = (left + letter * 24 + cell % 5 * 3, top + cell / 5 * 3);
            fill(screen, [x, y, x + 3, y + 3], ink);
        }
    }
}

fn fill(picture: &mut RgbImage, [left, top, right, low]: [u32; 4], colour: [u8; 3]) {
    for y in top..low.min(picture.height()) {
        for x in left..right.min(picture.width()) {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}
