//! The page: one file, nothing loaded from anywhere, no picture of the corpus in it.

use super::{Group, groups, percent, routes, svg, verdict};
use crate::run::Run;
use crate::score::{Row, quantile};
use std::fmt::Write as _;

const STYLE: &str = "body{font:15px/1.45 sans-serif;margin:2em auto;max-width:1100px;padding:0 1em;color:#222}\
table{border-collapse:collapse;margin:1em 0}td,th{padding:2px 9px;text-align:right;border-bottom:1px solid #e3e3e3}\
td:first-child,th:first-child{text-align:left}th{background:#f4f4f2;position:sticky;top:0}\
.good{background:#dff3e4}.bad{background:#fbe0e0}.faint{color:#777}h2{margin-top:2em}";

/// Text with nothing in it that a browser would take for markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

/// The whole page around its sections.
pub fn page(sections: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Athar: evaluation</title>\
         <style>{STYLE}</style></head><body>\n<h1>What is found, what is not, and what it costs</h1>\n\
         {sections}</body></html>\n"
    )
}

/// What there is to tell of pictures.
pub fn section(run: &Run) -> String {
    let mut page = format!("<h2>Pictures</h2>\n{}", summary(run));
    page += "<h2>Recall by edit and route</h2>\n";
    page += &svg::recall(&run.rows);
    page += &table(&run.rows);
    page += "<h2>How strong right and wrong pairs are</h2>\n<p>Green: pairs that show the same picture. Red: pairs \
             that have nothing to do with each other. Each is drawn as shares of its own sum, on a scale of powers \
             of ten. Of the engine&#39;s routes only what it tells is drawn.</p>\n";
    for ((route, unit), spread) in &run.spreads {
        let sum = |side: &std::collections::BTreeMap<u32, u64>| side.values().sum::<u64>();
        let (right, wrong) = (sum(&spread.right), sum(&spread.wrong));
        let _ = writeln!(
            page,
            "<h3>{}: {unit}, {right} right pairs, {wrong} wrong ones</h3>",
            escaped(route)
        );
        page += &svg::spread(unit, spread);
    }
    page += &times(run);
    page + &skipped(&run.facts.skipped)
}

fn summary(run: &Run) -> String {
    let facts = &run.facts;
    let judged: Vec<_> =
        run.thresholds.iter().map(|(peer, least)| format!("{peer} {least}")).collect();
    let peers = match judged.is_empty() {
        true => format!("No peers in Python: {}.", facts.peers),
        false => format!(
            "Peers: {}, on {} of the edited pictures. A peer is handed the stored pictures that are shown and a few \
             that are not, and is judged by the fewest inliers that no unrelated pair of this run reaches ({}): \
             both favour it.",
            facts.peers,
            facts.peer_queries,
            judged.join(", ")
        ),
    };
    let font =
        if facts.font { "" } else { " Text was drawn as blocks: DejaVu Sans was not found." };
    format!(
        "<p>{} pictures are stored, {} of them were edited ({} are too flat for a whole-picture match): {} edited \
         pictures, seed {}. {} {}{font}</p>\n<p class=\"faint\"><b>n</b>: stored pictures that should be found; \
         <b>bar</b>: the share demanded; <b>all</b>: found by the engine on any route; <b>false</b>: unrelated \
         pictures found, of so many <b>pairs</b>; <b>relation</b>: of the found ones, those with a right relation; \
         <b>altered</b>: those told as altered; <b>corners</b>: of those with a region, those with every corner \
         within 2 % of the diagonal; <b>overlap</b>: the median of the area in common with the true region.</p>\n",
        facts.stored,
        facts.sources,
        facts.flat,
        facts.queries,
        facts.seed,
        escaped(&run.unrelated.as_text()),
        escaped(&peers),
    )
}

fn table(rows: &[Row]) -> String {
    let routes = routes(rows);
    let mut html = String::from("<table><tr><th>edit</th><th>n</th><th>bar</th>");
    routes.iter().for_each(|route| _ = write!(html, "<th>{}</th>", escaped(route)));
    html += "<th>false</th><th>pairs</th><th>relation</th><th>altered</th><th>corners</th><th>overlap</th></tr>\n";
    for group in groups(rows) {
        html += &line(&group, &routes);
    }
    html + "</table>\n"
}

fn line(group: &Group<'_>, routes: &[&str]) -> String {
    let Some(all) = group.row("all").or(group.rows.first().copied()) else { return String::new() };
    let class = match verdict(all) {
        Some(true) => " class=\"good\"",
        Some(false) => " class=\"bad\"",
        None => "",
    };
    let cell = |share: Option<f64>| {
        share.map_or("<td></td>".into(), |share| format!("<td>{}</td>", percent(share)))
    };
    let mut html =
        format!("<tr><td>{}</td><td>{}</td>{}", escaped(&group.name()), all.n, cell(all.bar));
    for (n, route) in routes.iter().enumerate() {
        match group.row(route) {
            Some(row) if n == 0 => _ = write!(html, "<td{class}>{}</td>", percent(row.recall)),
            Some(row) => {
                _ = write!(html, "<td title=\"of {}\">{}</td>", row.n, percent(row.recall));
            }
            None => html += "<td></td>",
        }
    }
    let wrong = if all.false_links > 0 { " class=\"bad\"" } else { "" };
    let _ = write!(html, "<td{wrong}>{}</td><td>{}</td>", all.false_links, all.pairs);
    for share in [all.relation_right, all.told_altered, all.corners_within, all.region_overlap] {
        html += &cell(share);
    }
    html + "</tr>\n"
}

fn times(run: &Run) -> String {
    let mut html = String::from(
        "<h2>Time</h2>\n<table><tr><th>step</th><th>count</th><th>median, ms</th><th>99 of 100, ms</th></tr>\n",
    );
    for (step, all) in &run.times {
        let at = |share| quantile(all, share).unwrap_or(0.0);
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{:.2}</td><td>{:.2}</td></tr>",
            escaped(step),
            all.len(),
            at(0.5),
            at(0.99)
        );
    }
    html + "</table>\n"
}

/// What was left out, and why.
pub fn skipped(all: &[(String, String)]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut html = format!("<h2>{} files left out</h2>\n<ul>\n", all.len());
    for (name, why) in all {
        let _ = writeln!(html, "<li>{}: {}</li>", escaped(name), escaped(why));
    }
    html + "</ul>\n"
}

#[cfg(test)]
mod tests {
    use super::super::tests::row;
    use super::*;

    #[test]
    fn markup_in_names_stays_text() {
        assert_eq!(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
        let html = table(&[row("<script>", "all", 0.5, None)]);
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script>"));
    }

    #[test]
    fn bars_colour_their_cells() {
        let html = table(&[row("crop", "all", 0.5, Some(0.9)), row("grey", "all", 1.0, Some(1.0))]);
        assert_eq!(
            (html.matches("class=\"bad\"").count(), html.matches("class=\"good\"").count()),
            (1, 1)
        );
    }
}
