//! Pictures and sounds that are laid over clips and under voices: a logo, a caption, a phone's
//! screen around a clip, music, rooms.

use super::material::{Kind, Material, Source};
use super::sounds;
use crate::draw::{Layer, Pen, Style};
use crate::edits::{self, Screen};
use crate::geometry::{Point, Polygon};
use crate::picture::{Loaded, resized, scaled};
use crate::random::Random;
use crate::scene::{self, Scene};
use anyhow::{Context, Result};
use image::{Rgb, RgbImage};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Pieces of music.
pub const TUNES: usize = 4;

/// How long each is.
const TUNE_S: f64 = 60.0;

/// Rooms by how long they sound, in seconds.
pub const ROOMS_S: [f64; 2] = [0.4, 0.8];

/// Width and height of a logo and of a caption, which are scaled to the clip.
const LOGO_PX: (u32, u32) = (240, 96);
const CAPTION_PX: (u32, u32) = (1280, 150);

/// The longer side of what stands for a clip where a phone's screen is drawn around it.
const STAND_IN_PX: f64 = 960.0;

/// The longer side of a phone's screen as it is recorded.
const SCREEN_PX: f64 = 1280.0;

/// What was made for one run.
#[derive(Debug, Default)]
pub struct Props {
    /// A logo with a clear background.
    pub logo: PathBuf,
    /// A caption in letters, with a clear background.
    pub caption: PathBuf,
    /// Phone's screens for each clip.
    pub screens: BTreeMap<(usize, Screen), PhoneScreen>,
    /// Music.
    pub tunes: Vec<PathBuf>,
    /// Answers of rooms, as [`ROOMS_S`].
    pub rooms: Vec<PathBuf>,
}

/// A phone's screen with room for a clip.
#[derive(Debug, Clone, PartialEq)]
pub struct PhoneScreen {
    /// The whole screen, with something grey where the clip goes.
    pub path: PathBuf,
    /// Where the clip goes: x, y, width and height in pixels, all even.
    pub place_px: [u32; 4],
}

impl Props {
    /// Draws and sounds everything into a folder.
    pub fn make(material: &Material, seed: u64, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let mut pen = Pen::new();
        let (logo, caption) = (folder.join("logo.png"), folder.join("caption.png"));
        draw_logo(&mut pen).into_clear_picture().save(&logo)?;
        draw_caption(&mut pen).into_clear_picture().save(&caption)?;
        let mut screens = BTreeMap::new();
        for source in material.edited(Kind::Clip) {
            for kind in Screen::ALL {
                let path = folder.join(format!("{}-{:03}.png", kind.name(), source.number));
                screens.insert((source.number, kind), screen(source, kind, seed, &mut pen, path)?);
            }
        }
        let tunes = (0..TUNES).map(|n| {
            let path = folder.join(format!("tune-{n}.wav"));
            let mut random = Random::of(seed, &["tune", &n.to_string()]);
            sounds::write_wav(&path, &sounds::music(&mut random, TUNE_S))?;
            Ok(path)
        });
        let rooms = ROOMS_S.iter().enumerate().map(|(n, decay_s)| {
            let path = folder.join(format!("room-{n}.wav"));
            let mut random = Random::of(seed, &["room", &n.to_string()]);
            sounds::write_wav(&path, &sounds::room(&mut random, *decay_s))?;
            Ok(path)
        });
        let tunes = tunes.collect::<Result<_>>()?;
        Ok(Self { logo, caption, screens, tunes, rooms: rooms.collect::<Result<_>>()? })
    }
}

fn draw_logo(pen: &mut Pen) -> Layer {
    let (width, height) = LOGO_PX;
    let mut layer = Layer::new(width, height);
    layer.rectangle((2.0, 2.0, width as f32 - 4.0, height as f32 - 4.0), 24.0, [214, 36, 72, 235]);
    layer.disc(50.0, height as f32 / 2.0, 28.0, [255, 255, 255, 255]);
    let style = Style { size_px: 44.0, bold: true, colour: [255; 4], middle: false };
    pen.write(&mut layer, "Clipz", (92.0, 18.0), 150.0, &style);
    layer
}

fn draw_caption(pen: &mut Pen) -> Layer {
    let (width, height) = CAPTION_PX;
    let mut layer = Layer::new(width, height);
    layer.rectangle((0.0, 0.0, width as f32, height as f32), 0.0, [0, 0, 0, 150]);
    let style = Style { size_px: 54.0, bold: true, colour: [255, 255, 255, 255], middle: true };
    pen.write(
        &mut layer,
        "wait for the end, you will not believe it",
        (20.0, 36.0),
        width as f32 - 40.0,
        &style,
    );
    layer
}

/// A phone's screen is drawn around a grey picture of the clip's shape, as around any picture; where
/// that went is where the clip goes.
fn screen(
    source: &Source,
    kind: Screen,
    seed: u64,
    pen: &mut Pen,
    path: PathBuf,
) -> Result<PhoneScreen> {
    let (width, height) = source.probe.size_px.context("a clip has a size")?;
    let by = STAND_IN_PX / f64::from(width.max(height));
    let side = |px: u32| (f64::from(px) * by).round().max(2.0) as u32;
    let grey = RgbImage::from_pixel(side(width), side(height), Rgb([96, 96, 96]));
    let stand_in = Loaded::of(&grey, 0, u32::MAX)?;
    let random = Random::of(seed, &["screen", kind.name(), &source.name]);
    let nothing = scene::Props { donors: Vec::new() };
    let mut scene = Scene::new(&stand_in, random, &nothing, pen);
    edits::screen(kind)(&mut scene);
    let corners = scene.shown.first().context("it shows the clip")?.seen();
    let (width, height) = scene.picture.dimensions();
    let by = (SCREEN_PX / f64::from(width.max(height))).min(1.0);
    let small = resized(&scene.picture, scaled(width, by), scaled(height, by));
    small.save(&path).with_context(|| path.display().to_string())?;
    Ok(PhoneScreen { path, place_px: around(&corners, by) })
}

/// The even rectangle around a polygon, scaled: x, y, width and height.
fn around(corners: &Polygon, by: f64) -> [u32; 4] {
    let even = |px: f64| (px * by).max(0.0).round() as u32 / 2 * 2;
    let sides = |of: fn(&Point) -> f64| {
        let all = corners.0.iter().map(of);
        let (from, to) = all.fold((f64::INFINITY, 0.0), |(a, b), px| (px.min(a), px.max(b)));
        (even(from), even(to).saturating_sub(even(from)).max(2))
    };
    let ((x, width), (y, height)) = (sides(|corner| corner.x), sides(|corner| corner.y));
    [x, y, width, height]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_goes_where_the_picture_went() {
        let turned = Polygon(vec![
            Point::new(41.0, 99.0),
            Point::new(240.0, 100.0),
            Point::new(239.0, 301.0),
            Point::new(40.0, 300.0),
        ]);
        assert_eq!(around(&turned, 1.0), [40, 98, 200, 202]);
        assert_eq!(around(&turned, 0.5), [20, 50, 100, 100]);
    }
}
