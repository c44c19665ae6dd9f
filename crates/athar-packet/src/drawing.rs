//! What is drawn of a match: outlines of the two files and what they have in common, as regions
//! of the picture or as stretches of time. Nothing of what the files show is in a packet.

use crate::content::{File, Match, Point, Region, Time};
use crate::words::Words;

/// Width of a drawing in its own units.
pub(crate) const WIDTH: f64 = 1000.0;

/// The most that an outline may take from top to bottom.
const HIGHEST: f64 = 160.0;

/// Between the two outlines.
const GAP: f64 = 90.0;

/// Above and below the outlines, for what is written there.
const HEAD: f64 = 34.0;

/// A bar of time, and what lies between two of them.
const BAR: f64 = 26.0;
const BETWEEN: f64 = 74.0;

/// Stretches that are drawn at most.
const SEGMENTS_MOST: usize = 200;

/// Shapes, in the order in which they are drawn. It is the same in both directions of writing.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub(crate) height: f64,
    pub(crate) shapes: Vec<Shape>,
    /// What it shows, for who cannot see it.
    pub(crate) alternative: String,
}

#[derive(Debug)]
pub(crate) enum Shape {
    Polygon {
        points: Vec<Point>,
        style: Style,
    },
    /// Text whose middle is at this point of its base line.
    Label {
        text: String,
        middle: Point,
    },
}

/// How a shape looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// The edge of a picture, or a whole length of time.
    Outline,
    /// What both have in common.
    Common,
    /// What was covered or replaced.
    Differs,
    /// Which stretch is which.
    Tie,
}

/// The drawing of a match; `None` of whole pictures, which have nothing to show.
pub(crate) fn drawing(found: &Match, here: &File, words: &Words) -> Option<Drawing> {
    let (newer, older) = if found.is_newer { (here, &found.other) } else { (&found.other, here) };
    let names = if found.is_newer {
        [words.of_this_case(), words.of_the_other()]
    } else {
        [words.of_the_other(), words.of_this_case()]
    };
    match (&found.region, &found.time) {
        (Some(region), _) => regions(region, newer, older, &names, words),
        (None, Some(time)) => stretches(time, names, words),
        (None, None) => None,
    }
}

fn regions(
    region: &Region,
    newer: &File,
    older: &File,
    names: &[String; 2],
    words: &Words,
) -> Option<Drawing> {
    let panels = Panels::of([size(newer)?, size(older)?]);
    let mut shapes = Vec::new();
    let sides = [(&region.newer, newer), (&region.older, older)];
    for (place, (common, file)) in sides.into_iter().enumerate() {
        let [width, height] = size(file)?;
        let frame = [[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]];
        shapes.push(panels.polygon(place, &frame, Style::Outline));
        shapes.push(panels.polygon(place, common, Style::Common));
        let differs = region.differs.iter().map(|both| &both[place]);
        shapes.extend(differs.map(|points| panels.polygon(place, points, Style::Differs)));
        let middle = panels.lefts[place] + width * panels.scales[place] / 2.0;
        let below = HEAD + panels.tallest + 22.0;
        let text = words.outline(&names[place]);
        shapes.push(Shape::Label { text, middle: [middle, 22.0] });
        let text = format!("\u{2066}{width} × {height}\u{2069}");
        shapes.push(Shape::Label { text, middle: [middle, below] });
    }
    let height = panels.tallest + 2.0 * HEAD;
    Some(Drawing { height, shapes, alternative: words.drawn_regions() })
}

fn size(file: &File) -> Option<Point> {
    let is_seen = file.width_px > 0 && file.height_px > 0;
    is_seen.then(|| [f64::from(file.width_px), f64::from(file.height_px)])
}

/// Where two pictures lie in the drawing, each as large as the other.
struct Panels {
    lefts: [f64; 2],
    scales: [f64; 2],
    tallest: f64,
}

impl Panels {
    fn of(sizes: [Point; 2]) -> Self {
        let widest = (WIDTH - GAP) / 2.0;
        let scales = sizes.map(|[width, height]| (widest / width).min(HIGHEST / height));
        let tallest = (sizes[0][1] * scales[0]).max(sizes[1][1] * scales[1]);
        let left =
            |place: usize, from: f64| from + (widest - sizes[place][0] * scales[place]) / 2.0;
        Self { lefts: [left(0, 0.0), left(1, widest + GAP)], scales, tallest }
    }

    /// Of a picture's own points; what lies outside it is drawn at its edge.
    fn polygon(&self, place: usize, points: &[Point], style: Style) -> Shape {
        let scale = self.scales[place];
        let right = self.lefts[1] - GAP / 2.0;
        let bounds = if place == 0 { (0.0, right) } else { (right, WIDTH) };
        let at = |&[x, y]: &Point| {
            let x = (self.lefts[place] + x * scale).clamp(bounds.0, bounds.1);
            [x, (HEAD + y * scale).clamp(HEAD / 2.0, HEAD * 1.5 + self.tallest)]
        };
        Shape::Polygon { points: points.iter().map(at).collect(), style }
    }
}

fn stretches(time: &Time, names: [String; 2], words: &Words) -> Option<Drawing> {
    let longest = |side: fn(&crate::content::Segment) -> Option<[u64; 2]>, share: Option<f64>| {
        let ends = time.segments.iter().filter_map(side).map(|span| span[1]);
        let spans =
            time.segments.iter().filter_map(side).map(|span| span[1] - span[0].min(span[1]));
        let known: u64 = spans.sum();
        // The whole length is not kept; what the stretches take of it is.
        let whole = share.filter(|share| *share > 0.0).map_or(0.0, |share| known as f64 / share);
        whole.max(ends.max().unwrap_or(0) as f64).max(1.0)
    };
    let lengths = [
        longest(|segment| segment.newer_ms, time.newer_coverage),
        longest(|segment| segment.older_ms, time.older_coverage),
    ];
    let tops = [HEAD, HEAD + BAR + BETWEEN];
    let mut shapes = Vec::new();
    for (place, name) in names.into_iter().enumerate() {
        let whole = bar(tops[place], [0.0, lengths[place]], lengths[place]);
        shapes.push(Shape::Polygon { points: whole, style: Style::Outline });
        let middle = if place == 0 { tops[0] - 12.0 } else { tops[1] + BAR + 22.0 };
        let text = format!("{name} · \u{2066}≈ {}\u{2069}", clock(lengths[place] as u64));
        shapes.push(Shape::Label { text, middle: [WIDTH / 2.0, middle] });
    }
    for segment in time.segments.iter().take(SEGMENTS_MOST) {
        let sides = [segment.newer_ms, segment.older_ms];
        let bars = [0, 1].map(|place| {
            let span = sides[place]?.map(|at| at as f64);
            Some(bar(tops[place], span, lengths[place]))
        });
        if let [Some(newer), Some(older)] = &bars {
            let points = vec![newer[3], newer[2], older[1], older[0]];
            shapes.push(Shape::Polygon { points, style: Style::Tie });
        }
        let common = |points| Shape::Polygon { points, style: Style::Common };
        shapes.extend(bars.into_iter().flatten().map(common));
    }
    let height = tops[1] + BAR + HEAD;
    Some(Drawing { height, shapes, alternative: words.drawn_times() })
}

/// A stretch of a bar: a moment is as wide as can be seen.
fn bar(top: f64, [from, to]: [f64; 2], length: f64) -> Vec<Point> {
    let place = |at: f64| (at / length).clamp(0.0, 1.0) * WIDTH;
    let left = place(from).min(WIDTH - 3.0);
    let right = place(to).max(left + 3.0);
    vec![[left, top], [right, top], [right, top + BAR], [left, top + BAR]]
}

/// Minutes, seconds and tenths; hours where there are any.
pub(crate) fn clock(ms: u64) -> String {
    let tenths = ms.saturating_add(50) / 100;
    let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
    let (seconds, tenth) = (tenths / 10 % 60, tenths % 10);
    match hours {
        0 => format!("{minutes}:{seconds:02}.{tenth}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{tenth}"),
    }
}
