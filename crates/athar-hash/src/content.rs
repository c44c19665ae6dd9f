//! The picture inside the picture: what is left once bars, frames, captions and a viewer's chrome
//! are taken away.
//!
//! ```text
//! outermost row of one colour? ─► rows of that colour ─► longest stretch of rows that are not
//!        ▲                                                  └─ its ends, to the pixel, by the jump
//!        └───────── the same with columns, and again, until nothing is left to take ◄──┘
//! ```
//!
//! A bar is drawn by a program: along its rows nearly every pixel has one colour, and it ends in a
//! straight line at which nearly every pixel leaves that colour. What stands on it, a caption or
//! buttons, is less high than the picture and has rows of the bar's colour around it: so the
//! picture is the longest stretch of rows that are not the bar's. A sky or a studio's wall has no
//! such end and is left alone, unless it has one colour to the grey step. What is done depends on
//! what is left only, so a picture ends in the same frame with a bar around it as without.

use athar_kernel::Plane;

/// A rectangle of a plane's pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Columns before it.
    pub left_px: u32,
    /// Rows above it.
    pub top_px: u32,
    /// Its columns.
    pub width_px: u32,
    /// Its rows.
    pub height_px: u32,
}

/// Samples that are looked at along a row or a column, and rows or columns of an axis, at most.
const SAMPLES_MOST: usize = 512;

/// So far from the bar's colour, in grey steps, a pixel still has it.
const NEAR: f32 = 12.0;

/// The share of a line that has the bar's colour where nothing stands on it.
const FLAT: f32 = 0.95;

/// Differences from the bar's colour count up to here.
const FAR: f32 = 48.0;

/// A picture begins where a line differs by so much more than the one before, on the average, and
/// by twice what the bar's pixels differ among themselves.
const JUMP: f32 = 4.0;

/// A bar of so little spread, there and at its end, needs no jump.
const EXACT: f32 = 1.5;

/// Compression blurs the end of a bar over so many pixels, about.
const RINGING_PX: usize = 12;

/// The picture has at least this share of the lines.
const PICTURE: f32 = 0.2;

/// Frames in frames that are taken away at most.
const ROUNDS: usize = 6;

/// The shortest side and the smallest share of all pixels that are worth a code.
const MIN_SIDE_PX: usize = 64;
const MIN_AREA: f64 = 0.1;

/// With less than this share of a side taken away, nothing was.
const MIN_STRIPPED: f64 = 0.02;

/// The part of a picture that is left once flat borders, letterbox and pillarbox bars, frames,
/// bars with a caption and a viewer's chrome are taken away. `None` when that is next to nothing
/// (2 % of each side), and when what is left is small (64 pixels a side, 10 % of the area).
pub fn content_frame(plane: &Plane) -> Option<Area> {
    let whole = Frame { x: Span::to(plane.width()), y: Span::to(plane.height()) };
    let mut frame = whole;
    for _ in 0..ROUNDS {
        let before = frame;
        frame.y = picture_of(&Lines { plane, frame, axis: Axis::Rows });
        frame.x = picture_of(&Lines { plane, frame, axis: Axis::Columns });
        if frame == before {
            break;
        }
    }
    frame.area_in(whole)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    const fn to(end: usize) -> Self {
        Self { start: 0, end }
    }

    const fn len(self) -> usize {
        self.end - self.start
    }

    /// So many places at most, evenly over the span, the last one included when there are two.
    fn places(self, most: usize) -> impl Iterator<Item = usize> + Clone {
        let count = self.len().min(most);
        let last = count.max(2) - 1;
        (0..count).map(move |k| self.start + k * (self.len() - 1) / last)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    x: Span,
    y: Span,
}

impl Frame {
    fn area_in(self, whole: Self) -> Option<Area> {
        let kept = |part: Span, whole: Span| part.len() as f64 / whole.len().max(1) as f64;
        let (across, down) = (kept(self.x, whole.x), kept(self.y, whole.y));
        let stripped = across.min(down) <= 1.0 - MIN_STRIPPED;
        let is_left = self.x.len().min(self.y.len()) >= MIN_SIDE_PX && across * down >= MIN_AREA;
        let px = |length: usize| u32::try_from(length).ok();
        (stripped && is_left).then_some(())?;
        Some(Area {
            left_px: px(self.x.start)?,
            top_px: px(self.y.start)?,
            width_px: px(self.x.len())?,
            height_px: px(self.y.len())?,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Rows,
    Columns,
}

/// The rows, or the columns, of a part of a plane.
struct Lines<'a> {
    plane: &'a Plane,
    frame: Frame,
    axis: Axis,
}

/// The colour of a bar and how far its pixels are from it.
#[derive(Debug, Clone, Copy)]
struct Paper {
    luma: f32,
    spread: f32,
}

impl Paper {
    /// Nothing has it.
    const NONE: Self = Self { luma: f32::NAN, spread: f32::NAN };

    fn has(self, luma: f32) -> bool {
        (luma - self.luma).abs() <= NEAR
    }

    fn is_like(self, other: Self) -> bool {
        (self.luma - other.luma).abs() <= EXACT
    }
}

/// The lines that are left of an axis.
fn picture_of(lines: &Lines<'_>) -> Span {
    let all = lines.all();
    if all.len() < MIN_SIDE_PX || lines.along().len() < MIN_SIDE_PX {
        return all;
    }
    let (above, below) = (lines.paper(all.start), lines.paper(all.end - 1));
    let stretch = |own: Option<Paper>, other| lines.longest_stretch([Some(own?), exact(other)]);
    let first = stretch(above, below).map(|stretch| stretch.start);
    let last = stretch(below, above).map(|stretch| stretch.end);
    let start = above.zip(first).and_then(|(paper, first)| lines.begin(paper, first));
    let end = below.zip(last).and_then(|(paper, last)| lines.end(paper, last));
    // Two bars of one colour are of one width, mostly: where the end of one is hard to see, the
    // other's tells.
    let are_twins = exact(above).zip(exact(below)).is_some_and(|(a, b)| a.is_like(b));
    let twin_of =
        |edge: Option<Edge>| Some(all.start + all.end - sharp(edge).filter(|_| are_twins)?);
    let twin_start = twin_of(end).filter(|twin| first.is_some_and(|first| *twin <= first));
    let twin_end = twin_of(start).filter(|twin| last.is_some_and(|last| last <= *twin));
    let px = |edge: Option<Edge>| edge.map(|edge| edge.px);
    let start = sharp(start).or(twin_start).or(px(start)).unwrap_or(all.start);
    let end = sharp(end).or(twin_end).or(px(end)).unwrap_or(all.end);
    if start < end { Span { start, end } } else { all }
}

/// Where a bar ends.
#[derive(Debug, Clone, Copy)]
struct Edge {
    px: usize,
    is_sharp: bool,
}

fn sharp(edge: Option<Edge>) -> Option<usize> {
    edge.filter(|edge| edge.is_sharp).map(|edge| edge.px)
}

/// A bar's colour if it is surely one.
fn exact(paper: Option<Paper>) -> Option<Paper> {
    paper.filter(|paper| paper.spread <= EXACT)
}

impl Lines<'_> {
    fn all(&self) -> Span {
        match self.axis {
            Axis::Rows => self.frame.y,
            Axis::Columns => self.frame.x,
        }
    }

    fn along(&self) -> Span {
        match self.axis {
            Axis::Rows => self.frame.x,
            Axis::Columns => self.frame.y,
        }
    }

    /// Samples of a line.
    fn line(&self, line: usize) -> impl Iterator<Item = f32> {
        let places = self.along().places(SAMPLES_MOST);
        places.map(move |place| match self.axis {
            Axis::Rows => self.plane.row(line)[place],
            Axis::Columns => self.plane.row(place)[line],
        })
    }

    /// The colour of a line, if it has one.
    fn paper(&self, line: usize) -> Option<Paper> {
        let mut samples: Vec<f32> = self.line(line).collect();
        let luma = middle(&mut samples, 0.5)?;
        let mut away: Vec<f32> = samples.iter().map(|sample| (sample - luma).abs()).collect();
        let spread = middle(&mut away, FLAT)?;
        (spread <= NEAR).then_some(Paper { luma, spread })
    }

    /// The longest stretch of lines that do not have the bars' colours, if it is long enough to be
    /// a picture.
    fn longest_stretch(&self, papers: [Option<Paper>; 2]) -> Option<Span> {
        let places: Vec<usize> = self.all().places(SAMPLES_MOST).collect();
        let shares = self.shares(papers, &places);
        let is_flat: Vec<bool> = shares.iter().map(|share| *share >= FLAT).collect();
        let (mut longest, mut start) = (Span::to(0), 0);
        for (k, flat) in is_flat.iter().chain([&true]).enumerate() {
            if *flat {
                let stretch = Span { start, end: k };
                longest = if stretch.len() > longest.len() { stretch } else { longest };
                start = k + 1;
            }
        }
        let is_picture = longest.len() as f32 >= PICTURE * is_flat.len() as f32;
        let (first, last) =
            (*places.get(longest.start)?, *places.get(longest.end.checked_sub(1)?)?);
        is_picture.then_some(Span { start: first, end: last + 1 })
    }

    /// The share of each line that has the bars' colours.
    fn shares(&self, papers: [Option<Paper>; 2], places: &[usize]) -> Vec<f32> {
        let [one, other] = papers.map(|paper| paper.unwrap_or(Paper::NONE));
        let has = |luma: f32| u32::from(one.has(luma) | other.has(luma));
        let along: Vec<usize> = self.along().places(SAMPLES_MOST).collect();
        let counts: Vec<u32> = match self.axis {
            Axis::Rows => {
                let row = |y: &usize| -> u32 {
                    let row = self.plane.row(*y);
                    along.iter().map(|x| has(row[*x])).sum()
                };
                places.iter().map(row).collect()
            }
            Axis::Columns => {
                let mut counts = vec![0; places.len()];
                for y in &along {
                    let row = self.plane.row(*y);
                    counts.iter_mut().zip(places).for_each(|(n, x)| *n += has(row[*x]));
                }
                counts
            }
        };
        counts.iter().map(|count| *count as f32 / along.len().max(1) as f32).collect()
    }

    /// The first line of the picture, which begins at `first` or a little after.
    fn begin(&self, paper: Paper, first: usize) -> Option<Edge> {
        let all = self.all();
        let from = first.saturating_sub(self.step()).max(all.start);
        let to = (first + RINGING_PX).min(all.end - 1);
        self.jump(paper, &(from..=to).collect::<Vec<_>>())
    }

    /// The line after the last of the picture, which ends before `end` or a little earlier.
    fn end(&self, paper: Paper, end: usize) -> Option<Edge> {
        let all = self.all();
        let from = (end + self.step()).min(all.end - 1);
        let to = (end - 1).saturating_sub(RINGING_PX).max(all.start);
        let inwards: Vec<usize> = (to..=from).rev().collect();
        self.jump(paper, &inwards).map(|last| Edge { px: last.px + 1, ..last })
    }

    /// Pixels from one line that is looked at to the next, rounded up.
    fn step(&self) -> usize {
        self.all().len().div_ceil(SAMPLES_MOST)
    }

    /// The first line without the bar, of those given from the bar inwards.
    fn jump(&self, paper: Paper, inwards: &[usize]) -> Option<Edge> {
        let away: Vec<f32> = inwards.iter().map(|line| self.away(paper, *line)).collect();
        let jumps = || away.windows(2).map(|pair| pair[1] - pair[0]);
        let highest = jumps().fold(0.0, f32::max);
        let is_exact = paper.spread <= EXACT && *away.first()? <= EXACT;
        let is_sharp = highest >= JUMP + 2.0 * paper.spread;
        let at = jumps().position(|jump| jump >= 0.5 * highest)?;
        let px = *inwards.get(at + 1)?;
        (is_exact || is_sharp).then_some(Edge { px, is_sharp })
    }

    /// How far a line is from the bar's colour, on the average.
    fn away(&self, paper: Paper, line: usize) -> f32 {
        let far = self.line(line).map(|luma| (luma - paper.luma).abs().min(FAR));
        far.sum::<f32>() / self.along().len().min(SAMPLES_MOST) as f32
    }
}

/// The number that this share of all numbers is not above.
fn middle(numbers: &mut [f32], share: f32) -> Option<f32> {
    let at = (numbers.len().checked_sub(1)? as f32 * share) as usize;
    let (_, middle, _) = numbers.select_nth_unstable_by(at, f32::total_cmp);
    Some(*middle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdq;
    use athar_kernel::Level;

    fn noise(seed: u64) -> impl FnMut() -> f32 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 40) as f32 / (1u64 << 24) as f32
        }
    }

    /// Waves of many lengths with a little noise: nothing in it is flat.
    fn picture(width: usize, height: usize) -> Plane {
        let mut next = noise(width as u64);
        Plane::from_fn(width, height, |x, y| {
            let (x, y) = (x as f32, y as f32);
            let waves = (x / 31.0).sin() + (y / 23.0 + x / 57.0).cos() + (x * y / 4000.0).sin();
            (128.0 + 40.0 * waves + 6.0 * (next() - 0.5)).clamp(0.0, 255.0)
        })
    }

    /// A picture on a larger sheet, with the small steps of one that was compressed.
    fn on_sheet(
        picture: &Plane,
        (left, top): (usize, usize),
        (width, height): (usize, usize),
        sheet: impl Fn(usize, usize) -> f32,
    ) -> Plane {
        let mut next = noise(7);
        Plane::from_fn(width, height, |x, y| {
            let inside = x.checked_sub(left).zip(y.checked_sub(top));
            let inside = inside.filter(|(x, y)| *x < picture.width() && *y < picture.height());
            let luma = inside.map_or_else(|| sheet(x, y), |(x, y)| picture.row(y)[x]);
            (luma + 2.5 * (next() - 0.5)).clamp(0.0, 255.0)
        })
    }

    fn area(left_px: u32, top_px: u32, width_px: u32, height_px: u32) -> Option<Area> {
        Some(Area { left_px, top_px, width_px, height_px })
    }

    /// Letters of a line of text: blocks with gaps between.
    fn is_ink(
        x: usize,
        y: usize,
        (left, top): (usize, usize),
        (width, height): (usize, usize),
    ) -> bool {
        let inside = (left..left + width).contains(&x) && (top..top + height).contains(&y);
        inside && ((x / 5).is_multiple_of(2) || y % 7 < 2)
    }

    #[test]
    fn frames_and_bars_of_any_colour_are_taken_away() {
        let shown = picture(300, 220);
        for paper in [0.0, 18.0, 97.0, 255.0] {
            let framed = on_sheet(&shown, (30, 25), (360, 270), |_, _| paper);
            assert_eq!(content_frame(&framed), area(30, 25, 300, 220), "frame {paper}");
            let letterbox = on_sheet(&shown, (0, 90), (300, 400), |_, _| paper);
            assert_eq!(content_frame(&letterbox), area(0, 90, 300, 220), "letterbox {paper}");
            let pillarbox = on_sheet(&shown, (120, 0), (540, 220), |_, _| paper);
            assert_eq!(content_frame(&pillarbox), area(120, 0, 300, 220), "pillarbox {paper}");
        }
    }

    #[test]
    fn a_bar_that_runs_into_the_picture_is_as_wide_as_the_one_opposite() {
        let shown = picture(300, 220);
        let fading = Plane::from_fn(300, 220, |x, y| shown.row(y)[x] * (y as f32 / 110.0).min(1.0));
        let letterbox = on_sheet(&fading, (0, 90), (300, 400), |_, _| 0.0);
        assert_eq!(content_frame(&letterbox), area(0, 90, 300, 220));
    }

    #[test]
    fn a_frame_in_a_frame_is_taken_away() {
        let inner = on_sheet(&picture(300, 220), (20, 20), (340, 260), |_, _| 255.0);
        let outer = on_sheet(&inner, (0, 60), (340, 400), |_, _| 0.0);
        assert_eq!(content_frame(&outer), area(20, 80, 300, 220));
    }

    #[test]
    fn a_caption_above_or_below_is_taken_away() {
        let shown = picture(320, 240);
        let below = on_sheet(&shown, (0, 0), (320, 310), |x, y| {
            let ink = is_ink(x, y, (10, 248), (300, 24)) || is_ink(x, y, (60, 280), (200, 24));
            if ink { 10.0 } else { 255.0 }
        });
        assert_eq!(content_frame(&below), area(0, 0, 320, 240));
        let above = on_sheet(&shown, (0, 60), (320, 300), |x, y| {
            if is_ink(x, y, (12, 10), (296, 40)) { 255.0 } else { 12.0 }
        });
        assert_eq!(content_frame(&above), area(0, 60, 320, 240));
    }

    #[test]
    fn a_viewer_is_taken_away() {
        let screen = on_sheet(&picture(360, 270), (0, 240), (360, 760), |x, y| {
            let status = is_ink(x, y, (16, 6), (40, 12)) || is_ink(x, y, (300, 6), (44, 12));
            let title = is_ink(x, y, (50, 40), (120, 30));
            let buttons = is_ink(x, y, (40, 690), (280, 30)) || is_ink(x, y, (125, 750), (110, 4));
            if status || title || buttons { 235.0 } else { 0.0 }
        });
        assert_eq!(content_frame(&screen), area(0, 240, 360, 270));
    }

    #[test]
    fn what_is_left_has_the_code_of_the_bare_picture() {
        let shown = picture(512, 384);
        let framed = on_sheet(&shown, (52, 40), (616, 464), |_, _| 255.0);
        let found = content_frame(&framed).unwrap();
        let [left, top, width, height] =
            [found.left_px, found.top_px, found.width_px, found.height_px].map(|px| px as usize);
        let inner = framed.cropped(left, top, width, height).unwrap();
        let code = |plane: &Plane| pdq::pdq(plane, Level::best()).code;
        assert!(code(&inner).distance(&code(&shown)).bits() <= 10);
        assert!(code(&framed).distance(&code(&shown)).bits() > 31);
    }

    #[test]
    fn ordinary_pictures_stay_whole() {
        assert_eq!(content_frame(&picture(400, 300)), None);
        let shown = picture(400, 300);
        // A sky that grows darker upwards, and one whose noise hides where it ends.
        let mut next = noise(3);
        let sky = Plane::from_fn(400, 300, |x, y| match y {
            0..150 => 230.0 - 0.5 * (150 - y) as f32,
            _ => (shown.row(y)[x] - 128.0) * (y - 150) as f32 / 150.0 + 230.0,
        });
        assert_eq!(content_frame(&sky), None);
        let pure = Plane::from_fn(400, 300, |_, _| 255.0 * next());
        assert_eq!(content_frame(&pure), None);
        let thin = on_sheet(&shown, (2, 2), (404, 304), |_, _| 0.0);
        assert_eq!(content_frame(&thin), None);
    }

    #[test]
    fn too_little_is_nothing() {
        let on_wall = |side| on_sheet(&picture(side, side), (200, 200), (600, 600), |_, _| 255.0);
        assert_eq!(content_frame(&on_wall(50)), None);
        assert_eq!(content_frame(&on_wall(150)), None);
        assert_eq!(content_frame(&on_wall(250)), area(200, 200, 250, 250));
    }

    #[test]
    fn odd_shapes_and_wild_values_do_no_harm() {
        let sides = [(0, 0), (1, 1), (1, 10_000), (10_000, 1), (64, 64), (63, 900), (2, 2)];
        for (width, height) in sides {
            assert_eq!(content_frame(&Plane::from_fn(width, height, |_, _| 7.0)), None);
            let mut next = noise(1);
            let wild = Plane::from_fn(width, height, |_, _| match (next() * 5.0) as u32 {
                0 => f32::NAN,
                1 => f32::INFINITY,
                2 => -1e30,
                _ => 255.0 * next(),
            });
            assert_eq!(content_frame(&wild), None, "{width} x {height}");
        }
        assert_eq!(content_frame(&Plane::from_fn(500, 400, |_, _| f32::NAN)), None);
    }
}
