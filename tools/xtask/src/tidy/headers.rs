//! Every Rust file opens with what it is for.

use super::{Complaint, Tree};

const RULE: &str = "headers";

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let headless = tree.sources().iter().filter(|source| !opens_with_doc(&source.text));
    let reason = "the file does not open with a `//!` line that says what it is for";
    headless.map(|source| Complaint::new(&source.path, 1, RULE, reason)).collect()
}

fn opens_with_doc(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.and_then(|line| line.strip_prefix("//!")).is_some_and(|said| !said.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    #[test]
    fn a_file_without_a_header_is_named() {
        let tree = testing::tree(&[
            ("a.rs", "//! What it is for.\nfn f() {}"),
            ("b.rs", "fn f() {}"),
            ("c.rs", "// A comment is no module doc.\n"),
            ("d.rs", "//!\nfn f() {}"),
        ]);
        assert_eq!(testing::places(&check(&tree)), ["b.rs:1", "c.rs:1", "d.rs:1"]);
    }
}
