//! `ci`: everything that must hold before a change goes in, quickest first, tests last.
//!
//! What this machine cannot do (a tool that is not installed, a database that is not to be
//! had) is skipped with its reason, never in silence. The first failure ends the run.

use crate::{licences, shell, style, tidy};
use anyhow::Result;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Arguments {
    /// Only these steps
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
}

enum Outcome {
    Passed,
    /// Not done on this machine, and why.
    Skipped(String),
}

struct Step {
    name: &'static str,
    run: fn() -> Result<Outcome>,
}

/// The tests come last, so that the run closes with their count.
const STEPS: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "tidy", run: tidy_tree },
    Step { name: "clippy", run: clippy },
    Step { name: "licences", run: check_licences },
    Step { name: "advisories", run: advisories },
    Step { name: "docs", run: docs },
    Step { name: "doctests", run: doctests },
    Step { name: "tests", run: tests },
];

struct Done {
    name: &'static str,
    took: Duration,
    result: Result<Outcome>,
}

pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    for name in &arguments.steps {
        anyhow::ensure!(STEPS.iter().any(|step| step.name == name), "no step is called {name}");
    }
    let wanted = |step: &&Step| {
        arguments.steps.is_empty() || arguments.steps.iter().any(|name| name == step.name)
    };
    let mut done: Vec<Done> = Vec::new();
    for step in STEPS.iter().filter(wanted) {
        if step.name == "tests" && !done.is_empty() {
            println!("\n{}", so_far(&done));
        }
        done.push(take(step));
        if let Some(Done { result: Err(error), name, .. }) = done.last() {
            println!("\n{}", so_far(&done));
            println!("{}", style::red(&format!("ci: {name} failed: {error:#}")));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn take(step: &Step) -> Done {
    println!("\n{}", style::bold(&format!("== {}", step.name)));
    let began = Instant::now();
    let result = (step.run)();
    Done { name: step.name, took: began.elapsed(), result }
}

fn so_far(done: &[Done]) -> String {
    let lines = done.iter().map(|Done { name, took, result }| {
        let outcome = match result {
            Ok(Outcome::Passed) => style::green("passed"),
            Ok(Outcome::Skipped(why)) => style::yellow(&format!("skipped: {why}")),
            Err(_) => style::red("FAILED"),
        };
        format!("  {name:<10} {:7.1} s  {outcome}", took.as_secs_f64())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn cargo(arguments: &[&str]) -> Result<Outcome> {
    shell::run(shell::cargo(arguments)).map(|()| Outcome::Passed)
}

fn has(tool: &str) -> bool {
    shell::answers(shell::cargo(&[tool, "--version"]))
}

fn missing(component: &str) -> Outcome {
    Outcome::Skipped(format!("{component} is not installed: rustup component add {component}"))
}

fn format() -> Result<Outcome> {
    if has("fmt") { cargo(&["fmt", "--all", "--check"]) } else { Ok(missing("rustfmt")) }
}

fn tidy_tree() -> Result<Outcome> {
    anyhow::ensure!(tidy::run(&tidy::Arguments::default())? == ExitCode::SUCCESS, "see above");
    Ok(Outcome::Passed)
}

fn clippy() -> Result<Outcome> {
    if !has("clippy") {
        return Ok(missing("clippy"));
    }
    cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"])
}

/// cargo-deny where it is installed; otherwise our own reading of the same list of licences.
fn check_licences() -> Result<Outcome> {
    if has("deny") {
        return cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"]);
    }
    println!("cargo-deny is not installed: licences are read from cargo metadata instead");
    licences::check().map(|()| Outcome::Passed)
}

fn advisories() -> Result<Outcome> {
    if !has("deny") {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed: cargo install cargo-deny".into(),
        ));
    }
    if !shell::answers(shell::cargo(&["deny", "fetch", "db"])) {
        return Ok(Outcome::Skipped("the advisory database cannot be fetched from here".into()));
    }
    cargo(&["deny", "--locked", "check", "advisories"])
}

fn docs() -> Result<Outcome> {
    let mut command =
        shell::cargo(&["doc", "--locked", "--no-deps", "--quiet", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "--deny warnings");
    run_quietly(command)
}

fn run_quietly(command: Command) -> Result<Outcome> {
    shell::run(command).map(|()| Outcome::Passed)
}

fn doctests() -> Result<Outcome> {
    cargo(&["test", "--locked", "--doc", "--quiet"])
}

/// The default members: everything but the benchmarks, which drag in every peer.
fn tests() -> Result<Outcome> {
    if has("nextest") {
        return cargo(&["nextest", "run", "--locked", "--no-fail-fast"]);
    }
    cargo(&["test", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_come_last() {
        assert_eq!(STEPS.last().map(|step| step.name), Some("tests"));
    }

    #[test]
    fn the_summary_says_what_was_skipped_and_why() {
        let done = |name, result| Done { name, took: Duration::from_millis(1500), result };
        let text = so_far(&[
            done("format", Ok(Outcome::Passed)),
            done("advisories", Ok(Outcome::Skipped("no network".into()))),
            done("clippy", Err(anyhow::anyhow!("x"))),
        ]);
        assert!(text.contains("format         1.5 s  passed"), "{text}");
        assert!(text.contains("skipped: no network"));
        assert!(text.contains("FAILED"));
    }

    #[test]
    fn an_unknown_step_is_refused() {
        assert!(run(&Arguments { steps: vec!["clipy".into()] }).is_err());
    }
}
