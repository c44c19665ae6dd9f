//! Two plots of uniform codes in one picture: query time against the number of codes, one line a
//! contender, and recall against query time at one million codes, one point for each way of
//! asking. Ours in colour.

use super::rows::Row;
use super::table;
use crate::bench::plot::text;
use crate::bench::record::{self, Machine};
use std::collections::BTreeMap;
use std::fmt::Write;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 690.0;
const TOP: f64 = 62.0;
const HEAD: f64 = 40.0;
const FOOT: f64 = 60.0;
const TIMES_HEIGHT: f64 = 380.0;
const RECALL_HEIGHT: f64 = 280.0;
/// Labels closer than this would lie on each other.
const LABEL_STEP: f64 = 17.0;

const DATA: &str = "uniform";
const RECALL_AT: u64 = 1_000_000;
/// A contender with several settings is drawn at the fastest that finds as much as this.
const RECALL_WANTED: f64 = 0.9;
const OURS: &str = "#0b7a75";
const OTHERS: [&str; 8] =
    ["#8a5a9e", "#c2703d", "#5577aa", "#a8505f", "#7d8a2e", "#666666", "#3f8fbf", "#b08a2e"];
/// What asks another question than the others: not in the plot.
const ASIDE: [&str; 6] = ["radius", "orientations", "batch", "readers", "add", "open"];

pub fn draw(machine: &Machine, rows: &[Row]) -> String {
    let plain: Vec<_> = rows.iter().filter(|row| row.data == DATA && is_plain(row)).collect();
    let families = families(&plain);
    let height = TOP + 2.0 * (HEAD + FOOT) + TIMES_HEIGHT + RECALL_HEIGHT;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let title = "search: everything within 31 of 256 bits, one thread, uniform codes";
    text(&mut svg, 20.0, 28.0, "font-size=\"18\" font-weight=\"bold\"", title);
    text(&mut svg, 20.0, 47.0, "fill=\"#666666\" font-size=\"12\"", &machine.to_string());
    draw_times(&mut svg, &families, TOP + HEAD);
    draw_recall(&mut svg, &families, TOP + 2.0 * HEAD + TIMES_HEIGHT + FOOT);
    svg.push_str("</svg>\n");
    svg
}

fn is_plain(row: &Row) -> bool {
    !ASIDE.iter().any(|word| row.name.split(' ').any(|part| part == *word))
}

/// A contender in all its settings.
struct Family<'a> {
    name: &'a str,
    colour: &'static str,
    rows: Vec<&'a Row>,
}

fn families<'a>(rows: &[&'a Row]) -> Vec<Family<'a>> {
    let mut by_name: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_name.entry(family(&row.name)).or_default().push(row);
    }
    let mut colours = OTHERS.iter().cycle();
    let family = |(name, rows): (&'a str, Vec<&'a Row>)| {
        let ours = rows.iter().any(|row| row.is_ours());
        let colour = if ours { OURS } else { colours.next().copied().unwrap_or(OURS) };
        Family { name, colour, rows }
    };
    by_name.into_iter().map(family).collect()
}

/// A name without its setting.
fn family(name: &str) -> &str {
    [" ef ", " nprobe "]
        .iter()
        .find_map(|mark| name.split_once(mark))
        .map_or(name, |(name, _)| name)
}

impl Family<'_> {
    /// The setting that is drawn, at every number of codes.
    fn shown(&self) -> Vec<&Row> {
        let codes_max = self.rows.iter().map(|row| row.codes).max().unwrap_or(0);
        let last = || self.rows.iter().filter(|row| row.codes == codes_max);
        let fastest = last()
            .filter(|row| row.recall >= RECALL_WANTED)
            .min_by(|a, b| a.median_us.total_cmp(&b.median_us));
        let best = || last().max_by(|a, b| a.recall.total_cmp(&b.recall));
        let Some(chosen) = fastest.or_else(best) else { return Vec::new() };
        let mut shown: Vec<_> =
            self.rows.iter().filter(|row| row.name == chosen.name).copied().collect();
        shown.sort_by_key(|row| row.codes);
        shown
    }

    fn stroke(&self) -> f64 {
        if self.colour == OURS { 3.5 } else { 1.8 }
    }

    fn weight(&self) -> &'static str {
        if self.colour == OURS { " font-weight=\"bold\"" } else { "" }
    }
}

fn draw_times(svg: &mut String, families: &[Family<'_>], top: f64) {
    let shown: Vec<_> = families.iter().map(|family| (family, family.shown())).collect();
    let all = || shown.iter().flat_map(|(_, rows)| rows);
    let x = Axis::decades(all().map(|row| row.codes as f64), LEFT, RIGHT);
    let y = Axis::decades(all().map(|row| row.median_us), top + TIMES_HEIGHT, top);
    heading(svg, top, "query time against number of codes (median, both logarithmic)");
    for codes in x.powers() {
        grid_upright(svg, x.at(codes), top, TIMES_HEIGHT, &table::number(codes as u64));
    }
    y.powers().for_each(|us| grid_level(svg, y.at(us), &round_time(us)));
    let mut labels = Vec::new();
    for (family, rows) in &shown {
        let points: Vec<_> =
            rows.iter().map(|r| (x.at(r.codes as f64), y.at(r.median_us))).collect();
        line(svg, family, &points);
        if let (Some(row), Some(point)) = (rows.last(), points.last()) {
            let recall = match row.recall {
                1.0.. => String::new(),
                recall => format!(", recall {recall:.2}"),
            };
            let text = format!("{}, {}{recall}", row.name, record::time(row.median_us * 1e3));
            labels.push(Label { family, from: *point, text });
        }
    }
    draw_labels(svg, labels, top, top + TIMES_HEIGHT);
}

fn draw_recall(svg: &mut String, families: &[Family<'_>], top: f64) {
    let at_one = |family: &Family<'_>| {
        let mut rows: Vec<Row> = family.rows.iter().copied().cloned().collect();
        rows.retain(|row| row.codes == RECALL_AT);
        rows.sort_by(|a, b| a.median_us.total_cmp(&b.median_us));
        rows
    };
    let shown: Vec<_> = families.iter().map(|family| (family, at_one(family))).collect();
    let x =
        Axis::decades(shown.iter().flat_map(|(_, rows)| rows).map(|r| r.median_us), LEFT, RIGHT);
    let y = Axis { low: 0.0, high: 1.0, from: top + RECALL_HEIGHT, to: top, logarithmic: false };
    let codes = table::number(RECALL_AT);
    heading(svg, top, &format!("recall against query time at {codes} codes (time logarithmic)"));
    for us in x.powers() {
        grid_upright(svg, x.at(us), top, RECALL_HEIGHT, &round_time(us));
    }
    for share in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        grid_level(svg, y.at(share), &format!("{share:.1}"));
    }
    let mut labels = Vec::new();
    for (family, rows) in &shown {
        let points: Vec<_> = rows.iter().map(|r| (x.at(r.median_us), y.at(r.recall))).collect();
        line(svg, family, &points);
        if let Some(point) = points.last() {
            labels.push(Label { family, from: *point, text: family.name.to_owned() });
        }
    }
    draw_labels(svg, labels, top, top + RECALL_HEIGHT);
}

fn heading(svg: &mut String, top: f64, content: &str) {
    text(svg, 20.0, top - 14.0, "font-weight=\"bold\"", content);
}

fn grid_upright(svg: &mut String, x: f64, top: f64, height: f64, label: &str) {
    let bottom = top + height;
    let _ = writeln!(svg, "<path d=\"M{x:.1} {top:.1}V{bottom:.1}\" stroke=\"#e4e7ea\"/>");
    text(svg, x, bottom + 20.0, "text-anchor=\"middle\" fill=\"#666666\"", label);
}

fn grid_level(svg: &mut String, y: f64, label: &str) {
    let _ = writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#e4e7ea\"/>");
    text(svg, LEFT - 8.0, y + 4.0, "text-anchor=\"end\" fill=\"#666666\"", label);
}

/// A power of ten, for an axis.
fn round_time(us: f64) -> String {
    record::time(us * 1e3).replacen(".00 ", " ", 1).replacen(".0 ", " ", 1)
}

fn line(svg: &mut String, family: &Family<'_>, points: &[(f64, f64)]) {
    let (colour, stroke) = (family.colour, family.stroke());
    let joined: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let joined = joined.join(" ");
    let _ = writeln!(
        svg,
        "<polyline points=\"{joined}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{stroke}\"/>"
    );
    for (x, y) in points {
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"{colour}\"/>",
            1.5 + stroke
        );
    }
}

struct Label<'a> {
    family: &'a Family<'a>,
    from: (f64, f64),
    text: String,
}

/// To the right of the plot, each as near to its last point as the others let it, and tied to it.
fn draw_labels(svg: &mut String, mut labels: Vec<Label<'_>>, top: f64, bottom: f64) {
    labels.sort_by(|a, b| a.from.1.total_cmp(&b.from.1));
    let wanted: Vec<_> = labels.iter().map(|label| label.from.1).collect();
    for (label, y) in labels.iter().zip(apart(&wanted, top, bottom)) {
        let ((x, from_y), colour) = (label.from, label.family.colour);
        let begin = RIGHT + 14.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {from_y:.1}L{:.1} {y:.1}\" stroke=\"{colour}\" stroke-width=\"0.7\" \
             stroke-dasharray=\"2 3\"/>",
            x + 6.0,
            begin - 4.0
        );
        let attributes = format!("fill=\"{colour}\" font-size=\"12\"{}", label.family.weight());
        text(svg, begin, y + 4.0, &attributes, &label.text);
    }
}

/// Places from top to bottom, as near as can be to those wanted, which are sorted.
fn apart(wanted: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut places = wanted.to_vec();
    let mut free = top;
    for place in &mut places {
        *place = place.max(free);
        free = *place + LABEL_STEP;
    }
    let mut free = bottom;
    for place in places.iter_mut().rev() {
        *place = place.min(free);
        free = *place - LABEL_STEP;
    }
    places
}

/// Values from `low` to `high` along pixels from `from` to `to`.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    logarithmic: bool,
}

impl Axis {
    /// Logarithmic, from the power of ten below all values to the one above.
    fn decades(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let logs: Vec<_> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min).floor();
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil();
        let (low, high) = if logs.is_empty() { (0.0, 1.0) } else { (low, high.max(low + 1.0)) };
        Self { low, high, from, to, logarithmic: true }
    }

    fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.log10() } else { value };
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    fn powers(&self) -> impl Iterator<Item = f64> + use<> {
        (self.low as i32..=self.high as i32).map(|power| 10f64.powi(power))
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::row;
    use super::*;

    #[test]
    fn a_decade_is_as_long_as_the_next() {
        let axis = Axis::decades([100_000.0, 10_000_000.0].into_iter(), 0.0, 100.0);
        assert_eq!([1e5, 1e6, 1e7].map(|codes| axis.at(codes).round()), [0.0, 50.0, 100.0]);
        assert_eq!(axis.powers().count(), 3);
    }

    #[test]
    fn labels_keep_apart_and_inside() {
        let places = apart(&[10.0, 12.0, 95.0, 99.0], 0.0, 100.0);
        assert_eq!(places, [10.0, 27.0, 83.0, 100.0]);
    }

    #[test]
    fn of_several_settings_the_fastest_that_finds_enough_is_drawn() {
        let with = |name: &str, us, recall| Row { recall, ..row(name, "uniform", 1_000_000, us) };
        let rows = [
            with("faiss-hnsw ef 16", 50.0, 0.3),
            with("faiss-hnsw ef 256", 600.0, 0.95),
            with("faiss-hnsw ef 64", 160.0, 0.91),
        ];
        let families = families(&rows.iter().collect::<Vec<_>>());
        assert_eq!((families.len(), families[0].name), (1, "faiss-hnsw"));
        assert_eq!(families[0].shown()[0].name, "faiss-hnsw ef 64");
    }

    #[test]
    fn other_questions_are_left_out() {
        let names =
            ["athar", "athar radius 24", "athar 2 readers + writer", "faiss-flat batch of 100"];
        let plain = names.map(|name| is_plain(&row(name, "uniform", 10, 1.0)));
        assert_eq!(plain, [true, false, false, false]);
    }
}
