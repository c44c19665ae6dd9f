//! Shapes and text, drawn on layers that are then laid over pictures.
//!
//! Text is set in DejaVu Sans, which many systems carry (Debian: `fonts-dejavu-core`); where it
//! is not found, each letter becomes a small pattern of blocks, and [`Pen::has_font`] says so.

use crate::random::fnv;
use cosmic_text::{Align, Attrs, Buffer, Color, Family, FontSystem, Metrics, Shaping, SwashCache};
use cosmic_text::{Weight, fontdb};
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use std::path::Path;
use tiny_skia::{
    FillRule, LineCap, Paint, Path as Outline, PathBuilder, Pixmap, Stroke, Transform,
};

/// Red, green, blue and opacity, 0 to 255.
pub type Colour = [u8; 4];

/// Where DejaVu Sans may lie.
const FONT_FOLDERS: [&str; 5] = [
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu-sans-fonts",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",
    "/usr/local/share/fonts/dejavu",
];

const FONT_FILES: [&str; 2] = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Height of a letter's box in pixels.
    pub size_px: f32,
    /// Heavy letters.
    pub bold: bool,
    /// Their colour.
    pub colour: Colour,
    /// In the middle of the width, and not where the language begins.
    pub middle: bool,
}

/// Writes text. One for each thread.
pub struct Pen {
    fonts: Option<FontSystem>,
    glyphs: SwashCache,
}

impl Default for Pen {
    fn default() -> Self {
        Self::new()
    }
}

impl Pen {
    /// With the fonts of the system, if they are there.
    pub fn new() -> Self {
        let folder =
            FONT_FOLDERS.iter().map(Path::new).find(|folder| folder.join(FONT_FILES[0]).is_file());
        let fonts = folder.map(|folder| {
            let mut fonts = fontdb::Database::new();
            for file in FONT_FILES {
                // A missing bold face leaves the plain one.
                let _ = fonts.load_font_file(folder.join(file));
            }
            FontSystem::new_with_locale_and_db("en-US".into(), fonts)
        });
        Self { fonts, glyphs: SwashCache::new() }
    }

    /// Without any font.
    pub fn blocks() -> Self {
        Self { fonts: None, glyphs: SwashCache::new() }
    }

    /// Whether letters are letters.
    pub fn has_font(&self) -> bool {
        self.fonts.is_some()
    }

    /// Width and height in pixels of text that is broken at `width_px`.
    pub fn measure(&mut self, text: &str, width_px: f32, style: &Style) -> (f32, f32) {
        let Some(fonts) = &mut self.fonts else { return Blocks::of(text, width_px, style).size() };
        let buffer = laid_out(fonts, text, width_px, style);
        let runs = buffer.layout_runs();
        runs.fold((0.0, 0.0), |(w, h), run| (f32::max(w, run.line_w), h + run.line_height))
    }

    /// Writes text with its box's upper left corner at (x, y).
    pub fn write(
        &mut self,
        on: &mut Layer,
        text: &str,
        (x, y): (f32, f32),
        width_px: f32,
        style: &Style,
    ) {
        let [r, g, b, a] = style.colour;
        let Some(fonts) = &mut self.fonts else {
            return Blocks::of(text, width_px, style).draw(on, x, y, style.colour);
        };
        let mut buffer = laid_out(fonts, text, width_px, style);
        let (x, y) = (x.round() as i32, y.round() as i32);
        buffer.draw(fonts, &mut self.glyphs, Color::rgba(r, g, b, a), |px, py, w, h, colour| {
            for (dx, dy) in (0..h as i32).flat_map(|dy| (0..w as i32).map(move |dx| (dx, dy))) {
                on.dot(x + px + dx, y + py + dy, colour.as_rgba());
            }
        });
    }
}

impl Pen {
    /// Writes one line that begins at (x, y), whichever way its language runs.
    pub fn label(&mut self, on: &mut Layer, text: &str, place: (f32, f32), style: &Style) {
        let (width_px, _) = self.measure(text, f32::MAX, style);
        self.write(on, text, place, width_px.ceil() + 1.0, style);
    }
}

fn laid_out(fonts: &mut FontSystem, text: &str, width_px: f32, style: &Style) -> Buffer {
    let mut buffer = Buffer::new(fonts, Metrics::new(style.size_px, style.size_px * 1.3));
    let weight = if style.bold { Weight::BOLD } else { Weight::NORMAL };
    let attributes = Attrs::new().family(Family::Name("DejaVu Sans")).weight(weight);
    let align = style.middle.then_some(Align::Center);
    buffer.set_size(Some(width_px), None);
    buffer.set_text(text, &attributes, Shaping::Advanced, align);
    buffer.shape_until_scroll(fonts, false);
    buffer
}

/// Text where there is no font: each letter a pattern of four by five blocks.
struct Blocks {
    lines: Vec<String>,
    size_px: f32,
}

impl Blocks {
    fn of(text: &str, width_px: f32, style: &Style) -> Self {
        let room = ((width_px / (style.size_px * 0.6)) as usize).max(1);
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let last = lines.last().map_or(0, |line| line.chars().count());
            if last > 0 && last + 1 + word.chars().count() > room {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
        }
        Self { lines, size_px: style.size_px }
    }

    fn size(&self) -> (f32, f32) {
        let longest = self.lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        (longest as f32 * self.size_px * 0.6, self.lines.len() as f32 * self.size_px * 1.3)
    }

    fn draw(&self, on: &mut Layer, x: f32, y: f32, colour: Colour) {
        let cell = self.size_px * 0.12;
        for (row, line) in self.lines.iter().enumerate() {
            for (column, letter) in line.chars().enumerate().filter(|(_, letter)| *letter != ' ') {
                let bits = fnv(letter.to_string().as_bytes());
                for n in (0..20).filter(|n| bits >> n & 1 == 1) {
                    let dx = column as f32 * self.size_px * 0.6 + (n % 4) as f32 * cell;
                    let dy = row as f32 * self.size_px * 1.3 + (n / 4 + 1) as f32 * cell * 1.4;
                    on.rectangle((x + dx, y + dy, cell, cell * 1.4), 0.0, colour);
                }
            }
        }
    }
}

/// A sheet that is drawn on, with opacity.
pub struct Layer(Pixmap);

impl Layer {
    /// A transparent sheet, at least one pixel large.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width.clamp(1, 1 << 14), height.clamp(1, 1 << 14));
        Self(Pixmap::new(width, height).unwrap_or_else(|| unreachable!("the sides are in bounds")))
    }

    /// A sheet of one colour.
    pub fn filled(width: u32, height: u32, [r, g, b]: [u8; 3]) -> Self {
        let mut layer = Self::new(width, height);
        layer.0.fill(tiny_skia::Color::from_rgba8(r, g, b, 255));
        layer
    }

    /// A rectangle (x, y, width, height) with round corners.
    pub fn rectangle(&mut self, (x, y, w, h): (f32, f32, f32, f32), radius: f32, colour: Colour) {
        if let Some(outline) = rounded(x, y, w, h, radius.min(w / 2.0).min(h / 2.0)) {
            self.fill(&outline, colour);
        }
    }

    /// A disc.
    pub fn disc(&mut self, x: f32, y: f32, radius: f32, colour: Colour) {
        if let Some(outline) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&outline, colour);
        }
    }

    /// A disc stretched to a rectangle (x, y, width, height).
    pub fn oval(&mut self, (x, y, w, h): (f32, f32, f32, f32), colour: Colour) {
        let rectangle = tiny_skia::Rect::from_xywh(x, y, w, h);
        if let Some(outline) = rectangle.and_then(PathBuilder::from_oval) {
            self.fill(&outline, colour);
        }
    }

    /// A filled polygon.
    pub fn shape(&mut self, corners: &[(f32, f32)], colour: Colour) {
        if let Some(outline) = joined(corners, true) {
            self.fill(&outline, colour);
        }
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f32, f32)], width: f32, colour: Colour) {
        if let Some(outline) = joined(points, false) {
            self.stroke(&outline, width, colour);
        }
    }

    /// A circle's line, or a part of it, from one angle to another in degrees clockwise from the
    /// right.
    pub fn arc(
        &mut self,
        (x, y, radius): (f32, f32, f32),
        from: f32,
        to: f32,
        width: f32,
        colour: Colour,
    ) {
        let at = |n: u8| {
            let angle = f64::from(from + (to - from) * f32::from(n) / 24.0).to_radians();
            (x + radius * libm::cos(angle) as f32, y + radius * libm::sin(angle) as f32)
        };
        self.line(&(0..=24).map(at).collect::<Vec<_>>(), width, colour);
    }

    /// Laid over a picture with its upper left corner at (x, y).
    pub fn over(&self, picture: &mut RgbImage, x: i64, y: i64) {
        let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
        for (n, pixel) in self.0.pixels().iter().enumerate().filter(|(_, pixel)| pixel.alpha() > 0)
        {
            let (w, n) = (i64::from(self.0.width()), n as i64);
            let (px, py) = (x + n % w, y + n / w);
            if px >= 0 && py >= 0 && px < width && py < height {
                let under = &mut picture.get_pixel_mut(px as u32, py as u32).0;
                let above = [pixel.red(), pixel.green(), pixel.blue()];
                under.iter_mut().zip(above).for_each(|(c, new)| *c = over(new, pixel.alpha(), *c));
            }
        }
    }

    /// The sheet as a picture, black where nothing was drawn.
    pub fn into_picture(self) -> RgbImage {
        let mut picture = RgbImage::new(self.0.width(), self.0.height());
        for (to, from) in picture.pixels_mut().zip(self.0.pixels()) {
            *to = Rgb([from.red(), from.green(), from.blue()]);
        }
        picture
    }

    /// The sheet as a picture, clear where nothing was drawn.
    pub fn into_clear_picture(self) -> RgbaImage {
        let mut picture = RgbaImage::new(self.0.width(), self.0.height());
        for (to, from) in picture.pixels_mut().zip(self.0.pixels()) {
            let from = from.demultiply();
            *to = Rgba([from.red(), from.green(), from.blue(), from.alpha()]);
        }
        picture
    }

    fn fill(&mut self, outline: &Outline, [r, g, b, a]: Colour) {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(r, g, b, a);
        self.0.fill_path(outline, &paint, FillRule::Winding, Transform::identity(), None);
    }

    fn stroke(&mut self, outline: &Outline, width: f32, [r, g, b, a]: Colour) {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(r, g, b, a);
        let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
        self.0.stroke_path(outline, &paint, &stroke, Transform::identity(), None);
    }

    /// One pixel of a letter.
    fn dot(&mut self, x: i32, y: i32, [r, g, b, a]: [u8; 4]) {
        let (width, height) = (self.0.width() as i32, self.0.height() as i32);
        if x < 0 || y < 0 || x >= width || y >= height || a == 0 {
            return;
        }
        let under = &mut self.0.pixels_mut()[(y * width + x) as usize];
        let part = |c: u8| ((u32::from(c) * u32::from(a) + 127) / 255) as u8;
        let mixed = [(r, under.red()), (g, under.green()), (b, under.blue())]
            .map(|(n, o)| over(part(n), a, o));
        let alpha = over(a, a, under.alpha());
        let mixed = mixed.map(|c| c.min(alpha));
        if let Some(pixel) =
            tiny_skia::PremultipliedColorU8::from_rgba(mixed[0], mixed[1], mixed[2], alpha)
        {
            *under = pixel;
        }
    }
}

/// A premultiplied channel over another.
fn over(new: u8, alpha: u8, old: u8) -> u8 {
    let left = (u32::from(old) * u32::from(255 - alpha) + 127) / 255;
    (u32::from(new) + left).min(255) as u8
}

fn joined(points: &[(f32, f32)], closed: bool) -> Option<Outline> {
    let mut path = PathBuilder::new();
    let ((x, y), rest) = points.split_first()?;
    path.move_to(*x, *y);
    rest.iter().for_each(|(x, y)| path.line_to(*x, *y));
    if closed {
        path.close();
    }
    path.finish()
}

fn rounded(x: f32, y: f32, w: f32, h: f32, r: f32) -> Option<Outline> {
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(x + w - r, y);
    path.quad_to(x + w, y, x + w, y + r);
    path.line_to(x + w, y + h - r);
    path.quad_to(x + w, y + h, x + w - r, y + h);
    path.line_to(x + r, y + h);
    path.quad_to(x, y + h, x, y + h - r);
    path.line_to(x, y + r);
    path.quad_to(x, y, x + r, y);
    path.close();
    path.finish()
}

/// A picture laid onto another with round corners.
pub fn paste_rounded(on: &mut RgbImage, picture: &RgbImage, (x, y): (u32, u32), radius: f64) {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    for (px, py, pixel) in picture.enumerate_pixels() {
        let (tx, ty) = (px + x, py + y);
        if tx >= on.width() || ty >= on.height() {
            continue;
        }
        let (cx, cy) = (f64::from(px) + 0.5, f64::from(py) + 0.5);
        let beyond = |c: f64, side: f64| (radius - c).max(c - (side - radius)).max(0.0);
        let out = libm::hypot(beyond(cx, w), beyond(cy, h)) - radius;
        let share = if radius < 0.5 { 1.0 } else { (0.5 - out).clamp(0.0, 1.0) };
        let under = on.get_pixel_mut(tx, ty);
        for (old, new) in under.0.iter_mut().zip(pixel.0) {
            *old = (f64::from(*old) * (1.0 - share) + f64::from(new) * share).round() as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style =
        Style { size_px: 20.0, bold: false, colour: [0, 0, 0, 255], middle: false };

    fn inked(pen: &mut Pen, text: &str) -> usize {
        let mut layer = Layer::filled(300, 80, [255; 3]);
        pen.write(&mut layer, text, (5.0, 5.0), 290.0, &STYLE);
        layer.into_picture().pixels().filter(|pixel| pixel.0[0] < 128).count()
    }

    #[test]
    fn text_leaves_ink_with_and_without_a_font() {
        for mut pen in [Pen::new(), Pen::blocks()] {
            assert_eq!(inked(&mut pen, ""), 0);
            assert!(inked(&mut pen, "I know where you live") > 200);
            assert!(inked(&mut pen, "سوف أنشر الصور") > 100);
        }
    }

    #[test]
    fn long_text_is_broken_into_lines() {
        for mut pen in [Pen::new(), Pen::blocks()] {
            let (_, one) = pen.measure("word", 400.0, &STYLE);
            let (width, many) = pen.measure("word word word word word word word", 120.0, &STYLE);
            assert!(many > 2.0 * one && width <= 130.0);
        }
    }

    #[test]
    fn shapes_are_where_they_are_put() {
        let mut layer = Layer::new(40, 40);
        layer.rectangle((10.0, 10.0, 20.0, 20.0), 6.0, [255, 0, 0, 255]);
        let mut picture = RgbImage::new(60, 60);
        layer.over(&mut picture, 10, 5);
        assert_eq!(picture.get_pixel(30, 25).0, [255, 0, 0]);
        assert_eq!(picture.get_pixel(20, 15).0, [0; 3], "the corner is round");
        assert_eq!(picture.get_pixel(45, 25).0, [0; 3]);
    }

    #[test]
    fn a_pasted_picture_has_round_corners() {
        let mut on = RgbImage::new(50, 50);
        paste_rounded(&mut on, &RgbImage::from_pixel(30, 30, Rgb([200; 3])), (10, 10), 8.0);
        assert_eq!(on.get_pixel(10, 10).0, [0; 3]);
        assert_eq!(on.get_pixel(25, 10).0, [200; 3]);
        assert_eq!(on.get_pixel(25, 25).0, [200; 3]);
        paste_rounded(&mut on, &RgbImage::from_pixel(9, 9, Rgb([90; 3])), (0, 0), 0.0);
        assert_eq!((on.get_pixel(0, 0).0, on.get_pixel(4, 4).0), ([90; 3], [90; 3]));
    }

    #[test]
    fn labels_begin_where_they_are_put_in_either_direction() {
        for text in ["channel", "قناة"] {
            let mut layer = Layer::new(300, 40);
            Pen::new().label(&mut layer, text, (40.0, 5.0), &Style { colour: [255; 4], ..STYLE });
            let picture = layer.into_picture();
            let inked = picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 100);
            let left = inked.map(|(x, _, _)| x).min().unwrap();
            assert!((38..50).contains(&left), "{text}: {left}");
        }
    }
}
