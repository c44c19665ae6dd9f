//! The table for a terminal.

use super::{Group, groups, percent, routes, verdict};
use crate::run::Run;
use crate::score::{Row, quantile};
use std::fmt::Write as _;

/// The whole run in words and columns.
pub fn table(run: &Run) -> String {
    let routes = routes(&run.rows);
    let mut lines = vec![head(&routes)];
    lines.extend(groups(&run.rows).iter().map(|group| line(group, &routes)));
    let mut text = aligned(&lines);
    let _ = writeln!(text, "\n{}", bars(&run.rows));
    text + &facts(run) + &times(run)
}

fn head(routes: &[&str]) -> Vec<String> {
    let mut cells: Vec<String> = vec!["edit".into(), "n".into(), "bar %".into(), String::new()];
    cells.extend(routes.iter().map(|route| (*route).to_owned()));
    cells.extend(["false", "pairs", "relation %", "corners %"].map(String::from));
    cells
}

fn line(group: &Group<'_>, routes: &[&str]) -> Vec<String> {
    let all = group.row("all").or(group.rows.first().copied());
    let share = |value: Option<f64>| value.map_or("·".into(), percent);
    let of_all = |get: fn(&Row) -> Option<f64>| share(all.and_then(get));
    let mark = match all.and_then(verdict) {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    };
    let mut cells = vec![group.name(), all.map_or(String::new(), |row| row.n.to_string())];
    cells.extend([of_all(|row| row.bar), mark.into()]);
    cells.extend(routes.iter().map(|route| share(group.row(route).map(|row| row.recall))));
    cells.push(all.map_or(String::new(), |row| row.false_links.to_string()));
    cells.push(all.map_or(String::new(), |row| row.pairs.to_string()));
    cells.extend([of_all(|row| row.relation_right), of_all(|row| row.corners_within)]);
    cells
}

/// Columns as wide as they must be; the first to the left, the others to the right.
pub fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let wide = |n: usize| {
        lines.iter().filter_map(|line| line.get(n)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<_> = (0..columns).map(|n| wide(n).unwrap_or(0)).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(&widths).enumerate().map(|(n, (cell, width))| match n {
            0 => format!("{cell:<width$}"),
            _ => format!("  {cell:>width$}"),
        });
        let _ = writeln!(text, "{}", cells.collect::<String>().trim_end());
    }
    text
}

fn bars(rows: &[Row]) -> String {
    let verdicts: Vec<_> = rows.iter().filter_map(verdict).collect();
    let reached = verdicts.iter().filter(|reached| **reached).count();
    format!("{reached} of {} demanded rows are at their bar", verdicts.len())
}

fn facts(run: &Run) -> String {
    let facts = &run.facts;
    let mut text = format!(
        "{} pictures stored, {} of them edited ({} too flat for a whole-picture match), {} edited pictures, seed {}\n",
        facts.stored, facts.sources, facts.flat, facts.queries, facts.seed
    );
    let _ = writeln!(text, "{}", run.unrelated.as_text());
    let judged: Vec<_> =
        run.thresholds.iter().map(|(peer, least)| format!("{peer} {least}")).collect();
    if judged.is_empty() {
        let _ = writeln!(text, "no peers: {}", facts.peers);
    } else {
        let _ = writeln!(
            text,
            "{} on {} of the edited pictures; judged by the fewest inliers without a false link here: {}",
            facts.peers,
            facts.peer_queries,
            judged.join(", ")
        );
    }
    if !facts.font {
        text += "text was drawn as blocks: DejaVu Sans was not found (Debian: fonts-dejavu-core)\n";
    }
    for (count, what) in [
        (facts.skipped.len() as u64, "files left out; they are named on standard error"),
        (facts.unanswered, "edited pictures to which the engine gave no answer"),
        (facts.strange_regions, "regions that could not be read"),
        (facts.related as u64, "pairs of stored pictures taken for the same"),
    ] {
        if count > 0 {
            let _ = writeln!(text, "{count} {what}");
        }
    }
    let _ = writeln!(text, "took {:.0} s", facts.took.as_secs_f64());
    text
}

fn times(run: &Run) -> String {
    let mut lines = vec![["step", "count", "median ms", "p99 ms"].map(String::from).to_vec()];
    for (step, all) in &run.times {
        let at = |share| format!("{:.2}", quantile(all, share).unwrap_or(0.0));
        lines.push(vec![step.clone(), all.len().to_string(), at(0.5), at(0.99)]);
    }
    format!("\n{}", aligned(&lines))
}

#[cfg(test)]
mod tests {
    use super::super::tests::row;
    use super::*;

    #[test]
    fn columns_line_up_and_marks_tell() {
        let rows = [
            row("crop", "all", 0.5, Some(0.9)),
            row("crop", "pdq", 0.25, None),
            row("grey", "all", 1.0, Some(1.0)),
        ];
        let routes = routes(&rows);
        let mut lines = vec![head(&routes)];
        lines.extend(groups(&rows).iter().map(|group| line(group, &routes)));
        let text = aligned(&lines);
        let read: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(read[1], ["crop", "100", "90.0", "✗", "50.0", "25.0", "0", "2000", "·", "·"]);
        assert_eq!(read[2], ["grey", "100", "100.0", "✓", "100.0", "·", "0", "2000", "·", "·"]);
        assert_eq!(bars(&rows), "1 of 2 demanded rows are at their bar");
    }
}
