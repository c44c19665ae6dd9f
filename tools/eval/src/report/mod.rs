//! A run for people and for programs: a table, JSON lines, and one page with plots.

mod html;
mod svg;
mod text;
mod timed;

use crate::run::Run;
use crate::score::{Mistake, Row, quantile};
use crate::timed::run::Timed;
use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

pub use text::table;
pub use timed::table as timed_table;

/// One JSON object a row.
pub fn json_lines<R: Serialize>(rows: &[R]) -> Result<String> {
    let lines = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    Ok(lines.join("\n") + "\n")
}

/// Writes the page and the tables behind it into a folder.
pub fn write(pictures: Option<&Run>, others: Option<&Timed>, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut sections = pictures.map(html::section).unwrap_or_default();
    sections += &others.map(timed::section).unwrap_or_default();
    let mut files = vec![("index.html", html::page(&sections))];
    if let Some(run) = pictures {
        files.extend([
            ("rows.jsonl", json_lines(&run.rows)?),
            ("times.tsv", times(run)),
            ("spreads.tsv", spreads(run)),
            ("misses.tsv", mistakes(&run.misses)),
            ("false_links.tsv", mistakes(&run.false_links)),
        ]);
    }
    if let Some(run) = others {
        files.extend([
            ("timed_rows.jsonl", json_lines(&run.rows)?),
            ("timed_times.tsv", timed::times(run)),
            ("timed_misses.tsv", mistakes(&run.misses)),
            ("timed_false_links.tsv", mistakes(&run.false_links)),
        ]);
    }
    for (name, text) in files {
        fs::write(folder.join(name), text).with_context(|| name.to_owned())?;
    }
    Ok(())
}

/// The rows of one edit in one strength, by route.
struct Group<'a> {
    edit: &'a str,
    strength: &'a str,
    rows: Vec<&'a Row>,
}

impl Group<'_> {
    fn row(&self, route: &str) -> Option<&Row> {
        self.rows.iter().copied().find(|row| row.route == route)
    }

    fn name(&self) -> String {
        format!("{} {}", self.edit, self.strength).trim_end().to_owned()
    }
}

fn groups(rows: &[Row]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for row in rows {
        match groups.last_mut().filter(|g| g.edit == row.edit && g.strength == row.strength) {
            Some(group) => group.rows.push(row),
            None => {
                groups.push(Group { edit: &row.edit, strength: &row.strength, rows: vec![row] });
            }
        }
    }
    groups
}

/// Every route there is a row of: all together, then the engine's own, then the peers.
fn routes(rows: &[Row]) -> Vec<&str> {
    let all: BTreeSet<&str> = rows.iter().map(|row| row.route.as_str()).collect();
    let mut routes: Vec<_> = all.into_iter().collect();
    // Stable: among themselves they stay in the order of their names.
    routes.sort_by_key(|route| (route.starts_with("peer:"), *route != "all"));
    routes
}

/// Whether a row is at what is demanded of it; nothing where nothing is.
fn verdict(row: &Row) -> Option<bool> {
    let recall = row.recall >= row.bar? - 1e-9;
    let altered = row.altered_bar.is_none_or(|bar| row.told_altered.unwrap_or(0.0) >= bar);
    Some(recall && altered)
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

fn times(run: &Run) -> String {
    let mut text = String::from("step\tcount\tmedian_ms\tp99_ms\n");
    for (step, all) in &run.times {
        let at = |share| quantile(all, share).unwrap_or(0.0);
        let _ = writeln!(text, "{step}\t{}\t{:.3}\t{:.3}", all.len(), at(0.5), at(0.99));
    }
    text
}

/// Pairs by route and strength: what a table of false alarms is made of.
fn spreads(run: &Run) -> String {
    let mut text = String::from("route\tunit\tstrength\tright_pairs\twrong_pairs\n");
    for ((route, unit), spread) in &run.spreads {
        let strengths: BTreeSet<_> = spread.right.keys().chain(spread.wrong.keys()).collect();
        for strength in strengths {
            let count = |side: &std::collections::BTreeMap<u32, u64>| {
                side.get(strength).copied().unwrap_or(0)
            };
            let (right, wrong) = (count(&spread.right), count(&spread.wrong));
            let _ = writeln!(text, "{route}\t{unit}\t{strength}\t{right}\t{wrong}");
        }
    }
    text
}

fn mistakes(all: &[Mistake]) -> String {
    let mut text = String::from("edit\troute\tedited\tstored\n");
    for Mistake { edit, route, source, stored } in all {
        let _ = writeln!(text, "{edit}\t{route}\t{source}\t{stored}");
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn row(edit: &str, route: &str, recall: f64, bar: Option<f64>) -> Row {
        Row {
            edit: edit.into(),
            strength: String::new(),
            route: route.into(),
            n: 100,
            recall,
            false_links: 0,
            pairs: 2000,
            bar,
            relation_right: None,
            told_altered: None,
            altered_bar: None,
            regions: 0,
            corners_within: None,
            corner_error_p95: None,
            region_overlap: None,
        }
    }

    #[test]
    fn routes_come_in_their_order() {
        let rows =
            ["peer:sift", "pdq", "all", "peer:orb"].map(|route| row("crop", route, 0.5, None));
        assert_eq!(routes(&rows), ["all", "pdq", "peer:orb", "peer:sift"]);
        assert_eq!(groups(&rows).len(), 1);
    }

    #[test]
    fn a_bar_is_reached_or_not() {
        assert_eq!(verdict(&row("a", "all", 0.99, Some(0.99))), Some(true));
        assert_eq!(verdict(&row("a", "all", 0.98, Some(0.99))), Some(false));
        assert_eq!(verdict(&row("a", "all", 0.98, None)), None);
        let mut altered = row("a", "all", 1.0, Some(0.95));
        (altered.altered_bar, altered.told_altered) = (Some(0.9), Some(0.5));
        assert_eq!(verdict(&altered), Some(false));
    }

    #[test]
    fn json_has_the_promised_keys() {
        let lines =
            json_lines(&[row("crop", "all", 0.5, None), row("crop", "pdq", 0.0, None)]).unwrap();
        let read: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read.len(), 2);
        for key in ["edit", "strength", "route", "n", "recall", "false_links", "pairs"] {
            assert!(read[0].get(key).is_some(), "{key}");
        }
    }
}
