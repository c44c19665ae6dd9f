//! What a Rust file names: every path in it, `use` trees spelled out and macro bodies looked
//! through, each with its line and whether only tests see it.

use super::tree::{self, Source};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One path as written, `std::time::Instant`; a macro call ends in `!`.
#[derive(Debug, PartialEq, Eq)]
pub struct Mention {
    pub path: String,
    pub line: usize,
    pub in_test: bool,
}

/// Every path that the file names, in no particular order.
pub fn mentions(source: &Source) -> Vec<Mention> {
    let mut collector = Collector { found: Vec::new(), test_depth: usize::from(source.test_only) };
    collector.visit_file(&source.ast);
    collector.found
}

struct Collector {
    found: Vec<Mention>,
    test_depth: usize,
}

impl Collector {
    fn mention(&mut self, path: String, line: usize) {
        self.found.push(Mention { path, line, in_test: self.test_depth > 0 });
    }

    fn within(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let step = usize::from(tree::is_test(attributes));
        self.test_depth += step;
        visit(self);
        self.test_depth -= step;
    }

    fn spell_out(&mut self, prefix: &str, tree: &syn::UseTree) {
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(path) => {
                self.spell_out(&joined(prefix, &path.ident.to_string()), &path.tree);
            }
            syn::UseTree::Name(name) => self.mention(joined(prefix, &name.ident.to_string()), line),
            syn::UseTree::Rename(name) => {
                self.mention(joined(prefix, &name.ident.to_string()), line);
            }
            syn::UseTree::Glob(_) => self.mention(joined(prefix, "*"), line),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.spell_out(prefix, tree));
            }
        }
    }

    /// The paths of a macro's body, which is tokens and nothing more.
    fn look_through(&mut self, tokens: TokenStream) {
        let mut path = String::new();
        let mut line = 0;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 && !path.is_empty() => {
                    path = joined(&path, &ident.to_string());
                    colons = 0;
                }
                TokenTree::Ident(ident) => {
                    self.flush(&mut path, line, "");
                    (line, colons) = (ident.span().start().line, 0);
                    path = ident.to_string();
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Punct(punct) if punct.as_char() == '!' => {
                    self.flush(&mut path, line, "!");
                }
                TokenTree::Group(group) => {
                    self.flush(&mut path, line, "");
                    self.look_through(group.stream());
                }
                _ => self.flush(&mut path, line, ""),
            }
        }
        self.flush(&mut path, line, "");
    }

    fn flush(&mut self, path: &mut String, line: usize, mark: &str) {
        if !path.is_empty() {
            let path = std::mem::take(path) + mark;
            self.mention(path, line);
        }
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.within(&item.attrs, |it| visit::visit_item_mod(it, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(&item.attrs, |it| visit::visit_item_fn(it, item));
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.within(&item.attrs, |it| visit::visit_item_impl(it, item));
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.within(&item.attrs, |it| it.spell_out("", &item.tree));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(spelled(path), path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.mention(spelled(&call.path) + "!", call.path.span().start().line);
        self.look_through(call.tokens.clone());
    }

    /// Attributes hold conditions and lints, no calls.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

fn spelled(path: &syn::Path) -> String {
    let segments = path.segments.iter().map(|segment| segment.ident.to_string());
    segments.collect::<Vec<_>>().join("::")
}

fn joined(prefix: &str, name: &str) -> String {
    match (prefix, name) {
        ("", _) => name.to_owned(),
        (_, "self") => prefix.to_owned(),
        _ => format!("{prefix}::{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    fn named(text: &str) -> Vec<(String, usize, bool)> {
        let tree = testing::tree(&[("a.rs", text)]);
        mentions(&tree.sources()[0]).into_iter().map(|m| (m.path, m.line, m.in_test)).collect()
    }

    fn has(text: &str, path: &str, line: usize, in_test: bool) -> bool {
        named(text).contains(&(path.to_owned(), line, in_test))
    }

    #[test]
    fn use_trees_are_spelled_out() {
        let text = "use std::{fs as f, time::{self,\n Instant}};\nuse a::*;";
        assert!(has(text, "std::fs", 1, false));
        assert!(has(text, "std::time", 1, false));
        assert!(has(text, "std::time::Instant", 2, false));
        assert!(has(text, "a::*", 3, false));
    }

    #[test]
    fn expressions_types_and_macro_bodies_are_seen() {
        let text = "fn f(x: std::time::Instant) {\n std::thread::spawn(g);\n vec![std::env::var(h!(1))];\n}";
        assert!(has(text, "std::time::Instant", 1, false));
        assert!(has(text, "std::thread::spawn", 2, false));
        assert!(has(text, "vec!", 3, false));
        assert!(has(text, "std::env::var", 3, false));
        assert!(has(text, "h!", 3, false));
    }

    #[test]
    fn what_only_tests_see_is_marked() {
        let text = "fn f() { a() }\n#[cfg(test)]\nmod tests {\n fn g() { b() }\n}\n#[test]\nfn t() { c() }";
        assert!(has(text, "a", 1, false));
        assert!(has(text, "b", 4, true));
        assert!(has(text, "c", 7, true));
    }
}
