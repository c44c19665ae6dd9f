//! One module a command: what was typed becomes a question, the answer becomes lines.

mod add;
mod alerts;
mod backup;
mod benign;
mod case;
mod check;
mod decide;
mod doctor;
mod explain;
mod export;
mod extras;
mod hash;
mod held;
mod import;
mod key;
mod links;
mod log;
mod networks;
mod packet;
mod remember;
mod retain;
mod rotate;
mod store;
mod store_key;
mod timestamp;
mod typed;
mod verify;
mod withdraw;

use self::store::Acting;
use crate::args::{Args, Command, Format};
use crate::exit::Exit;
use anyhow::{Result, bail};
use athar_engine::{IndexNote, Outcome, Watcher};
use athar_words::text as words;

use crate::lang::{errors, say};
use crate::output::progress::Progress;
use crate::output::{Answers, message, text};

/// Runs one command.
pub(crate) fn run(args: Args) -> Result<Exit> {
    let Args { data, store_key, format, lang: _, by, purpose, command } = args;
    let is_drawn = matches!(command, Command::Links(_) | Command::Networks(_));
    if matches!(format, Format::Dot | Format::Graphml) && !is_drawn {
        bail!(say!("format-draws-links-only"));
    }
    let at = store::Location::from_args(data, store_key, Acting { by, purpose });
    match command {
        Command::Init { encrypt } => store::init(&at, format, encrypt),
        Command::Case(command) => case::run(&at, format, command),
        Command::Add(args) => add::run(&at, format, args),
        Command::Check(args) => check::run(&at, format, args),
        Command::Remember(args) => remember::run(&at, format, &args),
        Command::Alerts(args) => alerts::run(&at, format, args),
        Command::Confirm(args) => decide::run(&at, format, args, true),
        Command::Reject(args) => decide::run(&at, format, args, false),
        Command::Benign(command) => benign::run(&at, format, command),
        Command::Held(args) => held::run(&at, format, args),
        Command::Withdraw(args) => withdraw::run(&at, format, args),
        Command::Retain(args) => retain::run(&at, format, args),
        Command::Import(args) => import::import(&at, format, args),
        Command::Export(args) => export::run(&at, format, args),
        Command::Lists => import::lists(&at, format),
        Command::List(command) => import::list(&at, format, command),
        Command::Networks(args) => networks::run(&at, format, &args),
        Command::Explain(args) => explain::run(&at, format, &args),
        Command::Packet(args) => packet::run(&at, format, args),
        Command::Links(args) => links::run(&at, format, &args),
        Command::Hash(args) => hash::run(format, &args),
        Command::Log(args) => log::run(&at, format, args),
        Command::Verify { rebuild_index, key, kept, authority } => {
            verify::run(&at, format, rebuild_index, &key, kept, &authority)
        }
        Command::Backup { file } => backup::run(&at, format, &file),
        Command::Restore { file, kept } => backup::restore(&at, format, &file, kept),
        Command::Checkpoint => key::checkpoint(&at),
        Command::Timestamp(command) => timestamp::run(&at, format, command),
        Command::Key(command) => key::run(&at, format, command),
        Command::Doctor => doctor::run(format),
        Command::Completions { shell } => extras::completions(shell),
        Command::Man { dir } => extras::man(&dir),
    }
}

/// Shows work under way: a line an input on standard output, a bar on standard error.
struct Shown {
    format: Format,
    answers: Answers,
    progress: Progress,
    failed: Option<std::io::Error>,
}

impl Shown {
    fn new(format: Format) -> Self {
        Self { format, answers: Answers::new(), progress: Progress::new(), failed: None }
    }

    /// Ends the bar. Fails when a line could not be written: the work was done all the same.
    fn end(self) -> Result<Answers> {
        drop(self.progress);
        match self.failed {
            Some(error) => {
                Err(anyhow::Error::new(error).context(say!("answers-cannot-be-written")))
            }
            None => Ok(self.answers),
        }
    }
}

impl Watcher for Shown {
    fn planned(&mut self, files: usize, bytes: u64) {
        self.progress.plan(files, bytes);
    }

    fn done(&mut self, outcome: &Outcome) {
        let Self { format, answers, progress, failed } = self;
        progress.advance(outcome.bytes);
        let written = progress.suspended(|| match format {
            Format::Json => answers.json(outcome),
            _ => answers.tell(&text::outcome(outcome)),
        });
        if let Err(error) = written {
            failed.get_or_insert(error);
        }
    }

    fn noted(&mut self, note: &IndexNote) {
        self.progress.suspended(|| message(&say!("note", note = words(errors::of_index(note)))));
    }

    fn likened(&mut self, codes: usize, of: usize) {
        self.progress.liken(codes, of);
    }
}
