//! The language of this process, and what is said in it.
//!
//! `say!` names a message of `en/terminal.ftl` and `ar/terminal.ftl`, or of `page.ftl` where its id
//! begins with `page-`. A test reads this crate's code and holds it against the resources: what is
//! said is there in every language, with the variables that it is given, and nothing else is there.
//!
//! Errors of the crates below and the help of the command line stand in the code in English. Other
//! languages have them in `errors.ftl` and `help.ftl`.

pub(crate) mod choice;
pub(crate) mod errors;
pub(crate) mod help;
#[cfg(test)]
mod tests;
pub(crate) mod usage;

use athar_words::{Argument, Language, Words};
use std::sync::OnceLock;

/// What the process was told to speak, which is said once, before anything else is.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// Resources are read when one of their messages is said for the first time.
static TERMINAL: OnceLock<Words> = OnceLock::new();
static PAGE: OnceLock<Words> = OnceLock::new();
static ERRORS: OnceLock<Words> = OnceLock::new();

/// The beginning of ids in `page.ftl`.
const OF_PAGES: &str = "page-";

/// Chooses the language for as long as the process runs.
pub(crate) fn choose(language: Language) {
    let _ = CHOSEN.set(language);
}

/// The language that was chosen; English where none was.
pub(crate) fn language() -> Language {
    CHOSEN.get().copied().unwrap_or(Language::English)
}

/// A message; `say!` calls this.
pub(crate) fn message(id: &str, arguments: &[(&str, Argument)]) -> String {
    let language = language();
    let words = match id.starts_with(OF_PAGES) {
        true => PAGE.get_or_init(|| page(language)),
        false => {
            TERMINAL.get_or_init(|| Words::for_terminal(language, resource::terminal(language)))
        }
    };
    words.say(id, arguments)
}

/// What another language than English calls an error of the crates below.
pub(crate) fn error_message(id: &str, arguments: &[(&str, Argument)]) -> String {
    let language = language();
    let read = || Words::for_terminal(language, resource::errors(language).unwrap_or_default());
    ERRORS.get_or_init(read).say(id, arguments)
}

/// The words of pages, for one that holds every language.
pub(crate) fn page(language: Language) -> Words {
    Words::new(language, resource::page(language))
}

/// Their resource.
#[cfg(test)]
pub(crate) fn page_resource(language: Language) -> &'static str {
    resource::page(language)
}

/// A name or a path among words.
pub(crate) fn name(name: &str) -> String {
    athar_words::isolated(language(), name)
}

/// Parts of a sentence with a comma between them, as the language writes it.
pub(crate) fn joined(parts: &[String]) -> String {
    if parts.len() < 2 { parts.concat() } else { parts.join(&say!("comma")) }
}

/// Text for people as it stands on a terminal: of a language that runs from right to left each line
/// begins with a mark that says so, also where a name or a number comes first.
pub(crate) fn set(text: &str) -> String {
    const RLM: &str = "\u{200f}";
    if !language().is_rtl() {
        return text.to_owned();
    }
    let line = |line| if str::is_empty(line) { String::new() } else { format!("{RLM}{line}") };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A message by its id, with what stands in it: `say!("files", n = files.len())`.
macro_rules! say {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::lang::message(
            $id,
            &[$((stringify!($name), ::athar_words::Argument::from($value))),*],
        )
    };
}
pub(crate) use say;

/// The texts.
mod resource {
    use athar_words::Language;

    pub(super) const fn terminal(language: Language) -> &'static str {
        match language {
            Language::English => include_str!("en/terminal.ftl"),
            Language::Arabic => include_str!("ar/terminal.ftl"),
        }
    }

    pub(super) const fn page(language: Language) -> &'static str {
        match language {
            Language::English => include_str!("en/page.ftl"),
            Language::Arabic => include_str!("ar/page.ftl"),
        }
    }

    /// `None` where the code itself has it.
    pub(super) const fn errors(language: Language) -> Option<&'static str> {
        match language {
            Language::English => None,
            Language::Arabic => Some(include_str!("ar/errors.ftl")),
        }
    }

    /// `None` where the code itself has it.
    pub(super) const fn help(language: Language) -> Option<&'static str> {
        match language {
            Language::English => None,
            Language::Arabic => Some(include_str!("ar/help.ftl")),
        }
    }
}
