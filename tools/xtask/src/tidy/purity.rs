//! Who may start threads and processes, read the clock, print, look at the environment, touch
//! files, speak over a network or know what a code is. Tests may do as they like.

use super::tree::Source;
use super::uses::{self, Mention};
use super::{Complaint, Tree};
use syn::visit::{self, Visit};

const RULE: &str = "purity";

/// Something that only some crates may name.
struct Ban {
    /// Paths and what lies below them; a leading `*::` stands for any beginning.
    paths: &'static [&'static str],
    binds: fn(&str) -> bool,
    reason: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        paths: &[
            "std::thread",
            "rayon",
            "crossbeam",
            "threadpool",
            "*::thread::spawn",
            "*::thread::scope",
        ],
        binds: |name| name != "athar-engine",
        reason: "only the engine spawns threads",
    },
    Ban {
        paths: &["std::process::Command", "std::process::Child", "*::process::Command"],
        binds: |name| name != "athar-engine",
        reason: "only the engine starts processes",
    },
    Ban {
        paths: &[
            "std::time::Instant",
            "std::time::SystemTime",
            "*::Instant::now",
            "*::SystemTime::now",
            "*::Utc::now",
            "*::Local::now",
            "*::Timestamp::now",
            "*::Zoned::now",
            "*::OffsetDateTime::now_utc",
        ],
        binds: |name| name != "athar-engine",
        reason: "only the engine reads the clock",
    },
    Ban {
        paths: &[
            "println!",
            "print!",
            "eprintln!",
            "eprint!",
            concat!("db", "g!"),
            "std::io::stdout",
            "std::io::stderr",
            "std::io::stdin",
            "*::io::stdout",
            "*::io::stderr",
        ],
        binds: below_the_faces,
        reason: "nothing below the faces prints: results go up as values",
    },
    Ban {
        paths: &["std::env", "*::env::var", "*::env::var_os", "*::env::args"],
        binds: below_the_faces,
        reason: "nothing below the faces reads the environment: settings come down as values",
    },
    Ban {
        paths: &[
            "std::process::exit",
            "std::process::abort",
            "*::process::exit",
            "*::process::abort",
        ],
        binds: below_the_faces,
        reason: "only a program's own face ends the process",
    },
    Ban {
        paths: &["std::net", "tokio", "hyper", "axum", "reqwest", "ureq"],
        binds: |name| name != "athar-server",
        reason: "only the server knows networks",
    },
    Ban {
        paths: &["std::fs", "std::io", "std::os", "std::process"],
        binds: |name| matches!(name, "athar-kernel" | "athar-hash"),
        reason: "kernel and hash do no I/O: bytes and planes come as values",
    },
    Ban {
        paths: &[
            "athar_kernel::Code",
            "athar_kernel::CodeParseError",
            "athar_kernel::Distance",
            "athar_kernel::Radius",
        ],
        binds: |name| name == "athar-media",
        reason: "media never sees a code",
    },
];

fn below_the_faces(name: &str) -> bool {
    !matches!(name, "athar-cli" | "athar-server" | "athar-python" | "athar-wasm")
}

pub fn check(tree: &Tree) -> Vec<Complaint> {
    tree.sources().iter().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Complaint> {
    let Some(name) = crate_of(&source.path) else { return Vec::new() };
    let mentions = uses::mentions(source);
    let outside_tests = mentions.iter().filter(|mention| !mention.in_test);
    let mut complaints: Vec<_> =
        outside_tests.flat_map(|mention| banned(name, &source.path, mention)).collect();
    if name != "athar-server" {
        complaints.extend(async_code(source));
    }
    complaints
}

/// The crate whose code this file is; `None` for tests, benchmarks and tools.
pub fn crate_of(path: &str) -> Option<&str> {
    let (name, rest) = path.strip_prefix("crates/")?.split_once('/')?;
    let workshop = ["tests/", "benches/", "examples/", "fuzz/"];
    (!workshop.iter().any(|folder| rest.starts_with(folder)) && rest != "build.rs").then_some(name)
}

fn banned<'a>(
    name: &'a str,
    path: &'a str,
    mention: &'a Mention,
) -> impl Iterator<Item = Complaint> + 'a {
    let bans = BANS.iter().filter(move |ban| (ban.binds)(name));
    let hit = bans.filter(|ban| ban.paths.iter().any(|pattern| matches(pattern, &mention.path)));
    hit.map(move |ban| {
        Complaint::new(
            path,
            mention.line,
            RULE,
            format!("{} in {name}: {}", mention.path, ban.reason),
        )
    })
}

/// Whether a path is what the pattern names, or lies below it.
fn matches(pattern: &str, path: &str) -> bool {
    let path = path.strip_prefix("core::").map_or(path.to_owned(), |rest| format!("std::{rest}"));
    match pattern.strip_prefix("*::") {
        Some(end) => path == end || path.ends_with(&format!("::{end}")),
        None => path == pattern || path.starts_with(&format!("{pattern}::")),
    }
}

fn async_code(source: &Source) -> Vec<Complaint> {
    let mut finder = AsyncFinder(Vec::new());
    finder.visit_file(&source.ast);
    let reason = "async code: only the server knows async";
    finder.0.into_iter().map(|line| Complaint::new(&source.path, line, RULE, reason)).collect()
}

struct AsyncFinder(Vec<usize>);

impl<'ast> Visit<'ast> for AsyncFinder {
    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(token) = &signature.asyncness {
            self.0.push(token.span.start().line);
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.0.push(block.async_token.span.start().line);
        visit::visit_expr_async(self, block);
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
    fn threads_and_clock_belong_to_the_engine() {
        let text =
            "use std::{thread,\n time::{Duration, Instant}};\nfn f() {\n rayon::join(a, b);\n}";
        assert_eq!(lines("crates/athar-index/src/lib.rs", text), [1, 2, 4]);
        assert_eq!(lines("crates/athar-cli/src/main.rs", text), [1, 2, 4]);
        assert_eq!(lines("crates/athar-engine/src/lib.rs", text), [0; 0]);
        assert_eq!(lines("benches/benches/scan.rs", text), [0; 0]);
        assert_eq!(lines("crates/athar-index/benches/scan.rs", text), [0; 0]);
    }

    #[test]
    fn processes_are_started_by_the_engine() {
        let text = "use std::process::{Command,\n ExitCode};";
        assert_eq!(lines("crates/athar-cli/src/main.rs", text), [1]);
        assert_eq!(lines("crates/athar-media/src/lib.rs", text), [1]);
        assert_eq!(lines("crates/athar-engine/src/lib.rs", text), [0; 0]);
    }

    #[test]
    fn printing_and_environment_belong_to_the_faces() {
        let text = "fn f() {\n println!();\n vec![std::env::var(a)];\n env!(\"A\");\n std::process::exit(1);\n}";
        assert_eq!(lines("crates/athar-engine/src/lib.rs", text), [2, 3, 5]);
        assert_eq!(lines("crates/athar-cli/src/main.rs", text), [0; 0]);
    }

    #[test]
    fn kernel_and_hash_do_no_io_and_media_sees_no_code() {
        let text = "use std::fs::File;\nfn f(r: impl std::io::Read) {}";
        assert_eq!(lines("crates/athar-hash/src/lib.rs", text), [1, 2]);
        assert_eq!(lines("crates/athar-ledger/src/lib.rs", text), [0; 0]);
        let text = "use athar_kernel::{Plane,\n Code};";
        assert_eq!(lines("crates/athar-media/src/lib.rs", text), [2]);
        assert_eq!(lines("crates/athar-index/src/lib.rs", text), [0; 0]);
    }

    #[test]
    fn async_and_networks_belong_to_the_server() {
        let text = "async fn f() {}\nfn g() {\n async {};\n std::net::TcpStream::connect(a);\n}";
        let mut found = lines("crates/athar-engine/src/lib.rs", text);
        found.sort_unstable();
        assert_eq!(found, [1, 3, 4]);
        assert_eq!(lines("crates/athar-server/src/lib.rs", text), [0; 0]);
    }

    #[test]
    fn tests_may_do_as_they_like() {
        let text = "#[cfg(test)]\nmod tests {\n fn f() { std::env::var(a); println!(); }\n}";
        assert_eq!(lines("crates/athar-kernel/src/lib.rs", text), [0; 0]);
    }
}
