//! Which language: what was typed, or else what the environment says.

use super::choose;
use crate::args::LanguageArg;
use athar_words::Language;
use clap::ValueEnum;
use std::env;
use std::ffi::OsString;

/// What is asked, the first that says anything decides: our own, then those of POSIX in their order.
const VARIABLES: [&str; 4] = ["ATHAR_LANG", "LC_ALL", "LC_MESSAGES", "LANG"];

/// Chooses what was typed as `--lang`, or what the environment says.
pub(crate) fn from_arguments(typed: Option<LanguageArg>) {
    choose(typed.map_or_else(of_environment, Language::from));
}

/// Chooses what the environment says.
pub(crate) fn from_environment() {
    from_arguments(None);
}

/// What `--lang` says among arguments that make no sense as a whole, so that this can be said in
/// the language that was asked for.
pub(crate) fn among(arguments: impl Iterator<Item = OsString>) -> Option<LanguageArg> {
    let mut arguments = arguments.skip(1).take_while(|argument| argument != "--");
    let mut found = None;
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy().into_owned();
        let value = match argument.strip_prefix("--lang=") {
            Some(value) => Some(value.to_owned()),
            None if argument == "--lang" => {
                arguments.next().map(|value| value.to_string_lossy().into_owned())
            }
            None => None,
        };
        found = value.and_then(|value| LanguageArg::from_str(&value, true).ok()).or(found);
    }
    found
}

fn of_environment() -> Language {
    of(|name| env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
}

fn of(variable: impl Fn(&str) -> Option<String>) -> Language {
    let mut said = VARIABLES.into_iter().filter_map(variable).filter(|value| !value.is_empty());
    said.next().and_then(|locale| Language::from_locale(&locale)).unwrap_or(Language::English)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_anything_decides() {
        let of = |set: &[(&str, &str)]| {
            let value = |name: &str| set.iter().find(|(set, _)| *set == name);
            of(|name| value(name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[]), Language::English);
        assert_eq!(of(&[("LANG", "ar_IQ.UTF-8")]), Language::Arabic);
        assert_eq!(of(&[("LANG", "ar_IQ.UTF-8"), ("LC_MESSAGES", "C")]), Language::English);
        assert_eq!(of(&[("LANG", "ar_IQ.UTF-8"), ("LC_ALL", "")]), Language::Arabic);
        assert_eq!(of(&[("ATHAR_LANG", "ar"), ("LC_ALL", "en_US.UTF-8")]), Language::Arabic);
        assert_eq!(of(&[("ATHAR_LANG", "tlh")]), Language::English);
    }

    #[test]
    fn the_language_is_found_among_arguments_that_make_no_sense() {
        let among = |typed: &[&str]| {
            let arguments = ["athar"].iter().chain(typed).map(OsString::from);
            among(arguments.collect::<Vec<_>>().into_iter()).map(Language::from)
        };
        assert_eq!(among(&["--lang", "ar", "--nonsense"]), Some(Language::Arabic));
        assert_eq!(among(&["nonsense", "--lang=AR"]), Some(Language::Arabic));
        assert_eq!(among(&["--lang=ar", "--lang", "en"]), Some(Language::English));
        for none in [&["check", "--", "--lang=ar"][..], &["--lang"], &["--lang", "xx"], &[]] {
            assert_eq!(among(none), None, "{none:?}");
        }
    }
}
