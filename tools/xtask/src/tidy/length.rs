//! No function over 70 lines, and the figures on how long they are.

use super::tree::Source;
use super::{Complaint, Tree};
use std::fmt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

const RULE: &str = "length";

const LINES_MAX: usize = 70;

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let functions = tree.sources().iter().flat_map(functions);
    let long = functions.filter(|function| function.lines > LINES_MAX);
    long.map(|function| function.complaint()).collect()
}

/// Lengths of all functions, tests included.
pub struct Summary {
    sorted: Vec<usize>,
}

impl Summary {
    pub fn of(tree: &Tree) -> Self {
        let functions = tree.sources().iter().flat_map(functions);
        let mut sorted: Vec<_> = functions.map(|function| function.lines).collect();
        sorted.sort_unstable();
        Self { sorted }
    }

    fn at(&self, percent: usize) -> usize {
        let last = self.sorted.len().saturating_sub(1);
        self.sorted.get(last * percent / 100).copied().unwrap_or(0)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, over) = (self.sorted.len(), self.sorted.iter().filter(|&&n| n > 40).count());
        let (median, p95) = (self.at(50), self.at(95));
        write!(f, "{count} functions: median {median} lines, 95 % within {p95}, {over} over 40")
    }
}

struct Function<'a> {
    source: &'a Source,
    name: String,
    line: usize,
    lines: usize,
}

impl Function<'_> {
    fn complaint(&self) -> Complaint {
        let Self { name, lines, .. } = self;
        let reason = format!("fn {name} has {lines} lines, over {LINES_MAX}: give its parts names");
        Complaint::new(&self.source.path, self.line, RULE, reason)
    }
}

fn functions(source: &Source) -> Vec<Function<'_>> {
    let mut finder = Finder { source, found: Vec::new() };
    finder.visit_file(&source.ast);
    finder.found
}

struct Finder<'a> {
    source: &'a Source,
    found: Vec<Function<'a>>,
}

impl<'a> Finder<'a> {
    /// From the line of `fn` to that of the closing brace.
    fn note(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let lines = body.span().end().line + 1 - line;
        let name = signature.ident.to_string();
        self.found.push(Function { source: self.source, name, line, lines });
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.note(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    #[test]
    fn seventy_lines_are_enough() {
        let body = |lines: usize| format!("fn f() {{\n{}}}\n", "    g();\n".repeat(lines - 2));
        let tree = testing::tree(&[("a.rs", &body(70)), ("b.rs", &format!("\n{}", body(71)))]);
        let found = check(&tree);
        assert_eq!(testing::places(&found), ["b.rs:2"]);
        assert!(found[0].reason.contains("fn f has 71 lines"));
    }

    #[test]
    fn methods_and_nested_functions_count() {
        let text = "impl A {\n fn f() {\n  fn g() {\n  }\n }\n}\ntrait B { fn h() {} fn i(); }\n";
        let summary = Summary::of(&testing::tree(&[("a.rs", text)]));
        assert_eq!(summary.sorted, [1, 2, 4]);
        assert_eq!(summary.to_string(), "3 functions: median 2 lines, 95 % within 2, 0 over 40");
    }
}
