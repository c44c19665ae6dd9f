//! The edits: what people do to a picture before they send it again, in how many strengths, and
//! what the matcher is asked to bear.

mod compose;
mod cover;
mod motion;
mod phone;
mod physical;
mod plain;
mod words;

use crate::draw::Pen;
use crate::picture::{Loaded, Saved};
use crate::random::Random;
use crate::scene::{Props, Scene, Shown, Step};
use anyhow::Result;
use image::RgbImage;

/// One kind of edit in one strength.
pub struct Edit {
    /// What is done.
    pub kind: &'static str,
    /// How much of it.
    pub strength: &'static str,
    /// The share of pictures that must be found, where one is demanded.
    pub bar: Option<f64>,
    /// The share of found pictures that must be told as `altered`, where one is demanded.
    pub altered_bar: Option<f64>,
    steps: Vec<Step>,
}

/// A picture that was edited.
pub struct Edited {
    /// The pixels before they were saved.
    pub picture: RgbImage,
    /// The file.
    pub bytes: Vec<u8>,
    /// How it was saved.
    pub saved: Saved,
    /// What it shows.
    pub shown: Vec<Shown>,
}

impl Edit {
    /// A name for a row in which several edits are taken together; does nothing.
    pub fn named(kind: &'static str, strength: &'static str) -> Self {
        Self { kind, strength, bar: None, altered_bar: None, steps: Vec::new() }
    }

    /// The name in tables, `kind strength`.
    pub fn name(&self) -> String {
        format!("{} {}", self.kind, self.strength).trim_end().to_owned()
    }

    /// For file names.
    pub fn slug(&self) -> String {
        let sane = |c: char| if c.is_ascii_alphanumeric() || ".+".contains(c) { c } else { '-' };
        self.name().chars().map(sane).collect()
    }

    /// Edits a picture. The seed, the edit's name and the picture's name decide everything that
    /// is left to chance.
    pub fn apply(
        &self,
        source: &Loaded,
        name: &str,
        seed: u64,
        props: &Props,
        pen: &mut Pen,
    ) -> Result<Edited> {
        let random = Random::of(seed, &[self.kind, self.strength, name]);
        let mut scene = Scene::new(source, random, props, pen);
        self.steps.iter().for_each(|step| step(&mut scene));
        let Scene { picture, shown, saved, .. } = scene;
        let bytes = saved.encode(&picture)?;
        Ok(Edited { picture, bytes, saved, shown })
    }
}

/// A phone's screen around what is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screen {
    /// A chat by day.
    ChatLight,
    /// A chat by night.
    ChatDark,
    /// A viewer of pictures.
    Viewer,
}

impl Screen {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ChatLight, Self::ChatDark, Self::Viewer];

    /// For file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChatLight => "chat-light",
            Self::ChatDark => "chat-dark",
            Self::Viewer => "viewer",
        }
    }
}

/// The step that puts a phone's screen around a picture.
pub fn screen(kind: Screen) -> Step {
    match kind {
        Screen::ChatLight => phone::chat(false),
        Screen::ChatDark => phone::chat(true),
        Screen::Viewer => phone::viewer(),
    }
}

/// Every edit, the mildest kinds first.
pub fn catalogue() -> Vec<Edit> {
    let mut list = List::default();
    compression(&mut list);
    colours(&mut list);
    sharpness(&mut list);
    moves(&mut list);
    surroundings(&mut list);
    covers(&mut list);
    screens(&mut list);
    compositions(&mut list);
    chains(&mut list);
    list.0
}

#[derive(Default)]
struct List(Vec<Edit>);

impl List {
    /// Adds an edit; `bar` is in per cent, 0 where nothing is demanded.
    fn add(&mut self, kind: &'static str, strength: &'static str, bar: u8, steps: Vec<Step>) {
        let bar = (bar > 0).then(|| f64::from(bar) / 100.0);
        self.0.push(Edit { kind, strength, bar, altered_bar: None, steps });
    }

    fn add_altered(&mut self, kind: &'static str, strength: &'static str, bar: u8, step: Step) {
        self.add(kind, strength, bar, vec![step]);
        if let Some(edit) = self.0.last_mut().filter(|edit| edit.bar.is_some()) {
            edit.altered_bar = Some(0.9);
        }
    }
}

fn compression(list: &mut List) {
    use plain::{resize, saved, stretch};
    list.add("original", "", 100, vec![saved(Saved::Jpeg(95))]);
    for (strength, quality) in [("90", 90), ("50", 50), ("20", 20), ("10", 10)] {
        list.add("jpeg", strength, 100, vec![saved(Saved::Jpeg(quality))]);
    }
    for (strength, quality) in [("75", 75), ("25", 25)] {
        list.add("webp", strength, 100, vec![saved(Saved::Webp(quality))]);
    }
    for (strength, by) in [("75 %", 0.75), ("50 %", 0.5), ("25 %", 0.25), ("150 %", 1.5)] {
        list.add("resize", strength, 100, vec![resize(by)]);
    }
    list.add("stretch", "wider 10 %", 0, vec![stretch(1.1, 1.0)]);
    list.add("stretch", "taller 10 %", 0, vec![stretch(1.0, 1.1)]);
}

fn colours(list: &mut List) {
    use plain::{brightness, cast, contrast, gamma, invert, saturation, sepia, tint};
    for (strength, by) in [("-25 %", -0.25), ("+15 %", 0.15), ("+25 %", 0.25)] {
        list.add("brightness", strength, 100, vec![brightness(by)]);
    }
    for (strength, by) in [("60 %", 0.6), ("150 %", 1.5)] {
        list.add("contrast", strength, 100, vec![contrast(by)]);
    }
    for (strength, power) in [("0.6", 0.6), ("1.6", 1.6)] {
        list.add("gamma", strength, 100, vec![gamma(power)]);
    }
    list.add("saturation", "200 %", 100, vec![saturation(2.0)]);
    list.add("grey", "", 100, vec![saturation(0.0)]);
    list.add("sepia", "", 100, vec![sepia()]);
    list.add("grey with tint", "blue", 100, vec![tint([0.75, 0.85, 1.1])]);
    list.add("colour cast", "warm", 100, vec![cast([1.15, 1.0, 0.75])]);
    list.add("inverted", "", 0, vec![invert()]);
}

fn sharpness(list: &mut List) {
    use plain::{blur, motion_blur, noise, salt_and_pepper, sharpen};
    for (strength, by) in [("1.5/1000", 1.5), ("3/1000", 3.0), ("6/1000", 6.0)] {
        list.add("blur", strength, 100, vec![blur(by)]);
    }
    list.add("motion blur", "12/1000", 100, vec![motion_blur(12.0)]);
    list.add("sharpen", "150 %", 0, vec![sharpen(1.5)]);
    for (strength, deviation) in [("10", 10.0), ("25", 25.0)] {
        list.add("noise", strength, 0, vec![noise(deviation)]);
    }
    list.add("salt and pepper", "2 %", 0, vec![salt_and_pepper(0.02)]);
}

fn moves(list: &mut List) {
    use motion::{crop, flip, mirror, quarter_turns, turn_cropped, turn_filled};
    list.add("mirror", "", 100, vec![mirror()]);
    list.add("flip", "", 100, vec![flip()]);
    for (strength, quarters) in [("90", 1), ("180", 2), ("270", 3)] {
        list.add("quarter turn", strength, 100, vec![quarter_turns(quarters)]);
    }
    const TURNS: [(&str, f64); 6] =
        [("1", 1.0), ("2", 2.0), ("5", 5.0), ("10", 10.0), ("17", 17.0), ("45", 45.0)];
    for (strength, degrees) in TURNS {
        list.add("turn filled", strength, 98, vec![turn_filled(degrees)]);
        list.add("turn cropped", strength, 98, vec![turn_cropped(degrees)]);
    }
    const CROPS: [(&str, f64, u8); 5] = [
        ("95 %", 0.95, 99),
        ("80 %", 0.8, 99),
        ("50 %", 0.5, 98),
        ("25 %", 0.25, 90),
        ("15 %", 0.15, 75),
    ];
    for (strength, area, bar) in CROPS {
        list.add("crop", strength, bar, vec![crop(area)]);
    }
    list.add("crop and resize", "50 %, 150 %", 98, vec![crop(0.5), plain::resize(1.5)]);
    list.add("crop and resize", "50 %, 60 %", 0, vec![crop(0.5), plain::resize(0.6)]);
}

fn surroundings(list: &mut List) {
    use cover::{caption, frame, letterbox, pillarbox};
    list.add("frame", "white 5 %", 99, vec![frame(0.05, [255; 3])]);
    list.add("frame", "black 10 %", 99, vec![frame(0.1, [0; 3])]);
    list.add("frame", "coloured 20 %", 99, vec![frame(0.2, [196, 40, 92])]);
    list.add("letterbox", "15 %", 99, vec![letterbox(0.15)]);
    list.add("letterbox", "40 %", 99, vec![letterbox(0.4)]);
    list.add("pillarbox", "40 %", 99, vec![pillarbox(0.4)]);
    const BARS: [(&str, f64, bool); 4] = [
        ("10 % English", 0.1, false),
        ("20 % Arabic", 0.2, true),
        ("20 % English", 0.2, false),
        ("30 % Arabic", 0.3, true),
    ];
    for (strength, share, arabic) in BARS {
        list.add("caption", strength, 99, vec![caption(share, arabic)]);
    }
}

fn covers(list: &mut List) {
    use cover::{black_bar, emoji, meme, pixelated_face, watermark};
    list.add("meme text", "", 99, vec![meme()]);
    list.add("emoji", "20 %", 99, vec![emoji(0.2)]);
    list.add("emoji", "40 %", 99, vec![emoji(0.4)]);
    list.add("watermark", "half", 99, vec![watermark(110)]);
    list.add("watermark", "strong", 99, vec![watermark(200)]);
    list.add("pixelated face", "40 %", 99, vec![pixelated_face(0.4)]);
    list.add("pixelated face", "60 %", 99, vec![pixelated_face(0.6)]);
    list.add("black bar", "", 99, vec![black_bar(0.5)]);
}

fn screens(list: &mut List) {
    use physical::{photo_of_screen, print_and_scan};
    list.add("chat screenshot", "light", 96, vec![phone::chat(false)]);
    list.add("chat screenshot", "dark", 96, vec![phone::chat(true)]);
    list.add("story screenshot", "", 96, vec![phone::story()]);
    list.add("viewer screenshot", "", 96, vec![phone::viewer()]);
    list.add("photo of a screen", "mild", 97, vec![photo_of_screen(0.2)]);
    list.add("photo of a screen", "strong", 97, vec![photo_of_screen(1.0)]);
    list.add("print and scan", "fine", 97, vec![print_and_scan(0.2)]);
    list.add("print and scan", "coarse", 97, vec![print_and_scan(1.0)]);
}

fn compositions(list: &mut List) {
    use compose::{collage, face_swapped, inset, replaced};
    for (strength, cells, bar) in [("of 2", 2, 0), ("of 4", 4, 95), ("of 6", 6, 0), ("of 9", 9, 85)]
    {
        list.add("collage", strength, bar, vec![collage(cells)]);
    }
    list.add("picture in picture", "25 %", 95, vec![inset(0.25)]);
    list.add("picture in picture", "10 %", 0, vec![inset(0.1)]);
    list.add_altered("region replaced", "15 %", 0, replaced(0.15));
    list.add_altered("region replaced", "30 %", 0, replaced(0.3));
    list.add_altered("region replaced", "45 %", 95, replaced(0.45));
    list.add_altered("face swapped", "55 %", 95, face_swapped(0.55));
}

fn chains(list: &mut List) {
    use compose::inset;
    use cover::{caption, emoji, frame, meme, watermark};
    use motion::{crop, mirror, turn_cropped};
    use phone::{chat, story, viewer};
    use plain::{brightness, cast, passed_on, resize, saved};
    let jpeg = |quality| passed_on(Saved::Jpeg(quality));
    list.add(
        "chain of 3",
        "crop, caption, JPEG",
        90,
        vec![crop(0.7), caption(0.2, true), saved(Saved::Jpeg(50))],
    );
    list.add(
        "chain of 3",
        "mirror, emoji, WebP",
        90,
        vec![mirror(), emoji(0.3), saved(Saved::Webp(40))],
    );
    list.add(
        "chain of 3",
        "caption, chat, JPEG",
        90,
        vec![caption(0.2, false), chat(true), saved(Saved::Jpeg(60))],
    );
    list.add(
        "chain of 3",
        "warm, crop, frame",
        90,
        vec![cast([1.15, 1.0, 0.75]), crop(0.6), frame(0.08, [0; 3])],
    );
    let five = vec![mirror(), crop(0.6), caption(0.2, true), chat(false), saved(Saved::Jpeg(50))];
    list.add("chain of 5", "mirror, crop, caption, chat, JPEG", 75, five);
    let five =
        vec![turn_cropped(5.0), brightness(0.12), emoji(0.3), story(), saved(Saved::Jpeg(60))];
    list.add("chain of 5", "turn, brighter, emoji, story, JPEG", 75, five);
    let five = vec![jpeg(40), crop(0.75), watermark(110), viewer(), saved(Saved::Webp(50))];
    list.add("chain of 5", "JPEG, crop, watermark, viewer, WebP", 75, five);
    let five = vec![
        crop(0.7),
        meme(),
        resize(0.6),
        physical::photo_of_screen(0.5),
        saved(Saved::Jpeg(70)),
    ];
    list.add("chain of 5", "crop, meme, resize, photo of a screen, JPEG", 75, five);
    let five = vec![mirror(), inset(0.3), jpeg(60), caption(0.15, false), saved(Saved::Jpeg(50))];
    list.add("chain of 5", "mirror, inset, JPEG, caption, JPEG", 75, five);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::luma;
    use crate::geometry::Point;
    use crate::testing;
    use athar_engine::policy::Relation;
    use std::collections::BTreeSet;

    fn source() -> Loaded {
        Loaded::of(&testing::scene(11, 360, 280), 0, 1600).unwrap()
    }

    fn props() -> Props {
        let donor =
            |n: usize| Loaded::of(&testing::scene(100 + n as u64, 300, 220), n, 800).unwrap();
        Props { donors: (1..12).map(donor).collect() }
    }

    fn edited(name: &str, seed: u64) -> Edited {
        let edit = catalogue().into_iter().find(|edit| edit.name() == name).unwrap();
        edit.apply(&source(), "a.png", seed, &props(), &mut Pen::new()).unwrap()
    }

    #[test]
    fn there_are_many_kinds_and_no_name_twice() {
        let edits = catalogue();
        let names: BTreeSet<_> = edits.iter().map(Edit::name).collect();
        let slugs: BTreeSet<_> = edits.iter().map(Edit::slug).collect();
        let kinds: BTreeSet<_> = edits.iter().map(|edit| edit.kind).collect();
        assert_eq!((names.len(), slugs.len()), (edits.len(), edits.len()));
        assert!(kinds.len() >= 30, "{}", kinds.len());
    }

    #[test]
    fn the_seed_and_the_names_decide_every_byte() {
        let (source, props) = (source(), props());
        for edit in catalogue() {
            let bytes =
                |seed, pen: &mut Pen| edit.apply(&source, "a.png", seed, &props, pen).unwrap();
            let mut pen = Pen::new();
            let (one, two) = (bytes(3, &mut pen), bytes(3, &mut Pen::new()));
            assert_eq!((one.bytes, one.shown), (two.bytes, two.shown), "{}", edit.name());
        }
        assert_ne!(edited("crop 50 %", 3).bytes, edited("crop 50 %", 4).bytes);
        assert_ne!(
            edited("chat screenshot light", 3).bytes,
            edited("chat screenshot light", 4).bytes
        );
    }

    /// The edits whose truth can be held against the pixels: nothing but the place has changed.
    const MOVED: [&str; 25] = [
        "original",
        "jpeg 90",
        "resize 75 %",
        "resize 150 %",
        "stretch wider 10 %",
        "mirror",
        "flip",
        "quarter turn 90",
        "quarter turn 270",
        "turn filled 17",
        "turn cropped 10",
        "turn cropped 45",
        "crop 50 %",
        "crop 15 %",
        "crop and resize 50 %, 150 %",
        "frame coloured 20 %",
        "letterbox 40 %",
        "pillarbox 40 %",
        "caption 20 % Arabic",
        "chat screenshot light",
        "chat screenshot dark",
        "viewer screenshot",
        "collage of 4",
        "collage of 9",
        "picture in picture 25 %",
    ];

    #[test]
    fn what_is_shown_lies_where_the_truth_says() {
        for name in MOVED {
            for seed in 1..4 {
                let edited = edited(name, seed);
                let share = matching_share(&edited);
                assert!(share > 0.9, "{name}, seed {seed}: {share}");
            }
        }
    }

    /// The share of places inside the visible region at which source and edited picture agree.
    fn matching_share(edited: &Edited) -> f64 {
        let (source, shown) = (source(), &edited.shown[0]);
        let (mut near, mut all) = (0.0, 0.0);
        for (x, y) in (0..28).flat_map(|y| (0..36).map(move |x| (x, y))) {
            let from = Point::new(f64::from(x) * 10.0 + 5.0, f64::from(y) * 10.0 + 5.0);
            let spot = crate::geometry::Polygon::rectangle(from.x - 1.5, from.y - 1.5, 3.0, 3.0);
            if spot.clipped(&shown.visible).area() < 8.9 {
                continue;
            }
            let to = shown.homography.apply(from);
            let there = luma(edited.picture.get_pixel(to.x as u32, to.y as u32).0.map(f64::from));
            all += 1.0;
            near += f64::from(u8::from(is_near(&source.pixels, from, there)));
        }
        assert!(all > 20.0, "too little is visible");
        near / all
    }

    /// Whether the light lies between the darkest and the lightest around a place.
    fn is_near(picture: &RgbImage, at: Point, light: f64) -> bool {
        let around = (-3..=3).flat_map(|dy| (-3..=3).map(move |dx| (dx, dy)));
        let lights = around.map(|(dx, dy)| {
            let x = (at.x as i64 + dx).clamp(0, i64::from(picture.width()) - 1) as u32;
            let y = (at.y as i64 + dy).clamp(0, i64::from(picture.height()) - 1) as u32;
            luma(picture.get_pixel(x, y).0.map(f64::from))
        });
        let (low, high) =
            lights.fold((255.0, 0.0), |(low, high), l| (f64::min(low, l), f64::max(high, l)));
        (low - 12.0..=high + 12.0).contains(&light)
    }

    #[test]
    fn every_edit_leaves_the_picture_in_the_frame() {
        let (source, props) = (source(), props());
        for edit in catalogue() {
            let edited = edit.apply(&source, "b.png", 9, &props, &mut Pen::blocks()).unwrap();
            let (w, h) = edited.picture.dimensions();
            let frame = crate::geometry::Polygon::frame(f64::from(w), f64::from(h));
            for shown in edited.shown.iter().filter(|shown| shown.wanted) {
                let seen = shown.seen();
                assert!(seen.area() > 100.0, "{}", edit.name());
                assert!(seen.clipped(&frame).area() > seen.area() * 0.999, "{}", edit.name());
            }
            assert!(edited.shown[0].wanted && edited.shown[0].number == 0);
            assert!(w.max(h) <= 2600, "{}", edit.name());
        }
    }

    #[test]
    fn areas_are_what_the_strength_says() {
        for (name, share) in [("crop 80 %", 0.8), ("crop 25 %", 0.25), ("crop 15 %", 0.15)] {
            let visible = edited(name, 2).shown[0].visible_share();
            assert!((visible - share).abs() < 0.02, "{name}: {visible}");
        }
        for (name, share) in [("region replaced 15 %", 0.15), ("region replaced 45 %", 0.45)] {
            let altered = edited(name, 2).shown[0].altered_share();
            assert!((altered - share).abs() < 0.02, "{name}: {altered}");
        }
        assert_eq!(edited("collage of 9", 2).shown.iter().filter(|s| s.wanted).count(), 9);
        assert_eq!(
            edited("picture in picture 10 %", 2).shown.iter().filter(|s| s.wanted).count(),
            1
        );
    }

    #[test]
    fn each_edit_has_its_relations() {
        let relations = |name| edited(name, 2).shown[0].relations();
        assert_eq!(relations("jpeg 50")[0], Relation::Copy);
        assert_eq!(relations("mirror")[0], Relation::Copy);
        assert_eq!(relations("crop 25 %"), [Relation::Part]);
        assert_eq!(relations("chat screenshot dark"), [Relation::Part, Relation::Copy]);
        assert_eq!(relations("region replaced 45 %"), [Relation::Altered]);
        assert_eq!(relations("face swapped 55 %"), [Relation::Altered]);
        assert_eq!(relations("black bar")[0], Relation::Altered);
    }

    #[test]
    fn each_edit_changes_what_it_says() {
        let (before, mean) = (source().pixels, |p: &RgbImage| {
            p.pixels().map(|pixel| luma(pixel.0.map(f64::from))).sum::<f64>()
                / f64::from(p.width() * p.height())
        });
        assert!(mean(&edited("brightness +25 %", 1).picture) > mean(&before) + 30.0);
        assert!(mean(&edited("brightness -25 %", 1).picture) < mean(&before) - 30.0);
        assert!((mean(&edited("inverted", 1).picture) - (255.0 - mean(&before))).abs() < 2.0);
        let grey = edited("grey", 1).picture;
        assert!(
            grey.pixels().all(|p| p.0[0].abs_diff(p.0[1]) <= 1 && p.0[1].abs_diff(p.0[2]) <= 1)
        );
        let sepia = edited("sepia", 1).picture;
        assert!(sepia.pixels().all(|p| p.0[0] >= p.0[1] && p.0[1] >= p.0[2]));
        assert_eq!(edited("resize 25 %", 1).picture.dimensions(), (90, 70));
        assert_eq!(edited("quarter turn 90", 1).picture.dimensions(), (280, 360));
        assert!(edited("jpeg 10", 1).bytes.len() * 3 < edited("jpeg 90", 1).bytes.len());
        for name in [
            "emoji 20 %",
            "meme text",
            "watermark half",
            "pixelated face 40 %",
            "noise 25",
            "sharpen 150 %",
        ] {
            assert!(testing::difference(&edited(name, 1).picture, &before) > 1.0, "{name}");
        }
        assert!(
            edited("story screenshot", 1).picture.height()
                > edited("story screenshot", 1).picture.width()
        );
    }
}
