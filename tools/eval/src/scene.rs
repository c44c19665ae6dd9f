//! A picture being edited, and the truth about it: which pictures it shows, where, and what of
//! them was covered.
//!
//! An edit is a row of steps. A step changes the pixels and says so through [`Scene::moved`],
//! [`Scene::covered`] or [`Scene::shows`], so that a chain of steps carries its truth along.

use crate::draw::Pen;
use crate::geometry::{Homography, Point, Polygon};
use crate::picture::{self, Loaded, Saved};
use crate::random::Random;
use athar_engine::policy::Relation;
use image::{Rgb, RgbImage};
use serde::Serialize;

/// One picture of the corpus, as an edited picture shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Its number in the corpus.
    pub number: usize,
    /// Whether it must be found. What happens to be in the picture besides may be found.
    pub wanted: bool,
    /// From the file's own pixels to the edited picture's.
    pub homography: Homography,
    /// What of it is in the frame, in its own pixels.
    pub visible: Polygon,
    /// What of it was covered or replaced, in its own pixels.
    pub altered: Vec<Polygon>,
    /// Whether a part was replaced so that something else seems to be shown.
    pub fabricated: bool,
    /// Width and height of its file in pixels.
    pub full: (u32, u32),
    /// Whether its frame fills that of the edited picture.
    pub framed: bool,
}

/// The share of the frame below which a picture is plainly part of another.
const PLAINLY_PART: f64 = 0.9;

/// The share of a picture that must be covered before that must be told.
const PLAINLY_ALTERED: f64 = 0.25;

impl Shown {
    fn whole(loaded: &Loaded, map: &Homography, wanted: bool) -> Self {
        Self {
            number: loaded.number,
            wanted,
            homography: loaded.map().then(map),
            visible: Polygon::frame(f64::from(loaded.full.0), f64::from(loaded.full.1)),
            altered: Vec::new(),
            fabricated: false,
            full: loaded.full,
            framed: true,
        }
    }

    /// The share of the picture that is in the frame, 0 to 1.
    pub fn visible_share(&self) -> f64 {
        self.visible.area() / (f64::from(self.full.0) * f64::from(self.full.1))
    }

    /// The share of what is in the frame that was covered, 0 to 1; overlaps count twice.
    pub fn altered_share(&self) -> f64 {
        let covered = self.altered.iter().map(|area| area.clipped(&self.visible).area());
        (covered.sum::<f64>() / self.visible.area().max(1.0)).min(1.0)
    }

    /// The relations that are right to tell, the most telling first.
    pub fn relations(&self) -> Vec<Relation> {
        if self.fabricated {
            return vec![Relation::Altered];
        }
        let mut right = Vec::new();
        if self.altered_share() > 0.0 {
            right.push(Relation::Altered);
        }
        if self.altered_share() > PLAINLY_ALTERED && self.framed {
            return right;
        }
        match (self.visible_share() > PLAINLY_PART, self.framed) {
            (true, true) => right.extend([Relation::Copy, Relation::Part]),
            (true, false) => right.extend([Relation::Part, Relation::Copy]),
            (false, _) => right.push(Relation::Part),
        }
        right
    }

    /// What is in the frame, in the edited picture's pixels.
    pub fn seen(&self) -> Polygon {
        self.visible.mapped(&self.homography)
    }

    fn moved(&mut self, map: &Homography, frame: &Polygon) {
        self.homography = self.homography.then(map);
        let seen = self.seen().clipped(frame);
        if let Some(back) = self.homography.inverse() {
            self.visible = seen.mapped(&back);
        }
        self.framed = seen.area() > PLAINLY_PART * frame.area();
    }

    /// Nothing of it is seen outside this area of the edited picture.
    pub fn limit(&mut self, cell: &Polygon) {
        if let Some(back) = self.homography.inverse() {
            self.visible = self.seen().clipped(cell).mapped(&back);
        }
    }

    /// Something lies over this area of the edited picture.
    pub fn cover(&mut self, area: &Polygon) {
        let area = area.clipped(&self.seen());
        if let (true, Some(back)) = (area.area() > 0.0, self.homography.inverse()) {
            self.altered.push(area.mapped(&back));
        }
    }
}

/// Other pictures of the corpus, for edits that need some. All are at a small working size, so
/// that many fit into the memory.
#[derive(Debug, Default)]
pub struct Props {
    /// Pictures for collages, insets and patches.
    pub donors: Vec<Loaded>,
}

/// A picture being edited.
pub struct Scene<'a> {
    /// Its pixels.
    pub picture: RgbImage,
    /// What it shows.
    pub shown: Vec<Shown>,
    /// How it will be saved.
    pub saved: Saved,
    /// What decides where a crop lies and which words are written.
    pub random: Random,
    /// Other pictures.
    pub props: &'a Props,
    /// What writes text.
    pub pen: &'a mut Pen,
}

/// One thing done to a picture.
pub type Step = Box<dyn Fn(&mut Scene<'_>) + Send + Sync>;

/// The JPEG quality of what nothing else is said about.
const QUALITY: u8 = 85;

impl<'a> Scene<'a> {
    /// The picture as it is.
    pub fn new(source: &Loaded, random: Random, props: &'a Props, pen: &'a mut Pen) -> Self {
        Self {
            picture: source.pixels.clone(),
            shown: vec![Shown::whole(source, &Homography::IDENTITY, true)],
            saved: Saved::Jpeg(QUALITY),
            random,
            props,
            pen,
        }
    }

    /// Width in pixels.
    pub fn width(&self) -> f64 {
        f64::from(self.picture.width())
    }

    /// Height in pixels.
    pub fn height(&self) -> f64 {
        f64::from(self.picture.height())
    }

    /// The longer side in pixels.
    pub fn side(&self) -> f64 {
        self.width().max(self.height())
    }

    /// The pixels are now these, and what was shown went where `map` says.
    pub fn moved(&mut self, picture: RgbImage, map: &Homography) {
        self.picture = picture;
        let frame = Polygon::frame(self.width(), self.height());
        self.shown.iter_mut().for_each(|shown| shown.moved(map, &frame));
        self.shown.retain(|shown| shown.wanted || shown.visible.area() > 0.0);
    }

    /// The picture lies on this canvas as `map` says.
    pub fn laid(&mut self, mut canvas: RgbImage, map: &Homography) {
        picture::lay(&mut canvas, &self.picture, map);
        self.moved(canvas, map);
    }

    /// The picture is at another size.
    pub fn resized(&mut self, width: u32, height: u32) {
        let (width, height) = (width.max(1), height.max(1));
        let map =
            Homography::scale(f64::from(width) / self.width(), f64::from(height) / self.height());
        let picture = picture::resized(&self.picture, width, height);
        self.moved(picture, &map);
    }

    /// Only this rectangle is left.
    pub fn cropped(&mut self, x: u32, y: u32, width: u32, height: u32) {
        let cut =
            image::imageops::crop_imm(&self.picture, x, y, width.max(1), height.max(1)).to_image();
        self.moved(cut, &Homography::shift(-f64::from(x), -f64::from(y)));
    }

    /// The picture stands whole on a larger sheet of one colour.
    pub fn sheet(&mut self, colour: [u8; 3], (left, top): (u32, u32), (width, height): (u32, u32)) {
        let mut sheet = RgbImage::from_pixel(width, height, Rgb(colour));
        image::imageops::replace(&mut sheet, &self.picture, i64::from(left), i64::from(top));
        self.moved(sheet, &Homography::shift(f64::from(left), f64::from(top)));
    }

    /// Something lies over this area.
    pub fn covered(&mut self, area: &Polygon) {
        self.shown.iter_mut().for_each(|shown| shown.cover(area));
    }

    /// Something else seems to be shown in this area.
    pub fn fabricated(&mut self, area: &Polygon) {
        self.covered(area);
        self.shown
            .iter_mut()
            .filter(|shown| shown.wanted)
            .for_each(|shown| shown.fabricated = true);
    }

    /// Another picture is there too; `map` goes from its working pixels to the edited ones.
    pub fn shows(&mut self, other: &Loaded, map: &Homography, wanted: bool) {
        let mut shown = Shown::whole(other, map, wanted);
        shown.moved(&Homography::IDENTITY, &Polygon::frame(self.width(), self.height()));
        self.shown.push(shown);
    }

    /// Another picture of the corpus, none that is shown already.
    pub fn donor(&mut self) -> Option<&'a Loaded> {
        let donors = &self.props.donors;
        let first = self.random.below(donors.len().max(1));
        let mut turn =
            donors[first.min(donors.len())..].iter().chain(&donors[..first.min(donors.len())]);
        turn.find(|donor| self.shown.iter().all(|shown| shown.number != donor.number))
    }

    /// Where a point of the first picture's file is now.
    pub fn place(&self, point: Point) -> Option<Point> {
        self.shown.first().map(|shown| shown.homography.apply(point))
    }
}
