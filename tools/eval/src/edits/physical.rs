//! Out of the machine and back: a phone held before a screen, and paper on a scanner.

use crate::filters;
use crate::geometry::{Homography, Point};
use crate::picture::scaled;
use crate::random::Random;
use crate::scene::{Scene, Step};
use image::{Rgb, RgbImage};

/// A tilted photograph of a screen: its grid, moire, glare, blur, noise and another gamma. The
/// strength goes from 0 to 1.
pub fn photo_of_screen(strength: f64) -> Step {
    Box::new(move |scene| {
        enlarge(scene, 900.0);
        bezel(scene);
        moire(scene, strength);
        tilt(scene, strength);
        glare(scene, strength);
        filters::blur(&mut scene.picture, 0.6 + 0.7 * strength);
        let (power, warm) = (scene.random.between(0.75, 1.3), scene.random.between(0.92, 1.06));
        filters::curve(&mut scene.picture, |light| libm::pow(light, power) * 0.94 + 0.03);
        filters::each(&mut scene.picture, |[r, g, b]| [r * warm, g, b / warm]);
        filters::noise(&mut scene.picture, 4.0 + 6.0 * strength, &mut scene.random);
    })
}

fn enlarge(scene: &mut Scene<'_>, side_px: f64) {
    let scale = side_px / scene.side();
    if scale > 1.0 {
        let (w, h) = scene.picture.dimensions();
        scene.resized(scaled(w, scale), scaled(h, scale));
    }
}

/// The dark edge of the screen.
fn bezel(scene: &mut Scene<'_>) {
    let (w, h) = scene.picture.dimensions();
    let edge = scaled(w.max(h), scene.random.between(0.01, 0.04));
    scene.sheet([14, 14, 16], (edge, edge), (w + 2 * edge, h + 2 * edge));
}

/// The beat of the screen's grid with the camera's, in each colour a little different.
fn moire(scene: &mut Scene<'_>, strength: f64) {
    let mut wave = |longest: f64| {
        let angle = scene.random.between(0.0, std::f64::consts::PI);
        let length = scene.random.between(longest * 0.5, longest);
        let k = std::f64::consts::TAU / length;
        (k * libm::cos(angle), k * libm::sin(angle))
    };
    let (fine, coarse, broad) = (wave(3.4), wave(28.0), wave(90.0));
    let depth = 0.03 + 0.05 * strength;
    for (x, y, pixel) in scene.picture.enumerate_pixels_mut() {
        let (x, y) = (f64::from(x), f64::from(y));
        let at = |(kx, ky): (f64, f64), phase: f64| libm::sin(kx * x + ky * y + phase);
        let bend = at(broad, 0.0) * 1.5;
        for (n, channel) in pixel.0.iter_mut().enumerate() {
            let wave = at(fine, n as f64 * 2.1) * 0.8 + at(coarse, n as f64 * 1.1 + bend);
            *channel = filters::byte(f64::from(*channel) * (1.0 + depth * wave));
        }
    }
}

/// Seen at an angle, before a dark room.
fn tilt(scene: &mut Scene<'_>, strength: f64) {
    let (w, h) = (scene.width(), scene.height());
    let reach = 0.04 + 0.09 * strength;
    let corners = [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(Point::from);
    let moved = corners.map(|corner| {
        let inward = |value: f64, side: f64, share: f64| {
            if value > 0.0 { side - share * side } else { share * side }
        };
        let (across, down) = (scene.random.between(0.01, reach), scene.random.between(0.01, reach));
        Point::new(inward(corner.x, w, across), inward(corner.y, h, down))
    });
    let Some(map) = Homography::of_quad(&corners, &moved) else { return };
    let room = room(&mut scene.random, scene.picture.dimensions());
    scene.laid(room, &map);
}

/// What is behind the screen: a wall that gets darker towards one side.
fn room(random: &mut Random, (width, height): (u32, u32)) -> RgbImage {
    let tone = [(); 3].map(|()| random.between(20.0, 110.0));
    let fall = random.between(0.2, 0.9);
    RgbImage::from_fn(width, height, |x, y| {
        let share = f64::from(x + y) / f64::from(width + height);
        Rgb(tone.map(|channel| filters::byte(channel * (1.0 - fall * share))))
    })
}

/// A lamp mirrored in the glass.
fn glare(scene: &mut Scene<'_>, strength: f64) {
    let (w, h) = (scene.width(), scene.height());
    let middle = (scene.random.between(0.0, w), scene.random.between(0.0, h));
    let (across, down) = (scene.random.between(0.1, 0.3) * w, scene.random.between(0.08, 0.2) * h);
    let light = 30.0 + 110.0 * strength;
    for (x, y, pixel) in scene.picture.enumerate_pixels_mut() {
        let (u, v) = ((f64::from(x) - middle.0) / across, (f64::from(y) - middle.1) / down);
        let fall = u * u + v * v;
        if fall < 12.0 {
            let add = light * libm::exp(-fall / 2.0);
            pixel
                .0
                .iter_mut()
                .for_each(|channel| *channel = filters::byte(f64::from(*channel) + add));
        }
    }
}

/// Printed in dots on paper that is not white, and scanned a little askew.
pub fn print_and_scan(strength: f64) -> Step {
    Box::new(move |scene| {
        enlarge(scene, 1000.0);
        let ink = 0.72 - 0.2 * strength;
        filters::each(&mut scene.picture, |pixel| {
            let grey = filters::luma(pixel);
            pixel.map(|channel| 30.0 + (grey + (channel - grey) * 0.75) * ink + 20.0)
        });
        halftone(scene, 3.5 + 3.0 * strength, 0.35 + 0.4 * strength);
        filters::blur(&mut scene.picture, 0.8);
        on_paper(scene, strength);
        filters::each(&mut scene.picture, |[r, g, b]| [r, g * 0.985, b * 0.93]);
        filters::noise(&mut scene.picture, 2.0 + 3.0 * strength, &mut scene.random);
    })
}

/// Dots in three turned grids, one for each ink.
fn halftone(scene: &mut Scene<'_>, cell_px: f64, deepest: f64) {
    const ANGLES: [f64; 3] = [15.0, 75.0, 45.0];
    let k = std::f64::consts::TAU / cell_px;
    let turns = ANGLES.map(|degrees| {
        let angle = degrees.to_radians();
        (k * libm::cos(angle), k * libm::sin(angle))
    });
    for (x, y, pixel) in scene.picture.enumerate_pixels_mut() {
        let (x, y) = (f64::from(x), f64::from(y));
        for (channel, (kx, ky)) in pixel.0.iter_mut().zip(turns) {
            let dot = libm::sin(kx * x + ky * y) * libm::sin(ky * x - kx * y);
            let light = f64::from(*channel);
            // Dots show most in the middle tones, where half of the paper is covered.
            let depth = deepest * (1.0 - libm::fabs(light / 127.5 - 1.0));
            *channel = filters::byte(light * (1.0 + depth * dot));
        }
    }
}

fn on_paper(scene: &mut Scene<'_>, strength: f64) {
    let degrees = scene.random.between(0.4, 1.0 + 1.5 * strength);
    let degrees = if scene.random.coin() { degrees } else { -degrees };
    let margin = scene.random.between(0.03, 0.12);
    let (w, h) = (scene.width() * (1.0 + 2.0 * margin), scene.height() * (1.0 + 2.0 * margin));
    let paper = RgbImage::from_pixel(w as u32, h as u32, Rgb([246, 243, 236]));
    let map = Homography::shift(-scene.width() / 2.0, -scene.height() / 2.0)
        .then(&Homography::turn(degrees))
        .then(&Homography::shift(w / 2.0, h / 2.0));
    scene.laid(paper, &map);
}
