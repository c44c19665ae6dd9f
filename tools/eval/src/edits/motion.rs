//! Mirrors, turns and crops: what moves the picture and adds nothing.

use crate::geometry::Homography;
use crate::picture::scaled;
use crate::scene::{Scene, Step};
use image::{Rgb, RgbImage, imageops};

/// Left and right exchanged.
pub fn mirror() -> Step {
    Box::new(|scene| {
        let map = Homography::affine([-1.0, 0.0, scene.width()], [0.0, 1.0, 0.0]);
        scene.moved(imageops::flip_horizontal(&scene.picture), &map);
    })
}

/// Above and below exchanged.
pub fn flip() -> Step {
    Box::new(|scene| {
        let map = Homography::affine([1.0, 0.0, 0.0], [0.0, -1.0, scene.height()]);
        scene.moved(imageops::flip_vertical(&scene.picture), &map);
    })
}

/// Clockwise by 1, 2 or 3 quarters.
pub fn quarter_turns(quarters: u8) -> Step {
    Box::new(move |scene| {
        for _ in 0..quarters % 4 {
            let map = Homography::affine([0.0, -1.0, scene.height()], [1.0, 0.0, 0.0]);
            scene.moved(imageops::rotate90(&scene.picture), &map);
        }
    })
}

/// Turned about the middle; the sheet grows and its corners are of one colour.
pub fn turn_filled(degrees: f64) -> Step {
    Box::new(move |scene| {
        let degrees = either_way(scene, degrees);
        let colour = *scene.random.pick(&[[0; 3], [255; 3], [128; 3]]);
        let turn = centred(scene, degrees);
        let (sine, cosine) = slopes(degrees);
        let width = (scene.width() * cosine + scene.height() * sine).ceil();
        let height = (scene.width() * sine + scene.height() * cosine).ceil();
        let sheet = RgbImage::from_pixel(width as u32, height as u32, Rgb(colour));
        scene.laid(sheet, &turn.then(&Homography::shift(width / 2.0, height / 2.0)));
    })
}

/// Turned about the middle and cut to the largest upright rectangle of the same proportions.
pub fn turn_cropped(degrees: f64) -> Step {
    Box::new(move |scene| {
        let degrees = either_way(scene, degrees);
        let (sine, cosine) = slopes(degrees);
        let (w, h) = (scene.width(), scene.height());
        let share = (w / (w * cosine + h * sine)).min(h / (w * sine + h * cosine));
        let (width, height) = ((w * share).floor().max(1.0), (h * share).floor().max(1.0));
        let sheet = RgbImage::new(width as u32, height as u32);
        let map = centred(scene, degrees).then(&Homography::shift(width / 2.0, height / 2.0));
        scene.laid(sheet, &map);
    })
}

fn either_way(scene: &mut Scene<'_>, degrees: f64) -> f64 {
    if scene.random.coin() { degrees } else { -degrees }
}

fn slopes(degrees: f64) -> (f64, f64) {
    let angle = degrees.abs().to_radians();
    (libm::sin(angle), libm::cos(angle))
}

fn centred(scene: &Scene<'_>, degrees: f64) -> Homography {
    Homography::shift(-scene.width() / 2.0, -scene.height() / 2.0).then(&Homography::turn(degrees))
}

/// A rectangle of this share of the area, anywhere, its proportions changed by a fifth at most.
pub fn crop(area: f64) -> Step {
    Box::new(move |scene| {
        let tilt = scene.random.between(0.9, 1.1);
        let across = (libm::sqrt(area) * tilt).min(1.0);
        let down = (area / across).min(1.0);
        let (w, h) = scene.picture.dimensions();
        let (width, height) = (scaled(w, across).min(w), scaled(h, down).min(h));
        let x = scene.random.below((w - width + 1) as usize) as u32;
        let y = scene.random.below((h - height + 1) as usize) as u32;
        scene.cropped(x, y, width, height);
    })
}
