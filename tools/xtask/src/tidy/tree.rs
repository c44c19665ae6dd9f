//! The files under the rules: what git tracks or would track, Rust files parsed.

use super::Complaint;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders that hold what was built or fetched.
const NOT_OURS: &[&str] = &[".git", "target", "datasets/cache"];

/// A workspace as the rules see it.
pub struct Tree {
    root: PathBuf,
    files: BTreeSet<String>,
    sources: Vec<Source>,
    unparsed: Vec<Complaint>,
}

/// One Rust file.
pub struct Source {
    pub path: String,
    pub text: String,
    pub ast: syn::File,
    /// Compiled for tests only: a file of `tests/` or one declared under `#[cfg(test)]`.
    pub test_only: bool,
}

impl Tree {
    /// The files git tracks or would track below `root`; all files where there is no git.
    pub fn load(root: &Path) -> Result<Self> {
        let files = tracked(root).map_or_else(|| walked(root), Ok)?;
        let mut tree =
            Self { root: root.to_owned(), files, sources: Vec::new(), unparsed: Vec::new() };
        tree.parse()?;
        tree.mark_test_files();
        Ok(tree)
    }

    /// Every file, relative to the workspace, with `/`.
    pub fn files(&self) -> &BTreeSet<String> {
        &self.files
    }

    /// Every Rust file that parses.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Whether a file or folder of this name is there.
    pub fn has(&self, path: &str) -> bool {
        let below = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.files.contains(path)
            || self.files.iter().any(|f| f.starts_with(&below))
    }

    /// The file's text, or `None` for one that is not UTF-8.
    pub fn text(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }

    /// The file's size; 0 for one that cannot be asked.
    pub fn bytes(&self, path: &str) -> u64 {
        std::fs::symlink_metadata(self.root.join(path)).map_or(0, |metadata| metadata.len())
    }

    fn parse(&mut self) -> Result<()> {
        for path in self.files.iter().filter(|path| path.ends_with(".rs")) {
            let file = self.root.join(path);
            let text = std::fs::read_to_string(&file).with_context(|| path.clone())?;
            match syn::parse_file(&text) {
                Ok(ast) => {
                    let test_only = path.starts_with("tests/") || path.contains("/tests/");
                    self.sources.push(Source { path: path.clone(), text, ast, test_only });
                }
                Err(error) => {
                    let line = error.span().start().line;
                    self.unparsed.push(Complaint::new(path, line, "parse", error.to_string()));
                }
            }
        }
        Ok(())
    }

    /// `#[cfg(test)] mod name;` makes `name.rs` and all below `name/` a test.
    fn mark_test_files(&mut self) {
        let stems: Vec<_> = self.sources.iter().flat_map(test_module_stems).collect();
        for source in &mut self.sources {
            source.test_only |= stems.iter().any(|stem| {
                source.path == format!("{stem}.rs") || source.path.starts_with(&format!("{stem}/"))
            });
        }
    }
}

/// What does not parse is seen by no other rule, so it is a complaint itself.
pub fn unparsed(tree: &Tree) -> Vec<Complaint> {
    tree.unparsed.clone()
}

/// Whether these attributes keep an item to tests.
pub fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg") && names_test(attribute))
    })
}

fn names_test(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    let condition = list.tokens.to_string().replace(' ', "");
    condition == "test" || condition.starts_with("any(test") || condition.starts_with("all(test")
}

fn test_module_stems(source: &Source) -> Vec<String> {
    let folder = module_folder(&source.path);
    let modules = source.ast.items.iter().filter_map(|item| match item {
        syn::Item::Mod(module) if module.content.is_none() && is_test(&module.attrs) => {
            Some(module)
        }
        _ => None,
    });
    modules.map(|module| format!("{folder}/{}", module.ident)).collect()
}

/// Where the modules that a file declares lie.
fn module_folder(path: &str) -> String {
    let path = Path::new(path);
    let parent = path.parent().unwrap_or(Path::new("")).to_string_lossy();
    match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "main" | "mod") | None => parent.into_owned(),
        Some(stem) => format!("{parent}/{stem}"),
    }
}

fn tracked(root: &Path) -> Option<BTreeSet<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let names = String::from_utf8(output.stdout).ok()?;
    let names = names.split('\0').filter(|name| !name.is_empty());
    let there = names.filter(|name| root.join(name).symlink_metadata().is_ok());
    let files: BTreeSet<_> = there.map(str::to_owned).collect();
    (root.join(".git").exists()).then_some(files)
}

fn walked(root: &Path) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(root.join(&folder)).with_context(|| folder.clone())?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if NOT_OURS.contains(&path.as_str()) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
pub mod testing {
    //! Trees of a few lines, for the rules' own tests.

    use super::{Complaint, Tree};
    use std::ops::Deref;

    /// A tree and the folder it lies in, which goes when this goes.
    pub struct Grown {
        tree: Tree,
        _folder: tempfile::TempDir,
    }

    impl Deref for Grown {
        type Target = Tree;

        fn deref(&self) -> &Tree {
            &self.tree
        }
    }

    /// A tree of these files in a folder of its own.
    pub fn tree(files: &[(&str, &str)]) -> Grown {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Grown { tree: Tree::load(folder.path()).unwrap(), _folder: folder }
    }

    /// `path:line` of each complaint.
    pub fn places(complaints: &[Complaint]) -> Vec<String> {
        complaints.iter().map(|c| format!("{}:{}", c.path, c.line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_parse_is_named() {
        let tree = testing::tree(&[("a.rs", "//! A.\nfn {"), ("b.rs", "//! B.\nfn f() {}\n")]);
        assert_eq!(testing::places(&unparsed(&tree)), ["a.rs:2"]);
        assert_eq!(tree.sources().len(), 1);
    }

    #[test]
    fn files_of_test_modules_are_known() {
        let tree = testing::tree(&[
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod probe;\nmod real;"),
            ("crates/a/src/probe.rs", "fn f() {}"),
            ("crates/a/src/probe/deep.rs", "fn f() {}"),
            ("crates/a/src/real.rs", "#[cfg(all(test, unix))]\nmod inner;"),
            ("crates/a/src/real/inner.rs", "fn f() {}"),
            ("crates/a/tests/it.rs", "fn f() {}"),
        ]);
        let test_only = tree.sources().iter().filter(|s| s.test_only).map(|s| s.path.as_str());
        let expected =
            ["probe.rs", "probe/deep.rs", "real/inner.rs"].map(|p| format!("crates/a/src/{p}"));
        assert_eq!(
            test_only.collect::<Vec<_>>(),
            [&expected[..], &["crates/a/tests/it.rs".into()]].concat()
        );
    }

    #[test]
    fn what_was_built_or_fetched_is_not_ours() {
        let tree = testing::tree(&[("target/x.rs", "fn {"), ("datasets/cache/y", ""), ("z", "")]);
        assert_eq!(tree.files().iter().collect::<Vec<_>>(), ["z"]);
        assert!(tree.has("z") && !tree.has("target"));
    }
}
