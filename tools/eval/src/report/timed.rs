//! Clips and voice: their tables for a terminal and their part of the page.

use super::html::{escaped, skipped};
use super::percent;
use super::text::aligned;
use crate::score::ALL;
use crate::timed::Medium;
use crate::timed::run::{Time, Timed};
use crate::timed::score::{ErrorSpread, Row, verdict};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The whole run in words and columns.
pub fn table(run: &Timed) -> String {
    let mut text = String::new();
    for medium in [Medium::Clip, Medium::Voice] {
        let lines = cells(&run.rows, medium);
        if lines.len() > 1 {
            let lines: Vec<_> = lines.into_iter().map(|line| line.cells).collect();
            let _ = writeln!(text, "{}", aligned(&lines));
        }
    }
    let _ = writeln!(text, "{}\n{}", bars(&run.rows), legend());
    text + &facts(run) + &times_table(run)
}

/// The part of the page.
pub fn section(run: &Timed) -> String {
    let mut html = format!(
        "<h2>Clips and voice</h2>\n<p>{}</p>\n<p class=\"faint\">{}</p>\n",
        escaped(&facts(run)),
        escaped(&legend())
    );
    for (medium, title) in [(Medium::Clip, "Clips"), (Medium::Voice, "Voice")] {
        let lines = cells(&run.rows, medium);
        if lines.len() > 1 {
            let _ = write!(html, "<h3>{title}</h3>\n<table>");
            lines.iter().for_each(|line| html += &line.as_html());
            html += "</table>\n";
        }
    }
    html += "<h3>Time</h3>\n<table><tr><th>step</th><th>files</th><th>s of media</th><th>s</th>\
             <th>times real time</th></tr>\n";
    for time in &run.times {
        let _ = writeln!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{:.1}</td><td>{:.2}</td><td>{}</td></tr>",
            escaped(&time.step),
            time.files,
            time.media_s,
            time.work_s,
            speed(time)
        );
    }
    html + "</table>\n" + &skipped(&run.facts.skipped) + &skipped(&run.facts.refused)
}

/// How long each step took.
pub fn times(run: &Timed) -> String {
    let mut text = String::from("step\tfiles\tmedia_s\twork_s\ttimes_real_time\n");
    for time in &run.times {
        let Time { step, files, media_s, work_s } = time;
        let _ = writeln!(text, "{step}\t{files}\t{media_s:.3}\t{work_s:.3}\t{}", speed(time));
    }
    text
}

fn speed(time: &Time) -> String {
    if time.media_s > 0.0 { format!("{:.1}", time.times_real_time()) } else { String::new() }
}

/// A line of a table, and whether its edit is at its bar.
struct Line {
    cells: Vec<String>,
    verdict: Option<bool>,
}

impl Line {
    fn as_html(&self) -> String {
        let class = match self.verdict {
            Some(true) => " class=\"good\"",
            Some(false) => " class=\"bad\"",
            None => "",
        };
        let cell = |cell: &String| format!("<td>{}</td>", escaped(cell));
        let cells: String = self.cells.iter().map(cell).collect();
        format!("<tr{class}>{cells}</tr>\n")
    }
}

/// The head and a line for each edit of a medium.
fn cells(rows: &[Row], medium: Medium) -> Vec<Line> {
    let rows: Vec<_> = rows.iter().filter(|row| row.medium == medium).collect();
    let routes: BTreeSet<&str> = rows.iter().map(|row| row.route.as_str()).collect();
    let routes: Vec<_> = routes.into_iter().filter(|route| *route != ALL).collect();
    let mut lines = vec![Line { cells: head(medium, &routes), verdict: None }];
    for all in rows.iter().filter(|row| row.route == ALL) {
        let route = |route: &&str| {
            let same = |row: &&&Row| {
                row.edit == all.edit && row.strength == all.strength && row.route == **route
            };
            rows.iter().find(same).copied()
        };
        let others: Vec<_> = routes.iter().map(route).collect();
        lines.push(line(all, &others));
    }
    lines
}

fn head(medium: Medium, routes: &[&str]) -> Vec<String> {
    let mut cells = vec![medium.name().to_owned()];
    cells.extend(["n", "bar %", "", "all"].map(String::from));
    cells.extend(routes.iter().map(|route| (*route).to_owned()));
    let tolerance = format!("ends in {:.1} s %", medium.tolerance_ms() / 1000.0);
    cells.push(tolerance);
    cells.extend(["ends p50 ms", "p95", "placed %", "offset p95 ms"].map(String::from));
    cells.extend(["false", "pairs", "x real time"].map(String::from));
    cells
}

fn line(all: &Row, others: &[Option<&Row>]) -> Line {
    let share = |value: Option<f64>| value.map_or("·".into(), percent);
    let ms = |errors: Option<ErrorSpread>, of: fn(ErrorSpread) -> f64| {
        errors.map_or("·".into(), |errors| format!("{:.0}", of(errors)))
    };
    let verdict = verdict(all);
    let mark = match verdict {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    };
    let mut name = format!("{} {}", all.edit, all.strength).trim_end().to_owned();
    if all.flat > 0 {
        name += &format!(" ({} more are too flat)", all.flat);
    }
    let mut cells = vec![name, all.n.to_string(), share(all.bar), mark.into(), share(all.recall)];
    cells.extend(others.iter().map(|row| share(row.and_then(|row| row.recall))));
    cells.push(share(all.end_error_ms.map(|errors| errors.within)));
    cells.push(ms(all.end_error_ms, |errors| errors.p50));
    cells.push(ms(all.end_error_ms, |errors| errors.p95));
    cells.push(share(all.placed));
    cells.push(ms(all.offset_error_ms, |errors| errors.p95));
    cells.extend([all.false_links.to_string(), all.pairs.to_string()]);
    cells.push(all.times_real_time.map_or("·".into(), |times| format!("{times:.0}")));
    Line { cells, verdict }
}

fn bars(rows: &[Row]) -> String {
    let verdicts: Vec<_> = rows.iter().filter_map(verdict).collect();
    let reached = verdicts.iter().filter(|reached| **reached).count();
    format!("{reached} of {} demanded rows are at their bar", verdicts.len())
}

fn legend() -> String {
    "n: stretches of stored files that should be found; all: found on any route; ends: beginnings and \
     ends of the found stretches on both sides, and how far they are from where they should be; placed: \
     found, and told at the right time of the stored file; false: unrelated stored files found, of so many \
     pairs. A bar is reached only where nothing else is found. Edits of the picture have no sound. vpdq: \
     vPDQ's rule over our frame codes."
        .into()
}

fn facts(run: &Timed) -> String {
    let facts = &run.facts;
    let [clips, recordings, photos] = facts.stored;
    let mut text = format!(
        "{clips} clips, {recordings} recordings and {photos} photographs stored; {} edited files by {}, seed {}; \
         took {:.0} s\n",
        facts.queries,
        facts.ffmpeg,
        facts.seed,
        facts.took.as_secs_f64()
    );
    for (count, what) in [
        (facts.refused.len() as u64, "stored files that the engine refused count as not found"),
        (facts.unanswered, "edited files to which the engine gave no answer"),
        (facts.skipped.len() as u64, "files or edits left out; they are named on standard error"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "{count} {what}");
        }
    }
    text
}

fn times_table(run: &Timed) -> String {
    let mut lines =
        vec![["step", "files", "media s", "s", "x real time"].map(String::from).to_vec()];
    for time in &run.times {
        let seconds = |s: f64| format!("{s:.1}");
        lines.push(vec![
            time.step.clone(),
            time.files.to_string(),
            seconds(time.media_s),
            format!("{:.2}", time.work_s),
            speed(time),
        ]);
    }
    format!("\n{}", aligned(&lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn row(edit: &str, route: &str, recall: f64, bar: Option<f64>) -> Row {
        Row {
            medium: Medium::Voice,
            edit: edit.into(),
            strength: "5 s".into(),
            route: route.into(),
            flat: 0,
            n: 20,
            recall: Some(recall),
            false_links: 0,
            pairs: 400,
            bar,
            end_error_ms: Some(ErrorSpread { p50: 40.0, p95: 210.0, within: 1.0 }),
            ends_bar: None,
            offset_error_ms: None,
            placed: None,
            placed_bar: None,
            told: BTreeMap::new(),
            times_real_time: Some(311.4),
        }
    }

    #[test]
    fn an_edit_has_one_line_and_a_column_for_each_route() {
        let rows = [
            row("trim", ALL, 1.0, Some(0.98)),
            row("trim", "voice", 0.5, None),
            row("noise", ALL, 0.5, Some(0.98)),
        ];
        let lines = cells(&rows, Medium::Voice);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].cells[..6], ["voice", "n", "bar %", "", "all", "voice"]);
        let cells = &lines[1].cells;
        assert_eq!(cells[..6], ["trim 5 s", "20", "98.0", "✓", "100.0", "50.0"]);
        assert_eq!(cells[6..9], ["100.0", "40", "210"]);
        assert_eq!((lines[2].verdict, cells.last().unwrap().as_str()), (Some(false), "311"));
        assert!(lines[2].as_html().starts_with("<tr class=\"bad\">"));
        assert_eq!(bars(&rows), "1 of 2 demanded rows are at their bar");
    }
}
