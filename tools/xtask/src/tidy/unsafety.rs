//! Unsafe code: where it may stand, and the SAFETY line before each block.

use super::tree::Source;
use super::{Complaint, Tree};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

const RULE: &str = "unsafety";

/// Files and folders (ending in `/`) where unsafe code may stand, each with what it is for.
const MAY: &[(&str, &str)] = &[
    ("crates/athar-kernel/src/", "vector instructions"),
    ("crates/athar-media/src/ffmpeg/", "foreign code: FFmpeg"),
    ("crates/athar-media/src/heif.rs", "foreign code: libheif"),
    ("crates/athar-media/src/library.rs", "foreign code: functions by their names"),
    ("crates/athar-media/src/jpeg/", "foreign code: libjpeg-turbo"),
    ("crates/athar-index/src/image.rs", "mapped memory"),
];

pub fn check(tree: &Tree) -> Vec<Complaint> {
    tree.sources().iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Complaint> {
    let tokens = source.text.parse::<TokenStream>().unwrap_or_default();
    let lines = unsafe_lines(tokens);
    if lines.is_empty() {
        return Vec::new();
    }
    match may_hold(&source.path) {
        true => unexplained(source),
        false => misplaced(source, &lines),
    }
}

fn may_hold(path: &str) -> bool {
    MAY.iter().any(|(place, _)| path == *place || (place.ends_with('/') && path.starts_with(place)))
}

fn misplaced(source: &Source, lines: &[usize]) -> Vec<Complaint> {
    let places: Vec<_> = MAY.iter().map(|(place, what)| format!("{place} ({what})")).collect();
    let reason = format!("unsafe code outside {}", places.join(", "));
    lines.iter().map(|&line| Complaint::new(&source.path, line, RULE, reason.as_str())).collect()
}

/// Lines of the keyword `unsafe`, also inside macros.
fn unsafe_lines(tokens: TokenStream) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut after_path = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if *ident == "unsafe" && !after_path => {
                lines.push(ident.span().start().line);
            }
            TokenTree::Group(group) => lines.extend(unsafe_lines(group.stream())),
            _ => {}
        }
        after_path = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
    }
    lines
}

fn unexplained(source: &Source) -> Vec<Complaint> {
    let lines: Vec<_> = source.text.lines().map(str::trim).collect();
    let mut blocks = Blocks { statement_line: 0, found: Vec::new() };
    blocks.visit_file(&source.ast);
    let bare = blocks
        .found
        .into_iter()
        .filter(|(line, statement)| !explained(&lines, *line) && !explained(&lines, *statement));
    let reason = "an unsafe block without a `// SAFETY:` line before it that says why it is sound";
    bare.map(|(line, _)| Complaint::new(&source.path, line, RULE, reason)).collect()
}

/// Whether the comment directly above `line` (from 1), attributes apart, has a SAFETY line.
fn explained(lines: &[&str], line: usize) -> bool {
    let above = lines.iter().take(line.saturating_sub(1)).rev();
    let comment = above.take_while(|text| text.starts_with("//") || text.starts_with("#["));
    comment.into_iter().any(|text| text.contains("SAFETY:"))
}

/// Unsafe blocks and impls with their own line and that of the statement they stand in.
struct Blocks {
    statement_line: usize,
    found: Vec<(usize, usize)>,
}

impl<'ast> Visit<'ast> for Blocks {
    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        let outer = std::mem::replace(&mut self.statement_line, statement.span().start().line);
        visit::visit_stmt(self, statement);
        self.statement_line = outer;
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let outer = std::mem::replace(&mut self.statement_line, arm.span().start().line);
        visit::visit_arm(self, arm);
        self.statement_line = outer;
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.found.push((block.unsafe_token.span.start().line, self.statement_line));
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let Some(token) = &item.unsafety {
            let line = token.span.start().line;
            self.found.push((line, line));
        }
        visit::visit_item_impl(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&testing::tree(&[(path, text)])).iter().map(|complaint| complaint.line).collect()
    }

    #[test]
    fn unsafe_code_has_its_places() {
        let text = "fn f() {\n // SAFETY: it is.\n unsafe { g() }\n}\nm! { unsafe {} }\n";
        assert_eq!(lines("crates/athar-hash/src/lib.rs", text), [3, 5]);
        assert_eq!(lines("tests/tests/it.rs", text), [3, 5]);
        assert_eq!(lines("crates/athar-kernel/src/lib.rs", text), [0; 0]);
    }

    #[test]
    fn attributes_about_unsafe_code_are_not_unsafe_code() {
        let text = "#![expect(unsafe_code, reason = \"none\")]\n#[unsafe(no_mangle)]\nfn f() {}\n";
        assert_eq!(lines("crates/athar-kernel/src/lib.rs", text), [0; 0]);
    }

    #[test]
    fn each_block_says_why_it_is_sound() {
        let text = "fn f() {\n unsafe { g() }\n // SAFETY: x.\n let y =\n  unsafe { g() };\n // other\n unsafe { g() }\n}\nunsafe impl Send for A {}\n";
        assert_eq!(lines("crates/athar-kernel/src/lib.rs", text), [2, 7, 9]);
    }

    #[test]
    fn an_arm_can_carry_the_line() {
        let text = "fn f() {\n match a {\n // SAFETY: x.\n 1 => unsafe { g() },\n _ => unsafe { g() },\n }\n}\n";
        assert_eq!(lines("crates/athar-kernel/src/lib.rs", text), [5]);
    }
}
