//! The README's tour: answers as the program gave them, so that the page never shows others.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- tour:begin -->\n";
const END: &str = "<!-- tour:end -->";

/// The commands whose answers are worth a reader's time.
const SHOWN: &[&str] = &[
    "athar init",
    "athar case open HTL-2041",
    "athar add HTL-2041",
    "athar add WEB-0118",
    "athar add HTL-2057",
    "athar add WLK-0009",
    "athar check",
    "athar links",
    "athar networks",
    "athar verify",
];

/// What was typed and answered.
#[derive(Default)]
pub struct Tour {
    text: String,
}

impl Tour {
    /// Keeps an answer, if its command belongs into the tour.
    pub fn note(&mut self, typed: &str, answer: &str) {
        if SHOWN.iter().any(|shown| typed.starts_with(shown)) {
            let answer =
                if answer.is_empty() { String::new() } else { format!("{}\n", answer.trim_end()) };
            self.text.push_str(&format!("$ {typed}\n{answer}"));
        }
    }

    /// Puts the tour between its marks in the page at `path`.
    pub fn write(&self, path: &Path) -> Result<()> {
        let page = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let page = self.placed(&page).with_context(|| format!("{}: no marks", path.display()))?;
        fs::write(path, page).with_context(|| path.display().to_string())
    }

    fn placed(&self, page: &str) -> Option<String> {
        let (before, rest) = page.split_once(BEGIN)?;
        let (_, after) = rest.split_once(END)?;
        Some(format!("{before}{BEGIN}```console\n{}```\n{END}{after}", self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tour_replaces_what_stood_between_its_marks() {
        let mut tour = Tour::default();
        tour.note("athar init", "");
        tour.note("athar case open APP-0307", "not shown\n");
        tour.note("athar links", "a — b\n\n");
        let page = format!("before\n{BEGIN}old\n{END}\nafter\n");
        let expected = format!(
            "before\n{BEGIN}```console\n$ athar init\n$ athar links\na — b\n```\n{END}\nafter\n"
        );
        let placed = tour.placed(&page).unwrap();
        assert_eq!(placed, expected);
        assert_eq!(tour.placed(&placed), Some(placed));
        assert_eq!(tour.placed("no marks"), None);
    }

    #[test]
    fn our_readme_has_the_marks() {
        let page = fs::read_to_string(crate::root().join("README.md")).unwrap();
        assert!(Tour::default().placed(&page).is_some());
    }
}
