//! What the code says is there in every language, with the same variables, and nothing else is.

use super::resource;
use crate::args::Args;
use athar_words::{Language, Shape, shapes};
use clap::CommandFactory;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A message by its id, and the names of what it is given.
type Uses = BTreeMap<String, BTreeSet<String>>;

#[test]
fn what_is_said_is_there_in_every_language_and_nothing_else_is() {
    let said = uses("say!(");
    assert!(said.len() > 300, "the code was not read: {}", said.len());
    // Which resource a message is sought in, its id says.
    let (of_pages, of_terminal): (Uses, Uses) =
        said.into_iter().partition(|(id, _)| id.starts_with(super::OF_PAGES));
    for language in Language::ALL {
        compare(language, &of_terminal, &read(language, resource::terminal(language)));
        let mut page = read(language, resource::page(language));
        // The script of a page says these; its own test knows which.
        page.retain(|id, _| !id.starts_with("page-net-"));
        compare(language, &of_pages, &page);
    }
}

#[test]
fn every_error_is_there_in_every_other_language() {
    let said = uses("error!(");
    assert!(said.len() > 100, "the code was not read: {}", said.len());
    for language in Language::ALL {
        if let Some(errors) = resource::errors(language) {
            compare(language, &said, &read(language, errors));
        }
    }
}

#[test]
fn every_argument_has_its_help_in_every_other_language() {
    for language in Language::ALL {
        let Some(help) = resource::help(language) else { continue };
        let there = read(language, help);
        let mut wanted = BTreeSet::new();
        let mut command = Args::command();
        command.build();
        commands("athar", &command, &there, &mut wanted);
        for id in ["help", "shared"] {
            wanted.insert(format!("{id}."));
        }
        let is_help = |id: &str| !id.starts_with("usage-") && !id.contains("heading-");
        let is_help = |id: &str| is_help(id) && !id.starts_with("help-");
        let has: BTreeSet<_> = there
            .iter()
            .filter(|(id, _)| is_help(id))
            .flat_map(|(id, shape)| shape.keys().map(move |name| format!("{id}.{name}")))
            .collect();
        let lacking: Vec<_> = wanted.difference(&has).collect();
        assert!(lacking.is_empty(), "{language:?} lacks the help of {lacking:?}");
        let needless: Vec<_> = has.difference(&wanted).collect();
        assert!(needless.is_empty(), "{language:?} has help of nothing: {needless:?}");
    }
}

/// Messages about what was typed are said by name, which the code must have.
#[test]
fn what_is_said_of_arguments_is_there() {
    let code = fs::read_to_string(source().join("lang/usage.rs")).unwrap()
        + &fs::read_to_string(source().join("lang/help.rs")).unwrap();
    for language in Language::ALL {
        let Some(help) = resource::help(language) else { continue };
        let beginnings = ["usage-", "help-", "heading-"];
        let there = read(language, help);
        let there = there.keys().filter(|id| beginnings.iter().any(|begin| id.starts_with(begin)));
        let there: BTreeSet<_> = there.cloned().collect();
        let texts = code.split('"').skip(1).step_by(2);
        let said = texts.filter(|text| beginnings.iter().any(|begin| text.starts_with(begin)));
        let said: BTreeSet<_> = said.map(str::to_owned).collect();
        assert_eq!(said, there, "{language:?}");
    }
}

/// Adds what help there must be: of the command, and of each argument, its own or what is shared.
fn commands(
    id: &str,
    command: &clap::Command,
    there: &BTreeMap<String, Shape>,
    wanted: &mut BTreeSet<String>,
) {
    wanted.insert(format!("{id}."));
    if command.get_after_help().is_some() {
        wanted.insert(format!("{id}.after"));
    }
    for argument in command.get_arguments() {
        let name = argument.get_id().as_str();
        let own = there.get(id).is_some_and(|shape| shape.contains_key(name));
        wanted.insert(format!("{}.{name}", if own { id } else { "shared" }));
    }
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let name = below.get_name();
        let id = if id == "athar" { name.to_owned() } else { format!("{id}-{name}") };
        commands(&id, below, there, wanted);
    }
}

fn compare(language: Language, said: &Uses, there: &BTreeMap<String, Shape>) {
    for (id, names) in said {
        let Some(shape) = there.get(id) else { panic!("{language:?} does not have {id}") };
        let Some(variables) = shape.get("") else { panic!("{id} of {language:?} says nothing") };
        let foreign: Vec<_> = variables.difference(names).collect();
        assert!(foreign.is_empty(), "{id} of {language:?} is not given {foreign:?}");
        let unsaid: Vec<_> = names.difference(variables).collect();
        assert!(unsaid.is_empty(), "{id} of {language:?} does not say {unsaid:?}");
    }
    let unused: Vec<_> = there.keys().filter(|id| !said.contains_key(*id)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

fn read(language: Language, text: &str) -> BTreeMap<String, Shape> {
    match shapes(language, text) {
        Ok(shapes) => shapes,
        Err(wrong) => panic!("{language:?}: {wrong}"),
    }
}

fn source() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

/// Every call of the macro in this crate.
fn uses(call: &str) -> Uses {
    let mut uses = Uses::new();
    for path in rust_files(source()) {
        let text = fs::read_to_string(&path).unwrap();
        for (place, _) in text.match_indices(call) {
            let Some((id, names)) = one_use(&text[place + call.len()..]) else {
                continue;
            };
            let before = uses.insert(id.clone(), names.clone()).unwrap_or(names.clone());
            assert_eq!(before, names, "{id} is not always given the same: {path:?}");
        }
    }
    uses
}

/// The id and the names of the arguments of a call; `None` where no text follows, as in a comment
/// or the macro itself.
fn one_use(text: &str) -> Option<(String, BTreeSet<String>)> {
    let text = text.trim_start();
    let id = text.strip_prefix('"')?.split('"').next()?;
    let (mut names, mut depth, mut word) = (BTreeSet::new(), 0, String::new());
    let mut quoted = false;
    let mut characters = text[id.len() + 2..].chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' if quoted => drop(characters.next()),
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => word.clear(),
            '=' if depth == 0 && characters.peek() == Some(&' ') => {
                names.insert(word.trim().to_owned());
            }
            c if depth == 0 => word.push(c),
            _ => {}
        }
    }
    Some((id.to_owned(), names))
}

fn rust_files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let (dirs, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let mut found: Vec<_> = dirs.iter().flat_map(|dir| rust_files(dir)).collect();
    // What tests say as an example is no message.
    let is_code = |path: &std::path::PathBuf| {
        path.extension().is_some_and(|end| end == "rs") && !path.ends_with("lang/tests.rs")
    };
    found.extend(files.into_iter().filter(is_code));
    found
}
