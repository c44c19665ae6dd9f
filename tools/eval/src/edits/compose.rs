//! Several pictures in one: collages, insets, and pictures made to show what they did not.

use crate::geometry::{Homography, Point, Polygon};
use crate::picture::{Loaded, covering, lay, resized, scaled};
use crate::scene::{Scene, Step};
use image::{Rgb, RgbImage, imageops};

/// Rows and columns of a collage.
const fn grid(cells: usize) -> (u32, u32) {
    match cells {
        2 => (1, 2),
        4 => (2, 2),
        6 => (2, 3),
        _ => (3, 3),
    }
}

/// The picture and others of the corpus in a grid, each cut to its cell in the middle.
pub fn collage(cells: usize) -> Step {
    Box::new(move |scene| {
        let (rows, columns) = grid(cells);
        let side = (1080 / columns).min(540);
        let height = scaled(side, scene.random.between(0.8, 1.3));
        let gap = (scene.random.below(4) * 4) as u32;
        let ours = scene.random.below((rows * columns) as usize) as u32;
        let paper = Rgb(*scene.random.pick(&[[255; 3], [0; 3], [240, 236, 228]]));
        let (width, full) =
            (columns * side + (columns + 1) * gap, rows * height + (rows + 1) * gap);
        let mut sheet = RgbImage::from_pixel(width, full, paper);
        let corner =
            |n: u32| (gap + n % columns * (side + gap), gap + n / columns * (height + gap));
        let (own, map) = covering(&scene.picture, side, height);
        let own_map = map.then(&shift(corner(ours)));
        put(&mut sheet, &own, corner(ours));
        let cell = own_cell(corner(ours), side, height);
        cut_to(scene, sheet, &own_map, &cell);
        for n in (0..rows * columns).filter(|n| *n != ours) {
            let Some(other) = scene.donor() else { break };
            let (cut, map) = covering(&other.pixels, side, height);
            put(&mut scene.picture, &cut, corner(n));
            shows_in(
                scene,
                other,
                &map.then(&shift(corner(n))),
                &own_cell(corner(n), side, height),
            );
        }
    })
}

fn shift((x, y): (u32, u32)) -> Homography {
    Homography::shift(f64::from(x), f64::from(y))
}

fn own_cell((x, y): (u32, u32), width: u32, height: u32) -> Polygon {
    Polygon::rectangle(f64::from(x), f64::from(y), f64::from(width), f64::from(height))
}

fn put(sheet: &mut RgbImage, picture: &RgbImage, (x, y): (u32, u32)) {
    imageops::replace(sheet, picture, i64::from(x), i64::from(y));
}

/// The pixels are now these; what was shown went along and is seen only inside `cell`.
fn cut_to(scene: &mut Scene<'_>, sheet: RgbImage, map: &Homography, cell: &Polygon) {
    scene.moved(sheet, map);
    for shown in &mut scene.shown {
        shown.limit(cell);
    }
}

fn shows_in(scene: &mut Scene<'_>, other: &Loaded, map: &Homography, cell: &Polygon) {
    scene.shows(other, map, true);
    if let Some(shown) = scene.shown.last_mut() {
        shown.limit(cell);
    }
}

/// The picture small in a corner of another one.
pub fn inset(share: f64) -> Step {
    Box::new(move |scene| {
        let Some(carrier) = scene.donor() else { return };
        let scale =
            (900.0 / f64::from(carrier.pixels.width().max(carrier.pixels.height()))).max(1.0);
        let (w, h) = carrier.pixels.dimensions();
        let sheet = resized(&carrier.pixels, scaled(w, scale), scaled(h, scale));
        let (sheet_w, sheet_h) = (f64::from(sheet.width()), f64::from(sheet.height()));
        let small = libm::sqrt(share * sheet_w * sheet_h / (scene.width() * scene.height()))
            .min(sheet_w * 0.9 / scene.width())
            .min(sheet_h * 0.9 / scene.height());
        let (width, height) = (scene.width() * small, scene.height() * small);
        let (x, y) = (corner_of(scene, sheet_w, width), corner_of(scene, sheet_h, height));
        let map = Homography::scale(small, small).then(&Homography::shift(x, y));
        scene.laid(sheet, &map);
        scene.shows(
            carrier,
            &Homography::scale(sheet_w / f64::from(w), sheet_h / f64::from(h)),
            false,
        );
        if let Some(under) = scene.shown.last_mut() {
            under.cover(&Polygon::rectangle(x, y, width, height));
        }
    })
}

/// At one of two ends, a little away from the edge.
fn corner_of(scene: &mut Scene<'_>, room: f64, side: f64) -> f64 {
    let away = (room - side) * 0.06;
    if scene.random.coin() { away } else { room - side - away }
}

/// A rectangle of this share of the area shows another picture, its edge feathered.
pub fn replaced(share: f64) -> Step {
    Box::new(move |scene| {
        let across = libm::sqrt(share) * scene.random.between(0.85, 1.15);
        let (w, h) = (scene.width(), scene.height());
        let (width, height) = (w * across.min(1.0), h * (share / across).min(1.0));
        let x = scene.random.between(0.0, w - width);
        let y = scene.random.between(0.0, h - height);
        patch(scene, (x, y, width, height), |u, v| {
            let edge = (1.0 - u.abs()).min(1.0 - v.abs());
            (edge / 0.08).clamp(0.0, 1.0)
        });
        scene.fabricated(&Polygon::rectangle(x, y, width, height));
    })
}

/// An oval where a face would be shows another picture.
pub fn face_swapped(share: f64) -> Step {
    Box::new(move |scene| {
        let (w, h) = (scene.width(), scene.height());
        let height = w.min(h) * share;
        let width = height * 0.78;
        let x = scene.random.between(0.15, 0.85) * (w - width);
        let y = scene.random.between(0.05, 0.6) * (h - height);
        patch(scene, (x, y, width, height), |u, v| {
            ((1.0 - libm::hypot(u, v)) / 0.12).clamp(0.0, 1.0)
        });
        scene.fabricated(&oval(x, y, width, height));
    })
}

fn oval(x: f64, y: f64, width: f64, height: f64) -> Polygon {
    let corner = |n: u8| {
        let angle = f64::from(n) * std::f64::consts::TAU / 16.0;
        let (u, v) = (0.5 + 0.5 * libm::cos(angle), 0.5 + 0.5 * libm::sin(angle));
        Point::new(x + width * u, y + height * v)
    };
    Polygon((0..16).map(corner).collect())
}

/// Another picture over a rectangle, weighted by a function of places from -1 to 1.
fn patch(
    scene: &mut Scene<'_>,
    (x, y, w, h): (f64, f64, f64, f64),
    weight: impl Fn(f64, f64) -> f64,
) {
    let Some(other) = scene.donor() else { return };
    let (width, height) = (w.ceil().max(1.0) as u32, h.ceil().max(1.0) as u32);
    let (cut, map) = covering(&other.pixels, width, height);
    let mut sheet = RgbImage::new(scene.picture.width(), scene.picture.height());
    lay(&mut sheet, &cut, &Homography::shift(x, y));
    for (px, py, pixel) in scene.picture.enumerate_pixels_mut() {
        let u = (f64::from(px) + 0.5 - x) / w * 2.0 - 1.0;
        let v = (f64::from(py) + 0.5 - y) / h * 2.0 - 1.0;
        if u.abs() < 1.0 && v.abs() < 1.0 {
            let share = weight(u, v);
            for (old, new) in pixel.0.iter_mut().zip(sheet.get_pixel(px, py).0) {
                *old = (f64::from(*old) * (1.0 - share) + f64::from(new) * share).round() as u8;
            }
        }
    }
    let cell = Polygon::rectangle(x, y, w, h);
    scene.shows(other, &map.then(&Homography::shift(x, y)), false);
    if let Some(shown) = scene.shown.last_mut() {
        shown.limit(&cell);
    }
}
