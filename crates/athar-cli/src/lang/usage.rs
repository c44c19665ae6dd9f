//! What was typed, or what is wrong with it, in the language.

use super::help::Help;
use super::{choice, language};
use crate::args::Args;
use crate::exit::Exit;
use athar_words::{Argument, figure, key, text};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

/// The arguments; or help was shown, or it was said what is wrong with them, and this is how the
/// process ends.
pub(crate) fn parse() -> Result<Args, ExitCode> {
    let error = match Args::try_parse() {
        Ok(args) => {
            choice::from_arguments(args.lang);
            return Ok(args);
        }
        Err(error) => error,
    };
    choice::from_arguments(choice::among(env::args_os()));
    match Help::of(language()) {
        None => shown(&error),
        Some(help) => in_language(&help),
    }
}

/// Clap's own words are English, and so are ours in the code.
fn shown(error: &clap::Error) -> Result<Args, ExitCode> {
    // Nothing can be done when this fails.
    let _ = error.print();
    Err(ended(error))
}

fn ended(error: &clap::Error) -> ExitCode {
    if error.use_stderr() { Exit::Trouble.into() } else { Exit::Success.into() }
}

/// The same arguments once more, against the same commands in another language.
fn in_language(help: &Help) -> Result<Args, ExitCode> {
    let arguments = help_as_option(env::args_os().collect());
    let Err(error) = help.command(Args::command()).try_get_matches_from(arguments) else {
        // Only one of the two descriptions takes them, which a test rules out.
        return Err(Exit::Trouble.into());
    };
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return shown(&error);
    }
    crate::output::message(&wrong(help, &error));
    Err(ended(&error))
}

/// `athar help case open` is `athar case open --help`.
fn help_as_option(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let Some(place) = arguments.iter().skip(1).position(|argument| argument == "help") {
        arguments.remove(place + 1);
        arguments.push("--help".into());
    }
    arguments
}

/// What is wrong, in a line, and how the command is used.
fn wrong(help: &Help, error: &clap::Error) -> String {
    let said = |kind| error.get(kind).map(told).unwrap_or_default();
    let argument = || Argument::from(said(ContextKind::InvalidArg));
    let value = || Argument::from(said(ContextKind::InvalidValue));
    let message = match error.kind() {
        ErrorKind::UnknownArgument => help.say("usage-unknown", &[("argument", argument())]),
        ErrorKind::InvalidSubcommand => {
            let command = said(ContextKind::InvalidSubcommand).into();
            help.say("usage-no-command", &[("command", command)])
        }
        ErrorKind::MissingRequiredArgument => {
            help.say("usage-missing", &[("arguments", argument())])
        }
        ErrorKind::MissingSubcommand => help.say("usage-missing-command", &[]),
        ErrorKind::ArgumentConflict => {
            let other = said(ContextKind::PriorArg).into();
            help.say("usage-conflict", &[("argument", argument()), ("other", other)])
        }
        ErrorKind::InvalidValue if said(ContextKind::InvalidValue).is_empty() => {
            help.say("usage-no-value", &[("argument", argument())])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            help.say("usage-value", &[("argument", argument()), ("value", value())])
        }
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => help.say("usage-values-count", &[("argument", argument())]),
        ErrorKind::InvalidUtf8 => help.say("usage-utf8", &[]),
        _ => help.say("usage-other", &[("detail", error.kind().to_string().into())]),
    };
    let mut lines = vec![help.say("usage-error", &[("message", text(message))])];
    lines.extend(hints(help, error));
    lines.join("\n")
}

/// What could be meant, how it is used, and where more stands.
fn hints(help: &Help, error: &clap::Error) -> Vec<String> {
    let mut lines = Vec::new();
    let hints = [
        (ContextKind::ValidValue, "values"),
        (ContextKind::SuggestedArg, "similar"),
        (ContextKind::SuggestedSubcommand, "similar"),
        (ContextKind::SuggestedValue, "similar"),
    ];
    for (context, hint) in hints {
        if let Some(named) = error.get(context).map(told).filter(|named| !named.is_empty()) {
            lines.push(help.say("usage-hint", &[("hint", key(hint)), ("named", figure(named))]));
        }
    }
    if let Some(usage) = error.get(ContextKind::Usage).map(told) {
        let usage = usage.trim_start_matches("Usage:").split_whitespace();
        let usage = figure(usage.collect::<Vec<_>>().join(" "));
        lines.push(help.say("usage-line", &[("usage", usage)]));
    }
    lines.push(help.say("usage-more", &[]));
    lines
}

fn told(value: &ContextValue) -> String {
    match value {
        ContextValue::None => String::new(),
        ContextValue::Bool(value) => value.to_string(),
        ContextValue::String(value) => value.clone(),
        ContextValue::Strings(values) => values.join(", "),
        ContextValue::StyledStr(value) => value.to_string(),
        ContextValue::StyledStrs(values) => {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        }
        ContextValue::Number(value) => value.to_string(),
        _ => String::new(),
    }
}
