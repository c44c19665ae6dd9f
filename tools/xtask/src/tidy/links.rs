//! No dead link in a document: relative files are there, anchors are headings.

use super::{Complaint, Tree};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;

const RULE: &str = "links";

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let documents = tree.files().iter().filter(|path| path.ends_with(".md"));
    documents.flat_map(|path| check_document(tree, path)).collect()
}

fn check_document(tree: &Tree, path: &str) -> Vec<Complaint> {
    let text = tree.text(path).unwrap_or_default();
    let dead = links(&text).into_iter().filter_map(|(line, target)| {
        let reason = objection(tree, path, &target)?;
        Some(Complaint::new(path, line, RULE, reason))
    });
    dead.collect()
}

/// Every link and picture of a document with its line.
fn links(text: &str) -> Vec<(usize, String)> {
    let events = Parser::new_ext(text, Options::all()).into_offset_iter();
    let found = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some((text[..range.start].matches('\n').count() + 1, dest_url.to_string()))
        }
        _ => None,
    });
    found.collect()
}

/// Why a link is dead, if it is. What lies outside the workspace is not looked at.
fn objection(tree: &Tree, from: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { Some(from.to_owned()) } else { resolve(from, file) };
    let Some(file) = file.filter(|file| tree.has(file)) else {
        return Some(format!("{target}: no such file"));
    };
    let known = anchor.is_empty()
        || !file.ends_with(".md")
        || anchors(tree, &file).contains(&anchor.to_owned());
    (!known).then(|| format!("{target}: {file} has no such heading"))
}

/// A path relative to the folder of `from`; `None` when it leaves the workspace.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The anchors of a document's headings, as forges make them.
fn anchors(tree: &Tree, path: &str) -> Vec<String> {
    let text = tree.text(path).unwrap_or_default();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let numbered = headings(&text).into_iter().map(|heading| {
        let slug = slug(&heading);
        let count = seen.entry(slug.clone()).or_default();
        *count += 1;
        if *count == 1 { slug } else { format!("{slug}-{}", *count - 1) }
    });
    numbered.collect()
}

fn headings(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(HeadingLevel, String)> = None;
    for event in Parser::new_ext(text, Options::all()) {
        match (event, &mut open) {
            (Event::Start(Tag::Heading { level, .. }), _) => open = Some((level, String::new())),
            (Event::Text(part) | Event::Code(part), Some((_, text))) => text.push_str(&part),
            (Event::End(TagEnd::Heading(_)), _) => found.extend(open.take().map(|(_, text)| text)),
            _ => {}
        }
    }
    found
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    #[test]
    fn dead_files_and_anchors_are_named() {
        let readme = "# Top\n[a](docs/a.md) [b](docs/none.md)\n\n[c](docs/a.md#the-one-idea)\n[d](docs/a.md#no)\n\
                      [e](#top) [f](#bottom) ![g](h.svg)\n[w](https://example.org/x#y)\n";
        let page = "# The `one` idea!\n[up](../README.md) [out](../../x)\n";
        let tree = testing::tree(&[("README.md", readme), ("docs/a.md", page)]);
        let found = testing::places(&check(&tree));
        let expected = [
            "README.md:2",
            "README.md:5",
            "README.md:6",
            "README.md:6",
            "README.md:4",
            "docs/a.md:2",
        ];
        let heading_differs = "the-one-idea";
        assert_eq!(anchors(&tree, "docs/a.md"), [heading_differs]);
        let expected: Vec<_> =
            expected.into_iter().filter(|place| *place != "README.md:4").collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn examples_in_code_are_no_links() {
        let tree = testing::tree(&[("a.md", "```\n[x](none.md)\n```\n`[y](none.md)`\n")]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn repeated_headings_are_numbered() {
        let tree = testing::tree(&[("a.md", "# A b\n# A b\n[x](#a-b-1)\n[y](#a-b-2)\n")]);
        assert_eq!(testing::places(&check(&tree)), ["a.md:4"]);
    }
}
