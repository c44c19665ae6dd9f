//! The invariants of ARCHITECTURE.md that a program can check, and the house rules.
//!
//! Each rule is one module with one function from the tree to complaints, and tests that feed
//! it a bad tree and see it complain. A complaint names the place, the rule and the reason: who
//! thinks the rule wrong changes the rule, in the same commit, and says why.

mod edges;
mod headers;
mod layout;
mod length;
mod links;
mod policy;
mod purity;
mod tree;
mod unsafety;
mod uses;
mod words;

use crate::style;
use anyhow::Result;
use std::fmt;
use std::process::ExitCode;
use tree::Tree;

#[derive(clap::Args, Default)]
pub struct Arguments {
    /// List the rules instead of checking them
    #[arg(long)]
    list: bool,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// Relative to the workspace, with `/`.
    path: String,
    /// From 1; 0 when the file or folder as a whole is meant.
    line: usize,
    rule: &'static str,
    reason: String,
}

impl Complaint {
    fn new(path: &str, line: usize, rule: &'static str, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, reason: reason.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: [{}] {}", self.path, self.rule, self.reason),
            line => write!(f, "{}:{line}: [{}] {}", self.path, self.rule, self.reason),
        }
    }
}

struct Rule {
    name: &'static str,
    says: &'static str,
    check: fn(&Tree) -> Vec<Complaint>,
}

const RULES: &[Rule] = &[
    Rule { name: "parse", says: "every Rust file parses", check: tree::unparsed },
    Rule { name: "edges", says: "crates depend only as drawn", check: edges::check },
    Rule {
        name: "layout",
        says: "the top level, folder names, sizes, media",
        check: layout::check,
    },
    Rule { name: "headers", says: "every Rust file says what it is for", check: headers::check },
    Rule { name: "unsafety", says: "unsafe code stays where it may", check: unsafety::check },
    Rule { name: "purity", says: "threads, clock, output, environment", check: purity::check },
    Rule { name: "policy", says: "thresholds live in one module", check: policy::check },
    Rule { name: "length", says: "no function over 70 lines", check: length::check },
    Rule { name: "links", says: "no dead link in a document", check: links::check },
    Rule { name: "words", says: "no unfinished work, no registry host", check: words::check },
];

/// Checks the workspace; leaves 1 when there is a complaint.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.list {
        RULES.iter().for_each(|rule| println!("{:9} {}", rule.name, rule.says));
        return Ok(ExitCode::SUCCESS);
    }
    let tree = Tree::load(&crate::root())?;
    let complaints = complaints(&tree);
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    println!("{}", summary(&tree, complaints.len()));
    Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn complaints(tree: &Tree) -> Vec<Complaint> {
    let mut all: Vec<_> = RULES.iter().flat_map(|rule| (rule.check)(tree)).collect();
    all.sort();
    all.dedup();
    all
}

fn summary(tree: &Tree, complaints: usize) -> String {
    let files = style::counted(tree.files().len(), "file");
    let lengths = length::Summary::of(tree);
    match complaints {
        0 => format!("tidy: {files}, {} rules, no complaint; {lengths}", RULES.len()),
        count => format!("tidy: {} in {files}; {lengths}", style::counted(count, "complaint")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_names_place_rule_and_reason() {
        let complaint = Complaint::new("crates/a/src/lib.rs", 7, "length", "too long");
        assert_eq!(complaint.to_string(), "crates/a/src/lib.rs:7: [length] too long");
        let whole = Complaint::new("rogue", 0, "layout", "not expected");
        assert_eq!(whole.to_string(), "rogue: [layout] not expected");
    }
}
