//! A plot of results: one panel for each group, one bar for each function, ours in colour.
//!
//! Bars are as long as the time they stand for; where the slowest takes more than fifty times
//! as long as the fastest, the scale is logarithmic, and the panel says so.

use super::record::{self, Group, Machine, Row};
use std::fmt::Write;

const WIDTH: f64 = 1000.0;
const LABEL_WIDTH: f64 = 380.0;
const BAR_WIDTH: f64 = 400.0;
const BAR_HEIGHT: f64 = 20.0;
const STEP: f64 = 28.0;
const PANEL_HEAD: f64 = 44.0;
const TOP: f64 = 58.0;

/// From here on bars are logarithmic: the shortest would be too small to see.
const LINEAR_SPAN_MAX: f64 = 50.0;

/// The picture as SVG.
pub fn draw(name: &str, machine: &Machine, rows: &[Row]) -> String {
    let groups = record::groups(rows);
    let panels: f64 = groups.iter().map(|group| PANEL_HEAD + STEP * group.rows.len() as f64).sum();
    let height = TOP + panels + 16.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    text(
        &mut svg,
        20.0,
        28.0,
        "font-size=\"18\" font-weight=\"bold\"",
        &format!("{name}: shorter is faster"),
    );
    text(&mut svg, 20.0, 47.0, "fill=\"#666666\" font-size=\"12\"", &machine.to_string());
    let mut y = TOP;
    for group in &groups {
        y = panel(&mut svg, group, y);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws one group below `y` and returns where the next begins.
fn panel(svg: &mut String, group: &Group<'_>, y: f64) -> f64 {
    let scale = Scale::of(group);
    let note = if scale.is_log() { " (logarithmic)" } else { "" };
    text(svg, 20.0, y + 30.0, "font-weight=\"bold\"", &format!("{}{note}", group.title));
    let first = y + PANEL_HEAD;
    for (index, row) in group.rows.iter().enumerate() {
        bar(svg, group, row, scale.length(row.median_ns), first + STEP * index as f64);
    }
    first + STEP * group.rows.len() as f64
}

fn bar(svg: &mut String, group: &Group<'_>, row: &Row, length: f64, y: f64) {
    let colour = if row.is_ours() { "#0b7a75" } else { "#b8bfc6" };
    let x = LABEL_WIDTH + 12.0;
    let baseline = y + BAR_HEIGHT * 0.75;
    text(svg, LABEL_WIDTH, baseline, "text-anchor=\"end\"", &row.who);
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{length:.1}\" height=\"{BAR_HEIGHT}\" rx=\"2\" fill=\"{colour}\"/>"
    );
    let ratio = group.ratio(row).filter(|_| !row.is_ours());
    let ratio = ratio.map_or(String::new(), |ratio| format!(", {ratio:.1} × ours"));
    let label = format!("{}{ratio}", record::time(row.median_ns));
    text(svg, x + length + 8.0, baseline, "fill=\"#333333\"", &label);
}

/// Writes text with its baseline at `y`.
pub fn text(svg: &mut String, x: f64, y: f64, attributes: &str, content: &str) {
    let content = content.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{content}</text>");
}

struct Scale {
    shortest: f64,
    longest: f64,
}

impl Scale {
    /// Rows of a group are sorted by time.
    fn of(group: &Group<'_>) -> Self {
        let at = |row: Option<&&Row>| row.map_or(1.0, |row| row.median_ns.max(1e-3));
        Self { shortest: at(group.rows.first()), longest: at(group.rows.last()) }
    }

    fn is_log(&self) -> bool {
        self.longest / self.shortest > LINEAR_SPAN_MAX
    }

    fn length(&self, ns: f64) -> f64 {
        if !self.is_log() {
            return ns / self.longest * BAR_WIDTH;
        }
        // The shortest bar keeps a tenth, so that it is seen.
        let part = (ns / self.shortest).ln() / (self.longest / self.shortest).ln();
        (0.1 + 0.9 * part) * BAR_WIDTH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(rows: &[Row]) -> Vec<f64> {
        let groups = record::groups(rows);
        let scale = Scale::of(&groups[0]);
        groups[0].rows.iter().map(|row| scale.length(row.median_ns)).collect()
    }

    #[test]
    fn bars_are_as_long_as_what_they_stand_for() {
        let rows = [Row::of("g", "", "peer", 400.0), Row::of("g", "", "athar", 100.0)];
        assert_eq!(widths(&rows), [100.0, 400.0]);
    }

    #[test]
    fn a_wide_span_is_logarithmic() {
        let rows = [
            Row::of("g", "", "a", 1.0),
            Row::of("g", "", "b", 100.0),
            Row::of("g", "", "c", 10_000.0),
        ];
        let widths = widths(&rows);
        assert!((widths[0] - 40.0).abs() < 1e-9 && (widths[1] - 220.0).abs() < 1e-9, "{widths:?}");
        assert!((widths[2] - 400.0).abs() < 1e-9);
    }
}
