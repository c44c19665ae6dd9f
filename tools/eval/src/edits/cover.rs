//! Frames, bars, captions, stickers: what is put around a picture and over it.

use super::words;
use crate::draw::{Layer, Style};
use crate::filters;
use crate::geometry::Polygon;
use crate::picture::scaled;
use crate::scene::{Scene, Step};

/// A frame of one colour; its width is a share of the shorter side.
pub fn frame(share: f64, colour: [u8; 3]) -> Step {
    Box::new(move |scene| {
        let (w, h) = scene.picture.dimensions();
        let edge = scaled(w.min(h), share);
        scene.sheet(colour, (edge, edge), (w + 2 * edge, h + 2 * edge));
    })
}

/// Bars above and below, each a share of the height.
pub fn letterbox(share: f64) -> Step {
    Box::new(move |scene| {
        let (w, h) = scene.picture.dimensions();
        let bar = scaled(h, share);
        scene.sheet([0; 3], (0, bar), (w, h + 2 * bar));
    })
}

/// Bars on both sides, each a share of the width.
pub fn pillarbox(share: f64) -> Step {
    Box::new(move |scene| {
        let (w, h) = scene.picture.dimensions();
        let bar = scaled(w, share);
        scene.sheet([0; 3], (bar, 0), (w + 2 * bar, h));
    })
}

/// A bar with text above or below the picture, a share of its height.
pub fn caption(share: f64, arabic: bool) -> Step {
    Box::new(move |scene| {
        let (w, h) = scene.picture.dimensions();
        let bar = scaled(h, share).max(8);
        let (above, dark) = (scene.random.coin(), scene.random.coin());
        let (paper, ink) = if dark { ([12; 3], [255; 4]) } else { ([255; 3], [10, 10, 10, 255]) };
        scene.sheet(paper, (0, if above { bar } else { 0 }), (w, h + bar));
        let text = words::caption(&mut scene.random, arabic);
        let mut layer = Layer::new(w, bar);
        let style = fitting(scene, text, (w as f32 * 0.94, bar as f32 * 0.92), ink);
        let (_, height) = scene.pen.measure(text, w as f32 * 0.94, &style);
        let place = (w as f32 * 0.03, (bar as f32 - height) / 2.0);
        scene.pen.write(&mut layer, text, place, w as f32 * 0.94, &style);
        layer.over(&mut scene.picture, 0, if above { 0 } else { i64::from(h) });
    })
}

/// The largest letters with which the text fits into a box.
fn fitting(
    scene: &mut Scene<'_>,
    text: &str,
    (width, height): (f32, f32),
    colour: [u8; 4],
) -> Style {
    let mut style = Style { size_px: height * 0.7, bold: true, colour, middle: true };
    while style.size_px > 6.0 {
        let (w, h) = scene.pen.measure(text, width, &style);
        if w <= width && h <= height {
            break;
        }
        style.size_px *= 0.88;
    }
    style
}

/// White capitals with a dark edge at the top and at the foot of the picture.
pub fn meme() -> Step {
    Box::new(|scene| {
        let (w, h) = (scene.width(), scene.height());
        for top in [true, false] {
            let arabic = scene.random.share() < 0.3;
            let text = words::caption(&mut scene.random, arabic);
            let room = (w as f32 * 0.94, h as f32 * 0.2);
            let style = fitting(scene, text, room, [255; 4]);
            let (_, height) = scene.pen.measure(text, room.0, &style);
            let y = if top { h as f32 * 0.02 } else { h as f32 * 0.98 - height };
            outlined(scene, text, (w as f32 * 0.03, y), room.0, &style);
            let area = Polygon::rectangle(w * 0.03, f64::from(y), w * 0.94, f64::from(height));
            scene.covered(&area);
        }
    })
}

fn outlined(scene: &mut Scene<'_>, text: &str, (x, y): (f32, f32), width: f32, style: &Style) {
    let mut layer = Layer::new(scene.picture.width(), scene.picture.height());
    let edge = (style.size_px * 0.07).max(1.0);
    let dark = Style { colour: [0, 0, 0, 255], ..*style };
    for (dx, dy) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (0.0, 1.4), (0.0, -1.4)] {
        scene.pen.write(&mut layer, text, (x + dx * edge, y + dy * edge), width, &dark);
    }
    scene.pen.write(&mut layer, text, (x, y), width, style);
    layer.over(&mut scene.picture, 0, 0);
}

/// A face of a share of the picture's width, anywhere.
pub fn emoji(share: f64) -> Step {
    Box::new(move |scene| {
        let (w, h) = (scene.width(), scene.height());
        let side = (w * share).min(h * 0.95).max(4.0);
        let (x, y) = (scene.random.between(0.0, w - side), scene.random.between(0.0, h - side));
        let mood = scene.random.below(4);
        face(side as f32, mood).over(&mut scene.picture, x as i64, y as i64);
        let inset = side * 0.07;
        scene.covered(&Polygon::rectangle(
            x + inset,
            y + inset,
            side - 2.0 * inset,
            side - 2.0 * inset,
        ));
    })
}

/// A yellow face.
pub fn face(side: f32, mood: usize) -> Layer {
    let mut layer = Layer::new(side.ceil() as u32, side.ceil() as u32);
    let at = |share: f32| side * share;
    let (rim, skin, ink) = ([196, 130, 20, 255], [255, 204, 50, 255], [80, 45, 10, 255]);
    layer.disc(at(0.5), at(0.5), at(0.49), rim);
    layer.disc(at(0.5), at(0.49), at(0.465), skin);
    layer.oval((at(0.16), at(0.08), at(0.5), at(0.28)), [255, 236, 150, 120]);
    match mood {
        0 => grin(&mut layer, side, ink),
        1 => hearts(&mut layer, side, ink),
        2 => shades(&mut layer, side, ink),
        _ => tears(&mut layer, side, ink),
    }
    layer
}

fn eyes(layer: &mut Layer, side: f32, ink: [u8; 4]) {
    for x in [0.3, 0.6] {
        layer.oval((side * x, side * 0.28, side * 0.1, side * 0.17), ink);
    }
}

fn grin(layer: &mut Layer, side: f32, ink: [u8; 4]) {
    eyes(layer, side, ink);
    layer.oval((side * 0.22, side * 0.5, side * 0.56, side * 0.34), ink);
    layer.rectangle((side * 0.24, side * 0.52, side * 0.52, side * 0.12), side * 0.06, [255; 4]);
    layer.oval((side * 0.36, side * 0.7, side * 0.28, side * 0.13), [220, 60, 70, 255]);
}

fn hearts(layer: &mut Layer, side: f32, ink: [u8; 4]) {
    for x in [0.29, 0.71] {
        let (x, r) = (side * x, side * 0.085);
        layer.disc(x - r * 0.8, side * 0.33, r, [230, 40, 60, 255]);
        layer.disc(x + r * 0.8, side * 0.33, r, [230, 40, 60, 255]);
        let tip = [(x - r * 1.7, side * 0.36), (x + r * 1.7, side * 0.36), (x, side * 0.52)];
        layer.shape(&tip, [230, 40, 60, 255]);
    }
    layer.arc((side * 0.5, side * 0.52, side * 0.24), 20.0, 160.0, side * 0.05, ink);
}

fn shades(layer: &mut Layer, side: f32, ink: [u8; 4]) {
    let black = [20, 20, 25, 255];
    layer.line(&[(side * 0.06, side * 0.33), (side * 0.94, side * 0.33)], side * 0.04, black);
    for x in [0.13, 0.54] {
        layer.rectangle((side * x, side * 0.31, side * 0.33, side * 0.2), side * 0.08, black);
        layer.line(
            &[(side * (x + 0.06), side * 0.36), (side * (x + 0.12), side * 0.36)],
            side * 0.03,
            [255, 255, 255, 170],
        );
    }
    layer.arc((side * 0.5, side * 0.5, side * 0.25), 25.0, 130.0, side * 0.05, ink);
}

fn tears(layer: &mut Layer, side: f32, ink: [u8; 4]) {
    for x in [0.3, 0.7] {
        layer.arc((side * x, side * 0.44, side * 0.1), 200.0, 340.0, side * 0.045, ink);
        layer.oval((side * (x - 0.07), side * 0.44, side * 0.14, side * 0.36), [90, 170, 250, 220]);
    }
    layer.oval((side * 0.36, side * 0.55, side * 0.28, side * 0.3), ink);
}

/// A name written over the whole picture at a slant, half transparent.
pub fn watermark(opacity: u8) -> Step {
    Box::new(move |scene| {
        let side = scene.side() as f32;
        let style = Style {
            size_px: side * 0.045,
            bold: true,
            colour: [255, 255, 255, opacity],
            middle: false,
        };
        let text = *scene.random.pick(&[
            "@leaked.channel",
            "t.me/exposed",
            "PREVIEW ONLY",
            "قناة الفضائح",
        ]);
        let (width, _) = scene.pen.measure(text, side, &style);
        let (w, h) = scene.picture.dimensions();
        let mut layer = Layer::new(w, h);
        let shade = Style { colour: [0, 0, 0, opacity / 2], ..style };
        let (across, down) = (width * 1.35, style.size_px * 3.0);
        for row in 0..(h as f32 / down).ceil() as u32 + 1 {
            let begin = -(row as f32 * across * 0.37) % across;
            for column in 0..(w as f32 / across).ceil() as u32 + 2 {
                let (x, y) = (begin + column as f32 * across, row as f32 * down);
                scene.pen.label(&mut layer, text, (x + 2.0, y + 2.0), &shade);
                scene.pen.label(&mut layer, text, (x, y), &style);
            }
        }
        layer.over(&mut scene.picture, 0, 0);
    })
}

/// Where a face would be: an upright box of a share of the shorter side, in the upper middle.
fn portrait(scene: &mut Scene<'_>, share: f64) -> (u32, u32, u32, u32) {
    let (w, h) = (scene.width(), scene.height());
    let height = w.min(h) * share;
    let width = height * 0.78;
    let x = (scene.random.between(0.25, 0.75) * w - width / 2.0).clamp(0.0, w - width);
    let y = (scene.random.between(0.2, 0.6) * h - height / 2.0).clamp(0.0, h - height);
    (x as u32, y as u32, width.max(2.0) as u32, height.max(2.0) as u32)
}

/// An oval of coarse squares where a face would be.
pub fn pixelated_face(share: f64) -> Step {
    Box::new(move |scene| {
        let (x, y, w, h) = portrait(scene, share);
        filters::pixelate(&mut scene.picture, (x, y, w, h), (h / 9).max(3));
        let part = |value: u32, share: f64| f64::from(value) * share;
        let area = Polygon::rectangle(
            f64::from(x) + part(w, 0.1),
            f64::from(y) + part(h, 0.1),
            part(w, 0.8),
            part(h, 0.8),
        );
        scene.covered(&area);
    })
}

/// A black bar where the eyes of a face would be.
pub fn black_bar(share: f64) -> Step {
    Box::new(move |scene| {
        let (x, y, w, h) = portrait(scene, share);
        let (bar, y) = ((h / 4).max(2), y + h / 3);
        let mut layer = Layer::new(w, bar);
        layer.rectangle((0.0, 0.0, w as f32, bar as f32), 0.0, [0, 0, 0, 255]);
        layer.over(&mut scene.picture, i64::from(x), i64::from(y));
        let area = [x, y, w, bar].map(f64::from);
        scene.covered(&Polygon::rectangle(area[0], area[1], area[2], area[3]));
    })
}
