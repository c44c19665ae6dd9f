//! `--help` in another language than the one of the code.
//!
//! English stands beside the arguments. `help.ftl` of another language has a message for each
//! command, whose id is the command's words with hyphens between them, with an attribute for each
//! argument by its name; what several commands take can be said once, in `shared`.

use super::resource;
use athar_words::{Argument, Language, Words};
use clap::builder::{PossibleValue, Resettable};
use clap::{Arg, ArgAction, Command};

/// The message of what several commands take.
const SHARED: &str = "shared";

/// The words of the help.
pub(crate) struct Help(Words);

impl Help {
    /// `None` for the language of the code.
    pub(crate) fn of(language: Language) -> Option<Self> {
        Some(Self(Words::for_terminal(language, resource::help(language)?)))
    }

    /// A message about what was typed.
    pub(crate) fn say(&self, id: &str, arguments: &[(&str, Argument)]) -> String {
        self.0.say(id, arguments)
    }

    /// The command with its help in the language.
    pub(crate) fn command(&self, command: Command) -> Command {
        let help = Command::new("help").about(self.say("help", &[]));
        let version = Arg::new("version")
            .short('V')
            .long("version")
            .action(ArgAction::Version)
            .help(self.argument("athar", "version").unwrap_or_default());
        let root = self.one("athar", command).disable_version_flag(true);
        root.arg(version.help_heading(self.heading("heading-options"))).subcommand(help)
    }

    fn one(&self, id: &str, command: Command) -> Command {
        let names: Vec<_> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
        let below: Vec<_> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
        let usage = self.say("heading-usage", &[]);
        let mut command = command
            .about(self.say(id, &[]))
            .long_about(Resettable::Reset)
            .help_template(format!(
                "{{before-help}}{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}"
            ))
            .subcommand_help_heading(self.heading("heading-commands"))
            .disable_help_flag(true)
            .disable_help_subcommand(true);
        if command.get_after_help().is_some() {
            command = command.after_help(self.0.attribute(id, "after").unwrap_or_default());
        }
        for name in names {
            command = command.mut_arg(&name, |arg| self.arg(id, &name, arg));
        }
        for name in below {
            let id = if id == "athar" { name.clone() } else { format!("{id}-{name}") };
            command = command.mut_subcommand(&name, |below| self.one(&id, below));
        }
        let flag = Arg::new("help").short('h').long("help").action(ArgAction::Help);
        let flag = flag.help(self.argument(id, "help").unwrap_or_default());
        command.arg(flag.help_heading(self.heading("heading-options")))
    }

    fn arg(&self, id: &str, name: &str, arg: Arg) -> Arg {
        let heading = if arg.is_positional() { "heading-arguments" } else { "heading-options" };
        let mut words = vec![self.argument(id, name).unwrap_or_default()];
        let values = arg.get_possible_values();
        if arg.get_action().takes_values() && !values.is_empty() {
            let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
            words.push(self.say("help-values", &[("values", names.join(", ").into())]));
        }
        if let [value] = arg.get_default_values() {
            let value = value.to_string_lossy();
            if !value.is_empty() && arg.get_action().takes_values() {
                words.push(self.say("help-default", &[("value", (&*value).into())]));
            }
        }
        if let Some(variable) = arg.get_env() {
            let variable = variable.to_string_lossy();
            words.push(self.say("help-variable", &[("variable", (&*variable).into())]));
        }
        let takes_values = arg.get_action().takes_values();
        arg.help(words.join(" "))
            .long_help(Resettable::Reset)
            .help_heading(self.heading(heading))
            .hide_possible_values(takes_values)
            .hide_default_value(takes_values)
            .hide_env(takes_values)
    }

    /// Clap keeps headings for as long as the process runs, which ends when help was shown.
    fn heading(&self, id: &str) -> &'static str {
        self.say(id, &[]).leak()
    }

    /// What is said of an argument, by its own command or for all that have one of this name.
    fn argument(&self, id: &str, name: &str) -> Option<String> {
        self.0.attribute(id, name).or_else(|| self.0.attribute(SHARED, name))
    }
}
