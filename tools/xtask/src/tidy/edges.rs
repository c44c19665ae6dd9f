//! The edges between crates, exactly as ARCHITECTURE.md draws them.
//!
//! Development and build dependencies count: a sibling that tests itself through another sibling
//! knows it. Tests that need two crates live in `tests/`.

use super::{Complaint, Tree};
use toml::{Table, Value};

const RULE: &str = "edges";

/// Each crate with the crates of ours it may depend on. A crate that is not listed may not be.
const MAY_DEPEND: &[(&str, &[&str])] = &[
    ("athar-kernel", &[]),
    ("athar-media", &["athar-kernel"]),
    ("athar-hash", &["athar-kernel"]),
    ("athar-index", &["athar-kernel"]),
    ("athar-ledger", &["athar-kernel"]),
    // A durable format earns a wall: the lists of the field are read and written here alone.
    ("athar-exchange", &["athar-kernel"]),
    // It takes hostile bytes apart and has no need of a code: it depends on none of ours.
    ("athar-parcel", &[]),
    // What both people-facing crates say their messages with; it knows of nothing else.
    ("athar-words", &[]),
    // A format on disk that others check: it sees neither a ledger nor a code.
    ("athar-packet", &["athar-words"]),
    (
        "athar-engine",
        &[
            "athar-kernel",
            "athar-media",
            "athar-hash",
            "athar-index",
            "athar-ledger",
            "athar-exchange",
            "athar-parcel",
            "athar-packet",
        ],
    ),
    ("athar-server", &["athar-engine"]),
    ("athar-cli", &["athar-engine", "athar-words"]),
    ("athar-python", &["athar-engine"]),
    ("athar-wasm", &["athar-kernel", "athar-media", "athar-hash"]),
];

/// Packages outside `crates/`. They may depend on every crate and no crate on them.
const WORKSHOP: &[&str] =
    &["athar-benches", "athar-eval", "athar-fuzz", "athar-learn", "athar-tests", "xtask"];

/// What speaks HTTP or runs async code. The server is the only place for them.
const ASYNC_OR_HTTP: &[&str] = &[
    "actix-web",
    "async-std",
    "axum",
    "futures",
    "hyper",
    "isahc",
    "reqwest",
    "smol",
    "tokio",
    "tonic",
    "ureq",
    "warp",
];

struct Manifest {
    path: String,
    text: String,
    table: Table,
}

pub fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for path in tree.files().iter().filter(|path| is_manifest(path)) {
        let text = tree.text(path).unwrap_or_default();
        match text.parse::<Table>() {
            Ok(table) => {
                check_manifest(&Manifest { path: path.clone(), text, table }, &mut complaints);
            }
            Err(error) => complaints.push(Complaint::new(path, 0, RULE, error.message())),
        }
    }
    complaints
}

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

fn check_manifest(manifest: &Manifest, complaints: &mut Vec<Complaint>) {
    let Some(package) = manifest.package() else { return };
    let dependencies = manifest.dependencies();
    if package == "athar-kernel" {
        complaints.extend(kernel_dependencies(manifest));
    }
    for name in dependencies {
        if let Some(reason) = objection(&package, &name) {
            complaints.push(Complaint::new(&manifest.path, manifest.line_of(&name), RULE, reason));
        }
    }
    if !manifest.follows_lints() {
        let reason = "neither `[lints] workspace = true` nor, outside crates/, lints of its own";
        complaints.push(Complaint::new(&manifest.path, 0, RULE, reason));
    }
}

fn kernel_dependencies(manifest: &Manifest) -> Vec<Complaint> {
    let normal = manifest.table.get("dependencies").and_then(Value::as_table);
    let names = normal.into_iter().flat_map(Table::keys);
    let complain = |name: &String| {
        let reason =
            format!("athar-kernel depends on {name}: it is numbers only, without dependencies");
        Complaint::new(&manifest.path, manifest.line_of(name), RULE, reason)
    };
    names.map(complain).collect()
}

/// Why `package` may not depend on `name`, if it may not.
fn objection(package: &str, name: &str) -> Option<String> {
    if ASYNC_OR_HTTP.contains(&name) && package != "athar-server" && !WORKSHOP.contains(&package) {
        return Some(format!("{package} depends on {name}: only the server knows HTTP and async"));
    }
    if WORKSHOP.contains(&package) || !(name.starts_with("athar-") || WORKSHOP.contains(&name)) {
        return None;
    }
    if WORKSHOP.contains(&name) {
        return Some(format!("{package} depends on {name}: no crate depends on the workshop"));
    }
    match MAY_DEPEND.iter().find(|(crate_name, _)| *crate_name == package) {
        None => Some(format!(
            "{package} is not in the drawing: add it to ARCHITECTURE.md and to this rule"
        )),
        Some((_, allowed)) if allowed.contains(&name) => None,
        Some(_) => Some(format!("{package} depends on {name}: no such edge in ARCHITECTURE.md")),
    }
}

impl Manifest {
    fn package(&self) -> Option<String> {
        Some(self.table.get("package")?.get("name")?.as_str()?.to_owned())
    }

    /// Names of everything depended on, of every kind and for every target.
    fn dependencies(&self) -> Vec<String> {
        let targets = self.table.get("target").and_then(Value::as_table);
        let targets = targets.into_iter().flat_map(|t| t.values()).filter_map(Value::as_table);
        let tables = std::iter::once(&self.table).chain(targets);
        let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
        let lists = tables.flat_map(|t| kinds.iter().filter_map(|kind| t.get(*kind)?.as_table()));
        lists.flat_map(|list| list.iter().map(|(name, value)| real_name(name, value))).collect()
    }

    /// One lint table for all crates; the workshop may have its own, if it denies unsafe code.
    fn follows_lints(&self) -> bool {
        let lints = self.table.get("lints");
        let workspace = lints.and_then(|lints| lints.get("workspace")?.as_bool());
        let unsafe_code = lints.and_then(|lints| lints.get("rust")?.get("unsafe_code")?.as_str());
        let own =
            !self.path.starts_with("crates/") && matches!(unsafe_code, Some("deny" | "forbid"));
        workspace == Some(true) || own
    }

    /// The first line that begins with this name; 0 when there is none.
    fn line_of(&self, name: &str) -> usize {
        let at = self.text.lines().position(|line| line.trim_start().starts_with(name));
        at.map_or(0, |index| index + 1)
    }
}

/// A dependency's own name, also when it was renamed.
fn real_name(name: &str, value: &Value) -> String {
    value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing;
    use super::*;

    fn complaints_about(package: &str, rest: &str) -> Vec<String> {
        let text = format!("[package]\nname = \"{package}\"\n[lints]\nworkspace = true\n{rest}");
        let tree = testing::tree(&[("crates/it/Cargo.toml", &text)]);
        check(&tree).into_iter().map(|c| format!("{}: {}", c.line, c.reason)).collect()
    }

    #[test]
    fn the_drawn_edges_are_allowed() {
        let rest = "[dependencies]\nathar-kernel.workspace = true\nserde = \"1\"\n";
        for package in
            ["athar-media", "athar-hash", "athar-index", "athar-ledger", "athar-exchange"]
        {
            assert_eq!(complaints_about(package, rest), [""; 0]);
        }
        assert_eq!(complaints_about("athar-cli", "[dependencies]\nathar-engine = {}\n"), [""; 0]);
        assert_eq!(complaints_about("athar-tests", "[dependencies]\nathar-hash = {}\n"), [""; 0]);
    }

    #[test]
    fn siblings_know_nothing_of_each_other_in_any_table() {
        for table in [
            "dependencies",
            "dev-dependencies",
            "build-dependencies",
            "target.'cfg(unix)'.dependencies",
        ] {
            let found =
                complaints_about("athar-ledger", &format!("[{table}]\nathar-index = {{}}\n"));
            assert_eq!(
                found,
                ["6: athar-ledger depends on athar-index: no such edge in ARCHITECTURE.md"]
            );
        }
        let renamed = "[dependencies]\nother = { package = \"athar-hash\" }\n";
        assert_eq!(complaints_about("athar-media", renamed).len(), 1);
    }

    #[test]
    fn the_kernel_stands_alone() {
        let found = complaints_about("athar-kernel", "[dependencies]\nlibm = \"0.2\"\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("numbers only"));
        assert_eq!(
            complaints_about("athar-kernel", "[dev-dependencies]\nproptest = \"1\"\n"),
            [""; 0]
        );
    }

    #[test]
    fn faces_see_only_the_engine_and_async_stays_in_the_server() {
        assert_eq!(complaints_about("athar-cli", "[dependencies]\nathar-ledger = {}\n").len(), 1);
        assert_eq!(complaints_about("athar-engine", "[dependencies]\ntokio = \"1\"\n").len(), 1);
        assert_eq!(complaints_about("athar-server", "[dependencies]\ntokio = \"1\"\n"), [""; 0]);
        assert_eq!(complaints_about("athar-new", "[dependencies]\nathar-kernel = {}\n").len(), 1);
        assert_eq!(complaints_about("athar-cli", "[dependencies]\nxtask = {}\n").len(), 1);
    }

    #[test]
    fn one_lint_table_for_all_crates() {
        let package = "[package]\nname = \"athar-tests\"\n";
        let own = format!("{package}[lints.rust]\nunsafe_code = \"deny\"\n");
        let complaints = |path: &str, text: &str| check(&testing::tree(&[(path, text)])).len();
        assert_eq!(complaints("crates/it/Cargo.toml", package), 1);
        assert_eq!(complaints("crates/it/Cargo.toml", &own), 1);
        assert_eq!(complaints("tests/Cargo.toml", package), 1);
        assert_eq!(complaints("tests/Cargo.toml", &own), 0);
    }
}
