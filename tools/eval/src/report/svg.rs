//! The plots of the page.

use super::html::escaped;
use super::{Group, groups, routes};
use crate::score::{Row, Spread};
use std::fmt::Write as _;

const COLOURS: [&str; 7] =
    ["#0b6e4f", "#2f6fde", "#d1495b", "#b8860b", "#7b4fb5", "#444444", "#e07a2f"];

const LINE: usize = 17;
const LEFT: usize = 290;
const WIDTH: usize = 560;

/// The recall of every edit: a dot for each route, a tick for what is demanded.
pub fn recall(rows: &[Row]) -> String {
    let (groups, routes) = (groups(rows), routes(rows));
    let height = groups.len() * LINE + 60;
    let mut svg = open(LEFT + WIDTH + 40, height);
    legend(&mut svg, &routes);
    for percent in (0..=100).step_by(20) {
        let x = LEFT + WIDTH * percent / 100;
        let _ = writeln!(
            svg,
            r##"<line x1="{x}" y1="34" x2="{x}" y2="{}" stroke="#ddd"/>"##,
            height - 16
        );
        let _ = writeln!(
            svg,
            r#"<text x="{x}" y="{}" text-anchor="middle">{percent} %</text>"#,
            height - 3
        );
    }
    for (n, group) in groups.iter().enumerate() {
        dots(&mut svg, group, &routes, 44 + n * LINE);
    }
    svg + "</svg>\n"
}

fn dots(svg: &mut String, group: &Group<'_>, routes: &[&str], y: usize) {
    let _ = writeln!(
        svg,
        r#"<text x="{}" y="{}" text-anchor="end">{}</text>"#,
        LEFT - 10,
        y + 4,
        escaped(&group.name())
    );
    let place = |share: f64| LEFT as f64 + share * WIDTH as f64;
    if let Some(bar) = group.rows.iter().find_map(|row| row.bar) {
        let x = place(bar);
        let _ = writeln!(
            svg,
            r##"<line x1="{x:.1}" y1="{}" x2="{x:.1}" y2="{}" stroke="#000" stroke-width="2"/>"##,
            y - 7,
            y + 7
        );
    }
    for (n, route) in routes.iter().enumerate().rev() {
        let Some(row) = group.row(route) else { continue };
        let (colour, x) = (COLOURS[n % COLOURS.len()], place(row.recall));
        let (radius, fill) = if n == 0 { (5.0, colour) } else { (3.6, "none") };
        let _ = writeln!(
            svg,
            r#"<circle cx="{x:.1}" cy="{y}" r="{radius}" fill="{fill}" stroke="{colour}" stroke-width="1.6"><title>{}: {:.1} % of {}</title></circle>"#,
            escaped(route),
            row.recall * 100.0,
            row.n
        );
    }
}

fn legend(svg: &mut String, routes: &[&str]) {
    for (n, route) in routes.iter().enumerate() {
        let x = LEFT + n * 95;
        let colour = COLOURS[n % COLOURS.len()];
        let _ = writeln!(
            svg,
            r#"<circle cx="{x}" cy="14" r="5" fill="{colour}"/><text x="{}" y="18">{}</text>"#,
            x + 9,
            escaped(route)
        );
    }
}

/// Strengths of right and wrong pairs; each side as shares of its own sum, the height logarithmic.
pub fn spread(unit: &str, spread: &Spread) -> String {
    const PLOT: usize = 180;
    let top = spread.right.keys().chain(&mut spread.wrong.keys()).max().copied().unwrap_or(0);
    let (bin, mut svg) = ((top / 80).max(1), open(LEFT + WIDTH + 40, PLOT + 46));
    let bins = top / bin + 1;
    let width = 800.0 / f64::from(bins);
    for (side, colour, offset) in [(&spread.wrong, "#d1495b", 0.5), (&spread.right, "#0b6e4f", 0.0)]
    {
        let sum = side.values().sum::<u64>().max(1) as f64;
        let mut heights = vec![0u64; bins as usize];
        side.iter().for_each(|(strength, count)| heights[(strength / bin) as usize] += count);
        for (n, count) in heights.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            // Six powers of ten from the foot to the top.
            let height = ((libm::log10(count as f64 / sum) + 6.0) / 6.0).max(0.01) * PLOT as f64;
            let x = 50.0 + (n as f64 + offset) * width;
            let _ = writeln!(
                svg,
                r#"<rect x="{x:.1}" y="{:.1}" width="{:.1}" height="{height:.1}" fill="{colour}" fill-opacity="0.75"><title>{}: {count} pairs</title></rect>"#,
                10.0 + PLOT as f64 - height,
                (width / 2.0).max(1.0),
                n as u32 * bin
            );
        }
    }
    axis(&mut svg, unit, bin * bins, PLOT);
    svg + "</svg>\n"
}

fn axis(svg: &mut String, unit: &str, top: u32, plot: usize) {
    for n in 0..=8 {
        let (x, value) = (50 + n * 100, top * n as u32 / 8);
        let _ =
            writeln!(svg, r#"<text x="{x}" y="{}" text-anchor="middle">{value}</text>"#, plot + 24);
    }
    for (power, label) in [(0, "1"), (2, "1e-2"), (4, "1e-4"), (6, "1e-6")] {
        let y = 10 + plot * power / 6;
        let _ = writeln!(
            svg,
            r##"<line x1="50" y1="{y}" x2="850" y2="{y}" stroke="#ddd"/><text x="44" y="{}" text-anchor="end">{label}</text>"##,
            y + 4
        );
    }
    let _ = writeln!(
        svg,
        r#"<text x="450" y="{}" text-anchor="middle">{}</text>"#,
        plot + 40,
        escaped(unit)
    );
}

fn open(width: usize, height: usize) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n"
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::row;
    use super::*;

    #[test]
    fn a_dot_for_each_route_and_a_tick_for_the_bar() {
        let rows = [row("crop <b>", "all", 0.5, Some(0.9)), row("crop <b>", "pdq", 0.25, None)];
        let svg = recall(&rows);
        assert_eq!(svg.matches("<title>").count(), 2);
        assert_eq!(svg.matches("stroke-width=\"2\"").count(), 1);
        assert!(svg.contains("crop &lt;b&gt;") && !svg.contains("<b>"));
    }

    #[test]
    fn every_strength_has_its_place() {
        let mut both = Spread::default();
        both.right.extend([(0, 5), (30, 7)]);
        both.wrong.extend([(256, 1)]);
        assert_eq!(spread("distance", &both).matches("<rect").count(), 3);
        assert!(spread("distance", &Spread::default()).ends_with("</svg>\n"));
    }
}
