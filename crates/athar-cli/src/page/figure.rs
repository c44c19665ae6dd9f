//! The drawing: both pictures side by side, what they have in common, and which landmark of the
//! one is which of the other.

use super::words;
use crate::lang::{language, say};
use athar_engine::motion::{Frame, Point};
use athar_engine::{Differing, Explanation, Side, Way};
use std::collections::HashSet;
use std::fmt::Write;

/// Width of the drawing in its own units.
const WIDTH: f64 = 1200.0;

/// The most that a picture may take of it from top to bottom.
const HIGHEST: f64 = 720.0;

/// Between the two pictures, where the lines cross.
const GAP: f64 = 110.0;

/// Above and below the pictures, for what is written there.
const HEAD: f64 = 34.0;

/// The longer side of the smaller picture against that of the larger: one that would be smaller
/// is drawn larger than it is, and the page says so.
const SMALLEST: f64 = 0.4;

/// Pairs that bear a number; more would hide the picture.
const NUMBERED: usize = 12;

/// How far apart numbers are at least.
const NUMBERS_APART: f64 = 34.0;

/// The picture and the hatching, once for all drawings of a page.
pub(super) fn definitions(side: &Side, data_uri: &str) -> String {
    let (width, height) = (side.width_px, side.height_px);
    format!(
        "<svg class=\"definitions\" aria-hidden=\"true\"><defs>\
         <image id=\"query\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
         href=\"{data_uri}\"/>\
         <pattern id=\"hatch\" width=\"9\" height=\"9\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"9\" height=\"9\" class=\"hatch-ground\"/>\
         <line y2=\"9\" class=\"hatch-line\"/></pattern></defs></svg>\n"
    )
}

/// One way in which the item is seen, or only the two pictures. Landmarks of the query that were
/// not found again are drawn only beside a picture in the clear: they lie so close that they
/// would draw its eyes and its writing again over the blur.
pub(super) fn figure(explanation: &Explanation, way: Option<&Way>, clear: bool) -> String {
    let layout = Layout::of(&explanation.query, &explanation.stored, language().is_rtl());
    let mut svg = format!(
        "<svg class=\"drawing\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{}\">\n",
        layout.height,
        say!("page-drawing")
    );
    svg.push_str(&grounds(&layout));
    if clear {
        svg.push_str(&unfound(explanation, way, &layout));
    }
    svg.push_str(&signs(explanation, way, &layout));
    if let Some(way) = way {
        svg.push_str(&regions(way, &layout));
        svg.push_str(&pairs(way, &layout, &explanation.stored));
    }
    svg.push_str(&captions(explanation, &layout));
    svg.push_str("</svg>\n");
    svg
}

/// A picture's place in the drawing.
struct Panel {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    /// Units of the drawing that one pixel takes.
    scale: f64,
}

struct Layout {
    query: Panel,
    stored: Panel,
    height: f64,
    /// How much larger than the other a picture is drawn: the query and the item.
    enlarged: [f64; 2],
}

impl Layout {
    fn of(query: &Side, stored: &Side, is_rtl: bool) -> Self {
        let longest = [query, stored].map(|side| f64::from(side.width_px.max(side.height_px)));
        let larger = longest[0].max(longest[1]);
        let enlarged = longest.map(|side| (SMALLEST * larger / side.max(1.0)).max(1.0));
        let [q, s] = [(query, enlarged[0]), (stored, enlarged[1])]
            .map(|(side, by)| [f64::from(side.width_px) * by, f64::from(side.height_px) * by]);
        let scale = ((WIDTH - GAP - 2.0) / (q[0] + s[0])).min(HIGHEST / q[1].max(s[1]));
        let tallest = q[1].max(s[1]) * scale;
        let margin = (WIDTH - GAP - (q[0] + s[0]) * scale) / 2.0;
        let first = if is_rtl { s[0] } else { q[0] } * scale;
        let lefts = [margin, margin + first + GAP];
        let panel = |size: [f64; 2], left: f64, by: f64| Panel {
            left,
            top: HEAD + (tallest - size[1] * scale) / 2.0,
            width: size[0] * scale,
            height: size[1] * scale,
            scale: scale * by,
        };
        let (query_left, stored_left) =
            if is_rtl { (lefts[1], lefts[0]) } else { (lefts[0], lefts[1]) };
        Self {
            query: panel(q, query_left, enlarged[0]),
            stored: panel(s, stored_left, enlarged[1]),
            height: tallest + 2.0 * HEAD,
            enlarged,
        }
    }
}

impl Panel {
    fn place(&self, [x, y]: Point) -> Point {
        [self.left + x * self.scale, self.top + y * self.scale]
    }

    fn points(&self, polygon: &[Point]) -> String {
        let places = polygon.iter().map(|&point| self.place(point));
        places.map(|[x, y]| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
    }

    fn rect(&self, class: &str) -> String {
        let Self { left, top, width, height, .. } = self;
        format!(
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\"/>\n"
        )
    }
}

fn grounds(layout: &Layout) -> String {
    let Panel { left, top, scale, .. } = layout.query;
    format!(
        "{}<use href=\"#query\" class=\"picture\" transform=\"translate({left:.1} {top:.1}) \
         scale({scale:.6})\"/>\n{}",
        layout.stored.rect("ground"),
        layout.query.rect("outline"),
    )
}

/// Dots for what was not found of the query's landmarks.
fn unfound(explanation: &Explanation, way: Option<&Way>, layout: &Layout) -> String {
    let found = found(way, |pair| pair.0);
    let mut svg = String::from("<path class=\"unfound\" d=\"");
    for frame in explanation.query.landmarks.iter().filter(|f| !found.contains(&key(f.at))) {
        let [x, y] = layout.query.place(frame.at);
        let _ = write!(svg, "M{x:.1} {y:.1}h0");
    }
    svg.push_str("\"/>\n");
    svg
}

/// The item's landmarks.
fn signs(explanation: &Explanation, way: Option<&Way>, layout: &Layout) -> String {
    let found = found(way, |pair| pair.1);
    let sign = |frame: &Frame| {
        let class = if found.contains(&key(frame.at)) { "seen" } else { "unseen" };
        sign(frame, &layout.stored, class)
    };
    let signs: String = explanation.stored.landmarks.iter().map(sign).collect();
    format!("<g class=\"landmarks\">{signs}</g>\n")
}

fn found(way: Option<&Way>, side: fn(&(Point, Point)) -> Point) -> HashSet<[u64; 2]> {
    way.iter().flat_map(|way| &way.found).map(|pair| key(side(pair))).collect()
}

fn key(point: Point) -> [u64; 2] {
    point.map(f64::to_bits)
}

/// A circle as large as the landmark, with a hand that shows where it points.
fn sign(frame: &Frame, panel: &Panel, class: &str) -> String {
    let [x, y] = panel.place(frame.at);
    let radius = (2.0 * frame.scale * panel.scale).clamp(2.5, 16.0);
    let (to_x, to_y) = (x + radius * frame.angle.cos(), y + radius * frame.angle.sin());
    format!(
        "<path class=\"{class}\" d=\"M{:.1} {y:.1}a{radius:.1} {radius:.1} 0 1 0 {:.1} 0a{radius:.1} \
         {radius:.1} 0 1 0 {:.1} 0M{x:.1} {y:.1}L{to_x:.1} {to_y:.1}\"/>",
        x - radius,
        2.0 * radius,
        -2.0 * radius,
    )
}

fn regions(way: &Way, layout: &Layout) -> String {
    let region = &way.region;
    let mut svg = String::new();
    let kind = if way.relation.is_some() { "region" } else { "region doubtful" };
    let of_query = |differing: &Differing| layout.query.points(&differing.query);
    let of_stored = |differing: &Differing| layout.stored.points(&differing.stored);
    for points in region.differs.iter().flat_map(|d| [of_query(d), of_stored(d)]) {
        let _ = writeln!(svg, "<polygon class=\"differs\" points=\"{points}\"/>");
    }
    for points in [layout.query.points(&region.query), layout.stored.points(&region.stored)] {
        let _ = writeln!(
            svg,
            "<polygon class=\"casing\" points=\"{points}\"/><polygon class=\"{kind}\" \
             points=\"{points}\"/>"
        );
    }
    svg
}

/// Found landmarks, each joined with itself on the other side.
fn pairs(way: &Way, layout: &Layout, stored: &Side) -> String {
    let (mut lines, mut dots, mut numbers) = (String::new(), String::new(), String::new());
    let mut numbered = Vec::new();
    for (query, in_stored) in &way.found {
        let ends = [layout.query.place(*query), layout.stored.place(*in_stored)];
        let colour = colour(*in_stored, stored);
        let [[x1, y1], [x2, y2]] = ends;
        let _ = write!(lines, "<path stroke=\"{colour}\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>");
        for [x, y] in ends {
            let _ = write!(dots, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>");
        }
        if numbered.len() < NUMBERED && numbered.iter().all(|other| are_apart(&ends, other)) {
            numbered.push(ends);
            for [x, y] in ends {
                let (number, y) = (numbered.len(), y - 7.0);
                let _ = write!(numbers, "<text x=\"{x:.1}\" y=\"{y:.1}\">{number}</text>");
            }
        }
    }
    format!(
        "<g class=\"lines\">{lines}</g>\n<g class=\"found\">{dots}</g>\n\
         <g class=\"numbers\">{numbers}</g>\n"
    )
}

/// Whether two pairs lie apart in both pictures.
fn are_apart(one: &[Point; 2], other: &[Point; 2]) -> bool {
    one.iter().zip(other).all(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]) > NUMBERS_APART)
}

/// A colour that neighbours nearly share, so that lines of one place stay together.
fn colour([x, y]: Point, stored: &Side) -> String {
    let share = |at: f64, side: u32| (at / f64::from(side.max(1))).clamp(0.0, 1.0);
    let hue = 185.0 + 165.0 * share(x, stored.width_px);
    let lightness = 36.0 + 14.0 * share(y, stored.height_px);
    format!("hsl({hue:.0} 75% {lightness:.0}%)")
}

fn captions(explanation: &Explanation, layout: &Layout) -> String {
    let (query, stored) = (&explanation.query, &explanation.stored);
    let sides = [
        (&layout.query, say!("page-query"), query, layout.enlarged[0]),
        (&layout.stored, say!("page-stored"), stored, layout.enlarged[1]),
    ];
    let direction = words::direction();
    let mut svg = String::new();
    for (panel, name, side, enlarged) in sides {
        let middle = panel.left + panel.width / 2.0;
        let size = words::size_px(side.width_px, side.height_px, enlarged);
        let _ = writeln!(
            svg,
            "<text class=\"name\" direction=\"{direction}\" x=\"{middle:.1}\" y=\"{:.1}\">{name}</text>\
             <text class=\"size\" direction=\"{direction}\" x=\"{middle:.1}\" y=\"{:.1}\">{size}</text>",
            panel.top - 12.0,
            panel.top + panel.height + 22.0,
        );
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(width_px: u32, height_px: u32) -> Side {
        Side { width_px, height_px, landmarks: Vec::new() }
    }

    #[test]
    fn both_pictures_are_drawn_at_one_scale_within_the_drawing() {
        for is_rtl in [false, true] {
            let layout = Layout::of(&side(1080, 1920), &side(1600, 900), is_rtl);
            assert_eq!(layout.query.scale, layout.stored.scale);
            assert_eq!(layout.query.left > layout.stored.left, is_rtl);
            for panel in [&layout.query, &layout.stored] {
                assert!(panel.left >= 0.0 && panel.left + panel.width <= WIDTH);
                assert!(panel.top >= HEAD - 1e-9);
                assert!(panel.top + panel.height <= layout.height - HEAD + 1e-9);
            }
        }
    }

    #[test]
    fn a_small_picture_beside_a_huge_one_can_still_be_seen() {
        let layout = Layout::of(&side(100, 80), &side(8000, 6000), false);
        assert!((layout.query.width / layout.stored.width - SMALLEST).abs() < 1e-9);
        assert_eq!(layout.enlarged, [32.0, 1.0]);
        assert_eq!(layout.query.place([100.0, 80.0])[0], layout.query.left + layout.query.width);
    }
}
