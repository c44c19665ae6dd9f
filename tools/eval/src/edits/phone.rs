//! Screenshots: chats, stories and picture viewers, with the furniture that phones put around a
//! picture.

use super::cover::face;
use super::words;
use crate::draw::{Colour, Layer, Style, paste_rounded};
use crate::filters;
use crate::geometry::{Homography, Point, Polygon};
use crate::picture::{covering, resized, scaled};
use crate::scene::{Scene, Step};
use image::RgbImage;

const WIDTHS_PX: [u32; 3] = [720, 828, 1080];

/// A phone's screen: its width, its height, and one of the 360 units of its width in pixels.
#[derive(Clone, Copy)]
struct Screen {
    w: f32,
    h: f32,
    unit: f32,
}

impl Screen {
    fn pick(scene: &mut Scene<'_>) -> Self {
        let width = *scene.random.pick(&WIDTHS_PX);
        let height = scaled(width, scene.random.between(1.9, 2.17));
        Self { w: width as f32, h: height as f32, unit: width as f32 / 360.0 }
    }

    fn layer(self, colour: [u8; 3]) -> Layer {
        Layer::filled(self.w as u32, self.h as u32, colour)
    }

    fn glass(self) -> Layer {
        Layer::new(self.w as u32, self.h as u32)
    }
}

/// The colours of an app.
#[derive(Clone, Copy)]
struct Theme {
    paper: [u8; 3],
    bar: Colour,
    theirs: Colour,
    mine: Colour,
    ink: Colour,
    faint: Colour,
    accent: Colour,
}

const LIGHT: [Theme; 3] = [
    Theme {
        paper: [236, 229, 221],
        bar: [0, 128, 105, 255],
        theirs: [255, 255, 255, 255],
        mine: [217, 253, 211, 255],
        ink: [17, 27, 33, 255],
        faint: [102, 119, 129, 255],
        accent: [255, 255, 255, 255],
    },
    Theme {
        paper: [255, 255, 255],
        bar: [250, 250, 250, 255],
        theirs: [239, 239, 239, 255],
        mine: [55, 151, 240, 255],
        ink: [20, 20, 20, 255],
        faint: [130, 130, 130, 255],
        accent: [30, 30, 30, 255],
    },
    Theme {
        paper: [214, 228, 196],
        bar: [81, 125, 162, 255],
        theirs: [255, 255, 255, 255],
        mine: [239, 254, 221, 255],
        ink: [15, 15, 15, 255],
        faint: [110, 140, 110, 255],
        accent: [255, 255, 255, 255],
    },
];

const DARK: [Theme; 2] = [
    Theme {
        paper: [11, 20, 26],
        bar: [31, 44, 52, 255],
        theirs: [31, 44, 52, 255],
        mine: [0, 92, 75, 255],
        ink: [233, 237, 239, 255],
        faint: [134, 150, 160, 255],
        accent: [233, 237, 239, 255],
    },
    Theme {
        paper: [0, 0, 0],
        bar: [8, 8, 8, 255],
        theirs: [38, 38, 38, 255],
        mine: [112, 46, 214, 255],
        ink: [245, 245, 245, 255],
        faint: [150, 150, 150, 255],
        accent: [245, 245, 245, 255],
    },
];

const STATUS: f32 = 28.0;
const HEADER: f32 = 56.0;
const INPUT: f32 = 62.0;

fn style(size_px: f32, colour: Colour) -> Style {
    Style { size_px, bold: false, colour, middle: false }
}

fn bold(size_px: f32, colour: Colour) -> Style {
    Style { bold: true, ..style(size_px, colour) }
}

/// The picture in a bubble of a chat.
pub fn chat(dark: bool) -> Step {
    Box::new(move |scene| {
        let theme = if dark { *scene.random.pick(&DARK) } else { *scene.random.pick(&LIGHT) };
        let screen = Screen::pick(scene);
        let mut layer = screen.layer(theme.paper);
        wallpaper(scene, &mut layer, screen, theme);
        let (photo, mine) = (photo_size(scene, screen), scene.random.coin());
        let u = screen.unit;
        let (begin, end) = ((STATUS + HEADER + 10.0) * u, screen.h - INPUT * u);
        let mut y = date_chip(scene, &mut layer, screen, theme, begin);
        while y + photo.1 + 90.0 * u < end && scene.random.share() < 0.75 {
            y = bubble(scene, &mut layer, screen, theme, y);
        }
        let x = if mine { screen.w - photo.0 - 14.0 * u } else { 14.0 * u };
        let frame = (x - 3.0 * u, y - 3.0 * u, photo.0 + 6.0 * u, photo.1 + 6.0 * u);
        layer.rectangle(frame, 11.0 * u, if mine { theme.mine } else { theme.theirs });
        let mut below = y + photo.1 + 12.0 * u;
        while below < end {
            below = bubble(scene, &mut layer, screen, theme, below);
        }
        header(scene, &mut layer, screen, theme);
        input_bar(scene, &mut layer, screen, theme);
        place_photo(scene, layer.into_picture(), (x, y), photo, 9.0 * u);
        photo_time(scene, screen, (x, y), photo);
    })
}

/// Width and height of the picture in the chat: as wide as a bubble gets, or as high.
fn photo_size(scene: &Scene<'_>, screen: Screen) -> (f32, f32) {
    let (w, h) = (scene.width() as f32, scene.height() as f32);
    let scale = (screen.w * 0.74 / w).min(screen.h * 0.48 / h);
    ((w * scale).round().max(1.0), (h * scale).round().max(1.0))
}

fn place_photo(
    scene: &mut Scene<'_>,
    mut sheet: RgbImage,
    (x, y): (f32, f32),
    (w, h): (f32, f32),
    radius: f32,
) {
    let (x, y) = (x.round().max(0.0) as u32, y.round() as u32);
    let small = resized(&scene.picture, w as u32, h as u32);
    let map = Homography::scale(f64::from(w) / scene.width(), f64::from(h) / scene.height())
        .then(&Homography::shift(f64::from(x), f64::from(y)));
    paste_rounded(&mut sheet, &small, (x, y), f64::from(radius));
    scene.moved(sheet, &map);
}

/// The time and two ticks in the picture's corner.
fn photo_time(scene: &mut Scene<'_>, screen: Screen, (x, y): (f32, f32), (w, h): (f32, f32)) {
    let (u, mut glass) = (screen.unit, screen.glass());
    let text = words::time(&mut scene.random);
    let chip = (x + w - 58.0 * u, y + h - 22.0 * u, 52.0 * u, 17.0 * u);
    glass.rectangle(chip, 8.0 * u, [0, 0, 0, 90]);
    scene.pen.label(
        &mut glass,
        &text,
        (chip.0 + 5.0 * u, chip.1 + 1.5 * u),
        &style(10.5 * u, [255; 4]),
    );
    ticks(&mut glass, chip.0 + 37.0 * u, chip.1 + 9.0 * u, u, [120, 200, 255, 255]);
    glass.over(&mut scene.picture, 0, 0);
}

fn ticks(layer: &mut Layer, x: f32, y: f32, u: f32, colour: Colour) {
    for dx in [0.0, 4.0] {
        let x = x + dx * u;
        layer.line(
            &[(x, y), (x + 2.5 * u, y + 3.0 * u), (x + 8.0 * u, y - 3.5 * u)],
            1.3 * u,
            colour,
        );
    }
}

/// Faint doodles, as chat apps have them.
fn wallpaper(scene: &mut Scene<'_>, layer: &mut Layer, screen: Screen, theme: Theme) {
    if scene.random.share() < 0.4 {
        return;
    }
    let (u, [r, g, b, _]) = (screen.unit, theme.faint);
    let ink = [r, g, b, 38];
    for row in 0..(screen.h / (34.0 * u)) as u32 {
        for column in 0..11 {
            let x = (column as f32 * 34.0 + scene.random.between(2.0, 14.0) as f32) * u;
            let y = (row as f32 * 34.0 + scene.random.between(2.0, 14.0) as f32) * u;
            match scene.random.below(4) {
                0 => layer.arc((x, y, 7.0 * u), 0.0, 360.0, 1.2 * u, ink),
                1 => layer.line(
                    &[(x, y), (x + 12.0 * u, y + 5.0 * u), (x + 3.0 * u, y + 12.0 * u), (x, y)],
                    1.2 * u,
                    ink,
                ),
                2 => layer.arc((x, y, 9.0 * u), 200.0, 330.0, 1.2 * u, ink),
                _ => layer.line(&[(x, y), (x + 10.0 * u, y + 9.0 * u)], 1.2 * u, ink),
            }
        }
    }
}

fn date_chip(
    scene: &mut Scene<'_>,
    layer: &mut Layer,
    screen: Screen,
    theme: Theme,
    y: f32,
) -> f32 {
    let u = screen.unit;
    let text = *scene.random.pick(&["Today", "Yesterday", "اليوم", "14 March"]);
    let look = style(11.0 * u, theme.faint);
    let (width, _) = scene.pen.measure(text, screen.w, &look);
    let chip = (screen.w / 2.0 - width / 2.0 - 10.0 * u, y, width + 20.0 * u, 22.0 * u);
    layer.rectangle(chip, 9.0 * u, theme.theirs);
    scene.pen.label(layer, text, (chip.0 + 10.0 * u, y + 4.0 * u), &look);
    y + 36.0 * u
}

/// A line of text from one of the two; returns where the next begins.
fn bubble(scene: &mut Scene<'_>, layer: &mut Layer, screen: Screen, theme: Theme, y: f32) -> f32 {
    let (u, mine) = (screen.unit, scene.random.coin());
    let text = words::chat(&mut scene.random);
    let fill = if mine { theme.mine } else { theme.theirs };
    let ink = if fill[0] < 128 && fill[1] < 170 { [255; 4] } else { theme.ink };
    let (look, small) = (style(14.5 * u, ink), style(10.0 * u, [ink[0], ink[1], ink[2], 150]));
    let (width, height) = scene.pen.measure(text, screen.w * 0.66, &look);
    let width = (width + 2.0).max(48.0 * u);
    let x = if mine { screen.w - width - 32.0 * u } else { 12.0 * u };
    layer.rectangle((x, y, width + 20.0 * u, height + 24.0 * u), 11.0 * u, fill);
    scene.pen.write(layer, text, (x + 10.0 * u, y + 5.0 * u), width, &look);
    let time = words::time(&mut scene.random);
    let foot = (x + width - 32.0 * u, y + height + 6.0 * u);
    scene.pen.label(layer, &time, foot, &small);
    if mine {
        ticks(layer, foot.0 + 32.0 * u, foot.1 + 7.0 * u, u * 0.9, [83, 189, 235, 255]);
    }
    y + height + 32.0 * u
}

/// Time, signal and battery.
fn status_bar(scene: &mut Scene<'_>, layer: &mut Layer, screen: Screen, ink: Colour) {
    let u = screen.unit;
    let time = words::time(&mut scene.random);
    scene.pen.label(layer, &time, (16.0 * u, 6.0 * u), &bold(13.0 * u, ink));
    let right = screen.w - 16.0 * u;
    for n in 0..4 {
        let height = (3.0 + 2.4 * n as f32) * u;
        layer.rectangle(
            (right - (78.0 - 4.5 * n as f32) * u, 19.0 * u - height, 3.0 * u, height),
            u,
            ink,
        );
    }
    for n in 1..=3 {
        layer.arc((right - 47.0 * u, 18.5 * u, 3.4 * u * n as f32), 225.0, 315.0, 1.8 * u, ink);
    }
    let charge = scene.random.between(4.0, 20.0) as f32;
    layer.rectangle(
        (right - 26.0 * u, 8.0 * u, 24.0 * u, 12.0 * u),
        3.5 * u,
        [ink[0], ink[1], ink[2], 90],
    );
    layer.rectangle((right - 24.0 * u, 10.0 * u, charge * u, 8.0 * u), 2.0 * u, ink);
    layer.rectangle((right - u, 12.0 * u, 2.0 * u, 4.0 * u), u, ink);
}

/// The head of a chat, with the bar of the phone above it.
fn header(scene: &mut Scene<'_>, layer: &mut Layer, screen: Screen, theme: Theme) {
    let u = screen.unit;
    layer.rectangle((0.0, 0.0, screen.w, (STATUS + HEADER) * u), 0.0, theme.bar);
    status_bar(scene, layer, screen, theme.accent);
    let middle = (STATUS + HEADER / 2.0) * u;
    back_arrow(layer, 14.0 * u, middle, u, theme.accent);
    let name = words::name(&mut scene.random);
    avatar(scene, layer, name, (56.0 * u, middle, 18.0 * u));
    scene.pen.label(layer, name, (84.0 * u, middle - 19.0 * u), &bold(15.5 * u, theme.accent));
    let seen = *scene.random.pick(&["online", "last seen today at 21:40", "typing…", "متصل الآن"]);
    let [r, g, b, _] = theme.accent;
    scene.pen.label(layer, seen, (84.0 * u, middle + 2.0 * u), &style(11.0 * u, [r, g, b, 190]));
    camera_icon(layer, screen.w - 108.0 * u, middle, u, theme.accent);
    phone_icon(layer, screen.w - 62.0 * u, middle, u, theme.accent);
    dots_icon(layer, screen.w - 20.0 * u, middle, u, theme.accent);
}

fn back_arrow(layer: &mut Layer, x: f32, y: f32, u: f32, ink: Colour) {
    layer.line(&[(x + 8.0 * u, y - 7.0 * u), (x, y), (x + 8.0 * u, y + 7.0 * u)], 2.0 * u, ink);
    layer.line(&[(x, y), (x + 15.0 * u, y)], 2.0 * u, ink);
}

fn avatar(scene: &mut Scene<'_>, layer: &mut Layer, name: &str, (x, y, radius): (f32, f32, f32)) {
    let tone = || [90, 130, 170, 200, 230];
    let pick = |scene: &mut Scene<'_>| *scene.random.pick(&tone());
    layer.disc(x, y, radius, [pick(scene), pick(scene), pick(scene), 255]);
    if scene.random.coin() {
        layer.disc(x, y - radius * 0.25, radius * 0.34, [255, 255, 255, 230]);
        layer.oval(
            (x - radius * 0.6, y + radius * 0.2, radius * 1.2, radius * 0.66),
            [255, 255, 255, 230],
        );
    } else {
        let first = name.chars().next().unwrap_or('?').to_string();
        let look = Style { middle: true, ..bold(radius, [255; 4]) };
        scene.pen.write(layer, &first, (x - radius, y - radius * 0.66), radius * 2.0, &look);
    }
}

fn camera_icon(layer: &mut Layer, x: f32, y: f32, u: f32, ink: Colour) {
    layer.rectangle((x - 10.0 * u, y - 6.0 * u, 14.0 * u, 12.0 * u), 2.5 * u, ink);
    layer.shape(&[(x + 5.0 * u, y), (x + 11.0 * u, y - 5.0 * u), (x + 11.0 * u, y + 5.0 * u)], ink);
}

fn phone_icon(layer: &mut Layer, x: f32, y: f32, u: f32, ink: Colour) {
    layer.arc((x + 5.0 * u, y - 5.0 * u, 12.0 * u), 90.0, 180.0, 3.2 * u, ink);
    layer.line(&[(x - 7.0 * u, y - 6.0 * u), (x - 4.0 * u, y - 5.0 * u)], 4.4 * u, ink);
    layer.line(&[(x + 5.0 * u, y + 4.0 * u), (x + 6.0 * u, y + 7.0 * u)], 4.4 * u, ink);
}

fn dots_icon(layer: &mut Layer, x: f32, y: f32, u: f32, ink: Colour) {
    [-6.0, 0.0, 6.0].iter().for_each(|dy| layer.disc(x, y + dy * u, 1.9 * u, ink));
}

/// Where one would type, and the phone's own bar under it.
fn input_bar(scene: &mut Scene<'_>, layer: &mut Layer, screen: Screen, theme: Theme) {
    let (u, top) = (screen.unit, screen.h - INPUT * screen.unit);
    let [r, g, b] = theme.paper;
    layer.rectangle((0.0, top, screen.w, INPUT * u), 0.0, [r, g, b, 255]);
    layer.rectangle(
        (8.0 * u, top + 4.0 * u, screen.w - 70.0 * u, 40.0 * u),
        20.0 * u,
        theme.theirs,
    );
    let middle = top + 24.0 * u;
    layer.arc((30.0 * u, middle, 9.0 * u), 0.0, 360.0, 1.7 * u, theme.faint);
    layer.arc((30.0 * u, middle, 4.6 * u), 20.0, 160.0, 1.5 * u, theme.faint);
    [26.5, 33.5].iter().for_each(|x| layer.disc(x * u, middle - 2.6 * u, 1.3 * u, theme.faint));
    let hint = *scene.random.pick(&["Message", "Type a message", "اكتب رسالة"]);
    scene.pen.label(layer, hint, (50.0 * u, middle - 9.0 * u), &style(14.5 * u, theme.faint));
    let clip = screen.w - 92.0 * u;
    layer.arc((clip, middle - 3.0 * u, 4.0 * u), 180.0, 360.0, 1.7 * u, theme.faint);
    layer.line(
        &[(clip - 4.0 * u, middle - 3.0 * u), (clip - 4.0 * u, middle + 7.0 * u)],
        1.7 * u,
        theme.faint,
    );
    layer.line(
        &[(clip + 4.0 * u, middle - 3.0 * u), (clip + 4.0 * u, middle + 5.0 * u)],
        1.7 * u,
        theme.faint,
    );
    let round =
        if theme.bar[0] > 200 || theme.bar[0] < 40 { [0, 150, 120, 255] } else { theme.bar };
    let x = screen.w - 32.0 * u;
    layer.disc(x, middle, 20.0 * u, round);
    layer.rectangle((x - 3.2 * u, middle - 9.0 * u, 6.4 * u, 11.0 * u), 3.2 * u, [255; 4]);
    layer.arc((x, middle - 1.5 * u, 6.4 * u), 0.0, 180.0, 1.6 * u, [255; 4]);
    layer.line(&[(x, middle + 5.0 * u), (x, middle + 8.5 * u)], 1.6 * u, [255; 4]);
    let ink = theme.faint;
    layer.rectangle(
        (screen.w / 2.0 - 55.0 * u, screen.h - 9.0 * u, 110.0 * u, 4.0 * u),
        2.0 * u,
        ink,
    );
}

/// The picture in a story, on a blurred background of itself, under stickers.
pub fn story() -> Step {
    Box::new(|scene| {
        let width = *scene.random.pick(&WIDTHS_PX);
        let (w, h) = (width as f32, (width * 16 / 9) as f32);
        let screen = Screen { w, h, unit: w / 360.0 };
        let (small, _) = covering(&scene.picture, width / 4, width * 4 / 9);
        let mut sheet = small;
        filters::soften(&mut sheet, 10.0);
        filters::curve(&mut sheet, |light| light * 0.75);
        let sheet = resized(&sheet, w as u32, h as u32);
        let share = scene.random.between(0.86, 1.0);
        let scale =
            (f64::from(w) * share / scene.width()).min(f64::from(h) * 0.62 / scene.height());
        let slant = if scene.random.coin() { scene.random.between(-4.0, 4.0) } else { 0.0 };
        let map = Homography::shift(-scene.width() / 2.0, -scene.height() / 2.0)
            .then(&Homography::scale(scale, scale))
            .then(&Homography::turn(slant))
            .then(&Homography::shift(
                f64::from(w) / 2.0,
                f64::from(h) * scene.random.between(0.46, 0.52),
            ));
        let own = Polygon::frame(scene.width(), scene.height()).mapped(&map);
        scene.laid(sheet, &map);
        let mut glass = screen.glass();
        story_head(scene, &mut glass, screen);
        story_foot(scene, &mut glass, screen);
        glass.over(&mut scene.picture, 0, 0);
        stickers(scene, screen, &own);
    })
}

fn story_head(scene: &mut Scene<'_>, glass: &mut Layer, screen: Screen) {
    let u = screen.unit;
    let parts = 2 + scene.random.below(6);
    let now = scene.random.below(parts);
    let width = (screen.w - 16.0 * u) / parts as f32;
    for n in 0..parts {
        let place = (8.0 * u + n as f32 * width, 8.0 * u, width - 3.0 * u, 2.6 * u);
        glass.rectangle(place, 1.3 * u, [255, 255, 255, if n < now { 240 } else { 90 }]);
        if n == now {
            glass.rectangle((place.0, place.1, place.2 * 0.45, place.3), 1.3 * u, [255; 4]);
        }
    }
    let name = words::name(&mut scene.random);
    avatar(scene, glass, name, (26.0 * u, 34.0 * u, 15.0 * u));
    scene.pen.label(glass, name, (48.0 * u, 24.0 * u), &bold(13.5 * u, [255; 4]));
    let (after, _) = scene.pen.measure(name, screen.w * 0.6, &bold(13.5 * u, [255; 4]));
    scene.pen.label(
        glass,
        "5h",
        (56.0 * u + after, 24.0 * u),
        &style(13.0 * u, [255, 255, 255, 170]),
    );
    dots_icon(glass, screen.w - 48.0 * u, 34.0 * u, u, [255; 4]);
    let (x, y, r) = (screen.w - 22.0 * u, 34.0 * u, 6.5 * u);
    glass.line(&[(x - r, y - r), (x + r, y + r)], 2.0 * u, [255; 4]);
    glass.line(&[(x - r, y + r), (x + r, y - r)], 2.0 * u, [255; 4]);
}

fn story_foot(scene: &mut Scene<'_>, glass: &mut Layer, screen: Screen) {
    let (u, y) = (screen.unit, screen.h - 38.0 * screen.unit);
    let box_width = screen.w - 108.0 * u;
    glass.line(
        &[(28.0 * u, y - 18.0 * u), (box_width, y - 18.0 * u)],
        1.3 * u,
        [255, 255, 255, 200],
    );
    glass.line(
        &[(28.0 * u, y + 18.0 * u), (box_width, y + 18.0 * u)],
        1.3 * u,
        [255, 255, 255, 200],
    );
    glass.arc((28.0 * u, y, 18.0 * u), 90.0, 270.0, 1.3 * u, [255, 255, 255, 200]);
    glass.arc((box_width, y, 18.0 * u), -90.0, 90.0, 1.3 * u, [255, 255, 255, 200]);
    scene.pen.label(
        glass,
        "Send message",
        (30.0 * u, y - 9.0 * u),
        &style(14.0 * u, [255, 255, 255, 220]),
    );
    let x = screen.w - 62.0 * u;
    glass.arc((x - 5.0 * u, y - 3.0 * u, 5.2 * u), 150.0, 360.0, 1.9 * u, [255; 4]);
    glass.arc((x + 5.0 * u, y - 3.0 * u, 5.2 * u), 180.0, 390.0, 1.9 * u, [255; 4]);
    glass.line(&[(x - 9.6 * u, y), (x, y + 10.0 * u), (x + 9.6 * u, y)], 1.9 * u, [255; 4]);
    let x = screen.w - 26.0 * u;
    let plane = [
        (x - 10.0 * u, y - 8.0 * u),
        (x + 11.0 * u, y - 8.0 * u),
        (x, y + 10.0 * u),
        (x - 2.0 * u, y),
        (x - 10.0 * u, y - 8.0 * u),
    ];
    glass.line(&plane, 1.8 * u, [255; 4]);
    glass.line(&[(x - 2.0 * u, y), (x + 10.0 * u, y - 7.5 * u)], 1.8 * u, [255; 4]);
}

/// A line of text in a box across the picture's edge, a name, and a face.
fn stickers(scene: &mut Scene<'_>, screen: Screen, own: &Polygon) {
    let u = screen.unit;
    let low = own.0.iter().map(|corner| corner.y).fold(f64::MIN, f64::max) as f32;
    let arabic = scene.random.coin();
    let text = words::caption(&mut scene.random, arabic);
    let look = Style { middle: true, ..bold(17.0 * u, [255; 4]) };
    let room = screen.w * 0.72;
    let (width, height) = scene.pen.measure(text, room, &look);
    let (x, y) = ((screen.w - width) / 2.0, (low - height * 0.5).min(screen.h - 140.0 * u));
    let mut glass = screen.glass();
    let fill = *scene.random.pick(&[[0, 0, 0, 200], [226, 40, 80, 255], [255, 120, 0, 255]]);
    let place = (x - 10.0 * u, y - 6.0 * u, width + 20.0 * u, height + 12.0 * u);
    glass.rectangle(place, 8.0 * u, fill);
    scene.pen.write(&mut glass, text, (x - (room - width) / 2.0, y), room, &look);
    let (px, py) = (24.0 * u + scene.random.between(0.0, 100.0) as f32 * u, place.1 - 54.0 * u);
    glass.rectangle((px, py, 114.0 * u, 32.0 * u), 7.0 * u, [255, 255, 255, 245]);
    scene.pen.label(
        &mut glass,
        "@mentions",
        (px + 8.0 * u, py + 6.0 * u),
        &bold(15.0 * u, [190, 50, 160, 255]),
    );
    glass.over(&mut scene.picture, 0, 0);
    let side = screen.w * scene.random.between(0.12, 0.2) as f32;
    let corner = own.0.get(1).copied().unwrap_or(Point::new(0.0, 0.0));
    let (fx, fy) = ((corner.x as f32 - side * 1.1).max(0.0), corner.y as f32 + side * 0.1);
    let mood = scene.random.below(4);
    face(side, mood).over(&mut scene.picture, fx as i64, fy as i64);
    for (x, y, w, h) in [place, (px, py, 114.0 * u, 32.0 * u), (fx, fy, side, side)] {
        let [x, y, w, h] = [x, y, w, h].map(f64::from);
        scene.covered(&Polygon::rectangle(x, y, w, h));
    }
}

/// The picture opened in a gallery: black above and below, with buttons.
pub fn viewer() -> Step {
    Box::new(|scene| {
        let screen = Screen::pick(scene);
        let (u, ink) = (screen.unit, [235, 235, 235, 255]);
        let (w, h) = (scene.width() as f32, scene.height() as f32);
        let scale = (screen.w / w).min(screen.h / h);
        let photo = ((w * scale).round().max(1.0), (h * scale).round().max(1.0));
        let place = ((screen.w - photo.0) / 2.0, (screen.h - photo.1) / 2.0);
        place_photo(scene, screen.layer([0; 3]).into_picture(), place, photo, 0.0);
        let mut glass = screen.glass();
        status_bar(scene, &mut glass, screen, ink);
        back_arrow(&mut glass, 16.0 * u, 56.0 * u, u, ink);
        let name = words::name(&mut scene.random);
        scene.pen.label(&mut glass, name, (52.0 * u, 38.0 * u), &bold(15.0 * u, ink));
        let day = format!("Today, {}", words::time(&mut scene.random));
        scene.pen.label(
            &mut glass,
            &day,
            (52.0 * u, 59.0 * u),
            &style(11.5 * u, [200, 200, 200, 255]),
        );
        dots_icon(&mut glass, screen.w - 22.0 * u, 56.0 * u, u, ink);
        viewer_foot(scene, &mut glass, screen, ink);
        glass.over(&mut scene.picture, 0, 0);
    })
}

fn viewer_foot(scene: &mut Scene<'_>, glass: &mut Layer, screen: Screen, ink: Colour) {
    let (u, y) = (screen.unit, screen.h - 58.0 * screen.unit);
    let labels = ["Share", "Edit", "Favourite", "Delete"];
    for (n, label) in labels.into_iter().enumerate() {
        let x = screen.w * (n as f32 + 0.5) / labels.len() as f32;
        match n {
            0 => share_icon(glass, x, y, u, ink),
            1 => {
                glass.line(&[(x - 7.0 * u, y + 7.0 * u), (x + 7.0 * u, y - 7.0 * u)], 4.0 * u, ink);
            }
            2 => star(glass, x, y, 10.0 * u, u, ink),
            _ => bin(glass, x, y, u, ink),
        }
        let look = Style { middle: true, ..style(10.5 * u, ink) };
        scene.pen.write(glass, label, (x - 40.0 * u, y + 14.0 * u), 80.0 * u, &look);
    }
    glass.rectangle(
        (screen.w / 2.0 - 55.0 * u, screen.h - 9.0 * u, 110.0 * u, 4.0 * u),
        2.0 * u,
        ink,
    );
}

fn share_icon(glass: &mut Layer, x: f32, y: f32, u: f32, ink: Colour) {
    let knots = [(x - 7.0 * u, y), (x + 6.0 * u, y - 7.0 * u), (x + 6.0 * u, y + 7.0 * u)];
    knots.iter().for_each(|(x, y)| glass.disc(*x, *y, 3.0 * u, ink));
    glass.line(&[knots[1], knots[0], knots[2]], 1.6 * u, ink);
}

fn star(glass: &mut Layer, x: f32, y: f32, radius: f32, u: f32, ink: Colour) {
    let corner = |n: u8| {
        let angle = f64::from(n) * std::f64::consts::PI / 5.0 - std::f64::consts::FRAC_PI_2;
        let r = if n.is_multiple_of(2) { radius } else { radius * 0.42 };
        (x + r * libm::cos(angle) as f32, y + r * libm::sin(angle) as f32)
    };
    glass.line(&(0..=10).map(corner).collect::<Vec<_>>(), 1.7 * u, ink);
}

fn bin(glass: &mut Layer, x: f32, y: f32, u: f32, ink: Colour) {
    let body = [(-6.0, -5.0), (-5.0, 9.0), (5.0, 9.0), (6.0, -5.0)];
    glass.line(&body.map(|(dx, dy)| (x + dx * u, y + dy * u)), 1.7 * u, ink);
    glass.line(&[(x - 8.5 * u, y - 5.0 * u), (x + 8.5 * u, y - 5.0 * u)], 1.7 * u, ink);
    glass.line(&[(x - 3.0 * u, y - 8.5 * u), (x + 3.0 * u, y - 8.5 * u)], 1.7 * u, ink);
}
