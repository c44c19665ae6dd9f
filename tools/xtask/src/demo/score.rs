//! What was found, held against what was planted.

use super::plan::{CASES, Pair};
use super::recordings::RECORDINGS;
use crate::style;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

/// Links by how they came out.
pub struct Score {
    planted: usize,
    missing: BTreeSet<Pair>,
    unplanted: BTreeSet<Pair>,
    /// Lines of the answer that are no link.
    unread: usize,
}

impl Score {
    /// Compares the lines of `athar links --format json` with what was planted.
    pub fn of(links: &str, planted: &BTreeSet<Pair>) -> Self {
        let lines = links.lines().filter(|line| !line.trim().is_empty());
        let read: Vec<_> = lines.map(pair).collect();
        let found: BTreeSet<_> = read.iter().flatten().cloned().collect();
        Self {
            planted: planted.len(),
            missing: planted.difference(&found).cloned().collect(),
            unplanted: found.difference(planted).cloned().collect(),
            unread: read.iter().filter(|pair| pair.is_none()).count(),
        }
    }

    /// Everything planted was found, and nothing else.
    pub fn is_perfect(&self) -> bool {
        self.missing.is_empty() && self.unplanted.is_empty() && self.unread == 0
    }

    /// The closing lines of the demo.
    pub fn report(&self, surprises: &[String], took: Duration) -> String {
        let found = self.planted - self.missing.len();
        let mut text = style::bold("== What was planted and what was found\n");
        let _ = writeln!(text, "  {}", reported());
        let _ = writeln!(text, "  planted  {} between cases", style::counted(self.planted, "link"));
        let _ = writeln!(text, "  found    {}", mark(found, found == self.planted));
        let _ = writeln!(text, "  missing  {}", mark(self.missing.len(), self.missing.is_empty()));
        let _ =
            writeln!(text, "  wrong    {}", mark(self.unplanted.len(), self.unplanted.is_empty()));
        self.missing.iter().for_each(|pair| named(&mut text, "missing", pair));
        self.unplanted.iter().for_each(|pair| named(&mut text, "not planted", pair));
        if self.unread > 0 {
            let _ = writeln!(
                text,
                "  {} of the answer are no link",
                style::counted(self.unread, "line")
            );
        }
        for surprise in surprises {
            let _ = writeln!(text, "  {}", style::red(surprise));
        }
        let good = self.is_perfect() && surprises.is_empty();
        let verdict = if good { style::green("as planted") } else { style::red("NOT as planted") };
        let _ = write!(text, "  {verdict}; all commands together took {:.1} s", took.as_secs_f64());
        text
    }
}

/// What `athar networks --format json` says, if it is anything but one network of every case.
pub fn other_networks(lines: &str) -> Option<String> {
    let lines: Vec<_> = lines.lines().filter(|line| !line.trim().is_empty()).collect();
    let cases = |line: &str| serde_json::from_str::<Value>(line).ok()?.get("cases")?.as_u64();
    let found: Vec<_> = lines.iter().map(|line| cases(line).unwrap_or(0)).collect();
    let expected = CASES.len() as u64;
    let surprise = || format!("networks of {found:?} cases, not one of {expected}");
    (found != [expected]).then(surprise)
}

fn reported() -> String {
    let files: Vec<_> = CASES.iter().flat_map(|case| case.files).collect();
    let edited = files.iter().filter(|file| !file.edits.is_empty()).count();
    format!(
        "{}, {} of them edited re-uploads, {}, and one file that is no picture, in {}",
        style::counted(files.len(), "picture"),
        edited,
        style::counted(RECORDINGS.len(), "recording"),
        style::counted(CASES.len(), "case"),
    )
}

fn mark(count: usize, good: bool) -> String {
    let text = count.to_string();
    if good { style::green(&text) } else { style::red(&text) }
}

fn named(text: &mut String, what: &str, pair: &Pair) {
    let ends: Vec<_> =
        pair.iter().map(|(case, item)| format!("{case} {}", &item[..12.min(item.len())])).collect();
    let _ = writeln!(text, "  {}: {}", style::red(what), ends.join(" - "));
}

/// The two ends of a link as one line of JSON tells it.
fn pair(line: &str) -> Option<Pair> {
    let link: Value = serde_json::from_str(line).ok()?;
    let end = |side: &str| {
        let end = link.get(side)?;
        Some((end.get("case")?.as_str()?.to_owned(), end.get("item")?.as_str()?.to_owned()))
    };
    Some(Pair::from([end("from")?, end("to")?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(a: &str, b: &str) -> String {
        format!(
            r#"{{"from":{{"case":"{a}","item":"i{a}"}},"to":{{"case":"{b}","item":"i{b}"}},"relation":"copy"}}"#
        )
    }

    fn planted(pairs: &[(&str, &str)]) -> BTreeSet<Pair> {
        pairs.iter().filter_map(|(a, b)| pair(&link(a, b))).collect()
    }

    #[test]
    fn a_link_is_the_same_whichever_way_round() {
        let score = Score::of(&format!("{}\n\n", link("b", "a")), &planted(&[("a", "b")]));
        assert!(score.is_perfect());
        let report = score.report(&[], Duration::from_millis(1250));
        assert!(report.contains("planted  1 link between cases"));
        assert!(report.contains("as planted; all commands together took 1.2 s"));
    }

    #[test]
    fn missing_wrong_and_unreadable_links_are_told() {
        let answer = format!("{}\nnonsense\n", link("a", "c"));
        let score = Score::of(&answer, &planted(&[("a", "b")]));
        assert!(!score.is_perfect());
        let report = score.report(&[], Duration::ZERO);
        assert!(report.contains("missing: a ia - b ib"));
        assert!(report.contains("not planted: a ia - c ic"));
        assert!(report.contains("1 line of the answer"));
        assert!(report.contains("NOT as planted"));
    }

    #[test]
    fn all_cases_are_one_network_and_anything_else_is_told() {
        assert_eq!(other_networks("{\"network\":1,\"cases\":5}\n"), None);
        for lines in ["", "{\"cases\":4}", "{\"cases\":3}\n{\"cases\":2}", "nonsense"] {
            assert!(other_networks(lines).is_some(), "{lines}");
        }
    }

    #[test]
    fn a_command_that_ended_otherwise_spoils_the_demo() {
        let score = Score::of("", &planted(&[]));
        assert!(
            score
                .report(&["`athar verify` ended with 1".into()], Duration::ZERO)
                .contains("NOT as planted")
        );
    }
}
